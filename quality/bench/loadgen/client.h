/*
 * A client for the scenarios that store, come back and look: it connects, subscribes, publishes
 * with a window and waits, one step after the other. (stream.c has its own: there the steps
 * overlap.)
 */
#ifndef MAGPIE_CLIENT_H
#define MAGPIE_CLIENT_H

#include "run.h"

/* Opens and waits for the CONNACK. */
struct connection *client_connect(const char *id, bool clean_session);

/* Subscribes to one filter and waits for the SUBACK. */
void client_subscribe(struct connection *connection, const char *filter, int qos);

/*
 * Publishes `count` messages at QoS 1, `window` of them unacknowledged at most, and waits for all
 * PUBACKs. `fill(number, publish)` gives topic, payload and stamp of each.
 */
void client_publish_all(struct connection *connection, uint32_t count, uint32_t window,
                        void (*fill)(uint32_t number, struct publish *publish));

#endif
