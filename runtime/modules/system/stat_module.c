/* The _stat module: what the bits of a mode mean. */
#include "runtime/modules/module.h"

#include <sys/stat.h>

static bool mode_get(value v, unsigned *mode)
{
    uint64_t number;
    if (!is_int(v))
        return raise_false(EXC(TypeError), "an integer is required");
    if (int_sign(v) < 0)
        return raise_false(EXC(OverflowError), "can't convert negative value to unsigned int");
    if (!int_as_u64(v, &number))
        return false;
    *mode = (unsigned)number;
    return *mode == number || raise_false(EXC(OverflowError), "mode out of range");
}

/* Kinds that Linux does not have: no mode is one. */
#define S_ISDOOR(mode) false
#define S_ISPORT(mode) false
#define S_ISWHT(mode)  false
#define TEST(NAME)                                                     \
    static value stat_##NAME(value self, value given)                  \
    {                                                                  \
        unsigned mode;                                                 \
        return mode_get(given, &mode) ? value_bool(NAME(mode)) : NULL; \
    }
TEST(S_ISDIR)
TEST(S_ISCHR)
TEST(S_ISBLK)
TEST(S_ISREG)
TEST(S_ISFIFO)
TEST(S_ISLNK)
TEST(S_ISSOCK)
TEST(S_ISDOOR)
TEST(S_ISPORT)
TEST(S_ISWHT)

static value stat_imode(value self, value given)
{
    unsigned mode;
    return mode_get(given, &mode) ? small_int(mode & 07777) : NULL;
}
static value stat_ifmt(value self, value given)
{
    unsigned mode;
    return mode_get(given, &mode) ? small_int(mode & S_IFMT) : NULL;
}
static char kind_letter(unsigned mode)
{
    return S_ISREG(mode)    ? '-'
           : S_ISDIR(mode)  ? 'd'
           : S_ISLNK(mode)  ? 'l'
           : S_ISBLK(mode)  ? 'b'
           : S_ISCHR(mode)  ? 'c'
           : S_ISFIFO(mode) ? 'p'
           : S_ISSOCK(mode) ? 's'
                            : '?';
}
static value stat_filemode(value self, value given)
{
    unsigned mode;
    if (!mode_get(given, &mode))
        return NULL;
    char text[11] = {kind_letter(mode)};
    for (int i = 0; i < 9; i++)
        text[1 + i] = mode & (0400u >> i) ? "rwx"[i % 3] : '-';
    if (mode & S_ISUID)
        text[3] = mode & S_IXUSR ? 's' : 'S';
    if (mode & S_ISGID)
        text[6] = mode & S_IXGRP ? 's' : 'S';
    if (mode & S_ISVTX)
        text[9] = mode & S_IXOTH ? 't' : 'T';
    return str_from_text(text);
}

#define IS(NAME) METHOD(#NAME, stat_##NAME, "(mode, /)", NULL)
static const struct method_def functions[] = {
    IS(S_ISDIR),
    IS(S_ISCHR),
    IS(S_ISBLK),
    IS(S_ISREG),
    IS(S_ISFIFO),
    IS(S_ISLNK),
    IS(S_ISSOCK),
    IS(S_ISDOOR),
    IS(S_ISPORT),
    IS(S_ISWHT),
    METHOD("S_IMODE", stat_imode, "(mode, /)", "Return the portion of the file's mode that can be set by os.chmod()."),
    METHOD("S_IFMT", stat_ifmt, "(mode, /)", "Return the portion of the file's mode that describes the file type."),
    METHOD("filemode", stat_filemode, "(mode, /)", "Convert a file's mode to a string of the form '-rwxrwxrwx'"),
    {0},
};

#define C(NAME)     \
    {               \
#NAME, NAME \
    }
static const struct module_constant constants[] = {
    {"SF_APPEND", 0x40000},
    {"SF_ARCHIVED", 0x10000},
    {"SF_IMMUTABLE", 0x20000},
    {"SF_NOUNLINK", 0x100000},
    {"SF_SNAPSHOT", 0x200000},
    {"ST_ATIME", 7},
    {"ST_CTIME", 9},
    {"ST_DEV", 2},
    {"ST_GID", 5},
    {"ST_INO", 1},
    {"ST_MODE", 0},
    {"ST_MTIME", 8},
    {"ST_NLINK", 3},
    {"ST_SIZE", 6},
    {"ST_UID", 4},
    {"S_ENFMT", 1024},
    C(S_IEXEC),
    C(S_IFBLK),
    C(S_IFCHR),
    C(S_IFDIR),
    {"S_IFDOOR", 0},
    C(S_IFIFO),
    C(S_IFLNK),
    {"S_IFPORT", 0},
    C(S_IFREG),
    C(S_IFSOCK),
    {"S_IFWHT", 0},
    C(S_IREAD),
    C(S_IRGRP),
    C(S_IROTH),
    C(S_IRUSR),
    C(S_IRWXG),
    C(S_IRWXO),
    C(S_IRWXU),
    C(S_ISGID),
    C(S_ISUID),
    C(S_ISVTX),
    C(S_IWGRP),
    C(S_IWOTH),
    C(S_IWRITE),
    C(S_IWUSR),
    C(S_IXGRP),
    C(S_IXOTH),
    C(S_IXUSR),
    {"UF_APPEND", 0x4},
    {"UF_COMPRESSED", 0x20},
    {"UF_HIDDEN", 0x8000},
    {"UF_IMMUTABLE", 0x2},
    {"UF_NODUMP", 0x1},
    {"UF_NOUNLINK", 0x10},
    {"UF_OPAQUE", 0x8},
    {0},
};
static bool fill(value module)
{
    return module_add_constants(module, constants);
}
const struct module_def _stat_module = {.name = "_stat", .functions = functions, .fill = fill};
