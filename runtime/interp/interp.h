/*
 * The face of the interpreter: the state of a thread that runs Python, functions, and what other rooms need to know of
 * frames.
 */
#ifndef ATOLL_INTERP_H
#define ATOLL_INTERP_H

#include "runtime/abstract.h"
#include "runtime/compiler/code.h"

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
    uint32_t c_headroom;          /* recursion beyond the limit is allowed while a RecursionError is being handled */
    value *stack_top, *stack_end; /* interpreter stack: free space of the current chunk */
    struct stack_chunk *chunk;
    value *chunk_bottom;          /* where its first frame lies */
    value repr_list;              /* containers being printed: a list or NULL */
    uint64_t ident;               /* _thread.get_ident() */
    value_slot pending_exception; /* raised at the next safepoint (asynchronous exceptions); NULL: none */
    value_slot thread_dict;       /* per-thread data of modules: a dict or NULL; see interpreter_thread_dict */
    value on_exit;                /* called with no arguments when the thread ends, or NULL (_thread._set_sentinel) */
    struct interpreter *next, **previous; /* all running interpreters, guarded in interpreter.c */
};
extern _Thread_local struct interpreter *interpreter_self __attribute__((tls_model("initial-exec")));
extern _Atomic uint32_t recursion_limit; /* sys.setrecursionlimit */

struct interpreter *interpreter_attach(void); /* after thread_attach, on the same thread; NULL: no memory */
/* The same in two steps, so that the thread that starts another learns of missing memory: new on any thread (NULL: no
   memory, no exception set), then adopt by the thread that it is for, or delete. */
struct interpreter *interpreter_new(void);
void interpreter_adopt(struct interpreter *interpreter);
void interpreter_delete(struct interpreter *interpreter);
void interpreter_settle_at_quiescence(void); /* once, before the first thread runs Python */
void interpreter_after_fork(void);           /* in the child of a fork: the other threads' are gone */
void interpreter_detach(void);               /* drops what the thread holds; before thread_detach */
/* Every running thread's interpreter (sys._current_frames, asynchronous exceptions); the list is locked during the
 * walk: visit must be short and run no Python. */
void interpreter_each(void (*visit)(struct interpreter *interpreter, void *context), void *context);
/* A dict for data of this thread, made on demand; borrowed. Keys are chosen by modules. NULL: MemoryError. */
value interpreter_thread_dict(void);

/* The innermost exception being handled, borrowed, or NULL: what a bare `raise`
   re-raises and what becomes __context__. */
value interpreter_handled(void);

/* Run a code object in the given namespaces (exec, eval, modules, class bodies). `locals` may be any mapping. closure:
 * tuple or NULL. */
value interpreter_run_code(value code, value globals, value locals, value closure);
/* Things of the running Python frame, borrowed, or NULL when none runs. */
value interpreter_globals(void);
value interpreter_builtins(void); /* a dict; the builtins module's when no frame runs */
value interpreter_locals(void);   /* locals() of the running frame: owned; NULL with SystemError without a frame */
struct code *interpreter_code(void);
/* The frame object of the frame `depth` levels up (0: the running one), made on demand, owned. NULL without exception
 * when there is none. */
value interpreter_frame_object(size_t depth);
extern value builtins_dict; /* the builtins module's namespace, set by start.c */

/* Python functions (function.c). `globals` and `builtins` never change; the others are replaced atomically. */
struct function {
    struct object header;
    value_slot code;
    value_slot globals, builtins;
    value_slot name, qualified_name;
    value_slot defaults;         /* tuple or NULL */
    value_slot keyword_defaults; /* dict or NULL */
    value_slot closure;          /* tuple of cells or NULL */
    value_slot doc, annotations, module, dict;
    value_slot former_codes; /* replaced code objects: frames that run them borrow them from here */
};
value function_new(value code, value globals, value qualified_name /* or NULL */);
value function_call(value function, const value *args, size_t nargs, value kwnames); /* the `call` slot */
static inline bool is_function(value v)
{
    return value_is(v, TYPE_ID_FUNCTION);
}
/* What a call of the function runs; borrowed. Acquire: pairs with the exchange when another thread sets __code__. */
static inline struct code *function_code(const struct function *function)
{
    return (struct code *)atomic_load_explicit((value_slot *)&function->code, memory_order_acquire);
}

/* Add the running frame to the exception's traceback (used when C code re-raises). */
value traceback_new(value next /* or None */, value frame, uint32_t unit, int line);
/* Print an exception with its traceback and chain as the interpreter does for uncaught ones. `file` is a Python file
 * object. */
bool exception_print(value exception, value file);
/* Report the current exception as uncaught (SystemExit, sys.excepthook), clear it, and return the exit status. */
int interpreter_report_uncaught(void);

#endif
