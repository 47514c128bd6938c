import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ManualClock } from '../model/manual-clock.testing.js';
import { FloodLimitedLogger, LINES_PER_SECOND_MAX } from './flood-limited-logger.js';
import type { LogFields } from './log-events.js';
import { RecordingLogger } from './recording-logger.testing.js';

function world() {
  const clock = new ManualClock();
  const recording = new RecordingLogger();
  return { clock, recording, log: new FloodLimitedLogger(recording, clock) };
}

type Log = ReturnType<typeof world>['log'];

const CLOSED = { event: 'closed', address: '192.0.2.1' } as const;
const BANNED = { event: 'banned', address: '192.0.2.1' } as const;
const SYNC_FAILED = { event: 'store-sync-failed' } as const;
const CONNECTED = { event: 'connected', clientId: 'c', address: '192.0.2.1' } as const;

type Row = readonly [
  level: 'debug' | 'warn' | 'error',
  fields: LogFields<'debug' | 'warn' | 'error'>,
  say: (log: Log, message: string) => void,
];

const rows: readonly Row[] = [
  ['debug', CLOSED, (log, message) => log.debug(CLOSED, message)],
  ['warn', BANNED, (log, message) => log.warn(BANNED, message)],
  ['error', SYNC_FAILED, (log, message) => log.error(SYNC_FAILED, message)],
];

for (const [level, { event }, say] of rows) {
  test(`FloodLimitedLogger.${level}() counts the lines of a flood that it leaves out`, () => {
    const { clock, recording, log } = world();
    for (let line = 0; line < LINES_PER_SECOND_MAX + 7; line++) say(log, 'm');
    assert.equal(recording.lines.length, LINES_PER_SECOND_MAX);
    clock.advance(1000);
    const last = recording.lines.at(-1);
    assert.equal(last?.level, level);
    assert.deepEqual(last.fields, { event, leftOut: 7 });
    say(log, 'again');
    assert.equal(recording.lines.at(-1)?.message, 'again');
    assert.equal(clock.timers, 0);
  });
}

test('FloodLimitedLogger does not let one kind of event silence another', () => {
  const { recording, log } = world();
  for (let line = 0; line < 2 * LINES_PER_SECOND_MAX; line++) log.warn(BANNED, 'm');
  log.warn({ event: 'exposed' }, 'm');
  assert.equal(recording.of('exposed').length, 1);
});

test('FloodLimitedLogger.info() writes every line: each client that connects has its own', () => {
  const { clock, recording, log } = world();
  for (let line = 0; line < 5 * LINES_PER_SECOND_MAX; line++) log.info(CONNECTED, 'm');
  assert.equal(recording.lines.length, 5 * LINES_PER_SECOND_MAX);
  assert.equal(clock.timers, 0);
});
