/*
 * The objects of the _decimal module.
 *
 * A Decimal never changes. A Context is read and changed by whoever has it, at any time: each setting is a word of its
 * own, read once for an operation; its flags and traps are words of their SignalDicts. Operations of the thread's own
 * context find it by a thread-local cache.
 */
#ifndef ATOLL_DECIMAL_DECIMAL_H
#define ATOLL_DECIMAL_DECIMAL_H

#include "runtime/modules/module.h"
#include "runtime/modules/numbers/decimal/number.h"
#include "runtime/modules/numbers/decimal/small.h"
#include "threads/pause.h"

#define FEW_LIMBS 3

struct decimal {
    struct object header;
    int64_t exponent, digits; /* as in struct number */
    uint32_t size;            /* limbs of the coefficient */
    uint8_t kind;
    bool negative;
    union {
        mp_limb_t few[FEW_LIMBS];
        mp_limb_t *many; /* more: GMP's memory */
    };
};
extern struct type *decimal_type, *context_type;

struct signal_dict {
    struct object header;
    _Atomic uint32_t bits; /* enum condition */
    bool attached;         /* to a context; constant */
};
struct context {
    struct object header;
    value_slot flags, traps; /* SignalDicts, the same as long as it lives */
    _Atomic int64_t precision, emax, emin;
    _Atomic uint8_t rounding, capitals, clamp;
};
#define DECIMAL(v)     ((struct decimal *)(v))
#define CONTEXT(v)     ((struct context *)(v))
#define SIGNAL_DICT(v) ((struct signal_dict *)(v))

static inline bool is_decimal(value v)
{
    return value_is_object(v) && (value_type(v) == decimal_type || type_is_subtype(value_type(v), decimal_type));
}
static inline bool is_context(value v)
{
    return value_is_object(v) && (value_type(v) == context_type || type_is_subtype(value_type(v), context_type));
}

/* ---- numbers and objects (decimal_object.c) ---- */

/* An object's number, to look at while the object is held. */
static inline const struct number *decimal_view(value v, struct number *n)
{
    const struct decimal *d = DECIMAL(v);
    mpz_roinit_n(n->coefficient, d->size <= FEW_LIMBS ? d->few : d->many, d->size);
    n->exponent = d->exponent;
    n->digits = d->digits;
    n->kind = d->kind;
    n->negative = d->negative;
    return n;
}
value decimal_make(struct type *type, struct number *number); /* steals the number */
value decimal_copy(struct type *type, value v);
value decimal_from_wide(wide coefficient, int64_t exponent, unsigned digits, bool negative);
value decimal_special(enum number_kind kind, bool negative);
value decimal_from_exact_int(struct type *type, value v); /* of any kind */
/* A guarded call over about so many digits; false with an exception. */
bool decimal_guarded(void (*call)(void *context), void *context, int64_t digits);
/* What an operation gives for Decimals (NULL where it has fewer operands), in the context, which the caller holds. */
value decimal_apply(number_operation *operation, struct context *context, value a, value b, value c);
/* The same with another way of rounding. */
value decimal_apply_rounding(number_operation *operation, struct context *context, uint8_t rounding, value a, value b);
/* The quotient's integer part and the remainder, as a tuple. */
value decimal_apply_divmod(struct context *context, value a, value b);
/* A finite Decimal rounded to an int in that way. */
value decimal_to_int(value v, uint8_t rounding);
/* The digits of the coefficient: malloc'd, with a zero behind; NULL with MemoryError. */
char *decimal_digits(value v);
value decimal_to_text(value v, bool capitals, bool engineering);

/* ---- making Decimals (decimal_new.c) ---- */
/* From any value that Decimal() takes; `exact`: without rounding, as Decimal() does; else as the context's
   create_decimal. */
value decimal_from_value(struct type *type, value v, struct context *context, bool exact);
value decimal_from_float(struct type *type, value v, struct context *context, bool exact);
/* An operand: a Decimal (owned), or an int made one; else VALUE_NOT_IMPLEMENTED. */
static inline value decimal_operand(value v)
{
    if (likely(is_decimal(v)))
        return value_inc(v);
    return is_int(v) ? decimal_from_exact_int(decimal_type, v) : VALUE_NOT_IMPLEMENTED;
}
/* The same with TypeError for all else. */
value decimal_argument(value v);

/* ---- operators.c ---- */
void operators_finish(void);
bool decimal_hash(value v, int64_t *out);
value decimal_compare_values(value a, value b, int op);
value decimal_add(value a, value b);
value decimal_subtract(value a, value b);
value decimal_multiply(value a, value b);
value decimal_divide(value a, value b);
value decimal_floor_divide(value a, value b);
value decimal_remainder(value a, value b);
value decimal_divmod(value a, value b);
value decimal_power(value base, value exponent, value modulus);
value decimal_power2(value a, value b);
value decimal_negative(value v);
value decimal_positive(value v);
value decimal_absolute(value v);
int decimal_truth(value v);
/* Of small numbers, or VALUE_MISSING. */
value decimal_quantize_small(value v, value unit, uint8_t rounding, struct context *context);

/* ---- methods.c, format.c ---- */
extern const struct type_spec decimal_spec;
value decimal_format(value self, const value *args);
extern value_slot decimal_tuple_class;

/* ---- contexts (context.c, context_methods.c, current.c) ---- */
extern const struct type_spec context_spec, context_manager_spec;
extern struct type *context_manager_type;
value context_make(struct type *type);
value context_copy(value v);
value context_new(struct type *type, const value *args, size_t nargs, value kwnames);
bool context_init(value self, const value *args, size_t nargs, value kwnames);
value context_repr(value v);
value context_reduce(value v);
value context_clear_flags(value v);
value context_clear_traps(value v);
value context_etiny(value v);
value context_etop(value v);
value context_radix(value v);
void context_traverse(struct object *o, struct gc_trace *trace);
void context_destroy(struct object *o);
extern const struct getset_def context_getset[];
extern const char *const rounding_names[ROUNDING_COUNT];
value rounding_name(unsigned rounding);          /* borrowed */
bool rounding_from_value(value v, uint8_t *out); /* TypeError */
static inline void context_read(const struct context *c, struct arithmetic *x)
{
    x->precision = atomic_load_explicit(&c->precision, memory_order_relaxed);
    x->emax = atomic_load_explicit(&c->emax, memory_order_relaxed);
    x->emin = atomic_load_explicit(&c->emin, memory_order_relaxed);
    x->rounding = atomic_load_explicit(&c->rounding, memory_order_relaxed);
    x->clamp = atomic_load_explicit(&c->clamp, memory_order_relaxed);
    x->status = 0;
}
static inline _Atomic uint32_t *context_flags(const struct context *c)
{
    return &SIGNAL_DICT(slot_peek(&c->flags))->bits;
}
static inline _Atomic uint32_t *context_traps(const struct context *c)
{
    return &SIGNAL_DICT(slot_peek(&c->traps))->bits;
}
/* The conditions among `status` that the context traps, after its flags have got all of them. */
static inline uint32_t context_note(struct context *c, uint32_t status)
{
    _Atomic uint32_t *flags = context_flags(c);
    if (status & ~atomic_load_explicit(flags, memory_order_relaxed))
        atomic_fetch_or_explicit(flags, status, memory_order_relaxed);
    return status & atomic_load_explicit(context_traps(c), memory_order_relaxed);
}
bool raise_conditions(uint32_t trapped); /* their exception; always false */
/* False with the exception of a trapped condition. */
static inline bool context_signal(struct context *c, uint32_t status)
{
    uint32_t trapped = status ? context_note(c, status) : 0;
    return likely(!trapped) || raise_conditions(trapped);
}
/* The thread's current context. Peeked: borrowed until Python code may run. NULL with an exception. */
struct context *context_current(void);
/* The context given as an argument, or if None the current one; owned. NULL with TypeError. */
struct context *context_argument(value given);
value decimal_getcontext(value module);
value decimal_setcontext(value module, value context);
value decimal_localcontext(value module, const value *args);
bool current_init(value module);
void current_finish(void);

/* ---- signals.c ---- */
bool signals_init(value module);
void signals_finish(void);
/* The signals in their order, as a mapping's. */
#define SIGNAL_COUNT 9
uint32_t signal_bits(unsigned index);
value signal_class(unsigned index);               /* borrowed */
bool signal_from_class(value v, uint32_t *bits);  /* KeyError */
value signals_list(uint32_t bits);                /* of signals that are set */
bool signals_from_value(value v, uint32_t *bits); /* a list of signals or a SignalDict or dict */
value signal_dict_new(uint32_t bits);
bool signals_text(uint32_t bits, struct str_builder *builder); /* their names, by alphabet nearly */

#endif
