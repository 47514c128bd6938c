import type { QoS } from '@magpie/protocol';
import type { Message } from '../model/message.js';
import type {
  Recipient,
  Store,
  StoredDelivery,
  StoredReplay,
  StoredRetained,
  StoredSession,
  StoredState,
  StoredTime,
  StoredWill,
} from './store.js';

/**
 * Keeps everything in memory: it survives a broker that is closed and made again on the same store,
 * and nothing else. The reference that every other store is tested against.
 */
export class MemoryStore implements Store {
  readonly name = 'memory';
  readonly safeAtOnce = true;
  readonly #sessions = new Map<string, SessionRecord>();
  readonly #retained = new Map<string, StoredRetained>();
  readonly #wills = new Map<number, StoredWill>();
  #time: StoredTime | undefined;

  async load(): Promise<StoredState> {
    const sessions: StoredSession[] = [];
    for (const [clientId, record] of this.#sessions) {
      sessions.push({
        clientId,
        leftAtMs: record.leftAtMs,
        nextSequence: record.nextSequence,
        subscriptions: new Map(record.subscriptions),
        received: [...record.received],
        deliveries: [...record.deliveries.values()].sort((a, b) => a.sequence - b.sequence),
        replays: [...record.replays.values()].sort((a, b) => a.endSequence - b.endSequence),
      });
    }
    const retained = [...this.#retained.values()];
    const wills = [...this.#wills.values()].sort((a, b) => a.number - b.number);
    return { sessions, retained, wills, time: this.#time };
  }

  openSession(clientId: string): void {
    this.#sessions.set(clientId, new SessionRecord());
  }

  removeSession(clientId: string): void {
    this.#sessions.delete(clientId);
  }

  putLeft(clientId: string, leftAtMs: number | undefined): void {
    const record = this.#sessions.get(clientId);
    if (record !== undefined) record.leftAtMs = leftAtMs;
  }

  putSubscription(clientId: string, filter: string, qos: QoS): void {
    this.#sessions.get(clientId)?.subscriptions.set(filter, qos);
  }

  deleteSubscription(clientId: string, filter: string): void {
    this.#sessions.get(clientId)?.subscriptions.delete(filter);
  }

  append(message: Message, recipients: readonly Recipient[]): void {
    for (const { clientId, sequence, qos, retained } of recipients) {
      const record = this.#sessions.get(clientId);
      if (record === undefined) continue;
      record.deliveries.set(sequence, { sequence, qos, retained, message });
      record.nextSequence = Math.max(record.nextSequence, sequence + 1);
    }
  }

  release(clientId: string, sequence: number): void {
    const deliveries = this.#sessions.get(clientId)?.deliveries;
    const delivery = deliveries?.get(sequence);
    if (delivery !== undefined)
      deliveries?.set(sequence, { ...delivery, qos: 2, message: undefined });
  }

  settle(clientId: string, sequence: number): void {
    this.#sessions.get(clientId)?.deliveries.delete(sequence);
  }

  addReceived(clientId: string, packetId: number): void {
    this.#sessions.get(clientId)?.received.add(packetId);
  }

  deleteReceived(clientId: string, packetId: number): void {
    this.#sessions.get(clientId)?.received.delete(packetId);
  }

  putReplay(clientId: string, replay: StoredReplay): void {
    this.#sessions.get(clientId)?.replays.set(replay.endSequence, replay);
  }

  deleteReplay(clientId: string, endSequence: number): void {
    this.#sessions.get(clientId)?.replays.delete(endSequence);
  }

  putRetained(message: Message, change: number): void {
    this.#retained.set(message.topic, { message, change });
  }

  deleteRetained(topic: string): void {
    this.#retained.delete(topic);
  }

  putWill(will: StoredWill): void {
    this.#wills.set(will.number, will);
  }

  deleteWill(number: number): void {
    this.#wills.delete(number);
  }

  putTime(time: StoredTime): void {
    this.#time = time;
  }

  async commit(): Promise<void> {}

  async [Symbol.asyncDispose](): Promise<void> {}
}

class SessionRecord {
  leftAtMs: number | undefined;
  nextSequence = 0;
  readonly subscriptions = new Map<string, QoS>();
  readonly received = new Set<number>();
  /** By sequence number. A retained message may come in behind one with a higher number. */
  readonly deliveries = new Map<number, StoredDelivery>();
  /** By `endSequence`. */
  readonly replays = new Map<number, StoredReplay>();
}
