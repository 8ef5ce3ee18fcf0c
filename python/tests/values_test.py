# SPDX-License-Identifier: Apache-2.0
"""Value and the other types, without a server."""

import unittest

import peer  # noqa: F401

import _confd
import _ncs

Value = _confd.Value

# init, type; str(), as_pyval()
VALUES = [
    (5, "C_INT8", "5", 5), (-32768, "C_INT16", "-32768", -32768), (5, "C_INT32", "5", 5),
    (-1 << 63, "C_INT64", str(-1 << 63), -1 << 63), (255, "C_UINT8", "255", 255),
    (65535, "C_UINT16", "65535", 65535), ((1 << 32) - 1, "C_UINT32", "4294967295", (1 << 32) - 1),
    ((1 << 64) - 1, "C_UINT64", str((1 << 64) - 1), (1 << 64) - 1), (1.5, "C_DOUBLE", "1.5", 1.5),
    (2, "C_DOUBLE", "2", 2.0), (True, "C_BOOL", "true", True), (False, "C_BOOL", "false", False),
    ("text", "C_BUF", "text", "text"), ("text", "C_STR", "text", "text"), (b"text", "C_BUF", "text", "text"),
    (7, "C_BUF", "7", "7"),
    ("10.0.0.1", "C_IPV4", "10.0.0.1", "10.0.0.1"), ("2001:db8::1", "C_IPV6", "2001:db8::1", "2001:db8::1"),
    ("10.0.0.0/8", "C_IPV4PREFIX", "10.0.0.0/8", "10.0.0.0/8"),
    ("2001:db8::/32", "C_IPV6PREFIX", "2001:db8::/32", "2001:db8::/32"),
    ("10.0.0.1/8", "C_IPV4_AND_PLEN", "10.0.0.1/8", "10.0.0.1/8"),
    ("2001:db8::1/64", "C_IPV6_AND_PLEN", "2001:db8::1/64", "2001:db8::1/64"),
    ("2026-11-22T10:00:00.5+05:30", "C_DATETIME", "2026-11-22T10:00:00.500000+05:30",
     "2026-11-22T10:00:00.500000+05:30"),
    ("2026-11-22", "C_DATE", "2026-11-22", "2026-11-22"), ("10:00:00Z", "C_TIME", "10:00:00Z", "10:00:00Z"),
    ("P1DT2H", "C_DURATION", "P1DT2H", "P1DT2H"), (1, "C_ENUM_VALUE", "enum<1>", 1),
    (5, "C_BIT32", "bits<0x5>", 5), (1 << 63, "C_BIT64", "bits<0x8000000000000000>", 1 << 63),
    (b"\1\2", "C_BITBIG", "01:02", b"\1\2"), (b"\0\xff", "C_BINARY", "AP8=", b"\0\xff"),
    ("0a:ff", "C_HEXSTR", "0a:ff", "0a:ff"), ("1.2.3.4", "C_DQUAD", "1.2.3.4", "1.2.3.4"),
    ("1.3.6.1", "C_OID", "1.3.6.1", "1.3.6.1"), ("-1.25", "C_DECIMAL64", "-1.25", "-1.25"),
    ((314, 2), "C_DECIMAL64", "3.14", "3.14"), ((3, 4), "C_IDENTITYREF", "3:4", (3, 4)),
    ((3, 4), "C_XMLTAG", "3:4", (3, 4)), ((3, 4), "C_XMLBEGIN", "3:4", (3, 4)),
    ((3, 4), "C_XMLEND", "3:4", (3, 4)), ((3, 4), "C_XMLBEGINDEL", "3:4", (3, 4)),
    ((3, 4), "C_XMLMOVEAFTER", "3:4", (3, 4)), (("p", "n"), "C_QNAME", "p:n", ("p", "n")),
    ((None, "n"), "C_QNAME", "n", (None, "n")), (1, "C_NOEXISTS", "NOEXISTS", None),
    (None, "C_DEFAULT", "DEFAULT", None),
    ([Value("a"), Value(1)], "C_LIST", "a 1", ["a", 1]), ([], "C_LIST", "", []),
]

WRONG = [
    ("x", "C_INT32"), (1 << 31, "C_INT32"), (-1, "C_UINT8"), (256, "C_UINT8"), (1.5, "C_INT8"),
    (1 << 64, "C_UINT64"), (-1, "C_UINT64"), ("x", "C_DOUBLE"), ("true", "C_BOOL"), ("x", "C_IPV4"),
    ("10.0.0.1", "C_IPV6"), ("yesterday", "C_DATETIME"), ("2026-02-30", "C_DATE"), ("x", "C_ENUM_VALUE"),
    (1 << 32, "C_BIT32"), ("text", "C_BINARY"), ("0g", "C_HEXSTR"), ("1.2.3", "C_DQUAD"), (b"\1", "C_DQUAD"),
    ("a.b", "C_OID"), ("1.2.3", "C_DECIMAL64"), ((1, 2, 3), "C_DECIMAL64"), ((1, 0), "C_DECIMAL64"),
    ((1, 99), "C_DECIMAL64"), ((1,), "C_XMLTAG"), (("a", "b"), "C_XMLTAG"), ((1, 1 << 32), "C_XMLTAG"),
    (5, "C_IDENTITYREF"), ([1], "C_LIST"), ("ab", "C_LIST"), ((1, 2), "C_QNAME"), ("no path", "C_OBJECTREF"),
    (None, "C_INT32"), (object(), "C_IPV4"), ("\ud800", "C_IPV4"), (10**400, "C_DOUBLE"),
]


class Values(unittest.TestCase):
    def test_45_every_type(self):
        for init, name, text, plain in VALUES:
            with self.subTest(type=name, init=init):
                number = getattr(_confd, name)
                value = Value(init, number)
                self.assertEqual(str(value), text)
                self.assertEqual(value.as_pyval(), plain)
                if name != "C_STR":
                    self.assertEqual((value.confd_type(), value.confd_type_str()), (number, name))
                self.assertEqual(value, Value(init=init, type=number))
                self.assertEqual(hash(value), hash(Value(init, number)))
                self.assertNotEqual(value, Value("something else"))
                self.assertNotEqual(value, text)
                self.assertTrue(repr(value).startswith("<_confd.Value type=C_"))
                if name != "C_LIST":
                    self.assertEqual(Value(value.as_pyval(), value.confd_type()), value)

    def test_equal_values_have_equal_hashes(self):
        minus, plus = Value(-0.0), Value(0.0)
        path = "/7:1{%s}"
        for one, other in ((minus, plus), (Value([minus], _confd.C_LIST), Value([plus], _confd.C_LIST)),
                           (Value(path % "a", _confd.C_OBJECTREF), Value(path % "a", _confd.C_OBJECTREF)),
                           (Value((0, 1), _confd.C_DECIMAL64), Value("-0.0", _confd.C_DECIMAL64))):
            self.assertEqual(one, other)
            self.assertEqual(hash(one), hash(other))
            self.assertEqual(len({one, other}), 1)
        self.assertNotEqual(Value(5, _confd.C_INT8), Value(5, _confd.C_INT16))
        self.assertNotEqual(Value(float("nan")), Value(float("nan")))

    def test_45_guesses(self):
        for init, name in ((True, "C_BOOL"), (5, "C_INT32"), (1.5, "C_DOUBLE"), ("x", "C_BUF"),
                           (b"x", "C_BINARY"), (None, "C_BUF"), ([1], "C_BUF")):
            self.assertEqual(Value(init).confd_type_str(), name)
        self.assertEqual(str(Value(None)), "None")

    def test_45_repr(self):
        self.assertEqual(repr(Value(5)), "<_confd.Value type=C_INT32(8) value='5'>")
        self.assertEqual(repr(_ncs.Value("x" * 15)), "<_ncs.Value type=C_BUF(5) value='xxxxxxxxxxxxxxx'>")
        self.assertEqual(repr(Value("x" * 16)), "<_confd.Value type=C_BUF(5) value='xxxxxxxxxxxxxxx'...>")

    def test_45_wrong_values(self):
        for init, name in WRONG:
            number = getattr(_confd, name)
            with self.subTest(type=name, init=init), self.assertRaisesRegex(
                    ValueError, rf"^illegal initialization parameter\(s\) for type {name}\({number}\)$"):
                Value(init, number)
        for number in (99, -1, 0, 3, 1 << 40):
            with self.assertRaisesRegex(ValueError, "illegal initialization"):
                Value(1, number)
        for arguments in ((), (1, "x"), (1, 1.5), (1, 5, 5)):
            with self.assertRaises(TypeError):
                Value(*arguments)
        with self.assertRaises(OverflowError):
            Value(1, 1 << 70)

    def test_numbers(self):
        self.assertEqual((int(Value(5)), int(Value(1, _confd.C_ENUM_VALUE)), int(Value(1.5))), (5, 1, 1))
        self.assertEqual((float(Value(1.5)), float(Value(5))), (1.5, 5.0))
        self.assertEqual(float(Value("1.25", _confd.C_DECIMAL64)), 1.25)
        for convert in (int, float):
            with self.assertRaises(TypeError):
                convert(Value("5"))

    def test_parts(self):
        self.assertEqual(Value((314, 2), _confd.C_DECIMAL64).as_decimal64(), (314, 2))
        tag = Value((3, 4), _confd.C_XMLTAG).as_xmltag()
        self.assertEqual((tag.ns, tag.tag), (3, 4))
        items = Value([Value(1), Value(2)], _confd.C_LIST)
        self.assertEqual([int(item) for item in items], [1, 2])
        self.assertEqual(items.as_list(), [Value(1), Value(2)])
        for call in (Value(5).as_decimal64, Value(5).as_xmltag, Value(5).as_list, lambda: iter(Value(5))):
            with self.assertRaises(TypeError):
                call()

    def test_a_class_of_ones_own(self):
        class Mine(Value):
            pass
        mine = Mine(5)
        mine.more = 1
        self.assertEqual(mine, Value(5))
        self.assertIs(type(Mine.str2val), type(Value.str2val))


class Others(unittest.TestCase):
    def test_42_date_and_time(self):
        time = _confd.DateTime(2026, 11, 22, 10, 0, 0, 123456, timezone=5, timezone_minutes=30)
        self.assertEqual(repr(time), "_confd.DateTime(year=2026, month=11, day=22, hour=10, min=0, sec=0, "
                         "micro=123456, timezone=5, timezone_minutes=30)")
        self.assertEqual((time.year, time.micro, time.timezone_minutes), (2026, 123456, 30))
        self.assertEqual(time, eval(repr(time), {"_confd": _confd}))
        self.assertEqual(len({time, eval(repr(time), {"_confd": _confd})}), 1)
        none = _confd.DateTime(2026, 11, 22, 10, 0, 0, 0, _confd.TIMEZONE_UNDEF, 0)
        self.assertEqual(str(Value(none, _confd.C_DATETIME)), "2026-11-22T10:00:00")
        with self.assertRaises(OverflowError):
            _confd.DateTime(2026, 300, 22, 10, 0, 0, 0, 0, 0)
        with self.assertRaises(TypeError):
            _confd.DateTime(2026)
        with self.assertRaises(AttributeError):
            time.year = 2027

    def test_43_variable_bindings(self):
        bind = _confd.SnmpVarbind(_confd.SNMP_OID, Value("2"), _confd.SNMP_INTEGER, oid=[1, 3, 6])
        self.assertEqual((bind.type, bind.vartype, bind.oid, bind.name, bind.cr), (2, 1, [1, 3, 6], None, None))
        self.assertEqual(str(bind.val), "2")
        bind = _confd.SnmpVarbind(_confd.SNMP_COL_ROW, None, cr=("ifDescr", [7]))
        self.assertEqual((bind.cr, str(bind.val)), (("ifDescr", [7]), "NOEXISTS"))
        self.assertEqual(_confd.SnmpVarbind(1, None, name="sysUpTime").name, "sysUpTime")
        for wrong in ({"type": 1}, {"type": 2}, {"type": 3}, {"type": 3, "cr": (1,)}, {"type": 2, "oid": 5},
                      {"type": 2, "oid": ["x"]}, {"type": 3, "cr": (1, [1])}, {"type": 1, "name": 5}):
            with self.assertRaises(TypeError):
                _confd.SnmpVarbind(val=None, **wrong)
        with self.assertRaises(ValueError):
            _confd.SnmpVarbind(9, None)
        with self.assertRaises(TypeError):
            _confd.SnmpVarbind(1, 5, name="x")

    def test_44_tag_values(self):
        tag = _confd.TagValue(tag=4, ns=3, v=Value(5))
        self.assertEqual((tag.ns, tag.tag, tag.v), (3, 4, Value(5)))
        self.assertIsNot(tag.v, tag.v)
        self.assertEqual((str(tag), repr(tag)), ("_confd.TagValue(tag=4, ns=3)",) * 2)
        self.assertNotIn("v", dir(tag))
        self.assertEqual(_confd.TagValue(_confd.XmlTag(3, 4)).v, Value((3, 4), _confd.C_XMLTAG))
        for wrong in ({}, {"tag": 1}, {"xmltag": 5}, {"tag": 1, "ns": 1, "v": 5}, {"tag": "x", "ns": 1}):
            with self.assertRaises(TypeError):
                _confd.TagValue(**wrong)
        with self.assertRaises(OverflowError):
            _confd.TagValue(tag=1 << 32, ns=1)

    def test_paths(self):
        path = Value("/7:1/2{a b}/3", _confd.C_OBJECTREF).as_pyval()
        self.assertEqual(len(path), 4)
        self.assertEqual((path[0].ns, path[0].tag, path[1]), (7, 3, (Value("a"), Value("b"))))
        self.assertEqual(path[-1], _confd.XmlTag(7, 1))
        self.assertEqual(str(path[2:]), "/7:1/2")
        self.assertEqual((str(path.dup_len(1)), path.dup(), str(path)), ("/7:1", path, "/7:1/2{a b}/3"))
        self.assertEqual([type(step).__name__ for step in path], ["XmlTag", "tuple", "XmlTag", "XmlTag"])
        self.assertEqual(hash(path.dup()), hash(path))
        with self.assertRaises(ValueError):
            path[1:2]
        with self.assertRaises(ValueError):
            path.dup_len(5)
        for index in (4, -5):
            with self.assertRaises(IndexError):
                path[index]
        with self.assertRaises(TypeError):
            path["x"]

    def test_47_names_without_schemas(self):
        for number in (1, -1, 1 << 32, (1 << 63) - 1):
            for function in (_confd.hash2str, _confd.ns2prefix, _confd.find_cs_root):
                self.assertIsNone(function(number))
        self.assertEqual(_confd.str2hash("name"), 0)
        self.assertIsNone(_confd.cs_node_cd(None, "/a:b"))
        with self.assertRaises(_confd.error.Error) as caught:
            Value(5).val2str((1, "/a/b"))
        self.assertEqual(caught.exception.confd_errno, _confd.ERR_BADPATH)
        for wrong in (5, (1,), (1, 2), ("x", 5), None):
            with self.assertRaises(TypeError):
                Value(5).val2str(wrong)

    def test_each_package_has_its_own_types(self):
        self.assertIsNot(_confd.Value, _ncs.Value)
        self.assertNotEqual(_confd.Value(5), _ncs.Value(5))


if __name__ == "__main__":
    unittest.main()
