/* Small helpers over files for C code. */
#ifndef ATOLL_FILE_H
#define ATOLL_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The whole file in malloc'd memory, with a NUL byte after its end (not counted). false with errno set. */
bool file_read_all(const char *path, uint8_t **bytes, size_t *length);

#endif
