/*
 * Asynchronous generators: a generator whose frame both yields values and awaits.
 *
 * What the body awaits is passed out as it is; what it yields is wrapped by ASYNC_GEN_WRAP, so that the awaitable that
 * drives the generator can tell the two apart: a wrapped value ends that awaitable with StopIteration(value).
 * __anext__, asend, athrow and aclose return such awaitables (struct step).
 */
#include "runtime/interp/frame.h"
#include "runtime/interp/generator.h"
#include "runtime/interp/instructions.h"
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
#define STEP(v) ((struct step *)(v))

static const char *step_name(const struct step *s)
{
    return s->kind == STEP_SEND ? "asend" : s->kind == STEP_THROW ? "athrow" : "aclose";
}

static void raise_stop(struct type *type, value v)
{
    value stop = v ? call_1(value_of(type), v) : call_0(value_of(type));
    if (stop)
        raise_exception(stop);
    value_dec(stop);
}

/* What came out of the generator: awaited things pass; a yielded value or the end finishes the step. */
static value step_result(struct step *s, int outcome, value result)
{
    if (outcome == SEND_YIELD && value_type(result) == wrapped_type()) {
        atomic_store(&s->state, STEP_DONE);
        if (s->kind == STEP_CLOSE) {
            value_dec(result);
            return raise(EXC(RuntimeError), "async generator ignored GeneratorExit");
        }
        raise_stop(EXC(StopIteration), slot_peek(&((struct wrapped *)result)->v));
        value_dec(result);
        return NULL;
    }
    if (outcome == SEND_YIELD)
        return result;
    atomic_store(&s->state, STEP_DONE);
    if (outcome == SEND_RETURN) {
        value_dec(result);
        if (s->kind == STEP_CLOSE)
            raise_stop(EXC(StopIteration), NULL);
        else
            raise_stop(EXC(StopAsyncIteration), NULL);
        return NULL;
    }
    if (s->kind == STEP_CLOSE && (error_matches(EXC(StopAsyncIteration)) || error_matches(EXC(GeneratorExit)))) {
        error_clear();
        raise_stop(EXC(StopIteration), NULL);
    }
    return NULL;
}

static value generator_outcome(struct step *s, value result)
{
    if (result)
        return step_result(s, SEND_YIELD, result);
    if (error_matches(EXC(StopIteration))) {
        error_clear();
        return step_result(s, SEND_RETURN, VALUE_NONE);
    }
    return step_result(s, SEND_ERROR, NULL);
}

static value step_send(value v, value sent)
{
    struct step *s = STEP(v);
    uint32_t state = atomic_load(&s->state);
    value generator = slot_peek(&s->generator), argument = slot_peek(&s->argument);
    if (state == STEP_DONE)
        return raise(EXC(RuntimeError), "cannot reuse already awaited %s",
                     s->kind == STEP_SEND ? "__anext__()/asend()" : "aclose()/athrow()");
    if (state == STEP_NEW) {
        if (s->kind != STEP_SEND && sent != VALUE_NONE)
            return raise(EXC(RuntimeError), "can't send non-None value to a just-started async generator");
        atomic_store(&s->state, STEP_RUNNING);
        if (s->kind == STEP_THROW)
            return generator_outcome(
                s, generator_throw(generator, tuple_get(argument, 0), tuple_get(argument, 1), tuple_get(argument, 2)));
        if (s->kind == STEP_CLOSE) {
            if (atomic_load(&((struct generator *)generator)->state) == GENERATOR_FINISHED)
                return step_result(s, SEND_RETURN, VALUE_NONE);
            return generator_outcome(
                s, generator_throw(generator, value_of(EXC(GeneratorExit)), VALUE_MISSING, VALUE_MISSING));
        }
        if (sent == VALUE_NONE)
            sent = argument;
    }
    value result;
    int outcome = generator_send(generator, sent, &result);
    return step_result(s, outcome, result);
}

static value step_next(value v)
{
    return step_send(v, VALUE_NONE);
}
static value method_send(value v, const value *args)
{
    return step_send(v, args[0]);
}

static value method_throw(value v, const value *args)
{
    struct step *s = STEP(v);
    if (atomic_load(&s->state) == STEP_DONE)
        return raise(EXC(RuntimeError), "cannot reuse already awaited %s()", step_name(s));
    atomic_store(&s->state, STEP_RUNNING);
    return generator_outcome(s, generator_throw(slot_peek(&s->generator), args[0], args[1], args[2]));
}

static value method_close(value v, const value *args)
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
static value async_next(value v)
{
    return step_new(v, STEP_SEND, VALUE_NONE);
}
static value method_asend(value v, const value *args)
{
    return step_new(v, STEP_SEND, value_inc(args[0]));
}
static value method_athrow(value v, const value *args)
{
    return step_new(v, STEP_THROW, tuple_from_array(args, 3));
}
static value method_aclose(value v, const value *args)
{
    return step_new(v, STEP_CLOSE, VALUE_NONE);
}
static const struct method_def async_methods[] = {
    METHOD("asend", method_asend, "($self, value, /)", "asend(v) -> send 'v' in generator."),
    METHOD("athrow", method_athrow, "($self, type, value=None, traceback=None, /)",
           "athrow(typ[,val[,tb]]) -> raise exception in generator."),
    METHOD("aclose", method_aclose, "($self, /)", "aclose() -> raise GeneratorExit inside generator."),
    METHOD_CLASS_GETITEM,
    {0},
};
static const struct getset_def async_getset[] = {
    {"ag_await", generator_get_delegate, NULL, "object being awaited on, or None"},
    {"ag_running", generator_get_running, NULL, NULL},
    {"ag_frame", generator_get_frame, NULL, NULL},
    {"ag_code", generator_get_code, NULL, NULL},
    {"__name__", generator_get_name, generator_set_name, "name of the async generator"},
    {"__qualname__", generator_get_qualname, generator_set_qualname, "qualified name of the async generator"},
    {0},
};

const struct type_spec async_generator_type_spec = {
    .id = TYPE_ID_ASYNC_GENERATOR,
    .name = "async_generator",
    .size = sizeof(struct generator),
    .flags = TYPE_FLAG_NO_NEW,
    .gc_flags = TYPE_GC_CONTAINER,
    .traverse = generator_traverse,
    .destroy = generator_destroy,
    .finalize = generator_finalize,
    .slots = {.repr = generator_repr, .async_iter = self_again, .async_next = async_next},
    .methods = async_methods,
    .getset = async_getset,
};
