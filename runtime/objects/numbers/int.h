/*
 * The layout of integers, for the files that compute with them.
 *
 * An int of 62 bits is an immediate (value.h). A larger one is a leaf object with its magnitude in line, as GMP limbs,
 * least significant first, the highest one not zero; the sign is that of `size`. Every number has exactly one form:
 * what fits an immediate is never boxed. An instance of a Python subclass of int has another layout, of fixed size, so
 * that the subclass can add fields behind it: it refers to an exact int. `int_exact` leads from any int to its exact
 * form.
 */
#ifndef ATOLL_INT_H
#define ATOLL_INT_H

#include "runtime/objects/objects.h"

#include <gmp.h>

struct big_int {
    struct object header;
    int64_t size; /* limbs in use, negative for negative numbers; never zero */
    mp_limb_t limbs[];
};

/* Instances of subclasses; `number` is an exact int, set once before the instance is seen. */
struct int_instance {
    struct object header;
    value_slot number;
};

_Static_assert(sizeof(mp_limb_t) == 8 && GMP_NAIL_BITS == 0, "limbs are 64 bits");

/* The exact int (immediate or struct big_int) that an int of any kind stands for: borrowed from v. */
static inline value int_exact(value v)
{
    if (value_is_small_int(v))
        return v;
    if (value_is_special(v))
        return small_int(v == VALUE_TRUE);
    if (likely(value_is(v, TYPE_ID_INT)))
        return v;
    return slot_peek(&((struct int_instance *)v)->number);
}

/* A number as sign and magnitude, whatever its form; `limbs` may point into the operand itself, so do not copy it. */
struct int_operand {
    const mp_limb_t *limbs;
    mp_size_t size; /* 0 for zero */
    bool negative;
    mp_limb_t limb;
};

static inline void int_operand_init(struct int_operand *o, value exact)
{
    if (value_is_small_int(exact)) {
        int64_t i = small_int_value(exact);
        o->negative = i < 0;
        o->limb = i < 0 ? -(uint64_t)i : (uint64_t)i;
        o->size = i != 0;
        o->limbs = &o->limb;
    } else {
        struct big_int *big = (struct big_int *)exact;
        o->negative = big->size < 0;
        o->size = big->size < 0 ? -big->size : big->size;
        o->limbs = big->limbs;
    }
}

/* Room for a result of `limbs` limbs (not yet a valid number). NULL: MemoryError or OverflowError. */
struct big_int *int_result_new(size_t limbs);
/* The number in the lowest `size` limbs of a result, as a value in its one form; steals the result. */
value int_result_finish(struct big_int *result, mp_size_t size, bool negative);
/* From GMP's own integers (copied). */
value int_from_mpz(mpz_srcptr z);
/* A read-only GMP integer that aliases an operand. */
static inline mpz_srcptr int_operand_mpz(const struct int_operand *o, mpz_t z)
{
    return mpz_roinit_n(z, o->limbs, o->negative ? -o->size : o->size);
}

/* The same, and GMP's number is cleared. */
value int_take_mpz(mpz_ptr z);
/* mpn_cmp of any length, with reports. */
int int_compare_limbs(const mp_limb_t *x, const mp_limb_t *y, mp_size_t size);

/* int_guard.c: calls of GMP that may allocate. False with MemoryError. */
bool int_guarded(void (*call)(void *context), void *context);
/* The same for a call that takes as long as the product of two numbers of so many limbs. If that is long the thread is
 * then in a blocking region, where the call must touch no object but read what the caller holds and write what only the
 * caller knows. Handlers of signals may run: false with what they raised, too. */
#define INT_LONG_LIMBS 512 /* a product of two such numbers takes some 50 microseconds */
bool int_guarded_long(void (*call)(void *context), void *context, mp_size_t limbs);
/* In such a call: it would need more memory than there can be. Leaves it. */
_Noreturn void int_guard_no_memory(void);
/* In the handler of a signal that makes the main thread raise KeyboardInterrupt, with its ucontext_t, on that thread:
 * leave the long call that it is in. Returns if there is none, or if it cannot be left here. */
void int_interrupt(const void *context);

/* int.c */
int int_compare(value a, value b);                             /* exact ints: -1, 0, 1 */
int int_compare_double(value v, double d);                     /* exact int against a number that is no NaN */
bool int_to_double(value exact, double *out);                  /* false when too large; no exception */
value int_instance_new(struct type *type, value exact_number); /* type is int or a subclass of it; borrowed */
double int_frexp(value exact, int64_t *exponent); /* magnitude in [0.5, 1) rounded to nearest, times 2**exponent */

/* int_operators.c: both operands are ints of any kind */
value int_add(value a, value b);
value int_subtract(value a, value b);
value int_multiply(value a, value b);
value int_floor_divide(value a, value b);
value int_remainder(value a, value b);
bool int_divide(value a, value b, value *quotient, value *remainder); /* floor division; owned results */
value int_true_divide(value a, value b);
value int_power(value base, value exponent, value modulus /* or None */);
value int_lshift(value a, value b);
value int_rshift(value a, value b);
value int_bitwise(int op /* '&', '|', '^' */, value a, value b);
value int_negative(value v);
value int_absolute(value v);
value int_invert(value v);
bool int_is_odd(value v);

/* int_text.c */
extern _Atomic int int_max_str_digits; /* sys.set_int_max_str_digits(); 0: no limit */
/* Text of digits with optional sign, prefix, underscores, surrounding space, as int(text, base) takes it. NULL with
 * ValueError that shows `shown` (a str or bytes value). */
value int_parse(const char *text, size_t length, int base, value shown);
value int_parse_str(value text, int base);
/* The decimal digits of i, backwards from `end` (21 bytes at most); returns their start. */
char *int_write_decimal(char *end, int64_t i);
/* The digits of a number's magnitude, malloc'd, not terminated. NULL: no memory or, for base 10, over the limit. */
char *int_digits(value v, int base, size_t *length);

#endif
