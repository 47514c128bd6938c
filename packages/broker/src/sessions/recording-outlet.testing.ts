/** The way out to a client that a test plays. */
import type { QoS, Suback } from '@magpie/protocol';
import type { CloseReason } from '../model/close-reason.js';
import type { Message } from '../model/message.js';
import type { AcknowledgementType, Outlet } from './outlet.js';

export type SentPacket =
  | {
      readonly type: 'publish';
      readonly topic: string;
      readonly payload: string;
      readonly qos: QoS;
      readonly packetId: number;
      readonly dup: boolean;
      readonly retain: boolean;
      readonly ticket: number;
    }
  | { readonly type: AcknowledgementType; readonly packetId: number; readonly ticket: number }
  | {
      readonly type: 'suback';
      readonly packetId: number;
      readonly returnCodes: readonly number[];
      readonly ticket: number;
    };

export class RecordingOutlet implements Outlet {
  congested = false;
  full = false;
  unwrittenSinceMs: number | undefined;
  /** Becomes congested when this many packets were sent. */
  congestedAt = Infinity;
  readonly packets: SentPacket[] = [];
  readonly closing: CloseReason[] = [];
  #told = 0;

  publish(
    message: Message,
    qos: QoS,
    packetId: number,
    dup: boolean,
    retain: boolean,
    ticket: number,
  ): void {
    const { topic } = message;
    const payload = Buffer.from(message.payload).toString();
    this.#send({ type: 'publish', topic, payload, qos, packetId, dup, retain, ticket });
  }

  acknowledge(type: AcknowledgementType, packetId: number, ticket: number): void {
    this.#send({ type, packetId, ticket });
  }

  subscribed({ packetId, returnCodes }: Suback, ticket: number): void {
    this.#send({ type: 'suback', packetId, returnCodes, ticket });
  }

  closeSoon(reason: CloseReason): void {
    this.closing.push(reason);
  }

  /** What was sent since it was asked last: `t=m @ 1 id 3 dup retain`, `puback 3 at 2`. */
  sent(): string[] {
    const packets = this.packets.slice(this.#told);
    this.#told = this.packets.length;
    return packets.map(shown);
  }

  #send(packet: SentPacket): void {
    this.packets.push(packet);
    if (this.packets.length >= this.congestedAt) this.congested = true;
  }
}

function shown(packet: SentPacket): string {
  const ticket = packet.ticket === 0 ? '' : ` at ${packet.ticket}`;
  if (packet.type === 'publish') {
    const { topic, payload, qos, packetId, dup, retain } = packet;
    const id = packetId === 0 ? '' : ` id ${packetId}`;
    const flags = `${dup ? ' dup' : ''}${retain ? ' retain' : ''}`;
    return `${topic}=${payload} @ ${qos}${id}${flags}${ticket}`;
  }
  const codes = packet.type === 'suback' ? ` [${packet.returnCodes.join()}]` : '';
  return `${packet.type} ${packet.packetId}${codes}${ticket}`;
}
