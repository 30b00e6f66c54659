/*
 * A disk that misbehaves, for one process and one directory: preloaded (LD_PRELOAD) before the C library, it answers in
 * its place for files below FAULTY_DISK_DIRECTORY, as FAULTY_DISK_CONTROL says at that moment. That file is mapped, so a
 * switch works at once and costs next to nothing while it is off. FaultyDisk.java writes it; both know the layout below.
 *
 *   cc -shared -fPIC -O2 -o faulty-disk.so faulty-disk.c -ldl
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

enum { MAGIC = 0x52514644, SWITCHES = 16, COUNTERS = 16 };

struct control {
    int32_t magic;
    int32_t mapped; /* how many processes read this file */
    int32_t fsync_millis;
    int32_t fsync_error; /* errno, 0 is none; so are the next two */
    int32_t write_error;
    int32_t name_error; /* of creating and renaming */
    int32_t short_writes;
    int32_t no_space; /* for whatever needs more blocks: files that grow, new files */
    int32_t unused[SWITCHES - 8];
    int32_t slowed;
    int32_t failed_fsyncs;
    int32_t failed_writes;
    int32_t failed_names;
    int32_t shortened;
    int32_t refused_growth;
    int32_t unused_counters[COUNTERS - 6];
};

static struct control off;
static struct control *control = &off;
static char directory[PATH_MAX];

#define REAL(name) ((__typeof__(&name)) real(#name))

static void *real(const char *name) {
    void *found = dlsym(RTLD_NEXT, name);
    if (found == NULL) {
        fprintf(stderr, "faulty-disk: the C library has no %s\n", name);
        abort();
    }
    return found;
}

__attribute__((constructor)) static void map_control(void) {
    const char *file = getenv("FAULTY_DISK_CONTROL");
    const char *below = getenv("FAULTY_DISK_DIRECTORY");
    if (file == NULL || below == NULL || strlen(below) >= sizeof directory) {
        return;
    }
    strcpy(directory, below);
    int fd = REAL(open)(file, O_RDWR | O_CLOEXEC);
    if (fd < 0) {
        fprintf(stderr, "faulty-disk: cannot open %s: %s\n", file, strerror(errno));
        abort();
    }
    struct control *mapped = mmap(NULL, sizeof off, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    REAL(close)(fd);
    if (mapped == MAP_FAILED || mapped->magic != MAGIC) {
        fprintf(stderr, "faulty-disk: %s is not a control file\n", file);
        abort();
    }
    control = mapped;
    __atomic_fetch_add(&control->mapped, 1, __ATOMIC_SEQ_CST);
}

static int on(const int32_t *setting) {
    return __atomic_load_n(setting, __ATOMIC_RELAXED);
}

static void count(int32_t *counter) {
    __atomic_fetch_add(counter, 1, __ATOMIC_SEQ_CST);
}

static int is_below(const char *path) {
    size_t length = strlen(directory);
    return length > 0 && strncmp(path, directory, length) == 0 && (path[length] == '/' || path[length] == '\0');
}

static int is_ours(int fd) {
    char link[64], path[PATH_MAX];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, path, sizeof path - 1);
    if (length < 0) {
        return 0;
    }
    path[length] = '\0';
    return is_below(path);
}

/* The file need not exist; its directory does. */
static int is_ours_by_name(int at, const char *path) {
    char whole[PATH_MAX * 2], parent[PATH_MAX];
    if (path[0] == '/') {
        snprintf(whole, sizeof whole, "%s", path);
    } else if (at == AT_FDCWD) {
        snprintf(whole, sizeof whole, "./%s", path);
    } else {
        snprintf(whole, sizeof whole, "/proc/self/fd/%d/%s", at, path);
    }
    char *name = strrchr(whole, '/');
    *name = '\0';
    return realpath(name == whole ? "/" : whole, parent) != NULL && is_below(parent);
}

static int fail(int error, int32_t *counter) {
    count(counter);
    errno = error;
    return -1;
}

/* ---- fsync ---- */

static int before_fsync(int fd) {
    int millis = on(&control->fsync_millis);
    int error = on(&control->fsync_error);
    if ((millis == 0 && error == 0) || !is_ours(fd)) {
        return 0;
    }
    if (millis > 0) {
        struct timespec left = {millis / 1000, (millis % 1000) * 1000000L};
        count(&control->slowed);
        while (nanosleep(&left, &left) != 0 && errno == EINTR) {
        }
    }
    return error == 0 ? 0 : fail(error, &control->failed_fsyncs);
}

int fsync(int fd) {
    return before_fsync(fd) != 0 ? -1 : REAL(fsync)(fd);
}

int fdatasync(int fd) {
    return before_fsync(fd) != 0 ? -1 : REAL(fdatasync)(fd);
}

/* ---- writes ---- */

/* How many of these bytes are to be written now; -1 with errno for none. An offset of -1 is where the file stands. */
static ssize_t before_write(int fd, size_t bytes, off64_t offset) {
    int error = on(&control->write_error);
    int no_space = on(&control->no_space);
    int short_writes = on(&control->short_writes);
    if ((error == 0 && no_space == 0 && short_writes == 0) || !is_ours(fd)) {
        return bytes;
    }
    if (error != 0) {
        return fail(error, &control->failed_writes);
    }
    if (no_space != 0) {
        struct stat64 file;
        if (fstat64(fd, &file) == 0 && S_ISREG(file.st_mode)) {
            int appends = (fcntl(fd, F_GETFL) & O_APPEND) != 0;
            off64_t from = appends ? file.st_size : offset >= 0 ? offset : lseek64(fd, 0, SEEK_CUR);
            if (from + (off64_t) bytes > file.st_size) {
                return fail(ENOSPC, &control->refused_growth);
            }
        }
    }
    if (short_writes != 0 && bytes > 1) {
        count(&control->shortened);
        return bytes / 2;
    }
    return bytes;
}

ssize_t write(int fd, const void *data, size_t bytes) {
    ssize_t now = before_write(fd, bytes, -1);
    return now < 0 ? -1 : REAL(write)(fd, data, now);
}

ssize_t pwrite(int fd, const void *data, size_t bytes, off_t offset) {
    ssize_t now = before_write(fd, bytes, offset);
    return now < 0 ? -1 : REAL(pwrite)(fd, data, now, offset);
}

ssize_t pwrite64(int fd, const void *data, size_t bytes, off64_t offset) {
    ssize_t now = before_write(fd, bytes, offset);
    return now < 0 ? -1 : REAL(pwrite64)(fd, data, now, offset);
}

static size_t total(const struct iovec *parts, int n) {
    size_t bytes = 0;
    for (int i = 0; i < n; i++) {
        bytes += parts[i].iov_len;
    }
    return bytes;
}

/* Leaves in "cut" the parts, or the beginning of one, that make up these bytes. */
static int first_bytes(const struct iovec *parts, int n, size_t bytes, struct iovec *cut) {
    int used = 0;
    for (; used < n && bytes > 0; used++) {
        cut[used] = parts[used];
        if (cut[used].iov_len > bytes) {
            cut[used].iov_len = bytes;
        }
        bytes -= cut[used].iov_len;
    }
    return used;
}

ssize_t writev(int fd, const struct iovec *parts, int n) {
    size_t bytes = n > 0 && n <= IOV_MAX ? total(parts, n) : 0;
    ssize_t now = before_write(fd, bytes, -1);
    if (now < 0 || (size_t) now == bytes) {
        return now < 0 ? -1 : REAL(writev)(fd, parts, n);
    }
    struct iovec cut[n];
    return REAL(writev)(fd, cut, first_bytes(parts, n, now, cut));
}

ssize_t pwritev(int fd, const struct iovec *parts, int n, off_t offset) {
    size_t bytes = n > 0 && n <= IOV_MAX ? total(parts, n) : 0;
    ssize_t now = before_write(fd, bytes, offset);
    if (now < 0 || (size_t) now == bytes) {
        return now < 0 ? -1 : REAL(pwritev)(fd, parts, n, offset);
    }
    struct iovec cut[n];
    return REAL(pwritev)(fd, cut, first_bytes(parts, n, now, cut), offset);
}

ssize_t pwritev64(int fd, const struct iovec *parts, int n, off64_t offset) {
    return pwritev(fd, parts, n, offset);
}

/* ---- sizes and names ---- */

static int before_growth(int fd, off64_t bytes) {
    struct stat64 file;
    int no_space = on(&control->no_space);
    if (no_space != 0 && fstat64(fd, &file) == 0 && bytes > file.st_size && is_ours(fd)) {
        return fail(ENOSPC, &control->refused_growth);
    }
    return 0;
}

int ftruncate(int fd, off_t bytes) {
    return before_growth(fd, bytes) != 0 ? -1 : REAL(ftruncate)(fd, bytes);
}

int ftruncate64(int fd, off64_t bytes) {
    return before_growth(fd, bytes) != 0 ? -1 : REAL(ftruncate64)(fd, bytes);
}

int fallocate(int fd, int mode, off_t offset, off_t bytes) {
    return before_growth(fd, offset + bytes) != 0 ? -1 : REAL(fallocate)(fd, mode, offset, bytes);
}

int fallocate64(int fd, int mode, off64_t offset, off64_t bytes) {
    return before_growth(fd, offset + bytes) != 0 ? -1 : REAL(fallocate64)(fd, mode, offset, bytes);
}

/* This one returns the error. */
int posix_fallocate(int fd, off_t offset, off_t bytes) {
    return before_growth(fd, offset + bytes) != 0 ? errno : REAL(posix_fallocate)(fd, offset, bytes);
}

static int before_create(int at, const char *path, int flags) {
    int error = on(&control->name_error);
    int no_space = on(&control->no_space);
    if ((flags & O_CREAT) == 0 || (error == 0 && no_space == 0) || !is_ours_by_name(at, path)) {
        return 0;
    }
    if (faccessat(at, path, F_OK, 0) == 0) {
        return 0;
    }
    return error != 0 ? fail(error, &control->failed_names) : fail(ENOSPC, &control->refused_growth);
}

#define MODE_OF(flags)                                     \
    mode_t mode = 0;                                       \
    if (((flags) & (O_CREAT | __O_TMPFILE)) != 0) {        \
        va_list rest;                                      \
        va_start(rest, flags);                             \
        mode = va_arg(rest, mode_t);                       \
        va_end(rest);                                      \
    }

int open(const char *path, int flags, ...) {
    MODE_OF(flags)
    return before_create(AT_FDCWD, path, flags) != 0 ? -1 : REAL(open)(path, flags, mode);
}

int open64(const char *path, int flags, ...) {
    MODE_OF(flags)
    return before_create(AT_FDCWD, path, flags) != 0 ? -1 : REAL(open64)(path, flags, mode);
}

int openat(int at, const char *path, int flags, ...) {
    MODE_OF(flags)
    return before_create(at, path, flags) != 0 ? -1 : REAL(openat)(at, path, flags, mode);
}

int openat64(int at, const char *path, int flags, ...) {
    MODE_OF(flags)
    return before_create(at, path, flags) != 0 ? -1 : REAL(openat64)(at, path, flags, mode);
}

int creat(const char *path, mode_t mode) {
    return open(path, O_CREAT | O_WRONLY | O_TRUNC, mode);
}

int creat64(const char *path, mode_t mode) {
    return open64(path, O_CREAT | O_WRONLY | O_TRUNC, mode);
}

static int before_rename(int at, const char *to) {
    int error = on(&control->name_error);
    return error != 0 && is_ours_by_name(at, to) ? fail(error, &control->failed_names) : 0;
}

int rename(const char *from, const char *to) {
    return before_rename(AT_FDCWD, to) != 0 ? -1 : REAL(rename)(from, to);
}

int renameat(int from_at, const char *from, int to_at, const char *to) {
    return before_rename(to_at, to) != 0 ? -1 : REAL(renameat)(from_at, from, to_at, to);
}
