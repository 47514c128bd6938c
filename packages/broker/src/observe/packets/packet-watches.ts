import type { Clock } from '../../model/clock.js';
import type { TimerEntry, TimerWheel } from '../../model/timer-wheel.js';
import type { Logger } from '../logger.js';
import { PacketLog } from './packet-log.js';

/** Whose packets are logged: a client, or all who come from an address. */
export type WatchedSubject =
  | { readonly clientId: string; readonly address?: undefined }
  | { readonly address: string; readonly clientId?: undefined };

/** A subject, and the end of the watch in ms since 1970. */
export type PacketWatch = WatchedSubject & { readonly untilMs: number };

interface Watch {
  readonly untilMs: number;
  readonly timer: TimerEntry;
}

/**
 * The clients and addresses whose packets are logged while they are looked into. A watch ends by
 * itself: nobody has to remember it.
 */
export class PacketWatches {
  readonly #log: Logger;
  readonly #clock: Clock;
  readonly #wheel: TimerWheel;
  readonly #changed: () => void;
  readonly #clients = new Map<string, Watch>();
  readonly #addresses = new Map<string, Watch>();

  /**
   * @param parts.log Told each packet.
   * @param parts.changed Told when another connection may be watched than before.
   */
  constructor(parts: { log: Logger; clock: Clock; wheel: TimerWheel; changed: () => void }) {
    this.#log = parts.log;
    this.#clock = parts.clock;
    this.#wheel = parts.wheel;
    this.#changed = parts.changed;
  }

  /**
   * Watches, in the place of a watch of the same subject.
   *
   * @param seconds From 1 to {@link WATCH_SECONDS_MAX}.
   * @throws {RangeError} if that is out of its range, or {@link WATCHES_MAX} are watched.
   */
  add(subject: WatchedSubject, seconds: number): PacketWatch {
    if (!(seconds >= 1 && seconds <= WATCH_SECONDS_MAX)) {
      throw new RangeError(`a watch takes 1 to ${WATCH_SECONDS_MAX} seconds: ${seconds}`);
    }
    this.#forget(subject);
    if (this.#clients.size + this.#addresses.size >= WATCHES_MAX) {
      throw new RangeError(`only ${WATCHES_MAX} clients and addresses can be watched: end one`);
    }
    const ms = seconds * 1000;
    const due = () => {
      this.remove(subject);
      return Infinity;
    };
    const timer = this.#wheel.schedule({ due }, this.#clock.nowMs() + ms);
    const untilMs = this.#clock.wallMs() + ms;
    this.#mapOf(subject).set(nameOf(subject), { untilMs, timer });
    this.#changed();
    return { ...subject, untilMs };
  }

  /** @returns Whether it was watched. */
  remove(subject: WatchedSubject): boolean {
    const wasWatched = this.#forget(subject);
    if (wasWatched) this.#changed();
    return wasWatched;
  }

  list(): readonly PacketWatch[] {
    return [
      ...[...this.#clients].map(([clientId, { untilMs }]) => ({ clientId, untilMs })),
      ...[...this.#addresses].map(([address, { untilMs }]) => ({ address, untilMs })),
    ];
  }

  /** Where the packets of a client are told, `undefined` if they are not. */
  logOf(clientId: string, address: string): PacketLog | undefined {
    if (!this.#clients.has(clientId) && !this.#addresses.has(address)) return undefined;
    return new PacketLog(this.#log, clientId, address);
  }

  #forget(subject: WatchedSubject): boolean {
    const watches = this.#mapOf(subject);
    const watch = watches.get(nameOf(subject));
    if (watch === undefined) return false;
    this.#wheel.cancel(watch.timer);
    return watches.delete(nameOf(subject));
  }

  #mapOf({ clientId }: WatchedSubject): Map<string, Watch> {
    return clientId === undefined ? this.#addresses : this.#clients;
  }
}

function nameOf({ clientId, address }: WatchedSubject): string {
  return clientId ?? address;
}

export const WATCHES_MAX = 64;
/** A day. */
export const WATCH_SECONDS_MAX = 86_400;
