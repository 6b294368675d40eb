/*
 * The types int and bool: construction, methods, and the tables that describe them.
 */
#include "runtime/objects/binary/bytes.h"
#include "runtime/objects/numbers/float.h"
#include "runtime/objects/numbers/int.h"
#include "runtime/objects/text/str.h"
#include "runtime/objects/text/str_methods.h"
#include "runtime/signature.h"
#include "threads/pause.h"

#include <limits.h>
#include <stdlib.h>

/* ---- construction ---- */

/* `buffer` is released. */
static value int_from_buffer(struct buffer *buffer, int base)
{
    value shown = bytes_new(buffer->data, (size_t)buffer->length);
    value result = shown ? int_parse(buffer->data, (size_t)buffer->length, base, shown) : NULL;
    value_dec(shown);
    buffer_release(buffer);
    return result;
}

/* The exact int of what a special method gave (owned in, owned out). */
static value exact_of_result(value result, value of, const char *method)
{
    if (!result)
        return NULL;
    if (!is_int(result)) {
        raise(EXC(TypeError), "%s returned non-int (type %T)", method, result);
        value_dec(result);
        return NULL;
    }
    value exact = value_inc(int_exact(result));
    bool is_exact = value_is_small_int(result) || value_is(result, TYPE_ID_INT);
    if (!is_exact && warn(EXC(DeprecationWarning), 1,
                          "%s returned non-int (type %T).  The ability to return an instance of a strict subclass of "
                          "int is deprecated, and may be removed in a future version of Python.",
                          method, result) < 0) {
        value_dec(exact);
        exact = NULL;
    }
    value_dec(result);
    return exact;
}

value number_int(value v)
{
    if (value_is_small_int(v) || value_is(v, TYPE_ID_INT))
        return value_inc(v);
    if (value_is_bool(v))
        return int_exact(v);
    value (*to_int)(value) = value_type_slot(v, to_int);
    if (to_int)
        return exact_of_result(to_int(v), v, "__int__");
    if (value_type_slot(v, to_index)) {
        value index = index_value(v);
        value exact = index ? value_inc(int_exact(index)) : NULL;
        value_dec(index);
        return exact;
    }
    value truncated = is_str(v) || is_bytes(v) ? VALUE_MISSING : call_special(v, NAME(__trunc__), NULL, 0);
    if (truncated != VALUE_MISSING) {
        if (!truncated)
            return NULL;
        if (warn(EXC(DeprecationWarning), 1, "The delegation of int() to __trunc__ is deprecated.") < 0) {
            value_dec(truncated);
            return NULL;
        }
        if (is_int(truncated)) {
            value exact = value_inc(int_exact(truncated));
            value_dec(truncated);
            return exact;
        }
        if (!value_type_slot(truncated, to_index)) {
            raise(EXC(TypeError), "__trunc__ returned non-Integral (type %T)", truncated);
            value_dec(truncated);
            return NULL;
        }
        value index = index_value(truncated);
        value_dec(truncated);
        value exact = index ? value_inc(int_exact(index)) : NULL;
        value_dec(index);
        return exact;
    }
    if (is_str(v))
        return int_parse_str(v, 10);
    struct buffer buffer;
    if (buffer_get(v, &buffer, BUFFER_SIMPLE))
        return int_from_buffer(&buffer, 10);
    if (!buffer_refused())
        return NULL;
    return raise(EXC(TypeError), "int() argument must be a string, a bytes-like object or a real number, not '%T'", v);
}

static value number_int_base(value v, value base_value)
{
    ssize base;
    if (!index_as_ssize(base_value, &base, NULL))
        return NULL;
    if ((base != 0 && base < 2) || base > 36)
        return raise(EXC(ValueError), "int() base must be >= 2 and <= 36, or 0");
    if (is_str(v))
        return int_parse_str(v, (int)base);
    if (is_bytes(v) || is_bytearray(v)) {
        struct buffer buffer;
        return buffer_get(v, &buffer, BUFFER_SIMPLE) ? int_from_buffer(&buffer, (int)base) : NULL;
    }
    return raise(EXC(TypeError), "int() can't convert non-string with explicit base");
}

static value int_exact_new(const value *args, size_t nargs, value kwnames)
{
    value base = VALUE_MISSING;
    size_t keywords = kwnames ? tuple_length(kwnames) : 0;
    if (nargs + keywords > 2)
        return raise(EXC(TypeError), "int() takes at most 2 arguments (%zu given)", nargs + keywords);
    for (size_t i = 0; i < keywords; i++) {
        value name = tuple_get(kwnames, i);
        if (!str_equals_text(name, "base"))
            return raise(EXC(TypeError), "'%U' is an invalid keyword argument for int()", name);
        if (nargs == 2)
            return raise(EXC(TypeError), "argument for int() given by name ('base') and position (2)");
        base = args[nargs + i];
    }
    if (nargs == 2)
        base = args[1];
    if (nargs == 0)
        return is_missing(base) ? small_int(0) : raise(EXC(TypeError), "int() missing string argument");
    return is_missing(base) ? number_int(args[0]) : number_int_base(args[0], base);
}

static value int_type_new(struct type *type, const value *args, size_t nargs, value kwnames)
{
    value exact = int_exact_new(args, nargs, kwnames);
    if (!exact || type == TYPE(INT))
        return exact;
    value v = int_instance_new(type, exact);
    value_dec(exact);
    return v;
}

static void int_traverse(struct object *o, struct gc_trace *trace)
{
    if (object_type(o) != &TYPE(INT)->gc)
        trace_slot(trace, &((struct int_instance *)o)->number);
}
static void int_destroy(struct object *o)
{
    if (object_type(o) != &TYPE(INT)->gc)
        slot_drop(&((struct int_instance *)o)->number);
}

/* ---- slots ---- */

static value int_repr(value v)
{
    return int_to_text(v, 10);
}
static bool int_hash_slot(value v, int64_t *out)
{
    *out = int_hash(v);
    return true;
}
static value int_compare_slot(value a, value b, int op)
{
    if (!is_int(b))
        return VALUE_NOT_IMPLEMENTED;
    int order = int_compare(int_exact(a), int_exact(b));
    switch (op) {
    case COMPARE_LT:
        return value_bool(order < 0);
    case COMPARE_LE:
        return value_bool(order <= 0);
    case COMPARE_EQ:
        return value_bool(order == 0);
    case COMPARE_NE:
        return value_bool(order != 0);
    case COMPARE_GT:
        return value_bool(order > 0);
    default:
        return value_bool(order >= 0);
    }
}
static value int_positive(value v)
{
    return value_inc(int_exact(v));
}
static int int_truth(value v)
{
    return int_sign(v) != 0;
}
static value int_to_float_slot(value v)
{
    double d = int_as_double(v);
    return d == -1.0 && error_occurred() ? NULL : float_new(d);
}
static value int_power_slot(value a, value b, value modulus)
{
    if (!is_int(a) || !is_int(b) || (!is_int(modulus) && !is_none(modulus)))
        return VALUE_NOT_IMPLEMENTED;
    return int_power(a, b, modulus);
}

/* ---- methods ---- */

static value int_bit_length_method(value self)
{
    return int_from_u64(int_bit_length(self));
}

static value int_bit_count(value self)
{
    struct int_operand o;
    int_operand_init(&o, int_exact(self));
    bool resting = thread_rest_begin((size_t)o.size * sizeof(mp_limb_t));
    uint64_t ones = o.size ? mpn_popcount(o.limbs, o.size) : 0;
    thread_rest_end(resting);
    return int_from_u64(ones);
}

static value int_self(value self)
{
    return int_positive(self);
}

static value int_as_integer_ratio(value self)
{
    return tuple_pack(2, int_exact(self), small_int(1));
}

/* "little" or "big" */
static bool parse_byte_order(value v, bool *little)
{
    if (is_missing(v)) {
        *little = false;
        return true;
    }
    if (!is_str(v))
        return raise_false(EXC(TypeError), "byteorder must be str, not %T", v);
    *little = str_equals_text(v, "little");
    return *little || str_equals_text(v, "big") ||
           raise_false(EXC(ValueError), "byteorder must be either 'little' or 'big'");
}

static value int_to_bytes_method(value self, const value *args)
{
    ssize length = 1;
    bool little;
    int is_signed = is_missing(args[2]) ? 0 : value_truth(args[2]);
    if (is_signed < 0 || (!is_missing(args[0]) && !value_as_ssize(args[0], &length)))
        return NULL;
    if (!is_missing(args[1]) && !is_str(args[1]))
        return raise(EXC(TypeError), "to_bytes() argument 'byteorder' must be str, not %K", args[1]);
    if (!parse_byte_order(args[1], &little))
        return NULL;
    if (length < 0)
        return raise(EXC(ValueError), "length argument must be non-negative");
    value bytes = bytes_new(NULL, (size_t)length);
    if (bytes && length == 1) {
        uint8_t one;
        value_dec(bytes);
        return int_to_bytes(self, &one, 1, little, is_signed) ? bytes_new(&one, 1) : NULL;
    }
    if (bytes && !int_to_bytes(self, bytes_data(bytes), (size_t)length, little, is_signed)) {
        value_dec(bytes);
        return NULL;
    }
    return bytes;
}

static value int_from_bytes_method(value cls, const value *args)
{
    bool little;
    int is_signed = is_missing(args[2]) ? 0 : value_truth(args[2]);
    if (is_signed < 0)
        return NULL;
    if (!is_missing(args[1]) && !is_str(args[1]))
        return raise(EXC(TypeError), "from_bytes() argument 'byteorder' must be str, not %K", args[1]);
    if (!parse_byte_order(args[1], &little))
        return NULL;
    value bytes = bytes_from_object(args[0]);
    if (!bytes)
        return NULL;
    value v = int_from_bytes(bytes_data(bytes), bytes_length(bytes), little, is_signed);
    value_dec(bytes);
    if (!v || (struct type *)cls == TYPE(INT))
        return v;
    value result = call_1(cls, v);
    value_dec(v);
    return result;
}

/* round(self, -n): the nearest multiple of 10**n, half to even */
static value int_round(value self, value ndigits)
{
    if (is_missing(ndigits))
        return int_positive(self);
    value digits = index_value(ndigits);
    if (!digits)
        return NULL;
    if (int_sign(digits) >= 0) {
        value_dec(digits);
        return int_positive(self);
    }
    value power = int_negative(digits), unit = power ? int_power(small_int(10), power, VALUE_NONE) : NULL;
    value_dec(digits);
    value_dec(power);
    value q = NULL, r = NULL, result = NULL;
    if (unit && int_divide(self, unit, &q, &r)) {
        value twice = int_add(r, r);
        if (twice) {
            int order = int_compare(twice, unit);
            if (order > 0 || (order == 0 && int_is_odd(q))) {
                value rest = int_subtract(unit, r);
                result = rest ? int_add(self, rest) : NULL;
                value_dec(rest);
            } else
                result = int_subtract(self, r);
        }
        value_dec(twice);
    }
    value_dec(unit);
    value_dec(q);
    value_dec(r);
    return result;
}

static value int_format(value self, value format_spec)
{
    if (!is_str(format_spec))
        return raise(EXC(TypeError), "__format__() argument must be str, not %K", format_spec);
    return value_format_int(self, format_spec);
}

static value int_getnewargs(value self)
{
    return tuple_pack(1, int_exact(self));
}

static value int_sizeof(value self)
{
    value exact = int_exact(self);
    return small_int(value_is_small_int(exact) ? 8 : (int64_t)heap_usable_size(value_object(exact)));
}

static value int_get_zero(value self)
{
    return small_int(0);
}
static value int_get_one(value self)
{
    return small_int(1);
}

static const struct method_def int_methods[] = {
    METHOD("conjugate", int_self, "($self, /)", "The number itself."),
    METHOD("bit_length", int_bit_length_method, "($self, /)", "Number of bits necessary to represent self in binary."),
    METHOD("bit_count", int_bit_count, "($self, /)",
           "Number of ones in the binary representation of the absolute value."),
    METHOD("to_bytes", int_to_bytes_method, "($self, /, length=1, byteorder='big', *, signed=False)",
           "An array of bytes representing the integer."),
    METHOD_FLAGS("from_bytes", int_from_bytes_method, "($type, /, bytes, byteorder='big', *, signed=False)",
                 "The integer that an array of bytes represents.", METHOD_CLASS),
    METHOD("as_integer_ratio", int_as_integer_ratio, "($self, /)", "The pair (self, 1)."),
    METHOD("__trunc__", int_self, "($self, /)", "The number itself."),
    METHOD("__floor__", int_self, "($self, /)", "The number itself."),
    METHOD("__ceil__", int_self, "($self, /)", "The number itself."),
    METHOD("__round__", int_round, "($self, ndigits=<unrepresentable>, /)", "Round to a multiple of a power of ten."),
    METHOD("__format__", int_format, "($self, format_spec, /)", "Format as the specification says."),
    METHOD("__getnewargs__", int_getnewargs, "($self, /)", "The arguments that make the number anew."),
    METHOD("__sizeof__", int_sizeof, "($self, /)", "Size in memory, in bytes."),
    {0},
};
static const struct getset_def int_getset[] = {
    {"real", int_positive, NULL, "the real part of a complex number"},
    {"imag", int_get_zero, NULL, "the imaginary part of a complex number"},
    {"numerator", int_positive, NULL, "the numerator of a rational number in lowest terms"},
    {"denominator", int_get_one, NULL, "the denominator of a rational number in lowest terms"},
    {0},
};

value int_slot_add(value a, value b), int_slot_subtract(value a, value b), int_slot_multiply(value a, value b);
value int_slot_floor_divide(value a, value b), int_slot_remainder(value a, value b), int_slot_divmod(value a, value b);
value int_slot_true_divide(value a, value b), int_slot_power(value a, value b), int_slot_lshift(value a, value b);
value int_slot_rshift(value a, value b), int_slot_and(value a, value b), int_slot_or(value a, value b);
value int_slot_xor(value a, value b);

#define INT_BINARY_SLOTS                                                                                             \
    [BINARY_ADD] = int_slot_add, [BINARY_SUBTRACT] = int_slot_subtract, [BINARY_MULTIPLY] = int_slot_multiply,       \
    [BINARY_FLOOR_DIVIDE] = int_slot_floor_divide, [BINARY_REMAINDER] = int_slot_remainder,                          \
    [BINARY_DIVMOD] = int_slot_divmod, [BINARY_TRUE_DIVIDE] = int_slot_true_divide, [BINARY_POWER] = int_slot_power, \
    [BINARY_LSHIFT] = int_slot_lshift, [BINARY_RSHIFT] = int_slot_rshift

/* `size` is that of an instance of a subclass, which adds its fields behind it. */
const struct type_spec int_type_spec = {
    .id = TYPE_ID_INT,
    .name = "int",
    .doc = "int([x]) -> integer\nint(x, base=10) -> integer\n\nConvert a number or string to an integer, or return 0 "
           "if no arguments\nare given.",
    .size = sizeof(struct int_instance),
    .flags = TYPE_FLAG_BASE | TYPE_FLAG_INT,
    .traverse = int_traverse,
    .destroy = int_destroy,
    .slots =
        {
            .new = int_type_new,
            .repr = int_repr,
            .hash = int_hash_slot,
            .compare = int_compare_slot,
            .binary =
                {INT_BINARY_SLOTS, [BINARY_AND] = int_slot_and, [BINARY_OR] = int_slot_or, [BINARY_XOR] = int_slot_xor},
            .power = int_power_slot,
            .unary =
                {
                    [UNARY_NEGATIVE] = int_negative,
                    [UNARY_POSITIVE] = int_positive,
                    [UNARY_ABSOLUTE] = int_absolute,
                    [UNARY_INVERT] = int_invert,
                },
            .truth = int_truth,
            .to_int = int_positive,
            .to_float = int_to_float_slot,
            .to_index = int_positive,
        },
    .methods = int_methods,
    .getset = int_getset,
};

/* ---- bool ---- */

static value bool_new(struct type *type, const value *args, size_t nargs, value kwnames)
{
    if (kwnames && tuple_length(kwnames))
        return raise(EXC(TypeError), "bool() takes no keyword arguments");
    if (nargs > 1)
        return raise(EXC(TypeError), "bool expected at most 1 argument, got %zu", nargs);
    int truth = nargs ? value_truth(args[0]) : 0;
    return truth < 0 ? NULL : value_bool(truth);
}

static value bool_repr(value v)
{
    return v == VALUE_TRUE ? value_inc(NAME(True)) : value_inc(NAME(False));
}

static value bool_and(value a, value b)
{
    return value_is_bool(a) && value_is_bool(b) ? value_bool(a == VALUE_TRUE && b == VALUE_TRUE) : int_slot_and(a, b);
}
static value bool_or(value a, value b)
{
    return value_is_bool(a) && value_is_bool(b) ? value_bool(a == VALUE_TRUE || b == VALUE_TRUE) : int_slot_or(a, b);
}
static value bool_xor(value a, value b)
{
    return value_is_bool(a) && value_is_bool(b) ? value_bool(a != b) : int_slot_xor(a, b);
}

const struct type_spec bool_type_spec = {
    .id = TYPE_ID_BOOL,
    .base = TYPE_ID_INT,
    .name = "bool",
    .doc =
        "bool(x) -> bool\n\nReturns True when the argument x is true, False otherwise.\nThe builtins True and False "
        "are the only two instances of the class bool.\nThe class bool is a subclass of the class int, and cannot be "
        "subclassed.",
    .size = sizeof(struct int_instance),
    .flags = TYPE_FLAG_INT,
    .slots =
        {
            .new = bool_new,
            .repr = bool_repr,
            .binary = {[BINARY_AND] = bool_and, [BINARY_OR] = bool_or, [BINARY_XOR] = bool_xor},
        },
};
