/* How code objects are made: the parts that the assembler or a bytecode file provides, and the check of them. */
#ifndef ATOLL_CODE_PARTS_H
#define ATOLL_CODE_PARTS_H

#include "runtime/compiler/code/code.h"

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
    uint32_t attribute_stores, names_init; /* of a code object that sleeps; code_new looks itself */
};

/* A code object of copies of the parts; owned, NULL with MemoryError. */
value code_new(const struct code_parts *parts);

/* A code object that sleeps: of the parts that a record in a bytecode file has. The source has to outlive it. Owned. */
value code_new_asleep(const struct code_parts *parts, struct code_source *source, const struct code_body *body);
/* For code_wake: a code object of the same record that does not sleep, verified; owned. Any thread. */
value code_source_wake(struct code_source *source, const struct code *code, const struct code_body *body);

/* For code_docstring, in the same way: str or None; owned. */
value code_source_doc(struct code_source *source, const struct code *code, const struct code_body *body);

/* Is this code safe to run: opcodes known, indices in range, jumps to instructions, the stack never below empty nor
 * above stack_size, cache words used once? NULL if so; else what is wrong. May fail with "no memory" too. */
const char *code_verify(const struct code *code);
/* The part of it that looks at what kind of thing lies in each place of the stack; the rest was verified. The same. */
const char *code_verify_kinds(const struct code *code);

/* The line of a unit (-1: none), and the units [start, end) around it that are of the same, with marks at the first of
 * them only. */
int32_t code_line_range(const struct code *code, uint32_t unit, uint32_t *start, uint32_t *end);
/* The lines that are passed before a unit although nothing is done for them; -1: no more. */
int32_t code_line_mark(const struct code *code, uint32_t unit, uint32_t index);

void code_traverse(struct object *o, struct gc_trace *trace);
void code_destroy(struct object *o);

/* For tests that damage files: let the damage get past the checksums. */
extern bool bytecode_sums_ignored;

#endif
