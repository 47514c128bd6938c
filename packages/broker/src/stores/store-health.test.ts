import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BrokerEvents } from '../observe/broker-events.js';
import { Counters } from '../observe/counters.js';
import { RecordingLogger } from '../observe/recording-logger.testing.js';
import { StoreLost } from './store-lost.js';
import { StoreHealth } from './store-health.js';

function world() {
  const log = new RecordingLogger();
  const counters = new Counters();
  const health = new StoreHealth({ counters, events: new BrokerEvents(log), log });
  /** Event and reason of each line that is shown by default. */
  const said = () => {
    const lines = log.lines.filter(({ level }) => level !== 'debug');
    return lines.map(({ fields }) => `${String(fields['event'])} ${String(fields['why'] ?? '-')}`);
  };
  return { health, counters, log, said };
}

const DISK_FULL = new Error('disk full');

test('StoreHealth says only what changes', () => {
  const { health, counters, said } = world();
  health.commitSafe(0);
  assert.deepEqual([health.failed, said()], [false, []]);
  for (const atMs of [10, 20, 30]) health.commitFailed(DISK_FULL, atMs);
  assert.equal(health.failed, true);
  health.commitSafe(40);
  health.commitSafe(50);
  assert.deepEqual([health.failed, health.lost], [false, false]);
  assert.deepEqual(said(), ['store-failed disk full', 'store-recovered -']);
  assert.deepEqual([counters.storeCommits, counters.storeCommitsFailed], [3, 3]);
});

test('StoreHealth shows a stack to nobody who does not debug', () => {
  const { health, log } = world();
  health.commitFailed(DISK_FULL, 0);
  const withStack = log.lines.filter(({ fields }) => 'err' in fields);
  assert.deepEqual(
    withStack.map(({ level, fields }) => [level, fields['err']]),
    [['debug', DISK_FULL]],
  );
});

test('StoreHealth counts anew after each recovery', () => {
  const { health, log } = world();
  for (const beganMs of [0, 1000]) {
    health.commitFailed(DISK_FULL, beganMs);
    health.commitFailed(DISK_FULL, beganMs + 10);
    health.commitSafe(beganMs + 30.4);
  }
  const recovered = log.of('store-recovered').map(({ fields }) => fields);
  const expected = { event: 'store-recovered', downMs: 30, retries: 2 };
  assert.deepEqual(recovered, [expected, expected]);
  assert.equal(health.retryMs, 100);
});

test('StoreHealth says of a commit that does not end that the store failed, once', () => {
  const { health, said, counters } = world();
  health.commitStalled(0);
  health.commitStalled(1);
  health.commitFailed(DISK_FULL, 2);
  assert.deepEqual(said(), ['store-failed A commit has not ended after 10 s']);
  assert.equal(counters.storeCommitsFailed, 1);
});

test('StoreHealth says that the store is lost, also when it had failed before', () => {
  const { health, said } = world();
  health.commitFailed(DISK_FULL, 0);
  for (const atMs of [1, 2]) health.commitFailed(new StoreLost('no thread'), atMs);
  assert.deepEqual([health.failed, health.lost], [true, true]);
  assert.deepEqual(said(), ['store-failed disk full', 'store-failed no thread']);
});
