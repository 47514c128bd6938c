import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { LmdbStore } from '@magpie/broker/server';
import { Message } from '@magpie/broker/testing';

import type { Figures } from '../measurement.js';
import { DURABLE } from '../scenarios.js';

/** Sizes of one measurement: those of the scenario it is to be compared with. */
export interface BareLoad {
  readonly sessions: number;
  /** For each session in each round; round 1 is not measured. */
  readonly messages: number;
  readonly rounds: number;
  readonly payload: number;
  /** Messages that are not acknowledged at one time, all publishers together. */
  readonly outstanding: number;
}

/** Its name among the brokers. */
export const BARE_STORE = 'bare-store';

/** Sizes of the durable scenarios. */
export const BARE_LOAD: BareLoad = {
  sessions: DURABLE.sessions,
  messages: DURABLE.messages,
  rounds: DURABLE.warmup + DURABLE.rounds,
  payload: DURABLE.payload,
  outstanding: DURABLE.publishers * DURABLE.window,
};

/**
 * What the store does without a broker: the same messages for the same sessions in commits of the
 * same size, the next one collected while one is on its way to the disk. No figure of a broker can
 * be better.
 *
 * A message that is queued, or that is read back and settled, is a "delivery".
 */
export async function measureBareStore(piece: 'fill' | 'drain', load: BareLoad): Promise<Figures> {
  const folder = await mkdtemp(join(tmpdir(), 'magpie-bench-'));
  try {
    await using store = await LmdbStore.open(folder);
    await store.load();
    const bare = new BareStore(store, load);
    const meters = { fill: new Meter(), drain: new Meter() };
    for (let round = 0; round < load.rounds; round++) {
      for (const each of ['fill', 'drain'] as const) {
        const meter = round === 0 ? new Meter() : meters[each];
        meter.begin();
        await bare[each]();
        meter.end(load.sessions * load.messages);
      }
    }
    return meters[piece].figures;
  } finally {
    await rm(folder, { recursive: true });
  }
}

class BareStore {
  readonly #store: LmdbStore;
  readonly #load: BareLoad;
  readonly #ids: readonly string[];
  #filled = 0;
  #drained = 0;

  constructor(store: LmdbStore, load: BareLoad) {
    this.#store = store;
    this.#load = load;
    this.#ids = Array.from({ length: load.sessions }, (_, session) => `session-${session}`);
    for (const id of this.#ids) store.openSession(id);
  }

  async fill(): Promise<void> {
    const { payload, sessions } = this.#load;
    await this.#inCommits((number) => {
      const session = number % sessions;
      const bytes = new Uint8Array(payload).fill(number);
      const message = Message.of({
        topic: `mail/${session}`,
        payload: bytes,
        qos: 1,
        retain: false,
        publisher: `writer-${session}`,
      });
      const sequence = this.#filled + Math.floor(number / sessions);
      const clientId = this.#ids[session] ?? '';
      this.#store.append(message, [{ clientId, sequence, qos: 1, retained: false }]);
    });
    this.#filled += this.#load.messages;
  }

  async drain(): Promise<void> {
    const { sessions } = this.#load;
    await this.#inCommits((number) => {
      const sequence = this.#drained + Math.floor(number / sessions);
      this.#store.settle(this.#ids[number % sessions] ?? '', sequence);
    });
    this.#drained += this.#load.messages;
  }

  async #inCommits(write: (number: number) => void): Promise<void> {
    const { sessions, messages, outstanding } = this.#load;
    const half = Math.ceil(outstanding / 2);
    let committed = Promise.resolve();
    for (let from = 0; from < sessions * messages; from += half) {
      const to = Math.min(from + half, sessions * messages);
      for (let number = from; number < to; number++) write(number);
      await committed;
      committed = this.#store.commit();
    }
    await committed;
  }
}

class Meter {
  #beganNs = 0n;
  #before = process.cpuUsage();
  #elapsedUs = 0;
  #cpuUs = 0;
  #messages = 0;

  begin(): void {
    this.#before = process.cpuUsage();
    this.#beganNs = process.hrtime.bigint();
  }

  end(messages: number): void {
    this.#elapsedUs += Number(process.hrtime.bigint() - this.#beganNs) / 1000;
    const { user, system } = process.cpuUsage(this.#before);
    this.#cpuUs += user + system;
    this.#messages += messages;
  }

  get figures(): Figures {
    return {
      messagesPerS: (this.#messages / this.#elapsedUs) * 1e6,
      cpuUs: this.#cpuUs / this.#messages,
      generatorCpuUs: 0,
      waited: 0,
      residentBytes: 0,
      elapsedS: this.#elapsedUs / 1e6,
      ownBytes: 0,
      p50Us: 0,
      p99Us: 0,
      p999Us: 0,
    };
  }
}
