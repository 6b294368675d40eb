/* Filter chains: from dicts to liblzma's structs and back. */
#include "lzma_module.h"

#include <stdlib.h>

bool lzma_unsigned(value v, uint64_t *number, uint64_t most, const char *type)
{
    if (!is_int(v))
        return raise_false(EXC(TypeError), "an integer is required");
    if (int_sign(v) < 0)
        return raise_false(EXC(OverflowError), "can't convert negative int to unsigned");
    if (!int_as_u64(v, number))
        return false;
    return *number <= most || raise_false(EXC(OverflowError), "Value too large for %s type", type);
}

/* ---- from dicts ---- */
/* A number of the dict, where it has the key; *found counts those that it has. */
static bool take(value spec, const char *key, uint32_t *number, size_t *found)
{
    uint64_t given;
    value v = dict_get_text(spec, key);
    if (v == VALUE_MISSING)
        return true;
    bool done = v && lzma_unsigned(v, &given, UINT32_MAX, "uint32_t");
    value_dec(v);
    if (done) {
        *number = (uint32_t)given;
        ++*found;
    }
    return done;
}

/* The dict was read: it is wrong if a number was, or if it has keys beside those found and "id". NULL with ValueError.
 */
static void *finish_spec(void *options, value spec, bool read, size_t found, const char *what)
{
    if (read && dict_length(spec) == found + 1)
        return options;
    free(options);
    error_clear();
    return raise(EXC(ValueError), "Invalid filter specifier for %s filter", what);
}

static void *parse_lzma(value spec)
{
    uint32_t preset = LZMA_PRESET_DEFAULT, mode, match_finder;
    size_t found = 0;
    if (!take(spec, "preset", &preset, &found))
        return NULL;
    lzma_options_lzma *options = calloc(1, sizeof *options);
    if (!options)
        return raise_no_memory();
    if (lzma_lzma_preset(options, preset)) {
        free(options);
        return lzma_error("Invalid compression preset: %u", preset);
    }
    mode = options->mode;
    match_finder = options->mf;
    bool read = take(spec, "dict_size", &options->dict_size, &found) && take(spec, "lc", &options->lc, &found) &&
                take(spec, "lp", &options->lp, &found) && take(spec, "pb", &options->pb, &found) &&
                take(spec, "mode", &mode, &found) && take(spec, "nice_len", &options->nice_len, &found) &&
                take(spec, "mf", &match_finder, &found) && take(spec, "depth", &options->depth, &found);
    options->mode = (lzma_mode)mode;
    options->mf = (lzma_match_finder)match_finder;
    return finish_spec(options, spec, read, found, "LZMA");
}

static void *parse_delta(value spec)
{
    size_t found = 0;
    lzma_options_delta *options = calloc(1, sizeof *options);
    if (!options)
        return raise_no_memory();
    options->type = LZMA_DELTA_TYPE_BYTE;
    options->dist = 1;
    bool read = take(spec, "dist", &options->dist, &found);
    return finish_spec(options, spec, read, found, "delta");
}

static void *parse_branch(value spec)
{
    size_t found = 0;
    lzma_options_bcj *options = calloc(1, sizeof *options);
    if (!options)
        return raise_no_memory();
    bool read = take(spec, "start_offset", &options->start_offset, &found);
    return finish_spec(options, spec, read, found, "BCJ");
}

static bool parse_filter(value given, lzma_filter *filter)
{
    value spec = dict_new();
    if (!spec)
        return false;
    if (is_str(given) || is_list(given) || is_tuple(given) || !dict_update(spec, given)) {
        value_dec(spec);
        error_clear();
        return raise_false(EXC(TypeError), "Filter specifier must be a dict or dict-like object");
    }
    value id = dict_get_text(spec, "id");
    uint64_t number;
    filter->options = NULL;
    if (id == VALUE_MISSING) {
        raise(EXC(ValueError), "Filter specifier must have an \"id\" entry");
    } else if (id && lzma_unsigned(id, &number, UINT64_MAX, "lzma_vli")) {
        filter->id = number;
        switch (number) {
        case LZMA_FILTER_LZMA1:
        case LZMA_FILTER_LZMA2:
            filter->options = parse_lzma(spec);
            break;
        case LZMA_FILTER_DELTA:
            filter->options = parse_delta(spec);
            break;
        case LZMA_FILTER_X86:
        case LZMA_FILTER_POWERPC:
        case LZMA_FILTER_IA64:
        case LZMA_FILTER_ARM:
        case LZMA_FILTER_ARMTHUMB:
        case LZMA_FILTER_SPARC:
            filter->options = parse_branch(spec);
            break;
        default:
            raise(EXC(ValueError), "Invalid filter ID: %llu", (unsigned long long)number);
        }
    }
    value_dec(id);
    value_dec(spec);
    return filter->options != NULL;
}

void filters_free(lzma_filter *filters)
{
    for (; filters->id != LZMA_VLI_UNKNOWN; filters++)
        free(filters->options);
}

bool filters_parse(value sequence, lzma_filter filters[LZMA_FILTERS_MAX + 1])
{
    filters[0].id = LZMA_VLI_UNKNOWN;
    if (is_dict(sequence))
        return raise_false(EXC(TypeError), "%T is not a sequence", sequence);
    ssize length = value_length(sequence);
    if (length < 0)
        return false;
    if (length > LZMA_FILTERS_MAX)
        return raise_false(EXC(ValueError), "Too many filters - liblzma supports a maximum of %d", LZMA_FILTERS_MAX);
    for (ssize i = 0; i < length; i++) {
        lzma_filter filter;
        value spec = item_get(sequence, small_int(i));
        bool done = spec && parse_filter(spec, &filter);
        value_dec(spec);
        if (!done) {
            filters_free(filters);
            return false;
        }
        filters[i] = filter;
        filters[i + 1].id = LZMA_VLI_UNKNOWN;
    }
    return true;
}

/* ---- properties, as container formats store them ---- */
value lzma_encode_properties(value module, value spec)
{
    lzma_filter filters[2] = {[1] = {.id = LZMA_VLI_UNKNOWN}};
    uint32_t size;
    if (!parse_filter(spec, &filters[0]))
        return NULL;
    value bytes = NULL;
    if (!lzma_failed(lzma_properties_size(&size, &filters[0])) && (bytes = bytes_new(NULL, size)) &&
        lzma_failed(lzma_properties_encode(&filters[0], bytes_data(bytes)))) {
        value_dec(bytes);
        bytes = NULL;
    }
    filters_free(filters);
    return bytes;
}

static bool put(value dict, const char *key, uint64_t number)
{
    value v = int_from_u64(number);
    bool done = v && dict_set_text(dict, key, v);
    value_dec(v);
    return done;
}

value lzma_decode_properties(value module, value id, value properties)
{
    struct buffer buffer;
    uint64_t number;
    if (!lzma_unsigned(id, &number, UINT64_MAX, "lzma_vli") || !buffer_get(properties, &buffer, BUFFER_SIMPLE))
        return NULL;
    lzma_filter filter = {.id = number};
    int code = lzma_properties_decode(&filter, NULL, buffer.data, (size_t)buffer.length);
    buffer_release(&buffer);
    if (lzma_failed(code))
        return NULL;
    value dict = dict_new();
    bool done = dict && put(dict, "id", number);
    const lzma_options_lzma *lzma = filter.options;
    switch (number) {
    case LZMA_FILTER_LZMA1:
        done = done && put(dict, "lc", lzma->lc) && put(dict, "lp", lzma->lp) && put(dict, "pb", lzma->pb) &&
               put(dict, "dict_size", lzma->dict_size);
        break;
    case LZMA_FILTER_LZMA2:
        done = done && put(dict, "dict_size", lzma->dict_size);
        break;
    case LZMA_FILTER_DELTA:
        done = done && put(dict, "dist", ((const lzma_options_delta *)filter.options)->dist);
        break;
    default:
        if (filter.options)
            done = done && put(dict, "start_offset", ((const lzma_options_bcj *)filter.options)->start_offset);
    }
    free(filter.options);
    if (done)
        return dict;
    value_dec(dict);
    return NULL;
}
