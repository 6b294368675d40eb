/* Simple statements, and statements in general. */
#include "runtime/compiler/syntax/parser.h"

#include <string.h>

/* ---- assignments and expressions ----------------------------------------------------------------- */

static struct ast_expr *parse_yield_or_star_expressions(struct parser *parser)
{
    return parser_peek(parser) == TOKEN_KEYWORD_YIELD ? parse_yield(parser) : parse_star_expressions(parser);
}

/* After the target of an annotated assignment: ':' expression ['=' value]. */
static struct ast_stmt *finish_annotated(struct parser *parser, struct place start, struct ast_expr *target,
                                         bool simple)
{
    if (!parser_accept(parser, TOKEN_COLON)) {
        return NULL;
    }
    struct ast_expr *annotation = parse_expression(parser);
    if (annotation == NULL) {
        return NULL;
    }
    struct ast_expr *value = NULL;
    int mark = parser->mark;
    if (parser_accept(parser, TOKEN_EQUAL)) {
        value = parse_yield_or_star_expressions(parser);
        if (value == NULL) {
            parser->mark = mark;
        }
    }
    parser_need(parser, 6, simple ? "Variable annotation syntax is" : "Variable annotations syntax is");
    struct ast_stmt *stmt = parser_stmt(parser, STMT_ANN_ASSIGN, start);
    stmt->ann_assign.target = target;
    stmt->ann_assign.annotation = annotation;
    stmt->ann_assign.value = value;
    stmt->ann_assign.simple = simple;
    return stmt;
}

/* The operator of an augmented assignment, or -1. */
static int augmented_operator(enum token_kind kind)
{
    static const uint8_t operators[] = {
        OPERATOR_ADD,     OPERATOR_SUB,     OPERATOR_MULT,      OPERATOR_MAT_MULT, OPERATOR_DIV,
        OPERATOR_MOD,     OPERATOR_POW,     OPERATOR_LSHIFT,    OPERATOR_RSHIFT,   OPERATOR_BIT_OR,
        OPERATOR_BIT_XOR, OPERATOR_BIT_AND, OPERATOR_FLOOR_DIV,
    };
    if (kind < TOKEN_PLUS_EQUAL || kind > TOKEN_DOUBLE_SLASH_EQUAL) {
        return -1;
    }
    return operators[kind - TOKEN_PLUS_EQUAL];
}

/* After the target of an augmented assignment; its operator is at the mark. */
static struct ast_stmt *finish_augmented(struct parser *parser, struct place start, struct ast_expr *target)
{
    int op = augmented_operator(parser_peek(parser));
    parser->mark++;
    struct ast_expr *value = parse_yield_or_star_expressions(parser);
    if (value == NULL) {
        return NULL;
    }
    if (op == OPERATOR_MAT_MULT) {
        parser_need(parser, 5, "The '@' operator is");
    }
    struct ast_stmt *stmt = parser_stmt(parser, STMT_AUG_ASSIGN, start);
    stmt->aug_assign.target = target;
    stmt->aug_assign.op = (enum ast_operator)op;
    stmt->aug_assign.value = value;
    return stmt;
}

static struct ast_stmt *expression_node(struct parser *parser, struct place start, struct ast_expr *value)
{
    struct ast_stmt *stmt = parser_stmt(parser, STMT_EXPR, start);
    stmt->expr.value = value;
    return stmt;
}

static struct ast_stmt *assign_node(struct parser *parser, struct place start, size_t base, struct ast_expr *value)
{
    ast_name type_comment = parser_type_comment(parser);
    struct ast_stmt *stmt = parser_stmt(parser, STMT_ASSIGN, start);
    stmt->assign.targets = parser_take_exprs(parser, base);
    stmt->assign.value = value;
    stmt->assign.type_comment = type_comment;
    return stmt;
}

/* First pass: reads an expression and sees from what follows what it was. */
static struct ast_stmt *parse_expression_stmt(struct parser *parser)
{
    struct place start = parser_place(parser);
    size_t base = parser->stack_used;
    bool parenthesised = parser_peek(parser) == TOKEN_LEFT_PAREN;
    struct ast_expr *expr = parse_yield_or_star_expressions(parser);
    if (expr == NULL) {
        return NULL;
    }
    enum token_kind kind = parser_peek(parser);
    if (kind == TOKEN_NEWLINE) {
        return expression_node(parser, start, expr);
    }
    if (kind == TOKEN_EQUAL) {
        do {
            if (!target_to_store(expr)) {
                return NULL;
            }
            parser->mark++;
            parser_push_pointer(parser, expr);
            expr = parse_yield_or_star_expressions(parser);
            if (expr == NULL) {
                return NULL;
            }
        } while (parser_peek(parser) == TOKEN_EQUAL);
        return assign_node(parser, start, base, expr);
    }
    if (kind == TOKEN_COLON) {
        if (!target_is_single(expr)) {
            return NULL;
        }
        target_set_context(expr, CONTEXT_STORE);
        return finish_annotated(parser, start, expr, expr->kind == EXPR_NAME && !parenthesised);
    }
    if (augmented_operator(kind) >= 0) {
        if (!target_is_single(expr)) {
            return NULL;
        }
        target_set_context(expr, CONTEXT_STORE);
        return finish_augmented(parser, start, expr);
    }
    return expression_node(parser, start, expr);
}

/* (star_targets '=')+ value */
static struct ast_stmt *try_chain(struct parser *parser, struct place start)
{
    size_t base = parser->stack_used;
    int mark = parser->mark;
    for (;;) {
        struct ast_expr *target = parse_star_targets(parser);
        if (target == NULL || !parser_accept(parser, TOKEN_EQUAL)) {
            parser->mark = mark;
            break;
        }
        parser_push_pointer(parser, target);
        mark = parser->mark;
    }
    if (parser->stack_used == base) {
        return NULL;
    }
    struct ast_expr *value = parse_yield_or_star_expressions(parser);
    if (value == NULL || parser_peek(parser) == TOKEN_EQUAL) {
        parser->stack_used = base;
        return NULL;
    }
    return assign_node(parser, start, base, value);
}

/* Second pass: the alternatives of `assignment`. */
static struct ast_stmt *try_assignment(struct parser *parser)
{
    struct place start = parser_place(parser);
    int mark = parser->mark;
    struct ast_stmt *stmt;
    if (parser_peek(parser) == TOKEN_NAME && parser_peek_second(parser) == TOKEN_COLON) {
        struct ast_expr *name = parse_name(parser, CONTEXT_STORE);
        stmt = finish_annotated(parser, start, name, true);
        if (stmt != NULL) {
            return stmt;
        }
        parser->mark = mark;
    } else {
        struct ast_expr *target = parse_single_target(parser);
        if (target != NULL && parser_peek(parser) == TOKEN_COLON) {
            stmt = finish_annotated(parser, start, target, false);
            if (stmt != NULL) {
                return stmt;
            }
        }
        parser->mark = mark;
    }
    stmt = try_chain(parser, start);
    if (stmt != NULL) {
        return stmt;
    }
    parser->mark = mark;
    struct ast_expr *target = parse_single_target(parser);
    if (target != NULL && augmented_operator(parser_peek(parser)) >= 0) {
        return finish_augmented(parser, start, target);
    }
    parser->mark = mark;
    if (parser->diagnose) {
        diagnose_assignment(parser);
        parser->mark = mark;
    }
    return NULL;
}

static struct ast_stmt *try_expression_stmt(struct parser *parser)
{
    struct place start = parser_place(parser);
    int mark = parser->mark;
    struct ast_stmt *stmt = try_assignment(parser);
    if (stmt != NULL) {
        return stmt;
    }
    parser->mark = mark;
    struct ast_expr *expr = parse_yield_or_star_expressions(parser);
    return expr == NULL ? NULL : expression_node(parser, start, expr);
}

/* ---- statements that begin with a keyword -------------------------------------------------------- */

static struct ast_stmt *parse_return(struct parser *parser)
{
    struct place start = parser_place(parser);
    int mark = ++parser->mark;
    enum token_kind kind = parser_peek(parser);
    struct ast_expr *value = NULL;
    if (kind != TOKEN_NEWLINE && kind != TOKEN_SEMICOLON) {
        value = parse_star_expressions(parser);
        if (value == NULL) {
            parser->mark = mark;
        }
    }
    struct ast_stmt *stmt = parser_stmt(parser, STMT_RETURN, start);
    stmt->expr.value = value;
    return stmt;
}

static struct ast_stmt *parse_raise(struct parser *parser)
{
    struct place start = parser_place(parser);
    int mark = ++parser->mark;
    struct ast_expr *exc = parse_expression(parser);
    struct ast_expr *cause = NULL;
    if (exc == NULL) {
        parser->mark = mark;
    } else if (parser_peek(parser) == TOKEN_KEYWORD_FROM) {
        mark = parser->mark++;
        cause = parse_expression(parser);
        if (cause == NULL) {
            parser->mark = mark;
        }
    }
    struct ast_stmt *stmt = parser_stmt(parser, STMT_RAISE, start);
    stmt->raise.exc = exc;
    stmt->raise.cause = cause;
    return stmt;
}

static struct ast_stmt *parse_assert(struct parser *parser)
{
    struct place start = parser_place(parser);
    parser->mark++;
    struct ast_expr *test = parse_expression(parser);
    struct ast_expr *msg = NULL;
    if (test == NULL) {
        return NULL;
    }
    int mark = parser->mark;
    if (parser_accept(parser, TOKEN_COMMA)) {
        msg = parse_expression(parser);
        if (msg == NULL) {
            parser->mark = mark;
        }
    }
    struct ast_stmt *stmt = parser_stmt(parser, STMT_ASSERT, start);
    stmt->assert_test.test = test;
    stmt->assert_test.msg = msg;
    return stmt;
}

static struct ast_stmt *parse_del(struct parser *parser)
{
    struct place start = parser_place(parser);
    int mark = parser->mark++;
    struct ast_exprs targets;
    if (parse_del_targets(parser, &targets)) {
        enum token_kind kind = parser_peek(parser);
        if (kind == TOKEN_SEMICOLON || kind == TOKEN_NEWLINE) {
            struct ast_stmt *stmt = parser_stmt(parser, STMT_DELETE, start);
            stmt->delete.targets = targets;
            return stmt;
        }
    }
    if (parser->diagnose) {
        parser->mark = mark;
        diagnose_del(parser);
    }
    return NULL;
}

static struct ast_stmt *parse_scope(struct parser *parser, enum ast_stmt_kind kind)
{
    struct place start = parser_place(parser);
    size_t base = parser->stack_used;
    parser->mark++;
    do {
        const struct token *token = parser_token(parser);
        if (token->kind != TOKEN_NAME) {
            break;
        }
        parser_push_pointer(parser, token->name);
        parser->mark++;
    } while (parser_accept(parser, TOKEN_COMMA));
    if (parser->stack_used == base) {
        return NULL;
    }
    if (parser->tokens[parser->mark - 1].kind == TOKEN_COMMA) {
        parser->mark--;
    }
    struct ast_stmt *stmt = parser_stmt(parser, kind, start);
    stmt->scope.names.items = parser_take(parser, base, sizeof(ast_name), &stmt->scope.names.count);
    return stmt;
}

/* ---- imports ------------------------------------------------------------------------------------- */

/* NAME ('.' NAME)* as one name. */
static ast_name parse_dotted_name(struct parser *parser)
{
    const struct token *token = parser_token(parser);
    if (token->kind != TOKEN_NAME) {
        return NULL;
    }
    ast_name name = token->name;
    parser->mark++;
    struct text_buffer dotted = {0};
    while (parser_peek(parser) == TOKEN_DOT && parser_peek_second(parser) == TOKEN_NAME) {
        if (dotted.length == 0) {
            text_append(parser, &dotted, name->text, name->length);
        }
        parser->mark++;
        token = parser_token(parser);
        text_append(parser, &dotted, ".", 1);
        text_append(parser, &dotted, token->name->text, token->name->length);
        parser->mark++;
    }
    if (dotted.length > 0) {
        name = ast_intern(parser->arena, parser->lexer->names, dotted.bytes, dotted.length);
        if (name == NULL) {
            parser_raise_memory(parser);
        }
    }
    return name;
}

/* name ['as' NAME] */
static bool parse_alias(struct parser *parser, bool dotted)
{
    struct place start = parser_place(parser);
    struct ast_alias alias = {0};
    if (dotted) {
        alias.name = parse_dotted_name(parser);
    } else if (parser_peek(parser) == TOKEN_NAME) {
        alias.name = parser->tokens[parser->mark++].name;
    }
    if (alias.name == NULL) {
        return false;
    }
    if (parser_peek(parser) == TOKEN_KEYWORD_AS && parser_peek_second(parser) == TOKEN_NAME) {
        alias.asname = parser->tokens[parser->mark + 1].name;
        parser->mark += 2;
    }
    alias.position = parser_position(parser, start);
    parser_push(parser, &alias, sizeof alias);
    return true;
}

/* ','.alias+ without a trailing comma. */
static bool parse_aliases(struct parser *parser, bool dotted)
{
    if (!parse_alias(parser, dotted)) {
        return false;
    }
    while (parser_peek(parser) == TOKEN_COMMA) {
        int mark = parser->mark++;
        if (!parse_alias(parser, dotted)) {
            parser->mark = mark;
            break;
        }
    }
    return true;
}

static struct ast_stmt *parse_import(struct parser *parser)
{
    struct place start = parser_place(parser);
    size_t base = parser->stack_used;
    parser->mark++;
    if (!parse_aliases(parser, true)) {
        return NULL;
    }
    struct ast_stmt *stmt = parser_stmt(parser, STMT_IMPORT, start);
    stmt->import.names.items = parser_take(parser, base, sizeof *stmt->import.names.items, &stmt->import.names.count);
    return stmt;
}

/* What follows `import` in a from-import; pushes the aliases. */
static bool parse_import_targets(struct parser *parser)
{
    struct place start = parser_place(parser);
    if (parser_accept(parser, TOKEN_STAR)) {
        struct ast_alias alias = {.name = ast_intern(parser->arena, parser->lexer->names, "*", 1)};
        if (alias.name == NULL) {
            parser_raise_memory(parser);
        }
        alias.position = parser_position(parser, start);
        parser_push(parser, &alias, sizeof alias);
        return true;
    }
    if (parser_accept(parser, TOKEN_LEFT_PAREN)) {
        if (!parse_aliases(parser, false)) {
            return false;
        }
        parser_accept(parser, TOKEN_COMMA);
        return parser_accept(parser, TOKEN_RIGHT_PAREN);
    }
    int mark = parser->mark;
    if (parse_aliases(parser, false) && parser_peek(parser) != TOKEN_COMMA) {
        return true;
    }
    if (parser->diagnose) {
        parser->mark = mark;
        diagnose_import_from(parser);
    }
    return false;
}

static struct ast_stmt *parse_import_from(struct parser *parser)
{
    struct place start = parser_place(parser);
    size_t base = parser->stack_used;
    int level = 0;
    parser->mark++;
    for (;;) {
        if (parser_accept(parser, TOKEN_DOT)) {
            level++;
        } else if (parser_accept(parser, TOKEN_ELLIPSIS)) {
            level += 3;
        } else {
            break;
        }
    }
    ast_name module = parse_dotted_name(parser);
    if ((module == NULL && level == 0) || !parser_accept(parser, TOKEN_KEYWORD_IMPORT) ||
        !parse_import_targets(parser)) {
        return NULL;
    }
    struct ast_stmt *stmt = parser_stmt(parser, STMT_IMPORT_FROM, start);
    stmt->import_from.module = module;
    stmt->import_from.level = level;
    stmt->import_from.names.items =
        parser_take(parser, base, sizeof *stmt->import_from.names.items, &stmt->import_from.names.count);
    return stmt;
}

/* ---- lines of simple statements ------------------------------------------------------------------ */

static struct ast_stmt *parse_word(struct parser *parser, enum ast_stmt_kind kind)
{
    struct place start = parser_place(parser);
    parser->mark++;
    return parser_stmt(parser, kind, start);
}

static struct ast_stmt *parse_simple_stmt_raw(struct parser *parser)
{
    switch (parser_peek(parser)) {
    case TOKEN_KEYWORD_RETURN:
        return parse_return(parser);
    case TOKEN_KEYWORD_IMPORT:
        return parse_import(parser);
    case TOKEN_KEYWORD_FROM:
        return parse_import_from(parser);
    case TOKEN_KEYWORD_RAISE:
        return parse_raise(parser);
    case TOKEN_KEYWORD_PASS:
        return parse_word(parser, STMT_PASS);
    case TOKEN_KEYWORD_DEL:
        return parse_del(parser);
    case TOKEN_KEYWORD_ASSERT:
        return parse_assert(parser);
    case TOKEN_KEYWORD_BREAK:
        return parse_word(parser, STMT_BREAK);
    case TOKEN_KEYWORD_CONTINUE:
        return parse_word(parser, STMT_CONTINUE);
    case TOKEN_KEYWORD_GLOBAL:
        return parse_scope(parser, STMT_GLOBAL);
    case TOKEN_KEYWORD_NONLOCAL:
        return parse_scope(parser, STMT_NONLOCAL);
    default:
        return parser->second_pass ? try_expression_stmt(parser) : parse_expression_stmt(parser);
    }
}

static struct ast_stmt *parse_simple_stmt(struct parser *parser)
{
    if (!parser->second_pass) {
        return parse_simple_stmt_raw(parser);
    }
    void *node;
    if (memo_find(parser, MEMO_SIMPLE_STMT, &node)) {
        return node;
    }
    int start = parser->mark;
    size_t stack = parser->stack_used;
    node = parse_simple_stmt_raw(parser);
    if (node == NULL) {
        parser->mark = start;
        parser->stack_used = stack;
    }
    memo_store(parser, start, MEMO_SIMPLE_STMT, node);
    return node;
}

bool parse_simple_stmts(struct parser *parser)
{
    for (;;) {
        struct ast_stmt *stmt = parse_simple_stmt(parser);
        if (stmt == NULL) {
            return false;
        }
        parser_push_pointer(parser, stmt);
        if (parser_accept(parser, TOKEN_NEWLINE)) {
            return true;
        }
        if (!parser_accept(parser, TOKEN_SEMICOLON)) {
            return false;
        }
        if (parser_accept(parser, TOKEN_NEWLINE)) {
            return true;
        }
    }
}

/* ---- statements ---------------------------------------------------------------------------------- */

/* Forgets the tokens of finished statements, all but the last. */
static void drop_tokens(struct parser *parser)
{
    enum { WORTH_MOVING = 48 };
    if (parser->second_pass || parser->mark < WORTH_MOVING) {
        return;
    }
    int dropped = parser->mark - 1;
    parser->count -= dropped;
    memmove(parser->tokens, parser->tokens + dropped, (size_t)parser->count * sizeof *parser->tokens);
    parser->mark = 1;
    parser->dropped += dropped;
    parser->failed_operator = -1;
    memo_clear(parser);
}

bool parse_statements(struct parser *parser, struct ast_stmts *body)
{
    size_t base = parser->stack_used;
    for (;;) {
        enum token_kind kind = parser_peek(parser);
        if (kind == TOKEN_DEDENT || kind == TOKEN_ENDMARKER) {
            break;
        }
        drop_tokens(parser);
        int mark = parser->mark;
        size_t stack = parser->stack_used;
        bool begun = false;
        struct ast_stmt *stmt = parse_compound_stmt(parser, &begun);
        if (stmt != NULL) {
            parser_push_pointer(parser, stmt);
            continue;
        }
        if (begun && !parser->second_pass) {
            parser->stack_used = base;
            return false;
        }
        parser->mark = mark;
        parser->stack_used = stack;
        if (!parse_simple_stmts(parser)) {
            parser->mark = mark;
            parser->stack_used = stack;
            break;
        }
    }
    *body = parser_take_stmts(parser, base);
    return body->count > 0;
}
