import type { TestContext } from 'node:test';
import { type Packet, Publish, type QoS } from '@magpie/protocol';
import { MqttLink } from '../mqtt-link.js';

/** A client that publishes numbers, and writes down which are acknowledged and which come. */
export class TestMqttClient {
  readonly #link: MqttLink;
  readonly #waiting = new Set<() => void>();
  #isOpen = false;
  #subscribed = 0;
  /** Identifiers that were acknowledged. */
  readonly acknowledged = new Set<number>();
  /** Numbers in front of the payloads that came. */
  readonly received = new Set<number>();

  private constructor(t: TestContext, port: number) {
    this.#link = new MqttLink(port, {
      received: (packet) => this.#take(packet),
      lost: () => this.#wake(),
    });
    t.after(() => this.#link.cut());
  }

  static async open(
    t: TestContext,
    port: number,
    clientId: string,
    cleanSession: boolean,
  ): Promise<TestMqttClient> {
    const client = new TestMqttClient(t, port);
    client.#link.open(clientId, { cleanSession });
    await client.until(() => client.#isOpen);
    return client;
  }

  async subscribe(filter: string, qos: QoS): Promise<void> {
    this.#link.send({ type: 'subscribe', packetId: 65_535, subscriptions: [{ filter, qos }] });
    const before = this.#subscribed;
    await this.until(() => this.#subscribed > before);
  }

  /** With QoS 1 and 2 the number is the packet identifier, too. */
  publish(topic: string, number: number, qos: QoS, bytes = 8): void {
    const payload = Buffer.alloc(Math.max(8, bytes), 'x');
    payload.writeUInt32BE(number);
    const head = { topic, qos, retain: false, dup: false } as const;
    this.#link.send(Publish.of({ ...head, packetId: qos === 0 ? 0 : number, payload }));
  }

  cut(): void {
    this.#link.cut();
  }

  /** Resolves when it holds; it is asked at every packet. */
  async until(holds: () => boolean): Promise<void> {
    while (!holds()) {
      await new Promise<void>((resolve) => {
        this.#waiting.add(resolve);
      });
    }
  }

  #take(packet: Packet): void {
    if (packet.type === 'connack') this.#isOpen = true;
    else if (packet.type === 'suback') this.#subscribed++;
    else if (packet.type === 'puback') this.acknowledged.add(packet.packetId);
    else if (packet.type === 'publish') {
      this.received.add(Buffer.from(packet.payload).readUInt32BE());
      const { packetId } = packet;
      if (packet.qos === 1) this.#link.send({ type: 'puback', packetId });
    }
    this.#wake();
  }

  #wake(): void {
    for (const resolve of this.#waiting) resolve();
    this.#waiting.clear();
  }
}
