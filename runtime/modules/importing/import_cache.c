/*
 * The bytecode cache: what an import need not compile again.
 *
 * It has two places. The standard library is compiled when Atoll is built, into one file beside the program
 * (-X compile-library does it), as other Pythons install their library with its bytecode: no process ever writes there
 * later. That file is mapped at the first import and stays, so that code in it can sleep until it is run. Everything
 * else goes into a directory of the user ($ATOLL_CACHE, else $XDG_CACHE_HOME/atoll, else ~/.cache/atoll), one file for
 * each source file. `-B`, PYTHONDONTWRITEBYTECODE and sys.dont_write_bytecode switch writing off, as in CPython.
 *
 * In both, an entry is found by a hash of the level of optimization (-O) and the source's absolute path. It states
 * path, level, size and modification time of the source, and counts only while all agree. Files are replaced by
 * renaming, so readers see an old or a new one, never a half, and what they have mapped does not change under them.
 */
#include "runtime/modules/importing/import_cache.h"
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
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
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
static char *library_file, *library_path;
static size_t library_path_length;

void import_cache_set_places(const char *executable, const char *library)
{
    const char *slash = strrchr(executable, '/');
    size_t room = slash ? (size_t)(slash - executable) + sizeof "/" LIBRARY_FILE : 0;
    library_file = slash ? malloc(room) : NULL;
    library_path = strdup(library);
    if (!library_file || !library_path) {
        import_cache_finish(); /* then everything is looked for in the user's cache */
        return;
    }
    snprintf(library_file, room, "%.*s/" LIBRARY_FILE, (int)(slash - executable), executable);
    library_path_length = strlen(library_path);
}

static bool is_library_source(const char *source)
{
    return library_file && strncmp(source, library_path, library_path_length) == 0 &&
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

/* The user's cache file of a source file, or false when there is no place for it. */
static bool name_user_file(char *out, size_t size, const char *source)
{
    uint64_t hash = hash_source(source, sys_optimize_level());
    const char *directory, *below = "";
    if (!(directory = getenv("ATOLL_CACHE")) || !*directory) {
        below = "/atoll";
        if (!(directory = getenv("XDG_CACHE_HOME")) || !*directory) {
            below = "/.cache/atoll";
            if (!(directory = getenv("HOME")) || !*directory)
                return false;
        }
    }
    int written = snprintf(out, size, "%s%s/%016lx", directory, below, hash);
    return written > 0 && (size_t)written < size;
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

static value read_user(const char *source, const struct stat *info)
{
    char path[PATH_MAX];
    size_t length;
    struct room *room = name_user_file(path, sizeof path, source) ? read_file(path, &length) : NULL;
    if (!room)
        return VALUE_MISSING;
    const uint8_t *bytes = find_code(room->bytes, length, source, info, &length);
    value code = bytes ? forgive(code_deserialize(bytes, length)) : VALUE_MISSING;
    give_room(room);
    return code;
}

/* ---- reading the library's ---- */

/* Made once, by whoever imports first; then only read, but for the sources, which are opened when they are needed. Code
 * objects refer to it, so it stays until the process ends. */
struct library {
    const uint8_t *bytes;
    size_t length, count;
    const struct library_row *rows;
    _Atomic(struct code_source *) sources[];
};
static struct library *library; /* NULL when there is none */
static pthread_once_t library_once = PTHREAD_ONCE_INIT;

static void open_library(void)
{
    int fd = open(library_file, O_RDONLY | O_CLOEXEC);
    struct stat info;
    if (fd < 0)
        return;
    if (fstat(fd, &info) == 0 && (size_t)info.st_size > sizeof(struct library_header)) {
        size_t length = (size_t)info.st_size;
        const uint8_t *bytes = mmap(NULL, length, PROT_READ, MAP_PRIVATE, fd, 0);
        const struct library_header *header = (const struct library_header *)bytes;
        if (bytes != MAP_FAILED && memcmp(header->magic, LIBRARY_MAGIC, sizeof header->magic) == 0 &&
            header->count <= (length - sizeof *header) / sizeof(struct library_row) &&
            (library = calloc(1, sizeof *library + header->count * sizeof library->sources[0])) != NULL) {
            library->bytes = bytes;
            library->length = length;
            library->count = header->count;
            library->rows = (const struct library_row *)(header + 1);
        } else if (bytes != MAP_FAILED) {
            munmap((void *)bytes, length);
        }
    }
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

static value load_row(size_t row, const uint8_t *bytes, size_t length)
{
    struct code_source *source = atomic_load_explicit(&library->sources[row], memory_order_acquire);
    if (!source) {
        struct code_source *opened = code_source_open(bytes, length);
        if (!opened)
            return NULL;
        /* Another thread may have been faster: `source` is then its. */
        if (atomic_compare_exchange_strong(&library->sources[row], &source, opened))
            source = opened;
        else
            code_source_close(opened);
    }
    return code_source_load(source);
}

static value read_library(const char *source, const struct stat *info)
{
    pthread_once(&library_once, open_library);
    if (!library)
        return VALUE_MISSING;
    uint64_t hash = hash_source(source, sys_optimize_level());
    for (size_t i = find_row(hash); i < library->count && library->rows[i].hash == hash; i++) {
        struct library_row row = library->rows[i];
        if (row.offset > library->length || row.length > library->length - row.offset)
            continue;
        size_t length;
        const uint8_t *bytes = find_code(library->bytes + row.offset, row.length, source, info, &length);
        if (bytes)
            return forgive(load_row(i, bytes, length));
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

/* Put a file in place, from pieces. */
struct piece {
    const void *bytes;
    size_t length;
};
static bool write_file(const char *path, const struct piece *pieces, size_t count)
{
    char temporary[PATH_MAX + 64];
    snprintf(temporary, sizeof temporary, "%s.%d.%lx", path, (int)getpid(), (unsigned long)(uintptr_t)interpreter_self);
    int fd = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
    if (fd < 0)
        return false;
    bool done = true;
    for (size_t i = 0; done && i < count; i++)
        done = write_all(fd, pieces[i].bytes, pieces[i].length);
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
    struct cache_header header = make_header(source, info);
    const struct piece pieces[] = {
        {&header, sizeof header}, {source, header.path_length}, {bytes_data(serialized), bytes_length(serialized)}};
    write_file(path, pieces, sizeof pieces / sizeof *pieces);
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
    value file = str_decode_locale(source);
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
        done = write_file(path, pieces, sizeof pieces / sizeof *pieces);
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
    library_file = library_path = NULL;
    free(atomic_exchange(&spare_room, NULL));
}
