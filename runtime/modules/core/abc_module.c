/*
 * The _abc module: what abc.ABCMeta rests on.
 *
 * Each abstract base class has a data object with three sets of weak references to classes: those registered with it,
 * those known to be subclasses, and those known not to be. A registration anywhere may turn a "no" into a "yes", so it
 * raises a counter, and a set of refusals that is older than the counter is thrown away.
 */
#include "runtime/objects/model/weakref.h"
#include "runtime/modules/module.h"
#include "runtime/objects/containers/container.h"
#include "threads/pause.h"

#include <stddef.h>

struct abc_data {
    struct object header;
    value_slot registry, cache, negative; /* sets, made on demand; `negative` is replaced */
    _Atomic int64_t negative_version;
};
#define DATA(v) ((struct abc_data *)(v))
static struct type *data_type;
static _Atomic int64_t invalidation_counter;

/* ---- sets of weak references ---- */

/* Called when a class in a set dies: `self` is a weak reference to the set. */
static value discard_dead(value self, value wr)
{
    value set = weak_reference_get(self);
    if (set == VALUE_NONE)
        return VALUE_NONE;
    int done = set_discard(set, wr);
    value_dec(set);
    return done < 0 ? NULL : VALUE_NONE;
}
static const struct method_def discard_def = METHOD("_destroy", discard_dead, "(wr, /)", NULL);

/* The set in the slot, owned, made when there is none. */
static value set_of(struct abc_data *data, value_slot *slot)
{
    value set = slot_load(&data->header, slot);
    if (set)
        return set;
    value fresh = set_new(NULL), expected = NULL;
    if (!fresh)
        return NULL;
    value_inc(fresh);
    if (atomic_compare_exchange_strong(slot, &expected, fresh))
        return fresh;
    value_dec(fresh);
    value_dec(fresh);
    return slot_load(&data->header, slot);
}

static bool remember(struct abc_data *data, value_slot *slot, value cls)
{
    value set = set_of(data, slot), back = set ? weak_reference_new(set) : NULL;
    value callback = back ? builtin_function_new(&discard_def, back, NULL) : NULL;
    value reference = callback ? weak_reference_make(TYPE(WEAK_REFERENCE), cls, callback) : NULL;
    bool done = reference && set_add(set, reference);
    value_dec(reference);
    value_dec(callback);
    value_dec(back);
    value_dec(set);
    return done;
}

/* Whether the class is in the set: 1, 0, -1. */
static int known(struct abc_data *data, value_slot *slot, value cls)
{
    value set = slot_load(&data->header, slot);
    if (!set || set_length(set) == 0) {
        value_dec(set);
        return 0;
    }
    value reference = weak_reference_new(cls);
    int found;
    if (reference) {
        found = set_contains(set, reference);
    } else { /* no weak reference can be made: then it is in no set */
        found = error_matches(EXC(TypeError)) ? 0 : -1;
        if (!found)
            error_clear();
    }
    value_dec(reference);
    value_dec(set);
    return found;
}

static value data_of(value cls)
{
    value data = attr_get(cls, NAME(_abc_impl));
    if (!data || value_type(data) == data_type)
        return data;
    value_dec(data);
    return raise(EXC(TypeError), "_abc_impl is set to a wrong type");
}

/* ---- new classes ---- */
static int is_abstract(value v)
{
    value mark = attr_get_optional(v, NAME(__isabstractmethod__));
    int truth = !mark ? -1 : mark == VALUE_MISSING ? 0 : value_truth(mark);
    value_dec(mark);
    return truth;
}

static bool add_own_abstracts(value cls, value set)
{
    value dict = attr_get(cls, NAME(__dict__)), items = dict ? call_method_0(dict, NAME(items)) : NULL;
    if (items && !value_is_iterable(items))
        raise(EXC(TypeError), "%T.items() returned a non-iterable (type %T)", dict, items);
    value list = items && value_is_iterable(items) ? list_from_iterable(items) : NULL;
    bool done = list != NULL;
    for (size_t i = 0; done && i < list_length(list); thread_report_at(++i)) {
        value item = list_get(list, i), pair = value_is_iterable(item) ? tuple_from_iterable(item) : NULL;
        if (!value_is_iterable(item))
            raise(EXC(TypeError), "items() returned non-iterable");
        done = pair &&
               (tuple_length(pair) == 2 || raise_false(EXC(TypeError), "items() returned item which size is not 2"));
        if (done) {
            int abstract = is_abstract(tuple_get(pair, 1));
            done = abstract == 0 || (abstract > 0 && set_add(set, tuple_get(pair, 0)));
        }
        value_dec(pair);
        value_dec(item);
    }
    value_dec(list);
    value_dec(items);
    value_dec(dict);
    return done;
}

/* Abstract names of the base that the class leaves abstract. */
static bool add_base_abstracts(value cls, value base, value set)
{
    value names = attr_get_optional(base, NAME(__abstractmethods__));
    if (names == VALUE_MISSING)
        return true;
    value list = names ? list_from_iterable(names) : NULL;
    bool done = list != NULL;
    for (size_t i = 0; done && i < list_length(list); thread_report_at(++i)) {
        value name = list_get(list, i);
        value attribute = is_str(name) ? attr_get_optional(cls, name)
                                       : raise(EXC(TypeError), "attribute name must be string, not '%T'", name);
        int abstract = !attribute ? -1 : attribute == VALUE_MISSING ? 0 : is_abstract(attribute);
        done = abstract == 0 || (abstract > 0 && set_add(set, name));
        value_dec(attribute);
        value_dec(name);
    }
    value_dec(list);
    value_dec(names);
    return done;
}

static bool compute_abstracts(value cls)
{
    value set = set_new(NULL), bases = set && add_own_abstracts(cls, set) ? attr_get(cls, NAME(__bases__)) : NULL;
    bool done = bases && (is_tuple(bases) || raise_false(EXC(TypeError), "__bases__ is not tuple"));
    for (size_t i = 0; done && i < tuple_length(bases); thread_report_at(++i))
        done = add_base_abstracts(cls, tuple_get(bases, i), set);
    value frozen = done ? frozenset_new(set) : NULL;
    done = frozen && attr_set(cls, NAME(__abstractmethods__), frozen);
    value_dec(frozen);
    value_dec(bases);
    value_dec(set);
    return done;
}

/* __abc_tpflags__ in a class body says that match statements take its instances for sequences (32) or mappings (64). */
static bool take_collection_flags(value cls)
{
    value dict = attr_get(cls, NAME(__dict__)), flags = dict ? item_get(dict, NAME(__abc_tpflags__)) : NULL;
    value_dec(dict);
    if (!flags) {
        if (!error_matches(EXC(KeyError)))
            return false;
        error_clear();
        return true;
    }
    int64_t bits;
    if (is_int(flags) && int_fits_i64(flags, &bits)) {
        if ((bits & 96) == 96) {
            value_dec(flags);
            return raise_false(EXC(TypeError),
                               "__abc_tpflags__ cannot be both Py_TPFLAGS_SEQUENCE and Py_TPFLAGS_MAPPING");
        }
        uint32_t wanted = (bits & 32 ? TYPE_FLAG_SEQUENCE : 0) | (bits & 64 ? TYPE_FLAG_MAPPING : 0);
        type_change_flags((struct type *)cls, wanted, 0);
    }
    value_dec(flags);
    return attr_delete(cls, NAME(__abc_tpflags__));
}

static value abc_init(value self, value cls)
{
    if (!compute_abstracts(cls))
        return NULL;
    struct abc_data *data = (struct abc_data *)object_new(data_type, sizeof *data);
    if (!data)
        return NULL;
    atomic_store(&data->negative_version, atomic_load(&invalidation_counter));
    bool done = attr_set(cls, NAME(_abc_impl), value_of(data));
    value_dec(value_of(data));
    return done && (!is_type(cls) || take_collection_flags(cls)) ? VALUE_NONE : NULL;
}

/* ---- registration ---- */
static bool spread_flag(value cls, uint32_t flag)
{
    struct type *type = (struct type *)cls;
    if (!type_has_flag(type, TYPE_FLAG_HEAP) || type_has_flag(type, flag))
        return true;
    type_change_flags(type, flag, TYPE_FLAGS_COLLECTION & ~flag);
    value function = attr_get(value_of(TYPE(TYPE)), NAME(__subclasses__));
    value subclasses = function ? call_1(function, cls) : NULL;
    bool done = subclasses != NULL;
    for (size_t i = 0; done && i < list_length(subclasses); thread_report_at(++i)) {
        value subclass = list_get(subclasses, i);
        done = spread_flag(subclass, flag);
        value_dec(subclass);
    }
    value_dec(subclasses);
    value_dec(function);
    return done;
}

static value abc_register(value self, value cls, value subclass)
{
    if (!is_type(subclass))
        return raise(EXC(TypeError), "Can only register classes");
    int already = class_is_subclass(subclass, cls);
    if (already)
        return already < 0 ? NULL : value_inc(subclass);
    int cycle = class_is_subclass(cls, subclass);
    if (cycle)
        return cycle < 0 ? NULL : raise(EXC(RuntimeError), "Refusing to create an inheritance cycle");
    value data = data_of(cls);
    bool done = data && remember(DATA(data), &DATA(data)->registry, subclass);
    value_dec(data);
    if (!done)
        return NULL;
    atomic_fetch_add(&invalidation_counter, 1);
    uint32_t flag = is_type(cls) ? type_flags((struct type *)cls) & TYPE_FLAGS_COLLECTION : 0;
    if (flag && !spread_flag(subclass, flag))
        return NULL;
    return value_inc(subclass);
}

/* ---- checks ---- */

/* Ask the living classes of a list (of weak references, or classes) with issubclass: 1, 0, -1. */
static int subclass_of_any(value subclass, value list, bool weak)
{
    int answer = 0;
    for (size_t i = 0; answer == 0 && i < list_length(list); thread_report_at(++i)) {
        value entry = list_get(list, i), cls = weak ? weak_reference_get(entry) : value_inc(entry);
        if (cls != VALUE_NONE)
            answer = class_is_subclass(subclass, cls);
        value_dec(cls);
        value_dec(entry);
    }
    return answer;
}

static int in_mro(value subclass, value cls)
{
    value mro = attr_get_optional(subclass, NAME(__mro__));
    int found = !mro ? -1 : 0;
    if (mro && mro != VALUE_MISSING && is_tuple(mro))
        for (size_t i = 0; !found && i < tuple_length(mro); thread_report_at(++i))
            found = tuple_get(mro, i) == cls;
    value_dec(mro);
    return found;
}

static int in_registry(struct abc_data *data, value subclass)
{
    int found = known(data, &data->registry, subclass);
    if (found)
        return found;
    value registry = slot_load(&data->header, &data->registry);
    value list = registry ? list_from_iterable(registry) : NULL;
    found = !registry ? 0 : !list ? -1 : subclass_of_any(subclass, list, true);
    value_dec(list);
    value_dec(registry);
    return found;
}

static int in_subclasses(value cls, value subclass)
{
    value list = call_method_0(cls, NAME(__subclasses__));
    if (list && !is_list(list)) {
        value_dec(list);
        return raise_int(EXC(TypeError), "__subclasses__() must return a list");
    }
    int found = list ? subclass_of_any(subclass, list, false) : -1;
    value_dec(list);
    return found;
}

/* The answer of the class's hook: 1, 0, -1; 2 when it does not say. */
static int ask_hook(value cls, value subclass)
{
    value answer = call_method_1(cls, NAME(__subclasshook__), subclass);
    int result = !answer                           ? -1
                 : answer == VALUE_TRUE            ? 1
                 : answer == VALUE_FALSE           ? 0
                 : answer == VALUE_NOT_IMPLEMENTED ? 2
                                                   : -2;
    value_dec(answer);
    if (result == -2)
        return raise_int(EXC(AssertionError), "__subclasshook__ must return either False, True, or NotImplemented");
    return result;
}

/* The negative set, if it is as new as the counter: 1 refused before, 0 not known, -1. */
static int refused(struct abc_data *data, value subclass, int64_t counter)
{
    if (atomic_load(&data->negative_version) >= counter)
        return known(data, &data->negative, subclass);
    slot_store(&data->header, &data->negative, NULL);
    atomic_store(&data->negative_version, counter);
    return 0;
}

static int check_subclass(value cls, struct abc_data *data, value subclass)
{
    int found = known(data, &data->cache, subclass);
    if (found)
        return found;
    int64_t counter = atomic_load(&invalidation_counter);
    found = refused(data, subclass, counter);
    if (found)
        return found < 0 ? -1 : 0;
    int answer = ask_hook(cls, subclass);
    if (answer == 2) {
        answer = in_mro(subclass, cls);
        if (answer == 0)
            answer = in_registry(data, subclass);
        if (answer == 0)
            answer = in_subclasses(cls, subclass);
    }
    if (answer < 0)
        return -1;
    /* A "no" that a registration has overtaken must not be remembered. */
    if (answer == 0 && atomic_load(&invalidation_counter) != counter)
        return 0;
    return remember(data, answer ? &data->cache : &data->negative, subclass) ? answer : -1;
}

static value abc_subclasscheck(value self, value instance, value subclass)
{
    if (!is_type(subclass))
        return raise(EXC(TypeError), "issubclass() arg 1 must be a class");
    value data = data_of(instance);
    int answer = data ? check_subclass(instance, DATA(data), subclass) : -1;
    value_dec(data);
    return answer < 0 ? NULL : value_bool(answer);
}

static value abc_instancecheck(value self, value cls, value instance)
{
    value result = NULL;
    value data = data_of(cls), subclass = data ? attr_get(instance, NAME(__class__)) : NULL;
    int found = subclass ? known(DATA(data), &DATA(data)->cache, subclass) : -1;
    value type = value_of(value_type(instance));
    if (found > 0) {
        result = VALUE_TRUE;
    } else if (found == 0 && type == subclass) {
        int64_t counter = atomic_load(&invalidation_counter);
        found = atomic_load(&DATA(data)->negative_version) == counter
                    ? known(DATA(data), &DATA(data)->negative, subclass)
                    : 0;
        if (found == 0)
            result = call_method_1(cls, NAME(__subclasscheck__), subclass);
        else if (found > 0)
            result = VALUE_FALSE;
    } else if (found == 0) {
        result = call_method_1(cls, NAME(__subclasscheck__), subclass);
        int truth = result ? value_truth(result) : -1;
        if (truth <= 0) {
            value_dec(result);
            result = truth < 0 ? NULL : call_method_1(cls, NAME(__subclasscheck__), type);
        }
    }
    value_dec(subclass);
    value_dec(data);
    return result;
}

/* ---- for tests and debugging ---- */
static value get_cache_token(value self)
{
    return int_from_i64(atomic_load(&invalidation_counter));
}

static value get_dump(value self, value instance)
{
    value data = data_of(instance);
    if (!data)
        return NULL;
    value items[4];
    value_slot *slots[] = {&DATA(data)->registry, &DATA(data)->cache, &DATA(data)->negative};
    for (int i = 0; i < 3; i++) {
        value set = slot_load(value_object(data), slots[i]);
        items[i] = set_new(set);
        value_dec(set);
    }
    items[3] = int_from_i64(atomic_load(&DATA(data)->negative_version));
    value_dec(data);
    bool done = items[0] && items[1] && items[2] && items[3];
    if (done)
        return tuple_from_owned(items, 4);
    for (int i = 0; i < 4; i++)
        value_dec(items[i]);
    return NULL;
}

static value reset(value cls, bool registry)
{
    value data = data_of(cls);
    if (!data)
        return NULL;
    struct object *o = value_object(data);
    if (registry) {
        slot_store(o, &DATA(data)->registry, NULL);
    } else {
        slot_store(o, &DATA(data)->cache, NULL);
        slot_store(o, &DATA(data)->negative, NULL);
    }
    value_dec(data);
    return VALUE_NONE;
}
static value reset_registry(value self, value instance)
{
    return reset(instance, true);
}
static value reset_caches(value self, value instance)
{
    return reset(instance, false);
}

static value data_new(struct type *type, const value *args, size_t nargs, value kwnames)
{
    return value_of(object_new(type, sizeof(struct abc_data)));
}
static void data_traverse(struct object *o, struct gc_trace *trace)
{
    trace_slots(trace, &((struct abc_data *)o)->registry, 3);
}
static void data_destroy(struct object *o)
{
    slot_drop(&((struct abc_data *)o)->registry);
    slot_drop(&((struct abc_data *)o)->cache);
    slot_drop(&((struct abc_data *)o)->negative);
}
static const struct type_spec data_spec = {
    .name = "_abc._abc_data",
    .doc = "Internal state held by ABC machinery.",
    .size = sizeof(struct abc_data),
    .gc_flags = TYPE_GC_CONTAINER,
    .traverse = data_traverse,
    .destroy = data_destroy,
    .slots = {.new = data_new},
};

static const struct method_def functions[] = {
    METHOD("get_cache_token", get_cache_token, "()", "Returns the current ABC cache token."),
    METHOD("_abc_init", abc_init, "(self, /)",
           "Internal ABC helper for class set-up. Should be never used outside abc module."),
    METHOD("_abc_register", abc_register, "(self, subclass, /)", "Internal ABC helper for subclasss registration."),
    METHOD("_abc_instancecheck", abc_instancecheck, "(self, instance, /)", "Internal ABC helper for instance checks."),
    METHOD("_abc_subclasscheck", abc_subclasscheck, "(self, subclass, /)", "Internal ABC helper for subclasss checks."),
    METHOD("_get_dump", get_dump, "(self, /)", "Internal ABC helper for cache and registry debugging."),
    METHOD("_reset_registry", reset_registry, "(self, /)", "Internal ABC helper to reset registry of a given class."),
    METHOD("_reset_caches", reset_caches, "(self, /)", "Internal ABC helper to reset both caches of a given class."),
    {0},
};

static bool fill(value module)
{
    return module_define_type(module, &data_type, &data_spec);
}

const struct module_def _abc_module = {
    .name = "_abc",
    .doc = "Module contains faster C implementation of abc.ABCMeta",
    .functions = functions,
    .fill = fill,
};
