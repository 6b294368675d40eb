/* posix: what is known of files: stat, statvfs, listdir, scandir. */
#include "runtime/modules/system/posix.h"
#include "runtime/objects/binary/bytes.h"
#include "runtime/objects/containers/container.h"

#include <dirent.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/sysmacros.h>

static const struct struct_sequence_field stat_fields[] = {
    {"st_mode", "protection bits"},
    {"st_ino", "inode"},
    {"st_dev", "device"},
    {"st_nlink", "number of hard links"},
    {"st_uid", "user ID of owner"},
    {"st_gid", "group ID of owner"},
    {"st_size", "total size, in bytes"},
    {STRUCT_SEQUENCE_UNNAMED, "integer time of last access"},
    {STRUCT_SEQUENCE_UNNAMED, "integer time of last modification"},
    {STRUCT_SEQUENCE_UNNAMED, "integer time of last change"},
    {"st_atime", "time of last access"},
    {"st_mtime", "time of last modification"},
    {"st_ctime", "time of last change"},
    {"st_atime_ns", "time of last access in nanoseconds"},
    {"st_mtime_ns", "time of last modification in nanoseconds"},
    {"st_ctime_ns", "time of last change in nanoseconds"},
    {"st_blksize", "blocksize for filesystem I/O"},
    {"st_blocks", "number of blocks allocated"},
    {"st_rdev", "device type (if inode device)"},
    {0}};
static const struct struct_sequence_field statvfs_fields[] = {
    {"f_bsize", NULL},  {"f_frsize", NULL},  {"f_blocks", NULL}, {"f_bfree", NULL},
    {"f_bavail", NULL}, {"f_files", NULL},   {"f_ffree", NULL},  {"f_favail", NULL},
    {"f_flag", NULL},   {"f_namemax", NULL}, {"f_fsid", NULL},   {0}};
static struct type *stat_type, *statvfs_type, *entry_type, *scan_type;

static value from_stat(const struct stat *s)
{
    const struct timespec *times[] = {&s->st_atim, &s->st_mtim, &s->st_ctim};
    value items[19] = {int_from_u64(s->st_mode),  int_from_u64(s->st_ino), int_from_u64(s->st_dev),
                       int_from_u64(s->st_nlink), int_from_u64(s->st_uid), int_from_u64(s->st_gid),
                       int_from_i64(s->st_size)};
    for (int i = 0; i < 3; i++) {
        items[7 + i] = int_from_i64(times[i]->tv_sec);
        items[10 + i] = float_new((double)times[i]->tv_sec + 1e-9 * (double)times[i]->tv_nsec);
        items[13 + i] = int_from_i64((int64_t)times[i]->tv_sec * 1000000000 + times[i]->tv_nsec);
    }
    items[16] = int_from_i64(s->st_blksize);
    items[17] = int_from_i64(s->st_blocks);
    items[18] = int_from_u64(s->st_rdev);
    return struct_sequence_new(stat_type, items);
}

static value stat_path(value v, value dir, bool follow, const char *name, unsigned flags)
{
    struct path path;
    int dir_fd;
    if (!dir_fd_get(dir, &dir_fd) || !path_get(&path, v, name, "path", flags) ||
        !path_stands_alone(&path, name, dir_fd, follow))
        return NULL;
    struct stat s;
    int result = path_is_fd(&path) ? BLOCKING(fstat(path.fd, &s))
                                   : BLOCKING(fstatat(dir_fd, path.text.bytes, &s, follow ? 0 : AT_SYMLINK_NOFOLLOW));
    value answer = result < 0 ? path_error(&path) : from_stat(&s);
    path_release(&path);
    return answer;
}
static value posix_stat(value self, const value *args)
{
    int follow = value_truth(args[2]);
    return follow < 0 ? NULL : stat_path(args[0], args[1], follow, "stat", PATH_FD);
}
static value posix_lstat(value self, const value *args)
{
    return stat_path(args[0], args[1], false, "lstat", 0);
}
static value posix_fstat(value self, value given_fd)
{
    int fd;
    struct stat s;
    if (!value_as_int(given_fd, &fd))
        return NULL;
    return BLOCKING(fstat(fd, &s)) < 0 ? raise_errno(errno, NULL, NULL) : from_stat(&s);
}

static value from_statvfs(const struct statvfs *s)
{
    value items[] = {int_from_u64(s->f_bsize),   int_from_u64(s->f_frsize), int_from_u64(s->f_blocks),
                     int_from_u64(s->f_bfree),   int_from_u64(s->f_bavail), int_from_u64(s->f_files),
                     int_from_u64(s->f_ffree),   int_from_u64(s->f_favail), int_from_u64(s->f_flag),
                     int_from_u64(s->f_namemax), int_from_u64(s->f_fsid)};
    return struct_sequence_new(statvfs_type, items);
}
static value posix_statvfs(value self, value given_path)
{
    struct path path;
    struct statvfs s;
    if (!path_get(&path, given_path, "statvfs", "path", PATH_FD))
        return NULL;
    int result = path_is_fd(&path) ? BLOCKING(fstatvfs(path.fd, &s)) : BLOCKING(statvfs(path.text.bytes, &s));
    value answer = result < 0 ? path_error(&path) : from_statvfs(&s);
    path_release(&path);
    return answer;
}

static value posix_fstatvfs(value self, value given_fd)
{
    int fd;
    struct statvfs s;
    if (!value_as_int(given_fd, &fd))
        return NULL;
    return BLOCKING(fstatvfs(fd, &s)) < 0 ? raise_errno(errno, NULL, NULL) : from_statvfs(&s);
}

static value device_part(value v, bool high)
{
    uint64_t device;
    if (!is_int(v))
        return raise(EXC(TypeError), "an integer is required");
    if (int_as_u64(v, &device))
        return int_from_u64(high ? major(device) : minor(device));
    if (int_sign(v) > 0 && error_matches(EXC(OverflowError))) {
        error_clear();
        raise(EXC(OverflowError), "int too big to convert");
    }
    return NULL;
}
static value posix_major(value self, value device)
{
    return device_part(device, true);
}
static value posix_minor(value self, value device)
{
    return device_part(device, false);
}
static value posix_makedev(value self, value major, value minor)
{
    int high, low;
    return value_as_int(major, &high) && value_as_int(minor, &low)
               ? int_from_u64(makedev((unsigned)high, (unsigned)low))
               : NULL;
}

/* ---- directories ---- */
static DIR *open_directory(struct path *path)
{
    if (!path_is_fd(path))
        return BLOCKING(opendir(path->text.bytes));
    int fd = fcntl(path->fd, F_DUPFD_CLOEXEC, 0);
    DIR *directory = fd < 0 ? NULL : BLOCKING(fdopendir(fd));
    if (!directory && fd >= 0) {
        int error = errno;
        close(fd);
        errno = error;
    }
    if (directory)
        rewinddir(directory);
    return directory;
}
/* A descriptor that is open is named. */
static value directory_error(const struct path *path)
{
    return errno == EBADF ? path_error_unless_fd(path) : path_error(path);
}
/* The next entry but "." and "..": NULL at the end, or with errno set. */
static struct dirent *next_entry(DIR *directory)
{
    for (;;) {
        thread_enter_blocking();
        errno = 0;
        struct dirent *entry = readdir(directory);
        int error = errno;
        thread_leave_blocking();
        errno = error;
        if (!entry || (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0))
            return entry;
    }
}

static value posix_listdir(value self, value given_path)
{
    struct path path;
    if (!path_get(&path, given_path, "listdir", "path", PATH_FD | PATH_NONE))
        return NULL;
    if (!audit("os.listdir", "O", path.object))
        return path_refused(&path);
    DIR *directory = open_directory(&path);
    value list = directory ? list_new(0) : directory_error(&path);
    struct dirent *entry;
    while (list && (entry = next_entry(directory))) {
        value name = path_text(&path, entry->d_name, strlen(entry->d_name));
        if (!name || !list_append_owned(list, name)) {
            value_dec(list);
            list = NULL;
        }
    }
    if (list && errno) {
        value_dec(list);
        list = directory_error(&path);
    }
    if (directory)
        closedir(directory);
    path_release(&path);
    return list;
}

/* ---- DirEntry ---- */
struct entry {
    struct object header;
    value_slot name, path;  /* constant */
    value_slot stat, lstat; /* results, once asked for */
    uint64_t inode;
    int dir_fd;         /* scandir(fd): where names are relative to; -1: use the path */
    unsigned char kind; /* DT_...; */
};
#define ENTRY(v) ((struct entry *)(v))

static value entry_make(struct path *directory, const struct dirent *d)
{
    value name = path_text(directory, d->d_name, strlen(d->d_name)), full = NULL;
    size_t length = directory->text.length;
    if (name && path_is_fd(directory)) {
        full = value_inc(name);
    } else if (name) {
        size_t tail = strlen(d->d_name);
        bool slash = length && directory->text.bytes[length - 1] == '/';
        char *joined = malloc(length + tail + 2);
        if (joined) {
            memcpy(joined, directory->text.bytes, length);
            joined[length] = '/';
            memcpy(joined + length + !slash, d->d_name, tail);
            full = path_text(directory, joined, length + !slash + tail);
            free(joined);
        } else {
            raise_no_memory();
        }
    }
    struct entry *e = full ? (struct entry *)object_new(entry_type, sizeof *e) : NULL;
    if (!e) {
        value_dec(name);
        value_dec(full);
        return NULL;
    }
    slot_init(&e->name, name);
    slot_init(&e->path, full);
    e->inode = d->d_ino;
    e->kind = d->d_type;
    e->dir_fd = directory->fd;
    return value_of(e);
}

static value entry_fetch(value v, bool follow)
{
    value dir = ENTRY(v)->dir_fd >= 0 ? small_int(ENTRY(v)->dir_fd) : VALUE_NONE;
    return stat_path(slot_peek(&ENTRY(v)->path), dir, follow, "stat", 0);
}
static value entry_stat(value v, const value *args)
{
    int follow = value_truth(args[0]);
    if (follow < 0)
        return NULL;
    value_slot *slot = follow && ENTRY(v)->kind == DT_LNK ? &ENTRY(v)->stat : &ENTRY(v)->lstat;
    if (follow && ENTRY(v)->kind == DT_UNKNOWN)
        slot = &ENTRY(v)->stat;
    value known = slot_load(value_object(v), slot);
    if (known)
        return known;
    known = entry_fetch(v, follow);
    if (known)
        slot_store(value_object(v), slot, value_inc(known));
    return known;
}

/* Whether the entry is of this kind: 1, 0, -1. What no longer exists is of none. */
static int entry_is(value v, bool follow, unsigned char kind, mode_t mode)
{
    unsigned char own = ENTRY(v)->kind;
    if (own != DT_UNKNOWN && !(follow && own == DT_LNK))
        return own == kind;
    value argument = value_bool(follow);
    value s = entry_stat(v, &argument);
    if (!s) {
        if (!error_matches(EXC(FileNotFoundError)))
            return -1;
        error_clear();
        return 0;
    }
    int64_t bits = small_int_value(tuple_get(s, 0));
    value_dec(s);
    return ((mode_t)bits & S_IFMT) == mode;
}
static value entry_test(value v, value argument, unsigned char kind, mode_t mode)
{
    int follow = value_truth(argument), answer = follow < 0 ? -1 : entry_is(v, follow, kind, mode);
    return answer < 0 ? NULL : value_bool(answer);
}
static value entry_is_dir(value v, const value *args)
{
    return entry_test(v, args[0], DT_DIR, S_IFDIR);
}
static value entry_is_file(value v, const value *args)
{
    return entry_test(v, args[0], DT_REG, S_IFREG);
}
static value entry_is_symlink(value v)
{
    return entry_test(v, VALUE_FALSE, DT_LNK, S_IFLNK);
}
static value entry_inode(value v)
{
    return int_from_u64(ENTRY(v)->inode);
}
static value entry_fspath(value v)
{
    return value_inc(slot_peek(&ENTRY(v)->path));
}
static value entry_repr(value v)
{
    return str_format("<DirEntry %R>", slot_peek(&ENTRY(v)->name));
}
static void entry_traverse(struct object *o, struct gc_trace *trace)
{
    trace_slots(trace, &((struct entry *)o)->name, 4);
}
static void entry_destroy(struct object *o)
{
    value_slot *slots = &((struct entry *)o)->name;
    for (int i = 0; i < 4; i++)
        slot_drop(&slots[i]);
}
static const struct method_def entry_methods[] = {
    METHOD("is_dir", entry_is_dir, "($self, /, *, follow_symlinks=True)", "Return True if the entry is a directory."),
    METHOD("is_file", entry_is_file, "($self, /, *, follow_symlinks=True)", "Return True if the entry is a file."),
    METHOD("is_symlink", entry_is_symlink, "($self, /)", "Return True if the entry is a symbolic link."),
    METHOD("stat", entry_stat, "($self, /, *, follow_symlinks=True)", "Return stat_result object for the entry."),
    METHOD("inode", entry_inode, "($self, /)", "Return inode of the entry."),
    METHOD("__fspath__", entry_fspath, "($self, /)", "Returns the path for the entry."),
    METHOD_CLASS_GETITEM,
    {0},
};
static const struct member_def entry_members[] = {
    {"name", MEMBER_VALUE, offsetof(struct entry, name), false,
     "the entry's base filename, relative to scandir() \"path\" argument"},
    {"path", MEMBER_VALUE, offsetof(struct entry, path), false, "the entry's full path name"},
    {0},
};
static const struct type_spec entry_spec = {
    .name = "posix.DirEntry",
    .size = sizeof(struct entry),
    .flags = TYPE_FLAG_NO_NEW,
    .gc_flags = TYPE_GC_CONTAINER,
    .traverse = entry_traverse,
    .destroy = entry_destroy,
    .slots = {.repr = entry_repr},
    .methods = entry_methods,
    .members = entry_members,
};

/* ---- scandir: one thread at a time has the directory, taken out of the iterator ---- */
struct scan {
    struct object header;
    value_slot argument; /* the path given; constant */
    _Atomic(DIR *) directory;
    _Atomic bool closed; /* by the program: who has the directory closes it */
    int fd;              /* scandir(fd) */
};

static value posix_scandir(value self, value given_path)
{
    struct path path;
    if (!path_get(&path, given_path, "scandir", "path", PATH_FD | PATH_NONE))
        return NULL;
    if (!audit("os.scandir", "O", path.object))
        return path_refused(&path);
    struct scan *s = (struct scan *)object_new(scan_type, sizeof *s);
    if (s) {
        slot_init(&s->argument, is_given(given_path) ? value_inc(given_path) : str_from_text("."));
        s->fd = path.fd;
        DIR *directory = open_directory(&path);
        if (!directory) {
            directory_error(&path);
            value_dec(value_of(s));
            s = NULL;
        } else {
            atomic_store(&s->directory, directory);
        }
    }
    path_release(&path);
    return value_of(s);
}

static value scan_close(value v, const value *args)
{
    struct scan *s = (struct scan *)v;
    atomic_store(&s->closed, true);
    DIR *directory = atomic_exchange(&s->directory, NULL);
    if (directory)
        (void)BLOCKING(closedir(directory));
    return VALUE_NONE;
}
static value scan_next(value v)
{
    struct scan *s = (struct scan *)v;
    DIR *directory = atomic_exchange(&s->directory, NULL);
    if (!directory)
        return VALUE_END;
    struct path path;
    value result = NULL;
    if (path_get(&path, slot_peek(&s->argument), "scandir", "path", PATH_FD | PATH_NONE)) {
        struct dirent *entry = next_entry(directory);
        if (entry)
            result = entry_make(&path, entry);
        else
            result = errno ? directory_error(&path) : VALUE_END;
        path_release(&path);
        if (entry) {
            atomic_store(&s->directory, directory);
            if (atomic_load(&s->closed)) /* meanwhile */
                scan_close(v, NULL);
            return result;
        }
    }
    closedir(directory);
    return result;
}
static value scan_enter(value v)
{
    return value_inc(v);
}
static void scan_finalize(struct object *o)
{
    value v = value_of(o);
    if (!atomic_load(&((struct scan *)v)->directory))
        return;
    value saved = error_fetch();
    if (warn_of_source(v, "unclosed scandir iterator %R", v) < 0)
        error_unraisable(NULL, v);
    scan_close(v, NULL);
    if (saved)
        error_restore(saved);
}
static void scan_traverse(struct object *o, struct gc_trace *trace)
{
    trace_slot(trace, &((struct scan *)o)->argument);
}
static void scan_destroy(struct object *o)
{
    DIR *directory = atomic_load(&((struct scan *)o)->directory);
    if (directory)
        closedir(directory);
    slot_drop(&((struct scan *)o)->argument);
}
static const struct method_def scan_methods[] = {
    METHOD_DEL,
    METHOD("close", scan_close, "($self, /)", NULL),
    METHOD("__enter__", scan_enter, "($self, /)", NULL),
    METHOD("__exit__", scan_close, "($self, /, *args)", NULL),
    {0},
};
static const struct type_spec scan_spec = {
    .name = "posix.ScandirIterator",
    .size = sizeof(struct scan),
    .flags = TYPE_FLAG_NO_NEW,
    .gc_flags = TYPE_GC_CONTAINER,
    .traverse = scan_traverse,
    .destroy = scan_destroy,
    .finalize = scan_finalize,
    .slots = {.iter = iterator_return_self, .next = scan_next},
    .methods = scan_methods,
};

const struct method_def posix_stat_functions[] = {
    METHOD("stat", posix_stat, "(path, *, dir_fd=None, follow_symlinks=True)",
           "Perform a stat system call on the given path."),
    METHOD("lstat", posix_lstat, "(path, *, dir_fd=None)",
           "Perform a stat system call on the given path, without following symbolic links."),
    METHOD("fstat", posix_fstat, "(fd)", "Perform a stat system call on the given file descriptor."),
    METHOD("statvfs", posix_statvfs, "(path)", "Perform a statvfs system call on the given path."),
    METHOD("fstatvfs", posix_fstatvfs, "(fd, /)", "Perform an fstatvfs system call on the given fd."),
    METHOD("major", posix_major, "(device, /)", "Extracts a device major number from a raw device number."),
    METHOD("minor", posix_minor, "(device, /)", "Extracts a device minor number from a raw device number."),
    METHOD("makedev", posix_makedev, "(major, minor, /)", "Composes a raw device number."),
    METHOD("listdir", posix_listdir, "(path=None)",
           "Return a list containing the names of the files in the directory."),
    METHOD("scandir", posix_scandir, "(path=None)", "Return an iterator of DirEntry objects for given path."),
    {0},
};

/* Times that are not given as numbers with fractions are taken from the whole ones. */
static value stat_result_new(struct type *type, const value *args, size_t nargs, value kwnames)
{
    value result = struct_sequence_from(type, args, nargs, kwnames);
    for (int i = 7; result && i < 10; i++) {
        value_slot *items = tuple_items(result);
        if (slot_peek(&items[i + 3]) == VALUE_NONE)
            slot_init(&items[i + 3], value_inc(slot_peek(&items[i])));
    }
    return result;
}

bool posix_stat_fill(value module)
{
    if (!stat_type)
        stat_type = struct_sequence_define("os.stat_result", "stat_result: Result from stat, fstat, or lstat.",
                                           stat_fields, 10, stat_result_new);
    if (stat_type && !statvfs_type)
        statvfs_type = struct_sequence_define("os.statvfs_result", "statvfs_result: Result from statvfs or fstatvfs.",
                                              statvfs_fields, 10, struct_sequence_from);
    if (statvfs_type && !scan_type)
        scan_type = type_define(&scan_spec);
    return stat_type && statvfs_type && scan_type && module_add_type(module, stat_type) &&
           module_add_type(module, statvfs_type) && module_define_type(module, &entry_type, &entry_spec);
}
