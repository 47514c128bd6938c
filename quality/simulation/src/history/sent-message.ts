import type { QoS } from '@magpie/protocol';

/** One message that a client has sent, or left as its will, and what is known of it. */
export class SentMessage {
  /** It stands in the payload, so that it is known wherever it turns up. */
  readonly number: number;
  readonly kind: 'publish' | 'will';
  readonly publisher: string;
  /** Counts the sessions of the publisher: the order of one has nothing to do with another's. */
  readonly flow: number;
  readonly topic: string;
  readonly qos: QoS;
  readonly retain: boolean;
  readonly payload: Uint8Array;
  /** When it was sent for the first time. Steps are those of the scheduler. */
  readonly sentStep: number;
  /** How often it was sent. */
  sends = 1;
  /** When its publisher learned that the broker has it. */
  acknowledgedStep = Infinity;
  /** When the broker handed it on, each time. */
  readonly routedSteps: number[] = [];

  constructor(fields: {
    readonly number: number;
    readonly kind: 'publish' | 'will';
    readonly publisher: string;
    readonly flow: number;
    readonly topic: string;
    readonly qos: QoS;
    readonly retain: boolean;
    readonly payload: Uint8Array;
    readonly sentStep: number;
  }) {
    this.number = fields.number;
    this.kind = fields.kind;
    this.publisher = fields.publisher;
    this.flow = fields.flow;
    this.topic = fields.topic;
    this.qos = fields.qos;
    this.retain = fields.retain;
    this.payload = fields.payload;
    this.sentStep = fields.sentStep;
  }

  /** Whether it clears what is retained. */
  get isClear(): boolean {
    return this.retain && this.payload.length === 0;
  }

  /** When it was handed on last; -1 if it never was. */
  get lastRoutedStep(): number {
    return this.routedSteps.at(-1) ?? -1;
  }

  /** What it is called in reports. */
  get name(): string {
    const retain = this.retain ? ' retained' : '';
    const what = this.kind === 'will' ? 'will' : 'message';
    return `${what} ${this.number} of ${this.publisher} (${this.topic}, QoS ${this.qos}${retain})`;
  }
}

/** A payload of about this many bytes that names its message; empty if it is to have none. */
export function payloadOf(number: number, bytes: number): Uint8Array {
  if (bytes === 0) return new Uint8Array(0);
  const name = `${number}|`;
  const payload = new Uint8Array(Math.max(bytes, name.length)).fill(FILLER);
  for (let at = 0; at < name.length; at++) payload[at] = name.charCodeAt(at);
  return payload;
}

/** The number in a payload; `undefined` if it has none. */
export function numberIn(payload: Uint8Array): number | undefined {
  let number = 0;
  for (let at = 0; at < payload.length; at++) {
    const byte = payload[at]!;
    if (byte === END && at > 0) return number;
    const digit = byte - ZERO;
    if (digit < 0 || digit > 9) return undefined;
    number = number * 10 + digit;
  }
  return undefined;
}

const FILLER = 0x2e;
const END = 0x7c;
const ZERO = 0x30;
