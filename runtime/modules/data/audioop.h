/* What the files of audioop share: fragments, which are samples of sound in 1 to 4 bytes. */
#ifndef ATOLL_AUDIOOP_H
#define ATOLL_AUDIOOP_H

#include "runtime/modules/module.h"
#include "runtime/objects/binary/buffer.h"
#include "runtime/objects/binary/bytes.h"

struct fragment {
    struct buffer buffer;
    const uint8_t *data;
    size_t size, count; /* bytes; samples */
    int width;
};
/* false with an exception. Released by fragment_release. */
bool fragment_get(struct fragment *f, value v, value width);
/* The same where `v` is bytes in an encoding, and the width is that of the result. */
bool fragment_get_encoded(struct fragment *f, value v, value width);
void fragment_release(struct fragment *f);
bool fragment_width(value v, int *width);      /* false with an exception unless 1 to 4 */
value audioop_error(const char *message);      /* audioop.error; NULL */
value audioop_room(size_t count, size_t size); /* zeroed bytes, count * size; MemoryError */
extern const struct method_def audioop_codecs[];

/* A sample as it is, sign extended. */
static inline int32_t sample_get(const uint8_t *at, int width)
{
    switch (width) {
    case 1:
        return (int8_t)at[0];
    case 2:
        return (int16_t)(at[0] | at[1] << 8);
    case 3:
        return (int32_t)((uint32_t)at[0] << 8 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 24) >> 8;
    default:
        return (int32_t)((uint32_t)at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24);
    }
}
static inline void sample_put(uint8_t *at, int width, int32_t sample)
{
    at[0] = (uint8_t)sample;
    if (width > 1)
        at[1] = (uint8_t)((uint32_t)sample >> 8);
    if (width > 2)
        at[2] = (uint8_t)((uint32_t)sample >> 16);
    if (width > 3)
        at[3] = (uint8_t)((uint32_t)sample >> 24);
}
/* The same as the upper bits of 32, whatever the width is. */
static inline int32_t sample_get_32(const uint8_t *at, int width)
{
    return (int32_t)((uint32_t)sample_get(at, width) << (32 - 8 * width));
}
static inline void sample_put_32(uint8_t *at, int width, int32_t sample)
{
    sample_put(at, width, sample >> (32 - 8 * width));
}

#endif
