"""What the frames held that the last MemoryError went through is let go of at the end."""
import _queue
import io
import itertools


class Noted:
    def __del__(self):
        print("gone")


def fails():
    kept = [Noted(), _queue.Empty, io.UnsupportedOperation]
    itertools.combinations_with_replacement(kept, 2**62)


try:
    fails()
except MemoryError as error:
    message = str(error)
