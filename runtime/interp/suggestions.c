/*
 * "Did you mean": the name most similar to one that was not found.
 *
 * Similarity is the edit distance of Levenshtein, where a change of case counts half. The bounds (how many candidates,
 * how long, how far) are CPython's, so that the same names are suggested.
 */
#include "runtime/interp/suggestions.h"
#include "runtime/interp/frame.h"
#include "runtime/interp/interp.h"
#include "runtime/interp/traceback.h"
#include "runtime/objects/objects.h"
#include "threads/pause.h"

#define CANDIDATES_MAX 750
#define LENGTH_MAX     40
#define MOVE_COST      2
#define CASE_COST      1

static size_t substitution_cost(uint8_t a, uint8_t b)
{
    if (a == b)
        return 0;
    uint8_t x = a >= 'A' && a <= 'Z' ? a + 32 : a, y = b >= 'A' && b <= 'Z' ? b + 32 : b;
    return x == y ? CASE_COST : MOVE_COST;
}

/* The distance, or more than `limit` when it is larger than that. */
static size_t distance(const char *a, size_t a_length, const char *b, size_t b_length, size_t limit)
{
    while (a_length && b_length && *a == *b)
        a++, b++, a_length--, b_length--;
    while (a_length && b_length && a[a_length - 1] == b[b_length - 1])
        a_length--, b_length--;
    if (a_length == 0 || b_length == 0)
        return (a_length + b_length) * MOVE_COST;
    if (a_length > LENGTH_MAX || b_length > LENGTH_MAX)
        return limit + 1;
    size_t row[LENGTH_MAX];
    for (size_t i = 0; i < a_length; i++)
        row[i] = (i + 1) * MOVE_COST;
    size_t result = 0;
    for (size_t j = 0; j < b_length; j++) {
        size_t diagonal = j * MOVE_COST, least = SIZE_MAX;
        result = diagonal;
        for (size_t i = 0; i < a_length; i++) {
            size_t substituted = diagonal + substitution_cost((uint8_t)b[j], (uint8_t)a[i]);
            diagonal = row[i];
            size_t moved = (result < diagonal ? result : diagonal) + MOVE_COST;
            result = substituted < moved ? substituted : moved;
            row[i] = result;
            if (result < least)
                least = result;
        }
        if (least > limit)
            return limit + 1;
    }
    return result;
}

/* The best of the strs in a list, owned, or NULL. */
static value best_of(value list, value name)
{
    size_t count = list ? list_length(list) : 0;
    struct text wanted;
    if (count == 0 || count >= CANDIDATES_MAX || !text_of(name, &wanted))
        return NULL;
    value best = NULL;
    size_t best_distance = SIZE_MAX;
    for (size_t i = 0; i < count; thread_report_at(++i)) {
        value candidate = list_get(list, i);
        struct text text;
        if (is_str(candidate) && !str_equal(candidate, name) && text_of(candidate, &text)) {
            size_t limit = (wanted.length + text.length + 3) * MOVE_COST / 6;
            if (limit > best_distance - 1)
                limit = best_distance - 1;
            size_t d = distance(wanted.bytes, wanted.length, text.bytes, text.length, limit);
            text_release(&text);
            if (d <= limit && d < best_distance) {
                value_dec(best);
                best = value_inc(candidate);
                best_distance = d;
            }
        }
        value_dec(candidate);
    }
    text_release(&wanted);
    return best;
}

static value for_attribute(value exception, value name)
{
    value object = attr_get_optional(exception, NAME(obj));
    value method = object && object != VALUE_MISSING ? special_lookup(object, NAME(__dir__)) : NULL;
    value names = is_given(method) ? call_0(method) : NULL;
    value list = names ? list_from_iterable(names) : NULL;
    if (list && !list_sort(list, NULL, false)) {
        value_dec(list);
        list = NULL;
    }
    value best = best_of(list, name);
    value_dec(list);
    value_dec(names);
    value_dec(method);
    value_dec(object);
    return best;
}

/* Names that the frame where the error happened could see: its variables, then globals, then builtins. */
static value for_name(value exception, value name)
{
    value traceback = exception_traceback(exception);
    value best = NULL;
    if (traceback && traceback != VALUE_NONE) {
        value last = NULL;
        for (value entry = value_inc(traceback); entry; entry = traceback_step(value_inc(entry))) {
            value_dec(last);
            last = entry;
        }
        value frame = slot_load(value_object(last), &((struct traceback *)last)->frame),
              code = frame_object_code(frame);
        value variables = code ? attr_get(code, NAME(co_varnames)) : NULL;
        static const char *const namespaces[] = {"f_globals", "f_builtins"};
        value list = variables ? list_from_iterable(variables) : NULL;
        best = best_of(list, name);
        value_dec(list);
        value_dec(variables);
        value_dec(code);
        for (size_t i = 0; !best && i < 2; i++) {
            value key = str_interned(namespaces[i]);
            value dict = key ? attr_get(frame, key) : NULL;
            list = dict && is_dict(dict) ? dict_keys_list(dict) : NULL;
            best = best_of(list, name);
            value_dec(list);
            value_dec(dict);
            value_dec(key);
        }
        value_dec(frame);
        value_dec(last);
    }
    value_dec(traceback);
    return best;
}

value suggestion_for(value exception)
{
    bool attribute = value_is_of(exception, EXC(AttributeError));
    if (!attribute && !value_is_of(exception, EXC(NameError)))
        return NULL;
    value name = attr_get_optional(exception, NAME(name));
    value best = name && name != VALUE_MISSING && is_str(name)
                     ? attribute ? for_attribute(exception, name) : for_name(exception, name)
                     : NULL;
    value_dec(name);
    error_clear();
    return best;
}
