/*
 * _codecs_iso2022: seven bits, in which escape sequences say which set the bytes are of.
 *
 * The state: which sets are designated as G0, G1 and G2, each by the last byte of its escape sequence, with the upper
 * bit where its codes are two bytes; and whether G1 is shifted in, and whether an unknown escape sequence goes on.
 */
#include "runtime/modules/multibyte/multibyte.h"

#include <string.h>

enum { ESC = 0x1B, SO = 0x0E, SI = 0x0F, NEWLINE = '\n' };
enum { G0, G1, G2, FLAGS = 4 }; /* places in the state */
enum { SHIFTED = 1, ESCAPING = 2 };
enum { DOUBLE = 0x80, ASCII = 'B', LATIN_1 = 'A', GREEK = 'F', ROMAN = 'J', KATAKANA = 'I' };
enum {
    JISX0208 = 'B' | DOUBLE,
    JISX0208_OLD = '@' | DOUBLE,
    JISX0212 = 'D' | DOUBLE,
    JISX0213_1_2000 = 'O' | DOUBLE,
    JISX0213_1 = 'Q' | DOUBLE,
    JISX0213_2 = 'P' | DOUBLE,
    KSX1001 = 'C' | DOUBLE,
    GB2312 = 'A' | DOUBLE,
};
enum { PLANE_2 = 0x8000, ESCAPE_MAX = 16 };

/* How a set is used by an encoding, in the order in which they are tried. */
struct designation {
    uint8_t mark; /* 0 ends the list */
    uint8_t place;
    const struct charset *encode, *decode; /* NULL: computed here */
    uint16_t mask;                         /* what a code has more in the tables */
};
struct variant {
    const struct designation *designations;
    bool shifts;                 /* SO and SI mean something */
    bool old_sequence;           /* ESC & @ may precede that of JIS X 0208 */
    bool single;                 /* ESC N takes a character of G2 */
    const struct charset *pairs; /* or NULL */
    uint8_t pair_mark;
};

static uint32_t decode_single(uint8_t mark, uint8_t byte)
{
    if (mark == ROMAN)
        return byte == '\\' ? 0xA5 : byte == '~' ? 0x203E : byte;
    if (mark == KATAKANA)
        return byte >= 0x21 && byte <= 0x5F ? byte + 0xFF40u : 0;
    return 0; /* sets that only G2 can have */
}
static unsigned encode_single(uint8_t mark, uint32_t c)
{
    if (mark == ROMAN)
        return c == 0xA5 ? '\\' : c == 0x203E ? '~' : 0;
    if (mark == KATAKANA)
        return c >= 0xFF61 && c <= 0xFF9F ? c - 0xFF40 : 0;
    return 0;
}
static unsigned encode_by(const struct designation *d, uint32_t c)
{
    if (!d->encode)
        return encode_single(d->mark, c);
    unsigned code = charset_encode(d->encode, c);
    if (code == CHARSET_PAIRS)
        code = charset_pair_encode(d->encode, c, 0);
    return (code & 0x8080) == d->mask ? code & 0x7F7F : 0;
}
static const struct designation *find(const struct variant *variant, uint8_t mark)
{
    const struct designation *d = variant->designations;
    while (d->mark && d->mark != mark)
        d++;
    return d->mark ? d : NULL;
}

/* ---- decoding ---- */
static bool ends_escape(uint8_t byte)
{
    return byte == '@' || (byte >= 'A' && byte <= 'Z');
}
/* The place and the mark that an escape sequence of `length` bytes names; false: none that is known. */
static bool parse_escape(const struct variant *variant, const uint8_t *p, size_t length, int *place, uint8_t *mark)
{
    *place = G0;
    if (length == 3 && p[1] == '$') {
        *mark = p[2] | DOUBLE;
        return true;
    }
    if (length == 6 && variant->old_sequence && p[3] == ESC && p[4] == '$' && p[5] == 'B') {
        *mark = JISX0208;
        return true;
    }
    bool wide = length == 4 && p[1] == '$';
    uint8_t which = wide ? p[2] : p[1];
    if (length != 3 && !wide)
        return false;
    *mark = wide ? p[3] | DOUBLE : p[2];
    if (which == '.' && !wide && variant->single)
        *place = G2;
    else if (which == ')')
        *place = G1;
    else
        return which == '(';
    return true;
}
static int decode_escape(const struct variant *variant, uint8_t *state, const uint8_t *p, size_t left)
{
    size_t length = 0;
    for (size_t i = 1; i < ESCAPE_MAX && !length; i++) {
        if (i >= left)
            return MULTIBYTE_INCOMPLETE;
        if (ends_escape(p[i]))
            length = i + 1;
        else if (variant->old_sequence && i + 1 < left && p[i] == '&' && p[i + 1] == '@')
            i += 2;
    }
    int place;
    uint8_t mark;
    if (!length)
        return MULTIBYTE_BAD(1);
    if (!parse_escape(variant, p, length, &place, &mark) || (mark != ASCII && !find(variant, mark)))
        return MULTIBYTE_BAD((int)length);
    state[place] = mark;
    return (int)length;
}

/* The upper half of ISO 8859-7, as it was before 2003; MULTIBYTE_NOTHING where it has nothing. */
static uint32_t greek(uint8_t byte)
{
    static const uint8_t same[] = {0xA0, 0xA3, 0xA6, 0xA7, 0xA8, 0xA9, 0xAB, 0xAC,
                                   0xAD, 0xB0, 0xB1, 0xB2, 0xB3, 0xB7, 0xBB, 0xBD};
    if (byte < 0xA0 || memchr(same, byte, sizeof same))
        return byte;
    switch (byte) {
    case 0xA1:
        return 0x2018;
    case 0xA2:
        return 0x2019;
    case 0xAF:
        return 0x2015;
    case 0xD2:
        return MULTIBYTE_NOTHING;
    default:
        return byte >= 0xB4 && byte < 0xFF ? byte + 0x2D0u : MULTIBYTE_NOTHING;
    }
}
/* ESC N and a byte, a character of G2. */
static int decode_g2(const uint8_t *state, const uint8_t *p, size_t left, uint32_t *c)
{
    if (left < 3)
        return MULTIBYTE_INCOMPLETE;
    if (state[G2] == GREEK)
        *c = greek(p[2] ^ 0x80);
    else if (p[2] >= 0x80)
        return MULTIBYTE_BAD(3);
    else
        *c = state[G2] == LATIN_1 ? p[2] + 0x80u : p[2];
    return *c == MULTIBYTE_NOTHING ? MULTIBYTE_BAD(3) : 3;
}
static inline int decode_iso2022(const struct variant *variant, uint8_t *state, const uint8_t *p, size_t left,
                                 uint32_t *c)
{
    uint8_t byte = *p;
    *c = byte;
    if (unlikely(state[FLAGS] & ESCAPING)) {
        if (ends_escape(byte))
            state[FLAGS] &= (uint8_t)~ESCAPING;
        return 1;
    }
    if (byte == ESC) {
        if (left < 2)
            return MULTIBYTE_INCOMPLETE;
        if (p[1] == '(' || p[1] == ')' || p[1] == '$' || p[1] == '.' || p[1] == '&') {
            *c = MULTIBYTE_NOTHING;
            return decode_escape(variant, state, p, left);
        }
        if (variant->single && p[1] == 'N')
            return decode_g2(state, p, left, c);
        state[FLAGS] |= ESCAPING;
        return 1;
    }
    if (variant->shifts && (byte == SO || byte == SI)) {
        state[FLAGS] = (uint8_t)((state[FLAGS] & ~SHIFTED) | (byte == SO ? SHIFTED : 0));
        *c = MULTIBYTE_NOTHING;
        return 1;
    }
    if (byte == NEWLINE)
        state[FLAGS] &= (uint8_t)~SHIFTED;
    if (byte < 0x20)
        return 1;
    if (byte >= 0x80)
        return MULTIBYTE_BAD(1);
    uint8_t mark = state[state[FLAGS] & SHIFTED ? G1 : G0];
    if (mark == ASCII)
        return 1;
    const struct designation *d = find(variant, mark);
    if (unlikely(!d)) /* a state that no escape sequence makes */
        return MULTIBYTE_BAD(1);
    if (!d->decode) {
        *c = decode_single(mark, byte);
        return *c ? 1 : MULTIBYTE_BAD(1);
    }
    if (left < 2)
        return MULTIBYTE_INCOMPLETE;
    *c = p[1] & 0x80 ? 0 : charset_decode(d->decode, ((unsigned)byte << 8 | p[1]) | d->mask);
    return *c ? 2 : MULTIBYTE_BAD(2);
}
static void iso2022_decode_reset(uint8_t *state)
{
    state[G0] = ASCII;
    state[FLAGS] &= (uint8_t)~SHIFTED;
}

/* ---- encoding ---- */
static int put_escape(uint8_t *out, const struct designation *d)
{
    int size = 0;
    out[size++] = ESC;
    if (d->mark & DOUBLE)
        out[size++] = '$';
    if (d->mark != JISX0208) /* which has a short form */
        out[size++] = d->place == G0 ? '(' : ')';
    out[size++] = d->mark & 0x7F;
    return size;
}
static int put_shift(uint8_t *state, uint8_t *out, bool shifted)
{
    if (!!(state[FLAGS] & SHIFTED) == shifted)
        return 0;
    state[FLAGS] ^= SHIFTED;
    out[0] = shifted ? SO : SI;
    return 1;
}
static inline int encode_iso2022(const struct variant *variant, const struct multibyte_encoding *e, size_t at,
                                 uint32_t c, uint8_t *out)
{
    uint8_t *state = e->state;
    int size = 0;
    if (c < 0x80) {
        if (state[G0] != ASCII) {
            state[G0] = ASCII;
            out[size++] = ESC;
            out[size++] = '(';
            out[size++] = ASCII;
        }
        size += put_shift(state, out + size, false);
        out[size++] = (uint8_t)c;
        return size;
    }
    const struct designation *d = variant->designations;
    unsigned code = 0;
    if (variant->pairs && charset_encode(variant->pairs, c) == CHARSET_PAIRS) {
        code = multibyte_encode_pair(e, at, variant->pairs, c);
        if (code == MULTIBYTE_UNDECIDED)
            return MULTIBYTE_INCOMPLETE;
        if (code & MULTIBYTE_TWO_TAKEN)
            d = find(variant, variant->pair_mark);
        else
            code = 0; /* another set may be tried before */
    }
    while (!code && d->mark) {
        code = encode_by(d, c);
        if (!code)
            d++;
    }
    if (!code)
        return MULTIBYTE_BAD(1);
    if (d->place == G0)
        size += put_shift(state, out, false);
    if (state[d->place] != d->mark) {
        size += put_escape(out + size, d);
        state[d->place] = d->mark;
    }
    if (d->place == G1)
        size += put_shift(state, out + size, true);
    if (d->mark & DOUBLE)
        return (size + multibyte_put(out + size, code)) | multibyte_taken(code);
    out[size++] = (uint8_t)code;
    return size;
}
static size_t iso2022_encode_reset(uint8_t *state, uint8_t *out)
{
    int size = put_shift(state, out, false);
    if (state[G0] != ASCII) {
        state[G0] = ASCII;
        out[size++] = ESC;
        out[size++] = '(';
        out[size++] = ASCII;
    }
    return (size_t)size;
}

/* ---- the encodings ---- */
#define SET(MARK, PLACE, NAME, MASK)                        \
    {                                                       \
        MARK, PLACE, &charset_##NAME, &charset_##NAME, MASK \
    }
#define SET_JISX0208     SET(JISX0208, G0, jisx0208, 0)
#define SET_JISX0208_OLD SET(JISX0208_OLD, G0, jisx0208, 0)
#define SET_JISX0212     SET(JISX0212, G0, jisx0212, 0)
#define SET_ROMAN                \
    {                            \
        ROMAN, G0, NULL, NULL, 0 \
    }

static const struct designation kr_sets[] = {SET(KSX1001, G1, ksx1001, 0x8080), {0}};
static const struct designation jp_sets[] = {SET_JISX0208, SET_ROMAN, SET_JISX0208_OLD, {0}};
static const struct designation jp_1_sets[] = {SET_JISX0208, SET_JISX0212, SET_ROMAN, SET_JISX0208_OLD, {0}};
static const struct designation jp_2_sets[] = {
    SET_JISX0208, SET_JISX0212,     SET(KSX1001, G0, ksx1001, 0x8080), SET(GB2312, G0, gb2312, 0x8080),
    SET_ROMAN,    SET_JISX0208_OLD, {LATIN_1, G2, NULL, NULL, 0},      {GREEK, G2, NULL, NULL, 0},
    {0}};
static const struct designation jp_2004_sets[] = {
    SET_JISX0208, SET(JISX0213_1, G0, jisx0213, 0), SET(JISX0213_2, G0, jisx0213, PLANE_2), {0}};
/* The second plane is decoded as that of 2004. */
static const struct designation jp_3_sets[] = {SET_JISX0208,
                                               SET(JISX0213_1_2000, G0, jisx0213_2000, 0),
                                               {JISX0213_2, G0, &charset_jisx0213_2000, &charset_jisx0213, PLANE_2},
                                               {0}};
static const struct designation jp_ext_sets[] = {
    SET_JISX0208, SET_JISX0212, SET_ROMAN, {KATAKANA, G0, NULL, NULL, 0}, SET_JISX0208_OLD, {0}};

#define VARIANT(NAME, ...)                                                                                   \
    static const struct variant NAME##_variant = {__VA_ARGS__};                                              \
    static inline int NAME##_decode(uint8_t *state, const uint8_t *p, size_t left, uint32_t *c)              \
    {                                                                                                        \
        return decode_iso2022(&NAME##_variant, state, p, left, c);                                           \
    }                                                                                                        \
    static inline int NAME##_encode(const struct multibyte_encoding *e, size_t at, uint32_t c, uint8_t *out) \
    {                                                                                                        \
        return encode_iso2022(&NAME##_variant, e, at, c, out);                                               \
    }                                                                                                        \
    MULTIBYTE_LOOPS(NAME)
VARIANT(iso2022_kr, .designations = kr_sets, .shifts = true)
VARIANT(iso2022_jp, .designations = jp_sets, .old_sequence = true)
VARIANT(iso2022_jp_1, .designations = jp_1_sets, .old_sequence = true)
VARIANT(iso2022_jp_2, .designations = jp_2_sets, .old_sequence = true, .single = true)
VARIANT(iso2022_jp_2004, .designations = jp_2004_sets, .old_sequence = true, .pairs = &charset_jisx0213,
        .pair_mark = JISX0213_1)
VARIANT(iso2022_jp_3, .designations = jp_3_sets, .old_sequence = true, .pairs = &charset_jisx0213_2000,
        .pair_mark = JISX0213_1_2000)
VARIANT(iso2022_jp_ext, .designations = jp_ext_sets, .old_sequence = true)

#define CODEC(NAME)                                                                                                  \
    {                                                                                                                \
        .name = #NAME, .decode = NAME##_decode_all, .encode = NAME##_encode_all,                                     \
        .decode_start = {ASCII, ASCII, ASCII}, .encode_start = {ASCII, ASCII}, .decode_reset = iso2022_decode_reset, \
        .encode_reset = iso2022_encode_reset                                                                         \
    }
static const struct multibyte_codec codecs[] = {
    CODEC(iso2022_kr),      CODEC(iso2022_jp),   CODEC(iso2022_jp_1),   CODEC(iso2022_jp_2),
    CODEC(iso2022_jp_2004), CODEC(iso2022_jp_3), CODEC(iso2022_jp_ext), {0},
};
MULTIBYTE_MODULE(_codecs_iso2022, codecs);
