import { join } from 'node:path';
import { type Broker, createBroker } from '@magpie/broker';
import { ManualClock } from '@magpie/broker/testing';
import { REPOSITORY } from '../repository.js';
import { MemoryPairs, type PairsLoad } from './memory-pairs.js';

/** `again` is `magpie` once more: what the two differ by is what the measurement is off. */
export const SIGHTS = ['magpie', 'again', 'no-sight', 'no-journal', 'trace'] as const;
export type Sight = (typeof SIGHTS)[number];

/** As much of a `Session` as is needed to take its counts away for a while. */
interface Counted {
  tally: object;
}

/**
 * One broker in this process, of which parts are switched off and on between two pieces of load.
 * Two brokers that are built alike differ by some per cent, in the one process or in two: by where
 * their memory lies, and by what the just-in-time compiler made of their code. So it is the same
 * objects and the same code that are measured with and without.
 *
 * Garbage is not collected between two pieces: V8 then throws the compiled code away, too.
 */
export class SightWorld implements AsyncDisposable {
  readonly broker: Broker;
  readonly #pairs: MemoryPairs;
  readonly #sessions: ReadonlyMap<Counted, object>;
  readonly #blind = new BlindTally();
  #traceId: string | undefined;
  #journal = true;

  private constructor(broker: Broker, pairs: MemoryPairs, sessions: readonly Counted[]) {
    this.broker = broker;
    this.#pairs = pairs;
    this.#sessions = new Map(sessions.map((session) => [session, session.tally]));
  }

  static async open(load: PairsLoad): Promise<SightWorld> {
    const clock = new ManualClock({ turns: 'by themselves' });
    const broker = await createBroker({ clock });
    const sessions = await sessionsOf();
    const pairs = await MemoryPairs.connect(broker, clock, load);
    return new SightWorld(broker, pairs, sessions());
  }

  /** @returns CPU time of a delivery in this process, all its threads, in ns. */
  async measure(sight: Sight, warmup: number, turns: number): Promise<number> {
    await this.#turnTo(sight);
    await this.#pairs.run(warmup);
    const before = process.cpuUsage();
    await this.#pairs.run(turns);
    const { user, system } = process.cpuUsage(before);
    return ((user + system) * 1000) / this.#pairs.deliveries(turns);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#turnTo('magpie');
    await this.broker.close();
  }

  async #turnTo(sight: Sight): Promise<void> {
    const journal = sight !== 'no-journal' && sight !== 'no-sight';
    if (journal !== this.#journal) {
      await this.broker.reload({ limits: journal ? {} : { journalSizeMax: 0 } });
    }
    this.#journal = journal;
    for (const [session, tally] of this.#sessions) {
      session.tally = sight === 'no-sight' ? this.#blind : tally;
    }
    if (this.#traceId !== undefined) this.broker.traces.remove(this.#traceId);
    this.#traceId = undefined;
    if (sight !== 'trace') return;
    const order = { topic: 'bench/never', durationMs: TRACE_MS };
    this.#traceId = this.broker.traces.start(order).id;
  }
}

/** Counts nothing; what blindfold.ts makes of the real one. */
class BlindTally {
  received(): void {}
  delivered(): void {}
}

/**
 * The sessions that come from now on. No door of the broker leads to them.
 *
 * @returns Those that have come.
 */
async function sessionsOf(): Promise<() => Counted[]> {
  const path = join(REPOSITORY, 'packages/broker/dist/sessions/session.js');
  const { Session } = (await import(path)) as { Session: { readonly prototype: Attached } };
  const sessions: Counted[] = [];
  const { attach } = Session.prototype;
  Session.prototype.attach = function noted(this: Counted, outlet: unknown) {
    sessions.push(this);
    attach.call(this, outlet);
  };
  return () => {
    Session.prototype.attach = attach;
    return sessions;
  };
}

interface Attached {
  attach: (this: Counted, outlet: unknown) => void;
}

/** Far longer than it takes. */
const TRACE_MS = 86_400_000;
