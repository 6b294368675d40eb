/* _multiprocessing: SemLock, a semaphore or recursive lock that processes share, over named POSIX semaphores. */
#include "runtime/interpreter.h"
#include "runtime/modules/system/durations.h"
#include "runtime/modules/system/posix.h"
#include "runtime/objects/model/type_internal.h"

#include <limits.h>
#include <semaphore.h>
#include <stddef.h>

enum kind { RECURSIVE_MUTEX, SEMAPHORE };

struct semlock {
    struct object header;
    sem_t *handle;           /* constant, as `kind`, `most` and `name` */
    _Atomic uint64_t holder; /* the thread that acquired it last */
    _Atomic int count;       /* how often this process holds it; of a mutex, changed by its holder alone */
    int most;
    enum kind kind;
    value_slot name; /* str or None */
};
#define SELF(v) ((struct semlock *)(v))

static value os_error(void)
{
    return raise_errno(errno, NULL, NULL);
}
static bool is_mine(const struct semlock *s)
{
    return atomic_load(&s->count) > 0 && atomic_load(&s->holder) == interpreter_self->ident;
}

/* Steals nothing; a handle that is SEM_FAILED is an error of errno. */
static value semlock_make(struct type *type, sem_t *handle, int kind, int most, value name)
{
    struct semlock *s = (struct semlock *)object_new(type, sizeof *s);
    if (!s)
        return NULL;
    s->handle = handle;
    s->kind = (enum kind)kind;
    s->most = most;
    slot_init(&s->name, value_inc(name));
    return value_of(s);
}
static value semlock_new(struct type *type, const value *args, size_t nargs, value kwnames)
{
    static struct signature signature = SIGNATURE("SemLock", "(kind, value, maxvalue, name, unlink)");
    value bound[5];
    int kind, initial, most;
    struct text name;
    if (!signature_bind(&signature, args, nargs, kwnames, bound) || !value_as_int(bound[0], &kind) ||
        !value_as_int(bound[1], &initial) || !value_as_int(bound[2], &most))
        return NULL;
    int unlink = value_truth(bound[4]);
    if (unlink < 0)
        return NULL;
    if (kind != RECURSIVE_MUTEX && kind != SEMAPHORE)
        return raise(EXC(ValueError), "unrecognized kind");
    if (!is_str(bound[3]))
        return raise(EXC(TypeError), "SemLock() argument 'name' must be str, not %K", bound[3]);
    if (!text_of(bound[3], &name))
        return NULL;
    sem_t *handle = BLOCKING(sem_open(name.bytes, O_CREAT | O_EXCL, 0600, (unsigned)initial));
    bool failed = handle == SEM_FAILED || (unlink && sem_unlink(name.bytes) < 0);
    int error = errno;
    text_release(&name);
    value v = failed ? raise_errno(error, NULL, NULL)
                     : semlock_make(type, handle, kind, most, unlink ? VALUE_NONE : bound[3]);
    if (!v && handle != SEM_FAILED)
        sem_close(handle);
    return v;
}
static value semlock_rebuild(value type, const value *args)
{
    int64_t address;
    int kind, most;
    struct text name;
    if (!value_as_i64(args[0], &address) || !value_as_int(args[1], &kind) || !value_as_int(args[2], &most))
        return NULL;
    if (args[3] == VALUE_NONE)
        return semlock_make((struct type *)type, (sem_t *)(uintptr_t)address, kind, most, VALUE_NONE);
    if (!text_of(args[3], &name))
        return NULL;
    sem_t *handle = BLOCKING(sem_open(name.bytes, 0));
    text_release(&name);
    return handle == SEM_FAILED ? os_error() : semlock_make((struct type *)type, handle, kind, most, args[3]);
}
static void semlock_traverse(struct object *o, struct gc_trace *trace)
{
    trace_slot(trace, &((struct semlock *)o)->name);
}
static void semlock_destroy(struct object *o)
{
    struct semlock *s = (struct semlock *)o;
    if (s->handle && s->handle != SEM_FAILED)
        sem_close(s->handle);
    slot_drop(&s->name);
}

/* Until the semaphore could be taken or the time is over: 1, 0, or -1 with an exception. */
static int wait_for(sem_t *handle, bool block, const struct timespec *until)
{
    if (sem_trywait(handle) == 0)
        return 1;
    while (errno == EINTR || (errno == EAGAIN && block)) {
        if (errno == EINTR && posix_signalled())
            return -1;
        if ((until ? BLOCKING(sem_timedwait(handle, until)) : BLOCKING(sem_wait(handle))) == 0)
            return 1;
    }
    if (errno == EAGAIN || errno == ETIMEDOUT)
        return 0;
    os_error();
    return -1;
}
static value semlock_acquire(value v, value given_block, value given_timeout)
{
    struct semlock *s = SELF(v);
    int block = value_truth(given_block);
    struct timespec until;
    if (block < 0)
        return NULL;
    if (s->kind == RECURSIVE_MUTEX && is_mine(s)) {
        atomic_fetch_add(&s->count, 1);
        return VALUE_TRUE;
    }
    bool limited = given_timeout != VALUE_NONE;
    if (limited) {
        double seconds;
        if (!value_as_double(given_timeout, &seconds))
            return NULL;
        clock_gettime(CLOCK_REALTIME, &until);
        int64_t ns = seconds <= 0 ? 0 : seconds > 9e9 ? INT64_MAX / 2 : (int64_t)(seconds * 1e9);
        ns += until.tv_nsec;
        until.tv_sec += ns / NANOSECONDS;
        until.tv_nsec = ns % NANOSECONDS;
    }
    int taken = wait_for(s->handle, block, limited ? &until : NULL);
    if (taken <= 0)
        return taken < 0 ? NULL : VALUE_FALSE;
    atomic_store(&s->holder, interpreter_self->ident);
    atomic_fetch_add(&s->count, 1);
    return VALUE_TRUE;
}
static value semlock_release(value v)
{
    struct semlock *s = SELF(v);
    if (s->kind == RECURSIVE_MUTEX) {
        if (!is_mine(s))
            return raise(EXC(AssertionError), "attempt to release recursive lock not owned by thread");
        if (atomic_load(&s->count) > 1) {
            atomic_fetch_sub(&s->count, 1);
            return VALUE_NONE;
        }
    } else {
        int now;
        if (sem_getvalue(s->handle, &now) < 0)
            return os_error();
        if (now >= s->most)
            return raise(EXC(ValueError), "semaphore or lock released too many times");
    }
    atomic_fetch_sub(&s->count, 1); /* first: the next holder counts from there */
    if (sem_post(s->handle) == 0)
        return VALUE_NONE;
    atomic_fetch_add(&s->count, 1);
    return os_error();
}
static value semlock_enter(value v)
{
    return semlock_acquire(v, VALUE_TRUE, VALUE_NONE);
}
static value semlock_exit(value v, value type, value exception, value traceback)
{
    return semlock_release(v);
}
static value semlock_count(value v)
{
    return small_int(atomic_load(&SELF(v)->count));
}
static value semlock_is_mine(value v)
{
    return value_bool(is_mine(SELF(v)));
}
static value semlock_get_value(value v)
{
    int now;
    return sem_getvalue(SELF(v)->handle, &now) < 0 ? os_error() : small_int(now < 0 ? 0 : now);
}
static value semlock_is_zero(value v)
{
    int now;
    return sem_getvalue(SELF(v)->handle, &now) < 0 ? os_error() : value_bool(now <= 0);
}
static value semlock_after_fork(value v)
{
    atomic_store(&SELF(v)->count, 0);
    return VALUE_NONE;
}
static value semlock_handle(value v)
{
    return int_from_u64((uintptr_t)SELF(v)->handle);
}
static value semlock_kind(value v)
{
    return small_int(SELF(v)->kind);
}
static value semlock_maxvalue(value v)
{
    return small_int(SELF(v)->most);
}

static const struct method_def methods[] = {
    METHOD("acquire", semlock_acquire, "($self, /, block=True, timeout=None)", "Acquire the semaphore/lock."),
    METHOD("release", semlock_release, "($self, /)", "Release the semaphore/lock."),
    METHOD("__enter__", semlock_enter, "($self, /)", "Enter the semaphore/lock."),
    METHOD("__exit__", semlock_exit, "($self, exc_type=None, exc_value=None, exc_tb=None, /)",
           "Exit the semaphore/lock."),
    METHOD("_count", semlock_count, "($self, /)", "Num of `acquire()`s minus num of `release()`s for this process."),
    METHOD("_is_mine", semlock_is_mine, "($self, /)", "Whether the lock is owned by this thread."),
    METHOD("_get_value", semlock_get_value, "($self, /)", "Get the value of the semaphore."),
    METHOD("_is_zero", semlock_is_zero, "($self, /)", "Return whether semaphore has value zero."),
    METHOD_FLAGS("_rebuild", semlock_rebuild, "($type, handle, kind, maxvalue, name, /)", NULL, METHOD_CLASS),
    METHOD("_after_fork", semlock_after_fork, "($self, /)", "Rezero the net acquisition count after fork()."),
    {0},
};
static const struct getset_def getset[] = {
    {"handle", semlock_handle, NULL, NULL},
    {"kind", semlock_kind, NULL, NULL},
    {"maxvalue", semlock_maxvalue, NULL, NULL},
    {0},
};
static const struct member_def members[] = {
    {"name", MEMBER_VALUE_NONE, offsetof(struct semlock, name), false, NULL},
    {0},
};
static struct type *semlock_type;
static const struct type_spec semlock_spec = {
    .name = "_multiprocessing.SemLock",
    .doc = "Semaphore/Mutex type",
    .size = sizeof(struct semlock),
    .flags = TYPE_FLAG_BASE,
    .gc_flags = TYPE_GC_CONTAINER,
    .traverse = semlock_traverse,
    .destroy = semlock_destroy,
    .slots = {.new = semlock_new},
    .methods = methods,
    .getset = getset,
    .members = members,
};

static value unlink_semaphore(value self, value given_name)
{
    struct text name;
    if (!is_str(given_name))
        return raise(EXC(TypeError), "argument must be str, not %K", given_name);
    if (!text_of(given_name, &name))
        return NULL;
    int result = BLOCKING(sem_unlink(name.bytes));
    int error = errno;
    text_release(&name);
    return result < 0 ? raise_errno(error, NULL, NULL) : VALUE_NONE;
}
static const struct method_def functions[] = {
    METHOD("sem_unlink", unlink_semaphore, "(name, /)", NULL),
    {0},
};

static bool fill(value module)
{
    value flags = dict_new();
    bool done = flags && dict_set_text(flags, "HAVE_SEM_OPEN", small_int(1)) &&
                dict_set_text(flags, "HAVE_SEM_TIMEDWAIT", small_int(1)) && module_add(module, "flags", flags);
    value_dec(flags);
    return done && module_define_type(module, &semlock_type, &semlock_spec) &&
           dict_set_text(type_dict(semlock_type), "SEM_VALUE_MAX", small_int(SEM_VALUE_MAX));
}
const struct module_def _multiprocessing_module = {.name = "_multiprocessing", .functions = functions, .fill = fill};
