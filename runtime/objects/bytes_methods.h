/* What the files of bytes and bytearray share. */
#ifndef ATOLL_BYTES_METHODS_H
#define ATOLL_BYTES_METHODS_H

#include "runtime/objects/bytes.h"

extern const struct method_def bytes_methods[], bytearray_methods[];

/* bytes_methods.c: slots of both types */
int bytes_contains(value self, value item);
value bytes_compare(value a, value b, int op);
value bytes_concat(value a, value b);
value bytes_repeat(value self, ssize count);
value bytes_slice(value self, value slice);
value bytes_remainder(value a, value b);
value bytes_hex_span(struct span s, value separator, value group);
void bytes_fill_repeated(uint8_t *to, struct span s, size_t total);

/* bytearray.c */
value bytearray_append(value self, const value *args);
value bytearray_clear(value self, const value *args);
value bytearray_copy(value self, const value *args);
value bytearray_extend(value self, const value *args);
value bytearray_insert(value self, const value *args);
value bytearray_pop(value self, const value *args);
value bytearray_remove(value self, const value *args);
value bytearray_reverse(value self, const value *args);
value bytearray_alloc(value self, const value *args);
value bytearray_reduce(value self, const value *args);

/* bytes.c: the bytes that a constructor's argument stands for: of a buffer, an iterable of ints, or as many zeros as an
 * int says; `type_name` is for messages. NULL: an exception. Adds to the builder. */
bool bytes_add_source(struct bytes_builder *out, value source, const char *type_name, const char *range_message);
/* The arguments of bytes() and bytearray(). */
bool bytes_add_arguments(struct bytes_builder *out, value source, value encoding, value errors, const char *type_name,
                         const char *range_message);
bool bytes_bind_arguments(const char *type_name, const value *args, size_t nargs, value kwnames, value bound[3]);
/* Iterators over both: bytes_iterator and bytearray_iterator. */
value bytes_iterator_new(value owner);

#endif
