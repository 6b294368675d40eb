/* select.epoll: an object around a descriptor, which other threads may close meanwhile. */
#include "runtime/modules/net/select.h"
#include "runtime/modules/system/descriptor.h"

#include <limits.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/select.h>

struct epoll {
    struct object header;
    struct descriptor descriptor;
};
#define SELF(v) ((struct epoll *)(v))

static bool epoll_check_open(value v)
{
    return descriptor_number(&SELF(v)->descriptor) >= 0 ||
           raise_false(EXC(ValueError), "I/O operation on closed epoll object");
}

static value epoll_around(struct type *type, int fd)
{
    struct epoll *self = (struct epoll *)object_new(type, sizeof *self);
    if (!self)
        return NULL;
    descriptor_init(&self->descriptor, fd);
    return value_of(self);
}

static value epoll_new(struct type *type, const value *args, size_t nargs, value kwnames)
{
    static struct signature signature = SIGNATURE("epoll", "(sizehint=-1, flags=0)");
    value bound[2];
    int size_hint, flags;
    if (!signature_bind(&signature, args, nargs, kwnames, bound) || !value_as_int(bound[0], &size_hint) ||
        !value_as_int(bound[1], &flags))
        return NULL;
    if (size_hint < -1 || size_hint == 0)
        return raise(EXC(ValueError), "negative sizehint");
    if (flags & ~EPOLL_CLOEXEC)
        return raise(EXC(OSError), "invalid flags");
    int fd = epoll_create1(flags | EPOLL_CLOEXEC);
    if (fd < 0)
        return raise_errno(errno, NULL, NULL);
    value v = epoll_around(type, fd);
    if (!v)
        close(fd);
    return v;
}
static value epoll_fromfd(value type, value given_fd)
{
    int fd;
    return value_as_int(given_fd, &fd) ? epoll_around((struct type *)type, fd) : NULL;
}

static value epoll_close(value v)
{
    return BLOCKING(descriptor_close(&SELF(v)->descriptor)) < 0 ? raise_errno(errno, NULL, NULL) : VALUE_NONE;
}
static value epoll_exit(value v, value type, value exception, value traceback)
{
    return epoll_close(v);
}
static value epoll_enter(value v)
{
    return epoll_check_open(v) ? value_inc(v) : NULL;
}
static value epoll_fileno(value v)
{
    return epoll_check_open(v) ? small_int(descriptor_number(&SELF(v)->descriptor)) : NULL;
}
static value epoll_closed(value v)
{
    return value_bool(descriptor_number(&SELF(v)->descriptor) < 0);
}

static value epoll_change(value v, int operation, value given_fd, value given_events)
{
    int fd;
    uint32_t events = EPOLLIN | EPOLLPRI | EPOLLOUT;
    if (!epoll_check_open(v) || !fd_get(given_fd, &fd))
        return NULL;
    if (!is_missing(given_events)) {
        if (!is_int(given_events))
            return raise(EXC(TypeError), "an integer is required");
        events = (uint32_t)int_low_bits(given_events);
    }
    struct epoll_event event = {.events = events, .data.fd = fd};
    int result = BLOCKING(WITH_DESCRIPTOR(&SELF(v)->descriptor, epfd, epoll_ctl(epfd, operation, fd, &event)));
    return result < 0 ? raise_errno(errno, NULL, NULL) : VALUE_NONE;
}
static value epoll_register(value v, value fd, value events)
{
    return epoll_change(v, EPOLL_CTL_ADD, fd, events);
}
static value epoll_modify(value v, value fd, value events)
{
    return epoll_change(v, EPOLL_CTL_MOD, fd, events);
}
static value epoll_unregister(value v, value fd)
{
    return epoll_change(v, EPOLL_CTL_DEL, fd, VALUE_MISSING);
}

static value epoll_ready(const struct epoll_event *events, int count)
{
    value list = list_new((size_t)count);
    for (int i = 0; list && i < count; i++)
        if (!list_append_owned(list, tuple_pack(2, small_int(events[i].data.fd), small_int(events[i].events)))) {
            value_dec(list);
            return NULL;
        }
    return list;
}

static int wait_for_events(value v, struct epoll_event *events, int most, int64_t deadline)
{
    int ms = (int)duration_in(deadline_left(deadline), 1000000, ROUND_AWAY);
    return WITH_DESCRIPTOR(&SELF(v)->descriptor, epfd, epoll_wait(epfd, events, most, ms));
}
static value epoll_poll(value v, value given_timeout, value given_most)
{
    int most;
    int64_t timeout;
    if (!value_as_int(given_most, &most) || !epoll_check_open(v) ||
        !timeout_get(given_timeout, NANOSECONDS, "an integer or None", -1, &timeout))
        return NULL;
    if (duration_in(timeout, 1000000, ROUND_CEILING) > INT_MAX)
        return raise(EXC(OverflowError), "timeout is too large");
    if (most == -1)
        most = FD_SETSIZE - 1;
    else if (most < 1)
        return raise(EXC(ValueError), "maxevents must be greater than 0, got %d", most);
    struct epoll_event few[64], *events = most <= 64 ? few : calloc((size_t)most, sizeof *events);
    if (!events)
        return raise_no_memory();
    int64_t deadline = deadline_after(timeout);
    bool raised = false;
    int n = BLOCKING_RETRY(wait_for_events(v, events, most, deadline), raised);
    value result = raised ? NULL : n < 0 ? raise_errno(errno, NULL, NULL) : epoll_ready(events, n);
    if (events != few)
        free(events);
    return result;
}

static void epoll_destroy(struct object *o)
{
    descriptor_close(&((struct epoll *)o)->descriptor);
}

static const struct method_def epoll_methods[] = {
    METHOD_FLAGS("fromfd", epoll_fromfd, "($type, fd, /)", "Create an epoll object from a given control fd.",
                 METHOD_CLASS),
    METHOD("close", epoll_close, "($self, /)",
           "Close the epoll control file descriptor.\n\n"
           "Further operations on the epoll object will raise an exception."),
    METHOD("fileno", epoll_fileno, "($self, /)", "Return the epoll control file descriptor."),
    METHOD("modify", epoll_modify, "($self, /, fd, eventmask)", "Modify event mask for a registered file descriptor."),
    METHOD("register", epoll_register, "($self, /, fd, eventmask=select.EPOLLIN | select.EPOLLPRI | select.EPOLLOUT)",
           "Registers a new fd or raises an OSError if the fd is already registered."),
    METHOD("unregister", epoll_unregister, "($self, /, fd)",
           "Remove a registered file descriptor from the epoll object."),
    METHOD("poll", epoll_poll, "($self, /, timeout=None, maxevents=-1)",
           "Wait for events on the epoll file descriptor."),
    METHOD("__enter__", epoll_enter, "($self, /)", NULL),
    METHOD("__exit__", epoll_exit, "($self, exc_type=None, exc_value=None, exc_tb=None, /)", NULL),
    {0},
};
static const struct getset_def epoll_getset[] = {
    {"closed", epoll_closed, NULL, "True if the epoll handler is closed"},
    {0},
};
const struct type_spec epoll_spec = {
    .name = "select.epoll",
    .doc = "select.epoll(sizehint=-1, flags=0)\n\nReturns an epolling object\n\n"
           "sizehint must be a positive integer or -1 for the default size. The\n"
           "sizehint is used to optimize internal data structures. It doesn't limit\n"
           "the maximum number of monitored events.",
    .size = sizeof(struct epoll),
    .destroy = epoll_destroy,
    .slots = {.new = epoll_new},
    .methods = epoll_methods,
    .getset = epoll_getset,
};
