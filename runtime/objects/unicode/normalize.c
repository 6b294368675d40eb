/* Normal forms: decompose, order the marks, compose. Hangul syllables follow the rule of the standard's section 3.12. */
#include "runtime/objects/unicode/normalize.h"
#include "runtime/raw.h"
#include "threads/pause.h"

#include <stdlib.h>

enum {
    HANGUL = 0xAC00,
    LEAD = 0x1100,
    VOWEL = 0x1161,
    TAIL = 0x11A7, /* of none */
    LEADS = 19,
    VOWELS = 21,
    TAILS = 28,
    SYLLABLES = LEADS * VOWELS * TAILS,
};

bool unicode_append(struct unicode_text *text, uint32_t c)
{
    if (text->length == text->capacity) {
        size_t capacity = text->capacity ? text->capacity * 2 : 64;
        uint32_t *points = raw_resize(text->points, capacity * sizeof *points);
        if (!points)
            return false;
        text->points = points;
        text->capacity = capacity;
    }
    text->points[text->length++] = c;
    return true;
}

size_t unicode_decomposition(uint32_t c, uint32_t out[UNICODE_LONGEST_DECOMPOSITION], const char **prefix)
{
    const uint16_t *units = &unicode_decompositions[unicode_item(unicode_decomposition_blocks,
                                                                 unicode_decomposition_items, c)];
    size_t count = *units & 0xFF, length = 0;
    *prefix = unicode_decomposition_prefixes[*units >> 8];
    for (const uint16_t *end = units++ + count; units <= end; units++) {
        uint32_t unit = *units;
        if (unit >= 0xD800 && unit < 0xDC00)
            unit = 0x10000 + ((unit - 0xD800) << 10) + (*++units - 0xDC00u);
        out[length++] = unit;
    }
    return length;
}

static const uint32_t *old_decomposition(uint32_t c)
{
    for (size_t i = 0; i < unicode_old_decomposition_count; i++)
        if (unicode_old_decompositions[2 * i] == c)
            return &unicode_old_decompositions[2 * i + 1];
    return NULL;
}

bool unicode_decompose(struct unicode_text *text, enum unicode_form form, bool old, uint32_t c)
{
    if (c < 0xA0)
        return unicode_append(text, c);
    if (c >= HANGUL && c < HANGUL + SYLLABLES) {
        unsigned syllable = c - HANGUL, tail = syllable % TAILS;
        return unicode_append(text, LEAD + syllable / (VOWELS * TAILS)) &&
               unicode_append(text, VOWEL + syllable / TAILS % VOWELS) && (!tail || unicode_append(text, TAIL + tail));
    }
    const uint32_t *mended = old ? old_decomposition(c) : NULL;
    if (mended)
        return unicode_decompose(text, form, old, *mended);
    uint32_t parts[UNICODE_LONGEST_DECOMPOSITION];
    const char *prefix;
    size_t count = old && !unicode_record_of(c)->old ? 0 : unicode_decomposition(c, parts, &prefix);
    if (count == 0 || (*prefix && !(form & UNICODE_NFKD)))
        return unicode_append(text, c);
    for (size_t i = 0; i < count; i++)
        if (!unicode_decompose(text, form, old, parts[i]))
            return false;
    return true;
}

static unsigned combining_class(uint32_t c)
{
    return c < 0x300 ? 0 : unicode_record_of(c)->combining;
}

enum { SHORT_RUN = 32 };

/* Marks between two starters stand in the order of their classes; those of one class keep their order. */
static void order_short(uint32_t *run, size_t length)
{
    for (size_t i = 1; i < length; i++) {
        uint32_t c = run[i];
        unsigned class = combining_class(c);
        size_t at = i;
        for (; at > 0 && combining_class(run[at - 1]) > class; at--)
            run[at] = run[at - 1];
        run[at] = c;
    }
}

/* The same for a long run: counted by class, so that it takes no quadratic time. */
static bool order_long(uint32_t *run, size_t length)
{
    size_t places[257] = {0};
    uint32_t *room = raw_alloc(length * sizeof *room);
    if (!room)
        return false;
    for (size_t i = 0; i < length; thread_report_at(++i))
        places[combining_class(run[i]) + 1]++;
    for (size_t i = 1; i < 257; i++)
        places[i] += places[i - 1];
    for (size_t i = 0; i < length; thread_report_at(++i))
        room[places[combining_class(run[i])]++] = run[i];
    thread_copy(run, room, length * sizeof *room);
    raw_free(room);
    return true;
}

static bool order_marks(struct unicode_text *text)
{
    for (size_t i = 0; i < text->length; thread_report_at(++i)) {
        size_t start = i;
        while (i < text->length && combining_class(text->points[i]))
            thread_report_at(++i);
        if (i - start > SHORT_RUN ? !order_long(text->points + start, i - start)
                                  : (order_short(text->points + start, i - start), false))
            return false;
    }
    return true;
}

/* What two characters make together; 0: nothing. */
static uint32_t compose(uint32_t first, uint32_t second)
{
    if ((unicode_record_of(second)->quick >> 2 * UNICODE_NFC & 3) != UNICODE_MAYBE)
        return 0;
    if (second - VOWEL < VOWELS)
        return first - LEAD < LEADS ? HANGUL + ((first - LEAD) * VOWELS + second - VOWEL) * TAILS : 0;
    if (second - TAIL < TAILS)
        return first - HANGUL < SYLLABLES && (first - HANGUL) % TAILS == 0 ? first + second - TAIL : 0;
    for (size_t low = 0, high = unicode_pair_count; low < high;) {
        size_t middle = (low + high) / 2;
        const struct unicode_pair *pair = &unicode_pairs[middle];
        if (pair->first == first && pair->second == second)
            return pair->composed;
        if (pair->first < first || (pair->first == first && pair->second < second))
            low = middle + 1;
        else
            high = middle;
    }
    return 0;
}

/* A character joins the last starter unless a kept one between them is a starter, too, or has no lower class. */
static void compose_all(struct unicode_text *text)
{
    uint32_t *points = text->points;
    size_t out = 0, starter = SIZE_MAX;
    unsigned last = 0;
    for (size_t i = 0; i < text->length; thread_report_at(++i)) {
        uint32_t c = points[i], composed;
        unsigned class = combining_class(c);
        if (starter != SIZE_MAX && (out == starter + 1 || last < class) &&
            (composed = compose(points[starter], c)) != 0) {
            points[starter] = composed;
            continue;
        }
        if (class == 0)
            starter = out;
        last = class;
        points[out++] = c;
    }
    text->length = out;
}

bool unicode_finish(struct unicode_text *text, enum unicode_form form)
{
    if (!order_marks(text))
        return false;
    if (form & UNICODE_NFC)
        compose_all(text);
    return true;
}
