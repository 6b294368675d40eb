/*
 * The hash of text and bytes: SipHash-1-3 (Aumasson and Bernstein, INDOCRYPT 2012, with one and three rounds) over the
 * characters as they are in memory, with a key of the process. The key is random unless PYTHONHASHSEED says otherwise;
 * for a given seed it is the one that CPython derives, so that iteration orders that depend on hashes can be compared.
 */
#include "runtime/objects/text/str.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/random.h>
#include <time.h>

static uint64_t key[2];
static pthread_once_t key_once = PTHREAD_ONCE_INIT;
static bool key_chosen;
bool hash_is_random = true;

static void key_from_system(void)
{
    if (getrandom(key, sizeof key, GRND_NONBLOCK) != sizeof key) { /* before the system has entropy */
        struct timespec now;
        clock_gettime(CLOCK_MONOTONIC, &now);
        key[0] = (uint64_t)now.tv_nsec * UINT64_C(0x9E3779B97F4A7C15);
        key[1] = (uint64_t)(uintptr_t)&now ^ (uint64_t)now.tv_sec;
    }
}

bool hash_set_seed(const char *text)
{
    key_chosen = true;
    hash_is_random = true;
    if (!text || !*text || strcmp(text, "random") == 0) {
        key_from_system();
        return true;
    }
    char *end;
    errno = 0;
    unsigned long seed = strtoul(text, &end, 10);
    if (*end || errno || seed > 4294967295UL || *text == '-') {
        key_from_system();
        return false;
    }
    hash_is_random = seed != 0;
    uint32_t x = (uint32_t)seed;
    uint8_t bytes[16] = {0};
    for (size_t i = 0; seed && i < sizeof bytes; i++) {
        x = x * 214013 + 2531011; /* the generator that the published algorithm names */
        bytes[i] = (uint8_t)(x >> 16);
    }
    memcpy(key, bytes, sizeof key);
    return true;
}

static void key_from_environment(void)
{
    if (!key_chosen)
        hash_set_seed(getenv("PYTHONHASHSEED"));
}

#define ROTATE(x, n) ((x) << (n) | (x) >> (64 - (n)))
#define SIP_ROUND                 \
    do {                          \
        v0 += v1;                 \
        v2 += v3;                 \
        v1 = ROTATE(v1, 13) ^ v0; \
        v3 = ROTATE(v3, 16) ^ v2; \
        v0 = ROTATE(v0, 32);      \
        v2 += v1;                 \
        v0 += v3;                 \
        v1 = ROTATE(v1, 17) ^ v2; \
        v3 = ROTATE(v3, 21) ^ v0; \
        v2 = ROTATE(v2, 32);      \
    } while (0)

/* Fewer than eight bytes as a number, the first lowest; overlapping loads. */
static inline uint64_t load_tail(const uint8_t *p, size_t length)
{
    if (length >= 4) {
        uint32_t low, high;
        memcpy(&low, p, 4);
        memcpy(&high, p + length - 4, 4);
        return low | (uint64_t)high << (8 * (length - 4));
    }
    if (length >= 2) {
        uint16_t low, high;
        memcpy(&low, p, 2);
        memcpy(&high, p + length - 2, 2);
        return low | (uint64_t)high << (8 * (length - 2));
    }
    return length ? *p : 0;
}

static inline __attribute__((always_inline)) uint64_t siphash(uint64_t key0, uint64_t key1, const void *bytes,
                                                              size_t length)
{
    uint64_t v0 = key0 ^ UINT64_C(0x736f6d6570736575), v1 = key1 ^ UINT64_C(0x646f72616e646f6d);
    uint64_t v2 = key0 ^ UINT64_C(0x6c7967656e657261), v3 = key1 ^ UINT64_C(0x7465646279746573);
    const uint8_t *p = bytes, *end = p + (length & ~(size_t)7);
    for (; p < end; p += 8) {
        uint64_t m;
        memcpy(&m, p, 8);
        v3 ^= m;
        SIP_ROUND;
        v0 ^= m;
        if (unlikely((size_t)(end - p) % SPAN_LONG == 0))
            thread_report();
    }
    uint64_t last = (uint64_t)length << 56 | load_tail(p, length & 7);
    v3 ^= last;
    SIP_ROUND;
    v0 ^= last;
    v2 ^= 0xFF;
    SIP_ROUND;
    SIP_ROUND;
    SIP_ROUND;
    return v0 ^ v1 ^ v2 ^ v3;
}

int64_t hash_bytes(const void *bytes, size_t length)
{
    static _Atomic bool ready;
    if (unlikely(!atomic_load_explicit(&ready, memory_order_acquire))) {
        pthread_once(&key_once, key_from_environment);
        atomic_store_explicit(&ready, true, memory_order_release);
    }
    if (length == 0)
        return 0;
    int64_t h = (int64_t)siphash(key[0], key[1], bytes, length);
    return h == -1 ? -2 : h;
}

uint64_t hash_keyed(uint64_t given, const void *bytes, size_t length)
{
    return siphash(given, 0, bytes, length);
}

int64_t str_hash(value v)
{
    struct str *s = (struct str *)str_exact(v);
    int64_t h = atomic_load_explicit(&s->hash, memory_order_relaxed);
    if (likely(h != 0))
        return h;
    h = hash_bytes(s->data, s->length * str_width(value_of(s)));
    atomic_store_explicit(&s->hash, h, memory_order_relaxed);
    return h;
}
