/* The math module: functions of real numbers. Integers are in math_integers.c, sums in math_sums.c. */
#include "runtime/modules/numbers/math_module.h"
#include "runtime/modules/module.h"
#include "runtime/objects/numbers/int.h"

#include <errno.h>
#include <math.h>

static value domain_error(void)
{
    return raise(EXC(ValueError), "math domain error");
}
static value range_error(void)
{
    return raise(EXC(OverflowError), "math range error");
}

/* ---- functions of one argument that the C library has ---- */

/* What came of f(x): a NaN or an infinity out of an ordinary argument is an error. */
static value checked(double x, double result, bool can_overflow)
{
    if (isnan(result) && !isnan(x))
        return domain_error();
    if (isinf(result) && isfinite(x))
        return can_overflow ? range_error() : domain_error();
    return float_new(result);
}

#define FUNCTION(NAME, CALL, CAN_OVERFLOW)                                        \
    static value math_##NAME(value self, value v)                                 \
    {                                                                             \
        double x;                                                                 \
        return value_as_double(v, &x) ? checked(x, CALL(x), CAN_OVERFLOW) : NULL; \
    }
FUNCTION(acos, acos, false)
FUNCTION(acosh, acosh, false)
FUNCTION(asin, asin, false)
FUNCTION(asinh, asinh, false)
FUNCTION(atan, atan, false)
FUNCTION(atanh, atanh, false)
FUNCTION(cbrt, cbrt, false)
FUNCTION(cos, cos, false)
FUNCTION(cosh, cosh, true)
FUNCTION(exp, exp, true)
FUNCTION(exp2, exp2, true)
FUNCTION(expm1, expm1, true)
FUNCTION(fabs, fabs, false)
FUNCTION(log1p, log1p, false)
FUNCTION(sin, sin, false)
FUNCTION(sinh, sinh, true)
FUNCTION(sqrt, sqrt, false)
FUNCTION(tan, tan, false)
FUNCTION(tanh, tanh, false)

#define PLAIN(NAME, EXPRESSION)                                       \
    static value math_##NAME(value self, value v)                     \
    {                                                                 \
        double x;                                                     \
        return value_as_double(v, &x) ? float_new(EXPRESSION) : NULL; \
    }
PLAIN(erf, erf(x))
PLAIN(erfc, erfc(x))
PLAIN(degrees, x *(180.0 / M_PI))
PLAIN(radians, x *(M_PI / 180.0))

#define TEST(NAME, EXPRESSION)                                         \
    static value math_##NAME(value self, value v)                      \
    {                                                                  \
        double x;                                                      \
        return value_as_double(v, &x) ? value_bool(EXPRESSION) : NULL; \
    }
TEST(isnan, isnan(x))
TEST(isinf, isinf(x))
TEST(isfinite, isfinite(x))

/* ---- gamma ----
 * Lanczos' approximation with the numerator and denominator of Boost's lanczos13m53 (g = 6.0246..., 13 terms), which is
 * what makes results the same as CPython's. */
#define LANCZOS_TERMS 13
static const double lanczos_g = 6.024680040776729583740234375;
static const double lanczos_numerator[LANCZOS_TERMS] = {
    23531376880.410759688572007674451636754734846804940, 42919803642.649098768957899047001988850926355848959,
    35711959237.355668049440185451547166705960488635843, 17921034426.037209699919755754458931112671403265390,
    6039542586.3520280050642916443072979210699388420708, 1439720407.3117216736632230727949123939715485786372,
    248874557.86205415651146038641322942321632125127801, 31426415.585400194380614231628318205362874684987640,
    2876370.6289353724412254090516208496135991145378768, 186056.26539522349504029498971604569928220784236328,
    8071.6720023658162106380029022722506138218516325024, 210.82427775157934587250973392071336271166969580291,
    2.5066282746310002701649081771338373386264310793408};
static const double lanczos_denominator[LANCZOS_TERMS] = {0.0,        39916800.0, 120543840.0, 150917976.0, 105258076.0,
                                                          45995730.0, 13339535.0, 2637558.0,   357423.0,    32670.0,
                                                          1925.0,     66.0,       1.0};

/* The quotient of the polynomials; for large x in powers of 1/x, so that nothing overflows. */
static double lanczos_sum(double x)
{
    double above = 0.0, below = 0.0;
    if (x < 5.0) {
        for (int i = LANCZOS_TERMS; --i >= 0;) {
            above = above * x + lanczos_numerator[i];
            below = below * x + lanczos_denominator[i];
        }
    } else {
        for (int i = 0; i < LANCZOS_TERMS; i++) {
            above = above / x + lanczos_numerator[i];
            below = below / x + lanczos_denominator[i];
        }
    }
    return above / below;
}

/* sin(pi x), with the zeros where they belong */
static double sin_pi(double x)
{
    double y = fmod(fabs(x), 2.0), r;
    switch ((int)round(2.0 * y)) {
    case 0:
        r = sin(M_PI * y);
        break;
    case 1:
        r = cos(M_PI * (y - 0.5));
        break;
    case 2:
        r = sin(M_PI * (1.0 - y)); /* -sin(pi (y - 1)) but +0.0 for y == 1 */
        break;
    case 3:
        r = -cos(M_PI * (y - 1.5));
        break;
    default:
        r = sin(M_PI * (y - 2.0));
        break;
    }
    return copysign(1.0, x) * r;
}

static value gamma_of(double x)
{
    static const double factorials[] = {1.0,
                                        1.0,
                                        2.0,
                                        6.0,
                                        24.0,
                                        120.0,
                                        720.0,
                                        5040.0,
                                        40320.0,
                                        362880.0,
                                        3628800.0,
                                        39916800.0,
                                        479001600.0,
                                        6227020800.0,
                                        87178291200.0,
                                        1307674368000.0,
                                        20922789888000.0,
                                        355687428096000.0,
                                        6402373705728000.0,
                                        121645100408832000.0,
                                        2432902008176640000.0,
                                        51090942171709440000.0,
                                        1124000727777607680000.0};
    if (!isfinite(x))
        return isnan(x) || x > 0.0 ? float_new(x) : domain_error();
    if (x == 0.0)
        return domain_error();
    if (x == floor(x)) {
        if (x < 0.0)
            return domain_error();
        if (x <= 23.0)
            return float_new(factorials[(int)x - 1]);
    }
    double size = fabs(x);
    if (size < 1e-20) {
        double r = 1.0 / x;
        return isinf(r) ? range_error() : float_new(r);
    }
    if (size > 200.0)
        return x < 0.0 ? float_new(0.0 / sin_pi(x)) : range_error();
    double y = size + (lanczos_g - 0.5), z;
    /* the rounding error of y, which the power would enlarge */
    if (size > lanczos_g - 0.5)
        z = (y - size) - (lanczos_g - 0.5);
    else
        z = (y - (lanczos_g - 0.5)) - size;
    z = z * lanczos_g / y;
    double r;
    if (x < 0.0) {
        r = -M_PI / sin_pi(size) / size * exp(y) / lanczos_sum(size);
        r -= z * r;
        if (size < 140.0)
            r /= pow(y, size - 0.5);
        else
            r = r / pow(y, size / 2.0 - 0.25) / pow(y, size / 2.0 - 0.25);
    } else {
        r = lanczos_sum(size) / exp(y);
        r += z * r;
        if (size < 140.0)
            r *= pow(y, size - 0.5);
        else
            r = r * pow(y, size / 2.0 - 0.25) * pow(y, size / 2.0 - 0.25);
    }
    return isinf(r) ? range_error() : float_new(r);
}
static value math_gamma(value self, value v)
{
    double x;
    return value_as_double(v, &x) ? gamma_of(x) : NULL;
}

static value math_lgamma(value self, value v)
{
    double x;
    if (!value_as_double(v, &x))
        return NULL;
    if (!isfinite(x))
        return float_new(isnan(x) ? x : INFINITY);
    if (x == floor(x) && x <= 2.0)
        return x <= 0.0 ? domain_error() : float_new(0.0);
    double size = fabs(x), r;
    if (size < 1e-20)
        return float_new(-log(size));
    r = log(lanczos_sum(size)) - lanczos_g;
    r += (size - 0.5) * (log(size + lanczos_g - 0.5) - 1.0);
    if (x < 0.0)
        r = log(M_PI) - log(fabs(sin_pi(size))) - log(size) - r;
    return isinf(r) ? range_error() : float_new(r);
}

/* ---- logarithms: of integers of any size ---- */
static value log_of_float(double x, double (*log)(double))
{
    if (isfinite(x))
        return x > 0.0 ? float_new(log(x)) : domain_error();
    return isnan(x) || x > 0.0 ? float_new(x) : domain_error();
}

static value logarithm(value v, double (*log)(double))
{
    double x;
    if (is_int(v)) {
        if (int_sign(v) <= 0)
            return domain_error();
        if (int_to_double(int_exact(v), &x))
            return float_new(log(x));
        int64_t exponent;
        x = int_frexp(int_exact(v), &exponent);
        return float_new(log(x) + log(2.0) * (double)exponent);
    }
    return value_as_double(v, &x) ? log_of_float(x, log) : NULL;
}

static value math_log(value self, value x, value given_base)
{
    value number = logarithm(x, log);
    if (!number || is_missing(given_base))
        return number;
    value base = logarithm(given_base, log);
    value result = base ? operate_binary(BINARY_TRUE_DIVIDE, number, base) : NULL;
    value_dec(base);
    value_dec(number);
    return result;
}
static value math_log2(value self, value v)
{
    return logarithm(v, log2);
}
static value math_log10(value self, value v)
{
    return logarithm(v, log10);
}

/* ---- functions of two arguments ---- */
static bool two_doubles(value a, value b, double *x, double *y)
{
    return value_as_double(a, x) && value_as_double(b, y);
}

static value math_atan2(value self, value given_y, value given_x)
{
    double y, x;
    return two_doubles(given_y, given_x, &y, &x) ? float_new(atan2(y, x)) : NULL;
}
static value math_copysign(value self, value given_x, value given_y)
{
    double x, y;
    return two_doubles(given_x, given_y, &x, &y) ? float_new(copysign(x, y)) : NULL;
}
static value math_nextafter(value self, value given_x, value given_y)
{
    double x, y;
    return two_doubles(given_x, given_y, &x, &y) ? float_new(nextafter(x, y)) : NULL;
}

static value math_fmod(value self, value given_x, value given_y)
{
    double x, y;
    if (!two_doubles(given_x, given_y, &x, &y))
        return NULL;
    if (isinf(y) && isfinite(x))
        return float_new(x);
    double r = fmod(x, y);
    return isnan(r) && !isnan(x) && !isnan(y) ? domain_error() : float_new(r);
}

static value math_remainder(value self, value given_x, value given_y)
{
    double x, y;
    if (!two_doubles(given_x, given_y, &x, &y))
        return NULL;
    double r = remainder(x, y);
    return isnan(r) && !isnan(x) && !isnan(y) ? domain_error() : float_new(r);
}

static value math_pow(value self, value given_x, value given_y)
{
    double x, y;
    if (!two_doubles(given_x, given_y, &x, &y))
        return NULL;
    double r = pow(x, y);
    if (isfinite(x) && isfinite(y)) {
        if (isnan(r))
            return domain_error();
        if (isinf(r))
            return x == 0.0 ? domain_error() : range_error();
    }
    return float_new(r);
}

static value math_ldexp(value self, value given_x, value i)
{
    double x;
    if (!value_as_double(given_x, &x))
        return NULL;
    if (!is_int(i))
        return raise(EXC(TypeError), "Expected an int as second argument to ldexp.");
    int64_t exponent;
    if (!int_fits_i64(i, &exponent))
        exponent = int_sign(i) < 0 ? INT64_MIN : INT64_MAX;
    if (x == 0.0 || !isfinite(x))
        return float_new(x);
    if (exponent > INT32_MAX)
        return range_error();
    double r = exponent < INT32_MIN ? copysign(0.0, x) : ldexp(x, (int)exponent);
    return isinf(r) ? range_error() : float_new(r);
}

/* ---- taking apart ---- */
static value math_frexp(value self, value v)
{
    double x;
    if (!value_as_double(v, &x))
        return NULL;
    int exponent = 0;
    double mantissa = isfinite(x) ? frexp(x, &exponent) : x;
    value items[] = {float_new(mantissa), small_int(exponent)};
    return tuple_from_owned(items, 2);
}
static value math_modf(value self, value v)
{
    double x, whole;
    if (!value_as_double(v, &x))
        return NULL;
    double fraction = modf(x, &whole);
    value items[] = {float_new(fraction), float_new(whole)};
    return tuple_from_owned(items, 2);
}

static value math_ulp(value self, value v)
{
    double x;
    if (!value_as_double(v, &x))
        return NULL;
    x = fabs(x);
    if (!isfinite(x))
        return float_new(x);
    double next = nextafter(x, INFINITY);
    return float_new(isinf(next) ? x - nextafter(x, -INFINITY) : next - x);
}

static value math_isclose(value self, const value *args)
{
    double a, b, relative = 1e-9, absolute = 0.0;
    if (!two_doubles(args[0], args[1], &a, &b) || (!is_missing(args[2]) && !value_as_double(args[2], &relative)) ||
        (!is_missing(args[3]) && !value_as_double(args[3], &absolute)))
        return NULL;
    if (relative < 0.0 || absolute < 0.0)
        return raise(EXC(ValueError), "tolerances must be non-negative");
    if (a == b)
        return VALUE_TRUE;
    if (isinf(a) || isinf(b))
        return VALUE_FALSE;
    double difference = fabs(b - a);
    return value_bool(difference <= fabs(relative * b) || difference <= fabs(relative * a) || difference <= absolute);
}

#define ONE(NAME, DOC) METHOD(#NAME, math_##NAME, "(x, /)", DOC)
static const struct method_def functions[] = {
    ONE(acos, "Return the arc cosine (measured in radians) of x."),
    ONE(acosh, "Return the inverse hyperbolic cosine of x."),
    ONE(asin, "Return the arc sine (measured in radians) of x."),
    ONE(asinh, "Return the inverse hyperbolic sine of x."),
    ONE(atan, "Return the arc tangent (measured in radians) of x."),
    METHOD("atan2", math_atan2, "(y, x, /)", "Return the arc tangent (measured in radians) of y/x."),
    ONE(atanh, "Return the inverse hyperbolic tangent of x."),
    ONE(cbrt, "Return the cube root of x."),
    METHOD("copysign", math_copysign, "(x, y, /)",
           "Return a float with the magnitude (absolute value) of x but the sign of y."),
    ONE(cos, "Return the cosine of x (measured in radians)."),
    ONE(cosh, "Return the hyperbolic cosine of x."),
    ONE(degrees, "Convert angle x from radians to degrees."),
    ONE(erf, "Error function at x."),
    ONE(erfc, "Complementary error function at x."),
    ONE(exp, "Return e raised to the power of x."),
    ONE(exp2, "Return 2 raised to the power of x."),
    ONE(expm1, "Return exp(x)-1."),
    ONE(fabs, "Return the absolute value of the float x."),
    METHOD("fmod", math_fmod, "(x, y, /)", "Return fmod(x, y), according to platform C."),
    ONE(frexp, "Return the mantissa and exponent of x, as pair (m, e)."),
    ONE(gamma, "Gamma function at x."),
    METHOD("isclose", math_isclose, "(a, b, *, rel_tol=1e-09, abs_tol=0.0)",
           "Determine whether two floating point numbers are close in value."),
    ONE(isfinite, "Return True if x is neither an infinity nor a NaN, and False otherwise."),
    ONE(isinf, "Return True if x is a positive or negative infinity, and False otherwise."),
    ONE(isnan, "Return True if x is a NaN (not a number), and False otherwise."),
    METHOD("ldexp", math_ldexp, "(x, i, /)", "Return x * (2**i)."),
    ONE(lgamma, "Natural logarithm of absolute value of Gamma function at x."),
    METHOD("log", math_log, "(x, base=<unrepresentable>, /)", "Return the logarithm of x to the given base."),
    ONE(log10, "Return the base 10 logarithm of x."),
    ONE(log1p, "Return the natural logarithm of 1+x (base e)."),
    ONE(log2, "Return the base 2 logarithm of x."),
    ONE(modf, "Return the fractional and integer parts of x."),
    METHOD("nextafter", math_nextafter, "(x, y, /)", "Return the next floating-point value after x towards y."),
    METHOD("pow", math_pow, "(x, y, /)", "Return x**y (x to the power of y)."),
    ONE(radians, "Convert angle x from degrees to radians."),
    METHOD("remainder", math_remainder, "(x, y, /)", "Difference between x and the closest integer multiple of y."),
    ONE(sin, "Return the sine of x (measured in radians)."),
    ONE(sinh, "Return the hyperbolic sine of x."),
    ONE(sqrt, "Return the square root of x."),
    ONE(tan, "Return the tangent of x (measured in radians)."),
    ONE(tanh, "Return the hyperbolic tangent of x."),
    ONE(ulp, "Return the value of the least significant bit of the float x."),
    {0},
};

static bool fill(value module)
{
    return module_add_functions(module, math_integer_functions) && module_add_functions(module, math_sum_functions) &&
           module_add_owned(module, "pi", float_new(M_PI)) && module_add_owned(module, "e", float_new(M_E)) &&
           module_add_owned(module, "tau", float_new(2.0 * M_PI)) &&
           module_add_owned(module, "inf", float_new(INFINITY)) && module_add_owned(module, "nan", float_new(NAN));
}

const struct module_def math_module = {
    .name = "math",
    .doc = "This module provides access to the mathematical functions\ndefined by the C standard.",
    .functions = functions,
    .fill = fill,
};
