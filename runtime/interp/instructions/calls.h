/*
 * Calls.
 *
 * `base` points to the operands of a call: base[0] the callable, base[1] its self or NULL, then the arguments. They are
 * the running frame's topmost ones (its sp is saved), and stay where they are until the call is over, tags and all:
 * that is where settle counts what only a lack of quiescence keeps alive. A call of a Python function gives the new
 * frame instead, into which its operands moved.
 */
#ifndef ATOLL_INSTRUCTIONS_CALLS_H
#define ATOLL_INSTRUCTIONS_CALLS_H

#include "runtime/interp/frame.h"
#include "runtime/objects/descriptors/builtin_function.h"
#include "runtime/objects/descriptors/descriptor.h"
#include "runtime/objects/operations/class_entry.h"

/* Drop the running frame's operands from `base` on; its sp is saved. */
static inline void operands_drop(struct frame *frame, value *base)
{
    while (frame->sp > base)
        value_dec(*--frame->sp);
}

/* Bind arguments to a frame that was opened, and take the operands from `base` on. The frame; NULL with an exception,
 * the frame is gone. */
struct frame *call_bind(struct interpreter *interpreter, struct frame *next, value *args, uint32_t nargs, value names,
                        value *base);

/* ---- Python functions ---- */
/* The new frame, NULL with an exception. */
static inline __attribute__((always_inline)) struct frame *call_function(struct interpreter *interpreter, value *base,
                                                                         uint32_t nargs)
{
    value callable = base[0];
    struct code *code = function_code((struct function *)stack_plain_object(callable));
    value *args = base + 2;
    if (base[1]) {
        args--;
        nargs++;
    }
    bool plain = nargs == code->plain_argcount;
    base[0] = NULL; /* moved into the frame, or dropped: nobody is to count it here in between */
    struct frame *next = frame_open(interpreter, code, callable);
    if (unlikely(!next))
        return NULL;
    if (unlikely(!plain))
        return call_bind(interpreter, next, args, nargs, NULL, base);
    for (uint32_t i = 0; i < nargs; i++)
        next->slots[i] = args[i]; /* a borrowed word stays one: this frame waits, and so keeps it */
    frame_empty_slots(next, nargs);
    interpreter->frame->sp = base;
    return next;
}
/* A property's getter, stolen, for an object whose word moves into the frame. NULL without an exception: it has other
 * parameters, and nothing was done but that it was dropped. */
struct frame *call_getter(struct interpreter *interpreter, value getter, value object);
struct frame *call_function_named(struct interpreter *interpreter, value *base, uint32_t nargs, value names);

/* base[0] is a bound method: its parts take its place. */
static inline void call_unbind(value *base)
{
    value method = base[0], plain = stack_plain_object(method);
    base[1] = value_inc(method_self(plain));
    base[0] = value_inc(method_function(plain));
    value_dec(method);
}

/* ---- C functions ---- */
/* What a C function is called with: */
struct call_builtin {
    const struct method_def *def;
    struct signature *signature;
    value receiver;
};
/* false: the callable is none, or does not fit. `kind` is its operand_type_ref. */
static inline __attribute__((always_inline)) bool call_builtin_find(const value *base, uint32_t kind,
                                                                    struct call_builtin *call)
{
    value callable = stack_plain_object(base[0]);
    if (likely(kind == TYPE_WELL_KNOWN_REF(TYPE_ID_BUILTIN_FUNCTION) && !base[1])) {
        struct builtin_function *function = (struct builtin_function *)callable;
        *call = (struct call_builtin){function->def, function->signature, slot_peek(&function->self)};
        return true;
    }
    if (kind != TYPE_WELL_KNOWN_REF(TYPE_ID_METHOD_DESCRIPTOR) || unlikely(!base[1]))
        return false;
    struct descriptor *descriptor = (struct descriptor *)callable;
    *call = (struct call_builtin){descriptor->def, &descriptor->signature, stack_plain(base[1])};
    return likely(method_descriptor_fits(callable, call->receiver));
}
/* One that wants another number of arguments than are given, or an array of them. */
value call_builtin_general(const struct method_def *def, struct signature *signature, value receiver, const value *args,
                           uint32_t nargs);

/* ---- classes ---- */
/* For a class whose instances object.__new__ makes and a Python __init__ sets up: the frame of __init__; the instance
 * is the operand that stays. NULL: with an exception, or without one, and nothing was done: the class is another one.
 */
struct frame *call_class(struct interpreter *interpreter, value *base, uint32_t nargs);

/* What an __init__ returned, which is not None: dropped; false, TypeError. */
bool init_returned(value result);

/* ---- anything ---- */
/* names: of the last of the arguments, or NULL. Owned; NULL with an exception. */
value call_operands(const value *base, uint32_t nargs, value names);
/* f(*args, **kwargs): base[0] callable, base[1] NULL, base[2] positional arguments, base[3] a dict. A Python function's
 * frame is bound here and returned in *next. */
value call_extended(struct interpreter *interpreter, value *base, bool has_mapping, struct frame **next);
/* A comprehension, code that has no function of its own and borrows the running frame's: base[0..cells) are the cells
 * of its free variables, then come the code and the iterator. The new frame, NULL with an exception. */
struct frame *call_comprehension(struct interpreter *interpreter, value *base, uint32_t cells);
/* parts: the operands that `flags` tells of (opcodes.h). */
value make_function(struct frame *frame, const value *parts, unsigned flags, value code);

#endif
