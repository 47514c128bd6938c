import assert from 'node:assert/strict';
import type { Connack, Connect, Packet, QoS } from '@magpie/protocol';
import type { Outgoing } from '../wire/peer.js';
import { Peer } from '../wire/peer.js';
import type { Received, ReceivedPublish } from '../wire/received.js';
import { describe } from '../wire/received.js';
import { openTransport } from '../wire/transport.js';
import { Unmet } from '../wire/wire-client.js';

export interface Target {
  /** Where the broker listens; user and password of the URL go into each CONNECT. */
  readonly url: string;
  /** The same broker over WebSocket, if it is there. */
  readonly wsUrl: string | undefined;
  /** Longest wait for anything, in ms. */
  readonly timeoutMs: number;
}

/** What a CONNECT may say otherwise than usual; the rest is a clean session without a will. */
export type ConnectFields = Partial<Omit<Connect, 'type' | 'will'>> & {
  readonly will?: Outgoing | undefined;
};

/** How long cleaning up may wait for a broker, in ms: it follows what has failed already. */
const CLEAN_UP_TIMEOUT_MS = 2000;

/**
 * What one test may use: names nobody else uses, connections that are closed after it, and a note
 * of what it leaves in the broker – sessions and retained messages – which is removed after it. So
 * tests run beside each other, and on a broker that is not ours alone.
 */
export class Context {
  readonly target: Target;
  /** A topic level that only this test uses; letters and digits. */
  readonly prefix: string;
  readonly #peers: Peer[] = [];
  readonly #sessions = new Set<string>();
  readonly #retained = new Set<string>();
  #names = 0;

  /** @param prefix Up to 18 letters and digits, unique among all runs on the broker. */
  constructor(target: Target, prefix: string) {
    this.target = target;
    this.prefix = prefix;
  }

  /** A topic name that only this test uses. */
  topic(name: string): string {
    return `${this.prefix}/${name}`;
  }

  /** A client id that only this test uses, of at most 23 letters and digits. */
  clientId(): string {
    return `${this.prefix}c${this.#names++}`;
  }

  /** A CONNECT packet; its client id is a new one if none is given. */
  connectPacket({ will, ...fields }: ConnectFields = {}): Connect {
    const { username, password } = new URL(this.target.url);
    return {
      type: 'connect',
      protocolVersion: 4,
      cleanSession: true,
      keepAliveS: 60,
      clientId: fields.clientId ?? this.clientId(),
      will: will && {
        topic: will.topic,
        payload: Buffer.from(will.payload ?? ''),
        qos: will.qos ?? 0,
        retain: will.retain ?? false,
      },
      username: username === '' ? undefined : decodeURIComponent(username),
      password: password === '' ? undefined : Buffer.from(decodeURIComponent(password)),
      ...fields,
    };
  }

  /** Opens a connection on which nothing has been sent yet. */
  async open(url: string = this.target.url): Promise<Peer> {
    const { timeoutMs } = this.target;
    const peer = new Peer(await openTransport(url, timeoutMs), {
      timeoutMs,
      name: `Client ${this.#peers.length + 1}`,
      onSend: (packet) => this.#note(packet),
    });
    this.#peers.push(peer);
    return peer;
  }

  /** Opens a connection and connects, which the broker must accept. */
  async connect(fields: ConnectFields = {}): Promise<Peer> {
    return (await this.connectNoting(fields)).peer;
  }

  /** As {@link connect}; also gives what the CONNACK says of the session. */
  async connectNoting(fields: ConnectFields = {}): Promise<{ peer: Peer; connack: Connack }> {
    const peer = await this.open();
    const connack = await peer.connect(this.connectPacket(fields));
    if (connack.returnCode === 0) return { peer, connack };
    throw new Unmet(`${peer.name} wanted to be accepted, got return code ${connack.returnCode}`);
  }

  /** A new client with one subscription, which the broker must grant. */
  async subscriber(filter: string, qos: QoS = 0, fields: ConnectFields = {}): Promise<Peer> {
    const peer = await this.connect(fields);
    assert.deepEqual(await peer.subscribe(filter, qos), [qos]);
    return peer;
  }

  /** Notes a session or a retained message that was made by raw bytes, so that it is removed. */
  forgetLater(what: { readonly clientId?: string; readonly retained?: string }): void {
    if (what.clientId !== undefined) this.#sessions.add(what.clientId);
    if (what.retained !== undefined) this.#retained.add(what.retained);
  }

  /**
   * What `subscriber` has received once the broker is done with what `publisher` sent before this
   * call: the publisher sends a marker, and the subscriber waits for it. No time is involved.
   */
  async settle(publisher: Peer, subscriber: Peer): Promise<Received[]> {
    // Beside the test's own level, so that a subscription to all of it does not see the marker.
    const marker = `${this.prefix}m/${this.#names++}`;
    return subscriber.collectUntil(marker, () => publisher.sendPublish({ topic: marker }));
  }

  /** As {@link settle}; nothing must have come. */
  async expectSilence(publisher: Peer, subscriber: Peer): Promise<void> {
    assert.deepEqual((await this.settle(publisher, subscriber)).map(describe), []);
  }

  /** The broker still serves this client and accepts new ones. */
  async expectServed(peer: Peer): Promise<void> {
    const topic = this.topic(`served/${this.#names++}`);
    await peer.subscribe(topic, 0);
    const other = await this.connect();
    other.sendPublish({ topic, payload: 'alive' });
    await peer.expect('publish', { topic, payload: 'alive' });
    await peer.unsubscribe(topic);
  }

  /** Ends all connections and removes what the test has left behind; never fails. */
  async cleanUp(): Promise<void> {
    for (const peer of this.#peers) {
      if (peer.closed) continue;
      peer.send({ type: 'disconnect' }); // no will may come after the retained ones are cleared
      void peer.end().catch(() => peer.destroy());
    }
    try {
      for (const clientId of this.#sessions) await this.#visit(clientId, []);
      if (this.#retained.size > 0) await this.#visit(this.clientId(), [...this.#retained]);
    } catch {
      // The broker is gone or does not answer; the test has said so.
    }
  }

  /** A short clean session of this client, in which these topics are cleared. */
  async #visit(clientId: string, topics: readonly string[]): Promise<void> {
    const timeoutMs = Math.min(this.target.timeoutMs, CLEAN_UP_TIMEOUT_MS);
    const transport = await openTransport(this.target.url, timeoutMs);
    const peer = new Peer(transport, { timeoutMs, name: 'Clean-up' });
    try {
      await peer.connect(this.connectPacket({ clientId }));
      for (const topic of topics) peer.sendPublish({ topic, retain: true });
      await peer.expectNothing();
      await peer.disconnect();
    } finally {
      peer.destroy();
    }
  }

  #note(packet: Packet): void {
    if (packet.type === 'publish' && packet.retain && packet.payloadLength > 0) {
      this.#retained.add(packet.topic);
    }
    if (packet.type !== 'connect') return;
    if (!packet.cleanSession && packet.clientId !== '') this.#sessions.add(packet.clientId);
    if (packet.will?.retain === true) this.#retained.add(packet.will.topic);
  }
}

/** The PUBLISH packets among these. */
export function publishesOf(packets: readonly Received[]): ReceivedPublish[] {
  return packets.filter((packet) => packet.type === 'publish');
}

export function payloadText(message: ReceivedPublish): string {
  return Buffer.from(message.payload).toString('utf8');
}
