/*
 * The tables of Unicode 14.0, which generate.py makes at build time. Properties of code points are tries of two stages:
 * the block of a code point, then its item there. For unicode.c, names.c and normalize.c.
 */
#ifndef ATOLL_UNICODE_TABLES_H
#define ATOLL_UNICODE_TABLES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { UNICODE_SHIFT = 7, UNICODE_LIMIT = 0x110000 };

/* The item of a code point below UNICODE_LIMIT. */
static inline unsigned unicode_item(const uint16_t *blocks, const uint16_t *items, uint32_t c)
{
    return items[(unsigned)blocks[c >> UNICODE_SHIFT] << UNICODE_SHIFT | (c & ((1u << UNICODE_SHIFT) - 1))];
}

/* ---- what str asks ---- */
struct unicode_type {
    int32_t upper, lower, title, fold; /* added to the character; with UNICODE_SPECIAL: places in unicode_case_text */
    uint16_t flags;
    int8_t decimal, digit; /* -1: none */
};
extern const struct unicode_type unicode_types[];
extern const uint16_t unicode_type_blocks[], unicode_type_items[];
extern const uint16_t unicode_case_text[]; /* a length and so many characters */

static inline const struct unicode_type *unicode_type_of(uint32_t c)
{
    return &unicode_types[c < UNICODE_LIMIT ? unicode_item(unicode_type_blocks, unicode_type_items, c) : 0];
}

/* ---- what unicodedata asks ---- */
struct unicode_record {
    uint8_t category, bidirectional, combining, width; /* indices of the lists of texts, but combining */
    uint8_t mirrored;
    uint8_t old;   /* was in 3.2.0 */
    uint8_t quick; /* two bits for each form: enum unicode_quick */
};
extern const struct unicode_record unicode_records[];
extern const uint16_t unicode_record_blocks[], unicode_record_items[];
extern const char unicode_categories[][4], unicode_bidirectional_classes[][4], unicode_widths[][4];

static inline const struct unicode_record *unicode_record_of(uint32_t c)
{
    return &unicode_records[unicode_item(unicode_record_blocks, unicode_record_items, c)];
}

/* Characters that were otherwise in 3.2.0, in order. */
struct unicode_old_record {
    uint32_t first, last;
    uint8_t category, bidirectional, width, mirrored;
    int8_t decimal;
};
extern const struct unicode_old_record unicode_old_records[];
extern const size_t unicode_old_record_count;

extern const uint32_t unicode_numbers[]; /* character << 8 | index of its value, in order */
extern const size_t unicode_number_count;
extern const double unicode_number_values[];

/* ---- normalization ---- */
extern const uint16_t unicode_decomposition_blocks[], unicode_decomposition_items[];
extern const uint16_t unicode_decompositions[]; /* index of the prefix << 8 | units of UTF-16 that follow; first: none */
extern const char *const unicode_decomposition_prefixes[];
struct unicode_pair {
    uint32_t first, second, composed;
};
extern const struct unicode_pair unicode_pairs[]; /* in order */
extern const size_t unicode_pair_count;
extern const uint32_t unicode_old_decompositions[]; /* character, what 3.2.0 made of it */
extern const size_t unicode_old_decomposition_count;

/* ---- names (names.py) ---- */
/* Characters whose names are a prefix and their code point. */
struct unicode_numbered {
    uint32_t first, last;
    const char *prefix;
};
extern const struct unicode_numbered unicode_numbered[];
/* A run of characters with names, whose indices follow on each other; the last one is behind all. */
struct unicode_name_run {
    uint32_t first, index;
};
extern const struct unicode_name_run unicode_name_runs[];
extern const uint32_t unicode_name_aliases[];       /* characters */
extern const uint16_t unicode_name_sequences[];     /* places in: */
extern const uint32_t unicode_name_sequence_text[]; /* a length and so many characters */
extern const uint8_t unicode_words[];               /* the last byte of a word has the highest bit */
extern const uint16_t unicode_word_offsets[];
extern const uint8_t unicode_phrases[]; /* words of each name: 1 + number, or two bytes; then 0 */
extern const uint32_t unicode_phrase_offsets[]; /* of every 16th name */
extern const uint16_t unicode_name_table[];     /* open addressing by the hash of a name: 1 + index, 0: empty */
struct unicode_name_sizes {
    uint32_t numbered_count, run_count, characters, aliases, sequences, short_words, longest, table_size;
};
extern const struct unicode_name_sizes unicode_name_sizes;

#endif
