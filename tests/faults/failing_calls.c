/* Faults at chosen calls: preloaded (LD_PRELOAD) into a process of its own, it counts every write, sync, open for
   writing, rename, cut and deletion below one folder, of Python as of DuckDB, and lets the chosen one fail, and every
   AGAIN calls one more. Or it stops at each one, as a kill would (TORN: in the middle of each write), until whoever looks
   at the files lets it go on. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/types.h>
#include <unistd.h>

enum { EIO_ONCE = 1, FULL_FROM_NOW = 2, KILLED = 3, TORN = 4, READ_ONLY = 5, FULL_FOR_A_WHILE = 6 };
enum { WHILE = 40, AGAIN = 150 }; /* calls */

static char folder[PATH_MAX];
static long chosen = -1, seen = 0;
static int mode = 0, to_watcher = -1, from_watcher = -1;
static pthread_mutex_t one_at_a_time = PTHREAD_MUTEX_INITIALIZER;

#define REAL(name) ({ static __typeof__(&name) real; if (!real) real = dlsym(RTLD_NEXT, #name); real; })

/* Below this folder, let call number n fail in this way, or be the first to fail; n < 0 only counts. Stops are told to one end of a pipe. */
void arm(const char *below, long n, int how, int told, int answered) {
    strncpy(folder, below, sizeof folder - 1);
    seen = 0, chosen = n, mode = how, to_watcher = told, from_watcher = answered;
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

/* Nothing below the folder changes until the watcher has looked. */
static void stop(long number) {
    char answer;
    pthread_mutex_lock(&one_at_a_time);
    if (REAL(write)(to_watcher, &number, sizeof number) < 0 || read(from_watcher, &answer, 1) < 1) _exit(1);
    pthread_mutex_unlock(&one_at_a_time);
}

/* Whether this call fails; errno says how. */
static int fails(int takes_room) {
    long number = __sync_fetch_and_add(&seen, 1);
    if (mode == KILLED) stop(number);
    if (mode == READ_ONLY) return errno = EROFS, 1;
    if (chosen < 0 || number < chosen) return 0;
    if (mode == FULL_FROM_NOW && takes_room) return errno = ENOSPC, 1;
    if (mode != EIO_ONCE && mode != FULL_FOR_A_WHILE) return 0;
    long since = (number - chosen) % AGAIN;
    if (since == 0 && number > chosen) stop(number);
    if (mode == FULL_FOR_A_WHILE) return takes_room && since < WHILE ? (errno = ENOSPC, 1) : 0;
    return since == 0 ? (errno = EIO, 1) : 0;
}

/* A write, whole or torn: `first` of it and a stop before the `rest`. */
#define WRITTEN(fd, whole, first, rest)                 \
    if (!concerns_fd(fd)) return whole;                 \
    if (fails(1)) return -1;                            \
    if (mode != TORN) return whole;                     \
    ssize_t begun = first, ended;                       \
    if (begun < 0) return begun;                        \
    stop(seen - 1);                                     \
    return (ended = rest) < 0 ? ended : begun + ended;

ssize_t write(int fd, const void *data, size_t size) {
    WRITTEN(fd, REAL(write)(fd, data, size), REAL(write)(fd, data, size / 2),
            REAL(write)(fd, (const char *)data + begun, size - begun))
}
ssize_t pwrite(int fd, const void *data, size_t size, off_t at) {
    WRITTEN(fd, REAL(pwrite)(fd, data, size, at), REAL(pwrite)(fd, data, size / 2, at),
            REAL(pwrite)(fd, (const char *)data + begun, size - begun, at + begun))
}
ssize_t pwrite64(int fd, const void *data, size_t size, off64_t at) {
    WRITTEN(fd, REAL(pwrite64)(fd, data, size, at), REAL(pwrite64)(fd, data, size / 2, at),
            REAL(pwrite64)(fd, (const char *)data + begun, size - begun, at + begun))
}
ssize_t sendfile(int to, int from, off_t *at, size_t size) {
    WRITTEN(to, REAL(sendfile)(to, from, at, size), REAL(sendfile)(to, from, at, size / 2),
            REAL(sendfile)(to, from, at, size - begun))
}
ssize_t sendfile64(int to, int from, off64_t *at, size_t size) {
    WRITTEN(to, REAL(sendfile64)(to, from, at, size), REAL(sendfile64)(to, from, at, size / 2),
            REAL(sendfile64)(to, from, at, size - begun))
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
