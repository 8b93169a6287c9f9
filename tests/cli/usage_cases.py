# SPDX-License-Identifier: GPL-2.0-or-later
"""What needs no rights: usage, config faults, and questions to a supervisor that is not there."""

import re

import secret_file
from faulty_api import ANSWERS, FaultyApi
from lab import CONFIG_EXIT, REPOSITORY, USAGE_EXIT, expect_said
from processes import free_port
from tap import expect, expect_equal

COMMANDS = ("check", "plan", "up", "down", "run", "reload", "status", "start", "stop", "restart", "events",
            "metrics", "exec", "logs", "diag", "import", "sync", "adopt")
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
        for option in ("-h", "--help"):
            expect_said(lab.call(command, option), 0, stdout=f"usage: vrfgate {command} [-c FILE]", stderr="")


def commands_options_and_columns_are_in_the_manual_and_the_completions(lab):
    # A section may be of several commands: ".Ss start , stop , restart".
    manual = re.sub(r"\n\.Ss ([a-z]+(?: , [a-z]+)+)(?=\n)",
                    lambda several: "".join(f"\n.Ss {each}" for each in several[1].split(" , ")),
                    (REPOSITORY / "docs/vrfgate.8").read_text())
    completions = {path: path.read_text() for path in sorted((REPOSITORY / "conf/completions").iterdir())}
    expect_equal(len(completions), 2, "files of completions")
    columns = lab.call("status", "-o", "nonsense").stderr.splitlines()[0].partition("; there are ")[2].split(", ")
    wanted = {f".It Cm {column}\n": column for column in columns}
    for command in COMMANDS:
        wanted[f"\n.Ss {command}\n"] = command
        for option in re.findall(r"--([a-z-]+)", lab.call(command, "-h").stdout):
            wanted[f"Fl -{option}"] = f"--{option}"
    expect(len(wanted) > len(COMMANDS) + len(columns), "no options")
    for in_manual, word in wanted.items():
        expect(in_manual in manual, f"vrfgate.8 does not have {in_manual!r}")
        for path, text in completions.items():
            expect(re.search(rf"(?<![\w-]){re.escape(word)}(?![\w-])", text), f"{path.name} does not have '{word}'")


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
                        (("diag",), "expected one VRF"), (("diag", "a", "b"), "expected one VRF"),
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
         and value.__name__ != "expect_import_fails"]
