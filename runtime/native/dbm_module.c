/* The _dbm module, over Berkeley DB's form of ndbm. A database is used under its object's mutex, in blocking regions.
 */
#include "runtime/native/lock.h"

#define DB_DBM_HSEARCH 1
#include <db.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>

struct database {
    struct object header;
    pthread_mutex_t mutex; /* for all below */
    DBM *file;             /* NULL: closed */
    ssize length;          /* < 0: not counted yet */
    bool readonly;         /* constant */
};
#define DATABASE(v) ((struct database *)(v))
static struct type *database_type;
static value_slot error_class;

static value fail(const char *message)
{
    return raise((struct type *)slot_peek(&error_class), "%s", message);
}
static bool enter(value v)
{
    native_lock(&DATABASE(v)->mutex);
    if (DATABASE(v)->file)
        return true;
    native_unlock(&DATABASE(v)->mutex);
    fail("DBM object has already been closed");
    return false;
}
static void leave(value v)
{
    native_unlock(&DATABASE(v)->mutex);
}

/* ---- keys and values ---- */
/* A str as UTF-8, or bytes: owned. `message` (or NULL) is the TypeError for anything else. */
static value bytes_of(value v, const char *message)
{
    value bytes = is_str(v)     ? str_encode(v, "utf-8", "strict")
                  : is_bytes(v) ? value_inc(v)
                  : message     ? raise(EXC(TypeError), "%s", message)
                                : raise(EXC(TypeError), "a bytes-like object is required, not '%T'", v);
    if (!bytes || bytes_length(bytes) <= INT_MAX)
        return bytes;
    value_dec(bytes);
    return raise(EXC(OverflowError), "size does not fit in an int");
}
static datum datum_of(value bytes)
{
    return (datum){(char *)bytes_data(bytes), (int)bytes_length(bytes)};
}
/* Of the database's memory, which is its own until the next call; VALUE_MISSING for none. */
static value copy_datum(datum d)
{
    return d.dptr ? bytes_new((const uint8_t *)d.dptr, (size_t)d.dsize) : VALUE_MISSING;
}
#define KEYS_ONLY   "dbm mappings have bytes or string keys only"
#define VALUES_ONLY "dbm mappings have bytes or string elements only"

/* Owned bytes, VALUE_MISSING, or NULL. */
static value look_up(value v, value given_key)
{
    value key = bytes_of(given_key, NULL), found = NULL;
    if (key && enter(v)) {
        datum d = datum_of(key);
        thread_enter_blocking();
        datum content = dbm_fetch(DATABASE(v)->file, d);
        thread_leave_blocking();
        found = copy_datum(content);
        leave(v);
    }
    value_dec(key);
    return found;
}
static value database_getitem(value v, value key)
{
    value found = look_up(v, key);
    return found == VALUE_MISSING ? raise_key_error(key) : found;
}

static bool put(value v, value key, value item)
{
    if (!enter(v))
        return false;
    datum d = datum_of(key), content = datum_of(item);
    thread_enter_blocking();
    bool done = dbm_store(DATABASE(v)->file, d, content, DBM_REPLACE) >= 0;
    if (!done)
        dbm_clearerr(DATABASE(v)->file);
    thread_leave_blocking();
    DATABASE(v)->length = -1;
    leave(v);
    if (!done)
        fail("cannot add item to database");
    return done;
}
static bool erase(value v, value key, value given_key)
{
    if (!enter(v))
        return false;
    datum d = datum_of(key);
    thread_enter_blocking();
    bool done = dbm_delete(DATABASE(v)->file, d) >= 0;
    if (!done)
        dbm_clearerr(DATABASE(v)->file);
    thread_leave_blocking();
    DATABASE(v)->length = -1;
    leave(v);
    if (!done && DATABASE(v)->readonly)
        fail("cannot delete item from database");
    else if (!done)
        raise_key_error(given_key); /* or the file is damaged: ndbm does not tell */
    return done;
}
static bool database_setitem(value v, value given_key, value given)
{
    value key = bytes_of(given_key, KEYS_ONLY), item = key && given ? bytes_of(given, VALUES_ONLY) : NULL;
    bool done = key && (given ? item && put(v, key, item) : erase(v, key, given_key));
    value_dec(item);
    value_dec(key);
    return done;
}
static int database_contains(value v, value key)
{
    if (!is_str(key) && !is_bytes(key))
        return raise_int(EXC(TypeError), "dbm key must be bytes or string, not %.100T", key);
    value found = look_up(v, key);
    int there = !found ? -1 : found != VALUE_MISSING;
    if (found != VALUE_MISSING)
        value_dec(found);
    return there;
}
static ssize database_length(value v)
{
    if (!enter(v))
        return -1;
    struct database *d = DATABASE(v);
    if (d->length < 0) {
        ssize count = 0;
        thread_enter_blocking();
        for (datum key = dbm_firstkey(d->file); key.dptr; key = dbm_nextkey(d->file))
            count++;
        thread_leave_blocking();
        d->length = count;
    }
    ssize length = d->length;
    leave(v);
    return length;
}
static int database_truth(value v)
{
    ssize length = database_length(v);
    return length < 0 ? -1 : length > 0;
}

/* ---- methods ---- */
static value method_get(value v, value key, value fallback)
{
    value found = look_up(v, key);
    return found == VALUE_MISSING ? value_inc(fallback) : found;
}
static value method_setdefault(value v, value key, value given)
{
    value found = look_up(v, key);
    if (found != VALUE_MISSING)
        return found;
    value item = is_missing(given) ? bytes_new(NULL, 0) : bytes_of(given, VALUES_ONLY);
    if (item && database_setitem(v, key, item))
        return item;
    value_dec(item);
    return NULL;
}
static value method_keys(value v)
{
    if (!enter(v))
        return NULL;
    value list = list_new(0);
    bool done = list != NULL;
    for (bool first = true; done; first = false) {
        thread_enter_blocking();
        datum d = first ? dbm_firstkey(DATABASE(v)->file) : dbm_nextkey(DATABASE(v)->file);
        thread_leave_blocking();
        value key = copy_datum(d);
        if (key == VALUE_MISSING)
            break;
        done = key && list_append_owned(list, key);
    }
    leave(v);
    if (done)
        return list;
    value_dec(list);
    return NULL;
}
static value method_close(value v)
{
    native_lock(&DATABASE(v)->mutex);
    DBM *file = DATABASE(v)->file;
    DATABASE(v)->file = NULL;
    native_unlock(&DATABASE(v)->mutex);
    if (file) {
        thread_enter_blocking();
        dbm_close(file);
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
        dbm_close(d->file);
    pthread_mutex_destroy(&d->mutex);
}

static const struct method_def methods[] = {
    METHOD("close", method_close, "($self, /)", "Close the database."),
    METHOD("keys", method_keys, "($self, /)", "Return a list of all keys in the database."),
    METHOD("get", method_get, "($self, key, default=None, /)",
           "Return the value for key if present, otherwise default."),
    METHOD("setdefault", method_setdefault, "($self, key, default=b'', /)",
           "Return the value for key if present, otherwise default.\n\nIf key is not in the database, it is inserted "
           "with default as the value."),
    METHOD("__enter__", method_enter, "($self, /)", NULL),
    METHOD("__exit__", method_exit, "($self, /, *args)", NULL),
    {0},
};
static const struct type_spec database_spec = {
    .name = "_dbm.dbm",
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
    *flags = O_RDONLY;
    if (is_missing(given))
        return true;
    if (!is_str(given))
        return raise_false(EXC(TypeError), "open() argument 2 must be str, not %K", given);
    *flags = str_equals_text(given, "r")                                   ? O_RDONLY
             : str_equals_text(given, "w") || str_equals_text(given, "rw") ? O_RDWR
             : str_equals_text(given, "c")                                 ? O_RDWR | O_CREAT
             : str_equals_text(given, "n")                                 ? O_RDWR | O_CREAT | O_TRUNC
                                                                           : -1;
    if (*flags < 0)
        fail("arg 2 to open should be 'r', 'w', 'c', or 'n'");
    return *flags >= 0;
}
/* OSError's kind of error.error, with what the system says. */
static value system_failed(int error, value filename)
{
    value text = str_decode_locale(strerror(error)), args[] = {small_int(error), text, filename};
    value exception = text ? call_vector(slot_peek(&error_class), args, 3, NULL) : NULL;
    if (exception)
        raise_exception(exception);
    value_dec(exception);
    value_dec(text);
    return NULL;
}
static value open_database(value module, value filename, value given_flags, value given_mode)
{
    struct text path;
    int flags, mode;
    if (!flags_of(given_flags, &flags) || !value_as_int(given_mode, &mode) || !text_of_path(filename, &path))
        return NULL;
    struct database *d = (struct database *)object_new(database_type, sizeof *d);
    if (d) {
        pthread_mutex_init(&d->mutex, NULL);
        d->length = -1;
        d->readonly = flags == O_RDONLY;
        errno = 0;
        thread_enter_blocking();
        d->file = dbm_open((char *)path.bytes, flags, mode);
        int error = errno;
        thread_leave_blocking();
        if (!d->file) {
            value_dec(value_of(d));
            d = NULL;
            system_failed(error, filename);
        }
    }
    text_release(&path);
    return value_of(d);
}

static const struct method_def functions[] = {
    METHOD("open", open_database, "(filename, flags='r', mode=438, /)",
           "Return a database object.\n\n  filename\n    The filename to open.\n  flags\n    How to open the file.  "
           "\"r\" for reading, \"w\" for writing, etc.\n  mode\n    If creating a new file, the mode bits for the new "
           "file\n    (e.g. os.O_RDWR)."),
    {0},
};
static bool fill(value module)
{
    if (!database_type && !(database_type = type_define(&database_spec)))
        return false;
    return module_define_exception(module, &error_class, "_dbm.error", EXC(OSError), NULL) &&
           module_add_owned(module, "library", str_from_text("Berkeley DB"));
}
static void finish(void)
{
    slot_drop(&error_class);
}
static const struct module_def definition = {.name = "_dbm", .functions = functions, .fill = fill, .finish = finish};
ATOLL_MODULE(definition);
