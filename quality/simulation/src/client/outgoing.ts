import { type Packet, Publish } from '@magpie/protocol';
import type { History, MessageFields } from '../history/history.js';
import type { SentMessage } from '../history/sent-message.js';
import type { StoreLedger } from '../world/store-ledger.js';
import type { ClientConnection } from './client-connection.js';
import type { PacketIds } from './packet-ids.js';

/** A message of QoS 1 or 2 that is not acknowledged to the end. */
interface Flight {
  readonly packetId: number;
  readonly message: SentMessage;
  /** The number of the connection it was sent on last. */
  connection: number;
  /** PUBREC came, PUBREL is sent. */
  released: boolean;
}

/**
 * What a client publishes (MQTT 3.1.1, 4.3 and 4.4): what was not acknowledged when the connection
 * broke is sent again in its order, with DUP and the same identifiers.
 */
export class Outgoing {
  readonly #name: string;
  readonly #clientId: string;
  readonly #windowMax: number;
  readonly #ids: PacketIds;
  readonly #history: History;
  readonly #ledger: StoreLedger;
  /** In the order they were sent. */
  #flights: Flight[] = [];
  #waiting: MessageFields[] = [];
  #flow = 0;

  constructor(parts: {
    readonly name: string;
    readonly clientId: string;
    readonly windowMax: number;
    readonly ids: PacketIds;
    readonly history: History;
    readonly ledger: StoreLedger;
  }) {
    this.#name = parts.name;
    this.#clientId = parts.clientId;
    this.#windowMax = parts.windowMax;
    this.#ids = parts.ids;
    this.#history = parts.history;
    this.#ledger = parts.ledger;
  }

  /** Messages that are not acknowledged to the end, or not sent yet. */
  get unfinished(): number {
    return this.#flights.length + this.#waiting.length;
  }

  /** QoS 0 goes out now or never; the rest as the window allows. */
  publish(fields: MessageFields, connection: ClientConnection | undefined): void {
    if (fields.qos > 0) {
      this.#waiting.push(fields);
      this.fill(connection);
      return;
    }
    if (connection === undefined) return;
    const { topic, retain } = fields;
    const { payload } = this.#history.newMessage('publish', this.#name, fields, this.#flow);
    connection.send(Publish.of({ topic, payload, retain }));
  }

  /** Sends what waits, as far as the window allows. */
  fill(connection: ClientConnection | undefined): void {
    if (connection === undefined) return;
    while (this.#flights.length < this.#windowMax) {
      const fields = this.#waiting.shift();
      if (fields === undefined) return;
      const message = this.#history.newMessage('publish', this.#name, fields, this.#flow);
      const packetId = this.#ids.take();
      const flight = { packetId, message, connection: connection.number, released: false };
      this.#flights.push(flight);
      this.#send(connection, flight, false);
    }
  }

  /** The broker has the session: goes on with it. */
  resume(connection: ClientConnection): void {
    for (const flight of this.#flights) {
      flight.connection = connection.number;
      if (flight.released) {
        connection.send({ type: 'pubrel', packetId: flight.packetId });
        continue;
      }
      flight.message.sends++;
      this.#send(connection, flight, true);
    }
    this.fill(connection);
  }

  /** The broker has no such session: what was in flight stays as it is, whatever that is. */
  forget(): void {
    for (const { packetId } of this.#flights) this.#ids.giveBack(packetId);
    this.#flights = [];
    this.#flow++;
  }

  acknowledged(packet: Acknowledgement, connection: ClientConnection): void {
    const flight = this.#flights.find(({ packetId }) => packetId === packet.packetId);
    if (flight === undefined) {
      this.#fault(`${packet.type} for ${packet.packetId}, which is not in flight`);
      return;
    }
    if ((packet.type === 'puback') !== (flight.message.qos === 1)) {
      this.#fault(`${packet.type} for ${flight.message.name}`);
      return;
    }
    if (packet.type === 'pubrec') this.#received(flight, connection);
    else this.#done(packet.type, flight, connection);
    this.fill(connection);
  }

  #received(flight: Flight, connection: ClientConnection): void {
    if (flight.released) this.#fault(`PUBREC again for ${flight.message.name}`);
    this.#checkOrder('PUBREC', flight);
    this.#learn(flight.message, connection);
    this.#expectSafe(`received ${this.#clientId} ${flight.packetId}`, flight, connection);
    flight.released = true;
    connection.send({ type: 'pubrel', packetId: flight.packetId });
  }

  #done(type: 'puback' | 'pubcomp', flight: Flight, connection: ClientConnection): void {
    if (type === 'puback') {
      this.#checkOrder('PUBACK', flight);
      this.#learn(flight.message, connection);
    } else {
      if (!flight.released) this.#fault(`PUBCOMP before PUBREL for ${flight.message.name}`);
      this.#expectSafe(`freed ${this.#clientId} ${flight.packetId}`, flight, connection);
    }
    this.#flights = this.#flights.filter((other) => other !== flight);
    this.#ids.giveBack(flight.packetId);
  }

  /** The publisher knows now that the broker has the message. */
  #learn(message: SentMessage, connection: ClientConnection): void {
    if (message.acknowledgedStep === Infinity) message.acknowledgedStep = this.#history.step;
    this.#expectSafe(`message ${message.number}`, { message }, connection);
  }

  #expectSafe(key: string, { message }: Pick<Flight, 'message'>, { link }: ClientConnection): void {
    if (!this.#ledger.isUnsafe(key, link)) return;
    const what = `${this.#name} got an acknowledgement of ${message.name}; not on disk: ${key}`;
    this.#history.violation('durability', what);
  }

  /** Acknowledgements come in the order of what they acknowledge (MQTT-4.6.0-2, -3). */
  #checkOrder(type: string, { message, connection }: Flight): void {
    const oldest = this.#flights.find((other) => {
      return (
        other.connection === connection && other.message.qos === message.qos && !other.released
      );
    });
    if (oldest?.message === message) return;
    this.#fault(`${type} for ${message.name} before the one for ${oldest?.message.name}`);
  }

  #send(connection: ClientConnection, { packetId, message }: Flight, dup: boolean): void {
    const { topic, payload, qos, retain } = message;
    connection.send(Publish.of({ topic, payload, qos, retain, dup, packetId }));
  }

  #fault(what: string): void {
    this.#history.violation('acknowledgement', `${this.#name} got ${what}`);
  }
}

export type Acknowledgement = Extract<Packet, { readonly type: 'puback' | 'pubrec' | 'pubcomp' }>;
