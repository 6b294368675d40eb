/* The object model as C code uses it: what checked builds say of a C function that breaks the rule of errors, and the
 * lists of subclasses that classes leave when they die. */
#include <signal.h>
#include <sys/wait.h>

#include "tests/runtime/support.h"
#include "runtime/objects/descriptors/builtin_function.h"
#include "runtime/objects/model/type_internal.h"

static value returns_nothing(value self, const value *args)
{
    (void)self;
    (void)args;
    return NULL;
}

static value returns_beside_error(value self, const value *args)
{
    (void)self;
    (void)args;
    raise(EXC(ValueError), "kept");
    return VALUE_NONE;
}

static value raises(value self, const value *args)
{
    (void)self;
    (void)args;
    return raise(EXC(ValueError), "said");
}

static const struct method_def defs[] = {
    METHOD("returns_nothing", returns_nothing, "()", NULL),
    METHOD("returns_beside_error", returns_beside_error, "()", NULL),
    METHOD("raises", raises, "()", NULL),
};

/* A process of its own calls the function; the signal that ends it, or 0. */
static int signal_of_call(const struct method_def *def)
{
    fflush(stdout);
    pid_t child = fork();
    if (child == 0) {
        if (!freopen("/dev/null", "w", stderr))
            _exit(1);
        value function = builtin_function_new(def, NULL, NULL);
        value_dec(function ? call_0(function) : NULL);
        _exit(0);
    }
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    return WIFSIGNALED(status) ? WTERMSIG(status) : 0;
}

static void errors_are_told(void **unused)
{
    assert_int_equal(signal_of_call(&defs[2]), 0);
#ifdef ATOLL_CHECKED
    assert_int_equal(signal_of_call(&defs[0]), SIGABRT);
    assert_int_equal(signal_of_call(&defs[1]), SIGABRT);
#endif
}

static value make_class(value base, unsigned number)
{
    value bases = tuple_pack(1, base), name = text_value("C%u", number), dict = dict_new();
    value args[3] = {name, bases, dict};
    value cls = call_vector(value_of(TYPE(TYPE)), args, 3, NULL);
    assert_non_null(cls);
    value_dec(bases);
    value_dec(name);
    value_dec(dict);
    return cls;
}

enum { SIBLINGS = 1000 };

/* Those that are left stand in the order in which they came, whichever died. */
static void subclasses_leave(void **unused)
{
    value base = make_class(value_of(TYPE(OBJECT)), 0), classes[SIBLINGS];
    for (unsigned i = 0; i < SIBLINGS; i++)
        classes[i] = make_class(base, i);
    for (unsigned i = 0; i < SIBLINGS; i++) {
        if (i % 3) {
            value_dec(classes[i]);
            classes[i] = NULL;
        }
    }
    gc_collect(GC_FULL);
    value list = type_subclasses_list((struct type *)base);
    assert_int_equal(list_length(list), (SIBLINGS + 2) / 3);
    for (unsigned i = 0; i < list_length(list); i++) {
        value cls = list_get(list, i);
        assert_ptr_equal(cls, classes[i * 3]);
        value_dec(cls);
    }
    value_dec(list);
    for (unsigned i = 0; i < SIBLINGS; i += 3)
        value_dec(classes[i]);
    value_dec(base);
    gc_collect(GC_FULL);
}

/* A tree that a subclass joins after it was collected says so; without memory there is none. */
static void trees_tell_who_came(void **unused)
{
    value base = make_class(value_of(TYPE(OBJECT)), 0), first = make_class(base, 1), below = make_class(first, 2);
    struct class_tree tree;
    assert_true(class_tree_collect(&tree, (struct type *)base));
    assert_int_equal(tree.count, 3);
    assert_ptr_equal(tree.members[2].type, below);
    assert_true(class_tree_is_whole(&tree));
    value late = make_class(first, 3);
    assert_false(class_tree_is_whole(&tree));
    class_tree_drop(&tree);
    assert_true(class_tree_lock(&tree, (struct type *)base));
    assert_int_equal(tree.count, 4);
    class_unlock();
    class_tree_drop(&tree);
    value_dec(late);
    value_dec(below);
    value_dec(first);
    value_dec(base);
}

/* A thread in a blocking region comes out of the class lock as it went in. */
static void lock_keeps_the_state(void **unused)
{
    thread_enter_blocking();
    class_lock();
    class_unlock();
    assert_int_equal(atomic_load(&thread_self->state), THREAD_BLOCKED);
    thread_leave_blocking();
    assert_int_equal(atomic_load(&thread_self->state), THREAD_RUNNING);
}

/* A thread like the collector's has the class lock for a while. */
static _Atomic bool background_has_it;
static void *hold_class_lock(void *unused)
{
    (void)unused;
    assert_non_null(thread_attach_background());
    class_lock();
    atomic_store(&background_has_it, true);
    usleep(20000);
    class_unlock();
    thread_detach_background();
    return NULL;
}

/* Who waits meanwhile is counted: one mutator stop. */
static void waits_are_counted(void **unused)
{
    struct gc_stats before, after;
    pthread_t thread;
    gc_get_stats(&before);
    assert_int_equal(pthread_create(&thread, NULL, hold_class_lock, NULL), 0);
    while (!atomic_load(&background_has_it))
        usleep(100);
    class_lock();
    class_unlock();
    thread_enter_blocking();
    pthread_join(thread, NULL);
    thread_leave_blocking();
    gc_get_stats(&after);
    assert_true(after.mutator_stops > before.mutator_stops);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(errors_are_told),     cmocka_unit_test(subclasses_leave),
        cmocka_unit_test(trees_tell_who_came), cmocka_unit_test(lock_keeps_the_state),
        cmocka_unit_test(waits_are_counted),
    };
    if (!support_start())
        return EXIT_FAILURE;
    return support_finish(cmocka_run_group_tests_name("classes", tests, NULL, NULL));
}
