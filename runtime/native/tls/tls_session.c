/* Sessions: what a client resumes a connection with. */
#include "tls.h"

struct type *session_type;
struct session {
    struct object header;
    SSL_SESSION *handle; /* constant, and used by nobody else */
    value_slot context;  /* constant */
};
#define SESSION(v) ((struct session *)(v))

value session_new(SSL_SESSION *handle, value context)
{
    struct session *s = (struct session *)object_new(session_type, sizeof *s);
    if (!s) {
        SSL_SESSION_free(handle);
        return NULL;
    }
    s->handle = handle;
    slot_init(&s->context, value_inc(context));
    return value_of(s);
}
SSL_SESSION *session_handle(value v)
{
    return SESSION(v)->handle;
}
value session_context(value v)
{
    return slot_peek(&SESSION(v)->context);
}
static void session_traverse(struct object *o, struct gc_trace *trace)
{
    trace_slot(trace, &((struct session *)o)->context);
}
static void session_destroy(struct object *o)
{
    SSL_SESSION_free(((struct session *)o)->handle);
    slot_drop(&((struct session *)o)->context);
}

static value session_compare(value a, value b, int op)
{
    if (value_type(b) != session_type || (op != COMPARE_EQ && op != COMPARE_NE))
        return VALUE_NOT_IMPLEMENTED;
    unsigned length, other;
    const unsigned char *left = SSL_SESSION_get_id(SESSION(a)->handle, &length),
                        *right = SSL_SESSION_get_id(SESSION(b)->handle, &other);
    bool same = a == b || (length == other && memcmp(left, right, length) == 0);
    return value_bool(same == (op == COMPARE_EQ));
}
static value session_get_id(value v)
{
    unsigned length;
    const unsigned char *id = SSL_SESSION_get_id(SESSION(v)->handle, &length);
    return bytes_new(id, length);
}
static value session_get_time(value v)
{
    return int_from_i64(SSL_SESSION_get_time(SESSION(v)->handle));
}
static value session_get_timeout(value v)
{
    return int_from_i64(SSL_SESSION_get_timeout(SESSION(v)->handle));
}
static value session_get_lifetime(value v)
{
    return int_from_u64(SSL_SESSION_get_ticket_lifetime_hint(SESSION(v)->handle));
}
static value session_get_has_ticket(value v)
{
    return value_bool(SSL_SESSION_has_ticket(SESSION(v)->handle));
}

static const struct getset_def getset[] = {
    {"has_ticket", session_get_has_ticket, NULL, "Does the session contain a ticket?"},
    {"id", session_get_id, NULL, "Session id"},
    {"ticket_lifetime_hint", session_get_lifetime, NULL, "Ticket life time hint."},
    {"time", session_get_time, NULL, "Session creation time (seconds since epoch)."},
    {"timeout", session_get_timeout, NULL, "Session timeout (delta in seconds)."},
    {0},
};
const struct type_spec session_spec = {
    .name = "_ssl.SSLSession",
    .size = sizeof(struct session),
    .flags = TYPE_FLAG_NO_NEW,
    .gc_flags = TYPE_GC_CONTAINER,
    .traverse = session_traverse,
    .destroy = session_destroy,
    .slots = {.compare = session_compare, .hash = value_unhashable},
    .getset = getset,
};
