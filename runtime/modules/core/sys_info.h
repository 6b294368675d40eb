/* What sys says about the runtime and the machine. */
#ifndef ATOLL_SYS_INFO_H
#define ATOLL_SYS_INFO_H

#include "runtime/abstract.h"

/* The command line's choices; start.c fills it before any Python object exists. */
struct sys_flags {
    int debug, inspect, interactive, optimize, dont_write_bytecode, no_user_site, no_site, ignore_environment, verbose,
        bytes_warning, quiet, hash_randomization, isolated, dev_mode, utf8_mode, warn_default_encoding, safe_path,
        int_max_str_digits;
};
extern struct sys_flags sys_flags;
/* More of them: texts. NULL: None. */
struct sys_places {
    const char *platlibdir, *pycache_prefix;
};
extern struct sys_places sys_places;
extern _Atomic bool runtime_finalizing;

#define CACHE_TAG "atoll-311" /* sys.implementation.cache_tag */
/* Constants and information tuples. */
bool sys_info_fill(value module);

#endif
