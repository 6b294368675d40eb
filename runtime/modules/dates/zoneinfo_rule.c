/* Rules for summer time: those of TZ strings (POSIX, RFC 8536), "EST5EDT,M3.2.0/2,M11.1.0". */
#include "runtime/modules/dates/zoneinfo.h"
#include "runtime/objects/text/str.h"

#include <string.h>

enum { EPOCH_ORDINAL = 719163 };

/* ---- kinds ---- */
bool kind_make(struct local_kind *kind, int offset, int dst, value name)
{
    *kind = (struct local_kind){timedelta_new(0, offset * SECOND_MICROS), timedelta_new(0, dst * SECOND_MICROS),
                                value_inc(name), offset};
    if (kind->offset && kind->dst)
        return true;
    kind_drop(kind);
    return false;
}
void kind_drop(struct local_kind *kind)
{
    value_dec(kind->offset);
    value_dec(kind->dst);
    value_dec(kind->name);
    *kind = (struct local_kind){0};
}
void rule_drop(struct zone_rule *rule)
{
    kind_drop(&rule->standard);
    kind_drop(&rule->summer);
}

/* ---- parsing ---- each moves p, and returns false where the text is something else */
static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}
static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool take_digits(const char **p, int least, int most, int *number)
{
    int count = 0;
    *number = 0;
    for (; count < most && is_digit(**p); count++)
        *number = *number * 10 + (*(*p)++ - '0');
    return count >= least;
}

/* A name in letters, or in <> with digits and signs; *name is owned. */
static bool take_name(const char **p, value *name)
{
    bool bracket = **p == '<';
    const char *from = *p += bracket, *at = from;
    while (is_letter(*at) || (bracket && (is_digit(*at) || *at == '+' || *at == '-')))
        at++;
    if (bracket ? *at != '>' : at == from)
        return false;
    *p = at + bracket;
    *name = str_from_ascii(from, (size_t)(at - from));
    return *name;
}

/* [+-]h[hh][:mm[:ss]] */
static bool take_time(const char **p, int hours_max, int *seconds)
{
    int sign = **p == '-' ? -1 : 1, hours, part[2] = {0, 0};
    *p += **p == '-' || **p == '+';
    if (!take_digits(p, 1, 3, &hours) || hours > hours_max)
        return false;
    for (int i = 0; i < 2 && **p == ':'; i++) {
        ++*p;
        if (!take_digits(p, 2, 2, &part[i]))
            return false;
    }
    *seconds = sign * (hours * 3600 + part[0] * 60 + part[1]);
    return true;
}

static bool take_day(const char **p, struct rule_day *day)
{
    *day = (struct rule_day){.seconds = 2 * 3600};
    if (**p == 'M') {
        ++*p;
        if (!take_digits(p, 1, 2, &day->month) || *(*p)++ != '.' || !take_digits(p, 1, 1, &day->week) ||
            *(*p)++ != '.' || !take_digits(p, 1, 1, &day->weekday))
            return false;
        if (day->month < 1 || day->month > 12 || day->week < 1 || day->week > 5 || day->weekday > 6)
            return false;
    } else {
        day->how = **p == 'J' ? DAY_OF_COMMON_YEAR : DAY_OF_YEAR;
        *p += day->how == DAY_OF_COMMON_YEAR;
        if (!take_digits(p, 1, 3, &day->day) || day->day < (day->how == DAY_OF_COMMON_YEAR) || day->day > 365)
            return false;
    }
    if (**p != '/')
        return true;
    ++*p;
    return take_time(p, 167, &day->seconds);
}

/* What is wrong with the text; NULL: nothing, or an exception is set. */
static const char *parse(const char *p, struct zone_rule *rule, value *standard, value *summer)
{
    int offset, summer_offset;
    if (!take_name(&p, standard))
        return "Invalid STD format in";
    if (!take_time(&p, 24, &offset))
        return "Invalid STD offset in";
    offset = -offset; /* west is positive there */
    if (!*p) {
        kind_make(&rule->standard, offset, 0, *standard);
        return NULL;
    }
    if (!take_name(&p, summer))
        return "Invalid DST format in";
    summer_offset = offset + 3600;
    if (*p != ',') {
        if (!take_time(&p, 24, &summer_offset))
            return "Invalid DST offset in";
        summer_offset = -summer_offset;
    }
    struct rule_day *const days[] = {&rule->begin, &rule->end};
    for (int i = 0; i < 2; i++) {
        if (*p++ != ',')
            return "Missing transition rules in TZ string:";
        if (!take_day(&p, days[i]))
            return "Malformed transition rule in TZ string:";
    }
    if (*p)
        return "Extraneous characters at end of TZ string:";
    rule->has_summer = true;
    rule->difference = summer_offset - offset;
    if (kind_make(&rule->standard, offset, 0, *standard))
        kind_make(&rule->summer, summer_offset, rule->difference, *summer);
    return NULL;
}

bool rule_parse(value bytes, struct zone_rule *rule)
{
    value standard = NULL, summer = NULL;
    *rule = (struct zone_rule){0};
    if (!is_bytes(bytes))
        return raise_false(EXC(TypeError), "expected bytes, %T found", bytes);
    const char *text = (const char *)bytes_data(bytes);
    const char *wrong = strlen(text) == bytes_length(bytes) ? parse(text, rule, &standard, &summer)
                                                            : "Extraneous characters at end of TZ string:";
    value_dec(standard);
    value_dec(summer);
    if (wrong && !error_occurred())
        raise(EXC(ValueError), "%s %R", wrong, bytes);
    if (!error_occurred())
        return true;
    rule_drop(rule);
    return false;
}

/* ---- applying ---- */

/* When it is in a year, in local seconds from 1970-01-01. */
static int64_t rule_seconds(const struct rule_day *rule, int year)
{
    int ordinal;
    if (rule->how == DAY_OF_MONTH) {
        int first = date_ordinal(year, rule->month, 1);
        int day = (rule->weekday - (ordinal_weekday(first) + 1) + 7) % 7 + (rule->week - 1) * 7;
        if (day >= month_days(year, rule->month)) /* the fifth is the last */
            day -= 7;
        ordinal = first + day;
    } else {
        /* As CPython counts: day 0 is the last of the year before, and 59 is February 29 where there is one. */
        ordinal = date_ordinal(year, 1, 1) + rule->day - 1;
        if (rule->how == DAY_OF_COMMON_YEAR && rule->day >= 59 && year_is_leap(year))
            ordinal++;
    }
    return (int64_t)(ordinal - EPOCH_ORDINAL) * DAY_SECONDS + rule->seconds;
}

static bool is_between(int64_t begin, int64_t seconds, int64_t end) /* around the turn of the year, too */
{
    return begin < end ? begin <= seconds && seconds < end : !(end <= seconds && seconds < begin);
}

const struct local_kind *rule_at(const struct zone_rule *rule, int64_t local, int fold, int year)
{
    if (!rule->has_summer)
        return &rule->standard;
    int64_t begin = rule_seconds(&rule->begin, year), end = rule_seconds(&rule->end, year);
    /* The time that is not so far ahead lasts, with fold=0, from the end of the gap to that of the fold, and with
       fold=1 from beginning to beginning. */
    if (fold == (rule->difference >= 0))
        end -= rule->difference;
    else
        begin += rule->difference;
    return is_between(begin, local, end) ? &rule->summer : &rule->standard;
}

const struct local_kind *rule_at_utc(const struct zone_rule *rule, int64_t utc, int year, int *fold)
{
    *fold = 0;
    if (!rule->has_summer)
        return &rule->standard;
    int64_t begin = rule_seconds(&rule->begin, year) - rule->standard.seconds;
    int64_t end = rule_seconds(&rule->end, year) - rule->summer.seconds;
    /* What is ambiguous follows the moment at which the clock goes back. */
    int64_t back = rule->difference > 0 ? end : begin,
            length = rule->difference > 0 ? rule->difference : -rule->difference;
    *fold = back <= utc && utc < back + length;
    return is_between(begin, utc, end) ? &rule->summer : &rule->standard;
}
