/* Targets of assignments, loops, with statements, comprehensions and del.
 *
 * A target is parsed as the primary that it looks like and then turned into a target if it has the right shape. That
 * accepts exactly the grammar's targets, because each of them is a primary (or a starred one), and what distinguishes a
 * target from other primaries can be seen in the finished node. */
#include "runtime/compiler/syntax/parser.h"

/* Whether the expression may stand at the left of '='. Starred items may occur in it, but not within each other. */
static bool target_is_valid(const struct ast_expr *expr, bool starred_allowed)
{
    switch (expr->kind) {
    case EXPR_NAME:
    case EXPR_ATTRIBUTE:
    case EXPR_SUBSCRIPT:
        return true;
    case EXPR_STARRED:
        return starred_allowed && target_is_valid(expr->starred.value, false);
    case EXPR_LIST:
    case EXPR_TUPLE:
        for (uint32_t i = 0; i < expr->sequence.elts.count; i++) {
            if (!target_is_valid(expr->sequence.elts.items[i], true)) {
                return false;
            }
        }
        return true;
    default:
        return false;
    }
}

static bool target_is_deletable(const struct ast_expr *expr)
{
    switch (expr->kind) {
    case EXPR_NAME:
    case EXPR_ATTRIBUTE:
    case EXPR_SUBSCRIPT:
        return true;
    case EXPR_LIST:
    case EXPR_TUPLE:
        for (uint32_t i = 0; i < expr->sequence.elts.count; i++) {
            if (!target_is_deletable(expr->sequence.elts.items[i])) {
                return false;
            }
        }
        return true;
    default:
        return false;
    }
}

void target_set_context(struct ast_expr *expr, enum ast_context context)
{
    switch (expr->kind) {
    case EXPR_NAME:
        expr->name.ctx = context;
        break;
    case EXPR_ATTRIBUTE:
        expr->attribute.ctx = context;
        break;
    case EXPR_SUBSCRIPT:
        expr->subscript.ctx = context;
        break;
    case EXPR_STARRED:
        expr->starred.ctx = context;
        target_set_context(expr->starred.value, context);
        break;
    case EXPR_LIST:
    case EXPR_TUPLE:
        expr->sequence.ctx = context;
        for (uint32_t i = 0; i < expr->sequence.elts.count; i++) {
            target_set_context(expr->sequence.elts.items[i], context);
        }
        break;
    default:
        break;
    }
}

bool target_to_store(struct ast_expr *expr)
{
    if (!target_is_valid(expr, true)) {
        return false;
    }
    target_set_context(expr, CONTEXT_STORE);
    return true;
}

bool target_is_single(const struct ast_expr *expr)
{
    return expr->kind == EXPR_NAME || expr->kind == EXPR_ATTRIBUTE || expr->kind == EXPR_SUBSCRIPT;
}

/* A copy whose contexts can be changed: the second pass may come back to the expression by another way. */
static struct ast_expr *target_copy(struct parser *parser, const struct ast_expr *expr)
{
    struct ast_expr *copy = parser_alloc(parser, sizeof *copy);
    *copy = *expr;
    if (expr->kind == EXPR_STARRED) {
        copy->starred.value = target_copy(parser, expr->starred.value);
    } else if (expr->kind == EXPR_LIST || expr->kind == EXPR_TUPLE) {
        uint32_t count = expr->sequence.elts.count;
        copy->sequence.elts.items = parser_alloc(parser, count * sizeof *copy->sequence.elts.items);
        for (uint32_t i = 0; i < count; i++) {
            copy->sequence.elts.items[i] = target_copy(parser, expr->sequence.elts.items[i]);
        }
    }
    return copy;
}

static struct ast_expr *store_checked(struct parser *parser, struct ast_expr *expr)
{
    if (expr == NULL || !target_is_valid(expr, true)) {
        return NULL;
    }
    if (parser->second_pass) {
        expr = target_copy(parser, expr);
    }
    target_set_context(expr, CONTEXT_STORE);
    return expr;
}

struct ast_expr *parse_star_target(struct parser *parser)
{
    if (parser_peek(parser) != TOKEN_STAR) {
        return store_checked(parser, parse_primary(parser));
    }
    struct place start = parser_place(parser);
    parser->mark++;
    if (parser_peek(parser) == TOKEN_STAR) {
        return NULL;
    }
    struct ast_expr *value = store_checked(parser, parse_primary(parser));
    if (value == NULL) {
        return NULL;
    }
    struct ast_expr *starred = parser_expr(parser, EXPR_STARRED, start);
    starred->starred.value = value;
    starred->starred.ctx = CONTEXT_STORE;
    return starred;
}

struct ast_expr *parse_star_targets(struct parser *parser)
{
    struct place start = parser_place(parser);
    struct ast_expr *first = parse_star_target(parser);
    if (first == NULL || parser_peek(parser) != TOKEN_COMMA) {
        return first;
    }
    size_t base = parser->stack_used;
    parser_push_pointer(parser, first);
    while (parser_accept(parser, TOKEN_COMMA)) {
        int mark = parser->mark;
        struct ast_expr *next = parse_star_target(parser);
        if (next == NULL) {
            parser->mark = mark; /* the comma was a trailing one */
            break;
        }
        parser_push_pointer(parser, next);
    }
    struct ast_expr *tuple = parser_expr(parser, EXPR_TUPLE, start);
    tuple->sequence.elts = parser_take_exprs(parser, base);
    tuple->sequence.ctx = CONTEXT_STORE;
    return tuple;
}

struct ast_expr *parse_single_target(struct parser *parser)
{
    struct ast_expr *expr = parse_primary(parser);
    if (expr == NULL || !target_is_single(expr)) {
        return NULL;
    }
    return store_checked(parser, expr);
}

bool parse_del_targets(struct parser *parser, struct ast_exprs *targets)
{
    size_t base = parser->stack_used;
    for (;;) {
        int mark = parser->mark;
        struct ast_expr *expr = parse_primary(parser);
        if (expr == NULL || !target_is_deletable(expr)) {
            parser->mark = mark;
            break;
        }
        if (parser->second_pass) {
            expr = target_copy(parser, expr);
        }
        target_set_context(expr, CONTEXT_DEL);
        parser_push_pointer(parser, expr);
        if (!parser_accept(parser, TOKEN_COMMA)) {
            break;
        }
    }
    *targets = parser_take_exprs(parser, base);
    return targets->count > 0;
}
