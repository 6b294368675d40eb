/*
 * enumerate, zip, map, filter: iterators that make their values from other iterators' on demand.
 *
 * Threads may share one. Those that take from several iterators, or count, are held during a step (step.h), so that
 * what belongs together stays together.
 */
#include "runtime/objects/containers/dict.h"
#include "runtime/objects/containers/iterators.h"
#include "runtime/objects/containers/list.h"
#include "runtime/objects/containers/range.h"
#include "runtime/step.h"
#include "runtime/signature.h"
#include "threads/pause.h"
#include "runtime/raw.h"

#include <stdlib.h>

/* All share this layout; each uses the fields it needs. */
struct lazy {
    struct object header;
    value_slot function; /* map, filter: what to call; enumerate: the next index; zip: whether strict */
    value_slot source;   /* enumerate, filter: the iterator; zip, map: the tuple of iterators */
    value_slot pair;     /* enumerate, zip of two: the tuple given out last; see pair_next */
};

static void lazy_traverse(struct object *o, struct gc_trace *trace)
{
    trace_slot(trace, &((struct lazy *)o)->function);
    trace_slot(trace, &((struct lazy *)o)->source);
    trace_slot(trace, &((struct lazy *)o)->pair);
}

static void lazy_destroy(struct object *o)
{
    slot_drop(&((struct lazy *)o)->function);
    slot_drop(&((struct lazy *)o)->source);
    slot_drop(&((struct lazy *)o)->pair);
}

static __attribute__((noinline)) value source_next_shared(value source)
{
    value_inc(source); /* so that whoever comes to it sees that he is not the only one */
    value item = iter_next(source);
    value_dec(source);
    return item;
}

/* The next item of a source of the lazy iterator v; without a detour for the commonest. */
static inline value source_next(value v, value source)
{
    if (unlikely(!thread_is_alone()))
        return object_is_sole(value_object(v)) ? iter_next(source) : source_next_shared(source);
    if (value_is(source, TYPE_ID_LIST_ITERATOR))
        return list_iterator_next_fast(source);
    if (value_is(source, TYPE_ID_RANGE_ITERATOR))
        return range_iterator_next_fast(source);
    return iter_next(source);
}

/* Steals both; NULL when one is NULL or there is no memory. */
static value lazy_new(struct type *type, value function, value source)
{
    struct lazy *lazy = function && source ? (struct lazy *)object_new(type, type->gc.instance_size) : NULL;
    if (!lazy) {
        value_dec(function);
        value_dec(source);
        return NULL;
    }
    slot_init(&lazy->function, function);
    slot_init(&lazy->source, source);
    return value_of(lazy);
}

static inline value lazy_function(value v)
{
    return slot_peek(&((struct lazy *)v)->function);
}
static inline value lazy_source(value v)
{
    return slot_peek(&((struct lazy *)v)->source);
}

/* A tuple of iterators over each argument. */
static value iterators_over(const value *args, size_t nargs)
{
    value tuple = tuple_new(nargs);
    for (size_t i = 0; tuple && i < nargs; thread_report_at(++i)) {
        value iterator = iter_get(args[i]);
        if (!iterator) {
            value_dec(tuple);
            return NULL;
        }
        tuple_init(tuple, i, iterator);
    }
    return tuple;
}

/* ---- enumerate ---- */
static value enumerate_type_new(struct type *type, const value *args, size_t nargs, value kwnames)
{
    size_t named = kwnames ? tuple_length(kwnames) : 0;
    value iterable = nargs > 0 ? args[0] : NULL, first = nargs > 1 ? args[1] : small_int(0);
    if (nargs + named > 2)
        return raise(EXC(TypeError), "enumerate() takes at most 2 arguments (%zu given)", nargs + named);
    for (size_t i = 0; i < named; i++) {
        value name = tuple_get(kwnames, i);
        if (nargs == 0 && str_equals_text(name, "iterable"))
            iterable = args[i];
        else if (nargs + named == 2 && nargs < 2 && str_equals_text(name, "start"))
            first = args[nargs + i];
        else
            return raise(EXC(TypeError), "'%U' is an invalid keyword argument for enumerate()", name);
    }
    if (!iterable)
        return raise(EXC(TypeError), "enumerate() missing required argument 'iterable'");
    value start = is_int(first) ? value_inc(first) : index_value(first);
    return start ? lazy_new(type, start, iter_get(iterable)) : NULL;
}

static struct value_pair enumerate_pair(value v)
{
    struct lazy *lazy = (struct lazy *)v;
    value next = source_next(v, lazy_source(v));
    if (!next || next == VALUE_END)
        return (struct value_pair){next, NULL};
    value number = load_relaxed(&lazy->function);
    if (likely(value_is_small_int(number) && small_int_value(number) < SMALL_INT_MAX)) {
        store_relaxed(&lazy->function, small_int(small_int_value(number) + 1));
    } else {
        number = slot_load(&lazy->header, &lazy->function);
        value after = number ? operate_binary(BINARY_ADD, number, small_int(1)) : NULL;
        if (!after) {
            value_dec(number);
            value_dec(next);
            return (struct value_pair){NULL, NULL};
        }
        slot_store(&lazy->header, &lazy->function, after);
    }
    return (struct value_pair){number, next};
}

/* The same as a tuple. */
static inline value lazy_tuple(value v, struct value_pair pair)
{
    struct lazy *lazy = (struct lazy *)v;
    return pair.second ? pair_next(&lazy->header, &lazy->pair, pair.first, pair.second) : pair.first;
}

static value enumerate_advance(value v)
{
    return lazy_tuple(v, enumerate_pair(v));
}

static value enumerate_next(value v)
{
    return step_run(v, enumerate_advance);
}

static value enumerate_reduce(value v)
{
    value number = slot_load(&((struct lazy *)v)->header, &((struct lazy *)v)->function);
    value arguments = tuple_pack(2, lazy_source(v), number);
    value result = arguments ? tuple_pack(2, value_of(value_type(v)), arguments) : NULL;
    value_dec(arguments);
    value_dec(number);
    return result;
}

static const struct method_def enumerate_methods[] = {
    METHOD("__reduce__", enumerate_reduce, "($self, /)", "Return state information for pickling."),
    METHOD_CLASS_GETITEM,
    {0},
};

const struct type_spec enumerate_type_spec = {
    .id = TYPE_ID_ENUMERATE,
    .name = "enumerate",
    .doc =
        "Return an enumerate object.\n\n  iterable\n    an object supporting iteration\n\nThe enumerate object yields "
        "pairs containing a count (from start, which\ndefaults to zero) and a value yielded by the iterable argument."
        "\n\nenumerate is useful for obtaining an indexed list:\n    (0, seq[0]), (1, seq[1]), (2, seq[2]), ...",
    .signature = "(iterable, start=0)",
    .size = sizeof(struct lazy),
    .flags = TYPE_FLAG_BASE,
    .gc_flags = TYPE_GC_CONTAINER,
    .traverse = lazy_traverse,
    .destroy = lazy_destroy,
    .slots = {.new = enumerate_type_new, .iter = iterator_return_self, .next = enumerate_next},
    .methods = enumerate_methods,
};

/* ---- zip ---- */
static value zip_type_new(struct type *type, const value *args, size_t nargs, value kwnames)
{
    int strict = 0;
    if (kwnames && tuple_length(kwnames) > 1)
        return raise(EXC(TypeError), "zip() takes at most 1 keyword argument (%zu given)", tuple_length(kwnames));
    for (size_t i = 0; kwnames && i < tuple_length(kwnames); thread_report_at(++i)) {
        if (!str_equals_text(tuple_get(kwnames, i), "strict"))
            return raise(EXC(TypeError), "'%U' is an invalid keyword argument for zip()", tuple_get(kwnames, i));
        strict = value_truth(args[nargs + i]);
        if (strict < 0)
            return NULL;
    }
    return lazy_new(type, value_bool(strict), iterators_over(args, nargs));
}

/* Strict, and iterator i ended: an error unless all end here. `previous`: all before i gave an item. */
static value zip_check_strict(value v, size_t i)
{
    value iterators = lazy_source(v);
    size_t count = tuple_length(iterators);
    if (i > 0)
        return raise(EXC(ValueError), "zip() argument %zu is shorter than argument%s%zu", i + 1, i == 1 ? " " : "s 1-",
                     i);
    for (i = 1; i < count; i++) {
        value item = source_next(v, tuple_get(iterators, i));
        if (!item)
            return NULL;
        if (item != VALUE_END) {
            value_dec(item);
            return raise(EXC(ValueError), "zip() argument %zu is longer than argument%s%zu", i + 1,
                         i == 1 ? " " : "s 1-", i);
        }
    }
    return VALUE_END;
}

/* Of two. */
static struct value_pair zip_pair(value v)
{
    value iterators = lazy_source(v);
    value first = source_next(v, tuple_get(iterators, 0)), second = NULL;
    bool taken = first && first != VALUE_END;
    if (taken) {
        second = source_next(v, tuple_get(iterators, 1));
        if (likely(second && second != VALUE_END))
            return (struct value_pair){first, second};
        value_dec(first);
    }
    value end = taken ? second : first;
    if (end == VALUE_END && lazy_function(v) == VALUE_TRUE)
        end = zip_check_strict(v, taken);
    return (struct value_pair){end, NULL};
}

static value zip_advance(value v)
{
    value iterators = lazy_source(v);
    size_t count = tuple_length(iterators);
    if (count == 2)
        return lazy_tuple(v, zip_pair(v));
    if (count == 0)
        return VALUE_END;
    value few[4], *items = few;
    if (count > 4 && !(items = malloc(count * sizeof(value))))
        return raise_no_memory();
    value result = NULL;
    size_t i = 0;
    for (; i < count; i++) {
        items[i] = source_next(v, tuple_get(iterators, i));
        if (!items[i] || items[i] == VALUE_END) {
            result = items[i];
            break;
        }
        thread_report_at(i + 1);
    }
    if (i == count) {
        result = tuple_from_owned(items, count);
    } else {
        for (size_t k = 0; k < i; k++)
            value_dec(items[k]);
        if (result == VALUE_END && lazy_function(v) == VALUE_TRUE)
            result = zip_check_strict(v, i);
    }
    if (items != few)
        raw_free(items);
    return result;
}

static value zip_next(value v)
{
    return step_run(v, zip_advance);
}

static value zip_reduce(value v)
{
    value type = value_of(value_type(v));
    return lazy_function(v) == VALUE_TRUE ? tuple_pack(3, type, lazy_source(v), VALUE_TRUE)
                                          : tuple_pack(2, type, lazy_source(v));
}

static value zip_setstate(value v, value state)
{
    int strict = value_truth(state);
    if (strict < 0)
        return NULL;
    store_relaxed(&((struct lazy *)v)->function, value_bool(strict));
    return VALUE_NONE;
}

static const struct method_def zip_methods[] = {
    METHOD("__reduce__", zip_reduce, "($self, /)", "Return state information for pickling."),
    METHOD("__setstate__", zip_setstate, "($self, state, /)", "Set state information for unpickling."),
    {0},
};

const struct type_spec zip_type_spec = {
    .id = TYPE_ID_ZIP,
    .name = "zip",
    .doc = "zip(*iterables, strict=False) --> Yield tuples until an input is exhausted.\n\nIf one of the arguments is "
           "exhausted before the others and strict is true, raise a ValueError.",
    .size = sizeof(struct lazy),
    .flags = TYPE_FLAG_BASE,
    .gc_flags = TYPE_GC_CONTAINER,
    .traverse = lazy_traverse,
    .destroy = lazy_destroy,
    .slots = {.new = zip_type_new, .iter = iterator_return_self, .next = zip_next},
    .methods = zip_methods,
};

struct value_pair iterator_next_pair(value iterator)
{
    if (value_is(iterator, TYPE_ID_DICT_ITEM_ITERATOR))
        return dict_item_iterator_next_pair(iterator);
    if (value_is(iterator, TYPE_ID_ENUMERATE) && likely(step_is_undisturbed(iterator)))
        return enumerate_pair(iterator);
    if (value_is(iterator, TYPE_ID_ZIP) && likely(step_is_undisturbed(iterator)) &&
        tuple_length(lazy_source(iterator)) == 2)
        return zip_pair(iterator);
    return NO_PAIR;
}

/* ---- map ---- */
static value map_type_new(struct type *type, const value *args, size_t nargs, value kwnames)
{
    if (!no_keywords("map", keywords_of_new(type, kwnames)))
        return NULL;
    if (nargs < 2)
        return raise(EXC(TypeError), "map() must have at least two arguments.");
    return lazy_new(type, value_inc(args[0]), iterators_over(args + 1, nargs - 1));
}

static value map_advance(value v)
{
    value iterators = lazy_source(v), function = lazy_function(v);
    size_t count = tuple_length(iterators);
    if (likely(count == 1)) {
        value item = source_next(v, tuple_get(iterators, 0));
        if (!item || item == VALUE_END)
            return item;
        value result = call_1(function, item);
        value_dec(item);
        return result;
    }
    value few[4], *items = few;
    if (count > 4 && !(items = malloc(count * sizeof(value))))
        return raise_no_memory();
    value result = NULL;
    size_t i = 0;
    for (; i < count; thread_report_at(++i)) {
        items[i] = source_next(v, tuple_get(iterators, i));
        if (!items[i] || items[i] == VALUE_END) {
            result = items[i];
            break;
        }
    }
    if (i == count)
        result = call_vector(function, items, count, NULL);
    for (; i > 0; thread_report_at(i))
        value_dec(items[--i]);
    if (items != few)
        raw_free(items);
    return result;
}

static value map_next(value v)
{
    return tuple_length(lazy_source(v)) == 1 ? map_advance(v) : step_run(v, map_advance);
}

static value map_reduce(value v)
{
    value iterators = lazy_source(v), arguments = tuple_new(tuple_length(iterators) + 1);
    if (!arguments)
        return NULL;
    tuple_init(arguments, 0, value_inc(lazy_function(v)));
    for (size_t i = 0; i < tuple_length(iterators); thread_report_at(++i))
        tuple_init(arguments, i + 1, value_inc(tuple_get(iterators, i)));
    value result = tuple_pack(2, value_of(value_type(v)), arguments);
    value_dec(arguments);
    return result;
}

static const struct method_def map_methods[] = {
    METHOD("__reduce__", map_reduce, "($self, /)", "Return state information for pickling."),
    {0},
};

const struct type_spec map_type_spec = {
    .id = TYPE_ID_MAP,
    .name = "map",
    .doc = "map(func, *iterables) --> map object\n\nMake an iterator that computes the function using arguments from\n"
           "each of the iterables.  Stops when the shortest iterable is exhausted.",
    .size = sizeof(struct lazy),
    .flags = TYPE_FLAG_BASE,
    .gc_flags = TYPE_GC_CONTAINER,
    .traverse = lazy_traverse,
    .destroy = lazy_destroy,
    .slots = {.new = map_type_new, .iter = iterator_return_self, .next = map_next},
    .methods = map_methods,
};

/* ---- filter ---- */
static value filter_type_new(struct type *type, const value *args, size_t nargs, value kwnames)
{
    if (!no_keywords("filter", keywords_of_new(type, kwnames)))
        return NULL;
    if (!check_arguments("filter", nargs, 2, 2))
        return NULL;
    return lazy_new(type, value_inc(args[0]), iter_get(args[1]));
}

static value filter_next(value v)
{
    value function = lazy_function(v), iterator = lazy_source(v);
    bool truth_only = is_none(function) || function == value_of(TYPE(BOOL));
    for (;;) {
        value item = source_next(v, iterator);
        if (!item || item == VALUE_END)
            return item;
        int wanted;
        if (truth_only) {
            wanted = value_truth(item);
        } else {
            value good = call_1(function, item);
            wanted = good ? value_truth(good) : -1;
            value_dec(good);
        }
        if (wanted > 0)
            return item;
        value_dec(item);
        if (wanted < 0)
            return NULL;
    }
}

static value filter_reduce(value v)
{
    value arguments = tuple_pack(2, lazy_function(v), lazy_source(v));
    value result = arguments ? tuple_pack(2, value_of(value_type(v)), arguments) : NULL;
    value_dec(arguments);
    return result;
}

static const struct method_def filter_methods[] = {
    METHOD("__reduce__", filter_reduce, "($self, /)", "Return state information for pickling."),
    {0},
};

const struct type_spec filter_type_spec = {
    .id = TYPE_ID_FILTER,
    .name = "filter",
    .doc =
        "filter(function or None, iterable) --> filter object\n\nReturn an iterator yielding those items of iterable "
        "for which function(item)\nis true. If function is None, return the items that are true.",
    .size = sizeof(struct lazy),
    .flags = TYPE_FLAG_BASE,
    .gc_flags = TYPE_GC_CONTAINER,
    .traverse = lazy_traverse,
    .destroy = lazy_destroy,
    .slots = {.new = filter_type_new, .iter = iterator_return_self, .next = filter_next},
    .methods = filter_methods,
};
