/*
 * Asynchronous generators: a generator whose frame both yields values and awaits.
 *
 * What the body awaits is passed out as it is; what it yields is wrapped by ASYNC_GEN_WRAP, so that the awaitable that
 * drives the generator can tell the two apart: a wrapped value ends that awaitable with StopIteration(value).
 * __anext__, asend, athrow and aclose return such awaitables (struct step).
 */
#include "runtime/interp/frame.h"
#include "runtime/interp/generator.h"
#include "runtime/interp/instructions/iteration.h"
#include "runtime/interpreter.h"
#include "runtime/objects/model/bootstrap.h"
#include "runtime/objects/objects.h"

#include <stddef.h>

/* ---- wrapped values ---- */
struct wrapped {
    struct object header;
    value_slot v;
};
static void wrapped_traverse(struct object *o, struct gc_trace *trace)
{
    trace_slot(trace, &((struct wrapped *)o)->v);
}
static void wrapped_destroy(struct object *o)
{
    slot_drop(&((struct wrapped *)o)->v);
}
static const struct type_spec wrapped_spec = {.name = "async_generator_wrapped_value",
                                              .size = sizeof(struct wrapped),
                                              .flags = TYPE_FLAG_NO_NEW,
                                              .gc_flags = TYPE_GC_CONTAINER,
                                              .traverse = wrapped_traverse,
                                              .destroy = wrapped_destroy};
static struct type *wrapped_type(void)
{
    static _Atomic(struct type *) made;
    return type_define_once(&made, &wrapped_spec);
}

value async_gen_wrap(value v)
{
    struct type *type = wrapped_type();
    struct wrapped *w = type ? (struct wrapped *)object_new(type, sizeof *w) : NULL;
    if (w)
        slot_init(&w->v, value_inc(v));
    return value_of(w);
}

/* ---- one step: the awaitable ---- */
enum step_kind { STEP_SEND, STEP_THROW, STEP_CLOSE };
enum step_state { STEP_NEW, STEP_RUNNING, STEP_DONE };
struct step {
    struct object header;
    value_slot generator, argument; /* argument: the value sent, or the tuple of throw's arguments */
    enum step_kind kind;
    _Atomic uint32_t state;
};
#define STEP(v)      ((struct step *)(v))
#define GENERATOR(v) ((struct generator *)(v))

static void raise_stop(struct type *type, value v)
{
    value stop = v ? call_1(value_of(type), v) : call_0(value_of(type));
    if (stop)
        raise_exception(stop);
    value_dec(stop);
}

static bool is_end(void)
{
    return error_matches(EXC(StopAsyncIteration)) || error_matches(EXC(GeneratorExit));
}

static value finish(struct step *s)
{
    atomic_store(&s->state, STEP_DONE);
    atomic_fetch_and(&GENERATOR(slot_peek(&s->generator))->asynchronous, (uint8_t)~ASYNC_RUNNING);
    return NULL;
}

/* What came out of the generator: awaited things pass; a yielded value or the end finishes the step. */
static value step_result(struct step *s, int outcome, value result)
{
    struct generator *g = GENERATOR(slot_peek(&s->generator));
    if (outcome == SEND_YIELD && value_type(result) != wrapped_type())
        return result;
    if (outcome == SEND_YIELD) {
        if (s->kind == STEP_CLOSE)
            raise(EXC(RuntimeError), "async generator ignored GeneratorExit");
        else
            raise_stop(EXC(StopIteration), slot_peek(&((struct wrapped *)result)->v));
        value_dec(result);
        return finish(s);
    }
    if (outcome == SEND_RETURN) {
        value_dec(result);
        raise_stop(EXC(StopAsyncIteration), NULL);
    }
    if (is_end()) {
        atomic_fetch_or(&g->asynchronous, ASYNC_CLOSED);
        if (s->kind == STEP_CLOSE) {
            error_clear();
            raise_stop(EXC(StopIteration), NULL);
        }
    }
    return finish(s);
}

static value step_throw(struct step *s, value type, value argument, value traceback)
{
    value result;
    int outcome = generator_throw_step(slot_peek(&s->generator), type, argument, traceback, &result);
    return step_result(s, outcome, result);
}

static value reused(const struct step *s)
{
    return raise(EXC(RuntimeError), "cannot reuse already awaited %s",
                 s->kind == STEP_SEND ? "__anext__()/asend()" : "aclose()/athrow()");
}

static const char *const step_names[] = {"anext", "athrow", "aclose"};

/* The step begins: false when it is over already, with an exception. Of several threads one gets the generator. */
static bool begin(struct step *s, value sent)
{
    struct generator *g = GENERATOR(slot_peek(&s->generator));
    uint8_t state = atomic_load(&g->asynchronous);
    uint8_t begun = s->kind == STEP_CLOSE ? ASYNC_RUNNING | ASYNC_CLOSED : ASYNC_RUNNING;
    do {
        if (state & ASYNC_RUNNING) {
            if (s->kind != STEP_SEND)
                atomic_store(&s->state, STEP_DONE);
            return raise_false(EXC(RuntimeError), "%s(): asynchronous generator is already running",
                               step_names[s->kind]);
        }
        if (s->kind != STEP_SEND && (state & ASYNC_CLOSED)) {
            atomic_store(&s->state, STEP_DONE);
            raise_stop(EXC(StopAsyncIteration), NULL);
            return false;
        }
        if (s->kind != STEP_SEND && sent != VALUE_NONE)
            return raise_false(EXC(RuntimeError), "can't send non-None value to a just-started coroutine");
    } while (!atomic_compare_exchange_weak(&g->asynchronous, &state, state | begun));
    atomic_store(&s->state, STEP_RUNNING);
    return true;
}

static value step_send(value v, value sent)
{
    struct step *s = STEP(v);
    uint32_t state = atomic_load(&s->state);
    value generator = slot_peek(&s->generator), argument = slot_peek(&s->argument), result;
    if (state == STEP_DONE)
        return reused(s);
    if (s->kind != STEP_SEND && generator_state(GENERATOR(generator)) == GENERATOR_FINISHED) {
        atomic_store(&s->state, STEP_DONE);
        raise_stop(EXC(StopIteration), NULL);
        return NULL;
    }
    if (state == STEP_NEW) {
        if (!begin(s, sent))
            return NULL;
        if (s->kind == STEP_THROW)
            return step_throw(s, tuple_get(argument, 0), tuple_get(argument, 1), tuple_get(argument, 2));
        if (s->kind == STEP_CLOSE)
            return step_throw(s, value_of(EXC(GeneratorExit)), VALUE_MISSING, VALUE_MISSING);
        if (sent == VALUE_NONE)
            sent = argument;
    }
    atomic_fetch_or(&GENERATOR(generator)->asynchronous, ASYNC_RUNNING);
    int outcome = generator_send(generator, sent, &result);
    result = step_result(s, outcome, result);
    if (s->kind == STEP_THROW)
        atomic_store(&s->state, STEP_RUNNING); /* (CPython forgets to close it here) */
    return result;
}

static value step_next(value v)
{
    return step_send(v, VALUE_NONE);
}
static value method_send(value v, value arg)
{
    return step_send(v, arg);
}

static value method_throw(value v, value type, value given_v, value traceback)
{
    struct step *s = STEP(v);
    if (atomic_load(&s->state) == STEP_DONE)
        return reused(s);
    return step_throw(s, type, given_v, traceback);
}

static value method_close(value v)
{
    atomic_store(&STEP(v)->state, STEP_DONE);
    return VALUE_NONE;
}

static value self_again(value v)
{
    return value_inc(v);
}
static void step_traverse(struct object *o, struct gc_trace *trace)
{
    trace_slots(trace, &((struct step *)o)->generator, 2);
}
static void step_destroy(struct object *o)
{
    slot_drop(&((struct step *)o)->generator);
    slot_drop(&((struct step *)o)->argument);
}
static const struct method_def step_methods[] = {
    METHOD("send", method_send, "($self, arg, /)", NULL),
    METHOD("throw", method_throw, "($self, type, value=<unrepresentable>, traceback=<unrepresentable>, /)", NULL),
    METHOD("close", method_close, "($self, /)", NULL),
    {0},
};
#define STEP_SPEC(NAME)                                                                                      \
    {                                                                                                        \
        .name = NAME, .size = sizeof(struct step), .flags = TYPE_FLAG_NO_NEW, .gc_flags = TYPE_GC_CONTAINER, \
        .traverse = step_traverse, .destroy = step_destroy, .methods = step_methods, .slots = {              \
            .iter = self_again,                                                                              \
            .next = step_next,                                                                               \
            .await = self_again                                                                              \
        }                                                                                                    \
    }
static const struct type_spec asend_spec = STEP_SPEC("async_generator_asend");
static const struct type_spec athrow_spec = STEP_SPEC("async_generator_athrow");

static value step_new(value generator, enum step_kind kind, value argument /* stolen */)
{
    static _Atomic(struct type *) asend, athrow;
    struct type *type =
        kind == STEP_SEND ? type_define_once(&asend, &asend_spec) : type_define_once(&athrow, &athrow_spec);
    struct step *s = type && argument ? (struct step *)object_new(type, sizeof *s) : NULL;
    if (!s) {
        value_dec(argument);
        return NULL;
    }
    slot_init(&s->generator, value_inc(generator));
    slot_init(&s->argument, argument);
    s->kind = kind;
    return value_of(s);
}

/* ---- the generator ---- */
/* The hooks of the thread that first asks for a step (PEP 525). */
static bool take_hooks(value v)
{
    struct generator *g = GENERATOR(v);
    if (likely(atomic_load_explicit(&g->hooked, memory_order_relaxed)) || atomic_exchange(&g->hooked, true))
        return true;
    if (interpreter_self->async_finalizer) {
        slot_store(&g->header, &g->origin_or_finalizer, value_inc(interpreter_self->async_finalizer));
        deaths_note();
    }
    value hook = value_inc(interpreter_self->async_first), result = hook ? call_1(hook, v) : VALUE_NONE;
    value_dec(hook);
    value_dec(result);
    return result != NULL;
}

static value async_next(value v)
{
    return take_hooks(v) ? step_new(v, STEP_SEND, VALUE_NONE) : NULL;
}
static value method_asend(value v, value given_v)
{
    return take_hooks(v) ? step_new(v, STEP_SEND, value_inc(given_v)) : NULL;
}
static value method_athrow(value v, const value *args)
{
    return take_hooks(v) ? step_new(v, STEP_THROW, tuple_from_array(args, 3)) : NULL;
}
static value method_aclose(value v)
{
    return take_hooks(v) ? step_new(v, STEP_CLOSE, VALUE_NONE) : NULL;
}
static value get_running_step(value v)
{
    return value_bool(atomic_load(&GENERATOR(v)->asynchronous) & ASYNC_RUNNING);
}
static const struct method_def async_methods[] = {
    METHOD("asend", method_asend, "($self, value, /)", "asend(v) -> send 'v' in generator."),
    METHOD("athrow", method_athrow, "($self, type, value=None, traceback=None, /)",
           "athrow(typ[,val[,tb]]) -> raise exception in generator."),
    METHOD("aclose", method_aclose, "($self, /)", "aclose() -> raise GeneratorExit inside generator."),
    METHOD_DEL,
    METHOD_CLASS_GETITEM,
    {0},
};
static const struct getset_def async_getset[] = {
    {"ag_await", generator_get_delegate, NULL, "object being awaited on, or None"},
    {"ag_frame", generator_get_frame, NULL, NULL},
    {"__name__", generator_get_name, generator_set_name, "name of the async generator"},
    {"__qualname__", generator_get_qualname, generator_set_qualname, "qualified name of the async generator"},
    GETSET_FIELDS,
    {"ag_code", generator_get_code, NULL, NULL},
    {"ag_running", get_running_step, NULL, NULL},
    {0},
};

const struct type_spec async_generator_type_spec = {
    .id = TYPE_ID_ASYNC_GENERATOR,
    .name = "async_generator",
    .size = sizeof(struct generator),
    .flags = TYPE_FLAG_NO_NEW | TYPE_FLAG_WEAKREF,
    .gc_flags = TYPE_GC_CONTAINER,
    .traverse = generator_traverse,
    .destroy = generator_destroy,
    .release = generator_part,
    .finalize = generator_finalize,
    .slots = {.repr = generator_repr, .async_iter = self_again, .async_next = async_next},
    .methods = async_methods,
    .getset = async_getset,
};

/* ---- anext(iterator, default) ---- */
struct next_or {
    struct object header;
    value_slot awaitable, otherwise;
};
#define NEXT_OR(v) ((struct next_or *)(v))

/* What came of driving the awaitable: its end without a value is an end with the default. */
static value next_or_result(value v, value result)
{
    if (!result && error_matches(EXC(StopAsyncIteration))) {
        error_clear();
        raise_stop(EXC(StopIteration), slot_peek(&NEXT_OR(v)->otherwise));
    }
    return result;
}

/* The iterator to drive: what `await` would take. */
static value next_or_iterator(value v)
{
    value iterator = get_awaitable(slot_peek(&NEXT_OR(v)->awaitable), 0);
    if (!iterator || !value_is(iterator, TYPE_ID_COROUTINE))
        return iterator;
    value wrapper = coroutine_await(iterator);
    value_dec(iterator);
    return wrapper;
}

static value next_or_next(value v)
{
    value iterator = next_or_iterator(v), result = NULL;
    if (iterator && iter_send(iterator, VALUE_NONE, &result) == SEND_RETURN) {
        raise_stop(EXC(StopIteration), result);
        value_dec(result);
        result = NULL;
    }
    value_dec(iterator);
    return next_or_result(v, result);
}

static value next_or_call(value v, value name, const value *args, size_t nargs)
{
    value iterator = next_or_iterator(v), method = iterator ? attr_get(iterator, name) : NULL;
    value result = method ? call_vector(method, args, nargs, NULL) : NULL;
    value_dec(method);
    value_dec(iterator);
    return next_or_result(v, result);
}
static value next_or_send(value v, const value *args)
{
    return next_or_call(v, NAME(send), args, 1);
}
static value next_or_throw(value v, const value *args)
{
    size_t given = !is_missing(args[2]) ? 3 : !is_missing(args[1]) ? 2 : 1;
    return next_or_call(v, NAME(throw), args, given);
}
static value next_or_close(value v)
{
    return next_or_call(v, NAME(close), NULL, 0);
}

static void next_or_traverse(struct object *o, struct gc_trace *trace)
{
    trace_slots(trace, &((struct next_or *)o)->awaitable, 2);
}
static void next_or_destroy(struct object *o)
{
    slot_drop(&((struct next_or *)o)->awaitable);
    slot_drop(&((struct next_or *)o)->otherwise);
}
static const struct method_def next_or_methods[] = {
    METHOD("send", next_or_send, "($self, arg, /)", NULL),
    METHOD("throw", next_or_throw, "($self, type, value=<unrepresentable>, traceback=<unrepresentable>, /)", NULL),
    METHOD("close", next_or_close, "($self, /)", NULL),
    {0},
};
static const struct type_spec next_or_spec = {
    .name = "anext_awaitable",
    .size = sizeof(struct next_or),
    .flags = TYPE_FLAG_NO_NEW,
    .gc_flags = TYPE_GC_CONTAINER,
    .traverse = next_or_traverse,
    .destroy = next_or_destroy,
    .methods = next_or_methods,
    .slots = {.iter = self_again, .next = next_or_next, .await = self_again},
};

value async_next_or(value awaitable, value otherwise)
{
    static _Atomic(struct type *) made;
    struct type *type = type_define_once(&made, &next_or_spec);
    struct next_or *self = type ? (struct next_or *)object_new(type, sizeof *self) : NULL;
    if (!self) {
        value_dec(awaitable);
        return NULL;
    }
    slot_init(&self->awaitable, awaitable);
    slot_init(&self->otherwise, value_inc(otherwise));
    return value_of(self);
}
