/* The out-of-line part of container.h. */
#include "runtime/objects/containers/container.h"
#include "runtime/interpreter.h"
#include "runtime/objects/binary/bytes.h"
#include "runtime/objects/model/type_internal.h"
#include "runtime/objects/numbers/float.h"
#include "runtime/objects/numbers/int.h"

#include <math.h>

/* ---- comparisons without Python code ---- */
#define PLAIN_DEPTH 8 /* of tuples in tuples */

enum plain_kind { PLAIN_NOT, PLAIN_INT, PLAIN_FLOAT, PLAIN_STR, PLAIN_BYTES, PLAIN_TUPLE, PLAIN_IDENTITY };

static enum plain_kind plain_kind(value v)
{
    if (value_is_small_int(v) || value_is_bool(v))
        return PLAIN_INT;
    if (value_is_immediate_float(v))
        return PLAIN_FLOAT;
    switch (value_is_object(v) ? object_type_ref(value_object(v)) : 0) {
    case TYPE_WELL_KNOWN_REF(TYPE_ID_INT):
        return PLAIN_INT;
    case TYPE_WELL_KNOWN_REF(TYPE_ID_FLOAT):
        return PLAIN_FLOAT;
    case TYPE_WELL_KNOWN_REF(TYPE_ID_STR):
        return PLAIN_STR;
    case TYPE_WELL_KNOWN_REF(TYPE_ID_TUPLE):
        return PLAIN_TUPLE;
    case TYPE_WELL_KNOWN_REF(TYPE_ID_BYTES):
        return PLAIN_BYTES;
    }
    value (*compare)(value, value, int) = value_type_slot(v, compare);
    return !compare || compare == object_compare ? PLAIN_IDENTITY : PLAIN_NOT;
}

static inline int order_matches(int order, int op)
{
    return compare_lengths((size_t)(order + 1), 1, op) == VALUE_TRUE;
}

static int compare_numbers(value a, enum plain_kind kind_a, value b, enum plain_kind kind_b, int op)
{
    if (kind_a == PLAIN_INT && kind_b == PLAIN_INT)
        return order_matches(int_compare(int_exact(a), int_exact(b)), op);
    double x = kind_a == PLAIN_FLOAT ? float_value(a) : 0, y = kind_b == PLAIN_FLOAT ? float_value(b) : 0;
    if (isnan(x) || isnan(y))
        return op == COMPARE_NE;
    int order = kind_a == PLAIN_INT   ? int_compare_double(int_exact(a), y)
                : kind_b == PLAIN_INT ? -int_compare_double(int_exact(b), x)
                                      : (x > y) - (x < y);
    return order_matches(order, op);
}

static int compare_plain_at(value a, value b, int op, unsigned depth);

static int compare_tuples(value a, value b, int op, unsigned depth)
{
    size_t na = tuple_length(a), nb = tuple_length(b);
    for (size_t i = 0; i < na && i < nb; i++) {
        value x = tuple_get(a, i), y = tuple_get(b, i);
        int same = x == y ? 1 : compare_plain_at(x, y, COMPARE_EQ, depth + 1);
        if (same < 0)
            return -1;
        if (!same)
            return op == COMPARE_EQ || op == COMPARE_NE ? op == COMPARE_NE : compare_plain_at(x, y, op, depth + 1);
    }
    return compare_lengths(na, nb, op) == VALUE_TRUE;
}

static int compare_plain_at(value a, value b, int op, unsigned depth)
{
    enum plain_kind kind_a = plain_kind(a), kind_b = plain_kind(b);
    if (kind_a == PLAIN_NOT || kind_b == PLAIN_NOT || depth > PLAIN_DEPTH)
        return -1;
    bool numbers = kind_a <= PLAIN_FLOAT && kind_b <= PLAIN_FLOAT;
    if (!numbers && (kind_a != kind_b || kind_a == PLAIN_IDENTITY))
        return op == COMPARE_EQ || op == COMPARE_NE ? (a == b) == (op == COMPARE_EQ) : -1;
    if (numbers)
        return compare_numbers(a, kind_a, b, kind_b, op);
    if (kind_a == PLAIN_STR)
        return op == COMPARE_EQ ? key_equal_simple(a, b) : order_matches(str_compare(a, b), op);
    if (kind_a == PLAIN_BYTES)
        return order_matches(span_compare(bytes_span(a), bytes_span(b)), op);
    return compare_tuples(a, b, op, depth);
}

int compare_plain_slow(value a, value b, int op)
{
    if (a == b && (op == COMPARE_EQ || op == COMPARE_NE))
        return op == COMPARE_EQ;
    return compare_plain_at(a, b, op, 0);
}

value builtin_by_name(const char *name)
{
    value key = str_interned(name);
    value found = key ? builtin_lookup(key) : NULL;
    value_dec(key);
    return found;
}

value reduce_result(value callable, value argument, value state, bool has_state)
{
    value result = NULL;
    if (callable && argument && (state || !has_state)) {
        value arguments = tuple_pack(1, argument);
        if (arguments) {
            result = has_state ? tuple_pack(3, callable, arguments, state) : tuple_pack(2, callable, arguments);
            value_dec(arguments);
        }
    }
    value_dec(callable);
    value_dec(argument);
    value_dec(state);
    return result;
}

bool state_as_index(value state, int64_t *out)
{
    if (!is_int(state))
        return raise_false(EXC(TypeError), "an integer is required");
    return int_fits_i64(state, out) ||
           raise_false(EXC(OverflowError), "Python int too large to convert to C ssize_t");
}
