/*
 * The site module at the runtime's beginning.
 *
 * CPython imports site before any program: it puts the folders of packages on sys.path, obeys their .pth files, imports
 * sitecustomize and usercustomize, and makes the builtins exit, quit, copyright, credits, license and help. Here the
 * module is imported when there is something to do for it: in an environment, where folders have .pth files, where
 * there is a module of customs. Else its folders are put on sys.path as it would do it, and what is left to do is done
 * when somebody looks at one of those builtins, at sys.__interactivehook__, or imports it (sys_late_attribute,
 * builtins_late_attribute).
 *
 * Debian's dist-packages belong to CPython: they are searched, but code in their .pth files is run on request only.
 */
#include "runtime/site.h"
#include "runtime/abstract.h"
#include "runtime/import.h"
#include "runtime/interp/interp.h"
#include "runtime/modules/core/sys_info.h"
#include "runtime/objects/objects.h"
#include "runtime/paths.h"
#include "runtime/sys.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define DEBIANS_LIBRARY "/usr/lib/python3.11"
/* In the order in which site finds them. */
static const char *const dist_packages[] = {"/usr/local/lib/python3.11/dist-packages", "/usr/lib/python3/dist-packages",
                                            DEBIANS_LIBRARY "/dist-packages"};
enum { DIST_PACKAGES = sizeof dist_packages / sizeof *dist_packages };

/* ---- looking ---- */

static bool exists(const char *directory, const char *name)
{
    char *path;
    if (asprintf(&path, "%s/%s", directory, name) < 0)
        return true; /* let site see */
    bool found = access(path, F_OK) == 0;
    free(path);
    return found;
}

static bool is_directory(const char *path)
{
    struct stat info;
    return stat(path, &info) == 0 && S_ISDIR(info.st_mode);
}

static bool has_pth_files(const char *directory)
{
    DIR *open = opendir(directory);
    bool found = false;
    for (struct dirent *entry; open && !found && (entry = readdir(open));) {
        size_t length = strlen(entry->d_name);
        found = length >= 4 && strcmp(entry->d_name + length - 4, ".pth") == 0;
    }
    if (open)
        closedir(open);
    return found;
}

static bool has_module(const char *directory, const char *module, const char *file)
{
    return exists(directory, file) || exists(directory, module);
}

/* Could sitecustomize or usercustomize come from this entry of sys.path? An archive may hold them. */
static bool has_customs(const char *entry)
{
    struct stat info;
    return stat(entry, &info) == 0 &&
           (!S_ISDIR(info.st_mode) || has_module(entry, "sitecustomize", "sitecustomize.py") ||
            has_module(entry, "usercustomize", "usercustomize.py"));
}

/* 1, 0, or -1 with an exception. The library's own sitecustomize is not looked at. */
static int path_has_customs(void)
{
    value path = sys_get("path");
    bool found = !is_given(path);
    for (size_t i = 0; !found && i < list_length(path); i++) {
        struct text text;
        value entry = list_get(path, i);
        if (!is_given(entry) || !text_of_path(entry, &text)) {
            value_dec(entry);
            value_dec(path);
            return -1;
        }
        found = strcmp(text.bytes, paths.stdlib) != 0 && has_customs(text.bytes);
        text_release(&text);
        value_dec(entry);
    }
    value_dec(path);
    return found;
}

/* ---- without site ---- */

enum user_site { USER_NONE, USER_THERE, USER_DIFFICULT };

/* The folder of the user's own packages: *path (malloced) where it is there and plain. */
static enum user_site find_user_site(char **path)
{
    const char *base = getenv("PYTHONUSERBASE"), *home = getenv("HOME");
    if (sys_flags.no_user_site || geteuid() != getuid() || getegid() != getgid())
        return USER_NONE;
    bool given = base && *base;
    if (!given)
        base = home ? home : "";
    if (*base != '/' || strstr(base, "//") || strstr(base, "/.") || base[strlen(base) - 1] == '/' ||
        asprintf(path, "%s%s/lib/python3.11/site-packages", base, given ? "" : "/.local") < 0)
        return USER_DIFFICULT;
    if (is_directory(*path))
        return has_pth_files(*path) ? USER_DIFFICULT : USER_THERE;
    free(*path);
    *path = NULL;
    return USER_NONE;
}

/* The entry, unless it is there. */
static bool append_entry(const char *directory)
{
    value path = sys_get("path"), entry = str_decode_locale(directory);
    int there = is_given(path) && entry ? value_contains(path, entry) : -1;
    bool done = there > 0 || (there == 0 && list_append(path, entry));
    value_dec(entry);
    value_dec(path);
    return done;
}

/* Is there anything that only site does? 1, 0, or -1 with an exception. */
static int is_difficult(bool all_pth_files, enum user_site user, const char *user_path)
{
    if (paths.in_environment || user == USER_DIFFICULT || strcmp(paths.stdlib, DEBIANS_LIBRARY) != 0 ||
        strcmp(paths.prefix, paths.exec_prefix) != 0)
        return 1;
    if (user == USER_THERE && has_customs(user_path))
        return 1;
    for (size_t i = 0; i < DIST_PACKAGES; i++)
        if (has_module(dist_packages[i], "sitecustomize", "sitecustomize.py") ||
            has_module(dist_packages[i], "usercustomize", "usercustomize.py") ||
            (all_pth_files && has_pth_files(dist_packages[i])))
            return 1;
    return path_has_customs();
}

static bool append_entries(const char *user_path)
{
    bool done = !user_path || append_entry(user_path);
    for (size_t i = 0; done && i < DIST_PACKAGES; i++)
        done = !is_directory(dist_packages[i]) || append_entry(dist_packages[i]);
    return done;
}

/* Debian's sitecustomize lies in the library, and does something where apport is there. False: site has to see. */
static bool import_librarys_customs(void)
{
    if (!exists(paths.stdlib, "sitecustomize.py"))
        return true;
    value module = import_module("sitecustomize");
    bool done = module != NULL;
    error_clear();
    value_dec(module);
    return done;
}

/* ---- with site ---- */

static bool import_site(void)
{
    value site = import_module("site");
    value_dec(site);
    if (site)
        return true;
    fputs("Fatal Python error: init_import_site: Failed to import the site module\nPython runtime state: initialized\n",
          stderr);
    interpreter_report_uncaught();
    return false;
}

bool site_start(bool all_pth_files)
{
    if (sys_flags.no_site)
        return true;
    char *user_path = NULL;
    enum user_site user = find_user_site(&user_path);
    int difficult = is_difficult(all_pth_files, user, user_path);
    bool done = difficult == 0 && append_entries(user_path) && import_librarys_customs();
    free(user_path);
    if (done)
        return true;
    error_clear();
    return import_site();
}
