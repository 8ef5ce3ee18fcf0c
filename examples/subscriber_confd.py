#!/usr/bin/env python3
"""A subscriber of ConfD and NSO event notifications on the Python module _confd, or _ncs.

Prints each event as a line of JSON, as `confd-listen --format json` does, reads the changes of commits,
and acknowledges. What it asks for comes from the environment under the names of subscriber.py; it needs
the modules of this project (python/README.md) in PYTHONPATH. With --reconnect it connects again when the
server has gone. Exit codes: 0 the server closed, or SIGTERM; 1 the connection broke off; 3 could not
connect, or was refused.
"""

import codecs
import json
import os
import random
import signal
import socket
import sys
import time

import kit_settings
from confd_json import Converter

confd = kit_settings.package()
events, Error, EOF = confd.events, confd.error.Error, confd.error.EOF
JSON = Converter(confd)


def connect(mask):
    sock = socket.socket(socket.AF_UNIX if confd.PATH else socket.AF_INET)
    events.notifications_connect2(sock, mask, kit_settings.data(confd), path=confd.PATH,
                                  ip=socket.gethostbyname(confd.ADDR), port=confd.PORT)
    return sock


class Diffs:
    """One MAAPI connection for all commits, and a new one after an error."""

    maapi = None

    def read(self, tctx):
        changes = []
        try:
            self.maapi = self.maapi or confd.maapi.Maapi(path=confd.PATH, load_schemas=False)
            with self.maapi.attach(tctx) as transaction:
                transaction.diff_iterate(lambda *change: changes.append(JSON.change(*change)),
                                         confd.ITER_WANT_ATTR | confd.ITER_WANT_P_CONTAINER)
        except (Error, EOF) as error:
            print(f"subscriber_confd.py: no diff: {error}", file=sys.stderr)
            self.maapi = None
        return changes


def acknowledge(sock, event, mask):
    kind = event["type"]
    if kind == events.NOTIF_COMMIT_DIFF:
        events.diff_notification_done(sock, event["commit_diff"]["tctx"])
    elif kind == events.NOTIF_AUDIT and mask & events.NOTIF_AUDIT_SYNC:
        events.sync_audit_notification(sock, event["audit"]["usid"])
    elif kind == events.NOTIF_HA_INFO and mask & events.NOTIF_HA_INFO_SYNC:
        events.sync_ha_notification(sock)
    elif kind == events.NCS_NOTIF_AUDIT_NETWORK and mask & events.NCS_NOTIF_AUDIT_NETWORK_SYNC:
        events.sync_audit_network_notification(sock, event["audit_network"]["usid"])


def follow(sock, mask, diffs):
    while True:
        try:
            event = events.read_notification(sock)
        except Error as error:
            if error.confd_errno != confd.ERR_INTERNAL:
                raise
            print(json.dumps({"error": {"code": "malformed", "offset": 0, "path": "",
                                        "message": str(error)}}), flush=True)
            continue
        line = JSON.event(event)
        if event["type"] == events.NOTIF_COMMIT_DIFF:
            line["diff"] = diffs.read(event["commit_diff"]["tctx"])
        print(json.dumps(line, ensure_ascii=False), flush=True)
        try:
            acknowledge(sock, event, mask)
        except Error:
            pass  # the server has gone; what it sent before is still to be read


def session(mask):
    code = 3
    try:
        sock = connect(mask)
        code = 1
        follow(sock, mask, Diffs())
    except (Error, EOF, OSError) as error:
        if code == 1 and isinstance(error, EOF):
            return 0
        print(f"subscriber_confd.py: {error}", file=sys.stderr)
    return code


def main():
    for signal_number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(signal_number, lambda *_: os._exit(0))
    sys.stdout.reconfigure(encoding="utf-8")
    # One U+FFFD for each byte that is not UTF-8.
    codecs.register_error("each-byte", lambda error: ("\ufffd", error.start + 1))
    confd.text_errors("each-byte")
    mask = kit_settings.mask(events.NOTIF_AUDIT | events.NOTIF_DAEMON | events.NOTIF_COMMIT_DIFF)
    while True:
        code = session(mask)
        if "--reconnect" not in sys.argv:
            return code
        # Not at once, and not all subscribers of a server that comes back at the same time.
        time.sleep(random.uniform(0.1, 1))


if __name__ == "__main__":
    sys.exit(main())
