/* The module _elementtree. */
#include "elementtree.h"

static value_slot kept, parse_error; /* a list */

value kept_get(enum kept which)
{
    value v = list_get(slot_peek(&kept), which);
    return v == VALUE_NONE || v == VALUE_MISSING ? NULL : v;
}
/* What was there, owned. */
static value keep(enum kept which, value v)
{
    value old = list_get(slot_peek(&kept), which);
    if (list_set(slot_peek(&kept), which, v))
        return old;
    value_dec(old);
    return NULL;
}

static value sub_element(value self, const value *args, size_t nargs, value kwnames)
{
    value attrib;
    if (nargs < 2)
        return raise(EXC(TypeError), "SubElement() takes at least 2 arguments (%zu given)", nargs);
    if (nargs > 3)
        return raise(EXC(TypeError), "SubElement() takes at most 3 arguments (%zu given)", nargs);
    if (!is_element(args[0]))
        return raise(EXC(TypeError), "SubElement() argument 1 must be xml.etree.ElementTree.Element, not %K", args[0]);
    if (nargs > 2 && !is_dict(args[2]))
        return raise(EXC(TypeError), "SubElement() argument 3 must be dict, not %K", args[2]);
    if (!element_attributes(nargs > 2 ? args[2] : NULL, kwnames, args + nargs, &attrib))
        return NULL;
    value child = element_create(args[1], attrib);
    value_dec(attrib);
    if (child && element_add(args[0], child))
        return child;
    value_dec(child);
    return NULL;
}

static value set_factories(value self, value comment, value pi)
{
    if (comment != VALUE_NONE && !value_is_callable(comment))
        return raise(EXC(TypeError), "Comment factory must be callable, not %T", comment);
    if (pi != VALUE_NONE && !value_is_callable(pi))
        return raise(EXC(TypeError), "PI factory must be callable, not %T", pi);
    value old[] = {keep(KEPT_COMMENT_FACTORY, comment), keep(KEPT_PI_FACTORY, pi)};
    return tuple_from_results(old, 2);
}

static const struct method_def functions[] = {
    METHOD_ANY("SubElement", sub_element, NULL, 0),
    METHOD("_set_factories", set_factories, "(comment_factory, pi_factory, /)",
           "Change the factories used to create comments and processing instructions.\n\nFor internal use only."),
    {0},
};

static bool find_others(void)
{
    value copy = import_module("copy"), deepcopy = copy ? attr_get(copy, NAME(deepcopy)) : NULL;
    value path = deepcopy ? import_module("xml.etree.ElementPath") : NULL;
    value items[KEPT_COUNT] = {[KEPT_PARSE_ERROR] = value_inc(slot_peek(&parse_error)),
                               [KEPT_DEEPCOPY] = deepcopy,
                               [KEPT_ELEMENT_PATH] = path,
                               [KEPT_COMMENT_FACTORY] = VALUE_NONE,
                               [KEPT_PI_FACTORY] = VALUE_NONE};
    value_dec(copy);
    if (path && slot_peek(&kept)) /* the module was made before */
        return values_drop(items, KEPT_COUNT), true;
    value list = path ? list_from_owned(items, KEPT_COUNT) : NULL;
    if (list)
        value_dec(slot_exchange(&kept, list));
    else if (!path)
        value_dec(deepcopy), value_dec(items[KEPT_PARSE_ERROR]);
    return list;
}

static bool fill(value module)
{
    if (!module_define_exception(module, &parse_error, "xml.etree.ElementTree.ParseError", EXC(SyntaxError), NULL) ||
        !module_define_type(module, &element_type, &element_spec) ||
        !module_define_type(module, &tree_builder_type, &tree_builder_spec) ||
        !module_define_type(module, &xml_parser_type, &xml_parser_spec) ||
        (!element_iterator_type && !(element_iterator_type = type_define(&element_iterator_spec))))
        return false;
    return find_others();
}
static void finish(void)
{
    slot_drop(&kept);
    slot_drop(&parse_error);
}
static const struct module_def definition = {
    .name = "_elementtree", .functions = functions, .fill = fill, .finish = finish};
ATOLL_MODULE(definition);
