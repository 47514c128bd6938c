/**
 * Receiver side of QoS 2 for one session (MQTT 3.1.1, 4.3.3, method B of figure 4.3).
 *
 * It remembers the identifiers of messages that were handed on and not yet released, so that a
 * repeated PUBLISH is answered and not handed on again (MQTT-4.3.3-2). It lives as long as the
 * session.
 */
export class InboundWindow {
  readonly #receiveMax: number;
  #received: Set<number> | undefined;

  /** @param receiveMax Most identifiers remembered at one time. */
  constructor(receiveMax: number) {
    this.#receiveMax = receiveMax;
  }

  /** Messages handed on whose PUBREL has not come. */
  get unreleased(): number {
    return this.#received === undefined ? 0 : this.#received.size;
  }

  /** Whether a message with this identifier was handed on and not released. */
  has(packetId: number): boolean {
    return this.#received?.has(packetId) ?? false;
  }

  /**
   * A PUBLISH of QoS 2 arrived. `new`: hand it on and answer PUBREC. `repeated`: answer PUBREC
   * only. `full`: the peer has more unreleased messages than it may have.
   */
  receive(packetId: number): 'new' | 'repeated' | 'full' {
    this.#received ??= new Set();
    if (this.#received.has(packetId)) return 'repeated';
    if (this.#received.size >= this.#receiveMax) return 'full';
    this.#received.add(packetId);
    return 'new';
  }

  /**
   * PUBREL arrived: the identifier may be used for a new message. PUBCOMP answers in any case, also
   * to an identifier that is not known, or the peer would repeat its PUBREL forever.
   *
   * @returns Whether the identifier was remembered.
   */
  release(packetId: number): boolean {
    return this.#received?.delete(packetId) ?? false;
  }

  /** Puts back what a store remembered, even if that is more than `receiveMax` is now. */
  restore(packetId: number): void {
    this.#received ??= new Set();
    this.#received.add(packetId);
  }

  /** The remembered identifiers, in order of arrival. */
  identifiers(): Iterable<number> {
    return this.#received ?? [];
  }
}
