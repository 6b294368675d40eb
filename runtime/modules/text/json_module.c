/* The _json module: what the package json does in C. */
#include "runtime/modules/text/json.h"

static value scanstring(value self, value string, value end, value strict)
{
    ssize start;
    size_t behind;
    int is_strict = strict == VALUE_TRUE ? 1 : value_truth(strict);
    if (!value_as_ssize(end, &start) || is_strict < 0)
        return NULL;
    if (!is_str(string))
        return raise(EXC(TypeError), "first argument must be a string, not %.80T", string);
    if (start < 0 || (size_t)start > str_length(string))
        return raise(EXC(ValueError), "end is out of bounds");
    value document = str_to_exact(string), text = json_scan_string(document, (size_t)start, is_strict, &behind);
    value position = text ? int_from_i64((int64_t)behind) : NULL;
    value result = position ? tuple_pack(2, text, position) : NULL;
    value_dec(position);
    value_dec(text);
    value_dec(document);
    return result;
}

static const struct method_def functions[] = {
    METHOD("encode_basestring_ascii", json_encode_ascii, "(string, /)",
           "encode_basestring_ascii(string) -> string\n\n"
           "Return an ASCII-only JSON representation of a Python string"),
    METHOD("encode_basestring", json_encode, "(string, /)",
           "encode_basestring(string) -> string\n\nReturn a JSON representation of a Python string"),
    METHOD_FLAGS("scanstring", scanstring, "(string, end, strict=True, /)",
                 "scanstring(string, end, strict=True) -> (string, end)\n\n"
                 "Scan the string s for a JSON string. End is the index of the\n"
                 "character in s after the quote that started the JSON string.\n"
                 "Unescapes all valid JSON string escape sequences and raises ValueError\n"
                 "on attempt to decode an invalid string. If strict is False then literal\n"
                 "control characters are allowed in the string.\n\n"
                 "Returns a tuple of the decoded string and the index of the character in s\n"
                 "after the end quote.",
                 METHOD_TUPLE),
    {0},
};

static struct type *scanner_type, *encoder_type;

static bool fill(value module)
{
    scanner_type = scanner_type ? scanner_type : type_define(&json_scanner_spec);
    encoder_type = encoder_type ? encoder_type : type_define(&json_encoder_spec);
    return scanner_type && encoder_type && module_add(module, "make_scanner", value_of(scanner_type)) &&
           module_add(module, "make_encoder", value_of(encoder_type));
}

const struct module_def _json_module = {
    .name = "_json", .doc = "json speedups\n", .functions = functions, .fill = fill};
