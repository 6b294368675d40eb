/* posix: limits and settings by name: sysconf, pathconf, confstr. */
#include "runtime/modules/system/posix.h"
#include "runtime/objects/binary/bytes.h"

#include <limits.h>
#include <stdlib.h>

struct name_number {
    const char *name;
    int number;
};
/* An int, or a str of the table. */
static bool name_get(value v, const struct name_number *names, int *number)
{
    if (is_int(v))
        return value_as_int(v, number);
    if (!is_str(v))
        return raise_false(EXC(TypeError), "configuration names must be strings or integers");
    struct text text;
    if (!text_of(v, &text))
        return false;
    text_release(&text);
    for (; names->name; names++)
        if (str_equals_text(v, names->name)) {
            *number = names->number;
            return true;
        }
    return raise_false(EXC(ValueError), "unrecognized configuration name");
}

#define N(PREFIX, NAME)                       \
    {                                         \
#PREFIX "_" #NAME, _##PREFIX##_##NAME \
    }
static const struct name_number path_names[] = {
    N(PC, ALLOC_SIZE_MIN),
    N(PC, ASYNC_IO),
    N(PC, CHOWN_RESTRICTED),
    N(PC, FILESIZEBITS),
    N(PC, LINK_MAX),
    N(PC, MAX_CANON),
    N(PC, MAX_INPUT),
    N(PC, NAME_MAX),
    N(PC, NO_TRUNC),
    N(PC, PATH_MAX),
    N(PC, PIPE_BUF),
    N(PC, PRIO_IO),
    N(PC, REC_INCR_XFER_SIZE),
    N(PC, REC_MAX_XFER_SIZE),
    N(PC, REC_MIN_XFER_SIZE),
    N(PC, REC_XFER_ALIGN),
    N(PC, SOCK_MAXBUF),
    N(PC, SYMLINK_MAX),
    N(PC, SYNC_IO),
    N(PC, VDISABLE),
    {0},
};
static const struct name_number text_names[] = {
    N(CS, GNU_LIBC_VERSION),
    N(CS, GNU_LIBPTHREAD_VERSION),
    N(CS, LFS64_CFLAGS),
    N(CS, LFS64_LDFLAGS),
    N(CS, LFS64_LIBS),
    N(CS, LFS64_LINTFLAGS),
    N(CS, LFS_CFLAGS),
    N(CS, LFS_LDFLAGS),
    N(CS, LFS_LIBS),
    N(CS, LFS_LINTFLAGS),
    N(CS, PATH),
    N(CS, XBS5_ILP32_OFF32_CFLAGS),
    N(CS, XBS5_ILP32_OFF32_LDFLAGS),
    N(CS, XBS5_ILP32_OFF32_LIBS),
    N(CS, XBS5_ILP32_OFF32_LINTFLAGS),
    N(CS, XBS5_ILP32_OFFBIG_CFLAGS),
    N(CS, XBS5_ILP32_OFFBIG_LDFLAGS),
    N(CS, XBS5_ILP32_OFFBIG_LIBS),
    N(CS, XBS5_ILP32_OFFBIG_LINTFLAGS),
    N(CS, XBS5_LP64_OFF64_CFLAGS),
    N(CS, XBS5_LP64_OFF64_LDFLAGS),
    N(CS, XBS5_LP64_OFF64_LIBS),
    N(CS, XBS5_LP64_OFF64_LINTFLAGS),
    N(CS, XBS5_LPBIG_OFFBIG_CFLAGS),
    N(CS, XBS5_LPBIG_OFFBIG_LDFLAGS),
    N(CS, XBS5_LPBIG_OFFBIG_LIBS),
    N(CS, XBS5_LPBIG_OFFBIG_LINTFLAGS),
    {0},
};
static const struct name_number system_names[] = {
    N(SC, 2_CHAR_TERM),
    N(SC, 2_C_BIND),
    N(SC, 2_C_DEV),
    N(SC, 2_C_VERSION),
    N(SC, 2_FORT_DEV),
    N(SC, 2_FORT_RUN),
    N(SC, 2_LOCALEDEF),
    N(SC, 2_SW_DEV),
    N(SC, 2_UPE),
    N(SC, 2_VERSION),
    N(SC, AIO_LISTIO_MAX),
    N(SC, AIO_MAX),
    N(SC, AIO_PRIO_DELTA_MAX),
    N(SC, ARG_MAX),
    N(SC, ASYNCHRONOUS_IO),
    N(SC, ATEXIT_MAX),
    N(SC, AVPHYS_PAGES),
    N(SC, BC_BASE_MAX),
    N(SC, BC_DIM_MAX),
    N(SC, BC_SCALE_MAX),
    N(SC, BC_STRING_MAX),
    N(SC, CHARCLASS_NAME_MAX),
    N(SC, CHAR_BIT),
    N(SC, CHAR_MAX),
    N(SC, CHAR_MIN),
    N(SC, CHILD_MAX),
    N(SC, CLK_TCK),
    N(SC, COLL_WEIGHTS_MAX),
    N(SC, DELAYTIMER_MAX),
    N(SC, EQUIV_CLASS_MAX),
    N(SC, EXPR_NEST_MAX),
    N(SC, FSYNC),
    N(SC, GETGR_R_SIZE_MAX),
    N(SC, GETPW_R_SIZE_MAX),
    N(SC, INT_MAX),
    N(SC, INT_MIN),
    N(SC, IOV_MAX),
    N(SC, JOB_CONTROL),
    N(SC, LINE_MAX),
    N(SC, LOGIN_NAME_MAX),
    N(SC, LONG_BIT),
    N(SC, MAPPED_FILES),
    N(SC, MB_LEN_MAX),
    N(SC, MEMLOCK),
    N(SC, MEMLOCK_RANGE),
    N(SC, MEMORY_PROTECTION),
    N(SC, MESSAGE_PASSING),
    N(SC, MINSIGSTKSZ),
    N(SC, MQ_OPEN_MAX),
    N(SC, MQ_PRIO_MAX),
    N(SC, NGROUPS_MAX),
    N(SC, NL_ARGMAX),
    N(SC, NL_LANGMAX),
    N(SC, NL_MSGMAX),
    N(SC, NL_NMAX),
    N(SC, NL_SETMAX),
    N(SC, NL_TEXTMAX),
    N(SC, NPROCESSORS_CONF),
    N(SC, NPROCESSORS_ONLN),
    N(SC, NZERO),
    N(SC, OPEN_MAX),
    N(SC, PAGESIZE),
    N(SC, PAGE_SIZE),
    N(SC, PASS_MAX),
    N(SC, PHYS_PAGES),
    N(SC, PII),
    N(SC, PII_INTERNET),
    N(SC, PII_INTERNET_DGRAM),
    N(SC, PII_INTERNET_STREAM),
    N(SC, PII_OSI),
    N(SC, PII_OSI_CLTS),
    N(SC, PII_OSI_COTS),
    N(SC, PII_OSI_M),
    N(SC, PII_SOCKET),
    N(SC, PII_XTI),
    N(SC, POLL),
    N(SC, PRIORITIZED_IO),
    N(SC, PRIORITY_SCHEDULING),
    N(SC, REALTIME_SIGNALS),
    N(SC, RE_DUP_MAX),
    N(SC, RTSIG_MAX),
    N(SC, SAVED_IDS),
    N(SC, SCHAR_MAX),
    N(SC, SCHAR_MIN),
    N(SC, SELECT),
    N(SC, SEMAPHORES),
    N(SC, SEM_NSEMS_MAX),
    N(SC, SEM_VALUE_MAX),
    N(SC, SHARED_MEMORY_OBJECTS),
    N(SC, SHRT_MAX),
    N(SC, SHRT_MIN),
    N(SC, SIGQUEUE_MAX),
    N(SC, SSIZE_MAX),
    N(SC, STREAM_MAX),
    N(SC, SYNCHRONIZED_IO),
    N(SC, THREADS),
    N(SC, THREAD_ATTR_STACKADDR),
    N(SC, THREAD_ATTR_STACKSIZE),
    N(SC, THREAD_DESTRUCTOR_ITERATIONS),
    N(SC, THREAD_KEYS_MAX),
    N(SC, THREAD_PRIORITY_SCHEDULING),
    N(SC, THREAD_PRIO_INHERIT),
    N(SC, THREAD_PRIO_PROTECT),
    N(SC, THREAD_PROCESS_SHARED),
    N(SC, THREAD_SAFE_FUNCTIONS),
    N(SC, THREAD_STACK_MIN),
    N(SC, THREAD_THREADS_MAX),
    N(SC, TIMERS),
    N(SC, TIMER_MAX),
    N(SC, TTY_NAME_MAX),
    N(SC, TZNAME_MAX),
    N(SC, T_IOV_MAX),
    N(SC, UCHAR_MAX),
    N(SC, UINT_MAX),
    N(SC, UIO_MAXIOV),
    N(SC, ULONG_MAX),
    N(SC, USHRT_MAX),
    N(SC, VERSION),
    N(SC, WORD_BIT),
    N(SC, XBS5_ILP32_OFF32),
    N(SC, XBS5_ILP32_OFFBIG),
    N(SC, XBS5_LP64_OFF64),
    N(SC, XBS5_LPBIG_OFFBIG),
    N(SC, XOPEN_CRYPT),
    N(SC, XOPEN_ENH_I18N),
    N(SC, XOPEN_LEGACY),
    N(SC, XOPEN_REALTIME),
    N(SC, XOPEN_REALTIME_THREADS),
    N(SC, XOPEN_SHM),
    N(SC, XOPEN_UNIX),
    N(SC, XOPEN_VERSION),
    N(SC, XOPEN_XCU_VERSION),
    N(SC, XOPEN_XPG2),
    N(SC, XOPEN_XPG3),
    N(SC, XOPEN_XPG4),
    {0},
};

static value posix_sysconf(value self, value given_name)
{
    int name;
    if (!name_get(given_name, system_names, &name))
        return NULL;
    errno = 0;
    long result = sysconf(name);
    return result == -1 && errno ? raise_errno(errno, NULL, NULL) : int_from_i64(result);
}
static value posix_confstr(value self, value given_name)
{
    int name;
    char few[256], *text = few;
    if (!name_get(given_name, text_names, &name))
        return NULL;
    errno = 0;
    size_t size = confstr(name, few, sizeof few);
    if (size == 0)
        return errno ? raise_errno(errno, NULL, NULL) : VALUE_NONE;
    if (size > sizeof few) {
        text = malloc(size);
        if (!text)
            return raise_no_memory();
        confstr(name, text, size);
    }
    value result = str_decode_locale(text);
    if (text != few)
        free(text);
    return result;
}
static value posix_pathconf(value self, value given_path, value given_name)
{
    struct path path;
    int name;
    if (!path_get(&path, given_path, "pathconf", "path", PATH_FD))
        return NULL;
    value result = NULL;
    if (name_get(given_name, path_names, &name)) {
        errno = 0;
        long limit = path_is_fd(&path) ? BLOCKING(fpathconf(path.fd, name)) : BLOCKING(pathconf(path.text.bytes, name));
        if (limit != -1 || !errno)
            result = int_from_i64(limit);
        else
            result = errno == EINVAL ? raise_errno(errno, NULL, NULL) : path_error(&path);
    }
    path_release(&path);
    return result;
}
static value posix_fpathconf(value self, value given_fd, value given_name)
{
    int fd, name;
    if (!fd_get(given_fd, &fd) || !name_get(given_name, path_names, &name))
        return NULL;
    errno = 0;
    long limit = BLOCKING(fpathconf(fd, name));
    return limit == -1 && errno ? raise_errno(errno, NULL, NULL) : int_from_i64(limit);
}

const struct method_def posix_limit_functions[] = {
    METHOD("sysconf", posix_sysconf, "(name, /)", "Return an integer-valued system configuration variable."),
    METHOD("confstr", posix_confstr, "(name, /)", "Return a string-valued system configuration variable."),
    METHOD("pathconf", posix_pathconf, "(path, name)",
           "Return the configuration limit name for the file or directory path."),
    METHOD("fpathconf", posix_fpathconf, "(fd, name, /)",
           "Return the configuration limit name for the file descriptor fd."),
    {0},
};

static bool add_names(value module, const char *name, const struct name_number *names)
{
    value dict = dict_new();
    bool done = dict != NULL;
    for (; done && names->name; names++)
        done = dict_set_text(dict, names->name, small_int(names->number));
    done = done && module_add(module, name, dict);
    value_dec(dict);
    return done;
}
bool posix_limit_fill(value module)
{
    return add_names(module, "sysconf_names", system_names) && add_names(module, "pathconf_names", path_names) &&
           add_names(module, "confstr_names", text_names);
}
