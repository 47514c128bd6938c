import type { ClientError } from '../errors.js';
import type { ClientState } from './client-state.js';

/** A packet that went out or came in. */
export interface PacketEvent {
  readonly direction: 'sent' | 'received';
  /** Its name in the standard, in small letters. */
  readonly type: string;
  /** 0 if it has none. */
  readonly packetId: number;
}

/** Told of each packet; what nobody wants to know costs no object. */
export interface PacketTracer {
  packet(direction: PacketEvent['direction'], type: string, packetId: number): void;
}

export interface ClientEventMap {
  readonly state: ClientState;
  /** What failed and is nobody's promise. Without a listener nothing is printed. */
  readonly error: ClientError;
  readonly packet: PacketEvent;
}

export type ClientEventName = keyof ClientEventMap;
type Listener<Name extends ClientEventName> = (event: ClientEventMap[Name]) => void;

/** Who listens to what. An event that nobody listens to costs a comparison. */
export class ClientEvents implements PacketTracer {
  /** Lists are replaced, never changed: who is told of an event is certain when it begins. */
  readonly #listeners: { [name in ClientEventName]?: readonly Listener<never>[] | undefined } = {};

  /**
   * @returns A function that takes the listener off.
   * @throws {TypeError} if there is no such event, or the listener is no function.
   */
  on<Name extends ClientEventName>(name: Name, listener: Listener<Name>): () => void {
    if (!NAMES.includes(name) || typeof listener !== 'function') {
      throw new TypeError(`Cannot listen to '${name}': there are ${NAMES.join(', ')}`);
    }
    this.#listeners[name] = this.#of(name).concat(listener);
    return () => {
      const others = this.#of(name).filter((one) => one !== listener);
      this.#listeners[name] = others.length > 0 ? others : undefined;
    };
  }

  packet(direction: PacketEvent['direction'], type: string, packetId: number): void {
    if (this.#listeners.packet !== undefined) this.emit('packet', { direction, type, packetId });
  }

  emit<Name extends ClientEventName>(name: Name, event: ClientEventMap[Name]): void {
    for (const listener of this.#of(name)) (listener as Listener<Name>)(event);
  }

  #of(name: ClientEventName): readonly Listener<never>[] {
    return this.#listeners[name] ?? [];
  }
}

const NAMES: readonly ClientEventName[] = ['state', 'error', 'packet'];
