/*
 * loadgen SCENARIO name=value …
 *
 * Scenarios: stream, retained, offline, idle; each file's head names its options. These take `host`
 * and `port`, and `stall` (seconds after which a silent broker ends the run). And without a broker:
 * sync.
 */
#include "run.h"

#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

static const struct {
  const char *name;
  int (*run)(void);
} scenarios[] = {
    {"stream", run_stream},
    {"retained", run_retained},
    {"offline", run_offline},
    {"idle", run_idle},
    {"sync", run_sync},
};

int main(int count, char **words) {
  prctl(PR_SET_PDEATHSIG, SIGKILL); /* never outlives its runner */
  prctl(PR_SET_TIMERSLACK, 1);      /* an open loop sends on time, not 50 µs later */
  alarm(300);                       /* nor hangs for ever */
  if (count < 2) fail("which scenario? (stream, retained, offline, idle, sync)");
  read_options(count - 2, words + 2);
  for (size_t i = 0; i < sizeof scenarios / sizeof *scenarios; i++) {
    if (strcmp(words[1], scenarios[i].name) == 0) return scenarios[i].run();
  }
  fail("unknown scenario: %s", words[1]);
}
