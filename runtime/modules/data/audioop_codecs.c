/* Encodings of sound: u-LAW and a-LAW (ITU-T G.711), and ADPCM as of the Interactive Multimedia Association. */
#include "audioop.h"

#include "threads/pause.h"

/* ---- G.711: a sign, three bits for the segment, four for the place in it ---- */
/* Of a magnitude: the first ends after so many bits, each of the others is twice as long as the one before. */
static int segment_of(int magnitude, int first_bits)
{
    int bits = 32 - __builtin_clz((unsigned)magnitude | 1);
    return bits > first_bits ? bits - first_bits : 0;
}
/* Of a sample of 14 bits. */
static uint8_t ulaw_encode(int sample)
{
    enum { BIAS = 0x21, CLIP = 8159 };
    int mask = sample < 0 ? 0x7f : 0xff, magnitude = sample < 0 ? -sample : sample;
    magnitude = (magnitude > CLIP ? CLIP : magnitude) + BIAS;
    int segment = segment_of(magnitude, 6);
    return (uint8_t)((segment >= 8 ? 0x7f : segment << 4 | (magnitude >> (segment + 1) & 0xf)) ^ mask);
}
static int ulaw_decode(uint8_t code)
{
    enum { BIAS = 0x84 };
    code = (uint8_t)~code;
    int magnitude = ((code & 0xf) << 3 | BIAS) << (code >> 4 & 7);
    return code & 0x80 ? BIAS - magnitude : magnitude - BIAS;
}
/* Of a sample of 13 bits. */
static uint8_t alaw_encode(int sample)
{
    int mask = sample < 0 ? 0x55 : 0xd5, magnitude = sample < 0 ? -sample - 1 : sample;
    int segment = segment_of(magnitude, 5);
    return (uint8_t)((segment >= 8 ? 0x7f : segment << 4 | (magnitude >> (segment < 2 ? 1 : segment) & 0xf)) ^ mask);
}
static int alaw_decode(uint8_t code)
{
    code ^= 0x55;
    int segment = code >> 4 & 7, magnitude = (code & 0xf) << 4 | 8;
    if (segment)
        magnitude = (magnitude + 0x100) << (segment - 1);
    return code & 0x80 ? magnitude : -magnitude;
}

/* `encode` gets the upper 32 - shift bits. */
static value encode(value given, value width, uint8_t (*encode_sample)(int), int shift)
{
    struct fragment f;
    if (!fragment_get(&f, given, width))
        return NULL;
    value result = audioop_room(f.count, 1);
    if (result) {
        uint8_t *to = bytes_data(result);
        bool resting = thread_rest_begin(f.size);
        for (size_t i = 0; i < f.count; i++)
            to[i] = encode_sample(sample_get_32(f.data + i * (size_t)f.width, f.width) >> shift);
        thread_rest_end(resting);
    }
    fragment_release(&f);
    return result;
}
static value decode(value given, value width, int (*decode_sample)(uint8_t))
{
    struct fragment f;
    if (!fragment_get_encoded(&f, given, width))
        return NULL;
    value result = audioop_room(f.size, (size_t)f.width);
    if (result) {
        uint8_t *to = bytes_data(result);
        bool resting = thread_rest_begin(f.size);
        for (size_t i = 0; i < f.size; i++)
            sample_put_32(to + i * (size_t)f.width, f.width, (int32_t)((uint32_t)decode_sample(f.data[i]) << 16));
        thread_rest_end(resting);
    }
    fragment_release(&f);
    return result;
}
static value lin2ulaw(value module, value fragment, value width)
{
    return encode(fragment, width, ulaw_encode, 18);
}
static value ulaw2lin(value module, value fragment, value width)
{
    return decode(fragment, width, ulaw_decode);
}
static value lin2alaw(value module, value fragment, value width)
{
    return encode(fragment, width, alaw_encode, 19);
}
static value alaw2lin(value module, value fragment, value width)
{
    return decode(fragment, width, alaw_decode);
}

/* ---- ADPCM: four bits for the difference to what was predicted, in steps that adapt ---- */
enum { STEPS = 89 };
static const int16_t steps[STEPS] = {
    7,    8,     9,     10,    11,    12,    13,    14,    16,    17,    19,    21,    23,    25,   28,
    31,   34,    37,    41,    45,    50,    55,    60,    66,    73,    80,    88,    97,    107,  118,
    130,  143,   157,   173,   190,   209,   230,   253,   279,   307,   337,   371,   408,   449,  494,
    544,  598,   658,   724,   796,   876,   963,   1060,  1166,  1282,  1411,  1552,  1707,  1878, 2066,
    2272, 2499,  2749,  3024,  3327,  3660,  4026,  4428,  4871,  5358,  5894,  6484,  7132,  7845, 8630,
    9493, 10442, 11487, 12635, 13899, 15289, 16818, 18500, 20350, 22385, 24623, 27086, 29794, 32767};

struct adpcm {
    int predicted, index;
};
/* None, or (predicted, index). */
static bool state_get(value v, const char *function, struct adpcm *state)
{
    *state = (struct adpcm){0, 0};
    if (v == VALUE_NONE)
        return true;
    if (!is_tuple(v))
        return raise_false(EXC(TypeError), "state must be a tuple or None");
    if (tuple_length(v) != 2)
        return raise_false(EXC(TypeError), "%s(): illegal state argument", function);
    if (!value_as_int(tuple_get(v, 0), &state->predicted) || !value_as_int(tuple_get(v, 1), &state->index))
        return false;
    if (state->predicted < INT16_MIN || state->predicted > INT16_MAX || state->index < 0 || state->index >= STEPS)
        return raise_false(EXC(ValueError), "bad state");
    return true;
}
static value with_state(value fragment /* stolen */, const struct adpcm *state)
{
    value parts[] = {small_int(state->predicted), small_int(state->index)};
    value items[] = {fragment, tuple_from_owned(parts, 2)};
    return tuple_from_results(items, 2);
}
/* Four bits are said: the difference, by the present step; then go on to the next. */
static void adpcm_apply(struct adpcm *state, int code)
{
    int step = steps[state->index], difference = step >> 3;
    difference += (code & 4 ? step : 0) + (code & 2 ? step >> 1 : 0) + (code & 1 ? step >> 2 : 0);
    int predicted = state->predicted + (code & 8 ? -difference : difference);
    state->predicted = predicted > INT16_MAX ? INT16_MAX : predicted < INT16_MIN ? INT16_MIN : predicted;
    int index = state->index + (code & 4 ? 2 * (code & 3) + 2 : -1);
    state->index = index < 0 ? 0 : index >= STEPS ? STEPS - 1 : index;
}
static int adpcm_code(const struct adpcm *state, int sample)
{
    int step = steps[state->index], difference = sample - state->predicted, code = 0;
    if (difference < 0) {
        code = 8;
        difference = -difference;
    }
    for (int bit = 4; bit; bit >>= 1, step >>= 1)
        if (difference >= step) {
            code |= bit;
            difference -= step;
        }
    return code;
}
static value lin2adpcm(value module, value given, value width, value given_state)
{
    struct fragment f;
    struct adpcm state;
    if (!fragment_get(&f, given, width))
        return NULL;
    value result = state_get(given_state, "lin2adpcm", &state) ? audioop_room(f.count / 2, 1) : NULL;
    if (result) {
        uint8_t *to = bytes_data(result), first = 0;
        bool resting = thread_rest_begin(f.size);
        for (size_t i = 0; i < f.count; i++) {
            int code = adpcm_code(&state, sample_get_32(f.data + i * (size_t)f.width, f.width) >> 16);
            adpcm_apply(&state, code);
            if (i % 2)
                to[i / 2] = (uint8_t)(first | code);
            else
                first = (uint8_t)(code << 4);
        }
        thread_rest_end(resting);
        result = with_state(result, &state);
    }
    fragment_release(&f);
    return result;
}
static value adpcm2lin(value module, value given, value width, value given_state)
{
    struct fragment f;
    struct adpcm state;
    if (!fragment_get_encoded(&f, given, width))
        return NULL;
    value result = state_get(given_state, "adpcm2lin", &state) ? audioop_room(f.size, 2 * (size_t)f.width) : NULL;
    if (result) {
        uint8_t *to = bytes_data(result);
        bool resting = thread_rest_begin(f.size);
        for (size_t i = 0; i < 2 * f.size; i++, to += f.width) {
            adpcm_apply(&state, i % 2 ? f.data[i / 2] & 0xf : f.data[i / 2] >> 4);
            sample_put_32(to, f.width, (int32_t)((uint32_t)state.predicted << 16));
        }
        thread_rest_end(resting);
        result = with_state(result, &state);
    }
    fragment_release(&f);
    return result;
}

const struct method_def audioop_codecs[] = {
    METHOD("lin2ulaw", lin2ulaw, "(fragment, width, /)", "Convert samples in the audio fragment to u-LAW encoding."),
    METHOD("ulaw2lin", ulaw2lin, "(fragment, width, /)",
           "Convert sound fragments in u-LAW encoding to linearly encoded sound fragments."),
    METHOD("lin2alaw", lin2alaw, "(fragment, width, /)", "Convert samples in the audio fragment to a-LAW encoding."),
    METHOD("alaw2lin", alaw2lin, "(fragment, width, /)",
           "Convert sound fragments in a-LAW encoding to linearly encoded sound fragments."),
    METHOD("lin2adpcm", lin2adpcm, "(fragment, width, state, /)", "Convert samples to 4 bit Intel/DVI ADPCM encoding."),
    METHOD("adpcm2lin", adpcm2lin, "(fragment, width, state, /)",
           "Decode an Intel/DVI ADPCM coded fragment to a linear fragment."),
    {0},
};
