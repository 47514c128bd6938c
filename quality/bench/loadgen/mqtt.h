/*
 * The few packets of MQTT 3.1.1 a load needs, written into a growing buffer and read in place.
 *
 * Every published payload begins with a stamp, so that the receiver can tell who sent it, which one
 * it is and when it left. Reading never copies a payload: of a PUBLISH only its head and its stamp
 * have to be in one piece, the rest is counted and skipped (a 1 MiB payload costs its read and
 * nothing else).
 */
#ifndef MAGPIE_MQTT_H
#define MAGPIE_MQTT_H

#include "common.h"

enum packet_type {
  CONNECT = 1,
  CONNACK,
  PUBLISH,
  PUBACK,
  PUBREC,
  PUBREL,
  PUBCOMP,
  SUBSCRIBE,
  SUBACK,
  UNSUBSCRIBE,
  UNSUBACK,
  PINGREQ,
  PINGRESP,
  DISCONNECT,
};

/* Bytes waiting to be written; `start` is what the socket already took. */
struct buffer {
  uint8_t *bytes;
  size_t start, end, room;
};

/* Makes room for `bytes` more and returns where they go; the caller advances `end`. */
uint8_t *buffer_room(struct buffer *buffer, size_t bytes);

#define STAMP_BYTES 24

/* The head of every payload. `run` tells this run's messages from what others left behind. */
struct stamp {
  uint32_t run, publisher, slot, sequence;
  uint64_t time_ns;
};

/* The largest packet head (or whole packet that is no PUBLISH) that may arrive. */
#define HEAD_BYTES_MAX 1024

/* One received packet. `body` is set for all but PUBLISH, the last three for PUBLISH alone. */
struct packet {
  enum packet_type type;
  uint8_t flags;
  uint16_t packet_id;
  const uint8_t *body;
  uint32_t body_bytes;
  uint32_t payload_bytes;
  bool stamped;
  struct stamp stamp;
};

static inline int packet_qos(const struct packet *packet) {
  return (packet->flags >> 1) & 3;
}

/*
 * Reads the head of the packet at `at`. Returns the bytes that make the whole packet and fills
 * `packet`, or returns 0 while the head is incomplete. A PUBLISH is read as soon as its stamp is
 * there; any other packet once it is whole.
 */
uint64_t read_head(const uint8_t *at, const uint8_t *end, struct packet *packet);

void write_connect(struct buffer *out, const char *client_id, bool clean_session);
/* `filter(index)` gives the text of each of `count` filters, from `first` on. */
void write_subscribe(struct buffer *out, uint16_t packet_id, int qos, uint32_t first, uint32_t count,
                     const char *(*filter)(uint32_t index));
/* PUBACK, PUBREC, PUBREL or PUBCOMP. */
void write_ack(struct buffer *out, enum packet_type type, uint16_t packet_id);
/* PINGREQ or DISCONNECT. */
void write_empty(struct buffer *out, enum packet_type type);

/* A PUBLISH; the payload is the stamp, filled up with zero bytes to `payload_bytes` (0: empty). */
struct publish {
  const char *topic;
  size_t topic_bytes;
  int qos;
  bool retain;
  uint16_t packet_id;
  uint32_t payload_bytes;
  struct stamp stamp;
};
void write_publish(struct buffer *out, const struct publish *publish);

#endif
