/*
 * The _locale module. The C library has one locale for the process; changing it and reading what points into it are one
 * at a time.
 */
#include "runtime/modules/system/posix.h"
#include "runtime/arguments.h"

#include <langinfo.h>
#include <libintl.h>
#include <limits.h>
#include <locale.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static value_slot error_type;

static void lock_locale(void)
{
    thread_enter_blocking();
    pthread_mutex_lock(&lock);
    thread_leave_blocking();
}

static value locale_error(const char *text)
{
    value message = str_from_text(text), type = value_inc(atomic_load(&error_type));
    value exception = message ? call_1(type, message) : NULL;
    if (exception)
        raise_exception(exception);
    value_dec(exception);
    value_dec(type);
    value_dec(message);
    return NULL;
}

static value locale_setlocale(value self, value given_category, value given_name)
{
    int category;
    struct text name;
    if (!value_as_int(given_category, &category) || !argument_text_or_none(given_name, "setlocale", 2, &name))
        return NULL;
    lock_locale();
    const char *now = setlocale(category, name.bytes);
    char *copy = now ? strdup(now) : NULL;
    pthread_mutex_unlock(&lock);
    bool asked = name.bytes != NULL;
    text_release(&name);
    if (!copy)
        return now ? raise_no_memory() : locale_error(asked ? "unsupported locale setting" : "locale query failed");
    value text = str_decode_locale(copy);
    free(copy);
    return text;
}

static value grouping(const char *bytes)
{
    value list = list_new(0);
    if (!bytes[0])
        return list;
    size_t i = 0;
    for (; list && bytes[i] && bytes[i] != CHAR_MAX; i++)
        if (!list_append_owned(list, small_int(bytes[i]))) {
            value_dec(list);
            return NULL;
        }
    if (list && !list_append_owned(list, small_int(bytes[i]))) { /* what ends it: 0 or CHAR_MAX */
        value_dec(list);
        return NULL;
    }
    return list;
}
static bool put(value dict, const char *name, value item /* stolen */)
{
    bool done = item && dict_set_text(dict, name, item);
    value_dec(item);
    return done;
}
static value locale_localeconv(value self)
{
    value dict = dict_new();
    if (!dict)
        return NULL;
    lock_locale();
    struct lconv now = *localeconv(), *l = &now; /* (its strings stay until the next setlocale) */
    bool done = true;
#define TEXT(NAME)   done = done && put(dict, #NAME, str_decode_locale(l->NAME));
#define NUMBER(NAME) done = done && put(dict, #NAME, small_int(l->NAME));
    TEXT(int_curr_symbol)
    TEXT(currency_symbol)
    TEXT(mon_decimal_point)
    TEXT(mon_thousands_sep)
    done = done && put(dict, "mon_grouping", grouping(l->mon_grouping));
    TEXT(positive_sign)
    TEXT(negative_sign)
    NUMBER(int_frac_digits)
    NUMBER(frac_digits)
    NUMBER(p_cs_precedes)
    NUMBER(p_sep_by_space)
    NUMBER(n_cs_precedes)
    NUMBER(n_sep_by_space)
    NUMBER(p_sign_posn)
    NUMBER(n_sign_posn)
    TEXT(decimal_point)
    TEXT(thousands_sep)
    done = done && put(dict, "grouping", grouping(l->grouping));
    pthread_mutex_unlock(&lock);
    if (done)
        return dict;
    value_dec(dict);
    return NULL;
}

/* ---- collation ---- */
static wchar_t *wide_text(value v)
{
    size_t length = str_length(v);
    wchar_t *wide = calloc(length + 1, sizeof *wide);
    for (size_t i = 0; wide && i < length; i++) {
        wide[i] = (wchar_t)str_at(v, i);
        if (!wide[i]) {
            free(wide);
            raise(EXC(ValueError), "embedded null character");
            return NULL;
        }
    }
    if (!wide)
        raise_no_memory();
    return wide;
}
static value locale_strcoll(value self, value a, value b)
{
    if (!argument_is_str(a, "strcoll", 1) || !argument_is_str(b, "strcoll", 2))
        return NULL;
    wchar_t *first = wide_text(a), *second = first ? wide_text(b) : NULL;
    value result = second ? small_int(wcscoll(first, second)) : NULL;
    free(first);
    free(second);
    return result;
}
static value locale_strxfrm(value self, value v)
{
    if (!argument_is_str(v, "strxfrm", 0))
        return NULL;
    wchar_t *text = wide_text(v);
    if (!text)
        return NULL;
    errno = 0;
    size_t length = wcsxfrm(NULL, text, 0);
    wchar_t *key = errno && errno != ERANGE ? NULL : calloc(length + 1, sizeof *key);
    value result = NULL;
    if (key) {
        wcsxfrm(key, text, length + 1);
        result = str_from_ucs4((const uint32_t *)key, length);
    } else if (errno && errno != ENOMEM) {
        raise_errno(errno, NULL, NULL);
    } else {
        raise_no_memory();
    }
    free(key);
    free(text);
    return result;
}

/* ---- what a locale is like ---- */
static const nl_item known_items[] = {
    CODESET,   D_T_FMT,     D_FMT,     T_FMT,      RADIXCHAR, THOUSEP, YESEXPR,    NOEXPR,    CRNCYSTR, ERA,
    ERA_D_FMT, ERA_D_T_FMT, ERA_T_FMT, ALT_DIGITS, AM_STR,    PM_STR,  T_FMT_AMPM, _DATE_FMT, DAY_1,    DAY_2,
    DAY_3,     DAY_4,       DAY_5,     DAY_6,      DAY_7,     ABDAY_1, ABDAY_2,    ABDAY_3,   ABDAY_4,  ABDAY_5,
    ABDAY_6,   ABDAY_7,     MON_1,     MON_2,      MON_3,     MON_4,   MON_5,      MON_6,     MON_7,    MON_8,
    MON_9,     MON_10,      MON_11,    MON_12,     ABMON_1,   ABMON_2, ABMON_3,    ABMON_4,   ABMON_5,  ABMON_6,
    ABMON_7,   ABMON_8,     ABMON_9,   ABMON_10,   ABMON_11,  ABMON_12};
static value locale_nl_langinfo(value self, value given)
{
    int item;
    if (!value_as_int(given, &item))
        return NULL;
    for (size_t i = 0; i < sizeof known_items / sizeof *known_items; i++) {
        if (known_items[i] != item)
            continue;
        lock_locale();
        value text = str_decode_locale(nl_langinfo(item));
        pthread_mutex_unlock(&lock);
        return text;
    }
    return raise(EXC(ValueError), "unsupported langinfo constant");
}
static value locale_getencoding(value self)
{
    lock_locale();
    const char *name = nl_langinfo(CODESET);
    value text = str_from_text(*name ? name : "utf-8");
    pthread_mutex_unlock(&lock);
    return text;
}

/* ---- messages ---- */
/* What a function of the C library answered; lets go of its texts. */
static value answer_value(const char *answer, struct text *first, struct text *second)
{
    value text = answer ? str_decode_locale(answer) : raise_errno(errno, NULL, NULL);
    text_release(first);
    text_release(second);
    return text;
}
static value locale_gettext(value self, value given_message)
{
    struct text message, none = {0};
    if (!argument_text(given_message, "gettext", 0, &message))
        return NULL;
    return answer_value(gettext(message.bytes), &message, &none);
}
static value locale_dgettext(value self, value given_domain, value given_message)
{
    struct text domain, message;
    if (!argument_text_or_none(given_domain, "dgettext", 1, &domain))
        return NULL;
    if (!argument_text(given_message, "dgettext", 2, &message)) {
        text_release(&domain);
        return NULL;
    }
    return answer_value(dgettext(domain.bytes, message.bytes), &domain, &message);
}
static value locale_dcgettext(value self, value given_domain, value given_message, value given_category)
{
    int category;
    struct text domain, message = {0};
    if (!argument_text_or_none(given_domain, "dcgettext", 1, &domain))
        return NULL;
    if (!argument_text(given_message, "dcgettext", 2, &message) || !value_as_int(given_category, &category)) {
        text_release(&domain);
        text_release(&message);
        return NULL;
    }
    return answer_value(dcgettext(domain.bytes, message.bytes, category), &domain, &message);
}
static value locale_textdomain(value self, value given_domain)
{
    struct text domain, none = {0};
    if (!argument_text_or_none(given_domain, "textdomain", 0, &domain))
        return NULL;
    return answer_value(textdomain(domain.bytes), &domain, &none);
}
static value locale_bindtextdomain(value self, value given_domain, value given_directory)
{
    struct text domain, directory = {0};
    if (!argument_text(given_domain, "bindtextdomain", 1, &domain))
        return NULL;
    if (!domain.length) {
        text_release(&domain);
        return locale_error("domain must be a non-empty string");
    }
    if (given_directory != VALUE_NONE && !text_of_path(given_directory, &directory)) {
        text_release(&domain);
        return NULL;
    }
    return answer_value(bindtextdomain(domain.bytes, directory.bytes), &domain, &directory);
}
static value locale_bind_textdomain_codeset(value self, value given_domain, value given_codeset)
{
    struct text domain, codeset;
    if (!argument_text(given_domain, "bind_textdomain_codeset", 1, &domain))
        return NULL;
    if (!argument_text_or_none(given_codeset, "bind_textdomain_codeset", 2, &codeset)) {
        text_release(&domain);
        return NULL;
    }
    const char *answer = bind_textdomain_codeset(domain.bytes, codeset.bytes);
    value text = answer ? str_decode_locale(answer) : VALUE_NONE;
    text_release(&domain);
    text_release(&codeset);
    return text;
}

static const struct method_def functions[] = {
    METHOD("setlocale", locale_setlocale, "(category, locale=None, /)", "Activates/queries locale processing."),
    METHOD("localeconv", locale_localeconv, "()", "Returns numeric and monetary locale-specific parameters."),
    METHOD("strcoll", locale_strcoll, "(os1, os2, /)", "Compares two strings according to the locale."),
    METHOD("strxfrm", locale_strxfrm, "(string, /)",
           "Return a string that can be used as a key for locale-aware comparisons."),
    METHOD("nl_langinfo", locale_nl_langinfo, "(key, /)",
           "Return the value for the locale information associated with key."),
    METHOD("getencoding", locale_getencoding, "()", "Get the current locale encoding."),
    METHOD("gettext", locale_gettext, "(msg, /)", "Return translation of msg."),
    METHOD("dgettext", locale_dgettext, "(domain, msg, /)", "Return translation of msg in domain."),
    METHOD("dcgettext", locale_dcgettext, "(domain, msg, category, /)",
           "Return translation of msg in domain and category."),
    METHOD("textdomain", locale_textdomain, "(domain, /)",
           "Set the C library's textdmain to domain, returning the new domain."),
    METHOD("bindtextdomain", locale_bindtextdomain, "(domain, dir, /)", "Bind the C library's domain to dir."),
    METHOD("bind_textdomain_codeset", locale_bind_textdomain_codeset, "(domain, codeset, /)",
           "Bind the C library's domain to codeset."),
    {0},
};
#define C(NAME)     \
    {               \
#NAME, NAME \
    }
static const struct module_constant constants[] = {
    C(ABDAY_1),     C(ABDAY_2),   C(ABDAY_3),   C(ABDAY_4),    C(ABDAY_5),  C(ABDAY_6),     C(ABDAY_7),
    C(ABMON_1),     C(ABMON_10),  C(ABMON_11),  C(ABMON_12),   C(ABMON_2),  C(ABMON_3),     C(ABMON_4),
    C(ABMON_5),     C(ABMON_6),   C(ABMON_7),   C(ABMON_8),    C(ABMON_9),  C(ALT_DIGITS),  C(AM_STR),
    C(CHAR_MAX),    C(CODESET),   C(CRNCYSTR),  C(DAY_1),      C(DAY_2),    C(DAY_3),       C(DAY_4),
    C(DAY_5),       C(DAY_6),     C(DAY_7),     C(D_FMT),      C(D_T_FMT),  C(ERA),         C(ERA_D_FMT),
    C(ERA_D_T_FMT), C(ERA_T_FMT), C(LC_ALL),    C(LC_COLLATE), C(LC_CTYPE), C(LC_MESSAGES), C(LC_MONETARY),
    C(LC_NUMERIC),  C(LC_TIME),   C(MON_1),     C(MON_10),     C(MON_11),   C(MON_12),      C(MON_2),
    C(MON_3),       C(MON_4),     C(MON_5),     C(MON_6),      C(MON_7),    C(MON_8),       C(MON_9),
    C(NOEXPR),      C(PM_STR),    C(RADIXCHAR), C(THOUSEP),    C(T_FMT),    C(T_FMT_AMPM),  C(YESEXPR),
    C(_DATE_FMT),   {0},
};

/* Characters are those of the environment's locale from the start, and UTF-8 where it names none. */
static void start_characters(void)
{
    lock_locale();
    const char *now = setlocale(LC_CTYPE, NULL);
    if (now && !strcmp(now, "C")) {
        now = setlocale(LC_CTYPE, "");
        if (!now || !strcmp(now, "C") || !strcmp(now, "POSIX"))
            setlocale(LC_CTYPE, "C.UTF-8");
    }
    pthread_mutex_unlock(&lock);
}

static bool fill(value module)
{
    start_characters();
    value name = str_from_text("Error"), bases = name ? tuple_pack(1, value_of(EXC(Exception))) : NULL;
    value dict = bases ? dict_new() : NULL;
    bool done = dict && dict_set_text(dict, "__module__", NAME(locale));
    value error = done ? type_new_class(TYPE(TYPE), name, bases, dict, NULL, NULL) : NULL;
    value_dec(dict);
    value_dec(bases);
    value_dec(name);
    value_dec(slot_exchange(&error_type, value_inc(error)));
    return module_add_owned(module, "Error", error) && module_add_constants(module, constants);
}
static void finish(void)
{
    value_dec(slot_exchange(&error_type, NULL));
}
const struct module_def _locale_module = {
    .name = "_locale",
    .doc = "Support for POSIX locales.",
    .functions = functions,
    .fill = fill,
    .finish = finish,
};
