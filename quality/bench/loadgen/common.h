/*
 * What all files of the load generator share: time, failure, the clock of the run.
 *
 * The program is one thread and one run: it is started for one scenario, prints its marks and one
 * result, and ends. Whatever goes wrong ends it with one line on stderr and exit code 1; a run that
 * failed is no measurement.
 */
#ifndef MAGPIE_COMMON_H
#define MAGPIE_COMMON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Nanoseconds on the monotonic clock. */
uint64_t now_ns(void);

/* CPU time this process has used, user and system, in nanoseconds. */
uint64_t own_cpu_ns(void);

/* Prints `loadgen: <message>` on stderr and ends the process with exit code 1. */
__attribute__((noreturn, format(printf, 1, 2))) void fail(const char *format, ...);

/* malloc, calloc and realloc that end the run instead of returning NULL. */
void *take(size_t count, size_t bytes);
void *grow(void *memory, size_t bytes);

/* A number named on the command line (`name=value`), or `fallback`. */
double option(const char *name, double fallback);
const char *option_text(const char *name, const char *fallback);
void read_options(int count, char **words);

#endif
