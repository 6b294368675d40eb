/* Names, out of line: locals mappings, globals, builtins, cells, imports. */
#include "runtime/sys.h"
#include "runtime/interp/instructions/names.h"
#include "runtime/import.h"
#include "runtime/objects/containers/dict.h"
#include "runtime/objects/descriptors/builtin_function.h"
#include "runtime/objects/objects.h"
#include "threads/pause.h"

static value slot_name(struct frame *frame, uint32_t slot)
{
    return tuple_get(slot_peek(&frame->code->slot_names), slot);
}

/* NameError with the name as attribute, for suggestions. */
static void raise_name_error(struct type *type, const char *format, value name)
{
    raise(type, format, name);
    if (error_matches(EXC(NameError))) {
        value exception = error_fetch();
        if (!attr_set(exception, NAME(name), name))
            error_clear();
        error_restore(exception);
    }
}

static void raise_unbound_local(struct frame *frame, uint32_t slot)
{
    raise(EXC(UnboundLocalError), "cannot access local variable '%U' where it is not associated with a value",
          slot_name(frame, slot));
}

void raise_unbound_operand(struct frame *frame, uint32_t instruction)
{
    uint32_t argument = instruction_argument(instruction);
    switch (instruction_opcode(instruction)) {
    case OP_LOAD_FAST_BORROW_PAIR: {
        uint32_t first = argument & 0xFFF;
        raise_unbound_local(frame, frame->slots[first] ? argument >> 12 : first);
        break;
    }
    case OP_LOAD_FAST_SMALL_INT:
        raise_unbound_local(frame, argument & 0xFFF);
        break;
    case OP_STORE_FAST_LOAD_FAST:
        raise_unbound_local(frame, argument >> 12);
        break;
    case OP_LOAD_FAST_ATTR:
    case OP_LOAD_FAST_METHOD:
    case OP_STORE_FAST_ATTR:
        raise_unbound_local(frame, argument & 0xFF);
        break;
    default:
        raise_unbound_local(frame, argument);
    }
}

void raise_unbound_cell(struct frame *frame, uint32_t slot)
{
    if (slot < frame->code->slots_count - frame->code->frees_count)
        raise_unbound_local(frame, slot);
    else
        raise_name_error(EXC(NameError),
                         "cannot access free variable '%U' where it is not associated with a value in enclosing scope",
                         slot_name(frame, slot));
}

/* Look a name up in a mapping: owned, VALUE_MISSING, or NULL. */
static value mapping_get(value mapping, value name)
{
    if (value_is(mapping, TYPE_ID_DICT))
        return dict_get(mapping, name);
    value v = item_get(mapping, name);
    if (!v && error_matches(EXC(KeyError))) {
        error_clear();
        return VALUE_MISSING;
    }
    return v;
}

value load_classderef(struct frame *frame, uint32_t slot)
{
    value v = frame->locals ? mapping_get(frame->locals, slot_name(frame, slot)) : VALUE_MISSING;
    if (v != VALUE_MISSING)
        return v;
    v = cell_get(frame->slots[slot]);
    if (!v)
        raise_unbound_cell(frame, slot);
    return v;
}

static value load_builtin(struct frame *frame, value name)
{
    value v = mapping_get(frame_builtins(frame), name);
    if (v == VALUE_MISSING && frame_builtins(frame) == builtins_dict)
        v = builtins_late_attribute(name);
    if (v != VALUE_MISSING)
        return v;
    raise_name_error(EXC(NameError), "name '%U' is not defined", name);
    return NULL;
}

static value load_outer(struct frame *frame, value name)
{
    value v = dict_get(frame->globals, name);
    return v != VALUE_MISSING ? v : load_builtin(frame, name);
}

value load_name(struct frame *frame, value name)
{
    if (!frame->locals)
        return raise(EXC(SystemError), "no locals when loading %R", name);
    value v = mapping_get(frame->locals, name);
    return v != VALUE_MISSING ? v : load_outer(frame, name);
}

bool store_name(struct frame *frame, value name, value v)
{
    if (!frame->locals)
        return raise_false(EXC(SystemError), "no locals found when storing %R", name);
    return value_is(frame->locals, TYPE_ID_DICT) ? dict_set(frame->locals, name, v) : item_set(frame->locals, name, v);
}

bool delete_name(struct frame *frame, value name)
{
    if (!frame->locals)
        return raise_false(EXC(SystemError), "no locals when deleting %R", name);
    if (item_delete(frame->locals, name))
        return true;
    if (error_matches(EXC(KeyError))) {
        error_clear();
        raise_name_error(EXC(NameError), "name '%U' is not defined", name);
    }
    return false;
}

bool delete_global(struct frame *frame, value name)
{
    int deleted = dict_delete(frame->globals, name);
    if (deleted == 0)
        raise_name_error(EXC(NameError), "name '%U' is not defined", name);
    return deleted > 0;
}

/* The word by which `v` is found again without a search; 0: there is none. `version` is one that the globals had before
   the search, or 0 when the value is in built-ins of which it says nothing. */
static uint64_t global_word(value globals, value name, value v, uint32_t version)
{
    bool lasting = !value_is_object(v) || object_is_lasting(value_object(v));
    if ((lasting || thread_is_alone()) && version && dict_is_versioned(v) &&
        object_number(value_object(v)) <= UINT32_MAX)
        return (lasting ? GLOBAL_LASTING : 0) | (uint64_t)version << 32 | object_number(value_object(v));
    uint32_t hint = dict_hint(globals, name);
    return hint <= GLOBAL_HINT ? hint | (lasting ? GLOBAL_HINT_FINAL : 0) : 0;
}

/* May the collector alone free what a thread that is alone finds by a global name, so that it is used uncounted?
   Modules and functions, unless something else might be waiting for their end: a closure's cells, the object of a bound
   method. (The instances of a class count it, and would take longer by sharded counts.) */
static bool may_last(value v)
{
    if (is_function(v))
        return function_may_last(v);
    return value_is(v, TYPE_ID_MODULE) || builtin_function_of_module(v);
}

value load_global(struct frame *frame, value name, cache_word *cache)
{
    if (unlikely(!value_is(frame->globals, TYPE_ID_DICT))) { /* a subclass may find names in its own way */
        value v = mapping_get(frame->globals, name);
        return v != VALUE_MISSING ? v : load_builtin(frame, name);
    }
    uint32_t version = dict_version(frame->globals);
    value v = dict_get(frame->globals, name);
    if (v == VALUE_MISSING) {
        if (!value_is(frame_builtins(frame), TYPE_ID_DICT) || !dict_version_behind(frame_builtins(frame)))
            version = 0;
        v = load_builtin(frame, name);
    }
    if (!v)
        return NULL;
    if (value_is_object(v) && (!thread_is_alone() || may_last(v)))
        rc_shard(value_object(v));
    uint64_t word = global_word(frame->globals, name, v, version);
    if (word)
        atomic_store_explicit(cache, word, memory_order_release);
    return v;
}

bool setup_annotations(struct frame *frame)
{
    value name = NAME(__annotations__);
    if (!frame->locals)
        return raise_false(EXC(SystemError), "no locals found when setting up annotations");
    value present = mapping_get(frame->locals, name);
    if (!present)
        return false;
    if (present == VALUE_MISSING) {
        value dict = dict_new();
        bool stored = dict && store_name(frame, name, dict);
        value_dec(dict);
        return stored;
    }
    value_dec(present);
    return true;
}

value import_operand(struct frame *frame, value name, value fromlist, value level)
{
    value import = mapping_get(frame_builtins(frame), NAME(__import__));
    if (!import)
        return NULL;
    if (import == VALUE_MISSING)
        return raise(EXC(ImportError), "__import__ not found");
    value locals = frame->locals ? frame->locals : VALUE_NONE;
    value args[] = {name, frame->globals, locals, fromlist, level};
    value module = import_is_default(import)
                       ? import_module_level(name, frame->globals, fromlist, (int)small_int_value(level))
                       : call_vector(import, args, 5, NULL);
    value_dec(import);
    return module;
}

static value module_attribute_text(value module, value name)
{
    value v = attr_get_optional(module, name);
    if (!v)
        error_clear();
    return !v || v == VALUE_MISSING || !is_str(v) ? (value_dec(v), NULL) : v;
}

value import_from(value module, value name)
{
    value v = attr_get_optional(module, name);
    if (v != VALUE_MISSING)
        return v;
    value package = module_attribute_text(module, NAME(__name__));
    if (package) { /* a submodule that is being imported is in sys.modules before it is an attribute of its package */
        value full = str_format("%U.%U", package, name);
        v = full ? import_find_loaded(full) : NULL;
        value_dec(full);
        if (v != VALUE_MISSING) {
            value_dec(package);
            return v;
        }
    }
    value path = module_attribute_text(module, NAME(__file__));
    value shown = package ? value_inc(package) : str_from_text("<unknown module name>");
    if (path && import_is_initializing(module))
        raise(EXC(ImportError),
              "cannot import name %R from partially initialized module %R (most likely due to a circular import) (%U)",
              name, shown, path);
    else if (path)
        raise(EXC(ImportError), "cannot import name %R from %R (%U)", name, shown, path);
    else
        raise(EXC(ImportError), "cannot import name %R from %R (unknown location)", name, shown);
    value exception = error_fetch();
    if (!attr_set(exception, NAME(name), shown) || (path && !attr_set(exception, NAME(path), path)))
        error_clear();
    error_restore(exception);
    value_dec(shown);
    value_dec(path);
    value_dec(package);
    return NULL;
}

/* Copy the public names (or __all__) of a module into the frame's locals. */
bool import_star(struct frame *frame, value module)
{
    value names = attr_get_optional(module, NAME(__all__));
    bool skip_underscored = false, done = true;
    if (names == VALUE_MISSING) {
        value dict = attr_get_optional(module, NAME(__dict__));
        if (dict == VALUE_MISSING)
            return raise_false(EXC(ImportError), "from-import-* object has no __dict__ and no __all__");
        names = dict ? list_from_iterable(dict) : NULL;
        value_dec(dict);
        skip_underscored = true;
    }
    if (!names)
        return false;
    value list = list_from_iterable(names);
    value_dec(names);
    for (size_t i = 0; list && done && i < list_length(list); thread_report_at(++i)) {
        value name = list_get(list, i);
        if (!is_str(name)) {
            value own_name = attr_get(module, NAME(__name__));
            if (own_name && !is_str(own_name))
                raise(EXC(TypeError), "module __name__ must be a string, not %T", own_name);
            else if (own_name)
                raise(EXC(TypeError), "%s in %U.%s must be str, not %T", skip_underscored ? "Key" : "Item", own_name,
                      skip_underscored ? "__dict__" : "__all__", name);
            value_dec(own_name);
            done = false;
        } else if (!skip_underscored || str_length(name) == 0 || str_at(name, 0) != '_') {
            value v = attr_get(module, name);
            done = v && store_name(frame, name, v);
            value_dec(v);
        }
        value_dec(name);
    }
    value_dec(list);
    return list && done;
}

value load_build_class(struct frame *frame)
{
    value v = mapping_get(frame_builtins(frame), NAME(__build_class__));
    return v != VALUE_MISSING ? v : raise(EXC(NameError), "__build_class__ not found");
}
