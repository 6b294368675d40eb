/* The layout of boxed floats and of complex numbers, and what the files of float share. */
#ifndef ATOLL_FLOAT_H
#define ATOLL_FLOAT_H

#include "runtime/objects/objects.h"

/* A float that is no immediate, or an instance of a subclass. */
struct float_object {
    struct object header;
    double number;
};
struct complex_object {
    struct object header;
    double real, imag;
};
static inline bool is_complex(value v)
{
    return value_is_object(v) && v && (value_is(v, TYPE_ID_COMPLEX) || type_is_subtype(value_type(v), TYPE(COMPLEX)));
}

/* ---- text (float_text.c) ---- */
enum double_text_flag {
    DOUBLE_TEXT_DOT_ZERO = 1,  /* "1.0" rather than "1" */
    DOUBLE_TEXT_ALTERNATE = 2, /* '#': keep the point and trailing zeros */
    DOUBLE_TEXT_UPPER = 4,
    DOUBLE_TEXT_SIGN = 8, /* a plus sign too */
};
/* The shortest digits that read back as d (finite, not negative): digits without point, at least one; the value is
 * 0.DIGITS * 10**point. Returns their number, at most 17. */
int double_shortest(double d, char digits[18], int *point);
value double_repr(double d); /* str */
size_t double_repr_to(double d, char buffer[32]);
/* Read a number at the start of the text (terminated): decimal digits, point, exponent, inf, nan; never locale
 * dependent. *end is the text itself when there is none. */
double double_from_text(const char *text, const char **end);
/* What v.__float__() gives. */
bool double_of_special(value v, value (*to_float)(value), double *out);
double double_strtod(const char *text); /* strtod as in the C locale */
/* float(text): with underscores and surrounding space. ValueError shows `shown`. */
bool double_parse(const char *text, size_t length, value shown, double *out);
bool double_parse_str(value text, double *out);

int64_t double_hash(double d, value identity /* for NaN */);
/* A number of any kind as a double for float arithmetic: 1, 0 when the value is none, -1 on error (int too large). */
int double_of_operand(value v, double *out);
value double_floor_divide(double a, double b);
double double_round(double d, int digits);
value double_power(double base, double exponent); /* may give a complex number */
bool value_as_complex(value v, double *real, double *imag); /* __complex__, __float__, __index__; TypeError */
value complex_power(double ar, double ai, double br, double bi);

#endif
