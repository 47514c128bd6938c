import type { Publish } from '@magpie/protocol';
import type { ClientSession } from '../history/client-session.js';
import type { History } from '../history/history.js';
import type { SentMessage } from '../history/sent-message.js';
import type { ClientConnection } from './client-connection.js';

/** When a message of QoS 2 is handed to the application (figure 4.3): at its PUBREL, or at once. */
export type ReceiveMethod = 'A' | 'B';

/** A message of QoS 1 or 2 that has come to this client, by packet identifier. */
interface Arrival {
  readonly topic: string;
  /** `undefined` for one that is empty and carries no number. */
  readonly message: SentMessage | undefined;
  readonly qos: 1 | 2;
  readonly retain: boolean;
  readonly arrivedStep: number;
  connection: ClientConnection;
  /** Bytes that the broker has read when it has the last answer; `Infinity` before that is sent. */
  answeredAt: number;
  /** QoS 2: PUBREL came. */
  released: boolean;
}

/**
 * What a client receives, and whether the broker keeps to the rules: identifiers, DUP, what may be
 * in flight, every byte of a message.
 */
export class Incoming {
  readonly #clientId: string;
  readonly #method: ReceiveMethod;
  readonly #inflightMax: number;
  readonly #history: History;
  readonly #readMeansHandled: boolean;
  readonly #arrivals = new Map<number, Arrival>();

  /** @param readMeansHandled Whether the broker has handled what it has read. */
  constructor(parts: {
    readonly clientId: string;
    readonly method: ReceiveMethod;
    readonly inflightMax: number;
    readonly history: History;
    readonly readMeansHandled: boolean;
  }) {
    this.#clientId = parts.clientId;
    this.#method = parts.method;
    this.#inflightMax = parts.inflightMax;
    this.#history = parts.history;
    this.#readMeansHandled = parts.readMeansHandled;
  }

  /** QoS 2 messages that came and whose PUBREL did not. */
  get unreleased(): readonly string[] {
    const open = [...this.#arrivals.values()].filter(({ qos, released }) => qos === 2 && !released);
    return open.map(({ topic, message }) => shown(topic, message));
  }

  /** The session is gone. */
  forget(): void {
    this.#arrivals.clear();
  }

  /** @returns The answer that is due, if any. */
  publish(
    packet: Publish,
    session: ClientSession,
    connection: ClientConnection,
  ): 'puback' | 'pubrec' | undefined {
    const message = this.#messageIn(packet);
    const { qos, packetId } = packet;
    if (qos === 0) {
      this.#deliver(session, connection, packet, message, this.#history.step, false);
      return undefined;
    }
    const known = this.#arrivals.get(packetId);
    if (known !== undefined && this.#isAgain(known, packet, message, connection)) {
      known.connection = connection;
      known.answeredAt = Infinity;
      if (qos === 1) {
        this.#deliver(session, connection, packet, message, this.#history.step, true);
      }
    } else {
      this.#arrive(packet, qos, message, session, connection);
    }
    this.#checkInflight(connection);
    return qos === 1 ? 'puback' : 'pubrec';
  }

  /** PUBREL came; PUBCOMP is due in any case. */
  release(packetId: number, session: ClientSession, connection: ClientConnection): void {
    const arrival = this.#arrivals.get(packetId);
    if (arrival === undefined) return; // it was over, and the broker does not know yet
    if (arrival.qos === 1) {
      this.#fault('identifier', `PUBREL ${packetId}, which is of a QoS 1 message`);
      return;
    }
    if (!arrival.released && arrival.connection === connection && !isAnswered(arrival)) {
      this.#fault('identifier', `PUBREL ${packetId} before its PUBREC`);
    }
    arrival.connection = connection;
    arrival.answeredAt = Infinity;
    if (arrival.released) return;
    arrival.released = true;
    if (this.#method === 'A') {
      const { message, arrivedStep } = arrival;
      this.#deliver(session, connection, arrival, message, arrivedStep, false);
    }
  }

  /** The answer to a PUBLISH or PUBREL was sent. */
  answered(
    type: 'puback' | 'pubrec' | 'pubcomp',
    packetId: number,
    connection: ClientConnection,
    sentBytes: number,
  ): void {
    const arrival = this.#arrivals.get(packetId);
    if (arrival?.connection !== connection || arrival.released !== (type === 'pubcomp')) return;
    arrival.answeredAt = sentBytes;
  }

  #arrive(
    packet: Publish,
    qos: 1 | 2,
    message: SentMessage | undefined,
    session: ClientSession,
    connection: ClientConnection,
  ): void {
    const { topic, retain, dup, packetId } = packet;
    if (dup && session.connections < 2) {
      this.#fault('redelivery', `${shown(topic, message)} with DUP on its first connection`);
    }
    const arrivedStep = this.#history.step;
    this.#arrivals.set(packetId, {
      topic,
      message,
      qos,
      retain,
      arrivedStep,
      connection,
      answeredAt: Infinity,
      released: false,
    });
    if (qos === 1 || this.#method === 'B') {
      this.#deliver(session, connection, packet, message, arrivedStep, false);
    }
  }

  /**
   * Whether a PUBLISH repeats the one that had its identifier before. If it does not, that one must
   * be over (MQTT-2.3.1-4, MQTT-4.4.0-1).
   */
  #isAgain(
    known: Arrival,
    packet: Publish,
    message: SentMessage | undefined,
    connection: ClientConnection,
  ): boolean {
    const { packetId, topic, dup, qos } = packet;
    const what = `${shown(topic, message)} as ${packetId}`;
    const over = isOver(known);
    if (known.connection === connection) {
      // Nothing is sent twice on one connection, so this is another message.
      if (!over) this.#fault('identifier', `${what}, which is in use`);
      return false;
    }
    const killed = known.connection.kills !== connection.kills;
    const same = known.message === message && known.topic === topic && known.qos === qos;
    if (same && dup && !known.released) {
      if (over && !killed && this.#readMeansHandled) {
        this.#fault('redelivery', `${what} again, which it has acknowledged`);
      }
      return true;
    }
    if (over || (killed && known.qos === 1)) return false;
    // A killed broker may not remember what was on its way at QoS 1.
    if (same && !known.released) this.#fault('redelivery', `${what} again without DUP`);
    else this.#fault('identifier', `${what}, which is of ${shown(known.topic, known.message)}`);
    return false;
  }

  #deliver(
    session: ClientSession,
    { number: connection }: ClientConnection,
    { qos, retain }: Pick<Publish, 'qos' | 'retain'>,
    message: SentMessage | undefined,
    arrivedStep: number,
    again: boolean,
  ): void {
    if (message === undefined) return;
    const { step } = this.#history;
    session.receipts.push({ arrivedStep, step, message, qos, retain, connection, again });
  }

  #checkInflight(connection: ClientConnection): void {
    let inflight = 0;
    for (const arrival of this.#arrivals.values()) {
      if (arrival.connection !== connection) continue;
      if (!isAnswered(arrival) || (arrival.qos === 2 && !arrival.released)) inflight++;
    }
    if (inflight <= this.#inflightMax) return;
    this.#fault('limit', `${inflight} messages in flight, inflightMax is ${this.#inflightMax}`);
  }

  /** The message that a PUBLISH carries, byte for byte. */
  #messageIn({ topic, payload, qos }: Publish): SentMessage | undefined {
    if (payload.length === 0) return undefined;
    const message = this.#history.messageIn(payload);
    if (message === undefined) {
      this.#fault('content', `a payload that nobody has sent, on ${topic}`);
      return undefined;
    }
    const same = Buffer.compare(message.payload, payload) === 0;
    if (message.topic === topic && same && qos <= message.qos) return message;
    this.#fault(
      'content',
      `${message.name} with another topic, payload or QoS: ${topic}, QoS ${qos}`,
    );
    return message;
  }

  #fault(law: string, what: string): void {
    this.#history.violation(law, `${this.#clientId} got ${what}`);
  }
}

function isAnswered({ answeredAt }: Arrival): boolean {
  return answeredAt !== Infinity;
}

/** Whether the broker has read the last answer. */
function isOver({ qos, released, answeredAt, connection }: Arrival): boolean {
  return answeredAt !== Infinity && (qos === 1 || released) && connection.wasRead(answeredAt);
}

function shown(topic: string, message: SentMessage | undefined): string {
  return message === undefined ? `an empty message on ${topic}` : message.name;
}
