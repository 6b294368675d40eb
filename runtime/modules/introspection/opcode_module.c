/* _opcode: what the opcodes of CPython, in which code objects are shown, do to the stack. */
#include "runtime/compiler/code/opcode_info.h"
#include "runtime/compiler/code/wordcode.h"
#include "runtime/modules/module.h"

static bool is_conditional(unsigned number)
{
    return number == WORD_POP_JUMP_FORWARD_IF_FALSE || number == WORD_POP_JUMP_FORWARD_IF_TRUE ||
           number == WORD_POP_JUMP_FORWARD_IF_NONE || number == WORD_POP_JUMP_FORWARD_IF_NOT_NONE ||
           (number >= WORD_POP_JUMP_BACKWARD_IF_NOT_NONE && number <= WORD_POP_JUMP_BACKWARD_IF_TRUE);
}

/* false: there is no such opcode. */
static bool find_effect(unsigned number, uint32_t argument, bool taken, int64_t *effect)
{
    unsigned opcode = wordcode_opcode(number);
    *effect = 0;
    switch (number) {
    case WORD_CACHE:
    case WORD_EXTENDED_ARG:
    case WORD_KW_NAMES:
        return true;
    case WORD_PRECALL:
        *effect = -(int64_t)argument;
        return true;
    case WORD_CALL:
        *effect = -1;
        return true;
    case WORD_LOAD_GLOBAL:
        *effect = (argument & 1) + 1;
        return true;
    case WORD_UNPACK_EX:
        *effect = (argument & 0xFF) + (argument >> 8);
        return true;
    case WORD_BINARY_OP:
        *effect = -1;
        return true;
    case WORD_BUILD_SLICE:
        *effect = argument == 3 ? -2 : -1;
        return true;
    }
    if (is_conditional(number))
        *effect = -1;
    else if (opcode < OPCODE_COUNT)
        *effect = opcode_stack_effect(opcode, argument, taken);
    return is_conditional(number) || opcode < OPCODE_COUNT;
}

/* 1, 0, or 2: whichever is more; -1: exception. */
static int read_jump(value jump)
{
    if (jump == VALUE_TRUE || jump == VALUE_FALSE)
        return jump == VALUE_TRUE;
    return jump == VALUE_NONE ? 2 : raise_int(EXC(ValueError), "stack_effect: jump must be False, True or None");
}

/* stack_effect(opcode, oparg=None, /, *, jump=None) */
static value stack_effect(value self, const value *args)
{
    int number, argument = 0;
    if (!value_as_int(args[0], &number))
        return NULL;
    if (number >= WORD_HAVE_ARGUMENT && args[1] == VALUE_NONE)
        return raise(EXC(ValueError), "stack_effect: opcode requires oparg but oparg was not specified");
    if (number < WORD_HAVE_ARGUMENT && args[1] != VALUE_NONE)
        return raise(EXC(ValueError), "stack_effect: opcode does not permit oparg but oparg was specified");
    if (args[1] != VALUE_NONE && !value_as_int(args[1], &argument))
        return NULL;
    int jump = read_jump(args[2]);
    if (jump < 0)
        return NULL;
    int64_t taken, not_taken;
    if (number < 0 || argument < 0 || !find_effect((unsigned)number, (uint32_t)argument, true, &taken) ||
        !find_effect((unsigned)number, (uint32_t)argument, false, &not_taken))
        return raise(EXC(ValueError), "invalid opcode or oparg");
    return small_int(jump == 0 ? not_taken : jump == 1 || taken > not_taken ? taken : not_taken);
}

static value get_specialization_stats(value self)
{
    return VALUE_NONE;
}

static const struct method_def functions[] = {
    METHOD("stack_effect", stack_effect, "(opcode, oparg=None, /, *, jump=None)",
           "Compute the stack effect of the opcode."),
    METHOD("get_specialization_stats", get_specialization_stats, "()", "Return the specialization stats"),
    {0},
};

const struct module_def _opcode_module = {
    .name = "_opcode",
    .doc = "Opcode support module.",
    .functions = functions,
};
