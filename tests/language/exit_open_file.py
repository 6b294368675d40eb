"""A file that is still open at the end and known to a function's namespace alone: what was written to it arrives."""
import os

stream = open(os.dup(1), "w")
stream.write("written\n")


def keeps():
    return stream


class Noted:
    def __del__(self):
        pass
