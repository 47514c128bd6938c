import type { Packet } from '@magpie/protocol';
import { numberIn } from '../history/sent-message.js';

/** A packet on one line. */
export function shownPacket(packet: Packet): string {
  switch (packet.type) {
    case 'publish': {
      const { topic, payload, qos, retain, dup, packetId } = packet;
      const flags = `${dup ? ' dup' : ''}${retain ? ' retain' : ''}`;
      const number = numberIn(payload) ?? 'empty';
      return `PUBLISH ${number} ${topic} @ ${qos} id ${packetId}${flags}, ${payload.length} bytes`;
    }
    case 'connect': {
      const { clientId, cleanSession, keepAliveS, will } = packet;
      const number = will === undefined ? 'none' : (numberIn(will.payload) ?? 'empty');
      return `CONNECT ${clientId} clean ${cleanSession} keep-alive ${keepAliveS} will ${number}`;
    }
    case 'connack':
      return `CONNACK ${packet.returnCode} present ${packet.sessionPresent}`;
    case 'subscribe': {
      const filters = packet.subscriptions.map(({ filter, qos }) => `${filter} @ ${qos}`);
      return `SUBSCRIBE id ${packet.packetId} ${filters.join(', ')}`;
    }
    case 'unsubscribe':
      return `UNSUBSCRIBE id ${packet.packetId} ${packet.filters.join(', ')}`;
    case 'suback':
      return `SUBACK id ${packet.packetId} ${packet.returnCodes.join(', ')}`;
    default:
      return 'packetId' in packet
        ? `${packet.type.toUpperCase()} id ${packet.packetId}`
        : packet.type.toUpperCase();
  }
}
