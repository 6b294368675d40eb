/* Certificates: as dicts, as bytes or text, and as objects of their own. */
#include "tls.h"

struct type *certificate_type;
struct certificate {
    struct object header;
    X509 *handle; /* constant */
};
#define HANDLE(v) (((struct certificate *)(v))->handle)

/* The text that something prints into a BIO. */
static value printed(bool (*print)(BIO *bio, const void *what), const void *what)
{
    BIO *bio = BIO_new(BIO_s_mem());
    if (!bio)
        return raise_no_memory();
    char *data;
    value text = NULL;
    if (print(bio, what)) {
        long length = BIO_get_mem_data(bio, &data);
        text = str_from_utf8(data, length > 0 ? (size_t)length : 0);
    } else {
        tls_raise(NULL, 0);
    }
    BIO_free(bio);
    return text;
}
static bool print_integer(BIO *bio, const void *number)
{
    return i2a_ASN1_INTEGER(bio, number) >= 0;
}
static bool print_time(BIO *bio, const void *time)
{
    return ASN1_TIME_print(bio, time);
}
static bool print_name(BIO *bio, const void *name)
{
    return X509_NAME_print_ex(bio, name, 0, XN_FLAG_RFC2253) >= 0;
}
static bool print_pem(BIO *bio, const void *certificate)
{
    return PEM_write_bio_X509(bio, (X509 *)certificate);
}

/* Takes the value over, which may be NULL. None is left out where `optional`. */
static bool put(value dict, const char *key, value v, bool optional)
{
    bool done = v && ((optional && v == VALUE_NONE) || dict_set_text(dict, key, v));
    value_dec(v);
    return done;
}
value certificate_dict(X509 *x)
{
    value dict = dict_new();
    if (!dict)
        return NULL;
    if (put(dict, "subject", name_tuple(X509_get_subject_name(x)), false) &&
        put(dict, "issuer", name_tuple(X509_get_issuer_name(x)), false) &&
        put(dict, "version", small_int(X509_get_version(x) + 1), false) &&
        put(dict, "serialNumber", printed(print_integer, X509_get0_serialNumber(x)), false) &&
        put(dict, "notBefore", printed(print_time, X509_get0_notBefore(x)), false) &&
        put(dict, "notAfter", printed(print_time, X509_get0_notAfter(x)), false) &&
        put(dict, "subjectAltName", alternative_names(x), true) &&
        put(dict, "OCSP", access_locations(x, NID_ad_OCSP), true) &&
        put(dict, "caIssuers", access_locations(x, NID_ad_ca_issuers), true) &&
        put(dict, "crlDistributionPoints", revocation_locations(x), true))
        return dict;
    value_dec(dict);
    return NULL;
}

value certificate_der(X509 *x)
{
    unsigned char *data = NULL;
    int length = i2d_X509(x, &data);
    if (length < 0)
        return tls_raise(NULL, 0);
    value bytes = bytes_new(data, (size_t)length);
    OPENSSL_free(data);
    return bytes;
}

/* ---- objects ---- */
value certificate_new(X509 *x)
{
    struct certificate *c = (struct certificate *)object_new(certificate_type, sizeof *c);
    if (c && X509_up_ref(x))
        c->handle = x;
    return value_of(c);
}
value certificate_list(const STACK_OF(X509) * certificates)
{
    if (!certificates)
        return VALUE_NONE;
    value list = list_new((size_t)sk_X509_num(certificates));
    for (int i = 0; list && i < sk_X509_num(certificates); i++) {
        value one = certificate_new(sk_X509_value(certificates, i));
        if (!one || !list_append_owned(list, one)) {
            value_dec(list);
            return NULL;
        }
    }
    return list;
}
static void certificate_destroy(struct object *o)
{
    X509_free(((struct certificate *)o)->handle);
}

enum { ENCODING_PEM = X509_FILETYPE_PEM, ENCODING_DER = X509_FILETYPE_ASN1 };
static value certificate_public_bytes(value v, value given)
{
    int format = ENCODING_PEM;
    if (!is_missing(given) && !value_as_int(given, &format))
        return NULL;
    if (format == ENCODING_PEM)
        return printed(print_pem, HANDLE(v));
    if (format == ENCODING_DER)
        return certificate_der(HANDLE(v));
    return raise(EXC(ValueError), "Unsupported format");
}
static value certificate_get_info(value v)
{
    return certificate_dict(HANDLE(v));
}
static value certificate_repr(value v)
{
    value subject = printed(print_name, X509_get_subject_name(HANDLE(v)));
    value text = subject ? str_format("<%s '%U'>", type_name(value_type(v)), subject) : NULL;
    value_dec(subject);
    return text;
}
static bool certificate_hash(value v, int64_t *out)
{
    *out = (int64_t)X509_subject_name_hash(HANDLE(v));
    return true;
}
static value certificate_compare(value a, value b, int op)
{
    if (value_type(b) != certificate_type || (op != COMPARE_EQ && op != COMPARE_NE))
        return VALUE_NOT_IMPLEMENTED;
    return value_bool((X509_cmp(HANDLE(a), HANDLE(b)) == 0) == (op == COMPARE_EQ));
}

static const struct method_def methods[] = {
    METHOD("public_bytes", certificate_public_bytes, "($self, /, format=Encoding.PEM)", NULL),
    METHOD("get_info", certificate_get_info, "($self, /)", NULL),
    {0},
};
const struct type_spec certificate_spec = {
    .name = "_ssl.Certificate",
    .size = sizeof(struct certificate),
    .flags = TYPE_FLAG_NO_NEW,
    .destroy = certificate_destroy,
    .slots = {.repr = certificate_repr, .hash = certificate_hash, .compare = certificate_compare},
    .methods = methods,
};
