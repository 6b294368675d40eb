"""The library that the tests of ctypes call. It is an extension module of CPython's, too, so something is made here that it
can be linked to; of that it uses nothing but as a module."""
import ctypes
import os
import subprocess

STUB = "char _Py_NoneStruct[64]; void PyArg_ParseTuple() {} void PyList_Append() {} void PyModuleDef_Init() {}"

stub = os.path.join(os.path.dirname(os.path.abspath(__file__)), "ctypes_test_stub.so")
subprocess.run(["cc", "-shared", "-fPIC", "-x", "c", "-", "-o", stub], input=STUB, text=True, check=True)
__file__ = "/usr/lib/python3.11/lib-dynload/_ctypes_test.cpython-311-x86_64-linux-gnu.so"
ctypes.CDLL(stub, ctypes.RTLD_GLOBAL)
ctypes.CDLL(__file__)
