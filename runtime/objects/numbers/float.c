/*
 * float: arithmetic and methods. Most floats are immediates (value.h); the others, and instances of subclasses, are
 * boxed.
 */
#include "runtime/objects/numbers/float.h"
#include "runtime/objects/binary/buffer.h"
#include "runtime/objects/numbers/int.h"
#include "runtime/objects/text/str.h"
#include "runtime/objects/text/str_methods.h"
#include "runtime/signature.h"
#include "runtime/raw.h"
#include "threads/pause.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

value float_box(double d)
{
    struct float_object *f = (struct float_object *)OBJECT_NEW(FLOAT, KIND_LEAF, sizeof *f, 0);
    if (unlikely(!f))
        return NULL;
    f->number = d;
    return value_of(f);
}

double float_value(value v)
{
    return likely(value_is_immediate_float(v)) ? immediate_float_value(v) : ((struct float_object *)v)->number;
}

int double_of_operand(value v, double *out)
{
    if (value_is_immediate_float(v)) {
        *out = immediate_float_value(v);
        return 1;
    }
    if (is_int(v)) {
        if (int_to_double(v, out))
            return 1;
        raise(EXC(OverflowError), "int too large to convert to float");
        return -1;
    }
    if (is_float(v)) {
        *out = ((struct float_object *)v)->number;
        return 1;
    }
    return 0;
}

/* ---- hashing ---- */

#define HASH_BITS    61
#define HASH_MODULUS ((UINT64_C(1) << HASH_BITS) - 1)

/* The value modulo 2**61 - 1, so that equal numbers of all types hash alike. */
int64_t double_hash(double d, value identity)
{
    if (!isfinite(d)) {
        if (isinf(d))
            return d > 0 ? 314159 : -314159;
        uint64_t bits = value_is_object(identity) ? value_bits(identity) : 0;
        int64_t h = (int64_t)(bits >> 4 | bits << 60);
        return h == -1 ? -2 : h;
    }
    int exponent;
    double m = frexp(fabs(d), &exponent);
    uint64_t x = 0;
    while (m != 0) { /* 28 bits at a time */
        x = ((x << 28) & HASH_MODULUS) | x >> (HASH_BITS - 28);
        m *= 268435456.0;
        exponent -= 28;
        uint64_t y = (uint64_t)m;
        m -= (double)y;
        x += y;
        if (x >= HASH_MODULUS)
            x -= HASH_MODULUS;
    }
    exponent = exponent >= 0 ? exponent % HASH_BITS : HASH_BITS - 1 - ((-1 - exponent) % HASH_BITS);
    x = ((x << exponent) & HASH_MODULUS) | x >> (HASH_BITS - exponent);
    int64_t h = d < 0 ? -(int64_t)x : (int64_t)x;
    return h == -1 ? -2 : h;
}

static bool float_hash(value v, int64_t *out)
{
    *out = double_hash(float_value(v), v);
    return true;
}

/* ---- comparison ---- */

static value float_compare(value a, value b, int op)
{
    double x = float_value(a);
    int order;
    if (is_float(b)) {
        double y = float_value(b);
        switch (op) {
        case COMPARE_LT:
            return value_bool(x < y);
        case COMPARE_LE:
            return value_bool(x <= y);
        case COMPARE_EQ:
            return value_bool(x == y);
        case COMPARE_NE:
            return value_bool(x != y);
        case COMPARE_GT:
            return value_bool(x > y);
        default:
            return value_bool(x >= y);
        }
    }
    if (!is_int(b))
        return VALUE_NOT_IMPLEMENTED;
    if (isnan(x))
        return value_bool(op == COMPARE_NE);
    order = -int_compare_double(int_exact(b), x);
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

/* ---- arithmetic ---- */

#define OPERANDS                          \
    double x, y;                          \
    int kind_ = double_of_operand(a, &x); \
    if (likely(kind_ > 0))                \
        kind_ = double_of_operand(b, &y); \
    if (unlikely(kind_ <= 0))             \
    return kind_ < 0 ? NULL : VALUE_NOT_IMPLEMENTED

static value float_add(value a, value b)
{
    OPERANDS;
    return float_new(x + y);
}
static value float_subtract(value a, value b)
{
    OPERANDS;
    return float_new(x - y);
}
static value float_multiply(value a, value b)
{
    OPERANDS;
    return float_new(x * y);
}
static value float_true_divide(value a, value b)
{
    OPERANDS;
    if (unlikely(y == 0))
        return raise(EXC(ZeroDivisionError), "float division by zero");
    return float_new(x / y);
}

/* Floor division and the remainder that has the sign of the divisor; the quotient is rounded to the nearest integer of
 * the exact one, since x - remainder is nearly a multiple of y. */
static void divide(double x, double y, double *quotient, double *remainder)
{
    double r = fmod(x, y), q = (x - r) / y;
    if (r != 0) {
        if ((y < 0) != (r < 0)) {
            r += y;
            q -= 1.0;
        }
    } else
        r = copysign(0.0, y);
    double whole;
    if (q != 0) {
        whole = floor(q);
        if (q - whole > 0.5)
            whole += 1.0;
    } else
        whole = copysign(0.0, x / y);
    *quotient = whole;
    *remainder = r;
}

static value float_floor_divide(value a, value b)
{
    OPERANDS;
    if (y == 0)
        return raise(EXC(ZeroDivisionError), "float floor division by zero");
    double q, r;
    divide(x, y, &q, &r);
    return float_new(q);
}
static value float_remainder(value a, value b)
{
    OPERANDS;
    if (y == 0)
        return raise(EXC(ZeroDivisionError), "float modulo");
    double q, r;
    divide(x, y, &q, &r);
    return float_new(r);
}
static value float_divmod(value a, value b)
{
    OPERANDS;
    if (y == 0)
        return raise(EXC(ZeroDivisionError), "float divmod()");
    double q, r;
    divide(x, y, &q, &r);
    value items[2] = {float_new(q), float_new(r)};
    if (!items[0] || !items[1]) {
        value_dec(items[0]);
        value_dec(items[1]);
        return NULL;
    }
    return tuple_from_owned(items, 2);
}

value double_power(double x, double y)
{
    if (x == 0 && y < 0 && isfinite(y))
        return raise(EXC(ZeroDivisionError), "0.0 cannot be raised to a negative power");
    if (x < 0 && isfinite(x) && isfinite(y) && y != floor(y))
        return complex_power(x, 0.0, y, 0.0);
    double d = pow(x, y);
    if (isinf(d) && isfinite(x) && isfinite(y)) {
        value text = str_from_text("Numerical result out of range");
        value args[2] = {small_int(34), text};
        value e = text ? call_vector(value_of(EXC(OverflowError)), args, 2, NULL) : NULL;
        value_dec(text);
        if (e)
            raise_exception(e);
        value_dec(e);
        return NULL;
    }
    return float_new(d);
}

static value float_power2(value a, value b)
{
    OPERANDS;
    return double_power(x, y);
}
static value float_power3(value a, value b, value modulus)
{
    if (!is_none(modulus))
        return raise(EXC(TypeError), "pow() 3rd argument not allowed unless all arguments are integers");
    return float_power2(a, b);
}
static value float_negative(value v)
{
    return float_new(-float_value(v));
}
static value float_positive(value v)
{
    return float_new(float_value(v));
}
static value float_absolute(value v)
{
    return float_new(fabs(float_value(v)));
}
static int float_truth(value v)
{
    return float_value(v) != 0;
}
static value float_to_int(value v)
{
    return int_from_double(float_value(v));
}
static value float_repr(value v)
{
    return double_repr(float_value(v));
}

/* ---- construction ---- */

static value float_instance_new(struct type *type, double d)
{
    if (type == TYPE(FLOAT))
        return float_new(d);
    struct float_object *f = (struct float_object *)object_new(type, type->gc.instance_size);
    if (!f)
        return NULL;
    f->number = d;
    return value_of(f);
}

bool double_of_special(value v, value (*to_float)(value), double *out)
{
    value result = to_float(v);
    if (!result)
        return false;
    bool fine = is_float(result);
    if (!fine)
        raise(EXC(TypeError), "%.50T.__float__ returned non-float (type %.50T)", v, result);
    else if (!value_is_immediate_float(result) && !value_is(result, TYPE_ID_FLOAT))
        fine = warn(EXC(DeprecationWarning), 1,
                    "%.50T.__float__ returned non-float (type %.50T).  The ability to return an instance of a strict "
                    "subclass of float is deprecated, and may be removed in a future version of Python.",
                    v, result) >= 0;
    if (fine)
        *out = float_value(result);
    value_dec(result);
    return fine;
}

static bool double_of_object(value v, double *out)
{
    if (value_is(v, TYPE_ID_STR))
        return double_parse_str(v, out);
    value (*to_float)(value) = value_type_slot(v, to_float);
    if (to_float && is_float(v) && !value_is_immediate_float(v) && !value_is(v, TYPE_ID_FLOAT))
        return double_of_special(v, to_float, out); /* a subclass may have its own */
    if (to_float || value_type_slot(v, to_index))
        return value_as_double(v, out);
    if (is_str(v))
        return double_parse_str(v, out);
    struct buffer buffer;
    if (!buffer_get(v, &buffer, BUFFER_SIMPLE))
        return buffer_refused() &&
               raise_false(EXC(TypeError), "float() argument must be a string or a real number, not '%T'", v);
    char *copy = malloc((size_t)buffer.length + 1);
    bool ok = false;
    if (copy) {
        thread_copy(copy, buffer.data, (size_t)buffer.length);
        copy[buffer.length] = 0;
        ok = double_parse(copy, (size_t)buffer.length, v, out);
        raw_free(copy);
    } else
        raise_no_memory();
    buffer_release(&buffer);
    return ok;
}

value number_float(value v)
{
    if (value_is_immediate_float(v) || value_is(v, TYPE_ID_FLOAT))
        return value_inc(v);
    double d;
    return double_of_object(v, &d) ? float_new(d) : NULL;
}

static value float_type_new(struct type *type, const value *args, size_t nargs, value kwnames)
{
    static struct signature signature = SIGNATURE("float", "(x=0, /)");
    value bound[1];
    if (nargs == 1 && !kwnames && type == TYPE(FLOAT))
        return number_float(args[0]);
    if (!no_keywords("float", keywords_of_new(type, kwnames)))
        return NULL;
    if (nargs > 1)
        return raise(EXC(TypeError), "float expected at most 1 argument, got %zu", nargs);
    if (!signature_bind(&signature, args, nargs, NULL, bound))
        return NULL;
    double d;
    return double_of_object(bound[0], &d) ? float_instance_new(type, d) : NULL;
}

/* ---- methods ---- */

static value float_as_integer_ratio(value self)
{
    double d = float_value(self);
    if (isinf(d))
        return raise(EXC(OverflowError), "cannot convert Infinity to integer ratio");
    if (isnan(d))
        return raise(EXC(ValueError), "cannot convert NaN to integer ratio");
    int exponent;
    double fraction = frexp(d, &exponent);
    for (int i = 0; i < 300 && fraction != floor(fraction); i++) {
        fraction *= 2.0;
        exponent--;
    }
    value items[2] = {int_from_double(fraction), small_int(1)};
    value *scaled = &items[exponent > 0 ? 0 : 1], old = *scaled;
    if (old) {
        *scaled = int_lshift(old, small_int(abs(exponent)));
        value_dec(old);
    }
    if (!items[0] || !items[1]) {
        value_dec(items[0]);
        value_dec(items[1]);
        return NULL;
    }
    return tuple_from_owned(items, 2);
}

static value float_is_integer(value self)
{
    double d = float_value(self);
    return value_bool(isfinite(d) && floor(d) == d);
}

static value float_trunc(value self)
{
    return int_from_double(float_value(self));
}
static value float_floor(value self)
{
    return int_from_double(floor(float_value(self)));
}
static value float_ceil(value self)
{
    return int_from_double(ceil(float_value(self)));
}
static value float_conjugate(value self)
{
    return float_new(float_value(self));
}

double double_round(double d, int digits)
{
    /* Exactly what the decimal writing says: correctly rounded, half to even on the exact binary value. */
    if (digits > 323) /* no double has so many decimals that its neighbours have not */
        return d;
    if (digits >= 0) {
        char *text = double_to_text(d, 'f', digits, 0);
        if (!text)
            return 0.0;
        const char *end;
        double result = double_from_text(text, &end);
        raw_free(text);
        return result;
    }
    char text[40];
    int point; /* round to a multiple of 10**-digits: so many digits are left */
    snprintf(text, sizeof text, "%.17e", fabs(d));
    point = atoi(strchr(text, 'e') + 1) + 1;
    int keep = point + digits;
    if (keep < 0)
        return copysign(0.0, d);
    if (keep == 0) { /* 0 or one unit: compare with half of it */
        double half = 5.0 * pow(10.0, point - 1);
        return fabs(d) > half ? copysign(half * 2, d) : copysign(0.0, d);
    }
    if (keep > 17)
        return d;
    snprintf(text, sizeof text, "%.*e", keep - 1, d);
    for (char *c = text; *c; c++)
        if (*c == ',')
            *c = '.';
    const char *end;
    return double_from_text(text, &end);
}

static value float_round(value self, value ndigits)
{
    double d = float_value(self);
    if (is_none(ndigits)) {
        double rounded = round(d);
        if (fabs(d - rounded) == 0.5)
            rounded = 2.0 * round(d / 2.0);
        return int_from_double(rounded);
    }
    ssize digits;
    if (!index_as_ssize(ndigits, &digits, NULL))
        return NULL;
    if (!isfinite(d) || digits > 323)
        return float_new(d);
    if (digits < -308)
        return float_new(0.0 * d);
    double rounded = double_round(d, (int)digits);
    if (isinf(rounded))
        return raise(EXC(OverflowError), "rounded value too large to represent");
    return float_new(rounded);
}

static value float_hex(value self)
{
    double d = float_value(self);
    if (!isfinite(d))
        return double_repr(d);
    if (d == 0)
        return str_from_text(signbit(d) ? "-0x0.0p+0" : "0x0.0p+0");
    int shift, exponent;
    double m = frexp(fabs(d), &exponent);
    shift = 1 - (DBL_MIN_EXP - exponent > 0 ? DBL_MIN_EXP - exponent : 0);
    m = ldexp(m, shift);
    exponent -= shift;
    char text[40], *p = text;
    if (d < 0)
        *p++ = '-';
    *p++ = '0';
    *p++ = 'x';
    *p++ = (char)('0' + (int)m);
    m -= (int)m;
    *p++ = '.';
    for (int i = 0; i < 13; i++) {
        m *= 16.0;
        *p++ = "0123456789abcdef"[(int)m];
        m -= (int)m;
    }
    snprintf(p, 16, "p%c%d", exponent < 0 ? '-' : '+', abs(exponent));
    return str_from_text(text);
}

static int hex_digit(char c)
{
    return c >= '0' && c <= '9' ? c - '0' : (c | 0x20) >= 'a' && (c | 0x20) <= 'f' ? (c | 0x20) - 'a' + 10 : -1;
}

static bool is_word(const char *p, const char *end, const char *word)
{
    for (; p < end && *word; p++, word++)
        if ((*p | 0x20) != *word)
            return false;
    return p == end && !*word;
}

/* 0 <= m * 2**exponent (and a bit more if `more`), rounded once, halves to even: also where the result has fewer bits
 * than others, being near zero, at which the C library's strtod rounds twice. */
static double round_binary(uint64_t m, int64_t exponent, bool more)
{
    if (!m)
        return 0;
    int zeros = __builtin_clzll(m);
    m <<= zeros;
    int64_t top = exponent - zeros + 63; /* of its first bit */
    if (top > DBL_MAX_EXP)
        return INFINITY;
    int64_t bits =
        top >= DBL_MIN_EXP - 1 ? DBL_MANT_DIG : DBL_MANT_DIG - (DBL_MIN_EXP - 1 - top); /* that it may have */
    if (bits < 0)
        return 0;
    uint64_t kept = bits ? m >> (64 - bits) : 0, rest = m << bits, half = UINT64_C(1) << 63;
    kept += rest > half || (rest == half && (more || (kept & 1)));
    return ldexp((double)kept, (int)(top + 1 - bits));
}

enum hex_result { HEX_DONE, HEX_INVALID, HEX_TOO_LARGE };

/* An optional sign, then inf, nan, or hexadecimal digits with a point and a binary exponent. */
static enum hex_result parse_hex(const char *p, const char *end, double *out)
{
    bool negative = p < end && *p == '-', any = false, point = false, more = false;
    if (p < end && (*p == '-' || *p == '+'))
        p++;
    if (is_word(p, end, "inf") || is_word(p, end, "infinity") || is_word(p, end, "nan")) {
        *out = (*p | 0x20) == 'n' ? NAN : INFINITY;
        *out = negative ? -*out : *out;
        return HEX_DONE;
    }
    if (end - p >= 2 && p[0] == '0' && (p[1] | 0x20) == 'x')
        p += 2;
    uint64_t m = 0;
    int64_t exponent = 0, given = 0;
    for (; p < end && (hex_digit(*p) >= 0 || (*p == '.' && !point)); p++) {
        if (*p == '.') {
            point = true;
            continue;
        }
        any = true;
        if (m >> 60) {
            more |= *p != '0';
            exponent += point ? 0 : 4;
        } else {
            m = m << 4 | (uint64_t)hex_digit(*p);
            exponent -= point ? 4 : 0;
        }
    }
    bool ok = any;
    if (ok && p < end && (*p | 0x20) == 'p') {
        bool down = ++p < end && *p == '-';
        if (p < end && (*p == '+' || *p == '-'))
            p++;
        ok = p < end;
        for (; p < end && *p >= '0' && *p <= '9'; p++)
            given = given > INT64_MAX / 32 ? given : given * 10 + (*p - '0');
        ok = ok && p[-1] >= '0' && p[-1] <= '9';
        exponent += down ? -given : given;
    }
    if (!ok || p != end)
        return HEX_INVALID;
    *out = round_binary(m, exponent, more);
    if (isinf(*out))
        return HEX_TOO_LARGE;
    *out = negative ? -*out : *out;
    return HEX_DONE;
}

static value float_fromhex(value cls, value string)
{
    if (!is_str(string))
        return raise(EXC(TypeError), "bad argument type for built-in operation");
    struct text text;
    double d = 0;
    if (!text_of(string, &text))
        return NULL;
    const char *p = text.bytes, *end = p + text.length;
    bool resting = thread_rest_begin(text.length);
    while (p < end && (*p == ' ' || (*p >= '\t' && *p <= '\r')))
        p++;
    while (end > p && (end[-1] == ' ' || (end[-1] >= '\t' && end[-1] <= '\r')))
        end--;
    enum hex_result read = parse_hex(p, end, &d);
    thread_rest_end(resting);
    text_release(&text);
    if (read == HEX_INVALID)
        return raise(EXC(ValueError), "invalid hexadecimal floating-point string");
    if (read == HEX_TOO_LARGE)
        return raise(EXC(OverflowError), "hexadecimal value too large to represent as a float");
    value number = float_new(d);
    if (!number || (struct type *)cls == TYPE(FLOAT))
        return number;
    value result = call_1(cls, number);
    value_dec(number);
    return result;
}

static value float_getformat(value cls, value typestr)
{
    if (!is_str(typestr))
        return raise(EXC(TypeError), "__getformat__() argument must be str, not %K", typestr);
    if (!str_equals_text(typestr, "double") && !str_equals_text(typestr, "float"))
        return raise(EXC(ValueError), "__getformat__() argument 1 must be 'double' or 'float'");
    const uint16_t one = 1;
    return str_from_text(*(const uint8_t *)&one ? "IEEE, little-endian" : "IEEE, big-endian");
}

static value float_format(value self, value format_spec)
{
    if (!is_str(format_spec))
        return raise(EXC(TypeError), "__format__() argument must be str, not %K", format_spec);
    return str_length(format_spec) ? value_format_float(self, format_spec) : value_str(self);
}

static value float_getnewargs(value self)
{
    value number = float_new(float_value(self));
    return number ? tuple_from_owned(&number, 1) : NULL;
}

static value float_get_real(value self)
{
    return float_new(float_value(self));
}
static value float_get_imag(value self)
{
    return float_new(0.0);
}

static const struct method_def float_methods[] = {
    METHOD("as_integer_ratio", float_as_integer_ratio, "($self, /)",
           "A pair of integers whose ratio is exactly the float; the denominator is positive."),
    METHOD("conjugate", float_conjugate, "($self, /)", "The number itself."),
    METHOD("is_integer", float_is_integer, "($self, /)", "True when the float is an integer."),
    METHOD("hex", float_hex, "($self, /)", "The number in hexadecimal."),
    METHOD_FLAGS("fromhex", float_fromhex, "($type, string, /)", "Read a hexadecimal number.", METHOD_CLASS),
    METHOD_FLAGS("__getformat__", float_getformat, "($type, typestr, /)", "How the machine stores the type.",
                 METHOD_CLASS),
    METHOD("__trunc__", float_trunc, "($self, /)", "The integer towards zero."),
    METHOD("__floor__", float_floor, "($self, /)", "The largest integer that is not larger."),
    METHOD("__ceil__", float_ceil, "($self, /)", "The smallest integer that is not smaller."),
    METHOD("__round__", float_round, "($self, ndigits=None, /)",
           "The nearest integer, half to even, or so many digits."),
    METHOD("__format__", float_format, "($self, format_spec, /)", "Format as the specification says."),
    METHOD("__getnewargs__", float_getnewargs, "($self, /)", "The arguments that make the number anew."),
    {0},
};
static const struct getset_def float_getset[] = {
    {"real", float_get_real, NULL, "the real part of a complex number"},
    {"imag", float_get_imag, NULL, "the imaginary part of a complex number"},
    {0},
};

const struct type_spec float_type_spec = {
    .id = TYPE_ID_FLOAT,
    .name = "float",
    .doc = "Convert a string or number to a floating point number, if possible.",
    .signature = "(x=0, /)",
    .size = sizeof(struct float_object),
    .flags = TYPE_FLAG_BASE | TYPE_FLAG_FLOAT,
    .slots =
        {
            .new = float_type_new,
            .repr = float_repr,
            .hash = float_hash,
            .compare = float_compare,
            .binary =
                {
                    [BINARY_ADD] = float_add,
                    [BINARY_SUBTRACT] = float_subtract,
                    [BINARY_MULTIPLY] = float_multiply,
                    [BINARY_TRUE_DIVIDE] = float_true_divide,
                    [BINARY_FLOOR_DIVIDE] = float_floor_divide,
                    [BINARY_REMAINDER] = float_remainder,
                    [BINARY_DIVMOD] = float_divmod,
                    [BINARY_POWER] = float_power2,
                },
            .power = float_power3,
            .unary =
                {
                    [UNARY_NEGATIVE] = float_negative,
                    [UNARY_POSITIVE] = float_positive,
                    [UNARY_ABSOLUTE] = float_absolute,
                },
            .truth = float_truth,
            .to_int = float_to_int,
            .to_float = float_positive,
        },
    .methods = float_methods,
    .getset = float_getset,
};
