/*
 * Who listens to what: the topics and filters of the stream scenario.
 */
#ifndef MAGPIE_TOPICS_H
#define MAGPIE_TOPICS_H

#include "common.h"

enum shape { PAIRS, FAN_OUT, FAN_IN, WILDCARD };

#define TOPIC_BYTES_MAX 64

/* Values that a level under a wildcard takes: 1 gives every filter one topic of its own. */
extern uint32_t wild_values;

/* Ends the run if there is no such shape. */
enum shape read_shape(const char *name);

/* Filter `number` of a shape; the text is valid until the next call. */
const char *filter_of(enum shape shape, uint32_t number);

/*
 * Writes a topic that matches filter `number` and no other (fan-out and fan-in: the one filter),
 * and returns its length. With WILDCARD the levels under a wildcard differ from call to call.
 */
size_t put_topic(char *at, enum shape shape, uint32_t number);

/* Writes `value` in decimal digits and returns their count. */
size_t put_number(char *at, uint32_t value);

/* Pseudo-random, the same in every run, from 0 to `bound` - 1. */
uint32_t random_below(uint32_t bound);

#endif
