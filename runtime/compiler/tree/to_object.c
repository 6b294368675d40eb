/* From the compiler's tree to objects of `ast`. */
#include "runtime/compiler/code/constants.h"
#include "runtime/compiler/tree/tree.h"
#include "runtime/objects/model/shape.h"
#include "threads/pause.h"

struct writer {
    const struct tree_classes *classes;
    unsigned depth;
};

static value write_node(struct writer *w, enum ast_type type, const void *node);

static value write_name(ast_name name)
{
    value text = str_from_utf8_surrogates(name->text, name->length);
    return text ? str_intern(text) : NULL;
}

/* One thing of a field: `place` is where the sequence or the node has it. */
static value write_item(struct writer *w, enum ast_type type, const void *place, bool by_pointer)
{
    switch (type) {
    case AST_IDENTIFIER:
    case AST_STRING: {
        ast_name name = *(const ast_name *)place;
        return name ? write_name(name) : VALUE_NONE;
    }
    case AST_INT:
        return small_int(*(const int *)place);
    case AST_CONSTANT:
        return constant_of_tree(place, false);
    case AST_U_PREFIX:
        return ((const struct ast_constant *)place)->has_u_prefix ? NAME(u) : VALUE_NONE;
    default:
        break;
    }
    if (by_pointer) {
        const void *node;
        memcpy(&node, place, sizeof node);
        return node ? write_node(w, type, node) : VALUE_NONE;
    }
    return write_node(w, type, place);
}

static value write_sequence(struct writer *w, enum ast_type type, const void *place)
{
    struct ast_sequence sequence = ast_sequence_at(place);
    size_t size = ast_item_size(type);
    value list = list_new(sequence.count);
    for (uint32_t i = 0; list && i < sequence.count; thread_pause_at(++i)) {
        value item = write_item(w, type, (const char *)sequence.items + i * size, ast_types[type].by_pointer);
        if (!item || !list_append_owned(list, item)) {
            value_dec(list);
            list = NULL;
        }
    }
    return list;
}

static bool set_owned(value object, value name, value v /* stolen */)
{
    bool set = v && attr_set(object, name, v);
    value_dec(v);
    return set;
}

static bool write_fields(struct writer *w, const struct ast_node *node, const value *names, const void *from,
                         value object)
{
    for (size_t i = 0; node->fields[i].name; i++) {
        const struct ast_field *field = &node->fields[i];
        const char *place = (const char *)from + field->offset;
        enum ast_type type = field->type;
        bool by_pointer = type < AST_TYPE_COUNT && ast_types[type].shape != AST_ENUMERATION;
        value v = field->quantity == AST_MANY ? write_sequence(w, type, place) : write_item(w, type, place, by_pointer);
        if (!set_owned(object, names[i], v))
            return false;
    }
    return true;
}

static bool write_position(const struct ast_position *p, value object)
{
    return attr_set(object, NAME(lineno), small_int(p->lineno)) &&
           attr_set(object, NAME(col_offset), small_int(p->col_offset)) &&
           attr_set(object, NAME(end_lineno), small_int(p->end_lineno)) &&
           attr_set(object, NAME(end_col_offset), small_int(p->end_col_offset));
}

static value write_node(struct writer *w, enum ast_type type, const void *node)
{
    const struct ast_type_info *info = &ast_types[type];
    unsigned kind = 0;
    if (info->shape == AST_SUM || info->shape == AST_ENUMERATION)
        memcpy(&kind, node, sizeof kind);
    unsigned number = w->classes->first_node[type] + kind;
    if (info->shape == AST_ENUMERATION)
        return value_inc(w->classes->singletons[number]);
    if (!tree_enter(&w->depth, " during ast construction"))
        return NULL;
    value object = value_of(instance_new((struct type *)w->classes->nodes[number]));
    const value *names = &w->classes->fields[w->classes->first_field[number]];
    if (object && (!write_fields(w, &info->nodes[kind], names, node, object) ||
                   (info->position >= 0 &&
                    !write_position((const struct ast_position *)((const char *)node + info->position), object)))) {
        value_dec(object);
        object = NULL;
    }
    w->depth--;
    return object;
}

value tree_to_object(const struct module_ast *module)
{
    struct writer w = {.classes = tree_classes()};
    return w.classes ? write_node(&w, AST_MOD, module) : NULL;
}
