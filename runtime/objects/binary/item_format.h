/*
 * Items in memory: numbers of 1, 2, 4 or 8 bytes in either order of bytes, as struct, array and memoryview have them;
 * and the items of a memoryview as values: the native formats that the struct module knows by a letter.
 */
#ifndef ATOLL_ITEM_FORMAT_H
#define ATOLL_ITEM_FORMAT_H

#include "runtime/value.h"

#include <string.h>

#define ITEM_SIZE_MAX 8

static inline uint64_t item_swap(uint64_t u, unsigned size)
{
    return __builtin_bswap64(u) >> (64 - 8 * size);
}
static inline uint64_t item_load(const uint8_t *from, unsigned size, bool big_endian)
{
    uint64_t u = 0;
    switch (size) { /* loads of a constant size */
    case 1:
        return *from;
    case 2:
        memcpy(&u, from, 2);
        break;
    case 4:
        memcpy(&u, from, 4);
        break;
    default:
        memcpy(&u, from, 8);
    }
    return big_endian ? item_swap(u, size) : u;
}
static inline void item_store(uint8_t *to, unsigned size, bool big_endian, uint64_t u)
{
    if (big_endian)
        u = item_swap(u, size);
    switch (size) {
    case 1:
        *to = (uint8_t)u;
        break;
    case 2:
        memcpy(to, &u, 2);
        break;
    case 4:
        memcpy(to, &u, 4);
        break;
    default:
        memcpy(to, &u, 8);
    }
}
static inline int64_t item_extend(uint64_t u, unsigned size)
{
    unsigned unused = 64 - 8 * size;
    return (int64_t)(u << unused) >> unused;
}
/* IEEE 754 numbers; 2 bytes are half precision. */
double item_load_double(const uint8_t *from, unsigned size, bool big_endian);
/* Rounds to nearest, ties to even; false when the number is finite and what it is rounded to is not: then with
   infinity. */
bool item_store_double(uint8_t *to, unsigned size, bool big_endian, double d);

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
