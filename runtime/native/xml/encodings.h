/* Encodings that expat does not know but Python does: those of one byte for each character. */
#ifndef ATOLL_XML_ENCODINGS_H
#define ATOLL_XML_ENCODINGS_H

#include <atoll.h>

#include <expat.h>

/* false with an exception */
bool encoding_describe(const XML_Char *name, XML_Encoding *encoding);

#endif
