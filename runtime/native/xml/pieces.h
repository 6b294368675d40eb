/* Feeding expat what may be long. */
#ifndef ATOLL_XML_PIECES_H
#define ATOLL_XML_PIECES_H

#include <atoll.h>

#include <expat.h>

/* XML_Parse of at most INT_MAX bytes, in pieces with reports between them. expat looks at a tag that is not whole from
   its beginning again with each piece, so where one brought nothing the next is twice as long. */
static inline enum XML_Status parse_pieces(XML_Parser expat, const char *bytes, size_t length, bool is_final)
{
    enum { FIRST = 1 << 14 };
    enum XML_Status status = XML_STATUS_OK;
    for (size_t piece = FIRST; length > piece && status == XML_STATUS_OK && !error_occurred();) {
        XML_Index before = XML_GetCurrentByteIndex(expat);
        status = XML_Parse(expat, bytes, (int)piece, 0);
        bytes += piece;
        length -= piece;
        piece = XML_GetCurrentByteIndex(expat) == before ? piece * 2 : FIRST;
        thread_report();
    }
    if (status == XML_STATUS_OK && !error_occurred())
        status = XML_Parse(expat, bytes, (int)length, is_final);
    return status;
}

#endif
