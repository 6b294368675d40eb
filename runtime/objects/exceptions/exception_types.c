/* The built-in exceptions, one table, and what the particular ones add: attributes, construction, their text. */
#include "runtime/objects/exceptions/exception.h"
#include "runtime/objects/exceptions/exception_docs.h"
#include "runtime/objects/model/type_internal.h"

#include <errno.h>

#define EXTRA_OFFSET(INDEX) (offsetof(struct exception, extra) + (INDEX) * sizeof(value_slot))
#define EXTRA_MEMBER(NAME, INDEX, DOC)                          \
    {                                                           \
        NAME, MEMBER_VALUE_NONE, EXTRA_OFFSET(INDEX), true, DOC \
    }

static value arg_or_none(const value *args, size_t nargs, size_t i)
{
    return i < nargs ? args[i] : VALUE_NONE;
}

/* ---- StopIteration, SystemExit ---- */
static bool stop_init(value self, const value *args, size_t nargs, value kwnames)
{
    if (!exception_init_slot(self, args, nargs, kwnames))
        return false;
    exception_set_extra(self, EXTRA_STOP_VALUE, arg_or_none(args, nargs, 0));
    return true;
}
static bool exit_init(value self, const value *args, size_t nargs, value kwnames)
{
    if (!exception_init_slot(self, args, nargs, kwnames))
        return false;
    if (nargs == 1) {
        exception_set_extra(self, EXTRA_EXIT_CODE, args[0]);
    } else if (nargs > 1) {
        value all = tuple_from_array(args, nargs);
        exception_set_extra(self, EXTRA_EXIT_CODE, all);
        value_dec(all);
    }
    return true;
}
static const struct member_def stop_members[] = {EXTRA_MEMBER("value", EXTRA_STOP_VALUE, "generator return value"),
                                                 {0}};
static const struct member_def exit_members[] = {EXTRA_MEMBER("code", EXTRA_EXIT_CODE, "exception code"), {0}};

/* ---- KeyError ---- */
static value key_str(value self)
{
    value args = slot_load(value_object(self), &EXCEPTION(self)->args);
    value text = tuple_length(args) == 1 ? value_repr(tuple_get(args, 0)) : exception_str(self);
    value_dec(args);
    return text;
}

/* ---- keyword arguments that become attributes (ImportError, AttributeError, NameError) ---- */
static bool keywords_init(value self, const value *args, size_t nargs, value kwnames, const char *function,
                          const char *const *names, unsigned first)
{
    if (!exception_init_slot(self, args, nargs, NULL))
        return false;
    for (unsigned k = 0; names[k]; k++)
        exception_set_extra(self, first + k, NULL);
    for (size_t i = 0; kwnames && i < tuple_length(kwnames); i++) {
        value name = tuple_get(kwnames, i);
        unsigned k = 0;
        while (names[k] && !str_equals_text(name, names[k]))
            k++;
        if (!names[k])
            return raise_false(EXC(TypeError), "'%U' is an invalid keyword argument for %s()", name, function);
        exception_set_extra(self, first + k, args[nargs + i]);
    }
    return true;
}
static bool import_init(value self, const value *args, size_t nargs, value kwnames)
{
    static const char *const names[] = {"name", "path", NULL};
    if (!keywords_init(self, args, nargs, kwnames, "ImportError", names, EXTRA_IMPORT_NAME))
        return false;
    exception_set_extra(self, EXTRA_IMPORT_MSG, nargs == 1 ? args[0] : NULL);
    return true;
}
static value import_str(value self)
{
    value msg = exception_extra(self, EXTRA_IMPORT_MSG);
    if (msg && value_is(msg, TYPE_ID_STR))
        return msg;
    value_dec(msg);
    return exception_str(self);
}
static bool attribute_init(value self, const value *args, size_t nargs, value kwnames)
{
    static const char *const names[] = {"name", "obj", NULL};
    return keywords_init(self, args, nargs, kwnames, "AttributeError", names, EXTRA_ATTRIBUTE_NAME);
}
static bool name_init(value self, const value *args, size_t nargs, value kwnames)
{
    static const char *const names[] = {"name", NULL};
    return keywords_init(self, args, nargs, kwnames, "NameError", names, EXTRA_ATTRIBUTE_NAME);
}
static const struct member_def import_members[] = {
    EXTRA_MEMBER("msg", EXTRA_IMPORT_MSG, "exception message"),
    EXTRA_MEMBER("name", EXTRA_IMPORT_NAME, "module name"),
    EXTRA_MEMBER("path", EXTRA_IMPORT_PATH, "module path"),
    {0},
};
static const struct member_def attribute_members[] = {
    EXTRA_MEMBER("name", EXTRA_ATTRIBUTE_NAME, "attribute name"),
    EXTRA_MEMBER("obj", EXTRA_ATTRIBUTE_OBJ, "object"),
    {0},
};
static const struct member_def name_members[] = {EXTRA_MEMBER("name", EXTRA_ATTRIBUTE_NAME, "name"), {0}};

/* The state to pickle: the instance dict with the keyword attributes that are set. */
static value reduce_with(value self, const char *const *names, unsigned first)
{
    value args = slot_load(value_object(self), &EXCEPTION(self)->args);
    value own = object_dict(self, false);
    value state = own && own != VALUE_MISSING ? dict_copy(own) : own ? dict_new() : NULL;
    value_dec(own);
    bool ok = args && state;
    for (unsigned i = 0; ok && names[i]; i++) {
        value v = exception_extra(self, first + i);
        ok = !v || dict_set_text(state, names[i], v);
        value_dec(v);
    }
    value result = NULL;
    if (ok)
        result = dict_length(state) ? tuple_pack(3, value_of(value_type(self)), args, state)
                                    : tuple_pack(2, value_of(value_type(self)), args);
    value_dec(args);
    value_dec(state);
    return result;
}
static value import_reduce(value self)
{
    static const char *const names[] = {"name", "path", NULL};
    return reduce_with(self, names, EXTRA_IMPORT_NAME);
}
static const struct method_def import_methods[] = {METHOD("__reduce__", import_reduce, "($self, /)", NULL), {0}};

/* ---- OSError ---- */
static struct type *type_of_errno(int error)
{
    switch (error) {
    case EAGAIN:
    case EALREADY:
    case EINPROGRESS:
        return EXC(BlockingIOError);
    case EPIPE:
    case ESHUTDOWN:
        return EXC(BrokenPipeError);
    case ECHILD:
        return EXC(ChildProcessError);
    case ECONNABORTED:
        return EXC(ConnectionAbortedError);
    case ECONNREFUSED:
        return EXC(ConnectionRefusedError);
    case ECONNRESET:
        return EXC(ConnectionResetError);
    case EEXIST:
        return EXC(FileExistsError);
    case ENOENT:
        return EXC(FileNotFoundError);
    case EISDIR:
        return EXC(IsADirectoryError);
    case ENOTDIR:
        return EXC(NotADirectoryError);
    case EINTR:
        return EXC(InterruptedError);
    case EACCES:
    case EPERM:
        return EXC(PermissionError);
    case ESRCH:
        return EXC(ProcessLookupError);
    case ETIMEDOUT:
        return EXC(TimeoutError);
    default:
        return EXC(OSError);
    }
}

/* (errno, strerror[, filename[, winerror[, filename2]]]); the file names are not among args. */
static bool os_fill(value self, const value *args, size_t nargs)
{
    size_t kept = nargs;
    if (nargs >= 2 && nargs <= 5) {
        exception_set_extra(self, EXTRA_OS_ERRNO, args[0]);
        exception_set_extra(self, EXTRA_OS_STRERROR, args[1]);
        bool blocking = value_is_of(self, EXC(BlockingIOError));
        if (nargs >= 3 && args[2] != VALUE_NONE) {
            int64_t written;
            if (blocking && value_type_slot(args[2], to_index)) {
                if (!value_as_i64(args[2], &written))
                    return false;
                exception_set_extra(self, EXTRA_OS_WRITTEN, args[2]);
            } else {
                exception_set_extra(self, EXTRA_OS_FILENAME, args[2]);
                kept = 2;
            }
        }
        if (nargs == 5 && args[4] != VALUE_NONE) {
            exception_set_extra(self, EXTRA_OS_FILENAME2, args[4]);
            kept = 2;
        }
    }
    value tuple = tuple_from_array(args, kept);
    if (!tuple)
        return false;
    slot_store(value_object(self), &EXCEPTION(self)->args, tuple);
    return true;
}

static bool os_init(value self, const value *args, size_t nargs, value kwnames);
static value os_new(struct type *type, const value *args, size_t nargs, value kwnames);

/* Which of the two does the work: __new__, but __init__ for classes that have an __init__ of their own and no __new__.
 */
static bool os_filled_by_init(struct type *type)
{
    return type_slot(type, init) != os_init && type_slot(type, new) == os_new;
}

static value os_new(struct type *type, const value *args, size_t nargs, value kwnames)
{
    if (os_filled_by_init(type))
        return exception_new_slot(type, args, 0, NULL);
    if (!no_keywords(type->gc.name, kwnames))
        return NULL;
    int64_t number;
    if (type == EXC(OSError) && nargs >= 2 && nargs <= 5 && is_int(args[0]) && int_fits_i64(args[0], &number) &&
        number == (int)number)
        type = type_of_errno((int)number);
    value self = exception_new_slot(type, args, nargs, NULL);
    if (self && !os_fill(self, args, nargs)) {
        value_dec(self);
        return NULL;
    }
    return self;
}
static bool os_init(value self, const value *args, size_t nargs, value kwnames)
{
    struct type *type = value_type(self);
    return !os_filled_by_init(type) || (no_keywords(type->gc.name, kwnames) && os_fill(self, args, nargs));
}

static value os_str(value self)
{
    value number = exception_extra(self, EXTRA_OS_ERRNO), message = exception_extra(self, EXTRA_OS_STRERROR);
    value filename = exception_extra(self, EXTRA_OS_FILENAME), filename2 = exception_extra(self, EXTRA_OS_FILENAME2);
    value text;
    value n = number ? number : VALUE_NONE, m = message ? message : VALUE_NONE;
    if (filename && filename2)
        text = str_format("[Errno %S] %S: %R -> %R", n, m, filename, filename2);
    else if (filename)
        text = str_format("[Errno %S] %S: %R", n, m, filename);
    else if (number && message)
        text = str_format("[Errno %S] %S", n, m);
    else
        text = exception_str(self);
    value_dec(number);
    value_dec(message);
    value_dec(filename);
    value_dec(filename2);
    return text;
}

static value os_reduce(value self)
{
    value args = slot_load(value_object(self), &EXCEPTION(self)->args);
    value filename = exception_extra(self, EXTRA_OS_FILENAME), filename2 = exception_extra(self, EXTRA_OS_FILENAME2);
    if (args && tuple_length(args) == 2 && filename) {
        value longer = filename2
                           ? tuple_pack(5, tuple_get(args, 0), tuple_get(args, 1), filename, VALUE_NONE, filename2)
                           : tuple_pack(3, tuple_get(args, 0), tuple_get(args, 1), filename);
        value_dec(args);
        args = longer;
    }
    value_dec(filename);
    value_dec(filename2);
    value dict = args ? object_dict(self, false) : NULL, result = NULL;
    if (dict)
        result = dict == VALUE_MISSING ? tuple_pack(2, value_of(value_type(self)), args)
                                       : tuple_pack(3, value_of(value_type(self)), args, dict);
    value_dec(dict);
    value_dec(args);
    return result;
}

static value os_get_written(value self)
{
    value written = exception_extra(self, EXTRA_OS_WRITTEN);
    return written ? written : raise(EXC(AttributeError), "characters_written");
}
static bool os_set_written(value self, value v)
{
    int64_t n;
    value old = exception_extra(self, EXTRA_OS_WRITTEN);
    value_dec(old);
    if (!v && !old)
        return raise_false(EXC(AttributeError), "characters_written");
    if (v && !value_as_i64(v, &n))
        return false;
    exception_set_extra(self, EXTRA_OS_WRITTEN, v);
    return true;
}
static const struct method_def os_methods[] = {METHOD("__reduce__", os_reduce, "($self, /)", NULL), {0}};
static const struct getset_def os_getset[] = {{"characters_written", os_get_written, os_set_written, NULL}, {0}};
static const struct member_def os_members[] = {
    EXTRA_MEMBER("errno", EXTRA_OS_ERRNO, "POSIX exception code"),
    EXTRA_MEMBER("strerror", EXTRA_OS_STRERROR, "exception strerror"),
    EXTRA_MEMBER("filename", EXTRA_OS_FILENAME, "exception filename"),
    EXTRA_MEMBER("filename2", EXTRA_OS_FILENAME2, "second exception filename"),
    {0},
};

/* ---- SyntaxError ---- */
static bool syntax_init(value self, const value *args, size_t nargs, value kwnames)
{
    if (!exception_init_slot(self, args, nargs, kwnames))
        return false;
    if (nargs >= 1)
        exception_set_extra(self, EXTRA_SYNTAX_MSG, args[0]);
    if (nargs != 2)
        return true;
    value details = tuple_from_iterable(args[1]);
    if (!details)
        return false;
    size_t count = tuple_length(details);
    bool ok = count == 4 || count == 6;
    for (size_t i = 0; ok && i < count; i++)
        exception_set_extra(self, EXTRA_SYNTAX_FILENAME + (unsigned)i, tuple_get(details, i));
    value_dec(details);
    if (count == 5)
        return raise_false(EXC(TypeError), "end_offset must be provided when end_lineno is provided");
    if (!ok)
        return raise_false(EXC(TypeError), "function %s %zu argument%s (%zu given)",
                           count < 4 ? "takes at least" : "takes at most", count < 4 ? (size_t)4 : 6, "s", count);
    return true;
}

static value syntax_str(value self)
{
    value msg = exception_extra(self, EXTRA_SYNTAX_MSG), filename = exception_extra(self, EXTRA_SYNTAX_FILENAME);
    value line = exception_extra(self, EXTRA_SYNTAX_LINENO);
    value name = NULL, text;
    if (filename && is_str(filename)) {
        ssize slash = -1, length = (ssize)str_length(filename);
        for (ssize i = 0; i < length; i++)
            if (str_at(filename, (size_t)i) == '/')
                slash = i;
        name = str_substring(filename, (size_t)(slash + 1), (size_t)length);
    }
    bool has_line = line && is_int(line);
    value shown = msg ? msg : VALUE_NONE;
    if (name && has_line)
        text = str_format("%S (%U, line %S)", shown, name, line);
    else if (name)
        text = str_format("%S (%U)", shown, name);
    else if (has_line)
        text = str_format("%S (line %S)", shown, line);
    else
        text = value_str(shown);
    value_dec(msg);
    value_dec(filename);
    value_dec(line);
    value_dec(name);
    return text;
}
static const struct member_def syntax_members[] = {
    EXTRA_MEMBER("msg", EXTRA_SYNTAX_MSG, "exception msg"),
    EXTRA_MEMBER("filename", EXTRA_SYNTAX_FILENAME, "exception filename"),
    EXTRA_MEMBER("lineno", EXTRA_SYNTAX_LINENO, "exception lineno"),
    EXTRA_MEMBER("offset", EXTRA_SYNTAX_OFFSET, "exception offset"),
    EXTRA_MEMBER("text", EXTRA_SYNTAX_TEXT, "exception text"),
    EXTRA_MEMBER("end_lineno", EXTRA_SYNTAX_END_LINENO, "exception end lineno"),
    EXTRA_MEMBER("end_offset", EXTRA_SYNTAX_END_OFFSET, "exception end offset"),
    EXTRA_MEMBER("print_file_and_line", EXTRA_SYNTAX_PRINT_FILE, "exception print_file_and_line"),
    {0},
};

/* ---- UnicodeError and its kinds ---- */
static bool unicode_init(value self, const value *args, size_t nargs, value kwnames, const char *name, bool decode)
{
    if (!exception_init_slot(self, args, nargs, kwnames))
        return false;
    size_t first = name[7] == 'T' ? 1 : 0; /* UnicodeTranslateError has no encoding */
    if (nargs != 5 - first)
        return raise_false(EXC(TypeError), "function takes exactly %zu arguments (%zu given)", 5 - first, nargs);
    value object = args[1 - first];
    if (!first && !is_str(args[0]))
        return raise_false(EXC(TypeError), "argument 1 must be str, not %K", args[0]);
    if (decode ? !value_type_slot(object, buffer) && !is_bytes(object) : !is_str(object))
        return decode ? raise_false(EXC(TypeError), "a bytes-like object is required, not '%T'", object)
                      : raise_false(EXC(TypeError), "argument %zu must be str, not %K", 2 - first, object);
    int64_t positions[2];
    for (size_t i = 0; i < 2; i++)
        if (!value_as_i64(args[2 - first + i], &positions[i]))
            return false;
    if (!is_str(args[4 - first]))
        return raise_false(EXC(TypeError), "argument %zu must be str, not %K", 5 - first, args[4 - first]);
    for (size_t i = 0; i < nargs; i++)
        exception_set_extra(self, EXTRA_UNICODE_ENCODING + (unsigned)(i + first), args[i]);
    for (size_t i = 0; i < 2; i++) {
        value position = int_from_i64(positions[i]);
        if (!position)
            return false;
        exception_set_extra(self, EXTRA_UNICODE_START + (unsigned)i, position);
        value_dec(position);
    }
    if (decode && !is_bytes(object)) {
        value copy = call_1(value_of(TYPE(BYTES)), object);
        if (!copy)
            return false;
        exception_set_extra(self, EXTRA_UNICODE_OBJECT, copy);
        value_dec(copy);
    }
    return true;
}
static bool unicode_decode_init(value self, const value *args, size_t nargs, value kwnames)
{
    return unicode_init(self, args, nargs, kwnames, "UnicodeDecodeError", true);
}
static bool unicode_encode_init(value self, const value *args, size_t nargs, value kwnames)
{
    return unicode_init(self, args, nargs, kwnames, "UnicodeEncodeError", false);
}
static bool unicode_translate_init(value self, const value *args, size_t nargs, value kwnames)
{
    return unicode_init(self, args, nargs, kwnames, "UnicodeTranslateError", false);
}

value unicode_error_object(value exception, bool bytes)
{
    value object = exception_extra(exception, EXTRA_UNICODE_OBJECT);
    if (!object)
        return raise(EXC(TypeError), "object attribute not set");
    if (bytes ? is_bytes(object) : is_str(object))
        return object;
    value_dec(object);
    return raise(EXC(TypeError), bytes ? "object attribute must be bytes" : "object attribute must be unicode");
}
ssize unicode_error_position(value exception, unsigned index)
{
    value v = exception_extra(exception, index);
    int64_t n = v && is_int(v) && int_fits_i64(v, &n) ? n : 0; /* the setter lets nothing else in */
    value_dec(v);
    return n;
}

/* "'utf-8' codec can't decode byte 0xff in position 0: reason" and its relatives; of a field that was deleted, and of
 * an object that was replaced by one of the wrong type, what can be said. */
static value unicode_str(value self)
{
    value object = exception_extra(self, EXTRA_UNICODE_OBJECT);
    if (!object)
        return str_from_utf8("", 0);
    bool translate = value_is_of(self, EXC(UnicodeTranslateError)), decode = value_is_of(self, EXC(UnicodeDecodeError));
    value encoding = exception_extra(self, EXTRA_UNICODE_ENCODING),
          reason = exception_extra(self, EXTRA_UNICODE_REASON);
    value reason_text = reason ? value_str(reason) : str_from_text("<NULL>");
    value encoding_text = !reason_text ? NULL : encoding ? value_str(encoding) : str_from_text("<NULL>");
    ssize start = unicode_error_position(self, EXTRA_UNICODE_START);
    ssize end = unicode_error_position(self, EXTRA_UNICODE_END), length = 0;
    if (decode && is_bytes(object))
        length = (ssize)bytes_length(object);
    else if (!decode && is_str(object))
        length = (ssize)str_length(object);
    value prefix = !encoding_text ? NULL
                   : translate    ? str_from_text("can't translate")
                                  : str_format("'%U' codec can't %s", encoding_text, decode ? "decode" : "encode");
    value text = NULL;
    if (prefix && start >= 0 && start < length && end == start + 1) {
        uint32_t c = decode ? bytes_data(object)[start] : str_at(object, (size_t)start);
        char shown[16];
        snprintf(shown, sizeof shown, decode ? "0x%02x" : c < 256 ? "\\x%02x" : c < 65536 ? "\\u%04x" : "\\U%08x", c);
        text = str_format(decode ? "%U byte %s in position %lld: %U" : "%U character '%s' in position %lld: %U", prefix,
                          shown, (long long)start, reason_text);
    } else if (prefix) {
        text = str_format("%U %s in position %lld-%lld: %U", prefix, decode ? "bytes" : "characters", (long long)start,
                          (long long)((uint64_t)end - 1), reason_text);
    }
    value_dec(prefix);
    value_dec(encoding_text);
    value_dec(reason_text);
    value_dec(encoding);
    value_dec(reason);
    value_dec(object);
    return text;
}

static value get_position(value self, unsigned index)
{
    return int_from_i64(unicode_error_position(self, index));
}
static bool set_position(value self, unsigned index, value v)
{
    int64_t n;
    if (!v)
        return raise_false(EXC(TypeError), "can't delete numeric/char attribute");
    if (!is_int(v))
        return raise_false(EXC(TypeError), "an integer is required");
    if (!int_fits_i64(v, &n))
        return raise_false(EXC(OverflowError), "Python int too large to convert to C ssize_t");
    value exact = int_from_i64(n);
    if (!exact)
        return false;
    exception_set_extra(self, index, exact);
    value_dec(exact);
    return true;
}
static value get_start(value self)
{
    return get_position(self, EXTRA_UNICODE_START);
}
static bool set_start(value self, value v)
{
    return set_position(self, EXTRA_UNICODE_START, v);
}
static value get_end(value self)
{
    return get_position(self, EXTRA_UNICODE_END);
}
static bool set_end(value self, value v)
{
    return set_position(self, EXTRA_UNICODE_END, v);
}
static const struct getset_def unicode_getset[] = {
    GETSET_FIELDS, {"start", get_start, set_start, "exception start"}, {"end", get_end, set_end, "exception end"}, {0}};
static const struct member_def unicode_members[] = {
    EXTRA_MEMBER("encoding", EXTRA_UNICODE_ENCODING, "exception encoding"),
    EXTRA_MEMBER("object", EXTRA_UNICODE_OBJECT, "exception object"),
    EXTRA_MEMBER("reason", EXTRA_UNICODE_REASON, "exception reason"),
    {0},
};
static const struct member_def group_members[] = {
    {"message", MEMBER_VALUE_NONE, EXTRA_OFFSET(EXTRA_GROUP_MESSAGE), false, "exception message"},
    {"exceptions", MEMBER_VALUE_NONE, EXTRA_OFFSET(EXTRA_GROUP_EXCEPTIONS), false, "nested exceptions"},
    {0},
};

/* ---- the table ---- */
#define SIZE(COUNT)           (sizeof(struct exception) + (COUNT) * sizeof(value_slot))
#define EXTRA_STOP_COUNT      1
#define EXTRA_IMPORT_COUNT    3
#define EXTRA_ATTRIBUTE_COUNT 2
#define EXTRA_NAME_COUNT      1
#define EXTRA_OS_COUNT        5
#define EXTRA_SYNTAX_COUNT    8
#define EXTRA_UNICODE_COUNT   5
#define EXTRA_GROUP_COUNT     2

/* What adds nothing but slots of its own, which may be its base's. */
#define DERIVED(NAME, BASE, ...)                                                      \
    [EXCEPTION_ID_##NAME - TYPE_ID_FIRST_EXCEPTION] = {.id = EXCEPTION_ID_##NAME,     \
                                                       .base = EXCEPTION_ID_##BASE,   \
                                                       .name = #NAME,                 \
                                                       .doc = DOC_##NAME,             \
                                                       .flags = TYPE_FLAG_BASE,       \
                                                       .gc_flags = TYPE_GC_CONTAINER, \
                                                       .slots = {__VA_ARGS__}}
#define PLAIN(NAME, BASE) DERIVED(NAME, BASE, .new = exception_new_slot, .init = exception_init_slot),
#define SPECIAL(NAME, BASE, COUNT, SLOTS, ...)                                        \
    [EXCEPTION_ID_##NAME - TYPE_ID_FIRST_EXCEPTION] = {.id = EXCEPTION_ID_##NAME,     \
                                                       .base = EXCEPTION_ID_##BASE,   \
                                                       .name = #NAME,                 \
                                                       .doc = DOC_##NAME,             \
                                                       .flags = TYPE_FLAG_BASE,       \
                                                       .gc_flags = TYPE_GC_CONTAINER, \
                                                       .size = SIZE(COUNT),           \
                                                       .slots = SLOTS,                \
                                                       __VA_ARGS__}
#define SLOTS(...)  \
    {               \
        __VA_ARGS__ \
    }
#define EXCEPTION_ID_object TYPE_ID_OBJECT

/* Entries overridden on purpose: the designators below name some types a second time. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Woverride-init"
#ifdef __clang__
#pragma clang diagnostic ignored "-Winitializer-overrides"
#endif
/* First every exception as a plain one, then those that add something. */
const struct type_spec exception_type_specs[] = {
    EXCEPTIONS(PLAIN)[0] = BASE_EXCEPTION_SPEC,
    SPECIAL(StopIteration, Exception, EXTRA_STOP_COUNT, SLOTS(.init = stop_init), .members = stop_members),
    SPECIAL(SystemExit, BaseException, EXTRA_STOP_COUNT, SLOTS(.init = exit_init), .members = exit_members),
    SPECIAL(KeyError, LookupError, 0, SLOTS(.init = exception_init_slot, .str = key_str)),
    SPECIAL(ImportError, Exception, EXTRA_IMPORT_COUNT, SLOTS(.init = import_init, .str = import_str),
            .members = import_members, .methods = import_methods),
    SPECIAL(AttributeError, Exception, EXTRA_ATTRIBUTE_COUNT, SLOTS(.init = attribute_init, .str = exception_str),
            .members = attribute_members),
    SPECIAL(NameError, Exception, EXTRA_NAME_COUNT, SLOTS(.init = name_init, .str = exception_str),
            .members = name_members),
    SPECIAL(OSError, Exception, EXTRA_OS_COUNT, SLOTS(.new = os_new, .init = os_init, .str = os_str),
            .members = os_members, .methods = os_methods, .getset = os_getset),
    SPECIAL(SyntaxError, Exception, EXTRA_SYNTAX_COUNT, SLOTS(.init = syntax_init, .str = syntax_str),
            .members = syntax_members),
    SPECIAL(UnicodeDecodeError, UnicodeError, EXTRA_UNICODE_COUNT,
            SLOTS(.new = exception_new_slot, .init = unicode_decode_init, .str = unicode_str),
            .members = unicode_members, .getset = unicode_getset),
    SPECIAL(UnicodeEncodeError, UnicodeError, EXTRA_UNICODE_COUNT,
            SLOTS(.new = exception_new_slot, .init = unicode_encode_init, .str = unicode_str),
            .members = unicode_members, .getset = unicode_getset),
    SPECIAL(UnicodeTranslateError, UnicodeError, EXTRA_UNICODE_COUNT,
            SLOTS(.new = exception_new_slot, .init = unicode_translate_init, .str = unicode_str),
            .members = unicode_members, .getset = unicode_getset),
    SPECIAL(BaseExceptionGroup, BaseException, EXTRA_GROUP_COUNT,
            SLOTS(.new = exception_group_new, .init = exception_init_slot, .str = exception_group_str),
            .members = group_members, .methods = exception_group_methods),
    DERIVED(ExceptionGroup, BaseExceptionGroup, .new = NULL),
    DERIVED(ModuleNotFoundError, ImportError, .init = import_init),
    DERIVED(UnboundLocalError, NameError, .init = name_init),
    DERIVED(IndentationError, SyntaxError, .init = syntax_init),
    DERIVED(TabError, IndentationError, .init = syntax_init),
    DERIVED(BlockingIOError, OSError, .init = os_init),
    DERIVED(ChildProcessError, OSError, .init = os_init),
    DERIVED(ConnectionError, OSError, .init = os_init),
    DERIVED(BrokenPipeError, ConnectionError, .init = os_init),
    DERIVED(ConnectionAbortedError, ConnectionError, .init = os_init),
    DERIVED(ConnectionRefusedError, ConnectionError, .init = os_init),
    DERIVED(ConnectionResetError, ConnectionError, .init = os_init),
    DERIVED(FileExistsError, OSError, .init = os_init),
    DERIVED(FileNotFoundError, OSError, .init = os_init),
    DERIVED(InterruptedError, OSError, .init = os_init),
    DERIVED(IsADirectoryError, OSError, .init = os_init),
    DERIVED(NotADirectoryError, OSError, .init = os_init),
    DERIVED(PermissionError, OSError, .init = os_init),
    DERIVED(ProcessLookupError, OSError, .init = os_init),
    DERIVED(TimeoutError, OSError, .init = os_init),
};
#pragma GCC diagnostic pop
const unsigned exception_spec_count = sizeof exception_type_specs / sizeof *exception_type_specs;
