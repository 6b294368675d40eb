/*
 * Powers, correctly rounded, and powers of integers modulo another.
 *
 * Powers that are decimal fractions of no more digits than the precision are worked out as such. The others, which are
 * then neither fractions that end nor half-way between two results, are e**(y ln x), or products for an integer y.
 */
#include "runtime/modules/numbers/decimal/transcendental.h"

#include <math.h>

bool number_is_integer(const struct number *a, bool *odd)
{
    *odd = false;
    if (a->kind != NUMBER_FINITE)
        return false;
    if (is_zero_coefficient(a))
        return true;
    if (a->exponent >= 0) {
        *odd = a->exponent == 0 && mpz_tstbit(a->coefficient, 0);
        return true;
    }
    if (-a->exponent >= a->digits)
        return false;
    mpz_t whole;
    mpz_init(whole);
    bool is = scale_down(whole, a->coefficient, -a->exponent) == LOST_NOTHING;
    *odd = is && mpz_tstbit(whole, 0);
    mpz_clear(whole);
    return is;
}

static bool is_one(const struct number *a) /* or minus one */
{
    if (a->exponent > 0 || number_adjusted(a) != 0)
        return false;
    mpz_t power;
    mpz_init(power);
    power_of_ten(power, -a->exponent);
    bool is = mpz_cmp(power, a->coefficient) == 0;
    mpz_clear(power);
    return is;
}

/* ---- exact powers ---- */

/* The base is 2**twos * 5**fives * rest, the exponent numerator / denominator in lowest terms. */
struct factors {
    int64_t twos, fives;
    mpz_t rest;
    int64_t numerator, denominator;
};

static bool factor_exponent(struct factors *f, const struct number *y)
{
    mpz_t c;
    mpz_init(c);
    mpz_set(c, y->coefficient);
    int64_t exponent = y->exponent + strip_zeros(c, y->digits);
    bool fits = exponent <= 18 && exponent >= -26;
    f->denominator = 1;
    if (fits && exponent >= 0) {
        scale_up(c, c, exponent);
    } else if (fits) {
        /* By 10**-exponent, of which two or five may be common factors. */
        int64_t n = -exponent, twos = n, fives = n;
        for (; twos && mpz_even_p(c); twos--)
            mpz_tdiv_q_2exp(c, c, 1);
        for (; fives && mpz_divisible_ui_p(c, 5); fives--)
            mpz_divexact_ui(c, c, 5);
        for (; fits && fives; fives--)
            fits = !__builtin_mul_overflow(f->denominator, 5, &f->denominator);
        for (; fits && twos; twos--)
            fits = !__builtin_mul_overflow(f->denominator, 2, &f->denominator);
    }
    fits = fits && mpz_fits_slong_p(c);
    if (fits)
        f->numerator = mpz_get_si(c);
    mpz_clear(c);
    return fits;
}

static bool take_root(struct factors *f)
{
    if (f->denominator == 1)
        return true;
    if (f->twos % f->denominator || f->fives % f->denominator)
        return false;
    f->twos /= f->denominator;
    f->fives /= f->denominator;
    if (mpz_cmp_ui(f->rest, 1) == 0)
        return true;
    return mpz_sizeinbase(f->rest, 2) > (size_t)f->denominator &&
           mpz_root(f->rest, f->rest, (unsigned long)f->denominator);
}

/* The base to the exponent if that has no more than about `most` digits. */
static bool raise_factors(struct number *r, struct factors *f, bool negative, int64_t most, bool *out_of_range)
{
    if (negative && mpz_cmp_ui(f->rest, 1) != 0)
        return false;
    __int128 twos = (__int128)f->twos * f->numerator, fives = (__int128)f->fives * f->numerator;
    if (negative) {
        twos = -twos;
        fives = -fives;
    }
    __int128 tens = twos < fives ? twos : fives;
    twos -= tens;
    fives -= tens;
    long exponent_of_two;
    double mantissa = mpz_get_d_2exp(&exponent_of_two, f->rest);
    double rest_log = log10(mantissa) + (double)exponent_of_two * 0.3010299956639812;
    double digits = (double)twos * 0.3010299956639812 + (double)fives * 0.6989700043360188 +
                    (mpz_cmp_ui(f->rest, 1) ? rest_log * (double)f->numerator : 0);
    if (digits > (double)most + 3)
        return false;
    mpz_t power;
    mpz_init(power);
    check_digits((int64_t)digits);
    if (mpz_cmp_ui(f->rest, 1) == 0)
        mpz_set_ui(r->coefficient, 1);
    else
        mpz_pow_ui(r->coefficient, f->rest, (unsigned long)f->numerator);
    mpz_ui_pow_ui(power, 5, (unsigned long)fives);
    mpz_mul(r->coefficient, r->coefficient, power);
    mpz_mul_2exp(r->coefficient, r->coefficient, (mp_bitcnt_t)twos);
    mpz_clear(power);
    const int64_t limit = INT64_C(1) << 62;
    *out_of_range = tens > limit || tens < -limit;
    r->exponent = *out_of_range ? tens > 0 : (int64_t)tens;
    return true;
}

/* More digits for a result that has zeros behind it: the ideal number of digits, or one more than fit. */
static void pad(struct number *r, __int128 zeros, int64_t precision)
{
    number_count(r);
    int64_t most = precision + 1 - r->digits;
    if (zeros > most)
        zeros = most;
    if (zeros <= 0)
        return;
    scale_up(r->coefficient, r->coefficient, (int64_t)zeros);
    r->exponent -= (int64_t)zeros;
    number_count(r);
}

static bool power_exactly(struct number *r, const struct number *a, const struct number *y, bool integer,
                          const struct arithmetic *x)
{
    struct factors f;
    mpz_t five;
    bool exact = false, out_of_range = false;
    mpz_init(f.rest);
    mpz_init_set_ui(five, 5);
    if (factor_exponent(&f, y)) {
        f.twos = (int64_t)mpz_scan1(a->coefficient, 0);
        mpz_tdiv_q_2exp(f.rest, a->coefficient, (mp_bitcnt_t)f.twos);
        f.fives = (int64_t)mpz_remove(f.rest, f.rest, five) + a->exponent;
        f.twos += a->exponent;
        exact = take_root(&f) && raise_factors(r, &f, y->negative, x->precision, &out_of_range);
    }
    if (out_of_range)
        set_out_of_range(r, r->exponent > 0, x);
    else if (exact && integer)
        pad(r, y->negative ? 0 : (__int128)r->exponent - (__int128)a->exponent * f.numerator, x->precision);
    else if (exact)
        pad(r, x->precision, x->precision);
    mpz_clear(f.rest);
    mpz_clear(five);
    return exact;
}

/* ---- the others ---- */

/* Bounds for the place of the first digit of ln a: 10**low <= |ln a| < 10**high. */
static void bound_logarithm(const struct number *a, int64_t *low, int64_t *high)
{
    int64_t adjusted = number_adjusted(a);
    if (adjusted == 0 || adjusted == -1) {
        struct number distance;
        number_init(&distance);
        distance_from_one(&distance, a);
        *low = number_adjusted(&distance) - 1;
        *high = number_adjusted(&distance) + 2;
        number_clear(&distance);
        return;
    }
    *low = 0;
    *high = 2;
    for (int64_t n = adjusted < 0 ? -adjusted : adjusted; n >= 4; n /= 10)
        ++*high;
}

/* a**n as a product that is cut to so many bits: value * 2**exponent, a few n units too low at most. */
static void power_by_products(mpz_ptr value, int64_t *exponent, mpz_srcptr a, uint64_t n, int64_t bits)
{
    *exponent = 0;
    mpz_set_ui(value, 1);
    for (int bit = 63 - __builtin_clzll(n); bit >= 0; bit--) {
        mpz_mul(value, value, value);
        *exponent *= 2;
        if (n >> bit & 1)
            mpz_mul(value, value, a);
        int64_t over = (int64_t)mpz_sizeinbase(value, 2) - bits;
        if (over > 0) {
            mpz_tdiv_q_2exp(value, value, (mp_bitcnt_t)over);
            *exponent += over;
        }
    }
}

/* An integer power whose binary exponent is moderate: by products of the coefficients. */
static bool power_of_integer(struct number *r, const struct number *a, const struct number *y,
                             const struct arithmetic *x)
{
    mpz_t n;
    mpz_init(n);
    bool fits = y->exponent <= 6 && -y->exponent < y->digits;
    if (fits && y->exponent >= 0)
        scale_up(n, y->coefficient, y->exponent);
    else if (fits)
        scale_down(n, y->coefficient, -y->exponent);
    uint64_t count = fits && mpz_cmp_ui(n, 1000000) < 0 ? mpz_get_ui(n) : 0;
    mpz_clear(n);
    /* Products are the shorter way as long as the power of two in them is. */
    const int64_t far = INT64_C(1) << 40;
    if (!count || a->exponent > far || a->exponent < -far ||
        (double)count * (double)mpz_sizeinbase(a->coefficient, 2) > 1e4 + (double)x->precision * 64)
        return false;
    mpz_t value;
    mpz_init(value);
    bool settled = false;
    for (int64_t more = 4; !settled; more = 2 * more + x->precision / 8) {
        int64_t digits = x->precision + more, bits = bits_for(digits) + 2 * (64 - __builtin_clzll(count)), exponent;
        power_by_products(value, &exponent, a->coefficient, count, bits);
        /* value * 2**exponent, wrong by less than 2**(log2(count) + 2) units of `value` */
        mpz_t power;
        mpz_init(power);
        int64_t scale; /* of the decimal result */
        if (y->negative) {
            /* 10**scale / (value * 2**exponent) */
            scale = digits + (int64_t)((double)(exponent + (int64_t)mpz_sizeinbase(value, 2)) * 0.30103) + 1;
            power_of_ten(power, scale);
            mpz_tdiv_q_2exp(power, power, (mp_bitcnt_t)exponent);
            mpz_tdiv_q(r->coefficient, power, value);
            r->exponent = -scale - a->exponent * (int64_t)count;
        } else {
            scale = (int64_t)((double)(exponent + (int64_t)mpz_sizeinbase(value, 2)) * 0.30102) - digits;
            if (scale > 0) {
                power_of_ten(power, scale);
                mpz_mul_2exp(value, value, (mp_bitcnt_t)exponent);
                mpz_tdiv_q(r->coefficient, value, power);
            } else {
                scale_up(r->coefficient, value, -scale);
                mpz_mul_2exp(r->coefficient, r->coefficient, (mp_bitcnt_t)exponent);
            }
            r->exponent = scale + a->exponent * (int64_t)count;
        }
        mpz_clear(power);
        r->kind = NUMBER_FINITE;
        settled = settle(r, x->precision, 2);
    }
    mpz_clear(value);
    return true;
}

static void power_inexactly(struct number *r, const struct number *a, const struct number *y, bool integer,
                            const struct arithmetic *x)
{
    int64_t low, high;
    bound_logarithm(a, &low, &high);
    bool above = (number_adjusted(a) >= 0) != y->negative; /* a and 1, and so the power and 1 */
    low += number_adjusted(y);
    high += number_adjusted(y) + 1;
    if (low >= 20) {
        set_out_of_range(r, above, x);
        return;
    }
    if (high < -x->precision - 2) {
        set_near_one(r, above, x->precision);
        return;
    }
    if (integer && power_of_integer(r, a, y, x))
        return;
    mpz_t argument, factor;
    mpz_init(argument);
    mpz_init(factor);
    int64_t of_y = number_adjusted(y) >= 0 ? (number_adjusted(y) + 1) * 4 : 0; /* bits before its point */
    for (int64_t more = 3;; more = 2 * more + x->precision / 8) {
        int64_t digits = x->precision + more, bits = bits_for(digits), work = bits + EXPONENT_BITS + of_y + 16;
        ln_of_number(argument, a, work);
        number_to_fixed(factor, y, bits + EXPONENT_BITS + 16);
        mpz_mul(argument, argument, factor);
        mpz_fdiv_q_2exp(argument, argument, (mp_bitcnt_t)work + 16);
        if (exp_of_fixed(r, argument, bits, digits, x) || settle(r, x->precision, 2))
            break;
    }
    mpz_clear(argument);
    mpz_clear(factor);
}

/* One to a power: how many zeros it shows depends on both. */
static void power_of_one(struct number *r, const struct number *a, const struct number *y, bool integer,
                         struct arithmetic *x)
{
    int64_t zeros = x->precision - 1;
    if (!integer) {
        x->status |= INEXACT | ROUNDED;
    } else if (y->negative || is_zero_coefficient(y)) {
        zeros = 0;
    } else {
        mpz_t product;
        mpz_init(product);
        if (number_adjusted(y) < 19 && a->exponent) {
            if (y->exponent >= 0)
                scale_up(product, y->coefficient, y->exponent);
            else
                scale_down(product, y->coefficient, -y->exponent);
            mpz_mul_si(product, product, -a->exponent);
        } else if (a->exponent) {
            mpz_set_si(product, INT64_MAX);
        }
        if (mpz_cmp_si(product, zeros) <= 0)
            zeros = mpz_get_si(product);
        else
            x->status |= ROUNDED;
        mpz_clear(product);
    }
    bool negative = r->negative;
    number_set_small(r, negative, 1, 0);
    scale_up(r->coefficient, r->coefficient, zeros);
    r->exponent = -zeros;
    number_count(r);
}

/* A small power that fits the precision whatever its digits are: the product. */
static bool power_by_product(struct number *r, const struct number *a, const struct number *y,
                             const struct arithmetic *x)
{
    const int64_t far = INT64_C(1) << 40;
    if (y->negative || y->exponent != 0 || y->digits > 3 || a->exponent > far || a->exponent < -far)
        return false;
    unsigned long n = mpz_get_ui(y->coefficient);
    if (a->digits > x->precision / (int64_t)n)
        return false;
    mpz_pow_ui(r->coefficient, a->coefficient, n);
    r->exponent = a->exponent * (int64_t)n;
    return true;
}

void number_power(struct number *r, const struct number *a, const struct number *y, const struct number *c,
                  struct arithmetic *x)
{
    bool odd, integer;
    if (number_propagate(r, a, y, x))
        return;
    integer = number_is_integer(y, &odd);
    bool negative = a->negative && odd;
    if (number_is_zero(a)) {
        if (number_is_zero(y))
            number_invalid(r, x, INVALID_OPERATION);
        else if (y->negative)
            number_set_special(r, NUMBER_INFINITE, negative);
        else
            number_set_small(r, negative, 0, 0);
        return;
    }
    if (a->negative && !integer) {
        number_invalid(r, x, INVALID_OPERATION);
        return;
    }
    struct number base = *a;
    base.negative = false;
    if (y->kind == NUMBER_INFINITE) {
        if (a->kind == NUMBER_FINITE && is_one(a)) {
            r->negative = false;
            power_of_one(r, a, y, false, x);
        } else if ((number_adjusted(a) >= 0 || a->kind == NUMBER_INFINITE) == y->negative) {
            number_set_small(r, negative, 0, 0);
        } else {
            number_set_special(r, NUMBER_INFINITE, negative);
        }
    } else if (number_is_zero(y)) {
        number_set_small(r, negative, 1, 0);
    } else if (a->kind == NUMBER_INFINITE) {
        if (y->negative)
            number_set_small(r, negative, 0, 0);
        else
            number_set_special(r, NUMBER_INFINITE, negative);
    } else if (is_one(a)) {
        r->negative = negative;
        power_of_one(r, a, y, integer, x);
    } else {
        bool exact = power_by_product(r, &base, y, x) || power_exactly(r, &base, y, integer, x);
        if (!exact)
            power_inexactly(r, &base, y, integer, x);
        uint32_t before = x->status;
        x->status = 0;
        r->negative = negative;
        r->kind = NUMBER_FINITE;
        number_count(r);
        number_finalize(r, x);
        if (exact && !integer) /* as the specification wants it */
            x->status |= x->status & SUBNORMAL ? INEXACT | UNDERFLOW : INEXACT;
        x->status |= before;
    }
}

/* |a| modulo m */
static void reduce_modulo(mpz_ptr r, const struct number *a, mpz_srcptr m)
{
    if (a->exponent >= 0) {
        mpz_t ten;
        mpz_init_set_ui(ten, 10);
        mpz_powm_ui(r, ten, (unsigned long)a->exponent, m);
        mpz_mul(r, r, a->coefficient);
        mpz_clear(ten);
    } else {
        scale_down(r, a->coefficient, -a->exponent);
    }
    mpz_tdiv_r(r, r, m);
}

void number_power_modulo(struct number *r, const struct number *a, const struct number *y, const struct number *m,
                         struct arithmetic *x)
{
    bool odd_base, odd, odd_modulus;
    if (a->kind == NUMBER_SIGNALING_NAN || y->kind == NUMBER_SIGNALING_NAN || m->kind == NUMBER_SIGNALING_NAN) {
        number_propagate(r, a->kind == NUMBER_SIGNALING_NAN ? a : y->kind == NUMBER_SIGNALING_NAN ? y : m, NULL, x);
        return;
    }
    if (number_propagate(r, a, y, x) || number_propagate(r, m, NULL, x))
        return;
    if (!number_is_integer(a, &odd_base) || !number_is_integer(y, &odd) || !number_is_integer(m, &odd_modulus) ||
        (y->negative && !number_is_zero(y)) || number_is_zero(m) || number_adjusted(m) >= x->precision ||
        (number_is_zero(y) && number_is_zero(a))) {
        number_invalid(r, x, INVALID_OPERATION);
        return;
    }
    mpz_t modulus, exponent;
    mpz_init(modulus);
    mpz_init(exponent);
    if (m->exponent >= 0)
        scale_up(modulus, m->coefficient, m->exponent);
    else
        scale_down(modulus, m->coefficient, -m->exponent);
    reduce_modulo(r->coefficient, a, modulus);
    int64_t tens = y->exponent > 0 ? y->exponent : 0;
    scale_down(exponent, y->coefficient, y->exponent < 0 ? -y->exponent : 0);
    for (; tens && mpz_cmp_ui(r->coefficient, 1) > 0; tens--)
        mpz_powm_ui(r->coefficient, r->coefficient, 10, modulus);
    mpz_powm(r->coefficient, r->coefficient, exponent, modulus);
    mpz_clear(modulus);
    mpz_clear(exponent);
    r->exponent = 0;
    r->kind = NUMBER_FINITE;
    r->negative = a->negative && odd;
    number_count(r);
}
