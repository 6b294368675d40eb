/*
 * The face of the interpreter for the rooms above it: the life of a thread's state (runtime/interpreter.h), functions,
 * and what they need to know of frames.
 */
#ifndef ATOLL_INTERP_H
#define ATOLL_INTERP_H

#include "runtime/abstract.h"
#include "runtime/compiler/code/code.h"
#include "runtime/interpreter.h"

struct interpreter *interpreter_attach(void); /* after thread_attach, on the same thread; NULL: no memory */
/* The same in two steps, so that the thread that starts another learns of missing memory: new on any thread (NULL: no
   memory, no exception set), then adopt by the thread that it is for, or delete. */
struct interpreter *interpreter_new(void);
void interpreter_adopt(struct interpreter *interpreter);
void interpreter_delete(struct interpreter *interpreter);
void interpreter_settle_at_quiescence(void); /* once, before the first thread runs Python */
void interpreter_after_fork(void);           /* in the child of a fork: the other threads' are gone */
bool interpreter_is_here(void);              /* has the calling thread one? */
bool interpreter_detach(void);               /* drops what the thread holds; before thread_detach. Was it the last? */
/* Every running thread's interpreter (sys._current_frames, asynchronous exceptions); the list is locked during the
 * walk: visit must be short and run no Python. */
void interpreter_each(void (*visit)(struct interpreter *interpreter, void *context), void *context);
/* A dict for data of this thread, made on demand; borrowed. Keys are chosen by modules. NULL: MemoryError. */
value interpreter_thread_dict(void);
/* Counts how often the thread got such a dict, or its context variables changed: what was found there before may have
   gone. */
extern _Thread_local uint64_t thread_data_changes __attribute__((tls_model("initial-exec")));

/* Run a code object in the given namespaces (exec, eval, modules, class bodies). `locals` may be any mapping. closure:
 * tuple or NULL. */
value interpreter_run_code(value code, value globals, value locals, value closure);
/* Of the running Python frame. */
value interpreter_locals(void);      /* locals(): owned; NULL with SystemError without a frame */
struct code *interpreter_code(void); /* borrowed, or NULL when none runs */
/* The frame object of the frame `depth` levels up (0: the running one), made on demand, owned. NULL without exception
 * when there is none. */
value interpreter_frame_object(size_t depth);

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
static inline bool is_function(value v)
{
    return value_is(v, TYPE_ID_FUNCTION);
}
/* What a call of the function runs; borrowed. Acquire: pairs with the exchange when another thread sets __code__. */
static inline struct code *function_code(const struct function *function)
{
    return (struct code *)atomic_load_explicit((value_slot *)&function->code, memory_order_acquire);
}

/* The function __build_class__ (build_class.c). */
value builtin_build_class(value self, const value *args, size_t nargs, value kwnames);

/* Add the running frame to the exception's traceback (used when C code re-raises). */
value traceback_new(value next /* or None */, value frame, uint32_t unit, int line);
/* Print an exception with its traceback and chain as the interpreter does for uncaught ones. `file` is a Python file
 * object. */
bool exception_print(value exception, value file);
/* The same without what led to it, notes, members of a group and places of syntax errors. */
bool exception_print_alone(value exception, value file);
/* Report the current exception as uncaught (SystemExit, sys.excepthook), clear it, and return the exit status. */
enum { STATUS_INTERRUPTED = 256 + 130 }; /* of a KeyboardInterrupt: the process ends as SIGINT would end it */
int interpreter_report_uncaught(void);

#endif
