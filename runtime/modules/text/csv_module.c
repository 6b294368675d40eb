/* The _csv module: dialects by name, and the functions that make readers and writers. */
#include "runtime/modules/text/csv.h"

_Atomic int64_t csv_field_limit = 128 * 1024;
static value_slot error_class;
static value_slot dialects; /* a dict: name -> Dialect */

struct type *csv_error(void)
{
    return (struct type *)atomic_load(&error_class);
}

static value dialects_dict(void) /* borrowed: it stays until the end */
{
    return atomic_load(&dialects);
}

/* ---- dialects ---- */
value csv_dialect_registered(value name)
{
    value dialect = dict_get(dialects_dict(), name);
    return dialect && is_missing(dialect) ? raise(csv_error(), "unknown dialect") : dialect;
}

static value register_dialect(value self, const value *args, size_t nargs, value kwnames)
{
    if (!check_arguments("", nargs, 1, 2))
        return NULL;
    if (!is_str(args[0]))
        return raise(EXC(TypeError), "dialect name must be a string");
    value dialect = csv_dialect_make(nargs > 1 ? args[1] : VALUE_MISSING, args + nargs, kwnames);
    bool done = dialect && dict_set(dialects_dict(), args[0], dialect);
    value_dec(dialect);
    return done ? VALUE_NONE : NULL;
}

static value unregister_dialect(value self, value name)
{
    int deleted = dict_delete(dialects_dict(), name);
    return deleted > 0 ? VALUE_NONE : deleted < 0 ? NULL : raise(csv_error(), "unknown dialect");
}

static value get_dialect(value self, value name)
{
    return csv_dialect_registered(name);
}

static value list_dialects(value self)
{
    return dict_keys_list(dialects_dict());
}

/* ---- readers and writers ---- */
static value make_reader(value self, const value *args, size_t nargs, value kwnames)
{
    if (!check_arguments("", nargs, 1, 2))
        return NULL;
    value iterator = iter_get(args[0]);
    if (!iterator)
        return NULL;
    value dialect = csv_dialect_make(nargs > 1 ? args[1] : VALUE_MISSING, args + nargs, kwnames);
    if (dialect)
        return csv_reader_make(iterator, dialect);
    value_dec(iterator);
    return NULL;
}

static value make_writer(value self, const value *args, size_t nargs, value kwnames)
{
    if (!check_arguments("", nargs, 1, 2))
        return NULL;
    value write = attr_get_optional(args[0], NAME(write));
    if (!write)
        return NULL;
    if (is_missing(write) || !value_is_callable(write)) {
        if (!is_missing(write))
            value_dec(write);
        return raise(EXC(TypeError), "argument 1 must have a \"write\" method");
    }
    value dialect = csv_dialect_make(nargs > 1 ? args[1] : VALUE_MISSING, args + nargs, kwnames);
    if (dialect)
        return csv_writer_make(write, dialect);
    value_dec(write);
    return NULL;
}

static value field_size_limit(value self, value limit)
{
    int64_t new_limit = 0;
    if (!is_missing(limit)) {
        if (value_type(limit) != TYPE(INT))
            return raise(EXC(TypeError), "limit must be an integer");
        if (!value_as_i64(limit, &new_limit))
            return NULL;
        return int_from_i64(atomic_exchange(&csv_field_limit, new_limit));
    }
    return int_from_i64(atomic_load(&csv_field_limit));
}

static const struct method_def functions[] = {
    METHOD_ANY("reader", make_reader,
           "    csv_reader = reader(iterable [, dialect='excel']\n"
           "                        [optional keyword args])\n"
           "    for row in csv_reader:\n"
           "        process(row)\n"
           "\n"
           "The \"iterable\" argument can be any object that returns a line\n"
           "of input for each iteration, such as a file object or a list.  The\n"
           "optional \"dialect\" parameter is discussed below.  The function\n"
           "also accepts optional keyword arguments which override settings\n"
           "provided by the dialect.\n"
           "\n"
           "The returned object is an iterator.  Each iteration returns a row\n"
           "of the CSV file (which can span multiple input lines).\n", 0),
    METHOD_ANY("writer", make_writer,
           "    csv_writer = csv.writer(fileobj [, dialect='excel']\n"
           "                            [optional keyword args])\n"
           "    for row in sequence:\n"
           "        csv_writer.writerow(row)\n"
           "\n"
           "    [or]\n"
           "\n"
           "    csv_writer = csv.writer(fileobj [, dialect='excel']\n"
           "                            [optional keyword args])\n"
           "    csv_writer.writerows(rows)\n"
           "\n"
           "The \"fileobj\" argument can be any object that supports the file API.\n", 0),
    METHOD("list_dialects", list_dialects, "()",
           "Return a list of all known dialect names.\n"
           "\n"
           "    names = csv.list_dialects()"),
    METHOD_ANY("register_dialect", register_dialect,
           "Create a mapping from a string name to a dialect class.\n"
           "    dialect = csv.register_dialect(name[, dialect[, **fmtparams]])", 0),
    METHOD("unregister_dialect", unregister_dialect, "(name)",
           "Delete the name/dialect mapping associated with a string name.\n"
           "\n"
           "    csv.unregister_dialect(name)"),
    METHOD("get_dialect", get_dialect, "(name)",
           "Return the dialect instance associated with name.\n"
           "\n"
           "    dialect = csv.get_dialect(name)"),
    METHOD("field_size_limit", field_size_limit, "(new_limit=<unrepresentable>)",
           "Sets an upper limit on parsed fields.\n"
           "\n"
           "    csv.field_size_limit([limit])\n"
           "\n"
           "Returns old limit. If limit is not given, no new limit is set and\n"
           "the old limit is returned"),
    {0},
};

static bool fill(value module)
{
    static const struct module_constant constants[] = {
        {"QUOTE_MINIMAL", QUOTE_MINIMAL},
        {"QUOTE_ALL", QUOTE_ALL},
        {"QUOTE_NONNUMERIC", QUOTE_NONNUMERIC},
        {"QUOTE_NONE", QUOTE_NONE},
        {0},
    };
    if (!dialects_dict()) {
        value dict = dict_new();
        if (!dict)
            return false;
        slot_init(&dialects, dict);
    }
    csv_reader_type = csv_reader_type ? csv_reader_type : type_define(&csv_reader_spec);
    csv_writer_type = csv_writer_type ? csv_writer_type : type_define(&csv_writer_spec);
    return module_define_type(module, &csv_dialect_type, &csv_dialect_spec) && csv_reader_type && csv_writer_type &&
           module_add(module, "Reader", value_of(csv_reader_type)) &&
           module_add(module, "Writer", value_of(csv_writer_type)) &&
           module_define_exception(module, &error_class, "_csv.Error", EXC(Exception), NULL) &&
           module_add(module, "_dialects", dialects_dict()) &&
           module_add_owned(module, "__version__", str_from_text("1.0")) && module_add_constants(module, constants);
}

static void finish(void)
{
    value_dec(slot_exchange(&dialects, NULL));
    value_dec(slot_exchange(&error_class, NULL));
}

const struct module_def _csv_module = {
    .name = "_csv",
    .doc = "CSV parsing and writing.\n"
           "\n"
           "This module provides classes that assist in the reading and writing\n"
           "of Comma Separated Value (CSV) files, and implements the interface\n"
           "described by PEP 305.  Although many CSV files are simple to parse,\n"
           "the format is not formally defined by a stable specification and\n"
           "is subtle enough that parsing lines of a CSV file with something\n"
           "like line.split(\",\") is bound to fail.  The module supports three\n"
           "basic APIs: reading, writing, and registration of dialects.\n"
           "\n"
           "\n"
           "DIALECT REGISTRATION:\n"
           "\n"
           "Readers and writers support a dialect argument, which is a convenient\n"
           "handle on a group of settings.  When the dialect argument is a string,\n"
           "it identifies one of the dialects previously registered with the module.\n"
           "If it is a class or instance, the attributes of the argument are used as\n"
           "the settings for the reader or writer:\n"
           "\n"
           "    class excel:\n"
           "        delimiter = ','\n"
           "        quotechar = '\"'\n"
           "        escapechar = None\n"
           "        doublequote = True\n"
           "        skipinitialspace = False\n"
           "        lineterminator = '\\r\\n'\n"
           "        quoting = QUOTE_MINIMAL\n"
           "\n"
           "SETTINGS:\n"
           "\n"
           "    * quotechar - specifies a one-character string to use as the\n"
           "        quoting character.  It defaults to '\"'.\n"
           "    * delimiter - specifies a one-character string to use as the\n"
           "        field separator.  It defaults to ','.\n"
           "    * skipinitialspace - specifies how to interpret spaces which\n"
           "        immediately follow a delimiter.  It defaults to False, which\n"
           "        means that spaces immediately following a delimiter is part\n"
           "        of the following field.\n"
           "    * lineterminator -  specifies the character sequence which should\n"
           "        terminate rows.\n"
           "    * quoting - controls when quotes should be generated by the writer.\n"
           "        It can take on any of the following module constants:\n"
           "\n"
           "        csv.QUOTE_MINIMAL means only when required, for example, when a\n"
           "            field contains either the quotechar or the delimiter\n"
           "        csv.QUOTE_ALL means that quotes are always placed around fields.\n"
           "        csv.QUOTE_NONNUMERIC means that quotes are always placed around\n"
           "            fields which do not parse as integers or floating point\n"
           "            numbers.\n"
           "        csv.QUOTE_NONE means that quotes are never placed around fields.\n"
           "    * escapechar - specifies a one-character string used to escape\n"
           "        the delimiter when quoting is set to QUOTE_NONE.\n"
           "    * doublequote - controls the handling of quotes inside fields.  When\n"
           "        True, two consecutive quotes are interpreted as one during read,\n"
           "        and when writing, each quote character embedded in the data is\n"
           "        written as two quotes\n",
    .functions = functions,
    .fill = fill,
    .finish = finish,
};
