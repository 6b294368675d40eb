/*
 * Tracing and profiling: sys.settrace, sys.setprofile, and the profiler of C code (_lsprof).
 *
 * The evaluation loop is compiled twice. The one that looks for events before each instruction (eval_traced.c) runs
 * while `on`; the other one knows nothing of them, and is left where it looks at its poll word anyway: who turns
 * tracing on requests THREAD_POLL_RAISE, and so does the traced loop again and again, for the loops beneath that C code
 * will return to.
 */
#ifndef ATOLL_TRACE_H
#define ATOLL_TRACE_H

#include "runtime/interp/frame.h"

enum trace_event {
    TRACE_CALL,
    TRACE_EXCEPTION,
    TRACE_LINE,
    TRACE_RETURN,
    TRACE_C_CALL,
    TRACE_C_EXCEPTION,
    TRACE_C_RETURN,
    TRACE_OPCODE
};
/* A profiler in C; `argument` as for one in Python. Sets no exception. What it calls is not traced. */
typedef void trace_hook(value context, struct frame *frame, enum trace_event event, value argument);

/* A place where a line begins: before an instruction, at one of the lines marked there, or between the store and the
 * load of a fused instruction. */
enum { TRACE_AT_CODE = -1, TRACE_AT_LOAD = -2 };
struct trace_place {
    uint32_t unit;
    int32_t mark; /* its index, or one of the above */
};

/* Of a thread, for it alone. */
struct tracing {
    bool on;     /* events are due */
    bool counts; /* some are the profiler's */
    bool installs_function, installs_profile;
    uint32_t depth;   /* trace and profile functions that run: they are not traced themselves */
    value function;   /* sys.settrace, owned, or NULL */
    value profile;    /* sys.setprofile, or the hook's context; owned, or NULL */
    trace_hook *hook; /* NULL: `profile` is called */
    /* The lines of the code looked at last: units [start, end) are of `line`. */
    value code;
    uint32_t start, end;
    int32_t line;
    /* The event that is being told, innermost. */
    struct frame *frame; /* NULL: none */
    enum trace_event event;
    struct trace_place at; /* of a line event */
    bool jumped;           /* f_lineno was set: `at` is the goal */
    bool told;             /* the line of the next instruction, inside a fused one */
};
extern _Thread_local struct tracing trace_self __attribute__((tls_model("initial-exec")));

/* false: RuntimeError, because this happens while the one before is dropped. */
bool trace_set_function(value function /* NULL: none */);
bool trace_set_profile(value profile /* NULL: none */, trace_hook *hook);
void trace_thread_end(void);
/* function(*arguments) as if no trace function were running. */
value trace_call_freely(value function, value arguments);
/* function(first, second), which is not traced. */
value trace_call_unseen(value function, value first, value second);

/* ---- for the loop ---- */
value eval_frame_traced(struct interpreter *interpreter, struct frame *frame);
enum trace_outcome {
    TRACE_GO,
    TRACE_ERROR, /* the instruction failed */
    TRACE_LEAVE, /* the frame ends, without another event */
    TRACE_JUMPED /* go on with the instruction at frame_unit, which has been told */
};
/* Between the two halves of STORE_FAST_LOAD_FAST, which may be of two lines: ip is behind the instruction. */
enum trace_outcome trace_second_half(struct frame *frame);
/* Before the instruction at frame_unit; `previous` is the unit that ran before in this frame. May move the frame on,
 * and sp. */
enum trace_outcome trace_instruction(struct frame *frame, uint32_t previous);
bool trace_return(struct frame *frame, value result); /* false: an exception takes the result's place */
void trace_unwind(struct frame *frame);               /* it ends by the current exception */
void trace_exception(struct frame *frame);            /* the current exception came to the frame */
/* What its `for` goes through, or what it delegates to, has come to its end: false when an exception takes the place of
 * the StopIteration, which is told where CPython makes one. */
bool trace_generator_end(struct frame *frame, value result);
bool trace_delegate_end(struct frame *frame, value delegate, value result);
void trace_thrown_into(struct frame *frame); /* the same: it was thrown into a generator */
/* Around a call of what may be a C function. NULL with an exception: it is not to be called; VALUE_MISSING: no event is
   due. What else it returns goes to trace_c_end, with the call's result or NULL; the result, or NULL. */
value trace_c_begin(struct frame *frame, value callable, value receiver /* or NULL */,
                    value first /* argument, or NULL */);
value trace_c_end(struct frame *frame, value function, value result);

/* ---- jumps (frame_jump.c) ---- */
/* Where the program's own instructions begin. */
uint32_t trace_first_unit(const struct code *code);
/* The frame of the line event that is being told goes on at the first line from there on. false: an exception. */
bool frame_jump(struct frame *frame, int64_t line);

/* ---- of frame objects (frame_object.c) ---- */
void frame_show_line(struct frame *frame, int32_t line); /* as f_lineno; 0: that of its instruction */
value frame_trace_function(struct frame *frame);         /* f_trace, owned, or NULL */
void frame_set_trace_function(struct frame *frame, value function /* or NULL */);
bool frame_wants_lines(struct frame *frame);
bool frame_wants_opcodes(struct frame *frame);
/* The variables of a function become what the dict that locals() made says of them. false: an exception. */
bool frame_take_locals(struct frame *frame);

#endif
