import type { TestContext } from 'node:test';
import { type Broker, type BrokerOptions, createBroker } from '@magpie/broker';
import type * as client from '@magpie/client/browser';
import type * as indexeddb from '@magpie/client/indexeddb';
import type * as tabs from '@magpie/client/tabs';

declare global {
  /** In a page: the client, with all its doors. */
  var magpie: typeof client & typeof indexeddb & typeof tabs;
}

/** A broker in this process, and how a page reaches it. */
export interface Running {
  readonly broker: Broker;
  readonly url: string;
}

/** Starts a broker that takes connections of one site alone, and closes it with the test. */
export async function startMagpie(
  t: TestContext,
  origin: string,
  options: BrokerOptions = {},
): Promise<Running> {
  const broker = await createBroker(options);
  t.after(() => broker.close());
  const address = { type: 'ws', port: 0, path: '/mqtt', origins: [origin] } as const;
  const { host, port } = await broker.listen(address);
  return { broker, url: `ws://${host}:${port}/mqtt` };
}
