"""Runs a function on several threads until a moment that all share."""

import threading
import time


def together(*functions, seconds=0.5):
    """Each function is called again and again, on a thread of its own."""
    gate = threading.Barrier(len(functions))

    def work(function):
        gate.wait()
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            function()

    crew = [threading.Thread(target=work, args=(function,)) for function in functions]
    for thread in crew:
        thread.start()
    for thread in crew:
        thread.join()
