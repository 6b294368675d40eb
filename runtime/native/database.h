/* What _dbm and _gdbm share: mappings of bytes in a file, each used under its object's mutex, in blocking regions. */
#ifndef ATOLL_NATIVE_DATABASE_H
#define ATOLL_NATIVE_DATABASE_H

#include "runtime/native/lock.h"

struct database {
    struct object header;
    pthread_mutex_t mutex; /* for all below */
    void *file;            /* the library's; NULL: closed */
};
#define DATABASE(v) ((struct database *)(v))

/* ---- what each module defines ---- */
extern const char database_closed[];                /* the message of a closed one */
extern const char database_values_only[];           /* the TypeError for what cannot be a value */
value database_fetch(value v, value key);           /* owned bytes, VALUE_MISSING, or NULL */
bool database_setitem(value v, value key, value item /* NULL: delete */);
ssize database_length(value v);
void database_close_file(void *file);

/* ---- what they share ---- */
extern value_slot database_error; /* the module's exception */
value database_fail(const char *message);
/* The module's exception, a kind of OSError, with what the system says; `filename` may be NULL. */
value database_system_failed(int error, value filename);
/* Lock; false, unlocked, with an exception when the database is closed. */
bool database_enter(value v);
void database_leave(value v);
/* A str as UTF-8, or bytes: owned. `message` is the format of the TypeError for anything else. */
value database_bytes(value v, const char *message);

value database_getitem(value v, value key);
int database_truth(value v);
void database_destroy(struct object *o);
value database_get(value v, value key, value fallback);
value database_setdefault(value v, value key, value item);
value database_close(value v);
value database_enter_context(value v);
value database_exit_context(value v, const value *args);

#endif
