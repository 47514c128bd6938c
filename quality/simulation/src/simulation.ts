import type { ModelClient } from './client/model-client.js';
import type { Violation } from './history/history.js';
import { judgeBalance } from './laws/balance-law.js';
import { LimitLaw } from './laws/limit-law.js';
import { judgeLoss } from './laws/loss-law.js';
import { judgeOrder } from './laws/order-law.js';
import { judgeRepetition } from './laws/repetition-law.js';
import { judgeRouting } from './laws/routing-law.js';
import { judgeShares } from './laws/share-law.js';
import { judgeWills } from './laws/will-law.js';
import { EVERYTHING } from './workload/messages.js';
import { Performer } from './workload/performer.js';
import type { Scenario } from './workload/scenario.js';
import { World, type WorldOptions } from './world/world.js';

/** How much happened in a run. */
export interface Figures {
  events: number;
  messages: number;
  receipts: number;
  /** Of the receipts, those that had come before. */
  redeliveries: number;
  kills: number;
  /** 1 if all laws were judged, 0 if a client was locked out before. */
  finished: number;
}

/**
 * One run: the real broker in a simulated world, from one seed.
 *
 *     actions of the scenario ──▶ all faults end, everybody comes ──▶ quiet ──▶ somebody reads what
 *     is retained ──▶ the broker closes ──▶ the laws are judged
 *
 * It ends at the first law that is broken.
 */
export class Simulation {
  readonly #scenario: Scenario;
  readonly #world: World;
  readonly #limits: LimitLaw;
  #calmed = false;
  #finished = false;

  constructor(scenario: Scenario, options: WorldOptions = {}) {
    this.#scenario = scenario;
    this.#world = new World(scenario, options);
    this.#limits = new LimitLaw(this.#world.history, this.#world.limits);
  }

  get violations(): readonly Violation[] {
    return this.#world.history.violations;
  }

  get figures(): Figures {
    const { scheduler, history } = this.#world;
    const receipts = history.sessions.flatMap((session) => session.receipts);
    return {
      events: scheduler.steps,
      messages: history.messages.length,
      receipts: receipts.length,
      redeliveries: receipts.filter(({ again }) => again).length,
      kills: history.killSteps.length,
      finished: this.#finished ? 1 : 0,
    };
  }

  async run(): Promise<void> {
    this.#finished = await this.#play();
    if (this.#finished) this.#judge();
  }

  /** Something that must never be was seen from outside. */
  fault(what: string): void {
    this.#world.history.violation('fault', what);
  }

  /** @returns Whether it came to its end. */
  async #play(): Promise<boolean> {
    const { clients, host, retained } = this.#world;
    host.start();
    for (const client of clients) client.come();
    if (!(await this.#perform())) return false;
    this.#calm();
    const delivered = () => this.#isQuiet(clients);
    if (!(await this.#until(delivered, 'everything to be delivered'))) return false;
    const reader = this.#reader();
    for (const filter of EVERYTHING) {
      // One after the other: several replays may be more than its queue takes.
      reader.want([{ filter, qos: 2 }]);
      if (!(await this.#until(() => this.#isQuiet([reader]), 'what is retained'))) return false;
    }
    retained.judgeNow(reader.session?.receipts ?? []);
    this.#world.history.endStep = this.#world.scheduler.steps;
    host.close();
    await promisesSettled();
    return this.#until(() => !host.isUp, 'the broker to close');
  }

  /** @returns Whether no law was broken. */
  async #perform(): Promise<boolean> {
    const { scheduler, network, host, disk, clients, random } = this.#world;
    const performer = new Performer({ scheduler, network, host, disk, clients }, random);
    let left = this.#scenario.actions.length;
    for (const action of this.#scenario.actions) {
      scheduler.after(action.atMs, () => {
        left--;
        this.#world.trace.say(() => `action ${action.index}: ${action.name} ${action.client}`);
        performer.perform(action);
      });
    }
    return this.#until(() => left === 0, 'the actions');
  }

  /** From here on nothing fails, and who has a session comes for what is in it. */
  #calm(): void {
    const { network, disk, clients, trace, host } = this.#world;
    trace.say(() => 'calm');
    this.#calmed = true;
    disk.slowMs = 0;
    network.heal();
    host.start();
    for (const client of clients) {
      client.settle();
      if (client.traits.persistent) client.come();
    }
  }

  #isQuiet(clients: readonly ModelClient[]): boolean {
    const { host, disk, ledger, network } = this.#world;
    if (host.broker === undefined || disk.fault !== undefined) return false;
    if (!network.isIdle || !ledger.isSettled) return false;
    if (host.broker.gauges().queuedMessages > 0) return false;
    return clients.every((client) => client.isIdle);
  }

  /** Somebody who subscribes to everything. */
  #reader(): ModelClient {
    const reader = this.#world.newClient(
      {
        name: 'reader',
        clientId: 'reader',
        persistent: false,
        method: 'B',
        keepAliveS: 0,
        windowMax: 1,
        answerMs: 0,
        firstPacketId: 1,
        subscriptions: [],
        will: undefined,
      },
      this.#world.clients.length,
    );
    reader.come();
    return reader;
  }

  /** Lets time pass. @returns Whether it came to that, without a law being broken. */
  async #until(done: () => boolean, what: string): Promise<boolean> {
    const { scheduler, history, host } = this.#world;
    const endMs = scheduler.nowMs + WAIT_MS_MAX;
    const endStep = scheduler.steps + WAIT_STEPS_MAX;
    let quietSinceMs = Infinity;
    const lockouts = history.lockouts;
    while (history.violations.length === 0) {
      if (!done()) quietSinceMs = Infinity;
      else if (quietSinceMs === Infinity) quietSinceMs = scheduler.nowMs;
      else if (scheduler.nowMs - quietSinceMs > QUIET_MS) return true;
      if (quietSinceMs < Infinity && scheduler.pending === 0) return true;
      if (this.#calmed && history.lockouts - lockouts > LOCKOUTS_MAX) return false;
      if (scheduler.nowMs > endMs || scheduler.steps > endStep || !scheduler.step()) {
        history.violation('progress', `No end in waiting for ${what}: ${this.#unfinished()}`);
        break;
      }
      await promisesSettled();
      if (host.broker === undefined) continue;
      const gauges = host.broker.gauges();
      this.#limits.check(gauges);
      judgeBalance(history, host.broker.counters, gauges);
      if (scheduler.steps % KEEP_ALIVE_STEPS === 0) this.#world.keepAlive.check();
    }
    return false;
  }

  #unfinished(): string {
    const { clients, host, ledger } = this.#world;
    const waiting = clients.filter((client) => !client.isIdle);
    const names = waiting.map(({ traits }) => traits.name).join(', ');
    const queued = host.broker?.gauges().queuedMessages;
    return `${queued} messages are queued, store settled: ${ledger.isSettled}, not idle: ${names}`;
  }

  #judge(): void {
    const { history, retained } = this.#world;
    retained.judge();
    judgeLoss(history);
    judgeShares(history);
    judgeRouting(history);
    judgeRepetition(history);
    judgeOrder(history);
    judgeWills(history, this.#scenario.slowAuthorizer);
    this.#limits.judge();
  }
}

/** All callbacks of promises that are settled now have run, and theirs. */
function promisesSettled(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}

/**
 * With the policy `disconnect`, who publishes more to himself than his queue takes is disconnected,
 * publishes it again, and so on.
 */
const LOCKOUTS_MAX = 20;
/** How often all connections are looked at. */
const KEEP_ALIVE_STEPS = 16;
/** So long nothing must be left to do before a part of the run has ended. */
const QUIET_MS = 500;
/** Virtual time in which a part of a run has to end. */
const WAIT_MS_MAX = 120_000;
const WAIT_STEPS_MAX = 200_000;
