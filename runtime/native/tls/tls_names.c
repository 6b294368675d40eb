/* Names in certificates: of subjects and issuers, alternative ones, and where more can be found. */
#include "tls.h"

static value text_of_string(const ASN1_STRING *string)
{
    return str_from_utf8((const char *)ASN1_STRING_get0_data(string), (size_t)ASN1_STRING_length(string));
}
static value pair(const char *name, value v /* stolen, or NULL */)
{
    value items[] = {str_from_text(name), v};
    return tuple_from_results(items, 2);
}

/* ---- subjects and issuers: a tuple of tuples of (name, value) ---- */
static value attribute_pair(const X509_NAME_ENTRY *entry)
{
    char name[256];
    const ASN1_OBJECT *object = X509_NAME_ENTRY_get_object(entry);
    const ASN1_STRING *data = X509_NAME_ENTRY_get_data(entry);
    int length = OBJ_obj2txt(name, sizeof name, object, 0);
    if (length < 0)
        return tls_raise(NULL, 0);
    value content;
    if (ASN1_STRING_type(data) == V_ASN1_BIT_STRING) {
        content = bytes_new(ASN1_STRING_get0_data(data), (size_t)ASN1_STRING_length(data));
    } else {
        unsigned char *utf8;
        int bytes = ASN1_STRING_to_UTF8(&utf8, data);
        if (bytes < 0)
            return tls_raise(NULL, 0);
        content = str_from_utf8((const char *)utf8, (size_t)bytes);
        OPENSSL_free(utf8);
    }
    return pair(name, content);
}

value name_tuple(const X509_NAME *name)
{
    value names = list_new(0), part = names ? list_new(0) : NULL;
    bool done = part != NULL;
    int count = X509_NAME_entry_count(name), set = -1;
    for (int i = 0; done && i < count; i++) {
        X509_NAME_ENTRY *entry = X509_NAME_get_entry(name, i);
        if (set >= 0 && X509_NAME_ENTRY_set(entry) != set) {
            value finished = list_to_tuple(part);
            list_clear(part);
            done = finished && list_append_owned(names, finished);
        }
        set = X509_NAME_ENTRY_set(entry);
        value one = done ? attribute_pair(entry) : NULL;
        done = one && list_append_owned(part, one);
    }
    if (done && list_length(part)) {
        value finished = list_to_tuple(part);
        done = finished && list_append_owned(names, finished);
    }
    value tuple = done ? list_to_tuple(names) : NULL;
    value_dec(part);
    value_dec(names);
    return tuple;
}

/* ---- alternative names ---- */
static value address_text(const ASN1_OCTET_STRING *address)
{
    const unsigned char *b = ASN1_STRING_get0_data(address);
    if (ASN1_STRING_length(address) == 4)
        return str_format("%d.%d.%d.%d", b[0], b[1], b[2], b[3]);
    if (ASN1_STRING_length(address) != 16)
        return str_from_text("<invalid>");
    char text[48];
    size_t length = 0;
    for (int i = 0; i < 16; i += 2)
        length += (size_t)snprintf(text + length, sizeof text - length, i ? ":%X" : "%X", b[i] << 8 | b[i + 1]);
    return str_from_text(text);
}
static value registered_id(const ASN1_OBJECT *id)
{
    char text[2048];
    int length = i2t_ASN1_OBJECT(text, sizeof text - 1, id);
    if (length < 0)
        return tls_raise(NULL, 0);
    return str_from_text((size_t)length >= sizeof text ? "<INVALID>" : text);
}
/* What OpenSSL prints: "othername:<unsupported>". */
static value printed_name(GENERAL_NAME *name)
{
    BIO *bio = BIO_new(BIO_s_mem());
    if (!bio)
        return raise_no_memory();
    GENERAL_NAME_print(bio, name);
    char text[2048];
    int length = BIO_gets(bio, text, sizeof text);
    BIO_free(bio);
    if (length < 0)
        return tls_raise(NULL, 0);
    char *colon = strchr(text, ':');
    if (!colon)
        return raise(EXC(ValueError), "Invalid value %s", text);
    *colon = 0;
    return pair(text, str_from_utf8(colon + 1, strlen(colon + 1)));
}
static value general_name(GENERAL_NAME *name)
{
    switch (name->type) {
    case GEN_DIRNAME:
        return pair("DirName", name_tuple(name->d.dirn));
    case GEN_EMAIL:
        return pair("email", text_of_string(name->d.rfc822Name));
    case GEN_DNS:
        return pair("DNS", text_of_string(name->d.dNSName));
    case GEN_URI:
        return pair("URI", text_of_string(name->d.uniformResourceIdentifier));
    case GEN_RID:
        return pair("Registered ID", registered_id(name->d.rid));
    case GEN_IPADD:
        return pair("IP Address", address_text(name->d.ip));
    default:
        return printed_name(name);
    }
}

value alternative_names(X509 *certificate)
{
    GENERAL_NAMES *names = X509_get_ext_d2i(certificate, NID_subject_alt_name, NULL, NULL);
    if (!names) {
        ERR_clear_error();
        return VALUE_NONE;
    }
    value list = list_new(0);
    bool done = list != NULL;
    for (int i = 0; done && i < sk_GENERAL_NAME_num(names); i++) {
        value one = general_name(sk_GENERAL_NAME_value(names, i));
        done = one && list_append_owned(list, one);
    }
    GENERAL_NAMES_free(names);
    value tuple = done ? list_to_tuple(list) : NULL;
    value_dec(list);
    return tuple;
}

/* ---- places on the net ---- */
static bool append_place(value list, const GENERAL_NAME *name)
{
    if (name->type != GEN_URI)
        return true;
    value text = text_of_string(name->d.uniformResourceIdentifier);
    return text && list_append_owned(list, text);
}
/* The list (NULL: it failed) as a tuple; None when there is nothing in it. Takes it over. */
static value places(value list, bool done)
{
    value tuple = !done ? NULL : list_length(list) ? list_to_tuple(list) : VALUE_NONE;
    value_dec(list);
    return tuple;
}

value access_locations(X509 *certificate, int method)
{
    AUTHORITY_INFO_ACCESS *info = X509_get_ext_d2i(certificate, NID_info_access, NULL, NULL);
    if (!info) {
        ERR_clear_error();
        return VALUE_NONE;
    }
    value list = list_new(0);
    bool done = list != NULL;
    for (int i = 0; done && i < sk_ACCESS_DESCRIPTION_num(info); i++) {
        const ACCESS_DESCRIPTION *one = sk_ACCESS_DESCRIPTION_value(info, i);
        done = OBJ_obj2nid(one->method) != method || append_place(list, one->location);
    }
    AUTHORITY_INFO_ACCESS_free(info);
    return places(list, done);
}

value revocation_locations(X509 *certificate)
{
    CRL_DIST_POINTS *points = X509_get_ext_d2i(certificate, NID_crl_distribution_points, NULL, NULL);
    if (!points) {
        ERR_clear_error();
        return VALUE_NONE;
    }
    value list = list_new(0);
    bool done = list != NULL;
    for (int i = 0; done && i < sk_DIST_POINT_num(points); i++) {
        const DIST_POINT_NAME *name = sk_DIST_POINT_value(points, i)->distpoint;
        if (!name || name->type != 0) /* 0: full names */
            continue;
        for (int j = 0; done && j < sk_GENERAL_NAME_num(name->name.fullname); j++)
            done = append_place(list, sk_GENERAL_NAME_value(name->name.fullname, j));
    }
    CRL_DIST_POINTS_free(points);
    return places(list, done);
}
