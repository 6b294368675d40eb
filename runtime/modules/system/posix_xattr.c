/* posix: extended attributes of files. */
#include "runtime/modules/system/posix.h"
#include "runtime/objects/binary/bytes.h"

#include <linux/limits.h>
#include <string.h>
#include <sys/xattr.h>

/* What the calls have in common: a file, and mostly the name of an attribute. */
struct attribute {
    struct path path, name;
    bool follow;
};
static bool attribute_get(struct attribute *a, value path, value name, value follow, const char *function)
{
    int follows = value_truth(follow);
    if (follows < 0 || !path_get(&a->path, path, function, "path", name ? PATH_FD : PATH_FD | PATH_NONE))
        return false;
    a->follow = follows;
    bool done = !name || path_get(&a->name, name, function, "attribute", 0);
    if (done && path_is_fd(&a->path) && !follows)
        done = raise_false(EXC(ValueError), "%s: cannot use fd and follow_symlinks together", function);
    else if (done)
        return true;
    path_release(&a->path);
    return false;
}
static void attribute_release(struct attribute *a, bool named)
{
    path_release(&a->path);
    if (named)
        path_release(&a->name);
}
/* One of three functions, by how the file is named. */
#define ON_FILE(A, NAME, ...)                                                                 \
    (path_is_fd(&(A)->path) ? BLOCKING(f##NAME((A)->path.fd __VA_OPT__(, ) __VA_ARGS__))      \
     : (A)->follow          ? BLOCKING(NAME((A)->path.text.bytes __VA_OPT__(, ) __VA_ARGS__)) \
                            : BLOCKING(l##NAME((A)->path.text.bytes __VA_OPT__(, ) __VA_ARGS__)))

static value posix_getxattr(value self, const value *args)
{
    struct attribute a;
    if (!attribute_get(&a, args[0], args[1], args[2], "getxattr"))
        return NULL;
    if (!audit("os.getxattr", "OO", a.path.object, a.name.object)) {
        attribute_release(&a, true);
        return NULL;
    }
    static const size_t sizes[] = {128, XATTR_SIZE_MAX};
    value result = NULL;
    for (size_t i = 0; i < 2; i++) {
        value bytes = bytes_new(NULL, sizes[i]);
        if (!bytes)
            break;
        ssize_t n = ON_FILE(&a, getxattr, a.name.text.bytes, bytes_data(bytes), sizes[i]);
        if (n >= 0) {
            result = bytes_cut(bytes, (size_t)n);
            break;
        }
        int error = errno;
        value_dec(bytes);
        errno = error;
        if (error == ERANGE && i == 0)
            continue;
        path_error(&a.path);
        break;
    }
    attribute_release(&a, true);
    return result;
}
static value posix_setxattr(value self, const value *args)
{
    struct attribute a;
    struct buffer data;
    int flags;
    if (!attribute_get(&a, args[0], args[1], args[4], "setxattr"))
        return NULL;
    value result = NULL;
    bool got = buffer_get(args[2], &data, BUFFER_SIMPLE);
    if (got && !value_as_int(args[3], &flags)) {
        buffer_release(&data);
    } else if (got && !audit("os.setxattr", "OONi", a.path.object, a.name.object,
                             bytes_new(data.data, (size_t)data.length), flags)) {
        buffer_release(&data);
    } else if (got) {
        int n = ON_FILE(&a, setxattr, a.name.text.bytes, data.data, (size_t)data.length, flags);
        int error = errno;
        buffer_release(&data);
        errno = error;
        result = n < 0 ? path_error(&a.path) : VALUE_NONE;
    }
    attribute_release(&a, true);
    return result;
}
static value posix_removexattr(value self, const value *args)
{
    struct attribute a;
    if (!attribute_get(&a, args[0], args[1], args[2], "removexattr"))
        return NULL;
    if (!audit("os.removexattr", "OO", a.path.object, a.name.object)) {
        attribute_release(&a, true);
        return NULL;
    }
    int n = ON_FILE(&a, removexattr, a.name.text.bytes);
    value result = n < 0 ? path_error(&a.path) : VALUE_NONE;
    attribute_release(&a, true);
    return result;
}

static value names_list(const char *names, size_t length)
{
    value list = list_new(0);
    for (const char *at = names; list && at < names + length; at += strlen(at) + 1)
        if (!list_append_owned(list, str_decode_locale(at))) {
            value_dec(list);
            return NULL;
        }
    return list;
}
static value posix_listxattr(value self, const value *args)
{
    struct attribute a;
    if (!attribute_get(&a, args[0], NULL, args[1], "listxattr"))
        return NULL;
    if (!audit("os.listxattr", "(O)", a.path.object)) {
        attribute_release(&a, false);
        return NULL;
    }
    value result = NULL;
    for (size_t size = 256; !result; size *= 4) {
        value room = bytes_new(NULL, size);
        if (!room)
            break;
        ssize_t n = ON_FILE(&a, listxattr, (char *)bytes_data(room), size);
        int error = errno;
        if (n >= 0)
            result = names_list((char *)bytes_data(room), (size_t)n);
        value_dec(room);
        errno = error;
        if (n >= 0)
            break;
        if (error != ERANGE || size > XATTR_LIST_MAX) {
            path_error(&a.path);
            break;
        }
    }
    attribute_release(&a, false);
    return result;
}

const struct method_def posix_xattr_functions[] = {
    METHOD("getxattr", posix_getxattr, "(path, attribute, *, follow_symlinks=True)",
           "Return the value of extended attribute attribute on path."),
    METHOD("setxattr", posix_setxattr, "(path, attribute, value, flags=0, *, follow_symlinks=True)",
           "Set extended attribute attribute on path to value."),
    METHOD("removexattr", posix_removexattr, "(path, attribute, *, follow_symlinks=True)",
           "Remove extended attribute attribute on path."),
    METHOD("listxattr", posix_listxattr, "(path=None, *, follow_symlinks=True)",
           "Return a list of extended attributes on path."),
    {0},
};
