/*
 * The layout of array.array: the storage of a bytearray, and what its items are.
 *
 * Bytes are looked at and changed under the object's lock, by the functions of bytearray where storage changes.
 */
#ifndef ATOLL_ARRAY_H
#define ATOLL_ARRAY_H

#include "runtime/objects/binary/bytes.h"
#include "runtime/objects/binary/item_format.h"

struct array_kind {
    char code;
    uint8_t size;
    bool is_signed, is_float;
    const char *format;                       /* for the buffer protocol */
    bool (*convert)(value v, uint64_t *item); /* a value as an item; may run Python code; false with an exception */
};
extern const struct array_kind array_kinds[]; /* by their codes' order in array.typecodes; a code of 0 ends them */
const struct array_kind *array_kind_find(uint32_t code); /* NULL: there is none */
static inline bool array_kind_is_text(const struct array_kind *kind)
{
    return kind->code == 'u';
}
/* The item as a new value; ValueError for what is no character. */
value array_item_value(const struct array_kind *kind, uint64_t item);
/* What an index or a count looks for: an item of the kind that equals the value. */
enum array_sought { SOUGHT_NOTHING /* equals none */, SOUGHT_ITEM, SOUGHT_BY_COMPARISON /* as a value */ };
enum array_sought array_seek(const struct array_kind *kind, value v, uint64_t *item);
static inline bool array_item_equal(const struct array_kind *kind, uint64_t a, uint64_t b)
{
    if (!kind->is_float)
        return a == b;
    return item_load_double((uint8_t *)&a, kind->size, false) == item_load_double((uint8_t *)&b, kind->size, false);
}

struct array {
    struct bytearray bytes;
    const struct array_kind *kind; /* constant */
};
extern struct type *array_type;
static inline struct array *array_of(value v)
{
    return (struct array *)v;
}
static inline bool is_array(value v)
{
    return value_is_of(v, array_type);
}
static inline const struct array_kind *array_kind_of(value v)
{
    return array_of(v)->kind;
}
static inline ssize array_length(value v)
{
    return (ssize)(atomic_load_explicit(&array_of(v)->bytes.length, memory_order_relaxed) / array_kind_of(v)->size);
}

/* An array of `type` with these items; NULL with an exception. */
value array_make(struct type *type, const struct array_kind *kind, const void *items, size_t bytes);
/* array(code, initializer), without __init__. */
value array_from(struct type *type, const struct array_kind *kind, value initializer /* or NULL */);
/* The item at the index, which is not negative; VALUE_END behind the last one. */
value array_item(value v, ssize index);
bool array_append(value v, value item);
/* Append the items of an array of the same kind, or of an iterable. */
bool array_extend(value v, value other);
bool array_append_bytes(value v, const void *bytes, size_t count);
/* The characters of a str to an array of text. */
bool array_append_text(value v, value text);
value array_to_list(value v);
value array_to_text(value v);
value array_copy(value v);

extern const struct method_def array_methods[]; /* array_methods.c */
extern const struct getset_def array_getset[];
bool array_methods_define(void);
int array_format_of(const struct array_kind *kind); /* how its items lie in memory, by the numbers of pickles */
value array_iterator_new(value v);

#endif
