import type { Clock } from '../model/clock.js';
import type { Limits } from '../model/limits.js';
import type { Message } from '../model/message.js';
import type { TimerEntry, TimerWheel } from '../model/timer-wheel.js';
import type { BrokerEvents } from '../observe/broker-events.js';
import type { Counters } from '../observe/counters.js';
import type { Histogram } from '../observe/histogram.js';
import type { Logger } from '../observe/logger.js';
import { CommitPatience, MANY } from './commit-patience.js';
import type { Recipient, Store, StoredPage } from './store.js';
import { STALL_MS, StoreHealth } from './store-health.js';

/** Somebody who holds acknowledgements back until their commit is safe. */
export interface CommitWaiter {
  /** This ticket is safe now, the newest that is; others may be ({@link CommitGate.isSafe}). */
  committed(ticket: number): void;
}

/** Somebody who is not read while too much waits for the store. */
export interface RoomWaiter {
  hasRoom(): void;
}

/**
 * The way to the store, and the reason why an acknowledgement means "safe".
 *
 *     write … write ── ticket 7 ──▶ [ commit 7 under way ] ──▶ waiters of ticket 7 acknowledge
 *          write … ── ticket 8 ──── collects meanwhile ──────▶ [ commit 8 ]
 *
 * The writes of a turn are one commit; while one is under way the next collects. Who wrote
 * something asks for the ticket of the commit that will hold it ({@link ticketOfAll}) and
 * acknowledges when that one is safe. A store that is safe at once (memory) gives ticket 0: nobody
 * waits.
 *
 * What nobody waits for to be safe, as that a client has had a message, has no ticket: it goes with
 * the next commit, or alone a little later.
 *
 * A message is safe, too, when everybody who was to get it has acknowledged it. So a commit of
 * messages alone is put off for a moment ({@link CommitPatience}), and where nothing is left of
 * them its ticket is safe without any. It does not even wait for the commit under way, so tickets
 * become safe in any order:
 *
 *     ticket 7 ──▶ [ commit 7 under way … ] ───────────────────────▶ waiters of ticket 7
 *          ticket 8 ── all receivers have acknowledged ──▶ waiters of ticket 8
 *
 * Nor does a ticket of messages alone wait for the end of its own commit.
 *
 * A commit that fails is tried again, later and later, with all that was written meanwhile. Nothing
 * is acknowledged before it is safe, so what waits grows until the gate is {@link full}: then who
 * writes is not read any more. Whoever needs no store notices nothing.
 */
export class CommitGate {
  readonly #store: Store;
  readonly #wheel: TimerWheel;
  readonly #clock: Clock;
  readonly #health: StoreHealth;
  readonly #onDirty: () => void;
  readonly #commitSeconds: Histogram;
  readonly #backlogBytesMax: number;
  /** The newest ticket whose commit has begun, or that needed none. */
  #begun = 0;
  /** All tickets up to this one are safe, … */
  #safe = 0;
  /** … those up to this one are not: their commit is under way, or has failed. Newer ones are. */
  #inDoubt = 0;
  /** One in doubt promises more than messages. */
  #doubtNeedsCommit = false;
  /** Somebody waits for the next ticket and for all before it, too. */
  #inOrder = false;
  #writes = 0;
  /** Something was written that somebody may wait for, … */
  #dirty = false;
  /** … and no acknowledgement of a receiver can save its commit. */
  #needsCommit = false;
  /** Messages written since the last commit was begun that acknowledgements alone may make safe. */
  #sparable = 0;
  /** Messages that clients have acknowledged since the last turn that ended. */
  #acknowledged = 0;
  readonly #patience = new CommitPatience();
  /** The commit of what nobody waits for, if there is such. */
  #lazy: TimerEntry | undefined;
  /** Its time has come; it begins as soon as none is under way and nobody waits for the next. */
  #lazyDue = false;
  #underWay = false;
  #underWaySinceMs = 0;
  #ended = false;
  /** Bytes that wait, about: those of the commit under way, or of one that failed; the others. */
  #oldBytes = 0;
  #newBytes = 0;
  #full = false;
  readonly #waiting = new Set<CommitWaiter>();
  readonly #crowded = new Set<RoomWaiter>();
  readonly #askers = new Set<Asker>();
  #retry: TimerEntry | undefined;
  #stallCheck: TimerEntry | undefined;
  /** Told when the last commit has ended. */
  #onEnd: (() => void) | undefined;
  #lastTime: TimerEntry | undefined;
  #recipients: Recipient[] | undefined;
  /** Messages that are being routed, one from inside the other. */
  #routing = 0;
  /** Of each of them whether it needs a commit, whatever its other receivers acknowledge. */
  readonly #pinned: boolean[] = [];
  /** What was dropped meanwhile. */
  #settled: Pick<Recipient, 'clientId' | 'sequence'>[] = [];

  /**
   * @param onDirty Told at the first write since the last commit: see that {@link commit} is
   * called.
   */
  constructor(
    parts: {
      readonly store: Store;
      readonly wheel: TimerWheel;
      readonly clock: Clock;
      readonly limits: Pick<Limits, 'storeBacklogBytesMax'>;
      readonly counters: Counters;
      readonly events: BrokerEvents;
      readonly log: Logger;
    },
    onDirty: () => void,
  ) {
    this.#store = parts.store;
    this.#wheel = parts.wheel;
    this.#clock = parts.clock;
    this.#health = new StoreHealth(parts);
    this.#commitSeconds = parts.counters.commitSeconds;
    this.#onDirty = onDirty;
    this.#backlogBytesMax = parts.limits.storeBacklogBytesMax;
  }

  /** The store, to write to. Asking for it counts as having written. */
  get writing(): Store {
    this.#writes++;
    this.#needsCommit = true;
    if (!this.#store.safeAtOnce) this.#wrote(WRITE_BYTES);
    return this.#store;
  }

  /** The same for a write that holds a message. */
  writingOf(message: Message): Store {
    this.#needsCommit = true;
    return this.#writingOf(message);
  }

  #writingOf(message: Message): Store {
    this.#writes++;
    if (!this.#store.safeAtOnce) this.#wrote(WRITE_BYTES + message.bytes);
    return this.#store;
  }

  /** Whether sessions keep their messages, see {@link Store.inMemory}. */
  get inMemory(): boolean {
    return this.#store.inMemory;
  }

  /** A page of the messages of a session, see {@link Store.read}. */
  read(clientId: string, from: number): Promise<StoredPage> {
    return this.#store.read(clientId, from, PAGE_MESSAGES, PAGE_BYTES);
  }

  /** Grows with every write: who sees it unchanged has written nothing. */
  get writes(): number {
    return this.#writes;
  }

  /** Whether commits fail, or do not end. */
  get failed(): boolean {
    return this.#health.failed;
  }

  /** When the last commit was safe, on the clock that never goes back; `undefined`: none was. */
  get lastSafeMs(): number | undefined {
    return this.#health.lastSafeMs;
  }

  /** Bytes that wait for the store, about. */
  get backlogBytes(): number {
    return this.#oldBytes + this.#newBytes;
  }

  /** So much waits for the store (`storeBacklogBytesMax`) that nobody shall write more. */
  get full(): boolean {
    return this.#full;
  }

  /** The commit that will hold what is written next; 0 if that is safe at once. */
  get nextTicket(): number {
    return this.#store.safeAtOnce ? 0 : this.#begun + 1;
  }

  /**
   * Safe when everything is that was written until now but {@link done}; 0 if it is already. Asking
   * for it makes the next ticket one that waits for the commit under way, so who only waits for
   * what he has just written asks for {@link ticketOfLast}.
   */
  ticketOfAll(): number {
    if (this.#dirty && this.#someInDoubt()) this.#inOrder = true;
    return this.ticketOfLast;
  }

  /** The same, but for what was written before the newest commit began. */
  get ticketOfLast(): number {
    if (this.#dirty) return this.#begun + 1;
    return this.#someInDoubt() ? this.#inDoubt : 0;
  }

  #someInDoubt(): boolean {
    return this.#safe < this.#inDoubt;
  }

  isSafe(ticket: number): boolean {
    return ticket <= this.#safe || (ticket > this.#inDoubt && ticket <= this.#begun);
  }

  /**
   * A message is about to be routed. Hand what this returns to {@link seal}: routing may nest,
   * since the embedding program may publish from inside a delivery.
   */
  begin(): Recipient[] | undefined {
    const outer = this.#recipients;
    this.#recipients = undefined;
    this.#pinned[this.#routing++] = false;
    return outer;
  }

  /**
   * A persistent session gets the message that is being routed.
   *
   * @param isAway Whether its client is not connected.
   */
  enlist(recipient: Recipient, isAway: boolean): void {
    // What has QoS 2 is sent when it is safe, and not before.
    if (isAway || recipient.qos === 2) {
      this.#needsCommit = true;
      this.#pinned[this.#routing - 1] = true;
    }
    if (this.#recipients === undefined) this.#recipients = [recipient];
    else this.#recipients.push(recipient);
  }

  /**
   * The message was routed: writes it once with everybody enlisted since {@link begin}, if anybody
   * was.
   *
   * @returns Whether it was written.
   */
  seal(message: Message, outer: Recipient[] | undefined): boolean {
    this.#routing--;
    const written = this.#recipients !== undefined;
    if (this.#recipients !== undefined) {
      this.#writingOf(message).append(message.keep(), this.#recipients);
      if (this.#pinned[this.#routing] === false) this.#sparable++;
    }
    this.#recipients = outer;
    if (this.#routing > 0 || this.#settled.length === 0) return written;
    for (const { clientId, sequence } of this.#settled) this.#drop(clientId, sequence);
    this.#settled = [];
    return written;
  }

  /**
   * A session has dropped a message. While one is routed that may be this very message, which the
   * session gets more than once and the store does not know yet: it is told when it does.
   */
  settle(clientId: string, sequence: number): void {
    if (this.#routing > 0) this.#settled.push({ clientId, sequence });
    else this.#drop(clientId, sequence);
  }

  /** Nobody has had it: what was promised of it is not kept by this. */
  #drop(clientId: string, sequence: number): void {
    if (this.#someInDoubt()) this.#doubtNeedsCommit = true;
    this.writing.settle(clientId, sequence);
  }

  /**
   * A client has acknowledged a message to the end. If that is forgotten it comes once more, with
   * DUP or as PUBREL, which the standard allows; so it costs no commit of its own.
   */
  done(clientId: string, sequence: number): void {
    this.#writes++;
    this.#acknowledged++;
    this.#store.settle(clientId, sequence);
    if (this.#store.safeAtOnce) return;
    this.#count(WRITE_BYTES);
    if (this.#full) this.#needCommit();
    else if (!this.#dirty) this.#commitLater();
    // An acknowledgement alone ends no turn.
    if ((this.#dirty && this.#isSaved()) || this.#doubtIsOver()) this.#onDirty();
  }

  /** Calls back at each commit that becomes safe, until {@link leave}. */
  wait(waiter: CommitWaiter): void {
    this.#waiting.add(waiter);
  }

  leave(waiter: CommitWaiter): void {
    this.#waiting.delete(waiter);
  }

  /** Calls back once, when the gate is not {@link full} any more, unless {@link leaveCrowd}. */
  waitForRoom(waiter: RoomWaiter): void {
    this.#crowded.add(waiter);
  }

  leaveCrowd(waiter: RoomWaiter): void {
    this.#crowded.delete(waiter);
  }

  /** Resolves with `true` once this ticket is safe; with `false` if the gate ends before. */
  safe(ticket: number): Promise<boolean> {
    if (this.isSafe(ticket)) return Promise.resolve(true);
    if (this.#ended) return Promise.resolve(false);
    return new Promise((resolve) => {
      this.#askers.add({ ticket, resolve });
    });
  }

  /** Ends a turn: begins a commit if something was written and none is under way. */
  commit(): void {
    const isOver = this.#doubtIsOver();
    if (isOver) this.#endDoubt();
    if (this.#goOn() || isOver) this.#tell();
  }

  /** Whether a commit is put off, and nothing has come for a while ({@link CommitPatience}). */
  get isStill(): boolean {
    return this.#patience.isStill;
  }

  /** Whether everybody has acknowledged all that the commit under way was for. */
  #doubtIsOver(): boolean {
    if (!this.#underWay || !this.#someInDoubt() || this.#doubtNeedsCommit) return false;
    return !this.#store.hasMessagesUnderWay && !this.failed;
  }

  /** Its end, and whether it fails, is nothing to anybody any more. */
  #endDoubt(): void {
    this.#safe = this.#inDoubt;
    this.#inOrder = false;
  }

  /** Whether nothing is left that somebody needs a commit for. */
  #isSaved(): boolean {
    return !this.#needsCommit && !this.#store.hasNewMessages;
  }

  /** @returns Whether something is safe now. */
  #goOn(): boolean {
    if (!this.#dirty || this.failed || this.#ended) return false;
    const saved = this.#isSaved();
    if (this.#underWay && (!saved || this.#inOrder)) return false;
    const acknowledged = this.#acknowledged;
    this.#acknowledged = 0;
    // What needs the commit anyway gains nothing from a wait.
    const mayWait = !saved && (!this.#needsCommit || this.#sparable >= MANY);
    if (mayWait && this.#patience.waits(this.#sparable, acknowledged, this.#clock.nowMs())) {
      this.#onDirty();
      return false;
    }
    this.#patience.ended(saved);
    if (saved) this.#skipCommit();
    else this.#beginCommit();
    return saved;
  }

  /**
   * Makes everything safe for the last time. Resolves when it is, or when a commit has failed or
   * not ended in time; then what waits is never acknowledged.
   */
  async end(): Promise<void> {
    this.#cancel(this.#retry);
    if (this.#lazy !== undefined || this.#lazyDue) this.#dirty = true;
    const owes = this.ticketOfLast > 0 || this.failed;
    if (owes && !this.#underWay && !this.#health.lost) this.#beginCommit();
    if (this.#underWay) {
      await new Promise<void>((resolve) => {
        this.#onEnd = resolve;
        this.#lastTime = this.#after(LAST_COMMIT_MS, resolve);
      });
    }
    this.#ended = true;
    this.#cancel(this.#lastTime);
    this.#cancel(this.#stallCheck);
    for (const { resolve } of this.#askers) resolve(false);
    this.#askers.clear();
  }

  /**
   * The commit of what nobody waits for, unless another takes it along. It has no ticket, so that
   * nobody waits for it; nor does it take messages that may need no commit.
   */
  #commitLater(): void {
    this.#lazy ??= this.#after(LAZY_MS, () => {
      this.#lazy = undefined;
      this.#lazyDue = true;
      this.#commitDue();
    });
  }

  #commitDue(): void {
    if (!this.#lazyDue || this.#dirty || this.#underWay || this.failed || this.#ended) return;
    this.#lazyDue = false;
    if (this.#store.hasChanges) this.#beginCommit();
  }

  #needCommit(): void {
    this.#needsCommit = true;
    this.#wrote(0);
  }

  #wrote(bytes: number): void {
    this.#count(bytes);
    if (this.#dirty) return;
    this.#dirty = true;
    this.#onDirty();
  }

  #count(bytes: number): void {
    this.#newBytes += bytes;
    if (this.#oldBytes + this.#newBytes >= this.#backlogBytesMax) this.#full = true;
  }

  /** Everybody has acknowledged what the next commit was for: all its promises are kept. */
  #skipCommit(): void {
    this.#begun++;
    if (!this.#someInDoubt()) this.#allSafe();
    this.#nextTicketBegins();
    if (!this.#store.hasChanges) this.#newBytes = 0;
    else if (this.#lazyDue) this.#commitDue();
    else this.#commitLater();
    this.#full = this.#oldBytes + this.#newBytes >= this.#backlogBytesMax;
  }

  #beginCommit(): void {
    if (this.#dirty) this.#inDoubt = ++this.#begun;
    this.#doubtNeedsCommit ||= this.#needsCommit;
    this.#needsCommit = false;
    this.#nextTicketBegins();
    this.#cancel(this.#lazy);
    this.#lazy = undefined;
    this.#lazyDue = false;
    this.#oldBytes += this.#newBytes;
    this.#newBytes = 0;
    this.#underWay = true;
    this.#underWaySinceMs = this.#clock.nowMs();
    this.#stallCheck ??= this.#watch();
    this.#store.commit().then(
      () => this.#commitSafe(),
      (error: unknown) => this.#commitFailed(error),
    );
  }

  /** Nothing was written yet that the next ticket is for. */
  #nextTicketBegins(): void {
    this.#dirty = false;
    this.#inOrder = false;
    this.#sparable = 0;
  }

  #allSafe(): void {
    this.#safe = this.#begun;
    this.#inDoubt = this.#begun;
    this.#doubtNeedsCommit = false;
  }

  #commitSafe(): void {
    this.#underWay = false;
    this.#allSafe();
    this.#oldBytes = 0;
    this.#full = this.#newBytes >= this.#backlogBytesMax;
    const nowMs = this.#clock.nowMs();
    this.#commitSeconds.observe((nowMs - this.#underWaySinceMs) / 1000);
    this.#health.commitSafe(nowMs);
    this.#goOn();
    this.#commitDue();
    this.#tell();
  }

  #tell(): void {
    const newest = this.isSafe(this.#begun) ? this.#begun : this.#safe;
    for (const waiter of this.#waiting) waiter.committed(newest);
    for (const asker of this.#askers) {
      if (this.isSafe(asker.ticket) && this.#askers.delete(asker)) asker.resolve(true);
    }
    this.#giveRoom();
    if (!this.#underWay && this.ticketOfLast === 0) this.#onEnd?.();
  }

  #commitFailed(error: unknown): void {
    this.#underWay = false;
    this.#health.commitFailed(error, this.#clock.nowMs());
    if (this.#onEnd !== undefined) this.#onEnd();
    else if (!this.#health.lost) {
      this.#retry = this.#after(this.#health.retryMs, () => this.#beginCommit());
    }
  }

  /** Has those go on who were not read, one after the other, until it is full again. */
  #giveRoom(): void {
    for (const waiter of this.#crowded) {
      if (this.#full) return;
      this.#crowded.delete(waiter);
      waiter.hasRoom();
    }
  }

  /** Looks at the commit under way, as long as there is one, and not at each. */
  #watch(): TimerEntry {
    const due = (nowMs: number) => {
      const dueMs = this.#underWaySinceMs + STALL_MS;
      if (this.#underWay && nowMs < dueMs) return dueMs;
      if (this.#underWay) this.#health.commitStalled(nowMs);
      this.#stallCheck = undefined;
      return Infinity;
    };
    return this.#wheel.schedule({ due }, this.#underWaySinceMs + STALL_MS);
  }

  #after(delayMs: number, task: () => void): TimerEntry {
    const due = () => {
      task();
      return Infinity;
    };
    return this.#wheel.schedule({ due }, this.#clock.nowMs() + delayMs);
  }

  #cancel(entry: TimerEntry | undefined): void {
    if (entry !== undefined) this.#wheel.cancel(entry);
  }
}

interface Asker {
  readonly ticket: number;
  readonly resolve: (safe: boolean) => void;
}

/** What a write counts for besides a message: its objects, until it is bytes. */
const WRITE_BYTES = 200;
/**
 * After so long, and a tick of the wheel, what nobody waits for is committed by itself. Clients
 * that read their queues acknowledge messages that lie side by side on disk at different times: a
 * page of the file that is written when all of them are gone is written once (`bench --only
 * durable-drain`).
 */
const LAZY_MS = 250;
/** How long the end of the broker waits for the last commit. */
const LAST_COMMIT_MS = 3000;
/**
 * Two such pages are in memory for each client that has something to read. Clients that read longer
 * ones acknowledge messages that lie further apart on disk.
 */
const PAGE_MESSAGES = 128;
const PAGE_BYTES = 65_536;
