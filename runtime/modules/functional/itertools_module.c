/*
 * The itertools module: iterators over iterators. Those that build tuples from pools are in itertools_combine.c.
 *
 * All share one layout: four references and four numbers, whose meaning each type states. Iterators that change some of
 * them, or take from several others, are held during a step (step.h), and all words are exchanged atomically, because
 * Python code that runs in the middle of a step lets others in.
 */
#include "runtime/modules/functional/itertools.h"
#include "runtime/modules/module.h"
#include "runtime/step.h"
#include "threads/pause.h"

#include <stddef.h>

#define SELF(v)        ((struct iterator *)(v))
#define LOAD(v, i)     slot_load(value_object(v), &SELF(v)->slots[i])
#define STORE(v, i, x) slot_store(value_object(v), &SELF(v)->slots[i], x)
#define COUNTER(v, i)  (SELF(v)->numbers[i])

void iterator_traverse(struct object *o, struct gc_trace *trace)
{
    trace_slots(trace, ((struct iterator *)o)->slots, ITERATOR_SLOTS);
}

void iterator_destroy(struct object *o)
{
    for (size_t i = 0; i < ITERATOR_SLOTS; i++)
        slot_drop(&((struct iterator *)o)->slots[i]);
}

value iterator_self(value v)
{
    return value_inc(v);
}

/* A new iterator; steals a and b (either may be NULL for none, but not for a failure: see the callers). */
value iterator_make(struct type *type, value a, value b)
{
    struct iterator *self = (struct iterator *)object_new(type, sizeof *self);
    if (!self) {
        value_dec(a);
        value_dec(b);
        return NULL;
    }
    slot_init(&self->slots[0], a);
    slot_init(&self->slots[1], b);
    return value_of(self);
}

static int64_t number_get(value v, int i)
{
    return atomic_load_explicit(&COUNTER(v, i), memory_order_relaxed);
}
static void number_set(value v, int i, int64_t n)
{
    atomic_store_explicit(&COUNTER(v, i), n, memory_order_relaxed);
}

/* The next item of the iterator in slot i; VALUE_END when it is exhausted or gone. */
static value advance(value v, int i)
{
    value iterator = LOAD(v, i);
    if (!iterator)
        return VALUE_END;
    value item = iter_next(iterator);
    value_dec(iterator);
    return item;
}

/* Bind the constructor's arguments or return NULL from it. */
#define BIND(NAME, TEXT, N)                                     \
    static struct signature signature_ = SIGNATURE(NAME, TEXT); \
    value a[N];                                                 \
    if (!signature_bind(&signature_, args, nargs, kwnames, a))  \
    return NULL

/* ---- count: 0 the next value when it is no small int, 1 the step; number 0 the next value, number 1 whether that is
 * used ---- */
static value count_new(struct type *type, const value *args, size_t nargs, value kwnames)
{
    BIND("count", "(start=0, step=1)", 2);
    for (int i = 0; i < 2; i++)
        if (!is_int(a[i]) && !is_float(a[i]) && !value_type_slot(a[i], binary[BINARY_ADD]))
            return raise(EXC(TypeError), "a number is required");
    bool fast = value_is_small_int(a[0]) && a[1] == small_int(1);
    value v = iterator_make(type, fast ? NULL : value_inc(a[0]), value_inc(a[1]));
    if (v && fast) {
        number_set(v, 0, small_int_value(a[0]));
        number_set(v, 1, 1);
    }
    return v;
}

static value count_general(value v)
{
    if (number_get(v, 1)) { /* the small ints end here, whatever others that came too late added */
        STORE(v, 0, int_from_i64(SMALL_INT_MAX));
        number_set(v, 1, 0);
    }
    value now = LOAD(v, 0), step = LOAD(v, 1);
    value next = now ? operate_binary(BINARY_ADD, now, step) : NULL;
    value_dec(step);
    if (!next) {
        value_dec(now);
        return NULL;
    }
    STORE(v, 0, next);
    return now;
}

static value count_next(value v)
{
    if (number_get(v, 1)) {
        /* one atomic step, so that threads that share a counter get each number once */
        int64_t n = atomic_fetch_add_explicit(&COUNTER(v, 0), 1, memory_order_relaxed);
        if (likely(n < SMALL_INT_MAX))
            return small_int(n);
    }
    return step_run(v, count_general);
}

static value count_repr(value v)
{
    value now = number_get(v, 1) ? int_from_i64(number_get(v, 0)) : LOAD(v, 0), step = LOAD(v, 1);
    value text = step == small_int(1) ? str_format("count(%R)", now) : str_format("count(%R, %R)", now, step);
    value_dec(now);
    value_dec(step);
    return text;
}

/* ---- cycle: 0 the iterator or NULL, 1 the list of items; number 0 the position in the list, number 1: the iterator's
 * items are in the list already ---- */
static value cycle_new(struct type *type, const value *args, size_t nargs, value kwnames)
{
    kwnames = keywords_of_new(type, kwnames);
    BIND("cycle", "(iterable, /)", 1);
    value iterator = iter_get(a[0]), list = iterator ? list_new(0) : NULL;
    if (!list) {
        value_dec(iterator);
        return NULL;
    }
    return iterator_make(type, iterator, list);
}

static value cycle_next(value v)
{
    value item = advance(v, 0), list = LOAD(v, 1);
    if (item && item != VALUE_END) {
        if (!number_get(v, 1) && !list_append(list, item)) {
            value_dec(item);
            item = NULL;
        }
    } else if (item) {
        STORE(v, 0, NULL);
        size_t length = list_length(list);
        if (length > 0) {
            int64_t i = number_get(v, 0);
            number_set(v, 0, (size_t)i + 1 >= length ? 0 : i + 1);
            item = list_get(list, (size_t)i);
            if (item == VALUE_MISSING)
                item = VALUE_END;
        }
    }
    value_dec(list);
    return item;
}

/* ---- repeat: 0 the object; number 0 how often still, -1 for ever ---- */
static value repeat_new(struct type *type, const value *args, size_t nargs, value kwnames)
{
    BIND("repeat", "(object, times=<unrepresentable>)", 2);
    ssize times = -1;
    if (!is_missing(a[1])) {
        if (!value_as_ssize(a[1], &times))
            return NULL;
        if (times < 0)
            times = 0;
    }
    value v = iterator_make(type, value_inc(a[0]), NULL);
    if (v)
        number_set(v, 0, times);
    return v;
}

static value repeat_next(value v)
{
    int64_t left;
    do
        if ((left = number_get(v, 0)) == 0)
            return VALUE_END;
    while (left > 0 && !position_claim(value_object(v), &COUNTER(v, 0), left, left - 1));
    return LOAD(v, 0);
}

static value repeat_repr(value v)
{
    value object = LOAD(v, 0);
    int64_t left = number_get(v, 0);
    value text = left < 0 ? str_format("repeat(%R)", object) : str_format("repeat(%R, %lld)", object, (long long)left);
    value_dec(object);
    return text;
}

/* ---- accumulate: 0 iterator, 1 function or None, 2 total or NULL, 3 initial or NULL ---- */
static value accumulate_new(struct type *type, const value *args, size_t nargs, value kwnames)
{
    BIND("accumulate", "(iterable, func=None, *, initial=None)", 3);
    value iterator = iter_get(a[0]);
    value v = iterator ? iterator_make(type, iterator, value_inc(a[1])) : NULL;
    if (v && a[2] != VALUE_NONE)
        slot_init(&SELF(v)->slots[3], value_inc(a[2]));
    return v;
}

static value accumulate_next(value v)
{
    value initial = slot_take(value_object(v), &SELF(v)->slots[3], NULL);
    if (initial) {
        STORE(v, 2, value_inc(initial));
        return initial;
    }
    value item = advance(v, 0);
    if (!item || item == VALUE_END)
        return item;
    value total = LOAD(v, 2), function = LOAD(v, 1), next;
    if (!total)
        next = value_inc(item);
    else
        next = function == VALUE_NONE ? operate_binary(BINARY_ADD, total, item) : call_2(function, total, item);
    value_dec(function);
    value_dec(total);
    value_dec(item);
    if (next)
        STORE(v, 2, value_inc(next));
    return next;
}

/* ---- chain: 0 the iterator over iterables, 1 the current iterator ---- */
static value chain_new(struct type *type, const value *args, size_t nargs, value kwnames)
{
    if (!no_keywords("chain", keywords_of_new(type, kwnames)))
        return NULL;
    value tuple = tuple_from_array(args, nargs), iterator = tuple ? iter_get(tuple) : NULL;
    value_dec(tuple);
    return iterator ? iterator_make(type, iterator, NULL) : NULL;
}

static value chain_from_iterable(value cls, value iterable)
{
    value iterator = iter_get(iterable);
    return iterator ? iterator_make((struct type *)cls, iterator, NULL) : NULL;
}

static value chain_next(value v)
{
    for (;;) {
        value item = advance(v, 1);
        if (item != VALUE_END)
            return item;
        value iterable = advance(v, 0);
        if (!iterable || iterable == VALUE_END) {
            STORE(v, 0, NULL);
            STORE(v, 1, NULL);
            return iterable;
        }
        value iterator = iter_get(iterable);
        value_dec(iterable);
        if (!iterator)
            return NULL;
        STORE(v, 1, iterator);
    }
}

/* ---- compress: 0 data, 1 selectors ---- */
static value compress_new(struct type *type, const value *args, size_t nargs, value kwnames)
{
    BIND("compress", "(data, selectors)", 2);
    value data = iter_get(a[0]), selectors = data ? iter_get(a[1]) : NULL;
    if (!selectors) {
        value_dec(data);
        return NULL;
    }
    return iterator_make(type, data, selectors);
}

static value compress_next(value v)
{
    for (;;) {
        value item = advance(v, 0);
        if (!item || item == VALUE_END)
            return item;
        value selector = advance(v, 1);
        int truth = !selector ? -1 : selector == VALUE_END ? 0 : value_truth(selector);
        if (truth > 0) {
            value_dec(selector);
            return item;
        }
        value_dec(item);
        if (selector == VALUE_END)
            return VALUE_END;
        value_dec(selector);
        if (truth < 0)
            return NULL;
    }
}

/* ---- dropwhile, takewhile, filterfalse, starmap: 0 iterator, 1 function; number 0: started or stopped ---- */
static value function_over(struct type *type, const value *a)
{
    value iterator = iter_get(a[1]);
    return iterator ? iterator_make(type, iterator, value_inc(a[0])) : NULL;
}
static value dropwhile_new(struct type *type, const value *args, size_t nargs, value kwnames)
{
    kwnames = keywords_of_new(type, kwnames);
    BIND("dropwhile", "(predicate, iterable, /)", 2);
    return function_over(type, a);
}
static value takewhile_new(struct type *type, const value *args, size_t nargs, value kwnames)
{
    kwnames = keywords_of_new(type, kwnames);
    BIND("takewhile", "(predicate, iterable, /)", 2);
    return function_over(type, a);
}
static value filterfalse_new(struct type *type, const value *args, size_t nargs, value kwnames)
{
    kwnames = keywords_of_new(type, kwnames);
    BIND("filterfalse", "(function, iterable, /)", 2);
    return function_over(type, a);
}
static value starmap_new(struct type *type, const value *args, size_t nargs, value kwnames)
{
    kwnames = keywords_of_new(type, kwnames);
    BIND("starmap", "(function, iterable, /)", 2);
    return function_over(type, a);
}

/* The truth of function(item): 1, 0, -1. */
static int test(value v, value item)
{
    value function = LOAD(v, 1);
    value result = call_1(function, item);
    value_dec(function);
    int truth = result ? value_truth(result) : -1;
    value_dec(result);
    return truth;
}

static value dropwhile_next(value v)
{
    for (;;) {
        value item = advance(v, 0);
        if (!item || item == VALUE_END || number_get(v, 0))
            return item;
        int truth = test(v, item);
        if (truth == 0) {
            number_set(v, 0, 1);
            return item;
        }
        value_dec(item);
        if (truth < 0)
            return NULL;
    }
}

static value takewhile_next(value v)
{
    value item = number_get(v, 0) ? VALUE_END : advance(v, 0);
    if (!item || item == VALUE_END)
        return item;
    int truth = test(v, item);
    if (truth > 0)
        return item;
    value_dec(item);
    if (truth == 0)
        number_set(v, 0, 1);
    return truth == 0 ? VALUE_END : NULL;
}

static value filterfalse_next(value v)
{
    for (;;) {
        value item = advance(v, 0);
        if (!item || item == VALUE_END)
            return item;
        value function = LOAD(v, 1);
        bool itself = function == VALUE_NONE || function == value_of(TYPE(BOOL));
        value_dec(function);
        int truth = itself ? value_truth(item) : test(v, item);
        if (truth == 0)
            return item;
        value_dec(item);
        if (truth < 0)
            return NULL;
    }
}

static value starmap_next(value v)
{
    value item = advance(v, 0);
    if (!item || item == VALUE_END)
        return item;
    value tuple = value_is(item, TYPE_ID_TUPLE) ? value_inc(item) : tuple_from_iterable(item);
    value function = tuple ? LOAD(v, 1) : NULL;
    value result = function ? call_tuple(function, tuple, NULL) : NULL;
    value_dec(function);
    value_dec(tuple);
    value_dec(item);
    return result;
}

/* ---- islice: 0 iterator; number 0 position of the next item taken from it, number 1 the next wanted, 2 the stop (-1
 * none), 3 the step ---- */
static void slice_number(value v, ssize *out)
{
    if (v != VALUE_NONE && !index_as_ssize(v, out, EXC(OverflowError))) {
        error_clear();
        *out = -1;
    }
}

static bool slice_bound(value v, const char *message, ssize *out)
{
    slice_number(v, out);
    if (*out < -1)
        message = "Indices for islice() must be None or an integer: 0 <= x <= sys.maxsize.";
    return v == VALUE_NONE || *out >= 0 || raise_false(EXC(ValueError), message);
}

static value islice_new(struct type *type, const value *args, size_t nargs, value kwnames)
{
    kwnames = keywords_of_new(type, kwnames);
    BIND("islice", "(iterable, start, stop=<unrepresentable>, step=None, /)", 4);
    ssize start = 0, stop = -1, step = 1;
    static const char bounds[] = "Indices for islice() must be None or an integer: 0 <= x <= sys.maxsize.";
    if (is_missing(a[2])) {
        if (!slice_bound(a[1], "Stop argument for islice() must be None or an integer: 0 <= x <= sys.maxsize.", &stop))
            return NULL;
    } else if (!slice_bound(a[2], "Stop argument for islice() must be None or an integer: 0 <= x <= sys.maxsize.",
                            &stop) ||
               !slice_bound(a[1], bounds, &start)) {
        return NULL;
    }
    slice_number(a[3], &step);
    if (step < 1)
        return raise(EXC(ValueError), "Step for islice() must be a positive integer or None.");
    value iterator = iter_get(a[0]);
    value v = iterator ? iterator_make(type, iterator, NULL) : NULL;
    if (v) {
        number_set(v, 1, start);
        number_set(v, 2, stop);
        number_set(v, 3, step);
    }
    return v;
}

static value islice_next(value v)
{
    int64_t position = number_get(v, 0), wanted = number_get(v, 1), stop = number_get(v, 2);
    while (position < wanted) {
        if (stop >= 0 && position >= stop)
            goto end;
        value skipped = advance(v, 0);
        if (!skipped)
            return NULL;
        if (skipped == VALUE_END)
            goto end;
        value_dec(skipped);
        number_set(v, 0, ++position);
    }
    if (stop >= 0 && position >= stop)
        goto end;
    value item = advance(v, 0);
    if (!item)
        return NULL;
    if (item == VALUE_END)
        goto end;
    number_set(v, 0, position + 1);
    int64_t next;
    if (__builtin_add_overflow(wanted, number_get(v, 3), &next) || (stop >= 0 && next > stop))
        next = stop >= 0 ? stop : INT64_MAX;
    number_set(v, 1, next);
    return item;
end:
    STORE(v, 0, NULL);
    return VALUE_END;
}

/* ---- pairwise: 0 iterator, 1 the previous item ---- */
static value pairwise_new(struct type *type, const value *args, size_t nargs, value kwnames)
{
    kwnames = keywords_of_new(type, kwnames);
    BIND("pairwise", "(iterable, /)", 1);
    value iterator = iter_get(a[0]);
    return iterator ? iterator_make(type, iterator, NULL) : NULL;
}

static value pairwise_next(value v)
{
    value previous = LOAD(v, 1);
    if (!previous) {
        previous = advance(v, 0);
        if (!previous || previous == VALUE_END)
            return previous;
        STORE(v, 1, value_inc(previous));
    }
    value item = advance(v, 0);
    if (!item || item == VALUE_END) {
        value_dec(previous);
        STORE(v, 0, NULL);
        STORE(v, 1, NULL);
        return item;
    }
    STORE(v, 1, value_inc(item));
    value pair = tuple_pack(2, previous, item);
    value_dec(previous);
    value_dec(item);
    return pair;
}

/* ---- groupby: 0 iterator, 1 key function or None, 2 the key of the item at hand, 3 that item; number 0 counts groups,
 * number 1: the running group's key is in `target` ---- */
#define GROUPBY(v) ((struct groupby *)(v))

static value groupby_new(struct type *type, const value *args, size_t nargs, value kwnames)
{
    BIND("groupby", "(iterable, key=None)", 2);
    value iterator = iter_get(a[0]);
    if (!iterator)
        return NULL;
    struct groupby *self = (struct groupby *)object_new(type, sizeof *self);
    if (!self) {
        value_dec(iterator);
        return NULL;
    }
    slot_init(&self->base.slots[0], iterator);
    slot_init(&self->base.slots[1], value_inc(a[1]));
    return value_of(self);
}

/* Take the next item and its key: 1, 0 at the end, -1. */
static int groupby_take(value v)
{
    value item = advance(v, 0);
    if (!item || item == VALUE_END)
        return item ? 0 : -1;
    value function = LOAD(v, 1);
    value key = function == VALUE_NONE ? value_inc(item) : call_1(function, item);
    value_dec(function);
    if (!key) {
        value_dec(item);
        return -1;
    }
    STORE(v, 2, key);
    STORE(v, 3, item);
    return 1;
}

/* Is the key at hand that of the running group? */
static int groupby_same(value v, value target)
{
    value key = LOAD(v, 2);
    int same = key && target ? value_equals(target, key) : 0;
    value_dec(key);
    return same;
}

struct type *chain_type, *islice_type, *groupby_type, *grouper_type;

/* The group of `key` at which the groupby is now. */
static value grouper_make(value v, value key)
{
    value group = iterator_make(grouper_type, value_inc(v), value_inc(key));
    if (group)
        number_set(group, 0, number_get(v, 0));
    return group;
}

static value grouper_new(struct type *type, const value *args, size_t nargs, value kwnames)
{
    if (!no_keywords("_grouper", kwnames) || !check_arguments("_grouper", nargs, 2, 2))
        return NULL;
    if (!value_is_of(args[0], groupby_type))
        return raise(EXC(TypeError), "_grouper() argument 1 must be itertools.groupby, not %K", args[0]);
    number_set(args[0], 0, number_get(args[0], 0) + 1);
    return grouper_make(args[0], args[1]);
}

static value groupby_next(value v)
{
    number_set(v, 0, number_get(v, 0) + 1); /* the last group ends, also when no other comes */
    for (;;) {                              /* skip what is left of it */
        value target = slot_load(value_object(v), &GROUPBY(v)->target), key = LOAD(v, 2);
        int same = !key ? 1 : !target ? 0 : value_equals(target, key);
        value_dec(key);
        value_dec(target);
        if (same < 0)
            return NULL;
        if (same == 0)
            break;
        int stepped = groupby_take(v);
        if (stepped <= 0)
            return stepped == 0 ? VALUE_END : NULL;
    }
    value key = LOAD(v, 2);
    slot_store(value_object(v), &GROUPBY(v)->target, value_inc(key));
    value group = grouper_make(v, key);
    value pair = group ? tuple_pack(2, key, group) : NULL;
    value_dec(group);
    value_dec(key);
    return pair;
}

/* A group: 0 the groupby, 1 the key; number 0: which group it is. Its items end when the groupby moved on. */
static value grouper_advance(value v)
{
    value parent = LOAD(v, 0), result = VALUE_END;
    if (number_get(parent, 0) == number_get(v, 0)) {
        value item = slot_take(value_object(parent), &SELF(parent)->slots[3], NULL);
        if (!item) {
            int stepped = groupby_take(parent);
            item = stepped > 0 ? slot_take(value_object(parent), &SELF(parent)->slots[3], NULL) : NULL;
            result = stepped < 0 ? NULL : VALUE_END;
        }
        if (item) {
            value target = LOAD(v, 1);
            int same = groupby_same(parent, target);
            value_dec(target);
            if (same == 1) {
                result = item;
            } else {
                STORE(parent, 3, item);
                result = same < 0 ? NULL : VALUE_END;
            }
        }
    }
    value_dec(parent);
    return result;
}

static value grouper_next(value v)
{
    value parent = slot_peek(&SELF(v)->slots[0]); /* constant */
    return step_held(parent, v, grouper_advance);
}

static void groupby_traverse(struct object *o, struct gc_trace *trace)
{
    iterator_traverse(o, trace);
    trace_slot(trace, &((struct groupby *)o)->target);
}
static void groupby_destroy(struct object *o)
{
    iterator_destroy(o);
    slot_drop(&((struct groupby *)o)->target);
}

/* ---- zip_longest: 0 a list of iterators (None where exhausted), 1 the fill value; number 0 how many are left ---- */
static value zip_longest_new(struct type *type, const value *args, size_t nargs, value kwnames)
{
    for (size_t i = 0; kwnames && i < tuple_length(kwnames); thread_report_at(++i))
        if (!str_equals_text(tuple_get(kwnames, i), "fillvalue"))
            return raise(EXC(TypeError), "zip_longest() got an unexpected keyword argument");
    BIND("zip_longest", "(*iterables, fillvalue=None)", 2);
    size_t n = tuple_length(a[0]);
    value list = list_new(n);
    for (size_t i = 0; list && i < n; thread_report_at(++i)) {
        value iterator = iter_get(tuple_get(a[0], i));
        if (!iterator || !list_append_owned(list, iterator)) {
            value_dec(list);
            list = NULL;
        }
    }
    value fill = value_inc(a[1]);
    signature_release(&signature_, a);
    if (!list) {
        value_dec(fill);
        return NULL;
    }
    value v = iterator_make(type, list, fill);
    if (v)
        number_set(v, 0, (int64_t)n);
    return v;
}

static value zip_longest_next(value v)
{
    value list = LOAD(v, 0), fill = LOAD(v, 1);
    size_t n = list_length(list);
    value result = number_get(v, 0) > 0 && n ? tuple_new(n) : VALUE_END;
    for (size_t i = 0; result && result != VALUE_END && i < n; i++) {
        value iterator = list_get(list, i);
        value item = iterator == VALUE_NONE || iterator == VALUE_MISSING ? VALUE_END : iter_next(iterator);
        if (item == VALUE_END) {
            if (iterator != VALUE_NONE) {
                int64_t left = number_get(v, 0) - 1;
                number_set(v, 0, left);
                if (left > 0) {
                    list_set(list, i, VALUE_NONE);
                } else {
                    value_dec(iterator);
                    value_dec(result);
                    result = VALUE_END;
                    break;
                }
            }
            item = value_inc(fill);
        }
        value_dec(iterator);
        if (!item) {
            value_dec(result);
            result = NULL;
            break;
        }
        tuple_init(result, i, item);
    }
    value_dec(list);
    value_dec(fill);
    return result;
}

/* ---- the types ---- */
static const struct method_def chain_methods[] = {
    METHOD_FLAGS("from_iterable", chain_from_iterable, "($type, iterable, /)",
                 "Alternative chain() constructor taking a single iterable argument that evaluates lazily.",
                 METHOD_CLASS),
    METHOD("__reduce__", chain_reduce, "($self, /)", "Return state information for pickling."),
    METHOD("__setstate__", chain_setstate, "($self, state, /)", "Set state information for unpickling."),
    METHOD_CLASS_GETITEM,
    {0},
};
#define ITERATOR(NAME, ...)                                                                                    \
    {                                                                                                          \
        .name = "itertools." #NAME, .size = sizeof(struct iterator), .flags = TYPE_FLAG_BASE,                  \
        .gc_flags = TYPE_GC_CONTAINER, .traverse = iterator_traverse, .destroy = iterator_destroy, __VA_ARGS__ \
    }
#define SLOTS(NAME)      .slots = {.new = NAME##_new, .iter = iterator_self, .next = NAME##_next}
#define HELD_SLOTS(NAME) .slots = {.new = NAME##_new, .iter = iterator_self, .next = NAME##_step}
#define STEP(NAME)                       \
    static value NAME##_step(value v)    \
    {                                    \
        return step_run(v, NAME##_next); \
    }
STEP(cycle)
STEP(accumulate)
STEP(chain)
STEP(compress)
STEP(dropwhile)
STEP(takewhile)
STEP(islice)
STEP(pairwise)
STEP(zip_longest)
STEP(groupby)

static const struct type_spec specs[] = {
    ITERATOR(count, .signature = "(start=0, step=1)",
             .slots = {.new = count_new, .iter = iterator_self, .next = count_next, .repr = count_repr},
             .methods = count_methods),
    ITERATOR(cycle, .signature = "(iterable, /)", HELD_SLOTS(cycle), .methods = cycle_methods),
    ITERATOR(repeat, .slots = {.new = repeat_new, .iter = iterator_self, .next = repeat_next, .repr = repeat_repr},
             .methods = repeat_methods),
    ITERATOR(accumulate, .signature = "(iterable, func=None, *, initial=None)", HELD_SLOTS(accumulate),
             .methods = accumulate_methods),
    ITERATOR(compress, .signature = "(data, selectors)", HELD_SLOTS(compress), .methods = compress_methods),
    ITERATOR(dropwhile, .signature = "(predicate, iterable, /)", HELD_SLOTS(dropwhile), .methods = dropwhile_methods),
    ITERATOR(takewhile, .signature = "(predicate, iterable, /)", HELD_SLOTS(takewhile), .methods = takewhile_methods),
    ITERATOR(filterfalse, .signature = "(function, iterable, /)", SLOTS(filterfalse), .methods = filterfalse_methods),
    ITERATOR(starmap, .signature = "(function, iterable, /)", SLOTS(starmap), .methods = starmap_methods),
    ITERATOR(pairwise, .signature = "(iterable, /)", HELD_SLOTS(pairwise)),
    ITERATOR(zip_longest, HELD_SLOTS(zip_longest), .methods = zip_longest_methods),
};
static const struct type_spec chain_spec = ITERATOR(chain, HELD_SLOTS(chain), .methods = chain_methods);
static const struct type_spec islice_spec = ITERATOR(islice, HELD_SLOTS(islice), .methods = islice_methods);
static const struct type_spec groupby_spec = {.name = "itertools.groupby",
                                              .signature = "(iterable, key=None)",
                                              .size = sizeof(struct groupby),
                                              .flags = TYPE_FLAG_BASE,
                                              .gc_flags = TYPE_GC_CONTAINER,
                                              .traverse = groupby_traverse,
                                              .destroy = groupby_destroy,
                                              HELD_SLOTS(groupby),
                                              .methods = groupby_methods};
static const struct type_spec grouper_spec = {
    .name = "itertools._grouper",
    .size = sizeof(struct iterator),
    .gc_flags = TYPE_GC_CONTAINER,
    .traverse = iterator_traverse,
    .destroy = iterator_destroy,
    .slots = {.new = grouper_new, .iter = iterator_self, .next = grouper_next},
    .methods = grouper_methods};
static const struct method_def functions[] = {
    METHOD("tee", itertools_tee, "(iterable, n=2, /)", "Returns a tuple of n independent iterators."),
    {0},
};

static bool fill(value module)
{
    static struct type *types[sizeof specs / sizeof *specs];
    for (size_t i = 0; i < sizeof specs / sizeof *specs; i++)
        if (!module_define_type(module, &types[i], &specs[i]))
            return false;
    return module_define_type(module, &chain_type, &chain_spec) &&
           module_define_type(module, &islice_type, &islice_spec) &&
           module_define_type(module, &groupby_type, &groupby_spec) &&
           module_define_type(module, &grouper_type, &grouper_spec) && itertools_fill_tee(module) &&
           itertools_fill_combining(module);
}

const struct module_def itertools_module = {
    .name = "itertools",
    .doc = "Functional tools for creating and using iterators.",
    .functions = functions,
    .fill = fill,
};
