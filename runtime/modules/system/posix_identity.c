/* posix: whose a process is, and when it runs: users, groups, scheduling. */
#include "runtime/modules/system/posix.h"

#include <grp.h>
#include <limits.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>

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
    if (!done) {
        free(*groups);
        *groups = NULL;
    }
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
    return value_as_signed_int(args[0], &pid) ? number_or_error(getsid(pid)) : NULL;
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
    if (!value_as_signed_int(args[0], &pid))
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
    if (!value_as_signed_int(args[0], &pid))
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

/* ---- more than one identity at a time ---- */
#define SET_TWO(NAME, get)                                                              \
    static value posix_##NAME(value self, const value *args)                            \
    {                                                                                   \
        uid_t a, b;                                                                     \
        return get(args[0], &a) && get(args[1], &b) ? none_or_error(NAME(a, b)) : NULL; \
    }
SET_TWO(setreuid, uid_get)
SET_TWO(setregid, gid_get)
#define SET_THREE(NAME, get)                                                                                   \
    static value posix_##NAME(value self, const value *args)                                                   \
    {                                                                                                          \
        uid_t a, b, c;                                                                                         \
        return get(args[0], &a) && get(args[1], &b) && get(args[2], &c) ? none_or_error(NAME(a, b, c)) : NULL; \
    }
SET_THREE(setresuid, uid_get)
SET_THREE(setresgid, gid_get)
#define GET_THREE(NAME)                                                                                     \
    static value posix_##NAME(value self, const value *args)                                                \
    {                                                                                                       \
        uid_t a, b, c;                                                                                      \
        return NAME(&a, &b, &c) < 0 ? os_error() : tuple_pack(3, small_int(a), small_int(b), small_int(c)); \
    }
GET_THREE(getresuid)
GET_THREE(getresgid)

static value posix_setpgrp(value self, const value *args)
{
    return none_or_error(setpgrp());
}
static value posix_setgroups(value self, const value *args)
{
    gid_t *groups;
    size_t count;
    if (!groups_get(args[0], &groups, &count))
        return NULL;
    int result = setgroups(count, groups);
    int error = errno;
    free(groups);
    errno = error;
    return none_or_error(result);
}
static bool user_get(value v, const char *function, struct text *text)
{
    return is_str(v) ? text_of_path(v, text)
                     : raise_false(EXC(TypeError), "%s() argument 1 must be str, not %K", function, v);
}
static value posix_initgroups(value self, const value *args)
{
    struct text user;
    gid_t group;
    if (!gid_get(args[1], &group) || !user_get(args[0], "initgroups", &user))
        return NULL;
    int result = BLOCKING(initgroups(user.bytes, group));
    int error = errno;
    text_release(&user);
    errno = error;
    return none_or_error(result);
}
static value posix_getgrouplist(value self, const value *args)
{
    struct text user;
    gid_t group, *groups = NULL;
    int count = 32, got = -1;
    if (!user_get(args[0], "getgrouplist", &user))
        return NULL;
    if (!gid_get(args[1], &group)) {
        text_release(&user);
        return NULL;
    }
    while (got < 0 && count <= 1 << 20) {
        gid_t *more = realloc(groups, (size_t)count * sizeof *groups);
        if (!more)
            break;
        groups = more;
        int room = count;
        got = BLOCKING(getgrouplist(user.bytes, group, groups, &room));
        count = got < 0 && room <= count ? count * 2 : room;
    }
    text_release(&user);
    value list = got < 0 ? raise_no_memory() : list_new((size_t)got);
    for (int i = 0; list && i < got; i++)
        if (!list_append_owned(list, int_from_u64(groups[i]))) {
            value_dec(list);
            list = NULL;
        }
    free(groups);
    return list;
}
static value posix_setpriority(value self, const value *args)
{
    int which, who, priority;
    if (!value_as_int(args[0], &which) || !value_as_int(args[1], &who) || !value_as_int(args[2], &priority))
        return NULL;
    return none_or_error(setpriority((__priority_which_t)which, (id_t)who, priority));
}

/* ---- policies ---- */
static struct type *sched_param_type;
static const struct struct_sequence_field sched_param_fields[] = {{"sched_priority", "the scheduling priority"}, {0}};
static value sched_param_new(struct type *type, const value *args, size_t nargs, value kwnames)
{
    static struct signature signature = SIGNATURE("sched_param", "(sched_priority)");
    value bound[1];
    if (!signature_bind(&signature, args, nargs, kwnames, bound))
        return NULL;
    value items[] = {value_inc(bound[0])};
    return struct_sequence_new(type, items);
}
bool sched_param_get(value v, struct sched_param *parameter)
{
    if (value_type(v) != sched_param_type)
        return raise_false(EXC(TypeError), "must have a sched_param object");
    return value_as_int(tuple_get(v, 0), &parameter->sched_priority);
}
static value posix_sched_getparam(value self, const value *args)
{
    int pid;
    struct sched_param parameter;
    if (!value_as_signed_int(args[0], &pid))
        return NULL;
    if (sched_getparam(pid, &parameter) < 0)
        return os_error();
    value items[] = {small_int(parameter.sched_priority)};
    return struct_sequence_new(sched_param_type, items);
}
static value posix_sched_setparam(value self, const value *args)
{
    int pid;
    struct sched_param parameter;
    return value_as_signed_int(args[0], &pid) && sched_param_get(args[1], &parameter)
               ? none_or_error(sched_setparam(pid, &parameter))
               : NULL;
}
static value posix_sched_getscheduler(value self, const value *args)
{
    int pid;
    return value_as_signed_int(args[0], &pid) ? number_or_error(sched_getscheduler(pid)) : NULL;
}
static value posix_sched_setscheduler(value self, const value *args)
{
    int pid, policy;
    struct sched_param parameter;
    return value_as_signed_int(args[0], &pid) && value_as_int(args[1], &policy) && sched_param_get(args[2], &parameter)
               ? none_or_error(sched_setscheduler(pid, policy, &parameter))
               : NULL;
}
static value posix_sched_rr_get_interval(value self, const value *args)
{
    int pid;
    struct timespec t;
    if (!value_as_signed_int(args[0], &pid))
        return NULL;
    return sched_rr_get_interval(pid, &t) < 0 ? os_error() : float_new((double)t.tv_sec + 1e-9 * (double)t.tv_nsec);
}

#define PLAIN(NAME, SIGNATURE, DOC) METHOD(#NAME, posix_##NAME, SIGNATURE, DOC)
const struct method_def posix_identity_functions[] = {
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
    PLAIN(setreuid, "(ruid, euid, /)", "Set the current process's real and effective user ids."),
    PLAIN(setregid, "(rgid, egid, /)", "Set the current process's real and effective group ids."),
    PLAIN(setresuid, "(ruid, euid, suid, /)", "Set the current process's real, effective, and saved user ids."),
    PLAIN(setresgid, "(rgid, egid, sgid, /)", "Set the current process's real, effective, and saved group ids."),
    PLAIN(getresuid, "()", "Return a tuple of the current process's real, effective, and saved user ids."),
    PLAIN(getresgid, "()", "Return a tuple of the current process's real, effective, and saved group ids."),
    PLAIN(setpgrp, "()", "Make the current process the leader of its process group."),
    PLAIN(setgroups, "(groups, /)", "Set the groups of the current process to list."),
    PLAIN(initgroups, "(username, gid, /)", "Initialize the group access list."),
    PLAIN(getgrouplist, "(user, group, /)", "Returns a list of groups to which a user belongs."),
    PLAIN(setpriority, "(which, who, priority)", "Set program scheduling priority."),
    PLAIN(sched_getparam, "(pid, /)", "Returns scheduling parameters for the process identified by pid."),
    PLAIN(sched_setparam, "(pid, param, /)", "Set scheduling parameters for the process identified by pid."),
    PLAIN(sched_getscheduler, "(pid, /)", "Get the scheduling policy for the process identified by pid."),
    PLAIN(sched_setscheduler, "(pid, policy, param, /)",
          "Set the scheduling policy for the process identified by pid."),
    PLAIN(sched_rr_get_interval, "(pid, /)",
          "Return the round-robin quantum for the process identified by pid, in seconds."),
    {0},
};
bool posix_identity_fill(value module)
{
    if (!sched_param_type)
        sched_param_type = struct_sequence_define("posix.sched_param", NULL, sched_param_fields, 1, sched_param_new);
    return sched_param_type && module_add_type(module, sched_param_type);
}
