import type { QoS } from '@magpie/protocol';
import type { Message } from '../model/message.js';
import type { SessionOwner } from '../model/principal.js';
import type {
  Recipient,
  Store,
  StoredDelivery,
  StoredMessage,
  StoredPage,
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
  readonly hasNewMessages = false;
  readonly hasMessagesUnderWay = false;
  readonly hasChanges = false;
  readonly inMemory = true;
  readonly #sessions = new Map<string, SessionRecord>();
  readonly #retained = new Map<string, StoredRetained>();
  readonly #wills = new Map<number, StoredWill>();
  #time: StoredTime | undefined;

  async load(): Promise<StoredState> {
    const sessions: StoredSession[] = [];
    for (const [clientId, record] of this.#sessions) {
      sessions.push({
        clientId,
        owner: record.owner,
        leftAtMs: record.leftAtMs,
        nextSequence: record.nextSequence,
        subscriptions: new Map(record.subscriptions),
        received: [...record.received],
        deliveries: [...record.inOrder()].map(headOf),
        replays: [...record.replays.values()].sort((a, b) => a.endSequence - b.endSequence),
      });
    }
    const retained = [...this.#retained.values()];
    const wills = [...this.#wills.values()].sort((a, b) => a.number - b.number);
    return { sessions, retained, wills, time: this.#time };
  }

  async read(
    clientId: string,
    from: number,
    messagesMax: number,
    bytesMax: number,
  ): Promise<StoredPage> {
    const page: StoredMessage[] = [];
    let bytes = 0;
    for (const { sequence, qos, retained, message } of this.#sessions.get(clientId)?.inOrder()
      ?? []) {
      if (sequence < from || message === undefined) continue;
      bytes += message.bytes;
      if (page.length === messagesMax || (page.length > 0 && bytes > bytesMax)) break;
      page.push({ sequence, qos, retained, message });
    }
    return page;
  }

  openSession(clientId: string, owner?: SessionOwner): void {
    this.#sessions.set(clientId, new SessionRecord(owner));
  }

  removeSession(clientId: string): void {
    this.#sessions.delete(clientId);
  }

  putOwner(clientId: string, owner: SessionOwner): void {
    const record = this.#sessions.get(clientId);
    if (record !== undefined) record.owner = owner;
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
      record.add({ sequence, qos, retained, message });
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

/** A message of a session that was not settled; without `message` it is released. */
type DeliveryRecord = Omit<StoredMessage, 'message'> & { readonly message: Message | undefined };

function headOf({ sequence, qos, message }: DeliveryRecord): StoredDelivery {
  return { sequence, qos, released: message === undefined, bytes: message?.bytes ?? 0 };
}

class SessionRecord {
  owner: SessionOwner | undefined;
  leftAtMs: number | undefined;
  nextSequence = 0;
  readonly subscriptions = new Map<string, QoS>();
  readonly received = new Set<number>();
  /** By sequence number. */
  deliveries = new Map<number, DeliveryRecord>();
  /** Whether they stand in order: a retained message may come behind one with a higher number. */
  #ordered = true;
  /** By `endSequence`. */
  readonly replays = new Map<number, StoredReplay>();

  constructor(owner: SessionOwner | undefined) {
    this.owner = owner;
  }

  add(delivery: DeliveryRecord): void {
    const { sequence } = delivery;
    if (sequence < this.nextSequence) this.#ordered = false;
    this.nextSequence = Math.max(this.nextSequence, sequence + 1);
    this.deliveries.set(sequence, delivery);
  }

  /** In order of sequence. */
  inOrder(): Iterable<DeliveryRecord> {
    if (!this.#ordered) {
      this.deliveries = new Map([...this.deliveries].sort(([one], [other]) => one - other));
      this.#ordered = true;
    }
    return this.deliveries.values();
  }
}
