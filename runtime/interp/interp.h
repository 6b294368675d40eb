/* The face of the interpreter: the state of a thread that runs Python, functions, frames, generators. */
#ifndef ATOLL_INTERP_H
#define ATOLL_INTERP_H

#include "runtime/abstract.h"
#include "runtime/compiler/code.h"

struct frame;

/* The runtime's part of a thread slot (thread_self->interpreter). Owned by its thread; only `pending_exception` and
 * what is atomic is touched by others. */
struct interpreter {
    value exception;     /* the exception being raised, or NULL; owned */
    value handled;       /* sys.exc_info(): the exception being handled (innermost), or NULL; owned */
    struct frame *frame; /* the running frame */
    char *stack_limit;   /* the C stack must not grow below this */
    uint32_t depth;      /* Python frames in use, against the recursion limit */
    uint32_t c_depth;
    value *stack_top, *stack_end; /* the interpreter stack: free space of the current chunk */
    struct stack_chunk *chunk;
    value repr_list;              /* containers being printed; list or NULL */
    value context;                /* contextvars, later */
    uint64_t ident;               /* _thread.get_ident() */
    value_slot pending_exception; /* set by PyThreadState_SetAsyncExc-like requests */
    value_slot locals;            /* dict of _thread._local's per-thread data, or NULL */
    value on_exit;                /* _thread's _set_sentinel lock etc. */
    uint8_t recursion_headroom;
    void *modules[4]; /* spare, for modules with per-thread state */
};
extern _Thread_local struct interpreter *interpreter_self __attribute__((tls_model("initial-exec")));

struct interpreter *interpreter_attach(void); /* after thread_attach; NULL: no memory */
void interpreter_detach(void);

/* Run a code object in the given namespaces (exec, eval, module bodies, class bodies). */
value interpreter_run_code(value code, value globals, value locals);
/* The running frame's things, borrowed, or NULL when no Python frame runs. */
value interpreter_globals(void);
value interpreter_builtins(void);
value interpreter_locals(void);          /* locals() of the running frame: owned */
value frame_object(struct frame *frame); /* the Python frame object (made on demand), owned */
struct frame *frame_previous(struct frame *frame);
extern _Atomic uint32_t recursion_limit;

/* Python functions (function.c). */
struct function {
    struct object header;
    value_slot code;
    value_slot globals, builtins; /* constant */
    value_slot name, qualified_name, defaults, keyword_defaults, closure, doc, annotations, module, dict;
};
value function_new(value code, value globals, value qualified_name);
value function_call(value function, const value *args, size_t nargs, value kwnames); /* the `call` slot */
static inline bool is_function(value v)
{
    return value_is(v, TYPE_ID_FUNCTION);
}

/* Print the exception as an uncaught one (through sys.excepthook) and return the exit status; handles SystemExit. Takes
 * the current exception. */
int interpreter_report_uncaught(void);

/* Life of the runtime (runtime/start.c). */
struct runtime_config;
bool runtime_start(const struct runtime_config *config);
int runtime_finish(int status);

#endif
