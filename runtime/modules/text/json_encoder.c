/*
 * _json.Encoder: writes a JSON document.
 *
 * All of it goes into one string builder. Which containers are being written is known from the C stack (`struct
 * ancestor`); programs see nothing of the dict of markers that they give, but for None: then circles are not looked
 * for.
 */
#include "runtime/modules/text/json.h"
#include "runtime/objects/containers/container.h"
#include "runtime/objects/containers/list.h"
#include "runtime/objects/descriptors/builtin_function.h"
#include "runtime/objects/numbers/float.h"
#include "threads/pause.h"

#include <math.h>
#include <stddef.h>

/* What the encoder was made with; constant. */
struct json_encoder {
    struct object header;
    value_slot markers, fallback, encoder, indent, key_separator, item_separator;
    bool sort_keys, skipkeys, allow_nan;
    int8_t kind; /* of the encoder: json_encoder_kind */
};
#define SELF(v)       ((struct json_encoder *)(v))
#define PART(v, NAME) slot_load(value_object(v), &SELF(v)->NAME)

struct ancestor {
    const struct ancestor *next;
    value v;
};

struct writing {
    struct str_builder *b;
    const struct json_encoder *self;
    value fallback, encoder, key_separator, item_separator; /* owned */
    bool circles;
};

static bool write_value(struct writing *w, value v, const struct ancestor *above);

static bool write_string(struct writing *w, value text)
{
    if (w->self->kind >= 0) {
        json_add_string(w->b, text, w->self->kind);
        return true;
    }
    value encoded = call_1(w->encoder, text);
    if (!encoded)
        return false;
    bool fine = is_str(encoded) || raise_false(EXC(TypeError), "encoder() must return a string, not %.80T", encoded);
    if (fine)
        builder_add_str(w->b, encoded);
    value_dec(encoded);
    return fine;
}

static bool write_float(struct writing *w, value v)
{
    double d = float_value(v);
    char text[32];
    if (isfinite(d)) {
        builder_add_ascii(w->b, text, double_repr_to(d, text));
        return true;
    }
    if (!w->self->allow_nan)
        return raise_false(EXC(ValueError), "Out of range float values are not JSON compliant");
    builder_add_text(w->b, isnan(d) ? "NaN" : d > 0 ? "Infinity" : "-Infinity");
    return true;
}

static bool write_int(struct writing *w, value v)
{
    if (value_is_small_int(v))
        return builder_add_plain(w->b, v);
    value text = int_to_text(v, 10);
    if (text)
        builder_add_str(w->b, text);
    value_dec(text);
    return text != NULL;
}

static const char *constant_text(value v)
{
    return v == VALUE_NONE ? "null" : v == VALUE_TRUE ? "true" : v == VALUE_FALSE ? "false" : NULL;
}

/* ---- containers ---- */
static bool enters_circle(const struct writing *w, value v, const struct ancestor *above)
{
    for (; w->circles && above; above = above->next)
        if (above->v == v) {
            raise(EXC(ValueError), "Circular reference detected");
            return true;
        }
    return false;
}

static bool write_list(struct writing *w, value v, const struct ancestor *above)
{
    if (enters_circle(w, v, above))
        return false;
    struct ancestor here = {above, v};
    bool list = is_list(v);
    builder_add_char(w->b, '[');
    for (size_t i = 0;; i++) {
        value item = list ? list_get(v, i) : i < tuple_length(v) ? value_inc(tuple_get(v, i)) : VALUE_MISSING;
        if (is_missing(item))
            break;
        if (i)
            builder_add_str(w->b, w->item_separator);
        bool fine = write_value(w, item, &here);
        value_dec(item);
        if (!fine)
            return false;
        thread_report();
    }
    builder_add_char(w->b, ']');
    return true;
}

/* A key, and the separator behind it. 1; 0: it is skipped; -1: an exception. */
static int write_key(struct writing *w, value key, bool first)
{
    const char *constant = constant_text(key);
    bool number = is_float(key) || is_int(key);
    if (!is_str(key) && !number && !constant)
        return w->self->skipkeys
                   ? 0
                   : raise_int(EXC(TypeError), "keys must be str, int, float, bool or None, not %.100T", key);
    if (!first)
        builder_add_str(w->b, w->item_separator);
    bool fine = true;
    if (is_str(key)) {
        fine = write_string(w, key);
    } else if (w->self->kind >= 0) {
        builder_add_char(w->b, '"');
        if (constant)
            builder_add_text(w->b, constant);
        else
            fine = is_float(key) ? write_float(w, key) : write_int(w, key);
        builder_add_char(w->b, '"');
    } else {
        struct str_builder *whole = w->b, text;
        builder_init(&text);
        w->b = &text;
        if (constant)
            builder_add_text(&text, constant);
        else
            fine = is_float(key) ? write_float(w, key) : write_int(w, key);
        w->b = whole;
        value plain = fine ? builder_finish(&text) : (builder_discard(&text), NULL);
        fine = plain && write_string(w, plain);
        value_dec(plain);
    }
    builder_add_str(w->b, w->key_separator);
    return fine ? 1 : -1;
}

static bool write_items(struct writing *w, value items, const struct ancestor *here)
{
    bool first = true;
    for (size_t i = 0;; i++) {
        value item = list_get(items, i);
        if (is_missing(item))
            return true;
        int written;
        if (is_tuple(item) && tuple_length(item) == 2)
            written = write_key(w, tuple_get(item, 0), first);
        else
            written = raise_int(EXC(ValueError), "items must return 2-tuples");
        bool fine = written >= 0 && (!written || write_value(w, tuple_get(item, 1), here));
        first &= written != 1;
        value_dec(item);
        if (!fine)
            return false;
        thread_report();
    }
}

/* dict.items() as a list of its own; a subclass may have an items() of its own. */
static value items_of(value v)
{
    if (value_is(v, TYPE_ID_DICT))
        return dict_items_list(v);
    value items = call_method_0(v, NAME(items)), iterator = items ? iter_get(items) : NULL, list = NULL;
    if (iterator) {
        list = list_new(0);
        if (list && !list_extend(list, iterator)) {
            value_dec(list);
            list = NULL;
        }
    } else if (items && error_matches(EXC(TypeError))) {
        error_clear();
        raise(EXC(TypeError), "%.200T.items() returned a non-iterable (type %.200T)", v, items);
    }
    value_dec(iterator);
    value_dec(items);
    return list;
}

static bool write_dict(struct writing *w, value v, const struct ancestor *above)
{
    if (dict_length(v) == 0) {
        builder_add_text(w->b, "{}");
        return true;
    }
    if (enters_circle(w, v, above))
        return false;
    struct ancestor here = {above, v};
    value items = items_of(v);
    builder_add_char(w->b, '{');
    bool fine = items && (!w->self->sort_keys || list_sort(items, NULL, false)) && write_items(w, items, &here);
    value_dec(items);
    builder_add_char(w->b, '}');
    return fine;
}

static bool write_other(struct writing *w, value v, const struct ancestor *above)
{
    if (enters_circle(w, v, above))
        return false;
    struct ancestor here = {above, v};
    value instead = call_1(w->fallback, v);
    if (!instead)
        return false;
    bool fine = recursion_enter(" while encoding a JSON object");
    if (fine) {
        fine = write_value(w, instead, &here);
        recursion_leave();
    }
    value_dec(instead);
    return fine;
}

static bool write_nested(struct writing *w, value v, const struct ancestor *above)
{
    if (!recursion_enter(" while encoding a JSON object"))
        return false;
    bool fine = is_dict(v) ? write_dict(w, v, above) : write_list(w, v, above);
    recursion_leave();
    return fine;
}

static bool write_value(struct writing *w, value v, const struct ancestor *above)
{
    const char *constant = constant_text(v);
    if (constant) {
        builder_add_text(w->b, constant);
        return true;
    }
    if (is_str(v))
        return write_string(w, v);
    if (is_int(v))
        return write_int(w, v);
    if (is_float(v))
        return write_float(w, v);
    if (is_list(v) || is_tuple(v) || is_dict(v))
        return write_nested(w, v, above);
    return write_other(w, v, above);
}

/* ---- the type ---- */
int json_encoder_kind(value function)
{
    if (!value_is(function, TYPE_ID_BUILTIN_FUNCTION))
        return -1;
    builtin_fn1 entry = ((struct builtin_function *)function)->def->fn1;
    return entry == json_encode_ascii ? 1 : entry == json_encode ? 0 : -1;
}

static value encoder_call(value self, const value *args, size_t nargs, value kwnames)
{
    value bound[2];
    static struct signature signature = SIGNATURE("_iterencode", "(obj, _current_indent_level)");
    ssize level;
    if (!signature_bind(&signature, args, nargs, kwnames, bound))
        return NULL;
    if (!value_as_ssize(bound[1], &level))
        return NULL;
    struct str_builder b;
    builder_init(&b);
    value markers = PART(self, markers);
    struct writing w = {.b = &b,
                        .self = SELF(self),
                        .fallback = PART(self, fallback),
                        .encoder = PART(self, encoder),
                        .key_separator = PART(self, key_separator),
                        .item_separator = PART(self, item_separator),
                        .circles = markers != VALUE_NONE};
    bool fine = write_value(&w, bound[0], NULL);
    value_dec(w.item_separator);
    value_dec(w.key_separator);
    value_dec(w.encoder);
    value_dec(w.fallback);
    value_dec(markers);
    if (!fine) {
        builder_discard(&b);
        return NULL;
    }
    value text = builder_finish(&b), list = text ? list_from_array(&text, 1) : NULL;
    value_dec(text);
    return list;
}

static value encoder_new(struct type *type, const value *args, size_t nargs, value kwnames)
{
    value bound[9];
    static struct signature signature =
        SIGNATURE("make_encoder", "(markers, default, encoder, indent, key_separator, item_separator, sort_keys, "
                                  "skipkeys, allow_nan)");
    if (!signature_bind(&signature, args, nargs, kwnames, bound))
        return NULL;
    for (size_t i = 4; i < 6; i++)
        if (!is_str(bound[i]))
            return raise(EXC(TypeError), "make_encoder() argument %zu must be str, not %K", i + 1, bound[i]);
    int truths[3];
    for (size_t i = 0; i < 3; i++)
        if ((truths[i] = value_truth(bound[6 + i])) < 0)
            return NULL;
    if (bound[0] != VALUE_NONE && !is_dict(bound[0]))
        return raise(EXC(TypeError), "make_encoder() argument 1 must be dict or None, not %.200T", bound[0]);
    struct json_encoder *self = (struct json_encoder *)object_new(type, sizeof *self);
    if (!self)
        return NULL;
    value_slot *slots[] = {&self->markers, &self->fallback,      &self->encoder,
                           &self->indent,  &self->key_separator, &self->item_separator};
    for (size_t i = 0; i < 6; i++)
        slot_init(slots[i], value_inc(bound[i]));
    self->sort_keys = truths[0];
    self->skipkeys = truths[1];
    self->allow_nan = truths[2];
    self->kind = (int8_t)json_encoder_kind(bound[2]);
    return value_of(self);
}

static void encoder_traverse(struct object *o, struct gc_trace *trace)
{
    struct json_encoder *self = (struct json_encoder *)o;
    trace_slot(trace, &self->markers);
    trace_slot(trace, &self->fallback);
    trace_slot(trace, &self->encoder);
    trace_slot(trace, &self->indent);
    trace_slot(trace, &self->key_separator);
    trace_slot(trace, &self->item_separator);
}

static void encoder_destroy(struct object *o)
{
    struct json_encoder *self = (struct json_encoder *)o;
    slot_drop(&self->markers);
    slot_drop(&self->fallback);
    slot_drop(&self->encoder);
    slot_drop(&self->indent);
    slot_drop(&self->key_separator);
    slot_drop(&self->item_separator);
}

#define PART_MEMBER(NAME, FIELD)                                              \
    {                                                                         \
        NAME, MEMBER_VALUE, offsetof(struct json_encoder, FIELD), false, NAME \
    }
static const struct member_def encoder_members[] = {
    PART_MEMBER("markers", markers),
    PART_MEMBER("default", fallback),
    PART_MEMBER("encoder", encoder),
    PART_MEMBER("indent", indent),
    PART_MEMBER("key_separator", key_separator),
    PART_MEMBER("item_separator", item_separator),
    {"sort_keys", MEMBER_BOOL, offsetof(struct json_encoder, sort_keys), false, "sort_keys"},
    {"skipkeys", MEMBER_BOOL, offsetof(struct json_encoder, skipkeys), false, "skipkeys"},
    {0},
};
const struct type_spec json_encoder_spec = {
    .name = "_json.Encoder",
    .doc = "_iterencode(obj, _current_indent_level) -> iterable",
    .size = sizeof(struct json_encoder),
    .flags = TYPE_FLAG_BASE,
    .gc_flags = TYPE_GC_CONTAINER,
    .traverse = encoder_traverse,
    .destroy = encoder_destroy,
    .slots = {.new = encoder_new, .call = encoder_call},
    .members = encoder_members,
};
