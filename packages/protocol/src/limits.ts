/** Bounds the standard sets. Those an operator sets are the broker's and the client's. */

/** Largest Remaining Length that four bytes can say (MQTT 3.1.1, 2.2.3). */
export const REMAINING_LENGTH_MAX = 268_435_455;

/** Most bytes of a fixed header: type and flags, then up to four of Remaining Length (2.2). */
export const FIXED_HEADER_BYTES_MAX = 5;

/** Largest control packet there can be, fixed header included. */
export const PACKET_BYTES_MAX = FIXED_HEADER_BYTES_MAX + REMAINING_LENGTH_MAX;

/** Largest packet identifier; 0 is none (2.3.1). */
export const PACKET_ID_MAX = 65_535;

/** Most bytes of a UTF-8 string or of binary data with a two-byte length (1.5.3). */
export const STRING_BYTES_MAX = 65_535;

/** Longest keep-alive in seconds; 0 turns it off (3.1.2.10). */
export const KEEP_ALIVE_S_MAX = 65_535;
