/* Packing and unpacking items in memory; see item_format.h. */
#include "runtime/objects/binary/item_format.h"
#include "runtime/objects/binary/bytes.h"
#include "runtime/objects/numbers/float.h"
#include "runtime/objects/numbers/int.h"

#include <math.h>

double item_load_double(const uint8_t *from, unsigned size, bool big_endian)
{
    uint64_t bits = item_load(from, size, big_endian);
    if (size == 8) {
        double d;
        memcpy(&d, &bits, sizeof d);
        return d;
    }
    if (size == 4) {
        float single;
        uint32_t low = (uint32_t)bits;
        memcpy(&single, &low, sizeof single);
        return single;
    }
    int exponent = bits >> 10 & 31;
    double fraction = (double)(bits & 1023), d;
    if (exponent == 31)
        d = fraction != 0 ? NAN : INFINITY;
    else
        d = exponent ? ldexp(fraction + 1024, exponent - 25) : ldexp(fraction, -24);
    return bits >> 15 ? -d : d;
}

static uint64_t half_bits(double d)
{
    uint64_t sign = signbit(d) ? 0x8000 : 0;
    d = fabs(d);
    if (isnan(d))
        return sign | 0x7E00;
    if (d >= 65520)
        return sign | 0x7C00;
    int exponent;
    frexp(d, &exponent); /* d is in [2 ** (exponent - 1), 2 ** exponent) */
    if (exponent < -13 || d == 0)
        exponent = -13; /* subnormal: steps of 2 ** -24 */
    /* nearbyint rounds to even; what is rounded up to the next power of two carries into the exponent */
    return sign | ((uint64_t)nearbyint(ldexp(d, 11 - exponent)) + (uint64_t)(exponent + 13) * 1024);
}

bool item_store_double(uint8_t *to, unsigned size, bool big_endian, double d)
{
    uint64_t bits = 0;
    bool fits = true;
    if (size == 8)
        memcpy(&bits, &d, sizeof d);
    else if (size == 4) {
        float single = (float)d;
        fits = !isinf(single) || isinf(d);
        memcpy(&bits, &single, sizeof single);
    } else {
        bits = half_bits(d);
        fits = (bits & 0x7FFF) != 0x7C00 || isinf(d);
    }
    item_store(to, size, big_endian, bits);
    return fits;
}

static const struct item_format formats[] = {
    {'B', 1, "B", "@B"}, {'b', 1, "b", "@b"}, {'c', 1, "c", "@c"}, {'?', 1, "?", "@?"}, {'h', 2, "h", "@h"},
    {'H', 2, "H", "@H"}, {'i', 4, "i", "@i"}, {'I', 4, "I", "@I"}, {'l', 8, "l", "@l"}, {'L', 8, "L", "@L"},
    {'q', 8, "q", "@q"}, {'Q', 8, "Q", "@Q"}, {'n', 8, "n", "@n"}, {'N', 8, "N", "@N"}, {'f', 4, "f", "@f"},
    {'d', 8, "d", "@d"}, {'P', 8, "P", "@P"},
};

const struct item_format *item_format_find(const char *text)
{
    if (*text == '@')
        text++;
    if (!text[0] || text[1])
        return NULL;
    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++)
        if (formats[i].code == *text)
            return &formats[i];
    return NULL;
}

bool item_format_is_byte(const struct item_format *f)
{
    return f->code == 'B' || f->code == 'b' || f->code == 'c';
}
static bool is_unsigned(const struct item_format *f)
{
    return strchr("BHILQNP", f->code) != NULL;
}
/* Is this number written as a signed one? An address may be either. */
static bool is_signed(const struct item_format *f, value number)
{
    return !is_unsigned(f) || (f->code == 'P' && int_sign(number) < 0);
}
bool item_format_is_float(const struct item_format *f)
{
    return f->code == 'f' || f->code == 'd';
}

value item_unpack(const struct item_format *f, const uint8_t *from)
{
    switch (f->code) {
    case 'c':
        return bytes_new(from, 1);
    case '?':
        return value_bool(*from != 0);
    case 'f':
    case 'd':
        return float_new(item_load_double(from, f->size, false));
    }
    uint64_t u = item_load(from, f->size, false);
    return is_unsigned(f) ? int_from_u64(u) : int_from_i64(item_extend(u, f->size));
}

static bool bad_type(const struct item_format *f)
{
    return raise_false(EXC(TypeError), "memoryview: invalid type for format '%s'", f->text);
}
static bool bad_value(const struct item_format *f)
{
    return raise_false(EXC(ValueError), "memoryview: invalid value for format '%s'", f->text);
}

value item_convert(const struct item_format *f, value v)
{
    double d;
    uint8_t word[8];
    value converted = NULL;
    if (f->code == 'c') {
        if (is_bytes(v) && bytes_length(v) == 1)
            return value_inc(v);
        is_bytes(v) ? bad_value(f) : bad_type(f);
        return NULL;
    }
    if (f->code == '?') {
        int truth = value_truth(v);
        return truth < 0 ? NULL : value_bool(truth);
    }
    if (item_format_is_float(f)) {
        if (value_as_double(v, &d))
            return float_new(d);
    } else if (f->code == 'P' && !is_int(v)) {
        bad_type(f);
        return NULL;
    } else if ((converted = index_value(v)) && int_to_bytes(converted, word, 8, true, is_signed(f, converted)))
        return converted;
    value_dec(converted);
    bool type = error_matches(EXC(TypeError));
    if (type || error_matches(EXC(OverflowError)) || error_matches(EXC(ValueError))) {
        error_clear();
        type ? bad_type(f) : bad_value(f);
    }
    return NULL;
}

bool item_pack(const struct item_format *f, value converted, uint8_t to[ITEM_SIZE_MAX])
{
    if (f->code == 'c')
        to[0] = bytes_data(converted)[0];
    else if (f->code == '?')
        to[0] = converted == VALUE_TRUE;
    else if (item_format_is_float(f))
        item_store_double(to, f->size, false, float_value(converted));
    else if (!int_to_bytes(converted, to, f->size, true, is_signed(f, converted))) {
        error_clear();
        return bad_value(f);
    }
    return true;
}
