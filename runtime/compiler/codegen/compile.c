/*
 * compile_source and compile_tree: the way from source text or a tree to a code object, and what all stages share:
 * errors, memory, names.
 */
#include "runtime/compiler/codegen/compiler.h"
#include "runtime/audit.h"
#include "runtime/compiler/tree/tree.h"
#include "runtime/interpreter.h"
#include "runtime/objects/numbers/int.h"
#include "runtime/raw.h"
#include "runtime/sys.h"
#include "threads/pause.h"

#include <stdio.h>
#include <stdlib.h>

/* ---- failures ---- */

void compiler_fail(struct compiler *c)
{
    c->failed = true;
}

/* The text of a line of the file on disk, as errors of the later stages show it: None when there is no such file. */
static value file_line(value filename, int32_t lineno)
{
    struct text path;
    if (!text_of_path(filename, &path)) {
        error_clear();
        return VALUE_NONE;
    }
    char *line = NULL;
    size_t capacity = 0;
    ssize_t length = -1;
    thread_enter_blocking();
    FILE *file = fopen(path.bytes, "rb");
    for (int32_t i = 0; file && i < lineno; i++) {
        length = getline(&line, &capacity, file);
        if (length < 0)
            break;
    }
    if (file)
        fclose(file);
    thread_leave_blocking();
    text_release(&path);
    value text = VALUE_NONE;
    if (length >= 0 && lineno > 0) {
        text = str_from_utf8(line, (size_t)length); /* of a file in another encoding there is none */
        if (!text) {
            error_clear();
            text = VALUE_NONE;
        }
    }
    free(line);
    return text;
}

/* type(message, (filename, lineno, offset, text, end_lineno, end_offset)); steals message and text. Without the last
 * two when end_lineno is negative; an end_offset of END_UNKNOWN is None. type(message) when there is no line. */
enum { END_UNKNOWN = SYNTAX_ERROR_NO_POSITION };

static void raise_located(struct type *type, value message, value filename, int32_t lineno, int32_t offset, value text,
                          int32_t end_lineno, int32_t end_offset)
{
    value details = NULL, exception = NULL;
    value end = end_offset == END_UNKNOWN ? VALUE_NONE : small_int(end_offset);
    if (message && lineno == SYNTAX_ERROR_NO_POSITION)
        exception = call_1(value_of(type), message);
    else if (message && text && end_lineno < 0)
        details = tuple_pack(4, filename, small_int(lineno), small_int(offset), text);
    else if (message && text)
        details = tuple_pack(6, filename, small_int(lineno), small_int(offset), text, small_int(end_lineno), end);
    if (details)
        exception = call_2(value_of(type), message, details);
    if (exception)
        raise_exception(exception);
    value_dec(exception);
    value_dec(details);
    value_dec(message);
    value_dec(text);
}

/* The message of a compilation's first error, owned; NULL when there was one before, or with MemoryError. */
static value first_message(struct compiler *c, const char *format, va_list args)
{
    if (c->failed)
        return NULL;
    compiler_fail(c);
    return str_format_v(format, args);
}

void compiler_error(struct compiler *c, struct ast_position position, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    value message = first_message(c, format, args);
    va_end(args);
    if (!message)
        return;
    raise_located(EXC(SyntaxError), message, c->filename, position.lineno, position.col_offset + 1,
                  file_line(c->filename, position.lineno), position.end_lineno,
                  position.end_col_offset == END_UNKNOWN ? END_UNKNOWN : position.end_col_offset + 1);
}

void compiler_refuse(struct compiler *c, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    value message = first_message(c, format, args);
    va_end(args);
    if (message)
        raise(EXC(SystemError), "%U", message);
    value_dec(message);
}

static void set_owned(value exception, value name, value v /* stolen */)
{
    if (!v || !attr_set(exception, name, v))
        error_clear();
    value_dec(v);
}

void symtable_error(struct compiler *c, struct ast_position position, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    value message = first_message(c, format, args);
    va_end(args);
    value exception = message ? call_1(value_of(EXC(SyntaxError)), message) : NULL;
    value_dec(message);
    if (!exception)
        return;
    bool has_end = position.end_col_offset != END_UNKNOWN;
    set_owned(exception, NAME(filename), value_inc(c->filename));
    set_owned(exception, NAME(lineno), small_int(position.lineno));
    set_owned(exception, NAME(offset), small_int(position.col_offset + 1));
    set_owned(exception, NAME(text), file_line(c->filename, position.lineno));
    set_owned(exception, NAME(end_lineno), small_int(position.end_lineno));
    set_owned(exception, NAME(end_offset), has_end ? small_int(position.end_col_offset + 1) : VALUE_NONE);
    raise_exception(exception);
    value_dec(exception);
}

/* A warning; a filter that makes an error of it gives a SyntaxError at the position. */
static void issue_warning(struct compiler *c, struct type *category, struct ast_position position, value message)
{
    if (!message) {
        compiler_fail(c);
        return;
    }
    if (warn_at(category, message, c->filename, position.lineno) < 0) {
        if (error_matches(category)) {
            error_clear();
            compiler_error(c, position, "%U", message);
        }
        compiler_fail(c);
    }
}

void compiler_warn(struct compiler *c, struct ast_position position, const char *format, ...)
{
    if (c->failed)
        return;
    va_list args;
    va_start(args, format);
    value message = str_format_v(format, args);
    va_end(args);
    issue_warning(c, EXC(SyntaxWarning), position, message);
    value_dec(message);
}

bool compiler_enter(struct compiler *c)
{
    char here;
    bool deep = c->depth >= c->depth_limit;
    if (interpreter_self && interpreter_self->stack_limit && &here < interpreter_self->stack_limit)
        deep = true;
    if (unlikely(deep)) {
        if (!c->failed)
            raise(EXC(RecursionError), "maximum recursion depth exceeded during compilation");
        compiler_fail(c);
        return false;
    }
    c->depth++;
    return true;
}

/* ---- memory and names ---- */

void *compiler_alloc(struct compiler *c, size_t size)
{
    void *memory = arena_alloc(&c->arena, size);
    if (likely(memory != NULL)) {
        thread_fill(memory, 0, size);
    } else {
        if (!c->failed)
            raise_no_memory();
        compiler_fail(c);
    }
    return memory;
}

value compiler_own(struct compiler *c, value v)
{
    if (unlikely(!v)) {
        compiler_fail(c);
        return NULL;
    }
    if (!value_is_object(v))
        return v;
    if (c->owned_count == c->owned_capacity) {
        uint32_t capacity = c->owned_capacity ? c->owned_capacity * 2 : 256;
        value *fresh = raw_resize(c->owned, capacity * sizeof *fresh);
        if (!fresh) {
            value_dec(v);
            raise_no_memory();
            compiler_fail(c);
            return NULL;
        }
        c->owned = fresh;
        c->owned_capacity = capacity;
    }
    return c->owned[c->owned_count++] = v;
}

static uint32_t map_hash(const void *key)
{
    return (uint32_t)(((uint64_t)(uintptr_t)key * UINT64_C(0x9E3779B97F4A7C15)) >> 32);
}

bool map_get(const struct pointer_map *map, const void *key, uint64_t *number)
{
    if (!map->size)
        return false;
    for (uint32_t i = map_hash(key) & (map->size - 1); map->slots[i].key; i = (i + 1) & (map->size - 1)) {
        if (map->slots[i].key == key) {
            *number = map->slots[i].number;
            return true;
        }
    }
    return false;
}

static void map_insert(struct pointer_map *map, const void *key, uint64_t number)
{
    uint32_t i = map_hash(key) & (map->size - 1);
    while (map->slots[i].key)
        i = (i + 1) & (map->size - 1);
    map->slots[i].key = key;
    map->slots[i].number = number;
    map->count++;
}

bool map_set(struct compiler *c, struct pointer_map *map, const void *key, uint64_t number)
{
    if (map->count * 4 >= map->size * 3) {
        struct pointer_map grown = {.size = map->size ? map->size * 2 : 16};
        grown.slots = compiler_alloc(c, grown.size * sizeof *grown.slots);
        if (!grown.slots)
            return false;
        for (uint32_t i = 0; i < map->size; thread_report_at(++i)) {
            if (map->slots[i].key)
                map_insert(&grown, map->slots[i].key, map->slots[i].number);
        }
        *map = grown;
    }
    map_insert(map, key, number);
    return true;
}

value compiler_intern_str(const struct compiler *c, value v)
{
    return c->is_program ? str_intern_forever(v) : str_intern(v);
}

value compiler_text(struct compiler *c, ast_name name)
{
    uint64_t known;
    if (map_get(&c->texts, name, &known))
        return value_from_bits(known);
    value text = str_from_utf8_surrogates(name->text, name->length); /* a foreign tree may have any name */
    text = compiler_own(c, text ? compiler_intern_str(c, text) : NULL);
    if (text)
        map_set(c, &c->texts, name, value_bits(text));
    return text;
}

ast_name compiler_intern(struct compiler *c, const char *text)
{
    ast_name name = ast_intern(&c->arena, c->module->names, text, strlen(text));
    if (!name) {
        if (!c->failed)
            raise_no_memory();
        compiler_fail(c);
    }
    return name;
}

ast_name compiler_mangle(struct compiler *c, ast_name private_name, ast_name name)
{
    const char *text = name->text;
    if (!private_name || text[0] != '_' || text[1] != '_')
        return name;
    if ((text[name->length - 1] == '_' && text[name->length - 2] == '_') || strchr(text, '.'))
        return name;
    const char *class_text = private_name->text;
    while (*class_text == '_')
        class_text++;
    if (!*class_text)
        return name;
    size_t class_length = strlen(class_text);
    char *mangled = compiler_alloc(c, class_length + name->length + 2);
    if (!mangled)
        return NULL;
    mangled[0] = '_';
    thread_copy(mangled + 1, class_text, class_length);
    thread_copy(mangled + 1 + class_length, text, name->length + 1);
    return compiler_intern(c, mangled);
}

/* ---- errors of the parser ---- */

void syntax_error_raise(value filename, const struct syntax_error *error)
{
    static const uint16_t types[] = {
        [SYNTAX_ERROR_NONE] = EXCEPTION_ID_SystemError,
        [SYNTAX_ERROR_SYNTAX] = EXCEPTION_ID_SyntaxError,
        [SYNTAX_ERROR_INDENTATION] = EXCEPTION_ID_IndentationError,
        [SYNTAX_ERROR_TAB] = EXCEPTION_ID_TabError,
        [SYNTAX_ERROR_VALUE] = EXCEPTION_ID_ValueError,
        [SYNTAX_ERROR_MEMORY] = EXCEPTION_ID_MemoryError,
        [SYNTAX_ERROR_RECURSION] = EXCEPTION_ID_RecursionError,
        [SYNTAX_ERROR_OVERFLOW] = EXCEPTION_ID_OverflowError,
    };
    struct type *type = TYPE_WELL_KNOWN(types[error->kind]);
    if (error->kind == SYNTAX_ERROR_MEMORY && !error->message) {
        raise_no_memory();
        return;
    }
    if (error->kind != SYNTAX_ERROR_SYNTAX && error->kind != SYNTAX_ERROR_INDENTATION &&
        error->kind != SYNTAX_ERROR_TAB) {
        raise(type, "%s", error->message ? error->message : "");
        return;
    }
    value text = error->text ? str_from_utf8_surrogates(error->text, error->text_length) : VALUE_NONE;
    raise_located(type, str_from_text(error->message), filename, error->lineno, error->offset, text, error->end_lineno,
                  error->end_offset);
}

static void issue_parser_warnings(struct compiler *c, const struct syntax_warning *w)
{
    for (; w && !c->failed; w = w->next, thread_report()) {
        struct type *category =
            w->category == SYNTAX_WARNING_DEPRECATION ? EXC(DeprecationWarning) : EXC(SyntaxWarning);
        struct ast_position position = w->position;
        position.lineno = w->lineno;
        value message = str_from_text(w->message);
        issue_warning(c, category, position, message);
        value_dec(message);
    }
}

bool syntax_warnings_issue(value filename, const struct syntax_warning *warnings)
{
    struct compiler c = {.filename = filename};
    issue_parser_warnings(&c, warnings);
    return !c.failed;
}

/* ---- from __future__ ---- */

static const struct {
    const char *name;
    unsigned flag;
} features[] = {
    {"nested_scopes", 0},
    {"generators", 0},
    {"division", CODE_FUTURE_DIVISION},
    {"absolute_import", CODE_FUTURE_ABSOLUTE_IMPORT},
    {"with_statement", CODE_FUTURE_WITH_STATEMENT},
    {"print_function", CODE_FUTURE_PRINT_FUNCTION},
    {"unicode_literals", CODE_FUTURE_UNICODE_LITERALS},
    {"barry_as_FLUFL", CODE_FUTURE_BARRY},
    {"generator_stop", CODE_FUTURE_STOP},
    {"annotations", CODE_FUTURE_ANNOTATIONS},
};

/* These errors have no end. */
static struct ast_position start_only(const struct ast_stmt *stmt)
{
    return (struct ast_position){stmt->position.lineno, stmt->position.col_offset, stmt->position.lineno, END_UNKNOWN};
}

static void note_features(struct compiler *c, const struct ast_stmt *stmt)
{
    for (uint32_t i = 0; i < stmt->import_from.names.count && !c->failed; thread_report_at(++i)) {
        const char *name = stmt->import_from.names.items[i].name->text;
        bool found = false;
        for (size_t k = 0; k < sizeof features / sizeof *features; k++) {
            if (strcmp(features[k].name, name) == 0) {
                c->future |= features[k].flag;
                found = true;
            }
        }
        if (strcmp(name, "braces") == 0)
            symtable_error(c, start_only(stmt), "not a chance");
        else if (!found)
            symtable_error(c, start_only(stmt), "future feature %.100s is not defined", name);
    }
}

/* Future statements stand at the beginning, after the docstring and each other. Later ones are an error. */
static void find_features(struct compiler *c)
{
    if (c->module->mode == PARSE_EVAL)
        return;
    bool done = false;
    int32_t last_line = 0;
    for (uint32_t i = 0; i < c->module->body.count && !c->failed; thread_report_at(++i)) {
        const struct ast_stmt *stmt = c->module->body.items[i];
        if (done && stmt->position.lineno > last_line)
            return;
        last_line = stmt->position.lineno;
        if (stmt->kind == STMT_IMPORT_FROM && stmt->import_from.level == 0 && stmt->import_from.module &&
            name_is(stmt->import_from.module, "__future__")) {
            struct ast_position late = start_only(stmt);
            late.col_offset--; /* CPython counts from 0 here */
            if (done)
                symtable_error(c, late, "from __future__ imports must occur at the beginning of the file");
            note_features(c, stmt);
            c->future_line = stmt->position.lineno;
        } else if (stmt->kind == STMT_EXPR && i == 0 && stmt->expr.value->kind == EXPR_CONSTANT &&
                   stmt->expr.value->constant.kind == CONSTANT_STR) {
            continue; /* the docstring */
        } else {
            done = true;
        }
    }
}

/* ---- the whole ---- */

enum { COMPILER_STACK_SCALE = 3 };

/* The front end is no part of the runtime: the thread is at rest while it works, if that may take long. */
#define PARSE_COST 16 /* bytes copied in the time that a byte of source takes */

static struct module_ast *parse(struct compiler *c, const char *source, size_t length, const char *path,
                                enum parse_mode mode, unsigned flags, struct syntax_error *error)
{
    bool resting = thread_rest_begin(length > SIZE_MAX / PARSE_COST ? length : length * PARSE_COST);
    struct module_ast *module = parse_source(&c->arena, source, length, path, mode, flags, error);
    thread_rest_end(resting);
    return module;
}

static void release(struct compiler *c)
{
    for (uint32_t i = 0; i < c->owned_count; thread_pause_at(++i))
        value_dec(c->owned[i]);
    free(c->owned);
    bool resting = thread_rest_begin(c->arena.total);
    arena_destroy(&c->arena);
    thread_rest_end(resting);
}

static value compile_module(struct compiler *c)
{
    find_features(c);
    if (!c->failed)
        c->symtable = symtable_build(c);
    return c->failed ? NULL : gen_module(c);
}

static bool find_mode(const char *mode, unsigned flags, enum parse_mode *out)
{
    static const char *const names[] = {
        [PARSE_EXEC] = "exec", [PARSE_SINGLE] = "single", [PARSE_EVAL] = "eval", [PARSE_FUNCTION_TYPE] = "func_type"};
    bool only_tree = flags & COMPILE_ONLY_TREE;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (strcmp(mode, names[i]) != 0)
            continue;
        *out = (enum parse_mode)i;
        return i != PARSE_FUNCTION_TYPE || only_tree ||
               raise_false(EXC(ValueError), "compile() mode 'func_type' requires flag PyCF_ONLY_AST");
    }
    return raise_false(EXC(ValueError), only_tree ? "compile() mode must be 'exec', 'eval', 'single' or 'func_type'"
                                                  : "compile() mode must be 'exec', 'eval' or 'single'");
}

bool compile_check_mode(const char *mode, unsigned flags)
{
    enum parse_mode found;
    return find_mode(mode, flags, &found);
}

/* Begin a compilation. Its mode is returned in *mode; false with an exception, and nothing to release. */
static bool begin(struct compiler *c, value filename, const char *mode_name, unsigned flags, int optimize,
                  enum parse_mode *mode)
{
    *c = (struct compiler){.filename = filename, .optimize = optimize < 0 ? sys_optimize_level() : optimize};
    if (!find_mode(mode_name, flags, mode))
        return false;
    c->is_program = flags & COMPILE_PROGRAM;
    c->top_level_await = flags & COMPILE_TOP_LEVEL_AWAIT;
    c->future = flags & CODE_FUTURE_MASK;
    c->depth_limit = atomic_load_explicit(&recursion_limit, memory_order_relaxed);
    c->depth_limit =
        c->depth_limit > UINT32_MAX / COMPILER_STACK_SCALE ? UINT32_MAX : c->depth_limit * COMPILER_STACK_SCALE;
    arena_init(&c->arena);
    return true;
}

/* End it: the result, or NULL if there was a failure. */
static value finish(struct compiler *c, value result)
{
    if (c->failed) {
        value_dec(result);
        result = NULL;
    }
    release(c);
    return result;
}

/* Begin a compilation of source text, and parse it: the compilation's module is there, or it has failed. false with an
 * exception, and nothing to finish. */
static bool begin_source(struct compiler *c, const char *source, size_t length, value filename, const char *mode,
                         unsigned flags, int optimize)
{
    enum parse_mode parse_mode;
    struct text path;
    if (!(flags & PARSE_FROM_FILE ? audit("compile", "OO", NULL, filename)
                                  : audit("compile", "NO", bytes_new((const uint8_t *)source, length), filename)) ||
        !text_of_path(filename, &path))
        return false;
    bool begun = begin(c, filename, mode, flags, optimize, &parse_mode);
    if (begun) {
        struct syntax_error error = {0};
        parse_max_int_digits = atomic_load_explicit(&int_max_str_digits, memory_order_relaxed);
        parse_stack_floor = interpreter_self ? (uintptr_t)interpreter_self->stack_limit : 0;
        c->module = parse(c, source, length, path.bytes, parse_mode, flags, &error);
        issue_parser_warnings(c, c->module ? c->module->warnings : error.warnings);
        if (!c->module && !c->failed) {
            syntax_error_raise(filename, &error);
            compiler_fail(c);
        }
    }
    text_release(&path);
    return begun;
}

value compile_source(const char *source, size_t length, value filename, const char *mode, unsigned flags, int optimize)
{
    struct compiler c;
    if (!begin_source(&c, source, length, filename, mode, flags, optimize))
        return NULL;
    value result = NULL;
    if (!c.failed)
        result = flags & COMPILE_ONLY_TREE ? tree_to_object(c.module) : compile_module(&c);
    return finish(&c, result);
}

value compile_scopes(const char *source, size_t length, value filename, const char *mode, unsigned flags,
                     value (*describe)(struct compiler *c))
{
    struct compiler c;
    if (!begin_source(&c, source, length, filename, mode, flags, 0))
        return NULL;
    if (!c.failed)
        find_features(&c);
    if (!c.failed)
        c.symtable = symtable_build(&c);
    return finish(&c, c.failed ? NULL : describe(&c));
}

value compile_tree(value tree, value filename, const char *mode, unsigned flags, int optimize)
{
    struct compiler c;
    enum parse_mode parse_mode;
    if (!begin(&c, filename, mode, flags, optimize, &parse_mode))
        return NULL;
    value keep = compiler_own(&c, list_new(0));
    c.module = keep ? tree_from_object(&c.arena, tree, parse_mode, keep) : NULL;
    value code = c.module && tree_check(c.module) ? compile_module(&c) : NULL;
    return finish(&c, code);
}
