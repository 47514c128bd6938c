/** First packets that no broker takes. */
export const BROKEN_PACKETS: readonly string[] = [
  'GET / HTTP/1.1\r\n\r\n',
  '\x00\x00\x00\x00',
  '\x10\xff\xff\xff\xff\xff', // Remaining Length of five bytes
  '\x10\x0c\x00\x04MQTT\x04\x03\x00\x00\x00\x00', // the reserved flag is set
  '\x10\x0c\x00\x04MQTT\x04\x00\x00\x00\x00\x00', // no name, and no Clean Session
  '\x30\x07\x00\x01avandal', // PUBLISH
  '\xe0\x00', // DISCONNECT
];
