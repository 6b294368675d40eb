"""Patterns shared by threads, an iterator that several threads drain, and matches without end that a signal stops."""
import re
import signal
import threading

text = 'alpha beta 12 gamma 345 delta ' * 40
pattern = re.compile(r'(?P<word>[a-z]+)\s+(?P<number>\d+)?(?:(?:x|y)z?)*')
words = pattern.findall(text)
turned = pattern.sub(lambda m: m['word'][::-1], text)
iterator = pattern.finditer(text)
wrong, found = [], []


def work(own):
    for i in range(10):
        if pattern.findall(text) != words or pattern.sub(lambda m: m['word'][::-1], text) != turned:
            wrong.append(i)
        m = re.compile('x%d((?:a|b)*)c' % (i % 7)).search('--x3' + 'ab' * 200 + 'c')
        if (m is None) != (i % 7 != 3):
            wrong.append(m)
        if len(bytes(re.sub(b'a+', b'-', bytearray(b'baab' * own)))) != 3 * own:
            wrong.append(own)
    while True:
        try:
            found.append(next(iterator).span())
        except ValueError:  # another thread is at it
            continue
        except StopIteration:
            break


threads = [threading.Thread(target=work, args=(n,)) for n in range(1, 5)]
for t in threads:
    t.start()
for t in threads:
    t.join()
print(wrong, len(found), sorted(found) == [m.span() for m in pattern.finditer(text)])


def late(number, frame):
    raise TimeoutError('late')


signal.signal(signal.SIGALRM, late)
for source, subject in (('(a+)+b', 'a' * 60), ('(?:(?:a|aa)+)+?b', 'a' * 60), ('.*x.*y.*z', 'ax' * 100000)):
    signal.setitimer(signal.ITIMER_REAL, 0.05)
    try:
        print(re.search(source, subject))
    except TimeoutError as error:
        print(source, error)
    signal.setitimer(signal.ITIMER_REAL, 0)
