/**
 * Goal: the client keeps its word from publish to handler: QoS 2 exactly once, QoS 1 never lost, in
 * order, over cut connections and killed processes on all three sides.
 * Method: the real client and the real broker, as many seeds as `npm test` has time for; then
 * clients with one fault, each of which has to be noticed soon.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CLIENT_MUTANTS } from './client-mutants.testing.js';
import { EndToEnd } from './end-to-end.js';

const RUNS = 500;
/** Most seeds until a fault is noticed. */
const SEEDS_MAX = 100;

test(`EndToEnd breaks no law with the first ${RUNS} seeds`, async () => {
  const sum = { messages: 0, handled: 0, clientKills: 0, brokerKills: 0 };
  for (let seed = 1; seed <= RUNS; seed++) {
    const { violations, ...figures } = await new EndToEnd(seed).run();
    assert.deepEqual(violations, [], `seed ${seed}`);
    for (const name of Object.keys(sum) as (keyof typeof sum)[]) sum[name] += figures[name];
  }
  // That something happened: a world in which nothing does breaks no law either.
  assert.ok(sum.messages > RUNS * 40, `${sum.messages} messages`);
  assert.ok(sum.handled > RUNS * 40, `${sum.handled} handled`);
  assert.ok(sum.clientKills > RUNS * 2, `${sum.clientKills} clients killed`);
  assert.ok(sum.brokerKills > RUNS / 2, `${sum.brokerKills} brokers killed`);
});

test('EndToEnd gives the same run again', async () => {
  assert.deepEqual(await new EndToEnd(3).run(), await new EndToEnd(3).run());
});

for (const { name, caughtBy, mutation } of CLIENT_MUTANTS) {
  test(`EndToEnd notices a client that ${name}`, async (t) => {
    const others = new Set<string>();
    for (let seed = 1; seed <= SEEDS_MAX; seed++) {
      const { violations } = await new EndToEnd(seed, mutation).run();
      const caught = violations.find((what) => caughtBy.some((law) => what.startsWith(law)));
      if (caught !== undefined) {
        t.diagnostic(`seed ${seed}, ${caught}`);
        return;
      }
      for (const what of violations) others.add(what.split(':')[0]!);
    }
    assert.fail(`No seed up to ${SEEDS_MAX} breaks ${caughtBy.join()}: ${[...others].join()}`);
  });
}
