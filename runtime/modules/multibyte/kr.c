/* _codecs_kr: KS X 1001 as EUC, code page 949, Johab. */
#include "runtime/modules/multibyte/multibyte.h"

#include <string.h>

/* ---- EUC-KR ---- A syllable that KS X 1001 lacks is eight bytes: the filler, and the two or three letters that it is
 * made of, or fillers. Letters stand in one row: consonants from CONSONANTS, vowels from VOWELS. */
enum { LETTERS = 0xA4, FILLER = 0xD4, CONSONANTS = 0xA1, VOWELS = 0xBF, VOWEL_COUNT = 21, MADE_UP = 8 };
enum { SYLLABLES = 0xAC00, SYLLABLE_COUNT = 11172, FINAL_COUNT = 28 };
/* The places of the letters that may be first, and of those that may be last, among the consonants. */
static const uint8_t initials[] = {0, 1, 3, 6, 7, 8, 16, 17, 18, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29};
static const uint8_t finals[] = {0,  1,  2,  3,  4,  5,  6,  8,  9,  10, 11, 12, 13, 14,
                                 15, 16, 17, 19, 20, 21, 22, 23, 25, 26, 27, 28, 29};

/* The number of the consonant among those of a list; -1: it is not there. */
static int find_letter(const uint8_t *letters, size_t count, uint8_t byte)
{
    const uint8_t *found = byte < CONSONANTS ? NULL : memchr(letters, byte - CONSONANTS, count);
    return found ? (int)(found - letters) : -1;
}
static int decode_made_up(const uint8_t *p, size_t left, uint32_t *c)
{
    if (left < MADE_UP)
        return MULTIBYTE_INCOMPLETE;
    if (p[2] != LETTERS || p[4] != LETTERS || p[6] != LETTERS)
        return MULTIBYTE_BAD(1);
    int initial = find_letter(initials, sizeof initials, p[3]), vowel = p[5] - VOWELS;
    int final = p[7] == FILLER ? 0 : find_letter(finals, sizeof finals, p[7]) + 1;
    if (initial < 0 || vowel < 0 || vowel >= VOWEL_COUNT || (final == 0 && p[7] != FILLER))
        return MULTIBYTE_BAD(1);
    *c = (uint32_t)(SYLLABLES + (initial * VOWEL_COUNT + vowel) * FINAL_COUNT + final);
    return MADE_UP;
}
static int encode_made_up(uint32_t c, uint8_t *out)
{
    uint32_t number = c - SYLLABLES, final = number % FINAL_COUNT;
    if (c < SYLLABLES || number >= SYLLABLE_COUNT)
        return MULTIBYTE_BAD(1);
    out[0] = out[2] = out[4] = out[6] = LETTERS;
    out[1] = FILLER;
    out[3] = CONSONANTS + initials[number / FINAL_COUNT / VOWEL_COUNT];
    out[5] = (uint8_t)(VOWELS + number / FINAL_COUNT % VOWEL_COUNT);
    out[7] = final ? CONSONANTS + finals[final - 1] : FILLER;
    return MADE_UP;
}
static inline int euc_kr_decode(uint8_t *state, const uint8_t *p, size_t left, uint32_t *c)
{
    if (unlikely(p[0] == LETTERS) && left >= 2 && p[1] == FILLER)
        return decode_made_up(p, left, c);
    return multibyte_decode_double(&charset_ksx1001, p, left, c);
}
static inline int euc_kr_encode(const struct multibyte_encoding *e, size_t at, uint32_t c, uint8_t *out)
{
    int size = multibyte_encode_double(&charset_ksx1001, c, out);
    return likely(size > 0) ? size : encode_made_up(c, out);
}
MULTIBYTE_LOOPS(euc_kr)

static inline int cp949_decode(uint8_t *state, const uint8_t *p, size_t left, uint32_t *c)
{
    return multibyte_decode_double(&charset_cp949, p, left, c);
}
static inline int cp949_encode(const struct multibyte_encoding *e, size_t at, uint32_t c, uint8_t *out)
{
    return multibyte_encode_double(&charset_cp949, c, out);
}
MULTIBYTE_LOOPS(cp949)

static inline int johab_decode(uint8_t *state, const uint8_t *p, size_t left, uint32_t *c)
{
    return multibyte_decode_double(&charset_johab, p, left, c);
}
static inline int johab_encode(const struct multibyte_encoding *e, size_t at, uint32_t c, uint8_t *out)
{
    return multibyte_encode_double(&charset_johab, c, out);
}
MULTIBYTE_LOOPS(johab)

static const struct multibyte_codec codecs[] = {
    MULTIBYTE_CODEC(euc_kr), MULTIBYTE_CODEC(cp949), MULTIBYTE_CODEC(johab), {0}};
MULTIBYTE_MODULE(_codecs_kr, codecs);
