/*
 * From expat's events to calls of Python functions. A handler that raises ends the parsing: no further handler is
 * called, and the exception waits until expat returns.
 */
#include "encodings.h"
#include "pyexpat.h"

/* ---- arguments ---- */
static value text_of_part(const XML_Char *text, int length)
{
    return text ? str_from_utf8(text, (size_t)length) : VALUE_NONE;
}
static value text_or_none(const XML_Char *text)
{
    return text ? str_from_utf8(text, strlen(text)) : VALUE_NONE;
}
/* Names come again and again: one str for each, in the parser's dict. */
static value interned(struct parser *p, const XML_Char *text)
{
    value v = text_or_none(text), intern = slot_peek(&p->intern);
    if (!v || !intern)
        return v;
    value known = dict_set_default(intern, v, v);
    value_dec(v);
    return known;
}

/* ---- calling ---- */
static void stop(struct parser *p);

/* Is there a handler, and may it be called? The text collected before goes first. */
static bool ready(struct parser *p, enum handler which)
{
    return !error_occurred() && slot_peek(&p->handlers[which]) && handler_flush(p);
}

/* Call the handler with arguments that are owned, each may be NULL with an exception. Its result, owned. */
static value call_handler(struct parser *p, enum handler which, value *args, size_t count)
{
    value result = NULL;
    bool made = true;
    for (size_t i = 0; i < count; i++)
        made = made && args[i];
    value handler = made ? slot_load(&p->header, &p->handlers[which]) : NULL;
    if (handler) {
        bool outer = p->in_callback;
        p->in_callback = true;
        result = call_vector(handler, args, count, NULL);
        p->in_callback = outer;
        value_dec(handler);
    }
    for (size_t i = count; i-- > 0;)
        value_dec(args[i]);
    if (!result)
        stop(p);
    return result;
}
/* In the order of the arguments; an error in one leaves the rest NULL. */
#define CALL(p, which, ...)                                          \
    ({                                                               \
        value args_[] = {__VA_ARGS__};                               \
        call_handler(p, which, args_, sizeof args_ / sizeof *args_); \
    })

static int answer(struct parser *p, value result)
{
    int number = 0;
    if (result && !value_as_int(result, &number)) {
        stop(p);
        number = 0;
    }
    value_dec(result);
    return number;
}

bool handler_flush(struct parser *p)
{
    if (!p->text || !p->text_used)
        return true;
    int used = p->text_used;
    p->text_used = 0;
    if (!slot_peek(&p->handlers[HANDLER_CharacterData]))
        return true;
    value result = CALL(p, HANDLER_CharacterData, text_of_part(p->text, used));
    value_dec(result);
    return result;
}

/* ---- the events ---- */
static void on_StartElement(void *data, const XML_Char *name, const XML_Char **attributes)
{
    struct parser *p = data;
    if (!ready(p, HANDLER_StartElement))
        return;
    size_t count = 0;
    if (p->specified_attributes)
        count = (size_t)XML_GetSpecifiedAttributeCount(p->expat);
    else
        while (attributes[count])
            count += 2;
    value container = p->ordered_attributes ? list_new(count) : dict_new();
    bool done = container != NULL;
    for (size_t i = 0; done && i < count; i += 2) {
        value key = interned(p, attributes[i]), v = key ? text_or_none(attributes[i + 1]) : NULL;
        if (p->ordered_attributes)
            done = v && list_append(container, key) && list_append(container, v);
        else
            done = v && dict_set(container, key, v);
        value_dec(key);
        value_dec(v);
    }
    if (!done) {
        value_dec(container);
        stop(p);
        return;
    }
    value_dec(CALL(p, HANDLER_StartElement, interned(p, name), container));
}

static void on_CharacterData(void *data, const XML_Char *text, int length)
{
    struct parser *p = data;
    if (error_occurred())
        return;
    if (p->text && p->text_used + length > p->text_size && !handler_flush(p))
        return;
    if (p->text && length <= p->text_size) {
        memcpy(p->text + p->text_used, text, (size_t)length);
        p->text_used += length;
        return;
    }
    if (slot_peek(&p->handlers[HANDLER_CharacterData]))
        value_dec(CALL(p, HANDLER_CharacterData, text_of_part(text, length)));
}
/* In place of the handler, when that is taken away while it runs: expat goes on calling what it found first. */
static void ignore_text(void *data, const XML_Char *text, int length) {}

/* V(name, parameters behind the first, arguments of the handler) */
#define EVENT(NAME, PARAMETERS, ...)                         \
    static void on_##NAME PARAMETERS                         \
    {                                                        \
        struct parser *p = data;                             \
        if (ready(p, HANDLER_##NAME))                        \
            value_dec(CALL(p, HANDLER_##NAME, __VA_ARGS__)); \
    }
#define EVENT_0(NAME)                                            \
    static void on_##NAME(void *data)                            \
    {                                                            \
        struct parser *p = data;                                 \
        if (ready(p, HANDLER_##NAME))                            \
            value_dec(call_handler(p, HANDLER_##NAME, NULL, 0)); \
    }
EVENT(EndElement, (void *data, const XML_Char *name), interned(p, name))
EVENT(ProcessingInstruction, (void *data, const XML_Char *target, const XML_Char *text), interned(p, target),
      text_or_none(text))
EVENT(UnparsedEntityDecl,
      (void *data, const XML_Char *entity, const XML_Char *base, const XML_Char *system, const XML_Char *public,
       const XML_Char *notation),
      interned(p, entity), interned(p, base), interned(p, system), interned(p, public), interned(p, notation))
EVENT(NotationDecl,
      (void *data, const XML_Char *notation, const XML_Char *base, const XML_Char *system, const XML_Char *public),
      interned(p, notation), interned(p, base), interned(p, system), interned(p, public))
EVENT(StartNamespaceDecl, (void *data, const XML_Char *prefix, const XML_Char *uri), interned(p, prefix),
      interned(p, uri))
EVENT(EndNamespaceDecl, (void *data, const XML_Char *prefix), interned(p, prefix))
EVENT(Comment, (void *data, const XML_Char *text), text_or_none(text))
EVENT_0(StartCdataSection)
EVENT_0(EndCdataSection)
EVENT(StartDoctypeDecl,
      (void *data, const XML_Char *name, const XML_Char *system, const XML_Char *public, int has_internal),
      interned(p, name), interned(p, system), interned(p, public), small_int(has_internal))
EVENT_0(EndDoctypeDecl)
EVENT(EntityDecl,
      (void *data, const XML_Char *entity, int is_parameter, const XML_Char *text, int length, const XML_Char *base,
       const XML_Char *system, const XML_Char *public, const XML_Char *notation),
      interned(p, entity), small_int(is_parameter), text_of_part(text, length), interned(p, base), interned(p, system),
      interned(p, public), interned(p, notation))
EVENT(XmlDecl, (void *data, const XML_Char *version, const XML_Char *encoding, int standalone), text_or_none(version),
      text_or_none(encoding), small_int(standalone))
EVENT(AttlistDecl,
      (void *data, const XML_Char *element, const XML_Char *attribute, const XML_Char *type, const XML_Char *preset,
       int is_required),
      interned(p, element), interned(p, attribute), text_or_none(type), text_or_none(preset), small_int(is_required))
EVENT(SkippedEntity, (void *data, const XML_Char *entity, int is_parameter), interned(p, entity),
      small_int(is_parameter))
EVENT(Default, (void *data, const XML_Char *text, int length), text_of_part(text, length))
EVENT(DefaultExpand, (void *data, const XML_Char *text, int length), text_of_part(text, length))

static int on_NotStandalone(void *data)
{
    struct parser *p = data;
    return ready(p, HANDLER_NotStandalone) ? answer(p, call_handler(p, HANDLER_NotStandalone, NULL, 0)) : 0;
}
static int on_ExternalEntityRef(XML_Parser expat, const XML_Char *context, const XML_Char *base, const XML_Char *system,
                                const XML_Char *public)
{
    struct parser *p = XML_GetUserData(expat);
    if (!ready(p, HANDLER_ExternalEntityRef))
        return 0;
    return answer(p, CALL(p, HANDLER_ExternalEntityRef, text_or_none(context), interned(p, base), interned(p, system),
                          interned(p, public)));
}

/* (type, quantifier, name, children) */
static value content_model(const XML_Content *model)
{
    value children = recursion_enter(" while converting a content model") ? tuple_new(model->numchildren) : NULL;
    if (!children)
        return NULL;
    bool done = true;
    for (unsigned i = 0; done && i < model->numchildren; i++) {
        value child = content_model(&model->children[i]);
        tuple_init(children, i, child);
        done = child;
    }
    value items[] = {small_int(model->type), small_int(model->quant), done ? text_or_none(model->name) : NULL,
                     children};
    recursion_leave();
    if (items[2])
        return tuple_from_owned(items, 4);
    value_dec(children);
    return NULL;
}
static void on_ElementDecl(void *data, const XML_Char *name, XML_Content *model)
{
    struct parser *p = data;
    if (ready(p, HANDLER_ElementDecl)) {
        value_dec(CALL(p, HANDLER_ElementDecl, interned(p, name), content_model(model)));
    }
    XML_FreeContentModel(p->expat, model);
}

/* ---- installing ---- */
void handler_install(struct parser *p, enum handler which, bool on)
{
    switch (which) {
#define H(NAME, SET)                          \
    case HANDLER_##NAME:                      \
        SET(p->expat, on ? on_##NAME : NULL); \
        break;
        HANDLERS(H)
#undef H
    default:
        break;
    }
    if (which == HANDLER_CharacterData && !on && p->in_callback)
        XML_SetCharacterDataHandler(p->expat, ignore_text);
}

static int refuse_entity(XML_Parser expat, const XML_Char *context, const XML_Char *base, const XML_Char *system,
                         const XML_Char *public)
{
    return 0;
}

/* An exception is set: nothing more is called. */
static void stop(struct parser *p)
{
    value error = error_fetch();
    for (int i = 0; i < HANDLER_COUNT; i++) {
        slot_store(&p->header, &p->handlers[i], NULL);
        handler_install(p, (enum handler)i, false);
    }
    XML_SetExternalEntityRefHandler(p->expat, refuse_entity);
    error_restore(error);
}

int handler_unknown_encoding(void *parser, const XML_Char *name, XML_Encoding *encoding)
{
    if (error_occurred())
        return XML_STATUS_ERROR;
    if (encoding_describe(name, encoding))
        return XML_STATUS_OK;
    stop(parser);
    return XML_STATUS_ERROR;
}
