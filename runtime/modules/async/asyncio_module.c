/* The _asyncio module: the running loop of a thread, the tasks that there are, things of Python that it uses. */
#include "runtime/modules/async/asyncio.h"
#include "runtime/interp/interp.h"
#include "runtime/modules/importing/import.h"
#include "runtime/objects/containers/dict.h"
#include "runtime/objects/operations/attribute_cache.h"

#include <pthread.h>
#include <unistd.h>

static struct {
    const char *module, *name;
    value_slot found;
} globals[GLOBAL_COUNT] = {
    [GLOBAL_INVALID_STATE] = {"asyncio.exceptions", "InvalidStateError", NULL},
    [GLOBAL_CANCELLED] = {"asyncio.exceptions", "CancelledError", NULL},
    [GLOBAL_FUTURE_REPR] = {"asyncio.base_futures", "_future_repr", NULL},
    [GLOBAL_TASK_REPR] = {"asyncio.base_tasks", "_task_repr", NULL},
    [GLOBAL_TASK_STACK] = {"asyncio.base_tasks", "_task_get_stack", NULL},
    [GLOBAL_TASK_PRINT_STACK] = {"asyncio.base_tasks", "_task_print_stack", NULL},
    [GLOBAL_IS_COROUTINE] = {"asyncio.coroutines", "iscoroutine", NULL},
    [GLOBAL_EXTRACT_STACK] = {"traceback", "extract_stack", NULL},
    [GLOBAL_POLICY] = {"asyncio.events", "get_event_loop_policy", NULL},
};
static value_slot current_tasks, all_tasks, context_names;

value asyncio_global(enum asyncio_global which)
{
    value found = atomic_load_explicit(&globals[which].found, memory_order_acquire);
    if (likely(found != NULL))
        return found;
    value module = import_module(globals[which].module), name = module ? str_interned(globals[which].name) : NULL;
    value fresh = name ? attr_get(module, name) : NULL;
    value_dec(name);
    value_dec(module);
    if (!fresh)
        return NULL;
    if (atomic_compare_exchange_strong(&globals[which].found, &found, fresh))
        return fresh;
    value_dec(fresh);
    return found;
}

/* loop.name(*args): found by way of a cache, as the interpreter finds it. */
static value call_loop(value loop, value name, cache_word *cache, const value *args, size_t nargs, value kwnames)
{
    bool uncounted;
    value receiver = loop, method = attribute_load_method_hit(loop, cache, &uncounted);
    if (likely(method != NULL)) {
        value_inc(receiver);
    } else if (!(method = attribute_load_method_slow(loop, name, cache, &receiver, &uncounted))) {
        return NULL;
    }
    if (uncounted)
        value_inc(method);
    value result =
        receiver ? call_with_first(method, receiver, args, nargs, kwnames) : call_vector(method, args, nargs, kwnames);
    value_dec(receiver);
    value_dec(method);
    return result;
}
int asyncio_is_debugged(value loop)
{
    static cache_word cache;
    value debug = call_loop(loop, NAME(get_debug), &cache, NULL, 0, NULL);
    int truth = debug ? value_truth(debug) : -1;
    value_dec(debug);
    return truth;
}
bool asyncio_call_soon(value loop, value callback, value argument, value context)
{
    const value args[] = {callback, argument ? argument : context, context};
    static cache_word cache;
    value handle = call_loop(loop, NAME(call_soon), &cache, args, argument ? 2 : 1, atomic_load(&context_names));
    value_dec(handle);
    return handle != NULL;
}

/* ---- the running loop ---- */
static _Atomic pid_t process;

static void note_process(void) /* at the beginning, and in the child of a fork */
{
    atomic_store(&process, getpid());
}
/* Owned; VALUE_NONE: none runs. */
static value running_loop(void)
{
    value dict = interpreter_thread_dict();
    value pair = dict ? dict_get(dict, NAME_TEXT("asyncio running loop")) : NULL;
    if (!pair || pair == VALUE_MISSING)
        return pair ? VALUE_NONE : NULL;
    value loop = tuple_get(pair, 1) == small_int(atomic_load(&process)) ? value_inc(tuple_get(pair, 0)) : VALUE_NONE;
    value_dec(pair);
    return loop;
}
value asyncio_event_loop(void)
{
    value loop = running_loop();
    if (loop != VALUE_NONE)
        return loop;
    value function = asyncio_global(GLOBAL_POLICY), policy = function ? call_0(function) : NULL;
    loop = policy ? call_method_0(policy, NAME(get_event_loop)) : NULL;
    value_dec(policy);
    return loop;
}
static value get_running(value self)
{
    return running_loop();
}
static value get_running_strictly(value self)
{
    value loop = running_loop();
    return loop == VALUE_NONE ? raise(EXC(RuntimeError), "no running event loop") : loop;
}
static value set_running(value self, value loop)
{
    value dict = interpreter_thread_dict(), pair = dict ? tuple_pack(2, loop, small_int(atomic_load(&process))) : NULL;
    bool done = pair && dict_set(dict, NAME_TEXT("asyncio running loop"), pair);
    value_dec(pair);
    return done ? VALUE_NONE : NULL;
}
static value get_loop(value self)
{
    return asyncio_event_loop();
}
static value get_loop_old(value self, value stack_level)
{
    int level;
    return value_as_int(stack_level, &level) ? asyncio_event_loop() : NULL;
}

/* ---- tasks ---- */
bool asyncio_enter_task(value loop, value task)
{
    int64_t hash;
    value now = value_hash(loop, &hash) ? dict_insert_hashed(atomic_load(&current_tasks), loop, hash, task) : NULL;
    if (!now || now == VALUE_MISSING)
        return now != NULL;
    raise(EXC(RuntimeError), "Cannot enter into task %R while another task %R is being executed.", task, now);
    value_dec(now);
    return false;
}
bool asyncio_leave_task(value loop, value task)
{
    int64_t hash;
    value dict = atomic_load(&current_tasks), now = value_hash(loop, &hash) ? dict_pop_hashed(dict, loop, hash) : NULL;
    if (!now)
        return false;
    bool same = now == task;
    bool kept = same || now == VALUE_MISSING || dict_set_hashed(dict, loop, hash, now);
    if (!same && kept)
        raise(EXC(RuntimeError), "Leaving task %R does not match the current task %R.", task,
              now == VALUE_MISSING ? VALUE_NONE : now);
    if (now != VALUE_MISSING)
        value_dec(now);
    return same;
}
bool asyncio_register_task(value task)
{
    value done = call_method_1(atomic_load(&all_tasks), NAME(add), task);
    value_dec(done);
    return done != NULL;
}
static value enter_task(value self, const value *args)
{
    return asyncio_enter_task(args[0], args[1]) ? VALUE_NONE : NULL;
}
static value leave_task(value self, const value *args)
{
    return asyncio_leave_task(args[0], args[1]) ? VALUE_NONE : NULL;
}
static value register_task(value self, const value *args)
{
    return asyncio_register_task(args[0]) ? VALUE_NONE : NULL;
}
static value unregister_task(value self, const value *args)
{
    value done = call_method_1(atomic_load(&all_tasks), NAME(discard), args[0]);
    value_dec(done);
    return done ? VALUE_NONE : NULL;
}

static const struct method_def functions[] = {
    METHOD("_get_running_loop", get_running, "()", "Return the running event loop or None."),
    METHOD("_set_running_loop", set_running, "(loop, /)", "Set the running event loop."),
    METHOD("get_running_loop", get_running_strictly, "()",
           "Return the running event loop.  Raise a RuntimeError if there is none."),
    METHOD("get_event_loop", get_loop, "()", "Return an asyncio event loop."),
    METHOD("_get_event_loop", get_loop_old, "(stacklevel=3)", NULL),
    METHOD("_enter_task", enter_task, "(loop, task)", "Enter into task execution or resume suspended task."),
    METHOD("_leave_task", leave_task, "(loop, task)", "Leave task execution or suspend a task."),
    METHOD("_register_task", register_task, "(task)", "Register a new task in asyncio as executed by loop."),
    METHOD("_unregister_task", unregister_task, "(task)", "Unregister a task."),
    {0},
};

static bool keep(value_slot *slot, value v /* stolen */)
{
    value_dec(slot_exchange(slot, v));
    return v != NULL;
}
static bool fill(value module)
{
    if (!atomic_load(&process)) {
        note_process();
        pthread_atfork(NULL, NULL, note_process);
    }
    value weakref = import_module("weakref"), type = weakref ? attr_get(weakref, NAME(WeakSet)) : NULL;
    value_dec(weakref);
    bool done = keep(&all_tasks, type ? call_0(type) : NULL) && keep(&current_tasks, dict_new()) &&
                keep(&context_names, tuple_pack(1, NAME(context)));
    value_dec(type);
    return done && module_define_type(module, &future_type, &future_spec) &&
           (task_type || (task_type = type_define_with_base(&task_spec, future_type))) &&
           module_add_type(module, task_type) && module_add(module, "_all_tasks", atomic_load(&all_tasks)) &&
           module_add(module, "_current_tasks", atomic_load(&current_tasks));
}
static void finish(void)
{
    for (int i = 0; i < GLOBAL_COUNT; i++)
        value_dec(slot_exchange(&globals[i].found, NULL));
    value_dec(slot_exchange(&all_tasks, NULL));
    value_dec(slot_exchange(&current_tasks, NULL));
    value_dec(slot_exchange(&context_names, NULL));
}
const struct module_def _asyncio_module = {
    .name = "_asyncio",
    .doc = "Accelerator module for asyncio",
    .functions = functions,
    .fill = fill,
    .finish = finish,
};
