/*
 * The module _zoneinfo, and the caches of ZoneInfo.
 *
 * Each class has a WeakValueDictionary of its zones. ZoneInfo itself keeps the last ones alive besides: they are in a
 * tuple of keys and zones, the last used first, which is never changed but replaced.
 */
#include "runtime/import.h"
#include "runtime/modules/dates/zoneinfo_cache.h"
#include "runtime/modules/module.h"

enum { KEPT_ALIVE = 8 };
static value_slot strong_cache; /* a tuple, or NULL */
static value_slot weak_cache;   /* of ZoneInfo itself */

static value new_weak_cache(void)
{
    value module = import_module("weakref"), type = module ? attr_get(module, NAME(WeakValueDictionary)) : NULL;
    value cache = type ? call_0(type) : NULL;
    value_dec(type);
    value_dec(module);
    return cache;
}

static value weak_cache_of(struct type *type)
{
    return type == zone_type ? slot_load(NULL, &weak_cache) : attr_get(value_of(type), NAME(_weak_cache));
}

/* Where a key is in the tuple of those kept alive, or -1. Only strs are compared there, so that nothing else runs. */
static ssize find_strong(value cache, value key)
{
    for (size_t i = 0; cache && i < tuple_length(cache); i += 2) {
        value present = tuple_get(cache, i);
        if (present == key || (value_is(key, TYPE_ID_STR) && value_is(present, TYPE_ID_STR) && str_equal(present, key)))
            return (ssize)i;
    }
    return -1;
}

/* The pairs of `cache` but that at `left_out` (-1: all), after a first one (NULL: none). */
static bool replace_strong(value cache, ssize left_out, value key, value zone)
{
    value items[2 * KEPT_ALIVE];
    size_t count = 0;
    if (key) {
        items[count++] = key;
        items[count++] = zone;
    }
    for (size_t i = 0; cache && i < tuple_length(cache) && count < 2 * KEPT_ALIVE; i += 2)
        if ((ssize)i != left_out) {
            items[count++] = tuple_get(cache, i);
            items[count++] = tuple_get(cache, i + 1);
        }
    value replaced = tuple_from_array(items, count);
    if (replaced)
        value_dec(slot_exchange(&strong_cache, replaced));
    return replaced;
}

/* The zone kept alive under a key, owned, which is then the last used. VALUE_MISSING: none; NULL with MemoryError. */
static value take_strong(value key)
{
    value cache = slot_load(NULL, &strong_cache), zone = VALUE_MISSING;
    ssize at = find_strong(cache, key);
    if (at >= 0) {
        zone = value_inc(tuple_get(cache, (size_t)at + 1));
        if (at > 0 && !replace_strong(cache, at, tuple_get(cache, (size_t)at), zone)) {
            value_dec(zone);
            zone = NULL;
        }
    }
    value_dec(cache);
    return zone;
}

static bool keep_alive(value key, value zone)
{
    value cache = slot_load(NULL, &strong_cache);
    bool done = replace_strong(cache, find_strong(cache, key), key, zone);
    value_dec(cache);
    return done;
}

static bool forget_strong(value key)
{
    value cache = slot_load(NULL, &strong_cache);
    ssize at = find_strong(cache, key);
    bool done = at < 0 || replace_strong(cache, at, NULL, NULL);
    value_dec(cache);
    return done;
}

value zone_cached(struct type *type, value key)
{
    if (type == zone_type) {
        value zone = take_strong(key);
        if (zone != VALUE_MISSING)
            return zone;
    }
    value cache = weak_cache_of(type), args[] = {key, VALUE_NONE};
    value zone = cache ? call_method(cache, NAME(get), args, 2) : NULL;
    if (zone == VALUE_NONE) {
        args[1] = zone_make(type, key, true);
        zone = args[1] ? call_method(cache, NAME(setdefault), args, 2) : NULL;
        value_dec(args[1]);
    }
    value_dec(cache);
    if (zone && type == zone_type && !keep_alive(key, zone)) {
        value_dec(zone);
        return NULL;
    }
    return zone;
}

value zone_clear_cache(value cls, const value *args)
{
    bool base = cls == value_of(zone_type);
    value cache = weak_cache_of((struct type *)cls);
    if (!cache)
        return NULL;
    value result = NULL;
    if (args[0] == VALUE_NONE) {
        result = call_method_0(cache, NAME(clear));
        if (base)
            value_dec(slot_exchange(&strong_cache, NULL));
    } else {
        value keys = iter_get(args[0]), key = NULL;
        while (keys && (key = iter_next(keys)) && key != VALUE_END) {
            value pair[] = {key, VALUE_NONE};
            value gone = !base || forget_strong(key) ? call_method(cache, NAME(pop), pair, 2) : NULL;
            value_dec(gone);
            value_dec(key);
            key = NULL;
            if (!gone)
                break;
        }
        result = key == VALUE_END ? VALUE_NONE : NULL;
        value_dec(keys);
    }
    value_dec(cache);
    value_dec(result);
    return result ? VALUE_NONE : NULL;
}

value zone_init_subclass(value cls, const value *args)
{
    value cache = new_weak_cache();
    bool done = cache && attr_set(cls, NAME(_weak_cache), cache);
    value_dec(cache);
    return done ? VALUE_NONE : NULL;
}

static bool fill(value module)
{
    if (!tzinfo_type) {
        value datetime = import_module("_datetime");
        value_dec(datetime);
        if (!datetime)
            return false;
    }
    if (!zone_type && !(zone_type = type_define_with_base(&zone_spec, tzinfo_type)))
        return false;
    if (!slot_peek(&weak_cache)) {
        value cache = new_weak_cache();
        if (!cache)
            return false;
        value_dec(slot_exchange(&weak_cache, cache));
    }
    return module_add_type(module, zone_type);
}
static void finish(void)
{
    slot_drop(&strong_cache);
    slot_drop(&weak_cache);
}
const struct module_def _zoneinfo_module = {
    .name = "_zoneinfo", .doc = "C implementation of the zoneinfo module", .fill = fill, .finish = finish};
