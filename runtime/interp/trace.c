/* Events for trace and profile functions (trace.h): when they are due, and the calls. */
#include "runtime/interp/trace.h"
#include "runtime/compiler/code/code_parts.h"
#include "runtime/interp/instructions/names.h"
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
        return raise_false(EXC(RuntimeError),
                           "Cannot install a %s function while another %s function is being installed", what, what);
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

value trace_call_unseen(value function, value first, value second)
{
    trace_self.depth++;
    settle_on();
    value result = call_2(function, first, second);
    trace_self.depth--;
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
    struct frame *outer_frame = trace_self.frame;
    enum trace_event outer_event = trace_self.event;
    trace_self.frame = frame;
    trace_self.event = event;
    trace_self.depth++;
    settle_on();
    if (!frame->locals || frame_locals(frame))
        result = call_3(function, object, event_name(event), argument);
    trace_self.depth--;
    trace_self.frame = outer_frame;
    trace_self.event = outer_event;
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
    if (trace_self.hook) {
        trace_self.depth++;
        settle_on();
        trace_self.hook(profile, frame, event, argument);
        trace_self.depth--;
        settle_on();
    } else {
        result = call_function(profile, frame, event, argument);
    }
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

uint32_t trace_first_unit(const struct code *code)
{
    uint32_t unit = 0;
    while (unit < code->unit_count && instruction_opcode(code->units[unit]) != OP_RESUME)
        unit++;
    return unit < code->unit_count ? unit : 0;
}

static bool report_line(struct frame *frame, int32_t line, uint32_t unit, int32_t mark)
{
    trace_self.at = (struct trace_place){unit, mark};
    trace_self.jumped = false;
    frame_show_line(frame, mark == TRACE_AT_CODE ? 0 : line);
    bool done = report(frame, TRACE_LINE, VALUE_NONE);
    frame_show_line(frame, 0);
    return done;
}

/* After a jump: one that leads into a fused instruction goes on behind it, as if it had loaded the local. */
static bool land(struct frame *frame)
{
    trace_self.jumped = false;
    if (trace_self.at.mark != TRACE_AT_LOAD)
        return true;
    uint32_t unit = frame->code->units[trace_self.at.unit];
    value v = frame->slots[instruction_argument(unit) >> 12];
    if (!v) {
        raise_unbound_operand(frame, unit);
        return false;
    }
    *frame->sp++ = value_inc(stack_plain(v));
    frame_set_unit(frame, frame_unit(frame) + 1);
    trace_self.at = (struct trace_place){trace_self.at.unit + 1, TRACE_AT_CODE};
    return true;
}

/* A jump back to the line that it stands on itself: of a while loop, whose line is told there. */
static bool is_loop_end(const struct code *code, uint32_t unit, int32_t line)
{
    if (instruction_opcode(code->units[unit]) != OP_JUMP_BACKWARD)
        return false;
    uint32_t start, end, target = instruction_argument(code->units[unit]);
    int32_t marked = code_line_mark(code, target, 0);
    return (marked >= 0 ? marked : code_line_range(code, target, &start, &end)) == line;
}

/* The line events before an instruction: those of the lines marked there, from one on, then its own. A jump goes on
 * from its goal. */
static bool tell_lines(struct frame *frame, int32_t mark, int32_t before, bool back)
{
    struct code *code = frame->code;
    uint32_t unit = frame_unit(frame);
    int32_t line = line_of(code, unit);
    for (;; back = false) {
        int32_t told = mark >= 0 ? code_line_mark(code, unit, (uint32_t)mark) : line;
        if (told < 0 && mark >= 0) {
            mark = TRACE_AT_CODE;
            told = line;
        }
        if (told > 0 && (told != before || back) && frame_wants_lines(frame) &&
            !(mark == TRACE_AT_CODE && is_loop_end(code, unit, line))) {
            if (!report_line(frame, told, unit, mark))
                return false;
            if (trace_self.jumped) {
                if (!land(frame))
                    return false;
                unit = trace_self.at.unit;
                mark = trace_self.at.mark;
                line = line_of(code, unit);
                told = mark >= 0 ? code_line_mark(code, unit, (uint32_t)mark) : line;
            }
        }
        if (mark == TRACE_AT_CODE)
            return true;
        before = told;
        mark++;
    }
}

enum trace_outcome trace_instruction(struct frame *frame, uint32_t previous)
{
    struct code *code = frame->code;
    uint32_t unit = frame_unit(frame), first = trace_first_unit(code);
    unsigned opcode = instruction_opcode(code->units[unit]);
    thread_request(thread_self, THREAD_POLL_RAISE); /* for the loops beneath */
    if (unit < first)
        return TRACE_GO;
    if (opcode == OP_RESUME)
        return report_to_both(frame, TRACE_CALL, VALUE_NONE) ? TRACE_GO : TRACE_LEAVE;
    if (!trace_self.function)
        return TRACE_GO;
    int32_t before = previous <= first ? -1 : line_of(code, trace_self.told ? unit : previous);
    trace_self.told = false;
    line_of(code, unit);
    if (!tell_lines(frame, trace_self.start == unit ? 0 : TRACE_AT_CODE, before, unit < previous && opcode != OP_SEND))
        return TRACE_ERROR;
    if (frame_wants_opcodes(frame) && !report(frame, TRACE_OPCODE, VALUE_NONE))
        return TRACE_ERROR;
    return TRACE_GO;
}

enum trace_outcome trace_second_half(struct frame *frame)
{
    struct code *code = frame->code;
    uint32_t unit = frame_unit(frame);
    if (!trace_self.function || unit + 1 >= code->unit_count || !frame_wants_lines(frame))
        return TRACE_GO;
    int32_t before = line_of(code, unit), line = line_of(code, unit + 1);
    if (line <= 0 || line == before)
        return TRACE_GO;
    frame_set_unit(frame, unit + 1); /* as if at the next instruction already, but for the load */
    if (!report_line(frame, line, unit + 1, TRACE_AT_LOAD))
        return TRACE_ERROR;
    if (trace_self.jumped) {
        if (!land(frame))
            return TRACE_ERROR;
        int32_t mark = trace_self.at.mark;
        return mark == TRACE_AT_CODE ||
                       tell_lines(frame, mark + 1, code_line_mark(code, frame_unit(frame), (uint32_t)mark), false)
                   ? TRACE_JUMPED
                   : TRACE_ERROR;
    }
    frame_set_unit(frame, unit);
    trace_self.told = true;
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

bool trace_generator_end(struct frame *frame, value result)
{
    if (!trace_self.function)
        return true;
    if (result == VALUE_NONE)
        raise_value(EXC(StopIteration), NULL);
    else
        raise_value(EXC(StopIteration), result);
    trace_exception(frame);
    if (!error_matches(EXC(StopIteration)))
        return false;
    error_clear();
    return true;
}

bool trace_delegate_end(struct frame *frame, value delegate, value result)
{
    return (result == VALUE_NONE && !value_is(delegate, TYPE_ID_COROUTINE)) || trace_generator_end(frame, result);
}

value trace_c_begin(struct frame *frame, value callable, value receiver, value first)
{
    value function;
    if (value_is(callable, TYPE_ID_BUILTIN_FUNCTION) && !receiver)
        function = value_inc(callable);
    else if (value_is(callable, TYPE_ID_METHOD_DESCRIPTOR) && (receiver || first))
        function = value_type_slot(callable, descr_get)(callable, receiver ? receiver : first,
                                                        value_type(receiver ? receiver : first));
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
