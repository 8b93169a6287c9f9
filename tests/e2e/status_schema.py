# SPDX-License-Identifier: GPL-2.0-or-later
"""The status document of `vrfgate status -j` as data, and a validator that names every place that differs from it."""

STATUS_SCHEMA_VERSION = 1
VRF_STATES = ("disabled", "wiring", "starting", "healthy", "degraded", "backoff", "failed", "stopping")
INTERFACE_KINDS = ("vlan", "macvlan", "device", "link")
CHECK_NAMES = ("netns", "link", "address", "uplink", "route", "process", "stats", "server", "gateway", "values",
               "late")


class Kind:
    """A JSON type that a value must have; the name is for messages."""

    def __init__(self, name, accepts):
        self.name = name
        self.accepts = accepts


def is_count(value):
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def is_number(value):
    return isinstance(value, (int, float)) and not isinstance(value, bool) and value >= 0


TEXT = Kind("a string", lambda value: isinstance(value, str))
NAME = Kind("a string that is not empty", lambda value: isinstance(value, str) and value != "")
FLAG = Kind("true or false", lambda value: isinstance(value, bool))
COUNT = Kind("a whole number", is_count)
NUMBER = Kind("a number", is_number)


def one_of(*values):
    return Kind("one of " + ", ".join(map(repr, values)), lambda value: value in values)


def or_null(kind):
    """Where a number or an object is not known, or not there, it is null; a text is empty then."""
    return Kind(f"{kind.name} or null", lambda value: value is None or kind.accepts(value))


class OrNull:
    """An object that may be null as a whole."""

    def __init__(self, shape):
        self.shape = shape


INTERFACE = {
    "name": NAME, "kind": one_of(*INTERFACE_KINDS), "up": FLAG, "carrier": FLAG, "addresses": [NAME],
    "parent": TEXT, "rx_bytes": COUNT, "tx_bytes": COUNT, "rx_errors": COUNT, "tx_errors": COUNT,
}
UPLINK = {"root_ifname": NAME, "root_address": NAME, "address": NAME, "up": FLAG}
PROXY = {
    "name": NAME, "mode": one_of("active", "passive"), "state": NAME, "pid": or_null(COUNT),
    "uptime_s": or_null(NUMBER), "restarts": COUNT, "last_exit": TEXT, "version": TEXT,
    "server_seen_s": or_null(NUMBER), "server_link": one_of("", "failed", "tls"),
    "restart_due": FLAG, "backlog": or_null(COUNT), "required_vps": or_null(NUMBER),
    "busy_percent": or_null(NUMBER), "busiest": TEXT,
    "rss_bytes": or_null(COUNT), "measured_s": or_null(NUMBER),
}
SERVICE = {"name": NAME, "state": NAME, "pid": or_null(COUNT), "restarts": COUNT}
CHECK = {"name": one_of(*CHECK_NAMES), "ok": or_null(FLAG), "detail": TEXT, "since_s": or_null(NUMBER)}
VRF = {
    "name": NAME, "id": or_null(COUNT), "state": one_of(*VRF_STATES), "reason": TEXT, "since_s": NUMBER,
    "netns": NAME, "interfaces": [INTERFACE], "uplink": OrNull(UPLINK), "proxy": OrNull(PROXY), "handover": TEXT, "services": [SERVICE],
    "checks": [CHECK], "repairs": COUNT,
}
GATEWAY = {
    "name": NAME, "version": NAME, "pid": COUNT, "uptime_s": NUMBER, "config_generation": COUNT,
    "state": one_of("healthy", "degraded", "down"),
    "zabbix": {"url": TEXT, "version": TEXT, "state": one_of("ok", "unreachable", "denied", "off"),
               "error": TEXT, "synced_s": or_null(NUMBER)},
    "reload": {"ok": FLAG, "faults": NUMBER, "error": TEXT, "failed_s": or_null(NUMBER)}, "warnings": [NAME], "disks": [NAME], "forwarding": [NAME],
    "causes": [{"kind": NAME, "object": TEXT, "text": NAME, "summary": NAME, "vrfs": [NAME]}],
}
STATUS = {"schema": one_of(STATUS_SCHEMA_VERSION), "gateway": GATEWAY, "vrfs": [VRF]}


def differences(value, shape=None, where="status"):
    """Every place where a document differs from the schema, as a list of sentences."""
    shape = STATUS if shape is None else shape
    if isinstance(shape, Kind):
        return [] if shape.accepts(value) else [f"{where}: {value!r}, expected {shape.name}"]
    if isinstance(shape, OrNull):
        return [] if value is None else differences(value, shape.shape, where)
    if isinstance(shape, list):
        return list_differences(value, shape[0], where)
    return object_differences(value, shape, where)


def list_differences(value, shape, where):
    if not isinstance(value, list):
        return [f"{where}: {value!r}, expected a list"]
    return [fault for index, each in enumerate(value) for fault in differences(each, shape, f"{where}[{index}]")]


def object_differences(value, shape, where):
    if not isinstance(value, dict):
        return [f"{where}: {value!r}, expected an object"]
    faults = [f"{where}: no key '{key}'" for key in shape if key not in value]
    faults += [f"{where}: unknown key '{key}'" for key in value if key not in shape]
    for key in shape.keys() & value.keys():
        faults += differences(value[key], shape[key], f"{where}.{key}")
    return faults
