/*
 * What BZ2Decompressor and LZMADecompressor share: input that a call could not use, because its output was limited,
 * waits for the next one.
 */
#ifndef ATOLL_DECOMPRESSOR_H
#define ATOLL_DECOMPRESSOR_H

#include "runtime/native/compression/output.h"
#include "runtime/native/lock.h"

struct decompressor {
    struct object header;
    pthread_mutex_t mutex; /* for all below */
    _Atomic bool eof, needs_input;
    value_slot unused; /* bytes behind the end of the stream */
    bool broken;       /* there was an error, and the library must not be asked again */
    /* The EOFError of calls after the end; the ValueError of calls after an error, NULL: the library has one. */
    const char *at_end, *after_error;
    uint8_t *waiting; /* input of earlier calls: malloc'd, NULL for none */
    size_t waiting_length;
};

/* Make a newborn object ready; false with MemoryError. Its destroy calls decompressor_drop. */
bool decompressor_init(struct decompressor *d, const char *at_end, const char *after_error);
void decompressor_drop(struct decompressor *d);
void decompressor_traverse(struct object *o, struct gc_trace *trace);
/* d.decompress(data, max_length=-1). `run` decompresses in a blocking region, until the input is used up and all output
 * for it was written, or the output is full, or the stream ends: then it sets d->eof. It returns the library's code,
 * which `failed` raises an exception for if it means failure. */
value decompressor_run(struct decompressor *d, value data, value max_length,
                       int (*run)(struct decompressor *d, const uint8_t **from, size_t *left, struct output *output),
                       bool (*failed)(int code));
#define DECOMPRESSOR_MEMBERS                                                             \
    {"eof", MEMBER_BOOL, offsetof(struct decompressor, eof), false,                      \
     "True if the end-of-stream marker has been reached."},                              \
        {"needs_input", MEMBER_BOOL, offsetof(struct decompressor, needs_input), false,  \
         "True if more input is needed before more decompressed data can be produced."}, \
    {                                                                                    \
        "unused_data", MEMBER_VALUE, offsetof(struct decompressor, unused), false,       \
            "Data found after the end of the compressed stream."                         \
    }

#endif
