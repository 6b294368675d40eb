/*
 * A format string of the struct module, compiled: which fields lie where. Layouts never change.
 */
#ifndef ATOLL_STRUCT_LAYOUT_H
#define ATOLL_STRUCT_LAYOUT_H

#include "runtime/objects/objects.h"

enum field_kind {
    FIELD_SIGNED,
    FIELD_UNSIGNED,
    FIELD_ADDRESS, /* 'P': like unsigned ones, but negative numbers are taken, too */
    FIELD_FLOAT,
    FIELD_BOOL,
    FIELD_CHARACTER,
    FIELD_BYTES,  /* 's' */
    FIELD_PASCAL, /* 'p' */
};
struct struct_field {
    char code;
    uint8_t kind;    /* enum field_kind */
    bool big_endian; /* else least byte first */
    bool native;     /* sizes and alignment */
    uint8_t width;   /* bytes of a number */
    ssize offset;
    ssize size;  /* bytes of one item */
    ssize count; /* items, one behind the other */
};
struct struct_layout {
    struct object header;
    ssize size;  /* bytes in all */
    ssize items; /* values */
    size_t field_count;
    struct struct_field fields[];
};

extern const struct type_spec struct_layout_spec;
/* The layout of a format, a terminated text; NULL with struct.error. */
struct struct_layout *struct_layout_new(struct type *type, const char *format);
/* The values into zeroed memory. False with an exception: what comes before the value that failed is there. */
bool struct_pack_items(const struct struct_layout *layout, const value *values, uint8_t *to);
/* The values there as a tuple. */
value struct_unpack_items(const struct struct_layout *layout, const uint8_t *from);

/* struct_module.c: struct.error */
struct type *struct_error(void);

#endif
