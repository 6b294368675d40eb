/* The pyexpat module, over expat. */
#include "pyexpat.h"

static value error_string(value module, value given)
{
    int64_t code;
    if (!value_as_i64(given, &code))
        return NULL;
    const char *text = XML_ErrorString((enum XML_Error)code);
    return text ? str_from_text(text) : VALUE_NONE;
}

static const struct method_def functions[] = {
    METHOD("ParserCreate", parser_create, "(encoding=None, namespace_separator=None, intern='')",
           "Return a new XML parser object."),
    METHOD("ErrorString", error_string, "(code, /)", "Returns string error for given number."),
    {0},
};

/* A module within the module, known to sys.modules. */
static value add_submodule(value module, const char *name, const char *attribute, const char *doc)
{
    value text = str_from_text(name), inner = text ? module_new(text) : NULL;
    value modules = inner ? sys_get("modules") : NULL;
    bool done = modules && modules != VALUE_MISSING && dict_set(modules, text, inner) &&
                module_add_owned(inner, "__doc__", str_from_text(doc)) && module_add(module, attribute, inner);
    value_dec(modules);
    value_dec(text);
    if (done)
        return inner;
    value_dec(inner);
    return NULL;
}

/* XML_ERROR_NONE has no name there. */
static const char *const error_names[] = {
    [1] = "NO_MEMORY",
    "SYNTAX",
    "NO_ELEMENTS",
    "INVALID_TOKEN",
    "UNCLOSED_TOKEN",
    "PARTIAL_CHAR",
    "TAG_MISMATCH",
    "DUPLICATE_ATTRIBUTE",
    "JUNK_AFTER_DOC_ELEMENT",
    "PARAM_ENTITY_REF",
    "UNDEFINED_ENTITY",
    "RECURSIVE_ENTITY_REF",
    "ASYNC_ENTITY",
    "BAD_CHAR_REF",
    "BINARY_ENTITY_REF",
    "ATTRIBUTE_EXTERNAL_ENTITY_REF",
    "MISPLACED_XML_PI",
    "UNKNOWN_ENCODING",
    "INCORRECT_ENCODING",
    "UNCLOSED_CDATA_SECTION",
    "EXTERNAL_ENTITY_HANDLING",
    "NOT_STANDALONE",
    "UNEXPECTED_STATE",
    "ENTITY_DECLARED_IN_PE",
    "FEATURE_REQUIRES_XML_DTD",
    "CANT_CHANGE_FEATURE_ONCE_PARSING",
    "UNBOUND_PREFIX",
    "UNDECLARING_PREFIX",
    "INCOMPLETE_PE",
    "XML_DECL",
    "TEXT_DECL",
    "PUBLICID",
    "SUSPENDED",
    "NOT_SUSPENDED",
    "ABORTED",
    "FINISHED",
    "SUSPEND_PE",
    "RESERVED_PREFIX_XML",
    "RESERVED_PREFIX_XMLNS",
    "RESERVED_NAMESPACE_URI",
    "INVALID_ARGUMENT",
    "NO_BUFFER",
    "AMPLIFICATION_LIMIT_BREACH",
};

static bool add_errors(value module)
{
    value inner = add_submodule(module, "pyexpat.errors", "errors", "Constants used to describe error conditions.");
    value codes = inner ? dict_new() : NULL, messages = codes ? dict_new() : NULL;
    bool done = messages != NULL;
    for (size_t code = 1; done && code < sizeof error_names / sizeof *error_names; code++) {
        value name = str_format("XML_ERROR_%s", error_names[code]);
        const char *words = XML_ErrorString((enum XML_Error)code);
        value text = name ? str_from_text(words ? words : "") : NULL;
        done = text && attr_set(inner, name, text) && dict_set(codes, text, small_int((int64_t)code)) &&
               dict_set(messages, small_int((int64_t)code), text);
        value_dec(text);
        value_dec(name);
    }
    done = done && module_add(inner, "codes", codes) && module_add(inner, "messages", messages);
    value_dec(messages);
    value_dec(codes);
    value_dec(inner);
    return done;
}

static bool add_model(value module)
{
#define C(NAME)     \
    {               \
#NAME, NAME \
    }
    static const struct module_constant constants[] = {
        C(XML_CTYPE_EMPTY),
        C(XML_CTYPE_ANY),
        C(XML_CTYPE_MIXED),
        C(XML_CTYPE_NAME),
        C(XML_CTYPE_CHOICE),
        C(XML_CTYPE_SEQ),
        C(XML_CQUANT_NONE),
        C(XML_CQUANT_OPT),
        C(XML_CQUANT_REP),
        C(XML_CQUANT_PLUS),
        {0},
    };
    value inner =
        add_submodule(module, "pyexpat.model", "model", "Constants used to interpret content model information.");
    bool done = inner && module_add_constants(inner, constants);
    value_dec(inner);
    return done;
}

static bool add_version(value module)
{
    XML_Expat_Version version = XML_ExpatVersionInfo();
    value numbers[] = {small_int(version.major), small_int(version.minor), small_int(version.micro)};
    return module_add_owned(module, "version_info", tuple_from_owned(numbers, 3)) &&
           module_add_owned(module, "EXPAT_VERSION", str_from_text(XML_ExpatVersion())) &&
           module_add_owned(module, "native_encoding", str_from_text("UTF-8"));
}
static bool add_features(value module)
{
    value list = list_new(8);
    for (const XML_Feature *feature = XML_GetFeatureList(); list && feature->feature != XML_FEATURE_END; feature++) {
        value name = str_from_text(feature->name);
        value pair = name ? tuple_pack(2, name, small_int(feature->value)) : NULL;
        value_dec(name);
        if (!pair || !list_append_owned(list, pair)) {
            value_dec(list);
            list = NULL;
        }
    }
    return module_add_owned(module, "features", list);
}

static bool fill(value module)
{
    static const struct module_constant constants[] = {
        C(XML_PARAM_ENTITY_PARSING_NEVER),
        C(XML_PARAM_ENTITY_PARSING_UNLESS_STANDALONE),
        C(XML_PARAM_ENTITY_PARSING_ALWAYS),
        {0},
#undef C
    };
    if (!parser_type && !(parser_type = type_define(&parser_spec)))
        return false;
    return module_define_exception(module, &expat_error_class, "xml.parsers.expat.ExpatError", EXC(Exception), NULL) &&
           module_add(module, "error", slot_peek(&expat_error_class)) &&
           module_add(module, "XMLParserType", value_of(parser_type)) && module_add_constants(module, constants) &&
           add_version(module) && add_features(module) && add_errors(module) && add_model(module);
}
static void finish(void)
{
    slot_drop(&expat_error_class);
}
static const struct module_def definition = {.name = "pyexpat",
                                             .doc = "Python wrapper for Expat parser.",
                                             .functions = functions,
                                             .fill = fill,
                                             .finish = finish};
ATOLL_MODULE(definition);
