/* Preloaded into a process, makes one of its changes to a folder go wrong.

   Whatever a process changes below `folder` passes here first and is numbered:
   each write, truncation, fsync, and each file or folder made, renamed, linked or
   removed. At number `at` the process is killed or gets a signal, or the disk is
   full from there on. Reading is free, and so is every other folder. Each change is
   logged as a line: what it was, and of which path.

   faults.py compiles this and says what is to happen, through fault_arm(). */

#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

enum kind { NOTHING, KILLED, TORN, FULL, INTERRUPTED, TERMINATED };

static char folder[PATH_MAX];
static enum kind kind;
static long at;
static int log_descriptor;
static atomic_long count;

void fault_arm(const char *where, int what, long number, int log) {
    snprintf(folder, sizeof folder, "%s", where);
    kind = what;
    at = number;
    log_descriptor = log;
    count = 0;
}

static int is_inside(const char *path) {
    size_t length = strlen(folder);
    return length && path && strncmp(path, folder, length) == 0 &&
           (path[length] == '/' || path[length] == 0);
}

static const char *path_of(int descriptor) {
    static _Thread_local char path[PATH_MAX];
    char link[64];
    snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
    ssize_t length = readlink(link, path, sizeof path - 1);
    path[length < 0 ? 0 : length] = 0;
    return path;
}

/* Let the change through, or return whether the disk is full for it; a process that
   is to die does not return. The rest is of a write, else 0. */
static int is_refused(const char *name, const char *path, int makes, int descriptor,
                      const void *bytes, size_t size, off_t offset) {
    long number = ++count;
    dprintf(log_descriptor, "%s %s\n", name, path);
    if (number < at || kind == NOTHING) return 0;
    if (kind == FULL) {
        errno = ENOSPC;
        return makes;
    }
    if (number > at) return 0;
    if (kind == TORN && size > 1) {
        ssize_t (*half)(int, const void *, size_t, off_t) = dlsym(RTLD_NEXT, "pwrite");
        if (offset < 0) offset = lseek(descriptor, 0, SEEK_END);
        half(descriptor, bytes, size / 2, offset);
    }
    if (kind == INTERRUPTED) kill(getpid(), SIGINT);
    else if (kind == TERMINATED) kill(getpid(), SIGTERM);
    else kill(getpid(), SIGKILL);
    return 0;
}

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

/* What changes an open file. */
#define ON_FILE(type, name, declared, descriptor, bytes, size, offset, ...)           \
    type name declared {                                                             \
        const char *path = path_of(descriptor);                                      \
        if (is_inside(path) &&                                                       \
            is_refused(#name, path, 1, descriptor, bytes, size, offset))             \
            return -1;                                                               \
        return REAL(name)(__VA_ARGS__);                                              \
    }

ON_FILE(ssize_t, write, (int f, const void *b, size_t n), f, b, n, -1, f, b, n)
ON_FILE(ssize_t, pwrite, (int f, const void *b, size_t n, off_t o), f, b, n, o, f, b, n, o)
ON_FILE(ssize_t, pwrite64, (int f, const void *b, size_t n, off64_t o), f, b, n, o, f, b, n, o)
ON_FILE(int, fsync, (int f), f, 0, 0, 0, f)
ON_FILE(int, fdatasync, (int f), f, 0, 0, 0, f)
ON_FILE(int, ftruncate, (int f, off_t n), f, 0, 0, 0, f, n)
ON_FILE(int, ftruncate64, (int f, off64_t n), f, 0, 0, 0, f, n)
ON_FILE(int, fallocate, (int f, int m, off_t o, off_t n), f, 0, 0, 0, f, m, o, n)

/* What makes a name; a full disk has no room for it. */
#define ON_NEW_NAME(name, declared, path, ...)                                        \
    int name declared {                                                              \
        if (is_inside(path) && is_refused(#name, path, 1, 0, 0, 0, 0)) return -1;                     \
        return REAL(name)(__VA_ARGS__);                                              \
    }

ON_NEW_NAME(mkdir, (const char *p, mode_t m), p, p, m)
ON_NEW_NAME(rename, (const char *from, const char *to), to, from, to)
ON_NEW_NAME(renameat, (int d, const char *from, int e, const char *to), to, d, from, e, to)
ON_NEW_NAME(link, (const char *from, const char *to), to, from, to)
ON_NEW_NAME(linkat, (int d, const char *from, int e, const char *to, int g), to, d, from, e, to, g)

/* What removes a name, or changes its mode; a full disk lets it. */
#define ON_OLD_NAME(name, declared, path, ...)                                        \
    int name declared {                                                              \
        if (is_inside(path)) is_refused(#name, path, 0, 0, 0, 0, 0);                 \
        return REAL(name)(__VA_ARGS__);                                              \
    }

ON_OLD_NAME(unlink, (const char *p), p, p)
ON_OLD_NAME(unlinkat, (int d, const char *p, int g),
            p[0] == '/' ? p : path_of(d), d, p, g)
ON_OLD_NAME(remove, (const char *p), p, p)
ON_OLD_NAME(rmdir, (const char *p), p, p)
ON_OLD_NAME(chmod, (const char *p, mode_t m), p, p, m)

/* Opening counts where it makes or empties a file. */
#define ON_OPEN(name)                                                                 \
    int name(const char *path, int flags, ...) {                                     \
        mode_t mode = 0;                                                             \
        if (flags & O_CREAT) {                                                       \
            va_list rest;                                                            \
            va_start(rest, flags);                                                   \
            mode = va_arg(rest, mode_t);                                             \
            va_end(rest);                                                            \
        }                                                                            \
        int is_change = is_inside(path) &&                                           \
            ((flags & O_TRUNC) || ((flags & O_CREAT) && access(path, F_OK) != 0));   \
        if (is_change && is_refused(#name, path, 1, 0, 0, 0, 0)) return -1;                          \
        return REAL(name)(path, flags, mode);                                        \
    }

ON_OPEN(open)
ON_OPEN(open64)
