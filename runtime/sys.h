/* The sys module, for C code in any room above; modules/core/sys.c keeps it. */
#ifndef ATOLL_SYS_H
#define ATOLL_SYS_H

#include "runtime/value.h"

extern value sys_dict; /* its namespace, set when it is made */
/* sys.<name>, owned; VALUE_MISSING when it was deleted. */
value sys_get(const char *name);
bool sys_set(const char *name, value v);
/* An attribute that sys gets when it is asked for; owned, or VALUE_MISSING: it has no such thing. importlib.c */
value sys_late_attribute(value name);
/* The same of builtins: what site puts there. */
value builtins_late_attribute(value name);
int sys_optimize_level(void); /* -O */
bool sys_inspects(void);      /* -i: the prompt is still to come, and SystemExit ends nothing */

#endif
