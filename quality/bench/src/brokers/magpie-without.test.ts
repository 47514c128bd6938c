import assert from 'node:assert/strict';
import { test } from 'node:test';

import { SCENARIOS } from '../scenarios.js';
import { portOpens } from './free-port.js';
import { isWithout, magpieWithout } from './magpie-without.js';

const KINDS = magpieWithout({ profileFolder: undefined, args: [] });

test('magpieWithout() has a kind for each scenario that asks for one, and no other', () => {
  const asked = SCENARIOS.flatMap(({ beside }) => beside ?? []);
  assert.deepEqual(KINDS.map(({ name }) => name).toSorted(), asked.toSorted());
  assert.deepEqual(['no-rules', 'magpie', 'toString'].map(isWithout), [true, false, false]);
});

for (const kind of KINDS) {
  test(`magpieWithout() starts ${kind.name}`, async () => {
    const scenario = SCENARIOS.find(({ beside }) => beside === kind.name);
    assert.ok(scenario !== undefined);
    const broker = await kind.start(scenario, 1);
    assert.equal(await portOpens(broker.host, broker.port, () => false), true);
    await broker.stop();
  });
}
