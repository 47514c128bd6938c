import type { Link } from '../world/link.js';
import type { Absence } from './absences.js';
import type { SentMessage } from './sent-message.js';

/** One connection, as both ends know it. */
export class ConnectionRecord {
  readonly link: Link;
  readonly keepAliveS: number;
  readonly will: SentMessage | undefined;
  /** How often a killed broker may have forgotten that the will was done with. */
  willTwice = 0;
  /** Bytes that the broker has read when it has the CONNECT. */
  connectBytes = Infinity;
  /** Bytes that the broker has read when it has the DISCONNECT; `Infinity` if none was sent. */
  disconnectBytes = Infinity;
  /** The broker has accepted the CONNECT, under this client identifier. */
  clientId: string | undefined;
  acceptedStep = Infinity;
  /** How long its client had been away. */
  absence: Absence = { mostMs: 0, leastMs: 0 };
  /** Why the broker has ended it; `killed`: it was there when the process was killed. */
  endReason: string | undefined;
  endedStep = Infinity;

  constructor(link: Link, keepAliveS: number, will: SentMessage | undefined) {
    this.link = link;
    this.keepAliveS = keepAliveS;
    this.will = will;
  }

  /** Whether the broker has it now, as a client's. */
  get isOpen(): boolean {
    return this.clientId !== undefined && this.endReason === undefined;
  }

  get connectWasRead(): boolean {
    return this.link.readBytes >= this.connectBytes;
  }

  get disconnectWasRead(): boolean {
    return this.link.readBytes >= this.disconnectBytes;
  }
}
