/* Unicode character names, see unicode_names.h.
 *
 * Names that follow a rule (Hangul syllables, CJK ideographs) and the aliases of control characters are here; all
 * others come from GNU libunistring. Few programs write \N{...}, so the library is loaded when the first of them does:
 * it costs nothing at start-up, and where it is not installed the other names are unknown. */
#include "runtime/objects/text/unicode_names.h"

#include <dlfcn.h>
#include <pthread.h>
#include <string.h>
#include <strings.h>

enum { LONGEST_NAME = 255 };

static const struct control_alias {
    const char *name;
    uint8_t code_point;
} control_aliases[] = {{"NUL", 0x00},
                       {"NULL", 0x00},
                       {"SOH", 0x01},
                       {"START OF HEADING", 0x01},
                       {"START OF TEXT", 0x02},
                       {"STX", 0x02},
                       {"END OF TEXT", 0x03},
                       {"ETX", 0x03},
                       {"END OF TRANSMISSION", 0x04},
                       {"EOT", 0x04},
                       {"ENQ", 0x05},
                       {"ENQUIRY", 0x05},
                       {"ACK", 0x06},
                       {"ACKNOWLEDGE", 0x06},
                       {"ALERT", 0x07},
                       {"BEL", 0x07},
                       {"BACKSPACE", 0x08},
                       {"BS", 0x08},
                       {"CHARACTER TABULATION", 0x09},
                       {"HORIZONTAL TABULATION", 0x09},
                       {"HT", 0x09},
                       {"TAB", 0x09},
                       {"END OF LINE", 0x0A},
                       {"EOL", 0x0A},
                       {"LF", 0x0A},
                       {"LINE FEED", 0x0A},
                       {"NEW LINE", 0x0A},
                       {"NL", 0x0A},
                       {"LINE TABULATION", 0x0B},
                       {"VERTICAL TABULATION", 0x0B},
                       {"VT", 0x0B},
                       {"FF", 0x0C},
                       {"FORM FEED", 0x0C},
                       {"CARRIAGE RETURN", 0x0D},
                       {"CR", 0x0D},
                       {"LOCKING-SHIFT ONE", 0x0E},
                       {"SHIFT OUT", 0x0E},
                       {"SO", 0x0E},
                       {"LOCKING-SHIFT ZERO", 0x0F},
                       {"SHIFT IN", 0x0F},
                       {"SI", 0x0F},
                       {"DATA LINK ESCAPE", 0x10},
                       {"DLE", 0x10},
                       {"DC1", 0x11},
                       {"DEVICE CONTROL ONE", 0x11},
                       {"DC2", 0x12},
                       {"DEVICE CONTROL TWO", 0x12},
                       {"DC3", 0x13},
                       {"DEVICE CONTROL THREE", 0x13},
                       {"DC4", 0x14},
                       {"DEVICE CONTROL FOUR", 0x14},
                       {"NAK", 0x15},
                       {"NEGATIVE ACKNOWLEDGE", 0x15},
                       {"SYN", 0x16},
                       {"SYNCHRONOUS IDLE", 0x16},
                       {"END OF TRANSMISSION BLOCK", 0x17},
                       {"ETB", 0x17},
                       {"CAN", 0x18},
                       {"CANCEL", 0x18},
                       {"END OF MEDIUM", 0x19},
                       {"EOM", 0x19},
                       {"SUB", 0x1A},
                       {"SUBSTITUTE", 0x1A},
                       {"ESC", 0x1B},
                       {"ESCAPE", 0x1B},
                       {"FILE SEPARATOR", 0x1C},
                       {"FS", 0x1C},
                       {"INFORMATION SEPARATOR FOUR", 0x1C},
                       {"GROUP SEPARATOR", 0x1D},
                       {"GS", 0x1D},
                       {"INFORMATION SEPARATOR THREE", 0x1D},
                       {"INFORMATION SEPARATOR TWO", 0x1E},
                       {"RECORD SEPARATOR", 0x1E},
                       {"RS", 0x1E},
                       {"INFORMATION SEPARATOR ONE", 0x1F},
                       {"UNIT SEPARATOR", 0x1F},
                       {"US", 0x1F},
                       {"DEL", 0x7F},
                       {"DELETE", 0x7F},
                       {"PAD", 0x80},
                       {"PADDING CHARACTER", 0x80},
                       {"HIGH OCTET PRESET", 0x81},
                       {"HOP", 0x81},
                       {"BPH", 0x82},
                       {"BREAK PERMITTED HERE", 0x82},
                       {"NBH", 0x83},
                       {"NO BREAK HERE", 0x83},
                       {"IND", 0x84},
                       {"INDEX", 0x84},
                       {"NEL", 0x85},
                       {"NEXT LINE", 0x85},
                       {"SSA", 0x86},
                       {"START OF SELECTED AREA", 0x86},
                       {"END OF SELECTED AREA", 0x87},
                       {"ESA", 0x87},
                       {"CHARACTER TABULATION SET", 0x88},
                       {"HORIZONTAL TABULATION SET", 0x88},
                       {"HTS", 0x88},
                       {"CHARACTER TABULATION WITH JUSTIFICATION", 0x89},
                       {"HORIZONTAL TABULATION WITH JUSTIFICATION", 0x89},
                       {"HTJ", 0x89},
                       {"LINE TABULATION SET", 0x8A},
                       {"VERTICAL TABULATION SET", 0x8A},
                       {"VTS", 0x8A},
                       {"PARTIAL LINE DOWN", 0x8B},
                       {"PARTIAL LINE FORWARD", 0x8B},
                       {"PLD", 0x8B},
                       {"PARTIAL LINE BACKWARD", 0x8C},
                       {"PARTIAL LINE UP", 0x8C},
                       {"PLU", 0x8C},
                       {"REVERSE INDEX", 0x8D},
                       {"REVERSE LINE FEED", 0x8D},
                       {"RI", 0x8D},
                       {"SINGLE SHIFT TWO", 0x8E},
                       {"SINGLE-SHIFT-2", 0x8E},
                       {"SS2", 0x8E},
                       {"SINGLE SHIFT THREE", 0x8F},
                       {"SINGLE-SHIFT-3", 0x8F},
                       {"SS3", 0x8F},
                       {"DCS", 0x90},
                       {"DEVICE CONTROL STRING", 0x90},
                       {"PRIVATE USE ONE", 0x91},
                       {"PRIVATE USE-1", 0x91},
                       {"PU1", 0x91},
                       {"PRIVATE USE TWO", 0x92},
                       {"PRIVATE USE-2", 0x92},
                       {"PU2", 0x92},
                       {"SET TRANSMIT STATE", 0x93},
                       {"STS", 0x93},
                       {"CANCEL CHARACTER", 0x94},
                       {"CCH", 0x94},
                       {"MESSAGE WAITING", 0x95},
                       {"MW", 0x95},
                       {"SPA", 0x96},
                       {"START OF GUARDED AREA", 0x96},
                       {"START OF PROTECTED AREA", 0x96},
                       {"END OF GUARDED AREA", 0x97},
                       {"END OF PROTECTED AREA", 0x97},
                       {"EPA", 0x97},
                       {"SOS", 0x98},
                       {"START OF STRING", 0x98},
                       {"SGC", 0x99},
                       {"SINGLE GRAPHIC CHARACTER INTRODUCER", 0x99},
                       {"SCI", 0x9A},
                       {"SINGLE CHARACTER INTRODUCER", 0x9A},
                       {"CONTROL SEQUENCE INTRODUCER", 0x9B},
                       {"CSI", 0x9B},
                       {"ST", 0x9C},
                       {"STRING TERMINATOR", 0x9C},
                       {"OPERATING SYSTEM COMMAND", 0x9D},
                       {"OSC", 0x9D},
                       {"PM", 0x9E},
                       {"PRIVACY MESSAGE", 0x9E},
                       {"APC", 0x9F},
                       {"APPLICATION PROGRAM COMMAND", 0x9F}};

static bool lookup_control(const char *name, size_t length, uint32_t *code_point)
{
    for (size_t i = 0; i < sizeof control_aliases / sizeof *control_aliases; i++) {
        const struct control_alias *alias = &control_aliases[i];
        if (strlen(alias->name) == length && strncasecmp(alias->name, name, length) == 0) {
            *code_point = alias->code_point;
            return true;
        }
    }
    return false;
}

static uint32_t (*library_lookup)(const char *name);
static pthread_once_t library_once = PTHREAD_ONCE_INIT;

static void load_library(void)
{
    void *library = dlopen("libunistring.so.2", RTLD_LAZY | RTLD_LOCAL);
    if (library == NULL) {
        library = dlopen("libunistring.so.5", RTLD_LAZY | RTLD_LOCAL);
    }
    if (library != NULL) {
        *(void **)&library_lookup = dlsym(library, "unicode_name_character");
    }
}

/* All names that the library knows. */
static bool lookup_library(const char *name, size_t length, uint32_t *code_point)
{
    char text[LONGEST_NAME + 1];
    pthread_once(&library_once, load_library);
    if (library_lookup == NULL || length > LONGEST_NAME) {
        return false;
    }
    memcpy(text, name, length);
    text[length] = '\0';
    *code_point = library_lookup(text);
    return *code_point <= 0x10FFFF && *code_point != 0xFFFF;
}

/* The longest of the spellings that the text starts with. Returns its index, or -1, and its size. */
static int longest_prefix(const char *const *spellings, int count, const char *text, size_t length, size_t *size)
{
    int best = -1;
    *size = 0;
    for (int i = 0; i < count; i++) {
        size_t n = strlen(spellings[i]);
        if (n <= length && (best < 0 || n > *size) && strncasecmp(spellings[i], text, n) == 0) {
            best = i;
            *size = n;
        }
    }
    return best;
}

/* HANGUL SYLLABLE and a syllable in Latin letters: Unicode's section 3.12, Jamo short names. */
static bool lookup_hangul(const char *text, size_t length, uint32_t *code_point)
{
    static const char *const leads[] = {"G",  "GG", "N", "D",  "DD", "R", "M", "B", "BB", "S",
                                        "SS", "",   "J", "JJ", "C",  "K", "T", "P", "H"};
    static const char *const vowels[] = {"A",  "AE", "YA", "YAE", "EO", "E",  "YEO", "YE", "O",  "WA", "WAE",
                                         "OE", "YO", "U",  "WEO", "WE", "WI", "YU",  "EU", "YI", "I"};
    static const char *const tails[] = {"",   "G",  "GG", "GS", "N",  "NJ", "NH", "D", "L",  "LG",
                                        "LM", "LB", "LS", "LT", "LP", "LH", "M",  "B", "BS", "S",
                                        "SS", "NG", "J",  "C",  "K",  "T",  "P",  "H"};
    size_t size;
    int lead = longest_prefix(leads, 19, text, length, &size);
    text += size;
    length -= size;
    int vowel = longest_prefix(vowels, 21, text, length, &size);
    text += size;
    length -= size;
    int tail = longest_prefix(tails, 28, text, length, &size);
    if (lead < 0 || vowel < 0 || tail < 0 || size != length) {
        return false;
    }
    *code_point = 0xAC00 + (uint32_t)((lead * 21 + vowel) * 28 + tail);
    return true;
}

static bool is_unified_ideograph(uint32_t c)
{
    return (c >= 0x3400 && c <= 0x4DBF) || (c >= 0x4E00 && c <= 0x9FFF) || (c >= 0x20000 && c <= 0x2A6DF) ||
           (c >= 0x2A700 && c <= 0x2B738) || (c >= 0x2B740 && c <= 0x2B81D) || (c >= 0x2B820 && c <= 0x2CEA1) ||
           (c >= 0x2CEB0 && c <= 0x2EBE0) || (c >= 0x30000 && c <= 0x3134A);
}

/* CJK UNIFIED IDEOGRAPH- and four or five upper-case hexadecimal digits. */
static bool lookup_ideograph(const char *digits, size_t length, uint32_t *code_point)
{
    uint32_t value = 0;
    if (length != 4 && length != 5) {
        return false;
    }
    for (size_t i = 0; i < length; i++) {
        char c = digits[i];
        if (c >= '0' && c <= '9') {
            value = value << 4 | (uint32_t)(c - '0');
        } else if (c >= 'A' && c <= 'F') {
            value = value << 4 | (uint32_t)(c - 'A' + 10);
        } else {
            return false;
        }
    }
    *code_point = value;
    return is_unified_ideograph(value);
}

bool unicode_name_lookup(const char *name, size_t length, uint32_t *code_point)
{
    static const char hangul[] = "HANGUL SYLLABLE ";
    static const char ideograph[] = "CJK UNIFIED IDEOGRAPH-";
    if (length > sizeof hangul - 1 && memcmp(name, hangul, sizeof hangul - 1) == 0) {
        return lookup_hangul(name + sizeof hangul - 1, length - (sizeof hangul - 1), code_point);
    }
    if (length > sizeof ideograph - 1 && memcmp(name, ideograph, sizeof ideograph - 1) == 0) {
        return lookup_ideograph(name + sizeof ideograph - 1, length - (sizeof ideograph - 1), code_point);
    }
    return lookup_control(name, length, code_point) || lookup_library(name, length, code_point);
}
