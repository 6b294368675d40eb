/* What moves whole databases: backups, serialization, dumps, extensions; and opening blobs. Methods of connections. */
#include "sqlite.h"

#include <limits.h>

/* The text of a str argument; false with TypeError or ValueError. */
static bool text_argument(value v, struct text *text, const char *function, const char *name)
{
    if (!is_str(v))
        return raise_false(EXC(TypeError), "%s() argument '%s' must be str, not %K", function, name, v);
    if (!text_of(v, text))
        return false;
    if (strlen(text->bytes) == text->length)
        return true;
    text_release(text);
    return raise_false(EXC(ValueError), "embedded null character");
}
/* The name of a database: "main" when it is not given. */
static bool database_name(value v, struct text *text, const char *function)
{
    if (!is_missing(v))
        return text_argument(v, text, function, "name");
    *text = (struct text){.bytes = "main", .length = 4};
    return true;
}
static void release_name(value v, struct text *text)
{
    if (!is_missing(v))
        text_release(text);
}

/* ---- backups ---- */
static bool report_progress(value progress, sqlite3_backup *backup, int code)
{
    if (progress == VALUE_NONE)
        return true;
    value done = call_3(progress, small_int(code), small_int(sqlite3_backup_remaining(backup)),
                        small_int(sqlite3_backup_pagecount(backup)));
    value_dec(done);
    return done;
}
static value backup_to(struct connection *c, struct connection *target, const char *name, int pages, value progress,
                       double sleep)
{
    sqlite3_backup *backup = sqlite3_backup_init(target->db, "main", c->db, name);
    if (!backup)
        return sqlite_error(target->db, sqlite3_errcode(target->db));
    int code;
    bool goes_on;
    do {
        thread_enter_blocking();
        code = sqlite3_backup_step(backup, pages);
        thread_leave_blocking();
        goes_on = report_progress(progress, backup, code);
        if (goes_on && (code == SQLITE_BUSY || code == SQLITE_LOCKED)) {
            thread_enter_blocking();
            sqlite3_sleep((int)(sleep * 1000));
            thread_leave_blocking();
        }
    } while (goes_on && (code == SQLITE_OK || code == SQLITE_BUSY || code == SQLITE_LOCKED));
    thread_enter_blocking();
    code = sqlite3_backup_finish(backup);
    thread_leave_blocking();
    if (!goes_on)
        return NULL;
    return code == SQLITE_OK ? VALUE_NONE : sqlite_error(target->db, code);
}
value connection_backup(value v, const value *args)
{
    struct connection *c = CONNECTION(v);
    struct text name;
    int pages;
    double sleep = 0.25;
    if (!value_is_of(args[0], connection_type))
        return raise(EXC(TypeError), "backup() argument 'target' must be sqlite3.Connection, not %K", args[0]);
    struct connection *target = CONNECTION(args[0]);
    if (!value_as_int(args[1], &pages) || (!is_missing(args[4]) && !value_as_double(args[4], &sleep)))
        return NULL;
    if (args[2] != VALUE_NONE && !value_is_callable(args[2]))
        return raise(EXC(TypeError), "progress argument must be a callable");
    if (c == target)
        return raise(EXC(ValueError), "target cannot be the same connection instance");
    if (!database_name(args[3], &name, "backup"))
        return NULL;
    value result = NULL;
    /* One lock after the other, always in the same order, so that two backups do not wait for each other. */
    struct connection *first = c < target ? c : target, *second = c < target ? target : c;
    if (connection_enter(first)) {
        if (connection_enter(second)) {
            result = backup_to(c, target, name.bytes, pages ? pages : -1, args[2], sleep);
            connection_leave(second);
        }
        connection_leave(first);
    }
    release_name(args[3], &name);
    return result;
}

/* ---- serialization ---- */
value connection_serialize(value v, const value *args)
{
    struct connection *c = CONNECTION(v);
    struct text name;
    if (!database_name(args[0], &name, "serialize"))
        return NULL;
    value result = NULL;
    if (connection_enter(c)) {
        sqlite3_int64 size = 0;
        thread_enter_blocking();
        unsigned char *data = sqlite3_serialize(c->db, name.bytes, &size, 0);
        thread_leave_blocking();
        result = data ? bytes_new(data, (size_t)size)
                      : raise(SQLITE_EXC(OperationalError), "unable to serialize '%s'", name.bytes);
        sqlite3_free(data);
        connection_leave(c);
    }
    release_name(args[0], &name);
    return result;
}
value connection_deserialize(value v, const value *args)
{
    struct connection *c = CONNECTION(v);
    struct text name;
    struct buffer buffer;
    value source = is_str(args[0]) ? str_encode(args[0], "utf-8", "strict") : value_inc(args[0]);
    if (!source || !buffer_get(source, &buffer, BUFFER_SIMPLE)) {
        value_dec(source);
        return NULL;
    }
    bool done = false;
    if (database_name(args[1], &name, "deserialize")) {
        unsigned char *copy = sqlite3_malloc64((sqlite3_uint64)buffer.length + 1);
        if (!copy) {
            raise_no_memory();
        } else if (!connection_enter(c)) {
            sqlite3_free(copy);
        } else {
            if (buffer.length)
                memcpy(copy, buffer.data, (size_t)buffer.length);
            thread_enter_blocking();
            int code = sqlite3_deserialize(c->db, name.bytes, copy, buffer.length, buffer.length,
                                           SQLITE_DESERIALIZE_FREEONCLOSE | SQLITE_DESERIALIZE_RESIZEABLE);
            thread_leave_blocking();
            done = code == SQLITE_OK;
            if (!done)
                sqlite_error(c->db, code);
            connection_leave(c);
        }
        release_name(args[1], &name);
    }
    buffer_release(&buffer);
    value_dec(source);
    return done ? VALUE_NONE : NULL;
}

/* ---- blobs ---- */
value connection_blobopen(value v, const value *args)
{
    struct connection *c = CONNECTION(v);
    struct text table, column, name;
    int64_t row;
    value result = NULL;
    if (!is_str(args[0]) || !is_str(args[1]))
        return raise(EXC(TypeError), "blobopen() argument %d must be str, not %K", is_str(args[0]) ? 2 : 1,
                     is_str(args[0]) ? args[1] : args[0]);
    if (!is_int(args[2]))
        return raise(EXC(TypeError), "'%T' object cannot be interpreted as an integer", args[2]);
    if (!int_as_i64(args[2], &row))
        return NULL;
    int readonly = value_truth(args[3]);
    if (readonly < 0 || !text_argument(args[0], &table, "blobopen", "table"))
        return NULL;
    if (!text_argument(args[1], &column, "blobopen", "column"))
        goto no_column;
    if (!database_name(args[4], &name, "blobopen"))
        goto no_name;
    if (connection_enter(c)) {
        sqlite3_blob *handle;
        thread_enter_blocking();
        int code = sqlite3_blob_open(c->db, name.bytes, table.bytes, column.bytes, row, !readonly, &handle);
        thread_leave_blocking();
        if (code == SQLITE_MISUSE)
            raise(SQLITE_EXC(InterfaceError), "%s", sqlite3_errstr(code));
        else
            result = code == SQLITE_OK ? blob_new(v, handle) : sqlite_error(c->db, code);
        connection_leave(c);
    }
    release_name(args[4], &name);
no_name:
    text_release(&column);
no_column:
    text_release(&table);
    return result;
}

/* ---- extensions and dumps ---- */
value connection_enable_load_extension(value v, value given)
{
    int enable = value_truth(given);
    if (enable < 0 || !audit("sqlite3.enable_load_extension", "OO", v, value_bool(enable)) ||
        !connection_enter(CONNECTION(v)))
        return NULL;
    int code = sqlite3_enable_load_extension(CONNECTION(v)->db, enable);
    if (code != SQLITE_OK)
        raise(SQLITE_EXC(OperationalError), "Error enabling load extension");
    connection_leave(CONNECTION(v));
    return code == SQLITE_OK ? VALUE_NONE : NULL;
}
value connection_load_extension(value v, value given)
{
    struct text name;
    if (!is_str(given))
        return raise(EXC(TypeError), "load_extension() argument must be str, not %K", given);
    if (!text_argument(given, &name, "load_extension", "name"))
        return NULL;
    bool done = false;
    if (audit("sqlite3.load_extension", "OO", v, given) && connection_enter(CONNECTION(v))) {
        char *message = NULL;
        thread_enter_blocking();
        done = sqlite3_load_extension(CONNECTION(v)->db, name.bytes, NULL, &message) == SQLITE_OK;
        thread_leave_blocking();
        if (!done)
            raise(SQLITE_EXC(OperationalError), "%s", message ? message : "not an extension");
        sqlite3_free(message);
        connection_leave(CONNECTION(v));
    }
    text_release(&name);
    return done ? VALUE_NONE : NULL;
}
value connection_iterdump(value v)
{
    if (!connection_enter(CONNECTION(v)))
        return NULL;
    connection_leave(CONNECTION(v));
    value module = import_module("sqlite3.dump"), dump = module ? attr_get_optional(module, NAME(_iterdump)) : NULL;
    value_dec(module);
    if (dump == VALUE_MISSING)
        return raise(SQLITE_EXC(OperationalError), "Failed to obtain _iterdump() reference");
    value iterator = dump ? call_1(dump, v) : NULL;
    value_dec(dump);
    return iterator;
}
