import { type Client, ClientError, createClient, type ReceivedMessage } from '@magpie/client';
import { clientOptionsOf, type DeviceGroup, type LoadPlan } from './load-plan.js';
import { isMeasured, type Publication, type PublicationWorld } from './publication.js';
import type { Reception } from './reception.js';
import { readStamp } from './stamp.js';

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

  /** Connects and subscribes. @returns Whether that came about. */
  async open(): Promise<boolean> {
    const { counts, latencies, measured, nowUs, plan } = this.#world;
    const { clientId, localAddress } = this.#parts;
    const client = createClient(plan.server, {
      ...clientOptionsOf(plan),
      clientId,
      cleanSession: true,
      reconnect: false,
      outboxMessagesMax: Infinity, // bounded by the publications themselves
      outboxBytesMax: Infinity,
      ...(localAddress === undefined ? {} : { localAddress }),
    });
    this.#client = client;
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
      if (!(error instanceof ClientError)) throw error;
      this.#fail(client, error);
      return false;
    }
    if (client.state.type !== 'connected') return false;
    this.#connected = true;
    for (const publication of this.publications) publication.client = client;
    return true;
  }

  /** Ends the connection. */
  async close(): Promise<void> {
    await this.#leave()?.end({ drain: DRAIN_MS });
  }

  #subscribe(client: Client): Promise<unknown> {
    const subscriptions = this.#parts.filters.map(({ filter, qos }) =>
      client.subscribe(filter, { qos, bufferMax: Infinity }, (message) => this.#take(message)),
    );
    const granted = Promise.all(subscriptions.map(({ ready }) => ready));
    granted.catch(() => {}); // whoever waits for it is told
    return granted;
  }

  #take({ bytes, qos }: ReceivedMessage): void {
    const { latencies, measured, nowUs, plan, publications } = this.#world;
    const stamp = readStamp(bytes);
    const arrival = this.reception.add(stamp, qos, bytes.length);
    if (arrival === undefined || arrival === 'duplicate' || stamp === undefined) return;
    if (isMeasured(stamp.dueUs, measured)) latencies.deliver.add(nowUs() - stamp.dueUs);
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
    this.#leave();
    this.onLost();
  }

  #leave(): Client | undefined {
    const client = this.#client;
    this.#client = undefined;
    this.#connected = false;
    for (const publication of this.publications) publication.client = undefined;
    return client;
  }
}

/** How long what is under way may take when a device goes in good order. */
const DRAIN_MS = 2000;
