/* Normal forms of text (Unicode Standard Annex 15), and the decompositions behind them. */
#ifndef ATOLL_UNICODE_NORMALIZE_H
#define ATOLL_UNICODE_NORMALIZE_H

#include "runtime/objects/unicode/tables.h"

enum unicode_form { UNICODE_NFD, UNICODE_NFKD, UNICODE_NFC, UNICODE_NFKC }; /* bit 0: compatibility, bit 1: composed */

enum unicode_quick { UNICODE_YES, UNICODE_MAYBE, UNICODE_NO };

/* Characters in memory of their own (raw_alloc), which the caller frees with free(). */
struct unicode_text {
    uint32_t *points;
    size_t length, capacity;
};
bool unicode_append(struct unicode_text *text, uint32_t c); /* false: no memory */

/* The decomposition of one character, one step: how many characters are at `out` (0: none), and its prefix ("" when it
   is canonical). */
enum { UNICODE_LONGEST_DECOMPOSITION = 18 };
size_t unicode_decomposition(uint32_t c, uint32_t out[UNICODE_LONGEST_DECOMPOSITION], const char **prefix);

/* Is the text normal already? From the properties of its characters alone, one after the other: `state` begins as zero
   and keeps the combining class of the last one. Once NO, always NO. */
static inline enum unicode_quick unicode_quick_step(enum unicode_form form, uint32_t c, uint8_t *state)
{
    const struct unicode_record *record = unicode_record_of(c);
    unsigned last = *state, combining = *state = record->combining;
    if (combining && last > combining)
        return UNICODE_NO;
    return (enum unicode_quick)(record->quick >> 2 * form & 3);
}

/* Bring the text, given character by character to unicode_decompose, to its form. `old`: after Unicode 3.2.0. Both
   false: no memory. unicode_finish orders the marks, and composes where the form says so. */
bool unicode_decompose(struct unicode_text *text, enum unicode_form form, bool old, uint32_t c);
bool unicode_finish(struct unicode_text *text, enum unicode_form form);

#endif
