"""SystemExit with a string: printed on standard error, status 1; finally clauses and atexit order."""
import sys
try:
    sys.exit("leaving with a message")
finally:
    print("finally runs")
