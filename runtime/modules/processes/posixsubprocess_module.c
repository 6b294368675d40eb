/*
 * _posixsubprocess: fork and exec in one call, safe beside other threads.
 *
 * Everything the child needs is made ready beforehand, and from fork to exec it makes system calls only: other threads
 * may have held any lock at the moment of the fork, and with vfork() the child even runs in the parent's memory. The
 * exception is a `preexec_fn`: then the fork is one of process_fork(), after which Python code can run.
 */
#include <signal.h> /* before error.h: see raise there */

#include "runtime/modules/system/posix.h"

#include <grp.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>

struct spawn {
    char **executables, **argv;
    char **envp; /* NULL: the environment as preexec_fn leaves it */
    bool close_fds;
    int *kept; /* ascending: not closed, and inherited */
    size_t kept_count;
    struct path cwd; /* if cwd_given */
    bool cwd_given;
    int in_read, in_write, out_read, out_write, error_read, error_write, report_read, report_write;
    bool restore_signals, new_session;
    int group; /* < 0: the parent's */
    int umask; /* < 0: the parent's */
    bool set_gid, set_uid, set_groups;
    gid_t gid;
    uid_t uid;
    gid_t *groups;
    size_t group_count;
    value preexec;            /* or NULL */
    const sigset_t *old_mask; /* vfork: all signals are blocked; this is what they were */
};

/* ---- in the child ---- */
static bool set_inheritable(int fd)
{
    int flags = fcntl(fd, F_GETFD);
    return flags >= 0 && (!(flags & FD_CLOEXEC) || fcntl(fd, F_SETFD, flags & ~FD_CLOEXEC) == 0);
}

static void close_between(unsigned first, unsigned last)
{
    if (first > last || syscall(SYS_close_range, first, last, 0) == 0)
        return;
    long limit = sysconf(_SC_OPEN_MAX);
    for (unsigned fd = first; fd <= last && fd < (unsigned)(limit < 0 ? 256 : limit); fd++)
        close((int)fd);
}
static void close_others(const struct spawn *s)
{
    unsigned first = 3;
    for (size_t i = 0; i < s->kept_count; i++) {
        unsigned keep = (unsigned)s->kept[i];
        if (keep < first)
            continue;
        if (keep > first)
            close_between(first, keep - 1);
        first = keep + 1;
    }
    close_between(first, ~0u);
}

/* What the parent would have handled is as in a new process, before anything can arrive: handlers would run in the
   parent's memory. */
static void reset_handlers(const sigset_t *mask)
{
    struct sigaction action;
    for (int number = 1; number < NSIG; number++) {
        if (number == SIGKILL || number == SIGSTOP || sigismember(mask, number) == 1 ||
            sigaction(number, NULL, &action) != 0 || action.sa_handler == SIG_IGN || action.sa_handler == SIG_DFL)
            continue;
        action = (struct sigaction){.sa_handler = SIG_DFL};
        sigaction(number, &action, NULL);
    }
    pthread_sigmask(SIG_SETMASK, mask, NULL);
}

/* Standard stream `to` becomes `from`; -1: it stays. */
static bool install_stream(int from, int to)
{
    if (from == to)
        return set_inheritable(from);
    return from < 0 || dup2(from, to) == to;
}
static bool install_streams(const struct spawn *s)
{
    int in = s->in_read, out = s->out_write, error = s->error_write;
    /* A descriptor below that of its stream would be overwritten before its turn. */
    if (out == 0 && (out = dup(out)) < 0)
        return false;
    while (error == 0 || error == 1)
        if ((error = dup(error)) < 0)
            return false;
    return install_stream(in, 0) && install_stream(out, 1) && install_stream(error, 2);
}
static bool close_parents(const struct spawn *s)
{
    const int ends[] = {s->in_write, s->out_read, s->error_read, s->report_read};
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++)
        if (ends[i] >= 0 && close(ends[i]) < 0)
            return false;
    return true;
}
static bool change_identity(const struct spawn *s)
{
    return !(s->set_groups && setgroups(s->group_count, s->groups) < 0) &&
           !(s->set_gid && setregid(s->gid, s->gid) < 0) && !(s->set_uid && setreuid(s->uid, s->uid) < 0);
}
static bool change_process(const struct spawn *s)
{
    if (s->umask >= 0)
        umask((mode_t)s->umask);
    if (s->restore_signals) {
        signal(SIGPIPE, SIG_DFL);
        signal(SIGXFSZ, SIG_DFL);
    }
    if (s->old_mask)
        reset_handlers(s->old_mask);
    if (s->new_session && setsid() < 0)
        return false;
    return !(s->group >= 0 && setpgid(0, s->group) < 0) && change_identity(s);
}

/* Tries every executable; the error that counts is the first of another kind than "not there". */
static void execute(const struct spawn *s)
{
    int first = 0;
    for (char **program = s->executables; *program; program++) {
        execve(*program, s->argv, s->envp ? s->envp : environ);
        if (errno != ENOENT && errno != ENOTDIR && !first)
            first = errno;
    }
    if (first)
        errno = first;
}

static void report_text(const struct spawn *s, const char *text)
{
    while (*text) {
        ssize_t n = write(s->report_write, text, strlen(text));
        if (n <= 0)
            return;
        text += n;
    }
}
static void report_error(const struct spawn *s, int error, const char *message)
{
    char number[2 * sizeof error + 1], *at = number + sizeof number - 1;
    *at = 0;
    for (unsigned rest = (unsigned)error; rest; rest >>= 4)
        *--at = "0123456789ABCDEF"[rest & 15];
    report_text(s, "OSError:");
    report_text(s, at);
    report_text(s, ":");
    report_text(s, message);
}

static _Noreturn void run_child(const struct spawn *s)
{
    bool done = true;
    for (size_t i = 0; done && i < s->kept_count; i++)
        done = s->kept[i] == s->report_write || set_inheritable(s->kept[i]);
    done = done && close_parents(s) && install_streams(s);
    done = done && (!s->cwd_given || chdir(s->cwd.text.bytes) == 0);
    done = done && change_process(s);
    if (!done) {
        report_error(s, errno, "noexec");
        _exit(255);
    }
    if (s->preexec) {
        value result = call_0(s->preexec);
        if (!result) {
            report_text(s, "SubprocessError:0:Exception occurred in preexec_fn.");
            _exit(255);
        }
    }
    if (s->close_fds)
        close_others(s);
    execute(s);
    report_error(s, errno, "");
    _exit(255);
}

/* ---- the fork ---- */
/* In a function of its own: the child of vfork() must not come back to the frame that made it. */
static __attribute__((noinline)) pid_t fork_plain(struct spawn *s, bool sharing)
{
    sigset_t all, old;
    pid_t pid;
    if (sharing) {
        sigfillset(&all);
        pthread_sigmask(SIG_BLOCK, &all, &old);
        s->old_mask = &old;
        pid = vfork();
    } else {
        pid = fork();
    }
    if (pid == 0)
        run_child(s);
    int error = errno;
    if (sharing)
        pthread_sigmask(SIG_SETMASK, &old, NULL);
    s->old_mask = NULL;
    errno = error;
    return pid;
}

static value spawn(struct spawn *s, bool allow_vfork)
{
    pid_t pid;
    if (s->preexec) {
        pid = process_fork();
        if (pid == 0)
            run_child(s);
    } else {
        bool sharing = allow_vfork && !s->set_uid && !s->set_gid && !s->set_groups;
        pid = BLOCKING(fork_plain(s, sharing));
    }
    return pid < 0 ? raise_errno(errno, NULL, NULL) : small_int(pid);
}

/* ---- arguments ---- */
/* Descriptors: ascending, each but once. */
static bool kept_get(value tuple, struct spawn *s)
{
    size_t count = tuple_length(tuple);
    s->kept = calloc(count + 1, sizeof *s->kept);
    if (!s->kept)
        return raise_no_memory() != NULL;
    for (; s->kept_count < count; s->kept_count++) {
        value item = tuple_get(tuple, s->kept_count);
        int64_t fd;
        if (!is_int(item) || !int_fits_i64(item, &fd) || fd < 0 || fd > INT_MAX ||
            (s->kept_count && fd <= s->kept[s->kept_count - 1]))
            return raise_false(EXC(ValueError), "bad value(s) in fds_to_keep");
        s->kept[s->kept_count] = (int)fd;
    }
    return true;
}
static bool bytes_items(value sequence, const char *name)
{
    for (size_t i = 0; i < tuple_length(sequence); i++)
        if (!is_bytes(tuple_get(sequence, i)))
            return raise_false(EXC(TypeError), "expected bytes, %T found", tuple_get(sequence, i));
    return true;
}
/* The bytes of a sequence as C strings. */
static char **bytes_strings(value sequence)
{
    value list = sequence_fast(sequence, "expected a sequence"), tuple = list ? tuple_from_iterable(list) : NULL;
    char **strings = tuple && bytes_items(tuple, "env") ? strings_from(tuple, NULL) : NULL;
    value_dec(tuple);
    value_dec(list);
    return strings;
}
static bool arguments_get(value arguments, struct spawn *s)
{
    value list = sequence_fast(arguments, "argument must be a tuple");
    s->argv = list ? strings_from(list, NULL) : NULL;
    value_dec(list);
    return s->argv != NULL;
}

enum {
    ARGUMENTS,
    EXECUTABLES,
    CLOSE_FDS,
    PASS_FDS,
    CWD,
    ENVIRONMENT,
    IN_READ,
    IN_WRITE,
    OUT_READ,
    OUT_WRITE,
    ERROR_READ,
    ERROR_WRITE,
    REPORT_READ,
    REPORT_WRITE,
    RESTORE_SIGNALS,
    NEW_SESSION,
    GROUP,
    GID,
    GROUPS,
    UID,
    UMASK,
    PREEXEC,
    ALLOW_VFORK,
    COUNT
};

static bool numbers_get(const value *args, struct spawn *s)
{
    int *const numbers[COUNT] = {[IN_READ] = &s->in_read,
                                 [IN_WRITE] = &s->in_write,
                                 [OUT_READ] = &s->out_read,
                                 [OUT_WRITE] = &s->out_write,
                                 [ERROR_READ] = &s->error_read,
                                 [ERROR_WRITE] = &s->error_write,
                                 [REPORT_READ] = &s->report_read,
                                 [REPORT_WRITE] = &s->report_write,
                                 [GROUP] = &s->group,
                                 [UMASK] = &s->umask};
    for (int i = 0; i < COUNT; i++)
        if (numbers[i] && !value_as_signed_int(args[i], numbers[i]))
            return false;
    int close_fds = value_truth(args[CLOSE_FDS]), restore = value_truth(args[RESTORE_SIGNALS]),
        session = value_truth(args[NEW_SESSION]);
    if (close_fds < 0 || restore < 0 || session < 0)
        return false;
    s->close_fds = close_fds;
    s->restore_signals = restore;
    s->new_session = session;
    return true;
}
static bool identity_get(const value *args, struct spawn *s)
{
    s->set_groups = args[GROUPS] != VALUE_NONE;
    s->set_gid = args[GID] != VALUE_NONE;
    s->set_uid = args[UID] != VALUE_NONE;
    if (s->set_groups) {
        if (!is_list(args[GROUPS]))
            return raise_false(EXC(TypeError), "setgroups argument must be a list");
        if (!groups_get(args[GROUPS], &s->groups, &s->group_count)) {
            if (!error_matches(EXC(OverflowError)))
                return false;
            error_clear();
            return raise_false(EXC(ValueError), "invalid group id");
        }
    }
    return (!s->set_gid || gid_get(args[GID], &s->gid)) && (!s->set_uid || uid_get(args[UID], &s->uid));
}
/* Without one of its own the child gets a copy of ours: other threads may change that meanwhile. */
static bool environment_get(const value *args, struct spawn *s)
{
    if (args[ENVIRONMENT] == VALUE_NONE && args[PREEXEC] != VALUE_NONE)
        return true;
    s->envp = args[ENVIRONMENT] == VALUE_NONE ? environment_copy() : bytes_strings(args[ENVIRONMENT]);
    return s->envp != NULL;
}
static bool spawn_get(const value *args, struct spawn *s)
{
    if (!is_tuple(args[PASS_FDS]))
        return raise_false(EXC(TypeError), "fork_exec() argument 4 must be tuple, not %K", args[PASS_FDS]);
    if (!numbers_get(args, s))
        return false;
    if (s->close_fds && s->report_write < 3)
        return raise_false(EXC(ValueError), "errpipe_write must be >= 3");
    if (!kept_get(args[PASS_FDS], s))
        return false;
    s->executables = bytes_strings(args[EXECUTABLES]);
    if (!s->executables || (args[ARGUMENTS] != VALUE_NONE && !arguments_get(args[ARGUMENTS], s)) ||
        !environment_get(args, s))
        return false;
    s->cwd_given = args[CWD] != VALUE_NONE;
    if (s->cwd_given && !path_get(&s->cwd, args[CWD], "fork_exec", "cwd", PATH_TERSE)) {
        s->cwd_given = false;
        return false;
    }
    s->preexec = args[PREEXEC] == VALUE_NONE ? NULL : args[PREEXEC];
    return identity_get(args, s);
}
static void spawn_release(struct spawn *s)
{
    strings_free(s->executables);
    strings_free(s->argv);
    strings_free(s->envp);
    free(s->kept);
    free(s->groups);
    if (s->cwd_given)
        path_release(&s->cwd);
}

static value fork_exec(value self, const value *args)
{
    struct spawn s = {0};
    int allow_vfork = value_truth(args[ALLOW_VFORK]);
    value pid = allow_vfork >= 0 && spawn_get(args, &s) ? spawn(&s, allow_vfork) : NULL;
    spawn_release(&s);
    return pid;
}

static const struct method_def functions[] = {
    METHOD("fork_exec", fork_exec,
           "(args, executable_list, close_fds, pass_fds, cwd, env, p2cread, p2cwrite, c2pread, c2pwrite, errread, "
           "errwrite, errpipe_read, errpipe_write, restore_signals, call_setsid, pgid_to_set, gid, groups_list, uid, "
           "child_umask, preexec_fn, allow_vfork, /)",
           "Forks a child process, closes parent file descriptors as appropriate in the\n"
           "child and dups the few that are needed before calling exec() in the child\n"
           "process."),
    {0},
};
const struct module_def _posixsubprocess_module = {
    .name = "_posixsubprocess",
    .doc = "A POSIX helper for the subprocess module.",
    .functions = functions,
};
