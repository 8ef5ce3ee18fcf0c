# SPDX-License-Identifier: Apache-2.0
"""Schemas and the changes of a commit, from confd-sim and from a server that goes wrong."""

import gc
import socket
import struct
import unittest

import peer

import _confd
import _ncs
import confd
import ncs

NS = "http://example.com/kinds"

PORT = "/k:box/port{eth0 7}"
COMMIT = {
    "event": "NOTIF_COMMIT_DIFF",
    "fields": {"database": "RUNNING", "tctx": {"th": 1042},
               "uinfo": {"usid": 17, "username": "admin", "context": "cli", "addr": "192.0.2.17"}},
    "diff": [
        {"path": PORT, "op": "created"},
        {"path": PORT + "/mtu", "op": "value_set", "value": 9000, "old": 1500},
        {"path": "/k:box/state", "op": "value_set", "value": "up"},
        {"path": PORT, "op": "moved_after", "after": ["eth1", 8]},
        {"path": PORT, "op": "moved_after", "after": "first"},
        {"path": PORT, "op": "attr_set", "attr": "tags", "value": ["uplink", "paris"]},
        {"path": PORT, "op": "attr_set", "attr": "annotation", "value": "soon"},
        {"path": "/k:box/port{eth1 8}", "op": "deleted"}]}

# What the schema has: node; a value and its type; what val2str gives, and str2val takes.
TYPED = [
    ("state", 1, "C_ENUM_VALUE", "up"), ("options", 33, "C_BIT32", "fast safe"),
    ("options", 0, "C_BIT32", ""), ("many", b"\2" + bytes(7) + b"\x40", "C_BITBIG", "low high"),
    ("ratio", (1250, 3), "C_DECIMAL64", "1.250"), ("limit", 5, "C_UINT16", "5"),
    ("limit", 7, "C_ENUM_VALUE", "unlimited"), ("limit", "much", "C_BUF", "much"),
    ("label", "text", "C_BUF", "text"), ("size", 9, "C_UINT32", "9"), ("on", True, "C_BOOL", "true"),
    ("blob", b"\0\xff", "C_BINARY", "AP8="), ("address", "10.0.0.1", "C_IPV4", "10.0.0.1"),
    ("address", "2001:db8::1", "C_IPV6", "2001:db8::1"), ("prefix", "10.0.0.0/8", "C_IPV4PREFIX", "10.0.0.0/8"),
    ("since", "2026-11-22T10:00:00Z", "C_DATETIME", "2026-11-22T10:00:00Z"),
    ("mac", "0a:0b", "C_HEXSTR", "0a:0b"), ("quad", "1.2.3.4", "C_DQUAD", "1.2.3.4"),
    ("oid", "1.3.6", "C_OID", "1.3.6"), ("port/mtu", 9000, "C_UINT16", "9000"),
]


class Simulated(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.simulator = peer.Simulator(peer.ROOT / "python" / "tests" / "kinds.yaml",
                                       "--control", "127.0.0.1:0")
        with _confd_socket() as sock:
            _confd.maapi.connect(sock, "127.0.0.1", cls.simulator.port)
            _confd.maapi.load_schemas(sock)
        with ncs.maapi.Maapi(port=cls.simulator.port):
            pass

    @classmethod
    def tearDownClass(cls):
        cls.simulator.__exit__()

    def commit(self, low):
        """A subscriber that has got a NOTIF_COMMIT_DIFF, and its transaction."""
        sock = socket.socket()
        self.addCleanup(sock.close)
        low.events.notifications_connect(sock, low.events.NOTIF_COMMIT_DIFF, "127.0.0.1", self.simulator.port)
        self.simulator.send(COMMIT)
        return sock, low.events.read_notification(sock)["commit_diff"]["tctx"]

    def changes(self, high, flags=_confd.ITER_WANT_ATTR, answer=None):
        sock, tctx = self.commit(high)
        seen = []

        def visit(kp, op, oldv, newv):
            seen.append((str(kp), op, oldv, newv))
            return answer
        with high.maapi.Maapi(port=self.simulator.port) as m, m.attach(tctx) as transaction:
            transaction.diff_iterate(visit, flags)
        high.events.diff_notification_done(sock, tctx)
        return seen

    def test_48_49_50_51_changes_of_a_commit(self):
        for high in (confd, ncs):
            value = high.Value
            attr = lambda number: value(number, high.C_UINT32)  # noqa: E731
            self.assertEqual(self.changes(high), [
                (PORT, high.MOP_CREATED, None, None),
                (PORT + "/mtu", high.MOP_VALUE_SET, value(1500, high.C_UINT16), value(9000, high.C_UINT16)),
                ("/k:box/state", high.MOP_VALUE_SET, None, value(1, high.C_ENUM_VALUE)),
                (PORT, high.MOP_MOVED_AFTER, None, [value("eth1"), value(8, high.C_UINT16)]),
                (PORT, high.MOP_MOVED_AFTER, None, None),
                (PORT, high.MOP_ATTR_SET, None, (attr(0x80000000), [value("uplink"), value("paris")])),
                (PORT, high.MOP_ATTR_SET, None, (attr(0x80000001), value("soon"))),
                ("/k:box/port{eth1 8}", high.MOP_DELETED, None, None)])

    def test_flags_and_answers(self):
        self.assertEqual(len(self.changes(confd, 0)), 6)
        self.assertEqual(len(self.changes(confd, answer=confd.ITER_RECURSE)), 8)
        self.assertEqual(len(self.changes(confd, answer=confd.ITER_STOP)), 1)
        self.assertLess(len(self.changes(confd, answer=confd.ITER_UP)), 8)

    def test_what_the_callback_raises(self):
        class Stop(Exception):
            pass

        def raises(*_):
            raise Stop("enough")
        sock, tctx = self.commit(confd)
        with confd.maapi.Maapi(port=self.simulator.port, load_schemas=False) as m:
            with m.attach(tctx) as transaction:
                with self.assertRaisesRegex(Stop, "enough"):
                    transaction.diff_iterate(raises)
                for answer, error in ((4, ValueError), ("x", TypeError), (1 << 70, OverflowError)):
                    with self.assertRaises(error):
                        transaction.diff_iterate(lambda *_: answer)
                # The connection is as good as before.
                seen = []
                transaction.diff_iterate(lambda *change: seen.append(change), 0)
                self.assertEqual(len(seen), 6)
                # Paths stay valid.
                self.assertEqual(str(seen[0][0]), PORT)
                with self.assertRaises(TypeError):
                    transaction.diff_iterate(5)
        confd.events.diff_notification_done(sock, tctx)

    def test_51_transactions_that_have_gone(self):
        sock, tctx = self.commit(ncs)
        m = ncs.maapi.Maapi(port=self.simulator.port, load_schemas=False)
        transaction = m.attach(tctx)
        transaction.diff_iterate(lambda *_: None, 0)
        ncs.events.diff_notification_done(sock, tctx)
        with self.assertRaises(ncs.error.Error) as caught:
            m.attach(4711)
        self.assertEqual((caught.exception.confd_errno, caught.exception.ncs_errno), (61, 61))
        # Neither the end of the transaction's object nor that of the connection's raises.
        del transaction
        m.close()
        m.close()
        del m
        gc.collect()

    def test_a_socket_of_ones_own(self):
        sock, tctx = self.commit(confd)
        with confd.maapi.connect(port=self.simulator.port) as connected:
            with confd.maapi.Maapi(msock=connected, load_schemas=False) as m, m.attach(tctx) as transaction:
                self.assertIs(m.msock, connected)
                seen = []
                transaction.diff_iterate(lambda *change: seen.append(change))
        self.assertEqual(len(seen), 6)
        confd.events.diff_notification_done(sock, tctx)

    def test_low_level_calls(self):
        sock, tctx = self.commit(_confd)
        with _confd_socket() as m:
            _confd.maapi.connect(sock=m, ip="127.0.0.1", port=self.simulator.port)
            for attach, detach in ((lambda: _confd.maapi.attach(m, 0, tctx), lambda: _confd.maapi.detach(m, tctx)),
                                   (lambda: _confd.maapi.attach2(m, 0, 0, 1042),
                                    lambda: _confd.maapi.detach2(m, 1042)),
                                   (lambda: _confd.maapi.attach2(sock=m, hashed_ns=0, usid=17, thandle=1042),
                                    lambda: _confd.maapi.detach2(sock=m, thandle=1042))):
                self.assertIsNone(attach())
                seen = []
                self.assertIsNone(_confd.maapi.diff_iterate(m, 1042, lambda *c: seen.append(c), 0))
                self.assertEqual(len(seen), 6)
                self.assertIsNone(detach())
            with self.assertRaisesRegex(TypeError, "^ctx argument must be a _confd.TransCtxRef instance$"):
                _confd.maapi.attach(m, 0, 1042)
            with self.assertRaises(_confd.error.Error):
                _confd.maapi.diff_iterate(m, 4711, print, 0)
        _confd.events.diff_notification_done(sock, tctx)

    def test_46_values_by_type(self):
        for low in (_confd, _ncs):
            for node, init, name, text in TYPED:
                with self.subTest(node=node, text=text):
                    path = f"/k:box/{node}"
                    value = low.Value(init, getattr(low, name))
                    for schema_type in ((NS, path), (low.str2hash(NS), f"/box/{node}"),
                                        low.cs_node_cd(None, path), low.cs_node_cd(None, path).cs_type()):
                        self.assertEqual(value.val2str(schema_type), text)
                        self.assertEqual(low.Value.str2val(text, schema_type), value)

    def test_46_leaf_lists(self):
        states = _confd.Value([_confd.Value(1, _confd.C_ENUM_VALUE), _confd.Value(2, _confd.C_ENUM_VALUE)],
                              _confd.C_LIST)
        self.assertEqual(states.val2str((NS, "/k:box/k:states")), "up down")
        self.assertEqual(_confd.Value.str2val("up down", (NS, "/k:box/k:states")), states)
        numbers = _confd.Value([_confd.Value(1, _confd.C_UINT8)] * 2, _confd.C_LIST)
        self.assertEqual(numbers.val2str((NS, "/k:box/k:numbers")), "1 1")

    def test_46_identities(self):
        value = _confd.Value((_confd.str2hash(NS), _confd.str2hash("fibre")), _confd.C_IDENTITYREF)
        self.assertEqual(value.val2str((NS, "/k:box/media")), "k:fibre")
        for text in ("k:fibre", "fibre"):
            self.assertEqual(_confd.Value.str2val(text, (NS, "/k:box/media")), value)

    def test_46_leafrefs_and_keys(self):
        for path in ("/k:box/port/peer", "/k:box/port{eth0 7}/name", '/k:box/port{"}" 7}/name',
                     r'/k:box/port{"{\\\"}/}" 7}/name', '/k:box/port{"a b" 7}/k:name'):
            self.assertEqual(_confd.Value("eth0").val2str((NS, path)), "eth0")
            name = path.replace("k:name", "name").rsplit("/")[-1]
            self.assertEqual(_confd.cs_node_cd(None, path).tag(), _confd.str2hash(name))

    def test_paths_with_braces_in_their_keys(self):
        for key in ("}", "a}b", 'q"}', "\\}", "{x} y"):
            quoted = key.replace("\\", "\\\\").replace('"', '\\"')
            path = _confd.Value(f'/k:box/port{{"{quoted}" 7}}/mtu', _confd.C_OBJECTREF).as_pyval()
            self.assertEqual(str(path[1][0]), key)
            # What str() gives leads back to the path, and to its node.
            self.assertEqual(_confd.Value(str(path), _confd.C_OBJECTREF).as_pyval(), path)
            self.assertEqual(_confd.cs_node_cd(None, str(path)).tag(), _confd.str2hash("mtu"))

    def test_hashes_do_not_depend_on_what_is_loaded(self):
        values = [_confd.Value((_confd.str2hash(NS), _confd.str2hash("fibre")), _confd.C_IDENTITYREF),
                  _confd.Value(f"{PORT}/mtu", _confd.C_OBJECTREF)]
        with_names = {value: str(value) for value in values}
        paths = {value.as_pyval() for value in values[1:]}
        with socket.socket() as sock, peer.Server(self.no_schemas) as server:
            _confd.maapi.connect(sock, **server.where())
            _confd.maapi.load_schemas(sock)
            try:
                for value in values:
                    self.assertNotEqual(str(value), with_names[value])
                self.assertIn(values[1].as_pyval(), paths)
            finally:
                with _confd_socket() as again:
                    _confd.maapi.connect(again, "127.0.0.1", self.simulator.port)
                    _confd.maapi.load_schemas(again)

    @staticmethod
    def no_schemas(conn):
        peer.receive(conn, 9)
        conn.sendall(peer.hello_reply())
        for answer in (peer.frame(word(262)), END, END, END):
            peer.receive_frame(conn)
            conn.sendall(answer)

    def test_46_what_does_not_fit(self):
        wrong = [("state", _confd.Value(9, _confd.C_ENUM_VALUE), _confd.ERR_BADTYPE),
                 ("state", _confd.Value("up"), _confd.ERR_BADTYPE),
                 ("size", _confd.Value("up"), _confd.ERR_BADTYPE),
                 ("nowhere", _confd.Value(5), _confd.ERR_BADPATH),
                 ("port{eth0", _confd.Value(5), _confd.ERR_BADPATH)]
        for node, value, code in wrong:
            with self.assertRaises(_confd.error.Error) as caught:
                value.val2str((NS, f"/k:box/{node}"))
            self.assertEqual(caught.exception.confd_errno, code)
        for node, text in (("state", "sideways"), ("options", "fast slow"), ("size", "-1"), ("ratio", "1.2345"),
                           ("blob", "AP8"), ("media", "copper"), ("states", "up left")):
            with self.assertRaises(_confd.error.Error) as caught:
                _confd.Value.str2val(text, (NS, f"/k:box/{node}"))
            self.assertEqual(caught.exception.confd_errno, _confd.ERR_BADTYPE)
        # A container has no type; the vendor's module comes to a SystemError there.
        with self.assertRaises(SystemError):
            _confd.Value(5).val2str((NS, "/k:box"))

    def test_47_names(self):
        for low in (_confd, _ncs):
            ns, tag = low.str2hash(NS), low.str2hash("box")
            self.assertEqual((low.hash2str(tag), low.hash2str(ns), low.ns2prefix(ns)), ("box", NS, "k"))
            self.assertEqual(str(low.TagValue(tag=tag, ns=ns)), "box")
            self.assertEqual(str(low.XmlTag(ns, tag)), "box")
            self.assertEqual(str(low.Value((ns, tag), low.C_XMLBEGIN)), "box")
            self.assertEqual(low.str2hash("no such name"), 0)
            # A number beyond 32 bits is nothing's hash, whatever its lower half is.
            for function, number in ((low.hash2str, tag), (low.ns2prefix, ns), (low.find_cs_root, ns)):
                self.assertIsNotNone(function(number))
                self.assertIsNone(function(number + (1 << 32)))
            path = low.Value(f"{PORT}/mtu", low.C_OBJECTREF)
            self.assertEqual((str(path), str(path.as_pyval())), (f"{PORT}/mtu",) * 2)
            for wrong in ("x", None, 1.5):
                with self.assertRaises(TypeError):
                    low.hash2str(wrong)

    def test_nodes(self):
        box = _confd.find_cs_root(_confd.str2hash(NS))
        self.assertEqual((box.tag(), box.is_container(), box.is_leaf(), box.parent()),
                         (_confd.str2hash("box"), True, False, None))
        names, child = [], box.children()
        while child is not None:
            names.append(_confd.hash2str(child.tag()))
            self.assertEqual(child.parent().tag(), box.tag())
            child = child.next()
        self.assertEqual(len(names), 21)
        port = _confd.cs_node_cd(box, "port")
        self.assertTrue(port.is_list())
        self.assertEqual([_confd.hash2str(key) for key in port.info().keys()], ["name", "number"])
        self.assertTrue(_confd.cs_node_cd(port, "number").is_key())
        mtu = _confd.cs_node_cd(port, "mtu")
        self.assertFalse(mtu.is_key())
        self.assertEqual(mtu.info().defval(), _confd.Value(1500, _confd.C_UINT16))
        self.assertEqual(mtu.info().shallow_type(), _confd.C_UINT16)
        for path, test in (("numbers", "is_leaf_list"), ("nothing", "is_empty_leaf"), ("limit", "is_union"),
                           ("presence", "is_p_container"), ("size", "is_non_empty_leaf"), ("size", "is_writable")):
            self.assertTrue(getattr(_confd.cs_node_cd(box, path), test)(), path)
        self.assertIsNone(_confd.cs_node_cd(box, "nowhere"))
        with self.assertRaises(TypeError):
            _confd.cs_node_cd(5, "/k:box")


def _confd_socket():
    return socket.socket()


def word(number):
    return struct.pack(">I", number)


END = peer.frame(b"\x83" + peer.encode(peer.Atom("eof")))


class Server(unittest.TestCase):
    """What no good server does."""

    def maapi(self, answers):
        """A connected socket to a server that answers each request with the next of these."""
        def script(conn):
            self.hello = peer.receive(conn, 9)
            conn.sendall(peer.hello_reply())
            self.requests = []
            for answer in answers:
                self.requests.append(peer.receive_frame(conn))
                conn.sendall(answer)
            conn.recv(1)
        server = peer.Server(script)
        self.addCleanup(server.__exit__)
        sock = socket.socket()
        self.addCleanup(sock.close)
        _confd.maapi.connect(sock, **server.where())
        return sock

    def test_48_what_is_asked_for(self):
        failure = peer.frame(word(262 | 1 << 31) + word(1))
        attached = peer.frame(word(220))
        sock = self.maapi([failure, END, END, END, attached, peer.frame(word(221)), *[attached] * 4])
        _confd.maapi.load_schemas(sock)
        self.assertEqual(self.hello[0], 7)
        _confd.maapi.attach2(sock, 5, 17, 1042)
        _confd.maapi.detach2(sock, 1042)
        ours, theirs = socket.socketpair()
        with ours, theirs:
            theirs.sendall(peer.event(16, 2, (17, b"admin", b"", peer.Atom("cli"), 2, (192, 0, 2, 17), 1, 0, b"", 0),
                                      1042, 0))
            tctx = _confd.events.read_notification(ours)["commit_diff"]["tctx"]
        _confd.maapi.attach(sock, 0, tctx)
        _confd.maapi.attach2(sock, 0, 0, 1042)
        _confd.maapi.attach2(sock, -1, 0, 1042)
        _confd.maapi.attach2(sock, 0xfffffffe, 0, 1042)
        for wrong in (-2, 1 << 32):
            with self.assertRaises(OverflowError):
                _confd.maapi.attach(sock, wrong, tctx)
        self.assertEqual([struct.unpack(">I", request[:4])[0] for request in self.requests],
                         [262, 232, 264, 231, 220, 221, 220, 220, 220, 220])
        # No namespace is -1, and no user session is left out.
        for index, term in ((4, (5, 17)), (6, (-1, 17)), (7, (-1,)), (8, (-1,)), (9, (0xfffffffe,))):
            self.assertEqual(self.requests[index], word(220) + word(1042) + b"\x83" + peer.encode(term))

    def test_failures(self):
        sock = self.maapi([peer.frame(word(220 | 1 << 31) + word(61) + b"\x83" + peer.encode(b"gone\0"))] * 2)
        for _ in range(2):
            with self.assertRaises(_confd.error.Error) as caught:
                _confd.maapi.attach2(sock, 0, 0, 1)
            self.assertEqual((caught.exception.confd_errno, caught.exception.confd_lasterr), (61, "gone"))

    def test_nonsense(self):
        for answer in (b"\x83", b"\0", word(999), b"\x83" + peer.encode((1, 2))):
            for call in (lambda s: _confd.maapi.attach2(s, 0, 0, 1),
                         lambda s: _confd.maapi.diff_iterate(s, 1, print, 0)):
                sock = self.maapi([peer.frame(answer)])
                with self.assertRaises(_confd.error.Error) as caught:
                    call(sock)
                self.assertEqual(caught.exception.confd_errno, _confd.ERR_INTERNAL)
        sock = self.maapi([peer.frame(word(262)), peer.frame(b"\x83" + peer.encode((peer.Atom("node"), 1)))])
        with self.assertRaises(_confd.error.Error):
            _confd.maapi.load_schemas(sock)

    def test_ends_of_an_iteration(self):
        for name, code in (("badstate", 17), ("error", 1)):
            end = peer.frame(b"\x83" + peer.encode((peer.Atom(name), b"why")))
            with self.assertRaises(_confd.error.Error) as caught:
                _confd.maapi.diff_iterate(self.maapi([end]), 1, print, 0)
            self.assertEqual((caught.exception.confd_errno, caught.exception.confd_lasterr), (code, "why"))

    def test_the_server_closes(self):
        with peer.Server(lambda conn: peer.receive(conn, 9)) as server, socket.socket() as sock:
            with self.assertRaises(_confd.error.EOF):
                _confd.maapi.connect(sock, **server.where())
        with peer.Server(lambda conn: None) as server:
            for high in (confd, ncs):
                with self.assertRaises((high.error.EOF, high.error.Error)):
                    high.maapi.Maapi(ip=server.ip, port=server.port)


if __name__ == "__main__":
    unittest.main()
