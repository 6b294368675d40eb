/*
 * The checks of checked builds bite: each program here breaks one rule, in a process of its own, and must be ended with
 * the place where it began to. The same programs without the mistake go through. In other builds there is nothing to
 * see.
 */
#include <string.h>
#include <sys/wait.h>

#include "tests/runtime/support.h"
#include "runtime/interp/frame.h"
#include "runtime/objects/containers/dict.h"
#include "runtime/objects/containers/list.h"
#include "runtime/objects/model/type_internal.h"
#include "runtime/sys.h"

static value sample;       /* a list */
static value function;     /* one of Python code, compiled in advance: the compiler has safepoints of its own */
static value taker;        /* a function with one parameter */
static value sample_class; /* of Python code, without instances yet */

/* Run `body` in a child; what it said on stderr is in `said`. Returns its wait status. */
static int run_apart(void (*body)(void), char *said, size_t room)
{
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    fflush(NULL);
    pid_t child = fork();
    if (child == 0) {
        dup2(ends[1], 2);
        body();
        _exit(0);
    }
    close(ends[1]);
    size_t length = 0;
    for (ssize_t got; length + 1 < room && (got = read(ends[0], said + length, room - 1 - length)) > 0;)
        length += (size_t)got;
    said[length] = 0;
    close(ends[0]);
    int status = -1;
    assert_int_equal(waitpid(child, &status, 0), child);
    return status;
}

static void assert_goes_through(void (*body)(void))
{
    char said[4096];
    int status = run_apart(body, said, sizeof said);
    if (status)
        print_error("%s\n", said);
    assert_int_equal(status, 0);
}

/* `what` and `where` are parts of the message. */
static void assert_ended_at(void (*body)(void), const char *what, const char *where)
{
#ifdef ATOLL_CHECKED
    char said[4096];
    int status = run_apart(body, said, sizeof said);
    if (!WIFSIGNALED(status) || WTERMSIG(status) != SIGABRT || !strstr(said, what) || !strstr(said, where)) {
        print_error("status %d, expected: %s\n%s\n", status, what, said);
        fail();
    }
#else
    (void)body;
    (void)what;
    (void)where;
    skip(); /* other builds do not check */
#endif
}
/* Beside the name of this file. */
static void assert_ended(void (*body)(void), const char *what)
{
    assert_ended_at(body, what, "checks.c:");
}

/* ---- something uncounted is in use ---- */

static void peek_across_safepoint(void)
{
    PEEK_SCOPE;
    thread_safepoint(thread_self);
}
static void peek_across_blocking(void)
{
    PEEK_SCOPE;
    thread_enter_blocking();
    thread_leave_blocking();
}
static void peek_across_python(void)
{
    PEEK_SCOPE;
    call_0(function);
}
static void peek_across_class_lock(void)
{
    PEEK_SCOPE;
    class_lock();
    class_unlock();
}
/* What allocation would be if it waited. */
static void allocation_that_blocks(void)
{
    NO_QUIESCENCE;
    value v = list_new(1);
    thread_enter_blocking();
    thread_leave_blocking();
    value_dec(v);
}
static void peek_in_order(void)
{
    {
        PEEK_SCOPE;
        for (int i = 0; i < 100000; i++)
            value_dec(list_new(4)); /* pages are filled, helpers may be called */
    }
    {
        PEEK_SCOPE;
        value_dec(value_of(instance_new((struct type *)sample_class))); /* the first one: there is no shape yet */
    }
    thread_safepoint(thread_self);
    run_command("sum(range(10))");
    thread_enter_blocking();
    thread_leave_blocking();
}

static void peeks_are_watched(void **state)
{
    (void)state;
    assert_goes_through(peek_in_order);
    assert_ended(peek_across_safepoint, "a safepoint while something uncounted is in use");
    assert_ended(peek_across_blocking, "a blocking region while something uncounted is in use");
    assert_ended(peek_across_class_lock, "the class lock while something uncounted is in use");
    assert_ended(peek_across_python, "Python code while something uncounted is in use");
    assert_ended(allocation_that_blocks, "a blocking region while something uncounted is in use");
}

/* ---- a lock is held ---- */

static void drop_under_lock(void)
{
    value v = value_inc(sample);
    object_lock(value_object(sample));
    value_dec(v);
    object_unlock(value_object(sample));
}
static void drop_in_section(void)
{
    value v = list_new(1);
    if (!object_enter(value_object(v)))
        _exit(0); /* others look into its page */
    value_dec(sample);
    object_leave();
}
static void object_under_lock(void)
{
    object_lock(value_object(sample));
    list_new(0);
    object_unlock(value_object(sample));
}
static void object_under_byte_lock(void)
{
    static _Atomic uint8_t lock;
    byte_lock(&lock);
    list_new(0);
    byte_unlock(&lock);
}
static void storage_under_lock(void)
{
    object_lock(value_object(sample));
    storage_alloc(16);
    object_unlock(value_object(sample));
}
static void storage_under_class_lock(void)
{
    class_lock();
    storage_alloc(16);
    class_unlock();
}
static void drop_under_class_lock(void)
{
    value v = value_inc(sample);
    if (class_try_lock())
        value_dec(v);
    class_unlock();
}
static void python_under_class_lock(void)
{
    class_lock();
    call_0(function);
    class_unlock();
}
static void blocking_under_class_lock(void)
{
    class_lock();
    thread_enter_blocking();
    thread_leave_blocking();
    class_unlock();
}
static void class_lock_under_lock(void)
{
    object_lock(value_object(sample));
    class_lock();
    class_unlock();
    object_unlock(value_object(sample));
}
static void safepoint_under_lock(void)
{
    object_lock(value_object(sample));
    thread_safepoint(thread_self);
    object_unlock(value_object(sample));
}
static void blocking_under_lock(void)
{
    object_lock(value_object(sample));
    thread_enter_blocking();
    thread_leave_blocking();
    object_unlock(value_object(sample));
}
static void python_under_lock(void)
{
    static _Atomic uint8_t lock;
    byte_lock(&lock);
    call_0(function);
    byte_unlock(&lock);
}
static void lock_in_order(void)
{
    static _Atomic uint8_t lock;
    value v = value_inc(sample);
    for (int i = 0; i < 1000; i++) {
        object_lock(value_object(sample));
        object_unlock(value_object(sample));
        byte_lock(&lock);
        byte_unlock(&lock);
        class_lock();
        class_unlock();
        value_dec(list_new(1));
        thread_safepoint(thread_self);
    }
    value_dec(v);
    run_command("class C: pass\n"
                "c = C()\n"
                "for i in range(100): setattr(C, f'a{i}', i); setattr(c, f'b{i}', i)\n"
                "for i in range(100): delattr(C, f'a{i}')\n"
                "C.__bases__ = type('D', (), {}),\n"
                "[].append(1)");
}

static void locks_are_watched(void **state)
{
    (void)state;
    assert_goes_through(lock_in_order);
    assert_ended(drop_under_lock, "a reference is dropped while a lock is held");
    assert_ended(drop_in_section, "a reference is dropped while a lock is held");
    assert_ended(object_under_lock, "an object is allocated while a lock is held");
    assert_ended(object_under_byte_lock, "an object is allocated while a lock is held");
    assert_ended(storage_under_lock, "storage is allocated while a lock is held");
    assert_ended(storage_under_class_lock, "storage is allocated while a lock is held");
    assert_ended(drop_under_class_lock, "a reference is dropped while a lock is held");
    assert_ended(python_under_class_lock, "Python code while a lock is held");
    assert_ended(blocking_under_class_lock, "a blocking region while a lock is held");
    assert_ended(class_lock_under_lock, "the class lock while a lock is held");
    assert_ended(safepoint_under_lock, "a safepoint while a lock is held");
    assert_ended(blocking_under_lock, "a blocking region while a lock is held");
    assert_ended(python_under_lock, "Python code while a lock is held");
}

/* ---- functions keep what their marks promise ---- */

static value calls_python(value self, value a)
{
    return call_0(function);
}
static value fails(value self)
{
    return raise(EXC(ValueError), "no");
}
static value looks(value self, value a)
{
    return value_bool(value_is_callable(a));
}
static const struct method_def marked[] = {
    METHOD_FLAGS("leaf", calls_python, "(a, /)", NULL, METHOD_LEAF),
    METHOD_FLAGS("sure", fails, "()", NULL, METHOD_NO_FAIL),
    METHOD_FLAGS("right", looks, "(a, /)", NULL, METHOD_LEAF | METHOD_NO_FAIL),
    METHOD("other", looks, "(a, b, /)", NULL),
    METHOD("named", looks, "(*, a)", NULL),
};
static void call_marked(int which, size_t nargs)
{
    value f = builtin_function_new(&marked[which], NULL, NULL);
    value_dec(call_vector(f, (value[]){sample}, nargs, NULL));
    value_dec(f);
}
static void leaf_that_calls(void)
{
    call_marked(0, 1);
}
static void sure_that_fails(void)
{
    call_marked(1, 0);
}
static void other_signature(void)
{
    call_marked(3, 1);
}
static void signature_by_name(void)
{
    call_marked(4, 1);
}
static void marks_kept(void)
{
    call_marked(2, 1);
    thread_safepoint(thread_self);
}

static void marks_are_watched(void **state)
{
    (void)state;
    assert_goes_through(marks_kept);
    assert_ended_at(leaf_that_calls, "Python code while something uncounted is in use since at leaf", "");
    assert_ended_at(sure_that_fails, "sure failed, which it is marked not to", "");
    assert_ended_at(other_signature, "other has other parameters than its signature says", "");
    assert_ended_at(signature_by_name, "named has other parameters than its signature says", "");
}

/* ---- slots of called functions borrow ---- */

static struct frame *taker_frame(value argument)
{
    struct code *code = (struct code *)slot_peek(&((struct function *)taker)->code);
    struct frame *frame = frame_push(interpreter_self, code, value_inc(taker));
    if (!frame)
        _exit(0); /* no memory: nothing to be seen */
    frame->slots[0] = argument;
    return frame;
}
/* The caller's frame has `kept` in a slot, the called function's borrows `v`. */
static void call_borrowing(value kept, value v)
{
    struct frame *caller = taker_frame(value_inc(kept)), *before = interpreter_self->frame;
    interpreter_self->frame = caller;
    frame_pop(interpreter_self, taker_frame(stack_borrow(v)));
    interpreter_self->frame = before;
    frame_pop(interpreter_self, caller);
}
static void borrowed_of_nobody(void)
{
    call_borrowing(VALUE_NONE, sample);
}
static void borrowed_of_caller(void)
{
    call_borrowing(sample, sample);
}

static void borrowed_slots_are_watched(void **state)
{
    (void)state;
    assert_goes_through(borrowed_of_caller);
    assert_ended_at(borrowed_of_nobody, "slot 0 of a frame borrows what its caller does not keep", "");
}

/* ---- C code sees no words of the stack ---- */

static void call_with(bool words_of_frame)
{
    struct frame *caller = taker_frame(value_inc(sample)), *before = interpreter_self->frame;
    value plain[1] = {sample};
    interpreter_self->frame = caller;
    value_dec(call_vector(taker, words_of_frame ? caller->slots : plain, 1, NULL));
    interpreter_self->frame = before;
    frame_pop(interpreter_self, caller);
}
static void arguments_on_stack(void)
{
    call_with(true);
}
static void arguments_apart(void)
{
    call_with(false);
}

static void arguments_are_watched(void **state)
{
    (void)state;
    assert_goes_through(arguments_apart);
    assert_ended_at(arguments_on_stack, "passes on a pointer into the stack of frames", "");
}

/* What the statement defines by that name, owned. */
static value define(const char *statement, const char *name)
{
    if (run_command(statement))
        return NULL;
    value modules = sys_get("modules"), main = dict_get_text(modules, "__main__");
    value made = is_given(main) ? dict_get_text(module_dict(main), name) : NULL;
    value_dec(main);
    value_dec(modules);
    return made;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(peeks_are_watched),     cmocka_unit_test(locks_are_watched),
        cmocka_unit_test(marks_are_watched),     cmocka_unit_test(borrowed_slots_are_watched),
        cmocka_unit_test(arguments_are_watched),
    };
    if (!support_start() || !(sample = list_new(1)) || !(function = define("def function(): pass", "function")) ||
        !(taker = define("def taker(a): pass", "taker")) || !(sample_class = define("class sample: pass", "sample")))
        return 1;
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    value_dec(sample_class);
    value_dec(taker);
    value_dec(function);
    value_dec(sample);
    return support_finish(failed);
}
