/* Traceback objects: one entry for each frame that an exception passed. */
#include "runtime/interp/frame.h"
#include "runtime/audit.h"
#include "runtime/interp/traceback.h"
#include "runtime/objects/objects.h"
#include "runtime/signature.h"

#include <stddef.h>

#define SELF(v) ((struct traceback *)(v))

value traceback_new(value next, value frame, uint32_t unit, int line)
{
    struct traceback *self = (struct traceback *)object_new(TYPE(TRACEBACK), sizeof *self);
    if (!self)
        return NULL;
    slot_init(&self->next, next == VALUE_NONE ? NULL : value_inc(next));
    slot_init(&self->frame, value_inc(frame));
    self->unit = unit;
    self->line = line;
    self->lasti = OF_UNIT;
    return value_of(self);
}

void traceback_add(struct interpreter *interpreter, struct frame *frame)
{
    value exception = error_fetch();
    if (!exception)
        return;
    value object = frame_get_object(frame);
    if (object) {
        value next = exception_traceback(exception);
        value entry = traceback_new(next, object, frame_unit(frame), OF_UNIT);
        if (entry)
            exception_set_traceback(exception, entry);
        value_dec(entry);
        value_dec(next);
        value_dec(object);
    }
    error_clear(); /* no memory for the entry: the exception goes on without it */
    error_restore(exception);
}

static value get_next(value v)
{
    value next = slot_load(value_object(v), &SELF(v)->next);
    return next ? next : VALUE_NONE;
}
static bool set_tb_next(value v, value new)
{
    if (!new)
        return raise_false(EXC(TypeError), "can't delete tb_next attribute");
    if (new != VALUE_NONE && !value_is(new, TYPE_ID_TRACEBACK))
        return raise_false(EXC(TypeError), "expected traceback object, got '%T'", new);
    value cursor = value_inc(new);
    while (cursor && cursor != VALUE_NONE) {
        if (cursor == v) {
            value_dec(cursor);
            return raise_false(EXC(ValueError), "traceback loop detected");
        }
        value further = slot_load(value_object(cursor), &SELF(cursor)->next);
        value_dec(cursor);
        cursor = further;
    }
    slot_store(value_object(v), &SELF(v)->next, new == VALUE_NONE ? NULL : value_inc(new));
    return true;
}
static value get_frame(value v)
{
    if (!audit("object.__getattr__", "Os", v, "tb_frame"))
        return NULL;
    return slot_load(value_object(v), &SELF(v)->frame);
}
int32_t traceback_line(const struct traceback *entry, const struct code *code)
{
    if (entry->line != OF_UNIT)
        return entry->line;
    struct code_location location;
    code_locate(code, entry->unit, &location);
    return location.line;
}
static value get_lineno(value v)
{
    value code = frame_object_code(slot_peek(&SELF(v)->frame));
    value line = code ? small_int(traceback_line(SELF(v), (struct code *)code)) : NULL;
    value_dec(code);
    return line;
}
static value get_lasti(value v)
{
    if (SELF(v)->lasti != OF_UNIT)
        return small_int(SELF(v)->lasti);
    value code = frame_object_code(slot_peek(&SELF(v)->frame));
    uint32_t word;
    bool found = code && code_word_of_unit((struct code *)code, SELF(v)->unit, &word);
    value_dec(code);
    return found ? small_int((int64_t)word * 2) : NULL;
}

static struct signature new_signature = SIGNATURE("traceback", "(tb_next, tb_frame, tb_lasti, tb_lineno)");

static value traceback_type_new(struct type *type, const value *args, size_t nargs, value kwnames)
{
    value a[4];
    int lasti, line;
    if (!signature_bind(&new_signature, args, nargs, kwnames, a))
        return NULL;
    if (a[0] != VALUE_NONE && !value_is(a[0], TYPE_ID_TRACEBACK))
        return raise(EXC(TypeError), "expected traceback object or None, got '%T'", a[0]);
    if (!value_is(a[1], TYPE_ID_FRAME))
        return raise(EXC(TypeError), "TracebackType() argument 'tb_frame' must be frame, not %s",
                     a[1] == VALUE_NONE ? "None" : value_type(a[1])->gc.name);
    if (!value_as_int(a[2], &lasti) || !value_as_int(a[3], &line))
        return NULL;
    value code = frame_object_code(a[1]);
    uint32_t unit;
    bool found = code && code_wake((struct code *)code) &&
                 code_unit_of_word((struct code *)code, lasti < 0 ? 0 : (uint32_t)lasti / 2, &unit);
    value_dec(code);
    value made = found ? traceback_new(a[0], a[1], unit, line) : NULL;
    if (made)
        SELF(made)->lasti = lasti;
    return made;
}

static void traceback_traverse(struct object *o, struct gc_trace *trace)
{
    trace_slot(trace, &((struct traceback *)o)->next);
    trace_slot(trace, &((struct traceback *)o)->frame);
}
static void traceback_destroy(struct object *o)
{
    slot_drop(&((struct traceback *)o)->next);
    slot_drop(&((struct traceback *)o)->frame);
}

static value method_dir(value v)
{
    value list = list_new(4);
    static const char *const names[] = {"tb_frame", "tb_next", "tb_lasti", "tb_lineno"};
    for (size_t i = 0; list && i < 4; i++)
        list_append(list, str_interned(names[i]));
    return list;
}

static const struct method_def traceback_methods[] = {
    METHOD("__dir__", method_dir, "($self, /)", NULL),
    {0},
};
static const struct getset_def traceback_getset[] = {
    {"tb_next", get_next, set_tb_next, NULL}, {"tb_lineno", get_lineno, NULL, NULL}, GETSET_FIELDS,
    {"tb_frame", get_frame, NULL, NULL},      {"tb_lasti", get_lasti, NULL, NULL},   {0},
};

const struct type_spec traceback_type_spec = {
    .id = TYPE_ID_TRACEBACK,
    .name = "traceback",
    .doc = "Create a new traceback object.",
    .signature = "(tb_next, tb_frame, tb_lasti, tb_lineno)",
    .size = sizeof(struct traceback),
    .gc_flags = TYPE_GC_CONTAINER,
    .traverse = traceback_traverse,
    .destroy = traceback_destroy,
    .slots = {.new = traceback_type_new},
    .methods = traceback_methods,
    .getset = traceback_getset,
};
