/* One load(): its input, and its stack. */
#ifndef ATOLL_UNPICKLER_H
#define ATOLL_UNPICKLER_H

#include "runtime/modules/pickling/pickle.h"

struct unpickling {
    struct unpickler *self;
    const uint8_t *at, *end; /* what was read and not used yet */
    value chunk;             /* the bytes that is in; NULL for loads */
    const uint8_t *peeked;   /* the chunk was peeked at: its start, up to which the file has been read; else NULL */
    value read, readline, peek, persistent_load, buffers; /* owned; NULL: none */
    value *stack;                                         /* owned */
    size_t depth, capacity;
    size_t *marks; /* depths */
    size_t mark_count, mark_capacity;
    size_t fence; /* nothing below the last mark may be popped */
    int protocol;
    bool keeps_bytes; /* what Python 2 had as str stays bytes */
};

/* unpickler_input.c: so many bytes, good until the next call of these; NULL with an exception. */
const uint8_t *unpickle_read_slow(struct unpickling *u, size_t count);
static inline const uint8_t *unpickle_read(struct unpickling *u, size_t count)
{
    if (likely((size_t)(u->end - u->at) >= count)) {
        const uint8_t *from = u->at;
        u->at += count;
        return from;
    }
    return unpickle_read_slow(u, count);
}
/* The rest of the line, without its end. */
const uint8_t *unpickle_line(struct unpickling *u, size_t *length, bool may_be_empty);
/* The file is where the pickle ends. */
bool unpickle_skip_consumed(struct unpickling *u);
bool unpickle_truncated(void);

/* unpickler_stack.c */
bool unpickle_push(struct unpickling *u, value v /* stolen, also when it fails; NULL: false */);
value unpickle_pop(struct unpickling *u); /* owned; NULL: UnpicklingError */
value unpickle_top(struct unpickling *u); /* borrowed; NULL: UnpicklingError */
bool unpickle_mark(struct unpickling *u);
bool unpickle_take_mark(struct unpickling *u, size_t *at); /* UnpicklingError */
bool unpickle_underflow(struct unpickling *u);             /* raises; false */
/* The values from `at` on, taken off the stack. */
value unpickle_take_tuple(struct unpickling *u, size_t at);
value unpickle_take_list(struct unpickling *u, size_t at);
void unpickle_drop(struct unpickling *u, size_t at);
bool unpickle_append(struct unpickling *u, size_t at);
bool unpickle_set_items(struct unpickling *u, size_t at);
bool unpickle_add_items(struct unpickling *u);
bool unpickle_build(struct unpickling *u);

/* unpickler_find.c: module.name as the unpickler's find_class gives it; a code of the registry. */
value unpickle_find(struct unpickling *u, value module, value name);
bool unpickle_extension(struct unpickling *u, uint64_t code, bool is_signed);

#endif
