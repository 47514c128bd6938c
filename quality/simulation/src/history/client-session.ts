import { matches, parseSharedFilter, type QoS } from '@magpie/protocol';
import type { SentMessage } from './sent-message.js';

/** One subscription, from its SUBSCRIBE to its end, as its client knows it. */
export class SubscriptionSpan {
  /** As the client wrote it. */
  readonly filter: string;
  /** Without `$share/group/`. */
  readonly bare: string;
  readonly group: string | undefined;
  readonly requested: QoS;
  readonly sentStep: number;
  /** SUBACK came. */
  grantedStep = Infinity;
  granted: QoS = 0;
  /** Something was sent that ends it: UNSUBSCRIBE, or another SUBSCRIBE of the same filter. */
  endingStep = Infinity;
  /** That was answered. */
  endedStep = Infinity;

  constructor(filter: string, requested: QoS, sentStep: number) {
    const shared = parseSharedFilter(filter);
    this.filter = filter;
    this.bare = shared?.filter ?? filter;
    this.group = shared?.group;
    this.requested = requested;
    this.sentStep = sentStep;
  }

  matches(topic: string): boolean {
    return matches(this.bare, topic);
  }

  /** Whether it certainly held all this time. */
  covers(fromStep: number, toStep: number): boolean {
    return this.grantedStep <= fromStep && this.endingStep >= toStep;
  }

  /** Whether it may have held at this time. */
  mayHold(step: number): boolean {
    return this.sentStep <= step && this.endedStep >= step;
  }
}

/** A message that reached its client's application. */
export interface Receipt {
  /** When its PUBLISH came; with method A of QoS 2 that is before its delivery. */
  readonly arrivedStep: number;
  readonly step: number;
  readonly message: SentMessage;
  readonly qos: QoS;
  readonly retain: boolean;
  /** The number of the connection it came on. */
  readonly connection: number;
  /** A redelivery, known by its identifier. */
  readonly again: boolean;
}

/** One session of a client, from the CONNECT that began it to its end, as its client knows it. */
export class ClientSession {
  readonly clientId: string;
  readonly persistent: boolean;
  readonly beganStep: number;
  /** Its client has learned, or decided, that it is gone. */
  endedStep = Infinity;
  readonly subscriptions: SubscriptionSpan[] = [];
  readonly receipts: Receipt[] = [];
  /** How often its client was connected to it. */
  connections = 0;
  /** The number of the last connection. */
  connection: number | undefined;

  constructor(clientId: string, persistent: boolean, beganStep: number) {
    this.clientId = clientId;
    this.persistent = persistent;
    this.beganStep = beganStep;
  }

  /** What it is called in reports. */
  get name(): string {
    const kind = this.persistent ? 'session' : 'clean session';
    return `${this.clientId} (${kind} of step ${this.beganStep})`;
  }
}
