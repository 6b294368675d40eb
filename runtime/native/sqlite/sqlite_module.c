/* The _sqlite3 module: errors, adapters and converters, constants. */
#include "sqlite.h"

#include <ctype.h>

/* ---- errors ---- */
value_slot error_classes[CLASS_COUNT];
value_slot adapters, converters;
_Atomic bool adapts_basic_types, shows_callback_errors;
static struct type *protocol_type;

static const struct module_constant result_codes[] = {
#define C(NAME)     \
    {               \
#NAME, NAME \
    }
#include "sqlite_codes.h"
#undef C
    {0},
};

static enum error_class class_of(int code)
{
    switch (code) {
    case SQLITE_INTERNAL:
    case SQLITE_NOTFOUND:
        return CLASS_InternalError;
    case SQLITE_ERROR:
    case SQLITE_PERM:
    case SQLITE_ABORT:
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_READONLY:
    case SQLITE_INTERRUPT:
    case SQLITE_IOERR:
    case SQLITE_FULL:
    case SQLITE_CANTOPEN:
    case SQLITE_PROTOCOL:
    case SQLITE_EMPTY:
    case SQLITE_SCHEMA:
        return CLASS_OperationalError;
    case SQLITE_TOOBIG:
        return CLASS_DataError;
    case SQLITE_CONSTRAINT:
    case SQLITE_MISMATCH:
        return CLASS_IntegrityError;
    case SQLITE_MISUSE:
    case SQLITE_RANGE:
        return CLASS_InterfaceError;
    default:
        return CLASS_DatabaseError;
    }
}

value sqlite_error(sqlite3 *db, int code)
{
    if (error_occurred())
        return NULL;
    if (code == SQLITE_NOMEM)
        return raise_no_memory();
    int extended = db ? sqlite3_extended_errcode(db) : code;
    value message = str_from_text(db ? sqlite3_errmsg(db) : sqlite3_errstr(code));
    value exception = message ? call_1(slot_peek(&error_classes[class_of(code)]), message) : NULL;
    value_dec(message);
    const char *name = "unknown";
    for (const struct module_constant *c = result_codes; c->name; c++)
        if (c->number == extended)
            name = c->name;
    value text = exception ? str_from_text(name) : NULL, number = small_int(extended);
    if (text && attr_set(exception, NAME(sqlite_errorcode), number) &&
        attr_set(exception, NAME(sqlite_errorname), text))
        raise_exception(exception);
    value_dec(text);
    value_dec(exception);
    return NULL;
}

/* ---- adapters ---- */
static value adapter_key(value type, value protocol)
{
    return tuple_pack(2, type, protocol);
}

/* One of v.__adapt__(protocol) and protocol.__adapt__(v): VALUE_MISSING when there is none, or it gives None. */
static value adapt_by_method(value v, value name, value argument)
{
    value method = attr_get_optional(v, name);
    if (method == VALUE_MISSING || !method)
        return method;
    value adapted = call_1(method, argument);
    value_dec(method);
    if (adapted == VALUE_NONE)
        return VALUE_MISSING;
    if (!adapted && error_matches(EXC(TypeError))) {
        error_clear();
        return VALUE_MISSING;
    }
    return adapted;
}

value sqlite_adapt(value v, value protocol, value fallback)
{
    if (!protocol)
        protocol = value_of(protocol_type);
    value key = adapter_key(value_of(value_type(v)), protocol);
    value adapter = key ? dict_get(slot_peek(&adapters), key) : NULL;
    value_dec(key);
    if (!adapter)
        return NULL;
    if (adapter != VALUE_MISSING) {
        value adapted = call_1(adapter, v);
        value_dec(adapter);
        return adapted;
    }
    value adapted = adapt_by_method(protocol, NAME(__adapt__), v);
    if (adapted == VALUE_MISSING)
        adapted = adapt_by_method(v, NAME(__conform__), protocol);
    if (adapted != VALUE_MISSING)
        return adapted;
    return fallback ? value_inc(fallback) : raise(SQLITE_EXC(ProgrammingError), "can't adapt");
}

static value adapt(value module, value v, value protocol, value fallback)
{
    return sqlite_adapt(v, is_missing(protocol) ? NULL : protocol, is_missing(fallback) ? NULL : fallback);
}

static value register_adapter(value module, value type, value adapter)
{
    if (!is_type(type))
        return raise(EXC(TypeError), "register_adapter() argument 1 must be type, not %K", type);
    if (type == value_of(TYPE(INT)) || type == value_of(TYPE(FLOAT)) || type == value_of(TYPE(STR)) ||
        type == value_of(TYPE(BYTEARRAY)))
        atomic_store(&adapts_basic_types, true);
    value key = adapter_key(type, value_of(protocol_type));
    bool done = key && dict_set(slot_peek(&adapters), key, adapter);
    value_dec(key);
    return done ? VALUE_NONE : NULL;
}
static value register_converter(value module, value name, value converter)
{
    if (!is_str(name))
        return raise(EXC(TypeError), "register_converter() argument 1 must be str, not %K", name);
    value key = call_method_0(name, NAME(upper));
    bool done = key && dict_set(slot_peek(&converters), key, converter);
    value_dec(key);
    return done ? VALUE_NONE : NULL;
}

/* ---- functions ---- */
static value connect(value module, const value *args, size_t nargs, value kwnames)
{
    value factory = value_inc(value_of(connection_type));
    for (size_t i = 0; kwnames && i < tuple_length(kwnames); i++) {
        if (str_equals_text(tuple_get(kwnames, i), "factory")) {
            value_dec(factory);
            factory = value_inc(args[nargs + i]);
        }
    }
    if (nargs > 5) {
        value_dec(factory);
        factory = value_inc(args[5]);
    }
    value connection = call_vector(factory, args, nargs, kwnames);
    value_dec(factory);
    return connection;
}

static value complete_statement(value module, const value *args)
{
    struct text text;
    if (!is_str(args[0]))
        return raise(EXC(TypeError), "complete_statement() argument 'statement' must be str, not %K", args[0]);
    if (!text_of(args[0], &text))
        return NULL;
    int complete = sqlite3_complete(text.bytes);
    text_release(&text);
    return value_bool(complete);
}
static value enable_shared_cache(value module, const value *args)
{
    int enable;
    if (!value_as_int(args[0], &enable))
        return NULL;
    if (sqlite3_enable_shared_cache(enable) != SQLITE_OK)
        return raise(SQLITE_EXC(OperationalError), "Changing the shared_cache flag failed");
    return VALUE_NONE;
}
static value enable_callback_tracebacks(value module, value given)
{
    int enable;
    if (!value_as_int(given, &enable))
        return NULL;
    atomic_store(&shows_callback_errors, enable != 0);
    return VALUE_NONE;
}

static const struct method_def functions[] = {
    METHOD("adapt", adapt, "(obj, proto='', alt='', /)", "Adapt given object to given protocol."),
    METHOD("complete_statement", complete_statement, "(statement)",
           "Checks if a string contains a complete SQL statement."),
    METHOD_ANY("connect", connect, "Opens a connection to the SQLite database file database.", 0),
    METHOD("enable_callback_tracebacks", enable_callback_tracebacks, "(enable, /)",
           "Enable or disable callback functions throwing errors to stderr."),
    METHOD("enable_shared_cache", enable_shared_cache, "(do_enable)",
           "Enable or disable shared cache mode for the calling thread."),
    METHOD("register_adapter", register_adapter, "(type, adapter, /)",
           "Register a function to adapt Python objects to SQLite values."),
    METHOD("register_converter", register_converter, "(typename, converter, /)",
           "Register a function to convert SQLite values to Python objects."),
    {0},
};

static value protocol_new(struct type *type, const value *args, size_t nargs, value kwnames)
{
    return value_of(object_new(type, sizeof(struct object)));
}
static const struct type_spec protocol_spec = {
    .name = "sqlite3.PrepareProtocol", .size = sizeof(struct object), .slots = {.new = protocol_new}};

/* ---- filling ---- */
static bool add_errors(value module)
{
    static const struct {
        const char *name;
        int base; /* -1: Exception */
    } classes[CLASS_COUNT] = {
        [CLASS_Warning] = {"sqlite3.Warning", -1},
        [CLASS_Error] = {"sqlite3.Error", -1},
        [CLASS_InterfaceError] = {"sqlite3.InterfaceError", CLASS_Error},
        [CLASS_DatabaseError] = {"sqlite3.DatabaseError", CLASS_Error},
        [CLASS_DataError] = {"sqlite3.DataError", CLASS_DatabaseError},
        [CLASS_OperationalError] = {"sqlite3.OperationalError", CLASS_DatabaseError},
        [CLASS_IntegrityError] = {"sqlite3.IntegrityError", CLASS_DatabaseError},
        [CLASS_InternalError] = {"sqlite3.InternalError", CLASS_DatabaseError},
        [CLASS_ProgrammingError] = {"sqlite3.ProgrammingError", CLASS_DatabaseError},
        [CLASS_NotSupportedError] = {"sqlite3.NotSupportedError", CLASS_DatabaseError},
    };
    for (int i = 0; i < CLASS_COUNT; i++) {
        struct type *base =
            classes[i].base < 0 ? EXC(Exception) : (struct type *)slot_peek(&error_classes[classes[i].base]);
        if (!module_define_exception(module, &error_classes[i], classes[i].name, base, NULL))
            return false;
    }
    return true;
}

static bool add_dict(value module, const char *name, value_slot *kept)
{
    value dict = slot_peek(kept) ? value_inc(slot_peek(kept)) : dict_new();
    if (dict && !slot_peek(kept))
        slot_init(kept, value_inc(dict));
    return module_add_owned(module, name, dict);
}

static bool fill(value module)
{
    static const struct module_constant constants[] = {{"PARSE_DECLTYPES", PARSE_DECLTYPES},
                                                       {"PARSE_COLNAMES", PARSE_COLNAMES},
                                                       {"threadsafety", 3},
#define C(NAME) {#NAME, NAME}
#include "sqlite_limits.h"
#undef C
                                                       {0}};
    sqlite3_initialize();
    if (!statement_type && !(statement_type = type_define(&statement_spec)))
        return false;
    return module_define_type(module, &connection_type, &connection_spec) &&
           module_define_type(module, &cursor_type, &cursor_spec) && module_define_type(module, &row_type, &row_spec) &&
           module_define_type(module, &blob_type, &blob_spec) &&
           module_define_type(module, &protocol_type, &protocol_spec) && add_errors(module) &&
           add_dict(module, "adapters", &adapters) && add_dict(module, "converters", &converters) &&
           module_add_constants(module, constants) && module_add_constants(module, result_codes) &&
           module_add_owned(module, "version", str_from_text("2.6.0")) &&
           module_add_owned(module, "sqlite_version", str_from_text(sqlite3_libversion()));
}
static void finish(void)
{
    for (int i = 0; i < CLASS_COUNT; i++)
        slot_drop(&error_classes[i]);
    slot_drop(&adapters);
    slot_drop(&converters);
}
static const struct module_def definition = {
    .name = "_sqlite3", .functions = functions, .fill = fill, .finish = finish};
ATOLL_MODULE(definition);
