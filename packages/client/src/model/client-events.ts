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

export interface ClientEventMap {
  readonly state: ClientState;
  /** What failed and is nobody's promise. Without a listener nothing is printed. */
  readonly error: ClientError;
  readonly packet: PacketEvent;
}

export type ClientEventName = keyof ClientEventMap;
type Listener<Name extends ClientEventName> = (event: ClientEventMap[Name]) => void;

/** Who listens to what. An event that nobody listens to costs a comparison. */
export class ClientEvents {
  readonly #listeners: { [Name in ClientEventName]: Set<Listener<Name>> } = {
    state: new Set(),
    error: new Set(),
    packet: new Set(),
  };

  /** @returns A function that takes the listener off. */
  on<Name extends ClientEventName>(name: Name, listener: Listener<Name>): () => void {
    const listeners = this.#listeners[name];
    listeners.add(listener);
    return () => void listeners.delete(listener);
  }

  wants(name: ClientEventName): boolean {
    return this.#listeners[name].size > 0;
  }

  emit<Name extends ClientEventName>(name: Name, event: ClientEventMap[Name]): void {
    for (const listener of this.#listeners[name]) listener(event);
  }
}
