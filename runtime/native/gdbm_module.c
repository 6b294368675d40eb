/* The _gdbm module, over GNU dbm. A database is used under its object's mutex, in blocking regions. */
#include "runtime/native/lock.h"

#include <errno.h>
#include <gdbm.h>
#include <limits.h>
#include <stdlib.h>

struct database {
    struct object header;
    pthread_mutex_t mutex;
    GDBM_FILE file; /* NULL: closed */
};
#define DATABASE(v) ((struct database *)(v))
static struct type *database_type;
static value_slot error_class;

/* ---- errors ---- */
static value fail(const char *message)
{
    return raise((struct type *)slot_peek(&error_class), "%s", message);
}
/* What gdbm says, of the system or of itself; NULL. */
static value gdbm_failed(int error, value filename /* or NULL */)
{
    if (!error)
        return fail(gdbm_strerror(gdbm_errno));
    value text = str_decode_locale(strerror(error)), args[] = {small_int(error), text, filename};
    value exception = text ? call_vector(slot_peek(&error_class), args, filename ? 3 : 2, NULL) : NULL;
    if (exception)
        raise_exception(exception);
    value_dec(exception);
    value_dec(text);
    return NULL;
}

static bool enter(value v)
{
    native_lock(&DATABASE(v)->mutex);
    if (DATABASE(v)->file)
        return true;
    native_unlock(&DATABASE(v)->mutex);
    fail("GDBM object has already been closed");
    return false;
}
static void leave(value v)
{
    native_unlock(&DATABASE(v)->mutex);
}

/* ---- keys and values ---- */
/* A str as UTF-8, or bytes, as bytes of its own: owned. `message` (or NULL) is the TypeError for anything else. */
static value bytes_of(value v, const char *message)
{
    if (is_str(v))
        return str_encode(v, "utf-8", "strict");
    if (is_bytes(v))
        return value_inc(v);
    return message ? raise(EXC(TypeError), "%s", message)
                   : raise(EXC(TypeError), "argument must be read-only bytes-like object, not %K", v);
}
static datum datum_of(value bytes)
{
    return (datum){(char *)bytes_data(bytes), (int)bytes_length(bytes)};
}
/* The bytes of a datum that gdbm allocated; VALUE_MISSING for none. */
static value take_datum(datum d)
{
    if (!d.dptr)
        return VALUE_MISSING;
    value v = bytes_new((const uint8_t *)d.dptr, (size_t)d.dsize);
    free(d.dptr);
    return v;
}
#define INDICES_ONLY "gdbm mappings have bytes or string indices only"
#define VALUES_ONLY  "gdbm mappings have bytes or string elements only"

enum order { FETCH, FIRST_KEY, NEXT_KEY };
/* Owned bytes, VALUE_MISSING, or NULL. */
static value look_up(value v, enum order order, value key)
{
    if (!enter(v))
        return NULL;
    datum d = key ? datum_of(key) : (datum){NULL, 0};
    thread_enter_blocking();
    datum found = order == FETCH       ? gdbm_fetch(DATABASE(v)->file, d)
                  : order == FIRST_KEY ? gdbm_firstkey(DATABASE(v)->file)
                                       : gdbm_nextkey(DATABASE(v)->file, d);
    thread_leave_blocking();
    value result = take_datum(found);
    leave(v);
    return result;
}
static value fetch(value v, value given_key)
{
    value key = bytes_of(given_key, NULL), found = key ? look_up(v, FETCH, key) : NULL;
    value_dec(key);
    return found;
}
static value database_getitem(value v, value key)
{
    value found = fetch(v, key);
    return found == VALUE_MISSING ? raise_key_error(key) : found;
}

static bool store(value v, value key, value item)
{
    if (!enter(v))
        return false;
    errno = 0;
    thread_enter_blocking();
    int failed = gdbm_store(DATABASE(v)->file, datum_of(key), datum_of(item), GDBM_REPLACE), error = errno;
    thread_leave_blocking();
    if (failed)
        gdbm_failed(error, NULL);
    leave(v);
    return !failed;
}
static bool erase(value v, value key, value given_key)
{
    if (!enter(v))
        return false;
    thread_enter_blocking();
    int failed = gdbm_delete(DATABASE(v)->file, datum_of(key));
    thread_leave_blocking();
    if (failed && gdbm_errno == GDBM_ITEM_NOT_FOUND)
        raise_key_error(given_key);
    else if (failed)
        fail(gdbm_strerror(gdbm_errno));
    leave(v);
    return !failed;
}
static bool database_setitem(value v, value given_key, value given)
{
    value key = bytes_of(given_key, INDICES_ONLY), item = key && given ? bytes_of(given, VALUES_ONLY) : NULL;
    bool done = key && (given ? item && store(v, key, item) : erase(v, key, given_key));
    value_dec(item);
    value_dec(key);
    return done;
}
static int database_contains(value v, value given_key)
{
    if (!is_str(given_key) && !is_bytes(given_key))
        return raise_int(EXC(TypeError), "gdbm key must be bytes or string, not %T", given_key);
    value key = bytes_of(given_key, NULL);
    int there = -1;
    if (key && enter(v)) {
        thread_enter_blocking();
        there = gdbm_exists(DATABASE(v)->file, datum_of(key));
        thread_leave_blocking();
        leave(v);
    }
    value_dec(key);
    return there;
}
static ssize database_length(value v)
{
    if (!enter(v))
        return -1;
    gdbm_count_t count = 0;
    thread_enter_blocking();
    int failed = gdbm_count(DATABASE(v)->file, &count);
    thread_leave_blocking();
    if (failed)
        fail(gdbm_strerror(gdbm_errno));
    leave(v);
    return failed ? -1 : (ssize)count;
}
static int database_truth(value v)
{
    ssize length = database_length(v);
    return length < 0 ? -1 : length > 0;
}

/* ---- methods ---- */
static value method_get(value v, value key, value fallback)
{
    value found = fetch(v, key);
    return found == VALUE_MISSING ? value_inc(fallback) : found;
}
static value method_setdefault(value v, value key, value given)
{
    value found = fetch(v, key);
    if (found != VALUE_MISSING)
        return found;
    value item = is_missing(given) ? bytes_new(NULL, 0) : value_inc(given);
    if (item && database_setitem(v, key, item))
        return item;
    value_dec(item);
    return NULL;
}
static value method_keys(value v)
{
    value list = list_new(0), key = list ? look_up(v, FIRST_KEY, NULL) : NULL;
    while (key && key != VALUE_MISSING) {
        value next = list_append(list, key) ? look_up(v, NEXT_KEY, key) : NULL;
        value_dec(key);
        key = next;
    }
    if (key)
        return list;
    value_dec(list);
    return NULL;
}
static value method_firstkey(value v)
{
    value key = look_up(v, FIRST_KEY, NULL);
    return key == VALUE_MISSING ? VALUE_NONE : key;
}
static value method_nextkey(value v, value given)
{
    value key = bytes_of(given, NULL), next = key ? look_up(v, NEXT_KEY, key) : NULL;
    value_dec(key);
    return next == VALUE_MISSING ? VALUE_NONE : next;
}
static value run(value v, int (*act)(GDBM_FILE))
{
    if (!enter(v))
        return NULL;
    errno = 0;
    thread_enter_blocking();
    int failed = act(DATABASE(v)->file), error = errno;
    thread_leave_blocking();
    if (failed)
        gdbm_failed(error, NULL);
    leave(v);
    return failed ? NULL : VALUE_NONE;
}
static value method_reorganize(value v)
{
    return run(v, gdbm_reorganize);
}
static value method_sync(value v)
{
    return run(v, gdbm_sync);
}
static value method_close(value v)
{
    native_lock(&DATABASE(v)->mutex);
    GDBM_FILE file = DATABASE(v)->file;
    DATABASE(v)->file = NULL;
    native_unlock(&DATABASE(v)->mutex);
    if (file) {
        thread_enter_blocking();
        gdbm_close(file);
        thread_leave_blocking();
    }
    return VALUE_NONE;
}
static value method_enter(value v)
{
    return value_inc(v);
}
static value method_exit(value v, const value *args)
{
    return method_close(v);
}
static void database_destroy(struct object *o)
{
    struct database *d = (struct database *)o;
    if (d->file)
        gdbm_close(d->file);
    pthread_mutex_destroy(&d->mutex);
}

static const struct method_def methods[] = {
    METHOD("close", method_close, "($self, /)", "Close the database."),
    METHOD("keys", method_keys, "($self, /)", "Get a list of all keys in the database."),
    METHOD("firstkey", method_firstkey, "($self, /)", "Return the starting key for the traversal."),
    METHOD("nextkey", method_nextkey, "($self, key, /)", "Returns the key that follows key in the traversal."),
    METHOD("reorganize", method_reorganize, "($self, /)", "Reorganize the database."),
    METHOD("sync", method_sync, "($self, /)", "Flush the database to the disk file."),
    METHOD("get", method_get, "($self, key, default=None, /)", "Get the value for key, or default if not present."),
    METHOD("setdefault", method_setdefault, "($self, key, default='', /)",
           "Get value for key, or set it to default and return default if not present."),
    METHOD("__enter__", method_enter, "($self, /)", NULL),
    METHOD("__exit__", method_exit, "($self, /, *args)", NULL),
    {0},
};
static const struct type_spec database_spec = {
    .name = "_gdbm.gdbm",
    .size = sizeof(struct database),
    .flags = TYPE_FLAG_NO_NEW,
    .destroy = database_destroy,
    .slots = {.getitem = database_getitem,
              .setitem = database_setitem,
              .length = database_length,
              .contains = database_contains,
              .truth = database_truth},
    .methods = methods,
};

/* ---- open ---- */
static bool flags_of(value given, int *flags)
{
    struct text text;
    if (is_missing(given)) {
        *flags = GDBM_READER;
        return true;
    }
    if (!is_str(given))
        return raise_false(EXC(TypeError), "open() argument 2 must be str, not %K", given);
    if (!text_of(given, &text))
        return false;
    char first = text.bytes[0], wrong = 0;
    *flags = first == 'r' ? GDBM_READER : first == 'w' ? GDBM_WRITER : first == 'c' ? GDBM_WRCREAT : GDBM_NEWDB;
    bool known = first && strchr("rwcn", first);
    for (const char *at = text.bytes + 1; known && *at && !wrong; at++) {
        if (*at == 'f')
            *flags |= GDBM_FAST;
        else if (*at == 's')
            *flags |= GDBM_SYNC;
        else if (*at == 'u')
            *flags |= GDBM_NOLOCK;
        else
            wrong = *at;
    }
    text_release(&text);
    if (!known)
        fail("First flag must be one of 'r', 'w', 'c' or 'n'");
    else if (wrong)
        raise((struct type *)slot_peek(&error_class), "Flag '%c' is not supported.", wrong);
    return known && !wrong;
}

static value open_database(value module, value filename, value given_flags, value given_mode)
{
    struct text path;
    int flags = GDBM_READER, mode;
    if (!value_as_int(given_mode, &mode) || !flags_of(given_flags, &flags) || !text_of_path(filename, &path))
        return NULL;
    struct database *d = (struct database *)object_new(database_type, sizeof *d);
    if (d) {
        pthread_mutex_init(&d->mutex, NULL);
        errno = 0;
        thread_enter_blocking();
        d->file = gdbm_open(path.bytes, 0, flags, mode, NULL);
        int error = errno;
        thread_leave_blocking();
        if (!d->file) {
            value_dec(value_of(d));
            d = NULL;
            gdbm_failed(error, filename);
        }
    }
    text_release(&path);
    return value_of(d);
}

static const struct method_def functions[] = {
    METHOD("open", open_database, "(filename, flags='', mode=438, /)", "Open a dbm database and return a dbm object."),
    {0},
};
static bool fill(value module)
{
    if (!database_type && !(database_type = type_define(&database_spec)))
        return false;
    value numbers[] = {small_int(GDBM_VERSION_MAJOR), small_int(GDBM_VERSION_MINOR), small_int(GDBM_VERSION_PATCH)};
    return module_define_exception(module, &error_class, "_gdbm.error", EXC(OSError), NULL) &&
           module_add_owned(module, "open_flags", str_from_text("rwcnfsu")) &&
           module_add_owned(module, "_GDBM_VERSION", tuple_from_owned(numbers, 3));
}
static void finish(void)
{
    slot_drop(&error_class);
}
static const struct module_def definition = {
    .name = "_gdbm",
    .doc = "This module provides an interface to the GNU DBM (GDBM) library.",
    .functions = functions,
    .fill = fill,
    .finish = finish,
};
ATOLL_MODULE(definition);
