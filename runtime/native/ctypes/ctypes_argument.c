/* What stands for a C value on its way to a function: byref(), and what from_param() makes of other values. */
#include "runtime/native/ctypes/ctypes.h"

#include <stdlib.h>

struct type *argument_type;

value argument_new(char letter, ffi_type *ffi, value object)
{
    struct argument *a = (struct argument *)object_new(argument_type, sizeof *a);
    if (!a)
        return NULL;
    a->letter = letter;
    a->ffi = ffi;
    if (object)
        slot_init(&a->object, value_inc(object));
    return value_of(a);
}
value argument_of_pointer(char letter, void *pointer, value object)
{
    value made = argument_new(letter, &ffi_type_pointer, object);
    if (made)
        ARGUMENT(made)->value.pointer = pointer;
    return made;
}
value argument_byref(value v, value given_offset)
{
    ssize offset = 0;
    if (given_offset != VALUE_MISSING && !value_as_ssize(given_offset, &offset))
        return NULL;
    if (!is_data(v))
        return raise(EXC(TypeError), "byref() argument must be a ctypes instance, not '%T'", v);
    return argument_of_pointer('P', (void *)((uintptr_t)data_address(v) + (size_t)offset), v);
}

static void argument_traverse(struct object *o, struct gc_trace *trace)
{
    trace_slot(trace, &((struct argument *)o)->object);
}
static void argument_destroy(struct object *o)
{
    slot_drop(&((struct argument *)o)->object);
}
static value argument_repr(value v)
{
    struct argument *a = ARGUMENT(v);
    const struct code *code = code_find(a->letter);
    if (code && code->is_pointer && a->letter != 'O')
        return str_format("<cparam '%c' (%p)>", a->letter, a->value.pointer);
    if (a->letter == 'c') {
        unsigned char c = (unsigned char)a->value.bytes[0];
        bool plain = c >= ' ' && c < 127 && c != '\'' && c != '\\';
        return str_format(plain ? "<cparam 'c' ('%c')>" : "<cparam 'c' ('\\x%02x')>", c);
    }
    if (!code || !strchr("bBhHiIlLqQfd", a->letter))
        return str_format("<cparam '%c' at %p>", a->letter, v);
    value inner = code->get(a->value.bytes), text = inner ? str_format("<cparam '%c' (%R)>", a->letter, inner) : NULL;
    value_dec(inner);
    return text;
}
static const struct member_def argument_members[] = {
    {"_obj", MEMBER_VALUE, offsetof(struct argument, object), false, "the wrapped object"},
    {0},
};
const struct type_spec argument_spec = {
    .name = "CArgObject",
    .size = sizeof(struct argument),
    .flags = TYPE_FLAG_NO_NEW,
    .gc_flags = TYPE_GC_CONTAINER,
    .traverse = argument_traverse,
    .destroy = argument_destroy,
    .slots = {.repr = argument_repr},
    .members = argument_members,
};

/* ---- from_param of c_char_p, c_wchar_p and c_void_p ---- */
static value argument_of_code(char letter, value v)
{
    const struct code *code = code_find(letter);
    value made = argument_new(letter, code->ffi, NULL), kept = made ? code->set(v, ARGUMENT(made)->value.bytes) : NULL;
    if (kept) {
        slot_store(value_object(made), &ARGUMENT(made)->object, kept == VALUE_NONE ? NULL : kept);
        return made;
    }
    value_dec(made);
    return NULL;
}
static char letter_of_class(value class)
{
    struct layout *layout = class ? class_layout(class) : NULL;
    return layout && layout->code ? layout->code->letter : 0;
}
static char letter_of(value v)
{
    return letter_of_class(value_of(value_type(v)));
}
/* An array of, or a pointer to, values with this letter; 0: any. */
static bool is_memory_of(value v, char letter)
{
    struct c_class *c = class_part(value_of(value_type(v)));
    if (!c || (c->kind != KIND_ARRAY && c->kind != KIND_POINTER))
        return false;
    if (!letter)
        return true;
    value target = class_target(value_of(value_type(v)));
    bool is = letter_of_class(target) == letter;
    value_dec(target);
    return is;
}
/* NULL with TypeError when there is nothing that could be taken. */
static value from_as_parameter(value class, value v, value (*convert)(value self, value class, value v))
{
    value given = attr_get_optional(v, NAME(_as_parameter_)), result = NULL;
    if (given == VALUE_MISSING)
        return raise(EXC(TypeError), "wrong type");
    if (given && recursion_enter(" while processing _as_parameter_")) {
        result = convert(NULL, class, given);
        recursion_leave();
    }
    value_dec(given);
    return result;
}

static value text_from_param(value class, value v, char letter, value (*convert)(value self, value class, value v))
{
    bool wide = letter == 'Z';
    if (v == VALUE_NONE)
        return v;
    if (wide ? is_str(v) : is_bytes(v))
        return argument_of_code(letter, v);
    if (!is_type(class))
        return raise(EXC(TypeError), "issubclass() arg 1 must be a class");
    int matches = is_instance(v, class);
    if (matches)
        return matches < 0 ? NULL : value_inc(v);
    char inner = wide ? 'u' : 'c';
    if (is_memory_of(v, inner))
        return value_inc(v);
    if (value_type(v) == argument_type) {
        value object = slot_peek(&ARGUMENT(v)->object);
        if (object && letter_of(object) == inner)
            return value_inc(v);
    }
    return from_as_parameter(class, v, convert);
}
static value char_from_param(value self, value class, value v)
{
    return text_from_param(class, v, 'z', char_from_param);
}
static value wide_from_param(value self, value class, value v)
{
    return text_from_param(class, v, 'Z', wide_from_param);
}
static value void_from_param(value self, value class, value v)
{
    if (v == VALUE_NONE)
        return v;
    if (is_int(v))
        return argument_of_code('P', v);
    if (is_bytes(v))
        return argument_of_code('z', v);
    if (is_str(v))
        return argument_of_code('Z', v);
    if (!is_type(class))
        return raise(EXC(TypeError), "issubclass() arg 1 must be a class");
    int matches = is_instance(v, class);
    if (matches)
        return matches < 0 ? NULL : value_inc(v);
    if (is_memory_of(v, 0))
        return value_inc(v);
    if (value_type(v) == argument_type && ARGUMENT(v)->letter == 'P')
        return value_inc(v);
    if (class_of_kind(value_of(value_type(v)), KIND_FUNCTION))
        return argument_of_pointer('P', data_pointer(v), v);
    char letter = letter_of(v);
    if (letter == 'z' || letter == 'Z')
        return argument_of_pointer('Z', data_pointer(v), v);
    return from_as_parameter(class, v, void_from_param);
}
#define FROM_PARAM(FUNCTION) \
    METHOD("from_param", FUNCTION, "(type, value, /)", "Convert a Python object into a function call parameter.")
const struct method_def char_p_from_param = FROM_PARAM(char_from_param);
const struct method_def wchar_p_from_param = FROM_PARAM(wide_from_param);
const struct method_def void_p_from_param = FROM_PARAM(void_from_param);
