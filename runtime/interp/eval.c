/*
 * The evaluation loop: one function, computed goto, one label for each opcode of compiler/code/opcodes.h.
 *
 * Python-to-Python calls, generators resumed by `for` and returns stay inside the loop: they exchange `frame` and the
 * registers that belong to it (ip, sp). The loop is left when a frame flagged FRAME_ENTRY returns, yields or
 * fails. Rare and long work is in instructions.c, so that this file shows the fast paths.
 *
 * Registers: ip points to the next unit, sp to the first free operand place. They are stored into the frame (SAVE)
 * before anything that may call, raise or pass a safepoint.
 */
#include "runtime/interp/fast_paths.h"
#include "runtime/interp/frame.h"
#include "runtime/interp/instructions.h"
#include "runtime/objects/operations/attribute_cache.h"
#include "runtime/objects/descriptors/builtin_function.h"
#include "runtime/objects/descriptors/descriptor.h"
#include "runtime/objects/containers/dict.h"
#include "runtime/objects/containers/list.h"
#include "runtime/objects/objects.h"
#include "runtime/objects/containers/range.h"
#include "runtime/objects/text/str.h"

#include <math.h>

#define TARGET(name)   op_##name:
#define SAVE()         (frame->ip = ip, frame->sp = sp)
#define LOAD_FRAME()   (ip = frame->ip, sp = frame->sp)
#define ARG()          (unit >> 8)
#define TOP()          sp[-1]
#define SECOND()       sp[-2]
#define THIRD()        sp[-3]
#define PUSH(v)        (*sp++ = (v))
#define NAME_AT(index) tuple_get(slot_peek(&frame->code->names), index)
#define CACHE()        (&frame->code->caches[*ip++])

/* Drop a reference that is on the stack no more. A death may run any code. */
#define DEC(v)                                  \
    do {                                        \
        value dec_ = (v);                       \
        if (unlikely(!value_dec_plain(dec_))) { \
            frame->sp = sp;                     \
            rc_dec_slow(value_object(dec_));    \
        }                                       \
    } while (0)

/* Pop and drop operands. */
#define DROP_TO(base)               \
    do {                            \
        while (sp > (base)) {       \
            value dropped_ = *--sp; \
            DEC(dropped_);          \
        }                           \
    } while (0)
#define DROP(n)                    \
    do {                           \
        value *bottom_ = sp - (n); \
        DROP_TO(bottom_);          \
    } while (0)

#define DISPATCH()                 \
    do {                           \
        unit = *ip++;              \
        goto *labels[unit & 0xFF]; \
    } while (0)

/* The same at the start of a function, nearly always a RESUME. */
#define DISPATCH_CALLEE()                                                                              \
    do {                                                                                               \
        unit = *ip++;                                                                                  \
        if (likely(unit == OP_RESUME && atomic_load_explicit(&self->poll, memory_order_relaxed) == 0)) \
            unit = *ip++;                                                                              \
        goto *labels[unit & 0xFF];                                                                     \
    } while (0)

/* The same after a call that CPython makes outside of its loop, which looks for signals and asynchronous exceptions
 * then, at the start of a function and at jumps backwards. Nothing may strike elsewhere, above all not between taking a
 * lock and the `try` that gives it back. */
#define DISPATCH_SAFEPOINT()                                                        \
    do {                                                                            \
        if (unlikely(atomic_load_explicit(&self->poll, memory_order_relaxed) != 0)) \
            goto pass_safepoint;                                                    \
        DISPATCH();                                                                 \
    } while (0)

/* Push an owned result in place of the top n operands, or fail when it is NULL. */
#define REPLACE(n, expression)        \
    do {                              \
        SAVE();                       \
        value result_ = (expression); \
        if (unlikely(!result_))       \
            goto error;               \
        DROP(n);                      \
        PUSH(result_);                \
        DISPATCH();                   \
    } while (0)
/* Drop n operands after something was done with them, or fail. */
#define PERFORM(done, n)       \
    do {                       \
        SAVE();                \
        if (unlikely(!(done))) \
            goto error;        \
        DROP(n);               \
        DISPATCH();            \
    } while (0)

/* Replace `pops` operands by an owned result, or fail when it is NULL. The operands are dropped after the result is in
 * place. */
#define FINISH_1(expression)          \
    do {                              \
        SAVE();                       \
        value result_ = (expression); \
        if (unlikely(!result_))       \
            goto error;               \
        value a_ = TOP();             \
        TOP() = result_;              \
        DEC(a_);                      \
        DISPATCH();                   \
    } while (0)
#define FINISH_2(expression)             \
    do {                                 \
        SAVE();                          \
        value result_ = (expression);    \
        if (unlikely(!result_))          \
            goto error;                  \
        value a_ = SECOND(), b_ = TOP(); \
        SECOND() = result_;              \
        sp--;                            \
        DEC(a_);                         \
        DEC(b_);                         \
        DISPATCH();                      \
    } while (0)

/* The result of a call with n arguments in place of them, the callable and its self. */
#define FINISH_CALL(n, expression)                                                                              \
    do {                                                                                                        \
        value result = (expression);                                                                            \
        if (unlikely(!result))                                                                                  \
            goto error;                                                                                         \
        value c_ = sp[-(n)-2], s_ = sp[-(n)-1];                                                                 \
        value x_ = (n) > 0 ? sp[-(n)] : NULL, y_ = (n) > 1 ? sp[-(n) + 1] : NULL, z_ = (n) > 2 ? sp[-1] : NULL; \
        sp -= (n) + 1;                                                                                          \
        TOP() = result;                                                                                         \
        DEC(z_);                                                                                                \
        DEC(y_);                                                                                                \
        DEC(x_);                                                                                                \
        DEC(s_);                                                                                                \
        DEC(c_);                                                                                                \
        DISPATCH_SAFEPOINT();                                                                                   \
    } while (0)

/* A global variable by its cache (instructions.h): a word for the operand stack, or VALUE_MISSING. */
static inline __attribute__((always_inline)) value load_global_hit(const struct frame *frame, uint64_t word, value name)
{
    PEEK_SCOPE;
    uint32_t version = global_version(word);
    if (version != 0) {
        if (unlikely(!dict_has_version(frame->globals, version)))
            return VALUE_MISSING;
        if (likely(word & GLOBAL_LASTING))
            return stack_borrow(global_value(word));
        return mutator_is_alone() ? value_inc(global_value(word)) : VALUE_MISSING;
    }
    if (unlikely(!mutator_is_alone())) {
        value v = dict_peek_hint(frame->globals, name, (uint32_t)word & GLOBAL_HINT);
        if (likely(v != NULL))
            return word & GLOBAL_HINT_FINAL ? stack_borrow(v) : VALUE_MISSING;
    }
    return dict_load_hint(frame->globals, name, (uint32_t)word & GLOBAL_HINT);
}

/* Not in eval_frame itself, which has better use for a register than as a frame pointer. */
static __attribute__((noinline)) bool stack_is_short(const struct interpreter *interpreter)
{
    return (char *)__builtin_frame_address(0) < interpreter->stack_limit;
}

value eval_frame(struct interpreter *interpreter, struct frame *frame)
{
    static const void *const labels[256] = {
#define OP(name, pops, pushes, flags) [OP_##name] = &&op_##name,
        OPCODES(OP)
#undef OP
    };
    const uint32_t *ip;
    value *sp;
    uint32_t unit;
    struct thread_slot *const self = thread_self;

    thread_check_quiescent("Python code");
    if (unlikely(stack_is_short(interpreter))) {
        if (!recursion_enter("")) { /* raises */
            frame->ip = frame->code->units;
            LOAD_FRAME();
            goto error;
        }
        recursion_leave();
    }
    LOAD_FRAME();
    if (unlikely(interpreter->exception != NULL))
        goto error; /* a generator resumed by throw() */
    DISPATCH();

    TARGET(NOP)
    DISPATCH();

    TARGET(RESUME)
    thread_check_quiescent("a safepoint");
    if (unlikely(atomic_load_explicit(&self->poll, memory_order_relaxed) != 0)) {
        SAVE();
        /* After a delegation nothing may strike: the delegate's result has not been taken yet. */
        if (thread_safepoint_at(self, ARG() < 2 ? THREAD_BETWEEN_INSTRUCTIONS : THREAD_IN_OPERATION) != 0)
            goto error;
    }
    DISPATCH();

    TARGET(POP_TOP)
    {
        value dropped = *--sp;
        DEC(dropped);
        DISPATCH();
    }

    TARGET(PUSH_NULL)
    PUSH(NULL);
    DISPATCH();

    TARGET(COPY)
    {
        value v = value_inc(stack_plain(sp[-(ptrdiff_t)ARG()]));
        PUSH(v);
        DISPATCH();
    }

    TARGET(SWAP)
    {
        value top = TOP();
        TOP() = sp[-(ptrdiff_t)ARG()];
        sp[-(ptrdiff_t)ARG()] = top;
        DISPATCH();
    }

    /* ---- constants and locals ---- */
    TARGET(LOAD_CONST)
    {
        value v = code_const(frame->code, ARG());
        PUSH(stack_borrow(v));
        DISPATCH();
    }

    TARGET(LOAD_SMALL_INT)
    PUSH(small_int(ARG()));
    DISPATCH();

    TARGET(LOAD_FAST)
    {
        value v = frame->slots[ARG()];
        if (unlikely(!v))
            goto unbound_local;
        PUSH(value_inc(stack_plain(v)));
        DISPATCH();
    }

    TARGET(LOAD_FAST_BORROW)
    {
        value v = frame->slots[ARG()];
        if (unlikely(!v))
            goto unbound_local;
        PUSH(stack_borrow(v));
        DISPATCH();
    }

    TARGET(LOAD_FAST_BORROW_PAIR)
    {
        value first = frame->slots[ARG() & 0xFFF], second = frame->slots[ARG() >> 12];
        if (unlikely(!first || !second)) {
            SAVE();
            raise_unbound_local(frame, first ? ARG() >> 12 : ARG() & 0xFFF);
            goto error;
        }
        sp[0] = stack_borrow(first);
        sp[1] = stack_borrow(second);
        sp += 2;
        DISPATCH();
    }

    TARGET(LOAD_FAST_SMALL_INT)
    {
        value v = frame->slots[ARG() & 0xFFF];
        if (unlikely(!v)) {
            SAVE();
            raise_unbound_local(frame, ARG() & 0xFFF);
            goto error;
        }
        sp[0] = stack_borrow(v);
        sp[1] = small_int(ARG() >> 12);
        sp += 2;
        DISPATCH();
    }

    TARGET(LOAD_FAST_AND_CLEAR)
    {
        PUSH(frame->slots[ARG()]);
        frame->slots[ARG()] = NULL;
        DISPATCH();
    }

    TARGET(STORE_FAST)
    {
        value old = frame->slots[ARG()];
        frame->slots[ARG()] = stack_own(*--sp);
        DEC(old);
        DISPATCH();
    }

    TARGET(STORE_FAST_LOAD_FAST)
    {
        value old = frame->slots[ARG() & 0xFFF];
        frame->slots[ARG() & 0xFFF] = stack_own(*--sp);
        DEC(old);
        value v = frame->slots[ARG() >> 12];
        if (unlikely(!v)) {
            SAVE();
            raise_unbound_local(frame, ARG() >> 12);
            goto error;
        }
        PUSH(value_inc(stack_plain(v)));
        DISPATCH();
    }

    TARGET(STORE_FAST_STORE_FAST)
    {
        value old = frame->slots[ARG() & 0xFFF];
        frame->slots[ARG() & 0xFFF] = stack_own(*--sp);
        DEC(old);
        old = frame->slots[ARG() >> 12];
        frame->slots[ARG() >> 12] = stack_own(*--sp);
        DEC(old);
        DISPATCH();
    }

    TARGET(DELETE_FAST)
    {
        value old = frame->slots[ARG()];
        if (unlikely(!old))
            goto unbound_local;
        frame->slots[ARG()] = NULL;
        DEC(old);
        DISPATCH();
    }

    /* ---- cells ---- */
    TARGET(MAKE_CELL)
    {
        SAVE();
        value cell = cell_new(stack_plain(frame->slots[ARG()]));
        if (!cell)
            goto error;
        value old = frame->slots[ARG()];
        frame->slots[ARG()] = cell;
        DEC(old);
        DISPATCH();
    }

    TARGET(COPY_FREE_VARS)
    {
        if (frame->function && !(frame->flags & FRAME_COMPREHENSION)) { /* else who pushed the frame did it */
            value closure = slot_peek(&frame_function(frame)->closure);
            value *place = frame->slots + frame->code->slots_count - ARG();
            for (uint32_t i = 0; i < ARG(); i++)
                place[i] = value_inc(tuple_get(closure, i));
        }
        DISPATCH();
    }

    TARGET(LOAD_CLOSURE)
    PUSH(value_inc(frame->slots[ARG()]));
    DISPATCH();

    TARGET(LOAD_DEREF)
    {
        value v = cell_get(frame->slots[ARG()]);
        if (unlikely(!v)) {
            SAVE();
            raise_unbound_cell(frame, ARG());
            goto error;
        }
        PUSH(v);
        DISPATCH();
    }

    TARGET(LOAD_CLASSDEREF)
    REPLACE(0, load_classderef(frame, ARG()));

    TARGET(STORE_DEREF)
    {
        value v = stack_own(*--sp);
        SAVE();
        cell_set(frame->slots[ARG()], v);
        DEC(v);
        DISPATCH();
    }

    TARGET(DELETE_DEREF)
    {
        value v = cell_get(frame->slots[ARG()]);
        SAVE();
        if (!v) {
            raise_unbound_cell(frame, ARG());
            goto error;
        }
        cell_set(frame->slots[ARG()], NULL);
        DEC(v);
        DISPATCH();
    }

    /* ---- names ---- */
    TARGET(LOAD_NAME)
    REPLACE(0, load_name(frame, NAME_AT(ARG())));

    TARGET(STORE_NAME)
    PERFORM(store_name(frame, NAME_AT(ARG()), stack_plain(TOP())), 1);

    TARGET(DELETE_NAME)
    SAVE();
    if (!delete_name(frame, NAME_AT(ARG())))
        goto error;
    DISPATCH();

    TARGET(LOAD_GLOBAL)
    {
        cache_word *cache = CACHE();
        uint64_t word = atomic_load_explicit(cache, memory_order_acquire);
        value v = load_global_hit(frame, word, NAME_AT(ARG()));
        if (unlikely(v == VALUE_MISSING)) {
            SAVE();
            v = load_global(frame, NAME_AT(ARG()), cache);
            if (!v)
                goto error;
        }
        PUSH(v);
        DISPATCH();
    }

    TARGET(LOAD_GLOBAL_PUSH_NULL) /* the same, and the empty self of a call */
    {
        cache_word *cache = CACHE();
        uint64_t word = atomic_load_explicit(cache, memory_order_acquire);
        value v = load_global_hit(frame, word, NAME_AT(ARG()));
        if (unlikely(v == VALUE_MISSING)) {
            SAVE();
            v = load_global(frame, NAME_AT(ARG()), cache);
            if (!v)
                goto error;
        }
        sp[0] = v;
        sp[1] = NULL;
        sp += 2;
        DISPATCH();
    }

    TARGET(STORE_GLOBAL)
    PERFORM(dict_set(frame->globals, NAME_AT(ARG()), stack_plain(TOP())), 1);

    TARGET(DELETE_GLOBAL)
    SAVE();
    if (!delete_global(frame, NAME_AT(ARG())))
        goto error;
    DISPATCH();

    /* ---- attributes and items ---- */
    TARGET(LOAD_ATTR)
    {
        cache_word *cache = CACHE();
        value object = TOP();
        value found = attribute_load_hit(stack_plain(object), cache);
        if (likely(found != NULL)) {
            TOP() = found;
            SAVE();
            DEC(object);
            DISPATCH();
        }
        FINISH_1(attribute_load_far(stack_plain(TOP()), NAME_AT(ARG()), cache));
    }

    TARGET(LOAD_FAST_ATTR)
    {
        cache_word *cache = CACHE();
        value object = stack_plain(frame->slots[ARG() & 0xFF]);
        if (unlikely(!object))
            goto unbound_attribute_local;
        value found = attribute_load_hit(object, cache);
        if (unlikely(!found)) {
            SAVE();
            found = attribute_load_far(object, NAME_AT(ARG() >> 8), cache);
            if (unlikely(!found))
                goto error;
        }
        PUSH(found);
        DISPATCH();
    }

    TARGET(LOAD_METHOD)
    {
        cache_word *cache = CACHE();
        value object = TOP();
        bool uncounted;
        value callable = attribute_load_method_hit(stack_plain(object), cache, &uncounted);
        if (unlikely(!callable))
            callable = attribute_load_method_far(stack_plain(object), NAME_AT(ARG()), cache, &uncounted);
        if (likely(callable != NULL)) {
            TOP() = uncounted ? stack_borrow(callable) : callable;
            PUSH(object);
            DISPATCH();
        }
        SAVE();
        value receiver;
        callable = attribute_load_method_slow(stack_plain(object), NAME_AT(ARG()), cache, &receiver, &uncounted);
        if (unlikely(!callable))
            goto error;
        object = TOP();
        TOP() = uncounted ? stack_borrow(callable) : callable;
        PUSH(receiver);
        DEC(object);
        DISPATCH();
    }

    TARGET(LOAD_FAST_METHOD)
    {
        cache_word *cache = CACHE();
        value object = stack_plain(frame->slots[ARG() & 0xFF]);
        if (unlikely(!object))
            goto unbound_attribute_local;
        bool uncounted;
        value callable = attribute_load_method_hit(object, cache, &uncounted);
        if (unlikely(!callable))
            callable = attribute_load_method_far(object, NAME_AT(ARG() >> 8), cache, &uncounted);
        if (likely(callable != NULL)) {
            sp[0] = uncounted ? stack_borrow(callable) : callable;
            sp[1] = stack_borrow(object);
            sp += 2;
            DISPATCH();
        }
        SAVE();
        value receiver;
        callable = attribute_load_method_slow(object, NAME_AT(ARG() >> 8), cache, &receiver, &uncounted);
        if (unlikely(!callable))
            goto error;
        sp[0] = uncounted ? stack_borrow(callable) : callable;
        sp[1] = receiver;
        sp += 2;
        DISPATCH();
    }

    TARGET(STORE_ATTR)
    {
        cache_word *cache = CACHE();
        SAVE();
        value object = stack_plain(TOP()), v = stack_plain(SECOND());
        if (unlikely(!attribute_store_hit(object, v, cache)) &&
            unlikely(!attribute_store_far(object, NAME_AT(ARG()), v, cache)))
            goto error;
        object = *--sp;
        DEC(object);
        v = *--sp;
        DEC(v);
        DISPATCH();
    }

    TARGET(STORE_FAST_ATTR)
    {
        cache_word *cache = CACHE();
        value object = stack_plain(frame->slots[ARG() & 0xFF]), v = stack_plain(TOP());
        if (unlikely(!object))
            goto unbound_attribute_local;
        SAVE();
        if (unlikely(!attribute_store_hit(object, v, cache)) &&
            unlikely(!attribute_store_far(object, NAME_AT(ARG() >> 8), v, cache)))
            goto error;
        v = *--sp;
        DEC(v);
        DISPATCH();
    }

    TARGET(DELETE_ATTR)
    PERFORM(attr_delete(stack_plain(TOP()), NAME_AT(ARG())), 1);

    TARGET(BINARY_SUBSCR)
    {
        value container = stack_plain(SECOND()), key = stack_plain(TOP());
        if (value_is_small_int(key)) {
            value item = NULL;
            int64_t index = small_int_value(key);
            if (value_is(container, TYPE_ID_LIST)) {
                item = list_item_fast(container, index);
            } else if (value_is(container, TYPE_ID_TUPLE)) {
                int64_t length = (int64_t)tuple_length(container);
                if (index < 0)
                    index += length;
                if (likely(index >= 0 && index < length))
                    item = value_inc(tuple_get(container, (size_t)index));
            }
            if (likely(item != NULL)) {
                value old = SECOND();
                SECOND() = item;
                sp--;
                DEC(old);
                DISPATCH();
            }
        }
        if (value_is(container, TYPE_ID_DICT)) {
            SAVE();
            value item = dict_get(container, key);
            if (unlikely(!item))
                goto error;
            if (unlikely(item == VALUE_MISSING)) {
                raise_key_error(key);
                goto error;
            }
            value a = SECOND(), b = TOP();
            SECOND() = item;
            sp--;
            DEC(a);
            DEC(b);
            DISPATCH();
        }
        FINISH_2(item_get(container, key));
    }

    TARGET(STORE_SUBSCR)
    {
        value c = stack_plain(SECOND()), k = stack_plain(TOP());
        SAVE();
        if (value_is_small_int(k) && value_is(c, TYPE_ID_LIST)) {
            /* Owned in its place too: what it displaces may die and run code, and settle would count a borrowed one. */
            value item = THIRD() = stack_own(THIRD());
            if (likely(list_store_fast(c, small_int_value(k), item))) { /* the reference is moved */
                sp -= 3;
                value container = sp[1];
                DEC(container);
                DISPATCH();
            }
        }
        value v = stack_plain(THIRD());
        if (unlikely(!(value_is(c, TYPE_ID_DICT) ? dict_set(c, k, v) : item_set(c, k, v))))
            goto error;
        DROP(3);
        DISPATCH();
    }

    TARGET(DELETE_SUBSCR)
    {
        SAVE();
        if (!item_delete(stack_plain(SECOND()), stack_plain(TOP())))
            goto error;
        value key = TOP(), container = SECOND();
        sp -= 2;
        DEC(container);
        DEC(key);
        DISPATCH();
    }

    TARGET(BINARY_SLICE)
    {
        SAVE();
        value result = binary_slice(stack_plain(THIRD()), stack_plain(SECOND()), stack_plain(TOP()));
        if (!result)
            goto error;
        value a = THIRD(), b = SECOND(), c = TOP();
        THIRD() = result;
        sp -= 2;
        DEC(a);
        DEC(b);
        DEC(c);
        DISPATCH();
    }

    TARGET(STORE_SLICE)
    PERFORM(store_slice(stack_plain(THIRD()), stack_plain(SECOND()), stack_plain(TOP()), stack_plain(sp[-4])), 4);

    /* ---- operators ---- */
    TARGET(UNARY_POSITIVE)
    FINISH_1(operate_unary(UNARY_POSITIVE, stack_plain(TOP())));

    TARGET(UNARY_NEGATIVE)
    {
        value v = TOP();
        if (value_is_small_int(v) && v != small_int(SMALL_INT_MIN)) {
            TOP() = small_int(-small_int_value(v));
            DISPATCH();
        }
        if (value_is_immediate_float(v)) {
            TOP() = float_new(-immediate_float_value(v));
            DISPATCH();
        }
        FINISH_1(operate_unary(UNARY_NEGATIVE, stack_plain(v)));
    }

    TARGET(UNARY_NOT)
    {
        value v = TOP();
        int truth = truth_fast(v);
        if (truth < 0) {
            SAVE();
            truth = value_truth(stack_plain(v));
            if (truth < 0)
                goto error;
            v = TOP();
        }
        TOP() = value_bool(!truth);
        DEC(v);
        DISPATCH();
    }

    TARGET(UNARY_INVERT)
    {
        value v = TOP();
        if (value_is_small_int(v)) {
            TOP() = small_int(~small_int_value(v));
            DISPATCH();
        }
        FINISH_1(operate_unary(UNARY_INVERT, stack_plain(v)));
    }

/* The result of an operator on immediates: nothing to drop. */
#define IMMEDIATE_RESULT(v)          \
    do {                             \
        value immediate_ = (v);      \
        if (unlikely(!immediate_)) { \
            SAVE();                  \
            goto error;              \
        }                            \
        SECOND() = immediate_;       \
        sp--;                        \
        DISPATCH();                  \
    } while (0)

/* The general way of an operator or its in-place form. */
#define OPERATE(OPERATOR, A, B)                                                                  \
    FINISH_2(ARG() & BINARY_IN_PLACE ? operate_inplace(OPERATOR, stack_plain(A), stack_plain(B)) \
                                     : operate_binary(OPERATOR, stack_plain(A), stack_plain(B)))

#define ARITHMETIC(OPERATOR, SMALL, SYMBOL)      \
    value a = SECOND(), b = TOP(), r;            \
    double x, y;                                 \
    if (value_both_small_int(a, b)) {            \
        if (likely(SMALL(a, b, &r)))             \
            IMMEDIATE_RESULT(r);                 \
    } else if (float_operands(a, b, &x, &y)) {   \
        IMMEDIATE_RESULT(float_new(x SYMBOL y)); \
    }                                            \
    OPERATE(OPERATOR, a, b)

    TARGET(BINARY_ADD)
    {
        if (!value_both_small_int(SECOND(), TOP()) && value_is(stack_plain(TOP()), TYPE_ID_STR) &&
            value_is(stack_plain(SECOND()), TYPE_ID_STR))
            goto add_strings;
        ARITHMETIC(BINARY_ADD, small_int_add, +);
    }

    TARGET(BINARY_SUBTRACT)
    {
        ARITHMETIC(BINARY_SUBTRACT, small_int_subtract, -);
    }

    TARGET(BINARY_MULTIPLY)
    {
        ARITHMETIC(BINARY_MULTIPLY, small_int_multiply, *);
    }

    TARGET(BINARY_TRUE_DIVIDE)
    {
        value a = SECOND(), b = TOP();
        double x, y;
        if (float_operands(a, b, &x, &y)) {
            if (likely(y != 0.0))
                IMMEDIATE_RESULT(float_new(x / y));
        } else if (value_both_small_int(a, b)) {
            /* exact operands: both fit 53 bits, so one rounding */
            int64_t i = small_int_value(a), j = small_int_value(b);
            const int64_t exact = INT64_C(1) << 53;
            if (likely(j != 0 && i >= -exact && i <= exact && j >= -exact && j <= exact))
                IMMEDIATE_RESULT(float_new((double)i / (double)j));
        }
        OPERATE(BINARY_TRUE_DIVIDE, a, b);
    }

    TARGET(BINARY_FLOOR_DIVIDE)
    {
        value a = SECOND(), b = TOP();
        if (value_both_small_int(a, b)) {
            int64_t i = small_int_value(a), j = small_int_value(b);
            if (likely(j != 0 && j != -1)) {
                int64_t q = i / j;
                if ((i % j != 0) && ((i ^ j) < 0))
                    q--;
                IMMEDIATE_RESULT(small_int(q));
            }
        }
        OPERATE(BINARY_FLOOR_DIVIDE, a, b);
    }

    TARGET(BINARY_REMAINDER)
    {
        value a = SECOND(), b = TOP();
        if (value_both_small_int(a, b)) {
            int64_t i = small_int_value(a), j = small_int_value(b);
            if (likely(j != 0 && j != -1)) {
                int64_t r = i % j;
                if (r != 0 && ((r ^ j) < 0))
                    r += j;
                IMMEDIATE_RESULT(small_int(r));
            }
        }
        OPERATE(BINARY_REMAINDER, a, b);
    }

    TARGET(BINARY_AND)
    {
        value a = SECOND(), b = TOP();
        if (value_both_small_int(a, b))
            IMMEDIATE_RESULT(value_from_bits(value_bits(a) & value_bits(b)));
        OPERATE(BINARY_AND, a, b);
    }

    TARGET(BINARY_OR)
    {
        value a = SECOND(), b = TOP();
        if (value_both_small_int(a, b))
            IMMEDIATE_RESULT(value_from_bits(value_bits(a) | value_bits(b)));
        OPERATE(BINARY_OR, a, b);
    }

    TARGET(BINARY_XOR)
    {
        value a = SECOND(), b = TOP();
        if (value_both_small_int(a, b))
            IMMEDIATE_RESULT(value_from_bits((value_bits(a) ^ value_bits(b)) | 1));
        OPERATE(BINARY_XOR, a, b);
    }

    TARGET(BINARY_LSHIFT)
    {
        value a = SECOND(), b = TOP();
        if (value_both_small_int(a, b)) {
            int64_t i = small_int_value(a), n = small_int_value(b);
            if (likely(n >= 0 && n < 61)) {
                int64_t r = (int64_t)((uint64_t)i << n);
                if (likely(r >> n == i && small_int_fits(r)))
                    IMMEDIATE_RESULT(small_int(r));
            }
        }
        OPERATE(BINARY_LSHIFT, a, b);
    }

    TARGET(BINARY_RSHIFT)
    {
        value a = SECOND(), b = TOP();
        if (value_both_small_int(a, b)) {
            int64_t n = small_int_value(b);
            if (likely(n >= 0))
                IMMEDIATE_RESULT(small_int(small_int_value(a) >> (n > 63 ? 63 : n)));
        }
        OPERATE(BINARY_RSHIFT, a, b);
    }

    TARGET(BINARY_OP)
    {
        if (ARG() == BINARY_POWER)
            FINISH_2(operate_power(stack_plain(SECOND()), stack_plain(TOP()), VALUE_NONE));
        OPERATE((enum binary_operator)(ARG() & ~BINARY_IN_PLACE), SECOND(), TOP());
    }

    /* str + str: when the left operand is a local that the next instruction overwrites with the sum, the local's
     * reference is moved, so that a unique left str may grow in place. */
add_strings : {
    SAVE();
    value left = SECOND(), right = TOP();
    uint32_t next = *ip;
    unsigned next_op = instruction_opcode(next);
    value sum;
    if (next_op == OP_STORE_FAST && frame->slots[instruction_argument(next)] == stack_plain(left)) {
        uint32_t local = instruction_argument(next);
        left = stack_plain(left);
        if (left == SECOND())
            DEC(left); /* a counted operand: the local's reference is enough */
        SECOND() = NULL;
        frame->slots[local] = NULL;
        sum = str_append_owned(left, stack_plain(right));
    } else if (SECOND() == stack_plain(left)) {
        SECOND() = NULL; /* a temporary: its reference is moved */
        sum = str_append_owned(left, stack_plain(right));
    } else {
        sum = str_concat(stack_plain(left), stack_plain(right));
        SECOND() = NULL;
    }
    if (!sum)
        goto error;
    SECOND() = sum;
    sp--;
    DEC(right);
    DISPATCH();
}

    TARGET(COMPARE_OP)
    {
        int r = compare_fast(SECOND(), TOP(), ARG());
        if (likely(r >= 0)) {
            SECOND() = value_bool(r);
            sp--;
            DISPATCH();
        }
        FINISH_2(compare_rich(stack_plain(SECOND()), stack_plain(TOP()), (int)ARG()));
    }

    TARGET(COMPARE_OP_JUMP_IF_FALSE)
    {
        unsigned op = ARG() >> 21;
        value a = SECOND(), b = TOP();
        int r = compare_fast(a, b, op);
        if (likely(r >= 0)) {
            sp -= 2;
        } else {
            SAVE();
            value result = compare_rich(stack_plain(a), stack_plain(b), (int)op);
            if (unlikely(!result))
                goto error;
            DROP(2);
            r = truth_fast(result);
            if (r < 0) {
                SAVE();
                r = value_truth(result);
                DEC(result);
                if (r < 0)
                    goto error;
            }
        }
        if (!r)
            ip = frame->code->units + (ARG() & 0x1FFFFF);
        DISPATCH();
    }

    TARGET(IS_OP)
    {
        value a = SECOND(), b = TOP();
        bool same = stack_plain(a) == stack_plain(b);
        SECOND() = value_bool(same != (ARG() & 1));
        sp--;
        DEC(a);
        DEC(b);
        DISPATCH();
    }

    TARGET(CONTAINS_OP)
    {
        SAVE();
        int found = value_contains(stack_plain(TOP()), stack_plain(SECOND()));
        if (unlikely(found < 0))
            goto error;
        value item = SECOND(), container = TOP();
        SECOND() = value_bool(found != (int)(ARG() & 1));
        sp--;
        DEC(item);
        DEC(container);
        DISPATCH();
    }

    /* ---- building ---- */
    TARGET(BUILD_TUPLE)
    {
        SAVE();
        uint32_t n = ARG();
        value tuple = tuple_new(n);
        if (unlikely(!tuple))
            goto error;
        sp -= n;
        for (uint32_t i = 0; i < n; i++)
            tuple_init(tuple, i, stack_own(sp[i]));
        PUSH(tuple);
        DISPATCH();
    }

    TARGET(BUILD_LIST)
    {
        uint32_t n = ARG();
        for (uint32_t i = 1; i <= n; i++)
            sp[-(ptrdiff_t)i] = stack_own(sp[-(ptrdiff_t)i]);
        sp -= n;
        SAVE();
        value list = list_from_owned(sp, n);
        if (unlikely(!list))
            goto error;
        PUSH(list);
        DISPATCH();
    }

    TARGET(BUILD_SET)
    REPLACE(ARG(), build_set(sp - ARG(), ARG()));

    TARGET(BUILD_MAP)
    REPLACE(2 * ARG(), build_map(sp - 2 * (size_t)ARG(), ARG()));

    TARGET(BUILD_CONST_KEY_MAP)
    REPLACE(ARG() + 1, build_const_key_map(sp - 1 - ARG(), ARG(), stack_plain(TOP())));

    TARGET(BUILD_STRING)
    REPLACE(ARG(), build_string(sp - ARG(), ARG()));

    TARGET(BUILD_SLICE)
    {
        SAVE();
        value step = ARG() == 3 ? stack_plain(TOP()) : NULL;
        value *base = sp - ARG();
        value slice = slice_new(stack_plain(base[0]), stack_plain(base[1]), step);
        if (!slice)
            goto error;
        DROP_TO(base);
        PUSH(slice);
        DISPATCH();
    }

    TARGET(LIST_APPEND)
    {
        SAVE();
        value v = stack_own(*--sp);
        if (unlikely(!list_append_building(stack_plain(sp[-(ptrdiff_t)ARG()]), v)))
            goto error;
        DISPATCH();
    }

    TARGET(SET_ADD)
    PERFORM(set_add(stack_plain(sp[-1 - (ptrdiff_t)ARG()]), stack_plain(TOP())), 1);

    TARGET(MAP_ADD)
    PERFORM(dict_set_building(stack_plain(sp[-2 - (ptrdiff_t)ARG()]), stack_plain(SECOND()), stack_plain(TOP())), 2);

    TARGET(LIST_EXTEND)
    PERFORM(list_extend_operand(stack_plain(sp[-1 - (ptrdiff_t)ARG()]), stack_plain(TOP())), 1);

    TARGET(SET_UPDATE)
    PERFORM(set_update(stack_plain(sp[-1 - (ptrdiff_t)ARG()]), stack_plain(TOP())), 1);

    TARGET(DICT_UPDATE)
    PERFORM(dict_update_operand(stack_plain(sp[-1 - (ptrdiff_t)ARG()]), stack_plain(TOP())), 1);

    TARGET(DICT_MERGE)
    {
        SAVE();
        value callable = stack_plain(sp[-4 - (ptrdiff_t)ARG()]);
        if (!dict_merge_keywords(callable, stack_plain(sp[-1 - (ptrdiff_t)ARG()]), stack_plain(TOP())))
            goto error;
        DROP(1);
        DISPATCH();
    }

    TARGET(LIST_TO_TUPLE)
    FINISH_1(list_to_tuple(stack_plain(TOP())));

    TARGET(UNPACK_SEQUENCE)
    {
        value sequence = TOP();
        value v = stack_plain(sequence);
        uint32_t n = ARG();
        if (likely(value_is(v, TYPE_ID_TUPLE) && tuple_length(v) == n)) {
            sp--;
            for (uint32_t i = n; i-- > 0;)
                PUSH(value_inc(tuple_get(v, i)));
            DEC(sequence);
            DISPATCH();
        }
        TOP() = sequence = stack_own(sequence); /* its place will be written over */
        SAVE();
        if (!unpack_sequence(v, n, sp - 1 + n)) /* fills downwards; on success the sequence's place is overwritten */
            goto error;
        sp += (ptrdiff_t)n - 1;
        DEC(sequence);
        DISPATCH();
    }

    TARGET(UNPACK_EX)
    {
        value sequence = TOP() = stack_own(TOP());
        uint32_t before = ARG() & 0xFFF, after = ARG() >> 12;
        SAVE();
        if (!unpack_ex(stack_plain(sequence), before, after, sp + before + after))
            goto error;
        sp += before + after;
        DEC(sequence);
        DISPATCH();
    }

    TARGET(FORMAT_VALUE)
    {
        SAVE();
        value spec = ARG() & 4 ? stack_plain(TOP()) : NULL;
        value *place = ARG() & 4 ? sp - 2 : sp - 1;
        value text = format_operand(stack_plain(*place), ARG() & 3, spec);
        if (!text)
            goto error;
        DROP_TO(place);
        PUSH(text);
        DISPATCH();
    }

    /* ---- control ---- */
    TARGET(JUMP_FORWARD)
    TARGET(JUMP_BACKWARD_NO_INTERRUPT)
    ip = frame->code->units + ARG();
    DISPATCH();

    TARGET(JUMP_BACKWARD)
    thread_check_quiescent("a safepoint");
    if (unlikely(atomic_load_explicit(&self->poll, memory_order_relaxed) != 0)) {
        SAVE(); /* what is raised here comes from the end of the loop's body, and its handlers cover it */
        if (thread_safepoint_slow(self, THREAD_BETWEEN_INSTRUCTIONS) != 0)
            goto error;
    }
    ip = frame->code->units + ARG();
    DISPATCH();

/* The truth of the top operand, which is popped. */
#define POP_TRUTH(truth)                             \
    value condition = TOP();                         \
    int truth = truth_fast(condition);               \
    if (unlikely(truth < 0)) {                       \
        SAVE();                                      \
        truth = value_truth(stack_plain(condition)); \
        if (unlikely(truth < 0))                     \
            goto error;                              \
        condition = *--sp;                           \
        DEC(condition);                              \
    } else {                                         \
        sp--;                                        \
    }

    TARGET(POP_JUMP_IF_FALSE)
    {
        POP_TRUTH(truth);
        if (!truth)
            ip = frame->code->units + ARG();
        DISPATCH();
    }

    TARGET(POP_JUMP_IF_TRUE)
    {
        POP_TRUTH(truth);
        if (truth)
            ip = frame->code->units + ARG();
        DISPATCH();
    }

    TARGET(POP_JUMP_IF_NONE)
    {
        value v = *--sp;
        if (v == VALUE_NONE)
            ip = frame->code->units + ARG();
        DEC(v);
        DISPATCH();
    }

    TARGET(POP_JUMP_IF_NOT_NONE)
    {
        value v = *--sp;
        if (v != VALUE_NONE)
            ip = frame->code->units + ARG();
        DEC(v);
        DISPATCH();
    }

    TARGET(JUMP_IF_FALSE_OR_POP)
    {
        value v = TOP();
        int truth = truth_fast(v);
        if (truth < 0) {
            SAVE();
            truth = value_truth(stack_plain(v));
            if (truth < 0)
                goto error;
        }
        if (!truth) {
            ip = frame->code->units + ARG();
            DISPATCH();
        }
        v = *--sp;
        DEC(v);
        DISPATCH();
    }

    TARGET(JUMP_IF_TRUE_OR_POP)
    {
        value v = TOP();
        int truth = truth_fast(v);
        if (truth < 0) {
            SAVE();
            truth = value_truth(stack_plain(v));
            if (truth < 0)
                goto error;
        }
        if (truth) {
            ip = frame->code->units + ARG();
            DISPATCH();
        }
        v = *--sp;
        DEC(v);
        DISPATCH();
    }

    TARGET(GET_ITER)
    FINISH_1(value_is(stack_plain(TOP()), TYPE_ID_RANGE) ? range_iterator_for_loop(stack_plain(TOP()))
                                                         : iter_get(stack_plain(TOP())));

    TARGET(FOR_ITER)
    {
        value iterator = stack_plain(TOP());
        value item;
        struct generator *generator;
        if (value_is(iterator, TYPE_ID_RANGE_ITERATOR)) {
            item = range_iterator_next_in_loop(iterator);
        } else if (value_is(iterator, TYPE_ID_LIST_ITERATOR)) {
            item = list_iterator_next_fast(iterator);
        } else if (value_is(iterator, TYPE_ID_GENERATOR)) {
            generator = (struct generator *)iterator;
            SAVE();
            int state = generator_claim(generator);
            if (unlikely(state < 0))
                goto error;
            if (likely(state != GENERATOR_FINISHED)) {
                if (unlikely(!generator_link(interpreter, generator, VALUE_NONE, FRAME_FOR_ITER, state)))
                    goto error;
                frame = &generator->frame;
                LOAD_FRAME();
                DISPATCH();
            }
            item = VALUE_END;
        } else {
            SAVE();
            value (*next)(value) = value_type_slot(iterator, next); /* __next__ may have been deleted meanwhile */
            item =
                likely(next != NULL) ? next(iterator) : raise(EXC(TypeError), "'%T' object is not iterable", iterator);
            if (unlikely(!item)) {
                if (!error_matches(EXC(StopIteration)))
                    goto error;
                error_clear();
                item = VALUE_END;
            }
        }
        if (likely(item != VALUE_END)) {
            unit = *ip++;
            if (likely((unit & 0xFF) == OP_STORE_FAST)) {
                value old = frame->slots[ARG()];
                frame->slots[ARG()] = item;
                DEC(old);
                DISPATCH();
            }
            PUSH(item);
            goto *labels[unit & 0xFF];
        }
    for_iter_end: /* `unit` is the FOR_ITER */
        ip = frame->code->units + ARG();
        value done = *--sp;
        DEC(done);
        DISPATCH();
    }

    TARGET(RETURN_CONST)
    PUSH(stack_borrow(code_const(frame->code, ARG())));
    goto op_RETURN_VALUE;

    TARGET(RETURN_VALUE)
    {
        value result = stack_own(*--sp);
        frame->sp = sp;
        struct frame *done = frame;
        uint32_t flags = done->flags;
        frame = done->previous;
        if (unlikely(flags & FRAME_GENERATOR)) {
            generator_unlink(interpreter, frame_generator(done), GENERATOR_FINISHED);
            if (flags & FRAME_ENTRY)
                return result;
            LOAD_FRAME();
            unit = ip[-1];
            if (flags & FRAME_SEND) { /* SEND of the previous frame: drop the receiver, push the result, jump */
                value receiver = TOP();
                TOP() = result;
                DEC(receiver);
                ip = frame->code->units + ARG();
                DISPATCH();
            }
            DEC(result);
            goto for_iter_end;
        }
        interpreter->frame = frame;
        frame_close(interpreter, done);
        if (flags & FRAME_ENTRY)
            return result;
        LOAD_FRAME();
        if (unlikely(flags & (FRAME_INIT | FRAME_EXTENDED))) {
            if (flags & FRAME_EXTENDED)
                PUSH(result);
            else if (unlikely(result != VALUE_NONE)) {
                raise(EXC(TypeError), "__init__() should return None, not '%T'", result);
                DEC(result);
                goto error;
            }
            DISPATCH_SAFEPOINT();
        }
        PUSH(result);
        DISPATCH();
    }

    /* ---- calls ---- */
    TARGET(CALL)
    {
        uint32_t nargs = ARG();
        value *base = sp - nargs - 2;
        value callable = base[0];
        uint32_t kind = operand_type_ref(callable);
        if (likely(kind == TYPE_WELL_KNOWN_REF(TYPE_ID_FUNCTION))) {
        call_function:;
            struct function *function = (struct function *)stack_plain(callable);
            struct code *code = function_code(function);
            value *args = base + 2;
            if (base[1]) {
                args--;
                nargs++;
            }
            SAVE();
            bool plain = nargs == code->plain_argcount;
            base[0] = NULL; /* moved into the frame, or dropped: nobody is to count it here in between */
            /* Binding may call anything, while nobody knows the new frame yet. */
            struct frame *next = frame_open(interpreter, code, likely(plain) ? callable : stack_own(callable));
            if (unlikely(!next))
                goto error;
            if (likely(plain)) {
                for (uint32_t i = 0; i < nargs; i++)
                    next->slots[i] = args[i]; /* a borrowed word stays one: this frame waits, and so keeps it */
                frame_empty_slots(next, nargs);
            } else {
                frame_empty_slots(next, 0);
                if (!arguments_bind(next, args, nargs, NULL)) {
                    frame_pop(interpreter, next);
                    goto error;
                }
                DROP_TO(base);
            }
            frame->sp = base;
            interpreter->frame = frame = next;
            LOAD_FRAME();
            DISPATCH_CALLEE();
        }
        callable = stack_plain(callable);
        SAVE();
        const struct method_def *def;
        struct signature *signature;
        value receiver;
        if (likely(kind == TYPE_WELL_KNOWN_REF(TYPE_ID_BUILTIN_FUNCTION) && !base[1])) {
            struct builtin_function *function = (struct builtin_function *)callable;
            def = function->def;
            signature = function->signature;
            receiver = slot_peek(&function->self);
        } else if (kind == TYPE_WELL_KNOWN_REF(TYPE_ID_METHOD_DESCRIPTOR) && likely(base[1] != NULL)) {
            receiver = stack_plain(base[1]);
            if (unlikely(!method_descriptor_fits(callable, receiver)))
                goto call_other;
            def = ((struct descriptor *)callable)->def;
            signature = &((struct descriptor *)callable)->signature;
        } else if (kind == TYPE_WELL_KNOWN_REF(TYPE_ID_METHOD) && !base[1]) {
            value old = base[0];
            base[1] = value_inc(method_self(callable));
            base[0] = callable = value_inc(method_function(callable));
            DEC(old);
            if (likely(value_is(callable, TYPE_ID_FUNCTION)))
                goto call_function;
            goto call_other;
        } else {
            goto call_other;
        }
        if (unlikely(nargs != def->entry)) {
            value result = call_builtin_operands(def, signature, receiver, base + 2, nargs);
            if (unlikely(!result))
                goto error;
            DROP_TO(base);
            PUSH(result);
            DISPATCH_SAFEPOINT();
        }
        if (likely(nargs == 1))
            FINISH_CALL(1, method_enter_1(def, receiver, stack_plain(TOP())));
        if (nargs == 0)
            FINISH_CALL(0, method_enter_0(def, receiver));
        if (nargs == 2)
            FINISH_CALL(2, method_enter_2(def, receiver, stack_plain(SECOND()), stack_plain(TOP())));
        FINISH_CALL(3, method_enter_3(def, receiver, stack_plain(THIRD()), stack_plain(SECOND()), stack_plain(TOP())));
    call_other:
        if (kind == TYPE_WELL_KNOWN_REF(TYPE_ID_TYPE) && !base[1]) {
            /* A class whose instances are made by object.__new__ and set up by a Python __init__: the frame is pushed
             * here.
             */
            value init;
            value instance = instance_prepare((struct type *)callable, &init);
            if (unlikely(!instance)) {
                if (error_occurred())
                    goto error;
            } else {
                value old = base[0];
                base[0] = instance;
                base[1] = NULL;
                DEC(old); /* the instance counts its type */
                struct code *code = function_code((struct function *)stack_plain(init));
                struct frame *next = frame_open(interpreter, code, init);
                if (unlikely(!next))
                    goto error;
                if (likely(nargs + 1 == code->plain_argcount)) {
                    next->slots[0] = stack_borrow(instance);
                    for (uint32_t i = 0; i < nargs; i++)
                        next->slots[i + 1] = base[2 + i];
                    frame_empty_slots(next, nargs + 1);
                } else {
                    next->function = stack_own(init); /* binding may call anything, as above */
                    frame_empty_slots(next, 0);
                    base[1] = value_inc(instance);
                    if (!arguments_bind(next, base + 1, nargs + 1, NULL)) {
                        frame_pop(interpreter, next);
                        goto error;
                    }
                    DROP_TO(base + 1);
                }
                next->flags = FRAME_INIT;
                frame->sp = base + 1;
                interpreter->frame = frame = next;
                LOAD_FRAME();
                DISPATCH_CALLEE();
            }
        }
        value result = call_operands(callable, base, nargs, NULL);
        if (unlikely(!result))
            goto error;
        DROP_TO(base);
        PUSH(result);
        DISPATCH_SAFEPOINT();
    }

    TARGET(CALL_KW)
    {
        uint32_t nargs = ARG();
        value names = stack_plain(TOP()); /* a constant tuple: borrowed from the code */
        sp--;
        value *base = sp - nargs - 2;
        value callable = stack_plain(base[0]);
        SAVE();
        if (value_is(callable, TYPE_ID_METHOD) && !base[1]) {
            value old = base[0];
            base[1] = value_inc(method_self(callable));
            base[0] = callable = value_inc(method_function(callable));
            DEC(old);
        }
        size_t named = tuple_length(names);
        if (value_is(callable, TYPE_ID_FUNCTION)) {
            struct code *code = function_code((struct function *)callable);
            struct frame *next = frame_push(interpreter, code, value_inc(callable));
            if (unlikely(!next))
                goto error;
            value *args = base[1] ? base + 1 : base + 2;
            if (!arguments_bind(next, args, (size_t)(sp - args) - named, names)) {
                frame_pop(interpreter, next);
                goto error;
            }
            DROP_TO(base);
            frame->sp = sp;
            interpreter->frame = frame = next;
            LOAD_FRAME();
            DISPATCH();
        }
        value result = call_operands(callable, base, nargs - (uint32_t)named, names);
        if (unlikely(!result))
            goto error;
        DROP_TO(base);
        PUSH(result);
        DISPATCH_SAFEPOINT();
    }

    TARGET(CALL_COMPREHENSION)
    {
        uint32_t cells = ARG();
        value *base = sp - cells - 2;
        value code_operand = stack_plain(SECOND());
        struct code *code = (struct code *)code_operand;
        SAVE();
        if (unlikely(!value_is(code_operand, TYPE_ID_CODE) || code->plain_argcount != 1 ||
                     code->frees_count != cells)) {
            raise(EXC(SystemError), "bad code of a comprehension");
            goto error;
        }
        value function = frame->function ? stack_borrow(stack_plain(frame->function)) : NULL;
        struct frame *next = frame_open(interpreter, code, function);
        if (unlikely(!next))
            goto error;
        next->flags = FRAME_COMPREHENSION;
        if (!function) {
            value_inc(code_operand);
            next->globals = value_inc(frame->globals);
            next->builtins = value_inc(frame_builtins(frame));
        }
        next->slots[0] = stack_own(TOP());
        frame_empty_slots(next, 1);
        for (uint32_t i = 0; i < cells; i++)
            next->sp[(ptrdiff_t)i - cells] = base[i];
        value_dec(SECOND()); /* it was borrowed from the constants, but may have been settled; it does not die */
        frame->sp = base;
        interpreter->frame = frame = next;
        LOAD_FRAME();
        DISPATCH();
    }

    TARGET(CALL_FUNCTION_EX)
    {
        SAVE();
        value *base = sp - 3 - (ARG() & 1);
        struct frame *next = NULL;
        value result = call_extended(interpreter, base, ARG() & 1, &next);
        DROP_TO(base);
        if (next) { /* a Python function: its frame is bound and ready */
            next->flags |= FRAME_EXTENDED;
            frame->sp = sp;
            interpreter->frame = frame = next;
            LOAD_FRAME();
            DISPATCH();
        }
        if (!result)
            goto error;
        PUSH(result);
        DISPATCH_SAFEPOINT();
    }

    TARGET(MAKE_FUNCTION)
    {
        SAVE();
        unsigned parts = ARG();
        value *base = sp - 1 - ((parts & 1) + (parts >> 1 & 1) + (parts >> 2 & 1) + (parts >> 3 & 1));
        value function = make_function(frame, base, parts, stack_plain(TOP()));
        if (!function)
            goto error;
        DROP_TO(base);
        PUSH(function);
        DISPATCH();
    }

    TARGET(LOAD_BUILD_CLASS)
    {
        SAVE();
        value v = dict_get(frame_builtins(frame), NAME(__build_class__));
        if (v == VALUE_MISSING)
            v = raise(EXC(NameError), "__build_class__ not found");
        if (!v)
            goto error;
        PUSH(v);
        DISPATCH();
    }

    /* ---- import ---- */
    TARGET(IMPORT_NAME)
    {
        FINISH_2(import_operand(frame, NAME_AT(ARG()), stack_plain(TOP()), stack_plain(SECOND())));
    }

    TARGET(IMPORT_FROM)
    REPLACE(0, import_from(stack_plain(TOP()), NAME_AT(ARG())));

    TARGET(IMPORT_STAR)
    PERFORM(import_star(frame, stack_plain(TOP())), 1);

    /* ---- exceptions ---- */
    TARGET(PUSH_EXC_INFO)
    {
        struct handled_state *level = interpreter->handled;
        value exception = TOP();
        TOP() = level->exception ? level->exception : VALUE_NONE;
        level->exception = value_inc(stack_plain(exception));
        PUSH(exception);
        DISPATCH();
    }

    TARGET(POP_EXCEPT)
    {
        struct handled_state *level = interpreter->handled;
        value previous = *--sp;
        value old = level->exception;
        level->exception = previous == VALUE_NONE ? NULL : previous;
        DEC(old);
        DISPATCH();
    }

    TARGET(CHECK_EXC_MATCH)
    {
        SAVE();
        int matches = exception_matches_operand(stack_plain(SECOND()), stack_plain(TOP()));
        if (matches < 0)
            goto error;
        value type = TOP();
        TOP() = value_bool(matches);
        DEC(type);
        DISPATCH();
    }

    TARGET(CHECK_EG_MATCH)
    {
        SAVE();
        value rest = NULL, match = NULL;
        if (!exception_group_match(stack_plain(SECOND()), stack_plain(TOP()), &rest, &match))
            goto error;
        value a = SECOND(), b = TOP();
        SECOND() = rest;
        TOP() = match;
        DEC(a);
        DEC(b);
        if (match != VALUE_NONE) {
            struct handled_state *level = interpreter->handled;
            value old = level->exception;
            level->exception = value_inc(match);
            DEC(old);
        }
        DISPATCH();
    }

    TARGET(PREP_RERAISE_STAR)
    FINISH_2(prepare_reraise_star(stack_plain(SECOND()), stack_plain(TOP())));

    TARGET(RAISE_VARARGS)
    {
        SAVE();
        value cause = ARG() == 2 ? stack_plain(TOP()) : NULL;
        value exception = ARG() == 2 ? stack_plain(SECOND()) : ARG() == 1 ? stack_plain(TOP()) : NULL;
        if (raise_operands(exception, cause))
            goto unwind; /* a re-raise keeps the traceback as it is */
        goto error;
    }

    TARGET(RERAISE)
    {
        value exception = stack_own(*--sp);
        if (unlikely(exception == VALUE_NONE)) {
            SAVE();
            raise(EXC(SystemError), "no exception to raise again");
            goto error;
        }
        if (ARG()) {
            value lasti = sp[-(ptrdiff_t)ARG()];
            if (value_is_small_int(lasti))
                frame->ip = frame->code->units + small_int_value(lasti) + 1;
            frame->sp = sp;
            error_restore(exception);
            /* the line of the traceback is that of the saved instruction; handlers are searched from here */
            goto unwind_from_ip;
        }
        SAVE();
        error_restore(exception);
        goto unwind;
    }

    TARGET(BEFORE_WITH)
    {
        SAVE();
        value exit = NULL;
        value entered = before_with(stack_plain(TOP()), &exit);
        if (!entered)
            goto error;
        value manager = TOP();
        TOP() = exit;
        PUSH(entered);
        DEC(manager);
        DISPATCH();
    }

    TARGET(WITH_EXCEPT_START)
    REPLACE(0, with_except_start(stack_plain(sp[-4]), stack_plain(TOP())));

    TARGET(LOAD_ASSERTION_ERROR)
    PUSH(value_inc(value_of(EXC(AssertionError))));
    DISPATCH();

    /* ---- generators and coroutines ---- */
    TARGET(RETURN_GENERATOR)
    {
        SAVE();
        uint32_t flags = frame->flags;
        struct frame *previous = frame->previous;
        value generator = generator_from_frame(interpreter, frame);
        if (!generator)
            goto error;
        frame = previous;
        if (flags & FRAME_ENTRY)
            return generator;
        LOAD_FRAME();
        if (flags & FRAME_INIT) {
            raise(EXC(TypeError), "__init__() should return None, not '%T'", generator);
            DEC(generator);
            goto error;
        }
        PUSH(generator);
        DISPATCH();
    }

    TARGET(YIELD_VALUE)
    {
        value yielded = stack_own(*--sp);
        for (value *word = frame_operands(frame); word < sp; word++)
            *word = stack_own(*word);
        SAVE();
        uint32_t flags = frame->flags;
        struct frame *previous = frame->previous;
        generator_unlink(interpreter, frame_generator(frame), GENERATOR_SUSPENDED);
        if (flags & FRAME_ENTRY)
            return yielded;
        frame = previous;
        LOAD_FRAME();
        PUSH(yielded);
        DISPATCH();
    }

    TARGET(GET_YIELD_FROM_ITER)
    FINISH_1(get_yield_from_iter(frame, stack_plain(TOP())));

    TARGET(SEND)
    {
        value receiver = stack_plain(SECOND()), sent = stack_plain(TOP());
        SAVE();
        if (value_is(receiver, TYPE_ID_GENERATOR) || value_is(receiver, TYPE_ID_COROUTINE)) {
            struct generator *generator = (struct generator *)receiver;
            int state = generator_claim(generator);
            if (unlikely(state < 0))
                goto error;
            if (state == GENERATOR_SUSPENDED || (state == GENERATOR_CREATED && sent == VALUE_NONE)) {
                if (unlikely(!generator_link(interpreter, generator, value_inc(sent), FRAME_SEND, state)))
                    goto error;
                value old = *--sp;
                frame->sp = sp;
                frame = &generator->frame;
                LOAD_FRAME();
                DEC(old);
                DISPATCH();
            }
            if (state == GENERATOR_CREATED)
                generator_release(generator, state); /* iter_send reports the value sent too early */
        }
        value result = NULL;
        int outcome = iter_send(receiver, sent, &result);
        if (outcome == SEND_ERROR)
            goto error;
        value old = TOP();
        if (outcome == SEND_YIELD) {
            TOP() = result;
            DEC(old);
            DISPATCH();
        }
        value done_receiver = SECOND();
        SECOND() = result;
        sp--;
        DEC(old);
        DEC(done_receiver);
        ip = frame->code->units + ARG();
        DISPATCH();
    }

    TARGET(GET_AWAITABLE)
    FINISH_1(get_awaitable(stack_plain(TOP()), ARG()));

    TARGET(ASYNC_GEN_WRAP)
    FINISH_1(async_gen_wrap(stack_plain(TOP())));

    TARGET(BEFORE_ASYNC_WITH)
    {
        SAVE();
        value exit = NULL;
        value entered = before_async_with(stack_plain(TOP()), &exit);
        if (!entered)
            goto error;
        value manager = TOP();
        TOP() = exit;
        PUSH(entered);
        DEC(manager);
        DISPATCH();
    }

    TARGET(GET_AITER)
    FINISH_1(get_aiter(stack_plain(TOP())));

    TARGET(GET_ANEXT)
    REPLACE(0, get_anext(stack_plain(TOP())));

    TARGET(END_ASYNC_FOR)
    {
        SAVE();
        value exception = TOP();
        if (value_is_of(stack_plain(exception), EXC(StopAsyncIteration))) {
            value iterator = SECOND();
            sp -= 2;
            DEC(exception);
            DEC(iterator);
            DISPATCH();
        }
        sp--;
        error_restore(stack_own(exception));
        goto unwind;
    }

    /* ---- pattern matching ---- */
    TARGET(MATCH_MAPPING)
    {
        bool mapping = value_has_flag(stack_plain(TOP()), TYPE_FLAG_MAPPING);
        PUSH(value_bool(mapping));
        DISPATCH();
    }

    TARGET(MATCH_SEQUENCE)
    {
        bool sequence = value_has_flag(stack_plain(TOP()), TYPE_FLAG_SEQUENCE);
        PUSH(value_bool(sequence));
        DISPATCH();
    }

    TARGET(MATCH_KEYS)
    REPLACE(0, match_keys(stack_plain(SECOND()), stack_plain(TOP())));

    TARGET(MATCH_CLASS)
    REPLACE(3, match_class(stack_plain(THIRD()), stack_plain(SECOND()), ARG(), stack_plain(TOP())));

    TARGET(GET_LEN)
    {
        SAVE();
        ssize length = value_length(stack_plain(TOP()));
        if (length < 0)
            goto error;
        PUSH(int_from_i64(length));
        DISPATCH();
    }

    TARGET(SETUP_ANNOTATIONS)
    SAVE();
    if (!setup_annotations(frame))
        goto error;
    DISPATCH();

    TARGET(PRINT_EXPR)
    PERFORM(print_expression(stack_plain(TOP())), 1);

pass_safepoint:
    SAVE();
    if (thread_safepoint_slow(self, THREAD_BETWEEN_INSTRUCTIONS) != 0)
        goto error;
    DISPATCH();

unbound_local:
    SAVE();
    raise_unbound_local(frame, ARG());
    goto error;

unbound_attribute_local:
    SAVE();
    raise_unbound_local(frame, ARG() & 0xFF);
    goto error;

    /* ---- an exception is set: add this frame to its traceback and look for a handler ---- */
error:
    frame->ip = ip;
    traceback_add(interpreter, frame);

unwind:
    frame->ip = ip;
unwind_from_ip : {
    const struct exception_range *range = find_handler(frame->code, (uint32_t)(ip - frame->code->units) - 1);
    value *bottom = frame_operands(frame);
    if (likely(range != NULL)) {
        value *keep = bottom + range->depth;
        DROP_TO(keep);
        if (range->lasti)
            PUSH(small_int(frame_unit(frame)));
        PUSH(error_fetch());
        ip = frame->code->units + range->target;
        DISPATCH();
    }
    DROP_TO(bottom);
    frame->sp = sp;
    struct frame *done = frame;
    uint32_t flags = done->flags;
    frame = done->previous;
    if (flags & FRAME_GENERATOR) {
        generator_convert_stop(frame_generator(done));
        generator_unlink(interpreter, frame_generator(done), GENERATOR_FINISHED);
    } else {
        interpreter->frame = frame;
        frame_pop(interpreter, done);
    }
    if (flags & FRAME_ENTRY)
        return NULL;
    LOAD_FRAME();
    goto error;
}
}
