/*
 * The code generator's ground: units (one for each code object), blocks, emitting instructions, names and constants.
 *
 * A unit is a list of basic blocks in the order of the code; jumps name blocks, so nothing needs patching. A block ends
 * after a jump or return; what is emitted behind one goes to a block that nothing reaches and vanishes later. Handlers:
 * every instruction carries the handler that guards it, and a SETUP marker tells how deep the stack is where the
 * guarded range begins.
 */
#include "runtime/compiler/codegen/compiler.h"
#include "threads/pause.h"

/* ---- blocks ---- */

struct block *gen_block(struct compiler *c)
{
    struct block *block = compiler_alloc(c, sizeof *block);
    if (block)
        block->depth = -1;
    return block;
}

/* Go on in `block`; the present one falls through to it. */
void gen_use(struct compiler *c, struct block *block)
{
    if (!block || !c->unit->current)
        return;
    c->unit->current->next = block;
    c->unit->current = block;
}

static struct instruction *next_instruction(struct compiler *c)
{
    struct block *block = c->unit->current;
    if (c->failed || !block)
        return NULL;
    if (block->count && opcode_ends_block(block->instructions[block->count - 1].opcode)) {
        gen_use(c, gen_block(c));
        block = c->unit->current;
        if (c->failed)
            return NULL;
    }
    if (block->count == block->capacity) {
        uint32_t capacity = block->capacity ? block->capacity * 2 : 8;
        struct instruction *fresh = arena_alloc(&c->arena, capacity * sizeof *fresh);
        if (!fresh) {
            raise_no_memory();
            compiler_fail(c);
            return NULL;
        }
        if (block->count)
            thread_copy(fresh, block->instructions, block->count * sizeof *fresh);
        block->instructions = fresh;
        block->capacity = capacity;
    }
    return &block->instructions[block->count++];
}

static void emit(struct compiler *c, unsigned opcode, uint32_t argument, struct block *target)
{
    struct instruction *instruction = next_instruction(c);
    if (!instruction)
        return;
    if (argument >> 24) {
        raise(EXC(SystemError), "code object too large: argument of %s", opcode_name(opcode));
        compiler_fail(c);
        return;
    }
    *instruction = (struct instruction){.opcode = (uint16_t)opcode,
                                        .argument = argument,
                                        .target = target,
                                        .handler = c->unit->handler,
                                        .position = c->unit->position};
}

void gen_op(struct compiler *c, unsigned opcode, uint32_t argument)
{
    emit(c, opcode, argument, NULL);
}

/* A jump ends its block; what follows a conditional one begins the next block. */
void gen_jump(struct compiler *c, unsigned opcode, struct block *target)
{
    emit(c, opcode, 0, target);
    if (!c->failed && !opcode_ends_block(opcode))
        gen_use(c, gen_block(c));
}

void gen_setup(struct compiler *c, unsigned pseudo, struct block *handler)
{
    emit(c, pseudo, 0, handler);
    c->unit->handler = handler;
}

void gen_restore_handler(struct compiler *c, struct block *handler)
{
    c->unit->handler = handler;
}

/* Instructions without a line of their own: clean-up that should appear as part of nothing. */
void gen_no_position(struct compiler *c)
{
    c->unit->position = (struct ast_position){-1, -1, -1, -1};
}

/* ---- constants ---- */

static uint32_t constant_slot(struct unit *unit, value v)
{
    uint32_t mask = unit->constant_index_size - 1, i = (uint32_t)constant_hash(v) & mask;
    while (unit->constant_index[i] && !constants_same(unit->constants[unit->constant_index[i] - 1], v))
        i = (i + 1) & mask;
    return i;
}

static bool grow_constants(struct compiler *c, struct unit *unit)
{
    uint32_t capacity = unit->constant_capacity ? unit->constant_capacity * 2 : 8;
    value *fresh = compiler_alloc(c, capacity * sizeof *fresh);
    uint32_t *index = compiler_alloc(c, (size_t)capacity * 2 * sizeof *index);
    if (!fresh || !index)
        return false;
    if (unit->constant_count)
        thread_copy(fresh, unit->constants, unit->constant_count * sizeof *fresh);
    unit->constants = fresh;
    unit->constant_capacity = capacity;
    unit->constant_index = index;
    unit->constant_index_size = capacity * 2;
    for (uint32_t i = 0; i < unit->constant_count; thread_report_at(++i))
        index[constant_slot(unit, fresh[i])] = i + 1;
    return true;
}

/* The index of a constant (borrowed: the compilation keeps it). */
static uint32_t constant_index(struct compiler *c, value v)
{
    struct unit *unit = c->unit;
    if (unit->constant_count == unit->constant_capacity && !grow_constants(c, unit))
        return 0;
    uint32_t slot = constant_slot(unit, v);
    if (!unit->constant_index[slot]) {
        unit->constants[unit->constant_count++] = v;
        unit->constant_index[slot] = unit->constant_count;
    }
    return unit->constant_index[slot] - 1;
}

void gen_const(struct compiler *c, value v)
{
    if (c->failed || !v)
        return;
    if (value_is_small_int(v) && small_int_value(v) >= 0 && small_int_value(v) < 1 << 24)
        gen_op(c, OP_LOAD_SMALL_INT, (uint32_t)small_int_value(v));
    else
        gen_op(c, OP_LOAD_CONST, constant_index(c, v));
}

/* Take up a constant without loading it. */
void gen_reserve_const(struct compiler *c, value v)
{
    if (!c->failed && v)
        constant_index(c, v);
}

void gen_none(struct compiler *c)
{
    gen_const(c, VALUE_NONE);
}

/* ---- names ---- */

uint32_t gen_name_index(struct compiler *c, ast_name plain)
{
    struct unit *unit = c->unit;
    uint64_t index;
    ast_name name = compiler_mangle(c, unit->private_name, plain);
    if (!name || c->failed)
        return 0;
    if (map_get(&unit->names, name, &index))
        return (uint32_t)index;
    if (unit->name_count == unit->name_capacity) {
        uint32_t capacity = unit->name_capacity ? unit->name_capacity * 2 : 8;
        ast_name *fresh = compiler_alloc(c, capacity * sizeof *fresh);
        if (!fresh)
            return 0;
        if (unit->name_count)
            thread_copy(fresh, unit->name_list, unit->name_count * sizeof *fresh);
        unit->name_list = fresh;
        unit->name_capacity = capacity;
    }
    unit->name_list[unit->name_count] = name;
    map_set(c, &unit->names, name, unit->name_count);
    return unit->name_count++;
}

void gen_name_op(struct compiler *c, unsigned opcode, ast_name name)
{
    gen_op(c, opcode, gen_name_index(c, name));
}

static uint32_t local_index(struct compiler *c, struct symbol *symbol)
{
    struct unit *unit = c->unit;
    if (symbol->local >= 0)
        return (uint32_t)symbol->local;
    if (unit->local_count == unit->local_capacity) {
        uint32_t capacity = unit->local_capacity ? unit->local_capacity * 2 : 8;
        ast_name *fresh = compiler_alloc(c, capacity * sizeof *fresh);
        if (!fresh)
            return 0;
        if (unit->local_count)
            thread_copy(fresh, unit->local_list, unit->local_count * sizeof *fresh);
        unit->local_list = fresh;
        unit->local_capacity = capacity;
    }
    unit->local_list[unit->local_count] = symbol->name;
    symbol->local = (int32_t)unit->local_count++;
    return (uint32_t)symbol->local;
}

enum { LOAD, STORE, DELETE };

static const uint8_t name_opcodes[][3] = {
    [SCOPE_LOCAL] = {OP_LOAD_FAST, OP_STORE_FAST, OP_DELETE_FAST},
    [SCOPE_GLOBAL_IMPLICIT] = {OP_LOAD_GLOBAL, OP_STORE_GLOBAL, OP_DELETE_GLOBAL},
    [SCOPE_CELL] = {OP_LOAD_DEREF, OP_STORE_DEREF, OP_DELETE_DEREF},
    [SCOPE_UNKNOWN] = {OP_LOAD_NAME, OP_STORE_NAME, OP_DELETE_NAME},
};

static bool is_forbidden_name(struct compiler *c, ast_name name, enum ast_context context)
{
    if (context == CONTEXT_LOAD || name->text[0] != '_' || !name_is(name, "__debug__"))
        return false;
    compiler_error(c, c->unit->position, "cannot %s __debug__", context == CONTEXT_STORE ? "assign to" : "delete");
    return true;
}

/* Load, store or delete a name, wherever it lives. Cells are numbered cells first, then free variables; the assembler
 * turns that into slots. */
void gen_name(struct compiler *c, ast_name plain, enum ast_context context)
{
    struct unit *unit = c->unit;
    ast_name name = compiler_mangle(c, unit->private_name, plain);
    if (c->failed || !name || is_forbidden_name(c, plain, context))
        return;
    struct symbol *symbol = scope_find(unit->scope, name);
    int way = context == CONTEXT_LOAD ? LOAD : context == CONTEXT_STORE ? STORE : DELETE;
    bool in_function = unit->scope->kind == SCOPE_KIND_FUNCTION;
    enum symbol_scope scope = symbol ? symbol->scope : SCOPE_UNKNOWN;
    switch (scope) {
    case SCOPE_FREE:
    case SCOPE_CELL: {
        uint32_t index =
            scope == SCOPE_CELL ? (uint32_t)symbol->cell : unit->scope->cell_count + (uint32_t)symbol->free;
        if (scope == SCOPE_FREE && way == LOAD && unit->is_class)
            gen_op(c, OP_LOAD_CLASSDEREF, index);
        else
            gen_op(c, name_opcodes[SCOPE_CELL][way], index);
        return;
    }
    case SCOPE_LOCAL:
        if (in_function) {
            gen_op(c, name_opcodes[SCOPE_LOCAL][way], local_index(c, symbol));
            return;
        }
        scope = SCOPE_UNKNOWN;
        break;
    case SCOPE_GLOBAL_IMPLICIT:
        if (!in_function)
            scope = SCOPE_UNKNOWN;
        break;
    case SCOPE_GLOBAL_EXPLICIT:
        scope = SCOPE_GLOBAL_IMPLICIT;
        break;
    case SCOPE_UNKNOWN:
        break;
    }
    gen_op(c, name_opcodes[scope][way], gen_name_index(c, plain));
}

/* ---- what encloses a statement ---- */

bool gen_push_block(struct compiler *c, enum frame_block_kind kind, struct block *start, struct block *exit,
                    const void *datum)
{
    struct unit *unit = c->unit;
    if (unit->frame_block_count == BLOCK_NESTING_LIMIT) {
        compiler_error(c, unit->position, "too many statically nested blocks");
        return false;
    }
    unit->frame_blocks[unit->frame_block_count++] = (struct frame_block){kind, start, exit, unit->handler, datum};
    return true;
}

void gen_pop_block(struct compiler *c)
{
    if (c->unit->frame_block_count)
        c->unit->frame_block_count--;
}

/* ---- units ---- */

/* The dotted path of a definition: inside a function it goes through <locals>, inside a class through the class; what
 * is declared global stands alone. */
static value make_qualified_name(struct compiler *c, struct unit *unit)
{
    struct unit *outer = unit->outer;
    value own = compiler_text(c, unit->name);
    if (!own)
        return NULL;
    if (!outer || !outer->outer)
        return value_inc(own);
    if (!unit->is_comprehension && !unit->is_lambda) {
        ast_name mangled = compiler_mangle(c, outer->private_name, unit->name);
        struct symbol *symbol = mangled ? scope_find(outer->scope, mangled) : NULL;
        if (symbol && symbol->scope == SCOPE_GLOBAL_EXPLICIT)
            return value_inc(own);
    }
    if (outer->scope->kind == SCOPE_KIND_FUNCTION && !outer->is_comprehension)
        return str_format("%U.<locals>.%U", outer->qualified_name, own);
    return str_format("%U.%U", outer->qualified_name, own);
}

static void number_parameters(struct compiler *c, const struct ast_arguments *args)
{
    const struct ast_arg_list *lists[] = {&args->posonlyargs, &args->args, &args->kwonlyargs};
    struct unit *unit = c->unit;
    for (int k = 0; k < 3 && !c->failed; k++) {
        for (uint32_t i = 0; i < lists[k]->count && !c->failed; thread_report_at(++i)) {
            ast_name name = compiler_mangle(c, unit->private_name, lists[k]->items[i].arg);
            if (name)
                local_index(c, scope_find(unit->scope, name));
        }
    }
    const struct ast_arg *rest[] = {args->vararg, args->kwarg};
    for (int k = 0; k < 2 && !c->failed; k++) {
        ast_name name = rest[k] ? compiler_mangle(c, unit->private_name, rest[k]->arg) : NULL;
        if (name)
            local_index(c, scope_find(unit->scope, name));
    }
    unit->posonly_argcount = args->posonlyargs.count;
    unit->argcount = args->posonlyargs.count + args->args.count;
    unit->kwonly_argcount = args->kwonlyargs.count;
    if (args->vararg)
        unit->flags |= CODE_VARARGS;
    if (args->kwarg)
        unit->flags |= CODE_VARKEYWORDS;
}

static void set_flags(struct compiler *c, struct unit *unit)
{
    struct scope *scope = unit->scope;
    unit->flags |= c->future;
    if (unit->is_async_function && scope->is_coroutine && !scope->is_generator)
        unit->flags |= CODE_COROUTINE; /* a module with await at its top level; functions have it from below */
    if (scope->kind != SCOPE_KIND_FUNCTION)
        return;
    unit->flags |= CODE_NEWLOCALS | CODE_OPTIMIZED;
    if (scope->nested)
        unit->flags |= CODE_NESTED;
    if (scope->is_generator && !scope->is_coroutine)
        unit->flags |= CODE_GENERATOR;
    if (!scope->is_generator && scope->is_coroutine)
        unit->flags |= CODE_COROUTINE;
    if (scope->is_generator && scope->is_coroutine)
        unit->flags |= CODE_ASYNC_GENERATOR;
}

/* The instructions before the first statement: take over the closure, wrap parameters that are cells, become a
 * generator. */
static void gen_prologue(struct compiler *c)
{
    struct unit *unit = c->unit;
    struct scope *scope = unit->scope;
    unit->position = (struct ast_position){unit->first_line, -1, unit->first_line, -1};
    if (scope->free_count)
        gen_op(c, OP_COPY_FREE_VARS, scope->free_count);
    for (uint32_t i = 0; i < scope->cell_count; thread_report_at(++i))
        gen_op(c, OP_MAKE_CELL, i);
    if (unit->flags & (CODE_GENERATOR | CODE_COROUTINE | CODE_ASYNC_GENERATOR)) {
        gen_op(c, OP_RETURN_GENERATOR, 0);
        gen_op(c, OP_POP_TOP, 0);
    }
    unit->position =
        (struct ast_position){unit->outer ? unit->first_line : 0, 0, unit->outer ? unit->first_line : 1, 0};
    gen_op(c, OP_RESUME, 0);
}

/* Begin a code object. `key` of the scope tells what it is: its parameters get their numbers first. */
bool gen_enter(struct compiler *c, struct scope *scope, ast_name name, int32_t first_line)
{
    struct unit *unit = compiler_alloc(c, sizeof *unit);
    if (!unit || !scope || !name || c->failed)
        return false;
    unit->outer = c->unit;
    unit->scope = scope;
    unit->name = name;
    unit->first_line = first_line;
    unit->private_name = c->unit ? c->unit->private_name : NULL;
    unit->is_class = scope->kind == SCOPE_KIND_CLASS;
    unit->is_comprehension = scope->comprehension != COMPREHENSION_NONE;
    unit->is_lambda = !unit->is_comprehension && name_is(name, "<lambda>");
    unit->entry = unit->current = gen_block(c);
    /* Functions in functions are made again and again, perhaps by many threads: in programs nobody counts interned
     * ones. */
    value qualified_name = make_qualified_name(c, unit);
    unit->qualified_name = compiler_own(c, qualified_name ? compiler_intern_str(c, qualified_name) : NULL);
    if (c->failed)
        return false;
    unit->is_async_function = scope->kind == SCOPE_KIND_MODULE && c->top_level_await;
    set_flags(c, unit);
    c->unit = unit;
    /* What stands in a finally clause is generated more than once, each time from the beginning. */
    for (uint32_t i = 0; i < scope->symbol_count; thread_report_at(++i))
        scope->symbols[i].local = -1;
    if (scope->kind == SCOPE_KIND_FUNCTION) {
        if (unit->is_comprehension) {
            local_index(c, &scope->symbols[0]); /* .0 */
            unit->argcount = 1;
        } else if (unit->is_lambda) {
            number_parameters(c, ((const struct ast_expr *)scope->key)->lambda.args);
        } else {
            const struct ast_stmt *stmt = scope->key;
            unit->is_async_function = stmt->kind == STMT_ASYNC_FUNCTION_DEF;
            number_parameters(c, stmt->function_def.args);
        }
    }
    gen_prologue(c);
    return true;
}

value gen_leave(struct compiler *c)
{
    struct unit *unit = c->unit;
    if (!c->failed)
        flow_optimize(c, unit);
    value code = c->failed ? NULL : assemble_unit(c, unit);
    if (!code)
        compiler_fail(c);
    c->unit = unit->outer;
    return code;
}

value gen_module(struct compiler *c)
{
    ast_name name = compiler_intern(c, "<module>");
    if (!name || !gen_enter(c, c->symtable->top, name, 1))
        return NULL;
    switch (c->module->mode) {
    case PARSE_EVAL:
        gen_expr(c, c->module->expression);
        gen_no_position(c);
        gen_op(c, OP_RETURN_VALUE, 0);
        return gen_leave(c);
    case PARSE_SINGLE:
        c->unit->is_interactive = true;
        for (uint32_t i = 0; i < c->module->body.count; thread_report_at(++i)) {
            if (c->module->body.items[i]->kind == STMT_ANN_ASSIGN) {
                gen_op(c, OP_SETUP_ANNOTATIONS, 0);
                break;
            }
        }
        gen_stmts(c, &c->module->body);
        break;
    case PARSE_EXEC:
    case PARSE_FUNCTION_TYPE: /* never comes here */
        gen_body(c, &c->module->body);
        break;
    }
    gen_no_position(c);
    gen_none(c);
    gen_op(c, OP_RETURN_VALUE, 0);
    return gen_leave(c);
}
