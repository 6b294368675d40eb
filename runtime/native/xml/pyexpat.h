/* What the files of pyexpat share. */
#ifndef ATOLL_PYEXPAT_H
#define ATOLL_PYEXPAT_H

#include "runtime/native/lock.h"

#include <expat.h>

/* Each event that a parser can have a handler for: H(name, the function of expat that sets it). */
#define HANDLERS(H)                                               \
    H(StartElement, XML_SetStartElementHandler)                   \
    H(EndElement, XML_SetEndElementHandler)                       \
    H(ProcessingInstruction, XML_SetProcessingInstructionHandler) \
    H(CharacterData, XML_SetCharacterDataHandler)                 \
    H(UnparsedEntityDecl, XML_SetUnparsedEntityDeclHandler)       \
    H(NotationDecl, XML_SetNotationDeclHandler)                   \
    H(StartNamespaceDecl, XML_SetStartNamespaceDeclHandler)       \
    H(EndNamespaceDecl, XML_SetEndNamespaceDeclHandler)           \
    H(Comment, XML_SetCommentHandler)                             \
    H(StartCdataSection, XML_SetStartCdataSectionHandler)         \
    H(EndCdataSection, XML_SetEndCdataSectionHandler)             \
    H(NotStandalone, XML_SetNotStandaloneHandler)                 \
    H(ExternalEntityRef, XML_SetExternalEntityRefHandler)         \
    H(StartDoctypeDecl, XML_SetStartDoctypeDeclHandler)           \
    H(EndDoctypeDecl, XML_SetEndDoctypeDeclHandler)               \
    H(EntityDecl, XML_SetEntityDeclHandler)                       \
    H(XmlDecl, XML_SetXmlDeclHandler)                             \
    H(ElementDecl, XML_SetElementDeclHandler)                     \
    H(AttlistDecl, XML_SetAttlistDeclHandler)                     \
    H(SkippedEntity, XML_SetSkippedEntityHandler)                 \
    H(Default, XML_SetDefaultHandler)                             \
    H(DefaultExpand, XML_SetDefaultHandlerExpand)
enum handler {
#define H(NAME, SET) HANDLER_##NAME,
    HANDLERS(H)
#undef H
        HANDLER_COUNT
};

/* A document's lock: its parser and those of its external entities share expat's tables. The thread that has it may
 * take it again, since handlers use their parser. */
struct document_lock {
    pthread_mutex_t mutex;
    _Atomic unsigned users;
};

struct parser {
    struct object header;
    struct document_lock *lock; /* for all below */
    XML_Parser expat;
    bool ordered_attributes, specified_attributes, namespace_prefixes;
    bool in_callback;
    bool parsing; /* expat is at work, and may not be called again before it returns */
    char *text;   /* character data that is collected (buffer_text): malloc'd, NULL when it is not */
    int text_size, text_used;
    value_slot intern; /* a dict, or NULL */
    value_slot parent; /* of an external entity's parser, or NULL */
    value_slot handlers[HANDLER_COUNT];
};
#define PARSER(v) ((struct parser *)(v))

static inline void parser_enter(struct parser *p)
{
    native_lock(&p->lock->mutex);
}
static inline void parser_leave(struct parser *p)
{
    native_unlock(&p->lock->mutex);
}

extern struct type *parser_type;
extern const struct type_spec parser_spec;
value parser_create(value module, value encoding, value separator, value intern);
/* Raise ExpatError for what the parser says went wrong; NULL. */
value parser_error(struct parser *p, enum XML_Error code);
extern value_slot expat_error_class;

/* pyexpat_handlers.c; all under the lock */
void handler_install(struct parser *p, enum handler which, bool on);
/* Hand over the text collected so far; false with an exception. */
bool handler_flush(struct parser *p);
int handler_unknown_encoding(void *parser, const XML_Char *name, XML_Encoding *encoding);

#endif
