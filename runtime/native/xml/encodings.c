/* See encodings.h. */
#include "encodings.h"

bool encoding_describe(const XML_Char *name, XML_Encoding *encoding)
{
    uint8_t all[256];
    for (int i = 0; i < 256; i++)
        all[i] = (uint8_t)i;
    value text = str_decode(all, sizeof all, name, "replace");
    if (!text || str_length(text) != 256) {
        if (text)
            raise(EXC(ValueError), "multi-byte encodings are not supported");
        value_dec(text);
        return false;
    }
    for (int i = 0; i < 256; i++) {
        uint32_t c = str_at(text, (size_t)i);
        encoding->map[i] = c == 0xFFFD ? -1 : (int)c;
    }
    encoding->data = NULL;
    encoding->convert = NULL;
    encoding->release = NULL;
    value_dec(text);
    return true;
}
