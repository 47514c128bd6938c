import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ApiWorld } from '../api/api-world.testing.js';

/** `client filter`, of each row. */
const cases: readonly (readonly [query: string, rows: readonly string[]])[] = [
  ['', ['a x/+', 'a x/y', 'b #', 'b $share/g/x/+', 'away x/y']],
  ['?limit=2', ['a x/+', 'a x/y']],
  ['?limit=2&page=3', ['away x/y']],
  ['?limit=2&page=4', []],
  ['?clientid=a', ['a x/+', 'a x/y']],
  ['?clientid=a&limit=1&page=2', ['a x/y']],
  ['?clientid=nobody', []],
  ['?topic=x/y', ['a x/y', 'away x/y']],
  ['?topic=%23', ['b #']],
  ['?topic=x', []],
  ['?match_topic=x/y', ['a x/+', 'a x/y', 'b #', 'b $share/g/x/+', 'away x/y']],
  ['?match_topic=x/z', ['a x/+', 'b #', 'b $share/g/x/+']],
  ['?match_topic=z', ['b #']],
  ['?match_topic=$SYS/z', []],
  ['?match_topic=x/y&clientid=b', ['b #', 'b $share/g/x/+']],
  ['?share_group=g', ['b $share/g/x/+']],
  ['?share_group=g&match_topic=y', []],
  ['?share_group=h', []],
  ['?qos=2', ['b #']],
  ['?qos=0', ['a x/+']],
];

for (const [query, rows] of cases) {
  test(`subscriptionRoutes: GET /subscriptions${query} finds ${rows.length}`, async (t) => {
    const world = await ApiWorld.start(t);
    await world.connect('a', ['x/+', 0], ['x/y', 1]);
    await world.connect('none');
    await world.connect('b', ['#', 2], ['$share/g/x/+', 1]);
    await world.away('away', ['x/y', 1]);
    const found = (await world.data(`GET /subscriptions${query}`, 'viewer')) as {
      clientid: string;
      topic: string;
    }[];
    assert.deepEqual(
      found.map(({ clientid, topic }) => `${clientid} ${topic}`),
      rows,
    );
  });
}

test('subscriptionRoutes: a row has the QoS that was granted, and a page its count', async (t) => {
  const world = await ApiWorld.start(t);
  await world.connect('a', ['x', 2], ['y', 0]);
  const response = await world.ask('GET /subscriptions?limit=1', 'viewer');
  assert.deepEqual(await response.json(), {
    data: [{ clientid: 'a', topic: 'x', qos: 2 }],
    meta: { page: 1, limit: 1, count: 2, hasnext: true },
  });
});
