/* Regular expressions: classes of characters, case folding, and sets. */
#include "runtime/modules/regex/sre.h"
#include "runtime/objects/unicode/unicode.h"

#include <ctype.h>

/* ---- case ---- */

/* One character for one: where the full mapping is longer, its first. */
static uint32_t lower_unicode(uint32_t c)
{
    uint32_t out[3];
    unicode_lower(c, out);
    return out[0];
}

uint32_t sre_upper_unicode(uint32_t c)
{
    uint32_t out[3];
    unicode_upper(c, out);
    return out[0];
}

uint32_t sre_lower(uint32_t c, enum sre_fold fold)
{
    switch (fold) {
    case SRE_FOLD_ASCII:
        return c >= 'A' && c <= 'Z' ? c + 32 : c;
    case SRE_FOLD_LOCALE:
        return c < 256 ? (uint32_t)tolower((int)c) : c;
    case SRE_FOLD_UNICODE:
        return c < 128 ? sre_lower(c, SRE_FOLD_ASCII) : lower_unicode(c);
    default:
        return c;
    }
}

static uint32_t upper_locale(uint32_t c)
{
    return c < 256 ? (uint32_t)toupper((int)c) : c;
}

bool sre_same(uint32_t a, uint32_t b, enum sre_fold fold)
{
    return a == b || (fold != SRE_FOLD_NONE && sre_lower(a, fold) == sre_lower(b, fold));
}

/* ---- categories ---- */
static bool is_word(uint32_t c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

bool sre_in_category(uint32_t c, unsigned category)
{
    bool in = false;
    switch (category & ~1u) {
    case SRE_DIGIT:
        in = c >= '0' && c <= '9';
        break;
    case SRE_SPACE:
        in = c == ' ' || (c >= '\t' && c <= '\r');
        break;
    case SRE_WORD:
        in = is_word(c);
        break;
    case SRE_LINEBREAK:
        in = c == '\n';
        break;
    case SRE_LOC_WORD:
        in = c == '_' || (c < 256 && isalnum((int)c));
        break;
    case SRE_UNI_DIGIT:
        in = unicode_decimal(c) >= 0;
        break;
    case SRE_UNI_SPACE:
        in = unicode_is_space(c);
        break;
    case SRE_UNI_WORD:
        in = c < 128 ? is_word(c)
                     : (unicode_flags(c) & (UNICODE_ALPHA | UNICODE_DECIMAL | UNICODE_DIGIT | UNICODE_NUMERIC)) != 0;
        break;
    case SRE_UNI_LINEBREAK:
        in = unicode_is_line_break(c);
        break;
    }
    return in != (category & 1);
}

/* ---- sets ---- */
static inline bool bit_of(const uint32_t *bits, uint32_t i)
{
    return bits[i / 32] >> (i % 32) & 1;
}

static bool code_has(const uint32_t *code, uint32_t c)
{
    for (bool found = true;;) {
        switch (*code++) {
        case SRE_NEGATE:
            found = !found;
            break;
        case SRE_LITERAL:
            if (c == code[0])
                return found;
            code += 1;
            break;
        case SRE_RANGE:
            if (c >= code[0] && c <= code[1])
                return found;
            code += 2;
            break;
        case SRE_RANGE_UNI_IGNORE: {
            uint32_t upper = sre_upper_unicode(c);
            if ((c >= code[0] && c <= code[1]) || (upper >= code[0] && upper <= code[1]))
                return found;
            code += 2;
            break;
        }
        case SRE_CATEGORY:
            if (sre_in_category(c, code[0]))
                return found;
            code += 1;
            break;
        case SRE_CHARSET:
            if (c < 256 && bit_of(code, c))
                return found;
            code += 8;
            break;
        case SRE_BIGCHARSET: { /* how many blocks; which block for each 256 characters, in bytes; the blocks */
            if (c < 0x10000) {
                uint32_t block = ((const uint8_t *)(code + 1))[c / 256];
                if (bit_of(code + 1 + 64, block * 256 + c % 256))
                    return found;
            }
            code += 1 + 64 + (size_t)code[0] * 8;
            break;
        }
        default: /* SRE_FAILURE: the end */
            return !found;
        }
    }
}

bool sre_set_look_up(const struct sre_set *set, const uint32_t *set_code, uint32_t c)
{
    const uint32_t *code = set_code + set->code;
    uint32_t lower = sre_lower(c, set->fold);
    bool found = code_has(code, lower);
    if (!found && set->fold == SRE_FOLD_LOCALE) {
        uint32_t upper = upper_locale(c);
        found = upper != lower && code_has(code, upper);
    }
    return found != set->complement;
}

static bool code_varies(const uint32_t *code)
{
    for (;;) {
        switch (*code++) {
        case SRE_NEGATE:
            break;
        case SRE_CATEGORY:
            if ((code[0] & ~1u) == SRE_LOC_WORD)
                return true;
            code += 1;
            break;
        case SRE_LITERAL:
            code += 1;
            break;
        case SRE_RANGE:
        case SRE_RANGE_UNI_IGNORE:
            code += 2;
            break;
        case SRE_CHARSET:
            code += 8;
            break;
        case SRE_BIGCHARSET:
            code += 1 + 64 + (size_t)code[0] * 8;
            break;
        default:
            return false;
        }
    }
}

void sre_set_prepare(struct sre_set *set, const uint32_t *set_code)
{
    set->varies = set->fold == SRE_FOLD_LOCALE || code_varies(set_code + set->code);
    for (uint32_t c = 0; c < 256; c++)
        set->few[c] = sre_set_look_up(set, set_code, c);
}
