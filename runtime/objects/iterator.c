/* The iterators that iter() makes: over anything with __getitem__ from 0 on, and over the results of a callable. */
#include "runtime/objects/type_internal.h"

struct any_iterator {
    struct object header;
    value_slot source;     /* the sequence, or the callable; NULL: exhausted */
    value_slot sentinel;   /* callable iterators */
    _Atomic int64_t index; /* sequence iterators */
};
#define ITERATOR(v) ((struct any_iterator *)(v))

static value iterator_alloc(struct type *type, value source, value sentinel)
{
    struct any_iterator *i = (struct any_iterator *)object_new(type, sizeof *i);
    if (i) {
        slot_init(&i->source, value_inc(source));
        slot_init(&i->sentinel, value_inc(sentinel));
    }
    return value_of(i);
}

value sequence_iterator_new(value sequence)
{
    return iterator_alloc(TYPE(SEQUENCE_ITERATOR), sequence, NULL);
}

value callable_iterator_new(value callable, value sentinel)
{
    return iterator_alloc(TYPE(CALLABLE_ITERATOR), callable, sentinel);
}

static value iterator_self(value self)
{
    return value_inc(self);
}

static void iterator_end(value self)
{
    slot_store(value_object(self), &ITERATOR(self)->source, NULL);
}

static value sequence_next(value self)
{
    value sequence = slot_load(value_object(self), &ITERATOR(self)->source);
    if (!sequence)
        return VALUE_END;
    int64_t at = atomic_fetch_add_explicit(&ITERATOR(self)->index, 1, memory_order_relaxed);
    value index = int_from_i64(at);
    value item = index ? item_get(sequence, index) : NULL;
    value_dec(index);
    value_dec(sequence);
    if (!item && (error_matches(EXC(IndexError)) || error_matches(EXC(StopIteration)))) {
        error_clear();
        iterator_end(self);
        return VALUE_END;
    }
    return item;
}

static value callable_next(value self)
{
    value callable = slot_load(value_object(self), &ITERATOR(self)->source);
    if (!callable)
        return VALUE_END;
    value item = call_0(callable);
    value_dec(callable);
    if (!item) {
        if (!error_matches(EXC(StopIteration)))
            return NULL;
        error_clear();
        iterator_end(self);
        return VALUE_END;
    }
    value sentinel = slot_load(value_object(self), &ITERATOR(self)->sentinel);
    int same = sentinel ? value_equals(sentinel, item) : 1;
    value_dec(sentinel);
    if (!same)
        return item;
    value_dec(item);
    if (same < 0)
        return NULL;
    iterator_end(self);
    return VALUE_END;
}

static value sequence_length_hint(value self, const value *args)
{
    (void)args;
    value sequence = slot_load(value_object(self), &ITERATOR(self)->source);
    if (!sequence)
        return small_int(0);
    if (!value_slots(sequence)->length) {
        value_dec(sequence);
        return VALUE_NOT_IMPLEMENTED;
    }
    ssize length = value_length(sequence);
    value_dec(sequence);
    if (length < 0)
        return NULL;
    ssize rest = length - atomic_load_explicit(&ITERATOR(self)->index, memory_order_relaxed);
    return int_from_i64(rest < 0 ? 0 : rest);
}

/* iter(source[, sentinel]), and for sequences where the iteration stands. */
static value iterator_reduce(value self, const value *args)
{
    (void)args;
    value iter = builtin_lookup(NAME(iter));
    value source = iter ? slot_load(value_object(self), &ITERATOR(self)->source) : NULL;
    value result = NULL, arguments = NULL;
    if (iter && !source) {
        value empty = tuple_new(0);
        arguments = empty ? tuple_pack(1, empty) : NULL;
        value_dec(empty);
        result = arguments ? tuple_pack(2, iter, arguments) : NULL;
    } else if (iter && value_is(self, TYPE_ID_CALLABLE_ITERATOR)) {
        value sentinel = slot_load(value_object(self), &ITERATOR(self)->sentinel);
        arguments = tuple_pack(2, source, sentinel);
        value_dec(sentinel);
        result = arguments ? tuple_pack(2, iter, arguments) : NULL;
    } else if (iter) {
        value index = int_from_i64(atomic_load_explicit(&ITERATOR(self)->index, memory_order_relaxed));
        arguments = tuple_pack(1, source);
        result = arguments && index ? tuple_pack(3, iter, arguments, index) : NULL;
        value_dec(index);
    }
    value_dec(arguments);
    value_dec(source);
    value_dec(iter);
    return result;
}

static value sequence_set_state(value self, const value *args)
{
    int64_t index;
    if (!value_as_i64(args[0], &index))
        return NULL;
    atomic_store_explicit(&ITERATOR(self)->index, index < 0 ? 0 : index, memory_order_relaxed);
    return VALUE_NONE;
}

static void iterator_traverse(struct object *o, struct gc_trace *trace)
{
    trace_slots(trace, &((struct any_iterator *)o)->source, 2);
}
static void iterator_destroy(struct object *o)
{
    slot_store(o, &((struct any_iterator *)o)->source, NULL);
    slot_store(o, &((struct any_iterator *)o)->sentinel, NULL);
}

static const struct method_def sequence_methods[] = {
    METHOD("__length_hint__", sequence_length_hint, "($self, /)", NULL),
    METHOD("__reduce__", iterator_reduce, "($self, /)", NULL),
    METHOD("__setstate__", sequence_set_state, "($self, state, /)", NULL),
    {0},
};
static const struct method_def callable_methods[] = {
    METHOD("__reduce__", iterator_reduce, "($self, /)", NULL),
    {0},
};

const struct type_spec sequence_iterator_type_spec = {
    .id = TYPE_ID_SEQUENCE_ITERATOR,
    .name = "iterator",
    .size = sizeof(struct any_iterator),
    .gc_flags = TYPE_GC_CONTAINER,
    .traverse = iterator_traverse,
    .destroy = iterator_destroy,
    .slots = {.iter = iterator_self, .next = sequence_next},
    .methods = sequence_methods,
};
const struct type_spec callable_iterator_type_spec = {
    .id = TYPE_ID_CALLABLE_ITERATOR,
    .name = "callable_iterator",
    .size = sizeof(struct any_iterator),
    .gc_flags = TYPE_GC_CONTAINER,
    .traverse = iterator_traverse,
    .destroy = iterator_destroy,
    .slots = {.iter = iterator_self, .next = callable_next},
    .methods = callable_methods,
};
