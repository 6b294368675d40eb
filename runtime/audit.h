/*
 * Audit events (PEP 578): whoever called sys.addaudithook hears what the program is about to do, and may refuse.
 * modules/core/audit.c keeps the hooks.
 */
#ifndef ATOLL_AUDIT_H
#define ATOLL_AUDIT_H

#include "runtime/value.h"

/* Tell the hooks of an event, in the order in which they came. The letters of `format` say what its arguments are: O a
 * value, borrowed (NULL: None); N the same, owned; s a C text (NULL: None); y its bytes; i an int; L an int64_t. They
 * become a tuple, and so does "(O)"; "O" alone is that value itself if it is a tuple. format NULL: no arguments.
 * false with an exception: a hook raised it, or an N is NULL. The current exception stays. */
bool audit_event(const char *event, const char *format, ...);

/* The hooks; NULL: there are none. */
extern struct audit_hooks *_Atomic audit_hooks;
static inline bool audit_is_heard(void)
{
    return unlikely(atomic_load_explicit(&audit_hooks, memory_order_acquire) != NULL);
}
/* The same where there are hooks; the arguments are not even looked at where there are none. */
#define audit(...) (!audit_is_heard() || audit_event(__VA_ARGS__))

/* sys.addaudithook, sys.audit. */
bool audit_add_hook(value hook);
bool audit_event_tuple(value event, value arguments);
/* The runtime ends. */
void audit_finish(void);

#endif
