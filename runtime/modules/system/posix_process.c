/* posix: processes: fork, exec, wait, signals, scheduling, identities. */
#include <signal.h> /* before error.h: see raise there */

#include "runtime/modules/system/posix.h"
#include "runtime/interp/interp.h"
#include "runtime/modules/importing/import.h"
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
static value none_or_error(int result)
{
    return result < 0 ? os_error() : VALUE_NONE;
}

/* ---- fork ---- */
enum { BEFORE, AFTER_PARENT, AFTER_CHILD, HOOKS };
static value_slot hooks[HOOKS]; /* lists of functions, or NULL */

static bool add_hook(int which, value function)
{
    if (!is_given(function))
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
    gc_before_fork();
    pid_t pid = fork();
    int error = errno;
    if (pid == 0) {
        gc_after_fork_child();
        interpreter_after_fork();
        class_lock_after_fork();
        str_intern_after_fork();
        import_after_fork();
        safepoint_set_main();
        run_hooks(AFTER_CHILD);
    } else {
        gc_after_fork_parent();
        run_hooks(AFTER_PARENT);
    }
    errno = error;
    return pid;
}
static value posix_fork(value self, const value *args)
{
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
static char **environment_from(value mapping)
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
    if (!path_get(&path, program, name, "path", 0))
        return NULL;
    char **argv = strings_from(arguments, &count), **envp = NULL;
    if (argv && count == 0)
        raise(EXC(ValueError), "%s() arg 2 must not be empty", name);
    else if (argv && environment && !(envp = environment_from(environment)))
        count = 0;
    else if (argv) {
        execve(path.text.bytes, argv, envp ? envp : environ);
        path_error(&path);
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
    if (kill(pid, signal) < 0)
        return os_error();
    return posix_signalled() ? NULL : VALUE_NONE;
}
static value posix_killpg(value self, const value *args)
{
    int group, signal;
    if (!value_as_signed_int(args[0], &group) || !value_as_int(args[1], &signal))
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

/* ---- identities ---- */
static bool identity_get(value v, const char *name, uint32_t *id)
{
    if (!value_type_slot(v, to_index))
        return raise_false(EXC(TypeError), "%s should be integer, not %T", name, v);
    value index = index_value(v);
    int64_t number;
    if (!index)
        return false;
    bool fits = int_fits_i64(index, &number);
    int sign = int_sign(index);
    value_dec(index);
    if (fits && (number == -1 || number == (int64_t)(uint32_t)number)) {
        *id = (uint32_t)number;
        return true;
    }
    return raise_false(EXC(OverflowError), fits || sign < 0 ? "%s is less than minimum" : "%s is greater than maximum",
                       name);
}
bool uid_get(value v, uid_t *uid)
{
    return identity_get(v, "uid", uid);
}
bool gid_get(value v, gid_t *gid)
{
    return identity_get(v, "gid", gid);
}
bool groups_get(value sequence, gid_t **groups, size_t *count)
{
    if (!is_list(sequence) && !is_tuple(sequence) && !value_type_slot(sequence, getitem))
        return raise_false(EXC(TypeError), "setgroups argument must be a sequence");
    value tuple = tuple_from_iterable(sequence);
    if (!tuple)
        return false;
    *count = tuple_length(tuple);
    bool done = *count <= NGROUPS_MAX || raise_false(EXC(ValueError), "too many groups");
    *groups = done ? calloc(*count + 1, sizeof **groups) : NULL;
    if (done && !*groups)
        done = raise_no_memory() != NULL;
    for (size_t i = 0; done && i < *count; i++) {
        value item = tuple_get(tuple, i);
        done = is_int(item) ? gid_get(item, &(*groups)[i]) : raise_false(EXC(TypeError), "groups must be integers");
    }
    value_dec(tuple);
    if (!done)
        free(*groups);
    return done;
}

#define IDENTITY(NAME)                                       \
    static value posix_##NAME(value self, const value *args) \
    {                                                        \
        return int_from_i64(NAME());                         \
    }
IDENTITY(getpid)
IDENTITY(getppid)
IDENTITY(getuid)
IDENTITY(geteuid)
IDENTITY(getgid)
IDENTITY(getegid)
IDENTITY(getpgrp)

static value posix_getpgid(value self, const value *args)
{
    int pid;
    return value_as_int(args[0], &pid) ? number_or_error(getpgid(pid)) : NULL;
}
static value posix_getsid(value self, const value *args)
{
    int pid;
    return value_as_int(args[0], &pid) ? number_or_error(getsid(pid)) : NULL;
}
static value posix_setsid(value self, const value *args)
{
    return none_or_error(setsid() < 0 ? -1 : 0);
}
static value posix_setpgid(value self, const value *args)
{
    int pid, group;
    return value_as_int(args[0], &pid) && value_as_int(args[1], &group) ? none_or_error(setpgid(pid, group)) : NULL;
}
#define SET_IDENTITY(NAME, get)                                    \
    static value posix_##NAME(value self, const value *args)       \
    {                                                              \
        uid_t id;                                                  \
        return get(args[0], &id) ? none_or_error(NAME(id)) : NULL; \
    }
SET_IDENTITY(setuid, uid_get)
SET_IDENTITY(setgid, gid_get)
SET_IDENTITY(seteuid, uid_get)
SET_IDENTITY(setegid, gid_get)

static value posix_getgroups(value self, const value *args)
{
    gid_t few[256];
    int count = getgroups(256, few);
    if (count < 0)
        return os_error();
    value list = list_new((size_t)count);
    for (int i = 0; list && i < count; i++)
        if (!list_append_owned(list, int_from_u64(few[i]))) {
            value_dec(list);
            return NULL;
        }
    return list;
}
static value posix_getlogin(value self, const value *args)
{
    char name[256];
    int error = getlogin_r(name, sizeof name);
    return error ? raise_errno(error, NULL, NULL) : str_decode_locale(name);
}
static value posix_umask(value self, const value *args)
{
    int mask;
    return value_as_int(args[0], &mask) ? small_int(umask((mode_t)mask)) : NULL;
}
static value posix_nice(value self, const value *args)
{
    int by;
    if (!value_as_int(args[0], &by))
        return NULL;
    errno = 0;
    int result = nice(by);
    return result == -1 && errno ? os_error() : small_int(result);
}
static value posix_getpriority(value self, const value *args)
{
    int which, who;
    if (!value_as_int(args[0], &which) || !value_as_int(args[1], &who))
        return NULL;
    errno = 0;
    int result = getpriority((__priority_which_t)which, (id_t)who);
    return result == -1 && errno ? os_error() : small_int(result);
}

/* ---- scheduling ---- */
static value posix_sched_yield(value self, const value *args)
{
    return none_or_error(BLOCKING(sched_yield()));
}
static value posix_sched_getaffinity(value self, const value *args)
{
    int pid;
    cpu_set_t cpus;
    if (!value_as_int(args[0], &pid))
        return NULL;
    if (sched_getaffinity(pid, sizeof cpus, &cpus) < 0)
        return os_error();
    value set = set_new(NULL);
    for (int i = 0; set && i < CPU_SETSIZE; i++)
        if (CPU_ISSET(i, &cpus) && !set_add(set, small_int(i))) {
            value_dec(set);
            return NULL;
        }
    return set;
}
static value posix_sched_setaffinity(value self, const value *args)
{
    int pid;
    cpu_set_t cpus;
    CPU_ZERO(&cpus);
    if (!value_as_int(args[0], &pid))
        return NULL;
    value list = list_from_iterable(args[1]);
    for (size_t i = 0; list && i < list_length(list); i++) {
        value item = list_get(list, i);
        int cpu;
        bool done = value_as_int(item, &cpu);
        value_dec(item);
        if (done && (cpu < 0 || cpu >= CPU_SETSIZE))
            done = raise_false(EXC(ValueError), cpu < 0 ? "negative CPU number" : "CPU number too large");
        if (!done) {
            value_dec(list);
            return NULL;
        }
        CPU_SET(cpu, &cpus);
    }
    if (!list)
        return NULL;
    value_dec(list);
    return none_or_error(sched_setaffinity(pid, sizeof cpus, &cpus));
}
static value posix_sched_priority(value self, const value *args, int (*ask)(int))
{
    int policy;
    return value_as_int(args[0], &policy) ? number_or_error(ask(policy)) : NULL;
}
static value posix_sched_get_priority_max(value self, const value *args)
{
    return posix_sched_priority(self, args, sched_get_priority_max);
}
static value posix_sched_get_priority_min(value self, const value *args)
{
    return posix_sched_priority(self, args, sched_get_priority_min);
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
    PLAIN(getpid, "()", "Return the current process id."),
    PLAIN(getppid, "()", "Return the parent's process id."),
    PLAIN(getuid, "()", "Return the current process's user id."),
    PLAIN(geteuid, "()", "Return the current process's effective user id."),
    PLAIN(getgid, "()", "Return the current process's group id."),
    PLAIN(getegid, "()", "Return the current process's effective group id."),
    PLAIN(getpgrp, "()", "Return the current process group id."),
    PLAIN(getpgid, "(pid)", "Call the system call getpgid(), and return the result."),
    PLAIN(getsid, "(pid, /)", "Call the system call getsid(pid) and return the result."),
    PLAIN(setsid, "()", "Call the system call setsid()."),
    PLAIN(setpgid, "(pid, pgrp, /)", "Call the system call setpgid(pid, pgrp)."),
    PLAIN(setuid, "(uid, /)", "Set the current process's user id."),
    PLAIN(setgid, "(gid, /)", "Set the current process's group id."),
    PLAIN(seteuid, "(euid, /)", "Set the current process's effective user id."),
    PLAIN(setegid, "(egid, /)", "Set the current process's effective group id."),
    PLAIN(getgroups, "()", "Return list of supplemental group IDs for the process."),
    PLAIN(getlogin, "()", "Return the actual login name."),
    PLAIN(umask, "(mask, /)", "Set the current numeric umask and return the previous umask."),
    PLAIN(nice, "(increment, /)", "Add increment to the priority of process and return the new priority."),
    PLAIN(getpriority, "(which, who)", "Return program scheduling priority."),
    PLAIN(sched_yield, "()", "Voluntarily relinquish the CPU."),
    PLAIN(sched_getaffinity, "(pid, /)", "Return the affinity of the process identified by pid."),
    PLAIN(sched_setaffinity, "(pid, mask, /)", "Set the CPU affinity of the process identified by pid to mask."),
    PLAIN(sched_get_priority_max, "(policy)", "Get the maximum scheduling priority for policy."),
    PLAIN(sched_get_priority_min, "(policy)", "Get the minimum scheduling priority for policy."),
    {0},
};

void posix_process_finish(void)
{
    for (int i = 0; i < HOOKS; i++)
        value_dec(atomic_exchange(&hooks[i], NULL));
}
