/* The functions of builtins that run source text: compile, eval, exec. */
#include "runtime/modules/core/builtins_compile.h"
#include "runtime/audit.h"
#include "runtime/compiler/code/code.h"
#include "runtime/compiler/tree/tree.h"
#include "runtime/interp/interp.h"
#include "runtime/objects/text/str.h"
#include "threads/pause.h"

/* ---- exec, eval, compile ---- */

/* Fill in the namespaces that were not given; owned. */
static bool namespaces(value *globals, value *locals, const char *name)
{
    bool exec = strcmp(name, "exec") == 0,
         mapping = *locals == VALUE_NONE || is_dict(*locals) || value_type_slot(*locals, getitem);
    if (!mapping && !exec)
        return raise_false(EXC(TypeError), "locals must be a mapping");
    if (*globals != VALUE_NONE && !is_dict(*globals))
        return raise_false(EXC(TypeError),
                           exec ? "exec() globals must be a dict, not %T"
                           : value_type_slot(*globals, getitem)
                               ? "globals must be a real dict; try eval(expr, {}, mapping)"
                               : "globals must be a dict",
                           *globals);
    if (!mapping)
        return raise_false(EXC(TypeError), "locals must be a mapping or None, not %T", *locals);
    if (*globals == VALUE_NONE) {
        value g = interpreter_globals();
        if (!g)
            return raise_false(EXC(SystemError), "globals and locals cannot be NULL");
        *globals = value_inc(g);
        *locals = *locals == VALUE_NONE ? interpreter_locals() : value_inc(*locals);
        if (!*locals) {
            value_dec(*globals);
            return false;
        }
        return true;
    }
    *locals = value_inc(*locals == VALUE_NONE ? *globals : *locals);
    value_inc(*globals);
    return true;
}

void source_release(struct source *source)
{
    if (source->is_buffer)
        buffer_release(&source->buffer);
    else
        text_release(&source->text);
}

bool source_get(value v, struct source *source, const char *function, const char *what)
{
    *source = (struct source){.flags = 0};
    if (is_str(v)) {
        if (!text_of(v, &source->text))
            return false;
        source->flags = PARSE_IGNORE_COOKIE;
    } else if (value_has_buffer(v) && buffer_get(v, &source->buffer, BUFFER_SIMPLE)) {
        source->is_buffer = true;
        source->text = (struct text){source->buffer.data, (size_t)source->buffer.length, NULL};
    } else {
        if (error_occurred() && !buffer_refused())
            return false;
        return raise_false(EXC(TypeError), "%s() arg 1 must be a %s", function, what);
    }
    if (thread_find(source->text.bytes, 0, source->text.length)) {
        source_release(source);
        return raise_false(EXC(ValueError), "source code string cannot contain null bytes");
    }
    return true;
}

/* Other bytes than bytes objects are taken for a file name as well, for the time being. */
static value filename_of_buffer(value v)
{
    struct buffer buffer;
    if (warn(EXC(DeprecationWarning), 1, "path should be string, bytes, or os.PathLike, not %T", v) < 0 ||
        !buffer_get(v, &buffer, BUFFER_SIMPLE))
        return NULL;
    value bytes = bytes_new(buffer.data, (size_t)buffer.length);
    value name = bytes ? str_decode_locale((const char *)bytes_data(bytes)) : NULL;
    value_dec(bytes);
    buffer_release(&buffer);
    return name;
}

value source_filename(value v)
{
    if (!is_bytes(v) && value_has_buffer(v))
        return filename_of_buffer(v);
    value path = value_fspath(v);
    if (!path)
        return NULL;
    bool null = is_bytes(path) ? thread_find(bytes_data(path), 0, bytes_length(path)) != NULL
                               : span_find_char(str_span(str_exact(path)), 0) != SPAN_NONE;
    value name = null             ? raise(EXC(ValueError), "embedded null character")
                 : is_bytes(path) ? str_decode_locale((const char *)bytes_data(path))
                                  : value_inc(path);
    value_dec(path);
    return name;
}

/* What a compilation takes over from the code that asks for it. */
static unsigned inherited_flags(void)
{
    struct code *running = interpreter_code();
    return running ? running->flags & CODE_FUTURE_MASK : 0;
}

static value compile_text(value v, const char *function, const char *what)
{
    struct source source;
    if (!source_get(v, &source, function, what))
        return NULL;
    const char *bytes = source.text.bytes;
    size_t length = source.text.length;
    bool eval = strcmp(function, "eval") == 0;
    while (eval && length > 0 && (*bytes == ' ' || *bytes == '\t'))
        bytes++, length--;
    value code = compile_source(bytes, length, NAME_TEXT("<string>"), function, inherited_flags() | source.flags, -1);
    source_release(&source);
    return code;
}

static value run(value source, value globals, value locals, const char *function, const char *what, value closure)
{
    value code = NULL, result = NULL;
    if (!namespaces(&globals, &locals, function))
        return NULL;
    if (value_is(source, TYPE_ID_CODE)) {
        code = value_inc(source);
        if (((struct code *)code)->frees_count && !closure && strcmp(function, "eval") == 0)
            raise(EXC(TypeError), "code object passed to eval() may not contain free variables");
        else if (((struct code *)code)->frees_count && !closure)
            raise(EXC(TypeError), "code object requires a closure of exactly length %u",
                  ((struct code *)code)->frees_count);
    } else {
        code = compile_text(source, function, what);
    }
    if (code && !error_occurred() && audit("exec", "O", code))
        result = interpreter_run_code(code, globals, locals, closure);
    value_dec(code);
    value_dec(globals);
    value_dec(locals);
    return result;
}

value builtin_eval(value self, value source, value globals, value locals)
{
    return run(source, globals, locals, "eval", "string, bytes or code object", NULL);
}

value builtin_exec(value self, const value *args)
{
    value closure = args[3] == VALUE_NONE ? NULL : args[3];
    if (closure && !value_is(args[0], TYPE_ID_CODE))
        return raise(EXC(TypeError), "closure argument must be a tuple of cells");
    if (closure) {
        bool cells = is_tuple(closure);
        for (size_t i = 0; cells && i < tuple_length(closure); thread_report_at(++i))
            cells = value_is(tuple_get(closure, i), TYPE_ID_CELL);
        if (!cells || tuple_length(closure) != ((struct code *)args[0])->frees_count)
            return raise(EXC(TypeError), "code object requires a closure of exactly length %u",
                         ((struct code *)args[0])->frees_count);
    }
    value result = run(args[0], args[1], args[2], "exec", "string, bytes or code object", closure);
    value_dec(result);
    return result ? VALUE_NONE : NULL;
}

/* ---- compile ---- */

enum {
    COMPILE_NESTED = 0x10,
    COMPILE_KNOWN_FLAGS = CODE_FUTURE_MASK | COMPILE_NESTED | PARSE_DONT_IMPLY_DEDENT | COMPILE_ONLY_TREE |
                          PARSE_TYPE_COMMENTS | COMPILE_TOP_LEVEL_AWAIT | PARSE_ALLOW_INCOMPLETE_INPUT,
};

static value compile_any(value source, value filename, const char *mode, unsigned flags, int optimize)
{
    int is_tree = tree_is_object(source);
    if (is_tree < 0)
        return NULL;
    if (is_tree)
        return flags & COMPILE_ONLY_TREE              ? value_inc(source)
               : audit("compile", "OO", source, NULL) ? compile_tree(source, filename, mode, flags, optimize)
                                                      : NULL;
    struct source text;
    if (!source_get(source, &text, "compile", "string, bytes or AST object"))
        return NULL;
    value result = compile_source(text.text.bytes, text.text.length, filename, mode, flags | text.flags, optimize);
    source_release(&text);
    return result;
}

/* compile() of args[0], once the file's name is known. */
static value compile_named(const value *args, value filename)
{
    int flags, optimize, feature_version;
    if (!is_str(args[2]))
        return raise(EXC(TypeError), "compile() argument 'mode' must be str, not %K", args[2]);
    if (!value_as_int(args[3], &flags))
        return NULL;
    int dont_inherit = value_truth(args[4]);
    if (dont_inherit < 0 || !value_as_int(args[5], &optimize) || !value_as_int(args[6], &feature_version))
        return NULL;
    if (flags & ~COMPILE_KNOWN_FLAGS)
        return raise(EXC(ValueError), "compile(): unrecognised flags");
    if (optimize < -1 || optimize > 2)
        return raise(EXC(ValueError), "compile(): invalid optimize value");
    unsigned all = (unsigned)flags & ~(unsigned)COMPILE_NESTED;
    if (!dont_inherit)
        all |= inherited_flags();
    if (feature_version >= 0 && (flags & COMPILE_ONLY_TREE))
        all |= PARSE_FEATURE_VERSION(feature_version);
    struct text mode;
    if (!text_of_argument(args[2], &mode))
        return NULL;
    value result =
        compile_check_mode(mode.bytes, all) ? compile_any(args[0], filename, mode.bytes, all, optimize) : NULL;
    text_release(&mode);
    return result;
}

value builtin_compile(value self, const value *args)
{
    value filename = source_filename(args[1]);
    value result = filename ? compile_named(args, filename) : NULL;
    value_dec(filename);
    return result;
}
