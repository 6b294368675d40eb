#include "output.h"

#include <limits.h>
#include <stdlib.h>

void output_init(struct output *output, size_t first, size_t most)
{
    *output = (struct output){.most = most, .capacity = first < most ? first : most};
}

unsigned output_room(struct output *output)
{
    size_t capacity = output->capacity;
    if (output->bytes && output->length == capacity)
        capacity = capacity < output->most / 2 ? 2 * capacity : output->most;
    if (output->length == capacity || output->failed)
        return 0;
    if (!output->bytes || capacity > output->capacity) {
        uint8_t *bytes = realloc(output->bytes, capacity);
        if (!bytes) {
            output->failed = true;
            return 0;
        }
        output->bytes = bytes;
        output->capacity = capacity;
    }
    size_t room = output->capacity - output->length;
    return room < UINT_MAX ? (unsigned)room : UINT_MAX;
}

value output_finish(struct output *output)
{
    value bytes = output->failed ? raise_no_memory() : bytes_new(output->bytes, output->length);
    output_discard(output);
    return bytes;
}

void output_discard(struct output *output)
{
    raw_free(output->bytes);
    output->bytes = NULL;
}
