/*
 * retained: how dear is a new subscriber to `#` when there is much to remember?
 *
 *   count= retained messages of payload= bytes are stored (not measured), then subscribers come one
 *   after the other, read all of them and leave: warmup= of them unmeasured, rounds= measured.
 *
 * The order of retained messages is free, so only losses and duplicates are counted.
 */
#include "client.h"
#include "topics.h"

#include <stdlib.h>
#include <string.h>

static struct {
  uint32_t count, payload_bytes;
  char topic[TOPIC_BYTES_MAX];
  uint8_t *seen;
  uint32_t distinct;
  uint64_t last_ns;
  bool storing;
} r;

static void fill(uint32_t number, struct publish *publish) {
  size_t bytes = 0;
  memcpy(r.topic, "kept/area-", 10);
  bytes = 10 + put_number(r.topic + 10, number / 500);
  memcpy(r.topic + bytes, "/device-", 8);
  bytes += 8;
  bytes += put_number(r.topic + bytes, number % 500);
  publish->topic = r.topic;
  publish->topic_bytes = bytes;
  publish->retain = true;
  if (!r.storing) return; /* an empty payload removes what was stored */
  publish->payload_bytes = r.payload_bytes;
  publish->stamp = (struct stamp){run_number(), 0, 0, number, now_ns()};
}

static void on_packet(struct connection *connection, const struct packet *packet,
                      uint64_t time_ns) {
  (void)connection;
  if (packet->type != PUBLISH || !packet->stamped || packet->stamp.run != run_number()) return;
  if (packet->stamp.sequence >= r.count) fail("a stamp names %u", packet->stamp.sequence);
  if ((packet->flags & 1) == 0) fail("a replayed message does not carry RETAIN");
  if (r.seen[packet->stamp.sequence]++ > 0) {
    totals.duplicated++;
    return;
  }
  r.distinct++;
  r.last_ns = time_ns;
}

static const char *everything(uint32_t index) {
  (void)index;
  return "#";
}

static bool all_seen(void) {
  return r.distinct == r.count;
}

static void replay(uint32_t round) {
  memset(r.seen, 0, r.count);
  r.distinct = 0;
  struct connection *reader = client_connect(client_id("r", round + 1), true);
  loop_serve(on_packet, NULL);
  write_subscribe(&reader->out, 1, 0, 0, 1, everything);
  connection_touch(reader);
  if (!loop_until(all_seen, NULL, STALL_S)) {
    totals.stalled = true;
    totals.lost += r.count - r.distinct;
  }
  connection_close(reader);
}

int run_retained(void) {
  r.count = (uint32_t)option("count", 50000);
  r.payload_bytes = (uint32_t)option("payload", 64);
  r.seen = take(r.count, 1);
  uint32_t warmup = (uint32_t)option("warmup", 2), rounds = (uint32_t)option("rounds", 10);
  if (r.payload_bytes < STAMP_BYTES) fail("payload must be at least %d bytes", STAMP_BYTES);
  loop_open(on_packet);
  struct connection *writer = client_connect(client_id("w", 0), true);
  r.storing = true;
  client_publish_all(writer, r.count, 20, fill);
  for (uint32_t i = 0; i < warmup; i++) replay(i);
  loop_for(SETTLE_S);
  mark_begin();
  for (uint32_t i = 0; i < rounds && !totals.stalled; i++) {
    replay(warmup + i);
    totals.delivered += r.distinct;
  }
  loop_for(SETTLE_S);
  mark_end(r.last_ns);
  totals.published = r.count;
  r.storing = false;
  client_publish_all(writer, r.count, 20, fill); /* leaves the broker as it was */
  print_result();
  return 0;
}
