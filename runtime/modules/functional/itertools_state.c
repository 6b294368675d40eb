/*
 * How the iterators of itertools are copied and pickled: __reduce__ names the constructor and arguments that make the
 * iterator as it is now, as far as those can, and a state for __setstate__ where they cannot. An iterator that is held
 * during a step is held here too.
 */
#include "runtime/modules/functional/itertools.h"
#include "runtime/modules/module.h"
#include "runtime/objects/containers/iterators.h"
#include "runtime/step.h"
#include "threads/pause.h"

#define SELF(v)        ((struct iterator *)(v))
#define LOAD(v, i)     slot_load(value_object(v), &SELF(v)->slots[i])
#define STORE(v, i, x) slot_store(value_object(v), &SELF(v)->slots[i], x)
#define NUMBER(v, i)   (&SELF(v)->numbers[i])

value iterator_reduced(value v, value arguments, value state)
{
    value type = value_of(value_type(v)), result = NULL;
    if (arguments)
        result = state ? tuple_pack(3, type, arguments, state) : tuple_pack(2, type, arguments);
    value_dec(arguments);
    value_dec(state);
    return result;
}

bool state_unpack(value state, size_t min, size_t max, value *parts)
{
    if (!is_tuple(state))
        return raise_false(EXC(TypeError), "state is not a tuple");
    size_t length = tuple_length(state);
    if (length < min || length > max) {
        size_t bound = length < min ? min : max;
        return raise_false(EXC(TypeError), "function takes %s %zu argument%s (%zu given)",
                           min == max     ? "exactly"
                           : length < min ? "at least"
                                          : "at most",
                           bound, bound == 1 ? "" : "s", length);
    }
    for (size_t i = 0; i < length; i++)
        parts[i] = tuple_get(state, i);
    return true;
}

/* The usual form: the arguments are slots, in the order of `slots` ("10": slot 1, then slot 0); number 0 is the state
   if there is one. */
static value reduce_slots(value v, const char *slots, bool with_number)
{
    size_t count = strlen(slots);
    value arguments = tuple_new(count);
    if (!arguments)
        return NULL;
    for (size_t i = 0; i < count; i++) {
        value held = LOAD(v, slots[i] - '0');
        tuple_init(arguments, i, held ? held : VALUE_NONE);
    }
    return iterator_reduced(v, arguments, with_number ? small_int(load_relaxed(NUMBER(v, 0))) : NULL);
}
/* The truth of the state becomes number 0. */
static value setstate_truth(value v, value state)
{
    int truth = value_truth(state);
    if (truth < 0)
        return NULL;
    store_relaxed(NUMBER(v, 0), truth);
    return VALUE_NONE;
}

#define HELD_REDUCE(NAME)                      \
    static value NAME##_reduce_held(value v)   \
    {                                          \
        return step_run(v, NAME##_reduce_now); \
    }
#define REDUCE_SLOTS(NAME, SLOTS, WITH_NUMBER)      \
    static value NAME##_reduce_now(value v)         \
    {                                               \
        return reduce_slots(v, SLOTS, WITH_NUMBER); \
    }                                               \
    HELD_REDUCE(NAME)
REDUCE_SLOTS(compress, "01", false)
REDUCE_SLOTS(dropwhile, "10", true)
REDUCE_SLOTS(takewhile, "10", true)
REDUCE_SLOTS(filterfalse, "10", false)
REDUCE_SLOTS(starmap, "10", false)

static value count_reduce_now(value v)
{
    if (!load_relaxed(NUMBER(v, 1)))
        return reduce_slots(v, "01", false);
    value next = int_from_i64(load_relaxed(NUMBER(v, 0)));
    value arguments = next ? tuple_pack(1, next) : NULL;
    value_dec(next);
    return iterator_reduced(v, arguments, NULL);
}
HELD_REDUCE(count)

static value cycle_reduce_now(value v)
{
    value iterator = LOAD(v, 0), list = LOAD(v, 1);
    bool is_full = !iterator || load_relaxed(NUMBER(v, 1));
    if (!iterator) {
        iterator = iter_get(list);
        int64_t position = load_relaxed(NUMBER(v, 0));
        if (iterator && position) {
            value done = call_method_1(iterator, NAME(__setstate__), small_int(position));
            if (!done) {
                value_dec(iterator);
                iterator = NULL;
            }
            value_dec(done);
        }
    }
    value arguments = iterator ? tuple_pack(1, iterator) : NULL;
    value state = arguments ? tuple_pack(2, list, value_bool(is_full)) : NULL;
    value_dec(iterator);
    value_dec(list);
    if (!state) {
        value_dec(arguments);
        return NULL;
    }
    return iterator_reduced(v, arguments, state);
}
HELD_REDUCE(cycle)

static value cycle_setstate(value v, value state)
{
    value parts[2];
    int is_full;
    if (!state_unpack(state, 2, 2, parts))
        return NULL;
    if (!is_list(parts[0]))
        return raise(EXC(TypeError), "argument 1 must be list, not %K", parts[0]);
    if (!value_as_int(parts[1], &is_full))
        return NULL;
    STORE(v, 1, value_inc(parts[0]));
    store_relaxed(NUMBER(v, 0), 0);
    store_relaxed(NUMBER(v, 1), is_full != 0);
    return VALUE_NONE;
}

static value repeat_reduce(value v)
{
    int64_t left = load_relaxed(NUMBER(v, 0));
    value object = LOAD(v, 0);
    value arguments = left < 0 ? tuple_pack(1, object) : tuple_pack(2, object, small_int(left));
    value_dec(object);
    return iterator_reduced(v, arguments, NULL);
}

static value repeat_length_hint(value v)
{
    int64_t left = load_relaxed(NUMBER(v, 0));
    return left < 0 ? raise(EXC(TypeError), "len() of unsized object") : int_from_i64(left);
}

/* chain((first,), iterator), which it steals */
static value chain_before(value first, value iterator)
{
    value one = tuple_pack(1, first), result = NULL;
    if (one && iterator)
        result = call_2(value_of(chain_type), one, iterator);
    value_dec(one);
    value_dec(iterator);
    return result;
}

static value accumulate_reduce_now(value v)
{
    value iterator = LOAD(v, 0), function = LOAD(v, 1), total = LOAD(v, 2), initial = LOAD(v, 3), result = NULL;
    if (initial) {
        value chained = chain_before(initial, value_inc(iterator));
        result = iterator_reduced(v, chained ? tuple_pack(2, chained, function) : NULL, VALUE_NONE);
        value_dec(chained);
    } else if (total == VALUE_NONE) { /* a state of None would mean that there is none */
        value chained = chain_before(total, value_inc(iterator));
        value again = chained ? call_2(value_of(value_type(v)), chained, function) : NULL;
        value arguments = again ? tuple_pack(3, again, small_int(1), VALUE_NONE) : NULL;
        result = arguments ? tuple_pack(2, value_of(islice_type), arguments) : NULL;
        value_dec(arguments);
        value_dec(again);
        value_dec(chained);
    } else {
        result = iterator_reduced(v, tuple_pack(2, iterator, function), total ? value_inc(total) : VALUE_NONE);
    }
    value_dec(initial);
    value_dec(total);
    value_dec(function);
    value_dec(iterator);
    return result;
}
HELD_REDUCE(accumulate)

static value accumulate_setstate(value v, value state)
{
    STORE(v, 2, value_inc(state));
    return VALUE_NONE;
}

static value chain_reduce_now(value v)
{
    value iterables = LOAD(v, 0), iterator = LOAD(v, 1), state = NULL;
    bool failed = false;
    if (iterables) {
        state = iterator ? tuple_pack(2, iterables, iterator) : tuple_pack(1, iterables);
        failed = !state;
    }
    value_dec(iterator);
    value_dec(iterables);
    return failed ? NULL : iterator_reduced(v, tuple_new(0), state);
}
value chain_reduce(value v)
{
    return step_run(v, chain_reduce_now);
}

value chain_setstate(value v, value state)
{
    value parts[2] = {NULL, NULL};
    if (!state_unpack(state, 1, 2, parts))
        return NULL;
    if (!value_is_iterator(parts[0]) || (parts[1] && !value_is_iterator(parts[1])))
        return raise(EXC(TypeError), "Arguments must be iterators.");
    STORE(v, 0, value_inc(parts[0]));
    STORE(v, 1, value_inc(parts[1]));
    return VALUE_NONE;
}

static value islice_reduce_now(value v)
{
    value iterator = LOAD(v, 0), arguments;
    if (!iterator) { /* an empty one */
        value none = tuple_new(0), list = none ? list_from_iterable(none) : NULL, over = list ? iter_get(list) : NULL;
        arguments = over ? tuple_pack(2, over, small_int(0)) : NULL;
        value_dec(over);
        value_dec(list);
        value_dec(none);
        return iterator_reduced(v, arguments, small_int(0));
    }
    int64_t stop = load_relaxed(NUMBER(v, 2));
    value next = int_from_i64(load_relaxed(NUMBER(v, 1))), end = stop < 0 ? VALUE_NONE : int_from_i64(stop);
    value step = int_from_i64(load_relaxed(NUMBER(v, 3)));
    arguments = next && end && step ? tuple_pack(4, iterator, next, end, step) : NULL;
    value_dec(iterator);
    value_dec(next);
    value_dec(end);
    value_dec(step);
    return iterator_reduced(v, arguments, int_from_i64(load_relaxed(NUMBER(v, 0))));
}
HELD_REDUCE(islice)

static value islice_setstate(value v, value state)
{
    int64_t taken;
    if (!state_as_index(state, &taken))
        return NULL;
    store_relaxed(NUMBER(v, 0), taken);
    return VALUE_NONE;
}

static value zip_longest_reduce_now(value v)
{
    value list = LOAD(v, 0), iterators = list_to_tuple(list), fill = LOAD(v, 1);
    value_dec(list);
    size_t length = iterators ? tuple_length(iterators) : 0;
    value arguments = iterators ? tuple_new(length) : NULL;
    for (size_t i = 0; arguments && i < length; thread_report_at(++i)) {
        value iterator = tuple_get(iterators, i);
        value item = iterator == VALUE_NONE ? tuple_new(0) : value_inc(iterator);
        tuple_init(arguments, i, item ? item : VALUE_NONE);
        if (!item) {
            value_dec(arguments);
            arguments = NULL;
        }
    }
    value_dec(iterators);
    return iterator_reduced(v, arguments, fill);
}
HELD_REDUCE(zip_longest)

static value zip_longest_setstate(value v, value state)
{
    STORE(v, 1, value_inc(state));
    return VALUE_NONE;
}

static value groupby_reduce_now(value v)
{
    value item = LOAD(v, 3), key = LOAD(v, 2), target = slot_load(value_object(v), &((struct groupby *)v)->target);
    value result = NULL, state = NULL;
    bool started = item && key && target;
    if (started)
        state = tuple_pack(3, key, item, target);
    if (state || !started) {
        value iterator = LOAD(v, 0), function = LOAD(v, 1);
        result = iterator_reduced(v, tuple_pack(2, iterator, function), state);
        value_dec(function);
        value_dec(iterator);
    }
    value_dec(target);
    value_dec(key);
    value_dec(item);
    return result;
}
HELD_REDUCE(groupby)

static value groupby_setstate(value v, value state)
{
    value parts[3];
    if (!state_unpack(state, 3, 3, parts))
        return NULL;
    STORE(v, 2, value_inc(parts[0]));
    STORE(v, 3, value_inc(parts[1]));
    slot_store(value_object(v), &((struct groupby *)v)->target, value_inc(parts[2]));
    return VALUE_NONE;
}

static value grouper_reduce(value v)
{
    value parent = slot_peek(&SELF(v)->slots[0]); /* constant */
    if (load_relaxed(NUMBER(parent, 0)) == load_relaxed(NUMBER(v, 0)))
        return reduce_slots(v, "01", false);
    return reduce_result(builtin_by_name("iter"), tuple_new(0), NULL, false);
}

#define REDUCE(FUNCTION) METHOD("__reduce__", FUNCTION, "($self, /)", "Return state information for pickling.")
#define SETSTATE(FUNCTION) \
    METHOD("__setstate__", FUNCTION, "($self, state, /)", "Set state information for unpickling.")
#define METHODS(NAME, ...) const struct method_def NAME##_methods[] = {__VA_ARGS__, {0}};
METHODS(count, REDUCE(count_reduce_held))
METHODS(cycle, REDUCE(cycle_reduce_held), SETSTATE(cycle_setstate))
METHODS(repeat, REDUCE(repeat_reduce),
        METHOD("__length_hint__", repeat_length_hint, "($self, /)",
               "Private method returning an estimate of len(list(it))."))
METHODS(accumulate, REDUCE(accumulate_reduce_held), SETSTATE(accumulate_setstate))
METHODS(compress, REDUCE(compress_reduce_held))
METHODS(dropwhile, REDUCE(dropwhile_reduce_held), SETSTATE(setstate_truth))
METHODS(takewhile, REDUCE(takewhile_reduce_held), SETSTATE(setstate_truth))
METHODS(filterfalse, REDUCE(filterfalse_reduce_held))
METHODS(starmap, REDUCE(starmap_reduce_held))
METHODS(islice, REDUCE(islice_reduce_held), SETSTATE(islice_setstate))
METHODS(zip_longest, REDUCE(zip_longest_reduce_held), SETSTATE(zip_longest_setstate))
METHODS(groupby, REDUCE(groupby_reduce_held), SETSTATE(groupby_setstate))
METHODS(grouper, REDUCE(grouper_reduce))
