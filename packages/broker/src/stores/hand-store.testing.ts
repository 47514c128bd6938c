/** A store whose commits a test ends by hand, and that tells what was written to it. */
import type { QoS } from '@magpie/protocol';
import type { Message } from '../model/message.js';
import type { SessionOwner } from '../model/principal.js';
import { MemoryStore } from './memory-store.js';
import type {
  Recipient,
  Store,
  StoredPage,
  StoredReplay,
  StoredState,
  StoredTime,
  StoredWill,
} from './store.js';

export class HandStore implements Store {
  readonly name = 'hand';
  /** What was written, one line each: `append t=m for a:0@1`. */
  readonly written: string[] = [];
  /** Commits begun. */
  commits = 0;
  readonly safeAtOnce: boolean;
  /** Tests set all three. */
  hasNewMessages = true;
  hasMessagesUnderWay = true;
  hasChanges = true;
  readonly inMemory: boolean;
  /** Whether pages are given at once. Otherwise a test gives each by hand. */
  readsAtOnce = true;
  closed = false;
  readonly #inner = new MemoryStore();
  #underWay: { resolve: () => void; reject: (error: unknown) => void }[] = [];

  readonly #reads: { read: () => void; reject: (error: unknown) => void }[] = [];

  /**
   * @param safeAtOnce As a store in memory is.
   * @param inMemory As a store in memory is. `false`: sessions read their messages back.
   */
  constructor({ safeAtOnce = false, inMemory = true } = {}) {
    this.safeAtOnce = safeAtOnce;
    this.inMemory = inMemory;
  }

  /** Commits begun that have not ended. */
  get underWay(): number {
    return this.#underWay.length;
  }

  /** Ends the oldest commit; resolves when those who wait for it were told. */
  async succeed(): Promise<void> {
    this.#underWay.shift()?.resolve();
    await callbacksDone();
  }

  async fail(error: unknown): Promise<void> {
    this.#underWay.shift()?.reject(error);
    await callbacksDone();
  }

  commit(): Promise<void> {
    this.commits++;
    return new Promise((resolve, reject) => {
      this.#underWay.push({ resolve, reject });
    });
  }

  load(): Promise<StoredState> {
    return this.#inner.load();
  }

  read(clientId: string, from: number, messagesMax: number, bytesMax: number): Promise<StoredPage> {
    const read = () => this.#inner.read(clientId, from, messagesMax, bytesMax);
    if (this.readsAtOnce) return read();
    return new Promise((resolve, reject) => {
      this.#reads.push({ read: () => resolve(read()), reject });
    });
  }

  /** Pages that were asked for and not given. */
  get reading(): number {
    return this.#reads.length;
  }

  /** Gives the page that was asked for first; resolves when who asked was told. */
  async giveRead(): Promise<void> {
    this.#reads.shift()?.read();
    await callbacksDone();
  }

  async failRead(error: unknown): Promise<void> {
    this.#reads.shift()?.reject(error);
    await callbacksDone();
  }

  openSession(clientId: string, owner?: SessionOwner): void {
    this.written.push(`open ${clientId}${ofUser(owner)}`);
    this.#inner.openSession(clientId, owner);
  }

  putOwner(clientId: string, owner: SessionOwner): void {
    this.written.push(`claim ${clientId}${ofUser(owner)}`);
    this.#inner.putOwner(clientId, owner);
  }

  removeSession(clientId: string): void {
    this.written.push(`remove ${clientId}`);
    this.#inner.removeSession(clientId);
  }

  putLeft(clientId: string, leftAtMs: number | undefined): void {
    this.written.push(leftAtMs === undefined ? `back ${clientId}` : `left ${clientId} ${leftAtMs}`);
    this.#inner.putLeft(clientId, leftAtMs);
  }

  putSubscription(clientId: string, filter: string, qos: QoS): void {
    this.written.push(`subscribe ${clientId} ${filter} @ ${qos}`);
    this.#inner.putSubscription(clientId, filter, qos);
  }

  deleteSubscription(clientId: string, filter: string): void {
    this.written.push(`unsubscribe ${clientId} ${filter}`);
    this.#inner.deleteSubscription(clientId, filter);
  }

  append(message: Message, recipients: readonly Recipient[]): void {
    const to = recipients.map(({ clientId, sequence, qos, retained }) => {
      return `${clientId}:${sequence}@${qos}${retained ? ' retained' : ''}`;
    });
    const payload = Buffer.from(message.payload).toString();
    this.written.push(`append ${message.topic}=${payload} for ${to.join(', ')}`);
    this.#inner.append(message, recipients);
  }

  release(clientId: string, sequence: number): void {
    this.written.push(`release ${clientId}:${sequence}`);
    this.#inner.release(clientId, sequence);
  }

  settle(clientId: string, sequence: number): void {
    this.written.push(`settle ${clientId}:${sequence}`);
    this.#inner.settle(clientId, sequence);
  }

  addReceived(clientId: string, packetId: number): void {
    this.written.push(`received ${clientId} ${packetId}`);
    this.#inner.addReceived(clientId, packetId);
  }

  deleteReceived(clientId: string, packetId: number): void {
    this.written.push(`released ${clientId} ${packetId}`);
    this.#inner.deleteReceived(clientId, packetId);
  }

  putReplay(clientId: string, replay: StoredReplay): void {
    const { filter, nextSequence, endSequence } = replay;
    this.written.push(`replay ${filter} for ${clientId}:${nextSequence}-${endSequence}`);
    this.#inner.putReplay(clientId, replay);
  }

  deleteReplay(clientId: string, endSequence: number): void {
    this.written.push(`replayed ${clientId}:${endSequence}`);
    this.#inner.deleteReplay(clientId, endSequence);
  }

  putRetained(message: Message, change: number): void {
    const payload = Buffer.from(message.payload).toString();
    this.written.push(`retain ${message.topic}=${payload}`);
    this.#inner.putRetained(message, change);
  }

  deleteRetained(topic: string): void {
    this.written.push(`clear ${topic}`);
    this.#inner.deleteRetained(topic);
  }

  putWill(will: StoredWill): void {
    const { number, principal, message } = will;
    const payload = Buffer.from(message.payload).toString();
    this.written.push(`will ${number} of ${principal.clientId}: ${message.topic}=${payload}`);
    this.#inner.putWill(will);
  }

  deleteWill(number: number): void {
    this.written.push(`will ${number} is gone`);
    this.#inner.deleteWill(number);
  }

  putTime(time: StoredTime): void {
    this.#inner.putTime(time);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.closed = true;
  }
}

/** All callbacks of promises that are settled now have run, and theirs. */
export function callbacksDone(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}

function ofUser(owner: SessionOwner | undefined): string {
  return owner?.username === undefined ? '' : ` of ${owner.username}`;
}
