/* TreeBuilder: from the events of a document to its tree. */
#include "elementtree.h"

struct type *tree_builder_type;

static bool is_exact_element(value v)
{
    return value_is_object(v) && value_type(v) == element_type;
}

/* ---- life ---- */
value tree_builder_new(struct type *type, const value *args, size_t nargs, value kwnames)
{
    value stack = list_new(20);
    struct tree_builder *b = stack ? (struct tree_builder *)object_new(type, sizeof *b) : NULL;
    if (!b) {
        value_dec(stack);
        return NULL;
    }
    slot_init(&b->stack, stack);
    slot_init(&b->open, VALUE_NONE);
    slot_init(&b->last, VALUE_NONE);
    return value_of(b);
}

/* A factory of the caller's, else one of the module's. */
static value choose(value given, enum kept fallback)
{
    return given != VALUE_NONE ? value_inc(given) : fallback == KEPT_COUNT ? NULL : kept_get(fallback);
}

static bool tree_builder_init(value v, const value *args, size_t nargs, value kwnames)
{
    static struct signature signature =
        SIGNATURE("TreeBuilder", "(element_factory=None, *, comment_factory=None, pi_factory=None, "
                                 "insert_comments=False, insert_pis=False)");
    struct tree_builder *b = BUILDER(v);
    value bound[5];
    if (!signature_bind(&signature, args, nargs, kwnames, bound))
        return false;
    int comments = value_truth(bound[3]), pis = comments < 0 ? -1 : value_truth(bound[4]);
    if (pis < 0)
        return false;
    store(v, &b->element_factory, choose(bound[0], KEPT_COUNT));
    store(v, &b->comment_factory, choose(bound[1], KEPT_COMMENT_FACTORY));
    store(v, &b->pi_factory, choose(bound[2], KEPT_PI_FACTORY));
    b->insert_comments = comments && slot_peek(&b->comment_factory);
    b->insert_pis = pis && slot_peek(&b->pi_factory);
    return true;
}

/* All slots lie one after the other. */
enum {
    SLOTS = (offsetof(struct tree_builder, pi_event) - offsetof(struct tree_builder, root)) / sizeof(value_slot) + 1
};

static void tree_builder_traverse(struct object *o, struct gc_trace *trace)
{
    trace_slots(trace, &((struct tree_builder *)o)->root, SLOTS);
}
static void tree_builder_destroy(struct object *o)
{
    value_slot *slots = &((struct tree_builder *)o)->root;
    for (int i = 0; i < SLOTS; i++)
        slot_drop(&slots[i]);
}

/* ---- text ---- */
bool builder_data(value v, value data)
{
    struct tree_builder *b = BUILDER(v);
    value present = load(v, &b->data);
    if (!present) {
        if (slot_peek(&b->last) != VALUE_NONE) /* before the first element nothing counts */
            store(v, &b->data, value_inc(data));
        return true;
    }
    if (value_is(present, TYPE_ID_LIST)) {
        bool done = list_append(present, data);
        value_dec(present);
        return done;
    }
    value both[] = {present, data}, list = list_from_array(both, 2);
    value_dec(present);
    if (!list)
        return false;
    store(v, &b->data, list);
    return true;
}

/* Data collected so far goes to where it belongs: after what is there, if there is something. */
static bool flush(value v)
{
    struct tree_builder *b = BUILDER(v);
    if (!slot_peek(&b->data))
        return true;
    value data = slot_take(&b->header, &b->data, NULL);
    if (!data)
        return true;
    if (value_is(data, TYPE_ID_LIST)) {
        value nothing = str_from_text(""), text = nothing ? str_join(nothing, data) : NULL;
        value_dec(nothing);
        value_dec(data);
        if (!text)
            return false;
        data = text;
    }
    value tail_of = load(v, &b->last_for_tail), element = tail_of ? tail_of : load_or_none(v, &b->last);
    bool done;
    value_slot *slot = !is_exact_element(element) ? NULL : tail_of ? &ELEMENT(element)->tail : &ELEMENT(element)->text;
    value present = slot ? load_or_none(element, slot) : NULL;
    if (slot && present == VALUE_NONE) {
        store(element, slot, value_inc(data));
        done = true;
    } else {
        value name = tail_of ? NAME(tail) : NAME(text);
        if (!present)
            present = attr_get(element, name);
        value whole = !present                ? NULL
                      : present == VALUE_NONE ? value_inc(data)
                                              : operate_binary(BINARY_ADD, present, data);
        done = whole && attr_set(element, name, whole);
        value_dec(whole);
    }
    value_dec(present);
    value_dec(element);
    value_dec(data);
    return done;
}

/* ---- events ---- */
static bool tell(value v, value_slot *name, value what)
{
    struct tree_builder *b = BUILDER(v);
    if (!slot_peek(name) || !slot_peek(&b->append_event))
        return true;
    value event = load(v, name), append = load(v, &b->append_event);
    value pair = event && append ? tuple_pack(2, event, what) : NULL;
    value result = pair ? call_1(append, pair) : NULL;
    bool done = result || (!error_occurred() && (!event || !append));
    value_dec(result);
    value_dec(pair);
    value_dec(append);
    value_dec(event);
    return done;
}

static bool add_child(value parent, value child)
{
    if (is_exact_element(parent))
        return check_element(child) && element_add(parent, child);
    value result = call_method_1(parent, NAME(append), child);
    value_dec(result);
    return result;
}

static value make_element(value v, value tag, value attrib)
{
    value factory = load(v, &BUILDER(v)->element_factory);
    if (!factory)
        return element_create(tag, attrib && dict_length(attrib) ? attrib : NULL);
    value dict = attrib ? value_inc(attrib) : dict_new();
    value made = dict ? call_2(factory, tag, dict) : NULL;
    value_dec(dict);
    value_dec(factory);
    return made;
}

/* The new element goes into the one that is open, or becomes the root. */
static bool place(value v, value parent, value element)
{
    struct tree_builder *b = BUILDER(v);
    if (parent != VALUE_NONE)
        return add_child(parent, element);
    if (!slot_peek(&b->root)) {
        store(v, &b->root, value_inc(element));
        return true;
    }
    value type = kept_get(KEPT_PARSE_ERROR), text = type ? str_from_text("multiple elements on top level") : NULL;
    value exception = text ? call_1(type, text) : NULL;
    if (exception)
        raise_exception(exception);
    value_dec(exception);
    value_dec(text);
    value_dec(type);
    return false;
}

value builder_start(value v, value tag, value attrib)
{
    struct tree_builder *b = BUILDER(v);
    if (!flush(v))
        return NULL;
    value element = make_element(v, tag, attrib);
    if (!element)
        return NULL;
    value parent = load(v, &b->open);
    if (slot_peek(&b->last_for_tail))
        store(v, &b->last_for_tail, NULL);
    bool done = place(v, parent, element) && list_append(slot_peek(&b->stack), parent);
    value_dec(parent);
    if (done) {
        store(v, &b->open, value_inc(element));
        store(v, &b->last, value_inc(element));
        done = tell(v, &b->start_event, element);
    }
    if (done)
        return element;
    value_dec(element);
    return NULL;
}

value builder_end(value v)
{
    struct tree_builder *b = BUILDER(v);
    if (!flush(v))
        return NULL;
    value stack = slot_peek(&b->stack);
    size_t depth = list_length(stack);
    value parent = depth ? list_get(stack, depth - 1) : VALUE_MISSING;
    if (parent == VALUE_MISSING)
        return raise(EXC(IndexError), "pop from empty stack");
    if (!list_set_slice(stack, (ssize)depth - 1, (ssize)depth, NULL)) {
        value_dec(parent);
        return NULL;
    }
    value ended = slot_exchange(&b->open, parent);
    store(v, &b->last, value_inc(ended));
    store(v, &b->last_for_tail, value_inc(ended));
    if (tell(v, &b->end_event, ended))
        return ended;
    value_dec(ended);
    return NULL;
}

/* A comment or an instruction, made: into the tree if it is wanted there, and to the queue. */
static value insert(value v, value made, bool wanted, value_slot *event)
{
    struct tree_builder *b = BUILDER(v);
    value parent = made && wanted ? load(v, &b->open) : VALUE_NONE;
    bool done = made;
    if (done && parent != VALUE_NONE) {
        done = add_child(parent, made);
        if (done)
            store(v, &b->last_for_tail, value_inc(made));
    }
    value_dec(parent);
    if (done && tell(v, event, made))
        return made;
    value_dec(made);
    return NULL;
}

value builder_comment(value v, value text)
{
    struct tree_builder *b = BUILDER(v);
    if (!flush(v))
        return NULL;
    value factory = load(v, &b->comment_factory), made = factory ? call_1(factory, text) : value_inc(text);
    value_dec(factory);
    return insert(v, made, b->insert_comments, &b->comment_event);
}

value builder_pi(value v, value target, value text)
{
    struct tree_builder *b = BUILDER(v);
    if (!flush(v))
        return NULL;
    value factory = load(v, &b->pi_factory);
    value made = factory ? call_2(factory, target, text) : tuple_pack(2, target, text);
    value_dec(factory);
    return insert(v, made, b->insert_pis, &b->pi_event);
}

bool builder_start_ns(value v, value prefix, value uri)
{
    if (!slot_peek(&BUILDER(v)->start_ns_event))
        return true;
    value pair = tuple_pack(2, prefix, uri);
    bool done = pair && tell(v, &BUILDER(v)->start_ns_event, pair);
    value_dec(pair);
    return done;
}
bool builder_end_ns(value v, value prefix)
{
    return tell(v, &BUILDER(v)->end_ns_event, prefix);
}

value builder_close(value v)
{
    return load_or_none(v, &BUILDER(v)->root);
}

/* ---- methods ---- */
static value method_data(value v, value data)
{
    return builder_data(v, data) ? VALUE_NONE : NULL;
}
static value method_start(value v, value tag, value attrs)
{
    if (!is_dict(attrs))
        return raise(EXC(TypeError), "start() argument 2 must be dict, not %K", attrs);
    return builder_start(v, tag, attrs);
}
static value method_end(value v, value tag)
{
    return builder_end(v);
}

static const struct method_def builder_methods[] = {
    METHOD("data", method_data, "($self, data, /)", NULL),
    METHOD("start", method_start, "($self, tag, attrs, /)", NULL),
    METHOD("end", method_end, "($self, tag, /)", NULL),
    METHOD("comment", builder_comment, "($self, text, /)", NULL),
    METHOD("pi", builder_pi, "($self, target, text=None, /)", NULL),
    METHOD("close", builder_close, "($self, /)", NULL),
    {0},
};
const struct type_spec tree_builder_spec = {
    .name = "xml.etree.ElementTree.TreeBuilder",
    .size = sizeof(struct tree_builder),
    .flags = TYPE_FLAG_BASE,
    .gc_flags = TYPE_GC_CONTAINER,
    .traverse = tree_builder_traverse,
    .destroy = tree_builder_destroy,
    .slots = {.new = tree_builder_new, .init = tree_builder_init},
    .methods = builder_methods,
};
