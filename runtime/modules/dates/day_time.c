/* time: the time of a day, in a zone or in none. */
#include "runtime/modules/dates/dates.h"
#include "runtime/objects/text/str.h"

#include <stdio.h>

struct type *day_time_type;

/* ---- making ---- */
bool fields_check_time(const struct fields *f, int fold)
{
    const char *wrong = f->hour < 0 || f->hour > 23                     ? "hour must be in 0..23"
                        : f->minute < 0 || f->minute > 59               ? "minute must be in 0..59"
                        : f->second < 0 || f->second > 59               ? "second must be in 0..59"
                        : f->microsecond < 0 || f->microsecond > 999999 ? "microsecond must be in 0..999999"
                        : fold != 0 && fold != 1                        ? "fold must be either 0 or 1"
                                                                        : NULL;
    return !wrong || raise_false(EXC(ValueError), "%s", wrong);
}

static value time_from_packed(struct type *type, uint64_t packed, value tzinfo, int fold)
{
    struct day_time *t = (struct day_time *)dates_alloc(type, day_time_type, KIND_CONTAINER, sizeof *t);
    if (!t)
        return NULL;
    t->packed = packed & TIME_MASK;
    t->fold = (uint8_t)fold;
    slot_init(&t->tzinfo, value_inc(tzinfo));
    return value_of(t);
}

static value time_make(struct type *type, const struct fields *f, value tzinfo, int fold)
{
    return time_from_packed(type, fields_pack(f), tzinfo, fold);
}

value day_time_new_exact(const struct fields *f, value tzinfo, int fold)
{
    return time_make(day_time_type, f, tzinfo, fold);
}

value day_time_new_of(struct type *type, const struct fields *f, value tzinfo, int fold)
{
    if (likely(type == day_time_type))
        return fields_check_time(f, fold) ? day_time_new_exact(f, tzinfo, fold) : NULL;
    value args[] = {small_int(f->hour), small_int(f->minute), small_int(f->second), small_int(f->microsecond), tzinfo};
    return call_vector(value_of(type), args, 5, NULL);
}

/* hour, minute, second, microsecond, tzinfo and fold, of which some may be missing. */
static value time_from(struct type *type, const value *args, struct fields *f, value tzinfo, int fold)
{
    if ((args[0] != VALUE_MISSING && !field_argument(args[0], &f->hour)) ||
        (args[1] != VALUE_MISSING && !field_argument(args[1], &f->minute)) ||
        (args[2] != VALUE_MISSING && !field_argument(args[2], &f->second)) ||
        (args[3] != VALUE_MISSING && !field_argument(args[3], &f->microsecond)) ||
        (args[5] != VALUE_MISSING && !field_argument(args[5], &fold)))
        return NULL;
    if (args[4] != VALUE_MISSING)
        tzinfo = args[4];
    if (!fields_check_time(f, fold) || !tzinfo_check(tzinfo))
        return NULL;
    return time_make(type, f, tzinfo, fold);
}

static value time_from_state(struct type *type, const uint8_t *state, value tzinfo)
{
    struct fields f = {.hour = state[0] & 0x7F,
                       .minute = state[1],
                       .second = state[2],
                       .microsecond = state[3] << 16 | state[4] << 8 | state[5]};
    if (tzinfo != VALUE_NONE && !is_tzinfo(tzinfo))
        return raise(EXC(TypeError), "bad tzinfo state arg");
    return time_from_packed(type, fields_pack_any(&f), tzinfo, state[0] >> 7);
}

static value time_construct(struct type *type, const value *args, size_t nargs, value kwnames)
{
    static struct signature signature =
        SIGNATURE("", "(hour=<0>, minute=<0>, second=<0>, microsecond=<0>, tzinfo=None, *, fold=0)");
    value bound[6];
    if (nargs == 1 || nargs == 2) {
        uint8_t room[6];
        bool wrong;
        const uint8_t *state = dates_state(args[0], 6, room, &wrong);
        if (state && (state[0] & 0x7F) < 24)
            return wrong ? dates_raise_state("time") : time_from_state(type, state, nargs == 2 ? args[1] : VALUE_NONE);
    }
    if (!signature_bind(&signature, args, nargs, kwnames, bound))
        return NULL;
    struct fields f = {0};
    return time_from(type, bound, &f, VALUE_NONE, 0);
}

static value time_replace(value v, const value *args)
{
    struct fields f = fields_unpack(DAY_TIME(v)->packed);
    return time_from(value_type(v), args, &f, object_tzinfo(&DAY_TIME(v)->tzinfo), DAY_TIME(v)->fold);
}

static value time_fromisoformat(value cls, value given)
{
    struct text text;
    struct fields f = {0};
    bool has_offset = false;
    int64_t offset = 0;
    if (!is_str(given))
        return raise(EXC(TypeError), "fromisoformat: argument must be str");
    if (!text_of(given, &text)) {
        if (!error_matches(EXC(UnicodeEncodeError)))
            return NULL;
        error_clear();
        return raise_iso(given);
    }
    size_t from = text.bytes[0] == 'T';
    bool done = parse_iso_time(text.bytes + from, text.length - from, &f, &has_offset, &offset);
    text_release(&text);
    if (!done)
        return raise_iso(given);
    value tzinfo = iso_tzinfo(has_offset, offset);
    value v = !tzinfo                          ? NULL
              : cls == value_of(day_time_type) ? fields_check_time(&f, 0) ? day_time_new_exact(&f, tzinfo, 0) : NULL
                                               : day_time_new_of((struct type *)cls, &f, tzinfo, 0);
    value_dec(tzinfo);
    return v;
}

/* ---- the zone ---- */
static value time_zone(value v)
{
    return object_tzinfo(&DAY_TIME(v)->tzinfo);
}
static value time_utcoffset(value v)
{
    return tzinfo_utcoffset(time_zone(v), VALUE_NONE);
}
static value time_dst(value v)
{
    return tzinfo_dst(time_zone(v), VALUE_NONE);
}
static value time_tzname(value v)
{
    return tzinfo_tzname(time_zone(v), VALUE_NONE);
}

/* ---- comparison ---- */
static int64_t time_seconds(value v) /* of the day */
{
    struct fields f = fields_unpack(DAY_TIME(v)->packed);
    return fields_micros(&f) / SECOND_MICROS;
}

/* Offsets count in whole seconds. */
static int64_t offset_seconds(value offset)
{
    return (int64_t)DELTA(offset)->days * DAY_SECONDS + DELTA(offset)->micros / SECOND_MICROS;
}

static value compare_packed(uint64_t x, uint64_t y, int op)
{
    return ordering(x < y ? -1 : x > y, op);
}

static value time_richcompare(value a, value b, int op)
{
    if (!is_day_time(b))
        return VALUE_NOT_IMPLEMENTED;
    uint64_t x = DAY_TIME(a)->packed, y = DAY_TIME(b)->packed;
    if (time_zone(a) == time_zone(b))
        return compare_packed(x, y, op);
    value offset = time_utcoffset(a), other = offset ? time_utcoffset(b) : NULL, result = NULL;
    if (!other) {
    } else if (offset == other || (offset != VALUE_NONE && other != VALUE_NONE && delta_compare(offset, other) == 0)) {
        result = compare_packed(x, y, op);
    } else if (offset != VALUE_NONE && other != VALUE_NONE) {
        int64_t difference = time_seconds(a) - offset_seconds(offset) - (time_seconds(b) - offset_seconds(other));
        if (difference == 0)
            difference = (int64_t)(x & 0xFFFFF) - (int64_t)(y & 0xFFFFF);
        result = ordering(difference < 0 ? -1 : difference > 0, op);
    } else if (op == COMPARE_EQ || op == COMPARE_NE) {
        result = value_bool(op == COMPARE_NE);
    } else {
        raise(EXC(TypeError), "can't compare offset-naive and offset-aware times");
    }
    value_dec(offset);
    value_dec(other);
    return result;
}

static void time_bytes(value v, bool with_fold, uint8_t state[6])
{
    struct fields f = fields_unpack(DAY_TIME(v)->packed);
    state[0] = (uint8_t)(f.hour | (with_fold && DAY_TIME(v)->fold ? 0x80 : 0));
    state[1] = (uint8_t)f.minute;
    state[2] = (uint8_t)f.second;
    state[3] = (uint8_t)(f.microsecond >> 16);
    state[4] = (uint8_t)(f.microsecond >> 8);
    state[5] = (uint8_t)f.microsecond;
}

/* What differs only in its fold is equal, and so is what is the same time in UTC. */
static bool time_hash(value v, int64_t *out)
{
    *out = atomic_load_explicit(&DAY_TIME(v)->hash, memory_order_relaxed);
    if (*out)
        return true;
    struct fields f = fields_unpack(DAY_TIME(v)->packed);
    value first = DAY_TIME(v)->fold ? day_time_new_exact(&f, time_zone(v), 0) : value_inc(v);
    value offset = first ? time_utcoffset(first) : NULL;
    value_dec(first);
    if (!offset)
        return false;
    bool done = true;
    if (offset == VALUE_NONE) {
        uint8_t state[6];
        time_bytes(v, false, state);
        *out = hash_bytes(state, sizeof state);
    } else {
        value delta = timedelta_new(-(int64_t)DELTA(offset)->days, fields_micros(&f) - DELTA(offset)->micros);
        done = delta && value_hash(delta, out);
        value_dec(delta);
    }
    value_dec(offset);
    if (done)
        atomic_store_explicit(&DAY_TIME(v)->hash, *out, memory_order_relaxed);
    return done;
}

/* ---- text ---- */
static value time_repr(value v)
{
    struct fields f = fields_unpack(DAY_TIME(v)->packed);
    struct type *type = value_type(v);
    value text = f.microsecond ? str_format("%N(%d, %d, %d, %d)", type, f.hour, f.minute, f.second, f.microsecond)
                 : f.second    ? str_format("%N(%d, %d, %d)", type, f.hour, f.minute, f.second)
                               : str_format("%N(%d, %d)", type, f.hour, f.minute);
    return add_keywords(text, time_zone(v), DAY_TIME(v)->fold, false);
}

static value time_str(value v)
{
    return call_method_0(v, NAME(isoformat));
}

static value time_isoformat(value v, value timespec)
{
    struct fields f = fields_unpack(DAY_TIME(v)->packed);
    enum time_detail spec;
    if (!timespec_argument(timespec, 1, &f, &spec))
        return NULL;
    value offset = time_utcoffset(v);
    if (!offset)
        return NULL;
    char text[DATES_TEXT_MAX], *end = text_time(text, &f, spec);
    if (offset != VALUE_NONE)
        end = text_offset(end, offset, ":");
    value_dec(offset);
    return str_from_ascii(text, (size_t)(end - text));
}

static value time_strftime(value v, value format)
{
    if (!is_str(format))
        return raise(EXC(TypeError), "strftime() argument 1 must be str, not %K", format);
    struct fields f = fields_unpack(DAY_TIME(v)->packed);
    value items[] = {small_int(1900),     small_int(1), small_int(1), small_int(f.hour), small_int(f.minute),
                     small_int(f.second), small_int(0), small_int(1), small_int(-1)};
    value tuple = tuple_from_owned(items, 9);
    value text = tuple ? dates_strftime(v, format, tuple, time_zone(v), VALUE_NONE, f.microsecond) : NULL;
    value_dec(tuple);
    return text;
}

/* ---- pickling ---- */
static value reduce(value v, bool with_fold)
{
    uint8_t state[6];
    time_bytes(v, with_fold, state);
    value bytes = bytes_new(state, sizeof state), zone = time_zone(v);
    value args = !bytes ? NULL : zone == VALUE_NONE ? tuple_pack(1, bytes) : tuple_pack(2, bytes, zone);
    value_dec(bytes);
    value parts[] = {value_inc(value_of(value_type(v))), args};
    return tuple_from_results(parts, 2);
}
static value time_reduce_ex(value v, value given)
{
    int protocol;
    return field_argument(given, &protocol) ? reduce(v, protocol > 3) : NULL;
}
static value time_reduce(value v)
{
    return reduce(v, false);
}

static value time_hour(value v)
{
    return small_int(fields_unpack(DAY_TIME(v)->packed).hour);
}
static value time_minute(value v)
{
    return small_int(fields_unpack(DAY_TIME(v)->packed).minute);
}
static value time_second(value v)
{
    return small_int(fields_unpack(DAY_TIME(v)->packed).second);
}
static value time_microsecond(value v)
{
    return small_int(fields_unpack(DAY_TIME(v)->packed).microsecond);
}
static value time_tzinfo(value v)
{
    return value_inc(time_zone(v));
}
static value time_fold(value v)
{
    return small_int(DAY_TIME(v)->fold);
}

static void time_traverse(struct object *o, struct gc_trace *trace)
{
    trace_slot(trace, &((struct day_time *)o)->tzinfo);
}
static void time_destroy(struct object *o)
{
    slot_drop(&((struct day_time *)o)->tzinfo);
}

static const struct method_def time_methods[] = {
    METHOD("isoformat", time_isoformat, "($self, timespec=<'auto'>)",
           "Return string in ISO 8601 format, [HH[:MM[:SS[.mmm[uuu]]]]][+HH:MM].\n\nThe optional argument timespec "
           "specifies the number of additional terms\nof the time to include. Valid options are 'auto', 'hours', "
           "'minutes',\n'seconds', 'milliseconds' and 'microseconds'.\n"),
    METHOD("strftime", time_strftime, "($self, format)", "format -> strftime() style string."),
    METHOD_FLAGS("__format__", dates_format, "($self, format, /)", "Formats self with strftime.", METHOD_TUPLE),
    METHOD("utcoffset", time_utcoffset, "($self, /)", "Return self.tzinfo.utcoffset(self)."),
    METHOD("tzname", time_tzname, "($self, /)", "Return self.tzinfo.tzname(self)."),
    METHOD("dst", time_dst, "($self, /)", "Return self.tzinfo.dst(self)."),
    METHOD("replace", time_replace,
           "($self, hour=<same>, minute=<same>, second=<same>, microsecond=<same>, tzinfo=<same>, *, fold=<same>)",
           "Return time with new specified fields."),
    METHOD_FLAGS("fromisoformat", time_fromisoformat, "($type, string, /)",
                 "string -> time from a string in ISO 8601 format", METHOD_CLASS),
    METHOD_FLAGS("__reduce_ex__", time_reduce_ex, "($self, protocol, /)", "__reduce_ex__(proto) -> (cls, state)",
                 METHOD_TUPLE),
    METHOD("__reduce__", time_reduce, "($self, /)", "__reduce__() -> (cls, state)"),
    {0},
};
static const struct getset_def time_getset[] = {
    {"hour", time_hour, NULL, NULL},
    {"minute", time_minute, NULL, NULL},
    {"second", time_second, NULL, NULL},
    {"microsecond", time_microsecond, NULL, NULL},
    {"tzinfo", time_tzinfo, NULL, NULL},
    {"fold", time_fold, NULL, NULL},
    {0},
};
const struct type_spec day_time_spec = {
    .name = "datetime.time",
    .doc = "time([hour[, minute[, second[, microsecond[, tzinfo]]]]]) --> a time object\n\nAll arguments are optional. "
           "tzinfo may be None, or an instance of\na tzinfo subclass. The remaining arguments may be ints.\n",
    .size = sizeof(struct day_time),
    .flags = TYPE_FLAG_BASE,
    .gc_flags = TYPE_GC_CONTAINER,
    .traverse = time_traverse,
    .destroy = time_destroy,
    .slots =
        {.new = time_construct, .repr = time_repr, .str = time_str, .hash = time_hash, .compare = time_richcompare},
    .methods = time_methods,
    .getset = time_getset,
};
