/* What is known of each opcode, made of the table in opcodes.h. */
#ifndef ATOLL_OPCODE_INFO_H
#define ATOLL_OPCODE_INFO_H

#include "runtime/compiler/code/opcodes.h"

#include <stdbool.h>
#include <stdint.h>

/* Markers in the blocks of the code generator that are no instructions: they say where a handler begins to guard and
 * how deep the stack is there. JUMP becomes forward or backward when the layout is known. */
enum pseudo_opcode {
    PSEUDO_SETUP_FINALLY = 256, /* handler keeps the present stack */
    PSEUDO_SETUP_CLEANUP,       /* the same, and wants the instruction index below the exception */
    PSEUDO_SETUP_WITH,          /* as cleanup, without the top item */
    PSEUDO_JUMP,
    PSEUDO_JUMP_NO_INTERRUPT,
};

/* Items popped and pushed; for jumps, `taken` tells which way. */
int opcode_stack_effect(unsigned opcode, uint32_t argument, bool taken);
unsigned opcode_pops(unsigned opcode, uint32_t argument);
const char *opcode_name(unsigned opcode);
/* Untraced, that is. */
bool opcode_never_raises(unsigned opcode);
/* A row of the table of opcodes; all zero beyond the last opcode. */
struct opcode_info {
    int8_t pops, pushes; /* -1: it depends on the argument */
    uint8_t flags;
};
extern const struct opcode_info opcode_table[256];
static inline unsigned opcode_flags(unsigned opcode)
{
    return opcode < 256 ? opcode_table[opcode].flags : 0;
}
/* Where an instruction with OPF_J may lead. */
static inline uint32_t instruction_target(uint32_t unit)
{
    uint32_t argument = instruction_argument(unit);
    return instruction_opcode(unit) == OP_COMPARE_OP_JUMP_IF_FALSE ? argument & 0x1FFFFF : argument;
}
/* A hash of the table of opcodes: bytecode of another table must not run. */
uint32_t opcode_fingerprint(void);

#endif
