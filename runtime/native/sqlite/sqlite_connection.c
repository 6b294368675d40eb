/* Connections: opening, transactions, statements by their SQL, limits. */
#include "sqlite.h"

#include <limits.h>

struct type *connection_type;

/* ---- entering ---- */
bool connection_enter(struct connection *c)
{
    if (!c->initialized)
        return raise_false(SQLITE_EXC(ProgrammingError), "Base Connection.__init__ not called.");
    unsigned long here = (unsigned long)pthread_self();
    if (c->check_same_thread && here != c->thread)
        return raise_false(SQLITE_EXC(ProgrammingError),
                           "SQLite objects created in a thread can only be used in that same thread. The object was "
                           "created in thread id %lu and this is thread id %lu.",
                           c->thread, here);
    native_lock(&c->mutex);
    if (c->db && !c->closing) {
        c->uses++;
        return true;
    }
    native_unlock(&c->mutex);
    return raise_false(SQLITE_EXC(ProgrammingError), "Cannot operate on a closed database.");
}
static void close_database(struct connection *c);
void connection_leave(struct connection *c)
{
    if (--c->uses == 0 && c->closing)
        close_database(c);
    native_unlock(&c->mutex);
}

/* ---- life ---- */
static value connection_new(struct type *type, const value *args, size_t nargs, value kwnames)
{
    struct connection *c = (struct connection *)object_new(type, sizeof *c);
    if (!c)
        return NULL;
    pthread_mutexattr_t attributes;
    pthread_mutexattr_init(&attributes);
    pthread_mutexattr_settype(&attributes, PTHREAD_MUTEX_RECURSIVE);
    pthread_mutex_init(&c->mutex, &attributes);
    pthread_mutexattr_destroy(&attributes);
    pthread_mutex_init(&c->life, NULL);
    return value_of(c);
}

static bool isolation_level_of(value v, const char **level)
{
    static const char *const levels[] = {"", "DEFERRED", "IMMEDIATE", "EXCLUSIVE"};
    struct text text;
    *level = NULL;
    if (v == VALUE_NONE)
        return true;
    if (!is_str(v))
        return raise_false(EXC(TypeError), "isolation_level must be str or None");
    if (!text_of(v, &text))
        return false;
    if (strlen(text.bytes) == text.length)
        for (size_t i = 0; i < sizeof levels / sizeof *levels && !*level; i++)
            if (sqlite3_stricmp(text.bytes, levels[i]) == 0)
                *level = levels[i];
    bool embedded = strlen(text.bytes) != text.length;
    text_release(&text);
    if (embedded)
        return raise_false(EXC(ValueError), "embedded null character");
    return *level ||
           raise_false(EXC(ValueError), "isolation_level string must be '', 'DEFERRED', 'IMMEDIATE', or 'EXCLUSIVE'");
}

/* Close the database, under the lock. */
static void close_database(struct connection *c)
{
    pthread_mutex_lock(&c->life);
    sqlite3 *db = c->db;
    c->db = NULL;
    c->closing = false;
    pthread_mutex_unlock(&c->life);
    if (!db)
        return;
    slot_store(&c->header, &c->statements, NULL);
    thread_enter_blocking();
    sqlite3_close_v2(db);
    thread_leave_blocking();
}

static bool open_database(struct connection *c, value database, double timeout, bool uri)
{
    struct text path;
    value name = value_fspath(database);
    if (!name || !text_of_path(name, &path)) {
        value_dec(name);
        return false;
    }
    sqlite3 *db = NULL;
    thread_enter_blocking();
    int code = sqlite3_open_v2(path.bytes, &db,
                               SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | (uri ? SQLITE_OPEN_URI : 0), NULL);
    if (code == SQLITE_OK)
        sqlite3_busy_timeout(db, (int)(timeout * 1000));
    thread_leave_blocking();
    text_release(&path);
    value_dec(name);
    if (code == SQLITE_OK) {
        c->db = db;
        return true;
    }
    sqlite_error(db, code);
    sqlite3_close(db);
    return false;
}

static bool connection_init(value v, const value *args, size_t nargs, value kwnames)
{
    struct connection *c = CONNECTION(v);
    static struct signature signature = {
        .name = "Connection",
        .text = "(database, timeout=5.0, detect_types=0, isolation_level='', check_same_thread=True, factory='', "
                "cached_statements=128, uri=False)"};
    value bound[8];
    double timeout = 5.0;
    int detect_types, cached;
    const char *level = "";
    if (!signature_bind(&signature, args, nargs, kwnames, bound) ||
        (!is_missing(bound[1]) && !value_as_double(bound[1], &timeout)) || !value_as_int(bound[2], &detect_types) ||
        (!is_missing(bound[3]) && !isolation_level_of(bound[3], &level)) || !value_as_int(bound[6], &cached))
        return false;
    int same_thread = value_truth(bound[4]), uri = value_truth(bound[7]);
    if (same_thread < 0 || uri < 0 || !audit("sqlite3.connect", "O", bound[0]))
        return false;
    native_lock(&c->mutex);
    if (c->uses) {
        native_unlock(&c->mutex);
        return raise_false(SQLITE_EXC(ProgrammingError), "Recursive use of connections not allowed.");
    }
    c->initialized = false;
    close_database(c);
    value statements = dict_new(), callables = statements ? dict_new() : NULL;
    bool done = callables && open_database(c, bound[0], timeout, uri);
    if (done) {
        slot_store(&c->header, &c->statements, statements);
        slot_store(&c->header, &c->callables, callables);
        slot_store(&c->header, &c->row_factory, VALUE_NONE);
        slot_store(&c->header, &c->text_factory, value_inc(value_of(TYPE(STR))));
        c->detect_types = detect_types;
        c->isolation_level = level;
        c->check_same_thread = same_thread;
        c->thread = (unsigned long)pthread_self();
        c->cached_statements = cached;
        c->initialized = true;
    } else {
        value_dec(callables);
        value_dec(statements);
    }
    native_unlock(&c->mutex);
    return done && audit("sqlite3.connect/handle", "O", v);
}

static void connection_traverse(struct object *o, struct gc_trace *trace)
{
    struct connection *c = (struct connection *)o;
    trace_slot(trace, &c->statements);
    trace_slot(trace, &c->callables);
    trace_slot(trace, &c->row_factory);
    trace_slot(trace, &c->text_factory);
    trace_slot(trace, &c->trace);
    trace_slot(trace, &c->progress);
    trace_slot(trace, &c->authorizer);
}
static void connection_destroy(struct object *o)
{
    struct connection *c = (struct connection *)o;
    slot_drop(&c->statements);
    slot_drop(&c->row_factory);
    slot_drop(&c->text_factory);
    if (c->db) {
        sqlite3_trace_v2(c->db, 0, NULL, NULL);
        sqlite3_progress_handler(c->db, 0, NULL, NULL);
        sqlite3_set_authorizer(c->db, NULL, NULL);
        sqlite3_close_v2(c->db);
    }
    slot_drop(&c->callables);
    slot_drop(&c->trace);
    slot_drop(&c->progress);
    slot_drop(&c->authorizer);
    pthread_mutex_destroy(&c->mutex);
    pthread_mutex_destroy(&c->life);
}

static value method_close(value v)
{
    struct connection *c = CONNECTION(v);
    unsigned long here = (unsigned long)pthread_self();
    if (!c->initialized)
        return raise(SQLITE_EXC(ProgrammingError), "Base Connection.__init__ not called.");
    if (c->check_same_thread && here != c->thread)
        return connection_enter(c) ? VALUE_NONE : NULL; /* says so */
    native_lock(&c->mutex);
    if (c->uses)
        c->closing = true;
    else
        close_database(c);
    native_unlock(&c->mutex);
    return VALUE_NONE;
}

/* ---- statements ---- */
value connection_statement(struct connection *c, value sql)
{
    value cache = slot_peek(&c->statements), known = cache ? dict_pop(cache, sql) : VALUE_MISSING;
    if (!known)
        return NULL;
    if (known == VALUE_MISSING)
        known = statement_new(c, sql);
    if (!known || !cache || c->cached_statements <= 0)
        return known;
    if (!dict_set(cache, sql, known)) {
        value_dec(known);
        return NULL;
    }
    if (dict_length(cache) > (size_t)c->cached_statements) {
        size_t position = 0;
        value key, item;
        if (dict_next(cache, &position, &key, &item)) {
            value_dec(item);
            dict_delete(cache, key);
            value_dec(key);
        }
    }
    return known;
}

static value connection_call(value v, const value *args, size_t nargs, value kwnames)
{
    static struct signature signature = SIGNATURE("Connection.__call__", "(sql, /)");
    value bound[1];
    struct connection *c = CONNECTION(v);
    if (!signature_bind(&signature, args, nargs, kwnames, bound))
        return NULL;
    if (!is_str(bound[0]))
        return raise(EXC(TypeError), "argument 1 must be str, not %K", bound[0]);
    if (!connection_enter(c))
        return NULL;
    value statement = statement_new(c, bound[0]);
    connection_leave(c);
    return statement;
}

/* ---- cursors ---- */
static value make_cursor(value v, value factory)
{
    value cursor = call_1(is_missing(factory) ? value_of(cursor_type) : factory, v);
    if (cursor && !value_is_of(cursor, cursor_type)) {
        raise(EXC(TypeError), "factory must return a cursor, not %T", cursor);
        value_dec(cursor);
        return NULL;
    }
    value row_factory = cursor ? slot_load(value_object(v), &CONNECTION(v)->row_factory) : NULL;
    if (cursor && row_factory != VALUE_NONE && !attr_set(cursor, NAME(row_factory), row_factory)) {
        value_dec(cursor);
        cursor = NULL;
    }
    value_dec(row_factory);
    return cursor;
}
static value method_cursor(value v, const value *args)
{
    if (!connection_enter(CONNECTION(v)))
        return NULL;
    connection_leave(CONNECTION(v));
    return make_cursor(v, args[0]);
}
static value with_cursor(value v, value name, const value *args, size_t count)
{
    value cursor = call_method_0(v, NAME(cursor));
    value result = cursor ? call_method(cursor, name, args, count) : NULL;
    value_dec(cursor);
    return result;
}
static value method_execute(value v, value sql, value parameters)
{
    value args[] = {sql, parameters};
    return with_cursor(v, NAME(execute), args, is_missing(parameters) ? 1 : 2);
}
static value method_executemany(value v, value sql, value parameters)
{
    value args[] = {sql, parameters};
    return with_cursor(v, NAME(executemany), args, 2);
}
static value method_executescript(value v, value script)
{
    return with_cursor(v, NAME(executescript), &script, 1);
}

/* ---- transactions ---- */
bool connection_run(struct connection *c, const char *sql)
{
    sqlite3_stmt *handle;
    thread_enter_blocking();
    int code = sqlite3_prepare_v2(c->db, sql, (int)strlen(sql) + 1, &handle, NULL);
    if (code == SQLITE_OK) {
        sqlite3_step(handle);
        code = sqlite3_finalize(handle);
    }
    thread_leave_blocking();
    if (code != SQLITE_OK)
        sqlite_error(c->db, code);
    return !error_occurred();
}
static value end_transaction(value v, const char *sql)
{
    struct connection *c = CONNECTION(v);
    if (!connection_enter(c))
        return NULL;
    bool done = sqlite3_get_autocommit(c->db) || connection_run(c, sql);
    connection_leave(c);
    return done ? VALUE_NONE : NULL;
}
static value method_commit(value v)
{
    return end_transaction(v, "COMMIT");
}
static value method_rollback(value v)
{
    return end_transaction(v, "ROLLBACK");
}
static value method_enter(value v)
{
    if (!connection_enter(CONNECTION(v)))
        return NULL;
    connection_leave(CONNECTION(v));
    return value_inc(v);
}
static value method_exit(value v, value type, value error, value traceback)
{
    bool commits = type == VALUE_NONE && error == VALUE_NONE && traceback == VALUE_NONE;
    value result = call_method_0(v, commits ? NAME(commit) : NAME(rollback));
    if (!result && commits) { /* what failed to be committed is taken back */
        value raised = error_fetch();
        value undone = call_method_0(v, NAME(rollback));
        value_dec(undone);
        if (!undone)
            error_clear();
        error_restore(raised);
    }
    value_dec(result);
    return result ? VALUE_FALSE : NULL;
}
static value method_interrupt(value v)
{
    struct connection *c = CONNECTION(v);
    if (!c->initialized)
        return raise(SQLITE_EXC(ProgrammingError), "Base Connection.__init__ not called.");
    pthread_mutex_lock(&c->life);
    bool open = c->db;
    if (open)
        sqlite3_interrupt(c->db);
    pthread_mutex_unlock(&c->life);
    return open ? VALUE_NONE : raise(SQLITE_EXC(ProgrammingError), "Cannot operate on a closed database.");
}

/* ---- limits and attributes ---- */
static value method_setlimit(value v, value given_category, value given_limit)
{
    struct connection *c = CONNECTION(v);
    int category, limit;
    if (!value_as_int(given_category, &category) || !value_as_int(given_limit, &limit) || !connection_enter(c))
        return NULL;
    int old = sqlite3_limit(c->db, category, limit);
    connection_leave(c);
    return old < 0 ? raise(SQLITE_EXC(ProgrammingError), "'category' is out of bounds") : small_int(old);
}
static value method_getlimit(value v, value category)
{
    return method_setlimit(v, category, small_int(-1));
}
static value get_in_transaction(value v)
{
    if (!connection_enter(CONNECTION(v)))
        return NULL;
    bool in = !sqlite3_get_autocommit(CONNECTION(v)->db);
    connection_leave(CONNECTION(v));
    return value_bool(in);
}
static value get_total_changes(value v)
{
    if (!connection_enter(CONNECTION(v)))
        return NULL;
    int changes = sqlite3_total_changes(CONNECTION(v)->db);
    connection_leave(CONNECTION(v));
    return small_int(changes);
}
static value get_isolation_level(value v)
{
    if (!connection_enter(CONNECTION(v)))
        return NULL;
    const char *level = CONNECTION(v)->isolation_level;
    connection_leave(CONNECTION(v));
    return level ? str_from_text(level) : VALUE_NONE;
}
static bool set_isolation_level(value v, value given)
{
    struct connection *c = CONNECTION(v);
    const char *level;
    if (!given)
        return raise_false(EXC(AttributeError), "cannot delete attribute");
    if (!isolation_level_of(given, &level) || !connection_enter(c))
        return false;
    bool done = level || sqlite3_get_autocommit(c->db) || connection_run(c, "COMMIT");
    if (done)
        c->isolation_level = level;
    connection_leave(c);
    return done;
}

/* The module's exceptions, as PEP 249 wants it. */
#define EXCEPTION(NAME)                                            \
    static value get_##NAME(value v)                               \
    {                                                              \
        return value_inc(slot_peek(&error_classes[CLASS_##NAME])); \
    }
EXCEPTION(Warning)
EXCEPTION(Error)
EXCEPTION(InterfaceError)
EXCEPTION(DatabaseError)
EXCEPTION(DataError)
EXCEPTION(OperationalError)
EXCEPTION(IntegrityError)
EXCEPTION(InternalError)
EXCEPTION(ProgrammingError)
EXCEPTION(NotSupportedError)

static const struct getset_def getset[] = {
#define EXCEPTION_OF(NAME)            \
    {                                 \
#NAME, get_##NAME, NULL, NULL \
    }
    EXCEPTION_OF(Warning),
    EXCEPTION_OF(Error),
    EXCEPTION_OF(InterfaceError),
    EXCEPTION_OF(DatabaseError),
    EXCEPTION_OF(DataError),
    EXCEPTION_OF(OperationalError),
    EXCEPTION_OF(IntegrityError),
    EXCEPTION_OF(InternalError),
    EXCEPTION_OF(ProgrammingError),
    EXCEPTION_OF(NotSupportedError),
    {"isolation_level", get_isolation_level, set_isolation_level, NULL},
    {"total_changes", get_total_changes, NULL, NULL},
    {"in_transaction", get_in_transaction, NULL, NULL},
    {0},
};
static const struct member_def members[] = {
    {"row_factory", MEMBER_VALUE_NONE, offsetof(struct connection, row_factory), true, NULL},
    {"text_factory", MEMBER_VALUE_NONE, offsetof(struct connection, text_factory), true, NULL},
    {0},
};
static const struct method_def methods[] = {
    METHOD("__enter__", method_enter, "($self, /)", "Called when the connection is used as a context manager."),
    METHOD("__exit__", method_exit, "($self, type, value, traceback, /)",
           "Called when the connection is used as a context manager."),
    METHOD("close", method_close, "($self, /)", "Close the database connection."),
    METHOD("commit", method_commit, "($self, /)", "Commit any pending transaction to the database."),
    METHOD("cursor", method_cursor, "($self, /, factory='')", "Return a cursor for the connection."),
    METHOD("execute", method_execute, "($self, sql, parameters='', /)", "Executes an SQL statement."),
    METHOD("executemany", method_executemany, "($self, sql, parameters, /)", "Repeatedly executes an SQL statement."),
    METHOD("executescript", method_executescript, "($self, sql_script, /)",
           "Executes multiple SQL statements at once."),
    METHOD("getlimit", method_getlimit, "($self, category, /)", "Get connection run-time limits."),
    METHOD("interrupt", method_interrupt, "($self, /)", "Abort any pending database operation."),
    METHOD("rollback", method_rollback, "($self, /)", "Roll back to the start of any pending transaction."),
    METHOD("setlimit", method_setlimit, "($self, category, limit, /)", "Set connection run-time limits."),
    METHOD("create_aggregate", connection_create_aggregate, "($self, /, name, n_arg, aggregate_class)",
           "Creates a new aggregate."),
    METHOD("create_collation", connection_create_collation, "($self, name, callback, /)",
           "Creates a collation function."),
    METHOD("create_function", connection_create_function, "($self, /, name, narg, func, *, deterministic=False)",
           "Creates a new function."),
    METHOD("create_window_function", connection_create_window_function, "($self, name, num_params, aggregate_class, /)",
           "Creates or redefines an aggregate window function."),
    METHOD("set_authorizer", connection_set_authorizer, "($self, /, authorizer_callback)", "Sets authorizer callback."),
    METHOD("set_progress_handler", connection_set_progress_handler, "($self, /, progress_handler, n)",
           "Sets progress handler callback."),
    METHOD("set_trace_callback", connection_set_trace_callback, "($self, /, trace_callback)",
           "Sets a trace callback called for each SQL statement (passed as unicode)."),
    METHOD("backup", connection_backup, "($self, /, target, *, pages=-1, progress=None, name='main', sleep=0.25)",
           "Makes a backup of the database."),
    METHOD("blobopen", connection_blobopen, "($self, table, column, row, /, *, readonly=False, name='main')",
           "Open and return a BLOB object."),
    METHOD("deserialize", connection_deserialize, "($self, data, /, *, name='main')", "Load a serialized database."),
    METHOD("serialize", connection_serialize, "($self, /, *, name='main')", "Serialize a database into a byte string."),
    METHOD("enable_load_extension", connection_enable_load_extension, "($self, enable, /)",
           "Enable dynamic loading of SQLite extension modules."),
    METHOD("load_extension", connection_load_extension, "($self, name, /)", "Load SQLite extension module."),
    METHOD("iterdump", connection_iterdump, "($self, /)",
           "Returns iterator to the dump of the database in an SQL text format."),
    {0},
};
const struct type_spec connection_spec = {
    .name = "sqlite3.Connection",
    .doc = "SQLite database connection object.",
    .size = sizeof(struct connection),
    .flags = TYPE_FLAG_BASE,
    .gc_flags = TYPE_GC_CONTAINER,
    .traverse = connection_traverse,
    .destroy = connection_destroy,
    .slots = {.new = connection_new, .init = connection_init, .call = connection_call},
    .methods = methods,
    .getset = getset,
    .members = members,
};
