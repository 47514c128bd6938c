#include "client.h"

static struct connection *current;
static bool subscribed;
static const char *wanted_filter;
static struct {
  uint32_t count, window, sent, acknowledged;
  void (*fill)(uint32_t number, struct publish *publish);
} job;

static void on_packet(struct connection *connection, const struct packet *packet,
                      uint64_t time_ns) {
  (void)time_ns;
  if (connection != current) return;
  if (packet->type == SUBACK) subscribed = true;
  if (packet->type == PUBACK) job.acknowledged++;
}

static bool is_accepted(void) {
  return current->accepted;
}

static bool is_subscribed(void) {
  return subscribed;
}

static bool is_published(void) {
  return job.acknowledged == job.count;
}

struct connection *client_connect(const char *id, bool clean_session) {
  loop_serve(on_packet, NULL);
  current = connection_open(id, clean_session);
  if (!loop_until(is_accepted, NULL, STALL_S)) fail("the broker does not acknowledge CONNECT");
  return current;
}

static const char *only_filter(uint32_t index) {
  (void)index;
  return wanted_filter;
}

void client_subscribe(struct connection *connection, const char *filter, int qos) {
  loop_serve(on_packet, NULL);
  current = connection;
  wanted_filter = filter;
  subscribed = false;
  write_subscribe(&connection->out, 1, qos, 0, 1, only_filter);
  connection_touch(connection);
  if (!loop_until(is_subscribed, NULL, STALL_S)) fail("the broker does not acknowledge SUBSCRIBE");
}

static void refill(void) {
  while (job.sent < job.count && job.sent - job.acknowledged < job.window) {
    struct publish publish = {.qos = 1, .packet_id = (uint16_t)(job.sent % 65535 + 1)};
    job.fill(job.sent++, &publish);
    write_publish(&current->out, &publish);
    connection_touch(current);
  }
}

void client_publish_all(struct connection *connection, uint32_t count, uint32_t window,
                        void (*fill)(uint32_t number, struct publish *publish)) {
  current = connection;
  job.count = count;
  job.window = window;
  job.sent = job.acknowledged = 0;
  job.fill = fill;
  loop_serve(on_packet, refill);
  if (!loop_until(is_published, NULL, STALL_S)) fail("the broker does not acknowledge PUBLISH");
}
