/* What the files of _hashlib share. */
#ifndef ATOLL_HASHLIB_H
#define ATOLL_HASHLIB_H

#include "hash_object.h"

/* The digest that `v` stands for, a name or one of the openssl_ functions; for the caller to free, NULL with an
 * exception: UnsupportedDigestmodError. */
EVP_MD *hashlib_digest(value module, value v);
/* The bytes of an argument: TypeError "a bytes-like object is required". At most INT_MAX where OpenSSL counts so. */
bool hashlib_bytes(value v, struct buffer *buffer, const char *what);

/* hashlib_hmac.c */
extern struct type *hmac_type;
extern const struct type_spec hmac_spec;
value hmac_new(value module, value key, value message, value digestmod);
value hmac_digest(value module, value key, value message, value digestmod);
/* hashlib_keys.c */
value pbkdf2_hmac(value module, const value *args);
value scrypt_key(value module, const value *args);

#endif
