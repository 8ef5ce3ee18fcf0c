# SPDX-License-Identifier: Apache-2.0
"""The packages behave like the vendor's, fact by fact: test_28 is about the 28th fact that was measured."""

import unittest

from dictionary_cases import AsJson, Dictionaries, Newer  # noqa: F401
from layout_cases import Layout  # noqa: F401
from socket_cases import Acknowledging, Blocking, Connecting, Data, Errors  # noqa: F401

if __name__ == "__main__":
    unittest.main()
