/*
 * Dates and times of the clock, timestamps, and the local zone as the C library knows it.
 *
 * Seconds are counted from 1970-01-01, and `local_seconds` are those that a clock on the wall would have counted.
 */
#include "runtime/import.h"
#include "runtime/modules/dates/dates.h"
#include "runtime/step.h"

#include <errno.h>
#include <limits.h>
#include <math.h>
#include <time.h>

enum { EPOCH_ORDINAL = 719163 };
/* No transition moves the clock by more. */
#define FOLD_SECONDS_MAX INT64_C(86400)

/* ---- timestamps ---- */
static bool raise_timestamp(void)
{
    return raise_false(EXC(OverflowError), "timestamp out of range for platform time_t");
}

static bool whole_timestamp(value v, int64_t *seconds)
{
    if (value_is_small_int(v)) {
        *seconds = small_int_value(v);
        return true;
    }
    value index = index_value(v);
    if (!index)
        return false;
    bool fits = int_fits_i64(index, seconds);
    value_dec(index);
    return fits || raise_timestamp();
}

static bool check_float_timestamp(double d)
{
    if (isnan(d))
        return raise_false(EXC(ValueError), "Invalid value NaN (not a number)");
    return (d >= -0x1p63 && d < 0x1p63) || raise_timestamp();
}

/* Rounded down. */
static bool timestamp_seconds(value v, int64_t *seconds)
{
    if (!is_float(v))
        return whole_timestamp(v, seconds);
    double d = floor(float_value(v));
    if (!check_float_timestamp(d))
        return false;
    *seconds = (int64_t)d;
    return true;
}

/* With microseconds, halves to even. */
static bool timestamp_micros(value v, int64_t *seconds, int *micros)
{
    *micros = 0;
    if (!is_float(v))
        return whole_timestamp(v, seconds);
    double d = float_value(v), whole;
    if (isnan(d))
        return check_float_timestamp(d);
    double part = rint(modf(d, &whole) * 1e6);
    if (part >= 1e6) {
        part -= 1e6;
        whole += 1;
    } else if (part < 0) {
        part += 1e6;
        whole -= 1;
    }
    if (!check_float_timestamp(whole))
        return false;
    *seconds = (int64_t)whole;
    *micros = (int)part;
    return true;
}

/* ---- broken down ---- */
static bool break_down(int64_t seconds, bool local, struct tm *tm)
{
    time_t t = seconds;
    errno = 0;
    if (local ? localtime_r(&t, tm) : gmtime_r(&t, tm))
        return true;
    raise_errno(errno ? errno : EINVAL, NULL, NULL);
    return false;
}

static struct fields fields_of_tm(const struct tm *tm)
{
    int year = tm->tm_year > INT_MAX - 1900 ? INT_MAX : tm->tm_year + 1900;
    int second = tm->tm_sec < 59 ? tm->tm_sec : 59; /* the 61st second of some zones is the 60th */
    return (struct fields){year, tm->tm_mon + 1, tm->tm_mday, tm->tm_hour, tm->tm_min, second, 0};
}

/* As if they were UTC. */
static int64_t utc_seconds(const struct fields *f)
{
    return (int64_t)(date_ordinal(f->year, f->month, f->day) - EPOCH_ORDINAL) * DAY_SECONDS + f->hour * 3600 +
           f->minute * 60 + f->second;
}

static bool seconds_of_fields(const struct fields *f, int64_t *seconds)
{
    if (f->year < YEAR_MIN || f->year > YEAR_MAX)
        return raise_false(EXC(ValueError), "year %i is out of range", f->year);
    *seconds = utc_seconds(f);
    return true;
}

static bool local_seconds(int64_t seconds, int64_t *local)
{
    struct tm tm;
    if (!break_down(seconds, true, &tm))
        return false;
    struct fields f = fields_of_tm(&tm);
    return seconds_of_fields(&f, local);
}

/* The seconds whose local time is `local`: one of two in a fold, and in a gap none, but what the rules before or after
   it say (PEP 495). */
static bool seconds_of_local(int64_t local, int fold, int64_t *seconds)
{
    int64_t there, back, first_offset, second_offset;
    if (!local_seconds(local, &there))
        return false;
    first_offset = there - local;
    int64_t first = local - first_offset;
    if (!local_seconds(first, &back))
        return false;
    bool found = back == local;
    if (found) { /* is there another, an earlier one or for fold=1 a later one? */
        int64_t near = first + (fold ? FOLD_SECONDS_MAX : -FOLD_SECONDS_MAX);
        if (!local_seconds(near, &there))
            return false;
        second_offset = there - near;
        if (second_offset == first_offset) {
            *seconds = first;
            return true;
        }
    } else {
        second_offset = back - first;
    }
    int64_t second = local - second_offset;
    if (!local_seconds(second, &back))
        return false;
    if (back == local)
        *seconds = second;
    else if (found)
        *seconds = first;
    else
        *seconds = (first > second) == !fold ? first : second;
    return true;
}

/* ---- making ---- */
static value from_seconds(struct type *type, int64_t seconds, int micros, bool local, value tzinfo)
{
    struct tm tm;
    if (!break_down(seconds, local, &tm))
        return NULL;
    struct fields f = fields_of_tm(&tm);
    f.microsecond = micros;
    int fold = 0;
    if (local && tzinfo == VALUE_NONE) { /* was it the same on the clock before? */
        int64_t now = 0, before, again;
        if (!seconds_of_fields(&f, &now) || !local_seconds(seconds - FOLD_SECONDS_MAX, &before))
            return NULL;
        int64_t moved = now - before - FOLD_SECONDS_MAX;
        if (moved < 0) {
            if (!local_seconds(seconds + moved, &again))
                return NULL;
            fold = again == now;
        }
    }
    return datetime_new_of(type, &f, tzinfo, fold);
}

static value clock_now(struct type *type, bool local, value tzinfo)
{
    struct timespec t;
    clock_gettime(CLOCK_REALTIME, &t);
    return from_seconds(type, t.tv_sec, (int)(t.tv_nsec / 1000), local, tzinfo);
}

/* v, which is UTC with the zone tz, in that zone. */
static value from_utc(value tz, value v /* stolen */)
{
    value result = v ? call_method_1(tz, NAME(fromutc), v) : NULL;
    value_dec(v);
    return result;
}

value datetime_now(value cls, value tz)
{
    if (tz == VALUE_NONE)
        return clock_now((struct type *)cls, true, tz);
    return tzinfo_check(tz) ? from_utc(tz, clock_now((struct type *)cls, false, tz)) : NULL;
}

value datetime_utcnow(value cls)
{
    return clock_now((struct type *)cls, false, VALUE_NONE);
}

value datetime_fromtimestamp(value cls, value timestamp, value tz)
{
    int64_t seconds;
    int micros;
    if (!tzinfo_check(tz) || !timestamp_micros(timestamp, &seconds, &micros))
        return NULL;
    value v = from_seconds((struct type *)cls, seconds, micros, tz == VALUE_NONE, tz);
    return tz == VALUE_NONE ? v : from_utc(tz, v);
}

value datetime_utcfromtimestamp(value cls, value timestamp)
{
    int64_t seconds;
    int micros;
    return timestamp_micros(timestamp, &seconds, &micros)
               ? from_seconds((struct type *)cls, seconds, micros, false, VALUE_NONE)
               : NULL;
}

value date_fromtimestamp(value cls, value timestamp)
{
    int64_t seconds;
    struct tm tm;
    if (!timestamp_seconds(timestamp, &seconds) || !break_down(seconds, true, &tm))
        return NULL;
    struct fields f = fields_of_tm(&tm);
    return date_new_of((struct type *)cls, &f);
}

value date_today(value cls)
{
    value module = import_module("time"), now = module ? call_method_0(module, NAME(time)) : NULL;
    value result = now ? call_method_1(cls, NAME(fromtimestamp), now) : NULL;
    value_dec(now);
    value_dec(module);
    return result;
}

/* ---- and back ---- */
static int64_t shown_seconds(value v)
{
    struct fields f = fields_unpack(DATE(v)->packed);
    return utc_seconds(&f);
}

value datetime_timestamp(value v)
{
    value tzinfo = object_tzinfo(&DATETIME(v)->tzinfo);
    int64_t seconds;
    double micros = (double)(DATE(v)->packed & 0xFFFFF);
    if (tzinfo == VALUE_NONE)
        return seconds_of_local(shown_seconds(v), DATETIME(v)->fold, &seconds)
                   ? float_new((double)seconds + micros / 1e6)
                   : NULL;
    value offset = tzinfo_utcoffset(tzinfo, v);
    if (!offset)
        return NULL;
    if (offset == VALUE_NONE)
        return raise(EXC(TypeError), "can't subtract offset-naive and offset-aware datetimes");
    int64_t all = (shown_seconds(v) - (int64_t)DELTA(offset)->days * DAY_SECONDS) * SECOND_MICROS +
                  (int64_t)(DATE(v)->packed & 0xFFFFF) - DELTA(offset)->micros;
    value_dec(offset);
    value delta = timedelta_new(0, all), result = delta ? call_method_0(delta, NAME(total_seconds)) : NULL;
    value_dec(delta);
    return result;
}

/* ---- other zones ---- */
static value local_timezone(int64_t seconds)
{
    struct tm tm;
    if (!break_down(seconds, true, &tm))
        return NULL;
    value delta = timedelta_new(0, tm.tm_gmtoff * SECOND_MICROS);
    value name = tm.tm_zone ? str_decode_locale(tm.tm_zone) : NULL;
    value zone = delta && (name || !tm.tm_zone) ? timezone_new(delta, name) : NULL;
    value_dec(delta);
    value_dec(name);
    return zone;
}

static value local_zone_of(value v)
{
    int64_t seconds;
    return seconds_of_local(shown_seconds(v), DATETIME(v)->fold, &seconds) ? local_timezone(seconds) : NULL;
}

/* Its own zone and offset, of a naive one those of the local time; owned. false: exception. */
static bool zone_and_offset(value v, value *zone, value *offset)
{
    *zone = value_inc(object_tzinfo(&DATETIME(v)->tzinfo));
    *offset = VALUE_NONE;
    for (int i = 0; i < 2 && *zone && *offset == VALUE_NONE; i++) {
        if (*zone != VALUE_NONE)
            *offset = tzinfo_utcoffset(*zone, v);
        if (*offset == VALUE_NONE && i == 0) {
            value_dec(*zone);
            *zone = local_zone_of(v);
        }
    }
    if (*zone && *offset)
        return true;
    value_dec(*zone);
    value_dec(*offset);
    return false;
}

/* The same date, time and class with another zone. A subclass is asked for its instance as by arithmetic; that is
   changed while nobody else knows it, and any other is copied. */
static value with_zone(value v /* stolen */, value tz)
{
    if (!v || !is_datetime(v) || object_tzinfo(&DATETIME(v)->tzinfo) == tz)
        return v;
    if (object_is_sole(value_object(v))) {
        slot_store(value_object(v), &DATETIME(v)->tzinfo, value_inc(tz));
        return v;
    }
    value names = tuple_pack(1, NAME(tzinfo)), args[] = {tz};
    value replace = names ? attr_get(v, NAME(replace)) : NULL;
    value copy = replace ? call_vector(replace, args, 0, names) : NULL;
    value_dec(replace);
    value_dec(names);
    value_dec(v);
    return copy;
}

value datetime_astimezone(value v, value tz)
{
    value zone = object_tzinfo(&DATETIME(v)->tzinfo), offset;
    if (!tzinfo_check(tz))
        return NULL;
    if (zone != VALUE_NONE && zone == tz)
        return value_inc(v);
    if (!zone_and_offset(v, &zone, &offset))
        return NULL;
    if (zone == tz) {
        value_dec(zone);
        value_dec(offset);
        return value_inc(v);
    }
    value utc = datetime_add_delta(v, offset, -1);
    value_dec(zone);
    value_dec(offset);
    if (tz != VALUE_NONE)
        return from_utc(tz, with_zone(utc, tz));
    if (utc && !is_datetime(utc)) {
        value_dec(utc);
        return raise(EXC(TypeError), "the sum of a datetime and a timedelta is no datetime");
    }
    value local = utc ? local_timezone(shown_seconds(utc)) : NULL;
    if (!local) {
        value_dec(utc);
        return NULL;
    }
    value result = from_utc(local, with_zone(utc, local));
    value_dec(local);
    return result;
}
