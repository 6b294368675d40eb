/* The _sre module: what the pure Python package `re` is built on. */
#include "runtime/modules/module.h"
#include "runtime/modules/regex/sre.h"
#include "threads/pause.h"

#include <stdlib.h>

/* The words of a list; malloc'd. NULL: an exception. */
static uint32_t *words_of(value list, size_t *length)
{
    *length = list_length(list);
    uint32_t *words = malloc(*length ? *length * sizeof *words : 1);
    if (!words) {
        raise_no_memory();
        return NULL;
    }
    for (size_t i = 0; i < *length; thread_report_at(++i)) {
        value item = list_get(list, i);
        int64_t word = -1;
        if (item && item != VALUE_MISSING && is_int(item))
            int_fits_i64(item, &word);
        value_dec(item);
        if (word < 0 || word > UINT32_MAX) {
            raise(EXC(OverflowError), "regular expression code size limit exceeded");
            free(words);
            return NULL;
        }
        words[i] = (uint32_t)word;
    }
    return words;
}

static bool is_text(value pattern, int8_t *is_bytes)
{
    struct span text;
    struct buffer buffer;
    bool bytes;
    *is_bytes = -1;
    if (is_none(pattern))
        return true;
    if (!sre_text_get(pattern, &text, &bytes, &buffer))
        return false;
    buffer_release(&buffer);
    *is_bytes = bytes;
    return true;
}

static bool check_type(value v, bool is_right, const char *argument, const char *type)
{
    return is_right || raise_false(EXC(TypeError), "compile() argument '%s' must be %s, not %K", argument, type, v);
}

/* compile(pattern, flags, code, groups, groupindex, indexgroup) */
static value sre_compile(value module, const value *args)
{
    int flags;
    ssize groups;
    int8_t is_bytes;
    if (!value_as_int(args[1], &flags) || !check_type(args[2], is_list(args[2]), "code", "list") ||
        !sre_index(args[3], 0, &groups) || !check_type(args[4], is_dict(args[4]), "groupindex", "dict") ||
        !check_type(args[5], is_tuple(args[5]), "indexgroup", "tuple") || !is_text(args[0], &is_bytes))
        return NULL;
    size_t length;
    uint32_t *code = words_of(args[2], &length);
    struct sre_program *program = code ? sre_program_make(code, length, (size_t)groups) : NULL;
    struct sre_pattern *self = program ? (struct sre_pattern *)object_new(sre_pattern_type, sizeof *self) : NULL;
    if (!self) {
        sre_program_free(program);
        free(code);
        return NULL;
    }
    self->program = program;
    self->code = code;
    self->code_length = length;
    self->flags = flags;
    self->groups = groups;
    self->is_bytes = is_bytes;
    slot_init(&self->pattern, value_inc(args[0]));
    slot_init(&self->group_index, value_inc(args[4]));
    slot_init(&self->index_group, value_inc(args[5]));
    return value_of(self);
}

/* ---- characters ---- */
static bool character_of(value v, uint32_t *c)
{
    int i;
    if (!value_as_int(v, &i))
        return false;
    *c = (uint32_t)i;
    return true;
}

static bool is_cased(uint32_t c, enum sre_fold fold)
{
    if (fold == SRE_FOLD_ASCII)
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    return c != sre_lower(c, fold) || c != sre_upper_unicode(c);
}

static value sre_ascii_iscased(value module, value character)
{
    uint32_t c;
    return character_of(character, &c) ? value_bool(is_cased(c, SRE_FOLD_ASCII)) : NULL;
}
static value sre_unicode_iscased(value module, value character)
{
    uint32_t c;
    return character_of(character, &c) ? value_bool(is_cased(c, SRE_FOLD_UNICODE)) : NULL;
}
static value sre_ascii_tolower(value module, value character)
{
    uint32_t c;
    return character_of(character, &c) ? int_from_i64((int32_t)sre_lower(c, SRE_FOLD_ASCII)) : NULL;
}
static value sre_unicode_tolower(value module, value character)
{
    uint32_t c;
    return character_of(character, &c) ? int_from_i64((int32_t)sre_lower(c, SRE_FOLD_UNICODE)) : NULL;
}
static value sre_getcodesize(value module)
{
    return small_int(sizeof(uint32_t));
}

static const struct method_def functions[] = {
    METHOD("compile", sre_compile, "($module, /, pattern, flags, code, groups, groupindex, indexgroup)", NULL),
    METHOD("getcodesize", sre_getcodesize, "($module, /)", NULL),
    METHOD("ascii_iscased", sre_ascii_iscased, "($module, character, /)", NULL),
    METHOD("unicode_iscased", sre_unicode_iscased, "($module, character, /)", NULL),
    METHOD("ascii_tolower", sre_ascii_tolower, "($module, character, /)", NULL),
    METHOD("unicode_tolower", sre_unicode_tolower, "($module, character, /)", NULL),
    {0},
};

/* The types have no names here; `re` gets at them through their instances. */
static bool define_type(struct type **type, const struct type_spec *spec)
{
    if (!*type)
        *type = type_define(spec);
    return *type != NULL;
}

static bool fill(value module)
{
    static const struct module_constant constants[] = {
        {"MAGIC", SRE_MAGIC},
        {"CODESIZE", sizeof(uint32_t)},
        {"MAXREPEAT", SRE_MAX_REPEAT},
        {"MAXGROUPS", SRE_MAX_GROUPS},
        {0},
    };
    return define_type(&sre_pattern_type, &sre_pattern_spec) && define_type(&sre_match_type, &sre_match_spec) &&
           define_type(&sre_scanner_type, &sre_scanner_spec) && module_add_constants(module, constants) &&
           module_add_owned(module, "copyright",
                            str_from_text(" SRE 2.2.2 Copyright (c) 1997-2002 by Secret Labs AB "));
}

const struct module_def _sre_module = {
    .name = "_sre",
    .functions = functions,
    .fill = fill,
};
