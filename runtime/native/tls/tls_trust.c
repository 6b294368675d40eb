/* Whom a context trusts, and who it says it is: certificates, keys, parameters, from files and memory. */
#define OPENSSL_SUPPRESS_DEPRECATED /* PEM_read_DHparams: its successor says less about what is wrong with a file */
#include "tls.h"

#include <errno.h>
#include <limits.h>
#include <openssl/pem.h>
#include <stdlib.h>

/* A path that may be None (then path->bytes is NULL); false with TypeError in the words for this argument. */
static bool path_of(value v, struct text *path, const char *argument)
{
    *path = (struct text){0};
    if (v == VALUE_NONE)
        return true;
    value given = value_fspath(v);
    bool done = given && text_of_path(given, path);
    value_dec(given);
    if (!done && error_matches(EXC(TypeError))) {
        error_clear();
        raise(EXC(TypeError), "%s should be a valid filesystem path", argument);
    }
    return done;
}
/* What OpenSSL left behind; the errors' queue is empty then. */
struct outcome {
    bool done;
    int system;
    unsigned long code;
};
static struct outcome outcome_of(bool done)
{
    struct outcome o = {done, errno, ERR_peek_last_error()};
    ERR_clear_error();
    return o;
}

/* ---- passwords of keys ---- */
struct password {
    value callable; /* or NULL */
    char *text;     /* malloc'd, or NULL */
    size_t length;
    bool failed;     /* with an exception, */
    value exception; /* this one */
};
static bool password_set(struct password *p, value v, const char *refused)
{
    struct text text = {0};
    struct buffer buffer;
    free(p->text);
    p->text = NULL;
    if (is_str(v) && text_of(v, &text)) {
        p->length = text.length;
        p->text = raw_alloc(text.length + 1);
        if (p->text)
            memcpy(p->text, text.bytes, text.length);
        text_release(&text);
    } else if ((is_bytes(v) || is_bytearray(v)) && buffer_get(v, &buffer, BUFFER_SIMPLE)) {
        p->length = (size_t)buffer.length;
        p->text = raw_alloc(p->length + 1);
        if (p->text)
            memcpy(p->text, buffer.data, p->length);
        buffer_release(&buffer);
    } else {
        return error_occurred() ? false : raise_false(EXC(TypeError), "%s", refused);
    }
    return p->text || raise_no_memory();
}
static int give_password(struct password *p, char *room, int size)
{
    if (p->callable) {
        value given = call_0(p->callable);
        bool done = given && password_set(p, given, "password callback must return a string");
        value_dec(given);
        if (!done)
            return -1;
    }
    if (p->length > (size_t)size)
        return raise_int(EXC(ValueError), "password cannot be longer than %d bytes", size);
    memcpy(room, p->text, p->length);
    return (int)p->length;
}
/* OpenSSL asks, in a blocking region. */
static int ask_password(char *room, int size, int writing, void *context)
{
    struct password *p = context;
    struct native_entry entry;
    if (p->failed || !native_enter(&entry))
        return -1;
    int length = give_password(p, room, size);
    if (length < 0) {
        p->failed = true;
        p->exception = error_fetch();
    }
    native_leave(&entry);
    return length;
}

/* ---- certificates and keys of this side ---- */
static bool load_chain(value v, const char *certificates, const char *key, struct password *password)
{
    enum { CERTIFICATES_LINE = 3877, KEY_LINE = 3898, MATCH_LINE = 3906 };
    int line = CERTIFICATES_LINE;
    SSL_CTX *handle = context_enter(v);
    pem_password_cb *callback = SSL_CTX_get_default_passwd_cb(handle);
    void *userdata = SSL_CTX_get_default_passwd_cb_userdata(handle);
    if (password) {
        SSL_CTX_set_default_passwd_cb(handle, ask_password);
        SSL_CTX_set_default_passwd_cb_userdata(handle, password);
    }
    thread_enter_blocking();
    errno = 0;
    ERR_clear_error();
    bool done = SSL_CTX_use_certificate_chain_file(handle, certificates) == 1;
    if (done) {
        line = KEY_LINE;
        errno = 0;
        done = SSL_CTX_use_PrivateKey_file(handle, key, SSL_FILETYPE_PEM) == 1;
    }
    struct outcome o = outcome_of(done);
    if (done) {
        line = MATCH_LINE;
        o = outcome_of(SSL_CTX_check_private_key(handle) == 1);
        o.system = 0;
    }
    thread_leave_blocking();
    SSL_CTX_set_default_passwd_cb(handle, callback);
    SSL_CTX_set_default_passwd_cb_userdata(handle, userdata);
    context_leave(v);
    if (o.done)
        return true;
    if (password && password->failed)
        error_restore(password->exception);
    else
        tls_raise_system_or(o.system, o.code, line);
    return false;
}
value context_load_cert_chain(value v, value certfile, value keyfile, value given)
{
    struct text certificates, key = {0};
    struct password password = {0};
    bool done = false;
    if (certfile == VALUE_NONE)
        return raise(EXC(TypeError), "certfile should be a valid filesystem path");
    if (!path_of(certfile, &certificates, "certfile"))
        return NULL;
    if (path_of(keyfile, &key, "keyfile")) {
        if (is_given(given) && value_is_callable(given))
            password.callable = given;
        if (!is_given(given) || password.callable ||
            password_set(&password, given, "password should be a string or callable"))
            done = load_chain(v, certificates.bytes, key.bytes ? key.bytes : certificates.bytes,
                              is_given(given) ? &password : NULL);
        text_release(&key);
    }
    text_release(&certificates);
    free(password.text);
    return done ? VALUE_NONE : NULL;
}

/* ---- certificates of authorities ---- */
/* Add the certificates in memory to the context's. */
static bool add_certificates(value v, const void *data, size_t length, bool pem)
{
    if (length == 0)
        return raise_false(EXC(ValueError), "Empty certificate data");
    if (length > INT_MAX)
        return raise_false(EXC(OverflowError), "Certificate data is too long.");
    BIO *bio = BIO_new_mem_buf(data, (int)length);
    if (!bio)
        return raise_no_memory();
    X509_STORE *store = SSL_CTX_get_cert_store(CONTEXT(v)->handle); /* has a lock of its own */
    size_t loaded = 0;
    ERR_clear_error();
    thread_enter_blocking();
    for (bool done = true; done; loaded += done) {
        X509 *certificate = pem ? PEM_read_bio_X509(bio, NULL, NULL, NULL) : d2i_X509_bio(bio, NULL);
        done = certificate && X509_STORE_add_cert(store, certificate);
        X509_free(certificate);
    }
    unsigned long code = ERR_peek_last_error();
    ERR_clear_error();
    thread_leave_blocking();
    BIO_free(bio);
    if (!loaded) {
        tls_raise(pem ? "no start line: cadata does not contain a certificate"
                      : "not enough data: cadata does not contain a certificate",
                  3992);
        return false;
    }
    /* The end of the data is an error to OpenSSL. */
    if (pem ? ERR_GET_LIB(code) == ERR_LIB_PEM && ERR_GET_REASON(code) == PEM_R_NO_START_LINE
            : ERR_GET_LIB(code) == ERR_LIB_ASN1 && ERR_GET_REASON(code) == ASN1_R_HEADER_TOO_LONG)
        return true;
    if (code)
        tls_raise_code(code, 4007);
    return !code;
}
static bool load_data(value v, value data)
{
    bool done = false;
    if (is_str(data) && str_is_ascii(data)) {
        struct text text;
        if (!text_of(data, &text))
            return false;
        done = add_certificates(v, text.bytes, text.length, true);
        text_release(&text);
        return done;
    }
    struct buffer buffer;
    if (!is_str(data) && value_has_buffer(data)) {
        if (!buffer_get(data, &buffer, BUFFER_SIMPLE))
            return false;
        done = add_certificates(v, buffer.data, (size_t)buffer.length, false);
        buffer_release(&buffer);
        return done;
    }
    return raise_false(EXC(TypeError), "cadata should be an ASCII string or a bytes-like object");
}
static bool load_files(value v, const char *file, const char *folder)
{
    SSL_CTX *handle = context_enter(v);
    thread_enter_blocking();
    errno = 0;
    ERR_clear_error();
    struct outcome o = outcome_of(SSL_CTX_load_verify_locations(handle, file, folder) == 1);
    thread_leave_blocking();
    context_leave(v);
    if (!o.done)
        tls_raise_system_or(o.system, o.code, 4126);
    return o.done;
}
value context_load_verify_locations(value v, value cafile, value capath, value cadata)
{
    struct text file, folder;
    if (cafile == VALUE_NONE && capath == VALUE_NONE && cadata == VALUE_NONE)
        return raise(EXC(TypeError), "cafile, capath and cadata cannot be all omitted");
    if (!path_of(cafile, &file, "cafile"))
        return NULL;
    bool done = path_of(capath, &folder, "capath");
    if (done) {
        done = (cadata == VALUE_NONE || load_data(v, cadata)) &&
               ((!file.bytes && !folder.bytes) || load_files(v, file.bytes, folder.bytes));
        text_release(&folder);
    }
    text_release(&file);
    return done ? VALUE_NONE : NULL;
}
value context_set_default_verify_paths(value v)
{
    SSL_CTX *handle = context_enter(v);
    thread_enter_blocking();
    ERR_clear_error();
    struct outcome o = outcome_of(SSL_CTX_set_default_verify_paths(handle));
    thread_leave_blocking();
    context_leave(v);
    return o.done ? VALUE_NONE : tls_raise_code(o.code, 4331);
}

/* ---- what was loaded ---- */
value context_cert_store_stats(value v)
{
    X509_STORE *store = SSL_CTX_get_cert_store(CONTEXT(v)->handle);
    int64_t certificates = 0, authorities = 0, revocations = 0;
    thread_enter_blocking();
    X509_STORE_lock(store);
    STACK_OF(X509_OBJECT) *objects = X509_STORE_get0_objects(store);
    for (int i = 0; i < sk_X509_OBJECT_num(objects); i++) {
        X509_OBJECT *object = sk_X509_OBJECT_value(objects, i);
        X509_LOOKUP_TYPE type = X509_OBJECT_get_type(object);
        certificates += type == X509_LU_X509;
        authorities += type == X509_LU_X509 && X509_check_ca(X509_OBJECT_get0_X509(object));
        revocations += type == X509_LU_CRL;
    }
    X509_STORE_unlock(store);
    thread_leave_blocking();
    value dict = dict_new();
    if (dict && dict_set_text(dict, "x509", small_int(certificates)) &&
        dict_set_text(dict, "crl", small_int(revocations)) && dict_set_text(dict, "x509_ca", small_int(authorities)))
        return dict;
    value_dec(dict);
    return NULL;
}

/* The authorities' certificates, counted: a stack to be freed; NULL: no memory. */
static STACK_OF(X509) * authorities_of(X509_STORE *store)
{
    STACK_OF(X509) *found = sk_X509_new_null();
    if (!found)
        return NULL;
    X509_STORE_lock(store);
    STACK_OF(X509_OBJECT) *objects = X509_STORE_get0_objects(store);
    for (int i = 0; i < sk_X509_OBJECT_num(objects); i++) {
        X509 *certificate = X509_OBJECT_get0_X509(sk_X509_OBJECT_value(objects, i));
        if (certificate && X509_check_ca(certificate))
            X509_add_cert(found, certificate, X509_ADD_FLAG_UP_REF);
    }
    X509_STORE_unlock(store);
    return found;
}
value context_get_ca_certs(value v, value binary)
{
    int der = value_truth(binary);
    if (der < 0)
        return NULL;
    thread_enter_blocking();
    STACK_OF(X509) *certificates = authorities_of(SSL_CTX_get_cert_store(CONTEXT(v)->handle));
    thread_leave_blocking();
    if (!certificates)
        return raise_no_memory();
    value list = list_new(0);
    bool done = list != NULL;
    for (int i = 0; done && i < sk_X509_num(certificates); i++) {
        X509 *certificate = sk_X509_value(certificates, i);
        value one = der ? certificate_der(certificate) : certificate_dict(certificate);
        done = one && list_append_owned(list, one);
    }
    sk_X509_pop_free(certificates, X509_free);
    if (done)
        return list;
    value_dec(list);
    return NULL;
}

/* ---- parameters for making keys ---- */
value context_load_dh_params(value v, value path)
{
    struct text text;
    value given = audit("open", "Osi", path, "rb", 0) ? value_fspath(path) : NULL;
    if (!given || !text_of_path(given, &text)) {
        value_dec(given);
        return NULL;
    }
    thread_enter_blocking();
    errno = 0;
    ERR_clear_error();
    FILE *file = fopen(text.bytes, "rbe");
    DH *parameters = NULL;
    if (file) {
        errno = 0;
        parameters = PEM_read_DHparams(file, NULL, NULL, NULL);
    }
    struct outcome o = outcome_of(parameters != NULL);
    if (file)
        fclose(file);
    thread_leave_blocking();
    text_release(&text);
    value_dec(given);
    if (!o.done)
        return o.system ? raise_errno(o.system, path, NULL) : tls_raise_code(o.code, 4174);
    SSL_CTX *handle = context_enter(v);
    o = outcome_of(SSL_CTX_set_tmp_dh(handle, parameters));
    context_leave(v);
    DH_free(parameters);
    return o.done ? VALUE_NONE : tls_raise_code(o.code, 4180);
}
value context_set_ecdh_curve(value v, value name)
{
    struct text text;
    value given = value_fspath(name);
    if (!given || !text_of_path(given, &text)) {
        value_dec(given);
        return NULL;
    }
    int curve = OBJ_sn2nid(text.bytes);
    text_release(&text);
    value_dec(given);
    if (!curve)
        return raise(EXC(ValueError), "unknown elliptic curve name %R", name);
    SSL_CTX *handle = context_enter(v);
    ERR_clear_error();
    struct outcome o = outcome_of(SSL_CTX_set1_groups(handle, &curve, 1));
    context_leave(v);
    return o.done ? VALUE_NONE : tls_raise_code(o.code, 4357);
}
