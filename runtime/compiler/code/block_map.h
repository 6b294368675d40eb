/*
 * What a translator of bytecode wants to know of it beyond its instructions: basic blocks, what lies on the operand
 * stack where each begins, which locals are read later, which blocks begin loops or handle exceptions.
 *
 * A map is made of verified code when somebody asks, by the check that reads everything from files (verify_kinds.c),
 * and belongs to whoever asked: nothing of it is stored with the code or in its file.
 */
#ifndef ATOLL_BLOCK_MAP_H
#define ATOLL_BLOCK_MAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct code;

enum operand_kind {
    OPERAND_NOTHING, /* an empty word: the absent self of a call */
    OPERAND_PERHAPS, /* a value or an empty word */
    OPERAND_VALUE,   /* any value */
    OPERAND_STR,     /* a str */
    OPERAND_SMALL,   /* an int that is not negative and fits 24 bits */
    OPERAND_NONE,    /* None */
    OPERAND_LIST,
    OPERAND_SET,   /* made by BUILD_LIST, BUILD_SET and not shown to anybody */
    OPERAND_DICT,  /* the same; detail 1: its keys need not be strs */
    OPERAND_TUPLE, /* detail: its length + 1, or 0 */
    OPERAND_NAMES, /* a constant tuple of strs; detail: its length + 1 */
    OPERAND_CELLS, /* a tuple of cells; detail: its length */
    OPERAND_CELL,
    OPERAND_CODE,      /* detail: the index of the constant */
    OPERAND_EXCEPTION, /* an instance */
    OPERAND_REST,      /* an exception or None */
    OPERAND_PREVIOUS,  /* what PUSH_EXC_INFO saved: an exception or None */
    OPERAND_POSITION,  /* of an instruction: what a handler got besides the exception */
};
/* `local`: 1 + the local that keeps the value alive, which the stack only borrows; or 0. */
struct operand {
    uint32_t kind : 8, local : 24;
    uint32_t detail;
};

enum { NO_BLOCK = UINT32_MAX };

/* Entered at its first unit only; all its instructions have the same handler. Blocks that nothing reaches are left out.
 */
struct code_block {
    uint32_t start, end;     /* units */
    uint32_t depth, operand; /* of the stack at the start, and the index of its bottom place in `operands` */
    uint32_t handler;        /* the block where exceptions raised here go, or NO_BLOCK: out of the function */
    bool loop_head;          /* a jump backwards leads here */
    bool handles;            /* exceptions lead here */
    bool resumes;            /* a suspended frame goes on here */
};

struct block_map {
    uint32_t
        block_count; /* sorted by place; the first is what follows the prologue, which makes cells and the generator */
    uint32_t live_words;
    struct code_block *blocks;
    struct operand *operands;
    uint64_t *live; /* live_words for each block */
};

/* NULL: no memory (no exception is set). The code is awake. */
struct block_map *block_map_new(const struct code *code);
void block_map_free(struct block_map *map);
/* The block that begins at a unit, or NO_BLOCK. */
uint32_t block_map_find(const struct block_map *map, uint32_t unit);
/* Do the instructions from the block's start on read what the slot holds there? Frames, locals() and super() may look
 * at all slots, whatever this says; and what is dead is still dropped where it is stored over. */
static inline bool block_slot_is_live(const struct block_map *map, uint32_t block, uint32_t slot)
{
    return map->live[(size_t)block * map->live_words + slot / 64] >> slot % 64 & 1;
}

/* For the making of maps, in verify_kinds.c: `found` is told the operands before each unit that something may lead to
 * or that is marked in `starts`, in order; *start is where the prologue ends. NULL, or what is wrong. */
typedef bool (*operands_found)(void *context, uint32_t unit, const struct operand *stack, uint32_t depth);
const char *code_find_operands(const struct code *code, const uint8_t *starts, uint32_t *start, operands_found found,
                               void *context);

#endif
