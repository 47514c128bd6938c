/*
 * Preloaded into a broker: writes down, in order, everything it changes below one directory, and what
 * it syncs there. src/power/disk.ts makes of that what the disk may hold after the power fails.
 *
 *     RECORDER_WORLD   the directory, as /proc shows it
 *     RECORDER_LOG     the file that is written to, outside of it
 *     RECORDER_END     kind:synced:count: when so many records of a kind are there (0: of any; of writes: of
 *                      such that are synced or not, 2: of both), the process ends as by kill -9
 *     RECORDER_BOOT    the file that names the run of the machine, in place of the system's
 *
 * A change and its record are made under one lock, the record behind the change, so the order of the
 * records is the order of the changes. A sync has two records: what was written before the first is
 * safe once the second is there. The log needs no sync: a process that is killed leaves it in the
 * system's memory. Writes that are synced when they end (O_DSYNC) are made a write and a sync, so that the
 * process may end between the two.
 *
 * SIGNAL_TO_END is kill -9 at a moment when no change is without its record: a thread waits for the lock and
 * ends the process. All others are cut off wherever they are.
 *
 * What slips past (a call that is not here, the raw system call, a writable mapping) would make the
 * proof worthless: calls that are known and not followed leave a record that ends the proof, and
 * `npm test` compares what the records amount to with the real directory, byte for byte.
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <unistd.h>

/* The kinds of src/power/recording.ts. */
enum {
    WRITE = 1,
    TRUNCATE = 2,
    SYNC_BEGINS = 3,
    SYNC_ENDS = 4,
    WRITE_SYNCED = 5,
    ENTRY = 6,
    ENTRY_GONE = 7,
    RENAME = 8,
    MAPPED = 9,
    NOT_FOLLOWED = 10,
};

struct head {
    uint32_t kind, name_bytes;
    uint64_t inode, a, b, data_bytes;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static const char *world;
static size_t world_bytes;
static int log_file = -1;
static uint64_t syncs;
/* The records after which the process ends. */
static uint32_t end_kind;
static uint64_t end_synced;
static long end_left = -1;
/* By file: whether each write has to be synced. */
static unsigned char synced_writes[1024]; /* 0 or 1 */

/* The same number stands in src/power/recorder.ts. Node.js leaves those above 32 alone. */
enum { SIGNAL_TO_END = 40 };
static sem_t end_wanted;

static void *real(const char *name) {
    void *found = dlsym(RTLD_NEXT, name);
    if (found == NULL) abort();
    return found;
}

/* Calls the function that this one stands before. */
#define REAL(name) \
    static __typeof__(name) *call; \
    if (call == NULL) call = (__typeof__(name) *)real(#name)

static ssize_t real_writev(int file, const struct iovec *parts, int count) {
    REAL(writev);
    return call(file, parts, count);
}

static int real_open(const char *path, int flags) {
    REAL(open64);
    return call(path, flags, 0600);
}

static int real_fdatasync(int file) {
    REAL(fdatasync);
    return call(file);
}

static void want_end(int number) {
    (void)number;
    sem_post(&end_wanted);
}

static void *end_when_wanted(void *nothing) {
    while (sem_wait(&end_wanted) != 0) continue;
    pthread_mutex_lock(&lock);
    kill(getpid(), SIGKILL);
    return nothing;
}

__attribute__((constructor)) static void begin(void) {
    const char *path = getenv("RECORDER_LOG");
    world = getenv("RECORDER_WORLD");
    if (path == NULL || world == NULL) return;
    world_bytes = strlen(world);
    int file = real_open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC);
    if (file >= 0) log_file = fcntl(file, F_DUPFD_CLOEXEC, 800); /* out of the way of others */
    if (log_file < 0) abort();
    close(file);
    const char *left = getenv("RECORDER_END");
    if (left != NULL && sscanf(left, "%u:%lu:%ld", &end_kind, &end_synced, &end_left) != 3) abort();
    pthread_t thread;
    struct sigaction action = {.sa_handler = want_end, .sa_flags = SA_RESTART};
    if (sem_init(&end_wanted, 0, 0) != 0 || sigaction(SIGNAL_TO_END, &action, NULL) != 0
        || pthread_create(&thread, NULL, end_when_wanted, NULL) != 0) {
        abort();
    }
}

/* Called with the lock. */
static void record(struct head head, const char *name, const struct iovec *data, int count) {
    struct iovec parts[count + 2];
    head.name_bytes = name == NULL ? 0 : (uint32_t)strlen(name);
    uint64_t left = head.data_bytes;
    int used = 0;
    parts[used++] = (struct iovec){&head, sizeof head};
    if (head.name_bytes > 0) parts[used++] = (struct iovec){(void *)name, head.name_bytes};
    for (int i = 0; i < count && left > 0; i++) {
        size_t bytes = data[i].iov_len < left ? data[i].iov_len : left;
        parts[used++] = (struct iovec){data[i].iov_base, bytes};
        left -= bytes;
    }
    size_t whole = sizeof head + head.name_bytes + head.data_bytes;
    int error = errno;
    if (real_writev(log_file, parts, used) != (ssize_t)whole) abort();
    int counts = (end_kind == 0 || end_kind == head.kind)
        && (end_synced == 2 || head.kind != WRITE || end_synced == head.b);
    if (counts && end_left > 0 && --end_left == 0) kill(getpid(), SIGKILL);
    errno = error;
}

static void record_locked(struct head head, const char *name) {
    pthread_mutex_lock(&lock);
    record(head, name, NULL, 0);
    pthread_mutex_unlock(&lock);
}

static int is_in_world(int file) {
    char link[40], path[4096];
    snprintf(link, sizeof link, "/proc/self/fd/%d", file);
    ssize_t bytes = readlink(link, path, sizeof path);
    return bytes >= (ssize_t)world_bytes && memcmp(path, world, world_bytes) == 0
        && (bytes == (ssize_t)world_bytes || path[world_bytes] == '/');
}

/* The inode of a file or directory of the world; 0 for all else. */
static uint64_t inode_of(int file) {
    struct stat about;
    int error = errno;
    uint64_t inode = 0;
    if (log_file >= 0 && fstat(file, &about) == 0
        && (S_ISREG(about.st_mode) || S_ISDIR(about.st_mode)) && is_in_world(file)) {
        inode = about.st_ino;
    }
    errno = error;
    return inode;
}

/* A name in a directory of the world. */
struct place {
    int directory; /* -1: not of the world */
    uint64_t inode;
    char name[256];
};

static struct place find(const char *path) {
    struct place place = {-1, 0, ""};
    char copy[4096];
    size_t bytes = strlen(path);
    int error = errno;
    if (log_file < 0 || bytes >= sizeof copy) return place;
    memcpy(copy, path, bytes + 1);
    while (bytes > 1 && copy[bytes - 1] == '/') copy[--bytes] = 0;
    char *slash = strrchr(copy, '/');
    const char *name = slash == NULL ? copy : slash + 1;
    if (strlen(name) >= sizeof place.name) return place;
    strcpy(place.name, name);
    const char *directory = slash == NULL ? "." : slash == copy ? "/" : copy;
    if (slash != NULL && slash != copy) *slash = 0;
    int file = real_open(directory, O_PATH | O_DIRECTORY | O_CLOEXEC);
    place.inode = file < 0 ? 0 : inode_of(file);
    if (place.inode != 0) place.directory = file;
    else if (file >= 0) close(file);
    errno = error;
    return place;
}

static void leave(struct place *place) {
    int error = errno;
    if (place->directory >= 0) close(place->directory);
    errno = error;
}

/* Its inode, or 0: there is none. */
static uint64_t inode_at(const struct place *place, struct stat *about) {
    int error = errno;
    int found = fstatat(place->directory, place->name, about, AT_SYMLINK_NOFOLLOW);
    errno = error;
    return found == 0 ? about->st_ino : 0;
}

static void record_entry(const struct place *place) {
    struct stat about;
    uint64_t inode = inode_at(place, &about);
    struct head head = {ENTRY, 0, place->inode, inode, about.st_mode & S_IFMT, 0};
    record(head, place->name, NULL, 0);
}

/* Written data. */

static int is_synced(int file) {
    return file >= 0 && file < (int)sizeof synced_writes && synced_writes[file];
}

static void wrote(int file, uint64_t inode, off_t at, ssize_t bytes, const struct iovec *parts,
                  int count) {
    if (bytes <= 0) return;
    struct head head = {WRITE, 0, inode, (uint64_t)at, (uint64_t)is_synced(file), (uint64_t)bytes};
    record(head, NULL, parts, count);
}

/* Called without the lock. */
static ssize_t synced(int file, uint64_t inode, off_t at, ssize_t bytes) {
    if (bytes <= 0 || !is_synced(file)) return bytes;
    if (real_fdatasync(file) != 0) return -1;
    struct head head = {WRITE_SYNCED, 0, inode, (uint64_t)at, (uint64_t)bytes, 0};
    record_locked(head, NULL);
    return bytes;
}

ssize_t write(int file, const void *data, size_t bytes) {
    REAL(write);
    uint64_t inode = inode_of(file);
    if (inode == 0) return call(file, data, bytes);
    pthread_mutex_lock(&lock);
    ssize_t done = call(file, data, bytes);
    struct iovec part = {(void *)data, bytes};
    off_t at = lseek(file, 0, SEEK_CUR) - done;
    wrote(file, inode, at, done, &part, 1);
    pthread_mutex_unlock(&lock);
    return synced(file, inode, at, done);
}

ssize_t writev(int file, const struct iovec *parts, int count) {
    uint64_t inode = inode_of(file);
    if (inode == 0) return real_writev(file, parts, count);
    pthread_mutex_lock(&lock);
    ssize_t done = real_writev(file, parts, count);
    off_t at = lseek(file, 0, SEEK_CUR) - done;
    wrote(file, inode, at, done, parts, count);
    pthread_mutex_unlock(&lock);
    return synced(file, inode, at, done);
}

ssize_t pwrite64(int file, const void *data, size_t bytes, off64_t at) {
    REAL(pwrite64);
    uint64_t inode = inode_of(file);
    if (inode == 0) return call(file, data, bytes, at);
    pthread_mutex_lock(&lock);
    ssize_t done = call(file, data, bytes, at);
    struct iovec part = {(void *)data, bytes};
    wrote(file, inode, at, done, &part, 1);
    pthread_mutex_unlock(&lock);
    return synced(file, inode, at, done);
}

ssize_t pwritev64(int file, const struct iovec *parts, int count, off64_t at) {
    REAL(pwritev64);
    uint64_t inode = inode_of(file);
    if (inode == 0) return call(file, parts, count, at);
    pthread_mutex_lock(&lock);
    ssize_t done = call(file, parts, count, at);
    wrote(file, inode, at, done, parts, count);
    pthread_mutex_unlock(&lock);
    return synced(file, inode, at, done);
}

int ftruncate64(int file, off64_t size) {
    REAL(ftruncate64);
    uint64_t inode = inode_of(file);
    if (inode == 0) return call(file, size);
    pthread_mutex_lock(&lock);
    int failed = call(file, size);
    if (!failed) record((struct head){TRUNCATE, 0, inode, (uint64_t)size, 0, 0}, NULL, NULL, 0);
    pthread_mutex_unlock(&lock);
    return failed;
}

/* Syncs. */

static int sync_with(int (*call)(int), int file) {
    uint64_t inode = inode_of(file);
    if (inode == 0) return call(file);
    uint64_t number = __atomic_add_fetch(&syncs, 1, __ATOMIC_RELAXED);
    record_locked((struct head){SYNC_BEGINS, 0, inode, number, 0, 0}, NULL);
    int failed = call(file);
    if (!failed) record_locked((struct head){SYNC_ENDS, 0, inode, number, 0, 0}, NULL);
    return failed;
}

int fsync(int file) {
    REAL(fsync);
    return sync_with(call, file);
}

int fdatasync(int file) {
    REAL(fdatasync);
    return sync_with(call, file);
}

/* Names. */

int open64(const char *path, int flags, ...) {
    REAL(open64);
    const char *boot = getenv("RECORDER_BOOT");
    if (boot != NULL && strcmp(path, "/proc/sys/kernel/random/boot_id") == 0) path = boot;
    va_list arguments;
    va_start(arguments, flags);
    int mode = flags & O_CREAT ? va_arg(arguments, int) : 0;
    va_end(arguments);
    struct place place = {-1, 0, ""};
    /* O_SYNC has the bit of O_DSYNC. */
    if ((flags & (O_CREAT | O_TRUNC | O_DSYNC)) != 0) place = find(path);
    if (place.directory < 0) return call(path, flags, mode);
    pthread_mutex_lock(&lock);
    struct stat about;
    uint64_t before = inode_at(&place, &about);
    int file = call(path, flags & ~O_SYNC, mode);
    if (file >= (int)sizeof synced_writes) abort();
    if (file >= 0) synced_writes[file] = (flags & O_DSYNC) != 0;
    if (file >= 0 && before == 0) record_entry(&place);
    if (file >= 0 && before != 0 && (flags & O_TRUNC) != 0) {
        record((struct head){TRUNCATE, 0, before, 0, 0, 0}, NULL, NULL, 0);
    }
    pthread_mutex_unlock(&lock);
    leave(&place);
    return file;
}

int open(const char *path, int flags, ...) {
    va_list arguments;
    va_start(arguments, flags);
    int mode = flags & O_CREAT ? va_arg(arguments, int) : 0;
    va_end(arguments);
    return open64(path, flags, mode);
}

int mkdir(const char *path, mode_t mode) {
    REAL(mkdir);
    struct place place = find(path);
    if (place.directory < 0) return call(path, mode);
    pthread_mutex_lock(&lock);
    int failed = call(path, mode);
    if (!failed) record_entry(&place);
    pthread_mutex_unlock(&lock);
    leave(&place);
    return failed;
}

int bind(int file, const struct sockaddr *address, socklen_t bytes) {
    REAL(bind);
    struct place place = {-1, 0, ""};
    if (address->sa_family == AF_UNIX && bytes > offsetof(struct sockaddr_un, sun_path)) {
        char path[sizeof(struct sockaddr_un) + 1] = "";
        memcpy(path, ((const struct sockaddr_un *)address)->sun_path,
               bytes - offsetof(struct sockaddr_un, sun_path));
        if (path[0] != 0) place = find(path);
    }
    if (place.directory < 0) return call(file, address, bytes);
    pthread_mutex_lock(&lock);
    int failed = call(file, address, bytes);
    if (!failed) record_entry(&place);
    pthread_mutex_unlock(&lock);
    leave(&place);
    return failed;
}

static int remove_with(int (*call)(const char *), const char *path) {
    struct place place = find(path);
    if (place.directory < 0) return call(path);
    pthread_mutex_lock(&lock);
    int failed = call(path);
    if (!failed) record((struct head){ENTRY_GONE, 0, place.inode, 0, 0, 0}, place.name, NULL, 0);
    pthread_mutex_unlock(&lock);
    leave(&place);
    return failed;
}

int unlink(const char *path) {
    REAL(unlink);
    return remove_with(call, path);
}

int rmdir(const char *path) {
    REAL(rmdir);
    return remove_with(call, path);
}

int link(const char *from, const char *to) {
    REAL(link);
    struct place place = find(to);
    if (place.directory < 0) return call(from, to);
    pthread_mutex_lock(&lock);
    int failed = call(from, to);
    if (!failed) record_entry(&place);
    pthread_mutex_unlock(&lock);
    leave(&place);
    return failed;
}

int rename(const char *from, const char *to) {
    REAL(rename);
    struct place source = find(from), target = find(to);
    pthread_mutex_lock(&lock);
    int failed = call(from, to);
    if (!failed && source.directory >= 0 && target.directory >= 0) {
        char names[520];
        struct stat about;
        uint64_t inode = inode_at(&target, &about);
        snprintf(names, sizeof names, "%s/%s", source.name, target.name);
        record((struct head){RENAME, 0, source.inode, target.inode, inode, 0}, names, NULL, 0);
    } else if (!failed && (source.directory >= 0 || target.directory >= 0)) {
        record((struct head){NOT_FOLLOWED, 0, 0, 0, 0, 0}, "rename", NULL, 0);
    }
    pthread_mutex_unlock(&lock);
    leave(&source);
    leave(&target);
    return failed;
}

/* What is not followed. */

void *mmap64(void *at, size_t bytes, int protection, int flags, int file, off64_t from) {
    REAL(mmap64);
    int may_write = (protection & PROT_WRITE) != 0 && (flags & MAP_SHARED) != 0 && file >= 0;
    uint64_t inode = may_write ? inode_of(file) : 0;
    if (inode != 0) record_locked((struct head){MAPPED, 0, inode, 0, 0, 0}, NULL);
    return call(at, bytes, protection, flags, file, from);
}

int symlink(const char *target, const char *path) {
    REAL(symlink);
    struct place place = find(path);
    if (place.directory >= 0) {
        record_locked((struct head){NOT_FOLLOWED, 0, 0, 0, 0, 0}, "symlink");
    }
    leave(&place);
    return call(target, path);
}

/* Node.js has other calls in the place of these, if they are not there. */

ssize_t sendfile64(int to, int from, off64_t *at, size_t bytes) {
    static ssize_t (*call)(int, int, off64_t *, size_t);
    if (call == NULL) call = (ssize_t(*)(int, int, off64_t *, size_t))real("sendfile64");
    if (inode_of(to) == 0) return call(to, from, at, bytes);
    errno = EINVAL;
    return -1;
}

long syscall(long number, ...) {
    static long (*call)(long, ...);
    if (call == NULL) call = (long (*)(long, ...))real("syscall");
    if (number == SYS_copy_file_range || number == SYS_io_uring_setup) {
        errno = ENOSYS;
        return -1;
    }
    va_list arguments;
    va_start(arguments, number);
    long values[6];
    for (int i = 0; i < 6; i++) values[i] = va_arg(arguments, long);
    va_end(arguments);
    return call(number, values[0], values[1], values[2], values[3], values[4], values[5]);
}
