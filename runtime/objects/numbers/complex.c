/* complex: arithmetic, powers, text. */
#include "runtime/objects/numbers/float.h"
#include "runtime/objects/numbers/int.h"
#include "runtime/objects/text/str.h"
#include "runtime/objects/text/str_methods.h"
#include "runtime/raw.h"
#include "threads/pause.h"

#include <math.h>
#include <stdlib.h>

struct complex_number {
    double real, imag;
};

static value complex_instance_new(struct type *type, double real, double imag)
{
    struct complex_object *c = (struct complex_object *)object_new(type, type->gc.instance_size);
    if (!c)
        return NULL;
    c->real = real;
    c->imag = imag;
    return value_of(c);
}

value complex_new(double real, double imag)
{
    return complex_instance_new(TYPE(COMPLEX), real, imag);
}

void complex_parts(value v, double *real, double *imag)
{
    struct complex_object *c = (struct complex_object *)v;
    *real = c->real;
    *imag = c->imag;
}

static struct complex_number number_of(value v)
{
    struct complex_object *c = (struct complex_object *)v;
    return (struct complex_number){c->real, c->imag};
}

/* 1, 0 no number, -1 error */
static int operand(value v, struct complex_number *out)
{
    if (is_complex(v)) {
        *out = number_of(v);
        return 1;
    }
    out->imag = 0;
    return double_of_operand(v, &out->real);
}

#define OPERANDS                \
    struct complex_number x, y; \
    int kind_ = operand(a, &x); \
    if (kind_ > 0)              \
        kind_ = operand(b, &y); \
    if (kind_ <= 0)             \
    return kind_ < 0 ? NULL : VALUE_NOT_IMPLEMENTED

static value complex_add(value a, value b)
{
    OPERANDS;
    return complex_new(x.real + y.real, x.imag + y.imag);
}
static value complex_subtract(value a, value b)
{
    OPERANDS;
    return complex_new(x.real - y.real, x.imag - y.imag);
}
static value complex_multiply(value a, value b)
{
    OPERANDS;
    return complex_new(x.real * y.real - x.imag * y.imag, x.real * y.imag + x.imag * y.real);
}

/* Smith's method: scale by the larger part of the divisor. false: division by zero. */
static bool divide(struct complex_number a, struct complex_number b, struct complex_number *out)
{
    double real = fabs(b.real), imag = fabs(b.imag);
    if (real >= imag) {
        if (real == 0)
            return false;
        double ratio = b.imag / b.real, denominator = b.real + b.imag * ratio;
        *out =
            (struct complex_number){(a.real + a.imag * ratio) / denominator, (a.imag - a.real * ratio) / denominator};
    } else if (imag >= real) {
        double ratio = b.real / b.imag, denominator = b.real * ratio + b.imag;
        *out =
            (struct complex_number){(a.real * ratio + a.imag) / denominator, (a.imag * ratio - a.real) / denominator};
    } else
        *out = (struct complex_number){NAN, NAN};
    return true;
}

static value complex_true_divide(value a, value b)
{
    OPERANDS;
    struct complex_number q;
    if (!divide(x, y, &q))
        return raise(EXC(ZeroDivisionError), "complex division by zero");
    return complex_new(q.real, q.imag);
}

/* ---- powers ---- */

static struct complex_number multiply(struct complex_number a, struct complex_number b)
{
    return (struct complex_number){a.real * b.real - a.imag * b.imag, a.real * b.imag + a.imag * b.real};
}

static struct complex_number power_integer(struct complex_number x, long n)
{
    struct complex_number result = {1, 0}, square = x;
    unsigned long left = (unsigned long)(n < 0 ? -n : n);
    for (unsigned long mask = 1; mask > 0 && left >= mask; mask <<= 1) {
        if (left & mask)
            result = multiply(result, square);
        square = multiply(square, square);
    }
    struct complex_number one = {1, 0}, inverse;
    if (n < 0 && divide(one, result, &inverse))
        return inverse;
    return result;
}

/* An infinity is an overflow, whatever it comes from. */
static bool power(struct complex_number a, struct complex_number b, struct complex_number *out)
{
    if (b.real == 0 && b.imag == 0)
        *out = (struct complex_number){1, 0};
    else if (a.real == 0 && a.imag == 0) {
        if (b.imag != 0 || b.real < 0)
            return raise_false(EXC(ZeroDivisionError), "0.0 to a negative or complex power");
        *out = (struct complex_number){0, 0};
    } else if (b.imag == 0 && b.real == floor(b.real) && fabs(b.real) <= 100.0) {
        if (b.real < 0) {
            struct complex_number inverse, positive = power_integer(a, (long)-b.real);
            if (!divide((struct complex_number){1, 0}, positive, &inverse))
                return raise_false(EXC(ZeroDivisionError), "0.0 to a negative or complex power");
            *out = inverse;
        } else
            *out = power_integer(a, (long)b.real);
    } else {
        double magnitude = hypot(a.real, a.imag), length = pow(magnitude, b.real), angle = atan2(a.imag, a.real);
        double phase = angle * b.real;
        if (b.imag != 0) {
            length /= exp(angle * b.imag);
            phase += b.imag * log(magnitude);
        }
        if (isinf(phase)) /* the text is that of an argument outside of cosine's domain */
            return raise_false(EXC(ZeroDivisionError), "0.0 to a negative or complex power");
        *out = (struct complex_number){length * cos(phase), length * sin(phase)};
    }
    bool infinite = isinf(out->real) || isinf(out->imag);
    return !infinite || raise_false(EXC(OverflowError), "complex exponentiation");
}

value complex_power(double ar, double ai, double br, double bi)
{
    struct complex_number r = {0, 0};
    return power((struct complex_number){ar, ai}, (struct complex_number){br, bi}, &r) ? complex_new(r.real, r.imag)
                                                                                       : NULL;
}
static value complex_power2(value a, value b)
{
    OPERANDS;
    return complex_power(x.real, x.imag, y.real, y.imag);
}
static value complex_power3(value a, value b, value modulus)
{
    OPERANDS;
    if (!is_none(modulus))
        return raise(EXC(ValueError), "complex modulo");
    return complex_power(x.real, x.imag, y.real, y.imag);
}

/* ---- other slots ---- */

static value complex_negative(value v)
{
    struct complex_number c = number_of(v);
    return complex_new(-c.real, -c.imag);
}
static value complex_positive(value v)
{
    struct complex_number c = number_of(v);
    return complex_new(c.real, c.imag);
}
static value complex_absolute(value v)
{
    struct complex_number c = number_of(v);
    double d = hypot(c.real, c.imag);
    if (isinf(d) && isfinite(c.real) && isfinite(c.imag))
        return raise(EXC(OverflowError), "absolute value too large");
    return float_new(d);
}
static int complex_truth(value v)
{
    struct complex_number c = number_of(v);
    return c.real != 0 || c.imag != 0;
}
static bool complex_hash(value v, int64_t *out)
{
    struct complex_number c = number_of(v);
    uint64_t h = (uint64_t)double_hash(c.real, v) + UINT64_C(1000003) * (uint64_t)double_hash(c.imag, v);
    *out = h == UINT64_MAX ? -2 : (int64_t)h;
    return true;
}
static value complex_compare(value a, value b, int op)
{
    if (op != COMPARE_EQ && op != COMPARE_NE)
        return VALUE_NOT_IMPLEMENTED;
    struct complex_number x = number_of(a);
    bool equal;
    if (is_int(b))
        equal = x.imag == 0 && !isnan(x.real) && int_compare_double(int_exact(b), x.real) == 0;
    else if (is_float(b))
        equal = x.imag == 0 && x.real == float_value(b);
    else if (is_complex(b))
        equal = x.real == number_of(b).real && x.imag == number_of(b).imag;
    else
        return VALUE_NOT_IMPLEMENTED;
    return value_bool(equal == (op == COMPARE_EQ));
}

static size_t part_to(double d, char buffer[32])
{
    size_t n = double_repr_to(d, buffer);
    return n > 2 && memcmp(buffer + n - 2, ".0", 2) == 0 ? n - 2 : n;
}

static value complex_repr(value v)
{
    struct complex_number c = number_of(v);
    char text[80], *p = text, imag[32];
    bool skip = c.real == 0 && !signbit(c.real);
    if (!skip) {
        *p++ = '(';
        p += part_to(c.real, p);
    }
    size_t n = part_to(c.imag, imag);
    if (!skip && imag[0] != '-')
        *p++ = '+';
    memcpy(p, imag, n);
    p += n;
    *p++ = 'j';
    if (!skip)
        *p++ = ')';
    return str_from_ascii(text, (size_t)(p - text));
}

/* ---- construction ---- */

/* "1+2j", "(1+2j)", "j", "1e5", ... */
static bool parse(const char *p, struct complex_number *out)
{
    const char *end;
    bool parenthesis = false, done = false;
    *out = (struct complex_number){0, 0};
    while (*p == ' ' || (*p >= '\t' && *p <= '\r'))
        p++;
    if (*p == '(') {
        parenthesis = true;
        p++;
        while (*p == ' ' || (*p >= '\t' && *p <= '\r'))
            p++;
    }
    double d = double_from_text(p, &end);
    if (end != p) {
        p = end;
        if (*p == '+' || *p == '-') { /* real, then imaginary part */
            out->real = d;
            double i = double_from_text(p, &end);
            if (end != p) {
                out->imag = i;
                p = end;
            } else {
                out->imag = *p == '+' ? 1.0 : -1.0;
                p++;
            }
            if (*p != 'j' && *p != 'J')
                return false;
            p++;
            done = true;
        } else if (*p == 'j' || *p == 'J') {
            out->imag = d;
            p++;
            done = true;
        } else {
            out->real = d;
            done = true;
        }
    } else { /* only an imaginary unit */
        double sign = 1.0;
        if (*p == '+' || *p == '-')
            sign = *p++ == '-' ? -1.0 : 1.0;
        if (*p != 'j' && *p != 'J')
            return false;
        out->imag = sign;
        p++;
        done = true;
    }
    while (*p == ' ' || (*p >= '\t' && *p <= '\r'))
        p++;
    if (parenthesis) {
        if (*p++ != ')')
            return false;
        while (*p == ' ' || (*p >= '\t' && *p <= '\r'))
            p++;
    }
    return done && *p == 0;
}

static bool parse_str(value text, struct complex_number *out)
{
    char *ascii = str_to_decimal_ascii(str_exact(text)), *to = ascii, previous = 0;
    size_t n = str_length(text);
    if (!ascii)
        return false;
    bool resting = thread_rest_begin(n);
    bool ok = strlen(ascii) == n, apart = true;
    for (size_t i = 0; ok && apart && i < n; i++) { /* underscores stand between digits */
        char c = ascii[i];
        if (c == '_')
            apart = previous >= '0' && previous <= '9' && ascii[i + 1] >= '0' && ascii[i + 1] <= '9';
        else
            *to++ = c;
        previous = c;
    }
    *to = 0;
    ok = ok && apart && parse(ascii, out);
    thread_rest_end(resting);
    raw_free(ascii);
    if (!apart)
        return raise_false(EXC(ValueError), "could not convert string to complex: %R", text);
    return ok || raise_false(EXC(ValueError), "complex() arg is a malformed string");
}

/* 1: *out set; 0: v has no __complex__; -1 error */
static int from_special(value v, struct complex_number *out)
{
    if (value_is(v, TYPE_ID_COMPLEX)) {
        *out = number_of(v);
        return 1;
    }
    if (value_is_small_int(v) || value_is_immediate_float(v))
        return 0;
    value c = call_special(v, NAME(__complex__), NULL, 0);
    if (c == VALUE_MISSING)
        return 0;
    if (!c)
        return -1;
    int status = 1;
    if (!is_complex(c)) {
        raise(EXC(TypeError), "__complex__ returned non-complex (type %T)", c);
        status = -1;
    } else if (!value_is(c, TYPE_ID_COMPLEX) &&
               warn(EXC(DeprecationWarning), 1,
                    "__complex__ returned non-complex (type %T).  The ability to return an instance of a strict "
                    "subclass of complex is deprecated, and may be removed in a future version of Python.",
                    c) < 0) {
        status = -1;
    } else {
        *out = number_of(c);
    }
    value_dec(c);
    return status;
}

static bool is_real(value v)
{
    return is_int(v) || is_float(v) || value_type_slot(v, to_float) || value_type_slot(v, to_index);
}

static bool part_of(value v, const char *message, struct complex_number *out, bool *was_complex)
{
    int special = from_special(v, out);
    *was_complex = special > 0;
    if (special)
        return special > 0;
    out->imag = 0;
    if (!is_real(v))
        return raise_false(EXC(TypeError), message, v);
    return value_as_double(v, &out->real);
}

bool value_as_complex(value v, double *real, double *imag)
{
    struct complex_number z;
    bool was_complex;
    if (is_complex(v)) {
        complex_parts(v, real, imag);
        return true;
    }
    if (!part_of(v, "must be real number, not %T", &z, &was_complex))
        return false;
    *real = z.real;
    *imag = z.imag;
    return true;
}

static value complex_type_new(struct type *type, const value *args, size_t nargs, value kwnames)
{
    value bound[2] = {VALUE_MISSING, VALUE_MISSING};
    static const char *const names[] = {"real", "imag"};
    size_t keywords = kwnames ? tuple_length(kwnames) : 0;
    if (nargs + keywords > 2)
        return raise(EXC(TypeError), "complex() takes at most 2 arguments (%zu given)", nargs + keywords);
    for (size_t i = 0; i < nargs; i++)
        bound[i] = args[i];
    for (size_t i = 0; i < keywords; i++) {
        size_t k = 0;
        while (k < 2 && !str_equals_text(tuple_get(kwnames, i), names[k]))
            k++;
        if (k == 2)
            return raise(EXC(TypeError), "'%U' is an invalid keyword argument for complex()", tuple_get(kwnames, i));
        if (k < nargs)
            return raise(EXC(TypeError), "argument for complex() given by name ('%s') and position (%zu)", names[k],
                         k + 1);
        bound[k] = args[nargs + i];
    }
    struct complex_number r = {0, 0}, i = {0, 0};
    bool real_complex = false, imag_complex = false;
    if (!is_missing(bound[0]) && is_missing(bound[1]) && type == TYPE(COMPLEX) && value_is(bound[0], TYPE_ID_COMPLEX))
        return value_inc(bound[0]);
    if (!is_missing(bound[0]) && is_str(bound[0])) {
        if (!is_missing(bound[1]))
            return raise(EXC(TypeError), "complex() can't take second arg if first is a string");
        return parse_str(bound[0], &r) ? complex_instance_new(type, r.real, r.imag) : NULL;
    }
    if (!is_missing(bound[1]) && is_str(bound[1]))
        return raise(EXC(TypeError), "complex() second arg can't be a string");
    if (!is_missing(bound[0]) &&
        !part_of(bound[0], "complex() first argument must be a string or a number, not '%T'", &r, &real_complex))
        return NULL;
    if (!is_missing(bound[1])) { /* which is not asked for __complex__ */
        if (is_complex(bound[1])) {
            i = number_of(bound[1]);
            imag_complex = true;
        } else if (!is_real(bound[1])) {
            return raise(EXC(TypeError), "complex() second argument must be a number, not '%T'", bound[1]);
        } else if (!value_as_double(bound[1], &i.real)) {
            return NULL;
        }
    }
    /* real + imag * 1j, without turning a negative zero into a positive one */
    if (imag_complex)
        r.real -= i.imag;
    if (!is_missing(bound[1]))
        r.imag = real_complex ? r.imag + i.real : i.real;
    return complex_instance_new(type, r.real, r.imag);
}

/* ---- methods ---- */

static value complex_conjugate(value self)
{
    struct complex_number c = number_of(self);
    return complex_new(c.real, -c.imag);
}
static value complex_special(value self)
{
    return value_is(self, TYPE_ID_COMPLEX) ? value_inc(self) : complex_positive(self);
}
static value complex_getnewargs(value self)
{
    struct complex_number c = number_of(self);
    value items[2] = {float_new(c.real), float_new(c.imag)};
    if (!items[0] || !items[1]) {
        value_dec(items[0]);
        value_dec(items[1]);
        return NULL;
    }
    return tuple_from_owned(items, 2);
}
static value complex_format(value self, value format_spec)
{
    if (!is_str(format_spec))
        return raise(EXC(TypeError), "__format__() argument must be str, not %K", format_spec);
    return value_format_complex(self, format_spec);
}
static value complex_get_real(value self)
{
    return float_new(number_of(self).real);
}
static value complex_get_imag(value self)
{
    return float_new(number_of(self).imag);
}

static const struct method_def complex_methods[] = {
    METHOD("conjugate", complex_conjugate, "($self, /)", "The complex conjugate."),
    METHOD("__complex__", complex_special, "($self, /)", "The number as an exact complex."),
    METHOD("__getnewargs__", complex_getnewargs, "($self, /)", "The arguments that make the number anew."),
    METHOD("__format__", complex_format, "($self, format_spec, /)", "Format as the specification says."),
    {0},
};
static const struct getset_def complex_getset[] = {
    GETSET_FIELDS,
    {"real", complex_get_real, NULL, "the real part of a complex number"},
    {"imag", complex_get_imag, NULL, "the imaginary part of a complex number"},
    {0},
};

const struct type_spec complex_type_spec = {
    .id = TYPE_ID_COMPLEX,
    .name = "complex",
    .doc = "Create a complex number from a string or numbers.",
    .signature = "(real=0, imag=0)",
    .size = sizeof(struct complex_object),
    .flags = TYPE_FLAG_BASE,
    .slots =
        {
            .new = complex_type_new,
            .repr = complex_repr,
            .hash = complex_hash,
            .compare = complex_compare,
            .binary =
                {
                    [BINARY_ADD] = complex_add,
                    [BINARY_SUBTRACT] = complex_subtract,
                    [BINARY_MULTIPLY] = complex_multiply,
                    [BINARY_TRUE_DIVIDE] = complex_true_divide,
                    [BINARY_POWER] = complex_power2,
                },
            .power = complex_power3,
            .unary =
                {
                    [UNARY_NEGATIVE] = complex_negative,
                    [UNARY_POSITIVE] = complex_positive,
                    [UNARY_ABSOLUTE] = complex_absolute,
                },
            .truth = complex_truth,
        },
    .methods = complex_methods,
    .getset = complex_getset,
};
