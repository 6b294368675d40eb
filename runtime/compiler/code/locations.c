/*
 * The packed table of locations.
 *
 * An entry is a number (units << 2 | form), the line's difference to the one before, and what the form needs: 0 nothing
 * and no line; 1 column and width, on one line; 2 lines down, column, end column; 3 nothing, there are no columns.
 * Numbers are in groups of seven bits, the lowest first. Differences wrap around: foreign trees may have any lines.
 */
#include "runtime/compiler/code/locations.h"

static uint32_t read_varint(struct location_reader *r)
{
    uint32_t n = 0;
    for (unsigned shift = 0; r->at < r->end && shift < 32; shift += 7) {
        uint8_t byte = *r->at++;
        n |= (uint32_t)(byte & 0x7F) << shift;
        if (!(byte & 0x80))
            break;
    }
    return n;
}

static int32_t read_svarint(struct location_reader *r)
{
    uint32_t n = read_varint(r);
    return n & 1 ? -(int32_t)(n / 2) - 1 : (int32_t)(n / 2);
}

bool code_hides_columns;

bool location_read(struct location_reader *r, struct code_location *out, uint32_t *units)
{
    if (r->at >= r->end)
        return false;
    uint32_t head = read_varint(r);
    *out = (struct code_location){-1, -1, -1, -1};
    if (head & 3) {
        r->line = (int32_t)((uint32_t)r->line + (uint32_t)read_svarint(r));
        out->line = out->end_line = r->line;
    }
    if ((head & 3) == 1) {
        out->column = (int32_t)read_varint(r);
        out->end_column = (int32_t)((uint32_t)out->column + read_varint(r));
    } else if ((head & 3) == 2) {
        out->end_line = (int32_t)((uint32_t)r->line + read_varint(r));
        out->column = (int32_t)read_varint(r);
        out->end_column = (int32_t)read_varint(r);
    }
    if (code_hides_columns)
        *out = (struct code_location){out->line, out->line, -1, -1};
    *units = head >> 2;
    r->unit += head >> 2;
    return true;
}

struct location_reader location_reader(const struct code *code)
{
    return (struct location_reader){code->locations, code->locations + code->location_bytes, 0,
                                    (int32_t)code->first_line};
}

static void put_varint(struct location_writer *w, uint32_t n)
{
    for (; n >= 0x80; n >>= 7)
        byte_buffer_add(&w->out, (uint8_t)(n | 0x80));
    byte_buffer_add(&w->out, n);
}

static void put_svarint(struct location_writer *w, int32_t n)
{
    put_varint(w, n < 0 ? ((uint32_t)(-(int64_t)n) << 1) - 1 : (uint32_t)n << 1);
}

void location_write(struct location_writer *w, const struct code_location *place, uint32_t units)
{
    if (place->line < 0) {
        put_varint(w, units << 2);
        return;
    }
    bool columns = place->column >= 0 && place->end_column >= 0 && place->end_line >= place->line;
    bool one_line = columns && place->line == place->end_line && place->end_column >= place->column;
    put_varint(w, units << 2 | (one_line ? 1 : columns ? 2 : 3));
    put_svarint(w, (int32_t)((uint32_t)place->line - (uint32_t)w->line));
    w->line = place->line;
    if (one_line) {
        put_varint(w, (uint32_t)place->column);
        put_varint(w, (uint32_t)(place->end_column - place->column));
    } else if (columns) {
        put_varint(w, (uint32_t)(place->end_line - place->line));
        put_varint(w, (uint32_t)place->column);
        put_varint(w, (uint32_t)place->end_column);
    }
}
