#!/usr/bin/python3 -B
# SPDX-License-Identifier: GPL-2.0-or-later
"""`vrfgate import` and a real Zabbix: files as people have them, and nothing of others renamed or deleted unasked."""

import codecs
import subprocess
import sys

import yaml

import secret_file
from gateway import program
from limited_api import LimitedApi
from official_templates import unpack
from setting import run_stack_cases
from tap import expect, expect_equal
from zabbix_api import ZabbixApi
from zabbix_stack import PASSWORD, USER

IMPORT_SECONDS = 300
CONFIG = """\
gateway {{
    name = "import"
    state_dir = "{directory}/state"  run_dir = "{directory}/run"  log_dir = "{directory}/log"
}}
zabbix {{ url = "{url}"  user = "{user}"  password_file = "{password}" }}
"""
NOTHING = {"created": 0, "changed": 0, "deleted": 0, "renamed": 0}


class Importer:
    """A config, and `vrfgate import` with it of files in a directory of its own."""

    def __init__(self, setting):
        self.directory = setting.directory / "import"
        self.directory.mkdir()
        self.config = self.directory / "vrfgate.conf"
        password = secret_file.write(self.directory / "password", PASSWORD)
        self.password = password
        self.set_url(setting.stack.api_url)

    def set_url(self, url):
        self.config.write_text(CONFIG.format(directory=self.directory, url=url, user=USER, password=self.password))

    def write(self, name, content):
        """A file of the directory: bytes, text, or an export."""
        path = self.directory / name
        path.parent.mkdir(exist_ok=True)
        if isinstance(content, dict):
            content = yaml.safe_dump({"zabbix_export": content}, sort_keys=False)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    def run(self, *arguments, seconds=IMPORT_SECONDS):
        return subprocess.run([program(), "import", "-c", self.config, *arguments], capture_output=True, text=True,
                              stdin=subprocess.DEVNULL, timeout=seconds, check=False)

    def expect_objects(self, *arguments, **counts):
        """The import succeeds and has these counts of objects, as its -n said before."""
        for words in (("-n",), ()):
            done = self.run(*words, *arguments)
            expect_equal((done.returncode, done.stderr, objects(done)), (0, "", {**NOTHING, **counts}),
                         f"import {words}")

    def expect_unchanged(self, *arguments):
        done = self.run(*arguments)
        expect_equal((done.returncode, done.stdout.splitlines()[0].split(": ")[-1], objects(done)),
                     (0, "unchanged", NOTHING), f"import: {done.stdout}{done.stderr}")

    def expect_refused(self, path, words):
        """With and without -n the file is not imported, for that reason."""
        for dry in ((), ("-n",)):
            done = self.run(*dry, path)
            expect_equal((done.returncode, done.stderr.count("\n"), objects(done)), (1, 1, NOTHING), f"import {dry}")
            expect(done.stderr.startswith(f"vrfgate import: {path}: ") and words in done.stderr, done.stderr)


def objects(done):
    """The counts of the last line."""
    counts = done.stdout.splitlines()[-1].partition("objects: ")[2].split(", ")
    return {word: int(number) for number, word in (each.split() for each in counts)}


def uuid(number):
    return f"0f0f0f0f0f0f4f0f8f0f{number:012x}"


def group_kind(setting):
    return "groups" if setting.stack.release.name == "6.0" else "template_groups"


def items(*each):
    """Items of (number, key) or (number, key, delay)."""
    return [{"uuid": uuid(number), "name": f"Item {key}", "type": "TRAP" if not delay else "INTERNAL", "key": key,
             "delay": delay[0] if delay else "0", "tags": [{"tag": "component", "value": "test"}]}
            for number, key, *delay in each]


def export(setting, *templates, group="Templates of tests", number=1):
    return {"version": setting.stack.release.name, group_kind(setting): [{"uuid": uuid(number), "name": group}],
            "templates": [{"groups": [{"name": group}], **each} for each in templates]}


def template(number, name, **rest):
    return {"uuid": uuid(number), "template": name, "name": name, **rest}


def names(setting):
    """Of all templates."""
    return {each["host"] for each in setting.api.call("template.get", {"output": ["host"]})}


def item_keys(setting, name):
    found = setting.api.call("template.get", {"output": ["templateid"], "filter": {"host": [name]}})
    return {each["itemid"]: each["key_"] for each in setting.api.call("item.get", {
        "output": ["key_"], "hostids": [each["templateid"] for each in found]})}


def check_renamed_official(setting, importer):
    """A community file that carries a copy of an official template, with its uuid, under a name of its own."""
    name, theirs = "Generic by SNMP", "ACME generic SNMP"
    found = setting.api.call("template.get", {"output": ["templateid"], "filter": {"host": [name]}})
    text = setting.api.call("configuration.export", {"format": "yaml",
                                                     "options": {"templates": [found[0]["templateid"]]}})
    path = importer.write("community.yaml", text.replace(name, theirs))
    with setting.case("a file that renames an official template by its uuid is refused, and says so with -n"):
        importer.expect_refused(path, f"renames template '{name}' (name: '{name}' -> '{theirs}')")
        expect_equal({name, theirs} & names(setting), {name}, "templates")
    with setting.case("--force renames it, counted as -n counts"):
        dry, done = importer.run("--force", "-n", path), importer.run("--force", path)
        expect_equal((done.returncode, objects(done)), (dry.returncode, objects(dry)), done.stderr)
        expect(done.returncode == 0 and objects(done)["renamed"] > 0 and objects(done)["deleted"] == 0, done.stdout)
        expect_equal({name, theirs} & names(setting), {theirs}, "templates")
        importer.expect_unchanged(path)


def check_counts(setting, importer):
    with setting.case("an import counts what it makes"):
        path = importer.write("counts.yaml", export(setting, template(2, "Counts", items=items(
            (3, "a", "1m"), (4, "b", "1m"), (5, "c", "1m")))))
        before = len(names(setting))
        importer.expect_objects(path, created=5)
        expect_equal((len(names(setting)), len(item_keys(setting, "Counts"))), (before + 1, 3), "templates, items")
        importer.expect_unchanged(path)
    with setting.case("an import counts what it changes, without --force"):
        importer.write("counts.yaml", export(setting, template(2, "Counts", items=items(
            (3, "a", "2m"), (4, "b", "1m"), (5, "c", "1m")))))
        importer.expect_objects(path, changed=1)


def check_lost_items(setting, importer):
    keys = item_keys(setting, "Counts")
    with setting.case("items are deleted and renamed with --force only, and counted as they are"):
        path = importer.write("counts.yaml", export(setting, template(2, "Counts", items=items(
            (3, "a", "5m"), (4, "renamed", "1m"), (6, "new", "1m")))))
        importer.expect_refused(path, "and 2 more: -n shows all, --force imports all the same")
        expect_equal(item_keys(setting, "Counts"), keys, "items")
        importer.expect_objects("--force", path, created=1, changed=1, deleted=1, renamed=1)
        after = item_keys(setting, "Counts")
        expect_equal((sorted(after.values()), len(set(after) - set(keys)), len(set(keys) - set(after))),
                     (["a", "new", "renamed"], 1, 1), "items")
        importer.expect_unchanged(path)


def check_unlinked(setting, importer):
    with setting.case("a template is unlinked from another with --force only"):
        linked = template(8, "Linking", templates=[{"name": "Counts"}])
        done = importer.run(importer.write("linking.yaml", export(setting, linked)))
        expect_equal(done.returncode, 0, done.stderr)
        path = importer.write("linking.yaml", export(setting, template(8, "Linking")))
        importer.expect_refused(path, "unlinks template 'Counts' from template 'Linking'")
        expect_equal(len(item_keys(setting, "Linking")), 3, "items")
        importer_done = importer.run("--force", path)
        expect_equal((importer_done.returncode, item_keys(setting, "Linking")), (0, {}), importer_done.stderr)


def check_vendor(setting, importer):
    if setting.stack.release.name == "6.0":
        return  # which has no versions of vendors
    with setting.case("a template goes back to an older version of its vendor's with --force only"):
        def path(version):
            vendor = {"vendor": {"name": "Somebody", "version": version}} if version else {}
            return importer.write("vendor.yaml", export(setting, template(9, "Vendor of it", **vendor)))

        for version in ("7.0-2", "7.0-10"):
            done = importer.run(path(version))
            expect_equal(done.returncode, 0, done.stderr)
        importer.expect_refused(path("7.0-9"),
                                "takes template 'Vendor of it' back from the vendor's version 7.0-10 to 7.0-9")
        importer.expect_refused(path(None), "back from the vendor's version 7.0-10 to none")
        expect_equal(importer.run("--force", path("7.0-9")).returncode, 0, "exit status")


def check_group(setting, importer):
    if setting.stack.release.name == "6.0":
        return  # where an import renames no groups
    with setting.case("a group is renamed with --force only"):
        path = importer.write("group.yaml", export(setting, template(2, "Counts", items=items(
            (3, "a", "5m"), (4, "renamed", "1m"), (6, "new", "1m"))), group="Templates of others"))
        importer.expect_refused(path, "renames template group 'Templates of tests' (name: ")


def check_encodings(setting, importer):
    text = yaml.safe_dump({"zabbix_export": export(setting, template(20, "Ümläute", items=items((21, "a"))))},
                          sort_keys=False, allow_unicode=True)
    with setting.case("a file of UTF-16, or with a byte order mark, or called .YAML, is imported as any"):
        importer.expect_objects(importer.write("plain.yaml", text.replace("Ümläute", "Umlaute")), created=2)
        text = text.replace("Ümläute", "Umlaute")
        for name, content in (("MARK.YAML", codecs.BOM_UTF8 + text.encode()), ("le.yml", text.encode("utf-16")),
                              ("be.yaml", codecs.BOM_UTF16_BE + text.encode("utf-16-be")),
                              ("bare.yaml", text.encode("utf-16-le"))):
            importer.expect_unchanged(importer.write(name, content))
    with setting.case("what is no export is named as what it is"):
        for name, content, words in (
                ("page.yaml", "<!DOCTYPE html><html><body>zabbix_export: templates:</body></html>", "a web page (HTML)"),
                ("latin.yaml", "# \xe4\n".encode("latin-1"), "save it as UTF-8"), ("empty.yaml", "", "is empty"),
                ("packed.yaml", b"\x1f\x8b\x08\0", "save it as UTF-8"), ("other.json", "{}", 'expected "zabbix_export"'),
                ("broken.yaml", "zabbix_export:\n\tversion: 6.0\n", "line 2: not YAML")):
            importer.expect_refused(importer.write(name, content), words)


def check_formats(setting, importer):
    with setting.case("XML and JSON of the same are unchanged"):
        found = setting.api.call("template.get", {"output": ["templateid"], "filter": {"host": ["Counts", "Linking"]}})
        for kind in ("xml", "json", "yaml"):
            importer.expect_unchanged(importer.write(f"same.{kind}", setting.api.call("configuration.export", {
                "format": kind, "options": {"templates": [each["templateid"] for each in found]}})))


def check_no_templates(setting, importer):
    version = setting.stack.release.name
    with setting.case("a file without templates is a failure, and says what it has"):
        importer.expect_refused(importer.write("media.yaml", {"version": version, "media_types": [
            {"name": "templates", "type": "SCRIPT", "script_name": "templates.sh"}]}), "no templates in it, only media_types")
        importer.expect_refused(importer.write("maps.yaml", {"version": version, "maps": [{"name": "templates"}]}),
                                "no templates in it, only maps")
        importer.expect_refused(importer.write("nothing.yaml", {"version": version}), "no templates in it")
    with setting.case("what is in a file beside templates is said not to be imported"):
        content = {**export(setting, template(22, "Beside")), "media_types": [
            {"name": "Beside", "type": "SCRIPT", "script_name": "a.sh"}]}
        done = importer.run(importer.write("beside.yaml", content))
        expect_equal(done.returncode, 0, done.stderr)
        expect("note: media_types in it: not imported" in done.stderr, done.stderr)


def check_versions(setting, importer):
    server = ZabbixApi(setting.stack.api_url).call("apiinfo.version", [])
    with setting.case("a file of a newer Zabbix is refused with both versions"):
        importer.expect_refused(importer.write("newer.yaml", {**export(setting, template(23, "Newer")), "version": "7.4"}),
                                f"the file is of Zabbix 7.4, the server is {server}")
    with setting.case("what Zabbix refuses in a file of an older one says both versions, too"):
        importer.expect_refused(importer.write("older.yaml", {**export(setting, template(24, "Older")), "version": "5.2"}),
                                f"(the file is of Zabbix 5.2, the server is {server})")


def check_links(setting, importer):
    group = {"group": "Templates that are linked", "number": 29}
    linking = export(setting, template(30, "A linking", templates=[{"name": "Z linked"}]), **group)
    path = importer.write("links/a.yaml", linking)
    with setting.case("a linked template that is missing is found by -n as by the import"):
        importer.expect_refused(path, "links template 'Z linked', which is not in Zabbix: import that first")
        expect("A linking" not in names(setting), "the template was made")
    with setting.case("of the files of a directory those that others link come first"):
        importer.write("links/z.yaml", export(setting, template(31, "Z linked", items=items((32, "z"))), **group))
        importer.expect_objects(importer.directory / "links", created=4)
        expect({"A linking", "Z linked"} <= names(setting), "no templates")
    with setting.case("a host group of a host prototype that is missing is found by -n as by the import"):
        prototype = {"uuid": uuid(35), "host": "{#HOST}", "name": "{#HOST}",
                     "group_links": [{"group": {"name": "No such group"}}]}
        rule = {**items((36, "rule"))[0], "host_prototypes": [prototype]}
        del rule["tags"]
        path = importer.write("prototype.yaml", export(setting, template(34, "Prototypes", discovery_rules=[rule])))
        where = "the groups of the file: add" if setting.stack.release.name == "6.0" else "Zabbix: create"
        importer.expect_refused(path, f"puts hosts into the host group 'No such group', which is not in {where} that first")
        if setting.stack.release.name == "6.0":  # which looks into the file only
            content = yaml.safe_load(path.read_text())["zabbix_export"]
            content["groups"].append({"uuid": uuid(33), "name": "No such group"})
            importer.expect_objects(importer.write("prototype.yaml", content), created=4)
            return
        setting.api.call("hostgroup.create", {"name": "No such group"})
        importer.expect_objects(path, created=3)


def check_twice(setting, importer):
    with setting.case("what two files of a directory have is created once, and -n counts it once"):
        twice = {"group": "Templates of two files", "number": 54}
        for name, keys in (("a", ((56, "both"),)), ("b", ((56, "both"), (57, "second")))):
            importer.write(f"twice/{name}.yaml", export(setting, template(55, "In two files", items=items(*keys)), **twice))
        importer.expect_objects(importer.directory / "twice", created=4)


def check_two_names(setting, importer):
    with setting.case("a linked template with two names is unchanged the second time, and its items are not deleted"):
        path = importer.write("two.yaml", export(
            setting, {**template(37, "Two names", items=items((38, "own"))), "name": "Other name"},
            template(39, "Linking two", templates=[{"name": "Two names"}])))
        importer.expect_objects(path, created=3)
        importer.expect_unchanged(path)


def check_passwords(setting, importer):
    """An export of 7.0 has no passwords: importing it again would clear those that Zabbix has."""
    item = {**items((41, "login", "1m"))[0], "type": "HTTP_AGENT", "url": "http://127.0.0.1", "authtype": "BASIC",
            "username": "u", "password": "{$PASSWORD}"}
    path = importer.write("password.yaml", export(setting, template(40, "Passwords", items=[item])))

    def password():
        return setting.api.call("item.get", {"output": ["password"], "filter": {"uuid": [uuid(41)]}})[0]["password"]

    with setting.case("a second import of a password changes nothing, another password is a change"):
        importer.expect_objects(path, created=2)
        importer.expect_unchanged(path)
        item["password"] = "{$OTHER}"
        path = importer.write("password.yaml", export(setting, template(40, "Passwords", items=[item])))
        expect("OTHER" not in importer.run("-n", path).stdout, "a password is shown")
        importer.expect_objects(path, changed=1)
        expect_equal(password(), "{$OTHER}", "password")
        importer.expect_unchanged(path)
    with setting.case("a file without the password does not clear it, but with --force"):
        del item["password"]
        path = importer.write("password.yaml", export(setting, template(40, "Passwords", items=[item])))
        importer.expect_refused(path, "clears the password of item 'Item login' in template 'Passwords'")
        expect_equal(password(), "{$OTHER}", "password")
        importer.expect_objects("--force", path, changed=1)
        expect_equal(password(), "", "password")


def check_secret_macro(setting, importer):
    with setting.case("the value of a secret macro, which nobody can compare, is no change and is said once"):
        macros = [{"macro": "{$SECRET}", "type": "SECRET_TEXT", "value": "a-secret-value"}]
        path = importer.write("macro.yaml", export(setting, template(45, "Macros", macros=macros)))
        importer.expect_objects(path, created=1)
        importer.expect_unchanged(path)
        done = importer.run(path)
        expect_equal(done.stderr, f"vrfgate import: {path}: note: the value of the secret macro {{$SECRET}} "
                     "cannot be compared\n", "note")


def check_limits(setting, importer):
    small = importer.write("limits/b.yaml", export(setting, template(50, "Small")))
    large = importer.write("limits/a.yaml", export(setting, template(51, "Large", description="x" * 100000)))
    with setting.case("a web server that takes no request so large is told with its setting, others go on"), \
            LimitedApi(setting.stack.api_url, most_bytes=50000) as api:
        importer.set_url(api.url("http"))
        done = importer.run(large.parent)
        expect_equal((done.returncode, objects(done)["created"]), (1, 1), done.stderr)
        expect(done.stderr.startswith(f"vrfgate import: {large}: ") and "client_max_body_size" in done.stderr, done.stderr)
    with setting.case("a web server that limits the requests ends the import, which says what to do"), \
            LimitedApi(setting.stack.api_url, most_requests=5) as api:
        importer.set_url(api.url("http"))
        done = importer.run(large, small, large)
        expect_equal(done.returncode, 1, "exit status")
        expect("HTTP 429 (the web server limits the number of requests: try again later" in done.stderr, done.stderr)
    importer.set_url(setting.stack.api_url)


def check_official(setting, importer):
    """Three of those that Debian's frontend carries: all of them are for tests/long."""
    files = unpack(setting.stack.release, importer.directory / "official",
                   ("template_app_proxmox", "template_app_generic_java_jmx", "template_app_etcd_http"))
    if not files:
        setting.tap.skip(f"{setting.stack.release.name}: official templates", "they are not on this machine")
        return
    with setting.case("official templates with passwords, and with one uuid twice, are unchanged the second time"):
        importer.run("--force", *files)
        for path in files:
            importer.expect_unchanged(path)


def cases(setting):
    importer = Importer(setting)
    check_renamed_official(setting, importer)
    check_counts(setting, importer)
    check_lost_items(setting, importer)
    check_unlinked(setting, importer)
    check_vendor(setting, importer)
    check_group(setting, importer)
    check_encodings(setting, importer)
    check_formats(setting, importer)
    check_no_templates(setting, importer)
    check_versions(setting, importer)
    check_links(setting, importer)
    check_twice(setting, importer)
    check_two_names(setting, importer)
    check_passwords(setting, importer)
    check_secret_macro(setting, importer)
    check_limits(setting, importer)
    check_official(setting, importer)


if __name__ == "__main__":
    sys.exit(run_stack_cases("import", cases))
