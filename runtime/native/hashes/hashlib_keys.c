/* Keys from passwords: PBKDF2 and scrypt, which take long on purpose and so run in blocking regions. */
#include "hashlib.h"

#include <limits.h>

bool hashlib_bytes(value v, struct buffer *buffer, const char *what)
{
    if (!buffer_get(v, buffer, BUFFER_SIMPLE))
        return false;
    if (buffer->length <= INT_MAX)
        return true;
    buffer_release(buffer);
    return raise_false(EXC(OverflowError), "%s is too long.", what);
}

value pbkdf2_hmac(value module, const value *args)
{
    struct text name;
    struct buffer password, salt;
    int64_t iterations, length;
    if (!is_str(args[0]))
        return raise(EXC(TypeError), "pbkdf2_hmac() argument 'hash_name' must be str, not %K", args[0]);
    if (!value_as_i64(args[3], &iterations))
        return NULL;
    if (!text_of(args[0], &name))
        return NULL;
    EVP_MD *digest = hash_fetch(name.bytes, true);
    text_release(&name);
    if (!digest)
        return NULL;
    length = EVP_MD_get_size(digest);
    value key = NULL;
    if (!hashlib_bytes(args[1], &password, "password"))
        goto no_password;
    if (!hashlib_bytes(args[2], &salt, "salt"))
        goto no_salt;
    if (args[4] != VALUE_NONE && !value_as_i64(args[4], &length))
        goto done;
    if (iterations < 1)
        raise(EXC(ValueError), "iteration value must be greater than 0.");
    else if (iterations > INT_MAX)
        raise(EXC(OverflowError), "iteration value is too great.");
    else if (length < 1)
        raise(EXC(ValueError), "key length must be greater than 0.");
    else if (length > INT_MAX)
        raise(EXC(OverflowError), "key length is too great.");
    else
        key = bytes_new(NULL, (size_t)length);
    if (key) {
        uint8_t *to = bytes_data(key);
        thread_enter_blocking();
        int made = PKCS5_PBKDF2_HMAC(password.data, (int)password.length, salt.data, (int)salt.length, (int)iterations,
                                     digest, (int)length, to);
        thread_leave_blocking();
        if (!made) {
            value_dec(key);
            key = hash_error(EXC(ValueError));
        }
    }
done:
    buffer_release(&salt);
no_salt:
    buffer_release(&password);
no_password:
    EVP_MD_free(digest);
    return key;
}

/* An unsigned number that has to be given; false with TypeError. */
static bool unsigned_of(value v, uint64_t *number, const char *message)
{
    if (!is_int(v))
        return raise_false(EXC(TypeError), "%s", message);
    if (int_as_u64(v, number))
        return true;
    error_clear();
    return raise_false(EXC(TypeError), "%s", message);
}

static value scrypt_with(const struct buffer *password, const struct buffer *salt, const value *args)
{
    uint64_t n, r, p;
    int64_t memory, length;
    if (!unsigned_of(args[2], &n, "n is required and must be an unsigned int"))
        return NULL;
    if (n < 2 || n & (n - 1))
        return raise(EXC(ValueError), "n must be a power of 2.");
    if (!unsigned_of(args[3], &r, "r is required and must be an unsigned int") ||
        !unsigned_of(args[4], &p, "p is required and must be an unsigned int") || !value_as_i64(args[5], &memory) ||
        !value_as_i64(args[6], &length))
        return NULL;
    if (memory < 0 || memory > INT_MAX)
        return raise(EXC(ValueError), "maxmem must be positive and smaller than %d", INT_MAX);
    if (length < 1 || length > INT_MAX)
        return raise(EXC(ValueError), "dklen must be greater than 0 and smaller than %d", INT_MAX);
    if (!EVP_PBE_scrypt(NULL, 0, NULL, 0, n, r, p, (uint64_t)memory, NULL, 0))
        return hash_error(EXC(ValueError));
    value key = bytes_new(NULL, (size_t)length);
    if (!key)
        return NULL;
    uint8_t *to = bytes_data(key);
    thread_enter_blocking();
    int made = EVP_PBE_scrypt(password->data, (size_t)password->length, salt->data, (size_t)salt->length, n, r, p,
                              (uint64_t)memory, to, (size_t)length);
    thread_leave_blocking();
    if (made)
        return key;
    value_dec(key);
    return hash_error(EXC(ValueError));
}

value scrypt_key(value module, const value *args)
{
    struct buffer password, salt;
    if (!hashlib_bytes(args[0], &password, "password"))
        return NULL;
    value key = NULL;
    if (!is_given(args[1])) {
        raise(EXC(TypeError), "salt is required");
    } else if (hashlib_bytes(args[1], &salt, "salt")) {
        key = scrypt_with(&password, &salt, args);
        buffer_release(&salt);
    }
    buffer_release(&password);
    return key;
}
