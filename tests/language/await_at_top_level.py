"""Modules compiled with PyCF_ALLOW_TOP_LEVEL_AWAIT are coroutines when they await."""
import types
class A:
    def __init__(s,n): s.n=n
    def __aiter__(s): s.i=0; return s
    async def __anext__(s):
        if s.i>=s.n: raise StopAsyncIteration
        s.i+=1; return s.i
    async def __aenter__(s): return 5
    async def __aexit__(s,*a): return None
    def __await__(s): yield from (); return s.n
def drive(c):
    try:
        while 1: c.send(None)
    except StopIteration as e: return e.value
for mode in ("exec",):
  for src in ('a = await A(1)','a = [x async for x in A(2)]\na=a[1]' if mode=='exec' else 'a = [x async for x in A(2)]','async for x in A(3): a=x','async with A(1) as b: a=b','a = {x async for x in A(2)}; b = 1', 'a = sum([x async for x in A(3)])', 'a = lambda: [x for x in 1]; await A(2)','a=1'):
    co=compile(src,'?',mode,0x2000)
    ns={'A':A}
    print(co.co_flags&0x80, src)
    r=eval(co,ns)
    if r is not None: print(type(r), drive(r))
    print(ns['a'] if not callable(ns['a']) else 'f')
    ns={'A':A}
    r=types.FunctionType(co,ns)()
    if r is not None: print(type(r), drive(r))
    print(ns['a'] if not callable(ns['a']) else 'f')
for src in ('def f(): await a','[x async for x in (y for y in z)]','lambda: (await x)','class C: await x', 'class C:\n async with a: pass','yield 1', 'yield from x'):
    try: print(compile(src,'?','exec',0x2000).co_flags)
    except SyntaxError as e: print(e)
