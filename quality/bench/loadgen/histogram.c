#include "histogram.h"

#include <math.h>
#include <string.h>

/* Values below HISTOGRAM_STEPS have a bucket each; then each power of two has HISTOGRAM_STEPS. */
static uint32_t bucket_of(uint64_t value) {
  if (value < HISTOGRAM_STEPS) return (uint32_t)value;
  uint32_t power = 63 - (uint32_t)__builtin_clzll(value / HISTOGRAM_STEPS);
  uint32_t bucket = (power + 1) * HISTOGRAM_STEPS + (uint32_t)(value >> power) - HISTOGRAM_STEPS;
  return bucket < HISTOGRAM_BUCKETS ? bucket : HISTOGRAM_BUCKETS - 1;
}

static double middle_of(uint32_t bucket) {
  if (bucket < HISTOGRAM_STEPS) return bucket;
  uint32_t power = bucket / HISTOGRAM_STEPS - 1;
  uint64_t low = (uint64_t)(bucket % HISTOGRAM_STEPS + HISTOGRAM_STEPS) << power;
  return (double)low + (double)((uint64_t)1 << power) / 2;
}

void histogram_add(struct histogram *histogram, uint64_t value_ns) {
  histogram->count++;
  histogram->buckets[bucket_of(value_ns)]++;
  if (value_ns > histogram->max_ns) histogram->max_ns = value_ns;
}

void histogram_clear(struct histogram *histogram) {
  memset(histogram, 0, sizeof *histogram);
}

double histogram_quantile_us(const struct histogram *histogram, double share) {
  uint64_t rank = (uint64_t)ceil(share * (double)histogram->count);
  uint64_t seen = 0;
  for (uint32_t bucket = 0; bucket < HISTOGRAM_BUCKETS; bucket++) {
    seen += histogram->buckets[bucket];
    if (rank > 0 && seen >= rank) return middle_of(bucket) / 1000;
  }
  return 0;
}
