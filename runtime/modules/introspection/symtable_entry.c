/* Entries of symbol tables: what the compiler knows of one scope, as the module symtable reads it. */
#include "runtime/modules/introspection/symtable_entry.h"
#include "threads/pause.h"

struct symtable_entry {
    struct object header;
    value_slot id, name, symbols, varnames, children; /* constant once made */
    int32_t nested, type, line;
};

#define SELF(v) ((struct symtable_entry *)(v))

static void entry_traverse(struct object *o, struct gc_trace *trace)
{
    trace_slots(trace, &((struct symtable_entry *)o)->id, 5);
}

static void entry_destroy(struct object *o)
{
    struct symtable_entry *self = (struct symtable_entry *)o;
    slot_drop(&self->id);
    slot_drop(&self->name);
    slot_drop(&self->symbols);
    slot_drop(&self->varnames);
    slot_drop(&self->children);
}

static value entry_repr(value v)
{
    return str_format("<symtable entry %U(%S), line %d>", slot_peek(&SELF(v)->name), slot_peek(&SELF(v)->id),
                      (int)SELF(v)->line);
}

static const struct member_def entry_members[] = {
    {"id", MEMBER_VALUE, offsetof(struct symtable_entry, id), false, NULL},
    {"name", MEMBER_VALUE, offsetof(struct symtable_entry, name), false, NULL},
    {"symbols", MEMBER_VALUE, offsetof(struct symtable_entry, symbols), false, NULL},
    {"varnames", MEMBER_VALUE, offsetof(struct symtable_entry, varnames), false, NULL},
    {"children", MEMBER_VALUE, offsetof(struct symtable_entry, children), false, NULL},
    {"nested", MEMBER_INT32, offsetof(struct symtable_entry, nested), false, NULL},
    {"type", MEMBER_INT32, offsetof(struct symtable_entry, type), false, NULL},
    {"lineno", MEMBER_INT32, offsetof(struct symtable_entry, line), false, NULL},
    {0},
};

static const struct type_spec entry_spec = {
    .name = "symtable entry",
    .size = sizeof(struct symtable_entry),
    .flags = TYPE_FLAG_NO_NEW,
    .gc_flags = TYPE_GC_CONTAINER,
    .traverse = entry_traverse,
    .destroy = entry_destroy,
    .slots = {.repr = entry_repr},
    .members = entry_members,
};

static struct type *entry_type(void)
{
    static _Atomic(struct type *) made;
    return type_define_once(&made, &entry_spec);
}

/* ---- what a scope is ---- */

static int64_t flags_of(const struct symbol *symbol)
{
    static const uint16_t own[] = {SYMBOL_GLOBAL,     SYMBOL_LOCAL,  SYMBOL_PARAM,     SYMBOL_NONLOCAL, SYMBOL_USE,
                                   SYMBOL_FREE_CLASS, SYMBOL_IMPORT, SYMBOL_ANNOTATED, SYMBOL_ITERATED};
    static const uint16_t shown[] = {SYMTABLE_GLOBAL,   SYMTABLE_LOCAL,     SYMTABLE_PARAM,
                                     SYMTABLE_NONLOCAL, SYMTABLE_USE,       SYMTABLE_FREE_CLASS,
                                     SYMTABLE_IMPORT,   SYMTABLE_ANNOTATED, SYMTABLE_ITERATED};
    static const uint8_t scopes[] = {
        [SCOPE_UNKNOWN] = 0,
        [SCOPE_LOCAL] = SYMTABLE_IS_LOCAL,
        [SCOPE_GLOBAL_EXPLICIT] = SYMTABLE_IS_GLOBAL_EXPLICIT,
        [SCOPE_GLOBAL_IMPLICIT] = SYMTABLE_IS_GLOBAL_IMPLICIT,
        [SCOPE_FREE] = SYMTABLE_IS_FREE,
        [SCOPE_CELL] = SYMTABLE_IS_CELL,
    };
    int64_t flags = (int64_t)scopes[symbol->scope] << SYMTABLE_SCOPE_SHIFT;
    for (size_t i = 0; i < sizeof own / sizeof *own; i++)
        flags |= symbol->flags & own[i] ? shown[i] : 0;
    return flags;
}

/* The name of a scope and the line of the node that makes it. */
static value describe(struct compiler *c, const struct scope *scope, int32_t *line)
{
    static const char *const comprehensions[] = {
        [COMPREHENSION_LIST] = "listcomp",
        [COMPREHENSION_SET] = "setcomp",
        [COMPREHENSION_DICT] = "dictcomp",
        [COMPREHENSION_GENERATOR] = "genexpr",
    };
    const struct ast_stmt *stmt = scope->key;
    const struct ast_expr *expr = scope->key;
    *line = 0;
    if (scope->kind == SCOPE_KIND_MODULE)
        return str_from_text("top");
    if (scope->comprehension != COMPREHENSION_NONE) {
        *line = expr->position.lineno;
        return str_from_text(comprehensions[scope->comprehension]);
    }
    if (scope->is_lambda) {
        *line = expr->position.lineno;
        return str_from_text("lambda");
    }
    *line = stmt->position.lineno;
    value name = compiler_text(c, scope->kind == SCOPE_KIND_CLASS ? stmt->class_def.name : stmt->function_def.name);
    return name ? value_inc(name) : NULL;
}

static bool add_symbols(struct compiler *c, const struct scope *scope, value symbols, value varnames)
{
    for (uint32_t i = 0; i < scope->symbol_count; thread_pause_at(++i)) {
        const struct symbol *symbol = &scope->symbols[i];
        value name = compiler_text(c, symbol->name);
        if (!name || !dict_set(symbols, name, small_int(flags_of(symbol))) ||
            ((symbol->flags & SYMBOL_PARAM) && !list_append(varnames, name)))
            return false;
    }
    return true;
}

static value make_entry(struct compiler *c, const struct scope *scope);

static bool add_children(struct compiler *c, const struct scope *scope, value children)
{
    for (const struct scope *child = scope->first_child; child; child = child->next_sibling) {
        if (child->kind == SCOPE_KIND_ANNOTATION)
            continue;
        value entry = make_entry(c, child);
        if (!entry || !list_append_owned(children, entry))
            return false;
    }
    return true;
}

static value make_entry(struct compiler *c, const struct scope *scope)
{
    if (!compiler_enter(c))
        return NULL;
    struct type *type = entry_type();
    struct symtable_entry *self = type ? (struct symtable_entry *)object_new(type, sizeof *self) : NULL;
    value name = NULL, symbols = NULL, varnames = NULL, children = NULL, id = NULL;
    bool done = self && (name = describe(c, scope, &self->line)) && (symbols = dict_new()) &&
                (varnames = list_new(0)) && (children = list_new(0)) && (id = int_from_u64((uintptr_t)scope)) &&
                add_symbols(c, scope, symbols, varnames) && add_children(c, scope, children);
    if (self) {
        self->nested = scope->nested;
        self->type = scope->kind == SCOPE_KIND_FUNCTION ? SYMTABLE_FUNCTION
                     : scope->kind == SCOPE_KIND_CLASS  ? SYMTABLE_CLASS
                                                        : SYMTABLE_MODULE;
        slot_init(&self->id, id);
        slot_init(&self->name, name);
        slot_init(&self->symbols, symbols);
        slot_init(&self->varnames, varnames);
        slot_init(&self->children, children);
    }
    if (!done && self)
        value_dec(value_of(self));
    compiler_leave(c);
    return done ? value_of(self) : NULL;
}

value symtable_entry_of(struct compiler *c)
{
    return make_entry(c, c->symtable->top);
}
