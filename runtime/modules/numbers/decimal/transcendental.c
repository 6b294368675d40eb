/*
 * exp, ln and log10, correctly rounded.
 *
 * A value is worked out with some digits more than asked for, as an integer that is wrong by a few units. If all
 * numbers that near to it round alike that is the result; else it is worked out with more digits (A. Ziv, 1991). That
 * ends, as the values are irrational but for those that are told apart before.
 */
#include "runtime/modules/numbers/decimal/number.h"
#include "runtime/modules/numbers/decimal/transcendental.h"

bool settle(struct number *r, int64_t precision, unsigned long error)
{
    number_count(r);
    int64_t dropped = r->digits - precision;
    if (dropped < 2)
        return false;
    mpz_t half, low, high;
    mpz_init(half);
    mpz_init(low);
    mpz_init(high);
    power_of_ten(half, dropped);
    mpz_tdiv_q_2exp(half, half, 1);
    mpz_sub_ui(low, r->coefficient, error);
    mpz_add_ui(high, r->coefficient, error);
    mpz_tdiv_q(low, low, half);
    mpz_tdiv_q(high, high, half);
    bool settled = mpz_cmp(low, high) == 0;
    mpz_clear(half);
    mpz_clear(low);
    mpz_clear(high);
    return settled;
}

int64_t bits_for(int64_t digits)
{
    check_digits(digits);
    return digits * 3322 / 1000 + 32;
}

void scale_fixed(mpz_ptr r, mpz_srcptr value, int64_t bits, int64_t digits)
{
    mpz_t scaled;
    mpz_init(scaled);
    scale_up(scaled, value, digits);
    mpz_tdiv_q_2exp(r, scaled, (mp_bitcnt_t)bits);
    mpz_clear(scaled);
}

void number_to_fixed(mpz_ptr r, const struct number *a, int64_t bits)
{
    if (a->exponent >= 0) {
        scale_up(r, a->coefficient, a->exponent);
        mpz_mul_2exp(r, r, (mp_bitcnt_t)bits);
    } else {
        mpz_t power;
        mpz_init(power);
        power_of_ten(power, -a->exponent);
        mpz_mul_2exp(r, a->coefficient, (mp_bitcnt_t)bits);
        mpz_tdiv_q(r, r, power);
        mpz_clear(power);
    }
    if (a->negative)
        mpz_neg(r, r);
}

void set_out_of_range(struct number *r, bool large, const struct arithmetic *x)
{
    if (large)
        number_set_small(r, false, 1, x->emax + 1);
    else
        number_set_small(r, false, 1, arithmetic_etiny(x) - 1);
}

void set_near_one(struct number *r, bool above, int64_t precision)
{
    power_of_ten(r->coefficient, precision + 2);
    if (above)
        mpz_add_ui(r->coefficient, r->coefficient, 1);
    else
        mpz_sub_ui(r->coefficient, r->coefficient, 1);
    r->exponent = -(precision + 2);
    r->kind = NUMBER_FINITE;
    r->negative = false;
    number_count(r);
}

bool exp_of_fixed(struct number *r, mpz_srcptr argument, int64_t bits, int64_t digits, const struct arithmetic *x)
{
    mpz_t ln10, exponent, rest;
    mpz_init(ln10);
    mpz_init(exponent);
    mpz_init(rest);
    fixed_ln10(ln10, bits + EXPONENT_BITS);
    mpz_fdiv_qr(exponent, rest, argument, ln10);
    bool large = mpz_cmp_si(exponent, x->emax) > 0, small = mpz_cmp_si(exponent, arithmetic_etiny(x) - 1) < 0;
    if (large || small) {
        set_out_of_range(r, large, x);
    } else {
        mpz_tdiv_q_2exp(rest, rest, EXPONENT_BITS);
        fixed_exp(ln10, rest, bits);
        scale_fixed(r->coefficient, ln10, bits, digits);
        r->exponent = mpz_get_si(exponent) - digits;
        r->kind = NUMBER_FINITE;
        r->negative = false;
    }
    mpz_clear(ln10);
    mpz_clear(exponent);
    mpz_clear(rest);
    return large || small;
}

static void exp_finite(struct number *r, const struct number *a, const struct arithmetic *x)
{
    int64_t adjusted = number_adjusted(a);
    if (adjusted > 19) {
        set_out_of_range(r, !a->negative, x);
        return;
    }
    if (adjusted < -x->precision - 2) {
        set_near_one(r, !a->negative, x->precision);
        return;
    }
    mpz_t argument;
    mpz_init(argument);
    for (int64_t more = 3;; more = 2 * more + x->precision / 8) {
        int64_t digits = x->precision + more, bits = bits_for(digits);
        number_to_fixed(argument, a, bits + EXPONENT_BITS);
        if (exp_of_fixed(r, argument, bits, digits, x) || settle(r, x->precision, 2))
            break;
    }
    mpz_clear(argument);
}

static void finalize_half_even(struct number *r, struct arithmetic *x)
{
    uint8_t rounding = x->rounding;
    number_count(r);
    x->rounding = ROUND_HALF_EVEN;
    number_finalize(r, x);
    x->rounding = rounding;
}

void number_exp(struct number *r, const struct number *a, const struct number *b, const struct number *c,
                struct arithmetic *x)
{
    if (number_propagate(r, a, NULL, x))
        return;
    if (a->kind == NUMBER_INFINITE) {
        if (a->negative)
            number_set_small(r, false, 0, 0);
        else
            number_set_special(r, NUMBER_INFINITE, false);
    } else if (is_zero_coefficient(a)) {
        number_set_small(r, false, 1, 0);
    } else {
        exp_finite(r, a, x);
        finalize_half_even(r, x);
    }
}

/* ---- logarithms ---- */

void distance_from_one(struct number *r, const struct number *a)
{
    if (a->exponent >= 0) {
        scale_up(r->coefficient, a->coefficient, a->exponent);
        mpz_sub_ui(r->coefficient, r->coefficient, 1);
        r->exponent = 0;
    } else {
        power_of_ten(r->coefficient, -a->exponent);
        mpz_sub(r->coefficient, a->coefficient, r->coefficient);
        r->exponent = a->exponent;
    }
    r->negative = mpz_sgn(r->coefficient) < 0;
    mpz_abs(r->coefficient, r->coefficient);
    r->kind = NUMBER_FINITE;
    number_count(r);
}

static void ln_of_mantissa(mpz_ptr r, const struct number *a, int64_t bits)
{
    struct number mantissa = *a;
    mpz_t argument;
    mpz_init(argument);
    mantissa.exponent = 1 - a->digits;
    mantissa.negative = false;
    number_to_fixed(argument, &mantissa, bits);
    fixed_ln(r, argument, bits);
    mpz_clear(argument);
}

void ln_of_number(mpz_ptr r, const struct number *a, int64_t bits)
{
    mpz_t ln10;
    mpz_init(ln10);
    ln_of_mantissa(r, a, bits);
    fixed_ln10(ln10, bits + EXPONENT_BITS);
    int64_t exponent = number_adjusted(a);
    mpz_mul_si(ln10, ln10, exponent);
    mpz_fdiv_q_2exp(ln10, ln10, EXPONENT_BITS);
    mpz_add(r, r, ln10);
    mpz_clear(ln10);
}

/* y for ln(1 + y), where the difference between them is less than a unit behind the digits of y, and of the result. */
static bool ln_is_distance(struct number *r, const struct number *distance, int64_t precision)
{
    int64_t adjusted = -number_adjusted(distance);
    if (adjusted < precision + 4 || adjusted < distance->digits + 3)
        return false;
    int64_t more = precision + 2 > distance->digits ? precision + 2 - distance->digits : 1;
    scale_up(r->coefficient, distance->coefficient, more);
    if (distance->negative)
        mpz_add_ui(r->coefficient, r->coefficient, 1);
    else
        mpz_sub_ui(r->coefficient, r->coefficient, 1);
    r->exponent = distance->exponent - more;
    r->negative = distance->negative;
    r->kind = NUMBER_FINITE;
    return true;
}

/* log10(1 + y) for a small y: y / ln 10, if the number of digits allows for that. */
static bool log10_is_distance(struct number *r, const struct number *distance, int64_t digits)
{
    int64_t bits = bits_for(digits), shift = digits - distance->digits;
    if (-number_adjusted(distance) < digits + 4 || shift < 0)
        return false;
    mpz_t ln10;
    mpz_init(ln10);
    fixed_ln10(ln10, bits);
    scale_up(r->coefficient, distance->coefficient, shift);
    mpz_mul_2exp(r->coefficient, r->coefficient, (mp_bitcnt_t)bits);
    mpz_tdiv_q(r->coefficient, r->coefficient, ln10);
    mpz_clear(ln10);
    r->exponent = distance->exponent - shift;
    r->negative = distance->negative;
    r->kind = NUMBER_FINITE;
    return true;
}

/* The logarithm with so many digits behind the point. */
static void logarithm(struct number *r, const struct number *a, bool of_ten, int64_t digits)
{
    int64_t bits = bits_for(digits);
    mpz_t value;
    mpz_init(value);
    if (of_ten) {
        mpz_t ln10;
        mpz_init(ln10);
        ln_of_mantissa(value, a, bits);
        fixed_ln10(ln10, bits);
        scale_up(value, value, digits);
        mpz_tdiv_q(r->coefficient, value, ln10);
        /* and the exponent */
        power_of_ten(value, digits);
        mpz_mul_si(value, value, number_adjusted(a));
        mpz_add(r->coefficient, r->coefficient, value);
        mpz_clear(ln10);
    } else {
        ln_of_number(value, a, bits);
        scale_fixed(r->coefficient, value, bits, digits);
    }
    mpz_clear(value);
    r->negative = mpz_sgn(r->coefficient) < 0;
    mpz_abs(r->coefficient, r->coefficient);
    r->exponent = -digits;
    r->kind = NUMBER_FINITE;
}

static void log_positive(struct number *r, const struct number *a, bool of_ten, const struct arithmetic *x)
{
    int64_t adjusted = number_adjusted(a), leading = -1; /* place of the result's first digit, at least */
    struct number distance;
    bool near = adjusted >= -1 && adjusted <= 0;
    number_init(&distance);
    if (near) {
        distance_from_one(&distance, a);
        leading = number_adjusted(&distance) - 2;
        if (leading > -1)
            leading = -1;
    }
    if (!near || of_ten || !ln_is_distance(r, &distance, x->precision)) {
        for (int64_t more = 3;; more = 2 * more + x->precision / 8) {
            int64_t digits = x->precision + more;
            if (!near || !of_ten || !log10_is_distance(r, &distance, digits))
                logarithm(r, a, of_ten, digits - leading);
            if (settle(r, x->precision, 4))
                break;
        }
    }
    number_clear(&distance);
}

static bool is_power_of_ten(const struct number *a)
{
    mpz_t power;
    mpz_init(power);
    bool is = mpz_scan1(a->coefficient, 0) == (mp_bitcnt_t)(a->digits - 1);
    if (is) {
        power_of_ten(power, a->digits - 1);
        is = mpz_cmp(power, a->coefficient) == 0;
    }
    mpz_clear(power);
    return is;
}

static void log_any(struct number *r, const struct number *a, bool of_ten, struct arithmetic *x)
{
    if (number_propagate(r, a, NULL, x))
        return;
    if (number_is_zero(a)) {
        number_set_special(r, NUMBER_INFINITE, true);
        return;
    }
    if (a->negative) {
        number_invalid(r, x, INVALID_OPERATION);
        return;
    }
    if (a->kind == NUMBER_INFINITE) {
        number_set_special(r, NUMBER_INFINITE, false);
        return;
    }
    int64_t adjusted = number_adjusted(a);
    if ((of_ten || adjusted == 0) && is_power_of_ten(a)) {
        number_set_small(r, adjusted < 0, (uint64_t)(adjusted < 0 ? -adjusted : adjusted), 0);
        if (!of_ten) /* zero, of which the context takes no notice */
            return;
    } else {
        log_positive(r, a, of_ten, x);
    }
    finalize_half_even(r, x);
}

void number_ln(struct number *r, const struct number *a, const struct number *b, const struct number *c,
               struct arithmetic *x)
{
    log_any(r, a, false, x);
}

void number_log10(struct number *r, const struct number *a, const struct number *b, const struct number *c,
                  struct arithmetic *x)
{
    log_any(r, a, true, x);
}
