/*
 * The bytecode cache: what an import need not compile again.
 *
 * It has two places. The standard library is compiled when Atoll is built, into one file beside the program
 * (-X compile-library does it), as other Pythons install their library with its bytecode: no process ever writes there
 * later. Its table is read at the first import, and of its entries those that are imported; they stay in memory, so
 * that code in them can sleep until it is run. Everything else goes into a directory of the user ($ATOLL_CACHE, else
 * $XDG_CACHE_HOME/atoll, else ~/.cache/atoll; absolute paths only), one file for each source file. With -E and -I the
 * home directory is that of the system's list of users, and variables do not count. `-B`, PYTHONDONTWRITEBYTECODE and
 * sys.dont_write_bytecode switch writing off, as in CPython.
 *
 * In both, an entry is found by a hash of the level of optimization (-O) and the source's absolute path. It states
 * path, level, size and modification time of the source, and counts only while all agree. Files are replaced by
 * renaming, so readers see an old or a new one, never a half.
 *
 * Whoever can write into a bytecode file can run code in our name. So it is believed only if it is a regular file that
 * nobody else can write: the user's directory and files belong to the user, the library's file to the user, to root or
 * to whom the program belongs. Nothing is mapped: another process may cut a mapped file short, which would kill us at
 * the next look.
 */
#include "runtime/modules/importing/import_cache.h"
#include "runtime/modules/core/sys_info.h"
#include "runtime/compiler/code/code.h"
#include "runtime/interp/interp.h"
#include "runtime/file.h"
#include "runtime/sys.h"
#include "runtime/objects/objects.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* An entry: this, then the path, then the code. */
struct cache_header {
    char magic[8];
    uint64_t source_size;
    int64_t source_seconds, source_nanoseconds;
    uint32_t optimize, path_length;
};
#define CACHE_MAGIC "atoll\0\0\2"

/* The file of the library: this, then rows in the order of their hashes, then entries. */
struct library_header {
    char magic[8];
    uint64_t count;
};
struct library_row {
    uint64_t hash, offset, length;
};
#define LIBRARY_MAGIC "atollib\1"
#define LIBRARY_FILE  "library.bytecode"

/* ---- names ---- */

/* Set once at start, then only read. NULL: nothing is known to be compiled beforehand. */
static char *library_file, *library_path, *program_file;
static size_t library_path_length;

void import_cache_set_places(const char *executable, const char *library)
{
    /* Beside the program, or where it is installed. */
    static const char *const places[] = {"", "../" ATOLL_LIBRARY_DIRECTORY "/atoll/"};
    const char *slash = strrchr(executable, '/');
    struct stat info;
    for (size_t i = 0; slash && i < sizeof places / sizeof *places; i++) {
        free(library_file);
        if (asprintf(&library_file, "%.*s/%s" LIBRARY_FILE, (int)(slash - executable), executable, places[i]) < 0)
            library_file = NULL;
        if (library_file && stat(library_file, &info) == 0)
            break;
    }
    library_path = strdup(library);
    program_file = strdup(executable);
    if (!library_file || !library_path || !program_file) {
        import_cache_finish(); /* then everything is looked for in the user's cache */
        return;
    }
    library_path_length = strlen(library_path);
}

static bool is_library_source(const char *source)
{
    return library_file && strncmp(source, library_path, library_path_length) == 0 &&
           source[library_path_length] == '/';
}

const char *import_cache_frozen_name(const char *source)
{
    static const char *const rows[][2] = {
        {"importlib/_bootstrap.py", "<frozen importlib._bootstrap>"},
        {"importlib/_bootstrap_external.py", "<frozen importlib._bootstrap_external>"},
        {"zipimport.py", "<frozen zipimport>"}};
    for (size_t i = 0; is_library_source(source) && i < sizeof rows / sizeof *rows; i++)
        if (strcmp(source + library_path_length + 1, rows[i][0]) == 0)
            return rows[i][1];
    return NULL;
}

/* FNV-1a, 64 bits: names of cache files only need to differ in practice; what the header says decides. */
static uint64_t hash_source(const char *source, int optimize)
{
    uint64_t hash = (UINT64_C(0xcbf29ce484222325) ^ (uint64_t)optimize) * UINT64_C(0x100000001b3);
    for (; *source; source++)
        hash = (hash ^ (uint8_t)*source) * UINT64_C(0x100000001b3);
    return hash;
}

/* ---- the user's directory ---- */

/* Its path; NULL when there is no place for it. Made once: variables that a program sets for others are not for us. */
static char *user_directory;
static pthread_once_t user_once = PTHREAD_ONCE_INIT;

static const char *absolute_variable(const char *name)
{
    const char *text = sys_flags.ignore_environment ? NULL : secure_getenv(name);
    return text && *text == '/' ? text : NULL;
}

static void find_user_directory(void)
{
    const char *directory, *below = "";
    char *buffer = NULL;
    if (!(directory = absolute_variable("ATOLL_CACHE"))) {
        below = "/atoll";
        if (!(directory = absolute_variable("XDG_CACHE_HOME"))) {
            below = "/.cache/atoll";
            directory = absolute_variable("HOME");
        }
    }
    if (!directory && sys_flags.ignore_environment) {
        enum { ROOM = 16384 };
        struct passwd user, *found = NULL;
        buffer = malloc(ROOM);
        if (buffer && getpwuid_r(geteuid(), &user, buffer, ROOM, &found) == 0 && found && *found->pw_dir == '/')
            directory = found->pw_dir;
    }
    if (directory && asprintf(&user_directory, "%s%s", directory, below) < 0)
        user_directory = NULL;
    free(buffer);
}

/* Nobody but `owner` can write it. */
static bool is_safe(const struct stat *info, uid_t owner)
{
    return info->st_uid == owner && !(info->st_mode & (S_IWGRP | S_IWOTH));
}

/* The user's directory, opened, or -1: there is none, or others may write there. */
static int open_user_directory(bool make)
{
    pthread_once(&user_once, find_user_directory);
    if (!user_directory)
        return -1;
    int fd = open(user_directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0 && make && errno == ENOENT) {
        char path[PATH_MAX];
        if (snprintf(path, sizeof path, "%s/", user_directory) >= (int)sizeof path)
            return -1;
        for (char *p = path + 1; *p; p++) {
            if (*p != '/')
                continue;
            *p = 0;
            mkdir(path, 0700);
            *p = '/';
        }
        fd = open(user_directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    }
    struct stat info;
    if (fd < 0 || (fstat(fd, &info) == 0 && is_safe(&info, geteuid())))
        return fd;
    close(fd);
    return -1;
}

/* A regular file to read, or -1. Nothing else is touched: a FIFO would keep us waiting. */
static int open_regular(int directory, const char *name, struct stat *info)
{
    int fd = openat(directory, name, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK | O_NOFOLLOW);
    if (fd < 0 || (fstat(fd, info) == 0 && S_ISREG(info->st_mode)))
        return fd;
    close(fd);
    return -1;
}

/* Read `length` bytes from a place of a file; how many there were. */
static size_t read_at(int fd, void *bytes, size_t length, off_t at)
{
    size_t read = 0;
    while (read < length) {
        ssize_t got = pread(fd, (char *)bytes + read, length - read, at + (off_t)read);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            break;
        read += (size_t)got;
    }
    return read;
}

/* The name of a source file's entry in the user's directory. */
struct entry_name {
    char text[17];
};
static struct entry_name name_entry(const char *source)
{
    struct entry_name name;
    snprintf(name.text, sizeof name.text, "%016lx", hash_source(source, sys_optimize_level()));
    return name;
}

/* ---- entries ---- */

static struct cache_header make_header(const char *source, const struct stat *info)
{
    return (struct cache_header){.magic = CACHE_MAGIC,
                                 .source_size = (uint64_t)info->st_size,
                                 .source_seconds = info->st_mtim.tv_sec,
                                 .source_nanoseconds = info->st_mtim.tv_nsec,
                                 .optimize = (uint32_t)sys_optimize_level(),
                                 .path_length = (uint32_t)strlen(source)};
}

/* The code in a valid entry for this source; NULL when it is not one. */
static const uint8_t *find_code(const uint8_t *entry, size_t length, const char *source, const struct stat *info,
                                size_t *code_length)
{
    struct cache_header wanted = make_header(source, info);
    size_t before = sizeof wanted + wanted.path_length;
    if (length <= before || memcmp(entry, &wanted, sizeof wanted) != 0 ||
        memcmp(entry + sizeof wanted, source, wanted.path_length) != 0)
        return NULL;
    *code_length = length - before;
    return entry + before;
}

/* What reading gave; damage is no error, but makes the entry count as missing. */
static value forgive(value code)
{
    if (code || error_matches(EXC(MemoryError)))
        return code;
    error_clear();
    return VALUE_MISSING;
}

/* ---- reading the user's ---- */

/* Room for one file. Between imports one waits here for the next reader, so that not every file touches new memory. */
struct room {
    size_t size;
    uint8_t bytes[];
};
enum { ROOM_KEPT = 1 << 18 }; /* larger rooms are given back */
static _Atomic(struct room *) spare_room;

static struct room *take_room(size_t size)
{
    struct room *room = atomic_exchange(&spare_room, NULL);
    if (room && room->size >= size)
        return room;
    free(room);
    size = size < ROOM_KEPT / 2 ? ROOM_KEPT / 2 : size;
    room = malloc(sizeof *room + size);
    if (room)
        room->size = size;
    return room;
}

static void give_room(struct room *room)
{
    free(room->size > ROOM_KEPT ? room : atomic_exchange(&spare_room, room));
}

/* The bytes of an entry of the user in a room of their own; NULL when it cannot be read, or others may have written it.
 */
static struct room *read_entry(const char *name, size_t *length)
{
    int directory = open_user_directory(false);
    if (directory < 0)
        return NULL;
    struct stat info;
    struct room *room = NULL;
    int fd = open_regular(directory, name, &info);
    close(directory);
    if (fd < 0)
        return NULL;
    if (is_safe(&info, geteuid()) && info.st_size > 0 && info.st_size < INT32_MAX)
        room = take_room((size_t)info.st_size);
    if (room)
        *length = read_at(fd, room->bytes, (size_t)info.st_size, 0);
    close(fd);
    return room;
}

static value read_user(const char *source, const struct stat *info)
{
    size_t length;
    struct room *room = read_entry(name_entry(source).text, &length);
    if (!room)
        return VALUE_MISSING;
    const uint8_t *bytes = find_code(room->bytes, length, source, info, &length);
    value code = bytes ? forgive(code_deserialize(bytes, length)) : VALUE_MISSING;
    give_room(room);
    return code;
}

/* ---- reading the library's ---- */

/* The table, read by whoever imports first; then it does not change. Entries are loaded when they are needed; code
 * objects refer to them, so they stay until the process ends. */
struct library {
    struct stat info; /* of the file that it was read from */
    size_t count;
    struct library_row *rows;
    _Atomic(struct loaded *) loaded[];
};
/* An entry in memory. */
struct loaded {
    struct code_source *source;
    uint8_t entry[];
};
static struct library *library; /* NULL when there is none */
static pthread_once_t library_once = PTHREAD_ONCE_INIT;

/* The library's file, if it is one that nobody else can have written; else -1. */
static int open_library_file(struct stat *info)
{
    int fd = open_regular(AT_FDCWD, library_file, info);
    struct stat program;
    if (fd < 0 || is_safe(info, 0) || is_safe(info, geteuid()) ||
        (stat(program_file, &program) == 0 && is_safe(info, program.st_uid)))
        return fd;
    close(fd);
    return -1;
}

static void read_table(int fd, const struct stat *info)
{
    struct library_header header;
    if (read_at(fd, &header, sizeof header, 0) != sizeof header ||
        memcmp(header.magic, LIBRARY_MAGIC, sizeof header.magic) != 0 ||
        header.count > ((size_t)info->st_size - sizeof header) / sizeof(struct library_row))
        return;
    size_t size = header.count * sizeof(struct library_row);
    struct library *read = calloc(1, sizeof *read + header.count * sizeof read->loaded[0]);
    struct library_row *rows = malloc(size + 1);
    if (read && rows && read_at(fd, rows, size, sizeof header) == size) {
        read->info = *info;
        read->count = header.count;
        read->rows = rows;
        library = read;
    } else {
        free(read);
        free(rows);
    }
}

static void open_library(void)
{
    struct stat info;
    int fd = open_library_file(&info);
    if (fd < 0)
        return;
    read_table(fd, &info);
    close(fd);
}

/* Number of the first row with this hash, or of a later one. */
static size_t find_row(uint64_t hash)
{
    size_t low = 0, high = library->count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (library->rows[middle].hash < hash)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* The library's file, or -1 when it is no longer the one that the table is of. */
static int reopen_library(void)
{
    struct stat info;
    const struct stat *known = &library->info;
    int fd = open_library_file(&info);
    if (fd < 0 || (info.st_dev == known->st_dev && info.st_ino == known->st_ino && info.st_size == known->st_size &&
                   info.st_mtim.tv_sec == known->st_mtim.tv_sec && info.st_mtim.tv_nsec == known->st_mtim.tv_nsec))
        return fd;
    close(fd);
    return -1;
}

/* An entry of the library in memory of its own, or NULL when it is not to be had. The file is opened each time: a
 * number kept open would be seen by programs that look at their descriptors, and be closed by those that close all. */
static struct loaded *read_row(const struct library_row *row)
{
    size_t whole = (size_t)library->info.st_size;
    if (row->offset > whole || row->length > whole - row->offset)
        return NULL;
    struct loaded *loaded = malloc(sizeof *loaded + row->length);
    int fd = loaded ? reopen_library() : -1;
    bool done = fd >= 0 && read_at(fd, loaded->entry, row->length, (off_t)row->offset) == row->length;
    if (fd >= 0)
        close(fd);
    if (done)
        return loaded;
    free(loaded);
    return NULL;
}

/* The code of a row; VALUE_MISSING when its entry is not one for this source. */
static value load_row(size_t row, const char *path, const struct stat *info)
{
    struct loaded *known = atomic_load_explicit(&library->loaded[row], memory_order_acquire);
    struct loaded *loaded = known ? known : read_row(&library->rows[row]);
    size_t length;
    const uint8_t *bytes = loaded ? find_code(loaded->entry, library->rows[row].length, path, info, &length) : NULL;
    if (known || !bytes) {
        if (!known)
            free(loaded);
        return bytes ? forgive(code_source_load(known->source)) : VALUE_MISSING;
    }
    loaded->source = code_source_open(bytes, length);
    if (!loaded->source) {
        free(loaded);
        return forgive(NULL);
    }
    if (!atomic_compare_exchange_strong(&library->loaded[row], &known, loaded)) { /* another thread was faster */
        code_source_close(loaded->source);
        free(loaded);
        loaded = known;
    }
    return forgive(code_source_load(loaded->source));
}

static value read_library(const char *source, const struct stat *info)
{
    pthread_once(&library_once, open_library);
    if (!library)
        return VALUE_MISSING;
    uint64_t hash = hash_source(source, sys_optimize_level());
    for (size_t i = find_row(hash); i < library->count && library->rows[i].hash == hash; i++) {
        value code = load_row(i, source, info);
        if (code != VALUE_MISSING)
            return code;
    }
    return VALUE_MISSING;
}

value import_cache_read(const char *source, const struct stat *info)
{
    value code = is_library_source(source) ? read_library(source, info) : VALUE_MISSING;
    return code == VALUE_MISSING ? read_user(source, info) : code;
}

/* ---- writing ---- */
static bool write_all(int fd, const void *bytes, size_t length)
{
    const char *p = bytes;
    while (length > 0) {
        ssize_t written = write(fd, p, length);
        if (written < 0 && errno == EINTR)
            continue;
        if (written <= 0)
            return false;
        p += written;
        length -= (size_t)written;
    }
    return true;
}

/* Put a file in place, from pieces. */
struct piece {
    const void *bytes;
    size_t length;
};
static bool write_file(int directory, const char *name, mode_t mode, const struct piece *pieces, size_t count)
{
    char temporary[PATH_MAX + 64];
    if (snprintf(temporary, sizeof temporary, "%s.%d.%lx", name, (int)getpid(),
                 (unsigned long)(uintptr_t)interpreter_self) >= (int)sizeof temporary) {
        errno = ENAMETOOLONG;
        return false;
    }
    int fd = openat(directory, temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
    if (fd < 0)
        return false;
    bool done = true;
    for (size_t i = 0; done && i < count; i++)
        done = write_all(fd, pieces[i].bytes, pieces[i].length);
    done = close(fd) == 0 && done && renameat(directory, temporary, directory, name) == 0;
    if (!done)
        unlinkat(directory, temporary, 0);
    return done;
}

void import_cache_write(const char *source, const struct stat *info, value code)
{
    value off = sys_get("dont_write_bytecode");
    int truth = is_given(off) ? value_truth(off) : 0;
    value_dec(off);
    value serialized = truth == 0 ? code_serialize(code) : NULL;
    if (!serialized) {
        error_clear();
        return;
    }
    int directory = open_user_directory(true);
    struct cache_header header = make_header(source, info);
    const struct piece pieces[] = {
        {&header, sizeof header}, {source, header.path_length}, {bytes_data(serialized), bytes_length(serialized)}};
    if (directory >= 0) {
        write_file(directory, name_entry(source).text, 0600, pieces, sizeof pieces / sizeof *pieces);
        close(directory);
    }
    value_dec(serialized);
}

/* ---- the standard library beforehand ---- */

/* Nobody imports these from a program, or they are no modules. */
static bool is_left_out(const char *name)
{
    static const char *const names[] = {"__pycache__", "test",       "tests",         "idlelib",
                                        "lib2to3",     "turtledemo", "site-packages", "dist-packages",
                                        "lib-dynload", "ensurepip",  "distutils"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(name, names[i]) == 0)
            return true;
    return name[0] == '.' || strncmp(name, "config-", 7) == 0;
}

/* What is compiled so far. */
struct compiled {
    struct library_row *rows; /* offsets from the first entry on */
    size_t count, capacity;
    uint8_t *entries;
    size_t length, room;
};

static bool add_entry(struct compiled *out, const char *source, const struct stat *info, value serialized)
{
    struct cache_header header = make_header(source, info);
    size_t length = sizeof header + header.path_length + bytes_length(serialized);
    if (out->count == out->capacity) {
        size_t capacity = out->capacity * 2 + 256;
        struct library_row *rows = realloc(out->rows, capacity * sizeof *rows);
        if (!rows)
            return false;
        out->rows = rows;
        out->capacity = capacity;
    }
    if (length > out->room - out->length) {
        size_t room = (out->room + length) * 2;
        uint8_t *entries = realloc(out->entries, room);
        if (!entries)
            return false;
        out->entries = entries;
        out->room = room;
    }
    uint8_t *at = out->entries + out->length;
    memcpy(at, &header, sizeof header);
    memcpy(at + sizeof header, source, header.path_length);
    memcpy(at + sizeof header + header.path_length, bytes_data(serialized), bytes_length(serialized));
    out->rows[out->count++] = (struct library_row){
        .hash = hash_source(source, sys_optimize_level()), .offset = out->length, .length = length};
    out->length += length;
    return true;
}

/* A file that is no Python is left out; false when there is no memory. */
static bool compile_file(struct compiled *out, const char *source, const struct stat *info)
{
    uint8_t *bytes;
    size_t length;
    if (!file_read_all(source, &bytes, &length))
        return true;
    const char *frozen = import_cache_frozen_name(source);
    value file = str_decode_locale(frozen ? frozen : source);
    value code = file ? compile_source((const char *)bytes, length, file, "exec", 0, sys_optimize_level()) : NULL;
    value serialized = code ? code_serialize(code) : NULL;
    error_clear();
    bool done = !serialized || add_entry(out, source, info, serialized);
    value_dec(serialized);
    value_dec(code);
    value_dec(file);
    free(bytes);
    return done;
}

/* What cannot be read is left out, and so are links to directories: they could lead round in a circle. */
static bool compile_directory(struct compiled *out, const char *sources)
{
    DIR *stream = opendir(sources);
    if (!stream)
        return errno != ENOMEM;
    bool done = true;
    char path[PATH_MAX];
    const struct dirent *entry;
    while (done && (entry = readdir(stream)) != NULL) {
        struct stat info;
        size_t length = strlen(entry->d_name);
        if (is_left_out(entry->d_name) ||
            snprintf(path, sizeof path, "%s/%s", sources, entry->d_name) >= (int)sizeof path || stat(path, &info) != 0)
            continue;
        if (S_ISDIR(info.st_mode))
            done = entry->d_type == DT_LNK || compile_directory(out, path);
        else if (S_ISREG(info.st_mode) && length > 3 && strcmp(entry->d_name + length - 3, ".py") == 0)
            done = compile_file(out, path, &info);
    }
    closedir(stream);
    return done;
}

static int compare_rows(const void *a, const void *b)
{
    uint64_t x = ((const struct library_row *)a)->hash, y = ((const struct library_row *)b)->hash;
    return x < y ? -1 : x > y;
}

bool import_cache_compile_library(const char *path)
{
    struct compiled out = {0};
    bool done = library_path && compile_directory(&out, library_path);
    if (done) {
        struct library_header header = {.magic = LIBRARY_MAGIC, .count = out.count};
        for (size_t i = 0; i < out.count; i++)
            out.rows[i].offset += sizeof header + out.count * sizeof *out.rows;
        if (out.count)
            qsort(out.rows, out.count, sizeof *out.rows, compare_rows);
        const struct piece pieces[] = {
            {&header, sizeof header}, {out.rows, out.count * sizeof *out.rows}, {out.entries, out.length}};
        done = write_file(AT_FDCWD, path, 0644, pieces, sizeof pieces / sizeof *pieces);
    }
    if (!done)
        fprintf(stderr, "atoll: cannot compile the standard library into %s: %s\n", path, strerror(errno));
    free(out.rows);
    free(out.entries);
    return done;
}

void import_cache_finish(void)
{
    free(library_file);
    free(library_path);
    free(program_file);
    free(user_directory);
    library_file = library_path = program_file = user_directory = NULL;
    free(atomic_exchange(&spare_room, NULL));
}
