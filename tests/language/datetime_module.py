"""_datetime: what it computes, what it prints, what it refuses; subclasses, and zones that answer anything."""
import os
import pickle
import random
import time as clock
from datetime import MAXYEAR, UTC, date, datetime, time, timedelta, timezone, tzinfo

os.environ["TZ"] = "America/New_York"
clock.tzset()
chosen = random.Random(11)


def show(function, *args, **kwargs):
    try:
        return repr(function(*args, **kwargs))
    except Exception as error:
        return f"{type(error).__name__}: {error}"


print(date.__module__, MAXYEAR, UTC, date.min, datetime.max, time.resolution, timedelta.min, timezone.max)

# Arithmetic.
numbers = [0, 1, -1, 0.5, 1.5, 2.5, -2.5, 1e-6, 5e-7, 1.0000005, 10**9, 10**19, -10**20, 10**40, 1e300, 5e-324,
           float("nan"), float("inf"), 1 / 3, 7, 86400, 86399.9999995, True, "1", None]
for _ in range(60):
    parts = [chosen.choice(numbers) if chosen.random() < 0.6 else chosen.uniform(-1e6, 1e6) for _ in range(chosen.randrange(1, 8))]
    print(parts, show(timedelta, *parts))
    x = timedelta(chosen.randrange(-10**9 + 1, 10**9), chosen.randrange(86400), chosen.randrange(10**6))
    y = timedelta(microseconds=chosen.randrange(-99, 99))
    z = chosen.choice(numbers)
    print(x, repr(y), z, [show(f) for f in (
        lambda: x + y, lambda: y - x, lambda: x * z, lambda: z * y, lambda: x / z, lambda: x // z, lambda: x / y, lambda: x // y,
        lambda: x % y, lambda: divmod(x, y), lambda: -x, lambda: abs(x), lambda: x < y, lambda: x == z, lambda: x < z,
        x.total_seconds, lambda: hash(x), lambda: bool(y))])
    day = date.fromordinal(chosen.randrange(1, 3652060))
    moment = datetime.combine(day, time(*(chosen.randrange(n) for n in (24, 60, 60, 10**6)), fold=chosen.randrange(2)))
    zone = timezone(timedelta(seconds=chosen.randrange(-86399, 86400)))
    print(day, day.isocalendar(), day.ctime(), day.timetuple(), show(lambda: day + x), show(lambda: day - date.min))
    print(repr(moment), show(moment.timestamp), show(moment.astimezone), show(moment.astimezone, zone), show(moment.replace, 2000),
          moment.isoformat("\u20ac", "milliseconds"), show(lambda: moment + x), moment.strftime("%A %d %f %z %j %%z"),
          str(moment.replace(tzinfo=zone)), hash(moment.replace(tzinfo=zone)), show(moment.replace(tzinfo=zone).utctimetuple))
    stamp = chosen.choice([chosen.uniform(-1e10, 1e10), chosen.randrange(-10**12, 10**12)])
    print(stamp, show(datetime.fromtimestamp, stamp), show(datetime.utcfromtimestamp, stamp), show(date.fromtimestamp, stamp))

# Text in, with accidents.
dates = ["2020-01-02", "20200102", "2020-W05", "2020W05", "2020-W05-3", "2020W053"]
times = ["", "12", "1230", "123045", "12:30:45.123", "123045,1234567", "12:3045", "24:00", "T12:30"]
zones = ["", "Z", "+00:00", "-05:30", "+0530", "-05:30:15.123456", "+00:00:00.000001", "+5", "+24:00"]
for _ in range(250):
    text = list(chosen.choice(dates) + chosen.choice("T  -0:\xe9\ud800\U0001f600") + chosen.choice(times) + chosen.choice(zones))
    for _ in range(chosen.choice((0, 0, 1, 2))):
        text[chosen.randrange(len(text))] = chosen.choice("0123456789-:.,WTZ+ \xe9\ud800\0")
    text = "".join(text)
    for cls, part in (datetime, text), (time, text[11:]), (date, text[:10]):
        print(ascii(part), ascii(show(cls.fromisoformat, part)))

# Folds and gaps, of the local zone and of others.
for minute in range(0, 180, 30):
    for first in datetime(2021, 11, 7, 0, 30), datetime(2021, 3, 14, 1):
        there = first + timedelta(minutes=minute)
        print(there, [(there.replace(fold=fold).timestamp(), str(there.replace(fold=fold).astimezone(UTC))) for fold in (0, 1)])
print([datetime.fromtimestamp(1636263000 + 3600 * n).fold for n in range(4)])


class Odd(tzinfo):
    answer = None

    def utcoffset(self, moment):
        return self.answer

    dst = tzname = utcoffset


odd = Odd()
noon = datetime(2020, 1, 2, 12, tzinfo=odd)
for odd.answer in None, 1, "zone", timedelta(days=1), timedelta(days=-1), timedelta(hours=2), timedelta(0, 1, 5):
    print(repr(odd.answer), [show(f) for f in (
        noon.utcoffset, noon.dst, noon.tzname, noon.isoformat, noon.timetz().isoformat, lambda: noon == noon.replace(tzinfo=UTC),
        lambda: noon < noon.replace(tzinfo=UTC), lambda: noon - noon.replace(tzinfo=UTC), lambda: noon.astimezone(UTC),
        lambda: noon.replace(tzinfo=UTC).astimezone(odd).replace(tzinfo=None), noon.timetuple, noon.utctimetuple, noon.timestamp,
        lambda: noon.strftime("%z|%Z"), lambda: hash(noon) == hash(noon.replace(fold=1)), lambda: noon.timetz() < time(1, tzinfo=UTC))])

# Subclasses.


class Stamp(datetime):
    def __new__(cls, *args, **kwargs):
        print("Stamp", args, kwargs)
        return super().__new__(cls, *args, **kwargs)


class Loose(datetime):
    def __new__(cls, *args):
        return args[0] if len(args) > 3 else super().__new__(cls, *args)


stamp = Stamp(2020, 1, 2, fold=1)
print(stamp, stamp + timedelta(1), stamp.replace(hour=3), Stamp.fromisoformat("2020-01-02T03:04"), Stamp.combine(date(1, 2, 3), time(4, fold=1)))
print(repr(Stamp.fromtimestamp(1636266600)), Stamp.fromordinal(5), type(stamp.date()), stamp.astimezone(UTC))
print(Loose(1, 2, 3) + timedelta(1), show(Loose(1, 2, 3, ).replace, 2))

# Comparisons with others, pickles, refusals.
print(date(1, 1, 1) == 1, datetime(1, 1, 1) != date(1, 1, 1), date.__eq__(date(1, 1, 1), datetime(1, 1, 1, 5)), timedelta(1).__lt__(1))
for value in date(2020, 1, 2), time(1, 2, 3, 4, UTC, fold=1), datetime(2020, 1, 2, fold=1), timedelta(1, 2, 3), UTC, timezone(timedelta(1) / 2, "x"):
    for protocol in range(6):
        data = pickle.dumps(value, protocol)
        print(protocol, data, repr(pickle.loads(data)))
print(pickle.loads(b"cdatetime\ndate\n(S'\\x07\\xdf\\x0b\\x1b'\ntR.", encoding="latin1"))
print(show(pickle.loads, b"cdatetime\ndate\n(S'\\x07\\xdf\\x0b\\x1b'\ntR.", encoding="utf-8"))
print(show(datetime, "\u20ac\xdf\x0b\x1b\0\0\0\0\0\0"), date(b"\x07\xe4\x01\x02"), show(time, b"\x18\0\0\0\0\0"))
for refused in (
        "date()", "date(1, 2, x=3)", "date(1, 2, 3, 4)", "date(0, 1, 1)", "date(1, 2, 30)", "date(2**31, 1, 1)", "date(1.0, 1, 1)",
        "datetime(1, 1, 1, 24)", "datetime(1, 1, 1, tzinfo=3)", "time(fold=2)", "time(1, 2, 3, 4, None, 1)", "timezone(1)",
        "timezone(timedelta(1))", "timezone(timedelta(0), None)", "timedelta(1) / 0", "timedelta(1) % timedelta(0)", "date.max + timedelta(1)",
        "date.fromisocalendar(2020, 54, 1)", "date.fromisocalendar(10**40, 1, 1)", "date.fromordinal(0)", "datetime.now(1)",
        "datetime.combine(1, 2)", "datetime.strptime('x', '%Y')", "datetime.strptime('1')", "datetime.min.isoformat(1)",
        "datetime.min.isoformat(' ', 'x')", "date.min.strftime('\\ud800')", "tzinfo().utcoffset(None)", "tzinfo().fromutc(datetime.min)",
        "datetime.min < datetime.now(UTC)", "datetime.fromtimestamp(10**17)", "datetime.fromtimestamp(10**30)",
        "UTC.fromutc(datetime.min)", "type('T', (timezone,), {})", "date.min.isocalendar().__reduce__()", "format(time(1), '%H!')",
        "datetime.strptime('2020-01-02 +0330', '%Y-%m-%d %z')"):
    print(refused, show(eval, refused))
moments = [datetime(2020, 1 + i * 7 % 12, 1 + i % 28, i % 24) for i in range(60)]
spans = [timedelta(i * 37 % 11, i) for i in range(40)]
class Later(datetime):
    def __lt__(self, other):
        return datetime.__gt__(self, other)
print(sorted(moments)[::9], sorted(moments, reverse=True)[0], sorted(spans)[:3], sorted(m.date() for m in moments)[5], max(moments))
print(sorted([Later(2020, 1, d) for d in (3, 1, 2)]), show(sorted, [datetime(2020, 1, 1), datetime(2020, 1, 1, tzinfo=UTC)]),
      show(sorted, [datetime(2020, 1, 1), date(2020, 1, 1)]), sorted([datetime(2020, 1, 2, tzinfo=UTC), datetime(2020, 1, 1, tzinfo=UTC)]))


class Surrogate(tzinfo):
    def tzname(self, moment):
        return "\ud800"


print(show(time(2, 3, 4, tzinfo=Surrogate()).strftime, "%Z"))
