/*
 * Addition, multiplication, and what comes down to them.
 */
#include "runtime/modules/numbers/decimal/number.h"

/* The sum of finite numbers, the second of which has the sign given. */
static void add_finite(struct number *r, const struct number *a, const struct number *b, bool b_negative,
                       struct arithmetic *x)
{
    const struct number *big = a, *little = b; /* by exponents */
    bool big_negative = a->negative, little_negative = b_negative;
    if (a->exponent < b->exponent) {
        big = b;
        little = a;
        big_negative = b_negative;
        little_negative = a->negative;
    }
    mpz_srcptr addend = little->coefficient;
    mpz_t tiny, cut;
    static const mp_limb_t one = 1;
    int64_t exponent = little->exponent;
    if (big->exponent != exponent && !is_zero_coefficient(big)) {
        /* What lies behind the last digit of the result and the one after it is not added up: one unit there, or zero,
           does as well. */
        int64_t behind = big->exponent - 1;
        if (big->digits <= x->precision)
            behind += big->digits - x->precision - 1;
        if (number_adjusted(little) < behind) {
            exponent = behind;
            addend = mpz_roinit_n(tiny, &one, is_zero_coefficient(little) ? 0 : 1);
        } else if (exponent < behind - 3 && number_adjusted(little) < number_adjusted(big) - 1) {
            /* Neither are the digits behind those, of which one more tells whether there are any. The sum has no fewer
               digits than the precision and two, so that it is rounded all the same. */
            exponent = behind - 3;
            mpz_init(cut);
            bool any = scale_down(cut, little->coefficient, exponent + 1 - little->exponent) != LOST_NOTHING;
            mpz_mul_ui(cut, cut, 10);
            if (any)
                mpz_add_ui(cut, cut, 1);
            addend = cut;
        }
        scale_up(r->coefficient, big->coefficient, big->exponent - exponent);
    } else {
        mpz_set(r->coefficient, big->coefficient);
    }
    r->exponent = exponent;
    r->kind = NUMBER_FINITE;
    if (big_negative == little_negative) {
        mpz_add(r->coefficient, r->coefficient, addend);
        r->negative = big_negative;
    } else {
        mpz_sub(r->coefficient, r->coefficient, addend);
        int sign = mpz_sgn(r->coefficient);
        r->negative = sign > 0 ? big_negative : sign < 0 ? little_negative : x->rounding == ROUND_FLOOR;
        mpz_abs(r->coefficient, r->coefficient);
    }
    if (addend == cut)
        mpz_clear(cut);
    number_count(r);
    number_finalize(r, x);
}

static void add_signed(struct number *r, const struct number *a, const struct number *b, bool b_negative,
                       struct arithmetic *x)
{
    if (a->kind == NUMBER_FINITE && b->kind == NUMBER_FINITE)
        add_finite(r, a, b, b_negative, x);
    else if (number_propagate(r, a, b, x))
        return;
    else if (a->kind == b->kind && a->negative != b_negative)
        number_invalid(r, x, INVALID_OPERATION);
    else
        number_set_special(r, NUMBER_INFINITE, a->kind == NUMBER_INFINITE ? a->negative : b_negative);
}

void number_add(struct number *r, const struct number *a, const struct number *b, const struct number *c,
                struct arithmetic *x)
{
    add_signed(r, a, b, b->negative, x);
}

void number_subtract(struct number *r, const struct number *a, const struct number *b, const struct number *c,
                     struct arithmetic *x)
{
    add_signed(r, a, b, !b->negative, x);
}

/* The exact product, but for its range. */
static void multiply_exactly(struct number *r, const struct number *a, const struct number *b, struct arithmetic *x)
{
    bool negative = a->negative != b->negative;
    if (a->kind == NUMBER_FINITE && b->kind == NUMBER_FINITE) {
        mpz_mul(r->coefficient, a->coefficient, b->coefficient);
        r->exponent = a->exponent + b->exponent;
        r->negative = negative;
        r->kind = NUMBER_FINITE;
        number_count(r);
    } else if (number_propagate(r, a, b, x)) {
        return;
    } else if (number_is_zero(a) || number_is_zero(b)) {
        number_invalid(r, x, INVALID_OPERATION);
    } else {
        number_set_special(r, NUMBER_INFINITE, negative);
    }
}

void number_multiply(struct number *r, const struct number *a, const struct number *b, const struct number *c,
                     struct arithmetic *x)
{
    multiply_exactly(r, a, b, x);
    number_finalize(r, x);
}

void number_fma(struct number *r, const struct number *a, const struct number *b, const struct number *c,
                struct arithmetic *x)
{
    struct number product;
    number_init(&product);
    uint32_t before = x->status;
    x->status = 0;
    multiply_exactly(&product, a, b, x);
    bool failed = x->status & ANY_INVALID;
    x->status |= before;
    if (failed)
        number_set(r, &product);
    else
        number_add(r, &product, c, NULL, x);
    number_clear(&product);
}

static void take_sign(struct number *r, const struct number *a, bool negative, struct arithmetic *x)
{
    if (number_propagate(r, a, NULL, x))
        return;
    number_set(r, a);
    r->negative = negative;
    if (number_is_zero(r) && x->rounding != ROUND_FLOOR) /* as it is with 0 + a and 0 - a */
        r->negative = false;
    number_finalize(r, x);
}

void number_plus(struct number *r, const struct number *a, const struct number *b, const struct number *c,
                 struct arithmetic *x)
{
    take_sign(r, a, a->negative, x);
}

void number_minus(struct number *r, const struct number *a, const struct number *b, const struct number *c,
                  struct arithmetic *x)
{
    take_sign(r, a, !a->negative, x);
}

void number_abs(struct number *r, const struct number *a, const struct number *b, const struct number *c,
                struct arithmetic *x)
{
    if (a->negative)
        number_minus(r, a, NULL, NULL, x);
    else
        number_plus(r, a, NULL, NULL, x);
}

void number_apply(struct number *r, const struct number *a, const struct number *b, const struct number *c,
                  struct arithmetic *x)
{
    number_set(r, a);
    number_finalize(r, x);
}
