/* Regular expressions: Pattern objects. They never change: threads share them. */
#include "runtime/modules/regex/sre.h"
#include "runtime/objects/containers/iterators.h"
#include "runtime/signature.h"
#include "threads/pause.h"

#include <stddef.h>
#include <stdlib.h>

struct type *sre_pattern_type;

static bool begin(struct sre_state *s, value v, value string, value pos, value endpos)
{
    ssize from, to;
    return sre_index(pos, 0, &from) && sre_index(endpos, INT64_MAX, &to) &&
           sre_state_init(s, SRE_PATTERN(v)->program, SRE_PATTERN(v)->is_bytes, string, from, to);
}

/* ---- one match ---- */
static value match_once(value v, const value *args, int (*step)(struct sre_state *), bool all)
{
    struct sre_state s;
    if (!begin(&s, v, args[0], args[1], args[2]))
        return NULL;
    s.match_all = all;
    int status = step(&s);
    value result = sre_match_new(v, &s, status);
    sre_state_finish(&s);
    return result;
}
static value pattern_match(value v, const value *args)
{
    return match_once(v, args, sre_match, false);
}
static value pattern_fullmatch(value v, const value *args)
{
    return match_once(v, args, sre_match, true);
}
static value pattern_search(value v, const value *args)
{
    return match_once(v, args, sre_search, false);
}

/* ---- all matches ---- */

/* The part of the text between two positions. */
static value part(const struct sre_state *s, ssize start, ssize end)
{
    return sre_text_part(slot_peek(&s->string), s->text, start, end);
}

/* The text of a group of the present match; when it took no part None, or empty text. */
static value group_part(const struct sre_state *s, size_t group, bool empty)
{
    ssize from = s->marks[2 * group], to = s->marks[2 * group + 1];
    if (from >= 0 && to >= from)
        return part(s, from, to);
    return empty ? part(s, 0, 0) : VALUE_NONE;
}

/* What findall() gives for a match: its text, that of its group, or those of its groups. */
static value found_text(const struct sre_state *s)
{
    size_t groups = s->program->groups;
    if (groups == 0)
        return part(s, s->start, s->stop);
    if (groups == 1)
        return group_part(s, 0, true);
    value texts = tuple_new(groups);
    for (size_t i = 0; texts && i < groups; i++) {
        value text = group_part(s, i, true);
        if (!text) {
            value_dec(texts);
            return NULL;
        }
        tuple_init(texts, i, text);
    }
    return texts;
}

static value pattern_findall(value v, const value *args)
{
    struct sre_state s;
    if (!begin(&s, v, args[0], args[1], args[2]))
        return NULL;
    value list = list_new(0);
    int status = list ? 1 : -1;
    while (status > 0 && s.start <= s.end && (status = sre_search(&s)) > 0) {
        value item = found_text(&s);
        if (!item || !list_append_owned(list, item))
            status = -1;
        else
            sre_state_advance(&s);
    }
    sre_state_finish(&s);
    if (status >= 0)
        return list;
    value_dec(list);
    return NULL;
}

static value pattern_scanner(value v, const value *args)
{
    ssize pos, endpos;
    if (!sre_index(args[1], 0, &pos) || !sre_index(args[2], INT64_MAX, &endpos))
        return NULL;
    return sre_scanner_new(v, args[0], pos, endpos);
}

static value pattern_finditer(value v, const value *args)
{
    value scanner = pattern_scanner(v, args), search = scanner ? attr_get(scanner, NAME(search)) : NULL;
    value iterator = search ? callable_iterator_new(search, VALUE_NONE) : NULL;
    value_dec(search);
    value_dec(scanner);
    return iterator;
}

/* ---- split ---- */

/* The text before a match, and its groups. */
static bool split_at(value list, const struct sre_state *s, ssize last)
{
    value text = part(s, last, s->start);
    if (!text || !list_append_owned(list, text))
        return false;
    for (size_t i = 0; i < s->program->groups; i++)
        if (!(text = group_part(s, i, false)) || !list_append_owned(list, text))
            return false;
    return true;
}

static value pattern_split(value v, value string, value maxsplit)
{
    struct sre_state s;
    ssize most;
    if (!sre_index(maxsplit, 0, &most) || !begin(&s, v, string, VALUE_MISSING, VALUE_MISSING))
        return NULL;
    value list = list_new(0);
    ssize last = 0;
    int status = list ? 1 : -1;
    for (ssize n = 0; status > 0 && (most == 0 || n < most); thread_report_at((size_t)++n)) {
        if ((status = sre_search(&s)) <= 0)
            break;
        if (!split_at(list, &s, last))
            status = -1;
        last = s.stop;
        sre_state_advance(&s);
    }
    value rest = status >= 0 ? part(&s, last, s.end) : NULL;
    bool done = rest && list_append_owned(list, rest);
    sre_state_finish(&s);
    if (done)
        return list;
    value_dec(list);
    return NULL;
}

/* ---- substitution ---- */

/* What to put in place of matches: a function of the match, or one text; owned. Templates with a backslash are the
 * business of `re`. */
static value replacement_of(value v, value given, bool *is_function)
{
    struct span text;
    struct buffer buffer;
    bool is_bytes, is_plain = false;
    *is_function = value_is_callable(given);
    if (*is_function)
        return value_inc(given);
    if (sre_text_get(given, &text, &is_bytes, &buffer)) {
        is_plain = span_find_char(text, '\\') == SPAN_NONE;
        buffer_release(&buffer);
    } else if (error_matches(EXC(TypeError))) {
        error_clear(); /* `re` says what is wrong */
    } else {
        return NULL;
    }
    if (is_plain)
        return value_inc(given);
    value arguments[2] = {v, given}, replacement = sre_call_re("_subx", arguments, 2);
    *is_function = replacement && value_is_callable(replacement);
    return replacement;
}

/* Append the text between the last match and this one, and what replaces this one. */
static bool replace_one(value list, value v, const struct sre_state *s, ssize last, value replacement, bool is_function)
{
    if (last < s->start) {
        value text = part(s, last, s->start);
        if (!text || !list_append_owned(list, text))
            return false;
    }
    value item = value_inc(replacement);
    if (is_function) {
        value match = sre_match_new(v, s, 1);
        value_dec(item);
        item = match ? call_1(replacement, match) : NULL;
        value_dec(match);
    }
    if (item == VALUE_NONE)
        return true;
    return item && list_append_owned(list, item);
}

/* The list's texts as one. */
static value join(const struct sre_state *s, value list)
{
    value nothing = part(s, 0, 0);
    if (!nothing)
        return NULL;
    value result = list_length(list) == 0 ? value_inc(nothing)
                   : is_str(nothing)      ? str_join(nothing, list)
                                          : call_method_1(nothing, NAME(join), list);
    value_dec(nothing);
    return result;
}

static value substitute(value v, const value *args, ssize *count)
{
    struct sre_state s;
    ssize most, last = 0;
    bool is_function;
    if (!sre_index(args[2], 0, &most))
        return NULL;
    value replacement = replacement_of(v, args[0], &is_function);
    if (!replacement)
        return NULL;
    if (!begin(&s, v, args[1], VALUE_MISSING, VALUE_MISSING)) {
        value_dec(replacement);
        return NULL;
    }
    value list = list_new(0), result = NULL;
    int status = list ? 1 : -1;
    *count = 0;
    while (status > 0 && (most == 0 || *count < most) && (status = sre_search(&s)) > 0) {
        if (!replace_one(list, v, &s, last, replacement, is_function))
            status = -1;
        last = s.stop;
        ++*count;
        sre_state_advance(&s);
    }
    if (status >= 0 && last < s.end) {
        value rest = part(&s, last, s.end);
        if (!rest || !list_append_owned(list, rest))
            status = -1;
    }
    if (status >= 0)
        result = join(&s, list);
    value_dec(list);
    sre_state_finish(&s);
    value_dec(replacement);
    return result;
}

static value pattern_sub(value v, const value *args)
{
    ssize count;
    return substitute(v, args, &count);
}

static value pattern_subn(value v, const value *args)
{
    ssize count;
    value text = substitute(v, args, &count), result = text ? tuple_pack(2, text, small_int(count)) : NULL;
    value_dec(text);
    return result;
}

/* ---- the object ---- */
static void add_flag(struct str_builder *b, bool *first, const char *name)
{
    builder_add_text(b, *first ? ", " : "|");
    *first = false;
    builder_add_text(b, name);
}

static value pattern_repr(value v)
{
    static const struct {
        const char *name;
        unsigned flag;
    } names[] = {
        {"re.TEMPLATE", SRE_FLAG_TEMPLATE},   {"re.IGNORECASE", SRE_FLAG_IGNORECASE}, {"re.LOCALE", SRE_FLAG_LOCALE},
        {"re.MULTILINE", SRE_FLAG_MULTILINE}, {"re.DOTALL", SRE_FLAG_DOTALL},         {"re.UNICODE", SRE_FLAG_UNICODE},
        {"re.VERBOSE", SRE_FLAG_VERBOSE},     {"re.DEBUG", SRE_FLAG_DEBUG},           {"re.ASCII", SRE_FLAG_ASCII},
    };
    unsigned flags = (unsigned)SRE_PATTERN(v)->flags, kind = SRE_FLAG_LOCALE | SRE_FLAG_UNICODE | SRE_FLAG_ASCII;
    if (SRE_PATTERN(v)->is_bytes == 0 && (flags & kind) == SRE_FLAG_UNICODE)
        flags &= ~(unsigned)SRE_FLAG_UNICODE; /* what a str has by itself */
    value text = value_repr(slot_peek(&SRE_PATTERN(v)->pattern));
    value brief = !text ? NULL : str_length(text) > 200 ? str_substring(text, 0, 200) : value_inc(text);
    value_dec(text);
    if (!brief)
        return NULL;
    struct str_builder b;
    builder_init(&b);
    builder_add_text(&b, "re.compile(");
    builder_add_str(&b, brief);
    value_dec(brief);
    bool first = true;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (flags & names[i].flag) {
            add_flag(&b, &first, names[i].name);
            flags &= ~names[i].flag;
        }
    if (flags) {
        add_flag(&b, &first, "0x");
        builder_add_format(&b, "%x", flags);
    }
    builder_add_text(&b, ")");
    return builder_finish(&b);
}

static bool pattern_hash(value v, int64_t *out)
{
    struct sre_pattern *p = SRE_PATTERN(v);
    int64_t hash;
    if (!value_hash(slot_peek(&p->pattern), &hash))
        return false;
    hash ^= hash_bytes(p->code, p->code_length * sizeof *p->code) ^ p->flags ^ p->is_bytes ^ p->groups;
    *out = hash == -1 ? -2 : hash;
    return true;
}

static value pattern_compare(value a, value b, int op)
{
    if ((op != COMPARE_EQ && op != COMPARE_NE) || value_type(a) != sre_pattern_type ||
        value_type(b) != sre_pattern_type)
        return VALUE_NOT_IMPLEMENTED;
    struct sre_pattern *p = SRE_PATTERN(a), *q = SRE_PATTERN(b);
    int equal = p == q;
    if (!equal && p->flags == q->flags && p->is_bytes == q->is_bytes && p->groups == q->groups &&
        p->code_length == q->code_length && thread_compare(p->code, q->code, p->code_length * sizeof *p->code) == 0)
        equal = value_equals(slot_peek(&p->pattern), slot_peek(&q->pattern));
    return equal < 0 ? NULL : value_bool(equal == (op == COMPARE_EQ));
}

static value pattern_get_group_index(value v)
{
    return mapping_proxy_new(slot_peek(&SRE_PATTERN(v)->group_index));
}
static value return_self(value v, const value *args)
{
    return value_inc(v);
}
static void pattern_traverse(struct object *o, struct gc_trace *trace)
{
    trace_slots(trace, &((struct sre_pattern *)o)->pattern, 3);
}
static void pattern_destroy(struct object *o)
{
    struct sre_pattern *p = (struct sre_pattern *)o;
    slot_drop(&p->pattern);
    slot_drop(&p->group_index);
    slot_drop(&p->index_group);
    sre_program_free(p->program);
    free(p->code);
}

#define WHERE "($self, /, string, pos=0, endpos=sys.maxsize)"
static const struct method_def pattern_methods[] = {
    METHOD("match", pattern_match, WHERE, "Matches zero or more characters at the beginning of the string."),
    METHOD("fullmatch", pattern_fullmatch, WHERE, "Matches against all of the string."),
    METHOD("search", pattern_search, WHERE,
           "Scan through string looking for a match, and return a corresponding match object instance.\n\n"
           "Return None if no position in the string matches."),
    METHOD("sub", pattern_sub, "($self, /, repl, string, count=0)",
           "Return the string obtained by replacing the leftmost non-overlapping occurrences of pattern in string by "
           "the replacement repl."),
    METHOD("subn", pattern_subn, "($self, /, repl, string, count=0)",
           "Return the tuple (new_string, number_of_subs_made) found by replacing the leftmost non-overlapping "
           "occurrences of pattern with the replacement repl."),
    METHOD("findall", pattern_findall, WHERE, "Return a list of all non-overlapping matches of pattern in string."),
    METHOD("split", pattern_split, "($self, /, string, maxsplit=0)", "Split string by the occurrences of pattern."),
    METHOD("finditer", pattern_finditer, WHERE,
           "Return an iterator over all non-overlapping matches for the RE pattern in string.\n\n"
           "For each match, the iterator returns a match object."),
    METHOD("scanner", pattern_scanner, WHERE, NULL),
    METHOD("__copy__", return_self, "($self, /)", NULL),
    METHOD("__deepcopy__", return_self, "($self, memo, /)", NULL),
    METHOD_CLASS_GETITEM,
    {0},
};
static const struct getset_def pattern_getset[] = {
    {"groupindex", pattern_get_group_index, NULL, "A dictionary mapping group names to group numbers."},
    {0},
};
static const struct member_def pattern_members[] = {
    {"pattern", MEMBER_VALUE, offsetof(struct sre_pattern, pattern), false,
     "The pattern string from which the RE object was compiled."},
    {"flags", MEMBER_INT32, offsetof(struct sre_pattern, flags), false, "The regex matching flags."},
    {"groups", MEMBER_INT64, offsetof(struct sre_pattern, groups), false,
     "The number of capturing groups in the pattern."},
    {0},
};
const struct type_spec sre_pattern_spec = {
    .name = "re.Pattern",
    .doc = "Compiled regular expression object.",
    .size = sizeof(struct sre_pattern),
    .flags = TYPE_FLAG_NO_NEW | TYPE_FLAG_WEAKREF,
    .gc_flags = TYPE_GC_CONTAINER,
    .traverse = pattern_traverse,
    .destroy = pattern_destroy,
    .slots = {.repr = pattern_repr, .hash = pattern_hash, .compare = pattern_compare},
    .methods = pattern_methods,
    .getset = pattern_getset,
    .members = pattern_members,
};
