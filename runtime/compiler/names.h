/* Unicode character names, for \N{...} in string literals. */
#ifndef ATOLL_COMPILER_NAMES_H
#define ATOLL_COMPILER_NAMES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Finds the character of this name (any case). False when there is none. Safe from any thread. */
bool unicode_name_lookup(const char *name, size_t length, uint32_t *code_point);

/* Installs a lookup for the names that the front end does not know by itself: those of the Unicode database. To be
 * called once, before other threads compile. */
void unicode_name_set_lookup(bool (*lookup)(const char *name, size_t length, uint32_t *code_point));

#endif
