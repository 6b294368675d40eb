/*
 * Coefficients of up to 38 digits, which two machine words hold, and their products: what most programs compute with.
 */
#ifndef ATOLL_DECIMAL_SMALL_H
#define ATOLL_DECIMAL_SMALL_H

#include <gmp.h>
#include <stdbool.h>
#include <stdint.h>

typedef unsigned __int128 wide;
#define WIDE_DIGITS 38 /* 10**38 < 2**127 */

/* 10**n for n up to POWERS10, and for dividing by those up to DIVISORS10: shifted to have the upper bit set, with its
   reciprocal. Filled by powers_init. */
#define POWERS10   77
#define DIVISORS10 38
struct power10 {
    mp_limb_t limbs[4];
};
struct divisor10 {
    wide divisor, reciprocal;
    unsigned shift;
};
extern struct power10 powers10[POWERS10 + 1];
extern struct divisor10 divisors10[DIVISORS10 + 1];

struct wide_product {
    wide high, low;
};

static inline wide wide_power(unsigned n)
{
    return (wide)powers10[n].limbs[1] << 64 | powers10[n].limbs[0];
}
static inline unsigned wide_leading_zeros(wide a)
{
    uint64_t high = (uint64_t)(a >> 64);
    return high ? (unsigned)__builtin_clzll(high) : 64 + (unsigned)__builtin_clzll((uint64_t)a); /* not zero */
}
/* Of zero: 1. */
static inline unsigned wide_digits(wide a)
{
    unsigned bits = 128 - wide_leading_zeros(a | 1), guess = bits * 1233 >> 12;
    return guess + (a >= wide_power(guess)) + (a == 0);
}

static inline struct wide_product wide_multiply(wide a, wide b)
{
    uint64_t a0 = (uint64_t)a, a1 = (uint64_t)(a >> 64), b0 = (uint64_t)b, b1 = (uint64_t)(b >> 64);
    wide low = (wide)a0 * b0, middle = (wide)a0 * b1, other = (wide)a1 * b0, high = (wide)a1 * b1;
    wide carry = (low >> 64) + (uint64_t)middle + (uint64_t)other;
    return (struct wide_product){high + (middle >> 64) + (other >> 64) + (carry >> 64), carry << 64 | (uint64_t)low};
}

/* The quotient by 10**n, which must be below 2**128, and the rest. N. Moller and T. Granlund: Improved division by
   invariant integers, IEEE Transactions on Computers 60:2, 2011; algorithm 4, with words of 128 bits. */
static inline wide wide_divide_power(struct wide_product a, unsigned n, wide *rest)
{
    const struct divisor10 *by = &divisors10[n];
    unsigned shift = by->shift; /* at least one: 10**38 has 127 bits */
    wide high = a.high << shift | a.low >> (128 - shift), low = a.low << shift;
    struct wide_product q = wide_multiply(by->reciprocal, high);
    wide quotient_low = q.low + low, quotient = q.high + high + (quotient_low < low) + 1;
    wide r = low - quotient * by->divisor;
    if (r > quotient_low) {
        quotient--;
        r += by->divisor;
    }
    if (__builtin_expect(r >= by->divisor, 0)) {
        quotient++;
        r -= by->divisor;
    }
    *rest = r >> shift;
    return quotient;
}

#endif
