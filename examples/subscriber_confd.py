#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Prints events as JSON, reads changes of commits, acknowledges, connects again; settings as in subscriber.py."""
import json
import logging
import os
import socket
import time
import confd
import ncs

def setting(name, default=""):
    return type(default)(os.environ.get("CONFD_CONFORMANCE_" + name) or default)

api = ncs if setting("PRODUCT", "confd") == "nso" else confd
events, Error, EOF = api.events, api.error.Error, api.error.EOF
os.environ["CONFD_EVENTS_RELEASE"] = setting("RELEASE", "7.8")
api.text_errors("surrogateescape")  # text that is not UTF-8 is no reason to end
mask = setting("MASK", events.NOTIF_AUDIT | events.NOTIF_DAEMON | events.NOTIF_COMMIT_DIFF)
start, stop = (api.Value(setting(at), api.C_DATETIME if setting(at) else api.C_NOEXISTS) for at in ("START", "STOP"))
data = events.NotificationsData(setting("HEARTBEAT", 1000), setting("HEALTH_CHECK", 1000), setting("STREAM", "NETCONF"),
                                start, stop, setting("FILTER"), setting("USID", 0), setting("VERBOSITY", 0))

def changes_of(tctx):
    changes = []
    try:
        with api.maapi.Maapi(path=api.PATH, load_schemas=False) as maapi, maapi.attach(tctx) as transaction:
            transaction.diff_iterate(lambda *change: changes.append(api.as_json.change(*change)),
                                     api.ITER_WANT_ATTR | api.ITER_WANT_P_CONTAINER)
    except (Error, EOF) as error:
        logging.warning("no more of the diff: %s", error)
    return changes

def take(sock):
    event = events.read_notification(sock)
    line, kind = api.as_json.event(event), event["type"]
    if kind == events.NOTIF_COMMIT_DIFF:
        line["diff"] = changes_of(event["commit_diff"]["tctx"])
    print(json.dumps(line), flush=True)
    if kind == events.NOTIF_COMMIT_DIFF:
        events.diff_notification_done(sock, event["commit_diff"]["tctx"])
    elif kind == events.NOTIF_AUDIT and mask & events.NOTIF_AUDIT_SYNC:
        events.sync_audit_notification(sock, event["audit"]["usid"])
    elif kind == events.NOTIF_HA_INFO and mask & events.NOTIF_HA_INFO_SYNC:
        events.sync_ha_notification(sock)
    elif kind == events.NCS_NOTIF_AUDIT_NETWORK and mask & events.NCS_NOTIF_AUDIT_NETWORK_SYNC:
        events.sync_audit_network_notification(sock, event["audit_network"]["usid"])

while True:
    with socket.socket(socket.AF_UNIX if api.PATH else socket.AF_INET) as sock:
        try:
            events.notifications_connect2(sock, mask, data, api.ADDR, api.PORT, api.PATH)
            while True:
                try:
                    take(sock)
                except Error as error:
                    logging.warning("%s", error)  # a malformed event, or the server ends: the next call tells
        except (Error, EOF) as error:
            logging.warning("%s", error)
    time.sleep(0.5)
