# SPDX-License-Identifier: Apache-2.0
"""Nothing that Python does with the objects crashes, hangs or leaks."""

import copy
import gc
import os
import pickle
import select
import socket
import subprocess
import sys
import threading
import unittest

import peer
from case import parameters_of

import _confd
import _ncs

PACKAGES = (_confd, _ncs)
AUDIT = peer.event(1, 115, b"admin", 17, b"logged in")
USER = (17, b"admin", b"", peer.Atom("cli"), 2, (192, 0, 2, 17), 52114, 0, b"", 0)
NODE = (b"edge2", (192, 0, 2, 18))
EVENTS = [
    AUDIT, peer.event(2, 22, 6, b"daemon"), peer.event(8, 2, USER, 1, 0),
    peer.event(16, 2, USER, 1042, 0, b"comment", b"label"), peer.event(32, 1, USER, 0),
    peer.event(64, (2, NODE)), peer.event(256, 2, 2, (192, 0, 2, 1), 830), peer.event(1024, 1, b"edge2", USER),
    peer.event(16384, 1, 600, USER), peer.event(8192)]


def open_descriptors():
    return len(os.listdir("/proc/self/fd"))


class WrongTypes(unittest.TestCase):
    """Every function with everything in every position."""

    def values(self, low):
        sock = socket.socket()
        closed = socket.socket()
        closed.close()
        self.addCleanup(sock.close)

        class Odd:
            """Its methods are what nobody would write."""
            family = "AF_INET"

            def fileno(self):
                return "seven"

            def __index__(self):
                return 1 << 80

            def __str__(self):
                raise RuntimeError("no text")

            def __hash__(self):
                raise RuntimeError("no hash")

        class Raising:
            def __getattr__(self, name):
                raise KeyError(name)
        none = low.Value(1, low.C_NOEXISTS)
        return [None, 0, 5, -1, 1 << 31, 1 << 70, 1.5, float("nan"), True, "x", "", "\0", "\ud800", "a" * 5000,
                b"x", b"\xff", [], [1], ["x"], (), (1, 2), ("a", "b"), (None, None), {}, {"a": 1}, object(), Odd(),
                Raising(), type, len, lambda *a: a, sock, closed, low, none, low.Value("text"),
                low.Value([none], low.C_LIST), low.XmlTag(1, 2), low.TagValue(tag=1, ns=2),
                low.DateTime(2026, 1, 1, 0, 0, 0, 0, 0, 0), low.Value("/1:2{a}", low.C_OBJECTREF).as_pyval(),
                low.events.NotificationsData(1, 1, "x", none, none), low.error.Error("x"), low.Value]

    def plausible(self, low):
        sock = socket.socket()
        self.addCleanup(sock.close)
        none = low.Value(1, low.C_NOEXISTS)
        tag = low.XmlTag(1, 2)
        return {"sock": sock, "mask": 1, "ip": "127.0.0.1", "port": 1, "path": "/nowhere", "usid": 17,
                "data": low.events.NotificationsData(1, 1, "x", none, none), "tctx": self.context(low),
                "ctx": self.context(low), "hashed_ns": 0, "thandle": 1, "iter": lambda *change: None, "flags": 0,
                "init": 5, "type": 8, "schema_type": (1, "/a"), "value": "5", "hash": 1, "ns": 1, "str": "x",
                "start": None, "errors": "strict", "tag": 2, "xmltag": tag, "v": none, "len": 0,
                "year": 2026, "month": 1, "day": 1, "hour": 0, "min": 0, "sec": 0, "micro": 0, "timezone": 0,
                "timezone_minutes": 0, "val": none, "vartype": 1, "name": "x", "oid": [1], "cr": ("x", [1]),
                "heartbeat_interval": 1, "health_check_interval": 1, "stream_name": "x", "start_time": none,
                "stop_time": none, "xpath_filter": "x", "verbosity": 0}

    def context(self, low):
        ours, theirs = socket.socketpair()
        with ours, theirs:
            theirs.sendall(EVENTS[3])
            return low.events.read_notification(ours)["commit_diff"]["tctx"]

    def callables(self, low):
        path = low.Value("/1:2{a}/3", low.C_OBJECTREF).as_pyval()
        owners = [low, low.events, low.maapi, low.Value(5), path]
        for owner in owners:
            for name in dir(owner):
                function = getattr(owner, name)
                if name.startswith("_") or not callable(function) or function is len:
                    continue
                if isinstance(function, type) and not function.__module__.startswith(low.__name__):
                    continue
                try:
                    yield f"{owner!r:.40}.{name}", function, parameters_of(function)
                except ValueError:
                    # No signature: such types cannot be made.
                    self.assertIsInstance(function, type, name)
                    yield name, function, []

    def attempt(self, function, *args, **keywords):
        self.calls += 1
        try:
            function(*args, **keywords)
        except SystemError as error:
            # Ours has a text; CPython's own are about functions that break its rules.
            self.assertNotIn("returned", str(error))
        except Exception:
            self.errors += 1

    def test_every_position(self):
        self.calls = self.errors = 0
        for low in PACKAGES:
            values, plausible = self.values(low), self.plausible(low)
            for label, function, parameters in self.callables(low):
                with self.subTest(function=label):
                    right = [plausible[name] for name in parameters]
                    for at, name in enumerate(parameters):
                        for value in values:
                            self.attempt(function, *right[:at], value, *right[at + 1:])
                            self.attempt(function, **{**dict(zip(parameters, right)), name: value})
                    for value in values:
                        self.attempt(function, *[value] * len(parameters))
                        self.attempt(function, *right, value)
                        self.attempt(function, **{"no such keyword": value})
                        self.attempt(function, **{name: value for name in parameters[:1]})
            low.text_errors("strict")
        self.assertGreater(self.calls, 5000)
        self.assertGreater(self.errors, self.calls // 2)

    def test_attributes_and_operators(self):
        self.calls = self.errors = 0
        for low in PACKAGES:
            values = self.values(low)
            ours, theirs = socket.socketpair()
            with ours, theirs:
                theirs.sendall(b"".join(EVENTS))
                events = [low.events.read_notification(ours) for _ in EVENTS]
            objects = [value for value in values if type(value).__module__.startswith(low.__name__)]
            objects += [events[2]["commit"]["uinfo"], events[3]["commit_diff"]["tctx"], events[0]["_notif"]]
            for item in objects:
                for value in values:
                    for name in [name for name in dir(item) if not name.startswith("__")] + ["v", "th", "x"]:
                        self.attempt(setattr, item, name, value)
                        self.attempt(delattr, item, name)
                    for operator in ("__eq__", "__lt__", "__getitem__", "__contains__", "__add__", "__getattribute__",
                                     "__setattr__", "__call__", "__init__", "__format__", "__reduce_ex__"):
                        if hasattr(item, operator):
                            self.attempt(getattr(item, operator), value)
                for function in (repr, str, hash, len, int, float, bool, iter, list, bytes, vars, dir):
                    self.attempt(function, item)
        self.assertGreater(self.calls, 5000)


    def test_no_object_without_its_value(self):
        for low in PACKAGES:
            types = [kind for owner in (low, low.events) for kind in vars(owner).values() if isinstance(kind, type)]
            for kind in types:
                if issubclass(kind, (dict, Exception)):
                    continue
                with self.assertRaises(TypeError):
                    object.__new__(kind)
                for other in types:
                    if kind is not other and other is low.XmlTag:
                        with self.assertRaises(TypeError):
                            low.XmlTag(1, 2).__class__ = kind
            value = low.Value(5)
            for copy_of in (copy.copy, copy.deepcopy, pickle.dumps):
                with self.assertRaises(TypeError):
                    copy_of(value)


class Lives(unittest.TestCase):
    def pair(self):
        ours, theirs = socket.socketpair()
        self.addCleanup(ours.close)
        self.addCleanup(theirs.close)
        return ours, theirs

    def events_of(self, low, ours, theirs):
        theirs.sendall(b"".join(EVENTS))
        return [low.events.read_notification(ours) for _ in EVENTS]

    def test_objects_outlive_their_events(self):
        ours, theirs = self.pair()
        events = self.events_of(_confd, ours, theirs)
        uinfo, tctx, node = (events[2]["commit"]["uinfo"], events[3]["commit_diff"]["tctx"],
                             events[5]["hnot"]["slave_died"]["nodeid"])
        events.clear()
        gc.collect()
        self.assertEqual((uinfo.username, tctx.uinfo.username, str(node)), ("admin", "admin", "edge2"))

    def types_of(self, low):
        return [value for owner in (low, low.events) for value in vars(owner).values()
                if isinstance(value, type)]

    def exercise(self, low, ours, theirs):
        for event in self.events_of(low, ours, theirs):
            event["itself"] = event
            repr(event)
        value = low.Value([low.Value("x"), low.Value("/1:2{a}/3", low.C_OBJECTREF)], low.C_LIST)
        repr(value), hash(value), value.as_pyval(), list(value)
        for wrong in ("x", None):
            try:
                low.Value(wrong, low.C_INT32)
            except ValueError:
                pass
        try:
            low.events.read_notification(5)
        except AttributeError:
            pass
        theirs.sendall(peer.frame(b"\0"))
        try:
            low.events.read_notification(ours)
        except low.error.Error:
            pass
        ours.setblocking(False)
        theirs.sendall(AUDIT[:9])
        try:
            low.events.read_notification(ours)
        except low.error.Error:
            pass
        theirs.sendall(AUDIT[9:])
        low.events.read_notification(ours)
        ours.setblocking(True)

    def test_nothing_leaks(self):
        """Each instance of these types holds a reference to its type."""
        for low in PACKAGES:
            ours, theirs = self.pair()
            for _ in range(20):
                self.exercise(low, ours, theirs)
            gc.collect()
            references = {kind: sys.getrefcount(kind) for kind in self.types_of(low)}
            blocks, descriptors = sys.getallocatedblocks(), open_descriptors()
            for _ in range(300):
                self.exercise(low, ours, theirs)
            gc.collect()
            for kind, count in references.items():
                self.assertLessEqual(sys.getrefcount(kind), count, kind)
            # Something of the interpreter's own may come and go; each lost object of 300 would show.
            self.assertLess(sys.getallocatedblocks() - blocks, 250)
            self.assertEqual(open_descriptors(), descriptors)

    def test_failed_connections_leave_nothing(self):
        descriptors = open_descriptors()
        for _ in range(20):
            with socket.socket() as sock:
                with self.assertRaises(_confd.error.Error):
                    _confd.events.notifications_connect(sock, 1, "127.0.0.1", 1)
        self.assertEqual(open_descriptors(), descriptors)

    def test_threads(self):
        failures = []

        def read(low):
            try:
                ours, theirs = socket.socketpair()
                with ours, theirs:
                    for _ in range(50):
                        events = self.events_of(low, ours, theirs)
                        low.events.sync_audit_notification(ours, events[0]["audit"]["usid"])
                        peer.receive_frame(theirs)
                        str(low.Value(5)), low.Value("x") == low.Value("x")
            except BaseException as error:
                failures.append(error)
        threads = [threading.Thread(target=read, args=(low,)) for low in PACKAGES * 4]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(peer.PATIENCE)
        self.assertEqual(failures, [])

    def test_fork(self):
        ours, theirs = self.pair()
        ours.setblocking(False)
        theirs.sendall(AUDIT[:9])
        with self.assertRaises(_confd.error.Error):
            _confd.events.read_notification(ours)
        theirs.sendall(AUDIT[9:])
        child = os.fork()
        if child == 0:
            # No exception may get back into the tests.
            status = 1
            try:
                status = 0 if _confd.events.read_notification(ours)["audit"]["usid"] == 17 else 2
            finally:
                os._exit(status)
        self.assertEqual(os.waitpid(child, 0)[1], 0)
        # The parent's half is its own, as is the child's.
        theirs.sendall(AUDIT[9:])
        self.assertEqual(_confd.events.read_notification(ours)["audit"]["usid"], 17)


AT_EXIT = """
import atexit, select, socket, sys, threading
import _confd, _ncs
from _confd import events
frame = bytes.fromhex({frame!r})
ours, theirs = socket.socketpair()
kept = [events.NotificationsData(1, 1, "x", _confd.Value(1, 1), _confd.Value(1, 1)), _ncs.Value("x")]
theirs.sendall(frame)
kept.append(events.read_notification(ours))
started = threading.Event()

def wait():
    mine = _confd.Value("in the frame of a thread that is ended")
    started.set()
    events.read_notification(ours)
    raise SystemExit("no thread runs after the end")

class Last:
    '''Wakes the thread while the interpreter ends, and lets go of the GIL for it.'''
    def __del__(self, send=theirs.sendall, frame=frame, wait=select.select):
        send(frame)
        wait([], [], [], 0.2)

threading.Thread(target=wait, daemon=True).start()
started.wait()
sys.modules["last"] = Last()
print("done", flush=True)
"""


IN_ANOTHER_INTERPRETER = """
try:
    import _confd
except ImportError:
    pass
else:
    raise RuntimeError("imported twice in a process")
"""


class Exit(unittest.TestCase):
    def test_another_interpreter_cannot_clear_the_modules(self):
        try:
            import _xxsubinterpreters as interpreters
        except ImportError:
            self.skipTest("this release of Python has them elsewhere, and refuses by itself")
        for _ in range(2):
            other = interpreters.create()
            interpreters.run_string(other, IN_ANOTHER_INTERPRETER)
            interpreters.destroy(other)
        ours, theirs = socket.socketpair()
        with ours, theirs:
            theirs.sendall(AUDIT)
            self.assertEqual(_confd.events.read_notification(ours)["audit"]["usid"], 17)

    def test_threads_that_wait_when_the_interpreter_ends(self):
        outcome = subprocess.run([sys.executable, "-B", "-c", AT_EXIT.format(frame=AUDIT.hex())],
                                 capture_output=True, text=True, timeout=peer.PATIENCE)
        self.assertEqual((outcome.returncode, outcome.stdout, outcome.stderr), (0, "done\n", ""))


if __name__ == "__main__":
    select.select([], [], [], 0)
    unittest.main()
