/* Constants of code objects: the values of those in trees; which of them are the same, so that one stands for all. */
#include "runtime/compiler/code/constants.h"
#include "runtime/objects/objects.h"
#include "threads/pause.h"

static bool doubles_same(double a, double b)
{
    return memcmp(&a, &b, sizeof a) == 0;
}

static bool frozenset_has(value set, value wanted)
{
    size_t position = 0;
    value item;
    bool found = false;
    while (!found && set_next(set, &position, &item)) {
        found = constants_same(item, wanted);
        value_dec(item);
    }
    return found;
}

static bool frozensets_same(value a, value b)
{
    if (set_length(a) != set_length(b))
        return false;
    size_t position = 0;
    value item;
    bool same = true;
    while (same && set_next(a, &position, &item)) {
        same = set_contains(b, item) == 1 && frozenset_has(b, item); /* the second asks for the same type, too */
        value_dec(item);
    }
    return same;
}

bool constants_same(value a, value b)
{
    if (a == b)
        return true;
    if (!value_is_object(a) || !value_is_object(b) || value_type(a) != value_type(b))
        return false;
    if (value_is(a, TYPE_ID_STR))
        return str_equal(a, b);
    if (value_is(a, TYPE_ID_BYTES))
        return bytes_length(a) == bytes_length(b) && thread_compare(bytes_data(a), bytes_data(b), bytes_length(a)) == 0;
    if (value_is(a, TYPE_ID_FLOAT))
        return doubles_same(float_value(a), float_value(b));
    if (value_is(a, TYPE_ID_INT) || value_is(a, TYPE_ID_CODE))
        return value_equals(a, b) == 1;
    if (value_is(a, TYPE_ID_COMPLEX)) {
        double ar, ai, br, bi;
        complex_parts(a, &ar, &ai);
        complex_parts(b, &br, &bi);
        return doubles_same(ar, br) && doubles_same(ai, bi);
    }
    if (value_is(a, TYPE_ID_TUPLE)) {
        if (tuple_length(a) != tuple_length(b))
            return false;
        for (size_t i = 0; i < tuple_length(a); thread_report_at(++i)) {
            if (!constants_same(tuple_get(a, i), tuple_get(b, i)))
                return false;
        }
        return true;
    }
    if (value_is(a, TYPE_ID_FROZENSET))
        return frozensets_same(a, b);
    return false;
}

static uint64_t mix(uint64_t hash, uint64_t more)
{
    hash = (hash ^ more) * UINT64_C(0x9E3779B97F4A7C15);
    return hash ^ (hash >> 29);
}

uint64_t constant_hash(value v)
{
    if (!value_is_object(v))
        return mix(1, value_bits(v));
    if (value_is(v, TYPE_ID_STR))
        return mix(2, (uint64_t)str_hash(v));
    if (value_is(v, TYPE_ID_BYTES)) {
        uint64_t hash = 3;
        for (size_t i = 0; i < bytes_length(v); thread_report_at(++i))
            hash = mix(hash, bytes_data(v)[i]);
        return hash;
    }
    if (value_is(v, TYPE_ID_INT))
        return mix(4, (uint64_t)int_hash(v));
    if (value_is(v, TYPE_ID_FLOAT)) {
        double d = float_value(v);
        uint64_t bits;
        memcpy(&bits, &d, sizeof bits);
        return mix(5, bits);
    }
    if (value_is(v, TYPE_ID_TUPLE)) {
        uint64_t hash = mix(6, tuple_length(v));
        for (size_t i = 0; i < tuple_length(v); thread_report_at(++i))
            hash = mix(hash, constant_hash(tuple_get(v, i)));
        return hash;
    }
    if (value_is(v, TYPE_ID_FROZENSET))
        return mix(7, set_length(v));
    if (value_is(v, TYPE_ID_COMPLEX)) {
        double real, imaginary;
        complex_parts(v, &real, &imaginary);
        uint64_t bits;
        memcpy(&bits, &imaginary, sizeof bits);
        return mix(8, bits);
    }
    int64_t hash;
    return value_is(v, TYPE_ID_CODE) && value_hash(v, &hash) ? mix(9, (uint64_t)hash) : mix(10, value_bits(v));
}

/* ---- constants of trees ---- */

static bool looks_like_name(const char *bytes, size_t length)
{
    for (size_t i = 0; i < length; thread_report_at(++i)) {
        unsigned char ch = (unsigned char)bytes[i];
        if (!(ch == '_' || (ch >= '0' && ch <= '9') || ((ch | 0x20) >= 'a' && (ch | 0x20) <= 'z')))
            return false;
    }
    return true;
}

static value make_string(const struct ast_constant *constant, bool immortal)
{
    const char *bytes = constant->string.bytes;
    size_t length = constant->string.length;
    value v = str_from_utf8_surrogates(bytes, length);
    if (v && looks_like_name(bytes, length))
        v = immortal ? str_intern_forever(v) : str_intern(v);
    return v;
}

value constant_of_tree(const struct ast_constant *constant, bool immortal)
{
    switch (constant->kind) {
    case CONSTANT_NONE:
        return VALUE_NONE;
    case CONSTANT_TRUE:
        return VALUE_TRUE;
    case CONSTANT_FALSE:
        return VALUE_FALSE;
    case CONSTANT_ELLIPSIS:
        return VALUE_ELLIPSIS;
    case CONSTANT_INT:
        if (constant->integer.fits_int64)
            return int_from_i64(constant->integer.small);
        return int_from_text(constant->integer.digits, constant->integer.length, constant->integer.base);
    case CONSTANT_FLOAT:
        return float_new(constant->real);
    case CONSTANT_COMPLEX:
        return complex_new(0.0, constant->real);
    case CONSTANT_STR:
        return make_string(constant, immortal);
    case CONSTANT_BYTES:
        return bytes_new((const uint8_t *)constant->string.bytes, constant->string.length);
    case CONSTANT_OBJECT:
        break;
    }
    return value_inc(constant->object);
}
