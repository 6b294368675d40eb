"""What codes SystemExit carries, and that raising it inside a thread ends only the thread."""
import sys
import threading
for code in (None, 0, 5, -1, 256 + 7, "text", (1, 2), True, 2.5):
    try:
        sys.exit(code)
    except SystemExit as error:
        print(repr(error), repr(error.code))
try:
    sys.exit()
except SystemExit as error:
    print(repr(error.code))
thread = threading.Thread(target=sys.exit, args=(9,))
thread.start()
thread.join()
print("main goes on")
raise SystemExit(True)
