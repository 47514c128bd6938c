import type { Client, ReceivedMessage } from '@magpie/client';
import type { QoS } from '@magpie/protocol';

/** Messages that a connection sends to itself. */
export class Scratch {
  readonly #client: Client;
  readonly #waiting = new Map<string, (message: ReceivedMessage) => void>();
  #next = 0;

  constructor(client: Client) {
    this.#client = client;
  }

  /** Subscribes to `filter`. @throws {SubscribeRefusedError} if the server does not grant it. */
  async listen(filter: string): Promise<QoS> {
    const subscription = this.#client.subscribe(filter, { qos: 2 }, (message) => {
      const mark = Buffer.from(message.bytes.subarray(0, MARK_BYTES)).toString();
      this.#waiting.get(mark)?.(message);
    });
    return subscription.ready;
  }

  /**
   * Publishes a message of `bytes` bytes and waits until it comes back.
   *
   * @returns `undefined` if it does not in time.
   * @throws {ClientError} if the connection ends at it.
   */
  async roundTrip(
    topic: string,
    qos: QoS,
    { bytes = MARK_BYTES, patienceMs }: { bytes?: number; patienceMs: number },
  ): Promise<{ readonly ms: number; readonly message: ReceivedMessage } | undefined> {
    const mark = `magpie-doctor-${String(this.#next++).padStart(6, '0')}`;
    const payload = Buffer.alloc(Math.max(bytes, MARK_BYTES), '.');
    payload.write(mark);
    const sinceMs = performance.now();
    const back = new Promise<ReceivedMessage>((resolve) => {
      this.#waiting.set(mark, resolve);
    });
    const ended = this.#ended();
    const timeout = timer(patienceMs);
    try {
      await Promise.race([this.#client.publish(topic, payload, { qos }), ended.reached]);
      const message = await Promise.race([back, ended.reached, timeout.reached]);
      return message === undefined ? undefined : { ms: performance.now() - sinceMs, message };
    } finally {
      this.#waiting.delete(mark);
      ended.stop();
      timeout.stop();
    }
  }

  /** Rejects when the connection ends. */
  #ended(): { readonly reached: Promise<never>; readonly stop: () => void } {
    let stop = (): void => {};
    const reached = new Promise<never>((_resolve, reject) => {
      stop = this.#client.on('state', (state) => {
        if (state.type === 'ended') reject(state.why ?? new Error('The connection has ended'));
      });
    });
    reached.catch(() => {});
    return { reached, stop };
  }
}

function timer(ms: number): { readonly reached: Promise<undefined>; readonly stop: () => void } {
  let id: NodeJS.Timeout | undefined;
  const reached = new Promise<undefined>((resolve) => {
    id = setTimeout(() => resolve(undefined), ms);
  });
  return { reached, stop: () => clearTimeout(id) };
}

/** Of `magpie-doctor-000000`. */
const MARK_BYTES = 20;
