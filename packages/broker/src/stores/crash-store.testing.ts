/** A store on a disk that forgets what was not committed. */
import type { QoS } from '@magpie/protocol';
import type { Message } from '../model/message.js';
import { MemoryStore } from './memory-store.js';
import type {
  Recipient,
  Store,
  StoredReplay,
  StoredState,
  StoredTime,
  StoredWill,
} from './store.js';

type Write = (store: Store) => void;

export class CrashStore implements Store {
  readonly name = 'crash';
  readonly safeAtOnce = false;
  readonly #disk: MemoryStore;
  #collected: Write[] = [];
  #underWay: { readonly writes: readonly Write[]; readonly resolve: () => void } | undefined;

  constructor(disk = new MemoryStore()) {
    this.#disk = disk;
  }

  get committing(): boolean {
    return this.#underWay !== undefined;
  }

  /** Ends the commit that is under way; resolves when those who wait for it were told. */
  async succeed(): Promise<void> {
    const commit = this.#underWay;
    this.#underWay = undefined;
    for (const write of commit?.writes ?? []) write(this.#disk);
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
    if (done) for (const write of this.#underWay?.writes ?? []) write(this.#disk);
    return new CrashStore(this.#disk);
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

  openSession(clientId: string): void {
    this.#collected.push((disk) => disk.openSession(clientId));
  }

  removeSession(clientId: string): void {
    this.#collected.push((disk) => disk.removeSession(clientId));
  }

  putLeft(clientId: string, leftAtMs: number | undefined): void {
    this.#collected.push((disk) => disk.putLeft(clientId, leftAtMs));
  }

  putSubscription(clientId: string, filter: string, qos: QoS): void {
    this.#collected.push((disk) => disk.putSubscription(clientId, filter, qos));
  }

  deleteSubscription(clientId: string, filter: string): void {
    this.#collected.push((disk) => disk.deleteSubscription(clientId, filter));
  }

  append(message: Message, recipients: readonly Recipient[]): void {
    this.#collected.push((disk) => disk.append(message, recipients));
  }

  release(clientId: string, sequence: number): void {
    this.#collected.push((disk) => disk.release(clientId, sequence));
  }

  settle(clientId: string, sequence: number): void {
    this.#collected.push((disk) => disk.settle(clientId, sequence));
  }

  addReceived(clientId: string, packetId: number): void {
    this.#collected.push((disk) => disk.addReceived(clientId, packetId));
  }

  deleteReceived(clientId: string, packetId: number): void {
    this.#collected.push((disk) => disk.deleteReceived(clientId, packetId));
  }

  putReplay(clientId: string, replay: StoredReplay): void {
    this.#collected.push((disk) => disk.putReplay(clientId, replay));
  }

  deleteReplay(clientId: string, endSequence: number): void {
    this.#collected.push((disk) => disk.deleteReplay(clientId, endSequence));
  }

  putRetained(message: Message, change: number): void {
    this.#collected.push((disk) => disk.putRetained(message, change));
  }

  deleteRetained(topic: string): void {
    this.#collected.push((disk) => disk.deleteRetained(topic));
  }

  putWill(will: StoredWill): void {
    this.#collected.push((disk) => disk.putWill(will));
  }

  deleteWill(number: number): void {
    this.#collected.push((disk) => disk.deleteWill(number));
  }

  putTime(time: StoredTime): void {
    this.#collected.push((disk) => disk.putTime(time));
  }

  async [Symbol.asyncDispose](): Promise<void> {}
}
