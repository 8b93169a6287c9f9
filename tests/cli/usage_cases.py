# SPDX-License-Identifier: GPL-2.0-or-later
"""What needs no rights: usage, config faults, and questions to a supervisor that is not there."""

import os
import pathlib
import re
import shutil
import subprocess

import secret_file
from faulty_api import ANSWERS, FaultyApi
from lab import CONFIG_EXIT, REPOSITORY, USAGE_EXIT, expect_said
from processes import free_port
from tap import expect, expect_equal

COMMANDS = ("check", "plan", "up", "down", "run", "reload", "status", "start", "stop", "restart", "release", "events",
            "metrics", "exec", "logs", "diag", "import", "sync", "adopt", "leave", "rotate-psk", "init")
TRUNK = "interface eth0.10 { }"


def no_command_shows_the_usage(lab):
    expect_said(lab.call(), USAGE_EXIT, stdout="", stderr="usage: vrfgate COMMAND")


def an_unknown_command_is_named(lab):
    expect_said(lab.call("explode"), USAGE_EXIT, stdout="", stderr="vrfgate: no command 'explode'\n")


def help_names_every_command(lab):
    for word in ("help", "-h", "--help"):
        done = lab.call(word)
        expect_said(done, 0, stderr="")
        for command in COMMANDS:
            expect(f"\n  {command} " in done.stdout, f"'{word}' does not name '{command}'")


def the_version_is_told(lab):
    for word in ("version", "-V", "--version"):
        done = lab.call(word)
        expect_said(done, 0, stdout="vrfgate ", stderr="")
        expect_equal(done.stdout.count("\n"), 1, "lines")


def every_command_has_help(lab):
    for command in COMMANDS:
        by_help = lab.call("help", command).stdout
        for option in ("-h", "--help"):
            done = lab.call(command, option)
            expect_said(done, 0, stdout=f"usage: vrfgate {command} [-c FILE]", stderr="")
            expect_equal(done.stdout, by_help, f"{command} {option} and help {command}")


def what_was_meant_is_named(lab):
    for words, text in ((("statsu",), "vrfgate: no command 'statsu', did you mean 'status'?\n"),
                        (("help", "rotatepsk"), "vrfgate: no command 'rotatepsk', did you mean 'rotate-psk'?\n"),
                        (("stop", "--nwo", "a"), "unknown option '--nwo', did you mean '--now'?\n"),
                        (("status", "--colour=never"), "unknown option '--colour', did you mean '--color'?\n"),
                        (("status", "-o", "vrf,reson"), "no column 'reson', did you mean 'reason'?\n")):
        expect_said(lab.call(*words), USAGE_EXIT, stdout="", stderr=text)
    lab.write("namespace cust-a { }\nnamespace other { }\n")
    for words in (("exec", "cust-b", "true"), ("logs", "cust-b"), ("diag", "cust-b"), ("rotate-psk", "cust-b")):
        expect_said(lab.command(*words), 4, stdout="",
                    stderr="vrfgate: no such VRF: 'cust-b', did you mean 'cust-a'?\n")


def table_of_commands(lab):
    """By command: its options as (letter or "", long name), and its usage line."""
    table = {}
    for command in re.findall(r"^  ([a-z-]+) ", lab.call("help").stdout, re.M):
        text = lab.call("help", command).stdout
        options = set(re.findall(r"^ +(?:-(.), +)?--([a-z-]+)", text, re.M))
        table[command] = options, text.splitlines()[0]
    return table


def each_command_and_option_is_in_the_manual_and_no_other(lab):
    manual = (REPOSITORY / "docs/vrfgate.8").read_text()
    table = table_of_commands(lab)
    expect(set(COMMANDS) < set(table), "commands without help")
    # A section may be of several commands: ".Ss start , stop , restart".
    sections = {}
    for section in re.split(r"\n\.Ss ", manual.partition("\n.Sh COMMANDS")[2].partition("\n.Sh ")[0])[1:]:
        head, _, text = section.partition("\n")
        options = set()
        for item in re.findall(r"^\.It (Fl .*)", text, re.M):
            options.add(re.fullmatch(r"(?:Fl (.)\b.*?, )?Fl -([a-z-]+).*", item).groups(default=""))
        sections[tuple(head.split(" , "))] = options
    expect_equal([command for head in sections for command in head], list(table), "sections of the manual")
    for head, options in sections.items():
        wanted = {option for command in head for option in table[command][0]}
        expect_equal(sorted(options), sorted(wanted - {("c", "config"), ("h", "help")}), f"options in section {head}")
    synopsis = manual.partition(".Sh SYNOPSIS\n")[2].partition("\n.Sh ")[0]
    seen = {}
    for block in synopsis.split(".Nm\n")[1:]:
        head, _, text = block.removeprefix(".Cm ").partition("\n")
        for command in head.split(" | "):
            seen[command] = set(re.findall(r"Fl (-?[a-z-]+)", text.replace("Fl -\n", "")))
    expect_equal(sorted(seen), sorted(table), "commands of the synopsis")
    for command, (_, usage) in table.items():
        expect_equal(sorted(seen[command]), sorted(set(re.findall(r"(?<![a-z])-(-?[a-z][a-z-]*)", usage))),
                     f"options of {command} in the synopsis")


def each_command_is_in_the_readme_with_options_that_it_has(lab):
    table = table_of_commands(lab)
    rows = {}
    for row in re.findall(r"^\| `([a-z-]+[^`]*)` \|", (REPOSITORY / "README.md").read_text(), re.M):
        words, _, rest = row.replace("\\|", "|").partition(" ")
        rows.update((command, rest) for command in words.split("|"))
    expect_equal(sorted({*rows, "help", "version"}), sorted(table), "commands of README.md")
    for command, rest in rows.items():
        has = {f"--{name}" for _, name in table[command][0]} | {f"-{letter}" for letter, _ in table[command][0]}
        expect_equal(set(re.findall(r"(?<![\w-])--?[a-z][a-z-]*", rest)) - has, set(), f"options of {command} in README.md")


def each_column_is_in_the_manual_and_no_other(lab):
    manual = (REPOSITORY / "docs/vrfgate.8").read_text().partition("\n.Sh COLUMNS\n")[2].partition("\n.Sh ")[0]
    done = lab.call("status", "-o", "help")
    expect_said(done, 0, stderr="")
    expect_equal(re.findall(r"^\.It Cm (\S+)$", manual, re.M), [line.split()[0] for line in done.stdout.splitlines()],
                 "columns")


COMPLETERS = {
    "bash": ("conf/completions/vrfgate.bash", 'COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _vrfgate 2>/dev/null;'
             ' printf "%s\\n" "${COMPREPLY[@]}"'),
    # What its functions offer: "describe: WORD:TEXT", "(-x --xx)--xx[TEXT]", "1:VRF:_vrfgate_vrfs".
    "zsh": ("conf/completions/_vrfgate", 'words=("$@"); CURRENT=$#; _vrfgate'),
}
ZSH_STUBS = '_arguments() { print -rl -- "$@" }; _describe() { print -rl -- ${(P)2} }; _values() { shift 3; print -rl -- "$@" };'


def completed(lab, shell, *words):
    """The words that a shell offers for the last of these."""
    path, call = COMPLETERS[shell]
    script = (REPOSITORY / path).read_text()
    if shell == "zsh":
        script = ZSH_STUBS + script.removesuffix('_vrfgate "$@"\n')
    path = f"{pathlib.Path(lab.program).resolve().parent}:{os.environ['PATH']}"
    done = subprocess.run([shell, *(["-f"] if shell == "zsh" else []), "-c", script + "\n" + call, shell, "vrfgate",
                           *map(str, words)], env={**os.environ, "PATH": path}, capture_output=True, text=True,
                          check=True)
    return done.stdout.split("\n")[:-1]


def commands_options_vrfs_and_columns_are_completed(lab):
    table = table_of_commands(lab)
    lab.write("vrf acme { }\nnamespace mgmt { }\n")
    columns = [line.split()[0] for line in lab.call("status", "-o", "help").stdout.splitlines()]
    for shell in COMPLETERS:
        if not shutil.which(shell):
            continue
        expect_equal([word.partition(":")[0] for word in completed(lab, shell, "")], list(table), f"commands in {shell}")
        for command, (options, _) in table.items():
            offered = {re.sub(r"^\(.*?\)|[=\[:].*$", "", word).rstrip("-")
                       for word in completed(lab, shell, command, "-")} - {"1", "*", ""}
            expect_equal(sorted(offered), sorted(
                [f"--{name}" for _, name in options] + [f"-{letter}" for letter, _ in options if letter]),
                f"options of {command} in {shell}")
    for words, wanted in ((("logs", "-c", lab.path, "-n", "3", ""), ["acme", "mgmt"]), (("diag", "-c", lab.path, "a"), ["acme"]),
                          (("stop", "-c", lab.path, "acme", "m"), ["mgmt"]), (("logs", "-c", lab.path, "acme", ""), [""]),
                          (("exec", "-c", lab.path, "-u", "root", "ac"), ["acme"]), (("help", "rotate"), ["rotate-psk"]),
                          (("status", "-o", ""), columns), (("status", "-o", "vrf,rea"), ["vrf,reason"]),
                          (("status", "--color", "=", "n"), ["never"]), (("status", "--col"), ["--color="])):
        expect_equal(completed(lab, "bash", *words), wanted, f"completion of {words}")


def an_unknown_option_is_named_by_every_command(lab):
    for command in COMMANDS:
        expect_said(lab.call(command, "-Z"), USAGE_EXIT, stdout="",
                    stderr=f"vrfgate {command}: unknown option '-Z'\nusage: vrfgate {command} ")
        expect_said(lab.call(command, "--zzz"), USAGE_EXIT, stderr=f"vrfgate {command}: unknown option '--zzz'\n")


def a_missing_value_is_told_by_every_command(lab):
    for command in COMMANDS:
        expect_said(lab.call(command, "-c"), USAGE_EXIT, stdout="",
                    stderr=f"vrfgate {command}: option '-c' needs a value\n")


def an_operand_too_many_is_told(lab):
    for command in ("check", "plan", "up", "down", "run", "reload", "events", "metrics"):
        expect_said(lab.call(command, "acme"), USAGE_EXIT, stderr=f"vrfgate {command}: unexpected 'acme'\n")


def values_that_cannot_be_are_told(lab):
    for words, text in ((("status", "-w0"), "-w 0: expected seconds"), (("status", "-wx"), "-w x: expected seconds"),
                        (("status", "--color=maybe"), "--color=maybe: expected auto, always or never"),
                        (("status", "-o", "nonsense"), "no column 'nonsense'; there are vrf, id, state,"),
                        (("status", "-o", ""), "no column ''"),
                        (("logs", "-n", "x", "acme"), "-n x: expected a number of lines"),
                        (("logs",), "expected one VRF"), (("logs", "a", "b"), "expected one VRF"),
                        (("diag", "a", "b"), "expected one VRF"),
                        (("start",), "expected one VRF or more"), (("stop",), "expected one VRF or more"),
                        (("restart",), "expected one VRF or more"),
                        (("exec",), "expected a VRF"), (("exec", "acme"), "expected a command"),
                        (("exec", "--root"), "expected a command")):
        expect_said(lab.call(*words), USAGE_EXIT, stdout="", stderr=f"vrfgate {words[0]}: {text}")


def a_missing_config_file_is_named(lab):
    missing = lab.base / "no-such.conf"
    for command in ("check", "plan", "up", "down", "run", "reload", "status"):
        expect_said(lab.call(command, "-c", missing), CONFIG_EXIT, stdout="", stderr=str(missing))
        expect_said(lab.call(command, "-c", missing), CONFIG_EXIT, stderr="No such file or directory")


def a_sound_config_is_said_to_be_so(lab):
    lab.write('vrf a { interface eth0.10 { address = "10.0.0.2/30" gateway = "10.0.0.1" } }\n'
              'vrf b { interface eth0.20 { address = "10.0.0.2/30" gateway = "10.0.0.1" } }\n')
    done = lab.command("check")
    expect_said(done, 0, stderr="")
    expect_equal(done.stdout, f"{lab.path}: no faults, 2 VRFs\n", "stdout")
    lab.write('vrf a { interface eth0.10 { address = "10.0.0.2/30" } }\n')
    expect_said(lab.command("check"), 0, stdout=": no faults, 1 VRF\n", stderr="")
    lab.write("vrf a { }\n")
    expect_said(lab.command("check"), 0, stdout=": no faults, 1 VRF\n", stderr="no interface")


def a_name_that_could_lead_elsewhere_is_refused(lab):
    for name in ("..", "../acme", "a/b", "/etc", "-rf", ".a", "a b", "a\tb", "a\033[2Jb", "", "x" * 64):
        for kind in ("vrf", "namespace"):
            lab.write(f'{kind} "{name}" {{ }}\n')
            shown = name.replace("\t", " ").replace("\033", "?")
            for command in ("check", "plan", "up", "run"):
                done = lab.command(command)
                expect_said(done, CONFIG_EXIT, stdout="",
                            stderr=f"{lab.path}:2: {kind} '{shown}': not a name, expected a letter or digit")
            # What only looks goes by the rest, and knows no such VRF either.
            expect(lab.command("logs", "--", name).returncode != 0, f"{name!r} has a log")
    expect_equal(list(lab.base.iterdir()), [], "files that were made")


FAULTS = (
    ("vrf a {\n", 2, "'{' without an end, expected '}' before the file ends"),
    ("vrf a { colour = red }\n", 2, "'colour'"),
    ('vrf a { interface eth0.10 { address = "10.0.0.300/30" } }\n', 2, 'address "10.0.0.300/30"'),
    ("vrf a { interface eth0.0 { } }\n", 2, "VLAN id 0, expected 1 to 4094"),
    ("vrf a { interface eth0.4095 { } }\n", 2, "VLAN id 4095, expected 1 to 4094"),
    ("vrf a { interface eth0.x { } }\n", 2, "VLAN id x, expected 1 to 4094"),
    ("vrf a { }\nvrf a { }\n", 3, "vrf 'a'"),
    ("vrf a { id = 5 }\nvrf b { id = 5 }\n", 3, "vrf 'b': uplink id 5 is there twice"),
    (f"vrf a {{ {TRUNK} }}\nvrf b {{ {TRUNK} }}\n", 3, "vrf 'b': interface 'eth0.10'"),
    ('uplink { prefix = "fd00::/126" }\nvrf a { }\nvrf b { }\n', 2, "prefix"),
)


def every_fault_is_told_with_its_line_and_changes_nothing(lab):
    for text, line, words in FAULTS:
        lab.write(text)
        for command in ("check", "plan", "up", "run"):
            done = lab.command(command)
            expect_said(done, CONFIG_EXIT, stdout="", stderr=words)
            expect(any(each.startswith(f"{lab.path}:{line}: ") and words in each for each in done.stderr.splitlines()),
                   f"{text!r}: no line {line} with {words!r} in {done.stderr!r}")
    expect_equal(list(lab.base.iterdir()), [], "files made")


def all_faults_are_found_in_one_pass(lab):
    lab.write('vrf a {\n  colour = red\n  interface eth0.4095 { }\n  dns = "ns1"\n}\nvrf a { }\n')
    done = lab.command("check")
    expect_said(done, CONFIG_EXIT, stdout="")
    lines = [int(each.split(":")[1]) for each in done.stderr.splitlines()]
    expect_equal(lines, [3, 4, 5, 7], "lines with faults")


def keys_not_acted_on_yet_are_told_one_a_line(lab):
    lab.write('vrf a {\n  nat { out = "eth0.10" }\n  service web { command = { "/bin/true" } }\n  interface eth0.10 { address = "10.0.0.2/30" }\n}\n')
    done = lab.command("check")
    expect_said(done, 0, stdout="no faults")
    expect_equal(done.stderr, "".join(
        f"{lab.path}:{line}: vrf 'a': '{key}' is understood but this version does not act on it yet\n"
        for line, key in ((3, "nat"), (4, "service"))), "stderr")


def without_a_supervisor_there_is_no_answer(lab):
    lab.write("namespace n { }\n")
    for words in (("status",), ("status", "-j"), ("status", "n"), ("reload",)):
        expect_said(lab.command(*words), 3, stdout="", stderr="vrfgate: no supervisor is running (no answer at '")


def a_vrf_that_is_not_in_the_config_is_named(lab):
    lab.write("namespace n { }\n")
    for words in (("exec", "nope", "true"), ("logs", "nope"), ("diag", "nope")):
        expect_said(lab.command(*words), 4, stdout="", stderr="vrfgate: no such VRF: 'nope'\n")


def a_namespace_that_is_not_there_cannot_be_entered(lab):
    lab.write("namespace no-such-netns-here { }\n")
    expect_said(lab.command("exec", "no-such-netns-here", "true"), 1, stdout="",
                stderr="vrfgate exec: vrf 'no-such-netns-here': ")


def an_import_without_an_api_is_told(lab):
    lab.write("")
    expect_said(lab.command("import"), 1, stdout="", stderr="vrfgate import: zabbix.url is not set")


# What stands in the way of an import, by the name of the API's answer.
API_FAULTS = {
    "status 500": "HTTP 500 (a PHP error?",
    "status 413": "HTTP 413 (the request is larger than the web server takes: raise client_max_body_size",
    "status 429": "HTTP 429 (the web server limits the number of requests: try again later",
    "an empty 500": "HTTP 500 with an empty body",
    "an empty body": "answered with an empty body, not JSON-RPC",
    "an HTML page": "answered HTML, not JSON-RPC: is this the path of api_jsonrpc.php?",
    "invalid JSON": "answered invalid JSON: line 1",
    "JSON that is no answer": "answered JSON that is no JSON-RPC",
    "a redirect": "set zabbix.url to the final address (HTTP 302)",
}


def expect_import_fails(lab, url, login, words):
    """An import from this URL with this login ends with 1 and one line with these words."""
    lab.write(f'zabbix {{ url = "{url}" {login} }}\n')
    done = lab.command("import")
    expect_said(done, 1, stdout="", stderr=words)
    expect(re.fullmatch("vrfgate import: .*\n", done.stderr), f"not one line: {done.stderr!r}")


def an_import_from_a_faulty_api_is_told(lab):
    token = secret_file.write(lab.base / "token", "0" * 64)
    expect_equal(sorted(API_FAULTS), sorted(ANSWERS), "faults")
    for name, words in API_FAULTS.items():
        with FaultyApi(name) as api:
            expect_import_fails(lab, api.url("http"), f'token_file = "{token}"', words)
    expect_import_fails(lab, f"http://127.0.0.1:{free_port()}/", f'token_file = "{token}"',
                        "cannot connect: Connection refused")


def an_import_without_its_secret_is_told(lab):
    absent, empty, public = (lab.base / each for each in ("absent", "empty", "public"))
    empty.touch(mode=0o600)
    public.write_text("secret\n")
    public.chmod(0o644)
    for path, words in ((absent, f"cannot read '{absent}': No such file or directory"),
                        (public, f"'{public}' is open to everybody (mode 0644), expected 0600 or 0640"),
                        (lab.base, f"cannot read '{lab.base}': Is a directory"),
                        (empty, f"'{empty}' has an empty first line")):
        for key, login in (("token_file", f'token_file = "{path}"'),
                           ("password_file", f'user = "Admin" password_file = "{path}"')):
            expect_import_fails(lab, "http://127.0.0.1:1/", login, f"zabbix.{key}: {words}")


def a_log_that_is_not_there_is_named(lab):
    lab.write("namespace n { }\n")
    expect_said(lab.command("logs", "n"), 1, stdout="", stderr=f"'{lab.base}/log/n/zabbix_proxy.log': No such file")


def the_end_of_a_log_is_shown(lab):
    lab.write("namespace n { }\n")
    log = lab.base / "log" / "n" / "zabbix_proxy.log"
    log.parent.mkdir(parents=True)
    log.write_text("".join(f"line {number}\n" for number in range(1, 101)))
    expect_equal(lab.command("logs", "-n", "2", "n").stdout, "line 99\nline 100\n", "logs -n 2")
    expect_equal(lab.command("logs", "-n0", "n").stdout, "", "logs -n 0")
    expect_equal(lab.command("logs", "n", "-n", "1").stdout, "line 100\n", "logs with the option behind")
    expect_equal(lab.command("logs", "n").stdout.count("\n"), 20, "lines of plain logs")
    expect_equal(lab.command("logs", "-n", "1000", "n").stdout, log.read_text(), "logs -n 1000")


CASES = [value for value in list(globals().values())
         if callable(value) and getattr(value, "__module__", "") == __name__
         and value.__name__ not in ("expect_import_fails", "table_of_commands", "completed")]
