/* What sys says about the runtime and the machine: constants and information tuples. */
#include "runtime/modules/core/sys_info.h"
#include "runtime/modules/module.h"
#include "runtime/sys.h"

#include <float.h>
#include <stdlib.h>

struct sys_flags sys_flags = {.hash_randomization = 1, .utf8_mode = 1, .int_max_str_digits = -1};
struct sys_places sys_places = {.platlibdir = "lib"};
_Atomic bool runtime_finalizing;

bool sys_inspects(void)
{
    return sys_flags.inspect;
}

int sys_optimize_level(void)
{
    return sys_flags.optimize > 2 ? 2 : sys_flags.optimize;
}

#define PYTHON_VERSION "3.11.2"
#define HEX_VERSION    0x030b02f0

static const struct struct_sequence_field version_fields[] = {
    {"major", "Major release number"},   {"minor", "Minor release number"},
    {"micro", "Patch release number"},   {"releaselevel", "'alpha', 'beta', 'candidate', or 'final'"},
    {"serial", "Serial release number"}, {0}};
static const struct struct_sequence_field flag_fields[] = {{"debug", "-d"},
                                                           {"inspect", "-i"},
                                                           {"interactive", "-i"},
                                                           {"optimize", "-O or -OO"},
                                                           {"dont_write_bytecode", "-B"},
                                                           {"no_user_site", "-s"},
                                                           {"no_site", "-S"},
                                                           {"ignore_environment", "-E"},
                                                           {"verbose", "-v"},
                                                           {"bytes_warning", "-b"},
                                                           {"quiet", "-q"},
                                                           {"hash_randomization", "-R"},
                                                           {"isolated", "-I"},
                                                           {"dev_mode", "-X dev"},
                                                           {"utf8_mode", "-X utf8"},
                                                           {"warn_default_encoding", "-X warn_default_encoding"},
                                                           {"safe_path", "-P"},
                                                           {"int_max_str_digits", "-X int_max_str_digits"},
                                                           {0}};
static const struct struct_sequence_field float_fields[] = {{"max", "maximum representable finite float"},
                                                            {"max_exp", NULL},
                                                            {"max_10_exp", NULL},
                                                            {"min", NULL},
                                                            {"min_exp", NULL},
                                                            {"min_10_exp", NULL},
                                                            {"dig", NULL},
                                                            {"mant_dig", NULL},
                                                            {"epsilon", NULL},
                                                            {"radix", NULL},
                                                            {"rounds", NULL},
                                                            {0}};
static const struct struct_sequence_field int_fields[] = {{"bits_per_digit", NULL},
                                                          {"sizeof_digit", NULL},
                                                          {"default_max_str_digits", NULL},
                                                          {"str_digits_check_threshold", NULL},
                                                          {0}};
static const struct struct_sequence_field hash_fields[] = {
    {"width", NULL},     {"modulus", NULL},   {"inf", NULL},       {"nan", NULL},    {"imag", NULL},
    {"algorithm", NULL}, {"hash_bits", NULL}, {"seed_bits", NULL}, {"cutoff", NULL}, {0}};
static const struct struct_sequence_field thread_fields[] = {{"name", NULL}, {"lock", NULL}, {"version", NULL}, {0}};

/* Make one information tuple. Steals the items. */
static value information(const char *name, const struct struct_sequence_field *fields, size_t n, value *items,
                         struct_sequence_constructor *new)
{
    struct type *type = struct_sequence_define(name, NULL, fields, n, new);
    value v = type ? struct_sequence_new(type, items) : NULL;
    value_dec(value_of(type));
    return v;
}
#define INFORMATION(name, fields, items) \
    information(name, fields, sizeof items / sizeof *items, items, struct_sequence_from)
/* One whose type has no other instance. */
#define SINGLETON(name, fields, items) information(name, fields, sizeof items / sizeof *items, items, NULL)

static value version_information(void)
{
    value items[] = {small_int(3), small_int(11), small_int(2), str_interned("final"), small_int(0)};
    return SINGLETON("sys.version_info", version_fields, items);
}

static value flags_information(void)
{
    value items[sizeof sys_flags / sizeof(int)];
    const int *numbers = (const int *)&sys_flags;
    for (size_t i = 0; i < sizeof items / sizeof *items; i++)
        items[i] = small_int(numbers[i]);
    items[13] = value_bool(sys_flags.dev_mode);
    items[16] = value_bool(sys_flags.safe_path);
    return SINGLETON("sys.flags", flag_fields, items);
}

static value float_information(void)
{
    value items[] = {float_new(DBL_MAX),
                     small_int(DBL_MAX_EXP),
                     small_int(DBL_MAX_10_EXP),
                     float_new(DBL_MIN),
                     small_int(DBL_MIN_EXP),
                     small_int(DBL_MIN_10_EXP),
                     small_int(DBL_DIG),
                     small_int(DBL_MANT_DIG),
                     float_new(DBL_EPSILON),
                     small_int(FLT_RADIX),
                     small_int(1)};
    return INFORMATION("sys.float_info", float_fields, items);
}

static value int_information(void)
{
    value items[] = {small_int(30), small_int(4), small_int(4300), small_int(640)};
    return INFORMATION("sys.int_info", int_fields, items);
}

static value hash_information(void)
{
    value items[] = {small_int(64),      small_int((INT64_C(1) << 61) - 1), small_int(314159), small_int(0),
                     small_int(1000003), str_interned("siphash13"),         small_int(64),     small_int(128),
                     small_int(0)};
    items[1] = int_from_i64((INT64_C(1) << 61) - 1);
    return INFORMATION("sys.hash_info", hash_fields, items);
}

static value thread_information(void)
{
    value items[] = {str_interned("pthread"), VALUE_NONE, VALUE_NONE};
    return INFORMATION("sys.thread_info", thread_fields, items);
}

static value implementation(value version)
{
    value dict = dict_new();
    value tag = str_interned(CACHE_TAG), name = str_interned("atoll");
    bool done = dict && dict_set_text(dict, "name", name) && dict_set_text(dict, "cache_tag", tag) &&
                dict_set_text(dict, "version", version) && dict_set_text(dict, "hexversion", small_int(HEX_VERSION)) &&
                dict_set_text(dict, "_multiarch", str_interned(ATOLL_MULTIARCH));
    value v = done ? namespace_new(dict) : NULL;
    value_dec(dict);
    return v;
}

static value git_information(void)
{
    value items[] = {str_from_text("Atoll"), str_from_text(""), str_from_text("")};
    value tuple = items[0] && items[1] && items[2] ? tuple_pack(3, items[0], items[1], items[2]) : NULL;
    for (int i = 0; i < 3; i++)
        value_dec(items[i]);
    return tuple;
}

bool sys_info_fill(value module)
{
    value version = version_information();
    if (!version || !module_add(module, "version_info", version) ||
        !module_add_owned(module, "implementation", implementation(version))) {
        value_dec(version);
        return false;
    }
    value_dec(version);
    return module_add_owned(module, "flags", flags_information()) &&
           module_add_owned(module, "float_info", float_information()) &&
           module_add_owned(module, "int_info", int_information()) &&
           module_add_owned(module, "hash_info", hash_information()) &&
           module_add_owned(module, "thread_info", thread_information()) &&
           module_add_owned(module, "version", str_format("%s (Atoll %s) [C11]", PYTHON_VERSION, ATOLL_VERSION)) &&
           module_add(module, "hexversion", small_int(HEX_VERSION)) &&
           module_add(module, "api_version", small_int(1013)) && module_add_owned(module, "_git", git_information()) &&
           module_add_owned(module, "_framework", str_from_text("")) &&
           module_add_owned(module, "copyright", str_from_text("Copyright (c) 2026 The Atoll authors.")) &&
           module_add_owned(module, "platform", str_interned("linux")) &&
           module_add_owned(module, "byteorder", str_interned("little")) &&
           module_add_owned(module, "maxsize", int_from_i64(INT64_MAX)) &&
           module_add(module, "maxunicode", small_int(0x10FFFF)) &&
           module_add_owned(module, "float_repr_style", str_interned("short")) &&
           module_add_owned(module, "platlibdir", str_decode_locale(sys_places.platlibdir)) &&
           module_add_owned(module, "warnoptions", list_new(0)) && module_add_owned(module, "_xoptions", dict_new()) &&
           module_add_owned(module, "abiflags", str_interned("")) &&
           module_add_owned(module, "pycache_prefix",
                            sys_places.pycache_prefix ? str_decode_locale(sys_places.pycache_prefix) : VALUE_NONE) &&
           module_add(module, "dont_write_bytecode", value_bool(sys_flags.dont_write_bytecode));
}
