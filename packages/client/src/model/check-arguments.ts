import { checkRange, isQoS, type QoS, validateTopicFilter } from '@magpie/protocol';

/**
 * Checks what a program hands in, at the call: a program without types has no compiler to tell it,
 * and later nobody could be told.
 *
 * @param what For the error, such as `publish to`.
 * @param problemOf What is wrong with a topic name or filter.
 * @throws {TypeError} if the topic or the QoS is none of MQTT's.
 */
export function checkTopic(
  what: string,
  topic: string,
  problemOf: (topic: string) => string | undefined,
  qos: QoS = 0,
): void {
  const problem = typeof topic === 'string' ? problemOf(topic) : 'it is no text';
  if (problem !== undefined) throw new TypeError(`Cannot ${what} '${topic}': ${problem}`);
  if (isQoS(qos)) return;
  throw new TypeError(`Cannot ${what} '${topic}' at QoS ${String(qos)}: it is 0, 1 or 2`);
}

/**
 * @throws {TypeError} if filter, QoS or handler will not do.
 * @throws {RangeError} if a limit is out of range.
 */
export function checkSubscription(
  filter: string,
  options: { readonly qos?: QoS; readonly bufferMax?: number; readonly handlersMax?: number },
  handler: unknown,
): void {
  const { qos, bufferMax = 0, handlersMax = 1 } = options;
  checkTopic('subscribe to', filter, validateTopicFilter, qos);
  checkRange('bufferMax', bufferMax, 0);
  checkRange('handlersMax', handlersMax, 1);
  if (typeof options !== 'function' && typeof (handler ?? isQoS) === 'function') return;
  throw new TypeError(`Cannot subscribe to '${filter}': a handler is a function, after options`);
}

/** @throws {TypeError} if the payload is neither text nor bytes. */
export function payloadBytes(payload: string | Uint8Array): Uint8Array {
  const bytes = typeof payload === 'string' ? encoder.encode(payload) : payload;
  // Bytes of another frame of a page are no instance of this one's Uint8Array.
  if ((bytes as Uint8Array | null)?.BYTES_PER_ELEMENT === 1) return bytes;
  throw new TypeError('A payload is text or bytes: encode it');
}

const encoder = new TextEncoder();
