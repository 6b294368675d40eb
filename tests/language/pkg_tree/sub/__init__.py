print("import sub; parent is", __package__)
from ..plain import value
from .leaf import leaf_name
