/*
 * From objects of `ast` to the compiler's tree. Programs make such objects, and may change them meanwhile: every
 * attribute is asked for once, and what it gives is held while it is read.
 */
#include "runtime/compiler/syntax/arena.h"
#include "runtime/compiler/syntax/lexer.h"
#include "runtime/compiler/tree/tree.h"
#include "threads/pause.h"

#include <stdio.h>

struct reader {
    const struct tree_classes *classes;
    struct arena *arena;
    struct ast_intern_table *table;
    value keep; /* a list of what constants refer to */
};

static bool read_node(struct reader *r, enum ast_type type, value object, void *node);

static void *allocate(struct reader *r, size_t size)
{
    void *memory = arena_alloc_zero(r->arena, size);
    return memory ? memory : (void *)raise_no_memory();
}

/* ---- leaves ---- */

/* The UTF-8 of a str, lone surrogates as three bytes each, in a bytes object; owned. */
static value encode(value v)
{
    return str_encode(v, "utf-8", "surrogatepass");
}

static bool read_name(struct reader *r, value v, ast_name *out)
{
    value bytes = encode(v);
    if (!bytes)
        return false;
    *out = ast_intern(r->arena, r->table, (const char *)bytes_data(bytes), bytes_length(bytes));
    value_dec(bytes);
    return *out || raise_no_memory();
}

static bool read_identifier(struct reader *r, value v, ast_name *out)
{
    if (v == VALUE_NONE)
        return true;
    if (!value_is(v, TYPE_ID_STR))
        return raise_false(EXC(TypeError), "AST identifier must be of type str");
    return read_name(r, v, out);
}

static bool read_string(struct reader *r, value v, ast_name *out)
{
    if (v == VALUE_NONE)
        return true;
    if (!value_is(v, TYPE_ID_STR) && !value_is(v, TYPE_ID_BYTES))
        return raise_false(EXC(TypeError), "AST string must be of type str");
    if (value_is(v, TYPE_ID_STR))
        return read_name(r, v, out);
    *out = ast_intern(r->arena, r->table, (const char *)bytes_data(v), bytes_length(v));
    return *out || raise_no_memory();
}

static bool read_int(value v, int *out)
{
    if (v == VALUE_NONE)
        return true; /* only optional ones */
    if (!is_int(v))
        return raise_false(EXC(ValueError), "invalid integer value: %R", v);
    return value_as_int(v, out);
}

static bool read_text(struct reader *r, value v, struct ast_constant *out)
{
    bool text = value_is(v, TYPE_ID_STR);
    value bytes = text ? encode(v) : value_inc(v);
    if (!bytes)
        return false;
    out->kind = text ? CONSTANT_STR : CONSTANT_BYTES;
    out->string.length = bytes_length(bytes);
    out->string.bytes = arena_copy(r->arena, (const char *)bytes_data(bytes), out->string.length);
    out->is_ascii = true;
    for (size_t i = 0; out->string.bytes && out->is_ascii && i < out->string.length; thread_report_at(++i))
        out->is_ascii = (unsigned char)out->string.bytes[i] < 0x80;
    value_dec(bytes);
    return out->string.bytes || raise_no_memory();
}

/* The kinds that the compiler knows by their looks; all else is kept as it is. */
static bool read_constant(struct reader *r, value v, struct ast_constant *out)
{
    if (v == VALUE_NONE)
        out->kind = CONSTANT_NONE;
    else if (v == VALUE_TRUE)
        out->kind = CONSTANT_TRUE;
    else if (v == VALUE_FALSE)
        out->kind = CONSTANT_FALSE;
    else if (v == VALUE_ELLIPSIS)
        out->kind = CONSTANT_ELLIPSIS;
    else if (value_is(v, TYPE_ID_STR) || value_is(v, TYPE_ID_BYTES))
        return read_text(r, v, out);
    else {
        out->kind = CONSTANT_OBJECT;
        out->object = v;
        return list_append(r->keep, v);
    }
    return true;
}

/* ---- fields ---- */

/* One thing; `place` is where it belongs. None leaves it as it is, which is NULL. */
static bool read_item(struct reader *r, enum ast_type type, value v, void *place, bool by_pointer)
{
    switch (type) {
    case AST_IDENTIFIER:
        return read_identifier(r, v, place);
    case AST_STRING:
        return read_string(r, v, place);
    case AST_INT:
        return read_int(v, place);
    case AST_CONSTANT:
        return read_constant(r, v, place);
    case AST_U_PREFIX: {
        ast_name kind = NULL;
        bool read = read_string(r, v, &kind);
        ((struct ast_constant *)place)->has_u_prefix = kind && strcmp(kind->text, "u") == 0;
        return read;
    }
    default:
        break;
    }
    if (!by_pointer)
        return read_node(r, type, v, place);
    if (v == VALUE_NONE && ast_types[type].shape != AST_PRODUCT)
        return true;
    void *node = allocate(r, ast_types[type].size);
    if (!node || !read_node(r, type, v, node))
        return false;
    memcpy(place, &node, sizeof node);
    return true;
}

static bool read_sequence(struct reader *r, const struct ast_node *node, const struct ast_field *field, value list,
                          char *place)
{
    if (!is_list(list))
        return raise_false(EXC(TypeError), "%s field \"%s\" must be a list, not a %T", node->name, field->name, list);
    enum ast_type type = field->type;
    size_t size = ast_item_size(type), length = list_length(list);
    if (length > UINT32_MAX / sizeof(struct ast_alias))
        return raise_no_memory();
    struct ast_sequence sequence = {(uint32_t)length, NULL};
    if (length && !(sequence.items = allocate(r, length * size)))
        return false;
    for (size_t i = 0; i < length; thread_pause_at(++i)) {
        value item = list_get(list, i);
        bool read = item && item != VALUE_MISSING &&
                    read_item(r, type, item, (char *)sequence.items + i * size, ast_types[type].by_pointer);
        value_dec(item);
        if (item && (item == VALUE_MISSING || (read && list_length(list) != length)))
            return raise_false(EXC(RuntimeError), "%s field \"%s\" changed size during iteration", node->name,
                               field->name);
        if (!read)
            return false;
    }
    memcpy(place, &sequence, sizeof sequence);
    return true;
}

static bool missing(const char *field, const char *node)
{
    return raise_false(EXC(TypeError), "required field \"%s\" missing from %s", field, node);
}

/* A field that must be there and is None, though the tree's pointers to such things are never NULL. */
static bool is_refused(const struct ast_field *field, value v)
{
    bool sum = field->type < AST_TYPE_COUNT && ast_types[field->type].shape == AST_SUM;
    return v == VALUE_NONE && field->quantity == AST_ONE &&
           (sum || field->type == AST_IDENTIFIER || field->type == AST_STRING);
}

static bool read_field(struct reader *r, const struct ast_node *node, const struct ast_field *field, value v, void *to)
{
    char *place = (char *)to + field->offset;
    enum ast_type type = field->type;
    if (field->quantity == AST_MANY)
        return read_sequence(r, node, field, v, place);
    if (v == VALUE_NONE && type == AST_INT && field->quantity == AST_ONE)
        return raise_false(EXC(ValueError), "invalid integer value: None");
    if (v == VALUE_NONE && field->quantity == AST_OPTIONAL)
        return true;
    return read_item(r, type, v, place, type < AST_TYPE_COUNT && ast_types[type].shape != AST_ENUMERATION);
}

/* All fields are read before one of them is refused for being None. */
static bool read_fields(struct reader *r, const struct ast_node *node, const value *names, value object, void *to)
{
    const struct ast_field *refused = NULL;
    for (size_t i = 0; node->fields[i].name; i++) {
        const struct ast_field *field = &node->fields[i];
        value v = attr_get_optional(object, names[i]);
        if (!v)
            return false;
        if (v == VALUE_MISSING && field->quantity != AST_OPTIONAL)
            return missing(field->name, node->name);
        if (v == VALUE_MISSING)
            continue;
        bool refuse = is_refused(field, v), read = refuse || read_field(r, node, field, v, to);
        if (refuse && !refused)
            refused = field;
        value_dec(v);
        if (!read)
            return false;
    }
    return !refused || raise_false(EXC(ValueError), "field '%s' is required for %s", refused->name, node->name);
}

/* ---- positions ---- */

/* An attribute of the position: 1 read, 0 not there, -1 exception. */
static int read_attribute(value object, value name, int32_t *out)
{
    int number = 0;
    value v = attr_get_optional(object, name);
    if (v == VALUE_MISSING || !v)
        return v ? 0 : -1;
    bool given = v != VALUE_NONE;
    bool read = read_int(v, &number);
    value_dec(v);
    *out = number;
    return read ? given : -1;
}

static bool read_position(const struct ast_type_info *type, value object, struct ast_position *p)
{
    const struct {
        value name;
        int32_t *place;
        const char *text;
    } attributes[] = {
        {NAME(lineno), &p->lineno, "lineno"},
        {NAME(col_offset), &p->col_offset, "col_offset"},
        {NAME(end_lineno), &p->end_lineno, "end_lineno"},
        {NAME(end_col_offset), &p->end_col_offset, "end_col_offset"},
    };
    for (size_t i = 0; i < 4; i++) {
        int found = read_attribute(object, attributes[i].name, attributes[i].place);
        if (found < 0)
            return false;
        if (found)
            continue;
        if (i < 2 || type->end_required) {
            int has = attr_has(object, attributes[i].name);
            return has < 0 ? false
                   : has   ? raise_false(EXC(ValueError), "invalid integer value: None")
                           : missing(attributes[i].text, type->name);
        }
        *attributes[i].place = i == 2 ? p->lineno : p->col_offset;
    }
    return true;
}

/* ---- nodes ---- */

/* The kind of an object among those of a type; -1: exception. */
static int find_kind(struct reader *r, enum ast_type type, value object)
{
    const struct ast_type_info *info = &ast_types[type];
    const value *nodes = &r->classes->nodes[r->classes->first_node[type]];
    value class = value_of(value_type(object));
    for (int kind = 0; kind < info->node_count; kind++) {
        if (nodes[kind] == class)
            return kind;
    }
    for (int kind = 0; kind < info->node_count; kind++) {
        int is = value_is_instance(object, nodes[kind]);
        if (is != 0)
            return is < 0 ? -1 : kind;
    }
    return raise_int(EXC(TypeError), "expected some sort of %s, but got %R", info->name, object);
}

static bool read_inside(struct reader *r, enum ast_type type, value object, void *to)
{
    const struct ast_type_info *info = &ast_types[type];
    if (info->shape != AST_PRODUCT && info->position >= 0 &&
        !read_position(info, object, (struct ast_position *)((char *)to + info->position)))
        return false;
    int kind = info->shape == AST_PRODUCT ? 0 : find_kind(r, type, object);
    if (kind < 0)
        return false;
    if (info->shape == AST_SUM || info->shape == AST_ENUMERATION)
        memcpy(to, &kind, sizeof kind);
    unsigned number = r->classes->first_node[type] + (unsigned)kind;
    if (!read_fields(r, &info->nodes[kind], &r->classes->fields[r->classes->first_field[number]], object, to))
        return false;
    return info->shape != AST_PRODUCT || info->position < 0 ||
           read_position(info, object, (struct ast_position *)((char *)to + info->position));
}

static bool read_node(struct reader *r, enum ast_type type, value object, void *to)
{
    static const char *const where[AST_TYPE_COUNT] = {
        [AST_STMT] = " while traversing 'stmt' node",
        [AST_EXPR] = " while traversing 'expr' node",
        [AST_PATTERN] = " while traversing 'pattern' node",
    };
    if (object == VALUE_NONE && ast_types[type].shape == AST_SINGLE)
        return true; /* left empty: refused later, or harmless */
    if (ast_types[type].shape == AST_ENUMERATION)
        return read_inside(r, type, object, to);
    if (!recursion_enter(where[type] ? where[type] : " while traversing a syntax tree"))
        return false;
    bool read = read_inside(r, type, object, to);
    recursion_leave();
    return read;
}

int tree_is_object(value v)
{
    const struct tree_classes *classes = tree_classes();
    return classes ? value_is_instance(v, classes->ast) : -1;
}

struct module_ast *tree_from_object(struct arena *arena, value object, enum parse_mode mode, value keep)
{
    struct reader r = {tree_classes(), arena, intern_table_new(arena), keep};
    if (!r.classes)
        return NULL;
    const char *expected = ast_types[AST_MOD].nodes[mode].name;
    int fits = value_is_instance(object, r.classes->nodes[r.classes->first_node[AST_MOD] + mode]);
    if (fits == 0)
        raise(EXC(TypeError), "expected %s node, got %T", expected, object);
    if (fits <= 0)
        return NULL;
    struct module_ast *module = r.table ? allocate(&r, sizeof *module) : (void *)raise_no_memory();
    if (!module || !read_node(&r, AST_MOD, object, module))
        return NULL;
    module->names = r.table;
    module->source = "";
    module->encoding = "utf-8";
    return module;
}
