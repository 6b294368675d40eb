/* The _decimal module. */
#include "runtime/import.h"
#include "runtime/modules/numbers/decimal/decimal.h"

/* collections.namedtuple("DecimalTuple", "sign digits exponent", module="decimal") */
static value make_tuple_class(void)
{
    value module = import_module("collections"), function = module ? attr_get(module, NAME(namedtuple)) : NULL;
    value fields = str_from_text("sign digits exponent"), keywords = tuple_pack(1, NAME(module)), class = NULL;
    if (function && fields && keywords) {
        value args[3] = {NAME(DecimalTuple), fields, NAME(decimal)};
        class = call_vector(function, args, 2, keywords);
    }
    value_dec(keywords);
    value_dec(fields);
    value_dec(function);
    value_dec(module);
    return class;
}

static bool register_number(void)
{
    value module = import_module("numbers"), number = module ? attr_get(module, NAME(Number)) : NULL;
    value done = number ? call_method_1(number, NAME(register), value_of(decimal_type)) : NULL;
    value_dec(done);
    value_dec(number);
    value_dec(module);
    return done != NULL;
}

static const struct module_constant constants[] = {
    {"MAX_PREC", MAX_PRECISION}, {"MAX_EMAX", MAX_EMAX}, {"MIN_EMIN", MIN_EMIN}, {"MIN_ETINY", MIN_ETINY}, {0}};

static const struct method_def functions[] = {
    METHOD("getcontext", decimal_getcontext, "($module, /)", "The current context of the thread."),
    METHOD("setcontext", decimal_setcontext, "($module, context, /)", "Make a context the thread's current one."),
    METHOD("localcontext", decimal_localcontext, "($module, /, ctx=None, **kwargs)",
           "A context manager: within it, a copy of the given context, or of the current one, is the current one."),
    {0},
};

/* The module calls itself "decimal", and so do its functions. */
static bool fill(value module)
{
    powers_init();
    if (!module_add_owned(module, "__name__", str_interned("decimal")) || !module_add_functions(module, functions) ||
        !signals_init(module) || !module_define_type(module, &decimal_type, &decimal_spec) ||
        !module_define_type(module, &context_type, &context_spec))
        return false;
    if (!context_manager_type && !(context_manager_type = type_define(&context_manager_spec)))
        return false;
    if (!slot_peek(&decimal_tuple_class))
        slot_init(&decimal_tuple_class, make_tuple_class());
    if (!slot_peek(&decimal_tuple_class) || !module_add(module, "DecimalTuple", slot_peek(&decimal_tuple_class)))
        return false;
    for (unsigned i = 0; i < ROUNDING_COUNT; i++)
        if (!module_add(module, rounding_names[i], rounding_name(i)))
            return false;
    return register_number() && current_init(module) && module_add_constants(module, constants) &&
           module_add(module, "HAVE_THREADS", VALUE_TRUE) && module_add(module, "HAVE_CONTEXTVAR", VALUE_TRUE) &&
           module_add_owned(module, "__version__", str_from_text("1.70")) &&
           module_add_owned(module, "__libmpdec_version__", str_from_text("2.5.1"));
}

static void finish(void)
{
    current_finish();
    signals_finish();
    operators_finish();
    value_dec(slot_exchange(&decimal_tuple_class, NULL));
}

const struct module_def _decimal_module = {
    .name = "_decimal",
    .doc = "Decimal arithmetic on GMP's integers",
    .fill = fill,
    .finish = finish,
};
