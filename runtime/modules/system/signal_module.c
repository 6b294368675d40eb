/*
 * The _signal module.
 *
 * What the system calls on a signal only notes it and asks the main thread to come by; handlers written in Python run
 * there, at a safepoint. The handler of a signal that nobody has asked about is what the process was started with,
 * except for SIGINT, which raises KeyboardInterrupt.
 */
#include <signal.h> /* before error.h: see raise there */

#include "runtime/interp/interp.h"
#include "runtime/audit.h"
#include "runtime/modules/module.h"
#include "runtime/objects/numbers/int.h"
#include "runtime/modules/system/signal_module.h"
#include "runtime/interp/safepoint.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <pthread.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#define SIGNALS NSIG
static _Atomic bool arrived[SIGNALS];
static value_slot handlers[SIGNALS];  /* what signal() was given; NULL: not asked yet */
static _Atomic uint8_t handlers_lock; /* for replacing one, and for reading one on another thread */
static _Atomic int wakeup_fd = -1;
static _Atomic bool wakeup_warns = true;
static struct type *siginfo_type;
static value_slot itimer_error, default_handler;

/* ---- arrival ---- */
/* Is it certain that the signal ends in KeyboardInterrupt? (Handlers are compared, not looked into.) */
static bool interrupts(int number)
{
    value handler = atomic_load(&handlers[number]);
    return number == SIGINT && (!handler || handler == atomic_load(&default_handler));
}

static void note(int number)
{
    int saved = errno;
    atomic_store(&arrived[number], true);
    safepoint_request_signals();
    int fd = atomic_load(&wakeup_fd);
    if (fd >= 0) {
        unsigned char byte = (unsigned char)number;
        if (write(fd, &byte, 1) < 0)
            errno = 0; /* a full pipe tells its reader enough */
    }
    errno = saved;
}

/* The system's handler. */
static void note_signal(int number, siginfo_t *information, void *context)
{
    note(number);
    if (interrupts(number) && safepoint_is_main())
        int_interrupt(context);
}

void signal_simulate(int number)
{
    struct sigaction action;
    if (sigaction(number, NULL, &action) == 0 && action.sa_sigaction == note_signal)
        note(number);
}

/* `function`: SIG_DFL, SIG_IGN, or note_signal when `noted`. */
static int set_system_handler(int number, void (*function)(int), bool noted)
{
    struct sigaction action = {.sa_handler = function};
    if (noted) {
        action.sa_sigaction = note_signal;
        action.sa_flags = SA_SIGINFO;
    }
    sigemptyset(&action.sa_mask);
    return sigaction(number, &action, NULL);
}

static bool call_handler(int number)
{
    value handler = value_inc(atomic_load(&handlers[number])); /* only this thread replaces it */
    if (!handler || is_int(handler)) {
        value_dec(handler);
        if (number != SIGINT || handler)
            return true;
        value interrupt = call_0(value_of(EXC(KeyboardInterrupt)));
        if (interrupt)
            raise_exception(interrupt);
        value_dec(interrupt);
        return false;
    }
    value frame = interpreter_frame_object(0);
    value argument = small_int(number), result = NULL;
    if (frame || !error_occurred())
        result = call_2(handler, argument, frame ? frame : VALUE_NONE);
    value_dec(frame);
    value_dec(handler);
    value_dec(result);
    return result != NULL;
}

/* At a safepoint of the main thread. */
static int handle_signals(void)
{
    for (int number = 1; number < SIGNALS; number++) {
        if (!atomic_load_explicit(&arrived[number], memory_order_relaxed) || !atomic_exchange(&arrived[number], false))
            continue;
        if (!call_handler(number)) {
            safepoint_request_signals(); /* for those that are still to come */
            return -1;
        }
    }
    return 0;
}

void signals_start(void)
{
    atomic_store(&safepoint_handle_signals, handle_signals);
    signal(SIGPIPE, SIG_IGN);
    signal(SIGXFSZ, SIG_IGN);
    struct sigaction action;
    if (sigaction(SIGINT, NULL, &action) == 0 && action.sa_handler == SIG_DFL)
        set_system_handler(SIGINT, SIG_DFL, true);
}

/* Run handlers now, where the caller is the main thread. false: one raised. */
static bool run_handlers(void)
{
    return thread_safepoint_at(thread_self, THREAD_IN_WAIT) == 0;
}

/* ---- arguments ---- */
bool signal_number(value v, int *number)
{
    if (!value_as_int(v, number))
        return false;
    if (*number >= 1 && *number < SIGNALS)
        return true;
    return raise_false(EXC(ValueError), "signal number out of range");
}

bool signal_set(value iterable, sigset_t *set)
{
    sigemptyset(set);
    value iterator = iter_get(iterable), item;
    if (!iterator)
        return false;
    bool done = true;
    while (done && (item = iter_next(iterator)) && item != VALUE_END) {
        value index = index_value(item);
        int64_t number = -1;
        value_dec(item);
        done = index != NULL;
        if (done && !int_fits_i64(index, &number))
            number = -1;
        value_dec(index);
        if (done && (number < 1 || number >= SIGNALS))
            done =
                raise_false(EXC(ValueError), "signal number %lld out of range [1; %d]", (long long)number, SIGNALS - 1);
        else if (done)
            sigaddset(set, (int)number); /* numbers that the C library keeps for itself are passed over */
    }
    value_dec(iterator);
    return done && item != NULL;
}

static value from_signal_set(const sigset_t *set)
{
    value result = set_new(NULL);
    for (int number = 1; result && number < SIGNALS; number++)
        if (sigismember(set, number) == 1 && !set_add(result, small_int(number))) {
            value_dec(result);
            return NULL;
        }
    return result;
}

static value errno_or_none(int status)
{
    return status == 0 ? VALUE_NONE : raise_errno(errno, NULL, NULL);
}

/* ---- handlers ---- */

static void replace_handler(int number, value handler /* stolen */)
{
    byte_lock(&handlers_lock);
    value old = atomic_exchange(&handlers[number], handler);
    byte_unlock(&handlers_lock);
    value_dec(old);
}

/* The handler now, owned: what signal() gave, or what the system says. NULL stands for None. */
static value present_handler(int number)
{
    byte_lock(&handlers_lock);
    value handler = value_inc(atomic_load(&handlers[number]));
    byte_unlock(&handlers_lock);
    if (handler)
        return handler;
    struct sigaction action;
    if (sigaction(number, NULL, &action) != 0)
        return VALUE_NONE;
    return action.sa_handler == SIG_DFL ? small_int(0) : action.sa_handler == SIG_IGN ? small_int(1) : VALUE_NONE;
}

static value signal_signal(value self, value signalnum, value given_handler)
{
    int number;
    if (!signal_number(signalnum, &number))
        return NULL;
    if (!safepoint_is_main())
        return raise(EXC(ValueError), "signal only works in main thread of the main interpreter");
    void (*function)(int) = SIG_DFL;
    bool noted = true;
    value handler = value_inc(given_handler);
    if (is_int(handler)) { /* signal.py passes plain ints */
        int64_t which;
        bool known = int_fits_i64(handler, &which) && (which == 0 || which == 1);
        value_dec(handler);
        if (!known)
            goto wrong;
        handler = small_int(which);
        function = which ? SIG_IGN : SIG_DFL;
        noted = false;
    } else if (!value_is_callable(handler)) {
        value_dec(handler);
        goto wrong;
    }
    if (!run_handlers()) {
        value_dec(handler);
        return NULL;
    }
    value old = present_handler(number);
    replace_handler(number, handler);
    if (set_system_handler(number, function, noted) != 0) {
        int error = errno;
        replace_handler(number, NULL);
        value_dec(old);
        return raise_errno(error, NULL, NULL);
    }
    return old;
wrong:
    return raise(EXC(TypeError), "signal handler must be signal.SIG_IGN, signal.SIG_DFL, or a callable object");
}

static value signal_getsignal(value self, value signalnum)
{
    int number;
    return signal_number(signalnum, &number) ? present_handler(number) : NULL;
}

static value default_int_handler(value self, value signalnum, value frame)
{
    value interrupt = call_0(value_of(EXC(KeyboardInterrupt)));
    if (interrupt)
        raise_exception(interrupt);
    value_dec(interrupt);
    return NULL;
}

static value signal_siginterrupt(value self, value signalnum, value given_flag)
{
    int number;
    if (!signal_number(signalnum, &number))
        return NULL;
    int flag = value_truth(given_flag);
    if (flag < 0)
        return NULL;
    struct sigaction action;
    sigaction(number, NULL, &action);
    if (flag)
        action.sa_flags &= ~SA_RESTART;
    else
        action.sa_flags |= SA_RESTART;
    return errno_or_none(sigaction(number, &action, NULL));
}

static value signal_set_wakeup_fd(value self, const value *args)
{
    int fd, warns = value_truth(args[1]);
    if (warns < 0 || !value_as_signed_int(args[0], &fd))
        return NULL;
    if (!safepoint_is_main())
        return raise(EXC(ValueError), "set_wakeup_fd only works in main thread of the main interpreter");
    if (fd != -1) {
        int flags = fcntl(fd, F_GETFL);
        if (flags < 0)
            return raise_errno(errno, NULL, NULL);
        if (!(flags & O_NONBLOCK))
            return raise(EXC(ValueError), "the fd %i must be in non-blocking mode", fd);
    }
    atomic_store(&wakeup_warns, warns);
    return small_int(atomic_exchange(&wakeup_fd, fd));
}

/* ---- sending ---- */
static value signal_raise(value self, value signalnum)
{
    int number;
    if (!value_as_int(signalnum, &number))
        return NULL;
    if ((raise)(number) != 0)
        return raise_errno(errno, NULL, NULL);
    return run_handlers() ? VALUE_NONE : NULL;
}

static value signal_pthread_kill(value self, value thread_id, value signalnum)
{
    uint64_t ident;
    int number;
    if (!is_int(thread_id))
        return raise(EXC(TypeError), "'%T' object cannot be interpreted as an integer", thread_id);
    if (!int_as_u64(thread_id, &ident) || !value_as_int(signalnum, &number))
        return NULL;
    if (!audit("signal.pthread_kill", "NN", int_from_u64(ident), small_int(number)))
        return NULL;
    int error = pthread_kill((pthread_t)ident, number);
    if (error)
        return raise_errno(error, NULL, NULL);
    return run_handlers() ? VALUE_NONE : NULL;
}

static value signal_pidfd_send(value self, const value *args)
{
    int fd, number, flags;
    if (!value_as_int(args[0], &fd) || !value_as_int(args[1], &number) || !value_as_int(args[3], &flags))
        return NULL;
    if (args[2] != VALUE_NONE)
        return raise(EXC(TypeError), "siginfo must be None");
    return errno_or_none((int)syscall(SYS_pidfd_send_signal, fd, number, NULL, flags));
}

/* ---- timers ---- */
static value signal_alarm(value self, value given_seconds)
{
    int seconds;
    return value_as_int(given_seconds, &seconds) ? int_from_u64(alarm((unsigned)seconds)) : NULL;
}

static bool to_timeval(value v, struct timeval *t)
{
    double seconds = 0;
    if (!is_missing(v) && !value_as_double(v, &seconds))
        return false;
    if (isnan(seconds))
        return raise_false(EXC(ValueError), "Invalid value NaN (not a number)");
    if (fabs(seconds) > 9e15)
        return raise_false(EXC(OverflowError), "timestamp out of range for platform time_t");
    t->tv_sec = (time_t)floor(seconds);
    t->tv_usec = (suseconds_t)ceil((seconds - floor(seconds)) * 1e6);
    if (t->tv_usec >= 1000000) {
        t->tv_sec++;
        t->tv_usec -= 1000000;
    }
    return true;
}
static value from_itimer(const struct itimerval *timer)
{
    value items[] = {float_new((double)timer->it_value.tv_sec + 1e-6 * (double)timer->it_value.tv_usec),
                     float_new((double)timer->it_interval.tv_sec + 1e-6 * (double)timer->it_interval.tv_usec)};
    return tuple_from_owned(items, 2);
}
static value raise_itimer_error(void)
{
    value exception_type = atomic_load(&itimer_error);
    value arguments[] = {small_int(errno), str_from_text(strerror(errno))};
    value exception = arguments[1] ? call_vector(exception_type, arguments, 2, NULL) : NULL;
    if (exception)
        raise_exception(exception);
    value_dec(exception);
    value_dec(arguments[1]);
    return NULL;
}

static value signal_setitimer(value self, value given_which, value seconds, value interval)
{
    int which;
    struct itimerval new, old;
    if (!value_as_int(given_which, &which) || !to_timeval(seconds, &new.it_value) ||
        !to_timeval(interval, &new.it_interval))
        return NULL;
    return setitimer(which, &new, &old) == 0 ? from_itimer(&old) : raise_itimer_error();
}
static value signal_getitimer(value self, value given_which)
{
    int which;
    struct itimerval now;
    if (!value_as_int(given_which, &which))
        return NULL;
    return getitimer(which, &now) == 0 ? from_itimer(&now) : raise_itimer_error();
}

/* ---- masks and waiting ---- */
static value signal_pthread_sigmask(value self, value given_how, value mask)
{
    int how;
    sigset_t set, old;
    if (!value_as_int(given_how, &how) || !signal_set(mask, &set))
        return NULL;
    int error = pthread_sigmask(how, &set, &old);
    if (error)
        return raise_errno(error, NULL, NULL);
    return run_handlers() ? from_signal_set(&old) : NULL;
}
static value signal_sigpending(value self)
{
    sigset_t set;
    return sigpending(&set) == 0 ? from_signal_set(&set) : raise_errno(errno, NULL, NULL);
}

static value signal_pause(value self)
{
    thread_enter_blocking();
    pause();
    thread_leave_blocking();
    return run_handlers() ? VALUE_NONE : NULL;
}

static value signal_sigwait(value self, value sigset)
{
    sigset_t set;
    if (!signal_set(sigset, &set))
        return NULL;
    int number;
    thread_enter_blocking();
    int error = sigwait(&set, &number);
    thread_leave_blocking();
    return error ? raise_errno(error, NULL, NULL) : small_int(number);
}

static value from_siginfo(const siginfo_t *info)
{
    value items[] = {small_int(info->si_signo),           small_int(info->si_code),
                     small_int(info->si_errno),           small_int(info->si_pid),
                     int_from_u64(info->si_uid),          small_int(info->si_status),
                     int_from_i64((int64_t)info->si_band)};
    return struct_sequence_new(siginfo_type, items);
}

/* Wait for a signal of the set, until the monotonic time `deadline` if there is one (PEP 475). */
static value wait_for(const sigset_t *set, const struct timespec *deadline)
{
    for (;;) {
        struct timespec left = {0, 0};
        if (deadline) {
            struct timespec now;
            clock_gettime(CLOCK_MONOTONIC, &now);
            int64_t ns = (deadline->tv_sec - now.tv_sec) * 1000000000 + deadline->tv_nsec - now.tv_nsec;
            if (ns > 0)
                left = (struct timespec){ns / 1000000000, ns % 1000000000};
        }
        siginfo_t info;
        thread_enter_blocking();
        int number = deadline ? sigtimedwait(set, &info, &left) : sigwaitinfo(set, &info);
        int error = errno;
        thread_leave_blocking();
        if (number >= 0)
            return from_siginfo(&info);
        if (error == EAGAIN)
            return VALUE_NONE;
        if (error != EINTR)
            return raise_errno(error, NULL, NULL);
        if (!run_handlers())
            return NULL;
    }
}
static value signal_sigwaitinfo(value self, value sigset)
{
    sigset_t set;
    return signal_set(sigset, &set) ? wait_for(&set, NULL) : NULL;
}
static value signal_sigtimedwait(value self, value sigset, value timeout)
{
    sigset_t set;
    double seconds;
    if (!signal_set(sigset, &set) || !value_as_double(timeout, &seconds))
        return NULL;
    if (isnan(seconds) || seconds < 0)
        return raise(EXC(ValueError), "timeout must be non-negative");
    if (seconds > 1e9)
        seconds = 1e9;
    struct timespec deadline;
    clock_gettime(CLOCK_MONOTONIC, &deadline);
    int64_t ns = (int64_t)(seconds * 1e9) + deadline.tv_nsec;
    deadline.tv_sec += ns / 1000000000;
    deadline.tv_nsec = ns % 1000000000;
    return wait_for(&set, &deadline);
}

static value signal_strsignal(value self, value signalnum)
{
    int number;
    if (!signal_number(signalnum, &number))
        return NULL;
    const char *text = sigdescr_np(number);
    if (text)
        return str_from_text(text);
    return number >= SIGRTMIN && number <= SIGRTMAX ? str_format("Real-time signal %d", number - SIGRTMIN) : VALUE_NONE;
}
static value signal_valid(value self)
{
    sigset_t set;
    sigfillset(&set);
    return from_signal_set(&set);
}

static const struct method_def functions[] = {
    METHOD("signal", signal_signal, "(signalnum, handler, /)", "Set the action for the given signal."),
    METHOD("getsignal", signal_getsignal, "(signalnum, /)", "Return the current action for the given signal."),
    METHOD("default_int_handler", default_int_handler, "(signalnum, frame, /)",
           "The default handler for SIGINT installed by Python.\n\nIt raises KeyboardInterrupt."),
    METHOD("siginterrupt", signal_siginterrupt, "(signalnum, flag, /)", "Change system call restart behaviour."),
    METHOD("set_wakeup_fd", signal_set_wakeup_fd, "(fd, /, *, warn_on_full_buffer=True)",
           "Sets the fd to be written to (with the signal number) when a signal comes in."),
    METHOD("raise_signal", signal_raise, "(signalnum, /)", "Send a signal to the executing process."),
    METHOD("pthread_kill", signal_pthread_kill, "(thread_id, signalnum, /)", "Send a signal to a thread."),
    METHOD("pidfd_send_signal", signal_pidfd_send, "(pidfd, signalnum, siginfo=None, flags=0, /)",
           "Send a signal to a process referred to by a pid file descriptor."),
    METHOD("alarm", signal_alarm, "(seconds, /)", "Arrange for SIGALRM to arrive after the given number of seconds."),
    METHOD("setitimer", signal_setitimer, "(which, seconds, interval=0.0, /)",
           "Sets given itimer (one of ITIMER_REAL, ITIMER_VIRTUAL or ITIMER_PROF)."),
    METHOD("getitimer", signal_getitimer, "(which, /)", "Returns current value of given itimer."),
    METHOD("pthread_sigmask", signal_pthread_sigmask, "(how, mask, /)",
           "Fetch and/or change the signal mask of the calling thread."),
    METHOD("sigpending", signal_sigpending, "()", "Examine pending signals."),
    METHOD("pause", signal_pause, "()", "Wait until a signal arrives."),
    METHOD("sigwait", signal_sigwait, "(sigset, /)", "Wait for a signal."),
    METHOD("sigwaitinfo", signal_sigwaitinfo, "(sigset, /)",
           "Wait synchronously until one of the signals in *sigset* is delivered."),
    METHOD("sigtimedwait", signal_sigtimedwait, "(sigset, timeout, /)", "Like sigwaitinfo(), but with a timeout."),
    METHOD("strsignal", signal_strsignal, "(signalnum, /)", "Return the system description of the given signal."),
    METHOD("valid_signals", signal_valid, "()", "Return a set of valid signal numbers on this platform."),
    {0},
};

static const struct struct_sequence_field siginfo_fields[] = {{"si_signo", "signal number"},
                                                              {"si_code", "signal code"},
                                                              {"si_errno", "errno associated with this signal"},
                                                              {"si_pid", "sending process ID"},
                                                              {"si_uid", "real user ID of sending process"},
                                                              {"si_status", "exit value or signal"},
                                                              {"si_band", "band event for SIGPOLL"},
                                                              {0}};

#define C(NAME)     \
    {               \
#NAME, NAME \
    }
static const struct module_constant constants[] = {
    C(SIGHUP),      C(SIGINT),    C(SIGQUIT),     C(SIGILL),      C(SIGTRAP),     C(SIGIOT),
    C(SIGABRT),     C(SIGFPE),    C(SIGKILL),     C(SIGBUS),      C(SIGSEGV),     C(SIGSYS),
    C(SIGPIPE),     C(SIGALRM),   C(SIGTERM),     C(SIGUSR1),     C(SIGUSR2),     C(SIGCLD),
    C(SIGCHLD),     C(SIGPWR),    C(SIGIO),       C(SIGURG),      C(SIGWINCH),    C(SIGPOLL),
    C(SIGSTOP),     C(SIGTSTP),   C(SIGCONT),     C(SIGTTIN),     C(SIGTTOU),     C(SIGVTALRM),
    C(SIGPROF),     C(SIGXCPU),   C(SIGXFSZ),     C(SIGSTKFLT),   C(ITIMER_REAL), C(ITIMER_VIRTUAL),
    C(ITIMER_PROF), C(SIG_BLOCK), C(SIG_UNBLOCK), C(SIG_SETMASK), C(NSIG),        {"SIG_DFL", 0},
    {"SIG_IGN", 1}, {0}};

static bool fill(value module)
{
    if (!siginfo_type)
        siginfo_type =
            struct_sequence_define("signal.struct_siginfo", "struct_siginfo: Result from sigwaitinfo or sigtimedwait.",
                                   siginfo_fields, 7, struct_sequence_from);
    if (!siginfo_type)
        return false;
    if (!module_define_exception(module, &itimer_error, "signal.ItimerError", EXC(OSError), NULL))
        return false;
    value handler = dict_get_text(module_dict(module), "default_int_handler");
    if (!handler)
        return false;
    value_dec(slot_exchange(&default_handler, value_inc(handler)));
    struct sigaction action;
    value none = NULL;
    if (sigaction(SIGINT, NULL, &action) != 0 || action.sa_sigaction != note_signal ||
        !atomic_compare_exchange_strong(&handlers[SIGINT], &none, handler))
        value_dec(handler);
    return module_add_type(module, siginfo_type) && module_add_constants(module, constants) &&
           module_add_owned(module, "SIGRTMIN", small_int(SIGRTMIN)) &&
           module_add_owned(module, "SIGRTMAX", small_int(SIGRTMAX));
}

static void finish(void)
{
    for (int number = 1; number < SIGNALS; number++)
        value_dec(slot_exchange(&handlers[number], NULL));
    value_dec(slot_exchange(&itimer_error, NULL));
    value_dec(slot_exchange(&default_handler, NULL));
}

const struct module_def _signal_module = {
    .name = "_signal",
    .doc = "This module provides mechanisms to use signal handlers in Python.",
    .functions = functions,
    .fill = fill,
    .finish = finish,
};
