/* Element's methods. */
#include "elementtree.h"

static value no_result(bool done)
{
    return done ? VALUE_NONE : NULL;
}

static bool argument_is_element(value v, const char *method, unsigned position)
{
    if (is_element(v))
        return true;
    if (position)
        return raise_false(EXC(TypeError), "%s() argument %u must be xml.etree.ElementTree.Element, not %K", method,
                           position, v);
    return raise_false(EXC(TypeError), "%s() argument must be xml.etree.ElementTree.Element, not %K", method, v);
}

/* ---- children ---- */
static value element_append(value v, value child)
{
    return no_result(argument_is_element(child, "append", 0) && element_add(v, child));
}

/* What comes before something that is no element is added, as in CPython. */
static value element_extend(value v, value given)
{
    value items = list_of_sequence(given), children = items ? element_children(v) : NULL;
    if (!children) {
        value_dec(items);
        return NULL;
    }
    size_t length = list_length(items), count = elements_before_others(items);
    value error = count < length ? error_fetch() : NULL;
    bool done = (!error || list_set_slice(items, (ssize)count, (ssize)length, NULL)) && list_extend(children, items);
    if (error && done)
        error_restore(error);
    else
        value_dec(error);
    value_dec(children);
    value_dec(items);
    return no_result(done && count == length);
}

static value element_insert(value v, value given_index, value child)
{
    ssize index;
    if (!index_as_ssize(given_index, &index, EXC(OverflowError)) || !argument_is_element(child, "insert", 2))
        return NULL;
    value children = element_children(v);
    bool done = children && list_insert(children, index, child);
    value_dec(children);
    return no_result(done);
}

static value element_remove(value v, value child)
{
    if (!argument_is_element(child, "remove", 0))
        return NULL;
    value children = load(v, &ELEMENT(v)->children);
    ssize found = -1;
    int equal = 0;
    for (int pass = 0; pass < 2 && children && found < 0; pass++) { /* itself first, then an equal one */
        for (size_t i = 0; found < 0; thread_report_at(i++)) {
            value item = list_get(children, i);
            if (item == VALUE_MISSING)
                break;
            equal = pass == 0 ? item == child : value_equals(item, child);
            value_dec(item);
            if (equal)
                found = (ssize)i;
        }
    }
    bool done = false;
    if (found >= 0 && equal < 0)
        done = false;
    else if (found < 0 || (size_t)found >= list_length(children)) /* comparing may have changed them */
        raise(EXC(ValueError), "list.remove(x): x not in list");
    else
        done = item_delete(children, small_int(found));
    value_dec(children);
    return no_result(done);
}

static value element_clear(value v)
{
    struct element *e = ELEMENT(v);
    store(v, &e->attrib, NULL);
    store(v, &e->children, NULL);
    store(v, &e->text, NULL);
    store(v, &e->tail, NULL);
    return VALUE_NONE;
}

/* ---- finding ---- */

static bool bytes_are_path(const char *p, size_t length)
{
    if (length >= 3 && p[0] == '{' && (p[1] == '}' || (p[1] == '*' && p[2] == '}')))
        return true;
    bool outside = true; /* of the braces around a namespace */
    for (size_t i = 0; i < length; i++) {
        char c = p[i];
        if (c == '{')
            outside = false;
        else if (c == '}')
            outside = true;
        else if (outside && (c == '/' || c == '*' || c == '[' || c == '@' || c == '.'))
            return true;
    }
    return false;
}

/* Is it an expression, of which ElementPath knows more, and not just the name of a tag? 1, 0, -1. */
static int is_path(value path)
{
    if (is_bytes(path))
        return bytes_are_path((const char *)bytes_data(path), bytes_length(path));
    if (!is_str(path))
        return 1;
    struct text text;
    if (text_of(path, &text)) {
        bool found = bytes_are_path(text.bytes, text.length);
        text_release(&text);
        return found;
    }
    if (!error_matches(EXC(UnicodeEncodeError)))
        return -1;
    error_clear();
    value bytes = str_encode(path, "utf-8", "surrogatepass");
    int found = bytes ? bytes_are_path((const char *)bytes_data(bytes), bytes_length(bytes)) : -1;
    value_dec(bytes);
    return found;
}

static value call_path(value name, const value *args, size_t count)
{
    value module = kept_get(KEPT_ELEMENT_PATH);
    value result = module ? call_method(module, name, args, count) : NULL;
    value_dec(module);
    return result;
}

/* Has the child that tag? 1, 0, -1. */
static int has_tag(value child, value tag, bool plain)
{
    value own = load(child, &ELEMENT(child)->tag);
    int equal = tag_is(own, tag, plain);
    value_dec(own);
    return equal;
}

/* The first child of a tag from *index on, which is moved behind it; owned, VALUE_END: none. */
static value next_child(value children, value tag, size_t *index)
{
    bool plain = value_is(tag, TYPE_ID_STR);
    for (;; thread_report_at(*index)) {
        value child = list_get(children, (*index)++);
        if (child == VALUE_MISSING)
            return VALUE_END;
        int found = has_tag(child, tag, plain);
        if (found > 0)
            return child;
        value_dec(child);
        if (found < 0)
            return NULL;
    }
}

static value first_child(value v, value tag)
{
    value children = load(v, &ELEMENT(v)->children);
    if (!children)
        return VALUE_END;
    size_t index = 0;
    value child = next_child(children, tag, &index);
    value_dec(children);
    return child;
}

static value element_find(value v, value path, value namespaces)
{
    int expression = namespaces != VALUE_NONE ? 1 : is_path(path);
    if (expression) {
        value args[] = {v, path, namespaces};
        return expression < 0 ? NULL : call_path(NAME(find), args, 3);
    }
    value child = first_child(v, path);
    return child == VALUE_END ? VALUE_NONE : child;
}

static value element_findtext(value v, value path, value fallback, value namespaces)
{
    int expression = namespaces != VALUE_NONE ? 1 : is_path(path);
    if (expression) {
        value args[] = {v, path, fallback, namespaces};
        return expression < 0 ? NULL : call_path(NAME(findtext), args, 4);
    }
    value child = first_child(v, path);
    if (!child || child == VALUE_END)
        return child ? value_inc(fallback) : NULL;
    value text = load_or_none(child, &ELEMENT(child)->text);
    value_dec(child);
    return text == VALUE_NONE ? str_from_text("") : text;
}

static value element_findall(value v, value path, value namespaces)
{
    int expression = namespaces != VALUE_NONE ? 1 : is_path(path);
    if (expression) {
        value args[] = {v, path, namespaces};
        return expression < 0 ? NULL : call_path(NAME(findall), args, 3);
    }
    value children = load(v, &ELEMENT(v)->children), list = list_new(0);
    bool done = list;
    for (size_t index = 0; done && children;) {
        value child = next_child(children, path, &index);
        if (child == VALUE_END)
            break;
        done = child && list_append_owned(list, child);
    }
    value_dec(children);
    if (done)
        return list;
    value_dec(list);
    return NULL;
}

static value element_iterfind(value v, value path, value namespaces)
{
    value args[] = {v, path, namespaces};
    return call_path(NAME(iterfind), args, 3);
}

static value element_iter(value v, value tag)
{
    bool all = (is_str(tag) && str_equals_text(tag, "*")) ||
               (is_bytes(tag) && bytes_length(tag) == 1 && *bytes_data(tag) == '*');
    return element_iterator_new(v, all ? VALUE_NONE : tag, false);
}
static value element_itertext(value v)
{
    return element_iterator_new(v, VALUE_NONE, true);
}

/* ---- attributes ---- */
static value element_get(value v, value key, value fallback)
{
    value attrib = load(v, &ELEMENT(v)->attrib);
    value found = attrib ? dict_get(attrib, key) : VALUE_MISSING;
    value_dec(attrib);
    return found == VALUE_MISSING ? value_inc(fallback) : found;
}
static value element_set(value v, value key, value item)
{
    value attrib = element_attrib(v);
    bool done = attrib && dict_set(attrib, key, item);
    value_dec(attrib);
    return no_result(done);
}
static value element_keys(value v)
{
    value attrib = load(v, &ELEMENT(v)->attrib), list = attrib ? dict_keys_list(attrib) : list_new(0);
    value_dec(attrib);
    return list;
}
static value element_items(value v)
{
    value attrib = load(v, &ELEMENT(v)->attrib), list = attrib ? dict_items_list(attrib) : list_new(0);
    value_dec(attrib);
    return list;
}

static value element_makeelement(value v, value tag, value attrib)
{
    if (!is_dict(attrib))
        return raise(EXC(TypeError), "makeelement() argument 2 must be dict, not %K", attrib);
    value copy = dict_copy(attrib);
    value made = copy ? element_create(tag, copy) : NULL;
    value_dec(copy);
    return made;
}

/* ---- copies and pickles ---- */
static value element_copy(value v)
{
    value tag = load_or_none(v, &ELEMENT(v)->tag), attrib = load(v, &ELEMENT(v)->attrib);
    value copy = element_create(tag, attrib), children = copy ? load(v, &ELEMENT(v)->children) : NULL;
    value_dec(attrib);
    value_dec(tag);
    if (!copy)
        return NULL;
    slot_init(&ELEMENT(copy)->text, load(v, &ELEMENT(v)->text));
    slot_init(&ELEMENT(copy)->tail, load(v, &ELEMENT(v)->tail));
    value list = children ? list_from_iterable(children) : NULL;
    bool done = !children || list;
    slot_init(&ELEMENT(copy)->children, list);
    value_dec(children);
    if (done)
        return copy;
    value_dec(copy);
    return NULL;
}

static value deep(value v, value memo);

static value deep_children(value v, value memo)
{
    value list = list_new(element_length(v));
    for (size_t i = 0; list; thread_report_at(++i)) {
        value child = element_child(v, i);
        if (child == VALUE_MISSING)
            return list;
        value copy = deep(child, memo);
        value_dec(child);
        if (!copy || !check_element(copy) || !list_append(list, copy)) {
            value_dec(list);
            list = NULL;
        }
        value_dec(copy);
    }
    return NULL;
}

/* A deep copy of a slot into that of a new element. */
static bool deep_slot(value v, value_slot *from, value_slot *to, value memo)
{
    value old = load(v, from), copy = old ? deep(old, memo) : NULL;
    bool done = !old || copy;
    value_dec(old);
    slot_init(to, copy);
    return done;
}

static value element_deepcopy(value v, value memo)
{
    struct element *e = ELEMENT(v);
    if (!is_dict(memo))
        return raise(EXC(TypeError), "__deepcopy__() argument must be dict, not %K", memo);
    if (!recursion_enter(" while copying an element"))
        return NULL;
    value copy = element_create(VALUE_NONE, NULL);
    bool done = copy && deep_slot(v, &e->tag, &ELEMENT(copy)->tag, memo) &&
                deep_slot(v, &e->attrib, &ELEMENT(copy)->attrib, memo) &&
                deep_slot(v, &e->text, &ELEMENT(copy)->text, memo) &&
                deep_slot(v, &e->tail, &ELEMENT(copy)->tail, memo);
    if (done && element_length(v)) {
        value children = deep_children(v, memo);
        done = children;
        slot_init(&ELEMENT(copy)->children, children);
    }
    value attrib = done ? load(copy, &ELEMENT(copy)->attrib) : NULL;
    if (attrib && !is_dict(attrib))
        done = raise_false(EXC(TypeError), "attrib must be dict, not %T", attrib);
    value_dec(attrib);
    value key = done ? int_from_u64(value_bits(v)) : NULL;
    done = key && dict_set(memo, key, copy);
    value_dec(key);
    recursion_leave();
    if (done)
        return copy;
    value_dec(copy);
    return NULL;
}

static value deep(value v, value memo)
{
    if (v == VALUE_NONE || value_is(v, TYPE_ID_STR) || is_type(v))
        return value_inc(v);
    if (value_is_object(v) && value_type(v) == element_type)
        return element_deepcopy(v, memo);
    if (value_is(v, TYPE_ID_DICT)) { /* that of attributes: strs, nearly always */
        bool plain = true;
        size_t position = 0;
        value key, item;
        while (dict_next(v, &position, &key, &item)) {
            plain = plain && value_is(key, TYPE_ID_STR) && value_is(item, TYPE_ID_STR);
            value_dec(key);
            value_dec(item);
        }
        if (plain)
            return dict_copy(v);
    }
    value function = kept_get(KEPT_DEEPCOPY), copy = function ? call_2(function, v, memo) : NULL;
    value_dec(function);
    return copy;
}

static value element_getstate(value v)
{
    struct element *e = ELEMENT(v);
    value own = load(v, &e->children);
    value parts[] = {load_or_none(v, &e->tag), own ? list_from_iterable(own) : list_new(0), element_attrib(v),
                     load_or_none(v, &e->text), load_or_none(v, &e->tail)};
    static const char *const names[] = {"tag", "_children", "attrib", "text", "tail"};
    value state = dict_new();
    bool done = state;
    for (int i = 0; i < 5; i++) {
        done = done && parts[i] && dict_set_text(state, names[i], parts[i]);
        value_dec(parts[i]);
    }
    value_dec(own);
    if (done)
        return state;
    value_dec(state);
    return NULL;
}

static bool set_from(value v, value_slot *slot, value state, const char *name)
{
    value item = dict_get_text(state, name);
    if (item)
        store(v, slot, item == VALUE_MISSING ? NULL : item);
    return item;
}

static value element_setstate(value v, value state)
{
    struct element *e = ELEMENT(v);
    if (!is_dict(state))
        return raise(EXC(TypeError), "Don't know how to unpickle \"%R\" as an Element", state);
    value given = dict_get_text(state, "_children"), children = NULL, attrib = dict_get_text(state, "attrib");
    bool done = given && attrib;
    if (done && given != VALUE_MISSING && !is_list(given))
        done = raise_false(EXC(TypeError), "'_children' is not a list");
    if (done && attrib != VALUE_MISSING && attrib != VALUE_NONE && !is_dict(attrib))
        done = raise_false(EXC(TypeError), "attrib must be dict, not %T", attrib);
    if (done && given != VALUE_MISSING) {
        children = list_from_iterable(given);
        done = children;
        for (size_t i = 0; done && i < list_length(children); i++) {
            value item = list_get(children, i);
            if (item != VALUE_MISSING && !is_element(item))
                done = raise_false(EXC(TypeError), "expected an Element, not \"%T\"", item);
            if (item != VALUE_MISSING)
                value_dec(item);
        }
    }
    if (done && dict_contains(state, NAME(tag)) == 0)
        done = raise_false(EXC(TypeError), "tag may not be NULL");
    done = done && set_from(v, &e->tag, state, "tag") && set_from(v, &e->text, state, "text") &&
           set_from(v, &e->tail, state, "tail");
    if (done) {
        store(v, &e->children, value_inc(children));
        store(v, &e->attrib, attrib != VALUE_MISSING && attrib != VALUE_NONE ? value_inc(attrib) : NULL);
    }
    value_dec(children);
    if (attrib != VALUE_MISSING)
        value_dec(attrib);
    if (given != VALUE_MISSING)
        value_dec(given);
    return no_result(done);
}

static value element_sizeof(value v)
{
    value children = load(v, &ELEMENT(v)->children);
    value own = small_int(sizeof(struct element));
    value more = children ? call_method_0(children, NAME(__sizeof__)) : small_int(0);
    value all = more ? operate_binary(BINARY_ADD, own, more) : NULL;
    value_dec(more);
    value_dec(children);
    return all;
}

static value method_findtext(value v, const value *args)
{
    return element_findtext(v, args[0], args[1], args[2]);
}

const struct method_def element_methods[] = {
    METHOD("clear", element_clear, "($self, /)", NULL),
    METHOD("get", element_get, "($self, /, key, default=None)", NULL),
    METHOD("set", element_set, "($self, key, value, /)", NULL),
    METHOD("find", element_find, "($self, /, path, namespaces=None)", NULL),
    METHOD("findtext", method_findtext, "($self, /, path, default=None, namespaces=None)", NULL),
    METHOD("findall", element_findall, "($self, /, path, namespaces=None)", NULL),
    METHOD("append", element_append, "($self, subelement, /)", NULL),
    METHOD("extend", element_extend, "($self, elements, /)", NULL),
    METHOD("insert", element_insert, "($self, index, subelement, /)", NULL),
    METHOD("remove", element_remove, "($self, subelement, /)", NULL),
    METHOD("iter", element_iter, "($self, /, tag=None)", NULL),
    METHOD("itertext", element_itertext, "($self, /)", NULL),
    METHOD("iterfind", element_iterfind, "($self, /, path, namespaces=None)", NULL),
    METHOD("items", element_items, "($self, /)", NULL),
    METHOD("keys", element_keys, "($self, /)", NULL),
    METHOD("makeelement", element_makeelement, "($self, tag, attrib, /)", NULL),
    METHOD("__copy__", element_copy, "($self, /)", NULL),
    METHOD("__deepcopy__", element_deepcopy, "($self, memo, /)", NULL),
    METHOD("__sizeof__", element_sizeof, "($self, /)", NULL),
    METHOD("__getstate__", element_getstate, "($self, /)", NULL),
    METHOD("__setstate__", element_setstate, "($self, state, /)", NULL),
    {0},
};
