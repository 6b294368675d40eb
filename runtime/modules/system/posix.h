/* What the files of the posix module share. */
#ifndef ATOLL_POSIX_H
#define ATOLL_POSIX_H

#include "runtime/audit.h"
#include "runtime/modules/module.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <sys/uio.h>
#include <unistd.h>

/* A path argument: str, bytes, os.PathLike, or, where the call allows it, a file descriptor. */
struct path {
    value object;     /* str, bytes, number or None, borrowed: for messages */
    value given;      /* by an os.PathLike, which is not named; owned */
    struct text text; /* unless path_is_fd */
    int fd;           /* -1: a path; other negative numbers are descriptors that nobody has */
    bool is_bytes;    /* results are bytes too */
};
enum path_flag {
    PATH_FD = 1,   /* ints allowed */
    PATH_NONE = 2, /* None or absent stands for "." */
    PATH_TERSE = 4 /* alone: messages say neither function nor argument */
};
/* false: TypeError ("stat: path should be ..."), ValueError. The descriptor -1 is CPython's mark for a path, too: it
 * stands for "." where None does, and elsewhere for no path at all, OSError EFAULT. */
bool path_get(struct path *path, value v, const char *function, const char *argument, unsigned flags);
static inline bool path_is_fd(const struct path *path)
{
    return path->fd != -1;
}
void path_release(struct path *path);
value path_error(const struct path *path);           /* raise_errno(errno) with the path; NULL */
value path_error_unless_fd(const struct path *path); /* the same; a descriptor is not named */
/* A descriptor goes with no dir_fd, and not with follow_symlinks=False: false with ValueError. */
bool path_stands_alone(const struct path *path, const char *function, int dir_fd, bool follow);
value path_error_two(const struct path *a, const struct path *b);
value path_bytes(const struct path *path); /* its text as bytes */
/* A hook of audit events has refused: gives the paths up; NULL. */
value path_refused(struct path *path);
value paths_refused(struct path *a, struct path *b);
value path_text(const struct path *path, const char *text, size_t length); /* str, or bytes like the argument */
/* dir_fd=None -> AT_FDCWD */
bool dir_fd_get(value v, int *fd);
/* As audit events tell it. */
static inline int dir_fd_told(int fd)
{
    return fd == AT_FDCWD ? -1 : fd;
}
bool fd_get(value v, int *fd); /* an int, or an object with fileno() */
/* An int as the identity of a user or a group, where -1 stands for none; OverflowError "uid is less than minimum". */
bool uid_get(value v, uid_t *uid);
bool gid_get(value v, gid_t *gid);
bool groups_get(value sequence, gid_t **groups, size_t *count); /* malloc'd */

/* A NULL-terminated array of C strings from the paths of an iterable, all malloc'd; NULL with an exception. */
char **strings_from(value iterable, size_t *count /* or NULL */);
void strings_free(char **strings);                            /* NULL is fine */
char **environment_copy(void);                                /* such an array; NULL with MemoryError */
char **environment_from(value mapping);                       /* "name=value" for each of its items */
bool sched_param_get(value v, struct sched_param *parameter); /* of a posix.sched_param */
/* fork(), with everything that the child needs to run Python, and the functions of os.register_at_fork(). errno stays.
 */
pid_t process_fork(void);

/* The pieces of memory of readv and its like, with the flags of buffer_get; false with an exception: TypeError with the
   message for what is no sequence. */
struct vectors {
    struct buffer *buffers;
    struct iovec *parts;
    size_t count;
};
bool vectors_get(struct vectors *v, value sequence, const char *message, int flags);
void vectors_release(struct vectors *v); /* zeros are fine */

/* A system call that may block, with errno kept. */
#define BLOCKING(call)                     \
    ({                                     \
        thread_enter_blocking();           \
        __typeof__(call) result_ = (call); \
        int errno_ = errno;                \
        thread_leave_blocking();           \
        errno = errno_;                    \
        result_;                           \
    })
/* The same, begun again after a signal whose handler returned (PEP 475); -1 with `raised` set when it did not. */
#define BLOCKING_RETRY(call, raised)                                            \
    ({                                                                          \
        __typeof__(call) answer_;                                               \
        do                                                                      \
            answer_ = BLOCKING(call);                                           \
        while (answer_ < 0 && errno == EINTR && !(raised = posix_signalled())); \
        answer_;                                                                \
    })
bool posix_signalled(void); /* run signal handlers: true when one raised */

extern const struct method_def posix_file_functions[], posix_path_functions[], posix_stat_functions[],
    posix_process_functions[], posix_system_functions[], posix_identity_functions[], posix_limit_functions[],
    posix_spawn_functions[], posix_transfer_functions[], posix_xattr_functions[], posix_terminal_functions[];
extern const struct module_constant posix_spawn_constants[];
bool posix_stat_fill(value module);
bool posix_process_fill(value module);
bool posix_identity_fill(value module);
bool posix_limit_fill(value module);
void posix_process_finish(void);

#endif
