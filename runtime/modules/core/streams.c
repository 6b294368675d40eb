/* sys.stdin, sys.stdout, sys.stderr: streams of _io over descriptors 0, 1 and 2, or None where one is closed. */
#include "runtime/modules/core/streams.h"
#include "runtime/import.h"
#include "runtime/interp/interp.h"
#include "runtime/modules/io/io.h"
#include "runtime/sys.h"
#include "runtime/modules/core/sys_info.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

bool streams_unbuffered;

/* The name that the codec itself has; what no codec has stays. */
static value codec_name(value encoding)
{
    value module = encoding ? import_module("codecs") : NULL, name = module ? str_interned("lookup") : NULL;
    value codec = name ? call_method_1(module, name, encoding) : NULL;
    value known = codec ? attr_get(codec, NAME(name)) : NULL;
    value_dec(codec);
    value_dec(name);
    value_dec(module);
    if (!known) {
        error_clear();
        return encoding;
    }
    value_dec(encoding);
    return known;
}

/* PYTHONIOENCODING=encoding:errors, either part empty. */
static void environment_encoding(value *encoding, value *errors)
{
    const char *given = sys_flags.ignore_environment ? NULL : getenv("PYTHONIOENCODING");
    if (!given || !*given)
        return;
    const char *colon = strchr(given, ':');
    size_t length = colon ? (size_t)(colon - given) : strlen(given);
    if (length) {
        *encoding = codec_name(str_from_utf8_surrogates(given, length));
        *errors = NAME(strict);
    }
    if (colon && colon[1])
        *errors = str_from_text(colon + 1);
}

/* The standard streams keep odd bytes in locales that say nothing of text. */
static const char *default_errors(void)
{
    const char *wanted = getenv("LC_ALL");
    if (!wanted || !*wanted)
        wanted = getenv("LC_CTYPE");
    if (!wanted || !*wanted)
        wanted = getenv("LANG");
    if (!wanted || !*wanted)
        wanted = "C";
    bool plain = strcmp(wanted, "C") == 0 || strcmp(wanted, "POSIX") == 0 || strcmp(wanted, "C.UTF-8") == 0 ||
                 strcmp(wanted, "C.utf8") == 0;
    return plain || sys_flags.utf8_mode ? "surrogateescape" : "strict";
}

static value open_stream(int fd, const char *name)
{
    const value raw_arguments[] = {small_int(fd), fd == 0 ? NAME_TEXT("rb") : NAME_TEXT("wb"), VALUE_FALSE};
    value raw = call_vector(value_of(io_file_type), raw_arguments, 3, NULL);
    value text_name = raw ? str_interned(name) : NULL;
    bool done = text_name && attr_set(raw, NAME(name), text_name);
    value_dec(text_name);
    bool direct = streams_unbuffered && fd != 0;
    value buffer = !done    ? NULL
                   : direct ? value_inc(raw)
                            : call_1(value_of(fd == 0 ? io_reader_type : io_writer_type), raw);
    value_dec(raw);
    if (!buffer)
        return NULL;
    value encoding = str_interned("utf-8"), errors = str_interned(fd == 2 ? "backslashreplace" : default_errors());
    value given_errors = errors;
    environment_encoding(&encoding, &given_errors);
    bool lines = !streams_unbuffered && (fd == 2 || isatty(fd));
    const value arguments[] = {buffer,
                               encoding,
                               fd == 2 ? errors : given_errors,
                               fd == 0 ? VALUE_NONE : NAME_TEXT("\n"),
                               value_bool(lines),
                               value_bool(direct)};
    value text = encoding && given_errors ? call_vector(value_of(io_text_type), arguments, 6, NULL) : NULL;
    if (text && !attr_set(text, NAME(mode), fd == 0 ? NAME(r) : NAME(w))) {
        value_dec(text);
        text = NULL;
    }
    if (given_errors != errors)
        value_dec(given_errors);
    value_dec(encoding);
    value_dec(errors);
    value_dec(buffer);
    return text;
}

static value load_module_named(value modules, const char *name)
{
    value module = module_create(module_find_builtin(name), NULL);
    if (module && dict_set_text(modules, name, module))
        return module;
    value_dec(module);
    return NULL;
}

/* _codecs too: it installs itself behind str.encode and its like. */
static bool load_modules(void)
{
    value modules = sys_get("modules"), codecs = is_given(modules) ? load_module_named(modules, "_codecs") : NULL;
    value module = codecs ? load_module_named(modules, "_io") : NULL;
    value_dec(codecs);
    bool done = module != NULL;
    value open = done ? dict_get_text(module_dict(module), "open") : NULL;
    done = done && is_given(open) && dict_set_text(builtins_dict, "open", open);
    value_dec(open);
    value_dec(module);
    value_dec(modules);
    return done;
}

bool streams_open(void)
{
    static const char *const names[][3] = {
        {"stdin", "__stdin__", "<stdin>"}, {"stdout", "__stdout__", "<stdout>"}, {"stderr", "__stderr__", "<stderr>"}};
    bool done = load_modules();
    for (int fd = 2; done && fd >= 0; fd--) {
        bool usable = fcntl(fd, F_GETFD) >= 0;
        value stream = usable ? open_stream(fd, names[fd][2]) : VALUE_NONE;
        done = stream && sys_set(names[fd][0], stream) && sys_set(names[fd][1], stream);
        value_dec(stream);
    }
    return done;
}

/* Flush sys.NAME unless it is closed. */
static bool flush(const char *name, bool reports)
{
    value stream = sys_get(name);
    bool done = true;
    if (is_given(stream) && stream) {
        value closed = attr_get_optional(stream, NAME(closed));
        int truth = !closed ? -1 : closed == VALUE_MISSING ? 0 : value_truth(closed);
        value_dec(closed);
        done = truth > 0 || (truth == 0 && io_call(stream, NAME(flush)));
    }
    if (!done && reports)
        error_unraisable(NULL, stream);
    error_clear();
    value_dec(stream);
    return done;
}

bool streams_flush(void)
{
    bool done = flush("stdout", true);
    flush("stderr", false);
    return done;
}

void streams_flush_quietly(void)
{
    value exception = error_fetch();
    flush("stderr", false);
    flush("stdout", false);
    if (exception)
        error_restore(exception);
}

/* ---- lines with editing ---- */
static line_reader *_Atomic reader;

void line_reader_set(line_reader *given)
{
    atomic_store(&reader, given);
}

/* Is the stream this descriptor, and that a terminal? */
static bool is_terminal(value stream, int descriptor)
{
    int64_t number;
    value given = call_method_0(stream, NAME(fileno));
    bool same = given && is_int(given) && int_fits_i64(given, &number) && number == descriptor;
    error_clear(); /* a stream without a descriptor */
    value_dec(given);
    return same && isatty(descriptor);
}

value streams_read_line(value in, value out, value prompt)
{
    line_reader *read = atomic_load(&reader);
    if (!read || !is_terminal(in, STDIN_FILENO) || !is_terminal(out, STDOUT_FILENO))
        return VALUE_MISSING;
    return read(prompt);
}
