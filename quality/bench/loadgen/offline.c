/*
 * offline: what was queued for absent clients is drained when they come back.
 *
 *   sessions= persistent sessions with a QoS 1 subscription each, messages= queued for each while
 *   it is offline (not measured); then all come back at once and read and acknowledge everything
 *   (measured, connecting included). warmup= such rounds unmeasured, rounds= measured.
 */
#include "client.h"
#include "flow.h"
#include "topics.h"

#include <string.h>

static struct {
  uint32_t sessions, messages, payload_bytes;
  uint32_t round;
  char topic[TOPIC_BYTES_MAX];
  struct connection **connections;
  struct flow *flows;
  uint64_t expected, received;
  uint32_t lost_sessions; /* that came back without their state */
  uint64_t last_ns;
} o;

static const char *topic_of(uint32_t session) {
  memcpy(o.topic, "mail/", 5);
  o.topic[5 + put_number(o.topic + 5, session)] = '\0';
  return o.topic;
}

/* Session after session in turn, as mail comes in. */
static void fill(uint32_t number, struct publish *publish) {
  uint32_t session = number % o.sessions;
  publish->topic = topic_of(session);
  publish->topic_bytes = strlen(o.topic);
  publish->payload_bytes = o.payload_bytes;
  publish->stamp = (struct stamp){run_number(), session, 0,
                                  o.round * o.messages + number / o.sessions, now_ns()};
}

static void on_packet(struct connection *connection, const struct packet *packet,
                      uint64_t time_ns) {
  (void)time_ns;
  if (packet->type == CONNACK && !connection->session_present) o.lost_sessions++;
  if (packet->type != PUBLISH) return;
  if (packet_qos(packet) != 1) fail("a queued message comes at QoS %d", packet_qos(packet));
  write_ack(&connection->out, PUBACK, packet->packet_id);
  connection_touch(connection);
  if (!packet->stamped || packet->stamp.run != run_number()) return;
  if (packet->stamp.publisher != connection->index) fail("a message came to the wrong session");
  if (!flow_note(&o.flows[connection->index], packet->stamp.sequence)) return;
  o.received++;
}

static bool all_received(void) {
  return o.received >= o.expected;
}

static void disconnect_all(void) {
  for (uint32_t i = 0; i < o.sessions; i++) connection_close(o.connections[i]);
}

static void drain(void) {
  loop_serve(on_packet, NULL);
  for (uint32_t i = 0; i < o.sessions; i++) {
    o.connections[i] = connection_open(client_id("o", i), false);
    o.connections[i]->index = i;
  }
  /* The barrier: what the broker has not read of the acknowledgements, it would send again. */
  totals.stalled = !loop_until(all_received, NULL, STALL_S) ||
                   !loop_barrier(o.connections, o.sessions, STALL_S);
  o.last_ns = now_ns();
}

static void make_sessions(void) {
  for (uint32_t i = 0; i < o.sessions; i++) {
    struct connection *connection = client_connect(client_id("o", i), false);
    client_subscribe(connection, topic_of(i), 1);
    connection_close(connection);
  }
}

static void remove_sessions(void) {
  for (uint32_t i = 0; i < o.sessions; i++) {
    connection_close(client_connect(client_id("o", i), true));
  }
}

static void count_losses(void) {
  for (uint32_t i = 0; i < o.sessions; i++) {
    totals.lost += o.round * o.messages - o.flows[i].distinct;
    totals.duplicated += o.flows[i].duplicated;
    totals.reordered += o.flows[i].reordered;
  }
}

int run_offline(void) {
  o.sessions = (uint32_t)option("sessions", 100);
  o.messages = (uint32_t)option("messages", 500);
  o.payload_bytes = (uint32_t)option("payload", 64);
  uint32_t warmup = (uint32_t)option("warmup", 1), rounds = (uint32_t)option("rounds", 3);
  o.connections = take(o.sessions, sizeof *o.connections);
  o.flows = take(o.sessions, sizeof *o.flows);
  if (o.payload_bytes < STAMP_BYTES) fail("payload must be at least %d bytes", STAMP_BYTES);
  loop_open(on_packet);
  struct connection *writer = client_connect(client_id("w", 0), true);
  make_sessions();
  while (o.round < warmup + rounds && !totals.stalled) {
    client_publish_all(writer, o.sessions * o.messages, 20, fill);
    loop_for(SETTLE_S);
    bool measured = o.round >= warmup;
    uint64_t before = o.received;
    o.expected += (uint64_t)o.sessions * o.messages;
    if (measured) mark_begin();
    drain();
    if (measured) {
      totals.delivered += o.received - before;
      mark_end(o.last_ns);
    }
    disconnect_all();
    loop_for(SETTLE_S); /* let the broker see them leave */
    o.round++;
  }
  if (o.lost_sessions > 0) fail("%u sessions came back without their state", o.lost_sessions);
  totals.published = totals.delivered;
  count_losses();
  remove_sessions();
  print_result();
  return 0;
}
