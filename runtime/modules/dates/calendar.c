/*
 * The Gregorian calendar, carried back to the year 1. Years are taken to begin with March, so that the leap day is
 * their last, in eras of 400 years of 146,097 days (Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms").
 */
#include "runtime/modules/dates/dates.h"

enum { ERA_DAYS = 146097, CENTURY_DAYS = 36524, FOUR_YEARS_DAYS = 1461, MARCH_OFFSET = 306 };

bool year_is_leap(int year)
{
    return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

int month_days(int year, int month)
{
    static const uint8_t days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    return month == 2 && year_is_leap(year) ? 29 : days[month - 1];
}

int date_day_of_year(int year, int month, int day)
{
    static const uint16_t before[] = {0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334};
    return before[month - 1] + (month > 2 && year_is_leap(year)) + day;
}

int date_ordinal(int year, int month, int day)
{
    unsigned before = (unsigned)year - 1; /* years gone by */
    return (int)(before * 365 + before / 4 - before / 100 + before / 400) + date_day_of_year(year, month, day);
}

void ordinal_date(int ordinal, struct fields *f)
{
    unsigned day = (unsigned)ordinal - 1 + MARCH_OFFSET; /* from 0000-03-01 */
    unsigned era = day / ERA_DAYS, day_of_era = day % ERA_DAYS;
    unsigned year =
        (day_of_era - day_of_era / (FOUR_YEARS_DAYS - 1) + day_of_era / CENTURY_DAYS - day_of_era / (ERA_DAYS - 1)) /
        365;
    unsigned day_of_year = day_of_era - (365 * year + year / 4 - year / 100);
    unsigned month = (5 * day_of_year + 2) / 153; /* March is 0 */
    f->day = (int)(day_of_year - (153 * month + 2) / 5) + 1;
    f->month = (int)(month < 10 ? month + 3 : month - 9);
    f->year = (int)(era * 400 + year) + (month >= 10);
}

/* The Monday that the ISO year begins with: that of the week with January 4. */
static int iso_year_start(int year)
{
    int first = date_ordinal(year, 1, 1), weekday = ordinal_weekday(first);
    return first - weekday + (weekday > 3 ? 7 : 0);
}

struct iso_date iso_of_date(int year, int month, int day)
{
    int today = date_ordinal(year, month, day), start = iso_year_start(year);
    if (today < start)
        start = iso_year_start(--year);
    else if (today >= start + 52 * 7 && today >= iso_year_start(year + 1))
        start = iso_year_start(++year);
    return (struct iso_date){year, (today - start) / 7 + 1, (today - start) % 7 + 1};
}

enum iso_fault date_of_iso(struct iso_date iso, struct fields *f)
{
    if (iso.year < YEAR_MIN || iso.year > YEAR_MAX)
        return ISO_YEAR;
    /* 53 weeks have the years that begin with a Thursday, and leap years that begin with a Wednesday. */
    int first = ordinal_weekday(date_ordinal(iso.year, 1, 1));
    bool is_long = first == 3 || (first == 2 && year_is_leap(iso.year));
    if (iso.week < 1 || iso.week > 52 + is_long)
        return ISO_WEEK;
    if (iso.weekday < 1 || iso.weekday > 7)
        return ISO_DAY;
    ordinal_date(iso_year_start(iso.year) + (iso.week - 1) * 7 + iso.weekday - 1, f); /* year 1 begins with a Monday */
    return ISO_FINE;
}
