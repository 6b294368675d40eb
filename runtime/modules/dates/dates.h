/*
 * Dates and times: their layouts, and what the files of this room share.
 *
 * All of them are immutable. A date, a time and both together are one word each, whose fields stand in the order of
 * their weight: so it is compared, and the parts of a datetime are had by a mask. Differences are days and microseconds
 * of a day.
 */
#ifndef ATOLL_DATES_H
#define ATOLL_DATES_H

#include "runtime/objects/objects.h"
#include "runtime/signature.h"

enum { YEAR_MIN = 1, YEAR_MAX = 9999, ORDINAL_MAX = 3652059, DELTA_DAYS_MAX = 999999999 };
#define SECOND_MICROS INT64_C(1000000)
#define DAY_SECONDS   86400
#define DAY_MICROS    (DAY_SECONDS * SECOND_MICROS)

struct timedelta {
    struct object header;
    _Atomic int64_t hash; /* 0: not computed yet; here and below */
    int64_t micros;       /* of the day: 0 to DAY_MICROS - 1 */
    int32_t days;
};

/* Where the fields are in a packed date and time. A time alone has the lower ones. */
enum { SECOND_SHIFT = 20, MINUTE_SHIFT = 26, HOUR_SHIFT = 32, DAY_SHIFT = 37, MONTH_SHIFT = 42, YEAR_SHIFT = 46 };
#define TIME_MASK ((UINT64_C(1) << DAY_SHIFT) - 1)

struct fields {
    int year, month, day, hour, minute, second, microsecond;
};

struct date {
    struct object header;
    _Atomic int64_t hash;
    uint64_t packed;
};
struct datetime {
    struct date date;
    value_slot tzinfo; /* None or a tzinfo */
    uint8_t fold;
};
struct day_time { /* the type `time` */
    struct object header;
    _Atomic int64_t hash;
    uint64_t packed;
    value_slot tzinfo;
    uint8_t fold;
};

extern struct type *timedelta_type, *date_type, *datetime_type, *day_time_type, *tzinfo_type, *timezone_type;
extern value timezone_utc; /* held by the module */

#define DELTA(v)    ((struct timedelta *)(v))
#define DATE(v)     ((struct date *)(v))
#define DATETIME(v) ((struct datetime *)(v))
#define DAY_TIME(v) ((struct day_time *)(v))

/* A new instance: of the type itself, which is `exact`, in line. */
static inline struct object *dates_alloc(struct type *type, struct type *exact, enum page_kind kind, size_t size)
{
    return likely(type == exact) ? object_or_error(heap_alloc_in_line(kind, size, type_ref(&exact->gc), 0))
                                 : object_new(type, size);
}

static inline bool is_timedelta(value v)
{
    return value_is_of(v, timedelta_type);
}
static inline bool is_date(value v) /* datetimes too */
{
    return value_is_of(v, date_type);
}
static inline bool is_datetime(value v)
{
    return value_is_of(v, datetime_type);
}
static inline bool is_day_time(value v)
{
    return value_is_of(v, day_time_type);
}
static inline bool is_tzinfo(value v)
{
    return value_is_of(v, tzinfo_type);
}

static inline uint64_t fields_pack(const struct fields *f)
{
    return (uint64_t)f->year << YEAR_SHIFT | (uint64_t)f->month << MONTH_SHIFT | (uint64_t)f->day << DAY_SHIFT |
           (uint64_t)f->hour << HOUR_SHIFT | (uint64_t)f->minute << MINUTE_SHIFT | (uint64_t)f->second << SECOND_SHIFT |
           (uint64_t)f->microsecond;
}
/* The fields cut to their bits. */
static inline uint64_t fields_pack_any(const struct fields *f)
{
    struct fields cut = {f->year & 0xFFFF, f->month & 15,           f->day & 31, f->hour & 31, f->minute & 63,
                         f->second & 63,   f->microsecond & 0xFFFFF};
    return fields_pack(&cut);
}
static inline struct fields fields_unpack(uint64_t packed)
{
    return (struct fields){(int)(packed >> YEAR_SHIFT),
                           (int)(packed >> MONTH_SHIFT) & 15,
                           (int)(packed >> DAY_SHIFT) & 31,
                           (int)(packed >> HOUR_SHIFT) & 31,
                           (int)(packed >> MINUTE_SHIFT) & 63,
                           (int)(packed >> SECOND_SHIFT) & 63,
                           (int)packed & 0xFFFFF};
}
static inline int64_t fields_micros(const struct fields *f) /* of the day */
{
    return (f->hour * 3600 + f->minute * 60 + f->second) * SECOND_MICROS + f->microsecond;
}

/* ---- the calendar (calendar.c): the proleptic Gregorian one; days are counted from 1, that of 0001-01-01 ---- */
bool year_is_leap(int year);
int month_days(int year, int month);
int date_ordinal(int year, int month, int day);
int date_day_of_year(int year, int month, int day); /* from 1 */
void ordinal_date(int ordinal, struct fields *f);   /* year, month, day of a valid ordinal */
static inline int ordinal_weekday(int ordinal)      /* Monday is 0 */
{
    return (int)(((unsigned)ordinal + 6) % 7);
}
struct iso_date {
    int year, week, weekday; /* from 1; Monday is 1 */
};
struct iso_date iso_of_date(int year, int month, int day);
enum iso_fault { ISO_FINE, ISO_YEAR, ISO_WEEK, ISO_DAY };
enum iso_fault date_of_iso(struct iso_date iso, struct fields *f); /* f may be out of range of dates */

/* ---- making ---- results that are no valid date or time are errors, ValueError or OverflowError ---- */
bool fields_check_date(const struct fields *f);
bool fields_check_time(const struct fields *f, int fold);
/* f's day and so many days more, and for the time so many microseconds, of any sign. OverflowError. */
bool fields_add(struct fields *f, int64_t days, int64_t micros);
/* An argument that is an int, as C int. */
static inline bool field_argument(value v, int *out)
{
    if (likely(value_is_small_int(v) && small_int_value(v) == (int)small_int_value(v))) {
        *out = (int)small_int_value(v);
        return true;
    }
    return value_as_signed_int(v, out);
}
bool tzinfo_check(value v); /* None or a tzinfo, else TypeError */

/* The state in a pickle, bytes or, from Python 2, a str with a character for each byte; NULL, without an exception: `v`
   is none of that length. *wrong: there are characters that are no bytes. As in CPython only what tells a state from
   other arguments is looked at (the month, the hour): other fields may be out of range, as far as they have bits, and
   what counts with them has to bear it. */
const uint8_t *dates_state(value v, size_t length, uint8_t *room, bool *wrong);
value dates_raise_state(const char *type);

value timedelta_new(int64_t days, int64_t micros /* any */);
/* An instance of date, of datetime, or of a subclass, which is called. */
value date_new_of(struct type *type, const struct fields *f);
value datetime_new_of(struct type *type, const struct fields *f, value tzinfo, int fold);
value datetime_new_exact(const struct fields *f, value tzinfo, int fold); /* fields are valid */
value day_time_new_of(struct type *type, const struct fields *f, value tzinfo, int fold);
value day_time_new_exact(const struct fields *f, value tzinfo, int fold);
value timezone_new(value offset, value name /* or NULL */);

/* ---- what types use of each other ---- */
static inline value object_tzinfo(const value_slot *slot) /* borrowed from its immutable holder */
{
    return slot_peek(slot);
}
/* Microseconds as one number where they fit. */
static inline bool delta_fits(value v, int64_t *micros)
{
    const struct timedelta *d = DELTA(v);
    *micros = 0;
    if (d->days >= 100000000 || d->days <= -100000000)
        return false;
    *micros = d->days * DAY_MICROS + d->micros;
    return true;
}
static inline int delta_compare(value a, value b)
{
    const struct timedelta *x = DELTA(a), *y = DELTA(b);
    if (x->days != y->days)
        return x->days < y->days ? -1 : 1;
    return x->micros < y->micros ? -1 : x->micros > y->micros;
}
static inline bool delta_is_zero(value v)
{
    return !DELTA(v)->days && !DELTA(v)->micros;
}
value delta_subtract(value a, value b);
/* datetime + sign * delta, of the type of `v`. */
value datetime_add_delta(value v, value delta, int sign);
value datetime_subtract(value a, value b);
value ordering(int difference, int op); /* a bool */

/* tzinfo.utcoffset(argument), dst and tzname, with their checks; owned. None when tzinfo is None. */
value tzinfo_utcoffset(value tzinfo, value argument);
value tzinfo_dst(value tzinfo, value argument);
value tzinfo_tzname(value tzinfo, value argument);

/* ---- text (dates_text.c) ---- */
enum { DATES_TEXT_MAX = 80 };
char *text_date(char *to, const struct fields *f); /* the end of what was written; here and below */
enum time_detail { TIMESPEC_HOURS, TIMESPEC_MINUTES, TIMESPEC_SECONDS, TIMESPEC_MILLISECONDS, TIMESPEC_MICROSECONDS };
bool timespec_argument(value v /* or VALUE_MISSING */, unsigned position, const struct fields *f,
                       enum time_detail *out);
char *text_time(char *to, const struct fields *f, enum time_detail spec);
char *text_offset(char *to, value delta, const char *separator);
value text_ctime(const struct fields *f);
/* With time.strftime, after %z, %Z and %f were replaced as `v` says. */
value dates_strftime(value v, value format, value time_tuple, value tzinfo, value argument, int microsecond);
value dates_format(value v, value format);         /* __format__ */
value time_tuple(const struct fields *f, int dst); /* time.struct_time */
value add_keywords(value text /* stolen */, value tzinfo, int fold,
                   bool fold_first); /* to a repr, which ends with ')' */

/* ---- ISO 8601 (dates_parse.c) ---- */
bool parse_iso_date(const char *text, size_t length, struct fields *f);
bool parse_iso_time(const char *text, size_t length, struct fields *f, bool *has_offset, int64_t *offset);
value iso_tzinfo(bool has_offset, int64_t offset);
bool iso_separator(const char *text, size_t length, size_t *at);
value raise_iso(value text);

/* ---- clocks (dates_clock.c) ---- */
value date_today(value cls);
value date_fromtimestamp(value cls, value timestamp);
value datetime_now(value cls, value tz);
value datetime_utcnow(value cls);
value datetime_fromtimestamp(value cls, value timestamp, value tz);
value datetime_utcfromtimestamp(value cls, value timestamp);
value datetime_timestamp(value v);
value datetime_astimezone(value v, value tz);

extern const struct type_spec timedelta_spec, date_spec, datetime_spec, day_time_spec, tzinfo_spec, timezone_spec,
    iso_calendar_date_spec;
extern struct type *iso_calendar_date_type;

#endif
