/*
 * The classes of `ast`, made from the description of the grammar. They are ordinary classes: programs add attributes
 * and derive from them, and everything that makes or reads a tree looks at them as they are then.
 */
#include "runtime/compiler/tree/tree.h"
#include "runtime/interpreter.h"
#include "runtime/objects/model/type_internal.h"
#include "runtime/signature.h"
#include "threads/pause.h"

#include <stdlib.h>

static _Atomic(struct tree_classes *) made;

/* ---- AST itself ---- */

/* The index of a name among the fields of a type, -1 when it is none, -2: exception. */
static ssize find_field(value fields, ssize count, value name)
{
    for (ssize i = 0; i < count; thread_pause_at((size_t)++i)) {
        value field = item_get(fields, small_int(i));
        int same = field ? value_equals(field, name) : -1;
        value_dec(field);
        if (same != 0)
            return same < 0 ? -2 : i;
    }
    return -1;
}

static bool set_positional(value self, const value *args, size_t nargs, value fields, ssize count)
{
    if ((ssize)nargs > count)
        return raise_false(EXC(TypeError), "%N constructor takes at most %zd positional argument%s", value_type(self),
                           count, count == 1 ? "" : "s");
    for (size_t i = 0; i < nargs; i++) {
        value name = item_get(fields, small_int((int64_t)i));
        bool set = name &&
                   (is_str(name) || raise_false(EXC(TypeError), "attribute name must be string, not '%T'", name)) &&
                   attr_set(self, name, args[i]);
        value_dec(name);
        if (!set)
            return false;
    }
    return true;
}

static bool set_keywords(value self, const value *args, size_t nargs, value kwnames, value fields, ssize count)
{
    for (size_t i = 0; kwnames && i < tuple_length(kwnames); i++) {
        value name = tuple_get(kwnames, i);
        ssize field = find_field(fields, count, name);
        if (field == -2)
            return false;
        if (field >= 0 && (size_t)field < nargs)
            return raise_false(EXC(TypeError), "%N got multiple values for argument '%U'", value_type(self), name);
        if (!attr_set(self, name, args[nargs + i]))
            return false;
    }
    return true;
}

/* AST(*values, **attributes): the values of the fields in their order. */
static value ast_init(value self, const value *args, size_t nargs, value kwnames)
{
    value fields = attr_get_optional(value_of(value_type(self)), NAME(_fields));
    if (!fields)
        return NULL;
    ssize count = fields == VALUE_MISSING ? 0 : value_length(fields);
    bool set = count >= 0 && set_positional(self, args, nargs, fields, count) &&
               set_keywords(self, args, nargs, kwnames, fields, count);
    value_dec(fields);
    return set ? VALUE_NONE : NULL;
}

/* AST.__new__(cls, *ignored): the arguments are for __init__. */
static value ast_new(value self, const value *args, size_t nargs, value kwnames)
{
    const struct tree_classes *known = atomic_load_explicit(&made, memory_order_acquire); /* NULL: in make_all */
    if (!nargs || !is_type(args[0]) || (known && !type_is_subtype((struct type *)args[0], (struct type *)known->ast)))
        return raise(EXC(TypeError), "ast.AST.__new__(X): X is not a subtype of ast.AST");
    return object_new_slot((struct type *)args[0], NULL, 0, NULL);
}

static value ast_reduce(value self)
{
    value type = value_of(value_type(self)), nothing = tuple_new(0);
    value dict = nothing ? attr_get_optional(self, NAME(__dict__)) : NULL;
    value result = !dict                   ? NULL
                   : dict == VALUE_MISSING ? tuple_pack(2, type, nothing)
                                           : tuple_pack(3, type, nothing, dict);
    value_dec(dict);
    value_dec(nothing);
    return result;
}

static const struct method_def ast_methods[] = {
    METHOD_ANY("__init__", ast_init, "Initialize self.  See help(type(self)) for accurate signature.", 0),
    METHOD("__reduce__", ast_reduce, "($self, /)", NULL),
    {0},
};
static const struct method_def ast_constructor =
    METHOD_ANY("__new__", ast_new, "Create and return a new object.  See help(type) for accurate signature.", 0);

/* ---- making classes ---- */

static bool set_owned(value dict, const char *name, value v /* stolen */)
{
    bool set = v && dict_set_text(dict, name, v);
    value_dec(v);
    return set;
}

/* A class `name` of ast. */
static value make_class(const char *name, value base /* or NULL */, value dict)
{
    value bases = base ? tuple_pack(1, base) : tuple_new(0);
    value text = str_interned(name);
    value class = bases && text && set_owned(dict, "__module__", str_interned("ast"))
                      ? type_new_class(TYPE(TYPE), text, bases, dict, NULL, NULL)
                      : NULL;
    value_dec(text);
    value_dec(bases);
    return class;
}

static bool set_attribute(value class, const char *name, value v /* stolen */)
{
    value text = v ? str_interned(name) : NULL;
    bool set = text && attr_set(class, text, v);
    value_dec(text);
    value_dec(v);
    return set;
}

static value make_ast(void)
{
    value dict = dict_new(), nothing = tuple_new(0);
    value class = dict && nothing && dict_set_text(dict, "_fields", nothing) &&
                          dict_set_text(dict, "__match_args__", nothing) &&
                          dict_set_text(dict, "_attributes", nothing) && dict_set_text(dict, "__doc__", VALUE_NONE)
                      ? make_class("AST", NULL, dict)
                      : NULL;
    value_dec(dict);
    value_dec(nothing);
    value constructor = class ? builtin_function_new(&ast_constructor, NULL, NULL) : NULL;
    bool done = constructor && set_attribute(class, "__new__", staticmethod_new(constructor));
    value_dec(constructor);
    for (const struct method_def *def = ast_methods; done && def->name; def++)
        done = set_attribute(class, def->name, method_descriptor_new((struct type *)class, def));
    if (done)
        return class;
    value_dec(class);
    return NULL;
}

static void describe_fields(struct str_builder *b, const struct ast_node *node)
{
    static const char marks[] = {[AST_OPTIONAL] = '?', [AST_MANY] = '*'};
    builder_add_text(b, node->name);
    for (const struct ast_field *field = node->fields; field->name; field++) {
        builder_add_text(b, field == node->fields ? "(" : ", ");
        builder_add_text(b, ast_types[field->type].name);
        if (field->quantity != AST_ONE)
            builder_add_char(b, (uint32_t)marks[field->quantity]);
        builder_add_char(b, ' ');
        builder_add_text(b, field->name);
    }
    if (node->fields->name)
        builder_add_char(b, ')');
}

/* The docstring of a node: its line of the grammar. */
static value node_doc(const struct ast_node *node)
{
    struct str_builder b;
    builder_init(&b);
    describe_fields(&b, node);
    return builder_finish(&b);
}

/* That of a sum: all its kinds. */
static value type_doc(const struct ast_type_info *type)
{
    struct str_builder b;
    builder_init(&b);
    builder_add_text(&b, type->name);
    builder_add_text(&b, " = ");
    for (unsigned kind = 0; kind < type->node_count; kind++) {
        if (kind && type->shape == AST_ENUMERATION) {
            builder_add_text(&b, " | ");
        } else if (kind) {
            builder_add_char(&b, '\n');
            for (size_t i = 0; i <= strlen(type->name); i++)
                builder_add_char(&b, ' ');
            builder_add_text(&b, "| ");
        }
        describe_fields(&b, &type->nodes[kind]);
    }
    return builder_finish(&b);
}

static bool add_fields(value dict, const struct ast_node *node)
{
    size_t count = 0;
    while (node && node->fields[count].name)
        count++;
    value names = tuple_new(count);
    if (!names)
        return false;
    bool done = true;
    for (size_t i = 0; i < count; i++) {
        tuple_init(names, i, str_interned(node->fields[i].name));
        if (node->fields[i].quantity == AST_OPTIONAL)
            done = done && dict_set_text(dict, node->fields[i].name, VALUE_NONE);
        done = done && tuple_get(names, i);
    }
    done = done && dict_set_text(dict, "_fields", names) && dict_set_text(dict, "__match_args__", names);
    value_dec(names);
    return done;
}

static bool add_attributes(value dict, const struct ast_type_info *type)
{
    if (type->position < 0)
        return set_owned(dict, "_attributes", tuple_new(0));
    value names = tuple_pack(4, NAME(lineno), NAME(col_offset), NAME(end_lineno), NAME(end_col_offset));
    return set_owned(dict, "_attributes", names) &&
           (type->end_required ||
            (dict_set_text(dict, "end_lineno", VALUE_NONE) && dict_set_text(dict, "end_col_offset", VALUE_NONE)));
}

static value make_type(value ast, const struct ast_type_info *type)
{
    const struct ast_node *only = type->shape == AST_PRODUCT ? type->nodes : NULL;
    value dict = dict_new();
    value class = dict && add_fields(dict, only) && add_attributes(dict, type) &&
                          set_owned(dict, "__doc__", only ? node_doc(only) : type_doc(type))
                      ? make_class(type->name, ast, dict)
                      : NULL;
    value_dec(dict);
    return class;
}

static value make_node(value type, const struct ast_node *node)
{
    value dict = dict_new();
    value class = dict && add_fields(dict, node) && set_owned(dict, "__doc__", node_doc(node))
                      ? make_class(node->name, type, dict)
                      : NULL;
    value_dec(dict);
    return class;
}

/* ---- all of them ---- */

static void drop(struct tree_classes *classes)
{
    for (size_t i = 0; i < TREE_NODE_MAX; i++) {
        value_dec(classes->singletons[i]);
        value_dec(classes->nodes[i]);
    }
    for (size_t i = 0; i < AST_TYPE_COUNT; i++)
        value_dec(classes->types[i]);
    for (size_t i = 0; i < TREE_FIELD_MAX; i++)
        value_dec(classes->fields[i]);
    value_dec(classes->ast);
    free(classes);
}

static bool make_nodes(struct tree_classes *classes, unsigned t, unsigned *nodes, unsigned *fields)
{
    const struct ast_type_info *type = &ast_types[t];
    classes->first_node[t] = (uint16_t)*nodes;
    for (unsigned kind = 0; kind < type->node_count; kind++, ++*nodes) {
        const struct ast_node *node = &type->nodes[kind];
        value class = type->shape == AST_PRODUCT ? value_inc(classes->types[t]) : make_node(classes->types[t], node);
        classes->nodes[*nodes] = class;
        if (class && type->shape == AST_ENUMERATION)
            classes->singletons[*nodes] = call_0(class);
        if (!class || (type->shape == AST_ENUMERATION && !classes->singletons[*nodes]))
            return false;
        classes->first_field[*nodes] = (uint16_t)*fields;
        for (const struct ast_field *field = node->fields; field->name; field++, ++*fields) {
            classes->fields[*fields] = str_interned(field->name);
            if (!classes->fields[*fields])
                return false;
        }
    }
    return true;
}

static struct tree_classes *make_all(void)
{
    struct tree_classes *classes = calloc(1, sizeof *classes);
    if (!classes)
        return (struct tree_classes *)raise_no_memory();
    unsigned nodes = 0, fields = 0;
    bool done = (classes->ast = make_ast()) != NULL;
    for (unsigned t = 0; done && t < AST_TYPE_COUNT; t++) {
        classes->types[t] = make_type(classes->ast, &ast_types[t]);
        done = classes->types[t] && make_nodes(classes, t, &nodes, &fields);
    }
    classes->first_node[AST_TYPE_COUNT] = (uint16_t)nodes;
    if (done)
        return classes;
    drop(classes);
    return NULL;
}

const struct tree_classes *tree_classes(void)
{
    struct tree_classes *known = atomic_load_explicit(&made, memory_order_acquire);
    if (likely(known != NULL))
        return known;
    struct tree_classes *fresh = make_all();
    if (fresh && !atomic_compare_exchange_strong(&made, &known, fresh)) {
        drop(fresh); /* another thread was first */
        return known;
    }
    return fresh;
}

bool tree_add_classes(value module)
{
    const struct tree_classes *classes = tree_classes();
    if (!classes || !module_add(module, "AST", classes->ast))
        return false;
    for (unsigned t = 0; t < AST_TYPE_COUNT; t++) {
        const struct ast_type_info *type = &ast_types[t];
        if (!module_add(module, type->name, classes->types[t]))
            return false;
        for (unsigned kind = 0; kind < type->node_count; kind++) {
            if (!module_add(module, type->nodes[kind].name, classes->nodes[classes->first_node[t] + kind]))
                return false;
        }
    }
    return true;
}

void tree_drop_classes(void)
{
    struct tree_classes *known = atomic_exchange(&made, NULL);
    if (known)
        drop(known);
}

/* ---- depth ---- */

enum { TREE_STACK_SCALE = 3 }; /* levels of a tree for one of the recursion limit, as in CPython */

bool tree_enter(unsigned *depth, const char *where)
{
    char here;
    struct interpreter *self = interpreter_self;
    uint64_t limit = (uint64_t)atomic_load_explicit(&recursion_limit, memory_order_relaxed) * TREE_STACK_SCALE;
    if (unlikely(*depth >= limit || (self && self->stack_limit && &here < self->stack_limit)))
        return raise_false(EXC(RecursionError), "maximum recursion depth exceeded%s", where);
    ++*depth;
    return true;
}
