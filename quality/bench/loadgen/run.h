/*
 * The talk with the runner, and the numbers that are its end.
 *
 * `begin` and `end` frame what is measured. After each the program prints the word and waits for a
 * line on stdin, while the runner reads the broker's CPU time and memory; both marks are set when
 * the broker has nothing to do. A run may measure several pieces; the runner adds them up.
 */
#ifndef MAGPIE_RUN_H
#define MAGPIE_RUN_H

#include "connection.h"
#include "histogram.h"

struct totals {
  uint64_t published, delivered; /* in the measured pieces */
  uint64_t lost, duplicated, reordered; /* in the whole run, warm-up included */
  uint64_t measured_ns, generator_cpu_ns;
  bool stalled;
  struct histogram latency;
};

extern struct totals totals;

void mark_begin(void);
/* `last_ns`: when the last awaited packet came; the time after it is not measured. */
void mark_end(uint64_t last_ns);
/* Prints `result {…}`, the last line. */
void print_result(void);

/* This run's number in every stamp. */
uint32_t run_number(void);
/* A client identifier that no other run uses. The text is valid until the next call. */
const char *client_id(const char *role, uint32_t index);

/* Nothing came for this long although something must: the run has stalled. Option `stall`, seconds. */
#define STALL_S option("stall", 10)
/* After the last packet, the broker's own work (acknowledgements it reads) gets this long. */
#define SETTLE_S 0.05

int run_stream(void);
int run_retained(void);
int run_offline(void);
int run_idle(void);
int run_sync(void);

#endif
