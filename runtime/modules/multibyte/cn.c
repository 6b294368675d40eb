/* _codecs_cn: GB 2312, GBK and GB 18030, and HZ, which wraps GB 2312 into seven bits. */
#include "runtime/modules/multibyte/multibyte.h"

static inline int gb2312_decode(uint8_t *state, const uint8_t *p, size_t left, uint32_t *c)
{
    return multibyte_decode_double(&charset_gb2312, p, left, c);
}
static inline int gb2312_encode(const struct multibyte_encoding *e, size_t at, uint32_t c, uint8_t *out)
{
    return multibyte_encode_double(&charset_gb2312, c, out);
}
MULTIBYTE_LOOPS(gb2312)

static inline int gbk_decode(uint8_t *state, const uint8_t *p, size_t left, uint32_t *c)
{
    return multibyte_decode_double(&charset_gbk, p, left, c);
}
static inline int gbk_encode(const struct multibyte_encoding *e, size_t at, uint32_t c, uint8_t *out)
{
    return multibyte_encode_double(&charset_gbk, c, out);
}
MULTIBYTE_LOOPS(gbk)

/* ---- GB 18030 ---- four bytes, the second and the last of which are digits, are a number. From 0: the basic plane's
 * characters that have no two bytes. From GB18030_UPPER: all others, in order. */
#define GB18030_UPPER 189000

static const struct gb18030_range *range_of(uint32_t key, bool by_number)
{
    size_t low = 0, high = gb18030_range_count;
    while (high - low > 1) {
        size_t middle = (low + high) / 2;
        if (key < (by_number ? gb18030_ranges[middle].number : gb18030_ranges[middle].first))
            high = middle;
        else
            low = middle;
    }
    return &gb18030_ranges[low];
}
static int decode_four(const uint8_t *p, size_t left, uint32_t *c)
{
    if (left < 4)
        return MULTIBYTE_INCOMPLETE;
    if (p[0] < 0x81 || p[0] > 0xFE || p[2] < 0x81 || p[2] > 0xFE || p[3] < '0' || p[3] > '9')
        return MULTIBYTE_BAD(1);
    uint32_t number = ((p[0] - 0x81u) * 10 + (p[1] - '0')) * 1260 + (p[2] - 0x81u) * 10 + (p[3] - '0');
    if (number < GB18030_BASIC_COUNT) {
        const struct gb18030_range *range = range_of(number, true);
        *c = range->first + (number - range->number);
        return 4;
    }
    *c = number - GB18030_UPPER + 0x10000;
    return number >= GB18030_UPPER && *c <= 0x10FFFF ? 4 : MULTIBYTE_BAD(1);
}
static int encode_four(uint32_t c, uint8_t *out)
{
    uint32_t number;
    if (c > 0xFFFF) {
        number = c - 0x10000 + GB18030_UPPER;
    } else {
        const struct gb18030_range *range = range_of(c, false);
        if (c > range->last)
            return MULTIBYTE_BAD(1); /* a surrogate */
        number = range->number + (c - range->first);
    }
    out[3] = (uint8_t)('0' + number % 10);
    out[2] = (uint8_t)(0x81 + number / 10 % 126);
    out[1] = (uint8_t)('0' + number / 1260 % 10);
    out[0] = (uint8_t)(0x81 + number / 12600);
    return 4;
}
static inline int gb18030_decode(uint8_t *state, const uint8_t *p, size_t left, uint32_t *c)
{
    if (left >= 2 && p[0] >= 0x80 && p[1] >= '0' && p[1] <= '9')
        return decode_four(p, left, c);
    return multibyte_decode_double(&charset_gb18030, p, left, c);
}
static inline int gb18030_encode(const struct multibyte_encoding *e, size_t at, uint32_t c, uint8_t *out)
{
    int size = multibyte_encode_double(&charset_gb18030, c, out);
    return likely(size > 0) ? size : encode_four(c, out);
}
MULTIBYTE_LOOPS(gb18030)

/* ---- HZ ---- ~{ and ~} around GB 2312 without the upper bits; the state is whether we are between them. */
static inline int hz_decode(uint8_t *state, const uint8_t *p, size_t left, uint32_t *c)
{
    *c = p[0];
    if (p[0] == '~') {
        if (left < 2)
            return MULTIBYTE_INCOMPLETE;
        *c = MULTIBYTE_NOTHING;
        if (state[0]) {
            if (p[1] != '}')
                return MULTIBYTE_BAD(1);
            state[0] = 0;
        } else if (p[1] == '{') {
            state[0] = 1;
        } else if (p[1] == '~') {
            *c = '~';
        } else if (p[1] != '\n') { /* which goes on with the line */
            return MULTIBYTE_BAD(1);
        }
        return 2;
    }
    if (p[0] & 0x80)
        return MULTIBYTE_BAD(1);
    if (!state[0])
        return 1;
    if (left < 2)
        return MULTIBYTE_INCOMPLETE;
    *c = charset_decode(&charset_gb2312, ((unsigned)p[0] << 8 | p[1]) ^ 0x8080);
    return *c ? 2 : MULTIBYTE_BAD(1);
}
static size_t hz_encode_reset(uint8_t *state, uint8_t *out)
{
    if (!state[0])
        return 0;
    state[0] = 0;
    return (size_t)multibyte_put(out, '~' << 8 | '}');
}
static inline int hz_encode(const struct multibyte_encoding *e, size_t at, uint32_t c, uint8_t *out)
{
    int size = 0;
    if (c < 0x80) {
        size = (int)hz_encode_reset(e->state, out);
        out[size++] = (uint8_t)c;
        if (c == '~')
            out[size++] = '~';
        return size;
    }
    unsigned code = charset_encode(&charset_gb2312, c);
    if (!code)
        return MULTIBYTE_BAD(1);
    if (!e->state[0]) {
        e->state[0] = 1;
        size = multibyte_put(out, '~' << 8 | '{');
    }
    return size + multibyte_put(out + size, code ^ 0x8080);
}
static void hz_decode_reset(uint8_t *state)
{
    state[0] = 0;
}
MULTIBYTE_LOOPS(hz)

static const struct multibyte_codec codecs[] = {
    MULTIBYTE_CODEC(gb2312),
    MULTIBYTE_CODEC(gbk),
    MULTIBYTE_CODEC(gb18030),
    {.name = "hz",
     .decode = hz_decode_all,
     .encode = hz_encode_all,
     .decode_reset = hz_decode_reset,
     .encode_reset = hz_encode_reset},
    {0},
};
MULTIBYTE_MODULE(_codecs_cn, codecs);
