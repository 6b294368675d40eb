/* The select module: select(), the constants of the three ways of waiting. */
#include "runtime/modules/net/select.h"

#include <limits.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/select.h>

static struct type *epoll_type;

/* The objects of one argument, each with its descriptor. */
struct watched {
    struct watched_entry {
        value object; /* owned */
        int fd;
    } * entries;
    size_t count;
    fd_set set;
    int highest;
};

static void watched_drop(struct watched *w)
{
    while (w->count)
        value_dec(w->entries[--w->count].object);
    free(w->entries);
    w->entries = NULL;
}

/* fileno() of an item may change the list, whose length therefore is looked at each time. */
static bool watched_add(struct watched *w, value item)
{
    int fd;
    if (!fd_get(item, &fd))
        return false;
    if (fd >= FD_SETSIZE)
        return raise_false(EXC(ValueError), "filedescriptor out of range in select()");
    if (w->count >= FD_SETSIZE)
        return raise_false(EXC(ValueError), "too many file descriptors in select()");
    FD_SET(fd, &w->set);
    if (fd > w->highest)
        w->highest = fd;
    if ((w->count & (w->count - 1)) == 0) {
        struct watched_entry *more = realloc(w->entries, (w->count ? w->count * 2 : 1) * sizeof *more);
        if (!more)
            return raise_no_memory() != NULL;
        w->entries = more;
    }
    w->entries[w->count++] = (struct watched_entry){value_inc(item), fd};
    return true;
}
static bool watched_get(struct watched *w, value sequence)
{
    *w = (struct watched){.highest = -1};
    FD_ZERO(&w->set);
    value fast = sequence_fast(sequence, "arguments 1-3 must be sequences");
    if (!fast)
        return false;
    bool done = true;
    for (size_t i = 0; done; i++) {
        value item;
        if (is_list(fast))
            item = list_get(fast, i);
        else
            item = i < tuple_length(fast) ? value_inc(tuple_get(fast, i)) : VALUE_MISSING;
        if (item == VALUE_MISSING)
            break;
        done = watched_add(w, item);
        value_dec(item);
    }
    value_dec(fast);
    if (!done)
        watched_drop(w);
    return done;
}
static value watched_ready(const struct watched *w)
{
    value list = list_new(0);
    for (size_t i = 0; list && i < w->count; i++)
        if (FD_ISSET(w->entries[i].fd, &w->set) && !list_append(list, w->entries[i].object)) {
            value_dec(list);
            return NULL;
        }
    return list;
}

/* The three sets, until one has a ready descriptor. */
static value wait_for_sets(struct watched sets[3], int64_t timeout)
{
    int highest = -1, n;
    fd_set asked[3];
    for (int i = 0; i < 3; i++) {
        asked[i] = sets[i].set;
        highest = sets[i].highest > highest ? sets[i].highest : highest;
    }
    int64_t deadline = deadline_after(timeout);
    for (;;) {
        int64_t left = deadline_left(deadline), us = duration_in(left, 1000, ROUND_CEILING);
        struct timeval t = {us / 1000000, us % 1000000};
        n = BLOCKING(select(highest + 1, &sets[0].set, &sets[1].set, &sets[2].set, deadline < 0 ? NULL : &t));
        if (n >= 0 || errno != EINTR)
            break;
        if (posix_signalled())
            return NULL;
        for (int i = 0; i < 3; i++)
            sets[i].set = asked[i];
    }
    if (n < 0)
        return raise_errno(errno, NULL, NULL);
    value ready[3] = {NULL};
    for (int i = 0; i < 3; i++)
        if (!(ready[i] = watched_ready(&sets[i]))) {
            values_drop(ready, (size_t)i);
            return NULL;
        }
    return tuple_from_owned(ready, 3);
}

static value select_select(value self, const value *args)
{
    int64_t timeout;
    if (!timeout_get(args[3], NANOSECONDS, "a float or None", -1, &timeout))
        return NULL;
    if (args[3] != VALUE_NONE && timeout < 0)
        return raise(EXC(ValueError), "timeout must be non-negative");
    struct watched sets[3];
    size_t got = 0;
    while (got < 3 && watched_get(&sets[got], args[got]))
        got++;
    value result = got == 3 ? wait_for_sets(sets, timeout) : NULL;
    while (got)
        watched_drop(&sets[--got]);
    return result;
}

static value select_poll(value self)
{
    return poll_new();
}

static const struct method_def functions[] = {
    METHOD("select", select_select, "(rlist, wlist, xlist, timeout=None, /)",
           "Wait until one or more file descriptors are ready for some kind of I/O."),
    METHOD("poll", select_poll, "()", "Returns a polling object."),
    {0},
};

#define C(NAME)     \
    {               \
#NAME, NAME \
    }
static const struct module_constant constants[] = {
    C(PIPE_BUF),
    C(POLLIN),
    C(POLLPRI),
    C(POLLOUT),
    C(POLLERR),
    C(POLLHUP),
    C(POLLNVAL),
    C(POLLRDNORM),
    C(POLLRDBAND),
    C(POLLWRNORM),
    C(POLLWRBAND),
    C(POLLMSG),
    C(POLLRDHUP),
    C(EPOLLIN),
    C(EPOLLOUT),
    C(EPOLLPRI),
    C(EPOLLERR),
    C(EPOLLHUP),
    C(EPOLLRDHUP),
    {"EPOLLET", (uint32_t)EPOLLET},
    C(EPOLLONESHOT),
    C(EPOLLEXCLUSIVE),
    C(EPOLLRDNORM),
    C(EPOLLRDBAND),
    C(EPOLLWRNORM),
    C(EPOLLWRBAND),
    C(EPOLLMSG),
    C(EPOLL_CLOEXEC),
    {0},
};

static bool fill(value module)
{
    return module_define_type(module, &epoll_type, &epoll_spec) && module_add_constants(module, constants) &&
           module_add(module, "error", value_of(EXC(OSError)));
}

const struct module_def select_module = {
    .name = "select",
    .doc = "This module supports asynchronous I/O on multiple file descriptors.\n\n"
           "*** IMPORTANT NOTICE ***\n"
           "On Windows, only sockets are supported; on Unix, all file descriptors.",
    .functions = functions,
    .fill = fill,
};
