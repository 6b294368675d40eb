/*
 * Generators, coroutines and asynchronous generators: objects with a frame inside.
 *
 * While it is not running, a generator's frame is part of the heap: its slots are traversed like those of any object.
 * Resuming it turns them back into registers without changing a count, so the object is marked after its state became
 * RUNNING (RULE C3): by the count that the running frame has of it. Whoever moves the state from CREATED or SUSPENDED
 * to RUNNING owns the frame until it stores another state.
 */
#include "runtime/interp/frame.h"
#include "runtime/audit.h"
#include "runtime/interp/generator.h"
#include "runtime/interp/trace.h"
#include "runtime/objects/model/bootstrap.h"
#include "runtime/objects/objects.h"
#include "runtime/import.h"
#include "runtime/sys.h"

#include <sched.h>
#include <stddef.h>

#define GENERATOR(v) ((struct generator *)(v))

static const char *kind_name(const struct generator *g)
{
    uint32_t flags = g->frame.code->flags;
    return flags & CODE_COROUTINE ? "coroutine" : flags & CODE_ASYNC_GENERATOR ? "async generator" : "generator";
}

/* Who makes a coroutine: ((filename, line, name), ...), innermost first, `depth` frames at the most. */
static value origin_here(uint32_t depth)
{
    value list = list_new(0);
    for (size_t i = 0; list && i < depth; i++) {
        value frame = interpreter_frame_object(i);
        if (!frame && !error_occurred())
            break;
        value code = frame ? frame_object_code(frame) : NULL, line = code ? attr_get(frame, NAME(f_lineno)) : NULL;
        value place = line ? tuple_pack(3, slot_peek(&((struct code *)code)->filename), line,
                                        slot_peek(&((struct code *)code)->name))
                           : NULL;
        value_dec(frame);
        value_dec(code);
        value_dec(line);
        if (!place || !list_append_owned(list, place)) {
            value_dec(list);
            list = NULL;
        }
    }
    value origin = list ? tuple_from_iterable(list) : NULL;
    value_dec(list);
    return origin;
}

value generator_from_frame(struct interpreter *interpreter, struct frame *frame)
{
    struct code *code = frame->code;
    unsigned id = code->flags & CODE_COROUTINE         ? TYPE_ID_COROUTINE
                  : code->flags & CODE_ASYNC_GENERATOR ? TYPE_ID_ASYNC_GENERATOR
                                                       : TYPE_ID_GENERATOR;
    size_t words = code->slots_count + code->stack_size;
    struct generator *g = (struct generator *)object_or_error(
        heap_alloc_in_line(KIND_CONTAINER, sizeof *g + words * sizeof(value), TYPE_WELL_KNOWN_REF(id), 0));
    if (!g)
        return NULL;
    struct function *function = frame_function(frame);
    bool named = function && !(frame->flags & FRAME_COMPREHENSION);
    slot_init(&g->name, named ? slot_load(&function->header, &function->name) : value_inc(slot_peek(&code->name)));
    slot_init(&g->qualified_name, named ? slot_load(&function->header, &function->qualified_name)
                                        : value_inc(slot_peek(&code->qualified_name)));
    struct frame *moved = &g->frame;
    *moved = *frame;
    if (function)
        moved->function = stack_own(frame->function);
    moved->flags = FRAME_GENERATOR;
    moved->previous = NULL;
    size_t used = (size_t)(frame->sp - frame->slots);
    for (size_t i = 0; i < used; i++)
        moved->slots[i] = stack_own(frame->slots[i]);
    moved->sp = moved->slots + used;
    if (frame->object) /* a frame object made already follows the frame */
        frame_object_move(moved);
    interpreter->frame = frame->previous;
    interpreter->depth--;
    interpreter->stack_top = (value *)frame;
    frame_release_chunk(interpreter);
    if (code->range_count)
        deaths_note();
    atomic_store_explicit(&g->state, GENERATOR_CREATED, memory_order_release);
    if (unlikely(interpreter->origin_depth && id == TYPE_ID_COROUTINE)) {
        value origin = origin_here(interpreter->origin_depth);
        if (!origin) {
            value_dec(value_of(g));
            return NULL;
        }
        slot_init(&g->origin_or_finalizer, origin);
    }
    return value_of(g);
}

/* Move the state from CREATED or SUSPENDED to RUNNING; returns what it was. The owner needs no atomic operation as long
   as nobody else looks into the page. */
static uint32_t claim(struct generator *g)
{
    uint32_t state;
    if (thread_is_alone() || object_enter(&g->header)) {
        state = atomic_load_explicit(&g->state, memory_order_relaxed);
        if (likely(state == GENERATOR_CREATED || state == GENERATOR_SUSPENDED))
            atomic_store_explicit(&g->state, GENERATOR_RUNNING, memory_order_relaxed);
        if (!thread_is_alone())
            object_leave();
        return state;
    }
    if (!object_is_mine(&g->header))
        object_reveal(&g->header);
    state = atomic_load_explicit(&g->state, memory_order_acquire);
    while (state != GENERATOR_RUNNING && state != GENERATOR_FINISHED) {
        if (state & GENERATOR_HELD) {
            sched_yield();
            state = atomic_load_explicit(&g->state, memory_order_acquire);
        } else if (atomic_compare_exchange_weak_explicit(&g->state, &state, GENERATOR_RUNNING, memory_order_acq_rel,
                                                         memory_order_acquire))
            break;
    }
    return state;
}

bool generator_hold(struct generator *g)
{
    if (!object_is_mine(&g->header))
        object_reveal(&g->header);
    uint32_t state = atomic_load_explicit(&g->state, memory_order_acquire);
    while (state != GENERATOR_RUNNING && state != GENERATOR_FINISHED) {
        if (state & GENERATOR_HELD) {
            sched_yield();
            state = atomic_load_explicit(&g->state, memory_order_acquire);
        } else if (atomic_compare_exchange_weak_explicit(&g->state, &state, state | GENERATOR_HELD,
                                                         memory_order_acq_rel, memory_order_acquire))
            return true;
    }
    return false;
}

void generator_let_go(struct generator *g)
{
    atomic_fetch_and_explicit(&g->state, ~(uint32_t)GENERATOR_HELD, memory_order_release);
}

int generator_claim_slow(struct generator *g)
{
    uint32_t state = claim(g);
    return unlikely(state == GENERATOR_RUNNING) ? raise_int(EXC(ValueError), "%s already executing", kind_name(g))
                                                : (int)state;
}

void generator_release(struct generator *g, int state)
{
    atomic_store_explicit(&g->state, (uint32_t)state, memory_order_release);
}

bool generator_refuse(struct generator *g, value sent, int state)
{
    value_dec(sent);
    generator_release(g, state);
    return raise_false(EXC(RecursionError), "maximum recursion depth exceeded");
}

void generator_finish(struct generator *g)
{
    struct frame *frame = &g->frame;
    value handled = g->handled.exception;
    g->handled.exception = NULL;
    value_inc(value_of(frame->code)); /* gi_code outlives the frame */
    frame_clear(frame);
    frame->sp = frame->slots;
    frame->function = frame->locals = NULL;
    frame->globals = frame->builtins = NULL;
    value_dec(handled);
}

/* PEP 479 */
void generator_convert_stop(struct generator *g)
{
    struct type *stop = error_matches(EXC(StopIteration)) ? EXC(StopIteration)
                        : (g->frame.code->flags & CODE_ASYNC_GENERATOR) && error_matches(EXC(StopAsyncIteration))
                            ? EXC(StopAsyncIteration)
                            : NULL;
    if (!stop)
        return;
    raise_from(EXC(RuntimeError), "%s raised %s", kind_name(g),
               stop == EXC(StopIteration) ? "StopIteration" : "StopAsyncIteration");
}

/* Resume a claimed generator from C with `sent` (stolen), or with the thread's exception when `sent` is NULL. */
static value resume(struct generator *g, value sent, int state)
{
    struct interpreter *interpreter = interpreter_self;
    value raised = sent ? NULL : error_fetch();
    if (!generator_link(interpreter, g, sent, FRAME_ENTRY, state)) {
        value_dec(raised);
        return NULL;
    }
    if (!sent) {
        if (state != GENERATOR_CREATED)
            *g->frame.sp++ = VALUE_NONE; /* the place of the value that the yield would have got */
        if (g->handled.exception)
            raise_exception(raised); /* what the generator handles is its context; what the caller does is not */
        else
            error_restore(value_inc(raised));
        value_dec(raised);
    }
    return eval_from_c(interpreter, &g->frame);
}

/* Of a resumption. (The state would not tell: others may have run the generator since.) */
static inline int outcome_of(value result)
{
    return !result ? SEND_ERROR : interpreter_self->has_yielded ? SEND_YIELD : SEND_RETURN;
}

static value awaited_already(void)
{
    return raise(EXC(RuntimeError), "cannot reuse already awaited coroutine");
}

int generator_send(value v, value sent, value *result)
{
    struct generator *g = GENERATOR(v);
    int state = generator_claim(g);
    *result = NULL;
    if (state < 0)
        return SEND_ERROR;
    if (state == GENERATOR_FINISHED) {
        if (g->frame.code->flags & CODE_COROUTINE) {
            awaited_already();
            return SEND_ERROR;
        }
        *result = VALUE_NONE;
        return SEND_RETURN;
    }
    if (state == GENERATOR_CREATED && sent != VALUE_NONE) {
        generator_release(g, state);
        raise(EXC(TypeError), "can't send non-None value to a just-started %s", kind_name(g));
        return SEND_ERROR;
    }
    *result = resume(g, value_inc(sent), state);
    return outcome_of(*result);
}

/* The outcome of a resumption as a method returns it: the yielded value, or StopIteration(result) raised. */
static value finish_outcome(int outcome, value result)
{
    if (outcome != SEND_RETURN)
        return result;
    if (result == VALUE_NONE) {
        value stop = call_0(value_of(EXC(StopIteration)));
        if (stop)
            raise_exception(stop);
        value_dec(stop);
    } else {
        value stop = call_1(value_of(EXC(StopIteration)), result);
        if (stop)
            raise_exception(stop);
        value_dec(stop);
    }
    value_dec(result);
    return NULL;
}

static value generator_next(value v)
{
    /* generator_send(v, VALUE_NONE, ...) in few steps: this is what C code consumes generators with */
    struct generator *g = GENERATOR(v);
    struct interpreter *interpreter = interpreter_self;
    int state = generator_claim(g);
    if (unlikely(state < 0))
        return NULL;
    if (unlikely(state == GENERATOR_FINISHED))
        return (g->frame.code->flags & CODE_COROUTINE) ? awaited_already() : VALUE_END;
    if (unlikely(!generator_link(interpreter, g, VALUE_NONE, FRAME_ENTRY, state)))
        return NULL;
    value result = eval_from_c(interpreter, &g->frame);
    if (!result || interpreter->has_yielded)
        return result;
    return result == VALUE_NONE ? VALUE_END : finish_outcome(SEND_RETURN, result);
}

static value method_send(value v, const value *args)
{
    value result;
    int outcome = generator_send(v, args[0], &result);
    return finish_outcome(outcome, result);
}

/* The iterator that a suspended generator delegates to (yield from, await), owned, or NULL. The generator is claimed by
 * the caller. */
static value delegate(struct generator *g)
{
    struct frame *frame = &g->frame;
    if (!frame_has_begun(frame))
        return NULL;
    /* suspended at the YIELD_VALUE that follows a SEND: the receiver is on top of the stack */
    uint32_t at = frame_unit(frame);
    if (at == 0 || instruction_opcode(frame->code->units[at]) != OP_YIELD_VALUE ||
        instruction_opcode(frame->code->units[at - 1]) != OP_SEND)
        return NULL;
    return value_inc(stack_plain(frame->sp[-1]));
}

value generator_delegate(value v)
{
    struct generator *g = GENERATOR(v);
    if (generator_state(g) != GENERATOR_SUSPENDED || !generator_hold(g))
        return NULL;
    value found = delegate(g);
    generator_let_go(g);
    return found;
}

/* close() of what a generator delegates to: false with an exception. */
static bool close_delegate(value iterator)
{
    if (value_is(iterator, TYPE_ID_GENERATOR) || value_is(iterator, TYPE_ID_COROUTINE)) {
        value closed = generator_close(iterator);
        value_dec(closed);
        return closed != NULL;
    }
    value method = attr_get_optional(iterator, NAME(close));
    if (!method) {
        error_unraisable(NULL, iterator);
        return true;
    }
    if (method == VALUE_MISSING)
        return true;
    value closed = call_0(method);
    value_dec(method);
    value_dec(closed);
    return closed != NULL;
}

/* The arguments of throw(), borrowed. */
struct thrown {
    value type, argument, traceback;
};

/* Set the exception that they mean. False: they mean none, and the error says so. */
static bool thrown_raise(const struct thrown *t)
{
    value type = t->type, argument = t->argument, exception;
    if (is_given(t->traceback) && !value_is(t->traceback, TYPE_ID_TRACEBACK))
        return raise_false(EXC(TypeError), "throw() third argument must be a traceback object");
    if (is_type(type) && type_is_subtype((struct type *)type, EXC(BaseException))) {
        if (is_given(argument) && value_is_of(argument, (struct type *)type))
            exception = value_inc(argument);
        else if (is_given(argument) && is_tuple(argument))
            exception = call_tuple(type, argument, NULL);
        else if (is_given(argument))
            exception = call_1(type, argument);
        else
            exception = call_0(type);
        if (exception && !is_exception(exception)) {
            raise(EXC(TypeError), "calling %R should have returned an instance of BaseException, not %T", type,
                  exception);
            value_dec(exception);
            exception = NULL;
        }
        if (!exception)
            exception = error_fetch(); /* that is thrown then */
    } else if (is_exception(type)) {
        if (is_given(argument))
            return raise_false(EXC(TypeError), "instance exception may not have a separate value");
        exception = value_inc(type);
    } else {
        return raise_false(EXC(TypeError),
                           "exceptions must be classes or instances deriving from BaseException, not %T", type);
    }
    if (is_given(t->traceback))
        exception_set_traceback(exception, t->traceback);
    error_restore(exception);
    return true;
}

static bool thrown_is_exit(const struct thrown *t)
{
    return value_is_of(t->type, EXC(GeneratorExit)) ||
           (is_type(t->type) && type_is_subtype((struct type *)t->type, EXC(GeneratorExit)));
}

/* Throw into a generator what throw() was given, or (NULL) the exception set on the thread. What it is given goes down
 * to the innermost delegate as it is; where that takes it for no exception, it is not entered. */
static int throw_into(value v, const struct thrown *given, value *result)
{
    struct generator *g = GENERATOR(v);
    value pending = given ? NULL : error_fetch();
    int state = generator_claim(g);
    *result = NULL;
    if (state < 0) {
        value_dec(pending);
        return SEND_ERROR;
    }
    if (state == GENERATOR_FINISHED) {
        if (!given) {
            error_restore(pending);
        } else if (thrown_raise(given) && (g->frame.code->flags & CODE_COROUTINE)) {
            error_clear();
            awaited_already();
        }
        return SEND_ERROR;
    }
    value_inc(v);
    bool valid = true;
    value iterator = state == GENERATOR_SUSPENDED ? delegate(g) : NULL;
    if (iterator) {
        /* the generator counts as running while its delegate works, and stands among the callers */
        struct interpreter *interpreter = interpreter_self;
        value inner = NULL;
        bool delivered = false, asked = false;
        g->frame.previous = interpreter->frame;
        interpreter->frame = &g->frame;
        bool generator = value_is(iterator, TYPE_ID_GENERATOR) || value_is(iterator, TYPE_ID_COROUTINE);
        bool exits = given ? thrown_is_exit(given) : value_is_of(pending, EXC(GeneratorExit));
        value method = VALUE_MISSING;
        if (exits && !close_delegate(iterator)) {
            value_dec(pending); /* what closing it raised is thrown instead */
        } else if (!exits && !generator && !(method = attr_get_optional(iterator, NAME(throw)))) {
            value_dec(pending);
        } else if (exits || (!generator && method == VALUE_MISSING)) {
            if (given)
                valid = thrown_raise(given);
            else
                error_restore(pending);
        } else if (generator) {
            asked = true;
            if (!given)
                error_restore(pending);
            int outcome = throw_into(iterator, given, &inner);
            delivered = outcome == SEND_YIELD;
            if (outcome == SEND_RETURN)
                inner = finish_outcome(outcome, inner);
        } else {
            asked = true;
            value args[3] = {given ? given->type : pending};
            size_t count = 1;
            if (given && !is_missing(given->argument))
                args[count++] = given->argument;
            if (given && !is_missing(given->traceback))
                args[count++] = given->traceback;
            inner = call_vector(method, args, count, NULL);
            value_dec(method);
            value_dec(pending);
            delivered = inner != NULL;
        }
        interpreter->frame = g->frame.previous;
        g->frame.previous = NULL;
        value_dec(iterator);
        if (delivered) {
            generator_release(g, state);
            *result = inner;
            value_dec(v);
            return SEND_YIELD;
        }
        if (asked && error_matches(EXC(StopIteration))) {
            /* the delegate returned: its value is that of the yield from expression; go on after the SEND */
            value stop = error_fetch();
            value returned = stop_iteration_value(stop);
            value_dec(stop);
            struct frame *frame = &g->frame;
            uint32_t send = frame_unit(frame) - 1;
            value receiver = *--frame->sp;
            value_dec(receiver);
            frame_go_on_at(frame, instruction_argument(frame->code->units[send]));
            *result = resume(g, returned, state);
            goto resumed;
        }
    } else if (given) {
        valid = thrown_raise(given);
    } else {
        error_restore(pending);
    }
    if (!valid) {
        generator_release(g, state);
        value_dec(v);
        return SEND_ERROR;
    }
    *result = resume(g, NULL, state);
resumed:;
    int outcome = outcome_of(*result);
    value_dec(v);
    return outcome;
}

int generator_throw_step(value v, value type, value argument, value traceback, value *result)
{
    return throw_into(v, &(struct thrown){type, argument, traceback}, result);
}

value generator_throw(value v, value type, value argument, value traceback)
{
    value result;
    int outcome = generator_throw_step(v, type, argument, traceback, &result);
    return finish_outcome(outcome, result);
}

static value method_throw(value v, const value *args)
{
    return generator_throw(v, args[0], args[1], args[2]);
}

value generator_close(value v)
{
    struct generator *g = GENERATOR(v);
    uint32_t seen = generator_state(g);
    if (seen == GENERATOR_FINISHED)
        return VALUE_NONE;
    if (seen == GENERATOR_CREATED) {
        int state = generator_claim(g);
        if (state < 0)
            return NULL;
        if (state == GENERATOR_CREATED && !trace_self.on) { /* never ran: nothing to unwind */
            value_inc(v);
            rc_inc(&g->header);
            struct interpreter *interpreter = interpreter_self;
            g->frame.previous = interpreter->frame;
            g->handled.previous = interpreter->handled;
            interpreter->depth++;
            generator_unlink(interpreter, g, GENERATOR_FINISHED);
            value_dec(v);
            return VALUE_NONE;
        }
        if (state != GENERATOR_FINISHED)
            generator_release(g, state);
    }
    value exit = call_0(value_of(EXC(GeneratorExit)));
    if (!exit)
        return NULL;
    raise_exception(exit);
    value_dec(exit);
    value result;
    int outcome = throw_into(v, NULL, &result);
    if (outcome == SEND_YIELD) {
        value_dec(result);
        return raise(EXC(RuntimeError), "%s ignored GeneratorExit", kind_name(g));
    }
    if (outcome == SEND_RETURN) {
        value_dec(result);
        return VALUE_NONE;
    }
    if (error_matches(EXC(GeneratorExit)) || error_matches(EXC(StopIteration))) {
        error_clear();
        return VALUE_NONE;
    }
    return NULL;
}

static value method_close(value v, const value *args)
{
    return generator_close(v);
}

/* ---- attributes ---- */
value generator_get_running(value v)
{
    return value_bool(generator_state(GENERATOR(v)) == GENERATOR_RUNNING);
}
static value get_suspended(value v)
{
    return value_bool(generator_state(GENERATOR(v)) == GENERATOR_SUSPENDED);
}
value generator_get_delegate(value v)
{
    value found = generator_delegate(v);
    return found ? found : VALUE_NONE;
}
/* Tells audit hooks that somebody looks: "gi", "cr" or "ag" begins the attribute's name. */
static bool told_look(value v, const char *const names[3])
{
    uint32_t flags = GENERATOR(v)->frame.code->flags;
    return audit("object.__getattr__", "Os", v,
                 names[flags & CODE_COROUTINE         ? 1
                       : flags & CODE_ASYNC_GENERATOR ? 2
                                                      : 0]);
}
value generator_get_code(value v)
{
    static const char *const names[] = {"gi_code", "cr_code", "ag_code"};
    return told_look(v, names) ? value_inc(value_of(GENERATOR(v)->frame.code)) : NULL;
}
value generator_get_frame(value v)
{
    static const char *const names[] = {"gi_frame", "cr_frame", "ag_frame"};
    if (!told_look(v, names))
        return NULL;
    return frame_object_of_generator(GENERATOR(v));
}
value generator_get_name(value v)
{
    return slot_load(value_object(v), &GENERATOR(v)->name);
}
value generator_get_qualname(value v)
{
    return slot_load(value_object(v), &GENERATOR(v)->qualified_name);
}
static bool set_str(value v, value_slot *slot, value new, const char *name)
{
    if (!new || !is_str(new))
        return raise_false(EXC(TypeError), "%s must be set to a string object", name);
    slot_store(value_object(v), slot, value_inc(new));
    return true;
}
bool generator_set_name(value v, value new)
{
    return set_str(v, &GENERATOR(v)->name, new, "__name__");
}
bool generator_set_qualname(value v, value new)
{
    return set_str(v, &GENERATOR(v)->qualified_name, new, "__qualname__");
}
static value get_origin(value v)
{
    value origin = slot_load(value_object(v), &GENERATOR(v)->origin_or_finalizer);
    return origin ? origin : VALUE_NONE;
}

value generator_repr(value v)
{
    value name = generator_get_qualname(v);
    value text = str_format("<%s object %U at %p>",
                            GENERATOR(v)->frame.code->flags & CODE_COROUTINE         ? "coroutine"
                            : GENERATOR(v)->frame.code->flags & CODE_ASYNC_GENERATOR ? "async_generator"
                                                                                     : "generator",
                            name, (void *)v);
    value_dec(name);
    return text;
}

/* ---- life ---- */
GC_READS_RACILY void generator_traverse(struct object *o, struct gc_trace *trace)
{
    struct generator *g = (struct generator *)o;
    trace_slot(trace, &g->name);
    trace_slot(trace, &g->qualified_name);
    trace_slot(trace, &g->origin_or_finalizer);
    uint32_t state = generator_state(g);
    if (state == GENERATOR_RUNNING)
        return;
    struct frame *frame = &g->frame;
    trace_value(trace, frame->function);
    trace_value(trace, frame->locals);
    trace_value(trace, frame->object);
    trace_value(trace, g->handled.exception);
    if (!frame->function) {
        trace_value(trace, value_of(frame->code));
        trace_value(trace, frame->globals);
        trace_value(trace, frame->builtins);
    }
    if (state == GENERATOR_FINISHED)
        return;
    /* A frame that changes under a racing reader makes the object busy; the bound
       keeps such a reader inside the block. */
    size_t used = (size_t)(frame->sp - frame->slots), room = (heap_usable_size(o) - sizeof *g) / sizeof(value);
    if (used <= room)
        trace_slots(trace, (const value_slot *)frame->slots, used);
}

/* A frame object that outlives the frame takes over what is in it, as the code says. */
void generator_part(struct object *o)
{
    struct generator *g = (struct generator *)o;
    if (atomic_load_explicit(&g->state, memory_order_relaxed) != GENERATOR_FINISHED && g->frame.object)
        frame_object_detach(&g->frame);
}

void generator_destroy(struct object *o)
{
    struct generator *g = (struct generator *)o;
    uint32_t state = generator_state(g);
    /* In an island the frame object may have been torn down already; it is its counts that tell. */
    if (g->frame.object && object_is_immortal(value_object(g->frame.object)))
        g->frame.object = NULL;
    if (state != GENERATOR_FINISHED)
        frame_clear(&g->frame);
    else
        value_dec(value_of(g->frame.code));
    atomic_store_explicit(&g->state, GENERATOR_FINISHED, memory_order_relaxed);
    value_dec(g->handled.exception);
    slot_drop(&g->name);
    slot_drop(&g->qualified_name);
    slot_drop(&g->origin_or_finalizer);
}

/* Through the warnings module, if there is one, which knows how to tell where the coroutine was made. */
static void warn_unawaited(struct generator *g)
{
    value warnings = sys_dict ? import_find_loaded(NAME(warnings)) : VALUE_MISSING;
    value function = is_given(warnings) ? attr_get_optional(warnings, NAME(_warn_unawaited_coroutine)) : VALUE_MISSING;
    value name = slot_load(&g->header, &g->qualified_name);
    bool warned = false;
    if (is_given(function)) {
        value result = call_1(function, value_of(g));
        warned = result || error_matches(EXC(RuntimeWarning));
        value_dec(result);
    }
    if (error_occurred())
        error_unraisable(NULL, value_of(g));
    if (!warned && warn(EXC(RuntimeWarning), 1, "coroutine '%U' was never awaited", name) < 0)
        error_unraisable(NULL, value_of(g));
    value_dec(name);
    value_dec(function);
    value_dec(warnings);
}

/* A suspended generator that dies is closed, so that its finally clauses run; only needed when a handler covers the
 * place, or who traces is to see it. */
void generator_finalize(struct object *o)
{
    struct generator *g = (struct generator *)o;
    uint32_t state = generator_state(g);
    struct code *code = g->frame.code;
    if ((state == GENERATOR_CREATED || state == GENERATOR_SUSPENDED) && (code->flags & CODE_ASYNC_GENERATOR) &&
        slot_peek(&g->origin_or_finalizer) && !(atomic_load(&g->asynchronous) & ASYNC_CLOSED)) {
        value saved = error_fetch(), hook = slot_load(o, &g->origin_or_finalizer);
        value result = call_1(hook, value_of(o));
        if (!result)
            error_unraisable(NULL, value_of(o));
        value_dec(result);
        value_dec(hook);
        if (saved)
            error_restore(saved);
        return;
    }
    if (state == GENERATOR_CREATED && (code->flags & CODE_COROUTINE)) {
        value saved = error_fetch();
        warn_unawaited(g);
        if (saved)
            error_restore(saved);
        return;
    }
    bool alive = state == GENERATOR_SUSPENDED || state == GENERATOR_CREATED;
    if (!(state == GENERATOR_SUSPENDED && code->range_count > 0) && !(alive && trace_self.on))
        return;
    value saved = error_fetch();
    value closed = generator_close(value_of(o));
    if (!closed)
        error_unraisable(NULL, value_of(o));
    value_dec(closed);
    if (saved)
        error_restore(saved);
}

static value iterator_self(value v)
{
    return value_inc(v);
}

#define RESUMED_METHODS(KIND)                                                                                       \
    METHOD("send", method_send, "($self, arg, /)",                                                                  \
           "send(arg) -> send 'arg' into " KIND ",\nreturn next yielded value or raise StopIteration."),            \
        METHOD("throw", method_throw, "($self, type, value=<unrepresentable>, traceback=<unrepresentable>, /)",     \
               "Raise exception in " KIND ", return next yielded value or raise\nStopIteration."),                  \
        METHOD("close", method_close, "($self, /)", "close() -> raise GeneratorExit inside " KIND "."), METHOD_DEL, \
        METHOD_CLASS_GETITEM, {0},

static const struct method_def generator_methods[] = {RESUMED_METHODS("generator")};
static const struct method_def coroutine_methods[] = {RESUMED_METHODS("coroutine")};

static const struct getset_def generator_getset[] = {
    {"gi_yieldfrom", generator_get_delegate, NULL, "object being iterated by yield from, or None"},
    {"gi_running", generator_get_running, NULL, NULL},
    {"gi_suspended", get_suspended, NULL, NULL},
    {"gi_frame", generator_get_frame, NULL, NULL},
    {"__name__", generator_get_name, generator_set_name, "name of the generator"},
    {"__qualname__", generator_get_qualname, generator_set_qualname, "qualified name of the generator"},
    GETSET_FIELDS,
    {"gi_code", generator_get_code, NULL, NULL},
    {0},
};

const struct type_spec generator_type_spec = {
    .id = TYPE_ID_GENERATOR,
    .name = "generator",
    .size = sizeof(struct generator),
    .flags = TYPE_FLAG_NO_NEW | TYPE_FLAG_WEAKREF,
    .gc_flags = TYPE_GC_CONTAINER,
    .traverse = generator_traverse,
    .destroy = generator_destroy,
    .release = generator_part,
    .finalize = generator_finalize,
    .slots = {.repr = generator_repr, .iter = iterator_self, .next = generator_next, .send = generator_send},
    .methods = generator_methods,
    .getset = generator_getset,
};

static const struct getset_def coroutine_getset[] = {
    {"cr_await", generator_get_delegate, NULL, "object being awaited on, or None"},
    {"cr_running", generator_get_running, NULL, NULL},
    {"cr_suspended", get_suspended, NULL, NULL},
    {"cr_frame", generator_get_frame, NULL, NULL},
    {"__name__", generator_get_name, generator_set_name, "name of the coroutine"},
    {"__qualname__", generator_get_qualname, generator_set_qualname, "qualified name of the coroutine"},
    GETSET_FIELDS,
    {"cr_code", generator_get_code, NULL, NULL},
    {"cr_origin", get_origin, NULL, NULL},
    {0},
};

const struct type_spec coroutine_type_spec = {
    .id = TYPE_ID_COROUTINE,
    .name = "coroutine",
    .size = sizeof(struct generator),
    .flags = TYPE_FLAG_NO_NEW | TYPE_FLAG_WEAKREF,
    .gc_flags = TYPE_GC_CONTAINER,
    .traverse = generator_traverse,
    .destroy = generator_destroy,
    .release = generator_part,
    .finalize = generator_finalize,
    .slots = {.repr = generator_repr, .await = coroutine_await, .send = generator_send},
    .methods = coroutine_methods,
    .getset = coroutine_getset,
};

/* ---- the iterator that coroutine.__await__() returns ---- */
struct coroutine_wrapper {
    struct object header;
    value_slot coroutine;
};

static struct type *wrapper_type(void)
{
    static _Atomic(struct type *) made;
    return type_define_once(&made, &coroutine_wrapper_type_spec);
}

value coroutine_await(value v)
{
    struct type *type = wrapper_type();
    struct coroutine_wrapper *w = type ? (struct coroutine_wrapper *)object_new(type, sizeof *w) : NULL;
    if (!w)
        return NULL;
    slot_init(&w->coroutine, value_inc(v));
    return value_of(w);
}

static value wrapped(value v)
{
    return slot_peek(&((struct coroutine_wrapper *)v)->coroutine);
}
static value wrapper_next(value v)
{
    return generator_next(wrapped(v));
}
static int wrapper_send_slot(value v, value sent, value *result)
{
    return generator_send(wrapped(v), sent, result);
}
static value wrapper_send(value v, const value *args)
{
    return method_send(wrapped(v), args);
}
static value wrapper_throw(value v, const value *args)
{
    return method_throw(wrapped(v), args);
}
static value wrapper_close(value v, const value *args)
{
    return method_close(wrapped(v), args);
}
static void wrapper_traverse(struct object *o, struct gc_trace *trace)
{
    trace_slot(trace, &((struct coroutine_wrapper *)o)->coroutine);
}
static void wrapper_destroy(struct object *o)
{
    slot_drop(&((struct coroutine_wrapper *)o)->coroutine);
}

static const struct method_def wrapper_methods[] = {
    METHOD("send", wrapper_send, "($self, arg, /)", NULL),
    METHOD("throw", wrapper_throw, "($self, type, value=<unrepresentable>, traceback=<unrepresentable>, /)", NULL),
    METHOD("close", wrapper_close, "($self, /)", NULL),
    {0},
};

const struct type_spec coroutine_wrapper_type_spec = {
    .name = "coroutine_wrapper",
    .doc = "A wrapper object implementing __await__ for coroutines.",
    .size = sizeof(struct coroutine_wrapper),
    .flags = TYPE_FLAG_NO_NEW,
    .gc_flags = TYPE_GC_CONTAINER,
    .traverse = wrapper_traverse,
    .destroy = wrapper_destroy,
    .slots = {.iter = iterator_self, .next = wrapper_next, .send = wrapper_send_slot},
    .methods = wrapper_methods,
};
