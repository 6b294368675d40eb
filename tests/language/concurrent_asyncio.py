"""Futures beside other threads: ended by several, given callbacks meanwhile; a loop in each thread."""
import asyncio
import threading

import _asyncio


class Loop:
    """Calls at once."""
    def get_debug(self):
        return False

    def call_soon(self, callback, *args, context=None):
        callback(*args)


def run(*functions):
    threads = [threading.Thread(target=function) for function in functions]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


loop = Loop()
lost = ended = 0
for _ in range(40):
    future = _asyncio.Future(loop=loop)
    calls, wins = [], []

    def end(x):
        try:
            future.set_result(x)
            wins.append(x)
        except asyncio.InvalidStateError:
            pass

    def cancel():
        if future.cancel():
            wins.append("cancel")

    def add():
        for i in range(5):
            future.add_done_callback(lambda f: calls.append(f.done()))
            future.remove_done_callback(print)
            future._callbacks, repr(future)

    run(lambda: end(1), lambda: end(2), cancel, add)
    ended += len(wins)
    lost += 5 - len(calls)
print(ended, lost)


async def main(n):
    async def value(i):
        await asyncio.sleep(0)
        return i

    return sum(await asyncio.gather(*[value(i) for i in range(n)]))


results = []
run(*[lambda: results.append(asyncio.run(main(50))) for _ in range(3)])
print(results)
