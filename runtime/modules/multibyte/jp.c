/*
 * _codecs_jp: the sets of JIS as EUC and as Shift JIS.
 *
 * Codes are of seven bits, rows from 0x21; those of the second plane of JIS X 0213 have the upper bit.
 */
#include "runtime/modules/multibyte/multibyte.h"

enum { PLANE_2 = 0x8000, KATAKANA = 0xFF61, KATAKANA_LAST = 0xFF9F, KATAKANA_BYTE = 0xA1, KATAKANA_BYTE_LAST = 0xDF };
enum { YEN = 0xA5, OVERLINE = 0x203E, BACKSLASH_WIDE = 0xFF3C, TILDE_WIDE = 0xFF5E };

static inline bool is_katakana_byte(uint8_t byte)
{
    return byte >= KATAKANA_BYTE && byte <= KATAKANA_BYTE_LAST;
}
static inline bool is_katakana(uint32_t c)
{
    return c >= KATAKANA && c <= KATAKANA_LAST;
}
static inline int put_byte(uint8_t *out, unsigned byte)
{
    out[0] = (uint8_t)byte;
    return 1;
}

/* How many bytes are bad where a code is not in a set: one, but two where the edition of 2000 lacks what that of 2004
   has in the first plane. */
static inline int bad_size(const struct charset *set, unsigned code)
{
    bool later = set == &charset_jisx0213_2000 && !(code & PLANE_2) && charset_decode(&charset_jisx0213, code);
    return MULTIBYTE_BAD(later ? 2 : 1);
}

/* ---- EUC: both bytes from 0xA1, after 0x8E half-width katakana, after 0x8F another set or plane ---- */
enum { SINGLE_2 = 0x8E, SINGLE_3 = 0x8F };

static int put_katakana(uint8_t *out, uint32_t c)
{
    return multibyte_put(out, SINGLE_2 << 8 | (c - KATAKANA + KATAKANA_BYTE));
}
static int put_third(uint8_t *out, unsigned code)
{
    out[0] = SINGLE_3;
    return 1 + multibyte_put(out + 1, code | 0x8080);
}
static int decode_katakana(const uint8_t *p, size_t left, uint32_t *c)
{
    if (left < 2)
        return MULTIBYTE_INCOMPLETE;
    *c = p[1] - KATAKANA_BYTE + (uint32_t)KATAKANA;
    return is_katakana_byte(p[1]) ? 2 : MULTIBYTE_BAD(1);
}
/* The code of two bytes; 0: they have no upper bits. */
static inline unsigned euc_code(const uint8_t *p)
{
    unsigned code = (unsigned)p[0] << 8 | p[1];
    return (code & 0x8080) == 0x8080 ? code ^ 0x8080 : 0;
}

static inline int euc_jp_decode(uint8_t *state, const uint8_t *p, size_t left, uint32_t *c)
{
    if (p[0] < 0x80) {
        *c = p[0];
        return 1;
    }
    if (p[0] == SINGLE_2)
        return decode_katakana(p, left, c);
    int size = 2;
    if (unlikely(p[0] == SINGLE_3)) {
        size = 3;
        *c = left < 3 ? 1 : charset_decode(&charset_jisx0212, euc_code(p + 1));
    } else if (likely(left >= 2)) { /* a byte without its upper bit makes a code that the set does not have */
        *c = charset_decode(&charset_jisx0208, ((unsigned)p[0] << 8 | p[1]) ^ 0x8080);
    }
    return left < (size_t)size ? MULTIBYTE_INCOMPLETE : *c ? size : MULTIBYTE_BAD(1);
}
static inline int euc_jp_encode(const struct multibyte_encoding *e, size_t at, uint32_t c, uint8_t *out)
{
    unsigned code;
    if (c < 0x80)
        return put_byte(out, c);
    if ((code = charset_encode(&charset_jisx0208, c)) != 0)
        return multibyte_put(out, code | 0x8080);
    if ((code = charset_encode(&charset_jisx0212, c)) != 0)
        return put_third(out, code);
    if (is_katakana(c))
        return put_katakana(out, c);
    return c == YEN ? put_byte(out, '\\') : c == OVERLINE ? put_byte(out, '~') : MULTIBYTE_BAD(1);
}
MULTIBYTE_LOOPS(euc_jp)

/* JIS X 0213, and where its second plane has nothing, JIS X 0212. */
static inline int decode_euc_0213(const struct charset *set, const uint8_t *p, size_t left, uint32_t *c)
{
    if (p[0] < 0x80) {
        *c = p[0];
        return 1;
    }
    if (p[0] == SINGLE_2)
        return decode_katakana(p, left, c);
    int size = p[0] == SINGLE_3 ? 3 : 2;
    if (left < (size_t)size)
        return MULTIBYTE_INCOMPLETE;
    unsigned code = euc_code(p + size - 2);
    if (size == 2)
        *c = code == 0x2232 ? TILDE_WIDE : charset_decode(set, code);
    else if (code)
        *c = charset_decode(set, code | PLANE_2);
    else
        *c = 0;
    if (!*c && size == 3)
        *c = charset_decode(&charset_jisx0212, code);
    return *c ? size : bad_size(set, size == 3 ? PLANE_2 : code);
}
static inline int encode_euc_0213(const struct charset *set, const struct multibyte_encoding *e, size_t at, uint32_t c,
                                  uint8_t *out)
{
    if (c < 0x80)
        return put_byte(out, c);
    unsigned code = multibyte_encode_one(e, at, set, c);
    if (unlikely(code == MULTIBYTE_UNDECIDED))
        return MULTIBYTE_INCOMPLETE;
    if (code)
        return code & PLANE_2 ? put_third(out, code) : multibyte_put(out, code | 0x8080) | multibyte_taken(code);
    if ((code = charset_encode(&charset_jisx0212, c)) != 0)
        return put_third(out, code);
    if (is_katakana(c))
        return put_katakana(out, c);
    return c == TILDE_WIDE ? multibyte_put(out, 0x2232 | 0x8080) : MULTIBYTE_BAD(1);
}
static inline int euc_jis_2004_decode(uint8_t *state, const uint8_t *p, size_t left, uint32_t *c)
{
    return decode_euc_0213(&charset_jisx0213, p, left, c);
}
static inline int euc_jis_2004_encode(const struct multibyte_encoding *e, size_t at, uint32_t c, uint8_t *out)
{
    return encode_euc_0213(&charset_jisx0213, e, at, c, out);
}
MULTIBYTE_LOOPS(euc_jis_2004)

static inline int euc_jisx0213_decode(uint8_t *state, const uint8_t *p, size_t left, uint32_t *c)
{
    return decode_euc_0213(&charset_jisx0213_2000, p, left, c);
}
static inline int euc_jisx0213_encode(const struct multibyte_encoding *e, size_t at, uint32_t c, uint8_t *out)
{
    return encode_euc_0213(&charset_jisx0213_2000, e, at, c, out);
}
MULTIBYTE_LOOPS(euc_jisx0213)

/* ---- Shift JIS: two rows of 94 to a first byte ---- */
static inline bool is_lead(uint8_t byte)
{
    return (byte >= 0x81 && byte <= 0x9F) || (byte >= 0xE0 && byte <= 0xFC);
}
/* The code, whose row may be beyond 0x7E; 0: the second byte is none. */
static inline unsigned shift_code(const uint8_t *p)
{
    if (p[1] < 0x40 || p[1] == 0x7F || p[1] > 0xFC)
        return 0;
    unsigned row = (p[0] - (p[0] < 0xA0 ? 0x81u : 0xC1u)) * 2, cell = p[1] - 0x40u - (p[1] > 0x7F);
    return (0x21 + row + cell / 94) << 8 | (0x21 + cell % 94);
}
static inline int put_shifted(uint8_t *out, unsigned code)
{
    unsigned row = (code >> 8) - 0x21, cell = (code & 0xFF) - 0x21 + (row & 1) * 94;
    out[0] = (uint8_t)(row / 2 + (row / 2 < 31 ? 0x81 : 0xC1));
    out[1] = (uint8_t)(cell + 0x40 + (cell >= 0x3F));
    return 2;
}

static inline int shift_jis_decode(uint8_t *state, const uint8_t *p, size_t left, uint32_t *c)
{
    *c = is_katakana_byte(p[0]) ? p[0] - KATAKANA_BYTE + (uint32_t)KATAKANA : p[0];
    if (p[0] < 0x80 || is_katakana_byte(p[0]))
        return 1;
    if (!is_lead(p[0]) || p[0] > 0xEA) /* behind the last row of JIS X 0208 */
        return MULTIBYTE_BAD(1);
    if (left < 2)
        return MULTIBYTE_INCOMPLETE;
    *c = charset_decode(&charset_jisx0208, shift_code(p));
    return *c ? 2 : MULTIBYTE_BAD(1);
}
static inline int shift_jis_encode(const struct multibyte_encoding *e, size_t at, uint32_t c, uint8_t *out)
{
    if (c < 0x80)
        return put_byte(out, c);
    unsigned code = charset_encode(&charset_jisx0208, c);
    if (code)
        return put_shifted(out, code);
    if (is_katakana(c))
        return put_byte(out, c - KATAKANA + KATAKANA_BYTE);
    return c == YEN ? put_byte(out, '\\') : c == OVERLINE ? put_byte(out, '~') : MULTIBYTE_BAD(1);
}
MULTIBYTE_LOOPS(shift_jis)

/* Four bytes that mean nothing are private characters. */
enum { CP932_PRIVATE = 0xF8F0 };
static inline int cp932_decode(uint8_t *state, const uint8_t *p, size_t left, uint32_t *c)
{
    *c = is_katakana_byte(p[0]) ? p[0] - KATAKANA_BYTE + (uint32_t)KATAKANA : p[0];
    if (p[0] <= 0x80 || is_katakana_byte(p[0]))
        return 1;
    if (!is_lead(p[0])) {
        *c = CP932_PRIVATE + (p[0] == 0xA0 ? 0 : p[0] - 0xFCu);
        return 1;
    }
    if (left < 2)
        return MULTIBYTE_INCOMPLETE;
    *c = charset_decode(&charset_cp932, shift_code(p));
    return *c ? 2 : MULTIBYTE_BAD(1);
}
static inline int cp932_encode(const struct multibyte_encoding *e, size_t at, uint32_t c, uint8_t *out)
{
    if (c <= 0x80)
        return put_byte(out, c);
    unsigned code = charset_encode(&charset_cp932, c);
    if (code)
        return put_shifted(out, code);
    if (is_katakana(c))
        return put_byte(out, c - KATAKANA + KATAKANA_BYTE);
    if (c >= CP932_PRIVATE && c <= CP932_PRIVATE + 3)
        return put_byte(out, c == CP932_PRIVATE ? 0xA0 : c - CP932_PRIVATE + 0xFC);
    return MULTIBYTE_BAD(1);
}
MULTIBYTE_LOOPS(cp932)

/* The rows from 95 are some of the second plane's; backslash and tilde are yen sign and overline, as in JIS X 0201, and
   have two bytes themselves. */
enum { ROW_95 = 0x7F, BACKSLASH_CODE = 0x2140, TILDE_CODE = 0x2232 };
static const uint8_t plane_2_rows[] = {0x21, 0x28, 0x23, 0x24, 0x25, 0x2C, 0x2D, 0x2E, 0x2F, 0x6E, 0x6F, 0x70, 0x71,
                                       0x72, 0x73, 0x74, 0x75, 0x76, 0x77, 0x78, 0x79, 0x7A, 0x7B, 0x7C, 0x7D, 0x7E};

static inline int decode_shift_0213(const struct charset *set, const uint8_t *p, size_t left, uint32_t *c)
{
    *c = is_katakana_byte(p[0]) ? p[0] - KATAKANA_BYTE + (uint32_t)KATAKANA : p[0];
    if (p[0] == '\\')
        *c = YEN;
    else if (p[0] == '~')
        *c = OVERLINE;
    if (p[0] < 0x80 || is_katakana_byte(p[0]))
        return 1;
    if (!is_lead(p[0]))
        return MULTIBYTE_BAD(1);
    if (left < 2)
        return MULTIBYTE_INCOMPLETE;
    unsigned code = shift_code(p), row = code >> 8;
    if (row >= ROW_95)
        code = (unsigned)plane_2_rows[row - ROW_95] << 8 | (code & 0xFF) | PLANE_2;
    *c = code == BACKSLASH_CODE ? '\\' : charset_decode(set, code);
    return *c ? 2 : bad_size(set, code);
}
static inline int encode_shift_0213(const struct charset *set, const struct multibyte_encoding *e, size_t at,
                                    uint32_t c, uint8_t *out)
{
    if (c < 0x80)
        return c == '\\'  ? put_shifted(out, BACKSLASH_CODE)
               : c == '~' ? put_shifted(out, TILDE_CODE)
                          : put_byte(out, c);
    if (is_katakana(c))
        return put_byte(out, c - KATAKANA + KATAKANA_BYTE);
    if (c == YEN || c == OVERLINE)
        return put_byte(out, c == YEN ? '\\' : '~');
    unsigned code = c == BACKSLASH_WIDE ? 0 : multibyte_encode_one(e, at, set, c);
    if (unlikely(code == MULTIBYTE_UNDECIDED))
        return MULTIBYTE_INCOMPLETE;
    if (code & PLANE_2) {
        unsigned row = 0;
        while (plane_2_rows[row] != (code >> 8 & 0x7F))
            row++;
        code = (ROW_95 + row) << 8 | (code & 0xFF);
    }
    return code ? put_shifted(out, code & 0xFFFF) | multibyte_taken(code) : MULTIBYTE_BAD(1);
}
static inline int shift_jis_2004_decode(uint8_t *state, const uint8_t *p, size_t left, uint32_t *c)
{
    return decode_shift_0213(&charset_jisx0213, p, left, c);
}
static inline int shift_jis_2004_encode(const struct multibyte_encoding *e, size_t at, uint32_t c, uint8_t *out)
{
    return encode_shift_0213(&charset_jisx0213, e, at, c, out);
}
MULTIBYTE_LOOPS(shift_jis_2004)

static inline int shift_jisx0213_decode(uint8_t *state, const uint8_t *p, size_t left, uint32_t *c)
{
    return decode_shift_0213(&charset_jisx0213_2000, p, left, c);
}
static inline int shift_jisx0213_encode(const struct multibyte_encoding *e, size_t at, uint32_t c, uint8_t *out)
{
    return encode_shift_0213(&charset_jisx0213_2000, e, at, c, out);
}
MULTIBYTE_LOOPS(shift_jisx0213)

static const struct multibyte_codec codecs[] = {
    MULTIBYTE_CODEC(shift_jis),      MULTIBYTE_CODEC(cp932),
    MULTIBYTE_CODEC(euc_jp),         MULTIBYTE_CODEC(shift_jis_2004),
    MULTIBYTE_CODEC(euc_jis_2004),   MULTIBYTE_CODEC(euc_jisx0213),
    MULTIBYTE_CODEC(shift_jisx0213), {0},
};
MULTIBYTE_MODULE(_codecs_jp, codecs);
