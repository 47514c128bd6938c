#include "connection.h"

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <unistd.h>

#define READ_BYTES (256 * 1024)
#define EVENTS_MAX 8192

static struct {
  int epoll_fd, timer_fd;
  struct sockaddr_storage address;
  socklen_t address_bytes;
  packet_handler *handler;
  void (*refill)(void);
  struct connection **dirty;
  size_t dirty_count, dirty_room;
  uint64_t packets;
  uint32_t pings; /* unanswered */
  uint64_t armed_ns;
  struct epoll_event events[EVENTS_MAX];
  uint8_t sealed[READ_BYTES];
  uint8_t input[HEAD_BYTES_MAX + READ_BYTES + RECORD_BYTES_MAX];
} loop;

static void resolve(void) {
  struct addrinfo hints = {.ai_socktype = SOCK_STREAM};
  struct addrinfo *found;
  const char *host = option_text("host", "127.0.0.1");
  const char *port = option_text("port", "1883");
  int error = getaddrinfo(host, port, &hints, &found);
  if (error != 0) fail("cannot resolve %s:%s: %s", host, port, gai_strerror(error));
  memcpy(&loop.address, found->ai_addr, found->ai_addrlen);
  loop.address_bytes = found->ai_addrlen;
  freeaddrinfo(found);
  secure_open(host);
}

void loop_open(packet_handler *handler) {
  resolve();
  loop.handler = handler;
  loop.epoll_fd = epoll_create1(EPOLL_CLOEXEC);
  loop.timer_fd = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
  if (loop.epoll_fd < 0 || loop.timer_fd < 0) fail("cannot make an epoll: %s", strerror(errno));
  struct epoll_event event = {.events = EPOLLIN, .data.ptr = NULL};
  epoll_ctl(loop.epoll_fd, EPOLL_CTL_ADD, loop.timer_fd, &event);
}

void loop_serve(packet_handler *handler, void (*refill)(void)) {
  loop.handler = handler;
  loop.refill = refill;
}

static void watch(struct connection *connection, int operation, uint32_t events) {
  struct epoll_event event = {.events = events, .data.ptr = connection};
  if (epoll_ctl(loop.epoll_fd, operation, connection->fd, &event) < 0) {
    fail("epoll_ctl: %s", strerror(errno));
  }
}

struct connection *connection_open(const char *client_id, bool clean_session) {
  struct connection *connection = take(1, sizeof *connection);
  int yes = 1;
  connection->fd = socket(loop.address.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (connection->fd < 0) fail("cannot make a socket: %s", strerror(errno));
  if (connect(connection->fd, (struct sockaddr *)&loop.address, loop.address_bytes) < 0) {
    fail("cannot connect: %s", strerror(errno));
  }
  setsockopt(connection->fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
  fcntl(connection->fd, F_SETFL, O_NONBLOCK);
  watch(connection, EPOLL_CTL_ADD, EPOLLIN);
  connection->secure = secure_start();
  write_connect(&connection->out, client_id, clean_session);
  connection_touch(connection);
  return connection;
}

void connection_touch(struct connection *connection) {
  if (connection->dirty || connection->waits_writable) return;
  connection->dirty = true;
  if (loop.dirty_count == loop.dirty_room) {
    loop.dirty_room = loop.dirty_room * 2 + 64;
    loop.dirty = grow(loop.dirty, loop.dirty_room * sizeof *loop.dirty);
  }
  loop.dirty[loop.dirty_count++] = connection;
}

static void flush(struct connection *connection) {
  struct buffer *out = &connection->out;
  if (connection->secure != NULL) out = secure_sealed(connection->secure, out);
  if (out->start == out->end) return;
  ssize_t sent = send(connection->fd, out->bytes + out->start, out->end - out->start, MSG_NOSIGNAL);
  if (sent < 0 && errno != EAGAIN) fail("cannot write: %s", strerror(errno));
  if (sent > 0) out->start += (size_t)sent;
  bool full = out->start < out->end;
  if (full != connection->waits_writable) {
    connection->waits_writable = full;
    watch(connection, EPOLL_CTL_MOD, full ? EPOLLIN | EPOLLOUT : EPOLLIN);
  }
}

static void flush_all(void) {
  for (size_t i = 0; i < loop.dirty_count; i++) {
    loop.dirty[i]->dirty = false;
    flush(loop.dirty[i]);
  }
  loop.dirty_count = 0;
}

void connection_close(struct connection *connection) {
  for (size_t i = 0; i < loop.dirty_count; i++) {
    if (loop.dirty[i] != connection) continue;
    loop.dirty[i] = loop.dirty[--loop.dirty_count];
    break;
  }
  connection->ending = true;
  write_empty(&connection->out, DISCONNECT);
  flush(connection);
  close(connection->fd);
  secure_free(connection->secure);
  free(connection->out.bytes);
  free(connection);
}

static void handle(struct connection *connection, const struct packet *packet, uint64_t time_ns) {
  loop.packets++;
  if (packet->type == CONNACK) {
    if (packet->body_bytes != 2) fail("a CONNACK has %u bytes", packet->body_bytes);
    if (packet->body[1] != 0) fail("CONNECT was refused with code %d", packet->body[1]);
    connection->accepted = true;
    connection->session_present = packet->body[0] & 1;
  }
  if (packet->type == SUBACK) {
    for (uint32_t i = 2; i < packet->body_bytes; i++) {
      if (packet->body[i] > 2) fail("SUBSCRIBE was refused");
    }
  }
  if (packet->type == PINGRESP) loop.pings--;
  loop.handler(connection, packet, time_ns);
}

/* Handles what was read, and keeps the incomplete head at its end for the next read. */
static void input(struct connection *connection, const uint8_t *at, const uint8_t *end) {
  uint64_t time_ns = now_ns();
  connection->partial_bytes = 0;
  while (at < end) {
    size_t left = (size_t)(end - at);
    if (connection->skip_bytes > 0) {
      size_t skipped = left < connection->skip_bytes ? left : connection->skip_bytes;
      connection->skip_bytes -= skipped;
      at += skipped;
      if (connection->skip_bytes == 0) handle(connection, &connection->pending, time_ns);
      continue;
    }
    struct packet packet;
    uint64_t bytes = read_head(at, end, &packet);
    if (bytes == 0) {
      if (left > HEAD_BYTES_MAX) fail("a packet's head is too long");
      memcpy(connection->partial, at, left);
      connection->partial_bytes = (uint32_t)left;
      return;
    }
    if (bytes <= left) {
      at += bytes;
      handle(connection, &packet, time_ns);
    } else {
      connection->pending = packet;
      connection->skip_bytes = bytes - left;
      at = end;
    }
  }
}

static void receive(struct connection *connection) {
  uint8_t *start = loop.input + HEAD_BYTES_MAX - connection->partial_bytes;
  uint8_t *end = loop.input + HEAD_BYTES_MAX;
  struct secure *secure = connection->secure;
  ssize_t got = recv(connection->fd, secure == NULL ? end : loop.sealed, READ_BYTES, 0);
  if (got < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (got <= 0) fail("the broker closed connection %u", connection->index);
  if (secure == NULL) {
    end += got;
  } else {
    size_t room = sizeof loop.input - HEAD_BYTES_MAX;
    size_t opened = secure_received(secure, loop.sealed, (size_t)got, end, room);
    if (secure_answers(secure)) connection_touch(connection);
    if (opened == 0) return;
    end += opened;
  }
  memcpy(start, connection->partial, connection->partial_bytes);
  input(connection, start, end);
}

static void arm(uint64_t at_ns) {
  if (at_ns == loop.armed_ns) return;
  loop.armed_ns = at_ns;
  struct itimerspec when = {.it_value = {(time_t)(at_ns / 1000000000u), (long)(at_ns % 1000000000u)}};
  timerfd_settime(loop.timer_fd, TFD_TIMER_ABSTIME, &when, NULL);
}

static void wait_and_serve(int timeout_ms) {
  int count = epoll_wait(loop.epoll_fd, loop.events, EVENTS_MAX, timeout_ms);
  if (count < 0 && errno != EINTR) fail("epoll_wait: %s", strerror(errno));
  for (int i = 0; i < count; i++) {
    struct connection *connection = loop.events[i].data.ptr;
    if (connection == NULL) {
      uint64_t expirations;
      if (read(loop.timer_fd, &expirations, sizeof expirations) > 0) loop.armed_ns = 0;
      continue;
    }
    if (loop.events[i].events & EPOLLOUT) flush(connection);
    if (loop.events[i].events & (EPOLLIN | EPOLLHUP | EPOLLERR)) receive(connection);
  }
}

bool loop_until(bool (*done)(void), uint64_t (*wake_ns)(void), double stall_s) {
  uint64_t seen = loop.packets;
  uint64_t progress_ns = now_ns();
  while (!done()) {
    if (loop.refill != NULL) loop.refill();
    flush_all();
    if (wake_ns != NULL) arm(wake_ns());
    wait_and_serve(100);
    if (loop.packets != seen) {
      seen = loop.packets;
      progress_ns = now_ns();
    } else if (now_ns() - progress_ns > (uint64_t)(stall_s * 1e9)) {
      return false;
    }
  }
  flush_all();
  return true;
}

static bool answered(void) {
  return loop.pings == 0;
}

bool loop_barrier(struct connection *const *connections, uint32_t count, double stall_s) {
  for (uint32_t i = 0; i < count; i++) {
    write_empty(&connections[i]->out, PINGREQ);
    connection_touch(connections[i]);
    loop.pings++;
  }
  return loop_until(answered, NULL, stall_s);
}

static uint64_t until_ns;

static bool time_is_over(void) {
  return now_ns() >= until_ns;
}

static uint64_t time_of_end(void) {
  return until_ns;
}

void loop_for(double seconds) {
  until_ns = now_ns() + (uint64_t)(seconds * 1e9);
  loop_until(time_is_over, time_of_end, seconds + 1);
}
