import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ManualClock } from '../model/manual-clock.testing.js';
import { FloodLimitedLogger, LINES_PER_SECOND_MAX } from './flood-limited-logger.js';
import { RecordingLogger } from './recording-logger.testing.js';

function world() {
  const clock = new ManualClock();
  const recording = new RecordingLogger();
  return { clock, recording, log: new FloodLimitedLogger(recording, clock) };
}

for (const level of ['debug', 'warn', 'error'] as const) {
  test(`FloodLimitedLogger.${level}() counts the lines of a flood that it leaves out`, () => {
    const { clock, recording, log } = world();
    for (let line = 0; line < LINES_PER_SECOND_MAX + 7; line++) log[level]({ event: 'e' }, 'm');
    assert.equal(recording.lines.length, LINES_PER_SECOND_MAX);
    clock.advance(1000);
    const last = recording.lines.at(-1);
    assert.equal(last?.level, level);
    assert.deepEqual(last.fields, { event: 'e', leftOut: 7 });
    log[level]({ event: 'e' }, 'again');
    assert.equal(recording.lines.at(-1)?.message, 'again');
    assert.equal(clock.timers, 0);
  });
}

test('FloodLimitedLogger does not let one kind of event silence another', () => {
  const { recording, log } = world();
  for (let line = 0; line < 2 * LINES_PER_SECOND_MAX; line++) log.warn({ event: 'e' }, 'm');
  log.warn({ event: 'other' }, 'm');
  assert.equal(recording.of('other').length, 1);
});

test('FloodLimitedLogger.info() writes every line: each client that connects has its own', () => {
  const { clock, recording, log } = world();
  for (let line = 0; line < 5 * LINES_PER_SECOND_MAX; line++) log.info({ event: 'e' }, 'm');
  assert.equal(recording.lines.length, 5 * LINES_PER_SECOND_MAX);
  assert.equal(clock.timers, 0);
});

test('FloodLimitedLogger passes on what is no event', () => {
  const { recording, log } = world();
  for (let line = 0; line < 2 * LINES_PER_SECOND_MAX; line++) log.warn({}, 'm');
  assert.equal(recording.lines.length, 2 * LINES_PER_SECOND_MAX);
});
