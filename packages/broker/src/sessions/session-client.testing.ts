/** A client that keeps its session, and reads, answers and hangs up when a test says so. */
import assert from 'node:assert/strict';
import { callbacksDone } from '../stores/hand-store.testing.js';
import { RecordingOutlet, type SentPacket } from './recording-outlet.testing.js';
import type { Session } from './session.js';

type Answer = 'puback' | 'pubrec' | 'pubcomp';

export class SessionClient {
  /** Payloads of QoS 1 and 2, each time it came; of QoS 2 without those it knows to be repeated. */
  readonly received: string[] = [];
  #session: Session | undefined;
  #outlet: RecordingOutlet | undefined;
  /** Payloads whose flow has not ended at the broker, by identifier. */
  readonly #open = new Map<number, string>();
  /** Identifiers of QoS 2 that wait for their PUBREL. */
  readonly #unreleased = new Set<number>();
  #answers: (readonly [Answer, packetId: number])[] = [];

  get connected(): boolean {
    return this.#outlet !== undefined;
  }

  /** Whether it has read all that was sent, and answered it. */
  get idle(): boolean {
    return this.#answers.length === 0 && (this.#outlet?.packets.length ?? 0) === 0;
  }

  connect(session: Session): void {
    this.#session = session;
    this.#outlet = new RecordingOutlet();
    session.attach(this.#outlet);
  }

  /** What was not read and not answered is lost. */
  disconnect(): void {
    this.#session?.detach();
    this.#session = undefined;
    this.#outlet = undefined;
    this.#answers = [];
  }

  /**
   * Reads some packets as they leave the connection: in order up to the first one that waits for a
   * later commit, but QoS 0 and 1 that need not wait overtake it.
   */
  read(count: number, safeTicket = Infinity): void {
    const packets = this.#outlet?.packets ?? [];
    for (let left = count; left > 0; left--) {
      const waits = (packets[0]?.ticket ?? 0) > safeTicket;
      const index = waits ? packets.findIndex(overtakes) : 0;
      const [next] = index < 0 ? [] : packets.splice(index, 1);
      if (next === undefined) return;
      this.#readOne(next);
    }
  }

  /** The broker has crashed: it may give identifiers of QoS 1 messages to others. */
  brokerCrashed(): void {
    this.disconnect();
    for (const packetId of this.#open.keys()) {
      if (!this.#unreleased.has(packetId)) this.#open.delete(packetId);
    }
  }

  /** Sends some answers to what was read, in order. */
  answer(count: number): void {
    for (const [type, packetId] of this.#answers.splice(0, count)) {
      if (type !== 'pubrec') this.#open.delete(packetId);
      assert.equal(this.#session?.acknowledged(type, packetId), true, `${type} ${packetId}`);
    }
  }

  /** Reads and answers until nothing is left. */
  finish(): void {
    for (let rounds = 0; !this.idle; rounds++) {
      assert.ok(rounds < 10_000, 'it never ends');
      this.read(Infinity);
      this.answer(Infinity);
    }
  }

  /** Whether it has all that the session has for it, to the end. */
  hasAllOf(session: Session): boolean {
    return this.idle && session.inflight === 0 && session.queued === 0;
  }

  /** The same with what the session still has to read from its store. */
  async finishWith(session: Session): Promise<void> {
    for (let rounds = 0; !this.hasAllOf(session); rounds++) {
      assert.ok(rounds < 10_000, 'it never ends');
      this.finish();
      await callbacksDone();
    }
  }

  #readOne(packet: SentPacket): void {
    if (packet.type === 'publish') this.#publish(packet);
    else if (packet.type === 'pubrel') this.#release(packet.packetId);
    else assert.fail(`the session sent ${packet.type}`);
  }

  #publish({ qos, packetId, dup, payload }: SentPacket & { type: 'publish' }): void {
    if (qos === 0) {
      assert.deepEqual([packetId, dup], [0, false]);
      this.received.push(payload);
      return;
    }
    const open = this.#open.get(packetId);
    if (open !== undefined) {
      assert.equal(payload, open, `identifier ${packetId} is in flight twice`);
      assert.equal(dup, true, `identifier ${packetId} comes again without DUP`);
    }
    this.#open.set(packetId, payload);
    if (qos === 1 || !this.#unreleased.has(packetId)) this.received.push(payload);
    if (qos === 2) this.#unreleased.add(packetId);
    this.#answers.push([qos === 1 ? 'puback' : 'pubrec', packetId]);
  }

  #release(packetId: number): void {
    this.#unreleased.delete(packetId);
    this.#answers.push(['pubcomp', packetId]);
  }
}

/** Whether it leaves at once, though others wait. */
function overtakes(packet: SentPacket): boolean {
  return packet.type === 'publish' && packet.qos < 2 && packet.ticket === 0;
}
