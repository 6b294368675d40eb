/*
 * The evaluation loop: one function, computed goto, one label for each opcode of compiler/code/opcodes.h.
 *
 * What an instruction does with values is in instructions/, a header for each chapter; here are the operand stack, the
 * order in which operands are dropped, and the frames. A body named quick_ is tried first, and calls nothing; then
 * comes the general one, which may call anything.
 *
 * Python-to-Python calls, generators resumed by `for` and returns stay inside the loop: they exchange `frame` and the
 * registers that belong to it (ip, sp). The loop is left when a frame flagged FRAME_ENTRY returns, yields or fails.
 *
 * The text is compiled twice, the second time for threads that are traced (eval_traced.c): there each instruction is
 * preceded by a look for events. A loop that finds tracing turned on or off goes on as the other one, in the same
 * frame.
 *
 * Registers: ip points to the next unit, sp to the first free operand place. They are stored into the frame (SAVE)
 * before anything that may call, raise or pass a safepoint.
 */
#include "runtime/interp/eval_words.h"
#include "runtime/interp/generator.h"
#include "runtime/interp/instructions/attributes.h"
#include "runtime/interp/instructions/build.h"
#include "runtime/interp/instructions/calls.h"
#include "runtime/interp/instructions/exceptions.h"
#include "runtime/interp/instructions/generators.h"
#include "runtime/interp/instructions/items.h"
#include "runtime/interp/instructions/iteration.h"
#include "runtime/interp/instructions/names.h"
#include "runtime/interp/instructions/numbers.h"
#include "runtime/interp/instructions/patterns.h"
#include "runtime/objects/containers/set.h"
#include "runtime/objects/containers/slice.h"
#include "runtime/objects/objects.h"
#include "runtime/objects/text/str.h"
#include "threads/pause.h"

/* Not in eval_frame itself, which has better use for a register than as a frame pointer. */
static __attribute__((noinline)) bool stack_is_short(const struct interpreter *interpreter)
{
    return (char *)__builtin_frame_address(0) < interpreter->stack_limit;
}

value EVAL(struct interpreter *interpreter, struct frame *frame)
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
    if (unlikely(interpreter->exception != NULL)) { /* a generator resumed by throw() */
#ifndef EVAL_TRACED
        if (trace_self.on)
            trace_thrown_into(frame);
#endif
        goto error;
    }
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
        if (IS_OTHER()) {
            ip--;
            goto other;
        }
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
        if (unlikely(!first || !second))
            goto unbound_local;
        sp[0] = stack_borrow(first);
        sp[1] = stack_borrow(second);
        sp += 2;
        DISPATCH();
    }

    TARGET(LOAD_FAST_SMALL_INT)
    {
        value v = frame->slots[ARG() & 0xFFF];
        if (unlikely(!v))
            goto unbound_local;
        sp[0] = stack_borrow(v);
        sp[1] = small_int(ARG() >> 12);
        sp += 2;
        DISPATCH();
    }

    TARGET(STORE_FAST)
    {
        value old = frame->slots[ARG()];
        frame->slots[ARG()] = stack_own(*--sp);
        DEC_HERE(old);
        DISPATCH();
    }

    TARGET(STORE_FAST_LOAD_FAST)
    {
        value old = frame->slots[ARG() & 0xFFF];
        frame->slots[ARG() & 0xFFF] = stack_own(*--sp);
        DEC_HERE(old);
        TRACED(if (trace_self.on) {
            SAVE();
            enum trace_outcome outcome = trace_second_half(frame);
            LOAD_FRAME();
            if (outcome == TRACE_ERROR)
                goto error;
            if (outcome == TRACE_JUMPED) {
                unit = ip[-1];
                goto *labels[unit & 0xFF];
            }
        })
        value v = frame->slots[ARG() >> 12];
        if (unlikely(!v))
            goto unbound_local;
        PUSH(value_inc(stack_plain(v)));
        DISPATCH();
    }

    TARGET(STORE_FAST_STORE_FAST)
    {
        value old = frame->slots[ARG() & 0xFFF];
        frame->slots[ARG() & 0xFFF] = stack_own(*--sp);
        DEC_HERE(old);
        old = frame->slots[ARG() >> 12];
        frame->slots[ARG() >> 12] = stack_own(*--sp);
        DEC_HERE(old);
        DISPATCH();
    }

    TARGET(DELETE_FAST)
    {
        value old = frame->slots[ARG()];
        if (unlikely(!old))
            goto unbound_local;
        frame->slots[ARG()] = NULL;
        DEC_HERE(old);
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
        value cell = frame->slots[ARG()];
        value v = slot_load_operand(value_object(cell), &((struct cell *)cell)->contents);
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
    REPLACE(0, load_name(frame, frame_name(frame, ARG())));

    TARGET(STORE_NAME)
    PERFORM(store_name(frame, frame_name(frame, ARG()), stack_plain(TOP())), 1);

    TARGET(DELETE_NAME)
    SAVE();
    if (!delete_name(frame, frame_name(frame, ARG())))
        goto error;
    DISPATCH();

    TARGET(LOAD_GLOBAL)
    {
        GLOBAL(v);
        PUSH(v);
        DISPATCH();
    }

    TARGET(LOAD_GLOBAL_PUSH_NULL) /* the same, and the empty self of a call */
    {
        GLOBAL(v);
        sp[0] = v;
        sp[1] = NULL;
        sp += 2;
        DISPATCH();
    }

    TARGET(STORE_GLOBAL)
    PERFORM(dict_set(frame->globals, frame_name(frame, ARG()), stack_plain(TOP())), 1);

    TARGET(DELETE_GLOBAL)
    SAVE();
    if (!delete_global(frame, frame_name(frame, ARG())))
        goto error;
    DISPATCH();

    /* ---- attributes and items ---- */
    TARGET(LOAD_ATTR)
    {
        cache_word *cache = CACHE();
        value object = TOP();
        value found = quick_attribute(stack_plain(object), cache);
        if (likely(found != NULL)) {
            TOP() = found;
            SAVE();
            DEC(object);
            DISPATCH();
        }
        SAVE();
        value getter = attribute_load_getter(stack_plain(TOP()), cache);
        if (getter)
            ENTER_GETTER(getter, TOP(), sp - 1); /* the object moves */
        FINISH_1(attribute_load_far(stack_plain(TOP()), frame_name(frame, ARG()), cache));
    }

    TARGET(LOAD_FAST_ATTR)
    {
        cache_word *cache = CACHE();
        value object = stack_plain(frame->slots[ARG() & 0xFF]);
        if (unlikely(!object))
            goto unbound_local;
        value found = quick_attribute(object, cache);
        if (unlikely(!found)) {
            SAVE();
            value getter = attribute_load_getter(object, cache);
            if (getter)
                ENTER_GETTER(getter, stack_borrow(object), sp);
            found = attribute_load_far(object, frame_name(frame, ARG() >> 8), cache);
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
        value callable = quick_method(frame, stack_plain(object), ARG(), cache);
        if (likely(callable != NULL)) {
            TOP() = callable;
            PUSH(object);
            DISPATCH();
        }
        SAVE();
        value receiver;
        callable = general_method(stack_plain(object), frame_name(frame, ARG()), cache, &receiver);
        if (unlikely(!callable))
            goto error;
        object = TOP();
        TOP() = callable;
        PUSH(receiver);
        DEC(object);
        DISPATCH();
    }

    TARGET(LOAD_FAST_METHOD)
    {
        cache_word *cache = CACHE();
        value object = stack_plain(frame->slots[ARG() & 0xFF]);
        if (unlikely(!object))
            goto unbound_local;
        value receiver = stack_borrow(object);
        value callable = quick_method(frame, object, ARG() >> 8, cache);
        if (unlikely(!callable)) {
            SAVE();
            callable = general_method(object, frame_name(frame, ARG() >> 8), cache, &receiver);
            if (unlikely(!callable))
                goto error;
        }
        sp[0] = callable;
        sp[1] = receiver;
        sp += 2;
        DISPATCH();
    }

    TARGET(STORE_ATTR)
    {
        cache_word *cache = CACHE();
        SAVE();
        value object = stack_plain(TOP()), v = stack_plain(SECOND());
        if (unlikely(!attribute_store(frame, object, ARG(), v, cache)))
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
            goto unbound_local;
        SAVE();
        if (unlikely(!attribute_store(frame, object, ARG() >> 8, v, cache)))
            goto error;
        v = *--sp;
        DEC(v);
        DISPATCH();
    }

    TARGET(DELETE_ATTR)
    PERFORM(attr_delete(stack_plain(TOP()), frame_name(frame, ARG())), 1);

    TARGET(BINARY_SUBSCR)
    {
        value container = stack_plain(SECOND()), key = stack_plain(TOP());
        value item = quick_item(container, key);
        if (unlikely(!item))
            FINISH_2(item_general(container, key));
        value old = SECOND();
        SECOND() = item;
        sp--;
        DEC(old);
        DISPATCH();
    }

    TARGET(STORE_SUBSCR)
    {
        value container = stack_plain(SECOND()), key = stack_plain(TOP());
        SAVE();
        if (item_is_of_list(container, key)) {
            /* Owned in its place too: what it displaces may die and run code, and settle would count a borrowed one. */
            THIRD() = stack_own(THIRD());
            if (likely(quick_list_store(container, key, THIRD()))) {
                sp -= 3;
                container = sp[1];
                DEC(container);
                DISPATCH();
            }
        }
        PERFORM(item_store_general(container, key, stack_plain(THIRD())), 3);
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
    REPLACE(3, binary_slice(stack_plain(THIRD()), stack_plain(SECOND()), stack_plain(TOP())));

    TARGET(STORE_SLICE)
    PERFORM(store_slice(stack_plain(THIRD()), stack_plain(SECOND()), stack_plain(TOP()), stack_plain(sp[-4])), 4);

    /* ---- operators ---- */
    TARGET(UNARY_POSITIVE)
    FINISH_1(operate_unary(UNARY_POSITIVE, stack_plain(TOP())));

    TARGET(UNARY_NEGATIVE)
    UNARY(quick_negative, operate_unary(UNARY_NEGATIVE, stack_plain(TOP())));

    TARGET(UNARY_INVERT)
    UNARY(quick_invert, operate_unary(UNARY_INVERT, stack_plain(TOP())));

    TARGET(UNARY_NOT)
    {
        value v = TOP();
        TRUTH(truth, v);
        TOP() = value_bool(!truth);
        DEC(v);
        DISPATCH();
    }

    TARGET(BINARY_ADD)
    {
        value a = SECOND(), b = TOP(), result = NULL;
        if (likely(quick_add(a, b, &result))) {
            SECOND() = result;
            sp--;
            DISPATCH();
        }
        if (value_is(stack_plain(b), TYPE_ID_STR) && value_is(stack_plain(a), TYPE_ID_STR))
            goto add_strings;
        FINISH_2(binary_general(stack_plain(a), stack_plain(b), BINARY_ADD | ARG()));
    }
    BINARY(SUBTRACT, quick_subtract)
    BINARY(MULTIPLY, quick_multiply)
    BINARY(TRUE_DIVIDE, quick_true_divide)
    BINARY(FLOOR_DIVIDE, quick_floor_divide)
    BINARY(REMAINDER, quick_remainder)
    BINARY(AND, quick_and)
    BINARY(OR, quick_or)
    BINARY(XOR, quick_xor)
    BINARY(LSHIFT, quick_lshift)
    BINARY(RSHIFT, quick_rshift)

    TARGET(BINARY_OP)
    if (ARG() == BINARY_POWER)
        FINISH_2(power_general(stack_plain(SECOND()), stack_plain(TOP())));
    FINISH_2(binary_general(stack_plain(SECOND()), stack_plain(TOP()), ARG()));

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
        int holds = quick_compare(SECOND(), TOP(), ARG());
        if (unlikely(holds < 0))
            FINISH_2(compare_rich(stack_plain(SECOND()), stack_plain(TOP()), (int)ARG()));
        SECOND() = value_bool(holds);
        sp--;
        DISPATCH();
    }

    TARGET(COMPARE_OP_JUMP_IF_FALSE)
    {
        unsigned op = ARG() >> 21;
        value a = SECOND(), b = TOP();
        int holds = quick_compare(a, b, op);
        if (likely(holds >= 0)) {
            sp -= 2;
        } else {
            SAVE();
            holds = compare_truth(stack_plain(a), stack_plain(b), (int)op);
            if (unlikely(holds < 0))
                goto error;
            DROP(2);
        }
        if (!holds)
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
        value tuple = build_tuple(sp - ARG(), ARG());
        if (unlikely(!tuple))
            goto error;
        sp -= ARG();
        PUSH(tuple);
        DISPATCH();
    }

    TARGET(BUILD_LIST)
    {
        sp -= ARG();
        SAVE();
        value list = build_list(sp, ARG());
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
        value *base = sp - ARG();
        REPLACE(ARG(), slice_new(stack_plain(base[0]), stack_plain(base[1]), ARG() == 3 ? stack_plain(TOP()) : NULL));
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
#ifndef EVAL_TRACED
    /* f(a, *b): the list is to become a tuple at once, and so it does when b is one. */
    if (ARG() == 1 && instruction_opcode(*ip) == OP_LIST_TO_TUPLE && value_is(stack_plain(TOP()), TYPE_ID_TUPLE)) {
        ip++;
        FINISH_2(list_and_tuple(stack_plain(SECOND()), stack_plain(TOP())));
    }
#endif
    PERFORM(list_extend_operand(stack_plain(sp[-1 - (ptrdiff_t)ARG()]), stack_plain(TOP())), 1);

    TARGET(SET_UPDATE)
    PERFORM(set_update(stack_plain(sp[-1 - (ptrdiff_t)ARG()]), stack_plain(TOP())), 1);

    TARGET(DICT_UPDATE)
    PERFORM(dict_update_operand(stack_plain(sp[-1 - (ptrdiff_t)ARG()]), stack_plain(TOP())), 1);

    TARGET(DICT_MERGE)
    PERFORM(dict_merge_keywords(stack_plain(sp[-4 - (ptrdiff_t)ARG()]), stack_plain(sp[-1 - (ptrdiff_t)ARG()]),
                                stack_plain(TOP())),
            1);

    TARGET(LIST_TO_TUPLE)
    FINISH_1(list_to_tuple(stack_plain(TOP())));

    TARGET(UNPACK_SEQUENCE)
    {
        value sequence = TOP();
        uint32_t n = ARG();
        if (likely(quick_unpack(stack_plain(sequence), n, sp - 1))) {
            sp += (ptrdiff_t)n - 1;
            DEC(sequence);
            DISPATCH();
        }
        TOP() = sequence = stack_own(sequence); /* its place will be written over */
        SAVE();
        if (!unpack_sequence(sequence, n, sp - 1 + n)) /* fills downwards; on success over the sequence's place */
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
    if (ARG() & 4)
        FINISH_2(format_operand(stack_plain(SECOND()), ARG() & 3, stack_plain(TOP())));
    FINISH_1(format_operand(stack_plain(TOP()), ARG() & 3, NULL));

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
        if (IS_OTHER()) {
            ip--;
            goto other;
        }
    }
    ip = frame->code->units + ARG();
    DISPATCH();

    TARGET(POP_JUMP_IF_FALSE)
    {
        POP_TRUTH(truth);
        JUMP_IF(!truth);
    }

    TARGET(POP_JUMP_IF_TRUE)
    {
        POP_TRUTH(truth);
        JUMP_IF(truth);
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
        TRUTH(truth, v);
        JUMP_OR_POP(!truth, v);
    }

    TARGET(JUMP_IF_TRUE_OR_POP)
    {
        value v = TOP();
        TRUTH(truth, v);
        JUMP_OR_POP(truth, v);
    }

    TARGET(GET_ITER)
    FINISH_1(loop_iterator(stack_plain(TOP())));

    TARGET(FOR_ITER)
    {
        value iterator = stack_plain(TOP());
        value item;
        if (value_is(iterator, TYPE_ID_RANGE_ITERATOR)) {
            item = range_iterator_next_in_loop(iterator);
        } else if (value_is(iterator, TYPE_ID_LIST_ITERATOR)) {
            item = list_iterator_next_fast(iterator);
        } else if (value_is(iterator, TYPE_ID_GENERATOR)) {
            SAVE();
            struct frame *next = next_of_generator(interpreter, iterator);
            if (unlikely(!next))
                goto error;
            if (likely(next != frame)) {
                frame = next;
                LOAD_FRAME();
                DISPATCH();
            }
            item = VALUE_END;
        } else {
            SAVE();
            if (*ip == (OP_UNPACK_SEQUENCE | 2 << 8)) {
                struct value_pair pair = next_pair_general(iterator);
                if (likely(pair.second != NULL)) {
                    sp[0] = pair.second;
                    sp[1] = pair.first;
                    sp += 2;
                    ip++;
                    DISPATCH();
                }
                item = pair.first;
            } else {
                item = next_general(iterator);
            }
            if (unlikely(!item))
                goto error;
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
            DISPATCH_FETCHED();
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
        TRACED(frame->ip = ip; if (trace_self.on && !trace_return(frame, result)) {
            DEC(result);
            goto leave;
        })
        struct frame *done = frame;
        uint32_t flags = done->flags;
        frame = done->previous;
        if (unlikely(flags & FRAME_GENERATOR)) {
            generator_unlink(interpreter, frame_generator(done), GENERATOR_FINISHED);
            if (flags & FRAME_ENTRY) {
                interpreter->has_yielded = false;
                return result;
            }
            LOAD_FRAME();
            unit = ip[-1];
            TRACED(if (trace_self.on && flags & FRAME_SEND && !trace_delegate_end(frame, stack_plain(TOP()), result)) {
                DEC(result);
                goto error;
            })
            if (flags & FRAME_SEND) { /* SEND of the previous frame: drop the receiver, push the result, jump */
                value receiver = TOP();
                TOP() = result;
                DEC(receiver);
                ip = frame->code->units + ARG();
                DISPATCH();
            }
            TRACED(if (trace_self.on && result != VALUE_NONE) {
                if (!trace_generator_end(frame, result)) {
                    DEC(result);
                    goto error;
                }
                ip = frame->ip;
                unit = ip[-1];
            })
            DEC(result);
            goto for_iter_end;
        }
        interpreter->frame = frame;
        frame_close(interpreter, done);
        if (unlikely(flags & (FRAME_ENTRY | FRAME_INIT | FRAME_EXTENDED))) {
            if (flags & FRAME_ENTRY)
                return result;
            LOAD_FRAME();
            if (flags & FRAME_EXTENDED)
                PUSH(result);
            else if (unlikely(result != VALUE_NONE) && !init_returned(result))
                goto error;
            DISPATCH_SAFEPOINT();
        }
        LOAD_FRAME();
        PUSH(result);
        DISPATCH();
    }

    /* ---- calls ---- */
    TARGET(CALL)
    {
        uint32_t nargs = ARG();
        value *base = sp - nargs - 2;
        uint32_t kind = operand_type_ref(base[0]);
        SAVE();
        if (likely(kind == TYPE_WELL_KNOWN_REF(TYPE_ID_FUNCTION)))
            ENTER(call_function(interpreter, base, nargs));
        TRACED(if (trace_self.counts) {
            value counted = trace_c_begin(frame, stack_plain(base[0]), stack_plain(base[1]),
                                          nargs > 0 ? stack_plain(base[2]) : NULL);
            if (!counted)
                goto error;
            if (counted != VALUE_MISSING)
                FINISH_CALL_AT(base, trace_c_end(frame, counted, call_operands(base, nargs, NULL)));
        })
        struct call_builtin call;
        if (likely(call_builtin_find(base, kind, &call))) {
            if (unlikely(nargs != call.def->entry))
                FINISH_CALL_AT(base, call_builtin_general(call.def, call.signature, call.receiver, base + 2, nargs));
            if (likely(nargs == 1))
                FINISH_CALL(1, method_enter_1(call.def, call.receiver, stack_plain(TOP())));
            if (nargs == 0)
                FINISH_CALL(0, method_enter_0(call.def, call.receiver));
            if (nargs == 2)
                FINISH_CALL(2, method_enter_2(call.def, call.receiver, stack_plain(SECOND()), stack_plain(TOP())));
            FINISH_CALL(3, method_enter_3(call.def, call.receiver, stack_plain(THIRD()), stack_plain(SECOND()),
                                          stack_plain(TOP())));
        }
        if (kind == TYPE_WELL_KNOWN_REF(TYPE_ID_METHOD) && !base[1]) {
            call_unbind(base);
            goto op_CALL;
        }
        if (kind == TYPE_WELL_KNOWN_REF(TYPE_ID_TYPE) && !base[1]) {
            const struct class_entry *entry = class_entry_of((struct type *)stack_plain_object(base[0]));
            if (entry) {
                if (nargs == 1 && likely(entry->make_1 != NULL))
                    FINISH_CALL(1, entry->make_1(stack_plain(TOP())));
                if (nargs == 2 && entry->make_2)
                    FINISH_CALL(2, entry->make_2(stack_plain(SECOND()), stack_plain(TOP())));
                if (nargs == 0 && entry->make_0)
                    FINISH_CALL(0, entry->make_0());
            }
            struct frame *next = call_class(interpreter, base, nargs);
            if (likely(next != NULL) || error_occurred())
                ENTER(next);
        }
        FINISH_CALL_AT(base, call_operands(base, nargs, NULL));
    }

    TARGET(CALL_KW)
    {
        uint32_t nargs = ARG();
        value names = stack_plain(*--sp); /* a constant tuple: borrowed from the code */
        value *base = sp - nargs - 2;
        SAVE();
        if (value_is(stack_plain(base[0]), TYPE_ID_METHOD) && !base[1])
            call_unbind(base);
        if (value_is(stack_plain(base[0]), TYPE_ID_FUNCTION))
            ENTER(call_function_named(interpreter, base, nargs, names));
        TRACED(if (trace_self.counts) {
            value counted = trace_c_begin(frame, stack_plain(base[0]), stack_plain(base[1]), NULL);
            if (!counted)
                goto error;
            if (counted != VALUE_MISSING)
                FINISH_CALL_AT(base, trace_c_end(frame, counted, call_operands(base, nargs, names)));
        })
        FINISH_CALL_AT(base, call_operands(base, nargs, names));
    }

    TARGET(CALL_COMPREHENSION)
    SAVE();
    ENTER(call_comprehension(interpreter, sp - ARG() - 2, ARG()));

    TARGET(CALL_FUNCTION_EX)
    {
        SAVE();
        value *base = sp - 3 - (ARG() & 1);
        struct frame *next = NULL;
        TRACED(
            value counted = VALUE_MISSING;
            if (trace_self.counts && !(counted = trace_c_begin(frame, stack_plain(base[0]), NULL, NULL))) goto error;)
        value result = call_extended(interpreter, base, ARG() & 1, &next);
        TRACED(if (counted != VALUE_MISSING) result = trace_c_end(frame, counted, result);)
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
    REPLACE(0, load_build_class(frame));

    /* ---- import ---- */
    TARGET(IMPORT_NAME)
    {
        FINISH_2(import_operand(frame, frame_name(frame, ARG()), stack_plain(TOP()), stack_plain(SECOND())));
    }

    TARGET(IMPORT_FROM)
    REPLACE(0, import_from(stack_plain(TOP()), frame_name(frame, ARG())));

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
                frame_set_unit(frame, (uint32_t)small_int_value(lasti));
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
    ENTER_WITH(before_with);

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
        if (flags & FRAME_ENTRY)
            return generator;
        frame = previous;
        LOAD_FRAME();
        if (flags & FRAME_INIT && !init_returned(generator))
            goto error;
        PUSH(generator);
        DISPATCH();
    }

    TARGET(YIELD_VALUE)
    {
        value yielded = stack_own(*--sp);
        SAVE();
        own_operands(frame);
        TRACED(if (trace_self.on && !trace_return(frame, yielded)) {
            DEC(yielded);
            goto leave;
        })
        uint32_t flags = frame->flags;
        struct frame *previous = frame->previous;
        generator_unlink(interpreter, frame_generator(frame), GENERATOR_SUSPENDED);
        if (flags & FRAME_ENTRY) {
            interpreter->has_yielded = true;
            return yielded;
        }
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
        struct frame *next = send_to_generator(interpreter, receiver, sent);
        if (next) {
            value old = *--sp;
            frame->sp = sp;
            frame = next;
            LOAD_FRAME();
            DEC(old);
            DISPATCH();
        }
        if (error_occurred())
            goto error;
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
        TRACED(if (trace_self.on && !trace_delegate_end(frame, receiver, result)) {
            DEC(result);
            goto error;
        })
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
    ENTER_WITH(before_async_with);

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
        value matches = match_mapping(stack_plain(TOP()));
        PUSH(matches);
        DISPATCH();
    }

    TARGET(MATCH_SEQUENCE)
    {
        value matches = match_sequence(stack_plain(TOP()));
        PUSH(matches);
        DISPATCH();
    }

    TARGET(MATCH_KEYS)
    REPLACE(0, match_keys(stack_plain(SECOND()), stack_plain(TOP())));

    TARGET(MATCH_CLASS)
    REPLACE(3, match_class(stack_plain(THIRD()), stack_plain(SECOND()), ARG(), stack_plain(TOP())));

    TARGET(GET_LEN)
    REPLACE(0, match_length(stack_plain(TOP())));

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
    if (IS_OTHER())
        goto other;
    DISPATCH();

#ifdef EVAL_TRACED
next_traced:
    if (!trace_self.on)
        goto other;
    uint32_t previous_unit = frame_unit(frame);
    frame->ip = ip + 1;
    frame->sp = sp;
    switch (trace_instruction(frame, previous_unit)) {
    case TRACE_GO:
    case TRACE_JUMPED:
        LOAD_FRAME();
        unit = ip[-1];
        goto *labels[unit & 0xFF];
    case TRACE_ERROR:
        LOAD_FRAME();
        goto error;
    case TRACE_LEAVE:
        LOAD_FRAME();
        goto leave;
    }
#endif

other: /* tracing was turned on or off */
    SAVE();
    return OTHER_EVAL(interpreter, frame);

unbound_local:
    SAVE();
    raise_unbound_operand(frame, unit);
    goto error;

    /* ---- an exception is set: add this frame to its traceback and look for a handler ---- */
error:
    if (IS_OTHER())
        goto other; /* which goes on with the exception */
    frame->ip = ip;
    traceback_add(interpreter, frame);
    TRACED(if (trace_self.on) {
        frame->sp = sp;
        trace_exception(frame);
    })

unwind:
    frame->ip = ip;
unwind_from_ip : {
    const struct exception_range *range = code_find_handler(frame->code, (uint32_t)(ip - frame->code->units) - 1);
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
    TRACED(frame->sp = sp; if (trace_self.on) trace_unwind(frame); goto leave; leave : bottom = frame_operands(frame);)
    DROP_TO(bottom);
    frame->sp = sp;
    uint32_t flags = frame->flags;
    frame = leave_failed(interpreter, frame);
    if (flags & FRAME_ENTRY)
        return NULL;
    thread_report(); /* a deep recursion may be left */
    LOAD_FRAME();
    goto error;
}
}
