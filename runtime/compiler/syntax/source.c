/* From the bytes of a source file to UTF-8 text with \n line ends: byte order mark, encoding declaration (PEP 263),
 * translation, line ends. UTF-8, Latin-1 and ASCII are known here; iconv knows the others. */
#include "runtime/compiler/syntax/parser.h"

#include <ctype.h>
#include <errno.h>
#include <iconv.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* The source and what is known about it. */
struct source {
    struct arena *arena;
    struct syntax_error *error;
    const char *filename;
    const char *bytes;
    size_t length;
    char declared[64]; /* the normalised name of the encoding declaration; empty if there is none */
    bool from_file;
};

static bool source_fail(struct source *source, enum syntax_error_kind kind, int32_t lineno, const char *message)
{
    bool placed = kind == SYNTAX_ERROR_SYNTAX && !source->from_file;
    *source->error = (struct syntax_error){
        .kind = kind,
        .lineno = placed ? lineno : SYNTAX_ERROR_NO_POSITION,
        .offset = placed ? -1 : SYNTAX_ERROR_NO_POSITION,
        .end_lineno = SYNTAX_ERROR_NO_POSITION,
        .end_offset = SYNTAX_ERROR_NO_POSITION,
    };
    source->error->message = arena_copy(source->arena, message, strlen(message));
    if (source->error->message == NULL) {
        source->error->kind = SYNTAX_ERROR_MEMORY;
    }
    return false;
}

/* ---- the declaration ----------------------------------------------------------------------------- */

/* The spelling that comparisons use: lower case, '-' for '_', and one name for the aliases of UTF-8 and Latin-1. */
static void normalise_name(const char *name, size_t length, char *out, size_t size)
{
    char lower[13];
    size_t i;
    for (i = 0; i < 12 && i < length; i++) {
        lower[i] = name[i] == '_' ? '-' : (char)tolower((unsigned char)name[i]);
    }
    lower[i] = '\0';
    const char *normal = NULL;
    if (strcmp(lower, "utf-8") == 0 || strncmp(lower, "utf-8-", 6) == 0) {
        normal = "utf-8";
    } else if (strcmp(lower, "latin-1") == 0 || strcmp(lower, "iso-8859-1") == 0 || strcmp(lower, "iso-latin-1") == 0 ||
               strncmp(lower, "latin-1-", 8) == 0 || strncmp(lower, "iso-8859-1-", 11) == 0 ||
               strncmp(lower, "iso-latin-1-", 12) == 0) {
        normal = "iso-8859-1";
    }
    if (normal != NULL) {
        name = normal;
        length = strlen(normal);
    }
    if (length >= size) {
        length = size - 1;
    }
    memcpy(out, name, length);
    out[length] = '\0';
}

/* Looks for "coding[:=] name" in a comment line. Sets *blank if the line holds no code, so that the next line may
 * declare. */
static bool find_declaration(const char *line, size_t length, char *out, size_t size, bool *blank)
{
    size_t i = 0;
    while (i < length && (line[i] == ' ' || line[i] == '\t' || line[i] == '\014')) {
        i++;
    }
    *blank = i == length || line[i] == '#' || line[i] == '\r';
    if (i == length || line[i] != '#') {
        return false;
    }
    for (; i + 6 < length; i++) {
        if (strncmp(line + i, "coding", 6) != 0 || (line[i + 6] != ':' && line[i + 6] != '=')) {
            continue;
        }
        size_t at = i + 7;
        while (at < length && (line[at] == ' ' || line[at] == '\t')) {
            at++;
        }
        size_t start = at;
        while (at < length && (isalnum((unsigned char)line[at]) || strchr("-_.", line[at]) != NULL)) {
            at++;
        }
        if (at > start) {
            normalise_name(line + start, at - start, out, size);
            return true;
        }
    }
    return false;
}

static void read_declaration(struct source *source)
{
    const char *line = source->bytes;
    const char *end = line + source->length;
    for (int i = 0; i < 2 && line < end; i++) {
        size_t left = (size_t)(end - line);
        size_t length = 0;
        while (length < left && line[length] != '\n' && line[length] != '\r') {
            length++;
        }
        bool blank;
        if (find_declaration(line, length, source->declared, sizeof source->declared, &blank) || !blank) {
            return;
        }
        line += length + (length + 1 < left && line[length] == '\r' && line[length + 1] == '\n' ? 2 : 1);
    }
}

/* ---- translation --------------------------------------------------------------------------------- */

static const char *translate_latin1(struct source *source, size_t *length)
{
    char *text = arena_alloc(source->arena, source->length * 2 + 1);
    if (text == NULL) {
        source_fail(source, SYNTAX_ERROR_MEMORY, -1, "");
        return NULL;
    }
    char *out = text;
    for (size_t i = 0; i < source->length; i++) {
        out += utf8_encode((unsigned char)source->bytes[i], out);
    }
    *length = (size_t)(out - text);
    return text;
}

static bool check_ascii(struct source *source)
{
    for (size_t i = 0; i < source->length; i++) {
        if ((unsigned char)source->bytes[i] >= 0x80) {
            char message[160];
            snprintf(message, sizeof message,
                     "'ascii' codec can't decode byte 0x%02x in position %zu: ordinal not in range(128)",
                     (unsigned char)source->bytes[i], i);
            if (source->from_file) {
                snprintf(message, sizeof message, "encoding problem: %s", source->declared);
            }
            return source_fail(source, SYNTAX_ERROR_SYNTAX, 0, message);
        }
    }
    return true;
}

/* Converts with an open iconv descriptor. */
static const char *convert(struct source *source, iconv_t descriptor, size_t *length)
{
    size_t capacity = source->length * 3 + 16;
    char *text = arena_alloc(source->arena, capacity);
    if (text == NULL) {
        source_fail(source, SYNTAX_ERROR_MEMORY, -1, "");
        return NULL;
    }
    char *in = (char *)source->bytes;
    char *out = text;
    size_t in_left = source->length, out_left = capacity;
    while (in_left > 0) {
        if (iconv(descriptor, &in, &in_left, &out, &out_left) != (size_t)-1) {
            break;
        }
        if (errno == E2BIG) {
            size_t used = (size_t)(out - text);
            char *grown = arena_alloc(source->arena, capacity * 2);
            if (grown == NULL) {
                source_fail(source, SYNTAX_ERROR_MEMORY, -1, "");
                return NULL;
            }
            memcpy(grown, text, used);
            text = grown;
            out = text + used;
            capacity *= 2;
            out_left = capacity - used;
            continue;
        }
        char message[160];
        snprintf(message, sizeof message,
                 "'%s' codec can't decode byte 0x%02x in position %zu: illegal multibyte sequence", source->declared,
                 (unsigned char)*in, source->length - in_left);
        if (source->from_file) {
            snprintf(message, sizeof message, "encoding problem: %s", source->declared);
        }
        source_fail(source, SYNTAX_ERROR_SYNTAX, 0, message);
        return NULL;
    }
    *length = (size_t)(out - text);
    return text;
}

/* Whether the declared name is one of those that Python's codec registry knows for an encoding. Only letters and digits
 * count, in any case. */
static bool is_alias(const char *name, const char *const *aliases)
{
    for (; *aliases != NULL; aliases++) {
        const char *at = name, *alias = *aliases;
        while (*at != '\0' && (!isalnum((unsigned char)*at) || tolower((unsigned char)*at) == *alias)) {
            alias += isalnum((unsigned char)*at++) != 0;
        }
        if (*at == '\0' && *alias == '\0') {
            return true;
        }
    }
    return false;
}

/* Opens a converter from the declared encoding. The C library spells some names with other separators than Python. */
static iconv_t open_converter(const char *declared)
{
    static const struct {
        char from;
        char to;
    } spellings[] = {{'_', '_'}, {'_', '-'}, {'-', '_'}, {'_', 0}, {'-', 0}};
    for (size_t i = 0; i < sizeof spellings / sizeof *spellings; i++) {
        char name[sizeof((struct source *)0)->declared + 2];
        size_t length = 0;
        if (declared[strspn(declared, "0123456789")] == '\0') { /* "1252" is code page 1252 */
            memcpy(name, "CP", 2);
            length = 2;
        }
        for (const char *at = declared; *at != '\0'; at++) {
            char c = *at == spellings[i].from ? spellings[i].to : *at;
            if (c != 0) {
                name[length++] = c;
            }
        }
        name[length] = '\0';
        iconv_t converter = iconv_open("UTF-8", name);
        if (converter != (iconv_t)-1) {
            return converter;
        }
    }
    return (iconv_t)-1;
}

static const char *translate(struct source *source, size_t *length)
{
    static const char *const utf8[] = {"utf8", "utf", "u8", "utf8ucs2", "utf8ucs4", "cp65001", "utf8sig", NULL};
    static const char *const latin1[] = {"iso88591", "latin1", "latin",    "l1",          "8859",         "iso8859",
                                         "cp819",    "ibm819", "isoir100", "csisolatin1", "iso885911987", NULL};
    static const char *const ascii[] = {"ascii",  "usascii",  "646",         "us", "cp367",
                                        "ibm367", "iso646us", "ansix341968", NULL};
    const char *name = source->declared;
    *length = source->length;
    if (name[0] == '\0' || is_alias(name, utf8)) {
        return source->bytes;
    }
    if (is_alias(name, latin1)) {
        return translate_latin1(source, length);
    }
    if (is_alias(name, ascii)) {
        return check_ascii(source) ? source->bytes : NULL;
    }
    iconv_t converter = open_converter(name);
    if (converter == (iconv_t)-1) {
        char message[128];
        snprintf(message, sizeof message, source->from_file ? "encoding problem: %s" : "unknown encoding: %s", name);
        source_fail(source, SYNTAX_ERROR_SYNTAX, 0, message);
        return NULL;
    }
    const char *text = convert(source, converter, length);
    iconv_close(converter);
    return text;
}

/* ---- checks and line ends ------------------------------------------------------------------------ */

/* A script file must be UTF-8 throughout when nothing else is declared, comments included. */
static bool check_file_is_utf8(struct source *source, const char *text, size_t length)
{
    const char *reason;
    const char *invalid = utf8_find_invalid(text, length, &reason);
    if (invalid == NULL) {
        return true;
    }
    int lineno = 1;
    for (const char *at = text; at < invalid; at++) {
        lineno += *at == '\n';
    }
    char message[512];
    snprintf(message, sizeof message,
             "Non-UTF-8 code starting with '\\x%02x' in file %s on line %d, but no encoding declared; see "
             "https://peps.python.org/pep-0263/ for details",
             (unsigned char)*invalid, source->filename != NULL ? source->filename : "<string>", lineno);
    return source_fail(source, SYNTAX_ERROR_SYNTAX, lineno, message);
}

/* Copies the text with \n line ends, and a newline at the end if one is to be added. */
static const char *copy_lines(struct source *source, const char *text, size_t length, bool append_newline,
                              size_t *copied)
{
    char *copy = arena_alloc(source->arena, length + 2);
    if (copy == NULL) {
        source_fail(source, SYNTAX_ERROR_MEMORY, -1, "");
        return NULL;
    }
    char *out = copy;
    if (length == 0 || memchr(text, '\r', length) == NULL) {
        if (length > 0) {
            memcpy(copy, text, length);
        }
        out += length;
    } else {
        for (size_t i = 0; i < length; i++) {
            char c = text[i];
            if (c == '\r') {
                c = '\n';
                i += i + 1 < length && text[i + 1] == '\n';
            }
            *out++ = c;
        }
    }
    if (append_newline && out > copy && out[-1] != '\n') {
        *out++ = '\n';
    }
    *out = '\0';
    *copied = (size_t)(out - copy);
    return copy;
}

bool source_decode(struct arena *arena, const char *bytes, size_t length, const char *filename, unsigned flags,
                   bool append_newline, struct syntax_error *error, const char **text, size_t *text_length,
                   const char **encoding)
{
    struct source source = {.arena = arena,
                            .error = error,
                            .filename = filename,
                            .bytes = bytes,
                            .length = length,
                            .from_file = (flags & PARSE_FROM_FILE) != 0};
    if (length > INT32_MAX / 2) {
        return source_fail(&source, SYNTAX_ERROR_OVERFLOW, -1, "source code string is too long");
    }
    bool has_null = length > 0 && memchr(bytes, '\0', length) != NULL;
    if (has_null && !source.from_file) {
        return source_fail(&source, SYNTAX_ERROR_VALUE, -1, "source code string cannot contain null bytes");
    }
    *encoding = (flags & PARSE_IGNORE_COOKIE) ? "utf-8" : NULL;
    const char *translated = bytes;
    size_t translated_length = length;
    if (!(flags & PARSE_IGNORE_COOKIE)) {
        bool marked = length >= 3 && memcmp(bytes, "\xEF\xBB\xBF", 3) == 0;
        if (marked) {
            source.bytes += 3;
            source.length -= 3;
        }
        read_declaration(&source);
        if (marked && source.declared[0] != '\0' && strcmp(source.declared, "utf-8") != 0) {
            char message[128];
            snprintf(message, sizeof message, "encoding problem: %s with BOM", source.declared);
            return source_fail(&source, SYNTAX_ERROR_SYNTAX, 0, message);
        }
        translated = translate(&source, &translated_length);
        if (translated == NULL) {
            return false;
        }
        if (marked) {
            *encoding = "utf-8";
        } else if (source.declared[0] != '\0') {
            *encoding = arena_copy(arena, source.declared, strlen(source.declared));
            if (*encoding == NULL) {
                return source_fail(&source, SYNTAX_ERROR_MEMORY, -1, "");
            }
        }
        if (source.from_file && *encoding == NULL && !check_file_is_utf8(&source, translated, translated_length)) {
            return false;
        }
    }
    if (has_null) {
        return source_fail(&source, SYNTAX_ERROR_SYNTAX, 1, "source code cannot contain null bytes");
    }
    *text = copy_lines(&source, translated, translated_length, append_newline, text_length);
    return *text != NULL;
}
