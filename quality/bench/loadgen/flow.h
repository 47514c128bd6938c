/*
 * What one subscriber has seen of one publisher: losses, duplicates and reordering.
 *
 * Sequence numbers count from 0 without holes. A number above the expected one leaves a hole; a
 * number below it fills its hole (reordered) or was seen already (duplicated). Holes are remembered
 * for the last FLOW_HISTORY numbers, far more than any window of the scenarios; what comes even
 * later counts as a duplicate. Holes that stay are losses.
 */
#ifndef MAGPIE_FLOW_H
#define MAGPIE_FLOW_H

#include "common.h"

#define FLOW_HISTORY 1024

struct flow {
  uint32_t expected; /* the highest number seen, plus 1 */
  uint32_t distinct;
  uint32_t holes;    /* that are still remembered */
  uint32_t duplicated, reordered;
  uint64_t missing[FLOW_HISTORY / 64];
};

/* Notes one arrival. Returns false for a duplicate. */
bool flow_note(struct flow *flow, uint32_t sequence);

#endif
