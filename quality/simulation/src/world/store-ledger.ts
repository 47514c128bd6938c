import {
  MemoryStore,
  type Recipient,
  type Store,
  type StoredState,
  type StoredWill,
} from '@magpie/broker';
import { Message } from '@magpie/broker/testing';
import type { History } from '../history/history.js';
import type { Trace } from '../trace.js';
import type { Link } from './link.js';
import type { WriteStep } from './simulated-engine.js';
import { numberIn } from '../history/sent-message.js';

type Method = (...args: unknown[]) => unknown;

/** One call of a writing method of a {@link Store}. */
interface Write {
  readonly method: string;
  readonly args: readonly unknown[];
  readonly step: number;
  /** What it makes safe, in the words of {@link StoreLedger.isUnsafe}. */
  readonly key: string | undefined;
  /** A message, or an end of one, that needs not come to the disk: all have had it before. */
  over: boolean;
}

/** A message that is not on disk. */
interface OpenMessage {
  /** Recipients that have not settled it. */
  open: number;
  /** Its `append` and `settle`. */
  readonly writes: Write[];
}

/**
 * The books of what the broker has asked its store to keep, and what of it is on disk: held against
 * what the store says after a restart, and against what clients are told.
 *
 * What is on disk is kept in a {@link MemoryStore}, the reference of all stores, which gets each
 * write when the disk has it.
 */
export class StoreLedger {
  readonly #history: History;
  readonly #trace: Trace;
  readonly #reference = new MemoryStore();
  /** Written since the last commit began. */
  #collected: Write[] = [];
  /** Messages that are not on disk, by `client sequence` of each recipient. */
  readonly #open = new Map<string, OpenMessage>();
  /** In commits that began and are not on disk. */
  #committed: Write[] = [];
  /** So many of them are in the write that is under way, or has failed. */
  #underWay = 0;
  /** The last write has failed: the next is the same again, and the one behind it has the rest. */
  #failed: 'no' | 'again' | 'rest' = 'no';
  /** What was under way when the broker was killed. */
  #lastCommitted: Write[] = [];
  #retained: readonly Uint8Array[] = [];
  /** Numbers of messages, by `client sequence`. */
  readonly #sequences = new Map<string, number>();
  /** Who has dropped what is known by its number only, in this event. */
  #dropping = { step: -1, clients: new Set<string>() };
  /** By the numbers that the broker has given them. */
  readonly #wills = new Map<number, Message>();
  /** Sessions that the broker has begun. */
  #opened: { readonly clientId: string; readonly step: number; safe: boolean }[] = [];
  /** The same when the broker was killed. */
  #lastOpened: { readonly clientId: string; readonly step: number; safe: boolean }[] = [];
  /** How many writes of this kind are not on disk. */
  readonly #unsafe = new Map<string, number>();
  /** What was not on disk when the broker was killed. */
  #lost: ReadonlySet<string> = new Set();

  constructor(history: History, trace: Trace) {
    this.#history = history;
    this.#trace = trace;
  }

  /**
   * Whether something was written and is not on disk, or was not when the broker of this link was
   * killed. Keys: `message 7`, `subscribed client filter`, `unsubscribed client filter`, `received
   * client 7`, `freed client 7`, `session client`, `will 7` (by its message).
   */
  isUnsafe(key: string, { isKilled }: Link): boolean {
    return isKilled ? this.#lost.has(key) : this.#unsafe.has(key);
  }

  /** Whether it was not on disk when the broker was killed. Keys beside those: `left client`, `gone
   * 7` (a will is no more).
   */
  isLost(key: string): boolean {
    return this.#lost.has(key);
  }

  /** Whether everything that was written is on disk, or over. */
  get isSettled(): boolean {
    return this.#collected.every(({ over }) => over) && this.#committed.length === 0;
  }

  /** Payloads of what was retained when the store was opened last. */
  retained(): readonly Uint8Array[] {
    return this.#retained;
  }

  /** When the broker began the session of this client that it has; -1 if it never did. */
  openedStep(clientId: string): number {
    return this.#opened.findLast((opened) => opened.clientId === clientId)?.step ?? -1;
  }

  /** The store, with every call entered in the books. */
  watch(store: Store): Store {
    return new Proxy(store, {
      get: (target, name) => {
        const member: unknown = Reflect.get(target, name);
        if (typeof member !== 'function') return member;
        return (...args: unknown[]): unknown => {
          return this.#call(target, name, member as Method, args);
        };
      },
    });
  }

  /** The store writes what it has collected. What fails goes alone the next time. */
  disk(step: WriteStep): void {
    if (step === 'survives') this.#synced(this.#underWay);
    else if (step === 'fails') this.#failed = 'again';
    else if (this.#failed === 'again') this.#failed = 'rest';
    else {
      if (this.#failed === 'rest') this.#commit();
      this.#failed = 'no';
      this.#underWay = this.#committed.length;
    }
  }

  /** The disk has so many of the writes in commits that began. */
  #synced(count: number): void {
    const writes = this.#committed.splice(0, count);
    this.#underWay = 0;
    for (const write of writes) {
      this.#apply(write);
      this.#release(write);
      if (write.method === 'append') this.#ends(write);
    }
    const lastStep = writes.at(-1)?.step ?? -1;
    for (const opened of this.#opened) opened.safe ||= opened.step <= lastStep;
  }

  /** The broker was killed: what is not on disk is gone. */
  killed(): void {
    this.#lost = new Set(this.#unsafe.keys());
    this.#lastOpened = this.#opened;
    this.#opened = this.#opened.filter(({ safe }) => safe);
    this.#unsafe.clear();
    this.#collected = [];
    this.#open.clear();
    this.#lastCommitted = this.#committed.slice(0, this.#underWay);
    this.#committed = [];
    this.#underWay = 0;
    this.#failed = 'no';
  }

  /** The last commit of the killed broker turned out to be on disk as a whole. */
  recovered(): void {
    this.#committed = this.#lastCommitted;
    this.#lastCommitted = [];
    this.#opened = this.#lastOpened;
    this.#synced(this.#committed.length);
    this.#opened = this.#opened.filter(({ safe }) => safe);
  }

  #call(target: Store, name: string | symbol, member: Method, args: readonly unknown[]): unknown {
    const result: unknown = Reflect.apply(member, target, args);
    if (name === 'load') {
      return (result as Promise<StoredState>).then((state) => this.#load(target, state));
    }
    if (name === 'commit' || name === Symbol.asyncDispose) {
      this.#commit();
      // A commit without anything to write does not reach the disk.
      return (result as Promise<void>).then(() => {
        this.#failed = 'no';
        this.#synced(this.#committed.length);
      });
    }
    if (typeof name === 'string' && name !== 'read') {
      const { step } = this.#history;
      this.#write({ method: name, args, step, key: this.#keyOf(name, args), over: false });
    }
    return result;
  }

  #commit(): void {
    this.#committed.push(...this.#collected);
    this.#collected = [];
  }

  /** The broker drops what it knows by its number only: it will tell the store so at once. */
  dropping(clientId: string): void {
    const { step } = this.#history;
    if (this.#dropping.step !== step) this.#dropping = { step, clients: new Set() };
    this.#dropping.clients.add(clientId);
  }

  #write(write: Write): void {
    this.#follow(write);
    this.#trace.say(() => `store: ${write.method} ${write.args.map(shownArgument).join(' ')}`);
    this.#collected.push(write);
    if (write.key !== undefined) {
      this.#unsafe.set(write.key, (this.#unsafe.get(write.key) ?? 0) + 1);
    }
    if (write.method === 'append') this.#begins(write);
    else if (write.method === 'settle') this.#settles(write);
  }

  #begins(write: Write): void {
    const recipients = write.args[1] as readonly Recipient[];
    const message: OpenMessage = { open: recipients.length, writes: [write] };
    for (const { clientId, sequence } of recipients) {
      this.#open.set(`${clientId} ${sequence}`, message);
    }
  }

  /** What all its recipients have settled before it is on disk is kept without that. */
  #settles(write: Write): void {
    const name = write.args.join(' ');
    const message = this.#open.get(name);
    if (message === undefined) return;
    this.#open.delete(name);
    message.writes.push(write);
    if (--message.open > 0) return;
    for (const each of message.writes) {
      this.#release(each);
      each.over = true;
    }
  }

  /** It is on disk: what is settled now has to be written. */
  #ends(write: Write): void {
    for (const { clientId, sequence } of write.args[1] as readonly Recipient[]) {
      const name = `${clientId} ${sequence}`;
      if (this.#open.get(name)?.writes[0] === write) this.#open.delete(name);
    }
  }

  /** Which message has which number in a session, and which of them is dropped. */
  #follow({ method, args }: Write): void {
    if (method === 'append') {
      const [message, recipients] = args as [Message, readonly Recipient[]];
      const number = numberIn(message.payload);
      for (const { clientId, sequence } of recipients) {
        if (number !== undefined) this.#sequences.set(`${clientId} ${sequence}`, number);
      }
    } else if (method === 'openSession') {
      const opened = { clientId: String(args[0]), step: this.#history.step, safe: false };
      this.#opened.push(opened);
    } else if (method === 'putLeft' && args[1] !== undefined) {
      this.#history.absences.leftAgain(String(args[0]), this.#history.nowMs);
    } else if (method === 'settle' && this.#isDropping(String(args[0]))) {
      const number = this.#sequences.get(args.join(' '));
      const message = number === undefined ? undefined : this.#history.messages[number];
      if (message !== undefined) this.#history.dropped(message, String(args[0]), 'queue-full');
    }
  }

  #isDropping(clientId: string): boolean {
    return this.#dropping.step === this.#history.step && this.#dropping.clients.has(clientId);
  }

  #release({ key, over }: Write): void {
    if (key === undefined || over) return;
    const left = (this.#unsafe.get(key) ?? 1) - 1;
    if (left > 0) this.#unsafe.set(key, left);
    else this.#unsafe.delete(key);
  }

  #apply({ method, args }: Write): void {
    const member: unknown = Reflect.get(this.#reference, method);
    if (typeof member === 'function') Reflect.apply(member, this.#reference, args);
  }

  #keyOf(method: string, args: readonly unknown[]): string | undefined {
    const [first, second] = args.map(String);
    switch (method) {
      case 'append':
        // What answers a subscription was promised to nobody else.
        if (isReplay(args[1] as readonly Recipient[])) return undefined;
        return messageKey('message', args[0] as Message);
      case 'putRetained':
        return messageKey('message', args[0] as Message);
      case 'putWill': {
        const { number, message } = args[0] as StoredWill;
        this.#wills.set(number, message);
        return messageKey('will', message);
      }
      case 'deleteWill': {
        const message = this.#wills.get(args[0] as number);
        return message && messageKey('gone', message);
      }
      case 'openSession':
      case 'removeSession':
        return `session ${first}`;
      case 'putLeft':
        return `left ${first}`;
      case 'putSubscription':
        return `subscribed ${first} ${second}`;
      case 'deleteSubscription':
        return `unsubscribed ${first} ${second}`;
      case 'addReceived':
        return `received ${first} ${second}`;
      case 'deleteReceived':
        return `freed ${first} ${second}`;
      default:
        return undefined;
    }
  }

  async #load(store: Store, state: StoredState): Promise<StoredState> {
    for (const { number, message } of state.wills) this.#wills.set(number, message);
    this.#retained = state.retained.map(({ message }) => message.payload);
    const reference = await this.#reference.load();
    this.#compareNumbers(reference, state);
    const expected = await linesOf(this.#reference, reference);
    const found = await linesOf(store, state);
    for (const line of expected) {
      if (!found.has(line)) this.#history.violation('store', `The store has lost: ${line}`);
    }
    for (const line of found) {
      if (!expected.has(line)) this.#history.violation('store', `The store has made up: ${line}`);
    }
    return state;
  }

  /**
   * Where a session goes on: a number of what it has may not be given again. One of what was over
   * before it came to the disk may.
   */
  #compareNumbers(reference: StoredState, { sessions }: StoredState): void {
    const highest = new Map(
      reference.sessions.map(({ clientId, nextSequence }) => [clientId, nextSequence]),
    );
    for (const { clientId, nextSequence, deliveries } of sessions) {
      const lowest = (deliveries.at(-1)?.sequence ?? -1) + 1;
      if (nextSequence >= lowest && nextSequence <= (highest.get(clientId) ?? -1)) continue;
      const range = `${lowest} to ${highest.get(clientId)}`;
      this.#history.violation(
        'store',
        `The store goes on with ${nextSequence} for ${clientId} instead of ${range}`,
      );
    }
  }
}

function messageKey(word: string, { payload }: Message): string | undefined {
  const number = numberIn(payload);
  return number === undefined ? undefined : `${word} ${number}`;
}

function isReplay(recipients: readonly Recipient[]): boolean {
  return recipients.every(({ retained }) => retained);
}

/** All that a store holds, a line each, to be compared. */
async function linesOf(
  store: Store,
  { sessions, retained, wills, time }: StoredState,
): Promise<Set<string>> {
  const lines = new Set<string>();
  for (const session of sessions) {
    const { clientId, owner, leftAtMs, subscriptions, received } = session;
    lines.add(`session ${clientId} of ${JSON.stringify(owner)}, left ${leftAtMs}`);
    for (const [filter, qos] of subscriptions) lines.add(`${clientId}: ${filter} @ ${qos}`);
    for (const packetId of received) lines.add(`${clientId}: received ${packetId}`);
    for (const delivery of session.deliveries)
      lines.add(`${clientId}: ${JSON.stringify(delivery)}`);
    for (const line of await messagesOf(store, clientId)) lines.add(`${clientId}: ${line}`);
    for (const replay of session.replays) lines.add(`${clientId}: ${JSON.stringify(replay)}`);
  }
  for (const { message, change } of retained) lines.add(`retained ${change} ${shown(message)}`);
  for (const { number, principal, message } of wills) {
    lines.add(`will ${number} of ${JSON.stringify(principal)} ${shown(message)}`);
  }
  lines.add(`time ${JSON.stringify(time)}`);
  return lines;
}

/** All messages of a session, read in small pages. */
async function messagesOf(store: Store, clientId: string): Promise<string[]> {
  const lines: string[] = [];
  for (let from = 0; ; ) {
    const page = await store.read(clientId, from, PAGE_MESSAGES, PAGE_BYTES);
    if (page.length === 0) return lines;
    for (const { sequence, qos, retained, message } of page) {
      lines.push(`${sequence} @ ${qos}${retained ? ' retained' : ''} ${shown(message)}`);
      from = sequence + 1;
    }
  }
}

function shownArgument(argument: unknown): string {
  if (Array.isArray(argument))
    return `for ${argument.map((each) => JSON.stringify(each)).join(' ')}`;
  if (argument instanceof Message) return shown(argument);
  return typeof argument === 'string' ? argument : JSON.stringify(argument);
}

function shown({ topic, qos, retain, publisher, payload }: Message): string {
  const number = numberIn(payload) ?? '';
  return `${topic} @ ${qos}${retain ? ' retain' : ''} of ${publisher}: ${number} ${payload.length}`;
}

const PAGE_MESSAGES = 7;
const PAGE_BYTES = 10_000;
