import type { ResolvedOptions } from '../client-options.js';
import { ClientError } from '../errors.js';
import { ClientMachine, type MachineOutput, type PacketTrace } from '../machine/client-machine.js';
import type { Clock } from '../model/clock.js';
import type { ClientState } from '../model/client-state.js';
import type { Random } from '../model/random.js';
import { OutboxGate } from '../outbox/outbox-gate.js';
import type { Receipt } from '../session/receipt.js';
import type { OpenTransport, Transport } from '../transports/transport.js';

/** What a driver is made of beside the options of its client. */
export interface DriverParts {
  readonly open: OpenTransport;
  readonly clock: Clock;
  readonly random: Random;
}

/** What a driver tells its client. */
export interface DriverHandler {
  message(receipt: Receipt): void;
  /** The server does not grant this filter. */
  refused(filter: string, error: ClientError): void;
  changed(state: ClientState): void;
  failed(error: ClientError): void;
  readonly trace: PacketTrace;
}

/**
 * Runs a {@link ClientMachine} on a transport and a clock.
 *
 * Whatever an input brings out is done at once; bytes leave at the end of the turn, in one write. A
 * timer is armed only when none is early enough: one that comes too soon is cheap.
 */
export class ClientDriver {
  readonly machine: ClientMachine;
  bytesReceived = 0;
  /** Resolves when the client has ended and its connection is closed. */
  readonly closed: Promise<void>;
  readonly #options: ResolvedOptions;
  readonly #parts: DriverParts;
  readonly #handler: DriverHandler;
  readonly #gate: OutboxGate;
  readonly #out: MachineOutput[] = [];
  #transport: Transport | undefined;
  /** Which attempt the transport belongs to: what an older one tells is stale. */
  #attempt = 0;
  #paused = false;
  #performing = false;
  #turnScheduled = false;
  #cancelTimer: (() => void) | undefined;
  #timerDueMs = Infinity;
  /** Connections that have not told their end, and an outbox that is open. */
  #open = 0;
  #resolveClosed: (() => void) | undefined;

  constructor(options: ResolvedOptions, parts: DriverParts, handler: DriverHandler) {
    this.#options = options;
    this.#parts = parts;
    this.#handler = handler;
    this.#gate = new OutboxGate(
      options.outbox,
      () => this.#scheduleTurn(),
      (error) => this.#outboxFailed(error),
    );
    this.machine = new ClientMachine(options.machine, {
      out: this.#out,
      link: this,
      gate: this.#gate,
      random: parts.random,
      trace: handler.trace,
    });
    this.closed = new Promise((resolve) => {
      this.#resolveClosed = resolve;
    });
  }

  get nowMs(): number {
    return this.#parts.clock.nowMs();
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

  async start(): Promise<void> {
    const { outbox } = this.#options;
    if (outbox !== undefined) this.machine.restore(await outbox.load());
    this.machine.start(this.nowMs);
    this.perform();
  }

  /** Something waits to be sent. */
  written(): void {
    this.#scheduleTurn();
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

  #do(output: MachineOutput): void {
    switch (output.type) {
      case 'open':
        void this.#connect(output.server);
        return;
      case 'close':
        this.#disconnect(output.now);
        return;
      case 'message':
        this.#handler.message(output.receipt);
        return;
      case 'refused':
        this.#handler.refused(output.error.filter, output.error);
        return;
      case 'state':
        this.#handler.changed(output.state);
        if (output.state.type === 'ended') void this.#ended();
    }
  }

  async #connect(server: URL): Promise<void> {
    const attempt = ++this.#attempt;
    const isCurrent = () => attempt === this.#attempt;
    try {
      const credentials = await this.#options.credentials(server);
      if (!isCurrent()) return;
      const handler = {
        opened: () => {
          if (!isCurrent()) return;
          this.machine.opened(credentials, this.nowMs);
          this.perform();
        },
        received: (source: Uint8Array, start: number, end: number) => {
          if (isCurrent()) this.#received(source, start, end);
        },
        drained: () => {
          this.machine.drained();
          this.perform();
        },
        closed: (error: Error | undefined) => {
          this.#open--;
          if (isCurrent()) this.#lost(error);
          this.#lookClosed();
        },
      };
      this.#open++;
      this.#transport = this.#parts.open(server, handler, this.#options.transport);
    } catch (error) {
      // From `credentials`: no connection was begun.
      if (isCurrent()) this.#lost(error instanceof Error ? error : new Error(String(error)));
    }
  }

  #received(source: Uint8Array, start: number, end: number): void {
    this.bytesReceived += end - start;
    this.machine.received(source, start, end, this.nowMs);
    this.perform();
  }

  #lost(error: Error | undefined): void {
    this.#transport = undefined;
    this.#paused = false;
    this.machine.closed(error, this.nowMs);
    this.perform();
  }

  #disconnect(now: boolean): void {
    this.#flush();
    this.#attempt++;
    const transport = this.#transport;
    this.#transport = undefined;
    this.#paused = false;
    transport?.close(now);
  }

  async #ended(): Promise<void> {
    const { outbox } = this.#options;
    this.#open++;
    try {
      await outbox?.flush();
      await outbox?.[Symbol.asyncDispose]();
    } catch (error) {
      this.#outboxFailed(error);
    }
    this.#open--;
    this.#lookClosed();
  }

  #lookClosed(): void {
    if (this.#open === 0 && this.machine.state.type === 'ended') this.#resolveClosed?.();
  }

  #outboxFailed(cause: unknown): void {
    const known = cause instanceof ClientError;
    const error = known
      ? cause
      : new ClientError('outbox-failed', 'The outbox cannot write', cause);
    this.#handler.failed(error);
    if (this.machine.state.type === 'ended') return;
    this.#parts.clock.after(OUTBOX_RETRY_MS, () => this.#gate.flush());
  }

  #scheduleTurn(): void {
    if (this.#turnScheduled) return;
    this.#turnScheduled = true;
    this.#parts.clock.endOfTurn(this.#endTurn);
  }

  readonly #endTurn = (): void => {
    this.#turnScheduled = false;
    this.#gate.flush();
    this.#flush();
    this.#arm();
  };

  /** All bytes of the turn in one write. */
  #flush(): void {
    const { writer } = this.machine;
    if (this.#transport === undefined || !writer.waiting) return;
    this.#transport.write(writer.take());
    this.machine.sent(this.nowMs);
  }

  #arm(): void {
    const dueMs = this.machine.deadlineMs;
    const ended = this.machine.state.type === 'ended';
    if (!ended && dueMs >= this.#timerDueMs) return;
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    this.#timerDueMs = dueMs;
    if (dueMs === Infinity) return;
    const { clock } = this.#parts;
    this.#cancelTimer = clock.after(Math.max(0, dueMs - clock.nowMs()), () => {
      this.#cancelTimer = undefined;
      this.#timerDueMs = Infinity;
      this.machine.tick(this.nowMs);
      this.perform();
    });
  }
}

/** Bytes that the network has not taken, above which publishes wait in the outbox. */
const CONGESTED_BYTES = 1_048_576;
const OUTBOX_RETRY_MS = 1000;
