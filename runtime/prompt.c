/*
 * The interactive prompt: read a statement, run it in __main__, show what it gave, until input ends.
 *
 * A statement is complete when the compiler says so, as in codeop: it is compiled anew with each line, and "incomplete
 * input" asks for one more. A compound statement ends with an empty line. What is wrong whatever follows is reported at
 * once: that is so where the parser fails before it has looked past the last line's end.
 */
#include "runtime/start.h"
#include "runtime/compiler/code/code.h"
#include "runtime/compiler/syntax/arena.h"
#include "runtime/compiler/syntax/ast.h"
#include "runtime/import.h"
#include "runtime/interp/interp.h"
#include "runtime/modules/core/streams.h"
#include "runtime/modules/core/sys_info.h"
#include "runtime/modules/system/posix.h"
#include "runtime/objects/objects.h"
#include "runtime/sys.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    FLAG_DONT_IMPLY_DEDENT = 0x200,
    FLAG_ALLOW_INCOMPLETE = 0x4000,
    FLAGS_KEPT = CODE_FUTURE_ANNOTATIONS | CODE_FUTURE_BARRY | CODE_FUTURE_STOP,
};

/* The text of sys.ps1 or sys.ps2, owned; empty when it has none. */
static value prompt_text(const char *name)
{
    value prompt = sys_get(name), text = is_given(prompt) ? value_str(prompt) : NULL;
    value_dec(prompt);
    if (!text)
        error_clear();
    return text ? text : NAME_TEXT("");
}

/* Byte by byte, so that nothing of what follows is taken from those who read standard input otherwise. */
static value read_plain(void)
{
    char *line = NULL;
    size_t length = 0, room = 0;
    for (;;) {
        char byte;
        bool raised = false;
        if (length == room) {
            char *more = realloc(line, room = room * 2 + 256);
            if (!more) {
                free(line);
                return raise_no_memory();
            }
            line = more;
        }
        ssize got = BLOCKING_RETRY(read(STDIN_FILENO, &byte, 1), raised);
        if (raised) {
            free(line);
            return NULL;
        }
        if (got <= 0)
            break;
        line[length++] = byte;
        if (byte == '\n')
            break;
    }
    value text = str_decode((const uint8_t *)line, length, "utf-8", "surrogateescape");
    free(line);
    return text;
}

/* A line with its newline, empty at the end of input; owned. By the line editor where there is one. */
static value read_line(value prompt)
{
    value in = sys_get("stdin"), out = sys_get("stdout");
    value line = is_given(in) && is_given(out) ? streams_read_line(in, out, prompt) : VALUE_MISSING;
    value_dec(in);
    value_dec(out);
    if (line != VALUE_MISSING)
        return line;
    struct text text;
    if (text_of(prompt, &text)) {
        fwrite(text.bytes, 1, text.length, stderr);
        fflush(stderr);
        text_release(&text);
    } else {
        error_clear();
    }
    return read_plain();
}

/* Is the exception a SyntaxError that more lines could mend? */
static bool is_incomplete(void)
{
    if (!error_matches(EXC(SyntaxError)))
        return false;
    value exception = error_fetch(), message = attr_get_optional(exception, NAME(msg));
    bool is = message && is_str(message) && str_equals_text(message, "incomplete input");
    value_dec(message);
    if (is)
        value_dec(exception);
    else
        error_restore(exception);
    return is;
}

static value compile(value source, unsigned flags)
{
    struct text text;
    if (!text_of(source, &text))
        return NULL;
    value code = compile_source(text.bytes, text.length, NAME_TEXT("<stdin>"), "single", flags | COMPILE_PROGRAM, -1);
    text_release(&text);
    return code;
}

enum parsed { PARSED_WRONG, PARSED_WHOLE, PARSED_IN_PART };

/* What the parser alone says of some lines, with the newline of the last: nothing is warned of. */
static enum parsed parse_lines(value source, unsigned flags)
{
    struct text text;
    if (!text_of(source, &text)) {
        error_clear();
        return PARSED_WRONG;
    }
    struct arena arena;
    struct syntax_error error;
    arena_init(&arena);
    struct module_ast *module = parse_source(&arena, text.bytes, text.length, "<stdin>", PARSE_SINGLE,
                                             flags | PARSE_ALLOW_INCOMPLETE_INPUT | PARSE_IGNORE_COOKIE, &error);
    enum parsed parsed = module                                                            ? PARSED_WHOLE
                         : error.message && strcmp(error.message, "incomplete input") == 0 ? PARSED_IN_PART
                                                                                           : PARSED_WRONG;
    arena_destroy(&arena);
    text_release(&text);
    return parsed;
}

static bool is_blank(value source)
{
    for (size_t i = 0; i < str_length(source); i++) {
        uint32_t c = str_at(source, i);
        if (c == '#')
            return true;
        if (c != ' ' && c != '\t' && c != '\f' && c != '\n' && c != '\r')
            return false;
    }
    return true;
}

/* The line without its newline. Stolen. */
static value without_newline(value line)
{
    size_t length = str_length(line);
    if (!length || str_at(line, length - 1) != '\n')
        return line;
    value cut = str_substring(line, 0, length - 1);
    value_dec(line);
    return cut;
}

/* The code of the next statement, owned; VALUE_MISSING: there was nothing; VALUE_END: input ended; NULL with an
 * exception. */
static value read_statement(unsigned flags)
{
    value source = NULL;
    for (;;) {
        value prompt = prompt_text(source ? "ps2" : "ps1");
        value line = read_line(prompt);
        value_dec(prompt);
        if (!line) {
            value_dec(source);
            return NULL;
        }
        bool ended = str_length(line) == 0;
        if (ended && !source) {
            value_dec(line);
            return VALUE_END;
        }
        if (ended)
            fputs("\n", stderr);
        line = without_newline(line);
        value whole = !line ? NULL : source ? str_format("%U\n%U", source, line) : value_inc(line);
        value_dec(line);
        value_dec(source);
        source = whole;
        if (!source)
            return NULL;
        if (is_blank(source)) {
            value_dec(source);
            return VALUE_MISSING;
        }
        value code = compile(source, flags | FLAG_DONT_IMPLY_DEDENT | (ended ? 0 : FLAG_ALLOW_INCOMPLETE));
        if (code || ended) {
            value_dec(source);
            return code;
        }
        bool incomplete = is_incomplete(), wrong = error_matches(EXC(SyntaxError));
        value lines = incomplete || wrong ? str_format("%U\n", source) : NULL;
        enum parsed parsed = lines ? parse_lines(lines, flags) : PARSED_WRONG;
        if (parsed == PARSED_WRONG || (parsed == PARSED_WHOLE && !incomplete)) {
            if (lines && incomplete)
                code = compile(lines, flags);
            value_dec(lines);
            value_dec(source);
            return code;
        }
        error_clear();
        value_dec(lines);
    }
}

/* Show the exception; true when it ends the prompt: *status is set. */
static bool report(int *status)
{
    bool ends = error_matches(EXC(SystemExit));
    int of_exception = interpreter_report_uncaught();
    streams_flush_quietly();
    if (ends)
        *status = of_exception;
    return ends;
}

static bool set_prompts(void)
{
    const char *const prompts[][2] = {{"ps1", ">>> "}, {"ps2", "... "}};
    for (size_t i = 0; i < 2; i++) {
        value present = sys_get(prompts[i][0]);
        value text = present == VALUE_MISSING ? str_from_text(prompts[i][1]) : value_inc(present);
        bool done = text && sys_set(prompts[i][0], text);
        value_dec(text);
        value_dec(present);
        if (!done)
            return false;
    }
    return true;
}

/* site may have put one there: line editing, completion and history. */
static void call_interactive_hook(void)
{
    value hook = sys_get("__interactivehook__");
    value result = VALUE_NONE;
    if (is_given(hook))
        result = audit("cpython.run_interactivehook", "O", hook) ? call_0(hook) : NULL;
    if (!result) {
        fputs("Failed calling sys.__interactivehook__\n", stderr);
        interpreter_report_uncaught();
    }
    value_dec(result);
    value_dec(hook);
}

void prompt_print_banner(void)
{
    value version = sys_get("version");
    struct text text;
    if (is_given(version) && text_of(version, &text)) {
        fprintf(stderr, "Python %s on linux\n", text.bytes);
        text_release(&text);
    }
    value_dec(version);
    if (!sys_flags.no_site)
        fputs("Type \"help\", \"copyright\", \"credits\" or \"license\" for more information.\n", stderr);
}

int run_prompt(value main)
{
    if (!sys_flags.no_site) {
        value site = import_module("site");
        if (!site)
            interpreter_report_uncaught();
        value_dec(site);
    }
    if (!sys_flags.isolated)
        call_interactive_hook();
    if (!set_prompts())
        return interpreter_report_uncaught();
    unsigned flags = 0;
    int status = 0;
    for (;;) {
        streams_flush_quietly();
        value code = read_statement(flags);
        if (code == VALUE_END) {
            fputs("\n", stderr);
            break;
        }
        if (code == VALUE_MISSING)
            continue;
        if (code)
            flags |= ((struct code *)code)->flags & FLAGS_KEPT;
        else if (error_matches(EXC(KeyboardInterrupt)))
            fputs("\n", stderr);
        bool runs = code && audit("exec", "O", code);
        value result = runs ? interpreter_run_code(code, module_dict(main), NULL, NULL) : NULL;
        value_dec(code);
        if (!result && report(&status))
            break;
        value_dec(result);
    }
    return status;
}
