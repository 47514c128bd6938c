/*
 * stream: messages flow from publishers to subscribers.
 *
 *   shape=pairs      publisher i to subscriber i           publishers= (as many subscribers)
 *   shape=fan-out    one topic, all subscribers            publishers=1 subscribers=
 *   shape=fan-in     a topic each, one wildcard subscriber publishers= subscribers=1
 *   shape=wildcard   `filters` wildcard filters spread over the subscribers, one match a message;
 *                    values= for each level under a wildcard, so topics = filters x values
 *   qos= payload= (bytes) warmup= seconds=
 *   window=   closed loop: so many messages of a publisher may be outstanding
 *   rate=     open loop instead: messages a second in all, sent when due whatever came back
 *   clean=    0: the subscribers' sessions last
 *
 * Closed loop: a message is outstanding until each of its receivers has got it and, at QoS 1 and 2,
 * until its PUBACK or PUBCOMP has come. Open loop: latency counts from the time a message was due,
 * so a late generator or broker cannot hide the wait it causes: to the arrival at QoS 0, to the
 * PUBACK at QoS 1.
 */
#include "flow.h"
#include "run.h"
#include "topics.h"

#include <string.h>

#define NO_SLOT UINT32_MAX
#define FILTERS_PER_PACKET 50
#define HANDSHAKES_MAX 32
#define PACKET_IDS 65535

struct slot {
  uint32_t sequence;
  uint32_t waits_for; /* deliveries, and one acknowledgement at QoS 1 and 2 */
};

struct publisher {
  struct connection *connection;
  uint32_t index;
  struct slot *slots;
  uint32_t *free_slots;
  uint32_t free_count;
  bool refills; /* stands in the list of publishers with a free slot */
  uint32_t *sequences; /* next number, for each target */
  uint64_t *due_ns; /* open loop, QoS 1: when each packet was due, by identifier; 0: none is */
};

struct subscriber {
  uint32_t subscribed; /* filters acknowledged */
  struct flow *flows;  /* one for each publisher */
};

static struct {
  enum shape shape;
  int qos;
  uint32_t publisher_count, subscriber_count, filter_count, target_count;
  uint32_t receivers; /* of one message */
  uint32_t window, payload_bytes;
  struct publisher *publishers;
  struct subscriber *subscribers;
  struct connection **receiving; /* the subscribers' */
  struct publisher **refill_list;
  uint32_t refill_count;
  bool publishing;
  uint64_t outstanding; /* messages, closed loop */
  uint64_t handshakes;  /* QoS 2 deliveries without their PUBREL */
  uint64_t published, delivered, acknowledged;
  uint64_t last_ns, stop_ns;
  uint64_t due_ns, due_end_ns, interval_ns;
  uint32_t connecting, next_connect;
} s;

static uint32_t filters_per_subscriber(void) {
  return s.filter_count / s.subscriber_count;
}

static const char *filter_text(uint32_t index) {
  return filter_of(s.shape, index);
}

/* ---- publishing ---- */

static void wants_refill(struct publisher *publisher) {
  if (publisher->refills) return;
  publisher->refills = true;
  s.refill_list[s.refill_count++] = publisher;
}

static void publish(struct publisher *publisher, uint32_t slot, uint64_t time_ns) {
  char topic[TOPIC_BYTES_MAX];
  uint32_t number = publisher->index;
  uint32_t target = 0;
  if (s.shape == WILDCARD) {
    number = random_below(s.filter_count);
    target = number / filters_per_subscriber();
  }
  size_t topic_bytes = put_topic(topic, s.shape, number);
  uint32_t sequence = publisher->sequences[target]++;
  if (slot != NO_SLOT) {
    publisher->slots[slot].sequence = sequence;
    publisher->slots[slot].waits_for = s.receivers + (s.qos > 0 ? 1 : 0);
    s.outstanding++;
  }
  /* A slot is free again only after its acknowledgement. */
  uint32_t packet_id = slot == NO_SLOT ? sequence % PACKET_IDS + 1 : slot + 1;
  if (publisher->due_ns != NULL) {
    if (publisher->due_ns[packet_id] != 0) fail("%d packets are in flight", PACKET_IDS);
    publisher->due_ns[packet_id] = time_ns;
  }
  struct publish packet = {
      .topic = topic,
      .topic_bytes = topic_bytes,
      .qos = s.qos,
      .packet_id = (uint16_t)packet_id,
      .payload_bytes = s.payload_bytes,
      .stamp = {run_number(), publisher->index, slot, sequence, time_ns},
  };
  write_publish(&publisher->connection->out, &packet);
  connection_touch(publisher->connection);
  s.published++;
}

static void refill_closed(void) {
  if (!s.publishing) return;
  uint64_t time_ns = now_ns();
  if (s.stop_ns != 0 && time_ns >= s.stop_ns) {
    s.publishing = false;
    return;
  }
  for (uint32_t i = 0; i < s.refill_count; i++) {
    struct publisher *publisher = s.refill_list[i];
    publisher->refills = false;
    while (publisher->free_count > 0) {
      publish(publisher, publisher->free_slots[--publisher->free_count], time_ns);
    }
  }
  s.refill_count = 0;
}

static void refill_open(void) {
  uint64_t time_ns = now_ns();
  while (s.publishing && s.due_ns <= time_ns) {
    publish(&s.publishers[s.published % s.publisher_count], NO_SLOT, s.due_ns);
    s.due_ns += s.interval_ns;
    s.publishing = s.due_ns < s.due_end_ns;
  }
}

static uint64_t next_due(void) {
  return s.publishing ? s.due_ns : 0;
}

/* ---- receiving ---- */

static void release(struct publisher *publisher, uint32_t slot) {
  struct slot *entry = &publisher->slots[slot];
  if (entry->waits_for == 0 || --entry->waits_for > 0) return;
  publisher->free_slots[publisher->free_count++] = slot;
  s.outstanding--;
  wants_refill(publisher);
}

static void note_latency(uint64_t from_ns, uint64_t to_ns) {
  histogram_add(&totals.latency, to_ns > from_ns ? to_ns - from_ns : 0);
}

static void delivery(struct subscriber *subscriber, const struct packet *packet, uint64_t time_ns) {
  const struct stamp *stamp = &packet->stamp;
  if (!packet->stamped || stamp->run != run_number()) return; /* left behind by another run */
  if (stamp->publisher >= s.publisher_count) fail("a stamp names publisher %u", stamp->publisher);
  if (packet->payload_bytes != s.payload_bytes) {
    fail("a payload has %u bytes instead of %u", packet->payload_bytes, s.payload_bytes);
  }
  if (!flow_note(&subscriber->flows[stamp->publisher], stamp->sequence)) return;
  s.delivered++;
  s.last_ns = time_ns;
  if (s.publishers[stamp->publisher].due_ns == NULL) note_latency(stamp->time_ns, time_ns);
  if (stamp->slot == NO_SLOT) return;
  struct publisher *publisher = &s.publishers[stamp->publisher];
  if (stamp->slot >= s.window) fail("a stamp names slot %u", stamp->slot);
  if (publisher->slots[stamp->slot].sequence == stamp->sequence) release(publisher, stamp->slot);
}

static void subscriber_packet(struct connection *connection, const struct packet *packet,
                              uint64_t time_ns) {
  struct subscriber *subscriber = connection->owner;
  if (packet->type == PUBLISH) {
    int qos = packet_qos(packet);
    if (qos == 2) s.handshakes++;
    if (qos > 0) {
      write_ack(&connection->out, qos == 1 ? PUBACK : PUBREC, packet->packet_id);
      connection_touch(connection);
    }
    delivery(subscriber, packet, time_ns);
  } else if (packet->type == PUBREL) {
    s.handshakes--;
    write_ack(&connection->out, PUBCOMP, packet->packet_id);
    connection_touch(connection);
  } else if (packet->type == SUBACK) {
    subscriber->subscribed += packet->body_bytes - 2;
  }
}

/* Open loop, QoS 1. */
static void acknowledge(struct publisher *publisher, uint32_t packet_id, uint64_t time_ns) {
  if (packet_id == 0 || publisher->due_ns[packet_id] == 0) {
    fail("an acknowledgement names packet %u", packet_id);
  }
  note_latency(publisher->due_ns[packet_id], time_ns);
  publisher->due_ns[packet_id] = 0;
  s.acknowledged++;
  s.last_ns = time_ns;
}

static void publisher_packet(struct connection *connection, const struct packet *packet,
                             uint64_t time_ns) {
  struct publisher *publisher = connection->owner;
  if (packet->type == PUBREC) {
    write_ack(&connection->out, PUBREL, packet->packet_id);
    connection_touch(connection);
  } else if (packet->type == PUBACK && publisher->due_ns != NULL) {
    acknowledge(publisher, packet->packet_id, time_ns);
  } else if (packet->type == PUBACK || packet->type == PUBCOMP) {
    if (packet->packet_id == 0 || packet->packet_id > s.window) {
      fail("an acknowledgement names packet %u", packet->packet_id);
    }
    s.last_ns = time_ns;
    release(publisher, packet->packet_id - 1u);
  }
}

static void on_packet(struct connection *connection, const struct packet *packet,
                      uint64_t time_ns) {
  if (packet->type == CONNACK) s.connecting--;
  bool publishes = connection->index < s.publisher_count;
  (publishes ? publisher_packet : subscriber_packet)(connection, packet, time_ns);
}

/* ---- set-up ---- */

static void read_scenario(void) {
  s.shape = read_shape(option_text("shape", "pairs"));
  s.publisher_count = (uint32_t)option("publishers", 1);
  s.subscriber_count = (uint32_t)option("subscribers", s.shape == PAIRS ? s.publisher_count : 1);
  s.filter_count = (uint32_t)option("filters", s.subscriber_count);
  wild_values = (uint32_t)option("values", 1000);
  s.target_count = s.shape == WILDCARD ? s.subscriber_count : 1;
  s.receivers = s.shape == FAN_OUT ? s.subscriber_count : 1;
  s.qos = (int)option("qos", 0);
  s.window = (uint32_t)option("window", 1);
  s.payload_bytes = (uint32_t)option("payload", 64);
  if (s.payload_bytes < STAMP_BYTES) fail("payload must be at least %d bytes", STAMP_BYTES);
  if (s.window < 1 || s.window > 65535) fail("window must be from 1 to 65535");
  if (s.filter_count % s.subscriber_count != 0) fail("every subscriber must have as many filters");
  if (option("rate", 0) > 0 && s.qos > 1) fail("an open loop has QoS 0 or 1");
  if (s.shape == PAIRS && s.subscriber_count != s.publisher_count) fail("pairs come in pairs");
}

static bool connected(void) {
  uint32_t total = s.publisher_count + s.subscriber_count;
  while (s.next_connect < total && s.connecting < HANDSHAKES_MAX) {
    uint32_t i = s.next_connect++;
    s.connecting++;
    bool clean = i < s.publisher_count || option("clean", 1) > 0;
    struct connection *connection = connection_open(client_id("s", i), clean);
    connection->index = i;
    if (i < s.publisher_count) {
      s.publishers[i].connection = connection;
      connection->owner = &s.publishers[i];
    } else {
      s.receiving[i - s.publisher_count] = connection;
      connection->owner = &s.subscribers[i - s.publisher_count];
    }
  }
  return s.next_connect == total && s.connecting == 0;
}

static bool subscribed(void) {
  for (uint32_t i = 0; i < s.subscriber_count; i++) {
    if (s.subscribers[i].subscribed < filters_per_subscriber()) return false;
  }
  return true;
}

static void subscribe_all(void) {
  uint32_t each = filters_per_subscriber();
  for (uint32_t i = 0; i < s.subscriber_count; i++) {
    struct connection *connection = s.receiving[i];
    for (uint32_t done = 0; done < each; done += FILTERS_PER_PACKET) {
      uint32_t count = each - done < FILTERS_PER_PACKET ? each - done : FILTERS_PER_PACKET;
      write_subscribe(&connection->out, (uint16_t)(1 + done / FILTERS_PER_PACKET), s.qos,
                      i * each + done, count, filter_text);
    }
    connection_touch(connection);
  }
  if (!loop_until(subscribed, NULL, STALL_S)) fail("the broker does not acknowledge SUBSCRIBE");
}

static void set_up(void) {
  s.publishers = take(s.publisher_count, sizeof *s.publishers);
  s.subscribers = take(s.subscriber_count, sizeof *s.subscribers);
  s.receiving = take(s.subscriber_count, sizeof *s.receiving);
  s.refill_list = take(s.publisher_count, sizeof *s.refill_list);
  for (uint32_t i = 0; i < s.publisher_count; i++) {
    struct publisher *publisher = &s.publishers[i];
    publisher->index = i;
    publisher->sequences = take(s.target_count, sizeof *publisher->sequences);
    publisher->slots = take(s.window, sizeof *publisher->slots);
    publisher->free_slots = take(s.window, sizeof *publisher->free_slots);
    publisher->free_count = s.window;
    if (option("rate", 0) > 0 && s.qos == 1) {
      publisher->due_ns = take(PACKET_IDS + 1, sizeof *publisher->due_ns);
    }
    for (uint32_t slot = 0; slot < s.window; slot++) publisher->free_slots[slot] = slot;
  }
  for (uint32_t i = 0; i < s.subscriber_count; i++) {
    s.subscribers[i].flows = take(s.publisher_count, sizeof(struct flow));
  }
  loop_open(on_packet);
  if (!loop_until(connected, NULL, STALL_S)) fail("the broker does not acknowledge CONNECT");
  subscribe_all();
}

/* ---- the run ---- */

static bool closed_loop_done(void) {
  return !s.publishing && s.outstanding == 0 && s.handshakes == 0;
}

static bool open_loop_done(void) {
  bool acknowledged = s.qos == 0 || s.acknowledged == s.published;
  return !s.publishing && acknowledged && s.delivered >= s.published * s.receivers;
}

/* Publishes for so many seconds and waits until all has come. Returns false on a stall. */
static bool run_closed(double seconds) {
  s.publishing = true;
  s.stop_ns = now_ns() + (uint64_t)(seconds * 1e9);
  for (uint32_t i = 0; i < s.publisher_count; i++) wants_refill(&s.publishers[i]);
  loop_serve(on_packet, refill_closed);
  if (!loop_until(closed_loop_done, NULL, STALL_S)) return false;
  if (s.qos == 0) return true;
  if (!loop_barrier(s.receiving, s.subscriber_count, STALL_S)) return false;
  s.last_ns = now_ns();
  return true;
}

static bool run_open(double seconds, double rate) {
  s.publishing = true;
  s.interval_ns = (uint64_t)(1e9 / rate);
  s.due_ns = now_ns() + s.interval_ns;
  s.due_end_ns = s.due_ns + (uint64_t)(seconds * 1e9);
  loop_serve(on_packet, refill_open);
  return loop_until(open_loop_done, next_due, STALL_S);
}

static void count_losses(void) {
  uint32_t each = s.target_count;
  for (uint32_t i = 0; i < s.subscriber_count; i++) {
    for (uint32_t p = 0; p < s.publisher_count; p++) {
      if (s.shape == PAIRS && p != i) continue;
      const struct flow *flow = &s.subscribers[i].flows[p];
      totals.lost += s.publishers[p].sequences[each == 1 ? 0 : i] - flow->distinct;
      totals.duplicated += flow->duplicated;
      totals.reordered += flow->reordered;
    }
  }
}

int run_stream(void) {
  read_scenario();
  double seconds = option("seconds", 2), warmup = option("warmup", 1), rate = option("rate", 0);
  set_up();
  /* An open loop warms up ten times as fast: at its own rate a compiler would still be at work. */
  bool well = rate > 0 ? run_open(warmup, rate * 10) : run_closed(warmup);
  loop_for(SETTLE_S);
  histogram_clear(&totals.latency);
  uint64_t published = s.published, delivered = s.delivered;
  mark_begin();
  if (well) well = rate > 0 ? run_open(seconds, rate) : run_closed(seconds);
  uint64_t last_ns = s.last_ns;
  loop_for(SETTLE_S);
  totals.published = s.published - published;
  totals.delivered = s.delivered - delivered;
  totals.stalled = !well;
  mark_end(last_ns);
  count_losses();
  print_result();
  return 0;
}
