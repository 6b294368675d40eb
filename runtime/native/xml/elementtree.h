/* What the files of _elementtree share. */
#ifndef ATOLL_ELEMENTTREE_H
#define ATOLL_ELEMENTTREE_H

#include <atoll.h>

/* An element. Its children are a list of elements that nobody else sees; most elements have none, nor attributes. */
struct element {
    struct object header;
    value_slot tag;
    value_slot attrib;     /* a dict, or NULL: none */
    value_slot text, tail; /* NULL: None */
    value_slot children;   /* a list, or NULL: none */
};
#define ELEMENT(v) ((struct element *)(v))

/* A tree that is being built. Each of its places is read and written by itself: threads that build on one tree at once
   mix up their elements, and nothing worse. */
struct tree_builder {
    struct object header;
    value_slot root;          /* the first element, or NULL */
    value_slot open;          /* the element that is open, None outside of all; never NULL once made */
    value_slot last;          /* what began or ended last, or None */
    value_slot last_for_tail; /* what data follows, or NULL: data belongs into `last` */
    value_slot data;          /* data not given to an element yet: one piece, or a list of them; or NULL */
    value_slot stack;         /* a list: what was open around `open` */
    value_slot element_factory, comment_factory, pi_factory; /* or NULL */
    value_slot append_event;                                 /* of the queue of events, or NULL */
    value_slot start_event, end_event, start_ns_event, end_ns_event, comment_event, pi_event; /* their names, or NULL */
    _Atomic bool insert_comments, insert_pis;
};
#define BUILDER(v) ((struct tree_builder *)(v))

/* ---- the module's: what it found elsewhere, and was told ---- */
enum kept { KEPT_PARSE_ERROR, KEPT_DEEPCOPY, KEPT_ELEMENT_PATH, KEPT_COMMENT_FACTORY, KEPT_PI_FACTORY, KEPT_COUNT };
value kept_get(enum kept which); /* owned, or NULL */

static inline value load(value v, value_slot *slot) /* owned, or NULL */
{
    return slot_load(value_object(v), slot);
}
static inline value load_or_none(value v, value_slot *slot)
{
    value loaded = load(v, slot);
    return loaded ? loaded : VALUE_NONE;
}
static inline void store(value v, value_slot *slot, value stored /* stolen */)
{
    slot_store(value_object(v), slot, stored);
}

/* Comparing the tags of many elements with one: own == wanted, 1, 0, -1; `plain`: is that an exact str? */
static inline int tag_is(value own, value wanted, bool plain)
{
    if (own == wanted)
        return 1;
    return plain && value_is(own, TYPE_ID_STR) ? str_equal(own, wanted) : value_equals(own, wanted);
}

/* ---- elements (elementtree_element.c, elementtree_methods.c) ---- */
extern struct type *element_type;
extern const struct type_spec element_spec;
extern const struct method_def element_methods[];
static inline bool is_element(value v)
{
    return value_is_of(v, element_type);
}
value element_create(value tag, value attrib /* a dict or NULL: kept */);
bool element_add(value element, value child);
value element_attrib(value element);   /* owned; made if there is none */
value element_children(value element); /* owned list; made if there is none */
/* The child at an index, owned; VALUE_MISSING: there is none. */
value element_child(value element, size_t index);
size_t element_length(value element);
bool check_element(value v);         /* TypeError */
value list_of_sequence(value given); /* a new list, or TypeError "expected sequence" */
/* How many of a list's first items are elements; if not all, TypeError about the next is set. */
size_t elements_before_others(value list);
/* The attributes of a constructor: of the dict given (NULL: none), and of keywords, one of which may be `attrib` if
   there is no dict. *out: a new dict, NULL: there are none. false: exception. */
bool element_attributes(value given, value kwnames, const value *values, value *out);

/* ---- iterators (elementtree_iterator.c) ---- */
extern struct type *element_iterator_type;
extern const struct type_spec element_iterator_spec;
value element_iterator_new(value element, value tag /* or None */, bool texts);

/* ---- building (elementtree_builder.c) ---- */
extern struct type *tree_builder_type;
extern const struct type_spec tree_builder_spec;
value tree_builder_new(struct type *type, const value *args, size_t nargs, value kwnames);
/* The events of a document; attributes a dict or NULL. What is made of it, owned; NULL with an exception. */
value builder_start(value builder, value tag, value attrib);
value builder_end(value builder);
bool builder_data(value builder, value data);
value builder_comment(value builder, value text);
value builder_pi(value builder, value target, value text);
bool builder_start_ns(value builder, value prefix, value uri);
bool builder_end_ns(value builder, value prefix);
value builder_close(value builder);

/* ---- parsing (elementtree_parser.c) ---- */
extern struct type *xml_parser_type;
extern const struct type_spec xml_parser_spec;

#endif
