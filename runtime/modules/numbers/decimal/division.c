/*
 * Division, with and without remainders, and square roots.
 *
 * Where the precision is huge an exact result is looked for first, which needs few digits; one that is not exact fills
 * the precision, and there may be no memory for that.
 */
#include "runtime/modules/numbers/decimal/number.h"

#define HUGE_PRECISION 100000

/* So many factors of ten would make a multiple of b of any multiple of its other factors. */
static int64_t tens_for(mpz_srcptr b)
{
    mpz_t rest, five;
    mpz_init(rest);
    mpz_init_set_ui(five, 5);
    int64_t twos = (int64_t)mpz_scan1(b, 0), fives = (int64_t)mpz_remove(rest, b, five);
    mpz_clear(rest);
    mpz_clear(five);
    return twos > fives ? twos : fives;
}

/* a / b with the exponent of the last digit as near to the ideal one as it can be; false: that takes more digits than
 * `most` */
static bool divide_exactly(struct number *r, const struct number *a, const struct number *b, int64_t most)
{
    int64_t tens = tens_for(b->coefficient), ideal = a->exponent - b->exponent;
    if (tens > most)
        return false;
    scale_up(r->coefficient, a->coefficient, tens);
    bool exact = mpz_divisible_p(r->coefficient, b->coefficient);
    if (exact) {
        mpz_divexact(r->coefficient, r->coefficient, b->coefficient);
        r->exponent = ideal - tens + strip_zeros(r->coefficient, tens);
        number_count(r);
    }
    return exact;
}

static void divide_finite(struct number *r, const struct number *a, const struct number *b, struct arithmetic *x)
{
    int64_t ideal = a->exponent - b->exponent;
    if (is_zero_coefficient(a)) {
        number_set_small(r, r->negative, 0, ideal);
        return;
    }
    int64_t shift = b->digits - a->digits + x->precision + 1;
    if (shift > HUGE_PRECISION && divide_exactly(r, a, b, shift))
        return;
    mpz_t rest;
    mpz_init(rest);
    if (shift > 0) {
        scale_up(r->coefficient, a->coefficient, shift);
        mpz_tdiv_qr(r->coefficient, rest, r->coefficient, b->coefficient);
    } else {
        scale_up(rest, b->coefficient, -shift);
        mpz_tdiv_qr(r->coefficient, rest, a->coefficient, rest);
    }
    r->exponent = ideal - shift;
    if (mpz_sgn(rest) == 0) {
        r->exponent += strip_zeros(r->coefficient, shift);
    } else if (mpz_tdiv_ui(r->coefficient, 5) == 0) {
        mpz_add_ui(r->coefficient, r->coefficient, 1); /* the last digit, behind the precision, is not to look exact */
    }
    mpz_clear(rest);
    number_count(r);
}

void number_divide(struct number *r, const struct number *a, const struct number *b, const struct number *c,
                   struct arithmetic *x)
{
    bool negative = a->negative != b->negative;
    if (number_propagate(r, a, b, x))
        return;
    if (a->kind == NUMBER_INFINITE) {
        if (b->kind == NUMBER_INFINITE)
            number_invalid(r, x, INVALID_OPERATION);
        else
            number_set_special(r, NUMBER_INFINITE, negative);
    } else if (b->kind == NUMBER_INFINITE) {
        number_set_small(r, negative, 0, arithmetic_etiny(x));
        x->status |= CLAMPED;
    } else if (number_is_zero(b)) {
        if (number_is_zero(a)) {
            number_invalid(r, x, DIVISION_UNDEFINED);
        } else {
            number_set_special(r, NUMBER_INFINITE, negative);
            x->status |= DIVISION_BY_ZERO;
        }
    } else {
        r->kind = NUMBER_FINITE;
        r->negative = negative;
        divide_finite(r, a, b, x);
        number_finalize(r, x);
    }
}

/* a with the exponent lowered, if it is higher. */
static void lower_exponent(struct number *r, const struct number *a, int64_t exponent)
{
    number_set(r, a);
    if (a->exponent > exponent) {
        scale_up(r->coefficient, a->coefficient, a->exponent - exponent);
        r->exponent = exponent;
        number_count(r);
    }
}

/* Integer division of finite numbers, the second not zero. False: the quotient has too many digits. */
static bool divide_integers(struct number *quotient, struct number *remainder, const struct number *a,
                            const struct number *b, struct arithmetic *x)
{
    int64_t exponent = a->exponent < b->exponent ? a->exponent : b->exponent;
    quotient->kind = remainder->kind = NUMBER_FINITE;
    quotient->exponent = 0;
    quotient->negative = a->negative != b->negative;
    if (is_zero_coefficient(a)) {
        number_set_small(quotient, quotient->negative, 0, 0);
        number_set_small(remainder, a->negative, 0, exponent);
        return true;
    }
    int64_t difference = number_adjusted(a) - number_adjusted(b);
    if (difference < 0) {
        number_set_small(quotient, quotient->negative, 0, 0);
        lower_exponent(remainder, a, exponent);
        return true;
    }
    if (difference > x->precision)
        return false;
    mpz_t scaled;
    mpz_init(scaled);
    if (a->exponent >= b->exponent) {
        scale_up(scaled, a->coefficient, a->exponent - exponent);
        mpz_tdiv_qr(quotient->coefficient, remainder->coefficient, scaled, b->coefficient);
    } else {
        scale_up(scaled, b->coefficient, b->exponent - exponent);
        mpz_tdiv_qr(quotient->coefficient, remainder->coefficient, a->coefficient, scaled);
    }
    mpz_clear(scaled);
    number_count(quotient);
    remainder->negative = a->negative;
    remainder->exponent = exponent;
    number_count(remainder);
    return quotient->digits <= x->precision;
}

void number_divide_int(struct number *r, const struct number *a, const struct number *b, const struct number *c,
                       struct arithmetic *x)
{
    bool negative = a->negative != b->negative;
    if (number_propagate(r, a, b, x))
        return;
    if (a->kind == NUMBER_INFINITE) {
        if (b->kind == NUMBER_INFINITE)
            number_invalid(r, x, INVALID_OPERATION);
        else
            number_set_special(r, NUMBER_INFINITE, negative);
        return;
    }
    if (b->kind == NUMBER_INFINITE) {
        number_set_small(r, negative, 0, 0);
        return;
    }
    if (number_is_zero(b)) {
        if (number_is_zero(a)) {
            number_invalid(r, x, DIVISION_UNDEFINED);
        } else {
            number_set_special(r, NUMBER_INFINITE, negative);
            x->status |= DIVISION_BY_ZERO;
        }
        return;
    }
    struct number remainder;
    number_init(&remainder);
    if (divide_integers(r, &remainder, a, b, x))
        number_finalize(r, x);
    else
        number_invalid(r, x, DIVISION_IMPOSSIBLE);
    number_clear(&remainder);
}

/* The remainder where an operand is no finite number, or the divisor is zero. False: neither. */
static bool remainder_special(struct number *r, const struct number *a, const struct number *b, struct arithmetic *x)
{
    if (number_propagate(r, a, b, x))
        return true;
    if (a->kind == NUMBER_INFINITE) {
        number_invalid(r, x, INVALID_OPERATION);
    } else if (b->kind == NUMBER_INFINITE) {
        number_set(r, a);
        number_finalize(r, x);
    } else if (number_is_zero(b)) {
        number_invalid(r, x, number_is_zero(a) ? DIVISION_UNDEFINED : INVALID_OPERATION);
    } else {
        return false;
    }
    return true;
}

void number_remainder(struct number *r, const struct number *a, const struct number *b, const struct number *c,
                      struct arithmetic *x)
{
    if (remainder_special(r, a, b, x))
        return;
    struct number quotient;
    number_init(&quotient);
    if (divide_integers(&quotient, r, a, b, x))
        number_finalize(r, x);
    else
        number_invalid(r, x, DIVISION_IMPOSSIBLE);
    number_clear(&quotient);
}

void number_divmod(struct number *quotient, struct number *remainder, const struct number *a, const struct number *b,
                   struct arithmetic *x)
{
    bool negative = a->negative != b->negative;
    if (number_propagate(quotient, a, b, x)) {
        number_set(remainder, quotient);
    } else if (a->kind == NUMBER_INFINITE) {
        if (b->kind == NUMBER_INFINITE)
            number_invalid(quotient, x, INVALID_OPERATION);
        else
            number_set_special(quotient, NUMBER_INFINITE, negative);
        number_invalid(remainder, x, INVALID_OPERATION);
    } else if (b->kind == NUMBER_INFINITE) {
        number_set_small(quotient, negative, 0, 0);
        number_set(remainder, a);
        number_finalize(remainder, x);
    } else if (number_is_zero(b)) {
        if (number_is_zero(a)) {
            number_invalid(quotient, x, DIVISION_UNDEFINED);
            number_invalid(remainder, x, DIVISION_UNDEFINED);
        } else {
            number_set_special(quotient, NUMBER_INFINITE, negative);
            number_invalid(remainder, x, DIVISION_BY_ZERO | INVALID_OPERATION);
        }
    } else if (divide_integers(quotient, remainder, a, b, x)) {
        number_finalize(quotient, x);
        number_finalize(remainder, x);
    } else {
        number_invalid(quotient, x, DIVISION_IMPOSSIBLE);
        number_invalid(remainder, x, DIVISION_IMPOSSIBLE);
    }
}

/* The integer nearest to a / b, which is given as the truncated one with its remainder, is one more: the remainder
   changes sides. */
static void take_nearest(mpz_ptr quotient, struct number *r, mpz_srcptr b)
{
    mpz_t twice;
    mpz_init(twice);
    mpz_mul_2exp(twice, r->coefficient, 1);
    int order = mpz_cmp(twice, b);
    mpz_clear(twice);
    if (order < 0 || (order == 0 && !mpz_tstbit(quotient, 0)))
        return;
    mpz_sub(r->coefficient, b, r->coefficient);
    mpz_add_ui(quotient, quotient, 1);
    r->negative = !r->negative;
}

static void remainder_near_finite(struct number *r, const struct number *a, const struct number *b,
                                  struct arithmetic *x)
{
    int64_t exponent = a->exponent < b->exponent ? a->exponent : b->exponent;
    int64_t difference = number_adjusted(a) - number_adjusted(b);
    if (is_zero_coefficient(a)) {
        number_set_small(r, a->negative, 0, exponent);
    } else if (difference > x->precision) {
        number_invalid(r, x, DIVISION_IMPOSSIBLE);
    } else if (difference <= -2) {
        lower_exponent(r, a, exponent);
    } else {
        mpz_t quotient, divisor;
        mpz_init(quotient);
        mpz_init(divisor);
        scale_up(r->coefficient, a->coefficient, a->exponent - exponent);
        scale_up(divisor, b->coefficient, b->exponent - exponent);
        r->exponent = exponent;
        r->kind = NUMBER_FINITE;
        r->negative = a->negative;
        mpz_tdiv_qr(quotient, r->coefficient, r->coefficient, divisor);
        take_nearest(quotient, r, divisor);
        number_count(r);
        if (count_digits(quotient) > x->precision)
            number_invalid(r, x, DIVISION_IMPOSSIBLE);
        mpz_clear(quotient);
        mpz_clear(divisor);
    }
    number_finalize(r, x);
}

void number_remainder_near(struct number *r, const struct number *a, const struct number *b, const struct number *c,
                           struct arithmetic *x)
{
    if (!remainder_special(r, a, b, x))
        remainder_near_finite(r, a, b, x);
}

/* The root of a positive number: of its coefficient, times ten if the exponent is odd, which is shifted by an even
   number of digits to have one digit more in its root than asked for. */
static void sqrt_positive(struct number *r, const struct number *a, struct arithmetic *x)
{
    int64_t odd = a->exponent & 1, exponent = (a->exponent - odd) / 2;
    int64_t shift = x->precision + 1 - (a->digits + odd + 1) / 2;
    mpz_t radicand, rest;
    mpz_init(radicand);
    mpz_init(rest);
    scale_up(radicand, a->coefficient, odd);
    bool exact = false;
    if (shift >= 0) { /* a whole root is one without a shift */
        mpz_sqrtrem(r->coefficient, rest, radicand);
        exact = mpz_sgn(rest) == 0;
    }
    if (!exact) {
        bool lost = false;
        if (shift >= 0)
            scale_up(radicand, radicand, 2 * shift);
        else
            lost = scale_down(radicand, radicand, -2 * shift) != LOST_NOTHING;
        mpz_sqrtrem(r->coefficient, rest, radicand);
        exponent -= shift;
        if (lost || mpz_sgn(rest)) {
            if (mpz_tdiv_ui(r->coefficient, 5) == 0)
                mpz_add_ui(r->coefficient, r->coefficient, 1);
        } else if (shift < 0) { /* exact: towards the ideal exponent */
            scale_up(r->coefficient, r->coefficient, -shift);
            exponent += shift;
        }
    }
    mpz_clear(radicand);
    mpz_clear(rest);
    r->exponent = exponent;
    r->kind = NUMBER_FINITE;
    r->negative = false;
    number_count(r);
    uint8_t rounding = x->rounding;
    x->rounding = ROUND_HALF_EVEN;
    number_finalize(r, x);
    x->rounding = rounding;
}

void number_sqrt(struct number *r, const struct number *a, const struct number *b, const struct number *c,
                 struct arithmetic *x)
{
    if (number_propagate(r, a, NULL, x))
        return;
    if (number_is_zero(a)) {
        number_set_small(r, a->negative, 0, (a->exponent - (a->exponent & 1)) / 2);
        number_finalize(r, x);
    } else if (a->negative) {
        number_invalid(r, x, INVALID_OPERATION);
    } else if (a->kind == NUMBER_INFINITE) {
        number_set_special(r, NUMBER_INFINITE, false);
    } else {
        sqrt_positive(r, a, x);
    }
}
