#!/usr/bin/python3.11
"""Hostile bytecode: cache files that were changed after they were written, with every checksum made right again.

    damage.py [--atoll PATH | --preset NAME] [--count N] [--first N] [--seed S] [-j JOBS] [--keep DIR]

A program of tests/language is imported once, so that its bytecode is kept. Then instructions, numbers, constants or any other
bytes of it are changed, and it is imported again from what is kept now. The file may be refused, or the program may do something
else, raise or never end; it must not die of a signal or give a sanitizer report. File number N of seed S is always the same.
"""

import argparse
import collections
import concurrent.futures
import glob
import os
import random
import shutil
import struct
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
sys.path.insert(0, os.path.join(ROOT, "tests"))
import mutate  # noqa: E402 (beside this file)
import oracle  # noqa: E402 (its folder had to be put on the path first)

MASK = 2**64 - 1
NUMBERS = 17  # of four bytes in the record of a code object (bytecode_file.h); the last two: offset and length of its body
TIME_LIMIT = 10
LEFT_OUT = mutate.LEFT_OUT | {"support.py"}  # a module of the cases: what runs it is damaged in their own files


def checksum(data):
    """bytecode_checksum of serialize.c."""
    total = 0x9E3779B97F4A7C15 ^ len(data)
    whole = len(data) & ~7
    for (word,) in struct.iter_unpack("<Q", data[:whole]):
        total = (total ^ word) * 0xBF58476D1CE4E5B9 & MASK
        total ^= total >> 32
    for byte in data[whole:]:
        total = (total ^ byte) * 0x94D049BB133111EB & MASK
    return total ^ total >> 31


class File:
    """Where things are in a cache file: records of code objects, each with its body."""

    def __init__(self, data):
        magic = data.index(b"\x8bATOLL\r\n")
        self.start = magic + 24
        self.head_length = struct.unpack_from("<I", data, magic + 12)[0]
        one, two, names = struct.unpack_from("<III", data, self.start)
        self.parts = [self.start + self.head_length, self.start + self.head_length + one]
        self.sum_at = magic + 16
        ends = self.start + 12
        characters = struct.unpack_from("<I", data, ends + 4 * (names - 1))[0] if names else 0
        self.records = []  # (where its checksum is, start and end of its body), inner ones first
        self.units = []  # where the instructions of each body are
        self.data = data
        self.value(ends + 4 * names + characters)

    def number(self, at):
        n = shift = 0
        while True:
            byte = self.data[at]
            at += 1
            n |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                return n, at

    def value(self, at):
        """Pass over a value; return where it ends."""
        tag = chr(self.data[at])
        at += 1
        if tag in "NTF.D":
            return at
        if tag == "d":
            return at + 8
        if tag == "c":
            return at + 16
        if tag == "C":
            return self.code(at)
        n, at = self.number(at)
        if tag in "ia":
            return at
        if tag in "(<":
            for _ in range(n):
                at = self.value(at)
            return at
        return at + n * (4 if tag == "u" else 1)

    def code(self, at):
        numbers = struct.unpack_from(f"<{NUMBERS}I", self.data, at)
        sum_at = at + 4 * NUMBERS
        end = sum_at + 8
        for _ in range(3):
            end = self.value(end)
        body = self.parts[numbers[7] & 1] + numbers[15]
        units = self.value(body)
        self.units.append((units, numbers[9]))
        inner = units + 4 * numbers[9] + 16 * numbers[11] + numbers[12]
        for _ in range(4):
            inner = self.value(inner)
        self.records.append((sum_at, body, body + numbers[16]))
        return end

    def repair(self, data):
        """Make the checksums right, those of inner bodies first."""
        for sum_at, start, end in self.records:
            struct.pack_into("<Q", data, sum_at, checksum(data[start:end]))
        struct.pack_into("<Q", data, self.sum_at, checksum(data[self.start : self.start + self.head_length]))


def damage(file, dice):
    """Return a changed copy of the file, with checksums that are right."""
    data = bytearray(file.data)
    for _ in range(dice.choice([1, 1, 1, 2, 3])):
        units, count = dice.choice([pair for pair in file.units if pair[1]])
        place = units + 4 * dice.randrange(count)
        sum_at, start, end = dice.choice(file.records)
        match dice.randrange(9):
            case 0 | 1:
                data[place] = dice.randrange(160)  # an opcode
            case 2 | 3:
                data[place + 1] = dice.choice([0, 1, 2, 3, dice.randrange(256)])  # an argument
            case 4:
                other = units + 4 * dice.randrange(count)
                data[place : place + 4], data[other : other + 4] = data[other : other + 4], data[place : place + 4]
            case 5:
                data[place : place + 4] = data[units + 4 * dice.randrange(count) :][:4]
            case 6:
                data[sum_at - 4 * dice.randrange(3, NUMBERS + 1)] ^= dice.choice([1, 2, 4, 0x20, 0x80])  # a number
            case 7:
                data[dice.randrange(start, end)] = dice.choice(b"NTF.ildcsuaDb(<C\x00\x01\xff")
            case 8:
                data[dice.randrange(start, end)] = dice.randrange(256)
    file.repair(data)
    return bytes(data)


class Program:
    """A program of the tests with what is kept of it, in a folder of its own."""

    def __init__(self, path, folder, atoll):
        self.name = os.path.basename(path)[:-3]
        self.folder = folder
        os.makedirs(folder)
        shutil.copy(path, folder)
        shutil.copy(os.path.join(os.path.dirname(path), "support.py"), folder)
        self.run(atoll, os.path.join(folder, "cache"))
        self.file = None
        for name in glob.glob(os.path.join(folder, "cache", "*")):
            with open(name, "rb") as entry:
                data = entry.read()
            if (self.name + ".py").encode() in data[: data.index(b"\x8bATOLL")]:
                self.entry, self.file = os.path.basename(name), File(data)

    def run(self, atoll, cache):
        os.makedirs(cache, mode=0o700, exist_ok=True)
        command = ["/usr/bin/env", "-u", "PYTHONDONTWRITEBYTECODE", f"ATOLL_CACHE={cache}", atoll, "-c", f"import {self.name}"]
        return oracle.run(command, TIME_LIMIT, cwd=self.folder, preexec_fn=mutate.limit)


def run_file(number, options):
    dice = random.Random(f"{options.seed}/{number}")
    program = dice.choice(options.programs)
    data = damage(program.file, dice)
    cache = tempfile.mkdtemp(prefix="damage-", dir=program.folder)
    try:
        path = os.path.join(cache, program.entry)
        with open(path, "wb") as entry:
            entry.write(data)
        os.chmod(path, 0o600)
        outcome = program.run(options.atoll, cache)
        tail = outcome.err.strip()[-1500:]
        if mutate.REPORT.search(outcome.err) or outcome.status == oracle.SANITIZER_STATUS:
            verdict = "report"
        elif outcome.status is None:
            verdict = "time"
        elif outcome.status < 0:
            verdict = "signal"
        else:
            verdict = "error" if outcome.status else "normal"
        if verdict in ("signal", "report") and options.keep:
            os.makedirs(options.keep, exist_ok=True)
            shutil.copy(path, os.path.join(options.keep, f"{number:05d}-{verdict}-{program.name}"))
    finally:
        shutil.rmtree(cache, ignore_errors=True)
    return number, program.name, verdict, tail


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    oracle.add_interpreter_options(parser)
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--first", type=int, default=0, help="number of the first file")
    parser.add_argument("--seed", default="atoll")
    parser.add_argument("-j", "--jobs", type=int, default=2)
    parser.add_argument("--keep", help="folder for files that fail the test")
    options = parser.parse_args()
    options.atoll = oracle.find_interpreter(parser, options)
    mutate.SANITIZED = mutate.is_sanitized(options.atoll)
    counts, bad = collections.Counter(), 0
    with tempfile.TemporaryDirectory(prefix="damage-") as folder:
        cases = sorted(set(glob.glob(os.path.join(ROOT, "tests", "language", "*.py"))))
        cases = [path for path in cases if os.path.basename(path) not in LEFT_OUT]
        random.Random(options.seed).shuffle(cases)
        made = (Program(path, os.path.join(folder, str(i)), options.atoll) for i, path in enumerate(cases[:40]))
        options.programs = [program for program in made if program.file]
        with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
            numbers = range(options.first, options.first + options.count)
            for number, name, verdict, tail in pool.map(lambda n: run_file(n, options), numbers):
                counts[verdict] += 1
                if verdict in ("signal", "report"):
                    bad += 1
                    print(f"file {number} of {name}: {verdict}: {tail}", flush=True)
    print(", ".join(f"{count} {verdict}" for verdict, count in sorted(counts.items())))
    print(f"{options.count - bad} of {options.count} damaged files end as they should")
    return 1 if bad or not options.programs else 0


if __name__ == "__main__":
    sys.exit(main())
