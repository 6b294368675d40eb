/*
 * The interpreter stack of a thread: chunks of values in a chain. A frame lies in one chunk; the chunk that became
 * empty is kept, so that a call at a chunk's border in a loop does not allocate each time.
 */
#include "runtime/interp/frame.h"
#include "runtime/objects/objects.h"

#include <stdio.h>
#include <stdlib.h>

#define CHUNK_WORDS 8192
#define FIRST_WORDS 256 /* of a thread beside others: most of them only wait */

struct stack_chunk {
    struct stack_chunk *previous;
    struct stack_chunk *spare; /* an empty chunk kept for the next overflow, or NULL */
    value *saved_top;          /* stack_top of the previous chunk when this one was opened */
    size_t words;
    value data[];
};

static bool recursion_too_deep(struct interpreter *interpreter)
{
    uint32_t limit = atomic_load_explicit(&recursion_limit, memory_order_relaxed);
    if (interpreter->depth < limit + interpreter->c_headroom)
        return false;
    interpreter->c_headroom += 50; /* room for building the error and for handlers */
    raise(EXC(RecursionError), "maximum recursion depth exceeded");
    interpreter->c_headroom -= 50;
    return true;
}

struct frame *frame_place_slow(struct interpreter *interpreter, size_t words)
{
    if (recursion_too_deep(interpreter))
        return NULL;
    if ((size_t)(interpreter->stack_end - interpreter->stack_top) >= words)
        return (struct frame *)interpreter->stack_top;
    struct stack_chunk *current = interpreter->chunk;
    struct stack_chunk *chunk = current ? current->spare : NULL;
    if (chunk && chunk->words < words) {
        free(chunk);
        current->spare = chunk = NULL;
    }
    if (!chunk) {
        size_t usual = current || thread_mutator_count() <= 1 ? CHUNK_WORDS : FIRST_WORDS;
        size_t size = words > usual ? words : usual;
        chunk = malloc(sizeof *chunk + size * sizeof(value));
        if (!chunk) {
            raise_no_memory();
            return NULL;
        }
        chunk->words = size;
        chunk->spare = NULL;
    }
    if (current)
        current->spare = NULL;
    chunk->previous = current;
    chunk->saved_top = interpreter->stack_top;
    interpreter->chunk = chunk;
    interpreter->stack_top = interpreter->chunk_bottom = chunk->data;
    interpreter->stack_end = chunk->data + chunk->words;
    return (struct frame *)chunk->data;
}

struct frame *frame_place_for(struct interpreter *interpreter, struct code *code)
{
    return code_wake(code) ? frame_place_slow(interpreter, frame_words(code)) : NULL;
}

/* The frame just freed was the first of the newest chunk: go back to the one before. */
void frame_release_chunk(struct interpreter *interpreter)
{
    struct stack_chunk *chunk = interpreter->chunk;
    if (!chunk || interpreter->stack_top != chunk->data)
        return;
    struct stack_chunk *previous = chunk->previous;
    if (!previous && !chunk->saved_top)
        return; /* the first chunk stays until the thread ends */
    interpreter->stack_top = chunk->saved_top;
    interpreter->chunk = previous;
    interpreter->chunk_bottom = previous->data;
    interpreter->stack_end = previous->data + previous->words;
    free(chunk->spare);
    chunk->spare = NULL;
    free(previous->spare);
    previous->spare = chunk;
}

void interpreter_free_stack(struct interpreter *interpreter)
{
    struct stack_chunk *chunk = interpreter->chunk;
    while (chunk) {
        struct stack_chunk *previous = chunk->previous;
        free(chunk->spare);
        free(chunk);
        chunk = previous;
    }
    interpreter->chunk = NULL;
    interpreter->chunk_bottom = interpreter->stack_top = interpreter->stack_end = NULL;
}

value slot_load_operand_far(struct object *container, value_slot *slot)
{
    {
        PEEK_SCOPE;
        value v = atomic_load_explicit(slot, memory_order_acquire);
        if (value_is_object(v) && v && object_keep(value_object(v)) &&
            atomic_load_explicit(slot, memory_order_seq_cst) == v)
            return stack_borrow_object(v);
    }
    return slot_load(container, slot);
}

value stack_take_far(value v)
{
    return object_keep(value_object(v)) ? stack_borrow_object(v) : value_inc(v);
}

/* Count the borrowed words whose objects nothing but a lack of quiescence may keep. (Counting others too would do no
 * harm.) */
static void settle_word(value *word)
{
    if (value_tag(*word) == 4 && object_was_sharded(value_object(stack_plain(*word))))
        *word = stack_own(*word);
}

/* From the innermost frame outwards. A frame that was settled before has not run since, and neither have those below
 * it, unless it is the innermost or the one that called the last frame without the mark: so the first marked one is
 * the last to look at. */
static void settle(struct thread_slot *slot)
{
    struct interpreter *interpreter = interpreter_self;
    for (struct frame *frame = interpreter ? interpreter->frame : NULL; frame; frame = frame->previous) {
        if (frame->function)
            settle_word(&frame->function);
        for (value *word = frame->slots; word < frame->sp; word++)
            settle_word(word);
        if (frame->flags & FRAME_SETTLED)
            return;
        frame->flags |= FRAME_SETTLED;
    }
}

void interpreter_settle_at_quiescence(void)
{
    threads_set_hooks(&(struct thread_hooks){.settle = settle});
}

struct frame *frame_push(struct interpreter *interpreter, struct code *code, value function)
{
    struct frame *frame = frame_open(interpreter, code, function);
    if (likely(frame != NULL))
        frame_empty_slots(frame, 0);
    return frame;
}

#ifdef ATOLL_CHECKED
static bool keeps(const struct frame *caller, value v)
{
    for (const value *word = caller->slots; word < caller->sp; word++)
        if (stack_plain(*word) == v)
            return true;
    value constants = slot_peek(&caller->code->consts);
    for (size_t i = 0; i < tuple_length(constants); i++)
        if (tuple_get(constants, i) == v)
            return true;
    return false;
}

void frame_check_borrowed(const struct frame *frame)
{
    for (const value *word = frame->slots; word < frame->slots + frame->code->slots_count; word++) {
        value v = stack_plain(*word);
        if (v == *word || object_was_sharded(value_object(v)) || object_is_immortal(value_object(v)) ||
            (frame->previous && keeps(frame->previous, v)))
            continue;
        fprintf(stderr, "atoll: slot %zu of a frame borrows what its caller does not keep\n",
                (size_t)(word - frame->slots));
        abort();
    }
}

void frame_check_arguments(const struct interpreter *interpreter, const value *args, size_t count)
{
    for (const struct stack_chunk *chunk = count ? interpreter->chunk : NULL; chunk; chunk = chunk->previous) {
        if (args + count <= chunk->data || args >= chunk->data + chunk->words)
            continue;
        fprintf(stderr, "atoll: C code passes on a pointer into the stack of frames\n");
        abort();
    }
}
#endif

void frame_drop_rare(struct frame *frame)
{
    if (frame->object)
        frame_object_detach(frame);
    value_dec(frame->locals);
}

void frame_drop_owned(struct frame *frame)
{
    value_dec(value_of(frame->code));
    value_dec(frame->globals);
    value_dec(frame->builtins);
}

void frame_clear(struct frame *frame)
{
    frame_drop_contents(frame);
}

void frame_pop(struct interpreter *interpreter, struct frame *frame)
{
    frame_close(interpreter, frame);
}
