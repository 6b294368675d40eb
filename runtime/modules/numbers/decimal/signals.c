/*
 * Signals: the exceptions that conditions become, and the mappings that show a context's flags and traps.
 */
#include "runtime/modules/numbers/decimal/decimal.h"
#include "runtime/import.h"

enum {
    INVALID_CLASS,
    FLOAT_CLASS,
    ZERO_CLASS,
    OVERFLOW_CLASS,
    UNDERFLOW_CLASS,
    SUBNORMAL_CLASS,
    INEXACT_CLASS,
    ROUNDED_CLASS,
    CLAMPED_CLASS, /* (these are the signals, in their order) */
    DECIMAL_CLASS,
    CONVERSION_CLASS,
    IMPOSSIBLE_CLASS,
    UNDEFINED_CLASS,
    CONTEXT_CLASS,
    CLASSES,
};
static const struct condition_class {
    const char *name;
    uint32_t bits;
    int8_t bases[3];   /* of this table; -1: no more */
    unsigned language; /* a base that the language has; or 0 */
} classes[CLASSES] = {
    {"InvalidOperation", ANY_INVALID, {DECIMAL_CLASS, -1, -1}, 0},
    {"FloatOperation", FLOAT_OPERATION, {DECIMAL_CLASS, -1, -1}, EXCEPTION_ID_TypeError},
    {"DivisionByZero", DIVISION_BY_ZERO, {DECIMAL_CLASS, -1, -1}, EXCEPTION_ID_ZeroDivisionError},
    {"Overflow", OVERFLOW, {INEXACT_CLASS, ROUNDED_CLASS, -1}, 0},
    {"Underflow", UNDERFLOW, {INEXACT_CLASS, ROUNDED_CLASS, SUBNORMAL_CLASS}, 0},
    {"Subnormal", SUBNORMAL, {DECIMAL_CLASS, -1, -1}, 0},
    {"Inexact", INEXACT, {DECIMAL_CLASS, -1, -1}, 0},
    {"Rounded", ROUNDED, {DECIMAL_CLASS, -1, -1}, 0},
    {"Clamped", CLAMPED, {DECIMAL_CLASS, -1, -1}, 0},
    {"DecimalException", 0, {-1, -1, -1}, EXCEPTION_ID_ArithmeticError},
    {"ConversionSyntax", CONVERSION_SYNTAX, {INVALID_CLASS, -1, -1}, 0},
    {"DivisionImpossible", DIVISION_IMPOSSIBLE, {INVALID_CLASS, -1, -1}, 0},
    {"DivisionUndefined", DIVISION_UNDEFINED, {INVALID_CLASS, -1, -1}, EXCEPTION_ID_ZeroDivisionError},
    {"InvalidContext", INVALID_CONTEXT, {INVALID_CLASS, -1, -1}, 0},
};
static value_slot made[CLASSES];

uint32_t signal_bits(unsigned index)
{
    return classes[index].bits;
}
value signal_class(unsigned index)
{
    return slot_peek(&made[index]);
}

/* ---- raising ---- */

value signals_list(uint32_t bits)
{
    value list = list_new(SIGNAL_COUNT);
    for (unsigned i = 0; list && i < SIGNAL_COUNT; i++) {
        if ((bits & classes[i].bits) && !list_append(list, signal_class(i))) {
            value_dec(list);
            list = NULL;
        }
    }
    return list;
}

/* The conditions one by one: an invalid operation is told by what it was. */
static value conditions_list(uint32_t bits)
{
    value list = list_new(SIGNAL_COUNT);
    bool done = list && (!(bits & INVALID_OPERATION) || list_append(list, signal_class(0)));
    for (unsigned i = CONVERSION_CLASS; done && i < CLASSES; i++)
        done = !(bits & classes[i].bits) || list_append(list, signal_class(i));
    for (unsigned i = 1; done && i < SIGNAL_COUNT; i++)
        done = !(bits & classes[i].bits) || list_append(list, signal_class(i));
    if (done)
        return list;
    value_dec(list);
    return NULL;
}

bool raise_conditions(uint32_t trapped)
{
    for (unsigned i = 0; i < SIGNAL_COUNT; i++) {
        if (!(trapped & classes[i].bits))
            continue;
        value list = conditions_list(trapped);
        if (list)
            raise_value((struct type *)signal_class(i), list);
        value_dec(list);
        return false;
    }
    return raise_false(EXC(SystemError), "no condition");
}

/* ---- between signals and bits ---- */

bool signal_from_class(value v, uint32_t *bits)
{
    *bits = 0;
    for (unsigned i = 0; i < SIGNAL_COUNT; i++) {
        if (v == signal_class(i)) {
            *bits = classes[i].bits;
            return true;
        }
    }
    return raise_false(EXC(KeyError), "valid values for signals are:\n"
                                      "  [InvalidOperation, FloatOperation, DivisionByZero,\n"
                                      "   Overflow, Underflow, Subnormal, Inexact, Rounded,\n"
                                      "   Clamped]");
}

static struct type *mixin_type;
static value_slot signal_dict_class; /* the type of SignalDicts */

static bool is_signal_dict(value v)
{
    return value_is_of(v, mixin_type);
}

static bool bits_from_list(value list, uint32_t *bits)
{
    *bits = 0;
    for (size_t i = 0;; i++) {
        value item = list_get(list, i);
        if (item == VALUE_MISSING)
            return true;
        uint32_t one;
        bool known = signal_from_class(item, &one);
        value_dec(item);
        if (!known)
            return false;
        *bits |= one;
    }
}

static bool bits_from_dict(value dict, uint32_t *bits)
{
    *bits = 0;
    if (dict_length(dict) != SIGNAL_COUNT)
        return raise_false(EXC(KeyError), "invalid signal dict");
    for (unsigned i = 0; i < SIGNAL_COUNT; i++) {
        value item = dict_get(dict, signal_class(i));
        if (item == VALUE_MISSING)
            return raise_false(EXC(KeyError), "invalid signal dict");
        int set = item ? value_truth(item) : -1;
        value_dec(item);
        if (set < 0)
            return false;
        if (set)
            *bits |= classes[i].bits;
    }
    return true;
}

static bool is_attached(value v)
{
    return SIGNAL_DICT(v)->attached || raise_false(EXC(ValueError), "invalid signal dict");
}

bool signals_from_value(value v, uint32_t *bits)
{
    if (is_list(v))
        return bits_from_list(v, bits);
    if (is_signal_dict(v)) {
        *bits = atomic_load(&SIGNAL_DICT(v)->bits);
        return is_attached(v);
    }
    if (is_dict(v))
        return bits_from_dict(v, bits);
    return raise_false(EXC(TypeError), "argument must be a signal dict");
}

/* ---- SignalDict ---- */

value signal_dict_new(uint32_t bits)
{
    struct type *type = (struct type *)slot_peek(&signal_dict_class);
    struct signal_dict *self = (struct signal_dict *)object_new(type, sizeof *self);
    if (self) {
        atomic_store_explicit(&self->bits, bits, memory_order_relaxed);
        self->attached = true;
    }
    return value_of(self);
}

static value mixin_new(struct type *type, const value *args, size_t nargs, value kwnames)
{
    return value_of(object_new(type, sizeof(struct signal_dict)));
}
static bool mixin_init(value v, const value *args, size_t nargs, value kwnames)
{
    return true;
}
static ssize mixin_length(value v)
{
    return is_attached(v) ? SIGNAL_COUNT : -1;
}
static value mixin_keys(void)
{
    value items[SIGNAL_COUNT];
    for (unsigned i = 0; i < SIGNAL_COUNT; i++)
        items[i] = signal_class(i);
    return tuple_from_array(items, SIGNAL_COUNT);
}
static value mixin_iter(value v)
{
    value keys = is_attached(v) ? mixin_keys() : NULL, iterator = keys ? iter_get(keys) : NULL;
    value_dec(keys);
    return iterator;
}
static value mixin_getitem(value v, value key)
{
    uint32_t bits;
    if (!is_attached(v) || !signal_from_class(key, &bits))
        return NULL;
    return value_bool(atomic_load(&SIGNAL_DICT(v)->bits) & bits);
}
static bool mixin_setitem(value v, value key, value item)
{
    uint32_t bits;
    if (!is_attached(v))
        return false;
    if (!item)
        return raise_false(EXC(ValueError), "signal keys cannot be deleted");
    if (!signal_from_class(key, &bits))
        return false;
    int set = value_truth(item);
    if (set > 0)
        atomic_fetch_or(&SIGNAL_DICT(v)->bits, bits);
    else if (set == 0)
        atomic_fetch_and(&SIGNAL_DICT(v)->bits, ~bits);
    return set >= 0;
}
static value mixin_repr(value v)
{
    if (!is_attached(v))
        return NULL;
    uint32_t bits = atomic_load(&SIGNAL_DICT(v)->bits);
    struct str_builder builder;
    builder_init(&builder);
    for (unsigned i = 0; i < SIGNAL_COUNT; i++) {
        builder_add_format(&builder, "%s<class 'decimal.%s'>:%s", i ? ", " : "{", classes[i].name,
                           bits & classes[i].bits ? "True" : "False");
    }
    builder_add_text(&builder, "}");
    return builder_finish(&builder);
}
static value mixin_compare(value a, value b, int op)
{
    if (op != COMPARE_EQ && op != COMPARE_NE)
        return VALUE_NOT_IMPLEMENTED;
    if (!is_attached(a))
        return NULL;
    uint32_t mine = atomic_load(&SIGNAL_DICT(a)->bits), others;
    if (is_signal_dict(b)) {
        if (!is_attached(b))
            return NULL;
        others = atomic_load(&SIGNAL_DICT(b)->bits);
    } else if (is_dict(b)) {
        if (!bits_from_dict(b, &others)) {
            if (!error_matches(EXC(KeyError)))
                return NULL;
            error_clear();
            return value_bool(op == COMPARE_NE);
        }
    } else {
        return VALUE_NOT_IMPLEMENTED;
    }
    return value_bool((mine == others) == (op == COMPARE_EQ));
}
static value mixin_copy(value v)
{
    value dict = is_attached(v) ? dict_new() : NULL;
    uint32_t bits = dict ? atomic_load(&SIGNAL_DICT(v)->bits) : 0;
    for (unsigned i = 0; dict && i < SIGNAL_COUNT; i++) {
        if (!dict_set(dict, signal_class(i), value_bool(bits & classes[i].bits))) {
            value_dec(dict);
            dict = NULL;
        }
    }
    return dict;
}

static const struct method_def mixin_methods[] = {
    METHOD("copy", mixin_copy, "($self, /)", "A dict of the signals."),
    {0},
};
static const struct type_spec mixin_spec = {
    .name = "decimal.SignalDictMixin",
    .size = sizeof(struct signal_dict),
    .flags = TYPE_FLAG_BASE,
    .slots = {.new = mixin_new,
              .init = mixin_init,
              .repr = mixin_repr,
              .hash = value_unhashable,
              .compare = mixin_compare,
              .iter = mixin_iter,
              .length = mixin_length,
              .getitem = mixin_getitem,
              .setitem = mixin_setitem},
    .methods = mixin_methods,
};

bool signals_text(uint32_t bits, struct str_builder *builder)
{
    static const unsigned order[SIGNAL_COUNT] = {CLAMPED_CLASS, INVALID_CLASS,   ZERO_CLASS,
                                                 INEXACT_CLASS, FLOAT_CLASS,     OVERFLOW_CLASS,
                                                 ROUNDED_CLASS, SUBNORMAL_CLASS, UNDERFLOW_CLASS};
    const char *separator = "[";
    for (unsigned i = 0; i < SIGNAL_COUNT; i++) {
        const struct condition_class *class = &classes[order[i]];
        if (bits & class->bits) {
            builder_add_format(builder, "%s%s", separator, class->name);
            separator = ", ";
        }
    }
    builder_add_text(builder, *separator == '[' ? "[]" : "]");
    return true;
}

/* ---- making them ---- */

static bool make_class(unsigned index)
{
    const struct condition_class *class = &classes[index];
    value bases[4];
    size_t count = 0;
    for (unsigned i = 0; i < 3 && class->bases[i] >= 0; i++)
        bases[count++] = signal_class((unsigned)class->bases[i]);
    if (class->language)
        bases[count++] = value_of(TYPE_WELL_KNOWN(class->language));
    value name = str_from_text(class->name), tuple = tuple_from_array(bases, count), dict = dict_new(), new = NULL;
    if (name && tuple && dict && dict_set_text(dict, "__module__", NAME(decimal)))
        new = type_new_class(TYPE(TYPE), name, tuple, dict, NULL, NULL);
    value_dec(name);
    value_dec(tuple);
    value_dec(dict);
    slot_init(&made[index], new);
    return new != NULL;
}

static bool make_classes(void)
{
    static const unsigned order[CLASSES] = {DECIMAL_CLASS,   INVALID_CLASS,   FLOAT_CLASS,      ZERO_CLASS,
                                            SUBNORMAL_CLASS, INEXACT_CLASS,   ROUNDED_CLASS,    CLAMPED_CLASS,
                                            OVERFLOW_CLASS,  UNDERFLOW_CLASS, CONVERSION_CLASS, IMPOSSIBLE_CLASS,
                                            UNDEFINED_CLASS, CONTEXT_CLASS};
    for (unsigned i = 0; i < CLASSES; i++)
        if (!slot_peek(&made[order[i]]) && !make_class(order[i]))
            return false;
    return true;
}

static bool make_signal_dict(void)
{
    if (slot_peek(&signal_dict_class))
        return true;
    value module = import_module("collections.abc"), made = NULL;
    value mapping = module ? attr_get(module, NAME(MutableMapping)) : NULL;
    value name = str_from_text("SignalDict"), bases = mapping ? tuple_pack(2, mixin_type, mapping) : NULL;
    value dict = dict_new();
    if (name && bases && dict)
        made = call_3(value_of(TYPE(TYPE)), name, bases, dict);
    value_dec(dict);
    value_dec(bases);
    value_dec(name);
    value_dec(mapping);
    value_dec(module);
    slot_init(&signal_dict_class, made);
    return made != NULL;
}

bool signals_init(value module)
{
    if (!make_classes() || (!mixin_type && !(mixin_type = type_define(&mixin_spec))) || !make_signal_dict())
        return false;
    for (unsigned i = 0; i < CLASSES; i++)
        if (!module_add(module, classes[i].name, signal_class(i)))
            return false;
    return true;
}

void signals_finish(void)
{
    for (unsigned i = 0; i < CLASSES; i++)
        value_dec(slot_exchange(&made[i], NULL));
    value_dec(slot_exchange(&signal_dict_class, NULL));
}
