/*
 * BLAKE2 with all its parameters (RFC 7693, and the tree and personalization parameters of the BLAKE2 paper), of which
 * OpenSSL knows but a few. The two functions differ in the width of a word, the number of rounds and four distances.
 */
#ifndef ATOLL_BLAKE2_H
#define ATOLL_BLAKE2_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct blake2_parameters {
    unsigned digest_size, key_size, fanout, depth, node_depth, inner_size;
    uint32_t leaf_size;
    uint64_t node_offset;
    uint8_t key[64], salt[16], person[16];
    bool last_node;
};

#define BLAKE2_STATE(NAME, WORD)                                                                    \
    struct NAME {                                                                                   \
        WORD h[8], counter[2];            /* the chained value; bytes seen */                       \
        uint8_t block[16 * sizeof(WORD)]; /* input not compressed yet: the last block is special */ \
        size_t filled, digest_size;                                                                 \
        bool last_node;                                                                             \
    };                                                                                              \
    void NAME##_begin(struct NAME *state, const struct blake2_parameters *parameters);              \
    void NAME##_update(struct NAME *state, const void *data, size_t length);                        \
    /* The digest, of state->digest_size bytes; the state is used up. */                            \
    void NAME##_finish(struct NAME *state, uint8_t *digest);
BLAKE2_STATE(blake2b, uint64_t)
BLAKE2_STATE(blake2s, uint32_t)

#endif
