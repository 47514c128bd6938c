/*
 * TLS for connections. OpenSSL deals with bytes alone: it neither reads nor writes a socket, so that
 * a round stays what it is without TLS, one read and one write for each connection, however many
 * records these bring.
 *
 * All of it is there only where the program was compiled with OpenSSL (WITH_TLS).
 */
#ifndef MAGPIE_SECURE_H
#define MAGPIE_SECURE_H

#include "mqtt.h"

/* The most that one read makes longer: what had come of a record before. */
#define RECORD_BYTES_MAX (17 * 1024)

/* One connection's TLS. */
struct secure;

/*
 * Reads the option `ca`: a file with the certificate of the authority that vouches for the broker at
 * `host`. Without it connections have no TLS.
 */
void secure_open(const char *host);

/* Begins a handshake; its first bytes wait to be sent. Returns NULL if connections have no TLS. */
struct secure *secure_start(void);

/*
 * Deciphers all that was received: whole records, and what of the last one is not there yet is kept.
 * `room` must be `bytes` and RECORD_BYTES_MAX. Returns how many bytes are at `to`: none of a
 * handshake, or of a ticket.
 */
size_t secure_received(struct secure *secure, const uint8_t *from, size_t bytes, uint8_t *to,
                       size_t room);

/*
 * Enciphers all of `out` in one go once the handshake is over. Returns what is to be sent, in which
 * the caller advances `start`.
 */
struct buffer *secure_sealed(struct secure *secure, struct buffer *out);

/* Whether something is to be sent that nobody has written: an answer of the handshake. */
bool secure_answers(const struct secure *secure);

void secure_free(struct secure *secure);

#endif
