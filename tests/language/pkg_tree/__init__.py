"""A package for the cases about imports."""
print("import pkg_tree as", __name__)
from . import plain
from .plain import value as renamed
__all__ = ["plain", "exported"]
exported = "exported"
_private = "private"
