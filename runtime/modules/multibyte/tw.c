/* _codecs_tw: Big5 and code page 950. */
#include "runtime/modules/multibyte/multibyte.h"

static inline int big5_decode(uint8_t *state, const uint8_t *p, size_t left, uint32_t *c)
{
    return multibyte_decode_double(&charset_big5, p, left, c);
}
static inline int big5_encode(const struct multibyte_encoding *e, size_t at, uint32_t c, uint8_t *out)
{
    return multibyte_encode_double(&charset_big5, c, out);
}
MULTIBYTE_LOOPS(big5)

static inline int cp950_decode(uint8_t *state, const uint8_t *p, size_t left, uint32_t *c)
{
    return multibyte_decode_double(&charset_cp950, p, left, c);
}
static inline int cp950_encode(const struct multibyte_encoding *e, size_t at, uint32_t c, uint8_t *out)
{
    return multibyte_encode_double(&charset_cp950, c, out);
}
MULTIBYTE_LOOPS(cp950)

static const struct multibyte_codec codecs[] = {MULTIBYTE_CODEC(big5), MULTIBYTE_CODEC(cp950), {0}};
MULTIBYTE_MODULE(_codecs_tw, codecs);
