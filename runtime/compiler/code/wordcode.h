/*
 * Code as CPython 3.11 writes it: what programs see of a code object (co_code and the tables beside it, f_lasti), and
 * what they may make code objects of.
 *
 * The runtime's own instructions are shown as words of one byte opcode and one byte argument, with CPython's numbers
 * and names, so that `dis` and whoever else looks at bytecode need to know nothing of them: fused instructions are
 * shown as their parts, small ints as constants, jumps as distances in words. Inline caches are shown where CPython has
 * them, since `dis` skips those words; they are always empty. What has no counterpart there is shown as close as it
 * comes: the call of a comprehension is a CALL (with the number of its cells) without the PRECALL that others have. A
 * callable lies below the NULL of its call.
 */
#ifndef ATOLL_WORDCODE_H
#define ATOLL_WORDCODE_H

#include "runtime/compiler/code/code_parts.h"

/* W(name in CPython, its number, the instruction here): those that mean the same, with the same argument or, for
 * jumps, the same target. */
/* clang-format off */
#define WORDCODES(W) \
    W(POP_TOP, 1) W(PUSH_NULL, 2) W(NOP, 9) W(UNARY_POSITIVE, 10) W(UNARY_NEGATIVE, 11) W(UNARY_NOT, 12) \
    W(UNARY_INVERT, 15) W(BINARY_SUBSCR, 25) W(GET_LEN, 30) W(MATCH_MAPPING, 31) W(MATCH_SEQUENCE, 32) \
    W(MATCH_KEYS, 33) W(PUSH_EXC_INFO, 35) W(CHECK_EXC_MATCH, 36) W(CHECK_EG_MATCH, 37) W(WITH_EXCEPT_START, 49) \
    W(GET_AITER, 50) W(GET_ANEXT, 51) W(BEFORE_ASYNC_WITH, 52) W(BEFORE_WITH, 53) W(END_ASYNC_FOR, 54) \
    W(STORE_SUBSCR, 60) W(DELETE_SUBSCR, 61) W(GET_ITER, 68) W(GET_YIELD_FROM_ITER, 69) W(PRINT_EXPR, 70) \
    W(LOAD_BUILD_CLASS, 71) W(LOAD_ASSERTION_ERROR, 74) W(RETURN_GENERATOR, 75) W(LIST_TO_TUPLE, 82) \
    W(RETURN_VALUE, 83) W(IMPORT_STAR, 84) W(SETUP_ANNOTATIONS, 85) W(YIELD_VALUE, 86) W(ASYNC_GEN_WRAP, 87) \
    W(PREP_RERAISE_STAR, 88) W(POP_EXCEPT, 89) W(STORE_NAME, 90) W(DELETE_NAME, 91) W(UNPACK_SEQUENCE, 92) \
    W(FOR_ITER, 93) W(STORE_ATTR, 95) W(DELETE_ATTR, 96) W(STORE_GLOBAL, 97) W(DELETE_GLOBAL, 98) W(SWAP, 99) \
    W(LOAD_CONST, 100) W(LOAD_NAME, 101) W(BUILD_TUPLE, 102) W(BUILD_LIST, 103) W(BUILD_SET, 104) W(BUILD_MAP, 105) \
    W(LOAD_ATTR, 106) W(COMPARE_OP, 107) W(IMPORT_NAME, 108) W(IMPORT_FROM, 109) W(JUMP_FORWARD, 110) \
    W(JUMP_IF_FALSE_OR_POP, 111) W(JUMP_IF_TRUE_OR_POP, 112) W(IS_OP, 117) W(CONTAINS_OP, 118) W(RERAISE, 119) \
    W(COPY, 120) W(SEND, 123) W(LOAD_FAST, 124) W(STORE_FAST, 125) W(DELETE_FAST, 126) W(RAISE_VARARGS, 130) \
    W(GET_AWAITABLE, 131) W(MAKE_FUNCTION, 132) W(BUILD_SLICE, 133) W(JUMP_BACKWARD_NO_INTERRUPT, 134) \
    W(MAKE_CELL, 135) W(LOAD_CLOSURE, 136) W(LOAD_DEREF, 137) W(STORE_DEREF, 138) W(DELETE_DEREF, 139) \
    W(JUMP_BACKWARD, 140) W(CALL_FUNCTION_EX, 142) W(LIST_APPEND, 145) W(SET_ADD, 146) W(MAP_ADD, 147) \
    W(LOAD_CLASSDEREF, 148) W(COPY_FREE_VARS, 149) W(RESUME, 151) W(MATCH_CLASS, 152) W(FORMAT_VALUE, 155) \
    W(BUILD_CONST_KEY_MAP, 156) W(BUILD_STRING, 157) W(LOAD_METHOD, 160) W(LIST_EXTEND, 162) W(SET_UPDATE, 163) \
    W(DICT_MERGE, 164) W(DICT_UPDATE, 165) W(CALL, 171)
/* clang-format on */

enum wordcode_number {
#define W(NAME, NUMBER) WORD_##NAME = NUMBER,
    WORDCODES(W)
#undef W
    /* and those that need more than another number */
    WORD_CACHE = 0,
    WORD_UNPACK_EX = 94,
    WORD_POP_JUMP_FORWARD_IF_FALSE = 114,
    WORD_POP_JUMP_FORWARD_IF_TRUE = 115,
    WORD_LOAD_GLOBAL = 116,
    WORD_BINARY_OP = 122,
    WORD_POP_JUMP_FORWARD_IF_NOT_NONE = 128,
    WORD_POP_JUMP_FORWARD_IF_NONE = 129,
    WORD_EXTENDED_ARG = 144,
    WORD_PRECALL = 166,
    WORD_KW_NAMES = 172,
    WORD_POP_JUMP_BACKWARD_IF_NOT_NONE = 173,
    WORD_POP_JUMP_BACKWARD_IF_NONE = 174,
    WORD_POP_JUMP_BACKWARD_IF_FALSE = 175,
    WORD_POP_JUMP_BACKWARD_IF_TRUE = 176,
    WORD_HAVE_ARGUMENT = 90, /* those below have none */
    WORD_IN_PLACE = 13,      /* added to the operator in BINARY_OP */
};

/* The instruction that a number of the table stands for, or OPCODE_COUNT. */
unsigned wordcode_opcode(unsigned number);
/* How many words of cache follow it. */
unsigned wordcode_caches(unsigned number);

/* ---- wordcode_encode.c: a code object as it is shown ---- */

struct wordcode {
    const struct code *code;
    uint32_t *starts; /* the first word of each unit, and of the end */
    uint8_t *sizes;   /* in words; 0: a cache */
    uint8_t *nops;    /* how many of them stand for lines without code, before all else */
    value consts;     /* a tuple: the constants in the order of their use, small ints among them */
    uint32_t *places; /* of the code's own constants in it */
    value ints;       /* a dict: the places of small ints */
};

/* `code` is awake, and kept by the caller. false with an exception, and nothing to close. */
bool wordcode_open(struct wordcode *w, const struct code *code);
void wordcode_close(struct wordcode *w);
value wordcode_bytes(const struct wordcode *w);      /* co_code */
value wordcode_exceptions(const struct wordcode *w); /* co_exceptiontable */
value wordcode_locations(const struct wordcode *w);  /* co_linetable */
/* The next entry of the code's table of locations, and how many words it stands for. false at the end. */
struct location_reader;
bool wordcode_next_run(const struct wordcode *w, struct location_reader *r, struct code_location *at, uint32_t *words);

/* ---- wordcode_decode.c: a code object of what programs give ---- */

/* The tables of a new code object: its instructions in *parts, in memory that wordcode_release frees. Its consts,
 * names, variables and first line are there already. false with MemoryError, or with what is wrong: what passes still
 * has to be verified. */
struct wordcode_tables {
    uint32_t *units;
    struct exception_range *ranges;
    uint8_t *locations;
};
bool wordcode_decode(struct code_parts *parts, struct wordcode_tables *tables, value bytes, value exceptions,
                     value locations, const char **wrong);
void wordcode_release(struct wordcode_tables *tables);

#endif
