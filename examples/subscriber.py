#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A subscriber of ConfD and NSO event notifications: plain sockets, the standard library, one file.

Prints each event as a line of JSON, as `confd-listen --format json` does (the schema is
docs/notification.schema.json), and then acknowledges it when somebody waits for that:

    CONFD_IPC_PORT=4565 examples/subscriber.py

What it asks for comes from the environment, under the names by which the conformance kit tells a
client under test what a case needs (docs/conformance.md): CONFD_CONFORMANCE_MASK, _HEARTBEAT,
_HEALTH_CHECK, _VERBOSITY, _STREAM, _START, _STOP, _FILTER, _USID, _RELEASE and _PRODUCT. Without
them it asks ConfD 7.8 for everything but streams, heartbeats and health checks.

Exit codes: 0 the server closed after a whole event, or SIGINT or SIGTERM; 1 the connection broke
off, or an event was malformed; 3 could not connect, or was refused.

docs/protocol.md describes the protocol; the REQ- in the comments are its requirements.
"""

import codecs
import datetime
import hashlib
import json
import os
import re
import signal
import socket
import struct
import sys

# ---- Mask bits (section 5.1) ----

AUDIT, TAKEOVER_SYSLOG, COMMIT_DIFF, HA_INFO, HEARTBEAT = 1, 4, 16, 64, 8192
AUDIT_SYNC, HEALTH_CHECK, STREAM_EVENT, HA_INFO_SYNC = 1 << 17, 1 << 18, 1 << 19, 1 << 20
AUDIT_NETWORK, AUDIT_NETWORK_SYNC = 1 << 28, 1 << 29
NSO_ONLY = 1 << 21 | 1 << 22 | 1 << 25 | AUDIT_NETWORK | AUDIT_NETWORK_SYNC
SINCE_7 = 1 << 24 | 1 << 25 | 1 << 26 | 1 << 27 | AUDIT_NETWORK | AUDIT_NETWORK_SYNC

# What we are willing to take: the server decides what it sends (REQ-FRAME-4, REQ-TERM-10).
MAX_FRAME = 16 * 1024 * 1024
MAX_DEPTH = 64


class Malformed(Exception):
    """An event that is not what the protocol says. The next one may be."""


class Refused(Exception):
    """The server does not want us."""


class Closed(Exception):
    """The server has closed the connection; `whole` when it did so between two frames."""

    def __init__(self, whole):
        super().__init__("the server closed the connection")
        self.whole = whole


# ---- Terms (section 3): integers and floats are themselves, binaries bytes, tuples tuples, lists
# lists. Atoms and improper lists have no counterpart in Python. ----


class Atom(str):
    pass


class Cons:
    """[A|B]: what a tag of a namespace is written as."""

    def __init__(self, items, tail):
        self.items, self.tail = items, tail


class TermReader:
    def __init__(self, data):
        self.data, self.at, self.depth = data, 0, 0

    def take(self, size):
        if size > len(self.data) - self.at:
            raise Malformed(f"the bytes end at {len(self.data)} where {size} more should be")
        self.at += size
        return self.data[self.at - size:self.at]

    def number(self, form):
        return struct.unpack(form, self.take(struct.calcsize(form)))[0]

    def count(self, form):
        # Each element takes a byte at least: nothing is made for elements that cannot come.
        count = self.number(form)
        if count > len(self.data) - self.at:
            raise Malformed(f"{count} elements are announced, {len(self.data) - self.at} bytes left")
        return count

    def elements(self, count):
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise Malformed(f"nested more than {MAX_DEPTH} deep")
        items = [self.term() for _ in range(count)]
        self.depth -= 1
        return items

    def big(self, size):
        negative = self.number(">B")
        value = int.from_bytes(self.take(size), "little")
        if value >= 1 << 64:
            raise Malformed("an integer of more than 64 bits")
        return -value if negative else value

    def floating(self, value):
        if value != value or value in (float("inf"), float("-inf")):
            raise Malformed("a float that is no number")
        return value

    def atom(self, size, encoding):
        try:
            atom = Atom(self.take(size).decode(encoding))
        except UnicodeDecodeError as error:
            raise Malformed("an atom that is not UTF-8") from error
        if len(atom) > 255:
            raise Malformed("an atom of more than 255 characters")
        return atom

    def list_term(self):
        count = self.count(">I")
        items = self.elements(count)
        tail = self.term()
        return items if tail == [] else Cons(items, tail)

    def float_text(self):
        try:
            return self.floating(float(self.take(31).rstrip(b"\0")))
        except ValueError as error:
            raise Malformed("a float that is no number") from error

    TAGS = {
        70: lambda self: self.floating(self.number(">d")),
        97: lambda self: self.number(">B"),
        98: lambda self: self.number(">i"),
        99: float_text,
        100: lambda self: self.atom(self.number(">H"), "latin-1"),
        104: lambda self: tuple(self.elements(self.count(">B"))),
        105: lambda self: tuple(self.elements(self.count(">I"))),
        106: lambda self: [],
        # A list of small integers may come as a string (REQ-TERM-6).
        107: lambda self: list(self.take(self.number(">H"))),
        108: list_term,
        109: lambda self: self.take(self.number(">I")),
        110: lambda self: self.big(self.number(">B")),
        111: lambda self: self.big(self.number(">I")),
        115: lambda self: self.atom(self.number(">B"), "latin-1"),
        118: lambda self: self.atom(self.number(">H"), "utf-8"),
        119: lambda self: self.atom(self.number(">B"), "utf-8"),
    }

    def term(self):
        tag = self.number(">B")
        if tag not in self.TAGS:
            raise Malformed(f"byte {self.at - 1}: {tag} is no tag of a term")
        return self.TAGS[tag](self)


def decode(payload):
    reader = TermReader(payload)
    if reader.number(">B") != 131:
        raise Malformed("no version byte")
    term = reader.term()
    if reader.at != len(payload):
        raise Malformed(f"{len(payload) - reader.at} bytes too many")
    return term


def encode(term):
    if isinstance(term, Atom):
        data = term.encode()
        return struct.pack(">BB", 119, len(data)) + data
    if isinstance(term, int):
        if 0 <= term <= 255:
            return struct.pack(">BB", 97, term)
        if -1 << 31 <= term < 1 << 31:
            return struct.pack(">Bi", 98, term)
        size = (abs(term).bit_length() + 7) // 8
        return struct.pack(">BBB", 110, size, term < 0) + abs(term).to_bytes(size, "little")
    if isinstance(term, bytes):
        return struct.pack(">BI", 109, len(term)) + term
    if isinstance(term, tuple):
        return struct.pack(">BB", 104, len(term)) + b"".join(map(encode, term))
    return b"\x6a"  # the empty list; we send no other


def notation(term):
    """A term for people: Erlang's notation."""
    if isinstance(term, Atom):
        return term if re.fullmatch("[a-z][A-Za-z0-9_@]*", term) else f"'{term}'"
    if isinstance(term, bytes):
        return f"<<{json.dumps(text(term), ensure_ascii=False)}>>"
    if isinstance(term, tuple):
        return "{" + ", ".join(map(notation, term)) + "}"
    if isinstance(term, list):
        return "[" + ", ".join(map(notation, term)) + "]"
    if isinstance(term, Cons):
        return "[" + ", ".join(map(notation, term.items)) + "|" + notation(term.tail) + "]"
    return str(term)


# ---- Fields: each of these makes JSON of a term, or says that it cannot. ----

ABSENT = object()


class Members(dict):
    """Several members where the others have one."""


# U+FFFD for each byte that is not UTF-8 (REQ-TERM-14); Python's own way takes some together.
codecs.register_error("each-byte", lambda error: ("\ufffd", error.start + 1))


def text(term):
    # An atom may stand where text is expected (REQ-EVT-3).
    if isinstance(term, Atom):
        return str(term)
    if isinstance(term, bytes):
        return term.decode("utf-8", "each-byte")
    raise Malformed(f"expected text, found {notation(term)}")


def text_or_none(term):
    return text(term) if isinstance(term, bytes) else ABSENT


def text_or_empty(term):
    """Shown only when there is something in it."""
    return text_or_none(term) or ABSENT


def password(term):
    return text(term) and "***"


def whole(least, most):
    def read(term):
        if not isinstance(term, int) or not least <= term <= most:
            raise Malformed(f"expected an integer from {least} to {most}, found {notation(term)}")
        return term
    return read


int8, int16 = whole(-1 << 7, (1 << 7) - 1), whole(-1 << 15, (1 << 15) - 1)
int32, integer = whole(-1 << 31, (1 << 31) - 1), whole(-1 << 63, (1 << 63) - 1)
uint8, uint16 = whole(0, (1 << 8) - 1), whole(0, (1 << 16) - 1)
uint32, uint64 = whole(0, (1 << 32) - 1), whole(0, (1 << 64) - 1)


def integer_or_none(term):
    return ABSENT if term == Atom("undefined") else integer(term)


def login_time(term):
    return 0 if term == b"" else integer(term)


def elements(term, *sizes):
    if not isinstance(term, tuple) or (sizes and len(term) not in sizes):
        raise Malformed(f"expected a tuple of {' or '.join(map(str, sizes))}, found {notation(term)}")
    return term


def list_of(read):
    def read_list(term):
        if not isinstance(term, list):
            raise Malformed(f"expected a list, found {notation(term)}")
        return [read(item) for item in term]
    return read_list


def rows(*columns):
    """`undefined`, or a list of tuples that becomes an array for each of their places."""
    def read(term):
        if term == Atom("undefined"):
            return ABSENT
        table = list_of(lambda row: elements(row, len(columns)))(term)
        if not table:
            return ABSENT
        return Members((name, [kind(row[i]) for row in table])
                       for i, (name, kind) in enumerate(columns))
    return read


def texts_or_none(term):
    return ABSENT if term == Atom("undefined") else list_of(text)(term) or ABSENT


def is_address(term):
    return isinstance(term, tuple) and len(term) in (4, 8) and all(isinstance(x, int) for x in term)


def ip_text(term):
    if len(elements(term, 4, 8)) == 4:
        return ".".join(str(uint8(part)) for part in term)
    return socket.inet_ntop(socket.AF_INET6, b"".join(uint16(p).to_bytes(2, "big") for p in term))


def family(term):
    return "inet" if len(term) == 4 else "inet6"


def ip(term):
    shown = ip_text(term)
    return Members({"af": family(term), "ip4" if len(term) == 4 else "ip6": shown})


def source_ip(term):
    return Members({"addr": ip_text(term), "af": family(term)})


def node_address(term):
    return ip(term) if is_address(term) else Members({"af": "unspec", "str": text(term)})


def record(*fields):
    """A tuple of named fields as an object."""
    def read(term):
        return read_fields(fields, elements(term, len(fields)))
    return read


def read_fields(fields, terms):
    out = {}
    for (name, kind), term in zip(fields, terms):
        value = kind(term)
        if isinstance(value, Members):
            out.update(value)
        elif value is not ABSENT:
            out[name] = value
    return out


user_info = record(
    ("usid", integer), ("username", text), ("clearpass", password), ("context", text),
    ("proto", integer), ("ip", source_ip), ("port", uint16), ("logintime", login_time),
    ("snmp_v3_ctx", text), ("flags", integer))


# ---- Values (section 7.3) ----


def zone(hours, minutes):
    if int8(minutes) == minutes and hours == []:
        return ""
    if int8(hours) == 0 and minutes == 0:
        return "Z"
    return f"{'-' if hours < 0 or minutes < 0 else '+'}{abs(hours):02}:{abs(minutes):02}"


def date_of(year, month, day):
    return f"{'-' if int16(year) < 0 else ''}{abs(year):04}-{uint8(month):02}-{uint8(day):02}"


def clock_of(hour, minute, second, micro):
    fraction = f".{micro:06}" if uint32(micro) else ""
    return f"{uint8(hour):02}:{uint8(minute):02}:{uint8(second):02}{fraction}"


def datetime_text(term):
    t = elements(term, 9)
    return f"{date_of(*t[0:3])}T{clock_of(*t[3:7])}{zone(*t[7:9])}"


def date_text(term):
    t = elements(term, 5)
    return date_of(*t[0:3]) + zone(*t[3:5])


def time_text(term):
    t = elements(term, 6)
    return clock_of(*t[0:4]) + zone(*t[4:6])


def duration_text(term):
    *parts, seconds, micros = map(uint32, elements(term, 7))
    seconds, micros = seconds + micros // 1000000, micros % 1000000
    shown = [f"{n}{unit}" if n else "" for n, unit in zip(parts, "YMDHM")]
    last = f"{seconds}.{micros:06}S" if micros else f"{seconds}S" if seconds else ""
    day, clock = "".join(shown[:3]), "".join(shown[3:]) + last
    if not day and not clock:
        clock = "0S"
    return f"P{day}" + (f"T{clock}" if clock else "")


def timestamp(term):
    kind, value = elements(term, 2)
    if kind != 19:
        raise Malformed(f"expected a date and time, found {notation(term)}")
    return datetime_text(value)


def tag_pair(term):
    if not isinstance(term, Cons) or len(term.items) != 1:
        raise Malformed(f"expected [Ns|Tag], found {notation(term)}")
    return {"ns": uint32(term.items[0]), "tag": uint32(term.tail)}


def qname(term):
    prefix, name = elements(term, 2)
    out = {"name": text(name)}
    return out if prefix == Atom("undefined") else {"prefix": text(prefix), **out}


def path(term):
    """Innermost first; a bare tag has the namespace of a later step (REQ-VAL-9)."""
    if not isinstance(term, list):
        raise Malformed(f"expected a path, found {notation(term)}")
    out, namespace = [], 0
    for step in reversed(term):
        if isinstance(step, tuple):
            out.append({"keys": [value(key) for key in step]})
            continue
        pair = tag_pair(step) if isinstance(step, Cons) else {"ns": namespace, "tag": uint32(step)}
        namespace = pair["ns"]
        out.append({"type": "xmltag", **pair})
    return out[::-1]


def raw(term):
    if not isinstance(term, bytes):
        raise Malformed(f"expected a binary, found {notation(term)}")
    return term


def hexadecimal(term):
    return raw(term).hex()


def object_id(term):
    data = raw(term)
    if len(data) % 4:
        raise Malformed("an object identifier that is not made of 4 bytes each")
    return list(struct.unpack(f">{len(data) // 4}I", data))


def prefix(size):
    def read(term):
        address, length = elements(term, 2)
        return f"{ip_text(elements(address, size))}/{uint8(length)}"
    return read


def plain(kind):
    return lambda term: {"value": kind(term)}


TYPED = {
    6: ("int8", plain(int8)), 7: ("int16", plain(int16)), 9: ("int64", plain(integer)),
    10: ("uint8", plain(uint8)), 11: ("uint16", plain(uint16)), 12: ("uint32", plain(uint32)),
    13: ("uint64", plain(uint64)), 18: ("qname", qname), 19: ("datetime", plain(datetime_text)),
    20: ("date", plain(date_text)), 23: ("time", plain(time_text)),
    27: ("duration", plain(duration_text)), 28: ("enum", plain(int32)),
    29: ("bit32", plain(uint32)), 30: ("bit64", plain(uint64)), 34: ("objectref", plain(path)),
    38: ("oid", plain(object_id)), 39: ("binary", plain(hexadecimal)),
    40: ("ipv4prefix", plain(prefix(4))), 41: ("ipv6prefix", plain(prefix(8))),
    43: ("decimal64", record(("value", integer), ("fraction_digits", uint8))),
    44: ("identityref", record(("ns", uint32), ("id", uint32))), 46: ("dquad", plain(hexadecimal)),
    47: ("hexstr", plain(hexadecimal)), 48: ("ipv4_and_plen", plain(prefix(4))),
    49: ("ipv6_and_plen", plain(prefix(8))), 50: ("bitbig", plain(hexadecimal)),
}
ATOMS = {"true": {"type": "bool", "value": True}, "false": {"type": "bool", "value": False},
         "not_found": {"type": "noexists"}, "default": {"type": "default"}}


def value(term):
    if isinstance(term, Atom) and term in ATOMS:
        return ATOMS[term]
    if isinstance(term, bytes):
        return {"type": "buf", "value": text(term)}
    if isinstance(term, int):
        return {"type": "int32", "value": int32(term)}
    if isinstance(term, float):
        return {"type": "double", "value": term}
    if isinstance(term, list):
        return {"type": "list", "value": [value(item) for item in term]}
    if isinstance(term, Cons):
        return {"type": "xmltag", **tag_pair(term)}
    if is_address(term):
        return {"type": "ipv4" if len(term) == 4 else "ipv6", "value": ip_text(term)}
    if isinstance(term, tuple) and len(term) == 2 and term[0] in TYPED:
        name, payload = TYPED[term[0]]
        return {"type": name, **payload(term[1])}
    raise Malformed(f"expected a value, found {notation(term)}")


MARKERS = {"start": "xmlbegin", "stop": "xmlend", "leaf": "xmltag", "delete": "xmlbegindel",
           "move_first": "xmlmovefirst", "move_after": "xmlmoveafter"}


def tag_value(term):
    tag, held = elements(term, 2)
    pair = tag_pair(tag)
    if isinstance(held, Atom) and held in MARKERS:
        return {**pair, "v": {"type": MARKERS[held], **pair}}
    return {**pair, "v": value(held)}


# ---- Events (section 6): the bodies of those whose shape depends on what is in them. ----


def fields_by_size(*forms):
    """Fields of the longest form; shorter ones end earlier."""
    longest = max(forms, key=len)
    sizes = [len(form) for form in forms]
    return lambda terms: read_fields(longest, elements(terms, *sizes))


def inside(read):
    """{Type, {Field, ..}} instead of {Type, Field, ..}."""
    return lambda terms: read(elements(elements(terms, 1)[0]))


node = record(("nodeid", value), ("addr", node_address))
HA_DATA = {1: ("nomaster", integer), 2: ("slave_died", node), 3: ("slave_arrived", node),
           4: ("cdb_initialized_by_copy", integer), 7: ("beslave_result", integer)}


def ha_info(terms):
    kind, data = elements(terms, 2)
    out = {"type": integer(kind)}
    if kind in HA_DATA:
        name, read = HA_DATA[kind]
        out[name] = read(data)
    return out


COMMIT_FAILED = {2: [("ip", ip), ("port", uint16)], 3: [("daemon_name", text)]}


def commit_failed(terms):
    provider = integer(terms[0]) if terms else 0
    fields = [("provider", integer), ("dbname", integer), *COMMIT_FAILED.get(provider, [])]
    return read_fields(fields, elements(terms, len(fields)))


oid = list_of(uint32)
VARIABLES = {1: [("name", text)], 2: [("oid", oid)], 3: [("rowindex", oid), ("column", text)]}


def variable_binding(term):
    variable, held = elements(term, 2)
    kind = elements(variable, 3, 4)[0]
    if kind not in (1, 2, 3):
        raise Malformed(f"expected a variable, found {notation(variable)}")
    fields = [("type", integer), ("vartype", integer), *VARIABLES[kind]]
    out = read_fields(fields, elements(variable, len(fields)))
    out["val"] = ({"type": "buf", "value": text(held)} if isinstance(held, bytes)
                  else {"type": "noexists"})
    return out


TRAP = [("pdu_type", integer), ("time_stamp", integer), ("ip", ip), ("port", uint16),
        ("specific_trap", integer), ("generic_trap", integer)]
PDU = [("pdu_type", integer), ("request_id", integer), ("ip", ip), ("port", uint16),
       ("error_status", integer), ("error_index", integer)]


def snmpa(terms):
    trap = bool(terms) and terms[0] == 1
    elements(terms, 10 if trap else 8)
    # What a trap does not have is shown as 0, as the vendor's library reports it.
    out = {"request_id": 0, "error_status": 0, "error_index": 0}
    out.update(read_fields(TRAP if trap else PDU, terms))
    bindings = list_of(variable_binding)(terms[7])
    integer(terms[6])  # how many there are; the list says it too
    if bindings:
        out["vb"] = bindings
    if trap:
        out["enterprise"] = oid(terms[9])
    return out


def stream_event(terms):
    (event,) = elements(terms, 1)
    if event == Atom("notification_complete"):
        return {"type": 2}
    if event == Atom("replay_complete"):
        return {"type": 3}
    first, second = elements(event, 2)
    if first == Atom("replay_failed"):
        return {"type": 4, "error": text(second)}
    return {"type": 1, "event_time": timestamp(first), "values": list_of(tag_value)(second)}


COLLECTIONS = [
    ("completed_devices", texts_or_none), ("transient_devices", texts_or_none),
    ("", rows(("failed_devices", text), ("failed_reasons", text))),
    ("", rows(("completed_services", text),
              ("completed_services_completed_devices", list_of(text)))),
    ("", rows(("failed_services", text), ("failed_services_completed_devices", list_of(text)),
              ("failed_services_failed_devices", list_of(text))))]


def cq_progress(terms):
    tag, number = ("cq_tag", text_or_none), ("cq_id", integer)
    # Before 7.0 the tag stood before the id, and there was no trace id.
    fields = ([("type", integer), ("timestamp", timestamp)]
              + ([tag, number] if len(terms) == 9 else [number, tag]) + COLLECTIONS
              + [("trace_id", text_or_none)])
    return read_fields(fields, elements(terms, 9, 10))


def attribute_value(term):
    return integer(term) if isinstance(term, int) else text(term)


PROGRESS_7 = [
    ("type", integer), ("timestamp", integer), ("duration", integer_or_none), ("usid", integer),
    ("tid", integer), ("datastore", integer), ("context", text_or_none),
    ("trace_id", text_or_none), ("subsystem", text_or_none), ("phase", text_or_none),
    ("msg", text_or_none), ("annotation", text_or_none), ("service", text_or_none),
    ("service_phase", text_or_none), ("commit_queue_id", integer_or_none), ("node", text_or_none),
    ("device", text_or_none), ("device_phase", text_or_none), ("package", text_or_none)]
PROGRESS_8 = [
    ("type", integer), ("timestamp", integer), ("duration", integer_or_none),
    ("span_id", text_or_none), ("parent_span_id", text_or_none), ("trace_id", text_or_none),
    ("usid", integer), ("tid", integer), ("datastore", integer), ("context", text_or_none),
    ("subsystem", text_or_none), ("msg", text_or_none), ("annotation", text_or_none),
    ("attributes", list_of(record(("name", text), ("value", attribute_value)))),
    ("links", list_of(record(("trace_id", text_or_none), ("span_id", text_or_none))))]
PROGRESS_6 = [("database", integer), ("usid", integer), ("thandle", integer), ("msg", text)]


def progress(terms):
    # 12 fields from ConfD, 19 from NSO, 15 since 8.0.
    inner = elements(elements(terms, 1)[0], 12, 15, 19)
    return read_fields(PROGRESS_8 if len(inner) == 15 else PROGRESS_7, inner)


def commit_progress(terms):
    return read_fields(PROGRESS_6, terms) if len(terms) == 4 else progress(terms)


def flat(*fields):
    return fields_by_size(fields)


syslog = flat(("logno", integer), ("prio", integer), ("msg", text))
commit_diff = [("database", integer), ("uinfo", user_info),
               ("tctx", lambda term: {"th": integer(term)}), ("flags", integer)]
call_home = [("type", integer), ("ip", ip), ("port", uint16), ("ssh_host_key", text),
             ("ssh_key_alg", text)]

# The mask value of a type; its name, its key in JSON (none: nothing but its type), its body.
EVENTS = {
    1: ("NOTIF_AUDIT", "audit",
        flat(("logno", integer), ("user", text), ("usid", integer), ("msg", text))),
    2: ("NOTIF_DAEMON", "syslog", syslog),
    8: ("NOTIF_COMMIT_SIMPLE", "commit",
        flat(("database", integer), ("uinfo", user_info), ("diff_available", integer),
             ("flags", integer))),
    16: ("NOTIF_COMMIT_DIFF", "commit_diff",
         fields_by_size(commit_diff, commit_diff + [("comment", text_or_empty),
                                                    ("label", text_or_empty)])),
    32: ("NOTIF_USER_SESSION", "user_sess",
         flat(("type", integer), ("uinfo", user_info), ("database", integer))),
    64: ("NOTIF_HA_INFO", "hnot", inside(ha_info)),
    128: ("NOTIF_SUBAGENT_INFO", "subagent", inside(flat(("type", integer), ("name", text)))),
    256: ("NOTIF_COMMIT_FAILED", "cfail", commit_failed),
    512: ("NOTIF_SNMPA", "snmpa", inside(snmpa)),
    1024: ("NOTIF_FORWARD_INFO", "forward",
           flat(("type", integer), ("target", text), ("uinfo", user_info))),
    2048: ("NOTIF_NETCONF", "syslog", syslog),
    4096: ("NOTIF_DEVEL", "syslog", syslog),
    8192: ("NOTIF_HEARTBEAT", None, flat()),
    1 << 14: ("NOTIF_CONFIRMED_COMMIT", "confirm",
              flat(("type", integer), ("timeout", integer), ("uinfo", user_info))),
    1 << 15: ("NOTIF_UPGRADE_EVENT", "upgrade", flat(("event", integer))),
    1 << 16: ("NOTIF_COMMIT_PROGRESS", "progress", commit_progress),
    1 << 18: ("NOTIF_HEALTH_CHECK", None, flat()),
    1 << 19: ("NOTIF_STREAM_EVENT", "stream", stream_event),
    1 << 21: ("NCS_NOTIF_PACKAGE_RELOAD", None, flat()),
    1 << 22: ("NCS_NOTIF_CQ_PROGRESS", "cq_progress", cq_progress),
    1 << 23: ("NOTIF_REOPEN_LOGS", None, flat()),
    1 << 24: ("NOTIF_PROGRESS", "progress", progress),
    1 << 25: ("NCS_NOTIF_CALL_HOME_INFO", "call_home",
              fields_by_size(call_home, call_home + [("device", text_or_none)])),
    1 << 26: ("NOTIF_JSONRPC", "syslog", syslog),
    1 << 27: ("NOTIF_WEBUI", "syslog", syslog),
    1 << 28: ("NCS_NOTIF_AUDIT_NETWORK", "audit_network",
              inside(flat(("usid", integer), ("tid", integer), ("user", text), ("device", text),
                          ("trace_id", text_or_none), ("config", text)))),
    1 << 30: ("NOTIF_COMPACTION", "compaction",
              flat(*((name, integer) for name in (
                  "dbfile", "type", "fsize_start", "fsize_end", "fsize_last",
                  "time_start", "duration", "ntrans")))),
    1 << 31: ("NOTIF_SYSTEM_GOING_DOWN", None, flat()),
}


def event_json(term):
    kind = elements(term)[0] if term else None
    if not isinstance(kind, int):
        raise Malformed(f"expected an event, found {notation(term)}")
    if kind not in EVENTS:
        # A newer server may have events that we do not know.
        return {"type": max(kind, 0), "name": "UNKNOWN", "term": notation(term)}
    name, key, read = EVENTS[kind]
    body = read(term[1:])
    return {"type": kind, "name": name, **({key: body} if key else {})}


def acknowledgement(event, mask):
    """What somebody waits for after this event (section 8.1), or nothing."""
    if event["type"] == AUDIT and mask & AUDIT_SYNC:
        return (event["audit"]["usid"], Atom("synced"))
    if event["type"] == HA_INFO and mask & HA_INFO_SYNC:
        return Atom("ha_synced")
    if event["type"] == COMMIT_DIFF:
        return (event["commit_diff"]["tctx"]["th"], Atom("done"))
    if event["type"] == AUDIT_NETWORK and mask & AUDIT_NETWORK_SYNC:
        return (event["audit_network"]["usid"], Atom("audit_network_sync"))
    return None


# ---- What to ask for ----


def setting(name, default=""):
    return os.environ.get("CONFD_CONFORMANCE_" + name) or default


class Settings:
    def __init__(self):
        self.nso = setting("PRODUCT", "confd") == "nso"
        major, minor = setting("RELEASE", "7.8").split(".")[:2]
        self.release = int(major), int(minor)
        self.mask = int(setting("MASK", "0")) or self.everything()
        variables = "NCS_IPC_" if self.nso else "CONFD_IPC_"
        self.host = os.environ.get(variables + "ADDR") or "127.0.0.1"
        self.port = int(os.environ.get(variables + "PORT") or (4569 if self.nso else 4565))
        self.path = os.environ.get(variables + "PATH")
        self.access_file = os.environ.get(variables + "ACCESS_FILE")

    def everything(self):
        """Each bit below COMPACTION, but those that need more than a bit, or a newer server. The
        daemon keeps its syslog."""
        mask = (1 << 30) - 1 & ~(TAKEOVER_SYSLOG | HEARTBEAT | HEALTH_CHECK | STREAM_EVENT)
        if not self.nso:
            mask &= ~NSO_ONLY
        return mask if self.release >= (7, 0) else mask & ~SINCE_7

    def subscription(self):
        def only(bit, name):  # REQ-SUB-6
            return int(setting(name, "1000")) if self.mask & bit else 0
        out = (self.mask, only(HEARTBEAT, "HEARTBEAT"), only(HEALTH_CHECK, "HEALTH_CHECK"),
               self.stream())
        # REQ-SUB-2, REQ-SUB-3
        return out if self.release < (7, 0) else out + (int(setting("VERBOSITY", "0")),)

    def stream(self):
        if not self.mask & STREAM_EVENT:
            return Atom("undefined")
        start = time_term(setting("START"))
        stop = time_term(setting("STOP")) if setting("START") else Atom("undefined")  # REQ-SUB-12
        condition = setting("FILTER").encode() or Atom("undefined")
        return (Atom(setting("STREAM", "NETCONF")), start, stop, condition,
                int(setting("USID", "0")), 0)


def time_term(rfc3339):
    """A DATETIME value, or `undefined` for none."""
    if not rfc3339:
        return Atom("undefined")
    t = datetime.datetime.fromisoformat(rfc3339.replace("Z", "+00:00"))
    hours, minutes = [], 0
    if t.tzinfo:
        offset = round(t.utcoffset().total_seconds()) // 60
        sign = -1 if offset < 0 else 1  # both carry it (REQ-VAL-11)
        hours, minutes = sign * (abs(offset) // 60), sign * (abs(offset) % 60)
    return (19, (t.year, t.month, t.day, t.hour, t.minute, t.second, t.microsecond, hours, minutes))


# ---- The connection ----


class Connection:
    def __init__(self, settings):
        self.settings = settings
        self.open()
        # Seconds, until we are subscribed; after that an event may take as long as it likes.
        self.sock.settimeout(10)
        self.handshake()
        self.send(settings.subscription())
        self.check_reply(decode(self.frame()))
        self.sock.settimeout(None)

    def open(self):
        if self.settings.path:
            self.sock = socket.socket(socket.AF_UNIX)
            self.sock.connect(self.settings.path)
        else:
            address = (self.settings.host, self.settings.port)
            self.sock = socket.create_connection(address, timeout=10)
            # An acknowledgement is small and urgent.
            self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def receive(self, size):
        """Exactly that many bytes, however many pieces they come in."""
        data = bytearray()
        while len(data) < size:
            piece = self.sock.recv(min(size - len(data), 65536))
            if not piece:
                raise Closed(whole=not data)
            data += piece
        return bytes(data)

    def handshake(self):
        major, minor = self.settings.release
        # Client id 11 wants events; bit 7 asks for the challenge (REQ-HELLO-5 to REQ-HELLO-8).
        client = 0x8B if self.settings.access_file else 0x0B
        version = major * 10 + minor
        self.sock.sendall(struct.pack(">BHIBB", client, version, major << 24 | minor << 16, 20, 9))
        try:
            if self.settings.access_file:
                self.prove_secret()
            status = self.receive(9)[0]
        except Closed as error:
            raise Refused("the server closed the connection before it had accepted us") from error
        if status != 0:
            raise Refused({1: "the protocol version is not compatible",
                           2: "max depth or max key length is too small"}.get(
                               status, f"status {status}"))

    def prove_secret(self):
        """Section 9: the digest of the secret, which is the whole file, and the challenge."""
        with open(self.settings.access_file, "rb") as file:
            secret = file.read()
        challenge = self.receive(17)
        if challenge[0] != 11:
            raise Refused("the server does not challenge us")
        self.sock.sendall(b"\x0c" + hashlib.md5(secret + challenge[1:]).digest())
        if self.receive(1) != b"\0":
            raise Refused("access denied")

    def check_reply(self, reply):
        if reply == Atom("ok"):
            return
        if isinstance(reply, tuple) and len(reply) == 3 and reply[0] == Atom("error"):
            raise Refused(f"error {integer(reply[1])}: {text(reply[2])}")
        raise Refused(f"expected ok or an error, found {notation(reply)}")

    def frame(self):
        (size,) = struct.unpack(">I", self.receive(4))
        if size > MAX_FRAME:
            # What follows cannot be read either: we would not know where it begins.
            raise Refused(f"a frame of {size} bytes")
        try:
            return self.receive(size)
        except Closed as error:
            raise Closed(whole=size == 0) from error

    def send(self, term):
        payload = b"\x83" + encode(term)
        self.sock.sendall(struct.pack(">I", len(payload)) + payload)


def write_line(line):
    # Each line at once: whoever reads it may be waiting for it, and so is who waits for us.
    print(json.dumps(line, ensure_ascii=False, separators=(",", ":")), flush=True)


def follow(connection, mask):
    """Prints and acknowledges events until the server closes; whether they were all in order."""
    good = True
    while True:
        try:
            payload = connection.frame()
        except Closed as error:
            return good and error.whole
        except ConnectionError:
            return False
        try:
            event = event_json(decode(payload))
        except Malformed as error:
            write_line({"error": {"code": "malformed", "offset": 0, "path": "",
                                  "message": str(error)}})
            good = False
            continue
        # First printed, then acknowledged: nobody goes on before we are done with it.
        write_line(event)
        owed = acknowledgement(event, mask)
        if owed is not None:
            try:
                connection.send(owed)
            except ConnectionError:
                pass  # the server is gone; what it sent before is still to be read


def main():
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: os._exit(0))
    sys.stdout.reconfigure(encoding="utf-8")
    try:
        settings = Settings()
        connection = Connection(settings)
    except (OSError, ValueError, Refused, Closed, Malformed) as error:
        print(f"subscriber.py: {error}", file=sys.stderr)
        return 3
    try:
        return 0 if follow(connection, settings.mask) else 1
    except Refused as error:
        print(f"subscriber.py: {error}", file=sys.stderr)
        return 1
    except BrokenPipeError:
        # Nobody reads what we print any more.
        os._exit(0)


if __name__ == "__main__":
    sys.exit(main())
