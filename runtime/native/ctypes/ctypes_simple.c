/* Simple types: numbers, characters, and pointers of unknown or well known target; named by a letter. */
#include "runtime/native/ctypes/ctypes.h"

/* ---- the classes ---- */
static const struct code *code_of_class(value class, value *letter)
{
    *letter = attr_get_optional(class, NAME(_type_));
    if (*letter == VALUE_MISSING)
        *letter = raise(EXC(AttributeError), "class must define a '_type_' attribute");
    if (!*letter)
        return NULL;
    const struct code *code = NULL;
    struct text text;
    if (!is_str(*letter)) {
        raise(EXC(TypeError), "class must define a '_type_' string attribute");
    } else if (text_of(*letter, &text)) {
        if (text.length != 1)
            raise(EXC(ValueError), "class must define a '_type_' attribute which must be a string of length 1");
        else if (!strchr(code_letters, text.bytes[0]) || !text.bytes[0])
            raise(EXC(AttributeError),
                  "class must define a '_type_' attribute which must be\n"
                  "a single character string containing one of '%s'.",
                  code_letters);
        else if (!(code = code_find(text.bytes[0])))
            raise(EXC(ValueError), "_type_ '%s' not supported", text.bytes);
        text_release(&text);
    }
    if (!code)
        value_dec(*letter);
    return code;
}

static struct layout *simple_layout(const struct code *code)
{
    struct layout *layout = layout_new();
    if (!layout)
        return NULL;
    layout->size = layout->alignment = layout->item_size = code->size;
    layout->code = code;
    layout->ffi = code->ffi;
    layout->points = code->is_pointer;
    char format[] = {code->is_swapped ? '>' : '<', code->format, 0};
    layout->format = format_join(format, "");
    if (layout->format)
        return layout;
    layout_free(layout);
    return NULL;
}

static value simple_make(struct type *meta, const value *args, size_t nargs, value kwnames, const struct code *code)
{
    value made;
    bool ready;
    struct c_class *c = class_new(meta, KIND_SIMPLE, args, nargs, kwnames, &made, &ready);
    if (!c || ready)
        return made;
    value letter;
    const struct code *own = code_of_class(made, &letter);
    struct layout *layout = own ? simple_layout(code ? code : own) : NULL;
    if (layout) {
        slot_store(value_object(made), &c->target, value_inc(letter));
        class_publish(made, layout);
    }
    if (own)
        value_dec(letter);
    if (layout)
        return made;
    value_dec(made);
    return NULL;
}

static bool add_from_param(value class, const struct method_def *def)
{
    value function = builtin_function_new(def, NULL, NULL), method = function ? classmethod_new(function) : NULL;
    bool done = method && type_attribute_set((struct type *)class, NAME(from_param), method);
    value_dec(method);
    value_dec(function);
    return done;
}
/* The same in the other order of bytes, which each of the two knows. */
static bool add_swapped(value class, struct type *meta, const value *args, size_t nargs, value kwnames,
                        const struct code *code)
{
    value name = str_format("%S_be", args[0]), swapped_args[] = {name, args[1], args[2]};
    value swapped = name ? simple_make(meta, swapped_args, 3, NULL, code) : NULL;
    value_dec(name);
    bool done = swapped && type_attribute_set((struct type *)class, NAME(__ctype_be__), swapped) &&
                type_attribute_set((struct type *)class, NAME(__ctype_le__), class) &&
                type_attribute_set((struct type *)swapped, NAME(__ctype_be__), swapped) &&
                type_attribute_set((struct type *)swapped, NAME(__ctype_le__), class);
    value_dec(swapped);
    return done;
}

value simple_class_new(struct type *meta, const value *args, size_t nargs, value kwnames)
{
    value made = simple_make(meta, args, nargs, kwnames, NULL);
    struct layout *layout = made ? class_layout(made) : NULL;
    if (!layout || !layout->code || nargs != 3)
        return made;
    const struct code *code = layout->code;
    bool done = true;
    struct c_class *c = class_part(made);
    if (!c->derived) {
        const struct method_def *def = code->letter == 'z'   ? &char_p_from_param
                                       : code->letter == 'Z' ? &wchar_p_from_param
                                       : code->letter == 'P' ? &void_p_from_param
                                                             : NULL;
        done = !def || add_from_param(made, def);
    }
    if (done && meta == simple_meta && code->swapped)
        done = add_swapped(made, meta, args, nargs, kwnames, code->swapped);
    if (done)
        return made;
    value_dec(made);
    return NULL;
}

/* ---- the instances ---- */
/* The code of an instance; NULL with TypeError when its class has been made another kind. */
static const struct code *code_of(value v)
{
    struct layout *layout = class_layout(value_of(value_type(v)));
    if (layout && layout->code)
        return layout->code;
    raise(EXC(TypeError), "abstract class");
    return NULL;
}
static value simple_get_value(value v)
{
    const struct code *code = code_of(v);
    char bytes[CODE_SIZE_MAX];
    return code && data_read(v, 0, bytes, code->size) ? code->get(bytes) : NULL;
}
static bool simple_set_value(value v, value assigned)
{
    if (!assigned)
        return raise_false(EXC(TypeError), "can't delete attribute");
    const struct code *code = code_of(v);
    char bytes[CODE_SIZE_MAX];
    value kept = code ? code->set(assigned, bytes) : NULL;
    if (!kept)
        return false;
    if (data_write(v, 0, bytes, code->size))
        return data_keep(v, 0, kept);
    value_dec(kept);
    return false;
}
static bool simple_init(value v, const value *args, size_t nargs, value kwnames)
{
    if (!check_arguments("__init__", nargs, 0, 1))
        return false;
    return nargs == 0 || simple_set_value(v, args[0]);
}
static int simple_truth(value v)
{
    const struct code *code = code_of(v);
    char bytes[CODE_SIZE_MAX], zero[CODE_SIZE_MAX] = {0};
    return code && data_read(v, 0, bytes, code->size) ? memcmp(bytes, zero, code->size) != 0 : -1;
}
static value simple_repr(value v)
{
    struct c_class *c = class_part(value_of(value_type(v)));
    if (!c || c->derived)
        return str_format("<%N object at %p>", value_type(v), v);
    value inner = simple_get_value(v), text = inner ? str_format("%T(%R)", v, inner) : NULL;
    value_dec(inner);
    return text;
}
static value simple_from_outparam(value v)
{
    struct c_class *c = class_part(value_of(value_type(v)));
    return !c || c->derived ? value_inc(v) : simple_get_value(v);
}
static const struct getset_def simple_getset[] = {
    {"value", simple_get_value, simple_set_value, "current value"},
    {0},
};
static const struct method_def simple_methods[] = {
    METHOD("__ctypes_from_outparam__", simple_from_outparam, "($self, /)", NULL),
    {0},
};
const struct type_spec simple_spec = {
    .name = "_ctypes._SimpleCData",
    .doc = "XXX to be provided",
    .size = sizeof(struct data),
    .flags = TYPE_FLAG_BASE,
    .gc_flags = TYPE_GC_CONTAINER,
    .slots = {.new = data_new_plain, .init = simple_init, .repr = simple_repr, .truth = simple_truth},
    .methods = simple_methods,
    .getset = simple_getset,
};
