/*
 * Time zones of the IANA database.
 *
 * A zone is a list of transitions, each from one kind of local time to another, and a rule for the time after the last.
 */
#ifndef ATOLL_ZONEINFO_H
#define ATOLL_ZONEINFO_H

#include "runtime/modules/dates/dates.h"

/* A kind of local time. The values are a timedelta, a timedelta and an exact str, which hold nothing themselves; all
   are NULL where nothing is known. */
struct local_kind {
    value offset, dst, name;
    int seconds; /* of the offset */
};

/* When summer time begins or ends, every year. */
struct rule_day {
    enum { DAY_OF_MONTH, DAY_OF_YEAR, DAY_OF_COMMON_YEAR } how;
    int month, week, weekday; /* the week-th such weekday, 5: the last; Sunday is 0 */
    int day;                  /* of the year */
    int seconds;              /* of that day, or of one near it */
};
/* What a TZ string says. */
struct zone_rule {
    struct local_kind standard, summer;
    bool has_summer;
    int difference; /* of summer time, seconds */
    struct rule_day begin, end;
};

/* ---- rules (zoneinfo_rule.c) ---- */
bool kind_make(struct local_kind *kind, int offset, int dst, value name /* borrowed */);
void kind_drop(struct local_kind *kind);
bool rule_parse(value bytes, struct zone_rule *rule); /* false with ValueError; nothing to drop */
void rule_drop(struct zone_rule *rule);
/* At a local time, in seconds from 1970-01-01. */
const struct local_kind *rule_at(const struct zone_rule *rule, int64_t local, int fold, int year);
/* At one of UTC; *fold as it is then. */
const struct local_kind *rule_at_utc(const struct zone_rule *rule, int64_t utc, int year, int *fold);

extern struct type *zone_type;
extern const struct type_spec zone_spec;
value zone_utcoffset(value v, value dt);

#endif
