import type { Packet } from '@magpie/protocol';

/** A packet in a few words: `publish 1 t=payload id 3 dup`. */
export function wordsOf(packet: Packet): string {
  if (packet.type === 'publish') {
    const { qos, topic, payload, packetId, dup, retain } = packet;
    const text = new TextDecoder().decode(payload);
    const id = qos === 0 ? '' : ` id ${packetId}`;
    return `publish ${qos} ${topic}=${text}${id}${dup ? ' dup' : ''}${retain ? ' retain' : ''}`;
  }
  if (packet.type === 'subscribe') {
    const filters = packet.subscriptions.map(({ filter, qos }) => `${filter}@${qos}`).join(' ');
    return `subscribe ${packet.packetId} ${filters}`;
  }
  if (packet.type === 'unsubscribe') {
    return `unsubscribe ${packet.packetId} ${packet.filters.join(' ')}`;
  }
  return 'packetId' in packet ? `${packet.type} ${packet.packetId}` : packet.type;
}
