/*
 * Contexts: their settings, how they are made, shown and copied.
 */
#include "runtime/modules/numbers/decimal/decimal.h"
#include "runtime/objects/numbers/int.h"

struct type *context_type;

const char *const rounding_names[ROUNDING_COUNT] = {
    [ROUND_UP] = "ROUND_UP",
    [ROUND_DOWN] = "ROUND_DOWN",
    [ROUND_CEILING] = "ROUND_CEILING",
    [ROUND_FLOOR] = "ROUND_FLOOR",
    [ROUND_HALF_UP] = "ROUND_HALF_UP",
    [ROUND_HALF_DOWN] = "ROUND_HALF_DOWN",
    [ROUND_HALF_EVEN] = "ROUND_HALF_EVEN",
    [ROUND_05UP] = "ROUND_05UP",
};

value rounding_name(unsigned rounding)
{
    switch ((enum rounding)rounding) {
    case ROUND_UP:
        return NAME(ROUND_UP);
    case ROUND_DOWN:
        return NAME(ROUND_DOWN);
    case ROUND_CEILING:
        return NAME(ROUND_CEILING);
    case ROUND_FLOOR:
        return NAME(ROUND_FLOOR);
    case ROUND_HALF_UP:
        return NAME(ROUND_HALF_UP);
    case ROUND_HALF_DOWN:
        return NAME(ROUND_HALF_DOWN);
    case ROUND_HALF_EVEN:
        return NAME(ROUND_HALF_EVEN);
    case ROUND_05UP:
    case ROUNDING_COUNT:
        break;
    }
    return NAME(ROUND_05UP);
}

bool rounding_from_value(value v, uint8_t *out)
{
    for (unsigned i = 0; i < ROUNDING_COUNT; i++) {
        if (v == rounding_name(i) || (is_str(v) && str_equals_text(v, rounding_names[i]))) {
            *out = (uint8_t)i;
            return true;
        }
    }
    return raise_false(EXC(TypeError), "valid values for rounding are:\n"
                                       "  [ROUND_CEILING, ROUND_FLOOR, ROUND_UP, ROUND_DOWN,\n"
                                       "   ROUND_HALF_UP, ROUND_HALF_DOWN, ROUND_HALF_EVEN,\n"
                                       "   ROUND_05UP]");
}

/* ---- making ---- */

value context_make(struct type *type)
{
    struct context *c = (struct context *)object_new(type, sizeof *c);
    if (!c)
        return NULL;
    atomic_init(&c->precision, 28);
    atomic_init(&c->emax, 999999);
    atomic_init(&c->emin, -999999);
    atomic_init(&c->rounding, ROUND_HALF_EVEN);
    atomic_init(&c->capitals, 1);
    value flags = signal_dict_new(0);
    value traps = flags ? signal_dict_new(ANY_INVALID | DIVISION_BY_ZERO | OVERFLOW) : NULL;
    slot_init(&c->flags, flags);
    slot_init(&c->traps, traps);
    if (traps)
        return value_of(c);
    value_dec(value_of(c));
    return NULL;
}

value context_new(struct type *type, const value *args, size_t nargs, value kwnames)
{
    return context_make(type);
}

value context_copy(value v)
{
    struct context *from = CONTEXT(v);
    value copy = context_make(context_type);
    if (!copy)
        return NULL;
    struct context *to = CONTEXT(copy);
    atomic_store(&to->precision, atomic_load(&from->precision));
    atomic_store(&to->emax, atomic_load(&from->emax));
    atomic_store(&to->emin, atomic_load(&from->emin));
    atomic_store(&to->rounding, atomic_load(&from->rounding));
    atomic_store(&to->capitals, atomic_load(&from->capitals));
    atomic_store(&to->clamp, atomic_load(&from->clamp));
    atomic_store(context_flags(to), atomic_load(context_flags(from)));
    atomic_store(context_traps(to), atomic_load(context_traps(from)));
    return copy;
}

/* ---- settings ---- */

static bool get_number(value v, int64_t *out)
{
    if (!v)
        return raise_false(EXC(AttributeError), "context attributes cannot be deleted");
    if (!is_int(v))
        return raise_false(EXC(TypeError), "an integer is required");
    return int_fits_i64(v, out) || raise_false(EXC(OverflowError), "Python int too large to convert to C ssize_t");
}

/* A number between bounds, into one of the settings. */
static bool set_number(_Atomic int64_t *setting, value v, int64_t least, int64_t most, const char *message)
{
    int64_t number;
    if (!get_number(v, &number))
        return false;
    if (number < least || number > most)
        return raise_false(EXC(ValueError), message);
    atomic_store(setting, number);
    return true;
}
static bool set_switch(_Atomic uint8_t *setting, value v, const char *message)
{
    int64_t number;
    if (!get_number(v, &number))
        return false;
    if (number != 0 && number != 1)
        return raise_false(EXC(ValueError), message);
    atomic_store(setting, (uint8_t)number);
    return true;
}

static value get_prec(value v)
{
    return int_from_i64(atomic_load(&CONTEXT(v)->precision));
}
static bool set_prec(value v, value number)
{
    return set_number(&CONTEXT(v)->precision, number, 1, MAX_PRECISION, "valid range for prec is [1, MAX_PREC]");
}
static value get_emax(value v)
{
    return int_from_i64(atomic_load(&CONTEXT(v)->emax));
}
static bool set_emax(value v, value number)
{
    return set_number(&CONTEXT(v)->emax, number, 0, MAX_EMAX, "valid range for Emax is [0, MAX_EMAX]");
}
static value get_emin(value v)
{
    return int_from_i64(atomic_load(&CONTEXT(v)->emin));
}
static bool set_emin(value v, value number)
{
    return set_number(&CONTEXT(v)->emin, number, MIN_EMIN, 0, "valid range for Emin is [MIN_EMIN, 0]");
}
static value get_capitals(value v)
{
    return small_int(atomic_load(&CONTEXT(v)->capitals));
}
static bool set_capitals(value v, value number)
{
    return set_switch(&CONTEXT(v)->capitals, number, "valid values for capitals are 0 or 1");
}
static value get_clamp(value v)
{
    return small_int(atomic_load(&CONTEXT(v)->clamp));
}
static bool set_clamp(value v, value number)
{
    return set_switch(&CONTEXT(v)->clamp, number, "valid values for clamp are 0 or 1");
}
static value get_rounding(value v)
{
    return value_inc(rounding_name(atomic_load(&CONTEXT(v)->rounding)));
}
static bool set_rounding(value v, value name)
{
    uint8_t rounding;
    if (!name)
        return raise_false(EXC(AttributeError), "context attributes cannot be deleted");
    if (!rounding_from_value(name, &rounding))
        return false;
    atomic_store(&CONTEXT(v)->rounding, rounding);
    return true;
}
static bool set_signals(_Atomic uint32_t *setting, value signals)
{
    uint32_t bits;
    if (!signals)
        return raise_false(EXC(AttributeError), "context attributes cannot be deleted");
    if (!signals_from_value(signals, &bits))
        return false;
    atomic_store(setting, bits);
    return true;
}
static value get_flags(value v)
{
    return value_inc(slot_peek(&CONTEXT(v)->flags));
}
static bool set_flags(value v, value signals)
{
    if (signals && is_list(signals))
        return raise_false(EXC(TypeError), "argument must be a signal dict");
    return set_signals(context_flags(CONTEXT(v)), signals);
}
static value get_traps(value v)
{
    return value_inc(slot_peek(&CONTEXT(v)->traps));
}
static bool set_traps(value v, value signals)
{
    if (signals && is_list(signals))
        return raise_false(EXC(TypeError), "argument must be a signal dict");
    return set_signals(context_traps(CONTEXT(v)), signals);
}

bool context_init(value self, const value *args, size_t nargs, value kwnames)
{
    static struct signature signature =
        SIGNATURE("", "(prec=None, rounding=None, Emin=None, Emax=None, capitals=None, clamp=None, "
                      "flags=None, traps=None)");
    value bound[8];
    if (!signature_bind(&signature, args, nargs, kwnames, bound))
        return false;
    static bool (*const set[8])(value, value) = {set_prec,     set_rounding, set_emin, set_emax,
                                                 set_capitals, set_clamp,    NULL,     NULL};
    for (unsigned i = 0; i < 6; i++)
        if (!is_none(bound[i]) && !set[i](self, bound[i]))
            return false;
    return (is_none(bound[6]) || set_signals(context_flags(CONTEXT(self)), bound[6])) &&
           (is_none(bound[7]) || set_signals(context_traps(CONTEXT(self)), bound[7]));
}

/* ---- showing ---- */

value context_repr(value v)
{
    struct context *c = CONTEXT(v);
    struct str_builder builder;
    builder_init(&builder);
    builder_add_format(&builder, "Context(prec=%lld, rounding=%s, Emin=%lld, Emax=%lld, capitals=%d, clamp=%d, flags=",
                       (long long)atomic_load(&c->precision), rounding_names[atomic_load(&c->rounding)],
                       (long long)atomic_load(&c->emin), (long long)atomic_load(&c->emax), atomic_load(&c->capitals),
                       atomic_load(&c->clamp));
    signals_text(atomic_load(context_flags(c)), &builder);
    builder_add_text(&builder, ", traps=");
    signals_text(atomic_load(context_traps(c)), &builder);
    builder_add_text(&builder, ")");
    return builder_finish(&builder);
}

value context_reduce(value v)
{
    struct context *c = CONTEXT(v);
    value items[8] = {get_prec(v),
                      get_rounding(v),
                      get_emin(v),
                      get_emax(v),
                      get_capitals(v),
                      get_clamp(v),
                      signals_list(atomic_load(context_flags(c))),
                      signals_list(atomic_load(context_traps(c)))};
    value arguments = tuple_from_results(items, 8);
    value pair[2] = {value_inc(value_of(value_type(v))), arguments};
    return tuple_from_results(pair, 2);
}

value context_clear_flags(value v)
{
    atomic_store(context_flags(CONTEXT(v)), 0);
    return VALUE_NONE;
}
value context_clear_traps(value v)
{
    atomic_store(context_traps(CONTEXT(v)), 0);
    return VALUE_NONE;
}
value context_etiny(value v)
{
    struct arithmetic x;
    context_read(CONTEXT(v), &x);
    return int_from_i64(arithmetic_etiny(&x));
}
value context_etop(value v)
{
    struct arithmetic x;
    context_read(CONTEXT(v), &x);
    return int_from_i64(arithmetic_etop(&x));
}
value context_radix(value v)
{
    return decimal_from_wide(10, 0, 2, false);
}

void context_traverse(struct object *o, struct gc_trace *trace)
{
    trace_slots(trace, &((struct context *)o)->flags, 2);
}
void context_destroy(struct object *o)
{
    slot_drop(&((struct context *)o)->flags);
    slot_drop(&((struct context *)o)->traps);
}

const struct getset_def context_getset[] = {
    {"prec", get_prec, set_prec, NULL},
    {"rounding", get_rounding, set_rounding, NULL},
    {"Emin", get_emin, set_emin, NULL},
    {"Emax", get_emax, set_emax, NULL},
    {"capitals", get_capitals, set_capitals, NULL},
    {"clamp", get_clamp, set_clamp, NULL},
    {"flags", get_flags, set_flags, NULL},
    {"traps", get_traps, set_traps, NULL},
    {0},
};
