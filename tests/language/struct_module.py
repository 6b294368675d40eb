# struct: all codes, orders, errors; writing into buffers; iterating; formats given again to a Struct.
import struct


class Index:
    def __init__(self, n):
        self.n = n

    def __index__(self):
        return self.n


class Raises:
    def __index__(self):
        raise OverflowError('mine')


def show(f, *args, **kwargs):
    try:
        result = f(*args, **kwargs)
    except Exception as e:
        result = type(e).__name__, str(e)
    print(args, kwargs, '->', result)


values = [0, 1, -1, 127, 128, 2**8, 2**15, 2**16, -2**15 - 1, 2**31, 2**32, -2**31 - 1, 2**61, 2**63 - 1, 2**63,
          2**64 - 1, 2**64, -2**63, -2**63 - 1, 1.5, 'a', b'', b'a', b'ab', None]
for prefix in '', '<', '>':
    for code in 'bBhHiIlLqQnNPcspefd?x':
        for v in values:
            try:
                result = struct.pack(prefix + code, v)
                result = result.hex(), struct.unpack(prefix + code, result)
            except Exception as e:
                result = type(e).__name__, str(e)
            print(repr(prefix + code), v, result)
        for v in Index(5), Index(2**70), Index(-1), Raises():
            if code != 'P':
                try:
                    result = struct.pack(prefix + code, v)
                except Exception as e:
                    result = type(e).__name__, str(e)
                print(repr(prefix + code), getattr(v, 'n', 'raises'), result)
for d in 0.0, -0.0, 1.0, 65504.0, 65519.9, 65520.0, 6e-8, 3e-8, 2.98e-8, 6.1e-5, 1/3, 1e300, float('inf'), float('nan'), 2049, 2051:
    for code in '<e', '>e', '<f', '>f', '>d':
        show(struct.pack, code, d)
print([struct.unpack('<e', struct.pack('<H', i)) for i in (0, 1, 1023, 1024, 0x3c00, 0x7bff, 0x7c00, 0xfc00, 0x7e00, 0x8001)])
for fmt in ('3', '3 i', 'i3', '@', '<n', ' i ', 'i\0', 'é', '9' * 20 + 'i', '9223372036854775807s', 'b9223372036854775806xi',
            b'i', b'\xff', 5, '!i<', '0i', '0s', 'bi', 'b0i', 'i0x3c', 'bhilqefd', '=bhilqefd', 'c3xi2s5p'):
    show(struct.calcsize, fmt)
show(struct.pack, '3s5p0s2i', b'ab', b'long text', b'x', 1, -1)
show(struct.unpack, '3s5p0s2i', struct.pack('3s5p0s2i', b'ab', b'long text', b'x', 1, -1))
show(struct.pack, '300p', b'x' * 299)
show(struct.unpack, '4p', b'\x09abc')
for args in (), ('i',), ('i', 1, 2), ('3s', 'x'):
    show(struct.pack, *args)
for offset in -8, -6, -3, 0, 2, 3, 2**62:
    show(struct.unpack_from, 'i', b'123456', offset)
show(struct.unpack, 'i', b'123')
show(struct.unpack, 'i', 'abcd')
data = bytearray(10)
for offset in 0, -4, -3, -12, 7, 2**63 - 2, 2**70, 'x':
    show(struct.pack_into, 'i', data, offset, 258)
show(struct.pack_into, 'i', b'xxxx', 0, 1)
show(struct.pack_into, 'i', data)
show(struct.pack_into, '4b', data, 2, 1, 2, 300, 4)
show(struct.pack_into, 'i', memoryview(data)[3:8], 1, -1)
print(data)


class Resizes:
    def __index__(self):
        try:
            data.append(1)
        except BufferError as e:
            print('BufferError', e)
        return 7


show(struct.pack_into, 'b', data, 0, *[Resizes()][:0], 1)
struct.pack_into('2b', data, 0, 1, Resizes())
print(data)
it = struct.iter_unpack('<h2x', memoryview(data)[:8])
print(it.__length_hint__(), next(it), it.__length_hint__(), list(it), it.__length_hint__(), next(it, 'end'))
data.append(0)
show(struct.iter_unpack, 'i', b'12345')
show(struct.iter_unpack, '', b'')
s = struct.Struct('>ib')
print(s.format, s.size, s.pack(1, 2), s.unpack(b'\0\0\1\0\5'), s.unpack_from(b'..\0\0\1\0\5', 2), list(s.iter_unpack(b'abcde' * 2)))
s.__init__(b'h')
print(s.format, s.size, s.pack(1))
show(s.pack, 1, x=2)
show(struct.Struct)
show(setattr, 5, 'size', 1)


class Sub(struct.Struct):
    def __init__(self, extra):
        super().__init__('<' + extra)


print(Sub('hh').pack(1, 2), struct.error.__mro__, struct.error.__module__)
for i in range(250):
    struct.calcsize(f'{i}x')
struct._clearcache()
