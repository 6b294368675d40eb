print("b begins")
from . import a
name = "b"
early = getattr(a, "name", "not yet")


def sees():
    return early, a.name if hasattr(a, "name") else "still not"


print("b ends")
