/*
 * The encodings that the runtime itself needs: UTF-8, UTF-16, UTF-32, Latin-1, ASCII; see codec.h.
 *
 * Malformed UTF-8 is reported as Unicode recommends: the longest prefix of a character that could still have become one
 * is one error.
 */
#include "runtime/objects/text/codec.h"
#include "runtime/raw.h"

#include <stdlib.h>

/* ---- names ---- */

enum codec_id codec_find(const char *encoding)
{
    static const struct {
        const char *name;
        enum codec_id id;
    } names[] = {
        {"utf-8", CODEC_UTF8},
        {"utf8", CODEC_UTF8},
        {"u8", CODEC_UTF8},
        {"cp65001", CODEC_UTF8},
        {"latin-1", CODEC_LATIN1},
        {"latin1", CODEC_LATIN1},
        {"l1", CODEC_LATIN1},
        {"latin", CODEC_LATIN1},
        {"iso-8859-1", CODEC_LATIN1},
        {"iso8859-1", CODEC_LATIN1},
        {"8859", CODEC_LATIN1},
        {"cp819", CODEC_LATIN1},
        {"ascii", CODEC_ASCII},
        {"us-ascii", CODEC_ASCII},
        {"646", CODEC_ASCII},
        {"utf-16", CODEC_UTF16},
        {"utf16", CODEC_UTF16},
        {"u16", CODEC_UTF16},
        {"utf-16-le", CODEC_UTF16_LE},
        {"utf-16le", CODEC_UTF16_LE},
        {"utf16-le", CODEC_UTF16_LE},
        {"utf-16-be", CODEC_UTF16_BE},
        {"utf-16be", CODEC_UTF16_BE},
        {"utf16-be", CODEC_UTF16_BE},
        {"utf-32", CODEC_UTF32},
        {"utf32", CODEC_UTF32},
        {"u32", CODEC_UTF32},
        {"utf-32-le", CODEC_UTF32_LE},
        {"utf-32le", CODEC_UTF32_LE},
        {"utf-32-be", CODEC_UTF32_BE},
        {"utf-32be", CODEC_UTF32_BE},
        {"unicode-escape", CODEC_UNICODE_ESCAPE},
        {"unicodeescape", CODEC_UNICODE_ESCAPE},
        {"raw-unicode-escape", CODEC_RAW_UNICODE_ESCAPE},
        {"rawunicodeescape", CODEC_RAW_UNICODE_ESCAPE},
    };
    char name[20];
    size_t n = 0;
    for (const char *p = encoding; *p; p++) {
        if (n == sizeof name - 1)
            return CODEC_OTHER;
        char c = *p;
        name[n++] = (char)(c == '_' || c == ' ' ? '-' : c >= 'A' && c <= 'Z' ? c + 32 : c);
    }
    name[n] = 0;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(name, names[i].name) == 0)
            return names[i].id;
    return CODEC_OTHER;
}

static const char *codec_name(enum codec_id id)
{
    static const char *const names[] = {
        [CODEC_UTF8] = "utf-8",   [CODEC_LATIN1] = "latin-1",     [CODEC_ASCII] = "ascii",
        [CODEC_UTF16] = "utf-16", [CODEC_UTF16_LE] = "utf-16-le", [CODEC_UTF16_BE] = "utf-16-be",
        [CODEC_UTF32] = "utf-32", [CODEC_UTF32_LE] = "utf-32-le", [CODEC_UTF32_BE] = "utf-32-be",
    };
    return names[id];
}

/* ---- UTF-8 decoding ---- */

/*
 * The well-formed character at p: its length, or 0 with *bad set to the number of bytes of the malformed one, and
 * *incomplete when the input ends inside a character that could still be good.
 */
static unsigned utf8_next(const uint8_t *p, const uint8_t *end, uint32_t *c, unsigned *bad, bool *incomplete)
{
    uint8_t b = *p;
    unsigned more;
    uint8_t low = 0x80, high = 0xBF; /* of the second byte */
    *incomplete = false;
    *bad = 1;
    if (b < 0x80) {
        *c = b;
        return 1;
    }
    if (b < 0xC2 || b > 0xF4)
        return 0;
    if (b < 0xE0)
        more = 1, *c = b & 0x1F;
    else if (b < 0xF0) {
        more = 2, *c = b & 0x0F;
        if (b == 0xE0)
            low = 0xA0;
        else if (b == 0xED)
            high = 0x9F;
    } else {
        more = 3, *c = b & 0x07;
        if (b == 0xF0)
            low = 0x90;
        else if (b == 0xF4)
            high = 0x8F;
    }
    for (unsigned i = 1; i <= more; i++, low = 0x80, high = 0xBF) {
        if (p + i == end) {
            *incomplete = true;
            *bad = i;
            return 0;
        }
        if (p[i] < low || p[i] > high) {
            *bad = i;
            return 0;
        }
        *c = *c << 6 | (p[i] & 0x3F);
    }
    return more + 1;
}

static size_t ascii_prefix(const uint8_t *p, size_t n)
{
    size_t i = 0;
    uint64_t word;
    for (; i + 8 <= n; i += 8) {
        memcpy(&word, p + i, 8);
        if (word & UINT64_C(0x8080808080808080))
            break;
        if (unlikely((i + 8) % SPAN_LONG == 0))
            thread_report();
    }
    while (i < n && p[i] < 0x80)
        i++;
    return i;
}

/* How many bytes begin a character, and the largest byte: the number of characters and their width, if all is well. */
static size_t utf8_leads(const uint8_t *p, size_t n, uint8_t *largest)
{
    uint8_t most[16] = {0}, few[16];
    size_t count = 0, i = 0;
    while (n - i >= 16) {
        memset(few, 0, sizeof few);
        for (int step = 0; step < 255 && n - i >= 16; step++, i += 16)
            for (size_t k = 0; k < 16; k++) {
                uint8_t byte = p[i + k];
                few[k] = (uint8_t)(few[k] + ((int8_t)byte >= -64));
                most[k] = byte > most[k] ? byte : most[k];
            }
        for (size_t k = 0; k < 16; k++)
            count += few[k];
        thread_report();
    }
    for (; i < n; i++) {
        count += (int8_t)p[i] >= -64;
        most[0] = p[i] > most[0] ? p[i] : most[0];
    }
    *largest = 0;
    for (size_t k = 0; k < 16; k++)
        *largest = most[k] > *largest ? most[k] : *largest;
    return count;
}

/* Decode to so many characters; the or of all of them, or UINT32_MAX: it is malformed, or another thread changes it. */
static inline __attribute__((always_inline)) uint32_t utf8_to(void *data, unsigned width, size_t count,
                                                              const uint8_t *q, const uint8_t *end)
{
    uint32_t all = 0, c;
    unsigned bad;
    bool incomplete;
    size_t i = 0, step = 1;
    for (; q < end && i < count; thread_report_at(step++)) {
        uint64_t word;
        uint8_t byte = *q;
        if (byte < 0x80) {
            if (end - q >= 8 && count - i >= 8) {
                uint8_t eight[8];
                memcpy(eight, q, 8);
                memcpy(&word, eight, 8);
                if (!(word & UINT64_C(0x8080808080808080))) {
                    for (size_t k = 0; k < 8; k++)
                        span_put(data, width, i + k, eight[k]);
                    q += 8;
                    i += 8;
                    continue;
                }
            }
            c = byte;
            q++;
        } else if (byte >= 0xC2 && byte < 0xE0 && end - q >= 2 && (q[1] & 0xC0) == 0x80) {
            c = (uint32_t)(byte & 0x1F) << 6 | (q[1] & 0x3F);
            q += 2;
        } else {
            unsigned size = utf8_next(q, end, &c, &bad, &incomplete);
            if (!size)
                return UINT32_MAX;
            q += size;
        }
        all |= c;
        span_put(data, width, i++, c);
    }
    return q == end && i == count ? all : UINT32_MAX;
}

/* Well-formed text, without a builder: a look at the bytes says how much room it takes. NULL without an exception:
   malformed. */
static value utf8_decode_valid(const uint8_t *p, size_t n, size_t prefix)
{
    uint8_t largest;
    size_t count = prefix + utf8_leads(p + prefix, n - prefix, &largest);
    if (count == 0)
        return NULL;
    uint32_t max = largest >= 0xF0 ? 0x10FFFF : largest >= 0xC4 ? 0xFFFF : largest >= 0x80 ? 0xFF : 0x7F, all;
    value v = str_new(count, max);
    if (!v)
        return NULL;
    const uint8_t *from = p + prefix, *end = p + n;
    unsigned width = str_width(v);
    char *data = str_data(v), *to = data + prefix * width;
    span_copy_to(data, width, 0, span_bytes(p, prefix));
    if (width == 1)
        all = utf8_to(to, 1, count - prefix, from, end);
    else if (width == 2)
        all = utf8_to(to, 2, count - prefix, from, end);
    else
        all = utf8_to(to, 4, count - prefix, from, end);
    uint32_t least = width == 1 ? 0x80 : width == 2 ? 0x100 : 0x10000;
    if (likely(all != UINT32_MAX && all >= least && (all < (width == 1 ? 0x100 : 0x10000) || width == 4) && count > 1))
        return v;
    value_dec(v);
    return count == 1 && all != UINT32_MAX ? str_from_code_point(all) : NULL;
}

/* How many of the last bytes are the beginning of a character that may go on. */
static size_t utf8_tail(const uint8_t *p, size_t n)
{
    for (size_t k = 1; k <= 3 && k <= n; k++)
        if (p[n - k] >= 0xC0) {
            uint32_t c;
            unsigned bad;
            bool incomplete;
            return !utf8_next(p + n - k, p + n, &c, &bad, &incomplete) && incomplete ? k : 0;
        } else if (p[n - k] < 0x80)
            break;
    return 0;
}

static bool utf8_decode_into(struct decode_context *c, size_t *consumed)
{
    for (size_t i = 0, step = 1; i < c->length; thread_report_at(step++)) {
        const uint8_t *p = c->bytes, *end = p + c->length;
        uint32_t code;
        unsigned bad;
        bool incomplete;
        unsigned size = utf8_next(p + i, end, &code, &bad, &incomplete);
        if (size) {
            builder_add_char(c->out, code);
            i += size;
            continue;
        }
        bool half_surrogate = end - (p + i) == 2 && p[i] == 0xED && p[i + 1] >= 0xA0 && p[i + 1] <= 0xBF;
        if ((incomplete || half_surrogate) && consumed) {
            *consumed = i;
            return true;
        }
        const char *reason = incomplete                   ? "unexpected end of data"
                             : p[i] < 0xC2 || p[i] > 0xF4 ? "invalid start byte"
                                                          : "invalid continuation byte";
        if (!codec_decode_error(c, i, i + bad, reason, &i))
            return false;
    }
    if (consumed)
        *consumed = c->length;
    return true;
}

value str_from_utf8(const char *bytes, size_t length)
{
    const uint8_t *p = (const uint8_t *)bytes;
    size_t prefix = ascii_prefix(p, length);
    if (likely(prefix == length))
        return str_from_ascii(bytes, length);
    value v = utf8_decode_valid(p, length, prefix);
    if (v || error_occurred())
        return v;
    return codec_decode(CODEC_UTF8, p, length, NULL, NULL, NULL);
}

value str_from_utf8_surrogates(const char *bytes, size_t length)
{
    const uint8_t *p = (const uint8_t *)bytes, *end = p + length;
    size_t prefix = ascii_prefix(p, length);
    if (likely(prefix == length))
        return str_from_ascii(bytes, length);
    value v = utf8_decode_valid(p, length, prefix);
    if (v || error_occurred())
        return v;
    struct str_builder b;
    builder_init(&b);
    while (p < end) {
        uint32_t c;
        unsigned bad;
        bool incomplete;
        unsigned size = utf8_next(p, end, &c, &bad, &incomplete);
        if (!size && p[0] == 0xED && end - p >= 3 && p[1] >= 0xA0 && p[1] <= 0xBF && (p[2] & 0xC0) == 0x80) {
            c = 0xD000 | (uint32_t)(p[1] & 0x3F) << 6 | (p[2] & 0x3F);
            size = 3;
        } else if (!size) {
            c = 0xDC00 + *p;
            size = 1;
        }
        builder_add_char(&b, c);
        p += size;
        thread_report_at((size_t)(end - p));
    }
    return builder_finish(&b);
}

value str_decode_locale(const char *bytes)
{
    return codec_decode(CODEC_UTF8, (const uint8_t *)bytes, strlen(bytes), "surrogateescape", NULL, NULL);
}

/* ---- UTF-16 and UTF-32 decoding ---- */

static bool is_surrogate(uint32_t c)
{
    return c >= 0xD800 && c <= 0xDFFF;
}

static uint32_t load_unit(const uint8_t *p, unsigned size, bool big)
{
    uint32_t c = 0;
    for (unsigned i = 0; i < size; i++)
        c |= (uint32_t)p[i] << 8 * (big ? size - 1 - i : i);
    return c;
}

/* Units are looked at so many at a time, a fixed number, which the compiler makes vectors of. */
enum { UNITS_AT_ONCE = 32, HOST_IS_LITTLE = __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ };

/* Characters of one unit each, read once. How many of them come before what needs a closer look; *all: their or. */
static size_t load_pairs(const void *p, bool swap, uint16_t units[UNITS_AT_ONCE], uint32_t *all)
{
    typedef uint16_t vector __attribute__((vector_size(16)));
    vector odd = {0}, any = {0}, eight;
    for (size_t k = 0; k < UNITS_AT_ONCE; k += 8) {
        memcpy(&eight, (const char *)p + 2 * k, sizeof eight);
        if (swap)
            eight = eight << 8 | eight >> 8;
        odd |= (vector)((eight & 0xF800) == 0xD800);
        any |= eight;
        memcpy(units + k, &eight, sizeof eight);
    }
    uint32_t bits = 0, surrogates = 0;
    for (size_t k = 0; k < 8; k++) {
        bits |= any[k];
        surrogates |= odd[k];
    }
    size_t good = surrogates ? 0 : UNITS_AT_ONCE;
    for (*all = surrogates ? 0 : bits; surrogates && !is_surrogate(units[good]); good++)
        *all |= units[good];
    return good;
}
static size_t load_quads(const void *p, bool swap, uint32_t units[UNITS_AT_ONCE], uint32_t *all)
{
    typedef uint32_t vector __attribute__((vector_size(16)));
    vector odd = {0}, any = {0}, four;
    for (size_t k = 0; k < UNITS_AT_ONCE; k += 4) {
        memcpy(&four, (const char *)p + 4 * k, sizeof four);
        if (swap)
            four = four << 24 | (four & 0xFF00) << 8 | (four >> 8 & 0xFF00) | four >> 24;
        odd |= (vector)((four & 0xFFFFF800) == 0xD800) | (vector)(four > 0x10FFFF);
        any |= four;
        memcpy(units + k, &four, sizeof four);
    }
    uint32_t bits = any[0] | any[1] | any[2] | any[3], wrong = odd[0] | odd[1] | odd[2] | odd[3];
    size_t good = wrong ? 0 : UNITS_AT_ONCE;
    for (*all = wrong ? 0 : bits; wrong && !is_surrogate(units[good]) && units[good] <= 0x10FFFF; good++)
        *all |= units[good];
    return good;
}

/* Add what can be added at once of so many units at p: how many. */
static size_t decode_units(struct str_builder *out, const uint8_t *p, unsigned size, bool swap)
{
    uint32_t units[UNITS_AT_ONCE], all;
    size_t good = size == 2 ? load_pairs(p, swap, (uint16_t *)units, &all) : load_quads(p, swap, units, &all);
    builder_add_chars(out, units, good, size, all > 0xFFFF ? 0x10FFFF : all);
    return good;
}

static bool wide_decode_into(struct decode_context *c, unsigned size, bool big, size_t i, size_t *consumed)
{
    for (size_t step = 1; i < c->length; thread_report_at(step++)) {
        if (c->length - i >= UNITS_AT_ONCE * size) {
            size_t good = decode_units(c->out, c->bytes + i, size, big == HOST_IS_LITTLE);
            i += good * size;
            if (good == UNITS_AT_ONCE)
                continue;
        }
        const uint8_t *p = c->bytes;
        size_t n = c->length;
        if (n - i < size) {
            if (consumed)
                break;
            if (!codec_decode_error(c, i, n, "truncated data", &i))
                return false;
            continue;
        }
        uint32_t code = load_unit(p + i, size, big);
        const char *reason = NULL;
        size_t end = i + size;
        if (size == 4) {
            if (code > 0x10FFFF)
                reason = "code point not in range(0x110000)";
            else if (code >= 0xD800 && code <= 0xDFFF)
                reason = "code point in surrogate code point range(0xd800, 0xe000)";
        } else if (code >= 0xDC00 && code <= 0xDFFF)
            reason = "illegal encoding";
        else if (code >= 0xD800 && code <= 0xDBFF) {
            if (n - i < 4) {
                if (consumed)
                    break;
                reason = "unexpected end of data";
                end = n;
            } else {
                uint32_t low = load_unit(p + i + 2, 2, big);
                if (low < 0xDC00 || low > 0xDFFF)
                    reason = "illegal UTF-16 surrogate";
                else {
                    code = 0x10000 + ((code & 0x3FF) << 10) + (low & 0x3FF);
                    end = i + 4;
                }
            }
        }
        if (unlikely(reason != NULL)) {
            if (!codec_decode_error(c, i, end, reason, &i))
                return false;
            continue;
        }
        builder_add_char(c->out, code);
        i = end;
    }
    if (consumed)
        *consumed = i;
    return true;
}

/* ---- decoding ---- */

static bool ascii_decode_into(struct decode_context *c)
{
    for (size_t i = 0, step = 1; i < c->length; thread_report_at(step++)) {
        if (c->bytes[i] < 0x80)
            builder_add_char(c->out, c->bytes[i++]);
        else if (!codec_decode_error(c, i, i + 1, "ordinal not in range(128)", &i))
            return false;
    }
    return true;
}

static bool decode_into(struct decode_context *c, size_t *consumed, int *byte_order)
{
    unsigned size = 0;
    bool big = false;
    switch (c->id) {
    case CODEC_UTF8:
        return utf8_decode_into(c, consumed);
    case CODEC_ASCII:
        if (consumed)
            *consumed = c->length;
        return ascii_decode_into(c);
    case CODEC_UTF16_BE:
    case CODEC_UTF32_BE:
        big = true; /* fall through */
    case CODEC_UTF16_LE:
    case CODEC_UTF32_LE:
        size = c->id >= CODEC_UTF32 ? 4 : 2;
        return wide_decode_into(c, size, big, 0, consumed);
    default:
        break;
    }
    size = c->id == CODEC_UTF32 ? 4 : 2;
    size_t start = 0;
    int order = byte_order ? *byte_order : 0;
    if (order == 0 && c->length >= size) {
        if (load_unit(c->bytes, size, false) == 0xFEFF)
            order = -1, start = size;
        else if (load_unit(c->bytes, size, true) == 0xFEFF)
            order = 1, start = size;
    }
    if (byte_order)
        *byte_order = order;
    big = order > 0;
    c->id = (c->id == CODEC_UTF32 ? CODEC_UTF32_LE : CODEC_UTF16_LE) + big;
    c->encoding = codec_name(c->id);
    return wide_decode_into(c, size, big, start, consumed);
}

value codec_decode(enum codec_id id, const uint8_t *bytes, size_t length, const char *errors, size_t *consumed,
                   int *byte_order)
{
    if (id >= CODEC_UNICODE_ESCAPE) {
        return codec_decode_unicode_escape(bytes, length, errors, id == CODEC_RAW_UNICODE_ESCAPE, consumed);
    }
    if (id == CODEC_LATIN1) {
        if (consumed)
            *consumed = length;
        return str_from_latin1(bytes, length);
    }
    if (id == CODEC_UTF8 || id == CODEC_ASCII) {
        size_t prefix = ascii_prefix(bytes, length);
        size_t tail = consumed && prefix < length && id == CODEC_UTF8 ? utf8_tail(bytes, length) : 0;
        value v = NULL;
        if (prefix == length - tail)
            v = str_from_ascii((const char *)bytes, length - tail);
        else if (id == CODEC_UTF8)
            v = utf8_decode_valid(bytes, length - tail, prefix);
        if (v || error_occurred()) {
            if (consumed)
                *consumed = length - tail;
            return v;
        }
    }
    struct str_builder b;
    builder_init(&b);
    struct decode_context c = {codec_name(id), errors, id, bytes, length, &b, NULL};
    bool done = decode_into(&c, consumed, byte_order);
    value_dec(c.replaced);
    if (!done) {
        builder_discard(&b);
        return NULL;
    }
    return builder_finish(&b);
}

bool codec_checks_names;

bool codec_check_names(const char *encoding, const char *errors)
{
    static const char *const usual[] = {
        "strict", "ignore", "replace", "surrogateescape", "backslashreplace", "xmlcharrefreplace", "surrogatepass"};
    if (encoding && codec_find(encoding) == CODEC_OTHER) {
        if (!codec_registry.known)
            return raise_false(EXC(LookupError), "unknown encoding: %s", encoding);
        if (!codec_registry.known(encoding))
            return false;
    }
    for (size_t i = 0; errors && i < sizeof usual / sizeof *usual; i++)
        if (strcmp(errors, usual[i]) == 0)
            return true;
    if (!errors)
        return true;
    if (!codec_registry.error_handler)
        return raise_false(EXC(LookupError), "unknown error handler name '%s'", errors);
    value handler = codec_registry.error_handler(errors);
    value_dec(handler);
    return handler != NULL;
}

value str_decode(const uint8_t *bytes, size_t length, const char *encoding, const char *errors)
{
    if (unlikely(codec_checks_names) && !codec_check_names(encoding, errors))
        return NULL;
    if (length == 0)
        return str_empty(); /* whatever the encoding is, if there is any */
    enum codec_id id = encoding ? codec_find(encoding) : CODEC_UTF8;
    if (id != CODEC_OTHER)
        return codec_decode(id, bytes, length, errors, NULL, NULL);
    if (!codec_registry.decode)
        return raise(EXC(LookupError), "unknown encoding: %s", encoding);
    value object = bytes_new(bytes, length);
    value v = object ? codec_registry.decode(object, encoding, errors ? errors : "strict") : NULL;
    value_dec(object);
    if (v && !is_str(v)) {
        raise(EXC(TypeError),
              "'%.400s' decoder returned '%.400T' instead of 'str'; use codecs.decode() to decode to arbitrary types",
              encoding, v);
        value_dec(v);
        return NULL;
    }
    return v;
}

/* ---- encoding ---- */

static unsigned utf8_put(uint8_t *out, uint32_t c)
{
    if (c < 0x80) {
        out[0] = (uint8_t)c;
        return 1;
    }
    if (c < 0x800) {
        out[0] = (uint8_t)(0xC0 | c >> 6);
        out[1] = 0x80 | (c & 0x3F);
        return 2;
    }
    if (c < 0x10000) {
        out[0] = (uint8_t)(0xE0 | c >> 12);
        out[1] = 0x80 | (c >> 6 & 0x3F);
        out[2] = 0x80 | (c & 0x3F);
        return 3;
    }
    out[0] = (uint8_t)(0xF0 | c >> 18);
    out[1] = 0x80 | (c >> 12 & 0x3F);
    out[2] = 0x80 | (c >> 6 & 0x3F);
    out[3] = 0x80 | (c & 0x3F);
    return 4;
}

/* Characters from index i up to `stop`, or to a surrogate: where that was. */
static inline __attribute__((always_inline)) size_t utf8_put_some(struct bytes_builder *out, const void *data,
                                                                  unsigned width, size_t i, size_t stop)
{
    uint8_t *start = bytes_builder_room(out, (stop - i) * 4), *to = start;
    if (!start)
        return stop; /* remembered */
    for (; i < stop; i++) {
        uint32_t code = span_at((struct span){data, stop, width}, i);
        if (width > 1 && unlikely(is_surrogate(code)))
            break;
        to += utf8_put(to, code);
    }
    out->length += (size_t)(to - start);
    return i;
}

static bool utf8_encode_into(struct encode_context *c)
{
    struct span s = str_span(c->text);
    for (size_t i = 0; i < s.length; thread_report()) {
        size_t stop = s.length - i < 256 ? s.length : i + 256;
        if (s.width == 1)
            i = utf8_put_some(c->out, s.data, 1, i, stop);
        else if (s.width == 2)
            i = utf8_put_some(c->out, s.data, 2, i, stop);
        else
            i = utf8_put_some(c->out, s.data, 4, i, stop);
        if (likely(i == stop))
            continue;
        size_t end = i + 1;
        while (end < s.length && is_surrogate(span_at(s, end)))
            thread_report_at(++end);
        if (!codec_encode_error(c, i, end, "surrogates not allowed", &i))
            return false;
    }
    return true;
}

static bool narrow_encode_into(struct encode_context *c, uint32_t limit)
{
    struct span s = str_span(c->text);
    for (size_t i = 0, step = 1; i < s.length; thread_report_at(step++)) {
        uint32_t code = span_at(s, i);
        if (code < limit) {
            bytes_builder_add_byte(c->out, (uint8_t)code);
            i++;
            continue;
        }
        size_t end = i + 1;
        while (end < s.length && span_at(s, end) >= limit)
            thread_report_at(++end);
        if (!codec_encode_error(c, i, end, limit == 128 ? "ordinal not in range(128)" : "ordinal not in range(256)",
                                &i))
            return false;
    }
    return true;
}

static void put_unit(struct bytes_builder *out, uint32_t c, unsigned size, bool big)
{
    uint8_t *p = bytes_builder_room(out, size);
    if (!p)
        return;
    for (unsigned i = 0; i < size; i++)
        p[big ? size - 1 - i : i] = (uint8_t)(c >> 8 * i);
    out->length += size;
}

/* So many characters of one unit each; false: not all are, or there is no memory. */
static bool put_units(struct bytes_builder *out, struct span s, size_t i, unsigned size, bool big)
{
    uint32_t units[UNITS_AT_ONCE], all;
    bool swap = big == HOST_IS_LITTLE;
    if (s.width > size)
        return false;
    span_copy_to(units, size, 0, span_part(s, i, i + UNITS_AT_ONCE));
    size_t good = size == 2 ? load_pairs(units, false, (uint16_t *)units, &all) : load_quads(units, false, units, &all);
    uint8_t *to = good < UNITS_AT_ONCE ? NULL : bytes_builder_room(out, UNITS_AT_ONCE * size);
    if (!to)
        return false;
    for (size_t k = 0; k < UNITS_AT_ONCE && swap; k++)
        if (size == 2)
            ((uint16_t *)units)[k] = __builtin_bswap16(((uint16_t *)units)[k]);
        else
            units[k] = __builtin_bswap32(units[k]);
    memcpy(to, units, UNITS_AT_ONCE * size);
    out->length += UNITS_AT_ONCE * size;
    return true;
}

static bool wide_encode_into(struct encode_context *c, unsigned size, bool big)
{
    struct span s = str_span(c->text);
    for (size_t i = 0, step = 1, next = 0; i < s.length; thread_report_at(step++)) {
        if (i >= next && s.length - i >= UNITS_AT_ONCE) {
            if (put_units(c->out, s, i, size, big)) {
                i += UNITS_AT_ONCE;
                continue;
            }
            next = i + UNITS_AT_ONCE; /* one by one until there */
        }
        uint32_t code = span_at(s, i);
        if (unlikely(is_surrogate(code))) {
            if (!codec_encode_error(c, i, i + 1, "surrogates not allowed", &i))
                return false;
            continue;
        }
        if (size == 2 && code > 0xFFFF) {
            put_unit(c->out, 0xD800 + ((code - 0x10000) >> 10), 2, big);
            put_unit(c->out, 0xDC00 + (code & 0x3FF), 2, big);
        } else
            put_unit(c->out, code, size, big);
        i++;
    }
    return true;
}

value codec_encode(enum codec_id id, value text, const char *errors)
{
    text = str_exact(text);
    if (id >= CODEC_UNICODE_ESCAPE)
        return codec_encode_unicode_escape(text, id == CODEC_RAW_UNICODE_ESCAPE);
    if (str_exact_is_ascii(text) && id <= CODEC_ASCII)
        return bytes_new(str_data(text), str_exact_length(text));
    if (id == CODEC_LATIN1 && str_width(text) == 1)
        return bytes_new(str_data(text), str_exact_length(text));
    struct bytes_builder b = {0};
    struct encode_context c = {.encoding = codec_name(id), .errors = errors, .id = id, .text = text, .out = &b};
    bool ok, big = false;
    switch (id) {
    case CODEC_UTF8:
        ok = utf8_encode_into(&c);
        break;
    case CODEC_ASCII:
        ok = narrow_encode_into(&c, 128);
        break;
    case CODEC_LATIN1:
        ok = narrow_encode_into(&c, 256);
        break;
    case CODEC_UTF16_BE:
    case CODEC_UTF32_BE:
        big = true; /* fall through */
    default:
        if (id == CODEC_UTF16 || id == CODEC_UTF32) {
            c.id++; /* little endian, with a mark; the name in messages stays */
            put_unit(&b, 0xFEFF, id == CODEC_UTF32 ? 4 : 2, false);
        }
        ok = wide_encode_into(&c, id >= CODEC_UTF32 ? 4 : 2, big);
    }
    if (!ok) {
        bytes_builder_discard(&b);
        return NULL;
    }
    return bytes_builder_finish(&b);
}

value str_encode(value v, const char *encoding, const char *errors)
{
    if (unlikely(codec_checks_names) && !codec_check_names(encoding, errors))
        return NULL;
    enum codec_id id = encoding ? codec_find(encoding) : CODEC_UTF8;
    if (id != CODEC_OTHER)
        return codec_encode(id, v, errors);
    if (!codec_registry.encode)
        return raise(EXC(LookupError), "unknown encoding: %s", encoding);
    value bytes = codec_registry.encode(v, encoding, errors ? errors : "strict");
    if (bytes && !is_bytes(bytes)) {
        raise(EXC(TypeError),
              "'%.400s' encoder returned '%.400T' instead of 'bytes'; use codecs.encode() to encode to arbitrary types",
              encoding, bytes);
        value_dec(bytes);
        return NULL;
    }
    return bytes;
}

/* ---- text for C ---- */

static bool text_from_bytes(value bytes /* stolen */, struct text *text)
{
    if (!bytes)
        return false;
    size_t n = bytes_length(bytes);
    char *copy = malloc(n + 1);
    if (copy)
        thread_copy(copy, bytes_data(bytes), n + 1);
    value_dec(bytes);
    if (!copy) {
        raise_no_memory();
        return false;
    }
    *text = (struct text){copy, n, copy};
    return true;
}

bool text_of(value v, struct text *text)
{
    v = str_exact(v);
    if (likely(str_exact_is_ascii(v))) {
        *text = (struct text){str_data(v), str_exact_length(v), NULL};
        return true;
    }
    return text_from_bytes(codec_encode(CODEC_UTF8, v, NULL), text);
}

bool text_of_argument(value v, struct text *text)
{
    if (!text_of(v, text))
        return false;
    if (likely(strlen(text->bytes) == text->length))
        return true;
    text_release(text);
    return raise_false(EXC(ValueError), "embedded null character");
}

value value_fspath(value v)
{
    if (is_str(v) || is_bytes(v))
        return value_inc(v);
    value path = call_special(v, NAME(__fspath__), NULL, 0);
    if (path == VALUE_MISSING)
        return raise(EXC(TypeError), "expected str, bytes or os.PathLike object, not %s",
                     type_short_name(value_type(v)));
    if (path && !is_str(path) && !is_bytes(path)) {
        raise(EXC(TypeError), "expected %s.__fspath__() to return str or bytes, not %s", type_short_name(value_type(v)),
              type_short_name(value_type(path)));
        value_dec(path);
        return NULL;
    }
    return path;
}

bool text_of_path(value v, struct text *text)
{
    value path = value_fspath(v);
    if (!path)
        return false;
    value bytes = is_str(path) ? codec_encode(CODEC_UTF8, path, "surrogateescape")
                               : bytes_new(bytes_data(path), bytes_length(path));
    value_dec(path);
    if (!text_from_bytes(bytes, text))
        return false;
    if (strlen(text->bytes) != text->length) {
        text_release(text);
        return raise_false(EXC(ValueError), "embedded null byte");
    }
    return true;
}

void text_release(struct text *text)
{
    raw_free(text->owned);
    text->owned = NULL;
}
