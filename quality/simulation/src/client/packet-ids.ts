/** Packet identifiers of one client; each is used by one packet at a time (MQTT-2.3.1-2). */
export class PacketIds {
  readonly #used = new Set<number>();
  #last: number;

  /** @param first Where it starts: near the end, the wrap to 1 is soon. */
  constructor(first: number) {
    this.#last = first - 1;
  }

  take(): number {
    do this.#last = (this.#last % PACKET_ID_MAX) + 1;
    while (this.#used.has(this.#last));
    this.#used.add(this.#last);
    return this.#last;
  }

  giveBack(packetId: number): void {
    this.#used.delete(packetId);
  }
}

const PACKET_ID_MAX = 65_535;
