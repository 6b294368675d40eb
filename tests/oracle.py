"""What the drivers written in Python share: where the interpreters are, and how they are run.

CPython 3.11 of Debian is the oracle: what it prints is what Atoll has to print.
"""

import os
import shutil
import subprocess

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
CPYTHON = "/usr/bin/python3.11"
# The status with which a sanitizer ends the process; no Python program exits with it by itself.
SANITIZER_STATUS = 86


def add_interpreter_options(parser):
    """Add --atoll and --preset to an argument parser."""
    parser.add_argument("--atoll", help="the interpreter to test")
    parser.add_argument("--preset", default="release", help="test build/PRESET/atoll (default: release)")


def seeds(text):
    """The seeds that an option names: "1,5", "0-19"."""
    found = []
    for part in filter(None, text.split(",")):
        first, _, last = part.partition("-")
        found.extend(range(int(first), int(last or first) + 1))
    return found


def add_chaos_option(parser):
    """Add --chaos: the seeds with which Atoll runs (-X chaos=SEED); none: one run without."""
    parser.add_argument(
        "--chaos", type=seeds, default=[], metavar="SEEDS", help="run Atoll with -X chaos=SEED for each: 1,5 or 0-19"
    )


def chaos_arguments(options):
    """For each run that the option --chaos asks for: its seed and the interpreter's arguments."""
    return [(seed, ["-X", f"chaos={seed}"]) for seed in options.chaos] or [(None, [])]


def find_interpreter(parser, options):
    """Return the absolute path of the interpreter that the options name, or end the program with a usage error."""
    wanted = options.atoll or os.path.join(ROOT, "build", options.preset, "atoll")
    found = shutil.which(wanted)
    if found is None:
        parser.error(f"no such interpreter: {wanted}")
    return os.path.abspath(found)


def environment():
    """What interpreters run with: none of the caller's Python settings, no bytecode written, the same hashes, strict sanitizers."""
    env = {key: value for key, value in os.environ.items() if not key.startswith("PYTHON")}
    env.update(PYTHONDONTWRITEBYTECODE="1", PYTHONHASHSEED="0", LC_ALL="C.UTF-8")
    for name in ("ASAN_OPTIONS", "TSAN_OPTIONS", "UBSAN_OPTIONS", "LSAN_OPTIONS"):
        ours = f"exitcode={SANITIZER_STATUS}:halt_on_error=1"
        if name == "LSAN_OPTIONS":
            ours = f"exitcode={SANITIZER_STATUS}:suppressions={ROOT}/tests/leaks.supp:print_suppressions=0"
        if name == "TSAN_OPTIONS":
            # ThreadSanitizer ends a child of a fork beside threads that starts one, and the runtime may need its own.
            ours += ":die_after_fork=0"
        env[name] = f"{env[name]}:{ours}" if name in env else ours
    return env


class Outcome:
    """How a run ended: decoded output, and the status (negative for a signal, None when time ran out)."""

    def __init__(self, status, out, err):
        self.status = status
        self.out = out.decode("utf-8", "replace")
        self.err = err.decode("utf-8", "replace")

    def text(self):
        """Everything in one text, for comparison."""
        ended = "[out of time]" if self.status is None else f"[exit status {self.status}]"
        return f"{self.out}[standard error]\n{self.err}{ended}\n"


def run(command, timeout, cwd=None, **options):
    """Run a command with closed standard input in the environment above; return its Outcome."""
    try:
        done = subprocess.run(
            command,
            cwd=cwd,
            env=environment(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=timeout,
            **options,
        )
    except subprocess.TimeoutExpired as late:
        return Outcome(None, late.stdout or b"", late.stderr or b"")
    return Outcome(done.returncode, done.stdout, done.stderr)
