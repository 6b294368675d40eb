/*
 * The letters of _type_: for each how a value is made of its bytes and bytes of a value. Bytes come and go by copies of
 * at most CODE_SIZE_MAX, so that no lock is held while Python code runs and alignment does not matter.
 */
#include "runtime/native/ctypes/ctypes.h"

#include <wchar.h>

const char code_letters[] = "cbBhHiIlLdfuzZqQPXOv?g";

/* ---- integers ---- */
bool code_integer(value v, uint64_t *out)
{
    value number = is_int(v) ? value_inc(v) : index_value(v);
    if (number)
        *out = int_low_bits(number);
    value_dec(number);
    return number != NULL;
}

#define SAME(X)    (X)
#define SWAP_16(X) ((typeof(X))__builtin_bswap16((uint16_t)(X)))
#define SWAP_32(X) ((typeof(X))__builtin_bswap32((uint32_t)(X)))
#define SWAP_64(X) ((typeof(X))__builtin_bswap64((uint64_t)(X)))
#define INTEGER(NAME, TYPE, ORDER)                                                                  \
    static value NAME##_get(const void *bytes)                                                      \
    {                                                                                               \
        TYPE number;                                                                                \
        memcpy(&number, bytes, sizeof number);                                                      \
        number = ORDER(number);                                                                     \
        return (TYPE)-1 > (TYPE)1 ? int_from_u64((uint64_t)number) : int_from_i64((int64_t)number); \
    }                                                                                               \
    static value NAME##_set(value v, void *bytes)                                                   \
    {                                                                                               \
        uint64_t bits;                                                                              \
        if (!code_integer(v, &bits))                                                                \
            return NULL;                                                                            \
        TYPE number = (TYPE)bits;                                                                   \
        number = ORDER(number);                                                                     \
        memcpy(bytes, &number, sizeof number);                                                      \
        return VALUE_NONE;                                                                          \
    }
INTEGER(int8, int8_t, SAME)
INTEGER(uint8, uint8_t, SAME)
INTEGER(int16, int16_t, SAME)
INTEGER(uint16, uint16_t, SAME)
INTEGER(int32, int32_t, SAME)
INTEGER(uint32, uint32_t, SAME)
INTEGER(int64, int64_t, SAME)
INTEGER(uint64, uint64_t, SAME)
INTEGER(int16_swapped, int16_t, SWAP_16)
INTEGER(uint16_swapped, uint16_t, SWAP_16)
INTEGER(int32_swapped, int32_t, SWAP_32)
INTEGER(uint32_swapped, uint32_t, SWAP_32)
INTEGER(int64_swapped, int64_t, SWAP_64)
INTEGER(uint64_swapped, uint64_t, SWAP_64)

static value bool_get(const void *bytes)
{
    return value_bool(*(const uint8_t *)bytes != 0);
}
static value bool_set(value v, void *bytes)
{
    int truth = value_truth(v);
    if (truth < 0)
        return NULL;
    *(uint8_t *)bytes = (uint8_t)truth;
    return VALUE_NONE;
}

/* VARIANT_BOOL of Windows, which ctypes.wintypes has everywhere */
static value variant_bool_get(const void *bytes)
{
    int16_t number;
    memcpy(&number, bytes, sizeof number);
    return value_bool(number != 0);
}
static value variant_bool_set(value v, void *bytes)
{
    int truth = value_truth(v);
    if (truth < 0)
        return NULL;
    int16_t number = truth ? -1 : 0;
    memcpy(bytes, &number, sizeof number);
    return VALUE_NONE;
}

/* ---- floats ---- */
#define FLOAT(NAME, TYPE, BITS, ORDER)            \
    static value NAME##_get(const void *bytes)    \
    {                                             \
        BITS bits;                                \
        TYPE number;                              \
        memcpy(&bits, bytes, sizeof bits);        \
        bits = ORDER(bits);                       \
        memcpy(&number, &bits, sizeof number);    \
        return float_new((double)number);         \
    }                                             \
    static value NAME##_set(value v, void *bytes) \
    {                                             \
        double given;                             \
        if (!value_as_double(v, &given))          \
            return NULL;                          \
        TYPE number = (TYPE)given;                \
        BITS bits;                                \
        memcpy(&bits, &number, sizeof bits);      \
        bits = ORDER(bits);                       \
        memcpy(bytes, &bits, sizeof bits);        \
        return VALUE_NONE;                        \
    }
FLOAT(float, float, uint32_t, SAME)
FLOAT(double, double, uint64_t, SAME)
FLOAT(float_swapped, float, uint32_t, SWAP_32)
FLOAT(double_swapped, double, uint64_t, SWAP_64)

static value long_double_get(const void *bytes)
{
    long double number;
    memcpy(&number, bytes, sizeof number);
    return float_new((double)number);
}
static value long_double_set(value v, void *bytes)
{
    double given;
    if (!value_as_double(v, &given))
        return NULL;
    long double number = (long double)given;
    memcpy(bytes, &number, sizeof number);
    return VALUE_NONE;
}

/* ---- characters ---- */
static value char_get(const void *bytes)
{
    return bytes_new(bytes, 1);
}
static value char_set(value v, void *bytes)
{
    int64_t number;
    if (is_bytes(v) && bytes_length(v) == 1) {
        memcpy(bytes, bytes_data(v), 1);
        return VALUE_NONE;
    }
    if (is_bytearray(v)) {
        value copy = bytes_from_buffer(v);
        if (!copy)
            return NULL;
        bool one = bytes_length(copy) == 1;
        if (one)
            memcpy(bytes, bytes_data(copy), 1);
        value_dec(copy);
        if (one)
            return VALUE_NONE;
    }
    if (is_int(v) && int_fits_i64(v, &number) && number >= 0 && number < 256) {
        *(uint8_t *)bytes = (uint8_t)number;
        return VALUE_NONE;
    }
    return raise(EXC(TypeError), "one character bytes, bytearray or integer expected");
}

_Static_assert(sizeof(wchar_t) == 4, "a wchar_t is a code point");
value code_wide(const wchar_t *text, size_t length)
{
    for (size_t i = 0; i < length; i++)
        if ((uint32_t)text[i] > 0x10FFFF)
            return raise(EXC(ValueError), "character U+%x is not in range [U+0000; U+10ffff]", (unsigned)text[i]);
    return str_from_ucs4((const uint32_t *)text, length);
}
static value wide_get(const void *bytes)
{
    wchar_t c;
    memcpy(&c, bytes, sizeof c);
    return code_wide(&c, 1);
}
static value wide_set(value v, void *bytes)
{
    if (!is_str(v))
        return raise(EXC(TypeError), "unicode string expected instead of %T instance", v);
    if (str_length(v) != 1)
        return raise(EXC(TypeError), "one character unicode string expected");
    uint32_t c = str_at(v, 0);
    memcpy(bytes, &c, sizeof c);
    return VALUE_NONE;
}

/* ---- pointers ---- */
static void put_pointer(void *bytes, const void *pointer)
{
    memcpy(bytes, &pointer, sizeof pointer);
}
static void *take_pointer(const void *bytes)
{
    void *pointer;
    memcpy(&pointer, bytes, sizeof pointer);
    return pointer;
}
static value pointer_get(const void *bytes)
{
    void *pointer = take_pointer(bytes);
    return pointer ? int_from_u64((uint64_t)(uintptr_t)pointer) : VALUE_NONE;
}
static value pointer_set(value v, void *bytes)
{
    if (v != VALUE_NONE && !is_int(v))
        return raise(EXC(TypeError), "cannot be converted to pointer");
    put_pointer(bytes, v == VALUE_NONE ? NULL : (void *)(uintptr_t)int_low_bits(v));
    return VALUE_NONE;
}

value code_string_at(const char *text)
{
    return bytes_new((const uint8_t *)text, strlen(text));
}
value code_wide_at(const wchar_t *text)
{
    return code_wide(text, wcslen(text));
}
static value char_pointer_get(const void *bytes)
{
    const char *text = take_pointer(bytes);
    return text ? code_string_at(text) : VALUE_NONE;
}
static value char_pointer_set(value v, void *bytes)
{
    if (is_bytes(v)) {
        put_pointer(bytes, bytes_data(v));
        return value_inc(v);
    }
    if (v != VALUE_NONE && !is_int(v))
        return raise(EXC(TypeError), "bytes or integer address expected instead of %T instance", v);
    return pointer_set(v, bytes);
}

value code_wide_string(value text)
{
    size_t length = str_length(text);
    value copy = bytes_new(NULL, (length + 1) * sizeof(wchar_t));
    for (size_t i = 0; copy && i < length; thread_report_at(++i)) {
        uint32_t c = str_at(text, i);
        memcpy(bytes_data(copy) + i * sizeof c, &c, sizeof c);
    }
    return copy;
}
static value wide_pointer_get(const void *bytes)
{
    const wchar_t *text = take_pointer(bytes);
    return text ? code_wide_at(text) : VALUE_NONE;
}
static value wide_pointer_set(value v, void *bytes)
{
    if (is_str(v)) {
        value copy = code_wide_string(v);
        if (copy)
            put_pointer(bytes, bytes_data(copy));
        return copy;
    }
    if (v != VALUE_NONE && !is_int(v))
        return raise(EXC(TypeError), "unicode string or integer address expected instead of %T instance", v);
    return pointer_set(v, bytes);
}

/* The word of the value itself, which is what Python functions of C take and give. */
static value object_get(const void *bytes)
{
    value v = take_pointer(bytes);
    return v ? value_inc(v) : raise(EXC(ValueError), "PyObject is NULL");
}
static value object_set(value v, void *bytes)
{
    put_pointer(bytes, v);
    return value_inc(v);
}

/* ---- the table ---- */
#define ROW(LETTER, FORMAT, NAME, TYPE, FFI, ...)                                                            \
    {                                                                                                        \
        .letter = LETTER, .format = FORMAT, .size = sizeof(TYPE), .ffi = &ffi_type_##FFI, .get = NAME##_get, \
        .set = NAME##_set, __VA_ARGS__                                                                       \
    }
#define SIGNED   .is_integer = true, .is_signed = true
#define UNSIGNED .is_integer = true
#define POINTS   .is_pointer = true
static const struct code swapped_codes[] = {
    ROW('h', 'h', int16_swapped, short, sint16, SIGNED, .is_swapped = true),
    ROW('H', 'H', uint16_swapped, short, uint16, UNSIGNED, .is_swapped = true),
    ROW('i', 'i', int32_swapped, int, sint32, SIGNED, .is_swapped = true),
    ROW('I', 'I', uint32_swapped, int, uint32, UNSIGNED, .is_swapped = true),
    ROW('q', 'q', int64_swapped, int64_t, sint64, SIGNED, .is_swapped = true),
    ROW('Q', 'Q', uint64_swapped, int64_t, uint64, UNSIGNED, .is_swapped = true),
    ROW('f', 'f', float_swapped, float, float, .is_swapped = true),
    ROW('d', 'd', double_swapped, double, double, .is_swapped = true),
    ROW('l', 'q', int64_swapped, long, sint64, SIGNED, .is_swapped = true),
    ROW('L', 'Q', uint64_swapped, long, uint64, UNSIGNED, .is_swapped = true),
};
static const struct code codes[] = {
    ROW('c', 'c', char, char, sint8),
    ROW('b', 'b', int8, char, sint8, SIGNED),
    ROW('B', 'B', uint8, char, uint8, UNSIGNED),
    ROW('h', 'h', int16, short, sint16, SIGNED, .swapped = &swapped_codes[0]),
    ROW('H', 'H', uint16, short, uint16, UNSIGNED, .swapped = &swapped_codes[1]),
    ROW('i', 'i', int32, int, sint32, SIGNED, .swapped = &swapped_codes[2]),
    ROW('I', 'I', uint32, int, uint32, UNSIGNED, .swapped = &swapped_codes[3]),
    ROW('q', 'q', int64, int64_t, sint64, SIGNED, .swapped = &swapped_codes[4]),
    ROW('Q', 'Q', uint64, int64_t, uint64, UNSIGNED, .swapped = &swapped_codes[5]),
    ROW('l', 'q', int64, long, sint64, SIGNED, .swapped = &swapped_codes[8]),
    ROW('L', 'Q', uint64, long, uint64, UNSIGNED, .swapped = &swapped_codes[9]),
    ROW('f', 'f', float, float, float, .swapped = &swapped_codes[6]),
    ROW('d', 'd', double, double, double, .swapped = &swapped_codes[7]),
    ROW('g', 'g', long_double, long double, longdouble),
    ROW('?', '?', bool, bool, uint8, UNSIGNED),
    ROW('v', 'v', variant_bool, short, sint16),
    ROW('u', 'u', wide, wchar_t, sint32),
    ROW('z', 'z', char_pointer, void *, pointer, POINTS),
    ROW('Z', 'Z', wide_pointer, void *, pointer, POINTS),
    ROW('P', 'P', pointer, void *, pointer, POINTS),
    ROW('O', 'O', object, value, pointer, POINTS),
};
_Static_assert(sizeof(long) == 8 && sizeof(long double) <= CODE_SIZE_MAX, "as the table has it");

const struct code *code_find(char letter)
{
    for (size_t i = 0; i < sizeof codes / sizeof *codes; i++)
        if (codes[i].letter == letter)
            return &codes[i];
    return NULL;
}
