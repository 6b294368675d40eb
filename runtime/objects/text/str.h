/*
 * The layout of str, and what the files of str share.
 *
 * A str is an immutable leaf: length, cached hash, then its code points in line in the narrowest of one, two or four
 * bytes each, and a zero unit behind them. The width is kept in the header's type bits with two more facts: all ASCII,
 * interned. Width and ASCII flag are exact (a wide str contains a wide character), so that equal strings have equal
 * bytes, and equal hashes. The empty str and those of one Latin-1 character exist once and are immortal.
 *
 * An instance of a Python subclass of str has a fixed layout instead, so that the subclass can add fields behind it: it
 * refers to an exact str. `str_exact` leads from any str to the exact one; the accessors below take exact ones only.
 *
 * Algorithms over text that bytes have as well (search, split, strip, ...) work on `struct span`, see span.h.
 */
#ifndef ATOLL_STR_H
#define ATOLL_STR_H

#include "runtime/objects/objects.h"
#include "runtime/objects/text/span.h"

struct str {
    struct object header;
    uint64_t length;      /* code points */
    _Atomic int64_t hash; /* 0: not computed yet (any thread may fill it in; relaxed) */
    uint8_t data[];
};

struct str_instance {
    struct object header;
    value_slot text; /* an exact str, set before the instance is seen */
};

enum str_flag { STR_INTERNED = OBJECT_TYPE_BIT, STR_ASCII = 32, STR_WIDTH_2 = 64, STR_WIDTH_4 = 128 };
#define STR_LENGTH_MAX ((size_t)1 << 60)

static inline value str_exact(value v)
{
    return likely(value_is(v, TYPE_ID_STR)) ? v : slot_peek(&((struct str_instance *)v)->text);
}
static inline unsigned str_flags(value exact)
{
    return atomic_load_explicit(&value_object(exact)->flags, memory_order_relaxed);
}
static inline unsigned str_width(value exact)
{
    unsigned flags = str_flags(exact);
    return flags & STR_WIDTH_4 ? 4 : flags & STR_WIDTH_2 ? 2 : 1;
}
static inline void *str_data(value exact)
{
    return ((struct str *)exact)->data;
}
static inline size_t str_exact_length(value exact)
{
    return ((struct str *)exact)->length;
}
static inline bool str_exact_is_ascii(value exact)
{
    return str_flags(exact) & STR_ASCII;
}
static inline struct span str_span(value exact)
{
    return (struct span){str_data(exact), str_exact_length(exact), str_width(exact)};
}
static inline uint32_t str_exact_at(value exact, size_t i)
{
    return span_at(str_span(exact), i);
}
/* The largest character that the width and flag of a str admit: what a str made of its characters needs. */
static inline uint32_t str_max(value exact)
{
    unsigned flags = str_flags(exact);
    return flags & STR_ASCII ? 0x7F : flags & STR_WIDTH_4 ? 0x10FFFF : flags & STR_WIDTH_2 ? 0xFFFF : 0xFF;
}

/* ---- making (str.c) ---- */
/* A new str of `length` characters, the largest of which needs the width and ASCII flag of `max`; all zero, to be
 * filled before it is seen. Length 0 gives the empty str. NULL: MemoryError. */
value str_new(size_t length, uint32_t max);
value str_empty(void);                                   /* owned; immortal, never fails after start */
value str_from_ascii(const char *bytes, size_t length);  /* known to be ASCII */
value str_from_span(struct span span);                   /* characters of any width; narrows */
value str_from_span_max(struct span span, uint32_t max); /* when the largest character is known */
/* A new instance of a subclass (or the str itself for str). */
value str_instance_new(struct type *type, value exact);
/* An exact str with the characters of any str: itself, counted, when it is exact. */
value str_to_exact(value v);
/* left + right; steals left, which grows in place when nobody else holds it. For `s += x`. */
value str_append_owned(value left /* stolen */, value right);
/* The parts one after the other. BUILD_STRING. */
value str_concat_array(const value *parts, size_t count);
value str_join_array(value separator, const value *parts, size_t count);
value str_repeat(value v, ssize count);
value str_slice_step(value exact, ssize start, ssize step, size_t count);

/* ---- interning (str_intern.c) ---- */
/* The interned str with the text of an exact str, owned; NULL, without an exception: there is none. Takes no lock. */
value str_find_interned(value exact);
/* An interned str dies: for its destroy function. */
void str_forget(value v);
/* For the attribute tables of classes, which hold the names that they know (immortal ones need not be): count an
   interned str for one more of them, or one less. The caller holds it. Does not block. */
void str_hold_in_table(value interned);
void str_drop_from_table(value interned);
/* Does nobody but such tables seem to hold it? Others may be finding it at this moment. */
bool str_only_in_tables(value interned);
void str_intern_after_fork(void); /* in the child: who held a lock in another thread is gone */

/* ---- hashing (str_hash.c) ---- */
/* SipHash-1-3 of bytes with the process's key, as CPython's hash of bytes; never -1. */
int64_t hash_bytes(const void *bytes, size_t length);
/* The same with a key of the caller's, for checks of files. */
uint64_t hash_keyed(uint64_t given, const void *bytes, size_t length);
/* Choose the key: NULL or "random": from the system; a number: derived from it; 0: all zero. False when it is neither.
 * Called once before the first hash; without a call the environment's PYTHONHASHSEED decides. */
bool hash_set_seed(const char *text);
extern bool hash_is_random;

/* ---- more of the builder (str_builder.c) ---- */
/* Characters of any width, none above max (apart, because a span by value would go through memory). */
void builder_add_chars(struct str_builder *b, const void *data, size_t length, unsigned width, uint32_t max);
static inline void builder_add_span(struct str_builder *b, struct span s, uint32_t max)
{
    builder_add_chars(b, s.data, s.length, s.width, max);
}
/* str(v), without making a str where v is an exact str or a small int */
bool builder_add_plain(struct str_builder *b, value v);
void builder_add_ascii(struct str_builder *b, const char *bytes, size_t length); /* known to be ASCII */
void builder_add_fill(struct str_builder *b, uint32_t c, size_t count);

/* ---- digits and spaces ---- */
/* The text with each decimal digit of any script as its ASCII digit, spaces as ' ' and everything else not ASCII as
 * '?': malloc'd, terminated; what int(), float() and complex() parse. NULL: MemoryError. */
char *str_to_decimal_ascii(value exact);

#endif
