"""What the C modules beneath the standard library do, in small: each case is one module at one kind of work.

    library.py [--calls N] [CASE...]

A case is made once and called again and again; the figure is the processor time of one call, in seconds, the least of
several batches. Prints a line for each case: name, seconds, and a number made of what the call returned, which has to
be the same under every interpreter. With --calls a case is called so often and nothing is timed (for profilers).
"""

import functools
import sys
import zlib
from time import process_time

CASES = {}
BATCH = 0.02
BATCHES = 3


def case(function):
    CASES[function.__name__] = function
    return function


def records(count):
    """Rows as programs have them: numbers, texts, flags, lists, nothing."""
    return [
        {
            "id": i * 7919,
            "name": f"user number {i}",
            "price": i * 1.25 + 0.1,
            "active": i % 3 == 0,
            "tags": ["red", "green", f"t{i % 10}"],
            "note": None if i % 4 else 'with "quotes" and \u00e9\n',
        }
        for i in range(count)
    ]


# ------------------------------------------------------------------------------------------------- json, csv, pickle


@case
def json_dumps():
    import json

    data = records(100)
    return lambda: json.dumps(data)


@case
def json_dumps_indent():
    import json

    data = records(30)
    return lambda: json.dumps(data, indent=2, sort_keys=True)


@case
def json_loads():
    import json

    text = json.dumps(records(100))
    return lambda: json.loads(text)


@case
def csv_read():
    import csv
    import io

    text = "".join(f'{i},"name, {i}",{i * 1.5},x\r\n' for i in range(300))
    return lambda: [row for row in csv.reader(io.StringIO(text, newline=""))]


@case
def csv_dict_read():
    import csv
    import io

    text = "id,name,price,flag\r\n" + "".join(f'{i},"name, {i}",{i * 1.5},x\r\n' for i in range(100))
    return lambda: [row["name"] for row in csv.DictReader(io.StringIO(text, newline=""))]


@case
def csv_write():
    import csv
    import io

    rows = [(i, f"name, {i}", i * 1.5, None, 'a "b"') for i in range(300)]

    def work():
        file = io.StringIO(newline="")
        csv.writer(file).writerows(rows)
        return file.getvalue()

    return work


class Point:
    def __init__(self, x, y):
        self.x = x
        self.y = y

    def __eq__(self, other):
        return (self.x, self.y) == (other.x, other.y)


class Reduced:
    def __init__(self, x):
        self.x = x

    def __reduce__(self):
        return Reduced, (self.x,)


def pickled(data):
    import pickle

    return lambda: pickle.dumps(data)


def unpickled(data):
    import pickle

    text = pickle.dumps(data)

    def work():
        found = pickle.loads(text)
        return found == data

    return work


@case
def pickle_dumps_records():
    return pickled(records(100))


@case
def pickle_dumps_ints():
    return pickled(list(range(0, 3000000, 1000)))


@case
def pickle_dumps_floats():
    return pickled([i * 1.1 for i in range(3000)])


@case
def pickle_dumps_strs():
    return pickled([f"word {i}" for i in range(2000)])


@case
def pickle_dumps_tuples():
    return pickled([(i, f"w{i}", (i, None)) for i in range(700)])


@case
def pickle_dumps_dict():
    return pickled({f"key{i}": i for i in range(1500)})


@case
def pickle_dumps_objects():
    return pickled([Point(i, str(i)) for i in range(300)])


@case
def pickle_dumps_reduced():
    made = [Reduced(i) for i in range(300)]
    return pickled(made)


@case
def pickle_dumps_small():
    import pickle

    data = {"a": 1, "b": [1, 2, 3], "c": "text"}

    def work():
        for _ in range(100):
            found = pickle.dumps(data)
        return found

    return work


@case
def pickle_dumps_protocol_0():
    import pickle

    data = records(50)
    return lambda: pickle.dumps(data, 0)


@case
def pickle_loads_records():
    return unpickled(records(100))


@case
def pickle_loads_ints():
    return unpickled(list(range(0, 3000000, 1000)))


@case
def pickle_loads_strs():
    return unpickled([f"word {i}" for i in range(2000)])


@case
def pickle_loads_objects():
    return unpickled([Point(i, str(i)) for i in range(300)])


@case
def pickle_loads_small():
    import pickle

    text = pickle.dumps({"a": 1, "b": [1, 2, 3], "c": "text"})

    def work():
        for _ in range(100):
            found = pickle.loads(text)
        return found

    return work


@case
def copy_deepcopy():
    import copy

    data = records(10)
    return lambda: copy.deepcopy(data)


# ------------------------------------------------------------------------------------------------- text, streams


def text_file(line):
    import tempfile

    file = tempfile.NamedTemporaryFile("w+", encoding="utf-8")
    file.writelines(line for _ in range(3000))
    file.flush()
    return file


def lines_of(line):
    kept = text_file(line)

    def read():
        with open(kept.name, encoding="utf-8") as f:
            return sum(len(line) for line in f)

    return read


@case
def io_lines():
    return lines_of("a line of the file with some text\n")


@case
def io_lines_not_ascii():
    return lines_of("eine Zeile für die Datei, mit größerem Text\n")


@case
def io_readline():
    kept = text_file("a line of the file with some text\n")

    def read():
        count = 0
        with open(kept.name, encoding="utf-8") as f:
            while f.readline():
                count += 1
        return count

    return read


@case
def io_print():
    def write():
        with open("/dev/null", "w", encoding="utf-8") as f:
            for i in range(500):
                print("line", i, file=f)
        return i

    return write


@case
def text_replace():
    text = "hello abc, " * 500
    return lambda: (text.replace("a", "b"), text.replace("abc", "xyzzy"), text.replace("l", "ж"))


@case
def text_split():
    text = "hello abc, " * 500
    return lambda: (len(text.split(",")), len(text.split(", ")), text.count("l"), text.count("abc"))


@case
def text_translate():
    text, table = "hello abc, " * 500, str.maketrans("abc", "xyz", "l")
    return lambda: text.translate(table)


@case
def text_decode():
    texts = [("ж" * every + "hello world ") * 300 for every in (1, 9)]
    known = [(text.encode(name), name) for text in texts for name in ("utf-8", "utf-16", "utf-32")]
    return lambda: sum(len(data.decode(name)) for data, name in known)


@case
def text_encode():
    texts = [("ж" * every + "hello world ") * 300 for every in (1, 9)]
    return lambda: sum(len(text.encode(name)) for text in texts for name in ("utf-8", "utf-16", "utf-32"))


# ------------------------------------------------------------------------------------------- struct, random, array


@case
def struct_pack():
    import struct

    def work():
        for i in range(500):
            found = struct.pack("<IHhQd", i, 7, -7, i << 32, 1.5)
        return found

    return work


@case
def struct_unpack():
    import struct

    text = struct.pack("<IHhQd", 123456, 7, -7, 1 << 32, 1.5)
    one = struct.Struct("<IHhQd")

    def work():
        for _ in range(500):
            found = one.unpack(text)
        return found, struct.unpack("<IHhQd", text)

    return work


@case
def struct_unpack_from():
    import struct

    text = struct.pack("<IHhQd", 123456, 7, -7, 1 << 32, 1.5) * 10

    def work():
        for i in range(500):
            found = struct.unpack_from("<IHhQd", text, i % 10 * 24)
        return found

    return work


@case
def struct_iter_unpack():
    import struct

    text = struct.pack("<IHhQd", 123456, 7, -7, 1 << 32, 1.5) * 1000
    return lambda: sum(row[0] for row in struct.iter_unpack("<IHhQd", text))


@case
def random_random():
    import random

    def work():
        draw = random.Random(1).random
        for _ in range(2000):
            draw()
        return draw()

    return work


@case
def random_randrange():
    import random

    def work():
        draw = random.Random(1)
        return [draw.randrange(1000) for _ in range(500)][-1]

    return work


@case
def random_shuffle():
    import random

    def work():
        data = list(range(500))
        random.Random(1).shuffle(data)
        return data

    return work


@case
def random_gauss():
    import random

    def work():
        draw = random.Random(1)
        return [draw.gauss(0, 1) for _ in range(300)][-1], draw.choice("abc"), draw.sample(range(100), 10)

    return work


@case
def array_items():
    import array

    def work():
        data = array.array("l", range(1000))
        for i in range(1000):
            data[i] += i
        return sum(data)

    return work


@case
def array_append():
    import array

    def work():
        data = array.array("d")
        for i in range(1000):
            data.append(i)
        return data.tolist()[-1], len(data.tobytes())

    return work


@case
def array_whole():
    import array

    data = array.array("i", range(3000))

    def work():
        other = array.array("i", data.tobytes())
        other.extend(data)
        other.reverse()
        return other.index(5), other.count(7), other == data, len(other[10:2000] + data)

    return work


# ------------------------------------------------------------------------------------------------------ dates, zones


@case
def datetime_date_plus():
    import datetime

    day, step = datetime.date(2020, 1, 1), datetime.timedelta(days=1)

    def work():
        found = day
        for _ in range(1000):
            found = found + step
        return found

    return work


@case
def datetime_plus_timedelta():
    import datetime

    begin, step = datetime.datetime(2020, 1, 1), datetime.timedelta(hours=7, seconds=3)

    def work():
        found = begin
        for _ in range(1000):
            found = found + step
        return found, (found - begin).total_seconds()

    return work


@case
def datetime_make():
    import datetime

    def work():
        make = datetime.datetime
        return [make(2020, 1 + i % 12, 1 + i % 28, i % 24, 5, 6, i) for i in range(500)][-1]

    return work


@case
def datetime_compare():
    import datetime

    days = [datetime.datetime(2020, 1 + i * 7 % 12, 1 + i % 28) for i in range(500)]
    return lambda: (sorted(days)[0], max(days), len(set(days)))


@case
def datetime_text():
    import datetime

    days = [datetime.datetime(2020, 1 + i * 7 % 12, 1 + i % 28, 1, 2, 3, 4) for i in range(200)]
    return lambda: [datetime.datetime.fromisoformat(day.isoformat()) for day in days][-1]


@case
def datetime_strftime():
    import datetime

    days = [datetime.datetime(2020, 1 + i * 7 % 12, 1 + i % 28, 1, 2, 3, 4) for i in range(100)]
    return lambda: [day.strftime("%Y-%m-%d %H:%M:%S") for day in days][-1]


@case
def datetime_fields():
    import datetime

    day = datetime.datetime(2020, 2, 3, 4, 5, 6, tzinfo=datetime.timezone.utc)

    def work():
        total = 0
        for _ in range(300):
            total += day.year + day.month + day.hour + day.weekday() + day.toordinal()
            day.replace(hour=3)
        return total, day.timestamp(), str(day.utcoffset()), day.timetuple()[:6]

    return work


@case
def datetime_timedelta():
    import datetime

    one, two = datetime.timedelta(1, 2, 3), datetime.timedelta(seconds=77)

    def work():
        for _ in range(300):
            found = (one + two) * 3 - two
        return found, found / two, found // two, abs(-found), one < two

    return work


@case
def zoneinfo_load():
    import zoneinfo

    return lambda: str([zoneinfo.ZoneInfo.no_cache(key) for key in ("Europe/Berlin", "America/New_York")][0])


@case
def zoneinfo_convert():
    import datetime
    import zoneinfo

    zone, day = zoneinfo.ZoneInfo("Europe/Berlin"), datetime.datetime(2020, 7, 1, tzinfo=datetime.timezone.utc)

    def work():
        for i in range(300):
            found = day.astimezone(zone)
            found.utcoffset()
        return found

    return work


# ---------------------------------------------------------------------------------------------------------------- xml


def document(rows=150):
    return (
        "<root>"
        + "".join(
            f'<item id="{i}" kind="k{i % 5}"><name>name {i}</name><value>{i * 3}</value>tail &amp; text</item>\n'
            for i in range(rows)
        )
        + "</root>"
    )


@case
def xml_parse():
    from xml.etree import ElementTree

    text = document()
    return lambda: len(ElementTree.fromstring(text))


@case
def xml_iter():
    from xml.etree import ElementTree

    root = ElementTree.fromstring(document())
    return lambda: (sum(1 for _ in root.iter()), sum(len(e.text) for e in root.iter("name")))


@case
def xml_itertext():
    from xml.etree import ElementTree

    root = ElementTree.fromstring(document())
    return lambda: "".join(root.itertext())


@case
def xml_find():
    from xml.etree import ElementTree

    root = ElementTree.fromstring(document())

    def work():
        found = [(e.find("value").text, e.findtext("name"), e.get("id")) for e in root]
        return found[-1], len(root.findall("item")), root.find("missing")

    return work


@case
def xml_find_path():
    from xml.etree import ElementTree

    root = ElementTree.fromstring(document())
    return lambda: (len(root.findall("./item/name")), len(root.findall(".//value")), len(root.findall("item[@kind='k1']")))


@case
def xml_tostring():
    from xml.etree import ElementTree

    root = ElementTree.fromstring(document())
    return lambda: ElementTree.tostring(root, encoding="unicode")


@case
def xml_build():
    from xml.etree import ElementTree

    def work():
        root = ElementTree.Element("root")
        for i in range(300):
            item = ElementTree.SubElement(root, "item", id=str(i))
            item.text = "text"
            item.set("kind", "k")
            item.append(ElementTree.Element("leaf"))
        return len(root), len(root[5]), root[7].attrib

    return work


# ----------------------------------------------------------------------------------------------------------------- io


@case
def stringio_write():
    import io

    def work():
        file = io.StringIO()
        write = file.write
        for i in range(1000):
            write("some text")
        return file.getvalue()

    return work


@case
def stringio_read():
    import io

    text = "a line of some length\n" * 500
    return lambda: (sum(len(line) for line in io.StringIO(text)), len(io.StringIO(text).readline()))


@case
def bytesio_write():
    import io

    def work():
        file = io.BytesIO()
        for i in range(1000):
            file.write(b"some text")
        return file.getvalue()

    return work


# ------------------------------------------------------------------------------------------------------------ decimal


@case
def decimal_add():
    from decimal import Decimal

    one, two = Decimal("1.1"), Decimal("22.75")

    def work():
        total = Decimal(0)
        for _ in range(500):
            total += one * two
        return total

    return work


@case
def decimal_divide():
    from decimal import Decimal

    numbers = [Decimal(i) for i in range(1, 300)]
    return lambda: [n / 7 for n in numbers][-1]


@case
def decimal_power():
    from decimal import Decimal

    numbers = [Decimal(i) / 10 for i in range(1, 100)]
    return lambda: ([n**2 for n in numbers][-1], [n**7 for n in numbers][-1])


@case
def decimal_sqrt():
    from decimal import Decimal

    numbers = [Decimal(i) for i in range(1, 100)]
    return lambda: [n.sqrt() for n in numbers][-1]


@case
def decimal_exp_ln():
    from decimal import Decimal

    numbers = [Decimal(i) / 7 for i in range(1, 20)]
    return lambda: ([n.exp() for n in numbers][-1], [n.ln() for n in numbers][-1], numbers[3] ** numbers[4])


@case
def decimal_text():
    from decimal import Decimal

    texts = [f"{i}.{i * 7}" for i in range(300)]
    return lambda: [str(Decimal(text)) for text in texts][-1]


@case
def decimal_quantize():
    from decimal import ROUND_HALF_EVEN, Decimal

    prices, cent = [Decimal(i) / 7 for i in range(200)], Decimal("0.01")
    return lambda: [str(price.quantize(cent, ROUND_HALF_EVEN)) for price in prices][-1]


@case
def decimal_telco():
    from decimal import ROUND_DOWN, ROUND_HALF_EVEN, Context, Decimal, setcontext

    calls = [i * i * 37 % 50000 for i in range(300)]

    def work():
        setcontext(Context(prec=28, rounding=ROUND_HALF_EVEN))
        rates = [Decimal("0.0013"), Decimal("0.00894")]
        base, distance, cent = Decimal("0.0675"), Decimal("0.0341"), Decimal("0.01")
        total_price = total_base = total_distance = Decimal("0.00")
        written = []
        for seconds in calls:
            kind = seconds & 1
            price = (Decimal(seconds) * rates[kind]).quantize(cent, ROUND_HALF_EVEN)
            tax = (price * base).quantize(cent, ROUND_DOWN)
            total_base += tax
            total = price + tax
            if kind:
                more = (price * distance).quantize(cent, ROUND_DOWN)
                total_distance += more
                total += more
            total_price += total
            written.append(str(total))
        return total_price, total_base, total_distance, written[-1]

    return work


@case
def decimal_pi():
    from decimal import Decimal, getcontext, localcontext

    def work():
        with localcontext() as context:
            context.prec = 102
            three = Decimal(3)
            last, t, s, n, na, d, da = 0, three, 3, 1, 0, 0, 24
            while s != last:
                last = s
                n, na = n + na, na + 8
                d, da = d + da, da + 32
                t = (t * n) / d
                s += t
            getcontext().prec -= 2
            return +s

    return work


@case
def decimal_pi_long():
    """The same by another way with 10,000 digits: the arithmetic and geometric mean."""
    from decimal import Decimal, localcontext

    def work():
        with localcontext() as context:
            context.prec = 10010
            a, b, t, p = Decimal(1), 1 / Decimal(2).sqrt(), Decimal("0.25"), 1
            for _ in range(13):
                middle = (a + b) / 2
                b = (a * b).sqrt()
                t -= p * (a - middle) * (a - middle)
                a = middle
                p *= 2
            found = (a + b) * (a + b) / (4 * t)
            context.prec = 10000
            return +found

    return work


@case
def decimal_pi_digits():
    """The documentation's recipe with 1,000 digits."""
    from decimal import Decimal, localcontext

    def work():
        with localcontext() as context:
            context.prec = 1002
            last, t, s, n, na, d, da = 0, Decimal(3), 3, 1, 0, 0, 24
            while s != last:
                last = s
                n, na = n + na, na + 8
                d, da = d + da, da + 32
                t = (t * n) / d
                s += t
            context.prec -= 2
            return +s

    return work


# ------------------------------------------------------------------------------------------------------------- ctypes


@case
def ctypes_call():
    import ctypes

    absolute = ctypes.CDLL(None).abs

    def work():
        total = 0
        for i in range(300):
            total += absolute(-i)
        return total

    return work


@case
def ctypes_call_typed():
    import ctypes

    length = ctypes.CDLL(None)["strlen"]
    length.argtypes, length.restype = [ctypes.c_char_p], ctypes.c_size_t

    def work():
        total = 0
        for _ in range(300):
            total += length(b"some text")
        return total

    return work


@case
def ctypes_fields():
    import ctypes

    class Pair(ctypes.Structure):
        _fields_ = [("x", ctypes.c_int), ("y", ctypes.c_double)]

    pair = Pair(1, 2.0)

    def work():
        for i in range(300):
            pair.x = i
            pair.y = pair.x + 0.5
        return pair.x, pair.y

    return work


@case
def ctypes_array():
    import ctypes

    def work():
        data = (ctypes.c_int * 300)()
        for i in range(300):
            data[i] = i
        return sum(data), data[5:8]

    return work


@case
def ctypes_objects():
    import ctypes

    def work():
        for i in range(200):
            number = ctypes.c_int(i)
            found = ctypes.pointer(number)[0], ctypes.sizeof(number), number.value
        return found

    return work


# --------------------------------------------------------------------------------------------------- encoders and ssl


ENCODED = {
    "shift_jis": "日本語のテキスト and ascii ",
    "euc_jp": "日本語のテキスト and ascii ",
    "iso2022_jp": "日本語のテキスト and ascii ",
    "gb18030": "中文文本 and ascii ",
    "gbk": "中文文本 and ascii ",
    "big5": "中文文本 and ascii ",
    "euc_kr": "한국어 텍스트 and ascii ",
}


def encoded(name):
    text = ENCODED[name] * 100
    return lambda: (text.encode(name), len(text.encode(name).decode(name)))


CASES.update({f"encode_{name}": functools.partial(encoded, name) for name in ENCODED})


def tls_pair():
    import ssl
    import subprocess
    import tempfile

    with tempfile.NamedTemporaryFile(suffix=".pem") as file:
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost"]
            + ["-keyout", file.name, "-out", file.name + ".crt"],
            check=True,
            capture_output=True,
        )
        server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        server.load_cert_chain(file.name + ".crt", file.name)
        import os

        os.remove(file.name + ".crt")
    client = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    client.check_hostname = False
    client.verify_mode = ssl.CERT_NONE
    one, two = ssl.MemoryBIO(), ssl.MemoryBIO()
    ours = client.wrap_bio(one, two)
    theirs = server.wrap_bio(two, one, server_side=True)
    waiting = {ours, theirs}
    while waiting:
        for side in list(waiting):
            try:
                side.do_handshake()
                waiting.remove(side)
            except ssl.SSLWantReadError:
                pass
    return ours, theirs


@case
def ssl_small_writes():
    ours, theirs = tls_pair()

    def work():
        for _ in range(200):
            ours.write(b"some text")
        found = b""
        while len(found) < 1800:
            found += theirs.read(4096)
        return found

    return work


# ------------------------------------------------------------------------------------------------------------ asyncio


def loop_case(coroutine):
    import asyncio
    import atexit

    loop = asyncio.new_event_loop()
    atexit.register(loop.close)
    return lambda: loop.run_until_complete(coroutine())


@case
def asyncio_sleep_zero():
    import asyncio

    async def work():
        for _ in range(200):
            await asyncio.sleep(0)

    return loop_case(work)


@case
def asyncio_switch():
    import asyncio

    async def step(count):
        for _ in range(count):
            await asyncio.sleep(0)
        return count

    async def work():
        return await asyncio.gather(*[step(20) for _ in range(20)])

    return loop_case(work)


@case
def asyncio_gather():
    import asyncio

    async def step(i):
        return i

    async def work():
        return sum(await asyncio.gather(*[step(i) for i in range(100)]))

    return loop_case(work)


@case
def asyncio_tasks():
    import asyncio

    async def step(i):
        return i

    async def work():
        total = 0
        for i in range(50):
            total += await asyncio.create_task(step(i))
        return total

    return loop_case(work)


@case
def asyncio_call_soon():
    import asyncio

    async def work():
        loop = asyncio.get_running_loop()
        done = loop.create_future()
        seen = []
        for i in range(200):
            loop.call_soon(seen.append, i)
        loop.call_soon(done.set_result, 5)
        await done
        return len(seen)

    return loop_case(work)


@case
def asyncio_futures():
    import asyncio

    async def work():
        loop = asyncio.get_running_loop()
        total = 0
        for i in range(100):
            future = loop.create_future()
            future.add_done_callback(lambda done: None)
            future.set_result(i)
            total += await future
        return total

    return loop_case(work)


@case
def asyncio_queue():
    import asyncio

    async def work():
        queue = asyncio.Queue(5)

        async def produce():
            for i in range(100):
                await queue.put(i)
            await queue.put(None)

        task = asyncio.create_task(produce())
        total = 0
        while (item := await queue.get()) is not None:
            total += item
        await task
        return total

    return loop_case(work)


@case
def asyncio_await_chain():
    import asyncio

    async def deep(n):
        if n:
            return await deep(n - 1) + 1
        await asyncio.sleep(0)
        return 0

    async def work():
        return [await deep(20) for _ in range(20)][-1]

    return loop_case(work)


@case
def asyncio_streams():
    import asyncio

    async def echo(reader, writer):
        while line := await reader.readline():
            writer.write(line)
            await writer.drain()
        writer.close()

    async def work():
        server = await asyncio.start_server(echo, "127.0.0.1", 0)
        reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
        for i in range(50):
            writer.write(b"some line\n")
            found = await reader.readline()
        writer.close()
        await writer.wait_closed()
        server.close()
        await server.wait_closed()
        return found

    return loop_case(work)


# ---------------------------------------------------------------------------------------------------------------------


def measure(function):
    """Seconds of one call, and what it returned."""
    result, calls = function(), 1
    best = None
    batches = 0
    while batches < BATCHES:
        start = process_time()
        for _ in range(calls):
            function()
        taken = process_time() - start
        if taken < BATCH:
            calls *= 2
            continue
        best = taken / calls if best is None else min(best, taken / calls)
        batches += 1
    return best, result


def main():
    arguments = sys.argv[1:]
    calls = 0
    if arguments[:1] == ["--calls"]:
        calls, arguments = int(arguments[1]), arguments[2:]
    for name in arguments or CASES:
        function = CASES[name]()
        if calls:
            for _ in range(calls):
                function()
            continue
        seconds, result = measure(function)
        shown = result if isinstance(result, bytes) else repr(result).encode()
        print(f"{name} {seconds:.9f} {zlib.crc32(shown)}", flush=True)


if __name__ == "__main__":
    main()
