/*
 * Iterators over sequences that have none of their own, backwards over sequences (reversed), and over the results of a
 * callable.
 */
#include "runtime/objects/containers/iterators.h"
#include "runtime/objects/containers/list.h"
#include "runtime/objects/containers/range.h"
#include "runtime/step.h"
#include "runtime/signature.h"

/* ---- sequence iterators, and reversed: the same struct, counting up or down ---- */
struct sequence_iterator {
    struct object header;
    value_slot sequence;   /* kept to the end unless alone (see struct list_iterator) */
    _Atomic int64_t index; /* -1: exhausted */
};

static value iterator_over(struct type *type, value sequence, int64_t index)
{
    struct sequence_iterator *iterator = (struct sequence_iterator *)object_new(type, type->gc.instance_size);
    if (!iterator)
        return NULL;
    store_relaxed(&iterator->index, index);
    slot_init(&iterator->sequence, value_inc(sequence));
    return value_of(iterator);
}

value sequence_iterator_new(value sequence)
{
    return iterator_over(TYPE(SEQUENCE_ITERATOR), sequence, 0);
}

static value iterator_finish(struct sequence_iterator *iterator)
{
    store_relaxed(&iterator->index, -1);
    if (thread_is_alone())
        slot_store(&iterator->header, &iterator->sequence, NULL);
    return VALUE_END;
}

static value iterator_item(struct sequence_iterator *iterator, int64_t index, int by)
{
again:; /* owned: __getitem__ may exhaust this very iterator, which drops the sequence */
    value sequence = slot_load(&iterator->header, &iterator->sequence);
    if (!sequence)
        return VALUE_END;
    value key = likely(index <= SMALL_INT_MAX) ? small_int(index) : int_from_i64(index);
    value item = key ? item_get(sequence, key) : NULL;
    value_dec(key);
    bool python = value_has_flag(sequence, TYPE_FLAG_HEAP);
    value_dec(sequence);
    if (item) {
        int64_t now = load_relaxed(&iterator->index);
        if (now == index && position_claim(&iterator->header, &iterator->index, index, index + by))
            return item;
        now = load_relaxed(&iterator->index);
        if (python) /* a __getitem__ that moves the iterator, or lets others do so */
            return item;
        value_dec(item); /* another thread has it */
        if (now < 0)
            return VALUE_END;
        index = now;
        goto again;
    }
    if (error_matches(EXC(IndexError)) || error_matches(EXC(StopIteration))) {
        error_clear();
        return iterator_finish(iterator);
    }
    return NULL;
}

static value sequence_iterator_next(value v)
{
    struct sequence_iterator *iterator = (struct sequence_iterator *)v;
    int64_t index = load_relaxed(&iterator->index);
    if (index < 0)
        return VALUE_END;
    if (index == INT64_MAX)
        return raise(EXC(OverflowError), "iter index too large");
    return iterator_item(iterator, index, 1);
}

static value sequence_iterator_hint(value v)
{
    struct sequence_iterator *iterator = (struct sequence_iterator *)v;
    int64_t index = load_relaxed(&iterator->index);
    if (index < 0)
        return small_int(0);
    value sequence = slot_load(&iterator->header, &iterator->sequence);
    if (!sequence)
        return small_int(0);
    ssize length = value_type_slot(sequence, length) ? value_length(sequence) : -2;
    value_dec(sequence);
    if (length == -2)
        return VALUE_NOT_IMPLEMENTED;
    return length < 0 ? NULL : int_from_i64(length > index ? length - index : 0);
}

static value sequence_iterator_reduce(value v)
{
    struct sequence_iterator *iterator = (struct sequence_iterator *)v;
    int64_t index = load_relaxed(&iterator->index);
    value iter = builtin_by_name("iter");
    value sequence = index < 0 ? NULL : slot_load(&iterator->header, &iterator->sequence);
    if (!sequence)
        return reduce_result(iter, tuple_new(0), NULL, false);
    return reduce_result(iter, sequence, int_from_i64(index), true);
}

static value sequence_iterator_setstate(value v, value state)
{
    struct sequence_iterator *iterator = (struct sequence_iterator *)v;
    int64_t index;
    if (!state_as_index(state, &index))
        return NULL;
    if (load_relaxed(&iterator->index) >= 0)
        store_relaxed(&iterator->index, index < 0 ? 0 : index);
    return VALUE_NONE;
}

static void sequence_iterator_traverse(struct object *o, struct gc_trace *trace)
{
    trace_slot(trace, &((struct sequence_iterator *)o)->sequence);
}

static void sequence_iterator_destroy(struct object *o)
{
    slot_drop(&((struct sequence_iterator *)o)->sequence);
}

static const struct method_def sequence_iterator_methods[] = {
    METHOD("__length_hint__", sequence_iterator_hint, "($self, /)",
           "Private method returning an estimate of len(list(it))."),
    METHOD("__reduce__", sequence_iterator_reduce, "($self, /)", "Return state information for pickling."),
    METHOD("__setstate__", sequence_iterator_setstate, "($self, state, /)", "Set state information for unpickling."),
    {0},
};

const struct type_spec sequence_iterator_type_spec = {
    .id = TYPE_ID_SEQUENCE_ITERATOR,
    .name = "iterator",
    .size = sizeof(struct sequence_iterator),
    .flags = TYPE_FLAG_NO_NEW,
    .gc_flags = TYPE_GC_CONTAINER,
    .traverse = sequence_iterator_traverse,
    .destroy = sequence_iterator_destroy,
    .slots = {.iter = iterator_return_self, .next = sequence_iterator_next},
    .methods = sequence_iterator_methods,
};

/* ---- reversed ---- */
static value reversed_type_new(struct type *type, const value *args, size_t nargs, value kwnames)
{
    if (!no_keywords("reversed", keywords_of_new(type, kwnames)))
        return NULL;
    if (!check_arguments("reversed", nargs, 1, 1))
        return NULL;
    if (value_is(args[0], TYPE_ID_RANGE)) /* most are; what the look-up would find */
        return range_reversed(args[0]);
    if (value_is(args[0], TYPE_ID_LIST))
        return list_reversed(args[0]);
    value method = special_lookup(args[0], NAME(__reversed__));
    if (!method)
        return NULL;
    if (method == VALUE_NONE)
        return raise(EXC(TypeError), "'%T' object is not reversible", args[0]);
    if (method != VALUE_MISSING) {
        value result = call_0(method);
        value_dec(method);
        return result;
    }
    if (!value_type_slot(args[0], getitem) || is_dict(args[0]))
        return raise(EXC(TypeError), "'%T' object is not reversible", args[0]);
    ssize length = value_length(args[0]);
    return length < 0 ? NULL : iterator_over(type, args[0], length - 1);
}

static value reversed_next(value v)
{
    struct sequence_iterator *iterator = (struct sequence_iterator *)v;
    int64_t index = load_relaxed(&iterator->index);
    return index < 0 ? iterator_finish(iterator) : iterator_item(iterator, index, -1);
}

static value reversed_hint(value v)
{
    struct sequence_iterator *iterator = (struct sequence_iterator *)v;
    int64_t left = load_relaxed(&iterator->index) + 1;
    value sequence = left > 0 ? slot_load(&iterator->header, &iterator->sequence) : NULL;
    if (!sequence)
        return small_int(0);
    ssize length = value_length(sequence);
    value_dec(sequence);
    return length < 0 ? NULL : int_from_i64(length < left ? 0 : left);
}

static value reversed_reduce(value v)
{
    struct sequence_iterator *iterator = (struct sequence_iterator *)v;
    int64_t index = load_relaxed(&iterator->index);
    value sequence = index < 0 ? NULL : slot_load(&iterator->header, &iterator->sequence);
    value type = value_inc(value_of(value_type(v)));
    if (!sequence)
        return reduce_result(type, tuple_new(0), NULL, false);
    return reduce_result(type, sequence, int_from_i64(index), true);
}

static value reversed_setstate(value v, value state)
{
    struct sequence_iterator *iterator = (struct sequence_iterator *)v;
    int64_t index;
    if (!state_as_index(state, &index))
        return NULL;
    value sequence = slot_load(&iterator->header, &iterator->sequence);
    if (sequence) {
        ssize length = value_length(sequence);
        value_dec(sequence);
        if (length < 0)
            return NULL;
        store_relaxed(&iterator->index, index < -1 ? -1 : index > length - 1 ? length - 1 : index);
    }
    return VALUE_NONE;
}

static const struct method_def reversed_methods[] = {
    METHOD("__length_hint__", reversed_hint, "($self, /)", "Private method returning an estimate of len(list(it))."),
    METHOD("__reduce__", reversed_reduce, "($self, /)", "Return state information for pickling."),
    METHOD("__setstate__", reversed_setstate, "($self, state, /)", "Set state information for unpickling."),
    {0},
};

const struct type_spec reversed_type_spec = {
    .id = TYPE_ID_REVERSED,
    .name = "reversed",
    .doc = "Return a reverse iterator over the values of the given sequence.",
    .signature = "(sequence, /)",
    .size = sizeof(struct sequence_iterator),
    .flags = TYPE_FLAG_BASE,
    .gc_flags = TYPE_GC_CONTAINER,
    .traverse = sequence_iterator_traverse,
    .destroy = sequence_iterator_destroy,
    .slots = {.new = reversed_type_new, .iter = iterator_return_self, .next = reversed_next},
    .methods = reversed_methods,
};

/* ---- callable iterators ---- */
struct callable_iterator {
    struct object header;
    value_slot callable; /* both NULL once exhausted */
    value_slot sentinel;
};

value callable_iterator_new(value callable, value sentinel)
{
    struct callable_iterator *iterator =
        (struct callable_iterator *)object_new(TYPE(CALLABLE_ITERATOR), sizeof *iterator);
    if (!iterator)
        return NULL;
    slot_init(&iterator->callable, value_inc(callable));
    slot_init(&iterator->sentinel, value_inc(sentinel));
    return value_of(iterator);
}

static void callable_iterator_destroy(struct object *o)
{
    struct callable_iterator *iterator = (struct callable_iterator *)o;
    slot_drop(&iterator->callable);
    slot_drop(&iterator->sentinel);
}

static value callable_iterator_next(value v)
{
    struct callable_iterator *iterator = (struct callable_iterator *)v;
    bool shared = !step_is_undisturbed(v); /* now: who came to the end meanwhile may have left afterwards */
    value expected = slot_load(&iterator->header, &iterator->sentinel); /* first, as it goes last */
    value callable = slot_load(&iterator->header, &iterator->callable);
    if (!callable) {
        value_dec(expected);
        return VALUE_END;
    }
    struct step_pause pause; /* what is called may wait for another thread that waits for this iterator */
    bool paused = step_is_on();
    if (paused)
        step_pause(&pause);
    value result = call_0(callable);
    if (paused)
        step_resume(&pause);
    value_dec(callable);
    if (result) {
        value sentinel = slot_load(&iterator->header, &iterator->sentinel);
        if (!sentinel && shared)
            sentinel = value_inc(expected); /* another thread came to the end: this result was before it */
        value_dec(expected);
        expected = NULL;
        int same = sentinel ? sentinel == result ? 1 : value_equals(sentinel, result) : 1;
        value_dec(sentinel);
        if (same == 0)
            return result;
        value_dec(result);
        if (same < 0)
            return NULL;
    } else {
        value_dec(expected);
        if (!error_matches(EXC(StopIteration)))
            return NULL;
        error_clear();
    }
    slot_store(&iterator->header, &iterator->callable, NULL); /* several threads may come here */
    slot_store(&iterator->header, &iterator->sentinel, NULL);
    return VALUE_END;
}

static value callable_iterator_reduce(value v)
{
    struct callable_iterator *iterator = (struct callable_iterator *)v;
    value iter = builtin_by_name("iter");
    value callable = slot_load(&iterator->header, &iterator->callable);
    value sentinel = slot_load(&iterator->header, &iterator->sentinel);
    value result = NULL;
    if (callable && sentinel && iter) {
        value arguments = tuple_pack(2, callable, sentinel);
        result = arguments ? tuple_pack(2, iter, arguments) : NULL;
        value_dec(arguments);
        value_dec(iter);
    } else {
        result = reduce_result(iter, tuple_new(0), NULL, false);
    }
    value_dec(callable);
    value_dec(sentinel);
    return result;
}

static void callable_iterator_traverse(struct object *o, struct gc_trace *trace)
{
    trace_slot(trace, &((struct callable_iterator *)o)->callable);
    trace_slot(trace, &((struct callable_iterator *)o)->sentinel);
}

static const struct method_def callable_iterator_methods[] = {
    METHOD("__reduce__", callable_iterator_reduce, "($self, /)", "Return state information for pickling."),
    {0},
};

const struct type_spec callable_iterator_type_spec = {
    .id = TYPE_ID_CALLABLE_ITERATOR,
    .name = "callable_iterator",
    .size = sizeof(struct callable_iterator),
    .flags = TYPE_FLAG_NO_NEW,
    .gc_flags = TYPE_GC_CONTAINER,
    .traverse = callable_iterator_traverse,
    .destroy = callable_iterator_destroy,
    .slots = {.iter = iterator_return_self, .next = callable_iterator_next},
    .methods = callable_iterator_methods,
};
