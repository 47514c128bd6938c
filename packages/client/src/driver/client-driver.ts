import { credentialsFor, type ResolvedOptions } from '../client-options.js';
import { ClientError } from '../errors.js';
import { ClientMachine } from '../machine/client-machine.js';
import type { ClientCredentials } from '../machine/machine-options.js';
import type { ClientOutput, LinkView, MachineOutput } from '../machine/machine-output.js';
import type { PacketTracer } from '../model/client-events.js';
import type { Clock } from '../model/clock.js';
import type { Random } from '../model/random.js';
import { type Gate, type GateOwner, gateOf } from '../outbox/outbox-gate.js';
import type { Receipt } from '../session/receipt.js';
import type { InboxOwner } from '../subscriptions/inbox.js';
import type { OpenTransport, Transport, TransportHandler } from '../transports/transport.js';

/** What a driver is made of beside the options of its client. */
export interface DriverParts {
  readonly open: OpenTransport;
  readonly clock: Clock;
  readonly random: Random;
}

/** What a driver tells its client: of its machine, or what failed outside of that. */
export type Told = ClientOutput | { readonly type: 'failed'; readonly error: ClientError };

/**
 * Runs a {@link ClientMachine} on a transport and a clock.
 *
 * Whatever an input brings out is done at once; bytes leave at the end of the turn, in one write,
 * and CONNECT before. A timer is armed only when none is early enough: one that comes too soon is
 * cheap.
 */
export class ClientDriver implements LinkView, GateOwner, InboxOwner {
  readonly machine: ClientMachine;
  bytesReceived = 0;
  readonly #options: ResolvedOptions;
  readonly #parts: DriverParts;
  readonly #tell: (told: Told) => void;
  readonly #gate: Gate;
  readonly #out: MachineOutput[] = [];
  #transport: Transport | undefined;
  /** What the transport belongs to: what an older one tells is stale. */
  #link: Link | undefined;
  #paused = false;
  #performing = false;
  #turnScheduled = false;
  #cancelTimer: (() => void) | undefined;
  #timerDueMs: number | undefined;
  /** Connections that have not told their end. */
  #open = 0;
  /** The client has ended, and its outbox is closed. */
  #finished = false;
  #closed: Promise<void> | undefined;
  #resolveClosed: (() => void) | undefined;

  constructor(
    options: ResolvedOptions,
    parts: DriverParts,
    tell: (told: Told) => void,
    trace: PacketTracer,
  ) {
    this.#options = options;
    this.#parts = parts;
    this.#tell = tell;
    this.#gate = gateOf(options.outbox, this);
    const { random } = parts;
    const out = this.#out;
    const machineParts = { out, link: this, gate: this.#gate, random, trace };
    this.machine = new ClientMachine(options, machineParts);
  }

  get nowMs(): number {
    return this.#parts.clock.nowMs();
  }

  /** Resolves when the client has ended and its connection is closed. */
  get closed(): Promise<void> {
    return (this.#closed ??= new Promise((resolve) => {
      this.#resolveClosed = resolve;
      this.#lookClosed();
    }));
  }

  /** The network takes bytes more slowly than it is given: publishes wait in the outbox. */
  get congested(): boolean {
    return this.#transport !== undefined && this.#transport.pendingBytes >= CONGESTED_BYTES;
  }

  /** Whether reading has stopped, because the application is slower than the server. */
  get paused(): boolean {
    return this.#paused;
  }

  set paused(paused: boolean) {
    if (paused === this.#paused) return;
    this.#paused = paused;
    if (paused) this.#transport?.pause();
    else this.#transport?.resume();
  }

  after(delayMs: number, task: () => void): () => void {
    return this.#parts.clock.after(delayMs, task);
  }

  letsGo(topic: string): boolean {
    return this.machine.subscriptions.letsGo(topic);
  }

  /** A client that has ended has let go of everything. */
  letGo(filter: string): Promise<void> {
    return new Promise((resolve) => {
      if (this.machine.state.type === 'ended') resolve();
      else this.machine.subscriptions.unsubscribe(filter, () => resolve(), this.nowMs);
      this.perform();
    });
  }

  consumed(receipt: Receipt): void {
    this.machine.inbound.consumed(receipt);
  }

  /** Tells of what failed outside of the machine. */
  fail(error: ClientError): void {
    this.#tell({ type: 'failed', error });
  }

  /** Ends the client for good. */
  abort(error: ClientError): void {
    this.machine.abort(error);
    this.perform();
  }

  async start(): Promise<void> {
    const { outbox } = this.#options;
    if (outbox !== undefined) this.machine.restore(await outbox.load());
    this.machine.start(this.nowMs);
    this.perform();
  }

  /** Something waits to be sent, or to be made safe. */
  written(): void {
    if (this.#turnScheduled) return;
    this.#turnScheduled = true;
    this.#parts.clock.endOfTurn(() => this.#endTurn());
  }

  /** Does what the machine has put out. */
  perform(): void {
    if (this.#performing) return; // an output is being handled: the loop below goes on
    this.#performing = true;
    try {
      for (let at = 0; at < this.#out.length; at++) this.#do(this.#out[at]!);
    } finally {
      this.#out.length = 0;
      this.#performing = false;
    }
    this.#arm();
  }

  /** The server of a link was reached. */
  opened(link: Link): void {
    if (link !== this.#link) return;
    this.#turnScheduled = true; // CONNECT leaves now: nothing can leave with it
    this.machine.opened(link.credentials, this.nowMs);
    link.credentials = NOBODY;
    this.perform();
    this.#endTurn();
  }

  received(link: Link, source: Uint8Array, start: number, end: number): void {
    if (link !== this.#link) return;
    this.bytesReceived += end - start;
    this.machine.received(source, start, end, this.nowMs);
    this.perform();
  }

  drained(): void {
    this.machine.outbound.drain();
    this.perform();
  }

  ended(link: Link, error: Error | undefined): void {
    this.#open--;
    this.#lost(link, error);
    this.#lookClosed();
  }

  outboxFailed(cause: unknown): void {
    const known = cause instanceof ClientError;
    const error = known
      ? cause
      : new ClientError('outbox-failed', 'The outbox cannot write', cause);
    this.fail(error);
    if (this.machine.state.type === 'ended') return;
    this.#parts.clock.after(OUTBOX_RETRY_MS, () => this.#gate.flush());
  }

  #do(output: MachineOutput): void {
    if (output.type === 'open') void this.#connect(output.server);
    else if (output.type === 'close') this.#disconnect(output.now);
    else {
      this.#tell(output);
      if (output.type === 'state' && output.state.type === 'ended') void this.#finish();
    }
  }

  async #connect(server: URL): Promise<void> {
    const link = new Link(this);
    this.#link = link;
    try {
      link.credentials = await credentialsFor(this.#options, server);
      if (link !== this.#link) return;
      this.#transport = this.#parts.open(server, link, this.#options.transport);
      this.#open++;
    } catch (error) {
      // No connection was begun: `credentials` threw, or a browser did.
      const why = error instanceof Error ? error : new Error(String(error));
      const what = `\`credentials\` threw (${why.message})`;
      const known = new ClientError('unreachable', what, error, 'mend it');
      this.#lost(link, link.credentials === NOBODY ? known : why);
    }
  }

  #lost(link: Link, error: Error | undefined): void {
    if (link !== this.#link) return;
    this.#transport = undefined;
    this.#paused = false;
    this.machine.closed(error, this.nowMs);
    this.perform();
  }

  #disconnect(now: boolean): void {
    this.#flush();
    this.#link = undefined;
    const transport = this.#transport;
    this.#transport = undefined;
    this.#paused = false;
    transport?.close(now);
  }

  async #finish(): Promise<void> {
    const { outbox } = this.#options;
    try {
      await outbox?.flush();
      await outbox?.[Symbol.asyncDispose]();
    } catch (error) {
      this.outboxFailed(error);
    }
    this.#finished = true;
    this.#lookClosed();
  }

  #lookClosed(): void {
    if (this.#open === 0 && this.#finished) this.#resolveClosed?.();
  }

  #endTurn(): void {
    this.#turnScheduled = false;
    this.#gate.flush();
    this.#flush();
    this.#arm();
  }

  /** All bytes of the turn in one write. */
  #flush(): void {
    const { writer } = this.machine;
    if (this.#transport === undefined || !writer.waiting) return;
    this.#transport.write(writer.take());
    if (this.#transport.pendingBytes === 0) writer.clear();
    this.machine.pings.sent(this.nowMs);
  }

  #arm(): void {
    const dueMs = this.machine.deadlineMs;
    const ended = this.machine.state.type === 'ended';
    if (!ended && dueMs >= (this.#timerDueMs ?? Infinity)) return;
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    this.#timerDueMs = undefined;
    if (dueMs === Infinity) return;
    this.#timerDueMs = dueMs;
    const { clock } = this.#parts;
    this.#cancelTimer = clock.after(Math.max(0, dueMs - clock.nowMs()), () => this.#tick());
  }

  #tick(): void {
    this.#cancelTimer = undefined;
    this.#timerDueMs = undefined;
    this.machine.tick(this.nowMs);
    this.perform();
  }
}

/** One connection, as its transport knows it. */
class Link implements TransportHandler {
  readonly #driver: ClientDriver;
  /** Until they are sent. */
  credentials = NOBODY;

  constructor(driver: ClientDriver) {
    this.#driver = driver;
  }

  opened(): void {
    this.#driver.opened(this);
  }

  received(source: Uint8Array, start: number, end: number): void {
    this.#driver.received(this, source, start, end);
  }

  drained(): void {
    this.#driver.drained();
  }

  closed(error: Error | undefined): void {
    this.#driver.ended(this, error);
  }
}

/** Bytes that the network has not taken, above which publishes wait in the outbox. */
const CONGESTED_BYTES = 1_048_576;
const OUTBOX_RETRY_MS = 1000;
const NOBODY: ClientCredentials = {};
