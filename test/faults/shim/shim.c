/*
 * Preloaded into a process (LD_PRELOAD), it stands between that process and one folder on the disk:
 *
 *   SOTTO_SHIM_DIR      the folder, absolute; nothing else is touched
 *   SOTTO_SHIM_TRACE    a file that gets every change to the folder, in order, and every sync
 *   SOTTO_SHIM_CONTROL  a file of 16 bytes that says, at any time, what fails (u32 at 0, see FAULT_*)
 *                       and by how many milliseconds the wall clock is off (i64 at 8)
 *
 * A record of the trace, little-endian: u32 op, u32 file, i64 offset, u32 length, then `length` bytes. `file` names one
 * lifetime of one file: after it was unlinked and made again it is another. Shared memory (-shm) goes by mmap and is not seen.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

enum { OP_CREATE = 1, OP_WRITE, OP_TRUNCATE, OP_SYNC, OP_UNLINK, OP_RENAME };
enum { FAULT_NONE, FAULT_FULL, FAULT_WRITE_ERROR, FAULT_SYNC_ERROR };
enum { MOST_FDS = 65536, MOST_FILES = 4096 };

struct control { volatile uint32_t fault; uint32_t unused; volatile int64_t clock_offset; };

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_once_t once = PTHREAD_ONCE_INIT;
static char folder[4096];
static size_t folder_length;
static int trace = -1;
static struct control nothing;
static struct control *control = &nothing;
static uint32_t file_of[MOST_FDS]; /* 0: not ours */
static char *paths[MOST_FILES];    /* by file; NULL once unlinked */
static uint32_t files;

#define REAL(name) ((__typeof__(&name))real_##name())
#define FIND(name) \
  static void *real_##name(void) { static void *found; return found ? found : (found = dlsym(RTLD_NEXT, #name)); }
FIND(open) FIND(open64) FIND(openat) FIND(close) FIND(write) FIND(pwrite) FIND(pwrite64) FIND(ftruncate) FIND(ftruncate64)
FIND(fsync) FIND(fdatasync) FIND(unlink) FIND(rename) FIND(clock_gettime)

static void begin(void) {
  const char *dir = getenv("SOTTO_SHIM_DIR"), *to = getenv("SOTTO_SHIM_TRACE"), *by = getenv("SOTTO_SHIM_CONTROL");
  if (dir && strlen(dir) < sizeof folder) folder_length = strlen(strcpy(folder, dir));
  if (to) trace = REAL(open)(to, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  if (!by) return;
  int fd = REAL(open)(by, O_RDWR | O_CLOEXEC);
  if (fd < 0) return;
  void *mapped = mmap(NULL, sizeof(struct control), PROT_READ, MAP_SHARED, fd, 0);
  if (mapped != MAP_FAILED) control = mapped;
  REAL(close)(fd);
}

static int is_ours(const char *path) {
  pthread_once(&once, begin);
  return folder_length && !strncmp(path, folder, folder_length) && (path[folder_length] == '/' || !path[folder_length]);
}

static const char *in_folder(const char *path) { return path + folder_length + (path[folder_length] == '/'); }

static void record(uint32_t op, uint32_t file, int64_t offset, const void *data, uint32_t length) {
  if (trace < 0) return;
  char head[20];
  memcpy(head, &op, 4), memcpy(head + 4, &file, 4), memcpy(head + 8, &offset, 8), memcpy(head + 16, &length, 4);
  if (REAL(write)(trace, head, sizeof head) != sizeof head) abort();
  for (uint32_t done = 0; done < length;) {
    ssize_t wrote = REAL(write)(trace, (const char *)data + done, length - done);
    if (wrote < 0) abort();
    done += wrote;
  }
}

static uint32_t known(const char *name) {
  for (uint32_t i = 1; i <= files; i++) if (paths[i] && !strcmp(paths[i], name)) return i;
  return 0;
}

/* With the lock held. */
static void opened(int fd, const char *path, int flags) {
  if (fd < 0 || fd >= MOST_FDS) return;
  const char *name = in_folder(path);
  uint32_t file = known(name);
  if (!file && files + 1 < MOST_FILES) {
    paths[file = ++files] = strdup(name);
    record(OP_CREATE, file, 0, name, strlen(name));
  }
  if (flags & O_TRUNC) record(OP_TRUNCATE, file, 0, NULL, 0);
  file_of[fd] = file;
}

#define OPEN(name, real, ...) \
  { \
    mode_t mode = 0; \
    if (flags & (O_CREAT | O_TMPFILE)) { va_list more; va_start(more, flags); mode = va_arg(more, mode_t); va_end(more); } \
    if (!is_ours(path)) return REAL(real)(__VA_ARGS__, flags, mode); \
    pthread_mutex_lock(&lock); \
    int fd = REAL(real)(__VA_ARGS__, flags, mode); \
    opened(fd, path, flags); \
    pthread_mutex_unlock(&lock); \
    return fd; \
  }
int open(const char *path, int flags, ...) OPEN(open, open, path)
int open64(const char *path, int flags, ...) OPEN(open64, open64, path)
int openat(int at, const char *path, int flags, ...) OPEN(openat, openat, at, path)

int close(int fd) {
  if (fd >= 0 && fd < MOST_FDS) file_of[fd] = 0;
  return REAL(close)(fd);
}

/* libuv closes files by the system call itself, unseen from here: a number may be a socket's by now. */
static uint32_t ours(int fd) {
  struct stat stat;
  if (fd < 0 || fd >= MOST_FDS || !file_of[fd]) return 0;
  if (fstat(fd, &stat) || !(S_ISREG(stat.st_mode) || S_ISDIR(stat.st_mode))) file_of[fd] = 0;
  return file_of[fd];
}

/* How much of a write goes through; -1 with errno where none does. A full disk takes what needs no new space. */
static ssize_t allowed(int fd, size_t length, int64_t offset) {
  if (control->fault == FAULT_WRITE_ERROR) return errno = EIO, -1;
  if (control->fault != FAULT_FULL) return length;
  struct stat stat;
  if (fstat(fd, &stat)) return -1;
  if (offset + (int64_t)length <= stat.st_size) return length;
  if (offset < stat.st_size) return stat.st_size - offset;
  return errno = ENOSPC, -1;
}

static ssize_t put(int fd, const void *data, size_t length, int64_t offset) {
  pthread_mutex_lock(&lock);
  ssize_t wrote = allowed(fd, length, offset);
  if (wrote > 0) wrote = REAL(pwrite64)(fd, data, wrote, offset);
  if (wrote > 0) record(OP_WRITE, file_of[fd], offset, data, wrote);
  pthread_mutex_unlock(&lock);
  return wrote;
}

ssize_t pwrite(int fd, const void *data, size_t length, off_t offset) {
  return ours(fd) ? put(fd, data, length, offset) : REAL(pwrite)(fd, data, length, offset);
}
ssize_t pwrite64(int fd, const void *data, size_t length, off64_t offset) {
  return ours(fd) ? put(fd, data, length, offset) : REAL(pwrite64)(fd, data, length, offset);
}
ssize_t write(int fd, const void *data, size_t length) {
  if (!ours(fd)) return REAL(write)(fd, data, length);
  int append = fcntl(fd, F_GETFL) & O_APPEND;
  off_t at = lseek(fd, 0, append ? SEEK_END : SEEK_CUR);
  ssize_t wrote = put(fd, data, length, at);
  if (wrote > 0) lseek(fd, at + wrote, SEEK_SET);
  return wrote;
}

static int cut(int fd, int64_t length) {
  pthread_mutex_lock(&lock);
  struct stat stat;
  int result = -1;
  if (control->fault == FAULT_WRITE_ERROR) errno = EIO;
  else if (control->fault == FAULT_FULL && !fstat(fd, &stat) && length > stat.st_size) errno = ENOSPC;
  else if (!(result = REAL(ftruncate64)(fd, length))) record(OP_TRUNCATE, file_of[fd], length, NULL, 0);
  pthread_mutex_unlock(&lock);
  return result;
}
int ftruncate(int fd, off_t length) { return ours(fd) ? cut(fd, length) : REAL(ftruncate)(fd, length); }
int ftruncate64(int fd, off64_t length) { return ours(fd) ? cut(fd, length) : REAL(ftruncate64)(fd, length); }

static int synced(int fd, int (*sync)(int)) {
  pthread_mutex_lock(&lock);
  int result = -1;
  if (control->fault == FAULT_SYNC_ERROR) errno = EIO;
  else if (!(result = sync(fd))) record(OP_SYNC, file_of[fd], 0, NULL, 0);
  pthread_mutex_unlock(&lock);
  return result;
}
int fsync(int fd) { return ours(fd) ? synced(fd, REAL(fsync)) : REAL(fsync)(fd); }
int fdatasync(int fd) { return ours(fd) ? synced(fd, REAL(fdatasync)) : REAL(fdatasync)(fd); }

int unlink(const char *path) {
  if (!is_ours(path)) return REAL(unlink)(path);
  pthread_mutex_lock(&lock);
  int result = REAL(unlink)(path);
  uint32_t file = result ? 0 : known(in_folder(path));
  if (file) {
    record(OP_UNLINK, file, 0, NULL, 0);
    free(paths[file]);
    paths[file] = NULL;
  }
  pthread_mutex_unlock(&lock);
  return result;
}

int rename(const char *from, const char *to) {
  if (!is_ours(from) || !is_ours(to)) return REAL(rename)(from, to);
  pthread_mutex_lock(&lock);
  int result = REAL(rename)(from, to);
  uint32_t file = result ? 0 : known(in_folder(from)), over = result ? 0 : known(in_folder(to));
  if (over) free(paths[over]), paths[over] = NULL;
  if (file) {
    record(OP_RENAME, file, 0, in_folder(to), strlen(in_folder(to)));
    free(paths[file]);
    paths[file] = strdup(in_folder(to));
  }
  pthread_mutex_unlock(&lock);
  return result;
}

/* The wall clock alone: what measures durations is left as it is. */
int clock_gettime(clockid_t which, struct timespec *at) {
  int result = REAL(clock_gettime)(which, at);
  pthread_once(&once, begin);
  if (!result && (which == CLOCK_REALTIME || which == CLOCK_REALTIME_COARSE)) {
    int64_t milliseconds = at->tv_sec * INT64_C(1000) + at->tv_nsec / 1000000 + control->clock_offset;
    at->tv_sec = milliseconds / 1000;
    at->tv_nsec = milliseconds % 1000 * 1000000;
  }
  return result;
}
int gettimeofday(struct timeval *restrict at, void *restrict zone) {
  (void)zone;
  struct timespec now;
  int result = clock_gettime(CLOCK_REALTIME, &now);
  at->tv_sec = now.tv_sec;
  at->tv_usec = now.tv_nsec / 1000;
  return result;
}
