import { PACKET_BYTES_MAX, publishHeadLength, type QoS, utf8Length } from '@magpie/protocol';
import type { Message } from '../model/message.js';

/** Whether a message, sent at this QoS, is a packet of at most so many bytes. */
export function fitsPacket(message: Message, qos: QoS, packetBytesMax: number): boolean {
  if (packetBytesMax >= PACKET_BYTES_MAX) return true;
  const { topic, payloadLength } = message;
  const headBytes = publishHeadLength(utf8Length(topic), payloadLength, qos);
  return headBytes + payloadLength <= packetBytesMax;
}
