#include "common.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static int option_count;
static char **option_words;

static uint64_t clock_ns(clockid_t clock) {
  struct timespec time;
  clock_gettime(clock, &time);
  return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}

uint64_t now_ns(void) {
  return clock_ns(CLOCK_MONOTONIC);
}

uint64_t own_cpu_ns(void) {
  return clock_ns(CLOCK_PROCESS_CPUTIME_ID);
}

void fail(const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  fputs("loadgen: ", stderr);
  vfprintf(stderr, format, arguments);
  fputc('\n', stderr);
  va_end(arguments);
  exit(1);
}

void *take(size_t count, size_t bytes) {
  void *memory = calloc(count == 0 ? 1 : count, bytes);
  if (memory == NULL) fail("cannot allocate %zu x %zu bytes", count, bytes);
  return memory;
}

void *grow(void *memory, size_t bytes) {
  memory = realloc(memory, bytes);
  if (memory == NULL) fail("cannot allocate %zu bytes", bytes);
  return memory;
}

void read_options(int count, char **words) {
  option_count = count;
  option_words = words;
}

const char *option_text(const char *name, const char *fallback) {
  size_t length = strlen(name);
  for (int i = 0; i < option_count; i++) {
    const char *word = option_words[i];
    if (strncmp(word, name, length) == 0 && word[length] == '=') return word + length + 1;
  }
  return fallback;
}

double option(const char *name, double fallback) {
  const char *text = option_text(name, NULL);
  if (text == NULL) return fallback;
  char *end;
  double value = strtod(text, &end);
  if (end == text || *end != '\0') fail("%s must be a number: current value is %s", name, text);
  return value;
}
