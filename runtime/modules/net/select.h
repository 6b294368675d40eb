/* What the files of the select module share. */
#ifndef ATOLL_SELECT_H
#define ATOLL_SELECT_H

#include "runtime/modules/system/durations.h"
#include "runtime/modules/system/posix.h"

extern const struct type_spec epoll_spec;
value poll_new(void); /* an object of select.poll() */

#endif
