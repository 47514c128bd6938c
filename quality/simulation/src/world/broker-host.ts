import { type Authorizer, type Broker, createBroker, type Limits } from '@magpie/broker';
import { type Engine, LmdbStore } from '@magpie/broker/testing';
import type { Store } from '@magpie/broker';
import type { Random } from '../random.js';
import type { Trace } from '../trace.js';
import type { Network } from './network.js';
import type { Scheduler } from './scheduler.js';
import { SimulatedClock } from './simulated-clock.js';
import type { SimulatedDisk } from './simulated-disk.js';
import { SimulatedEngine, type WriteStep } from './simulated-engine.js';
import type { StoreLedger } from './store-ledger.js';
import { WorldLogger } from './world-logger.js';

/** Who watches the broker. */
export interface BrokerWatcher {
  /** A broker begins to listen. */
  started(broker: Broker): void;
  /** Its process is gone; `killed`: it had no time to say anything. */
  ended(how: 'killed' | 'closed'): void;
  /** It has said something that it must never say. */
  fault(what: string): void;
}

export interface HostParts {
  readonly scheduler: Scheduler;
  readonly random: Random;
  readonly trace: Trace;
  readonly network: Network;
  readonly disk: SimulatedDisk;
  readonly ledger: StoreLedger;
  readonly watcher: BrokerWatcher;
  readonly limits: Partial<Limits>;
  readonly authorizer: (clock: SimulatedClock, random: Random) => Authorizer;
  /** Puts something between the store and its disk. */
  readonly wrapEngine: ((engine: Engine) => Engine) | undefined;
  /** Puts something between the broker and its store. */
  readonly wrapStore: ((store: Store) => Store) | undefined;
  /** Limits that the broker is told instead, if it is to be wrong. */
  readonly toldLimits: Partial<Limits> | undefined;
}

/** One process of the broker. */
interface Process {
  readonly clock: SimulatedClock;
  readonly engine: SimulatedEngine;
  broker: Broker | undefined;
}

/** The machine that the broker runs on: starts it, kills it, closes it, starts it again. */
export class BrokerHost {
  readonly #parts: HostParts;
  #process: Process | undefined;
  #started = 0;
  #restarting = false;
  #kills = 0;
  #storeHasFailed = false;

  constructor(parts: HostParts) {
    this.#parts = parts;
  }

  /** The broker, while it listens. */
  get broker(): Broker | undefined {
    return this.#process?.broker;
  }

  /** Whether there is a process, which may not listen yet. */
  get isUp(): boolean {
    return this.#process !== undefined;
  }

  /** Whether it has ever said that its store has failed: then it may refuse who comes. */
  get storeHasFailed(): boolean {
    return this.#storeHasFailed;
  }

  get kills(): number {
    return this.#kills;
  }

  /** Starts the broker on what the disk has. */
  start(): void {
    if (this.#process !== undefined) return;
    const { scheduler, random, trace, disk, ledger, watcher } = this.#parts;
    const number = this.#started++;
    trace.say(() => `broker ${number} starts`);
    const clock = new SimulatedClock(scheduler, random.fork('clock', number));
    const engineRandom = random.fork('engine', number);
    const onWrite = (step: WriteStep) => ledger.disk(step);
    const engine = new SimulatedEngine({ disk, scheduler, random: engineRandom, trace, onWrite });
    const process: Process = { clock, engine, broker: undefined };
    this.#process = process;
    this.#run(process, number).catch((error: unknown) => {
      trace.say(() => `broker ${number} cannot start: ${String(error)}`);
      if (disk.fault === undefined) watcher.fault(`the broker cannot start: ${String(error)}`);
      this.kill();
      scheduler.after(MENDED_MS, () => this.start());
    });
  }

  /** The process ends at once, whatever it is at. */
  kill(): void {
    const process = this.#process;
    if (process === undefined) return;
    this.#parts.trace.say(() => 'broker killed');
    this.#kills++;
    this.#restarting = false;
    this.#process = undefined;
    process.clock.stop();
    process.engine.kill();
    this.#parts.network.brokerKilled();
    this.#parts.ledger.killed();
    this.#parts.watcher.ended('killed');
  }

  /** Asks the broker to end. */
  close(): void {
    const process = this.#process;
    if (process?.broker === undefined) return;
    this.#parts.trace.say(() => 'broker closes');
    process.broker.close().then(
      () => {
        if (this.#process === process) this.#closed(process);
      },
      (error: unknown) => {
        if (this.#process !== process) return;
        this.#parts.trace.say(() => `broker closed with ${String(error)}`);
        this.kill(); // what it could not write is gone
        this.#parts.scheduler.after(MENDED_MS, () => this.start());
      },
    );
  }

  /** Asks the broker to end, and starts it again. */
  restart(): void {
    if (this.broker === undefined) return;
    this.#restarting = true;
    this.close();
  }

  /** A broker whose store has failed does not come back by itself. */
  #whenMended(process: Process): void {
    this.#storeHasFailed = true;
    this.#parts.scheduler.after(MENDED_MS, () => {
      if (this.#process !== process) return;
      if (this.#parts.disk.fault === undefined && process.broker !== undefined) this.restart();
      else this.#whenMended(process);
    });
  }

  #closed(process: Process): void {
    const { trace, network, watcher, scheduler } = this.#parts;
    trace.say(() => 'broker closed');
    process.clock.stop();
    this.#process = undefined;
    network.brokerKilled();
    watcher.ended('closed');
    if (this.#restarting) scheduler.after(RESTART_MS, () => this.start());
    this.#restarting = false;
  }

  async #run(process: Process, number: number): Promise<void> {
    const { random, disk, ledger, network, watcher, limits, toldLimits, trace } = this.#parts;
    if (await disk.recover()) ledger.recovered();
    const { clock, engine } = process;
    const watched = ledger.watch(await LmdbStore.over(this.#parts.wrapEngine?.(engine) ?? engine));
    const broker = await createBroker({
      store: this.#parts.wrapStore?.(watched) ?? watched,
      clock,
      random: random.fork('broker', number),
      limits: { ...limits, ...toldLimits },
      authorizer: this.#parts.authorizer(clock, random.fork('authorizer', number)),
      log: new WorldLogger(
        trace,
        (what) => watcher.fault(what),
        () => this.#whenMended(process),
      ),
    });
    watcher.started(broker);
    await broker.listen(network.listener());
    process.broker = broker;
    trace.say(() => `broker ${number} listens`);
  }
}

const RESTART_MS = 10;
/** How often somebody looks whether the disk is mended. */
const MENDED_MS = 200;
