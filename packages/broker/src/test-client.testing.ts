/** A client that says what a test says, packet by packet, over a network in memory. */
import assert from 'node:assert/strict';
import {
  ByteReader,
  type Connack,
  type Connect,
  decode,
  encode,
  Framer,
  PACKET_BYTES_MAX,
  type Packet,
  PINGREQ,
  Publish,
  type PublishFields,
  type QoS,
} from '@magpie/protocol';
import type { MemoryListener, MemoryPeer } from './memory-listener.testing.js';

export class TestClient {
  readonly peer: MemoryPeer;
  readonly #framer = new Framer(PACKET_BYTES_MAX);
  readonly #reader = new ByteReader();
  readonly #packets: Packet[] = [];
  #waiting: ((packet: Packet | undefined) => void)[] = [];
  #lastPacketId = 0;

  constructor(peer: MemoryPeer) {
    this.peer = peer;
    peer.onBytes = (bytes) => this.#received(bytes);
    void peer.closed.then(() => {
      for (const resolve of this.#waiting.splice(0)) resolve(undefined);
    });
  }

  /** Opens a connection and sends CONNECT: a clean session unless told otherwise. */
  static async connected(
    listener: MemoryListener,
    clientId: string,
    fields: Partial<Connect> = {},
  ): Promise<TestClient> {
    const client = new TestClient(listener.connect());
    const { returnCode } = await client.connect({ clientId, ...fields });
    assert.equal(returnCode, 0);
    return client;
  }

  /** Sends CONNECT. @returns The CONNACK. */
  async connect(fields: Partial<Connect> = {}): Promise<Connack> {
    this.send({
      type: 'connect',
      protocolVersion: 4,
      cleanSession: true,
      keepAliveS: 0,
      clientId: '',
      will: undefined,
      username: undefined,
      password: undefined,
      ...fields,
    });
    return this.next('connack');
  }

  send(...packets: readonly Packet[]): void {
    this.peer.send(Buffer.concat(packets.map((packet) => encode(packet, 4))));
  }

  publish(topic: string, payload = 'm', fields: Partial<PublishFields> = {}): void {
    this.send(Publish.of({ topic, payload: Buffer.from(payload), ...fields }));
  }

  /** Subscribes, one SUBSCRIBE for all. @returns The codes of the SUBACK. */
  async subscribe(
    ...filters: readonly (readonly [filter: string, qos: QoS])[]
  ): Promise<readonly number[]> {
    const packetId = ++this.#lastPacketId;
    const subscriptions = filters.map(([filter, qos]) => ({ filter, qos }));
    this.send({ type: 'subscribe', packetId, subscriptions });
    const suback = await this.next('suback');
    assert.equal(suback.packetId, packetId);
    return suback.returnCodes;
  }

  /** The next packet, which has this type. */
  async next<T extends Packet['type']>(type: T): Promise<Packet & { type: T }> {
    const packet = this.#packets.shift() ?? (await this.#wait());
    assert.ok(packet !== undefined, `the connection was closed where ${type} was expected`);
    assert.equal(packet.type, type, `got ${shown(packet)}`);
    return packet as Packet & { type: T };
  }

  /** The next packet, a PUBLISH, as `topic=payload @ QoS`, with its identifier and flags. */
  async message(): Promise<string> {
    return shown(await this.next('publish'));
  }

  /** The next messages, as {@link message} gives each. */
  async messages(count: number): Promise<string[]> {
    const all: string[] = [];
    while (all.length < count) all.push(await this.message());
    return all;
  }

  /** Asks for a sign of life. @returns What came before it: messages, and types of others. */
  async nothingMore(): Promise<string[]> {
    this.send(PINGREQ);
    const before: string[] = [];
    for (;;) {
      const packet = this.#packets.shift() ?? (await this.#wait());
      if (packet === undefined) return [...before, 'closed'];
      if (packet.type === 'pingresp') return before;
      before.push(shown(packet));
    }
  }

  /** Resolves when the broker has closed the connection; nothing came before. */
  async closedByPeer(): Promise<void> {
    await this.peer.closed;
    assert.deepEqual(this.#packets.map(shown), []);
  }

  #wait(): Promise<Packet | undefined> {
    if (this.peer.isClosed) return Promise.resolve(undefined);
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
    });
  }

  #received(bytes: Uint8Array): void {
    this.#framer.feed(bytes, 0, bytes.length);
    while (this.#framer.next()) {
      const packet = decode(this.#framer, 4, this.#reader);
      const waiting = this.#waiting.shift();
      if (waiting === undefined) this.#packets.push(packet);
      else waiting(packet);
    }
  }
}

function shown(packet: Packet): string {
  if (packet.type !== 'publish') return packet.type;
  const { topic, payload, qos, packetId, dup, retain } = packet;
  const id = qos === 0 ? '' : ` id ${packetId}`;
  const flags = `${dup ? ' dup' : ''}${retain ? ' retain' : ''}`;
  return `${topic}=${Buffer.from(payload).toString()} @ ${qos}${id}${flags}`;
}
