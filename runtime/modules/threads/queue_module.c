/*
 * The _queue module: SimpleQueue, an unbounded first-in, first-out queue.
 *
 * The items are in a deque, whose append and popleft are single steps. `waiting` counts threads that sleep or are about
 * to; a getter looks again after it has announced itself, so no item is overlooked.
 */
#include "runtime/modules/collections/deque.h"
#include "runtime/modules/importing/import.h"
#include "runtime/modules/module.h"
#include "threads/contention.h"

#include <errno.h>
#include <math.h>
#include <stddef.h>
#include <time.h>

struct simple_queue {
    struct object header;
    value_slot items;       /* a deque; constant */
    _Atomic uint32_t turns; /* changes with every put: what getters sleep on */
    _Atomic uint32_t waiting;
};
#define SELF(v) ((struct simple_queue *)(v))
static struct type *queue_type;
static value_slot empty_type;

static int64_t now_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static value queue_put(value v, const value *args)
{
    value done = call_method_1(slot_peek(&SELF(v)->items), NAME(append), args[0]);
    if (!done)
        return NULL;
    atomic_fetch_add(&SELF(v)->turns, 1);
    if (atomic_load(&SELF(v)->waiting))
        thread_unpark(&SELF(v)->turns, 1);
    return done;
}
static value queue_put_nowait(value v, const value *args)
{
    return queue_put(v, args);
}

/* The first item, VALUE_MISSING when there is none. */
static value take(value v)
{
    value item = call_method_0(slot_peek(&SELF(v)->items), NAME(popleft));
    if (item || !error_matches(EXC(IndexError)))
        return item;
    error_clear();
    return VALUE_MISSING;
}
static value raise_empty(void)
{
    value type = atomic_load(&empty_type), exception = call_0(type);
    if (exception)
        raise_exception(exception);
    value_dec(exception);
    return NULL;
}

static value get_until(value v, int64_t deadline /* < 0: for ever; 0: do not wait */)
{
    struct simple_queue *q = SELF(v);
    value item = take(v);
    while (item == VALUE_MISSING) {
        int64_t left = deadline < 0 ? -1 : deadline ? deadline - now_ns() : 0;
        if (deadline >= 0 && left <= 0)
            return raise_empty();
        atomic_fetch_add(&q->waiting, 1);
        uint32_t turn = atomic_load(&q->turns);
        item = take(v);
        int outcome = 0;
        if (item == VALUE_MISSING) {
            int64_t contended = contention_begin();
            thread_enter_blocking();
            outcome = thread_park(&q->turns, turn, left);
            thread_leave_blocking();
            contention_end(CONTENTION_EVENT, value_object(v), contended);
        }
        atomic_fetch_sub(&q->waiting, 1);
        if (outcome == EINTR && thread_safepoint_at(thread_self, THREAD_IN_WAIT) != 0)
            return NULL;
        if (item == VALUE_MISSING)
            item = take(v);
    }
    return item;
}

static value queue_get(value v, value given_block, value given_timeout)
{
    int block = value_truth(given_block);
    double timeout;
    if (block < 0)
        return NULL;
    if (!block)
        return get_until(v, 0);
    if (given_timeout == VALUE_NONE)
        return get_until(v, -1);
    if (!value_as_double(given_timeout, &timeout))
        return NULL;
    if (timeout < 0)
        return raise(EXC(ValueError), "'timeout' must be a non-negative number");
    if (isnan(timeout))
        return raise(EXC(ValueError), "Invalid value NaN (not a number)");
    if (timeout > 9e9)
        return raise(EXC(OverflowError), "timeout value is too large");
    return get_until(v, now_ns() + (int64_t)(timeout * 1e9));
}
static value queue_get_nowait(value v)
{
    return get_until(v, 0);
}
static value queue_empty(value v)
{
    ssize length = value_length(slot_peek(&SELF(v)->items));
    return length < 0 ? NULL : value_bool(length == 0);
}
static value queue_qsize(value v)
{
    ssize length = value_length(slot_peek(&SELF(v)->items));
    return length < 0 ? NULL : int_from_i64(length);
}
static value queue_new(struct type *type, const value *args, size_t nargs, value kwnames)
{
    if (type_slot(type, init) == type_slot(TYPE(OBJECT), init) && nargs)
        return raise(EXC(TypeError), "SimpleQueue() takes no positional arguments");
    if (!no_keywords("SimpleQueue", keywords_of_new(type, kwnames)))
        return NULL;
    value items = call_0(value_of(deque_type));
    struct simple_queue *q = items ? (struct simple_queue *)object_new(type, sizeof *q) : NULL;
    if (!q) {
        value_dec(items);
        return NULL;
    }
    slot_init(&q->items, items);
    return value_of(q);
}
static void queue_traverse(struct object *o, struct gc_trace *trace)
{
    trace_slot(trace, &((struct simple_queue *)o)->items);
}
static void queue_destroy(struct object *o)
{
    slot_drop(&((struct simple_queue *)o)->items);
}
static const struct method_def queue_methods[] = {
    METHOD("put", queue_put, "($self, /, item, block=True, timeout=None)", "Put the item on the queue."),
    METHOD("put_nowait", queue_put_nowait, "($self, /, item)", "Put an item into the queue without blocking."),
    METHOD("get", queue_get, "($self, /, block=True, timeout=None)", "Remove and return an item from the queue."),
    METHOD("get_nowait", queue_get_nowait, "($self, /)", "Remove and return an item from the queue without blocking."),
    METHOD("empty", queue_empty, "($self, /)", "Return True if the queue is empty, False otherwise (not reliable!)."),
    METHOD("qsize", queue_qsize, "($self, /)", "Return the approximate size of the queue (not reliable!)."),
    METHOD_CLASS_GETITEM,
    {0},
};
static const struct type_spec queue_spec = {
    .name = "_queue.SimpleQueue",
    .signature = "()",
    .doc = "Simple, unbounded, reentrant FIFO queue.",
    .size = sizeof(struct simple_queue),
    .flags = TYPE_FLAG_BASE | TYPE_FLAG_WEAKREF,
    .gc_flags = TYPE_GC_CONTAINER,
    .traverse = queue_traverse,
    .destroy = queue_destroy,
    .slots = {.new = queue_new},
    .methods = queue_methods,
};

static bool fill(value module)
{
    value collections = import_module("_collections"); /* makes the deque type */
    value_dec(collections);
    return collections && module_define_exception(module, &empty_type, "_queue.Empty", EXC(Exception), NULL) &&
           module_define_type(module, &queue_type, &queue_spec);
}
static void finish(void)
{
    value_dec(atomic_exchange(&empty_type, NULL));
}
const struct module_def _queue_module = {
    .name = "_queue", .doc = "C implementation of the Python queue module.", .fill = fill, .finish = finish};
