/*
 * Connections and the one loop that serves them.
 *
 * A round: wait, read every readable socket once, let the scenario refill, then write once to each
 * connection that has something to say. So the generator never cuts a burst into single packets
 * (which would charge the broker for reads it need not make) and never holds one back to make it
 * larger than what came back in this round.
 */
#ifndef MAGPIE_CONNECTION_H
#define MAGPIE_CONNECTION_H

#include "secure.h"

struct connection {
  int fd;
  bool accepted;       /* CONNACK with code 0 has come */
  bool session_present;
  bool ending;         /* we sent DISCONNECT: the peer may close */
  bool dirty;          /* stands in the list of connections to write to */
  bool waits_writable; /* the socket is full: EPOLLOUT is asked for */
  uint32_t index;      /* the scenario's own number */
  void *owner;         /* the scenario's own object */
  struct secure *secure; /* NULL: no TLS */
  struct buffer out;
  uint64_t skip_bytes; /* rest of a PUBLISH that was read but for its payload's end */
  struct packet pending;
  uint32_t partial_bytes;
  uint8_t partial[HEAD_BYTES_MAX];
};

/* Called for each packet, a PUBLISH when its last byte is there. `time_ns`: when it was read. */
typedef void packet_handler(struct connection *connection, const struct packet *packet,
                            uint64_t time_ns);

/* Reads the options `host`, `port` and `ca` (see secure.h) and prepares the loop. */
void loop_open(packet_handler *handler);
/* Whom the loop calls from now on, and what it calls after the reads of each round (or NULL). */
void loop_serve(packet_handler *handler, void (*refill)(void));

/* Connects (blocking: loopback) and queues a CONNECT; CONNACK sets `accepted`. */
struct connection *connection_open(const char *client_id, bool clean_session);
/* To be called after writing to `out`: the round's end will flush it. */
void connection_touch(struct connection *connection);
/* Sends DISCONNECT, closes and frees. */
void connection_close(struct connection *connection);

/*
 * Runs rounds until `done` says so. `wake_ns` gives the next time the scenario wants a round
 * (0: none), or is NULL. Returns false if nothing arrived for `stall_s` seconds.
 */
bool loop_until(bool (*done)(void), uint64_t (*wake_ns)(void), double stall_s);
/*
 * Sends PINGREQ on each connection and waits for the answers: by then the broker has handled
 * everything these connections had sent. Returns false on a stall.
 */
bool loop_barrier(struct connection *const *connections, uint32_t count, double stall_s);
/* Runs rounds for so many seconds, whatever comes. */
void loop_for(double seconds);

#endif
