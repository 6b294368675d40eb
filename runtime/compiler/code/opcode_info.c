/* What the table of opcodes says, as functions: names, flags, and effects on the stack. */
#include "runtime/compiler/code/opcode_info.h"

static const char *const names[] = {
#define OP(name, pops, pushes, flags) #name,
    OPCODES(OP)
#undef OP
};

const struct opcode_info opcode_table[256] = {
#define OP(name, pops, pushes, flags) {pops, pushes, flags},
    OPCODES(OP)
#undef OP
};

const char *opcode_name(unsigned opcode)
{
    switch (opcode) {
    case PSEUDO_SETUP_FINALLY:
        return "SETUP_FINALLY";
    case PSEUDO_SETUP_CLEANUP:
        return "SETUP_CLEANUP";
    case PSEUDO_SETUP_WITH:
        return "SETUP_WITH";
    case PSEUDO_JUMP:
        return "JUMP";
    case PSEUDO_JUMP_NO_INTERRUPT:
        return "JUMP_NO_INTERRUPT";
    }
    return opcode < OPCODE_COUNT ? names[opcode] : "<unknown>";
}

uint32_t opcode_fingerprint(void)
{
    uint32_t hash = UINT32_C(0x811c9dc5);
    for (unsigned i = 0; i < OPCODE_COUNT; i++) {
        for (const char *name = names[i]; *name; name++)
            hash = (hash ^ (uint8_t)*name) * UINT32_C(0x01000193);
        hash = (hash ^ (uint8_t)opcode_table[i].pops) * UINT32_C(0x01000193);
        hash = (hash ^ (uint8_t)opcode_table[i].pushes) * UINT32_C(0x01000193);
        hash = (hash ^ opcode_table[i].flags) * UINT32_C(0x01000193);
    }
    return hash;
}

static unsigned count_bits(uint32_t bits)
{
    return (unsigned)__builtin_popcount(bits);
}

/* Items an instruction takes off the stack. */
unsigned opcode_pops(unsigned opcode, uint32_t argument)
{
    if (opcode >= OPCODE_COUNT)
        return 0;
    if (opcode_table[opcode].pops >= 0)
        return (unsigned)opcode_table[opcode].pops;
    switch (opcode) {
    case OP_COPY:
    case OP_SWAP:
        return argument;
    case OP_BUILD_TUPLE:
    case OP_BUILD_LIST:
    case OP_BUILD_SET:
    case OP_BUILD_STRING:
    case OP_BUILD_SLICE:
        return argument;
    case OP_BUILD_MAP:
        return argument * 2;
    case OP_BUILD_CONST_KEY_MAP:
        return argument + 1;
    case OP_FORMAT_VALUE:
        return argument & 4 ? 2 : 1;
    case OP_JUMP_IF_FALSE_OR_POP:
    case OP_JUMP_IF_TRUE_OR_POP:
    case OP_FOR_ITER:
        return 1;
    case OP_CALL:
    case OP_CALL_COMPREHENSION:
        return argument + 2;
    case OP_CALL_KW:
        return argument + 3;
    case OP_CALL_FUNCTION_EX:
        return argument & 1 ? 4 : 3;
    case OP_MAKE_FUNCTION:
        return 1 + count_bits(argument & 15);
    case OP_RAISE_VARARGS:
        return argument;
    case OP_RERAISE:
        return argument + 1;
    case OP_WITH_EXCEPT_START:
        return 4;
    case OP_SEND:
        return 2;
    }
    return 0;
}

/* Change of the stack's height; `taken`: by the jump. */
int opcode_stack_effect(unsigned opcode, uint32_t argument, bool taken)
{
    switch (opcode) {
    case OP_COPY:
        return 1;
    case OP_SWAP:
        return 0;
    case OP_RETURN_GENERATOR: /* when resumed, the value sent lies on the stack */
        return 1;
    case OP_UNPACK_SEQUENCE:
        return (int)argument - 1;
    case OP_UNPACK_EX:
        return (int)((argument & 0xFFF) + (argument >> 12));
    case OP_JUMP_IF_FALSE_OR_POP:
    case OP_JUMP_IF_TRUE_OR_POP:
        return taken ? 0 : -1;
    case OP_FOR_ITER:
        return taken ? -1 : 1;
    case OP_SEND:
        return taken ? -1 : 0;
    case OP_WITH_EXCEPT_START:
        return 1;
    }
    if (opcode >= OPCODE_COUNT)
        return 0;
    return opcode_table[opcode].pushes - (int)opcode_pops(opcode, argument);
}

bool opcode_never_raises(unsigned opcode)
{
    switch (opcode) {
    case OP_NOP:
    case OP_POP_TOP: /* exceptions of destructors do not get here */
    case OP_PUSH_NULL:
    case OP_COPY:
    case OP_SWAP:
    case OP_LOAD_CONST:
    case OP_LOAD_SMALL_INT:
    case OP_STORE_FAST:
    case OP_STORE_FAST_STORE_FAST:
    case OP_LOAD_CLOSURE:
    case OP_STORE_DEREF:
    case OP_IS_OP:
    case OP_JUMP_FORWARD:
    case OP_JUMP_BACKWARD_NO_INTERRUPT:
    case OP_POP_JUMP_IF_NONE:
    case OP_POP_JUMP_IF_NOT_NONE:
    case OP_RETURN_VALUE:
    case OP_RETURN_CONST:
    case OP_PUSH_EXC_INFO:
    case OP_POP_EXCEPT:
    case OP_LOAD_ASSERTION_ERROR:
    case OP_MATCH_MAPPING:
    case OP_MATCH_SEQUENCE:
        return true;
    }
    return false;
}
