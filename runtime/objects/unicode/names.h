/* Names of characters. Safe from any thread. */
#ifndef ATOLL_UNICODE_NAMES_H
#define ATOLL_UNICODE_NAMES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Finds the character of this name or alias (any case). False when there is none. */
bool unicode_name_lookup(const char *name, size_t length, uint32_t *code_point);

/* The same with what only unicodedata knows: sequences. */
enum unicode_name_kind { UNICODE_NAME_PLAIN, UNICODE_NAME_BY_RULE, UNICODE_NAME_ALIAS, UNICODE_NAME_SEQUENCE };
struct unicode_named {
    uint32_t points[4];
    size_t length;
    enum unicode_name_kind kind;
};
bool unicode_name_find(const char *name, size_t length, struct unicode_named *found);

/* The name of a character, terminated; false: it has none. */
enum { UNICODE_NAME_ROOM = 128 };
bool unicode_name_of(uint32_t code_point, char out[UNICODE_NAME_ROOM]);

#endif
