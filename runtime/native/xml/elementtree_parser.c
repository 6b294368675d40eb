/*
 * XMLParser: expat's events become calls of a target's methods; where the target is a TreeBuilder itself, they are
 * handed over directly.
 *
 * A parser has a lock, which is held while handlers run; the thread that has it may take it again. Expat is not called
 * again before it returned. A handler that fails leaves its exception, and no other is called until then.
 */
#include "elementtree.h"
#include "encodings.h"
#include "pieces.h"

#include "runtime/native/lock.h"

#include <limits.h>
#include <stdlib.h>

struct type *xml_parser_type;

enum handler {
    HANDLE_START,
    HANDLE_DATA,
    HANDLE_END,
    HANDLE_START_NS,
    HANDLE_END_NS,
    HANDLE_COMMENT,
    HANDLE_PI,
    HANDLE_CLOSE,
    HANDLE_DOCTYPE,
    HANDLE_COUNT
};

/* Names of elements and attributes come again and again: a hash table from those of expat to strs. */
struct known_name {
    char *name; /* NULL: free */
    size_t length;
    uint64_t hash;
    value shown; /* "{uri}local", owned: a str, which holds nothing */
};

struct xml_parser {
    struct object header;
    pthread_mutex_t mutex;
    bool made;                /* there is a mutex */
    bool parsing;             /* expat is at work */
    bool direct;              /* the target is a TreeBuilder, of no subclass */
    XML_Parser expat;         /* NULL before __init__ */
    struct known_name *names; /* a power of two of them */
    size_t names_room, names_used;
    char *text; /* data that comes in pieces, of a direct target */
    size_t text_room, text_used;
    value_slot target, entity;         /* NULL before __init__ */
    value_slot handlers[HANDLE_COUNT]; /* methods of the target, or NULL */
};
#define PARSER(v) ((struct xml_parser *)(v))

static value target_of(struct xml_parser *p) /* borrowed: the target stays while the parser is locked */
{
    return slot_peek(&p->target);
}

/* ---- names and texts ---- */
static value text_value(const XML_Char *text)
{
    return str_from_utf8(text, strlen(text));
}

static uint64_t name_hash(const char *name, size_t *length)
{
    uint64_t hash = 0xcbf29ce484222325;
    const char *p = name;
    for (; *p; p++)
        hash = (hash ^ (unsigned char)*p) * 0x100000001b3;
    *length = (size_t)(p - name);
    return hash ^ hash >> 32;
}

static bool names_grow(struct xml_parser *p)
{
    size_t room = p->names_room ? p->names_room * 2 : 64;
    struct known_name *names = calloc(room, sizeof *names);
    if (!names)
        return raise_no_memory() != NULL;
    for (size_t i = 0; i < p->names_room; i++) {
        if (!p->names[i].name)
            continue;
        size_t at = p->names[i].hash & (room - 1);
        while (names[at].name)
            at = (at + 1) & (room - 1);
        names[at] = p->names[i];
    }
    free(p->names);
    p->names = names;
    p->names_room = room;
    return true;
}

/* "uri}local" is shown as "{uri}local"; owned. */
static value universal_name(struct xml_parser *p, const XML_Char *name)
{
    size_t length;
    uint64_t hash = name_hash(name, &length);
    if (2 * (p->names_used + 1) > p->names_room && !names_grow(p))
        return NULL;
    size_t at = hash & (p->names_room - 1);
    for (struct known_name *known; (known = &p->names[at])->name; at = (at + 1) & (p->names_room - 1))
        if (known->hash == hash && known->length == length && memcmp(known->name, name, length) == 0)
            return value_inc(known->shown);
    char *copy = malloc(length + 2);
    if (!copy)
        return raise_no_memory();
    copy[0] = '{';
    memcpy(copy + 1, name, length + 1);
    bool in_namespace = memchr(name, '}', length);
    value shown = str_from_utf8(in_namespace ? copy : name, length + in_namespace);
    if (!shown) {
        free(copy);
        return NULL;
    }
    memmove(copy, name, length + 1);
    p->names[at] = (struct known_name){copy, length, hash, value_inc(shown)};
    p->names_used++;
    return shown;
}

/* ---- errors ---- */
static void set_error(struct xml_parser *p, enum XML_Error code, const char *words)
{
    size_t line = XML_GetErrorLineNumber(p->expat), column = XML_GetErrorColumnNumber(p->expat);
    value text = str_format("%s: line %zu, column %zu", words ? words : XML_ErrorString(code), line, column);
    value type = text ? kept_get(KEPT_PARSE_ERROR) : NULL, exception = type ? call_1(type, text) : NULL;
    value place = exception ? tuple_pack(2, small_int((int64_t)line), small_int((int64_t)column)) : NULL;
    if (place && attr_set(exception, NAME(code), small_int(code)) && attr_set(exception, NAME(position), place))
        raise_exception(exception);
    value_dec(place);
    value_dec(exception);
    value_dec(type);
    value_dec(text);
}

/* ---- handing over ---- */

/* Call a method of the target with arguments that are owned, each NULL with an exception. */
static void call_handler(struct xml_parser *p, enum handler which, value *args, size_t count)
{
    bool made = true;
    for (size_t i = 0; i < count; i++)
        made = made && args[i];
    value handler = made ? slot_load(&p->header, &p->handlers[which]) : NULL;
    if (handler)
        value_dec(call_vector(handler, args, count, NULL));
    value_dec(handler);
    for (size_t i = 0; i < count; i++)
        value_dec(args[i]);
}
#define CALL(p, which, ...)                                          \
    ({                                                               \
        value args_[] = {__VA_ARGS__};                               \
        call_handler(p, which, args_, sizeof args_ / sizeof *args_); \
    })

/* Data that came in pieces is one text of the tree. false: exception. */
static bool flush_text(struct xml_parser *p)
{
    if (!p->text_used)
        return true;
    value text = str_from_utf8(p->text, p->text_used);
    p->text_used = 0;
    bool done = text && builder_data(target_of(p), text);
    value_dec(text);
    return done;
}

static void add_data(struct xml_parser *p, value data /* stolen, or NULL */)
{
    if (!data)
        return;
    if (p->direct)
        builder_data(target_of(p), data);
    else if (slot_peek(&p->handlers[HANDLE_DATA])) {
        CALL(p, HANDLE_DATA, data);
        return;
    }
    value_dec(data);
}

static void on_data(void *data, const XML_Char *text, int length)
{
    struct xml_parser *p = data;
    if (error_occurred())
        return;
    if (!p->direct) {
        if (slot_peek(&p->handlers[HANDLE_DATA]))
            CALL(p, HANDLE_DATA, str_from_utf8(text, (size_t)length));
        return;
    }
    if (p->text_room - p->text_used < (size_t)length) {
        size_t room = p->text_used + (size_t)length;
        room += room / 2 + 256;
        char *more = raw_resize(p->text, room);
        if (!more) {
            raise_no_memory();
            return;
        }
        p->text = more;
        p->text_room = room;
    }
    memcpy(p->text + p->text_used, text, (size_t)length);
    p->text_used += (size_t)length;
}

/* May a handler be called? What came before goes first. */
static bool ready(struct xml_parser *p)
{
    return !error_occurred() && flush_text(p);
}

/* Entities that the document declares nowhere: `entity` may know them. */
static void on_default(void *data, const XML_Char *text, int length)
{
    struct xml_parser *p = data;
    if (length < 2 || text[0] != '&' || !ready(p))
        return;
    value key = str_from_utf8(text + 1, (size_t)length - 2), entities = slot_load(&p->header, &p->entity);
    value known = key ? dict_get(entities, key) : NULL;
    value_dec(entities);
    value_dec(key);
    if (known != VALUE_MISSING) {
        add_data(p, known);
        return;
    }
    char words[128] = "undefined entity ";
    strncat(words, text, length < 100 ? (size_t)length : 100);
    set_error(p, XML_ERROR_UNDEFINED_ENTITY, words);
}

static value attributes_dict(struct xml_parser *p, const XML_Char **attributes)
{
    value dict = dict_new();
    for (size_t i = 0; dict && attributes[i]; i += 2) {
        value name = universal_name(p, attributes[i]), text = name ? text_value(attributes[i + 1]) : NULL;
        if (!text || !dict_set(dict, name, text)) {
            value_dec(dict);
            dict = NULL;
        }
        value_dec(text);
        value_dec(name);
    }
    return dict;
}

static void on_start(void *data, const XML_Char *given_name, const XML_Char **attributes)
{
    struct xml_parser *p = data;
    if (!ready(p) || (!p->direct && !slot_peek(&p->handlers[HANDLE_START])))
        return;
    bool some = attributes[0] || !p->direct;
    value name = universal_name(p, given_name), dict = name && some ? attributes_dict(p, attributes) : NULL;
    if (!p->direct) {
        CALL(p, HANDLE_START, name, dict);
        return;
    }
    if (name && (dict || !some))
        value_dec(builder_start(target_of(p), name, dict));
    value_dec(dict);
    value_dec(name);
}

static void on_end(void *data, const XML_Char *name)
{
    struct xml_parser *p = data;
    if (!ready(p))
        return;
    if (p->direct)
        value_dec(builder_end(target_of(p)));
    else if (slot_peek(&p->handlers[HANDLE_END]))
        CALL(p, HANDLE_END, universal_name(p, name));
}

static void on_start_ns(void *data, const XML_Char *given_prefix, const XML_Char *given_uri)
{
    struct xml_parser *p = data;
    if (!ready(p) || (!p->direct && !slot_peek(&p->handlers[HANDLE_START_NS])))
        return;
    value prefix = text_value(given_prefix ? given_prefix : ""), uri = text_value(given_uri ? given_uri : "");
    if (!p->direct) {
        CALL(p, HANDLE_START_NS, prefix, uri);
        return;
    }
    if (prefix && uri)
        builder_start_ns(target_of(p), prefix, uri);
    value_dec(prefix);
    value_dec(uri);
}

static void on_end_ns(void *data, const XML_Char *prefix)
{
    struct xml_parser *p = data;
    if (!ready(p))
        return;
    if (p->direct)
        builder_end_ns(target_of(p), VALUE_NONE);
    else if (slot_peek(&p->handlers[HANDLE_END_NS]))
        CALL(p, HANDLE_END_NS, text_value(prefix ? prefix : ""));
}

static void on_comment(void *data, const XML_Char *given)
{
    struct xml_parser *p = data;
    if (!ready(p) || (!p->direct && !slot_peek(&p->handlers[HANDLE_COMMENT])))
        return;
    value text = text_value(given);
    if (!p->direct) {
        CALL(p, HANDLE_COMMENT, text);
        return;
    }
    if (text)
        value_dec(builder_comment(target_of(p), text));
    value_dec(text);
}

static void on_pi(void *data, const XML_Char *given_target, const XML_Char *given)
{
    struct xml_parser *p = data;
    struct tree_builder *b = p->direct ? BUILDER(target_of(p)) : NULL;
    bool wanted = b ? b->insert_pis || (slot_peek(&b->append_event) && slot_peek(&b->pi_event))
                    : slot_peek(&p->handlers[HANDLE_PI]) != NULL;
    if (!wanted || !ready(p))
        return;
    value target = text_value(given_target), text = given ? text_value(given) : VALUE_NONE;
    if (!b) {
        CALL(p, HANDLE_PI, target, text);
        return;
    }
    if (target && text)
        value_dec(builder_pi(value_of(b), target, text));
    value_dec(target);
    value_dec(text);
}

static void on_doctype(void *data, const XML_Char *name, const XML_Char *system, const XML_Char *public,
                       int has_internal)
{
    struct xml_parser *p = data;
    if (!ready(p))
        return;
    if (slot_peek(&p->handlers[HANDLE_DOCTYPE])) {
        CALL(p, HANDLE_DOCTYPE, text_value(name), public ? text_value(public) : VALUE_NONE,
             system ? text_value(system) : VALUE_NONE);
        return;
    }
    value method = attr_get_optional(value_of(p), NAME(doctype));
    if (method && method != VALUE_MISSING) {
        value_dec(method);
        warn(EXC(RuntimeWarning), 1,
             "The doctype() method of XMLParser is ignored.  Define doctype() method on the TreeBuilder target.");
    }
}

static int on_unknown_encoding(void *data, const XML_Char *name, XML_Encoding *encoding)
{
    return !error_occurred() && encoding_describe(name, encoding) ? XML_STATUS_OK : XML_STATUS_ERROR;
}

/* ---- life ---- */
static value parser_new(struct type *type, const value *args, size_t nargs, value kwnames)
{
    struct xml_parser *p = (struct xml_parser *)object_new(type, sizeof *p);
    if (!p)
        return NULL;
    pthread_mutexattr_t attributes;
    pthread_mutexattr_init(&attributes);
    pthread_mutexattr_settype(&attributes, PTHREAD_MUTEX_RECURSIVE);
    pthread_mutex_init(&p->mutex, &attributes);
    pthread_mutexattr_destroy(&attributes);
    p->made = true;
    return value_of(p);
}

/* Look the target's methods up; false with an exception. */
static bool find_handlers(value target, value *handlers)
{
    value names[] = {NAME(start),   NAME(data), NAME(end),   NAME(start_ns), NAME(end_ns),
                     NAME(comment), NAME(pi),   NAME(close), NAME(doctype)};
    for (int i = 0; i < HANDLE_COUNT; i++) {
        handlers[i] = attr_get_optional(target, names[i]);
        if (!handlers[i])
            return false;
        if (handlers[i] == VALUE_MISSING)
            handlers[i] = NULL;
    }
    return true;
}

static XML_Parser expat_make(struct xml_parser *p, const char *encoding)
{
    XML_Parser expat = XML_ParserCreate_MM(encoding, NULL, "}");
    if (!expat)
        return NULL;
    XML_SetUserData(expat, p);
    XML_SetElementHandler(expat, on_start, on_end);
    XML_SetDefaultHandlerExpand(expat, on_default);
    XML_SetCharacterDataHandler(expat, on_data);
    XML_SetStartDoctypeDeclHandler(expat, on_doctype);
    XML_SetUnknownEncodingHandler(expat, on_unknown_encoding, p);
    return expat;
}

/* `target` is that of the arguments, or a new one; under the lock. */
static bool begin(struct xml_parser *p, const char *encoding, value target)
{
    if (p->parsing)
        return raise_false(EXC(RuntimeError), "the parser is at work");
    value handlers[HANDLE_COUNT] = {0}, entity = dict_new();
    XML_Parser expat = entity && find_handlers(target, handlers) ? expat_make(p, encoding) : NULL;
    if (p->parsing || !expat) { /* a method of the target that was looked up may have begun */
        if (expat)
            XML_ParserFree(expat);
        if (!error_occurred())
            raise_no_memory();
        for (int i = 0; i < HANDLE_COUNT; i++)
            value_dec(handlers[i]);
        value_dec(entity);
        return false;
    }
    XML_Parser old = p->expat;
    p->expat = expat;
    p->direct = value_type(target) == tree_builder_type;
    p->text_used = 0;
    if (handlers[HANDLE_START_NS] || handlers[HANDLE_END_NS])
        XML_SetNamespaceDeclHandler(expat, on_start_ns, on_end_ns);
    if (handlers[HANDLE_COMMENT])
        XML_SetCommentHandler(expat, on_comment);
    if (handlers[HANDLE_PI])
        XML_SetProcessingInstructionHandler(expat, on_pi);
    if (old)
        XML_ParserFree(old);
    value dropped[HANDLE_COUNT + 2];
    for (int i = 0; i < HANDLE_COUNT; i++)
        dropped[i] = slot_exchange(&p->handlers[i], handlers[i]);
    dropped[HANDLE_COUNT] = slot_exchange(&p->entity, entity);
    dropped[HANDLE_COUNT + 1] = slot_exchange(&p->target, value_inc(target));
    values_drop(dropped, HANDLE_COUNT + 2);
    return true;
}

static bool parser_init(value v, const value *args, size_t nargs, value kwnames)
{
    static struct signature signature = SIGNATURE("XMLParser", "(*, target=None, encoding=None)");
    value bound[2];
    struct text encoding = {0};
    if (!signature_bind(&signature, args, nargs, kwnames, bound))
        return false;
    if (bound[1] != VALUE_NONE && !is_str(bound[1]))
        return raise_false(EXC(TypeError), "XMLParser() argument 'encoding' must be str or None, not %T", bound[1]);
    if (bound[1] != VALUE_NONE && !text_of(bound[1], &encoding))
        return false;
    bool done = false;
    if (encoding.bytes && strlen(encoding.bytes) != encoding.length) {
        raise(EXC(ValueError), "embedded null character");
    } else {
        value target = bound[0] != VALUE_NONE ? value_inc(bound[0]) : call_0(value_of(tree_builder_type));
        if (target) {
            native_lock(&PARSER(v)->mutex);
            done = begin(PARSER(v), encoding.bytes, target);
            native_unlock(&PARSER(v)->mutex);
        }
        value_dec(target);
    }
    if (bound[1] != VALUE_NONE)
        text_release(&encoding);
    return done;
}

static void parser_traverse(struct object *o, struct gc_trace *trace)
{
    struct xml_parser *p = (struct xml_parser *)o;
    trace_slot(trace, &p->target);
    trace_slot(trace, &p->entity);
    trace_slots(trace, p->handlers, HANDLE_COUNT);
}
static void parser_destroy(struct object *o)
{
    struct xml_parser *p = (struct xml_parser *)o;
    slot_drop(&p->target);
    slot_drop(&p->entity);
    for (int i = 0; i < HANDLE_COUNT; i++)
        slot_drop(&p->handlers[i]);
    for (size_t i = 0; i < p->names_room; i++)
        if (p->names[i].name) {
            free(p->names[i].name);
            value_dec(p->names[i].shown);
        }
    free(p->names);
    free(p->text);
    if (p->expat)
        XML_ParserFree(p->expat);
    if (p->made)
        pthread_mutex_destroy(&p->mutex);
}

/* ---- feeding ---- */
static bool check_made(value v)
{
    return slot_peek(&PARSER(v)->target) || raise_false(EXC(ValueError), "XMLParser.__init__() wasn't called");
}

/* Under the lock. */
static bool parse(struct xml_parser *p, const char *bytes, size_t length, bool is_final)
{
    if (p->parsing) {
        set_error(p, XML_ERROR_SUSPENDED, NULL);
        return false;
    }
    p->parsing = true;
    enum XML_Status status = parse_pieces(p->expat, bytes, length, is_final);
    p->parsing = false;
    if (!error_occurred() && status == XML_STATUS_ERROR)
        set_error(p, XML_GetErrorCode(p->expat), NULL);
    return !error_occurred() && flush_text(p);
}

static bool parse_text(struct xml_parser *p, value data, bool with_surrogates)
{
    struct text text = {0};
    value bytes = NULL;
    if (!text_of(data, &text)) {
        if (!with_surrogates || !error_matches(EXC(UnicodeEncodeError)))
            return false;
        error_clear();
        bytes = str_encode(data, "utf-8", "surrogatepass");
        if (!bytes)
            return false;
    }
    native_lock(&p->mutex);
    if (!p->parsing)
        XML_SetEncoding(p->expat, "utf-8");
    bool done = bytes ? parse(p, (char *)bytes_data(bytes), bytes_length(bytes), false)
                      : parse(p, text.bytes, text.length, false);
    native_unlock(&p->mutex);
    if (bytes)
        value_dec(bytes);
    else
        text_release(&text);
    return done;
}

static bool parse_buffer(struct xml_parser *p, value data)
{
    struct buffer buffer;
    if (!buffer_get(data, &buffer, BUFFER_SIMPLE))
        return false;
    bool done = buffer.length <= INT_MAX || raise_false(EXC(OverflowError), "size does not fit in an int");
    if (done) {
        native_lock(&p->mutex);
        done = parse(p, buffer.data, (size_t)buffer.length, false);
        native_unlock(&p->mutex);
    }
    buffer_release(&buffer);
    return done;
}

static bool parse_end(struct xml_parser *p)
{
    native_lock(&p->mutex);
    bool done = parse(p, "", 0, true);
    native_unlock(&p->mutex);
    return done;
}

static value method_feed(value v, value data)
{
    if (!check_made(v))
        return NULL;
    return (is_str(data) ? parse_text(PARSER(v), data, false) : parse_buffer(PARSER(v), data)) ? VALUE_NONE : NULL;
}

static value method_close(value v)
{
    struct xml_parser *p = PARSER(v);
    if (!check_made(v) || !parse_end(p))
        return NULL;
    value target = load(v, &p->target), close = load(v, &p->handlers[HANDLE_CLOSE]), result = VALUE_NONE;
    if (value_type(target) == tree_builder_type)
        result = builder_close(target);
    else if (close)
        result = call_0(close);
    value_dec(close);
    value_dec(target);
    return result;
}

/* A whole file, read in parts. */
static value method_parse_whole(value v, value file)
{
    struct xml_parser *p = PARSER(v);
    value read = check_made(v) ? attr_get(file, NAME(read)) : NULL;
    bool done = read;
    while (done) {
        value part = call_1(read, small_int(64 * 1024));
        bool is_text = part && is_str(part);
        bool ended = !part || (is_text ? str_length(part) == 0 : !value_is(part, TYPE_ID_BYTES) || !bytes_length(part));
        done = part && (ended || (is_text ? parse_text(p, part, true) : parse_buffer(p, part)));
        value_dec(part);
        if (ended)
            break;
    }
    value_dec(read);
    if (!done || !parse_end(p))
        return NULL;
    value target = load(v, &p->target);
    value result = value_type(target) == tree_builder_type ? builder_close(target) : VALUE_NONE;
    value_dec(target);
    return result;
}

/* One kind of events is to be told. */
static bool report(struct xml_parser *p, struct tree_builder *b, value event)
{
    static const char *const names[] = {"start", "end", "start-ns", "end-ns", "comment", "pi"};
    value_slot *const slots[] = {&b->start_event,  &b->end_event,     &b->start_ns_event,
                                 &b->end_ns_event, &b->comment_event, &b->pi_event};
    value name = is_bytes(event) ? str_decode(bytes_data(event), bytes_length(event), "utf-8", "strict")
                 : is_str(event) ? value_inc(event)
                                 : NULL;
    if (!name)
        return raise_false(EXC(ValueError), "invalid events sequence");
    int which = 0;
    while (which < 6 && !str_equals_text(name, names[which]))
        which++;
    if (which < 6) {
        slot_store(&b->header, slots[which], value_inc(event));
        native_lock(&p->mutex);
        if (which == 2 || which == 3)
            XML_SetNamespaceDeclHandler(p->expat, on_start_ns, on_end_ns);
        else if (which == 4)
            XML_SetCommentHandler(p->expat, on_comment);
        else if (which == 5)
            XML_SetProcessingInstructionHandler(p->expat, on_pi);
        native_unlock(&p->mutex);
    } else {
        raise(EXC(ValueError), "unknown event '%U'", name);
    }
    value_dec(name);
    return which < 6;
}

static value method_setevents(value v, value queue, value events)
{
    struct xml_parser *p = PARSER(v);
    if (!check_made(v))
        return NULL;
    value target = load(v, &p->target);
    bool done = value_type(target) == tree_builder_type ||
                raise_false(EXC(TypeError), "event handling only supported for ElementTree.TreeBuilder targets");
    value append = done ? attr_get(queue, NAME(append)) : NULL;
    done = append;
    if (done) {
        struct tree_builder *b = BUILDER(target);
        store(target, &b->append_event, append);
        value_slot *slots[] = {&b->start_event,  &b->end_event,     &b->start_ns_event,
                               &b->end_ns_event, &b->comment_event, &b->pi_event};
        for (size_t i = 0; i < sizeof slots / sizeof *slots; i++)
            store(target, slots[i], NULL);
        if (events == VALUE_NONE) {
            store(target, &b->end_event, value_inc(NAME(end)));
        } else {
            value list = sequence_fast(events, "events must be a sequence");
            value items = list ? tuple_from_iterable(list) : NULL;
            done = items;
            for (size_t i = 0; done && i < tuple_length(items); i++)
                done = report(p, b, tuple_get(items, i));
            value_dec(items);
            value_dec(list);
        }
    }
    value_dec(target);
    return done ? VALUE_NONE : NULL;
}

static value get_version(value v)
{
    return str_format("Expat %d.%d.%d", XML_MAJOR_VERSION, XML_MINOR_VERSION, XML_MICRO_VERSION);
}

static const struct method_def parser_methods[] = {
    METHOD("feed", method_feed, "($self, data, /)", NULL),
    METHOD("close", method_close, "($self, /)", NULL),
    METHOD("_parse_whole", method_parse_whole, "($self, file, /)", NULL),
    METHOD("_setevents", method_setevents, "($self, events_queue, events_to_report=None, /)", NULL),
    {0},
};
static const struct getset_def parser_getset[] = {{"version", get_version, NULL, NULL}, {0}};
static const struct member_def parser_members[] = {
    {"entity", MEMBER_VALUE_NONE, offsetof(struct xml_parser, entity), false, NULL},
    {"target", MEMBER_VALUE_NONE, offsetof(struct xml_parser, target), false, NULL},
    {0},
};
const struct type_spec xml_parser_spec = {
    .name = "xml.etree.ElementTree.XMLParser",
    .size = sizeof(struct xml_parser),
    .flags = TYPE_FLAG_BASE,
    .gc_flags = TYPE_GC_CONTAINER,
    .traverse = parser_traverse,
    .destroy = parser_destroy,
    .slots = {.new = parser_new, .init = parser_init},
    .methods = parser_methods,
    .getset = parser_getset,
    .members = parser_members,
};
