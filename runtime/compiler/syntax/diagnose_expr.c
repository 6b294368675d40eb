/* The second pass, expressions: mistakes that have a message of their own. Each function tries the forms of one family
 * of mistakes in the order of the grammar; the first that matches decides. */
#include "runtime/compiler/syntax/parser.h"

#include <string.h>

/* ---- words for messages -------------------------------------------------------------------------- */

static const char *constant_describe(const struct ast_constant *constant)
{
    switch (constant->kind) {
    case CONSTANT_NONE:
        return "None";
    case CONSTANT_TRUE:
        return "True";
    case CONSTANT_FALSE:
        return "False";
    case CONSTANT_ELLIPSIS:
        return "ellipsis";
    default:
        return "literal";
    }
}

const char *expr_describe(const struct ast_expr *expr)
{
    static const char *const words[] = {
        [EXPR_BOOL_OP] = "expression",
        [EXPR_NAMED_EXPR] = "named expression",
        [EXPR_BIN_OP] = "expression",
        [EXPR_UNARY_OP] = "expression",
        [EXPR_LAMBDA] = "lambda",
        [EXPR_IF_EXP] = "conditional expression",
        [EXPR_DICT] = "dict literal",
        [EXPR_SET] = "set display",
        [EXPR_LIST_COMP] = "list comprehension",
        [EXPR_SET_COMP] = "set comprehension",
        [EXPR_DICT_COMP] = "dict comprehension",
        [EXPR_GENERATOR_EXP] = "generator expression",
        [EXPR_AWAIT] = "await expression",
        [EXPR_YIELD] = "yield expression",
        [EXPR_YIELD_FROM] = "yield expression",
        [EXPR_COMPARE] = "comparison",
        [EXPR_CALL] = "function call",
        [EXPR_FORMATTED_VALUE] = "f-string expression",
        [EXPR_JOINED_STR] = "f-string expression",
        [EXPR_ATTRIBUTE] = "attribute",
        [EXPR_SUBSCRIPT] = "subscript",
        [EXPR_STARRED] = "starred",
        [EXPR_NAME] = "name",
        [EXPR_LIST] = "list",
        [EXPR_TUPLE] = "tuple",
        [EXPR_SLICE] = "slice",
    };
    return expr->kind == EXPR_CONSTANT ? constant_describe(&expr->constant) : words[expr->kind];
}

bool is_legacy_name(struct parser *parser, const struct ast_expr *expr)
{
    return expr->kind == EXPR_NAME && (expr->name.id == parser->names->print || expr->name.id == parser->names->exec);
}

/* ---- targets ------------------------------------------------------------------------------------- */

/* The part of an expression that cannot be a target, or NULL. */
static struct ast_expr *find_invalid_target(struct ast_expr *expr, enum target_type type)
{
    switch (expr->kind) {
    case EXPR_LIST:
    case EXPR_TUPLE:
        for (uint32_t i = 0; i < expr->sequence.elts.count; i++) {
            struct ast_expr *invalid = find_invalid_target(expr->sequence.elts.items[i], type);
            if (invalid != NULL) {
                return invalid;
            }
        }
        return NULL;
    case EXPR_STARRED:
        return type == TARGETS_DEL ? expr : find_invalid_target(expr->starred.value, type);
    case EXPR_COMPARE:
        /* In "for a in b" the whole is read as a comparison. */
        if (type == TARGETS_FOR) {
            return expr->compare.ops.items[0] == COMPARISON_IN ? find_invalid_target(expr->compare.left, type) : NULL;
        }
        return expr;
    case EXPR_NAME:
    case EXPR_SUBSCRIPT:
    case EXPR_ATTRIBUTE:
        return NULL;
    default:
        return expr;
    }
}

void diagnose_target(struct parser *parser, struct ast_expr *expr, enum target_type type)
{
    struct ast_expr *invalid = find_invalid_target(expr, type);
    if (invalid != NULL) {
        parser_raise_at(parser, invalid->position, type == TARGETS_DEL ? "cannot delete %s" : "cannot assign to %s",
                        expr_describe(invalid));
    }
}

void diagnose_for_target(struct parser *parser)
{
    int start = parser->mark;
    parser_accept(parser, TOKEN_KEYWORD_ASYNC);
    if (parser_accept(parser, TOKEN_KEYWORD_FOR)) {
        struct ast_expr *expr = parse_star_expressions(parser);
        if (expr != NULL) {
            diagnose_target(parser, expr, TARGETS_FOR);
        }
    }
    parser->mark = start;
}

/* ---- expressions --------------------------------------------------------------------------------- */

/* Whether CPython takes the name for a soft keyword here: it does so for every beginning of one, like "c". */
static bool resembles_soft_keyword(ast_name name)
{
    static const char *const keywords[] = {"_", "case", "match"};
    for (int i = 0; i < 3; i++) {
        if (strncmp(keywords[i], name->text, name->length) == 0) {
            return true;
        }
    }
    return false;
}

/* Two expressions side by side, or a conditional expression without else. */
static void diagnose_invalid_expression(struct parser *parser)
{
    int start = parser->mark;
    const struct token *token = parser_token(parser);
    bool skip = false;
    if (token->kind == TOKEN_NAME) {
        skip = resembles_soft_keyword(token->name) || parser_peek_second(parser) == TOKEN_STRING;
    }
    if (!skip) {
        struct ast_expr *left = parse_disjunction(parser);
        struct ast_expr *right = left == NULL ? NULL : parse_expression_quietly(parser);
        if (right != NULL) {
            if (!is_legacy_name(parser, left) && parser->tokens[parser->mark - 1].level > 0) {
                parser_raise_range(parser, left->position, right->position,
                                   "invalid syntax. Perhaps you forgot a comma?");
            }
            parser->mark = start;
            return;
        }
        parser->mark = start;
    }
    struct ast_expr *body = parse_disjunction(parser);
    if (body != NULL && parser_accept(parser, TOKEN_KEYWORD_IF)) {
        struct ast_expr *test = parse_disjunction(parser);
        if (test != NULL && parser_peek(parser) != TOKEN_KEYWORD_ELSE && parser_peek(parser) != TOKEN_COLON) {
            parser_raise_range(parser, body->position, test->position, "expected 'else' after 'if' expression");
        }
    }
    parser->mark = start;
}

/* print and exec as statements. */
static void diagnose_legacy_expression(struct parser *parser)
{
    int start = parser->mark;
    struct ast_expr *name = parse_name(parser, CONTEXT_LOAD);
    if (name != NULL && parser_peek(parser) != TOKEN_LEFT_PAREN) {
        struct ast_expr *argument = parse_star_expressions(parser);
        if (argument != NULL && is_legacy_name(parser, name)) {
            parser_raise_range(parser, name->position, argument->position,
                               "Missing parentheses in call to '%s'. Did you mean %s(...)?", name->name.id->text,
                               name->name.id->text);
        }
    }
    parser->mark = start;
}

void diagnose_expression(struct parser *parser)
{
    diagnose_invalid_expression(parser);
    diagnose_legacy_expression(parser);
}

static bool at_assignment(struct parser *parser)
{
    enum token_kind kind = parser_peek(parser);
    return kind == TOKEN_EQUAL || kind == TOKEN_COLON_EQUAL;
}

/* Whether a list, tuple or generator expression, or one of the constants with names, stands here. */
static bool at_display(struct parser *parser)
{
    enum token_kind kind = parser_peek(parser);
    int start = parser->mark;
    bool found = kind == TOKEN_KEYWORD_TRUE || kind == TOKEN_KEYWORD_FALSE || kind == TOKEN_KEYWORD_NONE ||
                 parse_list(parser) != NULL || parse_tuple(parser) != NULL || parse_genexp(parser) != NULL;
    parser->mark = start;
    return found;
}

static void diagnose_named_expression_raw(struct parser *parser)
{
    int start = parser->mark;
    struct ast_expr *left = parse_expression(parser);
    if (left != NULL && parser_accept(parser, TOKEN_COLON_EQUAL) && parse_expression(parser) != NULL) {
        parser_raise_at(parser, left->position, "cannot use assignment expressions with %s", expr_describe(left));
    }
    parser->mark = start;
    if (parser_peek(parser) == TOKEN_NAME && parser_peek_second(parser) == TOKEN_EQUAL) {
        struct ast_position name = token_position(&parser->tokens[parser->mark]);
        parser->mark += 2;
        struct ast_expr *right = parse_bitwise_or(parser);
        if (right != NULL && !at_assignment(parser)) {
            parser_raise_range(parser, name, right->position,
                               "invalid syntax. Maybe you meant '==' or ':=' instead of '='?");
        }
        parser->mark = start;
    }
    if (at_display(parser)) {
        return;
    }
    left = parse_bitwise_or(parser);
    if (left != NULL && parser_accept(parser, TOKEN_EQUAL) && parse_bitwise_or(parser) != NULL &&
        !at_assignment(parser)) {
        parser_raise_at(parser, left->position, "cannot assign to %s here. Maybe you meant '==' instead of '='?",
                        expr_describe(left));
    }
    parser->mark = start;
}

void diagnose_named_expression(struct parser *parser)
{
    void *node;
    int start = parser->mark;
    if (!memo_find(parser, MEMO_INVALID_NAMED_EXPRESSION, &node)) {
        size_t stack = parser->stack_used;
        diagnose_named_expression_raw(parser);
        parser->stack_used = stack;
        memo_store(parser, start, MEMO_INVALID_NAMED_EXPRESSION, NULL);
    }
    parser->mark = start;
}

/* ---- brackets ------------------------------------------------------------------------------------ */

void diagnose_group(struct parser *parser)
{
    int start = parser->mark++;
    if (parser_peek(parser) == TOKEN_STAR) {
        struct ast_expr *starred = parse_starred_expression(parser);
        if (starred != NULL && parser_peek(parser) == TOKEN_RIGHT_PAREN) {
            parser_raise_at(parser, starred->position, "cannot use starred expression here");
        }
    } else if (parser_peek(parser) == TOKEN_DOUBLE_STAR) {
        struct ast_position stars = token_position(parser_token(parser));
        parser->mark++;
        if (parse_expression(parser) != NULL && parser_peek(parser) == TOKEN_RIGHT_PAREN) {
            parser_raise_at(parser, stars, "cannot use double starred expression here");
        }
    }
    parser->mark = start;
}

/* Whether comprehension clauses stand here. */
static bool at_clauses(struct parser *parser)
{
    struct ast_comprehensions generators;
    return parse_for_if_clauses(parser, &generators);
}

void diagnose_comprehension(struct parser *parser)
{
    int start = parser->mark;
    bool is_paren = parser_peek(parser) == TOKEN_LEFT_PAREN;
    int inside = ++parser->mark;
    struct ast_expr *starred = parse_starred_expression(parser);
    if (starred != NULL && at_clauses(parser)) {
        parser_raise_at(parser, starred->position, "iterable unpacking cannot be used in comprehension");
    }
    parser->mark = inside;
    struct ast_expr *first = is_paren ? NULL : parse_star_named_expression(parser);
    if (first != NULL && parser_peek(parser) == TOKEN_COMMA) {
        struct ast_position comma = token_position(parser_token(parser));
        int after = ++parser->mark;
        size_t base = parser->stack_used;
        bool more = parse_star_named_expressions(parser);
        struct ast_exprs items = parser_take_exprs(parser, base);
        if (more && at_clauses(parser)) {
            parser_raise_range(parser, first->position, items.items[items.count - 1]->position,
                               "did you forget parentheses around the comprehension target?");
        }
        parser->mark = after;
        if (at_clauses(parser)) {
            parser_raise_range(parser, first->position, comma,
                               "did you forget parentheses around the comprehension target?");
        }
    }
    parser->mark = start;
}

void diagnose_dict_comprehension(struct parser *parser)
{
    int start = parser->mark++;
    if (parser_peek(parser) == TOKEN_DOUBLE_STAR) {
        struct ast_position stars = token_position(parser_token(parser));
        parser->mark++;
        if (parse_bitwise_or(parser) != NULL && at_clauses(parser) && parser_peek(parser) == TOKEN_RIGHT_BRACE) {
            parser_raise_at(parser, stars, "dict unpacking cannot be used in dict comprehension");
        }
    }
    parser->mark = start;
}

/* A pair that has a key and a colon but no proper value. */
static void diagnose_dict_value(struct parser *parser)
{
    int start = parser->mark;
    if (parse_expression(parser) != NULL && parser_peek(parser) == TOKEN_COLON) {
        struct ast_position colon = token_position(parser_token(parser));
        parser->mark++;
        enum token_kind kind = parser_peek(parser);
        if (kind == TOKEN_STAR) {
            struct ast_position star = token_position(parser_token(parser));
            parser->mark++;
            if (parse_bitwise_or(parser) != NULL) {
                parser_raise_range(parser, star, position_current,
                                   "cannot use a starred expression in a dictionary value");
            }
        } else if (kind == TOKEN_RIGHT_BRACE || kind == TOKEN_COMMA) {
            parser_raise_at(parser, colon, "expression expected after dictionary key and ':'");
        }
    }
    parser->mark = start;
}

void diagnose_dict(struct parser *parser)
{
    int start = parser->mark++;
    int inside = parser->mark;
    struct ast_expr *key, *value;
    bool pairs = false;
    int mark = inside;
    while (parse_double_starred_kvpair(parser, &key, &value)) {
        mark = parser->mark;
        pairs = parser_accept(parser, TOKEN_COMMA);
        if (!pairs) {
            break;
        }
        mark = parser->mark;
    }
    if (pairs) {
        parser->mark = mark;
        key = parse_expression(parser);
        if (key != NULL && parser_peek(parser) != TOKEN_COLON) {
            struct ast_position from = key->position, to = key->position;
            from.col_offset = key->position.end_col_offset - 1;
            to.end_col_offset = -1;
            parser_raise_range(parser, from, to, "':' expected after dictionary key");
        }
        parser->mark = mark;
        diagnose_dict_value(parser);
    }
    parser->mark = inside;
    diagnose_dict_value(parser);
    parser->mark = start;
}
