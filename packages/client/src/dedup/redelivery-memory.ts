import { hashBytes } from '@magpie/protocol';
import type { SeenLimits } from './seen-keys.js';

/** What must be known of a QoS 1 PUBLISH to tell whether it is a redelivery. */
export interface Redeliverable {
  readonly packetId: number;
  readonly dup: boolean;
  readonly topic: string;
  readonly payload: Uint8Array;
}

interface Settled {
  readonly fingerprint: string;
  readonly atMs: number;
}

/**
 * Tells a QoS 1 message that the server sends again, since our PUBACK was lost, from a new one.
 *
 * Inside one session a redelivery has DUP set and the packet identifier of the first (MQTT 3.1.1,
 * 4.4). That alone is not enough: the server may have had the PUBACK, used the identifier for
 * another message, and lost that one with the connection. So the content must be equal, too: its
 * length and two hashes with a seed that no peer knows. What remains is a new message that equals
 * the one before it with the same identifier, and was itself cut off by a lost connection.
 */
export class RedeliveryMemory {
  readonly #seed: number;
  readonly #limits: Pick<SeenLimits, 'keysMax' | 'rememberMs'>;
  /** By packet identifier, oldest first: never more than 65,535. */
  readonly #settled = new Map<number, Settled>();

  /** @param seed Random, 32 bits. */
  constructor(seed: number, limits: Pick<SeenLimits, 'keysMax' | 'rememberMs'>) {
    this.#seed = seed;
    this.#limits = limits;
  }

  get size(): number {
    return this.#settled.size;
  }

  /** Whether this is the message that was settled under its identifier. */
  isRedelivery(message: Redeliverable, nowMs: number): boolean {
    if (!message.dup) return false;
    const settled = this.#settled.get(message.packetId);
    if (settled === undefined || nowMs - settled.atMs >= this.#limits.rememberMs) return false;
    return settled.fingerprint === this.#fingerprint(message);
  }

  /** The message was handed on and is acknowledged from now on. */
  settle(message: Redeliverable, nowMs: number): void {
    this.#settled.delete(message.packetId);
    this.#settled.set(message.packetId, { fingerprint: this.#fingerprint(message), atMs: nowMs });
    for (const [packetId, { atMs }] of this.#settled) {
      const expired = nowMs - atMs >= this.#limits.rememberMs;
      if (!expired && this.#settled.size <= this.#limits.keysMax) return;
      this.#settled.delete(packetId);
    }
  }

  /** The session is a new one: its identifiers have nothing to do with those before. */
  clear(): void {
    this.#settled.clear();
  }

  #fingerprint({ topic, payload }: Redeliverable): string {
    const name = new TextEncoder().encode(topic);
    const ofTopic = hashBytes(this.#seed, name, 0, name.length);
    const first = hashBytes(ofTopic, payload, 0, payload.length);
    const second = hashBytes(~ofTopic, payload, 0, payload.length);
    return `${name.length}.${payload.length}.${first}.${second}`;
  }
}
