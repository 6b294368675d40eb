/*
 * Character sets of East Asia: what each code of two bytes means, and back. charmaps.py reads them, generate.py writes
 * them as C (multibyte_tables.c, when the program is built).
 *
 * A set may have a base: it has only those entries that differ from its base's, and is asked first.
 */
#ifndef ATOLL_CHARSET_H
#define ATOLL_CHARSET_H

#include "runtime/value.h"

/* A page is the entries whose keys have the same upper byte, from the lower byte `first` to `last`. */
struct charset_page {
    uint16_t offset; /* in `entries` */
    uint8_t first, last;
};
struct charset_map {
    const struct charset_page *pages; /* 256 of them; NULL, for the second plane: there are no entries */
    const uint16_t *entries;
};
/* A code that means two characters. */
struct charset_pair {
    uint16_t first, second, code;
};
struct charset {
    const struct charset *base;
    struct charset_map decode[2]; /* by code: characters of the basic plane, and of the second */
    struct charset_map encode[2]; /* by character, likewise: codes */
    const struct charset_pair *pairs;
    size_t pair_count;
};

/* Entries; keys that have none of these or another are 0. */
enum charset_entry {
    CHARSET_NOT_THERE = 0xFFFF, /* nor in the base, whatever that says */
    CHARSET_PAIRS = 0xFFFE,     /* decoding: a pair; encoding: the character begins one */
};

extern const struct charset charset_gb2312, charset_gbk, charset_gb18030, charset_big5, charset_cp950,
    charset_big5hkscs, charset_ksx1001, charset_cp949, charset_johab, charset_jisx0208, charset_jisx0212,
    charset_jisx0213, charset_jisx0213_2000, charset_cp932;

/* Four bytes of GB 18030 are numbered in order; those below this are the basic plane's characters without two bytes. */
#define GB18030_BASIC_COUNT 39420
struct gb18030_range {
    uint16_t first, last; /* characters */
    uint16_t number;      /* of the first */
};
extern const struct gb18030_range gb18030_ranges[];
extern const size_t gb18030_range_count;

static inline unsigned charset_entry(const struct charset_map *map, unsigned key)
{
    const struct charset_page *page = &map->pages[key >> 8];
    unsigned low = key & 0xFF;
    return low >= page->first && low <= page->last ? map->entries[page->offset + low - page->first] : 0;
}

/* What charset_decode returns for a pair: both characters are below 0x8000. */
#define CHARSET_PAIR UINT32_C(0x80000000)
uint32_t charset_pair_decode(const struct charset *set, unsigned code);

/* The character of a code; 0: there is none. */
static inline uint32_t charset_decode(const struct charset *set, unsigned code)
{
    for (; set; set = set->base) {
        unsigned c = charset_entry(&set->decode[0], code);
        if (likely(c && c < CHARSET_PAIRS))
            return c;
        if (c)
            return c == CHARSET_PAIRS ? charset_pair_decode(set, code) : 0;
        if (set->decode[1].pages && (c = charset_entry(&set->decode[1], code)) != 0)
            return 0x20000 + c;
    }
    return 0;
}

/* The code of a character; 0: there is none. CHARSET_PAIRS: look at the next character too. */
unsigned charset_encode_beyond(const struct charset *set, uint32_t c);
static inline unsigned charset_encode(const struct charset *set, uint32_t c)
{
    if (unlikely(c > 0xFFFF))
        return charset_encode_beyond(set, c);
    for (; set; set = set->base) {
        unsigned code = charset_entry(&set->encode[0], c);
        if (code)
            return code == CHARSET_NOT_THERE ? 0 : code;
    }
    return 0;
}
/* The code of two characters, or with 0 as the second of the first alone; 0: there is none. */
unsigned charset_pair_encode(const struct charset *set, uint32_t first, uint32_t second);

#endif
