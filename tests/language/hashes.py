"""The modules of single digests: values, copies, attributes, errors."""
import _md5, _sha1, _sha256, _sha512

for make in _md5.md5, _sha1.sha1, _sha256.sha224, _sha256.sha256, _sha512.sha384, _sha512.sha512:
    h = make(b"abc", usedforsecurity=False)
    copy = h.copy()
    h.update(bytearray(b"defg"))
    h.update(memoryview(b"x" * 200000))
    print(h.name, h.digest_size, h.block_size, h.hexdigest(), copy.digest() == make(b"abc").digest())
    print(type(h), repr(h)[:13])
    for wrong in (lambda: make("text"), lambda: make(3), lambda: h.update(), lambda: h.update("x"), lambda: type(h)(),
                  lambda: make(b"", True), lambda: setattr(h, "name", "x"), lambda: h.digest(1)):
        try:
            print(wrong())
        except Exception as error:
            print(type(error).__name__, error)
print(_md5.md5(string=b"abc").hexdigest(), _sha256.SHA224Type, _sha512.SHA384Type)
