import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PublishWindow } from './publish-window.js';

test('PublishWindow makes nobody wait while there is room', () => {
  assert.equal(new PublishWindow().add(Promise.resolve(), 10), undefined);
});

for (const [what, messages, bytes] of [
  ['messages', 1000, 1],
  ['bytes', 8, 1024 * 1024],
] as const) {
  test(`PublishWindow makes the next one wait when there are too many ${what}`, async () => {
    const window = new PublishWindow();
    const under = Array.from({ length: messages }, () => new Settling());
    const waits = under.map((one) => window.add(one.promise, bytes));
    assert.ok(waits.slice(0, -1).every((wait) => wait === undefined));
    let goesOn = false;
    const last = waits.at(-1)!.then(() => {
      goesOn = true;
    });
    await Promise.resolve();
    assert.equal(goesOn, false);
    under[3]!.resolve();
    await last;
  });
}

test('PublishWindow fails with the first publish that does', async () => {
  const window = new PublishWindow();
  void window.add(Promise.resolve(), 1);
  void window.add(Promise.reject(new Error('first')), 1);
  void window.add(Promise.reject(new Error('second')), 1);
  await assert.rejects(window.settled(), /first/);
});

/** A publish that a test ends. */
class Settling {
  resolve: () => void = () => {};
  readonly promise = new Promise<void>((resolve) => {
    this.resolve = resolve;
  });
}
