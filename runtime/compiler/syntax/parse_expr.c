/* Expressions, from star_expressions down to primaries. Operators of one precedence level after another are parsed by
 * precedence climbing; everything else is one function for each rule of the grammar.
 *
 * Where the right side of an operator is missing, the operator is left unread and what precedes it is the result: the
 * caller fails at the operator, as the grammar does, and the second pass can tell what is wrong there. */
#include "runtime/compiler/syntax/parser.h"

#include <string.h>

/* Runs a rule through the memo in the second pass. */
static struct ast_expr *memoised(struct parser *parser, enum memo_rule rule, struct ast_expr *(*parse)(struct parser *))
{
    void *node;
    if (memo_find(parser, rule, &node)) {
        return node;
    }
    int start = parser->mark;
    size_t stack = parser->stack_used;
    node = parse(parser);
    if (node == NULL) {
        parser->mark = start;
        parser->stack_used = stack;
    }
    memo_store(parser, start, rule, node);
    return node;
}

struct ast_expr *parse_name(struct parser *parser, enum ast_context context)
{
    const struct token *token = parser_token(parser);
    if (token->kind != TOKEN_NAME) {
        return NULL;
    }
    ast_name id = token->name;
    struct place start = {token->lineno, token->col_offset};
    parser->mark++;
    struct ast_expr *name = parser_expr(parser, EXPR_NAME, start);
    name->name.id = id;
    name->name.ctx = context;
    return name;
}

/* ---- primaries ----------------------------------------------------------------------------------- */

static struct ast_expr *parse_slice(struct parser *parser)
{
    struct place start = parser_place(parser);
    struct ast_expr *lower = NULL;
    int mark = parser->mark;
    if (parser_peek(parser) != TOKEN_COLON) {
        if (parser->second_pass) {
            lower = parse_expression(parser);
            if (lower == NULL || parser_peek(parser) != TOKEN_COLON) {
                parser->mark = mark;
                return parse_named_expression(parser);
            }
        } else {
            lower = parse_named_expression(parser);
            if (lower == NULL || parser_peek(parser) != TOKEN_COLON) {
                return lower;
            }
            if (parser->tokens[mark].kind == TOKEN_NAME && parser->tokens[mark + 1].kind == TOKEN_COLON_EQUAL) {
                return lower; /* a bound of a slice cannot be an assignment expression */
            }
        }
    }
    parser->mark++;
    int after_colon = parser->mark;
    struct ast_expr *upper = NULL, *step = NULL;
    enum token_kind kind = parser_peek(parser);
    if (kind != TOKEN_COLON && kind != TOKEN_COMMA && kind != TOKEN_RIGHT_BRACKET) {
        upper = parse_expression(parser);
        if (upper == NULL) {
            parser->mark = after_colon;
        }
    }
    if (parser_accept(parser, TOKEN_COLON)) {
        after_colon = parser->mark;
        kind = parser_peek(parser);
        if (kind != TOKEN_COMMA && kind != TOKEN_RIGHT_BRACKET) {
            step = parse_expression(parser);
            if (step == NULL) {
                parser->mark = after_colon;
            }
        }
    }
    struct ast_expr *slice = parser_expr(parser, EXPR_SLICE, start);
    slice->slice.lower = lower;
    slice->slice.upper = upper;
    slice->slice.step = step;
    return slice;
}

static struct ast_expr *parse_slices(struct parser *parser)
{
    struct place start = parser_place(parser);
    size_t base = parser->stack_used;
    bool starred = parser_peek(parser) == TOKEN_STAR;
    struct ast_expr *first = starred ? parse_starred_expression(parser) : parse_slice(parser);
    if (first == NULL || (!starred && parser_peek(parser) != TOKEN_COMMA)) {
        return first;
    }
    parser_push_pointer(parser, first);
    while (parser_accept(parser, TOKEN_COMMA)) {
        int mark = parser->mark;
        if (parser_peek(parser) == TOKEN_RIGHT_BRACKET) {
            break;
        }
        struct ast_expr *item =
            parser_peek(parser) == TOKEN_STAR ? parse_starred_expression(parser) : parse_slice(parser);
        if (item == NULL) {
            parser->mark = mark;
            break;
        }
        parser_push_pointer(parser, item);
    }
    struct ast_expr *tuple = parser_expr(parser, EXPR_TUPLE, start);
    tuple->sequence.elts = parser_take_exprs(parser, base);
    tuple->sequence.ctx = CONTEXT_LOAD;
    return tuple;
}

static struct ast_expr *call_node(struct parser *parser, struct place start, struct ast_expr *function,
                                  const struct call_arguments *arguments)
{
    struct ast_expr *call = parser_expr(parser, EXPR_CALL, start);
    call->call.func = function;
    call->call.args = arguments->args;
    call->call.keywords = arguments->keywords;
    return call;
}

/* A call, in the first pass: a generator expression may be its only argument. */
static struct ast_expr *parse_call(struct parser *parser, struct place start, struct ast_expr *function)
{
    struct place open = parser_place(parser);
    struct call_arguments arguments = {0};
    if (parser->second_pass) {
        int mark = parser->mark;
        struct ast_expr *genexp = parse_genexp(parser);
        if (genexp != NULL) {
            arguments.args = parser_one_expr(parser, genexp);
            return call_node(parser, start, function, &arguments);
        }
        parser->mark = mark;
    }
    parser->mark++;
    if (parser_accept(parser, TOKEN_RIGHT_PAREN)) {
        return call_node(parser, start, function, &arguments);
    }
    if (!parser->second_pass) {
        int mark = parser->mark;
        if (!parse_args(parser, &arguments)) {
            return NULL;
        }
        enum token_kind kind = parser_peek(parser);
        if ((kind == TOKEN_KEYWORD_FOR || kind == TOKEN_KEYWORD_ASYNC) && arguments.args.count == 1 &&
            arguments.keywords.count == 0 && parser->tokens[mark].kind != TOKEN_STAR) {
            struct ast_comprehensions generators;
            if (!parse_for_if_clauses(parser, &generators) || !parser_accept(parser, TOKEN_RIGHT_PAREN)) {
                return NULL;
            }
            struct ast_expr *genexp = parser_expr(parser, EXPR_GENERATOR_EXP, open);
            genexp->comprehension.elt = arguments.args.items[0];
            genexp->comprehension.generators = generators;
            arguments.args.items[0] = genexp;
            return call_node(parser, start, function, &arguments);
        }
        parser_accept(parser, TOKEN_COMMA);
    } else if (!parse_arguments(parser, &arguments)) {
        return NULL;
    }
    return parser_accept(parser, TOKEN_RIGHT_PAREN) ? call_node(parser, start, function, &arguments) : NULL;
}

/* One attribute, call or subscript after `left`. NULL when there is none. */
static struct ast_expr *parse_trailer(struct parser *parser, struct place start, struct ast_expr *left)
{
    if (parser->diagnose && (parser_peek(parser) == TOKEN_LEFT_BRACKET || parser_peek(parser) == TOKEN_LEFT_BRACE)) {
        /* The grammar tries a generator expression here, and with it all mistakes of comprehensions. */
        diagnose_comprehension(parser);
    }
    switch (parser_peek(parser)) {
    case TOKEN_DOT: {
        parser->mark++;
        const struct token *token = parser_token(parser);
        if (token->kind != TOKEN_NAME) {
            return NULL;
        }
        ast_name attr = token->name;
        parser->mark++;
        struct ast_expr *attribute = parser_expr(parser, EXPR_ATTRIBUTE, start);
        attribute->attribute.value = left;
        attribute->attribute.attr = attr;
        attribute->attribute.ctx = CONTEXT_LOAD;
        return attribute;
    }
    case TOKEN_LEFT_PAREN:
        return parse_call(parser, start, left);
    case TOKEN_LEFT_BRACKET: {
        parser->mark++;
        struct ast_expr *slice = parse_slices(parser);
        if (slice == NULL || !parser_accept(parser, TOKEN_RIGHT_BRACKET)) {
            return NULL;
        }
        struct ast_expr *subscript = parser_expr(parser, EXPR_SUBSCRIPT, start);
        subscript->subscript.value = left;
        subscript->subscript.slice = slice;
        subscript->subscript.ctx = CONTEXT_LOAD;
        return subscript;
    }
    default:
        return NULL;
    }
}

static struct ast_expr *parse_primary_raw(struct parser *parser)
{
    struct place start = parser_place(parser);
    size_t base = parser->stack_used;
    struct ast_expr *left = parse_atom(parser);
    if (left == NULL) {
        parser->stack_used = base; /* so that no expression that fails leaves items behind */
        return NULL;
    }
    for (;;) {
        int mark = parser->mark;
        size_t stack = parser->stack_used;
        struct ast_expr *longer = parse_trailer(parser, start, left);
        if (longer == NULL) {
            parser->mark = mark;
            parser->stack_used = stack;
            return left;
        }
        left = longer;
    }
}

struct ast_expr *parse_primary(struct parser *parser)
{
    return parser->second_pass ? memoised(parser, MEMO_PRIMARY, parse_primary_raw) : parse_primary_raw(parser);
}

/* ---- operators ----------------------------------------------------------------------------------- */

static struct ast_expr *parse_factor(struct parser *parser);

static struct ast_expr *parse_await_primary(struct parser *parser)
{
    if (parser_peek(parser) != TOKEN_KEYWORD_AWAIT) {
        return parse_primary(parser);
    }
    struct place start = parser_place(parser);
    parser->mark++;
    struct ast_expr *value = parse_primary(parser);
    if (value == NULL) {
        return NULL;
    }
    parser_need(parser, 5, "Await expressions are");
    struct ast_expr *await = parser_expr(parser, EXPR_AWAIT, start);
    await->yield.value = value;
    return await;
}

static struct ast_expr *parse_power(struct parser *parser)
{
    struct place start = parser_place(parser);
    struct ast_expr *base = parse_await_primary(parser);
    if (base == NULL || parser_peek(parser) != TOKEN_DOUBLE_STAR) {
        return base;
    }
    int mark = parser->mark++;
    struct ast_expr *exponent = parse_factor(parser);
    if (exponent == NULL) {
        parser->mark = mark;
        return base;
    }
    struct ast_expr *power = parser_expr(parser, EXPR_BIN_OP, start);
    power->bin_op.left = base;
    power->bin_op.op = OPERATOR_POW;
    power->bin_op.right = exponent;
    return power;
}

static struct ast_expr *parse_factor_raw(struct parser *parser)
{
    enum token_kind kind = parser_peek(parser);
    if (kind != TOKEN_PLUS && kind != TOKEN_MINUS && kind != TOKEN_TILDE) {
        return parse_power(parser);
    }
    struct place start = parser_place(parser);
    parser->mark++;
    struct ast_expr *operand = parse_factor(parser);
    if (operand == NULL) {
        return NULL;
    }
    struct ast_expr *unary = parser_expr(parser, EXPR_UNARY_OP, start);
    unary->unary_op.op = kind == TOKEN_PLUS    ? UNARY_OPERATOR_UADD
                         : kind == TOKEN_MINUS ? UNARY_OPERATOR_USUB
                                               : UNARY_OPERATOR_INVERT;
    unary->unary_op.operand = operand;
    return unary;
}

static struct ast_expr *parse_factor(struct parser *parser)
{
    parser_enter(parser);
    struct ast_expr *factor =
        parser->second_pass ? memoised(parser, MEMO_FACTOR, parse_factor_raw) : parse_factor_raw(parser);
    parser_leave(parser);
    return factor;
}

/* Binary operators: precedence from 1, 0 for tokens that are none. */
static const struct {
    uint8_t precedence;
    uint8_t operator;
} binary_operators[TOKEN_KIND_COUNT] = {
    [TOKEN_VBAR] = {1, OPERATOR_BIT_OR},        [TOKEN_CIRCUMFLEX] = {2, OPERATOR_BIT_XOR},
    [TOKEN_AMPER] = {3, OPERATOR_BIT_AND},      [TOKEN_LEFT_SHIFT] = {4, OPERATOR_LSHIFT},
    [TOKEN_RIGHT_SHIFT] = {4, OPERATOR_RSHIFT}, [TOKEN_PLUS] = {5, OPERATOR_ADD},
    [TOKEN_MINUS] = {5, OPERATOR_SUB},          [TOKEN_STAR] = {6, OPERATOR_MULT},
    [TOKEN_SLASH] = {6, OPERATOR_DIV},          [TOKEN_DOUBLE_SLASH] = {6, OPERATOR_FLOOR_DIV},
    [TOKEN_PERCENT] = {6, OPERATOR_MOD},        [TOKEN_AT] = {6, OPERATOR_MAT_MULT},
};

static struct ast_expr *parse_binary(struct parser *parser, int least_precedence)
{
    struct place start = parser_place(parser);
    struct ast_expr *left = parse_factor(parser);
    if (left == NULL) {
        return NULL;
    }
    for (;;) {
        enum token_kind kind = parser_peek(parser);
        int precedence = binary_operators[kind].precedence;
        if (precedence < least_precedence || precedence == 0 || parser->mark == parser->failed_operator) {
            return left;
        }
        int mark = parser->mark++;
        struct ast_expr *right = parse_binary(parser, precedence + 1);
        if (right == NULL) {
            parser->mark = parser->failed_operator = mark;
            return left;
        }
        if (kind == TOKEN_AT) {
            parser_need(parser, 5, "The '@' operator is");
        }
        struct ast_expr *binary = parser_expr(parser, EXPR_BIN_OP, start);
        binary->bin_op.left = left;
        binary->bin_op.op = binary_operators[kind].operator;
        binary->bin_op.right = right;
        left = binary;
    }
}

static struct ast_expr *parse_bitwise_or_raw(struct parser *parser)
{
    return parse_binary(parser, 1);
}

struct ast_expr *parse_bitwise_or(struct parser *parser)
{
    return parser->second_pass ? memoised(parser, MEMO_BITWISE_OR, parse_bitwise_or_raw) : parse_binary(parser, 1);
}

/* ---- comparisons and logic ----------------------------------------------------------------------- */

/* != or, with barry_as_FLUFL, <>. */
static bool inequality_is_allowed(struct parser *parser)
{
    bool is_diamond = parser_token(parser)->text[0] == '<';
    if (!(parser->flags & PARSE_BARRY_AS_BDFL)) {
        return !is_diamond;
    }
    if (!is_diamond) {
        parser_raise(parser, "with Barry as BDFL, use '<>' instead of '!='");
    }
    return true;
}

/* Reads an operator of comparison. */
static bool accept_comparison(struct parser *parser, enum ast_compare_operator *op)
{
    switch (parser_peek(parser)) {
    case TOKEN_EQ_EQUAL:
        *op = COMPARISON_EQ;
        break;
    case TOKEN_NOT_EQUAL:
        if (!inequality_is_allowed(parser)) {
            return false;
        }
        *op = COMPARISON_NOT_EQ;
        break;
    case TOKEN_LESS:
        *op = COMPARISON_LT;
        break;
    case TOKEN_LESS_EQUAL:
        *op = COMPARISON_LT_E;
        break;
    case TOKEN_GREATER:
        *op = COMPARISON_GT;
        break;
    case TOKEN_GREATER_EQUAL:
        *op = COMPARISON_GT_E;
        break;
    case TOKEN_KEYWORD_IN:
        *op = COMPARISON_IN;
        break;
    case TOKEN_KEYWORD_NOT:
        if (parser_peek_second(parser) != TOKEN_KEYWORD_IN) {
            return false;
        }
        parser->mark++;
        *op = COMPARISON_NOT_IN;
        break;
    case TOKEN_KEYWORD_IS:
        *op = COMPARISON_IS;
        if (parser_peek_second(parser) == TOKEN_KEYWORD_NOT) {
            parser->mark++;
            *op = COMPARISON_IS_NOT;
        }
        break;
    default:
        return false;
    }
    parser->mark++;
    return true;
}

/* An operator and its right operand, on the list stack. */
struct pair {
    struct ast_expr *right;
    enum ast_compare_operator op;
};

static struct ast_expr *parse_comparison(struct parser *parser)
{
    struct place start = parser_place(parser);
    struct ast_expr *left = parse_bitwise_or(parser);
    enum ast_compare_operator op;
    if (left == NULL) {
        return NULL;
    }
    int mark = parser->mark;
    if (!accept_comparison(parser, &op)) {
        parser->mark = mark;
        return left;
    }
    size_t base = parser->stack_used;
    struct ast_expr *right;
    do {
        size_t inner = parser->stack_used;
        right = parse_bitwise_or(parser);
        if (right == NULL) {
            parser->mark = mark;
            parser->stack_used = inner;
            break;
        }
        struct pair pair = {right, op};
        parser_push(parser, &pair, sizeof pair);
        mark = parser->mark;
    } while (accept_comparison(parser, &op));
    parser->mark = mark;
    uint32_t count = (uint32_t)((parser->stack_used - base) / sizeof(struct pair));
    if (count == 0) {
        return left;
    }
    struct ast_expr *compare = parser_expr(parser, EXPR_COMPARE, start);
    compare->compare.left = left;
    compare->compare.ops.count = compare->compare.comparators.count = count;
    compare->compare.ops.items = parser_alloc(parser, count * sizeof *compare->compare.ops.items);
    compare->compare.comparators.items = parser_alloc(parser, count * sizeof *compare->compare.comparators.items);
    for (uint32_t i = 0; i < count; i++) {
        struct pair pair;
        memcpy(&pair, parser->stack + base + i * sizeof pair, sizeof pair);
        compare->compare.ops.items[i] = pair.op;
        compare->compare.comparators.items[i] = pair.right;
    }
    parser->stack_used = base;
    return compare;
}

static struct ast_expr *parse_inversion(struct parser *parser);

static struct ast_expr *parse_inversion_raw(struct parser *parser)
{
    if (parser_peek(parser) != TOKEN_KEYWORD_NOT) {
        return parse_comparison(parser);
    }
    struct place start = parser_place(parser);
    parser->mark++;
    parser_enter(parser);
    struct ast_expr *operand = parse_inversion(parser);
    parser_leave(parser);
    if (operand == NULL) {
        return NULL;
    }
    struct ast_expr *unary = parser_expr(parser, EXPR_UNARY_OP, start);
    unary->unary_op.op = UNARY_OPERATOR_NOT;
    unary->unary_op.operand = operand;
    return unary;
}

static struct ast_expr *parse_inversion(struct parser *parser)
{
    return parser->second_pass ? memoised(parser, MEMO_INVERSION, parse_inversion_raw) : parse_inversion_raw(parser);
}

/* operand (keyword operand)* */
static struct ast_expr *parse_logical(struct parser *parser, enum token_kind keyword, enum ast_bool_operator op,
                                      struct ast_expr *(*parse_operand)(struct parser *))
{
    struct place start = parser_place(parser);
    struct ast_expr *first = parse_operand(parser);
    if (first == NULL || parser_peek(parser) != keyword) {
        return first;
    }
    size_t base = parser->stack_used;
    parser_push_pointer(parser, first);
    uint32_t count = 1;
    while (parser_peek(parser) == keyword) {
        int mark = parser->mark++;
        size_t stack = parser->stack_used;
        struct ast_expr *next = parse_operand(parser);
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
    struct ast_expr *logical = parser_expr(parser, EXPR_BOOL_OP, start);
    logical->bool_op.op = op;
    logical->bool_op.values = parser_take_exprs(parser, base);
    return logical;
}

static struct ast_expr *parse_conjunction_raw(struct parser *parser)
{
    return parse_logical(parser, TOKEN_KEYWORD_AND, BOOL_AND, parse_inversion);
}

static struct ast_expr *parse_conjunction(struct parser *parser)
{
    return parser->second_pass ? memoised(parser, MEMO_CONJUNCTION, parse_conjunction_raw)
                               : parse_conjunction_raw(parser);
}

static struct ast_expr *parse_disjunction_raw(struct parser *parser)
{
    return parse_logical(parser, TOKEN_KEYWORD_OR, BOOL_OR, parse_conjunction);
}

struct ast_expr *parse_disjunction(struct parser *parser)
{
    return parser->second_pass ? memoised(parser, MEMO_DISJUNCTION, parse_disjunction_raw)
                               : parse_disjunction_raw(parser);
}

/* ---- whole expressions --------------------------------------------------------------------------- */

static struct ast_expr *parse_lambda_raw(struct parser *parser)
{
    struct place start = parser_place(parser);
    parser->mark++;
    parser_enter(parser);
    struct ast_arguments *args = parse_parameters(parser, true);
    if (args == NULL || !parser_accept(parser, TOKEN_COLON)) {
        parser_leave(parser);
        return NULL;
    }
    struct ast_expr *body = parse_expression(parser);
    parser_leave(parser);
    if (body == NULL) {
        return NULL;
    }
    struct ast_expr *lambda = parser_expr(parser, EXPR_LAMBDA, start);
    lambda->lambda.args = args;
    lambda->lambda.body = body;
    return lambda;
}

struct ast_expr *parse_lambda(struct parser *parser)
{
    return parser->second_pass ? memoised(parser, MEMO_LAMBDA, parse_lambda_raw) : parse_lambda_raw(parser);
}

/* disjunction ['if' disjunction 'else' expression] | lambda, without looking for mistakes first. */
static struct ast_expr *parse_expression_plain(struct parser *parser)
{
    if (parser_peek(parser) == TOKEN_KEYWORD_LAMBDA) {
        return parse_lambda(parser);
    }
    struct place start = parser_place(parser);
    struct ast_expr *body = parse_disjunction(parser);
    if (body == NULL || parser_peek(parser) != TOKEN_KEYWORD_IF) {
        return body;
    }
    int mark = parser->mark++;
    struct ast_expr *test = parse_disjunction(parser);
    struct ast_expr *orelse = NULL;
    if (test != NULL && parser_accept(parser, TOKEN_KEYWORD_ELSE)) {
        orelse = parse_expression(parser);
    }
    if (orelse == NULL) {
        parser->mark = mark;
        return body;
    }
    struct ast_expr *conditional = parser_expr(parser, EXPR_IF_EXP, start);
    conditional->if_exp.test = test;
    conditional->if_exp.body = body;
    conditional->if_exp.orelse = orelse;
    return conditional;
}

static struct ast_expr *parse_expression_diagnosed(struct parser *parser)
{
    if (parser->diagnose) {
        diagnose_expression(parser);
    }
    return parse_expression_plain(parser);
}

struct ast_expr *parse_expression(struct parser *parser)
{
    parser_enter(parser);
    struct ast_expr *expr = parser->second_pass ? memoised(parser, MEMO_EXPRESSION, parse_expression_diagnosed)
                                                : parse_expression_plain(parser);
    parser_leave(parser);
    return expr;
}

struct ast_expr *parse_expression_quietly(struct parser *parser)
{
    bool diagnose = parser->diagnose;
    parser->diagnose = false;
    struct ast_expr *expr = parse_expression_plain(parser);
    parser->diagnose = diagnose;
    return expr;
}

/* A list of items that becomes a tuple when there is a comma. */
static struct ast_expr *parse_tuple_of(struct parser *parser, struct ast_expr *(*parse_item)(struct parser *))
{
    struct place start = parser_place(parser);
    struct ast_expr *first = parse_item(parser);
    if (first == NULL || parser_peek(parser) != TOKEN_COMMA) {
        return first;
    }
    size_t base = parser->stack_used;
    parser_push_pointer(parser, first);
    while (parser_accept(parser, TOKEN_COMMA)) {
        int mark = parser->mark;
        size_t stack = parser->stack_used;
        struct ast_expr *item = parse_item(parser);
        if (item == NULL) {
            parser->mark = mark;
            parser->stack_used = stack;
            break;
        }
        parser_push_pointer(parser, item);
    }
    struct ast_expr *tuple = parser_expr(parser, EXPR_TUPLE, start);
    tuple->sequence.elts = parser_take_exprs(parser, base);
    tuple->sequence.ctx = CONTEXT_LOAD;
    return tuple;
}

struct ast_expr *parse_expressions(struct parser *parser)
{
    return parse_tuple_of(parser, parse_expression);
}

/* '*' operand as a starred expression in load context. */
static struct ast_expr *parse_starred(struct parser *parser, struct ast_expr *(*parse_operand)(struct parser *))
{
    struct place start = parser_place(parser);
    parser->mark++;
    struct ast_expr *value = parse_operand(parser);
    if (value == NULL) {
        return NULL;
    }
    struct ast_expr *starred = parser_expr(parser, EXPR_STARRED, start);
    starred->starred.value = value;
    starred->starred.ctx = CONTEXT_LOAD;
    return starred;
}

struct ast_expr *parse_starred_expression(struct parser *parser)
{
    return parser_peek(parser) == TOKEN_STAR ? parse_starred(parser, parse_expression) : NULL;
}

static struct ast_expr *parse_star_expression_raw(struct parser *parser)
{
    return parser_peek(parser) == TOKEN_STAR ? parse_starred(parser, parse_bitwise_or) : parse_expression(parser);
}

static struct ast_expr *parse_star_expression(struct parser *parser)
{
    return parser->second_pass ? memoised(parser, MEMO_STAR_EXPRESSION, parse_star_expression_raw)
                               : parse_star_expression_raw(parser);
}

struct ast_expr *parse_star_expressions(struct parser *parser)
{
    return parse_tuple_of(parser, parse_star_expression);
}

/* NAME ':=' expression. NULL, with the mark where it was, if it is none. */
struct ast_expr *parse_assignment_expression(struct parser *parser)
{
    if (parser_peek(parser) != TOKEN_NAME || parser_peek_second(parser) != TOKEN_COLON_EQUAL) {
        return NULL;
    }
    struct place start = parser_place(parser);
    struct ast_expr *target = parse_name(parser, CONTEXT_STORE);
    parser->mark++;
    struct ast_expr *value = parse_expression(parser);
    if (value == NULL) {
        return NULL;
    }
    parser_need(parser, 8, "Assignment expressions are");
    struct ast_expr *named = parser_expr(parser, EXPR_NAMED_EXPR, start);
    named->named_expr.target = target;
    named->named_expr.value = value;
    return named;
}

struct ast_expr *parse_named_expression(struct parser *parser)
{
    if (parser_peek(parser) == TOKEN_NAME && parser_peek_second(parser) == TOKEN_COLON_EQUAL) {
        return parse_assignment_expression(parser);
    }
    if (parser->diagnose) {
        diagnose_named_expression(parser);
    }
    struct ast_expr *expr = parse_expression(parser);
    return expr != NULL && parser_peek(parser) != TOKEN_COLON_EQUAL ? expr : NULL;
}

struct ast_expr *parse_star_named_expression(struct parser *parser)
{
    return parser_peek(parser) == TOKEN_STAR ? parse_starred(parser, parse_bitwise_or) : parse_named_expression(parser);
}

bool parse_star_named_expressions(struct parser *parser)
{
    struct ast_expr *item = parse_star_named_expression(parser);
    if (item == NULL) {
        return false;
    }
    parser_push_pointer(parser, item);
    while (parser_accept(parser, TOKEN_COMMA)) {
        int mark = parser->mark;
        size_t stack = parser->stack_used;
        item = parse_star_named_expression(parser);
        if (item == NULL) {
            parser->mark = mark;
            parser->stack_used = stack;
            break;
        }
        parser_push_pointer(parser, item);
    }
    return true;
}

struct ast_expr *parse_yield(struct parser *parser)
{
    if (parser_peek(parser) != TOKEN_KEYWORD_YIELD) {
        return NULL;
    }
    struct place start = parser_place(parser);
    parser->mark++;
    int mark = parser->mark;
    if (parser_accept(parser, TOKEN_KEYWORD_FROM)) {
        struct ast_expr *value = parse_expression(parser);
        if (value != NULL) {
            struct ast_expr *from = parser_expr(parser, EXPR_YIELD_FROM, start);
            from->yield.value = value;
            return from;
        }
        parser->mark = mark;
    }
    struct ast_expr *value = parse_star_expressions(parser);
    if (value == NULL) {
        parser->mark = mark;
    }
    struct ast_expr *yield = parser_expr(parser, EXPR_YIELD, start);
    yield->yield.value = value;
    return yield;
}
