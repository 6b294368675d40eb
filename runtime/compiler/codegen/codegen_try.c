/*
 * try and with. A handler's block begins with the stack cut to where its guarded range began, plus the exception. The
 * body of a finally clause is generated once for each way that leads into it: the end of the body, the exception, and
 * every return, break or continue that leaves (gen_unwind).
 */
#include "runtime/compiler/codegen/compiler.h"
#include "threads/pause.h"

/* The clean-up of a handler that raised: restore the exception that was being handled before, and go on raising.
 * On the stack: previous, lasti, exception. */
static void gen_pop_except_and_reraise(struct compiler *c)
{
    gen_op(c, OP_COPY, 3);
    gen_op(c, OP_POP_EXCEPT, 0);
    gen_op(c, OP_RERAISE, 1);
}

/* Run `body` guarded by `handler`. */
static bool begin_guard(struct compiler *c, enum frame_block_kind kind, struct block *body, struct block *handler,
                        const void *datum)
{
    struct block *outer = c->unit->handler;
    gen_setup(c, PSEUDO_SETUP_FINALLY, handler);
    gen_use(c, body);
    gen_restore_handler(c, outer); /* as the block remembers it */
    if (!gen_push_block(c, kind, body, NULL, datum))
        return false;
    gen_restore_handler(c, handler);
    return true;
}

/* ---- finally ---- */

static void gen_try_finally(struct compiler *c, struct ast_stmt *stmt,
                            void (*inner)(struct compiler *, struct ast_stmt *))
{
    struct block *body = gen_block(c), *end = gen_block(c), *exit = gen_block(c), *cleanup = gen_block(c);
    struct block *outer = c->unit->handler;
    if (!begin_guard(c, BLOCK_FINALLY_TRY, body, end, &stmt->try_block.finalbody))
        return;
    if (stmt->try_block.handlers.count)
        inner(c, stmt);
    else
        gen_stmts(c, &stmt->try_block.body);
    gen_no_position(c);
    gen_restore_handler(c, outer);
    gen_pop_block(c);
    gen_stmts(c, &stmt->try_block.finalbody);
    gen_no_position(c);
    gen_jump(c, PSEUDO_JUMP, exit);

    gen_use(c, end);
    gen_no_position(c);
    if (!gen_push_block(c, BLOCK_FINALLY_END, end, NULL, NULL))
        return;
    gen_setup(c, PSEUDO_SETUP_CLEANUP, cleanup);
    gen_op(c, OP_PUSH_EXC_INFO, 0);
    gen_stmts(c, &stmt->try_block.finalbody);
    gen_no_position(c);
    gen_op(c, OP_RERAISE, 0);
    gen_pop_block(c);
    gen_restore_handler(c, outer);
    gen_use(c, cleanup);
    gen_pop_except_and_reraise(c);
    gen_use(c, exit);
}

/* ---- except ---- */

static void gen_forget_name(struct compiler *c, ast_name name)
{
    gen_none(c);
    gen_name(c, name, CONTEXT_STORE);
    gen_name(c, name, CONTEXT_DEL);
}

/* except T as name: the name is unbound afterwards, whatever happens. The exception is on top. */
static void gen_named_handler(struct compiler *c, struct ast_except_handler *handler, struct block *end,
                              struct block *outer)
{
    struct block *body = gen_block(c), *cleanup_end = gen_block(c), *cleanup = c->unit->handler;
    gen_name(c, handler->name, CONTEXT_STORE);
    gen_setup(c, PSEUDO_SETUP_CLEANUP, cleanup_end);
    gen_use(c, body);
    gen_restore_handler(c, outer);
    if (!gen_push_block(c, BLOCK_HANDLER_CLEANUP, body, NULL, handler->name))
        return;
    gen_restore_handler(c, cleanup_end);
    gen_stmts(c, &handler->body);
    gen_pop_block(c);
    gen_restore_handler(c, outer);
    gen_no_position(c);
    gen_op(c, OP_POP_EXCEPT, 0);
    gen_forget_name(c, handler->name);
    gen_jump(c, PSEUDO_JUMP, end);

    gen_use(c, cleanup_end);
    gen_restore_handler(c, cleanup);
    gen_no_position(c);
    gen_forget_name(c, handler->name);
    gen_op(c, OP_RERAISE, 1);
}

static void gen_plain_handler(struct compiler *c, struct ast_except_handler *handler, struct block *end,
                              struct block *outer)
{
    struct block *body = gen_block(c), *cleanup = c->unit->handler;
    gen_op(c, OP_POP_TOP, 0);
    gen_use(c, body);
    gen_restore_handler(c, outer);
    if (!gen_push_block(c, BLOCK_HANDLER_CLEANUP, body, NULL, NULL))
        return;
    gen_restore_handler(c, cleanup);
    gen_stmts(c, &handler->body);
    gen_pop_block(c);
    gen_restore_handler(c, outer);
    gen_no_position(c);
    gen_op(c, OP_POP_EXCEPT, 0);
    gen_jump(c, PSEUDO_JUMP, end);
    gen_restore_handler(c, cleanup);
}

static void gen_try_except(struct compiler *c, struct ast_stmt *stmt)
{
    struct block *body = gen_block(c), *handlers = gen_block(c), *end = gen_block(c), *cleanup = gen_block(c);
    struct block *outer = c->unit->handler;
    if (!begin_guard(c, BLOCK_TRY_EXCEPT, body, handlers, NULL))
        return;
    gen_stmts(c, &stmt->try_block.body);
    gen_pop_block(c);
    gen_restore_handler(c, outer);
    gen_no_position(c);
    gen_stmts(c, &stmt->try_block.orelse);
    gen_no_position(c);
    gen_jump(c, PSEUDO_JUMP, end);

    gen_use(c, handlers);
    gen_no_position(c);
    gen_setup(c, PSEUDO_SETUP_CLEANUP, cleanup);
    gen_op(c, OP_PUSH_EXC_INFO, 0);
    gen_restore_handler(c, outer);
    if (!gen_push_block(c, BLOCK_EXCEPTION_HANDLER, NULL, NULL, NULL))
        return;
    for (uint32_t i = 0; i < stmt->try_block.handlers.count; thread_report_at(++i)) {
        struct ast_except_handler *handler = &stmt->try_block.handlers.items[i];
        gen_at(c, handler->position);
        if (!handler->type && i + 1 < stmt->try_block.handlers.count) {
            compiler_error(c, c->unit->position, "default 'except:' must be last");
            return;
        }
        struct block *next = gen_block(c);
        gen_restore_handler(c, cleanup);
        if (handler->type) {
            gen_expr(c, handler->type);
            gen_op(c, OP_CHECK_EXC_MATCH, 0);
            gen_jump(c, OP_POP_JUMP_IF_FALSE, next);
        }
        if (handler->name)
            gen_named_handler(c, handler, end, outer);
        else
            gen_plain_handler(c, handler, end, outer);
        gen_restore_handler(c, cleanup);
        gen_use(c, next);
    }
    gen_at(c, stmt->try_block.handlers.items[stmt->try_block.handlers.count - 1].position);
    gen_pop_block(c);
    gen_op(c, OP_RERAISE, 0);
    gen_no_position(c);
    gen_restore_handler(c, outer);
    gen_use(c, cleanup);
    gen_pop_except_and_reraise(c);
    gen_use(c, end);
}

void gen_try(struct compiler *c, struct ast_stmt *stmt)
{
    if (stmt->try_block.finalbody.count)
        gen_try_finally(c, stmt, gen_try_except);
    else
        gen_try_except(c, stmt);
}

/* ---- except* ----
 * On the stack while the handlers run: previous, original exception, list of what they raised, what is still
 * unhandled. Each handler takes its share off the last; at the end PREP_RERAISE_STAR makes of the list what is to be
 * raised on, or None. */

static void gen_star_handler(struct compiler *c, struct ast_except_handler *handler, struct block *cleanup,
                             struct block *outer, struct block *next, struct block *no_match)
{
    struct block *body = gen_block(c), *cleanup_end = gen_block(c);
    if (!handler->type) {
        compiler_refuse(c, "TryStar has a handler without a type");
        return;
    }
    gen_expr(c, handler->type);
    gen_op(c, OP_CHECK_EG_MATCH, 0);
    gen_op(c, OP_COPY, 1);
    gen_jump(c, OP_POP_JUMP_IF_NONE, no_match);
    if (handler->name)
        gen_name(c, handler->name, CONTEXT_STORE);
    else
        gen_op(c, OP_POP_TOP, 0);
    gen_setup(c, PSEUDO_SETUP_CLEANUP, cleanup_end);
    gen_use(c, body);
    gen_restore_handler(c, outer);
    if (!gen_push_block(c, BLOCK_HANDLER_CLEANUP, body, NULL, handler->name))
        return;
    gen_restore_handler(c, cleanup_end);
    gen_stmts(c, &handler->body);
    gen_pop_block(c);
    gen_restore_handler(c, cleanup);
    gen_no_position(c);
    if (handler->name)
        gen_forget_name(c, handler->name);
    gen_jump(c, PSEUDO_JUMP, next);
    /* The handler raised: its exception goes to the list. */
    gen_use(c, cleanup_end);
    gen_no_position(c);
    if (handler->name)
        gen_forget_name(c, handler->name);
    gen_op(c, OP_LIST_APPEND, 3); /* list, rest, lasti, exception */
    gen_op(c, OP_POP_TOP, 0);
    gen_jump(c, PSEUDO_JUMP, next);
}

static void gen_try_star_except(struct compiler *c, struct ast_stmt *stmt)
{
    struct block *body = gen_block(c), *handlers = gen_block(c), *end = gen_block(c), *cleanup = gen_block(c),
                 *reraise = gen_block(c), *orelse = gen_block(c), *outer = c->unit->handler;
    uint32_t n = stmt->try_block.handlers.count;
    if (!begin_guard(c, BLOCK_TRY_EXCEPT, body, handlers, NULL))
        return;
    gen_stmts(c, &stmt->try_block.body);
    gen_pop_block(c);
    gen_restore_handler(c, outer);
    gen_no_position(c);
    gen_jump(c, PSEUDO_JUMP, orelse);

    gen_use(c, handlers);
    gen_no_position(c);
    gen_setup(c, PSEUDO_SETUP_CLEANUP, cleanup);
    gen_op(c, OP_PUSH_EXC_INFO, 0);
    gen_restore_handler(c, outer);
    if (!gen_push_block(c, BLOCK_GROUP_HANDLER, NULL, NULL, NULL))
        return;
    gen_restore_handler(c, cleanup);
    for (uint32_t i = 0; i < n; thread_report_at(++i)) {
        struct ast_except_handler *handler = &stmt->try_block.handlers.items[i];
        struct block *next = gen_block(c), *no_match = gen_block(c);
        gen_at(c, handler->position);
        if (i == 0) {
            gen_op(c, OP_COPY, 1); /* the original, to compare with at the end */
            gen_op(c, OP_BUILD_LIST, 0);
            gen_op(c, OP_SWAP, 2);
        }
        gen_star_handler(c, handler, cleanup, outer, next, no_match);
        gen_restore_handler(c, cleanup);
        gen_use(c, no_match);
        gen_no_position(c);
        gen_op(c, OP_POP_TOP, 0); /* the None of no match */
        gen_use(c, next);
    }
    gen_no_position(c);
    gen_pop_block(c);
    gen_op(c, OP_LIST_APPEND, 1); /* what no handler took */
    gen_op(c, OP_PREP_RERAISE_STAR, 0);
    gen_op(c, OP_COPY, 1);
    gen_jump(c, OP_POP_JUMP_IF_NOT_NONE, reraise);
    gen_op(c, OP_POP_TOP, 0);
    gen_restore_handler(c, outer);
    gen_op(c, OP_POP_EXCEPT, 0);
    gen_jump(c, PSEUDO_JUMP, end);
    gen_use(c, reraise);
    gen_op(c, OP_SWAP, 2);
    gen_op(c, OP_POP_EXCEPT, 0);
    gen_op(c, OP_RERAISE, 0);
    gen_use(c, cleanup);
    gen_pop_except_and_reraise(c);
    gen_use(c, orelse);
    gen_stmts(c, &stmt->try_block.orelse);
    gen_use(c, end);
}

void gen_try_star(struct compiler *c, struct ast_stmt *stmt)
{
    if (stmt->try_block.finalbody.count)
        gen_try_finally(c, stmt, gen_try_star_except);
    else
        gen_try_star_except(c, stmt);
}

/* ---- with ---- */

/* __exit__ (on top) is called with three Nones; the result is pushed. */
void gen_exit_with_nones(struct compiler *c)
{
    gen_none(c);
    gen_none(c);
    gen_none(c);
    gen_op(c, OP_CALL, 2); /* the first None lies where self would, so there are three arguments */
}

static void gen_await_exit(struct compiler *c, uint32_t which)
{
    gen_op(c, OP_GET_AWAITABLE, which);
    gen_none(c);
    gen_yield_from(c, true);
}

/* One context manager, the rest of the statement inside it. */
void gen_with(struct compiler *c, struct ast_stmt *stmt, uint32_t index, bool is_async)
{
    if (c->failed || !compiler_enter(c))
        return;
    struct ast_with_item *item = &stmt->with.items.items[index];
    struct block *body = gen_block(c), *final = gen_block(c), *exit = gen_block(c), *cleanup = gen_block(c),
                 *suppress = gen_block(c), *outer = c->unit->handler;
    if (is_async && !c->unit->is_async_function) {
        compiler_error(c, c->unit->position, "'async with' outside async function");
        return;
    }
    gen_expr(c, item->context_expr);
    gen_op(c, is_async ? OP_BEFORE_ASYNC_WITH : OP_BEFORE_WITH, 0);
    if (is_async)
        gen_await_exit(c, 1);
    gen_setup(c, PSEUDO_SETUP_WITH, final);
    gen_use(c, body);
    gen_restore_handler(c, outer);
    if (!gen_push_block(c, is_async ? BLOCK_ASYNC_WITH : BLOCK_WITH, body, NULL, stmt))
        return;
    gen_restore_handler(c, final);
    if (item->optional_vars)
        gen_expr(c, item->optional_vars);
    else
        gen_op(c, OP_POP_TOP, 0);
    if (index + 1 < stmt->with.items.count)
        gen_with(c, stmt, index + 1, is_async);
    else
        gen_stmts(c, &stmt->with.body);
    gen_restore_handler(c, outer);
    gen_pop_block(c);

    gen_at(c, stmt->position);
    gen_exit_with_nones(c);
    if (is_async)
        gen_await_exit(c, 2);
    gen_op(c, OP_POP_TOP, 0);
    gen_jump(c, PSEUDO_JUMP, exit);

    gen_use(c, final);
    gen_setup(c, PSEUDO_SETUP_CLEANUP, cleanup);
    gen_op(c, OP_PUSH_EXC_INFO, 0);
    gen_op(c, OP_WITH_EXCEPT_START, 0);
    if (is_async)
        gen_await_exit(c, 2);
    gen_jump(c, OP_POP_JUMP_IF_TRUE, suppress);
    gen_op(c, OP_RERAISE, 2);
    gen_use(c, suppress);
    gen_op(c, OP_POP_TOP, 0); /* the exception */
    gen_restore_handler(c, outer);
    gen_op(c, OP_POP_EXCEPT, 0);
    gen_op(c, OP_POP_TOP, 0); /* lasti */
    gen_op(c, OP_POP_TOP, 0); /* __exit__ */
    gen_jump(c, PSEUDO_JUMP, exit);
    gen_no_position(c);
    gen_use(c, cleanup);
    gen_pop_except_and_reraise(c);
    gen_use(c, exit);
    compiler_leave(c);
}
