/* The audioop module: arithmetic on fragments of sound. */
#include "audioop.h"

#include "runtime/raw.h"
#include "threads/pause.h"

#include <limits.h>
#include <math.h>
#include <stdlib.h>

static value_slot error_class;

/* ---- fragments ---- */
value audioop_error(const char *message)
{
    return raise((struct type *)slot_peek(&error_class), "%s", message);
}
bool fragment_width(value v, int *width)
{
    if (!value_as_int(v, width))
        return false;
    if (*width >= 1 && *width <= 4)
        return true;
    audioop_error("Size should be 1, 2, 3 or 4");
    return false;
}
bool fragment_get_encoded(struct fragment *f, value v, value width)
{
    if (!buffer_get(v, &f->buffer, BUFFER_SIMPLE))
        return false;
    f->data = f->buffer.data;
    f->size = f->count = (size_t)f->buffer.length;
    if (fragment_width(width, &f->width))
        return true;
    buffer_release(&f->buffer);
    return false;
}
bool fragment_get(struct fragment *f, value v, value width)
{
    if (!fragment_get_encoded(f, v, width))
        return false;
    f->count = f->size / (size_t)f->width;
    if (f->size % (size_t)f->width == 0)
        return true;
    buffer_release(&f->buffer);
    audioop_error("not a whole number of frames");
    return false;
}
void fragment_release(struct fragment *f)
{
    buffer_release(&f->buffer);
}
value audioop_room(size_t count, size_t size)
{
    if (count > SSIZE_MAX / size)
        return raise(EXC(MemoryError), "not enough memory for output buffer");
    return bytes_new(NULL, count * size);
}
#define SAMPLE(F, I) sample_get((F)->data + (I) * (size_t)(F)->width, (F)->width)

static int32_t most_of(int width)
{
    return (int32_t)(UINT32_MAX >> (33 - 8 * width));
}
/* Into the range of the width, rounded down. */
static int32_t bound(double sample, int width)
{
    double most = most_of(width), least = -most - 1;
    if (isnan(sample))
        return INT32_MIN;
    return (int32_t)(sample > most ? most : sample < least + 1.0 ? least : floor(sample));
}

static bool number_get(value v, ssize *number)
{
    value integer = index_value(v);
    if (!integer)
        return false;
    bool fits = int_fits_i64(integer, number);
    value_dec(integer);
    return fits || raise_false(EXC(OverflowError), "Python int too large to convert to C ssize_t");
}

/* ---- measures ---- */
/* Each computes over the samples, at rest; the result is one of these. */
struct measure {
    int64_t number;
    int64_t other;
};
static bool measure(value given, value width, void (*compute)(const struct fragment *f, struct measure *m),
                    struct measure *m)
{
    struct fragment f;
    if (!fragment_get(&f, given, width))
        return false;
    bool resting = thread_rest_begin(f.size);
    compute(&f, m);
    thread_rest_end(resting);
    fragment_release(&f);
    return true;
}
#define MEASURE(NAME)                                                                  \
    static value audioop_##NAME(value module, value given, value width)                \
    {                                                                                  \
        struct measure m = {0};                                                        \
        return measure(given, width, compute_##NAME, &m) ? small_int(m.number) : NULL; \
    }

static void compute_max(const struct fragment *f, struct measure *m)
{
    for (size_t i = 0; i < f->count; i++) {
        int64_t magnitude = llabs((int64_t)SAMPLE(f, i));
        if (magnitude > m->number)
            m->number = magnitude;
    }
}
static void compute_minmax(const struct fragment *f, struct measure *m)
{
    *m = (struct measure){INT32_MAX, INT32_MIN};
    for (size_t i = 0; i < f->count; i++) {
        int32_t sample = SAMPLE(f, i);
        m->number = sample < m->number ? sample : m->number;
        m->other = sample > m->other ? sample : m->other;
    }
}
static void compute_avg(const struct fragment *f, struct measure *m)
{
    double sum = 0;
    for (size_t i = 0; i < f->count; i++)
        sum += SAMPLE(f, i);
    m->number = f->count ? (int64_t)floor(sum / (double)f->count) : 0;
}
static void compute_rms(const struct fragment *f, struct measure *m)
{
    double sum = 0;
    for (size_t i = 0; i < f->count; i++)
        sum += (double)SAMPLE(f, i) * SAMPLE(f, i);
    m->number = f->count ? (int64_t)sqrt(sum / (double)f->count) : 0;
}
static void compute_cross(const struct fragment *f, struct measure *m)
{
    m->number = -1;
    int before = 2;
    for (size_t i = 0; i < f->count; i++) {
        int negative = SAMPLE(f, i) < 0;
        m->number += negative != before;
        before = negative;
    }
}
/* Differences between one extreme and the next: their sum (as a double, which it may need) and number, the largest. */
static void compute_peaks(const struct fragment *f, struct measure *m, double *sum)
{
    int64_t extreme = 0, before = f->count ? SAMPLE(f, 0) : 0;
    bool has_extreme = false;
    int falling_before = -1;
    for (size_t i = 1; i < f->count; i++) {
        int64_t sample = SAMPLE(f, i);
        if (sample == before)
            continue;
        int falling = sample < before;
        if (falling_before == !falling) {
            if (has_extreme) {
                int64_t difference = llabs(before - extreme);
                *sum += (double)difference;
                m->other++;
                m->number = difference > m->number ? difference : m->number;
            }
            has_extreme = true;
            extreme = before;
        }
        before = sample;
        falling_before = falling;
    }
}
static void compute_maxpp(const struct fragment *f, struct measure *m)
{
    double sum = 0;
    compute_peaks(f, m, &sum);
}
static void compute_avgpp(const struct fragment *f, struct measure *m)
{
    double sum = 0;
    compute_peaks(f, m, &sum);
    m->number = m->other ? (int64_t)(sum / (double)m->other) : 0;
}
MEASURE(max)
MEASURE(avg)
MEASURE(rms)
MEASURE(cross)
MEASURE(maxpp)
MEASURE(avgpp)
static value audioop_minmax(value module, value given, value width)
{
    struct measure m;
    if (!measure(given, width, compute_minmax, &m))
        return NULL;
    value items[] = {small_int(m.number), small_int(m.other)};
    return tuple_from_owned(items, 2);
}
static value audioop_getsample(value module, value given, value width, value given_index)
{
    struct fragment f;
    int64_t index;
    if (!fragment_get(&f, given, width))
        return NULL;
    value result = NULL;
    if (number_get(given_index, &index))
        result = index < 0 || (uint64_t)index >= f.count ? audioop_error("Index out of range")
                                                         : small_int(SAMPLE(&f, (size_t)index));
    fragment_release(&f);
    return result;
}

/* ---- likeness ---- of samples of two bytes */
static double sum_of_products(const uint8_t *a, const uint8_t *b, size_t count)
{
    double sum = 0;
    for (size_t i = 0; i < count; i++)
        sum += (double)sample_get(a + 2 * i, 2) * (double)sample_get(b + 2 * i, 2);
    return sum;
}
static double square_at(const uint8_t *data, size_t index)
{
    double sample = sample_get(data + 2 * index, 2);
    return sample * sample;
}
/* Two buffers of even size; false with an exception. */
static bool even_pair_get(value given, value reference, struct buffer *a, struct buffer *b)
{
    if (!buffer_get(given, a, BUFFER_SIMPLE))
        return false;
    if (buffer_get(reference, b, BUFFER_SIMPLE)) {
        if (a->length % 2 == 0 && b->length % 2 == 0)
            return true;
        buffer_release(b);
        audioop_error("Strings should be even-sized");
    }
    buffer_release(a);
    return false;
}
static value audioop_findfit(value module, value given, value reference)
{
    struct buffer a, b;
    if (!even_pair_get(given, reference, &a, &b))
        return NULL;
    size_t length = (size_t)a.length / 2, wanted = (size_t)b.length / 2, best = 0;
    double factor = 0;
    bool fits = wanted <= length;
    if (fits) {
        const uint8_t *data = a.data;
        bool resting = thread_rest_begin(wanted > SIZE_MAX / (length + 1) ? SIZE_MAX : wanted * (length - wanted + 1));
        double of_reference = sum_of_products(b.data, b.data, wanted), of_part = sum_of_products(data, data, wanted),
               of_both = sum_of_products(data, b.data, wanted);
        double least = (of_reference * of_part - of_both * of_both) / of_part;
        for (size_t j = 1; j + wanted <= length; j++) {
            of_part += square_at(data, j + wanted - 1) - square_at(data, j - 1);
            of_both = sum_of_products(data + 2 * j, b.data, wanted);
            double result = (of_reference * of_part - of_both * of_both) / of_part;
            if (result < least) {
                least = result;
                best = j;
            }
        }
        factor = sum_of_products(data + 2 * best, b.data, wanted) / of_reference;
        thread_rest_end(resting);
    }
    buffer_release(&b);
    buffer_release(&a);
    if (!fits)
        return audioop_error("First sample should be longer");
    value items[] = {small_int((int64_t)best), float_new(factor)};
    return tuple_from_results(items, 2);
}
static value audioop_findfactor(value module, value given, value reference)
{
    struct buffer a, b;
    if (!even_pair_get(given, reference, &a, &b))
        return NULL;
    bool same = a.length == b.length;
    double factor = 0;
    if (same) {
        size_t count = (size_t)a.length / 2;
        bool resting = thread_rest_begin((size_t)a.length);
        factor = sum_of_products(a.data, b.data, count) / sum_of_products(b.data, b.data, count);
        thread_rest_end(resting);
    }
    buffer_release(&b);
    buffer_release(&a);
    return same ? float_new(factor) : audioop_error("Samples should be same size");
}
static value audioop_findmax(value module, value given, value given_length)
{
    struct buffer buffer;
    ssize wanted;
    if (!buffer_get(given, &buffer, BUFFER_SIMPLE))
        return NULL;
    size_t length = (size_t)buffer.length / 2, best = 0;
    const char *wrong = NULL;
    bool known = number_get(given_length, &wanted);
    if (known && buffer.length % 2)
        wrong = "Strings should be even-sized";
    else if (known && (wanted < 0 || (size_t)wanted > length))
        wrong = "Input sample should be longer";
    if (known && !wrong) {
        const uint8_t *data = buffer.data;
        bool resting = thread_rest_begin((size_t)buffer.length);
        double result = sum_of_products(data, data, (size_t)wanted), most = result;
        for (size_t j = 1; wanted && j + (size_t)wanted <= length; j++) {
            result += square_at(data, j + (size_t)wanted - 1) - square_at(data, j - 1);
            if (result > most) {
                most = result;
                best = j;
            }
        }
        thread_rest_end(resting);
    }
    buffer_release(&buffer);
    return !known ? NULL : wrong ? audioop_error(wrong) : small_int((int64_t)best);
}

/* ---- one sample for each ---- */
/* `change` makes the new sample; *context is its own. */
static value map_samples(value given, value width, int32_t (*change)(int32_t sample, int width, const void *context),
                         const void *context)
{
    struct fragment f;
    if (!fragment_get(&f, given, width))
        return NULL;
    value result = audioop_room(f.count, (size_t)f.width);
    if (result) {
        uint8_t *to = bytes_data(result);
        bool resting = thread_rest_begin(f.size);
        for (size_t i = 0; i < f.count; i++, to += f.width)
            sample_put(to, f.width, change(SAMPLE(&f, i), f.width, context));
        thread_rest_end(resting);
    }
    fragment_release(&f);
    return result;
}
static int32_t multiply(int32_t sample, int width, const void *factor)
{
    return bound(sample * *(const double *)factor, width);
}
static value audioop_mul(value module, value given, value width, value given_factor)
{
    double factor;
    return value_as_double(given_factor, &factor) ? map_samples(given, width, multiply, &factor) : NULL;
}
static int32_t add_bias(int32_t sample, int width, const void *bias)
{
    return (int32_t)((uint32_t)sample + *(const uint32_t *)bias);
}
static value audioop_bias(value module, value given, value width, value given_bias)
{
    int bias;
    return value_as_int(given_bias, &bias) ? map_samples(given, width, add_bias, &bias) : NULL;
}
static int32_t swap_bytes(int32_t sample, int width, const void *unused)
{
    return (int32_t)(__builtin_bswap32((uint32_t)sample) >> (32 - 8 * width));
}
static value audioop_byteswap(value module, value given, value width)
{
    return map_samples(given, width, swap_bytes, NULL);
}
static value audioop_reverse(value module, value given, value width)
{
    struct fragment f;
    if (!fragment_get(&f, given, width))
        return NULL;
    value result = audioop_room(f.count, (size_t)f.width);
    if (result) {
        uint8_t *to = bytes_data(result);
        bool resting = thread_rest_begin(f.size);
        for (size_t i = f.count; i-- > 0; to += f.width)
            sample_put(to, f.width, SAMPLE(&f, i));
        thread_rest_end(resting);
    }
    fragment_release(&f);
    return result;
}
static value audioop_lin2lin(value module, value given, value width, value new_width)
{
    struct fragment f;
    int wanted;
    if (!fragment_get(&f, given, width))
        return NULL;
    value result = fragment_width(new_width, &wanted) ? audioop_room(f.count, (size_t)wanted) : NULL;
    if (result) {
        uint8_t *to = bytes_data(result);
        bool resting = thread_rest_begin(f.size);
        for (size_t i = 0; i < f.count; i++, to += wanted)
            sample_put_32(to, wanted, sample_get_32(f.data + i * (size_t)f.width, f.width));
        thread_rest_end(resting);
    }
    fragment_release(&f);
    return result;
}

/* ---- two of one, one of two ---- */
static value audioop_tomono(value module, const value *args)
{
    struct fragment f;
    double left, right;
    if (!value_as_double(args[2], &left) || !value_as_double(args[3], &right) || !fragment_get(&f, args[0], args[1]))
        return NULL;
    value result =
        f.count % 2 ? audioop_error("not a whole number of frames") : audioop_room(f.count / 2, (size_t)f.width);
    if (result) {
        uint8_t *to = bytes_data(result);
        bool resting = thread_rest_begin(f.size);
        for (size_t i = 0; i < f.count; i += 2, to += f.width)
            sample_put(to, f.width, bound(SAMPLE(&f, i) * left + SAMPLE(&f, i + 1) * right, f.width));
        thread_rest_end(resting);
    }
    fragment_release(&f);
    return result;
}
static value audioop_tostereo(value module, const value *args)
{
    struct fragment f;
    double left, right;
    if (!value_as_double(args[2], &left) || !value_as_double(args[3], &right) || !fragment_get(&f, args[0], args[1]))
        return NULL;
    value result = audioop_room(f.count, 2 * (size_t)f.width);
    if (result) {
        uint8_t *to = bytes_data(result);
        bool resting = thread_rest_begin(f.size);
        for (size_t i = 0; i < f.count; i++, to += 2 * f.width) {
            sample_put(to, f.width, bound(SAMPLE(&f, i) * left, f.width));
            sample_put(to + f.width, f.width, bound(SAMPLE(&f, i) * right, f.width));
        }
        thread_rest_end(resting);
    }
    fragment_release(&f);
    return result;
}
static value audioop_add(value module, value first, value second, value width)
{
    struct fragment a, b;
    if (!fragment_get(&a, first, width))
        return NULL;
    if (!buffer_get(second, &b.buffer, BUFFER_SIMPLE)) {
        fragment_release(&a);
        return NULL;
    }
    b.data = b.buffer.data;
    b.width = a.width;
    value result = (size_t)b.buffer.length != a.size ? audioop_error("Lengths should be the same")
                                                     : audioop_room(a.count, (size_t)a.width);
    if (result) {
        uint8_t *to = bytes_data(result);
        bool resting = thread_rest_begin(a.size);
        int64_t most = most_of(a.width);
        for (size_t i = 0; i < a.count; i++, to += a.width) {
            int64_t sum = (int64_t)SAMPLE(&a, i) + SAMPLE(&b, i);
            sample_put(to, a.width, (int32_t)(sum > most ? most : sum < -most - 1 ? -most - 1 : sum));
        }
        thread_rest_end(resting);
    }
    fragment_release(&b);
    fragment_release(&a);
    return result;
}

/* ---- another rate ---- */
struct converter {
    int width, channels, in_rate, out_rate, weight_a, weight_b;
    int position;          /* in units of which in_rate make a frame of the output: < 0 while input is wanted */
    int32_t *before, *now; /* for each channel: malloc'd */
};
static int common_divisor(int a, int b)
{
    while (b) {
        int rest = a % b;
        a = b;
        b = rest;
    }
    return a;
}
static int32_t whole(double sample)
{
    return sample >= INT32_MAX ? INT32_MAX : sample <= INT32_MIN ? INT32_MIN : (int32_t)sample;
}
/* None, or (position, ((before, now), ...)). */
static bool converter_set_state(struct converter *c, value state)
{
#define ILLEGAL raise_false(EXC(TypeError), "ratecv(): illegal state argument")
    c->position = -c->out_rate;
    if (state == VALUE_NONE)
        return true;
    if (!is_tuple(state))
        return raise_false(EXC(TypeError), "state must be a tuple or None");
    if (tuple_length(state) != 2)
        return ILLEGAL;
    if (!value_as_int(tuple_get(state, 0), &c->position))
        return false;
    value samples = tuple_get(state, 1);
    if (!is_tuple(samples))
        return ILLEGAL;
    if (tuple_length(samples) != (size_t)c->channels) {
        audioop_error("illegal state argument");
        return false;
    }
    for (int i = 0; i < c->channels; i++) {
        value pair = tuple_get(samples, (size_t)i);
        if (!is_tuple(pair) || tuple_length(pair) != 2)
            return ILLEGAL;
        if (!value_as_int(tuple_get(pair, 0), &c->before[i]) || !value_as_int(tuple_get(pair, 1), &c->now[i]))
            return false;
    }
    return true;
#undef ILLEGAL
}
/* Convert that many frames; how much was written. */
static size_t converter_run(struct converter *c, const uint8_t *from, size_t frames, uint8_t *to)
{
    uint8_t *start = to;
    for (;;) {
        while (c->position < 0) {
            if (frames-- == 0)
                return (size_t)(to - start);
            for (int i = 0; i < c->channels; i++, from += c->width) {
                double sample = sample_get_32(from, c->width);
                c->before[i] = c->now[i];
                c->now[i] = whole((c->weight_a * sample + (double)c->weight_b * c->before[i]) /
                                  ((double)c->weight_a + c->weight_b));
            }
            c->position += c->out_rate;
        }
        for (; c->position >= 0; c->position -= c->in_rate)
            for (int i = 0; i < c->channels; i++, to += c->width)
                sample_put_32(to, c->width,
                              whole(((double)c->before[i] * c->position +
                                     (double)c->now[i] * ((double)c->out_rate - c->position)) /
                                    c->out_rate));
    }
}
static value converter_result(const struct converter *c, const uint8_t *data, size_t size)
{
    value samples = tuple_new((size_t)c->channels);
    for (int i = 0; samples && i < c->channels; i++) {
        value pair[] = {small_int(c->before[i]), small_int(c->now[i])};
        value both = tuple_from_owned(pair, 2);
        if (!both) {
            value_dec(samples);
            samples = NULL;
            break;
        }
        tuple_init(samples, (size_t)i, both);
    }
    value state[] = {small_int(c->position), samples};
    value items[] = {bytes_new(data, size), tuple_from_results(state, 2)};
    return tuple_from_results(items, 2);
}
/* Convert with all arguments known. */
static value convert(struct converter *c, const struct buffer *buffer, value state)
{
    size_t frame = (size_t)c->width * (size_t)c->channels, frames = (size_t)buffer->length / frame;
    c->before = raw_alloc((size_t)c->channels * sizeof *c->before);
    c->now = raw_alloc((size_t)c->channels * sizeof *c->now);
    if (!c->before || !c->now)
        return raise(EXC(MemoryError), "not enough memory for output buffer");
    memset(c->before, 0, (size_t)c->channels * sizeof *c->before);
    memset(c->now, 0, (size_t)c->channels * sizeof *c->now);
    if (!converter_set_state(c, state))
        return NULL;
    /* At most so many frames come out; a state that the program made up may hold some. */
    size_t rounds = frames ? 1 + (frames - 1) / (size_t)c->in_rate : 0, most;
    if (__builtin_mul_overflow(rounds, (size_t)c->out_rate, &most))
        return raise(EXC(MemoryError), "not enough memory for output buffer");
    value room = audioop_room(most + (c->position >= 0 ? (size_t)(c->position / c->in_rate) + 1 : 0), frame);
    if (!room)
        return NULL;
    bool resting = thread_rest_begin(bytes_length(room));
    size_t size = converter_run(c, buffer->data, frames, bytes_data(room));
    thread_rest_end(resting);
    value result = converter_result(c, bytes_data(room), size);
    value_dec(room);
    return result;
}
static const char *converter_wrong(const struct converter *c, ssize length)
{
    return c->weight_a < 1 || c->weight_b < 0         ? "weightA should be >= 1, weightB should be >= 0"
           : length % ((ssize)c->width * c->channels) ? "not a whole number of frames"
           : c->in_rate <= 0 || c->out_rate <= 0      ? "sampling rate not > 0"
                                                      : NULL;
}
static value audioop_ratecv(value module, const value *args)
{
    struct converter c = {0};
    struct buffer buffer;
    int weights[2] = {1, 0};
    if (!buffer_get(args[0], &buffer, BUFFER_SIMPLE))
        return NULL;
    value result = NULL;
    if (!value_as_int(args[1], &c.width) || !value_as_int(args[2], &c.channels) || !value_as_int(args[3], &c.in_rate) ||
        !value_as_int(args[4], &c.out_rate) || !value_as_int(args[6], &weights[0]) ||
        !value_as_int(args[7], &weights[1]) || !fragment_width(args[1], &c.width))
        goto done;
    c.weight_a = weights[0];
    c.weight_b = weights[1];
    if (c.channels < 1) {
        audioop_error("# of channels should be >= 1");
    } else if (c.width > INT_MAX / c.channels) {
        raise(EXC(OverflowError), "width * nchannels too big for a C int");
    } else {
        const char *wrong = converter_wrong(&c, buffer.length);
        if (wrong) {
            audioop_error(wrong);
            goto done;
        }
        int rates = common_divisor(c.in_rate, c.out_rate), common = common_divisor(c.weight_a, c.weight_b);
        c.in_rate /= rates;
        c.out_rate /= rates;
        c.weight_a /= common;
        c.weight_b /= common;
        result = convert(&c, &buffer, args[5]);
        raw_free(c.before);
        raw_free(c.now);
    }
done:
    buffer_release(&buffer);
    return result;
}

/* ---- the module ---- */
static const struct method_def functions[] = {
    METHOD("add", audioop_add, "(fragment1, fragment2, width, /)",
           "Return a fragment which is the addition of the two samples passed as parameters."),
    METHOD("avg", audioop_avg, "(fragment, width, /)", "Return the average over all samples in the fragment."),
    METHOD("avgpp", audioop_avgpp, "(fragment, width, /)",
           "Return the average peak-peak value over all samples in the fragment."),
    METHOD("bias", audioop_bias, "(fragment, width, bias, /)",
           "Return a fragment that is the original fragment with a bias added to each sample."),
    METHOD("byteswap", audioop_byteswap, "(fragment, width, /)",
           "Convert big-endian samples to little-endian and vice versa."),
    METHOD("cross", audioop_cross, "(fragment, width, /)",
           "Return the number of zero crossings in the fragment passed as an argument."),
    METHOD("findfactor", audioop_findfactor, "(fragment, reference, /)",
           "Return a factor F such that rms(add(fragment, mul(reference, -F))) is minimal."),
    METHOD("findfit", audioop_findfit, "(fragment, reference, /)",
           "Try to match reference as well as possible to a portion of fragment."),
    METHOD("findmax", audioop_findmax, "(fragment, length, /)",
           "Search fragment for a slice of specified number of samples with maximum energy."),
    METHOD("getsample", audioop_getsample, "(fragment, width, index, /)",
           "Return the value of sample index from the fragment."),
    METHOD("lin2lin", audioop_lin2lin, "(fragment, width, newwidth, /)",
           "Convert samples between 1-, 2-, 3- and 4-byte formats."),
    METHOD("max", audioop_max, "(fragment, width, /)",
           "Return the maximum of the absolute value of all samples in a fragment."),
    METHOD("maxpp", audioop_maxpp, "(fragment, width, /)", "Return the maximum peak-peak value in the sound fragment."),
    METHOD("minmax", audioop_minmax, "(fragment, width, /)",
           "Return the minimum and maximum values of all samples in the sound fragment."),
    METHOD("mul", audioop_mul, "(fragment, width, factor, /)",
           "Return a fragment that has all samples in the original fragment multiplied by the floating-point value "
           "factor."),
    METHOD("ratecv", audioop_ratecv, "(fragment, width, nchannels, inrate, outrate, state, weightA=1, weightB=0, /)",
           "Convert the frame rate of the input fragment."),
    METHOD("reverse", audioop_reverse, "(fragment, width, /)",
           "Reverse the samples in a fragment and returns the modified fragment."),
    METHOD("rms", audioop_rms, "(fragment, width, /)",
           "Return the root-mean-square of the fragment, i.e. sqrt(sum(S_i^2)/n)."),
    METHOD("tomono", audioop_tomono, "(fragment, width, lfactor, rfactor, /)",
           "Convert a stereo fragment to a mono fragment."),
    METHOD("tostereo", audioop_tostereo, "(fragment, width, lfactor, rfactor, /)",
           "Generate a stereo fragment from a mono fragment."),
    {0},
};
static bool fill(value module)
{
    return warn(EXC(DeprecationWarning), 7, "'audioop' is deprecated and slated for removal in Python 3.13") == 0 &&
           module_add_functions(module, audioop_codecs) &&
           module_define_exception(module, &error_class, "audioop.error", EXC(Exception), NULL);
}
static void finish(void)
{
    slot_drop(&error_class);
}
const struct module_def audioop_module = {.name = "audioop", .functions = functions, .fill = fill, .finish = finish};
