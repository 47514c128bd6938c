import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import type { TestContext } from 'node:test';
import {
  connect,
  type IClientOptions,
  type IConnackPacket,
  type IPublishPacket,
  type MqttClient,
  type Packet,
} from 'mqtt';
import type { Ports } from './broker.testing.js';

export type Transport = 'tcp' | 'ws';

/** A message as MQTT.js hands it on. */
export interface Heard {
  readonly topic: string;
  readonly payload: Buffer;
  readonly packet: IPublishPacket;
}

/** How long to wait: what never comes fails the test. */
const PATIENCE_MS = 10_000;

/** An MQTT.js client with all it has heard since it began to connect. */
export class MqttJs {
  readonly client: MqttClient;
  readonly heard: Heard[] = [];
  /** One for each connection that was accepted. */
  readonly connacks: IConnackPacket[] = [];

  private constructor(client: MqttClient) {
    this.client = client;
    client.on('message', (topic, payload, packet) => this.heard.push({ topic, payload, packet }));
    client.on('connect', (connack) => this.connacks.push(connack));
    // What happens to a connection that stood shows in 'close'.
    client.on('error', () => {});
  }

  /**
   * Connects; ends the client with the test. It does not reconnect unless told to.
   *
   * @throws what MQTT.js says when the broker refuses.
   */
  static async connect(
    t: TestContext,
    { host, tcpPort, wsPort }: Ports,
    transport: Transport,
    options: IClientOptions = {},
  ): Promise<MqttJs> {
    const url = transport === 'tcp' ? `mqtt://${host}:${tcpPort}` : `ws://${host}:${wsPort}/mqtt`;
    // Its own default is too short to be unique among hundreds.
    const clientId = `mqttjs-${randomUUID()}`;
    const client = connect(url, { reconnectPeriod: 0, clientId, ...options });
    t.after(() => client.endAsync(true));
    const it = new MqttJs(client);
    await new Promise<void>((resolve, reject) => {
      client.once('connect', () => resolve());
      client.once('error', reject);
      client.once('close', () => reject(new Error('Closed while connecting')));
    });
    return it;
  }

  /** What it has heard, as text. */
  get texts(): string[] {
    return this.heard.map(({ payload }) => payload.toString());
  }

  /** The next packet that comes in. */
  nextPacket(): Promise<Packet> {
    return new Promise((resolve) => {
      this.client.once('packetreceive', resolve);
    });
  }

  /** Resolves when the connection has ended. */
  closed(): Promise<void> {
    return new Promise((resolve) => {
      this.client.once('close', resolve);
    });
  }

  /** Subscribes and checks that it is granted what it asks for. */
  async subscribe(filter: string, qos: 0 | 1 | 2): Promise<void> {
    const granted = await this.client.subscribeAsync(filter, { qos });
    assert.deepEqual(
      granted.map(({ topic, qos }) => ({ topic, qos })),
      [{ topic: filter, qos }],
    );
  }

  /** Waits until it has heard so many messages. @returns All of them. */
  hears(count: number): Promise<readonly Heard[]> {
    return this.hearsUntil(`${count} messages`, () => this.heard.length >= count);
  }

  /** Waits until `done`, which is asked after each message. @returns All messages. */
  async hearsUntil(what: string, done: () => boolean): Promise<readonly Heard[]> {
    const heard = new Promise<void>((resolve) => {
      const look = () => {
        if (!done()) return;
        this.client.off('message', look);
        resolve();
      };
      this.client.on('message', look);
      look();
    });
    await within(heard, () => `${what}: ${this.heard.length} messages came`);
    return this.heard;
  }

  /** Publishes all at once and waits until all are acknowledged. */
  async publishAll(topic: string, texts: readonly string[], qos: 0 | 1 | 2): Promise<void> {
    // Each publish waits for room in the socket; above 1,000 Node.js warns of a leak.
    this.client.stream.setMaxListeners(0);
    const sent = texts.map((text) => this.client.publishAsync(topic, text, { qos }));
    await within(Promise.all(sent), () => `${texts.length} acknowledgements`);
  }
}

/** @throws Error that names what did not happen in time. */
async function within(promise: Promise<unknown>, what: () => string): Promise<void> {
  let deadline: NodeJS.Timeout | undefined;
  const expired = new Promise<never>((_, reject) => {
    const fail = () => reject(new Error(`Waited in vain for ${what()}`));
    deadline = setTimeout(fail, PATIENCE_MS);
  });
  try {
    await Promise.race([promise, expired]);
  } finally {
    clearTimeout(deadline);
  }
}
