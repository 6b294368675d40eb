/*
 * The _thread module: threads, locks, and what threading.py builds on.
 *
 * A lock is one word that waiters park on (see threads.h): 0 free, 1 held, 2 held and somebody may be waiting. A thread
 * that waits is in a blocking region. The main thread's wait is interrupted by signals: it runs their handlers and goes
 * on waiting for what is left of its time (PEP 475).
 */
#include "runtime/interp/interp.h"
#include "runtime/modules/module.h"
#include "runtime/sys.h"
#include "runtime/modules/threads/thread_local.h"
#include "runtime/modules/system/signal_module.h"
#include "runtime/interp/safepoint.h"
#include "threads/contention.h"

#include <errno.h>
#include <math.h>
#include <pthread.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define TIMEOUT_MAX_SECONDS 9223372036.0

static int64_t now_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

/* ---- the lock word ---- */

static bool word_try_acquire(_Atomic uint32_t *word)
{
    uint32_t expected = 0;
    return atomic_compare_exchange_strong_explicit(word, &expected, 1, memory_order_acquire, memory_order_relaxed);
}

/* Wait for the lock that the word is of until `deadline` (monotonic ns; < 0: for ever). 1 acquired, 0 timed out, -1 a
 * signal handler raised. When the lock was acquired, handlers of signals that came meanwhile have yet to run: the
 * caller's program must learn first that it has it. */
static int word_acquire(value lock, _Atomic uint32_t *word, int64_t deadline)
{
    int64_t contended = contention_begin();
    while (atomic_exchange_explicit(word, 2, memory_order_acquire) != 0) {
        int64_t left = -1;
        if (deadline >= 0) {
            left = deadline - now_ns();
            if (left <= 0)
                return 0;
        }
        thread_enter_blocking();
        int outcome = thread_park(word, 2, left);
        thread_leave_blocking();
        if (outcome == EINTR && thread_safepoint_at(thread_self, THREAD_IN_WAIT) != 0)
            return -1;
    }
    contention_end(CONTENTION_LOCK, value_object(lock), contended);
    return 1;
}

static void word_release(_Atomic uint32_t *word)
{
    if (atomic_exchange_explicit(word, 0, memory_order_release) == 2)
        thread_unpark(word, 1);
}

/* The arguments of acquire: *deadline < 0 wait for ever, 0 do not wait. */
static bool acquire_arguments(value given_blocking, value given_timeout, int64_t *deadline)
{
    int blocking = value_truth(given_blocking);
    double timeout;
    if (blocking < 0 || !value_as_double(given_timeout, &timeout))
        return false;
    if (!blocking && timeout != -1)
        return raise_false(EXC(ValueError), "can't specify a timeout for a non-blocking call");
    if (timeout < 0 && timeout != -1)
        return raise_false(EXC(ValueError), "timeout value must be positive");
    if (timeout > TIMEOUT_MAX_SECONDS)
        return raise_false(EXC(OverflowError), "timeout value is too large");
    if (isnan(timeout))
        return raise_false(EXC(ValueError), "Invalid value NaN (not a number)");
    *deadline = !blocking || timeout == 0 ? 0 : timeout == -1 ? -1 : now_ns() + (int64_t)ceil(timeout * 1e9);
    return true;
}

/* ---- lock ---- */
struct lock {
    struct object header;
    _Atomic uint32_t word;
};
#define LOCK(v) ((struct lock *)(v))

static value lock_acquire(value v, value blocking, value timeout)
{
    int64_t deadline;
    if (!acquire_arguments(blocking, timeout, &deadline))
        return NULL;
    if (likely(word_try_acquire(&LOCK(v)->word)))
        return VALUE_TRUE;
    if (deadline == 0)
        return VALUE_FALSE;
    int acquired = word_acquire(v, &LOCK(v)->word, deadline);
    return acquired < 0 ? NULL : value_bool(acquired);
}

static value lock_release(value v, const value *args)
{
    if (atomic_load_explicit(&LOCK(v)->word, memory_order_relaxed) == 0)
        return raise(EXC(RuntimeError), "release unlocked lock");
    word_release(&LOCK(v)->word);
    return VALUE_NONE;
}

/* Takes its arguments as they come: releasing a lock at the end of a `with` must not need memory for a tuple. */
static value lock_exit(value v, const value *args, size_t nargs, value kwnames)
{
    return lock_release(v, args);
}

static value lock_locked(value v)
{
    return value_bool(atomic_load_explicit(&LOCK(v)->word, memory_order_relaxed) != 0);
}

static value lock_enter(value v)
{
    if (likely(word_try_acquire(&LOCK(v)->word)))
        return VALUE_TRUE;
    return word_acquire(v, &LOCK(v)->word, -1) < 0 ? NULL : VALUE_TRUE;
}

static value lock_at_fork_reinit(value v)
{
    atomic_store(&LOCK(v)->word, 0);
    return VALUE_NONE;
}

static value lock_repr(value v)
{
    return str_format("<%s %T object at %p>", atomic_load(&LOCK(v)->word) ? "locked" : "unlocked", v, (void *)v);
}

#define ACQUIRE_DOC                                                                                               \
    "Lock the lock. Without argument, this blocks if the lock is already\nlocked, waiting for another thread to " \
    "release it, and return True once the lock is acquired."
static const struct method_def lock_methods[] = {
    METHOD("acquire", lock_acquire, "($self, blocking=True, timeout=-1)", ACQUIRE_DOC),
    METHOD("acquire_lock", lock_acquire, "($self, blocking=True, timeout=-1)", ACQUIRE_DOC),
    METHOD("release", lock_release, "($self, /)", "Release the lock."),
    METHOD("release_lock", lock_release, "($self, /)", "Release the lock."),
    METHOD("locked", lock_locked, "($self, /)", "Return whether the lock is in the locked state."),
    METHOD("locked_lock", lock_locked, "($self, /)", "Return whether the lock is in the locked state."),
    METHOD("__enter__", lock_enter, "($self, /)", "Lock the lock."),
    METHOD_ANY("__exit__", lock_exit, "Release the lock.", 0),
    METHOD("_at_fork_reinit", lock_at_fork_reinit, "($self, /)", NULL),
    {0},
};
static const struct type_spec lock_type_spec = {
    .name = "_thread.lock",
    .doc = "A lock object is a synchronization primitive.",
    .size = sizeof(struct lock),
    .flags = TYPE_FLAG_NO_NEW | TYPE_FLAG_WEAKREF,
    .slots = {.repr = lock_repr},
    .methods = lock_methods,
};
static struct type *lock_type;

static value lock_new(void)
{
    return value_of(object_new(lock_type, sizeof(struct lock)));
}
static value allocate_lock(value self)
{
    return lock_new();
}

/* ---- RLock ---- */
struct rlock {
    struct object header;
    _Atomic uint32_t word;
    _Atomic uint64_t owner; /* ident, or 0; only its owner can find its own ident here */
    uint64_t count;         /* the owner's */
};
#define RLOCK(v) ((struct rlock *)(v))

static bool rlock_is_mine(struct rlock *r)
{
    return atomic_load_explicit(&r->owner, memory_order_relaxed) == interpreter_self->ident;
}

static void rlock_own(struct rlock *r, uint64_t count)
{
    atomic_store_explicit(&r->owner, interpreter_self->ident, memory_order_relaxed);
    r->count = count;
}

static value rlock_take(struct rlock *r, int64_t deadline)
{
    if (rlock_is_mine(r)) {
        if (r->count == UINT64_MAX)
            return raise(EXC(OverflowError), "Internal lock count overflowed");
        r->count++;
        return VALUE_TRUE;
    }
    if (!word_try_acquire(&r->word)) {
        if (deadline == 0)
            return VALUE_FALSE;
        int acquired = word_acquire(value_of(r), &r->word, deadline);
        if (acquired <= 0)
            return acquired < 0 ? NULL : VALUE_FALSE;
    }
    rlock_own(r, 1);
    return VALUE_TRUE;
}

static value rlock_acquire(value v, value blocking, value timeout)
{
    int64_t deadline;
    return acquire_arguments(blocking, timeout, &deadline) ? rlock_take(RLOCK(v), deadline) : NULL;
}
static value rlock_enter(value v)
{
    return rlock_take(RLOCK(v), -1);
}

static value rlock_release(value v, const value *args)
{
    struct rlock *r = RLOCK(v);
    if (!rlock_is_mine(r))
        return raise(EXC(RuntimeError), "cannot release un-acquired lock");
    if (--r->count == 0) {
        atomic_store_explicit(&r->owner, 0, memory_order_relaxed);
        word_release(&r->word);
    }
    return VALUE_NONE;
}

static value rlock_exit(value v, const value *args, size_t nargs, value kwnames)
{
    return rlock_release(v, args);
}

static value rlock_is_owned(value v)
{
    return value_bool(rlock_is_mine(RLOCK(v)));
}

static value rlock_recursion_count(value v)
{
    return rlock_is_mine(RLOCK(v)) ? int_from_u64(RLOCK(v)->count) : small_int(0);
}

/* Condition.wait gives the whole recursion up and takes it back. */
static value rlock_release_save(value v)
{
    struct rlock *r = RLOCK(v);
    if (!rlock_is_mine(r))
        return raise(EXC(RuntimeError), "cannot release un-acquired lock");
    value count = int_from_u64(r->count), owner = int_from_u64(interpreter_self->ident);
    value state = count && owner ? tuple_pack(2, count, owner) : NULL;
    value_dec(count);
    value_dec(owner);
    if (!state)
        return NULL;
    r->count = 0;
    atomic_store_explicit(&r->owner, 0, memory_order_relaxed);
    word_release(&r->word);
    return state;
}

static value rlock_acquire_restore(value v, value state)
{
    struct rlock *r = RLOCK(v);
    uint64_t count;
    if (!is_tuple(state) || tuple_length(state) != 2 || !is_int(tuple_get(state, 0)))
        return raise(EXC(TypeError), "_acquire_restore() argument must be a tuple of two ints");
    if (!int_as_u64(tuple_get(state, 0), &count))
        return NULL;
    /* The lock must be held again whatever a signal handler raised; that comes out afterwards. */
    value raised = NULL;
    while (!word_try_acquire(&r->word) && word_acquire(v, &r->word, -1) < 0) {
        value later = error_fetch();
        if (raised)
            exception_set_context(later, raised);
        raised = later;
    }
    rlock_own(r, count);
    if (!raised)
        return VALUE_NONE;
    error_restore(raised);
    return NULL;
}

static value rlock_at_fork_reinit(value v)
{
    atomic_store(&RLOCK(v)->word, 0);
    atomic_store(&RLOCK(v)->owner, 0);
    RLOCK(v)->count = 0;
    return VALUE_NONE;
}

static value rlock_repr(value v)
{
    struct rlock *r = RLOCK(v);
    uint64_t owner = atomic_load(&r->owner);
    return str_format("<%s %T object owner=%llu count=%llu at %p>", owner ? "locked" : "unlocked", v,
                      (unsigned long long)owner,
                      (unsigned long long)(rlock_is_mine(r) ? r->count
                                           : owner          ? 1
                                                            : 0),
                      (void *)v);
}

static value rlock_type_new(struct type *type, const value *args, size_t nargs, value kwnames)
{
    return value_of(object_new(type, sizeof(struct rlock)));
}

static const struct method_def rlock_methods[] = {
    METHOD("acquire", rlock_acquire, "($self, blocking=True, timeout=-1)", ACQUIRE_DOC),
    METHOD("release", rlock_release, "($self, /)", "Release the lock."),
    METHOD("_is_owned", rlock_is_owned, "($self, /)", NULL),
    METHOD("_recursion_count", rlock_recursion_count, "($self, /)", NULL),
    METHOD("_release_save", rlock_release_save, "($self, /)", NULL),
    METHOD("_acquire_restore", rlock_acquire_restore, "($self, state, /)", NULL),
    METHOD("_at_fork_reinit", rlock_at_fork_reinit, "($self, /)", NULL),
    METHOD("__enter__", rlock_enter, "($self, /)", "Lock the lock."),
    METHOD_ANY("__exit__", rlock_exit, "Release the lock.", 0),
    {0},
};
static const struct type_spec rlock_type_spec = {
    .name = "_thread.RLock",
    .size = sizeof(struct rlock),
    .flags = TYPE_FLAG_BASE | TYPE_FLAG_WEAKREF,
    .slots = {.new = rlock_type_new, .repr = rlock_repr},
    .methods = rlock_methods,
};

/* ---- threads ---- */
struct start {
    struct interpreter *interpreter; /* made by the starting thread, adopted by the new one */
    struct thread_slot *starter;
    value function, args, kwargs; /* owned; kwargs may be NULL */
};
static _Atomic int64_t running_threads;
static _Atomic size_t stack_size;
/* What the deepest C functions need that do not check the stack at every step; smaller requests are rounded up. */
enum { LEAST_STACK = 512 * 1024 };

static void thread_main(void *argument)
{
    struct start start = *(struct start *)argument;
    free(argument);
    interpreter_adopt(start.interpreter);
    /* Programs believe that a thread gets nowhere before the one that started it leaves the call or blocks: what a
     * signal from the new thread interrupts must not be that call, or the caller takes a thread that runs, or has
     * ended, for one that could not be started. */
    thread_await_safepoint(start.starter, 1000000000);
    value result = call_tuple(start.function, start.args, start.kwargs);
    if (!result) {
        if (error_matches(EXC(SystemExit)))
            error_clear();
        else
            error_unraisable("Exception ignored in thread started by", start.function);
    }
    value_dec(result);
    value_dec(start.function);
    value_dec(start.args);
    value_dec(start.kwargs);
    atomic_fetch_sub(&running_threads, 1);
    value on_exit = interpreter_self->on_exit;
    interpreter_self->on_exit = NULL;
    thread_local_forget();
    if (on_exit)
        word_release(&LOCK(on_exit)->word);
    value_dec(on_exit);
    if (interpreter_detach())
        _exit(0); /* in the child of a fork by such a thread: nobody else is there to end the process */
}

static value start_new_thread(value self, const value *args)
{
    if (!value_is_callable(args[0]))
        return raise(EXC(TypeError), "first arg must be callable");
    if (!is_tuple(args[1]))
        return raise(EXC(TypeError), "2nd arg must be a tuple");
    if (!is_missing(args[2]) && !is_dict(args[2]))
        return raise(EXC(TypeError), "optional 3rd arg must be a dictionary");
    struct interpreter *interpreter = interpreter_new();
    struct start *start = interpreter ? malloc(sizeof *start) : NULL;
    if (!start) {
        if (interpreter)
            interpreter_delete(interpreter);
        return raise_no_memory();
    }
    *start = (struct start){interpreter, thread_self, value_inc(args[0]), value_inc(args[1]),
                            is_missing(args[2]) ? NULL : value_inc(args[2])};
    atomic_fetch_add(&running_threads, 1);
    thread_request(thread_self, THREAD_POLL_AWAIT);
    uint64_t ident;
    size_t wanted = atomic_load(&stack_size);
    int error = thread_start(thread_main, start, wanted && wanted < LEAST_STACK ? LEAST_STACK : wanted, &ident);
    if (error) {
        atomic_fetch_sub(&running_threads, 1);
        interpreter_delete(interpreter);
        value_dec(start->function);
        value_dec(start->args);
        value_dec(start->kwargs);
        free(start);
        return raise(EXC(RuntimeError), "can't start new thread");
    }
    return int_from_u64(ident);
}

static value get_ident(value self)
{
    return int_from_u64(interpreter_self->ident);
}
static value get_native_id(value self)
{
    return int_from_i64(syscall(SYS_gettid));
}
static value thread_count(value self)
{
    return int_from_i64(atomic_load(&running_threads));
}

static value thread_exit(value self)
{
    value exception = call_0(value_of(EXC(SystemExit)));
    if (exception)
        raise_exception(exception);
    value_dec(exception);
    return NULL;
}

static value set_stack_size(value self, value size)
{
    ssize wanted = 0;
    if (!is_missing(size) && !index_as_ssize(size, &wanted, EXC(ValueError)))
        return NULL;
    if (wanted < 0 || (wanted > 0 && wanted < 32768))
        return raise(EXC(ValueError), wanted < 0 ? "size must be 0 or a positive value" : "size not valid: %lld bytes",
                     (long long)wanted);
    size_t old = is_missing(size) ? atomic_load(&stack_size) : atomic_exchange(&stack_size, (size_t)wanted);
    return int_from_u64(old);
}

/* A lock that is released when the calling thread ends: what Thread.join waits on. */
static value set_sentinel(value self)
{
    value lock = lock_new();
    if (!lock)
        return NULL;
    value old = interpreter_self->on_exit;
    interpreter_self->on_exit = value_inc(lock);
    value_dec(old);
    return lock;
}

static value interrupt_main(value self, value signum)
{
    int number;
    if (!signal_number(signum, &number))
        return NULL;
    signal_simulate(number);
    return thread_safepoint_at(thread_self, THREAD_IN_WAIT) == 0 ? VALUE_NONE : NULL;
}

/* ---- threading.excepthook ---- */
static const struct struct_sequence_field hook_fields[] = {{"exc_type", "Exception type"},
                                                           {"exc_value", "Exception value"},
                                                           {"exc_traceback", "Exception traceback"},
                                                           {"thread", "Thread"},
                                                           {0}};
static struct type *hook_args_type;

static value excepthook(value self, value given_args)
{
    if (value_type(given_args) != hook_args_type)
        return raise(EXC(TypeError), "_thread.excepthook argument type must be ExceptHookArgs");
    value exc_type = tuple_get(given_args, 0), exception = tuple_get(given_args, 1),
          traceback = tuple_get(given_args, 2);
    value thread = tuple_get(given_args, 3);
    if (exc_type == value_of(EXC(SystemExit)))
        return VALUE_NONE;
    value file = sys_get("stderr");
    if (file == VALUE_MISSING || file == VALUE_NONE) {
        if (thread == VALUE_NONE)
            return VALUE_NONE;
        file = attr_get(thread, NAME(_stderr));
        if (file == VALUE_NONE)
            return VALUE_NONE;
    }
    if (!file)
        return NULL;
    value name = thread != VALUE_NONE ? attr_get_optional(thread, NAME(_name)) : VALUE_MISSING;
    value line = !name ? NULL
                 : name != VALUE_MISSING
                     ? str_format("Exception in thread %S:\n", name)
                     : str_format("Exception in thread %llu:\n", (unsigned long long)interpreter_self->ident);
    value written = line ? call_method_1(file, NAME(write), line) : NULL;
    bool done = written != NULL;
    if (done && is_exception(exception)) {
        if (value_is(traceback, TYPE_ID_TRACEBACK))
            exception_set_traceback(exception, traceback);
        done = exception_print(exception, file);
    }
    value_dec(written);
    value_dec(line);
    value_dec(name);
    value_dec(file);
    return done ? VALUE_NONE : NULL;
}

static const struct method_def functions[] = {
    METHOD("start_new_thread", start_new_thread, "(function, args, kwargs=<unrepresentable>, /)",
           "Start a new thread and return its identifier."),
    METHOD("start_new", start_new_thread, "(function, args, kwargs=<unrepresentable>, /)",
           "An obsolete synonym of start_new_thread()."),
    METHOD("allocate_lock", allocate_lock, "()", "Create a new lock object."),
    METHOD("allocate", allocate_lock, "()", "An obsolete synonym of allocate_lock()."),
    METHOD("exit", thread_exit, "()", "This is synonymous to ``raise SystemExit''."),
    METHOD("exit_thread", thread_exit, "()", "An obsolete synonym of exit()."),
    METHOD("interrupt_main", interrupt_main, "(signum=2, /)",
           "Simulate the arrival of the given signal in the main thread."),
    METHOD("get_ident", get_ident, "()", "Return a non-zero integer that uniquely identifies the current thread."),
    METHOD("get_native_id", get_native_id, "()", "Return the native integer thread ID of the calling thread."),
    METHOD("_count", thread_count, "()",
           "Return the number of currently running Python threads, excluding\nthe main thread."),
    METHOD("stack_size", set_stack_size, "(size=<unrepresentable>, /)",
           "Return the thread stack size used when creating new threads."),
    METHOD("_set_sentinel", set_sentinel, "()",
           "Set a sentinel lock that will be released when the current thread ends."),
    METHOD("_excepthook", excepthook, "(args, /)", "Handle uncaught Thread.run() exception."),
    {0},
};

static bool fill(value module)
{
    lock_type = type_define(&lock_type_spec);
    struct type *rlock = lock_type ? type_define(&rlock_type_spec) : NULL, *local = rlock ? thread_local_type() : NULL;
    if (!local)
        return false;
    hook_args_type =
        struct_sequence_define("_thread._ExceptHookArgs", "Type used to pass arguments to threading.excepthook.",
                               hook_fields, 4, struct_sequence_from);
    return hook_args_type && module_add(module, "LockType", value_of(lock_type)) &&
           module_add(module, "RLock", value_of(rlock)) && module_add(module, "_local", value_of(local)) &&
           module_add(module, "_ExceptHookArgs", value_of(hook_args_type)) &&
           module_add(module, "error", value_of(EXC(RuntimeError))) &&
           module_add_owned(module, "TIMEOUT_MAX", float_new(TIMEOUT_MAX_SECONDS));
}

const struct module_def _thread_module = {
    .name = "_thread",
    .doc = "This module provides primitive operations to write multi-threaded programs.",
    .functions = functions,
    .fill = fill,
};
