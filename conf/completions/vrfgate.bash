# SPDX-License-Identifier: GPL-2.0-or-later
# bash completion of vrfgate(8)

# The VRFs of a running supervisor; where none answers, those that the config names.
_vrfgate_vrfs()
{
	local config=$1 names

	if names=$(vrfgate status -c "$config" -o vrf 2>/dev/null || [ $? -le 2 ]) && [ -n "$names" ]; then
		printf '%s\n' "$names" | tail -n +2
	else
		sed -nE 's/^[[:space:]]*(vrf|namespace)[[:space:]]+"?([[:alnum:]][[:alnum:]._-]*)"?[[:space:]]*\{.*/\2/p' \
			"$config" 2>/dev/null
	fi
}

# The last of the names between commas; those before it stay.
_vrfgate_columns()
{
	local word=$1 before=""
	local columns="vrf id state since interface address netns uplink proxy mode pid uptime restarts
		last-exit version seen vps busy backlog rss reason"

	[[ $word == *,* ]] && before=${word%,*},
	mapfile -t COMPREPLY < <(compgen -P "$before" -W "$columns" -- "${word##*,}")
	compopt -o nospace
}

_vrfgate()
{
	local commands="check plan up down run reload status start stop restart events metrics exec logs diag import sync adopt leave rotate-psk init help version"
	local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]}
	local command=${COMP_WORDS[1]} config=/etc/vrfgate/vrfgate.conf vrf="" root="" options i

	COMPREPLY=()
	if ((COMP_CWORD == 1)); then
		mapfile -t COMPREPLY < <(compgen -W "$commands" -- "$word")
		return
	fi
	for ((i = 2; i < COMP_CWORD; i++)); do
		case ${COMP_WORDS[i]} in
		-c | --config) config=${COMP_WORDS[++i]} ;;
		-u | --user | -o | --output) ((i++)) ;;
		-n | --lines)
			[[ $command == logs ]] && ((i++)) ;;
		--root) root=yes ;;
		--)
			[[ $command == exec ]] && { _vrfgate_command "$((i + 1))"; return; } ;;
		-*) ;;
		*)
			# The first word that is neither an option nor the VRF begins the command.
			if [[ $command == exec && -n $vrf$root ]]; then
				_vrfgate_command "$i"
				return
			fi
			vrf=${COMP_WORDS[i]} ;;
		esac
	done
	case $before in
	-c | --config)
		mapfile -t COMPREPLY < <(compgen -f -- "$word")
		compopt -o filenames
		return ;;
	esac
	case $command:$before in
	exec:-u | exec:--user)
		mapfile -t COMPREPLY < <(compgen -u -- "$word")
		return ;;
	status:-o | status:--output)
		_vrfgate_columns "$word"
		return ;;
	logs:-n | logs:--lines)
		return ;;
	status:--color | status:=)
		mapfile -t COMPREPLY < <(compgen -W "auto always never" -- "${word#=}")
		return ;;
	esac
	case $command in
	check | metrics | rotate-psk) options="-c --config" ;;
	up) options="-c --config -v --verbose --remove" ;;
	reload) options="-c --config -n --no-wait --remove" ;;
	down) options="-c --config --now" ;;
	plan) options="-c --config -j --json -v --verbose" ;;
	events | diag) options="-c --config -j --json" ;;
	start | restart) options="-c --config -n --no-wait" ;;
	stop) options="-c --config -n --no-wait --now" ;;
	run) options="-c --config --leave-proxies" ;;
	status) options="-c --config -j --json -w --watch -o --output --color=" ;;
	exec) options="-c --config -u --user --root --" ;;
	logs) options="-c --config -f --follow -n --lines" ;;
	import) options="-c --config -n --dry-run --force" ;;
	sync) options="-c --config -n --dry-run --remove" ;;
	adopt) options="-c --config -n --dry-run --all" ;;
	leave) options="-c --config -n --dry-run --yes --keep-hosts" ;;
	init) options="-c --config --new-id --keep-id" ;;
	*) return ;;
	esac
	if [[ $word == -* ]]; then
		mapfile -t COMPREPLY < <(compgen -W "$options -h --help" -- "$word")
		[[ ${COMPREPLY[*]} == *= ]] && compopt -o nospace
		return
	fi
	case $command in
	logs | diag | exec | rotate-psk)
		if [[ -z $vrf$root ]]; then
			mapfile -t COMPREPLY < <(compgen -W "$(_vrfgate_vrfs "$config")" -- "$word")
		elif [[ $command == exec ]]; then
			_vrfgate_command "$COMP_CWORD"
		fi ;;
	status | start | stop | restart)
		mapfile -t COMPREPLY < <(compgen -W "$(_vrfgate_vrfs "$config")" -- "$word") ;;
	import)
		mapfile -t COMPREPLY < <(compgen -f -- "$word")
		compopt -o filenames ;;
	esac
}

# The command of exec begins at this word and completes as it does by itself.
_vrfgate_command()
{
	local at=$1

	if declare -F _command_offset >/dev/null; then
		_command_offset "$at"
	elif ((COMP_CWORD == at)); then
		mapfile -t COMPREPLY < <(compgen -c -- "${COMP_WORDS[COMP_CWORD]}")
	else
		mapfile -t COMPREPLY < <(compgen -f -- "${COMP_WORDS[COMP_CWORD]}")
		compopt -o filenames
	fi
}

complete -F _vrfgate vrfgate
