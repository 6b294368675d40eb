/* The _dbm module, over Berkeley DB's form of ndbm. */
#include "runtime/native/database.h"

#define DB_DBM_HSEARCH 1
#include <db.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>

struct dbm {
    struct database base;
    ssize length;  /* < 0: not counted yet */
    bool readonly; /* constant */
};
#define DBM_OF(v) ((struct dbm *)(v))
static struct type *database_type;
const char database_closed[] = "DBM object has already been closed";
const char database_values_only[] = "dbm mappings have bytes or string elements only";
void database_close_file(void *file)
{
    dbm_close(file);
}

/* ---- keys and values ---- */
static datum datum_of(value bytes)
{
    return (datum){(char *)bytes_data(bytes), (int)bytes_length(bytes)};
}
/* Of the database's memory, which is its own until the next call; VALUE_MISSING for none. */
static value copy_datum(datum d)
{
    return d.dptr ? bytes_new((const uint8_t *)d.dptr, (size_t)d.dsize) : VALUE_MISSING;
}
#define KEYS_ONLY "dbm mappings have bytes or string keys only"

value database_fetch(value v, value given_key)
{
    value key = database_bytes(given_key, "a bytes-like object is required, not '%T'"), found = NULL;
    if (key && database_enter(v)) {
        datum d = datum_of(key);
        thread_enter_blocking();
        datum content = dbm_fetch(DATABASE(v)->file, d);
        thread_leave_blocking();
        found = copy_datum(content);
        database_leave(v);
    }
    value_dec(key);
    return found;
}
static bool put(value v, value key, value item)
{
    if (!database_enter(v))
        return false;
    datum d = datum_of(key), content = datum_of(item);
    thread_enter_blocking();
    bool done = dbm_store(DATABASE(v)->file, d, content, DBM_REPLACE) >= 0;
    if (!done)
        dbm_clearerr(DATABASE(v)->file);
    thread_leave_blocking();
    DBM_OF(v)->length = -1;
    database_leave(v);
    if (!done)
        database_fail("cannot add item to database");
    return done;
}
static bool erase(value v, value key, value given_key)
{
    if (!database_enter(v))
        return false;
    datum d = datum_of(key);
    thread_enter_blocking();
    bool done = dbm_delete(DATABASE(v)->file, d) >= 0;
    if (!done)
        dbm_clearerr(DATABASE(v)->file);
    thread_leave_blocking();
    DBM_OF(v)->length = -1;
    database_leave(v);
    if (!done && DBM_OF(v)->readonly)
        database_fail("cannot delete item from database");
    else if (!done)
        raise_key_error(given_key); /* or the file is damaged: ndbm does not tell */
    return done;
}
bool database_setitem(value v, value given_key, value given)
{
    value key = database_bytes(given_key, KEYS_ONLY),
          item = key && given ? database_bytes(given, database_values_only) : NULL;
    bool done = key && (given ? item && put(v, key, item) : erase(v, key, given_key));
    value_dec(item);
    value_dec(key);
    return done;
}
static int database_contains(value v, value key)
{
    if (!is_str(key) && !is_bytes(key))
        return raise_int(EXC(TypeError), "dbm key must be bytes or string, not %.100T", key);
    value found = database_fetch(v, key);
    int there = !found ? -1 : found != VALUE_MISSING;
    if (found != VALUE_MISSING)
        value_dec(found);
    return there;
}
ssize database_length(value v)
{
    if (!database_enter(v))
        return -1;
    struct dbm *d = DBM_OF(v);
    if (d->length < 0) {
        ssize count = 0;
        thread_enter_blocking();
        for (datum key = dbm_firstkey(d->base.file); key.dptr; key = dbm_nextkey(d->base.file))
            count++;
        thread_leave_blocking();
        d->length = count;
    }
    ssize length = d->length;
    database_leave(v);
    return length;
}
/* ---- methods ---- */
static value method_keys(value v)
{
    if (!database_enter(v))
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
    database_leave(v);
    if (done)
        return list;
    value_dec(list);
    return NULL;
}
static const struct method_def methods[] = {
    METHOD("close", database_close, "($self, /)", "Close the database."),
    METHOD("keys", method_keys, "($self, /)", "Return a list of all keys in the database."),
    METHOD("get", database_get, "($self, key, default=None, /)",
           "Return the value for key if present, otherwise default."),
    METHOD("setdefault", database_setdefault, "($self, key, default=b'', /)",
           "Return the value for key if present, otherwise default.\n\nIf key is not in the database, it is inserted "
           "with default as the value."),
    METHOD("__enter__", database_enter_context, "($self, /)", NULL),
    METHOD("__exit__", database_exit_context, "($self, /, *args)", NULL),
    {0},
};
static const struct type_spec database_spec = {
    .name = "_dbm.dbm",
    .size = sizeof(struct dbm),
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
        database_fail("arg 2 to open should be 'r', 'w', 'c', or 'n'");
    return *flags >= 0;
}
static value open_database(value module, value filename, value given_flags, value given_mode)
{
    struct text path;
    int flags, mode;
    if (!flags_of(given_flags, &flags) || !value_as_int(given_mode, &mode) || !text_of_path(filename, &path))
        return NULL;
    struct dbm *d = (struct dbm *)object_new(database_type, sizeof *d);
    if (d) {
        pthread_mutex_init(&d->base.mutex, NULL);
        d->length = -1;
        d->readonly = flags == O_RDONLY;
        errno = 0;
        thread_enter_blocking();
        d->base.file = dbm_open((char *)path.bytes, flags, mode);
        int error = errno;
        thread_leave_blocking();
        if (!d->base.file) {
            value_dec(value_of(d));
            d = NULL;
            database_system_failed(error, filename);
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
    return module_define_exception(module, &database_error, "_dbm.error", EXC(OSError), NULL) &&
           module_add_owned(module, "library", str_from_text("Berkeley DB"));
}
static void finish(void)
{
    slot_drop(&database_error);
}
static const struct module_def definition = {.name = "_dbm", .functions = functions, .fill = fill, .finish = finish};
ATOLL_MODULE(definition);
