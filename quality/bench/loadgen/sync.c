/*
 * sync: no broker, but what a disk can do at best: again and again 4 KiB are written to a file that
 * has its size already, and made safe.
 *
 *   file= (must not be there) rate= (a second; a late one begins at once) warmup= seconds=
 *
 * Latency counts from the beginning of a write to the return of fdatasync. A "delivery" is a write.
 */
#include "run.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define BLOCK_BYTES 4096
#define BLOCKS 1024

static int open_file(const char *path) {
  int fd = open(path, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0600);
  if (fd < 0) fail("cannot make %s: %s", path, strerror(errno));
  return fd;
}

static void write_block(int fd, uint64_t number) {
  static uint8_t block[BLOCK_BYTES];
  memset(block, (int)number, sizeof block);
  off_t at = (off_t)(number % BLOCKS) * BLOCK_BYTES;
  if (pwrite(fd, block, sizeof block, at) != BLOCK_BYTES) fail("cannot write: %s", strerror(errno));
}

static void make_safe(int fd) {
  if (fdatasync(fd) < 0) fail("cannot sync: %s", strerror(errno));
}

static void wait_until(uint64_t time_ns) {
  struct timespec due = {(time_t)(time_ns / 1000000000u), (long)(time_ns % 1000000000u)};
  while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &due, NULL) == EINTR) continue;
}

/* Writes for so many seconds. Returns how many, and when the last one was safe. */
static uint64_t write_for(double seconds, int fd, uint64_t *last_ns) {
  uint64_t interval_ns = (uint64_t)(1e9 / option("rate", 1000));
  uint64_t due_ns = now_ns(), end_ns = due_ns + (uint64_t)(seconds * 1e9), count = 0;
  for (; due_ns < end_ns && now_ns() < end_ns; due_ns += interval_ns) {
    wait_until(due_ns);
    uint64_t begin_ns = now_ns();
    write_block(fd, count++);
    make_safe(fd);
    *last_ns = now_ns();
    histogram_add(&totals.latency, *last_ns - begin_ns);
  }
  return count;
}

int run_sync(void) {
  int fd = open_file(option_text("file", ""));
  uint64_t last_ns = 0;
  for (uint64_t block = 0; block < BLOCKS; block++) write_block(fd, block);
  if (fsync(fd) < 0) fail("cannot sync: %s", strerror(errno));
  write_for(option("warmup", 0.5), fd, &last_ns);
  histogram_clear(&totals.latency);
  mark_begin();
  totals.published = totals.delivered = write_for(option("seconds", 2), fd, &last_ns);
  mark_end(last_ns);
  close(fd);
  print_result();
  return 0;
}
