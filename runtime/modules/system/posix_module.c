/* The posix module: the system's calls, as os.py takes them. Functions are in posix_*.c, by subject. */
#include <signal.h> /* before error.h: see raise there */

#include "runtime/modules/system/posix.h"
#include "runtime/objects/binary/bytes.h"
#include "runtime/objects/containers/container.h"

#include <limits.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/statvfs.h>
#include <sys/times.h>
#include <sys/utsname.h>
#include <dlfcn.h>
#include <linux/limits.h>
#include <linux/memfd.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <sysexits.h>

static value os_error(void)
{
    return raise_errno(errno, NULL, NULL);
}

static struct type *terminal_size_type, *times_type, *uname_type;

/* ---- randomness ---- */
static value fill_random(size_t size, unsigned flags)
{
    value bytes = bytes_new(NULL, size);
    for (size_t got = 0; bytes && got < size;) {
        bool raised = false;
        ssize_t n = BLOCKING_RETRY(getrandom(bytes_data(bytes) + got, size - got, flags), raised);
        if (n < 0) {
            value_dec(bytes);
            return raised ? NULL : os_error();
        }
        got += (size_t)n;
    }
    return bytes;
}
static value posix_urandom(value self, value given_size)
{
    ssize size;
    if (!value_as_ssize(given_size, &size))
        return NULL;
    return size < 0 ? raise(EXC(ValueError), "negative argument not allowed") : fill_random((size_t)size, 0);
}
static value posix_getrandom(value self, value given_size, value given_flags)
{
    ssize size;
    int flags;
    if (!value_as_ssize(given_size, &size) || !value_as_int(given_flags, &flags))
        return NULL;
    return size < 0 ? raise_errno(EINVAL, NULL, NULL) : fill_random((size_t)size, (unsigned)flags);
}

/* ---- the machine ---- */
static value posix_cpu_count(value self)
{
    long count = sysconf(_SC_NPROCESSORS_ONLN);
    return count < 1 ? VALUE_NONE : small_int(count);
}
static value posix_getloadavg(value self)
{
    double load[3];
    if (getloadavg(load, 3) != 3)
        return raise(EXC(OSError), "Load averages are unobtainable");
    value items[] = {float_new(load[0]), float_new(load[1]), float_new(load[2])};
    return tuple_from_owned(items, 3);
}
static value posix_uname(value self)
{
    struct utsname u;
    if (uname(&u) < 0)
        return os_error();
    value items[] = {str_decode_locale(u.sysname), str_decode_locale(u.nodename), str_decode_locale(u.release),
                     str_decode_locale(u.version), str_decode_locale(u.machine)};
    return struct_sequence_new(uname_type, items);
}
static value posix_times(value self)
{
    struct tms t;
    clock_t elapsed = times(&t);
    double ticks = (double)sysconf(_SC_CLK_TCK);
    value items[] = {float_new((double)t.tms_utime / ticks), float_new((double)t.tms_stime / ticks),
                     float_new((double)t.tms_cutime / ticks), float_new((double)t.tms_cstime / ticks),
                     float_new((double)elapsed / ticks)};
    return struct_sequence_new(times_type, items);
}
static value posix_terminal_size(value self, value given_fd)
{
    int fd;
    struct winsize size;
    if (!value_as_int(given_fd, &fd))
        return NULL;
    if (ioctl(fd, TIOCGWINSZ, &size) < 0)
        return os_error();
    value items[] = {small_int(size.ws_col), small_int(size.ws_row)};
    return struct_sequence_new(terminal_size_type, items);
}
static value posix_strerror(value self, value given_code)
{
    int code;
    return value_as_int(given_code, &code) ? str_decode_locale(strerror(code)) : NULL;
}
static value posix_ctermid(value self)
{
    char name[L_ctermid];
    return str_decode_locale(ctermid(name));
}

/* ---- environment: os.environ keeps the mapping, these keep the process's own in step ---- */
static pthread_mutex_t environment_lock = PTHREAD_MUTEX_INITIALIZER;

static value posix_putenv(value self, value given_name, value v)
{
    struct path name, item;
    if (!path_get(&name, given_name, "putenv", "name", PATH_TERSE))
        return NULL;
    if (!path_get(&item, v, "putenv", "value", PATH_TERSE)) {
        path_release(&name);
        return NULL;
    }
    value result = VALUE_NONE;
    if (strchr(name.text.bytes, '=')) {
        result = raise(EXC(ValueError), "illegal environment variable name");
    } else if (!audit("os.putenv", "NN", path_bytes(&name), path_bytes(&item))) {
        result = NULL;
    } else {
        pthread_mutex_lock(&environment_lock);
        int status = setenv(name.text.bytes, item.text.bytes, 1);
        pthread_mutex_unlock(&environment_lock);
        if (status < 0)
            result = os_error();
    }
    path_release(&item);
    path_release(&name);
    return result;
}
static value posix_unsetenv(value self, value given_name)
{
    struct path name;
    if (!path_get(&name, given_name, "unsetenv", "name", PATH_TERSE))
        return NULL;
    if (!audit("os.unsetenv", "(N)", path_bytes(&name)))
        return path_refused(&name);
    pthread_mutex_lock(&environment_lock);
    int status = unsetenv(name.text.bytes);
    pthread_mutex_unlock(&environment_lock);
    value result = status < 0 ? os_error() : VALUE_NONE;
    path_release(&name);
    return result;
}

char **environment_copy(void)
{
    pthread_mutex_lock(&environment_lock);
    size_t count = 0, copied = 0;
    while (environ && environ[count])
        count++;
    char **copy = calloc(count + 1, sizeof *copy);
    while (copy && copied < count && (copy[copied] = strdup(environ[copied])))
        copied++;
    pthread_mutex_unlock(&environment_lock);
    if (copy && copied == count)
        return copy;
    strings_free(copy);
    return (char **)raise_no_memory();
}

static value environment(void)
{
    value dict = dict_new();
    for (char **entry = environ; dict && entry && *entry; entry++) {
        const char *equals = strchr(*entry, '=');
        if (!equals)
            continue;
        value name = bytes_new((const uint8_t *)*entry, (size_t)(equals - *entry));
        value item = name ? bytes_new((const uint8_t *)equals + 1, strlen(equals + 1)) : NULL;
        value now = item ? dict_set_default(dict, name, item) : NULL;
        value_dec(item);
        value_dec(name);
        if (!now) {
            value_dec(dict);
            return NULL;
        }
        value_dec(now);
    }
    return dict;
}

const struct method_def posix_system_functions[] = {
    METHOD("urandom", posix_urandom, "(size, /)",
           "Return a bytes object containing random bytes suitable for cryptographic use."),
    METHOD("getrandom", posix_getrandom, "(size, flags=0)", "Obtain a series of random bytes."),
    METHOD("cpu_count", posix_cpu_count, "()",
           "Return the number of CPUs in the system; return None if indeterminable."),
    METHOD("getloadavg", posix_getloadavg, "()", "Return average recent system load information."),
    METHOD("uname", posix_uname, "()", "Return an object identifying the current operating system."),
    METHOD("times", posix_times, "()", "Return a collection containing process timing information."),
    METHOD("get_terminal_size", posix_terminal_size, "(fd=1, /)",
           "Return the size of the terminal window as (columns, lines)."),
    METHOD("strerror", posix_strerror, "(code, /)", "Translate an error code to a message string."),
    METHOD("ctermid", posix_ctermid, "()", "Return the name of the controlling terminal for this process."),
    METHOD("putenv", posix_putenv, "(name, value, /)", "Change or add an environment variable."),
    METHOD("unsetenv", posix_unsetenv, "(name, /)", "Delete an environment variable."),
    {0},
};

static const struct struct_sequence_field terminal_size_fields[] = {
    {"columns", "width of the terminal window in characters"},
    {"lines", "height of the terminal window in characters"},
    {0}};
static const struct struct_sequence_field times_fields[] = {
    {"user", "user time"},
    {"system", "system time"},
    {"children_user", "user time of children"},
    {"children_system", "system time of children"},
    {"elapsed", "elapsed time since an arbitrary point in the past"},
    {0}};
static const struct struct_sequence_field uname_fields[] = {
    {"sysname", "operating system name"},    {"nodename", "name of machine on network (implementation-defined)"},
    {"release", "operating system release"}, {"version", "operating system version"},
    {"machine", "hardware identifier"},      {0}};
static bool add_structure(value module, struct type **type, const char *name,
                          const struct struct_sequence_field *fields, size_t visible, struct_sequence_constructor *new)
{
    if (!*type)
        *type = struct_sequence_define(name, NULL, fields, visible, new);
    return *type && module_add_type(module, *type);
}

#define C(NAME)     \
    {               \
#NAME, NAME \
    }
static const struct module_constant constants[] = {C(F_OK),
                                                   C(R_OK),
                                                   C(W_OK),
                                                   C(X_OK),
                                                   C(NGROUPS_MAX),
                                                   C(TMP_MAX),
                                                   C(WCONTINUED),
                                                   C(WNOHANG),
                                                   C(WUNTRACED),
                                                   C(WEXITED),
                                                   C(WNOWAIT),
                                                   C(WSTOPPED),
                                                   C(O_RDONLY),
                                                   C(O_WRONLY),
                                                   C(O_RDWR),
                                                   C(O_NDELAY),
                                                   C(O_NONBLOCK),
                                                   C(O_APPEND),
                                                   C(O_DSYNC),
                                                   C(O_RSYNC),
                                                   C(O_SYNC),
                                                   C(O_NOCTTY),
                                                   C(O_CREAT),
                                                   C(O_EXCL),
                                                   C(O_TRUNC),
                                                   C(O_LARGEFILE),
                                                   C(O_PATH),
                                                   C(O_TMPFILE),
                                                   C(O_CLOEXEC),
                                                   C(O_ACCMODE),
                                                   C(O_ASYNC),
                                                   C(O_DIRECT),
                                                   C(O_DIRECTORY),
                                                   C(O_NOFOLLOW),
                                                   C(O_NOATIME),
                                                   {"EX_OK", 0},
                                                   C(F_LOCK),
                                                   C(F_TLOCK),
                                                   C(F_ULOCK),
                                                   C(F_TEST),
                                                   C(PRIO_PROCESS),
                                                   C(PRIO_PGRP),
                                                   C(PRIO_USER),
                                                   C(SCHED_OTHER),
                                                   C(SCHED_FIFO),
                                                   C(SCHED_RR),
                                                   C(SCHED_BATCH),
                                                   C(SCHED_IDLE),
                                                   C(SCHED_RESET_ON_FORK),
                                                   C(P_PID),
                                                   C(P_PGID),
                                                   C(P_ALL),
                                                   C(SEEK_DATA),
                                                   C(SEEK_HOLE),
                                                   C(GRND_RANDOM),
                                                   C(GRND_NONBLOCK),
                                                   C(ST_RDONLY),
                                                   C(CLD_CONTINUED),
                                                   C(CLD_DUMPED),
                                                   C(CLD_EXITED),
                                                   C(CLD_KILLED),
                                                   C(CLD_STOPPED),
                                                   C(CLD_TRAPPED),
                                                   C(EFD_CLOEXEC),
                                                   C(EFD_NONBLOCK),
                                                   C(EFD_SEMAPHORE),
                                                   C(EX_CANTCREAT),
                                                   C(EX_CONFIG),
                                                   C(EX_DATAERR),
                                                   C(EX_IOERR),
                                                   C(EX_NOHOST),
                                                   C(EX_NOINPUT),
                                                   C(EX_NOPERM),
                                                   C(EX_NOUSER),
                                                   C(EX_OSERR),
                                                   C(EX_OSFILE),
                                                   C(EX_PROTOCOL),
                                                   C(EX_SOFTWARE),
                                                   C(EX_TEMPFAIL),
                                                   C(EX_UNAVAILABLE),
                                                   C(EX_USAGE),
                                                   C(MFD_ALLOW_SEALING),
                                                   C(MFD_CLOEXEC),
                                                   C(MFD_HUGETLB),
                                                   {"MFD_HUGE_16GB", (uint32_t)MFD_HUGE_16GB},
                                                   C(MFD_HUGE_16MB),
                                                   C(MFD_HUGE_1GB),
                                                   C(MFD_HUGE_1MB),
                                                   C(MFD_HUGE_256MB),
                                                   C(MFD_HUGE_2GB),
                                                   C(MFD_HUGE_2MB),
                                                   C(MFD_HUGE_32MB),
                                                   C(MFD_HUGE_512KB),
                                                   C(MFD_HUGE_512MB),
                                                   C(MFD_HUGE_64KB),
                                                   C(MFD_HUGE_8MB),
                                                   C(MFD_HUGE_MASK),
                                                   C(MFD_HUGE_SHIFT),
                                                   C(O_FSYNC),
                                                   C(POSIX_FADV_DONTNEED),
                                                   C(POSIX_FADV_NOREUSE),
                                                   C(POSIX_FADV_NORMAL),
                                                   C(POSIX_FADV_RANDOM),
                                                   C(POSIX_FADV_SEQUENTIAL),
                                                   C(POSIX_FADV_WILLNEED),
                                                   C(P_PIDFD),
                                                   C(RTLD_DEEPBIND),
                                                   C(RTLD_GLOBAL),
                                                   C(RTLD_LAZY),
                                                   C(RTLD_LOCAL),
                                                   C(RTLD_NODELETE),
                                                   C(RTLD_NOLOAD),
                                                   C(RTLD_NOW),
                                                   C(RWF_APPEND),
                                                   C(RWF_DSYNC),
                                                   C(RWF_HIPRI),
                                                   C(RWF_NOWAIT),
                                                   C(RWF_SYNC),
                                                   C(SPLICE_F_MORE),
                                                   C(SPLICE_F_MOVE),
                                                   C(SPLICE_F_NONBLOCK),
                                                   C(ST_APPEND),
                                                   C(ST_MANDLOCK),
                                                   C(ST_NOATIME),
                                                   C(ST_NODEV),
                                                   C(ST_NODIRATIME),
                                                   C(ST_NOEXEC),
                                                   C(ST_RELATIME),
                                                   C(ST_SYNCHRONOUS),
                                                   C(ST_WRITE),
                                                   C(XATTR_CREATE),
                                                   C(XATTR_REPLACE),
                                                   C(XATTR_SIZE_MAX),
                                                   C(ST_NOSUID),
                                                   {0}};

/* For os.supports_dir_fd and its like: which calls take what. */
static const char *const have_functions[] = {"HAVE_EVENTFD",
                                             "HAVE_FACCESSAT",
                                             "HAVE_FCHDIR",
                                             "HAVE_FCHMOD",
                                             "HAVE_FCHMODAT",
                                             "HAVE_FCHOWN",
                                             "HAVE_FCHOWNAT",
                                             "HAVE_FEXECVE",
                                             "HAVE_FDOPENDIR",
                                             "HAVE_FPATHCONF",
                                             "HAVE_FSTATAT",
                                             "HAVE_FSTATVFS",
                                             "HAVE_FTRUNCATE",
                                             "HAVE_FUTIMENS",
                                             "HAVE_FUTIMES",
                                             "HAVE_FUTIMESAT",
                                             "HAVE_LINKAT",
                                             "HAVE_LCHOWN",
                                             "HAVE_LSTAT",
                                             "HAVE_LUTIMES",
                                             "HAVE_MEMFD_CREATE",
                                             "HAVE_MKDIRAT",
                                             "HAVE_MKFIFOAT",
                                             "HAVE_MKNODAT",
                                             "HAVE_OPENAT",
                                             "HAVE_READLINKAT",
                                             "HAVE_RENAMEAT",
                                             "HAVE_SYMLINKAT",
                                             "HAVE_UNLINKAT",
                                             "HAVE_UTIMENSAT",
                                             NULL};

static bool add_have_functions(value module)
{
    value list = list_new(32);
    bool done = list != NULL;
    for (size_t i = 0; done && have_functions[i]; i++)
        done = list_append_owned(list, str_interned(have_functions[i]));
    done = done && module_add(module, "_have_functions", list);
    value_dec(list);
    return done;
}

static bool fill(value module)
{
    return module_add_functions(module, posix_file_functions) && module_add_functions(module, posix_path_functions) &&
           module_add_functions(module, posix_stat_functions) &&
           module_add_functions(module, posix_process_functions) &&
           module_add_functions(module, posix_system_functions) &&
           module_add_functions(module, posix_identity_functions) &&
           module_add_functions(module, posix_limit_functions) && module_add_functions(module, posix_spawn_functions) &&
           module_add_functions(module, posix_transfer_functions) &&
           module_add_functions(module, posix_xattr_functions) &&
           module_add_functions(module, posix_terminal_functions) && posix_stat_fill(module) &&
           posix_process_fill(module) && posix_identity_fill(module) &&
           module_add_constants(module, posix_spawn_constants) &&
           add_structure(module, &terminal_size_type, "os.terminal_size", terminal_size_fields, 2,
                         struct_sequence_from) &&
           add_structure(module, &times_type, "posix.times_result", times_fields, 5, struct_sequence_from) &&
           add_structure(module, &uname_type, "posix.uname_result", uname_fields, 5, struct_sequence_from) &&
           module_add_constants(module, constants) && add_have_functions(module) && posix_limit_fill(module) &&
           module_add(module, "error", value_of(EXC(OSError))) && module_add_owned(module, "environ", environment());
}

const struct module_def posix_module = {
    .name = "posix",
    .doc = "This module provides access to operating system functionality that is\n"
           "standardized by the C Standard and the POSIX standard (a thinly\n"
           "disguised Unix interface).  Refer to the library manual and\n"
           "corresponding Unix manual entries for more information on calls.",
    .fill = fill,
    .finish = posix_process_finish,
};
