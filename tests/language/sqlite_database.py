"""The module _sqlite3: statements, types, cursors, rows, callbacks, blobs, transactions, errors."""
import _sqlite3 as sqlite


def show(*calls):
    for call in calls:
        try:
            print(call())
        except Exception as error:
            print(type(error).__module__, type(error).__name__, error, getattr(error, "sqlite_errorname", ""))


db = sqlite.connect(":memory:")
print(db.isolation_level == "", db.in_transaction, db.total_changes, db.row_factory, db.text_factory)
cursor = db.execute("create table t(id integer primary key, name text, size real, data blob)")
print(cursor.description, cursor.rowcount, cursor.lastrowid, cursor.fetchone())
cursor.execute("insert into t(name, size, data) values(?, ?, ?)", ("one", 1.5, b"\0\1"))
print(cursor.lastrowid, cursor.rowcount, db.in_transaction)
cursor.executemany("insert into t(name, size) values(:name, :size)", ({"name": n, "size": i} for i, n in enumerate("abc")))
print(cursor.lastrowid, cursor.rowcount, db.total_changes)
db.commit()
cursor.execute("select id, name as 'n', size, data, null, 1 << 40 from t order by id")
print(cursor.description, cursor.fetchone(), cursor.fetchmany(2), cursor.arraysize, list(cursor), cursor.fetchone(), cursor.fetchall())
print([row for row in db.execute("select * from t where id > ?", [2])], db.execute("select :a, @b, $c", dict(a=1, b=2, c=3)).fetchone())
with db:
    db.execute("delete from t where name = 'a'")
try:
    with db:
        print(db.execute("update t set size = 0").rowcount)
        raise KeyError("back")
except KeyError:
    pass
print(db.execute("select sum(size), count(*) from t").fetchone())
db.executescript("create table u(x); insert into u values(1); insert into u values(2); -- end\n")
print(db.execute("select count(*) from u; -- nothing more").fetchall(), db.execute("").fetchall(), db.execute(" -- only").fetchone())

db.row_factory = sqlite.Row
row = db.execute("select id, name from t where id = 1").fetchone()
print(tuple(row), row.keys(), row["ID"], row["name"], row[-1], row[0:2], len(row), row == row, hash(row) == hash(row), list(row))
show(lambda: row["nope"], lambda: row[5], lambda: row[1.5], lambda: row[2 ** 70], lambda: row < row, lambda: sqlite.Row(1, 2))
db.row_factory = lambda cursor, row: dict(zip([d[0] for d in cursor.description], row))
print(db.execute("select 1 as a, 'x' as b").fetchone())
db.row_factory = None
db.text_factory = bytes
print(db.execute("select 'text'").fetchone())
db.text_factory = lambda b: b.decode("latin-1").upper()
print(db.execute("select 'text'").fetchone())
db.text_factory = str
show(lambda: db.execute("select cast(x'ff' as text) as bad").fetchone())

# ---- callbacks ----
db.create_function("twice", 1, lambda x: x * 2)
db.create_function("kinds", -1, lambda *args: ",".join(type(a).__name__ for a in args), deterministic=True)
db.create_function("wrong", 0, lambda: 1 // 0)
db.create_function("odd", 0, lambda: [])
db.create_function("huge", 0, lambda: 1 << 70)
print(db.execute("select twice(21), twice('ab'), kinds(1, 1.5, 'x', x'00', null)").fetchone())
show(lambda: db.execute("select wrong()").fetchone(), lambda: db.execute("select odd()").fetchone(), lambda: db.execute("select huge()").fetchone(),
     lambda: db.create_function("f", 200, int))


class Sum:
    def __init__(self):
        self.total = 0

    def step(self, x):
        self.total += x

    def inverse(self, x):
        self.total -= x

    def value(self):
        return self.total

    def finalize(self):
        return self.total


class Broken:
    def step(self, x):
        raise ValueError("step")

    def finalize(self):
        return 1


db.create_aggregate("mysum", 1, Sum)
db.create_aggregate("broken", 1, Broken)
db.create_aggregate("unfinished", 1, type("U", (), {"step": lambda self, x: None}))
db.create_window_function("winsum", 1, Sum)
print(db.execute("select mysum(x) from u").fetchone(), db.execute("select winsum(x) over (order by x rows 1 preceding) from u").fetchall())
show(lambda: db.execute("select broken(x) from u").fetchone(), lambda: db.execute("select unfinished(x) from u").fetchone())
db.create_collation("backwards", lambda a, b: (a < b) - (a > b))
print(db.execute("select name from t order by name collate backwards").fetchall())
db.create_collation("backwards", None)
show(lambda: db.execute("select name from t order by name collate backwards").fetchall(), lambda: db.create_collation("x", 3))
traced = []
db.set_trace_callback(traced.append)
db.execute("select ?", (3,)).fetchall()
db.set_trace_callback(None)
print(traced)
db.set_authorizer(lambda action, *rest: sqlite.SQLITE_DENY if action == sqlite.SQLITE_DROP_TABLE else sqlite.SQLITE_OK)
show(lambda: db.execute("drop table u"))
db.set_authorizer(None)
steps = []
db.set_progress_handler(lambda: steps.append(1), 10)
db.execute("with recursive c(x) as (select 1 union all select x+1 from c limit 1000) select sum(x) from c").fetchall()
db.set_progress_handler(lambda: 1, 1)
show(lambda: db.execute("select 1 union select 2 union select 3").fetchall())
db.set_progress_handler(None, 0)
print(len(steps) > 10)

# ---- adapters and converters ----


class Point:
    def __init__(self, x, y):
        self.x, self.y = x, y

    def __conform__(self, protocol):
        return f"{self.x};{self.y}" if protocol is sqlite.PrepareProtocol else None


print(db.execute("select ?", (Point(1, 2),)).fetchone())
sqlite.register_adapter(complex, lambda c: f"{c.real}+{c.imag}")
sqlite.register_converter("point", lambda b: tuple(b.split(b";")))
typed = sqlite.connect(":memory:", detect_types=sqlite.PARSE_DECLTYPES | sqlite.PARSE_COLNAMES)
typed.execute("create table p(a point, b point(10), c)")
typed.execute("insert into p values(?, ?, ?)", (Point(1, 2), None, 3j))
c = typed.execute("select a, b, c, a as 'x [point]', c as 'y [other]' from p")
print(c.description, c.fetchall())
show(lambda: sqlite.adapt(3), lambda: sqlite.adapt(3, sqlite.PrepareProtocol, 4), lambda: sqlite.adapt(Point(3, 4)))

# ---- blobs, copies ----
db.execute("insert into t(id, data) values(100, zeroblob(10))")
with db.blobopen("t", "data", 100) as blob:
    blob.write(b"hello")
    blob.seek(-3, 2)
    print(len(blob), blob.tell(), blob.read(), blob.read(), blob[0], blob[1:9:2])
    blob[9] = 255
    blob[0:2] = b"HE"
    blob[2:6:2] = b"xy"
    print(blob[:], blob[-1])
    show(lambda: blob[20], lambda: blob["x"], lambda: blob.seek(20), lambda: blob.write(b"x" * 20), lambda: blob.__setitem__(0, 256),
         lambda: blob.__setitem__(0, b"x"), lambda: blob.__delitem__(0), lambda: blob.__setitem__(slice(0, 2), b"x"), lambda: blob.seek(0, 9))
show(lambda: blob.read(), lambda: db.blobopen("t", "data", 12345), lambda: db.blobopen("nope", "x", 1))
db.commit()
other = sqlite.connect(":memory:")
progress = []
db.backup(other, pages=1, progress=lambda *a: progress.append(a))
print(other.execute("select count(*) from t").fetchone(), progress[-1][1], len(progress) > 1)
third = sqlite.connect(":memory:")
third.deserialize(db.serialize())
print(third.execute("select count(*) from t").fetchone())
show(lambda: db.backup(db), lambda: db.backup(3), lambda: db.serialize(name="nope"), lambda: third.deserialize("x"))

# ---- errors ----
C, e = sqlite.connect, db.execute
show(lambda: e("selec"), lambda: e("select * from nope"), lambda: e("select 1; select 2"), lambda: e("select ?"), lambda: e("select ?", (1, 2)),
     lambda: e("select ?", {"a": 1}), lambda: e("select :a", {"b": 1}), lambda: e("select :a", 3), lambda: e("select ?", ([],)),
     lambda: e("select ?", (1 << 64,)), lambda: e("select ?", ("\ud800",)), lambda: e("select '\0'"), lambda: e(3), lambda: e("select ?", {1, 2}),
     lambda: db.executemany("select ?", [(1,)]), lambda: db.executemany("insert into u values(?)", 3),
     lambda: e("insert into t(id) values(1)"), lambda: db.executescript("select 1; nonsense"), lambda: db.executescript(b""),
     lambda: C(), lambda: C(3), lambda: C(":memory:", isolation_level="x"), lambda: C(":memory:", isolation_level=3), lambda: C("/nope/nope"),
     lambda: C(":memory:", wrong=1), lambda: db.cursor(int), lambda: setattr(db, "isolation_level", "wrong"), lambda: delattr(db, "isolation_level"),
     lambda: db.setlimit(sqlite.SQLITE_LIMIT_SQL_LENGTH, 20), lambda: e("select 1234567890123456789"), lambda: db.getlimit(1111),
     lambda: db.setlimit(sqlite.SQLITE_LIMIT_SQL_LENGTH, 10 ** 9), lambda: sqlite.complete_statement("select 1;"),
     lambda: sqlite.complete_statement("select"), lambda: sqlite.Cursor(3), lambda: sqlite.Connection.__new__(sqlite.Connection).commit(),
     lambda: sqlite.Cursor.__new__(sqlite.Cursor).fetchone(), lambda: db("select 1").__class__.__name__, lambda: db(3))
cursor = db.execute("select 1")
cursor.close()
show(cursor.fetchone, cursor.close)
db.create_function("again", 0, lambda: cursor.execute("select 1"))
cursor = db.cursor()
sqlite.enable_callback_tracebacks(False)
show(lambda: cursor.execute("select again()").fetchall())
db.close()
db.close()
show(lambda: db.execute("select 1"), lambda: db.commit(), lambda: cursor.fetchone(), lambda: db.total_changes, lambda: db.interrupt())
print(db.Error is sqlite.Error, sqlite.threadsafety, issubclass(sqlite.IntegrityError, sqlite.DatabaseError))

# ---- callbacks that close what is in use ----
def rows():
    c = sqlite.connect(":memory:")
    c.execute("create table t(a, b)")
    c.executemany("insert into t values(?, ?)", [(i, str(i)) for i in range(5)])
    return c


def closing_factory(c):
    c.text_factory = lambda b: c.close()
    show(lambda: c.execute("select b, b from t").fetchall(), lambda: c.execute("select 1"))


def cursor_made_again(c):
    cursor = c.cursor()
    c.text_factory = lambda b: cursor.__init__(c)
    show(lambda: cursor.execute("select b, b from t").fetchall())


closing_factory(rows())
cursor_made_again(rows())
show(lambda: sqlite.Row(rows().execute("select a, b from t"), ())["b"])


def closing_elsewhere():
    def closed(*args):
        c.close()
        return 0

    def pair():
        closed()
        yield 1, 2

    def taken(x):
        try:
            cursor.execute("select 1")
        except sqlite.ProgrammingError:
            return x
        raise AssertionError("a cursor in use was used")

    for use in (lambda: c.create_collation("c", closed) or c.execute("select b from t order by b collate c"),
                lambda: c.create_function("f", 1, closed) or c.execute("select f(a) from t").fetchall(),
                lambda: c.executemany("insert into t values(?, ?)", pair())):
        c = rows()
        try:
            use()
        except sqlite.Error:
            pass
        try:
            c.execute("select 1")
        except sqlite.ProgrammingError:
            continue
        raise AssertionError("an open connection")
    c = rows()
    cursor = c.cursor()
    c.create_function("f", 1, taken)
    assert len(cursor.execute("select f(a) from t").fetchall()) == 5
    c.create_function("f", 1, None)


import sys
if sys.implementation.name == "atoll":  # CPython crashes
    closing_elsewhere()
