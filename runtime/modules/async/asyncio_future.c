/* _asyncio.Future. */
#include "runtime/modules/async/asyncio.h"
#include "runtime/raw.h"
#include "threads/pause.h"

#include <stddef.h>
#include <stdlib.h>

struct type *future_type;

static value raise_invalid_state(const char *message)
{
    value type = asyncio_global(GLOBAL_INVALID_STATE), text = type ? str_from_text(message) : NULL;
    value exception = text ? call_1(type, text) : NULL;
    if (exception)
        raise_exception(exception);
    value_dec(exception);
    value_dec(text);
    return NULL;
}
static value load(value v, value_slot *slot) /* owned, or NULL */
{
    return slot_load(value_object(v), slot);
}
static value load_or_none(value v, value_slot *slot)
{
    value item = load(v, slot);
    return item ? item : VALUE_NONE;
}

value future_loop(value v)
{
    value loop = load(v, &FUTURE(v)->loop);
    return loop ? loop : raise(EXC(RuntimeError), "%T object is not initialized.", v);
}
static bool is_alive(value v)
{
    return slot_peek(&FUTURE(v)->loop) != NULL || raise_false(EXC(RuntimeError), "%s object is not initialized.",
                                                              value_is_of(v, task_type) ? "Task" : "Future");
}

/* ---- life ---- */
static value future_new(struct type *type, const value *args, size_t nargs, value kwnames)
{
    return value_of(object_new(type, sizeof(struct future)));
}
bool future_init_with(value v, value given_loop)
{
    struct future *f = FUTURE(v);
    value loop = is_given(given_loop) ? value_inc(given_loop) : asyncio_event_loop();
    int wanted = loop ? asyncio_is_debugged(loop) : -1;
    value extract = wanted > 0 ? asyncio_global(GLOBAL_EXTRACT_STACK) : NULL;
    value source = extract ? call_0(extract) : NULL;
    if (wanted < 0 || (wanted > 0 && !source)) {
        value_dec(loop);
        return false;
    }
    value_slot *const slots[] = {&f->loop,      &f->source_traceback, &f->callbacks,      &f->result,
                                 &f->exception, &f->traceback,        &f->cancel_message, &f->cancelled_exception};
    value fresh[sizeof slots / sizeof *slots] = {loop, source};
    object_lock(&f->header);
    for (size_t i = 0; i < sizeof slots / sizeof *slots; i++)
        if (fresh[i] || slot_peek(slots[i]))
            fresh[i] = slot_exchange(slots[i], fresh[i]); /* what was there, in an object that is made anew */
    atomic_store_explicit(&f->state, FUTURE_PENDING, memory_order_release);
    atomic_store_explicit(&f->blocking, false, memory_order_relaxed);
    atomic_store_explicit(&f->log_traceback, false, memory_order_relaxed);
    object_unlock(&f->header);
    values_drop(fresh, sizeof fresh / sizeof *fresh);
    return true;
}
static bool future_init(value v, const value *args, size_t nargs, value kwnames)
{
    static struct signature signature = SIGNATURE("Future", "(*, loop=None)");
    value bound[1];
    return signature_bind(&signature, args, nargs, kwnames, bound) && future_init_with(v, bound[0]);
}
void future_traverse(struct object *o, struct gc_trace *trace)
{
    struct future *f = (struct future *)o;
    trace_slot(trace, &f->loop);
    trace_slot(trace, &f->callbacks);
    trace_slot(trace, &f->result);
    trace_slot(trace, &f->exception);
    trace_slot(trace, &f->traceback);
    trace_slot(trace, &f->source_traceback);
    trace_slot(trace, &f->cancel_message);
    trace_slot(trace, &f->cancelled_exception);
    trace_slot(trace, &f->dict);
}
void future_destroy(struct object *o)
{
    struct future *f = (struct future *)o;
    slot_drop(&f->loop);
    slot_drop(&f->callbacks);
    slot_drop(&f->result);
    slot_drop(&f->exception);
    slot_drop(&f->traceback);
    slot_drop(&f->source_traceback);
    slot_drop(&f->cancel_message);
    slot_drop(&f->cancelled_exception);
    slot_drop(&f->dict);
}

void future_tell_loop(value v, const char *message, const char *what, value exception)
{
    value dict = dict_new(), text = dict ? str_from_text(message) : NULL;
    bool done = text && dict_set_text(dict, "message", text) && dict_set_text(dict, what, v) &&
                (!exception || dict_set_text(dict, "exception", exception));
    value source = load(v, &FUTURE(v)->source_traceback);
    done = done && (!source || dict_set_text(dict, "source_traceback", source));
    value loop = done ? load(v, &FUTURE(v)->loop) : NULL;
    value result = loop ? call_method_1(loop, NAME(call_exception_handler), dict) : NULL;
    if (!result && error_occurred())
        error_unraisable(NULL, v);
    value_dec(result);
    value_dec(loop);
    value_dec(source);
    value_dec(text);
    value_dec(dict);
}
void future_finalize(struct object *o)
{
    struct future *f = (struct future *)o;
    value v = value_of(o);
    if (!atomic_exchange(&f->log_traceback, false))
        return;
    value saved = error_fetch(), exception = load(v, &f->exception);
    value name = attr_get(value_of(value_type(v)), NAME(__name__));
    value text = name ? str_format("%S exception was never retrieved", name) : NULL;
    value_dec(name);
    struct text message;
    if (text && exception && text_of(text, &message)) {
        future_tell_loop(v, message.bytes, "future", exception);
        text_release(&message);
    }
    value_dec(text);
    value_dec(exception);
    if (error_occurred())
        error_unraisable(NULL, v);
    if (saved)
        error_restore(saved);
}

/* ---- callbacks ---- */
bool future_add_callback(value v, value callback, value context)
{
    struct future *f = FUTURE(v);
    for (;;) {
        value head = load(v, &f->callbacks);
        value node = tuple_from_array((value[]){callback, context, head ? head : VALUE_NONE}, 3), old = NULL;
        if (!node) {
            value_dec(head);
            return false;
        }
        object_lock(&f->header);
        bool pending = atomic_load_explicit(&f->state, memory_order_relaxed) == FUTURE_PENDING;
        bool added = pending && slot_peek(&f->callbacks) == head;
        if (added)
            old = slot_exchange(&f->callbacks, node);
        object_unlock(&f->header);
        if (!added)
            value_dec(node);
        value_dec(old);
        value_dec(head);
        if (added)
            return true;
        if (!pending) {
            value loop = future_loop(v);
            bool done = loop && asyncio_call_soon(loop, callback, v, context);
            value_dec(loop);
            return done;
        }
    }
}
/* The callbacks of a chain, first added first; borrowed from it. The array is `few` or malloc'd; NULL: no memory. */
static value *chain_nodes(value chain, value few[8], size_t *count)
{
    size_t n = 0;
    for (value node = chain; node && node != VALUE_NONE; node = tuple_get(node, 2))
        thread_report_at(++n);
    value *nodes = n <= 8 ? few : malloc(n * sizeof *nodes);
    if (!nodes)
        return (value *)raise_no_memory();
    *count = n;
    for (value node = chain; n > 0; node = tuple_get(node, 2), thread_report_at(n))
        nodes[--n] = node;
    return nodes;
}
/* It is done: ask the loop to call all that wait for it. */
static bool schedule(value v)
{
    struct future *f = FUTURE(v);
    if (!slot_peek(&f->callbacks)) /* none comes any more */
        return true;
    value chain = slot_take(&f->header, &f->callbacks, NULL), few[8];
    size_t count;
    if (!chain)
        return true;
    value *nodes = chain_nodes(chain, few, &count), loop = nodes ? future_loop(v) : NULL;
    bool done = loop != NULL;
    for (size_t i = 0; done && i < count; thread_report_at(++i))
        done = asyncio_call_soon(loop, tuple_get(nodes[i], 0), v, tuple_get(nodes[i], 1));
    value_dec(loop);
    if (nodes != few)
        raw_free(nodes);
    value_dec(chain);
    return done;
}

value future_add_done_callback(value v, const value *args)
{
    if (!is_alive(v))
        return NULL;
    value context = is_given(args[1]) ? value_inc(args[1]) : context_copy_current();
    bool done = context && future_add_callback(v, args[0], context);
    value_dec(context);
    return done ? VALUE_NONE : NULL;
}
/* The chain without a callback; comparing runs Python code. */
static bool chain_without(value chain, value callback, value *rest, int64_t *removed)
{
    value few[8], kept = NULL;
    size_t count = 0;
    value *nodes = chain_nodes(chain, few, &count);
    bool done = nodes != NULL;
    *removed = 0;
    for (size_t i = 0; done && i < count; thread_report_at(++i)) {
        int same = compare_bool(tuple_get(nodes[i], 0), callback, COMPARE_EQ);
        if (same < 0) {
            done = false;
        } else if (same) {
            ++*removed;
        } else {
            value node = tuple_pack(3, tuple_get(nodes[i], 0), tuple_get(nodes[i], 1), kept ? kept : VALUE_NONE);
            value_dec(kept);
            kept = node;
            done = node != NULL;
        }
    }
    if (nodes != few)
        raw_free(nodes);
    if (!done) {
        value_dec(kept);
        return false;
    }
    *rest = kept;
    return true;
}
value future_remove_done_callback(value v, value callback)
{
    struct future *f = FUTURE(v);
    if (!is_alive(v))
        return NULL;
    for (;;) {
        value chain = load(v, &f->callbacks), rest = NULL, old = NULL;
        int64_t removed = 0;
        if (!chain)
            return small_int(0);
        if (!chain_without(chain, callback, &rest, &removed)) {
            value_dec(chain);
            return NULL;
        }
        object_lock(&f->header);
        bool same = slot_peek(&f->callbacks) == chain;
        if (same && removed)
            old = slot_exchange(&f->callbacks, rest);
        object_unlock(&f->header);
        if (!same || !removed)
            value_dec(rest);
        value_dec(old);
        value_dec(chain);
        if (same)
            return small_int(removed);
    }
}

/* ---- the end ---- */
/* From pending to `state`, with the slots that belong to it. Steals the items. false: it was done already. */
static bool end(value v, enum future_state state, value_slot *first, value item, value_slot *second, value other)
{
    struct future *f = FUTURE(v);
    object_lock(&f->header);
    bool pending = atomic_load_explicit(&f->state, memory_order_relaxed) == FUTURE_PENDING;
    if (pending) {
        item = slot_exchange(first, item);
        other = second ? slot_exchange(second, other) : other;
        atomic_store_explicit(&f->state, (uint8_t)state, memory_order_release);
    }
    object_unlock(&f->header);
    value_dec(item);
    value_dec(other);
    return pending;
}
bool future_finish(value v, value result)
{
    if (!is_alive(v))
        return false;
    if (!end(v, FUTURE_FINISHED, &FUTURE(v)->result, value_inc(result), NULL, NULL))
        return raise_invalid_state("invalid state") != NULL;
    return schedule(v);
}
bool future_fail(value v, value exception)
{
    struct future *f = FUTURE(v);
    if (!is_alive(v))
        return false;
    if (!end(v, FUTURE_FINISHED, &f->exception, value_inc(exception), &f->traceback, exception_traceback(exception)))
        return raise_invalid_state("invalid state") != NULL;
    atomic_store(&f->log_traceback, true);
    return schedule(v);
}
int future_cancel(value v, value message)
{
    struct future *f = FUTURE(v);
    atomic_store(&f->log_traceback, false);
    if (!end(v, FUTURE_CANCELLED, &f->cancel_message, is_given(message) ? value_inc(message) : NULL, NULL, NULL))
        return 0;
    return schedule(v) ? 1 : -1;
}

static value future_set_result(value v, value result)
{
    return future_finish(v, result) ? VALUE_NONE : NULL;
}
static value future_set_exception(value v, value given)
{
    if (!is_alive(v))
        return NULL;
    if (future_state(v) != FUTURE_PENDING)
        return raise_invalid_state("invalid state");
    bool is_class = value_is_of(given, TYPE(TYPE)) && type_is_subtype((struct type *)given, EXC(BaseException));
    value exception = is_class ? call_0(given) : value_inc(given);
    if (!exception)
        return NULL;
    value result = NULL;
    if (!value_is_of(exception, EXC(BaseException)))
        raise(EXC(TypeError), "invalid exception object");
    else if (value_type(exception) == EXC(StopIteration))
        raise(EXC(TypeError), "StopIteration interacts badly with generators and cannot be raised into a Future");
    else if (future_fail(v, exception))
        result = VALUE_NONE;
    value_dec(exception);
    return result;
}
static value future_cancel_method(value v, value message)
{
    if (!is_alive(v))
        return NULL;
    int done = future_cancel(v, message);
    return done < 0 ? NULL : value_bool(done);
}

/* ---- asking ---- */
value future_cancelled_error(value v)
{
    struct future *f = FUTURE(v);
    value kept = slot_take(&f->header, &f->cancelled_exception, NULL);
    if (kept)
        return kept;
    value type = asyncio_global(GLOBAL_CANCELLED), message = load(v, &f->cancel_message);
    value exception = !type ? NULL : message ? call_1(type, message) : call_0(type);
    value_dec(message);
    return exception;
}
static value raise_cancelled(value v)
{
    value exception = future_cancelled_error(v);
    if (exception)
        raise_exception(exception);
    value_dec(exception);
    return NULL;
}
value future_outcome(value v)
{
    struct future *f = FUTURE(v);
    if (!slot_peek(&f->loop))
        return raise_invalid_state("Future object is not initialized.");
    enum future_state state = future_state(v);
    if (state == FUTURE_CANCELLED)
        return raise_cancelled(v);
    if (state == FUTURE_PENDING)
        return raise_invalid_state("Result is not set.");
    atomic_store(&f->log_traceback, false);
    value exception = load(v, &f->exception);
    if (!exception)
        return load_or_none(v, &f->result);
    value traceback = load_or_none(v, &f->traceback); /* not what others add who look at it, too */
    exception_set_traceback(exception, traceback);
    value_dec(traceback);
    raise_exception(exception);
    value_dec(exception);
    return NULL;
}
value future_result(value v)
{
    return future_outcome(v);
}
value future_exception(value v)
{
    if (!slot_peek(&FUTURE(v)->loop))
        return raise_invalid_state("Future object is not initialized.");
    enum future_state state = future_state(v);
    if (state == FUTURE_CANCELLED)
        return raise_cancelled(v);
    if (state == FUTURE_PENDING)
        return raise_invalid_state("Exception is not set.");
    atomic_store(&FUTURE(v)->log_traceback, false);
    return load_or_none(v, &FUTURE(v)->exception);
}
value future_cancelled(value v)
{
    return value_bool(slot_peek(&FUTURE(v)->loop) && future_state(v) == FUTURE_CANCELLED);
}
value future_done(value v)
{
    return value_bool(slot_peek(&FUTURE(v)->loop) && future_state(v) != FUTURE_PENDING);
}
value future_get_loop(value v)
{
    return is_alive(v) ? future_loop(v) : NULL;
}
value future_make_cancelled_error(value v)
{
    return future_cancelled_error(v);
}

/* ---- attributes ---- */
value future_get_state(value v)
{
    if (!is_alive(v))
        return NULL;
    enum future_state state = future_state(v);
    return state == FUTURE_PENDING ? NAME(PENDING) : state == FUTURE_CANCELLED ? NAME(CANCELLED) : NAME(FINISHED);
}
value future_get_blocking(value v)
{
    return value_bool(slot_peek(&FUTURE(v)->loop) && atomic_load(&FUTURE(v)->blocking));
}
bool future_set_blocking(value v, value flag)
{
    if (!is_alive(v))
        return false;
    if (!flag)
        return raise_false(EXC(AttributeError), "cannot delete attribute");
    int blocking = value_truth(flag);
    if (blocking >= 0)
        atomic_store(&FUTURE(v)->blocking, blocking);
    return blocking >= 0;
}
value future_get_loop_or_none(value v)
{
    return load_or_none(v, &FUTURE(v)->loop);
}
value future_get_callbacks(value v)
{
    if (!is_alive(v))
        return NULL;
    value chain = load(v, &FUTURE(v)->callbacks), few[8];
    size_t count = 0;
    if (!chain)
        return VALUE_NONE;
    value *nodes = chain_nodes(chain, few, &count), list = nodes ? list_new(count) : NULL;
    for (size_t i = 0; list && i < count; i++)
        if (!list_append_owned(list, tuple_pack(2, tuple_get(nodes[i], 0), tuple_get(nodes[i], 1)))) {
            value_dec(list);
            list = NULL;
        }
    if (nodes != few)
        raw_free(nodes);
    value_dec(chain);
    return list;
}
value future_get_result(value v)
{
    return load_or_none(v, &FUTURE(v)->result);
}
value future_get_exception(value v)
{
    return is_alive(v) ? load_or_none(v, &FUTURE(v)->exception) : NULL;
}
value future_get_log_traceback(value v)
{
    return is_alive(v) ? value_bool(atomic_load(&FUTURE(v)->log_traceback)) : NULL;
}
bool future_set_log_traceback(value v, value flag)
{
    if (!flag)
        return raise_false(EXC(AttributeError), "cannot delete attribute");
    int log = value_truth(flag);
    if (log < 0)
        return false;
    if (log)
        return raise_false(EXC(ValueError), "_log_traceback can only be set to False");
    atomic_store(&FUTURE(v)->log_traceback, false);
    return true;
}
value future_get_source_traceback(value v)
{
    return load_or_none(v, &FUTURE(v)->source_traceback);
}
value future_get_cancel_message(value v)
{
    return load_or_none(v, &FUTURE(v)->cancel_message);
}
bool future_set_cancel_message(value v, value message)
{
    if (!message)
        return raise_false(EXC(AttributeError), "cannot delete attribute");
    slot_store(value_object(v), &FUTURE(v)->cancel_message, value_inc(message));
    return true;
}

static value future_repr(value v)
{
    value function = is_alive(v) ? asyncio_global(GLOBAL_FUTURE_REPR) : NULL;
    return function ? call_1(function, v) : NULL;
}

static const struct method_def methods[] = {
    METHOD_DEL,
    FUTURE_METHODS,
    METHOD("set_result", future_set_result, "($self, result, /)", "Mark the future done and set its result."),
    METHOD("set_exception", future_set_exception, "($self, exception, /)",
           "Mark the future done and set an exception."),
    METHOD("cancel", future_cancel_method, "($self, /, msg=None)", "Cancel the future and schedule callbacks."),
    {0},
};
static const struct getset_def getset[] = {FUTURE_GETSET, {0}};
const struct type_spec future_spec = {
    .name = "_asyncio.Future",
    .signature = "(*, loop=None)",
    .doc = "This class is *almost* compatible with concurrent.futures.Future.",
    .size = sizeof(struct future),
    .flags = TYPE_FLAG_BASE | TYPE_FLAG_WEAKREF,
    .gc_flags = TYPE_GC_CONTAINER,
    .dict_offset = offsetof(struct future, dict),
    .traverse = future_traverse,
    .destroy = future_destroy,
    .finalize = future_finalize,
    .slots =
        {.new = future_new, .init = future_init, .repr = future_repr, .iter = future_iterate, .await = future_iterate},
    .methods = methods,
    .getset = getset,
};

/* ---- waiting for one: the iterator of `await` ---- */
struct future_iterator {
    struct object header;
    value_slot future; /* NULL: over */
};
#define ITERATOR(v) ((struct future_iterator *)(v))

static int iterator_send(value v, value sent, value *result)
{
    value future = slot_load(value_object(v), &ITERATOR(v)->future);
    if (!future) {
        *result = VALUE_NONE;
        return SEND_RETURN;
    }
    if (future_state(future) == FUTURE_PENDING) {
        if (!atomic_exchange(&FUTURE(future)->blocking, true)) {
            *result = future;
            return SEND_YIELD;
        }
        value_dec(future);
        raise(EXC(RuntimeError), "await wasn't used with future");
        return SEND_ERROR;
    }
    slot_store(value_object(v), &ITERATOR(v)->future, NULL);
    *result = future_outcome(future);
    value_dec(future);
    return *result ? SEND_RETURN : SEND_ERROR;
}
static value iterator_answer(int how, value result)
{
    if (how == SEND_YIELD)
        return result;
    if (how == SEND_ERROR)
        return NULL;
    value exception = call_1(value_of(EXC(StopIteration)), result);
    value_dec(result);
    if (exception)
        raise_exception(exception);
    value_dec(exception);
    return NULL;
}
static value iterator_next(value v)
{
    value result, future = slot_load(value_object(v), &ITERATOR(v)->future);
    value_dec(future);
    if (!future)
        return VALUE_END;
    int how = iterator_send(v, VALUE_NONE, &result);
    return iterator_answer(how, result);
}
static value iterator_send_method(value v, value sent)
{
    value result;
    int how = iterator_send(v, sent, &result);
    return iterator_answer(how, result);
}
static value iterator_close(value v)
{
    slot_store(value_object(v), &ITERATOR(v)->future, NULL);
    return VALUE_NONE;
}
static value iterator_throw(value v, value type, value given, value traceback)
{
    bool is_class = value_is_of(type, TYPE(TYPE)) && type_is_subtype((struct type *)type, EXC(BaseException));
    if (is_given(traceback) && !value_is(traceback, TYPE_ID_TRACEBACK))
        return raise(EXC(TypeError), "throw() third argument must be a traceback");
    value exception = NULL;
    if (is_class)
        exception = is_given(given) && value_is_of(given, (struct type *)type) ? value_inc(given)
                    : is_given(given)                                          ? call_1(type, given)
                                                                               : call_0(type);
    else if (!value_is_of(type, EXC(BaseException)))
        return raise(EXC(TypeError), "exceptions must be classes deriving BaseException or instances of such a class");
    else if (is_given(given))
        return raise(EXC(TypeError), "instance exception may not have a separate value");
    else
        exception = value_inc(type);
    if (!exception)
        return NULL;
    slot_store(value_object(v), &ITERATOR(v)->future, NULL);
    if (is_given(traceback))
        exception_set_traceback(exception, traceback);
    error_restore(exception);
    return NULL;
}
static value iterator_self(value v)
{
    return value_inc(v);
}
static void iterator_traverse(struct object *o, struct gc_trace *trace)
{
    trace_slot(trace, &((struct future_iterator *)o)->future);
}
static void iterator_destroy(struct object *o)
{
    slot_drop(&((struct future_iterator *)o)->future);
}
static const struct method_def iterator_methods[] = {
    METHOD("send", iterator_send_method, "($self, value, /)", NULL),
    METHOD("throw", iterator_throw, "($self, type, value=None, traceback=None, /)", NULL),
    METHOD("close", iterator_close, "($self, /)", NULL),
    {0},
};
static const struct type_spec iterator_spec = {
    .name = "_asyncio.FutureIter",
    .size = sizeof(struct future_iterator),
    .flags = TYPE_FLAG_NO_NEW,
    .gc_flags = TYPE_GC_CONTAINER,
    .traverse = iterator_traverse,
    .destroy = iterator_destroy,
    .slots = {.iter = iterator_self, .next = iterator_next, .send = iterator_send},
    .methods = iterator_methods,
};
static _Atomic(struct type *) iterator_type;

value future_iterate(value v)
{
    struct type *type = is_alive(v) ? type_define_once(&iterator_type, &iterator_spec) : NULL;
    struct future_iterator *self = type ? (struct future_iterator *)object_new(type, sizeof *self) : NULL;
    if (self)
        slot_init(&self->future, value_inc(v));
    return value_of(self);
}
