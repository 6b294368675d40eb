/*
 * Struct sequences: tuples of C with named fields (sys.version_info, os.stat_result). The tuple holds all fields; those
 * beyond the visible ones are kept in the block behind the items that the tuple's length speaks of.
 */
#include "runtime/objects/model/type_internal.h"

/* What a struct sequence type needs at run time; immortal, like its type. Found through the type's spec, which it
 * begins with. */
struct sequence_spec {
    struct type_spec spec;
    size_t count, visible, unnamed; /* fields in all, items of the tuple, and those of them without a name */
};
const char STRUCT_SEQUENCE_UNNAMED[] = "unnamed field";

static const struct sequence_spec *spec_of(struct type *type)
{
    while (type_has_flag(type, TYPE_FLAG_HEAP))
        type = type->base;
    return (const struct sequence_spec *)type->spec;
}

value struct_sequence_new(struct type *type, value *items)
{
    const struct sequence_spec *s = spec_of(type);
    struct tuple *tuple =
        (struct tuple *)object_new(type, sizeof(struct tuple) + (s->count ? s->count : 1) * sizeof(value_slot));
    bool ok = tuple != NULL;
    for (size_t i = 0; i < s->count; i++)
        ok = ok && items[i] != NULL;
    if (!ok) {
        for (size_t i = 0; i < s->count; i++)
            value_dec(items[i]);
        value_dec(value_of(tuple));
        return NULL;
    }
    for (size_t i = 0; i < s->count; i++)
        slot_init(&tuple->items[i], items[i]);
    tuple->length = s->visible;
    return value_of(tuple);
}

value struct_sequence_from(struct type *type, const value *args, size_t nargs, value kwnames)
{
    static struct signature signature = SIGNATURE("structseq", "(sequence, dict=<unrepresentable>)");
    const struct sequence_spec *s = spec_of(type);
    value bound[2];
    if (!signature_bind(&signature, args, nargs, kwnames, bound))
        return NULL;
    value sequence = sequence_fast(bound[0], "constructor requires a sequence");
    value given = sequence ? tuple_from_iterable(sequence) : NULL;
    value_dec(sequence);
    if (!given)
        return NULL;
    if (!is_missing(bound[1]) && !is_dict(bound[1])) {
        value_dec(given);
        return raise(EXC(TypeError), "%s() takes a dict as second arg, if any", type->gc.name);
    }
    size_t length = tuple_length(given);
    const char *name = type->gc.name;
    value result = NULL;
    if (length < s->visible || length > s->count) {
        const char *range = s->visible == s->count ? "a" : length < s->visible ? "an at least" : "an at most";
        raise(EXC(TypeError), "%s() takes %s %zu-sequence (%zu-sequence given)", name, range,
              length < s->visible ? s->visible : s->count, length);
    } else {
        value items[s->count + 1];
        for (size_t i = 0; i < s->count; i++) {
            items[i] = i < length ? value_inc(tuple_get(given, i)) : VALUE_NONE;
            if (i >= length && !is_missing(bound[1])) {
                value v = dict_get_text(bound[1], s->spec.members[i - s->unnamed].name);
                items[i] = v == VALUE_MISSING ? VALUE_NONE : v;
            }
        }
        result = struct_sequence_new(type, items);
    }
    value_dec(given);
    return result;
}

static value sequence_repr(value self)
{
    const struct sequence_spec *s = spec_of(value_type(self));
    struct str_builder b;
    builder_init(&b);
    builder_add_text(&b, s->spec.name);
    builder_add_text(&b, "(");
    bool ok = true;
    for (size_t i = 0; ok && i < s->visible; i++) {
        if (i)
            builder_add_text(&b, ", ");
        builder_add_text(&b, s->spec.members[i].name); /* (as if the names began with the first item) */
        builder_add_text(&b, "=");
        ok = builder_add_repr(&b, tuple_get(self, i));
    }
    builder_add_text(&b, ")");
    if (ok)
        return builder_finish(&b);
    builder_discard(&b);
    return NULL;
}

static value sequence_reduce(value self)
{
    const struct sequence_spec *s = spec_of(value_type(self));
    value visible = tuple_from_array((const value *)tuple_items(self), s->visible);
    value dict = visible ? dict_new() : NULL;
    bool ok = dict != NULL;
    for (size_t i = s->visible; ok && i < s->count; i++)
        ok = dict_set_text(dict, s->spec.members[i - s->unnamed].name, slot_peek(&tuple_items(self)[i]));
    value arguments = ok ? tuple_pack(2, visible, dict) : NULL;
    value result = arguments ? tuple_pack(2, value_of(value_type(self)), arguments) : NULL;
    value_dec(visible);
    value_dec(dict);
    value_dec(arguments);
    return result;
}
static const struct method_def sequence_methods[] = {METHOD("__reduce__", sequence_reduce, "($self, /)", NULL), {0}};

GC_READS_RACILY static void sequence_traverse(struct object *o, struct gc_trace *trace)
{
    /* Instances are made whole, and subclasses have the same fields: the type's own numbers hold. */
    const struct type_spec *spec = ((struct type *)object_type(o))->spec;
    struct tuple *tuple = (struct tuple *)o;
    trace_slots(trace, tuple->items, spec ? ((const struct sequence_spec *)spec)->count : tuple->length);
}
static void sequence_destroy(struct object *o)
{
    const struct sequence_spec *s = (const struct sequence_spec *)((struct type *)object_type(o))->spec;
    struct tuple *tuple = (struct tuple *)o;
    size_t count = s ? s->count : tuple->length;
    for (size_t i = 0; i < count; i++)
        slot_drop(&tuple->items[i]);
}

/* Fields are members at fixed offsets. */
struct type *struct_sequence_define(const char *name, const char *doc, const struct struct_sequence_field *fields,
                                    size_t visible, struct_sequence_constructor *new)
{
    size_t count = 0;
    while (fields[count].name)
        count++;
    struct sequence_spec *s = calloc(1, sizeof *s);
    struct member_def *members = calloc(count + 1, sizeof *members);
    if (!s || !members) {
        free(s);
        free(members);
        return (struct type *)raise_no_memory();
    }
    size_t named = 0;
    for (size_t i = 0; i < count; i++)
        if (fields[i].name != STRUCT_SEQUENCE_UNNAMED)
            members[named++] = (struct member_def){fields[i].name, MEMBER_VALUE_NONE,
                                                   (uint32_t)(offsetof(struct tuple, items) + i * sizeof(value_slot)),
                                                   false, fields[i].doc};
    s->spec = (struct type_spec){
        .base = TYPE_ID_TUPLE,
        .name = name,
        .doc = doc,
        .size = sizeof(struct tuple),
        .flags = new ? 0 : TYPE_FLAG_NO_NEW,
        .gc_flags = TYPE_GC_CONTAINER,
        .traverse = sequence_traverse,
        .destroy = sequence_destroy,
        .slots = {.new = new, .repr = sequence_repr},
        .methods = sequence_methods,
        .members = members,
    };
    s->count = count;
    s->visible = visible;
    s->unnamed = count - named;
    struct type *type = type_define(&s->spec);
    if (!type) {
        free(s);
        free(members);
        return NULL;
    }
    value dict = type_dict(type);
    bool ok = dict && dict_set_text(dict, "n_fields", small_int((int64_t)count)) &&
              dict_set_text(dict, "n_sequence_fields", small_int((int64_t)visible)) &&
              dict_set_text(dict, "n_unnamed_fields", small_int((int64_t)s->unnamed));
    value names = ok ? tuple_new(visible - s->unnamed) : NULL;
    for (size_t i = 0; names && i < visible - s->unnamed; i++)
        tuple_init(names, i, str_interned(members[i].name));
    ok = names && dict_set_text(dict, "__match_args__", names);
    value_dec(names);
    return ok ? type : NULL;
}

struct type *struct_sequence_define_once(_Atomic(struct type *) *made, const char *name, const char *doc,
                                         const struct struct_sequence_field *fields, size_t visible)
{
    struct type *type = atomic_load_explicit(made, memory_order_acquire);
    if (type)
        return type;
    struct type *fresh = struct_sequence_define(name, doc, fields, visible, struct_sequence_from);
    return fresh && atomic_compare_exchange_strong(made, &type, fresh) ? fresh : type;
}
