/*
 * _asyncio.Task: a coroutine that the event loop drives, one step at a time.
 *
 * While a task is not done either `waiter` is NULL and a step is scheduled, or it is the future whose end calls
 * wakeup(), which makes the next step.
 */
#include "runtime/modules/async/asyncio.h"
#include "runtime/objects/descriptors/builtin_function.h"

#include <stddef.h>

struct type *task_type;
static _Atomic int64_t task_names;

static value load(value v, value_slot *slot) /* owned, or NULL */
{
    return slot_load(value_object(v), slot);
}
static value load_or_none(value v, value_slot *slot)
{
    value item = load(v, slot);
    return item ? item : VALUE_NONE;
}

/* One of ours, and not of a class that may have methods of its own. */
static bool is_plain(value v)
{
    return value_type(v) == future_type || value_type(v) == task_type;
}

/* ---- steps ---- */
static value task_step_method(value v, value exception);
static value task_wakeup_method(value v, value future);
static const struct method_def step_method = METHOD("task_step", task_step_method, "($self, exc=None, /)", NULL);
static struct signature step_signature = {.name = "task_step", .text = "($self, exc=None, /)", .is_method = true};
static const struct method_def wakeup_method = METHOD("task_wakeup", task_wakeup_method, "($self, future, /)", NULL);
static struct signature wakeup_signature = {.name = "task_wakeup", .text = "($self, future, /)", .is_method = true};

static bool schedule_step(value v, value exception /* or NULL */)
{
    value step = builtin_function_bound(&step_method, &step_signature, NULL, v), loop = step ? future_loop(v) : NULL;
    value context = load(v, &TASK(v)->context);
    bool done = loop && context && asyncio_call_soon(loop, step, exception, context);
    value_dec(context);
    value_dec(loop);
    value_dec(step);
    return done;
}
/* What the coroutine gave is nothing that a task can wait for: it learns that by an exception. Steals that. */
static bool refuse(value v, value message)
{
    value exception = message ? call_1(value_of(EXC(RuntimeError)), message) : NULL;
    bool done = exception && schedule_step(v, exception);
    value_dec(exception);
    value_dec(message);
    return done;
}

/* future.cancel(msg=message): 1, 0, -1. */
static int cancel_future(value future, value message)
{
    value names = tuple_pack(1, NAME(msg));
    value result = names ? call_method_vector(future, NAME(cancel), &message, 0, names) : NULL;
    int cancelled = result ? value_truth(result) : -1;
    value_dec(result);
    value_dec(names);
    return cancelled;
}
/* Wait for a future; it is not blocking any more. */
static bool wait_for(value v, value future)
{
    value wakeup = builtin_function_bound(&wakeup_method, &wakeup_signature, NULL, v);
    value context = load(v, &TASK(v)->context);
    bool done = wakeup && context;
    if (done && is_plain(future)) {
        atomic_store_explicit(&FUTURE(future)->blocking, false, memory_order_relaxed);
        done = future_add_callback(future, wakeup, context);
    } else if (done) {
        bool told = attr_set(future, NAME(_asyncio_future_blocking), VALUE_FALSE);
        value names = told ? tuple_pack(1, NAME(context)) : NULL;
        const value arguments[] = {wakeup, context};
        value result = names ? call_method_vector(future, NAME(add_done_callback), arguments, 1, names) : NULL;
        done = result != NULL;
        value_dec(result);
        value_dec(names);
    }
    value_dec(context);
    value_dec(wakeup);
    if (!done)
        return false;
    slot_store(value_object(v), &TASK(v)->waiter, value_inc(future));
    if (!atomic_load(&TASK(v)->must_cancel))
        return true;
    value message = load_or_none(v, &TASK(v)->future.cancel_message);
    int cancelled = cancel_future(future, message);
    value_dec(message);
    if (cancelled > 0)
        atomic_store(&TASK(v)->must_cancel, false);
    return cancelled >= 0;
}
static value loop_of(value future) /* owned */
{
    if (is_plain(future))
        return future_loop(future);
    value get = attr_get_optional(future, NAME(get_loop));
    if (!get || get == VALUE_MISSING)
        return get ? attr_get(future, NAME(_loop)) : NULL;
    value loop = call_0(get);
    value_dec(get);
    return loop;
}
/* The coroutine gave a future, whose `blocking` is this. */
static bool step_to_future(value v, value future, bool blocking)
{
    value theirs = loop_of(future), ours = theirs ? future_loop(v) : NULL;
    value_dec(theirs);
    value_dec(ours);
    if (!ours)
        return false;
    if (theirs != ours) /* (both are kept by their futures) */
        return refuse(v, str_format("Task %R got Future %R attached to a different loop", v, future));
    if (!blocking)
        return refuse(v, str_format("yield was used instead of yield from in task %R with %R", v, future));
    if (future == v)
        return refuse(v, str_format("Task cannot await on itself: %R", v));
    return wait_for(v, future);
}
static bool step_to(value v, value given)
{
    if (is_plain(given))
        return step_to_future(v, given, atomic_load(&FUTURE(given)->blocking));
    if (given == VALUE_NONE)
        return schedule_step(v, NULL);
    value blocking = attr_get_optional(given, NAME(_asyncio_future_blocking));
    if (!blocking)
        return false;
    if (blocking != VALUE_MISSING && blocking != VALUE_NONE) {
        int truth = value_truth(blocking);
        value_dec(blocking);
        return truth >= 0 && step_to_future(v, given, truth);
    }
    if (value_is(given, TYPE_ID_GENERATOR))
        return refuse(v, str_format("yield was used instead of yield from for generator in task %R with %R", v, given));
    return refuse(v, str_format("Task got bad yield: %R", given));
}

/* Is it to be cancelled? Asked once. */
static bool must_cancel(value v)
{
    return atomic_load(&TASK(v)->must_cancel) && atomic_exchange(&TASK(v)->must_cancel, false);
}
/* The coroutine came to its end: with a result, or with the current exception. */
static bool step_ends(value v, value result)
{
    if (!must_cancel(v))
        return future_finish(v, result);
    value message = load(v, &TASK(v)->future.cancel_message);
    int done = future_cancel(v, message);
    value_dec(message);
    return done >= 0;
}
static bool step_fails(value v)
{
    value exception = error_fetch(), type = asyncio_global(GLOBAL_CANCELLED);
    if (!type) {
        value_dec(exception);
        return false;
    }
    if (value_is_of(exception, EXC(StopIteration))) { /* of a coroutine that is none of ours */
        value result = stop_iteration_value(exception);
        bool done = result && step_ends(v, result);
        value_dec(result);
        value_dec(exception);
        return done;
    }
    if (value_is_of(exception, (struct type *)type)) {
        slot_store(value_object(v), &TASK(v)->future.cancelled_exception, exception);
        return future_cancel(v, NULL) >= 0;
    }
    bool done = future_fail(v, exception);
    if (done && (value_is_of(exception, EXC(KeyboardInterrupt)) || value_is_of(exception, EXC(SystemExit)))) {
        error_restore(exception);
        return false;
    }
    value_dec(exception);
    return done;
}

/* One step, into which an exception is thrown if there is one. */
static bool run_step(value v, value exception)
{
    value coroutine = load(v, &TASK(v)->coroutine), given = NULL;
    if (!coroutine)
        return raise_false(EXC(RuntimeError), "Task object is not initialized.");
    int how;
    if (!exception) {
        how = iter_send(coroutine, VALUE_NONE, &given);
    } else {
        given = call_method_1(coroutine, NAME(throw), exception);
        how = given ? SEND_YIELD : SEND_ERROR;
    }
    value_dec(coroutine);
    bool done = how == SEND_YIELD ? step_to(v, given) : how == SEND_RETURN ? step_ends(v, given) : step_fails(v);
    if (how != SEND_ERROR)
        value_dec(given);
    return done;
}
static bool task_step(value v, value given)
{
    if (future_state(v) != FUTURE_PENDING) {
        value type = asyncio_global(GLOBAL_INVALID_STATE);
        value text = type ? str_format("__step(): already done: %R %R", v, given ? given : VALUE_NONE) : NULL;
        value error = text ? call_1(type, text) : NULL;
        if (error)
            raise_exception(error);
        value_dec(error);
        value_dec(text);
        return false;
    }
    value exception = value_inc(given), loop = future_loop(v);
    if (loop && must_cancel(v)) {
        value type = asyncio_global(GLOBAL_CANCELLED);
        if (!type || !exception || !value_is_of(exception, (struct type *)type)) {
            value_dec(exception);
            exception = type ? future_cancelled_error(v) : NULL;
            if (!exception) {
                value_dec(loop);
                return false;
            }
        }
    }
    if (slot_peek(&TASK(v)->waiter))
        slot_store(value_object(v), &TASK(v)->waiter, NULL);
    bool done = loop && asyncio_enter_task(loop, v);
    if (done) {
        done = run_step(v, exception);
        value error = done ? NULL : error_fetch();
        bool left = asyncio_leave_task(loop, v);
        if (error) {
            error_clear();
            error_restore(error);
        }
        done = done && left;
    }
    value_dec(loop);
    value_dec(exception);
    return done;
}
static value task_step_method(value v, value exception)
{
    return task_step(v, exception == VALUE_NONE ? NULL : exception) ? VALUE_NONE : NULL;
}
static value task_wakeup_method(value v, value future)
{
    value result = is_plain(future) ? future_outcome(future) : call_method_0(future, NAME(result));
    if (result) {
        value_dec(result);
        return task_step_method(v, VALUE_NONE);
    }
    value exception = error_fetch();
    value done = task_step_method(v, exception);
    value_dec(exception);
    return done;
}

/* ---- life ---- */
static value task_new(struct type *type, const value *args, size_t nargs, value kwnames)
{
    return value_of(object_new(type, sizeof(struct task)));
}
static value task_name(value given)
{
    if (!is_given(given))
        return str_format("Task-%lld", (long long)atomic_fetch_add(&task_names, 1) + 1);
    return value_type(given) == TYPE(STR) ? value_inc(given) : value_str(given);
}
static int is_coroutine(value v)
{
    if (value_is(v, TYPE_ID_COROUTINE))
        return 1;
    value function = asyncio_global(GLOBAL_IS_COROUTINE), answer = function ? call_1(function, v) : NULL;
    int truth = answer ? value_truth(answer) : -1;
    value_dec(answer);
    return truth;
}
static bool task_init(value v, const value *args, size_t nargs, value kwnames)
{
    static struct signature signature = SIGNATURE("Task", "(coro, *, loop=None, name=None, context=None)");
    struct task *t = TASK(v);
    value bound[4];
    if (!signature_bind(&signature, args, nargs, kwnames, bound) || !future_init_with(v, bound[1]))
        return false;
    int good = is_coroutine(bound[0]);
    if (good <= 0) {
        atomic_store(&t->log_destroyed, false);
        return good == 0 && raise_false(EXC(TypeError), "a coroutine was expected, got %R", bound[0]);
    }
    value context = is_given(bound[3]) ? value_inc(bound[3]) : context_copy_current();
    value name = context ? task_name(bound[2]) : NULL;
    if (!name) {
        value_dec(context);
        return false;
    }
    atomic_store_explicit(&t->must_cancel, false, memory_order_relaxed);
    atomic_store_explicit(&t->cancel_requests, 0, memory_order_relaxed);
    atomic_store_explicit(&t->log_destroyed, true, memory_order_release);
    slot_store(value_object(v), &t->context, context);
    slot_store(value_object(v), &t->name, name);
    slot_store(value_object(v), &t->waiter, NULL);
    slot_store(value_object(v), &t->coroutine, value_inc(bound[0]));
    return schedule_step(v, NULL) && asyncio_register_task(v);
}
static void task_traverse(struct object *o, struct gc_trace *trace)
{
    struct task *t = (struct task *)o;
    future_traverse(o, trace);
    trace_slot(trace, &t->coroutine);
    trace_slot(trace, &t->waiter);
    trace_slot(trace, &t->name);
    trace_slot(trace, &t->context);
}
static void task_destroy(struct object *o)
{
    struct task *t = (struct task *)o;
    future_destroy(o);
    slot_drop(&t->coroutine);
    slot_drop(&t->waiter);
    slot_drop(&t->name);
    slot_drop(&t->context);
}
static void task_finalize(struct object *o)
{
    value v = value_of(o);
    if (slot_peek(&TASK(v)->future.loop) && future_state(v) == FUTURE_PENDING && atomic_load(&TASK(v)->log_destroyed)) {
        value saved = error_fetch();
        future_tell_loop(v, "Task was destroyed but it is pending!", "task", NULL);
        if (saved)
            error_restore(saved);
    }
    future_finalize(o);
}

/* ---- methods ---- */
static value task_set_result(value v, value result)
{
    return raise(EXC(RuntimeError), "Task does not support set_result operation");
}
static value task_set_exception(value v, value exception)
{
    return raise(EXC(RuntimeError), "Task does not support set_exception operation");
}
static value task_cancel(value v, value message)
{
    struct task *t = TASK(v);
    value loop = future_loop(v);
    if (!loop)
        return NULL;
    value_dec(loop);
    atomic_store(&t->future.log_traceback, false);
    if (future_state(v) != FUTURE_PENDING)
        return VALUE_FALSE;
    atomic_fetch_add(&t->cancel_requests, 1);
    value waiter = load(v, &t->waiter);
    if (waiter) {
        int cancelled = cancel_future(waiter, message);
        value_dec(waiter);
        if (cancelled)
            return cancelled < 0 ? NULL : VALUE_TRUE; /* the step after that future's end sees it */
    }
    slot_store(value_object(v), &t->future.cancel_message, is_given(message) ? value_inc(message) : NULL);
    atomic_store(&t->must_cancel, true);
    return VALUE_TRUE;
}
static value task_cancelling(value v)
{
    return small_int(atomic_load(&TASK(v)->cancel_requests));
}
static value task_uncancel(value v)
{
    int now = atomic_load(&TASK(v)->cancel_requests);
    while (now > 0 && !atomic_compare_exchange_weak(&TASK(v)->cancel_requests, &now, now - 1))
        ;
    return small_int(now > 0 ? now - 1 : 0);
}
static value task_get_stack(value v, const value *args)
{
    value function = asyncio_global(GLOBAL_TASK_STACK);
    return function ? call_2(function, v, args[0]) : NULL;
}
static value task_print_stack(value v, const value *args)
{
    value function = asyncio_global(GLOBAL_TASK_PRINT_STACK);
    return function ? call_3(function, v, args[0], args[1]) : NULL;
}
static value task_get_name(value v)
{
    return load_or_none(v, &TASK(v)->name);
}
static value task_set_name(value v, value given)
{
    value name = value_type(given) == TYPE(STR) ? value_inc(given) : value_str(given);
    if (!name)
        return NULL;
    slot_store(value_object(v), &TASK(v)->name, name);
    return VALUE_NONE;
}
static value task_get_coro(value v)
{
    return load_or_none(v, &TASK(v)->coroutine);
}
static value task_get_waiter(value v)
{
    return load_or_none(v, &TASK(v)->waiter);
}
static value task_get_must_cancel(value v)
{
    return value_bool(atomic_load(&TASK(v)->must_cancel));
}
static value task_get_log_destroyed(value v)
{
    return value_bool(atomic_load(&TASK(v)->log_destroyed));
}
static bool task_set_log_destroyed(value v, value flag)
{
    if (!flag)
        return raise_false(EXC(AttributeError), "cannot delete attribute");
    int log = value_truth(flag);
    if (log >= 0)
        atomic_store(&TASK(v)->log_destroyed, log);
    return log >= 0;
}
static value task_repr(value v)
{
    value function = asyncio_global(GLOBAL_TASK_REPR);
    return function ? call_1(function, v) : NULL;
}

static const struct method_def methods[] = {
    METHOD_DEL,
    FUTURE_METHODS,
    METHOD("set_result", task_set_result, "($self, result, /)", NULL),
    METHOD("set_exception", task_set_exception, "($self, exception, /)", NULL),
    METHOD("cancel", task_cancel, "($self, /, msg=None)", "Request that this task cancel itself."),
    METHOD("cancelling", task_cancelling, "($self, /)", "Return the count of the task's cancellation requests."),
    METHOD("uncancel", task_uncancel, "($self, /)", "Decrement the task's count of cancellation requests."),
    METHOD("get_stack", task_get_stack, "($self, /, *, limit=None)",
           "Return the list of stack frames for this task's coroutine."),
    METHOD("print_stack", task_print_stack, "($self, /, *, limit=None, file=None)",
           "Print the stack or traceback for this task's coroutine."),
    METHOD("get_name", task_get_name, "($self, /)", NULL),
    METHOD("set_name", task_set_name, "($self, value, /)", NULL),
    METHOD("get_coro", task_get_coro, "($self, /)", NULL),
    {0},
};
static const struct getset_def getset[] = {
    FUTURE_GETSET,
    {"_log_destroy_pending", task_get_log_destroyed, task_set_log_destroyed, NULL},
    {"_must_cancel", task_get_must_cancel, NULL, NULL},
    {"_coro", task_get_coro, NULL, NULL},
    {"_fut_waiter", task_get_waiter, NULL, NULL},
    {0},
};
const struct type_spec task_spec = {
    .name = "_asyncio.Task",
    .signature = "(coro, *, loop=None, name=None, context=None)",
    .doc = "A coroutine wrapped in a Future.",
    .size = sizeof(struct task),
    .flags = TYPE_FLAG_BASE,
    .gc_flags = TYPE_GC_CONTAINER,
    .dict_offset = offsetof(struct task, future.dict),
    .traverse = task_traverse,
    .destroy = task_destroy,
    .finalize = task_finalize,
    .slots = {.new = task_new, .init = task_init, .repr = task_repr, .iter = future_iterate, .await = future_iterate},
    .methods = methods,
    .getset = getset,
};
