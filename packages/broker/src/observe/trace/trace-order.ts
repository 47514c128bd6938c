import { validateTopicFilter } from '@magpie/protocol';
import { type Network, parseNetwork } from '../../model/network.js';
import { TRACE_NUMBERS } from '../../model/trace-numbers.js';

/** Which messages a trace follows, and how far. All conditions that are given must hold. */
export interface TraceOptions {
  /** A topic filter. */
  readonly topic?: string;
  /** The client identifier of the publisher. */
  readonly clientId?: string;
  /**
   * The client identifier of a subscriber: messages that match a subscription of its session when
   * they are received. Of a message only what becomes of it there is told, the others are counted.
   */
  readonly to?: string;
  /** The address of the publisher, or a network: `192.0.2.0/24`. */
  readonly address?: string;
  /** One message in so many: 1 to 1,000,000, by default 1, which is every one. */
  readonly sample?: number;
  /** When it ends by itself, in ms: 1000 to 86,400,000, by default 5 minutes. */
  readonly durationMs?: number;
  /** It ends after so many messages: 1 to 1,000,000, by default 1000. */
  readonly messagesMax?: number;
  /** Others of the same second are only counted: 1 to 10,000, by default 100. */
  readonly messagesPerSecondMax?: number;
  /**
   * Subscribers of a message that are told one by one: 0 to 1000, by default 20; the others are
   * counted.
   */
  readonly subscribersMax?: number;
  /** Bytes of the payload that are shown: 0 to 4096, by default none. */
  readonly payloadBytes?: number;
}

/** The same with its defaults. */
export interface TraceOrder extends Readonly<Record<TraceNumber, number>> {
  readonly topic?: string;
  readonly clientId?: string;
  readonly to?: string;
  readonly address?: string;
}

type TraceNumber = keyof typeof TRACE_NUMBERS;

/**
 * Checks what is asked for, and adds what is not said.
 *
 * @throws {TypeError} if a condition is none.
 * @throws {RangeError} if a number is out of range.
 */
export function traceOrder(options: TraceOptions): TraceOrder {
  const { topic, clientId, to, address } = options;
  const problem = topic === undefined ? undefined : validateTopicFilter(topic);
  if (problem !== undefined) throw new TypeError(`Cannot trace '${topic}': ${problem}`);
  if (address !== undefined) networkOf(address);
  const numbers = Object.keys(TRACE_NUMBERS).map((name) => {
    return [name, numberOf(name as TraceNumber, options)] as const;
  });
  return {
    ...(Object.fromEntries(numbers) as Record<TraceNumber, number>),
    ...(topic !== undefined && { topic }),
    ...(clientId !== undefined && { clientId }),
    ...(to !== undefined && { to }),
    ...(address !== undefined && { address }),
  };
}

/** @throws {TypeError} if it is neither address nor network. */
export function networkOf(address: string): Network {
  const network = parseNetwork(address);
  if (network !== undefined) return network;
  throw new TypeError(`Cannot trace '${address}': it is no address and no network`);
}

function numberOf(name: TraceNumber, options: TraceOptions): number {
  const { default: usual, min, max } = TRACE_NUMBERS[name];
  const value = options[name] ?? usual;
  if (Number.isInteger(value) && value >= min && value <= max) return value;
  throw new RangeError(`${name} must be an integer from ${min} to ${max}: it is ${value}`);
}
