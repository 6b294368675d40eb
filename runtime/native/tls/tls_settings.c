/* The attributes of contexts. */
#include "tls.h"

#include <errno.h>

/* An attribute's new value; false with TypeError where it is to be deleted. */
static bool is_set(value v)
{
    return v || raise_false(EXC(TypeError), "function takes at least one argument");
}
static bool set_failed(void)
{
    tls_raise(NULL, 3497);
    return false;
}

/* ---- verification ---- */
bool context_set_verify_mode(struct tls_context *c, int mode)
{
    static const int modes[] = {[CERT_NONE] = SSL_VERIFY_NONE,
                                [CERT_OPTIONAL] = SSL_VERIFY_PEER,
                                [CERT_REQUIRED] = SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT};
    if (mode < 0 || mode > CERT_REQUIRED)
        return raise_false(EXC(ValueError), "invalid value for verify_mode");
    SSL_CTX_set_verify(c->handle, modes[mode], SSL_CTX_get_verify_callback(c->handle));
    return true;
}
static value get_verify_mode(value v)
{
    int mode = SSL_CTX_get_verify_mode(context_enter(v));
    context_leave(v);
    return small_int(!(mode & SSL_VERIFY_PEER)                ? CERT_NONE
                     : mode & SSL_VERIFY_FAIL_IF_NO_PEER_CERT ? CERT_REQUIRED
                                                              : CERT_OPTIONAL);
}
static bool set_verify_mode(value v, value given)
{
    int mode;
    if (!is_set(given) || !value_as_int(given, &mode))
        return false;
    context_enter(v);
    bool refused = mode == CERT_NONE && CONTEXT(v)->check_hostname;
    bool done = !refused && context_set_verify_mode(CONTEXT(v), mode);
    context_leave(v);
    if (refused)
        raise(EXC(ValueError), "Cannot set verify_mode to CERT_NONE when check_hostname is enabled.");
    return done;
}

static value get_check_hostname(value v)
{
    context_enter(v);
    bool check = CONTEXT(v)->check_hostname;
    context_leave(v);
    return value_bool(check);
}
static bool set_check_hostname(value v, value given)
{
    int check = is_set(given) ? value_truth(given) : -1;
    if (check < 0)
        return false;
    SSL_CTX *handle = context_enter(v);
    if (check && SSL_CTX_get_verify_mode(handle) == SSL_VERIFY_NONE)
        context_set_verify_mode(CONTEXT(v), CERT_REQUIRED);
    CONTEXT(v)->check_hostname = check;
    context_leave(v);
    return true;
}

static value get_host_flags(value v)
{
    context_enter(v);
    unsigned flags = CONTEXT(v)->host_flags;
    context_leave(v);
    return small_int(flags);
}
static bool set_host_flags(value v, value given)
{
    value number = is_set(given) ? index_value(given) : NULL;
    if (!number)
        return false;
    unsigned flags = (unsigned)int_low_bits(number);
    value_dec(number);
    SSL_CTX *handle = context_enter(v);
    CONTEXT(v)->host_flags = flags;
    X509_VERIFY_PARAM_set_hostflags(SSL_CTX_get0_param(handle), flags);
    context_leave(v);
    return true;
}

static value get_verify_flags(value v)
{
    unsigned long flags = X509_VERIFY_PARAM_get_flags(SSL_CTX_get0_param(context_enter(v)));
    context_leave(v);
    return int_from_u64(flags);
}
static bool set_verify_flags(value v, value given)
{
    if (!is_set(given))
        return false;
    if (!is_int(given))
        return raise_false(EXC(TypeError), "argument must be int, not %K", given);
    unsigned long wanted = int_low_bits(given);
    X509_VERIFY_PARAM *parameters = SSL_CTX_get0_param(context_enter(v));
    unsigned long flags = X509_VERIFY_PARAM_get_flags(parameters), clear = flags & ~wanted, set = ~flags & wanted;
    bool done = (!clear || X509_VERIFY_PARAM_clear_flags(parameters, clear)) &&
                (!set || X509_VERIFY_PARAM_set_flags(parameters, set));
    context_leave(v);
    return done || set_failed();
}

/* ---- protocols ---- */
static value get_protocol(value v)
{
    return small_int(CONTEXT(v)->protocol);
}
static value get_options(value v)
{
    uint64_t options = SSL_CTX_get_options(context_enter(v));
    context_leave(v);
    return int_from_u64(options);
}
static bool set_options(value v, value given)
{
    const uint64_t without =
        SSL_OP_NO_SSLv3 | SSL_OP_NO_TLSv1 | SSL_OP_NO_TLSv1_1 | SSL_OP_NO_TLSv1_2 | SSL_OP_NO_TLSv1_3;
    int64_t number;
    if (!is_set(given) || !value_as_i64(given, &number))
        return false;
    uint64_t wanted = (uint64_t)number, options = SSL_CTX_get_options(context_enter(v));
    context_leave(v);
    uint64_t clear = options & ~wanted, set = ~options & wanted;
    if (set & without && warn(EXC(DeprecationWarning), 2, "ssl.OP_NO_SSL*/ssl.OP_NO_TLS* options are deprecated") < 0)
        return false;
    SSL_CTX *handle = context_enter(v);
    if (clear)
        SSL_CTX_clear_options(handle, clear);
    if (set)
        SSL_CTX_set_options(handle, set);
    context_leave(v);
    return true;
}

enum { MINIMUM_SUPPORTED = -2, MAXIMUM_SUPPORTED = -1 };
/* A version by its number, for one end of the range; -1 with an exception. */
static int version_of(value v, value given, bool minimum)
{
    int version;
    if (!is_set(given) || !value_as_int(given, &version))
        return -1;
    int protocol = CONTEXT(v)->protocol;
    if (protocol != PROTOCOL_TLS_CLIENT && protocol != PROTOCOL_TLS_SERVER && protocol != PROTOCOL_TLS)
        return raise_int(EXC(ValueError), "The context's protocol doesn't support modification of highest and lowest "
                                          "version.");
    const char *deprecated = version == SSL3_VERSION     ? "ssl.TLSVersion.SSLv3 is deprecated"
                             : version == TLS1_VERSION   ? "ssl.TLSVersion.TLSv1 is deprecated"
                             : version == TLS1_1_VERSION ? "ssl.TLSVersion.TLSv1_1 is deprecated"
                                                         : NULL;
    if (deprecated)
        return warn(EXC(DeprecationWarning), 2, "%s", deprecated) < 0 ? -1 : version;
    switch (version) {
    case MINIMUM_SUPPORTED:
        return minimum ? 0 : TLS1_VERSION;
    case MAXIMUM_SUPPORTED:
        return minimum ? TLS1_3_VERSION : 0;
    case TLS1_2_VERSION:
    case TLS1_3_VERSION:
        return version;
    default:
        return raise_int(EXC(ValueError), "Unsupported TLS/SSL version 0x%x", (unsigned)version);
    }
}
static value get_version(value v, int what, int unlimited)
{
    long version = SSL_CTX_ctrl(context_enter(v), what, 0, NULL);
    context_leave(v);
    return small_int(version ? version : unlimited);
}
static bool set_version(value v, value given, int what)
{
    int version = version_of(v, given, what == SSL_CTRL_SET_MIN_PROTO_VERSION);
    if (version < 0)
        return false;
    long done = SSL_CTX_ctrl(context_enter(v), what, version, NULL);
    ERR_clear_error();
    context_leave(v);
    return done || raise_false(EXC(ValueError), "Unsupported protocol version 0x%x", (unsigned)version);
}
static value get_minimum_version(value v)
{
    return get_version(v, SSL_CTRL_GET_MIN_PROTO_VERSION, MINIMUM_SUPPORTED);
}
static bool set_minimum_version(value v, value given)
{
    return set_version(v, given, SSL_CTRL_SET_MIN_PROTO_VERSION);
}
static value get_maximum_version(value v)
{
    return get_version(v, SSL_CTRL_GET_MAX_PROTO_VERSION, MAXIMUM_SUPPORTED);
}
static bool set_maximum_version(value v, value given)
{
    return set_version(v, given, SSL_CTRL_SET_MAX_PROTO_VERSION);
}

static value get_num_tickets(value v)
{
    size_t count = SSL_CTX_get_num_tickets(context_enter(v));
    context_leave(v);
    return int_from_u64(count);
}
static bool set_num_tickets(value v, value given)
{
    int64_t count;
    if (!is_set(given) || !value_as_i64(given, &count))
        return false;
    if (count < 0)
        return raise_false(EXC(ValueError), "value must be non-negative");
    if (CONTEXT(v)->protocol != PROTOCOL_TLS_SERVER)
        return raise_false(EXC(ValueError), "SSLContext is not a server context.");
    int done = SSL_CTX_set_num_tickets(context_enter(v), (size_t)count);
    context_leave(v);
    return done == 1 || raise_false(EXC(ValueError), "failed to set num tickets.");
}
static value get_security_level(value v)
{
    int level = SSL_CTX_get_security_level(context_enter(v));
    context_leave(v);
    return small_int(level);
}
static value get_post_handshake_auth(value v)
{
    context_enter(v);
    bool on = CONTEXT(v)->post_handshake_auth;
    context_leave(v);
    return value_bool(on);
}
static bool set_post_handshake_auth(value v, value given)
{
    if (!given)
        return raise_false(EXC(AttributeError), "cannot delete attribute");
    int on = value_truth(given);
    if (on < 0)
        return false;
    context_enter(v);
    CONTEXT(v)->post_handshake_auth = on;
    context_leave(v);
    return true;
}

/* ---- callbacks ---- */
static value get_callback(value v, value_slot *slot)
{
    value callback = slot_load(&CONTEXT(v)->header, slot);
    return callback ? callback : VALUE_NONE;
}
static bool set_callback(value v, value_slot *slot, value given)
{
    if (!is_set(given))
        return false;
    bool usable = given == VALUE_NONE || value_is_callable(given);
    slot_store(&CONTEXT(v)->header, slot, usable && given != VALUE_NONE ? value_inc(given) : NULL);
    return usable || raise_false(EXC(TypeError), "not a callable object");
}
static value get_sni_callback(value v)
{
    return get_callback(v, &CONTEXT(v)->sni_callback);
}
static bool set_sni_callback(value v, value given)
{
    if (CONTEXT(v)->protocol == PROTOCOL_TLS_CLIENT)
        return raise_false(EXC(ValueError), "sni_callback cannot be set on TLS_CLIENT context");
    return set_callback(v, &CONTEXT(v)->sni_callback, given);
}
static value get_message_callback(value v)
{
    return get_callback(v, &CONTEXT(v)->message_callback);
}
static bool set_message_callback(value v, value given)
{
    bool done = set_callback(v, &CONTEXT(v)->message_callback, given);
    SSL_CTX *handle = context_enter(v);
    SSL_CTX_set_msg_callback(handle, slot_peek(&CONTEXT(v)->message_callback) ? callback_message : NULL);
    context_leave(v);
    return done;
}

static value get_keylog_filename(value v)
{
    return get_callback(v, &CONTEXT(v)->keylog_filename);
}
/* The file, open for lines at its end, with a head when it is new; NULL with an exception. */
static FILE *open_key_log(value filename)
{
    struct text path;
    value given = audit("open", "Osi", filename, "a", 0) ? value_fspath(filename) : NULL;
    if (!given || !text_of_path(given, &path)) {
        value_dec(given);
        return NULL;
    }
    thread_enter_blocking();
    FILE *file = fopen(path.bytes, "ae");
    int error = errno;
    if (file && ftell(file) == 0) {
        fputs("# TLS secrets log file, generated by OpenSSL / Python\n", file);
        fflush(file);
    }
    thread_leave_blocking();
    text_release(&path);
    value_dec(given);
    if (!file)
        raise_errno(error, filename, NULL);
    return file;
}
static bool set_keylog_filename(value v, value given)
{
    FILE *file = NULL;
    bool done = is_set(given) && (given == VALUE_NONE || (file = open_key_log(given)));
    SSL_CTX *handle = context_enter(v);
    FILE *before = CONTEXT(v)->keylog;
    CONTEXT(v)->keylog = file;
    SSL_CTX_set_keylog_callback(handle, file ? callback_key_log : NULL);
    context_leave(v);
    slot_store(&CONTEXT(v)->header, &CONTEXT(v)->keylog_filename, file ? value_inc(given) : NULL);
    if (before)
        fclose(before);
    return done;
}

const struct getset_def context_settings[] = {
    {"check_hostname", get_check_hostname, set_check_hostname, NULL},
    {"_host_flags", get_host_flags, set_host_flags, NULL},
    {"minimum_version", get_minimum_version, set_minimum_version, NULL},
    {"maximum_version", get_maximum_version, set_maximum_version, NULL},
    {"keylog_filename", get_keylog_filename, set_keylog_filename, NULL},
    {"_msg_callback", get_message_callback, set_message_callback, NULL},
    {"sni_callback", get_sni_callback, set_sni_callback,
     "Set a callback that will be called when a server name is provided by the SSL/TLS client in the SNI extension.\n\n"
     "If the argument is None then the callback is disabled. The method is called\nwith the SSLSocket, the server name "
     "as a string, and the SSLContext object.\nSee RFC 6066 for details of the SNI extension."},
    {"num_tickets", get_num_tickets, set_num_tickets, "Control the number of TLSv1.3 session tickets"},
    {"options", get_options, set_options, NULL},
    {"post_handshake_auth", get_post_handshake_auth, set_post_handshake_auth, NULL},
    {"protocol", get_protocol, NULL, NULL},
    {"verify_flags", get_verify_flags, set_verify_flags, NULL},
    {"verify_mode", get_verify_mode, set_verify_mode, NULL},
    {"security_level", get_security_level, NULL, "The current security level"},
    {0},
};
