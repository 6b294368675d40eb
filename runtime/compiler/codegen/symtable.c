/*
 * The symbol table. Two parts:
 *   1. the walk: every name of the program is noted in the scope of the block that it appears in (and constant
 *      expressions are folded on the way back up);
 *   2. the resolution, scope by scope from the outside in: a name bound in its block is local; else the nearest
 *      enclosing function that binds it provides it as a cell, which every scope between passes on as a free variable;
 *      else it is global.
 */
#include "runtime/compiler/codegen/compiler.h"
#include "threads/pause.h"

#include <stdlib.h>

/* ---- scopes and symbols ---- */

/* The walk's state beside the compiler. */
struct walk {
    struct compiler *c;
    struct symtable *table;
    struct scope *scope;
    ast_name private_name;
    bool postponed; /* annotations stay text */
    bool fold;      /* constants may be folded here */
    struct ast_position statement;
};

static uint32_t node_hash(const void *key)
{
    uint64_t bits = (uint64_t)(uintptr_t)key >> 3;
    return (uint32_t)((bits * UINT64_C(0x9E3779B97F4A7C15)) >> 32);
}

struct scope *symtable_find(const struct symtable *table, const void *key)
{
    struct scope *scope = table->table[node_hash(key) & (table->table_size - 1)];
    while (scope && scope->key != key)
        scope = scope->next_hashed;
    return scope;
}

static void table_insert(struct symtable *table, struct scope *scope)
{
    struct scope **bucket = &table->table[node_hash(scope->key) & (table->table_size - 1)];
    scope->next_hashed = *bucket;
    *bucket = scope;
}

static bool table_add(struct compiler *c, struct symtable *table, struct scope *scope)
{
    if (table->scope_count >= table->table_size) {
        uint32_t old_size = table->table_size, size = old_size ? old_size * 4 : 64;
        struct scope **old = table->table, **fresh = compiler_alloc(c, size * sizeof *fresh);
        if (!fresh)
            return false;
        table->table = fresh;
        table->table_size = size;
        for (uint32_t i = 0; i < old_size; thread_report_at(++i)) {
            for (struct scope *s = old[i], *next; s; s = next) {
                next = s->next_hashed;
                table_insert(table, s);
            }
        }
    }
    table->scope_count++;
    table_insert(table, scope);
    return true;
}

/* Few names: a plain search. More: an index of open addressing. */
#define SCOPE_INDEX_FROM 8

static void index_insert(struct scope *scope, uint32_t position)
{
    uint32_t mask = scope->index_size - 1, i = scope->symbols[position].name->hash & mask;
    while (scope->index[i])
        i = (i + 1) & mask;
    scope->index[i] = position + 1;
}

struct symbol *scope_find(const struct scope *scope, ast_name name)
{
    if (!scope->index) {
        for (uint32_t i = 0; i < scope->symbol_count; thread_report_at(++i)) {
            if (scope->symbols[i].name == name)
                return &scope->symbols[i];
        }
        return NULL;
    }
    uint32_t mask = scope->index_size - 1;
    for (uint32_t i = name->hash & mask; scope->index[i]; i = (i + 1) & mask) {
        struct symbol *symbol = &scope->symbols[scope->index[i] - 1];
        if (symbol->name == name)
            return symbol;
    }
    return NULL;
}

/* A new symbol; the caller knows that the name is absent. */
static struct symbol *scope_add(struct compiler *c, struct scope *scope, ast_name name)
{
    if (scope->symbol_count == scope->symbol_capacity) {
        uint32_t capacity = scope->symbol_capacity ? scope->symbol_capacity * 2 : 4;
        struct symbol *fresh = compiler_alloc(c, capacity * sizeof *fresh);
        if (!fresh)
            return NULL;
        if (scope->symbol_count)
            thread_copy(fresh, scope->symbols, scope->symbol_count * sizeof *fresh);
        scope->symbols = fresh;
        scope->symbol_capacity = capacity;
        if (capacity > SCOPE_INDEX_FROM) {
            uint32_t *index = compiler_alloc(c, (size_t)capacity * 2 * sizeof *index);
            if (!index)
                return NULL;
            scope->index = index;
            scope->index_size = capacity * 2;
            for (uint32_t i = 0; i < scope->symbol_count; thread_report_at(++i))
                index_insert(scope, i);
        }
    }
    struct symbol *symbol = &scope->symbols[scope->symbol_count++];
    *symbol = (struct symbol){.name = name, .local = -1, .cell = -1, .free = -1};
    if (scope->index)
        index_insert(scope, scope->symbol_count - 1);
    return symbol;
}

static struct scope *scope_enter(struct walk *w, enum scope_kind kind, const void *key)
{
    struct scope *parent = w->scope, *scope = compiler_alloc(w->c, sizeof *scope);
    if (!scope)
        return NULL;
    scope->kind = kind;
    scope->key = key;
    scope->parent = parent;
    if (parent) {
        scope->nested = parent->nested || parent->kind == SCOPE_KIND_FUNCTION;
        scope->iteration_depth = parent->iteration_depth;
    }
    if (kind != SCOPE_KIND_ANNOTATION) {
        if (!table_add(w->c, w->table, scope))
            return NULL;
        if (parent && parent->last_child)
            parent->last_child->next_sibling = scope;
        else if (parent)
            parent->first_child = scope;
        if (parent)
            parent->last_child = scope;
    }
    w->scope = scope;
    return scope;
}

static void scope_leave(struct walk *w)
{
    w->scope = w->scope->parent;
}

static void add_directive(struct walk *w, ast_name name, struct ast_position position)
{
    struct scope_directive *directive = compiler_alloc(w->c, sizeof *directive);
    if (!directive)
        return;
    *directive = (struct scope_directive){w->scope->directives, compiler_mangle(w->c, w->private_name, name), position};
    w->scope->directives = directive;
}

/* Note a definition or use of a name in `scope`. */
static void add_name_in(struct walk *w, struct scope *scope, ast_name plain, unsigned flag,
                        struct ast_position position)
{
    ast_name name = compiler_mangle(w->c, w->private_name, plain);
    if (!name)
        return;
    struct symbol *symbol = scope_find(scope, name);
    if (symbol) {
        if ((flag & SYMBOL_PARAM) && (symbol->flags & SYMBOL_PARAM)) {
            symtable_error(w->c, position, "duplicate argument '%s' in function definition", plain->text);
            return;
        }
    } else if (!(symbol = scope_add(w->c, scope, name))) {
        return;
    }
    symbol->flags |= flag;
    if (scope->in_iteration_target) {
        if (symbol->flags & (SYMBOL_GLOBAL | SYMBOL_NONLOCAL)) {
            symtable_error(w->c, position, "comprehension inner loop cannot rebind assignment expression target '%s'",
                           plain->text);
            return;
        }
        symbol->flags |= SYMBOL_ITERATED;
    }
    if ((flag & SYMBOL_GLOBAL) && scope != w->table->top) {
        struct symbol *outer = scope_find(w->table->top, name);
        if (!outer)
            outer = scope_add(w->c, w->table->top, name);
        if (outer)
            outer->flags |= SYMBOL_GLOBAL;
    }
}

static void add_name(struct walk *w, ast_name name, unsigned flag, struct ast_position position)
{
    add_name_in(w, w->scope, name, flag, position);
}

static unsigned flags_of(struct walk *w, struct scope *scope, ast_name plain)
{
    ast_name name = compiler_mangle(w->c, w->private_name, plain);
    struct symbol *symbol = name ? scope_find(scope, name) : NULL;
    return symbol ? symbol->flags : 0;
}

/* ---- part 1: the walk ---- */

static void walk_expr(struct walk *w, struct ast_expr *expr);
static void walk_stmts(struct walk *w, const struct ast_stmts *stmts);

static void walk_exprs(struct walk *w, const struct ast_exprs *exprs)
{
    for (uint32_t i = 0; i < exprs->count; thread_report_at(++i))
        walk_expr(w, exprs->items[i]);
}

static void walk_arg_list(struct walk *w, const struct ast_arg_list *list)
{
    for (uint32_t i = 0; i < list->count; thread_report_at(++i))
        add_name(w, list->items[i].arg, SYMBOL_PARAM, list->items[i].position);
}

static void walk_parameters(struct walk *w, const struct ast_arguments *args)
{
    walk_arg_list(w, &args->posonlyargs);
    walk_arg_list(w, &args->args);
    walk_arg_list(w, &args->kwonlyargs);
    if (args->vararg)
        add_name(w, args->vararg->arg, SYMBOL_PARAM, args->vararg->position);
    if (args->kwarg)
        add_name(w, args->kwarg->arg, SYMBOL_PARAM, args->kwarg->position);
}

static void walk_defaults(struct walk *w, const struct ast_arguments *args)
{
    walk_exprs(w, &args->defaults);
    walk_exprs(w, &args->kw_defaults);
}

/* Postponed annotations are walked for their errors only, in a scope that is thrown away. */
static void walk_annotation(struct walk *w, struct ast_expr *annotation)
{
    if (!annotation || w->c->failed)
        return;
    if (!w->postponed) {
        walk_expr(w, annotation);
        return;
    }
    bool fold = w->fold;
    if (!scope_enter(w, SCOPE_KIND_ANNOTATION, annotation))
        return;
    w->fold = false;
    walk_expr(w, annotation);
    w->fold = fold;
    scope_leave(w);
}

static void walk_annotations(struct walk *w, const struct ast_arguments *args, struct ast_expr *returns)
{
    const struct ast_arg_list *lists[] = {&args->posonlyargs, &args->args};
    for (int k = 0; k < 2; k++) {
        for (uint32_t i = 0; i < lists[k]->count; thread_report_at(++i))
            walk_annotation(w, lists[k]->items[i].annotation);
    }
    if (args->vararg)
        walk_annotation(w, args->vararg->annotation);
    if (args->kwarg)
        walk_annotation(w, args->kwarg->annotation);
    for (uint32_t i = 0; i < args->kwonlyargs.count; thread_report_at(++i))
        walk_annotation(w, args->kwonlyargs.items[i].annotation);
    walk_annotation(w, returns);
}

static void walk_lambda(struct walk *w, struct ast_expr *expr)
{
    walk_defaults(w, expr->lambda.args);
    struct scope *scope = w->c->failed ? NULL : scope_enter(w, SCOPE_KIND_FUNCTION, expr);
    if (!scope)
        return;
    scope->is_lambda = true;
    walk_parameters(w, expr->lambda.args);
    walk_expr(w, expr->lambda.body);
    scope_leave(w);
}

static const char *const comprehension_errors[] = {
    [COMPREHENSION_LIST] = "'yield' inside list comprehension",
    [COMPREHENSION_SET] = "'yield' inside set comprehension",
    [COMPREHENSION_DICT] = "'yield' inside dict comprehension",
    [COMPREHENSION_GENERATOR] = "'yield' inside generator expression",
};

static void walk_generator(struct walk *w, const struct ast_comprehension *generator, bool outermost)
{
    w->scope->in_iteration_target = true;
    walk_expr(w, generator->target);
    w->scope->in_iteration_target = false;
    if (!outermost) {
        w->scope->iteration_depth++;
        walk_expr(w, generator->iter);
        fold_iterable(w->c, generator->iter);
        w->scope->iteration_depth--;
    }
    walk_exprs(w, &generator->ifs);
    if (generator->is_async)
        w->scope->is_coroutine = true;
}

/* Functions are known to be asynchronous by their first word, modules are by what is in them. */
static void note_async(struct walk *w, bool is_async)
{
    if (is_async && w->scope->kind == SCOPE_KIND_MODULE && w->c->top_level_await)
        w->scope->is_coroutine = true;
}

static void walk_comprehension(struct walk *w, struct ast_expr *expr, enum comprehension_kind kind)
{
    bool is_dict = kind == COMPREHENSION_DICT;
    const struct ast_comprehensions *generators =
        is_dict ? &expr->dict_comp.generators : &expr->comprehension.generators;
    const struct ast_comprehension *outermost = &generators->items[0];
    w->scope->iteration_depth++;
    walk_expr(w, outermost->iter);
    fold_iterable(w->c, outermost->iter);
    w->scope->iteration_depth--;
    if (w->c->failed)
        return;
    struct scope *scope = scope_enter(w, SCOPE_KIND_FUNCTION, expr);
    if (!scope)
        return;
    scope->comprehension = kind;
    ast_name implicit = compiler_intern(w->c, ".0");
    if (implicit)
        add_name(w, implicit, SYMBOL_PARAM, expr->position);
    for (uint32_t i = 0; i < generators->count; thread_report_at(++i))
        walk_generator(w, &generators->items[i], i == 0);
    if (is_dict) {
        walk_expr(w, expr->dict_comp.value);
        walk_expr(w, expr->dict_comp.key);
    } else {
        walk_expr(w, expr->comprehension.elt);
    }
    scope->is_generator = kind == COMPREHENSION_GENERATOR;
    scope_leave(w);
    if (scope->is_coroutine && !scope->is_generator)
        w->scope->is_coroutine = true;
}

/* The target of a walrus inside a comprehension belongs to the function or module around all comprehensions. */
static void walk_walrus_target(struct walk *w, struct ast_expr *target)
{
    ast_name name = target->name.id;
    struct ast_position position = target->position;
    for (struct scope *scope = w->scope; scope; scope = scope->parent) {
        if (scope->comprehension) {
            unsigned flags = flags_of(w, scope, name);
            if ((flags & SYMBOL_ITERATED) && (flags & SYMBOL_LOCAL)) {
                symtable_error(w->c, position,
                               "assignment expression cannot rebind comprehension iteration variable '%s'", name->text);
                return;
            }
            continue;
        }
        if (scope->kind == SCOPE_KIND_FUNCTION) {
            bool global = flags_of(w, scope, name) & SYMBOL_GLOBAL;
            add_name(w, name, global ? SYMBOL_GLOBAL : SYMBOL_NONLOCAL, position);
            add_directive(w, name, position);
            add_name_in(w, scope, name, SYMBOL_LOCAL, position);
            return;
        }
        if (scope->kind == SCOPE_KIND_MODULE) {
            add_name(w, name, SYMBOL_GLOBAL, position);
            add_directive(w, name, position);
            add_name_in(w, scope, name, SYMBOL_GLOBAL, position);
            return;
        }
        if (scope->kind == SCOPE_KIND_CLASS) {
            symtable_error(w->c, position,
                           "assignment expression within a comprehension cannot be used in a class body");
            return;
        }
    }
}

static void walk_walrus(struct walk *w, struct ast_expr *expr)
{
    if (w->scope->kind == SCOPE_KIND_ANNOTATION) {
        symtable_error(w->c, expr->position, "'named expression' can not be used within an annotation");
        return;
    }
    if (w->scope->iteration_depth > 0) {
        symtable_error(w->c, expr->position,
                       "assignment expression cannot be used in a comprehension iterable expression");
        return;
    }
    if (w->scope->comprehension)
        walk_walrus_target(w, expr->named_expr.target);
    walk_expr(w, expr->named_expr.value);
    walk_expr(w, expr->named_expr.target);
}

static void walk_yield(struct walk *w, struct ast_expr *expr)
{
    bool is_await = expr->kind == EXPR_AWAIT;
    if (w->scope->kind == SCOPE_KIND_ANNOTATION) {
        symtable_error(w->c, expr->position, "'%s expression' can not be used within an annotation",
                       is_await ? "await" : "yield");
        return;
    }
    if (expr->yield.value)
        walk_expr(w, expr->yield.value);
    if (is_await)
        w->scope->is_coroutine = true;
    else
        w->scope->is_generator = true;
    if (!is_await && w->scope->comprehension)
        symtable_error(w->c, expr->position, "%s", comprehension_errors[w->scope->comprehension]);
}

static void walk_name(struct walk *w, struct ast_expr *expr)
{
    add_name(w, expr->name.id, expr->name.ctx == CONTEXT_LOAD ? SYMBOL_USE : SYMBOL_LOCAL, expr->position);
    if (expr->name.ctx == CONTEXT_LOAD && w->scope->kind == SCOPE_KIND_FUNCTION && name_is(expr->name.id, "super")) {
        ast_name cell = compiler_intern(w->c, "__class__");
        if (cell)
            add_name(w, cell, SYMBOL_USE, expr->position);
    }
}

static void walk_expr_inside(struct walk *w, struct ast_expr *expr)
{
    switch (expr->kind) {
    case EXPR_BOOL_OP:
        walk_exprs(w, &expr->bool_op.values);
        break;
    case EXPR_NAMED_EXPR:
        walk_walrus(w, expr);
        break;
    case EXPR_BIN_OP:
        walk_expr(w, expr->bin_op.left);
        walk_expr(w, expr->bin_op.right);
        break;
    case EXPR_UNARY_OP:
        walk_expr(w, expr->unary_op.operand);
        break;
    case EXPR_LAMBDA:
        walk_lambda(w, expr);
        break;
    case EXPR_IF_EXP:
        walk_expr(w, expr->if_exp.test);
        walk_expr(w, expr->if_exp.body);
        walk_expr(w, expr->if_exp.orelse);
        break;
    case EXPR_DICT:
        for (uint32_t i = 0; i < expr->dict.keys.count; thread_report_at(++i)) {
            walk_expr(w, expr->dict.keys.items[i]);
            walk_expr(w, expr->dict.values.items[i]);
        }
        break;
    case EXPR_SET:
        walk_exprs(w, &expr->set.elts);
        break;
    case EXPR_LIST_COMP:
        walk_comprehension(w, expr, COMPREHENSION_LIST);
        break;
    case EXPR_SET_COMP:
        walk_comprehension(w, expr, COMPREHENSION_SET);
        break;
    case EXPR_DICT_COMP:
        walk_comprehension(w, expr, COMPREHENSION_DICT);
        break;
    case EXPR_GENERATOR_EXP:
        walk_comprehension(w, expr, COMPREHENSION_GENERATOR);
        break;
    case EXPR_AWAIT:
    case EXPR_YIELD:
    case EXPR_YIELD_FROM:
        walk_yield(w, expr);
        break;
    case EXPR_COMPARE:
        walk_expr(w, expr->compare.left);
        walk_exprs(w, &expr->compare.comparators);
        break;
    case EXPR_CALL:
        walk_expr(w, expr->call.func);
        walk_exprs(w, &expr->call.args);
        for (uint32_t i = 0; i < expr->call.keywords.count; thread_report_at(++i))
            walk_expr(w, expr->call.keywords.items[i].value);
        break;
    case EXPR_FORMATTED_VALUE:
        walk_expr(w, expr->formatted_value.value);
        walk_expr(w, expr->formatted_value.format_spec);
        break;
    case EXPR_JOINED_STR:
        walk_exprs(w, &expr->joined_str.values);
        break;
    case EXPR_CONSTANT:
        break;
    case EXPR_ATTRIBUTE:
        walk_expr(w, expr->attribute.value);
        break;
    case EXPR_SUBSCRIPT:
        walk_expr(w, expr->subscript.value);
        walk_expr(w, expr->subscript.slice);
        break;
    case EXPR_STARRED:
        walk_expr(w, expr->starred.value);
        break;
    case EXPR_NAME:
        walk_name(w, expr);
        break;
    case EXPR_LIST:
    case EXPR_TUPLE:
        walk_exprs(w, &expr->sequence.elts);
        break;
    case EXPR_SLICE:
        walk_expr(w, expr->slice.lower);
        walk_expr(w, expr->slice.upper);
        walk_expr(w, expr->slice.step);
        break;
    }
}

static void walk_expr(struct walk *w, struct ast_expr *expr)
{
    thread_report();
    if (!expr || w->c->failed || expr->kind == EXPR_CONSTANT || !compiler_enter(w->c))
        return;
    if (w->fold && expr->kind == EXPR_NAME && expr->name.ctx == CONTEXT_LOAD && name_is(expr->name.id, "__debug__")) {
        fold_expr(w->c, expr); /* never a symbol */
    } else {
        walk_expr_inside(w, expr);
        if (w->fold && !w->c->failed)
            fold_expr(w->c, expr);
    }
    compiler_leave(w->c);
}

static void walk_function(struct walk *w, struct ast_stmt *stmt)
{
    struct ast_arguments *args = stmt->function_def.args;
    add_name(w, stmt->function_def.name, SYMBOL_LOCAL, stmt->position);
    walk_defaults(w, args);
    walk_annotations(w, args, stmt->function_def.returns);
    walk_exprs(w, &stmt->function_def.decorator_list);
    if (w->c->failed)
        return;
    struct scope *scope = scope_enter(w, SCOPE_KIND_FUNCTION, stmt);
    if (!scope)
        return;
    scope->is_coroutine = stmt->kind == STMT_ASYNC_FUNCTION_DEF;
    walk_parameters(w, args);
    walk_stmts(w, &stmt->function_def.body);
    scope_leave(w);
}

static void walk_class(struct walk *w, struct ast_stmt *stmt)
{
    add_name(w, stmt->class_def.name, SYMBOL_LOCAL, stmt->position);
    walk_exprs(w, &stmt->class_def.bases);
    for (uint32_t i = 0; i < stmt->class_def.keywords.count; thread_report_at(++i))
        walk_expr(w, stmt->class_def.keywords.items[i].value);
    walk_exprs(w, &stmt->class_def.decorator_list);
    if (w->c->failed || !scope_enter(w, SCOPE_KIND_CLASS, stmt))
        return;
    ast_name outer = w->private_name;
    w->private_name = stmt->class_def.name;
    walk_stmts(w, &stmt->class_def.body);
    w->private_name = outer;
    scope_leave(w);
}

static void walk_scope_statement(struct walk *w, struct ast_stmt *stmt)
{
    bool global = stmt->kind == STMT_GLOBAL;
    const char *word = global ? "global" : "nonlocal";
    for (uint32_t i = 0; i < stmt->scope.names.count; thread_report_at(++i)) {
        ast_name name = stmt->scope.names.items[i];
        unsigned flags = flags_of(w, w->scope, name);
        const char *format = flags & SYMBOL_PARAM       ? "name '%s' is parameter and %s"
                             : flags & SYMBOL_USE       ? "name '%s' is used prior to %s declaration"
                             : flags & SYMBOL_ANNOTATED ? "annotated name '%s' can't be %s"
                             : flags & SYMBOL_LOCAL     ? "name '%s' is assigned to before %s declaration"
                                                        : NULL;
        if (format) {
            symtable_error(w->c, stmt->position, format, name->text, word);
            return;
        }
        add_name(w, name, global ? SYMBOL_GLOBAL : SYMBOL_NONLOCAL, stmt->position);
        add_directive(w, name, stmt->position);
    }
}

static void walk_ann_assign(struct walk *w, struct ast_stmt *stmt)
{
    struct ast_expr *target = stmt->ann_assign.target;
    if (target->kind == EXPR_NAME) {
        unsigned flags = flags_of(w, w->scope, target->name.id);
        if ((flags & (SYMBOL_GLOBAL | SYMBOL_NONLOCAL)) && w->scope != w->table->top && stmt->ann_assign.simple) {
            symtable_error(w->c, stmt->position, "annotated name '%s' can't be %s", target->name.id->text,
                           flags & SYMBOL_GLOBAL ? "global" : "nonlocal");
            return;
        }
        if (stmt->ann_assign.simple)
            add_name(w, target->name.id, SYMBOL_ANNOTATED | SYMBOL_LOCAL, target->position);
        else if (stmt->ann_assign.value)
            add_name(w, target->name.id, SYMBOL_LOCAL, target->position);
    } else {
        walk_expr(w, target);
    }
    walk_annotation(w, stmt->ann_assign.annotation);
    walk_expr(w, stmt->ann_assign.value);
}

static void walk_import(struct walk *w, const struct ast_aliases *names)
{
    for (uint32_t i = 0; i < names->count; thread_report_at(++i)) {
        const struct ast_alias *alias = &names->items[i];
        if (name_is(alias->name, "*")) {
            if (w->scope->kind != SCOPE_KIND_MODULE)
                symtable_error(w->c, alias->position, "import * only allowed at module level");
            continue;
        }
        ast_name bound = alias->asname ? alias->asname : alias->name;
        const char *dot = strchr(bound->text, '.');
        if (dot)
            bound = ast_intern(&w->c->arena, w->c->module->names, bound->text, (size_t)(dot - bound->text));
        if (bound)
            add_name(w, bound, SYMBOL_IMPORT, alias->position);
        else
            raise_no_memory(), compiler_fail(w->c);
    }
}

static void walk_pattern(struct walk *w, struct ast_pattern *pattern)
{
    if (!pattern || w->c->failed || !compiler_enter(w->c))
        return;
    switch (pattern->kind) {
    case PATTERN_MATCH_VALUE:
        walk_expr(w, pattern->match_value.value);
        break;
    case PATTERN_MATCH_SINGLETON:
        break;
    case PATTERN_MATCH_SEQUENCE:
    case PATTERN_MATCH_OR:
        for (uint32_t i = 0; i < pattern->match_sequence.patterns.count; thread_report_at(++i))
            walk_pattern(w, pattern->match_sequence.patterns.items[i]);
        break;
    case PATTERN_MATCH_MAPPING:
        walk_exprs(w, &pattern->match_mapping.keys);
        for (uint32_t i = 0; i < pattern->match_mapping.patterns.count; thread_report_at(++i))
            walk_pattern(w, pattern->match_mapping.patterns.items[i]);
        if (pattern->match_mapping.rest)
            add_name(w, pattern->match_mapping.rest, SYMBOL_LOCAL, pattern->position);
        break;
    case PATTERN_MATCH_CLASS:
        walk_expr(w, pattern->match_class.cls);
        for (uint32_t i = 0; i < pattern->match_class.patterns.count; thread_report_at(++i))
            walk_pattern(w, pattern->match_class.patterns.items[i]);
        for (uint32_t i = 0; i < pattern->match_class.kwd_patterns.count; thread_report_at(++i))
            walk_pattern(w, pattern->match_class.kwd_patterns.items[i]);
        break;
    case PATTERN_MATCH_STAR:
        if (pattern->match_star.name)
            add_name(w, pattern->match_star.name, SYMBOL_LOCAL, pattern->position);
        break;
    case PATTERN_MATCH_AS:
        walk_pattern(w, pattern->match_as.pattern);
        if (pattern->match_as.name)
            add_name(w, pattern->match_as.name, SYMBOL_LOCAL, pattern->position);
        break;
    }
    compiler_leave(w->c);
}

static void walk_match(struct walk *w, struct ast_stmt *stmt)
{
    walk_expr(w, stmt->match.subject);
    for (uint32_t i = 0; i < stmt->match.cases.count; thread_report_at(++i)) {
        struct ast_match_case *match_case = &stmt->match.cases.items[i];
        walk_pattern(w, match_case->pattern);
        walk_expr(w, match_case->guard);
        walk_stmts(w, &match_case->body);
    }
}

static void walk_try(struct walk *w, struct ast_stmt *stmt)
{
    walk_stmts(w, &stmt->try_block.body);
    walk_stmts(w, &stmt->try_block.orelse);
    for (uint32_t i = 0; i < stmt->try_block.handlers.count; thread_report_at(++i)) {
        struct ast_except_handler *handler = &stmt->try_block.handlers.items[i];
        walk_expr(w, handler->type);
        if (handler->name)
            add_name(w, handler->name, SYMBOL_LOCAL, handler->position);
        walk_stmts(w, &handler->body);
    }
    walk_stmts(w, &stmt->try_block.finalbody);
}

static void walk_stmt_inside(struct walk *w, struct ast_stmt *stmt)
{
    switch (stmt->kind) {
    case STMT_FUNCTION_DEF:
    case STMT_ASYNC_FUNCTION_DEF:
        walk_function(w, stmt);
        break;
    case STMT_CLASS_DEF:
        walk_class(w, stmt);
        break;
    case STMT_RETURN:
    case STMT_EXPR:
        walk_expr(w, stmt->expr.value);
        break;
    case STMT_DELETE:
        walk_exprs(w, &stmt->delete.targets);
        break;
    case STMT_ASSIGN:
        walk_exprs(w, &stmt->assign.targets);
        walk_expr(w, stmt->assign.value);
        break;
    case STMT_AUG_ASSIGN:
        walk_expr(w, stmt->aug_assign.target);
        walk_expr(w, stmt->aug_assign.value);
        break;
    case STMT_ANN_ASSIGN:
        walk_ann_assign(w, stmt);
        break;
    case STMT_FOR:
    case STMT_ASYNC_FOR:
        note_async(w, stmt->kind == STMT_ASYNC_FOR);
        walk_expr(w, stmt->for_loop.target);
        walk_expr(w, stmt->for_loop.iter);
        if (stmt->kind == STMT_FOR)
            fold_iterable(w->c, stmt->for_loop.iter);
        walk_stmts(w, &stmt->for_loop.body);
        walk_stmts(w, &stmt->for_loop.orelse);
        break;
    case STMT_WHILE:
    case STMT_IF:
        walk_expr(w, stmt->conditional.test);
        walk_stmts(w, &stmt->conditional.body);
        walk_stmts(w, &stmt->conditional.orelse);
        break;
    case STMT_WITH:
    case STMT_ASYNC_WITH:
        note_async(w, stmt->kind == STMT_ASYNC_WITH);
        for (uint32_t i = 0; i < stmt->with.items.count; thread_report_at(++i)) {
            walk_expr(w, stmt->with.items.items[i].context_expr);
            walk_expr(w, stmt->with.items.items[i].optional_vars);
        }
        walk_stmts(w, &stmt->with.body);
        break;
    case STMT_MATCH:
        walk_match(w, stmt);
        break;
    case STMT_RAISE:
        walk_expr(w, stmt->raise.exc);
        walk_expr(w, stmt->raise.cause);
        break;
    case STMT_TRY:
    case STMT_TRY_STAR:
        walk_try(w, stmt);
        break;
    case STMT_ASSERT:
        walk_expr(w, stmt->assert_test.test);
        walk_expr(w, stmt->assert_test.msg);
        break;
    case STMT_IMPORT:
        walk_import(w, &stmt->import.names);
        break;
    case STMT_IMPORT_FROM:
        walk_import(w, &stmt->import_from.names);
        break;
    case STMT_GLOBAL:
    case STMT_NONLOCAL:
        walk_scope_statement(w, stmt);
        break;
    case STMT_PASS:
    case STMT_BREAK:
    case STMT_CONTINUE:
        break;
    }
}

static void walk_stmts(struct walk *w, const struct ast_stmts *stmts)
{
    for (uint32_t i = 0; i < stmts->count && !w->c->failed; thread_report_at(++i)) {
        if (!compiler_enter(w->c))
            return;
        walk_stmt_inside(w, stmts->items[i]);
        compiler_leave(w->c);
    }
}

/* ---- part 2: resolution ---- */

static void resolution_error(struct compiler *c, struct scope *scope, ast_name name, const char *format)
{
    /* The first statement that says so; the list is in reverse order. */
    struct ast_position position = {0};
    for (struct scope_directive *d = scope->directives; d; d = d->next) {
        if (d->name == name)
            position = d->position;
    }
    symtable_error(c, position, format, name->text);
}

/* The function (or, for __class__, the class) around `scope` that binds the name; NULL when none does. */
static struct scope *find_provider(struct compiler *c, struct scope *scope, ast_name name)
{
    for (struct scope *p = scope->parent; p; p = p->parent) {
        if (p->kind == SCOPE_KIND_CLASS && name_is(name, "__class__"))
            return p;
        if (p->kind != SCOPE_KIND_FUNCTION)
            continue;
        struct symbol *symbol = scope_find(p, name);
        if (!symbol)
            continue;
        if (symbol->flags & SYMBOL_GLOBAL)
            return NULL;
        if ((symbol->flags & SYMBOL_BOUND) && !(symbol->flags & SYMBOL_NONLOCAL))
            return p;
    }
    return NULL;
}

/* `name`, used in `scope`, comes from `provider`: make it a cell there and free in all scopes between. */
static void pass_through(struct compiler *c, struct scope *scope, struct scope *provider, ast_name name)
{
    for (struct scope *p = scope->parent; p != provider; p = p->parent) {
        struct symbol *symbol = scope_find(p, name);
        if (!symbol) {
            symbol = scope_add(c, p, name);
            if (!symbol)
                return;
            symbol->scope = SCOPE_FREE;
        } else if (p->kind == SCOPE_KIND_CLASS && (symbol->flags & (SYMBOL_BOUND | SYMBOL_GLOBAL)) &&
                   !(symbol->flags & SYMBOL_NONLOCAL)) {
            symbol->flags |= SYMBOL_FREE_CLASS;
        }
    }
    if (provider->kind == SCOPE_KIND_CLASS) {
        provider->needs_class_closure = true;
        return;
    }
    struct symbol *symbol = scope_find(provider, name);
    if (symbol)
        symbol->scope = SCOPE_CELL;
}

static void resolve_symbol(struct compiler *c, struct scope *scope, uint32_t i)
{
    struct symbol *symbol = &scope->symbols[i];
    ast_name name = symbol->name;
    if (symbol->flags & SYMBOL_GLOBAL) {
        if (symbol->flags & SYMBOL_NONLOCAL) {
            resolution_error(c, scope, name, "name '%s' is nonlocal and global");
            return;
        }
        symbol->scope = SCOPE_GLOBAL_EXPLICIT;
        return;
    }
    if (symbol->flags & SYMBOL_NONLOCAL) {
        if (scope->kind == SCOPE_KIND_MODULE) {
            resolution_error(c, scope, name, "nonlocal declaration not allowed at module level");
            return;
        }
        struct scope *provider = find_provider(c, scope, name);
        if (!provider) {
            resolution_error(c, scope, name, "no binding for nonlocal '%s' found");
            return;
        }
        symbol->scope = SCOPE_FREE;
        pass_through(c, scope, provider, name);
        return;
    }
    if (symbol->flags & SYMBOL_BOUND) {
        if (symbol->scope != SCOPE_CELL)
            symbol->scope = SCOPE_LOCAL;
        return;
    }
    if (symbol->scope == SCOPE_FREE) /* passed on to an inner scope only */
        return;
    struct scope *provider = scope->kind == SCOPE_KIND_MODULE ? NULL : find_provider(c, scope, name);
    symbol->scope = provider ? SCOPE_FREE : SCOPE_GLOBAL_IMPLICIT;
    if (provider)
        pass_through(c, scope, provider, name);
}

static int compare_names(const void *a, const void *b)
{
    return strcmp((*(ast_name const *)a)->text, (*(ast_name const *)b)->text);
}

/* Once all inner scopes are resolved: number the cells and free variables, sorted by name. */
static void number_cells(struct compiler *c, struct scope *scope)
{
    uint32_t cells = scope->needs_class_closure ? 1 : 0, frees = 0;
    for (uint32_t i = 0; i < scope->symbol_count; thread_report_at(++i)) {
        struct symbol *symbol = &scope->symbols[i];
        cells += symbol->scope == SCOPE_CELL;
        frees += symbol->scope == SCOPE_FREE || (symbol->flags & SYMBOL_FREE_CLASS);
    }
    if (cells + frees == 0)
        return;
    scope->cells = compiler_alloc(c, (cells + frees) * sizeof *scope->cells);
    if (!scope->cells)
        return;
    scope->frees = scope->cells + cells;
    if (scope->needs_class_closure)
        scope->cells[scope->cell_count++] = compiler_intern(c, "__class__");
    for (uint32_t i = 0; i < scope->symbol_count; thread_report_at(++i)) {
        struct symbol *symbol = &scope->symbols[i];
        if (symbol->scope == SCOPE_CELL)
            scope->cells[scope->cell_count++] = symbol->name;
        if (symbol->scope == SCOPE_FREE || (symbol->flags & SYMBOL_FREE_CLASS))
            scope->frees[scope->free_count++] = symbol->name;
    }
    if (c->failed)
        return;
    qsort(scope->cells, scope->cell_count, sizeof *scope->cells, compare_names);
    qsort(scope->frees, scope->free_count, sizeof *scope->frees, compare_names);
    for (uint32_t i = 0; i < scope->cell_count; thread_report_at(++i)) {
        struct symbol *symbol = scope_find(scope, scope->cells[i]);
        if (symbol)
            symbol->cell = (int32_t)i;
    }
    for (uint32_t i = 0; i < scope->free_count; thread_report_at(++i))
        scope_find(scope, scope->frees[i])->free = (int32_t)i;
}

static void resolve_scope(struct compiler *c, struct scope *scope)
{
    if (c->failed || !compiler_enter(c))
        return;
    /* Resolving may add symbols to outer scopes, never to this one. */
    for (uint32_t i = 0; i < scope->symbol_count && !c->failed; thread_report_at(++i))
        resolve_symbol(c, scope, i);
    for (struct scope *child = scope->first_child; child; child = child->next_sibling)
        resolve_scope(c, child);
    if (!c->failed)
        number_cells(c, scope);
    compiler_leave(c);
}

struct symtable *symtable_build(struct compiler *c)
{
    struct symtable *table = compiler_alloc(c, sizeof *table);
    if (!table)
        return NULL;
    struct walk w = {.c = c, .table = table, .fold = true, .postponed = (c->future & CODE_FUTURE_ANNOTATIONS) != 0};
    struct scope *top = scope_enter(&w, SCOPE_KIND_MODULE, c->module);
    if (!top)
        return NULL;
    table->top = top;
    if (c->module->mode == PARSE_EVAL)
        walk_expr(&w, c->module->expression);
    else
        walk_stmts(&w, &c->module->body);
    if (!c->failed)
        resolve_scope(c, top);
    return c->failed ? NULL : table;
}
