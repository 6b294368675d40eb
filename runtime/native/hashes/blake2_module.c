/* The _blake2 module: blake2b and blake2s with all their parameters. */
#include "blake2.h"
#include "hash_object.h"

#include <stdio.h>

/* What the two differ in, for the code that binds arguments. */
struct limits {
    const char *name;
    size_t digest, block, salt; /* bytes; a key is as long as a digest, personalization as a salt */
    int offset_bits;
};
static const struct limits blake2b_limits = {"blake2b", 64, 128, 16, 64}, blake2s_limits = {"blake2s", 32, 64, 8, 48};

#define SIGNATURE_TEXT(SIZE)                                                                                 \
    "(data=b'', /, *, digest_size=" SIZE ", key=b'', salt=b'', person=b'', fanout=1, depth=1, leaf_size=0, " \
    "node_offset=0, node_depth=0, inner_size=0, last_node=False, usedforsecurity=True)"
enum {
    ARGUMENT_DATA,
    ARGUMENT_DIGEST_SIZE,
    ARGUMENT_KEY,
    ARGUMENT_SALT,
    ARGUMENT_PERSON,
    ARGUMENT_FANOUT,
    ARGUMENT_DEPTH,
    ARGUMENT_LEAF_SIZE,
    ARGUMENT_NODE_OFFSET,
    ARGUMENT_NODE_DEPTH,
    ARGUMENT_INNER_SIZE,
    ARGUMENT_LAST_NODE,
    ARGUMENT_FOR_SECURITY,
    ARGUMENTS
};

/* ---- arguments ---- */
static bool bytes_of(value v, uint8_t *to, size_t most, unsigned *length, const char *what)
{
    struct buffer buffer;
    if (is_missing(v))
        return true;
    if (!buffer_get(v, &buffer, BUFFER_SIMPLE))
        return false;
    bool fits = (size_t)buffer.length <= most;
    if (fits && buffer.length) {
        memcpy(to, buffer.data, (size_t)buffer.length);
        *length = (unsigned)buffer.length;
    }
    buffer_release(&buffer);
    return fits || raise_false(EXC(ValueError), "maximum %s length is %zu bytes", what, most);
}
static bool number_of(value v, unsigned *number, int least, int most, const char *format)
{
    int given;
    if (!value_as_int(v, &given))
        return false;
    *number = (unsigned)given;
    return (given >= least && given <= most) || raise_false(EXC(ValueError), format, least, most);
}
static bool unsigned_of(value v, uint64_t *number, int bits, const char *what)
{
    value index = index_value(v);
    if (!index)
        return false;
    bool done = false;
    if (int_sign(index) < 0)
        raise(EXC(ValueError), "value must be positive");
    else if (int_bit_length(index) > 64)
        raise(EXC(OverflowError), "int too big to convert");
    else if (int_as_u64(index, number) && !(done = bits == 64 || *number >> bits == 0))
        raise(EXC(OverflowError), "%s is too large", what);
    value_dec(index);
    return done;
}

static bool parameters_of(const struct limits *limits, const value *bound, struct blake2_parameters *p)
{
    unsigned unused;
    uint64_t leaf_size;
    int digest = (int)limits->digest;
    *p = (struct blake2_parameters){0};
    if (!number_of(bound[ARGUMENT_DIGEST_SIZE], &p->digest_size, 1, digest,
                   "digest_size must be between %d and %d bytes") ||
        !bytes_of(bound[ARGUMENT_SALT], p->salt, limits->salt, &unused, "salt") ||
        !bytes_of(bound[ARGUMENT_PERSON], p->person, limits->salt, &unused, "person") ||
        !number_of(bound[ARGUMENT_FANOUT], &p->fanout, 0, 255, "fanout must be between %d and %d") ||
        !number_of(bound[ARGUMENT_DEPTH], &p->depth, 1, 255, "depth must be between %d and %d") ||
        !unsigned_of(bound[ARGUMENT_LEAF_SIZE], &leaf_size, 32, "leaf_size") ||
        !unsigned_of(bound[ARGUMENT_NODE_OFFSET], &p->node_offset, limits->offset_bits, "node_offset") ||
        !number_of(bound[ARGUMENT_NODE_DEPTH], &p->node_depth, 0, 255, "node_depth must be between %d and %d") ||
        !number_of(bound[ARGUMENT_INNER_SIZE], &p->inner_size, 0, digest, "inner_size must be between %d and is %d") ||
        !bytes_of(bound[ARGUMENT_KEY], p->key, limits->digest, &p->key_size, "key"))
        return false;
    p->leaf_size = (uint32_t)leaf_size;
    int last = value_truth(bound[ARGUMENT_LAST_NODE]);
    p->last_node = last > 0;
    return last >= 0;
}

/* ---- the types ---- the state is used under the mutex */
#define BLAKE2_TYPE(NAME, DIGEST_SIZE)                                                                              \
    struct NAME##_object {                                                                                          \
        struct object header;                                                                                       \
        pthread_mutex_t mutex;                                                                                      \
        struct NAME state;                                                                                          \
    };                                                                                                              \
    static bool NAME##_feed(void *state, const void *data, size_t length)                                           \
    {                                                                                                               \
        NAME##_update(state, data, length);                                                                         \
        return true;                                                                                                \
    }                                                                                                               \
    static struct NAME##_object *NAME##_alloc(struct type *type)                                                    \
    {                                                                                                               \
        struct NAME##_object *h = (struct NAME##_object *)object_new(type, sizeof *h);                              \
        if (h)                                                                                                      \
            pthread_mutex_init(&h->mutex, NULL);                                                                    \
        return h;                                                                                                   \
    }                                                                                                               \
    static value NAME##_new(struct type *type, const value *args, size_t nargs, value kwnames)                      \
    {                                                                                                               \
        static struct signature signature = SIGNATURE(#NAME, SIGNATURE_TEXT(#DIGEST_SIZE));                         \
        struct blake2_parameters parameters;                                                                        \
        value bound[ARGUMENTS];                                                                                     \
        if (!signature_bind(&signature, args, nargs, kwnames, bound) ||                                             \
            !parameters_of(&NAME##_limits, bound, &parameters))                                                     \
            return NULL;                                                                                            \
        struct NAME##_object *h = NAME##_alloc(type);                                                               \
        if (!h)                                                                                                     \
            return NULL;                                                                                            \
        NAME##_begin(&h->state, &parameters);                                                                       \
        if (is_missing(bound[ARGUMENT_DATA]) || hash_feed(&h->state, NAME##_feed, &h->mutex, bound[ARGUMENT_DATA])) \
            return value_of(h);                                                                                     \
        value_dec(value_of(h));                                                                                     \
        return NULL;                                                                                                \
    }                                                                                                               \
    static void NAME##_destroy(struct object *o)                                                                    \
    {                                                                                                               \
        pthread_mutex_destroy(&((struct NAME##_object *)o)->mutex);                                                 \
    }                                                                                                               \
    static struct NAME NAME##_state(value v)                                                                        \
    {                                                                                                               \
        struct NAME##_object *h = (struct NAME##_object *)v;                                                        \
        native_lock(&h->mutex);                                                                                     \
        struct NAME state = h->state;                                                                               \
        native_unlock(&h->mutex);                                                                                   \
        return state;                                                                                               \
    }                                                                                                               \
    static value NAME##_copy(value v)                                                                               \
    {                                                                                                               \
        struct NAME##_object *copy = NAME##_alloc(value_type(v));                                                   \
        if (copy)                                                                                                   \
            copy->state = NAME##_state(v);                                                                          \
        return value_of(copy);                                                                                      \
    }                                                                                                               \
    static value NAME##_method_update(value v, value data)                                                          \
    {                                                                                                               \
        struct NAME##_object *h = (struct NAME##_object *)v;                                                        \
        return hash_feed(&h->state, NAME##_feed, &h->mutex, data) ? VALUE_NONE : NULL;                              \
    }                                                                                                               \
    static value NAME##_digest(value v)                                                                             \
    {                                                                                                               \
        uint8_t bytes[DIGEST_SIZE];                                                                                 \
        struct NAME state = NAME##_state(v);                                                                        \
        NAME##_finish(&state, bytes);                                                                               \
        return bytes_new(bytes, state.digest_size);                                                                 \
    }                                                                                                               \
    static value NAME##_hexdigest(value v)                                                                          \
    {                                                                                                               \
        return hash_hex(NAME##_digest(v));                                                                          \
    }                                                                                                               \
    static value NAME##_get_name(value v)                                                                           \
    {                                                                                                               \
        return str_from_text(#NAME);                                                                                \
    }                                                                                                               \
    static value NAME##_get_block_size(value v)                                                                     \
    {                                                                                                               \
        return small_int((int64_t)NAME##_limits.block);                                                             \
    }                                                                                                               \
    static value NAME##_get_digest_size(value v)                                                                    \
    {                                                                                                               \
        return small_int((int64_t)((struct NAME##_object *)v)->state.digest_size);                                  \
    }                                                                                                               \
    static const struct method_def NAME##_methods[] = {                                                             \
        METHOD("copy", NAME##_copy, "($self, /)", "Return a copy of the hash object."),                             \
        METHOD("digest", NAME##_digest, "($self, /)", "Return the digest value as a bytes object."),                \
        METHOD("hexdigest", NAME##_hexdigest, "($self, /)",                                                         \
               "Return the digest value as a string of hexadecimal digits."),                                       \
        METHOD("update", NAME##_method_update, "($self, data, /)",                                                  \
               "Update this hash object's state with the provided bytes-like object."),                             \
        {0},                                                                                                        \
    };                                                                                                              \
    static const struct getset_def NAME##_getset[] = {{"name", NAME##_get_name, NULL, NULL},                        \
                                                      {"block_size", NAME##_get_block_size, NULL, NULL},            \
                                                      {"digest_size", NAME##_get_digest_size, NULL, NULL},          \
                                                      {0}};                                                         \
    static struct type *NAME##_type;                                                                                \
    static const struct type_spec NAME##_spec = {                                                                   \
        .name = "_blake2." #NAME,                                                                                   \
        .doc = "Return a new BLAKE2 hash object.",                                                                  \
        .size = sizeof(struct NAME##_object),                                                                       \
        .flags = TYPE_FLAG_BASE,                                                                                    \
        .destroy = NAME##_destroy,                                                                                  \
        .slots = {.new = NAME##_new},                                                                               \
        .methods = NAME##_methods,                                                                                  \
        .getset = NAME##_getset,                                                                                    \
        .signature = SIGNATURE_TEXT(#DIGEST_SIZE),                                                                  \
    };
BLAKE2_TYPE(blake2b, 64)
BLAKE2_TYPE(blake2s, 32)

static bool add_limits(value module, struct type *type, const struct limits *limits, const char *prefix)
{
    const struct {
        const char *name;
        size_t size;
    } sizes[] = {{"SALT_SIZE", limits->salt},
                 {"PERSON_SIZE", limits->salt},
                 {"MAX_KEY_SIZE", limits->digest},
                 {"MAX_DIGEST_SIZE", limits->digest}};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        char name[64];
        snprintf(name, sizeof name, "%s_%s", prefix, sizes[i].name);
        value size = small_int((int64_t)sizes[i].size);
        value attribute = str_interned(sizes[i].name);
        bool added = attribute && type_attribute_set(type, attribute, size) && module_add(module, name, size);
        value_dec(attribute);
        if (!added)
            return false;
    }
    return true;
}

static bool fill(value module)
{
    return module_define_type(module, &blake2b_type, &blake2b_spec) &&
           module_define_type(module, &blake2s_type, &blake2s_spec) &&
           add_limits(module, blake2b_type, &blake2b_limits, "BLAKE2B") &&
           add_limits(module, blake2s_type, &blake2s_limits, "BLAKE2S");
}
static const struct module_def definition = {
    .name = "_blake2", .doc = "_blake2b provides BLAKE2b for hashlib", .fill = fill};
ATOLL_MODULE(definition);
