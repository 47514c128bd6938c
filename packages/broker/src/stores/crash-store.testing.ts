/** A store on a disk that forgets what was not committed. */
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

type Write = (store: Store) => void;

export class CrashStore implements Store {
  readonly name = 'crash';
  readonly safeAtOnce = false;
  /** It writes every call. */
  readonly hasNewMessages = true;
  readonly hasMessagesUnderWay = true;
  readonly hasChanges = true;
  readonly inMemory = false;
  /** What is on the disk, … */
  readonly #safe: Write[];
  readonly #disk: MemoryStore;
  /** … and with it what was written since. */
  readonly #written: MemoryStore;
  #collected: Write[] = [];
  #underWay: { readonly writes: readonly Write[]; readonly resolve: () => void } | undefined;

  /** @param safe What was written before, and is on the disk. */
  constructor(safe: readonly Write[] = []) {
    this.#safe = [...safe];
    this.#disk = storeOf(safe);
    this.#written = storeOf(safe);
  }

  get committing(): boolean {
    return this.#underWay !== undefined;
  }

  /** Ends the commit that is under way; resolves when those who wait for it were told. */
  async succeed(): Promise<void> {
    const commit = this.#underWay;
    this.#underWay = undefined;
    this.#makeSafe(commit?.writes ?? []);
    commit?.resolve();
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
  }

  /**
   * What is found after a crash.
   *
   * @param done Whether the commit that was under way had just ended, without anybody being told.
   */
  crashed(done: boolean): CrashStore {
    if (done) this.#makeSafe(this.#underWay?.writes ?? []);
    return new CrashStore(this.#safe);
  }

  commit(): Promise<void> {
    const writes = this.#collected;
    this.#collected = [];
    return new Promise((resolve) => {
      this.#underWay = { writes, resolve };
    });
  }

  load(): Promise<StoredState> {
    return this.#disk.load();
  }

  read(clientId: string, from: number, messagesMax: number, bytesMax: number): Promise<StoredPage> {
    return this.#written.read(clientId, from, messagesMax, bytesMax);
  }

  openSession(clientId: string, owner?: SessionOwner): void {
    this.#write((disk) => disk.openSession(clientId, owner));
  }

  putOwner(clientId: string, owner: SessionOwner): void {
    this.#write((disk) => disk.putOwner(clientId, owner));
  }

  removeSession(clientId: string): void {
    this.#write((disk) => disk.removeSession(clientId));
  }

  putLeft(clientId: string, leftAtMs: number | undefined): void {
    this.#write((disk) => disk.putLeft(clientId, leftAtMs));
  }

  putSubscription(clientId: string, filter: string, qos: QoS): void {
    this.#write((disk) => disk.putSubscription(clientId, filter, qos));
  }

  deleteSubscription(clientId: string, filter: string): void {
    this.#write((disk) => disk.deleteSubscription(clientId, filter));
  }

  append(message: Message, recipients: readonly Recipient[]): void {
    this.#write((disk) => disk.append(message, recipients));
  }

  release(clientId: string, sequence: number): void {
    this.#write((disk) => disk.release(clientId, sequence));
  }

  settle(clientId: string, sequence: number): void {
    this.#write((disk) => disk.settle(clientId, sequence));
  }

  addReceived(clientId: string, packetId: number): void {
    this.#write((disk) => disk.addReceived(clientId, packetId));
  }

  deleteReceived(clientId: string, packetId: number): void {
    this.#write((disk) => disk.deleteReceived(clientId, packetId));
  }

  putReplay(clientId: string, replay: StoredReplay): void {
    this.#write((disk) => disk.putReplay(clientId, replay));
  }

  deleteReplay(clientId: string, endSequence: number): void {
    this.#write((disk) => disk.deleteReplay(clientId, endSequence));
  }

  putRetained(message: Message, change: number): void {
    this.#write((disk) => disk.putRetained(message, change));
  }

  deleteRetained(topic: string): void {
    this.#write((disk) => disk.deleteRetained(topic));
  }

  putWill(will: StoredWill): void {
    this.#write((disk) => disk.putWill(will));
  }

  deleteWill(number: number): void {
    this.#write((disk) => disk.deleteWill(number));
  }

  putTime(time: StoredTime): void {
    this.#write((disk) => disk.putTime(time));
  }

  async [Symbol.asyncDispose](): Promise<void> {}

  #write(write: Write): void {
    this.#collected.push(write);
    write(this.#written);
  }

  #makeSafe(writes: readonly Write[]): void {
    this.#safe.push(...writes);
    for (const write of writes) write(this.#disk);
  }
}

function storeOf(writes: readonly Write[]): MemoryStore {
  const store = new MemoryStore();
  for (const write of writes) write(store);
  return store;
}
