/* The items of arrays, by their codes; see array.h. */
#include "runtime/modules/data/array.h"
#include "runtime/objects/numbers/float.h"
#include "runtime/objects/numbers/int.h"

/* ---- values as items ---- The messages are those of the C types that CPython goes through. */

static bool too_large(bool negative, const char *what)
{
    return raise_false(EXC(OverflowError), "%s is %s", what, negative ? "less than minimum" : "greater than maximum");
}

static bool in_range(int64_t i, int64_t low, int64_t high, const char *what)
{
    return (i >= low && i <= high) || too_large(i < low, what);
}

static bool convert_b(value v, uint64_t *item)
{
    int64_t i;
    if (!value_as_i64(v, &i) || !in_range(i, INT16_MIN, INT16_MAX, "signed short integer") ||
        !in_range(i, INT8_MIN, INT8_MAX, "signed char"))
        return false;
    *item = (uint64_t)i;
    return true;
}
static bool convert_B(value v, uint64_t *item)
{
    int64_t i;
    if (!value_as_i64(v, &i) || !in_range(i, 0, UINT8_MAX, "unsigned byte integer"))
        return false;
    *item = (uint64_t)i;
    return true;
}
static bool convert_h(value v, uint64_t *item)
{
    int64_t i;
    if (!value_as_i64(v, &i) || !in_range(i, INT16_MIN, INT16_MAX, "signed short integer"))
        return false;
    *item = (uint64_t)i;
    return true;
}
static bool convert_H(value v, uint64_t *item)
{
    int64_t i;
    if (!value_as_i64(v, &i) || !in_range(i, INT32_MIN, INT32_MAX, "signed integer") ||
        !in_range(i, 0, UINT16_MAX, "unsigned short"))
        return false;
    *item = (uint64_t)i;
    return true;
}
static bool convert_i(value v, uint64_t *item)
{
    int64_t i;
    if (!value_as_i64(v, &i) || !in_range(i, INT32_MIN, INT32_MAX, "signed integer"))
        return false;
    *item = (uint64_t)i;
    return true;
}
static bool convert_l(value v, uint64_t *item)
{
    int64_t i;
    if (!value_as_i64(v, &i))
        return false;
    *item = (uint64_t)i;
    return true;
}

static bool convert_unsigned(value v, uint64_t *item, const char *negative, const char *large)
{
    value number = index_value(v);
    if (!number)
        return false;
    bool below = int_sign(number) < 0, fits = !below && int_as_u64(number, item);
    value_dec(number);
    return fits || raise_false(EXC(OverflowError), below ? negative : large);
}
static bool convert_L(value v, uint64_t *item)
{
    return convert_unsigned(v, item, "can't convert negative value to unsigned int",
                            "Python int too large to convert to C unsigned long");
}
static bool convert_I(value v, uint64_t *item)
{
    return convert_L(v, item) && (*item <= UINT32_MAX || too_large(false, "unsigned int"));
}
static bool convert_Q(value v, uint64_t *item)
{
    return convert_unsigned(v, item, "can't convert negative int to unsigned", "int too big to convert");
}
static bool convert_q(value v, uint64_t *item)
{
    int64_t i = 0;
    value number = index_value(v);
    if (!number)
        return false;
    bool fits = int_fits_i64(number, &i);
    value_dec(number);
    *item = (uint64_t)i;
    return fits || raise_false(EXC(OverflowError), "int too big to convert");
}

static bool convert_f(value v, uint64_t *item)
{
    double d;
    if (!value_as_double(v, &d))
        return false;
    item_store_double((uint8_t *)item, 4, false, d);
    return true;
}
static bool convert_d(value v, uint64_t *item)
{
    double d;
    if (!value_as_double(v, &d))
        return false;
    item_store_double((uint8_t *)item, 8, false, d);
    return true;
}
static bool convert_u(value v, uint64_t *item)
{
    if (!is_str(v) || str_length(v) != 1)
        return raise_false(EXC(TypeError), "array item must be unicode character");
    *item = str_at(v, 0);
    return true;
}

const struct array_kind array_kinds[] = {
    {'b', 1, true, false, "b", convert_b},  {'B', 1, false, false, "B", convert_B},
    {'u', 4, false, false, "w", convert_u}, {'h', 2, true, false, "h", convert_h},
    {'H', 2, false, false, "H", convert_H}, {'i', 4, true, false, "i", convert_i},
    {'I', 4, false, false, "I", convert_I}, {'l', 8, true, false, "l", convert_l},
    {'L', 8, false, false, "L", convert_L}, {'q', 8, true, false, "q", convert_q},
    {'Q', 8, false, false, "Q", convert_Q}, {'f', 4, true, true, "f", convert_f},
    {'d', 8, true, true, "d", convert_d},   {0},
};

const struct array_kind *array_kind_find(uint32_t code)
{
    for (const struct array_kind *kind = array_kinds; kind->code; kind++)
        if ((uint32_t)kind->code == code)
            return kind;
    return NULL;
}

/* ---- items as values ---- */

value array_item_value(const struct array_kind *kind, uint64_t item)
{
    if (kind->is_float)
        return float_new(item_load_double((uint8_t *)&item, kind->size, false));
    if (!array_kind_is_text(kind))
        return kind->is_signed ? int_from_i64(item_extend(item, kind->size)) : int_from_u64(item);
    if (item > 0x10FFFF)
        return raise(EXC(ValueError), "character U+%x is not in range [U+0000; U+10ffff]", (unsigned)item);
    return str_from_code_point((uint32_t)item);
}

/* ---- looking for a value ---- */

/* The double that equals an int, if there is one. */
static bool exact_double(value exact, double *d)
{
    return int_to_double(exact, d) && int_compare_double(exact, *d) == 0;
}

enum array_sought array_seek(const struct array_kind *kind, value v, uint64_t *item)
{
    bool is_int_exact = value_is_small_int(v) || value_is_bool(v) || value_is(v, TYPE_ID_INT);
    bool is_float_exact = value_is_immediate_float(v) || value_is(v, TYPE_ID_FLOAT);
    *item = 0;
    if (array_kind_is_text(kind)) {
        if (!value_is(v, TYPE_ID_STR))
            return is_int_exact || is_float_exact ? SOUGHT_NOTHING : SOUGHT_BY_COMPARISON;
        if (str_length(v) != 1)
            return SOUGHT_NOTHING;
        *item = str_at(v, 0);
        return SOUGHT_ITEM;
    }
    if (!is_int_exact && !is_float_exact)
        return SOUGHT_BY_COMPARISON;
    double d = is_float_exact ? float_value(v) : 0;
    if (kind->is_float) {
        if (is_int_exact && !exact_double(int_exact(v), &d))
            return SOUGHT_NOTHING;
        if (kind->size == 4 && (double)(float)d != d)
            return SOUGHT_NOTHING;
        item_store_double((uint8_t *)item, kind->size, false, d);
        return SOUGHT_ITEM;
    }
    int64_t i = 0;
    if (is_float_exact) {
        double limit = 9223372036854775808.0;
        if (d >= limit && d < 2 * limit && !kind->is_signed && kind->size == 8)
            *item = (uint64_t)d; /* a whole number, that large */
        else if (d >= -limit && d < limit && d == (double)(int64_t)d)
            i = (int64_t)d;
        else
            return SOUGHT_NOTHING;
    } else if (!int_fits_i64(v, &i)) {
        if (kind->is_signed || kind->size < 8 || int_sign(v) < 0 || int_bit_length(v) > 64)
            return SOUGHT_NOTHING;
        int_as_u64(v, item);
    }
    if (*item)
        return SOUGHT_ITEM;
    uint64_t mask = ~UINT64_C(0) >> (64 - 8 * kind->size);
    bool fits = kind->is_signed ? i == item_extend((uint64_t)i, kind->size) : i >= 0 && (uint64_t)i <= mask;
    *item = (uint64_t)i & mask;
    return fits ? SOUGHT_ITEM : SOUGHT_NOTHING;
}
