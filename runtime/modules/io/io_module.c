/* The _io module: open(), and what io.py takes from here. The classes are in io_*.c. */
#include "runtime/modules/core/sys_info.h"
#include "runtime/modules/io/io.h"
#include "runtime/modules/importing/import.h"

#include <errno.h>
#include <unistd.h>

/* ---- open ---- */
struct mode {
    bool creating, reading, writing, appending, updating, text, binary;
};

static bool parse_mode(const char *text, value shown, struct mode *m)
{
    *m = (struct mode){0};
    for (const char *p = text; *p; p++) {
        bool *flag = *p == 'x'   ? &m->creating
                     : *p == 'r' ? &m->reading
                     : *p == 'w' ? &m->writing
                     : *p == 'a' ? &m->appending
                     : *p == '+' ? &m->updating
                     : *p == 't' ? &m->text
                     : *p == 'b' ? &m->binary
                                 : NULL;
        if (!flag || *flag)
            return raise_false(EXC(ValueError), "invalid mode: %R", shown);
        *flag = true;
    }
    if (m->text && m->binary)
        return raise_false(EXC(ValueError), "can't have text and binary mode at once");
    if (m->creating + m->reading + m->writing + m->appending != 1)
        return raise_false(EXC(ValueError), "must have exactly one of create/read/write/append mode");
    return true;
}

static value open_raw(value file, const struct mode *m, value closefd, value opener)
{
    char mode[4] = {m->creating ? 'x' : m->reading ? 'r' : m->writing ? 'w' : 'a', m->updating ? '+' : 0};
    value arguments[] = {file, str_interned(mode), closefd, opener};
    value raw = arguments[1] ? call_vector(value_of(io_file_type), arguments, 4, NULL) : NULL;
    value_dec(arguments[1]);
    return raw;
}

/* The size of the buffer: what the file system prefers. */
static int default_buffering(value raw, bool *line_buffering)
{
    *line_buffering = io_file_is_terminal(raw);
    return io_file_block_size(raw);
}

static value open_text(value buffer, const char *mode, value encoding, value errors, value newline, bool line_buffering)
{
    const value arguments[] = {buffer, encoding, errors, newline, value_bool(line_buffering)};
    value text = call_vector(value_of(io_text_type), arguments, 5, NULL), name = text ? str_interned(mode) : NULL;
    if (name && attr_set(text, NAME(mode), name)) {
        value_dec(name);
        return text;
    }
    value_dec(name);
    value_dec(text);
    return NULL;
}

/* Close what is open already because the layer above could not be made. */
static value give_up(value stream)
{
    value error = error_fetch();
    if (!io_call(stream, NAME(close)))
        error_clear();
    error_restore(error);
    value_dec(stream);
    return NULL;
}

value io_open(value file, const char *mode, int buffering, value encoding, value errors, value newline, value closefd,
              value opener)
{
    struct mode m;
    value shown = str_from_text(mode);
    bool right = shown && parse_mode(mode, shown, &m);
    value_dec(shown);
    if (!right)
        return NULL;
    if (m.binary && encoding != VALUE_NONE)
        return raise(EXC(ValueError), "binary mode doesn't take an encoding argument");
    if (m.binary && errors != VALUE_NONE)
        return raise(EXC(ValueError), "binary mode doesn't take an errors argument");
    if (m.binary && newline != VALUE_NONE)
        return raise(EXC(ValueError), "binary mode doesn't take a newline argument");
    if (m.binary && buffering == 1 &&
        warn(EXC(RuntimeWarning), 1,
             "line buffering (buffering=1) isn't supported in binary mode, the default buffer size will be used") < 0)
        return NULL;
    value raw = open_raw(file, &m, closefd, opener);
    if (!raw)
        return NULL;
    bool line_buffering = buffering == 1, terminal = false;
    int size = default_buffering(raw, &terminal);
    if (buffering < 0)
        line_buffering = terminal;
    if (buffering < -1) {
        raise(EXC(ValueError), "invalid buffering size");
        return give_up(raw);
    }
    if (buffering == 0) {
        if (m.binary)
            return raw;
        raise(EXC(ValueError), "can't have unbuffered text I/O");
        return give_up(raw);
    }
    struct type *type = m.updating ? io_random_type : m.reading ? io_reader_type : io_writer_type;
    const value arguments[] = {raw, small_int(buffering > 1 ? buffering : size)};
    value buffer = call_vector(value_of(type), arguments, 2, NULL);
    if (!buffer)
        return give_up(raw);
    value_dec(raw);
    if (m.binary)
        return buffer;
    value text = open_text(buffer, mode, encoding, errors, newline, line_buffering);
    if (!text)
        return give_up(buffer);
    value_dec(buffer);
    return text;
}

static value module_open(value self, const value *args)
{
    int buffering;
    struct text mode;
    value shown = is_missing(args[1]) ? NAME_TEXT("r") : args[1];
    if (!is_str(shown))
        return raise(EXC(TypeError), "open() argument 'mode' must be str, not %K", shown);
    if (!value_as_int(args[2], &buffering))
        return NULL;
    for (int i = 3; i < 6; i++)
        if (args[i] != VALUE_NONE && !is_str(args[i]))
            return raise(EXC(TypeError), "open() argument '%s' must be str or None, not %K",
                         i == 3   ? "encoding"
                         : i == 4 ? "errors"
                                  : "newline",
                         args[i]);
    value file = is_int(args[0]) ? value_inc(args[0]) : value_fspath(args[0]), result = NULL;
    if (file && text_of(shown, &mode)) {
        result = io_open(file, mode.bytes, buffering, args[3], args[4], args[5], args[6], args[7]);
        text_release(&mode);
    }
    value_dec(file);
    return result;
}

static value module_open_code(value self, value path)
{
    if (!is_str(path))
        return raise(EXC(TypeError), "open_code() argument 'path' must be str, not %K", path);
    return io_open(path, "rb", -1, VALUE_NONE, VALUE_NONE, VALUE_NONE, VALUE_TRUE, VALUE_NONE);
}

bool io_warn_of_default_encoding(ssize stack_level)
{
    return !sys_flags.warn_default_encoding ||
           warn(EXC(EncodingWarning), stack_level, "'encoding' argument not specified") >= 0;
}

static value module_text_encoding(value self, value encoding, value stack_level)
{
    int level;
    if (!value_as_int(stack_level, &level))
        return NULL;
    if (encoding != VALUE_NONE)
        return value_inc(encoding);
    if (!io_warn_of_default_encoding(level))
        return NULL;
    return sys_flags.utf8_mode ? NAME_TEXT("utf-8") : NAME(locale);
}

static const struct method_def functions[] = {
    METHOD("open", module_open,
           "(file, mode='r', buffering=-1, encoding=None, errors=None, newline=None, closefd=True, opener=None)",
           "Open file and return a stream.  Raise OSError upon failure."),
    METHOD("open_code", module_open_code, "(path)", "Opens the provided file with the intent to import the contents."),
    METHOD("text_encoding", module_text_encoding, "(encoding, stacklevel=2, /)",
           "A helper function to choose the text encoding."),
    {0},
};

/* The module calls itself "io", and so do its functions. */
static bool fill(value module)
{
    if (!module_add_owned(module, "__name__", str_interned("io")) || !module_add_functions(module, functions) ||
        !io_base_define(module) ||
        !module_define_exception(module, &io_unsupported_type, "io.UnsupportedOperation", EXC(OSError),
                                 EXC(ValueError)) ||
        !io_file_define(module) || !io_buffered_define(module) || !io_bytes_define(module) ||
        !io_string_define(module) || !io_text_define(module) || !io_newline_define(module))
        return false;
    value open = dict_get_text(module_dict(module), "open");
    bool done = open && module_add_owned(module, "DEFAULT_BUFFER_SIZE", small_int(IO_BUFFER_SIZE)) &&
                module_add(module, "BlockingIOError", value_of(EXC(BlockingIOError)));
    value_dec(open);
    return done;
}

static void finish(void)
{
    value_dec(atomic_exchange(&io_unsupported_type, NULL));
}

const struct module_def _io_module = {
    .name = "_io",
    .doc = "The io module provides the Python interfaces to stream handling.",
    .fill = fill,
    .finish = finish,
};
