/*
 * Module specs and loaders of modules that the runtime itself found: what `module.__spec__` and `module.__loader__` are
 * until importlib is asked for. They have the attributes of importlib's ModuleSpec and SourceFileLoader, so that
 * linecache, inspect, pkgutil and runpy find what they look for.
 */
#include "runtime/modules/importing/spec.h"
#include "runtime/compiler/code/code.h"
#include "runtime/modules/importing/import_file.h"
#include "runtime/file.h"
#include "runtime/objects/objects.h"

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>

/* ---- loaders ---- */
struct loader {
    struct object header;
    value_slot name, path, kind; /* path: str or NULL */
};
#define LOADER(v) ((struct loader *)(v))

static value loader_get_path(value v)
{
    value path = slot_load(value_object(v), &LOADER(v)->path);
    return path ? path : VALUE_NONE;
}

static value loader_get_data(value v, const value *args)
{
    struct text text;
    uint8_t *bytes;
    size_t length;
    if (!text_of_path(args[0], &text))
        return NULL;
    bool read = file_read_all(text.bytes, &bytes, &length);
    int error = errno;
    text_release(&text);
    if (!read)
        return raise_errno(error, args[0], NULL);
    value data = bytes_new(bytes, length);
    free(bytes);
    return data;
}

static value loader_get_filename(value v, value name)
{
    return loader_get_path(v);
}

static value loader_get_source(value v, value name)
{
    value path = slot_peek(&LOADER(v)->path);
    if (!path)
        return VALUE_NONE;
    value data = loader_get_data(v, &path);
    value text = data ? str_decode(bytes_data(data), bytes_length(data), "utf-8", "strict") : NULL;
    value_dec(data);
    return text;
}

static value loader_get_code(value v, value name)
{
    value path = slot_peek(&LOADER(v)->path);
    return path ? import_file_compile(path, true) : VALUE_NONE;
}

static value loader_is_package(value v, value name)
{
    value path = slot_peek(&LOADER(v)->path);
    if (!path)
        return VALUE_FALSE;
    value ending = NAME_TEXT("/__init__.py");
    ssize at = str_find(path, ending, 0, (ssize)str_length(path), -1);
    return value_bool(at >= 0 && (size_t)at + str_length(ending) == str_length(path));
}

static value loader_create_module(value v, value spec)
{
    return VALUE_NONE;
}

static value loader_repr(value v)
{
    value path = slot_peek(&LOADER(v)->path);
    return str_format("<%U loader for %R at %R>", slot_peek(&LOADER(v)->kind), slot_peek(&LOADER(v)->name),
                      path ? path : VALUE_NONE);
}

static void loader_traverse(struct object *o, struct gc_trace *trace)
{
    trace_slots(trace, &((struct loader *)o)->name, 3);
}
static void loader_destroy(struct object *o)
{
    for (value_slot *slot = &((struct loader *)o)->name; slot <= &((struct loader *)o)->kind; slot++)
        slot_drop(slot);
}

static const struct method_def loader_methods[] = {
    METHOD("get_data", loader_get_data, "($self, path)", NULL),
    METHOD("get_filename", loader_get_filename, "($self, name=None)", NULL),
    METHOD("get_source", loader_get_source, "($self, name=None)", NULL),
    METHOD("get_code", loader_get_code, "($self, name=None)", NULL),
    METHOD("is_package", loader_is_package, "($self, name=None)", NULL),
    METHOD("create_module", loader_create_module, "($self, spec)", NULL),
    {0},
};
static const struct getset_def loader_getset[] = {{"path", loader_get_path, NULL, NULL}, {0}};
static const struct member_def loader_members[] = {{"name", MEMBER_VALUE, offsetof(struct loader, name), false, NULL},
                                                   {0}};
static const struct type_spec loader_type_spec = {
    .name = "importlib._loader",
    .size = sizeof(struct loader),
    .flags = TYPE_FLAG_NO_NEW,
    .gc_flags = TYPE_GC_CONTAINER,
    .traverse = loader_traverse,
    .destroy = loader_destroy,
    .slots = {.repr = loader_repr},
    .methods = loader_methods,
    .getset = loader_getset,
    .members = loader_members,
};

/* ---- specs ---- */
struct spec {
    struct object header;
    value_slot name, loader, origin, search, parent, cached, loader_state, initializing;
};
#define SPEC(v) ((struct spec *)(v))

static value spec_repr(value v)
{
    struct spec *self = SPEC(v);
    value name = slot_load(&self->header, &self->name), loader = slot_load(&self->header, &self->loader);
    value origin = slot_load(&self->header, &self->origin);
    value text = origin ? str_format("ModuleSpec(name=%R, loader=%R, origin=%R)", name, loader, origin)
                        : str_format("ModuleSpec(name=%R, loader=%R)", name, loader);
    value_dec(name);
    value_dec(loader);
    value_dec(origin);
    return text;
}

static value spec_get_has_location(value v)
{
    value origin = slot_load(value_object(v), &SPEC(v)->origin);
    bool is_file = origin && is_str(origin) && !str_equals_text(origin, "built-in");
    value_dec(origin);
    return value_bool(is_file);
}

static void spec_traverse(struct object *o, struct gc_trace *trace)
{
    trace_slots(trace, &((struct spec *)o)->name, 8);
}
static void spec_destroy(struct object *o)
{
    for (value_slot *slot = &((struct spec *)o)->name; slot <= &((struct spec *)o)->initializing; slot++)
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
    FIELD("cached", cached),
    FIELD("loader_state", loader_state),
    FIELD("_initializing", initializing),
    {0},
};
static const struct getset_def spec_getset[] = {{"has_location", spec_get_has_location, NULL, NULL}, {0}};
static const struct type_spec spec_type_spec = {
    .name = "importlib.ModuleSpec",
    .size = sizeof(struct spec),
    .flags = TYPE_FLAG_NO_NEW,
    .gc_flags = TYPE_GC_CONTAINER,
    .traverse = spec_traverse,
    .destroy = spec_destroy,
    .slots = {.repr = spec_repr},
    .members = spec_members,
    .getset = spec_getset,
};

value spec_new(value name, value kind, value file, value search, value package)
{
    static _Atomic(struct type *) loader_type, spec_type;
    struct type *lt = type_define_once(&loader_type, &loader_type_spec),
                *st = type_define_once(&spec_type, &spec_type_spec);
    struct loader *loader = lt && st ? (struct loader *)object_new(lt, sizeof *loader) : NULL;
    if (!loader)
        return NULL;
    slot_init(&loader->name, value_inc(name));
    slot_init(&loader->kind, value_inc(kind));
    slot_init(&loader->path, value_inc(file));
    struct spec *spec = (struct spec *)object_new(st, sizeof *spec);
    if (!spec) {
        value_dec(value_of(loader));
        return NULL;
    }
    slot_init(&spec->name, value_inc(name));
    slot_init(&spec->loader, value_of(loader));
    slot_init(&spec->origin, file ? value_inc(file) : str_equals_text(kind, "built-in") ? value_inc(kind) : NULL);
    slot_init(&spec->search, value_inc(search));
    slot_init(&spec->parent, value_inc(package));
    slot_init(&spec->initializing, VALUE_FALSE);
    return value_of(spec);
}

void spec_set_initializing(value spec, bool initializing)
{
    if (spec && value_type(spec)->spec == &spec_type_spec)
        slot_store(value_object(spec), &SPEC(spec)->initializing, value_bool(initializing));
}
