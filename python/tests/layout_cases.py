# SPDX-License-Identifier: Apache-2.0
"""Packages, modules, names, documentation, stubs."""

import ast
import importlib
import inspect
import os
import pathlib
import pydoc
import sys
import tempfile
import types

from case import Case, environment, parameters_of

import _confd
import _ncs
import confd
import ncs


class Layout(Case):
    def test_1_2_modules_and_names(self):
        for low in self.each():
            for name in ("events", "maapi", "error"):
                module = importlib.import_module(f"{low.__name__}.{name}")
                self.assertIs(module, getattr(low, name))
                self.assertIs(module, sys.modules[f"{low.__name__}.{name}"])
                self.assertEqual(module.__name__, f"{low.__name__}.{name}")
            self.assertTrue(issubclass(low.error.Error, Exception))
            for name in ("Value", "TagValue", "XmlTag", "hash2str", "C_NOEXISTS", "PORT"):
                self.assertTrue(hasattr(low, name), name)

    def test_3_ports_and_addresses(self):
        for low in self.each():
            self.assertEqual((low.CONFD_PORT, low.NCS_PORT), (4565, 4569))
        self.assertEqual((_confd.PORT, _ncs.PORT), (4565, 4569))
        self.assertEqual((_confd.ADDR, _ncs.ADDR), ("127.0.0.1", "127.0.0.1"))
        for variables, port in (({"CONFD_IPC_PORT": "5000"}, 5000), ({"CONFD_IPC_PORT": "x"}, 4565),
                                ({"CONFD_IPC_PATH": "/a", "CONFD_EVENTS_RELEASE": "7.8"}, 4565)):
            with environment(**variables):
                self.assertEqual(importlib.reload(_confd).PORT, port)
        with environment(CONFD_IPC_ADDR="192.0.2.1"):
            self.assertEqual(importlib.reload(_confd).ADDR, "192.0.2.1")
        importlib.reload(_confd)

    def test_4_high_level_packages_have_everything_too(self):
        for high, low in ((confd, _confd), (ncs, _ncs)):
            for name in vars(low):
                if not name.startswith("_") and name != "maapi":
                    self.assertEqual(getattr(high, name), getattr(low, name), name)
            self.assertIs(high.events, low.events)
            self.assertTrue(inspect.isclass(high.maapi.Maapi))
            self.assertIs(importlib.import_module(high.__name__ + ".events"), low.events)
        self.assertEqual(ncs.VERBOSITY_VERY_VERBOSE, 2)

    def test_5_6_public_contents(self):
        functions = {"notifications_connect", "notifications_connect2", "read_notification",
                     "diff_notification_done", "sync_audit_notification", "sync_ha_notification"}
        for low in self.each():
            more = {"sync_audit_network_notification"} if low is _ncs else set()
            found = {name for name, value in vars(low.events).items()
                     if isinstance(value, types.BuiltinFunctionType)}
            self.assertEqual(found, functions | more)
            kind = low.events.NotificationsData
            self.assertEqual(f"{kind.__module__}.{kind.__qualname__}",
                             f"{low.__name__}.events.NotificationsData")

    def test_what_it_is(self):
        for module in (_confd, _ncs, confd, ncs):
            self.assertTrue(module.__version__.endswith("+confd.events.kit"))
            self.assertIn("confd-events-kit", module.__doc__)

    def test_refuses_beside_the_vendors(self):
        module = types.ModuleType("_confd")
        with_vendor = {"_confd": module, "_confd.events": types.ModuleType("_confd.events")}
        kept = {name: sys.modules.pop(name) for name in list(sys.modules)
                if name.split(".")[0] in ("_confd", "_ncs")}
        try:
            sys.modules.update(with_vendor)
            with self.assertRaisesRegex(ImportError, r"imported already \(_confd\)"):
                importlib.import_module("_ncs")
        finally:
            for name in with_vendor:
                del sys.modules[name]
            sys.modules.update(kept)

    def test_refuses_to_hide_the_vendors(self):
        with tempfile.TemporaryDirectory() as folder:
            os.mkdir(os.path.join(folder, "_confd"))
            with open(os.path.join(folder, "_confd", "__init__.py"), "w") as file:
                file.write("# another one\n")
            sys.path.append(folder)
            try:
                with self.assertRaisesRegex(ImportError, "CONFD_EVENTS_REPLACE"):
                    importlib.reload(_confd)
                with environment(CONFD_EVENTS_REPLACE="1"):
                    importlib.reload(_confd)
            finally:
                sys.path.remove(folder)

    def test_stubs_say_what_there_is(self):
        for low in self.each():
            folder = pathlib.Path(low.__file__).parent
            for module in (low, low.events, low.maapi, low.error):
                name = "__init__" if module is low else module.__name__.split(".")[1]
                tree = ast.parse((folder / f"{name}.pyi").read_text())
                found = self.names_in(tree)
                expected = {name for name in vars(module) if not name.startswith("_")}
                modules = {"error", "events", "maapi"} if module is low else set()
                self.assertEqual(found, expected - modules)
                for node in tree.body:
                    if isinstance(node, ast.FunctionDef):
                        self.check_signature(node, getattr(module, node.name))
                    elif isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                        self.check_class(node, getattr(module, node.name))

    def test_stubs_of_the_high_level_say_what_there_is(self):
        for high in (confd, ncs):
            for module in (high.maapi, high.as_json):
                tree = ast.parse(pathlib.Path(module.__file__).with_suffix(".pyi").read_text())
                self.assertEqual(self.names_in(tree), set(module.__all__))
                for node in tree.body:
                    if isinstance(node, ast.FunctionDef):
                        self.check_signature(node, getattr(module, node.name))
                    elif isinstance(node, ast.ClassDef):
                        self.check_class(node, getattr(module, node.name))

    def names_in(self, tree):
        found = set()
        for node in tree.body:
            if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
                found.add(node.name)
            elif isinstance(node, ast.AnnAssign):
                found.add(node.target.id)
        return {name for name in found if not name.startswith("_")}

    def check_signature(self, node, function):
        found = [argument.arg for argument in node.args.args if argument.arg not in ("self", "cls")]
        self.assertEqual(found, parameters_of(function), node.name)
        if isinstance(function, type) and sys.version_info < (3, 10):
            return
        optional = [name for name, parameter in inspect.signature(function).parameters.items()
                    if parameter.default is not parameter.empty]
        self.assertEqual(found[len(found) - len(node.args.defaults):], optional, node.name)

    def check_class(self, node, kind):
        for member in node.body:
            if isinstance(member, ast.FunctionDef) and not member.name.startswith("_"):
                if hasattr(kind, member.name) and not member.decorator_list:
                    signature = [argument.arg for argument in member.args.args][1:]
                    found = inspect.signature(getattr(kind, member.name)).parameters
                    self.assertEqual(signature, [name for name in found if name != "self"], member.name)
                elif kind.__name__ not in ("TransCtxRef", "TagValue", "Maapi"):
                    self.assertTrue(hasattr(kind, member.name), (kind, member.name))
            elif isinstance(member, ast.FunctionDef) and member.name == "__init__":
                if kind.__name__ != "Value":
                    self.check_signature(member, kind)

    def test_help_has_all_sections(self):
        text = pydoc.plain(pydoc.render_doc(_confd.events))
        for line in ("class NotificationsData", "Keyword arguments:", "read_notification(sock) -> dict",
                     "HA_INFO_NOMASTER = 1", "NOTIF_AUDIT = 1", "slave_died"):
            self.assertIn(line, text)
        for low in self.each():
            for module in (low, low.events, low.maapi):
                for name, value in vars(module).items():
                    if callable(value) and not name.startswith("_"):
                        self.assertTrue(value.__doc__, name)

    def test_52_54_constants_are_plain_integers(self):
        names = ("NOTIF_AUDIT", "NOTIF_SYSLOG_TAKEOVER", "NCS_NOTIF_AUDIT_NETWORK_SYNC", "NOTIF_WEBUI",
                 "NOTIF_COMPACTION", "NOTIF_SYSTEM_GOING_DOWN", "NCS_CQ_ITEM_DELETED",
                 "CALL_HOME_DEVICE_DISCONNECTED", "HA_INFO_NOPRIMARY", "HA_INFO_BESLAVE_RESULT",
                 "COMPACTION_MANUAL", "PROGRESS_ATTRIBUTE_NUMBER")
        for low in self.each():
            for name in names:
                self.assertIs(type(getattr(low.events, name)), int, name)
            self.assertEqual(low.events.NOTIF_SYSLOG_TAKEOVER, 6)
            self.assertEqual(low.events.NOTIF_AUDIT + low.events.NOTIF_DAEMON, 3)
            for name, value in (("PROGRESS_STOP", 2), ("VERBOSITY_DEBUG", 3), ("C_BUF", 5),
                                ("RUNNING", 2), ("ERR_EXTERNAL", 19), ("MOP_ATTR_SET", 6),
                                ("ITER_RECURSE", 2), ("ITER_WANT_ATTR", 4), ("LIB_PROTO_VSN", 78)):
                self.assertEqual(getattr(low, name), value, name)

    def test_constants_of_the_documentation(self):
        text = """ABORT_COMMIT 3 CONFIRMED_COMMIT 1 DP_JAVASCRIPT 5 FORWARD_INFO_FAILED 3
            HA_INFO_SLAVE_INITIALIZED 4 NOTIF_COMMIT_FLAG_CONFIRMED_EXTENDED 2 NOTIF_REOPEN_LOGS 8388608
            NOTIF_STREAM_EVENT 524288 STREAM_REPLAY_FAILED 4 SUBAGENT_INFO_DOWN 2 UPGRADE_COMMITED 4
            USER_SESS_STOP_TRANS 6 NCS_NOTIF_CQ_PROGRESS 4194304 NCS_CQ_ITEM_WAITING 1""".split()
        for name, value in zip(text[::2], text[1::2]):
            self.assertEqual(getattr(_confd.events, name), int(value), name)
