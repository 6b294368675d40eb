/* The site module at the runtime's beginning. */
#ifndef ATOLL_SITE_H
#define ATOLL_SITE_H

#include "runtime/value.h"

/* What CPython does when it imports site, unless -S forbids it. `dist_packages`: run the .pth files of Debian's
 * dist-packages as well. False: site failed, and a message is on stderr. */
bool site_start(bool dist_packages);

#endif
