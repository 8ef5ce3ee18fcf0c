# SPDX-License-Identifier: Apache-2.0
"""The control page in a real browser: page_test.py PAGE_SERVER"""

import json
import subprocess
import sys
import unittest

# The sources stay as they are.
sys.dont_write_bytecode = True
from browser import Browser  # noqa: E402

HOSTILE = "<img src=x onerror='window.hacked=1'>"


class Page(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = subprocess.Popen([SERVER], stdout=subprocess.PIPE, text=True)
        cls.browser = Browser()
        address = cls.server.stdout.readline().strip()
        cls.browser.call("POST", "/url", {"url": f"http://{address}/"})

    @classmethod
    def tearDownClass(cls):
        cls.browser.close()
        cls.server.kill()
        cls.server.wait()
        cls.server.stdout.close()

    def text(self, selector):
        return self.browser.run(f"return document.querySelector('{selector}').innerText")

    def wait_for(self, selector, text):
        self.browser.wait(
            f"document.querySelector('{selector}').innerText.includes({json.dumps(text)})")

    def click(self, selector):
        self.browser.run(f"document.querySelector('{selector}').click()")

    def test_shows_who_is_there_and_who_is_missing(self):
        self.wait_for("#subscribers", "127.0.0.1:51234")
        self.assertIn("NOTIF_AUDIT_SYNC", self.text("#subscribers"))
        self.assertIn("owes 1", self.text("#subscribers"))
        self.assertIn("1 (auditor): sync_audit_notification(17)", self.text("#barriers"))
        self.assertIn("NOTIF_AUDIT", self.text("#barriers"))
        self.assertIn("seed 18446744073709551615", self.text("#about"))
        self.wait_for("#link", "live")

    def test_shows_events_with_their_fields(self):
        self.wait_for("#feed", "NOTIF_AUDIT")
        self.click("#feed details.event summary")
        self.wait_for("#feed details.event .fields .fields", "logno")
        fields = self.text("#feed details.event .fields .fields")
        self.assertIn("logged in", fields)
        self.assertIn("9007199254740993", fields)
        self.assertIn("late", self.text("#feed details.ack"))

    def test_hostile_texts_stay_text(self):
        self.wait_for("#feed", HOSTILE)
        self.wait_for("#faults", HOSTILE)
        self.wait_for("#name", HOSTILE)
        self.assertEqual(self.browser.run("return document.images.length"), 0)
        self.assertIsNone(self.browser.run("return window.hacked ?? null"))

    def test_steers(self):
        self.wait_for("#faults", "delay")
        self.click("#send-form button")
        self.wait_for("#send-form output", "event 12 to 2, 1 acknowledgements owed")
        self.click("#fault-form button")
        self.wait_for("#fault-form output", "control:1:1: expected a fault")
        self.click("#faults tbody button")
        self.browser.wait("!document.getElementById('no-faults').hidden")
        self.click("#pause")
        self.wait_for("#status", "paused")
        self.click("#resume")
        self.wait_for("#status", "running")

    def test_zz_nothing_went_wrong_in_the_console(self):
        severe = [entry for entry in self.browser.call("POST", "/se/log", {"type": "browser"})
                  if entry["level"] == "SEVERE" and "400 (Bad Request)" not in entry["message"]]
        self.assertEqual(severe, [])


if __name__ == "__main__":
    SERVER = sys.argv.pop(1)
    unittest.main()
