/*
 * A module for Atoll, as somebody outside the project writes it: atoll.h is all it knows. tests/native/run.py compiles
 * it with a plain `cc -shared -fPIC` and lets counter.py use it.
 *
 * A Counter adds up; its step is any number, so it refers to an object, and what it adds to is changed by several
 * threads: both as the rules of atoll.h want it.
 */
#include <atoll.h>

#include <errno.h>
#include <pthread.h>
#include <time.h>
#include <unistd.h>

struct counter {
    struct object header;
    value_slot step;     /* what one turn adds; never NULL once made */
    value_slot listener; /* called after each turn, or NULL */
    int64_t turns, most; /* under the object's lock: two words that belong together */
};
#define COUNTER(v) ((struct counter *)(v))

/* ---- making, traversal, the end ---- */
static value counter_new(struct type *type, const value *args, size_t nargs, value kwnames)
{
    value bound[2];
    static struct signature signature = SIGNATURE("Counter", "(step=1, /, *, listener=None)");
    if (!signature_bind(&signature, args, nargs, kwnames, bound))
        return NULL;
    if (!is_int(bound[0]) && !is_float(bound[0]))
        return raise(EXC(TypeError), "step must be a number, not %T", bound[0]);
    struct counter *self = (struct counter *)object_new(type, sizeof *self);
    if (!self)
        return NULL;
    slot_init(&self->step, value_inc(bound[0]));
    slot_init(&self->listener, is_given(bound[1]) ? value_inc(bound[1]) : NULL);
    return value_of(self);
}

static void counter_traverse(struct object *o, struct gc_trace *trace)
{
    trace_slot(trace, &((struct counter *)o)->step);
    trace_slot(trace, &((struct counter *)o)->listener);
}

static void counter_destroy(struct object *o)
{
    slot_drop(&((struct counter *)o)->step);
    slot_drop(&((struct counter *)o)->listener);
}

/* ---- methods ---- */
/* add(times=1, /): the sum so far. */
static value counter_add(value v, value given_times)
{
    struct counter *self = COUNTER(v);
    int64_t times;
    if (!value_as_i64(given_times, &times))
        return NULL;
    if (times < 0)
        return raise(EXC(ValueError), "cannot count back");
    object_lock(&self->header);
    int64_t turns = self->turns += times;
    if (times > self->most)
        self->most = times;
    object_unlock(&self->header);

    value number = int_from_i64(turns), step = slot_load(&self->header, &self->step);
    value sum = number ? operate_binary(BINARY_MULTIPLY, number, step) : NULL;
    value_dec(number);
    value_dec(step);
    value listener = slot_load(&self->header, &self->listener);
    value heard = sum && listener ? call_1(listener, sum) : VALUE_NONE;
    if (!heard) {
        value_dec(sum);
        sum = NULL;
    }
    value_dec(heard);
    value_dec(listener);
    return sum;
}

/* wait(seconds, /): sleeps without keeping others from running. */
static value counter_wait(value v, value given)
{
    double seconds;
    if (!value_as_double(given, &seconds))
        return NULL;
    struct timespec left = {(time_t)seconds, (long)((seconds - (double)(time_t)seconds) * 1e9)};
    for (;;) {
        thread_enter_blocking();
        int failed = nanosleep(&left, &left), error = errno;
        thread_leave_blocking();
        if (!failed)
            return VALUE_NONE;
        if (error != EINTR)
            return raise_errno(error, NULL, NULL);
        if (posix_signalled())
            return NULL;
    }
}

static value counter_repr(value v)
{
    value step = slot_load(value_object(v), &COUNTER(v)->step);
    value text = str_format("Counter(%R)", step);
    value_dec(step);
    return text;
}

static value counter_get_state(value v)
{
    object_lock(value_object(v));
    int64_t turns = COUNTER(v)->turns, most = COUNTER(v)->most;
    object_unlock(value_object(v));
    value items[] = {int_from_i64(turns), int_from_i64(most)};
    return tuple_from_owned(items, 2);
}

static bool counter_set_listener(value v, value listener)
{
    slot_store(value_object(v), &COUNTER(v)->listener, listener && listener != VALUE_NONE ? value_inc(listener) : NULL);
    return true;
}
static value counter_get_listener(value v)
{
    value listener = slot_load(value_object(v), &COUNTER(v)->listener);
    return listener ? listener : VALUE_NONE;
}

static value counter_plus(value a, value b)
{
    if (!value_is_of(a, value_type(b)))
        return VALUE_NOT_IMPLEMENTED;
    value one = counter_get_state(a), other = one ? counter_get_state(b) : NULL;
    value sum = other ? operate_binary(BINARY_ADD, tuple_get(one, 0), tuple_get(other, 0)) : NULL;
    value_dec(one);
    value_dec(other);
    return sum;
}

static const struct method_def counter_methods[] = {
    METHOD("add", counter_add, "($self, times=1, /)", "Count some more."),
    METHOD("wait", counter_wait, "($self, seconds, /)", "Sleep."),
    {0},
};
static const struct getset_def counter_getset[] = {
    {"state", counter_get_state, NULL, "(turns, the most at once)"},
    {"listener", counter_get_listener, counter_set_listener, "called with each new sum"},
    {0},
};
static const struct member_def counter_members[] = {
    {"step", MEMBER_VALUE, offsetof(struct counter, step), false, "what one turn adds"},
    {0},
};
static struct type *counter_type;
static const struct type_spec counter_spec = {
    .name = "counter.Counter",
    .doc = "Counter(step=1, /, *, listener=None)",
    .size = sizeof(struct counter),
    .flags = TYPE_FLAG_BASE,
    .gc_flags = TYPE_GC_CONTAINER,
    .traverse = counter_traverse,
    .destroy = counter_destroy,
    .slots = {.new = counter_new, .repr = counter_repr, .binary[BINARY_ADD] = counter_plus},
    .methods = counter_methods,
    .getset = counter_getset,
    .members = counter_members,
};

/* ---- functions ---- */
/* total(data, /): the sum of the bytes of anything that lends its memory. */
static value total(value self, value data)
{
    struct buffer buffer;
    if (!buffer_get(data, &buffer, BUFFER_SIMPLE))
        return NULL;
    const uint8_t *bytes = buffer.data;
    uint64_t sum = 0;
    bool resting = thread_rest_begin((size_t)buffer.length);
    for (ssize i = 0; i < buffer.length; i++)
        sum += bytes[i];
    thread_rest_end(resting);
    buffer_release(&buffer);
    return int_from_u64(sum);
}

/* elsewhere(function, /): its result from a thread that the runtime has never seen. */
struct errand {
    value function, result, error;
    bool entered;
};
static void *run_errand(void *argument)
{
    struct errand *errand = argument;
    struct native_entry entry;
    errand->entered = native_enter(&entry);
    if (!errand->entered)
        return NULL;
    errand->result = call_0(errand->function);
    errand->error = error_fetch();
    native_leave(&entry);
    return NULL;
}
static value elsewhere(value self, value function)
{
    struct errand errand = {function, NULL, NULL, false};
    pthread_t thread;
    thread_enter_blocking();
    int error = pthread_create(&thread, NULL, run_errand, &errand);
    if (!error)
        pthread_join(thread, NULL);
    thread_leave_blocking();
    if (error)
        return raise_errno(error, NULL, NULL);
    if (!errand.entered)
        return raise_no_memory();
    if (errand.error)
        error_restore(errand.error);
    return errand.result;
}

static const struct method_def functions[] = {
    METHOD("total", total, "(data, /)", "The sum of the bytes."),
    METHOD("elsewhere", elsewhere, "(function, /)", "Call it on a thread of C."),
    {0},
};

static value_slot greeting; /* kept outside the namespace: goes in finish */
static bool fill(value module)
{
    static const struct module_constant constants[] = {{"ANSWER", 42}, {0}};
    value text = str_from_text("hello");
    if (!text)
        return false;
    value_dec(slot_exchange(&greeting, value_inc(text)));
    return module_add_owned(module, "greeting", text) && module_add_constants(module, constants) &&
           module_define_type(module, &counter_type, &counter_spec);
}
static void finish(void)
{
    slot_drop(&greeting);
}

static const struct module_def counter = {
    .name = "counter",
    .doc = "An example of a module in C.",
    .functions = functions,
    .fill = fill,
    .finish = finish,
};
ATOLL_MODULE(counter);
