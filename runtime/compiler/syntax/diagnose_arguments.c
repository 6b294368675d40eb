/* The second pass, arguments and parameters: mistakes that have a message of their own. */
#include "runtime/compiler/syntax/parser.h"

/* ---- arguments ----------------------------------------------------------------------------------- */

/* The end of comprehension clauses: their last condition, or the last iterable. */
static struct ast_position last_of_clauses(const struct ast_comprehensions *generators)
{
    const struct ast_comprehension *last = &generators->items[generators->count - 1];
    return last->ifs.count > 0 ? last->ifs.items[last->ifs.count - 1]->position : last->iter->position;
}

/* expression for_if_clauses */
static bool parse_bare_generator(struct parser *parser, struct ast_expr **element,
                                 struct ast_comprehensions *generators)
{
    *element = parse_expression(parser);
    return *element != NULL && parse_for_if_clauses(parser, generators);
}

/* NAME '=' expression for_if_clauses: the comprehension of a keyword argument lacks its parentheses, or '=' was to be
 * another operator. */
static void diagnose_keyword_generator(struct parser *parser)
{
    int start = parser->mark;
    struct ast_expr *element;
    struct ast_comprehensions generators;
    if (parser_peek(parser) == TOKEN_NAME && parser_peek_second(parser) == TOKEN_EQUAL) {
        struct ast_position name = token_position(&parser->tokens[parser->mark]);
        struct ast_position equal = token_position(&parser->tokens[parser->mark + 1]);
        parser->mark += 2;
        if (parse_bare_generator(parser, &element, &generators)) {
            parser_raise_range(parser, name, equal, "invalid syntax. Maybe you meant '==' or ':=' instead of '='?");
        }
    }
    parser->mark = start;
}

static bool has_mapping(const struct call_arguments *arguments)
{
    for (uint32_t i = 0; i < arguments->keywords.count; i++) {
        if (arguments->keywords.items[i].arg == NULL) {
            return true;
        }
    }
    return false;
}

/* args for_if_clauses. True if the form matched, with or without being a mistake. */
static bool diagnose_late_generator(struct parser *parser, const struct call_arguments *arguments)
{
    struct ast_comprehensions generators;
    if (!parse_for_if_clauses(parser, &generators)) {
        return false;
    }
    if (arguments->args.count > 1) {
        parser_raise_range(parser, arguments->args.items[arguments->args.count - 1]->position,
                           last_of_clauses(&generators), "Generator expression must be parenthesized");
    }
    return true;
}

/* The forms that begin with arguments and a comma. */
static void diagnose_after_arguments(struct parser *parser, const struct call_arguments *arguments)
{
    int after_comma = parser->mark;
    struct ast_expr *element;
    struct ast_comprehensions generators;
    struct call_arguments more;
    if (parse_bare_generator(parser, &element, &generators)) {
        parser_raise_range(parser, element->position, last_of_clauses(&generators),
                           "Generator expression must be parenthesized");
    }
    parser->mark = after_comma;
    if (parse_args(parser, &more)) {
        parser_raise(parser, has_mapping(arguments) ? "positional argument follows keyword argument unpacking"
                                                    : "positional argument follows keyword argument");
    }
}

void diagnose_arguments(struct parser *parser)
{
    int start = parser->mark;
    struct place place = parser_place(parser);
    struct call_arguments arguments, more;
    bool parsed = parse_args(parser, &arguments);
    int after = parser->mark;
    if (parsed && parser_accept(parser, TOKEN_COMMA) && parser_peek(parser) == TOKEN_STAR) {
        parser->mark = after;
        parser_raise_at(parser, parser_position(parser, place),
                        "iterable argument unpacking follows keyword argument unpacking");
    }
    parser->mark = start;
    struct ast_expr *element;
    struct ast_comprehensions generators;
    if (parse_bare_generator(parser, &element, &generators) && parser_accept(parser, TOKEN_COMMA)) {
        int mark = parser->mark;
        if (!parse_args(parser, &more)) {
            parser->mark = mark;
        }
        parser_raise_range(parser, element->position, last_of_clauses(&generators),
                           "Generator expression must be parenthesized");
    }
    parser->mark = start;
    diagnose_keyword_generator(parser);
    if (parsed) {
        parser->mark = after;
        if (!diagnose_late_generator(parser, &arguments)) {
            parser->mark = after;
            if (parser_accept(parser, TOKEN_COMMA)) {
                diagnose_after_arguments(parser, &arguments);
            }
        }
    }
    parser->mark = start;
}

void diagnose_keyword_argument(struct parser *parser)
{
    int start = parser->mark;
    enum token_kind kind = parser_peek(parser);
    if ((kind == TOKEN_KEYWORD_TRUE || kind == TOKEN_KEYWORD_FALSE || kind == TOKEN_KEYWORD_NONE) &&
        parser_peek_second(parser) == TOKEN_EQUAL) {
        parser_raise_range(parser, token_position(&parser->tokens[start]), token_position(&parser->tokens[start + 1]),
                           "cannot assign to %s",
                           kind == TOKEN_KEYWORD_TRUE    ? "True"
                           : kind == TOKEN_KEYWORD_FALSE ? "False"
                                                         : "None");
    }
    diagnose_keyword_generator(parser);
    if (kind != TOKEN_NAME || parser_peek_second(parser) != TOKEN_EQUAL) {
        struct ast_expr *expr = parse_expression(parser);
        if (expr != NULL && parser_peek(parser) == TOKEN_EQUAL) {
            parser_raise_range(parser, expr->position, token_position(parser_token(parser)),
                               "expression cannot contain assignment, perhaps you meant \"==\"?");
        }
    }
    parser->mark = start;
}

/* ---- parameters ---------------------------------------------------------------------------------- */

enum parameter_form { WITHOUT_DEFAULT, WITH_DEFAULT, MAYBE_DEFAULT };

static enum token_kind terminator_of(bool is_lambda)
{
    return is_lambda ? TOKEN_COLON : TOKEN_RIGHT_PAREN;
}

/* NAME [':' annotation] */
static bool skip_name(struct parser *parser, bool is_lambda, struct ast_position *position)
{
    if (parser_peek(parser) != TOKEN_NAME) {
        return false;
    }
    struct place start = parser_place(parser);
    parser->mark++;
    int mark = parser->mark;
    if (!is_lambda && parser_accept(parser, TOKEN_COLON) && parse_expression(parser) == NULL) {
        parser->mark = mark;
    }
    *position = parser_position(parser, start);
    return true;
}

/* One parameter of the given form with its comma, or at the end of the list. Restores the mark if there is none. */
static bool skip_parameter(struct parser *parser, bool is_lambda, enum parameter_form form,
                           struct ast_position *position)
{
    int start = parser->mark;
    struct ast_position ignored;
    if (skip_name(parser, is_lambda, position != NULL ? position : &ignored)) {
        bool has_default = false;
        if (form != WITHOUT_DEFAULT && parser_peek(parser) == TOKEN_EQUAL) {
            int equal = parser->mark++;
            has_default = parse_expression(parser) != NULL;
            if (!has_default) {
                parser->mark = equal;
                diagnose_default(parser);
            }
        }
        if ((form != WITH_DEFAULT || has_default) &&
            (parser_accept(parser, TOKEN_COMMA) || parser_peek(parser) == terminator_of(is_lambda))) {
            return true;
        }
    }
    parser->mark = start;
    return false;
}

static int skip_parameters(struct parser *parser, bool is_lambda, enum parameter_form form)
{
    int count = 0;
    while (parser_peek(parser) == TOKEN_NAME && skip_parameter(parser, is_lambda, form, NULL)) {
        count++;
    }
    return count;
}

/* '/' with its comma, or at the end of the list. */
static bool skip_slash(struct parser *parser, bool is_lambda)
{
    return parser_accept(parser, TOKEN_SLASH) &&
           (parser_accept(parser, TOKEN_COMMA) || parser_peek(parser) == terminator_of(is_lambda));
}

/* Parameters, at least one, and '/'. Restores the mark if there are none. */
static bool skip_positional_only(struct parser *parser, bool is_lambda, bool needs_default)
{
    int start = parser->mark;
    int plain = skip_parameters(parser, is_lambda, WITHOUT_DEFAULT);
    if (!needs_default && plain > 0 && skip_slash(parser, is_lambda)) {
        return true;
    }
    parser->mark = start;
    skip_parameters(parser, is_lambda, WITHOUT_DEFAULT);
    if (skip_parameters(parser, is_lambda, WITH_DEFAULT) > 0 && skip_slash(parser, is_lambda)) {
        return true;
    }
    parser->mark = start;
    return false;
}

/* A parameter without a default after one that has a default. */
static void diagnose_default_order(struct parser *parser, bool is_lambda)
{
    int start = parser->mark;
    struct ast_position position;
    skip_parameters(parser, is_lambda, WITHOUT_DEFAULT);
    if ((skip_positional_only(parser, is_lambda, true) || skip_parameters(parser, is_lambda, WITH_DEFAULT) > 0) &&
        skip_parameter(parser, is_lambda, WITHOUT_DEFAULT, &position)) {
        parser_raise_at(parser, position, "non-default argument follows default argument");
    }
    parser->mark = start;
}

/* Parameters in parentheses, as Python 2 had them. */
static void diagnose_parenthesised_parameters(struct parser *parser, bool is_lambda)
{
    int start = parser->mark;
    skip_parameters(parser, is_lambda, WITHOUT_DEFAULT);
    if (parser_peek(parser) == TOKEN_LEFT_PAREN) {
        struct ast_position open = token_position(parser_token(parser));
        struct ast_position ignored;
        parser->mark++;
        int count = 0;
        while (skip_name(parser, is_lambda, &ignored)) {
            count++;
            if (!parser_accept(parser, TOKEN_COMMA)) {
                break;
            }
        }
        if (count > 0 && parser_peek(parser) == TOKEN_RIGHT_PAREN) {
            parser_raise_range(parser, open, token_position(parser_token(parser)),
                               is_lambda ? "Lambda expression parameters cannot be parenthesized"
                                         : "Function parameters cannot be parenthesized");
        }
    }
    parser->mark = start;
}

/* '/' in the wrong place. */
static void diagnose_slash(struct parser *parser, bool is_lambda)
{
    int start = parser->mark;
    if (parser_peek(parser) == TOKEN_SLASH && parser_peek_second(parser) == TOKEN_COMMA) {
        parser_raise_at(parser, token_position(&parser->tokens[start]), "at least one argument must precede /");
    }
    bool slash = skip_positional_only(parser, is_lambda, false);
    if (slash) {
        skip_parameters(parser, is_lambda, MAYBE_DEFAULT);
        if (parser_peek(parser) == TOKEN_SLASH) {
            parser_raise_at(parser, token_position(parser_token(parser)), "/ may appear only once");
        }
        parser->mark = start;
        skip_positional_only(parser, is_lambda, false);
    }
    skip_parameters(parser, is_lambda, MAYBE_DEFAULT);
    if (parser_accept(parser, TOKEN_STAR) &&
        (parser_accept(parser, TOKEN_COMMA) || skip_parameter(parser, is_lambda, WITHOUT_DEFAULT, NULL))) {
        skip_parameters(parser, is_lambda, MAYBE_DEFAULT);
        if (parser_peek(parser) == TOKEN_SLASH) {
            parser_raise_at(parser, token_position(parser_token(parser)), "/ must be ahead of *");
        }
    }
    parser->mark = start;
    if (skip_parameters(parser, is_lambda, MAYBE_DEFAULT) > 0 && parser_accept(parser, TOKEN_SLASH) &&
        parser_peek(parser) == TOKEN_STAR) {
        parser_raise_at(parser, token_position(parser_token(parser)), "expected comma between / and *");
    }
    parser->mark = start;
}

void diagnose_parameters(struct parser *parser, bool is_lambda)
{
    diagnose_default_order(parser, is_lambda);
    diagnose_parenthesised_parameters(parser, is_lambda);
    diagnose_slash(parser, is_lambda);
}

void diagnose_default(struct parser *parser)
{
    int start = parser->mark;
    if (parser_peek(parser) == TOKEN_EQUAL) {
        enum token_kind next = parser_peek_second(parser);
        if (next == TOKEN_RIGHT_PAREN || next == TOKEN_COMMA) {
            parser_raise_at(parser, token_position(&parser->tokens[start]), "expected default value expression");
        }
    }
}

void diagnose_star_parameter(struct parser *parser, bool is_lambda)
{
    int start = parser->mark;
    struct ast_position star = token_position(parser_token(parser));
    enum token_kind terminator = terminator_of(is_lambda);
    struct ast_position ignored;
    parser->mark++;
    bool bare = parser_peek(parser) == terminator;
    if (parser_accept(parser, TOKEN_COMMA)) {
        bare = parser_peek(parser) == terminator || parser_peek(parser) == TOKEN_DOUBLE_STAR;
        parser->mark = start + 1;
    }
    if (bare) {
        if (is_lambda) {
            parser_raise(parser, "named arguments must follow bare *");
        }
        parser_raise_at(parser, star, "named arguments must follow bare *");
    }
    if (!is_lambda && parser_accept(parser, TOKEN_COMMA)) {
        if (parser_accept(parser, TOKEN_TYPE_COMMENT)) {
            parser_raise(parser, "bare * has associated type comment");
        }
        parser->mark = start + 1;
    }
    if (skip_name(parser, is_lambda, &ignored) && parser_peek(parser) == TOKEN_EQUAL) {
        parser_raise_at(parser, token_position(parser_token(parser)),
                        "var-positional argument cannot have default value");
    }
    parser->mark = start + 1;
    if (skip_parameter(parser, is_lambda, WITHOUT_DEFAULT, NULL) || parser_accept(parser, TOKEN_COMMA)) {
        skip_parameters(parser, is_lambda, MAYBE_DEFAULT);
        if (parser_peek(parser) == TOKEN_STAR) {
            struct ast_position again = token_position(parser_token(parser));
            parser->mark++;
            if (skip_parameter(parser, is_lambda, WITHOUT_DEFAULT, NULL) || parser_accept(parser, TOKEN_COMMA)) {
                parser_raise_at(parser, again, "* argument may appear only once");
            }
        }
    }
    parser->mark = start;
}

void diagnose_keyword_parameter(struct parser *parser, bool is_lambda)
{
    int start = parser->mark++;
    struct ast_position ignored, position;
    if (skip_name(parser, is_lambda, &ignored)) {
        if (parser_peek(parser) == TOKEN_EQUAL) {
            parser_raise_at(parser, token_position(parser_token(parser)),
                            "var-keyword argument cannot have default value");
        }
        if (parser_accept(parser, TOKEN_COMMA)) {
            enum token_kind kind = parser_peek(parser);
            position = token_position(parser_token(parser));
            if (skip_name(parser, is_lambda, &position) || kind == TOKEN_STAR || kind == TOKEN_DOUBLE_STAR ||
                kind == TOKEN_SLASH) {
                parser_raise_at(parser, position, "arguments cannot follow var-keyword argument");
            }
        }
    }
    parser->mark = start;
}
