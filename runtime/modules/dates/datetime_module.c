/* The module _datetime: its types, and the constants that are their attributes. */
#include "runtime/modules/dates/dates.h"
#include "runtime/modules/module.h"
#include "runtime/objects/model/type_internal.h"

static bool define(struct type **type, const struct type_spec *spec, struct type *base)
{
    return *type || (*type = base ? type_define_with_base(spec, base) : type_define(spec));
}

static bool define_types(void)
{
    return define(&timedelta_type, &timedelta_spec, NULL) && define(&date_type, &date_spec, NULL) &&
           define(&datetime_type, &datetime_spec, date_type) && define(&day_time_type, &day_time_spec, NULL) &&
           define(&tzinfo_type, &tzinfo_spec, NULL) && define(&timezone_type, &timezone_spec, tzinfo_type) &&
           define(&iso_calendar_date_type, &iso_calendar_date_spec, NULL);
}

/* Steals v; false when it is NULL. */
static bool add(struct type *type, const char *name, value v)
{
    bool done = v && dict_set_text(type_dict(type), name, v);
    value_dec(v);
    return done;
}

static value new_zone(int minutes)
{
    value delta = timedelta_new(0, minutes * 60 * SECOND_MICROS), zone = delta ? timezone_new(delta, NULL) : NULL;
    value_dec(delta);
    return zone;
}

/* The least, the greatest, and the smallest difference. */
static bool add_limits(void)
{
    struct fields least = {.year = YEAR_MIN, .month = 1, .day = 1}, last = {YEAR_MAX, 12, 31, 23, 59, 59, 999999};
    return add(timedelta_type, "resolution", timedelta_new(0, 1)) &&
           add(timedelta_type, "min", timedelta_new(-DELTA_DAYS_MAX, 0)) &&
           add(timedelta_type, "max", timedelta_new(DELTA_DAYS_MAX, DAY_MICROS - 1)) &&
           add(date_type, "min", date_new_of(date_type, &least)) &&
           add(date_type, "max", date_new_of(date_type, &last)) && add(date_type, "resolution", timedelta_new(1, 0)) &&
           add(day_time_type, "min", day_time_new_exact(&least, VALUE_NONE, 0)) &&
           add(day_time_type, "max", day_time_new_exact(&last, VALUE_NONE, 0)) &&
           add(day_time_type, "resolution", timedelta_new(0, 1)) &&
           add(datetime_type, "min", datetime_new_exact(&least, VALUE_NONE, 0)) &&
           add(datetime_type, "max", datetime_new_exact(&last, VALUE_NONE, 0)) &&
           add(datetime_type, "resolution", timedelta_new(0, 1));
}

static bool add_zones(void)
{
    value utc = new_zone(0);
    if (!utc)
        return false;
    timezone_utc = utc; /* held by the type */
    return add(timezone_type, "utc", utc) && add(timezone_type, "min", new_zone(-(24 * 60 - 1))) &&
           add(timezone_type, "max", new_zone(24 * 60 - 1));
}

static bool fill(value module)
{
    static _Atomic bool ready; /* modules are filled by one thread at a time */
    if (!define_types())
        return false;
    if (!ready) {
        if (!add_limits() || !add_zones())
            return false;
        ready = true;
    }
    return module_add_type(module, date_type) && module_add_type(module, datetime_type) &&
           module_add_type(module, day_time_type) && module_add_type(module, timedelta_type) &&
           module_add_type(module, tzinfo_type) && module_add_type(module, timezone_type) &&
           module_add(module, "MINYEAR", small_int(YEAR_MIN)) && module_add(module, "MAXYEAR", small_int(YEAR_MAX)) &&
           module_add(module, "UTC", timezone_utc);
}

const struct module_def _datetime_module = {
    .name = "_datetime", .doc = "Fast implementation of the datetime type.", .fill = fill};
