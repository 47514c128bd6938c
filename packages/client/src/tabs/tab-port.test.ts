import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type MessagePortLike, workerPort } from './tab-port.js';

test('workerPort() passes messages both ways, in order, from before it listens', async () => {
  // Node.js types the events of a port otherwise than browsers do.
  const { port1, port2 } = new MessageChannel() as unknown as Record<string, MessagePortLike>;
  const [one, two] = [workerPort<number, number>(port1!), workerPort<number, number>(port2!)];
  one.post(1);
  one.post(2);
  const got: number[] = [];
  await new Promise<void>((resolve) => {
    one.listen((number) => {
      assert.equal(number, 20);
      resolve();
    });
    two.listen((number) => {
      got.push(number);
      if (got.length === 2) two.post(20);
    });
  });
  assert.deepEqual(got, [1, 2]);
  one.close();
});
