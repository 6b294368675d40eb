/* The _gdbm module, over GNU dbm. A database is used under its object's mutex, in blocking regions. */
#include "runtime/native/database.h"

#include <errno.h>
#include <gdbm.h>
#include <limits.h>
#include <stdlib.h>

static struct type *database_type;
const char database_closed[] = "GDBM object has already been closed";
const char database_values_only[] = "gdbm mappings have bytes or string elements only";
void database_close_file(void *file)
{
    gdbm_close(file);
}

/* ---- errors ---- */
/* What gdbm says, of the system or of itself; NULL. */
static value gdbm_failed(int error, value filename /* or NULL */)
{
    if (!error)
        return database_fail(gdbm_strerror(gdbm_errno));
    return database_system_failed(error, filename);
}

/* ---- keys and values ---- */
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
#define KEYS_ONLY    "argument must be read-only bytes-like object, not %K"

enum order { FETCH, FIRST_KEY, NEXT_KEY };
/* Owned bytes, VALUE_MISSING, or NULL. */
static value look_up(value v, enum order order, value key)
{
    if (!database_enter(v))
        return NULL;
    datum d = key ? datum_of(key) : (datum){NULL, 0};
    thread_enter_blocking();
    datum found = order == FETCH       ? gdbm_fetch(DATABASE(v)->file, d)
                  : order == FIRST_KEY ? gdbm_firstkey(DATABASE(v)->file)
                                       : gdbm_nextkey(DATABASE(v)->file, d);
    thread_leave_blocking();
    value result = take_datum(found);
    database_leave(v);
    return result;
}
value database_fetch(value v, value given_key)
{
    value key = database_bytes(given_key, KEYS_ONLY), found = key ? look_up(v, FETCH, key) : NULL;
    value_dec(key);
    return found;
}
static bool store(value v, value key, value item)
{
    if (!database_enter(v))
        return false;
    errno = 0;
    thread_enter_blocking();
    int failed = gdbm_store(DATABASE(v)->file, datum_of(key), datum_of(item), GDBM_REPLACE), error = errno;
    thread_leave_blocking();
    if (failed)
        gdbm_failed(error, NULL);
    database_leave(v);
    return !failed;
}
static bool erase(value v, value key, value given_key)
{
    if (!database_enter(v))
        return false;
    thread_enter_blocking();
    int failed = gdbm_delete(DATABASE(v)->file, datum_of(key));
    thread_leave_blocking();
    if (failed && gdbm_errno == GDBM_ITEM_NOT_FOUND)
        raise_key_error(given_key);
    else if (failed)
        database_fail(gdbm_strerror(gdbm_errno));
    database_leave(v);
    return !failed;
}
bool database_setitem(value v, value given_key, value given)
{
    value key = database_bytes(given_key, INDICES_ONLY),
          item = key && given ? database_bytes(given, database_values_only) : NULL;
    bool done = key && (given ? item && store(v, key, item) : erase(v, key, given_key));
    value_dec(item);
    value_dec(key);
    return done;
}
static int database_contains(value v, value given_key)
{
    if (!is_str(given_key) && !is_bytes(given_key))
        return raise_int(EXC(TypeError), "gdbm key must be bytes or string, not %T", given_key);
    value key = database_bytes(given_key, KEYS_ONLY);
    int there = -1;
    if (key && database_enter(v)) {
        thread_enter_blocking();
        there = gdbm_exists(DATABASE(v)->file, datum_of(key));
        thread_leave_blocking();
        database_leave(v);
    }
    value_dec(key);
    return there;
}
ssize database_length(value v)
{
    if (!database_enter(v))
        return -1;
    gdbm_count_t count = 0;
    thread_enter_blocking();
    int failed = gdbm_count(DATABASE(v)->file, &count);
    thread_leave_blocking();
    if (failed)
        database_fail(gdbm_strerror(gdbm_errno));
    database_leave(v);
    return failed ? -1 : (ssize)count;
}
/* ---- methods ---- */
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
    value key = database_bytes(given, KEYS_ONLY), next = key ? look_up(v, NEXT_KEY, key) : NULL;
    value_dec(key);
    return next == VALUE_MISSING ? VALUE_NONE : next;
}
static value run(value v, int (*act)(GDBM_FILE))
{
    if (!database_enter(v))
        return NULL;
    errno = 0;
    thread_enter_blocking();
    int failed = act(DATABASE(v)->file), error = errno;
    thread_leave_blocking();
    if (failed)
        gdbm_failed(error, NULL);
    database_leave(v);
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
static const struct method_def methods[] = {
    METHOD("close", database_close, "($self, /)", "Close the database."),
    METHOD("keys", method_keys, "($self, /)", "Get a list of all keys in the database."),
    METHOD("firstkey", method_firstkey, "($self, /)", "Return the starting key for the traversal."),
    METHOD("nextkey", method_nextkey, "($self, key, /)", "Returns the key that follows key in the traversal."),
    METHOD("reorganize", method_reorganize, "($self, /)", "Reorganize the database."),
    METHOD("sync", method_sync, "($self, /)", "Flush the database to the disk file."),
    METHOD("get", database_get, "($self, key, default=None, /)", "Get the value for key, or default if not present."),
    METHOD("setdefault", database_setdefault, "($self, key, default='', /)",
           "Get value for key, or set it to default and return default if not present."),
    METHOD("__enter__", database_enter_context, "($self, /)", NULL),
    METHOD("__exit__", database_exit_context, "($self, /, *args)", NULL),
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
        database_fail("First flag must be one of 'r', 'w', 'c' or 'n'");
    else if (wrong)
        raise((struct type *)slot_peek(&database_error), "Flag '%c' is not supported.", wrong);
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
    return module_define_exception(module, &database_error, "_gdbm.error", EXC(OSError), NULL) &&
           module_add_owned(module, "open_flags", str_from_text("rwcnfsu")) &&
           module_add_owned(module, "_GDBM_VERSION", tuple_from_owned(numbers, 3));
}
static void finish(void)
{
    slot_drop(&database_error);
}
static const struct module_def definition = {
    .name = "_gdbm",
    .doc = "This module provides an interface to the GNU DBM (GDBM) library.",
    .functions = functions,
    .fill = fill,
    .finish = finish,
};
ATOLL_MODULE(definition);
