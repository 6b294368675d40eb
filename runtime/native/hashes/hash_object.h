/*
 * Hash objects over OpenSSL's digests: what _hashlib, _md5, _sha1, _sha256, _sha512 and _sha3 share. Each of these is
 * its own shared object with its own copy of this file, and hence with types of its own.
 *
 * A hash object's state changes under its mutex, for which its holders wait in a blocking region; large updates are
 * computed in one, so that other threads and the collector go on.
 */
#ifndef ATOLL_HASH_OBJECT_H
#define ATOLL_HASH_OBJECT_H

#include <atoll.h>

#include "runtime/native/lock.h"

#include <openssl/evp.h>

struct hash {
    struct object header;
    EVP_MD_CTX *context;
    const char *name; /* as programs call it, where OpenSSL has another; NULL: OpenSSL's */
    pthread_mutex_t mutex;
};

/* A new hash object that has seen `data` (bytes-like; NULL, VALUE_MISSING: nothing). ValueError when OpenSSL refuses.
 */
value hash_new(struct type *type, const EVP_MD *digest, const char *name, value data, bool for_security);
/* Raise what OpenSSL says went wrong; NULL. */
value hash_error(struct type *type);
void hash_destroy(struct object *o);

/* The bytes of an argument: TypeError for a str, and for what has no buffer. */
bool hash_buffer(value v, struct buffer *buffer);
/* Call update(state, data, length) under the mutex, piece by piece of at most 1 GB; at rest while it takes long. */
bool hash_feed(void *state, bool (*update)(void *state, const void *data, size_t length), pthread_mutex_t *mutex,
               value data);
/* The methods and attributes of hash objects. Digests are those of a copy of the state. */
value hash_copy(value v);
value hash_update(value v, value data);
value hash_digest(value v);
value hash_digest_long(value v, size_t length); /* of an extendable-output function */
value hash_hexdigest(value v);
value hash_hex(value bytes);                 /* bytes, stolen, as a str; NULL for NULL */
const char *hash_name(const EVP_MD *digest); /* as Python has it: "sha256" */
/* The digest that Python calls so, for the caller to free; NULL with ValueError. */
EVP_MD *hash_fetch(const char *name, bool for_security);
value hash_get_block_size(value v);
value hash_get_digest_size(value v);
value hash_get_name(value v);
/* copy, digest, hexdigest, update; name, digest_size, block_size */
extern const struct method_def hash_methods[];
extern const struct getset_def hash_getset[];

/* Make the type of the spec and put it into the module, which calls it otherwise. */
bool hash_define(value module, struct type **type, const struct type_spec *spec, const char *attribute);

/* new(string=b'', *, usedforsecurity=True) of modules with one function for each digest. */
value hash_function(struct type *type, const EVP_MD *digest, const char *name, const value *args);
#define HASH_FUNCTION_SIGNATURE "(string=b'', *, usedforsecurity=True)"

#endif
