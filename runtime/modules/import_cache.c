/*
 * The bytecode cache: what an import need not compile again.
 *
 * It has two places. The standard library is compiled when Atoll is built, into the directory `bytecode` beside the
 * program (-X compile-library does it), as other Pythons install their library with its bytecode: no process ever
 * writes there later. Everything else goes into a directory of the user ($ATOLL_CACHE, else $XDG_CACHE_HOME/atoll,
 * else ~/.cache/atoll). `-B`, PYTHONDONTWRITEBYTECODE and sys.dont_write_bytecode switch writing off, as in CPython.
 *
 * In both there is one file for each source file and level of optimization (-O), named after a hash of the level and
 * the source's absolute path. An entry states path, level, size and modification time of the source, and counts only
 * while all agree. It is replaced by renaming, so readers see an old or a new one, never a half.
 */
#include "runtime/modules/import_cache.h"
#include "runtime/compiler/code.h"
#include "runtime/interp/interp.h"
#include "runtime/modules/io_file.h"
#include "runtime/modules/sys.h"
#include "runtime/objects/objects.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

struct cache_header {
    char magic[8];
    uint64_t source_size;
    int64_t source_seconds, source_nanoseconds;
    uint32_t optimize, path_length; /* then the path, then the code */
};
#define CACHE_MAGIC       "atoll\0\0\2"
#define LIBRARY_DIRECTORY "bytecode"

/* ---- names ---- */

/* Set once at start, then only read. NULL: nothing is known to be compiled beforehand. */
static char *library_cache, *library_path;
static size_t library_path_length;

void import_cache_set_places(const char *executable, const char *library)
{
    const char *slash = strrchr(executable, '/');
    size_t room = slash ? (size_t)(slash - executable) + sizeof "/" LIBRARY_DIRECTORY : 0;
    library_cache = slash ? malloc(room) : NULL;
    library_path = strdup(library);
    if (!library_cache || !library_path) {
        import_cache_finish(); /* then everything is looked for in the user's cache */
        return;
    }
    snprintf(library_cache, room, "%.*s/" LIBRARY_DIRECTORY, (int)(slash - executable), executable);
    library_path_length = strlen(library_path);
}

static bool is_library_source(const char *source)
{
    return library_cache && strncmp(source, library_path, library_path_length) == 0 &&
           source[library_path_length] == '/';
}

/* FNV-1a, 64 bits: names of cache files only need to differ in practice; what the header says decides. */
static uint64_t hash_source(const char *source, int optimize)
{
    uint64_t hash = (UINT64_C(0xcbf29ce484222325) ^ (uint64_t)optimize) * UINT64_C(0x100000001b3);
    for (; *source; source++)
        hash = (hash ^ (uint8_t)*source) * UINT64_C(0x100000001b3);
    return hash;
}

static bool name_file(char *out, size_t size, const char *directory, const char *below, const char *source)
{
    int written = snprintf(out, size, "%s%s/%016lx", directory, below, hash_source(source, sys_optimize_level()));
    return written > 0 && (size_t)written < size;
}

/* The user's cache file of a source file, or false when there is no place for it. */
static bool name_user_file(char *out, size_t size, const char *source)
{
    const char *directory;
    if ((directory = getenv("ATOLL_CACHE")) && *directory)
        return name_file(out, size, directory, "", source);
    if ((directory = getenv("XDG_CACHE_HOME")) && *directory)
        return name_file(out, size, directory, "/atoll", source);
    if ((directory = getenv("HOME")) && *directory)
        return name_file(out, size, directory, "/.cache/atoll", source);
    return false;
}

/* ---- reading ---- */

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

/* The bytes of a cache file in a room of their own; NULL when it cannot be read. A file that is longer than it was when
 * opened has been tampered with: its checksum will tell. */
static struct room *read_file(const char *path, size_t *length)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return NULL;
    struct stat info;
    struct room *room = NULL;
    if (fstat(fd, &info) == 0 && info.st_size > 0 && info.st_size < INT32_MAX)
        room = take_room((size_t)info.st_size);
    *length = 0;
    while (room && *length < (size_t)info.st_size) {
        ssize_t got = read(fd, room->bytes + *length, (size_t)info.st_size - *length);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            break;
        *length += (size_t)got;
    }
    close(fd);
    return room;
}

static value read_entry(const char *path, const char *source, const struct stat *info)
{
    size_t length, path_length = strlen(source);
    struct room *room = read_file(path, &length);
    if (!room)
        return VALUE_MISSING;
    struct cache_header header;
    const uint8_t *bytes = room->bytes;
    value code = VALUE_MISSING;
    if (length > sizeof header + path_length) {
        memcpy(&header, bytes, sizeof header);
        if (memcmp(header.magic, CACHE_MAGIC, 8) == 0 && header.source_size == (uint64_t)info->st_size &&
            header.source_seconds == info->st_mtim.tv_sec && header.source_nanoseconds == info->st_mtim.tv_nsec &&
            header.optimize == (uint32_t)sys_optimize_level() && header.path_length == path_length &&
            memcmp(bytes + sizeof header, source, path_length) == 0) {
            code = code_deserialize(bytes + sizeof header + path_length, length - sizeof header - path_length);
            if (!code && !error_matches(EXC(MemoryError))) {
                error_clear();
                code = VALUE_MISSING;
            }
        }
    }
    give_room(room);
    return code;
}

value import_cache_read(const char *source, const struct stat *info)
{
    char path[PATH_MAX];
    value code = VALUE_MISSING;
    if (is_library_source(source) && name_file(path, sizeof path, library_cache, "", source))
        code = read_entry(path, source, info);
    if (code == VALUE_MISSING && name_user_file(path, sizeof path, source))
        code = read_entry(path, source, info);
    return code;
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

/* Make the directories above `path`. */
static void make_directories(char *path)
{
    for (char *p = path + 1; *p; p++) {
        if (*p != '/')
            continue;
        *p = 0;
        mkdir(path, 0777);
        *p = '/';
    }
}

static bool write_entry(const char *path, const char *source, const struct stat *info, value serialized)
{
    char temporary[PATH_MAX + 64];
    snprintf(temporary, sizeof temporary, "%s.%d.%lx", path, (int)getpid(), (unsigned long)(uintptr_t)interpreter_self);
    int fd = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
    if (fd < 0)
        return false;
    struct cache_header header = {.magic = CACHE_MAGIC,
                                  .source_size = (uint64_t)info->st_size,
                                  .source_seconds = info->st_mtim.tv_sec,
                                  .source_nanoseconds = info->st_mtim.tv_nsec,
                                  .optimize = (uint32_t)sys_optimize_level(),
                                  .path_length = (uint32_t)strlen(source)};
    bool done = write_all(fd, &header, sizeof header) && write_all(fd, source, strlen(source)) &&
                write_all(fd, bytes_data(serialized), bytes_length(serialized));
    done = close(fd) == 0 && done && rename(temporary, path) == 0;
    if (!done)
        unlink(temporary);
    return done;
}

void import_cache_write(const char *source, const struct stat *info, value code)
{
    char path[PATH_MAX];
    if (!name_user_file(path, sizeof path, source))
        return;
    value off = sys_get("dont_write_bytecode");
    int truth = is_given(off) ? value_truth(off) : 0;
    value_dec(off);
    value serialized = truth == 0 ? code_serialize(code) : NULL;
    if (!serialized) {
        error_clear();
        return;
    }
    make_directories(path);
    write_entry(path, source, info, serialized);
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

/* A file that is no Python is left out; false when the entry cannot be written. */
static bool compile_file(const char *directory, const char *source, const struct stat *info)
{
    char path[PATH_MAX];
    uint8_t *bytes;
    size_t length;
    if (!name_file(path, sizeof path, directory, "", source) || !file_read_all(source, &bytes, &length))
        return true;
    value file = str_decode_locale(source);
    value code = file ? compile_source((const char *)bytes, length, file, "exec", 0, sys_optimize_level()) : NULL;
    value serialized = code ? code_serialize(code) : NULL;
    error_clear();
    bool done = !serialized || write_entry(path, source, info, serialized);
    value_dec(serialized);
    value_dec(code);
    value_dec(file);
    free(bytes);
    return done;
}

static bool compile_directory(const char *directory, const char *sources)
{
    DIR *stream = opendir(sources);
    if (!stream)
        return false;
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
            done = compile_directory(directory, path);
        else if (S_ISREG(info.st_mode) && length > 3 && strcmp(entry->d_name + length - 3, ".py") == 0)
            done = compile_file(directory, path, &info);
    }
    closedir(stream);
    return done;
}

bool import_cache_compile_library(const char *directory)
{
    char path[PATH_MAX];
    snprintf(path, sizeof path, "%s/", directory);
    make_directories(path);
    bool done = library_path && compile_directory(directory, library_path);
    if (!done)
        fprintf(stderr, "atoll: cannot compile the standard library into %s: %s\n", directory, strerror(errno));
    return done;
}

void import_cache_finish(void)
{
    free(library_cache);
    free(library_path);
    library_cache = library_path = NULL;
    free(atomic_exchange(&spare_room, NULL));
}
