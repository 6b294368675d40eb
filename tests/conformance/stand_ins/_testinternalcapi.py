"""What test.support asks CPython's own test module for. Everything else in it is CPython's inside: its tests skip."""
import sys
import unittest


def get_config():
    return {"code_debug_ranges": "no_debug_ranges" not in sys._xoptions}


def __getattr__(name):
    if name.startswith("__"):
        raise AttributeError(name)
    raise unittest.SkipTest(f"_testinternalcapi.{name} is of CPython's inside")
