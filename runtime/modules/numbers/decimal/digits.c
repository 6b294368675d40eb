/*
 * Operations on the digits of a number: exponents set and changed, digits moved and combined, copies.
 */
#include "runtime/modules/numbers/decimal/number.h"

void number_quantize(struct number *r, const struct number *a, const struct number *b, const struct number *c,
                     struct arithmetic *x)
{
    if (number_propagate(r, a, b, x))
        return;
    if (a->kind == NUMBER_INFINITE || b->kind == NUMBER_INFINITE) {
        if (a->kind == b->kind)
            number_set(r, a);
        else
            number_invalid(r, x, INVALID_OPERATION);
        return;
    }
    if (b->exponent > x->emax || b->exponent < arithmetic_etiny(x)) {
        number_invalid(r, x, INVALID_OPERATION);
        return;
    }
    if (is_zero_coefficient(a)) {
        number_set_small(r, a->negative, 0, b->exponent);
        number_finalize(r, x);
        return;
    }
    if (number_adjusted(a) > x->emax || number_adjusted(a) - b->exponent + 1 > x->precision) {
        number_invalid(r, x, INVALID_OPERATION);
        return;
    }
    enum lost lost = number_rescale(r, a, b->exponent, x->rounding);
    if (number_adjusted(r) > x->emax || r->digits > x->precision) {
        number_invalid(r, x, INVALID_OPERATION);
        return;
    }
    if (a->exponent < b->exponent)
        x->status |= lost ? INEXACT | ROUNDED : ROUNDED;
    number_finalize(r, x);
}

static void to_integral(struct number *r, const struct number *a, bool tell, struct arithmetic *x)
{
    if (number_propagate(r, a, NULL, x))
        return;
    if (a->kind == NUMBER_INFINITE || a->exponent >= 0) {
        number_set(r, a);
        return;
    }
    enum lost lost = number_rescale(r, a, 0, x->rounding);
    if (tell && !is_zero_coefficient(a))
        x->status |= lost ? INEXACT | ROUNDED : ROUNDED;
}

void number_to_integral(struct number *r, const struct number *a, const struct number *b, const struct number *c,
                        struct arithmetic *x)
{
    to_integral(r, a, false, x);
}

void number_to_integral_exact(struct number *r, const struct number *a, const struct number *b, const struct number *c,
                              struct arithmetic *x)
{
    to_integral(r, a, true, x);
}

void number_reduce(struct number *r, const struct number *a, const struct number *b, const struct number *c,
                   struct arithmetic *x)
{
    if (number_propagate(r, a, NULL, x))
        return;
    number_set(r, a);
    number_finalize(r, x);
    if (r->kind != NUMBER_FINITE)
        return;
    if (is_zero_coefficient(r)) {
        r->exponent = 0;
        return;
    }
    int64_t highest = x->clamp ? arithmetic_etop(x) : x->emax;
    int64_t zeros = strip_zeros(r->coefficient, highest - r->exponent);
    r->exponent += zeros;
    r->digits -= zeros;
}

void number_logb(struct number *r, const struct number *a, const struct number *b, const struct number *c,
                 struct arithmetic *x)
{
    if (number_propagate(r, a, NULL, x))
        return;
    if (a->kind == NUMBER_INFINITE) {
        number_set_special(r, NUMBER_INFINITE, false);
    } else if (is_zero_coefficient(a)) {
        number_set_special(r, NUMBER_INFINITE, true);
        x->status |= DIVISION_BY_ZERO;
    } else {
        int64_t adjusted = number_adjusted(a);
        number_set_small(r, adjusted < 0, (uint64_t)(adjusted < 0 ? -adjusted : adjusted), 0);
        number_finalize(r, x);
    }
}

/* The value of an operand that is a count: an integer written without exponent, within so many. */
static bool count_of(const struct number *b, int64_t most, int64_t *count)
{
    if (b->kind != NUMBER_FINITE || b->exponent != 0 || mpz_cmp_ui(b->coefficient, (unsigned long)most) > 0)
        return false;
    *count = (int64_t)mpz_get_ui(b->coefficient);
    if (b->negative)
        *count = -*count;
    return true;
}

void number_scaleb(struct number *r, const struct number *a, const struct number *b, const struct number *c,
                   struct arithmetic *x)
{
    int64_t n;
    if (number_propagate(r, a, b, x))
        return;
    if (!count_of(b, 2 * (x->emax + x->precision), &n)) {
        number_invalid(r, x, INVALID_OPERATION);
        return;
    }
    number_set(r, a);
    if (a->kind != NUMBER_FINITE)
        return;
    r->exponent += n;
    number_finalize(r, x);
}

/* The last `count` digits. */
static void keep_digits(struct number *r, int64_t count)
{
    if (r->digits <= count)
        return;
    mpz_t power;
    mpz_init(power);
    power_of_ten(power, count);
    mpz_tdiv_r(r->coefficient, r->coefficient, power);
    mpz_clear(power);
    number_count(r);
}

/* Move the digits in a window as wide as the precision. */
static void move_digits(struct number *r, const struct number *a, const struct number *b, bool around,
                        struct arithmetic *x)
{
    int64_t n;
    if (number_propagate(r, a, b, x))
        return;
    if (!count_of(b, x->precision, &n)) {
        number_invalid(r, x, INVALID_OPERATION);
        return;
    }
    number_set(r, a);
    if (a->kind != NUMBER_FINITE)
        return;
    keep_digits(r, x->precision);
    if (around) {
        if (n < 0)
            n += x->precision;
        /* The n upper digits of the window become the lower ones. */
        mpz_t upper;
        mpz_init(upper);
        if (r->digits > x->precision - n)
            scale_down(upper, r->coefficient, x->precision - n);
        keep_digits(r, x->precision - n);
        scale_up(r->coefficient, r->coefficient, n);
        mpz_add(r->coefficient, r->coefficient, upper);
        mpz_clear(upper);
    } else if (n < 0) {
        scale_down(r->coefficient, r->coefficient, -n);
    } else {
        keep_digits(r, x->precision - n);
        scale_up(r->coefficient, r->coefficient, n);
    }
    number_count(r);
}

void number_shift(struct number *r, const struct number *a, const struct number *b, const struct number *c,
                  struct arithmetic *x)
{
    move_digits(r, a, b, false, x);
}

void number_rotate(struct number *r, const struct number *a, const struct number *b, const struct number *c,
                   struct arithmetic *x)
{
    move_digits(r, a, b, true, x);
}

/* ---- logical operations, on digits that are zeros and ones ---- */

/* Those digits as bits: read as hexadecimal, they lie four places apart. */
static bool logical_operand(mpz_ptr bits, const struct number *a)
{
    if (a->kind != NUMBER_FINITE || a->negative || a->exponent != 0)
        return false;
    mpz_t text; /* memory for the digits */
    check_digits(a->digits);
    mpz_init2(text, (mp_bitcnt_t)(a->digits + 2) * 8);
    char *digits = (char *)text->_mp_d;
    mpz_get_str(digits, 10, a->coefficient);
    mpz_set_str(bits, digits, 16);
    mpz_clear(text);
    for (size_t i = 0; i < mpz_size(bits); i++) {
        if (mpz_getlimbn(bits, (mp_size_t)i) & ~UINT64_C(0x1111111111111111))
            return false; /* a digit above one */
    }
    return true;
}

static void logical_result(struct number *r, mpz_srcptr bits)
{
    mpz_t text;
    mpz_init2(text, (mp_bitcnt_t)(mpz_sizeinbase(bits, 16) + 2) * 8);
    char *digits = (char *)text->_mp_d;
    mpz_get_str(digits, 16, bits);
    mpz_set_str(r->coefficient, digits, 10);
    mpz_clear(text);
    r->exponent = 0;
    r->kind = NUMBER_FINITE;
    r->negative = false;
    number_count(r);
}

static void logical(struct number *r, const struct number *a, const struct number *b,
                    void (*combine)(mpz_ptr, mpz_srcptr, mpz_srcptr), struct arithmetic *x)
{
    mpz_t p, q;
    mpz_init(p);
    mpz_init(q);
    if (logical_operand(p, a) && logical_operand(q, b)) {
        combine(p, p, q);
        logical_result(r, p);
        keep_digits(r, x->precision);
    } else {
        number_invalid(r, x, INVALID_OPERATION);
    }
    mpz_clear(p);
    mpz_clear(q);
}

void number_logical_and(struct number *r, const struct number *a, const struct number *b, const struct number *c,
                        struct arithmetic *x)
{
    logical(r, a, b, mpz_and, x);
}
void number_logical_or(struct number *r, const struct number *a, const struct number *b, const struct number *c,
                       struct arithmetic *x)
{
    logical(r, a, b, mpz_ior, x);
}
void number_logical_xor(struct number *r, const struct number *a, const struct number *b, const struct number *c,
                        struct arithmetic *x)
{
    logical(r, a, b, mpz_xor, x);
}

void number_logical_invert(struct number *r, const struct number *a, const struct number *b, const struct number *c,
                           struct arithmetic *x)
{
    mpz_t bits;
    mpz_init(bits);
    bool fits = logical_operand(bits, a);
    mpz_clear(bits);
    if (!fits) {
        number_invalid(r, x, INVALID_OPERATION);
        return;
    }
    struct number operand;
    number_init(&operand);
    number_set(&operand, a);
    keep_digits(&operand, x->precision);
    /* As many ones as the precision has digits. */
    power_of_ten(r->coefficient, x->precision);
    mpz_sub_ui(r->coefficient, r->coefficient, 1);
    mpz_divexact_ui(r->coefficient, r->coefficient, 9);
    mpz_sub(r->coefficient, r->coefficient, operand.coefficient);
    number_clear(&operand);
    r->exponent = 0;
    r->kind = NUMBER_FINITE;
    r->negative = false;
    number_count(r);
}

/* ---- copies, which take no notice of the context ---- */

void number_copy(struct number *r, const struct number *a, const struct number *b, const struct number *c,
                 struct arithmetic *x)
{
    number_set(r, a);
}
void number_copy_abs(struct number *r, const struct number *a, const struct number *b, const struct number *c,
                     struct arithmetic *x)
{
    number_set(r, a);
    r->negative = false;
}
void number_copy_negate(struct number *r, const struct number *a, const struct number *b, const struct number *c,
                        struct arithmetic *x)
{
    number_set(r, a);
    r->negative = !a->negative;
}
void number_copy_sign(struct number *r, const struct number *a, const struct number *b, const struct number *c,
                      struct arithmetic *x)
{
    number_set(r, a);
    r->negative = b->negative;
}

const char *number_class(const struct number *a, const struct arithmetic *x)
{
    switch ((enum number_kind)a->kind) {
    case NUMBER_QUIET_NAN:
        return "NaN";
    case NUMBER_SIGNALING_NAN:
        return "sNaN";
    case NUMBER_INFINITE:
        return a->negative ? "-Infinity" : "+Infinity";
    case NUMBER_FINITE:
        break;
    }
    if (is_zero_coefficient(a))
        return a->negative ? "-Zero" : "+Zero";
    if (number_adjusted(a) < x->emin)
        return a->negative ? "-Subnormal" : "+Subnormal";
    return a->negative ? "-Normal" : "+Normal";
}
