# FileIO: the file system's block size, and a descriptor that was given stays open where making the stream fails.
import io
import os

f = io.FileIO(__file__)
print(f._blksize == os.fstat(f.fileno()).st_blksize, type(io.FileIO._blksize).__name__)
f._blksize = 7
print(f._blksize)
f.close()
print(f._blksize, io.FileIO.__new__(io.FileIO)._blksize)
try:
    f._blksize = "7"
except TypeError as error:
    print(error)


class Refusing(io.FileIO):
    def __setattr__(self, name, value):
        if name == "name":
            raise KeyError(name)
        super().__setattr__(name, value)


fd = os.open(__file__, os.O_RDONLY)
try:
    Refusing(fd)
except KeyError as error:
    print(repr(error))
print(os.fstat(fd).st_size > 0)
os.close(fd)
try:
    Refusing(__file__)
except KeyError as error:
    print(repr(error))
