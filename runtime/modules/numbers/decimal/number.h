/*
 * Decimal numbers as the arithmetic of this room sees them: below the objects of Python, above GMP.
 *
 * A number is a sign, a coefficient (an exact integer) and a power of ten; or an infinity; or a NaN, whose coefficient
 * is its payload. The functions here are those of the General Decimal Arithmetic Specification. They allocate through
 * GMP, so they are called under int_guarded: they cannot fail but by leaving it. The result is an initialised number,
 * distinct from the operands; conditions are collected in `status`.
 */
#ifndef ATOLL_DECIMAL_NUMBER_H
#define ATOLL_DECIMAL_NUMBER_H

#include <gmp.h>
#include <stdbool.h>
#include <stdint.h>

enum number_kind { NUMBER_FINITE, NUMBER_INFINITE, NUMBER_QUIET_NAN, NUMBER_SIGNALING_NAN };

struct number {
    mpz_t coefficient; /* not negative */
    int64_t exponent;
    int64_t digits; /* of the coefficient; zero has one, a NaN without payload none */
    uint8_t kind;
    bool negative;
};

/* Conditions. Those of an invalid operation are one signal. */
enum condition {
    CLAMPED = 1 << 0,
    INVALID_OPERATION = 1 << 1,
    CONVERSION_SYNTAX = 1 << 2,
    DIVISION_IMPOSSIBLE = 1 << 3,
    DIVISION_UNDEFINED = 1 << 4,
    INVALID_CONTEXT = 1 << 5,
    DIVISION_BY_ZERO = 1 << 6,
    INEXACT = 1 << 7,
    FLOAT_OPERATION = 1 << 8,
    OVERFLOW = 1 << 9,
    ROUNDED = 1 << 10,
    SUBNORMAL = 1 << 11,
    UNDERFLOW = 1 << 12,
    ANY_INVALID = INVALID_OPERATION | CONVERSION_SYNTAX | DIVISION_IMPOSSIBLE | DIVISION_UNDEFINED | INVALID_CONTEXT,
    ANY_ERROR = ANY_INVALID | DIVISION_BY_ZERO,
};

/* In the order in which the module lists them. */
enum rounding {
    ROUND_UP,
    ROUND_DOWN,
    ROUND_CEILING,
    ROUND_FLOOR,
    ROUND_HALF_UP,
    ROUND_HALF_DOWN,
    ROUND_HALF_EVEN,
    ROUND_05UP,
    ROUNDING_COUNT,
};

#define MAX_PRECISION INT64_C(999999999999999999)
#define MAX_EMAX      INT64_C(999999999999999999)
#define MIN_EMIN      (-MAX_EMAX)
#define MIN_ETINY     (MIN_EMIN - (MAX_PRECISION - 1))

/* The part of a context that operations look at, read once for each, and what they tell. */
struct arithmetic {
    int64_t precision, emax, emin;
    uint8_t rounding;
    bool clamp;
    uint32_t status;
};
#define ARITHMETIC_EXACT                                                                                         \
    {                                                                                                            \
        .precision = MAX_PRECISION, .emax = MAX_EMAX, .emin = MIN_EMIN, .rounding = ROUND_HALF_EVEN, .clamp = 0, \
    }

static inline int64_t arithmetic_etiny(const struct arithmetic *x)
{
    return x->emin - (x->precision - 1);
}
static inline int64_t arithmetic_etop(const struct arithmetic *x)
{
    return x->emax - (x->precision - 1);
}
/* The exponent of the leading digit. */
static inline int64_t number_adjusted(const struct number *a)
{
    return a->exponent + a->digits - 1;
}
static inline bool number_is_zero(const struct number *a)
{
    return a->kind == NUMBER_FINITE && mpz_sgn(a->coefficient) == 0;
}
static inline bool number_is_nan(const struct number *a)
{
    return a->kind >= NUMBER_QUIET_NAN;
}
static inline bool is_zero_coefficient(const struct number *a)
{
    return mpz_sgn(a->coefficient) == 0;
}

/* ---- powers.c: powers of ten ---- */
void powers_init(void); /* before all else */
void power_of_ten(mpz_ptr r, int64_t n);
int64_t count_digits(mpz_srcptr c); /* of zero: 1 */
/* r = c * 10**n; may be the same. */
void scale_up(mpz_ptr r, mpz_srcptr c, int64_t n);
/* r = c / 10**n, and what is lost, against half a unit of r. */
enum lost { LOST_NOTHING, LOST_LITTLE, LOST_HALF, LOST_MORE };
enum lost scale_down(mpz_ptr r, mpz_srcptr c, int64_t n);
/* Divide by ten as long as it goes, at most `most` times; how often it went. */
int64_t strip_zeros(mpz_ptr c, int64_t most);
/* Leave the guarded call with MemoryError if so many digits cannot be had. */
void check_digits(int64_t digits);

/* ---- rounding.c ---- */
void number_init(struct number *r);
void number_clear(struct number *r);
void number_set(struct number *r, const struct number *a);
void number_set_small(struct number *r, bool negative, uint64_t coefficient, int64_t exponent);
void number_set_special(struct number *r, enum number_kind kind, bool negative);
void number_invalid(struct number *r, struct arithmetic *x, uint32_t condition);
/* The coefficient was set: count its digits. */
void number_count(struct number *r);
bool rounds_up(uint8_t rounding, bool negative, unsigned last_digit, enum lost lost);
/* Bring a result into the context. */
void number_finalize(struct number *r, struct arithmetic *x);
/* If an operand (b, c may be NULL) is a NaN, r is what becomes of it. */
bool number_propagate(struct number *r, const struct number *a, const struct number *b, struct arithmetic *x);
/* The integer part with the last digit at `exponent`, rounded; what was lost. The coefficient only grows by zeros. */
enum lost number_rescale(struct number *r, const struct number *a, int64_t exponent, uint8_t rounding);
/* The largest finite number of the context. */
void number_set_largest(struct number *r, bool negative, const struct arithmetic *x);

/* ---- operations: r = f(a, b, c); unused operands are NULL ---- */
typedef void number_operation(struct number *r, const struct number *a, const struct number *b, const struct number *c,
                              struct arithmetic *x);
/* arithmetic.c */
number_operation number_add, number_subtract, number_multiply, number_fma, number_plus, number_minus, number_abs;
number_operation number_apply; /* the number brought into the context, and nothing else */
/* division.c */
number_operation number_divide, number_divide_int, number_remainder, number_remainder_near, number_sqrt;
void number_divmod(struct number *quotient, struct number *remainder, const struct number *a, const struct number *b,
                   struct arithmetic *x);
/* comparison.c */
number_operation number_compare, number_compare_signal, number_compare_total, number_compare_total_mag;
number_operation number_max, number_min, number_max_mag, number_min_mag;
number_operation number_next_plus, number_next_minus, number_next_toward;
int number_order(const struct number *a, const struct number *b); /* of numbers that are no NaNs */
int number_total_order(const struct number *a, const struct number *b);
bool number_same_quantum(const struct number *a, const struct number *b);
/* digits.c: operations on the digits of a number */
number_operation number_quantize, number_to_integral, number_to_integral_exact, number_reduce, number_logb,
    number_scaleb;
number_operation number_shift, number_rotate;
number_operation number_logical_and, number_logical_or, number_logical_xor, number_logical_invert;
number_operation number_copy, number_copy_abs, number_copy_negate, number_copy_sign;
const char *number_class(const struct number *a, const struct arithmetic *x);
/* transcendental.c */
number_operation number_exp, number_ln, number_log10;
/* power.c */
number_operation number_power, number_power_modulo;
/* Is an integer; for odd ones, `odd` is set. */
bool number_is_integer(const struct number *a, bool *odd);

/* ---- functions.c: fixed-point values of functions, in units of 2**-bits, each wrong by a few at most ---- */
void fixed_ln10(mpz_ptr r, int64_t bits);
void fixed_exp(mpz_ptr r, mpz_srcptr x, int64_t bits); /* 0 <= x < 4 */
void fixed_ln(mpz_ptr r, mpz_srcptr x, int64_t bits);  /* 1 <= x < 10 */

#endif
