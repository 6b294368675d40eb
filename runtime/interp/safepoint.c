/*
 * The interpreter's business at safepoints.
 *
 * Requests are bits that any thread (or a signal handler) sets; THREAD_POLL_RUNTIME on a slot makes its thread come
 * here. Signals and the collector's pending work are the main thread's. A main thread that sits in a blocking call does
 * pending work when it returns; a program whose main thread only waits gets it done by whichever thread asks for a
 * collection (gc_collect does it itself).
 */
#include "runtime/interp/safepoint.h"
#include "runtime/interp/interp.h"
#include "runtime/objects/objects.h"

static _Atomic(struct thread_slot *) main_slot;
static _Atomic bool signals_wait, work_waits;
int (*_Atomic safepoint_handle_signals)(void);

bool safepoint_is_main(void)
{
    return thread_self == atomic_load(&main_slot);
}

static void request_main(void)
{
    struct thread_slot *slot = atomic_load(&main_slot);
    if (slot)
        thread_request(slot, THREAD_POLL_RUNTIME);
}

/* The same, and end its waiting. */
static void interrupt_main(void)
{
    struct thread_slot *slot = atomic_load(&main_slot);
    if (slot)
        thread_interrupt(slot);
}

void safepoint_request_pending(void)
{
    atomic_store(&work_waits, true);
    request_main();
}

void safepoint_request_signals(void)
{
    atomic_store(&signals_wait, true);
    interrupt_main();
}

/* Called with the exception state of the running code: callbacks must not see or change it. */
static void run_pending_work(void)
{
    value saved = error_fetch();
    gc_run_pending();
    if (error_occurred())
        error_unraisable("in pending work of the collector", NULL);
    if (saved)
        error_restore(saved);
}

/* The main thread's signals. */
static int handle_signals(void)
{
    if (atomic_exchange(&signals_wait, false)) {
        int (*handle)(void) = atomic_load(&safepoint_handle_signals);
        return handle ? handle() : 0;
    }
    return 0;
}

/* An exception that another thread wants to be raised here (PyThreadState_SetAsyncExc). */
static int raise_pending(struct interpreter *self)
{
    value exception = slot_exchange(&self->pending_exception, NULL);
    if (!exception)
        return 0;
    if (is_type(exception)) {
        value instance = call_0(exception);
        value_dec(exception);
        exception = instance;
    }
    if (exception && !is_exception(exception)) {
        raise(EXC(TypeError), "exceptions must derive from BaseException");
        value_dec(exception);
        return -1;
    }
    if (exception)
        raise_exception(exception);
    value_dec(exception);
    return -1;
}

static int runtime_hook(struct thread_slot *slot, uint32_t reasons)
{
    struct interpreter *self = interpreter_self;
    if (!self)
        return 0;
    if ((reasons & THREAD_POLL_RUNTIME) && slot == atomic_load(&main_slot)) {
        if (atomic_exchange(&work_waits, false))
            run_pending_work();
        if (handle_signals() != 0) {
            thread_request(slot, reasons); /* for what is still to come */
            return -1;
        }
    }
    return reasons & THREAD_POLL_RAISE ? raise_pending(self) : 0;
}

void safepoint_weak_callback(struct object *reference)
{
    struct weak_reference *weak = (struct weak_reference *)reference;
    value callback = slot_load(reference, &weak->callback);
    if (!callback || callback == VALUE_NONE)
        return;
    value saved = error_fetch();
    value result = call_1(callback, value_of(reference));
    if (!result)
        error_unraisable(NULL, callback);
    value_dec(result);
    value_dec(callback);
    if (saved)
        error_restore(saved);
}

struct raise_request {
    uint64_t ident;
    value exception;
    int found;
};

static void raise_visit(struct interpreter *interpreter, void *context)
{
    struct raise_request *request = context;
    if (interpreter->ident != request->ident || request->found)
        return;
    request->found = 1;
    request->exception = atomic_exchange(&interpreter->pending_exception, request->exception);
    if (interpreter->slot)
        thread_request(interpreter->slot, THREAD_POLL_RAISE);
}

int safepoint_raise_in(uint64_t ident, value exception)
{
    struct raise_request request = {ident, exception, 0};
    interpreter_each(raise_visit, &request);
    value_dec(request.exception);
    return request.found;
}

bool safepoint_init(void)
{
    threads_set_hooks(&(struct thread_hooks){.runtime = runtime_hook});
    return true;
}

void safepoint_set_main(void)
{
    atomic_store(&main_slot, thread_self);
}
