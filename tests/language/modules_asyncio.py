"""_asyncio by way of asyncio: futures, tasks, cancellation, what is said when they are used wrongly."""
import asyncio
import contextvars
import gc

import _asyncio


def attempt(function, *args, **kwargs):
    try:
        print(function(*args, **kwargs))
    except BaseException as error:
        print(type(error).__name__, error)


async def value(x, delay=0):
    await asyncio.sleep(delay)
    return x


async def fails():
    await asyncio.sleep(0)
    raise KeyError("fails")


async def main():
    loop = asyncio.get_running_loop()
    print(await asyncio.gather(*[value(i, 0.001 * (3 - i)) for i in range(3)]), _asyncio.get_running_loop() is loop)
    print(await asyncio.gather(fails(), value(1), return_exceptions=True))

    # Futures.
    f = loop.create_future()
    called = []
    f.add_done_callback(called.append)
    f.add_done_callback(print)
    f.add_done_callback(lambda future: called.append("second"))
    print(f.remove_done_callback(print), len(f._callbacks), f._state, f.done())
    attempt(f.result)
    attempt(f.exception)
    f.set_result(5)
    attempt(f.set_result, 6)
    print(f.result(), f.exception(), f.done(), f.cancelled(), f._callbacks, await f)
    await asyncio.sleep(0)
    print(called == [f, "second"], f)
    f = loop.create_future()
    attempt(f.set_exception, StopIteration)
    attempt(f.set_exception, 5)
    f.set_exception(ValueError)
    attempt(f.result)
    print(repr(f.exception()), f)
    f = loop.create_future()
    print(f.cancel("why"), f.cancel(), f.cancelled(), f._cancel_message)
    attempt(f.result)
    attempt(asyncio.Future.result, asyncio.Future.__new__(asyncio.Future))
    iterator = iter(loop.create_future())
    print(next(iterator)._asyncio_future_blocking)
    attempt(next, iterator)
    attempt(iterator.throw, KeyError, "thrown")

    # Tasks.
    t = asyncio.create_task(value("named"), name="island")
    print(t.get_name(), t.get_coro().__name__, t._fut_waiter, t in asyncio.all_tasks(), asyncio.current_task() is t)
    print(await t, t.get_stack())
    attempt(t.set_result, 1)
    attempt(t.set_exception, 1)
    attempt(asyncio.Task, 5, loop=loop)
    t = asyncio.create_task(asyncio.sleep(10))
    await asyncio.sleep(0)
    print(t.cancel("enough"), t.cancelling(), t.uncancel(), t.cancelling())
    try:
        await t
    except asyncio.CancelledError as error:
        print("cancelled", error.args, t.cancelled(), t.cancel())

    async def stubborn():
        try:
            await asyncio.sleep(10)
        except asyncio.CancelledError:
            return "stays"

    t = asyncio.create_task(stubborn())
    await asyncio.sleep(0)
    t.cancel()
    print(await t, t.cancelled())
    t = asyncio.create_task(value(1))
    t.cancel()
    attempt(await asyncio.wait([t]) and t.result)

    class Bad:
        def __await__(self):
            yield 5

    class Itself:
        def __await__(self):
            t._asyncio_future_blocking = True
            yield t

    async def wait(x):
        await x

    for bad in (Bad(), Itself()):
        t = asyncio.create_task(wait(bad))
        await asyncio.wait([t])
        print(str(t.exception())[:40])

    class Like:
        """A coroutine by its methods, and no iterator."""
        def send(self, sent):
            raise StopIteration(42)

        def throw(self, *exception):
            pass

        def close(self):
            pass

        def __await__(self):
            return self

    print(await asyncio.Task(Like(), loop=loop))

    class Noticed(asyncio.Future):
        """Its own methods are called."""
        def add_done_callback(self, *args, **kwargs):
            print("added")
            super().add_done_callback(*args, **kwargs)

    noticed = Noticed(loop=loop)
    loop.call_soon(noticed.set_result, 1)
    print(await asyncio.create_task(wait(noticed)))

    # Contexts.
    variable = contextvars.ContextVar("variable", default=0)

    async def change(n):
        variable.set(n)
        await asyncio.sleep(0)
        return variable.get()

    print(await asyncio.gather(change(1), change(2)), variable.get())
    try:
        async with asyncio.timeout(0.001):
            await asyncio.sleep(10)
    except TimeoutError:
        print("timeout")
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(value(i)) for i in range(3)]
    print([task.result() for task in tasks])
    print(await asyncio.to_thread(lambda: "thread"), await loop.run_in_executor(None, pow, 2, 10))

    # What nobody looks at is told to the loop.
    told = []
    loop.set_exception_handler(lambda loop, context: told.append(context["message"]))
    f = loop.create_future()
    f.set_exception(KeyError(1))
    del f
    gc.collect()
    print(told)


asyncio.run(main())
attempt(_asyncio.get_running_loop)
print(_asyncio._get_running_loop(), asyncio.Task is _asyncio.Task, asyncio.Task.__mro__)


class Loop:
    """The least of a loop."""
    def get_debug(self):
        return False

    def call_soon(self, callback, *args, context=None):
        print("call_soon", len(args), context is not None)


f = asyncio.Future(loop=Loop())
f.attribute = 1
f.add_done_callback(print)
f.set_result(None)
print(f.attribute, f.get_loop().__class__.__name__)
attempt(_asyncio._enter_task, 1, 2)
attempt(_asyncio._enter_task, 1, 3)
attempt(_asyncio._leave_task, 1, 3)
attempt(_asyncio._leave_task, 1, 2)
