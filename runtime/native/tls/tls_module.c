/* The _ssl module: TLS over sockets and over memory, by OpenSSL. */
#include "tls.h"

#include <openssl/rand.h>

/* ---- random bytes ---- */
static value random_bytes_of(value given)
{
    int count;
    if (!value_as_int(given, &count))
        return NULL;
    if (count < 0)
        return raise(EXC(ValueError), "num must be positive");
    value bytes = bytes_new(NULL, (size_t)count);
    if (!bytes)
        return NULL;
    bool resting = thread_rest_begin((size_t)count);
    bool done = RAND_bytes(bytes_data(bytes), count) == 1;
    thread_rest_end(resting);
    if (done)
        return bytes;
    value_dec(bytes);
    unsigned long code = ERR_get_error();
    const char *reason = ERR_reason_error_string(code);
    value args[] = {int_from_u64(code), str_from_text(reason ? reason : "")};
    value pair = tuple_from_results(args, 2);
    value exception = pair ? call_tuple(value_of(tls_class(CLASS_Error)), pair, NULL) : NULL;
    if (exception)
        raise_exception(exception);
    value_dec(exception);
    value_dec(pair);
    return NULL;
}
static value random_bytes(value module, value n)
{
    return random_bytes_of(n);
}
static value random_pseudo_bytes(value module, value n)
{
    if (warn(EXC(DeprecationWarning), 1, "ssl.RAND_pseudo_bytes() is deprecated") < 0)
        return NULL;
    value items[] = {random_bytes_of(n), VALUE_TRUE};
    return tuple_from_results(items, 2);
}
static value random_status(value module)
{
    return value_bool(RAND_status());
}
static value random_add(value module, value given, value given_entropy)
{
    double entropy;
    struct buffer buffer;
    value data = is_str(given) ? str_encode(given, "utf-8", "strict") : value_inc(given);
    if (!data || !value_as_double(given_entropy, &entropy) || !buffer_get(data, &buffer, BUFFER_SIMPLE)) {
        value_dec(data);
        return NULL;
    }
    for (ssize at = 0; at < buffer.length; at += INT32_MAX) {
        int piece = buffer.length - at < INT32_MAX ? (int)(buffer.length - at) : INT32_MAX;
        RAND_add((const uint8_t *)buffer.data + at, piece, entropy);
    }
    buffer_release(&buffer);
    value_dec(data);
    return VALUE_NONE;
}

/* ---- object identifiers ---- */
/* (nid, short name, long name, numbers). */
static value object_tuple(const ASN1_OBJECT *object)
{
    int nid = OBJ_obj2nid(object);
    if (nid == NID_undef)
        return raise(EXC(ValueError), "Unknown object");
    char numbers[256];
    int length = OBJ_obj2txt(numbers, sizeof numbers, object, 1);
    value items[] = {small_int(nid), str_from_text(OBJ_nid2sn(nid)), str_from_text(OBJ_nid2ln(nid)),
                     length > 0 ? str_from_text(numbers) : VALUE_NONE};
    return tuple_from_results(items, 4);
}
static value text_to_object(value module, value given, value by_name)
{
    struct text text;
    int name = value_truth(by_name);
    if (name < 0)
        return NULL;
    if (!is_str(given))
        return raise(EXC(TypeError), "txt2obj() argument 'txt' must be str, not %K", given);
    if (!text_of(given, &text))
        return NULL;
    bool embedded = strlen(text.bytes) != text.length;
    ASN1_OBJECT *object = embedded ? NULL : OBJ_txt2obj(text.bytes, !name);
    ERR_clear_error();
    value tuple = embedded ? raise(EXC(ValueError), "embedded null character")
                  : object ? object_tuple(object)
                           : raise(EXC(ValueError), "unknown object '%.100U'", given);
    ASN1_OBJECT_free(object);
    text_release(&text);
    return tuple;
}
static value nid_to_object(value module, value given)
{
    int nid;
    if (!value_as_int(given, &nid))
        return NULL;
    if (nid < NID_undef)
        return raise(EXC(ValueError), "NID must be positive.");
    ASN1_OBJECT *object = OBJ_nid2obj(nid);
    ERR_clear_error();
    if (!object)
        return raise(EXC(ValueError), "unknown NID %i", nid);
    value tuple = object_tuple(object);
    ASN1_OBJECT_free(object);
    return tuple;
}

/* ---- the rest ---- */
static value default_verify_paths(value module)
{
    value items[] = {
        str_decode_locale(X509_get_default_cert_file_env()), str_decode_locale(X509_get_default_cert_file()),
        str_decode_locale(X509_get_default_cert_dir_env()), str_decode_locale(X509_get_default_cert_dir())};
    return tuple_from_results(items, 4);
}
static value test_decode_cert(value module, value given)
{
    struct text path;
    value name = value_fspath(given);
    if (!name || !text_of_path(name, &path)) {
        value_dec(name);
        return NULL;
    }
    thread_enter_blocking();
    BIO *bio = BIO_new_file(path.bytes, "r");
    X509 *certificate = bio ? PEM_read_bio_X509(bio, NULL, NULL, NULL) : NULL;
    ERR_clear_error();
    thread_leave_blocking();
    text_release(&path);
    value_dec(name);
    value dict = certificate
                     ? certificate_dict(certificate)
                     : raise(tls_class(CLASS_Error), bio ? "Error decoding PEM-encoded file" : "Can't open file");
    BIO_free(bio);
    X509_free(certificate);
    return dict;
}

static const struct method_def functions[] = {
    METHOD("_test_decode_cert", test_decode_cert, "(path, /)", NULL),
    METHOD("RAND_add", random_add, "(string, entropy, /)",
           "Mix string into the OpenSSL PRNG state.\n\nentropy (a float) is a lower bound on the entropy contained in\n"
           "string.  See RFC 4086."),
    METHOD("RAND_bytes", random_bytes, "(n, /)", "Generate n cryptographically strong pseudo-random bytes."),
    METHOD("RAND_pseudo_bytes", random_pseudo_bytes, "(n, /)",
           "Generate n pseudo-random bytes.\n\nReturn a pair (bytes, is_cryptographic).  is_cryptographic is True\n"
           "if the bytes generated are cryptographically strong."),
    METHOD("RAND_status", random_status, "()",
           "Returns True if the OpenSSL PRNG has been seeded with enough data and False if not.\n\n"
           "It is necessary to seed the PRNG with RAND_add() on some platforms before\nusing the ssl() function."),
    METHOD("get_default_verify_paths", default_verify_paths, "()",
           "Return search paths and environment vars that are used by SSLContext's set_default_verify_paths() to load "
           "default CAs.\n\nThe values are 'cert_file_env', 'cert_file', 'cert_dir_env', 'cert_dir'."),
    METHOD("txt2obj", text_to_object, "(txt, name=False)",
           "Lookup NID, short name, long name and OID of an ASN1_OBJECT.\n\nBy default objects are looked up by OID. "
           "With name=True short and\nlong name are also matched."),
    METHOD("nid2obj", nid_to_object, "(nid, /)", "Lookup NID, short name, long name and OID of an ASN1_OBJECT by NID."),
    {0},
};

#define ALERT(NAME)                               \
    {                                             \
        "ALERT_DESCRIPTION_" #NAME, SSL_AD_##NAME \
    }
#define OPTION(NAME)               \
    {                              \
        "OP_" #NAME, SSL_OP_##NAME \
    }
#define ERROR(NAME)                          \
    {                                        \
        "SSL_ERROR_" #NAME, SSL_ERROR_##NAME \
    }
static const struct module_constant constants[] = {
    ERROR(ZERO_RETURN),
    ERROR(WANT_READ),
    ERROR(WANT_WRITE),
    ERROR(WANT_X509_LOOKUP),
    ERROR(SYSCALL),
    ERROR(SSL),
    ERROR(WANT_CONNECT),
    {"SSL_ERROR_EOF", NUMBER_EOF},
    {"SSL_ERROR_INVALID_ERROR_CODE", NUMBER_INVALID_ERROR_CODE},
    {"CERT_NONE", CERT_NONE},
    {"CERT_OPTIONAL", CERT_OPTIONAL},
    {"CERT_REQUIRED", CERT_REQUIRED},
    {"VERIFY_DEFAULT", 0},
    {"VERIFY_CRL_CHECK_LEAF", X509_V_FLAG_CRL_CHECK},
    {"VERIFY_CRL_CHECK_CHAIN", X509_V_FLAG_CRL_CHECK | X509_V_FLAG_CRL_CHECK_ALL},
    {"VERIFY_X509_STRICT", X509_V_FLAG_X509_STRICT},
    {"VERIFY_ALLOW_PROXY_CERTS", X509_V_FLAG_ALLOW_PROXY_CERTS},
    {"VERIFY_X509_TRUSTED_FIRST", X509_V_FLAG_TRUSTED_FIRST},
    {"VERIFY_X509_PARTIAL_CHAIN", X509_V_FLAG_PARTIAL_CHAIN},
    ALERT(CLOSE_NOTIFY),
    ALERT(UNEXPECTED_MESSAGE),
    ALERT(BAD_RECORD_MAC),
    ALERT(RECORD_OVERFLOW),
    ALERT(DECOMPRESSION_FAILURE),
    ALERT(HANDSHAKE_FAILURE),
    ALERT(BAD_CERTIFICATE),
    ALERT(UNSUPPORTED_CERTIFICATE),
    ALERT(CERTIFICATE_REVOKED),
    ALERT(CERTIFICATE_EXPIRED),
    ALERT(CERTIFICATE_UNKNOWN),
    ALERT(ILLEGAL_PARAMETER),
    ALERT(UNKNOWN_CA),
    ALERT(ACCESS_DENIED),
    ALERT(DECODE_ERROR),
    ALERT(DECRYPT_ERROR),
    ALERT(PROTOCOL_VERSION),
    ALERT(INSUFFICIENT_SECURITY),
    ALERT(INTERNAL_ERROR),
    ALERT(USER_CANCELLED),
    ALERT(NO_RENEGOTIATION),
    ALERT(UNSUPPORTED_EXTENSION),
    ALERT(CERTIFICATE_UNOBTAINABLE),
    ALERT(UNRECOGNIZED_NAME),
    ALERT(BAD_CERTIFICATE_STATUS_RESPONSE),
    ALERT(BAD_CERTIFICATE_HASH_VALUE),
    ALERT(UNKNOWN_PSK_IDENTITY),
    {"PROTOCOL_SSLv23", PROTOCOL_TLS},
    {"PROTOCOL_TLS", PROTOCOL_TLS},
    {"PROTOCOL_TLS_CLIENT", PROTOCOL_TLS_CLIENT},
    {"PROTOCOL_TLS_SERVER", PROTOCOL_TLS_SERVER},
    {"PROTOCOL_TLSv1", PROTOCOL_TLSv1},
    {"PROTOCOL_TLSv1_1", PROTOCOL_TLSv1_1},
    {"PROTOCOL_TLSv1_2", PROTOCOL_TLSv1_2},
    {"OP_ALL", SSL_OP_ALL & ~SSL_OP_DONT_INSERT_EMPTY_FRAGMENTS},
    OPTION(NO_SSLv2),
    OPTION(NO_SSLv3),
    OPTION(NO_TLSv1),
    OPTION(NO_TLSv1_1),
    OPTION(NO_TLSv1_2),
    OPTION(NO_TLSv1_3),
    OPTION(CIPHER_SERVER_PREFERENCE),
    OPTION(SINGLE_DH_USE),
    OPTION(NO_TICKET),
    OPTION(SINGLE_ECDH_USE),
    OPTION(NO_COMPRESSION),
    OPTION(ENABLE_MIDDLEBOX_COMPAT),
    OPTION(NO_RENEGOTIATION),
    OPTION(IGNORE_UNEXPECTED_EOF),
    {"HOSTFLAG_ALWAYS_CHECK_SUBJECT", X509_CHECK_FLAG_ALWAYS_CHECK_SUBJECT},
    {"HOSTFLAG_NEVER_CHECK_SUBJECT", X509_CHECK_FLAG_NEVER_CHECK_SUBJECT},
    {"HOSTFLAG_NO_WILDCARDS", X509_CHECK_FLAG_NO_WILDCARDS},
    {"HOSTFLAG_NO_PARTIAL_WILDCARDS", X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS},
    {"HOSTFLAG_MULTI_LABEL_WILDCARDS", X509_CHECK_FLAG_MULTI_LABEL_WILDCARDS},
    {"HOSTFLAG_SINGLE_LABEL_SUBDOMAINS", X509_CHECK_FLAG_SINGLE_LABEL_SUBDOMAINS},
    {"ENCODING_PEM", X509_FILETYPE_PEM},
    {"ENCODING_DER", X509_FILETYPE_ASN1},
    {"PROTO_MINIMUM_SUPPORTED", -2},
    {"PROTO_MAXIMUM_SUPPORTED", -1},
    {"PROTO_SSLv3", SSL3_VERSION},
    {"PROTO_TLSv1", TLS1_VERSION},
    {"PROTO_TLSv1_1", TLS1_1_VERSION},
    {"PROTO_TLSv1_2", TLS1_2_VERSION},
    {"PROTO_TLSv1_3", TLS1_3_VERSION},
    {0},
};
static const struct {
    const char *name;
    bool has;
} features[] = {
    {"HAS_SNI", true},     {"HAS_TLS_UNIQUE", true}, {"HAS_ECDH", true},    {"HAS_NPN", false},
    {"HAS_ALPN", true},    {"HAS_SSLv2", false},     {"HAS_SSLv3", false},  {"HAS_TLSv1", true},
    {"HAS_TLSv1_1", true}, {"HAS_TLSv1_2", true},    {"HAS_TLSv1_3", true},
};

static value version_tuple(unsigned long version)
{
    value parts[] = {small_int(version >> 28 & 0xff), small_int(version >> 20 & 0xff), small_int(version >> 12 & 0xff),
                     small_int(version >> 4 & 0xff), small_int(version & 0xf)};
    return tuple_from_owned(parts, 5);
}
static bool fill(value module)
{
    for (size_t i = 0; i < sizeof features / sizeof *features; i++)
        if (!module_add(module, features[i].name, value_bool(features[i].has)))
            return false;
    return tls_errors_fill(module) && bio_methods_make() && tls_sockets_fill() &&
           module_define_type(module, &context_type, &context_spec) &&
           module_define_type(module, &tls_socket_type, &tls_socket_spec) &&
           module_define_type(module, &memory_bio_type, &memory_bio_spec) &&
           module_define_type(module, &session_type, &session_spec) &&
           module_define_type(module, &certificate_type, &certificate_spec) &&
           module_add_constants(module, constants) &&
           module_add_owned(module, "_DEFAULT_CIPHERS", str_from_text(OSSL_default_cipher_list())) &&
           module_add_owned(module, "OPENSSL_VERSION_NUMBER", int_from_u64(OpenSSL_version_num())) &&
           module_add_owned(module, "OPENSSL_VERSION_INFO", version_tuple(OpenSSL_version_num())) &&
           module_add_owned(module, "OPENSSL_VERSION", str_from_text(OpenSSL_version(OPENSSL_VERSION))) &&
           module_add_owned(module, "_OPENSSL_API_VERSION", version_tuple(OPENSSL_VERSION_NUMBER));
}
static void finish(void)
{
    tls_errors_finish();
    tls_sockets_finish();
}

static const struct module_def definition = {
    .name = "_ssl",
    .doc = "Implementation module for SSL socket operations.  See the socket module\nfor documentation.",
    .functions = functions,
    .fill = fill,
    .finish = finish,
};
ATOLL_MODULE(definition);
