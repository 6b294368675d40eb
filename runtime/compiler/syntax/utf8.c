/* Small UTF-8 helpers of the front end. The decoder accepts exactly what Python's strict utf-8 codec accepts; where
 * text is only counted for an error message, ill-formed sequences count as that codec's "replace" handler would count
 * them. */
#include "runtime/compiler/syntax/lexer.h"

/* The expected size of the sequence that starts with this byte; 0 for a byte that starts none. */
static int utf8_sequence_size(unsigned char lead)
{
    if (lead < 0x80) {
        return 1;
    }
    if (lead < 0xC2) {
        return 0;
    }
    if (lead < 0xE0) {
        return 2;
    }
    if (lead < 0xF0) {
        return 3;
    }
    return lead < 0xF5 ? 4 : 0;
}

/* Whether `second` may follow `lead`: excludes overlong forms, surrogates and what lies beyond U+10FFFF. */
static bool utf8_second_fits(unsigned char lead, unsigned char second)
{
    unsigned char low = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
    unsigned char high = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
    return second >= low && second <= high;
}

/* How many bytes from text belong to one well-formed or ill-formed unit; *valid tells which. */
static int utf8_unit(const char *text, const char *end, bool *valid)
{
    const unsigned char *bytes = (const unsigned char *)text;
    int size = utf8_sequence_size(bytes[0]);
    *valid = false;
    if (size <= 1) {
        *valid = size == 1;
        return 1;
    }
    if (end - text < 2 || !utf8_second_fits(bytes[0], bytes[1])) {
        return 1;
    }
    for (int i = 2; i < size; i++) {
        if (end - text <= i || (bytes[i] & 0xC0) != 0x80) {
            return i;
        }
    }
    *valid = true;
    return size;
}

int utf8_decode(const char *text, const char *end, uint32_t *code_point)
{
    bool valid;
    int size = utf8_unit(text, end, &valid);
    if (!valid) {
        return 0;
    }
    const unsigned char *bytes = (const unsigned char *)text;
    uint32_t value = size == 1 ? bytes[0] : bytes[0] & (0x7Fu >> size);
    for (int i = 1; i < size; i++) {
        value = value << 6 | (bytes[i] & 0x3Fu);
    }
    *code_point = value;
    return size;
}

int utf8_encode(uint32_t code_point, char *out)
{
    if (code_point < 0x80) {
        out[0] = (char)code_point;
        return 1;
    }
    if (code_point < 0x800) {
        out[0] = (char)(0xC0 | code_point >> 6);
        out[1] = (char)(0x80 | (code_point & 0x3F));
        return 2;
    }
    if (code_point < 0x10000) {
        out[0] = (char)(0xE0 | code_point >> 12);
        out[1] = (char)(0x80 | (code_point >> 6 & 0x3F));
        out[2] = (char)(0x80 | (code_point & 0x3F));
        return 3;
    }
    out[0] = (char)(0xF0 | code_point >> 18);
    out[1] = (char)(0x80 | (code_point >> 12 & 0x3F));
    out[2] = (char)(0x80 | (code_point >> 6 & 0x3F));
    out[3] = (char)(0x80 | (code_point & 0x3F));
    return 4;
}

const char *utf8_find_invalid(const char *text, size_t length, const char **reason)
{
    const char *end = text + length;
    while (text < end) {
        if ((unsigned char)*text < 0x80) {
            text++;
            continue;
        }
        bool valid;
        int size = utf8_unit(text, end, &valid);
        if (!valid) {
            bool starts = utf8_sequence_size((unsigned char)*text) != 0;
            bool cut = text + size == end &&
                       (size > 1 || (starts && end - text == 1)); /* a good beginning, and then no more bytes */
            *reason = !starts ? "invalid start byte" : cut ? "unexpected end of data" : "invalid continuation byte";
            return text;
        }
        text += size;
    }
    return NULL;
}

int utf8_invalid_size(const char *text, const char *end)
{
    bool valid;
    return utf8_unit(text, end, &valid);
}

size_t utf8_count(const char *text, size_t length)
{
    const char *end = text + length;
    size_t count = 0;
    while (text < end) {
        bool valid;
        text += utf8_unit(text, end, &valid);
        count++;
    }
    return count;
}
