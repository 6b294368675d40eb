/* What the files of bytes and bytearray share. */
#ifndef ATOLL_BYTES_METHODS_H
#define ATOLL_BYTES_METHODS_H

#include "runtime/objects/binary/bytes.h"

extern const struct method_def bytes_methods[], bytearray_methods[];

/* Open the object of a method: its contents stay where they are until
   buffer_release. false: BufferError, MemoryError. */
bool bytes_open(value self, struct buffer *b);
static inline struct span buffer_span(const struct buffer *b)
{
    return span_bytes(b->data, (size_t)b->length);
}
/* A new object of self's built-in type; the object itself where it can be shared; one to be filled at *to at once. */
value bytes_make_like(value self, const uint8_t *bytes, size_t length);
value bytes_make_same(value self, struct span s);
value bytes_make_room(value self, size_t length, uint8_t **to);

/* bytes_methods.c: slots of both types */
int bytes_contains(value self, value item);
value bytes_compare(value a, value b, int op);
value bytes_concat(value a, value b);
value bytes_repeat(value self, ssize count);
value bytes_slice(value self, value slice);
value bytes_remainder(value a, value b);
/* Hexadecimal digits, with the separator (VALUE_MISSING: none) between groups of as many bytes. */
value bytes_hex_span(struct span s, value separator, int group, uint32_t max); /* max: the highest separator */
void bytes_fill_repeated(uint8_t *to, struct span s, size_t total);

/* bytes_text.c: the methods that know characters */
value bytes_capitalize(value self);
value bytes_center(value self, value width, value fillchar);
value bytes_decode(value self, const value *args);
value bytes_expandtabs(value self, value tabsize);
value bytes_fromhex(value cls, value string);
value bytes_hex(value self, value sep, value bytes_per_sep);
value bytes_isalnum(value self);
value bytes_isalpha(value self);
value bytes_isascii(value self);
value bytes_isdigit(value self);
value bytes_islower(value self);
value bytes_isspace(value self);
value bytes_istitle(value self);
value bytes_isupper(value self);
value bytes_ljust(value self, value width, value fillchar);
value bytes_lower(value self);
value bytes_rjust(value self, value width, value fillchar);
value bytes_swapcase(value self);
value bytes_title(value self);
value bytes_upper(value self);
value bytes_zfill(value self, value given_width);

/* bytearray.c */
value bytearray_append(value self, value item);
value bytearray_clear(value self);
value bytearray_copy(value self);
value bytearray_extend(value self, value v);
value bytearray_insert(value self, value index, value item);
value bytearray_pop(value self, value index);
value bytearray_remove(value self, value v);
value bytearray_reverse(value self);
value bytearray_alloc(value self);
value bytearray_reduce(value self);
value bytearray_reduce_ex(value self, value proto);

/* bytes_type.c: how the constructors differ. */
struct bytes_maker {
    const char *name, *range_message;
    bool asks_hint; /* an iterable is asked for its length first */
};
extern const struct bytes_maker bytes_maker, bytearray_maker;
/* What a constructor's argument stands for, to the builder: the bytes of a buffer, or an iterable of ints. False: an
   exception. */
bool bytes_add_source(struct bytes_builder *out, value source, const struct bytes_maker *maker);
/* Give each byte of an iterable of ints to `add`, which may refuse it with an exception. */
bool bytes_each(value iterable, const struct bytes_maker *maker, bool (*add)(void *to, uint8_t byte), void *to);
/* 1: a number of zeros; 0: something else; -1: an exception. */
int bytes_count_argument(value source, size_t *count);
/* The arguments of bytes() and bytearray() that are no number of zeros: a str with its encoding, a source. */
bool bytes_add_arguments(struct bytes_builder *out, const value bound[3], const struct bytes_maker *maker);
bool bytes_bind_arguments(const struct bytes_maker *maker, const value *args, size_t nargs, value kwnames,
                          value bound[3]);
/* Iterators over both and over memoryviews: bytes_iterator, bytearray_iterator, memory_iterator. */
value bytes_iterator_new(value owner);
/* memoryview.c: the item of a view with one dimension; VALUE_END behind the last one; NULL with ValueError. */
value memoryview_item(value view, size_t i);

#endif
