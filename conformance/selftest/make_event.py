#!/usr/bin/env python3
"""Makes a simulator with --control send events, as a trigger of the kit: each run is a user session,
a transaction or a change of HA of its own, and waits as the daemon would.

    make_event.py CONTROL_PORT EVENT [COUNT]
"""

import http.client
import json
import os
import sys
import time

CANNOT = 77  # the kit skips the case then


def ask(connection, method, path, body=None):
    connection.request(method, path, json.dumps(body) if body else None)
    response = connection.getresponse()
    return response.status, json.loads(response.read())


def wait_while(connection, is_open):
    while True:
        _, barriers = ask(connection, "GET", "/api/barriers")
        if not any(is_open(barrier) for barrier in barriers):
            return
        time.sleep(0.01)


def fields_of(event):
    own = os.getpid()
    return {
        "NOTIF_AUDIT": {"usid": own, "user": "admin", "msg": "a command " * 20},
        "NOTIF_COMMIT_DIFF": {"uinfo": {"usid": 17, "username": "admin"}, "tctx": {"th": own}},
        "NCS_NOTIF_AUDIT_NETWORK": {"usid": own},
        "NOTIF_HA_INFO": {"type": "HA_INFO_IS_MASTER"},
        "NOTIF_STREAM_EVENT": {"event_time": "2026-11-22T10:00:00Z", "values": []},
    }.get(event, {})


# What a commit changes: entries with something below them, and something beside the list.
DIFF = [
    {"path": "/interfaces/interface{eth0}", "op": "created"},
    {"path": "/interfaces/interface{eth0}/mtu", "op": "value_set", "value": 9000, "old": 1500},
    {"path": "/interfaces/interface{eth0}/ipv4", "op": "created"},
    {"path": "/interfaces/interface{eth0}/ipv4/address{192.0.2.7}", "op": "created"},
    {"path": "/interfaces/interface{eth1}", "op": "modified"},
    {"path": "/interfaces/interface{eth1}/description", "op": "deleted", "old": "to the roof"},
    {"path": "/interfaces/interface{eth1}", "op": "attr_set", "attr": "annotation", "value": "new"},
    {"path": "/interfaces/interface{ge0/0/3}/enabled", "op": "value_set", "value": False},
]


def main():
    port, event = sys.argv[1:3]
    count = int(sys.argv[3]) if len(sys.argv) > 3 else 1
    send = {"event": event, "fields": fields_of(event)}
    if event == "NOTIF_STREAM_EVENT":
        send["stream"] = "NETCONF"
    if event == "NOTIF_COMMIT_DIFF":
        send["diff"] = DIFF
    connection = http.client.HTTPConnection("127.0.0.1", int(port))
    for _ in range(count):
        if event == "NOTIF_HA_INFO":
            wait_while(connection, lambda barrier: barrier["event"] == event)
        status, answer = ask(connection, "POST", "/api/send", send)
        if status != 200:
            print(answer, file=sys.stderr)
            return CANNOT
        if answer["owed"] > 0:
            number = answer["send"]
            wait_while(connection, lambda barrier: barrier["send"] == number)
    return 0


sys.exit(main())
