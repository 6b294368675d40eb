/*
 * The iterators of itertools that draw tuples from pools: product, permutations, combinations,
 * combinations_with_replacement.
 *
 * Each keeps its pools and an array of indices in storage of its own. A step changes the indices under the object's
 * lock and copies them, then builds the tuple from the immutable pools.
 */
#include "runtime/modules/functional/itertools.h"
#include "runtime/modules/module.h"
#include "runtime/objects/containers/iterators.h"
#include "threads/pause.h"
#include "runtime/raw.h"

#include <stddef.h>
#include <stdlib.h>

enum kind { PRODUCT, PERMUTATIONS, COMBINATIONS, REPLACEMENT };

struct combiner {
    struct object header;
    value_slot pools; /* tuple of tuples (one for all but product) */
    enum kind kind;
    bool is_empty; /* there is no result at all */
    bool started;  /* the indices are those of the last result */
    bool finished;
    size_t length;   /* items of a result */
    size_t n;        /* items of the pool (not product) */
    size_t *indices; /* product, combinations: `length`; permutations: n indices, then `length` cycle counters */
};
#define SELF(v) ((struct combiner *)(v))

static size_t index_count(const struct combiner *c)
{
    return c->kind == PERMUTATIONS ? c->n + c->length : c->length;
}

static value combiner_make(struct type *type, enum kind kind, value pools /* stolen */, size_t length)
{
    struct combiner *c = pools ? (struct combiner *)object_new(type, sizeof *c) : NULL;
    if (!c) {
        value_dec(pools);
        return NULL;
    }
    c->kind = kind;
    c->length = length;
    c->n = kind == PRODUCT ? 0 : tuple_length(tuple_get(pools, 0));
    slot_init(&c->pools, pools);
    size_t count = index_count(c);
    c->indices = calloc(count + 1, sizeof *c->indices);
    if (!c->indices) {
        value_dec(value_of(c));
        return raise_no_memory();
    }
    if (kind == PRODUCT) {
        for (size_t i = 0; i < length; thread_report_at(++i))
            c->is_empty |= tuple_length(tuple_get(pools, i)) == 0;
    } else if (kind == REPLACEMENT) {
        c->is_empty = c->n == 0 && length > 0;
    } else {
        c->is_empty = length > c->n;
        for (size_t i = 0; i < (kind == PERMUTATIONS ? c->n : length); thread_report_at(++i))
            c->indices[i] = i;
        for (size_t i = 0; kind == PERMUTATIONS && !c->is_empty && i < length; thread_report_at(++i))
            c->indices[c->n + i] = c->n - i;
    }
    return value_of(c);
}

static bool step_product(struct combiner *c, value pools)
{
    for (size_t i = c->length; i-- > 0; thread_report_at(i)) {
        if (++c->indices[i] < tuple_length(tuple_get(pools, i)))
            return true;
        c->indices[i] = 0;
    }
    return false;
}

static bool step_permutations(struct combiner *c)
{
    size_t *indices = c->indices, *cycles = c->indices + c->n;
    for (size_t i = c->length; i-- > 0; thread_report_at(i)) {
        if (--cycles[i] == 0) {
            size_t first = indices[i];
            thread_move(&indices[i], &indices[i + 1], (c->n - i - 1) * sizeof *indices);
            indices[c->n - 1] = first;
            cycles[i] = c->n - i;
        } else {
            size_t j = c->n - cycles[i], swapped = indices[i];
            indices[i] = indices[j];
            indices[j] = swapped;
            return true;
        }
    }
    return false;
}

static bool step_combinations(struct combiner *c)
{
    for (size_t i = c->length; i-- > 0; thread_report_at(i)) {
        if (c->indices[i] == i + c->n - c->length)
            continue;
        c->indices[i]++;
        for (size_t j = i + 1; j < c->length; thread_report_at(++j))
            c->indices[j] = c->indices[j - 1] + 1;
        return true;
    }
    return false;
}

static bool step_replacement(struct combiner *c)
{
    for (size_t i = c->length; i-- > 0; thread_report_at(i)) {
        if (c->indices[i] == c->n - 1)
            continue;
        size_t next = c->indices[i] + 1;
        for (size_t j = i; j < c->length; thread_report_at(++j))
            c->indices[j] = next;
        return true;
    }
    return false;
}

static value combiner_next(value v)
{
    struct combiner *c = SELF(v);
    value pools = slot_peek(&c->pools); /* constant */
    value tuple = tuple_new(c->length);
    if (!tuple)
        return NULL;
    object_lock(&c->header);
    if (!c->finished && c->started) {
        c->finished = c->kind == PRODUCT        ? !step_product(c, pools)
                      : c->kind == PERMUTATIONS ? !step_permutations(c)
                      : c->kind == COMBINATIONS ? !step_combinations(c)
                                                : !step_replacement(c);
    }
    c->finished |= c->is_empty;
    bool finished = c->finished;
    c->started |= !finished;
    for (size_t i = 0; !finished && i < c->length; thread_report_at(++i))
        tuple_init(tuple, i, value_inc(tuple_get(tuple_get(pools, c->kind == PRODUCT ? i : 0), c->indices[i])));
    object_unlock(&c->header);
    if (!finished)
        return tuple;
    value_dec(tuple);
    return VALUE_END;
}

static value product_new(struct type *type, const value *args, size_t nargs, value kwnames)
{
    static struct signature signature = SIGNATURE("product", "(*iterables, repeat=1)");
    value a[2];
    if (!signature_bind(&signature, args, nargs, kwnames, a))
        return NULL;
    ssize repeat;
    size_t n = tuple_length(a[0]), total;
    value result = NULL, pools = NULL;
    if (!value_as_ssize(a[1], &repeat))
        goto end;
    if (repeat < 0) {
        raise(EXC(ValueError), "repeat argument cannot be negative");
        goto end;
    }
    if (__builtin_mul_overflow(n, (size_t)repeat, &total) || total > SIZE_MAX / 16) {
        raise(EXC(OverflowError), "repeat argument too large");
        goto end;
    }
    pools = tuple_new(total);
    for (size_t i = 0; pools && i < total; thread_report_at(i++)) {
        value pool = i < n ? tuple_from_iterable(tuple_get(a[0], i)) : value_inc(tuple_get(pools, i % n));
        if (!pool) {
            value_dec(pools);
            goto end;
        }
        tuple_init(pools, i, pool);
    }
    if (pools)
        result = combiner_make(type, PRODUCT, pools, total);
end:
    signature_release(&signature, a);
    return result;
}

static value one_pool(value iterable)
{
    value pool = tuple_from_iterable(iterable);
    value pools = pool ? tuple_pack(1, pool) : NULL;
    value_dec(pool);
    return pools;
}

static value draw(struct type *type, enum kind kind, value iterable, value r)
{
    ssize length;
    if (kind != PERMUTATIONS && !value_as_ssize(r, &length))
        return NULL;
    value pools = one_pool(iterable);
    if (!pools)
        return NULL;
    if (kind == PERMUTATIONS && r == VALUE_NONE)
        length = (ssize)tuple_length(tuple_get(pools, 0));
    else if (kind == PERMUTATIONS && !is_int(r))
        length = (raise(EXC(TypeError), "Expected int as r"), -1);
    else if (kind == PERMUTATIONS && !value_as_ssize(r, &length))
        length = -1;
    else if (length < 0)
        raise(EXC(ValueError), "r must be non-negative");
    if (length < 0) {
        value_dec(pools);
        return NULL;
    }
    return combiner_make(type, kind, pools, (size_t)length);
}

#define DRAWING(FUNCTION, NAME, KIND, TEXT)                                                               \
    static value FUNCTION(struct type *type, const value *args, size_t nargs, value kwnames)              \
    {                                                                                                     \
        static struct signature signature = SIGNATURE(NAME, TEXT);                                        \
        value a[2];                                                                                       \
        return signature_bind(&signature, args, nargs, kwnames, a) ? draw(type, KIND, a[0], a[1]) : NULL; \
    }
DRAWING(permutations_new, "permutations", PERMUTATIONS, "(iterable, r=None)")
DRAWING(combinations_new, "combinations", COMBINATIONS, "(iterable, r)")
DRAWING(replacement_new, "combinations_with_replacement", REPLACEMENT, "(iterable, r)")

static void combiner_traverse(struct object *o, struct gc_trace *trace)
{
    trace_slot(trace, &((struct combiner *)o)->pools);
}
static void combiner_destroy(struct object *o)
{
    slot_drop(&((struct combiner *)o)->pools);
    raw_free(((struct combiner *)o)->indices);
}

/* ---- copying and pickling ---- the state is the indices of the last result */
static value indices_tuple(const size_t *indices, size_t count)
{
    value tuple = tuple_new(count);
    for (size_t i = 0; tuple && i < count; thread_report_at(++i))
        tuple_init(tuple, i, small_int((int64_t)indices[i]));
    return tuple;
}

static value combiner_reduce(value v)
{
    struct combiner *c = SELF(v);
    value pools = slot_peek(&c->pools); /* constant */
    size_t count = index_count(c);
    size_t *indices = raw_alloc((count + 1) * sizeof *indices);
    if (!indices)
        return raise_no_memory();
    object_lock(&c->header);
    bool started = c->started, finished = c->finished;
    thread_copy(indices, c->indices, count * sizeof *indices);
    object_unlock(&c->header);
    value arguments, state = NULL;
    bool over = c->kind == PRODUCT ? finished : started && finished;
    if (over) {
        value none = tuple_new(0);
        arguments = !none                ? NULL
                    : c->kind == PRODUCT ? tuple_pack(1, none)
                                         : tuple_pack(2, none, small_int((int64_t)c->length));
        value_dec(none);
    } else {
        arguments =
            c->kind == PRODUCT ? value_inc(pools) : tuple_pack(2, tuple_get(pools, 0), small_int((int64_t)c->length));
    }
    bool failed = !arguments;
    if (!failed && started && !over) {
        state = indices_tuple(indices, c->kind == PERMUTATIONS ? c->n : count);
        if (state && c->kind == PERMUTATIONS) {
            value cycles = indices_tuple(indices + c->n, c->length),
                  both = cycles ? tuple_pack(2, state, cycles) : NULL;
            value_dec(cycles);
            value_dec(state);
            state = both;
        }
        failed = !state;
    }
    raw_free(indices);
    if (failed) {
        value_dec(arguments);
        return NULL;
    }
    return iterator_reduced(v, arguments, state);
}

/* Numbers of a tuple of `count` into `out`, each brought into its range: from `least` to most(c, i). */
static bool read_indices(const struct combiner *c, value tuple, size_t count, int64_t least,
                         int64_t (*most)(const struct combiner *c, size_t i), size_t *out)
{
    if (!is_tuple(tuple) || tuple_length(tuple) != count)
        return raise_false(EXC(ValueError), "invalid arguments");
    for (size_t i = 0; i < count; thread_report_at(++i)) {
        int64_t index, limit = most(c, i);
        if (!state_as_index(tuple_get(tuple, i), &index))
            return false;
        out[i] = (size_t)(index < least ? least : index > limit ? limit : index);
    }
    return true;
}
static int64_t most_index(const struct combiner *c, size_t i)
{
    switch (c->kind) {
    case PRODUCT:
        return (int64_t)tuple_length(tuple_get(slot_peek(&c->pools), i)) - 1;
    case COMBINATIONS:
        return (int64_t)(i + c->n - c->length);
    default:
        return (int64_t)c->n - 1;
    }
}
static int64_t most_cycle(const struct combiner *c, size_t i)
{
    return (int64_t)(c->n - i);
}

static value combiner_setstate(value v, value state)
{
    struct combiner *c = SELF(v);
    size_t count = index_count(c);
    size_t *indices = raw_alloc((count + 1) * sizeof *indices);
    if (!indices)
        return raise_no_memory();
    bool good;
    if (c->kind == PERMUTATIONS) {
        value parts[2];
        good = state_unpack(state, 2, 2, parts);
        for (int i = 0; good && i < 2; i++)
            if (!is_tuple(parts[i]))
                good = raise_false(EXC(TypeError), "argument %d must be tuple, not %K", i + 1, parts[i]);
        good = good && read_indices(c, parts[0], c->n, 0, most_index, indices) &&
               (c->is_empty || read_indices(c, parts[1], c->length, 1, most_cycle, indices + c->n));
    } else {
        good = c->is_empty || read_indices(c, state, count, 0, most_index, indices);
    }
    object_lock(&c->header);
    if (good && !c->is_empty) {
        thread_copy(c->indices, indices, count * sizeof *indices);
        c->started = true;
    }
    object_unlock(&c->header);
    raw_free(indices);
    return good ? VALUE_NONE : NULL;
}

static const struct method_def combiner_methods[] = {
    METHOD("__reduce__", combiner_reduce, "($self, /)", "Return state information for pickling."),
    METHOD("__setstate__", combiner_setstate, "($self, state, /)", "Set state information for unpickling."),
    {0},
};

#define COMBINER(NAME, NEW, SIGNATURE_TEXT)                                                               \
    {                                                                                                     \
        .name = "itertools." NAME, .signature = SIGNATURE_TEXT, .size = sizeof(struct combiner),          \
        .flags = TYPE_FLAG_BASE, .gc_flags = TYPE_GC_CONTAINER, .traverse = combiner_traverse,            \
        .destroy = combiner_destroy, .slots = {.new = NEW, .iter = iterator_self, .next = combiner_next}, \
        .methods = combiner_methods,                                                                      \
    }
static const struct type_spec specs[] = {
    COMBINER("product", product_new, NULL),
    COMBINER("permutations", permutations_new, "(iterable, r=None)"),
    COMBINER("combinations", combinations_new, "(iterable, r)"),
    COMBINER("combinations_with_replacement", replacement_new, "(iterable, r)"),
};

bool itertools_fill_combining(value module)
{
    static struct type *types[sizeof specs / sizeof *specs];
    for (size_t i = 0; i < sizeof specs / sizeof *specs; i++)
        if (!module_define_type(module, &types[i], &specs[i]))
            return false;
    return true;
}
