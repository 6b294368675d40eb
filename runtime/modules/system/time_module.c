/* The time module. */
#include "runtime/modules/importing/import.h"
#include "runtime/arguments.h"
#include "runtime/modules/module.h"
#include "runtime/modules/system/durations.h"
#include "runtime/raw.h"
#include "threads/pause.h"

#include <errno.h>
#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* ---- clocks ---- */
static bool read_clock(clockid_t clock, struct timespec *t)
{
    if (clock_gettime(clock, t) == 0)
        return true;
    raise_errno(errno, NULL, NULL);
    return false;
}

static value seconds(clockid_t clock)
{
    struct timespec t;
    return read_clock(clock, &t) ? float_new((double)t.tv_sec + 1e-9 * (double)t.tv_nsec) : NULL;
}
static value nanoseconds(clockid_t clock)
{
    struct timespec t;
    return read_clock(clock, &t) ? int_from_i64((int64_t)t.tv_sec * NANOSECONDS + t.tv_nsec) : NULL;
}

static value time_time(value self)
{
    return seconds(CLOCK_REALTIME);
}
static value time_time_ns(value self)
{
    return nanoseconds(CLOCK_REALTIME);
}
static value time_monotonic(value self)
{
    return seconds(CLOCK_MONOTONIC);
}
static value time_monotonic_ns(value self)
{
    return nanoseconds(CLOCK_MONOTONIC);
}
static value time_process_time(value self)
{
    return seconds(CLOCK_PROCESS_CPUTIME_ID);
}
static value time_process_time_ns(value self)
{
    return nanoseconds(CLOCK_PROCESS_CPUTIME_ID);
}
static value time_thread_time(value self)
{
    return seconds(CLOCK_THREAD_CPUTIME_ID);
}
static value time_thread_time_ns(value self)
{
    return nanoseconds(CLOCK_THREAD_CPUTIME_ID);
}

static value time_clock_gettime(value self, value clk_id)
{
    int id;
    return value_as_signed_int(clk_id, &id) ? seconds(id) : NULL;
}
static value time_clock_gettime_ns(value self, value clk_id)
{
    int id;
    return value_as_signed_int(clk_id, &id) ? nanoseconds(id) : NULL;
}
static value time_clock_getres(value self, value clk_id)
{
    int id;
    struct timespec t;
    if (!value_as_signed_int(clk_id, &id))
        return NULL;
    if (clock_getres(id, &t) != 0)
        return raise_errno(errno, NULL, NULL);
    return float_new((double)t.tv_sec + 1e-9 * (double)t.tv_nsec);
}

static value set_clock(value clk_id, int64_t ns)
{
    int id;
    struct timespec t = duration_timespec(ns);
    if (!value_as_signed_int(clk_id, &id))
        return NULL;
    return clock_settime(id, &t) != 0 ? raise_errno(errno, NULL, NULL) : VALUE_NONE;
}
static value time_clock_settime(value self, value clk_id, value given)
{
    int64_t ns;
    return duration_get(given, NANOSECONDS, ROUND_FLOOR, &ns) ? set_clock(clk_id, ns) : NULL;
}
static value time_clock_settime_ns(value self, value clk_id, value given)
{
    int64_t ns;
    if (!is_int(given))
        return raise(EXC(TypeError), "expect int, got %T", given);
    return int_as_i64(given, &ns) ? set_clock(clk_id, ns) : NULL;
}
static value time_pthread_getcpuclockid(value self, value given)
{
    clockid_t clock;
    if (!is_int(given))
        return raise(EXC(TypeError), "pthread_getcpuclockid() argument 1 must be int, not %K", given);
    int error = pthread_getcpuclockid((pthread_t)int_low_bits(given), &clock);
    return error ? raise_errno(error, NULL, NULL) : int_from_i64(clock);
}

/* Sleep to an absolute time of the monotonic clock: a signal whose handler returns does not shorten it (PEP 475). */
static value time_sleep(value self, value seconds)
{
    double wanted;
    if (!is_float(seconds) && !is_int(seconds)) {
        value index = index_value(seconds);
        value_dec(index);
        if (!index)
            return NULL;
    }
    if (!value_as_double(seconds, &wanted))
        return NULL;
    if (isnan(wanted))
        return raise(EXC(ValueError), "Invalid value NaN (not a number)");
    if (wanted < 0)
        return raise(EXC(ValueError), "sleep length must be non-negative");
    if (wanted > 9223372036.0)
        return raise(EXC(OverflowError), "timestamp too large to convert to C _PyTime_t");
    struct timespec until;
    if (!read_clock(CLOCK_MONOTONIC, &until))
        return NULL;
    int64_t ns = (int64_t)ceil(wanted * 1e9) + until.tv_nsec;
    until.tv_sec += ns / NANOSECONDS;
    until.tv_nsec = ns % NANOSECONDS;
    for (;;) {
        thread_enter_blocking();
        int error = clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL);
        thread_leave_blocking();
        if (error == 0)
            return VALUE_NONE;
        if (error != EINTR)
            return raise_errno(error, NULL, NULL);
        if (thread_safepoint_at(thread_self, THREAD_IN_WAIT) != 0)
            return NULL;
    }
}

/* ---- broken-down times ---- */
static const struct struct_sequence_field time_fields[] = {
    {"tm_year", "year, for example, 1993"},
    {"tm_mon", "month of year, range [1, 12]"},
    {"tm_mday", "day of month, range [1, 31]"},
    {"tm_hour", "hours, range [0, 23]"},
    {"tm_min", "minutes, range [0, 59]"},
    {"tm_sec", "seconds, range [0, 61])"},
    {"tm_wday", "day of week, range [0, 6], Monday is 0"},
    {"tm_yday", "day of year, range [1, 366]"},
    {"tm_isdst", "1 if summer time is in effect, 0 if not, and -1 if unknown"},
    {"tm_zone", "abbreviation of timezone name"},
    {"tm_gmtoff", "offset from UTC in seconds"},
    {0}};
static struct type *struct_time;

static value from_tm(const struct tm *t)
{
    value items[] = {int_from_i64(t->tm_year + 1900LL),
                     small_int(t->tm_mon + 1),
                     small_int(t->tm_mday),
                     small_int(t->tm_hour),
                     small_int(t->tm_min),
                     small_int(t->tm_sec),
                     small_int((t->tm_wday + 6) % 7),
                     small_int(t->tm_yday + 1),
                     small_int(t->tm_isdst),
                     t->tm_zone ? str_decode_locale(t->tm_zone) : VALUE_NONE,
                     int_from_i64(t->tm_gmtoff)};
    return struct_sequence_new(struct_time, items);
}

/* Seconds since the epoch, rounded down; now when absent or None. */
static bool epoch_seconds(value v, time_t *out)
{
    if (!is_given(v)) {
        *out = time(NULL);
        return true;
    }
    if (!is_float(v)) {
        int64_t i;
        value index = index_value(v);
        bool fits = index && (int_fits_i64(index, &i) ||
                              raise_false(EXC(OverflowError), "timestamp out of range for platform time_t"));
        value_dec(index);
        *out = fits ? i : 0;
        return fits;
    }
    double d = float_value(v);
    if (isnan(d))
        return raise_false(EXC(ValueError), "Invalid value NaN (not a number)");
    d = floor(d);
    if (d < -9.2e18 || d > 9.2e18)
        return raise_false(EXC(OverflowError), "timestamp out of range for platform time_t");
    *out = (time_t)d;
    return true;
}

static value break_down(value v, struct tm *(*convert)(const time_t *, struct tm *))
{
    time_t t;
    struct tm tm;
    if (!epoch_seconds(v, &t))
        return NULL;
    errno = 0;
    if (!convert(&t, &tm))
        return raise_errno(errno ? errno : EINVAL, NULL, NULL);
    return from_tm(&tm);
}
static value time_gmtime(value self, value seconds)
{
    return break_down(seconds, gmtime_r);
}
static value time_localtime(value self, value seconds)
{
    return break_down(seconds, localtime_r);
}

/* A struct tm from a tuple of nine; out-of-range members are errors where `checked`. */
static bool to_tm(value v, const char *function, struct tm *t, bool checked)
{
    if (!is_tuple(v))
        return raise_false(EXC(TypeError), "Tuple or struct_time argument required");
    if (tuple_length(v) != 9)
        return raise_false(EXC(TypeError), "%s(): illegal time tuple argument", function);
    int f[9];
    for (size_t i = 0; i < 9; i++)
        if (!value_as_int(tuple_get(v, i), &f[i]))
            return false;
    memset(t, 0, sizeof *t);
    if (f[0] < INT32_MIN + 1900)
        return raise_false(EXC(OverflowError), "year out of range");
    t->tm_year = f[0] - 1900;
    t->tm_mon = f[1] - 1;
    t->tm_mday = f[2];
    t->tm_hour = f[3];
    t->tm_min = f[4];
    t->tm_sec = f[5];
    t->tm_wday = (f[6] + 1) % 7;
    t->tm_yday = f[7] - 1;
    t->tm_isdst = f[8];
    if (value_type(v) == struct_time) {
        value zone = attr_get_optional(v, NAME(tm_gmtoff));
        int64_t offset;
        if (zone && is_int(zone) && int_fits_i64(zone, &offset))
            t->tm_gmtoff = offset;
        value_dec(zone);
        error_clear();
    }
    if (!checked)
        return true;
    if (t->tm_mon == -1)
        t->tm_mon = 0;
    if (t->tm_mday == 0)
        t->tm_mday = 1;
    if (t->tm_yday == -1)
        t->tm_yday = 0;
    const char *wrong = t->tm_mon < 0 || t->tm_mon > 11      ? "month"
                        : t->tm_mday < 0 || t->tm_mday > 31  ? "day of month"
                        : t->tm_hour < 0 || t->tm_hour > 23  ? "hour"
                        : t->tm_min < 0 || t->tm_min > 59    ? "minute"
                        : t->tm_sec < 0 || t->tm_sec > 61    ? "seconds"
                        : t->tm_wday < 0                     ? "day of week"
                        : t->tm_yday < 0 || t->tm_yday > 365 ? "day of year"
                                                             : NULL;
    return !wrong || raise_false(EXC(ValueError), "%s out of range", wrong);
}

static value time_mktime(value self, value tuple)
{
    struct tm t;
    if (!to_tm(tuple, "mktime", &t, false))
        return NULL;
    t.tm_wday = -1; /* mktime sets it: tells success from -1 */
    time_t result = mktime(&t);
    if (result == (time_t)-1 && t.tm_wday == -1)
        return raise(EXC(OverflowError), "mktime argument out of range");
    return float_new((double)result);
}

static value ascii_time(struct tm *t)
{
    static const char days[][4] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    static const char months[][4] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                     "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    char day[4], clock[16], year[24];
    snprintf(day, sizeof day, "%3d", t->tm_mday);
    snprintf(clock, sizeof clock, "%02d:%02d:%02d", t->tm_hour, t->tm_min, t->tm_sec);
    snprintf(year, sizeof year, "%lld", t->tm_year + 1900LL);
    return str_format("%s %s%s %s %s", days[t->tm_wday], months[t->tm_mon], day, clock, year);
}

static value time_asctime(value self, value tuple)
{
    struct tm t;
    time_t now = time(NULL);
    if (is_missing(tuple))
        localtime_r(&now, &t);
    else if (!to_tm(tuple, "asctime", &t, true))
        return NULL;
    return ascii_time(&t);
}

static value time_ctime(value self, value seconds)
{
    time_t when;
    struct tm t;
    if (!epoch_seconds(seconds, &when))
        return NULL;
    if (!localtime_r(&when, &t))
        return raise_errno(EOVERFLOW, NULL, NULL);
    return ascii_time(&t);
}

/* The name of the time zone that a struct_time has; none for other tuples. false: exception. */
static bool zone_of(value tuple, struct text *zone)
{
    if (value_type(tuple) != struct_time)
        return true;
    value name = attr_get(tuple, NAME(tm_zone));
    bool done = name == VALUE_NONE;
    if (name && is_str(name))
        done = text_of(name, zone);
    else if (name && !done)
        raise(EXC(TypeError), "bad argument type for built-in operation");
    value_dec(name); /* the tuple keeps it */
    return done;
}

static value time_strftime(value self, value given_format, value tuple)
{
    struct tm t;
    time_t now = time(NULL);
    if (!argument_is_str(given_format, "strftime", 1))
        return NULL;
    if (is_missing(tuple))
        localtime_r(&now, &t);
    else if (!to_tm(tuple, "strftime", &t, true))
        return NULL;
    value format = str_encode(given_format, "utf-8", "surrogatepass");
    if (!format)
        return NULL;
    size_t length = bytes_length(format);
    if (memchr(bytes_data(format), 0, length)) {
        value_dec(format);
        return raise(EXC(ValueError), "embedded null character");
    }
    struct text zone = {0}; /* what a struct_time names, kept while it is shown */
    if (!is_missing(tuple) && !zone_of(tuple, &zone)) {
        value_dec(format);
        return NULL;
    }
    if (zone.bytes)
        t.tm_zone = zone.bytes;
    /* A zero result is an empty string or too small a buffer: a marker at the end of the format tells them apart. */
    char *marked = malloc(length + 2), *out = NULL;
    value result = NULL;
    if (marked) {
        thread_copy(marked, bytes_data(format), length);
        memcpy(marked + length, " ", 2);
        for (size_t room = 1024; room < (1u << 24) + 256 * length; room *= 4) {
            char *more = raw_resize(out, room);
            if (!more)
                break;
            out = more;
            bool resting = thread_rest_begin(room);
            size_t n = strftime(out, room, marked, &t);
            thread_rest_end(resting);
            if (n) {
                result = str_from_utf8_surrogates(out, n - 1);
                break;
            }
        }
    }
    if (!result && !error_occurred())
        raise_no_memory();
    raw_free(out);
    raw_free(marked);
    text_release(&zone);
    value_dec(format);
    return result;
}

static value time_strptime(value self, const value *args, size_t nargs, value kwnames)
{
    if (!no_keywords("strptime", kwnames))
        return NULL;
    value module = import_module("_strptime");
    value function = module ? attr_get(module, NAME(_strptime_time)) : NULL;
    value result = function ? call_vector(function, args, nargs, kwnames) : NULL;
    value_dec(function);
    value_dec(module);
    return result;
}

static value time_tzset(value self);

static value time_get_clock_info(value self, value given_name)
{
    static const struct {
        const char *name, *implementation;
        clockid_t clock;
        bool monotonic, adjustable;
    } clocks[] = {{"time", "clock_gettime(CLOCK_REALTIME)", CLOCK_REALTIME, false, true},
                  {"monotonic", "clock_gettime(CLOCK_MONOTONIC)", CLOCK_MONOTONIC, true, false},
                  {"perf_counter", "clock_gettime(CLOCK_MONOTONIC)", CLOCK_MONOTONIC, true, false},
                  {"process_time", "clock_gettime(CLOCK_PROCESS_CPUTIME_ID)", CLOCK_PROCESS_CPUTIME_ID, true, false},
                  {"thread_time", "clock_gettime(CLOCK_THREAD_CPUTIME_ID)", CLOCK_THREAD_CPUTIME_ID, true, false}};
    struct text name;
    if (!argument_text(given_name, "get_clock_info", 1, &name))
        return NULL;
    text_release(&name);
    for (size_t i = 0; i < sizeof clocks / sizeof *clocks; i++) {
        if (!str_equals_text(given_name, clocks[i].name))
            continue;
        struct timespec t;
        clock_getres(clocks[i].clock, &t);
        value dict = dict_new(), resolution = float_new((double)t.tv_sec + 1e-9 * (double)t.tv_nsec);
        value text = str_from_text(clocks[i].implementation);
        bool done = dict && text && resolution && dict_set_text(dict, "implementation", text) &&
                    dict_set_text(dict, "monotonic", value_bool(clocks[i].monotonic)) &&
                    dict_set_text(dict, "adjustable", value_bool(clocks[i].adjustable)) &&
                    dict_set_text(dict, "resolution", resolution);
        value info = done ? namespace_new(dict) : NULL;
        value_dec(dict);
        value_dec(resolution);
        value_dec(text);
        return info;
    }
    return raise(EXC(ValueError), "unknown clock");
}

static const struct method_def functions[] = {
    METHOD("time", time_time, "()", "Return the current time in seconds since the Epoch."),
    METHOD("time_ns", time_time_ns, "()", "Return the current time in nanoseconds since the Epoch."),
    METHOD("monotonic", time_monotonic, "()", "Monotonic clock, cannot go backward."),
    METHOD("monotonic_ns", time_monotonic_ns, "()", "Monotonic clock, cannot go backward, as nanoseconds."),
    METHOD("perf_counter", time_monotonic, "()", "Performance counter for benchmarking."),
    METHOD("perf_counter_ns", time_monotonic_ns, "()", "Performance counter for benchmarking as nanoseconds."),
    METHOD("process_time", time_process_time, "()", "Process time for profiling."),
    METHOD("process_time_ns", time_process_time_ns, "()", "Process time for profiling as nanoseconds."),
    METHOD("thread_time", time_thread_time, "()", "Thread time for profiling."),
    METHOD("thread_time_ns", time_thread_time_ns, "()", "Thread time for profiling as nanoseconds."),
    METHOD_FLAGS("clock_gettime", time_clock_gettime, "(clk_id, /)", "Return the time of the specified clock clk_id.",
                 METHOD_TUPLE),
    METHOD_FLAGS("clock_gettime_ns", time_clock_gettime_ns, "(clk_id, /)",
                 "Return the time of the specified clock clk_id as nanoseconds.", METHOD_TUPLE),
    METHOD_FLAGS("clock_getres", time_clock_getres, "(clk_id, /)",
                 "Return the resolution (precision) of the specified clock clk_id.", METHOD_TUPLE),
    METHOD_FLAGS("clock_settime", time_clock_settime, "(clk_id, time, /)",
                 "Set the time of the specified clock clk_id.", METHOD_TUPLE),
    METHOD_FLAGS("clock_settime_ns", time_clock_settime_ns, "(clk_id, time, /)",
                 "Set the time of the specified clock clk_id with nanoseconds.", METHOD_TUPLE),
    METHOD_FLAGS("pthread_getcpuclockid", time_pthread_getcpuclockid, "(thread_id, /)",
                 "Return the clk_id of a thread's CPU time clock.", METHOD_TUPLE),
    METHOD("sleep", time_sleep, "(seconds, /)", "Delay execution for a given number of seconds."),
    METHOD_FLAGS("gmtime", time_gmtime, "(seconds=None, /)",
                 "Convert seconds since the Epoch to a time tuple expressing UTC.", METHOD_TUPLE),
    METHOD_FLAGS("localtime", time_localtime, "(seconds=None, /)",
                 "Convert seconds since the Epoch to a time tuple expressing local time.", METHOD_TUPLE),
    METHOD("mktime", time_mktime, "(tuple, /)", "Convert a time tuple in local time to seconds since the Epoch."),
    METHOD("asctime", time_asctime, "(tuple=<unrepresentable>, /)", "Convert a time tuple to a string."),
    METHOD_FLAGS("ctime", time_ctime, "(seconds=None, /)",
                 "Convert a time in seconds since the Epoch to a string in local time.", METHOD_TUPLE),
    METHOD_FLAGS("strftime", time_strftime, "(format, tuple=<unrepresentable>, /)",
                 "Convert a time tuple to a string according to a format specification.", METHOD_TUPLE),
    METHOD_ANY("strptime", time_strptime, "Parse a string to a time tuple according to a format specification.", 0),
    METHOD("tzset", time_tzset, "()", "Initialize, or reinitialize, the local timezone."),
    METHOD_FLAGS("get_clock_info", time_get_clock_info, "(name, /)", "Get information of the specified clock.",
                 METHOD_TUPLE),
    {0},
};

/* One half of a year: what the zone is called then, and how far it lies west. */
static value zone_at(time_t when, long *west)
{
    struct tm t;
    if (!localtime_r(&when, &t))
        return raise_errno(errno, NULL, NULL);
    *west = -t.tm_gmtoff;
    return str_decode_locale(t.tm_zone ? t.tm_zone : "   ");
}
/* The larger offset is winter's, also where that is in July. */
static bool add_zone(value module)
{
    const time_t year = (365 * 24 + 6) * 3600;
    time_t january = time(NULL) / year * year;
    long west[2] = {0};
    value names[] = {zone_at(january, &west[0]), zone_at(january + year / 2, &west[1])};
    bool south = west[0] < west[1];
    value swapped[] = {names[south], names[!south]}, pair = tuple_from_results(swapped, 2);
    return module_add_owned(module, "tzname", pair) && module_add(module, "timezone", small_int(west[south])) &&
           module_add(module, "altzone", small_int(west[!south])) &&
           module_add(module, "daylight", small_int(west[0] != west[1]));
}
static value time_tzset(value self)
{
    value module = import_module("time");
    if (!module)
        return NULL;
    tzset();
    bool done = add_zone(module);
    value_dec(module);
    return done ? VALUE_NONE : NULL;
}

static bool fill(value module)
{
    tzset();
    if (!struct_time)
        struct_time = struct_sequence_define("time.struct_time",
                                             "The time value as returned by gmtime(), localtime(), and strptime().",
                                             time_fields, 9, struct_sequence_from);
    return struct_time && module_add(module, "struct_time", value_of(struct_time)) && add_zone(module) &&
           module_add(module, "CLOCK_REALTIME", small_int(CLOCK_REALTIME)) &&
           module_add(module, "CLOCK_MONOTONIC", small_int(CLOCK_MONOTONIC)) &&
           module_add(module, "CLOCK_PROCESS_CPUTIME_ID", small_int(CLOCK_PROCESS_CPUTIME_ID)) &&
           module_add(module, "CLOCK_THREAD_CPUTIME_ID", small_int(CLOCK_THREAD_CPUTIME_ID)) &&
           module_add(module, "CLOCK_MONOTONIC_RAW", small_int(CLOCK_MONOTONIC_RAW)) &&
           module_add(module, "CLOCK_BOOTTIME", small_int(CLOCK_BOOTTIME)) &&
           module_add(module, "CLOCK_TAI", small_int(CLOCK_TAI)) &&
           module_add(module, "_STRUCT_TM_ITEMS", small_int(11));
}

const struct module_def time_module = {
    .name = "time",
    .doc = "This module provides various functions to manipulate time values.",
    .functions = functions,
    .fill = fill,
};
