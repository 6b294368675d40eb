/*
 * Expressions back to source text, in a normal form: what `from __future__ import annotations` keeps of an annotation.
 * Spaces and parentheses are those of CPython, since programs read the result.
 */
#include "runtime/compiler/codegen/compiler.h"
#include "threads/pause.h"

/* How tightly things bind: an operand looser than its place asks for is put in parentheses. */
enum level {
    LEVEL_TUPLE,
    LEVEL_TEST, /* lambda, if-else */
    LEVEL_OR,
    LEVEL_AND,
    LEVEL_NOT,
    LEVEL_COMPARE,
    LEVEL_BIT_OR,
    LEVEL_BIT_XOR,
    LEVEL_BIT_AND,
    LEVEL_SHIFT,
    LEVEL_ARITHMETIC,
    LEVEL_TERM,
    LEVEL_FACTOR,
    LEVEL_POWER,
    LEVEL_AWAIT,
    LEVEL_ATOM,
};

struct writer {
    struct compiler *c;
    struct str_builder out;
};

static void write_expr(struct writer *w, const struct ast_expr *expr, int level);

static void write_text(struct writer *w, const char *text)
{
    builder_add_text(&w->out, text);
}

static void write_open(struct writer *w, bool wanted)
{
    if (wanted)
        write_text(w, "(");
}

static void write_close(struct writer *w, bool wanted)
{
    if (wanted)
        write_text(w, ")");
}

static void write_list(struct writer *w, const struct ast_exprs *exprs, int level)
{
    for (uint32_t i = 0; i < exprs->count; thread_report_at(++i)) {
        if (i)
            write_text(w, ", ");
        write_expr(w, exprs->items[i], level);
    }
}

/* ---- operators ---- */

static const struct {
    const char *text;
    uint8_t level;
    bool right; /* associates to the right */
} binary_forms[] = {
    [OPERATOR_ADD] = {" + ", LEVEL_ARITHMETIC, false},  [OPERATOR_SUB] = {" - ", LEVEL_ARITHMETIC, false},
    [OPERATOR_MULT] = {" * ", LEVEL_TERM, false},       [OPERATOR_MAT_MULT] = {" @ ", LEVEL_TERM, false},
    [OPERATOR_DIV] = {" / ", LEVEL_TERM, false},        [OPERATOR_MOD] = {" % ", LEVEL_TERM, false},
    [OPERATOR_POW] = {" ** ", LEVEL_POWER, true},       [OPERATOR_LSHIFT] = {" << ", LEVEL_SHIFT, false},
    [OPERATOR_RSHIFT] = {" >> ", LEVEL_SHIFT, false},   [OPERATOR_BIT_OR] = {" | ", LEVEL_BIT_OR, false},
    [OPERATOR_BIT_XOR] = {" ^ ", LEVEL_BIT_XOR, false}, [OPERATOR_BIT_AND] = {" & ", LEVEL_BIT_AND, false},
    [OPERATOR_FLOOR_DIV] = {" // ", LEVEL_TERM, false},
};

static void write_binary(struct writer *w, const struct ast_expr *expr, int level)
{
    int own = binary_forms[expr->bin_op.op].level;
    bool right = binary_forms[expr->bin_op.op].right;
    write_open(w, level > own);
    write_expr(w, expr->bin_op.left, own + right);
    write_text(w, binary_forms[expr->bin_op.op].text);
    write_expr(w, expr->bin_op.right, own + !right);
    write_close(w, level > own);
}

static void write_unary(struct writer *w, const struct ast_expr *expr, int level)
{
    static const char *const texts[] = {
        [UNARY_OPERATOR_INVERT] = "~",
        [UNARY_OPERATOR_NOT] = "not ",
        [UNARY_OPERATOR_UADD] = "+",
        [UNARY_OPERATOR_USUB] = "-",
    };
    int own = expr->unary_op.op == UNARY_OPERATOR_NOT ? LEVEL_NOT : LEVEL_FACTOR;
    write_open(w, level > own);
    write_text(w, texts[expr->unary_op.op]);
    write_expr(w, expr->unary_op.operand, own);
    write_close(w, level > own);
}

static void write_bool_op(struct writer *w, const struct ast_expr *expr, int level)
{
    bool is_and = expr->bool_op.op == BOOL_AND;
    int own = is_and ? LEVEL_AND : LEVEL_OR;
    write_open(w, level > own);
    for (uint32_t i = 0; i < expr->bool_op.values.count; thread_report_at(++i)) {
        if (i)
            write_text(w, is_and ? " and " : " or ");
        write_expr(w, expr->bool_op.values.items[i], own + 1);
    }
    write_close(w, level > own);
}

static void write_compare(struct writer *w, const struct ast_expr *expr, int level)
{
    static const char *const texts[] = {
        [COMPARISON_EQ] = " == ",         [COMPARISON_NOT_EQ] = " != ",     [COMPARISON_LT] = " < ",
        [COMPARISON_LT_E] = " <= ",       [COMPARISON_GT] = " > ",          [COMPARISON_GT_E] = " >= ",
        [COMPARISON_IS] = " is ",         [COMPARISON_IS_NOT] = " is not ", [COMPARISON_IN] = " in ",
        [COMPARISON_NOT_IN] = " not in ",
    };
    write_open(w, level > LEVEL_COMPARE);
    write_expr(w, expr->compare.left, LEVEL_COMPARE + 1);
    for (uint32_t i = 0; i < expr->compare.ops.count; thread_report_at(++i)) {
        write_text(w, texts[expr->compare.ops.items[i]]);
        write_expr(w, expr->compare.comparators.items[i], LEVEL_COMPARE + 1);
    }
    write_close(w, level > LEVEL_COMPARE);
}

/* ---- functions and calls ---- */

static void write_arg(struct writer *w, const char *stars, const struct ast_arg *arg, bool *first)
{
    if (!*first)
        write_text(w, ", ");
    *first = false;
    write_text(w, stars);
    write_text(w, arg->arg->text);
    if (arg->annotation) {
        write_text(w, ": ");
        write_expr(w, arg->annotation, LEVEL_TEST);
    }
}

static void write_arguments(struct writer *w, const struct ast_arguments *args)
{
    bool first = true;
    uint32_t positional = args->posonlyargs.count + args->args.count;
    for (uint32_t i = 0; i < positional; i++) {
        bool posonly = i < args->posonlyargs.count;
        write_arg(w, "", posonly ? &args->posonlyargs.items[i] : &args->args.items[i - args->posonlyargs.count],
                  &first);
        uint32_t from_end = positional - i;
        if (from_end <= args->defaults.count) {
            write_text(w, "=");
            write_expr(w, args->defaults.items[args->defaults.count - from_end], LEVEL_TEST);
        }
        if (posonly && i + 1 == args->posonlyargs.count)
            write_text(w, ", /");
    }
    if (args->vararg) {
        write_arg(w, "*", args->vararg, &first);
    } else if (args->kwonlyargs.count) {
        write_text(w, first ? "*" : ", *");
        first = false;
    }
    for (uint32_t i = 0; i < args->kwonlyargs.count; thread_report_at(++i)) {
        write_arg(w, "", &args->kwonlyargs.items[i], &first);
        if (args->kw_defaults.items[i]) {
            write_text(w, "=");
            write_expr(w, args->kw_defaults.items[i], LEVEL_TEST);
        }
    }
    if (args->kwarg)
        write_arg(w, "**", args->kwarg, &first);
}

static void write_lambda(struct writer *w, const struct ast_expr *expr, int level)
{
    const struct ast_arguments *args = expr->lambda.args;
    bool spaced = args->posonlyargs.count || args->args.count; /* CPython writes lambda*p: p */
    write_open(w, level > LEVEL_TEST);
    write_text(w, spaced ? "lambda " : "lambda");
    write_arguments(w, args);
    write_text(w, ": ");
    write_expr(w, expr->lambda.body, LEVEL_TEST);
    write_close(w, level > LEVEL_TEST);
}

static void write_call(struct writer *w, const struct ast_expr *expr)
{
    const struct ast_exprs *args = &expr->call.args;
    write_expr(w, expr->call.func, LEVEL_ATOM);
    /* f(x for x in y) keeps its single pair of parentheses. */
    if (args->count == 1 && !expr->call.keywords.count && args->items[0]->kind == EXPR_GENERATOR_EXP) {
        write_expr(w, args->items[0], LEVEL_TEST);
        return;
    }
    write_text(w, "(");
    write_list(w, args, LEVEL_TEST);
    for (uint32_t i = 0; i < expr->call.keywords.count; thread_report_at(++i)) {
        const struct ast_keyword *keyword = &expr->call.keywords.items[i];
        if (i || args->count)
            write_text(w, ", ");
        if (keyword->arg) {
            write_text(w, keyword->arg->text);
            write_text(w, "=");
        } else {
            write_text(w, "**");
        }
        write_expr(w, keyword->value, LEVEL_TEST);
    }
    write_text(w, ")");
}

static void write_generators(struct writer *w, const struct ast_comprehensions *generators)
{
    for (uint32_t i = 0; i < generators->count; thread_report_at(++i)) {
        const struct ast_comprehension *g = &generators->items[i];
        write_text(w, g->is_async ? " async for " : " for ");
        write_expr(w, g->target, LEVEL_TUPLE);
        write_text(w, " in ");
        write_expr(w, g->iter, LEVEL_TEST + 1);
        for (uint32_t k = 0; k < g->ifs.count; thread_report_at(++k)) {
            write_text(w, " if ");
            write_expr(w, g->ifs.items[k], LEVEL_TEST + 1);
        }
    }
}

static void write_comprehension(struct writer *w, const struct ast_expr *expr, const char *open, const char *close)
{
    write_text(w, open);
    write_expr(w, expr->comprehension.elt, LEVEL_TEST);
    write_generators(w, &expr->comprehension.generators);
    write_text(w, close);
}

/* ---- strings ---- */

/* A number: ASCII. An infinity is written as a number too large for a float. */
static void write_constant_repr(struct writer *w, value v)
{
    value repr = compiler_own(w->c, value_repr(v));
    bool may_be_infinite = !value_is(v, TYPE_ID_BYTES);
    for (size_t i = 0; repr && i < str_length(repr); thread_report_at(++i)) {
        if (may_be_infinite && str_at(repr, i) == 'i' && i + 2 < str_length(repr) && str_at(repr, i + 1) == 'n') {
            write_text(w, "1e309");
            i += 2;
        } else {
            builder_add_char(&w->out, str_at(repr, i));
        }
    }
}

static value constant_of(struct writer *w, const struct ast_expr *expr)
{
    struct ast_expr copy = *expr;
    return constant_value(w->c, &copy);
}

static void write_constant(struct writer *w, const struct ast_expr *expr)
{
    value v = constant_of(w, expr);
    if (!v)
        return;
    if (v == VALUE_ELLIPSIS) {
        write_text(w, "...");
        return;
    }
    if (expr->constant.has_u_prefix)
        write_text(w, "u");
    if (value_is(v, TYPE_ID_STR)) {
        value repr = value_repr(v);
        if (!repr) {
            compiler_fail(w->c);
            return;
        }
        builder_add_str(&w->out, repr);
        value_dec(repr);
        return;
    }
    write_constant_repr(w, v);
}

static void write_fstring_part(struct writer *w, const struct ast_expr *expr);

static void write_fstring_parts(struct writer *w, const struct ast_expr *expr)
{
    for (uint32_t i = 0; i < expr->joined_str.values.count; thread_report_at(++i))
        write_fstring_part(w, expr->joined_str.values.items[i]);
}

static void write_formatted(struct writer *w, const struct ast_expr *expr)
{
    struct writer inside = {.c = w->c};
    builder_init(&inside.out);
    write_expr(&inside, expr->formatted_value.value, LEVEL_TEST + 1);
    value text = compiler_own(w->c, builder_finish(&inside.out));
    if (!text)
        return;
    write_text(w, str_length(text) && str_at(text, 0) == '{' ? "{ " : "{");
    builder_add_str(&w->out, text);
    if (expr->formatted_value.conversion > 0) {
        write_text(w, "!");
        builder_add_char(&w->out, (uint32_t)expr->formatted_value.conversion);
    }
    if (expr->formatted_value.format_spec) {
        write_text(w, ":");
        write_fstring_parts(w, expr->formatted_value.format_spec);
    }
    write_text(w, "}");
}

static void write_fstring_part(struct writer *w, const struct ast_expr *expr)
{
    if (w->c->failed || !compiler_enter(w->c))
        return;
    if (expr->kind == EXPR_JOINED_STR) {
        write_fstring_parts(w, expr);
    } else if (expr->kind == EXPR_FORMATTED_VALUE) {
        write_formatted(w, expr);
    } else {
        value text = constant_of(w, expr);
        for (size_t i = 0; text && i < str_length(text); thread_report_at(++i)) {
            uint32_t ch = str_at(text, i);
            builder_add_char(&w->out, ch);
            if (ch == '{' || ch == '}')
                builder_add_char(&w->out, ch);
        }
    }
    compiler_leave(w->c);
}

static void write_fstring(struct writer *w, const struct ast_expr *expr)
{
    struct writer inside = {.c = w->c};
    builder_init(&inside.out);
    write_fstring_part(&inside, expr);
    value body = compiler_own(w->c, builder_finish(&inside.out));
    value repr = body ? compiler_own(w->c, value_repr(body)) : NULL;
    if (!repr)
        return;
    write_text(w, "f");
    builder_add_str(&w->out, repr);
}

/* ---- the rest ---- */

static void write_dict(struct writer *w, const struct ast_expr *expr)
{
    write_text(w, "{");
    for (uint32_t i = 0; i < expr->dict.keys.count; thread_report_at(++i)) {
        if (i)
            write_text(w, ", ");
        if (expr->dict.keys.items[i]) {
            write_expr(w, expr->dict.keys.items[i], LEVEL_TEST);
            write_text(w, ": ");
            write_expr(w, expr->dict.values.items[i], LEVEL_TEST);
        } else {
            write_text(w, "**");
            write_expr(w, expr->dict.values.items[i], LEVEL_BIT_OR);
        }
    }
    write_text(w, "}");
}

static void write_slice(struct writer *w, const struct ast_expr *expr)
{
    if (expr->slice.lower)
        write_expr(w, expr->slice.lower, LEVEL_TEST);
    write_text(w, ":");
    if (expr->slice.upper)
        write_expr(w, expr->slice.upper, LEVEL_TEST);
    if (expr->slice.step) {
        write_text(w, ":");
        write_expr(w, expr->slice.step, LEVEL_TEST);
    }
}

static void write_attribute(struct writer *w, const struct ast_expr *expr)
{
    const struct ast_expr *of = expr->attribute.value;
    write_expr(w, of, LEVEL_ATOM);
    bool is_int = of->kind == EXPR_CONSTANT && of->constant.kind == CONSTANT_INT;
    write_text(w, is_int ? " ." : "."); /* 1 .real */
    write_text(w, expr->attribute.attr->text);
}

static void write_tuple(struct writer *w, const struct ast_expr *expr, int level)
{
    const struct ast_exprs *elts = &expr->sequence.elts;
    if (!elts->count) {
        write_text(w, "()");
        return;
    }
    write_open(w, level > LEVEL_TUPLE);
    write_list(w, elts, LEVEL_TEST);
    if (elts->count == 1)
        write_text(w, ",");
    write_close(w, level > LEVEL_TUPLE);
}

static void write_prefixed(struct writer *w, const char *prefix, const struct ast_expr *operand, int operand_level,
                           bool parentheses)
{
    write_open(w, parentheses);
    write_text(w, prefix);
    if (operand)
        write_expr(w, operand, operand_level);
    write_close(w, parentheses);
}

static void write_inside(struct writer *w, const struct ast_expr *expr, int level)
{
    switch (expr->kind) {
    case EXPR_BOOL_OP:
        write_bool_op(w, expr, level);
        break;
    case EXPR_BIN_OP:
        write_binary(w, expr, level);
        break;
    case EXPR_UNARY_OP:
        write_unary(w, expr, level);
        break;
    case EXPR_LAMBDA:
        write_lambda(w, expr, level);
        break;
    case EXPR_IF_EXP:
        write_open(w, level > LEVEL_TEST);
        write_expr(w, expr->if_exp.body, LEVEL_TEST + 1);
        write_text(w, " if ");
        write_expr(w, expr->if_exp.test, LEVEL_TEST + 1);
        write_text(w, " else ");
        write_expr(w, expr->if_exp.orelse, LEVEL_TEST);
        write_close(w, level > LEVEL_TEST);
        break;
    case EXPR_DICT:
        write_dict(w, expr);
        break;
    case EXPR_SET:
        write_text(w, "{");
        write_list(w, &expr->set.elts, LEVEL_TEST);
        write_text(w, "}");
        break;
    case EXPR_GENERATOR_EXP:
        write_comprehension(w, expr, "(", ")");
        break;
    case EXPR_LIST_COMP:
        write_comprehension(w, expr, "[", "]");
        break;
    case EXPR_SET_COMP:
        write_comprehension(w, expr, "{", "}");
        break;
    case EXPR_DICT_COMP:
        write_text(w, "{");
        write_expr(w, expr->dict_comp.key, LEVEL_TEST);
        write_text(w, ": ");
        write_expr(w, expr->dict_comp.value, LEVEL_TEST);
        write_generators(w, &expr->dict_comp.generators);
        write_text(w, "}");
        break;
    case EXPR_YIELD:
        write_prefixed(w, expr->yield.value ? "yield " : "yield", expr->yield.value, LEVEL_TUPLE, true);
        break;
    case EXPR_YIELD_FROM:
        write_prefixed(w, "yield from ", expr->yield.value, LEVEL_TEST, true);
        break;
    case EXPR_AWAIT:
        write_prefixed(w, "await ", expr->yield.value, LEVEL_ATOM, level > LEVEL_AWAIT);
        break;
    case EXPR_COMPARE:
        write_compare(w, expr, level);
        break;
    case EXPR_CALL:
        write_call(w, expr);
        break;
    case EXPR_CONSTANT:
        write_constant(w, expr);
        break;
    case EXPR_JOINED_STR:
    case EXPR_FORMATTED_VALUE:
        write_fstring(w, expr);
        break;
    case EXPR_ATTRIBUTE:
        write_attribute(w, expr);
        break;
    case EXPR_STARRED:
        write_prefixed(w, "*", expr->starred.value, LEVEL_BIT_OR, false);
        break;
    case EXPR_NAME:
        write_text(w, expr->name.id->text);
        break;
    case EXPR_LIST:
        write_text(w, "[");
        write_list(w, &expr->sequence.elts, LEVEL_TEST);
        write_text(w, "]");
        break;
    case EXPR_TUPLE:
        write_tuple(w, expr, level);
        break;
    case EXPR_SUBSCRIPT:
        write_expr(w, expr->subscript.value, LEVEL_ATOM);
        write_text(w, "[");
        write_expr(w, expr->subscript.slice, LEVEL_TUPLE);
        write_text(w, "]");
        break;
    case EXPR_SLICE:
        write_slice(w, expr);
        break;
    case EXPR_NAMED_EXPR:
        write_open(w, level > LEVEL_TUPLE);
        write_expr(w, expr->named_expr.target, LEVEL_ATOM);
        write_text(w, " := ");
        write_expr(w, expr->named_expr.value, LEVEL_ATOM);
        write_close(w, level > LEVEL_TUPLE);
        break;
    }
}

static void write_expr(struct writer *w, const struct ast_expr *expr, int level)
{
    if (w->c->failed || !compiler_enter(w->c))
        return;
    write_inside(w, expr, level);
    compiler_leave(w->c);
}

value unparse_expr(struct compiler *c, const struct ast_expr *expr)
{
    struct writer w = {.c = c};
    builder_init(&w.out);
    write_expr(&w, expr, LEVEL_TEST);
    if (c->failed) {
        builder_discard(&w.out);
        return NULL;
    }
    return builder_finish(&w.out);
}
