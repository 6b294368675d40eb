/* Mappings of bytes in a file: what _dbm and _gdbm share. */
#include "runtime/native/database.h"

#include <limits.h>
#include <string.h>

value_slot database_error;

value database_fail(const char *message)
{
    return raise((struct type *)slot_peek(&database_error), "%s", message);
}

value database_system_failed(int error, value filename)
{
    value text = str_decode_locale(strerror(error)), args[] = {small_int(error), text, filename};
    value exception = text ? call_vector(slot_peek(&database_error), args, filename ? 3 : 2, NULL) : NULL;
    if (exception)
        raise_exception(exception);
    value_dec(exception);
    value_dec(text);
    return NULL;
}

bool database_enter(value v)
{
    native_lock(&DATABASE(v)->mutex);
    if (DATABASE(v)->file)
        return true;
    native_unlock(&DATABASE(v)->mutex);
    database_fail(database_closed);
    return false;
}
void database_leave(value v)
{
    native_unlock(&DATABASE(v)->mutex);
}

value database_bytes(value v, const char *message)
{
    value bytes = is_str(v) ? str_encode(v, "utf-8", "strict") : is_bytes(v) ? value_inc(v) : raise(EXC(TypeError), message, v);
    if (!bytes || bytes_length(bytes) <= INT_MAX) /* of which a datum's size is */
        return bytes;
    value_dec(bytes);
    return raise(EXC(OverflowError), "size does not fit in an int");
}

value database_getitem(value v, value key)
{
    value found = database_fetch(v, key);
    return found == VALUE_MISSING ? raise_key_error(key) : found;
}

int database_truth(value v)
{
    ssize length = database_length(v);
    return length < 0 ? -1 : length > 0;
}

value database_get(value v, value key, value fallback)
{
    value found = database_fetch(v, key);
    return found == VALUE_MISSING ? value_inc(fallback) : found;
}

value database_setdefault(value v, value key, value given)
{
    value found = database_fetch(v, key);
    if (found != VALUE_MISSING)
        return found;
    value item = is_missing(given) ? bytes_new(NULL, 0) : database_bytes(given, database_values_only);
    if (item && database_setitem(v, key, item))
        return item;
    value_dec(item);
    return NULL;
}

value database_close(value v)
{
    native_lock(&DATABASE(v)->mutex);
    void *file = DATABASE(v)->file;
    DATABASE(v)->file = NULL;
    native_unlock(&DATABASE(v)->mutex);
    if (file) {
        thread_enter_blocking();
        database_close_file(file);
        thread_leave_blocking();
    }
    return VALUE_NONE;
}

value database_enter_context(value v)
{
    return value_inc(v);
}
value database_exit_context(value v, const value *args)
{
    return database_close(v);
}

void database_destroy(struct object *o)
{
    struct database *d = (struct database *)o;
    if (d->file)
        database_close_file(d->file);
    pthread_mutex_destroy(&d->mutex);
}
