/* The syslog module. The C library keeps the ident that it was opened with, so the string lives until the next. */
#include "runtime/modules/system/posix.h"
#include "runtime/sys.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static char *ident; /* what the log is open with */
static bool is_open;

/* The name of the program: what sys.argv[0] ends with. NULL: there is none. */
static value program_name(void)
{
    value argv = sys_get("argv"), first = VALUE_MISSING;
    if (argv && argv != VALUE_MISSING) {
        if (is_list(argv))
            first = list_get(argv, 0);
        value_dec(argv);
    }
    if (!first || first == VALUE_MISSING || !is_str(first)) {
        if (first && first != VALUE_MISSING)
            value_dec(first);
        return VALUE_NONE;
    }
    ssize slash = str_find(first, NAME_TEXT("/"), 0, (ssize)str_length(first), -1);
    value name = str_length(first) ? str_substring(first, (size_t)(slash + 1), str_length(first)) : VALUE_NONE;
    value_dec(first);
    return name;
}

static value open_log(value given_ident, int options, int facility)
{
    value name = is_given(given_ident) ? value_inc(given_ident) : program_name();
    struct text text;
    char *copy = NULL;
    if (!name)
        return NULL;
    if (name != VALUE_NONE) {
        bool got = is_str(name) ? text_of(name, &text)
                                : raise_false(EXC(TypeError), "openlog() argument 1 must be str, not %K", name);
        if (got) {
            copy = strdup(text.bytes);
            text_release(&text);
        }
        if (got && !copy)
            raise_no_memory();
    }
    bool failed = (name != VALUE_NONE && !copy) || !audit("syslog.openlog", "Oii", name, options, facility);
    value_dec(name);
    if (failed) {
        free(copy);
        return NULL;
    }
    thread_enter_blocking();
    pthread_mutex_lock(&lock);
    openlog(copy, options, facility);
    free(ident);
    ident = copy;
    is_open = true;
    pthread_mutex_unlock(&lock);
    thread_leave_blocking();
    return VALUE_NONE;
}
static value syslog_openlog(value self, value given_ident, value given_options, value given_facility)
{
    int options, facility = LOG_USER;
    if (!value_as_int(given_options, &options) ||
        (!is_missing(given_facility) && !value_as_int(given_facility, &facility)))
        return NULL;
    return open_log(given_ident, options, facility);
}
static value syslog_syslog(value self, const value *args, size_t nargs, value kwnames)
{
    int priority = LOG_INFO;
    struct text text;
    if (!no_keywords("syslog.syslog", kwnames))
        return NULL;
    if (nargs < 1 || nargs > 2 || !is_str(args[nargs - 1]))
        return raise(EXC(TypeError), "[priority,] message string");
    if ((nargs == 2 && !value_as_int(args[0], &priority)) || !text_of(args[nargs - 1], &text))
        return NULL;
    if (!audit("syslog.syslog", "iO", priority, args[nargs - 1])) {
        text_release(&text);
        return NULL;
    }
    pthread_mutex_lock(&lock);
    bool opened = is_open;
    pthread_mutex_unlock(&lock);
    if (opened || open_log(VALUE_NONE, 0, LOG_USER)) {
        thread_enter_blocking();
        syslog(priority, "%s", text.bytes);
        thread_leave_blocking();
    }
    text_release(&text);
    return error_occurred() ? NULL : VALUE_NONE;
}
static value syslog_closelog(value self)
{
    if (!audit("syslog.closelog", NULL))
        return NULL;
    thread_enter_blocking();
    pthread_mutex_lock(&lock);
    if (is_open) {
        closelog();
        is_open = false;
    }
    pthread_mutex_unlock(&lock);
    thread_leave_blocking();
    return VALUE_NONE;
}
static value syslog_setlogmask(value self, value given)
{
    int mask;
    return value_as_int(given, &mask) && audit("syslog.setlogmask", "(O)", given) ? small_int(setlogmask(mask)) : NULL;
}
static value syslog_mask(value self, value given)
{
    int64_t priority;
    return value_as_i64(given, &priority) ? small_int(LOG_MASK((int)priority)) : NULL;
}
static value syslog_upto(value self, value given)
{
    int64_t priority;
    return value_as_i64(given, &priority) ? small_int(LOG_UPTO((int)priority)) : NULL;
}

static const struct method_def functions[] = {
    METHOD("openlog", syslog_openlog, "(ident=None, logoption=0, facility=<unrepresentable>)", NULL),
    METHOD("closelog", syslog_closelog, "()", NULL),
    METHOD_ANY("syslog", syslog_syslog, NULL, 0),
    METHOD("setlogmask", syslog_setlogmask, "(maskpri, /)", NULL),
    METHOD("LOG_MASK", syslog_mask, "(pri, /)", NULL),
    METHOD("LOG_UPTO", syslog_upto, "(pri, /)", NULL),
    {0},
};
#define C(NAME)     \
    {               \
#NAME, NAME \
    }
static const struct module_constant constants[] = {C(LOG_ALERT),    C(LOG_AUTH),
                                                   C(LOG_AUTHPRIV), C(LOG_CONS),
                                                   C(LOG_CRIT),     C(LOG_CRON),
                                                   C(LOG_DAEMON),   C(LOG_DEBUG),
                                                   C(LOG_EMERG),    C(LOG_ERR),
                                                   C(LOG_INFO),     C(LOG_KERN),
                                                   C(LOG_LOCAL0),   C(LOG_LOCAL1),
                                                   C(LOG_LOCAL2),   C(LOG_LOCAL3),
                                                   C(LOG_LOCAL4),   C(LOG_LOCAL5),
                                                   C(LOG_LOCAL6),   C(LOG_LOCAL7),
                                                   C(LOG_LPR),      C(LOG_MAIL),
                                                   C(LOG_NDELAY),   C(LOG_NEWS),
                                                   C(LOG_NOTICE),   C(LOG_NOWAIT),
                                                   C(LOG_ODELAY),   C(LOG_PERROR),
                                                   C(LOG_PID),      C(LOG_SYSLOG),
                                                   C(LOG_USER),     C(LOG_UUCP),
                                                   C(LOG_WARNING),  {0}};
static bool fill(value module)
{
    return module_add_constants(module, constants);
}
const struct module_def syslog_module = {.name = "syslog", .functions = functions, .fill = fill};
