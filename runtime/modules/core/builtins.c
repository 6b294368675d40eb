/* The builtins module: functions. Types come from the well-known types by name. */
#include "runtime/modules/core/streams.h"
#include "runtime/audit.h"
#include "runtime/interp/interp.h"
#include "runtime/modules/core/builtins_compile.h"
#include "runtime/modules/importing/import.h"
#include "runtime/modules/module.h"
#include "runtime/objects/containers/iterators.h"
#include "runtime/sys.h"
#include "runtime/step.h"
#include "runtime/interp/generator.h"
#include "threads/pause.h"

/* ---- values ---- */
static value builtin_abs(value self, value x)
{
    return operate_unary(UNARY_ABSOLUTE, x);
}

static value all_or_any(value iterable, int stop_at, bool otherwise)
{
    struct sweep sweep;
    if (!sweep_open(&sweep, iterable))
        return NULL;
    value result = NULL;
    for (;;) {
        value item = iter_next(sweep.iterator);
        if (item == VALUE_END)
            result = value_bool(otherwise);
        if (!item || item == VALUE_END)
            break;
        int truth = value_truth(item);
        value_dec(item);
        if (truth == stop_at)
            result = value_bool(!otherwise);
        if (truth < 0 || result)
            break;
    }
    sweep_close(&sweep);
    return result;
}
static value builtin_all(value self, value iterable)
{
    return all_or_any(iterable, 0, true);
}
static value builtin_any(value self, value iterable)
{
    return all_or_any(iterable, 1, false);
}
static value builtin_ascii(value self, value obj)
{
    return value_ascii(obj);
}

static value prefixed(value v, int base, const char *prefix)
{
    value i = index_value(v);
    if (!i)
        return NULL;
    value digits = int_to_text(i, base);
    bool negative = int_sign(i) < 0;
    value_dec(i);
    if (!digits)
        return NULL;
    value body = negative ? str_substring(digits, 1, str_length(digits)) : value_inc(digits);
    value text = body ? str_format("%s%s%U", negative ? "-" : "", prefix, body) : NULL;
    value_dec(body);
    value_dec(digits);
    return text;
}
static value builtin_bin(value self, value number)
{
    return prefixed(number, 2, "0b");
}
static value builtin_oct(value self, value number)
{
    return prefixed(number, 8, "0o");
}
static value builtin_hex(value self, value number)
{
    return prefixed(number, 16, "0x");
}
static value builtin_callable(value self, value obj)
{
    return value_bool(value_is_callable(obj));
}

static value builtin_chr(value self, value i)
{
    int c;
    if (!value_as_int(i, &c)) {
        if (error_matches(EXC(OverflowError))) {
            error_clear();
            raise(EXC(OverflowError), "Python int too large to convert to C int");
        }
        return NULL;
    }
    if (c < 0 || c > 0x10FFFF)
        return raise(EXC(ValueError), "chr() arg not in range(0x110000)");
    return str_from_code_point((uint32_t)c);
}

static value builtin_ord(value self, value v)
{
    size_t length;
    if (is_str(v)) {
        length = str_length(v);
        if (length == 1)
            return small_int(str_at(v, 0));
    } else if (is_bytes(v) || value_is_of(v, TYPE(BYTEARRAY))) {
        length = (size_t)value_length(v);
        if (length == 1)
            return item_get(v, small_int(0));
    } else {
        return raise(EXC(TypeError), "ord() expected string of length 1, but %T found", v);
    }
    return raise(EXC(TypeError), "ord() expected a character, but string of length %zu found", length);
}

static value builtin_divmod(value self, value x, value y)
{
    return operate_binary(BINARY_DIVMOD, x, y);
}

static value builtin_pow(value self, value base, value exp, value mod)
{
    return operate_power(base, exp, mod);
}

static value builtin_hash(value self, value obj)
{
    int64_t hash;
    return value_hash(obj, &hash) ? int_from_i64(hash) : NULL;
}

static value builtin_id(value self, value obj)
{
    value id = int_from_u64(value_bits(obj));
    if (likely(audit("builtins.id", "O", id)))
        return id;
    value_dec(id);
    return NULL;
}

static value builtin_len(value self, value obj)
{
    ssize (*slot)(value) = value_type_slot(obj, length);
    ssize length = likely(slot != NULL) ? slot(obj) : value_length(obj);
    return length < 0 ? NULL : likely(length <= SMALL_INT_MAX) ? small_int(length) : int_from_i64(length);
}

static value builtin_repr(value self, value obj)
{
    return value_repr(obj);
}

static value builtin_format(value self, value v, value format_spec)
{
    value spec = is_missing(format_spec) ? NULL : format_spec;
    if (spec && !is_str(spec))
        return raise(EXC(TypeError), "format() argument 2 must be str, not %K", spec);
    return value_format(v, spec);
}

static value builtin_round(value self, value number, value ndigits)
{
    value method = special_lookup(number, NAME(__round__));
    if (method == VALUE_MISSING)
        return raise(EXC(TypeError), "type %T doesn't define __round__ method", number);
    value result = !method ? NULL : ndigits == VALUE_NONE ? call_0(method) : call_1(method, ndigits);
    value_dec(method);
    return result;
}

/* Ints and floats are summed without a call for each item; the general way takes over where they end. */
static value builtin_sum(value self, value iterable, value start)
{
    struct sweep sweep;
    bool open = sweep_open(&sweep, iterable);
    if (!open)
        return NULL;
    value total = is_missing(start) ? small_int(0) : value_inc(start);
    if (is_str(total) || is_bytes(total) || value_is_of(total, TYPE(BYTEARRAY))) {
        bool text = is_str(total), plain = is_bytes(total);
        value_dec(total);
        sweep_close(&sweep);
        return raise(EXC(TypeError), text    ? "sum() can't sum strings [use ''.join(seq) instead]"
                                     : plain ? "sum() can't sum bytes [use b''.join(seq) instead]"
                                             : "sum() can't sum bytearray [use b''.join(seq) instead]");
    }
    while (open) {
        value item = iter_next(sweep.iterator);
        if (!item || item == VALUE_END) {
            sweep_close(&sweep);
            if (item)
                return total;
            break;
        }
        value next;
        int64_t r;
        if (value_both_small_int(total, item) &&
            !__builtin_add_overflow(small_int_value(total), small_int_value(item), &r))
            next = int_from_i64(r);
        else if (value_is_immediate_float(total) && value_is_immediate_float(item))
            next = float_new(immediate_float_value(total) + immediate_float_value(item));
        else
            next = operate_binary(BINARY_ADD, total, item);
        value_dec(item);
        value_dec(total);
        total = next;
        if (!total) {
            sweep_close(&sweep);
            return NULL;
        }
    }
    value_dec(total);
    return NULL;
}

/* ---- min, max, sorted ---- */
/* The best so far and what is compared of it; owned, NULL before the first. */
struct best {
    value item, key;
};

/* Takes the item over. */
static bool offer(struct best *best, value item, value key_function, int op)
{
    value key = key_function == VALUE_NONE ? value_inc(item) : call_1(key_function, item);
    int better = !key ? -1 : !best->item ? 1 : compare_bool(key, best->key, op);
    struct best loser = {item, key};
    if (better > 0) {
        loser = *best;
        *best = (struct best){item, key};
    }
    value_dec(loser.item);
    value_dec(loser.key);
    return better >= 0;
}

static value extreme(struct signature *signature, const value *args, size_t nargs, value kwnames, int op)
{
    const char *name = signature->name;
    value bound[2] = {VALUE_NONE, VALUE_MISSING};
    if (nargs == 0)
        return raise(EXC(TypeError), "%s expected at least 1 argument, got 0", name);
    if (nargs == 2 && !kwnames) {
        if (value_is_small_int(args[0]) && value_is_small_int(args[1])) {
            bool first = op == COMPARE_LT ? small_int_value(args[0]) <= small_int_value(args[1])
                                          : small_int_value(args[0]) >= small_int_value(args[1]);
            return args[!first];
        }
        int better = compare_bool(args[1], args[0], op);
        return better < 0 ? NULL : value_inc(args[better]);
    }
    if (kwnames && !signature_bind(signature, args + nargs, 0, kwnames, bound))
        return NULL;
    value key = bound[0], fallback = bound[1];
    if (nargs > 1 && !is_missing(fallback))
        return raise(EXC(TypeError), "Cannot specify a default for %s() with multiple positional arguments", name);
    struct best best = {NULL, NULL};
    bool ok = true;
    if (nargs > 1) {
        for (size_t i = 0; ok && i < nargs; thread_report_at(++i))
            ok = offer(&best, value_inc(args[i]), key, op);
    } else {
        struct sweep sweep;
        if (!sweep_open(&sweep, args[0]))
            return NULL;
        value item = NULL;
        while (ok && (item = iter_next(sweep.iterator)) && item != VALUE_END)
            ok = offer(&best, item, key, op);
        ok = ok && item;
        sweep_close(&sweep);
    }
    value_dec(best.key);
    if (ok && best.item)
        return best.item;
    value_dec(best.item);
    if (!ok)
        return NULL;
    return is_missing(fallback) ? raise(EXC(ValueError), "%s() arg is an empty sequence", name) : value_inc(fallback);
}
static value builtin_min(value self, const value *args, size_t nargs, value kwnames)
{
    static struct signature signature = SIGNATURE("min", "(*, key=None, default=<unrepresentable>)");
    return extreme(&signature, args, nargs, kwnames, COMPARE_LT);
}
static value builtin_max(value self, const value *args, size_t nargs, value kwnames)
{
    static struct signature signature = SIGNATURE("max", "(*, key=None, default=<unrepresentable>)");
    return extreme(&signature, args, nargs, kwnames, COMPARE_GT);
}

/* sorted(iterable, /, *, key=None, reverse=False): a list of the one argument, and its sort() with the others. */
static value builtin_sorted(value self, const value *args, size_t nargs, value kwnames)
{
    static struct signature sort_signature = SIGNATURE("sort", "(*, key=None, reverse=False)");
    value bound[2];
    if (!check_arguments("sorted", nargs, 1, 1))
        return NULL;
    value list = list_from_iterable(args[0]);
    int reverse;
    if (list && signature_bind(&sort_signature, args + 1, 0, kwnames, bound) && value_as_int(bound[1], &reverse) &&
        list_sort(list, bound[0] == VALUE_NONE ? NULL : bound[0], reverse))
        return list;
    value_dec(list);
    return NULL;
}

/* ---- attributes and classes ---- */

static value builtin_getattr(value self, value object, value name, value fallback)
{
    if (!is_str(name))
        return raise(EXC(TypeError), "attribute name must be string, not '%T'", name);
    if (is_missing(fallback))
        return attr_get(object, name);
    value v = attr_get_optional(object, name);
    return v == VALUE_MISSING ? value_inc(fallback) : v;
}
static value builtin_hasattr(value self, value obj, value name)
{
    if (!is_str(name))
        return raise(EXC(TypeError), "attribute name must be string, not '%T'", name);
    int has = attr_has(obj, name);
    return has < 0 ? NULL : value_bool(has);
}
static value builtin_setattr(value self, value obj, value name, value v)
{
    if (!is_str(name))
        return raise(EXC(TypeError), "attribute name must be string, not '%T'", name);
    return attr_set(obj, name, v) ? VALUE_NONE : NULL;
}
static value builtin_delattr(value self, value obj, value name)
{
    if (!is_str(name))
        return raise(EXC(TypeError), "attribute name must be string, not '%T'", name);
    return attr_delete(obj, name) ? VALUE_NONE : NULL;
}
static value builtin_isinstance(value self, value obj, value class_or_tuple)
{
    int r = value_is_instance(obj, class_or_tuple);
    return r < 0 ? NULL : value_bool(r);
}
static value builtin_issubclass(value self, value cls, value class_or_tuple)
{
    int r = class_is_subclass(cls, class_or_tuple);
    return r < 0 ? NULL : value_bool(r);
}

static value builtin_vars(value self, value object)
{
    if (is_missing(object))
        return interpreter_locals();
    value dict = attr_get_optional(object, NAME(__dict__));
    return dict == VALUE_MISSING ? raise(EXC(TypeError), "vars() argument must have __dict__ attribute") : dict;
}

static value sorted_list(value iterable)
{
    value list = iterable ? list_from_iterable(iterable) : NULL;
    if (list && !list_sort(list, NULL, false)) {
        value_dec(list);
        return NULL;
    }
    return list;
}

static value builtin_dir(value self, value object)
{
    value names;
    if (is_missing(object)) {
        value locals = interpreter_locals();
        names = !locals                          ? NULL
                : value_is(locals, TYPE_ID_DICT) ? list_from_iterable(locals)
                                                 : call_method_0(locals, NAME(keys));
        value_dec(locals);
    } else {
        value method = special_lookup(object, NAME(__dir__));
        if (method == VALUE_MISSING)
            return raise(EXC(TypeError), "object does not provide __dir__");
        names = method ? call_0(method) : NULL;
        value_dec(method);
    }
    value list = sorted_list(names);
    value_dec(names);
    return list;
}

static value builtin_globals(value self)
{
    value globals = interpreter_globals();
    return globals ? value_inc(globals) : raise(EXC(SystemError), "globals() without a frame");
}
static value builtin_locals(value self)
{
    return interpreter_locals();
}

/* ---- iteration ---- */
static value builtin_iter(value self, value object, value sentinel)
{
    if (is_missing(sentinel))
        return iter_get(object);
    if (!value_is_callable(object))
        return raise(EXC(TypeError), "iter(v, w): v must be callable");
    return callable_iterator_new(object, sentinel);
}

static value builtin_next(value self, value iterator, value fallback)
{
    value item = iterator_step(iterator);
    if (item == VALUE_END) {
        if (!is_missing(fallback))
            return value_inc(fallback);
        value stop = call_0(value_of(EXC(StopIteration)));
        if (stop)
            raise_exception(stop);
        value_dec(stop);
        return NULL;
    }
    if (!item && !is_missing(fallback) && error_matches(EXC(StopIteration))) {
        error_clear();
        return value_inc(fallback);
    }
    return item;
}

static value builtin_aiter(value self, value async_iterable)
{
    value (*aiter)(value) = value_type_slot(async_iterable, async_iter);
    return aiter ? aiter(async_iterable)
                 : raise(EXC(TypeError), "'%T' object is not an async iterable", async_iterable);
}
static value builtin_anext(value self, value aiterator, value fallback)
{
    value (*anext)(value) = value_type_slot(aiterator, async_next);
    if (!anext)
        return raise(EXC(TypeError), "'%T' object is not an async iterator", aiterator);
    value awaitable = anext(aiterator);
    return !awaitable || is_missing(fallback) ? awaitable : async_next_or(awaitable, fallback);
}

/* ---- print, input ---- */
static bool write_to(value file, value text)
{
    value result = call_method_1(file, NAME(write), text);
    value_dec(result);
    return result != NULL;
}

static bool check_text_option(value v, const char *name)
{
    return !is_given(v) || is_str(v) || raise_false(EXC(TypeError), "%s must be None or a string, not %T", name, v);
}

/* Each piece is a write of its own, as in CPython: what other threads print may come between. */
static value builtin_print(value self, const value *args)
{
    value items = args[0], separator = args[1], end = args[2];
    if (!check_text_option(separator, "sep") || !check_text_option(end, "end"))
        return NULL;
    value file = args[3] == VALUE_NONE ? sys_get("stdout") : value_inc(args[3]);
    if (!file)
        return NULL;
    if (file == VALUE_MISSING)
        return raise(EXC(RuntimeError), "lost sys.stdout");
    if (file == VALUE_NONE)
        return VALUE_NONE;
    bool done = true;
    for (size_t i = 0; done && i < tuple_length(items); i++) {
        if (i > 0)
            done = write_to(file, is_given(separator) ? separator : NAME_TEXT(" "));
        value text = done ? value_str(tuple_get(items, i)) : NULL;
        done = text && write_to(file, text);
        value_dec(text);
    }
    done = done && write_to(file, is_given(end) ? end : NAME_TEXT("\n"));
    int flush = done ? value_truth(args[4]) : -1;
    if (flush > 0) {
        value result = call_method_0(file, NAME(flush));
        done = result != NULL;
        value_dec(result);
    }
    value_dec(file);
    return done && flush >= 0 ? VALUE_NONE : NULL;
}

/* Without editing: `prompt` is shown as any text is. */
static value read_plain_line(value in, value out, value prompt)
{
    if (str_length(prompt) && !write_to(out, prompt))
        return NULL;
    value flushed = call_method_0(out, NAME(flush));
    if (!flushed)
        error_clear();
    value_dec(flushed);
    return call_method_0(in, NAME(readline));
}

/* A terminal needs no words. */
static value raise_end_of_file(bool edited)
{
    if (!edited)
        return raise(EXC(EOFError), "EOF when reading a line");
    value exception = call_0(value_of(EXC(EOFError)));
    if (exception)
        raise_exception(exception);
    value_dec(exception);
    return NULL;
}

static value builtin_input(value self, value prompt)
{
    value out = sys_get("stdout"), in = sys_get("stdin");
    value line = NULL;
    bool edited = false;
    if (!out || out == VALUE_MISSING || out == VALUE_NONE) {
        raise(EXC(RuntimeError), "input(): lost sys.stdout");
    } else if (!in || in == VALUE_MISSING || in == VALUE_NONE) {
        raise(EXC(RuntimeError), "input(): lost sys.stdin");
    } else {
        value text = !audit("builtins.input", "O", is_missing(prompt) ? NULL : prompt) ? NULL
                     : is_missing(prompt)                                              ? value_inc(NAME_TEXT(""))
                                                                                       : value_str(prompt);
        value flushed = text ? call_method_0(out, NAME(flush)) : NULL;
        if (text && !flushed)
            error_clear(); /* who cannot is not asked to */
        value_dec(flushed);
        line = text ? streams_read_line(in, out, text) : NULL;
        edited = line != VALUE_MISSING;
        if (!edited)
            line = read_plain_line(in, out, text);
        value_dec(text);
    }
    value_dec(out);
    value_dec(in);
    if (line && is_str(line)) {
        size_t length = str_length(line);
        if (length == 0) {
            value_dec(line);
            return raise_end_of_file(edited);
        }
        if (str_at(line, length - 1) == '\n') {
            value cut = str_substring(line, 0, length - 1);
            value_dec(line);
            line = cut;
        }
    }
    if (line && (!edited || audit("builtins.input/result", "O", line)))
        return line;
    value_dec(line);
    return NULL;
}

static value builtin_breakpoint(value self, const value *args, size_t nargs, value kwnames)
{
    value hook = sys_get("breakpointhook");
    if (hook == VALUE_MISSING)
        return raise(EXC(RuntimeError), "lost sys.breakpointhook");
    bool good = hook && audit("builtins.breakpoint", "O", hook);
    value result = good ? call_vector(hook, args, nargs, kwnames) : NULL;
    value_dec(hook);
    return result;
}

static const struct method_def functions[] = {
    METHOD_ANY("__build_class__", builtin_build_class, "Internal helper function used by the class statement.", 0),
    METHOD("abs", builtin_abs, "(x, /)", "Return the absolute value of the argument."),
    METHOD("all", builtin_all, "(iterable, /)", "Return True if bool(x) is True for all values x in the iterable."),
    METHOD("any", builtin_any, "(iterable, /)", "Return True if bool(x) is True for any x in the iterable."),
    METHOD("ascii", builtin_ascii, "(obj, /)", "Return an ASCII-only representation of an object."),
    METHOD("bin", builtin_bin, "(number, /)", "Return the binary representation of an integer."),
    METHOD_ANY("breakpoint", builtin_breakpoint, "Call sys.breakpointhook(*args, **kws).", 0),
    METHOD("callable", builtin_callable, "(obj, /)", "Return whether the object is callable."),
    METHOD("chr", builtin_chr, "(i, /)", "Return a Unicode string of one character with ordinal i."),
    METHOD("compile", builtin_compile,
           "(source, filename, mode, flags=0, dont_inherit=False, optimize=-1, *, _feature_version=-1)",
           "Compile source into a code object."),
    METHOD("delattr", builtin_delattr, "(obj, name, /)", "Delete the named attribute from the given object."),
    METHOD("dir", builtin_dir, "(object=<unrepresentable>, /)",
           "Return the names in the current scope, or of an object."),
    METHOD("divmod", builtin_divmod, "(x, y, /)", "Return the tuple (x//y, x%y)."),
    METHOD("eval", builtin_eval, "(source, globals=None, locals=None, /)",
           "Evaluate the given source in the context of globals and locals."),
    METHOD("exec", builtin_exec, "(source, globals=None, locals=None, /, *, closure=None)",
           "Execute the given source in the context of globals and locals."),
    METHOD("format", builtin_format, "(value, format_spec='', /)", "Return value.__format__(format_spec)"),
    METHOD("getattr", builtin_getattr, "(object, name, default=<unrepresentable>, /)",
           "Get a named attribute from an object."),
    METHOD("globals", builtin_globals, "()", "Return the dictionary containing the current scope's global variables."),
    METHOD("hasattr", builtin_hasattr, "(obj, name, /)",
           "Return whether the object has an attribute with the given name."),
    METHOD("hash", builtin_hash, "(obj, /)", "Return the hash value for the given object."),
    METHOD("hex", builtin_hex, "(number, /)", "Return the hexadecimal representation of an integer."),
    METHOD("id", builtin_id, "(obj, /)", "Return the identity of an object."),
    METHOD("input", builtin_input, "(prompt='', /)", "Read a string from standard input."),
    METHOD("isinstance", builtin_isinstance, "(obj, class_or_tuple, /)",
           "Return whether an object is an instance of a class or of a subclass thereof."),
    METHOD("issubclass", builtin_issubclass, "(cls, class_or_tuple, /)",
           "Return whether 'cls' is derived from another class or is the same class."),
    METHOD("iter", builtin_iter, "(object, sentinel=<unrepresentable>, /)", "Get an iterator from an object."),
    METHOD("anext", builtin_anext, "(aiterator, default=<unrepresentable>, /)",
           "Return the next item from the async iterator."),
    METHOD("aiter", builtin_aiter, "(async_iterable, /)", "Return an AsyncIterator for an AsyncIterable object."),
    METHOD("len", builtin_len, "(obj, /)", "Return the number of items in a container."),
    METHOD("locals", builtin_locals, "()", "Return a dictionary containing the current scope's local variables."),
    METHOD_ANY("max", builtin_max, "max(iterable, *[, default=obj, key=func]) -> the biggest item", 0),
    METHOD_ANY("min", builtin_min, "min(iterable, *[, default=obj, key=func]) -> the smallest item", 0),
    METHOD("next", builtin_next, "(iterator, default=<unrepresentable>, /)", "Return the next item from the iterator."),
    METHOD("oct", builtin_oct, "(number, /)", "Return the octal representation of an integer."),
    METHOD("ord", builtin_ord, "(c, /)", "Return the Unicode code point for a one-character string."),
    METHOD("pow", builtin_pow, "(base, exp, mod=None)",
           "Equivalent to base**exp with 2 arguments or base**exp % mod with 3 arguments."),
    METHOD("print", builtin_print, "(*args, sep=' ', end='\\n', file=None, flush=False)",
           "Print the values to a stream, or to sys.stdout by default."),
    METHOD("repr", builtin_repr, "(obj, /)", "Return the canonical string representation of the object."),
    METHOD("round", builtin_round, "(number, ndigits=None)", "Round a number to a given precision in decimal digits."),
    METHOD("setattr", builtin_setattr, "(obj, name, value, /)",
           "Set the named attribute on the given object to the specified value."),
    {.name = "sorted",
     .raw = builtin_sorted,
     .entry = METHOD_RAW,
     .signature = "(iterable, /, *, key=None, reverse=False)",
     .doc = "Return a new list containing all items from the iterable in ascending order."},
    METHOD("sum", builtin_sum, "(iterable, /, start=0)",
           "Return the sum of a 'start' value (default: 0) plus an iterable of numbers"),
    METHOD("vars", builtin_vars, "(object=<unrepresentable>, /)", "Return the __dict__ of an object, or locals()."),
    {0},
};

static const uint8_t type_ids[] = {
    TYPE_ID_OBJECT,       TYPE_ID_TYPE,        TYPE_ID_INT,       TYPE_ID_BOOL,       TYPE_ID_FLOAT, TYPE_ID_COMPLEX,
    TYPE_ID_STR,          TYPE_ID_BYTES,       TYPE_ID_BYTEARRAY, TYPE_ID_MEMORYVIEW, TYPE_ID_TUPLE, TYPE_ID_LIST,
    TYPE_ID_DICT,         TYPE_ID_SET,         TYPE_ID_FROZENSET, TYPE_ID_RANGE,      TYPE_ID_SLICE, TYPE_ID_PROPERTY,
    TYPE_ID_STATICMETHOD, TYPE_ID_CLASSMETHOD, TYPE_ID_SUPER,     TYPE_ID_ENUMERATE,  TYPE_ID_ZIP,   TYPE_ID_MAP,
    TYPE_ID_FILTER,       TYPE_ID_REVERSED,
#define E(name, base) EXCEPTION_ID_##name,
    EXCEPTIONS(E)
#undef E
};

static bool fill(value module)
{
    for (size_t i = 0; i < sizeof type_ids; i++) {
        struct type *type = TYPE_WELL_KNOWN(type_ids[i]);
        if (!module_add(module, type_short_name(type), value_of(type)))
            return false;
    }
    return module_add_owned(module, "__import__", import_make_function()) && module_add(module, "None", VALUE_NONE) &&
           module_add(module, "True", VALUE_TRUE) && module_add(module, "False", VALUE_FALSE) &&
           module_add(module, "Ellipsis", VALUE_ELLIPSIS) &&
           module_add(module, "NotImplemented", VALUE_NOT_IMPLEMENTED) &&
           module_add(module, "EnvironmentError", value_of(EXC(OSError))) &&
           module_add(module, "IOError", value_of(EXC(OSError))) &&
           module_add(module, "__debug__", value_bool(sys_optimize_level() == 0));
}

const struct module_def builtins_module = {
    .name = "builtins",
    .doc = "Built-in functions, types, exceptions, and other objects.",
    .functions = functions,
    .fill = fill,
};
