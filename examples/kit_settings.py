"""What the conformance kit tells a client under test (docs/conformance.md), for subscriber_confd.py."""

import importlib
import os


def setting(name, default=""):
    return os.environ.get("CONFD_CONFORMANCE_" + name) or default


def package():
    """confd, or ncs for NSO, claiming to be the release that the kit asks for."""
    os.environ["CONFD_EVENTS_RELEASE"] = setting("RELEASE", "7.8")
    return importlib.import_module("ncs" if setting("PRODUCT") == "nso" else "confd")


def mask(default):
    number = int(setting("MASK", default))
    # From 2**31 on a mask is the negative number that has its bits.
    return number - (number >> 31 << 32)


def data(low):
    def time(name):
        return low.Value(setting(name), low.C_DATETIME) if setting(name) else low.Value(1, low.C_NOEXISTS)
    return low.events.NotificationsData(
        heartbeat_interval=int(setting("HEARTBEAT", 1000)),
        health_check_interval=int(setting("HEALTH_CHECK", 1000)),
        stream_name=setting("STREAM", "NETCONF"), start_time=time("START"), stop_time=time("STOP"),
        xpath_filter=setting("FILTER"), usid=int(setting("USID", 0)), verbosity=int(setting("VERBOSITY", 0)))
