import { Device, type DeviceWorld } from './device.js';
import { type Due, DueQueue } from './due-queue.js';
import { type Figures, LATENCY_NAMES, latencySet, noCounts, noLatencies } from './figures.js';
import { deviceOptions } from './device-options.js';
import { DueMoments } from './due-moments.js';
import {
  clientIdOf,
  expand,
  type LoadPlan,
  type PublishPlan,
  shareOf,
  StreamNumbers,
} from './load-plan.js';
import { type MeasuredTime, Publication } from './publication.js';
import {
  type Missing,
  Reception,
  type SentCounts,
  type SentTimes,
  StreamIndex,
} from './reception.js';
import { DeviceCalendar } from './scenario/device-calendar.js';
import { DevicePayload } from './scenario/device-payload.js';
import { SeededRandom } from './seeded-random.js';
import { SendLog, type SendTimes } from './send-log.js';
import { SharedClock } from './shared-clock.js';

/** The part of a plan that one worker does. */
export interface LoadPart {
  readonly plan: LoadPlan;
  /** From 0. */
  readonly worker: number;
  readonly workers: number;
}

/** When what is sent counts, in µs of the shared clock. */
export interface Phases {
  readonly startUs: number;
  /** Warm-up is over. */
  readonly measureUs: number;
  readonly endUs: number;
}

/** Something that comes again and again. */
interface Task extends Due {
  /** @returns When it is due again; `undefined`: never. */
  readonly run: (dueUs: number) => number | undefined;
}

/** Some of the devices of a load test, in this process. */
export class LoadWorker {
  readonly #part: LoadPart;
  readonly #counts = noCounts();
  readonly #latencies = noLatencies();
  readonly #clock = new SharedClock();
  readonly #measured: MeasuredTime = { startUs: Infinity, fromUs: Infinity, toUs: Infinity };
  readonly #publications = new Map<number, Publication>();
  readonly #devices: Device[] = [];
  /** By device: where its moments and payloads come from. */
  readonly #places = new Map<Device, { readonly group: number; readonly device: number }>();
  readonly #random: SeededRandom;
  #times: SentTimes | undefined;
  readonly #tasks = new DueQueue<Task>();
  #timer: NodeJS.Timeout | undefined;
  #utilization = performance.eventLoopUtilization();
  #trouble: string | undefined;
  #publishing = false;
  #closed = false;

  constructor(part: LoadPart) {
    this.#part = part;
    this.#random = new SeededRandom(part.plan.seed);
    const world: DeviceWorld = {
      plan: part.plan,
      run: part.plan.run,
      counts: this.#counts,
      latencies: this.#latencies,
      measured: this.#measured,
      nowUs: () => this.#clock.nowUs(),
      publications: this.#publications,
      onTrouble: (error) => {
        this.#trouble ??= error.message;
      },
    };
    this.#build(world);
  }

  /** Opens all connections, subscribers first. Those that cannot be had are tried again later. */
  async connect(): Promise<void> {
    const { plan, workers } = this.#part;
    const receivers = this.#devices.filter(({ group }) => group.subscribe.length > 0);
    const others = this.#devices.filter(({ group }) => group.subscribe.length === 0);
    const everyMs = plan.connectRate === 0 ? 0 : (1000 * workers) / plan.connectRate;
    await this.#openAll([...receivers, ...others], everyMs);
  }

  async #openAll(devices: readonly Device[], everyMs: number): Promise<void> {
    const opening = new Set<Promise<void>>();
    const sinceMs = performance.now();
    for (const [at, device] of devices.entries()) {
      const waitMs = sinceMs + at * everyMs - performance.now();
      if (waitMs > 0) await sleep(waitMs);
      while (opening.size >= OPENING_MAX) await Promise.race(opening);
      if (this.#closed) break;
      const one = this.#open(device).finally(() => opening.delete(one));
      opening.add(one);
    }
    await Promise.all(opening);
  }

  /** Begins to publish. */
  go({ startUs, measureUs, endUs }: Phases): void {
    this.#measured.startUs = startUs;
    this.#measured.fromUs = measureUs;
    this.#measured.toUs = endUs;
    this.#publishing = true;
    for (const device of this.#devices) {
      for (const publication of device.publications) this.#pace(publication, startUs);
      this.#comeAndGo(device, { startUs, measureUs });
    }
    this.#add({ dueUs: startUs + STALL_US, run: (dueUs) => this.#lookForStalls(dueUs) });
    this.#arm();
  }

  /** What was counted until now, and the times since it was asked before. */
  figures(): Figures {
    const before = this.#utilization;
    this.#utilization = performance.eventLoopUtilization();
    const { user, system } = process.cpuUsage();
    const figures: Figures = {
      counts: { ...this.#counts },
      connected: this.#devices.reduce((sum, { connected }) => sum + (connected ? 1 : 0), 0),
      latencies: latencySet((name) => this.#latencies[name].encode()),
      busy: performance.eventLoopUtilization(this.#utilization, before).utilization,
      cpuUs: user + system,
      trouble: this.#trouble,
    };
    for (const name of LATENCY_NAMES) this.#latencies[name].clear();
    return figures;
  }

  /**
   * Publishes no more, and has all devices come back, for what is kept for them.
   *
   * @returns By stream, how many messages were sent from here.
   */
  stop(): (readonly [stream: number, sent: number])[] {
    this.#publishing = false;
    for (const publication of this.#publications.values()) publication.stop();
    const away = this.#devices.filter((device) => device.away);
    for (const device of away) device.away = false;
    void this.#openAll(away, 0);
    return [...this.#publications.values()].map(({ stream, sent }) => [stream, sent]);
  }

  /** Where devices come and go: by stream, when the messages from here were due. */
  sentTimes(): (readonly [stream: number, times: SendTimes])[] {
    return [...this.#publications.values()].flatMap(({ stream, log }) =>
      log === undefined ? [] : [[stream, log.times()] as const],
    );
  }

  /** When all messages were due, also those from elsewhere. */
  learn(times: SentTimes): void {
    this.#times = times;
  }

  /** How many messages have not arrived here, of those that were sent anywhere. */
  missing(sent: SentCounts): Missing {
    const sum = { lost: 0, missed: 0, uncertain: 0 };
    for (const device of this.#devices) {
      const { lost, missed, uncertain } = device.missing(sent, this.#times);
      sum.lost += lost;
      sum.missed += missed;
      sum.uncertain += uncertain;
    }
    return sum;
  }

  /** Ends all connections, and with them the sessions that would outlive them. */
  async forget(): Promise<void> {
    await this.close();
    const forgetting = new Set<Promise<void>>();
    for (const device of this.#devices) {
      while (forgetting.size >= OPENING_MAX) await Promise.race(forgetting);
      const one = device.forget().finally(() => forgetting.delete(one));
      forgetting.add(one);
    }
    await Promise.all(forgetting);
  }

  /** Ends all connections. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#publishing = false;
    clearTimeout(this.#timer);
    this.#tasks.clear();
    await Promise.all(this.#devices.map((device) => device.close()));
  }

  #build(world: DeviceWorld): void {
    const { plan, worker, workers } = this.#part;
    const numbers = new StreamNumbers(plan);
    const index = new StreamIndex(plan);
    for (const [groupAt, group] of plan.groups.entries()) {
      const { from, to } = shareOf(group.count, worker, workers);
      for (let device = from; device < to; device++) {
        const own = (template: string) => expand(plan, groupAt, device, template);
        const publications = group.publish.map((publish, at) => {
          const stream = numbers.numberOf({ group: groupAt, publish: at, device });
          return this.#publication(world, publish, { stream, own, clean: group.session?.clean });
        });
        const filters = group.subscribe.map(({ filter, qos }) => ({ filter: own(filter), qos }));
        const { sources } = plan;
        const parts = {
          group,
          clientId: clientIdOf(plan, groupAt, device),
          filters,
          publications,
          reception: new Reception(plan.run, this.#counts, index.expected(filters)),
          localAddress: sources[this.#devices.length % sources.length],
          options: deviceOptions(group.session, own),
        };
        const made = new Device(world, parts);
        this.#devices.push(made);
        if (group.leave !== undefined) this.#places.set(made, { group: groupAt, device });
      }
    }
  }

  #publication(
    world: DeviceWorld,
    plan: PublishPlan,
    {
      stream,
      own,
      clean,
    }: {
      readonly stream: number;
      readonly own: (template: string) => string;
      readonly clean: boolean | undefined;
    },
  ): Publication {
    const random = this.#random.fork('payload', stream);
    const publication = new Publication(world, plan, {
      stream,
      topic: own(plan.topic),
      payload: plan.payload && new DevicePayload(plan.payload, random, own),
      log: this.#part.plan.comesAndGoes ? new SendLog() : undefined,
      sessionGoesOn: clean === false,
    });
    this.#publications.set(stream, publication);
    return publication;
  }

  async #open(device: Device): Promise<void> {
    device.onLost = () => this.#openLater(device);
    if (!(await device.open())) this.#openLater(device);
  }

  #openLater(device: Device): void {
    if (this.#closed) return;
    const run = (): undefined => {
      if (!device.connected && !device.away) void this.#open(device);
    };
    this.#add({ dueUs: this.#clock.nowUs() + RETRY_US, run });
  }

  /** Has a device go and come back by its calendar, as long as the load lasts. */
  #comeAndGo(device: Device, phases: Pick<Phases, 'startUs' | 'measureUs'>): void {
    const place = this.#places.get(device);
    if (place === undefined) return;
    const group = this.#random.fork('group', place.group);
    const random = { group, own: group.fork('device', place.device) };
    const { leave = [] } = device.group;
    const warmUpUs = phases.measureUs - phases.startUs;
    const calendar = new DeviceCalendar(leave, place.device, random, warmUpUs);
    const follow = (): undefined => {
      const absence = calendar.next();
      if (absence === undefined) return;
      const go = (): undefined => {
        if (!this.#publishing) return;
        void device.depart(absence.how);
        this.#add({ dueUs: phases.startUs + absence.toUs, run: back });
      };
      this.#add({ dueUs: phases.startUs + absence.fromUs, run: go });
    };
    const back = (): undefined => {
      if (!this.#publishing) return;
      device.away = false;
      if (!device.connected) void this.#open(device);
      follow();
    };
    follow();
  }

  #pace(publication: Publication, startUs: number): void {
    const { pace } = publication.plan;
    if (pace.kind === 'window') {
      const begin = (): undefined => {
        publication.start();
      };
      this.#add({ dueUs: startUs, run: begin });
      return;
    }
    if (pace.kind === 'will') return; // it is for the server to publish
    const moments = new DueMoments(pace, this.#random.fork('pace', publication.stream));
    const run = (dueUs: number): number | undefined => {
      if (!this.#publishing || dueUs >= this.#measured.toUs) return undefined;
      publication.publish(dueUs);
      return startUs + moments.next();
    };
    this.#add({ dueUs: startUs + moments.next(), run });
  }

  /** A message that is lost must not stop a closed loop for ever. */
  #lookForStalls(dueUs: number): number | undefined {
    for (const publication of this.#publications.values()) {
      const { pace } = publication.plan;
      if (pace.kind !== 'window' || pace.until !== 'arrived' || !publication.open) continue;
      if (dueUs - publication.progressUs >= STALL_US) publication.giveUp();
    }
    return this.#publishing ? dueUs + STALL_US : undefined;
  }

  #add(task: Task): void {
    if (this.#closed) return;
    this.#tasks.add(task);
    this.#arm();
  }

  /** The timer is for the earliest task. */
  #arm(): void {
    clearTimeout(this.#timer);
    const { first } = this.#tasks;
    if (first === undefined) return;
    const waitMs = (first.dueUs - this.#clock.nowUs()) / 1000;
    this.#timer = setTimeout(() => this.#runDue(), Math.max(0, waitMs));
  }

  #runDue(): void {
    const nowUs = this.#clock.nowUs();
    let done = 0;
    for (;;) {
      const { first } = this.#tasks;
      // What is due is sent in portions, or a generator that is late would read nothing any more.
      if (first === undefined || first.dueUs > nowUs || done++ >= PORTION) break;
      this.#tasks.take();
      const againUs = first.run(first.dueUs);
      if (againUs === undefined) continue;
      first.dueUs = againUs;
      this.#tasks.add(first);
    }
    this.#arm();
  }
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
}

/** Connections that are begun and not there yet: more of them only stand in each other's way. */
const OPENING_MAX = 100;
/** From a lost connection to the next attempt. */
const RETRY_US = 1_000_000;
/** After so long without an arrival, a closed loop begins anew. */
const STALL_US = 2_000_000;
/** Tasks in one turn of the event loop. */
const PORTION = 500;
