# SPDX-License-Identifier: Apache-2.0
"""Headless Chromium through chromedriver (the W3C WebDriver protocol) with nothing but the standard
library. Every wait is for something to appear and has a deadline; nothing sleeps.
"""

import json
import re
import subprocess
import urllib.request

PATIENCE_MS = 30000

# Calls back once the expression is true, which only a change of the page can make it.
WAIT = """
const done = arguments[arguments.length - 1];
const check = () => { if (%s) { observer.disconnect(); done(true); } };
const observer = new MutationObserver(check);
observer.observe(document, {subtree: true, childList: true, characterData: true, attributes: true});
check();
"""


class Browser:
    def __init__(self):
        self.driver = subprocess.Popen(
            ["chromedriver", "--port=0"], stdout=subprocess.PIPE, text=True)
        self.base = None
        for line in self.driver.stdout:
            if found := re.search(r"started successfully on port (\d+)", line):
                self.base = f"http://127.0.0.1:{found[1]}/session"
                break
        # No sandbox: it is not to be had in most containers, and the only page is our own.
        arguments = ["--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu",
                     "--window-size=1400,1000"]
        self.base += "/" + self.call("POST", "", {"capabilities": {"alwaysMatch": {
            "timeouts": {"script": PATIENCE_MS},
            "goog:chromeOptions": {"args": arguments},
            "goog:loggingPrefs": {"browser": "ALL"}}}})["sessionId"]

    def call(self, method, path, body=None):
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.base + path, data=data, method=method)
        with urllib.request.urlopen(request, timeout=2 * PATIENCE_MS / 1000) as answer:
            return json.load(answer)["value"]

    def run(self, script):
        return self.call("POST", "/execute/sync", {"script": script, "args": []})

    def wait(self, expression):
        self.call("POST", "/execute/async", {"script": WAIT % expression, "args": []})

    def close(self):
        self.call("DELETE", "")
        self.driver.terminate()
        self.driver.wait()
        self.driver.stdout.close()
