import type { Listener, ListenerAddress, Transport } from '@magpie/broker';
import type { Random } from '../random.js';
import type { Trace } from '../trace.js';
import { Link, type Peer, type Tampering } from './link.js';
import { type Conditions, PIECE_BYTES_MAX } from './pipe.js';
import type { Scheduler } from './scheduler.js';

/** Makes the {@link Tampering} of each new link. */
export type Tamper = (random: Random) => Tampering;

/**
 * A network with one server in it, which the broker listens on. The same address is there when the
 * broker comes back.
 */
export class Network {
  readonly #scheduler: Scheduler;
  readonly #random: Random;
  readonly #conditions: Conditions;
  readonly #trace: Trace;
  readonly #misused: (how: string) => void;
  readonly #tamper: Tamper | undefined;
  readonly #readRegion = new Uint8Array(PIECE_BYTES_MAX);
  #links = new Set<Link>();
  #linksMade = 0;
  #accept: ((transport: Transport) => void) | undefined;

  constructor(parts: {
    readonly scheduler: Scheduler;
    readonly random: Random;
    readonly conditions: Conditions;
    readonly trace: Trace;
    readonly misused: (how: string) => void;
    readonly tamper: Tamper | undefined;
  }) {
    this.#scheduler = parts.scheduler;
    this.#random = parts.random;
    this.#conditions = parts.conditions;
    this.#trace = parts.trace;
    this.#misused = parts.misused;
    this.#tamper = parts.tamper;
  }

  /** Whether nothing is under way. */
  get isIdle(): boolean {
    for (const link of this.#links) if (!link.isIdle) return false;
    return true;
  }

  /** The listener of one broker. */
  listener(): Listener {
    return {
      listen: (accept: (transport: Transport) => void): Promise<ListenerAddress> => {
        this.#accept = accept;
        return Promise.resolve({ type: 'simulated', host: 'network', port: 0 });
      },
      close: (): Promise<void> => {
        this.#accept = undefined;
        return Promise.resolve();
      },
    };
  }

  /** Opens a connection. The peer is told of its end, also where nobody listens. */
  connect(peer: Peer): Link {
    const number = this.#linksMade++;
    const random = this.#random.fork('link', number);
    const link = new Link({
      number,
      scheduler: this.#scheduler,
      random,
      conditions: this.#conditions,
      trace: this.#trace,
      peer,
      tampering: this.#tamper?.(random.fork('tampering')),
      misused: this.#misused,
      readRegion: this.#readRegion,
    });
    this.#links.add(link);
    this.#scheduler.after(random.within(0, this.#conditions.delayMsMax), () => {
      if (!this.#links.has(link)) return;
      if (this.#accept === undefined) link.brokerKilled();
      else this.#accept(link);
    });
    return link;
  }

  /** The broker's process is gone, and with it its end of every connection. */
  brokerKilled(): void {
    this.#accept = undefined;
    for (const link of this.#links) link.brokerKilled();
    this.#links = new Set();
  }

  /** What was cut and noticed by nobody is noticed now. */
  heal(): void {
    for (const link of this.#links) link.heal();
  }
}
