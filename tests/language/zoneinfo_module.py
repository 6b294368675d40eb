"""_zoneinfo: TZ strings, files that are wrong, what zones answer, their caches, pickles and subclasses."""
import copy
import io
import pickle
import re
import struct
import weakref
from datetime import date, datetime, time, timedelta, timezone
from zoneinfo import ZoneInfo


def data(rule, times=(), kinds=(), types=((0, 0, 0),), names=b"UTC\0"):
    """A file of the second version."""
    def block(size):
        numbers = 0, 0, 0, len(times), len(types), len(names)
        return (b"TZif2" + bytes(15) + struct.pack(">6l", *numbers) + struct.pack(f">{len(times)}{size}", *times) + bytes(kinds) +
                b"".join(struct.pack(">lbb", *each) for each in types) + names)
    return io.BytesIO(block("l") + block("q") + b"\n" + rule + b"\n")


def show(function, *args, **kwargs):
    try:
        result = function(*args, **kwargs)
        text = result if isinstance(result, str) else repr(result)
    except Exception as error:
        text = f"{type(error).__name__}: {error}"
    return ascii(re.sub("0x[0-9a-f]+", "0x", text))


moments = [datetime(2020, 1, 1), datetime(2020, 3, 8, 2, 30), datetime(2020, 7, 1), datetime(2019, 11, 3, 1, 30),
           datetime(2019, 11, 3, 1, 30, fold=1), datetime(2020, 12, 31, 23)]


def answers(rule):
    zone = ZoneInfo.from_file(data(rule))
    return [(str(zone.utcoffset(moment)), str(zone.dst(moment)), zone.tzname(moment)) for moment in moments]


# (Hours of three digits are left out: CPython's answers change from run to run.)
for rule in (
    b"UTC0", b"PST8PDT", b"+11", b"A5", b"AB5", b"ABC", b"<A+1>-1", b"<A*1>-1", b"<>-1", b"<ABC-1",
    b"EST5EDT,M3.2.0,M11.1.0", b"EST5EDT4,M3.2.0/2,M11.1.0/3", b"EST5EDT4:30:15,M3.2.0/2:15:16,M11.1.0/3:1",
    b"EST5EDT,M3.2.0/-2,M11.1.0/+3",
    b"EST5EDT,M3.2.0/2:60,M11.1.0", b"EST5EDT,M3.2.0/2:6,M11.1.0",
    b"EST5:60EDT,M3.2.0,M11.1.0", b"EST24EDT,M3.2.0,M11.1.0", b"EST23:59:59EDT,M3.2.0,M11.1.0", b"EST24:30", b"EST-24",
    b"EST5EDT,J60,J300", b"EST5EDT,60,300", b"EST5EDT,0,365", b"EST5EDT,J1/0,J365/25", b"EST5EDT,J001,J0365",
    b"EST5EDT,M03.2.0,M011.1.0", b"EST5EDT,M3.2.0,M11.1.0x", b"EST5EDT,M3.2.0", b"EST5EDT,M3.2.0,", b"EST5EDT,",
    b"EST5EDTx,M3.2.0,M11.1.0", b"EST5 EDT,M3.2.0,M11.1.0", b"EST+5EDT,M11.1.0,M3.2.0", b"IST-1GMT0,M10.5.0,M3.5.0/1",
    b"IST-2IDT,M3.4.4/26,M10.5.0", b"EST5EDT,M3.5.6,M2.5.6", b"EST05EDT,M3.2.0,M11.1.0",
    b"EST5:00EDT,M3.2.0,M11.1.0", b"EST5:0EDT,M3.2.0,M11.1.0", b"EST5EDT,M3.22.0,M11.1.0", b"EST5EDT,M3.2.00,M11.1.0",
    b"EST5EDT,X3.2.0,M11.1.0", b"EST5EDT,M3.2.0/,M11.1.0", b"\xc3\xa9EST5", b"E T5", b"E-5", b",5", b"EST", b":EST5", b""):
    print(rule, show(answers, rule))
print(show(ZoneInfo.from_file, data(b"", types=(), names=b"")), show(ZoneInfo.from_file, data(b"UTC0", types=(), names=b"")),
      show(ZoneInfo.from_file, data(b"UTC0", (1, 2), (0, 5))), show(ZoneInfo.from_file, io.BytesIO(b"")), show(ZoneInfo.from_file, 5))

# Zones of the database, over the years.
for key in ("America/New_York", "Europe/Dublin", "Australia/Lord_Howe", "Africa/Abidjan", "America/Sao_Paulo", "Asia/Kathmandu",
            "Pacific/Apia", "Africa/Casablanca", "EST5EDT"):
    zone, found = ZoneInfo(key), []
    for year in (1, 1850, 1900, 1950, 1975, 2005, 2020, 2037, 2038, 9998):
        for month in range(1, 13, 2):
            for hour in (0, 1, 2, 13):
                moment = datetime(year, month, 1 + (month * 7 + year) % 28, hour, 30, tzinfo=zone)
                for moment in moment, moment.replace(fold=1):
                    found.append((zone.utcoffset(moment), zone.dst(moment), zone.tzname(moment), moment.isoformat()))
                    if year > 1:
                        there = moment.replace(tzinfo=timezone.utc).astimezone(zone)
                        found.append((there.isoformat(), there.fold))
    print(key, hash(tuple(map(str, found))), found[-3:])

# Answers to odd questions.
utc, york = ZoneInfo("UTC"), ZoneInfo("America/New_York")


class Late(datetime):
    @property
    def hour(self):
        return 99


for question in None, 1, "text", date(1, 1, 1), Late(2020, 3, 8), datetime(2020, 3, 8, tzinfo=utc):
    print([show(getattr(zone, name), question) for zone in (utc, york) for name in ("utcoffset", "dst", "tzname", "fromutc")])
print(repr(Late(2020, 11, 1, 5, 30, tzinfo=timezone.utc).astimezone(york)), time(1, tzinfo=utc), time(1, tzinfo=york), repr(datetime(2020, 11, 1, 1, fold=1, tzinfo=york)))
huge = ZoneInfo.from_file(data(b"", types=((10**6, 0, 0),)))
print(huge.utcoffset(moments[0]), show(moments[0].replace(tzinfo=huge).isoformat))

# Caches, pickles, subclasses.
print(repr(utc), utc, utc.key, show(setattr, utc, "key", 1), weakref.ref(utc)() is utc, show(utc.__reduce__), show(ZoneInfo.no_cache("UTC").__reduce__))
for args in (), (1,), ("Nope/Nope",), ("UTC", 5), ("../x",), ("\ud800",), (None,), ([],):
    print(args, show(ZoneInfo, *args), len(args) == 1 and show(ZoneInfo.no_cache, *args))
print(ZoneInfo("UTC") is utc, ZoneInfo(key="UTC") is utc, ZoneInfo.no_cache("UTC") is utc, copy.copy(utc) is utc, pickle.loads(pickle.dumps(utc)) is utc,
      ZoneInfo._unpickle("UTC", 0) is utc, ZoneInfo._unpickle("UTC", 1) is utc, show(ZoneInfo._unpickle, "UTC", "x"))
for file in ZoneInfo.from_file(data(b"UTC0")), ZoneInfo.from_file(data(b"UTC0"), key="k"):
    print(show(repr, file), show(str, file), file.key, show(pickle.dumps, file))
for only in 5, ["UTC"], ("x", "America/New_York"), [[]], ():
    print(only, show(ZoneInfo.clear_cache, only_keys=only), ZoneInfo("UTC") is utc, ZoneInfo("America/New_York") is york)
    utc, york = ZoneInfo("UTC"), ZoneInfo("America/New_York")
ZoneInfo.clear_cache()
print(ZoneInfo("UTC") is utc, show(delattr, ZoneInfo, "x"))


class Own(ZoneInfo):
    def __init_subclass__(cls, **kwargs):
        print("subclass", kwargs)
        super().__init_subclass__(**kwargs)

    def utcoffset(self, moment):
        return timedelta(hours=12)


class More(Own, option=1):
    pass


own = Own("UTC")
own.attribute = 1
print(Own("UTC") is own, Own("UTC").attribute, repr(own), datetime(2020, 1, 1, tzinfo=own).isoformat(), More("UTC"), list(Own._weak_cache), hasattr(ZoneInfo, "_weak_cache"))
for cache in {}, 5, None:
    Own._weak_cache = cache
    print(cache, show(Own, "UTC"), show(Own.clear_cache))
