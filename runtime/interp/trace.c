/* Events for trace and profile functions (trace.h): when they are due, and the calls. */
#include "runtime/interp/trace.h"
#include "runtime/compiler/code/code_parts.h"
#include "runtime/objects/objects.h"

_Thread_local struct tracing trace_self;

static void settle_on(void)
{
    trace_self.counts = trace_self.depth == 0 && trace_self.profile;
    trace_self.on = trace_self.depth == 0 && (trace_self.function || trace_self.profile);
    if (trace_self.on)
        thread_request(thread_self, THREAD_POLL_RAISE);
}

/* Exchange one of the two; what dies meanwhile must not do the same. */
static bool install(bool *installs, const char *what, value *place, value function)
{
    if (*installs) {
        *installs = false;
        return raise_false(EXC(RuntimeError), "Cannot install a %s function while another %s function is being installed",
                           what, what);
    }
    value old = *place;
    *place = NULL;
    settle_on();
    *installs = true;
    value_dec(old);
    *installs = false;
    value_dec(*place);
    *place = function ? value_inc(function) : NULL;
    settle_on();
    return true;
}

bool trace_set_function(value function)
{
    return install(&trace_self.installs_function, "trace", &trace_self.function, function);
}

bool trace_set_profile(value profile, trace_hook *hook)
{
    if (!install(&trace_self.installs_profile, "profile", &trace_self.profile, profile))
        return false;
    trace_self.hook = hook;
    return true;
}

void trace_thread_end(void)
{
    trace_set_function(NULL);
    trace_set_profile(NULL, NULL);
    value_dec(trace_self.code);
    trace_self.code = NULL;
}

value trace_call_freely(value function, value arguments)
{
    uint32_t depth = trace_self.depth;
    trace_self.depth = 0;
    settle_on();
    value result = call_tuple(function, arguments, NULL);
    trace_self.depth = depth;
    settle_on();
    return result;
}

/* ---- calling ---- */
static value event_name(enum trace_event event)
{
    switch (event) {
    case TRACE_CALL:
        return NAME(call);
    case TRACE_EXCEPTION:
        return NAME(exception);
    case TRACE_LINE:
        return NAME(line);
    case TRACE_RETURN:
        return NAME_TEXT("return");
    case TRACE_C_CALL:
        return NAME(c_call);
    case TRACE_C_EXCEPTION:
        return NAME(c_exception);
    case TRACE_C_RETURN:
        return NAME(c_return);
    default:
        return NAME(opcode);
    }
}

/* function(frame, event, argument), which sees the frame's variables in f_locals and may change them there. Owned. */
static value call_function(value function, struct frame *frame, enum trace_event event, value argument)
{
    value object = frame_get_object(frame), result = NULL;
    if (!object)
        return NULL;
    trace_self.depth++;
    settle_on();
    if (!frame->locals || frame_locals(frame))
        result = call_3(function, object, event_name(event), argument);
    trace_self.depth--;
    settle_on();
    value_dec(object);
    if (frame->locals) {
        value pending = result ? NULL : error_fetch();
        if (!frame_take_locals(frame)) {
            value_dec(result);
            result = NULL;
            value_dec(pending);
        } else if (pending) {
            error_restore(pending);
        }
    }
    return result;
}

/* The trace function of the thread or of the frame; what it returns is the frame's from now on. One that fails is the
   last. */
static bool report(struct frame *frame, enum trace_event event, value argument)
{
    value function = event == TRACE_CALL ? trace_self.function : NULL;
    function = function ? value_inc(function) : event == TRACE_CALL ? NULL : frame_trace_function(frame);
    if (!function)
        return true;
    value result = call_function(function, frame, event, argument);
    value_dec(function);
    if (!result) {
        value pending = error_fetch();
        trace_set_function(NULL);
        frame_set_trace_function(frame, NULL);
        error_restore(pending);
        return false;
    }
    if (result != VALUE_NONE)
        frame_set_trace_function(frame, result);
    value_dec(result);
    return true;
}

static bool report_to_profile(struct frame *frame, enum trace_event event, value argument)
{
    if (!trace_self.profile)
        return true;
    value profile = value_inc(trace_self.profile);
    value result = VALUE_NONE;
    if (trace_self.hook)
        trace_self.hook(profile, frame, event, argument);
    else
        result = call_function(profile, frame, event, argument);
    value_dec(profile);
    if (!result) {
        value pending = error_fetch();
        trace_set_profile(NULL, NULL);
        error_restore(pending);
    }
    value_dec(result);
    return result != NULL;
}

static bool report_to_both(struct frame *frame, enum trace_event event, value argument)
{
    return (!trace_self.function || report(frame, event, argument)) && report_to_profile(frame, event, argument);
}

/* The same while an exception is on its way, which another one may replace. */
static bool report_beside(struct frame *frame, enum trace_event event, value argument,
                          bool (*to)(struct frame *frame, enum trace_event event, value argument))
{
    value pending = error_fetch();
    bool done = to(frame, event, argument);
    if (done && pending)
        error_restore(pending);
    else
        value_dec(pending);
    return done;
}

/* ---- events ---- */
static int32_t line_of(const struct code *code, uint32_t unit)
{
    struct tracing *self = &trace_self;
    if (self->code != value_of((struct code *)code) || unit < self->start || unit >= self->end) {
        value old = self->code;
        self->code = value_inc(value_of((struct code *)code));
        self->line = code_line_range(code, unit, &self->start, &self->end);
        value_dec(old);
    }
    return self->line;
}

/* Where the program's own instructions begin. */
static uint32_t first_traced(const struct code *code)
{
    uint32_t unit = 0;
    while (unit < code->unit_count && instruction_opcode(code->units[unit]) != OP_RESUME)
        unit++;
    return unit < code->unit_count ? unit : 0;
}

enum trace_outcome trace_instruction(struct frame *frame, uint32_t previous)
{
    struct code *code = frame->code;
    uint32_t unit = frame_unit(frame), first = first_traced(code);
    unsigned opcode = instruction_opcode(code->units[unit]);
    thread_request(thread_self, THREAD_POLL_RAISE); /* for the loops beneath */
    if (unit < first)
        return TRACE_GO;
    if (opcode == OP_RESUME)
        return report_to_both(frame, TRACE_CALL, VALUE_NONE) ? TRACE_GO : TRACE_LEAVE;
    if (!trace_self.function)
        return TRACE_GO;
    int32_t before = previous <= first ? -1 : line_of(code, previous), line = line_of(code, unit);
    if (line > 0 && (line != before || (unit < previous && opcode != OP_SEND)) && frame_wants_lines(frame) &&
        !report(frame, TRACE_LINE, VALUE_NONE))
        return TRACE_ERROR;
    if (frame_wants_opcodes(frame) && !report(frame, TRACE_OPCODE, VALUE_NONE))
        return TRACE_ERROR;
    return TRACE_GO;
}

bool trace_return(struct frame *frame, value result)
{
    return report_to_both(frame, TRACE_RETURN, result);
}

void trace_unwind(struct frame *frame)
{
    report_beside(frame, TRACE_RETURN, VALUE_NONE, report_to_both);
}

void trace_thrown_into(struct frame *frame)
{
    report_beside(frame, TRACE_CALL, VALUE_NONE, report_to_both);
}

void trace_exception(struct frame *frame)
{
    if (!trace_self.function)
        return;
    value exception = error_fetch();
    if (!exception)
        return;
    value traceback = exception_traceback(exception);
    value argument = tuple_pack(3, value_of(value_type(exception)), exception, traceback);
    value_dec(traceback);
    error_restore(exception);
    if (argument)
        report_beside(frame, TRACE_EXCEPTION, argument, report);
    value_dec(argument);
}

void trace_generator_end(struct frame *frame, value result)
{
    if (!trace_self.function)
        return;
    raise_value(EXC(StopIteration), result);
    trace_exception(frame);
}

value trace_c_begin(struct frame *frame, value callable, value receiver)
{
    value function;
    if (value_is(callable, TYPE_ID_BUILTIN_FUNCTION) && !receiver)
        function = value_inc(callable);
    else if (value_is(callable, TYPE_ID_METHOD_DESCRIPTOR) && receiver)
        function = value_type_slot(callable, descr_get)(callable, receiver, value_type(receiver));
    else
        return VALUE_MISSING;
    if (function && !report_to_profile(frame, TRACE_C_CALL, function)) {
        value_dec(function);
        return NULL;
    }
    return function;
}

value trace_c_end(struct frame *frame, value function, value result)
{
    if (trace_self.counts && !result) {
        report_beside(frame, TRACE_C_EXCEPTION, function, report_to_profile);
    } else if (trace_self.counts && !report_to_profile(frame, TRACE_C_RETURN, function)) {
        value_dec(result);
        result = NULL;
    }
    value_dec(function);
    return result;
}
