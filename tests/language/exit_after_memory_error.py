"""What the frames held that the last MemoryError went through is let go of at the end."""
import _queue
import io


class Noted:
    def __del__(self):
        print("gone")


def fails():
    kept = [Noted(), _queue.Empty, io.UnsupportedOperation]
    bytearray(b"ab") * (2**62 - bool(kept))


try:
    fails()
except MemoryError as error:
    message = str(error)
