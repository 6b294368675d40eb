/* ZoneInfo: what it knows of a zone, and what a zone answers. */
#include "runtime/import.h"
#include "runtime/modules/dates/zoneinfo.h"
#include "runtime/modules/dates/zoneinfo_cache.h"
#include "runtime/objects/text/str.h"
#include "runtime/raw.h"
#include "threads/pause.h"

#include <stddef.h>
#include <stdlib.h>

enum { EPOCH_ORDINAL = 719163 };
struct type *zone_type;

enum source { FROM_CACHE, NOT_CACHED, FROM_FILE };

/* All but `source` is fixed before others see it. */
struct zone {
    struct object header;
    value_slot key, file_repr; /* file_repr: NULL where it is not from a file */
    _Atomic uint8_t source;    /* enum source */
    bool fixed_offset;
    uint32_t kind_count;
    size_t transition_count;
    int64_t *utc, *local[2];  /* when the transitions are, the local times with fold=0 and fold=1; one malloc'd block */
    uint8_t *to_kind;         /* what begins with each; in that block */
    struct local_kind *kinds; /* malloc'd */
    const struct local_kind *before; /* the first transition; NULL: nothing is known */
    struct zone_rule after;
};
#define ZONE(v) ((struct zone *)(v))

static void zone_traverse(struct object *o, struct gc_trace *trace)
{
    trace_slot(trace, &((struct zone *)o)->key);
    trace_slot(trace, &((struct zone *)o)->file_repr);
}
static void zone_destroy(struct object *o)
{
    struct zone *z = (struct zone *)o;
    slot_drop(&z->key);
    slot_drop(&z->file_repr);
    for (size_t i = 0; z->kinds && i < z->kind_count; i++)
        kind_drop(&z->kinds[i]);
    rule_drop(&z->after);
    free(z->kinds);
    free(z->utc);
}

/* ---- loading ---- */
static bool item_int(value items, size_t index, int64_t low, int64_t high, int64_t *out)
{
    value item = tuple_get(items, index);
    if (!is_int(item))
        return raise_false(EXC(TypeError), "an integer is required (got type %T)", item);
    return int_as_i64(item, out) &&
           ((*out >= low && *out <= high) || raise_false(EXC(ValueError), "a number in the TZif file is out of range"));
}

/* How far summer time is ahead is not in the file: that of the time before or after it is subtracted. */
static void find_dst(const struct zone *z, const int *offsets, const bool *is_dst, int *dst)
{
    for (size_t i = 1; i < z->transition_count; thread_report_at(++i)) {
        unsigned kind = z->to_kind[i], other = z->to_kind[i - 1];
        if (!is_dst[kind] || dst[kind])
            continue;
        int ahead = is_dst[other] ? 0 : offsets[kind] - offsets[other];
        if (!ahead && kind + 1 < z->kind_count && i + 1 < z->transition_count) {
            other = z->to_kind[i + 1];
            if (is_dst[other]) /* it may follow on another time */
                continue;
            ahead = offsets[kind] - offsets[other];
        }
        dst[kind] = ahead;
    }
    for (size_t i = 0; i < z->kind_count; i++)
        if (is_dst[i] && !dst[i]) /* one hour is a better guess than none */
            dst[i] = 3600;
}

/* A transition's local time is that of the clock before it or after it: whatever is later with fold=0. */
static void find_local(struct zone *z, const int *offsets)
{
    for (size_t i = 0; i < z->transition_count; thread_report_at(++i)) {
        int before = offsets[i ? z->to_kind[i - 1] : 0], after = offsets[z->to_kind[i]];
        z->local[0][i] = z->utc[i] + (before > after ? before : after);
        z->local[1][i] = z->utc[i] + (before > after ? after : before);
    }
}

static bool load_transitions(struct zone *z, value times, value indices)
{
    size_t count = tuple_length(times);
    if (count != tuple_length(indices))
        return raise_false(EXC(ValueError), "transitions and their types differ in number");
    z->utc = raw_alloc((count + 1) * (3 * sizeof *z->utc + 1));
    if (!z->utc)
        return raise_no_memory() != NULL;
    z->local[0] = z->utc + count;
    z->local[1] = z->local[0] + count;
    z->to_kind = (uint8_t *)(z->local[1] + count);
    for (size_t i = 0; i < count; thread_report_at(++i)) {
        int64_t kind;
        const int64_t far = INT64_C(1) << 62;
        if (!item_int(indices, i, INT64_MIN, INT64_MAX, &kind))
            return false;
        if (kind < 0 || kind >= z->kind_count)
            return raise_false(EXC(ValueError), "Invalid transition index found while reading TZif: %zd", (ssize)kind);
        z->to_kind[i] = (uint8_t)kind;
        if (!item_int(times, i, -far, far, &z->utc[i]))
            return false;
    }
    z->transition_count = count;
    return true;
}

static bool load_kinds(struct zone *z, const int *offsets, const int *dst, value names)
{
    z->kinds = raw_alloc((z->kind_count + 1u) * sizeof *z->kinds);
    if (!z->kinds)
        return raise_no_memory() != NULL;
    memset(z->kinds, 0, (z->kind_count + 1u) * sizeof *z->kinds);
    for (size_t i = 0; i < z->kind_count; i++) {
        value name = tuple_get(names, i);
        if (!is_str(name))
            return raise_false(EXC(TypeError), "abbreviations must be strs, not %T", name);
        value exact = str_to_exact(name);
        bool done = exact && kind_make(&z->kinds[i], offsets[i], dst[i], exact);
        value_dec(exact);
        if (!done)
            return false;
    }
    return true;
}

static bool same_kind(const struct local_kind *a, const struct local_kind *b)
{
    return delta_compare(a->offset, b->offset) == 0 && delta_compare(a->dst, b->dst) == 0 &&
           str_equal(a->name, b->name);
}

/* What holds before the first transition and after the last. */
static bool load_ends(struct zone *z, const bool *is_dst, value rule)
{
    size_t first = 0;
    while (first < z->kind_count && is_dst[first])
        first++;
    z->before = first < z->kind_count ? &z->kinds[first] : z->transition_count ? &z->kinds[z->to_kind[0]] : NULL;
    int given = rule == VALUE_NONE ? 0 : value_truth(rule);
    if (given < 0 || (given && !rule_parse(rule, &z->after)))
        return false;
    if (!given) {
        if (!z->kind_count)
            return raise_false(EXC(ValueError), "No time zone information found.");
        const struct local_kind *last =
            &z->kinds[z->transition_count ? z->to_kind[z->transition_count - 1] : z->kind_count - 1];
        z->after.standard = *last;
        value_inc(last->offset);
        value_inc(last->dst);
        value_inc(last->name);
    }
    z->fixed_offset = z->kind_count <= 1 && !z->after.has_summer &&
                      (z->kind_count == 0 || same_kind(&z->kinds[0], &z->after.standard));
    return true;
}

/* From what zoneinfo._common.load_data gives: indices, times, offsets, flags, names, rule. */
static bool load(struct zone *z, value data)
{
    if (!is_tuple(data) || tuple_length(data) != 6)
        return raise_false(EXC(TypeError), "Invalid data result type: %R", data);
    value parts[5];
    for (size_t i = 0; i < 5; i++) {
        parts[i] = tuple_get(data, i);
        if (!is_tuple(parts[i]))
            return raise_false(EXC(TypeError), "Invalid data result type: %R", data);
    }
    size_t count = tuple_length(parts[2]);
    if (count != tuple_length(parts[3]) || count != tuple_length(parts[4]) || count > UINT8_MAX + 1)
        return raise_false(EXC(ValueError), "offsets and abbreviations differ in number");
    int offsets[UINT8_MAX + 1], dst[UINT8_MAX + 1] = {0};
    bool is_dst[UINT8_MAX + 1];
    for (size_t i = 0; i < count; i++) {
        int64_t number;
        if (!item_int(parts[2], i, INT32_MIN, INT32_MAX, &number))
            return false;
        offsets[i] = (int)number;
        if (!item_int(parts[3], i, INT64_MIN, INT64_MAX, &number))
            return false;
        is_dst[i] = number != 0;
    }
    z->kind_count = (uint32_t)count;
    if (!load_transitions(z, parts[1], parts[0]))
        return false;
    find_dst(z, offsets, is_dst, dst);
    find_local(z, offsets);
    return load_kinds(z, offsets, dst, parts[4]) && load_ends(z, is_dst, tuple_get(data, 5));
}

/* A new instance from a file; owned. */
static value zone_load(struct type *type, value file, value key)
{
    value module = import_module("zoneinfo._common");
    value function = module ? attr_get(module, NAME(load_data)) : NULL;
    value data = function ? call_1(function, file) : NULL;
    value_dec(function);
    value_dec(module);
    struct zone *z = data ? (struct zone *)object_new(type, sizeof *z) : NULL;
    if (z) {
        slot_init(&z->key, value_inc(key));
        if (!load(z, data)) {
            value_dec(value_of(z));
            z = NULL;
        }
    }
    value_dec(data);
    return value_of(z);
}

/* The file of a key, opened; owned. */
static value open_file(value key)
{
    value module = import_module("zoneinfo._tzpath"), function = module ? attr_get(module, NAME(find_tzfile)) : NULL;
    value path = function ? call_1(function, key) : NULL, file = NULL;
    value_dec(function);
    value_dec(module);
    if (path == VALUE_NONE) {
        module = import_module("zoneinfo._common");
        function = module ? attr_get(module, NAME(load_tzdata)) : NULL;
        file = function ? call_1(function, key) : NULL;
    } else if (path) {
        module = import_module("io");
        function = module ? attr_get(module, NAME(open)) : NULL;
        file = function ? call_2(function, path, NAME(rb)) : NULL;
    } else {
        return NULL;
    }
    value_dec(function);
    value_dec(module);
    value_dec(path);
    return file;
}

value zone_make(struct type *type, value key, bool cached)
{
    value file = open_file(key), zone = file ? zone_load(type, file, key) : NULL;
    if (!file)
        return NULL;
    value error = zone ? NULL : error_fetch();
    value closed = call_method_0(file, NAME(close));
    value_dec(file);
    if (!closed) {
        if (error) { /* the first is told, and this one is forgotten */
            error_clear();
        } else {
            value_dec(zone);
            return NULL;
        }
    }
    value_dec(closed);
    if (error)
        error_restore(error);
    else
        ZONE(zone)->source = cached ? FROM_CACHE : NOT_CACHED;
    return zone;
}

static value zone_no_cache(value cls, value key)
{
    return zone_make((struct type *)cls, key, false);
}

static value zone_from_file(value cls, const value *args)
{
    value repr = value_repr(args[0]), zone = repr ? zone_load((struct type *)cls, args[0], args[1]) : NULL;
    if (zone) {
        ZONE(zone)->source = FROM_FILE;
        slot_init(&ZONE(zone)->file_repr, repr);
    } else {
        value_dec(repr);
    }
    return zone;
}

/* ---- finding ---- */

/* How many of the times are not after t. */
static size_t count_until(const int64_t *times, size_t count, int64_t t)
{
    size_t low = 0, high = count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (times[middle] <= t)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static bool attribute_int(value v, value name, int64_t *out)
{
    value attribute = attr_get(v, name);
    bool done = attribute && value_as_i64(attribute, out);
    value_dec(attribute);
    return done;
}

/* The seconds from 1970-01-01 that a clock which shows `dt` counted. Subclasses of datetime may show what they like. */
static bool local_seconds(value dt, int64_t *seconds)
{
    if (likely(value_is_object(dt) && value_type(dt) == datetime_type)) {
        struct fields f = fields_unpack(DATE(dt)->packed);
        *seconds = (int64_t)(date_ordinal(f.year, f.month, f.day) - EPOCH_ORDINAL) * DAY_SECONDS + f.hour * 3600 +
                   f.minute * 60 + f.second;
        return true;
    }
    value ordinal = call_method_0(dt, NAME(toordinal));
    int64_t days, hour, minute, second;
    bool done = ordinal && value_as_i64(ordinal, &days);
    value_dec(ordinal);
    if (!done || !attribute_int(dt, NAME(hour), &hour) || !attribute_int(dt, NAME(minute), &minute) ||
        !attribute_int(dt, NAME(second), &second))
        return false;
    *seconds = (int64_t)(((uint64_t)days - EPOCH_ORDINAL) * DAY_SECONDS + (uint64_t)hour * 3600 +
                         (uint64_t)minute * 60 + (uint64_t)second);
    return true;
}

/* The kind of local time at `dt`, which may be None; NULL with an exception. */
static const struct local_kind *kind_at(const struct zone *z, value dt)
{
    static const struct local_kind unknown;
    if (dt == VALUE_NONE)
        return z->fixed_offset ? &z->after.standard : &unknown;
    int64_t local, fold = 0, year = 0;
    if (!local_seconds(dt, &local))
        return NULL;
    if (is_datetime(dt)) {
        fold = DATETIME(dt)->fold;
        year = fields_unpack(DATE(dt)->packed).year;
    } else if (!attribute_int(dt, NAME(fold), &fold) || !attribute_int(dt, NAME(year), &year)) {
        return NULL;
    }
    fold = fold == 1;
    const int64_t *times = z->local[fold];
    size_t count = z->transition_count;
    if (count && local < times[0])
        return z->before ? z->before : &unknown;
    if (!count || local > times[count - 1]) {
        if (year < YEAR_MIN || year > YEAR_MAX)
            year = YEAR_MIN;
        return rule_at(&z->after, local, (int)fold, (int)year);
    }
    return &z->kinds[z->to_kind[count_until(times, count, local) - 1]];
}

static value known(value v)
{
    return v ? value_inc(v) : VALUE_NONE;
}
value zone_utcoffset(value v, value dt)
{
    const struct local_kind *kind = kind_at(ZONE(v), dt);
    return kind ? known(kind->offset) : NULL;
}
static value zone_dst(value v, value dt)
{
    const struct local_kind *kind = kind_at(ZONE(v), dt);
    return kind ? known(kind->dst) : NULL;
}
static value zone_tzname(value v, value dt)
{
    const struct local_kind *kind = kind_at(ZONE(v), dt);
    return kind ? known(kind->name) : NULL;
}

/* The kind of local time at a moment of UTC, and the fold then. */
static const struct local_kind *kind_at_utc(const struct zone *z, int64_t utc, int year, int *fold)
{
    static const struct local_kind unknown;
    size_t count = z->transition_count;
    *fold = 0;
    if (count && utc < z->utc[0])
        return z->before ? z->before : &unknown;
    size_t index = count_until(z->utc, count, utc); /* of the next transition */
    bool beyond = !count || utc > z->utc[count - 1];
    const struct local_kind *kind = beyond ? rule_at_utc(&z->after, utc, year, fold) : &z->kinds[z->to_kind[index - 1]];
    if (!count)
        return kind;
    const struct local_kind *before = index > 1 ? &z->kinds[z->to_kind[index - 2]] : z->before;
    /* Did the last transition set the clock back by more than has gone by since? */
    if (before && before->seconds - kind->seconds > utc - z->utc[index - 1])
        *fold = 1;
    return kind;
}

static value zone_fromutc(value v, value dt)
{
    if (!is_datetime(dt))
        return raise(EXC(TypeError), "fromutc: argument must be a datetime");
    if (object_tzinfo(&DATETIME(dt)->tzinfo) != v)
        return raise(EXC(ValueError), "fromutc: dt.tzinfo is not self");
    int64_t utc;
    int fold, year = fields_unpack(DATE(dt)->packed).year;
    if (!local_seconds(dt, &utc))
        return NULL;
    const struct local_kind *kind =
        kind_at_utc(ZONE(v), utc, year < YEAR_MIN || year > YEAR_MAX ? YEAR_MIN : year, &fold);
    if (!kind->offset)
        return raise(EXC(ValueError), "no offset from UTC is known for that time");
    if (value_type(dt) == datetime_type) {
        struct fields f = fields_unpack(DATE(dt)->packed);
        return fields_add(&f, DELTA(kind->offset)->days, fields_micros(&f) + DELTA(kind->offset)->micros)
                   ? datetime_new_exact(&f, v, fold)
                   : NULL;
    }
    value sum = operate_binary(BINARY_ADD, dt, kind->offset);
    if (!fold || !sum)
        return sum;
    value names = tuple_pack(1, NAME(fold)), replace = names ? attr_get(sum, NAME(replace)) : NULL;
    value args[] = {small_int(1)}, result = replace ? call_vector(replace, args, 0, names) : NULL;
    value_dec(replace);
    value_dec(names);
    value_dec(sum);
    return result;
}

/* ---- text, pickling ---- */
static value zone_repr(value v)
{
    value key = slot_peek(&ZONE(v)->key);
    return key != VALUE_NONE ? str_format("%N(key=%R)", value_type(v), key)
                             : str_format("%N.from_file(%U)", value_type(v), slot_peek(&ZONE(v)->file_repr));
}
static value zone_str(value v)
{
    value key = slot_peek(&ZONE(v)->key);
    return key == VALUE_NONE ? value_repr(v) : is_str(key) ? value_inc(key) : value_str(key);
}

static value zone_reduce(value v)
{
    int source = ZONE(v)->source;
    if (source == FROM_FILE) {
        value module = import_module("pickle"), type = module ? attr_get(module, NAME(PicklingError)) : NULL;
        value text = type ? str_from_text("Cannot pickle a ZoneInfo file from a file stream.") : NULL;
        value error = text ? call_1(type, text) : NULL;
        if (error)
            raise_exception(error);
        value_dec(error);
        value_dec(text);
        value_dec(type);
        value_dec(module);
        return NULL;
    }
    value unpickle = attr_get(v, NAME(_unpickle));
    value args = unpickle ? tuple_pack(2, slot_peek(&ZONE(v)->key), small_int(source == FROM_CACHE)) : NULL;
    value items[] = {unpickle, args};
    return tuple_from_results(items, 2);
}

static value zone_unpickle(value cls, value key, value from_cache)
{
    int64_t flag;
    if (!value_as_i64(from_cache, &flag))
        return NULL;
    return flag ? zone_cached((struct type *)cls, key) : zone_no_cache(cls, key);
}

static value zone_construct(struct type *type, const value *args, size_t nargs, value kwnames)
{
    static struct signature signature = SIGNATURE("", "(key)");
    value bound[1];
    return signature_bind(&signature, args, nargs, kwnames, bound) ? zone_cached(type, bound[0]) : NULL;
}

static const struct method_def zone_methods[] = {
    METHOD_FLAGS("clear_cache", zone_clear_cache, "($type, *, only_keys=None)", "Clear the ZoneInfo cache.",
                 METHOD_CLASS),
    METHOD_FLAGS("no_cache", zone_no_cache, "($type, key)", "Get a new instance of ZoneInfo, bypassing the cache.",
                 METHOD_CLASS),
    METHOD_FLAGS("from_file", zone_from_file, "($type, file_obj, /, key=None)",
                 "Create a ZoneInfo file from a file object.", METHOD_CLASS),
    METHOD("utcoffset", zone_utcoffset, "($self, dt, /)",
           "Retrieve a timedelta representing the UTC offset in a zone at the given datetime."),
    METHOD("dst", zone_dst, "($self, dt, /)",
           "Retrieve a timedelta representing the amount of DST applied in a zone at the given datetime."),
    METHOD("tzname", zone_tzname, "($self, dt, /)",
           "Retrieve a string containing the abbreviation for the time zone that applies in a zone at a given "
           "datetime."),
    METHOD("fromutc", zone_fromutc, "($self, dt, /)",
           "Given a datetime with local time in UTC, retrieve an adjusted datetime in local time."),
    METHOD("__reduce__", zone_reduce, "($self, /)", "Function for serialization with the pickle protocol."),
    METHOD_FLAGS("_unpickle", zone_unpickle, "($type, key, from_cache, /)", "Private method used in unpickling.",
                 METHOD_CLASS | METHOD_TUPLE),
    METHOD_FLAGS("__init_subclass__", zone_init_subclass, "($type, **kwargs)", "Function to initialize subclasses.",
                 METHOD_CLASS),
    {0},
};
static const struct member_def zone_members[] = {
    {"key", MEMBER_VALUE_NONE, offsetof(struct zone, key), false, NULL},
    {0},
};
const struct type_spec zone_spec = {
    .name = "zoneinfo.ZoneInfo",
    .size = sizeof(struct zone),
    .flags = TYPE_FLAG_BASE | TYPE_FLAG_WEAKREF,
    .gc_flags = TYPE_GC_CONTAINER,
    .traverse = zone_traverse,
    .destroy = zone_destroy,
    .slots = {.new = zone_construct, .repr = zone_repr, .str = zone_str},
    .methods = zone_methods,
    .members = zone_members,
};
