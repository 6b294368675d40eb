/* date: days of the calendar; and what isocalendar() returns. */
#include "runtime/modules/dates/dates.h"
#include "runtime/objects/containers/tuple.h"
#include "runtime/objects/text/str.h"

#include <stdio.h>

struct type *date_type, *iso_calendar_date_type;

/* ---- making ---- */
bool fields_check_date(const struct fields *f)
{
    if (f->year < YEAR_MIN || f->year > YEAR_MAX)
        return raise_false(EXC(ValueError), "year %i is out of range", f->year);
    if (f->month < 1 || f->month > 12)
        return raise_false(EXC(ValueError), "month must be in 1..12");
    if (f->day < 1 || f->day > month_days(f->year, f->month))
        return raise_false(EXC(ValueError), "day is out of range for month");
    return true;
}

static value date_from_packed(struct type *type, uint64_t packed)
{
    struct date *d = (struct date *)dates_alloc(type, date_type, KIND_LEAF, sizeof *d);
    if (!d)
        return NULL;
    d->packed = packed & ~TIME_MASK;
    return value_of(d);
}
static value date_make(struct type *type, const struct fields *f)
{
    return fields_check_date(f) ? date_from_packed(type, fields_pack(f)) : NULL;
}

value date_new_of(struct type *type, const struct fields *f)
{
    if (likely(type == date_type))
        return date_make(type, f);
    if (type == datetime_type) {
        struct fields midnight = {.year = f->year, .month = f->month, .day = f->day};
        return fields_check_date(f) ? datetime_new_exact(&midnight, VALUE_NONE, 0) : NULL;
    }
    value args[] = {small_int(f->year), small_int(f->month), small_int(f->day)};
    return call_vector(value_of(type), args, 3, NULL);
}

const uint8_t *dates_state(value v, size_t length, uint8_t *room, bool *wrong)
{
    *wrong = false;
    if (is_bytes(v))
        return bytes_length(v) == length ? bytes_data(v) : NULL;
    if (!is_str(v) || str_length(v) != length)
        return NULL;
    for (size_t i = 0; i < length; i++) {
        uint32_t c = str_at(v, i);
        *wrong |= c > 0xFF;
        room[i] = (uint8_t)c;
    }
    return room;
}

value dates_raise_state(const char *type)
{
    return raise(EXC(ValueError),
                 "Failed to encode latin1 string when unpickling a %s object. pickle.load(data, encoding='latin1') is "
                 "assumed.",
                 type);
}

static value date_construct(struct type *type, const value *args, size_t nargs, value kwnames)
{
    static struct signature signature = SIGNATURE("", "(year, month, day)");
    value bound[3];
    struct fields f = {0};
    if (nargs == 1) {
        uint8_t room[4];
        bool wrong;
        const uint8_t *state = dates_state(args[0], 4, room, &wrong);
        if (state && state[2] - 1u < 12) {
            if (wrong)
                return dates_raise_state("date");
            f = (struct fields){.year = state[0] << 8 | state[1], .month = state[2], .day = state[3]};
            return date_from_packed(type, fields_pack_any(&f));
        }
    }
    if (!signature_bind(&signature, args, nargs, kwnames, bound) || !field_argument(bound[0], &f.year) ||
        !field_argument(bound[1], &f.month) || !field_argument(bound[2], &f.day))
        return NULL;
    return date_make(type, &f);
}

static value date_fromordinal(value cls, value given)
{
    int ordinal;
    struct fields f = {0};
    if (!field_argument(given, &ordinal))
        return NULL;
    if (ordinal < 1)
        return raise(EXC(ValueError), "ordinal must be >= 1");
    ordinal_date(ordinal, &f);
    return date_new_of((struct type *)cls, &f);
}

static value date_fromisoformat(value cls, value given)
{
    struct text text;
    struct fields f = {0};
    if (!is_str(given))
        return raise(EXC(TypeError), "fromisoformat: argument must be str");
    if (!text_of(given, &text)) {
        if (error_matches(EXC(UnicodeEncodeError))) {
            error_clear();
            return raise_iso(given);
        }
        return NULL;
    }
    bool done =
        (text.length == 7 || text.length == 8 || text.length == 10) && parse_iso_date(text.bytes, text.length, &f);
    text_release(&text);
    return done ? date_new_of((struct type *)cls, &f) : raise_iso(given);
}

static value date_fromisocalendar(value cls, value year, value week, value day)
{
    struct iso_date iso;
    struct fields f = {0};
    if (!field_argument(year, &iso.year) || !field_argument(week, &iso.week) || !field_argument(day, &iso.weekday)) {
        if (!error_matches(EXC(OverflowError)))
            return NULL;
        error_clear();
        return raise(EXC(ValueError), "ISO calendar component out of range");
    }
    switch (date_of_iso(iso, &f)) {
    case ISO_YEAR:
        return raise(EXC(ValueError), "Year is out of range: %d", iso.year);
    case ISO_WEEK:
        return raise(EXC(ValueError), "Invalid week: %d", iso.week);
    case ISO_DAY:
        return raise(EXC(ValueError), "Invalid day: %d (range is [1, 7])", iso.weekday);
    default:
        return date_new_of((struct type *)cls, &f);
    }
}

/* ---- arithmetic ---- */
bool fields_add(struct fields *f, int64_t days, int64_t micros)
{
    if (micros < 0 || micros >= DAY_MICROS) {
        int64_t more = micros / DAY_MICROS;
        micros -= more * DAY_MICROS;
        if (micros < 0) {
            micros += DAY_MICROS;
            more--;
        }
        days += more;
    }
    int64_t day = f->day + days;
    if (day >= 1 && day <= 28 && f->year >= YEAR_MIN && f->year <= YEAR_MAX) { /* in the same month */
        f->day = (int)day;
    } else {
        days += date_ordinal(f->year, f->month, f->day);
        if (days < 1 || days > ORDINAL_MAX)
            return raise_false(EXC(OverflowError), "date value out of range");
        ordinal_date((int)days, f);
    }
    uint32_t seconds = (uint32_t)((uint64_t)micros / (uint64_t)SECOND_MICROS), minutes = seconds / 60;
    f->microsecond = (int)((uint64_t)micros - seconds * (uint64_t)SECOND_MICROS);
    f->hour = (int)(minutes / 60);
    f->minute = (int)(minutes % 60);
    f->second = (int)(seconds % 60);
    return true;
}

static int ordinal_of(value v)
{
    struct fields f = fields_unpack(DATE(v)->packed);
    return date_ordinal(f.year, f.month, f.day);
}

static value add_days(value v, int64_t days)
{
    struct fields f = fields_unpack(DATE(v)->packed);
    return fields_add(&f, days, 0) ? date_new_of(value_type(v), &f) : NULL;
}

static value date_add(value a, value b)
{
    if (is_datetime(a) || is_datetime(b))
        return VALUE_NOT_IMPLEMENTED;
    if (is_date(a))
        return is_timedelta(b) ? add_days(a, DELTA(b)->days) : VALUE_NOT_IMPLEMENTED;
    return is_timedelta(a) && is_date(b) ? add_days(b, DELTA(a)->days) : VALUE_NOT_IMPLEMENTED;
}

static value date_minus(value a, value b)
{
    if (is_datetime(a) || is_datetime(b) || !is_date(a))
        return VALUE_NOT_IMPLEMENTED;
    if (is_date(b))
        return timedelta_new(ordinal_of(a) - ordinal_of(b), 0);
    return is_timedelta(b) ? add_days(a, -(int64_t)DELTA(b)->days) : VALUE_NOT_IMPLEMENTED;
}

static value date_richcompare(value a, value b, int op)
{
    if (!is_date(b))
        return VALUE_NOT_IMPLEMENTED;
    uint64_t x = DATE(a)->packed >> DAY_SHIFT, y = DATE(b)->packed >> DAY_SHIFT;
    return ordering(x < y ? -1 : x > y, op);
}

/* What pickles keep, and what is hashed. */
static void date_bytes(value v, uint8_t state[4])
{
    struct fields f = fields_unpack(DATE(v)->packed);
    state[0] = (uint8_t)(f.year >> 8);
    state[1] = (uint8_t)f.year;
    state[2] = (uint8_t)f.month;
    state[3] = (uint8_t)f.day;
}

static bool date_hash(value v, int64_t *out)
{
    *out = atomic_load_explicit(&DATE(v)->hash, memory_order_relaxed);
    if (!*out) {
        uint8_t state[4];
        date_bytes(v, state);
        *out = hash_bytes(state, sizeof state);
        atomic_store_explicit(&DATE(v)->hash, *out, memory_order_relaxed);
    }
    return true;
}

/* ---- text ---- */
static value date_repr(value v)
{
    struct fields f = fields_unpack(DATE(v)->packed);
    return str_format("%N(%d, %d, %d)", value_type(v), f.year, f.month, f.day);
}
static value date_str(value v)
{
    return call_method_0(v, NAME(isoformat));
}
static value date_isoformat(value v)
{
    struct fields f = fields_unpack(DATE(v)->packed);
    char text[DATES_TEXT_MAX];
    return str_from_ascii(text, (size_t)(text_date(text, &f) - text));
}
static value date_ctime(value v)
{
    struct fields f = fields_unpack(DATE(v)->packed);
    return text_ctime(&f);
}
static value date_strftime(value v, value format)
{
    if (!is_str(format))
        return raise(EXC(TypeError), "strftime() argument 1 must be str, not %K", format);
    value tuple = call_method_0(v, NAME(timetuple));
    value tzinfo = is_datetime(v) ? object_tzinfo(&DATETIME(v)->tzinfo) : VALUE_NONE;
    int micros = is_datetime(v) ? (int)DATE(v)->packed & 0xFFFFF : 0;
    value text = tuple ? dates_strftime(v, format, tuple, tzinfo, v, micros) : NULL;
    value_dec(tuple);
    return text;
}

/* ---- parts ---- */
static value date_year(value v)
{
    return small_int(fields_unpack(DATE(v)->packed).year);
}
static value date_month(value v)
{
    return small_int(fields_unpack(DATE(v)->packed).month);
}
static value date_day(value v)
{
    return small_int(fields_unpack(DATE(v)->packed).day);
}
static value date_toordinal(value v)
{
    return small_int(ordinal_of(v));
}
static value date_weekday(value v)
{
    return small_int(ordinal_weekday(ordinal_of(v)));
}
static value date_isoweekday(value v)
{
    return small_int(ordinal_weekday(ordinal_of(v)) + 1);
}
static value date_timetuple(value v)
{
    struct fields f = fields_unpack(DATE(v)->packed);
    return time_tuple(&f, -1);
}

static value date_replace(value v, value year, value month, value day)
{
    struct fields f = fields_unpack(DATE(v)->packed);
    if ((year != VALUE_MISSING && !field_argument(year, &f.year)) ||
        (month != VALUE_MISSING && !field_argument(month, &f.month)) ||
        (day != VALUE_MISSING && !field_argument(day, &f.day)))
        return NULL;
    return date_make(value_type(v), &f);
}

static value date_reduce(value v)
{
    uint8_t state[4];
    date_bytes(v, state);
    value items[] = {bytes_new(state, sizeof state)}, args = tuple_from_results(items, 1);
    value parts[] = {value_inc(value_of(value_type(v))), args};
    return tuple_from_results(parts, 2);
}

/* ---- isocalendar ---- */
static value iso_calendar_date(struct type *type, value year, value week, value weekday)
{
    value v = tuple_new_of(type, 3);
    if (!v)
        return NULL;
    tuple_init(v, 0, value_inc(year));
    tuple_init(v, 1, value_inc(week));
    tuple_init(v, 2, value_inc(weekday));
    return v;
}
static value date_isocalendar(value v)
{
    struct fields f = fields_unpack(DATE(v)->packed);
    struct iso_date iso = iso_of_date(f.year, f.month, f.day);
    return iso_calendar_date(iso_calendar_date_type, small_int(iso.year), small_int(iso.week), small_int(iso.weekday));
}
static value iso_construct(struct type *type, const value *args, size_t nargs, value kwnames)
{
    static struct signature signature = SIGNATURE("IsoCalendarDate", "(year, week, weekday)");
    value bound[3];
    return signature_bind(&signature, args, nargs, kwnames, bound)
               ? iso_calendar_date(type, bound[0], bound[1], bound[2])
               : NULL;
}
static value iso_repr(value v)
{
    return str_format("%N(year=%S, week=%S, weekday=%S)", value_type(v), tuple_get(v, 0), tuple_get(v, 1),
                      tuple_get(v, 2));
}
static value iso_reduce(value v)
{
    value items[] = {value_inc(tuple_get(v, 0)), value_inc(tuple_get(v, 1)), value_inc(tuple_get(v, 2))};
    value plain[] = {tuple_from_owned(items, 3)}, args = tuple_from_results(plain, 1);
    value parts[] = {value_inc(value_of(TYPE(TUPLE))), args};
    return tuple_from_results(parts, 2);
}
static value iso_year(value v)
{
    return value_inc(tuple_get(v, 0));
}
static value iso_week(value v)
{
    return value_inc(tuple_get(v, 1));
}
static value iso_weekday(value v)
{
    return value_inc(tuple_get(v, 2));
}
static const struct getset_def iso_getset[] = {
    {"year", iso_year, NULL, NULL}, {"week", iso_week, NULL, NULL}, {"weekday", iso_weekday, NULL, NULL}, {0}};
static const struct method_def iso_methods[] = {
    METHOD("__reduce__", iso_reduce, "($self, /)", "__reduce__() -> (cls, state)"), {0}};
const struct type_spec iso_calendar_date_spec = {
    .base = TYPE_ID_TUPLE,
    .name = "datetime.IsoCalendarDate",
    .doc =
        "The result of date.isocalendar() or datetime.isocalendar()\n\nThis object may be accessed either as a tuple "
        "of\n  ((year, week, weekday))\nor via the object attributes as named in the above tuple.",
    .size = sizeof(struct tuple),
    .flags = TYPE_FLAG_VARIABLE_SIZE,
    .gc_flags = TYPE_GC_CONTAINER,
    .traverse = tuple_traverse,
    .destroy = tuple_destroy,
    .slots = {.new = iso_construct, .repr = iso_repr},
    .methods = iso_methods,
    .getset = iso_getset,
};

static const struct method_def date_methods[] = {
    METHOD_FLAGS(
        "fromtimestamp", date_fromtimestamp, "($type, timestamp, /)",
        "Create a date from a POSIX timestamp.\n\nThe timestamp is a number, e.g. created via time.time(), that "
        "is interpreted\nas local time.",
        METHOD_CLASS),
    METHOD_FLAGS("fromordinal", date_fromordinal, "($type, ordinal, /)",
                 "int -> date corresponding to a proleptic Gregorian ordinal.", METHOD_CLASS | METHOD_TUPLE),
    METHOD_FLAGS("fromisoformat", date_fromisoformat, "($type, string, /)",
                 "str -> Construct a date from a string in ISO 8601 format.", METHOD_CLASS),
    METHOD_FLAGS("fromisocalendar", date_fromisocalendar, "($type, year, week, day)",
                 "int, int, int -> Construct a date from the ISO year, week number and weekday.\n\nThis is the inverse "
                 "of the date.isocalendar() function",
                 METHOD_CLASS),
    METHOD_FLAGS("today", date_today, "($type, /)",
                 "Current date or datetime:  same as self.__class__.fromtimestamp(time.time()).", METHOD_CLASS),
    METHOD("ctime", date_ctime, "($self, /)", "Return ctime() style string."),
    METHOD("strftime", date_strftime, "($self, format)", "format -> strftime() style string."),
    METHOD_FLAGS("__format__", dates_format, "($self, format, /)", "Formats self with strftime.", METHOD_TUPLE),
    METHOD("timetuple", date_timetuple, "($self, /)", "Return time tuple, compatible with time.localtime()."),
    METHOD("isocalendar", date_isocalendar, "($self, /)",
           "Return a named tuple containing ISO year, week number, and weekday."),
    METHOD("isoformat", date_isoformat, "($self, /)", "Return string in ISO 8601 format, YYYY-MM-DD."),
    METHOD("isoweekday", date_isoweekday, "($self, /)",
           "Return the day of the week represented by the date.\nMonday == 1 ... Sunday == 7"),
    METHOD("toordinal", date_toordinal, "($self, /)",
           "Return proleptic Gregorian ordinal.  January 1 of year 1 is day 1."),
    METHOD("weekday", date_weekday, "($self, /)",
           "Return the day of the week represented by the date.\nMonday == 0 ... Sunday == 6"),
    METHOD("replace", date_replace, "($self, year=<same>, month=<same>, day=<same>)",
           "Return date with new specified fields."),
    METHOD("__reduce__", date_reduce, "($self, /)", "__reduce__() -> (cls, state)"),
    {0},
};
static const struct getset_def date_getset[] = {
    {"year", date_year, NULL, NULL}, {"month", date_month, NULL, NULL}, {"day", date_day, NULL, NULL}, {0}};
const struct type_spec date_spec = {
    .name = "datetime.date",
    .doc = "date(year, month, day) --> date object",
    .size = sizeof(struct date),
    .flags = TYPE_FLAG_BASE,
    .slots =
        {
            .new = date_construct,
            .repr = date_repr,
            .str = date_str,
            .hash = date_hash,
            .compare = date_richcompare,
            .binary = {[BINARY_ADD] = date_add, [BINARY_SUBTRACT] = date_minus},
        },
    .methods = date_methods,
    .getset = date_getset,
};
