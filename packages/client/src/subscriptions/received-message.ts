import type { QoS } from '@magpie/protocol';
import type { Codec } from '../model/codec.js';
import type { Receipt } from '../session/receipt.js';

/** What of a receipt an application sees. */
export type ReceivedFields = Omit<Receipt, 'connection' | 'holders' | 'consumed'>;

/** A message that a subscription received. Its bytes are its own: keep it as long as you like. */
export class ReceivedMessage<T = Uint8Array> {
  readonly topic: string;
  /** As the codec of the subscription reads it; without a codec the bytes themselves. */
  readonly payload: T;
  readonly bytes: Uint8Array;
  readonly qos: QoS;
  /** Whether it is a retained message that answers a new subscription (MQTT-3.3.1-8). */
  readonly retain: boolean;
  /** Whether the server may have sent it before (MQTT 3.1.1, 3.3.1.1). */
  readonly dup: boolean;
  /** 0 with QoS 0. */
  readonly packetId: number;

  /** @throws what the codec throws. */
  constructor(receipt: ReceivedFields, codec: Codec<T>) {
    const { topic, payload, qos, retain, dup, packetId } = receipt;
    this.topic = topic;
    this.payload = codec.decode(payload);
    this.bytes = payload;
    this.qos = qos;
    this.retain = retain;
    this.dup = dup;
    this.packetId = packetId;
  }

  /** The payload as UTF-8. */
  text(): string {
    return new TextDecoder().decode(this.bytes);
  }
}
