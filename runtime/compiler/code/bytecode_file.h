/* The format of bytecode files: what serialize.c (which describes it) and deserialize.c share. */
#ifndef ATOLL_BYTECODE_FILE_H
#define ATOLL_BYTECODE_FILE_H

#include "runtime/compiler/code/code_parts.h"
#include "runtime/compiler/code/opcode_info.h"

/* Change the format with every change of it or of what the arguments of opcodes mean. The table of opcodes is part of
 * what the header states. */
enum { BYTECODE_FORMAT = 9, BYTECODE_NESTING = 500 };
#define BYTECODE_MAGIC \
    "\x8b"             \
    "ATOLL\r\n"

struct bytecode_header {
    char magic[8];
    uint32_t version, head_length;
    uint64_t checksum;
};
_Static_assert(sizeof(struct bytecode_header) == 24, "the header has no padding");

struct bytecode_head {
    uint32_t part_lengths[2]; /* bodies of modules and classes; of functions */
    uint32_t name_count;
};

enum bytecode_tag {
    TAG_NONE = 'N',
    TAG_TRUE = 'T',
    TAG_FALSE = 'F',
    TAG_ELLIPSIS = '.',
    TAG_INT = 'i',     /* zigzag varint */
    TAG_BIG_INT = 'l', /* length, two's complement bytes, low first */
    TAG_FLOAT = 'd',
    TAG_COMPLEX = 'c',
    TAG_STR_BYTE = 's', /* length, Latin-1; in the table of names without length */
    TAG_STR_WIDE = 'u', /* length, code points of four bytes */
    TAG_NAME = 'a',     /* number of a name */
    TAG_DOC = 'D',      /* the docstring with which the body begins */
    TAG_BYTES = 'b',
    TAG_TUPLE = '(',
    TAG_FROZENSET = '<',
    TAG_CODE = 'C',
};

/* The numbers in a record, in this order, four bytes each; then where its body lies in its part, and how long it is. */
#define BYTECODE_NUMBERS(X)                                                                            \
    X(argcount)                                                                                        \
    X(posonly_argcount)                                                                                \
    X(kwonly_argcount)                                                                                 \
    X(locals_count)                                                                                    \
    X(cells_count)                                                                                     \
    X(frees_count)                                                                                     \
    X(stack_size) X(flags) X(first_line) X(unit_count) X(cache_count) X(range_count) X(location_bytes) \
        X(attribute_stores) X(names_init)

#define BYTECODE_COUNT(name) char name;

uint32_t bytecode_version(void);
/* The sum of a stretch of bytes. */
uint64_t bytecode_checksum(const uint8_t *bytes, size_t length);

#endif
