/* tzinfo, the base of time zones, and timezone, a fixed distance from UTC. */
#include "runtime/modules/dates/zoneinfo.h"
#include "runtime/objects/model/shape.h"
#include "runtime/objects/text/str.h"

#include <string.h>

struct type *tzinfo_type, *timezone_type;
value timezone_utc;

struct timezone {
    struct object header;
    value_slot offset, name; /* a timedelta; a str or NULL */
};
#define ZONE(v) ((struct timezone *)(v))

static value zone_offset(value v) /* borrowed */
{
    return slot_peek(&ZONE(v)->offset);
}

/* ---- asking a tzinfo ---- */
bool tzinfo_check(value v)
{
    return v == VALUE_NONE || is_tzinfo(v) ||
           raise_false(EXC(TypeError), "tzinfo argument must be None or of a tzinfo subclass, not type '%T'", v);
}

static bool within_a_day(value delta)
{
    int days = DELTA(delta)->days;
    return days == 0 || (days == -1 && DELTA(delta)->micros > 0);
}

/* Steals the answer, which may be NULL. */
static value check_delta(value answer, value name)
{
    if (!answer || answer == VALUE_NONE || (is_timedelta(answer) && within_a_day(answer)))
        return answer;
    if (is_timedelta(answer))
        raise(EXC(ValueError),
              "offset must be a timedelta strictly between -timedelta(hours=24) and timedelta(hours=24).");
    else
        raise(EXC(TypeError), "tzinfo.%U() must return None or timedelta, not '%T'", name, answer);
    value_dec(answer);
    return NULL;
}

static value ask(value tzinfo, value name, value argument)
{
    return tzinfo == VALUE_NONE ? VALUE_NONE : check_delta(call_method_1(tzinfo, name, argument), name);
}

value tzinfo_utcoffset(value tzinfo, value argument)
{
    if (value_is_object(tzinfo) && value_type(tzinfo) == timezone_type)
        return value_inc(zone_offset(tzinfo));
    if (value_is_object(tzinfo) && value_type(tzinfo) == zone_type) /* within a day but for files that say otherwise */
        return check_delta(zone_utcoffset(tzinfo, argument), NAME(utcoffset));
    return ask(tzinfo, NAME(utcoffset), argument);
}

value tzinfo_dst(value tzinfo, value argument)
{
    return ask(tzinfo, NAME(dst), argument);
}

value tzinfo_tzname(value tzinfo, value argument)
{
    if (tzinfo == VALUE_NONE)
        return VALUE_NONE;
    value name = call_method_1(tzinfo, NAME(tzname), argument);
    if (!name || name == VALUE_NONE || is_str(name))
        return name;
    raise(EXC(TypeError), "tzinfo.tzname() must return None or a string, not '%T'", name);
    value_dec(name);
    return NULL;
}

/* ---- tzinfo ---- */
static value tzinfo_construct(struct type *type, const value *args, size_t nargs, value kwnames)
{
    if (type_has_flag(type, TYPE_FLAG_INSTANCE)) /* a class of a program's: there is nothing here to add to */
        return value_of(instance_new(type));
    return value_of(object_new(type, type->gc.instance_size));
}

static value not_implemented(const char *method)
{
    return raise(EXC(NotImplementedError), "a tzinfo subclass must implement %s()", method);
}
static value base_tzname(value v, value dt)
{
    return not_implemented("tzname");
}
static value base_utcoffset(value v, value dt)
{
    return not_implemented("utcoffset");
}
static value base_dst(value v, value dt)
{
    return not_implemented("dst");
}

/* Is `dt` a datetime of the zone `v`? */
static bool check_own(value v, value dt)
{
    if (!is_datetime(dt))
        return raise_false(EXC(TypeError), "fromutc: argument must be a datetime");
    return object_tzinfo(&DATETIME(dt)->tzinfo) == v || raise_false(EXC(ValueError), "fromutc: dt.tzinfo is not self");
}

/* dt, in UTC, as local time: the standard offset is added, and then what dst() says of that time. */
static value base_fromutc(value v, value dt)
{
    if (!check_own(v, dt))
        return NULL;
    value offset = tzinfo_utcoffset(v, dt), dst = NULL, delta = NULL, result = NULL;
    if (offset == VALUE_NONE)
        raise(EXC(ValueError), "fromutc: non-None utcoffset() result required");
    else if (offset)
        dst = tzinfo_dst(v, dt);
    if (dst == VALUE_NONE)
        raise(EXC(ValueError), "fromutc: non-None dst() result required");
    else if (dst)
        delta = delta_subtract(offset, dst);
    if (delta)
        result = datetime_add_delta(dt, delta, 1);
    value_dec(delta);
    value_dec(dst);
    value_dec(offset);
    if (!result)
        return NULL;
    dst = tzinfo_dst(v, result);
    if (dst == VALUE_NONE)
        raise(EXC(ValueError), "fromutc: tz.dst() gave inconsistent results; cannot convert");
    value sum = NULL;
    if (dst && dst != VALUE_NONE) {
        if (delta_is_zero(dst))
            sum = value_inc(result);
        else if (is_datetime(result))
            sum = datetime_add_delta(result, dst, 1);
        else
            sum = operate_binary(BINARY_ADD, result, dst); /* what a subclass made instead */
    }
    value_dec(dst);
    value_dec(result);
    return sum;
}

static value base_reduce(value v)
{
    value get = attr_get_optional(v, NAME(__getinitargs__));
    value args = !get ? NULL : get == VALUE_MISSING ? tuple_new(0) : call_0(get);
    if (get != VALUE_MISSING)
        value_dec(get);
    value state = args ? object_state(v) : NULL;
    value items[] = {value_inc(value_of(value_type(v))), args, state};
    return tuple_from_results(items, 3);
}

static const struct method_def tzinfo_methods[] = {
    METHOD("tzname", base_tzname, "($self, dt, /)", "datetime -> string name of time zone."),
    METHOD("utcoffset", base_utcoffset, "($self, dt, /)",
           "datetime -> timedelta showing offset from UTC, negative values indicating West of UTC"),
    METHOD("dst", base_dst, "($self, dt, /)", "datetime -> DST offset as timedelta positive east of UTC."),
    METHOD("fromutc", base_fromutc, "($self, dt, /)", "datetime in UTC -> datetime in local time."),
    METHOD("__reduce__", base_reduce, "($self, /)", "-> (cls, state)"),
    {0},
};
const struct type_spec tzinfo_spec = {
    .name = "datetime.tzinfo",
    .doc = "Abstract base class for time zone info objects.",
    .size = sizeof(struct object),
    .flags = TYPE_FLAG_BASE,
    .slots = {.new = tzinfo_construct},
    .methods = tzinfo_methods,
};

/* ---- timezone ---- */
value timezone_new(value offset, value name)
{
    if (timezone_utc && !name && delta_is_zero(offset))
        return value_inc(timezone_utc);
    if (!within_a_day(offset))
        return raise(
            EXC(ValueError),
            "offset must be a timedelta strictly between -timedelta(hours=24) and timedelta(hours=24), not %R.",
            offset);
    struct timezone *zone = (struct timezone *)object_new(timezone_type, sizeof *zone);
    if (!zone)
        return NULL;
    slot_init(&zone->offset, value_inc(offset));
    slot_init(&zone->name, value_inc(name));
    return value_of(zone);
}

static value timezone_construct(struct type *type, const value *args, size_t nargs, value kwnames)
{
    static struct signature signature = SIGNATURE("timezone", "(offset, name=<missing>)");
    value bound[2];
    if (!signature_bind(&signature, args, nargs, kwnames, bound))
        return NULL;
    if (!is_timedelta(bound[0]))
        return raise(EXC(TypeError), "timezone() argument 1 must be datetime.timedelta, not %K", bound[0]);
    if (bound[1] != VALUE_MISSING && !is_str(bound[1]))
        return raise(EXC(TypeError), "timezone() argument 2 must be str, not %K", bound[1]);
    return timezone_new(bound[0], bound[1] == VALUE_MISSING ? NULL : bound[1]);
}

static void timezone_traverse(struct object *o, struct gc_trace *trace)
{
    trace_slot(trace, &((struct timezone *)o)->offset);
    trace_slot(trace, &((struct timezone *)o)->name);
}
static void timezone_destroy(struct object *o)
{
    slot_drop(&((struct timezone *)o)->offset);
    slot_drop(&((struct timezone *)o)->name);
}

static value timezone_repr(value v)
{
    value name = slot_peek(&ZONE(v)->name);
    if (v == timezone_utc)
        return str_from_text("datetime.timezone.utc");
    return name ? str_format("%N(%R, %R)", value_type(v), zone_offset(v), name)
                : str_format("%N(%R)", value_type(v), zone_offset(v));
}

static value timezone_str(value v)
{
    value name = slot_peek(&ZONE(v)->name);
    if (name)
        return value_inc(name);
    char text[DATES_TEXT_MAX] = "UTC";
    if (delta_is_zero(zone_offset(v)))
        return str_from_ascii(text, 3);
    return str_from_ascii(text, (size_t)(text_offset(text + 3, zone_offset(v), ":") - text));
}

static bool timezone_hash(value v, int64_t *out)
{
    return value_hash(zone_offset(v), out);
}
static value timezone_richcompare(value a, value b, int op)
{
    if ((op != COMPARE_EQ && op != COMPARE_NE) || !value_is_of(b, timezone_type))
        return VALUE_NOT_IMPLEMENTED;
    return ordering(delta_compare(zone_offset(a), zone_offset(b)), op);
}

static bool check_instance(value dt, const char *method)
{
    return dt == VALUE_NONE || is_datetime(dt) ||
           raise_false(EXC(TypeError), "%s(dt) argument must be a datetime instance or None, not %T", method, dt);
}
static value timezone_tzname(value v, value dt)
{
    return check_instance(dt, "tzname") ? timezone_str(v) : NULL;
}
static value timezone_utcoffset(value v, value dt)
{
    return check_instance(dt, "utcoffset") ? value_inc(zone_offset(v)) : NULL;
}
static value timezone_dst(value v, value dt)
{
    return check_instance(dt, "dst") ? VALUE_NONE : NULL;
}
static value timezone_fromutc(value v, value dt)
{
    return check_own(v, dt) ? datetime_add_delta(dt, zone_offset(v), 1) : NULL;
}
static value timezone_getinitargs(value v)
{
    value name = slot_peek(&ZONE(v)->name);
    return name ? tuple_pack(2, zone_offset(v), name) : tuple_pack(1, zone_offset(v));
}

static const struct method_def timezone_methods[] = {
    METHOD("tzname", timezone_tzname, "($self, dt, /)",
           "If name is specified when timezone is created, returns the name.  Otherwise returns offset as "
           "'UTC(+|-)HH:MM'."),
    METHOD("utcoffset", timezone_utcoffset, "($self, dt, /)", "Return fixed offset."),
    METHOD("dst", timezone_dst, "($self, dt, /)", "Return None."),
    METHOD("fromutc", timezone_fromutc, "($self, dt, /)", "datetime in UTC -> datetime in local time."),
    METHOD("__getinitargs__", timezone_getinitargs, "($self, /)", "pickle support"),
    {0},
};
const struct type_spec timezone_spec = {
    .name = "datetime.timezone",
    .doc = "Fixed offset from UTC implementation of tzinfo.",
    .size = sizeof(struct timezone),
    .gc_flags = TYPE_GC_CONTAINER,
    .traverse = timezone_traverse,
    .destroy = timezone_destroy,
    .slots = {.new = timezone_construct,
              .repr = timezone_repr,
              .str = timezone_str,
              .hash = timezone_hash,
              .compare = timezone_richcompare},
    .methods = timezone_methods,
};
