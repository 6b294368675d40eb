/* datetime: a date and a time, in a zone or in none. What asks the clock is in dates_clock.c. */
#include "runtime/import.h"
#include "runtime/modules/dates/dates.h"
#include "runtime/objects/text/str.h"

#include <stdio.h>

struct type *datetime_type;

static struct fields fields_of(value v)
{
    return fields_unpack(DATE(v)->packed);
}
static value zone_of(value v)
{
    return object_tzinfo(&DATETIME(v)->tzinfo);
}

/* ---- making ---- */
static value datetime_from_packed(struct type *type, uint64_t packed, value tzinfo, int fold)
{
    struct datetime *d = (struct datetime *)dates_alloc(type, datetime_type, KIND_CONTAINER, sizeof *d);
    if (!d)
        return NULL;
    d->date.packed = packed;
    d->fold = (uint8_t)fold;
    slot_init(&d->tzinfo, value_inc(tzinfo));
    return value_of(d);
}

static value datetime_make(struct type *type, const struct fields *f, value tzinfo, int fold)
{
    return datetime_from_packed(type, fields_pack(f), tzinfo, fold);
}

value datetime_new_exact(const struct fields *f, value tzinfo, int fold)
{
    return datetime_make(datetime_type, f, tzinfo, fold);
}

/* As in CPython, the constructor of a subclass is not told of the fold. */
value datetime_new_of(struct type *type, const struct fields *f, value tzinfo, int fold)
{
    if (likely(type == datetime_type))
        return fields_check_date(f) && fields_check_time(f, fold) ? datetime_make(type, f, tzinfo, fold) : NULL;
    value args[] = {small_int(f->year),   small_int(f->month),  small_int(f->day),         small_int(f->hour),
                    small_int(f->minute), small_int(f->second), small_int(f->microsecond), tzinfo};
    return call_vector(value_of(type), args, 8, NULL);
}

/* year to microsecond, tzinfo and fold, of which some may be missing. */
static value datetime_from(struct type *type, const value *args, struct fields *f, value tzinfo, int fold)
{
    int *const fields[] = {&f->year, &f->month, &f->day, &f->hour, &f->minute, &f->second, &f->microsecond};
    for (size_t i = 0; i < 7; i++)
        if (args[i] != VALUE_MISSING && !field_argument(args[i], fields[i]))
            return NULL;
    if (args[8] != VALUE_MISSING && !field_argument(args[8], &fold))
        return NULL;
    if (args[7] != VALUE_MISSING)
        tzinfo = args[7];
    if (!fields_check_date(f) || !fields_check_time(f, fold) || !tzinfo_check(tzinfo))
        return NULL;
    return datetime_make(type, f, tzinfo, fold);
}

static value datetime_from_state(struct type *type, const uint8_t *state, value tzinfo)
{
    struct fields f = {state[0] << 8 | state[1],
                       state[2] & 0x7F,
                       state[3],
                       state[4],
                       state[5],
                       state[6],
                       state[7] << 16 | state[8] << 8 | state[9]};
    if (tzinfo != VALUE_NONE && !is_tzinfo(tzinfo))
        return raise(EXC(TypeError), "bad tzinfo state arg");
    return datetime_from_packed(type, fields_pack_any(&f), tzinfo, state[2] >> 7);
}

static value datetime_construct(struct type *type, const value *args, size_t nargs, value kwnames)
{
    static struct signature signature =
        SIGNATURE("", "(year, month, day, hour=<0>, minute=<0>, second=<0>, microsecond=<0>, tzinfo=None, *, fold=0)");
    value bound[9];
    if (nargs == 1 || nargs == 2) {
        uint8_t room[10];
        bool wrong;
        const uint8_t *state = dates_state(args[0], 10, room, &wrong);
        if (state && (state[2] & 0x7Fu) - 1 < 12)
            return wrong ? dates_raise_state("datetime")
                         : datetime_from_state(type, state, nargs == 2 ? args[1] : VALUE_NONE);
    }
    struct fields f = {0};
    if (!signature_bind(&signature, args, nargs, kwnames, bound))
        return NULL;
    return datetime_from(type, bound, &f, VALUE_NONE, 0);
}

static value datetime_replace(value v, const value *args)
{
    struct fields f = fields_of(v);
    return datetime_from(value_type(v), args, &f, zone_of(v), DATETIME(v)->fold);
}

static value datetime_combine(value cls, value date, value time, value tzinfo)
{
    if (!is_date(date))
        return raise(EXC(TypeError), "combine() argument 1 must be datetime.date, not %K", date);
    if (!is_day_time(time))
        return raise(EXC(TypeError), "combine() argument 2 must be datetime.time, not %K", time);
    if (tzinfo == VALUE_MISSING)
        tzinfo = object_tzinfo(&DAY_TIME(time)->tzinfo);
    if (!tzinfo_check(tzinfo))
        return NULL;
    struct fields f = fields_unpack((DATE(date)->packed & ~TIME_MASK) | DAY_TIME(time)->packed);
    return datetime_new_of((struct type *)cls, &f, tzinfo, DAY_TIME(time)->fold);
}

static value datetime_strptime(value cls, value text, value format)
{
    if (!is_str(text) || !is_str(format))
        return raise(EXC(TypeError), "strptime() argument %d must be str, not %K", is_str(text) ? 2 : 1,
                     is_str(text) ? format : text);
    value module = import_module("_strptime"), function = module ? attr_get(module, NAME(_strptime_datetime)) : NULL;
    value result = function ? call_3(function, cls, text, format) : NULL;
    value_dec(function);
    value_dec(module);
    return result;
}

static bool parse(const char *text, size_t length, struct fields *f, bool *has_offset, int64_t *offset)
{
    size_t at;
    if (!iso_separator(text, length, &at) || !parse_iso_date(text, at, f))
        return false;
    if (length == at)
        return true;
    const char *p = text + at, *end = text + length;
    unsigned char first = (unsigned char)*p; /* of the separator, which is any character */
    p += first < 0x80 ? 1 : first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
    return p <= end && parse_iso_time(p, (size_t)(end - p), f, has_offset, offset);
}

/* A surrogate in one of the places where a separator can be does for one; owned. */
static value without_surrogate(value text)
{
    static const size_t places[] = {7, 8, 10};
    size_t length = str_length(text);
    for (size_t i = 0; i < 3 && places[i] < length; i++) {
        if (str_at(text, places[i]) >> 11 != 0xD800 >> 11)
            continue;
        value left = str_substring(text, 0, places[i]), right = str_substring(text, places[i] + 1, length);
        value whole = left && right ? str_format("%UT%U", left, right) : NULL;
        value_dec(left);
        value_dec(right);
        return whole;
    }
    return value_inc(text);
}

static value datetime_fromisoformat(value cls, value given)
{
    struct fields f = {0};
    struct text text;
    bool has_offset = false;
    int64_t offset = 0;
    if (!is_str(given))
        return raise(EXC(TypeError), "fromisoformat: argument must be str");
    if (str_length(given) < 7)
        return raise_iso(given);
    value clean = likely(str_is_ascii(given)) ? value_inc(given) : without_surrogate(given);
    if (!clean)
        return NULL;
    if (!text_of(clean, &text)) {
        value_dec(clean);
        if (!error_matches(EXC(UnicodeEncodeError)))
            return NULL;
        error_clear();
        return raise_iso(given);
    }
    bool done = parse(text.bytes, text.length, &f, &has_offset, &offset);
    text_release(&text);
    value_dec(clean);
    if (!done)
        return raise_iso(given);
    value tzinfo = iso_tzinfo(has_offset, offset);
    value v = tzinfo ? datetime_new_of((struct type *)cls, &f, tzinfo, 0) : NULL;
    value_dec(tzinfo);
    return v;
}

/* ---- the zone ---- */
static value datetime_utcoffset(value v)
{
    return tzinfo_utcoffset(zone_of(v), v);
}
static value datetime_dst(value v)
{
    return tzinfo_dst(zone_of(v), v);
}
static value datetime_tzname(value v)
{
    return tzinfo_tzname(zone_of(v), v);
}

/* ---- arithmetic ---- */
static int64_t ordinal_of(const struct fields *f)
{
    return date_ordinal(f->year, f->month, f->day);
}

value datetime_add_delta(value v, value delta, int sign)
{
    struct fields f = fields_of(v);
    if (!fields_add(&f, (int64_t)DELTA(delta)->days * sign, fields_micros(&f) + DELTA(delta)->micros * sign))
        return NULL;
    struct type *type = value_type(v);
    return type == datetime_type ? datetime_make(type, &f, zone_of(v), 0) : datetime_new_of(type, &f, zone_of(v), 0);
}

/* Both offsets, owned; false: an exception. They are None and None if the zone is the same. */
static bool two_offsets(value a, value b, value *offset, value *other)
{
    *offset = *other = VALUE_NONE;
    if (likely(zone_of(a) == zone_of(b)))
        return true;
    *offset = datetime_utcoffset(a);
    *other = *offset ? datetime_utcoffset(b) : NULL;
    if (*other)
        return true;
    value_dec(*offset);
    return false;
}

static value difference(value a, value b, value offset, value other)
{
    struct fields x = fields_of(a), y = fields_of(b);
    int64_t days = ordinal_of(&x) - ordinal_of(&y), micros = fields_micros(&x) - fields_micros(&y);
    if (offset != VALUE_NONE && offset != other) {
        days -= DELTA(offset)->days - DELTA(other)->days;
        micros -= DELTA(offset)->micros - DELTA(other)->micros;
    }
    return timedelta_new(days, micros);
}

value datetime_subtract(value a, value b)
{
    value offset, other;
    if (!two_offsets(a, b, &offset, &other))
        return NULL;
    value result = (offset == VALUE_NONE) == (other == VALUE_NONE)
                       ? difference(a, b, offset, other)
                       : raise(EXC(TypeError), "can't subtract offset-naive and offset-aware datetimes");
    value_dec(offset);
    value_dec(other);
    return result;
}

static value datetime_add(value a, value b)
{
    if (is_datetime(a))
        return is_timedelta(b) ? datetime_add_delta(a, b, 1) : VALUE_NOT_IMPLEMENTED;
    return is_timedelta(a) && is_datetime(b) ? datetime_add_delta(b, a, 1) : VALUE_NOT_IMPLEMENTED;
}

static value datetime_minus(value a, value b)
{
    if (!is_datetime(a))
        return VALUE_NOT_IMPLEMENTED;
    if (is_datetime(b))
        return datetime_subtract(a, b);
    return is_timedelta(b) ? datetime_add_delta(a, b, -1) : VALUE_NOT_IMPLEMENTED;
}

/* ---- comparison ---- */

/* Does the offset depend on the fold? Then the time is in a gap or a fold, and equals none of another zone (PEP 495).
   1, 0, -1: an exception. */
static int depends_on_fold(value v, value offset)
{
    struct fields f = fields_of(v);
    value flipped = datetime_new_exact(&f, zone_of(v), !DATETIME(v)->fold);
    value other = flipped ? datetime_utcoffset(flipped) : NULL;
    value_dec(flipped);
    if (!other)
        return -1;
    bool same = offset == other || (offset != VALUE_NONE && other != VALUE_NONE && delta_compare(offset, other) == 0);
    value_dec(other);
    return !same;
}

/* Of unequal zones, offsets owned by the caller. */
static value compare_zones(value a, value b, int op, value offset, value other)
{
    int order;
    bool equality = op == COMPARE_EQ || op == COMPARE_NE;
    if (offset == other || (offset != VALUE_NONE && other != VALUE_NONE && delta_compare(offset, other) == 0)) {
        uint64_t x = DATE(a)->packed, y = DATE(b)->packed;
        order = x < y ? -1 : x > y;
    } else if (offset != VALUE_NONE && other != VALUE_NONE) {
        value delta = difference(a, b, offset, other);
        if (!delta)
            return NULL;
        order = DELTA(delta)->days < 0 ? -1 : !delta_is_zero(delta);
        value_dec(delta);
    } else if (equality) {
        return value_bool(op == COMPARE_NE);
    } else {
        return raise(EXC(TypeError), "can't compare offset-naive and offset-aware datetimes");
    }
    if (equality && order == 0) {
        int depends = depends_on_fold(a, offset);
        if (depends == 0)
            depends = depends_on_fold(b, other);
        if (depends < 0)
            return NULL;
        order = depends;
    }
    return ordering(order, op);
}

static value datetime_richcompare(value a, value b, int op)
{
    if (!is_datetime(b)) {
        if (!is_date(b))
            return VALUE_NOT_IMPLEMENTED;
        if (op == COMPARE_EQ || op == COMPARE_NE)
            return value_bool(op == COMPARE_NE);
        return raise(EXC(TypeError), "can't compare %T to %T", a, b);
    }
    if (likely(zone_of(a) == zone_of(b))) {
        uint64_t x = DATE(a)->packed, y = DATE(b)->packed;
        return ordering(x < y ? -1 : x > y, op);
    }
    value offset, other;
    if (!two_offsets(a, b, &offset, &other))
        return NULL;
    value result = compare_zones(a, b, op, offset, other);
    value_dec(offset);
    value_dec(other);
    return result;
}

static void datetime_bytes(value v, bool with_fold, uint8_t state[10])
{
    struct fields f = fields_of(v);
    state[0] = (uint8_t)(f.year >> 8);
    state[1] = (uint8_t)f.year;
    state[2] = (uint8_t)(f.month | (with_fold && DATETIME(v)->fold ? 0x80 : 0));
    state[3] = (uint8_t)f.day;
    state[4] = (uint8_t)f.hour;
    state[5] = (uint8_t)f.minute;
    state[6] = (uint8_t)f.second;
    state[7] = (uint8_t)(f.microsecond >> 16);
    state[8] = (uint8_t)(f.microsecond >> 8);
    state[9] = (uint8_t)f.microsecond;
}

/* As of times. */
static bool datetime_hash(value v, int64_t *out)
{
    *out = atomic_load_explicit(&DATE(v)->hash, memory_order_relaxed);
    if (*out)
        return true;
    struct fields f = fields_of(v);
    value first = DATETIME(v)->fold ? datetime_new_exact(&f, zone_of(v), 0) : value_inc(v);
    value offset = first ? datetime_utcoffset(first) : NULL;
    value_dec(first);
    if (!offset)
        return false;
    bool done = true;
    if (offset == VALUE_NONE) {
        uint8_t state[10];
        datetime_bytes(v, false, state);
        *out = hash_bytes(state, sizeof state);
    } else {
        value delta = timedelta_new(ordinal_of(&f) - DELTA(offset)->days, fields_micros(&f) - DELTA(offset)->micros);
        done = delta && value_hash(delta, out);
        value_dec(delta);
    }
    value_dec(offset);
    if (done)
        atomic_store_explicit(&DATE(v)->hash, *out, memory_order_relaxed);
    return done;
}

/* ---- text ---- */
static value datetime_repr(value v)
{
    struct fields f = fields_of(v);
    char text[DATES_TEXT_MAX];
    int n = snprintf(text, sizeof text, "%d, %d, %d, %d, %d", f.year, f.month, f.day, f.hour, f.minute);
    if (f.second || f.microsecond)
        n += snprintf(text + n, sizeof text - (size_t)n, ", %d", f.second);
    if (f.microsecond)
        snprintf(text + n, sizeof text - (size_t)n, ", %d", f.microsecond);
    return add_keywords(str_format("%N(%s)", value_type(v), text), zone_of(v), DATETIME(v)->fold, true);
}

static value datetime_str(value v)
{
    return call_method_1(v, NAME(isoformat), NAME_TEXT(" "));
}

static value datetime_isoformat(value v, value sep, value timespec)
{
    struct fields f = fields_of(v);
    enum time_detail spec;
    uint32_t separator = 'T';
    if (sep != VALUE_MISSING) {
        if (!is_str(sep) || str_length(sep) != 1)
            return raise(EXC(TypeError), "isoformat() argument 1 must be a unicode character, not %K", sep);
        separator = str_at(sep, 0);
    }
    if (!timespec_argument(timespec, 2, &f, &spec))
        return NULL;
    value offset = datetime_utcoffset(v);
    if (!offset)
        return NULL;
    char text[DATES_TEXT_MAX], *middle = text_date(text, &f), *end;
    *middle++ = (char)separator;
    end = text_time(middle, &f, spec);
    if (offset != VALUE_NONE)
        end = text_offset(end, offset, ":");
    value_dec(offset);
    if (likely(separator < 0x80))
        return str_from_ascii(text, (size_t)(end - text));
    struct str_builder b;
    builder_init(&b);
    builder_add_ascii(&b, text, (size_t)(middle - 1 - text));
    builder_add_char(&b, separator);
    builder_add_ascii(&b, middle, (size_t)(end - middle));
    return builder_finish(&b);
}

static value datetime_ctime(value v)
{
    struct fields f = fields_of(v);
    return text_ctime(&f);
}

/* ---- parts ---- */
static value datetime_date(value v)
{
    struct fields f = fields_of(v);
    return date_new_of(date_type, &f);
}
static value datetime_time(value v)
{
    struct fields f = fields_of(v);
    return day_time_new_exact(&f, VALUE_NONE, DATETIME(v)->fold);
}
static value datetime_timetz(value v)
{
    struct fields f = fields_of(v);
    return day_time_new_exact(&f, zone_of(v), DATETIME(v)->fold);
}
static value datetime_timetuple(value v)
{
    struct fields f = fields_of(v);
    value dst = datetime_dst(v);
    if (!dst)
        return NULL;
    int flag = dst == VALUE_NONE ? -1 : !delta_is_zero(dst);
    value_dec(dst);
    return time_tuple(&f, flag);
}
static value datetime_utctimetuple(value v)
{
    struct fields f = fields_of(v);
    value offset = datetime_utcoffset(v);
    if (!offset)
        return NULL;
    bool done = offset == VALUE_NONE ||
                fields_add(&f, -(int64_t)DELTA(offset)->days, fields_micros(&f) - DELTA(offset)->micros);
    value_dec(offset);
    return done ? time_tuple(&f, 0) : NULL;
}

static value datetime_hour(value v)
{
    return small_int(fields_of(v).hour);
}
static value datetime_minute(value v)
{
    return small_int(fields_of(v).minute);
}
static value datetime_second(value v)
{
    return small_int(fields_of(v).second);
}
static value datetime_microsecond(value v)
{
    return small_int(fields_of(v).microsecond);
}
static value datetime_tzinfo(value v)
{
    return value_inc(zone_of(v));
}
static value datetime_fold(value v)
{
    return small_int(DATETIME(v)->fold);
}

/* ---- pickling ---- */
static value reduce(value v, bool with_fold)
{
    uint8_t state[10];
    datetime_bytes(v, with_fold, state);
    value bytes = bytes_new(state, sizeof state), zone = zone_of(v);
    value args = !bytes ? NULL : zone == VALUE_NONE ? tuple_pack(1, bytes) : tuple_pack(2, bytes, zone);
    value_dec(bytes);
    value parts[] = {value_inc(value_of(value_type(v))), args};
    return tuple_from_results(parts, 2);
}
static value datetime_reduce_ex(value v, value given)
{
    int protocol;
    return field_argument(given, &protocol) ? reduce(v, protocol > 3) : NULL;
}
static value datetime_reduce(value v)
{
    return reduce(v, false);
}

static void datetime_traverse(struct object *o, struct gc_trace *trace)
{
    trace_slot(trace, &((struct datetime *)o)->tzinfo);
}
static void datetime_destroy(struct object *o)
{
    slot_drop(&((struct datetime *)o)->tzinfo);
}

static const struct method_def datetime_methods[] = {
    METHOD_FLAGS(
        "now", datetime_now, "($type, tz=None)",
        "Returns new datetime object representing current time local to tz.\n\n  tz\n    Timezone object.\n\nIf "
        "no tz is specified, uses local timezone.",
        METHOD_CLASS),
    METHOD_FLAGS("utcnow", datetime_utcnow, "($type, /)", "Return a new datetime representing UTC day and time.",
                 METHOD_CLASS),
    METHOD_FLAGS("fromtimestamp", datetime_fromtimestamp, "($type, timestamp, tz=None)",
                 "timestamp[, tz] -> tz's local time from POSIX timestamp.", METHOD_CLASS),
    METHOD_FLAGS("utcfromtimestamp", datetime_utcfromtimestamp, "($type, timestamp, /)",
                 "Construct a naive UTC datetime from a POSIX timestamp.", METHOD_CLASS | METHOD_TUPLE),
    METHOD_FLAGS("strptime", datetime_strptime, "($type, string, format, /)",
                 "string, format -> new datetime parsed from a string (like time.strptime()).",
                 METHOD_CLASS | METHOD_TUPLE),
    METHOD_FLAGS("combine", datetime_combine, "($type, date, time, tzinfo=<same>)",
                 "date, time -> datetime with same date and time fields", METHOD_CLASS),
    METHOD_FLAGS("fromisoformat", datetime_fromisoformat, "($type, string, /)",
                 "string -> datetime from a string in most ISO 8601 formats", METHOD_CLASS),
    METHOD("date", datetime_date, "($self, /)", "Return date object with same year, month and day."),
    METHOD("time", datetime_time, "($self, /)", "Return time object with same time but with tzinfo=None."),
    METHOD("timetz", datetime_timetz, "($self, /)", "Return time object with same time and tzinfo."),
    METHOD("ctime", datetime_ctime, "($self, /)", "Return ctime() style string."),
    METHOD("timetuple", datetime_timetuple, "($self, /)", "Return time tuple, compatible with time.localtime()."),
    METHOD("timestamp", datetime_timestamp, "($self, /)", "Return POSIX timestamp as float."),
    METHOD("utctimetuple", datetime_utctimetuple, "($self, /)",
           "Return UTC time tuple, compatible with time.localtime()."),
    METHOD("isoformat", datetime_isoformat, "($self, sep=<'T'>, timespec=<'auto'>)",
           "[sep] -> string in ISO 8601 format, YYYY-MM-DDT[HH[:MM[:SS[.mmm[uuu]]]]][+HH:MM].\nsep is used to separate "
           "the year from the time, and defaults to 'T'.\nThe optional argument timespec specifies the number of "
           "additional terms\nof the time to include. Valid options are 'auto', 'hours', 'minutes',\n'seconds', "
           "'milliseconds' and 'microseconds'.\n"),
    METHOD("utcoffset", datetime_utcoffset, "($self, /)", "Return self.tzinfo.utcoffset(self)."),
    METHOD("tzname", datetime_tzname, "($self, /)", "Return self.tzinfo.tzname(self)."),
    METHOD("dst", datetime_dst, "($self, /)", "Return self.tzinfo.dst(self)."),
    METHOD("replace", datetime_replace,
           "($self, year=<same>, month=<same>, day=<same>, hour=<same>, minute=<same>, second=<same>, "
           "microsecond=<same>, tzinfo=<same>, *, fold=<same>)",
           "Return datetime with new specified fields."),
    METHOD("astimezone", datetime_astimezone, "($self, tz=None)", "tz -> convert to local time in new timezone tz\n"),
    METHOD_FLAGS("__reduce_ex__", datetime_reduce_ex, "($self, protocol, /)", "__reduce_ex__(proto) -> (cls, state)",
                 METHOD_TUPLE),
    METHOD("__reduce__", datetime_reduce, "($self, /)", "__reduce__() -> (cls, state)"),
    {0},
};
static const struct getset_def datetime_getset[] = {
    {"hour", datetime_hour, NULL, NULL},
    {"minute", datetime_minute, NULL, NULL},
    {"second", datetime_second, NULL, NULL},
    {"microsecond", datetime_microsecond, NULL, NULL},
    {"tzinfo", datetime_tzinfo, NULL, NULL},
    {"fold", datetime_fold, NULL, NULL},
    {0},
};
const struct type_spec datetime_spec = {
    .name = "datetime.datetime",
    .doc = "datetime(year, month, day[, hour[, minute[, second[, microsecond[,tzinfo]]]]])\n\nThe year, month and day "
           "arguments are required. tzinfo may be None, or an\ninstance of a tzinfo subclass. The remaining arguments "
           "may be ints.\n",
    .size = sizeof(struct datetime),
    .flags = TYPE_FLAG_BASE,
    .gc_flags = TYPE_GC_CONTAINER,
    .traverse = datetime_traverse,
    .destroy = datetime_destroy,
    .slots =
        {
            .new = datetime_construct,
            .repr = datetime_repr,
            .str = datetime_str,
            .hash = datetime_hash,
            .compare = datetime_richcompare,
            .binary = {[BINARY_ADD] = datetime_add, [BINARY_SUBTRACT] = datetime_minus},
        },
    .methods = datetime_methods,
    .getset = datetime_getset,
};
