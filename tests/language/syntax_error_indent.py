"""An indentation error in the program itself."""
def f():
    if True:
        return 1
      return 2
