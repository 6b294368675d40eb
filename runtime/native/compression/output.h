/* What a compressor writes: memory that grows in a blocking region, and becomes bytes after it. */
#ifndef ATOLL_OUTPUT_H
#define ATOLL_OUTPUT_H

#include <atoll.h>

struct output {
    uint8_t *bytes;
    size_t length, capacity;
    size_t most; /* never longer than this */
    bool failed; /* no memory */
};

/* `first`: what it has room for at first; `most`: SIZE_MAX or a limit. */
void output_init(struct output *output, size_t first, size_t most);
/* Room for at least one byte more, at most UINT_MAX of them: how many, 0 when the limit is reached or memory lacks.
 * What is written there is added to `length` by the caller. Any thread, in blocking regions too. */
unsigned output_room(struct output *output);
/* The bytes; MemoryError; frees the memory. */
value output_finish(struct output *output);
void output_discard(struct output *output);

#endif
