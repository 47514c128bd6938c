import { type Client, ClientError } from '@magpie/client';
import type { Counts, LatencySet } from './figures.js';
import type { Latencies } from './latencies.js';
import type { PublishPlan } from './load-plan.js';
import type { DevicePayload } from './scenario/device-payload.js';
import { ON_THE_WAY_US_MAX, type SendLog } from './send-log.js';
import { stampedPayload } from './stamp.js';

/** When times are taken: what was due outside is sent and counted, but not measured. */
export interface MeasuredTime {
  /** When the load began. */
  startUs: number;
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

export interface PublicationPlace {
  readonly stream: number;
  readonly topic: string;
  /** None: bytes that say nothing but their stamp. */
  readonly payload?: DevicePayload | undefined;
  /** Where devices come and go: when its messages were due. */
  readonly log?: SendLog | undefined;
  readonly sessionGoesOn?: boolean;
}

/** One stream of numbered messages. */
export class Publication {
  readonly plan: PublishPlan;
  readonly stream: number;
  /** How many were handed to the client: the next one's number. */
  sent = 0;
  /** Its device has just ended the connection by plan. */
  brokenByPlan = false;
  /** What is not acknowledged is sent again when the device is back. */
  readonly sessionGoesOn: boolean;
  /** When one last came through, in µs. */
  progressUs = 0;
  /** When the latest one was due that the server has acknowledged. */
  confirmedUs = -Infinity;
  readonly #world: PublicationWorld;
  readonly #payload: DevicePayload | undefined;
  readonly log: SendLog | undefined;
  readonly topic: string;
  readonly #openMax: number;
  /** Not through yet, in the sense of the plan's pace. */
  #open = 0;
  /** Who publishes now; none: the device is away. */
  #client: Client | undefined;
  #running = false;

  constructor(world: PublicationWorld, plan: PublishPlan, place: PublicationPlace) {
    this.#world = world;
    this.plan = plan;
    this.stream = place.stream;
    this.topic = place.topic;
    this.#payload = place.payload;
    this.log = place.log;
    this.sessionGoesOn = place.sessionGoesOn === true;
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
    if (client !== undefined) this.brokenByPlan = false;
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
    const { counts, latencies, measured, nowUs } = this.#world;
    this.#draw(wantedUs);
    if (client === undefined) {
      counts.dueWhileAway++;
      return;
    }
    if (this.#open >= this.#openMax) {
      counts.skipped++;
      return;
    }
    const startUs = nowUs();
    // What is a little late for want of a finer timer was sent in time, as far as latency goes.
    const dueUs = startUs - wantedUs <= TIMER_US ? startUs : wantedUs;
    const sequence = this.sent++;
    this.log?.add(dueUs);
    const { qos, retain } = this.plan;
    const payload = this.#bytes(sequence, dueUs);
    this.#open++;
    counts.sent++;
    counts.sentBytes += payload.length;
    if (isMeasured(dueUs, measured)) latencies.lag.add(startUs - wantedUs);
    client.publish(this.topic, payload, { qos, retain }).then(
      () => this.#through(client, dueUs),
      (error: unknown) => this.#failed(client, sequence, error),
    );
  }

  /**
   * The connection was broken, by plan or not: the last of what was sent at QoS 0 may be lost on
   * the way, and nobody will ever know.
   *
   * @param confirmedUs What was due before has arrived at the server.
   */
  brokenOff(confirmedUs: number): void {
    if (this.plan.qos > 0 || this.plan.pace.kind === 'will') return;
    const since = this.#world.nowUs() - ON_THE_WAY_US_MAX;
    this.log?.cutOff(Math.max(confirmedUs - TIMER_US, since));
  }

  /** The payload of the next will. */
  will(): Uint8Array {
    this.#draw(this.#world.nowUs());
    return this.#bytes(this.sent, 0);
  }

  /**
   * The connection ended without DISCONNECT, so the server publishes the will.
   *
   * @param certain This device has ended it itself.
   */
  willIsDue(certain: boolean): void {
    this.#world.counts.wills++;
    const sequence = this.sent++;
    this.log?.add(this.#world.nowUs());
    if (!certain) this.log?.doubt([sequence, sequence + 1]);
  }

  #draw(wantedUs: number): void {
    if (this.#payload === undefined) return;
    const { measured, nowUs } = this.#world;
    this.#payload.draw({
      sinceS: Math.max(0, wantedUs - measured.startUs) / 1e6,
      unixMs: Date.now() + (wantedUs - nowUs()) / 1000,
    });
  }

  #bytes(sequence: number, dueUs: number): Uint8Array {
    const stamp = { run: this.#world.run, stream: this.stream, sequence, dueUs };
    return this.#payload?.bytes(stamp) ?? stampedPayload(stamp, this.plan.bytes);
  }

  #through(client: Client, dueUs: number): void {
    const { counts, latencies, measured, nowUs } = this.#world;
    if (this.plan.qos > 0) {
      counts.acknowledged++;
      this.confirmedUs = Math.max(this.confirmedUs, dueUs);
      if (isMeasured(dueUs, measured)) latencies.acknowledge.add(nowUs() - dueUs);
    }
    this.#release(client);
  }

  #failed(client: Client, sequence: number, error: unknown): void {
    if (!(error instanceof ClientError)) throw error;
    const { counts } = this.#world;
    if (this.brokenByPlan) counts.cutOff++;
    else counts.unconfirmed++;
    // A session that goes on sends it again, at QoS 1 and 2.
    if (!this.sessionGoesOn || this.plan.qos === 0) this.log?.doubt([sequence, sequence + 1]);
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

/** Timers of Node.js count in ms: by so much a message may be due before one that left earlier. */
const TIMER_US = 2000;
/** Messages of a stream that wait for the network or an acknowledgement at one time. */
const OPEN_MAX = 10_000;
const OPEN_BYTES_MAX = 67_108_864;
