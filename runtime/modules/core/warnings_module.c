/*
 * The _warnings module: warn, warn_explicit and the filters, for Python code and for C (warn, warn_at).
 *
 * What a filter says about a warning is asked for once per text, category and line: the module that is warned has a
 * registry (__warningregistry__) of what it has been told. A registry is of one version of the filters, and is emptied
 * when it is found to be of an older one. The `warnings` module of the standard library shares filters and registry of
 * "once" with this one as long as it is loaded, and the program may put others there, so they are read from it each
 * time. Without it warnings are printed from here.
 */
#include "runtime/file.h"
#include "runtime/import.h"
#include "runtime/interp/frame.h"
#include "runtime/modules/core/sys_info.h"
#include "runtime/modules/module.h"
#include "runtime/objects/containers/dict.h"
#include "runtime/sys.h"

#include <stdio.h>
#include <stdlib.h>

static _Atomic int64_t filters_version;

/* ---- what the warnings module has, or what is here ---- */

static value make_default_filters(void)
{
    const struct {
        const char *action;
        struct type *category;
        const char *module;
    } rows[] = {
        {"default", EXC(DeprecationWarning), "__main__"}, {"ignore", EXC(DeprecationWarning), NULL},
        {"ignore", EXC(PendingDeprecationWarning), NULL}, {"ignore", EXC(ImportWarning), NULL},
        {"ignore", EXC(ResourceWarning), NULL},
    };
    value list = list_new(5);
    for (size_t i = 0; list && i < 5; i++) {
        value action = str_interned(rows[i].action), module = rows[i].module ? str_interned(rows[i].module) : NULL;
        value row = action && (module || !rows[i].module)
                        ? tuple_pack(5, action, VALUE_NONE, value_of(rows[i].category), module ? module : VALUE_NONE,
                                     small_int(0))
                        : NULL;
        value_dec(action);
        value_dec(module);
        if (!row || !list_append_owned(list, row)) {
            value_dec(list);
            list = NULL;
        }
    }
    return list;
}

enum { OWN_FILTERS, OWN_ONCE_REGISTRY, OWN_COUNT };
static value_slot own_objects; /* a list of them, made on demand; it stays to the end */

static value own_list(void)
{
    value present = atomic_load_explicit(&own_objects, memory_order_acquire);
    if (present)
        return present;
    value made[OWN_COUNT] = {make_default_filters(), dict_new()}, expected = NULL;
    value fresh = made[0] && made[1] ? list_from_owned(made, OWN_COUNT) : NULL;
    if (!fresh)
        return NULL;
    if (atomic_compare_exchange_strong(&own_objects, &expected, fresh))
        return fresh;
    value_dec(fresh);
    return expected;
}

/* An object of this module, owned. */
static value own(size_t which)
{
    value list = own_list();
    return list ? list_get(list, which) : NULL;
}

/* What the warnings module has instead, as long as it is there, and when it is no more. */
static bool set_own(size_t which, value v)
{
    value list = own_list(), present = list ? list_get(list, which) : NULL;
    bool done = present && (present == v || list_set(list, which, v));
    value_dec(present);
    return done;
}

/* An attribute of the warnings module, owned; VALUE_MISSING when that is not loaded, or has no such thing. */
static value of_warnings_module(value name)
{
    value module = sys_dict ? import_find_loaded(NAME(warnings)) : VALUE_MISSING;
    value found = !module ? NULL : is_given(module) ? attr_get_optional(module, name) : VALUE_MISSING;
    value_dec(module);
    return found;
}

static value current_filters(void)
{
    value filters = of_warnings_module(NAME(filters));
    if (filters == VALUE_MISSING)
        return own(OWN_FILTERS);
    if (filters && is_list(filters) && set_own(OWN_FILTERS, filters))
        return filters;
    bool is_wrong = filters && !is_list(filters);
    value_dec(filters);
    if (!is_wrong)
        return NULL;
    return raise(EXC(ValueError), "_warnings.filters must be a list");
}

static value current_default_action(void)
{
    value action = of_warnings_module(NAME(defaultaction));
    if (action == VALUE_MISSING)
        return NAME(default);
    if (!action || is_str(action))
        return action;
    raise(EXC(TypeError), "_warnings.defaultaction must be a string, not '%T'", action);
    value_dec(action);
    return NULL;
}

static value current_once_registry(void)
{
    value registry = of_warnings_module(NAME(onceregistry));
    if (registry == VALUE_MISSING)
        return own(OWN_ONCE_REGISTRY);
    if (!registry || is_dict(registry))
        return registry;
    raise(EXC(TypeError), "_warnings.onceregistry must be a dict, not '%T'", registry);
    value_dec(registry);
    return NULL;
}

/* ---- a warning under way ---- */
struct warning {
    value category, text, message; /* message: the instance; all owned */
    value filename, module;        /* borrowed */
    ssize line;
    value registry;    /* borrowed: a dict, or NULL */
    value source_line; /* borrowed: a str, or NULL: from the file */
    value source;      /* borrowed: the object whose fault it is, or NULL */
};

/* Does a filter's pattern (None, a str, or something with a method `match`) match: 1, 0, -1. */
static int pattern_matches(value pattern, value text)
{
    if (pattern == VALUE_NONE)
        return 1;
    if (value_is(pattern, TYPE_ID_STR))
        return is_str(text) ? str_equal(pattern, text) : value_equals(pattern, text);
    value match = call_method_1(pattern, NAME(match), text);
    int truth = match ? value_truth(match) : -1;
    value_dec(match);
    return truth;
}

static int filter_matches(value filter, const struct warning *w)
{
    int of_text = pattern_matches(tuple_get(filter, 1), w->text);
    if (of_text < 0)
        return -1;
    int of_module = pattern_matches(tuple_get(filter, 3), w->module);
    if (of_module < 0)
        return -1;
    int of_category = class_is_subclass(w->category, tuple_get(filter, 2));
    ssize line;
    if (of_category < 0 || !value_as_ssize(tuple_get(filter, 4), &line))
        return -1;
    return of_text && of_module && of_category && (line == 0 || line == w->line);
}

/* What is to be done with it, owned; *filter: the filter that says so, owned, or None. */
static value find_action(const struct warning *w, value *filter)
{
    value filters = current_filters();
    *filter = VALUE_NONE;
    if (!filters)
        return NULL;
    value action = VALUE_MISSING;
    for (size_t i = 0; action == VALUE_MISSING; i++) {
        value item = list_get(filters, i);
        if (item == VALUE_MISSING)
            break;
        int matches = 0;
        if (!is_tuple(item) || tuple_length(item) != 5)
            action = raise(EXC(ValueError), "_warnings.filters item %zu isn't a 5-tuple", i);
        else if (!is_str(tuple_get(item, 0)))
            action = raise(EXC(TypeError), "action must be a string, not '%T'", tuple_get(item, 0));
        else if ((matches = filter_matches(item, w)) < 0)
            action = NULL;
        if (matches > 0) {
            action = value_inc(tuple_get(item, 0));
            *filter = item;
        } else {
            value_dec(item);
        }
    }
    value_dec(filters);
    return action == VALUE_MISSING ? current_default_action() : action;
}

/* ---- registries ---- */

/* A registry of older filters is emptied: what it has been told is void. */
static bool bring_up_to_date(value registry)
{
    int64_t now = atomic_load(&filters_version), then = -1;
    value version = dict_get(registry, NAME(version));
    bool known = version && version != VALUE_MISSING && value_is_small_int(version);
    if (known)
        then = small_int_value(version);
    value_dec(version);
    if (!version || then == now)
        return version != NULL;
    dict_clear(registry);
    return dict_set(registry, NAME(version), small_int(now));
}

/* Has the registry been told of the key: 1, 0, -1. */
static int was_told(value registry, value key)
{
    if (!bring_up_to_date(registry))
        return -1;
    value told = dict_get(registry, key);
    int truth = !told ? -1 : told == VALUE_MISSING ? 0 : value_truth(told);
    value_dec(told);
    return truth;
}

/* Tell the registry of text and category, whatever the line: 1 when it knew, 0, -1. */
static int tell_of_text(value registry, const struct warning *w)
{
    value key = tuple_pack(2, w->text, w->category);
    int known = key ? was_told(registry, key) : -1;
    if (known == 0) {
        int fresh = dict_insert(registry, key, VALUE_TRUE); /* of two threads one shows it */
        known = fresh < 0 ? -1 : !fresh;
    }
    value_dec(key);
    return known;
}

/* ---- showing ---- */

static void strip_blanks(const char **text, size_t *length)
{
    while (*length && strchr(" \t\f\r\n", (*text)[*length - 1]))
        --*length;
    while (*length && strchr(" \t\f", **text))
        ++*text, --*length;
}

/* A line of a file as text without the space around it; VALUE_NONE: there is no such line. */
static value read_line(value filename, ssize line)
{
    struct text path;
    if (!text_of_path(filename, &path)) {
        error_clear();
        return VALUE_NONE;
    }
    uint8_t *bytes;
    size_t length;
    bool read = line > 0 && file_read_all(path.bytes, &bytes, &length);
    text_release(&path);
    if (!read)
        return VALUE_NONE;
    const char *start = (const char *)bytes, *end = start + length;
    for (ssize i = 1; i < line && start < end; i++) {
        const char *newline = memchr(start, '\n', (size_t)(end - start));
        start = newline ? newline + 1 : end;
    }
    const char *stop = start < end ? memchr(start, '\n', (size_t)(end - start)) : start;
    size_t count = (size_t)((stop ? stop : end) - start);
    strip_blanks(&start, &count);
    value text = count ? str_from_utf8_surrogates(start, count) : VALUE_NONE;
    free(bytes);
    return text;
}

/* To sys.stderr, as the warnings module would. Errors are forgotten: nobody can be told. */
static void print_warning(const struct warning *w)
{
    value file = sys_get("stderr");
    if (!file || file == VALUE_MISSING) {
        fputs("lost sys.stderr\n", stderr);
    } else if (file != VALUE_NONE) {
        value name = attr_get_optional(w->category, NAME(__name__));
        value line = w->source_line ? value_inc(w->source_line) : read_line(w->filename, w->line);
        if (line && is_str(line) && w->source_line) {
            value bare = call_method_1(line, NAME(strip), NAME_TEXT(" \t\f"));
            value_dec(line);
            line = bare;
        }
        struct str_builder text;
        builder_init(&text);
        builder_add_format(&text, "%S:%zd: %S: %S\n", w->filename, w->line, is_given(name) ? name : NAME_TEXT("?"),
                           w->text);
        if (is_given(line))
            builder_add_format(&text, "  %S\n", line);
        value whole = builder_finish(&text);
        value done = whole ? call_method_1(file, NAME(write), whole) : NULL;
        value_dec(done);
        value_dec(whole);
        value_dec(line);
        value_dec(name);
    }
    value_dec(file);
    error_clear();
}

static bool show(const struct warning *w)
{
    if (w->source && !atomic_load(&runtime_finalizing)) { /* the warnings module can tell where it was made */
        value module = import_module("warnings");
        if (!module)
            error_clear();
        value_dec(module);
    }
    value function = of_warnings_module(NAME(_showwarnmsg));
    if (!function)
        return false;
    if (function == VALUE_MISSING) {
        print_warning(w);
        return true;
    }
    value class = NULL, message = NULL, result = NULL;
    if (!value_is_callable(function)) {
        raise(EXC(TypeError), "warnings._showwarnmsg() must be set to a callable");
    } else {
        class = of_warnings_module(NAME(WarningMessage));
        if (class == VALUE_MISSING)
            raise(EXC(RuntimeError), "unable to get warnings.WarningMessage");
    }
    if (class && class != VALUE_MISSING) {
        value arguments[] = {w->message,
                             w->category,
                             w->filename,
                             int_from_i64(w->line),
                             VALUE_NONE,
                             VALUE_NONE,
                             w->source ? w->source : VALUE_NONE};
        message = arguments[3] ? call_vector(class, arguments, 7, NULL) : NULL;
        value_dec(arguments[3]);
        result = message ? call_1(function, message) : NULL;
    }
    bool done = result != NULL;
    value_dec(result);
    value_dec(message);
    value_dec(class);
    value_dec(function);
    return done;
}

/* ---- warning ---- */

/* Do what the action says; `key` is what the registry is told. */
static bool act(const struct warning *w, value action, value filter, value key)
{
    if (str_equals_text(action, "error")) {
        raise_exception(w->message);
        return false;
    }
    if (str_equals_text(action, "ignore"))
        return true;
    int known = 0;
    if (!str_equals_text(action, "always")) {
        if (w->registry && !dict_set(w->registry, key, VALUE_TRUE))
            return false;
        if (str_equals_text(action, "once")) {
            value registry = w->registry ? value_inc(w->registry) : current_once_registry();
            known = registry ? tell_of_text(registry, w) : -1;
            value_dec(registry);
        } else if (str_equals_text(action, "module")) {
            known = w->registry ? tell_of_text(w->registry, w) : 0;
        } else if (!str_equals_text(action, "default")) {
            return raise_false(EXC(RuntimeError), "Unrecognized action (%R) in warnings.filters:\n %R", action, filter);
        }
    }
    return known == 0 ? show(w) : known > 0;
}

static bool warn_completely(struct warning *w)
{
    value key = tuple_pack(3, w->text, w->category, int_from_i64(w->line));
    int known = !key ? -1 : w->registry ? was_told(w->registry, key) : 0;
    value filter = NULL, action = known == 0 ? find_action(w, &filter) : NULL;
    bool done = action ? act(w, action, filter, key) : known > 0;
    value_dec(filter);
    value_dec(action);
    value_dec(key);
    return done;
}

/* The module of a file that nobody named; owned. */
static value module_of_file(value filename)
{
    size_t length = is_str(filename) ? str_length(filename) : 0;
    if (!length)
        return NAME_TEXT("<unknown>");
    value end = length > 2 ? str_substring(filename, length - 3, length) : NULL;
    bool is_source = end && str_equals_text(end, ".py");
    value_dec(end);
    return error_occurred() ? NULL : str_substring(filename, 0, length - (is_source ? 3 : 0));
}

/* `message`: an instance of Warning, or its text with a category. `registry` may be NULL or None. */
static bool warn_of(value category, value message, value filename, ssize line, value module, value registry,
                    value source_line, value source)
{
    int is_instance = value_is_instance(message, value_of(EXC(Warning)));
    if (is_instance < 0)
        return false;
    value own_module = is_given(module) ? value_inc(module) : module_of_file(filename);
    struct warning w = {
        .filename = filename,
        .module = own_module,
        .line = line,
        .registry = is_given(registry) ? registry : NULL,
        .source_line = source_line,
        .source = is_given(source) ? source : NULL,
    };
    if (is_instance) {
        w.text = value_str(message);
        w.category = value_inc(value_of(value_type(message)));
        w.message = value_inc(message);
    } else {
        w.text = value_inc(message);
        w.category = value_inc(category);
        w.message = own_module ? call_1(category, message) : NULL;
    }
    bool done = own_module && w.text && w.message && warn_completely(&w);
    value_dec(w.message);
    value_dec(w.category);
    value_dec(w.text);
    value_dec(own_module);
    return done;
}

/* ---- the place ---- */
struct place {
    value globals, filename, module, registry; /* owned */
    ssize line;
};

/* Is the frame one of the import system's? */
static bool is_internal(const struct frame *frame)
{
    value name = slot_peek(&frame->code->filename);
    ssize end = (ssize)str_length(name);
    return str_find(name, NAME_TEXT("importlib"), 0, end, 1) >= 0 &&
           str_find(name, NAME_TEXT("_bootstrap"), 0, end, 1) >= 0;
}

static const struct frame *frame_at(ssize level)
{
    const struct frame *frame = interpreter_self->frame;
    bool skip = level > 0 && frame && !is_internal(frame);
    while (--level > 0 && frame) {
        do
            frame = frame->previous;
        while (skip && frame && is_internal(frame));
    }
    return frame;
}

static void place_drop(struct place *place)
{
    value_dec(place->registry);
    value_dec(place->module);
    value_dec(place->filename);
    value_dec(place->globals);
}

static bool find_place(ssize level, struct place *place)
{
    *place = (struct place){.line = 1};
    const struct frame *frame = frame_at(level);
    if (frame) {
        struct code_location where;
        code_locate(frame->code, frame_unit(frame), &where);
        place->globals = value_inc(frame->globals);
        place->filename = value_inc(slot_peek(&frame->code->filename));
        place->line = where.line;
    } else {
        place->globals = value_inc(sys_dict);
        place->filename = NAME(sys);
    }
    place->registry = dict_get(place->globals, NAME(__warningregistry__));
    if (place->registry == VALUE_MISSING) {
        value fresh = dict_new();
        place->registry = fresh ? dict_set_default(place->globals, NAME(__warningregistry__), fresh) : NULL;
        value_dec(fresh);
    }
    place->module = place->registry ? dict_get(place->globals, NAME(__name__)) : NULL;
    if (place->module && place->module != VALUE_NONE && !is_str(place->module)) {
        value_dec(place->module);
        place->module = NAME_TEXT("<string>");
    }
    if (place->module && place->registry != VALUE_NONE && !is_dict(place->registry)) {
        raise(EXC(TypeError), "'registry' must be a dict or None");
        value_dec(place->module);
        place->module = NULL;
    }
    if (place->module)
        return true;
    place_drop(place);
    return false;
}

static bool warn_here(value category, value message, ssize level, value source)
{
    struct place place;
    if (!find_place(level, &place))
        return false;
    bool done = warn_of(category, message, place.filename, place.line, place.module, place.registry, NULL, source);
    place_drop(&place);
    return done;
}

int warn(struct type *category, ssize stack_level, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    value message = str_format_v(format, args);
    va_end(args);
    bool done = message && warn_here(value_of(category), message, stack_level, NULL);
    value_dec(message);
    return done ? 0 : -1;
}

int warn_of_source(value source, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    value message = str_format_v(format, args);
    va_end(args);
    bool done = message && warn_here(value_of(EXC(ResourceWarning)), message, 1, source);
    value_dec(message);
    return done ? 0 : -1;
}

int warn_at(struct type *category, value message, value filename, int line)
{
    return warn_of(value_of(category), message, filename, line, NULL, NULL, NULL, NULL) ? 0 : -1;
}

/* ---- functions ---- */

/* The category of a message, borrowed; NULL with TypeError. */
static value category_of(value message, value category)
{
    int is_instance = value_is_instance(message, value_of(EXC(Warning)));
    if (is_instance < 0)
        return NULL;
    if (is_instance)
        category = value_of(value_type(message));
    else if (category == VALUE_NONE)
        return value_of(EXC(UserWarning));
    if (value_has_flag(category, TYPE_FLAG_TYPE) && class_is_subclass(category, value_of(EXC(Warning))) > 0)
        return category;
    error_clear();
    return raise(EXC(TypeError), "category must be a Warning subclass, not '%T'", category);
}

static value warnings_warn(value self, const value *args)
{
    ssize level;
    value category = value_as_ssize(args[2], &level) ? category_of(args[0], args[1]) : NULL;
    if (!category)
        return NULL;
    return warn_here(category, args[0], level, args[3]) ? VALUE_NONE : NULL;
}

/* The line of a module's source as its loader gives it, owned, or VALUE_MISSING. */
static value line_of_loader(value globals, ssize line)
{
    value loader = dict_get(globals, NAME(__loader__)), name = loader ? dict_get(globals, NAME(__name__)) : NULL;
    value get_source =
        name && is_given(loader) && is_given(name) ? attr_get_optional(loader, NAME(get_source)) : VALUE_MISSING;
    value source = VALUE_MISSING;
    if (!name || !get_source)
        source = NULL;
    else if (get_source != VALUE_MISSING)
        source = call_1(get_source, name);
    value found = source ? VALUE_MISSING : NULL;
    if (is_given(source)) {
        value splitlines = attr_get(value_of(TYPE(STR)), NAME(splitlines));
        value lines = splitlines ? call_1(splitlines, source) : NULL;
        value_dec(splitlines);
        found = !lines ? NULL : is_list(lines) && line > 0 ? list_get(lines, (size_t)line - 1) : VALUE_MISSING;
        if (lines && found == VALUE_MISSING)
            found = raise(EXC(IndexError), "list index out of range");
        value_dec(lines);
    }
    value_dec(source);
    value_dec(get_source);
    value_dec(name);
    value_dec(loader);
    return found;
}

static value warnings_warn_explicit(value self, const value *args)
{
    enum { MESSAGE, CATEGORY, FILENAME, LINE, MODULE, REGISTRY, GLOBALS, SOURCE };
    int line;
    if (!is_str(args[FILENAME]))
        return raise(EXC(TypeError), "warn_explicit() argument 3 must be str, not %K", args[FILENAME]);
    if (!value_as_int(args[LINE], &line))
        return NULL;
    if (is_given(args[REGISTRY]) && !is_dict(args[REGISTRY]))
        return raise(EXC(TypeError), "'registry' must be a dict or None");
    value source_line = VALUE_MISSING;
    if (is_given(args[GLOBALS])) {
        if (!is_dict(args[GLOBALS]))
            return raise(EXC(TypeError), "module_globals must be a dict, not '%T'", args[GLOBALS]);
        source_line = line_of_loader(args[GLOBALS], line);
        if (!source_line)
            return NULL;
    }
    bool done = warn_of(args[CATEGORY], args[MESSAGE], args[FILENAME], line, args[MODULE], args[REGISTRY],
                        is_given(source_line) ? source_line : NULL, args[SOURCE]);
    value_dec(source_line);
    return done ? VALUE_NONE : NULL;
}

static value warnings_filters_mutated(value self)
{
    atomic_fetch_add(&filters_version, 1);
    return VALUE_NONE;
}

static const struct method_def functions[] = {
    METHOD("warn", warnings_warn, "(message, category=None, stacklevel=1, source=None)",
           "Issue a warning, or maybe ignore it or raise an exception."),
    METHOD("warn_explicit", warnings_warn_explicit,
           "(message, category, filename, lineno, module=None, registry=None, module_globals=None, source=None)",
           "Low-level interface to warnings functionality."),
    METHOD_FLAGS("_filters_mutated", warnings_filters_mutated, "()", NULL, METHOD_LEAF | METHOD_NO_FAIL),
    {0},
};

static bool fill(value module)
{
    return module_add_owned(module, "filters", own(OWN_FILTERS)) &&
           module_add_owned(module, "_onceregistry", own(OWN_ONCE_REGISTRY)) &&
           module_add(module, "_defaultaction", NAME(default));
}

static void finish(void)
{
    value_dec(atomic_exchange(&own_objects, NULL));
}

const struct module_def _warnings_module = {
    .name = "_warnings",
    .doc =
        "_warnings provides basic warning filtering support.\nIt is a helper module to speed up interpreter start-up.",
    .functions = functions,
    .fill = fill,
    .finish = finish,
};
