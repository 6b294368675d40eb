/*
 * Expressions. Operands are evaluated in the order of the source; each instruction carries the position of the
 * expression that it belongs to, since tracebacks underline it.
 */
#include "runtime/compiler/codegen/compiler.h"
#include "threads/pause.h"

/* Displays and calls with more items than this are built step by step, so that the stack stays small. */
#define STACK_GUIDELINE 30

static const uint8_t opcode_of_operator[] = {
    [OPERATOR_ADD] = OP_BINARY_ADD,
    [OPERATOR_SUB] = OP_BINARY_SUBTRACT,
    [OPERATOR_MULT] = OP_BINARY_MULTIPLY,
    [OPERATOR_MAT_MULT] = OP_BINARY_OP,
    [OPERATOR_DIV] = OP_BINARY_TRUE_DIVIDE,
    [OPERATOR_MOD] = OP_BINARY_REMAINDER,
    [OPERATOR_POW] = OP_BINARY_OP,
    [OPERATOR_LSHIFT] = OP_BINARY_LSHIFT,
    [OPERATOR_RSHIFT] = OP_BINARY_RSHIFT,
    [OPERATOR_BIT_OR] = OP_BINARY_OR,
    [OPERATOR_BIT_XOR] = OP_BINARY_XOR,
    [OPERATOR_BIT_AND] = OP_BINARY_AND,
    [OPERATOR_FLOOR_DIV] = OP_BINARY_FLOOR_DIVIDE,
};

unsigned gen_binary_opcode(enum ast_operator op, uint32_t *argument)
{
    *argument = op == OPERATOR_POW ? BINARY_POWER : op == OPERATOR_MAT_MULT ? BINARY_MATRIX_MULTIPLY : 0;
    return opcode_of_operator[op];
}

/* ---- displays ---- */

static bool has_star(const struct ast_exprs *exprs)
{
    for (uint32_t i = 0; i < exprs->count; thread_report_at(++i)) {
        if (exprs->items[i]->kind == EXPR_STARRED)
            return true;
    }
    return false;
}

static bool all_constant(const struct ast_exprs *exprs)
{
    for (uint32_t i = 0; i < exprs->count; thread_report_at(++i)) {
        if (exprs->items[i]->kind != EXPR_CONSTANT)
            return false;
    }
    return true;
}

static value constant_tuple(struct compiler *c, const struct ast_exprs *exprs)
{
    value tuple = compiler_own(c, tuple_new(exprs->count));
    if (!tuple)
        return NULL;
    for (uint32_t i = 0; i < exprs->count; thread_report_at(++i)) {
        value v = constant_value(c, exprs->items[i]);
        tuple_init(tuple, i, v ? value_inc(v) : VALUE_NONE);
    }
    return tuple;
}

enum display { DISPLAY_TUPLE, DISPLAY_LIST, DISPLAY_SET };
static const struct {
    uint8_t build, add, extend;
} display_opcodes[] = {
    [DISPLAY_TUPLE] = {OP_BUILD_TUPLE, OP_LIST_APPEND, OP_LIST_EXTEND},
    [DISPLAY_LIST] = {OP_BUILD_LIST, OP_LIST_APPEND, OP_LIST_EXTEND},
    [DISPLAY_SET] = {OP_BUILD_SET, OP_SET_ADD, OP_SET_UPDATE},
};

/* Items of a tuple, list or set. `pushed` items lie on the stack already and come first. */
static void gen_display(struct compiler *c, const struct ast_exprs *elts, enum display kind, uint32_t pushed)
{
    uint32_t n = elts->count;
    uint8_t build = display_opcodes[kind].build, add = display_opcodes[kind].add, extend = display_opcodes[kind].extend;
    uint8_t start = kind == DISPLAY_TUPLE ? OP_BUILD_LIST : build;
    if (n > 2 && pushed == 0 && all_constant(elts)) {
        value folded = constant_tuple(c, elts);
        if (!folded)
            return;
        if (kind == DISPLAY_TUPLE) {
            gen_const(c, folded);
            return;
        }
        if (kind == DISPLAY_SET) {
            folded = compiler_own(c, frozenset_new(folded));
            if (!folded)
                return;
        }
        gen_op(c, build, 0);
        gen_const(c, folded);
        gen_op(c, extend, 1);
        return;
    }
    bool big = n + pushed > STACK_GUIDELINE;
    if (!has_star(elts) && !big) {
        for (uint32_t i = 0; i < n; thread_report_at(++i))
            gen_expr(c, elts->items[i]);
        gen_op(c, build, n + pushed);
        return;
    }
    bool built = false;
    if (big) {
        gen_op(c, start, pushed);
        built = true;
    }
    for (uint32_t i = 0; i < n; thread_report_at(++i)) {
        struct ast_expr *item = elts->items[i];
        if (item->kind == EXPR_STARRED) {
            if (!built)
                gen_op(c, start, i + pushed);
            built = true;
            gen_expr(c, item->starred.value);
            gen_op(c, extend, 1);
        } else {
            gen_expr(c, item);
            if (built)
                gen_op(c, add, 1);
        }
    }
    if (kind == DISPLAY_TUPLE)
        gen_op(c, OP_LIST_TO_TUPLE, 0);
}

/* Pairs begin..end of a dict display as one dict. */
static void gen_dict_part(struct compiler *c, struct ast_expr *expr, uint32_t begin, uint32_t end)
{
    uint32_t n = end - begin;
    struct ast_exprs keys = {n, expr->dict.keys.items + begin}, values = {n, expr->dict.values.items + begin};
    if (n > 1 && n <= STACK_GUIDELINE * 2 && all_constant(&keys)) {
        for (uint32_t i = 0; i < n; thread_report_at(++i))
            gen_expr(c, values.items[i]);
        gen_const(c, constant_tuple(c, &keys));
        gen_op(c, OP_BUILD_CONST_KEY_MAP, n);
        return;
    }
    bool big = n * 2 > STACK_GUIDELINE;
    if (big)
        gen_op(c, OP_BUILD_MAP, 0);
    for (uint32_t i = 0; i < n; thread_report_at(++i)) {
        gen_expr(c, keys.items[i]);
        gen_expr(c, values.items[i]);
        if (big)
            gen_op(c, OP_MAP_ADD, 1);
    }
    if (!big)
        gen_op(c, OP_BUILD_MAP, n);
}

static void gen_dict(struct compiler *c, struct ast_expr *expr)
{
    uint32_t n = expr->dict.keys.count, waiting = 0;
    bool have = false;
    for (uint32_t i = 0; i < n; thread_report_at(++i)) {
        bool unpack = expr->dict.keys.items[i] == NULL;
        if (unpack || waiting * 2 >= STACK_GUIDELINE - 1) {
            if (waiting) {
                gen_dict_part(c, expr, i - waiting, i);
                if (have)
                    gen_op(c, OP_DICT_UPDATE, 1);
                have = true;
                waiting = 0;
            }
        }
        if (!unpack) {
            waiting++;
            continue;
        }
        if (!have)
            gen_op(c, OP_BUILD_MAP, 0);
        have = true;
        gen_expr(c, expr->dict.values.items[i]);
        gen_op(c, OP_DICT_UPDATE, 1);
    }
    if (waiting) {
        gen_dict_part(c, expr, n - waiting, n);
        if (have)
            gen_op(c, OP_DICT_UPDATE, 1);
        have = true;
    }
    if (!have)
        gen_op(c, OP_BUILD_MAP, 0);
}

/* ---- unpacking ---- */

void gen_unpack(struct compiler *c, struct ast_exprs elts)
{
    bool seen = false;
    for (uint32_t i = 0; i < elts.count; thread_report_at(++i)) {
        if (elts.items[i]->kind != EXPR_STARRED)
            continue;
        if (seen) {
            compiler_error(c, c->unit->position, "multiple starred expressions in assignment");
            return;
        }
        if (i >= 1 << 8 || elts.count - i - 1 >= 1 << 12) {
            compiler_error(c, c->unit->position, "too many expressions in star-unpacking assignment");
            return;
        }
        gen_op(c, OP_UNPACK_EX, i | (elts.count - i - 1) << 12);
        seen = true;
    }
    if (!seen)
        gen_op(c, OP_UNPACK_SEQUENCE, elts.count);
}

static void gen_sequence(struct compiler *c, struct ast_expr *expr, enum display kind)
{
    struct ast_exprs *elts = &expr->sequence.elts;
    if (expr->sequence.ctx == CONTEXT_LOAD) {
        gen_display(c, elts, kind, 0);
        return;
    }
    if (expr->sequence.ctx == CONTEXT_STORE)
        gen_unpack(c, *elts);
    for (uint32_t i = 0; i < elts->count; thread_report_at(++i)) {
        struct ast_expr *item = elts->items[i];
        if (expr->sequence.ctx == CONTEXT_STORE && item->kind == EXPR_STARRED)
            item = item->starred.value;
        gen_expr(c, item);
    }
}

/* ---- conditions ---- */

/* Is this an operand that can never be sensibly compared by identity, called or subscripted? Its type, for the message;
 * NULL when there is nothing to say. */
static const char *literal_type(const struct ast_expr *expr)
{
    switch (expr->kind) {
    case EXPR_TUPLE:
        return "tuple";
    case EXPR_LIST:
    case EXPR_LIST_COMP:
        return "list";
    case EXPR_DICT:
    case EXPR_DICT_COMP:
        return "dict";
    case EXPR_SET:
    case EXPR_SET_COMP:
        return "set";
    case EXPR_GENERATOR_EXP:
        return "generator";
    case EXPR_LAMBDA:
        return "function";
    case EXPR_JOINED_STR:
    case EXPR_FORMATTED_VALUE:
        return "str";
    case EXPR_CONSTANT:
        switch (expr->constant.kind) {
        case CONSTANT_NONE:
            return "NoneType";
        case CONSTANT_TRUE:
        case CONSTANT_FALSE:
            return "bool";
        case CONSTANT_ELLIPSIS:
            return "ellipsis";
        case CONSTANT_INT:
            return "int";
        case CONSTANT_FLOAT:
            return "float";
        case CONSTANT_COMPLEX:
            return "complex";
        case CONSTANT_STR:
            return "str";
        case CONSTANT_BYTES:
            return "bytes";
        case CONSTANT_OBJECT:
            return type_short_name(value_type(expr->constant.object));
        }
        return NULL;
    default:
        return NULL;
    }
}

static bool fit_for_identity(const struct ast_expr *expr)
{
    if (expr->kind != EXPR_CONSTANT)
        return true;
    const char *type = literal_type(expr);
    return strcmp(type, "NoneType") == 0 || strcmp(type, "bool") == 0 || strcmp(type, "ellipsis") == 0;
}

static void check_compare(struct compiler *c, const struct ast_expr *expr)
{
    bool left = fit_for_identity(expr->compare.left);
    for (uint32_t i = 0; i < expr->compare.ops.count; thread_report_at(++i)) {
        enum ast_compare_operator op = expr->compare.ops.items[i];
        bool right = fit_for_identity(expr->compare.comparators.items[i]);
        if ((op == COMPARISON_IS || op == COMPARISON_IS_NOT) && (!left || !right)) {
            compiler_warn(c, c->unit->position,
                          op == COMPARISON_IS ? "\"is\" with a literal. Did you mean \"==\"?"
                                              : "\"is not\" with a literal. Did you mean \"!=\"?");
            return;
        }
        left = right;
    }
}

static void gen_compare_op(struct compiler *c, enum ast_compare_operator op)
{
    switch (op) {
    case COMPARISON_EQ:
        gen_op(c, OP_COMPARE_OP, COMPARE_EQ);
        break;
    case COMPARISON_NOT_EQ:
        gen_op(c, OP_COMPARE_OP, COMPARE_NE);
        break;
    case COMPARISON_LT:
        gen_op(c, OP_COMPARE_OP, COMPARE_LT);
        break;
    case COMPARISON_LT_E:
        gen_op(c, OP_COMPARE_OP, COMPARE_LE);
        break;
    case COMPARISON_GT:
        gen_op(c, OP_COMPARE_OP, COMPARE_GT);
        break;
    case COMPARISON_GT_E:
        gen_op(c, OP_COMPARE_OP, COMPARE_GE);
        break;
    case COMPARISON_IS:
    case COMPARISON_IS_NOT:
        gen_op(c, OP_IS_OP, op == COMPARISON_IS_NOT);
        break;
    case COMPARISON_IN:
    case COMPARISON_NOT_IN:
        gen_op(c, OP_CONTAINS_OP, op == COMPARISON_NOT_IN);
        break;
    }
}

static void gen_compare(struct compiler *c, struct ast_expr *expr)
{
    check_compare(c, expr);
    uint32_t last = expr->compare.ops.count - 1;
    gen_expr(c, expr->compare.left);
    if (last == 0) {
        gen_expr(c, expr->compare.comparators.items[0]);
        gen_compare_op(c, expr->compare.ops.items[0]);
        return;
    }
    struct block *cleanup = gen_block(c), *end = gen_block(c);
    for (uint32_t i = 0; i < last; i++) {
        gen_expr(c, expr->compare.comparators.items[i]);
        gen_op(c, OP_SWAP, 2);
        gen_op(c, OP_COPY, 2);
        gen_compare_op(c, expr->compare.ops.items[i]);
        gen_jump(c, OP_JUMP_IF_FALSE_OR_POP, cleanup);
    }
    gen_expr(c, expr->compare.comparators.items[last]);
    gen_compare_op(c, expr->compare.ops.items[last]);
    gen_jump(c, PSEUDO_JUMP, end);
    gen_use(c, cleanup);
    gen_op(c, OP_SWAP, 2);
    gen_op(c, OP_POP_TOP, 0);
    gen_use(c, end);
}

/* A chain a < b < c as a condition: the middle operand is dropped on the way out. */
static void gen_jump_if_chain(struct compiler *c, struct ast_expr *expr, struct block *target, bool condition)
{
    check_compare(c, expr);
    uint32_t last = expr->compare.ops.count - 1;
    struct block *cleanup = gen_block(c), *end = gen_block(c);
    gen_expr(c, expr->compare.left);
    for (uint32_t i = 0; i < last; i++) {
        gen_expr(c, expr->compare.comparators.items[i]);
        gen_op(c, OP_SWAP, 2);
        gen_op(c, OP_COPY, 2);
        gen_compare_op(c, expr->compare.ops.items[i]);
        gen_jump(c, OP_POP_JUMP_IF_FALSE, cleanup);
    }
    gen_expr(c, expr->compare.comparators.items[last]);
    gen_compare_op(c, expr->compare.ops.items[last]);
    gen_jump(c, condition ? OP_POP_JUMP_IF_TRUE : OP_POP_JUMP_IF_FALSE, target);
    gen_jump(c, PSEUDO_JUMP, end);
    gen_use(c, cleanup);
    gen_op(c, OP_POP_TOP, 0);
    if (!condition)
        gen_jump(c, PSEUDO_JUMP, target);
    gen_use(c, end);
}

static bool is_none_constant(const struct ast_expr *expr)
{
    return expr->kind == EXPR_CONSTANT &&
           (expr->constant.kind == CONSTANT_NONE ||
            (expr->constant.kind == CONSTANT_OBJECT && expr->constant.object == VALUE_NONE));
}

/* `x is None` and `x is not None` as conditions have instructions of their own. */
static bool gen_jump_if_none(struct compiler *c, struct ast_expr *expr, struct block *target, bool condition)
{
    if (expr->compare.ops.count != 1 || !is_none_constant(expr->compare.comparators.items[0]) ||
        is_none_constant(expr->compare.left))
        return false;
    enum ast_compare_operator op = expr->compare.ops.items[0];
    if (op != COMPARISON_IS && op != COMPARISON_IS_NOT)
        return false;
    check_compare(c, expr);
    gen_expr(c, expr->compare.left);
    bool if_none = (op == COMPARISON_IS) == condition;
    gen_jump(c, if_none ? OP_POP_JUMP_IF_NONE : OP_POP_JUMP_IF_NOT_NONE, target);
    return true;
}

static void gen_jump_if_inside(struct compiler *c, struct ast_expr *expr, struct block *target, bool condition)
{
    int truth = constant_truth(c, expr);
    if (truth >= 0) {
        struct ast_position at = c->unit->position;
        gen_at(c, expr->position);
        gen_line(c);
        gen_at(c, at);
        if (truth == (condition ? 1 : 0))
            gen_jump(c, PSEUDO_JUMP, target);
        else
            gen_line(c);
        return;
    }
    switch (expr->kind) {
    case EXPR_UNARY_OP:
        if (expr->unary_op.op != UNARY_OPERATOR_NOT)
            break;
        gen_jump_if(c, expr->unary_op.operand, target, !condition);
        return;
    case EXPR_BOOL_OP: {
        uint32_t last = expr->bool_op.values.count - 1;
        bool is_or = expr->bool_op.op == BOOL_OR;
        struct block *end = is_or == condition ? target : gen_block(c);
        for (uint32_t i = 0; i < last; i++)
            gen_jump_if(c, expr->bool_op.values.items[i], end, is_or);
        gen_jump_if(c, expr->bool_op.values.items[last], target, condition);
        if (end != target)
            gen_use(c, end);
        return;
    }
    case EXPR_IF_EXP: {
        struct block *end = gen_block(c), *orelse = gen_block(c);
        gen_jump_if(c, expr->if_exp.test, orelse, false);
        gen_jump_if(c, expr->if_exp.body, target, condition);
        gen_jump(c, PSEUDO_JUMP, end);
        gen_use(c, orelse);
        gen_jump_if(c, expr->if_exp.orelse, target, condition);
        gen_use(c, end);
        return;
    }
    case EXPR_COMPARE:
        gen_at(c, expr->position);
        if (expr->compare.ops.count > 1) {
            gen_jump_if_chain(c, expr, target, condition);
            return;
        }
        if (gen_jump_if_none(c, expr, target, condition))
            return;
        break;
    default:
        break;
    }
    gen_expr(c, expr);
    gen_jump(c, condition ? OP_POP_JUMP_IF_TRUE : OP_POP_JUMP_IF_FALSE, target);
}

/* Jump to `target` if the expression is true (or false), else go on. After a comparison the position stays there, as in
 * CPython: what directly follows the condition is shown at it. */
void gen_jump_if(struct compiler *c, struct ast_expr *expr, struct block *target, bool condition)
{
    if (c->failed || !compiler_enter(c))
        return;
    gen_jump_if_inside(c, expr, target, condition);
    compiler_leave(c);
}

static void gen_bool_op(struct compiler *c, struct ast_expr *expr)
{
    struct block *end = gen_block(c);
    unsigned opcode = expr->bool_op.op == BOOL_AND ? OP_JUMP_IF_FALSE_OR_POP : OP_JUMP_IF_TRUE_OR_POP;
    uint32_t last = expr->bool_op.values.count - 1;
    for (uint32_t i = 0; i < last; i++) {
        gen_expr(c, expr->bool_op.values.items[i]);
        gen_jump(c, opcode, end);
    }
    gen_expr(c, expr->bool_op.values.items[last]);
    gen_use(c, end);
}

static void gen_if_exp(struct compiler *c, struct ast_expr *expr)
{
    struct block *end = gen_block(c), *orelse = gen_block(c);
    gen_jump_if(c, expr->if_exp.test, orelse, false);
    gen_expr(c, expr->if_exp.body);
    gen_jump(c, PSEUDO_JUMP, end);
    gen_use(c, orelse);
    gen_expr(c, expr->if_exp.orelse);
    gen_use(c, end);
}

/* ---- calls ---- */

static void check_caller(struct compiler *c, const struct ast_expr *func)
{
    switch (func->kind) {
    case EXPR_CONSTANT:
    case EXPR_TUPLE:
    case EXPR_LIST:
    case EXPR_LIST_COMP:
    case EXPR_DICT:
    case EXPR_DICT_COMP:
    case EXPR_SET:
    case EXPR_SET_COMP:
    case EXPR_GENERATOR_EXP:
    case EXPR_JOINED_STR:
    case EXPR_FORMATTED_VALUE:
        compiler_warn(c, c->unit->position, "'%.200s' object is not callable; perhaps you missed a comma?",
                      literal_type(func));
        break;
    default:
        break;
    }
}

static void check_keywords(struct compiler *c, struct ast_keywords keywords)
{
    for (uint32_t i = 0; i < keywords.count; thread_report_at(++i)) {
        ast_name name = keywords.items[i].arg;
        if (!name)
            continue;
        if (name_is(name, "__debug__")) {
            compiler_error(c, c->unit->position, "cannot assign to __debug__");
            return;
        }
        for (uint32_t k = i + 1; k < keywords.count; thread_report_at(++k)) {
            if (keywords.items[k].arg == name) {
                compiler_error(c, keywords.items[k].position, "keyword argument repeated: %s", name->text);
                return;
            }
        }
    }
}

static value keyword_names(struct compiler *c, struct ast_keywords keywords, uint32_t begin, uint32_t end)
{
    value names = compiler_own(c, tuple_new(end - begin));
    if (!names)
        return NULL;
    for (uint32_t i = begin; i < end; i++) {
        value text = compiler_text(c, keywords.items[i].arg); /* not mangled: CPython does not either */
        tuple_init(names, i - begin, text ? value_inc(text) : VALUE_NONE);
    }
    return names;
}

/* Keywords begin..end as a dict. */
static void gen_keyword_dict(struct compiler *c, struct ast_keywords keywords, uint32_t begin, uint32_t end)
{
    uint32_t n = end - begin;
    bool big = n * 2 > STACK_GUIDELINE;
    if (n > 1 && !big) {
        for (uint32_t i = begin; i < end; i++)
            gen_expr(c, keywords.items[i].value);
        gen_const(c, keyword_names(c, keywords, begin, end));
        gen_op(c, OP_BUILD_CONST_KEY_MAP, n);
        return;
    }
    if (big)
        gen_op(c, OP_BUILD_MAP, 0);
    for (uint32_t i = begin; i < end; i++) {
        gen_const(c, compiler_text(c, keywords.items[i].arg));
        gen_expr(c, keywords.items[i].value);
        if (big)
            gen_op(c, OP_MAP_ADD, 1);
    }
    if (!big)
        gen_op(c, OP_BUILD_MAP, n);
}

/* f(*args, **kwargs) in general: a tuple of all positional arguments and one dict. */
static void gen_call_general(struct compiler *c, uint32_t pushed, struct ast_exprs args, struct ast_keywords keywords)
{
    if (pushed == 0 && args.count == 1 && args.items[0]->kind == EXPR_STARRED)
        gen_expr(c, args.items[0]->starred.value);
    else
        gen_display(c, &args, DISPLAY_TUPLE, pushed);
    if (keywords.count) {
        bool have = false;
        uint32_t waiting = 0;
        for (uint32_t i = 0; i < keywords.count; thread_report_at(++i)) {
            if (keywords.items[i].arg) {
                waiting++;
                continue;
            }
            if (waiting) {
                gen_keyword_dict(c, keywords, i - waiting, i);
                if (have)
                    gen_op(c, OP_DICT_MERGE, 1);
                have = true;
                waiting = 0;
            }
            if (!have)
                gen_op(c, OP_BUILD_MAP, 0);
            have = true;
            gen_expr(c, keywords.items[i].value);
            gen_op(c, OP_DICT_MERGE, 1);
        }
        if (waiting) {
            gen_keyword_dict(c, keywords, keywords.count - waiting, keywords.count);
            if (have)
                gen_op(c, OP_DICT_MERGE, 1);
        }
    }
    gen_op(c, OP_CALL_FUNCTION_EX, keywords.count > 0);
}

/* The arguments and the call. On the stack: callable, NULL, and `pushed` arguments. */
void gen_call_arguments(struct compiler *c, uint32_t pushed, struct ast_exprs args, struct ast_keywords keywords)
{
    check_keywords(c, keywords);
    bool general = pushed + args.count + keywords.count * 2 > STACK_GUIDELINE || has_star(&args);
    for (uint32_t i = 0; i < keywords.count; thread_report_at(++i))
        general |= keywords.items[i].arg == NULL;
    if (general) {
        gen_call_general(c, pushed, args, keywords);
        return;
    }
    for (uint32_t i = 0; i < args.count; thread_report_at(++i))
        gen_expr(c, args.items[i]);
    for (uint32_t i = 0; i < keywords.count; thread_report_at(++i))
        gen_expr(c, keywords.items[i].value);
    if (keywords.count) {
        gen_const(c, keyword_names(c, keywords, 0, keywords.count));
        gen_op(c, OP_CALL_KW, pushed + args.count + keywords.count);
    } else {
        gen_op(c, OP_CALL, pushed + args.count);
    }
}

void gen_at_attribute(struct compiler *c, const struct ast_expr *attribute)
{
    struct ast_position *at = &c->unit->position;
    if (at->lineno == attribute->position.end_lineno)
        return;
    at->lineno = attribute->position.end_lineno;
    int32_t length = 0; /* in characters, as everywhere CPython measures names */
    for (const char *p = attribute->attribute.attr->text; *p; p++)
        length += (*p & 0xC0) != 0x80;
    if (length <= attribute->position.end_col_offset) {
        at->col_offset = attribute->position.end_col_offset - length;
    } else {
        at->col_offset = at->end_col_offset = -1;
    }
}

/* obj.method(args): no bound method is made when the instruction finds a function. */
static bool gen_method_call(struct compiler *c, struct ast_expr *expr)
{
    struct ast_expr *method = expr->call.func;
    struct ast_keywords keywords = expr->call.keywords;
    if (method->kind != EXPR_ATTRIBUTE || method->attribute.ctx != CONTEXT_LOAD)
        return false;
    if (expr->call.args.count + keywords.count * 2 > STACK_GUIDELINE || has_star(&expr->call.args))
        return false;
    for (uint32_t i = 0; i < keywords.count; thread_report_at(++i)) {
        if (!keywords.items[i].arg)
            return false;
    }
    gen_expr(c, method->attribute.value);
    gen_at(c, method->position);
    gen_at_attribute(c, method);
    gen_name_op(c, OP_LOAD_METHOD, method->attribute.attr);
    gen_at(c, expr->position);
    gen_at_attribute(c, method);
    gen_call_arguments(c, 0, expr->call.args, keywords);
    return true;
}

static void gen_call(struct compiler *c, struct ast_expr *expr)
{
    if (gen_method_call(c, expr))
        return;
    check_caller(c, expr->call.func);
    gen_expr(c, expr->call.func);
    gen_op(c, OP_PUSH_NULL, 0);
    gen_call_arguments(c, 0, expr->call.args, expr->call.keywords);
}

/* ---- f-strings ---- */

/* A part of an f-string, or a format: a str, also where a foreign tree has something else. */
static void gen_text(struct compiler *c, struct ast_expr *expr)
{
    bool text = expr->kind == EXPR_FORMATTED_VALUE || expr->kind == EXPR_JOINED_STR;
    if (expr->kind == EXPR_CONSTANT) {
        value v = constant_value(c, expr);
        text = !v || value_is(v, TYPE_ID_STR);
    }
    gen_expr(c, expr);
    if (!text)
        gen_op(c, OP_FORMAT_VALUE, 0);
}

static void gen_joined_str(struct compiler *c, struct ast_expr *expr)
{
    struct ast_exprs *values = &expr->joined_str.values;
    if (values->count <= STACK_GUIDELINE) {
        for (uint32_t i = 0; i < values->count; thread_report_at(++i))
            gen_text(c, values->items[i]);
        if (values->count != 1)
            gen_op(c, OP_BUILD_STRING, values->count);
        return;
    }
    /* "".join(list) */
    gen_const(c, compiler_own(c, str_from_utf8("", 0)));
    gen_op(c, OP_LOAD_METHOD, gen_name_index(c, compiler_intern(c, "join")));
    gen_op(c, OP_BUILD_LIST, 0);
    for (uint32_t i = 0; i < values->count; thread_report_at(++i)) {
        gen_text(c, values->items[i]);
        gen_op(c, OP_LIST_APPEND, 1);
    }
    gen_op(c, OP_CALL, 1);
}

static void gen_formatted_value(struct compiler *c, struct ast_expr *expr)
{
    int conversion = expr->formatted_value.conversion;
    uint32_t argument = conversion == 's' ? 1 : conversion == 'r' ? 2 : conversion == 'a' ? 3 : 0;
    if (!argument && conversion != -1) {
        compiler_refuse(c, "Unrecognized conversion character %d", conversion);
        return;
    }
    gen_expr(c, expr->formatted_value.value);
    if (expr->formatted_value.format_spec) {
        gen_text(c, expr->formatted_value.format_spec);
        argument |= 4;
    }
    gen_op(c, OP_FORMAT_VALUE, argument);
}

/* ---- subscripts ---- */

static void check_subscript(struct compiler *c, const struct ast_expr *expr)
{
    const struct ast_expr *container = expr->subscript.value, *key = expr->subscript.slice;
    const char *type = literal_type(container);
    if (!type || container->kind == EXPR_DICT || container->kind == EXPR_DICT_COMP)
        return;
    bool is_sequence = strcmp(type, "str") == 0 || strcmp(type, "bytes") == 0 || strcmp(type, "tuple") == 0 ||
                       strcmp(type, "list") == 0;
    if (!is_sequence) {
        compiler_warn(c, c->unit->position, "'%.200s' object is not subscriptable; perhaps you missed a comma?", type);
        return;
    }
    const char *key_type = literal_type(key);
    if (key_type && strcmp(key_type, "int") != 0 && strcmp(key_type, "bool") != 0 && key->kind != EXPR_SLICE)
        compiler_warn(c, c->unit->position,
                      "%.200s indices must be integers or slices, not %.200s; perhaps you missed a comma?", type,
                      key_type);
}

static void gen_or_none(struct compiler *c, struct ast_expr *expr)
{
    if (expr)
        gen_expr(c, expr);
    else
        gen_none(c);
}

static void gen_slice(struct compiler *c, struct ast_expr *expr)
{
    gen_or_none(c, expr->slice.lower);
    gen_or_none(c, expr->slice.upper);
    if (expr->slice.step)
        gen_expr(c, expr->slice.step);
    gen_op(c, OP_BUILD_SLICE, expr->slice.step ? 3 : 2);
}

static void gen_subscript(struct compiler *c, struct ast_expr *expr)
{
    struct ast_expr *key = expr->subscript.slice;
    bool two = key->kind == EXPR_SLICE && !key->slice.step && expr->subscript.ctx != CONTEXT_DEL;
    if (expr->subscript.ctx == CONTEXT_LOAD)
        check_subscript(c, expr);
    gen_expr(c, expr->subscript.value);
    if (two) {
        gen_or_none(c, key->slice.lower);
        gen_or_none(c, key->slice.upper);
        gen_op(c, expr->subscript.ctx == CONTEXT_LOAD ? OP_BINARY_SLICE : OP_STORE_SLICE, 0);
        return;
    }
    gen_expr(c, key);
    switch (expr->subscript.ctx) {
    case CONTEXT_LOAD:
        gen_op(c, OP_BINARY_SUBSCR, 0);
        break;
    case CONTEXT_STORE:
        gen_op(c, OP_STORE_SUBSCR, 0);
        break;
    case CONTEXT_DEL:
        gen_op(c, OP_DELETE_SUBSCR, 0);
        break;
    }
}

/* ---- generators and coroutines ---- */

/* On the stack: an iterator, and the first value to send. Yields whatever it yields; leaves its result. */
void gen_yield_from(struct compiler *c, bool is_await)
{
    struct block *start = gen_block(c), *exit = gen_block(c);
    gen_use(c, start);
    gen_jump(c, OP_SEND, exit);
    gen_op(c, OP_YIELD_VALUE, 0);
    gen_op(c, OP_RESUME, is_await ? 3 : 2);
    gen_jump(c, PSEUDO_JUMP_NO_INTERRUPT, start);
    gen_use(c, exit);
}

static void gen_yield(struct compiler *c, struct ast_expr *expr)
{
    struct unit *unit = c->unit;
    bool in_function = unit->scope->kind == SCOPE_KIND_FUNCTION;
    struct ast_expr *operand = expr->yield.value;
    if (!in_function && !(expr->kind == EXPR_AWAIT && unit->is_async_function)) {
        compiler_error(c, unit->position,
                       expr->kind == EXPR_AWAIT ? "'await' outside function" : "'yield' outside function");
        return;
    }
    switch (expr->kind) {
    case EXPR_YIELD:
        gen_or_none(c, operand);
        if (unit->flags & CODE_ASYNC_GENERATOR)
            gen_op(c, OP_ASYNC_GEN_WRAP, 0);
        gen_op(c, OP_YIELD_VALUE, 0);
        gen_op(c, OP_RESUME, 1);
        break;
    case EXPR_YIELD_FROM:
        if (unit->is_async_function) {
            compiler_error(c, unit->position, "'yield from' inside async function");
            return;
        }
        gen_expr(c, operand);
        gen_op(c, OP_GET_YIELD_FROM_ITER, 0);
        gen_none(c);
        gen_yield_from(c, false);
        break;
    default:
        if (!unit->is_async_function && !unit->is_comprehension) {
            compiler_error(c, unit->position, "'await' outside async function");
            return;
        }
        gen_expr(c, operand);
        gen_op(c, OP_GET_AWAITABLE, 0);
        gen_none(c);
        gen_yield_from(c, true);
        break;
    }
}

/* ---- the rest ---- */

static void gen_attribute(struct compiler *c, struct ast_expr *expr)
{
    gen_expr(c, expr->attribute.value);
    struct ast_position saved = c->unit->position;
    gen_at_attribute(c, expr);
    switch (expr->attribute.ctx) {
    case CONTEXT_LOAD:
        gen_name_op(c, OP_LOAD_ATTR, expr->attribute.attr);
        break;
    case CONTEXT_STORE:
        if (name_is(expr->attribute.attr, "__debug__"))
            compiler_error(c, c->unit->position, "cannot assign to __debug__");
        gen_name_op(c, OP_STORE_ATTR, expr->attribute.attr);
        break;
    case CONTEXT_DEL:
        gen_name_op(c, OP_DELETE_ATTR, expr->attribute.attr);
        break;
    }
    gen_at(c, saved);
}

static void gen_unary(struct compiler *c, struct ast_expr *expr)
{
    static const uint8_t opcodes[] = {
        [UNARY_OPERATOR_INVERT] = OP_UNARY_INVERT,
        [UNARY_OPERATOR_NOT] = OP_UNARY_NOT,
        [UNARY_OPERATOR_UADD] = OP_UNARY_POSITIVE,
        [UNARY_OPERATOR_USUB] = OP_UNARY_NEGATIVE,
    };
    gen_expr(c, expr->unary_op.operand);
    gen_op(c, opcodes[expr->unary_op.op], 0);
}

static void gen_binary(struct compiler *c, struct ast_expr *expr)
{
    uint32_t argument;
    gen_expr(c, expr->bin_op.left);
    gen_expr(c, expr->bin_op.right);
    unsigned opcode = gen_binary_opcode(expr->bin_op.op, &argument);
    gen_op(c, opcode, argument);
}

static void gen_expr_inside(struct compiler *c, struct ast_expr *expr)
{
    switch (expr->kind) {
    case EXPR_BOOL_OP:
        gen_bool_op(c, expr);
        break;
    case EXPR_NAMED_EXPR:
        gen_expr(c, expr->named_expr.value);
        gen_op(c, OP_COPY, 1);
        gen_expr(c, expr->named_expr.target);
        break;
    case EXPR_BIN_OP:
        gen_binary(c, expr);
        break;
    case EXPR_UNARY_OP:
        gen_unary(c, expr);
        break;
    case EXPR_LAMBDA:
        gen_lambda(c, expr);
        break;
    case EXPR_IF_EXP:
        gen_if_exp(c, expr);
        break;
    case EXPR_DICT:
        gen_dict(c, expr);
        break;
    case EXPR_SET:
        gen_display(c, &expr->set.elts, DISPLAY_SET, 0);
        break;
    case EXPR_LIST_COMP:
    case EXPR_SET_COMP:
    case EXPR_DICT_COMP:
    case EXPR_GENERATOR_EXP:
        gen_comprehension(c, expr);
        break;
    case EXPR_AWAIT:
    case EXPR_YIELD:
    case EXPR_YIELD_FROM:
        gen_yield(c, expr);
        break;
    case EXPR_COMPARE:
        gen_compare(c, expr);
        break;
    case EXPR_CALL:
        gen_call(c, expr);
        break;
    case EXPR_FORMATTED_VALUE:
        gen_formatted_value(c, expr);
        break;
    case EXPR_JOINED_STR:
        gen_joined_str(c, expr);
        break;
    case EXPR_CONSTANT:
        gen_const(c, constant_value(c, expr));
        break;
    case EXPR_ATTRIBUTE:
        gen_attribute(c, expr);
        break;
    case EXPR_SUBSCRIPT:
        gen_subscript(c, expr);
        break;
    case EXPR_STARRED:
        compiler_error(c, c->unit->position,
                       expr->starred.ctx == CONTEXT_STORE ? "starred assignment target must be in a list or tuple"
                                                          : "can't use starred expression here");
        break;
    case EXPR_NAME:
        gen_name(c, expr->name.id, expr->name.ctx);
        break;
    case EXPR_LIST:
        gen_sequence(c, expr, DISPLAY_LIST);
        break;
    case EXPR_TUPLE:
        gen_sequence(c, expr, DISPLAY_TUPLE);
        break;
    case EXPR_SLICE:
        gen_slice(c, expr);
        break;
    }
}

/* The code of an expression: its value is pushed (or, in store context, the top is
   stored; in delete context, nothing). */
void gen_expr(struct compiler *c, struct ast_expr *expr)
{
    thread_report();
    if (c->failed || !compiler_enter(c))
        return;
    struct ast_position saved = c->unit->position;
    c->unit->position = expr->position;
    gen_expr_inside(c, expr);
    c->unit->position = saved;
    compiler_leave(c);
}
