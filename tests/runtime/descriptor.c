/* Descriptors of objects: closed, replaced and taken while in use; the same in many threads, and in a forked child. */
#include <signal.h> /* before error.h: see raise there */

#include "runtime/modules/system/descriptor.h"
#include "tests/runtime/support.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>

static int open_null(void)
{
    return open("/dev/null", O_RDWR | O_CLOEXEC);
}
static bool is_open(int fd)
{
    return fcntl(fd, F_GETFD) >= 0;
}

static void the_last_one_out_closes(void **state)
{
    struct descriptor d;
    int number = open_null();
    descriptor_init(&d, number);
    assert_int_equal(descriptor_enter(&d), number);
    assert_int_equal(descriptor_enter(&d), number);
    assert_int_equal(descriptor_close(&d), 0);
    assert_int_equal(descriptor_number(&d), -1);
    assert_int_equal(descriptor_enter(&d), -1);
    assert_int_equal(descriptor_take(&d), -1);
    assert_int_equal(descriptor_close(&d), 0);
    descriptor_leave(&d, -1);
    descriptor_leave(&d, number);
    assert_true(is_open(number));
    descriptor_leave(&d, number);
    assert_false(is_open(number));
    assert_true(descriptor_put(&d, open_null()));
    assert_int_equal(descriptor_close(&d), 0);
    assert_int_equal(descriptor_number(&d), -1);
}

static void errors_of_close_are_told(void **state)
{
    struct descriptor d;
    int number = open_null();
    descriptor_init(&d, number);
    close(number);
    errno = 0;
    assert_int_equal(descriptor_close(&d), -1);
    assert_int_equal(errno, EBADF);
    assert_int_equal(descriptor_close(&d), 0);
    assert_int_equal(WITH_DESCRIPTOR(&d, fd, fcntl(fd, F_GETFD)), -1);
    assert_int_equal(errno, EBADF);
}

/* Closed and put anew, twice, while the first is in use: all that was closed is closed when that use is over. */
static void what_is_replaced_waits_for_its_users(void **state)
{
    struct descriptor d;
    int first = open_null(), second = open_null(), third = open_null();
    descriptor_init(&d, first);
    assert_int_equal(descriptor_enter(&d), first);
    descriptor_close(&d);
    assert_true(descriptor_put(&d, second));
    assert_int_equal(descriptor_enter(&d), second);
    descriptor_close(&d);
    assert_true(descriptor_put(&d, third));
    descriptor_leave(&d, second);
    assert_true(is_open(first));
    assert_true(is_open(second));
    descriptor_leave(&d, first);
    assert_false(is_open(first));
    assert_false(is_open(second));
    assert_int_equal(descriptor_number(&d), third);
    assert_int_equal(descriptor_enter(&d), third);
    descriptor_leave(&d, third);
    descriptor_close(&d);
    assert_false(is_open(third));
}

static void what_is_taken_stays_open(void **state)
{
    struct descriptor d;
    int number = open_null();
    descriptor_init(&d, number);
    assert_int_equal(descriptor_enter(&d), number);
    assert_int_equal(descriptor_take(&d), number);
    assert_int_equal(descriptor_number(&d), -1);
    descriptor_leave(&d, number);
    assert_true(is_open(number));
    close(number);
}

/* What a child does with words in which threads of its parent are counted; false: wrong. */
static bool child_is_right(struct descriptor *open, struct descriptor *closed, struct descriptor *replaced)
{
    int number = descriptor_enter(open), old = (int)closed->word;
    if (number < 0 || descriptor_close(open) < 0 || !is_open(number))
        return false;
    descriptor_leave(open, number);
    if (is_open(number) || descriptor_enter(closed) >= 0 || !is_open(old) || !descriptor_put(closed, open_null()) ||
        is_open(old))
        return false;
    number = descriptor_number(closed);
    if (descriptor_close(closed) < 0 || is_open(number))
        return false;
    number = descriptor_number(replaced);
    return descriptor_close(replaced) == 0 && !is_open(number);
}
static void users_stay_in_their_process(void **state)
{
    struct descriptor open, closed, replaced;
    struct descriptor *all[] = {&open, &closed, &replaced};
    int numbers[3];
    for (int i = 0; i < 3; i++) {
        descriptor_init(all[i], open_null());
        numbers[i] = descriptor_enter(all[i]);
    }
    descriptor_close(&closed);
    descriptor_close(&replaced);
    assert_true(descriptor_put(&replaced, open_null()));
    pid_t pid = fork();
    if (pid == 0) {
        descriptor_after_fork();
        _exit(child_is_right(&open, &closed, &replaced) ? 0 : 1);
    }
    int status;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
    for (int i = 0; i < 3; i++) {
        descriptor_leave(all[i], numbers[i]);
        descriptor_close(all[i]);
        assert_false(is_open(numbers[i]));
    }
}

/* ---- threads ---- */
#ifdef ATOLL_SANITIZED
#define ROUNDS 2000
#else
#define ROUNDS 20000
#endif
/* Whoever is inside has /dev/null, while it is closed and replaced and others open /dev/zero. */
static void use_work(struct team *team, unsigned member)
{
    struct descriptor *d = team->shared;
    for (unsigned i = 0; i < ROUNDS; i++) {
        if (member == 0) {
            descriptor_close(d);
            descriptor_put(d, open_null());
        } else if (member == 1) {
            int fd = open("/dev/zero", O_RDONLY | O_CLOEXEC);
            close(fd);
        } else {
            struct stat s;
            int fd = descriptor_enter(d);
            if (fd >= 0 && (fstat(fd, &s) < 0 || s.st_rdev != makedev(1, 3)))
                abort();
            descriptor_leave(d, fd);
        }
    }
}
static void who_is_inside_has_one_file(void **state)
{
    struct descriptor d;
    descriptor_init(&d, open_null());
    team_run(use_work, &d, 5);
    int number = descriptor_number(&d);
    assert_true(number >= 0 && number < 64); /* the others were closed */
    assert_int_equal(descriptor_close(&d), 0);
    assert_false(is_open(number));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_last_one_out_closes),
        cmocka_unit_test(errors_of_close_are_told),
        cmocka_unit_test(what_is_replaced_waits_for_its_users),
        cmocka_unit_test(what_is_taken_stays_open),
        cmocka_unit_test(users_stay_in_their_process),
        cmocka_unit_test(who_is_inside_has_one_file),
    };
    if (!support_start())
        return EXIT_FAILURE;
    return support_finish(cmocka_run_group_tests_name("descriptor", tests, NULL, NULL));
}
