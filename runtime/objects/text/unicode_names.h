/* Unicode character names, for \N{...} in string literals. */
#ifndef ATOLL_UNICODE_NAMES_H
#define ATOLL_UNICODE_NAMES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Finds the character of this name or alias (any case). False when there is none. Safe from any thread. */
bool unicode_name_lookup(const char *name, size_t length, uint32_t *code_point);

#endif
