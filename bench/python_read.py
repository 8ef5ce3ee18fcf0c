#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Events a second through read_notification(), beside a loop over plain sockets in Python:

    PYTHONPATH=build/release/python bench/python_read.py

The events are the golden vectors of both products, shuffled. A process of its own writes them to a socket
pair, and this one reads: by _confd or _ncs; by two calls of recv() and the decoder of
examples/subscriber.py into terms; and by the same into the fields that an application wants. Every event
is read both ways and compared before anything is timed. Figures are events a second of this process's
own processor time: the median of RUNS, and the least and the most.
"""

import json
import os
import pathlib
import random
import socket
import statistics
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "examples"))
sys.dont_write_bytecode = True

import _confd  # noqa: E402
import _ncs  # noqa: E402
import confd  # noqa: E402
import ncs  # noqa: E402
import subscriber  # noqa: E402

RUNS, EVENTS = 5, 20000


def payloads_of(product):
    text = (ROOT / "conformance" / "vectors" / f"events_{product}_78.jsonl").read_text()
    payloads = [bytes.fromhex(json.loads(line)["payloads"][-1]) for line in text.splitlines()]
    random.Random(1).shuffle(payloads)
    return [payload for payload in payloads if not payload_is_odd(payload)]


def payload_is_odd(payload):
    """Events in which the API leaves out what is on the wire: they would not compare."""
    event = subscriber.event_json(subscriber.decode(payload))
    progress = event.get("progress")
    empty = any(value == "" for body in event.values() if isinstance(body, dict) for value in body.values())
    return empty or progress is not None


def frame(payload):
    return len(payload).to_bytes(4, "big") + payload


def served(payloads, count):
    """A socket from which `count` events can be read, and the process that writes them."""
    ours, theirs = socket.socketpair()
    writer = os.fork()
    if writer == 0:
        ours.close()
        stream = b"".join(map(frame, payloads))
        for _ in range(-(-count // len(payloads))):
            try:
                theirs.sendall(stream)
            except OSError:
                break
        os._exit(0)
    theirs.close()
    return ours, writer


def plain(decode):
    def read(sock):
        (size,) = subscriber.struct.unpack(">I", receive(sock, 4))
        return decode(receive(sock, size))
    return read


def receive(sock, size):
    data = sock.recv(size)
    while len(data) < size:
        data += sock.recv(size - len(data))
    return data


def verify(high, payloads):
    ours, theirs = socket.socketpair()
    with ours, theirs:
        for payload in payloads:
            theirs.sendall(frame(payload))
            found = high.as_json.event(high.events.read_notification(ours))
            if found != json.loads(json.dumps(subscriber.event_json(subscriber.decode(payload)))):
                sys.exit(f"python_read.py: {payload.hex()} is read as {found}")


def measure(read, payloads, count):
    sock, writer = served(payloads, count)
    with sock:
        before = time.process_time()
        for _ in range(count):
            read(sock)
        spent = time.process_time() - before
    os.waitpid(writer, 0)
    return count / spent


def main():
    count = int(sys.argv[1]) if len(sys.argv) > 1 else EVENTS
    print(f"{'events/s':34} {'median':>9} {'least':>9} {'most':>9}")
    for product, low, high in (("confd", _confd, confd), ("nso", _ncs, ncs)):
        payloads = payloads_of(product)
        verify(high, payloads)
        for name, read in ((f"{low.__name__}.events.read_notification", low.events.read_notification),
                           ("plain socket, terms", plain(subscriber.decode)),
                           ("plain socket, fields",
                            plain(lambda payload: subscriber.event_json(subscriber.decode(payload))))):
            rates = [measure(read, payloads, count) for _ in range(RUNS)]
            print(f"{name:34} {statistics.median(rates):9.0f} {min(rates):9.0f} {max(rates):9.0f}")


if __name__ == "__main__":
    main()
