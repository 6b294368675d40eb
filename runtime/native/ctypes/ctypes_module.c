/* The _ctypes module: C types and calls of C functions, over libffi. */
#include "runtime/native/ctypes/ctypes.h"

#include <dlfcn.h>
#include <errno.h>
#include <stdlib.h>

value_slot argument_error;

/* ---- libraries ---- */
static value library_error(void)
{
    const char *error = dlerror();
    return raise(EXC(OSError), "%s", error ? error : "dynamic linking failed");
}
static value ctypes_dlopen(value self, value name, value given_mode)
{
    int mode = RTLD_NOW;
    struct text path = {0};
    if (given_mode != VALUE_MISSING && !value_as_int(given_mode, &mode))
        return NULL;
    if (!audit("ctypes.dlopen", "O", name) || (name != VALUE_NONE && !text_of_path(name, &path)))
        return NULL;
    thread_enter_blocking(); /* it runs what the library has to run at first */
    void *handle = dlopen(path.bytes, mode | RTLD_NOW);
    char *error = handle ? NULL : dlerror(), *message = error ? strdup(error) : NULL;
    thread_leave_blocking();
    text_release(&path);
    if (!handle)
        raise(EXC(OSError), "%s", message ? message : "dynamic linking failed");
    free(message);
    return handle ? int_from_u64((uint64_t)(uintptr_t)handle) : NULL;
}
static bool pointer_argument(value v, void **pointer)
{
    *pointer = NULL;
    if (!is_int(v))
        return raise_false(EXC(TypeError), "an integer is required");
    *pointer = (void *)(uintptr_t)int_low_bits(v);
    return true;
}
static value ctypes_dlclose(value self, value given)
{
    void *handle;
    if (!pointer_argument(given, &handle))
        return NULL;
    thread_enter_blocking();
    int failed = dlclose(handle);
    thread_leave_blocking();
    return failed ? library_error() : VALUE_NONE;
}
static value ctypes_dlsym(value self, value given, value name)
{
    void *handle;
    struct text text;
    if (!pointer_argument(given, &handle))
        return NULL;
    if (!is_str(name))
        return raise(EXC(TypeError), "dlsym() argument 2 must be str, not %K", name);
    if (!audit("ctypes.dlsym/handle", "OO", given, name) || !text_of(name, &text))
        return NULL;
    dlerror();
    void *address = dlsym(handle, text.bytes);
    text_release(&text);
    return address ? int_from_u64((uint64_t)(uintptr_t)address) : library_error();
}

/* ---- sizes and addresses ---- */
static value ctypes_sizeof(value self, value v)
{
    struct layout *layout = class_layout(v);
    if (layout)
        return int_from_i64(layout->size);
    if (is_data(v))
        return int_from_i64(atomic_load_explicit(&DATA(v)->size, memory_order_relaxed));
    return raise(EXC(TypeError), "this type has no size");
}
static value ctypes_alignment(value self, value v)
{
    struct layout *layout = class_layout(v);
    if (!layout)
        layout = class_layout(value_of(value_type(v)));
    return layout ? int_from_i64(layout->alignment) : raise(EXC(TypeError), "no alignment info");
}
static value ctypes_byref(value self, value v, value offset)
{
    return argument_byref(v, offset);
}
static value ctypes_addressof(value self, value v)
{
    if (!is_data(v))
        return raise(EXC(TypeError), "invalid type");
    return audit("ctypes.addressof", "(O)", v) ? int_from_u64((uint64_t)(uintptr_t)data_address(v)) : NULL;
}
static value ctypes_resize(value self, value v, value given_size)
{
    ssize size;
    if (!value_as_ssize(given_size, &size))
        return NULL;
    if (!is_data(v))
        return raise(EXC(TypeError), "excepted ctypes instance");
    struct layout *layout = class_layout(value_of(value_type(v)));
    if (!layout || size < layout->size)
        return raise(EXC(ValueError), "minimum size is %zd", layout ? layout->size : (ssize)0);
    return data_resize(v, size) ? VALUE_NONE : NULL;
}
static value ctypes_buffer_info(value self, value v)
{
    struct layout *layout = class_layout(v);
    if (!layout)
        layout = class_layout(value_of(value_type(v)));
    if (!layout)
        return raise(EXC(TypeError), "not a ctypes type or object");
    value shape = tuple_new((size_t)layout->ndim), format = str_from_text(layout->format ? layout->format : "B");
    for (int i = 0; shape && i < layout->ndim; i++) {
        value item = int_from_i64(layout->shape[i]);
        if (!item) {
            value_dec(shape);
            shape = NULL;
            break;
        }
        tuple_init(shape, (size_t)i, item);
    }
    value info = shape && format ? tuple_pack(3, format, small_int(layout->ndim), shape) : NULL;
    value_dec(format);
    value_dec(shape);
    return info;
}

/* ---- errno ---- each thread has a copy that calls with use_errno exchange with the real one */
static value ctypes_get_errno(value self)
{
    return audit("ctypes.get_errno", NULL) ? small_int(saved_errno) : NULL;
}
static value ctypes_set_errno(value self, value given)
{
    int number, old = saved_errno;
    if (!audit("ctypes.set_errno", "(O)", given) || !value_as_int(given, &number))
        return NULL;
    saved_errno = number;
    return small_int(old);
}

/* ---- pointers ---- */
static value ctypes_pointer_type(value self, value class)
{
    return pointer_class_for(class);
}
static value ctypes_pointer(value self, value v)
{
    return pointer_to(v);
}
static value ctypes_unpickle(value self, value class, value state)
{
    if (!is_tuple(state))
        return raise(EXC(TypeError), "argument 2 must be tuple, not %K", state);
    value made = call_method_1(class, NAME(__new__), class);
    value done = made ? call_method_1(made, NAME(__setstate__), state) : NULL;
    if (!done) {
        value_dec(made);
        return NULL;
    }
    value_dec(done);
    return made;
}

/* ---- by address ---- */
static value call_at(value given, value args, uint32_t flags)
{
    void *code;
    if (!pointer_argument(given, &code))
        return NULL;
    if (!is_tuple(args))
        return raise(EXC(TypeError), "argument 2 must be tuple, not %T", args);
    if (!audit("ctypes.call_function", "OO", given, args))
        return NULL;
    return call_c(code, flags, args, NULL, NULL, NULL);
}
static value ctypes_call_function(value self, value address, value args)
{
    return call_at(address, args, 0);
}
static value ctypes_call_cdecl_function(value self, value address, value args)
{
    return call_at(address, args, FUNCTION_CDECL);
}
static value ctypes_from_pointer(value self, value given)
{
    void *pointer;
    return pointer_argument(given, &pointer) && audit("ctypes.PyObj_FromPtr", "(O)", (value)pointer)
               ? value_inc(pointer)
               : NULL;
}
static value ctypes_inc(value self, value v)
{
    value_inc(v);
    return value_inc(v);
}
static value ctypes_dec(value self, value v)
{
    value_dec(v);
    return value_inc(v);
}

/* ---- functions that ctypes calls by way of itself; they run in no blocking region ---- */
static value at_string(const char *text, int length)
{
    if (!audit("ctypes.string_at", "Li", (int64_t)(uintptr_t)text, length))
        return NULL;
    return length == -1 ? code_string_at(text)
           : length < 0 ? raise(EXC(SystemError), "Negative size passed to PyBytes_FromStringAndSize")
                        : bytes_new((const uint8_t *)text, (size_t)length);
}
static value at_wide_string(const wchar_t *text, int length)
{
    if (!audit("ctypes.wstring_at", "Li", (int64_t)(uintptr_t)text, length))
        return NULL;
    return length == -1 ? code_wide_at(text)
           : length < 0 ? raise(EXC(SystemError), "Negative size passed to PyUnicode_New")
                        : code_wide(text, (size_t)length);
}
static bool is_pointer_class(value class)
{
    struct c_class *c = class_part(class);
    struct layout *layout = class_layout(class);
    if (!c || !layout)
        return false;
    return c->kind == KIND_POINTER || c->kind == KIND_FUNCTION || (layout->code && layout->code->is_pointer);
}
/* What `from` keeps, with itself: the two objects have the dict in common from then on. */
static bool keep_of(value made, value from)
{
    value objects = data_objects_dict(from);
    bool done = objects != NULL;
    if (done && value_is(objects, TYPE_ID_DICT)) {
        value key = int_from_u64((uint64_t)(uintptr_t)from);
        done = key && dict_set(objects, key, from);
        value_dec(key);
    }
    if (done)
        slot_store(value_object(made), &DATA(made)->objects, value_inc(objects));
    value_dec(objects);
    return done;
}
static value do_cast(void *pointer, value from, value class)
{
    if (!is_pointer_class(class))
        return raise(EXC(TypeError), "cast() argument 2 must be a pointer, not %s",
                     type_short_name(is_type(class) ? (struct type *)class : value_type(class)));
    value made = call_0(class);
    if (!made)
        return NULL;
    bool done = is_data(made) || raise_false(EXC(TypeError), "cast() argument 2 must make ctypes instances");
    if (done && is_data(from))
        done = keep_of(made, from);
    if (done && data_write(made, 0, &pointer, sizeof pointer))
        return made;
    value_dec(made);
    return NULL;
}

static const struct method_def functions[] = {
    METHOD("get_errno", ctypes_get_errno, "()", NULL),
    METHOD("set_errno", ctypes_set_errno, "(value, /)", NULL),
    METHOD("POINTER", ctypes_pointer_type, "(type, /)", NULL),
    METHOD("pointer", ctypes_pointer, "(object, /)", NULL),
    METHOD("_unpickle", ctypes_unpickle, "(type, state, /)", NULL),
    METHOD("buffer_info", ctypes_buffer_info, "(object, /)", "Return buffer interface information"),
    METHOD("resize", ctypes_resize, "(object, size, /)", "Resize the memory buffer of a ctypes instance"),
    METHOD("dlopen", ctypes_dlopen, "(name, flag=0, /)",
           "dlopen(name, flag={RTLD_GLOBAL|RTLD_LOCAL}) open a shared library"),
    METHOD("dlclose", ctypes_dlclose, "(handle, /)", "dlclose a library"),
    METHOD("dlsym", ctypes_dlsym, "(handle, name, /)", "find symbol in shared library"),
    METHOD("alignment", ctypes_alignment, "(object, /)",
           "alignment(C type) -> integer\nalignment(C instance) -> integer\n"
           "Return the alignment requirements of a C instance"),
    METHOD("sizeof", ctypes_sizeof, "(object, /)",
           "sizeof(C type) -> integer\nsizeof(C instance) -> integer\nReturn the size in bytes of a C instance"),
    METHOD("byref", ctypes_byref, "(object, offset=0, /)",
           "byref(C instance[, offset=0]) -> byref-object\nReturn a pointer lookalike to a C instance, only usable\n"
           "as function argument"),
    METHOD("addressof", ctypes_addressof, "(object, /)",
           "addressof(C instance) -> integer\nReturn the address of the C instance internal buffer"),
    METHOD("call_function", ctypes_call_function, "(address, arguments, /)", NULL),
    METHOD("call_cdeclfunction", ctypes_call_cdecl_function, "(address, arguments, /)", NULL),
    METHOD("PyObj_FromPtr", ctypes_from_pointer, "(address, /)", NULL),
    METHOD("Py_INCREF", ctypes_inc, "(object, /)", NULL),
    METHOD("Py_DECREF", ctypes_dec, "(object, /)", NULL),
    {0},
};
static const struct module_constant constants[] = {
    {"FUNCFLAG_CDECL", FUNCTION_CDECL},
    {"FUNCFLAG_PYTHONAPI", FUNCTION_PYTHON},
    {"FUNCFLAG_USE_ERRNO", FUNCTION_ERRNO},
    {"FUNCFLAG_USE_LASTERROR", FUNCTION_LAST_ERROR},
    {"RTLD_LOCAL", RTLD_LOCAL},
    {"RTLD_GLOBAL", RTLD_GLOBAL},
    {"CTYPES_MAX_ARGCOUNT", ARGUMENTS_MAX},
    {0},
};
static bool add_address(value module, const char *name, void *address)
{
    return module_add_owned(module, name, int_from_u64((uint64_t)(uintptr_t)address));
}
static bool fill(value module)
{
    if (!slot_peek(&pointer_cache)) {
        value cache = dict_new();
        if (!cache)
            return false;
        slot_init(&pointer_cache, cache);
    }
    if (!field_type && !(field_type = type_define(&field_spec)))
        return false;
    if (!argument_type && !(argument_type = type_define(&argument_spec)))
        return false;
    if (!callback_type && !(callback_type = type_define(&callback_spec)))
        return false;
    return classes_define(module) && module_add_constants(module, constants) &&
           module_define_exception(module, &argument_error, "ctypes.ArgumentError", EXC(Exception), NULL) &&
           module_add_owned(module, "__version__", str_from_text("1.1.0")) &&
           module_add(module, "_pointer_type_cache", slot_peek(&pointer_cache)) &&
           add_address(module, "_memmove_addr", memmove) && add_address(module, "_memset_addr", memset) &&
           add_address(module, "_string_at_addr", at_string) && add_address(module, "_cast_addr", do_cast) &&
           add_address(module, "_wstring_at_addr", at_wide_string);
}
static void finish(void)
{
    slot_drop(&pointer_cache);
    slot_drop(&argument_error);
}
static const struct module_def definition = {
    .name = "_ctypes",
    .doc = "Create and manipulate C compatible data types in Python.",
    .functions = functions,
    .fill = fill,
    .finish = finish,
};
ATOLL_MODULE(definition);
