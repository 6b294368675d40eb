/*
 * The cmath module: functions of complex numbers.
 *
 * The formulas are those of W. Kahan, "Branch cuts for complex elementary functions, or much ado about nothing's sign
 * bit" (1987), with arguments scaled where they would overflow or lose bits. What an infinity or a NaN gives is told in
 * the C standard's annex G; the C library knows it. A function reports an error of its domain or range in *status.
 */
#include "runtime/modules/module.h"
#include "runtime/objects/numbers/float.h"

#include <complex.h>
#include <float.h>
#include <math.h>
#undef I

enum status { FINE, DOMAIN, RANGE };
struct number {
    double re, im;
};

/* Beyond these, sums of squares, or the exponential function, come near to overflow. */
#define LARGE           (DBL_MAX / 4)
#define LOG_LARGE       (log(LARGE))
#define SQRT_LARGE      (sqrt(LARGE))
#define SQRT_DOUBLE_MIN (sqrt(DBL_MIN))

static struct number number(double re, double im)
{
    return (struct number){re, im};
}
static struct number negative(struct number z)
{
    return number(-z.re, -z.im);
}
static struct number times_i(struct number z)
{
    return number(-z.im, z.re);
}
static struct number over_i(struct number z)
{
    return number(z.im, -z.re);
}
static bool is_finite(struct number z)
{
    return isfinite(z.re) && isfinite(z.im);
}
static bool is_large(struct number z)
{
    return fabs(z.re) > LARGE || fabs(z.im) > LARGE;
}

/* The C library's function, for arguments that are not finite. */
static struct number library(double complex (*f)(double complex), struct number z)
{
    double complex result = f(__builtin_complex(z.re, z.im));
    return number(creal(result), cimag(result));
}

/* log(|2 z|) of a large number */
static double log_of_double(struct number z)
{
    return log(hypot(z.re / 2, z.im / 2)) + 2 * M_LN2;
}

static struct number z_sqrt(struct number z, enum status *status)
{
    if (!is_finite(z))
        return library(csqrt, z);
    if (z.re == 0 && z.im == 0)
        return number(0, z.im);
    double x = fabs(z.re), y = fabs(z.im), s;
    if (x < DBL_MIN && y < DBL_MIN) { /* subnormal */
        x = ldexp(x, 53);
        s = ldexp(sqrt(x + hypot(x, ldexp(y, 53))), -27);
        x = ldexp(x, -53);
    } else {
        x /= 8;
        s = 2 * sqrt(x + hypot(x, y / 8));
    }
    double d = y / (2 * s);
    return z.re >= 0 ? number(s, copysign(d, z.im)) : number(d, copysign(s, z.im));
}

static struct number z_acos(struct number z, enum status *status)
{
    if (!is_finite(z))
        return library(cacos, z);
    if (is_large(z)) {
        double im = log_of_double(z);
        return number(atan2(fabs(z.im), z.re), z.re < 0 ? -copysign(im, z.im) : copysign(im, -z.im));
    }
    struct number a = z_sqrt(number(1 - z.re, -z.im), status), b = z_sqrt(number(1 + z.re, z.im), status);
    return number(2 * atan2(a.re, b.re), asinh(b.re * a.im - b.im * a.re));
}

static struct number z_acosh(struct number z, enum status *status)
{
    if (z.re == 0 && isnan(z.im)) /* as C99 first had it */
        return number(NAN, NAN);
    if (!is_finite(z))
        return library(cacosh, z);
    if (is_large(z))
        return number(log_of_double(z), atan2(z.im, z.re));
    struct number a = z_sqrt(number(z.re - 1, z.im), status), b = z_sqrt(number(z.re + 1, z.im), status);
    return number(asinh(a.re * b.re + a.im * b.im), 2 * atan2(a.im, b.re));
}

static struct number z_asinh(struct number z, enum status *status)
{
    if (!is_finite(z))
        return library(casinh, z);
    if (is_large(z))
        return number(copysign(log_of_double(z), z.re), atan2(z.im, fabs(z.re)));
    struct number a = z_sqrt(number(1 + z.im, -z.re), status), b = z_sqrt(number(1 - z.im, z.re), status);
    return number(asinh(a.re * b.im - b.re * a.im), atan2(z.im, a.re * b.re - a.im * b.im));
}
static struct number z_asin(struct number z, enum status *status)
{
    return over_i(z_asinh(times_i(z), status));
}

static struct number z_atanh(struct number z, enum status *status)
{
    if (!is_finite(z))
        return library(catanh, z);
    if (signbit(z.re))
        return negative(z_atanh(negative(z), status));
    double y = fabs(z.im);
    if (z.re > SQRT_LARGE || y > SQRT_LARGE) {
        double h = hypot(z.re / 2, z.im / 2);
        return number(z.re / 4 / h / h, copysign(M_PI / 2, z.im));
    }
    if (z.re == 1 && y < SQRT_DOUBLE_MIN) {
        if (y != 0)
            return number(-log(sqrt(y) / sqrt(hypot(y, 2))), copysign(atan2(2, -y) / 2, z.im));
        *status = DOMAIN;
        return number(INFINITY, z.im);
    }
    double rest = 1 - z.re;
    return number(log1p(4 * z.re / (rest * rest + y * y)) / 4, -atan2(-2 * z.im, rest * (1 + z.re) - y * y) / 2);
}
static struct number z_atan(struct number z, enum status *status)
{
    return over_i(z_atanh(times_i(z), status));
}

static struct number overflow_checked(struct number z, enum status *status)
{
    if (isinf(z.re) || isinf(z.im))
        *status = RANGE;
    return z;
}

static struct number z_cosh(struct number z, enum status *status)
{
    if (!is_finite(z)) {
        if (isinf(z.im) && !isnan(z.re))
            *status = DOMAIN;
        return library(ccosh, z);
    }
    double scale = 1;
    if (fabs(z.re) > LOG_LARGE) {
        scale = M_E;
        z.re -= copysign(1, z.re);
    }
    return overflow_checked(number(cos(z.im) * cosh(z.re) * scale, sin(z.im) * sinh(z.re) * scale), status);
}
static struct number z_cos(struct number z, enum status *status)
{
    return z_cosh(times_i(z), status);
}

static struct number z_sinh(struct number z, enum status *status)
{
    if (!is_finite(z)) {
        if (isinf(z.im) && !isnan(z.re))
            *status = DOMAIN;
        return isnan(z.im) && z.re == 0 ? number(0, z.im) : library(csinh, z); /* the zero's sign is left open */
    }
    double scale = 1;
    if (fabs(z.re) > LOG_LARGE) {
        scale = M_E;
        z.re -= copysign(1, z.re);
    }
    return overflow_checked(number(cos(z.im) * sinh(z.re) * scale, sin(z.im) * cosh(z.re) * scale), status);
}
static struct number z_sin(struct number z, enum status *status)
{
    return over_i(z_sinh(times_i(z), status));
}

static struct number z_tanh(struct number z, enum status *status)
{
    if (!is_finite(z)) {
        if (isinf(z.im) && isfinite(z.re))
            *status = DOMAIN;
        return z.re == 0 && isnan(z.im) ? number(NAN, NAN) : library(ctanh, z); /* as C99 first had it */
    }
    if (fabs(z.re) > LOG_LARGE)
        return number(copysign(1, z.re), 4 * sin(z.im) * cos(z.im) * exp(-2 * fabs(z.re)));
    double x = tanh(z.re), y = tan(z.im), c = 1 / cosh(z.re), xy = x * y, denominator = 1 + xy * xy;
    return number(x * (1 + y * y) / denominator, ((y / denominator) * c) * c);
}
static struct number z_tan(struct number z, enum status *status)
{
    return over_i(z_tanh(times_i(z), status));
}

static struct number z_exp(struct number z, enum status *status)
{
    if (!is_finite(z)) {
        if (isinf(z.im) && (isfinite(z.re) || z.re > 0))
            *status = DOMAIN;
        return library(cexp, z);
    }
    double scale = 1;
    if (z.re > LOG_LARGE) {
        scale = M_E;
        z.re -= 1;
    }
    double l = exp(z.re);
    return overflow_checked(number(l * cos(z.im) * scale, l * sin(z.im) * scale), status);
}

static struct number z_log(struct number z, enum status *status)
{
    if (!is_finite(z))
        return library(clog, z);
    double x = fabs(z.re), y = fabs(z.im), re;
    if (is_large(z))
        re = log(hypot(x / 2, y / 2)) + M_LN2;
    else if (x < DBL_MIN && y < DBL_MIN) {
        if (x == 0 && y == 0) {
            *status = DOMAIN;
            return number(-INFINITY, atan2(z.im, z.re));
        }
        re = log(hypot(ldexp(x, DBL_MANT_DIG), ldexp(y, DBL_MANT_DIG))) - DBL_MANT_DIG * M_LN2;
    } else {
        double h = hypot(x, y);
        if (h >= 0.71 && h <= 1.73) { /* near 1, where log() of the rounded h is too coarse */
            double high = x > y ? x : y, low = x > y ? y : x;
            re = log1p((high - 1) * (high + 1) + low * low) / 2;
        } else
            re = log(h);
    }
    return number(re, atan2(z.im, z.re));
}
static struct number z_log10(struct number z, enum status *status)
{
    struct number l = z_log(z, status);
    return number(l.re / M_LN10, l.im / M_LN10);
}

/* ---- as functions of the module ---- */

static bool checked(enum status status)
{
    if (status == DOMAIN)
        return raise_false(EXC(ValueError), "math domain error");
    if (status == RANGE)
        return raise_false(EXC(OverflowError), "math range error");
    return true;
}
static value result(struct number z, enum status status)
{
    return checked(status) ? complex_new(z.re, z.im) : NULL;
}

#define FUNCTION(NAME)                             \
    static value cmath_##NAME(value self, value v) \
    {                                              \
        struct number z;                           \
        enum status status = FINE;                 \
        if (!value_as_complex(v, &z.re, &z.im))    \
            return NULL;                           \
        z = z_##NAME(z, &status);                  \
        return result(z, status);                  \
    }
FUNCTION(acos)
FUNCTION(acosh)
FUNCTION(asin)
FUNCTION(asinh)
FUNCTION(atan)
FUNCTION(atanh)
FUNCTION(cos)
FUNCTION(cosh)
FUNCTION(exp)
FUNCTION(log10)
FUNCTION(sin)
FUNCTION(sinh)
FUNCTION(sqrt)
FUNCTION(tan)
FUNCTION(tanh)

static value cmath_log(value self, value v, value base)
{
    struct number z, b;
    enum status status = FINE;
    if (!value_as_complex(v, &z.re, &z.im))
        return NULL;
    z = z_log(z, &status);
    if (is_missing(base))
        return result(z, status);
    if (!value_as_complex(base, &b.re, &b.im))
        return NULL;
    status = FINE; /* the base alone may be at fault */
    b = z_log(b, &status);
    value x = complex_new(z.re, z.im), y = complex_new(b.re, b.im), quotient = NULL;
    if (x && y && checked(status))
        quotient = operate_binary(BINARY_TRUE_DIVIDE, x, y);
    if (!quotient && error_matches(EXC(ZeroDivisionError))) {
        error_clear();
        checked(DOMAIN);
    }
    value_dec(x);
    value_dec(y);
    return quotient;
}

static value cmath_phase(value self, value v)
{
    struct number z;
    return value_as_complex(v, &z.re, &z.im) ? float_new(atan2(z.im, z.re)) : NULL;
}

static value cmath_polar(value self, value v)
{
    struct number z;
    if (!value_as_complex(v, &z.re, &z.im))
        return NULL;
    double r = hypot(z.re, z.im);
    if (isinf(r) && is_finite(z))
        return checked(RANGE), NULL;
    value radius = float_new(r), phase = radius ? float_new(atan2(z.im, z.re)) : NULL;
    value pair = phase ? tuple_pack(2, radius, phase) : NULL;
    value_dec(phase);
    value_dec(radius);
    return pair;
}

static value cmath_rect(value self, value given_r, value given_phi)
{
    double r, phi;
    if (!value_as_double(given_r, &r) || !value_as_double(given_phi, &phi))
        return NULL;
    if (phi == 0)
        return complex_new(r, isfinite(r) ? r * phi : isnan(r) ? 0 : copysign(phi, r < 0 ? -phi : phi));
    if (isfinite(phi))
        return complex_new(r * cos(phi), r * sin(phi));
    if (isinf(phi) && r != 0 && !isnan(r))
        return checked(DOMAIN), NULL;
    if (r == 0)
        return complex_new(0, 0);
    return complex_new(isinf(r) ? INFINITY : NAN, NAN);
}

static value cmath_isclose(value self, const value *args)
{
    struct number a, b;
    double relative = 1e-9, absolute = 0;
    if (!value_as_complex(args[0], &a.re, &a.im) || !value_as_complex(args[1], &b.re, &b.im) ||
        (!is_missing(args[2]) && !value_as_double(args[2], &relative)) ||
        (!is_missing(args[3]) && !value_as_double(args[3], &absolute)))
        return NULL;
    if (relative < 0 || absolute < 0)
        return raise(EXC(ValueError), "tolerances must be non-negative");
    if (a.re == b.re && a.im == b.im)
        return VALUE_TRUE;
    if (isinf(a.re) || isinf(a.im) || isinf(b.re) || isinf(b.im))
        return VALUE_FALSE;
    double difference = hypot(a.re - b.re, a.im - b.im);
    return value_bool(difference <= relative * hypot(b.re, b.im) || difference <= relative * hypot(a.re, a.im) ||
                      difference <= absolute);
}

#define TEST(NAME, EXPRESSION)                                                    \
    static value cmath_##NAME(value self, value v)                                \
    {                                                                             \
        struct number z;                                                          \
        return value_as_complex(v, &z.re, &z.im) ? value_bool(EXPRESSION) : NULL; \
    }
TEST(isfinite, is_finite(z))
TEST(isinf, isinf(z.re) || isinf(z.im))
TEST(isnan, isnan(z.re) || isnan(z.im))

#define ONE(NAME, DOC) METHOD(#NAME, cmath_##NAME, "($module, z, /)", DOC)
static const struct method_def functions[] = {
    ONE(acos, "Return the arc cosine of z."),
    ONE(acosh, "Return the inverse hyperbolic cosine of z."),
    ONE(asin, "Return the arc sine of z."),
    ONE(asinh, "Return the inverse hyperbolic sine of z."),
    ONE(atan, "Return the arc tangent of z."),
    ONE(atanh, "Return the inverse hyperbolic tangent of z."),
    ONE(cos, "Return the cosine of z."),
    ONE(cosh, "Return the hyperbolic cosine of z."),
    ONE(exp, "Return the exponential value e**z."),
    METHOD("isclose", cmath_isclose, "($module, /, a, b, *, rel_tol=1e-09, abs_tol=0.0)",
           "Determine whether two complex numbers are close in value."),
    ONE(isfinite, "Return True if both the real and imaginary parts of z are finite, else False."),
    ONE(isinf, "Checks if the real or imaginary part of z is infinite."),
    ONE(isnan, "Checks if the real or imaginary part of z not a number (NaN)."),
    METHOD("log", cmath_log, "($module, z, base=<unrepresentable>, /)",
           "log(z[, base]) -> the logarithm of z to the given base.\n\n"
           "If the base is not specified, returns the natural logarithm (base e) of z."),
    ONE(log10, "Return the base-10 logarithm of z."),
    ONE(phase, "Return argument, also known as the phase angle, of a complex."),
    ONE(polar, "Convert a complex from rectangular coordinates to polar coordinates.\n\n"
               "r is the distance from 0 and phi the phase angle."),
    METHOD("rect", cmath_rect, "($module, r, phi, /)", "Convert from polar coordinates to rectangular coordinates."),
    ONE(sin, "Return the sine of z."),
    ONE(sinh, "Return the hyperbolic sine of z."),
    ONE(sqrt, "Return the square root of z."),
    ONE(tan, "Return the tangent of z."),
    ONE(tanh, "Return the hyperbolic tangent of z."),
    {0},
};

static bool fill(value module)
{
    return module_add_owned(module, "pi", float_new(M_PI)) && module_add_owned(module, "e", float_new(M_E)) &&
           module_add_owned(module, "tau", float_new(2 * M_PI)) &&
           module_add_owned(module, "inf", float_new(INFINITY)) && module_add_owned(module, "nan", float_new(NAN)) &&
           module_add_owned(module, "infj", complex_new(0, INFINITY)) &&
           module_add_owned(module, "nanj", complex_new(0, NAN));
}
const struct module_def cmath_module = {
    .name = "cmath",
    .doc = "This module provides access to mathematical functions for complex\nnumbers.",
    .functions = functions,
    .fill = fill,
};
