import type { TestContext } from 'node:test';
import { type Broker, type BrokerOptions, createBroker } from '@magpie/broker';

/** A broker in this process, and the flags that lead to it. It ends with the test. */
export async function startBroker(
  t: TestContext,
  options: BrokerOptions = {},
): Promise<{ readonly broker: Broker; readonly url: string; readonly flags: readonly string[] }> {
  const broker = await createBroker(options);
  t.after(() => broker.close());
  const { host, port } = await broker.listen({ type: 'tcp', port: 0 });
  return { broker, url: `mqtt://${host}:${port}`, flags: ['-h', host, '-p', String(port)] };
}

/** Resolves when `reached` holds; looks whenever the event loop has been around. */
export async function until(reached: () => boolean): Promise<void> {
  while (!reached()) {
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
  }
}
