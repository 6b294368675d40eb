/* posix: paths. */
#include "runtime/modules/system/posix.h"
#include "runtime/objects/binary/buffer.h"
#include "runtime/objects/binary/bytes.h"
#include "threads/pause.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>

static bool path_of_buffer(struct path *path, value v)
{
    struct buffer buffer;
    if (!buffer_get(v, &buffer, BUFFER_SIMPLE))
        return false;
    path->given = bytes_new(buffer.data, (size_t)buffer.length); /* messages name the object itself */
    buffer_release(&buffer);
    path->is_bytes = true;
    if (path->given && text_of_path(path->given, &path->text))
        return true;
    path_release(path);
    return false;
}
bool path_get(struct path *path, value v, const char *function, const char *argument, unsigned flags)
{
    static const char *const expected[] = {"string, bytes or os.PathLike", "string, bytes, os.PathLike or integer",
                                           "string, bytes, os.PathLike or None",
                                           "string, bytes, os.PathLike, integer or None"};
    static const struct text here = {.bytes = ".", .length = 1};
    *path = (struct path){.object = v, .fd = -1};
    if ((flags & PATH_NONE) && !is_given(v)) {
        path->text = here;
        return true;
    }
    if ((flags & PATH_TERSE) && !is_str(v) && !is_bytes(v)) {
        path->object = path->given = value_fspath(v);
        if (!path->given)
            return false;
    } else if (!is_str(v) && !is_bytes(v)) {
        bool is_number = (flags & PATH_FD) && value_type_slot(v, to_index);
        if (is_number) {
            ssize number; /* clamped */
            if (!index_as_ssize(v, &number, NULL))
                return false;
            if (number != (int)number)
                return raise_false(EXC(OverflowError),
                                   number < 0 ? "fd is less than minimum" : "fd is greater than maximum");
            path->fd = (int)number;
            if (!path_is_fd(path) && !(flags & PATH_NONE))
                return raise_errno(EFAULT, v, NULL) != NULL;
            path->text = here;
            return true;
        }
        value method = type_lookup(value_type(v), NAME(__fspath__));
        if (!method)
            return false;
        bool given = method != VALUE_MISSING;
        value_dec(method);
        if (!given && value_has_buffer(v)) /* as it once was */
            return warn(EXC(DeprecationWarning), 1, "%s: %s should be %s, not %s", function, argument, expected[flags],
                        type_short_name(value_type(v))) >= 0 &&
                   path_of_buffer(path, v);
        if (!given)
            return raise_false(EXC(TypeError), "%s: %s should be %s, not %s", function, argument, expected[flags],
                               type_short_name(value_type(v)));
        path->object = path->given = value_fspath(v);
        if (!path->given)
            return false;
    }
    path->is_bytes = is_bytes(path->object);
    if (text_of_path(path->object, &path->text))
        return true;
    path_release(path);
    if (path->is_bytes && !(flags & PATH_TERSE) && error_matches(EXC(ValueError))) { /* a null */
        error_clear();
        raise(EXC(ValueError), "%s: embedded null character in %s", function, argument);
    }
    return false;
}

void path_release(struct path *path)
{
    text_release(&path->text);
    value_dec(path->given);
    path->given = NULL;
}
value path_error(const struct path *path)
{
    return raise_errno(errno, is_given(path->object) ? path->object : NULL, NULL);
}
value path_error_unless_fd(const struct path *path)
{
    return path_is_fd(path) ? raise_errno(errno, NULL, NULL) : path_error(path);
}
bool path_stands_alone(const struct path *path, const char *function, int dir_fd, bool follow)
{
    if (!path_is_fd(path))
        return true;
    if (dir_fd != AT_FDCWD)
        return raise_false(EXC(ValueError), "%s: can't specify dir_fd without matching path", function);
    return follow || path->fd <= 0 ||
           raise_false(EXC(ValueError), "%s: cannot use fd and follow_symlinks together", function);
}
value path_error_two(const struct path *a, const struct path *b)
{
    return raise_errno(errno, a->object, b->object);
}
value path_bytes(const struct path *path)
{
    return bytes_new((const uint8_t *)path->text.bytes, path->text.length);
}
value path_refused(struct path *path)
{
    path_release(path);
    return NULL;
}
value paths_refused(struct path *a, struct path *b)
{
    path_release(a);
    path_release(b);
    return NULL;
}
value path_text(const struct path *path, const char *text, size_t length)
{
    return path->is_bytes ? bytes_new((const uint8_t *)text, length) : str_from_utf8_surrogates(text, length);
}

bool dir_fd_get(value v, int *fd)
{
    *fd = AT_FDCWD;
    if (!is_given(v))
        return true;
    if (!value_type_slot(v, to_index))
        return raise_false(EXC(TypeError), "argument should be integer or None, not %T", v);
    return value_as_int(v, fd);
}

/* Finish a call on one path. */
static value finish(struct path *path, int result)
{
    value answer = result < 0 ? path_error(path) : VALUE_NONE;
    path_release(path);
    return answer;
}
static value finish_two(struct path *a, struct path *b, int result)
{
    value answer = result < 0 ? path_error_two(a, b) : VALUE_NONE;
    path_release(a);
    path_release(b);
    return answer;
}

static value posix_mkdir(value self, const value *args)
{
    struct path path;
    int mode, dir_fd;
    if (!value_as_int(args[1], &mode) || !dir_fd_get(args[2], &dir_fd) || !path_get(&path, args[0], "mkdir", "path", 0))
        return NULL;
    if (!audit("os.mkdir", "Oii", path.object, mode, dir_fd_told(dir_fd)))
        return path_refused(&path);
    return finish(&path, BLOCKING(mkdirat(dir_fd, path.text.bytes, (mode_t)mode)));
}
static value posix_rmdir(value self, const value *args)
{
    struct path path;
    int dir_fd;
    if (!dir_fd_get(args[1], &dir_fd) || !path_get(&path, args[0], "rmdir", "path", 0))
        return NULL;
    if (!audit("os.rmdir", "Oi", path.object, dir_fd_told(dir_fd)))
        return path_refused(&path);
    return finish(&path, BLOCKING(unlinkat(dir_fd, path.text.bytes, AT_REMOVEDIR)));
}
static value unlink_path(const value *args, const char *name)
{
    struct path path;
    int dir_fd;
    if (!dir_fd_get(args[1], &dir_fd) || !path_get(&path, args[0], name, "path", 0))
        return NULL;
    if (!audit("os.remove", "Oi", path.object, dir_fd_told(dir_fd)))
        return path_refused(&path);
    return finish(&path, BLOCKING(unlinkat(dir_fd, path.text.bytes, 0)));
}
static value posix_unlink(value self, const value *args)
{
    return unlink_path(args, "unlink");
}
static value posix_remove(value self, const value *args)
{
    return unlink_path(args, "remove");
}

static value rename_path(const value *args, const char *name)
{
    struct path from, to;
    int from_fd, to_fd;
    if (!dir_fd_get(args[2], &from_fd) || !dir_fd_get(args[3], &to_fd) || !path_get(&from, args[0], name, "src", 0))
        return NULL;
    if (!path_get(&to, args[1], name, "dst", 0)) {
        path_release(&from);
        return NULL;
    }
    if (!audit("os.rename", "OOii", from.object, to.object, dir_fd_told(from_fd), dir_fd_told(to_fd)))
        return paths_refused(&from, &to);
    return finish_two(&from, &to, BLOCKING(renameat(from_fd, from.text.bytes, to_fd, to.text.bytes)));
}
static value posix_rename(value self, const value *args)
{
    return rename_path(args, "rename");
}
static value posix_replace(value self, const value *args)
{
    return rename_path(args, "replace");
}

static value posix_link(value self, const value *args)
{
    struct path from, to;
    int from_fd, to_fd, follow = value_truth(args[4]);
    if (follow < 0 || !dir_fd_get(args[2], &from_fd) || !dir_fd_get(args[3], &to_fd) ||
        !path_get(&from, args[0], "link", "src", 0))
        return NULL;
    if (!path_get(&to, args[1], "link", "dst", 0)) {
        path_release(&from);
        return NULL;
    }
    if (!audit("os.link", "OOii", from.object, to.object, dir_fd_told(from_fd), dir_fd_told(to_fd)))
        return paths_refused(&from, &to);
    return finish_two(&from, &to,
                      BLOCKING(linkat(from_fd, from.text.bytes, to_fd, to.text.bytes, follow ? AT_SYMLINK_FOLLOW : 0)));
}
static value posix_symlink(value self, const value *args)
{
    struct path from, to;
    int dir_fd;
    if (!dir_fd_get(args[3], &dir_fd) || !path_get(&from, args[0], "symlink", "src", 0))
        return NULL;
    if (!path_get(&to, args[1], "symlink", "dst", 0)) {
        path_release(&from);
        return NULL;
    }
    if (!audit("os.symlink", "OOi", from.object, to.object, dir_fd_told(dir_fd)))
        return paths_refused(&from, &to);
    return finish_two(&from, &to, BLOCKING(symlinkat(from.text.bytes, dir_fd, to.text.bytes)));
}
static value posix_readlink(value self, const value *args)
{
    struct path path;
    int dir_fd;
    char target[PATH_MAX];
    if (!dir_fd_get(args[1], &dir_fd) || !path_get(&path, args[0], "readlink", "path", 0))
        return NULL;
    ssize_t n = BLOCKING(readlinkat(dir_fd, path.text.bytes, target, sizeof target));
    value result = n < 0 ? path_error(&path) : path_text(&path, target, (size_t)n);
    path_release(&path);
    return result;
}

static value posix_access(value self, const value *args)
{
    struct path path;
    int mode, dir_fd, effective = -1, follow = -1;
    if (!path_get(&path, args[0], "access", "path", 0))
        return NULL;
    if (value_as_int(args[1], &mode) && dir_fd_get(args[2], &dir_fd) && (effective = value_truth(args[3])) >= 0)
        follow = value_truth(args[4]);
    if (follow < 0) {
        path_release(&path);
        return NULL;
    }
    int flags = (effective ? AT_EACCESS : 0) | (follow ? 0 : AT_SYMLINK_NOFOLLOW);
    int result = BLOCKING(faccessat(dir_fd, path.text.bytes, mode, flags));
    path_release(&path);
    return value_bool(result == 0);
}

static value posix_chmod(value self, const value *args)
{
    struct path path;
    int mode, dir_fd, follow = value_truth(args[3]);
    if (follow < 0 || !value_as_int(args[1], &mode) || !dir_fd_get(args[2], &dir_fd) ||
        !path_get(&path, args[0], "chmod", "path", PATH_FD))
        return NULL;
    if (!audit("os.chmod", "Oii", path.object, mode, dir_fd_told(dir_fd)))
        return path_refused(&path);
    int result = path_is_fd(&path)
                     ? BLOCKING(fchmod(path.fd, (mode_t)mode))
                     : BLOCKING(fchmodat(dir_fd, path.text.bytes, (mode_t)mode, follow ? 0 : AT_SYMLINK_NOFOLLOW));
    if (result < 0 && !follow && errno == EOPNOTSUPP) { /* this system cannot change links */
        path_release(&path);
        return dir_fd != AT_FDCWD
                   ? raise(EXC(ValueError), "chmod: cannot use dir_fd and follow_symlinks together")
                   : raise(EXC(NotImplementedError), "chmod: follow_symlinks unavailable on this platform");
    }
    return finish(&path, result);
}
static value change_owner(const value *args, int dir_fd, const char *name, bool follow)
{
    struct path path;
    int64_t uid, gid;
    if (!value_as_i64(args[1], &uid) || !value_as_i64(args[2], &gid) ||
        !path_get(&path, args[0], name, "path", PATH_FD))
        return NULL;
    if (!audit("os.chown", "OLLi", path.object, (int64_t)(uid_t)uid, (int64_t)(gid_t)gid, dir_fd_told(dir_fd)))
        return path_refused(&path);
    return finish(&path, path_is_fd(&path) ? BLOCKING(fchown(path.fd, (uid_t)uid, (gid_t)gid))
                                           : BLOCKING(fchownat(dir_fd, path.text.bytes, (uid_t)uid, (gid_t)gid,
                                                               follow ? 0 : AT_SYMLINK_NOFOLLOW)));
}
static value posix_chown(value self, const value *args)
{
    int dir_fd, follow = value_truth(args[4]);
    return follow < 0 || !dir_fd_get(args[3], &dir_fd) ? NULL : change_owner(args, dir_fd, "chown", follow);
}
static value posix_lchown(value self, const value *args)
{
    return change_owner(args, AT_FDCWD, "lchown", false);
}

static value posix_truncate(value self, value given_path, value given_length)
{
    struct path path;
    int64_t length;
    if (!value_as_i64(given_length, &length) || !path_get(&path, given_path, "truncate", "path", PATH_FD))
        return NULL;
    if (!audit("os.truncate", "OL", path.object, length))
        return path_refused(&path);
    int result = path_is_fd(&path) ? BLOCKING(ftruncate(path.fd, length)) : BLOCKING(truncate(path.text.bytes, length));
    value answer = result < 0 ? path_error_unless_fd(&path) : VALUE_NONE;
    path_release(&path);
    return answer;
}
static value posix_mkfifo(value self, const value *args)
{
    struct path path;
    int mode, dir_fd;
    if (!value_as_int(args[1], &mode) || !dir_fd_get(args[2], &dir_fd) ||
        !path_get(&path, args[0], "mkfifo", "path", 0))
        return NULL;
    return finish(&path, BLOCKING(mkfifoat(dir_fd, path.text.bytes, (mode_t)mode)));
}
static value posix_mknod(value self, const value *args)
{
    struct path path;
    int mode, dir_fd;
    int64_t device;
    if (!value_as_int(args[1], &mode) || !value_as_i64(args[2], &device) || !dir_fd_get(args[3], &dir_fd) ||
        !path_get(&path, args[0], "mknod", "path", 0))
        return NULL;
    return finish(&path, BLOCKING(mknodat(dir_fd, path.text.bytes, (mode_t)mode, (dev_t)device)));
}

static value posix_chdir(value self, value given_path)
{
    struct path path;
    if (!path_get(&path, given_path, "chdir", "path", PATH_FD))
        return NULL;
    if (!audit("os.chdir", "(O)", path.object))
        return path_refused(&path);
    return finish(&path, path_is_fd(&path) ? BLOCKING(fchdir(path.fd)) : BLOCKING(chdir(path.text.bytes)));
}
static value posix_chroot(value self, value given_path)
{
    struct path path;
    if (!path_get(&path, given_path, "chroot", "path", 0))
        return NULL;
    return finish(&path, BLOCKING(chroot(path.text.bytes)));
}
static value current_directory(bool as_bytes)
{
    char *name = BLOCKING(getcwd(NULL, 0));
    if (!name)
        return raise_errno(errno, NULL, NULL);
    value result = as_bytes ? bytes_new((const uint8_t *)name, strlen(name)) : str_decode_locale(name);
    free(name);
    return result;
}
static value posix_getcwd(value self)
{
    return current_directory(false);
}
static value posix_getcwdb(value self)
{
    return current_directory(true);
}

static value posix_fspath(value self, value path)
{
    return value_fspath(path);
}

/* Normalised in place: returns the new length. Two slashes at the start are kept, more are one. */
static size_t normalize(uint32_t *path, size_t length)
{
    size_t root = 0, out, at = 0;
    while (root < length && path[root] == '/')
        root++;
    root = root > 2 ? 1 : root;
    size_t floor = out = root; /* before it lies what no ".." takes away */
    while (at < length) {
        size_t start = at;
        while (at < length && path[at] != '/')
            at++;
        size_t part = at++ - start;
        bool up = part == 2 && path[start] == '.' && path[start + 1] == '.';
        if (part == 0 || (part == 1 && path[start] == '.') || (up && root && out == floor))
            continue;
        if (up && out > floor) {
            while (out > floor && path[out - 1] != '/')
                out--;
            out -= out > floor; /* the slash before it */
            continue;
        }
        if (out > root)
            path[out++] = '/';
        memmove(path + out, path + start, part * sizeof *path);
        out += part;
        if (up)
            floor = out;
        thread_report_at(at);
    }
    return out;
}
static value posix_path_normpath(value self, value path)
{
    if (!is_str(path))
        return raise(EXC(TypeError), "expected 'str', not '%T'", path);
    if (str_equals_text(path, "."))
        return value_inc(path);
    size_t length = str_length(path);
    uint32_t *points = malloc((length + 1) * sizeof *points);
    if (!points)
        return raise_no_memory();
    for (size_t i = 0; i < length; thread_report_at(++i))
        points[i] = str_at(path, i);
    value result = str_from_ucs4(points, normalize(points, length));
    free(points);
    return result;
}

/* ---- times ---- */

/* A number of seconds as a timespec, rounded down. */
static bool seconds_to_timespec(value v, struct timespec *t)
{
    int64_t whole;
    if (is_int(v)) {
        if (!int_fits_i64(v, &whole))
            return raise_false(EXC(OverflowError), "timestamp out of range for platform time_t");
        *t = (struct timespec){whole, 0};
        return true;
    }
    double d;
    if (!value_as_double(v, &d))
        return false;
    if (d != d)
        return raise_false(EXC(ValueError), "Invalid value NaN (not a number)");
    if (d < -9e18 || d > 9e18)
        return raise_false(EXC(OverflowError), "timestamp out of range for platform time_t");
    double floor = __builtin_floor(d);
    t->tv_sec = (time_t)floor;
    t->tv_nsec = (long)((d - floor) * 1e9);
    return true;
}
static bool nanoseconds_to_timespec(value v, struct timespec *t)
{
    int64_t ns;
    if (!value_as_i64(v, &ns))
        return false;
    int64_t rest = ns % 1000000000;
    t->tv_sec = ns / 1000000000 - (rest < 0);
    t->tv_nsec = rest + (rest < 0 ? 1000000000 : 0);
    return true;
}

static value posix_utime(value self, const value *args)
{
    struct timespec times[2] = {{.tv_nsec = UTIME_NOW}, {.tv_nsec = UTIME_NOW}};
    bool in_seconds = is_given(args[1]), in_ns = !is_missing(args[2]);
    if (in_seconds && in_ns)
        return raise(EXC(ValueError), "utime: you may specify either 'times' or 'ns' but not both");
    value pair = in_seconds ? args[1] : in_ns ? args[2] : NULL;
    if (pair && (!is_tuple(pair) || tuple_length(pair) != 2))
        return raise(EXC(TypeError), in_seconds ? "utime: 'times' must be either a tuple of two ints or None"
                                                : "utime: 'ns' must be a tuple of two ints");
    for (size_t i = 0; pair && i < 2; i++)
        if (!(in_seconds ? seconds_to_timespec : nanoseconds_to_timespec)(tuple_get(pair, i), &times[i]))
            return NULL;
    struct path path;
    int dir_fd, follow = value_truth(args[4]);
    if (follow < 0 || !dir_fd_get(args[3], &dir_fd))
        return NULL;
    if (args[0] == small_int(-1)) /* as CPython's call without a path fares */
        return raise_errno(EINVAL, NULL, NULL);
    if (!path_get(&path, args[0], "utime", "path", PATH_FD) || !path_stands_alone(&path, "utime", dir_fd, follow))
        return NULL;
    if (!audit("os.utime", "OOOi", path.object, args[1], in_ns ? args[2] : NULL, dir_fd_told(dir_fd)))
        return path_refused(&path);
    int result = path_is_fd(&path)
                     ? BLOCKING(futimens(path.fd, times))
                     : BLOCKING(utimensat(dir_fd, path.text.bytes, times, follow ? 0 : AT_SYMLINK_NOFOLLOW));
    int error = errno;
    path_release(&path);
    return result < 0 ? raise_errno(error, NULL, NULL) : VALUE_NONE; /* CPython does not name the path here */
}

const struct method_def posix_path_functions[] = {
    METHOD("mkdir", posix_mkdir, "(path, mode=511, *, dir_fd=None)", "Create a directory."),
    METHOD("rmdir", posix_rmdir, "(path, *, dir_fd=None)", "Remove a directory."),
    METHOD("unlink", posix_unlink, "(path, *, dir_fd=None)", "Remove a file (same as remove())."),
    METHOD("remove", posix_remove, "(path, *, dir_fd=None)", "Remove a file (same as unlink())."),
    METHOD("rename", posix_rename, "(src, dst, *, src_dir_fd=None, dst_dir_fd=None)", "Rename a file or directory."),
    METHOD("replace", posix_replace, "(src, dst, *, src_dir_fd=None, dst_dir_fd=None)",
           "Rename a file or directory, overwriting the destination."),
    METHOD("link", posix_link, "(src, dst, *, src_dir_fd=None, dst_dir_fd=None, follow_symlinks=True)",
           "Create a hard link to a file."),
    METHOD("symlink", posix_symlink, "(src, dst, target_is_directory=False, *, dir_fd=None)",
           "Create a symbolic link pointing to src named dst."),
    METHOD("readlink", posix_readlink, "(path, *, dir_fd=None)",
           "Return a string representing the path to which the symbolic link points."),
    METHOD("access", posix_access, "(path, mode, *, dir_fd=None, effective_ids=False, follow_symlinks=True)",
           "Use the real uid/gid to test for access to a path."),
    METHOD("chmod", posix_chmod, "(path, mode, *, dir_fd=None, follow_symlinks=True)",
           "Change the access permissions of a file."),
    METHOD("chown", posix_chown, "(path, uid, gid, *, dir_fd=None, follow_symlinks=True)",
           "Change the owner and group id of path to the numeric uid and gid."),
    METHOD("lchown", posix_lchown, "(path, uid, gid)",
           "Change the owner and group id of path; links are not followed."),
    METHOD("truncate", posix_truncate, "(path, length)", "Truncate a file, specified by path, to a specific length."),
    METHOD("mkfifo", posix_mkfifo, "(path, mode=438, *, dir_fd=None)", "Create a \"fifo\" (a POSIX named pipe)."),
    METHOD("mknod", posix_mknod, "(path, mode=384, device=0, *, dir_fd=None)", "Create a node in the file system."),
    METHOD("chdir", posix_chdir, "(path)", "Change the current working directory to the specified path."),
    METHOD("chroot", posix_chroot, "(path)", "Change root directory to path."),
    METHOD("getcwd", posix_getcwd, "()", "Return a unicode string representing the current working directory."),
    METHOD("getcwdb", posix_getcwdb, "()", "Return a bytes string representing the current working directory."),
    METHOD("fspath", posix_fspath, "(path)", "Return the file system path representation of the object."),
    METHOD("_path_normpath", posix_path_normpath, "(path)", "Basic path normalization."),
    METHOD("utime", posix_utime, "(path, times=None, *, ns=<unrepresentable>, dir_fd=None, follow_symlinks=True)",
           "Set the access and modified time of path."),
    {0},
};
