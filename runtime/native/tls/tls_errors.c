/* The exceptions of _ssl, and how OpenSSL's errors become them. */
#include "tls.h"

#include <errno.h>
#include <stdlib.h>

static struct type *error_type;
static value_slot classes[CLASS_COUNT]; /* those with a name below */
static const struct {
    const char *name, *doc;
} class_names[CLASS_COUNT] = {
    [CLASS_ZeroReturn] = {"ssl.SSLZeroReturnError", "SSL/TLS session closed cleanly."},
    [CLASS_WantRead] = {"ssl.SSLWantReadError", "Non-blocking SSL socket needs to read more data\n"
                                                "before the requested operation can be completed."},
    [CLASS_WantWrite] = {"ssl.SSLWantWriteError", "Non-blocking SSL socket needs to write more data\n"
                                                  "before the requested operation can be completed."},
    [CLASS_Syscall] = {"ssl.SSLSyscallError", "System error when attempting SSL operation."},
    [CLASS_EOF] = {"ssl.SSLEOFError", "SSL/TLS connection terminated abruptly."},
    [CLASS_CertVerification] = {"ssl.SSLCertVerificationError", "A certificate could not be verified."},
};

struct type *tls_class(enum tls_class which)
{
    return which == CLASS_Error ? error_type : (struct type *)slot_peek(&classes[which]);
}

/* ---- from OpenSSL ---- */
void tls_note(struct tls_failure *failure, SSL *ssl, int result)
{
    failure->system = errno;
    failure->result = result;
    failure->ssl = SSL_get_error(ssl, result);
    failure->code = ERR_peek_last_error();
    failure->verify = SSL_get_verify_result(ssl);
    ERR_clear_error();
}

static int compare_reasons(const void *a, const void *b)
{
    const struct tls_reason *left = a, *right = b;
    return left->library != right->library ? left->library - right->library : left->number - right->number;
}
/* NULL: unknown. */
static const char *find_name(const struct tls_reason *table, size_t count, int library, int number)
{
    struct tls_reason key = {(uint16_t)library, (uint16_t)number, NULL};
    const struct tls_reason *found =
        number == key.number ? bsearch(&key, table, count, sizeof *table, compare_reasons) : NULL;
    return found ? found->name : NULL;
}

/* What is wrong with the peer's certificate: a str, or None. */
static value verify_message(struct tls_socket *s, long verify)
{
    value hostname = slot_load(&s->header, &s->hostname);
    value shown = hostname ? hostname : VALUE_NONE;
    const char *text = X509_verify_cert_error_string(verify);
    value message = verify == X509_V_ERR_HOSTNAME_MISMATCH
                        ? str_format("Hostname mismatch, certificate is not valid for '%S'.", shown)
                    : verify == X509_V_ERR_IP_ADDRESS_MISMATCH
                        ? str_format("IP address mismatch, certificate is not valid for '%S'.", shown)
                    : text ? str_from_text(text)
                           : VALUE_NONE;
    value_dec(hostname);
    return message;
}

static value compose(const char *library, const char *reason, const char *text, value verify, int line)
{
    if (library && reason && verify)
        return str_format("[%s: %s] %s: %S (_ssl.c:%d)", library, reason, text, verify, line);
    if (library && reason)
        return str_format("[%s: %s] %s (_ssl.c:%d)", library, reason, text, line);
    if (library)
        return str_format("[%s] %s (_ssl.c:%d)", library, text, line);
    return str_format("%s (_ssl.c:%d)", text, line);
}

static bool set_text(value exception, value name, const char *text)
{
    value v = text ? str_from_text(text) : VALUE_NONE;
    bool done = v && attr_set(exception, name, v);
    value_dec(v);
    return done;
}

/* Raise the class with (number, message), and its attributes. `verify`, for a certificate that was refused. */
static value raise_class(enum tls_class which, int number, const char *text, unsigned long code,
                         struct tls_socket *s /* or NULL */, long verify, int line)
{
    const char *library = NULL, *reason = NULL;
    if (code) {
        library = find_name(tls_libraries, tls_library_count, ERR_GET_LIB(code), 0);
        reason = find_name(tls_reasons, tls_reason_count, ERR_GET_LIB(code), ERR_GET_REASON(code));
        if (!text)
            text = ERR_reason_error_string(code);
    }
    bool refused = s && which == CLASS_CertVerification;
    value why = refused ? verify_message(s, verify) : NULL;
    value message = refused && !why ? NULL : compose(library, reason, text ? text : "unknown error", why, line);
    value exception = message ? call_2(value_of(tls_class(which)), small_int(number), message) : NULL;
    if (exception && set_text(exception, NAME(reason), reason) && set_text(exception, NAME(library), library) &&
        (!refused ||
         (attr_set(exception, NAME(verify_code), small_int(verify)) && attr_set(exception, NAME(verify_message), why))))
        raise_exception(exception);
    value_dec(exception);
    value_dec(message);
    value_dec(why);
    return NULL;
}

static bool is_code(unsigned long code, int library, int reason)
{
    return ERR_GET_LIB(code) == library && ERR_GET_REASON(code) == reason;
}
#define END_OF_FILE "EOF occurred in violation of protocol"

value tls_raise_failure(struct tls_socket *s, const struct tls_failure *f, int line)
{
    enum tls_class which = CLASS_Error;
    int number = f->ssl;
    const char *text = NULL;
    switch (f->ssl) {
    case SSL_ERROR_ZERO_RETURN:
        which = CLASS_ZeroReturn;
        text = "TLS/SSL connection has been closed (EOF)";
        break;
    case SSL_ERROR_WANT_READ:
        which = CLASS_WantRead;
        text = "The operation did not complete (read)";
        break;
    case SSL_ERROR_WANT_WRITE:
        which = CLASS_WantWrite;
        text = "The operation did not complete (write)";
        break;
    case SSL_ERROR_WANT_X509_LOOKUP:
        text = "The operation did not complete (X509 lookup)";
        break;
    case SSL_ERROR_WANT_CONNECT:
        text = "The operation did not complete (connect)";
        break;
    case SSL_ERROR_SYSCALL:
        if (f->code) {
            if (is_code(f->code, ERR_LIB_SSL, SSL_R_CERTIFICATE_VERIFY_FAILED))
                which = CLASS_CertVerification;
        } else if (f->result < 0 && slot_peek(&s->socket) && f->system) {
            return raise_errno(f->system, NULL, NULL);
        } else if (f->result < 0 && !slot_peek(&s->socket)) {
            which = CLASS_Syscall;
            text = "Some I/O error occurred";
        } else {
            which = CLASS_EOF;
            number = NUMBER_EOF;
            text = END_OF_FILE;
        }
        break;
    case SSL_ERROR_SSL:
        if (!f->code) {
            text = "A failure in the SSL library occurred";
        } else if (is_code(f->code, ERR_LIB_SSL, SSL_R_CERTIFICATE_VERIFY_FAILED)) {
            which = CLASS_CertVerification;
        } else if (is_code(f->code, ERR_LIB_SSL, SSL_R_UNEXPECTED_EOF_WHILE_READING)) {
            which = CLASS_EOF;
            number = NUMBER_EOF;
            text = END_OF_FILE;
        }
        break;
    default:
        number = NUMBER_INVALID_ERROR_CODE;
        text = "Invalid error code";
    }
    return raise_class(which, number, text, f->code, s, f->verify, line);
}

value tls_raise_code(unsigned long code, int line)
{
    return raise_class(CLASS_Error, ERR_GET_REASON(code), NULL, code, NULL, 0, line);
}
value tls_raise(const char *text, int line)
{
    unsigned long code = text ? 0 : ERR_peek_last_error();
    ERR_clear_error();
    return text ? raise_class(CLASS_Error, 0, text, 0, NULL, 0, line) : tls_raise_code(code, line);
}
value tls_raise_system_or(int error, unsigned long code, int line)
{
    return error ? raise_errno(error, NULL, NULL) : tls_raise_code(code, line);
}

/* ---- the module's part ---- */
/* SSLError's text is what it was made with, not "[Errno 1] ...". */
static value error_str(value v)
{
    value text = attr_get(v, NAME(strerror));
    if (!text || is_str(text))
        return text;
    value_dec(text);
    value args = attr_get(v, NAME(args)), shown = args ? value_str(args) : NULL;
    value_dec(args);
    return shown;
}
static const struct type_spec error_spec = {
    .name = "ssl.SSLError",
    .doc = "An error occurred in the SSL implementation.",
    .flags = TYPE_FLAG_BASE,
    .gc_flags = TYPE_GC_CONTAINER,
    .slots = {.str = error_str},
};

static bool define_classes(value module)
{
    if (!error_type && !(error_type = type_define_with_base(&error_spec, EXC(OSError))))
        return false;
    if (!module_add_type(module, error_type))
        return false;
    for (enum tls_class which = CLASS_ZeroReturn; which < CLASS_COUNT; which++) {
        struct type *second = which == CLASS_CertVerification ? EXC(ValueError) : NULL;
        if (!module_define_exception(module, &classes[which], class_names[which].name, error_type, second))
            return false;
        value doc = str_from_text(class_names[which].doc);
        bool done = doc && type_attribute_set(tls_class(which), NAME(__doc__), doc);
        value_dec(doc);
        if (!done)
            return false;
    }
    return true;
}

static bool add_tables(value libraries, value codes, value names)
{
    bool done = true;
    for (const struct tls_reason *at = tls_libraries; done && at->name; at++) {
        value name = str_from_text(at->name);
        done = name && dict_set(libraries, small_int(at->library), name);
        value_dec(name);
    }
    for (const struct tls_reason *at = tls_reasons; done && at->name; at++) {
        value name = str_from_text(at->name), code = tuple_pack(2, small_int(at->library), small_int(at->number));
        done = name && code && dict_set(codes, code, name) && dict_set(names, name, code);
        value_dec(code);
        value_dec(name);
    }
    return done;
}

bool tls_errors_fill(value module)
{
    value libraries = dict_new(), codes = dict_new_sized(tls_reason_count), names = dict_new_sized(tls_reason_count);
    bool done = libraries && codes && names && add_tables(libraries, codes, names) &&
                module_add(module, "lib_codes_to_names", libraries) &&
                module_add(module, "err_codes_to_names", codes) && module_add(module, "err_names_to_codes", names);
    value_dec(libraries);
    value_dec(codes);
    value_dec(names);
    return done && define_classes(module);
}

void tls_errors_finish(void)
{
    for (enum tls_class which = 0; which < CLASS_COUNT; which++)
        slot_drop(&classes[which]);
}
