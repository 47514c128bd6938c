import { type Client, ClientError } from '@magpie/client';
import type { Counts, LatencySet } from './figures.js';
import type { Latencies } from './latencies.js';
import type { PublishPlan } from './load-plan.js';
import { stampedPayload } from './stamp.js';

/** When times are taken: what was due outside is sent and counted, but not measured. */
export interface MeasuredTime {
  fromUs: number;
  toUs: number;
}

/** What all streams of a worker share. */
export interface PublicationWorld {
  readonly run: number;
  readonly counts: Counts;
  readonly latencies: LatencySet<Latencies>;
  readonly measured: MeasuredTime;
  readonly nowUs: () => number;
}

/** One stream of numbered messages. */
export class Publication {
  readonly plan: PublishPlan;
  readonly stream: number;
  /** How many were handed to the client: the next one's number. */
  sent = 0;
  /** When one last came through, in µs. */
  progressUs = 0;
  readonly #world: PublicationWorld;
  readonly #topic: string;
  readonly #openMax: number;
  /** Not through yet, in the sense of the plan's pace. */
  #open = 0;
  /** Who publishes now; none: the device is away. */
  #client: Client | undefined;
  #running = false;

  constructor(
    world: PublicationWorld,
    plan: PublishPlan,
    place: { readonly stream: number; readonly topic: string },
  ) {
    this.#world = world;
    this.plan = plan;
    this.stream = place.stream;
    this.#topic = place.topic;
    this.#openMax = Math.max(1, Math.min(OPEN_MAX, Math.floor(OPEN_BYTES_MAX / plan.bytes)));
  }

  /** Something is under way. */
  get open(): boolean {
    return this.#open > 0;
  }

  /** The device is there, or away (`undefined`). */
  set client(client: Client | undefined) {
    this.#client = client;
    this.#open = 0;
    if (this.#running) this.fill();
  }

  /** With a window: begins to keep it full. */
  start(): void {
    this.#running = true;
    this.progressUs = this.#world.nowUs();
    this.fill();
  }

  stop(): void {
    this.#running = false;
  }

  /** With a window: publishes until it is full. */
  fill(): void {
    const { pace } = this.plan;
    if (pace.kind !== 'window') return;
    while (this.#running && this.#client !== undefined && this.#open < pace.window) {
      this.publish(this.#world.nowUs());
    }
  }

  /** With a window that waits for arrivals: one has arrived. */
  arrived(): void {
    const { pace } = this.plan;
    if (pace.kind !== 'window' || pace.until !== 'arrived') return;
    this.progressUs = this.#world.nowUs();
    if (this.#open > 0) this.#open--;
    this.fill();
  }

  /** What its window waits for will not come: begins anew. */
  giveUp(): void {
    this.#open = 0;
    this.progressUs = this.#world.nowUs();
    this.fill();
  }

  /** Publishes one message that was due at that time, if the device is there. */
  publish(wantedUs: number): void {
    const client = this.#client;
    const { counts, latencies, measured, nowUs, run } = this.#world;
    if (client === undefined) return;
    if (this.#open >= this.#openMax) {
      counts.skipped++;
      return;
    }
    const startUs = nowUs();
    // What is a little late for want of a finer timer was sent in time, as far as latency goes.
    const dueUs = startUs - wantedUs <= TIMER_US ? startUs : wantedUs;
    const sequence = this.sent++;
    const { qos, retain, bytes } = this.plan;
    const payload = stampedPayload({ run, stream: this.stream, sequence, dueUs }, bytes);
    this.#open++;
    counts.sent++;
    counts.sentBytes += payload.length;
    if (isMeasured(dueUs, measured)) latencies.lag.add(startUs - wantedUs);
    client.publish(this.#topic, payload, { qos, retain }).then(
      () => this.#through(client, dueUs),
      (error: unknown) => this.#failed(client, error),
    );
  }

  #through(client: Client, dueUs: number): void {
    const { counts, latencies, measured, nowUs } = this.#world;
    if (this.plan.qos > 0) {
      counts.acknowledged++;
      if (isMeasured(dueUs, measured)) latencies.acknowledge.add(nowUs() - dueUs);
    }
    this.#release(client);
  }

  #failed(client: Client, error: unknown): void {
    if (!(error instanceof ClientError)) throw error;
    this.#world.counts.unconfirmed++;
    this.#release(client);
  }

  /** A message is off the hands of its client. */
  #release(client: Client): void {
    if (client !== this.#client) return; // its window was thrown away with it
    const { pace, qos } = this.plan;
    if (pace.kind === 'window' && pace.until === 'arrived') return;
    this.progressUs = this.#world.nowUs();
    this.#open--;
    if (pace.kind !== 'window') return;
    if (qos > 0) this.fill();
    // At QoS 0 nothing says when there is room for more but that the turn is over.
    else if (this.#open === 0) setImmediate(() => this.fill());
  }
}

export function isMeasured(dueUs: number, { fromUs, toUs }: MeasuredTime): boolean {
  return dueUs >= fromUs && dueUs < toUs;
}

/** Timers of Node.js count in ms. */
const TIMER_US = 2000;
/** Messages of a stream that wait for the network or an acknowledgement at one time. */
const OPEN_MAX = 10_000;
const OPEN_BYTES_MAX = 67_108_864;
