print("a begins")
from . import b
name = "a"
print("a ends;", b.name, b.sees())
