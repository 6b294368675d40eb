/* Cursors: running statements and fetching rows, under their connection's lock. */
#include "sqlite.h"

#include <ctype.h>

struct cursor {
    struct object header;
    value_slot connection; /* NULL until __init__ */
    value_slot statement;  /* what it runs, or NULL: nothing is left to fetch */
    value_slot description, row_factory, lastrowid;
    value_slot casts; /* a tuple: for each column a converter or None; NULL without detect_types */
    _Atomic int64_t rowcount;
    _Atomic int32_t arraysize;
    _Atomic bool closed;
    bool busy; /* executes or fetches */
};
#define CURSOR(v) ((struct cursor *)(v))
struct type *cursor_type;

/* ---- life ---- */
static value cursor_new(struct type *type, const value *args, size_t nargs, value kwnames)
{
    return value_of(object_new(type, sizeof(struct cursor)));
}
static void drop_statement(struct cursor *cursor)
{
    value statement = slot_exchange(&cursor->statement, NULL);
    if (statement)
        statement_reset(STATEMENT(statement));
    value_dec(statement);
}
static bool cursor_init(value v, const value *args, size_t nargs, value kwnames)
{
    struct cursor *cursor = CURSOR(v);
    static struct signature signature = SIGNATURE("Cursor", "(connection, /)");
    value bound[1];
    if (!signature_bind(&signature, args, nargs, kwnames, bound))
        return false;
    if (!value_is_of(bound[0], connection_type))
        return raise_false(EXC(TypeError), "Cursor() argument 1 must be sqlite3.Connection, not %K", bound[0]);
    struct connection *c = CONNECTION(bound[0]);
    if (!connection_enter(c))
        return false;
    if (cursor->busy) {
        connection_leave(c);
        return raise_false(SQLITE_EXC(ProgrammingError), "Recursive use of cursors not allowed.");
    }
    drop_statement(cursor);
    slot_store(&cursor->header, &cursor->connection, value_inc(bound[0]));
    slot_store(&cursor->header, &cursor->description, VALUE_NONE);
    slot_store(&cursor->header, &cursor->row_factory, VALUE_NONE);
    slot_store(&cursor->header, &cursor->lastrowid, VALUE_NONE);
    slot_store(&cursor->header, &cursor->casts, NULL);
    cursor->arraysize = 1;
    cursor->rowcount = -1;
    cursor->closed = cursor->busy = false;
    connection_leave(c);
    return true;
}
static void cursor_traverse(struct object *o, struct gc_trace *trace)
{
    trace_slots(trace, &((struct cursor *)o)->connection, 6);
}
static void cursor_destroy(struct object *o)
{
    struct cursor *cursor = (struct cursor *)o;
    value statement = slot_peek(&cursor->statement);
    if (statement && STATEMENT(statement)->handle)
        sqlite3_reset(STATEMENT(statement)->handle);
    for (value_slot *slot = &cursor->connection; slot <= &cursor->casts; slot++)
        slot_drop(slot);
}
/* In an island the statement may be destroyed before its cursor: reset it while all are whole. */
static void cursor_release(struct object *o)
{
    struct cursor *cursor = (struct cursor *)o;
    drop_statement(cursor);
}

value cursor_description_of(value v)
{
    value description = slot_load(value_object(v), &CURSOR(v)->description);
    return description ? description : VALUE_NONE;
}

/* Take the cursor's connection: *c, owned by the cursor; false with an exception. */
static bool cursor_enter(struct cursor *cursor, struct connection **c)
{
    value connection = slot_peek(&cursor->connection); /* changes in __init__ alone, under this lock */
    if (!connection)
        return raise_false(SQLITE_EXC(ProgrammingError), "Base Cursor.__init__ not called.");
    if (cursor->closed)
        return raise_false(SQLITE_EXC(ProgrammingError), "Cannot operate on a closed cursor.");
    if (!connection_enter(CONNECTION(connection)))
        return false;
    if (!cursor->busy) {
        *c = CONNECTION(connection);
        return true;
    }
    connection_leave(CONNECTION(connection));
    return raise_false(SQLITE_EXC(ProgrammingError), "Recursive use of cursors not allowed.");
}

/* ---- rows ---- */
/* converters[key.upper()], owned; None when there is none. */
static value converter_for(const char *key, size_t length)
{
    value name = str_from_utf8(key, length), upper = name ? call_method_0(name, NAME(upper)) : NULL;
    value converter = upper ? dict_get(slot_peek(&converters), upper) : NULL;
    value_dec(upper);
    value_dec(name);
    return converter == VALUE_MISSING ? VALUE_NONE : converter;
}
static bool find_casts(struct cursor *cursor, struct connection *c, sqlite3_stmt *handle)
{
    slot_store(&cursor->header, &cursor->casts, NULL);
    if (!c->detect_types)
        return true;
    int count = sqlite3_column_count(handle);
    value casts = tuple_new((size_t)count);
    bool done = casts != NULL;
    for (int i = 0; done && i < count; i++) {
        value converter = VALUE_NONE;
        if (c->detect_types & PARSE_COLNAMES) {
            const char *name = sqlite3_column_name(handle, i), *open = name ? strchr(name, '[') : NULL;
            const char *close = open ? strchr(open, ']') : NULL;
            if (close)
                converter = converter_for(open + 1, (size_t)(close - open - 1));
        }
        if (converter == VALUE_NONE && c->detect_types & PARSE_DECLTYPES) {
            const char *type = sqlite3_column_decltype(handle, i);
            if (type)
                converter = converter_for(type, strcspn(type, " ("));
        }
        tuple_init(casts, (size_t)i, converter);
        done = converter != NULL;
    }
    if (!done) {
        value_dec(casts);
        return false;
    }
    slot_store(&cursor->header, &cursor->casts, casts);
    return true;
}

/* (name, None, None, None, None, None, None) for each column. */
static bool describe(struct cursor *cursor, struct connection *c, sqlite3_stmt *handle)
{
    int count = sqlite3_column_count(handle);
    value columns = tuple_new((size_t)count);
    bool done = columns != NULL;
    for (int i = 0; done && i < count; i++) {
        const char *name = sqlite3_column_name(handle, i);
        size_t length = name ? strlen(name) : 0;
        if (name && c->detect_types & PARSE_COLNAMES) {
            const char *open = strchr(name, '[');
            if (open)
                length = (size_t)(open - name) - (open > name && open[-1] == ' ');
        }
        value text = name ? str_from_utf8(name, length) : raise_no_memory();
        value n = VALUE_NONE, column = text ? tuple_pack(7, text, n, n, n, n, n, n) : NULL;
        value_dec(text);
        tuple_init(columns, (size_t)i, column);
        done = column;
    }
    if (done)
        slot_store(&cursor->header, &cursor->description, columns);
    else
        value_dec(columns);
    return done;
}

static value text_column(struct connection *c, sqlite3_stmt *handle, int i)
{
    const char *text = (const char *)sqlite3_column_text(handle, i);
    int length = sqlite3_column_bytes(handle, i);
    if (!text)
        return raise_no_memory();
    value factory = slot_load(&c->header, &c->text_factory), v = NULL;
    if (factory == value_of(TYPE(STR))) {
        v = str_from_utf8(text, (size_t)length);
        if (!v && error_matches(EXC(UnicodeDecodeError))) {
            error_clear();
            value shown = str_decode((const uint8_t *)text, (size_t)length, "ascii", "replace");
            if (shown)
                raise(SQLITE_EXC(OperationalError), "Could not decode to UTF-8 column '%s' with text '%S'",
                      sqlite3_column_name(handle, i), shown);
            value_dec(shown);
        }
    } else if (factory == value_of(TYPE(BYTES))) {
        v = bytes_new((const uint8_t *)text, (size_t)length);
    } else if (factory == value_of(TYPE(BYTEARRAY))) {
        v = bytearray_new((const uint8_t *)text, (size_t)length);
    } else {
        value bytes = bytes_new((const uint8_t *)text, (size_t)length);
        v = bytes ? call_1(factory, bytes) : NULL;
        value_dec(bytes);
    }
    value_dec(factory);
    return v;
}
static value column(struct cursor *cursor, struct connection *c, sqlite3_stmt *handle, int i)
{
    value casts = slot_peek(&cursor->casts);
    value converter = casts && (size_t)i < tuple_length(casts) ? tuple_get(casts, (size_t)i) : VALUE_NONE;
    if (converter != VALUE_NONE) {
        const void *blob = sqlite3_column_blob(handle, i);
        if (!blob && sqlite3_column_type(handle, i) == SQLITE_NULL)
            return VALUE_NONE;
        value bytes = bytes_new(blob, (size_t)sqlite3_column_bytes(handle, i));
        value v = bytes ? call_1(converter, bytes) : NULL;
        value_dec(bytes);
        return v;
    }
    switch (sqlite3_column_type(handle, i)) {
    case SQLITE_NULL:
        return VALUE_NONE;
    case SQLITE_INTEGER:
        return int_from_i64(sqlite3_column_int64(handle, i));
    case SQLITE_FLOAT:
        return float_new(sqlite3_column_double(handle, i));
    case SQLITE_TEXT:
        return text_column(c, handle, i);
    default: {
        const void *blob = sqlite3_column_blob(handle, i);
        return bytes_new(blob, (size_t)sqlite3_column_bytes(handle, i));
    }
    }
}
static value fetch_row(struct cursor *cursor, struct connection *c, struct statement *s)
{
    int count = sqlite3_data_count(s->handle);
    value row = tuple_new((size_t)count);
    for (int i = 0; row && i < count; i++) {
        value v = column(cursor, c, s->handle, i);
        tuple_init(row, (size_t)i, v);
        if (!v) {
            value_dec(row);
            return NULL;
        }
    }
    return row;
}

/* ---- executing ---- */
static bool begin_transaction(struct connection *c)
{
    char sql[32];
    sqlite3_snprintf(sizeof sql, sql, "BEGIN %s", c->isolation_level);
    return connection_run(c, sql);
}

/* Run the cursor's statement with one set of parameters. */
static bool execute_once(struct cursor *cursor, struct connection *c, struct statement *s, value parameters)
{
    if (!statement_bind(s, parameters, c->db))
        return false;
    int code = statement_step(s);
    if (code != SQLITE_DONE && code != SQLITE_ROW) {
        sqlite_error(c->db, code);
        return false;
    }
    if (error_occurred() || !find_casts(cursor, c, s->handle))
        return false;
    if (slot_peek(&cursor->description) == VALUE_NONE && sqlite3_column_count(s->handle) > 0 &&
        !describe(cursor, c, s->handle))
        return false;
    if (code == SQLITE_DONE) {
        if (s->is_dml)
            cursor->rowcount += sqlite3_changes(c->db);
        statement_reset(s);
    }
    return true;
}

static bool execute_all(struct cursor *cursor, struct connection *c, value sql, value parameters, value iterator)
{
    slot_store(&cursor->header, &cursor->description, VALUE_NONE);
    value statement = connection_statement(c, sql);
    if (statement && STATEMENT(statement)->handle && sqlite3_stmt_busy(STATEMENT(statement)->handle)) {
        value_dec(statement); /* another cursor runs it */
        statement = statement_new(c, sql);
    }
    if (!statement)
        return false;
    struct statement *s = STATEMENT(statement);
    slot_store(&cursor->header, &cursor->statement, statement);
    statement_reset(s);
    cursor->rowcount = s->is_dml ? 0 : -1;
    if (c->isolation_level && s->is_dml && sqlite3_get_autocommit(c->db) && !begin_transaction(c))
        return false;
    if (!iterator) {
        if (!execute_once(cursor, c, s, parameters))
            return false;
        value last = int_from_i64(sqlite3_last_insert_rowid(c->db));
        if (last)
            slot_store(&cursor->header, &cursor->lastrowid, last);
        return last;
    }
    if (s->handle && sqlite3_stmt_readonly(s->handle))
        return raise_false(SQLITE_EXC(ProgrammingError), "executemany() can only execute DML statements.");
    for (;;) {
        value set = iter_next(iterator);
        if (set == VALUE_END)
            return true;
        bool done = set && execute_once(cursor, c, s, set);
        value_dec(set);
        if (!done)
            return false;
    }
}

static value execute(value v, value sql, value parameters, value iterator, const char *function)
{
    struct cursor *cursor = CURSOR(v);
    struct connection *c;
    if (!is_str(sql))
        return raise(EXC(TypeError), "%s() argument 1 must be str, not %K", function, sql);
    if (!cursor_enter(cursor, &c))
        return NULL;
    cursor->busy = true;
    drop_statement(cursor);
    bool done = execute_all(cursor, c, sql, parameters, iterator);
    cursor->busy = false;
    value statement = slot_peek(&cursor->statement);
    if (!done)
        cursor->rowcount = -1;
    if (statement && (!done || !STATEMENT(statement)->handle || !sqlite3_stmt_busy(STATEMENT(statement)->handle)))
        drop_statement(cursor);
    connection_leave(c);
    return done ? value_inc(v) : NULL;
}

static value method_execute(value v, value sql, value parameters)
{
    value nothing = is_missing(parameters) ? tuple_new(0) : value_inc(parameters);
    value result = nothing ? execute(v, sql, nothing, NULL, "execute") : NULL;
    value_dec(nothing);
    return result;
}
static value method_executemany(value v, value sql, value sets)
{
    value iterator = value_is_iterator(sets) ? value_inc(sets) : iter_get(sets);
    value result = iterator ? execute(v, sql, NULL, iterator, "executemany") : NULL;
    value_dec(iterator);
    return result;
}

static bool run_script(struct connection *c, const struct text *script)
{
    if (script->length >= (size_t)sqlite3_limit(c->db, SQLITE_LIMIT_LENGTH, -1))
        return raise_false(SQLITE_EXC(DataError), "query string is too large");
    if (!sqlite3_get_autocommit(c->db) && !connection_run(c, "COMMIT"))
        return false;
    const char *at = script->bytes;
    size_t left = script->length + 1;
    int code;
    do {
        sqlite3_stmt *handle;
        const char *tail;
        thread_enter_blocking();
        code = sqlite3_prepare_v2(c->db, at, (int)left, &handle, &tail);
        if (code == SQLITE_OK) {
            while (sqlite3_step(handle) == SQLITE_ROW)
                ;
            code = sqlite3_finalize(handle);
        }
        thread_leave_blocking();
        left -= (size_t)(tail - at);
        at = tail;
    } while (code == SQLITE_OK && *at && !error_occurred());
    if (code != SQLITE_OK)
        sqlite_error(c->db, code);
    return !error_occurred();
}
static value method_executescript(value v, value script)
{
    struct cursor *cursor = CURSOR(v);
    struct connection *c;
    struct text text;
    if (!is_str(script))
        return raise(EXC(TypeError), "executescript() argument must be str, not %K", script);
    if (!text_of(script, &text))
        return NULL;
    if (strlen(text.bytes) != text.length) {
        text_release(&text);
        return raise(EXC(ValueError), "embedded null character");
    }
    bool done = false;
    if (cursor_enter(cursor, &c)) {
        done = run_script(c, &text);
        connection_leave(c);
    }
    text_release(&text);
    return done ? value_inc(v) : NULL;
}

/* ---- fetching ---- */
/* The row that the statement is at, and on to the next. VALUE_END: there is none. */
static value next_row(struct cursor *cursor, struct connection *c)
{
    value statement = slot_load(&cursor->header, &cursor->statement);
    if (!statement)
        return VALUE_END;
    struct statement *s = STATEMENT(statement);
    cursor->busy = true;
    value row = fetch_row(cursor, c, s);
    int code = row ? statement_step(s) : SQLITE_OK;
    cursor->busy = false;
    if (row && code == SQLITE_DONE) {
        if (s->is_dml)
            cursor->rowcount = sqlite3_changes(c->db);
        drop_statement(cursor);
    } else if (row && code != SQLITE_ROW) {
        sqlite_error(c->db, code);
        drop_statement(cursor);
    }
    value_dec(statement);
    if (row && error_occurred()) {
        value_dec(row);
        return NULL;
    }
    return row;
}
static value cursor_next(value v)
{
    struct cursor *cursor = CURSOR(v);
    struct connection *c;
    if (!cursor_enter(cursor, &c))
        return NULL;
    value row = next_row(cursor, c);
    connection_leave(c);
    if (!row || row == VALUE_END)
        return row;
    value factory = slot_load(&cursor->header, &cursor->row_factory);
    if (factory != VALUE_NONE) {
        value made = call_2(factory, v, row);
        value_dec(row);
        row = made;
    }
    value_dec(factory);
    return row;
}
static value method_fetchone(value v)
{
    value row = cursor_next(v);
    return row == VALUE_END ? VALUE_NONE : row;
}
static value fetch_many(value v, int64_t most)
{
    value list = list_new(0);
    for (int64_t i = 0; list && i < most; i++) {
        value row = cursor_next(v);
        if (row == VALUE_END)
            break;
        if (!row || !list_append_owned(list, row)) {
            value_dec(list);
            return NULL;
        }
    }
    return list;
}
static value method_fetchmany(value v, const value *args)
{
    int size = CURSOR(v)->arraysize;
    if (!is_missing(args[0]) && !value_as_int(args[0], &size))
        return NULL;
    return fetch_many(v, size > 0 ? size : INT64_MAX);
}
static value method_fetchall(value v)
{
    return fetch_many(v, INT64_MAX);
}

static value method_close(value v)
{
    struct cursor *cursor = CURSOR(v);
    value connection = slot_peek(&cursor->connection);
    if (!connection)
        return raise(SQLITE_EXC(ProgrammingError), "Base Cursor.__init__ not called.");
    if (cursor->closed) {
        if (!connection_enter(CONNECTION(connection)))
            return NULL;
        connection_leave(CONNECTION(connection));
        return VALUE_NONE;
    }
    struct connection *c;
    if (!cursor_enter(cursor, &c))
        return NULL;
    drop_statement(cursor);
    cursor->closed = true;
    connection_leave(c);
    return VALUE_NONE;
}
static value method_setinputsizes(value v, value sizes)
{
    return VALUE_NONE;
}
static value method_setoutputsize(value v, value size, value column)
{
    return VALUE_NONE;
}
static value cursor_iter(value v)
{
    return value_inc(v);
}

static const struct method_def methods[] = {
    METHOD("close", method_close, "($self, /)", "Closes the cursor."),
    METHOD("execute", method_execute, "($self, sql, parameters=(), /)", "Executes an SQL statement."),
    METHOD("executemany", method_executemany, "($self, sql, seq_of_parameters, /)",
           "Repeatedly executes an SQL statement."),
    METHOD("executescript", method_executescript, "($self, sql_script, /)",
           "Executes multiple SQL statements at once."),
    METHOD("fetchall", method_fetchall, "($self, /)", "Fetches all rows from the resultset."),
    METHOD("fetchmany", method_fetchmany, "($self, /, size='')", "Fetches several rows from the resultset."),
    METHOD("fetchone", method_fetchone, "($self, /)", "Fetches one row from the resultset."),
    METHOD("setinputsizes", method_setinputsizes, "($self, sizes, /)", "Required by DB-API. Does nothing in sqlite3."),
    METHOD("setoutputsize", method_setoutputsize, "($self, size, column=None, /)",
           "Required by DB-API. Does nothing in sqlite3."),
    {0},
};
static const struct member_def members[] = {
    {"connection", MEMBER_VALUE_NONE, offsetof(struct cursor, connection), false, NULL},
    {"description", MEMBER_VALUE_NONE, offsetof(struct cursor, description), false, NULL},
    {"arraysize", MEMBER_INT32, offsetof(struct cursor, arraysize), true, NULL},
    {"lastrowid", MEMBER_VALUE_NONE, offsetof(struct cursor, lastrowid), false, NULL},
    {"rowcount", MEMBER_INT64, offsetof(struct cursor, rowcount), false, NULL},
    {"row_factory", MEMBER_VALUE_NONE, offsetof(struct cursor, row_factory), true, NULL},
    {0},
};
const struct type_spec cursor_spec = {
    .name = "sqlite3.Cursor",
    .doc = "SQLite database cursor class.",
    .size = sizeof(struct cursor),
    .flags = TYPE_FLAG_BASE | TYPE_FLAG_WEAKREF,
    .gc_flags = TYPE_GC_CONTAINER,
    .traverse = cursor_traverse,
    .destroy = cursor_destroy,
    .release = cursor_release,
    .slots = {.new = cursor_new, .init = cursor_init, .iter = cursor_iter, .next = cursor_next},
    .methods = methods,
    .members = members,
};
