"""Tuples with named fields that C makes: who may make more of them, and from what."""
import copy
import os
import sys
import time

from support import attempt

for info in sys.version_info, sys.flags, sys.hash_info, sys.float_info, sys.thread_info, sys.get_asyncgen_hooks():
    kind = type(info)
    print(kind, "__new__" in kind.__dict__)
    for make in kind, lambda *args: kind.__new__(kind, *args):
        for args in (), (info,), (tuple(info),), ((),):
            attempt(lambda: make(*args) == info)
    attempt(tuple.__new__, kind, info)
    attempt(object.__new__, kind)
    attempt(lambda: copy.copy(info) == info)
    attempt(lambda: info.__reduce__()[0])
    attempt(lambda: type("Sub", (kind,), {}))

for args, names in ((), {}), ((1,), {}), ((1, 2), {}), ((), {"sched_priority": 3}), (([1],), {}), ((5,), {"x": 1}):
    attempt(os.sched_param, *args, **names)
print(os.sched_param(3).__reduce__(), os.sched_param.n_fields)
attempt(copy.copy, os.sched_param(3))

stat = os.stat_result(range(10), {"st_blocks": 7})
print(stat, stat.st_blocks, stat.st_rdev, copy.copy(stat) == stat)
print(os.stat_result.n_unnamed_fields, os.stat_result.n_fields, os.stat_result.__match_args__)
for given in (range(10), {"st_atime": 5, "st_atime_ns": 3}), (range(12),), (range(20),):
    attempt(lambda: os.stat_result(*given).__reduce__())
attempt(time.struct_time, (1, 2))
attempt(time.struct_time, range(9), {"tm_zone": "x"})
