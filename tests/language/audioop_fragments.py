"""The module audioop: measures, arithmetic, encodings, other rates, errors."""
import hashlib
import math
import warnings

with warnings.catch_warnings(record=True) as seen:
    warnings.simplefilter("always")
    import audioop
print([str(w.message) for w in seen])

seed = 1


def noise(size):
    global seed
    made = bytearray()
    for _ in range(size):
        seed = seed * 1103515245 + 12345 & 0x7FFFFFFF
        made.append(seed >> 16 & 255)
    return bytes(made)


def attempt(name, *args):
    try:
        return getattr(audioop, name)(*args)
    except Exception as e:
        return f"{type(e).__module__}.{type(e).__name__}: {e}"


for width in range(6):
    for size in (0, 1, 12, 240):
        data, other = noise(size), noise(size)
        for name in "avg avgpp cross max maxpp minmax rms".split():
            print(name, width, size, attempt(name, data, width))
        results = [attempt(name, data, width) for name in "reverse byteswap lin2alaw lin2ulaw ulaw2lin alaw2lin".split()]
        results += [attempt("mul", data, width, factor) for factor in (0, -1, 2.7, 1e300, math.inf)]
        results += [attempt("bias", data, width, bias) for bias in (-1, 2**31 - 1)]
        results += [attempt("add", data, other, width), attempt("tomono", data, width, 0.3, 0.9)]
        results += [attempt("tostereo", data, width, -1, 5), attempt("lin2lin", data, width, 3)]
        results += [attempt("lin2adpcm", data, width, None), attempt("adpcm2lin", data, width, (100, 88))]
        results += [attempt("ratecv", data, width, 2, 8000, 44100, None, 2, 1), attempt("ratecv", data, width, 1, 3, 1, None)]
        print(hashlib.md5(repr(results).encode()).hexdigest())
sound, part = noise(400), noise(40)
print(audioop.findfit(sound, part), audioop.findfactor(sound, sound[::-1]), audioop.findmax(sound, 20))
print(attempt("findfit", part, sound), attempt("findfactor", part, sound), attempt("findmax", part, 99), attempt("findmax", b"a", 0))
print(audioop.getsample(sound, 3, 1) if len(sound) % 3 == 0 else audioop.getsample(sound, 4, 1), attempt("getsample", sound, 2, -1))
fragment, state = audioop.ratecv(sound, 2, 1, 8000, 11025, None)
print(len(fragment), state, audioop.ratecv(sound, 2, 1, 8000, 11025, state)[1])
for args in [(b"", 2, 0, 1, 1, None), (b"", 2, 1, 0, 1, None), (b"", 2, 1, 1, 1, None, 0, 1), (b"", 2, 2**30, 1, 1, None),
             (b"abc", 2, 1, 1, 1, None), (b"", 2, 1, 1, 1, 5), (b"", 2, 1, 1, 1, (-1, ())), (b"", 2, 1, 1, 1, (-1, (5,)))]:  # fmt: skip
    print(attempt("ratecv", *args))
print(attempt("lin2adpcm", b"", 2, (0, 89)), attempt("adpcm2lin", b"", 2, (1,)), attempt("max", "text", 2), attempt("max", b"", 2**40))
print(audioop.ulaw2lin(bytes(range(256)), 2) == b"".join(audioop.ulaw2lin(bytes([n]), 2) for n in range(256)), bytearray(audioop.alaw2lin(bytearray(b"abc"), 1)))
