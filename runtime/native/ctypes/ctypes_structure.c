/* Structures and unions: their classes and instances. How they are laid out is in ctypes_layout.c. */
#include "runtime/native/ctypes/ctypes.h"

/* ---- the classes ---- */
static value structure_class_new(struct type *meta, enum kind kind, const value *args, size_t nargs, value kwnames)
{
    value made;
    bool ready;
    struct c_class *c = class_new(meta, kind, args, nargs, kwnames, &made, &ready);
    if (!c || ready)
        return made;
    value dict = attr_get(made, NAME(__dict__)), abstract = NULL, fields = NULL;
    bool done = dict && (abstract = attr_get_own(dict, NAME(_abstract_))) != NULL &&
                (fields = attr_get_own(dict, NAME(_fields_))) != NULL;
    if (done && abstract == VALUE_MISSING) {
        value base = slot_peek(&c->base);
        if (base)
            class_make_final(class_part(base));
        struct layout *of_base = base ? class_layout(base) : NULL;
        struct layout *layout = of_base ? layout_copy(of_base) : layout_new();
        done = layout != NULL;
        if (done && !of_base) {
            layout->format = format_join("B", "");
            done = layout->format && structure_no_fields(layout);
        }
        if (done)
            class_publish(made, layout);
        else
            layout_free(layout);
        if (done && fields != VALUE_MISSING)
            done = attr_set(made, NAME(_fields_), fields);
    }
    value_dec(fields);
    value_dec(abstract);
    value_dec(dict);
    if (done)
        return made;
    value_dec(made);
    return NULL;
}
value struct_class_new(struct type *meta, const value *args, size_t nargs, value kwnames)
{
    return structure_class_new(meta, KIND_STRUCT, args, nargs, kwnames);
}
value union_class_new(struct type *meta, const value *args, size_t nargs, value kwnames)
{
    return structure_class_new(meta, KIND_UNION, args, nargs, kwnames);
}
bool struct_class_setattr(value class, value name, value v)
{
    if (!type_setattr(class, name, v))
        return false;
    if (!v || !is_str(name) || !str_equals_text(name, "_fields_"))
        return true;
    struct c_class *c = class_part(class);
    if (!c || (c->kind != KIND_STRUCT && c->kind != KIND_UNION))
        return raise_false(EXC(TypeError), "ctypes state is not initialized");
    return structure_set_fields(class, v);
}

/* ---- the instances ---- */
/* The arguments by position go to the fields in order, those of the base first. Returns how many fields there were by
   then, -1 with an exception. */
static ssize init_by_position(value v, value class, const value *args, size_t nargs, value kwnames, ssize index)
{
    struct c_class *c = class_part(class);
    value base = c ? slot_peek(&c->base) : NULL;
    if (base && (index = init_by_position(v, base, args, nargs, kwnames, index)) < 0)
        return -1;
    value names = c ? slot_load(value_object(class), &c->names) : NULL;
    size_t count = names ? tuple_length(names) : 0;
    bool done = true;
    for (size_t i = 0; done && i < count && i + (size_t)index < nargs; i++) {
        value name = tuple_get(names, i);
        for (size_t k = 0; done && kwnames && k < tuple_length(kwnames); k++)
            if (str_equal(tuple_get(kwnames, k), name))
                done = raise_false(EXC(TypeError), "duplicate values for field %R", name);
        done = done && attr_set(v, name, args[i + (size_t)index]);
    }
    value_dec(names);
    return done ? index + (ssize)count : -1;
}
static bool structure_init(value v, const value *args, size_t nargs, value kwnames)
{
    if (nargs) {
        ssize count = init_by_position(v, value_of(value_type(v)), args, nargs, kwnames, 0);
        if (count < 0)
            return false;
        if ((size_t)count < nargs)
            return raise_false(EXC(TypeError), "too many initializers");
    }
    for (size_t i = 0; kwnames && i < tuple_length(kwnames); i++)
        if (!attr_set(v, tuple_get(kwnames, i), args[nargs + i]))
            return false;
    return true;
}

#define STRUCTURE(NAME, DOC)                                                                       \
    {                                                                                              \
        .name = "_ctypes." NAME, .doc = DOC, .size = sizeof(struct data), .flags = TYPE_FLAG_BASE, \
        .gc_flags = TYPE_GC_CONTAINER, .slots = {.new = data_new_plain, .init = structure_init},   \
    }
const struct type_spec structure_spec = STRUCTURE("Structure", "Structure base class");
const struct type_spec union_spec = STRUCTURE("Union", "Union base class");
