/* How code objects are made: the parts that the assembler or a bytecode file provides, and the check of them. */
#ifndef ATOLL_CODE_PARTS_H
#define ATOLL_CODE_PARTS_H

#include "runtime/compiler/code.h"

struct code_parts {
    uint32_t argcount, posonly_argcount, kwonly_argcount;
    uint32_t locals_count, cells_count, frees_count, stack_size, flags, first_line;
    const void *units; /* uint32_t each; copied, so they need not be aligned */
    uint32_t unit_count, cache_count;
    const void *ranges; /* struct exception_range each */
    uint32_t range_count;
    const uint8_t *locations;
    uint32_t location_bytes;
    value consts, names, slot_names, slot_kinds, filename, name, qualified_name; /* borrowed */
};

/* A code object of copies of the parts; owned, NULL with MemoryError. */
value code_new(const struct code_parts *parts);

/* Is this code safe to run: opcodes known, indices in range, jumps to instructions, the stack never below empty nor
 * above stack_size, cache words used once? NULL if so; else what is wrong. May fail with "no memory" too. */
const char *code_verify(const struct code *code);

/* The sum in the header of a bytecode file, over all that follows the header (CODE_FILE_HEADER bytes). */
enum { CODE_FILE_HEADER = 24, CODE_FILE_CHECKSUM = 16 /* its place in the header */ };
uint64_t code_checksum(const uint8_t *bytes, size_t length);

#endif
