/*
 * idle: many connections that only listen, and what each costs.
 *
 *   connections= with one subscription each, window= of them in their handshake at a time. The
 *   measured piece ends after settle= seconds with all of them open and quiet, so that the runner
 *   reads the memory they take. `delivered` is the number of connections.
 *   warmup= connections come and go before, so that the code paths are warm and memory is not.
 */
#include "run.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>

static struct {
  uint32_t count, window;
  uint32_t opened, open_handshakes, ready, first;
  struct connection **connections;
  uint64_t last_ns;
} i;

static const char *topic_of(uint32_t index) {
  static char text[64];
  snprintf(text, sizeof text, "idle/device-%u", i.first + index);
  return text;
}

static void on_packet(struct connection *connection, const struct packet *packet,
                      uint64_t time_ns) {
  if (packet->type == CONNACK) {
    write_subscribe(&connection->out, 1, 0, connection->index, 1, topic_of);
    connection_touch(connection);
  } else if (packet->type == SUBACK) {
    i.ready++;
    i.open_handshakes--;
    i.last_ns = time_ns;
  }
}

static void open_more(void) {
  while (i.opened < i.count && i.open_handshakes < i.window) {
    struct connection *connection = connection_open(client_id("i", i.first + i.opened), true);
    connection->index = i.opened;
    i.connections[i.opened++] = connection;
    i.open_handshakes++;
  }
}

static bool all_ready(void) {
  return i.ready == i.count;
}

static void open_all(uint32_t count, uint32_t first) {
  i.count = count;
  i.first = first;
  i.opened = i.ready = 0;
  loop_serve(on_packet, open_more);
  if (!loop_until(all_ready, NULL, STALL_S)) fail("only %u of %u connections opened", i.ready, count);
}

static void close_all(void) {
  for (uint32_t index = 0; index < i.count; index++) connection_close(i.connections[index]);
}

static void allow_descriptors(uint32_t count) {
  struct rlimit limit;
  getrlimit(RLIMIT_NOFILE, &limit);
  if (limit.rlim_cur >= count) return;
  limit.rlim_cur = count;
  if (limit.rlim_max < count) limit.rlim_max = count;
  if (setrlimit(RLIMIT_NOFILE, &limit) < 0) {
    fail("cannot have %u open files: %s", count, strerror(errno));
  }
}

int run_idle(void) {
  uint32_t count = (uint32_t)option("connections", 10000);
  uint32_t warmup = (uint32_t)option("warmup", 50);
  i.window = (uint32_t)option("window", 32);
  i.connections = take(count > warmup ? count : warmup, sizeof *i.connections);
  allow_descriptors(count + 64);
  loop_open(on_packet);
  open_all(warmup, count);
  close_all();
  loop_for(0.3);
  mark_begin();
  open_all(count, 0);
  uint64_t last_ns = i.last_ns;
  loop_for(option("settle", 1.5));
  totals.published = totals.delivered = count;
  mark_end(last_ns);
  close_all();
  print_result();
  return 0;
}
