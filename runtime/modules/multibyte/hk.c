/* _codecs_hk: Big5 with the supplementary characters of Hong Kong, four of which are pairs. */
#include "runtime/modules/multibyte/multibyte.h"

static inline int big5hkscs_decode(uint8_t *state, const uint8_t *p, size_t left, uint32_t *c)
{
    return multibyte_decode_double(&charset_big5hkscs, p, left, c);
}
static inline int big5hkscs_encode(const struct multibyte_encoding *e, size_t at, uint32_t c, uint8_t *out)
{
    if (c < 0x80) {
        out[0] = (uint8_t)c;
        return 1;
    }
    unsigned code = multibyte_encode_one(e, at, &charset_big5hkscs, c);
    if (unlikely(code == MULTIBYTE_UNDECIDED))
        return MULTIBYTE_INCOMPLETE;
    return code ? multibyte_put(out, code) | multibyte_taken(code) : MULTIBYTE_BAD(1);
}
MULTIBYTE_LOOPS(big5hkscs)

static const struct multibyte_codec codecs[] = {MULTIBYTE_CODEC(big5hkscs), {0}};
MULTIBYTE_MODULE(_codecs_hk, codecs);
