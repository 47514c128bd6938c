/*
 * Latencies in nanoseconds, counted in buckets of at most 1/64 relative width.
 */
#ifndef MAGPIE_HISTOGRAM_H
#define MAGPIE_HISTOGRAM_H

#include "common.h"

#define HISTOGRAM_STEPS 64
#define HISTOGRAM_BUCKETS (HISTOGRAM_STEPS * 42)

struct histogram {
  uint64_t count, max_ns;
  uint64_t buckets[HISTOGRAM_BUCKETS];
};

void histogram_add(struct histogram *histogram, uint64_t value_ns);
void histogram_clear(struct histogram *histogram);
/* The value below which `share` (0..1) of all values lie; 0 when there are none. */
double histogram_quantile_us(const struct histogram *histogram, double share);

#endif
