/* The rest of what the language does to any value: text, containers, iteration, numbers, isinstance. */
#include "runtime/objects/model/type_internal.h"
#include "runtime/objects/numbers/float.h"
#include "runtime/objects/numbers/int.h"
#include "runtime/objects/text/str_methods.h"
#include "runtime/interpreter.h"
#include "runtime/step.h"
#include "threads/pause.h"

value builtin_lookup(value name)
{
    value builtins = interpreter_builtins();
    value found = !builtins ? VALUE_MISSING : is_dict(builtins) ? dict_get(builtins, name) : item_get(builtins, name);
    if (found != VALUE_MISSING)
        return found;
    return raise(EXC(NameError), "name '%U' is not defined", name);
}

/* ---- text ---- */
static value checked_text(value text, const char *function)
{
    if (text && unlikely(!is_str(text))) {
        raise(EXC(TypeError), "%s returned non-string (type %T)", function, text);
        value_dec(text);
        return NULL;
    }
    return text;
}

value value_repr(value v)
{
    if (unlikely(!v))
        return value_inc(NAME_TEXT("<NULL>"));
    value (*repr)(value) = value_type_slot(v, repr);
    if (!repr)
        return object_repr_default(v);
    thread_check_quiescent("a repr");
    if (unlikely(thread_safepoint_at(thread_self, THREAD_IN_WAIT) != 0)) /* containers come here for each item */
        return NULL;
    if (unlikely(!recursion_enter(" while getting the repr of an object")))
        return NULL;
    value text = repr(v);
    recursion_leave();
    return checked_text(text, "__repr__");
}

value value_str(value v)
{
    if (value_is(v, TYPE_ID_STR))
        return value_inc(v);
    value (*str)(value) = value_type_slot(v, str);
    if (!str)
        return value_repr(v);
    if (unlikely(!recursion_enter(" while getting the str of an object")))
        return NULL;
    value text = str(v);
    recursion_leave();
    return checked_text(text, "__str__");
}

value value_ascii(value v)
{
    value text = value_repr(v);
    if (!text || str_is_ascii(text))
        return text;
    struct str_builder b;
    builder_init(&b);
    for (size_t i = 0; i < str_length(text); i++) {
        uint32_t c = str_at(text, i);
        char escape[16];
        thread_report_at(i + 1);
        if (c < 128)
            snprintf(escape, sizeof escape, "%c", (int)c);
        else
            snprintf(escape, sizeof escape, c < 256 ? "\\x%02x" : c < 65536 ? "\\u%04x" : "\\U%08x", c);
        builder_add_text(&b, escape);
    }
    value_dec(text);
    return builder_finish(&b);
}

/* Exact built-in types, whose __format__ nobody can replace; VALUE_MISSING for all others. */
static value format_exact(value v, value spec)
{
    bool plain = !spec || (is_str(spec) && str_length(spec) == 0);
    if (!plain && !is_str(spec))
        return VALUE_MISSING;
    if (value_is_small_int(v) || value_is(v, TYPE_ID_INT))
        return plain ? int_to_text(v, 10) : value_format_int(v, spec);
    if (value_is_immediate_float(v) || value_is(v, TYPE_ID_FLOAT))
        return plain ? value_repr(v) : value_format_float(v, spec);
    if (value_is(v, TYPE_ID_STR))
        return plain ? value_inc(v) : value_format_str(v, spec);
    return VALUE_MISSING;
}

value value_format(value v, value spec)
{
    value direct = format_exact(v, spec);
    if (direct != VALUE_MISSING)
        return direct;
    value empty = spec ? value_inc(spec) : str_from_utf8("", 0);
    if (!empty)
        return NULL;
    if (!is_str(empty)) {
        raise(EXC(TypeError), "format() argument 2 must be str, not %K", empty);
        value_dec(empty);
        return NULL;
    }
    value text = call_special(v, NAME(__format__), &empty, 1);
    if (text == VALUE_MISSING)
        text = raise(EXC(TypeError), "Type %T doesn't define __format__", v);
    if (text && !is_str(text)) {
        raise(EXC(TypeError), "__format__ must return a str, not %T", text);
        value_dec(text);
        text = NULL;
    }
    value_dec(empty);
    return text;
}

int repr_enter(value v)
{
    struct interpreter *self = interpreter_self;
    if (!self)
        return 0;
    if (!self->repr_list && !(self->repr_list = list_new(4)))
        return -1;
    for (size_t i = list_length(self->repr_list); i-- > 0;) {
        value item = list_get(self->repr_list, i);
        value_dec(item);
        if (item == v)
            return 1;
    }
    return list_append(self->repr_list, v) ? 0 : -1;
}

void repr_leave(value v)
{
    struct interpreter *self = interpreter_self;
    if (!self || !self->repr_list)
        return;
    value saved = error_fetch();
    for (size_t i = list_length(self->repr_list); i-- > 0;) {
        value item = list_get(self->repr_list, i);
        value_dec(item);
        if (item == v) {
            value popped = list_pop(self->repr_list, (ssize)i);
            value_dec(popped);
            break;
        }
    }
    error_restore(saved);
}

/* ---- containers ---- */
ssize value_length(value v)
{
    ssize (*length)(value) = value_type_slot(v, length);
    if (likely(length != NULL))
        return length(v);
    return raise_int(EXC(TypeError), "object of type '%T' has no len()", v);
}

ssize value_length_hint(value v, ssize fallback)
{
    if (value_type_slot(v, length)) {
        ssize length = value_length(v);
        if (length >= 0 || !error_matches(EXC(TypeError)))
            return length;
        error_clear();
    }
    value hint = call_special(v, NAME(__length_hint__), NULL, 0);
    if (!hint) {
        if (!error_matches(EXC(TypeError)))
            return -1;
        error_clear();
        return fallback;
    }
    if (hint == VALUE_MISSING || hint == VALUE_NOT_IMPLEMENTED)
        return fallback;
    ssize n;
    if (!is_int(hint)) {
        raise(EXC(TypeError), "__length_hint__ must be an integer, not %T", hint);
        n = -1;
    } else if (!value_as_ssize(hint, &n)) {
        n = -1;
    } else if (n < 0) {
        n = raise_int(EXC(ValueError), "__length_hint__() should return >= 0");
    }
    value_dec(hint);
    return n;
}

value item_get(value container, value key)
{
    value (*getitem)(value, value) = value_type_slot(container, getitem);
    if (likely(getitem != NULL))
        return getitem(container, key);
    if (is_type(container)) {
        if (container == value_of(TYPE(TYPE)))
            return generic_alias_new(container, key);
        value hook = attr_get_optional(container, NAME(__class_getitem__));
        if (!hook)
            return NULL;
        if (hook != VALUE_MISSING && hook != VALUE_NONE) {
            value result = call_1(hook, key);
            value_dec(hook);
            return result;
        }
        return raise(EXC(TypeError), "type '%s' is not subscriptable", ((struct type *)container)->gc.name);
    }
    return raise(EXC(TypeError), "'%T' object is not subscriptable", container);
}

/* The errors of a store or deletion that the container has no slot for: what is a sequence in any respect looks at the
   index first, and has other words. */
static bool no_item(value container, value key, bool deletion)
{
    struct type *type = value_type(container);
    bool sequence = type_has_flag(type, TYPE_FLAG_HEAP) || type_slot(type, contains) || type_slot(type, length);
    if (sequence && (is_int(key) || value_type_slot(key, to_index))) {
        ssize index;
        if (!index_as_ssize(key, &index, EXC(IndexError)))
            return false;
        if (deletion)
            return raise_false(EXC(TypeError), "'%T' object doesn't support item deletion", container);
    }
    return raise_false(EXC(TypeError), "'%T' object does not support item %s", container,
                       deletion ? "deletion" : "assignment");
}

bool item_set(value container, value key, value v)
{
    bool (*setitem)(value, value, value) = value_type_slot(container, setitem);
    if (likely(setitem != NULL))
        return setitem(container, key, v);
    return no_item(container, key, false);
}

bool item_delete(value container, value key)
{
    bool (*setitem)(value, value, value) = value_type_slot(container, setitem);
    if (likely(setitem != NULL))
        return setitem(container, key, NULL);
    return no_item(container, key, true);
}

int contains_by_iteration(value container, value item)
{
    struct sweep sweep;
    if (!sweep_open(&sweep, container)) {
        if (error_matches(EXC(TypeError))) {
            error_clear();
            raise(EXC(TypeError), "argument of type '%T' is not iterable", container);
        }
        return -1;
    }
    int found = 0;
    while (!found) {
        value v = iter_next(sweep.iterator);
        if (v == VALUE_END)
            break;
        found = v ? compare_bool(v, item, COMPARE_EQ) : -1;
        value_dec(v);
    }
    sweep_close(&sweep);
    return found;
}

int value_contains(value container, value item)
{
    int (*contains)(value, value) = value_type_slot(container, contains);
    return likely(contains != NULL) ? contains(container, item) : contains_by_iteration(container, item);
}

/* ---- iteration ---- */
/* Whether it has items by number: built-in types that have items but no length (re.Match) have not, and classes only if
 * their metaclass says so. */
static bool has_numbered_items(value v)
{
    struct type *type = value_type(v);
    value (*getitem)(value, value) = type_slot(type, getitem);
    return getitem && (type_slot(type, length) || type_has_flag(type, TYPE_FLAG_HEAP)) &&
           !(is_type(v) && getitem == type_slot(TYPE(TYPE), getitem));
}

bool value_is_iterable(value v)
{
    struct type *type = value_type(v);
    return type_slot(type, iter) || (has_numbered_items(v) && !type_has_flag(type, TYPE_FLAG_DICT));
}

value iter_get(value v)
{
    struct type *type = value_type(v);
    value (*iter)(value) = type_slot(type, iter);
    if (unlikely(!iter)) {
        if (has_numbered_items(v))
            return sequence_iterator_new(v);
        return raise(EXC(TypeError), "'%T' object is not iterable", v);
    }
    value iterator = iter(v);
    if (likely(iterator != NULL) && unlikely(!value_is_iterator(iterator))) {
        raise(EXC(TypeError), "iter() returned non-iterator of type '%T'", iterator);
        value_dec(iterator);
        return NULL;
    }
    return iterator;
}

value iter_next(value iterator)
{
    value (*next)(value) = value_type_slot(iterator, next);
    if (unlikely(!next))
        return raise(EXC(TypeError), "'%T' object is not iterable", iterator);
    struct interpreter *self = interpreter_self; /* an iterator over iterators over ... */
    if (unlikely(self && (char *)__builtin_frame_address(0) < self->stack_limit && !stack_check(" while iterating")))
        return NULL;
    thread_pause(thread_self); /* Python code might run here, so callers are prepared; their loops may be long */
    value item = next(iterator);
    /* A generator's value, or a StopIteration out of the function that an iterator calls. */
    if (unlikely(!item) && error_matches(EXC(StopIteration))) {
        error_clear();
        return VALUE_END;
    }
    return item;
}

value iterator_step(value v)
{
    static const char message[] = "'%T' object is not an iterator";
    value (*next)(value) = value_type_slot(v, next);
    if (!next)
        return raise(EXC(TypeError), message, v);
    return next == slot_next_python ? slot_next_or(v, message) : next(v);
}

bool value_is_iterator(value v)
{
    return value_type_slot(v, next) != NULL;
}

int iter_send(value iterator, value sent, value *result)
{
    struct type *type = value_type(iterator);
    int (*send)(value, value, value *) = type_slot(type, send);
    if (send)
        return send(iterator, sent, result);
    value (*next)(value) = type_slot(type, next);
    if (sent == VALUE_NONE && next && next != slot_next_python) {
        *result = next(iterator);
        if (*result == VALUE_END) {
            *result = VALUE_NONE;
            return SEND_RETURN;
        }
    } else if (sent == VALUE_NONE && next) /* a Python __next__: its StopIteration may carry a value */
        *result = call_special(iterator, NAME(__next__), NULL, 0);
    else
        *result = call_method_1(iterator, NAME(send), sent);
    if (*result)
        return SEND_YIELD;
    if (!error_matches(EXC(StopIteration)))
        return SEND_ERROR;
    value stop = error_fetch();
    *result = stop_iteration_value(stop);
    value_dec(stop);
    return SEND_RETURN;
}

value list_from_iterable(value iterable)
{
    value list = list_new(0);
    if (list && !list_extend(list, iterable)) {
        value_dec(list);
        return NULL;
    }
    return list;
}

/* Hints are believed up to so many items: more room is made when it is needed. */
#define HINT_TRUSTED (1 << 27)

/* A list of the owned items, all of them stolen, with room for as many as are hinted at. */
static value list_of_first(value *items, size_t count, ssize hint)
{
    value list = list_new(hint > (ssize)count && hint <= HINT_TRUSTED ? (size_t)hint : count);
    for (size_t i = 0; i < count; i++) {
        if (list && !list_append_owned(list, items[i])) {
            value_dec(list);
            list = NULL;
        } else if (!list) {
            value_dec(items[i]);
        }
    }
    return list;
}

/* Few items go straight into the tuple, more into a list first. */
static value tuple_from_iterator_of(value iterable)
{
    value few[16], tuple = NULL, item = NULL;
    size_t count = 0;
    struct sweep sweep;
    if (!sweep_open(&sweep, iterable))
        return NULL;
    value iterator = sweep.iterator;
    ssize hint = value_is(iterable, TYPE_ID_GENERATOR) ? 0 : value_length_hint(iterable, 0);
    if (hint < 0) {
        sweep_close(&sweep);
        return NULL;
    }
    while (count < sizeof few / sizeof *few && (item = iter_next(iterator)) && item != VALUE_END)
        few[count++] = item;
    if (item == VALUE_END) {
        sweep_close(&sweep);
        return tuple_from_owned(few, count);
    }
    if (item) {
        value list = list_of_first(few, count, hint);
        if (list && list_extend(list, iterator))
            tuple = list_to_tuple(list);
        value_dec(list);
    } else {
        for (size_t i = 0; i < count; i++)
            value_dec(few[i]);
    }
    sweep_close(&sweep);
    return tuple;
}

value tuple_from_iterable(value iterable)
{
    if (value_is(iterable, TYPE_ID_TUPLE))
        return value_inc(iterable);
    if (value_is(iterable, TYPE_ID_LIST))
        return list_to_tuple(iterable);
    return tuple_from_iterator_of(iterable);
}

value sequence_concat(value a, value b)
{
    value (*concat)(value, value) = value_type_slot(a, concat);
    if (concat)
        return concat(a, b);
    if (value_type_slot(a, getitem) && value_type_slot(b, getitem) && value_type_slot(a, binary[BINARY_ADD]))
        return operate_binary(BINARY_ADD, a, b);
    return raise(EXC(TypeError), "'%T' object can't be concatenated", a);
}

value sequence_repeat(value a, ssize n)
{
    value (*repeat)(value, ssize) = value_type_slot(a, repeat);
    if (repeat)
        return repeat(a, n);
    value count = int_from_i64(n);
    value result = count ? operate_binary(BINARY_MULTIPLY, a, count) : NULL;
    value_dec(count);
    return result;
}

value sequence_fast(value v, const char *message)
{
    if (value_is(v, TYPE_ID_LIST) || value_is(v, TYPE_ID_TUPLE))
        return value_inc(v);
    if (!value_is_iterable(v))
        return raise(EXC(TypeError), "%s", message);
    if (!type_has_flag(value_type(v), TYPE_FLAG_HEAP))
        return list_from_iterable(v);
    /* An __iter__ that returns no iterator makes it none, too. */
    value iterator = iter_get(v);
    value list = iterator ? list_from_iterable(iterator) : NULL;
    if (!iterator && error_matches(EXC(TypeError))) {
        error_clear();
        raise(EXC(TypeError), "%s", message);
    }
    value_dec(iterator);
    return list;
}

/* ---- numbers ---- */
value index_value(value v)
{
    if (is_int(v))
        return value_inc(int_exact(v));
    value (*to_index)(value) = value_type_slot(v, to_index);
    if (!to_index)
        return raise(EXC(TypeError), "'%T' object cannot be interpreted as an integer", v);
    value index = to_index(v);
    if (index && !is_int(index)) {
        raise(EXC(TypeError), "__index__ returned non-int (type %T)", index);
        value_dec(index);
        return NULL;
    }
    if (index && !value_is_small_int(index) && !value_is(index, TYPE_ID_INT) &&
        warn(EXC(DeprecationWarning), 1,
             "__index__ returned non-int (type %T).  The ability to return an instance of a strict subclass of int is "
             "deprecated, and may be removed in a future version of Python.",
             index) < 0) {
        value_dec(index);
        return NULL;
    }
    if (!index || value_is(index, TYPE_ID_INT) || value_is_small_int(index))
        return index;
    value exact = value_inc(int_exact(index));
    value_dec(index);
    return exact;
}

bool index_as_ssize(value v, ssize *out, struct type *overflow)
{
    if (likely(value_is_small_int(v))) {
        *out = small_int_value(v);
        return true;
    }
    value index = index_value(v);
    if (!index)
        return false;
    bool ok = int_fits_i64(index, out);
    if (!ok && !overflow) {
        *out = int_sign(index) < 0 ? INT64_MIN : INT64_MAX;
        ok = true;
    } else if (!ok) {
        raise(overflow, "cannot fit '%T' into an index-sized integer", v);
    }
    value_dec(index);
    return ok;
}

value tuple_to_join(value iterable)
{
    if (is_tuple(iterable))
        return value_inc(iterable);
    value iterator = iter_get(iterable);
    if (!iterator && error_matches(EXC(TypeError))) {
        error_clear();
        return raise(EXC(TypeError), "can only join an iterable");
    }
    value items = iterator ? tuple_from_iterable(iterator) : NULL;
    value_dec(iterator);
    return items;
}

static bool as_c_type(value v, int64_t *out, const char *c_type)
{
    if (likely(value_is_small_int(v))) {
        *out = small_int_value(v);
        return true;
    }
    value index = index_value(v);
    bool ok = index && (int_fits_i64(index, out) ||
                        raise_false(EXC(OverflowError), "Python int too large to convert to C %s", c_type));
    value_dec(index);
    return ok;
}

bool value_as_ssize(value v, ssize *out)
{
    return as_c_type(v, out, "ssize_t");
}

bool value_as_i64(value v, int64_t *out)
{
    return as_c_type(v, out, "long");
}

bool value_as_int(value v, int *out)
{
    int64_t number;
    value index = index_value(v);
    bool ok = index && ((int_fits_i64(index, &number) && number == (int)number) ||
                        raise_false(EXC(OverflowError), "Python int too large to convert to C int"));
    value_dec(index);
    if (ok)
        *out = (int)number;
    return ok;
}

bool value_as_signed_int(value v, int *out)
{
    int64_t number;
    if (!value_as_i64(v, &number))
        return false;
    if (number != (int)number)
        return raise_false(EXC(OverflowError), "signed integer is %s",
                           number < 0 ? "less than minimum" : "greater than maximum");
    *out = (int)number;
    return true;
}

bool value_as_double(value v, double *out)
{
    if (is_float(v)) {
        *out = float_value(v);
        return true;
    }
    if (is_int(v) && (!value_is_object(v) || value_is(v, TYPE_ID_INT))) {
        *out = int_as_double(v);
        return *out != -1.0 || !error_occurred();
    }
    value (*to_float)(value) = value_type_slot(v, to_float);
    if (to_float)
        return double_of_special(v, to_float, out);
    if (value_type_slot(v, to_index)) {
        value index = index_value(v);
        if (!index)
            return false;
        *out = int_as_double(index);
        value_dec(index);
        return *out != -1.0 || !error_occurred();
    }
    return raise_false(EXC(TypeError), "must be real number, not %T", v);
}

/* int(), float() and the indices of slices are beside their types: int.c, float.c, slice.c. */

/* ---- isinstance and issubclass ---- */
/* The __bases__ of something that behaves like a class: a tuple, owned; VALUE_MISSING. */
static value abstract_bases(value cls)
{
    value bases = attr_get_optional(cls, NAME(__bases__));
    if (bases && bases != VALUE_MISSING && !is_tuple(bases)) {
        value_dec(bases);
        return VALUE_MISSING;
    }
    return bases;
}

static int abstract_is_subclass(value derived, value cls)
{
    if (derived == cls)
        return 1;
    value bases = abstract_bases(derived);
    if (!bases || bases == VALUE_MISSING)
        return bases ? 0 : -1;
    int found = 0;
    if (!recursion_enter(" in __issubclass__")) {
        value_dec(bases);
        return -1;
    }
    for (size_t i = 0; !found && i < tuple_length(bases); i++)
        found = abstract_is_subclass(tuple_get(bases, i), cls);
    recursion_leave();
    value_dec(bases);
    return found;
}

static bool check_class(value cls, const char *message)
{
    if (is_type(cls))
        return true;
    value bases = abstract_bases(cls);
    if (!bases)
        return false;
    value_dec(bases);
    return bases != VALUE_MISSING || raise_false(EXC(TypeError), "%s", message);
}

int value_is_instance_plain(value v, value cls)
{
    if (is_type(cls)) {
        if (type_is_subtype(value_type(v), (struct type *)cls))
            return 1;
        value claimed = attr_get_optional(v, NAME(__class__));
        if (!claimed)
            return -1;
        int found = claimed != VALUE_MISSING && is_type(claimed) && claimed != value_of(value_type(v)) &&
                    type_is_subtype((struct type *)claimed, (struct type *)cls);
        value_dec(claimed);
        return found;
    }
    if (!check_class(cls, "isinstance() arg 2 must be a type, a tuple of types, or a union"))
        return -1;
    value claimed = attr_get_optional(v, NAME(__class__));
    if (!claimed || claimed == VALUE_MISSING)
        return claimed ? 0 : -1;
    int found = abstract_is_subclass(claimed, cls);
    value_dec(claimed);
    return found;
}

int class_is_subclass_plain(value derived, value cls)
{
    if (is_type(cls) && is_type(derived))
        return type_is_subtype((struct type *)derived, (struct type *)cls);
    if (!check_class(derived, "issubclass() arg 1 must be a class") ||
        !check_class(cls, "issubclass() arg 2 must be a class, a tuple of classes, or a union"))
        return -1;
    return abstract_is_subclass(derived, cls);
}

/* Through the hook of the class's metaclass. -2: it has none. */
static int ask_hook(value cls, value hook_name, value argument, const char *where)
{
    if (!recursion_enter(where))
        return -1;
    value result = call_special(cls, hook_name, &argument, 1);
    recursion_leave();
    if (!result || result == VALUE_MISSING)
        return result ? -2 : -1;
    int truth = value_truth(result);
    value_dec(result);
    return truth;
}

/* Is a type, looked at once, derived from one of the plain classes that a tuple begins with? Asking the value for each
 * of them would miss one whose __class__ goes from one to another meanwhile. */
static bool is_instance_of_any(struct type *type, value classes)
{
    size_t length = tuple_length(classes), i = 0;
    value held = length > THREAD_REPORT_STEPS ? value_inc(value_of(type)) : NULL; /* beyond reports */
    bool found = false;
    for (; !found && i < length; i++) {
        value cls = tuple_get(classes, i);
        if (!value_is(cls, TYPE_ID_TYPE))
            break;
        found = type_is_subtype(type, (struct type *)cls);
        if (held)
            thread_report_at(i + 1);
    }
    value_dec(held);
    return found;
}

int value_is_instance(value v, value cls)
{
    if (value_of(value_type(v)) == cls)
        return 1;
    if (value_is_object(cls) && value_type(cls) == TYPE(TYPE))
        return value_is_instance_plain(v, cls);
    if (is_tuple(cls)) {
        if (is_instance_of_any(value_type(v), cls))
            return 1;
        int found = 0;
        if (!recursion_enter(" in __instancecheck__"))
            return -1;
        for (size_t i = 0; !found && i < tuple_length(cls); thread_report_at(++i))
            found = value_is_instance(v, tuple_get(cls, i));
        recursion_leave();
        return found;
    }
    int found = ask_hook(cls, NAME(__instancecheck__), v, " in __instancecheck__");
    return found == -2 ? value_is_instance_plain(v, cls) : found;
}

int class_is_subclass(value derived, value cls)
{
    if (value_is_object(cls) && value_type(cls) == TYPE(TYPE)) {
        if (derived == cls)
            return 1;
        return class_is_subclass_plain(derived, cls);
    }
    if (is_tuple(cls)) {
        int found = 0;
        if (!recursion_enter(" in __subclasscheck__"))
            return -1;
        for (size_t i = 0; !found && i < tuple_length(cls); thread_report_at(++i))
            found = class_is_subclass(derived, tuple_get(cls, i));
        recursion_leave();
        return found;
    }
    int found = ask_hook(cls, NAME(__subclasscheck__), derived, " in __subclasscheck__");
    return found == -2 ? class_is_subclass_plain(derived, cls) : found;
}
