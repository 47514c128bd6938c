/** Clients that do nothing but remember, for tests of a pool. */
import type { ClientStatistics } from '../model/client-statistics.js';
import { ClientError } from '../errors.js';
import type { ClientState } from '../model/client-state.js';
import type { Subscription } from '../subscriptions/subscription.js';
import type { PooledClient } from './pooled-client.js';

export class FakeClient implements PooledClient {
  readonly connection: number;
  /** `topic=payload` and `subscribe filter`, in order. */
  readonly done: string[] = [];
  state: ClientState = { type: 'idle' };

  constructor(connection = 0) {
    this.connection = connection;
  }

  statistics(): ClientStatistics {
    return { state: this.state.type, inflight: 3 } as ClientStatistics;
  }

  async start(): Promise<void> {}

  async publish(topic: string, payload: string | Uint8Array = ''): Promise<void> {
    this.done.push(`${topic}=${String(payload)}`);
  }

  subscribe<T>(filter: string): Subscription<T> {
    this.done.push(`subscribe ${filter}`);
    const { done } = this;
    const subscription = {
      ended: false,
      async unsubscribe() {
        if (this.ended) return;
        this.ended = true;
        done.push(`unsubscribe ${filter}`);
      },
    };
    return subscription as unknown as Subscription<T>;
  }

  async end(): Promise<void> {
    this.giveUp();
  }

  giveUp(): void {
    this.state = { type: 'ended', why: new ClientError('ended', 'It gave up') };
  }
}
