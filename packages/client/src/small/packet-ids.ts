/** Packet identifiers of one client, and who waits for the answers (MQTT-2.3.1-2, MQTT-2.3.1-4). */
export class PacketIds<T> {
  readonly #waiting = new Map<number, T>();
  #last = 0;

  /** In the order in which they were given out. */
  entries(): Iterable<[packetId: number, T]> {
    return this.#waiting;
  }

  /** @returns An identifier that nobody else has. */
  give(waiter: T): number {
    do this.#last = (this.#last % PACKET_ID_MAX) + 1;
    while (this.#waiting.has(this.#last));
    this.#waiting.set(this.#last, waiter);
    return this.#last;
  }

  /** @returns Who has waited; `undefined`: the answer is to nothing that was asked. */
  take(packetId: number): T | undefined {
    const waiter = this.#waiting.get(packetId);
    this.#waiting.delete(packetId);
    return waiter;
  }
}

const PACKET_ID_MAX = 65_535;
