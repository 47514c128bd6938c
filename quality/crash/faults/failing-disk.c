/*
 * Preloaded into a broker: fails what it asks of the disk below one directory, while a file says so.
 *
 *     FAILING_WORLD   the directory, as /proc shows it
 *     FAILING_ORDER   a file; while it is there its first word tells what fails:
 *
 *     write       every write, EIO
 *     full        every write, ENOSPC
 *     read-only   every write, EROFS
 *     sync        every sync, EIO
 *     sync-once   the next sync, EIO; the order is removed then
 *
 * A sync that fails does what Linux may do: the pages that it should have written count as written,
 * and are lost. So that nobody has to wait until the system forgets them, all bytes that were written
 * since the last sync that succeeded are replaced by 0xEE at once. Who syncs again and goes on reads
 * garbage.
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

/* Bytes that were written and not synced. */
struct range {
    ino_t inode;
    off_t at;
    size_t bytes;
};

#define RANGES_MAX 65536

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct range ranges[RANGES_MAX];
static int range_count;

/* Calls the function that this one stands before. */
#define REAL(name) \
    static __typeof__(name) *call; \
    if (call == NULL) call = (__typeof__(name) *)dlsym(RTLD_NEXT, #name)

/* Whether a file is one of those that may fail. */
static int is_ours(int file, struct stat *stat) {
    const char *world = getenv("FAILING_WORLD");
    char link[64], path[4096];
    if (world == NULL || fstat(file, stat) != 0 || !S_ISREG(stat->st_mode)) return 0;
    snprintf(link, sizeof link, "/proc/self/fd/%d", file);
    ssize_t bytes = readlink(link, path, sizeof path - 1);
    if (bytes < 0) return 0;
    path[bytes] = 0;
    size_t length = strlen(world);
    return strncmp(path, world, length) == 0 && path[length] == '/';
}

/* The order there is now, or an empty one. */
static void read_order(char *order, size_t bytes) {
    const char *path = getenv("FAILING_ORDER");
    memset(order, 0, bytes);
    if (path == NULL) return;
    int file = (int)syscall(SYS_openat, AT_FDCWD, path, O_RDONLY | O_CLOEXEC);
    if (file < 0) return;
    if (syscall(SYS_read, file, order, bytes - 1) < 0) order[0] = 0;
    syscall(SYS_close, file);
    order[strcspn(order, " \n")] = 0;
}

/* The error that a write gets, or 0. */
static int write_error(int file) {
    struct stat stat;
    char order[32];
    if (!is_ours(file, &stat)) return 0;
    read_order(order, sizeof order);
    if (strcmp(order, "write") == 0) return EIO;
    if (strcmp(order, "full") == 0) return ENOSPC;
    if (strcmp(order, "read-only") == 0) return EROFS;
    return 0;
}

static void wrote(int file, off_t at, ssize_t bytes) {
    struct stat stat;
    if (bytes <= 0 || !is_ours(file, &stat)) return;
    if (fcntl(file, F_GETFL) & O_DSYNC) return; /* on disk already */
    pthread_mutex_lock(&lock);
    if (range_count == RANGES_MAX) abort();
    ranges[range_count++] = (struct range){ stat.st_ino, at, (size_t)bytes };
    pthread_mutex_unlock(&lock);
}

/* Forgets what was written to a file; what is lost is gone for everybody. */
static void forget(int file, ino_t inode, int lost) {
    char garbage[4096];
    memset(garbage, 0xEE, sizeof garbage);
    pthread_mutex_lock(&lock);
    int kept = 0;
    for (int index = 0; index < range_count; index++) {
        struct range range = ranges[index];
        if (range.inode != inode) {
            ranges[kept++] = range;
            continue;
        }
        while (lost && range.bytes > 0) {
            size_t piece = range.bytes < sizeof garbage ? range.bytes : sizeof garbage;
            if (syscall(SYS_pwrite64, file, garbage, piece, range.at) < 0) abort();
            range.at += (off_t)piece;
            range.bytes -= piece;
        }
    }
    range_count = kept;
    pthread_mutex_unlock(&lock);
}

/* Syncs, or says that it cannot. */
static int sync_or_fail(int file, long number) {
    struct stat stat;
    char order[32];
    if (!is_ours(file, &stat)) return (int)syscall(number, file);
    read_order(order, sizeof order);
    if (strcmp(order, "sync") == 0 || strcmp(order, "sync-once") == 0) {
        if (strcmp(order, "sync-once") == 0) unlink(getenv("FAILING_ORDER"));
        forget(file, stat.st_ino, 1);
        errno = EIO;
        return -1;
    }
    int result = (int)syscall(number, file);
    if (result == 0) forget(file, stat.st_ino, 0);
    return result;
}

int fsync(int file) { return sync_or_fail(file, SYS_fsync); }

int fdatasync(int file) { return sync_or_fail(file, SYS_fdatasync); }

#define FAIL_OR(file) \
    int error = write_error(file); \
    if (error != 0) { \
        errno = error; \
        return -1; \
    }

ssize_t write(int file, const void *bytes, size_t length) {
    REAL(write);
    if (file <= 2) return call(file, bytes, length);
    FAIL_OR(file)
    ssize_t result = call(file, bytes, length);
    if (result > 0) wrote(file, lseek(file, 0, SEEK_CUR) - result, result);
    return result;
}

ssize_t pwrite(int file, const void *bytes, size_t length, off_t at) {
    REAL(pwrite);
    FAIL_OR(file)
    ssize_t result = call(file, bytes, length, at);
    wrote(file, at, result);
    return result;
}

ssize_t pwrite64(int file, const void *bytes, size_t length, off64_t at) {
    REAL(pwrite64);
    FAIL_OR(file)
    ssize_t result = call(file, bytes, length, at);
    wrote(file, at, result);
    return result;
}

ssize_t writev(int file, const struct iovec *parts, int count) {
    REAL(writev);
    if (file <= 2) return call(file, parts, count);
    FAIL_OR(file)
    ssize_t result = call(file, parts, count);
    struct stat stat;
    if (result > 0 && is_ours(file, &stat)) {
        wrote(file, lseek(file, 0, SEEK_CUR) - result, result);
    }
    return result;
}

ssize_t pwritev(int file, const struct iovec *parts, int count, off_t at) {
    REAL(pwritev);
    FAIL_OR(file)
    ssize_t result = call(file, parts, count, at);
    wrote(file, at, result);
    return result;
}

ssize_t pwritev64(int file, const struct iovec *parts, int count, off64_t at) {
    REAL(pwritev64);
    FAIL_OR(file)
    ssize_t result = call(file, parts, count, at);
    wrote(file, at, result);
    return result;
}
