/* Compound statements and blocks.
 *
 * In the first pass a compound statement that has begun is final: when a part of it is missing, the parse has failed.
 * The second pass looks for known mistakes before each statement and, where the grammar does so, after its
 * alternatives. */
#include "runtime/compiler/syntax/parser.h"

#include <string.h>

/* ---- blocks -------------------------------------------------------------------------------------- */

static bool parse_block_raw(struct parser *parser, struct ast_stmts *body)
{
    int mark = parser->mark;
    if (parser_accept(parser, TOKEN_NEWLINE)) {
        if (parser_accept(parser, TOKEN_INDENT)) {
            return parse_statements(parser, body) && parser_accept(parser, TOKEN_DEDENT);
        }
        if (parser->diagnose) {
            parser->mark = mark;
            diagnose_block(parser);
        }
        return false;
    }
    size_t base = parser->stack_used;
    if (!parse_simple_stmts(parser)) {
        parser->stack_used = base;
        return false;
    }
    *body = parser_take_stmts(parser, base);
    return true;
}

bool parse_block(struct parser *parser, struct ast_stmts *body)
{
    if (!parser->second_pass) {
        return parse_block_raw(parser, body);
    }
    void *node;
    if (memo_find(parser, MEMO_BLOCK, &node)) {
        if (node != NULL) {
            *body = *(struct ast_stmts *)node;
        }
        return node != NULL;
    }
    int start = parser->mark;
    size_t stack = parser->stack_used;
    struct ast_stmts *kept = NULL;
    if (parse_block_raw(parser, body)) {
        kept = parser_alloc(parser, sizeof *kept);
        *kept = *body;
    } else {
        parser->mark = start;
        parser->stack_used = stack;
    }
    memo_store(parser, start, MEMO_BLOCK, kept);
    return kept != NULL;
}

bool parse_else_block(struct parser *parser, struct ast_stmts *body)
{
    *body = (struct ast_stmts){0, NULL};
    if (parser_peek(parser) != TOKEN_KEYWORD_ELSE) {
        return true;
    }
    if (parser->diagnose) {
        diagnose_suite(parser, TOKEN_KEYWORD_ELSE, "'else' statement");
    }
    parser->mark++;
    parser_expect(parser, TOKEN_COLON, ":");
    return parse_block(parser, body);
}

/* ---- if, while ----------------------------------------------------------------------------------- */

static struct ast_stmt *parse_if(struct parser *parser, enum token_kind keyword)
{
    struct place start = parser_place(parser);
    if (parser->diagnose) {
        diagnose_conditional(parser, keyword);
    }
    parser->mark++;
    struct ast_expr *test = parse_named_expression(parser);
    struct ast_stmts body, orelse;
    if (test == NULL || !parser_accept(parser, TOKEN_COLON) || !parse_block(parser, &body)) {
        return NULL;
    }
    if (parser_peek(parser) == TOKEN_KEYWORD_ELIF) {
        parser_enter(parser);
        struct ast_stmt *next = parse_if(parser, TOKEN_KEYWORD_ELIF);
        parser_leave(parser);
        if (next == NULL) {
            return NULL;
        }
        orelse = (struct ast_stmts){1, parser_alloc(parser, sizeof *orelse.items)};
        orelse.items[0] = next;
    } else if (!parse_else_block(parser, &orelse)) {
        return NULL;
    }
    struct ast_stmt *stmt = parser_stmt(parser, STMT_IF, start);
    stmt->conditional.test = test;
    stmt->conditional.body = body;
    stmt->conditional.orelse = orelse;
    return stmt;
}

static struct ast_stmt *parse_while(struct parser *parser)
{
    struct place start = parser_place(parser);
    if (parser->diagnose) {
        diagnose_conditional(parser, TOKEN_KEYWORD_WHILE);
    }
    parser->mark++;
    struct ast_expr *test = parse_named_expression(parser);
    struct ast_stmts body, orelse;
    if (test == NULL || !parser_accept(parser, TOKEN_COLON) || !parse_block(parser, &body) ||
        !parse_else_block(parser, &orelse)) {
        return NULL;
    }
    struct ast_stmt *stmt = parser_stmt(parser, STMT_WHILE, start);
    stmt->conditional.test = test;
    stmt->conditional.body = body;
    stmt->conditional.orelse = orelse;
    return stmt;
}

/* ---- for, with ----------------------------------------------------------------------------------- */

static struct ast_stmt *parse_for(struct parser *parser, bool is_async)
{
    struct place start = parser_place(parser);
    int mark = parser->mark;
    if (parser->diagnose) {
        diagnose_for(parser);
    }
    parser->mark += is_async ? 2 : 1;
    struct ast_expr *target = parse_star_targets(parser);
    if (target == NULL || !parser_accept(parser, TOKEN_KEYWORD_IN)) {
        if (parser->diagnose) {
            parser->mark = mark;
            diagnose_for_target(parser);
        }
        return NULL;
    }
    struct ast_expr *iter = parse_star_expressions(parser);
    struct ast_stmts body, orelse;
    if (iter == NULL || !parser_accept(parser, TOKEN_COLON)) {
        return NULL;
    }
    ast_name type_comment = parser_type_comment(parser);
    if (!parse_block(parser, &body) || !parse_else_block(parser, &orelse)) {
        return NULL;
    }
    if (is_async) {
        parser_need(parser, 5, "Async for loops are");
    }
    struct ast_stmt *stmt = parser_stmt(parser, is_async ? STMT_ASYNC_FOR : STMT_FOR, start);
    stmt->for_loop.target = target;
    stmt->for_loop.iter = iter;
    stmt->for_loop.body = body;
    stmt->for_loop.orelse = orelse;
    stmt->for_loop.type_comment = type_comment;
    return stmt;
}

/* expression ['as' target] */
static bool parse_with_item(struct parser *parser)
{
    int start = parser->mark;
    struct ast_with_item item = {parse_expression(parser), NULL};
    if (item.context_expr == NULL) {
        return false;
    }
    int mark = parser->mark;
    if (parser_accept(parser, TOKEN_KEYWORD_AS)) {
        item.optional_vars = parse_star_target(parser);
        if (item.optional_vars != NULL) {
            enum token_kind kind = parser_peek(parser);
            if (kind != TOKEN_COMMA && kind != TOKEN_RIGHT_PAREN && kind != TOKEN_COLON) {
                item.optional_vars = NULL;
            }
        }
        if (item.optional_vars == NULL) {
            if (parser->diagnose) {
                parser->mark = start;
                diagnose_with_item(parser);
            }
            parser->mark = mark;
        }
    }
    parser_push(parser, &item, sizeof item);
    return true;
}

bool parse_with_items(struct parser *parser, struct ast_with_items *items)
{
    size_t base = parser->stack_used;
    if (!parse_with_item(parser)) {
        return false;
    }
    while (parser_peek(parser) == TOKEN_COMMA) {
        int mark = parser->mark++;
        size_t stack = parser->stack_used;
        if (!parse_with_item(parser)) {
            parser->mark = mark;
            parser->stack_used = stack;
            break;
        }
    }
    items->items = parser_take(parser, base, sizeof *items->items, &items->count);
    return true;
}

/* The items of a with statement and the colon; first in parentheses, then without. */
static bool parse_with_header(struct parser *parser, struct ast_with_items *items, bool parenthesised)
{
    if (!parenthesised) {
        return parse_with_items(parser, items) && parser_accept(parser, TOKEN_COLON);
    }
    if (!parser_accept(parser, TOKEN_LEFT_PAREN) || !parse_with_items(parser, items)) {
        return false;
    }
    parser_accept(parser, TOKEN_COMMA);
    return parser_accept(parser, TOKEN_RIGHT_PAREN) && parser_accept(parser, TOKEN_COLON);
}

static struct ast_stmt *parse_with(struct parser *parser, bool is_async)
{
    struct place start = parser_place(parser);
    int start_mark = parser->mark;
    if (parser->diagnose) {
        diagnose_with_indent(parser);
    }
    parser->mark += is_async ? 2 : 1;
    int mark = parser->mark;
    size_t stack = parser->stack_used;
    struct ast_with_items items;
    struct ast_stmts body;
    bool header = parse_with_header(parser, &items, true);
    bool commented = header && parser_peek(parser) == TOKEN_TYPE_COMMENT; /* not after parentheses */
    bool block = header && !commented && parse_block(parser, &body);
    ast_name type_comment = NULL;
    if (block) {
        parser_need(parser, is_async ? 5 : 9,
                    is_async ? "Async with statements are" : "Parenthesized context managers are");
    } else if (!header || commented || parser->second_pass) {
        parser->mark = mark;
        parser->stack_used = stack;
        header = parse_with_header(parser, &items, false);
        type_comment = header ? parser_type_comment(parser) : NULL;
        block = header && parse_block(parser, &body);
    }
    if (!block) {
        if (parser->diagnose) {
            parser->mark = start_mark;
            diagnose_with(parser);
        }
        return NULL;
    }
    if (is_async) {
        parser_need(parser, 5, "Async with statements are");
    }
    struct ast_stmt *stmt = parser_stmt(parser, is_async ? STMT_ASYNC_WITH : STMT_WITH, start);
    stmt->with.items = items;
    stmt->with.body = body;
    stmt->with.type_comment = type_comment;
    return stmt;
}

/* ---- try ----------------------------------------------------------------------------------------- */

static bool except_begins(struct parser *parser, bool star)
{
    return parser_peek(parser) == TOKEN_KEYWORD_EXCEPT && (parser_peek_second(parser) == TOKEN_STAR) == star;
}

/* The alternatives of except_block or except_star_block without looking for mistakes. */
static bool parse_except_plain(struct parser *parser, bool star, struct ast_except_handler *handler)
{
    struct place start = parser_place(parser);
    if (!parser_accept(parser, TOKEN_KEYWORD_EXCEPT) || (star && !parser_accept(parser, TOKEN_STAR))) {
        return false;
    }
    *handler = (struct ast_except_handler){0};
    if (star || parser_peek(parser) != TOKEN_COLON) {
        handler->type = parse_expression(parser);
        if (handler->type == NULL) {
            return false;
        }
        if (parser_peek(parser) == TOKEN_KEYWORD_AS && parser_peek_second(parser) == TOKEN_NAME) {
            handler->name = parser->tokens[parser->mark + 1].name;
            parser->mark += 2;
        }
    }
    if (!parser_accept(parser, TOKEN_COLON) || !parse_block(parser, &handler->body)) {
        return false;
    }
    handler->position = parser_position(parser, start);
    return true;
}

bool parse_except_block(struct parser *parser, bool star, struct ast_except_handler *handler)
{
    int mark = parser->mark;
    if (parser_peek(parser) != TOKEN_KEYWORD_EXCEPT) {
        return false;
    }
    if (parser->diagnose) {
        diagnose_except_indent(parser, star);
    }
    if (parse_except_plain(parser, star, handler)) {
        return true;
    }
    if (parser->diagnose) {
        parser->mark = mark;
        diagnose_except(parser);
    }
    parser->mark = mark;
    return false;
}

static bool parse_except_blocks(struct parser *parser, bool star, struct ast_except_handlers *handlers)
{
    size_t base = parser->stack_used;
    while (parser_peek(parser) == TOKEN_KEYWORD_EXCEPT && (parser->second_pass || except_begins(parser, star))) {
        struct ast_except_handler handler;
        int mark = parser->mark;
        size_t stack = parser->stack_used;
        if (!parse_except_block(parser, star, &handler)) {
            if (!parser->second_pass) {
                return false;
            }
            parser->mark = mark;
            parser->stack_used = stack;
            break;
        }
        parser_push(parser, &handler, sizeof handler);
    }
    handlers->items = parser_take(parser, base, sizeof *handlers->items, &handlers->count);
    return handlers->count > 0;
}

static bool parse_finally_block(struct parser *parser, struct ast_stmts *body)
{
    *body = (struct ast_stmts){0, NULL};
    if (parser_peek(parser) != TOKEN_KEYWORD_FINALLY) {
        return true;
    }
    if (parser->diagnose) {
        diagnose_suite(parser, TOKEN_KEYWORD_FINALLY, "'finally' statement");
    }
    parser->mark++;
    parser_expect(parser, TOKEN_COLON, ":");
    return parse_block(parser, body);
}

static struct ast_stmt *parse_try(struct parser *parser)
{
    struct place start = parser_place(parser);
    if (parser->diagnose) {
        diagnose_try(parser);
    }
    parser->mark++;
    parser_expect(parser, TOKEN_COLON, ":");
    struct ast_stmts body, orelse = {0, NULL}, finalbody;
    struct ast_except_handlers handlers = {0, NULL};
    if (!parse_block(parser, &body)) {
        return NULL;
    }
    bool star = false;
    if (parser_peek(parser) == TOKEN_KEYWORD_EXCEPT) {
        int mark = parser->mark;
        star = except_begins(parser, true);
        if (star && parser->diagnose) {
            struct ast_except_handler handler;
            parse_except_block(parser, false, &handler);
            parser->mark = mark;
        }
        if (!parse_except_blocks(parser, star, &handlers) || !parse_else_block(parser, &orelse)) {
            return NULL;
        }
    }
    if (!parse_finally_block(parser, &finalbody) || (handlers.count == 0 && finalbody.count == 0)) {
        return NULL;
    }
    if (star) {
        parser_need(parser, 11, "Exception groups are");
    }
    struct ast_stmt *stmt = parser_stmt(parser, star ? STMT_TRY_STAR : STMT_TRY, start);
    stmt->try_block.body = body;
    stmt->try_block.handlers = handlers;
    stmt->try_block.orelse = orelse;
    stmt->try_block.finalbody = finalbody;
    return stmt;
}

/* ---- definitions --------------------------------------------------------------------------------- */

/* The type comment of a function: after the colon, or alone on the next line before the body. */
static ast_name parse_function_comment(struct parser *parser)
{
    int mark = parser->mark;
    if (parser_accept(parser, TOKEN_NEWLINE)) {
        ast_name comment = parser_type_comment(parser);
        if (comment != NULL && parser_peek(parser) == TOKEN_NEWLINE && parser_peek_second(parser) == TOKEN_INDENT) {
            return comment;
        }
        parser->mark = mark;
        return NULL;
    }
    ast_name comment = parser_type_comment(parser);
    if (comment != NULL && parser->diagnose) {
        mark = parser->mark;
        if (parser_accept(parser, TOKEN_NEWLINE) && parser_accept(parser, TOKEN_TYPE_COMMENT) &&
            parser_accept(parser, TOKEN_NEWLINE) && parser_accept(parser, TOKEN_INDENT)) {
            parser_raise(parser, "Cannot have two type comments on def");
        }
        parser->mark = mark;
    }
    return comment;
}

static struct ast_stmt *parse_function(struct parser *parser, struct ast_exprs decorators, bool is_async)
{
    struct place start = parser_place(parser);
    if (parser->diagnose) {
        diagnose_function(parser);
    }
    parser->mark += is_async ? 2 : 1;
    const struct token *token = parser_token(parser);
    if (token->kind != TOKEN_NAME) {
        return NULL;
    }
    ast_name name = token->name;
    parser->mark++;
    parser_expect(parser, TOKEN_LEFT_PAREN, "(");
    struct ast_arguments *args = parse_parameters(parser, false);
    if (args == NULL || !parser_accept(parser, TOKEN_RIGHT_PAREN)) {
        return NULL;
    }
    struct ast_expr *returns = NULL;
    int mark = parser->mark;
    if (parser_accept(parser, TOKEN_ARROW)) {
        returns = parse_expression(parser);
        if (returns == NULL) {
            parser->mark = mark;
        }
    }
    struct ast_stmts body;
    parser_expect(parser, TOKEN_COLON, ":");
    ast_name type_comment = parse_function_comment(parser);
    if (!parse_block(parser, &body)) {
        return NULL;
    }
    if (is_async) {
        parser_need(parser, 5, "Async functions are");
    }
    struct ast_stmt *stmt = parser_stmt(parser, is_async ? STMT_ASYNC_FUNCTION_DEF : STMT_FUNCTION_DEF, start);
    stmt->function_def.name = name;
    stmt->function_def.args = args;
    stmt->function_def.body = body;
    stmt->function_def.decorator_list = decorators;
    stmt->function_def.returns = returns;
    stmt->function_def.type_comment = type_comment;
    return stmt;
}

static struct ast_stmt *parse_class(struct parser *parser, struct ast_exprs decorators)
{
    struct place start = parser_place(parser);
    if (parser->diagnose) {
        diagnose_class(parser);
    }
    parser->mark++;
    const struct token *token = parser_token(parser);
    if (token->kind != TOKEN_NAME) {
        return NULL;
    }
    ast_name name = token->name;
    parser->mark++;
    struct call_arguments arguments = {0};
    if (parser_accept(parser, TOKEN_LEFT_PAREN) && !parser_accept(parser, TOKEN_RIGHT_PAREN)) {
        if (!parse_arguments(parser, &arguments) || !parser_accept(parser, TOKEN_RIGHT_PAREN)) {
            return NULL;
        }
    }
    struct ast_stmts body;
    if (!parser_accept(parser, TOKEN_COLON) || !parse_block(parser, &body)) {
        return NULL;
    }
    struct ast_stmt *stmt = parser_stmt(parser, STMT_CLASS_DEF, start);
    stmt->class_def.name = name;
    stmt->class_def.bases = arguments.args;
    stmt->class_def.keywords = arguments.keywords;
    stmt->class_def.body = body;
    stmt->class_def.decorator_list = decorators;
    return stmt;
}

static struct ast_stmt *parse_decorated(struct parser *parser)
{
    size_t base = parser->stack_used;
    while (parser_accept(parser, TOKEN_AT)) {
        struct ast_expr *decorator = parse_named_expression(parser);
        if (decorator == NULL || !parser_accept(parser, TOKEN_NEWLINE)) {
            return NULL;
        }
        parser_push_pointer(parser, decorator);
    }
    struct ast_exprs decorators = parser_take_exprs(parser, base);
    switch (parser_peek(parser)) {
    case TOKEN_KEYWORD_DEF:
        return parse_function(parser, decorators, false);
    case TOKEN_KEYWORD_CLASS:
        return parse_class(parser, decorators);
    case TOKEN_KEYWORD_ASYNC:
        return parser_peek_second(parser) == TOKEN_KEYWORD_DEF ? parse_function(parser, decorators, true) : NULL;
    default:
        return NULL;
    }
}

/* ---- dispatch ------------------------------------------------------------------------------------ */

static struct ast_stmt *parse_async(struct parser *parser)
{
    switch (parser_peek_second(parser)) {
    case TOKEN_KEYWORD_DEF:
        return parse_function(parser, (struct ast_exprs){0, NULL}, true);
    case TOKEN_KEYWORD_WITH:
        return parse_with(parser, true);
    case TOKEN_KEYWORD_FOR:
        return parse_for(parser, true);
    default:
        return NULL;
    }
}

struct ast_stmt *parse_compound_stmt(struct parser *parser, bool *begun)
{
    enum token_kind kind = parser_peek(parser);
    *begun = true;
    switch (kind) {
    case TOKEN_KEYWORD_DEF:
        return parse_function(parser, (struct ast_exprs){0, NULL}, false);
    case TOKEN_AT:
        return parse_decorated(parser);
    case TOKEN_KEYWORD_ASYNC:
        return parse_async(parser);
    case TOKEN_KEYWORD_CLASS:
        return parse_class(parser, (struct ast_exprs){0, NULL});
    case TOKEN_KEYWORD_IF:
        return parse_if(parser, kind);
    case TOKEN_KEYWORD_WHILE:
        return parse_while(parser);
    case TOKEN_KEYWORD_FOR:
        return parse_for(parser, false);
    case TOKEN_KEYWORD_WITH:
        return parse_with(parser, false);
    case TOKEN_KEYWORD_TRY:
        return parse_try(parser);
    case TOKEN_NAME:
        *begun = false;
        return parser->tokens[parser->mark].name == parser->names->match ? parse_match_stmt(parser, begun) : NULL;
    default:
        *begun = false;
        return NULL;
    }
}
