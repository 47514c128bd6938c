#include "topics.h"

#include <stdio.h>
#include <string.h>

#define SITES 1000

uint32_t wild_values = 1000;

enum shape read_shape(const char *name) {
  static const char *const names[] = {"pairs", "fan-out", "fan-in", "wildcard"};
  for (int i = 0; i < 4; i++) {
    if (strcmp(name, names[i]) == 0) return (enum shape)i;
  }
  fail("unknown shape: %s", name);
}

uint32_t random_below(uint32_t bound) {
  static uint64_t state = 0x9e3779b97f4a7c15u;
  state ^= state << 13;
  state ^= state >> 7;
  state ^= state << 17;
  return (uint32_t)(state >> 33) % bound;
}

size_t put_number(char *at, uint32_t value) {
  char digits[10];
  size_t count = 0;
  do digits[count++] = (char)('0' + value % 10);
  while ((value /= 10) > 0);
  for (size_t i = 0; i < count; i++) at[i] = digits[count - 1 - i];
  return count;
}

static size_t put_text(char *at, const char *text) {
  size_t bytes = strlen(text);
  memcpy(at, text, bytes);
  return bytes;
}

const char *filter_of(enum shape shape, uint32_t number) {
  static char text[TOPIC_BYTES_MAX];
  if (shape == FAN_IN) return "bench/in/+";
  if (shape == FAN_OUT) return "bench/out";
  if (shape == PAIRS) {
    snprintf(text, sizeof text, "bench/pair/%u", number);
    return text;
  }
  uint32_t site = number % SITES;
  if (number % 3 == 0) snprintf(text, sizeof text, "site/+/device-%u/state", number);
  if (number % 3 == 1) snprintf(text, sizeof text, "site/%u/device-%u/#", site, number);
  if (number % 3 == 2) snprintf(text, sizeof text, "+/%u/device-%u/+", site, number);
  return text;
}

/* The three forms of filter_of, with something of our own where a wildcard stands. */
static size_t put_wildcard_topic(char *at, uint32_t number) {
  char *start = at;
  uint32_t wild = random_below(wild_values);
  at += put_text(at, number % 3 == 2 ? "site-" : "site");
  if (number % 3 == 2) at += put_number(at, wild);
  *at++ = '/';
  at += put_number(at, number % 3 == 0 ? wild : number % SITES);
  at += put_text(at, "/device-");
  at += put_number(at, number);
  *at++ = '/';
  if (number % 3 == 1) {
    at += put_number(at, wild);
    *at++ = '/';
  }
  at += put_text(at, "state");
  return (size_t)(at - start);
}

size_t put_topic(char *at, enum shape shape, uint32_t number) {
  if (shape == WILDCARD) return put_wildcard_topic(at, number);
  if (shape == FAN_OUT) return put_text(at, "bench/out");
  size_t bytes = put_text(at, shape == PAIRS ? "bench/pair/" : "bench/in/");
  return bytes + put_number(at + bytes, number);
}
