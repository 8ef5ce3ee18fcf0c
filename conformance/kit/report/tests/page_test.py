# SPDX-License-Identifier: Apache-2.0
"""The page of reports in a real browser: page_test.py WRITE_SAMPLE_REPORTS"""

import pathlib
import subprocess
import sys
import tempfile
import unittest

# The sources stay as they are.
sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[4] / "simulator/control/tests"))
from browser import Browser  # noqa: E402: found only with the path above

HOSTILE = "<img src=x onerror='window.hacked=1'>"


class Page(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        subprocess.run([SAMPLES, cls.folder.name], check=True)
        cls.url = f"file://{cls.folder.name}/report.html"
        cls.browser = Browser()

    @classmethod
    def tearDownClass(cls):
        cls.browser.close()
        cls.folder.cleanup()

    def setUp(self):
        # Another fragment alone would not load the page again.
        self.browser.call("POST", "/url", {"url": "about:blank"})
        self.browser.call("POST", "/url", {"url": self.url})

    def text(self, selector):
        return self.browser.run(f"return document.querySelector('{selector}').innerText")

    def press(self, keys):
        self.browser.call("POST", "/actions", {"actions": [{
            "type": "key", "id": "keyboard",
            "actions": [{"type": kind, "value": key} for key in keys
                        for kind in ("keyDown", "keyUp")]}]})

    def shown(self):
        return self.browser.run(
            "return [...document.querySelectorAll('tr.case')].filter((r) => r.offsetParent).length")

    def test_is_a_matrix_of_cases_by_peers(self):
        self.assertEqual(self.text("#about"), "130 cases, 3 peers")
        self.assertEqual(self.shown(), 130)
        self.assertEqual(self.browser.run("return document.querySelectorAll('.cell').length"), 390)
        self.assertEqual(self.browser.run("return document.querySelectorAll('.group').length"), 8)
        self.assertIn("127 passed", self.text("#peers"))
        self.assertIn("seed 18446744073709551615", self.text("#peers"))
        self.assertIn("9 of 12", self.text(".group"))

    def test_filters(self):
        self.browser.run("const f = document.getElementById('filter');"
                        "f.value = 'client/ack diff'; f.oninput();")
        self.assertEqual(self.shown(), 3)
        self.assertEqual(self.text("#shown"), "3 of 130 cases")
        self.browser.run("const f = document.getElementById('filter');"
                        "f.value = 'nothing like this'; f.oninput();")
        self.assertEqual(self.text("#none"), "No case fits.")
        self.browser.run("const f = document.getElementById('filter'); f.value = ''; f.oninput();"
                        "[...document.querySelectorAll('.chip')]"
                        ".find((c) => c.textContent.startsWith('Failures')).click();")
        self.assertEqual(self.text("#shown"), "24 of 130 cases")

    def test_a_cell_opens_what_happened(self):
        self.browser.run("document.querySelector('.cell.failed').click()")
        body = self.text("#body")
        for part in ("What happened", "came twice", "REQ-ACK-2", "Run it again".upper(),
                     "confd-conformance client --filter", "EXCHANGE, 10 MESSAGES",
                     "sync_audit_notification(17) a second time", "SCRIPT"):
            self.assertIn(part, body)

    def test_a_message_opens_down_to_bytes(self):
        self.browser.run("document.querySelector('.cell.failed').click();"
                        "document.querySelector('.sequence .event summary').click();")
        self.browser.wait("document.querySelector('.sequence .event .hex')")
        inside = self.text(".sequence .event .inside")
        self.assertIn("0010  74 63 62 2e 20 65 34 65  74 75 69 65", inside)
        self.assertIn("tcb. e4etuie", inside)
        self.assertIn('<<"logged in">>', inside)
        self.assertIn("9007199254740993", self.text(".sequence .event .fields .fields"))

    def test_works_from_the_keyboard(self):
        tab, down, right, enter, escape = "\ue004", "\ue015", "\ue014", "\ue007", "\ue00c"
        focused = "return document.activeElement.getAttribute('aria-label')"
        self.press(["/", *"sync-once"])
        self.assertEqual(self.browser.run("return document.getElementById('filter').value"),
                         "sync-once")
        self.browser.run("document.querySelector('.cell').focus()")
        self.press([down, right])
        self.assertIn("client/robust/audit-sync-once", self.browser.run(focused))
        self.press([enter])
        self.browser.wait("document.getElementById('sheet').open")
        self.assertIn("client/robust/audit-sync-once", self.text("#body"))
        self.press([right])
        self.assertEqual(self.text("#body code"), "client/robust/audit-sync-once-12")
        self.press([escape])
        self.browser.wait("!document.getElementById('sheet').open")
        self.assertIn("audit-sync-once", self.browser.run(focused))
        self.press([tab])
        self.assertNotEqual(self.browser.run("return document.activeElement.className"), "cell")

    def test_a_link_opens_a_cell(self):
        self.browser.call("POST", "/url",
                          {"url": self.url + "#client%2Fack%2Fcommit-diff-handle@2"})
        self.browser.wait("document.getElementById('sheet').open")
        self.assertIn("client/ack/commit-diff-handle", self.text("#body"))

    def test_hostile_texts_stay_text(self):
        self.assertIn(HOSTILE, self.text("#peers"))
        self.browser.run("document.querySelector('.cell.failed').click();"
                        "for (const b of document.querySelectorAll('#body button'))"
                        "  if (b.textContent === 'Open all') b.click();")
        self.browser.wait("document.querySelectorAll('#body .inside').length > 5")
        self.assertIn(HOSTILE, self.text("#body"))
        self.assertEqual(self.browser.run("return document.images.length"), 0)
        self.assertIsNone(self.browser.run("return window.hacked ?? null"))

    def test_zz_asked_for_nothing_and_complained_about_nothing(self):
        self.assertEqual(self.browser.run(
            "return performance.getEntriesByType('resource').map((e) => e.name)"), [])
        severe = [entry for entry in self.browser.call("POST", "/se/log", {"type": "browser"})
                  if entry["level"] == "SEVERE"]
        self.assertEqual(severe, [])


if __name__ == "__main__":
    SAMPLES = sys.argv.pop(1)
    unittest.main()
