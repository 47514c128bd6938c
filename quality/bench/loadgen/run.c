#include "run.h"

#include <stdio.h>
#include <unistd.h>

struct totals totals;

static uint64_t begin_ns, begin_cpu_ns;

static void mark(const char *word) {
  printf("%s\n", word);
  fflush(stdout);
  int byte;
  do byte = getchar();
  while (byte != '\n' && byte != EOF);
}

void mark_begin(void) {
  mark("begin");
  begin_ns = now_ns();
  begin_cpu_ns = own_cpu_ns();
}

void mark_end(uint64_t last_ns) {
  totals.measured_ns += last_ns - begin_ns;
  totals.generator_cpu_ns += own_cpu_ns() - begin_cpu_ns;
  mark("end");
}

void print_result(void) {
  const struct histogram *latency = &totals.latency;
  printf("result {\"published\":%lu,\"delivered\":%lu,\"lost\":%lu,\"duplicated\":%lu,"
         "\"reordered\":%lu,\"stalled\":%s,\"elapsedS\":%.6f,\"generatorCpuS\":%.6f,"
         "\"p50Us\":%.1f,\"p99Us\":%.1f,\"p999Us\":%.1f,\"maxUs\":%.1f}\n",
         totals.published, totals.delivered, totals.lost, totals.duplicated, totals.reordered,
         totals.stalled ? "true" : "false", (double)totals.measured_ns / 1e9,
         (double)totals.generator_cpu_ns / 1e9, histogram_quantile_us(latency, 0.5),
         histogram_quantile_us(latency, 0.99), histogram_quantile_us(latency, 0.999),
         (double)latency->max_ns / 1000);
  fflush(stdout);
}

uint32_t run_number(void) {
  static uint32_t number;
  if (number == 0) number = ((uint32_t)(now_ns() >> 10) ^ (uint32_t)getpid() << 16) | 1;
  return number;
}

const char *client_id(const char *role, uint32_t index) {
  static char text[24];
  snprintf(text, sizeof text, "%s%x-%u", role, run_number() & 0xffffff, index);
  return text;
}
