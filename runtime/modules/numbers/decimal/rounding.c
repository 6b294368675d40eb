/*
 * Making numbers, and bringing results into a context: rounding, overflow, subnormal numbers, clamping.
 */
#include "runtime/modules/numbers/decimal/number.h"

void number_init(struct number *r)
{
    mpz_init(r->coefficient);
    r->exponent = 0;
    r->digits = 1;
    r->kind = NUMBER_FINITE;
    r->negative = false;
}

void number_clear(struct number *r)
{
    mpz_clear(r->coefficient);
}

void number_set(struct number *r, const struct number *a)
{
    mpz_set(r->coefficient, a->coefficient);
    r->exponent = a->exponent;
    r->digits = a->digits;
    r->kind = a->kind;
    r->negative = a->negative;
}

void number_set_small(struct number *r, bool negative, uint64_t coefficient, int64_t exponent)
{
    mpz_set_ui(r->coefficient, coefficient);
    r->exponent = exponent;
    r->kind = NUMBER_FINITE;
    r->negative = negative;
    number_count(r);
}

void number_set_special(struct number *r, enum number_kind kind, bool negative)
{
    mpz_set_ui(r->coefficient, 0);
    r->exponent = 0;
    r->digits = 0;
    r->kind = kind;
    r->negative = negative;
}

void number_invalid(struct number *r, struct arithmetic *x, uint32_t condition)
{
    number_set_special(r, NUMBER_QUIET_NAN, false);
    x->status |= condition;
}

void number_count(struct number *r)
{
    r->digits = r->kind == NUMBER_FINITE || mpz_sgn(r->coefficient) ? count_digits(r->coefficient) : 0;
}

void number_set_largest(struct number *r, bool negative, const struct arithmetic *x)
{
    power_of_ten(r->coefficient, x->precision);
    mpz_sub_ui(r->coefficient, r->coefficient, 1);
    r->exponent = arithmetic_etop(x);
    r->digits = x->precision;
    r->kind = NUMBER_FINITE;
    r->negative = negative;
}

bool rounds_up(uint8_t rounding, bool negative, unsigned last_digit, enum lost lost)
{
    if (lost == LOST_NOTHING)
        return false;
    switch ((enum rounding)rounding) {
    case ROUND_UP:
        return true;
    case ROUND_CEILING:
        return !negative;
    case ROUND_FLOOR:
        return negative;
    case ROUND_HALF_UP:
        return lost >= LOST_HALF;
    case ROUND_HALF_DOWN:
        return lost == LOST_MORE;
    case ROUND_HALF_EVEN:
        return lost == LOST_MORE || (lost == LOST_HALF && last_digit % 2 == 1);
    case ROUND_05UP:
        return last_digit % 5 == 0;
    case ROUND_DOWN:
    case ROUNDING_COUNT:
        break;
    }
    return false;
}

/* The last decimal digit decides only for some ways of rounding. */
static bool increments(const struct number *r, uint8_t rounding, enum lost lost)
{
    unsigned last = 0;
    if (rounding == ROUND_HALF_EVEN)
        last = (unsigned)mpz_tstbit(r->coefficient, 0);
    else if (rounding == ROUND_05UP)
        last = (unsigned)mpz_tdiv_ui(r->coefficient, 10);
    return rounds_up(rounding, r->negative, last, lost);
}

static void overflow(struct number *r, struct arithmetic *x)
{
    bool largest = x->rounding == ROUND_DOWN || x->rounding == ROUND_05UP ||
                   x->rounding == (r->negative ? ROUND_CEILING : ROUND_FLOOR);
    if (largest)
        number_set_largest(r, r->negative, x);
    else
        number_set_special(r, NUMBER_INFINITE, r->negative);
    x->status |= OVERFLOW | INEXACT | ROUNDED;
}

static void round_subnormal(struct number *r, struct arithmetic *x)
{
    int64_t etiny = arithmetic_etiny(x);
    if (is_zero_coefficient(r)) {
        if (r->exponent < etiny) {
            r->exponent = etiny;
            x->status |= CLAMPED;
        }
        return;
    }
    x->status |= SUBNORMAL;
    if (r->exponent >= etiny)
        return;
    enum lost lost = scale_down(r->coefficient, r->coefficient, etiny - r->exponent);
    r->exponent = etiny;
    if (increments(r, x->rounding, lost))
        mpz_add_ui(r->coefficient, r->coefficient, 1);
    number_count(r);
    x->status |= ROUNDED;
    if (lost) {
        x->status |= INEXACT | UNDERFLOW;
        if (is_zero_coefficient(r))
            x->status |= CLAMPED;
    }
}

static void check_exponent(struct number *r, struct arithmetic *x)
{
    int64_t adjusted = number_adjusted(r);
    if (adjusted > x->emax) {
        if (is_zero_coefficient(r)) {
            r->exponent = x->clamp ? arithmetic_etop(x) : x->emax;
            x->status |= CLAMPED;
        } else {
            overflow(r, x);
        }
    } else if (x->clamp && r->exponent > arithmetic_etop(x)) {
        int64_t shift = r->exponent - arithmetic_etop(x);
        scale_up(r->coefficient, r->coefficient, shift);
        r->exponent -= shift;
        x->status |= CLAMPED;
        if (!is_zero_coefficient(r)) {
            r->digits += shift;
            if (adjusted < x->emin)
                x->status |= SUBNORMAL;
        }
    } else if (adjusted < x->emin) {
        round_subnormal(r, x);
    }
}

static void check_precision(struct number *r, struct arithmetic *x)
{
    if (r->kind != NUMBER_FINITE || r->digits <= x->precision)
        return;
    int64_t shift = r->digits - x->precision;
    enum lost lost = scale_down(r->coefficient, r->coefficient, shift);
    r->exponent += shift;
    r->digits = x->precision;
    x->status |= lost ? INEXACT | ROUNDED : ROUNDED;
    if (!increments(r, x->rounding, lost))
        return;
    mpz_add_ui(r->coefficient, r->coefficient, 1);
    number_count(r);
    if (r->digits > x->precision) { /* 999 + 1 */
        scale_down(r->coefficient, r->coefficient, 1);
        r->digits--;
        r->exponent++;
        check_exponent(r, x);
    }
}

/* The last digits of a payload that is too long. */
static void fix_payload(struct number *r, const struct arithmetic *x)
{
    int64_t most = x->precision - x->clamp;
    if (r->digits <= most)
        return;
    mpz_t power;
    mpz_init(power);
    power_of_ten(power, most);
    mpz_tdiv_r(r->coefficient, r->coefficient, power);
    mpz_clear(power);
    number_count(r);
}

void number_finalize(struct number *r, struct arithmetic *x)
{
    if (number_is_nan(r)) {
        fix_payload(r, x);
    } else if (r->kind == NUMBER_FINITE) {
        check_exponent(r, x);
        check_precision(r, x);
    }
}

bool number_propagate(struct number *r, const struct number *a, const struct number *b, struct arithmetic *x)
{
    const struct number *from = NULL;
    if (a->kind == NUMBER_SIGNALING_NAN)
        from = a;
    else if (b && b->kind == NUMBER_SIGNALING_NAN)
        from = b;
    if (from)
        x->status |= INVALID_OPERATION;
    else if (number_is_nan(a))
        from = a;
    else if (b && number_is_nan(b))
        from = b;
    if (!from)
        return false;
    number_set(r, from);
    r->kind = NUMBER_QUIET_NAN;
    fix_payload(r, x);
    return true;
}

enum lost number_rescale(struct number *r, const struct number *a, int64_t exponent, uint8_t rounding)
{
    enum lost lost = LOST_NOTHING;
    r->negative = a->negative;
    r->kind = NUMBER_FINITE;
    if (is_zero_coefficient(a)) {
        mpz_set_ui(r->coefficient, 0);
    } else if (a->exponent >= exponent) {
        scale_up(r->coefficient, a->coefficient, a->exponent - exponent);
    } else {
        lost = scale_down(r->coefficient, a->coefficient, exponent - a->exponent);
        if (increments(r, rounding, lost))
            mpz_add_ui(r->coefficient, r->coefficient, 1);
    }
    r->exponent = exponent;
    number_count(r);
    return lost;
}
