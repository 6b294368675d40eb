"""How errors name what was given to them."""

# OSError.filename of os.stat(PathLike) is what __fspath__ gave
import os
class P:
    def __fspath__(self): return '/nonexist/x'
for f in (os.stat, os.listdir, os.open, open, os.unlink, os.chdir, os.scandir, os.readlink):
    try: f(P(), 0) if f is os.open else f(P())
    except OSError as e: print(f.__name__, repr(e.filename), e)


import io
try: io.FileIO('/dev/zero').readinto(b'')
except Exception as e: print(type(e).__name__, e)
try: io.BytesIO(b'x').readinto(b'')
except Exception as e: print(type(e).__name__, e)
try: open('/dev/zero', 'rb').readinto('')
except Exception as e: print(type(e).__name__, e)
