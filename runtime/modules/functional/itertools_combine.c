/*
 * The iterators of itertools that draw tuples from pools: product, permutations, combinations,
 * combinations_with_replacement.
 *
 * Each keeps its pools and an array of indices in storage of its own. A step changes the indices under the object's
 * lock and copies them, then builds the tuple from the immutable pools.
 */
#include "runtime/modules/functional/itertools.h"
#include "runtime/modules/module.h"
#include "threads/pause.h"
#include "runtime/raw.h"

#include <stddef.h>
#include <stdlib.h>

enum kind { PRODUCT, PERMUTATIONS, COMBINATIONS, REPLACEMENT };

struct combiner {
    struct object header;
    value_slot pools; /* tuple of tuples (one for all but product) */
    enum kind kind;
    bool started, finished;
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
            c->finished |= tuple_length(tuple_get(pools, i)) == 0;
    } else if (kind == REPLACEMENT) {
        c->finished = c->n == 0 && length > 0;
    } else {
        c->finished = length > c->n;
        for (size_t i = 0; i < (kind == PERMUTATIONS ? c->n : length); thread_report_at(++i))
            c->indices[i] = i;
        for (size_t i = 0; kind == PERMUTATIONS && !c->finished && i < length; thread_report_at(++i))
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
    c->started = true;
    bool finished = c->finished;
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
    if (!index_as_ssize(a[1], &repeat, EXC(OverflowError)))
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
    value pools = one_pool(iterable);
    if (!pools)
        return NULL;
    if (kind == PERMUTATIONS && r == VALUE_NONE)
        length = (ssize)tuple_length(tuple_get(pools, 0));
    else if (kind == PERMUTATIONS && !is_int(r))
        length = (raise(EXC(TypeError), "Expected int as r"), -1);
    else if (!index_as_ssize(r, &length, EXC(OverflowError)))
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

#define COMBINER(NAME, NEW)                                                                                   \
    {                                                                                                         \
        .name = "itertools." NAME, .size = sizeof(struct combiner), .flags = TYPE_FLAG_BASE,                  \
        .gc_flags = TYPE_GC_CONTAINER, .traverse = combiner_traverse, .destroy = combiner_destroy, .slots = { \
            .new = NEW,                                                                                       \
            .iter = iterator_self,                                                                            \
            .next = combiner_next                                                                             \
        }                                                                                                     \
    }
static const struct type_spec specs[] = {
    COMBINER("product", product_new),
    COMBINER("permutations", permutations_new),
    COMBINER("combinations", combinations_new),
    COMBINER("combinations_with_replacement", replacement_new),
};

bool itertools_fill_combining(value module)
{
    for (size_t i = 0; i < sizeof specs / sizeof *specs; i++)
        if (!itertools_add_type(module, &specs[i]))
            return false;
    return true;
}
