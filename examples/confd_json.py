"""The dictionaries of read_notification() as the JSON of docs/notification.schema.json.

For programs on the Python modules _confd and _ncs (python/README.md): Converter(_confd).event(dictionary).
"""

import socket

FAMILIES = {socket.AF_INET: "inet", socket.AF_INET6: "inet6", socket.AF_UNSPEC: "unspec"}
OPERATIONS = ["", "created", "deleted", "modified", "value_set", "moved_after", "attr_set"]
ATTRIBUTES = {0: "inactive", 0x80000000: "tags", 0x80000001: "annotation"}
# Members that are there under another name too, or that only count others.
DOUBLES = {"noprimary", "secondary_died", "secondary_arrived", "besecondary_result", "replay_error",
           "num_links", "num_attributes", "transient_reasons"}
OLD_NAMES = ("NOTIF_SYSLOG", "NOTIF_SYSLOG_TAKEOVER")
SESSION = "usid username clearpass context proto addr af port logintime snmp_v3_ctx flags".split()


def time_text(t, no_zone=-111):
    """RFC 3339"""
    date = f"{'-' if t.year < 0 else ''}{abs(t.year):04}-{t.month:02}-{t.day:02}"
    clock = f"{t.hour:02}:{t.min:02}:{t.sec:02}" + (f".{t.micro:06}" if t.micro else "")
    if t.timezone == no_zone:
        return f"{date}T{clock}"
    if not t.timezone and not t.timezone_minutes:
        return f"{date}T{clock}Z"
    sign = "-" if t.timezone < 0 or t.timezone_minutes < 0 else "+"
    return f"{date}T{clock}{sign}{abs(t.timezone):02}:{abs(t.timezone_minutes):02}"


class Converter:
    """`low` is the module _confd or _ncs."""

    def __init__(self, low):
        self.low = low
        # The first name of each bit is that of its event; the others are old names and flags.
        self.names = {}
        for name in sorted(vars(low.events), key=lambda name: name in OLD_NAMES):
            if name.startswith(("NOTIF_", "NCS_NOTIF_")) and "_FLAG_" not in name:
                self.names.setdefault(getattr(low.events, name), name)
        tags = ("C_XMLTAG", "C_XMLBEGIN", "C_XMLEND", "C_XMLBEGINDEL", "C_XMLMOVEFIRST",
                "C_XMLMOVEAFTER")
        self.pairs = {low.C_IDENTITYREF: ("ns", "id"), low.C_QNAME: ("prefix", "name"),
                      **{getattr(low, name): ("ns", "tag") for name in tags}}
        self.kinds = {low.UserInfo: self.session, low.Value: self.value, low.DateTime: time_text,
                      low.SnmpVarbind: self.binding, low.TagValue: self.tag,
                      low.ProgressLink: self.link, low.ProgressAttributes: self.attributes,
                      low.TransCtxRef: lambda v: {"th": v.th}, dict: self.members,
                      list: lambda v: [self.any(item) for item in v]}

    def event(self, event):
        out = {"type": event["type"], "name": self.names[event["type"]]}
        for name, held in event.items():
            if name not in ("type", "_notif"):
                out[name] = self.members(held)
        if "span_id" in out.get("progress", ()):
            out["progress"] = {"attributes": [], "links": []} | out["progress"]
        return out

    def change(self, path, op, old, new):
        """What diff_iterate() calls its function with."""
        out = {"path": str(path), "op": OPERATIONS[op]}
        if old is not None:
            out["old"] = self.value(old)
        if op == self.low.MOP_MOVED_AFTER:
            out["after"] = [self.value(key) for key in new or ()]
        elif op == self.low.MOP_ATTR_SET:
            out["attr"] = ATTRIBUTES.get(int(new[0]), int(new[0]))
            value = self.low.Value(new[1], self.low.C_LIST) if isinstance(new[1], list) else new[1]
            out["value"] = self.value(value)
        elif new is not None:
            out["value"] = self.value(new)
        return out

    def any(self, v):
        return self.kinds.get(type(v), lambda plain: plain)(v)

    def members(self, members):
        out = {name: self.member(name, v) for name, v in members.items() if name not in DOUBLES}
        return out

    def member(self, name, v):
        if name == "af":
            return FAMILIES[v]
        if name.endswith("_devices") and v and isinstance(v[0], self.low.Value):
            return [[str(device) for device in devices] for devices in v]
        return self.any(v)

    def session(self, v):
        out = {name: getattr(v, name) for name in SESSION}
        return out | {"af": FAMILIES[v.af], "clearpass": v.clearpass and "***"}

    def binding(self, v):
        column, rowindex = v.cr or (None, None)
        parts = {"name": v.name, "oid": v.oid, "column": column, "rowindex": rowindex}
        out = {"type": v.type, "vartype": v.vartype, "val": self.value(v.val)}
        return out | {name: part for name, part in parts.items() if part is not None}

    def tag(self, v):
        return {"ns": v.ns, "tag": v.tag, "v": self.value(v.v)}

    def link(self, v):
        return {name: v[name] for name in ("trace_id", "span_id") if v[name]}

    def attributes(self, v):
        return [{"name": name, "value": held} for name, held in v.items()]

    def step(self, step):
        if isinstance(step, tuple):
            return {"keys": [self.value(key) for key in step]}
        return {"type": "xmltag", "ns": step.ns, "tag": step.tag}

    def value(self, v):
        low, kind, held = self.low, v.confd_type(), v.as_pyval()
        name = "enum" if kind == low.C_ENUM_VALUE else v.confd_type_str()[2:].lower()
        if kind in (low.C_NOEXISTS, low.C_DEFAULT):
            return {"type": name}
        if kind == low.C_DECIMAL64:
            number, digits = v.as_decimal64()
            return {"type": name, "value": number, "fraction_digits": digits}
        if kind in self.pairs:
            parts = zip(self.pairs[kind], held)
            return {"type": name, **{key: part for key, part in parts if part is not None}}
        if kind == low.C_LIST:
            held = [self.value(item) for item in v]
        elif kind == low.C_OBJECTREF:
            held = [self.step(step) for step in held]
        elif kind == low.C_OID:
            held = [int(part) for part in held.split(".")] if held else []
        elif kind == low.C_HEXSTR:
            held = held.replace(":", "")
        elif kind == low.C_DQUAD:
            held = bytes(map(int, held.split("."))).hex()
        elif isinstance(held, bytes):
            held = held.hex()
        return {"type": name, "value": held}
