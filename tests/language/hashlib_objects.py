"""The modules _hashlib, _sha3 and _blake2: values, parameters, keys, errors."""
import hashlib
import hmac
import _blake2
import _hashlib
import _sha3


def show(*calls):
    for call in calls:
        try:
            print(call())
        except Exception as error:
            print(type(error).__module__, type(error).__name__, error)


for name in sorted(hashlib.algorithms_guaranteed):
    h = hashlib.new(name, b"abc")
    h.update(b"d" * 100000)
    length = [20] if name.startswith("shake") else []
    print(name, h.name, h.digest_size, h.block_size, h.hexdigest(*length)[:40], h.copy().digest(*length)[:4], repr(h)[:20])
print(hashlib.blake2b(b"abc", key=b"k", salt=b"s", person=b"p", fanout=2, depth=3, leaf_size=4, node_offset=5, node_depth=6,
                      inner_size=7, last_node=True, digest_size=20).hexdigest())
print(hashlib.blake2s(b"abc" * 999, key=b"k" * 32, node_offset=(1 << 48) - 1).hexdigest(), hashlib.blake2b(b"a" * 128).hexdigest())
print(sorted(_hashlib.openssl_md_meth_names), sorted(_hashlib._constructors.values()))
for digest in "md5", "sha256", hashlib.sha512:
    h = _hashlib.hmac_new(b"key", b"text", digest)
    other = h.copy()
    h.update(msg=b"more")
    print(h.name, h.digest_size, h.block_size, h.hexdigest(), other.digest() == _hashlib.hmac_digest(b"key", b"text", digest))
print(hmac.new(b"", b"", "sha1").hexdigest(), hmac.compare_digest("a", "a"), hmac.compare_digest(b"a", bytearray(b"b")))
print(hashlib.pbkdf2_hmac("sha256", b"password", b"salt", 3, 20), hashlib.scrypt(b"p", salt=b"s", n=4, r=2, p=1, dklen=9))
for kind in _sha3.sha3_224, _sha3.shake_256:
    h = kind(b"")
    print(h._capacity_bits, h._rate_bits, h._suffix, h.block_size, h.digest_size, h.name)
print([getattr(_blake2.blake2b, n) for n in ("MAX_DIGEST_SIZE", "MAX_KEY_SIZE", "PERSON_SIZE", "SALT_SIZE")], _blake2.BLAKE2S_SALT_SIZE)

B, x = _blake2.blake2b, _hashlib.openssl_shake_128(b"")
show(lambda: _hashlib.new("nope"), lambda: _hashlib.new(3), lambda: _hashlib.HASH(), lambda: _hashlib.HMAC(),
     lambda: _hashlib.hmac_new(b"k", b"m"), lambda: _hashlib.hmac_new(b"k", b"m", "nope"), lambda: _hashlib.hmac_new(b"k", b"m", 3),
     lambda: _hashlib.hmac_new("k", b"m", "md5"), lambda: _hashlib.hmac_new(b"k", b"m", B), lambda: x.digest(), lambda: x.hexdigest(3),
     lambda: hashlib.pbkdf2_hmac("nope", b"a", b"b", 1), lambda: hashlib.pbkdf2_hmac("md5", b"a", b"b", 0),
     lambda: hashlib.pbkdf2_hmac("md5", b"a", b"b", 1, 0), lambda: hashlib.scrypt(b"a"), lambda: hashlib.scrypt(b"a", salt=b"", n=2),
     lambda: hashlib.scrypt(b"a", salt=b"", n=3, r=8, p=1), lambda: hashlib.scrypt(b"a", salt=b"", n=2, r=8, p=1, maxmem=-1),
     lambda: hashlib.scrypt(b"a", salt=b"", n=2, r=8, p=1, dklen=0), lambda: _hashlib.hmac_digest(b"k", b"m", "nope"),
     lambda: _hashlib.compare_digest("a", b"b"), lambda: _hashlib.compare_digest("ä", "b"), lambda: _hashlib.compare_digest(3, 4),
     _hashlib.get_fips_mode, lambda: _sha3.shake_128().digest(-1), lambda: _sha3.shake_128().digest(1 << 29),
     lambda: _sha3.shake_128().digest("x"), lambda: _sha3.sha3_224(3), lambda: _sha3.sha3_224("s"), lambda: _sha3.sha3_224(data=b""),
     lambda: B("x"), lambda: B(b"x", b"y"), lambda: _blake2.blake2s(node_offset=1 << 48), lambda: _blake2.blake2s(node_offset=1 << 64))
for wrong in (dict(digest_size=0), dict(digest_size=65), dict(key=b"k" * 65), dict(salt=b"s" * 17), dict(person=b"s" * 17),
              dict(fanout=-1), dict(fanout=256), dict(depth=0), dict(depth=256), dict(leaf_size=-1), dict(leaf_size=1 << 32),
              dict(node_offset=-1), dict(node_offset=1 << 64), dict(node_depth=-1), dict(node_depth=256), dict(inner_size=-1),
              dict(inner_size=65), dict(key="x"), dict(data=b"")):
    show(lambda: B(**wrong))
