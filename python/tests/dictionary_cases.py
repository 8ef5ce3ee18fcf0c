# SPDX-License-Identifier: Apache-2.0
"""Events as dictionaries."""

import json
import os
import socket
import subprocess

import peer
from case import AUDIT, USER, Case, environment

import _confd
import _ncs
import confd
import ncs


class Dictionaries(Case):
    def test_35_36_what_is_always_there(self):
        for low in self.each():
            for kind in (8192, 262144, 8388608, 2097152, 1 << 31):
                self.assertEqual(self.read(low, peer.event(kind)), {"type": kind})
            ours, theirs = self.pair()
            theirs.sendall(AUDIT)
            self.assertEqual(list(low.events.read_notification(ours)), ["_notif", "type", "audit"])

    def test_36_events_of_nso_have_no_body_in_confd(self):
        network = peer.event(1 << 28, (17, 1042, b"admin", b"ce0", b"7d", b"mtu 9000"))
        self.assertEqual(self.read(_confd, network), {"type": 1 << 28})
        self.assertEqual(self.read(_ncs, network)["audit_network"], {
            "usid": 17, "tid": 1042, "user": "admin", "device": "ce0", "trace_id": "7d",
            "config": "mtu 9000"})

    def test_37_order_of_keys(self):
        undefined = peer.Atom("undefined")
        orders = {
            "audit": (AUDIT, "logno user msg usid"),
            "syslog": (peer.event(2, 22, 6, b"x"), "prio logno msg"),
            "commit": (peer.event(8, 2, USER, 1, 0), "database diff_available flags uinfo"),
            "commit_diff": (peer.event(16, 2, USER, 1042, 0, b"c", b"l"),
                            "database flags uinfo tctx comment label"),
            "user_sess": (peer.event(32, 1, USER, 0), "type uinfo database"),
            "cfail": (peer.event(256, 2, 2, (192, 0, 2, 1), 830), "provider dbname port af ip4"),
            "forward": (peer.event(1024, 1, b"edge2", USER), "type target uinfo"),
            "confirm": (peer.event(16384, 1, 600, USER), "type timeout uinfo"),
            "progress": (peer.event(65536, (2, 1763802100000125, 48, 17, 1042, 2, b"cli", b"t", b"s",
                                            b"p", b"m", b"a", b"sv", b"sp", 7, b"n", b"d", b"dp", b"pk")),
                         "type timestamp duration usid tid datastore context trace_id subsystem phase "
                         "msg annotation service service_phase commit_queue_id node device device_phase "
                         "package"),
            "call_home": (peer.event(1 << 25, 1, (192, 0, 2, 1), 4334, b"key", b"alg", b"ce0"),
                          "type device af ip4 port ssh_host_key ssh_key_alg"),
            "subagent": (peer.event(128, (1, b"linecard")), "type name"),
            "cq_progress": (peer.event(1 << 22, 5, (19, (2026, 11, 22, 10, 0, 0, 0, 0, 0)), 7, b"tag",
                                       undefined, undefined, undefined, undefined, undefined, b"id"),
                            "type timestamp cq_tag cq_id trace_id"),
        }
        for key, (frame, order) in orders.items():
            self.assertEqual(list(self.read(_ncs, frame)[key]), order.split(), key)

    def test_absent_and_empty_texts_have_no_key(self):
        undefined = peer.Atom("undefined")
        body = self.read(_ncs, peer.event(65536, (1, 1763802100000125, 48, 17, 1042, 2, b"", undefined,
                                                  undefined, undefined, b"m", undefined, *[undefined] * 2,
                                                  0, *[undefined] * 4)))["progress"]
        self.assertEqual(list(body), ["type", "timestamp", "usid", "tid", "datastore", "msg"])

    def test_38_high_availability(self):
        node = (b"edge2", (192, 0, 2, 18))
        for kind, data, keys in (
                (1, 26, ("nomaster", "noprimary")), (2, node, ("slave_died", "secondary_died")),
                (3, (b"edge3", b"rack4"), ("slave_arrived", "secondary_arrived")),
                (4, 1, ("cdb_initialized_by_copy",)), (5, peer.Atom("undefined"), ()),
                (6, peer.Atom("undefined"), ()), (7, 0, ("beslave_result", "besecondary_result"))):
            body = self.read(_confd, peer.event(64, (kind, data)))["hnot"]
            self.assertEqual(tuple(body), ("type", *keys))
            if kind in (2, 3):
                died = body[keys[0]]
                self.assertIs(type(died["nodeid"]), _confd.Value)
                self.assertEqual(list(died), ["nodeid", "af", "ip4" if kind == 2 else "str"])
                self.assertEqual(died["af"], socket.AF_INET if kind == 2 else socket.AF_UNSPEC)

    def test_forward_has_its_type(self):
        body = self.read(_confd, peer.event(1024, 3, b"edge2", USER))["forward"]
        self.assertEqual((body["type"], body["target"]), (3, "edge2"))

    def test_text_that_is_not_utf8(self):
        frame = peer.event(1, 115, b"admin", 17, b"a\xffb")
        for low in self.each():
            with self.assertRaises(UnicodeDecodeError):
                self.read(low, frame)
            self.assertEqual(low.text_errors("replace"), "strict")
            try:
                self.assertEqual(self.read(low, frame)["audit"]["msg"], "a\ufffdb")
                with self.assertRaises(LookupError):
                    low.text_errors("no such handler")
            finally:
                self.assertEqual(low.text_errors("strict"), "replace")

    def test_40_user_info(self):
        info = self.read(_confd, peer.event(8, 2, USER, 1, 0))["commit"]["uinfo"]
        expected = dict(username="admin", usid=17, context="cli", af=socket.AF_INET, addr="192.0.2.17",
                        snmp_v3_ctx="ctx", clearpass="secret", logintime=1763802000, proto=2, port=52114,
                        lmode=0, flags=1, actx_thandle=-1)
        for name, value in expected.items():
            self.assertEqual(getattr(info, name), value, name)
            new = value + "!" if isinstance(value, str) else value + 1
            setattr(info, name, new)
            self.assertEqual(getattr(info, name), new)
            with self.assertRaises(TypeError):
                delattr(info, name)
        self.assertEqual((str(info), repr(info)), ("_confd.UserInfo", "_confd.UserInfo"))

    def test_41_transaction_context(self):
        body = self.read(_confd, peer.event(16, 2, USER, 1042, 0))["commit_diff"]
        tctx = body["tctx"]
        self.assertEqual(repr(tctx), "_confd.TransCtxRef : fd=-1 : vfd=-1 : th=1042")
        self.assertEqual((tctx.th, tctx.fd, tctx.vfd, tctx.username, tctx.context, tctx.accumulated),
                         (1042, -1, -1, "admin", "cli", None))
        tctx.uinfo.username = "other"
        self.assertEqual(body["uinfo"].username, "other")
        tctx.cb_flags = 5
        self.assertEqual(tctx.cb_flags, 5)
        with self.assertRaises(AttributeError):
            tctx.th = 1
        self.assertNotIn("th", dir(tctx))

    def test_golden_events(self):
        """Every measured event has in its dictionary what confd-decode finds in it."""
        for product, low, high in (("confd", _confd, confd), ("nso", _ncs, ncs)):
            text = (peer.VECTORS / f"events_{product}_78.jsonl").read_text()
            payloads = [p for line in text.splitlines() for p in json.loads(line)["payloads"]]
            decoded = subprocess.run([os.environ["CONFD_DECODE"], "--payload-hex", "--product", product],
                                     input="".join(p + "\n" for p in payloads), text=True,
                                     capture_output=True, check=True).stdout.splitlines()
            self.assertEqual(len(decoded), len(payloads))
            ours, theirs = self.pair()
            for payload, line in zip(payloads, decoded):
                theirs.sendall(peer.frame(bytes.fromhex(payload)))
                found = high.as_json.event(low.events.read_notification(ours))
                self.assertEqual(found, self.as_the_api_has_it(json.loads(line)), payload)

    def as_the_api_has_it(self, event):
        for name, body in event.items():
            if isinstance(body, dict):
                for double in {"logno_name", *confd.as_json._DOUBLES}:
                    body.pop(double, None)
            if name == "progress":
                if body["type"] != _confd.PROGRESS_STOP:
                    body.pop("duration", None)
                if body["type"] == _confd.PROGRESS_STOP:
                    body.setdefault("duration", 0)
                if body.get("commit_queue_id") == 0:
                    del body["commit_queue_id"]
            if name in ("progress", "cq_progress", "audit_network"):
                event[name] = {key: value for key, value in body.items() if value != ""}
        return event


class AsJson(Case):
    """What the golden events have not."""

    def value(self, init, name):
        value = confd.as_json.value(_confd.Value(init, getattr(_confd, name)))
        return {key: v for key, v in value.items() if key != "type"}, value["type"]

    def test_values(self):
        for init, name, expected in (
                (5, "C_INT32", {"value": 5}), (1, "C_ENUM_VALUE", {"value": 1}), (1.5, "C_DOUBLE", {"value": 1.5}),
                ("x", "C_BUF", {"value": "x"}), (b"\0\xff", "C_BINARY", {"value": "00ff"}),
                (True, "C_BOOL", {"value": True}), (1, "C_NOEXISTS", {}), (1, "C_DEFAULT", {}),
                ((314, 2), "C_DECIMAL64", {"value": 314, "fraction_digits": 2}),
                ((3, 4), "C_IDENTITYREF", {"ns": 3, "id": 4}), ((3, 4), "C_XMLTAG", {"ns": 3, "tag": 4}),
                (("p", "n"), "C_QNAME", {"prefix": "p", "name": "n"}), ((None, "n"), "C_QNAME", {"name": "n"}),
                ("0a:ff", "C_HEXSTR", {"value": "0aff"}), ("1.2.3.4", "C_DQUAD", {"value": "01020304"}),
                (b"\1\2", "C_BITBIG", {"value": "0102"}), ("1.3.6", "C_OID", {"value": [1, 3, 6]}),
                ([_confd.Value("a")], "C_LIST", {"value": [{"type": "buf", "value": "a"}]}),
                ("2026-11-22", "C_DATE", {"value": "2026-11-22"}),
                ("/7:1/2{a}", "C_OBJECTREF", {"value": [
                    {"keys": [{"type": "buf", "value": "a"}]}, {"type": "xmltag", "ns": 7, "tag": 2},
                    {"type": "xmltag", "ns": 7, "tag": 1}]})):
            self.assertEqual(self.value(init, name), (expected, name[2:].lower().replace("enum_value", "enum")))

    def test_changes(self):
        Value, change = _confd.Value, confd.as_json.change
        path = Value("/7:1/2{a}", _confd.C_OBJECTREF).as_pyval()
        five, six = {"type": "int32", "value": 5}, {"type": "int32", "value": 6}
        for op, old, new, expected in (
                ("CREATED", None, None, {}), ("DELETED", None, None, {}), ("MODIFIED", None, None, {}),
                ("VALUE_SET", Value(5), Value(6), {"old": five, "value": six}),
                ("MOVED_AFTER", None, [Value(5)], {"after": [five]}), ("MOVED_AFTER", None, None, {"after": []}),
                ("ATTR_SET", None, (Value(0x80000001, _confd.C_UINT32), Value(5)),
                 {"attr": "annotation", "value": five}),
                ("ATTR_SET", None, (Value(0x80000000, _confd.C_UINT32), [Value(5), Value(6)]),
                 {"attr": "tags", "value": {"type": "list", "value": [five, six]}}),
                ("ATTR_SET", None, (Value(77, _confd.C_UINT32), Value(5)), {"attr": "77", "value": five})):
            self.assertEqual(change(path, getattr(_confd, "MOP_" + op), old, new),
                             {"path": "/7:1/2{a}", "op": op.lower(), **expected})

    def test_what_is_not_utf_8_is_one_mark_for_each_byte(self):
        session = peer.event(8, 2, (17, b"\xe2\x82", b"", peer.Atom("cli"), 2, (192, 0, 2, 17), 1, 0, b"", 0), 1, 0)
        node = peer.event(64, (2, (b"\xff", b"a\xffb")))
        before = _confd.text_errors("surrogateescape")
        self.addCleanup(_confd.text_errors, before)
        ours, theirs = self.pair()
        theirs.sendall(session + node)
        found, died = (confd.as_json.event(_confd.events.read_notification(ours)) for _ in range(2))
        self.assertEqual(found["commit"]["uinfo"]["username"], "\ufffd\ufffd")
        self.assertEqual(died["hnot"]["slave_died"],
                         {"nodeid": {"type": "buf", "value": "\ufffd"}, "af": "unspec", "str": "a\ufffdb"})

    def test_passwords_are_not_shown(self):
        ours, theirs = self.pair()
        theirs.sendall(peer.event(8, 2, USER, 1, 0))
        uinfo = ncs.as_json.event(_ncs.events.read_notification(ours))["commit"]["uinfo"]
        self.assertEqual((uinfo["clearpass"], uinfo["af"], uinfo["usid"]), ("***", "inet", 17))


class Newer(Case):
    """What the manual of 8 releases has."""

    def connected(self, low, frames):
        def script(conn):
            peer.accept_subscriber(conn)
            conn.sendall(frames)
            conn.recv(1)
        server = peer.Server(script)
        self.addCleanup(server.__exit__)
        sock = socket.socket()
        self.addCleanup(sock.close)
        with environment(CONFD_EVENTS_RELEASE="8.6"):
            low.events.notifications_connect(sock, -1 & ~(0x2000 | 0x40000 | 0x80000), **server.where())
        return sock

    def test_39_spans(self):
        # LIST_EXT of an attribute each, and of a link.
        items = [(b"nodes", 3), (b"queue", b"none")]
        attributes = b"\x6c\0\0\0\2" + b"".join(map(peer.encode, items)) + b"\x6a"
        links = b"\x6c\0\0\0\1" + peer.encode((b"7d0f", b"91be")) + b"\x6a"
        start = [peer.encode(x) for x in (2, 1763802100048125, 48000, b"91be04", b"5f2ac1", b"7d0f2a",
                                          17, 1042, 2, b"cli", b"cdb", b"done", b"ok")]
        inner = b"\x68\x0f" + b"".join(start) + attributes + links
        span = peer.frame(b"\x83\x68\x02" + peer.encode(1 << 24) + inner)
        body = _ncs.events.read_notification(self.connected(_ncs, span))["progress"]
        self.assertEqual((body["span_id"], body["parent_span_id"], body["num_attributes"],
                          body["num_links"]), ("91be04", "5f2ac1", 2, 1))
        self.assertEqual(body["attributes"][0], {"name": "nodes", "type": 2, "number": 3})
        self.assertEqual(body["attributes"][1]["string"], "none")
        self.assertEqual(body["attributes"].get("queue"), "none")
        self.assertEqual(body["links"][0].trace_id, body["links"][0]["trace_id"])
        for wrong in (2, -3, "x", 1.5):
            with self.assertRaises((IndexError, KeyError)):
                body["attributes"][wrong]

    def test_39_reasons_of_transient_devices(self):
        undefined = peer.Atom("undefined")
        devices = b"\x6c\0\0\0\1" + peer.encode(b"ce1") + b"\x6a"
        fields = [peer.encode(x) for x in (1 << 22, 2, (19, (2026, 11, 22, 10, 0, 0, 0, 0, 0)), 7, undefined,
                                           undefined)]
        rest = peer.encode(undefined) * 4
        frame = peer.frame(b"\x83\x68\x0b" + b"".join(fields) + devices + rest)
        body = _ncs.events.read_notification(self.connected(_ncs, frame))["cq_progress"]
        self.assertEqual((body["transient_devices"], body["transient_reasons"]), (["ce1"], [""]))
        self.assertNotIn("transient_reasons", self.read(_ncs, frame)["cq_progress"])

    def test_39_other_events(self):
        frames = (peer.event(1 << 30, 1, 2, 9, 3, 4, 1763802000000000, 5, 6)
                  + peer.event(1 << 25, 3, (0, 0, 0, 0), 0, b"", b"", b"ce0") + peer.event(1 << 31))
        sock = self.connected(_ncs, frames)
        self.assertEqual(_ncs.events.read_notification(sock)["compaction"], {
            "dbfile": 1, "type": 2, "fsize_start": 9, "fsize_end": 3, "fsize_last": 4,
            "time_start": 1763802000000000, "duration": 5, "ntrans": 6})
        # The release is that of the socket, by whatever descriptor.
        sock = sock.dup()
        self.addCleanup(sock.close)
        self.assertEqual(_ncs.events.read_notification(sock)["call_home"], {"type": 3, "device": "ce0"})
        self.assertEqual(_ncs.events.read_notification(sock)["type"], _ncs.events.NOTIF_SYSTEM_GOING_DOWN)
