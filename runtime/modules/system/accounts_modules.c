/*
 * pwd, grp and spwd: the databases of users and groups. Single entries are asked for by the C library's reentrant
 * functions; walks over all of them are one at a time, since the library has one place for each.
 */
#include "runtime/modules/system/posix.h"

#include <grp.h>
#include <pthread.h>
#include <pwd.h>
#include <shadow.h>
#include <stdlib.h>

static struct type *passwd_type, *group_type, *shadow_type;
static pthread_mutex_t walk_lock = PTHREAD_MUTEX_INITIALIZER;

static value text_or_empty(const char *text)
{
    return str_decode_locale(text ? text : "");
}
static value from_results(struct type *type, value *items, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (!items[i]) {
            values_drop(items, count);
            return NULL;
        }
    return struct_sequence_new(type, items);
}
static value identity(uint32_t id)
{
    return small_int(id == UINT32_MAX ? -1 : (int64_t)id);
}
static value passwd_value(const struct passwd *p)
{
    value items[] = {text_or_empty(p->pw_name), text_or_empty(p->pw_passwd), identity(p->pw_uid),
                     identity(p->pw_gid),       text_or_empty(p->pw_gecos),  text_or_empty(p->pw_dir),
                     text_or_empty(p->pw_shell)};
    return from_results(passwd_type, items, 7);
}
static value group_value(const struct group *g)
{
    value members = list_new(0);
    for (char **at = g->gr_mem; members && at && *at; at++)
        if (!list_append_owned(members, str_decode_locale(*at))) {
            value_dec(members);
            members = NULL;
        }
    value items[] = {text_or_empty(g->gr_name), text_or_empty(g->gr_passwd), identity(g->gr_gid), members};
    return from_results(group_type, items, 4);
}
static value shadow_value(const struct spwd *s)
{
    value items[] = {text_or_empty(s->sp_namp), text_or_empty(s->sp_pwdp),  int_from_i64(s->sp_lstchg),
                     int_from_i64(s->sp_min),   int_from_i64(s->sp_max),    int_from_i64(s->sp_warn),
                     int_from_i64(s->sp_inact), int_from_i64(s->sp_expire), int_from_i64((long)s->sp_flag),
                     text_or_empty(s->sp_namp), text_or_empty(s->sp_pwdp)};
    return from_results(shadow_type, items, 11);
}

/* ---- one entry ---- */
/* Call CALL(room, size) with more and more room; `status` is its result. */
#define WITH_ROOM(CALL)                               \
    ({                                                \
        int status_;                                  \
        for (size_t size_ = 1024;; size_ *= 2) {      \
            char *more_ = realloc(room, size_);       \
            if (!more_) {                             \
                status_ = ENOMEM;                     \
                break;                                \
            }                                         \
            room = more_;                             \
            size_t size = size_;                      \
            status_ = BLOCKING(CALL);                 \
            if (status_ != ERANGE || size_ > 1 << 24) \
                break;                                \
        }                                             \
        status_;                                      \
    })
/* `argument`: "argument", or with its name. */
static bool name_get(value v, const char *function, const char *argument, struct text *name)
{
    return is_str(v) ? text_of_path(v, name)
                     : raise_false(EXC(TypeError), "%s() %s must be str, not %K", function, argument, v);
}
static value raise_missing(value v, const char *format)
{
    return raise(EXC(KeyError), format, v);
}

static value pwd_getpwuid(value self, value given)
{
    uid_t uid;
    struct passwd entry, *found = NULL;
    char *room = NULL;
    if (!uid_get(given, &uid)) {
        if (!error_matches(EXC(OverflowError)))
            return NULL;
        error_clear(); /* nobody has it */
        return raise(EXC(KeyError), "getpwuid(): uid not found");
    }
    int error = WITH_ROOM(getpwuid_r(uid, &entry, room, size, &found));
    value result = found             ? passwd_value(found)
                   : error == ENOMEM ? raise_no_memory()
                                     : raise_missing(given, "getpwuid(): uid not found: %S");
    free(room);
    return result;
}
static value pwd_getpwnam(value self, value given)
{
    struct text name;
    struct passwd entry, *found = NULL;
    char *room = NULL;
    if (!name_get(given, "getpwnam", "argument", &name))
        return NULL;
    int error = WITH_ROOM(getpwnam_r(name.bytes, &entry, room, size, &found));
    text_release(&name);
    value result = found             ? passwd_value(found)
                   : error == ENOMEM ? raise_no_memory()
                                     : raise_missing(given, "getpwnam(): name not found: %R");
    free(room);
    return result;
}
static value grp_getgrgid(value self, value given)
{
    gid_t gid;
    struct group entry, *found = NULL;
    char *room = NULL;
    if (!gid_get(given, &gid))
        return NULL;
    int error = WITH_ROOM(getgrgid_r(gid, &entry, room, size, &found));
    value result = found             ? group_value(found)
                   : error == ENOMEM ? raise_no_memory()
                                     : raise_missing(given, "getgrgid(): gid not found: %S");
    free(room);
    return result;
}
static value grp_getgrnam(value self, value given)
{
    struct text name;
    struct group entry, *found = NULL;
    char *room = NULL;
    if (!name_get(given, "getgrnam", "argument 'name'", &name))
        return NULL;
    int error = WITH_ROOM(getgrnam_r(name.bytes, &entry, room, size, &found));
    text_release(&name);
    value result = found             ? group_value(found)
                   : error == ENOMEM ? raise_no_memory()
                                     : raise_missing(given, "getgrnam(): name not found: %R");
    free(room);
    return result;
}
static value spwd_getspnam(value self, value given)
{
    struct text name;
    struct spwd entry, *found = NULL;
    char *room = NULL;
    if (!name_get(given, "getspnam", "argument", &name))
        return NULL;
    int error = WITH_ROOM(getspnam_r(name.bytes, &entry, room, size, &found));
    text_release(&name);
    value result = found                      ? shadow_value(found)
                   : error == ENOMEM          ? raise_no_memory()
                   : error && error != ENOENT ? raise_errno(error, NULL, NULL)
                                              : raise(EXC(KeyError), "getspnam(): name not found");
    free(room);
    return result;
}

/* ---- all entries: copied under the lock, which no Python code runs under ---- */
#define ALL(NAME, TYPE, SET, NEXT, END, MAKE)              \
    static value NAME(value self)                          \
    {                                                      \
        value list = list_new(0);                          \
        thread_enter_blocking();                           \
        pthread_mutex_lock(&walk_lock);                    \
        thread_leave_blocking();                           \
        SET();                                             \
        const TYPE *entry;                                 \
        while (list && (entry = BLOCKING(NEXT()))) {       \
            value item = MAKE(entry);                      \
            if (!item || !list_append_owned(list, item)) { \
                value_dec(list);                           \
                list = NULL;                               \
            }                                              \
        }                                                  \
        END();                                             \
        pthread_mutex_unlock(&walk_lock);                  \
        return list;                                       \
    }
ALL(pwd_getpwall, struct passwd, setpwent, getpwent, endpwent, passwd_value)
ALL(grp_getgrall, struct group, setgrent, getgrent, endgrent, group_value)
ALL(spwd_getspall, struct spwd, setspent, getspent, endspent, shadow_value)

/* ---- the modules ---- */
static bool add_type(value module, struct type **type, const char *name, const char *doc,
                     const struct struct_sequence_field *fields, size_t visible)
{
    if (!*type)
        *type = struct_sequence_define(name, doc, fields, visible, struct_sequence_from);
    return *type && module_add_type(module, *type);
}

static const struct method_def pwd_functions[] = {
    METHOD("getpwuid", pwd_getpwuid, "(uidobj, /)",
           "Return the password database entry for the given numeric user ID."),
    METHOD("getpwnam", pwd_getpwnam, "(name, /)", "Return the password database entry for the given user name."),
    METHOD("getpwall", pwd_getpwall, "()",
           "Return a list of all available password database entries, in arbitrary order."),
    {0},
};
static const struct struct_sequence_field passwd_fields[] = {
    {"pw_name", "user name"},  {"pw_passwd", "password"},    {"pw_uid", "user id"},         {"pw_gid", "group id"},
    {"pw_gecos", "real name"}, {"pw_dir", "home directory"}, {"pw_shell", "shell program"}, {0}};
static bool pwd_fill(value module)
{
    return add_type(module, &passwd_type, "pwd.struct_passwd",
                    "pwd.struct_passwd: Results from getpw*() routines.\n\n"
                    "This object may be accessed either as a tuple of\n"
                    "  (pw_name,pw_passwd,pw_uid,pw_gid,pw_gecos,pw_dir,pw_shell)\n"
                    "or via the object attributes as named in the above tuple.",
                    passwd_fields, 7);
}
const struct module_def pwd_module = {
    .name = "pwd",
    .doc = "This module provides access to the Unix password database.\nIt is available on all Unix versions.",
    .functions = pwd_functions,
    .fill = pwd_fill,
};

static const struct method_def grp_functions[] = {
    METHOD("getgrgid", grp_getgrgid, "(id)", "Return the group database entry for the given numeric group ID."),
    METHOD("getgrnam", grp_getgrnam, "(name)", "Return the group database entry for the given group name."),
    METHOD("getgrall", grp_getgrall, "()", "Return a list of all available group entries, in arbitrary order."),
    {0},
};
static const struct struct_sequence_field group_fields[] = {
    {"gr_name", "group name"}, {"gr_passwd", "password"}, {"gr_gid", "group id"}, {"gr_mem", "group members"}, {0}};
static bool grp_fill(value module)
{
    return add_type(module, &group_type, "grp.struct_group",
                    "grp.struct_group: Results from getgr*() routines.\n\n"
                    "This object may be accessed either as a tuple of\n"
                    "  (gr_name,gr_passwd,gr_gid,gr_mem)\n"
                    "or via the object attributes as named in the above tuple.\n",
                    group_fields, 4);
}
const struct module_def grp_module = {
    .name = "grp",
    .doc = "Access to the Unix group database.",
    .functions = grp_functions,
    .fill = grp_fill,
};

static const struct method_def spwd_functions[] = {
    METHOD("getspnam", spwd_getspnam, "(arg, /)", "Return the shadow password database entry for the given user name."),
    METHOD("getspall", spwd_getspall, "()",
           "Return a list of all available shadow password database entries, in arbitrary order."),
    {0},
};
static const struct struct_sequence_field shadow_fields[] = {
    {"sp_namp", "login name"},
    {"sp_pwdp", "encrypted password"},
    {"sp_lstchg", "date of last change"},
    {"sp_min", "min #days between changes"},
    {"sp_max", "max #days between changes"},
    {"sp_warn", "#days before pw expires to warn user about it"},
    {"sp_inact", "#days after pw expires until account is disabled"},
    {"sp_expire", "#days since 1970-01-01 when account expires"},
    {"sp_flag", "reserved"},
    {"sp_nam", "login name; deprecated"},
    {"sp_pwd", "encrypted password; deprecated"},
    {0}};
static bool spwd_fill(value module)
{
    return add_type(module, &shadow_type, "spwd.struct_spwd", "spwd.struct_spwd: Results from getsp*() routines.",
                    shadow_fields, 9);
}
const struct module_def spwd_module = {
    .name = "spwd",
    .doc =
        "This module provides access to the Unix shadow password database.\nIt is available on various Unix versions.",
    .functions = spwd_functions,
    .fill = spwd_fill,
};
