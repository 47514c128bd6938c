/** Tabs and their host in one process: ports, channels and turns as browsers have them. */

import type { ChannelLike } from './leader-channel.js';
import type { TabPort } from './tab-port.js';

/** What one end of a port has sent, and what it is told. */
export class RecordingPort<Out, In> implements TabPort<Out, In> {
  readonly posted: Out[] = [];
  closed = false;
  tell: (message: In) => void = () => {};

  post(message: Out): void {
    this.posted.push(message);
  }

  listen(receive: (message: In) => void): void {
    this.tell = receive;
  }

  close(): void {
    this.closed = true;
  }

  /** What was posted since the last call. */
  take(): Out[] {
    return this.posted.splice(0);
  }
}

/** All channels of one name. */
export class ChannelHub {
  readonly #listeners = new Map<ChannelLike, (event: { readonly data: unknown }) => void>();

  readonly open = (): ChannelLike => {
    const channel: ChannelLike = {
      postMessage: (data) => {
        const others = [...this.#listeners].filter(([other]) => other !== channel);
        for (const [other] of others) {
          const copy = structuredClone(data);
          queueMicrotask(() => this.#listeners.get(other)?.({ data: copy }));
        }
      },
      addEventListener: (_message, listener) => void this.#listeners.set(channel, listener),
      close: () => void this.#listeners.delete(channel),
    };
    return channel;
  };
}

/** Lets what is ready run: messages, locks, promises. */
export async function settled(): Promise<void> {
  for (let round = 0; round < 20; round++) {
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
  }
}
