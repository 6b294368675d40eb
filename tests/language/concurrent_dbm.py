"""A database of _dbm that threads share, and close under each other."""
import _dbm
import os
import tempfile
import threading

os.chdir(tempfile.mkdtemp())
database = _dbm.open("x", "c")


def work(n):
    for i in range(100):
        database[f"{n} {i}"] = f"{i}"
        assert database[f"{n} {i}"] == str(i).encode()
        database.setdefault("shared", str(n)), database.get("0 5"), len(database)
        if i % 20 == 0:
            database.keys()


def use():
    try:
        while True:
            database.get("0 1"), database.keys()
    except _dbm.error as e:
        print(e)


threads = [threading.Thread(target=work, args=(n,)) for n in range(3)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print(len(database), database["2 99"])
thread = threading.Thread(target=use)
thread.start()
database.close()
thread.join()
