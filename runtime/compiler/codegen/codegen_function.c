/*
 * Definitions: functions, lambdas, classes, comprehensions: everything that is a code object of its own.
 */
#include "runtime/compiler/codegen/compiler.h"
#include "threads/pause.h"

/* ---- closures ---- */

static uint32_t closure_index(struct compiler *c, ast_name name)
{
    struct scope *scope = c->unit->scope;
    if (scope->kind == SCOPE_KIND_CLASS && scope->needs_class_closure && name_is(name, "__class__")) {
        for (uint32_t i = 0; i < scope->cell_count; thread_report_at(++i)) {
            if (scope->cells[i] == name)
                return i;
        }
    }
    struct symbol *symbol = scope_find(scope, name);
    if (symbol && symbol->scope == SCOPE_CELL)
        return (uint32_t)symbol->cell;
    if (symbol && symbol->free >= 0)
        return scope->cell_count + (uint32_t)symbol->free;
    raise(EXC(SystemError), "compiler: no cell for the free variable '%s'", name->text);
    compiler_fail(c);
    return 0;
}

/* The cells of a scope's free variables. */
static void gen_closure(struct compiler *c, const struct scope *scope)
{
    for (uint32_t i = 0; i < scope->free_count; thread_report_at(++i))
        gen_op(c, OP_LOAD_CLOSURE, closure_index(c, scope->frees[i]));
}

/* A function of a finished code object (stolen) whose scope was `scope`; `flags` as for MAKE_FUNCTION. */
static void gen_make_function(struct compiler *c, value code, struct scope *scope, uint32_t flags)
{
    code = compiler_own(c, code);
    if (!code || c->failed)
        return;
    if (scope->free_count) {
        gen_closure(c, scope);
        gen_op(c, OP_BUILD_TUPLE, scope->free_count);
        flags |= 8;
    }
    gen_const(c, code);
    gen_op(c, OP_MAKE_FUNCTION, flags);
}

/* ---- parameters ---- */

static void gen_defaults(struct compiler *c, struct ast_exprs *defaults)
{
    struct ast_expr tuple = {.kind = EXPR_TUPLE, .position = c->unit->position};
    tuple.sequence.elts = *defaults;
    tuple.sequence.ctx = CONTEXT_LOAD;
    fold_expr(c, &tuple);
    if (tuple.kind == EXPR_CONSTANT) {
        struct ast_position at = c->unit->position;
        for (uint32_t i = 0; i < defaults->count; thread_report_at(++i)) {
            gen_at(c, defaults->items[i]->position);
            gen_line(c);
        }
        gen_at(c, at);
        gen_const(c, constant_value(c, &tuple));
        return;
    }
    for (uint32_t i = 0; i < defaults->count; thread_report_at(++i))
        gen_expr(c, defaults->items[i]);
    gen_op(c, OP_BUILD_TUPLE, defaults->count);
}

static bool gen_keyword_defaults(struct compiler *c, const struct ast_arguments *args)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < args->kw_defaults.count; thread_report_at(++i))
        n += args->kw_defaults.items[i] != NULL;
    if (!n)
        return false;
    value names = compiler_own(c, tuple_new(n));
    if (!names)
        return false;
    n = 0;
    for (uint32_t i = 0; i < args->kwonlyargs.count; thread_report_at(++i)) {
        if (!args->kw_defaults.items[i])
            continue;
        ast_name name = compiler_mangle(c, c->unit->private_name, args->kwonlyargs.items[i].arg);
        value text = name ? compiler_text(c, name) : NULL;
        tuple_init(names, n++, text ? value_inc(text) : VALUE_NONE);
        gen_expr(c, args->kw_defaults.items[i]);
    }
    gen_const(c, names);
    gen_op(c, OP_BUILD_CONST_KEY_MAP, n);
    return true;
}

/* The value of an annotation: what it evaluates to, or its text when evaluation is postponed. */
void gen_annotation(struct compiler *c, struct ast_expr *annotation)
{
    if (c->failed)
        return;
    if (c->future & CODE_FUTURE_ANNOTATIONS) {
        gen_const(c, compiler_own(c, unparse_expr(c, annotation)));
    } else if (annotation->kind == EXPR_STARRED) { /* *args: *Ts */
        gen_expr(c, annotation->starred.value);
        gen_op(c, OP_UNPACK_SEQUENCE, 1);
    } else {
        gen_expr(c, annotation);
    }
}

static uint32_t gen_named_annotation(struct compiler *c, ast_name plain, struct ast_expr *annotation)
{
    if (!annotation || c->failed)
        return 0;
    ast_name name = compiler_mangle(c, c->unit->private_name, plain);
    gen_const(c, name ? compiler_text(c, name) : NULL);
    gen_annotation(c, annotation);
    return 2;
}

static uint32_t gen_annotation_list(struct compiler *c, const struct ast_arg_list *list)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < list->count; thread_report_at(++i))
        n += gen_named_annotation(c, list->items[i].arg, list->items[i].annotation);
    return n;
}

static bool gen_annotations(struct compiler *c, const struct ast_arguments *args, struct ast_expr *returns)
{
    uint32_t n = gen_annotation_list(c, &args->args) + gen_annotation_list(c, &args->posonlyargs);
    if (args->vararg)
        n += gen_named_annotation(c, args->vararg->arg, args->vararg->annotation);
    n += gen_annotation_list(c, &args->kwonlyargs);
    if (args->kwarg)
        n += gen_named_annotation(c, args->kwarg->arg, args->kwarg->annotation);
    if (returns)
        n += gen_named_annotation(c, compiler_intern(c, "return"), returns);
    if (n)
        gen_op(c, OP_BUILD_TUPLE, n);
    return n != 0;
}

static void check_parameter_names(struct compiler *c, const struct ast_arguments *args)
{
    const struct ast_arg_list *lists[] = {&args->posonlyargs, &args->args, &args->kwonlyargs};
    bool bad = (args->vararg && name_is(args->vararg->arg, "__debug__")) ||
               (args->kwarg && name_is(args->kwarg->arg, "__debug__"));
    for (int k = 0; k < 3; k++) {
        for (uint32_t i = 0; i < lists[k]->count; thread_report_at(++i))
            bad |= name_is(lists[k]->items[i].arg, "__debug__");
    }
    if (bad)
        compiler_error(c, c->unit->position, "cannot assign to __debug__");
}

/* Defaults, in the order in which MAKE_FUNCTION wants them; returns its flags so far. */
static uint32_t gen_parameters(struct compiler *c, struct ast_arguments *args)
{
    uint32_t flags = 0;
    check_parameter_names(c, args);
    if (args->defaults.count) {
        gen_defaults(c, &args->defaults);
        flags |= 1;
    }
    if (gen_keyword_defaults(c, args))
        flags |= 2;
    return flags;
}

/* ---- bodies ---- */

const struct ast_expr *ast_docstring(const struct ast_stmts *body)
{
    if (!body->count || body->items[0]->kind != STMT_EXPR)
        return NULL;
    const struct ast_expr *expr = body->items[0]->expr.value;
    if (expr->kind != EXPR_CONSTANT)
        return NULL;
    bool is_str = expr->constant.kind == CONSTANT_STR;
    return is_str ? expr : NULL;
}

static bool has_annotations(const struct ast_stmts *stmts)
{
    for (uint32_t i = 0; i < stmts->count; thread_report_at(++i)) {
        const struct ast_stmt *s = stmts->items[i];
        bool found = false;
        switch (s->kind) {
        case STMT_ANN_ASSIGN:
            return true;
        case STMT_FOR:
        case STMT_ASYNC_FOR:
            found = has_annotations(&s->for_loop.body) || has_annotations(&s->for_loop.orelse);
            break;
        case STMT_WHILE:
        case STMT_IF:
            found = has_annotations(&s->conditional.body) || has_annotations(&s->conditional.orelse);
            break;
        case STMT_WITH:
        case STMT_ASYNC_WITH:
            found = has_annotations(&s->with.body);
            break;
        case STMT_MATCH:
            for (uint32_t k = 0; k < s->match.cases.count && !found; thread_report_at(++k))
                found = has_annotations(&s->match.cases.items[k].body);
            break;
        case STMT_TRY:
        case STMT_TRY_STAR:
            found = has_annotations(&s->try_block.body) || has_annotations(&s->try_block.orelse) ||
                    has_annotations(&s->try_block.finalbody);
            for (uint32_t k = 0; k < s->try_block.handlers.count && !found; thread_report_at(++k))
                found = has_annotations(&s->try_block.handlers.items[k].body);
            break;
        default:
            break;
        }
        if (found)
            return true;
    }
    return false;
}

/* The body of a module or class: __annotations__ and __doc__ first. */
void gen_body(struct compiler *c, const struct ast_stmts *body)
{
    struct ast_stmts rest = *body;
    if (body->count && c->unit->scope->kind == SCOPE_KIND_MODULE)
        gen_at(c, body->items[0]->position);
    if (has_annotations(body))
        gen_op(c, OP_SETUP_ANNOTATIONS, 0);
    if (c->optimize < 2 && ast_docstring(body)) {
        gen_expr(c, body->items[0]->expr.value);
        gen_at(c, body->items[0]->position);
        gen_name(c, compiler_intern(c, "__doc__"), CONTEXT_STORE);
        rest.items++;
        rest.count--;
    }
    gen_stmts(c, &rest);
}

/* The first constant of a function is its docstring, or None: so function objects need no field to say which. */
static void gen_docstring(struct compiler *c, const struct ast_stmts *body)
{
    const struct ast_expr *doc = body && c->optimize < 2 ? ast_docstring(body) : NULL;
    value v = doc ? constant_value(c, body->items[0]->expr.value) : VALUE_NONE;
    if (!v || c->failed)
        return;
    gen_reserve_const(c, v);
}

static void gen_apply_decorators(struct compiler *c, const struct ast_exprs *decorators)
{
    struct ast_position saved = c->unit->position;
    for (uint32_t i = decorators->count; i-- > 0; thread_report_at(i)) {
        gen_at(c, decorators->items[i]->position);
        gen_op(c, OP_CALL, 0); /* decorator and function lie as callable and self */
    }
    gen_at(c, saved);
}

static int32_t first_line_of(const struct ast_stmt *stmt, const struct ast_exprs *decorators)
{
    return decorators->count ? decorators->items[0]->position.lineno : stmt->position.lineno;
}

/* ---- functions ---- */

void gen_function(struct compiler *c, struct ast_stmt *stmt, bool is_async)
{
    struct ast_arguments *args = stmt->function_def.args;
    struct ast_exprs *decorators = &stmt->function_def.decorator_list;
    struct scope *scope = symtable_find(c->symtable, stmt);
    for (uint32_t i = 0; i < decorators->count; thread_report_at(++i))
        gen_expr(c, decorators->items[i]);
    uint32_t flags = gen_parameters(c, args);
    if (gen_annotations(c, args, stmt->function_def.returns))
        flags |= 4;
    if (c->failed || !gen_enter(c, scope, stmt->function_def.name, first_line_of(stmt, decorators)))
        return;
    struct ast_stmts rest = stmt->function_def.body;
    bool has_docstring = c->optimize < 2 && ast_docstring(&rest);
    gen_docstring(c, &stmt->function_def.body);
    rest.items += has_docstring;
    rest.count -= has_docstring;
    gen_stmts(c, &rest);
    gen_no_position(c);
    gen_none(c);
    gen_op(c, OP_RETURN_VALUE, 0);
    value code = gen_leave(c);
    if (!code)
        return;
    gen_make_function(c, code, scope, flags);
    gen_apply_decorators(c, decorators);
    gen_name(c, stmt->function_def.name, CONTEXT_STORE);
}

void gen_lambda(struct compiler *c, struct ast_expr *expr)
{
    struct scope *scope = symtable_find(c->symtable, expr);
    uint32_t flags = gen_parameters(c, expr->lambda.args);
    if (c->failed || !gen_enter(c, scope, compiler_intern(c, "<lambda>"), expr->position.lineno))
        return;
    gen_docstring(c, NULL);
    gen_expr(c, expr->lambda.body);
    gen_at(c, expr->lambda.body->position);
    gen_op(c, OP_RETURN_VALUE, 0);
    value code = gen_leave(c);
    if (code)
        gen_make_function(c, code, scope, flags);
}

/* ---- classes ---- */

static value gen_class_body(struct compiler *c, struct ast_stmt *stmt, struct scope *scope)
{
    if (!gen_enter(c, scope, stmt->class_def.name, first_line_of(stmt, &stmt->class_def.decorator_list)))
        return NULL;
    c->unit->private_name = stmt->class_def.name;
    gen_name(c, compiler_intern(c, "__name__"), CONTEXT_LOAD);
    gen_name(c, compiler_intern(c, "__module__"), CONTEXT_STORE);
    gen_const(c, c->unit->qualified_name);
    gen_name(c, compiler_intern(c, "__qualname__"), CONTEXT_STORE);
    gen_body(c, &stmt->class_def.body);
    gen_no_position(c);
    if (scope->needs_class_closure) {
        gen_op(c, OP_LOAD_CLOSURE, closure_index(c, compiler_intern(c, "__class__")));
        gen_op(c, OP_COPY, 1);
        gen_name(c, compiler_intern(c, "__classcell__"), CONTEXT_STORE);
    } else {
        gen_none(c);
    }
    gen_op(c, OP_RETURN_VALUE, 0);
    return gen_leave(c);
}

void gen_class(struct compiler *c, struct ast_stmt *stmt)
{
    struct ast_exprs *decorators = &stmt->class_def.decorator_list;
    struct scope *scope = symtable_find(c->symtable, stmt);
    for (uint32_t i = 0; i < decorators->count; thread_report_at(++i))
        gen_expr(c, decorators->items[i]);
    if (c->failed)
        return;
    value code = gen_class_body(c, stmt, scope);
    if (!code)
        return;
    gen_op(c, OP_LOAD_BUILD_CLASS, 0);
    gen_op(c, OP_PUSH_NULL, 0);
    gen_make_function(c, code, scope, 0);
    gen_const(c, compiler_text(c, stmt->class_def.name));
    gen_call_arguments(c, 2, stmt->class_def.bases, stmt->class_def.keywords);
    gen_apply_decorators(c, decorators);
    gen_name(c, stmt->class_def.name, CONTEXT_STORE);
}

/* ---- comprehensions: code of one argument, the iterator of the outermost `for`, that no function object is made of
 * ---- */

struct comprehension {
    enum comprehension_kind kind;
    struct ast_comprehensions generators;
    struct ast_expr *elt, *value; /* key and value of a dict */
};

static void gen_comprehension_level(struct compiler *c, struct comprehension *k, uint32_t level, uint32_t depth);

static void gen_comprehension_element(struct compiler *c, struct comprehension *k, uint32_t depth)
{
    gen_expr(c, k->elt);
    switch (k->kind) {
    case COMPREHENSION_GENERATOR:
        if (c->unit->flags & CODE_ASYNC_GENERATOR)
            gen_op(c, OP_ASYNC_GEN_WRAP, 0);
        gen_op(c, OP_YIELD_VALUE, 0);
        gen_op(c, OP_RESUME, 1);
        gen_op(c, OP_POP_TOP, 0);
        break;
    case COMPREHENSION_LIST:
        gen_op(c, OP_LIST_APPEND, depth + 1);
        break;
    case COMPREHENSION_SET:
        gen_op(c, OP_SET_ADD, depth + 1);
        break;
    default:
        gen_expr(c, k->value);
        gen_op(c, OP_MAP_ADD, depth + 1);
        break;
    }
}

static void gen_comprehension_inside(struct compiler *c, struct comprehension *k, uint32_t level, uint32_t depth,
                                     struct block *next)
{
    struct ast_comprehension *generator = &k->generators.items[level];
    gen_expr(c, generator->target);
    for (uint32_t i = 0; i < generator->ifs.count; thread_report_at(++i))
        gen_jump_if(c, generator->ifs.items[i], next, false);
    if (level + 1 < k->generators.count)
        gen_comprehension_level(c, k, level + 1, depth);
    else
        gen_comprehension_element(c, k, depth);
}

/* The argument goes from its local to the stack: so that the only reference to the iterator is the loop's, by which
 * threads know that nobody else is in it (step.h). */
static void gen_load_first_iterator(struct compiler *c)
{
    gen_op(c, OP_LOAD_FAST, 0);
    gen_op(c, OP_DELETE_FAST, 0);
}

static void gen_comprehension_sync(struct compiler *c, struct comprehension *k, uint32_t level, uint32_t depth)
{
    struct ast_comprehension *generator = &k->generators.items[level];
    struct ast_expr *iter = generator->iter;
    struct block *start = gen_block(c), *next = gen_block(c), *end = gen_block(c);
    bool loop = true;
    if (level == 0) {
        gen_load_first_iterator(c);
    } else if ((iter->kind == EXPR_LIST || iter->kind == EXPR_TUPLE) && iter->sequence.elts.count == 1 &&
               iter->sequence.elts.items[0]->kind != EXPR_STARRED) {
        gen_expr(c, iter->sequence.elts.items[0]); /* for y in [f(x)]: an assignment in disguise */
        loop = false;
    } else {
        gen_expr(c, iter);
        gen_op(c, OP_GET_ITER, 0);
    }
    if (loop) {
        gen_use(c, start);
        gen_jump(c, OP_FOR_ITER, end);
    }
    gen_comprehension_inside(c, k, level, depth + loop, next);
    gen_use(c, next);
    if (loop) {
        gen_jump(c, PSEUDO_JUMP, start);
        gen_use(c, end);
    }
}

static void gen_comprehension_async(struct compiler *c, struct comprehension *k, uint32_t level, uint32_t depth)
{
    struct ast_comprehension *generator = &k->generators.items[level];
    struct block *start = gen_block(c), *next = gen_block(c), *end = gen_block(c), *outer = c->unit->handler;
    if (level == 0) {
        gen_load_first_iterator(c);
    } else {
        gen_expr(c, generator->iter);
        gen_op(c, OP_GET_AITER, 0);
    }
    gen_use(c, start);
    if (!gen_push_block(c, BLOCK_ASYNC_COMPREHENSION, start, NULL, NULL))
        return;
    gen_setup(c, PSEUDO_SETUP_FINALLY, end);
    gen_op(c, OP_GET_ANEXT, 0);
    gen_none(c);
    gen_yield_from(c, true);
    gen_restore_handler(c, outer);
    gen_comprehension_inside(c, k, level, depth + 1, next);
    gen_use(c, next);
    gen_jump(c, PSEUDO_JUMP, start);
    gen_pop_block(c);
    gen_use(c, end);
    gen_op(c, OP_END_ASYNC_FOR, 0);
}

static void gen_comprehension_level(struct compiler *c, struct comprehension *k, uint32_t level, uint32_t depth)
{
    if (c->failed || !compiler_enter(c))
        return;
    if (k->generators.items[level].is_async)
        gen_comprehension_async(c, k, level, depth);
    else
        gen_comprehension_sync(c, k, level, depth);
    compiler_leave(c);
}

static value gen_comprehension_code(struct compiler *c, struct ast_expr *expr, struct comprehension *k,
                                    struct scope *scope)
{
    static const char *const names[] = {
        [COMPREHENSION_LIST] = "<listcomp>",
        [COMPREHENSION_SET] = "<setcomp>",
        [COMPREHENSION_DICT] = "<dictcomp>",
        [COMPREHENSION_GENERATOR] = "<genexpr>",
    };
    if (!gen_enter(c, scope, compiler_intern(c, names[k->kind]), expr->position.lineno))
        return NULL;
    gen_at(c, expr->position);
    switch (k->kind) {
    case COMPREHENSION_LIST:
        gen_op(c, OP_BUILD_LIST, 0);
        break;
    case COMPREHENSION_SET:
        gen_op(c, OP_BUILD_SET, 0);
        break;
    case COMPREHENSION_DICT:
        gen_op(c, OP_BUILD_MAP, 0);
        break;
    default:
        break;
    }
    gen_comprehension_level(c, k, 0, 0);
    if (k->kind == COMPREHENSION_GENERATOR) {
        gen_no_position(c);
        gen_none(c);
    }
    gen_op(c, OP_RETURN_VALUE, 0);
    return gen_leave(c);
}

void gen_comprehension(struct compiler *c, struct ast_expr *expr)
{
    struct scope *scope = symtable_find(c->symtable, expr);
    struct comprehension k = {.kind = scope->comprehension};
    if (expr->kind == EXPR_DICT_COMP) {
        k.generators = expr->dict_comp.generators;
        k.elt = expr->dict_comp.key;
        k.value = expr->dict_comp.value;
    } else {
        k.generators = expr->comprehension.generators;
        k.elt = expr->comprehension.elt;
    }
    bool awaited = scope->is_coroutine && k.kind != COMPREHENSION_GENERATOR;
    if (awaited && !c->unit->is_async_function && !c->unit->is_comprehension) {
        compiler_error(c, c->unit->position, "asynchronous comprehension outside of an asynchronous function");
        return;
    }
    struct ast_comprehension *outermost = &k.generators.items[0];
    value code = compiler_own(c, gen_comprehension_code(c, expr, &k, scope));
    if (!code || c->failed)
        return;
    gen_closure(c, scope);
    gen_const(c, code);
    gen_expr(c, outermost->iter);
    gen_op(c, outermost->is_async ? OP_GET_AITER : OP_GET_ITER, 0);
    gen_op(c, OP_CALL_COMPREHENSION, scope->free_count);
    if (awaited) {
        gen_op(c, OP_GET_AWAITABLE, 0);
        gen_none(c);
        gen_yield_from(c, true);
    }
}
