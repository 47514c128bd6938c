import { setTimeout as delay } from 'node:timers/promises';
import { type BrokerCommand, BrokerProcess } from './broker-process.js';
import { Ledger } from './ledger.js';
import { Publisher } from './publisher.js';
import { Random } from './random.js';
import { checkRetained } from './retained-check.js';
import { Subscriber } from './subscriber.js';
import { WillClient } from './will-client.js';

export interface CrashOptions {
  readonly command: BrokerCommand;
  readonly seed: number;
  /** Kills. */
  readonly rounds: number;
  /** How long it works until it is killed, at most, in ms. */
  readonly roundMs?: number;
  /** How long nothing comes before the rest is given up. */
  readonly quietMs?: number;
  /** Called after each kill, before the next start: what else happens to its directory. */
  readonly afterKill?: () => Promise<void>;
  /** Told what happens. */
  readonly say?: (line: string) => void;
}

export interface CrashResult {
  readonly ledger: Ledger;
  /** Kills while it served, and while it recovered. */
  readonly kills: number;
  readonly recoveryKills: number;
  /** From the start of the process to the first connection, in ms, each time it came so far. */
  readonly recoveryMs: readonly number[];
}

/**
 * Kills a broker again and again while it works, and starts it on the same directory: publishers at
 * QoS 1 and 2, subscribers that stay, that come and go, and that come late, retained messages,
 * clients with wills.
 *
 *     start ─▶ everybody connects ─▶ work for a while ─▶ kill -9 ─▶ start …
 *       └─ sometimes killed already while it recovers
 *
 * After the last kill everything in flight is brought to its end and everybody gets what waits. The
 * moments come from the seed; what the machine makes of them does not.
 */
export class CrashRun {
  readonly #options: CrashOptions;
  readonly #random: Random;
  readonly #ledger = new Ledger();
  readonly #publishers: Publisher[] = [];
  readonly #online: Subscriber[] = [];
  readonly #offline: Subscriber[] = [];
  readonly #willed: WillClient[] = [];
  readonly #recoveryMs: number[] = [];
  #kills = 0;
  #recoveryKills = 0;

  constructor(options: CrashOptions) {
    this.#options = options;
    this.#random = new Random(options.seed);
    for (let index = 0; index < PUBLISHERS; index++) {
      const random = new Random(options.seed * 1000 + index);
      this.#publishers.push(new Publisher(`pub-${index}`, WINDOW, random, this.#ledger));
    }
    for (const qos of [0, 1, 2] as const) {
      for (const retain of [false, true]) {
        const clientId = `will-${qos}${retain ? '-kept' : ''}`;
        const random = new Random(options.seed * 1000 + 500 + this.#willed.length);
        const will = { qos, retain, cleanSession: !retain };
        this.#willed.push(new WillClient(clientId, will, random, this.#ledger));
      }
    }
    for (const qos of [1, 2] as const) {
      this.#online.push(new Subscriber(`online-${qos}`, qos, this.#ledger));
      this.#offline.push(new Subscriber(`offline-${qos}`, qos, this.#ledger));
    }
  }

  /** @throws {Error} if the broker does not come up again, or a round does not end. */
  async run(): Promise<CrashResult> {
    for (let round = 1; round <= this.#options.rounds; round++) {
      while (this.#random.chance(RECOVERY_KILLS)) await this.#killInRecovery();
      await this.#killAtWork(round);
    }
    await this.#bringToTheEnd();
    const ledger = this.#ledger;
    const [kills, recoveryKills, recoveryMs] = [this.#kills, this.#recoveryKills, this.#recoveryMs];
    return { ledger, kills, recoveryKills, recoveryMs };
  }

  async #killInRecovery(): Promise<void> {
    const broker = new BrokerProcess(this.#options.command);
    await Promise.race([delay(this.#random.between(0, RECOVERY_MS)), broker.port]);
    if (broker.hasEnded) throw this.#ended(broker);
    await broker.kill();
    await this.#options.afterKill?.();
    this.#recoveryKills++;
  }

  async #killAtWork(round: number): Promise<void> {
    const { broker, port } = await this.#start();
    this.#connectSome(port, round);
    const { roundMs = ROUND_MS } = this.#options;
    await delay(this.#random.between(Math.ceil(roundMs / 20), roundMs));
    if (broker.hasEnded) throw this.#ended(broker);
    await broker.kill();
    this.#kills++;
    this.#disconnectAll();
    await this.#options.afterKill?.();
    const { sent, acknowledged, received } = this.#ledger.totals();
    this.#options.say?.(
      `round ${round}: ${sent} sent, ${acknowledged} acknowledged, ${received} received`,
    );
  }

  /** Not everybody is always there; new ones come. */
  #connectSome(port: number, round: number): void {
    if (round % NEWCOMER_ROUNDS === 0 && this.#online.length < SUBSCRIBERS_MAX) {
      const qos = this.#random.chance(0.5) ? 1 : 2;
      this.#online.push(new Subscriber(`late-${round}`, qos, this.#ledger));
    }
    for (const publisher of this.#publishers) publisher.connect(port);
    for (const client of this.#willed) client.connect(port);
    for (const subscriber of this.#online) subscriber.connect(port, this.#ledger.streams);
    for (const subscriber of this.#offline) {
      const comes = !subscriber.isSubscribed || this.#random.chance(OFFLINE_COMES);
      if (comes) subscriber.connect(port, this.#ledger.streams);
    }
  }

  #disconnectAll(): void {
    const clients = [this.#publishers, this.#online, this.#offline, this.#willed].flat();
    for (const client of clients) client.disconnect();
  }

  async #bringToTheEnd(): Promise<void> {
    const { broker, port } = await this.#start();
    for (const publisher of this.#publishers) {
      publisher.stop();
      publisher.connect(port);
    }
    for (const subscriber of [...this.#online, ...this.#offline]) {
      subscriber.connect(port, this.#ledger.streams);
    }
    await this.#quiet();
    const unfinished = this.#publishers.filter(({ inflight }) => inflight > 0).length;
    if (unfinished > 0) this.#ledger.fault(`${unfinished} publishers still wait for an answer`);
    const retained = this.#publishers.flatMap((publisher) => publisher.retained);
    const wills = this.#ledger.wills.series.filter(({ retain }) => retain);
    await checkRetained(port, [...retained, ...wills.map(({ kept }) => kept)], this.#ledger);
    this.#disconnectAll();
    await broker.kill('SIGTERM');
  }

  /** Until all is there, or nothing has come for a while. */
  async #quiet(): Promise<void> {
    let received = -1;
    let idleMs = 0;
    while (idleMs < (this.#options.quietMs ?? QUIET_MS)) {
      const inflight = this.#publishers.reduce((sum, publisher) => sum + publisher.inflight, 0);
      if (inflight === 0 && this.#ledger.outstanding === 0 && idleMs >= LINGER_MS) return;
      idleMs = this.#ledger.received === received ? idleMs + LOOK_MS : 0;
      ({ received } = this.#ledger);
      await delay(LOOK_MS);
    }
  }

  async #start(): Promise<{ broker: BrokerProcess; port: number }> {
    const startedAtMs = performance.now();
    const broker = new BrokerProcess(this.#options.command);
    const port = await Promise.race([broker.port, delay(START_MS, undefined, { ref: false })]);
    if (port === undefined) {
      await broker.kill();
      throw this.#ended(broker);
    }
    this.#recoveryMs.push(performance.now() - startedAtMs);
    return { broker, port };
  }

  #ended(broker: BrokerProcess): Error {
    return new Error(
      `Seed ${this.#options.seed}: the broker ended or did not listen within ${START_MS} ms, after `
        + `${this.#kills} kills; it said:\n${broker.said}`,
    );
  }
}

const PUBLISHERS = 4;
/** Messages in flight of each. */
const WINDOW = 20;
const SUBSCRIBERS_MAX = 8;
const NEWCOMER_ROUNDS = 4;
/** How often the subscribers are there that come and go. */
const OFFLINE_COMES = 0.3;
const ROUND_MS = 400;
/** How often it is killed before it listens, and how long after its start at most. */
const RECOVERY_KILLS = 0.25;
const RECOVERY_MS = 400;
const START_MS = 60_000;
const LOOK_MS = 50;
/** After the last message: something that comes twice comes now. */
const LINGER_MS = 500;
const QUIET_MS = 15_000;
