import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AdminWorld } from '../admin/admin-world.testing.js';

/** Resolves when a trace runs. */
async function started({ broker }: AdminWorld): Promise<void> {
  while ([...broker.traces.list()].length === 0) {
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
  }
}

test('magpie trace shows each message with its stations, and ends with the count', async (t) => {
  const world = await AdminWorld.start(t);
  const subscriber = await world.connect('panel-1');
  await subscriber.subscribe('plant/#', { qos: 1 }, () => {}).ready;
  const publisher = await world.connect('pump-7');
  const args = ['trace', '--topic', 'plant/+', '--count', '2', '--payload', '8', '--lang', 'en'];
  const running = world.run(args);
  await started(world);
  await publisher.publish('plant/7', 'hot', { qos: 1 });
  await publisher.publish('other', 'hot', { qos: 1 });
  await publisher.publish('plant/8', 'hot');
  const { code, out, err } = await running;
  assert.equal(code, 0);
  const [first = ''] = out;
  assert.match(first, /^#1 {5}\d\d:\d\d:\d\d\.\d{3} +\+0\.000 ms {2}received {6}pump-7 {4}/);
  assert.match(first, /plant\/7 QoS 1 3 B from 127/);
  assert.ok(first.endsWith('"hot"'));
  const words = out.map((line) => line.slice(37).split(/ +/).slice(0, 2).join(' ').trim());
  assert.deepEqual(words.filter((line) => /^(sent|acknowledged)/.test(line)).toSorted(), [
    'acknowledged panel-1',
    'sent panel-1',
    'sent panel-1',
  ]);
  assert.equal(words.filter((line) => line === 'settled').length, 2);
  assert.match(err[0] ?? '', /trace 1 follows at most 2 messages until 20/);
  assert.match(err.at(-1) ?? '', /it has its messages/);
  assert.deepEqual([...world.broker.traces.list()], []); // it is forgotten
});

test('magpie trace --to shows what becomes of messages at one client', async (t) => {
  const world = await AdminWorld.start(t);
  for (const clientId of ['panel-1', 'panel-2']) {
    const subscriber = await world.connect(clientId);
    await subscriber.subscribe('plant/#', { qos: 1 }, () => {}).ready;
  }
  const publisher = await world.connect('pump-7');
  const args = ['trace', '--to', 'panel-1', '--count', '1', '--format', 'json'];
  const running = world.run(args);
  await started(world);
  for (const topic of ['other', 'plant/7']) await publisher.publish(topic, 'hot', { qos: 1 });
  const { code, out } = await running;
  assert.equal(code, 0);
  const stations = out.map((line) => JSON.parse(line) as { kind: string; clientId?: string });
  const told = stations.filter(({ kind }) => kind === 'sent' || kind === 'acknowledged');
  assert.deepEqual(new Set(told.map(({ clientId }) => clientId)), new Set(['panel-1']));
  assert.equal(told.length, 2);
  assert.ok(stations.some(({ kind }) => kind === 'others'));
});

test('magpie trace prints a line of JSON for each station', async (t) => {
  const world = await AdminWorld.start(t);
  const publisher = await world.connect('pump-7');
  const args = ['trace', '--client', 'pump-7', '--count', '1', '--format', 'json'];
  const running = world.run(args);
  await started(world);
  await publisher.publish('a', 'x', { qos: 1 });
  const { code, out, err } = await running;
  assert.deepEqual([code, err], [0, []]);
  const stations = out.map((line) => JSON.parse(line) as { kind: string; message: number });
  assert.deepEqual(
    stations.map(({ kind }) => kind),
    ['received', 'authorised', 'matched', 'dropped', 'answered', 'settled'],
  );
});

test('magpie trace ends with the command, and then follows nothing any more', async (t) => {
  const world = await AdminWorld.start(t);
  const stop = new AbortController();
  const running = world.run(['trace', '--lang', 'zh'], { signal: stop.signal });
  await started(world);
  stop.abort();
  const { code, err } = await running;
  assert.equal(code, 0);
  assert.match(err.join('\n'), /^magpie: 跟踪 1 最多跟踪 1000 条消息|^跟踪 1 最多跟踪 1000 条消息/);
  assert.deepEqual([...world.broker.traces.list()], []);
});

test('magpie trace says that the broker has gone', async (t) => {
  const world = await AdminWorld.start(t);
  const running = world.run(['trace', '--lang', 'en']);
  await started(world);
  await world.broker.close();
  const { code, err } = await running;
  assert.equal(code, 1);
  assert.match(err.at(-1) ?? '', /the broker has gone/);
});

test('magpie trace says what is wrong with its flags', async (t) => {
  const world = await AdminWorld.start(t);
  for (const [args, code, message] of [
    [['--count', 'many'], 2, /--count must be a whole number from 0 to 999999999: it is 'many'/],
    [['--for', '5'], 2, /--for must be a number with s, m, h or d/],
    [['--format', 'xml'], 2, /text, json/],
    [['--topic', 'a/#/b'], 1, /topic: it is no topic filter/],
    [['--sample', '0'], 1, /sample/],
    [['--to', ''], 1, /to: /],
    [['--address', 'here'], 1, /Cannot trace 'here': it is no address/],
  ] as const) {
    const said = await world.run(['trace', ...args]);
    assert.equal(said.code, code, args.join(' '));
    assert.match(said.err.join('\n'), message);
  }
});
