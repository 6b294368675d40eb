/*
 * Constants: their values, and folding of constant expressions.
 *
 * Folding happens in the tree, from the leaves up, while the symbol table is made. It is done where the result is
 * certain and small, as in CPython: what could raise is left alone (the error belongs to the time when it runs), and so
 * is what would blow up the code (2 ** 100000, "x" * 10000000).
 */
#include "runtime/compiler/codegen/compiler.h"
#include "threads/pause.h"

/* ---- values ---- */

value constant_value(struct compiler *c, struct ast_expr *expr)
{
    struct ast_constant *constant = &expr->constant;
    if (constant->kind == CONSTANT_OBJECT)
        return constant->object;
    value v = compiler_own(c, constant_of_tree(constant, c->is_program));
    if (v && constant->kind >= CONSTANT_INT) {
        constant->kind = CONSTANT_OBJECT;
        constant->object = v;
    }
    return v;
}

int constant_truth(struct compiler *c, const struct ast_expr *expr)
{
    if (expr->kind == EXPR_NAME && name_is(expr->name.id, "__debug__"))
        return c->optimize == 0;
    if (expr->kind != EXPR_CONSTANT)
        return -1;
    switch (expr->constant.kind) {
    case CONSTANT_NONE:
    case CONSTANT_FALSE:
        return 0;
    case CONSTANT_TRUE:
    case CONSTANT_ELLIPSIS:
        return 1;
    case CONSTANT_INT:
        return expr->constant.integer.fits_int64 ? expr->constant.integer.small != 0 : 1;
    case CONSTANT_FLOAT:
    case CONSTANT_COMPLEX:
        return expr->constant.real != 0.0;
    case CONSTANT_STR:
    case CONSTANT_BYTES:
        return expr->constant.string.length != 0;
    case CONSTANT_OBJECT:
        break;
    }
    int truth = value_truth(expr->constant.object);
    if (truth < 0)
        error_clear();
    return truth;
}

/* ---- folding ---- */

static void replace(struct compiler *c, struct ast_expr *expr, value v /* stolen */)
{
    if (!compiler_own(c, v))
        return;
    expr->kind = EXPR_CONSTANT;
    memset(&expr->constant, 0, sizeof expr->constant);
    expr->constant.kind = CONSTANT_OBJECT;
    expr->constant.object = v;
}

/* Replace by v, or leave the expression as it is when the computation failed. */
static void replace_or_leave(struct compiler *c, struct ast_expr *expr, value v)
{
    if (v)
        replace(c, expr, v);
    else if (error_matches(EXC(MemoryError)))
        compiler_fail(c);
    else
        error_clear();
}

static bool is_number(value v)
{
    return is_int(v) || is_float(v) || value_is(v, TYPE_ID_COMPLEX);
}

static bool is_sequence(value v, size_t *length)
{
    if (value_is(v, TYPE_ID_STR))
        *length = str_length(v);
    else if (value_is(v, TYPE_ID_BYTES))
        *length = bytes_length(v);
    else if (value_is(v, TYPE_ID_TUPLE))
        *length = tuple_length(v);
    else
        return false;
    return true;
}

enum { FOLD_INT_BITS = 128, FOLD_TEXT_LENGTH = 4096, FOLD_TUPLE_LENGTH = 256 };

static bool product_is_small(value a, value b)
{
    size_t length;
    if (is_int(a) && is_int(b))
        return int_bit_length(a) + int_bit_length(b) <= FOLD_INT_BITS;
    value times = is_int(a) ? a : b, sequence = is_int(a) ? b : a;
    if (!is_int(times) || !is_sequence(sequence, &length))
        return is_number(a) && is_number(b);
    int64_t n;
    if (!int_fits_i64(times, &n) || n < 0)
        return false;
    int64_t limit = value_is(sequence, TYPE_ID_TUPLE) ? FOLD_TUPLE_LENGTH : FOLD_TEXT_LENGTH;
    return length == 0 || n <= limit / (int64_t)length;
}

static bool power_is_small(value a, value b)
{
    if (!is_int(a) || !is_int(b))
        return is_number(a) && is_number(b);
    int64_t n;
    if (int_sign(b) <= 0)
        return true;
    return int_fits_i64(b, &n) && n <= FOLD_INT_BITS && int_bit_length(a) * (size_t)n <= FOLD_INT_BITS;
}

static bool shift_is_small(value a, value b)
{
    int64_t n;
    return is_int(a) && is_int(b) && int_fits_i64(b, &n) && n >= 0 && n <= FOLD_INT_BITS &&
           int_bit_length(a) + (size_t)n <= FOLD_INT_BITS;
}

static const unsigned char operator_numbers[] = {
    [OPERATOR_ADD] = BINARY_ADD,
    [OPERATOR_SUB] = BINARY_SUBTRACT,
    [OPERATOR_MULT] = BINARY_MULTIPLY,
    [OPERATOR_MAT_MULT] = BINARY_MATRIX_MULTIPLY,
    [OPERATOR_DIV] = BINARY_TRUE_DIVIDE,
    [OPERATOR_MOD] = BINARY_REMAINDER,
    [OPERATOR_POW] = BINARY_POWER,
    [OPERATOR_LSHIFT] = BINARY_LSHIFT,
    [OPERATOR_RSHIFT] = BINARY_RSHIFT,
    [OPERATOR_BIT_OR] = BINARY_OR,
    [OPERATOR_BIT_XOR] = BINARY_XOR,
    [OPERATOR_BIT_AND] = BINARY_AND,
    [OPERATOR_FLOOR_DIV] = BINARY_FLOOR_DIVIDE,
};

static void fold_binary(struct compiler *c, struct ast_expr *expr)
{
    struct ast_expr *left = expr->bin_op.left, *right = expr->bin_op.right;
    if (left->kind != EXPR_CONSTANT || right->kind != EXPR_CONSTANT)
        return;
    value a = constant_value(c, left), b = constant_value(c, right);
    if (!a || !b)
        return;
    size_t length_a, length_b;
    bool numbers = is_number(a) && is_number(b);
    switch (expr->bin_op.op) {
    case OPERATOR_ADD:
        if (!numbers && !(is_sequence(a, &length_a) && is_sequence(b, &length_b) && value_type(a) == value_type(b) &&
                          length_a + length_b <= FOLD_TEXT_LENGTH))
            return;
        break;
    case OPERATOR_MULT:
        if (!product_is_small(a, b))
            return;
        break;
    case OPERATOR_POW:
        if (!power_is_small(a, b))
            return;
        break;
    case OPERATOR_LSHIFT:
        if (!shift_is_small(a, b))
            return;
        break;
    case OPERATOR_MAT_MULT:
        return;
    default: /* % of strings among them: not folded */
        if (!numbers)
            return;
    }
    replace_or_leave(c, expr, operate_binary(operator_numbers[expr->bin_op.op], a, b));
}

static void fold_not(struct compiler *c, struct ast_expr *expr)
{
    struct ast_expr *operand = expr->unary_op.operand;
    int truth = constant_truth(c, operand);
    if (truth >= 0) {
        replace(c, expr, value_bool(!truth));
        return;
    }
    /* `not a is b` and `not a in b` are one comparison each; other comparisons may mean anything. */
    if (operand->kind != EXPR_COMPARE || operand->compare.ops.count != 1)
        return;
    enum ast_compare_operator *op = &operand->compare.ops.items[0];
    switch (*op) {
    case COMPARISON_IS:
        *op = COMPARISON_IS_NOT;
        break;
    case COMPARISON_IS_NOT:
        *op = COMPARISON_IS;
        break;
    case COMPARISON_IN:
        *op = COMPARISON_NOT_IN;
        break;
    case COMPARISON_NOT_IN:
        *op = COMPARISON_IN;
        break;
    default:
        return;
    }
    *expr = *operand;
}

static void fold_unary(struct compiler *c, struct ast_expr *expr)
{
    struct ast_expr *operand = expr->unary_op.operand;
    if (expr->unary_op.op == UNARY_OPERATOR_NOT) {
        fold_not(c, expr);
        return;
    }
    if (operand->kind != EXPR_CONSTANT)
        return;
    value v = constant_value(c, operand);
    if (!v || !is_number(v))
        return;
    static const unsigned char numbers[] = {
        [UNARY_OPERATOR_INVERT] = UNARY_INVERT,
        [UNARY_OPERATOR_UADD] = UNARY_POSITIVE,
        [UNARY_OPERATOR_USUB] = UNARY_NEGATIVE,
    };
    replace_or_leave(c, expr, operate_unary(numbers[expr->unary_op.op], v));
}

static bool all_constant(const struct ast_exprs *exprs)
{
    for (uint32_t i = 0; i < exprs->count; thread_report_at(++i)) {
        if (exprs->items[i]->kind != EXPR_CONSTANT)
            return false;
    }
    return true;
}

/* The tuple of constants, owned; NULL after compiler_fail. */
static value constants_tuple(struct compiler *c, const struct ast_exprs *exprs)
{
    value tuple = tuple_new(exprs->count);
    if (!tuple) {
        compiler_fail(c);
        return NULL;
    }
    for (uint32_t i = 0; i < exprs->count; thread_report_at(++i)) {
        value v = constant_value(c, exprs->items[i]);
        if (!v) {
            value_dec(tuple);
            return NULL;
        }
        tuple_init(tuple, i, value_inc(v));
    }
    return tuple;
}

static void fold_tuple(struct compiler *c, struct ast_expr *expr)
{
    if (expr->sequence.ctx != CONTEXT_LOAD || !all_constant(&expr->sequence.elts))
        return;
    value tuple = constants_tuple(c, &expr->sequence.elts);
    if (tuple)
        replace(c, expr, tuple);
}

/* Something that is only iterated over or searched: a list display may be a tuple, a set display a frozenset. */
void fold_iterable(struct compiler *c, struct ast_expr *expr)
{
    if (c->failed)
        return;
    if (expr->kind == EXPR_LIST) {
        for (uint32_t i = 0; i < expr->sequence.elts.count; thread_report_at(++i)) {
            if (expr->sequence.elts.items[i]->kind == EXPR_STARRED)
                return;
        }
        expr->kind = EXPR_TUPLE;
        fold_tuple(c, expr);
    } else if (expr->kind == EXPR_SET && all_constant(&expr->set.elts)) {
        value tuple = constants_tuple(c, &expr->set.elts);
        if (!tuple)
            return;
        value set = frozenset_new(tuple);
        value_dec(tuple);
        replace_or_leave(c, expr, set);
    }
}

static void fold_subscript(struct compiler *c, struct ast_expr *expr)
{
    struct ast_expr *container = expr->subscript.value, *key = expr->subscript.slice;
    size_t length;
    if (expr->subscript.ctx != CONTEXT_LOAD || container->kind != EXPR_CONSTANT || key->kind != EXPR_CONSTANT)
        return;
    value v = constant_value(c, container), k = constant_value(c, key);
    if (v && k && is_sequence(v, &length) && is_int(k))
        replace_or_leave(c, expr, item_get(v, k));
}

static void fold_compare(struct compiler *c, struct ast_expr *expr)
{
    uint32_t last = expr->compare.ops.count - 1;
    enum ast_compare_operator op = expr->compare.ops.items[last];
    struct ast_expr *operand = expr->compare.comparators.items[last];
    if (op != COMPARISON_IN && op != COMPARISON_NOT_IN)
        return;
    if (operand->kind == EXPR_LIST || operand->kind == EXPR_SET)
        fold_iterable(c, operand);
}

void fold_expr(struct compiler *c, struct ast_expr *expr)
{
    thread_report();
    switch (expr->kind) {
    case EXPR_BIN_OP:
        fold_binary(c, expr);
        break;
    case EXPR_UNARY_OP:
        fold_unary(c, expr);
        break;
    case EXPR_TUPLE:
        fold_tuple(c, expr);
        break;
    case EXPR_SUBSCRIPT:
        fold_subscript(c, expr);
        break;
    case EXPR_COMPARE:
        fold_compare(c, expr);
        break;
    case EXPR_NAME:
        if (expr->name.ctx == CONTEXT_LOAD && name_is(expr->name.id, "__debug__"))
            replace(c, expr, value_bool(c->optimize == 0));
        break;
    default:
        break;
    }
}
