import type { TestContext } from 'node:test';
import { type Broker, type BrokerOptions, createBroker } from '@magpie/broker';

/** Where a broker listens, at the ports that the system chose. */
export interface Ports {
  readonly host: string;
  readonly tcpPort: number;
  readonly wsPort: number;
}

/** A broker in this process. */
export interface TestBroker extends Ports {
  readonly broker: Broker;
}

/** Starts a broker that listens on TCP and WebSocket, and closes it with the test. */
export async function startBroker(
  t: TestContext,
  options: BrokerOptions = {},
): Promise<TestBroker> {
  const broker = await createBroker(options);
  t.after(() => broker.close());
  const { host, port: tcpPort } = await broker.listen({ type: 'tcp', port: 0 });
  const { port: wsPort } = await broker.listen({ type: 'ws', port: 0, path: '/mqtt' });
  return { broker, host, tcpPort, wsPort };
}
