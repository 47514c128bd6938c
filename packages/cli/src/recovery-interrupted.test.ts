/** What becomes of a broker that is told to end, or killed, while it recovers. */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { LmdbStore } from '@magpie/broker/server';
import { Message } from '@magpie/broker/testing';
import { type RunningMagpie, startMagpie } from './process.testing.js';

const RETAINED = 100_000;
let dir = '';

before(async () => {
  dir = await mkdtemp(join(tmpdir(), 'magpie-recovery-'));
  await using store = await LmdbStore.open(dir);
  await store.load();
  for (let number = 1; number <= RETAINED; number++) {
    const payload = new Uint8Array(100);
    store.putRetained(Message.of({ topic: `t/${number}`, payload, qos: 1, retain: true }), number);
  }
});
after(() => rm(dir, { recursive: true }));

const ARGS = ['broker', '--port', '0', '--no-ws', '--no-http', '--data-dir'];

async function starting(broker: RunningMagpie): Promise<void> {
  await broker.line(({ msg }) => msg === 'starting');
}

for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  test(`magpie broker ends with code 0 on ${signal} while it recovers`, async (t) => {
    const broker = startMagpie(t, [...ARGS, dir]);
    await starting(broker);
    broker.child.kill(signal);
    assert.deepEqual(await broker.ended(), { code: 0, signal: null, stderr: '' });
    assert.deepEqual(
      broker.lines.map(({ msg }) => msg),
      ['starting', 'closing', 'closed'],
    );
  });
}

test('magpie broker recovers all of it after it was killed while it recovered', async (t) => {
  for (let kills = 0; kills < 3; kills++) {
    const broker = startMagpie(t, [...ARGS, dir]);
    await starting(broker);
    broker.child.kill('SIGKILL');
    await broker.ended();
  }
  const broker = startMagpie(t, [...ARGS, dir]);
  await broker.port('tcp');
  const loaded = await broker.line(({ retainedMessages }) => retainedMessages !== undefined);
  assert.equal(loaded['retainedMessages'], RETAINED);
});
