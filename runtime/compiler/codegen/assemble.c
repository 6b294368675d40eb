/*
 * The assembler: a finished graph of blocks becomes a code object. Blocks are laid out in their order, each instruction
 * takes one unit (two with an inline cache), then jumps get their targets, and beside the code come the exception table
 * and the location table.
 */
#include "runtime/compiler/code/code_parts.h"
#include "runtime/compiler/code/locations.h"
#include "runtime/compiler/codegen/compiler.h"
#include "runtime/raw.h"
#include "threads/pause.h"

static bool same_position(const struct ast_position *a, const struct ast_position *b)
{
    return a->lineno == b->lineno && a->col_offset == b->col_offset && a->end_lineno == b->end_lineno &&
           a->end_col_offset == b->end_col_offset;
}

static unsigned width_of(const struct instruction *instruction)
{
    return instruction->opcode < 256 && (opcode_flags(instruction->opcode) & OPF_C) ? 2 : 1;
}

static void put_location(struct location_writer *w, const struct ast_position *p, uint32_t units)
{
    struct code_location place = {p->lineno, p->end_lineno, p->col_offset, p->end_col_offset};
    location_write(w, &place, units);
}

static void make_locations(struct compiler *c, const struct unit *unit, struct location_writer *out)
{
    const struct ast_position *run = NULL;
    uint32_t units = 0;
    for (const struct block *b = unit->entry; b; b = block_next(b)) {
        for (uint32_t i = 0; i < b->count; thread_report_at(++i)) {
            const struct ast_position *p = &b->instructions[i].position;
            const struct line_mark *mark = b->instructions[i].marks;
            if (run && (mark || !same_position(run, p))) {
                put_location(out, run, units);
                units = 0;
            }
            for (; mark; mark = mark->next)
                put_location(out, &mark->position, 0);
            run = p;
            units += width_of(&b->instructions[i]);
        }
    }
    if (run)
        put_location(out, run, units);
    if (out->out.failed) {
        raise_no_memory();
        compiler_fail(c);
    }
}

/* Ranges of units with the same handler. */
static struct exception_range *make_ranges(struct compiler *c, const struct unit *unit, uint32_t *count)
{
    struct exception_range *ranges = NULL;
    uint32_t capacity = 0, at = 0;
    const struct block *open = NULL;
    *count = 0;
    for (const struct block *b = unit->entry; b; b = block_next(b)) {
        for (uint32_t i = 0; i < b->count; thread_report_at(++i)) {
            const struct block *handler = b->instructions[i].handler;
            uint32_t end = at + width_of(&b->instructions[i]);
            if (handler && handler == open) {
                ranges[*count - 1].end = end;
            } else if (handler) {
                if (*count == capacity) {
                    uint32_t grown = capacity ? capacity * 2 : 8;
                    struct exception_range *fresh = compiler_alloc(c, grown * sizeof *fresh);
                    if (!fresh)
                        return NULL;
                    if (capacity)
                        thread_copy(fresh, ranges, capacity * sizeof *fresh);
                    ranges = fresh;
                    capacity = grown;
                }
                ranges[(*count)++] = (struct exception_range){.start = at,
                                                              .end = end,
                                                              .target = handler->start,
                                                              .depth = (uint32_t)handler->handler_depth,
                                                              .lasti = handler->handler_lasti};
            }
            open = handler;
            at = end;
        }
    }
    return ranges;
}

/* ---- slots ---- */

/* Fast locals first, then cells that are no parameters, then free variables. map[i] is the slot of cell i. */
static uint32_t *map_cells(struct compiler *c, struct unit *unit, uint32_t *extra_cells)
{
    struct scope *scope = unit->scope;
    uint32_t *map = compiler_alloc(c, (scope->cell_count + scope->free_count + 1) * sizeof *map);
    uint32_t next = unit->local_count;
    if (!map)
        return NULL;
    for (uint32_t i = 0; i < scope->cell_count; thread_report_at(++i)) {
        struct symbol *symbol = scope_find(scope, scope->cells[i]);
        bool is_local = symbol && symbol->local >= 0 && symbol->scope == SCOPE_CELL;
        map[i] = is_local ? (uint32_t)symbol->local : next++;
    }
    *extra_cells = next - unit->local_count;
    for (uint32_t i = 0; i < scope->free_count; thread_report_at(++i))
        map[scope->cell_count + i] = next++;
    return map;
}

static bool is_cell_opcode(unsigned opcode)
{
    switch (opcode) {
    case OP_MAKE_CELL:
    case OP_LOAD_CLOSURE:
    case OP_LOAD_DEREF:
    case OP_LOAD_CLASSDEREF:
    case OP_STORE_DEREF:
    case OP_DELETE_DEREF:
        return true;
    }
    return false;
}

/* ---- instructions ---- */

static uint32_t lay_out(struct unit *unit)
{
    uint32_t at = 0;
    for (struct block *b = unit->entry; b; b = block_next(b)) {
        b->start = at;
        for (uint32_t i = 0; i < b->count; thread_report_at(++i))
            at += width_of(&b->instructions[i]);
    }
    return at;
}

static uint32_t encode(const struct instruction *instruction, uint32_t at, const uint32_t *cell_map)
{
    uint32_t target = instruction->target ? instruction->target->start : 0;
    switch (instruction->opcode) {
    case PSEUDO_JUMP:
        return instruction_make(target > at ? OP_JUMP_FORWARD : OP_JUMP_BACKWARD, target);
    case PSEUDO_JUMP_NO_INTERRUPT:
        return instruction_make(target > at ? OP_JUMP_FORWARD : OP_JUMP_BACKWARD_NO_INTERRUPT, target);
    case OP_COMPARE_OP_JUMP_IF_FALSE:
        return instruction_make(OP_COMPARE_OP_JUMP_IF_FALSE, target | instruction->argument << 21);
    }
    if (is_cell_opcode(instruction->opcode))
        return instruction_make(instruction->opcode, cell_map[instruction->argument]);
    if (opcode_flags(instruction->opcode) & OPF_J)
        return instruction_make(instruction->opcode, target);
    return instruction_make(instruction->opcode, instruction->argument);
}

static uint32_t *make_units(struct compiler *c, struct unit *unit, const uint32_t *cell_map, uint32_t *count,
                            uint32_t *caches)
{
    *count = lay_out(unit);
    *caches = 0;
    if (*count >> 24) {
        raise(EXC(SystemError), "code object too large: more than 2**24 instructions");
        compiler_fail(c);
        return NULL;
    }
    uint32_t *units = compiler_alloc(c, (*count + 1) * sizeof *units), at = 0;
    if (!units)
        return NULL;
    for (struct block *b = unit->entry; b; b = block_next(b)) {
        for (uint32_t i = 0; i < b->count; thread_report_at(++i)) {
            units[at] = encode(&b->instructions[i], at, cell_map);
            at++;
            if (width_of(&b->instructions[i]) == 2)
                units[at++] = (*caches)++;
        }
    }
    return units;
}

/* ---- names ---- */

static value names_tuple(struct compiler *c, const ast_name *names, uint32_t count)
{
    value tuple = compiler_own(c, tuple_new(count));
    if (!tuple)
        return NULL;
    for (uint32_t i = 0; i < count; thread_report_at(++i)) {
        value text = compiler_text(c, names[i]);
        tuple_init(tuple, i, text ? value_inc(text) : VALUE_NONE);
    }
    return c->failed ? NULL : tuple;
}

/* Names and kinds of all slots, and the constants. */
static bool make_tables(struct compiler *c, struct unit *unit, const uint32_t *cell_map, struct code_parts *parts)
{
    struct scope *scope = unit->scope;
    uint32_t slots = parts->locals_count + parts->cells_count + parts->frees_count;
    ast_name *names = compiler_alloc(c, (slots + 1) * sizeof *names);
    uint8_t *kinds = compiler_alloc(c, slots + 1);
    if (!names || !kinds)
        return false;
    for (uint32_t i = 0; i < unit->local_count; thread_report_at(++i)) {
        names[i] = unit->local_list[i];
        kinds[i] = 1;
    }
    for (uint32_t i = 0; i < scope->cell_count; thread_report_at(++i)) {
        names[cell_map[i]] = scope->cells[i];
        kinds[cell_map[i]] |= 2;
    }
    for (uint32_t i = 0; i < scope->free_count; thread_report_at(++i)) {
        names[cell_map[scope->cell_count + i]] = scope->frees[i];
        kinds[cell_map[scope->cell_count + i]] = 4;
    }
    parts->slot_names = names_tuple(c, names, slots);
    parts->slot_kinds = compiler_own(c, bytes_new(kinds, slots));
    parts->names = names_tuple(c, unit->name_list, unit->name_count);
    parts->consts = compiler_own(c, tuple_from_array(unit->constants, unit->constant_count));
    parts->name = compiler_text(c, unit->name);
    return !c->failed;
}

value assemble_unit(struct compiler *c, struct unit *unit)
{
    struct code_parts parts = {
        .argcount = unit->argcount,
        .posonly_argcount = unit->posonly_argcount,
        .kwonly_argcount = unit->kwonly_argcount,
        .locals_count = unit->local_count,
        .frees_count = unit->scope->free_count,
        .stack_size = unit->stack_size,
        .flags = unit->flags,
        .first_line = (uint32_t)unit->first_line,
        .filename = c->filename,
        .qualified_name = unit->qualified_name,
    };
    struct location_writer locations = {.line = unit->first_line};
    uint32_t *cell_map = map_cells(c, unit, &parts.cells_count);
    if (!cell_map || !make_tables(c, unit, cell_map, &parts))
        return NULL;
    parts.units = make_units(c, unit, cell_map, &parts.unit_count, &parts.cache_count);
    if (!parts.units)
        return NULL;
    parts.ranges = make_ranges(c, unit, &parts.range_count);
    make_locations(c, unit, &locations);
    parts.locations = locations.out.bytes;
    parts.location_bytes = (uint32_t)locations.out.length;
    value code = c->failed ? NULL : code_new(&parts);
    raw_free(locations.out.bytes);
#ifdef ATOLL_CHECKED
    const char *wrong = code ? code_verify((struct code *)code) : NULL;
    if (wrong) {
        if (strcmp(wrong, "no memory") == 0)
            raise_no_memory();
        else
            raise(EXC(SystemError), "compiler made bad code for %U: %s", parts.qualified_name, wrong);
        value_dec(code);
        return NULL;
    }
#endif
    return code;
}
