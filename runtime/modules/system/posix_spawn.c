/* posix: posix_spawn() and posix_spawnp(). */
#include <signal.h> /* before error.h: see raise there */

#include "runtime/modules/system/posix.h"
#include "runtime/modules/system/signal_module.h"

#include <sched.h>
#include <spawn.h>

enum { SPAWN_OPEN, SPAWN_CLOSE, SPAWN_DUP2 };
enum { PATH, ARGV, ENV, ACTIONS, GROUP, RESET_IDS, SESSION, MASK, DEFAULTS, SCHEDULER };

struct spawn {
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    short flags;
};

static bool spawn_error(int error)
{
    return error == 0 || raise_errno(error, NULL, NULL) != NULL;
}
static bool number(value v, int *n)
{
    return value_as_int(v, n);
}
static bool action_open(struct spawn *s, value action)
{
    int fd, flags, mode;
    struct path path;
    if (tuple_length(action) != 5)
        return raise_false(EXC(TypeError), "A open file_action tuple must have 5 elements");
    if (!number(tuple_get(action, 1), &fd) || !number(tuple_get(action, 3), &flags) ||
        !number(tuple_get(action, 4), &mode) || !path_get(&path, tuple_get(action, 2), "posix_spawn", "path", 0))
        return false;
    int error = posix_spawn_file_actions_addopen(&s->actions, fd, path.text.bytes, flags, (mode_t)mode); /* copies */
    path_release(&path);
    return spawn_error(error);
}
static bool action_add(struct spawn *s, value action)
{
    int kind, fd, other;
    if (!is_tuple(action) || tuple_length(action) == 0)
        return raise_false(EXC(TypeError), "Each file_actions element must be a non-empty tuple");
    if (!number(tuple_get(action, 0), &kind))
        return false;
    switch (kind) {
    case SPAWN_OPEN:
        return action_open(s, action);
    case SPAWN_CLOSE:
        if (tuple_length(action) != 2)
            return raise_false(EXC(TypeError), "A close file_action tuple must have 2 elements");
        return number(tuple_get(action, 1), &fd) && spawn_error(posix_spawn_file_actions_addclose(&s->actions, fd));
    case SPAWN_DUP2:
        if (tuple_length(action) != 3)
            return raise_false(EXC(TypeError), "A dup2 file_action tuple must have 3 elements");
        return number(tuple_get(action, 1), &fd) && number(tuple_get(action, 2), &other) &&
               spawn_error(posix_spawn_file_actions_adddup2(&s->actions, fd, other));
    default:
        return raise_false(EXC(TypeError), "Unknown file_actions identifier");
    }
}
static bool actions_get(struct spawn *s, value given)
{
    if (!is_given(given))
        return true;
    value list = sequence_fast(given, "file_actions must be a sequence or None");
    value tuple = list ? tuple_from_iterable(list) : NULL;
    value_dec(list);
    bool done = tuple != NULL;
    for (size_t i = 0; done && i < tuple_length(tuple); i++)
        done = action_add(s, tuple_get(tuple, i));
    value_dec(tuple);
    return done;
}

static bool scheduler_get(struct spawn *s, value given)
{
    struct sched_param parameter;
    int policy;
    if (!is_tuple(given) || tuple_length(given) != 2)
        return raise_false(EXC(TypeError), "A scheduler tuple must have two elements");
    if (tuple_get(given, 0) == VALUE_NONE) {
        s->flags |= POSIX_SPAWN_SETSCHEDPARAM;
    } else {
        if (!value_as_int(tuple_get(given, 0), &policy) ||
            !spawn_error(posix_spawnattr_setschedpolicy(&s->attributes, policy)))
            return false;
        s->flags |= POSIX_SPAWN_SETSCHEDULER;
    }
    return sched_param_get(tuple_get(given, 1), &parameter) &&
           spawn_error(posix_spawnattr_setschedparam(&s->attributes, &parameter));
}
static bool attributes_get(struct spawn *s, const value *args, const char *function)
{
    sigset_t set;
    int reset, session, group;
    if (!value_as_int(args[RESET_IDS], &reset) || !value_as_int(args[SESSION], &session))
        return false;
    if (!is_missing(args[GROUP])) {
        if (!value_as_int(args[GROUP], &group) || !spawn_error(posix_spawnattr_setpgroup(&s->attributes, group)))
            return false;
        s->flags |= POSIX_SPAWN_SETPGROUP;
    }
    s->flags |= (short)((reset ? POSIX_SPAWN_RESETIDS : 0) | (session ? POSIX_SPAWN_SETSID : 0));
    if (!is_missing(args[MASK])) {
        if (!signal_set(args[MASK], &set) || !spawn_error(posix_spawnattr_setsigmask(&s->attributes, &set)))
            return false;
        s->flags |= POSIX_SPAWN_SETSIGMASK;
    }
    if (!is_missing(args[DEFAULTS])) {
        if (!signal_set(args[DEFAULTS], &set) || !spawn_error(posix_spawnattr_setsigdefault(&s->attributes, &set)))
            return false;
        s->flags |= POSIX_SPAWN_SETSIGDEF;
    }
    if (is_given(args[SCHEDULER]) && !scheduler_get(s, args[SCHEDULER]))
        return false;
    return spawn_error(posix_spawnattr_setflags(&s->attributes, s->flags));
}

static value run(struct spawn *s, const value *args, const struct path *path, bool search)
{
    size_t count;
    char **argv = strings_from(args[ARGV], &count), **envp = NULL;
    value result = NULL;
    pid_t pid;
    const char *function = search ? "posix_spawnp" : "posix_spawn";
    if (argv && !argv[0][0]) {
        raise(EXC(ValueError), "%s: argv first element cannot be empty", function);
    } else if (argv && (envp = args[ENV] == VALUE_NONE ? environment_copy() : environment_from(args[ENV])) &&
               actions_get(s, args[ACTIONS]) && attributes_get(s, args, function) &&
               audit("os.posix_spawn", "OOO", path->object, args[ARGV], args[ENV])) {
        int error = search ? BLOCKING(posix_spawnp(&pid, path->text.bytes, &s->actions, &s->attributes, argv, envp))
                           : BLOCKING(posix_spawn(&pid, path->text.bytes, &s->actions, &s->attributes, argv, envp));
        errno = error;
        result = error ? path_error(path) : small_int(pid);
    }
    strings_free(argv);
    strings_free(envp);
    return result;
}
static value spawn(const value *args, bool search)
{
    struct path path;
    const char *function = search ? "posix_spawnp" : "posix_spawn";
    if (!path_get(&path, args[PATH], function, "path", 0))
        return NULL;
    value result = NULL;
    if (!is_list(args[ARGV]) && !is_tuple(args[ARGV]))
        raise(EXC(TypeError), "%s: argv must be a tuple or list", function);
    else if ((is_list(args[ARGV]) ? list_length(args[ARGV]) : tuple_length(args[ARGV])) < 1)
        raise(EXC(ValueError), "%s: argv must not be empty", function);
    else if (args[ENV] != VALUE_NONE && (is_str(args[ENV]) || !value_type_slot(args[ENV], getitem)))
        raise(EXC(TypeError), "%s: environment must be a mapping object", function);
    else {
        struct spawn s = {0};
        posix_spawn_file_actions_init(&s.actions);
        posix_spawnattr_init(&s.attributes);
        result = run(&s, args, &path, search);
        posix_spawnattr_destroy(&s.attributes);
        posix_spawn_file_actions_destroy(&s.actions);
    }
    path_release(&path);
    return result;
}
static value posix_posix_spawn(value self, const value *args)
{
    return spawn(args, false);
}
static value posix_posix_spawnp(value self, const value *args)
{
    return spawn(args, true);
}

#define SIGNATURE_TEXT                                                                                       \
    "(path, argv, env, /, *, file_actions=None, setpgroup=<unrepresentable>, resetids=False, setsid=False, " \
    "setsigmask=(), setsigdef=(), scheduler=<unrepresentable>)"
const struct method_def posix_spawn_functions[] = {
    METHOD("posix_spawn", posix_posix_spawn, SIGNATURE_TEXT, "Execute the program specified by path in a new process."),
    METHOD("posix_spawnp", posix_posix_spawnp, SIGNATURE_TEXT,
           "Execute the program specified by path in a new process."),
    {0},
};
const struct module_constant posix_spawn_constants[] = {
    {"POSIX_SPAWN_OPEN", SPAWN_OPEN}, {"POSIX_SPAWN_CLOSE", SPAWN_CLOSE}, {"POSIX_SPAWN_DUP2", SPAWN_DUP2}, {0}};
