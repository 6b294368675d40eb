"""Statements: if, while, for, else clauses, break and continue across try and with, pass, long conditions."""
def classify(n):
    if n < 0: return "neg"
    elif n == 0: return "zero"
    elif n < 10:
        if n % 2: return "small odd"
        else: return "small even"
    else: pass
    return "big"
print([classify(n) for n in (-1, 0, 3, 4, 50)])
def search(m, t):
    for i, row in enumerate(m):
        for j, v in enumerate(row):
            if v == t: break
        else: continue
        break
    else: return None
    return i, j
print(search([[1, 2], [3, 4]], 3), search([[1]], 9))
def wh(n):
    out = []
    while n:
        n -= 1
        if n == 5: continue
        if n == 1: break
        out.append(n)
    else: out.append("else")
    return out
print(wh(8), wh(1), wh(0))
def try_in_loop():
    out = []
    for i in range(6):
        try:
            if i == 1: continue
            if i == 3: raise ValueError
            if i == 5: break
            out.append(i)
        except ValueError:
            out.append("err")
            continue
        else: out.append("else")
        finally: out.append(f"f{i}")
        out.append("end")
    else: out.append("never")
    return out
print(try_in_loop())
class CM:
    def __enter__(self): return self
    def __exit__(self, *a): self.log.append("x")
    log = []
def with_in_loop():
    for i in range(4):
        with CM():
            if i == 0: continue
            if i == 2: return i
print(with_in_loop(), CM.log)
def deep(n):
    for a in range(n):
        while True:
            for b in range(n):
                try:
                    if a == b == 2: return a, b
                    if b > a: break
                finally:
                    if a == 99: break
            break
print(deep(5))
x = 5
print(
    "yes" if x > 3 else "no", "a" if x > 9 else "b" if x > 4 else "c", x > 3 and "t", x < 3 or "o", not x,
    x if x else 0, (x, "one") [x > 5], 0 < x < 10 > 3 != 4, x == 5 == 5.0, 1 < 2 > 1 and not 3 < 2
)
def short(v, log): log.append(v); return v
log = []
short(0, log) and short(1, log)
short(1, log) or short(2, log)
short(3, log) < short(2, log) < short(9, log)
print(log)
i = 0
while True:
    i += 1
    if i > 1000: break
print(i)
total = 0
for i in range(1000):
    for j in range(10):
        if (i + j) % 3 == 0: continue
        total += i * j
        if total % 7 == 0: break
print(total)
for i in range(3): print(i, end=" "); 
else: print("done")
for i in []: pass
print(i)
n = 27
steps = 0
while n != 1: n = n // 2 if n % 2 == 0 else 3 * n + 1; steps += 1
print(steps)
def gen_sw(v):
    return {1: "one", 2: "two"}.get(v, "many")
print(gen_sw(1), gen_sw(5))
assert x == 5, "never"
pass
...
if x: pass
elif y: undefined
else: undefined
def const_folding():
    if 0: return "no"
    while 0: return "no"
    if 1: a = "yes"
    if not 1: a = "no"
    if "": a = "no"
    if __debug__: a += " debug"
    return a, 1 + 2 * 3, "a" + "b", (1, 2)[0], -5, not 0, 2 ** 10, "x" * 3, [1, 2][1], 1 if True else 2, 3 in (1, 3), None is None
print(const_folding())
def ret_none(): return
def ret_nothing(): pass
def ret_finally():
    for x in [1, 2, 3]:
        try: return x
        finally:
            if x == 1: continue
    return "end"
print(ret_none(), ret_nothing(), ret_finally())
def many_returns(a):
    try:
        try: return a()
        except ZeroDivisionError: return "zde"
        finally: a = None
    finally: CM.log.append("out")
print(many_returns(lambda: 1), many_returns(lambda: 1 / 0), len(CM.log))
def loop_var_closure(): return [f() for f in [(lambda: k) for k in range(3)]]
print(loop_var_closure())
r = range(3)
for a, b in zip(r, r[1:]): print(a, b, end=";")
for a in r:
    for a in "xy": pass
    print(a, end=" ")
print(a)
d = dict.fromkeys(r)
for k in list(d): del d[k]
print(d)
