# SPDX-License-Identifier: Apache-2.0
"""The example subscribers print what confd-listen prints:

    subscriber_test.py CONFD_SIM CONFD_LISTEN CONFD_DECODE EXAMPLE_SUBSCRIBER

Each scenario is played afresh, with one seed, to confd-listen and to the examples.
"""

import json
import os
import pathlib
import random
import re
import subprocess
import sys
import unittest

sys.dont_write_bytecode = True
import subscriber  # noqa: E402

HERE = pathlib.Path(__file__).resolve().parent
SCENARIOS = HERE.parent / "scenarios"
VECTORS = HERE.parent / "conformance" / "vectors"
PATIENCE = 60

STREAM = {"STREAM": "NETCONF", "HEARTBEAT": "1000", "HEALTH_CHECK": "1000"}
TOUR_6, TOUR_CONFD, TOUR_NSO, TOUR_8 = 0x009fffff, 0x0d9fffff, 0x3fffffff, 0xffffffff
# Scenario, product, release, mask, and what else the subscriber is told.
RUNS = [
    ("tour", "confd", "7.8", TOUR_CONFD, STREAM),
    ("tour", "nso", "7.8", TOUR_NSO, STREAM),
    ("tour", "confd", "6.6", TOUR_6, STREAM),
    ("tour", "nso", "8.2", TOUR_8, STREAM),
    ("audit-sync", "confd", "7.8", 0x20001, {}),
    ("ha-sync", "confd", "7.8", 0x100040, {}),
    ("snmp-agent", "confd", "7.8", 0x200, {}),
    ("fault-bad-events", "confd", "7.8", 1, {}),
]
# The one in Erlang, which takes a second to start, has its tags by name.
ERLANG_RUN = RUNS[1]


def environment(product, port, settings):
    names = {f"CONFD_CONFORMANCE_{name}": value for name, value in settings.items()}
    prefix = "NCS" if product == "nso" else "CONFD"
    inherited = {k: v for k, v in os.environ.items() if "_IPC_" not in k}
    return {**inherited, **names, f"{prefix}_IPC_ADDR": "127.0.0.1", f"{prefix}_IPC_PORT": port}


class Simulator:
    def __init__(self, scenario, product, release):
        self.process = subprocess.Popen(
            [SIM, "run", SCENARIOS / f"{scenario}.yaml", "--listen", "127.0.0.1:0", "--seed", "7",
             "--product", product, "--release", release],
            stderr=subprocess.PIPE, text=True)
        for line in self.process.stderr:
            if found := re.match(r"listening on 127\.0\.0\.1:(\d+)$", line):
                self.port = found[1]
                return
        raise RuntimeError("the simulator did not start")

    def close(self):
        self.process.stderr.read()
        self.process.wait(PATIENCE)
        self.process.stderr.close()


def lines_of(text):
    # What is said about a malformed event is each program's own affair.
    lines = [json.loads(line) for line in text.splitlines()]
    return [{"error": None} if "error" in line else without_names(line) for line in lines]


NEWER_NAMES = {"noprimary", "secondary_died", "secondary_arrived", "besecondary_result"}


def without_names(line):
    # Names of log numbers and tags, and newer names of members, are for people: a subscriber needs
    # no tables of them.
    for body in line.values():
        if isinstance(body, dict):
            for name in {"logno_name", *NEWER_NAMES}:
                body.pop(name, None)
    for item in line.get("stream", {}).get("values", []):
        item.pop("name", None)
    return line


class Subscribers(unittest.TestCase):
    def lines(self, command, run, settings=None):
        scenario, product, release, mask, _ = run
        simulator = Simulator(scenario, product, release)
        try:
            outcome = subprocess.run(
                [*command, *(["-p", simulator.port] if settings is None else [])],
                env=environment(product, simulator.port, settings or {}), text=True,
                capture_output=True, timeout=PATIENCE)
        finally:
            simulator.close()
        # The scenario itself checks that what was owed was acknowledged.
        self.assertEqual(simulator.process.returncode, 0, run)
        self.assertIn(outcome.returncode, (0, 1), outcome.stderr)
        return outcome.returncode, lines_of(outcome.stdout)

    def expected(self, run):
        _, product, release, mask, settings = run
        command = [LISTEN, "--product", product, "--release", release, "--mask", str(mask),
                   "--no-diff", "--format", "json"]
        if settings:
            command += ["--interval", "1", "--stream", settings["STREAM"]]
        return self.lines(command, run)

    def test_print_what_confd_listen_prints(self):
        for run in RUNS:
            expected = self.expected(run)
            self.assertTrue(expected[1])
            settings = {"MASK": str(run[3]), "PRODUCT": run[1], "RELEASE": run[2], **run[4]}
            examples = [[EXAMPLE], [sys.executable, HERE / "subscriber.py"]]
            for example in examples + ([[HERE / "subscriber.erl"]] if run is ERLANG_RUN else []):
                with self.subTest(scenario=run[0], product=run[1], release=run[2],
                                  example=pathlib.Path(example[-1]).name):
                    self.assertEqual(self.lines(example, run, settings), expected)

    def test_say_that_nobody_listens(self):
        for example in ([EXAMPLE], [sys.executable, HERE / "subscriber.py"],
                        [HERE / "subscriber.erl"]):
            outcome = subprocess.run(example, env=environment("confd", "1", {}),
                                     capture_output=True, timeout=PATIENCE)
            self.assertEqual(outcome.returncode, 3)
            self.assertTrue(outcome.stderr)


class Decoding(unittest.TestCase):
    """subscriber.py by itself, against confd-decode."""

    def compare(self, product, payloads):
        outcome = subprocess.run([DECODE, "--payload-hex", "--product", product], text=True,
                                 input="".join(p + "\n" for p in payloads), capture_output=True)
        self.assertEqual(len(outcome.stdout.splitlines()), len(payloads))
        for payload, line in zip(payloads, outcome.stdout.splitlines()):
            expected = json.loads(line)
            try:
                found = subscriber.event_json(subscriber.decode(bytes.fromhex(payload)))
            except subscriber.Malformed:
                self.assertIn("error", expected, payload)
                continue
            # Erlang has more than one way to write a term down.
            if "term" not in found:
                self.assertEqual(json.loads(json.dumps(found)), without_names(expected),
                                 payload)

    def golden(self, product):
        text = (VECTORS / f"events_{product}_78.jsonl").read_text()
        return [p for line in text.splitlines() for p in json.loads(line)["payloads"]]

    def test_every_golden_event(self):
        for product in ("confd", "nso"):
            self.compare(product, self.golden(product))

    def test_damaged_events(self):
        choose = random.Random(1)
        for product in ("confd", "nso"):
            damaged = []
            for payload in self.golden(product) * 5:
                data = bytearray.fromhex(payload)
                data[choose.randrange(1, len(data))] = choose.choice(
                    [choose.randrange(256), *subscriber.TermReader.TAGS])
                damaged.append(bytes(data[:choose.choice([len(data), len(data) - 1])]).hex())
            self.compare(product, damaged)


if __name__ == "__main__":
    EXAMPLE, DECODE, LISTEN, SIM = (sys.argv.pop() for _ in range(4))
    unittest.main()
