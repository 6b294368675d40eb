/*
 * The check of foreign trees: what the grammar promises of a tree that was parsed, and what a program may have put into
 * one nevertheless. What needs scopes, or is found in parsed trees too, is left to the code generator.
 */
#include "runtime/compiler/tree/tree.h"
#include "threads/pause.h"

struct checker {
    unsigned depth;
};

static bool check_expr(struct checker *c, const struct ast_expr *expr, enum ast_context context);
static bool check_node(struct checker *c, enum ast_type type, unsigned kind, const void *node,
                       enum ast_context context);
static bool check_pattern(struct checker *c, const struct ast_pattern *pattern, bool star_fits);

static bool refuse(const char *message)
{
    return raise_false(EXC(ValueError), "%s", message);
}

/* ---- positions and names ---- */

static bool check_position(const struct ast_position *p)
{
    if (p->lineno > p->end_lineno)
        return raise_false(EXC(ValueError), "AST node line range (%d, %d) is not valid", p->lineno, p->end_lineno);
    if ((p->lineno < 0 && p->end_lineno != p->lineno) || (p->col_offset < 0 && p->col_offset != p->end_col_offset))
        return raise_false(EXC(ValueError), "AST node column range (%d, %d) for line range (%d, %d) is not valid",
                           p->col_offset, p->end_col_offset, p->lineno, p->end_lineno);
    if (p->lineno == p->end_lineno && p->col_offset > p->end_col_offset)
        return raise_false(EXC(ValueError), "line %d, column %d-%d is not a valid range", p->lineno, p->col_offset,
                           p->end_col_offset);
    return true;
}

static bool name_is(ast_name name, const char *text)
{
    return strcmp(name->text, text) == 0;
}

static bool check_name(ast_name name)
{
    static const char *const constants[] = {"None", "True", "False"};
    for (size_t i = 0; i < 3; i++) {
        if (name_is(name, constants[i]))
            return raise_false(EXC(ValueError), "identifier field can't represent '%s' constant", constants[i]);
    }
    return true;
}

static bool check_names(const struct ast_names *names)
{
    for (uint32_t i = 0; i < names->count; thread_report_at(++i)) {
        if (!names->items[i])
            return refuse("None disallowed in identifier list");
    }
    return true;
}

/* ---- constants ---- */

static bool constant_fits(struct checker *c, value v);

static bool constants_fit(struct checker *c, value collection)
{
    if (!tree_enter(&c->depth, " during compilation"))
        return false;
    value iterator = iter_get(collection);
    bool fit = iterator != NULL;
    while (fit) {
        value item = iter_next(iterator);
        if (item == VALUE_END)
            break;
        fit = item && constant_fits(c, item);
        value_dec(item);
    }
    value_dec(iterator);
    c->depth--;
    return fit;
}

static bool constant_fits(struct checker *c, value v)
{
    if (v == VALUE_NONE || v == VALUE_ELLIPSIS)
        return true;
    struct type *type = value_type(v);
    if (type == TYPE(INT) || type == TYPE(BOOL) || type == TYPE(FLOAT) || type == TYPE(COMPLEX) || type == TYPE(STR) ||
        type == TYPE(BYTES))
        return true;
    if (type == TYPE(TUPLE) || type == TYPE(FROZENSET))
        return constants_fit(c, v);
    return raise_false(EXC(TypeError), "got an invalid type in Constant: %T", v);
}

static bool check_constant(struct checker *c, const struct ast_constant *constant)
{
    return constant->kind != CONSTANT_OBJECT || constant_fits(c, constant->object);
}

/* ---- expressions ---- */

/* NULLs stand in the keys of dicts and among the defaults of keyword-only parameters. */
static bool check_exprs(struct checker *c, const struct ast_exprs *exprs, enum ast_context context, bool null_fits)
{
    for (uint32_t i = 0; i < exprs->count; thread_report_at(++i)) {
        if (!exprs->items[i] && !null_fits)
            return refuse("None disallowed in expression list");
        if (exprs->items[i] && !check_expr(c, exprs->items[i], context))
            return false;
    }
    return true;
}

static bool check_context(const struct ast_expr *expr, enum ast_context context)
{
    static const char *const names[] = {"Load", "Store", "Del"};
    enum ast_context actual = CONTEXT_LOAD;
    switch (expr->kind) {
    case EXPR_ATTRIBUTE:
        actual = expr->attribute.ctx;
        break;
    case EXPR_SUBSCRIPT:
        actual = expr->subscript.ctx;
        break;
    case EXPR_STARRED:
        actual = expr->starred.ctx;
        break;
    case EXPR_NAME:
        if (!check_name(expr->name.id))
            return false;
        actual = expr->name.ctx;
        break;
    case EXPR_LIST:
    case EXPR_TUPLE:
        actual = expr->sequence.ctx;
        break;
    default:
        if (context != CONTEXT_LOAD)
            return raise_false(EXC(ValueError), "expression which can't be assigned to in %s context", names[context]);
    }
    return actual == context || raise_false(EXC(ValueError), "expression must have %s context but has %s instead",
                                            names[context], names[actual]);
}

/* What holds of single kinds. */
static bool check_kind_of_expr(struct checker *c, const struct ast_expr *expr)
{
    switch (expr->kind) {
    case EXPR_BOOL_OP:
        return expr->bool_op.values.count >= 2 || refuse("BoolOp with less than 2 values");
    case EXPR_NAMED_EXPR:
        return expr->named_expr.target->kind == EXPR_NAME ||
               raise_false(EXC(TypeError), "NamedExpr target must be a Name");
    case EXPR_DICT:
        return expr->dict.keys.count == expr->dict.values.count ||
               refuse("Dict doesn't have the same number of keys as values");
    case EXPR_LIST_COMP:
    case EXPR_SET_COMP:
    case EXPR_GENERATOR_EXP:
        return expr->comprehension.generators.count || refuse("comprehension with no generators");
    case EXPR_DICT_COMP:
        return expr->dict_comp.generators.count || refuse("comprehension with no generators");
    case EXPR_COMPARE:
        if (!expr->compare.comparators.count)
            return refuse("Compare with no comparators");
        return expr->compare.comparators.count == expr->compare.ops.count ||
               refuse("Compare has a different number of comparators and operands");
    case EXPR_CONSTANT:
        return check_constant(c, &expr->constant);
    default:
        return true;
    }
}

static bool check_expr(struct checker *c, const struct ast_expr *expr, enum ast_context context)
{
    if (!check_position(&expr->position) || !tree_enter(&c->depth, " during compilation"))
        return false;
    bool holds = (context == CONTEXT_LOAD && expr->kind != EXPR_NAME && expr->kind <= EXPR_CONSTANT) ||
                 check_context(expr, context);
    bool hands_down = expr->kind == EXPR_LIST || expr->kind == EXPR_TUPLE || expr->kind == EXPR_STARRED;
    holds = holds && check_kind_of_expr(c, expr) &&
            check_node(c, AST_EXPR, expr->kind, expr, hands_down ? context : CONTEXT_LOAD);
    c->depth--;
    return holds;
}

static bool check_arguments(const struct ast_arguments *arguments)
{
    if (arguments->defaults.count > (uint64_t)arguments->posonlyargs.count + arguments->args.count)
        return refuse("more positional defaults than args on arguments");
    return arguments->kw_defaults.count == arguments->kwonlyargs.count ||
           refuse("length of kwonlyargs is not the same as kw_defaults on arguments");
}

/* ---- patterns ---- */

static bool is_number(const struct ast_expr *expr, bool real, bool imaginary)
{
    if (expr->kind != EXPR_CONSTANT || expr->constant.kind != CONSTANT_OBJECT)
        return false;
    struct type *type = value_type(expr->constant.object);
    return (real && (type == TYPE(INT) || type == TYPE(FLOAT))) || (imaginary && type == TYPE(COMPLEX));
}

static bool is_negative(const struct ast_expr *expr, bool real, bool imaginary)
{
    return expr->kind == EXPR_UNARY_OP && expr->unary_op.op == UNARY_OPERATOR_USUB &&
           is_number(expr->unary_op.operand, real, imaginary);
}

static bool is_complex(const struct ast_expr *expr)
{
    if (expr->kind != EXPR_BIN_OP || (expr->bin_op.op != OPERATOR_ADD && expr->bin_op.op != OPERATOR_SUB))
        return false;
    const struct ast_expr *left = expr->bin_op.left;
    return is_number(expr->bin_op.right, false, true) &&
           (is_number(left, true, false) || is_negative(left, true, false));
}

static bool check_literal(struct checker *c, const struct ast_expr *expr)
{
    if (!expr)
        return refuse("None disallowed in expression list");
    if (!check_expr(c, expr, CONTEXT_LOAD))
        return false;
    bool text =
        expr->kind == EXPR_CONSTANT && (expr->constant.kind == CONSTANT_STR || expr->constant.kind == CONSTANT_BYTES);
    if (expr->kind == EXPR_CONSTANT)
        return text || is_number(expr, true, true) || refuse("unexpected constant inside of a literal pattern");
    if (expr->kind == EXPR_ATTRIBUTE || expr->kind == EXPR_JOINED_STR || is_negative(expr, true, true) ||
        is_complex(expr))
        return true;
    return refuse("patterns may only match literals and attribute lookups");
}

static bool check_capture(ast_name name)
{
    if (!name)
        return true;
    return name_is(name, "_") ? refuse("can't capture name '_' in patterns") : check_name(name);
}

static bool check_patterns(struct checker *c, const struct ast_patterns *patterns, bool star_fits)
{
    for (uint32_t i = 0; i < patterns->count; thread_report_at(++i)) {
        if (!patterns->items[i])
            return refuse("None disallowed in pattern list");
        if (!check_pattern(c, patterns->items[i], star_fits))
            return false;
    }
    return true;
}

static bool is_singleton(const struct ast_constant *constant)
{
    return constant->kind == CONSTANT_NONE || constant->kind == CONSTANT_TRUE || constant->kind == CONSTANT_FALSE;
}

static bool check_mapping(struct checker *c, const struct ast_pattern *p)
{
    if (p->match_mapping.keys.count != p->match_mapping.patterns.count)
        return refuse("MatchMapping doesn't have the same number of keys as patterns");
    if (!check_capture(p->match_mapping.rest))
        return false;
    for (uint32_t i = 0; i < p->match_mapping.keys.count; thread_report_at(++i)) {
        const struct ast_expr *key = p->match_mapping.keys.items[i];
        if (key && key->kind == EXPR_CONSTANT && is_singleton(&key->constant))
            continue;
        if (!check_literal(c, key))
            return false;
    }
    return check_patterns(c, &p->match_mapping.patterns, false);
}

static bool check_class(struct checker *c, const struct ast_pattern *p)
{
    if (p->match_class.kwd_attrs.count != p->match_class.kwd_patterns.count)
        return refuse("MatchClass doesn't have the same number of keyword attributes as patterns");
    if (!check_expr(c, p->match_class.cls, CONTEXT_LOAD))
        return false;
    const struct ast_expr *class = p->match_class.cls;
    while (class->kind == EXPR_ATTRIBUTE)
        class = class->attribute.value;
    if (class->kind != EXPR_NAME)
        return refuse("MatchClass cls field can only contain Name or Attribute nodes.");
    if (!check_names(&p->match_class.kwd_attrs))
        return false;
    for (uint32_t i = 0; i < p->match_class.kwd_attrs.count; thread_report_at(++i)) {
        if (!check_name(p->match_class.kwd_attrs.items[i]))
            return false;
    }
    return check_patterns(c, &p->match_class.patterns, false) && check_patterns(c, &p->match_class.kwd_patterns, false);
}

static bool check_inside_pattern(struct checker *c, const struct ast_pattern *p, bool star_fits)
{
    switch (p->kind) {
    case PATTERN_MATCH_VALUE:
        return check_literal(c, p->match_value.value);
    case PATTERN_MATCH_SINGLETON:
        return is_singleton(&p->match_singleton.value) ||
               refuse("MatchSingleton can only contain True, False and None");
    case PATTERN_MATCH_SEQUENCE:
        return check_patterns(c, &p->match_sequence.patterns, true);
    case PATTERN_MATCH_MAPPING:
        return check_mapping(c, p);
    case PATTERN_MATCH_CLASS:
        return check_class(c, p);
    case PATTERN_MATCH_STAR:
        return star_fits ? check_capture(p->match_star.name) : refuse("can't use MatchStar here");
    case PATTERN_MATCH_AS:
        if (!check_capture(p->match_as.name))
            return false;
        if (p->match_as.pattern && !p->match_as.name)
            return refuse("MatchAs must specify a target name if a pattern is given");
        return !p->match_as.pattern || check_pattern(c, p->match_as.pattern, false);
    case PATTERN_MATCH_OR:
        return p->match_sequence.patterns.count < 2 ? refuse("MatchOr requires at least 2 patterns")
                                                    : check_patterns(c, &p->match_sequence.patterns, false);
    }
    return true;
}

static bool check_pattern(struct checker *c, const struct ast_pattern *pattern, bool star_fits)
{
    if (!check_position(&pattern->position) || !tree_enter(&c->depth, " during compilation"))
        return false;
    bool holds = check_inside_pattern(c, pattern, star_fits);
    c->depth--;
    return holds;
}

/* ---- statements ---- */

static bool check_try(const struct ast_stmt *stmt)
{
    const char *name = ast_types[AST_STMT].nodes[stmt->kind].name;
    if (!stmt->try_block.handlers.count && !stmt->try_block.finalbody.count)
        return raise_false(EXC(ValueError), "%s has neither except handlers nor finalbody", name);
    if (!stmt->try_block.handlers.count && stmt->try_block.orelse.count)
        return raise_false(EXC(ValueError), "%s has orelse but no except handlers", name);
    return true;
}

static bool check_kind_of_stmt(const struct ast_stmt *stmt)
{
    switch (stmt->kind) {
    case STMT_ANN_ASSIGN:
        return !stmt->ann_assign.simple || stmt->ann_assign.target->kind == EXPR_NAME ||
               raise_false(EXC(TypeError), "AnnAssign with simple non-Name target");
    case STMT_RAISE:
        return stmt->raise.exc || !stmt->raise.cause || refuse("Raise with cause but no exception");
    case STMT_TRY:
    case STMT_TRY_STAR:
        return check_try(stmt);
    case STMT_IMPORT_FROM:
        return stmt->import_from.level >= 0 || refuse("Negative ImportFrom level");
    case STMT_GLOBAL:
    case STMT_NONLOCAL:
        return check_names(&stmt->scope.names);
    default:
        return true;
    }
}

static bool check_stmts(struct checker *c, const struct ast_stmts *stmts)
{
    for (uint32_t i = 0; i < stmts->count; thread_report_at(++i)) {
        const struct ast_stmt *stmt = stmts->items[i];
        if (!stmt)
            return refuse("None disallowed in statement list");
        if (!check_position(&stmt->position) || !tree_enter(&c->depth, " during compilation"))
            return false;
        bool holds = check_kind_of_stmt(stmt) && check_node(c, AST_STMT, stmt->kind, stmt, CONTEXT_LOAD);
        c->depth--;
        if (!holds)
            return false;
    }
    return true;
}

/* ---- nodes by the table ---- */

/* Lists that the grammar never leaves empty. */
static bool check_not_empty(const struct ast_node *node, enum ast_type type, const struct ast_field *field,
                            uint32_t count)
{
    static const char *const names[] = {"body", "targets", "items", "cases", "names"};
    if (count || type == AST_MOD || (type != AST_STMT && field->type != AST_STMT))
        return true;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (strcmp(field->name, names[i]) == 0)
            return raise_false(EXC(ValueError), "empty %s on %s", field->name, node->name);
    }
    return true;
}

/* Which context an expression in a field must have. */
static enum ast_context field_context(enum ast_type type, unsigned kind, const struct ast_field *field,
                                      enum ast_context context)
{
    if (type == AST_STMT && kind == STMT_DELETE)
        return CONTEXT_DEL;
    bool is_target = strcmp(field->name, "target") == 0 || strcmp(field->name, "targets") == 0 ||
                     strcmp(field->name, "optional_vars") == 0;
    return is_target ? CONTEXT_STORE : context;
}

static bool check_items(struct checker *c, enum ast_type type, const void *place)
{
    struct ast_sequence sequence = ast_sequence_at(place);
    const struct ast_type_info *info = &ast_types[type];
    for (uint32_t i = 0; i < sequence.count; thread_report_at(++i)) {
        const char *item = (const char *)sequence.items + i * ast_item_size(type);
        if (info->position >= 0 && !check_position((const struct ast_position *)(item + info->position)))
            return false;
        if (!check_node(c, type, 0, item, CONTEXT_LOAD))
            return false;
    }
    return true;
}

static bool check_many(struct checker *c, enum ast_type type, unsigned kind, const struct ast_field *field,
                       const char *place, enum ast_context context)
{
    bool null_fits = (type == AST_EXPR && kind == EXPR_DICT) || type == AST_ARGUMENTS;
    switch (field->type) {
    case AST_STMT:
        return check_stmts(c, (const struct ast_stmts *)place);
    case AST_EXPR:
        null_fits = null_fits && (strcmp(field->name, "keys") == 0 || strcmp(field->name, "kw_defaults") == 0);
        return check_exprs(c, (const struct ast_exprs *)place, context, null_fits);
    case AST_CMPOP:
    case AST_IDENTIFIER:
        return true;
    default:
        return check_items(c, field->type, place);
    }
}

static bool check_single(struct checker *c, const struct ast_field *field, const char *place, enum ast_context context)
{
    const void *node;
    if (field->type >= AST_TYPE_COUNT || ast_types[field->type].shape == AST_ENUMERATION)
        return true;
    memcpy(&node, place, sizeof node);
    if (!node)
        return true;
    switch (field->type) {
    case AST_EXPR:
        return check_expr(c, node, context);
    case AST_PATTERN:
        return check_pattern(c, node, false);
    default:
        return check_node(c, field->type, 0, node, CONTEXT_LOAD);
    }
}

/* Either the fields that hold `first`, or all the others. */
static bool check_fields(struct checker *c, enum ast_type type, unsigned kind, const void *node,
                         enum ast_context context, enum ast_type first, bool others)
{
    const struct ast_node *described = &ast_types[type].nodes[kind];
    for (const struct ast_field *field = described->fields; field->name; field++) {
        const char *place = (const char *)node + field->offset;
        if ((field->type == first) == others)
            continue;
        enum ast_context wanted = field_context(type, kind, field, context);
        bool many = field->quantity == AST_MANY;
        if (many && !check_not_empty(described, type, field, ast_sequence_at(place).count))
            return false;
        if (!(many ? check_many(c, type, kind, field, place, wanted) : check_single(c, field, place, wanted)))
            return false;
    }
    return true;
}

/* Comprehensions come before what they make, the parameters before their defaults. */
static bool check_node(struct checker *c, enum ast_type type, unsigned kind, const void *node, enum ast_context context)
{
    enum ast_type first = type == AST_EXPR ? AST_COMPREHENSION : type == AST_ARGUMENTS ? AST_ARG : AST_LEAF_LIMIT;
    return (first == AST_LEAF_LIMIT || check_fields(c, type, kind, node, context, first, false)) &&
           (type != AST_ARGUMENTS || check_arguments(node)) && check_fields(c, type, kind, node, context, first, true);
}

bool tree_check(const struct module_ast *module)
{
    struct checker c = {0};
    return check_node(&c, AST_MOD, module->mode, module, CONTEXT_LOAD);
}
