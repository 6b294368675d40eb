/* Atoms: names, constants, and everything in brackets, with comprehensions.
 *
 * The first pass decides by the token after the first item whether brackets hold a group, a tuple, a comprehension, a
 * dict or a set. The second pass tries the alternatives of the grammar one after another. */
#include "runtime/compiler/syntax/parser.h"

/* ---- comprehension clauses ----------------------------------------------------------------------- */

/* One `for` clause with its conditions. */
static bool parse_for_if_clause(struct parser *parser, struct ast_comprehension *clause)
{
    int mark = parser->mark;
    clause->is_async = parser_accept(parser, TOKEN_KEYWORD_ASYNC);
    if (!parser_accept(parser, TOKEN_KEYWORD_FOR)) {
        return false;
    }
    clause->target = parse_star_targets(parser);
    if (clause->target == NULL || !parser_accept(parser, TOKEN_KEYWORD_IN)) {
        if (parser->diagnose) {
            parser->mark = mark;
            diagnose_for_target(parser);
        }
        return false;
    }
    clause->iter = parse_disjunction(parser);
    if (clause->iter == NULL) {
        return false;
    }
    size_t base = parser->stack_used;
    while (parser_peek(parser) == TOKEN_KEYWORD_IF) {
        int before = parser->mark++;
        struct ast_expr *condition = parse_disjunction(parser);
        if (condition == NULL) {
            parser->mark = before;
            break;
        }
        parser_push_pointer(parser, condition);
    }
    clause->ifs = parser_take_exprs(parser, base);
    if (clause->is_async) {
        parser_need(parser, 6, "Async comprehensions are");
    }
    return true;
}

bool parse_for_if_clauses(struct parser *parser, struct ast_comprehensions *generators)
{
    size_t base = parser->stack_used;
    for (;;) {
        enum token_kind kind = parser_peek(parser);
        if (kind != TOKEN_KEYWORD_FOR && kind != TOKEN_KEYWORD_ASYNC) {
            break;
        }
        int mark = parser->mark;
        size_t stack = parser->stack_used;
        struct ast_comprehension clause = {0};
        if (!parse_for_if_clause(parser, &clause)) {
            parser->mark = mark;
            parser->stack_used = stack;
            break;
        }
        parser_push(parser, &clause, sizeof clause);
    }
    generators->items = parser_take(parser, base, sizeof *generators->items, &generators->count);
    return generators->count > 0;
}

static bool starts_clause(enum token_kind kind)
{
    return kind == TOKEN_KEYWORD_FOR || kind == TOKEN_KEYWORD_ASYNC;
}

static struct ast_expr *sequence_node(struct parser *parser, enum ast_expr_kind kind, struct place start, size_t base)
{
    struct ast_expr *sequence = parser_expr(parser, kind, start);
    sequence->sequence.elts = parser_take_exprs(parser, base);
    sequence->sequence.ctx = CONTEXT_LOAD;
    return sequence;
}

/* The rest of a comprehension, after its element. */
static struct ast_expr *finish_comprehension(struct parser *parser, enum ast_expr_kind kind, struct place start,
                                             struct ast_expr *element, enum token_kind close)
{
    struct ast_comprehensions generators;
    if (!parse_for_if_clauses(parser, &generators) || !parser_accept(parser, close)) {
        return NULL;
    }
    struct ast_expr *comprehension = parser_expr(parser, kind, start);
    comprehension->comprehension.elt = element;
    comprehension->comprehension.generators = generators;
    return comprehension;
}

/* ---- first pass ---------------------------------------------------------------------------------- */

/* Items after the first, which is on the list stack already; a comma follows. Up to the closing bracket. */
static bool collect_items(struct parser *parser, enum token_kind close)
{
    while (parser_accept(parser, TOKEN_COMMA)) {
        if (parser_peek(parser) == close) {
            break;
        }
        struct ast_expr *item = parse_star_named_expression(parser);
        if (item == NULL) {
            return false;
        }
        parser_push_pointer(parser, item);
    }
    return parser_accept(parser, close);
}

static struct ast_expr *parse_parenthesised(struct parser *parser)
{
    struct place start = parser_place(parser);
    size_t base = parser->stack_used;
    parser->mark++;
    if (parser_accept(parser, TOKEN_RIGHT_PAREN)) {
        return sequence_node(parser, EXPR_TUPLE, start, base);
    }
    if (parser_peek(parser) == TOKEN_KEYWORD_YIELD) {
        struct ast_expr *yield = parse_yield(parser);
        return parser_accept(parser, TOKEN_RIGHT_PAREN) ? yield : NULL;
    }
    bool starred = parser_peek(parser) == TOKEN_STAR;
    struct ast_expr *first = parse_star_named_expression(parser);
    if (first == NULL) {
        return NULL;
    }
    enum token_kind kind = parser_peek(parser);
    if (kind == TOKEN_COMMA) {
        parser_push_pointer(parser, first);
        return collect_items(parser, TOKEN_RIGHT_PAREN) ? sequence_node(parser, EXPR_TUPLE, start, base) : NULL;
    }
    if (starred) {
        return NULL;
    }
    if (starts_clause(kind)) {
        return finish_comprehension(parser, EXPR_GENERATOR_EXP, start, first, TOKEN_RIGHT_PAREN);
    }
    return parser_accept(parser, TOKEN_RIGHT_PAREN) ? first : NULL;
}

static struct ast_expr *parse_bracketed(struct parser *parser)
{
    struct place start = parser_place(parser);
    size_t base = parser->stack_used;
    parser->mark++;
    if (parser_accept(parser, TOKEN_RIGHT_BRACKET)) {
        return sequence_node(parser, EXPR_LIST, start, base);
    }
    bool starred = parser_peek(parser) == TOKEN_STAR;
    struct ast_expr *first = parse_star_named_expression(parser);
    if (first == NULL) {
        return NULL;
    }
    if (!starred && starts_clause(parser_peek(parser))) {
        return finish_comprehension(parser, EXPR_LIST_COMP, start, first, TOKEN_RIGHT_BRACKET);
    }
    parser_push_pointer(parser, first);
    return collect_items(parser, TOKEN_RIGHT_BRACKET) ? sequence_node(parser, EXPR_LIST, start, base) : NULL;
}

bool parse_kvpair(struct parser *parser, struct ast_expr **key, struct ast_expr **value)
{
    *key = parse_expression(parser);
    if (*key == NULL || !parser_accept(parser, TOKEN_COLON)) {
        return false;
    }
    *value = parse_expression(parser);
    return *value != NULL;
}

bool parse_double_starred_kvpair(struct parser *parser, struct ast_expr **key, struct ast_expr **value)
{
    if (parser_accept(parser, TOKEN_DOUBLE_STAR)) {
        *key = NULL;
        *value = parse_bitwise_or(parser);
        return *value != NULL;
    }
    return parse_kvpair(parser, key, value);
}

/* A dict from the pairs on the list stack above base. */
static struct ast_expr *dict_node(struct parser *parser, struct place start, size_t base)
{
    struct ast_expr *dict = parser_expr(parser, EXPR_DICT, start);
    struct ast_exprs pairs = parser_take_exprs(parser, base);
    uint32_t count = pairs.count / 2;
    dict->dict.keys = (struct ast_exprs){count, NULL};
    dict->dict.values = (struct ast_exprs){count, NULL};
    if (count > 0) {
        dict->dict.keys.items = parser_alloc(parser, count * sizeof *pairs.items);
        dict->dict.values.items = parser_alloc(parser, count * sizeof *pairs.items);
    }
    for (uint32_t i = 0; i < count; i++) {
        dict->dict.keys.items[i] = pairs.items[2 * i];
        dict->dict.values.items[i] = pairs.items[2 * i + 1];
    }
    return dict;
}

static void push_pair(struct parser *parser, struct ast_expr *key, struct ast_expr *value)
{
    parser_push_pointer(parser, key);
    parser_push_pointer(parser, value);
}

/* The pairs after the first one, which is on the list stack; then '}'. */
static struct ast_expr *finish_dict(struct parser *parser, struct place start, size_t base)
{
    while (parser_accept(parser, TOKEN_COMMA)) {
        if (parser_peek(parser) == TOKEN_RIGHT_BRACE) {
            break;
        }
        struct ast_expr *key, *value;
        if (!parse_double_starred_kvpair(parser, &key, &value)) {
            return NULL;
        }
        push_pair(parser, key, value);
    }
    return parser_accept(parser, TOKEN_RIGHT_BRACE) ? dict_node(parser, start, base) : NULL;
}

static struct ast_expr *finish_dict_comprehension(struct parser *parser, struct place start, struct ast_expr *key,
                                                  struct ast_expr *value)
{
    struct ast_comprehensions generators;
    if (!parse_for_if_clauses(parser, &generators) || !parser_accept(parser, TOKEN_RIGHT_BRACE)) {
        return NULL;
    }
    struct ast_expr *comprehension = parser_expr(parser, EXPR_DICT_COMP, start);
    comprehension->dict_comp.key = key;
    comprehension->dict_comp.value = value;
    comprehension->dict_comp.generators = generators;
    return comprehension;
}

static struct ast_expr *set_node(struct parser *parser, struct place start, size_t base)
{
    struct ast_expr *set = parser_expr(parser, EXPR_SET, start);
    set->set.elts = parser_take_exprs(parser, base);
    return set;
}

static struct ast_expr *parse_braced_plain(struct parser *parser)
{
    struct place start = parser_place(parser);
    size_t base = parser->stack_used;
    parser->mark++;
    if (parser_accept(parser, TOKEN_RIGHT_BRACE)) {
        return dict_node(parser, start, base);
    }
    struct ast_expr *key, *value;
    if (parser_peek(parser) == TOKEN_DOUBLE_STAR) {
        if (!parse_double_starred_kvpair(parser, &key, &value)) {
            return NULL;
        }
        push_pair(parser, key, value);
        return finish_dict(parser, start, base);
    }
    bool plain = parser_peek(parser) != TOKEN_STAR &&
                 !(parser_peek(parser) == TOKEN_NAME && parser_peek_second(parser) == TOKEN_COLON_EQUAL);
    struct ast_expr *first = parse_star_named_expression(parser);
    if (first == NULL) {
        return NULL;
    }
    enum token_kind kind = parser_peek(parser);
    if (kind == TOKEN_COLON && plain) {
        parser->mark++;
        value = parse_expression(parser);
        if (value == NULL) {
            return NULL;
        }
        if (starts_clause(parser_peek(parser))) {
            return finish_dict_comprehension(parser, start, first, value);
        }
        push_pair(parser, first, value);
        return finish_dict(parser, start, base);
    }
    if (starts_clause(kind) && first->kind != EXPR_STARRED) {
        return finish_comprehension(parser, EXPR_SET_COMP, start, first, TOKEN_RIGHT_BRACE);
    }
    parser_push_pointer(parser, first);
    return collect_items(parser, TOKEN_RIGHT_BRACE) ? set_node(parser, start, base) : NULL;
}

/* The grammar looks for mistakes in dicts even in the first pass. Braces that failed are remembered, lest nested ones
 * be tried again and again. */
static struct ast_expr *parse_braced(struct parser *parser)
{
    void *node;
    int start = parser->mark;
    if (parser->memo_capacity > 0 && memo_find(parser, MEMO_DICT, &node)) {
        return NULL;
    }
    size_t stack = parser->stack_used;
    struct ast_expr *braced = parse_braced_plain(parser);
    if (braced == NULL) {
        parser->mark = start;
        parser->stack_used = stack;
        memo_store(parser, start, MEMO_DICT, NULL);
        diagnose_dict(parser);
    }
    return braced;
}

/* ---- second pass: the alternatives one by one ---------------------------------------------------- */

static struct ast_expr *try_tuple(struct parser *parser)
{
    struct place start = parser_place(parser);
    size_t base = parser->stack_used;
    if (!parser_accept(parser, TOKEN_LEFT_PAREN)) {
        return NULL;
    }
    int mark = parser->mark;
    struct ast_expr *first = parse_star_named_expression(parser);
    if (first != NULL && parser_accept(parser, TOKEN_COMMA)) {
        parser_push_pointer(parser, first);
        mark = parser->mark;
        if (!parse_star_named_expressions(parser)) {
            parser->mark = mark;
        }
    } else {
        parser->mark = mark;
    }
    return parser_accept(parser, TOKEN_RIGHT_PAREN) ? sequence_node(parser, EXPR_TUPLE, start, base) : NULL;
}

static struct ast_expr *try_group(struct parser *parser)
{
    int start = parser->mark;
    parser->mark++;
    struct ast_expr *expr =
        parser_peek(parser) == TOKEN_KEYWORD_YIELD ? parse_yield(parser) : parse_named_expression(parser);
    if (expr != NULL && parser_accept(parser, TOKEN_RIGHT_PAREN)) {
        return expr;
    }
    if (parser->diagnose) {
        parser->mark = start;
        diagnose_group(parser);
    }
    return NULL;
}

/* The element of a generator expression: assignment_expression | expression !':=' */
static struct ast_expr *parse_element(struct parser *parser)
{
    if (parser_peek(parser) == TOKEN_NAME && parser_peek_second(parser) == TOKEN_COLON_EQUAL) {
        return parse_assignment_expression(parser);
    }
    struct ast_expr *expr = parse_expression(parser);
    return expr != NULL && parser_peek(parser) != TOKEN_COLON_EQUAL ? expr : NULL;
}

static struct ast_expr *try_comprehension(struct parser *parser, enum ast_expr_kind kind, enum token_kind close,
                                          struct ast_expr *(*parse)(struct parser *))
{
    struct place start = parser_place(parser);
    int mark = parser->mark++;
    struct ast_expr *element = parse(parser);
    if (element != NULL) {
        struct ast_expr *comprehension = finish_comprehension(parser, kind, start, element, close);
        if (comprehension != NULL) {
            return comprehension;
        }
    }
    if (parser->diagnose) {
        parser->mark = mark;
        diagnose_comprehension(parser);
    }
    return NULL;
}

static struct ast_expr *try_genexp(struct parser *parser)
{
    return try_comprehension(parser, EXPR_GENERATOR_EXP, TOKEN_RIGHT_PAREN, parse_element);
}

static struct ast_expr *try_list(struct parser *parser)
{
    struct place start = parser_place(parser);
    size_t base = parser->stack_used;
    parser->mark++;
    int mark = parser->mark;
    if (!parse_star_named_expressions(parser)) {
        parser->mark = mark;
    }
    return parser_accept(parser, TOKEN_RIGHT_BRACKET) ? sequence_node(parser, EXPR_LIST, start, base) : NULL;
}

static struct ast_expr *try_listcomp(struct parser *parser)
{
    return try_comprehension(parser, EXPR_LIST_COMP, TOKEN_RIGHT_BRACKET, parse_named_expression);
}

static struct ast_expr *try_dict(struct parser *parser)
{
    struct place start = parser_place(parser);
    size_t base = parser->stack_used;
    int open = parser->mark++;
    int mark = parser->mark;
    struct ast_expr *key, *value;
    while (parse_double_starred_kvpair(parser, &key, &value)) {
        push_pair(parser, key, value);
        mark = parser->mark;
        if (!parser_accept(parser, TOKEN_COMMA)) {
            break;
        }
        mark = parser->mark;
    }
    parser->mark = mark;
    if (parser_accept(parser, TOKEN_RIGHT_BRACE)) {
        return dict_node(parser, start, base);
    }
    parser->stack_used = base;
    parser->mark = open;
    diagnose_dict(parser);
    return NULL;
}

static struct ast_expr *try_set(struct parser *parser)
{
    struct place start = parser_place(parser);
    size_t base = parser->stack_used;
    parser->mark++;
    return parse_star_named_expressions(parser) && parser_accept(parser, TOKEN_RIGHT_BRACE)
               ? set_node(parser, start, base)
               : NULL;
}

static struct ast_expr *try_dictcomp(struct parser *parser)
{
    struct place start = parser_place(parser);
    int mark = parser->mark++;
    struct ast_expr *key, *value;
    if (parse_kvpair(parser, &key, &value)) {
        struct ast_expr *comprehension = finish_dict_comprehension(parser, start, key, value);
        if (comprehension != NULL) {
            return comprehension;
        }
    }
    if (parser->diagnose) {
        parser->mark = mark;
        diagnose_dict_comprehension(parser);
    }
    return NULL;
}

static struct ast_expr *try_setcomp(struct parser *parser)
{
    return try_comprehension(parser, EXPR_SET_COMP, TOKEN_RIGHT_BRACE, parse_named_expression);
}

/* Runs one alternative through the memo and restores the mark if it fails. */
static struct ast_expr *alternative(struct parser *parser, int rule, struct ast_expr *(*parse)(struct parser *))
{
    void *node;
    int start = parser->mark;
    size_t stack = parser->stack_used;
    if (!parser->diagnose) {
        rule += MEMO_ATOM_QUIET;
    }
    if (memo_find(parser, rule, &node)) {
        return node;
    }
    node = parse(parser);
    if (node == NULL) {
        parser->mark = start;
        parser->stack_used = stack;
    }
    memo_store(parser, start, rule, node);
    return node;
}

struct ast_expr *parse_tuple(struct parser *parser)
{
    return parser_peek(parser) == TOKEN_LEFT_PAREN ? alternative(parser, MEMO_TUPLE, try_tuple) : NULL;
}

struct ast_expr *parse_list(struct parser *parser)
{
    return parser_peek(parser) == TOKEN_LEFT_BRACKET ? alternative(parser, MEMO_LIST, try_list) : NULL;
}

struct ast_expr *parse_genexp(struct parser *parser)
{
    return parser_peek(parser) == TOKEN_LEFT_PAREN ? alternative(parser, MEMO_GENEXP, try_genexp) : NULL;
}

/* The brackets of the second pass. */
static struct ast_expr *parse_alternatives(struct parser *parser, enum token_kind open)
{
    static const struct {
        uint8_t open;
        uint8_t rule;
        struct ast_expr *(*parse)(struct parser *);
    } alternatives[] = {
        {TOKEN_LEFT_PAREN, MEMO_TUPLE, try_tuple},
        {TOKEN_LEFT_PAREN, MEMO_GROUP, try_group},
        {TOKEN_LEFT_PAREN, MEMO_GENEXP, try_genexp},
        {TOKEN_LEFT_BRACKET, MEMO_LIST, try_list},
        {TOKEN_LEFT_BRACKET, MEMO_LISTCOMP, try_listcomp},
        {TOKEN_LEFT_BRACE, MEMO_DICT, try_dict},
        {TOKEN_LEFT_BRACE, MEMO_SET, try_set},
        {TOKEN_LEFT_BRACE, MEMO_DICTCOMP, try_dictcomp},
        {TOKEN_LEFT_BRACE, MEMO_SETCOMP, try_setcomp},
    };
    for (size_t i = 0; i < sizeof alternatives / sizeof *alternatives; i++) {
        if (alternatives[i].open == open) {
            struct ast_expr *expr = alternative(parser, alternatives[i].rule, alternatives[i].parse);
            if (expr != NULL) {
                return expr;
            }
        }
    }
    return NULL;
}

/* ---- atoms --------------------------------------------------------------------------------------- */

static struct ast_expr *parse_singleton(struct parser *parser, enum ast_constant_kind kind)
{
    struct place start = parser_place(parser);
    parser->mark++;
    struct ast_expr *constant = parser_expr(parser, EXPR_CONSTANT, start);
    constant->constant = (struct ast_constant){.kind = kind};
    return constant;
}

struct ast_expr *parse_atom(struct parser *parser)
{
    enum token_kind kind = parser_peek(parser);
    switch (kind) {
    case TOKEN_NAME:
        return parse_name(parser, CONTEXT_LOAD);
    case TOKEN_NUMBER:
        return parse_number(parser);
    case TOKEN_STRING:
        return parse_strings(parser);
    case TOKEN_KEYWORD_NONE:
        return parse_singleton(parser, CONSTANT_NONE);
    case TOKEN_KEYWORD_TRUE:
        return parse_singleton(parser, CONSTANT_TRUE);
    case TOKEN_KEYWORD_FALSE:
        return parse_singleton(parser, CONSTANT_FALSE);
    case TOKEN_ELLIPSIS:
        return parse_singleton(parser, CONSTANT_ELLIPSIS);
    case TOKEN_LEFT_PAREN:
        return parser->second_pass ? parse_alternatives(parser, kind) : parse_parenthesised(parser);
    case TOKEN_LEFT_BRACKET:
        return parser->second_pass ? parse_alternatives(parser, kind) : parse_bracketed(parser);
    case TOKEN_LEFT_BRACE:
        return parser->second_pass ? parse_alternatives(parser, kind) : parse_braced(parser);
    default:
        return NULL;
    }
}
