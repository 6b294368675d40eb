/*
 * The items of a memoryview as values: the native formats of one item that the struct module knows by a letter.
 */
#ifndef ATOLL_ITEM_FORMAT_H
#define ATOLL_ITEM_FORMAT_H

#include "runtime/value.h"

#define ITEM_SIZE_MAX 8
struct item_format {
    char code;
    uint8_t size;              /* bytes */
    const char *text, *native; /* the code, and with '@' before it */
};

/* The format of this text, with or without '@'; NULL when it is another kind. */
const struct item_format *item_format_find(const char *text);
bool item_format_is_byte(const struct item_format *f);
bool item_format_is_float(const struct item_format *f);

/* The item at `from` as a new value. */
value item_unpack(const struct item_format *f, const uint8_t *from);
/* The first half of packing, which may run Python code: what stands for the value in such an item. Owned; NULL with
   TypeError or ValueError, or with whatever that code raised. */
value item_convert(const struct item_format *f, value v);
/* The second half: the converted value as bytes; runs no Python code. False with ValueError. */
bool item_pack(const struct item_format *f, value converted, uint8_t to[ITEM_SIZE_MAX]);

#endif
