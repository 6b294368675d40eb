"""Threads share elements that change while others walk through them, a walk, a builder, and parsers."""
import copy
import threading
import xml.etree.ElementTree as ET

start = threading.Barrier(4)
root = ET.fromstring("<r>" + "<a k='v'>x<b/>y</a>" * 30 + "</r>")
walk = root.iter()
found = []
failed = []
parser = ET.XMLParser()
parser.feed("<r>")
builder = ET.TreeBuilder()
builder.start("r", {})
busy = ET.Element("busy")


def change(number):
    for n in range(40):
        busy.text = str(n)
        busy.set("n", str(number))
        child = ET.SubElement(busy, "c")
        busy.insert(0, ET.Element("d"))
        busy.extend([ET.Element("e"), ET.Element("e")])
        try:
            busy[:2] = [ET.Element("f")]
            busy.remove(child)
            del busy[-1]
        except (ValueError, IndexError):
            pass
        if n % 20 == number:
            busy.clear()


def look(number):
    for n in range(40):
        for element in busy.iter():
            element.tag, element.attrib, element.tail, len(element)
        "".join(busy.itertext()), busy.findall("c"), busy.find("e/x"), busy.keys(), busy.items()
        copy.copy(busy), copy.deepcopy(busy), busy.__getstate__()


def work(number):
    start.wait()
    try:
        found.extend(walk)
        for n in range(50):
            parser.feed(f"<a n='{n}'>text</a>")
            builder.data("x")
        (change if number % 2 else look)(number)
        builder.start("a", {})
        builder.end("a")
    except Exception as error:
        failed.append(error)


threads = [threading.Thread(target=work, args=(n,)) for n in range(4)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
parser.feed("</r>")
document = parser.close()
print(len(found) == len(set(found)) == 61, failed, len(document), {(e.tag, e.text) for e in document}, builder.close().tag)
