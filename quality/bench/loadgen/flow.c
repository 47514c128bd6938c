#include "flow.h"

static uint64_t *word_of(struct flow *flow, uint32_t sequence) {
  return &flow->missing[sequence % FLOW_HISTORY / 64];
}

static void set_missing(struct flow *flow, uint32_t sequence, bool missing) {
  uint64_t *word = word_of(flow, sequence);
  uint64_t bit = (uint64_t)1 << (sequence % 64);
  bool was = (*word & bit) != 0;
  if (was == missing) return;
  *word ^= bit;
  flow->holes += missing ? 1u : -1u;
}

bool flow_note(struct flow *flow, uint32_t sequence) {
  if (sequence >= flow->expected) {
    /* Without holes there is no bit to clear: the common case touches no history. */
    for (uint32_t hole = flow->expected; hole < sequence; hole++) set_missing(flow, hole, true);
    if (flow->holes > 0) set_missing(flow, sequence, false);
    flow->expected = sequence + 1;
    flow->distinct++;
    return true;
  }
  bool remembered = flow->expected - sequence <= FLOW_HISTORY;
  if (!remembered || (*word_of(flow, sequence) & (uint64_t)1 << (sequence % 64)) == 0) {
    flow->duplicated++;
    return false;
  }
  set_missing(flow, sequence, false);
  flow->reordered++;
  flow->distinct++;
  return true;
}
