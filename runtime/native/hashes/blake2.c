#include "blake2.h"

#include <string.h>

static const uint8_t permutations[10][16] = {
    {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15}, {14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3},
    {11, 8, 12, 0, 5, 2, 15, 13, 10, 14, 3, 6, 7, 1, 9, 4}, {7, 9, 3, 1, 13, 12, 11, 14, 2, 6, 5, 10, 4, 0, 15, 8},
    {9, 0, 5, 7, 2, 4, 10, 15, 14, 1, 11, 12, 6, 8, 3, 13}, {2, 12, 6, 10, 0, 11, 8, 3, 4, 13, 7, 5, 15, 14, 1, 9},
    {12, 5, 1, 15, 14, 13, 4, 10, 0, 7, 6, 3, 9, 2, 8, 11}, {13, 11, 7, 14, 12, 1, 3, 9, 5, 0, 15, 4, 8, 6, 2, 10},
    {6, 15, 14, 9, 11, 3, 0, 8, 12, 2, 13, 7, 1, 4, 10, 5}, {10, 2, 8, 4, 7, 6, 1, 5, 15, 11, 9, 14, 3, 12, 13, 0},
};
static const uint64_t blake2b_start[8] = {
    UINT64_C(0x6a09e667f3bcc908), UINT64_C(0xbb67ae8584caa73b), UINT64_C(0x3c6ef372fe94f82b),
    UINT64_C(0xa54ff53a5f1d36f1), UINT64_C(0x510e527fade682d1), UINT64_C(0x9b05688c2b3e6c1f),
    UINT64_C(0x1f83d9abfb41bd6b), UINT64_C(0x5be0cd19137e2179),
};
static const uint32_t blake2s_start[8] = {
    0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19,
};

static void put_little_endian(uint8_t *to, uint64_t number, size_t bytes)
{
    for (size_t i = 0; i < bytes; i++)
        to[i] = (uint8_t)(number >> 8 * i);
}

/* The words are little endian, as this machine's are (gc.h asserts it). */
#define BLAKE2(NAME, WORD, BITS, ROUNDS, D1, D2, D3, D4, OFFSET_SIZE)                                         \
    static inline WORD NAME##_rotate(WORD word, unsigned bits)                                                \
    {                                                                                                         \
        return (WORD)(word >> bits | word << (BITS - bits));                                                  \
    }                                                                                                         \
    static inline void NAME##_mix(WORD v[16], unsigned a, unsigned b, unsigned c, unsigned d, WORD x, WORD y) \
    {                                                                                                         \
        v[a] += v[b] + x;                                                                                     \
        v[d] = NAME##_rotate(v[d] ^ v[a], D1);                                                                \
        v[c] += v[d];                                                                                         \
        v[b] = NAME##_rotate(v[b] ^ v[c], D2);                                                                \
        v[a] += v[b] + y;                                                                                     \
        v[d] = NAME##_rotate(v[d] ^ v[a], D3);                                                                \
        v[c] += v[d];                                                                                         \
        v[b] = NAME##_rotate(v[b] ^ v[c], D4);                                                                \
    }                                                                                                         \
    static void NAME##_compress(struct NAME *state, const uint8_t *block, size_t bytes, bool last)            \
    {                                                                                                         \
        WORD v[16], m[16];                                                                                    \
        state->counter[0] += (WORD)bytes;                                                                     \
        state->counter[1] += state->counter[0] < bytes;                                                       \
        memcpy(m, block, sizeof m);                                                                           \
        memcpy(v, state->h, sizeof state->h);                                                                 \
        memcpy(v + 8, NAME##_start, sizeof NAME##_start);                                                     \
        v[12] ^= state->counter[0];                                                                           \
        v[13] ^= state->counter[1];                                                                           \
        v[14] ^= last ? (WORD)-1 : 0;                                                                         \
        v[15] ^= last && state->last_node ? (WORD)-1 : 0;                                                     \
        for (unsigned round = 0; round < ROUNDS; round++) {                                                   \
            const uint8_t *p = permutations[round % 10];                                                      \
            NAME##_mix(v, 0, 4, 8, 12, m[p[0]], m[p[1]]);                                                     \
            NAME##_mix(v, 1, 5, 9, 13, m[p[2]], m[p[3]]);                                                     \
            NAME##_mix(v, 2, 6, 10, 14, m[p[4]], m[p[5]]);                                                    \
            NAME##_mix(v, 3, 7, 11, 15, m[p[6]], m[p[7]]);                                                    \
            NAME##_mix(v, 0, 5, 10, 15, m[p[8]], m[p[9]]);                                                    \
            NAME##_mix(v, 1, 6, 11, 12, m[p[10]], m[p[11]]);                                                  \
            NAME##_mix(v, 2, 7, 8, 13, m[p[12]], m[p[13]]);                                                   \
            NAME##_mix(v, 3, 4, 9, 14, m[p[14]], m[p[15]]);                                                   \
        }                                                                                                     \
        for (unsigned i = 0; i < 8; i++)                                                                      \
            state->h[i] ^= v[i] ^ v[i + 8];                                                                   \
    }                                                                                                         \
    void NAME##_begin(struct NAME *state, const struct blake2_parameters *p)                                  \
    {                                                                                                         \
        uint8_t block[8 * sizeof(WORD)] = {(uint8_t)p->digest_size, (uint8_t)p->key_size, (uint8_t)p->fanout, \
                                           (uint8_t)p->depth};                                                \
        WORD words[8];                                                                                        \
        put_little_endian(block + 4, p->leaf_size, 4);                                                        \
        put_little_endian(block + 8, p->node_offset, OFFSET_SIZE);                                            \
        block[8 + OFFSET_SIZE] = (uint8_t)p->node_depth;                                                      \
        block[9 + OFFSET_SIZE] = (uint8_t)p->inner_size;                                                      \
        memcpy(block + 4 * sizeof(WORD), p->salt, 2 * sizeof(WORD));                                          \
        memcpy(block + 6 * sizeof(WORD), p->person, 2 * sizeof(WORD));                                        \
        memcpy(words, block, sizeof words);                                                                   \
        memset(state, 0, sizeof *state);                                                                      \
        for (unsigned i = 0; i < 8; i++)                                                                      \
            state->h[i] = NAME##_start[i] ^ words[i];                                                         \
        state->digest_size = p->digest_size;                                                                  \
        state->last_node = p->last_node;                                                                      \
        if (p->key_size) {                                                                                    \
            memcpy(state->block, p->key, p->key_size);                                                        \
            state->filled = sizeof state->block;                                                              \
        }                                                                                                     \
    }                                                                                                         \
    void NAME##_update(struct NAME *state, const void *data, size_t length)                                   \
    {                                                                                                         \
        const uint8_t *at = data;                                                                             \
        const size_t size = sizeof state->block;                                                              \
        while (length > 0) {                                                                                  \
            if (state->filled == size) {                                                                      \
                NAME##_compress(state, state->block, size, false);                                            \
                state->filled = 0;                                                                            \
            }                                                                                                 \
            for (; state->filled == 0 && length > size; at += size, length -= size)                           \
                NAME##_compress(state, at, size, false);                                                      \
            size_t piece = length < size - state->filled ? length : size - state->filled;                     \
            memcpy(state->block + state->filled, at, piece);                                                  \
            state->filled += piece;                                                                           \
            at += piece;                                                                                      \
            length -= piece;                                                                                  \
        }                                                                                                     \
    }                                                                                                         \
    void NAME##_finish(struct NAME *state, uint8_t *digest)                                                   \
    {                                                                                                         \
        memset(state->block + state->filled, 0, sizeof state->block - state->filled);                         \
        NAME##_compress(state, state->block, state->filled, true);                                            \
        memcpy(digest, state->h, state->digest_size);                                                         \
    }
BLAKE2(blake2b, uint64_t, 64, 12, 32, 24, 16, 63, 8)
BLAKE2(blake2s, uint32_t, 32, 10, 16, 12, 8, 7, 6)
