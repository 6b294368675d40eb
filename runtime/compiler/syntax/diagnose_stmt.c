/* The second pass, statements: missing colons and blocks, and what cannot stand where it does. */
#include "runtime/compiler/syntax/parser.h"

/* ---- simple statements --------------------------------------------------------------------------- */

/* list | tuple | '(' invalid_ann_assign_target ')' */
static struct ast_expr *parse_unannotatable(struct parser *parser)
{
    int start = parser->mark;
    struct ast_expr *expr = parse_list(parser);
    if (expr == NULL) {
        expr = parse_tuple(parser);
    }
    if (expr == NULL && parser_accept(parser, TOKEN_LEFT_PAREN)) {
        expr = parse_unannotatable(parser);
        if (expr != NULL && !parser_accept(parser, TOKEN_RIGHT_PAREN)) {
            expr = NULL;
        }
    }
    if (expr == NULL) {
        parser->mark = start;
    }
    return expr;
}

/* ':' expression */
static bool skip_annotation(struct parser *parser)
{
    return parser_accept(parser, TOKEN_COLON) && parse_expression(parser) != NULL;
}

static void diagnose_annotation(struct parser *parser)
{
    int start = parser->mark;
    struct ast_expr *target = parse_unannotatable(parser);
    if (target != NULL && skip_annotation(parser)) {
        parser_raise_at(parser, target->position, "only single target (not %s) can be annotated",
                        expr_describe(target));
    }
    parser->mark = start;
    target = parse_star_named_expression(parser);
    if (target != NULL && parser_accept(parser, TOKEN_COMMA)) {
        size_t stack = parser->stack_used;
        int mark = parser->mark;
        while (parse_star_named_expressions(parser)) {
            mark = parser->mark;
        }
        parser->mark = mark;
        parser->stack_used = stack;
        if (skip_annotation(parser)) {
            parser_raise_at(parser, target->position, "only single target (not tuple) can be annotated");
        }
    }
    parser->mark = start;
    target = parse_expression(parser);
    if (target != NULL && skip_annotation(parser)) {
        parser_raise_at(parser, target->position, "illegal target for annotation");
    }
    parser->mark = start;
}

/* Skips (star_targets '=')*. */
static void skip_targets(struct parser *parser)
{
    int mark = parser->mark;
    while (parse_star_targets(parser) != NULL && parser_accept(parser, TOKEN_EQUAL)) {
        mark = parser->mark;
    }
    parser->mark = mark;
}

void diagnose_assignment(struct parser *parser)
{
    int start = parser->mark;
    diagnose_annotation(parser);
    skip_targets(parser);
    int last = parser->mark;
    struct ast_expr *expr = parse_star_expressions(parser);
    if (expr != NULL && parser_accept(parser, TOKEN_EQUAL)) {
        diagnose_target(parser, expr, TARGETS_STAR);
        parser->mark = start;
        return;
    }
    parser->mark = last;
    expr = parse_yield(parser);
    if (expr != NULL && parser_accept(parser, TOKEN_EQUAL)) {
        parser_raise_at(parser, expr->position, "assignment to yield expression not possible");
    }
    parser->mark = start;
    expr = parse_star_expressions(parser);
    enum token_kind kind = expr == NULL ? TOKEN_ENDMARKER : parser_peek(parser);
    if (kind >= TOKEN_PLUS_EQUAL && kind <= TOKEN_DOUBLE_SLASH_EQUAL) {
        parser->mark++;
        if ((parser_peek(parser) == TOKEN_KEYWORD_YIELD ? parse_yield(parser) : parse_star_expressions(parser)) !=
            NULL) {
            parser_raise_at(parser, expr->position, "'%s' is an illegal expression for augmented assignment",
                            expr_describe(expr));
        }
    }
    parser->mark = start;
}

void diagnose_del(struct parser *parser)
{
    int start = parser->mark++;
    struct ast_expr *expr = parse_star_expressions(parser);
    if (expr != NULL) {
        diagnose_target(parser, expr, TARGETS_DEL);
    }
    parser->mark = start;
}

void diagnose_import_from(struct parser *parser)
{
    int start = parser->mark;
    while (parser_accept(parser, TOKEN_NAME)) {
        if (parser_peek(parser) == TOKEN_KEYWORD_AS && parser_peek_second(parser) == TOKEN_NAME) {
            parser->mark += 2;
        }
        if (!parser_accept(parser, TOKEN_COMMA)) {
            break;
        }
        if (parser_peek(parser) == TOKEN_NEWLINE) {
            parser->mark++;
            parser_raise(parser, "trailing comma not allowed without surrounding parentheses");
        }
    }
    parser->mark = start;
}

/* ---- colons and blocks --------------------------------------------------------------------------- */

void diagnose_block(struct parser *parser)
{
    int start = parser->mark;
    if (parser_accept(parser, TOKEN_NEWLINE) && parser_peek(parser) != TOKEN_INDENT) {
        parser_raise_indentation(parser, "expected an indented block");
    }
    parser->mark = start;
}

/* After the header of a statement: a newline where the colon should be. */
static void diagnose_colon(struct parser *parser)
{
    int mark = parser->mark;
    if (parser_accept(parser, TOKEN_NEWLINE)) {
        parser_raise(parser, "expected ':'");
    }
    parser->mark = mark;
}

/* After the header of a statement: a colon, and no block. */
static void diagnose_indent(struct parser *parser, const char *what, int32_t lineno)
{
    int mark = parser->mark;
    if (parser_accept(parser, TOKEN_COLON) && parser_accept(parser, TOKEN_NEWLINE) &&
        parser_peek(parser) != TOKEN_INDENT) {
        parser_raise_indentation(parser, "expected an indented block after %s on line %d", what, (int)lineno);
    }
    parser->mark = mark;
}

void diagnose_conditional(struct parser *parser, enum token_kind keyword)
{
    int start = parser->mark;
    int32_t lineno = parser_token(parser)->lineno;
    if (parser_accept(parser, keyword) && parse_named_expression(parser) != NULL) {
        const char *what = keyword == TOKEN_KEYWORD_WHILE  ? "'while' statement"
                           : keyword == TOKEN_KEYWORD_ELIF ? "'elif' statement"
                                                           : "'if' statement";
        diagnose_colon(parser);
        diagnose_indent(parser, what, lineno);
    }
    parser->mark = start;
}

void diagnose_suite(struct parser *parser, enum token_kind keyword, const char *what)
{
    int start = parser->mark;
    int32_t lineno = parser_token(parser)->lineno;
    if (parser_accept(parser, keyword)) {
        diagnose_indent(parser, what, lineno);
    }
    parser->mark = start;
}

void diagnose_class(struct parser *parser)
{
    int start = parser->mark;
    int32_t lineno = parser_token(parser)->lineno;
    parser->mark++;
    if (parser_accept(parser, TOKEN_NAME)) {
        int mark = parser->mark;
        struct call_arguments arguments;
        if (parser_accept(parser, TOKEN_LEFT_PAREN)) {
            int inside = parser->mark;
            if (!parse_arguments(parser, &arguments)) {
                parser->mark = inside;
            }
            if (!parser_accept(parser, TOKEN_RIGHT_PAREN)) {
                parser->mark = mark;
            }
        }
        diagnose_colon(parser);
        diagnose_indent(parser, "class definition", lineno);
    }
    parser->mark = start;
}

void diagnose_function(struct parser *parser)
{
    int start = parser->mark;
    parser_accept(parser, TOKEN_KEYWORD_ASYNC);
    int32_t lineno = parser_token(parser)->lineno;
    parser->mark++;
    if (parser_accept(parser, TOKEN_NAME) && parser_accept(parser, TOKEN_LEFT_PAREN) &&
        parse_parameters(parser, false) != NULL && parser_accept(parser, TOKEN_RIGHT_PAREN)) {
        int mark = parser->mark;
        if (parser_accept(parser, TOKEN_ARROW) && parse_expression(parser) == NULL) {
            parser->mark = mark;
        }
        diagnose_indent(parser, "function definition", lineno);
    }
    parser->mark = start;
}

void diagnose_for(struct parser *parser)
{
    int start = parser->mark;
    parser_accept(parser, TOKEN_KEYWORD_ASYNC);
    int32_t lineno = parser_token(parser)->lineno;
    parser->mark++;
    if (parse_star_targets(parser) != NULL && parser_accept(parser, TOKEN_KEYWORD_IN) &&
        parse_star_expressions(parser) != NULL) {
        diagnose_colon(parser);
        diagnose_indent(parser, "'for' statement", lineno);
    }
    parser->mark = start;
}

/* ---- with
 * ------------------------------------------------------------------------------------------------------------------------
 */

/* ','.(expression ['as' star_target])+ */
static bool skip_with_items(struct parser *parser, struct ast_expr *(*parse)(struct parser *))
{
    int mark = parser->mark;
    bool found = false;
    while (parse(parser) != NULL) {
        found = true;
        mark = parser->mark;
        if (parser_accept(parser, TOKEN_KEYWORD_AS)) {
            if (parse_star_target(parser) == NULL) {
                break;
            }
            mark = parser->mark;
        }
        if (!parser_accept(parser, TOKEN_COMMA)) {
            break;
        }
    }
    parser->mark = mark;
    return found;
}

/* The header of a with statement up to its colon, in one of two forms. */
static bool skip_with_header(struct parser *parser, bool parenthesised)
{
    parser_accept(parser, TOKEN_KEYWORD_ASYNC);
    parser->mark++;
    if (!parenthesised) {
        return skip_with_items(parser, parse_expression);
    }
    if (!parser_accept(parser, TOKEN_LEFT_PAREN) || !skip_with_items(parser, parse_expressions)) {
        return false;
    }
    parser_accept(parser, TOKEN_COMMA);
    return parser_accept(parser, TOKEN_RIGHT_PAREN);
}

void diagnose_with_indent(struct parser *parser)
{
    int start = parser->mark;
    int keyword = parser_peek(parser) == TOKEN_KEYWORD_ASYNC ? start + 1 : start;
    for (int form = 0; form < 2; form++) {
        if (skip_with_header(parser, form == 1)) {
            diagnose_indent(parser, "'with' statement", parser->tokens[keyword].lineno);
        }
        parser->mark = start;
    }
}

void diagnose_with(struct parser *parser)
{
    int start = parser->mark;
    for (int form = 0; form < 2; form++) {
        if (skip_with_header(parser, form == 1)) {
            diagnose_colon(parser);
        }
        parser->mark = start;
    }
}

void diagnose_with_item(struct parser *parser)
{
    int start = parser->mark;
    if (parse_expression(parser) != NULL && parser_accept(parser, TOKEN_KEYWORD_AS)) {
        struct ast_expr *target = parse_expression(parser);
        enum token_kind kind = target == NULL ? TOKEN_ENDMARKER : parser_peek(parser);
        if (kind == TOKEN_COMMA || kind == TOKEN_RIGHT_PAREN || kind == TOKEN_COLON) {
            diagnose_target(parser, target, TARGETS_STAR);
        }
    }
    parser->mark = start;
}

/* ---- try
 * ------------------------------------------------------------------------------------------------------------------------
 */

/* Skips except blocks of one kind; tells how many. */
static int skip_except_blocks(struct parser *parser, bool star)
{
    int count = 0;
    struct ast_except_handler handler;
    for (;;) {
        int mark = parser->mark;
        size_t stack = parser->stack_used;
        if (!parse_except_block(parser, star, &handler)) {
            parser->mark = mark;
            parser->stack_used = stack;
            return count;
        }
        count++;
    }
}

/* expression ['as' NAME] */
static struct ast_expr *skip_exception(struct parser *parser)
{
    struct ast_expr *type = parse_expression(parser);
    if (type != NULL && parser_peek(parser) == TOKEN_KEYWORD_AS && parser_peek_second(parser) == TOKEN_NAME) {
        parser->mark += 2;
    }
    return type;
}

/* The header of an except clause of the kind that the clauses before it were not. */
static void diagnose_mixed_except(struct parser *parser, bool star)
{
    if (parser_peek(parser) != TOKEN_KEYWORD_EXCEPT) {
        return;
    }
    struct ast_position from = token_position(parser_token(parser));
    struct ast_position to = from;
    parser->mark++;
    if (star) {
        to = token_position(parser_token(parser));
        if (!parser_accept(parser, TOKEN_STAR)) {
            return;
        }
    }
    int mark = parser->mark;
    if (skip_exception(parser) == NULL) {
        if (star) {
            return;
        }
        parser->mark = mark;
    }
    if (parser_accept(parser, TOKEN_COLON)) {
        parser_raise_range(parser, from, to, "cannot have both 'except' and 'except*' on the same 'try'");
    }
}

void diagnose_try(struct parser *parser)
{
    int start = parser->mark;
    int32_t lineno = parser_token(parser)->lineno;
    struct ast_stmts body;
    parser->mark++;
    diagnose_indent(parser, "'try' statement", lineno);
    if (!parser_accept(parser, TOKEN_COLON)) {
        parser->mark = start;
        return;
    }
    int mark = parser->mark;
    if (parse_block(parser, &body)) {
        if (parser_peek(parser) != TOKEN_KEYWORD_EXCEPT && parser_peek(parser) != TOKEN_KEYWORD_FINALLY) {
            parser_raise(parser, "expected 'except' or 'finally' block");
        }
        mark = parser->mark;
    }
    parser->mark = mark;
    if (skip_except_blocks(parser, false) > 0) {
        diagnose_mixed_except(parser, true);
    }
    parser->mark = mark;
    if (skip_except_blocks(parser, true) > 0) {
        diagnose_mixed_except(parser, false);
    }
    parser->mark = start;
}

void diagnose_except_indent(struct parser *parser, bool star)
{
    int start = parser->mark;
    int32_t lineno = parser_token(parser)->lineno;
    parser->mark++;
    if (star) {
        if (parser_accept(parser, TOKEN_STAR) && skip_exception(parser) != NULL) {
            diagnose_indent(parser, "'except*' statement", lineno);
        }
    } else {
        int mark = parser->mark;
        if (skip_exception(parser) != NULL) {
            diagnose_indent(parser, "'except' statement", lineno);
        }
        parser->mark = mark;
        diagnose_indent(parser, "'except' statement", lineno);
    }
    parser->mark = start;
}

void diagnose_except(struct parser *parser)
{
    int start = parser->mark++;
    parser_accept(parser, TOKEN_STAR);
    int mark = parser->mark;
    struct ast_expr *type = parse_expression(parser);
    if (type != NULL && parser_accept(parser, TOKEN_COMMA) && parse_expressions(parser) != NULL) {
        if (parser_peek(parser) == TOKEN_KEYWORD_AS && parser_peek_second(parser) == TOKEN_NAME) {
            parser->mark += 2;
        }
        if (parser_peek(parser) == TOKEN_COLON) {
            parser->mark++;
            parser_raise_range(parser, type->position, position_current,
                               "multiple exception types must be parenthesized");
        }
    }
    parser->mark = mark;
    if (skip_exception(parser) != NULL) {
        diagnose_colon(parser);
    }
    parser->mark = start + 1;
    diagnose_colon(parser);
    if (parser_accept(parser, TOKEN_STAR) &&
        (parser_peek(parser) == TOKEN_NEWLINE || parser_peek(parser) == TOKEN_COLON)) {
        parser->mark++;
        parser_raise(parser, "expected one or more exception types");
    }
    parser->mark = start;
}

/* ---- match
 * ------------------------------------------------------------------------------------------------------------------------
 */

void diagnose_match(struct parser *parser)
{
    int start = parser->mark;
    int32_t lineno = parser_token(parser)->lineno;
    struct ast_expr *subject;
    parser->mark++;
    if (parse_subject(parser, &subject)) {
        diagnose_colon(parser);
        diagnose_indent(parser, "'match' statement", lineno);
    }
    parser->mark = start;
}

void diagnose_case(struct parser *parser)
{
    int start = parser->mark;
    int32_t lineno = parser_token(parser)->lineno;
    struct ast_pattern *pattern;
    parser->mark++;
    if (parse_patterns(parser, &pattern)) {
        int mark = parser->mark;
        if (parser_accept(parser, TOKEN_KEYWORD_IF) && parse_named_expression(parser) == NULL) {
            parser->mark = mark;
        }
        diagnose_colon(parser);
        diagnose_indent(parser, "'case' statement", lineno);
    }
    parser->mark = start;
}

void diagnose_as_pattern(struct parser *parser)
{
    int start = parser->mark;
    if (parse_or_pattern(parser) != NULL && parser_accept(parser, TOKEN_KEYWORD_AS)) {
        const struct token *token = parser_token(parser);
        if (token->kind == TOKEN_NAME) {
            if (token->name == parser->names->underscore) {
                parser_raise_at(parser, token_position(token), "cannot use '_' as a target");
            }
        } else {
            struct ast_expr *expr = parse_expression(parser);
            if (expr != NULL) {
                parser_raise_at(parser, expr->position, "invalid pattern target");
            }
        }
    }
    parser->mark = start;
}

void diagnose_class_pattern(struct parser *parser)
{
    int start = parser->mark;
    size_t stack = parser->stack_used;
    if (parse_name_or_attribute(parser) != NULL && parser_accept(parser, TOKEN_LEFT_PAREN)) {
        /* Positional patterns, each with its comma; then patterns with names; then positional ones again. */
        int mark = parser->mark;
        while (!(parser_peek(parser) == TOKEN_NAME && parser_peek_second(parser) == TOKEN_EQUAL) &&
               parse_pattern(parser) != NULL && parser_accept(parser, TOKEN_COMMA)) {
            mark = parser->mark;
        }
        parser->mark = mark;
        if (parse_keyword_patterns(parser) && parser_accept(parser, TOKEN_COMMA)) {
            struct ast_pattern *first = parse_pattern(parser);
            struct ast_pattern *last = first;
            while (last != NULL && parser_accept(parser, TOKEN_COMMA)) {
                struct ast_pattern *next = parse_pattern(parser);
                if (next == NULL) {
                    break;
                }
                last = next;
            }
            if (first != NULL) {
                parser_raise_range(parser, first->position, last->position,
                                   "positional patterns follow keyword patterns");
            }
        }
    }
    parser->mark = start;
    parser->stack_used = stack;
}
