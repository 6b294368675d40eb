/* The type of parsers: feeding them, and their attributes. */
#include "pieces.h"
#include "pyexpat.h"

#include <limits.h>
#include <stdlib.h>

struct type *parser_type;
value_slot expat_error_class;

value parser_error(struct parser *p, enum XML_Error code)
{
    XML_Size line = XML_GetErrorLineNumber(p->expat), column = XML_GetErrorColumnNumber(p->expat);
    value text = str_format("%s: line %zu, column %zu", XML_ErrorString(code), (size_t)line, (size_t)column);
    value exception = text ? call_1(slot_peek(&expat_error_class), text) : NULL;
    value_dec(text);
    value numbers[] = {small_int(code), small_int((int64_t)column), small_int((int64_t)line)};
    if (exception && attr_set(exception, NAME(code), numbers[0]) && attr_set(exception, NAME(offset), numbers[1]) &&
        attr_set(exception, NAME(lineno), numbers[2]))
        raise_exception(exception);
    value_dec(exception);
    return NULL;
}

/* ---- life ---- */
static struct document_lock *lock_new(void)
{
    struct document_lock *lock = malloc(sizeof *lock);
    pthread_mutexattr_t attributes;
    if (!lock)
        return NULL;
    pthread_mutexattr_init(&attributes);
    pthread_mutexattr_settype(&attributes, PTHREAD_MUTEX_RECURSIVE);
    pthread_mutex_init(&lock->mutex, &attributes);
    pthread_mutexattr_destroy(&attributes);
    lock->users = 1;
    return lock;
}
static void lock_release(struct document_lock *lock)
{
    if (!lock || atomic_fetch_sub(&lock->users, 1) > 1)
        return;
    pthread_mutex_destroy(&lock->mutex);
    free(lock);
}

/* `expat` (NULL: no memory) and `lock` are stolen. */
static struct parser *parser_alloc(XML_Parser expat, struct document_lock *lock, value intern)
{
    struct parser *p = expat && lock ? (struct parser *)object_new(parser_type, sizeof *p) : NULL;
    if (!p) {
        if (!expat || !lock)
            raise_no_memory();
        if (expat)
            XML_ParserFree(expat);
        lock_release(lock);
        return NULL;
    }
    p->lock = lock;
    p->expat = expat;
    p->text_size = 8192;
    slot_init(&p->intern, value_inc(intern));
    XML_SetUserData(expat, p);
    return p;
}

value parser_create(value module, value encoding, value separator, value intern)
{
    struct text name = {0}, between = {0};
    value given[] = {encoding, separator};
    static const char *const names[] = {"encoding", "namespace_separator"};
    for (int i = 0; i < 2; i++)
        if (given[i] != VALUE_NONE && !is_str(given[i]))
            return raise(EXC(TypeError), "ParserCreate() argument '%s' must be str or None, not %K", names[i],
                         given[i]);
    bool dict_made = is_missing(intern);
    if (!dict_made && intern != VALUE_NONE && !is_dict(intern))
        return raise(EXC(TypeError), "intern must be a dictionary");
    if (separator != VALUE_NONE && str_length(separator) > 1)
        return raise(EXC(ValueError), "namespace_separator must be at most one character, omitted, or None");
    if (encoding != VALUE_NONE && !text_of_argument(encoding, &name))
        return NULL;
    if (separator != VALUE_NONE && !text_of_argument(separator, &between)) {
        text_release(&name);
        return NULL;
    }
    value dict = dict_made ? dict_new() : intern == VALUE_NONE ? NULL : value_inc(intern);
    struct parser *p = NULL;
    if (dict || !dict_made) {
        XML_Parser expat = XML_ParserCreate_MM(encoding != VALUE_NONE ? name.bytes : NULL, NULL,
                                               separator != VALUE_NONE ? between.bytes : NULL);
        p = parser_alloc(expat, lock_new(), dict);
    }
    if (p)
        XML_SetUnknownEncodingHandler(p->expat, handler_unknown_encoding, p);
    value_dec(dict);
    if (separator != VALUE_NONE)
        text_release(&between);
    if (encoding != VALUE_NONE)
        text_release(&name);
    return value_of(p);
}

static void parser_traverse(struct object *o, struct gc_trace *trace)
{
    struct parser *p = (struct parser *)o;
    trace_slot(trace, &p->intern);
    trace_slot(trace, &p->parent);
    trace_slots(trace, p->handlers, HANDLER_COUNT);
}
static void parser_destroy(struct object *o)
{
    struct parser *p = (struct parser *)o;
    slot_drop(&p->intern);
    slot_drop(&p->parent);
    for (int i = 0; i < HANDLER_COUNT; i++)
        slot_drop(&p->handlers[i]);
    XML_ParserFree(p->expat);
    lock_release(p->lock);
    free(p->text);
}

/* ---- feeding ---- */
/* The result of a call of expat, under the lock. */
static value parse_result(struct parser *p, int status)
{
    if (error_occurred())
        return NULL;
    if (status == 0)
        return parser_error(p, XML_GetErrorCode(p->expat));
    return handler_flush(p) ? small_int(status) : NULL;
}

static value parse_bytes(struct parser *p, const char *bytes, size_t length, bool is_final)
{
    if (p->parsing)
        return parser_error(p, XML_ERROR_SUSPENDED);
    p->parsing = true;
    int status = parse_pieces(p->expat, bytes, length, is_final);
    p->parsing = false;
    return parse_result(p, status);
}

static value method_parse(value v, value data, value given_final)
{
    struct parser *p = PARSER(v);
    value result = NULL;
    int is_final = value_truth(given_final);
    if (is_final < 0)
        return NULL;
    if (is_str(data)) {
        struct text text;
        if (!text_of(data, &text))
            return NULL;
        parser_enter(p);
        XML_SetEncoding(p->expat, "utf-8");
        result = parse_bytes(p, text.bytes, text.length, is_final);
        parser_leave(p);
        text_release(&text);
    } else {
        struct buffer buffer;
        if (!buffer_get(data, &buffer, BUFFER_SIMPLE))
            return NULL;
        parser_enter(p);
        result = parse_bytes(p, buffer.data, (size_t)buffer.length, is_final);
        parser_leave(p);
        buffer_release(&buffer);
    }
    return result;
}

/* The next part of a file: at most `most` bytes; NULL with an exception. */
static value read_part(value read, int most)
{
    value part = call_1(read, small_int(most));
    if (!part)
        return NULL;
    if (!is_bytes(part) && !is_bytearray(part))
        raise(EXC(TypeError), "read() did not return a bytes object (type=%T)", part);
    else if (value_length(part) > most)
        raise(EXC(ValueError), "read() returned too much data: %i bytes requested, %zd returned", most,
              value_length(part));
    else
        return part;
    value_dec(part);
    return NULL;
}

static value method_parse_file(value v, value file)
{
    struct parser *p = PARSER(v);
    value read = attr_get_optional(file, NAME(read));
    if (read == VALUE_MISSING)
        return raise(EXC(TypeError), "argument must have 'read' attribute");
    value result = NULL;
    for (bool ended = !read; !ended;) {
        struct buffer buffer;
        value part = read_part(read, 2048);
        if (!part || !buffer_get(part, &buffer, BUFFER_SIMPLE)) {
            value_dec(part);
            break;
        }
        parser_enter(p);
        ended = !buffer.length;
        value_dec(result);
        result = parse_bytes(p, buffer.data, (size_t)buffer.length, ended);
        parser_leave(p);
        buffer_release(&buffer);
        value_dec(part);
        ended = ended || !result;
    }
    value_dec(read);
    if (result && error_occurred())
        return NULL;
    return result;
}

/* ---- other methods ---- */
static value method_set_base(value v, value base)
{
    struct text text;
    if (!is_str(base))
        return raise(EXC(TypeError), "SetBase() argument must be str, not %K", base);
    if (!text_of(base, &text))
        return NULL;
    parser_enter(PARSER(v));
    int done = XML_SetBase(PARSER(v)->expat, text.bytes);
    parser_leave(PARSER(v));
    text_release(&text);
    return done ? VALUE_NONE : raise_no_memory();
}
static value method_get_base(value v)
{
    parser_enter(PARSER(v));
    const XML_Char *base = XML_GetBase(PARSER(v)->expat);
    value text = base ? str_from_text(base) : VALUE_NONE;
    parser_leave(PARSER(v));
    return text;
}
static value method_get_input_context(value v)
{
    struct parser *p = PARSER(v);
    value context = VALUE_NONE;
    parser_enter(p);
    if (p->in_callback) {
        int offset, size;
        const char *bytes = XML_GetInputContext(p->expat, &offset, &size);
        if (bytes)
            context = bytes_new((const uint8_t *)bytes + offset, (size_t)(size - offset));
    }
    parser_leave(p);
    return context;
}
static value method_set_param_entity_parsing(value v, value given)
{
    int flag;
    if (!value_as_int(given, &flag))
        return NULL;
    parser_enter(PARSER(v));
    int answer = XML_SetParamEntityParsing(PARSER(v)->expat, (enum XML_ParamEntityParsing)flag);
    parser_leave(PARSER(v));
    return small_int(answer);
}
static value method_use_foreign_dtd(value v, value given)
{
    int flag = value_truth(given);
    if (flag < 0)
        return NULL;
    parser_enter(PARSER(v));
    enum XML_Error code = XML_UseForeignDTD(PARSER(v)->expat, flag ? XML_TRUE : XML_FALSE);
    value result = code == XML_ERROR_NONE ? VALUE_NONE : parser_error(PARSER(v), code);
    parser_leave(PARSER(v));
    return result;
}

/* A parser for an external entity, with the handlers and options of this one. */
static value method_external_entity_parser_create(value v, value context, value encoding)
{
    struct parser *p = PARSER(v);
    struct text about = {0}, name = {0};
    if (context != VALUE_NONE && !is_str(context))
        return raise(EXC(TypeError), "ExternalEntityParserCreate() argument 1 must be str or None, not %K", context);
    if (!is_missing(encoding) && !is_str(encoding))
        return raise(EXC(TypeError), "ExternalEntityParserCreate() argument 2 must be str, not %K", encoding);
    if (context != VALUE_NONE && !text_of(context, &about))
        return NULL;
    if (!is_missing(encoding) && !text_of(encoding, &name)) {
        text_release(&about);
        return NULL;
    }
    parser_enter(p);
    XML_Parser expat = XML_ExternalEntityParserCreate(p->expat, context == VALUE_NONE ? NULL : about.bytes,
                                                      is_missing(encoding) ? NULL : name.bytes);
    atomic_fetch_add(&p->lock->users, 1);
    value intern = slot_load(&p->header, &p->intern);
    struct parser *child = parser_alloc(expat, p->lock, intern);
    value_dec(intern);
    if (child) {
        slot_init(&child->parent, value_inc(v));
        child->ordered_attributes = p->ordered_attributes;
        child->specified_attributes = p->specified_attributes;
        child->namespace_prefixes = p->namespace_prefixes;
        child->text_size = p->text_size;
        for (int i = 0; i < HANDLER_COUNT; i++) {
            value handler = slot_load(&p->header, &p->handlers[i]);
            slot_init(&child->handlers[i], handler);
            if (handler)
                handler_install(child, (enum handler)i, true);
        }
        if (p->text && !(child->text = malloc((size_t)p->text_size))) {
            value_dec(value_of(child));
            child = NULL;
            raise_no_memory();
        }
    }
    parser_leave(p);
    if (context != VALUE_NONE)
        text_release(&about);
    if (!is_missing(encoding))
        text_release(&name);
    return value_of(child);
}

static const struct method_def methods[] = {
    METHOD("Parse", method_parse, "($self, data, isfinal=False, /)", "Parse XML data."),
    METHOD("ParseFile", method_parse_file, "($self, file, /)", "Parse XML data from file-like object."),
    METHOD("SetBase", method_set_base, "($self, base, /)", "Set the base URL for the parser."),
    METHOD("GetBase", method_get_base, "($self, /)", "Return base URL string for the parser."),
    METHOD("GetInputContext", method_get_input_context, "($self, /)",
           "Return the untranslated text of the input that caused the current event."),
    METHOD("ExternalEntityParserCreate", method_external_entity_parser_create, "($self, context, encoding='', /)",
           "Create a parser for parsing an external entity based on the information passed to the "
           "ExternalEntityRefHandler."),
    METHOD("SetParamEntityParsing", method_set_param_entity_parsing, "($self, flag, /)",
           "Controls parsing of parameter entities (including the external DTD subset)."),
    METHOD("UseForeignDTD", method_use_foreign_dtd, "($self, flag=True, /)",
           "Allows the application to provide an artificial external subset if one is not specified as part of the "
           "document instance."),
    {0},
};

/* ---- attributes ---- */
static bool not_deleted(value v)
{
    return v || raise_false(EXC(RuntimeError), "Cannot delete attribute");
}
static value get_handler(value v, enum handler which)
{
    value handler = slot_load(value_object(v), &PARSER(v)->handlers[which]);
    return handler ? handler : VALUE_NONE;
}
static bool set_handler(value v, enum handler which, value handler)
{
    struct parser *p = PARSER(v);
    if (!not_deleted(handler))
        return false;
    parser_enter(p);
    bool done = which != HANDLER_CharacterData || handler_flush(p);
    if (done) {
        bool on = handler != VALUE_NONE;
        slot_store(&p->header, &p->handlers[which], on ? value_inc(handler) : NULL);
        handler_install(p, which, on);
    }
    parser_leave(p);
    return done;
}
#define H(NAME, SET)                                    \
    static value get_##NAME(value v)                    \
    {                                                   \
        return get_handler(v, HANDLER_##NAME);          \
    }                                                   \
    static bool set_##NAME(value v, value handler)      \
    {                                                   \
        return set_handler(v, HANDLER_##NAME, handler); \
    }
HANDLERS(H)
#undef H

#define NUMBER(NAME, CALL)                                \
    static value get_##NAME(value v)                      \
    {                                                     \
        parser_enter(PARSER(v));                          \
        int64_t number = (int64_t)CALL(PARSER(v)->expat); \
        parser_leave(PARSER(v));                          \
        return int_from_i64(number);                      \
    }
NUMBER(ErrorCode, XML_GetErrorCode)
NUMBER(ErrorLineNumber, XML_GetErrorLineNumber)
NUMBER(ErrorColumnNumber, XML_GetErrorColumnNumber)
NUMBER(ErrorByteIndex, XML_GetErrorByteIndex)
NUMBER(CurrentLineNumber, XML_GetCurrentLineNumber)
NUMBER(CurrentColumnNumber, XML_GetCurrentColumnNumber)
NUMBER(CurrentByteIndex, XML_GetCurrentByteIndex)

#define FLAG(NAME, THEN)                         \
    static value get_##NAME(value v)             \
    {                                            \
        parser_enter(PARSER(v));                 \
        bool flag = PARSER(v)->NAME;             \
        parser_leave(PARSER(v));                 \
        return value_bool(flag);                 \
    }                                            \
    static bool set_##NAME(value v, value given) \
    {                                            \
        struct parser *p = PARSER(v);            \
        if (!not_deleted(given))                 \
            return false;                        \
        int flag = value_truth(given);           \
        if (flag < 0)                            \
            return false;                        \
        parser_enter(p);                         \
        p->NAME = flag;                          \
        THEN;                                    \
        parser_leave(p);                         \
        return true;                             \
    }
FLAG(ordered_attributes, )
FLAG(specified_attributes, )
FLAG(namespace_prefixes, XML_SetReturnNSTriplet(p->expat, flag))

static value get_buffer_text(value v)
{
    parser_enter(PARSER(v));
    bool collects = PARSER(v)->text;
    parser_leave(PARSER(v));
    return value_bool(collects);
}
static bool set_buffer_text(value v, value given)
{
    struct parser *p = PARSER(v);
    if (!not_deleted(given))
        return false;
    int flag = value_truth(given);
    if (flag < 0)
        return false;
    bool done = true;
    parser_enter(p);
    if (flag && !p->text) {
        p->text = malloc((size_t)p->text_size);
        p->text_used = 0;
        done = p->text || raise_no_memory();
    } else if (!flag && p->text && (done = handler_flush(p))) {
        free(p->text);
        p->text = NULL;
    }
    parser_leave(p);
    return done;
}
static value get_buffer_used(value v)
{
    parser_enter(PARSER(v));
    int used = PARSER(v)->text ? PARSER(v)->text_used : 0;
    parser_leave(PARSER(v));
    return small_int(used);
}
static value get_buffer_size(value v)
{
    parser_enter(PARSER(v));
    int size = PARSER(v)->text_size;
    parser_leave(PARSER(v));
    return small_int(size);
}
static bool set_buffer_size(value v, value given)
{
    struct parser *p = PARSER(v);
    int64_t size;
    if (!not_deleted(given))
        return false;
    if (!is_int(given))
        return raise_false(EXC(TypeError), "buffer_size must be an integer");
    if (!int_as_i64(given, &size))
        return false;
    if (size <= 0)
        return raise_false(EXC(ValueError), "buffer_size must be greater than zero");
    if (size > INT_MAX)
        return raise_false(EXC(ValueError), "buffer_size must not be greater than %i", INT_MAX);
    parser_enter(p);
    bool done = p->text_size == size || !p->text || handler_flush(p);
    if (done && p->text && p->text_size != size) {
        char *text = malloc((size_t)size);
        done = text || raise_no_memory();
        if (done) {
            free(p->text);
            p->text = text;
        }
    }
    if (done)
        p->text_size = (int)size;
    parser_leave(p);
    return done;
}

static const struct getset_def getset[] = {
#define H(NAME, SET) {#NAME "Handler", get_##NAME, set_##NAME, NULL},
    H(StartElement, ) H(EndElement, ) H(ProcessingInstruction, ) H(CharacterData, ) H(UnparsedEntityDecl, )
        H(NotationDecl, ) H(StartNamespaceDecl, ) H(EndNamespaceDecl, ) H(Comment, ) H(StartCdataSection, )
            H(EndCdataSection, ) H(NotStandalone, ) H(ExternalEntityRef, ) H(StartDoctypeDecl, ) H(EndDoctypeDecl, )
                H(EntityDecl, ) H(XmlDecl, ) H(ElementDecl, ) H(AttlistDecl, ) H(SkippedEntity, ) H(Default, )
#undef H
                    {"DefaultHandlerExpand", get_DefaultExpand, set_DefaultExpand, NULL},
#define NUMBER_OF(NAME)               \
    {                                 \
#NAME, get_##NAME, NULL, NULL \
    }
    NUMBER_OF(ErrorCode),
    NUMBER_OF(ErrorLineNumber),
    NUMBER_OF(ErrorColumnNumber),
    NUMBER_OF(ErrorByteIndex),
    NUMBER_OF(CurrentLineNumber),
    NUMBER_OF(CurrentColumnNumber),
    NUMBER_OF(CurrentByteIndex),
    {"buffer_size", get_buffer_size, set_buffer_size, NULL},
    {"buffer_text", get_buffer_text, set_buffer_text, NULL},
    {"buffer_used", get_buffer_used, NULL, NULL},
    {"namespace_prefixes", get_namespace_prefixes, set_namespace_prefixes, NULL},
    {"ordered_attributes", get_ordered_attributes, set_ordered_attributes, NULL},
    {"specified_attributes", get_specified_attributes, set_specified_attributes, NULL},
    {0},
};
static const struct member_def members[] = {
    {"intern", MEMBER_VALUE_NONE, offsetof(struct parser, intern), false, NULL},
    {0},
};
const struct type_spec parser_spec = {
    .name = "pyexpat.xmlparser",
    .doc = "XML parser",
    .size = sizeof(struct parser),
    .flags = TYPE_FLAG_NO_NEW,
    .gc_flags = TYPE_GC_CONTAINER,
    .traverse = parser_traverse,
    .destroy = parser_destroy,
    .methods = methods,
    .getset = getset,
    .members = members,
};
