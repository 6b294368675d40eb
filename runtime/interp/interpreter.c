/* The interpreter's part of a thread: its life, the list of all of them, and what the rest of the runtime asks about
 * the running frame. */
#include "runtime/interp/frame.h"
#include "runtime/interp/stack.h"
#include "runtime/interp/trace.h"
#include "runtime/objects/objects.h"
#include "runtime/objects/operations/attribute_cache.h"

#include <pthread.h>
#include <stdlib.h>
#include <sys/auxv.h>
#include <sys/resource.h>
#include <unistd.h>

_Thread_local struct interpreter *interpreter_self __attribute__((tls_model("initial-exec")));
_Atomic uint32_t recursion_limit = 1000;
value builtins_dict;

static _Atomic uint8_t list_lock;
static struct interpreter *list_head;

/* How much of the C stack is kept free below the limit: enough for the deepest C function that does not check by itself
 * (regular expressions, GMP, printf). */
#define STACK_RESERVE (256 * 1024)
#define STACK_TRUSTED ((size_t)64 << 20) /* nobody is believed to have more */

/* The main thread's stack ends above the name of the program, which the system put there, and may grow down as far as
 * the limit says. (pthread_getattr_np would read the map of the whole process for that.) false: `here` is not on it, or
 * there is no sensible limit. */
static bool find_main_stack(const char *here, char **low)
{
    struct rlimit limit;
    uintptr_t name = getauxval(AT_EXECFN), page = (uintptr_t)sysconf(_SC_PAGESIZE), at = (uintptr_t)here;
    if (!name || getrlimit(RLIMIT_STACK, &limit) != 0 || limit.rlim_cur > STACK_TRUSTED || limit.rlim_cur > name)
        return false;
    uintptr_t end = (name + strlen((const char *)name) + page) & ~(page - 1);
    *low = (char *)(end - limit.rlim_cur);
    return at < end && at > end - limit.rlim_cur;
}

static bool find_thread_stack(char **low)
{
    pthread_attr_t attributes;
    void *found;
    size_t size;
    if (pthread_getattr_np(pthread_self(), &attributes) != 0)
        return false;
    int failed = pthread_attr_getstack(&attributes, &found, &size);
    pthread_attr_destroy(&attributes);
    *low = found;
    return !failed;
}

static char *find_stack_limit(void)
{
    char *here = __builtin_frame_address(0), *low;
    if (!find_main_stack(here, &low) && !find_thread_stack(&low))
        return here - 1024 * 1024;
    /* The main thread's stack may be unlimited on paper. */
    size_t below = (size_t)(here - low);
    if (below > STACK_TRUSTED)
        low = here - STACK_TRUSTED;
    return low + (below > 4 * STACK_RESERVE ? STACK_RESERVE : below / 4);
}

struct interpreter *interpreter_new(void)
{
    struct interpreter *self = thread_alloc_apart(sizeof *self); /* written at each call */
    if (!self)
        return NULL;
    self->handled = &self->base_handled;
    struct interpreter *before = interpreter_self;
    interpreter_self = self; /* what a failure raises is of no interest to the thread that asks */
    bool done = frame_place_slow(self, 1) != NULL;
    interpreter_self = before;
    if (done)
        return self;
    value_dec(self->exception);
    free(self);
    return NULL;
}

void interpreter_delete(struct interpreter *self)
{
    interpreter_free_stack(self);
    free(self);
}

void interpreter_adopt(struct interpreter *self)
{
    self->slot = thread_self;
    self->stack_limit = find_stack_limit();
    self->ident = (uint64_t)pthread_self();
    interpreter_self = self;
    step_attach();
    thread_self->interpreter = self;
    byte_lock(&list_lock);
    self->next = list_head;
    self->previous = &list_head;
    if (list_head)
        list_head->previous = &self->next;
    list_head = self;
    byte_unlock(&list_lock);
}

struct interpreter *interpreter_attach(void)
{
    struct interpreter *self = interpreter_new();
    if (self)
        interpreter_adopt(self);
    return self;
}

static void drop(value *place)
{
    value old = *place;
    *place = NULL;
    value_dec(old);
}

bool interpreter_detach(void)
{
    struct interpreter *self = interpreter_self;
    byte_lock(&list_lock);
    *self->previous = self->next;
    if (self->next)
        self->next->previous = self->previous;
    bool last = !list_head;
    byte_unlock(&list_lock);
    trace_thread_end();
    value_dec(slot_exchange(&self->thread_dict, NULL));
    drop(&self->exception);
    drop(&self->base_handled.exception);
    drop(&self->repr_list);
    drop(&self->async_first);
    drop(&self->async_finalizer);
    drop(&self->on_exit);
    drop(&self->context);
    value_dec(slot_exchange(&self->pending_exception, NULL));
    thread_self->interpreter = NULL;
    interpreter_self = NULL; /* what dies from now on, at the latest when the thread is detached, runs no code here */
    interpreter_free_stack(self);
    attribute_cache_forget_thread();
    free(self);
    return last;
}

bool interpreter_is_here(void)
{
    return interpreter_self != NULL;
}

void interpreter_each(void (*visit)(struct interpreter *interpreter, void *context), void *context)
{
    byte_lock(&list_lock);
    for (struct interpreter *i = list_head; i; i = i->next)
        visit(i, context);
    byte_unlock(&list_lock);
}

_Thread_local uint64_t thread_data_changes = 1;

value interpreter_thread_dict(void)
{
    struct interpreter *self = interpreter_self;
    if (!slot_peek(&self->thread_dict)) {
        slot_init(&self->thread_dict, dict_new());
        thread_data_changes++;
    }
    return slot_peek(&self->thread_dict);
}

value interpreter_handled_by(const struct interpreter *interpreter)
{
    for (struct handled_state *h = interpreter->handled; h; h = h->previous)
        if (h->exception)
            return h->exception;
    return NULL;
}

value interpreter_handled(void)
{
    return interpreter_handled_by(interpreter_self);
}

void interpreter_add_place(void)
{
    if (interpreter_self && interpreter_self->frame)
        traceback_add(interpreter_self, interpreter_self->frame);
}

value interpreter_globals(void)
{
    struct frame *frame = interpreter_self->frame;
    return frame ? frame->globals : NULL;
}

value interpreter_builtins(void)
{
    struct frame *frame = interpreter_self->frame;
    return frame ? frame_builtins(frame) : builtins_dict;
}

bool interpreter_super_arguments(value *cls, value *object)
{
    struct frame *frame = interpreter_self ? interpreter_self->frame : NULL;
    if (!frame)
        return raise_false(EXC(RuntimeError), "super(): no current frame");
    struct code *code = frame->code;
    if (code->argcount == 0)
        return raise_false(EXC(RuntimeError), "super(): no arguments");
    value first = stack_plain(frame->slots[0]);
    if (first && (bytes_data(slot_peek(&code->slot_kinds))[0] & 2) && value_is(first, TYPE_ID_CELL))
        first = cell_get(first);
    else
        value_inc(first);
    if (!first)
        return raise_false(EXC(RuntimeError), "super(): arg[0] deleted");
    value names = slot_peek(&code->slot_names);
    for (size_t i = code->slots_count - code->frees_count; i < code->slots_count; i++) {
        if (!str_equals_text(tuple_get(names, i), "__class__"))
            continue;
        *cls = cell_get(stack_plain(frame->slots[i]));
        *object = first;
        if (*cls)
            return true;
        value_dec(first);
        return raise_false(EXC(RuntimeError), "super(): empty __class__ cell");
    }
    value_dec(first);
    return raise_false(EXC(RuntimeError), "super(): __class__ cell not found");
}

struct code *interpreter_code(void)
{
    struct frame *frame = interpreter_self->frame;
    return frame ? frame->code : NULL;
}

value interpreter_locals(void)
{
    struct frame *frame = interpreter_self->frame;
    if (!frame)
        return raise(EXC(SystemError), "frame does not exist");
    return value_inc(frame_locals(frame));
}

value interpreter_frame_object(size_t depth)
{
    struct frame *frame = interpreter_self->frame;
    while (frame && depth-- > 0)
        frame = frame->previous;
    return frame ? frame_get_object(frame) : NULL;
}

/* The namespace that a code object run in `globals` sees as builtins: globals["__builtins__"] (a module or a mapping),
 * set there when it is missing. Owned. */
static value builtins_of(value globals)
{
    value name = NAME(__builtins__);
    value found = dict_get(globals, name);
    if (!found)
        return NULL;
    if (found == VALUE_MISSING) {
        value present = interpreter_builtins();
        if (!dict_set(globals, name, present))
            return NULL;
        return value_inc(present);
    }
    if (value_is(found, TYPE_ID_MODULE)) {
        value dict = value_inc(module_dict(found));
        value_dec(found);
        return dict;
    }
    return found;
}

value interpreter_run_code(value code_value, value globals, value locals, value closure)
{
    struct interpreter *self = interpreter_self;
    struct code *code = (struct code *)code_value;
    size_t given = closure ? tuple_length(closure) : 0;
    if (code->frees_count != given)
        return raise(EXC(TypeError), "code object requires a closure of exactly length %u", code->frees_count);
    value builtins = builtins_of(globals);
    if (!builtins)
        return NULL;
    struct frame *frame = frame_push(self, code, NULL);
    if (!frame) {
        value_dec(builtins);
        return NULL;
    }
    value_inc(code_value);
    frame->globals = value_inc(globals);
    frame->builtins = builtins;
    if (!(code->flags & CODE_NEWLOCALS))
        frame->locals = value_inc(locals ? locals : globals);
    for (size_t i = 0; i < given; i++)
        frame->slots[code->slots_count - given + i] = value_inc(tuple_get(closure, i));
    frame->flags = FRAME_ENTRY;
    self->frame = frame;
    return eval_from_c(self, frame);
}

value eval_between_steps(struct interpreter *interpreter, struct frame *frame)
{
    struct step_pause pause;
    step_pause(&pause);
    value result = eval_frame(interpreter, frame);
    bool has_yielded = interpreter->has_yielded; /* handlers of signals may run meanwhile */
    step_resume(&pause);
    interpreter->has_yielded = has_yielded;
    return result;
}

void interpreter_after_fork(void)
{
    struct interpreter *self = interpreter_self;
    atomic_store(&list_lock, 0);
    step_after_fork();
    list_head = self;
    self->next = NULL;
    self->previous = &list_head;
    self->ident = (uint64_t)pthread_self();
}
