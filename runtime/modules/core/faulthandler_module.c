/*
 * The faulthandler module: tracebacks when the process crashes, hangs or gets a signal.
 *
 * A handler of a fatal signal shows the thread in which it strikes, whose frames stand still; others cannot be asked
 * there. The watchdog of dump_traceback_later is a thread of the runtime, which holds each thread while it reads.
 */
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "runtime/interp/frame_dump.h"
#include "runtime/modules/module.h"
#include "runtime/sys.h"
#include "threads/threads.h"

/* ---- files ---- */
/* The descriptor of `file` (None: sys.stderr), which is flushed; *kept: what to hold meanwhile, owned, or NULL. */
static int descriptor_of(value file, value *kept)
{
    *kept = NULL;
    value owned;
    if (is_given(file)) {
        owned = value_inc(file);
    } else {
        owned = sys_get("stderr");
        if (!owned || owned == VALUE_MISSING)
            return raise_int(EXC(RuntimeError), "unable to get sys.stderr");
        if (owned == VALUE_NONE)
            return raise_int(EXC(RuntimeError), "sys.stderr is None");
    }
    int descriptor = -1;
    if (is_int(owned)) {
        bool good = value_as_int(owned, &descriptor);
        value_dec(owned);
        if (good && descriptor < 0)
            raise(EXC(ValueError), "file is not a valid file descripter");
        return good && descriptor >= 0 ? descriptor : -1;
    }
    value number = call_method_0(owned, NAME(fileno));
    bool good = number != NULL;
    if (good && (!is_int(number) || !value_as_int(number, &descriptor) || descriptor < 0)) {
        error_clear();
        raise(EXC(RuntimeError), "file.fileno() is not a valid file descriptor");
        good = false;
    }
    value_dec(number);
    if (!good) {
        value_dec(owned);
        return -1;
    }
    value flushed = call_method_0(owned, NAME(flush));
    if (!flushed)
        error_clear();
    value_dec(flushed);
    *kept = owned;
    return descriptor;
}

static void write_text(int descriptor, const char *text)
{
    if (write(descriptor, text, strlen(text)) < 0)
        return; /* there is nobody to tell */
}

/* ---- fatal signals ---- */
static struct fatal {
    int number;
    const char *name;
    bool installed;
    struct sigaction previous;
} fatals[] = {
    {.number = SIGBUS, .name = "Bus error"},
    {.number = SIGILL, .name = "Illegal instruction"},
    {.number = SIGFPE, .name = "Floating point exception"},
    {.number = SIGABRT, .name = "Aborted"},
    {.number = SIGSEGV, .name = "Segmentation fault"},
};
#define FATALS (sizeof fatals / sizeof *fatals)

/* Of the module; changed by one thread at a time. */
static struct {
    pthread_mutex_t lock;
    _Atomic bool enabled;
    _Atomic int descriptor;
    _Atomic bool all_threads;
    value_slot file;
    stack_t stack; /* for handlers: the thread's own may be the trouble */
} state = {.lock = PTHREAD_MUTEX_INITIALIZER};

static void uninstall(struct fatal *fatal)
{
    if (fatal->installed) {
        fatal->installed = false;
        sigaction(fatal->number, &fatal->previous, NULL);
    }
}

static void handle_fatal(int number)
{
    int saved = errno;
    struct fatal *fatal = fatals;
    while (fatal->number != number)
        fatal++;
    uninstall(fatal);
    int descriptor = atomic_load(&state.descriptor);
    write_text(descriptor, "Fatal Python error: ");
    write_text(descriptor, fatal->name);
    write_text(descriptor, "\n\n");
    frame_dump_own(descriptor, atomic_load(&state.all_threads));
    errno = saved;
    kill(getpid(), number); /* now with what was there before */
}

static void disable(void)
{
    pthread_mutex_lock(&state.lock);
    atomic_store(&state.enabled, false);
    for (size_t i = 0; i < FATALS; i++)
        uninstall(&fatals[i]);
    pthread_mutex_unlock(&state.lock);
}

static value module_enable(value self, value file, value all_threads)
{
    int all = value_truth(all_threads);
    value kept;
    int descriptor = all < 0 ? -1 : descriptor_of(file, &kept);
    if (descriptor < 0)
        return NULL;
    value old = slot_exchange(&state.file, kept);
    value_dec(old);
    pthread_mutex_lock(&state.lock);
    atomic_store(&state.descriptor, descriptor);
    atomic_store(&state.all_threads, all != 0);
    if (!state.stack.ss_sp && (state.stack.ss_sp = malloc((size_t)SIGSTKSZ * 4))) {
        state.stack.ss_size = (size_t)SIGSTKSZ * 4;
        sigaltstack(&state.stack, NULL);
    }
    for (size_t i = 0; i < FATALS && !atomic_load(&state.enabled); i++) {
        struct sigaction action = {.sa_handler = handle_fatal, .sa_flags = SA_NODEFER | SA_ONSTACK};
        sigemptyset(&action.sa_mask);
        fatals[i].installed = sigaction(fatals[i].number, &action, &fatals[i].previous) == 0;
    }
    atomic_store(&state.enabled, true);
    pthread_mutex_unlock(&state.lock);
    return VALUE_NONE;
}

static value module_disable(value self)
{
    bool was = atomic_load(&state.enabled);
    disable();
    value_dec(slot_exchange(&state.file, NULL));
    return value_bool(was);
}

static value module_is_enabled(value self)
{
    return value_bool(atomic_load(&state.enabled));
}

static value module_dump(value self, value file, value all_threads)
{
    int all = value_truth(all_threads);
    value kept;
    int descriptor = all < 0 ? -1 : descriptor_of(file, &kept);
    if (descriptor < 0)
        return NULL;
    if (all)
        frame_dump_all(descriptor, true);
    else
        frame_dump_own(descriptor, false);
    value_dec(kept);
    return VALUE_NONE;
}

/* ---- the watchdog ---- */
static struct {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    bool runs, cancelled, repeat, exit; /* under the lock */
    pid_t process;                      /* whose thread it is */
    pthread_t thread;
    struct timespec timeout;
    int descriptor;
    char header[64];
    value_slot file;
} watchdog = {.lock = PTHREAD_MUTEX_INITIALIZER};

static void *watch(void *unused)
{
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, NULL);
    pthread_mutex_lock(&watchdog.lock);
    do {
        struct timespec until;
        clock_gettime(CLOCK_MONOTONIC, &until);
        until.tv_sec += watchdog.timeout.tv_sec;
        until.tv_nsec += watchdog.timeout.tv_nsec;
        if (until.tv_nsec >= 1000000000) {
            until.tv_sec++;
            until.tv_nsec -= 1000000000;
        }
        int outcome = 0;
        while (!watchdog.cancelled && outcome != ETIMEDOUT)
            outcome = pthread_cond_timedwait(&watchdog.changed, &watchdog.lock, &until);
        if (watchdog.cancelled)
            break;
        pthread_mutex_unlock(&watchdog.lock);
        write_text(watchdog.descriptor, watchdog.header);
        if (thread_attach_background()) {
            frame_dump_all(watchdog.descriptor, false);
            thread_detach_background();
        }
        if (watchdog.exit)
            _exit(1);
        pthread_mutex_lock(&watchdog.lock);
    } while (watchdog.repeat && !watchdog.cancelled);
    pthread_mutex_unlock(&watchdog.lock);
    return NULL;
}

static void cancel(void)
{
    if (!watchdog.runs)
        return;
    watchdog.runs = false;
    if (watchdog.process == getpid()) { /* a forked child has no such thread */
        pthread_mutex_lock(&watchdog.lock);
        watchdog.cancelled = true;
        pthread_cond_broadcast(&watchdog.changed);
        pthread_mutex_unlock(&watchdog.lock);
        thread_enter_blocking();
        pthread_join(watchdog.thread, NULL);
        thread_leave_blocking();
    }
    value_dec(slot_exchange(&watchdog.file, NULL));
}

static value module_dump_later(value self, const value *args)
{
    double seconds;
    if (!value_as_double(args[0], &seconds))
        return NULL;
    int repeat = value_truth(args[1]), ends = repeat < 0 ? -1 : value_truth(args[3]);
    if (ends < 0)
        return NULL;
    if (!(seconds * 1e6 >= 1))
        return raise(EXC(ValueError), "timeout must be greater than 0");
    if (seconds > 9223372036.0)
        return raise(EXC(OverflowError), "timeout value is too large");
    value kept;
    int descriptor = descriptor_of(args[2], &kept);
    if (descriptor < 0)
        return NULL;
    cancel();
    pthread_condattr_t attributes;
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&watchdog.changed, &attributes);
    pthread_condattr_destroy(&attributes);
    uint64_t microseconds = (uint64_t)(seconds * 1e6);
    watchdog.timeout.tv_sec = (time_t)(microseconds / 1000000);
    watchdog.timeout.tv_nsec = (long)(microseconds % 1000000 * 1000);
    unsigned long whole = (unsigned long)(microseconds / 1000000);
    unsigned long rest = (unsigned long)(microseconds % 1000000);
    int written = snprintf(watchdog.header, sizeof watchdog.header, "Timeout (%lu:%02lu:%02lu", whole / 3600,
                           whole / 60 % 60, whole % 60);
    if (rest)
        written += snprintf(watchdog.header + written, sizeof watchdog.header - (size_t)written, ".%06lu", rest);
    snprintf(watchdog.header + written, sizeof watchdog.header - (size_t)written, ")!\n");
    watchdog.descriptor = descriptor;
    watchdog.repeat = repeat;
    watchdog.exit = ends;
    watchdog.cancelled = false;
    watchdog.process = getpid();
    value old = slot_exchange(&watchdog.file, kept);
    value_dec(old);
    if (pthread_create(&watchdog.thread, NULL, watch, NULL) != 0)
        return raise(EXC(RuntimeError), "unable to start watchdog thread");
    watchdog.runs = true;
    return VALUE_NONE;
}

static value module_cancel(value self)
{
    cancel();
    return VALUE_NONE;
}

/* ---- signals of the program's choice ---- */
static struct user {
    _Atomic bool enabled;
    bool chain;
    _Atomic int descriptor;
    _Atomic bool all_threads;
    value_slot file;
    struct sigaction previous;
} users[NSIG];

static void install_user(int number, bool chain, struct sigaction *previous);
static void handle_user(int number)
{
    int saved = errno;
    struct user *user = &users[number];
    if (!atomic_load(&user->enabled))
        return;
    frame_dump_own(atomic_load(&user->descriptor), atomic_load(&user->all_threads));
    errno = saved;
    if (user->chain) {
        sigaction(number, &user->previous, NULL);
        kill(getpid(), number);
        install_user(number, true, NULL);
        errno = saved;
    }
}
static void install_user(int number, bool chain, struct sigaction *previous)
{
    struct sigaction action = {.sa_handler = handle_user, .sa_flags = SA_RESTART | (chain ? SA_NODEFER : 0)};
    sigemptyset(&action.sa_mask);
    sigaction(number, &action, previous);
}

static bool user_signal(value v, int *number)
{
    if (!value_as_int(v, number))
        return false;
    for (size_t i = 0; i < FATALS; i++)
        if (fatals[i].number == *number)
            return raise_false(EXC(RuntimeError), "signal %d cannot be registered, use enable() instead", *number);
    return (*number >= 1 && *number < NSIG) || raise_false(EXC(ValueError), "signal number out of range");
}

static value module_register(value self, const value *args)
{
    int number;
    if (!user_signal(args[0], &number))
        return NULL;
    int all = value_truth(args[2]), chain = all < 0 ? -1 : value_truth(args[3]);
    value kept;
    int descriptor = chain < 0 ? -1 : descriptor_of(args[1], &kept);
    if (descriptor < 0)
        return NULL;
    struct user *user = &users[number];
    value old = slot_exchange(&user->file, kept);
    value_dec(old);
    pthread_mutex_lock(&state.lock);
    atomic_store(&user->descriptor, descriptor);
    atomic_store(&user->all_threads, all != 0);
    user->chain = chain;
    if (!atomic_load(&user->enabled))
        install_user(number, chain, &user->previous);
    atomic_store(&user->enabled, true);
    pthread_mutex_unlock(&state.lock);
    return VALUE_NONE;
}

static bool unregister(int number)
{
    struct user *user = &users[number];
    pthread_mutex_lock(&state.lock);
    bool was = atomic_exchange(&user->enabled, false);
    if (was)
        sigaction(number, &user->previous, NULL);
    pthread_mutex_unlock(&state.lock);
    value_dec(slot_exchange(&user->file, NULL));
    return was;
}

static value module_unregister(value self, value v)
{
    int number;
    return user_signal(v, &number) ? value_bool(unregister(number)) : NULL;
}

/* ---- crashes on purpose, for tests ---- */
static void no_core(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_CORE, &limit) == 0) {
        limit.rlim_cur = 0;
        setrlimit(RLIMIT_CORE, &limit);
    }
}
static value crash(int number)
{
    no_core();
    kill(getpid(), number);
    return VALUE_NONE;
}
static value module_sigsegv(value self, value release_gil)
{
    return crash(SIGSEGV);
}
static value module_sigabrt(value self)
{
    no_core();
    abort();
}
static value module_sigfpe(value self)
{
    return crash(SIGFPE);
}
static value module_read_null(value self)
{
    no_core();
    return small_int(*(volatile int *)NULL);
}

static void finish(void)
{
    cancel();
    disable();
    value_dec(slot_exchange(&state.file, NULL));
    for (int i = 1; i < NSIG; i++)
        unregister(i);
}

static const struct method_def functions[] = {
    METHOD("enable", module_enable, "(file=None, all_threads=True)", "Enable the fault handler."),
    METHOD("disable", module_disable, "()", "Disable the fault handler."),
    METHOD("is_enabled", module_is_enabled, "()", "Check if the handler is enabled."),
    METHOD("dump_traceback", module_dump, "(file=None, all_threads=True)",
           "Dump the traceback of the current thread, or of all threads if all_threads is True, into file."),
    METHOD("dump_traceback_later", module_dump_later, "(timeout, repeat=False, file=None, exit=False)",
           "Dump the traceback of all threads in timeout seconds, or each timeout seconds if repeat is True."),
    METHOD("cancel_dump_traceback_later", module_cancel, "()", "Cancel the previous call to dump_traceback_later()."),
    METHOD("register", module_register, "(signum, file=None, all_threads=True, chain=False)",
           "Register a handler for the signal 'signum': dump the traceback into file."),
    METHOD("unregister", module_unregister, "(signum, /)", "Unregister the handler of the signal 'signum'."),
    METHOD("_sigsegv", module_sigsegv, "(release_gil=False, /)", "Raise a SIGSEGV signal."),
    METHOD("_sigabrt", module_sigabrt, "()", "Raise a SIGABRT signal."),
    METHOD("_sigfpe", module_sigfpe, "()", "Raise a SIGFPE signal."),
    METHOD("_read_null", module_read_null, "()", "Read from NULL, raise a SIGSEGV or SIGBUS signal."),
    {0},
};

const struct module_def faulthandler_module = {
    .name = "faulthandler",
    .doc = "faulthandler module.",
    .functions = functions,
    .finish = finish,
};
