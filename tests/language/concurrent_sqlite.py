"""Threads share a connection, its cursors' statements and its callbacks; others have connections of their own."""
import threading
import _sqlite3 as sqlite

# Each statement its own transaction: an implicit BEGIN is none that threads could share.
shared = sqlite.connect(":memory:", isolation_level=None, check_same_thread=False)
shared.execute("create table t(thread, x)")
shared.create_function("half", 1, lambda x: x / 2)
ROUNDS = 40


def write(number):
    for i in range(ROUNDS):
        shared.execute("insert into t values(?, ?)", (number, i))


def read():
    for _ in range(ROUNDS):
        shared.execute("select sum(half(x)), count(*) from t").fetchall()
        shared.total_changes, shared.in_transaction


one_cursor = shared.cursor()


def fight():
    for _ in range(ROUNDS):
        try:
            one_cursor.execute("select 1 union select 2").fetchone()
            one_cursor.rowcount, one_cursor.description
        except sqlite.ProgrammingError:
            pass


def own():
    db = sqlite.connect(":memory:")
    db.execute("create table u(x)")
    db.executemany("insert into u values(?)", ((i,) for i in range(100)))
    results.append(db.execute("select sum(x) from u").fetchone())


results = []
threads = [threading.Thread(target=write, args=[n]) for n in range(2)]
threads += [threading.Thread(target=f) for f in (read, fight, fight, own, own)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print(shared.execute("select count(*), sum(half(x)) from t").fetchone(), results)


def other_thread():
    for call in (lambda: db.execute("select 1"), db.close, db.commit):
        try:
            call()
        except sqlite.ProgrammingError as error:
            print(str(error)[:80])


db = sqlite.connect(":memory:")
thread = threading.Thread(target=other_thread)
thread.start()
thread.join()
started = threading.Event()
shared.create_function("begun", 0, started.set)


def long_query():
    try:
        shared.execute("with recursive c(x) as (select begun() union all select x+1 from c) select count(*) from c")
    except sqlite.OperationalError as error:
        print(error)


thread = threading.Thread(target=long_query)
thread.start()
started.wait()
while thread.is_alive():
    shared.interrupt()
    thread.join(0.01)
