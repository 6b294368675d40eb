/*
 * Argument binding (signature.h). The words of the messages follow what CPython's three families of parsers say: the
 * calling conventions without keywords ("takes exactly one argument"), PyArg_UnpackTuple ("expected at most 2
 * arguments"), and the keyword parsers ("missing required argument 'x' (pos 1)").
 */
#include "runtime/signature.h"
#include "runtime/objects/objects.h"
#include "threads/pause.h"

#include <stdlib.h>

/* ---- parsing a signature's text ---- */
static const char *skip_space(const char *p)
{
    while (*p == ' ' || *p == '\n')
        p++;
    return p;
}

/* Past a default value: to the comma or closing parenthesis at this depth. */
static const char *skip_default(const char *p)
{
    int depth = 0;
    char quote = 0;
    for (; *p; p++) {
        if (quote) {
            if (*p == '\\' && p[1])
                p++;
            else if (*p == quote)
                quote = 0;
        } else if (*p == '\'' || *p == '"') {
            quote = *p;
        } else if (*p == '(' || *p == '[' || *p == '{') {
            depth++;
        } else if ((*p == ')' || *p == ']' || *p == '}') && depth-- == 0) {
            break;
        } else if (*p == ',' && depth == 0) {
            break;
        }
    }
    return p;
}

static value default_value(const char *start, const char *end)
{
    while (end > start && end[-1] == ' ')
        end--;
    size_t length = (size_t)(end - start);
    if (length == 4 && !memcmp(start, "None", 4))
        return VALUE_NONE;
    if (length == 4 && !memcmp(start, "True", 4))
        return VALUE_TRUE;
    if (length == 5 && !memcmp(start, "False", 5))
        return VALUE_FALSE;
    char *rest;
    if (length && length < 20 && (*start == '-' || (*start >= '0' && *start <= '9'))) {
        long long number = strtoll(start, &rest, 10);
        if (rest == end && small_int_fits(number))
            return small_int(number);
    }
    return VALUE_MISSING;
}

static void parse_text(struct signature_parameters *parsed, const char *text)
{
    const char *p = text + (*text == '(');
    bool after_star = false;
    parsed->varargs = parsed->kwargs = -1;
    for (p = skip_space(p); *p && *p != ')'; p = skip_space(p)) {
        if (*p == '/') {
            parsed->positional_only = parsed->count;
            p++;
        } else if (*p == '*' && (p[1] == ',' || p[1] == ' ')) {
            after_star = true;
            p++;
        } else {
            int16_t *place = NULL;
            if (p[0] == '*') {
                place = p[1] == '*' ? &parsed->kwargs : &parsed->varargs;
                p += p[1] == '*' ? 2 : 1;
                after_star = true;
            }
            const char *start = p;
            while (*p && *p != ',' && *p != '=' && *p != ')' && *p != ' ' && *p != ':')
                p++;
            if (*start == '$') { /* self: not among the bound values */
                p = skip_space(p);
            } else {
                struct signature_parameter *parameter = &parsed->parameters[parsed->count];
                char name[64];
                size_t length = (size_t)(p - start) < sizeof name - 1 ? (size_t)(p - start) : sizeof name - 1;
                memcpy(name, start, length);
                name[length] = 0;
                parameter->name = str_interned(name);
                parameter->fallback = VALUE_MISSING;
                parameter->required = !place && *p != '=';
                if (*p == '=') {
                    const char *end = skip_default(p + 1);
                    parameter->fallback = default_value(p + 1, end);
                    p = end;
                }
                if (place)
                    *place = (int16_t)parsed->count;
                else if (!after_star) {
                    parsed->positional = parsed->count + 1;
                    if (parameter->required)
                        parsed->required = parsed->count + 1;
                }
                parsed->count++;
            }
        }
        p = skip_space(p);
        if (*p == ',')
            p++;
    }
}

struct signature_parameters *signature_parse(struct signature *signature)
{
    size_t room = 1;
    for (const char *p = signature->text; *p; p++)
        room += *p == ',';
    struct signature_parameters *parsed = calloc(1, sizeof *parsed + room * sizeof *parsed->parameters);
    if (!parsed)
        return (struct signature_parameters *)raise_no_memory();
    parse_text(parsed, signature->text);
    for (size_t i = 0; i < parsed->count; i++)
        if (!parsed->parameters[i].name) {
            free(parsed);
            return NULL;
        }
    parsed->plain = parsed->varargs < 0 && parsed->kwargs < 0;
    for (size_t i = parsed->positional; i < parsed->count; i++)
        parsed->plain &= !parsed->parameters[i].required;
    parsed->has_keywords = parsed->kwargs >= 0 || parsed->count > parsed->positional_only + (parsed->varargs >= 0);
    struct signature_parameters *expected = NULL;
    if (atomic_compare_exchange_strong_explicit(&signature->parsed, &expected, parsed, memory_order_acq_rel,
                                                memory_order_acquire))
        return parsed;
    free(parsed);
    return expected;
}

size_t signature_size(struct signature *signature)
{
    struct signature_parameters *parsed = signature_parsed(signature);
    return parsed ? parsed->count : 0;
}

/* ---- messages ---- */
/* For "%s%s%s". */
#define OWNED_NAME(signature) \
    (signature)->owner ? (signature)->owner : "", (signature)->owner ? "." : "", (signature)->name

static const char *bare_name(const struct signature *signature)
{
    const char *dot = strrchr(signature->name, '.');
    return dot ? dot + 1 : signature->name;
}

/* For "%s%s": a constructor may have no name for its messages. */
#define CALLED_NAME(signature) \
    *bare_name(signature) ? bare_name(signature) : "function", *bare_name(signature) ? "()" : ""

static const char *plural(size_t n)
{
    return n == 1 ? "" : "s";
}

/* Without keywords: the wrong number of positional arguments. */
static bool wrong_count(struct signature *signature, struct signature_parameters *parsed, size_t nargs)
{
    size_t min = parsed->required, max = parsed->varargs >= 0 ? SIZE_MAX : parsed->positional;
    if (max == 0)
        return raise_false(EXC(TypeError), "%s%s%s() takes no arguments (%zu given)", OWNED_NAME(signature), nargs);
    if (signature->is_method && min == 1 && max == 1 && !signature->by_tuple)
        return raise_false(EXC(TypeError), "%s%s%s() takes exactly one argument (%zu given)", OWNED_NAME(signature),
                           nargs);
    size_t bound = nargs < min ? min : max;
    if (signature->by_tuple)
        return raise_false(EXC(TypeError), "%s() takes %s %zu argument%s (%zu given)", bare_name(signature),
                           min == max    ? "exactly"
                           : nargs < min ? "at least"
                                         : "at most",
                           bound, plural(bound), nargs);
    return raise_false(EXC(TypeError), "%s expected %s%zu argument%s, got %zu", bare_name(signature),
                       min == max    ? ""
                       : nargs < min ? "at least "
                                     : "at most ",
                       bound, plural(bound), nargs);
}

/* With keywords: too many arguments, or too few positional ones. */
static bool wrong_count_keywords(struct signature *signature, struct signature_parameters *parsed, size_t nargs,
                                 size_t keywords)
{
    size_t limit = parsed->positional;
    if (nargs + keywords > parsed->count && parsed->kwargs < 0)
        return raise_false(EXC(TypeError), "%s%s takes at most %u %sargument%s (%zu given)", CALLED_NAME(signature),
                           parsed->count, nargs ? "" : "keyword ", plural(parsed->count), nargs + keywords);
    if (limit == 0)
        return raise_false(EXC(TypeError), "%s%s takes no positional arguments", CALLED_NAME(signature));
    return raise_false(EXC(TypeError), "%s%s takes %s %zu positional argument%s (%zu given)", CALLED_NAME(signature),
                       parsed->required < limit ? "at most" : "exactly", limit, plural(limit), nargs);
}

/* ---- binding ---- */
static ssize find_keyword(struct signature_parameters *parsed, value name)
{
    for (size_t i = parsed->positional_only; i < parsed->count; i++)
        if (parsed->parameters[i].name == name && (ssize)i != parsed->varargs && (ssize)i != parsed->kwargs)
            return (ssize)i;
    for (size_t i = parsed->positional_only; i < parsed->count; i++)
        if ((ssize)i != parsed->varargs && (ssize)i != parsed->kwargs && str_equal(parsed->parameters[i].name, name))
            return (ssize)i;
    return -1;
}

/* `*wrong`: which keyword is unknown or was given by position, too. It is told last: of missing arguments first. */
static bool bind_keywords(struct signature_parameters *parsed, const value *args, size_t nargs, value kwnames,
                          value *bound, size_t *wrong)
{
    for (size_t i = 0; i < tuple_length(kwnames); thread_report_at(++i)) {
        value name = tuple_get(kwnames, i);
        ssize at = find_keyword(parsed, name);
        if (at < 0) {
            if (parsed->kwargs < 0) {
                *wrong = *wrong < i ? *wrong : i;
                continue;
            }
            value *dict = &bound[parsed->kwargs];
            if (!*dict && !(*dict = dict_new()))
                return false;
            if (!dict_set(*dict, name, args[nargs + i]))
                return false;
        } else if (bound[at] != VALUE_MISSING) {
            *wrong = *wrong < i ? *wrong : i;
        } else {
            bound[at] = args[nargs + i];
        }
    }
    return true;
}

static bool wrong_keyword(struct signature *signature, struct signature_parameters *parsed, value name)
{
    ssize at = find_keyword(parsed, name);
    const char *function = bare_name(signature);
    if (at < 0)
        return raise_false(EXC(TypeError), "'%U' is an invalid keyword argument for %s%s", name,
                           *function ? function : "this function", *function ? "()" : "");
    return raise_false(EXC(TypeError), "argument for %s() given by name ('%U') and position (%zd)", function, name,
                       (size_t)at + 1);
}

static bool fill_defaults(struct signature *signature, struct signature_parameters *parsed, size_t nargs, value *bound)
{
    for (size_t i = 0; i < parsed->count; i++) {
        if (bound[i] != VALUE_MISSING || (ssize)i == parsed->varargs || (ssize)i == parsed->kwargs)
            continue;
        struct signature_parameter *parameter = &parsed->parameters[i];
        if (!parameter->required) {
            bound[i] = parameter->fallback;
            continue;
        }
        if (i < parsed->positional_only) {
            size_t min = parsed->required < parsed->positional_only ? parsed->required : parsed->positional_only;
            return raise_false(EXC(TypeError), "%s() takes %s %zu positional argument%s (%zu given)",
                               bare_name(signature), min < parsed->positional ? "at least" : "exactly", min,
                               plural(min), nargs);
        }
        return raise_false(EXC(TypeError), "%s%s missing required argument '%U' (pos %zu)", CALLED_NAME(signature),
                           parameter->name, i + 1);
    }
    return true;
}

void signature_release(struct signature *signature, value *bound)
{
    struct signature_parameters *parsed = signature_parsed(signature);
    if (parsed->varargs >= 0)
        value_dec(bound[parsed->varargs]);
    if (parsed->kwargs >= 0)
        value_dec(bound[parsed->kwargs]);
}

bool signature_bind(struct signature *signature, const value *args, size_t nargs, value kwnames, value *bound)
{
    struct signature_parameters *parsed = signature_parsed(signature);
    if (unlikely(!parsed))
        return false;
    size_t keywords = kwnames ? tuple_length(kwnames) : 0;
    if (!parsed->has_keywords) {
        if (keywords)
            return raise_false(EXC(TypeError), "%s%s%s() takes no keyword arguments", OWNED_NAME(signature));
        if (unlikely(nargs < parsed->required || (parsed->varargs < 0 && nargs > parsed->positional)))
            return wrong_count(signature, parsed, nargs);
    } else if (unlikely(parsed->varargs < 0 &&
                        (nargs > parsed->positional || (nargs + keywords > parsed->count && parsed->kwargs < 0)))) {
        return wrong_count_keywords(signature, parsed, nargs, keywords);
    }
    size_t direct = nargs < parsed->positional ? nargs : parsed->positional;
    for (size_t i = 0; i < parsed->count; i++)
        bound[i] = i < direct ? args[i] : VALUE_MISSING;
    if (parsed->kwargs >= 0)
        bound[parsed->kwargs] = NULL;
    if (parsed->varargs >= 0) {
        bound[parsed->varargs] = tuple_from_array(args + direct, nargs - direct);
        if (!bound[parsed->varargs])
            return false;
    }
    size_t wrong = keywords;
    if ((keywords && !bind_keywords(parsed, args, nargs, kwnames, bound, &wrong)) ||
        !fill_defaults(signature, parsed, nargs, bound) ||
        (wrong < keywords && !wrong_keyword(signature, parsed, tuple_get(kwnames, wrong)))) {
        signature_release(signature, bound);
        return false;
    }
    return true;
}

/* ---- constructors that bind by hand ---- */
bool no_keywords(const char *name, value kwnames)
{
    if (kwnames && tuple_length(kwnames))
        return raise_false(EXC(TypeError), "%s() takes no keyword arguments", name);
    return true;
}

static struct type *built_in_base(struct type *type)
{
    while (type_has_flag(type, TYPE_FLAG_HEAP))
        type = type->base;
    return type;
}
value keywords_of_new(struct type *type, value kwnames)
{
    return kwnames && type_slot(type, init) == type_slot(built_in_base(type), init) ? kwnames : NULL;
}
value keywords_of_init(struct type *type, value kwnames)
{
    return kwnames && type_slot(type, new) == type_slot(built_in_base(type), new) ? kwnames : NULL;
}

bool check_arguments(const char *name, size_t nargs, size_t min, size_t max)
{
    if (nargs < min)
        return raise_false(EXC(TypeError), "%s expected %s%zu argument%s, got %zu", name, min == max ? "" : "at least ",
                           min, min == 1 ? "" : "s", nargs);
    if (nargs > max)
        return raise_false(EXC(TypeError), "%s expected %s%zu argument%s, got %zu", name, min == max ? "" : "at most ",
                           max, max == 1 ? "" : "s", nargs);
    return true;
}
