import type { Message } from '../model/message.js';
import type { Recipient, Store, StoredMessage } from './store.js';

/** Somebody who holds acknowledgements back until their commit is safe. */
export interface CommitWaiter {
  /** Everything with a ticket of at most `ticket` is safe now. */
  committed(ticket: number): void;
}

/**
 * The way to the store, and the reason why an acknowledgement means "safe".
 *
 *     write … write ── ticket 7 ──▶ [ commit 7 under way ] ──▶ waiters of ticket 7 acknowledge
 *          write … ── ticket 8 ──── collects meanwhile ──────▶ [ commit 8 ]
 *
 * The writes of a turn are one commit; while one is under way the next collects. Who wrote
 * something asks for the {@link ticket} of the commit that will hold it and acknowledges when that
 * one is safe. A store that is safe at once (memory) gives ticket 0: nobody waits.
 *
 * When a commit fails nothing more is acknowledged, and the gate tells its owner.
 */
export class CommitGate {
  readonly #store: Store;
  readonly #onFailure: (error: unknown) => void;
  /** Commits begun. */
  #begun = 0;
  /** The newest commit that is safe. */
  #safe = 0;
  #writes = 0;
  #dirty = false;
  #failed = false;
  #underWay: Promise<void> | undefined;
  readonly #waiting = new Set<CommitWaiter>();
  readonly #onDirty: () => void;
  #recipients: Recipient[] | undefined;
  /** Messages that are being routed, one from inside the other. */
  #routing = 0;
  /** What was dropped meanwhile. */
  #settled: Pick<Recipient, 'clientId' | 'sequence'>[] = [];

  /**
   * @param onDirty Told at the first write since the last commit: see that {@link commit} is
   * called.
   * @param onFailure Told once when a commit fails.
   */
  constructor(store: Store, onDirty: () => void, onFailure: (error: unknown) => void) {
    this.#store = store;
    this.#onDirty = onDirty;
    this.#onFailure = onFailure;
  }

  /** The store, to write to. Asking for it counts as having written. */
  get writing(): Store {
    this.#writes++;
    if (!this.#dirty && !this.#store.safeAtOnce) {
      this.#dirty = true;
      this.#onDirty();
    }
    return this.#store;
  }

  /** Whether sessions keep their messages, see {@link Store.inMemory}. */
  get inMemory(): boolean {
    return this.#store.inMemory;
  }

  /** A page of the messages of a session, see {@link Store.read}. */
  read(clientId: string, from: number): Promise<readonly StoredMessage[]> {
    return this.#store.read(clientId, from, PAGE_MESSAGES, PAGE_BYTES);
  }

  /** Grows with every write: who sees it unchanged has written nothing. */
  get writes(): number {
    return this.#writes;
  }

  get failed(): boolean {
    return this.#failed;
  }

  /** The commit that will hold what is written next; 0 if that is safe at once. */
  get nextTicket(): number {
    return this.#store.safeAtOnce ? 0 : this.#begun + 1;
  }

  /** The commit that holds everything written until now; 0 if that is safe already. */
  get ticket(): number {
    if (this.#store.safeAtOnce) return 0;
    if (this.#dirty) return this.#begun + 1;
    return this.#safe === this.#begun && !this.#failed ? 0 : this.#begun;
  }

  isSafe(ticket: number): boolean {
    return ticket <= this.#safe;
  }

  /**
   * A message is about to be routed. Hand what this returns to {@link seal}: routing may nest,
   * since the embedding program may publish from inside a delivery.
   */
  begin(): Recipient[] | undefined {
    const outer = this.#recipients;
    this.#recipients = undefined;
    this.#routing++;
    return outer;
  }

  /** A persistent session gets the message that is being routed. */
  enlist(recipient: Recipient): void {
    if (this.#recipients === undefined) this.#recipients = [recipient];
    else this.#recipients.push(recipient);
  }

  /**
   * The message was routed: writes it once with everybody enlisted since {@link begin}, if anybody
   * was.
   */
  seal(message: Message, outer: Recipient[] | undefined): void {
    if (this.#recipients !== undefined) this.writing.append(message.keep(), this.#recipients);
    this.#recipients = outer;
    this.#routing--;
    if (this.#routing > 0 || this.#settled.length === 0) return;
    for (const { clientId, sequence } of this.#settled) this.writing.settle(clientId, sequence);
    this.#settled = [];
  }

  /**
   * A session has dropped a message. While one is routed that may be this very message, which the
   * session gets more than once and the store does not know yet: it is told when it does.
   */
  settle(clientId: string, sequence: number): void {
    if (this.#routing > 0) this.#settled.push({ clientId, sequence });
    else this.writing.settle(clientId, sequence);
  }

  /** Calls back at each commit that becomes safe, until {@link leave}. */
  wait(waiter: CommitWaiter): void {
    this.#waiting.add(waiter);
  }

  leave(waiter: CommitWaiter): void {
    this.#waiting.delete(waiter);
  }

  /** Resolves once the commit with this ticket is safe. */
  async safe(ticket: number): Promise<void> {
    if (this.isSafe(ticket)) return;
    await new Promise<void>((resolve) => {
      const waiter = {
        committed: (safe: number) => {
          if (safe < ticket) return;
          this.leave(waiter);
          resolve();
        },
      };
      this.wait(waiter);
    });
  }

  /** Ends a turn: begins a commit if something was written and none is under way. */
  commit(): void {
    if (!this.#dirty || this.#underWay !== undefined || this.#failed) return;
    this.#dirty = false;
    this.#begun++;
    this.#underWay = this.#store.commit().then(
      () => this.#succeed(),
      (error: unknown) => this.#fail(error),
    );
  }

  /** Resolves when everything written until now is safe, or the store has failed. */
  async settled(): Promise<void> {
    this.commit();
    const { ticket } = this;
    while (this.#safe < ticket && this.#underWay !== undefined) await this.#underWay;
  }

  #succeed(): void {
    this.#underWay = undefined;
    this.#safe = this.#begun;
    this.commit();
    for (const waiter of this.#waiting) waiter.committed(this.#safe);
  }

  #fail(error: unknown): void {
    this.#underWay = undefined;
    this.#failed = true;
    this.#onFailure(error);
  }
}

/** Two such pages are in memory for each client that has something to read. */
const PAGE_MESSAGES = 256;
const PAGE_BYTES = 65_536;
