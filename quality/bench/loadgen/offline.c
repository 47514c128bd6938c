/*
 * offline: messages are queued for absent clients, who then come back for them.
 *
 *   sessions= persistent sessions with a QoS 1 subscription each, messages= queued for each while
 *   it is offline, by publishers= publishers with window= unacknowledged messages each; then all
 *   come back at once and read and acknowledge everything. warmup= such rounds unmeasured, rounds=
 *   measured.
 *
 *   measure=drain  from connecting to the last acknowledgement that the broker has read
 *   measure=fill   from the first PUBLISH to the last PUBACK; a "delivery" is a message queued
 */
#include "client.h"
#include "flow.h"
#include "topics.h"

#include <string.h>

/* A publisher's messages go to one session after the other, beginning with its own number. */
struct writer {
  struct connection *connection;
  uint32_t index, sent, acknowledged;
};

static struct {
  uint32_t sessions, publishers, window, payload_bytes;
  uint32_t each; /* messages of a publisher in a round */
  uint32_t round;
  struct writer *writers;
  struct writer **refill_list;
  uint32_t refill_count;
  struct connection **connections;
  struct flow *flows; /* of each session, one for each publisher */
  uint64_t published, acknowledged, expected, received;
  uint32_t lost_sessions; /* that came back without their state */
  uint64_t last_ns;
} o;

static char topic[TOPIC_BYTES_MAX];

static size_t put_topic_of(uint32_t session) {
  memcpy(topic, "mail/", 5);
  size_t bytes = 5 + put_number(topic + 5, session);
  topic[bytes] = '\0';
  return bytes;
}

/* ---- filling ---- */

static void publish(struct writer *writer, uint64_t time_ns) {
  uint32_t number = o.round * o.each + writer->sent++;
  uint32_t session = (writer->index + number) % o.sessions;
  struct publish packet = {
      .topic = topic,
      .topic_bytes = put_topic_of(session),
      .qos = 1,
      .packet_id = (uint16_t)(number % 65535 + 1),
      .payload_bytes = o.payload_bytes,
      .stamp = {run_number(), writer->index, session, number / o.sessions, time_ns},
  };
  write_publish(&writer->connection->out, &packet);
}

static void refill(void) {
  uint64_t time_ns = now_ns();
  for (uint32_t i = 0; i < o.refill_count; i++) {
    struct writer *writer = o.refill_list[i];
    while (writer->sent < o.each && writer->sent - writer->acknowledged < o.window) {
      publish(writer, time_ns);
      o.published++;
    }
    connection_touch(writer->connection);
  }
  o.refill_count = 0;
}

static void on_writer_packet(struct connection *connection, const struct packet *packet,
                             uint64_t time_ns) {
  if (packet->type != PUBACK) return;
  struct writer *writer = connection->owner;
  writer->acknowledged++;
  o.acknowledged++;
  o.last_ns = time_ns;
  /* Once a round: the last one that it waits for, or one that finds the window full. */
  bool listed = o.refill_count > 0 && o.refill_list[o.refill_count - 1] == writer;
  if (!listed) o.refill_list[o.refill_count++] = writer;
}

static bool all_acknowledged(void) {
  return o.acknowledged == (uint64_t)(o.round + 1) * o.publishers * o.each;
}

static void fill(void) {
  loop_serve(on_writer_packet, refill);
  for (uint32_t i = 0; i < o.publishers; i++) {
    o.writers[i].sent = o.writers[i].acknowledged = 0;
    o.refill_list[o.refill_count++] = &o.writers[i];
  }
  totals.stalled |= !loop_until(all_acknowledged, NULL, STALL_S);
}

/* ---- draining ---- */

static void on_packet(struct connection *connection, const struct packet *packet,
                      uint64_t time_ns) {
  (void)time_ns;
  if (packet->type == CONNACK && !connection->session_present) o.lost_sessions++;
  if (packet->type != PUBLISH) return;
  if (packet_qos(packet) != 1) fail("a queued message comes at QoS %d", packet_qos(packet));
  write_ack(&connection->out, PUBACK, packet->packet_id);
  connection_touch(connection);
  const struct stamp *stamp = &packet->stamp;
  if (!packet->stamped || stamp->run != run_number()) return;
  if (stamp->slot != connection->index) fail("a message came to the wrong session");
  if (stamp->publisher >= o.publishers) fail("a stamp names publisher %u", stamp->publisher);
  struct flow *flows = &o.flows[(size_t)connection->index * o.publishers];
  if (flow_note(&flows[stamp->publisher], stamp->sequence)) o.received++;
}

static bool all_received(void) {
  return o.received >= o.expected;
}

static void drain(void) {
  loop_serve(on_packet, NULL);
  for (uint32_t i = 0; i < o.sessions; i++) {
    o.connections[i] = connection_open(client_id("o", i), false);
    o.connections[i]->index = i;
  }
  /* The barrier: what the broker has not read of the acknowledgements, it would send again. */
  totals.stalled |= !loop_until(all_received, NULL, STALL_S) ||
                    !loop_barrier(o.connections, o.sessions, STALL_S);
  o.last_ns = now_ns();
}

static void leave(void) {
  for (uint32_t i = 0; i < o.sessions; i++) connection_close(o.connections[i]);
}

/* ---- the run ---- */

static void read_scenario(void) {
  o.sessions = (uint32_t)option("sessions", 100);
  o.publishers = (uint32_t)option("publishers", 1);
  o.window = (uint32_t)option("window", 20);
  o.payload_bytes = (uint32_t)option("payload", 64);
  uint32_t all = o.sessions * (uint32_t)option("messages", 500);
  if (all % (o.publishers * o.sessions) != 0) {
    fail("every publisher must have as many messages for every session");
  }
  if (o.payload_bytes < STAMP_BYTES) fail("payload must be at least %d bytes", STAMP_BYTES);
  if (o.window < 1 || o.window > 65535) fail("window must be from 1 to 65535");
  o.each = all / o.publishers;
  o.writers = take(o.publishers, sizeof *o.writers);
  o.refill_list = take(o.publishers, sizeof(struct writer *));
  o.connections = take(o.sessions, sizeof(struct connection *));
  o.flows = take((size_t)o.sessions * o.publishers, sizeof *o.flows);
}

static void set_up(void) {
  for (uint32_t i = 0; i < o.publishers; i++) {
    o.writers[i] = (struct writer){client_connect(client_id("w", i), true), i, 0, 0};
    o.writers[i].connection->owner = &o.writers[i];
  }
  for (uint32_t i = 0; i < o.sessions; i++) {
    struct connection *connection = client_connect(client_id("o", i), false);
    put_topic_of(i);
    client_subscribe(connection, topic, 1);
    connection_close(connection);
  }
}

static void remove_sessions(void) {
  for (uint32_t i = 0; i < o.sessions; i++) {
    connection_close(client_connect(client_id("o", i), true));
  }
}

static void count_losses(void) {
  uint32_t expected = o.round * o.each / o.sessions;
  for (size_t i = 0; i < (size_t)o.sessions * o.publishers; i++) {
    totals.lost += expected - o.flows[i].distinct;
    totals.duplicated += o.flows[i].duplicated;
    totals.reordered += o.flows[i].reordered;
  }
}

/* Does one piece of a round, and measures it if it is the one that is asked for. */
static void measured_if(bool measured, void (*piece)(void), const uint64_t *done) {
  uint64_t before = *done;
  loop_for(SETTLE_S);
  if (measured) mark_begin();
  piece();
  if (!measured) return;
  totals.delivered += *done - before;
  mark_end(o.last_ns);
}

int run_offline(void) {
  read_scenario();
  bool fills = strcmp(option_text("measure", "drain"), "fill") == 0;
  uint32_t warmup = (uint32_t)option("warmup", 1), rounds = (uint32_t)option("rounds", 3);
  loop_open(on_packet);
  set_up();
  while (o.round < warmup + rounds && !totals.stalled) {
    bool measured = o.round >= warmup;
    measured_if(measured && fills, fill, &o.acknowledged);
    o.expected += (uint64_t)o.publishers * o.each;
    measured_if(measured && !fills, drain, &o.received);
    leave();
    o.round++;
  }
  loop_for(SETTLE_S); /* let the broker see them leave */
  if (o.lost_sessions > 0) fail("%u sessions came back without their state", o.lost_sessions);
  totals.published = totals.delivered;
  count_losses();
  remove_sessions();
  print_result();
  return 0;
}
