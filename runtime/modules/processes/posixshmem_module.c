/* _posixshmem: names of shared memory. */
#include "runtime/modules/system/posix.h"

#include <sys/mman.h>

static bool name_get(value v, const char *function, struct text *name)
{
    return is_str(v) ? text_of_path(v, name)
                     : raise_false(EXC(TypeError), "%s() argument 'path' must be str, not %K", function, v);
}

static value posixshmem_open(value self, value path, value given_flags, value given_mode)
{
    int flags, mode;
    struct text name;
    if (!name_get(path, "shm_open", &name))
        return NULL;
    bool raised = !value_as_int(given_flags, &flags) || !value_as_int(given_mode, &mode);
    int fd = raised ? -1 : BLOCKING_RETRY(shm_open(name.bytes, flags | O_CLOEXEC, (mode_t)mode), raised);
    int error = errno;
    text_release(&name);
    return raised ? NULL : fd < 0 ? raise_errno(error, path, NULL) : small_int(fd);
}
static value posixshmem_unlink(value self, value path)
{
    struct text name;
    if (!name_get(path, "shm_unlink", &name))
        return NULL;
    bool raised = false;
    int result = BLOCKING_RETRY(shm_unlink(name.bytes), raised);
    int error = errno;
    text_release(&name);
    return raised ? NULL : result < 0 ? raise_errno(error, path, NULL) : VALUE_NONE;
}

static const struct method_def functions[] = {
    METHOD("shm_open", posixshmem_open, "(path, flags, mode=511)",
           "Open a shared memory object.  Returns a file descriptor (integer)."),
    METHOD("shm_unlink", posixshmem_unlink, "(path)", "Remove a shared memory object (similar to unlink())."),
    {0},
};
const struct module_def _posixshmem_module = {
    .name = "_posixshmem", .doc = "POSIX shared memory module", .functions = functions};
