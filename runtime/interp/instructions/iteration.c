/* Iteration, unpacking and awaiting, out of line. */
#include "runtime/interp/instructions/iteration.h"
#include "runtime/interp/generator.h"
#include "runtime/objects/objects.h"
#include "runtime/step.h"
#include "threads/pause.h"

static inline value end_of_loop(value item)
{
    if (likely(item != NULL) || !error_matches(EXC(StopIteration)))
        return item;
    error_clear();
    return VALUE_END;
}

value next_general(value iterator)
{
    value (*next)(value) = value_type_slot(iterator, next); /* __next__ may have been deleted meanwhile */
    return end_of_loop(likely(next != NULL) ? next(iterator)
                                            : raise(EXC(TypeError), "'%T' object is not iterable", iterator));
}

struct value_pair next_pair_general(value iterator)
{
    struct value_pair pair = iterator_next_pair(iterator);
    if (unlikely(!pair.second))
        pair.first = pair.first == VALUE_MISSING ? next_general(iterator) : end_of_loop(pair.first);
    return pair;
}

/* ---- unpacking ---- */
static bool unpack_error(uint32_t expected, bool at_least, size_t got)
{
    return raise_false(EXC(ValueError), "not enough values to unpack (expected %s%u, got %zu)",
                       at_least ? "at least " : "", expected, got);
}

static bool unpack_open(struct sweep *sweep, value sequence)
{
    if (sweep_open(sweep, sequence))
        return true;
    if (error_matches(EXC(TypeError)) && !value_type_slot(sequence, iter)) {
        error_clear();
        raise(EXC(TypeError), "cannot unpack non-iterable %T object", sequence);
    }
    return false;
}

static void drop_items(value *from, value *to)
{
    while (from < to) {
        value v = *from;
        *from++ = NULL;
        value_dec(v);
        thread_report_at((size_t)(to - from));
    }
}

/* Take n items from the iterator into place[-1], place[-2]...; false with an exception (nothing is left there). */
static bool take_items(value iterator, uint32_t n, value *place, uint32_t expected, bool at_least)
{
    for (uint32_t i = 0; i < n; thread_report_at(++i)) {
        value item = iter_next(iterator);
        if (!item || item == VALUE_END) {
            drop_items(place - i, place);
            return item ? unpack_error(expected, at_least, i) : false;
        }
        place[-1 - (ptrdiff_t)i] = item;
    }
    return true;
}

/* The lowest of the places is that of the sequence itself, which the caller still needs on failure: collect first, then
 * write. */
bool unpack_sequence(value sequence, uint32_t n, value *place)
{
    value operand = place[-(ptrdiff_t)n];
    value list = value_is(sequence, TYPE_ID_LIST) ? list_to_tuple(sequence) : NULL;
    if (!list && error_occurred())
        return false;
    if (list || value_is(sequence, TYPE_ID_TUPLE)) {
        value tuple = list ? list : sequence;
        size_t length = tuple_length(tuple);
        if (length == n) {
            for (uint32_t i = 0; i < n; thread_report_at(++i))
                place[-1 - (ptrdiff_t)i] = value_inc(tuple_get(tuple, i));
        } else if (length > n) {
            raise(EXC(ValueError), "too many values to unpack (expected %u)", n);
        } else {
            unpack_error(n, false, length);
        }
        value_dec(list);
        return length == n;
    }
    struct sweep sweep;
    if (!unpack_open(&sweep, sequence))
        return false;
    bool done = take_items(sweep.iterator, n, place, n, false);
    if (done) {
        value extra = iter_next(sweep.iterator);
        done = extra == VALUE_END;
        if (!done) {
            if (extra)
                raise(EXC(ValueError), "too many values to unpack (expected %u)", n);
            value_dec(extra);
            drop_items(place - n, place);
        }
    }
    if (!done && n > 0)
        place[-(ptrdiff_t)n] = operand;
    sweep_close(&sweep);
    return done;
}

/* a, *b, c = sequence: place[-1] is a, then the list b, then c; place[-(before + 1 + after)] is the sequence's own
 * place. */
bool unpack_ex(value sequence, uint32_t before, uint32_t after, value *place)
{
    uint32_t total = before + 1 + after;
    value operand = place[-(ptrdiff_t)total];
    struct sweep sweep;
    if (!unpack_open(&sweep, sequence))
        return false;
    bool done = take_items(sweep.iterator, before, place, before + after, after > 0 || before > 0);
    value rest = done ? list_from_iterable(sweep.iterator) : NULL;
    sweep_close(&sweep);
    size_t length = rest ? list_length(rest) : 0;
    if (rest && length < after) {
        unpack_error(before + after, true, before + length);
        value_dec(rest);
        rest = NULL;
    }
    if (!rest) {
        if (done)
            drop_items(place - before, place);
        place[-(ptrdiff_t)total] = operand;
        return false;
    }
    for (uint32_t i = 0; i < after; i++) /* the list is ours alone: its last items become the targets after the star */
        place[-(ptrdiff_t)total + i] = list_pop(rest, -1);
    place[-(ptrdiff_t)before - 1] = rest;
    return true;
}

/* ---- yield from, await ---- */
value get_yield_from_iter(struct frame *frame, value v)
{
    if (value_is(v, TYPE_ID_COROUTINE)) {
        if (!(frame->code->flags & (CODE_COROUTINE | CODE_ITERABLE_COROUTINE)))
            return raise(EXC(TypeError), "cannot 'yield from' a coroutine object in a non-coroutine generator");
        return value_inc(v);
    }
    return value_is(v, TYPE_ID_GENERATOR) ? value_inc(v) : iter_get(v);
}

/* The iterator that awaiting `v` runs; owned. */
static value awaitable_iterator(value v)
{
    if (value_is(v, TYPE_ID_COROUTINE)) {
        value delegate = generator_delegate(v);
        value_dec(delegate);
        return delegate ? raise(EXC(RuntimeError), "coroutine is being awaited already") : value_inc(v);
    }
    if (value_is(v, TYPE_ID_GENERATOR) && (((struct generator *)v)->frame.code->flags & CODE_ITERABLE_COROUTINE))
        return value_inc(v);
    value (*await)(value) = value_type_slot(v, await);
    if (!await)
        return raise(EXC(TypeError), "object %T can't be used in 'await' expression", v);
    value iterator = await(v);
    if (!iterator)
        return NULL;
    if (value_is(iterator, TYPE_ID_COROUTINE)) {
        value_dec(iterator);
        return raise(EXC(TypeError), "__await__() returned a coroutine");
    }
    if (!value_is_iterator(iterator)) {
        raise(EXC(TypeError), "__await__() returned non-iterator of type '%T'", iterator);
        value_dec(iterator);
        return NULL;
    }
    return iterator;
}

value get_awaitable(value v, unsigned where)
{
    value iterator = awaitable_iterator(v);
    if (!iterator && where && error_matches(EXC(TypeError)) && !value_type_slot(v, await)) {
        error_clear();
        raise(EXC(TypeError), "'async with' received an object from %s that does not implement __await__: %T",
              where == 1 ? "__aenter__" : "__aexit__", v);
    }
    return iterator;
}

value get_aiter(value v)
{
    value (*aiter)(value) = value_type_slot(v, async_iter);
    if (!aiter)
        return raise(EXC(TypeError), "'async for' requires an object with __aiter__ method, got %T", v);
    value iterator = aiter(v);
    if (iterator && !value_type_slot(iterator, async_next)) {
        raise(EXC(TypeError), "'async for' received an object from __aiter__ that does not implement __anext__: %T",
              iterator);
        value_dec(iterator);
        return NULL;
    }
    return iterator;
}

value get_anext(value v)
{
    value (*anext)(value) = value_type_slot(v, async_next);
    if (!anext)
        return raise(EXC(TypeError), "'async for' requires an iterator with __anext__ method, got %T", v);
    value awaitable = anext(v);
    value iterator = awaitable ? awaitable_iterator(awaitable) : NULL;
    if (awaitable && !iterator)
        raise_from(EXC(TypeError), "'async for' received an invalid object from __anext__: %T", awaitable);
    value_dec(awaitable);
    return iterator;
}
