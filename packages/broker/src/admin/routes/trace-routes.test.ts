import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Station } from '../../observe/trace/station.js';
import { stationLine } from '../../observe/trace/station-line.testing.js';
import { ApiWorld } from '../api/api-world.testing.js';
import { FeedReader } from '../api/feed-reader.testing.js';
import { stationSchema, type TraceInfo } from './trace-routes.js';

async function stream(world: ApiWorld, call: string, role: 'viewer' | 'operator' = 'viewer') {
  return new FeedReader((await world.ask(`GET /traces/${call}`, role)).body);
}

test('traceRoutes() starts a trace with what was asked for, and says how it is', async (t) => {
  const world = await ApiWorld.start(t);
  const json = {
    topic: 'a/#',
    clientid: 'p',
    to: 'c',
    sample: 3,
    duration_ms: 60_000,
    messages_max: 5,
  };
  const started = (await world.data('POST /traces', 'operator', json)) as TraceInfo;
  const { started_at: from, expires_at: to, ...rest } = started;
  assert.equal(Date.parse(to) - Date.parse(from), 60_000);
  assert.deepEqual(rest, {
    id: '1',
    topic: 'a/#',
    clientid: 'p',
    to: 'c',
    address: null,
    sample: 3,
    messages: 0,
    messages_max: 5,
    skipped: 0,
    stations: 0,
    ended: null,
  });
  assert.deepEqual(await world.data('GET /traces', 'viewer'), [started]);
  assert.deepEqual(await world.data('GET /traces/1', 'viewer'), started);
});

test('traceRoutes() shows what there was, what comes, and the end', async (t) => {
  const world = await ApiWorld.start(t);
  await world.data('POST /traces', 'operator', { topic: 'a/#', messages_max: 2 });
  await world.broker.publish({ topic: 'a/1', payload: 'secret' });
  const feed = await stream(world, '1/stream');
  const lines: string[] = [];
  const read = async () => {
    const { data } = await feed.nextOf('station');
    const station = stationSchema.strict().parse(data);
    lines.push(stationLine(station as Station));
  };
  for (let count = 0; count < 4; count++) await read();
  await world.broker.publish({ topic: 'a/2' });
  for (let count = 0; count < 4; count++) await read();
  assert.deepEqual(lines, [
    'received (program) a/1 @ 0',
    'matched 0',
    'dropped no-subscriber',
    'settled',
    'received (program) a/2 @ 0',
    'matched 0',
    'dropped no-subscriber',
    'settled',
  ]);
  assert.deepEqual(await feed.next(), { event: 'ended', data: { reason: 'count' } });
  assert.deepEqual(await feed.next(), { event: 'end', data: { reason: 'done' } });
  assert.equal(await feed.atEnd(), true);
});

test('traceRoutes() shows payloads to operators alone, where it was asked to', async (t) => {
  const world = await ApiWorld.start(t);
  await world.data('POST /traces', 'operator', { payload_bytes: 3 });
  await world.data('POST /traces', 'operator', {});
  await world.broker.publish({ topic: 'a', payload: 'secret' });
  for (const [id, role, payload] of [
    ['1', 'operator', 'c2Vj'],
    ['1', 'viewer', undefined],
    ['2', 'operator', undefined],
  ] as const) {
    const feed = await stream(world, `${id}/stream`, role);
    const { data } = await feed.nextOf('station');
    assert.equal((data as Station).payload, payload, `${id} ${role}`);
    await feed.cancel();
  }
});

test('traceRoutes() goes on behind a station, and tells what is not kept any more', async (t) => {
  const world = await ApiWorld.start(t);
  Object.assign(world.broker.limits, { traceSizeMax: 1 }); // KiB: room for a few stations
  await world.data('POST /traces', 'operator', { messages_per_second_max: 100 });
  for (let count = 0; count < 20; count++) await world.broker.publish({ topic: 'a' });
  const feed = await stream(world, '1/stream?after=10');
  const { event, data } = await feed.next();
  assert.equal(event, 'missed');
  const next = (await feed.nextOf('station')).data as Station;
  assert.equal((data as { count: number }).count, next.number - 11);
  await feed.cancel();
});

test('traceRoutes() ends who reads a trace that somebody removes', async (t) => {
  const world = await ApiWorld.start(t);
  await world.data('POST /traces', 'operator', {});
  const feed = await stream(world, '1/stream');
  assert.deepEqual(await world.data('DELETE /traces/1', 'operator'), { removed: true });
  assert.deepEqual(await feed.next(), { event: 'ended', data: { reason: 'stopped' } });
  assert.deepEqual(await world.data('GET /traces', 'viewer'), []);
});

test('traceRoutes() refuses more traces than there may be', async (t) => {
  const world = await ApiWorld.start(t);
  for (let count = 0; count < world.broker.limits.tracesMax; count++) {
    await world.data('POST /traces', 'operator', {});
  }
  const response = await world.ask('POST /traces', 'operator', { json: {} });
  const { code, message } = (await response.json()) as { code: string; message: string };
  assert.deepEqual([response.status, code], [409, 'TOO_MANY_TRACES']);
  assert.match(message, /tracesMax/);
});
