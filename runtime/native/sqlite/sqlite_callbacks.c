/*
 * Python functions that SQLite calls: functions, aggregates, collations, and what watches a connection. SQLite calls
 * them while its caller is in a blocking region; an exception does not pass through SQLite, which fails with an error
 * of its own.
 */
#include "sqlite.h"

#include <stdlib.h>

/* An exception that a callback raised: told or forgotten. */
static void forget_error(value callable)
{
    if (!error_occurred())
        return;
    if (atomic_load(&shows_callback_errors))
        error_unraisable(NULL, callable);
    else
        error_clear();
}

/* ---- values ---- */
/* Arguments as Python values, owned, in an array of `count`; false with an exception. */
static bool arguments_from(sqlite3_value **given, int count, value *args)
{
    for (int i = 0; i < count; i++) {
        sqlite3_value *v = given[i];
        switch (sqlite3_value_type(v)) {
        case SQLITE_INTEGER:
            args[i] = int_from_i64(sqlite3_value_int64(v));
            break;
        case SQLITE_FLOAT:
            args[i] = float_new(sqlite3_value_double(v));
            break;
        case SQLITE_TEXT: {
            const char *text = (const char *)sqlite3_value_text(v);
            args[i] = text ? sqlite_text(text, sqlite3_value_bytes(v)) : raise_no_memory();
            break;
        }
        case SQLITE_BLOB: {
            const void *bytes = sqlite3_value_blob(v);
            args[i] = bytes_new(bytes, (size_t)sqlite3_value_bytes(v));
            break;
        }
        default:
            args[i] = VALUE_NONE;
        }
        if (!args[i]) {
            values_drop(args, (size_t)i);
            return false;
        }
    }
    return true;
}

/* Hand a result to SQLite; false with an exception. */
static bool give_result(sqlite3_context *context, value v)
{
    int64_t number;
    if (v == VALUE_NONE) {
        sqlite3_result_null(context);
    } else if (is_int(v)) {
        if (!int_as_i64(v, &number))
            return false;
        sqlite3_result_int64(context, number);
    } else if (is_float(v)) {
        sqlite3_result_double(context, float_value(v));
    } else if (is_str(v)) {
        struct text text;
        if (!text_of(v, &text))
            return false;
        bool fits = text.length <= INT32_MAX;
        if (fits)
            sqlite3_result_text(context, text.bytes, (int)text.length, SQLITE_TRANSIENT);
        text_release(&text);
        if (!fits)
            return raise_false(EXC(OverflowError), "string is longer than INT_MAX bytes");
    } else if (value_has_buffer(v)) {
        struct buffer buffer;
        if (!buffer_get(v, &buffer, BUFFER_SIMPLE))
            return false;
        bool fits = buffer.length <= INT32_MAX;
        if (fits)
            sqlite3_result_blob(context, buffer.length ? buffer.data : "", (int)buffer.length, SQLITE_TRANSIENT);
        buffer_release(&buffer);
        if (!fits)
            return raise_false(EXC(OverflowError), "BLOB longer than INT_MAX bytes");
    } else {
        return raise_false(SQLITE_EXC(ProgrammingError), "User-defined functions cannot return '%T' values to SQLite",
                           v);
    }
    return true;
}

static void give_error(sqlite3_context *context, value callable, const char *message)
{
    if (error_matches(EXC(MemoryError)))
        sqlite3_result_error_nomem(context);
    else if (error_matches(EXC(OverflowError)))
        sqlite3_result_error_toobig(context);
    else
        sqlite3_result_error(context, message, -1);
    forget_error(callable);
}

/* callable(*given), or callable.name(*given). */
static value call_with(value callable, value name /* or NULL */, sqlite3_value **given, int count)
{
    value few[8], *args = count <= 8 ? few : malloc((size_t)count * sizeof *args);
    if (!args)
        return raise_no_memory();
    value result = NULL;
    if (arguments_from(given, count, args)) {
        result =
            name ? call_method(callable, name, args, (size_t)count) : call_vector(callable, args, (size_t)count, NULL);
        values_drop(args, (size_t)count);
    }
    if (args != few)
        free(args);
    return result;
}

/* ---- functions ---- */
static value callable_of(sqlite3_context *context)
{
    return sqlite3_user_data(context);
}
static void on_function(sqlite3_context *context, int count, sqlite3_value **given)
{
    struct native_entry entry;
    if (!native_enter(&entry)) {
        sqlite3_result_error_nomem(context);
        return;
    }
    value callable = callable_of(context), result = call_with(callable, NULL, given, count);
    if (!result || !give_result(context, result))
        give_error(context, callable, "user-defined function raised exception");
    value_dec(result);
    native_leave(&entry);
}

/* The instance of an aggregate lives in memory of SQLite. */
static value *instance_of(sqlite3_context *context, bool make)
{
    value *place = sqlite3_aggregate_context(context, make ? sizeof(value) : 0);
    if (place && !*place && make) {
        *place = call_0(callable_of(context));
        if (!*place)
            give_error(context, callable_of(context), "user-defined aggregate's '__init__' method raised error");
    }
    return place && *place ? place : NULL;
}
static void aggregate_method(sqlite3_context *context, value name, const char *message, int count,
                             sqlite3_value **given)
{
    struct native_entry entry;
    if (!native_enter(&entry)) {
        sqlite3_result_error_nomem(context);
        return;
    }
    value *instance = instance_of(context, true);
    value result = instance ? call_with(*instance, name, given, count) : VALUE_NONE;
    if (!result)
        give_error(context, callable_of(context), message);
    value_dec(result);
    native_leave(&entry);
}
static void on_step(sqlite3_context *context, int count, sqlite3_value **given)
{
    aggregate_method(context, NAME(step), "user-defined aggregate's 'step' method raised error", count, given);
}
static void on_inverse(sqlite3_context *context, int count, sqlite3_value **given)
{
    struct native_entry entry;
    if (!native_enter(&entry)) {
        sqlite3_result_error_nomem(context);
        return;
    }
    value *instance = instance_of(context, false);
    value method = instance ? attr_get(*instance, NAME(inverse)) : NULL;
    if (instance && !method) {
        give_error(context, callable_of(context),
                   error_matches(EXC(AttributeError)) ? "user-defined aggregate's 'inverse' method not defined"
                                                      : "user-defined aggregate's 'inverse' method raised error");
    } else if (method) {
        value result = call_with(method, NULL, given, count);
        if (!result)
            give_error(context, callable_of(context), "user-defined aggregate's 'inverse' method raised error");
        value_dec(result);
    }
    value_dec(method);
    native_leave(&entry);
}
/* The value so far, or the last one. */
static void aggregate_result(sqlite3_context *context, value name, const char *what, bool last)
{
    struct native_entry entry;
    if (!native_enter(&entry)) {
        sqlite3_result_error_nomem(context);
        return;
    }
    value *instance = instance_of(context, false), error = last ? error_fetch() : NULL;
    if (instance) {
        value method = attr_get_optional(*instance, name);
        value result = method == VALUE_MISSING ? raise(EXC(AttributeError), "%S", name)
                       : method                ? call_0(method)
                                               : NULL;
        if (!result || !give_result(context, result)) {
            char message[80];
            sqlite3_snprintf(sizeof message, message, "user-defined aggregate's '%s' method %s", what,
                             method == VALUE_MISSING ? "not defined" : "raised error");
            give_error(context, callable_of(context), message);
        }
        value_dec(result);
        value_dec(method);
        if (last) {
            value_dec(*instance);
            *instance = NULL;
        }
    }
    if (error)
        error_restore(error);
    native_leave(&entry);
}
static void on_finalize(sqlite3_context *context)
{
    aggregate_result(context, NAME(finalize), "finalize", true);
}
static void on_value(sqlite3_context *context)
{
    aggregate_result(context, NAME(value), "value", false);
}

/* ---- registering ---- */
static bool name_of(value v, struct text *text, const char *function)
{
    if (!is_str(v))
        return raise_false(EXC(TypeError), "%s() argument 'name' must be str, not %K", function, v);
    if (!text_of(v, text))
        return false;
    if (strlen(text->bytes) == text->length)
        return true;
    text_release(text);
    return raise_false(EXC(ValueError), "embedded null character");
}

/* The key of a registration: SQLite's names differ in more than the case of ASCII letters. */
static value key_of(value name, int count)
{
    value bytes = str_encode(name, "utf-8", "strict"), folded = bytes ? call_method_0(bytes, NAME(lower)) : NULL;
    value key = folded ? tuple_pack(2, folded, small_int(count)) : NULL;
    value_dec(folded);
    value_dec(bytes);
    return key;
}

/* Under the lock: keep the callable while `act` registers it; one that it replaces goes afterwards. */
static int register_kept(struct connection *c, value name, int count, value callable, int (*act)(void *), void *context)
{
    value key = key_of(name, count), kept = slot_peek(&c->callables);
    value old = key ? dict_get(kept, key) : NULL;
    int code = SQLITE_NOMEM;
    if (old && dict_set(kept, key, callable)) {
        thread_enter_blocking();
        code = act(context);
        thread_leave_blocking();
        if (code != SQLITE_OK && !dict_set(kept, key, old == VALUE_MISSING ? VALUE_NONE : old))
            error_clear(); /* both are kept by their callers no longer than needed */
    }
    value_dec(old);
    value_dec(key);
    return code;
}

enum function_kind { PLAIN_FUNCTION, AGGREGATE, WINDOW_AGGREGATE };
struct registration {
    sqlite3 *db;
    const char *name;
    int count, flags;
    enum function_kind kind;
    value callable; /* NULL: take it away */
};
static int act_register(void *context)
{
    const struct registration *r = context;
    bool on = r->callable;
    if (r->kind == WINDOW_AGGREGATE)
        return sqlite3_create_window_function(r->db, r->name, r->count, SQLITE_UTF8 | r->flags, r->callable,
                                              on ? on_step : NULL, on ? on_finalize : NULL, on ? on_value : NULL,
                                              on ? on_inverse : NULL, NULL);
    bool plain = r->kind == PLAIN_FUNCTION;
    return sqlite3_create_function_v2(r->db, r->name, r->count, SQLITE_UTF8 | r->flags, r->callable,
                                      on && plain ? on_function : NULL, on && !plain ? on_step : NULL,
                                      on && !plain ? on_finalize : NULL, NULL);
}
static value register_function(value v, value given_name, value given_count, value callable, int flags,
                               enum function_kind kind)
{
    static const char *const functions[] = {"create_function", "create_aggregate", "create_window_function"};
    struct connection *c = CONNECTION(v);
    struct text name;
    int count;
    if (!name_of(given_name, &name, functions[kind]))
        return NULL;
    if (!value_as_int(given_count, &count) || !connection_enter(c)) {
        text_release(&name);
        return NULL;
    }
    struct registration registration = {c->db, name.bytes, count,
                                        flags, kind,       callable == VALUE_NONE ? NULL : callable};
    int code = register_kept(c, given_name, count, callable, act_register, &registration);
    text_release(&name);
    if (code != SQLITE_OK && !error_occurred()) {
        if (kind == WINDOW_AGGREGATE)
            sqlite_error(c->db, code);
        else
            raise(SQLITE_EXC(OperationalError),
                  kind == PLAIN_FUNCTION ? "Error creating function" : "Error creating aggregate");
    }
    connection_leave(c);
    return code == SQLITE_OK ? VALUE_NONE : NULL;
}
value connection_create_function(value v, const value *args)
{
    int deterministic = value_truth(args[3]);
    return deterministic < 0 ? NULL
                             : register_function(v, args[0], args[1], args[2], deterministic ? SQLITE_DETERMINISTIC : 0,
                                                 PLAIN_FUNCTION);
}
value connection_create_aggregate(value v, const value *args)
{
    return register_function(v, args[0], args[1], args[2], 0, AGGREGATE);
}
value connection_create_window_function(value v, value name, value count, value aggregate)
{
    return register_function(v, name, count, aggregate, 0, WINDOW_AGGREGATE);
}

/* ---- collations ---- */
static int on_collation(void *context, int length_a, const void *a, int length_b, const void *b)
{
    struct native_entry entry;
    int order = 0;
    if (!native_enter(&entry))
        return 0;
    value callable = context, args[] = {NULL, NULL};
    if (!error_occurred()) {
        args[0] = sqlite_text(a, length_a);
        args[1] = args[0] ? sqlite_text(b, length_b) : NULL;
    }
    value result = args[1] ? call_vector(callable, args, 2, NULL) : NULL;
    if (result) {
        int64_t number;
        if (value_as_i64(result, &number))
            order = number > 0 ? 1 : number < 0 ? -1 : 0;
    }
    value_dec(result);
    value_dec(args[0]);
    value_dec(args[1]);
    forget_error(callable);
    native_leave(&entry);
    return order;
}
#define COLLATION INT32_MAX /* in a key, in place of a number of arguments */
static int act_register_collation(void *context)
{
    const struct registration *r = context;
    return sqlite3_create_collation_v2(r->db, r->name, SQLITE_UTF8, r->callable, r->callable ? on_collation : NULL,
                                       NULL);
}
value connection_create_collation(value v, value given_name, value callable)
{
    struct connection *c = CONNECTION(v);
    struct text name;
    if (!is_str(given_name))
        return raise(EXC(TypeError), "create_collation() argument 1 must be str, not %K", given_name);
    if (callable != VALUE_NONE && !value_is_callable(callable))
        return raise(EXC(TypeError), "parameter must be callable");
    if (!name_of(given_name, &name, "create_collation"))
        return NULL;
    if (!connection_enter(c)) {
        text_release(&name);
        return NULL;
    }
    struct registration registration = {
        .db = c->db, .name = name.bytes, .callable = callable == VALUE_NONE ? NULL : callable};
    int code = register_kept(c, given_name, COLLATION, callable, act_register_collation, &registration);
    if (code != SQLITE_OK)
        sqlite_error(c->db, code);
    connection_leave(c);
    text_release(&name);
    return code == SQLITE_OK ? VALUE_NONE : NULL;
}

/* ---- what watches a connection ---- the callable is in a slot of the connection, which is the context */
static int on_authorizer(void *context, int action, const char *a, const char *b, const char *database,
                         const char *source)
{
    struct connection *c = context;
    struct native_entry entry;
    if (!native_enter(&entry))
        return SQLITE_DENY;
    const char *texts[] = {a, b, database, source};
    value args[5] = {small_int(action)};
    bool made = true;
    for (int i = 0; i < 4; i++)
        made = (args[i + 1] = texts[i] ? str_from_text(texts[i]) : VALUE_NONE) != NULL && made;
    value callable = slot_load(&c->header, &c->authorizer);
    value result = made && callable ? call_vector(callable, args, 5, NULL) : NULL;
    int answer = SQLITE_DENY;
    int64_t number;
    if (result && is_int(result)) {
        if (value_as_i64(result, &number) && number == (int)number)
            answer = (int)number;
    }
    forget_error(callable);
    value_dec(result);
    value_dec(callable);
    for (int i = 4; i > 0; i--)
        value_dec(args[i]);
    native_leave(&entry);
    return answer;
}
static int on_progress(void *context)
{
    struct connection *c = context;
    struct native_entry entry;
    if (!native_enter(&entry))
        return 1;
    value callable = slot_load(&c->header, &c->progress), result = callable ? call_0(callable) : VALUE_NONE;
    int answer = result ? value_truth(result) : 1;
    if (answer < 0)
        answer = 1;
    forget_error(callable);
    value_dec(result);
    value_dec(callable);
    native_leave(&entry);
    return answer;
}
static int on_trace(unsigned type, void *context, void *statement, void *text)
{
    struct connection *c = context;
    struct native_entry entry;
    if (type != SQLITE_TRACE_STMT || !native_enter(&entry))
        return 0;
    value callable = slot_load(&c->header, &c->trace);
    const char *plain = text;
    char *expanded = strncmp(plain, "--", 2) == 0 ? NULL : sqlite3_expanded_sql(statement);
    if (!expanded && strncmp(plain, "--", 2) != 0) {
        raise(SQLITE_EXC(DataError), "Expanded SQL string exceeds the maximum string length");
        forget_error(callable);
        plain = sqlite3_sql(statement);
    }
    value sql = callable ? str_from_text(expanded ? expanded : plain) : NULL;
    sqlite3_free(expanded);
    value result = sql ? call_1(callable, sql) : NULL;
    forget_error(callable);
    value_dec(result);
    value_dec(sql);
    value_dec(callable);
    native_leave(&entry);
    return 0;
}
value connection_set_authorizer(value v, const value *args)
{
    struct connection *c = CONNECTION(v);
    if (!connection_enter(c))
        return NULL;
    bool on = args[0] != VALUE_NONE;
    slot_store(&c->header, &c->authorizer, on ? value_inc(args[0]) : NULL);
    int code = sqlite3_set_authorizer(c->db, on ? on_authorizer : NULL, on ? c : NULL);
    if (code != SQLITE_OK)
        raise(SQLITE_EXC(OperationalError), "Error setting authorizer callback");
    connection_leave(c);
    return code == SQLITE_OK ? VALUE_NONE : NULL;
}
value connection_set_progress_handler(value v, const value *args)
{
    struct connection *c = CONNECTION(v);
    int steps;
    if (!value_as_int(args[1], &steps) || !connection_enter(c))
        return NULL;
    bool on = args[0] != VALUE_NONE;
    slot_store(&c->header, &c->progress, on ? value_inc(args[0]) : NULL);
    sqlite3_progress_handler(c->db, on ? steps : 0, on ? on_progress : NULL, on ? c : NULL);
    connection_leave(c);
    return VALUE_NONE;
}
value connection_set_trace_callback(value v, const value *args)
{
    struct connection *c = CONNECTION(v);
    if (!connection_enter(c))
        return NULL;
    bool on = args[0] != VALUE_NONE;
    slot_store(&c->header, &c->trace, on ? value_inc(args[0]) : NULL);
    sqlite3_trace_v2(c->db, on ? SQLITE_TRACE_STMT : 0, on ? on_trace : NULL, on ? c : NULL);
    connection_leave(c);
    return VALUE_NONE;
}
