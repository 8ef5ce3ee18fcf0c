# SPDX-License-Identifier: Apache-2.0
"""What the cases of contract_test.py share."""

import contextlib
import inspect
import os
import re
import socket
import unittest

import peer

import _confd
import _ncs

PACKAGES = (_confd, _ncs)
AUDIT = peer.event(1, 115, b"admin", 17, b"logged in")
AUDIT_BODY = {"logno": 115, "user": "admin", "msg": "logged in", "usid": 17}
USER = (17, b"admin", b"secret", peer.Atom("cli"), 2, (192, 0, 2, 17), 52114, 1763802000, b"ctx", 1)


def parameters_of(function):
    """The names of its parameters; of a type that cannot be made ValueError."""
    try:
        return list(inspect.signature(function).parameters)
    except ValueError:
        # Before 3.10 inspect has no signatures of such types; help() has them all the same.
        found = isinstance(function, type) and re.match(r"\w+\(([^)]+)\) -> ", function.__doc__)
        if not found:
            raise
        return re.findall(r"\w+", found[1])


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
