/* From CPython's words to the runtime's instructions and tables. Whatever is given, what comes out has only known
 * opcodes, jumps to beginnings of instructions, and no way back that does not pass a safepoint; code_verify proves the
 * rest. */
#include "runtime/compiler/code/locations.h"
#include "runtime/compiler/code/opcode_info.h"
#include "runtime/compiler/code/wordcode.h"
#include "runtime/objects/objects.h"
#include "threads/pause.h"

#include <stdlib.h>

static const uint8_t opcodes[256] = {
#define W(NAME, NUMBER) [NUMBER] = OP_##NAME + 1,
    WORDCODES(W)
#undef W
};

unsigned wordcode_opcode(unsigned number)
{
    return number < 256 && opcodes[number] ? opcodes[number] - 1u : OPCODE_COUNT;
}

enum { NO_UNIT = -1, UNITS_MAX = 1 << 24 };

struct decoder {
    const uint8_t *bytes;
    uint32_t words;
    uint32_t *units; /* NULL while they are only counted */
    uint32_t unit_count, cache_count;
    int32_t *unit_of; /* by word: the unit that begins there, or NO_UNIT; and of the end */
    const char *wrong;
};

static void fail(struct decoder *d, const char *wrong)
{
    if (!d->wrong)
        d->wrong = wrong;
}

static bool refuse(struct decoder *d, const char *wrong)
{
    fail(d, wrong);
    return false;
}

/* ---- instructions ---- */

static void emit(struct decoder *d, unsigned opcode, uint32_t argument)
{
    bool caches = opcode_flags(opcode) & OPF_C;
    if (argument >> 24)
        fail(d, "argument too large");
    if (d->units)
        d->units[d->unit_count] = instruction_make(opcode, argument);
    d->unit_count++;
    if (caches && d->units)
        d->units[d->unit_count] = d->cache_count;
    d->unit_count += caches;
    d->cache_count += caches;
    if (d->unit_count >= UNITS_MAX)
        fail(d, "too many instructions");
}

/* The unit at a word that a jump or a table names. The first round does not know it yet. */
static uint32_t find_unit(struct decoder *d, int64_t word)
{
    if (word < 0 || word > d->words) {
        fail(d, "jump to no instruction");
        return 0;
    }
    if (!d->units)
        return 0;
    if (d->unit_of[word] == NO_UNIT) {
        fail(d, "jump to no instruction");
        return 0;
    }
    return (uint32_t)d->unit_of[word];
}

static void emit_jump(struct decoder *d, unsigned opcode, int64_t target)
{
    emit(d, opcode, find_unit(d, target));
}

/* A conditional jump backwards: over a jump that does go backwards, and passes a safepoint. */
static void emit_backward(struct decoder *d, unsigned inverse, int64_t target)
{
    uint32_t next = d->unit_count + 2;
    emit(d, inverse, next);
    emit_jump(d, OP_JUMP_BACKWARD, target);
}

static void emit_operator(struct decoder *d, uint32_t argument)
{
    static const uint8_t own[] = {
        [BINARY_ADD] = OP_BINARY_ADD,
        [BINARY_SUBTRACT] = OP_BINARY_SUBTRACT,
        [BINARY_MULTIPLY] = OP_BINARY_MULTIPLY,
        [BINARY_TRUE_DIVIDE] = OP_BINARY_TRUE_DIVIDE,
        [BINARY_FLOOR_DIVIDE] = OP_BINARY_FLOOR_DIVIDE,
        [BINARY_REMAINDER] = OP_BINARY_REMAINDER,
        [BINARY_AND] = OP_BINARY_AND,
        [BINARY_OR] = OP_BINARY_OR,
        [BINARY_XOR] = OP_BINARY_XOR,
        [BINARY_LSHIFT] = OP_BINARY_LSHIFT,
        [BINARY_RSHIFT] = OP_BINARY_RSHIFT,
    };
    uint32_t flag = argument >= WORD_IN_PLACE ? BINARY_IN_PLACE : 0, op = flag ? argument - WORD_IN_PLACE : argument;
    if (op > BINARY_XOR)
        fail(d, "unknown operator");
    else if (op < sizeof own && own[op])
        emit(d, own[op], flag);
    else
        emit(d, OP_BINARY_OP, op | flag);
}

/* What the next instruction is: its number and whole argument; the word after it. */
static uint32_t read_word(const struct decoder *d, uint32_t word, unsigned *number, uint32_t *argument)
{
    *argument = 0;
    *number = WORD_EXTENDED_ARG;
    for (; *number == WORD_EXTENDED_ARG && word < d->words; word++) {
        *number = d->bytes[2 * word];
        *argument = *argument << 8 | d->bytes[2 * word + 1];
        thread_report_at(word);
    }
    return word;
}

/* The word behind caches and the instruction that follows them. */
static uint32_t read_behind_caches(const struct decoder *d, uint32_t word, unsigned *number, uint32_t *argument)
{
    do
        word = read_word(d, word, number, argument);
    while (*number == WORD_CACHE && word < d->words);
    return word;
}

/* A call, which may have the names of keywords before it; the word after it. */
static uint32_t decode_call(struct decoder *d, unsigned first, uint32_t first_argument, uint32_t word)
{
    unsigned number = first;
    uint32_t argument = first_argument, called;
    if (first == WORD_KW_NAMES)
        word = read_behind_caches(d, word, &number, &argument);
    bool whole = number == WORD_PRECALL;
    if (whole)
        word = read_behind_caches(d, word, &number, &called);
    if (!whole || number != WORD_CALL || called != argument) {
        fail(d, "a call in pieces");
        return word;
    }
    if (first == WORD_KW_NAMES)
        emit(d, OP_LOAD_CONST, first_argument);
    emit(d, first == WORD_KW_NAMES ? OP_CALL_KW : OP_CALL, argument);
    return word;
}

static void decode_one(struct decoder *d, unsigned number, uint32_t argument, uint32_t end)
{
    int64_t forward = (int64_t)end + argument, backward = (int64_t)end - argument;
    unsigned opcode = wordcode_opcode(number);
    switch (number) {
    case WORD_CACHE:
        return;
    case WORD_CALL:
        emit(d, OP_CALL_COMPREHENSION, argument);
        return;
    case WORD_UNPACK_EX:
        if (argument >> 8 > 0xFFF)
            fail(d, "argument too large");
        emit(d, OP_UNPACK_EX, (argument & 0xFF) | argument >> 8 << 12);
        return;
    case WORD_LOAD_GLOBAL:
        emit(d, argument & 1 ? OP_LOAD_GLOBAL_PUSH_NULL : OP_LOAD_GLOBAL, argument >> 1);
        return;
    case WORD_BINARY_OP:
        emit_operator(d, argument);
        return;
    case WORD_POP_JUMP_FORWARD_IF_FALSE:
        emit_jump(d, OP_POP_JUMP_IF_FALSE, forward);
        return;
    case WORD_POP_JUMP_FORWARD_IF_TRUE:
        emit_jump(d, OP_POP_JUMP_IF_TRUE, forward);
        return;
    case WORD_POP_JUMP_FORWARD_IF_NONE:
        emit_jump(d, OP_POP_JUMP_IF_NONE, forward);
        return;
    case WORD_POP_JUMP_FORWARD_IF_NOT_NONE:
        emit_jump(d, OP_POP_JUMP_IF_NOT_NONE, forward);
        return;
    case WORD_POP_JUMP_BACKWARD_IF_FALSE:
        emit_backward(d, OP_POP_JUMP_IF_TRUE, backward);
        return;
    case WORD_POP_JUMP_BACKWARD_IF_TRUE:
        emit_backward(d, OP_POP_JUMP_IF_FALSE, backward);
        return;
    case WORD_POP_JUMP_BACKWARD_IF_NONE:
        emit_backward(d, OP_POP_JUMP_IF_NOT_NONE, backward);
        return;
    case WORD_POP_JUMP_BACKWARD_IF_NOT_NONE:
        emit_backward(d, OP_POP_JUMP_IF_NONE, backward);
        return;
    case WORD_JUMP_BACKWARD:
    case WORD_JUMP_BACKWARD_NO_INTERRUPT:
        emit_jump(d, OP_JUMP_BACKWARD, backward);
        return;
    default:
        break;
    }
    if (opcode >= OPCODE_COUNT)
        fail(d, "unknown opcode");
    else if (opcode_flags(opcode) & OPF_J)
        emit_jump(d, opcode, forward);
    else
        emit(d, opcode, argument);
}

/* One round over all words: the first counts units and notes where each begins, the second makes them. */
static void decode_round(struct decoder *d)
{
    d->unit_count = d->cache_count = 0;
    for (uint32_t word = 0; word < d->words && !d->wrong;) {
        unsigned number;
        uint32_t argument;
        d->unit_of[word] = (int32_t)d->unit_count;
        word = read_word(d, word, &number, &argument);
        if (number == WORD_EXTENDED_ARG)
            fail(d, "code ends in an argument");
        else if (number == WORD_KW_NAMES || number == WORD_PRECALL)
            word = decode_call(d, number, argument, word);
        else
            decode_one(d, number, argument, word);
    }
    d->unit_of[d->words] = (int32_t)d->unit_count;
}

/* ---- the exception table ---- */

struct table_reader {
    const uint8_t *at, *end;
    bool failed;
};

static uint8_t next_byte(struct table_reader *r)
{
    if (r->at < r->end)
        return *r->at++;
    r->failed = true;
    return 0;
}

static uint32_t read_big_endian(struct table_reader *r)
{
    uint8_t byte = next_byte(r);
    uint32_t n = byte & 0x3F;
    for (int i = 0; (byte & 0x40) && !r->failed; i++) {
        byte = next_byte(r);
        r->failed |= i == 5;
        n = n << 6 | (byte & 0x3F);
    }
    return n;
}

static bool decode_exceptions(struct decoder *d, value bytes, struct exception_range **ranges, uint32_t *count)
{
    struct table_reader r = {bytes_data(bytes), bytes_data(bytes) + bytes_length(bytes), false};
    *count = 0;
    *ranges = malloc((bytes_length(bytes) / 4 + 1) * sizeof **ranges); /* an entry has four numbers */
    if (!*ranges)
        return raise_no_memory();
    while (r.at < r.end && !d->wrong) {
        uint64_t start = read_big_endian(&r), size = read_big_endian(&r), target = read_big_endian(&r);
        uint32_t depth = read_big_endian(&r);
        if (r.failed)
            return refuse(d, "malformed exception table");
        (*ranges)[(*count)++] = (struct exception_range){
            .start = find_unit(d, (int64_t)start),
            .end = find_unit(d, (int64_t)(start + size)),
            .target = find_unit(d, (int64_t)target),
            .depth = depth >> 1,
            .lasti = depth & 1,
        };
        thread_report_at(*count);
    }
    return !d->wrong;
}

/* ---- the table of locations ---- */

static uint64_t read_little_endian(struct table_reader *r)
{
    uint64_t n = 0;
    uint8_t byte;
    unsigned shift = 0;
    do {
        byte = next_byte(r);
        n |= shift < 60 ? (uint64_t)(byte & 0x3F) << shift : 0;
        shift += 6;
    } while ((byte & 0x40) && !r->failed);
    return n;
}

static int32_t wrap(uint64_t n)
{
    return (int32_t)(uint32_t)n;
}

/* An entry; how many words have the location. */
static uint32_t read_entry(struct table_reader *r, int32_t *line, struct code_location *out)
{
    uint8_t head = next_byte(r);
    unsigned form = head >> 3 & 15;
    *out = (struct code_location){-1, -1, -1, -1};
    if (form == 13 || form == 14) {
        uint64_t delta = read_little_endian(r);
        *line = wrap((uint64_t)(int64_t)*line + (delta & 1 ? -(delta >> 1) : delta >> 1));
    } else if (form >= 10 && form <= 12) {
        *line = wrap((uint64_t)(int64_t)*line + form - 10);
    }
    if (form < 15)
        out->line = out->end_line = *line;
    if (form == 14) {
        out->end_line = wrap((uint64_t)(int64_t)*line + read_little_endian(r));
        out->column = wrap(read_little_endian(r) - 1);
        out->end_column = wrap(read_little_endian(r) - 1);
    } else if (form >= 10 && form <= 12) {
        out->column = next_byte(r);
        out->end_column = next_byte(r);
    } else if (form < 10) {
        uint8_t byte = next_byte(r);
        out->column = (int32_t)(form << 3 | byte >> 4);
        out->end_column = out->column + (byte & 15);
    }
    return (head & 7) + 1u;
}

static bool decode_locations(struct decoder *d, value bytes, int32_t line, struct location_writer *w)
{
    struct table_reader r = {bytes_data(bytes), bytes_data(bytes) + bytes_length(bytes), false};
    uint32_t word = 0, unit = 0;
    while (word < d->words && r.at < r.end) {
        struct code_location place;
        word += read_entry(&r, &line, &place);
        if (r.failed)
            return refuse(d, "malformed location table");
        /* The units that begin in these words. */
        uint32_t end = word < d->words ? word : d->words;
        while (end < d->words && d->unit_of[end] == NO_UNIT)
            end++;
        uint32_t next = (uint32_t)d->unit_of[end];
        if (next > unit)
            location_write(w, &place, next - unit);
        unit = next > unit ? next : unit;
        thread_report_at(word);
    }
    return !w->out.failed || raise_no_memory();
}

/* ---- all of it ---- */

void wordcode_release(struct wordcode_tables *tables)
{
    free(tables->units);
    free(tables->ranges);
    free(tables->locations);
}

static bool decode_units(struct decoder *d)
{
    decode_round(d);
    if (!d->wrong) {
        d->units = malloc((d->unit_count + 1) * sizeof *d->units);
        if (!d->units)
            return raise_no_memory();
        decode_round(d);
    }
    return !d->wrong;
}

bool wordcode_decode(struct code_parts *parts, struct wordcode_tables *tables, value bytes, value exceptions,
                     value locations, const char **wrong)
{
    size_t length = bytes_length(bytes);
    *tables = (struct wordcode_tables){0};
    if (length % 2 || length / 2 >= UNITS_MAX) {
        *wrong = length % 2 ? "co_code is malformed" : "too many instructions";
        return false;
    }
    struct decoder d = {.bytes = bytes_data(bytes), .words = (uint32_t)(length / 2)};
    d.unit_of = malloc((d.words + 1) * sizeof *d.unit_of);
    if (!d.unit_of)
        return raise_no_memory();
    for (uint32_t i = 0; i <= d.words; thread_report_at(++i))
        d.unit_of[i] = NO_UNIT;
    struct location_writer writer = {.line = (int32_t)parts->first_line};
    bool done = decode_units(&d) && decode_exceptions(&d, exceptions, &tables->ranges, &parts->range_count) &&
                decode_locations(&d, locations, (int32_t)parts->first_line, &writer);
    free(d.unit_of);
    tables->units = d.units;
    tables->locations = writer.out.bytes;
    parts->units = d.units;
    parts->unit_count = d.unit_count;
    parts->cache_count = d.cache_count;
    parts->ranges = tables->ranges;
    parts->locations = writer.out.bytes;
    parts->location_bytes = (uint32_t)writer.out.length;
    *wrong = done ? NULL : d.wrong;
    if (!done)
        wordcode_release(tables);
    return done;
}
