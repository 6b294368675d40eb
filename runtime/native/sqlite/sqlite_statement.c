/* Statements: compiled SQL, and binding values to its parameters. A statement is used under its connection's lock. */
#include "sqlite.h"

#include <ctype.h>
#include <limits.h>

struct type *statement_type;

value sqlite_text(const char *text, int length)
{
    return text ? str_from_utf8(text, (size_t)length) : VALUE_NONE;
}

/* ---- compiling ---- */
/* Behind spaces and comments; NULL when nothing is left. */
static const char *skip_blank(const char *sql)
{
    for (;;) {
        sql += strspn(sql, " \t\f\n\r");
        if (!*sql)
            return NULL;
        if (sql[0] == '-' && sql[1] == '-') {
            sql = strchr(sql, '\n');
            if (!sql)
                return NULL;
        } else if (sql[0] == '/' && sql[1] == '*') {
            sql = strstr(sql + 2, "*/");
            if (!sql)
                return NULL;
            sql += 2;
        } else {
            return sql;
        }
    }
}

static bool changes_data(const char *sql)
{
    static const char *const verbs[] = {"insert", "update", "delete", "replace"};
    sql = skip_blank(sql);
    for (size_t i = 0; sql && i < sizeof verbs / sizeof *verbs; i++)
        if (sqlite3_strnicmp(sql, verbs[i], (int)strlen(verbs[i])) == 0)
            return true;
    return false;
}

value statement_new(struct connection *c, value sql)
{
    struct text text;
    if (!text_of(sql, &text))
        return NULL;
    sqlite3_stmt *handle = NULL;
    const char *tail = NULL;
    struct statement *s = NULL;
    int code = SQLITE_OK;
    if (text.length > (size_t)sqlite3_limit(c->db, SQLITE_LIMIT_SQL_LENGTH, -1)) {
        raise(SQLITE_EXC(DataError), "query string is too large");
    } else if (strlen(text.bytes) != text.length) {
        raise(SQLITE_EXC(ProgrammingError), "the query contains a null character");
    } else {
        thread_enter_blocking();
        code = sqlite3_prepare_v2(c->db, text.bytes, (int)text.length + 1, &handle, &tail);
        thread_leave_blocking();
        if (code != SQLITE_OK)
            sqlite_error(c->db, code);
        else if (error_occurred())
            ; /* a callback raised */
        else if (skip_blank(tail))
            raise(SQLITE_EXC(ProgrammingError), "You can only execute one statement at a time.");
        else
            s = (struct statement *)object_new(statement_type, sizeof *s);
    }
    if (s) {
        s->handle = handle;
        s->is_dml = changes_data(text.bytes);
    } else {
        sqlite3_finalize(handle);
    }
    text_release(&text);
    return value_of(s);
}

static void statement_destroy(struct object *o)
{
    sqlite3_finalize(((struct statement *)o)->handle);
}
const struct type_spec statement_spec = {
    .name = "sqlite3.Statement",
    .size = sizeof(struct statement),
    .flags = TYPE_FLAG_NO_NEW,
    .destroy = statement_destroy,
};

int statement_step(struct statement *s)
{
    thread_enter_blocking();
    int code = s->handle ? sqlite3_step(s->handle) : SQLITE_DONE;
    thread_leave_blocking();
    return code;
}

void statement_reset(struct statement *s)
{
    if (!s->handle)
        return;
    value error = error_fetch(); /* callbacks may run: of aggregates that end */
    thread_enter_blocking();
    sqlite3_reset(s->handle);
    thread_leave_blocking();
    if (error)
        error_restore(error);
}

/* ---- binding ---- */
/* SQLITE_OK, another code, or -1 with an exception. */
static int bind_buffer(sqlite3_stmt *handle, int place, value v)
{
    struct buffer buffer;
    if (!buffer_get(v, &buffer, BUFFER_SIMPLE))
        return -1;
    int code = -1;
    if (buffer.length > INT_MAX)
        raise(EXC(OverflowError), "BLOB longer than INT_MAX bytes");
    else {
        bool resting = thread_rest_begin((size_t)buffer.length);
        code = sqlite3_bind_blob(handle, place, buffer.length ? buffer.data : "", (int)buffer.length, SQLITE_TRANSIENT);
        thread_rest_end(resting);
    }
    buffer_release(&buffer);
    return code;
}
static int bind_text(sqlite3_stmt *handle, int place, value v)
{
    struct text text;
    if (!text_of(v, &text))
        return -1;
    int code = -1;
    if (text.length > INT_MAX)
        raise(EXC(OverflowError), "string longer than INT_MAX bytes");
    else {
        bool resting = thread_rest_begin(text.length);
        code = sqlite3_bind_text(handle, place, text.bytes, (int)text.length, SQLITE_TRANSIENT);
        thread_rest_end(resting);
    }
    text_release(&text);
    return code;
}
static int bind_value(sqlite3_stmt *handle, int place, value v)
{
    int64_t number;
    if (v == VALUE_NONE)
        return sqlite3_bind_null(handle, place);
    if (is_int(v)) {
        if (!int_fits_i64(v, &number)) {
            raise(EXC(OverflowError), "Python int too large to convert to SQLite INTEGER");
            return -1;
        }
        return sqlite3_bind_int64(handle, place, number);
    }
    if (is_float(v))
        return sqlite3_bind_double(handle, place, float_value(v));
    if (is_str(v))
        return bind_text(handle, place, v);
    if (value_has_buffer(v))
        return bind_buffer(handle, place, v);
    raise(SQLITE_EXC(ProgrammingError), "Error binding parameter %d: type '%T' is not supported", place, v);
    return -1;
}

static bool needs_adapting(value v)
{
    if (atomic_load_explicit(&adapts_basic_types, memory_order_relaxed))
        return true;
    struct type *type = value_type(v);
    return type != TYPE(INT) && type != TYPE(FLOAT) && type != TYPE(STR) && type != TYPE(BYTEARRAY) && v != VALUE_NONE;
}

/* The parameter is stolen; NULL: an exception is set. */
static bool bind_adapted(struct statement *s, int place, value v, sqlite3 *db)
{
    if (v && needs_adapting(v)) {
        value adapted = sqlite_adapt(v, NULL, v);
        value_dec(v);
        v = adapted;
    }
    if (!v)
        return false;
    int code = bind_value(s->handle, place, v);
    value_dec(v);
    if (code == SQLITE_OK)
        return true;
    if (code > 0)
        sqlite_error(db, code);
    return false;
}

static bool bind_positional(struct statement *s, value parameters, sqlite3 *db, int needed)
{
    ssize given = value_length(parameters);
    if (given < 0)
        return false;
    if (given != needed)
        return raise_false(SQLITE_EXC(ProgrammingError),
                           "Incorrect number of bindings supplied. The current statement uses %d, and there are %zd "
                           "supplied.",
                           needed, given);
    for (int i = 0; i < needed; i++) {
        value v = is_tuple(parameters) && value_is(parameters, TYPE_ID_TUPLE)
                      ? value_inc(tuple_get(parameters, (size_t)i))
                      : item_get(parameters, small_int(i));
        if (!bind_adapted(s, i + 1, v, db))
            return false;
    }
    return true;
}

static bool bind_named(struct statement *s, value parameters, sqlite3 *db, int needed)
{
    for (int i = 1; i <= needed; i++) {
        const char *name = sqlite3_bind_parameter_name(s->handle, i);
        if (!name)
            return raise_false(SQLITE_EXC(ProgrammingError),
                               "Binding %d has no name, but you supplied a dictionary (which has only names).", i);
        value key = str_from_text(name + 1), v = key ? item_get(parameters, key) : NULL;
        value_dec(key);
        if (!v && error_matches(EXC(LookupError))) {
            error_clear();
            return raise_false(SQLITE_EXC(ProgrammingError), "You did not supply a value for binding parameter :%s.",
                               name + 1);
        }
        if (!bind_adapted(s, i, v, db))
            return false;
    }
    return true;
}

bool statement_bind(struct statement *s, value parameters, sqlite3 *db)
{
    int needed = s->handle ? sqlite3_bind_parameter_count(s->handle) : 0;
    bool has_items = attr_has(value_of(value_type(parameters)), NAME(__getitem__)) > 0;
    if (is_dict(parameters))
        return bind_named(s, parameters, db, needed);
    if (has_items)
        return bind_positional(s, parameters, db, needed);
    return raise_false(SQLITE_EXC(ProgrammingError), "parameters are of unsupported type");
}
