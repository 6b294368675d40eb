"""An exception that is no Exception leaves the program: handlers of Exception let it pass."""
class Stop(BaseException):
    pass


def main():
    try:
        raise Stop("not an Exception")
    except Exception:  # the case is about catching all
        print("no")
    finally:
        print("cleanup")


main()
