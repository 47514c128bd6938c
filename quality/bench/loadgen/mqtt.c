#include "mqtt.h"

#include <stdlib.h>
#include <string.h>

uint8_t *buffer_room(struct buffer *buffer, size_t bytes) {
  if (buffer->start == buffer->end) buffer->start = buffer->end = 0;
  if (buffer->end + bytes > buffer->room) {
    size_t used = buffer->end - buffer->start;
    if (buffer->start > 0) memmove(buffer->bytes, buffer->bytes + buffer->start, used);
    buffer->start = 0;
    buffer->end = used;
    if (used + bytes > buffer->room) {
      buffer->room = (used + bytes) * 2;
      buffer->bytes = grow(buffer->bytes, buffer->room);
    }
  }
  return buffer->bytes + buffer->end;
}

static uint8_t *put16(uint8_t *at, size_t value) {
  at[0] = (uint8_t)(value >> 8);
  at[1] = (uint8_t)value;
  return at + 2;
}

static uint8_t *put_bytes(uint8_t *at, const void *bytes, size_t count) {
  memcpy(at, bytes, count);
  return at + count;
}

static uint8_t *put_remaining(uint8_t *at, size_t length) {
  while (length > 127) {
    *at++ = (uint8_t)(length & 127) | 128;
    length >>= 7;
  }
  *at++ = (uint8_t)length;
  return at;
}

void write_connect(struct buffer *out, const char *client_id, bool clean_session) {
  size_t id_bytes = strlen(client_id);
  uint8_t *at = buffer_room(out, 32 + id_bytes);
  uint8_t *start = at;
  *at++ = CONNECT << 4;
  at = put_remaining(at, 12 + id_bytes);
  at = put_bytes(at, "\0\4MQTT\4", 7);
  *at++ = clean_session ? 2 : 0;
  at = put16(at, 0); /* no keep-alive: an idle run must not be closed */
  at = put16(at, id_bytes);
  at = put_bytes(at, client_id, id_bytes);
  out->end += (size_t)(at - start);
}

void write_subscribe(struct buffer *out, uint16_t packet_id, int qos, uint32_t first, uint32_t count,
                     const char *(*filter)(uint32_t index)) {
  size_t length = 2;
  for (uint32_t i = first; i < first + count; i++) length += strlen(filter(i)) + 3;
  uint8_t *at = buffer_room(out, length + 5);
  uint8_t *start = at;
  *at++ = SUBSCRIBE << 4 | 2;
  at = put_remaining(at, length);
  at = put16(at, packet_id);
  for (uint32_t i = first; i < first + count; i++) {
    const char *text = filter(i);
    size_t bytes = strlen(text);
    at = put16(at, bytes);
    at = put_bytes(at, text, bytes);
    *at++ = (uint8_t)qos;
  }
  out->end += (size_t)(at - start);
}

void write_ack(struct buffer *out, enum packet_type type, uint16_t packet_id) {
  uint8_t *at = buffer_room(out, 4);
  at[0] = (uint8_t)(type << 4 | (type == PUBREL ? 2 : 0));
  at[1] = 2;
  put16(at + 2, packet_id);
  out->end += 4;
}

void write_empty(struct buffer *out, enum packet_type type) {
  uint8_t *at = buffer_room(out, 2);
  at[0] = (uint8_t)(type << 4);
  at[1] = 0;
  out->end += 2;
}

void write_publish(struct buffer *out, const struct publish *publish) {
  size_t id_bytes = publish->qos > 0 ? 2 : 0;
  size_t length = 2 + publish->topic_bytes + id_bytes + publish->payload_bytes;
  uint8_t *at = buffer_room(out, length + 5);
  uint8_t *start = at;
  *at++ = (uint8_t)(PUBLISH << 4 | publish->qos << 1 | (publish->retain ? 1 : 0));
  at = put_remaining(at, length);
  at = put16(at, publish->topic_bytes);
  at = put_bytes(at, publish->topic, publish->topic_bytes);
  if (id_bytes > 0) at = put16(at, publish->packet_id);
  if (publish->payload_bytes > 0) {
    at = put_bytes(at, &publish->stamp, STAMP_BYTES); /* read by this program alone: host order */
    memset(at, 0, publish->payload_bytes - STAMP_BYTES);
    at += publish->payload_bytes - STAMP_BYTES;
  }
  out->end += (size_t)(at - start);
}

static uint64_t read_publish(const uint8_t *at, const uint8_t *end, uint32_t remaining,
                             struct packet *packet) {
  if (end - at < 2) return 0;
  uint32_t head = 2 + (uint32_t)(at[0] << 8 | at[1]);
  uint32_t id_at = head;
  if (packet_qos(packet) > 0) head += 2;
  if (head > remaining) fail("a PUBLISH is shorter than its topic");
  packet->payload_bytes = remaining - head;
  packet->stamped = packet->payload_bytes >= STAMP_BYTES;
  uint32_t needed = head + (packet->stamped ? STAMP_BYTES : 0);
  if (needed + 5 > HEAD_BYTES_MAX) fail("a topic is too long for this program");
  if (end - at < (ptrdiff_t)needed) return 0;
  if (packet_qos(packet) > 0) packet->packet_id = (uint16_t)(at[id_at] << 8 | at[id_at + 1]);
  if (packet->stamped) memcpy(&packet->stamp, at + head, STAMP_BYTES);
  return remaining;
}

uint64_t read_head(const uint8_t *at, const uint8_t *end, struct packet *packet) {
  if (end - at < 2) return 0;
  const uint8_t *start = at;
  packet->type = at[0] >> 4;
  packet->flags = at[0] & 15;
  packet->packet_id = 0;
  uint32_t remaining = 0;
  int shift = 0;
  do {
    at++;
    if (at == end) return 0;
    if (shift > 21) fail("a remaining length has more than four bytes");
    remaining |= (uint32_t)(*at & 127) << shift;
    shift += 7;
  } while (*at & 128);
  at++;
  uint64_t fixed = (uint64_t)(at - start);
  if (packet->type == PUBLISH) {
    return read_publish(at, end, remaining, packet) == 0 ? 0 : fixed + remaining;
  }
  if (fixed + remaining > HEAD_BYTES_MAX) fail("a packet of type %d is too long", packet->type);
  if (end - at < (ptrdiff_t)remaining) return 0;
  packet->body = at;
  packet->body_bytes = remaining;
  if (remaining >= 2) packet->packet_id = (uint16_t)(at[0] << 8 | at[1]);
  return fixed + remaining;
}
