/*
 * What is in line in the runtime, as functions for modules that are shared objects: they know neither the layout of an
 * object's header nor the thread's slot. The names are those of atoll.h with `atoll_` before them; cut.py makes the
 * others.
 */
#include "gc/trace.h"
#include "runtime/interp/interp.h"
#include "runtime/modules/core/sys_info.h"
#include "runtime/modules/module.h"
#include "runtime/objects/binary/bytes.h"
#include "threads/pause.h"

#define OUT_OF_LINE(RESULT, NAME, PARAMETERS, ARGUMENTS)                   \
    __attribute__((visibility("default"))) RESULT atoll_##NAME PARAMETERS; \
    RESULT atoll_##NAME PARAMETERS                                         \
    {                                                                      \
        return NAME ARGUMENTS;                                             \
    }

OUT_OF_LINE(value, float_new, (double d), (d))
OUT_OF_LINE(value, value_inc, (value v), (v))
OUT_OF_LINE(void, value_dec, (value v), (v))

OUT_OF_LINE(struct type *, value_type, (value v), (v))
OUT_OF_LINE(bool, value_is, (value v, unsigned id), (v, id))
OUT_OF_LINE(bool, is_int, (value v), (v))
OUT_OF_LINE(bool, is_float, (value v), (v))
OUT_OF_LINE(bool, is_str, (value v), (v))
OUT_OF_LINE(bool, is_bytes, (value v), (v))
OUT_OF_LINE(bool, is_bytearray, (value v), (v))
OUT_OF_LINE(bool, is_tuple, (value v), (v))
OUT_OF_LINE(bool, is_list, (value v), (v))
OUT_OF_LINE(bool, is_dict, (value v), (v))
OUT_OF_LINE(bool, is_type, (value v), (v))
OUT_OF_LINE(bool, is_exception, (value v), (v))

OUT_OF_LINE(value, slot_load, (struct object * container, value_slot *slot), (container, slot))
OUT_OF_LINE(void, slot_store, (struct object * container, value_slot *slot, value v), (container, slot, v))
OUT_OF_LINE(value, slot_exchange, (value_slot * slot, value v), (slot, v))
OUT_OF_LINE(value, slot_take, (struct object * container, value_slot *slot, value v), (container, slot, v))
OUT_OF_LINE(void, slot_drop, (value_slot * slot), (slot))
OUT_OF_LINE(void, trace_slot, (struct gc_trace * trace, const value_slot *slot), (trace, slot))
OUT_OF_LINE(void, object_lock, (struct object * o), (o))
OUT_OF_LINE(void, object_unlock, (struct object * o), (o))

OUT_OF_LINE(bool, thread_rest_begin, (size_t bytes), (bytes))
OUT_OF_LINE(void, thread_rest_end, (bool resting), (resting))
OUT_OF_LINE(void, thread_report, (void), ())
OUT_OF_LINE(void, thread_copy, (void *to, const void *from, size_t bytes), (to, from, bytes))

OUT_OF_LINE(value, step_run, (value iterator, value (*next)(value)), (iterator, next))

OUT_OF_LINE(size_t, tuple_length, (value v), (v))
OUT_OF_LINE(value, tuple_get, (value v, size_t index), (v, index))
OUT_OF_LINE(void, tuple_init, (value v, size_t index, value item), (v, index, item))

static struct type *type_well_known(unsigned id)
{
    return TYPE_WELL_KNOWN(id);
}
static const char *type_name(const struct type *type)
{
    return atomic_load_explicit(&type->gc.name, memory_order_acquire);
}
OUT_OF_LINE(struct type *, type_well_known, (unsigned id), (id))
OUT_OF_LINE(const char *, type_name, (const struct type *type), (type))

/* ---- calls from outside ---- */
struct native_entry {
    int kind;
};
enum entry_kind {
    ENTRY_RUNNING, /* the thread was called by the runtime and did not say that it may block */
    ENTRY_BLOCKED, /* it is in a blocking region */
    ENTRY_FOREIGN, /* the runtime has never seen it */
};

static bool native_enter(struct native_entry *entry)
{
    struct thread_slot *self = thread_self;
    if (!self) {
        entry->kind = ENTRY_FOREIGN;
        if (atomic_load(&runtime_finalizing) || !thread_attach())
            return false;
        if (interpreter_attach())
            return true;
        thread_detach();
        return false;
    }
    entry->kind = atomic_load(&self->state) == THREAD_RUNNING ? ENTRY_RUNNING : ENTRY_BLOCKED;
    if (entry->kind == ENTRY_BLOCKED)
        thread_leave_blocking();
    return true;
}

static void native_leave(struct native_entry *entry)
{
    if (entry->kind == ENTRY_BLOCKED) {
        thread_enter_blocking();
    } else if (entry->kind == ENTRY_FOREIGN) {
        interpreter_detach();
        thread_detach();
    }
}
OUT_OF_LINE(bool, native_enter, (struct native_entry * entry), (entry))
OUT_OF_LINE(void, native_leave, (struct native_entry * entry), (entry))
