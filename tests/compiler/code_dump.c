/*
 * Shows what the compiler makes of a file: a listing of every code object, with positions, like CPython's dis.
 *
 *   code_dump [-q] [-b] [-O] FILE...
 *
 * With -b each listing is followed by the basic blocks: their units, how they are reached and left, the kinds of the
 * operands at their start, and the slots that are read later.
 *
 * With -q nothing is listed: each file is compiled, written as bytecode, read back and written again, what goes wrong
 * is reported, and the time is printed. The exit status is 1 when any file failed with anything but a SyntaxError.
 */
#include "runtime/compiler/code/block_map.h"
#include "runtime/compiler/code/code.h"
#include "runtime/compiler/codegen/compiler.h"
#include "runtime/start.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void print_value(value v)
{
    value repr = value_is(v, TYPE_ID_CODE) ? value_inc(slot_peek(&((struct code *)v)->qualified_name)) : value_repr(v);
    struct text text;
    if (repr && text_of(repr, &text)) {
        printf(" (%s)", text.bytes);
        text_release(&text);
    } else {
        error_clear();
    }
    value_dec(repr);
}

static void print_slot(const struct code *code, uint32_t index)
{
    print_value(tuple_get(slot_peek(&code->slot_names), index));
}

static void print_argument(const struct code *code, unsigned opcode, uint32_t argument)
{
    unsigned flags = opcode_flags(opcode);
    if (flags & OPF_N)
        print_value(tuple_get(slot_peek(&code->names), argument));
    if (flags & OPF_L)
        print_slot(code, argument);
    if (flags & OPF_LN) {
        print_slot(code, argument & 0xFF);
        print_value(tuple_get(slot_peek(&code->names), argument >> 8));
    }
    if (opcode == OP_LOAD_FAST_SMALL_INT) {
        print_slot(code, argument & 0xFFF);
        printf(" %u", argument >> 12);
    }
    if (flags & OPF_K)
        print_value(code_const(code, argument));
    if (opcode == OP_COMPARE_OP_JUMP_IF_FALSE)
        printf(" (to %u)", argument & 0x1FFFFF);
    if (opcode == OP_LOAD_FAST_BORROW_PAIR || opcode == OP_STORE_FAST_LOAD_FAST || opcode == OP_STORE_FAST_STORE_FAST) {
        print_slot(code, argument & 0xFFF);
        print_slot(code, argument >> 12);
    }
}

static const char *const kinds[] = {"nothing", "perhaps", "value",     "str",   "small",    "none",
                                    "list",    "set",     "dict",      "tuple", "names",    "cells",
                                    "cell",    "code",    "exception", "rest",  "previous", "position"};

static void list_blocks(const struct code *code)
{
    struct block_map *map = block_map_new(code);
    if (!map) {
        printf("  no blocks\n");
        return;
    }
    for (uint32_t i = 0; i < map->block_count; i++) {
        const struct code_block *block = &map->blocks[i];
        printf("  block %u to %u:%s%s%s", block->start, block->end, block->loop_head ? " loop" : "",
               block->handles ? " handles" : "", block->resumes ? " resumes" : "");
        if (block->handler != NO_BLOCK)
            printf(" handler %u", map->blocks[block->handler].start);
        printf("; stack");
        for (uint32_t k = 0; k < block->depth; k++)
            printf(" %s", kinds[map->operands[block->operand + k].kind]);
        printf("; live");
        for (uint32_t slot = 0; slot < code->slots_count; slot++) {
            if (block_slot_is_live(map, i, slot))
                printf(" %u", slot);
        }
        printf("\n");
    }
    block_map_free(map);
}

static void list_code(const struct code *code, bool blocks)
{
    printf("==");
    print_value(slot_peek(&code->qualified_name));
    printf(" line %u, %u arguments, %u locals, %u cells, %u free, stack %u, flags %#x\n", code->first_line,
           code->argcount, code->locals_count, code->cells_count, code->frees_count, code->stack_size, code->flags);
    for (uint32_t at = 0; at < code->unit_count;) {
        unsigned opcode = instruction_opcode(code->units[at]);
        uint32_t argument = instruction_argument(code->units[at]);
        struct code_location where;
        code_locate(code, at, &where);
        printf("%4d:%-3d-%4d:%-3d %5u %-26s %u", where.line, where.column, where.end_line, where.end_column, at,
               opcode_name(opcode), argument);
        print_argument(code, opcode, argument);
        printf("\n");
        at += opcode_flags(opcode) & OPF_C ? 2 : 1;
    }
    for (uint32_t i = 0; i < code->range_count; i++) {
        const struct exception_range *range = &code->ranges[i];
        printf("  units %u to %u: handler %u, depth %u%s\n", range->start, range->end, range->target, range->depth,
               range->lasti ? ", lasti" : "");
    }
    if (blocks)
        list_blocks(code);
    value consts = slot_peek(&code->consts);
    for (size_t i = 0; i < tuple_length(consts); i++) {
        if (value_is(tuple_get(consts, i), TYPE_ID_CODE))
            list_code((struct code *)tuple_get(consts, i), blocks);
    }
}

/* An exception is set: say so. True when it is the source's fault. */
static bool report(const char *path, const char *what)
{
    bool syntax = error_matches(EXC(SyntaxError)) || error_matches(EXC(ValueError));
    value exception = error_fetch();
    value repr = NULL;
    if (exception && value_is_of(exception, EXC(SyntaxError))) {
        static const char *const names[] = {"msg", "lineno", "offset", "text", "end_lineno", "end_offset"};
        value parts = list_new(6);
        for (size_t i = 0; parts && i < sizeof names / sizeof *names; i++) {
            value part = attr_get(exception, str_interned(names[i]));
            if (part && i == 3 && part != VALUE_NONE)
                value_dec(part), part = VALUE_NONE; /* the text is the file's */
            if (!part || !list_append_owned(parts, part))
                error_clear();
        }
        repr = parts ? value_repr(parts) : NULL;
        value_dec(parts);
    } else if (exception) {
        repr = value_repr(exception);
    }
    struct text text = {0};
    if (repr && text_of(repr, &text))
        printf("%s: %s: %s\n", path, what, text.bytes);
    error_clear();
    text_release(&text);
    value_dec(repr);
    value_dec(exception);
    return syntax;
}

/* Bytecode of the code, read back: it has to come out the same. */
static bool check_round_trip(const char *path, value code, double *seconds, size_t *size)
{
    value first = code_serialize(code);
    if (!first)
        return report(path, "cannot be written");
    double start = now();
    value back = code_deserialize(bytes_data(first), bytes_length(first));
    *seconds += now() - start;
    *size += bytes_length(first);
    bool same = back && value_equals(back, code) == 1;
    if (!back)
        report(path, "cannot be read back");
    else if (!same)
        printf("%s: the bytecode read back differs\n", path);
    value_dec(first);
    value_dec(back);
    return same;
}

struct totals {
    double compiling, loading;
    size_t source, bytecode;
};

static bool process(const char *path, bool quiet, bool blocks, int optimize, struct totals *totals)
{
    FILE *file = fopen(path, "rb");
    if (!file) {
        perror(path);
        return false;
    }
    char *bytes = NULL;
    size_t length = 0;
    FILE *memory = open_memstream(&bytes, &length);
    char piece[4096];
    for (size_t n; memory && (n = fread(piece, 1, sizeof piece, file)) > 0;)
        fwrite(piece, 1, n, memory);
    fclose(file);
    if (!memory || fclose(memory) != 0)
        return false;
    value name = str_decode_locale(path);
    double start = now();
    value code = name ? compile_source(bytes, length, name, "exec", 0, optimize) : NULL;
    totals->compiling += now() - start;
    totals->source += length;
    bool done = code ? true : report(path, "does not compile");
    if (code && quiet)
        done = check_round_trip(path, code, &totals->loading, &totals->bytecode);
    else if (code)
        list_code((struct code *)code, blocks);
    value_dec(code);
    value_dec(name);
    free(bytes);
    return done;
}

int main(int argc, char **argv)
{
    struct start_config config = {.argc = 1, .argv = argv, .program = argv[0]};
    struct totals totals = {0};
    bool quiet = false, blocks = false, done = true;
    int optimize = 0;
    if (!runtime_start(&config))
        return 2;
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "-q") == 0)
            quiet = true;
        else if (strcmp(argv[i], "-b") == 0)
            blocks = true;
        else if (strcmp(argv[i], "-O") == 0)
            optimize++;
        else
            done = process(argv[i], quiet, blocks, optimize, &totals) && done;
    }
    if (quiet)
        printf("compiled %zu bytes in %.3f s; loaded %zu bytes in %.3f s\n", totals.source, totals.compiling,
               totals.bytecode, totals.loading);
    fflush(stdout);
    return runtime_finish(done ? 0 : 1);
}
