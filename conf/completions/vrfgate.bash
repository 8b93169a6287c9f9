# SPDX-License-Identifier: GPL-2.0-or-later
# bash completion of vrfgate(8); commands, options and operands are those that `vrfgate help` names

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

_vrfgate_commands()
{
	vrfgate help 2>/dev/null | sed -nE 's/^  ([a-z-]+) .*/\1/p'
}

# What the help calls the value of an option, where one must follow as the next word.
_vrfgate_value()
{
	local help=$1 option=$2

	[[ $option == -?* ]] && sed -nE "s/^ +(-., )?$option(, --[a-z-]+)? ([A-Z]+)  .*/\3/p" <<<"$help" 2>/dev/null
}

# The last of the names between commas; those before it stay.
_vrfgate_columns()
{
	local word=$1 before=""

	[[ $word == *,* ]] && before=${word%,*},
	mapfile -t COMPREPLY < <(compgen -P "$before" -W "$(vrfgate status -o help | sed 's/ .*//')" -- "${word##*,}")
	compopt -o nospace
}

_vrfgate_files()
{
	mapfile -t COMPREPLY < <(compgen -f -- "$1")
	compopt -o filenames
}

_vrfgate()
{
	local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]}
	local command=${COMP_WORDS[1]} config=/etc/vrfgate/vrfgate.conf first="" help operands i

	COMPREPLY=()
	if ((COMP_CWORD == 1)); then
		mapfile -t COMPREPLY < <(compgen -W "$(_vrfgate_commands)" -- "$word")
		return
	fi
	help=$(vrfgate help "$command" 2>/dev/null)
	operands=$(sed -nE '1s/.*\]? ([^] ]+(\.\.\.)?\]?)$/\1/p' <<<"$help")
	for ((i = 2; i < COMP_CWORD; i++)); do
		case ${COMP_WORDS[i]} in
		-c | --config) config=${COMP_WORDS[++i]} ;;
		--root) first=--root ;;
		--)
			[[ $command == exec ]] && { _vrfgate_command "$((i + 1))"; return; } ;;
		-*)
			[[ $(_vrfgate_value "$help" "${COMP_WORDS[i]}") ]] && ((i++)) ;;
		*)
			# The first word that is neither an option nor the VRF begins the command.
			[[ $command == exec && -n $first ]] && { _vrfgate_command "$i"; return; }
			first=${COMP_WORDS[i]} ;;
		esac
	done
	case $(_vrfgate_value "$help" "$before") in
	FILE) _vrfgate_files "$word"; return ;;
	USER) mapfile -t COMPREPLY < <(compgen -u -- "$word"); return ;;
	COLUMNS) _vrfgate_columns "$word"; return ;;
	?*) return ;;
	esac
	if [[ $before == = || $word == = ]]; then
		mapfile -t COMPREPLY < <(compgen -W "auto always never" -- "${word#=}")
		return
	fi
	if [[ $word == -* ]]; then
		mapfile -t COMPREPLY < <(compgen -W \
			"$(sed -nE 's/^ +(-.)?,? +(--[a-z-]+)(\[(=))?.*/\1 \2\4/p' <<<"$help")" -- "$word")
		[[ ${COMPREPLY[*]} == *= ]] && compopt -o nospace
		return
	fi
	case $operands in
	*VRF...*) mapfile -t COMPREPLY < <(compgen -W "$(_vrfgate_vrfs "$config")" -- "$word") ;;
	*FILE*) _vrfgate_files "$word" ;;
	'[COMMAND]') mapfile -t COMPREPLY < <(compgen -W "$(_vrfgate_commands)" -- "$word") ;;
	*COMMAND* | *VRF*)
		if [[ -z $first ]]; then
			mapfile -t COMPREPLY < <(compgen -W "$(_vrfgate_vrfs "$config")" -- "$word")
		elif [[ $command == exec ]]; then
			_vrfgate_command "$COMP_CWORD"
		fi ;;
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
		_vrfgate_files "${COMP_WORDS[COMP_CWORD]}"
	fi
}

complete -F _vrfgate vrfgate
