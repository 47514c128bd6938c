import { Publish } from '@magpie/protocol';
import type { Connack, Connect, QoS } from '@magpie/protocol';
import type { Expected, ReceivedPublish } from './received.js';
import { WireClient } from './wire-client.js';

/** A message as a test writes it. */
export interface Outgoing {
  readonly topic: string;
  readonly payload?: string | Uint8Array;
  readonly qos?: QoS;
  readonly retain?: boolean;
  readonly dup?: boolean;
  readonly packetId?: number;
}

export type FilterList = readonly (readonly [filter: string, qos: QoS])[];

/**
 * A client with the flows most tests need on the way to what they test. What a flow gets is checked
 * as strictly as by {@link WireClient.expect}; packet ids count up from 1.
 */
export class Peer extends WireClient {
  #packetId = 0;

  /** Sends CONNECT and returns the CONNACK, whatever it says. */
  async connect(connect: Connect): Promise<Connack> {
    this.send(connect);
    return this.expect('connack');
  }

  nextPacketId(): number {
    return ++this.#packetId;
  }

  /** Subscribes and returns the codes of the SUBACK; retained messages may be queued before it. */
  async subscribe(filters: FilterList): Promise<readonly number[]>;
  async subscribe(filter: string, qos?: QoS): Promise<readonly number[]>;
  async subscribe(first: string | FilterList, qos: QoS = 0): Promise<readonly number[]> {
    const list: FilterList = typeof first === 'string' ? [[first, qos]] : first;
    const packetId = this.nextPacketId();
    const subscriptions = list.map(([filter, wanted]) => ({ filter, qos: wanted }));
    this.send({ type: 'subscribe', packetId, subscriptions });
    const { returnCodes } = await this.pick('suback', { packetId });
    return returnCodes;
  }

  async unsubscribe(...filters: readonly string[]): Promise<void> {
    const packetId = this.nextPacketId();
    this.send({ type: 'unsubscribe', packetId, filters });
    await this.pick('unsuback', { packetId });
  }

  /** Sends a PUBLISH and nothing more; returns its packet id (0 with QoS 0). */
  sendPublish(message: Outgoing): number {
    const packet = this.publishPacket(message);
    this.send(packet);
    return packet.packetId;
  }

  publishPacket({ payload = '', qos = 0, packetId, ...rest }: Outgoing): Publish {
    const bytes = typeof payload === 'string' ? Buffer.from(payload, 'utf8') : payload;
    const id = qos === 0 ? 0 : (packetId ?? this.nextPacketId());
    return Publish.of({ ...rest, payload: bytes, qos, packetId: id });
  }

  /** Publishes and goes through the whole flow of its QoS. */
  async publish(message: Outgoing): Promise<void> {
    const packetId = this.sendPublish(message);
    if (message.qos === 1) await this.pick('puback', { packetId });
    if (message.qos === 2) {
      await this.pick('pubrec', { packetId });
      this.send({ type: 'pubrel', packetId });
      await this.pick('pubcomp', { packetId });
    }
  }

  /** Takes the next packet, a PUBLISH of this look, and acknowledges it as its QoS demands. */
  async receive(expected: Expected<'publish'> = {}): Promise<ReceivedPublish> {
    const message = await this.expect('publish', expected);
    await this.acknowledge(message);
    return message;
  }

  /** Goes through the receiver's part of the message's QoS. */
  async acknowledge({ qos, packetId }: ReceivedPublish): Promise<void> {
    if (qos === 1) this.send({ type: 'puback', packetId });
    if (qos === 2) {
      this.send({ type: 'pubrec', packetId });
      await this.pick('pubrel', { packetId });
      this.send({ type: 'pubcomp', packetId });
    }
  }
}
