import {
  type Client,
  ClientError,
  type ClientOptions,
  createClient,
  type ReceivedMessage,
} from '@magpie/client';
import { Absences } from './absences.js';
import { clientOptionsOf, type DeviceGroup, type LoadPlan } from './load-plan.js';
import { isMeasured, type Publication, type PublicationWorld } from './publication.js';
import type { Missing, Reception, SentCounts, SentTimes } from './reception.js';
import { anyStamp } from './scenario/stamped-fields.js';

export interface DeviceWorld extends PublicationWorld {
  readonly plan: LoadPlan;
  /** By stream: what is published in this process. */
  readonly publications: ReadonlyMap<number, Publication>;
  /** A connection could not be had, or ended by itself. */
  readonly onTrouble: (error: Error) => void;
}

export interface DeviceParts {
  readonly group: DeviceGroup;
  readonly clientId: string;
  /** With the device's own name in them. */
  readonly filters: readonly { readonly filter: string; readonly qos: 0 | 1 | 2 }[];
  readonly publications: readonly Publication[];
  readonly reception: Reception;
  readonly localAddress: string | undefined;
  /** What is its own of the client's options. */
  readonly options: ClientOptions;
}

/** One simulated device: a connection that comes and goes, what it publishes and what it gets. */
export class Device {
  readonly group: DeviceGroup;
  readonly publications: readonly Publication[];
  readonly reception: Reception;
  readonly #world: DeviceWorld;
  readonly #parts: DeviceParts;
  #client: Client | undefined;
  #connected = false;
  #wasConnected = false;
  readonly #absences = new Absences();
  /** What is still under way of a connection that it has left by plan. */
  #leaving: Promise<void> | undefined;
  #opening: Promise<boolean> | undefined;
  /** It has gone by plan: it is not to be connected now. */
  away = false;
  /** Told when the connection ends without being told to. */
  onLost: () => void = () => {};

  constructor(world: DeviceWorld, parts: DeviceParts) {
    this.#world = world;
    this.#parts = parts;
    this.group = parts.group;
    this.publications = parts.publications;
    this.reception = parts.reception;
  }

  get connected(): boolean {
    return this.#connected;
  }

  /**
   * Connects and subscribes, one attempt at a time: two clients with one identifier, and one
   * outbox, would be in each other's way.
   *
   * @returns Whether that came about.
   */
  open(): Promise<boolean> {
    this.#opening ??= this.#open().finally(() => {
      this.#opening = undefined;
    });
    return this.#opening;
  }

  async #open(): Promise<boolean> {
    const { counts, latencies, measured, nowUs, plan } = this.#world;
    await this.#leaving;
    const client = createClient(plan.server, { ...this.#options(), ...this.#will() });
    this.#client = client;
    this.#absences.begins();
    client.on('state', (state) => {
      if (state.type === 'ended' && state.why !== undefined) this.#lost(client, state.why);
    });
    const granted = this.#subscribe(client);
    const sinceUs = nowUs();
    try {
      await client.start();
      await client.connected();
      counts.connects++;
      // Most connections are opened before anything is measured: they all count.
      if (measured.fromUs > sinceUs || isMeasured(sinceUs, measured)) {
        latencies.connect.add(nowUs() - sinceUs);
      }
      await granted;
    } catch (error) {
      if (client !== this.#client) return false; // it was ended meanwhile
      if (!(error instanceof ClientError)) throw error;
      this.#fail(client, error);
      return false;
    }
    if (client.state.type !== 'connected') return false;
    if (this.#wasConnected) counts.reconnects++;
    this.#wasConnected = true;
    this.#connected = true;
    this.#absences.back(nowUs());
    for (const publication of this.publications) publication.client = client;
    return true;
  }

  /** Ends the connection. */
  async close(): Promise<void> {
    await this.#leaving;
    await this.#leave()?.end({ drain: DRAIN_MS });
  }

  /** Goes by plan, if it is there, or as soon as it is. */
  async depart(how: 'clean' | 'abrupt'): Promise<void> {
    this.away = true;
    await this.#opening;
    if (!this.#connected || !this.#isAway()) return;
    this.#world.counts.departures++;
    for (const publication of this.publications) publication.brokenByPlan = true;
    const broken = how === 'abrupt' ? 'by plan' : undefined;
    this.#leaving = this.#leave(broken)?.end(broken ? { now: true } : { drain: DRAIN_MS });
    await this.#leaving;
  }

  /** Takes its session away from the server, so that nothing of it is left there. */
  async forget(): Promise<void> {
    if (this.#parts.options.cleanSession !== false || !this.#wasConnected) return;
    const { outbox: _, ...options } = this.#options();
    const client = createClient(this.#world.plan.server, { ...options, cleanSession: true });
    try {
      await client.start();
      await client.connected();
    } catch (error) {
      if (!(error instanceof ClientError)) throw error;
      this.#world.onTrouble(error);
    } finally {
      await client.end();
    }
  }

  /** What has not arrived here, of what was sent anywhere. */
  missing(sent: SentCounts, times: SentTimes | undefined): Missing {
    const keeps = this.#parts.options.cleanSession === false;
    return this.reception.missing(sent, times, { absences: this.#absences, keeps });
  }

  #options(): ClientOptions {
    const { clientId, localAddress, options } = this.#parts;
    return {
      ...clientOptionsOf(this.#world.plan),
      cleanSession: true,
      reconnect: false,
      outboxMessagesMax: Infinity, // bounded by the publications themselves
      outboxBytesMax: Infinity,
      ...options,
      clientId,
      ...(localAddress === undefined ? {} : { localAddress }),
    };
  }

  /** Others may have changed it meanwhile. */
  #isAway(): boolean {
    return this.away;
  }

  #will(): ClientOptions {
    const will = this.#willPublication();
    if (will === undefined) return {};
    const { qos, retain } = will.plan;
    return { will: { topic: will.topic, payload: will.will(), qos, retain } };
  }

  #willPublication(): Publication | undefined {
    return this.publications.find(({ plan }) => plan.pace.kind === 'will');
  }

  #subscribe(client: Client): Promise<unknown> {
    const subscriptions = this.#parts.filters.map(({ filter, qos }) =>
      client.subscribe(filter, { qos, bufferMax: Infinity }, (message) => this.#take(message)),
    );
    const granted = Promise.all(subscriptions.map(({ ready }) => ready));
    granted.catch(() => {}); // whoever waits for it is told
    return granted;
  }

  #take({ bytes, qos, dup, retain }: ReceivedMessage): void {
    const { counts, latencies, measured, nowUs, plan, publications } = this.#world;
    const stamp = anyStamp(bytes);
    const { connection } = this.#absences;
    const came = { qos, dup, retain, bytes: bytes.length, connection };
    const arrival = this.reception.add(stamp, came);
    if (stamp === undefined || (arrival !== 'next' && arrival !== 'late')) return;
    const tookUs = nowUs() - stamp.dueUs;
    if (plan.comesAndGoes && this.#absences.waitedFor(stamp.dueUs)) counts.caughtUp++;
    else if (isMeasured(stamp.dueUs, measured)) latencies.deliver.add(tookUs);
    if (stamp.run === plan.run) publications.get(stamp.stream)?.arrived();
  }

  /** Did not come about: counted where it failed, once. */
  #fail(client: Client, error: ClientError): void {
    this.#world.onTrouble(error);
    this.#world.counts.connectFailures++;
    if (client === this.#client) this.#leave();
    void client.end({ drain: false });
  }

  #lost(client: Client, why: ClientError): void {
    if (client !== this.#client || !this.#connected) return;
    this.#world.onTrouble(why);
    this.#world.counts.connectionsLost++;
    this.#leave('lost');
    this.onLost();
  }

  /** @param broken How the connection ended, if without DISCONNECT. */
  #leave(broken?: 'by plan' | 'lost'): Client | undefined {
    const client = this.#client;
    if (this.#connected) this.#absences.left(this.#world.nowUs());
    this.#client = undefined;
    this.#connected = false;
    for (const publication of this.publications) publication.client = undefined;
    if (broken === undefined) return client;
    const confirmedUs = this.#confirmedUs();
    for (const publication of this.publications) publication.brokenOff(confirmedUs);
    this.#willPublication()?.willIsDue(broken === 'by plan');
    return client;
  }

  /** What was due before this has left its connection: a later message was acknowledged. */
  #confirmedUs(): number {
    const confirmed = this.publications
      .filter(({ plan }) => plan.pace.kind !== 'will')
      .map(({ confirmedUs }) => confirmedUs);
    return Math.max(-Infinity, ...confirmed);
  }
}

/** How long what is under way may take when a device goes in good order. */
const DRAIN_MS = 2000;
