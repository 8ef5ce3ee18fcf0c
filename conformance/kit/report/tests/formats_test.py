# SPDX-License-Identifier: Apache-2.0
"""Reports keep to the schemas of their formats: formats_test.py WRITE_SAMPLE_REPORTS"""

import json
import pathlib
import subprocess
import sys
import tempfile
import unittest
import xml.etree.ElementTree as ElementTree

import jsonschema

HERE = pathlib.Path(__file__).resolve().parent
JUNIT = HERE.parents[3] / "report" / "junit.xsd"
SCHEMA = HERE.parents[2] / "report.schema.json"


class Formats(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        subprocess.run([SAMPLES, cls.folder.name], check=True)
        cls.reports = sorted(pathlib.Path(cls.folder.name).glob("run*.json"))
        cls.junit = sorted(pathlib.Path(cls.folder.name).glob("run*.xml"))

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def test_junit_keeps_to_its_schema(self):
        self.assertEqual(len(self.junit), 9)
        subprocess.run(["xmllint", "--noout", "--schema", JUNIT, *self.junit],
                       check=True, capture_output=True)

    def test_junit_schema_refuses_what_gitlab_cannot_read(self):
        text = self.junit[-1].read_text()
        start = text.index("<system-out>")
        end = text.index("</system-out>") + len("</system-out>")
        broken = pathlib.Path(self.folder.name) / "broken.xml"
        broken.write_text(text[:end] + text[start:end] + text[end:])
        outcome = subprocess.run(["xmllint", "--noout", "--schema", JUNIT, broken],
                                 capture_output=True)
        self.assertNotEqual(outcome.returncode, 0)

    def test_junit_counts_are_those_of_its_tests(self):
        for file in self.junit:
            suite = ElementTree.parse(file).getroot()[0]
            for attribute, element in (("failures", "failure"), ("errors", "error"),
                                       ("skipped", "skipped")):
                self.assertEqual(int(suite.get(attribute)),
                                 len(suite.findall(f"testcase/{element}")), file)
            self.assertEqual(int(suite.get("tests")), len(suite.findall("testcase")))

    def test_json_keeps_to_its_schema(self):
        validator = jsonschema.Draft202012Validator(json.loads(SCHEMA.read_text()))
        for file in self.reports:
            report = json.loads(file.read_text())
            validator.validate(report)
            self.assertEqual(sum(report["counts"].values()), len(report["results"]))

    def test_json_has_a_line_for_each_result(self):
        lines = self.reports[0].read_text().splitlines()
        self.assertEqual(json.loads(lines[2].rstrip(","))["id"],
                         "client/handshake/audit-sync-once")


if __name__ == "__main__":
    SAMPLES = sys.argv.pop(1)
    unittest.main()
