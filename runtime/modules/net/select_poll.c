/* What select.poll() gives: a dict from descriptors to the events that are asked for. */
#include "runtime/modules/net/select.h"

#include <limits.h>
#include <poll.h>
#include <stddef.h>
#include <stdlib.h>

struct poll {
    struct object header;
    value_slot asked;     /* dict, constant */
    _Atomic bool polling; /* a thread is in poll() */
};
#define SELF(v) ((struct poll *)(v))

#define DEFAULT_EVENTS (POLLIN | POLLPRI | POLLOUT)

static bool events_get(value v, value *events)
{
    int64_t number = DEFAULT_EVENTS;
    if (!is_missing(v)) {
        if (!is_int(v))
            return raise_false(EXC(TypeError), "an integer is required");
        if (int_sign(v) < 0)
            return raise_false(EXC(ValueError), "value must be positive");
        if (!int_as_i64(v, &number))
            return false;
        if (number > USHRT_MAX)
            return raise_false(EXC(OverflowError), "Python int too large for C unsigned short");
    }
    *events = small_int(number);
    return true;
}

static value poll_register(value v, value given_fd, value given_events)
{
    int fd;
    value events;
    if (!fd_get(given_fd, &fd) || !events_get(given_events, &events))
        return NULL;
    return dict_set(slot_peek(&SELF(v)->asked), small_int(fd), events) ? VALUE_NONE : NULL;
}
static value poll_modify(value v, value given_fd, value given_events)
{
    int fd;
    value events;
    if (!fd_get(given_fd, &fd) || !events_get(given_events, &events))
        return NULL;
    int known = dict_contains(slot_peek(&SELF(v)->asked), small_int(fd));
    if (known <= 0)
        return known < 0 ? NULL : raise_errno(ENOENT, NULL, NULL);
    return dict_set(slot_peek(&SELF(v)->asked), small_int(fd), events) ? VALUE_NONE : NULL;
}
static value poll_unregister(value v, value given_fd)
{
    int fd;
    if (!fd_get(given_fd, &fd))
        return NULL;
    int deleted = dict_delete(slot_peek(&SELF(v)->asked), small_int(fd));
    return deleted > 0 ? VALUE_NONE : deleted < 0 ? NULL : raise_key_error(small_int(fd));
}

/* The dict as the system wants it; NULL with MemoryError. */
static struct pollfd *poll_entries(value asked, nfds_t *count)
{
    struct pollfd *entries = NULL;
    size_t room = 0, n = 0, position = 0;
    value fd, events;
    while (dict_next(asked, &position, &fd, &events)) { /* (small ints both) */
        if (n == room) {
            room = dict_length(asked) + n + 1;
            struct pollfd *more = realloc(entries, room * sizeof *more);
            if (!more) {
                free(entries);
                return (struct pollfd *)raise_no_memory();
            }
            entries = more;
        }
        entries[n++] = (struct pollfd){.fd = (int)small_int_value(fd), .events = (short)small_int_value(events)};
    }
    *count = (nfds_t)n;
    return entries ? entries : calloc(1, sizeof *entries);
}

static value poll_ready(const struct pollfd *entries, nfds_t count)
{
    value list = list_new(0);
    for (nfds_t i = 0; list && i < count; i++) {
        if (!entries[i].revents)
            continue;
        if (!list_append_owned(list,
                               tuple_pack(2, small_int(entries[i].fd), small_int((uint16_t)entries[i].revents)))) {
            value_dec(list);
            return NULL;
        }
    }
    return list;
}

static value poll_wait(value v, int64_t timeout)
{
    nfds_t count = 0;
    struct pollfd *entries = poll_entries(slot_peek(&SELF(v)->asked), &count);
    if (!entries)
        return NULL;
    int64_t deadline = deadline_after(timeout);
    bool raised = false;
    int n =
        BLOCKING_RETRY(poll(entries, count, (int)duration_in(deadline_left(deadline), 1000000, ROUND_AWAY)), raised);
    value result = raised ? NULL : n < 0 ? raise_errno(errno, NULL, NULL) : poll_ready(entries, count);
    free(entries);
    return result;
}

static value poll_poll(value v, value given_timeout)
{
    int64_t timeout;
    if (!timeout_get(given_timeout, 1000000, "an integer or None", -1, &timeout))
        return NULL;
    int64_t ms = duration_in(timeout, 1000000, ROUND_AWAY);
    if (ms < INT_MIN || ms > INT_MAX)
        return raise(EXC(OverflowError), "timeout is too large");
    if (atomic_exchange(&SELF(v)->polling, true))
        return raise(EXC(RuntimeError), "concurrent poll() invocation");
    value result = poll_wait(v, timeout);
    atomic_store(&SELF(v)->polling, false);
    return result;
}

static void poll_traverse(struct object *o, struct gc_trace *trace)
{
    trace_slot(trace, &((struct poll *)o)->asked);
}
static void poll_destroy(struct object *o)
{
    slot_drop(&((struct poll *)o)->asked);
}

static const struct method_def poll_methods[] = {
    METHOD("register", poll_register, "($self, fd, eventmask=select.POLLIN | select.POLLPRI | select.POLLOUT, /)",
           "Register a file descriptor with the polling object."),
    METHOD("modify", poll_modify, "($self, fd, eventmask, /)", "Modify an already registered file descriptor."),
    METHOD("unregister", poll_unregister, "($self, fd, /)",
           "Remove a file descriptor being tracked by the polling object."),
    METHOD("poll", poll_poll, "($self, timeout=None, /)", "Polls the set of registered file descriptors."),
    {0},
};
static const struct type_spec poll_spec = {
    .name = "select.poll",
    .size = sizeof(struct poll),
    .flags = TYPE_FLAG_NO_NEW,
    .gc_flags = TYPE_GC_CONTAINER,
    .traverse = poll_traverse,
    .destroy = poll_destroy,
    .methods = poll_methods,
};
static _Atomic(struct type *) poll_type;

value poll_new(void)
{
    struct type *type = type_define_once(&poll_type, &poll_spec);
    value dict = type ? dict_new() : NULL;
    struct poll *self = dict ? (struct poll *)object_new(type, sizeof *self) : NULL;
    if (!self) {
        value_dec(dict);
        return NULL;
    }
    slot_init(&self->asked, dict);
    return value_of(self);
}
