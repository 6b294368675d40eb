/*
 * The state of a thread that runs Python, for the rooms below interp/, which fills it: the exception on its way, the
 * end of the C stack, the running frame's names. What belongs to frames is opaque here. Loads from it stay in line,
 * because every call makes some.
 */
#ifndef ATOLL_INTERPRETER_H
#define ATOLL_INTERPRETER_H

#include "runtime/value.h"

struct frame;
struct stack_chunk;

/* The exception being handled (sys.exc_info()) at one level: the thread's own, or one for each running generator,
 * linked to the level that resumed it. */
struct handled_state {
    value exception; /* owned; NULL: none at this level */
    struct handled_state *previous;
};

/* The runtime's part of a thread slot (thread_self->interpreter). Belongs to its thread; what is atomic may be touched
 * by others. */
struct interpreter {
    struct thread_slot *slot;      /* where it sits */
    value exception;               /* the exception being raised, or NULL; owned */
    struct handled_state *handled; /* innermost level */
    struct handled_state base_handled;
    struct frame *frame;          /* the running frame, or NULL */
    char *stack_limit;            /* the C stack must not grow below this address */
    uint32_t depth;               /* Python frames in use, against the recursion limit */
    bool has_yielded;             /* what a generator resumed from C gave last was a yield, no return */
    uint32_t c_headroom;          /* recursion beyond the limit is allowed while a RecursionError is being handled */
    value *stack_top, *stack_end; /* interpreter stack: free space of the current chunk */
    struct stack_chunk *chunk;
    value *chunk_bottom;                /* where its first frame lies */
    value repr_list;                    /* containers being printed: a list or NULL */
    uint64_t ident;                     /* _thread.get_ident() */
    value_slot pending_exception;       /* raised at the next safepoint (asynchronous exceptions); NULL: none */
    value_slot thread_dict;             /* per-thread data of modules: a dict or NULL; see interpreter_thread_dict */
    value context;                      /* the current contextvars.Context, owned; NULL: none yet */
    value async_first, async_finalizer; /* sys.set_asyncgen_hooks: callables or NULL; owned */
    uint32_t origin_depth;              /* sys.set_coroutine_origin_tracking_depth */
    value on_exit; /* called with no arguments when the thread ends, or NULL (_thread._set_sentinel) */
    struct interpreter *next, **previous; /* all running interpreters, guarded in interpreter.c */
};
extern _Thread_local struct interpreter *interpreter_self __attribute__((tls_model("initial-exec")));
extern _Atomic uint32_t recursion_limit; /* sys.setrecursionlimit */

/* The innermost exception being handled, borrowed, or NULL: what a bare `raise`
   re-raises and what becomes __context__. */
value interpreter_handled(void);
value interpreter_handled_by(const struct interpreter *interpreter); /* the same of a thread that stands still */
/* Add the place of the running Python frame, if one runs, to the traceback of the current exception. */
void interpreter_add_place(void);
/* Of the running Python frame: its namespaces, borrowed, or NULL when none runs. */
value interpreter_globals(void);
value interpreter_builtins(void); /* a dict; the builtins module's when no frame runs */
extern value builtins_dict;       /* the builtins module's namespace, set by start.c */
/* What super() without arguments takes: the cell __class__ and the first argument of the running function. Owned both;
 * false with RuntimeError when there are none. */
bool interpreter_super_arguments(value *cls, value *object);
/* May a Python function that is used uncounted live until the next cycle? Not if its closure keeps what somebody waits
 * for the end of: more than the class whose method it is. */
bool function_may_last(value function);
/* The `call` slot of Python functions, which checks the depth and the C stack by itself. */
value function_call(value function, const value *args, size_t nargs, value kwnames);
/* How many attributes of its first argument a Python function sets, each name once, as its code foresaw; *calls_base:
 * it names __init__, too. Never fails. */
uint32_t function_attribute_stores(value function, bool *calls_base);

#endif
