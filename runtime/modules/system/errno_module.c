/* The errno module: the system's error numbers by name, and back. */
#include "runtime/modules/module.h"

#include <errno.h>

#define ERRORS(E)                                                                                                      \
    E(EPERM)                                                                                                           \
    E(ENOENT)                                                                                                          \
    E(ESRCH)                                                                                                           \
    E(EINTR)                                                                                                           \
    E(EIO)                                                                                                             \
    E(ENXIO)                                                                                                           \
    E(E2BIG) E(ENOEXEC) E(EBADF) E(ECHILD) E(EAGAIN) E(ENOMEM) E(EACCES) E(EFAULT) E(ENOTBLK) E(EBUSY) E(EEXIST)       \
        E(EXDEV) E(ENODEV) E(ENOTDIR) E(EISDIR) E(EINVAL) E(ENFILE) E(EMFILE) E(ENOTTY) E(ETXTBSY) E(EFBIG) E(ENOSPC)  \
            E(ESPIPE) E(EROFS) E(EMLINK) E(EPIPE) E(EDOM) E(ERANGE) E(EDEADLK) E(ENAMETOOLONG) E(ENOLCK) E(ENOSYS)     \
                E(ENOTEMPTY) E(ELOOP) E(ENOMSG) E(EIDRM) E(ECHRNG) E(EL2NSYNC) E(EL3HLT) E(EL3RST) E(ELNRNG)           \
                    E(EUNATCH) E(ENOCSI) E(EL2HLT) E(EBADE) E(EBADR) E(EXFULL) E(ENOANO) E(EBADRQC) E(EBADSLT)         \
                        E(EBFONT) E(ENOSTR) E(ENODATA) E(ETIME) E(ENOSR) E(ENONET) E(ENOPKG) E(EREMOTE) E(ENOLINK)     \
                            E(EADV) E(ESRMNT) E(ECOMM) E(EPROTO) E(EMULTIHOP) E(EDOTDOT) E(EBADMSG) E(EOVERFLOW)       \
                                E(ENOTUNIQ) E(EBADFD) E(EREMCHG) E(ELIBACC) E(ELIBBAD) E(ELIBSCN) E(ELIBMAX)           \
                                    E(ELIBEXEC) E(EILSEQ) E(ERESTART) E(ESTRPIPE) E(EUSERS) E(ENOTSOCK)                \
                                        E(EDESTADDRREQ) E(EMSGSIZE) E(EPROTOTYPE) E(ENOPROTOOPT) E(EPROTONOSUPPORT)    \
                                            E(ESOCKTNOSUPPORT) E(EOPNOTSUPP) E(EPFNOSUPPORT) E(EAFNOSUPPORT)           \
                                                E(EADDRINUSE) E(EADDRNOTAVAIL) E(ENETDOWN) E(ENETUNREACH) E(ENETRESET) \
                                                    E(ECONNABORTED) E(ECONNRESET) E(ENOBUFS) E(EISCONN) E(ENOTCONN)    \
                                                        E(ESHUTDOWN) E(ETOOMANYREFS) E(ETIMEDOUT) E(ECONNREFUSED)      \
                                                            E(EHOSTDOWN) E(EHOSTUNREACH) E(EALREADY) E(EINPROGRESS)    \
                                                                E(ESTALE) E(EUCLEAN) E(ENOTNAM) E(ENAVAIL) E(EISNAM)   \
                                                                    E(EREMOTEIO) E(EDQUOT) E(ECANCELED) E(ENOKEY)      \
                                                                        E(EKEYEXPIRED) E(EKEYREVOKED) E(EKEYREJECTED)  \
                                                                            E(EOWNERDEAD) E(ENOTRECOVERABLE)           \
                                                                                E(ERFKILL) E(ENOMEDIUM) E(EMEDIUMTYPE)

/* Second names of numbers above: not what errorcode gives. */
static const struct module_constant aliases[] = {
    {"EWOULDBLOCK", EWOULDBLOCK}, {"EDEADLOCK", EDEADLOCK}, {"ENOTSUP", ENOTSUP}, {0}};
static const struct module_constant errors[] = {
#define E(NAME) {#NAME, NAME},
    ERRORS(E)
#undef E
        {0}};

static bool fill(value module)
{
    value codes = dict_new();
    bool done = codes && module_add_constants(module, errors) && module_add_constants(module, aliases);
    for (const struct module_constant *e = errors; done && e->name; e++) {
        value name = str_interned(e->name);
        done = name && dict_set(codes, small_int(e->number), name);
        value_dec(name);
    }
    /* These numbers are known by their later names. */
    static const struct module_constant later[] = {{"ENOTSUP", ENOTSUP}, {"EDEADLOCK", EDEADLOCK}, {0}};
    for (const struct module_constant *e = later; done && e->name; e++) {
        value name = str_interned(e->name);
        done = name && dict_set(codes, small_int(e->number), name);
        value_dec(name);
    }
    done = done && module_add(module, "errorcode", codes);
    value_dec(codes);
    return done;
}

const struct module_def errno_module = {
    .name = "errno",
    .doc = "This module makes available standard errno system symbols.",
    .fill = fill,
};
