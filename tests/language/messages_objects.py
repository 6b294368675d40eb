"""What constructors and functions of the other modules say of their arguments."""

import _functools
import _heapq
import _hashlib
import _operator
import _pickle
import _queue
import _sha3
import _struct
import _warnings
import _weakref
import cmath
import decimal
import io
import itertools
import mmap
import zlib

from support import attempt

attempt(_functools._lru_cache_wrapper)
attempt(_heapq.heappush, None, None)
attempt(_operator.countOf, 1, 2)
attempt(_operator.concat, "a", 1)
attempt(_queue.SimpleQueue, 1)
attempt(_queue.SimpleQueue, x=1)
attempt(_struct.pack, "i", x=1)
attempt(_warnings.warn, "a", "b", "c")
attempt(_weakref.ref, x=1)
attempt(_weakref.ref, {1}, x=1)
attempt(itertools.combinations, None, None)
attempt(_sha3.sha3_512, 1, 2)
attempt(_hashlib.hmac_new, 1)
attempt(_pickle.loads, b"a", errors=1)
attempt(_pickle.load, "a", encoding=1)
for function in (zlib.crc32, zlib.compress, zlib.decompress):
    attempt(function, "a", "b")

attempt(io.BufferedWriter, 1, 2, 3)
attempt(io.BufferedRandom)
attempt(io.TextIOWrapper, 1)
attempt(io.text_encoding, "a", "b")
attempt(io.IncrementalNewlineDecoder, None, "a")
print(cmath.sin(complex("nan")))

print(io.open.__module__, decimal.getcontext.__module__)
attempt(decimal.getcontext, 1)
attempt(io.text_encoding, x=1)
attempt(itertools.zip_longest, x=1)
attempt(itertools.islice, "a", "b", "c")
attempt(mmap.mmap)
attempt(mmap.mmap, 1, 2, x=1)
attempt(_pickle.Unpickler, "a", errors=1)
