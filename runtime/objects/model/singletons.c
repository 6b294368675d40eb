/* None, NotImplemented, Ellipsis (immediates, so these types have no objects of their own), and cells. */
#include "runtime/objects/model/generic_alias.h"
#include "runtime/objects/model/type_internal.h"

static value singleton_new(struct type *type, size_t nargs, value kwnames, value singleton)
{
    if (nargs || (kwnames && tuple_length(kwnames)))
        return raise(EXC(TypeError), "%s takes no arguments", type->gc.name);
    return singleton;
}
static value none_new(struct type *type, const value *args, size_t nargs, value kwnames)
{
    (void)args;
    return singleton_new(type, nargs, kwnames, VALUE_NONE);
}
static value not_implemented_new(struct type *type, const value *args, size_t nargs, value kwnames)
{
    (void)args;
    return singleton_new(type, nargs, kwnames, VALUE_NOT_IMPLEMENTED);
}
static value ellipsis_new(struct type *type, const value *args, size_t nargs, value kwnames)
{
    (void)args;
    return singleton_new(type, nargs, kwnames, VALUE_ELLIPSIS);
}

static value none_repr(value v)
{
    (void)v;
    return value_inc(NAME(None));
}
static value not_implemented_repr(value v)
{
    (void)v;
    return value_inc(NAME(NotImplemented));
}
static value ellipsis_repr(value v)
{
    (void)v;
    return value_inc(NAME(Ellipsis));
}
static int none_truth(value v)
{
    (void)v;
    return 0;
}
static bool none_hash(value v, int64_t *out)
{
    (void)v;
    *out = 0xfca86420;
    return true;
}
static int not_implemented_truth(value v)
{
    (void)v;
    if (warn(EXC(DeprecationWarning), 1, "NotImplemented should not be used in a boolean context") < 0)
        return -1;
    return 1;
}
static value not_implemented_reduce(value v)
{
    return not_implemented_repr(v);
}
static value ellipsis_reduce(value v)
{
    return ellipsis_repr(v);
}
static const struct method_def not_implemented_methods[] = {
    METHOD("__reduce__", not_implemented_reduce, "($self, /)", NULL), {0}};
static const struct method_def ellipsis_methods[] = {METHOD("__reduce__", ellipsis_reduce, "($self, /)", NULL), {0}};

const struct type_spec none_type_spec = {
    .id = TYPE_ID_NONE_TYPE,
    .name = "NoneType",
    .slots = {.new = none_new, .repr = none_repr, .truth = none_truth, .hash = none_hash, .compare = object_compare},
};
const struct type_spec not_implemented_type_spec = {
    .id = TYPE_ID_NOT_IMPLEMENTED,
    .name = "NotImplementedType",
    .slots = {.new = not_implemented_new, .repr = not_implemented_repr, .truth = not_implemented_truth},
    .methods = not_implemented_methods,
};
const struct type_spec ellipsis_type_spec = {
    .id = TYPE_ID_ELLIPSIS,
    .name = "ellipsis",
    .slots = {.new = ellipsis_new, .repr = ellipsis_repr},
    .methods = ellipsis_methods,
};

/* ---- cells: the variables that closures share ---- */
value cell_new(value contents)
{
    struct cell *cell = (struct cell *)OBJECT_NEW(CELL, KIND_CONTAINER, sizeof *cell, 0);
    if (cell)
        slot_init(&cell->contents, value_inc(contents));
    return value_of(cell);
}

void cell_set(value v, value contents)
{
    slot_store(value_object(v), &((struct cell *)v)->contents, value_inc(contents));
}

static value cell_make(struct type *type, const value *args, size_t nargs, value kwnames)
{
    (void)type;
    static struct signature signature = SIGNATURE("cell", "(contents=<empty>, /)");
    value bound[1];
    if (!signature_bind(&signature, args, nargs, kwnames, bound))
        return NULL;
    return cell_new(bound[0] == VALUE_MISSING ? NULL : bound[0]);
}

static value cell_repr(value v)
{
    value contents = cell_get(v);
    value text = contents ? str_format("<cell at %p: %T object at %p>", (void *)v, contents, (void *)contents)
                          : str_format("<cell at %p: empty>", (void *)v);
    value_dec(contents);
    return text;
}

static value cell_compare(value a, value b, int op)
{
    if (!value_is(b, TYPE_ID_CELL))
        return VALUE_NOT_IMPLEMENTED;
    value x = cell_get(a), y = cell_get(b);
    value result;
    if (x && y) {
        result = compare_rich(x, y, op);
    } else {
        int order = (x != NULL) - (y != NULL);
        bool truth[] = {order<0, order <= 0, order == 0, order != 0, order> 0, order >= 0};
        result = value_bool(truth[op]);
    }
    value_dec(x);
    value_dec(y);
    return result;
}

static value cell_get_contents(value v)
{
    value contents = cell_get(v);
    return contents ? contents : raise(EXC(ValueError), "Cell is empty");
}
static bool cell_set_contents(value v, value contents)
{
    cell_set(v, contents);
    return true;
}
static void cell_traverse(struct object *o, struct gc_trace *trace)
{
    trace_slot(trace, &((struct cell *)o)->contents);
}
static void cell_destroy(struct object *o)
{
    slot_drop(&((struct cell *)o)->contents);
}
static const struct getset_def cell_getset[] = {{"cell_contents", cell_get_contents, cell_set_contents, NULL}, {0}};

const struct type_spec cell_type_spec = {
    .id = TYPE_ID_CELL,
    .name = "cell",
    .doc = "Create a new cell object.",
    .signature = "([contents])",
    .size = sizeof(struct cell),
    .gc_flags = TYPE_GC_CONTAINER,
    .traverse = cell_traverse,
    .destroy = cell_destroy,
    .slots = {.new = cell_make, .repr = cell_repr, .compare = cell_compare},
    .getset = cell_getset,
};
