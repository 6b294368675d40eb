/*
 * Names of characters. They are packed as phrases of words (names.py): a name is made from its index by a walk over at
 * most 16 phrases, and found by a hash table of indices. Two kinds are not there, since they follow a rule: Hangul
 * syllables, and names that end with the character's number, such as those of CJK ideographs.
 */
#include "runtime/objects/unicode/names.h"
#include "runtime/objects/unicode/tables.h"

#include <stdio.h>
#include <string.h>

static const char hangul[] = "HANGUL SYLLABLE ", ideograph[] = "CJK UNIFIED IDEOGRAPH-";
enum { HANGUL_FIRST = 0xAC00, LEADS = 19, VOWELS = 21, TAILS = 28, HANGUL_COUNT = LEADS * VOWELS * TAILS };

static const char *const leads[] = {"G",  "GG", "N", "D",  "DD", "R", "M", "B", "BB", "S",
                                    "SS", "",   "J", "JJ", "C",  "K", "T", "P", "H"};
static const char *const vowels[] = {"A",  "AE", "YA", "YAE", "EO", "E",  "YEO", "YE", "O",  "WA", "WAE",
                                     "OE", "YO", "U",  "WEO", "WE", "WI", "YU",  "EU", "YI", "I"};
static const char *const tails[] = {"",   "G",  "GG", "GS", "N",  "NJ", "NH", "D", "L",  "LG", "LM", "LB", "LS", "LT",
                                    "LP", "LH", "M",  "B",  "BS", "S",  "SS", "NG", "J", "C",  "K",  "T",  "P",  "H"};

static char upper_ascii(char c)
{
    return c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;
}

/* The longest of the spellings that the text starts with. Returns its index, or -1, and its size. */
static int longest_prefix(const char *const *spellings, int count, const char *text, size_t length, size_t *size)
{
    int best = -1;
    *size = 0;
    for (int i = 0; i < count; i++) {
        size_t n = strlen(spellings[i]);
        if (n <= length && (best < 0 || n > *size) && memcmp(spellings[i], text, n) == 0) {
            best = i;
            *size = n;
        }
    }
    return best;
}

/* A syllable in Latin letters: the standard's section 3.12, Jamo short names. */
static bool lookup_hangul(const char *text, size_t length, uint32_t *code_point)
{
    size_t size;
    int lead = longest_prefix(leads, LEADS, text, length, &size);
    text += size;
    length -= size;
    int vowel = longest_prefix(vowels, VOWELS, text, length, &size);
    text += size;
    length -= size;
    int tail = longest_prefix(tails, TAILS, text, length, &size);
    if (lead < 0 || vowel < 0 || tail < 0 || size != length)
        return false;
    *code_point = HANGUL_FIRST + (uint32_t)((lead * VOWELS + vowel) * TAILS + tail);
    return true;
}

static const struct unicode_numbered *find_numbered(uint32_t c)
{
    for (size_t i = 0; i < unicode_name_sizes.numbered_count; i++)
        if (c >= unicode_numbered[i].first && c <= unicode_numbered[i].last)
            return &unicode_numbered[i];
    return NULL;
}

/* Upper-case hexadecimal digits, four or five. */
static bool read_number(const char *digits, size_t length, uint32_t *number)
{
    if (length != 4 && length != 5)
        return false;
    *number = 0;
    for (size_t i = 0; i < length; i++) {
        char c = digits[i];
        if (!(c >= '0' && c <= '9') && !(c >= 'A' && c <= 'F'))
            return false;
        *number = *number << 4 | (uint32_t)(c <= '9' ? c - '0' : c - 'A' + 10);
    }
    return true;
}

/* A name, in upper case, that ends with the number of its character. */
static bool lookup_numbered(const char *name, size_t length, uint32_t *code_point)
{
    const char *hyphen = memrchr(name, '-', length);
    if (!hyphen || !read_number(hyphen + 1, (size_t)(name + length - hyphen - 1), code_point))
        return false;
    const struct unicode_numbered *range = find_numbered(*code_point);
    char whole[UNICODE_NAME_ROOM];
    return range && (size_t)snprintf(whole, sizeof whole, "%s%04X", range->prefix, *code_point) == length &&
           memcmp(whole, name, length) == 0;
}

/* The name of this index. */
static size_t make_name(uint32_t index, char out[UNICODE_NAME_ROOM])
{
    const uint8_t *at = unicode_phrases + unicode_phrase_offsets[index / 16];
    uint32_t short_words = unicode_name_sizes.short_words;
    for (unsigned skip = index % 16; skip > 0; at++)
        if (*at == 0)
            skip--;
        else if (*at > short_words)
            at++;
    size_t length = 0;
    for (; *at; at++) {
        uint32_t word = *at - 1u;
        if (word >= short_words)
            word = short_words + ((word - short_words) << 8 | *++at);
        const uint8_t *letter = unicode_words + unicode_word_offsets[word];
        if (length && out[length - 1] != '-')
            out[length++] = ' ';
        do
            out[length++] = (char)(*letter & 0x7F);
        while (!(*letter++ & 0x80));
    }
    out[length] = '\0';
    return length;
}

/* The index of a name in upper case; false: there is none. */
static bool find_index(const char *name, size_t length, uint32_t *index)
{
    uint32_t hash = 2166136261;
    for (size_t i = 0; i < length; i++)
        hash = (hash ^ (uint8_t)name[i]) * 16777619;
    uint32_t size = unicode_name_sizes.table_size;
    for (uint32_t at = hash % size; unicode_name_table[at]; at = at + 1 == size ? 0 : at + 1) {
        char whole[UNICODE_NAME_ROOM];
        *index = unicode_name_table[at] - 1u;
        if (make_name(*index, whole) == length && memcmp(whole, name, length) == 0)
            return true;
    }
    return false;
}

/* The run that a character or an index belongs to. */
static const struct unicode_name_run *find_run(uint32_t number, bool by_index)
{
    size_t low = 0, high = unicode_name_sizes.run_count - 1;
    while (high - low > 1) {
        size_t middle = (low + high) / 2;
        const struct unicode_name_run *run = &unicode_name_runs[middle];
        if ((by_index ? run->index : run->first) <= number)
            low = middle;
        else
            high = middle;
    }
    return &unicode_name_runs[low];
}

static bool one(struct unicode_named *found, uint32_t code_point, enum unicode_name_kind kind)
{
    found->kind = kind;
    found->points[0] = code_point;
    found->length = 1;
    return true;
}

bool unicode_name_find(const char *name, size_t length, struct unicode_named *found)
{
    uint32_t number;
    if (length > unicode_name_sizes.longest)
        return false;
    if (length >= sizeof hangul - 1 && memcmp(name, hangul, sizeof hangul - 1) == 0)
        return lookup_hangul(name + sizeof hangul - 1, length - (sizeof hangul - 1), &number) &&
               one(found, number, UNICODE_NAME_BY_RULE);
    if (length >= sizeof ideograph - 1 && memcmp(name, ideograph, sizeof ideograph - 1) == 0) {
        if (!read_number(name + sizeof ideograph - 1, length - (sizeof ideograph - 1), &number))
            return false;
        const struct unicode_numbered *range = find_numbered(number);
        return range && strcmp(range->prefix, ideograph) == 0 && one(found, number, UNICODE_NAME_BY_RULE);
    }
    char upper[UNICODE_NAME_ROOM];
    for (size_t i = 0; i < length; i++)
        upper[i] = upper_ascii(name[i]);
    if (lookup_numbered(upper, length, &number))
        return (length < sizeof ideograph - 1 || memcmp(upper, ideograph, sizeof ideograph - 1) != 0) &&
               one(found, number, UNICODE_NAME_PLAIN);
    uint32_t index;
    if (!find_index(upper, length, &index))
        return false;
    if (index < unicode_name_sizes.characters) {
        const struct unicode_name_run *run = find_run(index, true);
        return one(found, run->first + index - run->index, UNICODE_NAME_PLAIN);
    }
    index -= unicode_name_sizes.characters;
    if (index < unicode_name_sizes.aliases)
        return one(found, unicode_name_aliases[index], UNICODE_NAME_ALIAS);
    const uint32_t *sequence =
        &unicode_name_sequence_text[unicode_name_sequences[index - unicode_name_sizes.aliases]];
    found->kind = UNICODE_NAME_SEQUENCE;
    found->length = *sequence;
    memcpy(found->points, sequence + 1, found->length * sizeof *sequence);
    return true;
}

bool unicode_name_lookup(const char *name, size_t length, uint32_t *code_point)
{
    struct unicode_named found;
    if (!unicode_name_find(name, length, &found) || found.length != 1)
        return false;
    *code_point = found.points[0];
    return true;
}

bool unicode_name_of(uint32_t c, char out[UNICODE_NAME_ROOM])
{
    if (c >= HANGUL_FIRST && c < HANGUL_FIRST + HANGUL_COUNT) {
        unsigned syllable = c - HANGUL_FIRST;
        snprintf(out, UNICODE_NAME_ROOM, "%s%s%s%s", hangul, leads[syllable / (VOWELS * TAILS)],
                 vowels[syllable / TAILS % VOWELS], tails[syllable % TAILS]);
        return true;
    }
    const struct unicode_numbered *range = find_numbered(c);
    if (range) {
        snprintf(out, UNICODE_NAME_ROOM, "%s%04X", range->prefix, c);
        return true;
    }
    const struct unicode_name_run *run = find_run(c, false);
    if (c < run->first || c - run->first >= run[1].index - run->index)
        return false;
    make_name(run->index + (c - run->first), out);
    return true;
}
