/* Pickling by name (classes, functions), and by what __reduce__ and its like say. */
#include "runtime/import.h"
#include "runtime/modules/pickling/pickle.h"
#include "runtime/objects/binary/item_format.h"
#include "runtime/objects/containers/container.h"
#include "runtime/objects/operations/attribute_view.h"
#include "runtime/objects/text/str.h"

/* ---- names ---- */

value pickle_import(value name)
{
    /* with a list of names it is the submodule itself that is returned */
    value names = tuple_pack(1, NAME_TEXT(""));
    value module = names ? import_module_level(name, NULL, names, 0) : NULL;
    value_dec(names);
    return module;
}

value pickle_deep_attribute(value object, value dotted, value *parent)
{
    value parts = call_method_1(dotted, NAME(split), NAME_TEXT(".")), at = value_inc(object), before = NULL;
    if (!parts) {
        value_dec(at);
        return NULL;
    }
    for (size_t i = 0, n = list_length(parts); at && i < n; i++) {
        value part = list_get(parts, i);
        value next = NULL;
        if (str_equals_text(part, "<locals>"))
            raise(EXC(AttributeError), "Can't get local attribute %R on %R", dotted, object);
        else if ((next = attr_get_optional(at, part)) == VALUE_MISSING) {
            next = NULL;
            raise(EXC(AttributeError), "Can't get attribute %R on %R", dotted, object);
        }
        value_dec(part);
        value_dec(before);
        before = at;
        at = next;
    }
    value_dec(parts);
    if (at && parent)
        *parent = before;
    else
        value_dec(before);
    return at;
}

/* Does the module have this object under that path? Errors count as no. 1, 0, -1. */
static int module_has(value module, value dotted, value v)
{
    value found = pickle_deep_attribute(module, dotted, NULL);
    if (!found) {
        if (!error_matches(EXC(AttributeError)))
            return -1;
        error_clear();
        return 0;
    }
    value_dec(found);
    return found == v;
}

/* The name of the module that an object says, or is found in. */
static value which_module(value v, value dotted)
{
    value name = attr_get_optional(v, NAME(__module__));
    if (!name || (name != VALUE_MISSING && !is_none(name)))
        return name;
    value sys = import_module("sys"), modules = sys ? attr_get(sys, NAME(modules)) : NULL;
    value snapshot = modules && is_dict(modules) ? dict_items_list(modules) : NULL, found = NULL;
    if (modules && !is_dict(modules)) { /* a program's own */
        value copy = call_method_0(modules, NAME(copy));
        snapshot = copy && is_dict(copy) ? dict_items_list(copy) : NULL;
        value_dec(copy);
    }
    value_dec(modules);
    value_dec(sys);
    if (!snapshot)
        return error_occurred() ? NULL : value_inc(NAME(__main__));
    for (size_t i = 0, n = list_length(snapshot); !found && i < n; i++) {
        value pair = list_get(snapshot, i);
        value module_name = tuple_get(pair, 0), module = tuple_get(pair, 1);
        bool skip = is_none(module) || (is_str(module_name) && (str_equals_text(module_name, "__main__") ||
                                                                str_equals_text(module_name, "__mp_main__")));
        int has = skip ? 0 : module_has(module, dotted, v);
        if (has > 0)
            found = value_inc(module_name);
        value_dec(pair);
        if (has < 0) {
            value_dec(snapshot);
            return NULL;
        }
    }
    value_dec(snapshot);
    return found ? found : value_inc(NAME(__main__));
}

/* 1: the class has a registered code, which was written; 0: none; -1: exception. */
static int save_extension(struct pickling *p, value module_name, value name)
{
    value key = tuple_pack(2, module_name, name);
    value code = key ? dict_get(pickle_known(KNOWN_EXTENSION_REGISTRY), key) : NULL;
    value_dec(key);
    if (!code || code == VALUE_MISSING)
        return code ? 0 : -1;
    int64_t number;
    if (!is_int(code)) {
        value_dec(code);
        return raise_int(PICKLING_ERROR, "Can't pickle: extension code isn't an integer");
    }
    bool fits = int_fits_i64(code, &number) && number > 0 && number <= INT32_MAX;
    value_dec(code);
    if (!fits)
        return raise_int(EXC(RuntimeError), "Can't pickle: extension code is out of range");
    uint8_t op[5] = {number < 256 ? OP_EXT1 : number < 65536 ? OP_EXT2 : OP_EXT4};
    item_store(op + 1, 4, false, (uint64_t)number);
    return pickle_emit(p, op, number < 256 ? 2 : number < 65536 ? 3 : 5) ? 1 : -1;
}

static bool emit_line(struct pickling *p, value text)
{
    value bytes = str_encode(text, p->protocol >= 3 ? "utf-8" : "ascii", NULL);
    bool done = bytes && pickle_emit(p, bytes_data(bytes), bytes_length(bytes)) && pickle_emit(p, "\n", 1);
    value_dec(bytes);
    return done;
}
static bool save_names_as_lines(struct pickling *p, value given_module_name, value given_name)
{
    value module_name = value_inc(given_module_name), name = value_inc(given_name);
    bool done = !(p->fix_imports && p->protocol < 3) || pickle_rename(true, &module_name, &name);
    if (done) {
        done = pickle_emit_op(p, OP_GLOBAL) && emit_line(p, module_name) && emit_line(p, name);
        if (!done && error_matches(EXC(UnicodeEncodeError))) {
            error_clear();
            raise(PICKLING_ERROR, "can't pickle global identifier '%S.%S' using pickle protocol %d", module_name, name,
                  p->protocol);
        }
    }
    value_dec(name);
    value_dec(module_name);
    return done;
}

/* What is found under the names; NULL with PicklingError. *nested: it is not an attribute of the module itself. */
static value look_up(value v, value module_name, value name, value *parent, bool *nested)
{
    value module = pickle_import(module_name);
    if (!module) {
        if (error_matches(EXC(Exception)))
            raise_from(PICKLING_ERROR, "Can't pickle %R: import of module %R failed", v, module_name);
        return NULL;
    }
    value found = pickle_deep_attribute(module, name, parent);
    *nested = found && *parent != module;
    value_dec(module);
    if (!found) {
        if (error_matches(EXC(AttributeError))) {
            error_clear();
            raise(PICKLING_ERROR, "Can't pickle %R: attribute lookup %S on %S failed", v, name, module_name);
        }
        return NULL;
    }
    if (found != v) {
        value_dec(found);
        value_dec(*parent);
        *parent = NULL;
        return raise(PICKLING_ERROR, "Can't pickle %R: it's not the same object as %S.%S", v, module_name, name);
    }
    return found;
}

static bool save_found(struct pickling *p, value v, value module_name, value name, value parent, bool nested)
{
    if (p->protocol >= 2) {
        int saved = save_extension(p, module_name, name);
        if (saved)
            return saved > 0;
    }
    bool done;
    if (p->protocol >= 4) {
        done = pickle_save(p, module_name, false) && pickle_save(p, name, false) && pickle_emit_op(p, OP_STACK_GLOBAL);
        return done && pickle_memoize(p, v);
    }
    ssize at = str_find(name, NAME_TEXT("."), 0, PTRDIFF_MAX, -1);
    value last = str_substring(name, (size_t)(at + 1), str_length(name));
    if (nested) { /* getattr(parent, last) */
        value getattr = builtin_by_name("getattr"), arguments = last ? tuple_pack(2, parent, last) : NULL;
        value reduced = arguments && getattr ? tuple_pack(2, getattr, arguments) : NULL;
        done = reduced && pickle_save_reduced(p, reduced, NULL);
        value_dec(reduced);
        value_dec(arguments);
        value_dec(getattr);
    } else
        done = last && save_names_as_lines(p, module_name, last);
    value_dec(last);
    return done && pickle_memoize(p, v);
}

bool pickle_save_global(struct pickling *p, value v, value given_name)
{
    value name = given_name ? value_inc(given_name) : attr_get_optional(v, NAME(__qualname__));
    if (name == VALUE_MISSING)
        name = attr_get(v, NAME(__name__));
    if (name && !is_str(name)) {
        raise(EXC(TypeError), "attribute name must be string, not '%T'", name);
        value_dec(name);
        return false;
    }
    value module_name = name ? which_module(v, name) : NULL, parent = NULL;
    value found = NULL;
    bool nested = false;
    if (module_name && !is_str(module_name))
        raise(EXC(TypeError), "module name must be a string, not %T", module_name);
    else if (module_name)
        found = look_up(v, module_name, name, &parent, &nested);
    bool done = found && save_found(p, v, module_name, name, parent, nested);
    value_dec(parent);
    value_dec(found);
    value_dec(module_name);
    value_dec(name);
    return done;
}

/* ---- __reduce__ ---- */

/* What the tuple holds; all borrowed from it. NULL: not there. */
struct reduction {
    value callable, arguments, state, list_items, dict_items, setter;
};

static value part(value reduced, size_t i)
{
    return i < tuple_length(reduced) && !is_none(tuple_get(reduced, i)) ? tuple_get(reduced, i) : NULL;
}
static bool unpack(value reduced, struct reduction *r)
{
    size_t length = tuple_length(reduced);
    if (length < 2 || length > 6)
        return raise_false(PICKLING_ERROR, "tuple returned by __reduce__ must contain 2 through 6 elements");
    *r = (struct reduction){tuple_get(reduced, 0), tuple_get(reduced, 1), part(reduced, 2),
                            part(reduced, 3),      part(reduced, 4),      part(reduced, 5)};
    if (!value_is_callable(r->callable))
        return raise_false(PICKLING_ERROR, "first item of the tuple returned by __reduce__ must be callable");
    if (!is_tuple(r->arguments))
        return raise_false(PICKLING_ERROR, "second item of the tuple returned by __reduce__ must be a tuple");
    if (r->list_items && !value_is_iterator(r->list_items))
        return raise_false(PICKLING_ERROR,
                           "fourth element of the tuple returned by __reduce__ must be an iterator, not %T",
                           r->list_items);
    if (r->dict_items && !value_is_iterator(r->dict_items))
        return raise_false(PICKLING_ERROR,
                           "fifth element of the tuple returned by __reduce__ must be an iterator, not %T",
                           r->dict_items);
    if (r->setter && !value_is_callable(r->setter))
        return raise_false(PICKLING_ERROR,
                           "sixth element of the tuple returned by __reduce__ must be a function, not %T", r->setter);
    return true;
}

/* Is it copyreg's function of that name? */
static bool is_named(value name, const char *wanted)
{
    return name != VALUE_MISSING && is_str(name) && str_equals_text(name, wanted);
}

static bool save_newobj_ex(struct pickling *p, const struct reduction *r)
{
    size_t length = tuple_length(r->arguments);
    if (length != 3)
        return raise_false(PICKLING_ERROR, "length of the NEWOBJ_EX argument tuple must be exactly 3, not %zu", length);
    value cls = tuple_get(r->arguments, 0), arguments = tuple_get(r->arguments, 1),
          keywords = tuple_get(r->arguments, 2);
    if (!value_has_flag(cls, TYPE_FLAG_TYPE))
        return raise_false(PICKLING_ERROR, "first item from NEWOBJ_EX argument tuple must be a class, not %T", cls);
    if (!is_tuple(arguments))
        return raise_false(PICKLING_ERROR, "second item from NEWOBJ_EX argument tuple must be a tuple, not %T",
                           arguments);
    if (!is_dict(keywords))
        return raise_false(PICKLING_ERROR, "third item from NEWOBJ_EX argument tuple must be a dict, not %T", keywords);
    if (p->protocol >= 4)
        return pickle_save(p, cls, false) && pickle_save(p, arguments, false) && pickle_save(p, keywords, false) &&
               pickle_emit_op(p, OP_NEWOBJ_EX);
    /* functools.partial(cls.__new__, cls, *arguments, **keywords)() */
    value new = attr_get(cls, NAME(__new__)), front = new ? tuple_pack(2, new, cls) : NULL;
    value all = front ? sequence_concat(front, arguments) : NULL;
    value partial = all ? call_tuple(pickle_known(KNOWN_PARTIAL), all, keywords) : NULL;
    value none = partial ? tuple_new(0) : NULL;
    bool done = none && pickle_save(p, partial, false) && pickle_save(p, none, false) && pickle_emit_op(p, OP_REDUCE);
    value_dec(none);
    value_dec(partial);
    value_dec(all);
    value_dec(front);
    value_dec(new);
    return done;
}

static bool save_newobj(struct pickling *p, const struct reduction *r, value v)
{
    size_t length = tuple_length(r->arguments);
    if (length < 1)
        return raise_false(PICKLING_ERROR, "__newobj__ arglist is empty");
    value cls = tuple_get(r->arguments, 0);
    int has = is_type(cls) && type_slot((struct type *)cls, new) ? 1 : attr_has(cls, NAME(__new__));
    if (has <= 0)
        return has < 0 ? false : raise_false(PICKLING_ERROR, "args[0] from __newobj__ args has no __new__");
    if (v) {
        value own = attr_get(v, NAME(__class__));
        value_dec(own);
        if (own != cls)
            return own ? raise_false(PICKLING_ERROR, "args[0] from __newobj__ args has the wrong class") : false;
    }
    value rest = tuple_new(length - 1);
    if (!rest)
        return false;
    for (size_t i = 1; i < length; i++)
        tuple_init(rest, i - 1, value_inc(tuple_get(r->arguments, i)));
    bool done = pickle_save(p, cls, false) && pickle_save(p, rest, false) && pickle_emit_op(p, OP_NEWOBJ);
    value_dec(rest);
    return done;
}

static bool save_call(struct pickling *p, const struct reduction *r, value v)
{
    bool newobj_ex = false, newobj = false;
    if (p->protocol >= 2) {
        value name = attr_get_optional(r->callable, NAME(__name__));
        if (!name)
            return false;
        newobj = is_named(name, "__newobj__");
        newobj_ex = !newobj && is_named(name, "__newobj_ex__");
        value_dec(name);
    }
    if (newobj_ex)
        return save_newobj_ex(p, r);
    if (newobj)
        return save_newobj(p, r, v);
    return pickle_save(p, r->callable, false) && pickle_save(p, r->arguments, false) && pickle_emit_op(p, OP_REDUCE);
}

bool pickle_save_reduced(struct pickling *p, value reduced, value v)
{
    struct reduction r = {0};
    if (!unpack(reduced, &r) || !save_call(p, &r, v))
        return false;
    if (v) {
        int64_t number = value_is_object(v) ? pickle_memo_find(&p->self->header, &p->self->memo, v) : -1;
        if (number >= 0) /* an argument led back here: what was made then is the object */
            return pickle_emit_op(p, OP_POP) && pickle_emit_get(p, number);
        if (value_is_object(v) && !pickle_memoize(p, v))
            return false;
    }
    if ((r.list_items && !pickle_batch_list(p, r.list_items)) || (r.dict_items && !pickle_batch_dict(p, r.dict_items)))
        return false;
    if (!r.state)
        return true;
    if (!r.setter)
        return pickle_save(p, r.state, false) && pickle_emit_op(p, OP_BUILD);
    return pickle_save(p, r.setter, false) && pickle_save(p, v, false) && pickle_save(p, r.state, false) &&
           pickle_emit_op(p, OP_TUPLE2) && pickle_emit_op(p, OP_REDUCE) && pickle_emit_op(p, OP_POP);
}

/* type(None) and its like have no name to be found by. */
static bool save_type(struct pickling *p, value v)
{
    value only = v == value_of(value_type(VALUE_NONE))              ? VALUE_NONE
                 : v == value_of(value_type(VALUE_ELLIPSIS))        ? VALUE_ELLIPSIS
                 : v == value_of(value_type(VALUE_NOT_IMPLEMENTED)) ? VALUE_NOT_IMPLEMENTED
                                                                    : NULL;
    if (!only)
        return pickle_save_global(p, v, NULL);
    value arguments = tuple_pack(1, only);
    value reduced = arguments ? tuple_pack(2, value_of(TYPE(TYPE)), arguments) : NULL;
    bool done = reduced && pickle_save_reduced(p, reduced, v);
    value_dec(reduced);
    value_dec(arguments);
    return done;
}

/* The function registered for the value's type, owned; VALUE_MISSING, or NULL with an exception. */
static value registered_reducer(struct pickling *p, value v)
{
    value type = value_of(value_type(v));
    if (!p->dispatch_table)
        return dict_get(pickle_known(KNOWN_DISPATCH_TABLE), type);
    value reducer = item_get(p->dispatch_table, type);
    if (!reducer && error_matches(EXC(KeyError))) {
        error_clear();
        return VALUE_MISSING;
    }
    return reducer;
}

static value reduce(struct pickling *p, value v)
{
    bool unbound;
    value reducer = attr_get_method(v, NAME(__reduce_ex__), &unbound), reduced;
    if (!reducer && !error_matches(EXC(AttributeError)))
        return NULL;
    if (reducer) {
        reduced = unbound ? call_2(reducer, v, small_int(p->protocol)) : call_1(reducer, small_int(p->protocol));
        value_dec(reducer);
        return reduced;
    }
    error_clear();
    reducer = attr_get_optional(v, NAME(__reduce__));
    if (reducer == VALUE_MISSING)
        return raise(PICKLING_ERROR, "can't pickle '%T' object: %R", v, v);
    reduced = reducer ? call_0(reducer) : NULL;
    value_dec(reducer);
    return reduced;
}

bool pickle_save_object(struct pickling *p, value v)
{
    value reduced = VALUE_NOT_IMPLEMENTED;
    if (p->reducer_override && !(reduced = call_1(p->reducer_override, v)))
        return false;
    if (reduced == VALUE_NOT_IMPLEMENTED) {
        if (value_type(v) == TYPE(TYPE))
            return save_type(p, v);
        if (value_is(v, TYPE_ID_FUNCTION))
            return pickle_save_global(p, v, NULL);
        value reducer = registered_reducer(p, v);
        if (!reducer)
            return false;
        if (reducer != VALUE_MISSING) {
            reduced = call_1(reducer, v);
            value_dec(reducer);
        } else if (value_has_flag(v, TYPE_FLAG_TYPE))
            return pickle_save_global(p, v, NULL);
        else
            reduced = reduce(p, v);
        if (!reduced)
            return false;
    }
    bool done;
    if (is_str(reduced))
        done = pickle_save_global(p, v, reduced);
    else if (is_tuple(reduced))
        done = pickle_save_reduced(p, reduced, v);
    else
        done = raise_false(PICKLING_ERROR, "__reduce__ must return a string or tuple");
    value_dec(reduced);
    return done;
}
