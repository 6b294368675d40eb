/* The resource module. */
#include "runtime/modules/system/posix.h"

#include <sys/resource.h>

static struct type *usage_type;

static bool resource_get(value v, int *resource)
{
    if (!value_as_int(v, resource))
        return false;
    return (*resource >= 0 && *resource < RLIM_NLIMITS) || raise_false(EXC(ValueError), "invalid resource specified");
}
static bool limit_number(value v, rlim_t *limit)
{
    value index = index_value(v);
    int64_t number;
    if (!index)
        return false;
    bool fits = int_as_i64(index, &number);
    value_dec(index);
    *limit = (rlim_t)number;
    return fits;
}
static bool limits_get(value v, struct rlimit *limits)
{
    value tuple = tuple_from_iterable(v);
    if (!tuple)
        return false;
    bool done = tuple_length(tuple) == 2 ? limit_number(tuple_get(tuple, 0), &limits->rlim_cur) &&
                                               limit_number(tuple_get(tuple, 1), &limits->rlim_max)
                                         : raise_false(EXC(ValueError), "expected a tuple of 2 integers");
    value_dec(tuple);
    return done;
}
static value limits_value(const struct rlimit *limits)
{
    value items[] = {int_from_i64((int64_t)limits->rlim_cur), int_from_i64((int64_t)limits->rlim_max)};
    return tuple_from_results(items, 2);
}
static value limit_error(void)
{
    if (errno == EINVAL)
        return raise(EXC(ValueError), "current limit exceeds maximum limit");
    if (errno == EPERM)
        return raise(EXC(ValueError), "not allowed to raise maximum limit");
    return raise_errno(errno, NULL, NULL);
}

static value resource_getrlimit(value self, value given)
{
    int resource;
    struct rlimit limits;
    if (!resource_get(given, &resource))
        return NULL;
    return getrlimit((__rlimit_resource_t)resource, &limits) < 0 ? raise_errno(errno, NULL, NULL)
                                                                 : limits_value(&limits);
}
static value resource_setrlimit(value self, value given, value given_limits)
{
    int resource;
    struct rlimit limits;
    if (!resource_get(given, &resource) || !limits_get(given_limits, &limits) ||
        !audit("resource.setrlimit", "iO", resource, given_limits))
        return NULL;
    return setrlimit((__rlimit_resource_t)resource, &limits) < 0 ? limit_error() : VALUE_NONE;
}
static value resource_prlimit(value self, value given_pid, value given, value given_limits)
{
    int pid, resource;
    struct rlimit old, new;
    bool change = is_given(given_limits);
    if (!value_as_int(given_pid, &pid) || !resource_get(given, &resource) ||
        (change && !limits_get(given_limits, &new)) || !audit("resource.prlimit", "iiO", pid, resource, given_limits))
        return NULL;
    if (prlimit(pid, (enum __rlimit_resource)resource, change ? &new : NULL, &old) < 0)
        return errno == EINVAL ? limit_error() : raise_errno(errno, NULL, NULL);
    return limits_value(&old);
}
static value resource_getrusage(value self, value given)
{
    int who;
    struct rusage u;
    if (!value_as_int(given, &who))
        return NULL;
    if (getrusage((__rusage_who_t)who, &u) < 0)
        return errno == EINVAL ? raise(EXC(ValueError), "invalid who parameter") : raise_errno(errno, NULL, NULL);
    value items[] = {float_new((double)u.ru_utime.tv_sec + (double)u.ru_utime.tv_usec * 1e-6),
                     float_new((double)u.ru_stime.tv_sec + (double)u.ru_stime.tv_usec * 1e-6),
                     int_from_i64(u.ru_maxrss),
                     int_from_i64(u.ru_ixrss),
                     int_from_i64(u.ru_idrss),
                     int_from_i64(u.ru_isrss),
                     int_from_i64(u.ru_minflt),
                     int_from_i64(u.ru_majflt),
                     int_from_i64(u.ru_nswap),
                     int_from_i64(u.ru_inblock),
                     int_from_i64(u.ru_oublock),
                     int_from_i64(u.ru_msgsnd),
                     int_from_i64(u.ru_msgrcv),
                     int_from_i64(u.ru_nsignals),
                     int_from_i64(u.ru_nvcsw),
                     int_from_i64(u.ru_nivcsw)};
    return struct_sequence_new(usage_type, items);
}
static value resource_getpagesize(value self)
{
    return int_from_i64(sysconf(_SC_PAGESIZE));
}

static const struct method_def functions[] = {
    METHOD("getrusage", resource_getrusage, "(who, /)", NULL),
    METHOD("getrlimit", resource_getrlimit, "(resource, /)", NULL),
    METHOD("prlimit", resource_prlimit, "(pid, resource, limits=None, /)", NULL),
    METHOD("setrlimit", resource_setrlimit, "(resource, limits, /)", NULL),
    METHOD("getpagesize", resource_getpagesize, "()", NULL),
    {0},
};
static const struct struct_sequence_field usage_fields[] = {{"ru_utime", "user time used"},
                                                            {"ru_stime", "system time used"},
                                                            {"ru_maxrss", "max. resident set size"},
                                                            {"ru_ixrss", "shared memory size"},
                                                            {"ru_idrss", "unshared data size"},
                                                            {"ru_isrss", "unshared stack size"},
                                                            {"ru_minflt", "page faults not requiring I/O"},
                                                            {"ru_majflt", "page faults requiring I/O"},
                                                            {"ru_nswap", "number of swap outs"},
                                                            {"ru_inblock", "block input operations"},
                                                            {"ru_oublock", "block output operations"},
                                                            {"ru_msgsnd", "IPC messages sent"},
                                                            {"ru_msgrcv", "IPC messages received"},
                                                            {"ru_nsignals", "signals received"},
                                                            {"ru_nvcsw", "voluntary context switches"},
                                                            {"ru_nivcsw", "involuntary context switches"},
                                                            {0}};
#define C(NAME)     \
    {               \
#NAME, NAME \
    }
static const struct module_constant constants[] = {C(RLIMIT_AS),       C(RLIMIT_CORE),        C(RLIMIT_CPU),
                                                   C(RLIMIT_DATA),     C(RLIMIT_FSIZE),       C(RLIMIT_MEMLOCK),
                                                   C(RLIMIT_MSGQUEUE), C(RLIMIT_NICE),        C(RLIMIT_NOFILE),
                                                   C(RLIMIT_NPROC),    C(RLIMIT_OFILE),       C(RLIMIT_RSS),
                                                   C(RLIMIT_RTPRIO),   C(RLIMIT_RTTIME),      C(RLIMIT_SIGPENDING),
                                                   C(RLIMIT_STACK),    {"RLIM_INFINITY", -1}, C(RUSAGE_CHILDREN),
                                                   C(RUSAGE_SELF),     C(RUSAGE_THREAD),      {0}};

static bool fill(value module)
{
    if (!usage_type)
        usage_type = struct_sequence_define("resource.struct_rusage", "struct_rusage: Result from getrusage.",
                                            usage_fields, 16, struct_sequence_from);
    return usage_type && module_add_type(module, usage_type) && module_add_constants(module, constants) &&
           module_add(module, "error", value_of(EXC(OSError)));
}
const struct module_def resource_module = {.name = "resource", .functions = functions, .fill = fill};
