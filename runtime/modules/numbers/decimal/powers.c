/*
 * Powers of ten: the coefficient is a binary integer, so shifting digits is multiplying and dividing by them, and the
 * number of digits is found by comparing with them.
 */
#include "runtime/modules/numbers/decimal/number.h"
#include "runtime/modules/numbers/decimal/small.h"
#include "runtime/objects/numbers/int.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

/* GMP's integers have at most 2**31 limbs, and it ends the process when one would become larger. */
#define MOST_DIGITS (INT64_C(1) << 33)

struct power10 powers10[POWERS10 + 1];
struct divisor10 divisors10[DIVISORS10 + 1];

void powers_init(void)
{
    if (powers10[0].limbs[0])
        return;
    mp_limb_t power[4] = {1};
    for (int n = 0;; n++) {
        memcpy(powers10[n].limbs, power, sizeof power);
        if (n == POWERS10)
            break;
        mpn_mul_1(power, power, 4, 10);
    }
    for (int n = 0; n <= DIVISORS10; n++) {
        wide d = (wide)powers10[n].limbs[1] << 64 | powers10[n].limbs[0];
        unsigned shift = wide_leading_zeros(d);
        d <<= shift;
        /* floor((2**256 - 1) / d) - 2**128 */
        mp_limb_t all[4] = {~(mp_limb_t)0, ~(mp_limb_t)0, ~(mp_limb_t)0, ~(mp_limb_t)0}, quotient[3], rest[2];
        mp_limb_t divisor[2] = {(mp_limb_t)d, (mp_limb_t)(d >> 64)};
        mpn_tdiv_qr(quotient, rest, 0, all, 4, divisor, 2);
        divisors10[n] = (struct divisor10){d, (wide)quotient[1] << 64 | quotient[0], shift};
    }
}

void check_digits(int64_t digits)
{
    if (digits > MOST_DIGITS)
        int_guard_no_memory();
}

/* ---- powers of five ---- */

/* Those that were used are remembered, up to this one: 30 KiB in all. A word that says how many limbs follow. */
#define FIVES_KEPT 512
static mp_limb_t *_Atomic fives_kept[FIVES_KEPT + 1];

static const mp_limb_t *keep_fives(int64_t n, mpz_srcptr power)
{
    size_t size = mpz_size(power);
    mp_limb_t *made = malloc((size + 1) * sizeof *made), *found = NULL;
    if (!made)
        return NULL;
    made[0] = size;
    memcpy(made + 1, mpz_limbs_read(power), size * sizeof *made);
    if (atomic_compare_exchange_strong_explicit(&fives_kept[n], &found, made, memory_order_acq_rel,
                                                memory_order_acquire))
        return made;
    free(made);
    return found;
}

struct fives {
    mpz_t own, view;
    bool is_own;
};
/* 5**n, good until fives_close. */
static mpz_srcptr fives_open(struct fives *f, int64_t n)
{
    const mp_limb_t *kept = n <= FIVES_KEPT ? atomic_load_explicit(&fives_kept[n], memory_order_acquire) : NULL;
    f->is_own = !kept;
    if (!kept) {
        check_digits(n);
        mpz_init(f->own);
        mpz_ui_pow_ui(f->own, 5, (unsigned long)n);
        kept = n <= FIVES_KEPT ? keep_fives(n, f->own) : NULL;
    }
    return kept ? mpz_roinit_n(f->view, kept + 1, (mp_size_t)kept[0]) : f->own;
}
static void fives_close(struct fives *f)
{
    if (f->is_own)
        mpz_clear(f->own);
}

void power_of_ten(mpz_ptr r, int64_t n)
{
    if (n <= POWERS10) {
        mpz_t power;
        mpz_set(r, mpz_roinit_n(power, powers10[n].limbs, 4));
        return;
    }
    struct fives fives;
    mpz_mul_2exp(r, fives_open(&fives, n), (mp_bitcnt_t)n);
    fives_close(&fives);
}

void scale_up(mpz_ptr r, mpz_srcptr c, int64_t n)
{
    if (mpz_sgn(c) == 0 || n == 0) {
        mpz_set(r, c);
    } else if (n <= POWERS10) {
        mpz_t power;
        mpz_mul(r, c, mpz_roinit_n(power, powers10[n].limbs, 4));
    } else {
        struct fives fives;
        mpz_mul(r, c, fives_open(&fives, n));
        mpz_mul_2exp(r, r, (mp_bitcnt_t)n);
        fives_close(&fives);
    }
}

/* Ten to n is 5**n * 2**n: the low n bits are set apart, the rest is divided by 5**n. */
static enum lost scale_down_long(mpz_ptr r, mpz_srcptr c, int64_t n)
{
    mpz_t half, rest;
    struct fives fives;
    bool half_bit = mpz_tstbit(c, (mp_bitcnt_t)n - 1), low_bits = mpz_scan1(c, 0) < (mp_bitcnt_t)n - 1;
    mpz_init(rest);
    mpz_srcptr power = fives_open(&fives, n);
    mpz_tdiv_q_2exp(r, c, (mp_bitcnt_t)n);
    mpz_tdiv_qr(r, rest, r, power);
    enum lost lost;
    if (mpz_sgn(rest) == 0 && !half_bit && !low_bits) {
        lost = LOST_NOTHING;
    } else {
        /* Of the odd 5**n, the integer part of a half decides but where the rest is just that: then the bits do. */
        mpz_init(half);
        mpz_tdiv_q_2exp(half, power, 1);
        int order = mpz_cmp(rest, half);
        mpz_clear(half);
        if (order == 0)
            order = !half_bit ? -1 : low_bits;
        lost = order < 0 ? LOST_LITTLE : order == 0 ? LOST_HALF : LOST_MORE;
    }
    fives_close(&fives);
    mpz_clear(rest);
    return lost;
}

enum lost scale_down(mpz_ptr r, mpz_srcptr c, int64_t n)
{
    if (n == 0) {
        mpz_set(r, c);
        return LOST_NOTHING;
    }
    if (mpz_sgn(c) == 0 || n > count_digits(c)) {
        bool zero = mpz_sgn(c) == 0;
        mpz_set_ui(r, 0);
        return zero ? LOST_NOTHING : LOST_LITTLE;
    }
    return scale_down_long(r, c, n);
}

int64_t strip_zeros(mpz_ptr c, int64_t most)
{
    if (mpz_sgn(c) == 0 || most <= 0)
        return 0;
    /* No more zeros than factors of two. */
    int64_t twos = (int64_t)mpz_scan1(c, 0), stripped = 0;
    if (twos < most)
        most = twos;
    mpz_t power, quotient, rest;
    mpz_init(power);
    mpz_init(quotient);
    mpz_init(rest);
    /* By chunks that double, then by the halves. */
    int64_t chunk = 1;
    while (stripped + chunk <= most) {
        power_of_ten(power, chunk);
        mpz_tdiv_qr(quotient, rest, c, power);
        if (mpz_sgn(rest))
            break;
        mpz_swap(c, quotient);
        stripped += chunk;
        chunk *= 2;
    }
    for (; chunk; chunk /= 2) {
        if (stripped + chunk > most)
            continue;
        power_of_ten(power, chunk);
        mpz_tdiv_qr(quotient, rest, c, power);
        if (mpz_sgn(rest) == 0) {
            mpz_swap(c, quotient);
            stripped += chunk;
        }
    }
    mpz_clear(power);
    mpz_clear(quotient);
    mpz_clear(rest);
    return stripped;
}

/* The upper 64 bits of 10**n, within a unit. */
static uint64_t find_mantissa(int64_t n)
{
    wide mantissa = (wide)1 << 127; /* value: mantissa * 2**-127, in [1, 2) */
    for (int bit = 63 - __builtin_clzll((uint64_t)n); bit >= 0; bit--) {
        struct wide_product square = wide_multiply(mantissa, mantissa);
        mantissa = square.high >> 127 ? square.high : square.high << 1 | square.low >> 127;
        if (n >> bit & 1) {
            square = wide_multiply(mantissa, (wide)5 << 125);
            mantissa = square.high >> 127 ? square.high : square.high << 1 | square.low >> 127;
        }
    }
    return (uint64_t)(mantissa >> 64);
}

static uint64_t power_mantissa(int64_t n)
{
    static _Atomic uint64_t kept[FIVES_KEPT + 1];
    uint64_t mantissa = n <= FIVES_KEPT ? atomic_load_explicit(&kept[n], memory_order_relaxed) : 0;
    if (mantissa)
        return mantissa;
    mantissa = find_mantissa(n);
    if (n <= FIVES_KEPT)
        atomic_store_explicit(&kept[n], mantissa, memory_order_relaxed);
    return mantissa;
}

int64_t count_digits(mpz_srcptr c)
{
    if (mpz_sgn(c) == 0)
        return 1;
    /* Between 2**(bits - 1) and 2**bits there is at most one power of ten. log10(2) in units of 2**-88: */
    const wide log = (wide)0x4d104d << 64 | UINT64_C(0x427de7fbcc47c4ac);
    wide bits = mpz_sizeinbase(c, 2);
    int64_t least = (int64_t)((bits - 1) * log >> 88) + 1, most = (int64_t)(bits * log >> 88) + 1;
    if (least == most)
        return least;
    mpz_t power;
    if (least <= POWERS10)
        return least + (mpz_cmp(c, mpz_roinit_n(power, powers10[least].limbs, 4)) >= 0);
    /* c and 10**least have the same number of bits; nearly always their first 64 tell which is larger. */
    size_t size = mpz_size(c);
    uint64_t top = mpz_getlimbn(c, (mp_size_t)size - 1);
    int lead = __builtin_clzll(top);
    if (lead)
        top = top << lead | mpz_getlimbn(c, (mp_size_t)size - 2) >> (64 - lead);
    uint64_t ten = power_mantissa(least);
    if (top > ten + 2)
        return most;
    if (top < ten - 2)
        return least;
    mpz_init(power);
    power_of_ten(power, least);
    bool reached = mpz_cmp(c, power) >= 0;
    mpz_clear(power);
    return reached ? most : least;
}
