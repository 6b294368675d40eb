/*
 * tee: the siblings share the items that some of them have seen and others have not, in a chain of blocks. The first
 * to come to the chain's end takes the next item from the source; the others wait for it.
 */
#include "runtime/modules/functional/itertools.h"
#include "runtime/modules/module.h"
#include "runtime/objects/containers/iterators.h"
#include "runtime/step.h"
#include "threads/pause.h"

#define BLOCK_ITEMS 57 /* as CPython's, whose pickles say where a sibling is in its block */

struct tee_block {
    struct object header;
    int64_t base;          /* the position of its first item; constant */
    value_slot source;     /* constant */
    value_slot next;       /* the block after it; NULL until somebody gets there */
    _Atomic int64_t count; /* of items, which are there for good */
    _Atomic bool running;  /* an item is being taken */
    value_slot items[BLOCK_ITEMS];
};
static struct type *block_type, *tee_type;

/* A sibling: 0 a block, the one of its next item or one before that; number 0 the position of that item. */
#define POSITION(v) (&((struct iterator *)(v))->numbers[0])

static struct tee_block *block_new(value source, int64_t base)
{
    struct tee_block *block = (struct tee_block *)object_new(block_type, sizeof *block);
    if (block) {
        block->base = base;
        slot_init(&block->source, value_inc(source));
    }
    return block;
}

/* The block after it, owned; NULL without memory. */
static value block_next(struct tee_block *block)
{
    value next = slot_load(&block->header, &block->next);
    if (next)
        return next;
    next = value_of(block_new(slot_peek(&block->source), block->base + BLOCK_ITEMS));
    if (!next)
        return NULL;
    object_lock(&block->header);
    value other = slot_peek(&block->next);
    if (other)
        value_inc(other);
    else
        slot_init(&block->next, value_inc(next));
    object_unlock(&block->header);
    if (!other)
        return next;
    value_dec(next);
    return other;
}

/* The block that holds `position`, owned, by way of the sibling's, which is brought up to it. */
static struct tee_block *block_at(value v, int64_t position)
{
    struct iterator *tee = (struct iterator *)v;
    value found = slot_load(&tee->header, &tee->slots[0]);
    bool moved = false;
    while (found && position >= ((struct tee_block *)found)->base + BLOCK_ITEMS) {
        value next = block_next((struct tee_block *)found);
        value_dec(found);
        found = next;
        moved = true;
    }
    if (found && moved)
        slot_store(&tee->header, &tee->slots[0], value_inc(found));
    return (struct tee_block *)found;
}

/* Put the item that sibling v wants into its block, unless it is there. VALUE_MISSING: look again; else what to return.
   Called with the block held. */
static value block_fill(value v)
{
    int64_t position = load_acquire(POSITION(v));
    struct tee_block *block = block_at(v, position);
    if (!block)
        return NULL;
    value result = VALUE_MISSING;
    int64_t count = load_acquire(&block->count);
    struct step_hold *hold = step_self.holds;
    if (position - block->base < count) {
        /* another thread has put it there */
    } else if (!thread_is_alone() && hold && hold->iterator != &block->header) {
        /* others moved v on: it is the block before this one that is held */
    } else if (atomic_exchange_explicit(&block->running, true, memory_order_acquire)) {
        result = raise(EXC(RuntimeError), "cannot re-enter the tee iterator");
    } else {
        value item = iter_next(slot_peek(&block->source));
        if (!item || item == VALUE_END) {
            result = item;
        } else {
            count = load_relaxed(&block->count); /* (of it, whoever runs here is the only writer) */
            slot_init(&block->items[count], item);
            store_release(&block->count, count + 1);
        }
        atomic_store_explicit(&block->running, false, memory_order_release);
    }
    value_dec(value_of(block));
    return result;
}

static value tee_next(value v)
{
    for (;;) {
        /* the block first: it is never ahead of the position */
        struct iterator *tee = (struct iterator *)v;
        value first = slot_load(&tee->header, &tee->slots[0]);
        int64_t position = load_acquire(POSITION(v));
        struct tee_block *block = (struct tee_block *)first;
        if (unlikely(position >= block->base + BLOCK_ITEMS)) {
            value_dec(first);
            block = block_at(v, position);
            if (!block)
                return NULL;
        }
        int64_t index = position - block->base;
        value item = VALUE_MISSING;
        if (index < load_acquire(&block->count))
            item = slot_load(&block->header, &block->items[index]);
        else
            item = step_held(value_of(block), v, block_fill);
        value_dec(value_of(block));
        if (item == VALUE_MISSING)
            continue;
        if (!item || item == VALUE_END || position_claim(&tee->header, POSITION(v), position, position + 1))
            return item;
        value_dec(item); /* another thread has it */
    }
}

static value tee_make(struct type *type, value block /* stolen */, int64_t position)
{
    value v = iterator_make(type, block, NULL);
    if (v)
        store_relaxed(POSITION(v), position);
    return v;
}

static value tee_copy(value v)
{
    struct iterator *tee = (struct iterator *)v;
    value block = slot_load(&tee->header, &tee->slots[0]);
    return tee_make(tee_type, block, load_acquire(POSITION(v)));
}

static value tee_from(value iterable)
{
    value iterator = iter_get(iterable);
    if (!iterator)
        return NULL;
    value result;
    if (value_type(iterator) == tee_type) {
        result = tee_copy(iterator);
    } else {
        value block = value_of(block_new(iterator, 0));
        result = block ? tee_make(tee_type, block, 0) : NULL;
    }
    value_dec(iterator);
    return result;
}

static value tee_new(struct type *type, const value *args, size_t nargs, value kwnames)
{
    if (!no_keywords("_tee", kwnames))
        return NULL;
    if (nargs != 1)
        return raise(EXC(TypeError), "_tee expected 1 argument, got %zu", nargs);
    return tee_from(args[0]);
}

value itertools_tee(value self, value iterable, value given_n)
{
    ssize n;
    if (!value_as_ssize(given_n, &n))
        return NULL;
    if (n < 0)
        return raise(EXC(ValueError), "n must be >= 0");
    value tuple = tuple_new((size_t)n);
    if (!tuple || n == 0)
        return tuple;
    /* An iterator that can be copied is the first of the results itself. */
    value first = iter_get(iterable), copier = first ? attr_get_optional(first, NAME(__copy__)) : NULL;
    if (copier == VALUE_MISSING) {
        value made = tee_from(first);
        value_dec(first);
        first = made;
        copier = made ? attr_get(made, NAME(__copy__)) : NULL;
    }
    for (ssize i = 0; tuple && i < n; thread_report_at((size_t)++i)) {
        value copy = !copier ? NULL : i == 0 ? value_inc(first) : call_0(copier);
        if (!copy) {
            value_dec(tuple);
            tuple = NULL;
        } else {
            tuple_init(tuple, (size_t)i, copy);
        }
    }
    value_dec(copier);
    value_dec(first);
    return tuple;
}

/* ---- copying and pickling ---- */
static value tee_reduce(value v)
{
    int64_t position = load_acquire(POSITION(v));
    struct tee_block *block = block_at(v, position);
    if (!block)
        return NULL;
    value state = tuple_pack(2, value_of(block), small_int(position - block->base));
    value_dec(value_of(block));
    value none = tuple_new(0), arguments = none ? tuple_pack(1, none) : NULL;
    value_dec(none);
    return iterator_reduced(v, arguments, state);
}

static value tee_setstate(value v, value state)
{
    value parts[2];
    int index;
    if (!state_unpack(state, 2, 2, parts))
        return NULL;
    if (value_type(parts[0]) != block_type)
        return raise(EXC(TypeError), "argument 1 must be itertools._tee_dataobject, not %K", parts[0]);
    if (!value_as_int(parts[1], &index))
        return NULL;
    if (index < 0 || index > BLOCK_ITEMS)
        return raise(EXC(ValueError), "Index out of range");
    struct iterator *tee = (struct iterator *)v;
    slot_store(&tee->header, &tee->slots[0], value_inc(parts[0]));
    store_release(POSITION(v), ((struct tee_block *)parts[0])->base + index);
    return VALUE_NONE;
}

static value block_reduce(value v)
{
    struct tee_block *block = (struct tee_block *)v;
    value items[BLOCK_ITEMS];
    size_t count = (size_t)load_acquire(&block->count);
    for (size_t i = 0; i < count; i++)
        items[i] = slot_load(&block->header, &block->items[i]);
    value list = list_from_owned(items, count);
    value next = slot_load(&block->header, &block->next);
    value arguments = list ? tuple_pack(3, slot_peek(&block->source), list, next ? next : VALUE_NONE) : NULL;
    value_dec(next);
    value_dec(list);
    return iterator_reduced(v, arguments, NULL);
}

/* _tee_dataobject(source, items, next block or None) */
static value block_type_new(struct type *type, const value *args, size_t nargs, value kwnames)
{
    if (!no_keywords("teedataobject", kwnames))
        return NULL;
    if (nargs != 3)
        return raise(EXC(TypeError), "teedataobject expected 3 arguments, got %zu", nargs);
    if (!value_is(args[1], TYPE_ID_LIST))
        return raise(EXC(TypeError), "teedataobject() argument 2 must be list, not %K", args[1]);
    bool last = is_none(args[2]);
    value items = list_to_tuple(args[1]);
    if (!items)
        return NULL;
    size_t count = tuple_length(items);
    struct tee_block *block = NULL;
    if (count > BLOCK_ITEMS || (!last && (count != BLOCK_ITEMS || value_type(args[2]) != block_type))) {
        raise(EXC(ValueError), "Invalid arguments");
    } else {
        block = block_new(args[0], last ? 0 : ((struct tee_block *)args[2])->base - BLOCK_ITEMS);
        for (size_t i = 0; block && i < count; i++)
            slot_init(&block->items[i], value_inc(tuple_get(items, i)));
        if (block && !last)
            slot_init(&block->next, value_inc(args[2]));
        if (block)
            store_release(&block->count, (int64_t)count);
    }
    value_dec(items);
    return value_of(block);
}

static void block_traverse(struct object *o, struct gc_trace *trace)
{
    struct tee_block *block = (struct tee_block *)o;
    trace_slot(trace, &block->source);
    trace_slot(trace, &block->next);
    trace_slots(trace, block->items, BLOCK_ITEMS);
}
static void block_destroy(struct object *o)
{
    struct tee_block *block = (struct tee_block *)o;
    slot_drop(&block->source);
    for (int64_t i = 0; i < load_relaxed(&block->count); i++)
        slot_drop(&block->items[i]);
    slot_drop(&block->next);
}

static const struct method_def block_methods[] = {
    METHOD("__reduce__", block_reduce, "($self, /)", "Return state information for pickling."),
    {0},
};
static const struct type_spec block_spec = {.name = "itertools._tee_dataobject",
                                            .doc = "Data container common to multiple tee objects.",
                                            .signature = "(iterable, values, next, /)",
                                            .size = sizeof(struct tee_block),
                                            .gc_flags = TYPE_GC_CONTAINER,
                                            .traverse = block_traverse,
                                            .destroy = block_destroy,
                                            .slots = {.new = block_type_new},
                                            .methods = block_methods};

static const struct method_def tee_methods[] = {
    METHOD("__copy__", tee_copy, "($self, /)", "Returns an independent iterator."),
    METHOD("__reduce__", tee_reduce, "($self, /)", "Return state information for pickling."),
    METHOD("__setstate__", tee_setstate, "($self, state, /)", "Set state information for unpickling."),
    {0},
};
static const struct type_spec tee_spec = {.name = "itertools._tee",
                                          .flags = TYPE_FLAG_WEAKREF,
                                          .signature = "(iterable, /)",
                                          .doc = "Iterator wrapped to make it copyable.",
                                          .size = sizeof(struct iterator),
                                          .gc_flags = TYPE_GC_CONTAINER,
                                          .traverse = iterator_traverse,
                                          .destroy = iterator_destroy,
                                          .slots = {.new = tee_new, .iter = iterator_self, .next = tee_next},
                                          .methods = tee_methods};

bool itertools_fill_tee(value module)
{
    return module_define_type(module, &tee_type, &tee_spec) && module_define_type(module, &block_type, &block_spec);
}
