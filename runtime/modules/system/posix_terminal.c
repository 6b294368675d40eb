/* posix: terminals and the processes that they belong to. */
#include "runtime/modules/system/posix.h"

#include <pty.h>
#include <stdlib.h>
#include <utmp.h>

static value os_error(void)
{
    return raise_errno(errno, NULL, NULL);
}

static int open_pair(int ends[2])
{
    ends[0] = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (ends[0] < 0)
        return -1;
    char name[128];
    if (grantpt(ends[0]) == 0 && unlockpt(ends[0]) == 0 && ptsname_r(ends[0], name, sizeof name) == 0 &&
        (ends[1] = open(name, O_RDWR | O_NOCTTY | O_CLOEXEC)) >= 0)
        return 0;
    int error = errno;
    close(ends[0]);
    errno = error;
    return -1;
}
static value posix_openpty(value self)
{
    int ends[2];
    return BLOCKING(open_pair(ends)) < 0 ? os_error() : tuple_pack(2, small_int(ends[0]), small_int(ends[1]));
}
static value posix_login_tty(value self, value given_fd)
{
    int fd;
    if (!fd_get(given_fd, &fd))
        return NULL;
    return BLOCKING(login_tty(fd)) < 0 ? os_error() : VALUE_NONE;
}
static value posix_forkpty(value self)
{
    int ends[2];
    if (!audit("os.forkpty", NULL))
        return NULL;
    if (BLOCKING(open_pair(ends)) < 0)
        return os_error();
    pid_t pid = process_fork();
    int error = errno;
    if (pid == 0) {
        close(ends[0]);
        if (login_tty(ends[1]) < 0)
            _exit(1);
        return tuple_pack(2, small_int(0), small_int(-1));
    }
    close(ends[1]);
    if (pid > 0)
        return tuple_pack(2, small_int(pid), small_int(ends[0]));
    close(ends[0]);
    return raise_errno(error, NULL, NULL);
}
static value posix_tcgetpgrp(value self, value given_fd)
{
    int fd;
    if (!value_as_int(given_fd, &fd))
        return NULL;
    pid_t group = BLOCKING(tcgetpgrp(fd));
    return group < 0 ? os_error() : small_int(group);
}
static value posix_tcsetpgrp(value self, value given_fd, value given_group)
{
    int fd, group;
    if (!value_as_int(given_fd, &fd) || !value_as_signed_int(given_group, &group))
        return NULL;
    return BLOCKING(tcsetpgrp(fd, group)) < 0 ? os_error() : VALUE_NONE;
}

const struct method_def posix_terminal_functions[] = {
    METHOD("openpty", posix_openpty, "()", "Open a pseudo-terminal."),
    METHOD("login_tty", posix_login_tty, "(fd)",
           "Prepare the tty of which fd is a file descriptor for a new login session."),
    METHOD("forkpty", posix_forkpty, "()", "Fork a new process with a new pseudo-terminal as controlling tty."),
    METHOD("tcgetpgrp", posix_tcgetpgrp, "(fd, /)",
           "Return the process group associated with the terminal specified by fd."),
    METHOD("tcsetpgrp", posix_tcsetpgrp, "(fd, pgid, /)",
           "Set the process group associated with the terminal specified by fd."),
    {0},
};
