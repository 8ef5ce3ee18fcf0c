"""The packages behave like the vendor's, fact by fact: layout, functions, sockets, errors, events."""

import ast
import contextlib
import errno
import hashlib
import importlib
import inspect
import json
import os
import pathlib
import pydoc
import select
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import types
import unittest

import peer
import confd_json

import _confd
import _confd.events
import _ncs
import _ncs.events
import confd
import ncs

PACKAGES = (_confd, _ncs)
AUDIT = peer.event(1, 115, b"admin", 17, b"logged in")
AUDIT_BODY = {"logno": 115, "user": "admin", "msg": "logged in", "usid": 17}
USER = (17, b"admin", b"secret", peer.Atom("cli"), 2, (192, 0, 2, 17), 52114, 1763802000, b"ctx", 1)


def noexists(low):
    return low.Value(init=1, type=low.C_NOEXISTS)


def data_of(low, heartbeat=1000, health_check=1000, stream="whatever", **more):
    times = {"start_time": noexists(low), "stop_time": noexists(low)}
    return low.events.NotificationsData(heartbeat, health_check, stream, **{**times, **more})


@contextlib.contextmanager
def environment(**variables):
    before = {name: os.environ.get(name) for name in variables}
    os.environ.update(variables)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


class Case(unittest.TestCase):
    def each(self):
        for low in PACKAGES:
            with self.subTest(package=low.__name__):
                yield low

    def raises(self, low, code, text, call, *args, **keywords):
        with self.assertRaises(low.error.Error) as caught:
            call(*args, **keywords)
        self.assertEqual(caught.exception.confd_errno, code)
        self.assertEqual(caught.exception.confd_lasterr, text)
        return caught.exception

    def pair(self):
        ours, theirs = socket.socketpair()
        self.addCleanup(ours.close)
        self.addCleanup(theirs.close)
        return ours, theirs

    def read(self, low, *frames):
        """The dictionary of the first event, without _notif."""
        ours, theirs = self.pair()
        theirs.sendall(b"".join(frames))
        out = low.events.read_notification(ours)
        self.assertIs(type(out.pop("_notif")), low.events.Notification)
        return out


class Layout(Case):
    def test_1_2_modules_and_names(self):
        for low in self.each():
            for name in ("events", "maapi", "error"):
                module = importlib.import_module(f"{low.__name__}.{name}")
                self.assertIs(module, getattr(low, name))
                self.assertIs(module, sys.modules[f"{low.__name__}.{name}"])
                self.assertEqual(module.__name__, f"{low.__name__}.{name}")
            self.assertTrue(issubclass(low.error.Error, Exception))
            for name in ("Value", "TagValue", "XmlTag", "hash2str", "C_NOEXISTS", "PORT"):
                self.assertTrue(hasattr(low, name), name)

    def test_3_ports_and_addresses(self):
        for low in self.each():
            self.assertEqual((low.CONFD_PORT, low.NCS_PORT), (4565, 4569))
        self.assertEqual((_confd.PORT, _ncs.PORT), (4565, 4569))
        self.assertEqual((_confd.ADDR, _ncs.ADDR), ("127.0.0.1", "127.0.0.1"))
        for variables, port in (({"CONFD_IPC_PORT": "5000"}, 5000), ({"CONFD_IPC_PORT": "x"}, 4565),
                                ({"CONFD_IPC_PATH": "/a", "CONFD_EVENTS_RELEASE": "7.8"}, 4565)):
            with environment(**variables):
                self.assertEqual(importlib.reload(_confd).PORT, port)
        with environment(CONFD_IPC_ADDR="192.0.2.1"):
            self.assertEqual(importlib.reload(_confd).ADDR, "192.0.2.1")
        importlib.reload(_confd)

    def test_4_high_level_packages_have_everything_too(self):
        for high, low in ((confd, _confd), (ncs, _ncs)):
            for name in vars(low):
                if not name.startswith("_") and name != "maapi":
                    self.assertEqual(getattr(high, name), getattr(low, name), name)
            self.assertIs(high.events, low.events)
            self.assertTrue(inspect.isclass(high.maapi.Maapi))
            self.assertIs(importlib.import_module(high.__name__ + ".events"), low.events)
        self.assertEqual(ncs.VERBOSITY_VERY_VERBOSE, 2)

    def test_5_6_public_contents(self):
        functions = {"notifications_connect", "notifications_connect2", "read_notification",
                     "diff_notification_done", "sync_audit_notification", "sync_ha_notification"}
        for low in self.each():
            more = {"sync_audit_network_notification"} if low is _ncs else set()
            found = {name for name, value in vars(low.events).items()
                     if isinstance(value, types.BuiltinFunctionType)}
            self.assertEqual(found, functions | more)
            kind = low.events.NotificationsData
            self.assertEqual(f"{kind.__module__}.{kind.__qualname__}",
                             f"{low.__name__}.events.NotificationsData")

    def test_what_it_is(self):
        for module in (_confd, _ncs, confd, ncs):
            self.assertTrue(module.__version__.endswith("+confd.events.kit"))
            self.assertIn("confd-events-kit", module.__doc__)

    def test_refuses_beside_the_vendors(self):
        module = types.ModuleType("_confd")
        with_vendor = {"_confd": module, "_confd.events": types.ModuleType("_confd.events")}
        kept = {name: sys.modules.pop(name) for name in list(sys.modules)
                if name.split(".")[0] in ("_confd", "_ncs")}
        try:
            sys.modules.update(with_vendor)
            with self.assertRaisesRegex(ImportError, r"imported already \(_confd\)"):
                importlib.import_module("_ncs")
        finally:
            for name in with_vendor:
                del sys.modules[name]
            sys.modules.update(kept)

    def test_refuses_to_hide_the_vendors(self):
        with tempfile.TemporaryDirectory() as folder:
            os.mkdir(os.path.join(folder, "_confd"))
            with open(os.path.join(folder, "_confd", "__init__.py"), "w") as file:
                file.write("# another one\n")
            sys.path.append(folder)
            try:
                with self.assertRaisesRegex(ImportError, "CONFD_EVENTS_REPLACE"):
                    importlib.reload(_confd)
                with environment(CONFD_EVENTS_REPLACE="1"):
                    importlib.reload(_confd)
            finally:
                sys.path.remove(folder)

    def test_stubs_say_what_there_is(self):
        for low in self.each():
            folder = pathlib.Path(low.__file__).parent
            for module in (low, low.events, low.maapi, low.error):
                name = "__init__" if module is low else module.__name__.split(".")[1]
                tree = ast.parse((folder / f"{name}.pyi").read_text())
                found = self.names_in(tree)
                expected = {name for name in vars(module) if not name.startswith("_")}
                modules = {"error", "events", "maapi"} if module is low else set()
                self.assertEqual(found, expected - modules)
                for node in tree.body:
                    if isinstance(node, ast.FunctionDef):
                        self.check_signature(node, getattr(module, node.name))
                    elif isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                        self.check_class(node, getattr(module, node.name))

    def names_in(self, tree):
        found = set()
        for node in tree.body:
            if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
                found.add(node.name)
            elif isinstance(node, ast.AnnAssign):
                found.add(node.target.id)
        return {name for name in found if not name.startswith("_")}

    def check_signature(self, node, function):
        found = [argument.arg for argument in node.args.args if argument.arg not in ("self", "cls")]
        signature = inspect.signature(function)
        self.assertEqual(found, list(signature.parameters), node.name)
        optional = [name for name, parameter in signature.parameters.items()
                    if parameter.default is not parameter.empty]
        self.assertEqual(found[len(found) - len(node.args.defaults):], optional, node.name)

    def check_class(self, node, kind):
        for member in node.body:
            if isinstance(member, ast.FunctionDef) and not member.name.startswith("_"):
                if hasattr(kind, member.name) and not member.decorator_list:
                    signature = [argument.arg for argument in member.args.args][1:]
                    found = inspect.signature(getattr(kind, member.name)).parameters
                    self.assertEqual(signature, [name for name in found if name != "self"], member.name)
                elif kind.__name__ not in ("TransCtxRef", "TagValue"):
                    self.assertTrue(hasattr(kind, member.name), (kind, member.name))
            elif isinstance(member, ast.FunctionDef) and member.name == "__init__":
                if kind.__name__ != "Value":
                    self.check_signature(member, kind)

    def test_help_has_all_sections(self):
        text = pydoc.plain(pydoc.render_doc(_confd.events))
        for line in ("class NotificationsData", "Keyword arguments:", "read_notification(sock) -> dict",
                     "HA_INFO_NOMASTER = 1", "NOTIF_AUDIT = 1", "slave_died"):
            self.assertIn(line, text)
        for low in self.each():
            for module in (low, low.events, low.maapi):
                for name, value in vars(module).items():
                    if callable(value) and not name.startswith("_"):
                        self.assertTrue(value.__doc__, name)

    def test_52_54_constants_are_plain_integers(self):
        names = ("NOTIF_AUDIT", "NOTIF_SYSLOG_TAKEOVER", "NCS_NOTIF_AUDIT_NETWORK_SYNC", "NOTIF_WEBUI",
                 "NOTIF_COMPACTION", "NOTIF_SYSTEM_GOING_DOWN", "NCS_CQ_ITEM_DELETED",
                 "CALL_HOME_DEVICE_DISCONNECTED", "HA_INFO_NOPRIMARY", "HA_INFO_BESLAVE_RESULT",
                 "COMPACTION_MANUAL", "PROGRESS_ATTRIBUTE_NUMBER")
        for low in self.each():
            for name in names:
                self.assertIs(type(getattr(low.events, name)), int, name)
            self.assertEqual(low.events.NOTIF_SYSLOG_TAKEOVER, 6)
            self.assertEqual(low.events.NOTIF_AUDIT + low.events.NOTIF_DAEMON, 3)
            for name, value in (("PROGRESS_STOP", 2), ("VERBOSITY_DEBUG", 3), ("C_BUF", 5),
                                ("RUNNING", 2), ("ERR_EXTERNAL", 19), ("MOP_ATTR_SET", 6),
                                ("ITER_RECURSE", 2), ("ITER_WANT_ATTR", 4), ("LIB_PROTO_VSN", 78)):
                self.assertEqual(getattr(low, name), value, name)

    def test_constants_of_the_documentation(self):
        text = """ABORT_COMMIT 3 CONFIRMED_COMMIT 1 DP_JAVASCRIPT 5 FORWARD_INFO_FAILED 3
            HA_INFO_SLAVE_INITIALIZED 4 NOTIF_COMMIT_FLAG_CONFIRMED_EXTENDED 2 NOTIF_REOPEN_LOGS 8388608
            NOTIF_STREAM_EVENT 524288 STREAM_REPLAY_FAILED 4 SUBAGENT_INFO_DOWN 2 UPGRADE_COMMITED 4
            USER_SESS_STOP_TRANS 6 NCS_NOTIF_CQ_PROGRESS 4194304 NCS_CQ_ITEM_WAITING 1""".split()
        for name, value in zip(text[::2], text[1::2]):
            self.assertEqual(getattr(_confd.events, name), int(value), name)


class Connecting(Case):
    def subscribe(self, low, mask, data=None, family=socket.AF_INET, script=peer.accept_subscriber):
        """What the server got, and the socket's error."""
        with peer.Server(script, family) as server, socket.socket(family) as sock:
            if data is None:
                result = low.events.notifications_connect(sock, mask, **server.where())
            else:
                result = low.events.notifications_connect2(sock, mask, data, **server.where())
            self.assertIsNone(result)
            if family != socket.AF_UNIX:
                self.assertTrue(sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))
            return server.join()[0]

    def test_7_any_object_with_a_descriptor(self):
        class Duck:
            def __init__(self, sock):
                self.sock, self.family = sock, sock.family

            def fileno(self):
                return self.sock.fileno()
        for low in self.each():
            with peer.Server(peer.accept_subscriber) as server, socket.socket() as sock:
                low.events.notifications_connect(Duck(sock), 1, **server.where())
                self.assertGreaterEqual(sock.fileno(), 0)
            with self.assertRaisesRegex(AttributeError, "^'int' object has no attribute 'fileno'$"):
                low.events.read_notification(5)

    def test_8_a_connected_socket_is_refused(self):
        with peer.Server(lambda conn: conn.recv(1)) as server, socket.socket() as sock:
            sock.connect((server.ip, server.port))
            self.raises(_confd, 24, "Failed to connect to ConfD: "
                        "Transport endpoint is already connected",
                        _confd.events.notifications_connect, sock, 1, server.ip, server.port)

    def test_9_families_and_their_arguments(self):
        for low in self.each():
            for family in (socket.AF_INET, socket.AF_INET6, socket.AF_UNIX):
                hello, subscription = self.subscribe(low, 1, family=family)
                self.assertEqual(hello[0], 11)
                self.assertEqual(subscription, (1, 0, 0, "undefined", 0))
            connect = low.events.notifications_connect
            for family, given, missing in (("AF_INET", {"port": 1}, "ip"),
                                           ("AF_INET", {"ip": "127.0.0.1"}, "port"),
                                           ("AF_INET6", {"port": 1}, "ip"), ("AF_UNIX", {}, "path")):
                with socket.socket(getattr(socket, family)) as sock:
                    with self.assertRaisesRegex(
                            TypeError, f"^{missing} argument must be provided for an {family} socket$"):
                        connect(sock, 1, **given)
            with socket.socket() as sock:
                with self.assertRaisesRegex(ValueError, "^invalid IP address: localhost$"):
                    connect(sock, 1, "localhost", 4565)
                odd = types.SimpleNamespace(fileno=sock.fileno, family=99)
                with self.assertRaisesRegex(TypeError, "^unsupported socket family: 99$"):
                    connect(odd, 1, "127.0.0.1", 1)

    def test_10_masks(self):
        connect = _confd.events.notifications_connect
        with socket.socket() as sock:
            with self.assertRaisesRegex(OverflowError, "^signed integer is greater than maximum$"):
                connect(sock, 1 << 31, "127.0.0.1", 1)
            with self.assertRaisesRegex(OverflowError, "^signed integer is less than minimum$"):
                connect(sock, -(1 << 31) - 1, "127.0.0.1", 1)
            with self.assertRaisesRegex(TypeError, "cannot be interpreted as an integer"):
                connect(sock, "1", "127.0.0.1", 1)
        self.assertEqual(self.subscribe(_confd, 0)[1][0], 0)
        self.assertEqual(self.subscribe(_confd, -1, data_of(_confd))[1][0] & 0xffffffff, 0xffffffff)
        with environment(CONFD_EVENTS_RELEASE="8.6"):
            self.assertEqual(self.subscribe(_ncs, 1 << 31)[1][0], 1 << 31)
            with socket.socket() as sock, self.assertRaises(OverflowError):
                connect(sock, 1 << 32, "127.0.0.1", 1)

    def test_11_data_is_exactly_that(self):
        for low in self.each():
            derived = type("Derived", (low.events.NotificationsData,), {})
            for wrong in (None, 5, derived(1, 1, "x", noexists(low), noexists(low))):
                with socket.socket() as sock, self.assertRaisesRegex(
                        TypeError, f"^data argument must be a {low.__name__}.events.NotificationsData "
                        "instance$"):
                    low.events.notifications_connect2(sock, 1, wrong, "127.0.0.1", 1)

    def test_12_what_needs_data(self):
        for low in self.each():
            with socket.socket() as sock:
                for name, text in (("NOTIF_HEARTBEAT", "Need heartbeat interval"),
                                   ("NOTIF_STREAM_EVENT", "Need notification stream info")):
                    self.raises(low, low.ERR_PROTOUSAGE, text, low.events.notifications_connect, sock,
                                getattr(low.events, name), "127.0.0.1", 1)
                with self.assertRaises(low.error.Error):
                    low.events.notifications_connect(sock, low.events.NOTIF_HEALTH_CHECK, "127.0.0.1", 1)

    def test_13_refusals(self):
        refusals = ((1, "item does not exist", b"No such stream"), (22, None, b"No such session"),
                    (50, None, b"bad filter"), (21, None, b"again"))
        for low in self.each():
            for code, strerror, text in refusals:
                reply = b"\x83" + peer.encode((peer.Atom("error"), code, text))
                with peer.Server(lambda conn: peer.accept_subscriber(conn, reply)) as server:
                    with socket.socket() as sock:
                        error = self.raises(low, code, text.decode(), low.events.notifications_connect,
                                            sock, 1, **server.where())
                if strerror is not None:
                    self.assertEqual(str(error), f"{strerror} ({code}): {text.decode()}")
            with peer.Server(lambda conn: peer.receive(conn, 9)) as server, socket.socket() as sock:
                with self.assertRaises(low.error.EOF):
                    low.events.notifications_connect(sock, 1, **server.where())
            script = lambda conn: conn.sendall(peer.hello_reply(status=1, version=90))  # noqa: E731
            with peer.Server(script) as server, socket.socket() as sock:
                with self.assertRaises(low.error.Error) as caught:
                    low.events.notifications_connect(sock, 1, **server.where())
                self.assertEqual(caught.exception.confd_errno, low.ERR_PROTOUSAGE)

    def test_14_access_file(self):
        challenge = bytes(range(16))

        def script(conn, granted=True):
            self.assertEqual(peer.receive(conn, 9)[0], 0x8b)
            conn.sendall(b"\x0b" + challenge)
            digest = peer.receive(conn, 17)
            self.assertEqual(digest, b"\x0c" + hashlib.md5(b"s3cret\n" + challenge).digest())
            conn.sendall(b"\0" if granted else b"\1")
            if granted:
                conn.sendall(peer.hello_reply())
                peer.receive_frame(conn)
                # What comes at once behind the answer is for read_notification().
                conn.sendall(peer.frame(peer.OK) + AUDIT)
                conn.recv(1)
        with tempfile.NamedTemporaryFile() as file:
            file.write(b"s3cret\n")
            file.flush()
            for low, variable in ((_confd, "CONFD_IPC_ACCESS_FILE"), (_ncs, "NCS_IPC_ACCESS_FILE")):
                with environment(**{variable: file.name}):
                    with peer.Server(script) as server, socket.socket() as sock:
                        low.events.notifications_connect(sock, 1, **server.where())
                        self.assertEqual(low.events.read_notification(sock)["audit"], AUDIT_BODY)
                        sock.close()
                        server.join()
                    with peer.Server(lambda conn: script(conn, False)) as server, socket.socket() as sock:
                        self.raises(low, 21, "Access denied", low.events.notifications_connect, sock, 1,
                                    **server.where())
                with environment(**{variable: "/nowhere"}), socket.socket() as sock:
                    with peer.Server(lambda conn: None) as server:
                        with self.assertRaisesRegex(low.error.Error, variable):
                            low.events.notifications_connect(sock, 1, **server.where())

    def test_28_33_34_what_is_sent(self):
        beats = 0x2000 | 0x40000
        for low in self.each():
            room = {_confd: b"\x14\x09", _ncs: b"\x3c\x12"}[low]
            hello, sent = self.subscribe(low, 1, data_of(low))
            self.assertEqual(hello, b"\x0b\x00\x4e\x07\x08\x02\x00" + room)
            self.assertEqual(sent, (1, 0, 0, "undefined", 0))
            for interval in (10, 0, -5):
                sent = self.subscribe(low, beats, data_of(low, interval, interval))[1]
                self.assertEqual(sent, (beats, interval, interval, "undefined", 0))
            start = low.Value(init="2026-11-22T10:00:00.5+05:30", type=low.C_DATETIME)
            stop = low.Value("2026-11-23T10:00:00Z", low.C_DATETIME)
            sent = self.subscribe(low, 1 << 19, data_of(low, stream="NETCONF", start_time=start,
                                                        stop_time=stop, xpath_filter="/a", usid=17))[1]
            self.assertEqual(sent[3], ("NETCONF", (19, (2026, 11, 22, 10, 0, 0, 500000, 5, 30)),
                                       (19, (2026, 11, 23, 10, 0, 0, 0, 0, 0)), b"/a", 17, 0))
            sent = self.subscribe(low, 1 << 19, data_of(low, stop_time=stop))[1]
            self.assertEqual(sent[3], ("whatever", "undefined", "undefined", "undefined", 0, 0))
            sent = self.subscribe(low, 1 << 24, data_of(low, verbosity=2))[1]
            self.assertEqual(sent[4], 2)

    def test_other_releases(self):
        with environment(CONFD_EVENTS_RELEASE="6.6"):
            hello, sent = self.subscribe(_confd, 1)
            self.assertEqual((hello[1:3], sent), (b"\0\x42", (1, 0, 0, "undefined")))
        with environment(CONFD_EVENTS_RELEASE="last"), socket.socket() as sock:
            with self.assertRaisesRegex(ValueError, "CONFD_EVENTS_RELEASE"):
                _confd.events.notifications_connect(sock, 1, "127.0.0.1", 1)

    def test_positions_and_keywords(self):
        script = peer.accept_subscriber
        for low in self.each():
            with peer.Server(script) as server:
                for call in (
                        lambda s: low.events.notifications_connect(s, 1, server.ip, server.port),
                        lambda s: low.events.notifications_connect2(s, 1, data_of(low), server.ip,
                                                                    server.port),
                        lambda s: low.events.notifications_connect2(
                            sock=s, mask=1, ip=server.ip, port=server.port, data=data_of(low), path=None)):
                    with socket.socket() as sock:
                        call(sock)


class Acknowledging(Case):
    def test_15_16_17_acknowledgements(self):
        commit = peer.event(16, 2, USER, 1042, 0)
        for low in self.each():
            ours, theirs = self.pair()
            theirs.sendall(commit)
            tctx = low.events.read_notification(ours)["commit_diff"]["tctx"]
            calls = [(low.events.diff_notification_done, tctx, (1042, "done")),
                     (low.events.sync_audit_notification, 17, (17, "synced"))]
            if low is _ncs:
                calls.append((low.events.sync_audit_network_notification, 17, (17, "audit_network_sync")))
            for call, argument, term in calls:
                self.assertIsNone(call(ours, argument))
                self.assertEqual(peer.decode(peer.receive_frame(theirs)), term)
            self.assertIsNone(low.events.sync_ha_notification(sock=ours))
            self.assertEqual(peer.decode(peer.receive_frame(theirs)), "ha_synced")
            with self.assertRaisesRegex(
                    TypeError, f"^tctx argument must be a {low.__name__}.TransCtxRef instance$"):
                low.events.diff_notification_done(ours, 1042)
            for kind in (low.TransCtxRef, low.UserInfo, low.events.Notification, low.HKeypathRef):
                with self.assertRaisesRegex(NotImplementedError,
                                            f"^Can't instantiate {kind.__name__} from Python$"):
                    kind()

    def test_nobody_takes_it(self):
        ours, theirs = self.pair()
        theirs.close()
        with self.assertRaises(_confd.error.Error) as caught:
            _confd.events.sync_ha_notification(ours)
        self.assertEqual(caught.exception.errno, errno.EPIPE)


class Blocking(Case):
    def test_18_other_threads_run(self):
        ours, theirs = self.pair()
        got = []
        reader = threading.Thread(target=lambda: got.append(_confd.events.read_notification(ours)))
        reader.start()
        # Were the GIL held, this thread would never come here.
        theirs.sendall(AUDIT)
        reader.join(peer.PATIENCE)
        self.assertEqual(got[0]["audit"], AUDIT_BODY)

    def test_19_exactly_one_frame(self):
        ours, theirs = self.pair()
        theirs.sendall(AUDIT * 50)
        for _ in range(50):
            self.assertEqual(select.select([ours], [], [], 0)[0], [ours])
            self.assertEqual(_confd.events.read_notification(ours)["type"], 1)
        self.assertEqual(select.select([ours], [], [], 0)[0], [])

    def test_20_sockets_that_do_not_wait(self):
        for low, daemon in ((_confd, "ConfD"), (_ncs, "NCS")):
            for prepare in (lambda s: s.settimeout(5), lambda s: s.setblocking(False)):
                ours, theirs = self.pair()
                prepare(ours)
                error = self.raises(low, low.ERR_OS, f"Failed to read 4 bytes from {daemon}: "
                                    "Resource temporarily unavailable",
                                    low.events.read_notification, ours)
                self.assertEqual(error.errno, 11)
            # A backlog that is full makes connecting on one machine wait.
            with socket.socket() as full, socket.socket() as first, socket.socket() as sock:
                full.bind(("127.0.0.1", 0))
                full.listen(0)
                first.connect(full.getsockname())
                sock.setblocking(False)
                error = self.raises(low, low.ERR_OS, f"Failed to connect to {daemon}: "
                                    "Operation now in progress", low.events.notifications_connect,
                                    sock, 1, *full.getsockname())
                self.assertEqual(error.errno, 115)

    def test_nothing_is_lost_in_the_middle_of_a_frame(self):
        for low in self.each():
            ours, theirs = self.pair()
            ours.setblocking(False)
            for byte in AUDIT[:-1]:
                theirs.sendall(bytes([byte]))
                with self.assertRaises(low.error.Error) as caught:
                    low.events.read_notification(ours)
                self.assertEqual(caught.exception.errno, 11)
            theirs.sendall(AUDIT[-1:] + AUDIT)
            # Through a copy of the descriptor as well.
            with ours.dup() as copy:
                self.assertEqual(low.events.read_notification(copy)["audit"], AUDIT_BODY)
            self.assertEqual(low.events.read_notification(ours)["audit"], AUDIT_BODY)

    def test_what_a_closed_socket_leaves_is_not_taken_for_another_ones(self):
        ours, theirs = self.pair()
        ours.setblocking(False)
        theirs.sendall(AUDIT[:7])
        with self.assertRaises(_confd.error.Error):
            _confd.events.read_notification(ours)
        number = ours.fileno()
        ours.close()
        theirs.close()
        again, other = socket.socketpair()
        with again, other:
            if again.fileno() != number:
                os.dup2(again.fileno(), number)
                self.addCleanup(os.close, number)
            other.sendall(AUDIT)
            same = types.SimpleNamespace(fileno=lambda: number)
            self.assertEqual(_confd.events.read_notification(same)["audit"], AUDIT_BODY)

    def test_21_closed_and_fresh_sockets(self):
        sock = socket.socket()
        for text in ("Transport endpoint is not connected", "Bad file descriptor"):
            with self.assertRaisesRegex(_confd.error.Error, text):
                _confd.events.read_notification(sock)
            sock.close()

    def test_22_the_server_closes(self):
        for low, text in ((_confd, "ConfD closed connection"), (_ncs, "NCS closed connection")):
            for begun in (b"", AUDIT[:2], AUDIT[:9], b"\0\0\0\0"):
                ours, theirs = self.pair()
                theirs.sendall(begun)
                theirs.close()
                with self.assertRaises(low.error.EOF) as caught:
                    low.events.read_notification(ours)
                self.assertEqual(caught.exception.args, (text,))

    def test_23_what_cannot_be_decoded(self):
        for low in self.each():
            ours, theirs = self.pair()
            for payload in (b"\x83", b"\x83\x61\x01", b"\x83" + peer.encode((1, 2)), b"\x00",
                            b"\x83" + peer.encode((1 << 35, 1))):
                theirs.sendall(peer.frame(payload) + AUDIT)
                error = self.raises(low, low.ERR_INTERNAL, "Bad notification struct",
                                    low.events.read_notification, ours)
                self.assertEqual(str(error), "internal error (18): Bad notification struct")
                self.assertEqual(low.events.read_notification(ours)["type"], 1)

    def test_a_frame_that_cannot_be(self):
        ours, theirs = self.pair()
        theirs.sendall(b"\xff\xff\xff\xff" + AUDIT)
        with self.assertRaises(_confd.error.Error):
            _confd.events.read_notification(ours)
        # Where the next frame begins nobody knows.
        with self.assertRaises((_confd.error.Error, _confd.error.EOF)):
            for _ in range(3):
                _confd.events.read_notification(ours)

    def test_signals_interrupt_and_lose_nothing(self):
        class Interrupt(Exception):
            pass

        armed = threading.Event()
        done = threading.Event()
        ours, theirs = self.pair()
        theirs.sendall(AUDIT[:7])

        def handler(*_):
            if armed.is_set():
                armed.clear()
                theirs.sendall(AUDIT[7:])
                raise Interrupt

        def send_signals():
            while not done.is_set():
                signal.pthread_kill(threading.main_thread().ident, signal.SIGUSR1)
                done.wait(0.02)
        before = signal.signal(signal.SIGUSR1, handler)
        sender = threading.Thread(target=send_signals)
        try:
            sender.start()
            with self.assertRaises(Interrupt):
                armed.set()
                _confd.events.read_notification(ours)
        finally:
            done.set()
            sender.join()
            signal.signal(signal.SIGUSR1, before)
        self.assertEqual(_confd.events.read_notification(ours)["audit"], AUDIT_BODY)


class Errors(Case):
    def test_24_two_classes(self):
        for low in self.each():
            self.assertEqual(low.error.Error.__bases__, (Exception,))
            self.assertEqual(low.error.EOF.__bases__, (Exception,))
            self.assertEqual(low.error.Error.__module__, f"{low.__name__}.error")

    def test_25_26_27_attributes(self):
        for low in self.each():
            with socket.socket() as sock, self.assertRaises(low.error.Error) as first:
                low.events.read_notification(sock)
            self.assertEqual(first.exception.errno, errno.ENOTCONN)
            self.assertEqual(first.exception.args[0], str(first.exception))
            self.assertEqual(vars(low.error.Error)["confd_errno"], low.ERR_OS)
            self.assertEqual(first.exception.strerror, os.strerror(errno.ENOTCONN))
            ours, theirs = self.pair()
            theirs.sendall(peer.frame(b"\x00"))
            with self.assertRaises(low.error.Error):
                low.events.read_notification(ours)
            # The attributes are those of the latest error.
            self.assertIs(first.exception.confd_errno, low.ERR_INTERNAL)
            self.assertEqual(first.exception.confd_strerror, "internal error")
            self.assertFalse(hasattr(low.error.Error, "errno"))
            self.assertEqual(hasattr(low.error.Error, "ncs_errno"), low is _ncs)


class Data(Case):
    def test_28_arguments(self):
        for low in self.each():
            make = low.events.NotificationsData
            with self.assertRaisesRegex(
                    TypeError, r"^function missing required argument 'health_check_interval' \(pos 2\)$"):
                make(1)
            with self.assertRaisesRegex(TypeError, "must be .*Value"):
                make(1, 1, "x", 5, noexists(low))
            for name in ("start_time", "stop_time"):
                with self.assertRaisesRegex(
                        TypeError, f"^{name} argument must be of type C_NOEXISTS or C_DATETIME$"):
                    data_of(low, **{name: low.Value(5)})
            other = {_confd: _ncs, _ncs: _confd}[low]
            with self.assertRaises(TypeError):
                data_of(low, start_time=noexists(other))

    def test_31_32_nothing_to_read_and_repr(self):
        data = data_of(_confd, stream="x")
        for name in ("stream_name", "usid", "start_time"):
            self.assertFalse(hasattr(data, name))
        self.assertEqual(repr(data), str(data))
        self.assertEqual(repr(data), (
            "_confd.events.NotificationsData(heartbeat_interval=1000, health_check_interval=1000, "
            "stream_name='x', start_time=NOEXISTS, stop_time=NOEXISTS, xpath_filter='', usid=0, "
            "verbosity=0)"))


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
        for product, low in (("confd", _confd), ("nso", _ncs)):
            text = (peer.VECTORS / f"events_{product}_78.jsonl").read_text()
            payloads = [p for line in text.splitlines() for p in json.loads(line)["payloads"]]
            decoded = subprocess.run([os.environ["CONFD_DECODE"], "--payload-hex", "--product", product],
                                     input="".join(p + "\n" for p in payloads), text=True,
                                     capture_output=True, check=True).stdout.splitlines()
            self.assertEqual(len(decoded), len(payloads))
            converter = confd_json.Converter(low)
            ours, theirs = self.pair()
            for payload, line in zip(payloads, decoded):
                theirs.sendall(peer.frame(bytes.fromhex(payload)))
                found = converter.event(low.events.read_notification(ours))
                self.assertEqual(found, self.as_the_api_has_it(json.loads(line)), payload)

    def as_the_api_has_it(self, event):
        for name, body in event.items():
            if isinstance(body, dict):
                body.pop("logno_name", None)
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
        self.assertEqual(_ncs.events.read_notification(sock)["call_home"], {"type": 3, "device": "ce0"})
        self.assertEqual(_ncs.events.read_notification(sock)["type"], _ncs.events.NOTIF_SYSTEM_GOING_DOWN)


if __name__ == "__main__":
    unittest.main()
