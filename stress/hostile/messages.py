#!/usr/bin/python3.11
"""Results and exceptions of calls under Atoll and CPython: types, messages and plain results have to be the same.

    messages.py [--atoll PATH | --preset NAME] [--all] [-j JOBS] [MODULE...]

The functions and types of the built-in modules (those of calls_worker.py, when none is named) are called with a few simple
arguments, most of them wrong (messages_worker.py). The module "methods" is the methods of built-in types. Of each function
the first differences are shown.
"""

import argparse
import ast
import concurrent.futures
import itertools
import os
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "..", "tests"))
import calls_worker  # noqa: E402 (beside this file)
import oracle  # noqa: E402 (its folder had to be put on the path first)
import programs  # noqa: E402 (beside this file)

WORKER = os.path.join(HERE, "messages_worker.py")
TIME_LIMIT = 120  # seconds for a module
SHOWN = 3  # differences of one function

# What may differ, and why.
ACCEPTED = {
    reason: set(names.split())
    for reason, names in {
        "numbers of processes, threads, addresses and descriptors": """
            builtins.id posix.getpid posix.getppid posix.getpgrp posix.getsid posix.getpgid posix.times _thread.get_ident
            _thread.get_native_id sys._current_frames
            """,
        "times": """
            time.clock_gettime time.clock_gettime_ns time.monotonic time.monotonic_ns time.perf_counter time.perf_counter_ns
            time.process_time time.process_time_ns time.thread_time time.thread_time_ns time.time time.time_ns time.asctime time.ctime
            posix.getloadavg _uuid.generate_time_safe
            """,
        "the order of complaints where more than one argument is wrong: PyArg_ParseTupleAndKeywords converts before it counts": """
            _datetime.date _datetime.datetime _datetime.time _datetime.timezone _lzma.LZMACompressor _lzma.LZMADecompressor
            _zoneinfo.ZoneInfo mmap.mmap _decimal.localcontext _ctypes.CFuncPtr audioop.add audioop.bias audioop.mul
            audioop.tomono audioop.tostereo _ssl.RAND_add _hashlib.hmac_digest _symtable.symtable
            """,
        "numbers of arguments: CPython words them in five ways, by the age of a function": """
            _pickle.PickleBuffer _ctypes.set_errno _ctypes._unpickle _ctypes.resize _ctypes.dlopen _ctypes.byref
            """,
        "random bytes": "_ssl.RAND_bytes _ssl.RAND_pseudo_bytes",
        "CPython's text has another name or form than its function, by accident": """
            time.clock_gettime_ns math.log _contextvars.ContextVar _collections._deque_iterator
            _collections._deque_reverse_iterator sys.set_asyncgen_hooks _functools.reduce
            """,
        "CPython makes readers, writers and sockets without what they are for": "_csv.Reader _csv.Writer _ssl._SSLSocket",
        "iterators of a kind of its own": "_string.formatter_parser _string.formatter_field_name_split",
        "whether a value is marked as shared depends on how often CPython counts it": "marshal.dumps",
        "what is tracked is the collector's own": "gc.is_tracked gc.get_referents",
        "the sizes of objects, what counts them, and the collector's own figures": """
            sys.getsizeof sys.getrefcount gc.get_stats gc.get_count gc.collect gc.get_threshold
            """,
        "the interpreter's own files, names and internals": """
            builtins.dir builtins.vars builtins.globals builtins.locals _imp.extension_suffixes _imp._frozen_module_names
            posix.getcwd posix.getcwdb sys._getquickenedcount builtins.iter
            """,
    }.items()
}


def name_of(call):
    return call.partition("(")[0]


def calls_of(interpreter, module):
    """{call: what it gave} for a module, and how the process ended if it ended badly."""
    options = {} if "asan" in interpreter or "tsan" in interpreter else {"preexec_fn": programs.limited}
    with tempfile.TemporaryDirectory(prefix="messages-") as folder:
        done = oracle.run([interpreter, "-W", "ignore", WORKER, module], TIME_LIMIT, cwd=folder, **options)
    lines = done.out.split("\n")[:-1]
    return dict(map(ast.literal_eval, lines)), None if done.status == 0 else done.err[-1000:] or f"status {done.status}"


def differences(interpreter, module):
    """[(call, CPython's, Atoll's)] of what CPython has in a module, without what is accepted; and how the processes ended."""
    theirs, their_end = calls_of(oracle.CPYTHON, module)
    ours, our_end = calls_of(interpreter, module)
    accepted = set().union(*ACCEPTED.values())
    differ = []
    for name, group in itertools.groupby(theirs, name_of):
        if name in accepted:
            continue
        if not our_end and f"{name}()" not in ours:
            differ.append((name, "has it", "does not"))
            continue
        differ += [(call, theirs[call], ours.get(call, "nothing")) for call in group if theirs[call] != ours.get(call)]
    return differ, [f"{name} ends early: {end}" for name, end in (("CPython", their_end), ("Atoll", our_end)) if end]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    oracle.add_interpreter_options(parser)
    parser.add_argument("--all", action="store_true", help="show every difference")
    parser.add_argument("-j", "--jobs", type=int, default=2)
    parser.add_argument("modules", nargs="*", metavar="MODULE")
    options = parser.parse_args()
    interpreter = oracle.find_interpreter(parser, options)
    modules = options.modules or calls_worker.MODULES
    counts = {}
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        for module, (differ, ends) in zip(modules, pool.map(lambda module: differences(interpreter, module), modules)):
            counts[module] = len(differ) + len(ends)
            for end in ends:
                print(f"{module}: {end}")
            for name, group in itertools.groupby(differ, lambda difference: name_of(difference[0])):
                group = list(group)
                for call, theirs, ours in group if options.all else group[:SHOWN]:
                    print(f"{call}\n    CPython: {theirs}\n    Atoll:   {ours}")
                if len(group) > SHOWN and not options.all:
                    print(f"    and {len(group) - SHOWN} more of {name}")
    print(", ".join(f"{module} {count}" for module, count in counts.items() if count) or "no differences")
    return 1 if any(counts.values()) else 0


if __name__ == "__main__":
    sys.exit(main())
