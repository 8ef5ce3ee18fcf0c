# SPDX-License-Identifier: Apache-2.0
"""Connecting, acknowledging, reading, and what goes wrong."""

import errno
import hashlib
import os
import select
import signal
import socket
import tempfile
import threading
import types

import peer
from case import AUDIT, AUDIT_BODY, USER, Case, data_of, environment, noexists

import _confd
import _ncs


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
