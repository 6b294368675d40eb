/* Arguments of calls and classes, parameters of functions and lambdas. */
#include "runtime/compiler/syntax/parser.h"

#include <string.h>

/* ---- arguments ----------------------------------------------------------------------------------- */

/* What may still come, as the grammar orders arguments. */
enum argument_phase {
    PHASE_POSITIONAL, /* positional and *iterable; name=value leads to the next phase */
    PHASE_KEYWORDS,   /* name=value and *iterable */
    PHASE_MAPPINGS,   /* name=value and **mapping */
};

/* One argument on the list stack. */
struct argument {
    struct ast_expr *positional; /* NULL: a keyword */
    struct ast_keyword keyword;
};

static void push_positional(struct parser *parser, struct ast_expr *positional)
{
    struct argument argument = {.positional = positional};
    parser_push(parser, &argument, sizeof argument);
}

/* NAME '=' expression */
static bool parse_keyword(struct parser *parser)
{
    struct place start = parser_place(parser);
    ast_name name = parser_token(parser)->name;
    parser->mark += 2;
    struct ast_expr *value = parse_expression(parser);
    if (value == NULL) {
        return false;
    }
    struct argument argument = {.keyword = {name, value, parser_position(parser, start)}};
    parser_push(parser, &argument, sizeof argument);
    return true;
}

static bool parse_mapping(struct parser *parser)
{
    struct place start = parser_place(parser);
    parser->mark++;
    struct ast_expr *value = parse_expression(parser);
    if (value == NULL) {
        return false;
    }
    struct argument argument = {.keyword = {NULL, value, parser_position(parser, start)}};
    parser_push(parser, &argument, sizeof argument);
    return true;
}

static bool at_keyword(struct parser *parser)
{
    return parser_peek(parser) == TOKEN_NAME && parser_peek_second(parser) == TOKEN_EQUAL;
}

/* A positional argument: *iterable, an assignment expression, or an expression that is not the name of a keyword. */
static bool parse_positional(struct parser *parser)
{
    struct ast_expr *positional;
    if (parser_peek(parser) == TOKEN_STAR) {
        positional = parse_starred_expression(parser);
        if (positional == NULL || parser_peek(parser) == TOKEN_EQUAL) {
            return false;
        }
        push_positional(parser, positional);
        return true;
    }
    if (parser_peek(parser) == TOKEN_NAME && parser_peek_second(parser) == TOKEN_COLON_EQUAL) {
        positional = parse_assignment_expression(parser);
    } else {
        positional = parse_expression(parser);
        if (positional != NULL && parser_peek(parser) == TOKEN_COLON_EQUAL) {
            return false;
        }
    }
    if (positional == NULL || parser_peek(parser) == TOKEN_EQUAL) {
        return false;
    }
    push_positional(parser, positional);
    return true;
}

/* One argument; moves the phase on. */
static bool parse_argument(struct parser *parser, enum argument_phase *phase)
{
    int mark = parser->mark;
    size_t stack = parser->stack_used;
    if (*phase == PHASE_POSITIONAL) {
        if (parser_peek(parser) != TOKEN_DOUBLE_STAR && (parser->second_pass || !at_keyword(parser)) &&
            parse_positional(parser)) {
            return true;
        }
        parser->mark = mark;
        parser->stack_used = stack;
        *phase = PHASE_KEYWORDS;
    }
    if (*phase == PHASE_KEYWORDS) {
        if (parser->diagnose) {
            diagnose_keyword_argument(parser);
        }
        if (at_keyword(parser)) {
            return parse_keyword(parser);
        }
        if (parser_peek(parser) == TOKEN_STAR) {
            struct ast_expr *starred = parse_starred_expression(parser);
            if (starred != NULL) {
                push_positional(parser, starred);
                return true;
            }
            parser->mark = mark;
        }
        *phase = PHASE_MAPPINGS;
    }
    if (parser->diagnose) {
        diagnose_keyword_argument(parser);
    }
    if (at_keyword(parser)) {
        return parse_keyword(parser);
    }
    return parser_peek(parser) == TOKEN_DOUBLE_STAR && parse_mapping(parser);
}

/* Sorts the arguments above base into positional arguments and keywords. */
static void take_arguments(struct parser *parser, size_t base, struct call_arguments *arguments)
{
    uint32_t count;
    struct argument *items = parser_take(parser, base, sizeof *items, &count);
    uint32_t positional = 0;
    for (uint32_t i = 0; i < count; i++) {
        positional += items[i].positional != NULL;
    }
    arguments->args = (struct ast_exprs){positional, NULL};
    arguments->keywords = (struct ast_keywords){count - positional, NULL};
    if (positional > 0) {
        arguments->args.items = parser_alloc(parser, positional * sizeof *arguments->args.items);
    }
    if (count > positional) {
        arguments->keywords.items = parser_alloc(parser, (count - positional) * sizeof *arguments->keywords.items);
    }
    struct ast_expr **next_positional = arguments->args.items;
    struct ast_keyword *next_keyword = arguments->keywords.items;
    for (uint32_t i = 0; i < count; i++) {
        if (items[i].positional != NULL) {
            *next_positional++ = items[i].positional;
        } else {
            *next_keyword++ = items[i].keyword;
        }
    }
}

bool parse_args(struct parser *parser, struct call_arguments *arguments)
{
    size_t base = parser->stack_used;
    enum argument_phase phase = PHASE_POSITIONAL;
    if (!parse_argument(parser, &phase)) {
        parser->stack_used = base;
        return false;
    }
    while (parser_peek(parser) == TOKEN_COMMA) {
        int mark = parser->mark++;
        size_t stack = parser->stack_used;
        if (!parse_argument(parser, &phase)) {
            parser->mark = mark;
            parser->stack_used = stack;
            break;
        }
    }
    take_arguments(parser, base, arguments);
    return true;
}

static bool parse_arguments_raw(struct parser *parser, struct call_arguments *arguments)
{
    int start = parser->mark;
    if (parse_args(parser, arguments)) {
        parser_accept(parser, TOKEN_COMMA);
        if (parser_peek(parser) == TOKEN_RIGHT_PAREN) {
            return true;
        }
    }
    if (parser->diagnose) {
        parser->mark = start;
        diagnose_arguments(parser);
    }
    parser->mark = start;
    return false;
}

bool parse_arguments(struct parser *parser, struct call_arguments *arguments)
{
    if (!parser->second_pass) {
        return parse_arguments_raw(parser, arguments);
    }
    void *node;
    if (memo_find(parser, MEMO_ARGUMENTS, &node)) {
        if (node != NULL) {
            *arguments = *(struct call_arguments *)node;
        }
        return node != NULL;
    }
    int start = parser->mark;
    struct call_arguments *kept = NULL;
    if (parse_arguments_raw(parser, arguments)) {
        kept = parser_alloc(parser, sizeof *kept);
        *kept = *arguments;
    }
    memo_store(parser, start, MEMO_ARGUMENTS, kept);
    return kept != NULL;
}

/* ---- parameters ---------------------------------------------------------------------------------- */

/* A parameter list under construction. */
struct parameter {
    struct ast_arg arg;
    struct ast_expr *value; /* its default, or NULL */
};

struct parameters {
    struct parser *parser;
    bool is_lambda;
    enum token_kind terminator;
    struct ast_arguments *arguments;
    size_t base;         /* of `struct parameter` items on the list stack */
    uint32_t positional; /* items before '*' */
    uint32_t slash;      /* items before '/', or 0 */
    bool seen_star;
};

/* NAME [':' annotation]. The annotation of *args may be starred. */
static bool parse_parameter(struct parameters *list, bool star_annotation, struct ast_arg *arg)
{
    struct parser *parser = list->parser;
    const struct token *token = parser_token(parser);
    if (token->kind != TOKEN_NAME) {
        return false;
    }
    struct place start = {token->lineno, token->col_offset};
    arg->arg = token->name;
    arg->annotation = NULL;
    arg->type_comment = NULL;
    parser->mark++;
    if (!list->is_lambda && parser_accept(parser, TOKEN_COLON)) {
        if (star_annotation && parser_peek(parser) == TOKEN_STAR) {
            struct place star = parser_place(parser);
            parser->mark++;
            struct ast_expr *value = parse_bitwise_or(parser);
            if (value == NULL) {
                return false;
            }
            arg->annotation = parser_expr(parser, EXPR_STARRED, star);
            arg->annotation->starred.value = value;
            arg->annotation->starred.ctx = CONTEXT_LOAD;
        } else {
            arg->annotation = parse_expression(parser);
        }
        if (arg->annotation == NULL) {
            return false;
        }
    }
    arg->position = parser_position(parser, start);
    return true;
}

/* After '/': a comma, or the end of the list. */
static bool end_item(struct parameters *list)
{
    return parser_accept(list->parser, TOKEN_COMMA) || parser_peek(list->parser) == list->terminator;
}

/* After a parameter: the same, and a type comment behind the comma or before the end. */
static bool end_parameter(struct parameters *list, struct ast_arg *arg)
{
    struct parser *parser = list->parser;
    bool comma = parser_accept(parser, TOKEN_COMMA);
    if (!list->is_lambda) {
        arg->type_comment = parser_type_comment(parser);
    }
    return comma || parser_peek(parser) == list->terminator;
}

/* A parameter with an optional default. `needs_default`: one before it has one. */
static bool parse_plain_parameter(struct parameters *list, bool needs_default)
{
    struct parser *parser = list->parser;
    struct parameter parameter = {0};
    if (!parse_parameter(list, false, &parameter.arg)) {
        return false;
    }
    if (parser_peek(parser) == TOKEN_EQUAL) {
        int mark = parser->mark++;
        parameter.value = parse_expression(parser);
        if (parameter.value == NULL) {
            if (parser->diagnose) {
                parser->mark = mark;
                diagnose_default(parser);
            }
            return false;
        }
    } else if (needs_default) {
        return false;
    }
    bool ended = end_parameter(list, &parameter.arg);
    parser_push(parser, &parameter, sizeof parameter);
    return ended;
}

static bool parse_slash(struct parameters *list)
{
    uint32_t count = (uint32_t)((list->parser->stack_used - list->base) / sizeof(struct parameter));
    if (list->seen_star || list->slash != 0 || count == 0) {
        return false;
    }
    list->slash = count;
    list->parser->mark++;
    if (!end_item(list)) {
        return false;
    }
    parser_need(list->parser, 8, "Positional-only parameters are");
    return true;
}

static struct ast_arg *keep_arg(struct parser *parser, const struct ast_arg *arg)
{
    struct ast_arg *kept = parser_alloc(parser, sizeof *kept);
    *kept = *arg;
    return kept;
}

static bool parse_star_parameter(struct parameters *list)
{
    struct parser *parser = list->parser;
    if (list->seen_star) {
        return false;
    }
    if (parser->diagnose) {
        diagnose_star_parameter(parser, list->is_lambda);
    }
    list->seen_star = true;
    list->positional = (uint32_t)((parser->stack_used - list->base) / sizeof(struct parameter));
    parser->mark++;
    if (parser_accept(parser, TOKEN_COMMA)) {
        return parser_peek(parser) == TOKEN_NAME; /* a bare * needs a parameter after it */
    }
    struct ast_arg arg;
    if (!parse_parameter(list, true, &arg) || !end_parameter(list, &arg)) {
        return false;
    }
    list->arguments->vararg = keep_arg(parser, &arg);
    return true;
}

static bool parse_double_star_parameter(struct parameters *list)
{
    struct parser *parser = list->parser;
    if (parser->diagnose) {
        diagnose_keyword_parameter(parser, list->is_lambda);
    }
    parser->mark++;
    struct ast_arg arg;
    if (!parse_parameter(list, false, &arg) || !end_parameter(list, &arg)) {
        return false;
    }
    list->arguments->kwarg = keep_arg(parser, &arg);
    return parser_peek(parser) == list->terminator;
}

/* Copies `count` parameters to a list of arguments. */
static struct ast_arg_list take_args(struct parser *parser, const struct parameter *from, uint32_t count)
{
    struct ast_arg_list list = {count, NULL};
    if (count > 0) {
        list.items = parser_alloc(parser, count * sizeof *list.items);
        for (uint32_t i = 0; i < count; i++) {
            list.items[i] = from[i].arg;
        }
    }
    return list;
}

/* Fills the arguments from the collected parameters. */
static void take_parameters(struct parameters *list)
{
    struct parser *parser = list->parser;
    struct ast_arguments *arguments = list->arguments;
    uint32_t count;
    struct parameter *items = parser_take(parser, list->base, sizeof *items, &count);
    uint32_t positional = list->seen_star ? list->positional : count;
    arguments->posonlyargs = take_args(parser, items, list->slash);
    if (count == 0) {
        return;
    }
    arguments->args = take_args(parser, items + list->slash, positional - list->slash);
    arguments->kwonlyargs = take_args(parser, items + positional, count - positional);
    size_t base = parser->stack_used;
    for (uint32_t i = 0; i < positional; i++) {
        if (items[i].value != NULL) {
            parser_push_pointer(parser, items[i].value);
        }
    }
    arguments->defaults = parser_take_exprs(parser, base);
    for (uint32_t i = positional; i < count; i++) {
        parser_push_pointer(parser, items[i].value);
    }
    arguments->kw_defaults = parser_take_exprs(parser, base);
}

struct ast_arguments *parse_parameters(struct parser *parser, bool is_lambda)
{
    struct ast_arguments *arguments = parser_alloc(parser, sizeof *arguments);
    *arguments = (struct ast_arguments){0};
    struct parameters list = {
        .parser = parser,
        .is_lambda = is_lambda,
        .terminator = is_lambda ? TOKEN_COLON : TOKEN_RIGHT_PAREN,
        .arguments = arguments,
        .base = parser->stack_used,
    };
    if (parser->diagnose) {
        diagnose_parameters(parser, is_lambda);
    }
    bool needs_default = false;
    while (parser_peek(parser) != list.terminator) {
        bool parsed;
        switch (parser_peek(parser)) {
        case TOKEN_SLASH:
            parsed = parse_slash(&list);
            break;
        case TOKEN_STAR:
            parsed = parse_star_parameter(&list);
            needs_default = false;
            break;
        case TOKEN_DOUBLE_STAR:
            parsed = parse_double_star_parameter(&list);
            break;
        default:
            parsed = parse_plain_parameter(&list, needs_default && !list.seen_star);
            if (parsed && !list.seen_star) {
                struct parameter last;
                memcpy(&last, parser->stack + parser->stack_used - sizeof last, sizeof last);
                needs_default = last.value != NULL;
            }
        }
        if (!parsed) {
            parser->stack_used = list.base;
            return NULL;
        }
    }
    take_parameters(&list);
    return arguments;
}
