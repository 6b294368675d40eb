/* What exp, ln, log10 and powers have in common: values near enough to be rounded. */
#ifndef ATOLL_DECIMAL_TRANSCENDENTAL_H
#define ATOLL_DECIMAL_TRANSCENDENTAL_H

#include "runtime/modules/numbers/decimal/number.h"

/* The coefficient is wrong by less than `error`: do all numbers that near round alike? Counts its digits. */
bool settle(struct number *r, int64_t precision, unsigned long error);
/* As many bits as hold 10**digits, and some. */
int64_t bits_for(int64_t digits);
/* r = value * 10**digits / 2**bits, truncated */
void scale_fixed(mpz_ptr r, mpz_srcptr value, int64_t bits, int64_t digits);
void number_to_fixed(mpz_ptr r, const struct number *a, int64_t bits);
/* A result beyond the context's range, or nearer to zero than it can show. */
void set_out_of_range(struct number *r, bool large, const struct arithmetic *x);
/* One, and less than can be shown more or less. */
void set_near_one(struct number *r, bool above, int64_t precision);

/* How much more exact than the result the argument of the exponential function is: a multiple of ln 10 as large as an
   exponent is taken from it. */
#define EXPONENT_BITS 70
/* e**argument, which is in units of 2**-(bits + EXPONENT_BITS), with so many digits behind the first, wrong by less
   than two. True: it is out of range. */
bool exp_of_fixed(struct number *r, mpz_srcptr argument, int64_t bits, int64_t digits, const struct arithmetic *x);

/* a - 1 */
void distance_from_one(struct number *r, const struct number *a);
/* ln of a positive number, in units of 2**-bits, wrong by a few. */
void ln_of_number(mpz_ptr r, const struct number *a, int64_t bits);

#endif
