/*
 * Specs and loaders of modules that were found while importlib slept (importlib.c): what `module.__spec__` and
 * `module.__loader__` are until it wakes. They know what the finder knew; whatever else is asked of them wakes
 * importlib, whose spec or loader for the same module answers.
 */
#include "runtime/modules/importing/spec.h"
#include "runtime/modules/importing/importlib.h"
#include "runtime/objects/model/type_internal.h"
#include "runtime/objects/objects.h"

#include <stddef.h>

struct spec {
    struct object header;
    value_slot name, loader, origin, search, parent, initializing;
    value_slot file; /* str or NULL */
};
struct loader {
    struct object header;
    value_slot name, path; /* path: str, or NULL for a built-in module */
};
#define SPEC(v)   ((struct spec *)(v))
#define LOADER(v) ((struct loader *)(v))

/* ---- loaders ---- */

static value loader_getattr(value v, value name)
{
    value found = attr_get_generic_optional(v, name);
    if (found != VALUE_MISSING)
        return found;
    value own_name = slot_load(value_object(v), &LOADER(v)->name);
    value path = slot_load(value_object(v), &LOADER(v)->path);
    value real = importlib_make_loader(own_name, path);
    found = real ? attr_get(real, name) : NULL;
    value_dec(real);
    value_dec(path);
    value_dec(own_name);
    return found;
}

static value loader_repr(value v)
{
    value path = slot_load(value_object(v), &LOADER(v)->path);
    value text = path ? str_format("<_frozen_importlib_external.SourceFileLoader object at 0x%llx>",
                                   (unsigned long long)value_bits(v))
                      : str_from_text("<class '_frozen_importlib.BuiltinImporter'>");
    value_dec(path);
    return text;
}

static void loader_traverse(struct object *o, struct gc_trace *trace)
{
    trace_slots(trace, &((struct loader *)o)->name, 2);
}
static void loader_destroy(struct object *o)
{
    slot_drop(&((struct loader *)o)->name);
    slot_drop(&((struct loader *)o)->path);
}

static const struct member_def loader_members[] = {{"name", MEMBER_VALUE, offsetof(struct loader, name), false, NULL},
                                                   {"path", MEMBER_VALUE, offsetof(struct loader, path), false, NULL},
                                                   {0}};
static const struct type_spec loader_type_spec = {
    .name = "_frozen_importlib_external.SourceFileLoader",
    .size = sizeof(struct loader),
    .flags = TYPE_FLAG_NO_NEW,
    .gc_flags = TYPE_GC_CONTAINER,
    .traverse = loader_traverse,
    .destroy = loader_destroy,
    .slots = {.getattr = loader_getattr, .repr = loader_repr},
    .members = loader_members,
};

/* ---- specs ---- */

static value spec_getattr(value v, value name)
{
    value found = attr_get_generic_optional(v, name);
    if (found != VALUE_MISSING)
        return found;
    value real = importlib_make_spec(v);
    found = real ? attr_get(real, name) : NULL;
    value_dec(real);
    return found;
}

static value spec_repr(value v)
{
    value real = importlib_make_spec(v);
    value text = real ? value_repr(real) : NULL;
    value_dec(real);
    return text;
}

static value spec_get_has_location(value v)
{
    value file = slot_load(value_object(v), &SPEC(v)->file);
    value_dec(file);
    return value_bool(file != NULL);
}

static void spec_traverse(struct object *o, struct gc_trace *trace)
{
    trace_slots(trace, &((struct spec *)o)->name, 7);
}
static void spec_destroy(struct object *o)
{
    for (value_slot *slot = &((struct spec *)o)->name; slot <= &((struct spec *)o)->file; slot++)
        slot_drop(slot);
}

#define FIELD(name, field)                                                \
    {                                                                     \
        name, MEMBER_VALUE_NONE, offsetof(struct spec, field), true, NULL \
    }
static const struct member_def spec_members[] = {
    FIELD("name", name),
    FIELD("loader", loader),
    FIELD("origin", origin),
    FIELD("submodule_search_locations", search),
    FIELD("parent", parent),
    FIELD("_initializing", initializing),
    {0},
};
static const struct getset_def spec_getset[] = {{"has_location", spec_get_has_location, NULL, NULL}, {0}};
static const struct type_spec spec_type_spec = {
    .name = "_frozen_importlib.ModuleSpec",
    .size = sizeof(struct spec),
    .flags = TYPE_FLAG_NO_NEW,
    .gc_flags = TYPE_GC_CONTAINER,
    .traverse = spec_traverse,
    .destroy = spec_destroy,
    .slots = {.getattr = spec_getattr, .repr = spec_repr},
    .members = spec_members,
    .getset = spec_getset,
};

value spec_new_loader(value name, value file)
{
    static _Atomic(struct type *) type;
    struct type *made = type_define_once(&type, &loader_type_spec);
    struct loader *loader = made ? (struct loader *)object_new(made, sizeof *loader) : NULL;
    if (!loader)
        return NULL;
    slot_init(&loader->name, value_inc(name));
    slot_init(&loader->path, value_inc(file));
    return value_of(loader);
}

value spec_new(value name, value file, value search, value package)
{
    static _Atomic(struct type *) type;
    struct type *made = type_define_once(&type, &spec_type_spec);
    value loader = made ? spec_new_loader(name, file) : NULL;
    struct spec *spec = loader ? (struct spec *)object_new(made, sizeof *spec) : NULL;
    if (!spec) {
        value_dec(loader);
        return NULL;
    }
    slot_init(&spec->name, value_inc(name));
    slot_init(&spec->loader, loader);
    slot_init(&spec->origin, file ? value_inc(file) : NAME_TEXT("built-in"));
    slot_init(&spec->search, value_inc(search));
    slot_init(&spec->parent, value_inc(package));
    slot_init(&spec->initializing, VALUE_FALSE);
    slot_init(&spec->file, value_inc(file));
    return value_of(spec);
}

void spec_get_loader_facts(value v, struct spec_facts *facts)
{
    *facts = (struct spec_facts){.name = slot_load(value_object(v), &LOADER(v)->name),
                                 .file = slot_load(value_object(v), &LOADER(v)->path)};
}

static bool is_spec(value v)
{
    return v && value_type(v)->spec == &spec_type_spec;
}

bool spec_is_preliminary(value v)
{
    return is_spec(v);
}

bool spec_is_preliminary_loader(value v)
{
    return value_type(v)->spec == &loader_type_spec;
}

void spec_set_initializing(value spec, bool initializing)
{
    if (is_spec(spec))
        slot_store(value_object(spec), &SPEC(spec)->initializing, value_bool(initializing));
}

void spec_get_facts(value v, struct spec_facts *facts)
{
    struct object *o = value_object(v);
    value initializing = slot_load(o, &SPEC(v)->initializing);
    *facts = (struct spec_facts){.name = slot_load(o, &SPEC(v)->name),
                                 .file = slot_load(o, &SPEC(v)->file),
                                 .search = slot_load(o, &SPEC(v)->search),
                                 .origin = slot_load(o, &SPEC(v)->origin),
                                 .initializing = initializing == VALUE_TRUE};
    value_dec(initializing);
}

void spec_drop_facts(struct spec_facts *facts)
{
    value_dec(facts->name);
    value_dec(facts->file);
    value_dec(facts->search);
    value_dec(facts->origin);
}
