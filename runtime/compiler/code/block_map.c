/*
 * Maps of basic blocks (block_map.h).
 *
 * Blocks begin where jumps and exceptions lead to, after instructions that jump, end the code or suspend the frame, and
 * where the handler changes. What lies on the stack there the check of the code finds (verify_kinds.c). Which slots are
 * read later is found from the end: a slot is live before an instruction that reads it, or before one that does not
 * write it when it is live afterwards or, if the instruction can raise, in the handler. Rounds over all blocks, last
 * first, until nothing changes; in loops that lie in each other as many as they are deep, and a few.
 */
#include "runtime/compiler/code/block_map.h"
#include "runtime/compiler/code/code.h"
#include "runtime/compiler/code/opcode_info.h"
#include "threads/pause.h"

#include <stdlib.h>
#include <string.h>

struct making {
    const struct code *code;
    struct block_map *map;
    uint32_t operand_count, operand_room;
    uint32_t block_room;
    uint8_t *starts;
};

static bool suspends(unsigned opcode)
{
    return opcode == OP_YIELD_VALUE || opcode == OP_RETURN_GENERATOR;
}

static uint32_t next_unit(const struct code *code, uint32_t at)
{
    return at + (opcode_flags(instruction_opcode(code->units[at])) & OPF_C ? 2 : 1);
}

static void mark_start(struct making *m, uint32_t unit)
{
    if (unit < m->code->unit_count)
        m->starts[unit] = 1;
}

static void mark_starts(struct making *m)
{
    const struct code *code = m->code;
    for (uint32_t at = 0; at < code->unit_count; thread_report_at(at)) {
        uint32_t unit = code->units[at];
        unsigned opcode = instruction_opcode(unit), flags = opcode_flags(opcode);
        at = next_unit(code, at);
        if (flags & OPF_J)
            mark_start(m, instruction_target(unit));
        if ((flags & (OPF_J | OPF_T)) || suspends(opcode))
            mark_start(m, at);
    }
    for (uint32_t i = 0; i < code->range_count; thread_report_at(++i)) {
        mark_start(m, code->ranges[i].start);
        mark_start(m, code->ranges[i].end);
        mark_start(m, code->ranges[i].target);
    }
}

/* ---- blocks and their operands ---- */
/* Room for n more of what `*items` points to; false: no memory. */
static bool make_room(void **items, size_t size, uint32_t count, uint32_t *room, uint32_t n)
{
    if (count + n <= *room && *items)
        return true;
    uint32_t more = (count + n) * 2 + 8;
    void *bigger = realloc(*items, more * size);
    if (!bigger)
        return false;
    *items = bigger;
    *room = more;
    return true;
}

static bool add_block(void *context, uint32_t unit, const struct operand *stack, uint32_t depth)
{
    struct making *m = context;
    struct block_map *map = m->map;
    if (!make_room((void **)&map->blocks, sizeof *map->blocks, map->block_count, &m->block_room, 1) ||
        !make_room((void **)&map->operands, sizeof *map->operands, m->operand_count, &m->operand_room, depth))
        return false;
    uint32_t end = unit;
    do {
        end = next_unit(m->code, end);
        thread_report_at(end);
    } while (end < m->code->unit_count && !m->starts[end]);
    map->blocks[map->block_count++] = (struct code_block){
        .start = unit, .end = end, .depth = depth, .operand = m->operand_count, .handler = NO_BLOCK};
    thread_copy(map->operands + m->operand_count, stack, depth * sizeof *stack);
    m->operand_count += depth;
    return true;
}

static uint32_t last_unit(const struct code *code, const struct code_block *block)
{
    uint32_t last = block->start;
    for (uint32_t next; (next = next_unit(code, last)) < block->end; last = next)
        thread_report_at(next);
    return last;
}

uint32_t block_map_find(const struct block_map *map, uint32_t unit)
{
    uint32_t low = 0, high = map->block_count;
    while (low < high) {
        uint32_t middle = (low + high) / 2;
        if (map->blocks[middle].start < unit)
            low = middle + 1;
        else
            high = middle;
    }
    return low < map->block_count && map->blocks[low].start == unit ? low : NO_BLOCK;
}

/* What leads where. */
static void connect(struct making *m)
{
    const struct code *code = m->code;
    struct block_map *map = m->map;
    uint32_t start = map->blocks[0].start;
    map->blocks[0].resumes = start > 0 && suspends(instruction_opcode(code->units[start - 1]));
    for (uint32_t i = 0; i < map->block_count; thread_report_at(++i)) {
        struct code_block *block = &map->blocks[i];
        const struct exception_range *range = code_find_handler(code, block->start);
        if (range && (block->handler = block_map_find(map, range->target)) != NO_BLOCK)
            map->blocks[block->handler].handles = true;
        uint32_t unit = code->units[last_unit(code, block)];
        unsigned opcode = instruction_opcode(unit);
        if (opcode == OP_JUMP_BACKWARD || opcode == OP_JUMP_BACKWARD_NO_INTERRUPT)
            map->blocks[block_map_find(map, instruction_target(unit))].loop_head = true;
        if (suspends(opcode) && i + 1 < map->block_count && map->blocks[i + 1].start == block->end)
            map->blocks[i + 1].resumes = true;
    }
}

/* ---- live slots ---- */
/* What an instruction does to slots: first it reads up to two, then it writes up to two; `late` is read after them. */
struct accesses {
    uint32_t reads[2], writes[2], late;
};
enum { NO_SLOT = UINT32_MAX };

static struct accesses find_accesses(uint32_t unit)
{
    struct accesses a = {{NO_SLOT, NO_SLOT}, {NO_SLOT, NO_SLOT}, NO_SLOT};
    unsigned opcode = instruction_opcode(unit), flags = opcode_flags(opcode);
    uint32_t argument = instruction_argument(unit), first = argument & 0xFFF, second = argument >> 12;
    switch (opcode) {
    case OP_LOAD_FAST_BORROW_PAIR:
        a.reads[1] = second;
        a.reads[0] = first;
        break;
    case OP_LOAD_FAST_SMALL_INT:
        a.reads[0] = first;
        break;
    case OP_STORE_FAST:
        a.writes[0] = argument;
        break;
    case OP_STORE_FAST_STORE_FAST:
        a.writes[1] = second;
        a.writes[0] = first;
        break;
    case OP_STORE_FAST_LOAD_FAST:
        a.writes[0] = first;
        a.late = second;
        break;
    case OP_DELETE_FAST:
        a.reads[0] = a.writes[0] = argument;
        break;
    default:
        if (flags & OPF_L)
            a.reads[0] = argument;
        else if (flags & OPF_LN)
            a.reads[0] = argument & 0xFF;
    }
    return a;
}

static void set_live(uint64_t *live, uint32_t slot, bool on)
{
    if (slot != NO_SLOT)
        live[slot / 64] = (live[slot / 64] & ~(UINT64_C(1) << slot % 64)) | (uint64_t)on << slot % 64;
}

static void join_live(uint64_t *live, const struct block_map *map, uint32_t block)
{
    for (uint32_t i = 0; block != NO_BLOCK && i < map->live_words; i++)
        live[i] |= map->live[(size_t)block * map->live_words + i];
}

/* From what is live after the instruction to what is before it. */
static void step_back(const struct block_map *map, uint32_t unit, uint32_t handler, uint64_t *live)
{
    struct accesses a = find_accesses(unit);
    set_live(live, a.late, true);
    bool raises = !opcode_never_raises(instruction_opcode(unit));
    bool first = a.reads[0] != NO_SLOT; /* DELETE_FAST raises before it writes */
    if (raises && !first)
        join_live(live, map, handler);
    set_live(live, a.writes[0], false);
    set_live(live, a.writes[1], false);
    if (raises && first)
        join_live(live, map, handler);
    set_live(live, a.reads[0], true);
    set_live(live, a.reads[1], true);
}

/* One block; `units` has room for its instructions. True: something is live that was not known to be. */
static bool find_live(struct making *m, uint32_t index, uint32_t *units, uint64_t *live)
{
    const struct code *code = m->code;
    struct block_map *map = m->map;
    const struct code_block *block = &map->blocks[index];
    uint32_t count = 0;
    for (uint32_t at = block->start; at < block->end; at = next_unit(code, at)) {
        units[count++] = code->units[at];
        thread_report_at(count);
    }
    memset(live, 0, map->live_words * sizeof *live);
    unsigned flags = opcode_flags(instruction_opcode(units[count - 1]));
    if (flags & OPF_J)
        join_live(live, map, block_map_find(map, instruction_target(units[count - 1])));
    if (!(flags & OPF_T))
        join_live(live, map, block_map_find(map, block->end));
    while (count > 0) {
        step_back(map, units[--count], block->handler, live);
        thread_report_at(count);
    }
    uint64_t *known = map->live + (size_t)index * map->live_words;
    bool more = memcmp(known, live, map->live_words * sizeof *live) != 0;
    memcpy(known, live, map->live_words * sizeof *live);
    return more;
}

static bool find_all_live(struct making *m)
{
    struct block_map *map = m->map;
    map->live_words = (m->code->slots_count + 63) / 64;
    map->live = calloc((size_t)map->block_count * map->live_words + 1, sizeof *map->live);
    uint32_t *units = malloc((m->code->unit_count + 1) * sizeof *units);
    uint64_t *live = malloc((map->live_words + 1) * sizeof *live);
    bool done = map->live && units && live;
    for (bool more = true; done && more;) {
        more = false;
        for (uint32_t i = map->block_count; i-- > 0; thread_report_at(i))
            more |= find_live(m, i, units, live);
    }
    free(units);
    free(live);
    return done;
}

struct block_map *block_map_new(const struct code *code)
{
    struct making m = {.code = code, .map = calloc(1, sizeof *m.map), .starts = calloc(code->unit_count + 1, 1)};
    bool done = m.map && m.starts;
    if (done) {
        uint32_t start;
        mark_starts(&m);
        done = !code_find_operands(code, m.starts, &start, add_block, &m);
    }
    if (done) {
        connect(&m);
        done = find_all_live(&m);
    }
    free(m.starts);
    if (done)
        return m.map;
    block_map_free(m.map);
    return NULL;
}

void block_map_free(struct block_map *map)
{
    if (!map)
        return;
    free(map->blocks);
    free(map->operands);
    free(map->live);
    free(map);
}
