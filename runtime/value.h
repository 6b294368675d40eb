/*
 * Values: one 64-bit word.
 *
 *   low 3 bits   meaning
 *   000          pointer to an object, counted; the word 0 (NULL) is no value: an error, or an empty place
 *   001, 101     small integer, 62 bits: word >> 2
 *   010          special: None, False, True, NotImplemented, Ellipsis, and internal marks
 *   100          pointer to an object, borrowed: only on the interpreter's operand stack (see interp/README.md)
 *   011,110,111  float whose exponent's top three bits are 000 (zeros and subnormals up to 2^-768), 011 or 100 (2^-255
 * <= |x| < 2^257)
 *
 * The floats are self-tagged (Melancon, Serrano, Feeley, OOPSLA 2025): the double's bits plus 3 << 60, rotated left by
 * four, carry their tag in their low bits. Doubles with other exponents, infinities and NaNs among them, are boxed.
 * Integers beyond 62 bits are boxed too (GMP).
 */
#ifndef ATOLL_VALUE_H
#define ATOLL_VALUE_H

#include "gc/gc.h"

#include <string.h>

typedef int64_t ssize; /* a signed size or index, as Python's */

static inline uint64_t value_bits(value v)
{
    return (uint64_t)(uintptr_t)v;
}
static inline value value_from_bits(uint64_t bits)
{
    return (value)(uintptr_t)bits;
}
static inline unsigned value_tag(value v)
{
    return (unsigned)(value_bits(v) & 7);
}

/* ---- specials ---- */
#define VALUE_SPECIAL(n)      ((value)(uintptr_t)(((n) << 3) | 2))
#define VALUE_NONE            VALUE_SPECIAL(0)
#define VALUE_FALSE           VALUE_SPECIAL(1)
#define VALUE_TRUE            VALUE_SPECIAL(2)
#define VALUE_NOT_IMPLEMENTED VALUE_SPECIAL(3)
#define VALUE_ELLIPSIS        VALUE_SPECIAL(4)
#define VALUE_MISSING \
    VALUE_SPECIAL(5)               /* internal: an argument not given, a key not found; never visible to a program */
#define VALUE_END VALUE_SPECIAL(6) /* internal: an iterator is exhausted (no exception is set) */

static inline bool value_is_special(value v)
{
    return value_tag(v) == 2;
}
static inline bool value_is_bool(value v)
{
    return v == VALUE_FALSE || v == VALUE_TRUE;
}
static inline value value_bool(bool b)
{
    return b ? VALUE_TRUE : VALUE_FALSE;
}

/* ---- small integers ---- */
#define SMALL_INT_MAX ((INT64_C(1) << 61) - 1)
#define SMALL_INT_MIN (-(INT64_C(1) << 61))

static inline bool value_is_small_int(value v)
{
    return (value_bits(v) & 3) == 1;
}
static inline bool value_both_small_int(value a, value b)
{
    return (((value_bits(a) ^ 1) | (value_bits(b) ^ 1)) & 3) == 0;
}
static inline int64_t small_int_value(value v)
{
    return (int64_t)value_bits(v) >> 2;
}
static inline bool small_int_fits(int64_t i)
{
    return i >= SMALL_INT_MIN && i <= SMALL_INT_MAX;
}
static inline value small_int(int64_t i)
{
    return value_from_bits(((uint64_t)i << 2) | 1);
} /* i fits */

/* ---- immediate floats ---- */
#define FLOAT_TAG_OFFSET (UINT64_C(3) << 60)

static inline bool value_is_immediate_float(value v)
{
    return (0xC8C8C8C8u >> (value_bits(v) & 31)) & 1; /* tag 3, 6 or 7; the other two bits choose a copy of the same */
}
static inline double immediate_float_value(value v)
{
    uint64_t bits = value_bits(v);
    bits = ((bits >> 4) | (bits << 60)) - FLOAT_TAG_OFFSET;
    double d;
    memcpy(&d, &bits, sizeof d);
    return d;
}
/* d in the form of an immediate, which it is if value_is_immediate_float says so. */
static inline value float_encode(double d)
{
    uint64_t bits;
    memcpy(&bits, &d, sizeof bits);
    bits += FLOAT_TAG_OFFSET;
    return value_from_bits((bits << 4) | (bits >> 60));
}
value float_box(double d); /* a boxed float, or NULL with MemoryError */
/* A float value: an immediate nearly always. Never fails for immediates; NULL with MemoryError otherwise. */
static inline value float_new(double d)
{
    value v = float_encode(d);
    return likely(value_is_immediate_float(v)) ? v : float_box(d);
}

/* ---- ownership in names ----
 * A function's arguments are borrowed: the caller keeps them alive and keeps owning them. A returned value is owned by
 * the caller. Functions that take over
 * ("steal") a reference say so. `value_inc(v)` returns v owned; `value_dec(v)` gives up (immediates and NULL pass). */

#endif
