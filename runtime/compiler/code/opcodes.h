/*
 * The bytecode: one table from which the code generator's stack effects, the interpreter's dispatch and `dis` are
 * generated.
 *
 * An instruction is one 32-bit unit: opcode in the low 8 bits, argument in the high 24. An instruction with an inline
 * cache is followed by one more unit: the index of its 64-bit cache word in code->caches (marked C below). Jump
 * arguments are absolute unit indices. Names are those of CPython 3.11 where the meaning is the same.
 *
 * OP(NAME, pops, pushes, flags): pops/pushes -1 when they depend on the argument (see opcode_stack_effect in codegen).
 * Flags: C cache unit follows, J jump target in the argument, N name index (code->names), L local index (fast locals),
 * K constant index, T ends a block (no fall through), LN local index in the low 8 bits and name index above.
 *
 * Stack pictures: bottom first, top last.
 */
#ifndef ATOLL_OPCODES_H
#define ATOLL_OPCODES_H

#include <stdint.h>

#define BINARY_IN_PLACE 0x100u /* in the argument of BINARY_ADD to BINARY_OP */

enum opcode_flag { OPF_C = 1, OPF_J = 2, OPF_N = 4, OPF_L = 8, OPF_K = 16, OPF_T = 32, OPF_LN = 64 };

/* clang-format off */
#define OPCODES(OP)                                                                                                    \
    OP(NOP,                        0,  0,  0)                                                                          \
    OP(RESUME,                     0,  0,  0)            /* start of a function, after a yield: a safepoint */         \
    OP(POP_TOP,                    1,  0,  0)                                                                          \
    OP(PUSH_NULL,                  0,  1,  0)            /* the empty self of a call: callable, NULL, args... */       \
    OP(COPY,                       -1, -1, 0)            /* push the arg-th item from the top (1 = top) again */       \
    OP(SWAP,                       -1, -1, 0)            /* exchange top with the arg-th item */                       \
                                                                                                                       \
    /* constants and locals */                                                                                         \
    OP(LOAD_CONST,                 0,  1,  OPF_K)        /* pushed borrowed: the code object keeps it */               \
    OP(LOAD_SMALL_INT,             0,  1,  0)            /* the argument, 0 <= arg < 2^24, as an int */                \
    OP(LOAD_FAST,                  0,  1,  OPF_L)        /* counted; UnboundLocalError when empty */                   \
    /* LOAD_FAST_BORROW: borrowed: the compiler proved that the local is not stored to or deleted before the           \
       item is consumed, and that it is consumed in the same block */                                                  \
    OP(LOAD_FAST_BORROW,           0,  1,  OPF_L)                                                                      \
    OP(LOAD_FAST_BORROW_PAIR,      0,  2,  0)            /* two borrows: arg = first | second << 12 */                 \
    OP(LOAD_FAST_SMALL_INT,        0,  2,  0)            /* a borrow and an int: arg = local | int << 12 */            \
    OP(STORE_FAST,                 1,  0,  OPF_L)                                                                      \
    OP(STORE_FAST_LOAD_FAST,       1,  1,  0)            /* arg = stored | loaded << 12; the load is counted */        \
    OP(STORE_FAST_STORE_FAST,      2,  0,  0)            /* top to arg & 0xFFF, next to arg >> 12 */                   \
    OP(DELETE_FAST,                0,  0,  OPF_L)                                                                      \
                                                                                                                       \
    /* cells: a cell variable's fast-local slot holds a cell object */                                                 \
    OP(MAKE_CELL,                  0,  0,  OPF_L)        /* wrap the slot's value (or nothing) in a new cell */        \
    /* COPY_FREE_VARS: the arg cells of the function's closure into the last slots */                                  \
    OP(COPY_FREE_VARS,             0,  0,  0)                                                                          \
    OP(LOAD_CLOSURE,               0,  1,  OPF_L)        /* the cell itself, counted */                                \
    OP(LOAD_DEREF,                 0,  1,  OPF_L)        /* its contents; NameError / UnboundLocalError when empty */  \
    OP(LOAD_CLASSDEREF,            0,  1,  OPF_L)        /* the name in the locals mapping first, then the cell */     \
    OP(STORE_DEREF,                1,  0,  OPF_L)                                                                      \
    OP(DELETE_DEREF,               0,  0,  OPF_L)                                                                      \
                                                                                                                       \
    /* names */                                                                                                        \
    OP(LOAD_NAME,                  0,  1,  OPF_N)        /* locals mapping, globals, builtins */                       \
    OP(STORE_NAME,                 1,  0,  OPF_N)                                                                      \
    OP(DELETE_NAME,                0,  0,  OPF_N)                                                                      \
    OP(LOAD_GLOBAL,                0,  1,  OPF_N | OPF_C)                                                              \
    OP(LOAD_GLOBAL_PUSH_NULL,      0,  2,  OPF_N | OPF_C) /* a global to be called */                                  \
    OP(STORE_GLOBAL,               1,  0,  OPF_N)                                                                      \
    OP(DELETE_GLOBAL,              0,  0,  OPF_N)                                                                      \
                                                                                                                       \
    /* attributes, items */                                                                                            \
    OP(LOAD_ATTR,                  1,  1,  OPF_N | OPF_C)                                                              \
    OP(LOAD_METHOD,                1,  2,  OPF_N | OPF_C) /* object -> callable, object or NULL */                     \
    OP(STORE_ATTR,                 2,  0,  OPF_N | OPF_C) /* value, object -> */                                       \
    /* the same three of an object in a local: arg = local | name << 8 */                                              \
    OP(LOAD_FAST_ATTR,             0,  1,  OPF_LN | OPF_C)                                                             \
    OP(LOAD_FAST_METHOD,           0,  2,  OPF_LN | OPF_C)                                                             \
    OP(STORE_FAST_ATTR,            1,  0,  OPF_LN | OPF_C)                                                             \
    OP(DELETE_ATTR,                1,  0,  OPF_N)                                                                      \
    OP(BINARY_SUBSCR,              2,  1,  0)            /* container, key -> item */                                  \
    OP(STORE_SUBSCR,               3,  0,  0)            /* value, container, key -> */                                \
    OP(DELETE_SUBSCR,              2,  0,  0)            /* container, key -> */                                       \
    OP(BINARY_SLICE,               3,  1,  0)            /* container, start, stop -> item container[start:stop] */    \
    OP(STORE_SLICE,                4,  0,  0)            /* value, container, start, stop -> */                        \
                                                                                                                       \
    /* operators: one opcode for each operator, so that the fast path needs no second dispatch */                      \
    OP(UNARY_POSITIVE,             1,  1,  0)                                                                          \
    OP(UNARY_NEGATIVE,             1,  1,  0)                                                                          \
    OP(UNARY_NOT,                  1,  1,  0)                                                                          \
    OP(UNARY_INVERT,               1,  1,  0)                                                                          \
    OP(BINARY_ADD,                 2,  1,  0)                                                                          \
    OP(BINARY_SUBTRACT,            2,  1,  0)                                                                          \
    OP(BINARY_MULTIPLY,            2,  1,  0)                                                                          \
    OP(BINARY_TRUE_DIVIDE,         2,  1,  0)                                                                          \
    OP(BINARY_FLOOR_DIVIDE,        2,  1,  0)                                                                          \
    OP(BINARY_REMAINDER,           2,  1,  0)                                                                          \
    OP(BINARY_AND,                 2,  1,  0)                                                                          \
    OP(BINARY_OR,                  2,  1,  0)                                                                          \
    OP(BINARY_XOR,                 2,  1,  0)                                                                          \
    OP(BINARY_LSHIFT,              2,  1,  0)                                                                          \
    OP(BINARY_RSHIFT,              2,  1,  0)                                                                          \
    OP(BINARY_OP,                  2,  1,  0)            /* the rest: arg = enum binary_operator */                    \
    /* of all of these: arg & BINARY_IN_PLACE for augmented assignments */                                             \
    OP(COMPARE_OP,                 2,  1,  0)            /* arg = enum compare_operator */                             \
    /* COMPARE_OP_JUMP_IF_FALSE: fused with the jump that follows: arg = target | operator << 21 (target <             \
       2^21) */                                                                                                        \
    OP(COMPARE_OP_JUMP_IF_FALSE,   2,  0,  OPF_J)                                                                      \
    OP(IS_OP,                      2,  1,  0)            /* arg 1: is not */                                           \
    OP(CONTAINS_OP,                2,  1,  0)            /* item, container ->; arg 1: not in */                       \
                                                                                                                       \
    /* building */                                                                                                     \
    OP(BUILD_TUPLE,                -1, 1,  0)                                                                          \
    OP(BUILD_LIST,                 -1, 1,  0)                                                                          \
    OP(BUILD_SET,                  -1, 1,  0)                                                                          \
    OP(BUILD_MAP,                  -1, 1,  0)            /* arg pairs: key, value, ... */                              \
    OP(BUILD_CONST_KEY_MAP,        -1, 1,  0)            /* values..., tuple of keys */                                \
    OP(BUILD_STRING,               -1, 1,  0)            /* arg strs */                                                \
    OP(BUILD_SLICE,                -1, 1,  0)            /* arg 2 or 3 */                                              \
    /* LIST_APPEND: to the list at arg below the top (1 = directly below the popped item) */                           \
    OP(LIST_APPEND,                1,  0,  0)                                                                          \
    OP(SET_ADD,                    1,  0,  0)                                                                          \
    OP(MAP_ADD,                    2,  0,  0)            /* key, value -> */                                           \
    OP(LIST_EXTEND,                1,  0,  0)                                                                          \
    OP(SET_UPDATE,                 1,  0,  0)                                                                          \
    OP(DICT_UPDATE,                1,  0,  0)                                                                          \
    /* DICT_MERGE: **kwargs of a call; the callable is 3 below the dict, for messages */                               \
    OP(DICT_MERGE,                 1,  0,  0)                                                                          \
    OP(LIST_TO_TUPLE,              1,  1,  0)                                                                          \
    OP(UNPACK_SEQUENCE,            1,  -1, 0)            /* arg items, first on top */                                 \
    OP(UNPACK_EX,                  1,  -1, 0)            /* before = arg & 0xFFF, after = arg >> 12 */                 \
    /* FORMAT_VALUE: arg & 3: conversion 0 none 1 str 2 repr 3 ascii; arg & 4: a format spec is on top */              \
    OP(FORMAT_VALUE,               -1, 1,  0)                                                                          \
                                                                                                                       \
    /* control */                                                                                                      \
    OP(JUMP_FORWARD,               0,  0,  OPF_J | OPF_T)                                                              \
    OP(JUMP_BACKWARD,              0,  0,  OPF_J | OPF_T) /* a safepoint */                                            \
    OP(JUMP_BACKWARD_NO_INTERRUPT, 0,  0,  OPF_J | OPF_T)                                                              \
    OP(POP_JUMP_IF_FALSE,          1,  0,  OPF_J)                                                                      \
    OP(POP_JUMP_IF_TRUE,           1,  0,  OPF_J)                                                                      \
    OP(POP_JUMP_IF_NONE,           1,  0,  OPF_J)                                                                      \
    OP(POP_JUMP_IF_NOT_NONE,       1,  0,  OPF_J)                                                                      \
    OP(JUMP_IF_FALSE_OR_POP,       -1, -1, OPF_J)                                                                      \
    OP(JUMP_IF_TRUE_OR_POP,        -1, -1, OPF_J)                                                                      \
    OP(GET_ITER,                   1,  1,  0)                                                                          \
    /* FOR_ITER: iterator -> iterator, item; at the end pops the iterator and jumps */                                 \
    OP(FOR_ITER,                   -1, -1, OPF_J)                                                                      \
    OP(RETURN_VALUE,               1,  0,  OPF_T)                                                                      \
    OP(RETURN_CONST,               0,  0,  OPF_K | OPF_T)                                                              \
                                                                                                                       \
    /* calls. callable, self-or-NULL, arguments... */                                                                  \
    OP(CALL,                       -1, 1,  0)            /* arg positional arguments */                                \
    /* CALL_KW: arg arguments in all, then the tuple of keyword names on top */                                        \
    OP(CALL_KW,                    -1, 1,  0)                                                                          \
    /* CALL_FUNCTION_EX: callable, NULL, tuple or iterable, (mapping when arg & 1) */                                  \
    OP(CALL_FUNCTION_EX,           -1, 1,  0)                                                                          \
    /* CALL_COMPREHENSION: arg cells for its free variables, code, iterator -> result */                               \
    OP(CALL_COMPREHENSION,         -1, 1,  0)                                                                          \
    /* MAKE_FUNCTION: (defaults tuple if arg & 1) (kwdefaults dict if 2) (annotations tuple of name, value,...         \
       if 4) (closure tuple if 8) code -> function */                                                                  \
    OP(MAKE_FUNCTION,              -1, 1,  0)                                                                          \
    OP(LOAD_BUILD_CLASS,           0,  1,  0)                                                                          \
                                                                                                                       \
    /* import */                                                                                                       \
    OP(IMPORT_NAME,                2,  1,  OPF_N)        /* level, fromlist -> module */                               \
    OP(IMPORT_FROM,                1,  2,  OPF_N)        /* module -> module, attribute */                             \
    OP(IMPORT_STAR,                1,  0,  0)                                                                          \
                                                                                                                       \
    /* exceptions: handlers are found in the exception table; on entry the stack is cut to the handler's depth,        \
       then (lasti when asked), then the exception are pushed */                                                       \
    /* PUSH_EXC_INFO: exception -> previous handled exception, exception; it becomes the handled one                   \
       (sys.exc_info) */                                                                                               \
    OP(PUSH_EXC_INFO,              1,  2,  0)                                                                          \
    OP(POP_EXCEPT,                 1,  0,  0)            /* restore the previous handled exception */                  \
    OP(CHECK_EXC_MATCH,            2,  2,  0)            /* exception, type -> exception, bool */                      \
    OP(CHECK_EG_MATCH,             2,  2,  0)            /* exception group, type -> rest, match (None: no match) */   \
    OP(PREP_RERAISE_STAR,          2,  1,  0)                                                                          \
    OP(RAISE_VARARGS,              -1, 0,  OPF_T)        /* arg 0: re-raise; 1: exception; 2: exception, cause */      \
    /* RERAISE: exception ->; arg > 0: the saved instruction index (lasti), arg items below it, is restored for        \
       the traceback */                                                                                                \
    OP(RERAISE,                    -1, 0,  OPF_T)                                                                      \
    OP(BEFORE_WITH,                1,  2,  0)            /* context manager -> __exit__ bound, result of __enter__ */  \
    /* WITH_EXCEPT_START: __exit__, lasti, previous, exception -> the same, result of __exit__(*exc_info) */           \
    OP(WITH_EXCEPT_START,          -1, -1, 0)                                                                          \
    OP(LOAD_ASSERTION_ERROR,       0,  1,  0)                                                                          \
                                                                                                                       \
    /* generators and coroutines */                                                                                    \
    /* RETURN_GENERATOR: first instruction after COPY_FREE_VARS / MAKE_CELL: the frame becomes a generator             \
       (coroutine, asynchronous generator by code flags), which is returned to the caller; when resumed, the           \
       sent value is pushed (a POP_TOP follows) */                                                                     \
    OP(RETURN_GENERATOR,           0,  0,  0)                                                                          \
    OP(YIELD_VALUE,                1,  1,  0)            /* value -> the value sent in */                              \
    OP(GET_YIELD_FROM_ITER,        1,  1,  0)                                                                          \
    /* SEND: receiver, sent -> receiver, yielded; when it returns: receiver popped, result pushed, jump */             \
    OP(SEND,                       -1, -1, OPF_J)                                                                      \
    OP(GET_AWAITABLE,              1,  1,  0)            /* arg: 0 await, 1 __aenter__, 2 __aexit__ (for messages) */  \
    OP(ASYNC_GEN_WRAP,             1,  1,  0)                                                                          \
    OP(BEFORE_ASYNC_WITH,          1,  2,  0)                                                                          \
    OP(GET_AITER,                  1,  1,  0)                                                                          \
    OP(GET_ANEXT,                  1,  2,  0)                                                                          \
    /* END_ASYNC_FOR: async iterator, exception -> (swallows StopAsyncIteration, else re-raises) */                    \
    OP(END_ASYNC_FOR,              2,  0,  0)                                                                          \
                                                                                                                       \
    /* pattern matching */                                                                                             \
    OP(MATCH_MAPPING,              1,  2,  0)                                                                          \
    OP(MATCH_SEQUENCE,             1,  2,  0)                                                                          \
    OP(MATCH_KEYS,                 2,  3,  0)            /* subject, keys -> subject, keys, tuple of values or None */ \
    /* MATCH_CLASS: subject, class, keyword names -> tuple of attributes or None; arg positional count */              \
    OP(MATCH_CLASS,                3,  1,  0)                                                                          \
    OP(GET_LEN,                    1,  2,  0)                                                                          \
    OP(SETUP_ANNOTATIONS,          0,  0,  0)                                                                          \
    OP(PRINT_EXPR,                 1,  0,  0)            /* interactive statements: sys.displayhook */
/* clang-format on */

enum opcode {
#define OP(name, pops, pushes, flags) OP_##name,
    OPCODES(OP)
#undef OP
        OPCODE_COUNT
};

static inline unsigned instruction_opcode(uint32_t unit)
{
    return unit & 0xFF;
}
static inline uint32_t instruction_argument(uint32_t unit)
{
    return unit >> 8;
}
static inline uint32_t instruction_make(unsigned opcode, uint32_t argument)
{
    return opcode | argument << 8;
}

#endif
