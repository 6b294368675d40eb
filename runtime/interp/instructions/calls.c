/* Calls, out of line: the ways that leave the loop, and those that prepare a frame for it. */
#include "runtime/interp/instructions/calls.h"
#include "runtime/interp/instructions/build.h"
#include "runtime/objects/model/shape.h"
#include "runtime/objects/operations/attribute_cache.h"
#include "runtime/objects/objects.h"
#include "threads/pause.h"

/* C functions see plain values in an array of their own. The operands stay where they are, for settle to count. */
enum { FEW_OPERANDS = 8 };
struct plain_operands {
    size_t count;
    value *items; /* NULL: no memory */
    value few[FEW_OPERANDS];
};

static inline void operands_open(struct plain_operands *plain, const value *operands, size_t count)
{
    plain->count = count;
    plain->items = likely(count <= FEW_OPERANDS) ? plain->few : storage_alloc(count * sizeof(value));
    for (size_t i = 0; i < count && plain->items; i++)
        plain->items[i] = stack_plain(operands[i]);
    if (unlikely(!plain->items))
        raise_no_memory();
}

static inline void operands_close(struct plain_operands *plain)
{
    if (unlikely(plain->items != plain->few))
        storage_free(plain->items, plain->count * sizeof(value));
}

value call_operands(const value *base, uint32_t nargs, value names)
{
    value callable = stack_plain(base[0]);
    value (*call)(value, const value *, size_t, value) = value_type_slot(callable, call);
    if (unlikely(!call))
        return raise(EXC(TypeError), "'%T' object is not callable", callable);
    size_t first = base[1] ? 1 : 2, count = nargs + 2 - first;
    struct plain_operands plain;
    operands_open(&plain, base + first, count);
    value result = plain.items ? call(callable, plain.items, names ? count - tuple_length(names) : count, names) : NULL;
    operands_close(&plain);
    return result;
}

/* One of up to three parameters, by position and with defaults. */
static inline value enter_with_defaults(const struct method_def *def, value receiver,
                                        const struct signature_parameter *parameters, const value *args, uint32_t nargs)
{
    value a = nargs > 0 ? stack_plain(args[0]) : parameters[0].fallback;
    if (def->entry == 1)
        return method_enter_1(def, receiver, a);
    value b = nargs > 1 ? stack_plain(args[1]) : parameters[1].fallback;
    if (def->entry == 2)
        return method_enter_2(def, receiver, a, b);
    return method_enter_3(def, receiver, a, b, nargs > 2 ? stack_plain(args[2]) : parameters[2].fallback);
}

static __attribute__((noinline)) value call_builtin_array(const struct method_def *def, struct signature *signature,
                                                          value receiver, const value *args, uint32_t nargs)
{
    const struct signature_parameters *parsed = atomic_load_explicit(&signature->parsed, memory_order_acquire);
    if (likely(parsed && signature_is_plain(parsed, nargs) && parsed->count <= FEW_OPERANDS)) {
        value bound[FEW_OPERANDS];
        for (uint32_t i = 0; i < nargs; i++)
            bound[i] = stack_plain(args[i]);
        signature_fill(parsed, nargs, bound);
        return method_enter(def, receiver, bound);
    }
    struct plain_operands plain;
    operands_open(&plain, args, nargs);
    value result = plain.items ? builtin_call(def, signature, receiver, plain.items, nargs, NULL) : NULL;
    operands_close(&plain);
    return result;
}

value call_builtin_general(const struct method_def *def, struct signature *signature, value receiver, const value *args,
                           uint32_t nargs)
{
    const struct signature_parameters *parsed = atomic_load_explicit(&signature->parsed, memory_order_acquire);
    if (likely(nargs < def->entry && def->entry <= 3 && parsed && nargs >= parsed->required))
        return enter_with_defaults(def, receiver, parsed->parameters, args, nargs);
    return call_builtin_array(def, signature, receiver, args, nargs);
}

/* ---- frames of Python functions ---- */
struct frame *call_bind(struct interpreter *interpreter, struct frame *next, value *args, uint32_t nargs, value names,
                        value *base)
{
    struct frame *frame = interpreter->frame;
    frame_empty_slots(next, 0);
    if (likely(arguments_move(next, args, nargs, names))) {
        frame->sp = base;
        return next;
    }
    frame_empty_slots(next, 0);
    /* Binding may call anything, while nobody knows the new frame yet. */
    next->function = stack_own(next->function);
    if (!arguments_bind(next, args, nargs, names)) {
        frame_pop(interpreter, next);
        return NULL;
    }
    operands_drop(frame, base);
    return next;
}

struct frame *call_getter(struct interpreter *interpreter, value getter, value object)
{
    struct code *code = function_code((struct function *)getter);
    if (unlikely(code->plain_argcount != 1)) {
        value_dec(getter);
        return NULL;
    }
    struct frame *next = frame_open(interpreter, code, getter);
    if (unlikely(!next))
        return NULL;
    next->slots[0] = object;
    frame_empty_slots(next, 1);
    return next;
}

struct frame *call_function_named(struct interpreter *interpreter, value *base, uint32_t nargs, value names)
{
    value callable = base[0];
    base[0] = NULL;
    struct code *code = function_code((struct function *)stack_plain(callable));
    struct frame *next = frame_open(interpreter, code, callable);
    value *args = base[1] ? base + 1 : base + 2;
    return next ? call_bind(interpreter, next, args,
                            (uint32_t)(base + 2 + nargs - args) - (uint32_t)tuple_length(names), names, base)
                : NULL;
}

struct frame *call_comprehension(struct interpreter *interpreter, value *base, uint32_t cells)
{
    struct frame *frame = interpreter->frame;
    value code_operand = stack_plain(base[cells]);
    struct code *code = (struct code *)code_operand;
    if (unlikely(!value_is(code_operand, TYPE_ID_CODE) || code->plain_argcount != 1 || code->frees_count != cells)) {
        raise(EXC(SystemError), "bad code of a comprehension");
        return NULL;
    }
    value function = frame->function ? stack_borrow(stack_plain(frame->function)) : NULL;
    struct frame *next = frame_open(interpreter, code, function);
    if (unlikely(!next))
        return NULL;
    next->flags = FRAME_COMPREHENSION;
    if (!function) {
        value_inc(code_operand);
        next->globals = value_inc(frame->globals);
        next->builtins = value_inc(frame_builtins(frame));
    }
    next->slots[0] = stack_own(base[cells + 1]);
    frame_empty_slots(next, 1);
    for (uint32_t i = 0; i < cells; i++)
        next->sp[(ptrdiff_t)i - cells] = base[i];
    value_dec(base[cells]); /* it was borrowed from the constants, but may have been settled; it does not die */
    frame->sp = base;
    return next;
}

value call_extended(struct interpreter *interpreter, value *base, bool has_mapping, struct frame **next)
{
    value callable = stack_plain(base[0]), positional = stack_plain(base[2]);
    value mapping = has_mapping ? stack_plain(base[3]) : NULL;
    value tuple;
    if (value_is(positional, TYPE_ID_TUPLE)) {
        tuple = value_inc(positional);
    } else {
        tuple = tuple_from_iterable(positional);
        if (!tuple && error_matches(EXC(TypeError)) && !operand_is_iterable(positional)) {
            error_clear();
            value text = callable_text(callable);
            if (text)
                raise(EXC(TypeError), "%U argument after * must be an iterable, not %T", text, positional);
            value_dec(text);
        }
    }
    if (!tuple)
        return NULL;
    value result = NULL;
    if (!value_is(callable, TYPE_ID_FUNCTION)) {
        result = call_tuple(callable, tuple, mapping);
        value_dec(tuple);
        return result;
    }
    size_t n = tuple_length(tuple), named = mapping ? dict_length(mapping) : 0;
    value kwnames = named ? tuple_new(named) : NULL;
    value *args = storage_alloc((n + named + 1) * sizeof(value));
    size_t got = 0;
    if (args && (kwnames || !named)) {
        for (size_t i = 0; i < n; i++) {
            args[i] = tuple_get(tuple, i);
            thread_report_at(i + 1);
        }
        /* the dict was built by this instruction's preparation: nobody else changes it */
        size_t position = 0;
        value key, v;
        while (got < named && dict_next(mapping, &position, &key, &v)) {
            tuple_init(kwnames, got, key);
            args[n + got++] = v;
            thread_report_at(got);
        }
        struct code *code = function_code((struct function *)callable);
        struct frame *frame = frame_push(interpreter, code, value_inc(callable));
        if (frame && arguments_bind(frame, args, n, kwnames))
            *next = frame;
        else if (frame)
            frame_pop(interpreter, frame);
    } else if (!error_occurred()) {
        raise_no_memory();
    }
    for (size_t i = 0; i < got; thread_report_at(++i))
        value_dec(args[n + i]);
    storage_free(args, (n + named + 1) * sizeof(value));
    value_dec(kwnames);
    value_dec(tuple);
    return NULL;
}

value make_function(struct frame *frame, const value *parts, unsigned flags, value code)
{
    value v = function_new(code, frame->globals, NULL);
    if (!v)
        return NULL;
    struct function *function = (struct function *)v;
    if (flags & 1)
        slot_init(&function->defaults, value_inc(stack_plain(*parts++)));
    if (flags & 2)
        slot_init(&function->keyword_defaults, value_inc(stack_plain(*parts++)));
    if (flags & 4)
        slot_init(&function->annotations, value_inc(stack_plain(*parts++)));
    if (flags & 8)
        slot_init(&function->closure, value_inc(stack_plain(*parts++)));
    return v;
}

/* As object.__new__ makes it. */
static inline value instance_bare(struct type *type)
{
    bool has_shape = type_has_flag(type, TYPE_FLAG_INSTANCE);
    return value_of(likely(has_shape) ? instance_new(type) : object_new(type, type->gc.instance_size));
}

/* For a class that object.__new__ and a Python __init__ serve: that function, owned or borrowed (stack_borrow) up to
 * the next quiescent point. NULL otherwise (an exception may be set). */
static inline value constructor(struct type *type)
{
    struct type *object = TYPE(OBJECT);
    if (type_slot(type, new) != type_slot(object, new) || type_slot(type, init) == type_slot(object, init) ||
        type_has_flag(type, TYPE_FLAG_ABSTRACT))
        return NULL;
    bool uncounted = false;
    value init = class_method_hit(type, &type->constructor, &uncounted);
    if (unlikely(!init))
        init = class_method_find(type, NAME(__init__), &type->constructor);
    if (likely(init && is_function(init)))
        return uncounted ? stack_borrow_object(init) : init;
    value_dec(uncounted ? NULL : init);
    return NULL;
}

bool init_returned(value result)
{
    raise(EXC(TypeError), "__init__() should return None, not '%T'", result);
    value_dec(result);
    return false;
}

struct frame *call_class(struct interpreter *interpreter, value *base, uint32_t nargs)
{
    value callable = base[0];
    struct type *type = (struct type *)stack_plain_object(callable);
    value init = constructor(type);
    value instance = init ? instance_bare(type) : NULL;
    if (unlikely(!instance)) {
        value_dec(init);
        return NULL;
    }
    base[0] = instance;
    base[1] = NULL;
    value_dec(callable); /* the instance counts its type */
    struct code *code = function_code((struct function *)stack_plain_object(init));
    bool plain = nargs + 1 == code->plain_argcount;
    struct frame *next = frame_open(interpreter, code, init);
    if (unlikely(!next))
        return NULL;
    next->flags = FRAME_INIT;
    if (unlikely(!plain)) {
        base[1] = stack_borrow(instance); /* of the operand below */
        return call_bind(interpreter, next, base + 1, nargs + 1, NULL, base + 1);
    }
    next->slots[0] = stack_borrow(instance);
    for (uint32_t i = 0; i < nargs; i++)
        next->slots[i + 1] = base[2 + i];
    frame_empty_slots(next, nargs + 1);
    interpreter->frame->sp = base + 1;
    return next;
}
