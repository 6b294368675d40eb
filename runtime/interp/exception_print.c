/*
 * Printing exceptions with their tracebacks and chains, as CPython's interpreter does for uncaught ones.
 *
 * Everything is written into one string builder first: the file may be any Python object, and a failing write must not
 * leave half a state behind. Errors while printing (an __str__ that raises) are shown in place, as in CPython, and
 * never propagate.
 */
#include "runtime/interp/frame.h"
#include "runtime/audit.h"
#include "runtime/compiler/syntax/parser.h"
#include "runtime/interp/error_anchors.h"
#include "runtime/interp/suggestions.h"
#include "runtime/interp/traceback.h"
#include "runtime/import.h"
#include "runtime/file.h"
#include "runtime/sys.h"
#include "runtime/objects/objects.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#define TRACEBACK_LIMIT 1000 /* sys.tracebacklimit's default */
#define REPEATS_SHOWN   3
#define GROUP_WIDTH     15
#define GROUP_DEPTH     10

struct printer {
    struct str_builder out;
    value seen;      /* set of ids of exceptions printed already */
    int group_depth; /* nesting of exception groups */
    bool need_close; /* the closing line of a group is due */
    bool parent_is_group;
};

static void indent(struct printer *p)
{
    for (int i = 0; i < 2 * p->group_depth; i++)
        builder_add_char(&p->out, ' ');
}

/* The margin at the start of each line inside a group. */
static void margin(struct printer *p)
{
    indent(p);
    if (p->group_depth > 0)
        builder_add_text(&p->out, "| ");
}

/* Add text that may have several lines, each with the margin. */
static void add_lines(struct printer *p, value text)
{
    size_t length = str_length(text), start = 0;
    while (start <= length) {
        ssize end = str_find(text, NAME_TEXT("\n"), (ssize)start, (ssize)length, 1);
        size_t stop = end < 0 ? length : (size_t)end;
        value line = str_substring(text, start, stop);
        if (start > 0)
            margin(p);
        if (line)
            builder_add_str(&p->out, line);
        value_dec(line);
        if (end < 0)
            break;
        builder_add_char(&p->out, '\n');
        start = stop + 1;
    }
}

/* ---- source lines ---- */

/* Source files that were read for this printing are kept to its end. */
struct source_file {
    struct source_file *next;
    value filename;
    uint8_t *bytes;
    size_t length;
};
static _Thread_local struct source_file *source_files;

/* What the file declares to be in another encoding becomes UTF-8; if it is not in that, its lines are not shown. */
static void decode_source(struct source_file *f)
{
    struct arena arena;
    struct syntax_error error;
    const char *text, *encoding;
    size_t length;
    arena_init(&arena);
    bool good = source_decode(&arena, (const char *)f->bytes, f->length, NULL, PARSE_FROM_FILE, false, &error, &text,
                              &length, &encoding);
    if (!good || (encoding && strcmp(encoding, "utf-8") != 0)) {
        uint8_t *decoded = good ? malloc(length + 1) : NULL;
        if (decoded)
            memcpy(decoded, text, length);
        free(f->bytes);
        f->bytes = decoded;
        f->length = length;
    }
    arena_destroy(&arena);
}

static struct source_file *open_source(value filename)
{
    for (struct source_file *f = source_files; f; f = f->next)
        if (str_equal(f->filename, filename))
            return f;
    struct source_file *f = calloc(1, sizeof *f);
    struct text path;
    if (!f || !text_of_path(filename, &path)) {
        error_clear();
        free(f);
        return NULL;
    }
    if (!file_read_all(path.bytes, &f->bytes, &f->length) && path.bytes[0] != '/' && path.bytes[0] != '<') {
        /* relative names are looked for along sys.path too */
        value search = sys_get("path");
        value list = search && search != VALUE_MISSING ? list_from_iterable(search) : NULL;
        for (size_t i = 0; list && !f->bytes && i < list_length(list); i++) {
            value entry = list_get(list, i);
            value full = is_str(entry) ? str_format("%U/%U", entry, filename) : NULL;
            struct text text;
            if (full && text_of_path(full, &text)) {
                file_read_all(text.bytes, &f->bytes, &f->length);
                text_release(&text);
            }
            value_dec(full);
            value_dec(entry);
        }
        value_dec(list);
        value_dec(search);
        error_clear();
    }
    text_release(&path);
    if (f->bytes)
        decode_source(f);
    f->filename = value_inc(filename);
    f->next = source_files;
    source_files = f;
    return f;
}

static void close_sources(void)
{
    while (source_files) {
        struct source_file *f = source_files;
        source_files = f->next;
        value_dec(f->filename);
        free(f->bytes);
        free(f);
    }
}

/* The text of a line (without its end), or NULL. */
static const char *source_line(value filename, int line, size_t *length)
{
    struct source_file *f = open_source(filename);
    if (!f || !f->bytes || line < 1)
        return NULL;
    const char *p = (const char *)f->bytes, *end = p + f->length;
    for (int i = 1; i < line; i++) {
        p = memchr(p, '\n', (size_t)(end - p));
        if (!p)
            return NULL;
        p++;
    }
    if (p >= end)
        return NULL;
    const char *stop = memchr(p, '\n', (size_t)(end - p));
    *length = (size_t)((stop ? stop : end) - p);
    while (*length > 0 && p[*length - 1] == '\r')
        --*length;
    return p;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\f';
}

/* Characters in the first n bytes of UTF-8 text. */
static size_t characters(const char *bytes, size_t n)
{
    size_t count = 0;
    for (size_t i = 0; i < n; i++)
        count += ((uint8_t)bytes[i] & 0xC0) != 0x80;
    return count;
}

/* The source line of an entry, and the marks under the part that was being evaluated unless that is the whole line. */
static void add_source(struct printer *p, value filename, const struct code_location *where)
{
    size_t length;
    const char *line = source_line(filename, where->line, &length);
    if (!line)
        return;
    size_t skip = 0;
    while (skip < length && is_blank(line[skip]))
        skip++;
    while (length > skip && is_blank(line[length - 1]))
        length--;
    margin(p);
    builder_add_text(&p->out, "    ");
    builder_add_utf8(&p->out, line + skip, length - skip);
    builder_add_char(&p->out, '\n');
    if (where->column < 0 || where->end_column < 0 || where->line < 1)
        return;
    size_t start = (size_t)where->column, end = where->end_line == where->line ? (size_t)where->end_column : length;
    if (start > length || end > length)
        end = length;
    if (start < skip || start >= end)
        return;
    struct error_anchors anchors = {0};
    if (where->end_line == where->line)
        anchors = error_anchors_find(line + start, end - start);
    if (start == skip && end == length && !anchors.found)
        return;
    size_t first = characters(line + skip, start - skip), count = characters(line + start, end - start);
    size_t left = anchors.found ? characters(line + start, anchors.start) : 0;
    size_t right = anchors.found ? characters(line + start, anchors.end) : count;
    margin(p);
    builder_add_text(&p->out, "    ");
    for (size_t i = 0; i < first; i++)
        builder_add_char(&p->out, ' ');
    for (size_t i = 0; i < count; i++)
        builder_add_char(&p->out, !anchors.found || (i >= left && i < right) ? '^' : '~');
    builder_add_char(&p->out, '\n');
}

/* ---- tracebacks ---- */
static long traceback_limit(void)
{
    value v = sys_get("tracebacklimit");
    int64_t limit = TRACEBACK_LIMIT;
    if (v && v != VALUE_MISSING && is_int(v) && !int_fits_i64(v, &limit))
        limit = int_sign(v) < 0 ? 0 : TRACEBACK_LIMIT;
    value_dec(v);
    error_clear();
    return limit < 0 ? 0 : (long)limit;
}

static void add_repeats(struct printer *p, long count)
{
    if (count <= REPEATS_SHOWN)
        return;
    margin(p);
    long more = count - REPEATS_SHOWN;
    builder_add_format(&p->out, "  [Previous line repeated %ld more time%s]\n", more, more > 1 ? "s" : "");
}

static void add_traceback(struct printer *p, value traceback)
{
    long limit = traceback_limit(), depth = 0, repeats = 0;
    if (limit <= 0)
        return;
    for (value entry = value_inc(traceback); entry; entry = traceback_step(entry))
        depth++;
    struct code *last_code = NULL; /* owned */
    int last_line = -1;
    for (value entry = value_inc(traceback); entry; entry = traceback_step(entry)) {
        struct traceback *t = (struct traceback *)entry;
        if (depth-- > limit)
            continue;
        value code_value = frame_object_code(slot_peek(&t->frame));
        if (!code_value) {
            error_clear();
            continue;
        }
        struct code *code = (struct code *)code_value;
        int line = traceback_line(t, code);
        bool again = last_code && last_line == line &&
                     str_equal(slot_peek(&last_code->filename), slot_peek(&code->filename)) &&
                     str_equal(slot_peek(&last_code->name), slot_peek(&code->name));
        if (!again) {
            add_repeats(p, repeats);
            repeats = 0;
        }
        value_dec(value_of(last_code));
        last_code = (struct code *)value_inc(code_value);
        last_line = line;
        if (++repeats <= REPEATS_SHOWN) {
            struct code_location where;
            code_locate(code, t->unit, &where);
            if (where.line != line)
                where = (struct code_location){line, line, -1, -1};
            margin(p);
            builder_add_format(&p->out, "  File \"%U\", line %d, in %U\n", slot_peek(&code->filename), line,
                               slot_peek(&code->name));
            add_source(p, slot_peek(&code->filename), &where);
        }
        value_dec(code_value);
    }
    value_dec(value_of(last_code));
    add_repeats(p, repeats);
}

/* ---- one exception ---- */
static value attribute(value v, const char *name)
{
    value key = str_from_text(name);
    value found = key ? attr_get_optional(v, key) : NULL;
    value_dec(key);
    if (!found || found == VALUE_MISSING) {
        error_clear();
        return NULL;
    }
    return found;
}

/* The lines of a SyntaxError above its message: file, text, caret. */
static void add_syntax_error(struct printer *p, value exception, value line)
{
    value filename = attribute(exception, "filename");
    value text = attribute(exception, "text"), offset = attribute(exception, "offset"),
          end_offset = attribute(exception, "end_offset");
    value end_line = attribute(exception, "end_lineno");
    margin(p);
    if (filename && filename != VALUE_NONE)
        builder_add_format(&p->out, "  File \"%S\", line %S\n", filename, line);
    else
        builder_add_format(&p->out, "  File \"<string>\", line %S\n", line);
    if (text && is_str(text)) {
        size_t length = str_length(text), skip = 0;
        ssize newline = str_find(text, NAME_TEXT("\n"), 0, (ssize)length, 1);
        if (newline >= 0)
            length = (size_t)newline;
        while (skip < length && (str_at(text, skip) == ' ' || str_at(text, skip) == '\t' || str_at(text, skip) == '\f'))
            skip++;
        value shown = str_substring(text, skip, length);
        margin(p);
        builder_add_text(&p->out, "    ");
        if (shown)
            builder_add_str(&p->out, shown);
        value_dec(shown);
        builder_add_char(&p->out, '\n');
        if (offset && value_is_small_int(offset) && small_int_value(offset) >= 1) {
            int64_t start = small_int_value(offset) - 1;
            int64_t end = end_offset && value_is_small_int(end_offset) ? small_int_value(end_offset) - 1 : start + 1;
            if (end_line && value_is_small_int(end_line) && end_line != line)
                end = (int64_t)length;
            int64_t whole = (int64_t)str_length(text); /* with its newline */
            start = start < whole ? start : whole;
            end = end < whole ? end : whole;
            if (end <= start)
                end = start + 1;
            if (start >= (int64_t)skip) {
                margin(p);
                builder_add_text(&p->out, "    ");
                for (int64_t i = (int64_t)skip; i < start; i++)
                    builder_add_char(&p->out, i < (int64_t)length && str_at(text, (size_t)i) == '\t' ? '\t' : ' ');
                for (int64_t i = start; i < end && i <= (int64_t)length; i++)
                    builder_add_char(&p->out, '^');
                builder_add_char(&p->out, '\n');
            }
        }
    }
    value_dec(filename);
    value_dec(text);
    value_dec(offset);
    value_dec(end_offset);
    value_dec(end_line);
}

static void add_type_name(struct printer *p, value exception, const char *without_module)
{
    value type = value_of(value_type(exception));
    value module = attribute(type, "__module__"), name = attribute(type, "__qualname__");
    if (!module || !is_str(module))
        builder_add_text(&p->out, without_module);
    else if (!str_equals_text(module, "builtins") && !str_equals_text(module, "__main__"))
        builder_add_format(&p->out, "%U.", module);
    if (name && is_str(name))
        builder_add_str(&p->out, name);
    else
        builder_add_text(&p->out, "<unknown>");
    value_dec(module);
    value_dec(name);
}

static void add_message(struct printer *p, value exception, bool is_shown)
{
    value message = is_shown ? attribute(exception, "msg") : NULL;
    value text = value_str(message ? message : exception);
    value_dec(message);
    if (!text) {
        error_clear();
        builder_add_text(&p->out, ": <exception str() failed>");
    } else if (str_length(text) > 0) {
        builder_add_text(&p->out, ": ");
        add_lines(p, text);
    }
    value_dec(text);
    value suggestion = suggestion_for(exception);
    if (suggestion) {
        builder_add_format(&p->out, ". Did you mean: '%U'?", suggestion);
        value_dec(suggestion);
    }
    error_clear();
}

/* Each line with the margin, whatever ends it; no line, no margin. */
static void add_note_lines(struct printer *p, value text)
{
    value lines = call_method(text, NAME_TEXT("splitlines"), (value[]){VALUE_TRUE}, 1);
    for (size_t i = 0; lines && i < list_length(lines); i++) {
        value line = list_get(lines, i);
        margin(p);
        builder_add_str(&p->out, line);
        value_dec(line);
    }
    value_dec(lines);
}

static void add_notes(struct printer *p, value exception)
{
    value notes = attribute(exception, "__notes__");
    if (!notes)
        return;
    if (!is_list(notes) && !is_tuple(notes)) {
        margin(p);
        value text = value_repr(notes);
        if (text)
            add_lines(p, text);
        value_dec(text);
        builder_add_char(&p->out, '\n');
    } else {
        value list = list_from_iterable(notes);
        for (size_t i = 0; list && i < list_length(list); i++) {
            value note = list_get(list, i);
            value text = value_str(note);
            if (text) {
                add_note_lines(p, text);
            } else {
                margin(p);
                builder_add_text(&p->out, "<note str() failed>");
            }
            builder_add_char(&p->out, '\n');
            value_dec(text);
            value_dec(note);
        }
        value_dec(list);
    }
    error_clear();
    value_dec(notes);
}

static void add_exception_only(struct printer *p, value exception)
{
    bool has_place = value_is_of(exception, EXC(SyntaxError)) && attr_has(exception, NAME(print_file_and_line)) > 0;
    value line = has_place ? attribute(exception, "lineno") : NULL;
    bool is_shown = line && value_is_small_int(line);
    if (is_shown)
        add_syntax_error(p, exception, line);
    value_dec(line);
    margin(p);
    add_type_name(p, exception, "<unknown>.");
    add_message(p, exception, is_shown);
    builder_add_char(&p->out, '\n');
    add_notes(p, exception);
}

static void add_chain(struct printer *p, value exception, bool is_group_member);

static void add_own_traceback(struct printer *p, value exception)
{
    value traceback = exception_traceback(exception);
    if (traceback && traceback != VALUE_NONE && traceback_limit() > 0) {
        margin(p);
        builder_add_text(&p->out, "Traceback (most recent call last):\n");
        add_traceback(p, traceback);
    }
    value_dec(traceback);
}
static void add_plain(struct printer *p, value exception)
{
    add_own_traceback(p, exception);
    add_exception_only(p, exception);
}

static void add_group(struct printer *p, value exception)
{
    if (p->group_depth > GROUP_DEPTH) {
        margin(p);
        value members = attribute(exception, "exceptions");
        builder_add_format(&p->out, "... (max_group_depth is %d)\n", GROUP_DEPTH);
        value_dec(members);
        return;
    }
    if (p->group_depth == 0)
        p->group_depth++;
    value traceback = exception_traceback(exception);
    if (traceback && traceback != VALUE_NONE && traceback_limit() > 0) {
        indent(p);
        builder_add_text(&p->out, p->parent_is_group ? "| " : "+ ");
        builder_add_text(&p->out, "Exception Group Traceback (most recent call last):\n");
        add_traceback(p, traceback);
    }
    value_dec(traceback);
    add_exception_only(p, exception);
    value members = attribute(exception, "exceptions");
    size_t count = members && is_tuple(members) ? tuple_length(members) : 0;
    p->need_close = false;
    for (size_t i = 0; i < count; i++) {
        bool truncated = i >= GROUP_WIDTH, last = i == count - 1 || truncated;
        if (last)
            p->need_close = true;
        indent(p);
        builder_add_text(&p->out, i == 0 ? "+-" : "  ");
        if (truncated)
            builder_add_text(&p->out, "+---------------- ... ----------------\n");
        else
            builder_add_format(&p->out, "+---------------- %zu ----------------\n", i + 1);
        p->group_depth++;
        bool outer = p->parent_is_group;
        p->parent_is_group = true;
        if (truncated) {
            margin(p);
            builder_add_format(&p->out, "and %zu more exception%s\n", count - i, count - i == 1 ? "" : "s");
        } else {
            add_chain(p, tuple_get(members, i), true);
        }
        p->parent_is_group = outer;
        if (last && p->need_close) {
            indent(p);
            builder_add_text(&p->out, "+------------------------------------\n");
            p->need_close = false;
        }
        p->group_depth--;
        if (truncated)
            break;
    }
    if (p->group_depth == 1)
        p->group_depth = 0;
    value_dec(members);
}

/* Cause or context first, then the exception itself; that alone where there is no memory to remember it. */
static void add_chain(struct printer *p, value exception, bool is_group_member)
{
    value id = int_from_u64(value_bits(exception));
    bool noted = id && set_add(p->seen, id);
    value_dec(id);
    if (!noted)
        error_clear();
    if (!recursion_enter(" while printing an exception")) {
        error_clear();
        return;
    }
    value cause = attribute(exception, "__cause__"), context = attribute(exception, "__context__");
    value suppressed = attribute(exception, "__suppress_context__");
    const char *between = NULL;
    value earlier = NULL;
    if (cause && cause != VALUE_NONE) {
        earlier = cause;
        between = "The above exception was the direct cause of the following exception:";
    } else if (context && context != VALUE_NONE && suppressed != VALUE_TRUE) {
        earlier = context;
        between = "During handling of the above exception, another exception occurred:";
    }
    if (earlier && noted) {
        id = int_from_u64(value_bits(earlier));
        if (id && set_contains(p->seen, id) == 0) {
            bool need_close = p->need_close;
            p->need_close = false;
            bool outer = p->parent_is_group;
            add_chain(p, earlier, is_group_member);
            p->parent_is_group = outer;
            p->need_close = need_close;
            margin(p);
            builder_add_char(&p->out, '\n');
            margin(p);
            builder_add_format(&p->out, "%s\n", between);
            margin(p);
            builder_add_char(&p->out, '\n');
        }
        value_dec(id);
    }
    value_dec(cause);
    value_dec(context);
    value_dec(suppressed);
    if (value_is_of(exception, EXC(BaseExceptionGroup)))
        add_group(p, exception);
    else
        add_plain(p, exception);
    recursion_leave();
}

/* Write and forget what was gathered. */
static bool print(struct printer *p, value file)
{
    close_sources();
    value text = builder_finish(&p->out);
    value written = text ? call_method_1(file, NAME(write), text) : NULL;
    value_dec(text);
    if (!written)
        return false;
    value_dec(written);
    value flushed = call_method_0(file, NAME(flush));
    if (!flushed && error_matches(EXC(MemoryError))) /* then it was not shown */
        return false;
    if (!flushed)
        error_clear();
    value_dec(flushed);
    return true;
}
bool exception_print_alone(value exception, value file)
{
    struct printer p = {0};
    builder_init(&p.out);
    add_own_traceback(&p, exception);
    add_type_name(&p, exception, "<unknown>");
    value text = value_str(exception);
    if (!text)
        error_clear();
    builder_add_text(&p.out, ": ");
    if (text)
        builder_add_str(&p.out, text);
    else
        builder_add_text(&p.out, "<exception str() failed>");
    value_dec(text);
    builder_add_char(&p.out, '\n');
    return print(&p, file);
}
bool exception_print(value exception, value file)
{
    struct printer p = {.seen = set_new(NULL)};
    if (!p.seen)
        return false;
    builder_init(&p.out);
    add_chain(&p, exception, false);
    value_dec(p.seen);
    return print(&p, file);
}

/* ---- uncaught exceptions ---- */
static int exit_status(value exception)
{
    value code = attr_get_optional(exception, NAME(code));
    if (!code || code == VALUE_MISSING)
        code = VALUE_NONE;
    error_clear();
    int64_t status = 0;
    if (code == VALUE_NONE) {
        status = 0;
    } else if (is_int(code)) {
        if (!int_fits_i64(code, &status))
            status = -1;
    } else {
        value file = sys_get("stderr");
        value text = value_str(code);
        value line = text ? str_format("%U\n", text) : NULL;
        value written = is_given(file) && line ? call_method_1(file, NAME(write), line) : NULL;
        error_clear();
        value_dec(written);
        value_dec(line);
        value_dec(text);
        value_dec(file);
        status = 1;
    }
    value_dec(code);
    return (int)(status & 0xFF);
}

/* There was no memory to show an exception: then the least that helps. */
static void say_no_memory(void)
{
    static const char words[] = "MemoryError: no memory to show an exception\n";
    if (write(STDERR_FILENO, words, sizeof words - 1) < 0)
        errno = 0; /* nobody is left to be told */
}

int interpreter_report_uncaught(void)
{
    value exception = error_fetch();
    if (!exception)
        return 0;
    if (value_is_of(exception, EXC(SystemExit)) && !sys_inspects()) {
        int status = exit_status(exception);
        value_dec(exception);
        return status;
    }
    sys_set("last_type", value_of(value_type(exception)));
    sys_set("last_value", exception);
    value traceback = exception_traceback(exception);
    sys_set("last_traceback", traceback);
    error_clear();
    value hook = sys_get("excepthook");
    bool heard = hook && audit("sys.excepthook", "OOOO", is_given(hook) ? hook : NULL, value_of(value_type(exception)),
                               exception, traceback);
    value result = heard && is_given(hook) ? call_3(hook, value_of(value_type(exception)), exception, traceback) : NULL;
    int status = value_is_of(exception, EXC(KeyboardInterrupt)) ? STATUS_INTERRUPTED : 1;
    if (!result && error_matches(EXC(SystemExit))) {
        value exit = error_fetch();
        status = exit_status(exit);
        value_dec(exit);
    } else if (!result) {
        value second = error_fetch();
        value file = sys_get("stderr");
        if (is_given(file)) {
            value label =
                str_from_text(hook && is_given(hook) ? "Error in sys.excepthook:\n" : "sys.excepthook is missing\n");
            value written = label ? call_method_1(file, NAME(write), label) : NULL;
            value_dec(written);
            value_dec(label);
            if (second)
                exception_print(second, file);
            label = second ? str_from_text("\nOriginal exception was:\n") : NULL;
            written = label ? call_method_1(file, NAME(write), label) : NULL;
            value_dec(written);
            value_dec(label);
            exception_print(exception, file);
        }
        if (error_matches(EXC(MemoryError)))
            say_no_memory();
        error_clear();
        value_dec(file);
        value_dec(second);
    }
    value_dec(result);
    value_dec(hook);
    value_dec(traceback);
    value_dec(exception);
    return status;
}
