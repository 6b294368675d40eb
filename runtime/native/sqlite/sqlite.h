/* What the files of _sqlite3 share. */
#ifndef ATOLL_SQLITE_H
#define ATOLL_SQLITE_H

#include "runtime/native/lock.h"

#include <sqlite3.h>

/* ---- errors (sqlite_module.c) ---- */
enum error_class {
    CLASS_Warning,
    CLASS_Error,
    CLASS_InterfaceError,
    CLASS_DatabaseError,
    CLASS_DataError,
    CLASS_OperationalError,
    CLASS_IntegrityError,
    CLASS_InternalError,
    CLASS_ProgrammingError,
    CLASS_NotSupportedError,
    CLASS_COUNT
};
extern value_slot error_classes[CLASS_COUNT];
#define SQLITE_EXC(NAME) ((struct type *)slot_peek(&error_classes[CLASS_##NAME]))
/* Raise what the database says went wrong, unless an exception is set already. NULL. */
value sqlite_error(sqlite3 *db, int code);
/* What an adapter for the protocol (NULL: PrepareProtocol) makes of the value; `fallback` if there is none (NULL:
 * ProgrammingError). Owned. */
value sqlite_adapt(value v, value protocol, value fallback);
extern value_slot adapters, converters;
extern _Atomic bool adapts_basic_types; /* an adapter was registered for int, float, str or bytearray */
extern _Atomic bool shows_callback_errors;
enum { PARSE_DECLTYPES = 1, PARSE_COLNAMES = 2 };

/* ---- connections (sqlite_connection.c, sqlite_callbacks.c) ---- */
struct connection {
    struct object header;
    pthread_mutex_t mutex; /* held while a method runs; its thread may take it again, in callbacks */
    pthread_mutex_t life;  /* for `db` being closed while another thread interrupts */
    sqlite3 *db;           /* NULL: closed */
    unsigned uses;         /* methods that run, by the thread that has the mutex */
    bool closing;          /* closed by a callback: the last of them closes the database */
    _Atomic bool initialized, check_same_thread;
    int detect_types;
    const char *isolation_level; /* a constant, or NULL: none */
    unsigned long thread;
    int64_t cached_statements;
    value_slot statements; /* a dict from SQL to statements, the least used first */
    value_slot callables;  /* a dict: what SQLite calls, by what it is registered as (sqlite_callbacks.c) */
    value_slot row_factory, text_factory;
    value_slot trace, progress, authorizer; /* callables or NULL */
};
#define CONNECTION(v) ((struct connection *)(v))
extern struct type *connection_type;
extern const struct type_spec connection_spec;
/* Take the connection: false with an exception when it is closed, or belongs to another thread; else leave it later. */
bool connection_enter(struct connection *c);
void connection_leave(struct connection *c);
/* A statement for the SQL, from the cache or new. Owned. */
value connection_statement(struct connection *c, value sql);
/* Run an SQL constant without results; false with an exception. */
bool connection_run(struct connection *c, const char *sql);

/* sqlite_callbacks.c: methods of connections */
value connection_create_function(value v, const value *args);
value connection_create_aggregate(value v, const value *args);
value connection_create_window_function(value v, value name, value count, value aggregate);
value connection_create_collation(value v, value name, value callable);
value connection_set_authorizer(value v, const value *args);
value connection_set_progress_handler(value v, const value *args);
value connection_set_trace_callback(value v, const value *args);
/* sqlite_copies.c: the same */
value connection_backup(value v, const value *args);
value connection_serialize(value v, const value *args);
value connection_deserialize(value v, const value *args);
value connection_blobopen(value v, const value *args);
value connection_enable_load_extension(value v, value enable);
value connection_load_extension(value v, value name);
value connection_iterdump(value v);

/* ---- statements (sqlite_statement.c) ---- */
struct statement {
    struct object header;
    sqlite3_stmt *handle; /* constant */
    bool is_dml;          /* INSERT, UPDATE, DELETE or REPLACE */
};
#define STATEMENT(v) ((struct statement *)(v))
extern struct type *statement_type;
extern const struct type_spec statement_spec;
value statement_new(struct connection *c, value sql);
bool statement_bind(struct statement *s, value parameters, sqlite3 *db);
int statement_step(struct statement *s); /* in a blocking region */
void statement_reset(struct statement *s);
/* Text of SQLite as a str; None for NULL. */
value sqlite_text(const char *text, int length);

/* ---- cursors, rows, blobs ---- */
extern struct type *cursor_type, *row_type, *blob_type;
extern const struct type_spec cursor_spec, row_spec, blob_spec;
value cursor_description_of(value cursor); /* owned: None or a tuple */
value blob_new(value connection, sqlite3_blob *blob);

#endif
