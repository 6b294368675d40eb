/* The packed table of where instructions come from: one entry for each run of units with the same place. An entry of
 * no units is a line that is passed before the instruction that follows, although nothing is done for it (`try:`). */
#ifndef ATOLL_LOCATIONS_H
#define ATOLL_LOCATIONS_H

#include "runtime/compiler/code/byte_buffer.h"
#include "runtime/compiler/code/code.h"

struct location_reader {
    const uint8_t *at, *end;
    uint32_t unit; /* first unit of the next entry */
    int32_t line;
};

struct location_reader location_reader(const struct code *code);
/* The next entry: how many units have the location. false at the end. */
bool location_read(struct location_reader *r, struct code_location *out, uint32_t *units);

struct location_writer {
    struct byte_buffer out;
    int32_t line; /* begins with the code's first line */
};

/* Append an entry; a line below 0 or a column below 0 is none. Several entries may have the same place. */
void location_write(struct location_writer *w, const struct code_location *place, uint32_t units);

#endif
