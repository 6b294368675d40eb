/* Code objects: what the compiler makes and the interpreter runs. Immutable but for the cache words, and for one
 * change: a code object from a bytecode file may *sleep* until it is first run. Then only what stands above frame_room,
 * filename and names is there, and code_wake fetches the rest. Frames exist only of code that is awake. */
#ifndef ATOLL_CODE_H
#define ATOLL_CODE_H

#include "runtime/type.h"
#include "runtime/compiler/code/opcodes.h"
#include "runtime/objects/containers/tuple.h"

enum code_flag { /* as co_flags */
                 CODE_OPTIMIZED = 0x1,
                 CODE_NEWLOCALS = 0x2,
                 CODE_VARARGS = 0x4,
                 CODE_VARKEYWORDS = 0x8,
                 CODE_NESTED = 0x10,
                 CODE_GENERATOR = 0x20,
                 CODE_COROUTINE = 0x80,
                 CODE_ITERABLE_COROUTINE = 0x100,
                 CODE_ASYNC_GENERATOR = 0x200,
                 CODE_FUTURE_DIVISION = 0x20000,
                 CODE_FUTURE_ABSOLUTE_IMPORT = 0x40000,
                 CODE_FUTURE_WITH_STATEMENT = 0x80000,
                 CODE_FUTURE_PRINT_FUNCTION = 0x100000,
                 CODE_FUTURE_UNICODE_LITERALS = 0x200000,
                 CODE_FUTURE_BARRY = 0x400000,
                 CODE_FUTURE_STOP = 0x800000,
                 CODE_FUTURE_ANNOTATIONS = 0x1000000,
                 CODE_FUTURE_MASK = 0x1FE0000,
};

/* One range of the exception table, in units: an exception raised in [start, end) goes to `target` with the stack cut
 * to `depth`. Sorted, innermost ranges win because ranges never overlap. */
struct exception_range {
    uint32_t start, end, target, depth : 31, lasti : 1;
};

struct code_location {
    int32_t line, end_line, column, end_column;
};                              /* line 0 or -1: none; columns 0-based UTF-8 bytes, -1: none */
extern bool code_hides_columns; /* set at the start: only lines are shown (-X no_debug_ranges) */

/* Where the body of a code object lies in its file. */
struct code_source;
struct code_body {
    uint32_t offset, length;
    uint64_t checksum;
};

struct code {
    struct object header;
    uint32_t argcount; /* positional parameters, position-only included */
    uint32_t posonly_argcount, kwonly_argcount;
    uint32_t plain_argcount; /* of a call that needs no binding: argcount, or UINT32_MAX when there are other kinds of
                                parameters, or it is no function's code */
    uint32_t locals_count;   /* fast locals: arguments and variables (cells that are arguments included) */
    uint32_t cells_count;    /* cell variables that are not arguments: slots after the locals */
    uint32_t frees_count;    /* free variables: the last slots */
    uint32_t slots_count;    /* locals + cells + frees */
    uint32_t stack_size, flags, first_line;
    uint32_t unit_count, cache_count, range_count, location_bytes;
    /* Guesses about what its instances need, for __init__: attributes set, each name once, up to
     * CODE_ATTRIBUTE_STORES_MAX; 1 when it names __init__ itself (a base's). */
    uint32_t attribute_stores, names_init;
    _Atomic uint32_t frame_room; /* slots and operands of a frame; CODE_ASLEEP: none of what follows is there yet */
    uint32_t *units;             /* the instructions */
    _Atomic uint64_t *caches;
    struct exception_range *ranges;
    uint8_t *locations;                        /* packed; read by code_locate */
    value_slot consts;                         /* tuple */
    value_slot names;                          /* tuple of interned str */
    value_slot slot_names;                     /* tuple of interned str, slots_count long */
    value_slot slot_kinds;                     /* bytes: per slot, bits 1 local 2 cell 4 free */
    value_slot filename, name, qualified_name; /* str; there from the beginning */
    value_slot given;           /* of code that a program made: a tuple of what it said (code_attributes.c) */
    struct code_source *source; /* of a code object that sleeps or slept, else NULL */
    struct code_body body;      /* the same */
};

enum { CODE_ATTRIBUTE_STORES_MAX = 32 };
#define CODE_ASLEEP UINT32_MAX /* more than any frame has */

bool code_wake_slow(struct code *code);
/* Make sure that all of a code object is there; false with the exception: MemoryError, or ValueError when its file is
 * damaged. Unless it fails the thread does not become quiescent in it, so that a call's operands may stay uncounted
 * (frame_open). The load pairs with the store that ends code_wake_slow. */
static inline bool code_wake(struct code *code)
{
    return likely(atomic_load_explicit(&code->frame_room, memory_order_acquire) != CODE_ASLEEP) || code_wake_slow(code);
}

/* The docstring of a function's code, or None, without waking it; owned, and perhaps another object each time. NULL as
 * in code_wake. */
value code_docstring(struct code *code);
/* The handler that covers a unit, or NULL. */
const struct exception_range *code_find_handler(const struct code *code, uint32_t unit);
/* Where the instruction at a unit index comes from. */
void code_locate(const struct code *code, uint32_t unit, struct code_location *out);
/* Where a unit is in co_code as programs see it, in words of two bytes, and back: false with MemoryError. */
bool code_word_of_unit(const struct code *code, uint32_t unit, uint32_t *word);
bool code_unit_of_word(const struct code *code, uint32_t word, uint32_t *unit);
static inline value code_const(const struct code *code, uint32_t index)
{
    return slot_peek(&((struct tuple *)slot_peek(&code->consts))->items[index]);
}

/* Compile source text. `mode` "exec", "eval", "single" or "func_type"; flags: inherited CODE_FUTURE_ bits, the PyCF_
 * ones of compile(), COMPILE_PROGRAM; optimize as -O, negative: as the program was started. Returns a code object, or
 * NULL with SyntaxError etc. */
#define COMPILE_ONLY_TREE       0x400u /* the result is an object of `ast` */
#define COMPILE_TOP_LEVEL_AWAIT 0x2000u
#define COMPILE_PROGRAM         0x20000000u /* the source is of the program, which did not make it: its names are immortal */
value compile_source(const char *source, size_t length, value filename, const char *mode, unsigned flags, int optimize);
/* The same for a tree of `ast` objects. */
bool compile_check_mode(const char *mode, unsigned flags); /* ValueError for one that is none */
value compile_tree(value tree, value filename, const char *mode, unsigned flags, int optimize);
/* Bytecode files: a code object as bytes and back (caches of imported modules). Versioned; NULL / ValueError for
 * anything malformed: a hostile file must not crash. */
value code_serialize(value code);
value code_deserialize(const uint8_t *bytes, size_t length);
/* A bytecode file that stays in memory, so that functions in it can sleep. NULL with ValueError or MemoryError. No code
 * object of it may be woken after its bytes are gone, or after code_source_close. */
struct code_source;
struct code_source *code_source_open(const uint8_t *bytes, size_t length);
value code_source_load(struct code_source *source); /* its code, awake, with others in it asleep; owned. Any thread */
void code_source_close(struct code_source *source);

#endif
