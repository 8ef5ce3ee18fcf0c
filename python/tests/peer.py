# SPDX-License-Identifier: Apache-2.0
"""The other end of a socket, for the tests: byte for byte, in a thread of the same process."""

import http.client
import json
import os
import pathlib
import re
import socket
import struct
import subprocess
import sys
import tempfile
import threading

ROOT = pathlib.Path(__file__).resolve().parents[2]
VECTORS = ROOT / "conformance" / "vectors"
sys.path.insert(0, str(ROOT / "examples"))
sys.dont_write_bytecode = True

from subscriber import Atom, decode, encode  # noqa: E402,F401

OK = b"\x83" + encode(Atom("ok"))
PATIENCE = 60


def frame(payload):
    return struct.pack(">I", len(payload)) + payload


def event(*fields):
    """The frame of an event; texts are bytes."""
    return frame(b"\x83" + encode(tuple(fields)))


def receive(conn, size):
    data = b""
    while len(data) < size:
        piece = conn.recv(size - len(data))
        if not piece:
            raise EOFError(f"{len(data)} of {size} bytes")
        data += piece
    return data


def receive_frame(conn):
    return receive(conn, struct.unpack(">I", receive(conn, 4))[0])


def hello_reply(status=0, version=78, release=0x07080200, depth=20, keys=9):
    return struct.pack(">BHIBB", status, version, release, depth, keys)


def accept_subscriber(conn, reply=OK):
    """The handshake and the subscription, which is returned as a term beside the hello."""
    hello = receive(conn, 9)
    conn.sendall(hello_reply())
    subscription = decode(receive_frame(conn))
    conn.sendall(frame(reply))
    return hello, subscription


class Server:
    """Listens, and runs `script(conn)` for each connection. join() raises what a script raised."""

    def __init__(self, script, family=socket.AF_INET):
        self.script, self.family, self.results, self.error = script, family, [], None
        self.listener = socket.socket(family)
        if family == socket.AF_UNIX:
            self.folder = tempfile.TemporaryDirectory()
            self.path = os.path.join(self.folder.name, "sock")
            self.listener.bind(self.path)
        else:
            self.listener.bind(("::1" if family == socket.AF_INET6 else "127.0.0.1", 0))
            self.ip, self.port = self.listener.getsockname()[:2]
        self.listener.listen()
        self.threads = []
        self.accepting = threading.Thread(target=self.accept, daemon=True)
        self.accepting.start()

    def accept(self):
        while True:
            try:
                conn = self.listener.accept()[0]
            except OSError:
                return
            thread = threading.Thread(target=self.run, args=(conn,), daemon=True)
            self.threads.append(thread)
            thread.start()

    def run(self, conn):
        with conn:
            try:
                self.results.append(self.script(conn))
            except BaseException as error:
                self.error = error

    def where(self):
        if self.family == socket.AF_UNIX:
            return {"path": self.path}
        return {"ip": self.ip, "port": self.port}

    def join(self):
        """What the scripts returned, when all have ended."""
        for thread in self.threads:
            thread.join(PATIENCE)
        if self.error is not None:
            raise self.error
        return self.results

    def __enter__(self):
        return self

    def __exit__(self, *_):
        # Wakes accept(), which closing alone does not.
        try:
            self.listener.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        self.listener.close()
        self.accepting.join(PATIENCE)
        if self.family == socket.AF_UNIX:
            self.folder.cleanup()


class Simulator:
    """confd-sim, whose program is in the environment."""

    def __init__(self, scenario, *options):
        self.process = subprocess.Popen(
            [os.environ["CONFD_SIM"], "run", str(scenario), "--listen", "127.0.0.1:0", *options],
            stderr=subprocess.PIPE, text=True)
        self.lines = []
        for line in self.process.stderr:
            self.lines.append(line)
            if found := re.search(r"http://127\.0\.0\.1:(\d+)", line):
                self.control = int(found[1])
            if found := re.match(r"listening on 127\.0\.0\.1:(\d+)$", line):
                self.port = int(found[1])
                return
        raise RuntimeError("".join(self.lines))

    def send(self, step):
        """Has it send an event, over --control."""
        connection = http.client.HTTPConnection("127.0.0.1", self.control, timeout=PATIENCE)
        connection.request("POST", "/api/send", json.dumps(step))
        answer = connection.getresponse()
        text = answer.read()
        connection.close()
        if answer.status != 200:
            raise RuntimeError(text.decode())

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        with self.process.stderr:
            self.lines += self.process.stderr.readlines()
        self.process.wait(PATIENCE)
