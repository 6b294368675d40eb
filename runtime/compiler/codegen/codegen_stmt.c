/*
 * Statements: assignments, conditions, loops, imports. try and with are in codegen_try.c, match in codegen_match.c.
 */
#include "runtime/compiler/codegen/compiler.h"
#include "threads/pause.h"

/* ---- leaving blocks early ---- */

/* Undo one block; `block` has been taken off the list. With `keep`, the value on top of the stack stays there. */
static void unwind_block(struct compiler *c, const struct frame_block *block, bool keep)
{
    gen_restore_handler(c, block->outer_handler);
    switch (block->kind) {
    case BLOCK_WHILE:
    case BLOCK_EXCEPTION_HANDLER:
    case BLOCK_GROUP_HANDLER:
    case BLOCK_ASYNC_COMPREHENSION:
    case BLOCK_TRY_EXCEPT:
        break;
    case BLOCK_FOR:
    case BLOCK_POP_VALUE:
        if (keep)
            gen_op(c, OP_SWAP, 2);
        gen_op(c, OP_POP_TOP, 0);
        break;
    case BLOCK_FINALLY_TRY:
        if (keep && !gen_push_block(c, BLOCK_POP_VALUE, NULL, NULL, NULL))
            return;
        gen_stmts(c, block->datum);
        if (keep)
            gen_pop_block(c);
        gen_no_position(c);
        break;
    case BLOCK_FINALLY_END:
        if (keep)
            gen_op(c, OP_SWAP, 2);
        gen_op(c, OP_POP_TOP, 0); /* the exception */
        if (keep)
            gen_op(c, OP_SWAP, 2);
        gen_op(c, OP_POP_EXCEPT, 0);
        break;
    case BLOCK_WITH:
    case BLOCK_ASYNC_WITH:
        gen_at(c, ((const struct ast_stmt *)block->datum)->position);
        if (keep)
            gen_op(c, OP_SWAP, 2);
        gen_exit_with_nones(c);
        if (block->kind == BLOCK_ASYNC_WITH) {
            gen_op(c, OP_GET_AWAITABLE, 2);
            gen_none(c);
            gen_yield_from(c, true);
        }
        gen_op(c, OP_POP_TOP, 0);
        gen_no_position(c);
        break;
    case BLOCK_HANDLER_CLEANUP:
        if (keep)
            gen_op(c, OP_SWAP, 2);
        gen_op(c, OP_POP_EXCEPT, 0);
        if (block->datum) {
            gen_none(c);
            gen_name(c, block->datum, CONTEXT_STORE);
            gen_name(c, block->datum, CONTEXT_DEL);
        }
        break;
    }
}

void gen_unwind(struct compiler *c, bool preserve_top, struct frame_block **loop)
{
    struct unit *unit = c->unit;
    if (unit->frame_block_count == 0 || c->failed)
        return;
    struct frame_block *top = &unit->frame_blocks[unit->frame_block_count - 1];
    if (top->kind == BLOCK_GROUP_HANDLER) {
        compiler_error(c, unit->position, "'break', 'continue' and 'return' cannot appear in an except* block");
        return;
    }
    if (loop && (top->kind == BLOCK_WHILE || top->kind == BLOCK_FOR)) {
        *loop = top;
        return;
    }
    /* The statements of a finally clause are compiled as if they stood outside the block. */
    struct frame_block saved = *top;
    struct block *handler = unit->handler;
    unit->frame_block_count--;
    unwind_block(c, &saved, preserve_top);
    gen_unwind(c, preserve_top, loop);
    unit->frame_blocks[unit->frame_block_count++] = saved;
    unit->handler = handler;
}

static void gen_return(struct compiler *c, struct ast_stmt *stmt)
{
    struct ast_expr *operand = stmt->expr.value;
    struct unit *unit = c->unit;
    if (unit->scope->kind != SCOPE_KIND_FUNCTION) {
        compiler_error(c, unit->position, "'return' outside function");
        return;
    }
    if (operand && (unit->flags & CODE_ASYNC_GENERATOR)) {
        compiler_error(c, unit->position, "'return' with value in async generator");
        return;
    }
    bool keep = operand && operand->kind != EXPR_CONSTANT;
    struct ast_position at = unit->position;
    if (keep) {
        gen_expr(c, operand);
    } else if (operand) {
        gen_at(c, operand->position);
        gen_line(c);
        gen_at(c, at);
    }
    if (!operand || operand->position.lineno != at.lineno)
        gen_line(c);
    gen_unwind(c, keep, NULL);
    if (!unit->frame_block_count)
        gen_at(c, at);
    /* What was given up is all still open for the code that follows: only this path has left it. */
    struct block *handler = unit->handler;
    unit->handler = unit->frame_block_count ? unit->frame_blocks[0].outer_handler : handler;
    if (!operand)
        gen_none(c);
    else if (!keep)
        gen_const(c, constant_value(c, operand));
    gen_op(c, OP_RETURN_VALUE, 0);
    unit->handler = handler;
}

static void gen_break_continue(struct compiler *c, bool is_break)
{
    struct unit *unit = c->unit;
    struct frame_block *loop = NULL;
    struct ast_position origin = unit->position;
    gen_line(c);
    gen_unwind(c, false, &loop);
    if (c->failed)
        return;
    if (!loop) {
        compiler_error(c, origin, is_break ? "'break' outside loop" : "'continue' not properly in loop");
        return;
    }
    struct block *handler = unit->handler;
    if (is_break)
        unwind_block(c, loop, false);
    unit->handler = loop->outer_handler;
    gen_jump(c, PSEUDO_JUMP, is_break ? loop->exit : loop->start);
    unit->handler = handler;
}

/* ---- conditions and loops ---- */

static void gen_if(struct compiler *c, struct ast_stmt *stmt)
{
    struct block *end = gen_block(c), *next = stmt->conditional.orelse.count ? gen_block(c) : end;
    gen_jump_if(c, stmt->conditional.test, next, false);
    gen_stmts(c, &stmt->conditional.body);
    if (next != end) {
        gen_no_position(c);
        gen_jump(c, PSEUDO_JUMP, end);
        gen_use(c, next);
        gen_stmts(c, &stmt->conditional.orelse);
    }
    gen_use(c, end);
}

static void gen_while(struct compiler *c, struct ast_stmt *stmt)
{
    struct block *loop = gen_block(c), *orelse = gen_block(c), *end = gen_block(c);
    gen_use(c, loop);
    if (!gen_push_block(c, BLOCK_WHILE, loop, end, NULL))
        return;
    gen_jump_if(c, stmt->conditional.test, orelse, false);
    gen_stmts(c, &stmt->conditional.body);
    gen_at(c, stmt->position);
    gen_jump(c, PSEUDO_JUMP, loop);
    gen_pop_block(c);
    gen_use(c, orelse);
    gen_stmts(c, &stmt->conditional.orelse);
    gen_use(c, end);
}

static void gen_for(struct compiler *c, struct ast_stmt *stmt)
{
    struct block *start = gen_block(c), *cleanup = gen_block(c), *end = gen_block(c);
    if (!gen_push_block(c, BLOCK_FOR, start, end, NULL))
        return;
    gen_expr(c, stmt->for_loop.iter);
    gen_op(c, OP_GET_ITER, 0);
    gen_use(c, start);
    gen_jump(c, OP_FOR_ITER, cleanup);
    gen_expr(c, stmt->for_loop.target);
    gen_stmts(c, &stmt->for_loop.body);
    gen_no_position(c);
    gen_jump(c, PSEUDO_JUMP, start);
    gen_use(c, cleanup);
    gen_pop_block(c);
    gen_stmts(c, &stmt->for_loop.orelse);
    gen_use(c, end);
}

static void gen_async_for(struct compiler *c, struct ast_stmt *stmt)
{
    struct block *start = gen_block(c), *handler = gen_block(c), *end = gen_block(c), *outer = c->unit->handler;
    if (!c->unit->is_async_function) {
        compiler_error(c, c->unit->position, "'async for' outside async function");
        return;
    }
    gen_expr(c, stmt->for_loop.iter);
    gen_op(c, OP_GET_AITER, 0);
    gen_use(c, start);
    if (!gen_push_block(c, BLOCK_FOR, start, end, NULL))
        return;
    gen_setup(c, PSEUDO_SETUP_FINALLY, handler);
    gen_op(c, OP_GET_ANEXT, 0);
    gen_none(c);
    gen_yield_from(c, true);
    gen_restore_handler(c, outer);
    gen_expr(c, stmt->for_loop.target);
    gen_stmts(c, &stmt->for_loop.body);
    gen_no_position(c);
    gen_jump(c, PSEUDO_JUMP, start);
    gen_pop_block(c);
    gen_use(c, handler);
    gen_at(c, stmt->for_loop.iter->position);
    gen_op(c, OP_END_ASYNC_FOR, 0);
    gen_stmts(c, &stmt->for_loop.orelse);
    gen_use(c, end);
}

/* ---- assignments ---- */

static void gen_assign(struct compiler *c, struct ast_stmt *stmt)
{
    uint32_t n = stmt->assign.targets.count;
    gen_expr(c, stmt->assign.value);
    for (uint32_t i = 0; i < n; thread_report_at(++i)) {
        if (i + 1 < n)
            gen_op(c, OP_COPY, 1);
        gen_expr(c, stmt->assign.targets.items[i]);
    }
}

static void gen_aug_operator(struct compiler *c, enum ast_operator op)
{
    uint32_t argument;
    unsigned opcode = gen_binary_opcode(op, &argument);
    gen_op(c, opcode, argument | BINARY_IN_PLACE);
}

static void gen_aug_assign(struct compiler *c, struct ast_stmt *stmt)
{
    struct ast_expr *target = stmt->aug_assign.target;
    struct ast_position at = c->unit->position;
    gen_at(c, target->position);
    switch (target->kind) {
    case EXPR_ATTRIBUTE:
        gen_expr(c, target->attribute.value);
        gen_op(c, OP_COPY, 1);
        gen_at_attribute(c, target);
        gen_name_op(c, OP_LOAD_ATTR, target->attribute.attr);
        break;
    case EXPR_SUBSCRIPT:
        gen_expr(c, target->subscript.value);
        gen_expr(c, target->subscript.slice);
        gen_op(c, OP_COPY, 2);
        gen_op(c, OP_COPY, 2);
        gen_op(c, OP_BINARY_SUBSCR, 0);
        break;
    case EXPR_NAME:
        gen_name(c, target->name.id, CONTEXT_LOAD);
        break;
    default:
        compiler_refuse(c, "invalid node type (%d) for augmented assignment", target->kind + 1);
        return;
    }
    gen_at(c, at);
    gen_expr(c, stmt->aug_assign.value);
    gen_aug_operator(c, stmt->aug_assign.op);
    gen_at(c, target->position);
    switch (target->kind) {
    case EXPR_ATTRIBUTE:
        gen_at_attribute(c, target);
        gen_op(c, OP_SWAP, 2);
        gen_name_op(c, OP_STORE_ATTR, target->attribute.attr);
        break;
    case EXPR_SUBSCRIPT:
        gen_op(c, OP_SWAP, 3);
        gen_op(c, OP_SWAP, 2);
        gen_op(c, OP_STORE_SUBSCR, 0);
        break;
    default:
        gen_name(c, target->name.id, CONTEXT_STORE);
        break;
    }
}

static void gen_and_drop(struct compiler *c, struct ast_expr *expr)
{
    if (!expr)
        return;
    gen_expr(c, expr);
    gen_op(c, OP_POP_TOP, 0);
}

/* The parts of a target that an annotation without a value still evaluates. */
static void gen_annotated_target(struct compiler *c, struct ast_expr *target)
{
    if (target->kind == EXPR_ATTRIBUTE) {
        if (name_is(target->attribute.attr, "__debug__")) {
            compiler_error(c, c->unit->position, "cannot assign to __debug__");
            return;
        }
        gen_and_drop(c, target->attribute.value);
    } else if (target->kind == EXPR_SUBSCRIPT) {
        gen_and_drop(c, target->subscript.value);
        struct ast_expr *key = target->subscript.slice;
        struct ast_exprs one = {1, &key};
        struct ast_exprs *keys = key->kind == EXPR_TUPLE ? &key->sequence.elts : &one;
        for (uint32_t i = 0; i < keys->count; thread_report_at(++i)) {
            struct ast_expr *item = keys->items[i];
            if (item->kind == EXPR_SLICE) {
                gen_and_drop(c, item->slice.lower);
                gen_and_drop(c, item->slice.upper);
                gen_and_drop(c, item->slice.step);
            } else {
                gen_and_drop(c, item);
            }
        }
    }
}

static void gen_ann_assign(struct compiler *c, struct ast_stmt *stmt)
{
    struct ast_expr *target = stmt->ann_assign.target;
    struct unit *unit = c->unit;
    bool in_function = unit->scope->kind == SCOPE_KIND_FUNCTION;
    if (target->kind != EXPR_NAME && target->kind != EXPR_ATTRIBUTE && target->kind != EXPR_SUBSCRIPT) {
        compiler_refuse(c, "invalid node type (%d) for annotated assignment", target->kind + 1);
        return;
    }
    if (stmt->ann_assign.value) {
        gen_expr(c, stmt->ann_assign.value);
        gen_expr(c, target);
    }
    if (target->kind == EXPR_NAME) {
        if (name_is(target->name.id, "__debug__")) {
            compiler_error(c, unit->position, "cannot assign to __debug__");
            return;
        }
        if (stmt->ann_assign.simple && !in_function) {
            gen_annotation(c, stmt->ann_assign.annotation);
            ast_name name = compiler_intern(c, "__annotations__");
            ast_name mangled = compiler_mangle(c, unit->private_name, target->name.id);
            if (!name || !mangled)
                return;
            gen_op(c, OP_LOAD_NAME, gen_name_index(c, name));
            gen_const(c, compiler_text(c, mangled));
            gen_op(c, OP_STORE_SUBSCR, 0);
            return;
        }
    } else if (!stmt->ann_assign.value) {
        gen_annotated_target(c, target);
    }
    /* An annotation that is kept nowhere is still evaluated, outside functions. */
    if (!stmt->ann_assign.simple && !in_function && !(c->future & CODE_FUTURE_ANNOTATIONS))
        gen_and_drop(c, stmt->ann_assign.annotation);
}

/* ---- imports ---- */

static void gen_import_as(struct compiler *c, const struct ast_alias *alias)
{
    /* import a.b.c as d: the submodule is reached through the package. */
    const char *rest = strchr(alias->name->text, '.');
    if (!rest) {
        gen_name(c, alias->asname, CONTEXT_STORE);
        return;
    }
    while (rest && !c->failed) {
        const char *begin = rest + 1;
        rest = strchr(begin, '.');
        size_t length = rest ? (size_t)(rest - begin) : strlen(begin);
        ast_name part = ast_intern(&c->arena, c->module->names, begin, length);
        if (!part) {
            raise_no_memory();
            compiler_fail(c);
            return;
        }
        gen_op(c, OP_IMPORT_FROM, gen_name_index(c, part));
        gen_op(c, OP_SWAP, 2);
        gen_op(c, OP_POP_TOP, 0);
    }
    gen_name(c, alias->asname, CONTEXT_STORE);
}

static void gen_import(struct compiler *c, struct ast_stmt *stmt)
{
    for (uint32_t i = 0; i < stmt->import.names.count; thread_report_at(++i)) {
        const struct ast_alias *alias = &stmt->import.names.items[i];
        gen_const(c, small_int(0));
        gen_none(c);
        gen_name_op(c, OP_IMPORT_NAME, alias->name);
        if (alias->asname) {
            gen_import_as(c, alias);
            continue;
        }
        ast_name bound = alias->name;
        const char *dot = strchr(bound->text, '.');
        if (dot)
            bound = ast_intern(&c->arena, c->module->names, bound->text, (size_t)(dot - bound->text));
        if (bound)
            gen_name(c, bound, CONTEXT_STORE);
    }
}

static void gen_import_from(struct compiler *c, struct ast_stmt *stmt)
{
    const struct ast_aliases *names = &stmt->import_from.names;
    ast_name module = stmt->import_from.module ? stmt->import_from.module : compiler_intern(c, "");
    if (stmt->import_from.module && stmt->import_from.level == 0 && name_is(module, "__future__") &&
        stmt->position.lineno > c->future_line) {
        compiler_error(c, c->unit->position, "from __future__ imports must occur at the beginning of the file");
        return;
    }
    value list = compiler_own(c, tuple_new(names->count));
    if (!list || !module)
        return;
    for (uint32_t i = 0; i < names->count; thread_report_at(++i)) {
        value text = compiler_text(c, names->items[i].name);
        tuple_init(list, i, text ? value_inc(text) : VALUE_NONE);
    }
    gen_const(c, small_int(stmt->import_from.level));
    gen_const(c, list);
    gen_name_op(c, OP_IMPORT_NAME, module);
    for (uint32_t i = 0; i < names->count; thread_report_at(++i)) {
        const struct ast_alias *alias = &names->items[i];
        if (i == 0 && name_is(alias->name, "*")) {
            gen_op(c, OP_IMPORT_STAR, 0);
            return;
        }
        gen_name_op(c, OP_IMPORT_FROM, alias->name);
        gen_name(c, alias->asname ? alias->asname : alias->name, CONTEXT_STORE);
    }
    gen_op(c, OP_POP_TOP, 0);
}

/* ---- small statements ---- */

static void gen_assert(struct compiler *c, struct ast_stmt *stmt)
{
    struct ast_expr *test = stmt->assert_test.test;
    bool is_pair = (test->kind == EXPR_TUPLE && test->sequence.elts.count > 0) ||
                   (test->kind == EXPR_CONSTANT && test->constant.kind == CONSTANT_OBJECT &&
                    value_is(test->constant.object, TYPE_ID_TUPLE) && tuple_length(test->constant.object) > 0);
    if (is_pair)
        compiler_warn(c, c->unit->position, "assertion is always true, perhaps remove parentheses?");
    if (c->optimize)
        return;
    struct block *end = gen_block(c);
    gen_jump_if(c, test, end, true);
    gen_op(c, OP_LOAD_ASSERTION_ERROR, 0);
    if (stmt->assert_test.msg) {
        gen_expr(c, stmt->assert_test.msg);
        gen_op(c, OP_CALL, 0); /* the message lies where self would */
    }
    gen_op(c, OP_RAISE_VARARGS, 1);
    gen_use(c, end);
}

static void gen_raise(struct compiler *c, struct ast_stmt *stmt)
{
    uint32_t n = 0;
    if (stmt->raise.exc) {
        gen_expr(c, stmt->raise.exc);
        n++;
        if (stmt->raise.cause) {
            gen_expr(c, stmt->raise.cause);
            n++;
        }
    }
    gen_op(c, OP_RAISE_VARARGS, n);
}

static void gen_expr_stmt(struct compiler *c, struct ast_stmt *stmt)
{
    if (c->unit->is_interactive) {
        gen_expr(c, stmt->expr.value);
        gen_op(c, OP_PRINT_EXPR, 0);
        return;
    }
    if (stmt->expr.value->kind == EXPR_CONSTANT) {
        gen_line(c);
        return;
    }
    gen_expr(c, stmt->expr.value);
    gen_op(c, OP_POP_TOP, 0);
}

static void gen_stmt_inside(struct compiler *c, struct ast_stmt *stmt)
{
    switch (stmt->kind) {
    case STMT_FUNCTION_DEF:
        gen_function(c, stmt, false);
        break;
    case STMT_ASYNC_FUNCTION_DEF:
        gen_function(c, stmt, true);
        break;
    case STMT_CLASS_DEF:
        gen_class(c, stmt);
        break;
    case STMT_RETURN:
        gen_return(c, stmt);
        break;
    case STMT_DELETE:
        for (uint32_t i = 0; i < stmt->delete.targets.count; thread_report_at(++i))
            gen_expr(c, stmt->delete.targets.items[i]);
        break;
    case STMT_ASSIGN:
        gen_assign(c, stmt);
        break;
    case STMT_AUG_ASSIGN:
        gen_aug_assign(c, stmt);
        break;
    case STMT_ANN_ASSIGN:
        gen_ann_assign(c, stmt);
        break;
    case STMT_FOR:
        gen_for(c, stmt);
        break;
    case STMT_ASYNC_FOR:
        gen_async_for(c, stmt);
        break;
    case STMT_WHILE:
        gen_while(c, stmt);
        break;
    case STMT_IF:
        gen_if(c, stmt);
        break;
    case STMT_WITH:
        gen_with(c, stmt, 0, false);
        break;
    case STMT_ASYNC_WITH:
        gen_with(c, stmt, 0, true);
        break;
    case STMT_MATCH:
        gen_match(c, stmt);
        break;
    case STMT_RAISE:
        gen_raise(c, stmt);
        break;
    case STMT_TRY:
        gen_try(c, stmt);
        break;
    case STMT_TRY_STAR:
        gen_try_star(c, stmt);
        break;
    case STMT_ASSERT:
        gen_assert(c, stmt);
        break;
    case STMT_IMPORT:
        gen_import(c, stmt);
        break;
    case STMT_IMPORT_FROM:
        gen_import_from(c, stmt);
        break;
    case STMT_EXPR:
        gen_expr_stmt(c, stmt);
        break;
    case STMT_BREAK:
        gen_break_continue(c, true);
        break;
    case STMT_CONTINUE:
        gen_break_continue(c, false);
        break;
    case STMT_GLOBAL:
    case STMT_NONLOCAL:
        break;
    case STMT_PASS:
        gen_line(c);
        break;
    }
}

void gen_stmt(struct compiler *c, struct ast_stmt *stmt)
{
    if (c->failed || !compiler_enter(c))
        return;
    gen_at(c, stmt->position);
    gen_stmt_inside(c, stmt);
    compiler_leave(c);
}

void gen_stmts(struct compiler *c, const struct ast_stmts *stmts)
{
    for (uint32_t i = 0; i < stmts->count && !c->failed; thread_report_at(++i))
        gen_stmt(c, stmts->items[i]);
}
