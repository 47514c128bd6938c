/**
 * Many small readings as the payload of one message. Everything another language needs to read it:
 *
 *     4D 42        "MB"
 *     01           version of the format
 *     length       of the first reading, in bytes, as Remaining Length of MQTT (3.1.1, 2.2.3):
 *                  1 to 4 bytes, 7 bits each, low bits first, bit 7 set if another follows
 *     bytes        the first reading
 *     …            length and bytes of each further reading, to the end of the payload
 *
 * The order is that in which they were added. A batch without readings has three bytes.
 */
export const BATCH_HEADER: readonly number[] = [0x4d, 0x42, 0x01];

/** Most bytes of one reading: what four bytes of length can say. */
export const READING_BYTES_MAX = 268_435_455;

/** What can be put into a batch; text is encoded as UTF-8. */
export type Reading = string | Uint8Array;
