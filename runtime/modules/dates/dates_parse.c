/*
 * ISO 8601: dates with and without hyphens, by months or weeks; times of hours, minutes, seconds and a fraction, with
 * and without colons; Z, or an offset in the form of a time.
 *
 * Texts are UTF-8 with a zero byte behind them.
 */
#include "runtime/modules/dates/dates.h"
#include "runtime/objects/text/str.h"
#include "threads/pause.h"

#include <string.h>

static inline bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* A number of so many digits; NULL: they are not all there. */
static inline __attribute__((always_inline)) const char *take_digits(const char *p, int *number, size_t count)
{
    int n = 0;
    for (size_t i = 0; i < count; i++) {
        if (!is_digit(p[i]))
            return NULL;
        n = n * 10 + (p[i] - '0');
    }
    *number = n;
    return p + count;
}

bool parse_iso_date(const char *text, size_t length, struct fields *f)
{
    const char *p = take_digits(text, &f->year, 4);
    if (!p)
        return false;
    bool hyphens = *p == '-';
    p += hyphens;
    if (*p == 'W') {
        struct iso_date iso = {f->year, 0, 1};
        p = take_digits(p + 1, &iso.week, 2);
        if (!p)
            return false;
        if ((size_t)(p - text) < length) {
            if (hyphens && *p++ != '-')
                return false;
            p = take_digits(p, &iso.weekday, 1);
        }
        return p && date_of_iso(iso, f) == ISO_FINE;
    }
    p = take_digits(p, &f->month, 2);
    if (!p || (hyphens && *p++ != '-'))
        return false;
    return take_digits(p, &f->day, 2) != NULL; /* as CPython, whatever follows */
}

/* Hours to microseconds, from p to end. *more: something stands behind them. */
static bool take_time(const char *p, const char *end, int parts[4], bool *more)
{
    bool colons = true;
    memset(parts, 0, 4 * sizeof *parts);
    for (int i = 0; i < 3; i++) {
        p = take_digits(p, &parts[i], 2);
        if (!p)
            return false;
        char c = *p++;
        if (i == 0)
            colons = c == ':';
        if (p >= end) {
            *more = c != '\0';
            return true;
        }
        if (colons && c == ':')
            continue;
        if (c == '.' || c == ',')
            break;
        if (colons)
            return false;
        p--;
    }
    size_t count = (size_t)(end - p) < 6 ? (size_t)(end - p) : 6;
    p = count == 6 ? take_digits(p, &parts[3], 6) : take_digits(p, &parts[3], count);
    if (!p)
        return false;
    for (; count < 6; count++)
        parts[3] *= 10;
    for (size_t i = 0; is_digit(*p); thread_report_at(++i))
        p++;
    *more = *p != '\0';
    return true;
}

bool parse_iso_time(const char *text, size_t length, struct fields *f, bool *has_offset, int64_t *offset)
{
    const char *end = text + length, *zone = text;
    int parts[4];
    bool more;
    for (size_t i = 0; zone < end && (is_digit(*zone) || (*zone != '+' && *zone != '-' && *zone != 'Z')); zone++)
        if (unlikely(++i == THREAD_LONG_BYTES)) {
            thread_report();
            i = 0;
        }
    if (!take_time(text, zone, parts, &more))
        return false;
    f->hour = parts[0];
    f->minute = parts[1];
    f->second = parts[2];
    f->microsecond = parts[3];
    *has_offset = zone < end;
    *offset = 0;
    if (zone == end)
        return !more;
    if (*zone == 'Z')
        return zone[1] == '\0';
    if (!take_time(zone + 1, end, parts, &more) || more)
        return false;
    int64_t seconds = parts[0] * 3600 + parts[1] * 60 + parts[2];
    *offset = (seconds * SECOND_MICROS + parts[3]) * (*zone == '-' ? -1 : 1);
    if (seconds == 0) /* then it is UTC */
        *offset = 0;
    return true;
}

value iso_tzinfo(bool has_offset, int64_t offset)
{
    if (!has_offset)
        return VALUE_NONE;
    if (offset == 0)
        return value_inc(timezone_utc);
    value delta = timedelta_new(0, offset), zone = delta ? timezone_new(delta, NULL) : NULL;
    value_dec(delta);
    return zone;
}

value raise_iso(value text)
{
    return raise(EXC(ValueError), "Invalid isoformat string: %R", text);
}

bool iso_separator(const char *text, size_t length, size_t *at)
{
    if (length == 7) {
        *at = 7;
    } else if (text[4] == '-') {
        if (text[5] != 'W') {
            *at = 10; /* YYYY-MM-DD */
        } else if (text[8] == '-') {
            if (length == 9)
                return false;
            /* YYYY-Www-D, unless digits go on: a hyphen is a likelier separator than a digit */
            *at = length > 10 && is_digit(text[10]) ? 8 : 10;
        } else {
            *at = 8; /* YYYY-Www */
        }
    } else if (text[4] == 'W') { /* parts of times have two digits each: an odd one belongs to the date */
        size_t digits = 7;
        for (; digits < length && is_digit(text[digits]); thread_report_at(digits))
            digits++;
        *at = digits < 9 ? digits : digits % 2 == 0 ? 7 : 8;
    } else {
        *at = 8; /* YYYYMMDD */
    }
    return true;
}
