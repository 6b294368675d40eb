/* What BZ2Compressor and LZMACompressor share. */
#ifndef ATOLL_COMPRESSOR_H
#define ATOLL_COMPRESSOR_H

#include "runtime/native/compression/output.h"
#include "runtime/native/lock.h"

struct compressor {
    struct object header;
    pthread_mutex_t mutex; /* for all below, and the library's stream */
    bool flushed;
    /* In a blocking region: compress all of the input, and with `finish` the end. The library's code. */
    int (*run)(struct compressor *c, bool finish, const uint8_t *from, size_t left, struct output *output);
    bool (*failed)(int code); /* raises for what means failure */
};
#define COMPRESSOR(v) ((struct compressor *)(v))

/* The methods: c.compress(data), c.flush(). */
value compressor_compress(value v, value data);
value compressor_flush(value v);
#define COMPRESSOR_METHODS                                                                                 \
    METHOD("compress", compressor_compress, "($self, data, /)", "Provide data to the compressor object."), \
        METHOD("flush", compressor_flush, "($self, /)", "Finish the compression process.")

#endif
