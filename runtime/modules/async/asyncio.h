/* What the files of _asyncio share. */
#ifndef ATOLL_ASYNCIO_H
#define ATOLL_ASYNCIO_H

#include "runtime/modules/module.h"
#include "runtime/modules/threads/contextvars.h"

enum future_state { FUTURE_PENDING, FUTURE_CANCELLED, FUTURE_FINISHED };

struct future {
    struct object header;
    value_slot loop;      /* NULL: not initialised */
    value_slot callbacks; /* NULL, or the last added: a tuple (callback, context, the one before or None) */
    value_slot result, exception, traceback; /* set before it is finished */
    value_slot source_traceback, cancel_message, cancelled_exception;
    value_slot dict;
    _Atomic uint8_t state; /* leaves FUTURE_PENDING under the lock */
    _Atomic bool blocking, log_traceback;
};
struct task {
    struct future future;
    value_slot coroutine, waiter, name, context;
    _Atomic bool must_cancel, log_destroyed;
    _Atomic int cancel_requests;
};
#define FUTURE(v) ((struct future *)(v))
#define TASK(v)   ((struct task *)(v))

extern struct type *future_type, *task_type;
extern const struct type_spec future_spec, task_spec;

/* ---- things of Python that are looked up once ---- */
enum asyncio_global {
    GLOBAL_INVALID_STATE,
    GLOBAL_CANCELLED,
    GLOBAL_FUTURE_REPR,
    GLOBAL_TASK_REPR,
    GLOBAL_TASK_STACK,
    GLOBAL_TASK_PRINT_STACK,
    GLOBAL_IS_COROUTINE,
    GLOBAL_EXTRACT_STACK,
    GLOBAL_POLICY,
    GLOBAL_COUNT
};
value asyncio_global(enum asyncio_global which); /* borrowed until the module's end; NULL with an exception */

/* ---- asyncio_module.c ---- */
int asyncio_is_debugged(value loop); /* loop.get_debug(): 1, 0, -1 */
value asyncio_event_loop(void);      /* the running one, or the policy's; owned */
bool asyncio_enter_task(value loop, value task);
bool asyncio_leave_task(value loop, value task);
bool asyncio_register_task(value task);
/* loop.call_soon(callback[, argument], context=context) */
bool asyncio_call_soon(value loop, value callback, value argument /* or NULL */, value context);

/* ---- asyncio_future.c ---- */
static inline enum future_state future_state(value v)
{
    return (enum future_state)atomic_load_explicit(&FUTURE(v)->state, memory_order_acquire);
}
bool future_init_with(value v, value loop);
value future_loop(value v);                 /* owned; NULL with RuntimeError: not initialised */
bool future_finish(value v, value result);  /* InvalidStateError when it is done */
bool future_fail(value v, value exception); /* the same; an instance */
int future_cancel(value v, value message);  /* 1; 0: it was done; -1 */
value future_cancelled_error(value v);      /* the CancelledError to raise */
value future_outcome(value v);              /* result(), or raises */
bool future_add_callback(value v, value callback, value context);
void future_traverse(struct object *o, struct gc_trace *trace);
void future_destroy(struct object *o);
void future_finalize(struct object *o);
value future_iterate(value v);
/* Call the loop's exception handler: `what` ("future", "task") is v, `exception` may be NULL. */
void future_tell_loop(value v, const char *message, const char *what, value exception);

/* Methods that tasks have as they are. */
value future_result(value v);
value future_exception(value v);
value future_add_done_callback(value v, const value *args);
value future_remove_done_callback(value v, value callback);
value future_cancelled(value v);
value future_done(value v);
value future_get_loop(value v);
value future_make_cancelled_error(value v);
#define FUTURE_METHODS                                                                                            \
    METHOD("result", future_result, "($self, /)", "Return the result this future represents."),                   \
        METHOD("exception", future_exception, "($self, /)", "Return the exception that was set on this future."), \
        METHOD("add_done_callback", future_add_done_callback, "($self, fn, /, *, context=<unrepresentable>)",     \
               "Add a callback to be run when the future becomes done."),                                         \
        METHOD("remove_done_callback", future_remove_done_callback, "($self, fn, /)",                             \
               "Remove all instances of a callback from the \"call when done\" list."),                           \
        METHOD("cancelled", future_cancelled, "($self, /)", "Return True if the future was cancelled."),          \
        METHOD("done", future_done, "($self, /)", "Return True if the future is done."),                          \
        METHOD("get_loop", future_get_loop, "($self, /)", "Return the event loop the Future is bound to."),       \
        METHOD("_make_cancelled_error", future_make_cancelled_error, "($self, /)",                                \
               "Create the CancelledError to raise if the Future is cancelled."),                                 \
        METHOD_CLASS_GETITEM
value future_get_state(value v);
value future_get_blocking(value v);
bool future_set_blocking(value v, value flag);
value future_get_loop_or_none(value v);
value future_get_callbacks(value v);
value future_get_result(value v);
value future_get_exception(value v);
value future_get_log_traceback(value v);
bool future_set_log_traceback(value v, value flag);
value future_get_source_traceback(value v);
value future_get_cancel_message(value v);
bool future_set_cancel_message(value v, value message);
#define FUTURE_GETSET                                                                                     \
    {"_state", future_get_state, NULL, NULL},                                                             \
        {"_asyncio_future_blocking", future_get_blocking, future_set_blocking, NULL},                     \
        {"_loop", future_get_loop_or_none, NULL, NULL}, {"_callbacks", future_get_callbacks, NULL, NULL}, \
        {"_result", future_get_result, NULL, NULL}, {"_exception", future_get_exception, NULL, NULL},     \
        {"_log_traceback", future_get_log_traceback, future_set_log_traceback, NULL},                     \
        {"_source_traceback", future_get_source_traceback, NULL, NULL},                                   \
    {                                                                                                     \
        "_cancel_message", future_get_cancel_message, future_set_cancel_message, NULL                     \
    }

#endif
