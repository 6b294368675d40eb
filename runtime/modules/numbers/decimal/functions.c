/*
 * Values of functions in fixed point: integers that count units of 2**-bits.
 *
 * The exponential function is the root of all. For moderate sizes: its argument is halved often, the series summed up,
 * the sum squared as often. For large ones: the argument is cut into pieces of 8, 8, 16, 32... bits, and the series of
 * each, whose terms are quotients of small integers, is summed up by binary splitting ("bit burst": R. P. Brent, The
 * complexity of multiple-precision arithmetic, 1976). Logarithms follow by Halley's iteration, which triples the
 * number of right digits. The time is that of a product of such numbers, times a power of its logarithm.
 */
#include "runtime/modules/numbers/decimal/number.h"

#include <math.h>

#define BURST_BITS 24000 /* from here on the second way is the faster one */

/* ---- the logarithm of ten ---- */

/* For up to 1,024 bits: in units of 2**-1024, the lowest limb first. */
#define LN10_BITS 1024
static const mp_limb_t ln10_limbs[] = {
    0x1a7a963a4c17a607, 0x6c22c15f57b7883d, 0x3a4cda3511e2713d, 0x299ecd6c8d814216, 0x4586ed2748671eef,
    0xbd9b3ac12acf1be9, 0xd96a9b0ec360c7ef, 0xe0b3e28a2a324479, 0xee3de2100b945b59, 0xb1889061042f8b6b,
    0x31c32f00b17c35a0, 0x58bc0b5ec6a04173, 0x0f187a0807c0b5ca, 0x8a3fb3e76977e43a, 0xa95b58ae0b4c28a3,
    0x4d763776aaa2b05b, 0x0000000000000002,
};

/* The sum over k from l to r - 1 of 1 / ((2k + 1) * square**(k - l + 1)), which is t / (b * q). */
static void split_atanh(mpz_ptr t, mpz_ptr b, mpz_ptr q, unsigned long square, unsigned long l, unsigned long r)
{
    if (r - l == 1) {
        mpz_set_ui(t, 1);
        mpz_set_ui(b, 2 * l + 1);
        mpz_set_ui(q, square);
        return;
    }
    unsigned long middle = l + (r - l) / 2;
    mpz_t t2, b2, q2;
    mpz_init(t2);
    mpz_init(b2);
    mpz_init(q2);
    split_atanh(t, b, q, square, l, middle);
    split_atanh(t2, b2, q2, square, middle, r);
    mpz_mul(t2, t2, b);
    mpz_mul(t, t, b2);
    mpz_mul(t, t, q2);
    mpz_add(t, t, t2);
    mpz_mul(b, b, b2);
    mpz_mul(q, q, q2);
    mpz_clear(t2);
    mpz_clear(b2);
    mpz_clear(q2);
}

/* r += factor * atanh(1 / n) */
static void add_atanh(mpz_ptr r, unsigned long factor, unsigned long n, int64_t bits)
{
    mpz_t t, b, q;
    mpz_init(t);
    mpz_init(b);
    mpz_init(q);
    split_atanh(t, b, q, n * n, 0, (unsigned long)((double)bits / (2 * log2((double)n))) + 2);
    mpz_mul_ui(t, t, factor * n);
    mpz_mul_2exp(t, t, (mp_bitcnt_t)bits);
    mpz_mul(b, b, q);
    mpz_tdiv_q(t, t, b);
    mpz_add(r, r, t);
    mpz_clear(t);
    mpz_clear(b);
    mpz_clear(q);
}

void fixed_ln10(mpz_ptr r, int64_t bits)
{
    if (bits <= LN10_BITS) {
        mpz_t known;
        mpz_roinit_n(known, ln10_limbs, sizeof ln10_limbs / sizeof *ln10_limbs);
        mpz_tdiv_q_2exp(r, known, (mp_bitcnt_t)(LN10_BITS - bits));
        return;
    }
    mpz_set_ui(r, 0);
    add_atanh(r, 46, 31, bits + 8);
    add_atanh(r, 34, 49, bits + 8);
    add_atanh(r, 20, 161, bits + 8);
    mpz_tdiv_q_2exp(r, r, 8);
}

/* ---- the exponential function ---- */

static void multiply_fixed(mpz_ptr r, mpz_srcptr a, mpz_srcptr b, int64_t bits)
{
    mpz_mul(r, a, b);
    mpz_tdiv_q_2exp(r, r, (mp_bitcnt_t)bits);
}

static void exp_by_squaring(mpz_ptr r, mpz_srcptr x, int64_t bits)
{
    int64_t halvings = (int64_t)sqrt((double)bits) + 2, work = bits + halvings + 16;
    mpz_t argument, term;
    mpz_init(argument);
    mpz_init(term);
    mpz_mul_2exp(argument, x, (mp_bitcnt_t)(work - bits - halvings)); /* (x << (work - bits)) >> halvings */
    mpz_set_ui(term, 1);
    mpz_mul_2exp(term, term, (mp_bitcnt_t)work);
    mpz_set(r, term);
    for (unsigned long n = 1;; n++) {
        multiply_fixed(term, term, argument, work);
        if (n > 1)
            mpz_tdiv_q_ui(term, term, n);
        if (mpz_sgn(term) == 0)
            break;
        mpz_add(r, r, term);
    }
    while (halvings--)
        multiply_fixed(r, r, r, work);
    mpz_tdiv_q_2exp(r, r, (mp_bitcnt_t)(work - bits));
    mpz_clear(argument);
    mpz_clear(term);
}

/* The sum over n from l + 1 to r of the products of a / (2**shift * k), k from l + 1 to n, which is
   t / (q * 2**(shift * (r - l))); p is a**(r - l). */
static void split_exp(mpz_ptr t, mpz_ptr p, mpz_ptr q, mpz_srcptr a, int64_t shift, unsigned long l, unsigned long r)
{
    if (r - l == 1) {
        mpz_set(t, a);
        mpz_set(p, a);
        mpz_set_ui(q, r);
        return;
    }
    unsigned long middle = l + (r - l) / 2;
    mpz_t t2, p2, q2;
    mpz_init(t2);
    mpz_init(p2);
    mpz_init(q2);
    split_exp(t, p, q, a, shift, l, middle);
    split_exp(t2, p2, q2, a, shift, middle, r);
    mpz_mul(t2, t2, p);
    mpz_mul(t, t, q2);
    mpz_mul_2exp(t, t, (mp_bitcnt_t)shift * (r - middle));
    mpz_add(t, t, t2);
    mpz_mul(p, p, p2);
    mpz_mul(q, q, q2);
    mpz_clear(t2);
    mpz_clear(p2);
    mpz_clear(q2);
}

/* So many terms of the series for an argument below 2**-magnitude that the next is below 2**-bits. */
static unsigned long terms_of_exp(int64_t magnitude, int64_t bits)
{
    unsigned long low = 1, high = (unsigned long)bits;
    while (low < high) {
        unsigned long n = low + (high - low) / 2;
        double factorial = (double)n * (log2((double)n) - 1.4427); /* at least */
        if ((double)n * (double)magnitude + factorial > (double)bits + 2)
            high = n;
        else
            low = n + 1;
    }
    return low;
}

static void exp_by_pieces(mpz_ptr r, mpz_srcptr x, int64_t bits)
{
    int64_t work = bits + 40, magnitude = -2, end = 8;
    mpz_t rest, piece, t, p, q;
    mpz_init(rest);
    mpz_init(piece);
    mpz_init(t);
    mpz_init(p);
    mpz_init(q);
    mpz_mul_2exp(rest, x, (mp_bitcnt_t)(work - bits));
    mpz_set_ui(r, 1);
    mpz_mul_2exp(r, r, (mp_bitcnt_t)work);
    for (; mpz_sgn(rest); magnitude = end, end = 2 * end < work ? 2 * end : work) {
        mpz_tdiv_q_2exp(piece, rest, (mp_bitcnt_t)(work - end));
        mpz_tdiv_r_2exp(rest, rest, (mp_bitcnt_t)(work - end));
        if (mpz_sgn(piece) == 0)
            continue;
        unsigned long terms = terms_of_exp(magnitude, work);
        split_exp(t, p, q, piece, end, 0, terms);
        int64_t shift = work - end * (int64_t)terms;
        if (shift >= 0)
            mpz_mul_2exp(t, t, (mp_bitcnt_t)shift);
        else
            mpz_tdiv_q_2exp(t, t, (mp_bitcnt_t)-shift);
        mpz_tdiv_q(t, t, q);
        mpz_set_ui(p, 1);
        mpz_mul_2exp(p, p, (mp_bitcnt_t)work);
        mpz_add(t, t, p);
        multiply_fixed(r, r, t, work);
    }
    mpz_tdiv_q_2exp(r, r, (mp_bitcnt_t)(work - bits));
    mpz_clear(rest);
    mpz_clear(piece);
    mpz_clear(t);
    mpz_clear(p);
    mpz_clear(q);
}

void fixed_exp(mpz_ptr r, mpz_srcptr x, int64_t bits)
{
    if (bits < BURST_BITS)
        exp_by_squaring(r, x, bits);
    else
        exp_by_pieces(r, x, bits);
}

/* ---- the logarithm ---- */

#define DOUBLE_BITS 48 /* of a logarithm from the C library that are right */

static void ln_from_double(mpz_ptr r, mpz_srcptr x, int64_t bits)
{
    mpz_t top;
    mpz_init(top);
    if (bits > 62)
        mpz_tdiv_q_2exp(top, x, (mp_bitcnt_t)(bits - 62)); /* below 10 * 2**62 */
    else
        mpz_mul_2exp(top, x, (mp_bitcnt_t)(62 - bits));
    double value = log(ldexp(mpz_get_d(top), -62));
    mpz_clear(top);
    mpz_set_ui(r, (unsigned long)ldexp(value > 0 ? value : 0, 60));
    if (bits > 60)
        mpz_mul_2exp(r, r, (mp_bitcnt_t)(bits - 60));
    else
        mpz_tdiv_q_2exp(r, r, (mp_bitcnt_t)(60 - bits));
}

void fixed_ln(mpz_ptr r, mpz_srcptr x, int64_t bits)
{
    if (bits <= DOUBLE_BITS) {
        ln_from_double(r, x, bits);
        return;
    }
    /* y + 2 (x - e**y) / (x + e**y), with some bits more */
    int64_t work = bits + 16, before = work / 3 + 8;
    mpz_t argument, power, sum;
    mpz_init(argument);
    mpz_init(power);
    mpz_init(sum);
    mpz_mul_2exp(argument, x, (mp_bitcnt_t)(work - bits));
    if (before <= DOUBLE_BITS) {
        ln_from_double(r, argument, work);
    } else {
        mpz_tdiv_q_2exp(sum, argument, (mp_bitcnt_t)(work - before));
        fixed_ln(r, sum, before);
        mpz_mul_2exp(r, r, (mp_bitcnt_t)(work - before));
    }
    fixed_exp(power, r, work);
    mpz_add(sum, argument, power);
    mpz_sub(argument, argument, power);
    mpz_mul_2exp(argument, argument, (mp_bitcnt_t)work + 1);
    mpz_tdiv_q(argument, argument, sum);
    mpz_add(r, r, argument);
    mpz_tdiv_q_2exp(r, r, (mp_bitcnt_t)(work - bits));
    mpz_clear(argument);
    mpz_clear(power);
    mpz_clear(sum);
}
