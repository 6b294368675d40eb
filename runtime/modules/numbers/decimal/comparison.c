/*
 * Orders of numbers, the greater and the lesser, and neighbours.
 */
#include "runtime/modules/numbers/decimal/number.h"

static int sign_of(const struct number *a)
{
    if (number_is_zero(a))
        return 0;
    return a->negative ? -1 : 1;
}

/* Coefficients at their exponents, neither zero; numbers that have the same leading place need a shift of no more
   digits than one of them has. */
static int order_magnitudes(const struct number *a, const struct number *b)
{
    int64_t x = number_adjusted(a), y = number_adjusted(b);
    if (x != y)
        return x < y ? -1 : 1;
    if (a->exponent == b->exponent)
        return mpz_cmp(a->coefficient, b->coefficient);
    mpz_t shifted;
    mpz_init(shifted);
    int order;
    if (a->exponent > b->exponent) {
        scale_up(shifted, a->coefficient, a->exponent - b->exponent);
        order = mpz_cmp(shifted, b->coefficient);
    } else {
        scale_up(shifted, b->coefficient, b->exponent - a->exponent);
        order = mpz_cmp(a->coefficient, shifted);
    }
    mpz_clear(shifted);
    return order;
}

int number_order(const struct number *a, const struct number *b)
{
    int x = sign_of(a), y = sign_of(b);
    if (x != y || x == 0)
        return (x > y) - (x < y);
    if (a->kind == NUMBER_INFINITE || b->kind == NUMBER_INFINITE)
        return a->kind == b->kind ? 0 : a->kind == NUMBER_INFINITE ? x : -x;
    int order = order_magnitudes(a, b);
    return order < 0 ? -x : order > 0 ? x : 0;
}

static int total_order_magnitudes(const struct number *a, const struct number *b)
{
    /* numbers, then infinities, signaling NaNs, quiet ones */
    static const uint8_t ranks[] = {
        [NUMBER_FINITE] = 0, [NUMBER_INFINITE] = 1, [NUMBER_SIGNALING_NAN] = 2, [NUMBER_QUIET_NAN] = 3};
    if (a->kind != b->kind)
        return ranks[a->kind] < ranks[b->kind] ? -1 : 1;
    if (number_is_nan(a))
        return mpz_cmp(a->coefficient, b->coefficient);
    if (a->kind == NUMBER_INFINITE)
        return 0;
    int order;
    if (is_zero_coefficient(a) || is_zero_coefficient(b))
        order = !is_zero_coefficient(a) - !is_zero_coefficient(b);
    else
        order = order_magnitudes(a, b);
    return order ? order : (a->exponent > b->exponent) - (a->exponent < b->exponent);
}

int number_total_order(const struct number *a, const struct number *b)
{
    if (a->negative != b->negative)
        return a->negative ? -1 : 1;
    int order = total_order_magnitudes(a, b);
    return a->negative ? -order : order;
}

static void set_order(struct number *r, int order)
{
    number_set_small(r, order < 0, order != 0, 0);
}

void number_compare(struct number *r, const struct number *a, const struct number *b, const struct number *c,
                    struct arithmetic *x)
{
    if (!number_propagate(r, a, b, x))
        set_order(r, number_order(a, b));
}

void number_compare_signal(struct number *r, const struct number *a, const struct number *b, const struct number *c,
                           struct arithmetic *x)
{
    if (number_propagate(r, a, b, x))
        x->status |= INVALID_OPERATION;
    else
        set_order(r, number_order(a, b));
}

void number_compare_total(struct number *r, const struct number *a, const struct number *b, const struct number *c,
                          struct arithmetic *x)
{
    set_order(r, number_total_order(a, b));
}

void number_compare_total_mag(struct number *r, const struct number *a, const struct number *b, const struct number *c,
                              struct arithmetic *x)
{
    set_order(r, total_order_magnitudes(a, b));
}

bool number_same_quantum(const struct number *a, const struct number *b)
{
    if (a->kind == NUMBER_FINITE && b->kind == NUMBER_FINITE)
        return a->exponent == b->exponent;
    return (number_is_nan(a) && number_is_nan(b)) || (a->kind == NUMBER_INFINITE && b->kind == NUMBER_INFINITE);
}

/* ---- the greater and the lesser ---- */

/* `sign` is 1 for the greater, -1 for the lesser. A quiet NaN counts as no operand. */
static void choose(struct number *r, const struct number *a, const struct number *b, bool magnitudes, int sign,
                   struct arithmetic *x)
{
    const struct number *chosen;
    if (a->kind == NUMBER_QUIET_NAN && !number_is_nan(b)) {
        chosen = b;
    } else if (b->kind == NUMBER_QUIET_NAN && !number_is_nan(a)) {
        chosen = a;
    } else if (number_propagate(r, a, b, x)) {
        return;
    } else {
        int order = 0;
        if (magnitudes) {
            struct number abs_a = *a, abs_b = *b;
            abs_a.negative = abs_b.negative = false;
            order = number_order(&abs_a, &abs_b);
        }
        if (order == 0 && !magnitudes)
            order = number_order(a, b);
        if (order == 0)
            order = number_total_order(a, b);
        chosen = order * sign > 0 ? a : b;
    }
    number_set(r, chosen);
    number_finalize(r, x);
}

void number_max(struct number *r, const struct number *a, const struct number *b, const struct number *c,
                struct arithmetic *x)
{
    choose(r, a, b, false, 1, x);
}
void number_min(struct number *r, const struct number *a, const struct number *b, const struct number *c,
                struct arithmetic *x)
{
    choose(r, a, b, false, -1, x);
}
void number_max_mag(struct number *r, const struct number *a, const struct number *b, const struct number *c,
                    struct arithmetic *x)
{
    choose(r, a, b, true, 1, x);
}
void number_min_mag(struct number *r, const struct number *a, const struct number *b, const struct number *c,
                    struct arithmetic *x)
{
    choose(r, a, b, true, -1, x);
}

/* ---- neighbours ---- */

/* The next number of the context above a number, or below it. No conditions. */
static void next(struct number *r, const struct number *a, bool below, const struct arithmetic *x)
{
    struct arithmetic directed = *x;
    directed.rounding = below ? ROUND_FLOOR : ROUND_CEILING;
    if (a->kind == NUMBER_INFINITE) {
        if (a->negative == below)
            number_set(r, a);
        else
            number_set_largest(r, a->negative, x);
        return;
    }
    directed.status = 0;
    number_set(r, a);
    number_finalize(r, &directed);
    if (directed.status & INEXACT)
        return;
    /* It is a number of the context: add less than its last place can show. */
    struct number tiny;
    number_init(&tiny);
    number_set_small(&tiny, below, 1, arithmetic_etiny(x) - 1);
    number_add(r, a, &tiny, NULL, &directed);
    number_clear(&tiny);
}

void number_next_plus(struct number *r, const struct number *a, const struct number *b, const struct number *c,
                      struct arithmetic *x)
{
    if (!number_propagate(r, a, NULL, x))
        next(r, a, false, x);
}

void number_next_minus(struct number *r, const struct number *a, const struct number *b, const struct number *c,
                       struct arithmetic *x)
{
    if (!number_propagate(r, a, NULL, x))
        next(r, a, true, x);
}

void number_next_toward(struct number *r, const struct number *a, const struct number *b, const struct number *c,
                        struct arithmetic *x)
{
    if (number_propagate(r, a, b, x))
        return;
    int order = number_order(a, b);
    if (order == 0) {
        number_set(r, a);
        r->negative = b->negative;
        return;
    }
    next(r, a, order > 0, x);
    if (r->kind == NUMBER_INFINITE)
        x->status |= OVERFLOW | ROUNDED | INEXACT;
    else if (number_adjusted(r) < x->emin) {
        x->status |= UNDERFLOW | SUBNORMAL | ROUNDED | INEXACT;
        if (is_zero_coefficient(r))
            x->status |= CLAMPED;
    }
}
