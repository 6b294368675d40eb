/* posix: processes: fork, exec, wait, signals. */
#include <signal.h> /* before error.h: see raise there */

#include "runtime/modules/system/posix.h"
#include "runtime/interp/interp.h"
#include "runtime/modules/importing/import.h"
#include "runtime/modules/system/descriptor.h"
#include "runtime/objects/model/type_internal.h"
#include "runtime/interp/safepoint.h"

#include <grp.h>
#include <limits.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>

static value os_error(void)
{
    return raise_errno(errno, NULL, NULL);
}
static value number_or_error(int64_t n)
{
    return n < 0 ? os_error() : int_from_i64(n);
}

static struct type *waitid_type;
static const struct struct_sequence_field waitid_fields[] = {{"si_pid", NULL},    {"si_uid", NULL},  {"si_signo", NULL},
                                                             {"si_status", NULL}, {"si_code", NULL}, {0}};
bool posix_process_fill(value module)
{
    if (!waitid_type)
        waitid_type = struct_sequence_define("posix.waitid_result",
                                             "waitid_result: Result from waitid.\n\n"
                                             "This object may be accessed either as a tuple of\n"
                                             "  (si_pid, si_uid, si_signo, si_status, si_code),\n"
                                             "or via the attributes si_pid, si_uid, and so on.\n\n"
                                             "See os.waitid for more information.",
                                             waitid_fields, 5, struct_sequence_from);
    return waitid_type && module_add_type(module, waitid_type);
}

/* ---- fork ---- */
enum { BEFORE, AFTER_PARENT, AFTER_CHILD, HOOKS };
static value_slot hooks[HOOKS]; /* lists of functions, or NULL */

static bool add_hook(int which, value function)
{
    if (is_missing(function))
        return true;
    if (!value_is_callable(function))
        return raise_false(EXC(TypeError), "'%s' must be callable",
                           which == BEFORE         ? "before"
                           : which == AFTER_PARENT ? "after_in_parent"
                                                   : "after_in_child");
    value list = atomic_load(&hooks[which]);
    if (!list) {
        value fresh = list_new(4);
        if (!fresh)
            return false;
        if (atomic_compare_exchange_strong(&hooks[which], &list, fresh))
            list = fresh;
        else
            value_dec(fresh);
    }
    return list_append(list, function);
}
static value posix_register_at_fork(value self, const value *args)
{
    if (is_missing(args[0]) && is_missing(args[1]) && is_missing(args[2]))
        return raise(EXC(TypeError), "At least one argument is required.");
    return add_hook(BEFORE, args[0]) && add_hook(AFTER_CHILD, args[1]) && add_hook(AFTER_PARENT, args[2]) ? VALUE_NONE
                                                                                                          : NULL;
}

static void run_hooks(int which)
{
    value list = atomic_load(&hooks[which]);
    size_t count = list ? list_length(list) : 0;
    for (size_t i = 0; i < count; i++) {
        value function = list_get(list, which == BEFORE ? count - 1 - i : i);
        if (function == VALUE_MISSING)
            break;
        value result = call_0(function);
        if (!result)
            error_unraisable(NULL, function);
        value_dec(result);
        value_dec(function);
    }
}

pid_t process_fork(void)
{
    run_hooks(BEFORE);
    imp_lock_acquire();
    gc_before_fork();
    pid_t pid = fork();
    int error = errno;
    if (pid == 0) {
        descriptor_after_fork();
        gc_after_fork_child();
        interpreter_after_fork();
        class_lock_after_fork();
        str_intern_after_fork();
        import_after_fork();
        imp_lock_after_fork();
        safepoint_set_main();
        run_hooks(AFTER_CHILD);
    } else {
        gc_after_fork_parent();
        imp_lock_release();
        run_hooks(AFTER_PARENT);
    }
    errno = error;
    return pid;
}
static value posix_fork(value self, const value *args)
{
    if (!audit("os.fork", NULL))
        return NULL;
    return number_or_error(process_fork());
}

/* ---- exec ---- */

char **strings_from(value sequence, size_t *count)
{
    value tuple = tuple_from_iterable(sequence);
    if (!tuple)
        return NULL;
    size_t n = tuple_length(tuple);
    char **strings = calloc(n + 1, sizeof *strings);
    bool done = strings != NULL;
    if (!done)
        raise_no_memory();
    for (size_t i = 0; done && i < n; i++) {
        struct text text;
        done = text_of_path(tuple_get(tuple, i), &text);
        if (done) {
            strings[i] = strdup(text.bytes);
            text_release(&text);
            done = strings[i] != NULL;
            if (!done)
                raise_no_memory();
        }
    }
    value_dec(tuple);
    if (count)
        *count = n;
    if (done)
        return strings;
    for (size_t i = 0; strings && i < n; i++)
        free(strings[i]);
    free(strings);
    return NULL;
}
void strings_free(char **strings)
{
    for (size_t i = 0; strings && strings[i]; i++)
        free(strings[i]);
    free(strings);
}

/* "name=value" strings of a mapping. */
char **environment_from(value mapping)
{
    value pairs = call_method_0(mapping, NAME(items)), list = pairs ? list_from_iterable(pairs) : NULL;
    value_dec(pairs);
    if (!list)
        return NULL;
    size_t n = list_length(list);
    char **strings = calloc(n + 1, sizeof *strings);
    bool done = strings != NULL;
    if (!done)
        raise_no_memory();
    for (size_t i = 0; done && i < n; i++) {
        value pair = list_get(list, i);
        struct text key, item;
        done = is_tuple(pair) && tuple_length(pair) == 2 ? text_of_path(tuple_get(pair, 0), &key)
                                                         : raise_false(EXC(TypeError), "env.items() must give pairs");
        if (done && (!key.length || strchr(key.bytes + 1, '='))) {
            done = raise_false(EXC(ValueError), "illegal environment variable name");
            text_release(&key);
        }
        if (done) {
            done = text_of_path(tuple_get(pair, 1), &item);
            if (done) {
                if (asprintf(&strings[i], "%s=%s", key.bytes, item.bytes) < 0) {
                    strings[i] = NULL;
                    done = raise_no_memory() != NULL;
                }
                text_release(&item);
            }
            text_release(&key);
        }
        value_dec(pair);
    }
    value_dec(list);
    if (done)
        return strings;
    if (strings)
        strings_free(strings);
    return NULL;
}

static value execute(value program, value arguments, value environment, const char *name)
{
    struct path path;
    if (!is_list(arguments) && !is_tuple(arguments))
        return raise(EXC(TypeError), "%s() arg 2 must be a tuple or list", name);
    size_t count;
    if (!path_get(&path, program, name, "path", environment ? PATH_FD : 0))
        return NULL;
    char **argv = strings_from(arguments, &count), **envp = NULL;
    if (argv && count == 0)
        raise(EXC(ValueError), "%s() arg 2 must not be empty", name);
    else if (argv && !argv[0][0])
        raise(EXC(ValueError), "%s() arg 2 first element cannot be empty", name);
    else if (argv && environment && !(envp = environment_from(environment)))
        count = 0;
    else if (argv && audit("os.exec", "OOO", path.object, arguments, environment)) {
        if (path_is_fd(&path))
            fexecve(path.fd, argv, envp);
        else
            execve(path.text.bytes, argv, envp ? envp : environ);
        if (environment)
            path_error(&path);
        else
            raise_errno(errno, NULL, NULL);
    }
    strings_free(argv);
    strings_free(envp);
    path_release(&path);
    return NULL;
}
static value posix_execv(value self, const value *args)
{
    return execute(args[0], args[1], NULL, "execv");
}
static value posix_execve(value self, const value *args)
{
    return execute(args[0], args[1], args[2], "execve");
}

static value posix_exit(value self, value given_status)
{
    int status;
    if (!value_as_int(given_status, &status))
        return NULL;
    _exit(status);
}
static value posix_abort(value self, const value *args)
{
    abort();
}

static value posix_system(value self, const value *args)
{
    struct path path;
    if (!path_get(&path, args[0], "system", "command", 0))
        return NULL;
    if (!audit("os.system", "(N)", path_bytes(&path)))
        return path_refused(&path);
    int status = BLOCKING(system(path.text.bytes));
    path_release(&path);
    return small_int(status);
}

/* ---- waiting ---- */
static value posix_waitpid(value self, const value *args)
{
    int pid, options, status = 0;
    if (!value_as_signed_int(args[0], &pid) || !value_as_signed_int(args[1], &options))
        return NULL;
    bool raised = false;
    pid_t child = BLOCKING_RETRY(waitpid(pid, &status, options), raised);
    if (child < 0)
        return raised ? NULL : os_error();
    return tuple_pack(2, small_int(child), small_int(status));
}
static value posix_wait(value self, const value *args)
{
    const value any[] = {small_int(-1), small_int(0)};
    return posix_waitpid(self, any);
}
#define STATUS_TEST(NAME)                                                        \
    static value posix_##NAME(value self, const value *args)                     \
    {                                                                            \
        int status;                                                              \
        return value_as_int(args[0], &status) ? value_bool(NAME(status)) : NULL; \
    }
#define STATUS_NUMBER(NAME)                                                     \
    static value posix_##NAME(value self, const value *args)                    \
    {                                                                           \
        int status;                                                             \
        return value_as_int(args[0], &status) ? small_int(NAME(status)) : NULL; \
    }
STATUS_TEST(WIFEXITED)
STATUS_TEST(WIFSIGNALED)
STATUS_TEST(WIFSTOPPED)
STATUS_TEST(WIFCONTINUED)
STATUS_TEST(WCOREDUMP)
STATUS_NUMBER(WEXITSTATUS)
STATUS_NUMBER(WTERMSIG)
STATUS_NUMBER(WSTOPSIG)

static value posix_exitcode(value self, value given_status)
{
    int status;
    if (!value_as_int(given_status, &status))
        return NULL;
    if (WIFEXITED(status))
        return small_int(WEXITSTATUS(status));
    if (WIFSIGNALED(status))
        return small_int(-WTERMSIG(status));
    if (WIFSTOPPED(status))
        return raise(EXC(ValueError), "process stopped by delivery of signal %i", WSTOPSIG(status));
    return raise(EXC(ValueError), "invalid wait status: %i", status);
}

static value posix_kill(value self, const value *args)
{
    int pid, signal;
    if (!value_as_signed_int(args[0], &pid) || !value_as_int(args[1], &signal))
        return NULL;
    if (!audit("os.kill", "ii", pid, signal))
        return NULL;
    if (kill(pid, signal) < 0)
        return os_error();
    return posix_signalled() ? NULL : VALUE_NONE;
}
static value posix_killpg(value self, const value *args)
{
    int group, signal;
    if (!value_as_signed_int(args[0], &group) || !value_as_int(args[1], &signal))
        return NULL;
    if (!audit("os.killpg", "ii", group, signal))
        return NULL;
    return killpg(group, signal) < 0 ? os_error() : VALUE_NONE;
}
static value posix_pidfd_open(value self, const value *args)
{
    int pid;
    int64_t flags;
    if (!value_as_signed_int(args[0], &pid) || !value_as_i64(args[1], &flags))
        return NULL;
    long fd = syscall(SYS_pidfd_open, pid, (unsigned)flags);
    return fd < 0 ? os_error() : small_int(fd);
}

/* What a process that ended used, as resource.struct_rusage. */
static value usage_value(const struct rusage *u)
{
    value module = import_module("resource"), type = module ? attr_get(module, NAME(struct_rusage)) : NULL;
    value_dec(module);
    if (!type)
        return NULL;
    value items[] = {float_new((double)u->ru_utime.tv_sec + (double)u->ru_utime.tv_usec * 1e-6),
                     float_new((double)u->ru_stime.tv_sec + (double)u->ru_stime.tv_usec * 1e-6),
                     int_from_i64(u->ru_maxrss),
                     int_from_i64(u->ru_ixrss),
                     int_from_i64(u->ru_idrss),
                     int_from_i64(u->ru_isrss),
                     int_from_i64(u->ru_minflt),
                     int_from_i64(u->ru_majflt),
                     int_from_i64(u->ru_nswap),
                     int_from_i64(u->ru_inblock),
                     int_from_i64(u->ru_oublock),
                     int_from_i64(u->ru_msgsnd),
                     int_from_i64(u->ru_msgrcv),
                     int_from_i64(u->ru_nsignals),
                     int_from_i64(u->ru_nvcsw),
                     int_from_i64(u->ru_nivcsw)};
    value result = struct_sequence_new((struct type *)type, items);
    value_dec(type);
    return result;
}
static value wait_with_usage(pid_t pid, int options)
{
    int status = 0;
    struct rusage usage = {0};
    bool raised = false;
    pid_t child = BLOCKING_RETRY(wait4(pid, &status, options, &usage), raised);
    if (child < 0)
        return raised ? NULL : os_error();
    value items[] = {small_int(child), small_int(status), usage_value(&usage)};
    return tuple_from_results(items, 3);
}
static value posix_wait3(value self, const value *args)
{
    int options;
    return value_as_int(args[0], &options) ? wait_with_usage(-1, options) : NULL;
}
static value posix_wait4(value self, const value *args)
{
    int pid, options;
    return value_as_signed_int(args[0], &pid) && value_as_int(args[1], &options) ? wait_with_usage(pid, options) : NULL;
}
static value posix_waitid(value self, const value *args)
{
    int kind, options;
    int64_t id;
    siginfo_t info = {0};
    if (!value_as_int(args[0], &kind) || !value_as_i64(args[1], &id) || !value_as_int(args[2], &options))
        return NULL;
    bool raised = false;
    int result = BLOCKING_RETRY(waitid((idtype_t)kind, (id_t)id, &info, options), raised);
    if (result < 0)
        return raised ? NULL : os_error();
    if (info.si_pid == 0)
        return VALUE_NONE;
    value items[] = {small_int(info.si_pid), int_from_u64(info.si_uid), small_int(info.si_signo),
                     small_int(info.si_status), small_int(info.si_code)};
    return struct_sequence_new(waitid_type, items);
}

#define PLAIN(NAME, SIGNATURE, DOC) METHOD(#NAME, posix_##NAME, SIGNATURE, DOC)
#define STATUS(NAME)                METHOD(#NAME, posix_##NAME, "(status)", NULL)
const struct method_def posix_process_functions[] = {
    PLAIN(fork, "()", "Fork a child process."),
    PLAIN(register_at_fork,
          "(*, before=<unrepresentable>, after_in_child=<unrepresentable>, after_in_parent=<unrepresentable>)",
          "Register callables to be called when forking a new process."),
    PLAIN(execv, "(path, argv, /)", "Execute an executable path with arguments, replacing current process."),
    PLAIN(execve, "(path, argv, env)", "Execute an executable path with arguments, replacing current process."),
    METHOD("_exit", posix_exit, "(status)",
           "Exit to the system with specified status, without normal exit processing."),
    PLAIN(abort, "()", "Abort the interpreter immediately."),
    PLAIN(system, "(command)", "Execute the command in a subshell."),
    PLAIN(waitpid, "(pid, options, /)", "Wait for completion of a given child process."),
    PLAIN(wait, "()", "Wait for completion of a child process."),
    PLAIN(wait3, "(options)", "Wait for completion of a child process."),
    PLAIN(wait4, "(pid, options)", "Wait for completion of a specific child process."),
    PLAIN(waitid, "(idtype, id, options, /)", "Returns the result of waiting for a process or processes."),
    STATUS(WIFEXITED),
    STATUS(WIFSIGNALED),
    STATUS(WIFSTOPPED),
    STATUS(WIFCONTINUED),
    METHOD("WCOREDUMP", posix_WCOREDUMP, "(status, /)", NULL),
    STATUS(WEXITSTATUS),
    STATUS(WTERMSIG),
    STATUS(WSTOPSIG),
    METHOD("waitstatus_to_exitcode", posix_exitcode, "(status)", "Convert a wait status to an exit code."),
    PLAIN(kill, "(pid, signal, /)", "Kill a process with a signal."),
    PLAIN(killpg, "(pgid, signal, /)", "Kill a process group with a signal."),
    PLAIN(pidfd_open, "(pid, flags=0)", "Return a file descriptor referring to the process *pid*."),
    {0},
};

void posix_process_finish(void)
{
    for (int i = 0; i < HOOKS; i++)
        value_dec(atomic_exchange(&hooks[i], NULL));
}
