import type { CloseReason } from '../model/close-reason.js';
import { Connection } from './connection.js';
import type { ConnectionSurroundings } from './connection-surroundings.js';
import type { Transport } from './transport.js';

/** The connections that are open, whatever listener they came from. */
export class ConnectionSet {
  readonly #around: ConnectionSurroundings;
  readonly #open = new Set<Connection>();
  #onEmpty: (() => void) | undefined;

  constructor(around: ConnectionSurroundings) {
    this.#around = around;
  }

  get size(): number {
    return this.#open.size;
  }

  /**
   * Takes a new transport. Over `connectionsMax`, while the broker is overloaded, or from an
   * address that may not come, it is closed before it is read.
   *
   * @param packetBytesMax Largest packet that its client takes, by its listener.
   */
  accept(transport: Transport, packetBytesMax = Infinity): void {
    const { limits, counters, log, admission } = this.#around;
    if (this.#open.size >= limits.connectionsMax || this.#onEmpty !== undefined) {
      counters.connectionsRefused++;
      const { remoteAddress: address } = transport;
      log.warn(
        { event: 'connection-refused', address, connectionsMax: limits.connectionsMax },
        'connection refused: connectionsMax reached or broker closing',
      );
      transport.destroy();
      return;
    }
    const address = transport.addressPending === true ? undefined : transport.remoteAddress;
    const hasRoom = admission.hasRoom(this.#open.size, transport.remoteAddress);
    if (!hasRoom || (address !== undefined && !admission.arrives(address))) {
      transport.destroy();
      return;
    }
    counters.connectionsOpened++;
    const connection = new Connection(transport, this.#around, {
      arrivedFrom: address,
      packetBytesMax,
      onEnd: this.#end,
    });
    this.#open.add(connection);
    connection.start();
  }

  /** Ends the connections of those who are banned now. */
  closeBanned(): void {
    for (const connection of this.#open) {
      if (connection.isBanned) connection.closeSoon('banned');
    }
  }

  /** The packets of others may be logged than before. */
  watchPackets(): void {
    for (const connection of this.#open) connection.watchPackets();
  }

  /** Closes all. Resolves when every transport is closed; nothing is accepted any more. */
  async close(reason: CloseReason): Promise<void> {
    const empty = new Promise<void>((resolve) => {
      this.#onEmpty = resolve;
    });
    for (const connection of this.#open) connection.close(reason);
    if (this.#open.size > 0) await empty;
  }

  readonly #end = (connection: Connection): void => {
    this.#open.delete(connection);
    if (this.#open.size === 0) this.#onEmpty?.();
  };
}
