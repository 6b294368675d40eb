/* Dates and times as text. */
#include "runtime/import.h"
#include "runtime/modules/dates/dates.h"
#include "runtime/objects/text/str.h"
#include "threads/pause.h"

#include <string.h>

static char *put_digits(char *to, unsigned number, unsigned count)
{
    for (unsigned i = count; i-- > 0; number /= 10)
        to[i] = (char)('0' + number % 10);
    return to + count;
}
static char *put_two(char *to, unsigned number)
{
    to[0] = (char)('0' + number / 10);
    to[1] = (char)('0' + number % 10);
    return to + 2;
}

char *text_date(char *to, const struct fields *f)
{
    to = put_digits(to, (unsigned)f->year, 4);
    *to++ = '-';
    to = put_two(to, (unsigned)f->month);
    *to++ = '-';
    return put_two(to, (unsigned)f->day);
}

bool timespec_argument(value v, unsigned position, const struct fields *f, enum time_detail *out)
{
    static const char names[][16] = {"hours", "minutes", "seconds", "milliseconds", "microseconds"};
    *out = f->microsecond ? TIMESPEC_MICROSECONDS : TIMESPEC_SECONDS;
    if (v == VALUE_MISSING)
        return true;
    if (!is_str(v))
        return raise_false(EXC(TypeError), "isoformat() argument %u must be str, not %K", position, v);
    struct text text;
    if (!text_of_argument(v, &text))
        return false;
    text_release(&text);
    if (str_equals_text(v, "auto"))
        return true;
    for (int i = 0; i <= TIMESPEC_MICROSECONDS; i++)
        if (str_equals_text(v, names[i])) {
            *out = (enum time_detail)i;
            return true;
        }
    return raise_false(EXC(ValueError), "Unknown timespec value");
}

char *text_time(char *to, const struct fields *f, enum time_detail spec)
{
    to = put_two(to, (unsigned)f->hour);
    if (spec >= TIMESPEC_MINUTES) {
        *to++ = ':';
        to = put_two(to, (unsigned)f->minute);
    }
    if (spec >= TIMESPEC_SECONDS) {
        *to++ = ':';
        to = put_two(to, (unsigned)f->second);
    }
    if (spec >= TIMESPEC_MILLISECONDS)
        *to++ = '.';
    if (spec == TIMESPEC_MILLISECONDS)
        to = put_digits(to, (unsigned)f->microsecond / 1000, 3);
    if (spec == TIMESPEC_MICROSECONDS)
        to = put_digits(to, (unsigned)f->microsecond, 6);
    return to;
}

char *text_offset(char *to, value delta, const char *separator)
{
    int64_t micros = DELTA(delta)->days * DAY_MICROS + DELTA(delta)->micros;
    *to++ = micros < 0 ? '-' : '+';
    if (micros < 0)
        micros = -micros;
    unsigned seconds = (unsigned)(micros / SECOND_MICROS), rest = (unsigned)(micros % SECOND_MICROS);
    to = put_two(to, seconds / 3600);
    to = stpcpy(to, separator);
    to = put_two(to, seconds / 60 % 60);
    if (seconds % 60 || rest) {
        to = stpcpy(to, separator);
        to = put_two(to, seconds % 60);
    }
    if (rest) {
        *to++ = '.';
        to = put_digits(to, rest, 6);
    }
    return to;
}

value text_ctime(const struct fields *f)
{
    static const char days[][4] = {"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"};
    static const char months[][4] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                     "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    char text[DATES_TEXT_MAX], *to = stpcpy(text, days[ordinal_weekday(date_ordinal(f->year, f->month, f->day))]);
    *to++ = ' ';
    to = stpcpy(to, months[f->month - 1]);
    *to++ = ' ';
    to = put_two(to, (unsigned)f->day);
    if (f->day < 10)
        to[-2] = ' ';
    *to++ = ' ';
    to = text_time(to, f, TIMESPEC_SECONDS);
    *to++ = ' ';
    return str_from_ascii(text, (size_t)(put_digits(to, (unsigned)f->year, 4) - text));
}

value add_keywords(value text, value tzinfo, int fold, bool fold_first)
{
    value zone = text && tzinfo != VALUE_NONE ? value_repr(tzinfo) : NULL;
    if (!text || (tzinfo == VALUE_NONE && !fold) || (tzinfo != VALUE_NONE && !zone)) {
        if (text && (zone || tzinfo == VALUE_NONE))
            return text;
        value_dec(text);
        return NULL;
    }
    value open = str_substring(text, 0, str_length(text) - 1), result = NULL;
    const char *mark = fold ? ", fold=1" : "";
    if (open)
        result = !zone        ? str_format("%U, fold=1)", open)
                 : fold_first ? str_format("%U%s, tzinfo=%U)", open, mark, zone)
                              : str_format("%U, tzinfo=%U%s)", open, zone, mark);
    value_dec(open);
    value_dec(zone);
    value_dec(text);
    return result;
}

/* ---- strftime ---- */
static value call_time(value name, const value *args, size_t nargs)
{
    value module = import_module("time"), function = module ? attr_get(module, name) : NULL;
    value result = function ? call_vector(function, args, nargs, NULL) : NULL;
    value_dec(function);
    value_dec(module);
    return result;
}

value time_tuple(const struct fields *f, int dst)
{
    int ordinal = date_ordinal(f->year, f->month, f->day);
    value items[] = {small_int(f->year),
                     small_int(f->month),
                     small_int(f->day),
                     small_int(f->hour),
                     small_int(f->minute),
                     small_int(f->second),
                     small_int(ordinal_weekday(ordinal)),
                     small_int(date_day_of_year(f->year, f->month, f->day)),
                     small_int(dst)};
    value tuple = tuple_from_owned(items, 9);
    value result = tuple ? call_time(NAME(struct_time), &tuple, 1) : NULL;
    value_dec(tuple);
    return result;
}

struct expansion {
    struct str_builder out;
    value tzinfo, argument;
    int microsecond;
    value offset, name; /* what was asked already, strs; owned */
};

static bool expand(struct expansion *e, uint32_t directive)
{
    char text[DATES_TEXT_MAX];
    if (directive == 'f') {
        builder_add_ascii(&e->out, text, (size_t)(put_digits(text, (unsigned)e->microsecond, 6) - text));
        return true;
    }
    if (directive == 'z') {
        if (!e->offset) {
            value delta = tzinfo_utcoffset(e->tzinfo, e->argument);
            if (!delta)
                return false;
            size_t length = delta == VALUE_NONE ? 0 : (size_t)(text_offset(text, delta, "") - text);
            value_dec(delta);
            if (!(e->offset = str_from_ascii(text, length)))
                return false;
        }
        builder_add_str(&e->out, e->offset);
        return true;
    }
    if (!e->name) { /* per cent signs in it are no directives */
        value name = tzinfo_tzname(e->tzinfo, e->argument);
        if (!name)
            return false;
        value args[] = {NAME_TEXT("%"), NAME_TEXT("%%")};
        e->name = name == VALUE_NONE ? str_empty() : call_method(name, NAME(replace), args, 2);
        value_dec(name);
        if (!e->name)
            return false;
        if (!is_str(e->name))
            return raise_false(EXC(TypeError), "tzname.replace() did not return a string");
        struct text checked;
        if (!text_of(e->name, &checked)) /* no lone surrogates */
            return false;
        text_release(&checked);
    }
    builder_add_str(&e->out, e->name);
    return true;
}

value dates_strftime(value v, value format, value tuple, value tzinfo, value argument, int microsecond)
{
    struct text checked;
    if (!text_of(format, &checked)) /* no lone surrogates */
        return NULL;
    text_release(&checked);
    value exact = str_to_exact(format);
    if (!exact)
        return NULL;
    struct expansion e = {.tzinfo = tzinfo, .argument = argument, .microsecond = microsecond};
    builder_init(&e.out);
    struct span s = str_span(exact);
    bool done = true;
    for (size_t i = 0; done && i < s.length; thread_pause_at(++i)) {
        uint32_t c = span_at(s, i), next = c == '%' && i + 1 < s.length ? span_at(s, i + 1) : 0;
        if (next == 'z' || next == 'Z' || next == 'f') {
            done = expand(&e, next);
            i++;
        } else {
            builder_add_char(&e.out, c);
            if (next) {
                builder_add_char(&e.out, next);
                i++;
            }
        }
    }
    value_dec(exact);
    value_dec(e.offset);
    value_dec(e.name);
    value result = NULL;
    if (done) {
        value args[] = {builder_finish(&e.out), tuple};
        result = args[0] ? call_time(NAME(strftime), args, 2) : NULL;
        value_dec(args[0]);
    } else {
        builder_discard(&e.out);
    }
    return result;
}

value dates_format(value v, value format)
{
    if (!is_str(format))
        return raise(EXC(TypeError), "__format__() argument 1 must be str, not %K", format);
    return str_length(format) ? call_method_1(v, NAME(strftime), format) : value_str(v);
}
