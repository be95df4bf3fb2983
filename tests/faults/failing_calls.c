/* Faults at chosen calls: preloaded (LD_PRELOAD) into a process of its own, it counts every write, sync, open for
   writing, rename, cut and deletion below one folder, of Python as of DuckDB, and lets the chosen one fail. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/types.h>
#include <unistd.h>

enum { EIO_ONCE = 1, FULL_FROM_NOW = 2, KILLED = 3, TORN = 4, READ_ONLY = 5 };

static char folder[PATH_MAX];
static long chosen = -1, seen = 0;
static int mode = 0;

/* Below this folder, let call number n fail in this way; n < 0 only counts. */
void arm(const char *below, long n, int how) {
    strncpy(folder, below, sizeof folder - 1);
    seen = 0, chosen = n, mode = how;
}
long calls(void) { return seen; }

static int concerns(const char *path) { return folder[0] && path && !strncmp(path, folder, strlen(folder)); }

static int concerns_fd(int fd) {
    char link[64], path[PATH_MAX];
    if (!folder[0]) return 0;
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t n = readlink(link, path, sizeof path - 1);
    if (n < 0) return 0;
    path[n] = 0;
    return concerns(path);
}

/* Whether this call fails; errno says how. */
static int fails(int takes_room) {
    long number = __sync_fetch_and_add(&seen, 1);
    if (mode == READ_ONLY) return errno = EROFS, 1;
    if (chosen < 0 || number < chosen) return 0;
    if (mode == KILLED || (mode == TORN && !takes_room && number == chosen)) _exit(137);
    if (mode == FULL_FROM_NOW && takes_room) return errno = ENOSPC, 1;
    if (mode == EIO_ONCE && number == chosen) return errno = EIO, 1;
    if (mode == TORN && number == chosen) return errno = EIO, 2;
    return 0;
}

#define REAL(name) ({ static __typeof__(&name) real; if (!real) real = dlsym(RTLD_NEXT, #name); real; })

ssize_t write(int fd, const void *data, size_t size) {
    int how = concerns_fd(fd) ? fails(1) : 0;
    if (how == 2) { REAL(write)(fd, data, size / 2); _exit(137); }
    return how ? -1 : REAL(write)(fd, data, size);
}
ssize_t pwrite(int fd, const void *data, size_t size, off_t at) {
    int how = concerns_fd(fd) ? fails(1) : 0;
    if (how == 2) { REAL(pwrite)(fd, data, size / 2, at); _exit(137); }
    return how ? -1 : REAL(pwrite)(fd, data, size, at);
}
ssize_t pwrite64(int fd, const void *data, size_t size, off64_t at) {
    int how = concerns_fd(fd) ? fails(1) : 0;
    if (how == 2) { REAL(pwrite64)(fd, data, size / 2, at); _exit(137); }
    return how ? -1 : REAL(pwrite64)(fd, data, size, at);
}
ssize_t sendfile(int to, int from, off_t *at, size_t size) {
    int how = concerns_fd(to) ? fails(1) : 0;
    if (how == 2) { REAL(sendfile)(to, from, at, size / 2); _exit(137); }
    return how ? -1 : REAL(sendfile)(to, from, at, size);
}
ssize_t sendfile64(int to, int from, off64_t *at, size_t size) {
    int how = concerns_fd(to) ? fails(1) : 0;
    if (how == 2) { REAL(sendfile64)(to, from, at, size / 2); _exit(137); }
    return how ? -1 : REAL(sendfile64)(to, from, at, size);
}
int fsync(int fd) { return concerns_fd(fd) && fails(0) ? -1 : REAL(fsync)(fd); }
int fdatasync(int fd) { return concerns_fd(fd) && fails(0) ? -1 : REAL(fdatasync)(fd); }
int ftruncate(int fd, off_t size) { return concerns_fd(fd) && fails(0) ? -1 : REAL(ftruncate)(fd, size); }
int ftruncate64(int fd, off64_t size) { return concerns_fd(fd) && fails(0) ? -1 : REAL(ftruncate64)(fd, size); }
int unlink(const char *path) { return concerns(path) && fails(0) ? -1 : REAL(unlink)(path); }
int rename(const char *from, const char *to) { return concerns(to) && fails(0) ? -1 : REAL(rename)(from, to); }
int link(const char *from, const char *to) { return concerns(to) && fails(0) ? -1 : REAL(link)(from, to); }

#define OPEN(name)                                                                     \
    int name(const char *path, int flags, ...) {                                       \
        va_list given;                                                                 \
        va_start(given, flags);                                                        \
        mode_t bits = flags & (O_CREAT | O_TMPFILE) ? va_arg(given, mode_t) : 0;       \
        va_end(given);                                                                 \
        if (flags & (O_WRONLY | O_RDWR | O_CREAT) && concerns(path) && fails(0)) return -1; \
        return REAL(name)(path, flags, bits);                                          \
    }
OPEN(open)
OPEN(open64)
