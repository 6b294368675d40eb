/* The binascii module: bytes as text (hexadecimal, base64, uuencode, quoted-printable) and back; checksums. */
#include "runtime/modules/module.h"
#include "runtime/objects/binary/bytes_methods.h"
#include "runtime/objects/numbers/int.h"
#include "runtime/objects/text/str.h"
#include "threads/pause.h"

static value_slot error_class, incomplete_class;

static value error(const char *message)
{
    return raise((struct type *)atomic_load(&error_class), message);
}

/* ---- arguments: bytes, or text for what decodes ---- */

/* The memory of a buffer, or of an ASCII str. */
static bool text_argument(value v, struct buffer *b)
{
    if (is_str(v)) {
        value exact = str_exact(v);
        if (!str_exact_is_ascii(exact))
            return raise_false(EXC(ValueError), "string argument should contain only ASCII characters");
        buffer_fill(b, exact, str_data(exact), str_exact_length(exact), true);
        return true;
    }
    if (buffer_get(v, b, BUFFER_SIMPLE))
        return true;
    return buffer_refused() &&
           raise_false(EXC(TypeError), "argument should be bytes, buffer or ASCII string, not '%T'", v);
}

/* The arguments are looked at in their order: what comes after the memory may be wrong. */
static bool kept(struct buffer *b, bool others_are_good)
{
    if (!others_are_good)
        buffer_release(b);
    return others_are_good;
}

static bool flag_argument(value v, bool *flag)
{
    int i = *flag;
    if (!is_missing(v) && !value_as_int(v, &i))
        return false;
    *flag = i != 0;
    return true;
}

/* Bytes of at most `most`, to be filled at *to; finished by cut. */
static value room_for(size_t most, uint8_t **to)
{
    value bytes = bytes_new(NULL, most);
    if (bytes)
        *to = bytes_data(bytes);
    return bytes;
}
static value cut(value bytes, const uint8_t *end)
{
    return bytes_cut(bytes, (size_t)(end - bytes_data(bytes)));
}

/* ---- hexadecimal ---- */

static value b2a_hex(value self, value data, value separator, value group)
{
    struct buffer b;
    int bytes_per_separator;
    if (!buffer_get(data, &b, BUFFER_SIMPLE) || !kept(&b, value_as_int(group, &bytes_per_separator)))
        return NULL;
    value text = bytes_hex_span(buffer_span(&b), separator, bytes_per_separator, 0xFF);
    buffer_release(&b);
    value bytes = text ? bytes_new(str_data(text), str_exact_length(text)) : NULL;
    value_dec(text);
    return bytes;
}

static int hex_digit(uint8_t c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c |= 32;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static value from_hex(const uint8_t *from, size_t length)
{
    uint8_t *to;
    if (length % 2)
        return error("Odd-length string");
    value bytes = room_for(length / 2, &to);
    for (size_t i = 0; bytes && i < length; i += 2) {
        int high = hex_digit(from[i]), low = hex_digit(from[i + 1]);
        if (high < 0 || low < 0) {
            value_dec(bytes);
            return error("Non-hexadecimal digit found");
        }
        *to++ = (uint8_t)(high << 4 | low);
        thread_report_at(i / 2 + 1);
    }
    return bytes;
}
static value a2b_hex(value self, value text)
{
    struct buffer b;
    if (!text_argument(text, &b))
        return NULL;
    value bytes = from_hex(b.data, (size_t)b.length);
    buffer_release(&b);
    return bytes;
}

/* ---- base64 ---- */

static const char base64_digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
static uint8_t base64_values[256]; /* of digits; 64: no digit */

static value to_base64(const uint8_t *from, size_t length, bool newline)
{
    uint8_t *to;
    value bytes = room_for((length + 2) / 3 * 4 + newline, &to);
    if (!bytes)
        return NULL;
    for (; length >= 3; length -= 3, from += 3, to += 4) {
        uint32_t three = (uint32_t)from[0] << 16 | (uint32_t)from[1] << 8 | from[2];
        to[0] = (uint8_t)base64_digits[three >> 18];
        to[1] = (uint8_t)base64_digits[three >> 12 & 63];
        to[2] = (uint8_t)base64_digits[three >> 6 & 63];
        to[3] = (uint8_t)base64_digits[three & 63];
        thread_report_at(length / 3 + 1);
    }
    if (length) {
        uint32_t rest = (uint32_t)from[0] << 16 | (length > 1 ? (uint32_t)from[1] << 8 : 0);
        to[0] = (uint8_t)base64_digits[rest >> 18];
        to[1] = (uint8_t)base64_digits[rest >> 12 & 63];
        to[2] = length > 1 ? (uint8_t)base64_digits[rest >> 6 & 63] : '=';
        to[3] = '=';
        to += 4;
    }
    if (newline)
        *to = '\n';
    return bytes;
}
static value b2a_base64(value self, const value *args)
{
    struct buffer b;
    bool newline = true;
    if (!buffer_get(args[0], &b, BUFFER_SIMPLE) || !kept(&b, flag_argument(args[1], &newline)))
        return NULL;
    value bytes = to_base64(b.data, (size_t)b.length, newline);
    buffer_release(&b);
    return bytes;
}

static value from_base64(const uint8_t *from, size_t length, bool strict)
{
    uint8_t *to, *start;
    value bytes = room_for((length + 3) / 4 * 3, &to);
    if (!bytes)
        return NULL;
    start = to;
    const char *wrong = strict && length && *from == '=' ? "Leading padding not allowed" : NULL;
    int digits = 0, pads = 0; /* in the present group of four */
    bool padding = false;
    uint32_t group = 0;
    for (size_t i = 0; !wrong && i < length; i++) {
        uint8_t c = from[i], digit = base64_values[c];
        thread_report_at(i + 1);
        if (c == '=') {
            padding = true;
            if (digits >= 2 && digits + ++pads >= 4) { /* the end; what follows does not count */
                if (strict && i + 1 < length)
                    wrong = "Excess data after padding";
                digits = 0;
                break;
            }
        } else if (digit == 64) {
            if (strict)
                wrong = "Only base64 data is allowed";
        } else if (strict && padding) {
            wrong = "Discontinuous padding not allowed";
        } else {
            pads = 0;
            group = group << 6 | digit;
            switch (digits++) {
            case 1:
                *to++ = (uint8_t)(group >> 4);
                break;
            case 2:
                *to++ = (uint8_t)(group >> 2);
                break;
            case 3:
                *to++ = (uint8_t)group;
                digits = 0;
            }
        }
    }
    if (!wrong && digits > 1)
        wrong = "Incorrect padding";
    if (!wrong && digits == 0)
        return cut(bytes, to);
    size_t whole = (size_t)(to - start) / 3 * 4 + 1;
    value_dec(bytes);
    if (wrong)
        return error(wrong);
    return raise((struct type *)atomic_load(&error_class),
                 "Invalid base64-encoded string: number of data characters (%zu) cannot be 1 more than a multiple of 4",
                 whole);
}
static value a2b_base64(value self, const value *args)
{
    struct buffer b;
    bool strict = false;
    if (!text_argument(args[0], &b) || !kept(&b, flag_argument(args[1], &strict)))
        return NULL;
    value bytes = from_base64(b.data, (size_t)b.length, strict);
    buffer_release(&b);
    return bytes;
}

/* ---- uuencode: lines of at most 45 bytes ---- */

static value to_uu(const uint8_t *from, size_t length, bool backtick)
{
    uint8_t *to, zero = backtick ? '`' : ' ';
    if (length > 45)
        return error("At most 45 bytes at once");
    value bytes = room_for(2 + (length + 2) / 3 * 4, &to);
    if (!bytes)
        return NULL;
    *to++ = length ? (uint8_t)(' ' + length) : zero;
    for (size_t i = 0; i < length; i += 3) {
        uint32_t three = (uint32_t)from[i] << 16 | (i + 1 < length ? (uint32_t)from[i + 1] << 8 : 0) |
                         (i + 2 < length ? from[i + 2] : 0);
        for (int shift = 18; shift >= 0; shift -= 6) {
            uint32_t digit = three >> shift & 63;
            *to++ = digit ? (uint8_t)(' ' + digit) : zero;
        }
    }
    *to = '\n';
    return bytes;
}
static value b2a_uu(value self, const value *args)
{
    struct buffer b;
    bool backtick = false;
    if (!buffer_get(args[0], &b, BUFFER_SIMPLE) || !kept(&b, flag_argument(args[1], &backtick)))
        return NULL;
    value bytes = to_uu(b.data, (size_t)b.length, backtick);
    buffer_release(&b);
    return bytes;
}

static value from_uu(const uint8_t *from, size_t length)
{
    uint8_t *to, count = (uint8_t)(((length ? from[0] : 0) - ' ') & 63);
    size_t at = 1;
    uint32_t group = 0;
    value bytes = room_for(count, &to);
    for (int bits = 0; bytes && count > 0; at++) {
        uint8_t c = at < length ? from[at] : '\n', digit = 0; /* spaces may have been lost at the end of the line */
        if (c != '\n' && c != '\r') {
            if (c < ' ' || c > ' ' + 64) {
                value_dec(bytes);
                return error("Illegal char");
            }
            digit = (uint8_t)((c - ' ') & 63);
        }
        group = group << 6 | digit;
        bits += 6;
        if (bits >= 8) {
            bits -= 8;
            *to++ = (uint8_t)(group >> bits);
            count--;
        }
    }
    for (; bytes && at < length; thread_report_at(++at))
        if (!strchr(" `\n\r", from[at]) || !from[at]) {
            value_dec(bytes);
            return error("Trailing garbage");
        }
    return bytes;
}
static value a2b_uu(value self, value text)
{
    struct buffer b;
    if (!text_argument(text, &b))
        return NULL;
    value bytes = from_uu(b.data, (size_t)b.length);
    buffer_release(&b);
    return bytes;
}

/* ---- quoted-printable ---- */

static value from_qp(const uint8_t *from, size_t length, bool header)
{
    uint8_t *to;
    value bytes = room_for(length, &to);
    if (!bytes)
        return NULL;
    for (size_t i = 0; i < length;) {
        uint8_t c = from[i++];
        thread_report_at(i);
        if (c != '=') {
            *to++ = header && c == '_' ? ' ' : c;
        } else if (i == length) {
            break;
        } else if (from[i] == '\n' || from[i] == '\r') { /* a line that goes on */
            while (i < length && from[i] != '\n')
                thread_report_at(++i);
            i++;
        } else if (from[i] == '=') {
            *to++ = '=';
            i++;
        } else if (i + 1 < length && hex_digit(from[i]) >= 0 && hex_digit(from[i + 1]) >= 0) {
            *to++ = (uint8_t)(hex_digit(from[i]) << 4 | hex_digit(from[i + 1]));
            i += 2;
        } else
            *to++ = '=';
    }
    return cut(bytes, to);
}
static value a2b_qp(value self, value text, value given_header)
{
    struct buffer b;
    bool header = false;
    if (!text_argument(text, &b) || !kept(&b, flag_argument(given_header, &header)))
        return NULL;
    value bytes = from_qp(b.data, (size_t)b.length, header);
    buffer_release(&b);
    return bytes;
}

struct qp {
    struct bytes_builder out;
    size_t column;
    bool quote_tabs, is_text, header, crlf;
};
#define QP_LINE 76

static void qp_end_line(struct qp *qp, bool soft)
{
    bytes_builder_add(&qp->out, soft ? "=\r\n" : "\r\n", soft ? 3 : 2);
    if (!qp->crlf && !qp->out.failed) { /* without the \r */
        qp->out.length--;
        qp->out.data[qp->out.length - 1] = '\n';
    }
    qp->column = 0;
}
static void qp_quote(struct qp *qp, uint8_t c)
{
    static const char digits[] = "0123456789ABCDEF";
    uint8_t quoted[] = {'=', (uint8_t)digits[c >> 4], (uint8_t)digits[c & 15]};
    bytes_builder_add(&qp->out, quoted, 3);
}
/* Must the character be quoted? `next` is the one behind it, or -1. */
static bool qp_must_quote(const struct qp *qp, uint8_t c, int next)
{
    bool ends_line = next < 0 || next == '\n' || next == '\r' || next == 0;
    switch (c) {
    case '=':
        return true;
    case '_':
        return qp->header;
    case '.':
        return qp->column == 0 && ends_line;
    case '\r':
    case '\n':
        return !qp->is_text;
    case ' ':
    case '\t':
        return next < 0 || qp->quote_tabs;
    default:
        return c < 33 || c > 126;
    }
}

static value to_qp(struct qp *qp, const uint8_t *from, size_t length)
{
    const uint8_t *first = thread_find(from, '\n', length); /* how lines end is told by the first of them */
    qp->crlf = first && first > from && first[-1] == '\r';
    for (size_t i = 0; i < length && !qp->out.failed; i++) {
        uint8_t c = from[i];
        int next = i + 1 < length ? from[i + 1] : -1;
        thread_report_at(i + 1);
        if (qp_must_quote(qp, c, next)) {
            if (qp->column + 3 >= QP_LINE)
                qp_end_line(qp, true);
            qp_quote(qp, c);
            qp->column += 3;
        } else if (qp->is_text && (c == '\n' || (c == '\r' && next == '\n'))) {
            uint8_t last = qp->out.length ? qp->out.data[qp->out.length - 1] : 0;
            if (last == ' ' || last == '\t') {
                qp->out.length--;
                qp_quote(qp, last);
            }
            qp_end_line(qp, false);
            i += c == '\r';
        } else {
            if (next >= 0 && next != '\n' && qp->column + 1 >= QP_LINE)
                qp_end_line(qp, true);
            qp->column++;
            bytes_builder_add_byte(&qp->out, qp->header && c == ' ' ? '_' : c);
        }
    }
    return bytes_builder_finish(&qp->out);
}
static value b2a_qp(value self, const value *args)
{
    struct buffer b;
    struct qp qp = {.is_text = true};
    if (!buffer_get(args[0], &b, BUFFER_SIMPLE) ||
        !kept(&b, flag_argument(args[1], &qp.quote_tabs) && flag_argument(args[2], &qp.is_text) &&
                      flag_argument(args[3], &qp.header)))
        return NULL;
    value bytes = to_qp(&qp, b.data, (size_t)b.length);
    buffer_release(&b);
    return bytes;
}

/* ---- checksums ---- */

/* The lowest bits of an int of any size. */
static bool word_argument(value v, uint64_t *word)
{
    value number = index_value(v);
    if (!number)
        return false;
    struct int_operand o;
    int_operand_init(&o, int_exact(number));
    *word = o.size ? (o.negative ? -o.limbs[0] : o.limbs[0]) : 0;
    value_dec(number);
    return true;
}

/* crc32_tables[k][b]: what byte b does to the sum when k more bytes follow it. Eight bytes are so taken at once (M. E.
   Kounavis, F. L. Berry: A systematic approach to building high performance software-based CRC generators, 2005). */
static uint32_t crc32_tables[8][256];
static uint16_t crc_hqx_table[256];

static uint32_t crc32_of(uint32_t crc, const uint8_t *from, size_t length)
{
    crc = ~crc;
    for (; length >= 8; length -= 8, from += 8) {
        uint64_t eight;
        memcpy(&eight, from, 8);
        eight ^= crc;
        crc = crc32_tables[7][eight & 255] ^ crc32_tables[6][eight >> 8 & 255] ^ crc32_tables[5][eight >> 16 & 255] ^
              crc32_tables[4][eight >> 24 & 255] ^ crc32_tables[3][eight >> 32 & 255] ^
              crc32_tables[2][eight >> 40 & 255] ^ crc32_tables[1][eight >> 48 & 255] ^ crc32_tables[0][eight >> 56];
        thread_report_at(length / 8);
    }
    while (length--)
        crc = crc >> 8 ^ crc32_tables[0][(crc ^ *from++) & 255];
    return ~crc;
}
static value crc32(value self, value data, value given_crc)
{
    struct buffer b;
    uint64_t crc;
    if (!buffer_get(data, &b, BUFFER_SIMPLE) || !kept(&b, word_argument(given_crc, &crc)))
        return NULL;
    uint32_t sum = crc32_of((uint32_t)crc, b.data, (size_t)b.length);
    buffer_release(&b);
    return small_int(sum);
}
static value crc_hqx(value self, value data, value given_crc)
{
    struct buffer b;
    uint64_t crc;
    if (!buffer_get(data, &b, BUFFER_SIMPLE) || !kept(&b, word_argument(given_crc, &crc)))
        return NULL;
    uint16_t sum = (uint16_t)crc;
    const uint8_t *from = b.data;
    for (ssize i = 0; i < b.length; thread_report_at((size_t)++i))
        sum = (uint16_t)(sum << 8 ^ crc_hqx_table[sum >> 8 ^ from[i]]);
    buffer_release(&b);
    return small_int(sum);
}

static void make_tables(void)
{
    memset(base64_values, 64, sizeof base64_values);
    for (uint8_t i = 0; i < 64; i++)
        base64_values[(uint8_t)base64_digits[i]] = i;
    for (uint32_t byte = 0; byte < 256; byte++) {
        uint32_t crc = byte, hqx = byte << 8;
        for (int bit = 0; bit < 8; bit++) {
            crc = crc >> 1 ^ (crc & 1 ? 0xEDB88320 : 0);
            hqx = hqx << 1 ^ (hqx & 0x8000 ? 0x1021 : 0);
        }
        crc32_tables[0][byte] = crc;
        crc_hqx_table[byte] = (uint16_t)hqx;
    }
    for (int k = 1; k < 8; k++)
        for (int byte = 0; byte < 256; byte++) {
            uint32_t before = crc32_tables[k - 1][byte];
            crc32_tables[k][byte] = before >> 8 ^ crc32_tables[0][before & 255];
        }
}

static const struct method_def functions[] = {
    METHOD("a2b_base64", a2b_base64, "($module, data, /, *, strict_mode=False)", "Decode a line of base64 data."),
    METHOD("a2b_hex", a2b_hex, "($module, hexstr, /)", "Binary data of hexadecimal representation."),
    METHOD("a2b_qp", a2b_qp, "($module, /, data, header=False)", "Decode a string of qp-encoded data."),
    METHOD("a2b_uu", a2b_uu, "($module, data, /)", "Decode a line of uuencoded data."),
    METHOD("b2a_base64", b2a_base64, "($module, data, /, *, newline=True)", "Base64-code line of data."),
    METHOD("b2a_hex", b2a_hex, "($module, /, data, sep=<unrepresentable>, bytes_per_sep=1)",
           "Hexadecimal representation of binary data."),
    METHOD("b2a_qp", b2a_qp, "($module, /, data, quotetabs=False, istext=True, header=False)",
           "Encode a string using quoted-printable encoding.\n\nOn encoding, when istext is set, newlines are not "
           "encoded, "
           "and white\nspace at end of lines is.  When istext is not set, \\r and \\n (CR/LF)\nare both encoded.  When "
           "quotetabs is set, space and tabs are encoded."),
    METHOD("b2a_uu", b2a_uu, "($module, data, /, *, backtick=False)", "Uuencode line of data."),
    METHOD("crc32", crc32, "($module, data, crc=0, /)", "Compute CRC-32 incrementally."),
    METHOD("crc_hqx", crc_hqx, "($module, data, crc, /)", "Compute CRC-CCITT incrementally."),
    METHOD("hexlify", b2a_hex, "($module, /, data, sep=<unrepresentable>, bytes_per_sep=1)",
           "Hexadecimal representation of binary data."),
    METHOD("unhexlify", a2b_hex, "($module, hexstr, /)", "Binary data of hexadecimal representation."),
    {0},
};

static bool fill(value module)
{
    if (!atomic_load(&error_class)) /* once */
        make_tables();
    return module_define_exception(module, &error_class, "binascii.Error", EXC(ValueError), NULL) &&
           module_define_exception(module, &incomplete_class, "binascii.Incomplete", EXC(Exception), NULL);
}
static void finish(void)
{
    value_dec(slot_exchange(&error_class, NULL));
    value_dec(slot_exchange(&incomplete_class, NULL));
}
const struct module_def binascii_module = {
    .name = "binascii",
    .doc = "Conversion between binary data and ASCII",
    .functions = functions,
    .fill = fill,
    .finish = finish,
};
