/* Small helpers over files for C code. */
#include "runtime/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

bool file_read_all(const char *path, uint8_t **bytes, size_t *length)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return false;
    struct stat info;
    size_t room = fstat(fd, &info) == 0 && info.st_size > 0 ? (size_t)info.st_size + 1 : 65536;
    size_t used = 0;
    uint8_t *data = malloc(room);
    int error = ENOMEM;
    while (data) {
        ssize_t got = read(fd, data + used, room - used);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0) {
            error = errno;
            break;
        }
        used += (size_t)got;
        if (got == 0 && used < room) {
            close(fd);
            data[used] = 0;
            *bytes = data;
            *length = used;
            return true;
        }
        if (used < room)
            continue;
        uint8_t *more = realloc(data, room * 2);
        if (!more)
            break;
        data = more;
        room *= 2;
    }
    free(data);
    close(fd);
    errno = error;
    return false;
}
