/* The match statement and its patterns. `match`, `case` and `_` are keywords only here, so a statement that begins with
 * the name match may turn out to be another one: that is known at the latest when the line ends without a colon. */
#include "runtime/compiler/syntax/parser.h"

#include <string.h>

static bool at_soft_keyword(struct parser *parser, ast_name keyword)
{
    const struct token *token = parser_token(parser);
    return token->kind == TOKEN_NAME && token->name == keyword;
}

/* ---- literals and names -------------------------------------------------------------------------- */

/* ['-'] NUMBER */
static struct ast_expr *parse_signed_number(struct parser *parser)
{
    struct place start = parser_place(parser);
    bool negative = parser_accept(parser, TOKEN_MINUS);
    struct ast_expr *number = parser_peek(parser) == TOKEN_NUMBER ? parse_number(parser) : NULL;
    if (number == NULL || !negative) {
        return number;
    }
    struct ast_expr *unary = parser_expr(parser, EXPR_UNARY_OP, start);
    unary->unary_op.op = UNARY_OPERATOR_USUB;
    unary->unary_op.operand = number;
    return unary;
}

/* A number, possibly signed, possibly real + imaginary. */
static struct ast_expr *parse_number_literal(struct parser *parser)
{
    struct place start = parser_place(parser);
    struct ast_expr *left = parse_signed_number(parser);
    if (left == NULL) {
        return NULL;
    }
    enum token_kind kind = parser_peek(parser);
    if (kind != TOKEN_PLUS && kind != TOKEN_MINUS) {
        return left;
    }
    const struct ast_expr *real = left->kind == EXPR_UNARY_OP ? left->unary_op.operand : left;
    if (real->constant.kind == CONSTANT_COMPLEX) {
        parser_raise_at(parser, real->position, "real number required in complex literal");
    }
    parser->mark++;
    struct ast_expr *right = parser_peek(parser) == TOKEN_NUMBER ? parse_number(parser) : NULL;
    if (right == NULL) {
        return NULL;
    }
    if (right->constant.kind != CONSTANT_COMPLEX) {
        parser_raise_at(parser, right->position, "imaginary number required in complex literal");
    }
    struct ast_expr *sum = parser_expr(parser, EXPR_BIN_OP, start);
    sum->bin_op.left = left;
    sum->bin_op.op = kind == TOKEN_PLUS ? OPERATOR_ADD : OPERATOR_SUB;
    sum->bin_op.right = right;
    return sum;
}

/* Name ('.' name)* */
struct ast_expr *parse_name_or_attribute(struct parser *parser)
{
    struct place start = parser_place(parser);
    struct ast_expr *left = parse_name(parser, CONTEXT_LOAD);
    while (left != NULL && parser_peek(parser) == TOKEN_DOT && parser_peek_second(parser) == TOKEN_NAME) {
        parser->mark++;
        ast_name attr = parser->tokens[parser->mark++].name;
        struct ast_expr *attribute = parser_expr(parser, EXPR_ATTRIBUTE, start);
        attribute->attribute.value = left;
        attribute->attribute.attr = attr;
        attribute->attribute.ctx = CONTEXT_LOAD;
        left = attribute;
    }
    return left;
}

static bool starts_literal(enum token_kind kind)
{
    return kind == TOKEN_NUMBER || kind == TOKEN_MINUS || kind == TOKEN_STRING || kind == TOKEN_KEYWORD_NONE ||
           kind == TOKEN_KEYWORD_TRUE || kind == TOKEN_KEYWORD_FALSE;
}

/* A literal as an expression: value patterns and keys of mappings. */
static struct ast_expr *parse_literal(struct parser *parser)
{
    enum token_kind kind = parser_peek(parser);
    return kind == TOKEN_NUMBER || kind == TOKEN_MINUS ? parse_number_literal(parser) : parse_atom(parser);
}

/* A name that captures: not _, and not the beginning of something longer. */
static ast_name parse_capture_target(struct parser *parser)
{
    if (parser_peek(parser) != TOKEN_NAME || at_soft_keyword(parser, parser->names->underscore)) {
        return NULL;
    }
    enum token_kind next = parser_peek_second(parser);
    if (next == TOKEN_DOT || next == TOKEN_LEFT_PAREN || next == TOKEN_EQUAL) {
        return NULL;
    }
    return parser->tokens[parser->mark++].name;
}

/* ---- collections of patterns --------------------------------------------------------------------- */

/* '*' (capture | '_') */
static struct ast_pattern *parse_star_pattern(struct parser *parser)
{
    struct place start = parser_place(parser);
    parser->mark++;
    ast_name name = parse_capture_target(parser);
    if (name == NULL) {
        if (!at_soft_keyword(parser, parser->names->underscore)) {
            return NULL;
        }
        parser->mark++;
    }
    struct ast_pattern *pattern = parser_pattern(parser, PATTERN_MATCH_STAR, start);
    pattern->match_star.name = name;
    return pattern;
}

static struct ast_pattern *parse_maybe_star_pattern(struct parser *parser)
{
    return parser_peek(parser) == TOKEN_STAR ? parse_star_pattern(parser) : parse_pattern(parser);
}

static struct ast_patterns take_patterns(struct parser *parser, size_t base)
{
    struct ast_patterns patterns;
    patterns.items = parser_take(parser, base, sizeof *patterns.items, &patterns.count);
    return patterns;
}

static struct ast_pattern *sequence_node(struct parser *parser, enum ast_pattern_kind kind, struct place start,
                                         size_t base)
{
    struct ast_pattern *pattern = parser_pattern(parser, kind, start);
    pattern->match_sequence.patterns = take_patterns(parser, base);
    return pattern;
}

/* (',' maybe_star_pattern)* [','] after a first pattern that is on the list stack. */
static void parse_more_patterns(struct parser *parser)
{
    while (parser_accept(parser, TOKEN_COMMA)) {
        int mark = parser->mark;
        size_t stack = parser->stack_used;
        struct ast_pattern *next = parse_maybe_star_pattern(parser);
        if (next == NULL) {
            parser->mark = mark;
            parser->stack_used = stack;
            break;
        }
        parser_push_pointer(parser, next);
    }
}

static struct ast_pattern *parse_bracketed_pattern(struct parser *parser)
{
    struct place start = parser_place(parser);
    size_t base = parser->stack_used;
    bool is_list = parser_peek(parser) == TOKEN_LEFT_BRACKET;
    enum token_kind close = is_list ? TOKEN_RIGHT_BRACKET : TOKEN_RIGHT_PAREN;
    parser->mark++;
    if (parser_accept(parser, close)) {
        return sequence_node(parser, PATTERN_MATCH_SEQUENCE, start, base);
    }
    bool starred = parser_peek(parser) == TOKEN_STAR;
    struct ast_pattern *first = parse_maybe_star_pattern(parser);
    if (first == NULL) {
        return NULL;
    }
    if (!is_list && parser_peek(parser) != TOKEN_COMMA) {
        return !starred && parser_accept(parser, close) ? first : NULL;
    }
    parser_push_pointer(parser, first);
    parse_more_patterns(parser);
    return parser_accept(parser, close) ? sequence_node(parser, PATTERN_MATCH_SEQUENCE, start, base) : NULL;
}

/* key ':' pattern; pushes both. */
static bool parse_key_value_pattern(struct parser *parser)
{
    struct ast_expr *key;
    if (starts_literal(parser_peek(parser))) {
        key = parse_literal(parser);
    } else {
        key = parse_name_or_attribute(parser);
        if (key != NULL && key->kind != EXPR_ATTRIBUTE) {
            return false;
        }
    }
    if (key == NULL || !parser_accept(parser, TOKEN_COLON)) {
        return false;
    }
    struct ast_pattern *pattern = parse_pattern(parser);
    if (pattern == NULL) {
        return false;
    }
    parser_push_pointer(parser, key);
    parser_push_pointer(parser, pattern);
    return true;
}

static struct ast_pattern *parse_mapping_pattern(struct parser *parser)
{
    struct place start = parser_place(parser);
    size_t base = parser->stack_used;
    ast_name rest = NULL;
    parser->mark++;
    while (parser_peek(parser) != TOKEN_RIGHT_BRACE) {
        if (parser_accept(parser, TOKEN_DOUBLE_STAR)) {
            rest = parse_capture_target(parser);
            if (rest == NULL) {
                return NULL;
            }
            parser_accept(parser, TOKEN_COMMA);
            break;
        }
        if (!parse_key_value_pattern(parser)) {
            return NULL;
        }
        if (!parser_accept(parser, TOKEN_COMMA)) {
            break;
        }
    }
    if (!parser_accept(parser, TOKEN_RIGHT_BRACE)) {
        return NULL;
    }
    struct ast_pattern *pattern = parser_pattern(parser, PATTERN_MATCH_MAPPING, start);
    uint32_t count;
    void **pairs = parser_take(parser, base, sizeof *pairs, &count);
    count /= 2;
    pattern->match_mapping.keys = (struct ast_exprs){count, NULL};
    pattern->match_mapping.patterns = (struct ast_patterns){count, NULL};
    pattern->match_mapping.rest = rest;
    if (count > 0) {
        pattern->match_mapping.keys.items = parser_alloc(parser, count * sizeof(struct ast_expr *));
        pattern->match_mapping.patterns.items = parser_alloc(parser, count * sizeof(struct ast_pattern *));
    }
    for (uint32_t i = 0; i < count; i++) {
        pattern->match_mapping.keys.items[i] = pairs[2 * i];
        pattern->match_mapping.patterns.items[i] = pairs[2 * i + 1];
    }
    return pattern;
}

/* ---- classes
 * -------------------------------------------------------------------------------------------------------------------
 */

static bool at_keyword_pattern(struct parser *parser)
{
    return parser_peek(parser) == TOKEN_NAME && parser_peek_second(parser) == TOKEN_EQUAL;
}

bool parse_keyword_patterns(struct parser *parser)
{
    bool found = false;
    int mark = parser->mark;
    while (at_keyword_pattern(parser)) {
        ast_name name = parser->tokens[parser->mark].name;
        size_t stack = parser->stack_used;
        parser->mark += 2;
        struct ast_pattern *pattern = parse_pattern(parser);
        if (pattern == NULL) {
            parser->stack_used = stack;
            break;
        }
        parser_push_pointer(parser, name);
        parser_push_pointer(parser, pattern);
        found = true;
        mark = parser->mark;
        if (!parser_accept(parser, TOKEN_COMMA)) {
            break;
        }
    }
    parser->mark = mark;
    return found;
}

/* The arguments of a class pattern, up to and with ')'. */
static bool parse_class_arguments(struct parser *parser, struct ast_pattern *pattern)
{
    size_t base = parser->stack_used;
    while (parser_peek(parser) != TOKEN_RIGHT_PAREN && !at_keyword_pattern(parser)) {
        struct ast_pattern *positional = parse_pattern(parser);
        if (positional == NULL) {
            return false;
        }
        parser_push_pointer(parser, positional);
        if (!parser_accept(parser, TOKEN_COMMA)) {
            break;
        }
    }
    pattern->match_class.patterns = take_patterns(parser, base);
    parse_keyword_patterns(parser);
    uint32_t count;
    void **pairs = parser_take(parser, base, sizeof *pairs, &count);
    count /= 2;
    pattern->match_class.kwd_attrs = (struct ast_names){count, NULL};
    pattern->match_class.kwd_patterns = (struct ast_patterns){count, NULL};
    if (count > 0) {
        pattern->match_class.kwd_attrs.items = parser_alloc(parser, count * sizeof(ast_name));
        pattern->match_class.kwd_patterns.items = parser_alloc(parser, count * sizeof(struct ast_pattern *));
        parser_accept(parser, TOKEN_COMMA);
    }
    for (uint32_t i = 0; i < count; i++) {
        pattern->match_class.kwd_attrs.items[i] = pairs[2 * i];
        pattern->match_class.kwd_patterns.items[i] = pairs[2 * i + 1];
    }
    return parser_accept(parser, TOKEN_RIGHT_PAREN);
}

/* A dotted name, which is a value, or a class with its arguments. */
static struct ast_pattern *parse_value_or_class(struct parser *parser)
{
    struct place start = parser_place(parser);
    int mark = parser->mark;
    struct ast_expr *name = parse_name_or_attribute(parser);
    enum token_kind next = parser_peek(parser);
    if (next == TOKEN_LEFT_PAREN) {
        parser->mark++;
        struct ast_pattern *pattern = parser_alloc(parser, sizeof *pattern);
        pattern->kind = PATTERN_MATCH_CLASS;
        pattern->match_class.cls = name;
        if (parse_class_arguments(parser, pattern)) {
            pattern->position = parser_position(parser, start);
            return pattern;
        }
        if (parser->diagnose) {
            parser->mark = mark;
            diagnose_class_pattern(parser);
        }
        return NULL;
    }
    if (name->kind != EXPR_ATTRIBUTE || next == TOKEN_DOT || next == TOKEN_EQUAL) {
        return NULL;
    }
    struct ast_pattern *pattern = parser_pattern(parser, PATTERN_MATCH_VALUE, start);
    pattern->match_value.value = name;
    return pattern;
}

/* ---- patterns
 * --------------------------------------------------------------------------------------------------------------------
 */

static struct ast_pattern *capture_node(struct parser *parser, struct place start, struct ast_pattern *inner,
                                        ast_name name)
{
    struct ast_pattern *pattern = parser_pattern(parser, PATTERN_MATCH_AS, start);
    pattern->match_as.pattern = inner;
    pattern->match_as.name = name;
    return pattern;
}

static struct ast_pattern *parse_literal_pattern(struct parser *parser, struct place start)
{
    enum token_kind kind = parser_peek(parser);
    struct ast_expr *value = parse_literal(parser);
    if (value == NULL) {
        return NULL;
    }
    if (kind == TOKEN_KEYWORD_NONE || kind == TOKEN_KEYWORD_TRUE || kind == TOKEN_KEYWORD_FALSE) {
        struct ast_pattern *singleton = parser_pattern(parser, PATTERN_MATCH_SINGLETON, start);
        singleton->match_singleton.value = value->constant;
        return singleton;
    }
    struct ast_pattern *pattern = parser_pattern(parser, PATTERN_MATCH_VALUE, start);
    pattern->match_value.value = value;
    return pattern;
}

static struct ast_pattern *parse_closed_pattern_raw(struct parser *parser)
{
    struct place start = parser_place(parser);
    enum token_kind kind = parser_peek(parser);
    if (starts_literal(kind)) {
        return parse_literal_pattern(parser, start);
    }
    switch (kind) {
    case TOKEN_NAME: {
        if (at_soft_keyword(parser, parser->names->underscore)) {
            parser->mark++;
            return capture_node(parser, start, NULL, NULL);
        }
        ast_name name = parse_capture_target(parser);
        return name != NULL ? capture_node(parser, start, NULL, name) : parse_value_or_class(parser);
    }
    case TOKEN_LEFT_PAREN:
    case TOKEN_LEFT_BRACKET:
        return parse_bracketed_pattern(parser);
    case TOKEN_LEFT_BRACE:
        return parse_mapping_pattern(parser);
    default:
        return NULL;
    }
}

static struct ast_pattern *parse_closed_pattern(struct parser *parser)
{
    void *node;
    if (parser->second_pass && memo_find(parser, MEMO_CLOSED_PATTERN, &node)) {
        return node;
    }
    int start = parser->mark;
    size_t stack = parser->stack_used;
    node = parse_closed_pattern_raw(parser);
    if (node == NULL) {
        parser->mark = start;
        parser->stack_used = stack;
    }
    if (parser->second_pass) {
        memo_store(parser, start, MEMO_CLOSED_PATTERN, node);
    }
    return node;
}

struct ast_pattern *parse_or_pattern(struct parser *parser)
{
    struct place start = parser_place(parser);
    struct ast_pattern *first = parse_closed_pattern(parser);
    if (first == NULL || parser_peek(parser) != TOKEN_VBAR) {
        return first;
    }
    size_t base = parser->stack_used;
    parser_push_pointer(parser, first);
    uint32_t count = 1;
    while (parser_peek(parser) == TOKEN_VBAR) {
        int mark = parser->mark++;
        size_t stack = parser->stack_used;
        struct ast_pattern *next = parse_closed_pattern(parser);
        if (next == NULL) {
            parser->mark = mark;
            parser->stack_used = stack;
            break;
        }
        parser_push_pointer(parser, next);
        count++;
    }
    if (count == 1) {
        parser->stack_used = base;
        return first;
    }
    return sequence_node(parser, PATTERN_MATCH_OR, start, base);
}

struct ast_pattern *parse_pattern(struct parser *parser)
{
    struct place start = parser_place(parser);
    int mark = parser->mark;
    struct ast_pattern *pattern = parse_or_pattern(parser);
    if (pattern == NULL || parser_peek(parser) != TOKEN_KEYWORD_AS) {
        return pattern;
    }
    int before_as = parser->mark++;
    ast_name name = parse_capture_target(parser);
    if (name != NULL) {
        return capture_node(parser, start, pattern, name);
    }
    if (parser->diagnose) {
        parser->mark = mark;
        diagnose_as_pattern(parser);
    }
    parser->mark = before_as;
    return pattern;
}

bool parse_patterns(struct parser *parser, struct ast_pattern **pattern)
{
    struct place start = parser_place(parser);
    size_t base = parser->stack_used;
    bool starred = parser_peek(parser) == TOKEN_STAR;
    *pattern = parse_maybe_star_pattern(parser);
    if (*pattern == NULL) {
        return false;
    }
    if (parser_peek(parser) != TOKEN_COMMA) {
        return !starred;
    }
    parser_push_pointer(parser, *pattern);
    parse_more_patterns(parser);
    *pattern = sequence_node(parser, PATTERN_MATCH_SEQUENCE, start, base);
    return true;
}

/* ---- the statement ------------------------------------------------------------------------------- */

bool parse_subject(struct parser *parser, struct ast_expr **subject)
{
    struct place start = parser_place(parser);
    int mark = parser->mark;
    size_t base = parser->stack_used;
    struct ast_expr *first = parse_star_named_expression(parser);
    if (first != NULL && parser_accept(parser, TOKEN_COMMA)) {
        parser_push_pointer(parser, first);
        mark = parser->mark;
        if (!parse_star_named_expressions(parser)) {
            parser->mark = mark;
        }
        *subject = parser_expr(parser, EXPR_TUPLE, start);
        (*subject)->sequence.elts = parser_take_exprs(parser, base);
        (*subject)->sequence.ctx = CONTEXT_LOAD;
        return true;
    }
    if (first != NULL && first->kind != EXPR_STARRED) {
        *subject = first;
        return true;
    }
    parser->mark = mark;
    return false;
}

static bool parse_case_block(struct parser *parser, struct ast_match_case *match_case)
{
    if (!at_soft_keyword(parser, parser->names->case_)) {
        return false;
    }
    if (parser->diagnose) {
        diagnose_case(parser);
    }
    parser->mark++;
    match_case->guard = NULL;
    if (!parse_patterns(parser, &match_case->pattern)) {
        return false;
    }
    if (parser_accept(parser, TOKEN_KEYWORD_IF)) {
        match_case->guard = parse_named_expression(parser);
        if (match_case->guard == NULL) {
            return false;
        }
    }
    return parser_accept(parser, TOKEN_COLON) && parse_block(parser, &match_case->body);
}

static bool parse_case_blocks(struct parser *parser, struct ast_match_cases *cases)
{
    size_t base = parser->stack_used;
    while (parser_peek(parser) == TOKEN_NAME) {
        struct ast_match_case match_case;
        if (!parse_case_block(parser, &match_case)) {
            parser->stack_used = base;
            return false;
        }
        parser_push(parser, &match_case, sizeof match_case);
    }
    cases->items = parser_take(parser, base, sizeof *cases->items, &cases->count);
    return cases->count > 0;
}

struct ast_stmt *parse_match_stmt(struct parser *parser, bool *begun)
{
    struct place start = parser_place(parser);
    int mark = parser->mark++;
    struct ast_expr *subject;
    struct ast_match_cases cases;
    if (parse_subject(parser, &subject) && parser_accept(parser, TOKEN_COLON) && parser_accept(parser, TOKEN_NEWLINE) &&
        parser_accept(parser, TOKEN_INDENT)) {
        *begun = true;
        if (parse_case_blocks(parser, &cases) && parser_accept(parser, TOKEN_DEDENT)) {
            parser_need(parser, 10, "Pattern matching is");
            struct ast_stmt *stmt = parser_stmt(parser, STMT_MATCH, start);
            stmt->match.subject = subject;
            stmt->match.cases = cases;
            return stmt;
        }
    }
    if (parser->diagnose) {
        parser->mark = mark;
        diagnose_match(parser);
    }
    return NULL;
}
