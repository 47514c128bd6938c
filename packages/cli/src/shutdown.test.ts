import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CLOSE_TIMEOUT_MS, Shutdown, type StopSignal } from './shutdown.js';

function observed() {
  const codes: number[] = [];
  const lines: string[] = [];
  const shutdown = new Shutdown({
    exit: (code) => void codes.push(code),
    err: (line) => void lines.push(line),
  });
  return { shutdown, codes, lines };
}

test('Shutdown aborts its signal on the first request, with the name', (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const { shutdown, codes } = observed();
  assert.equal(shutdown.signal.aborted, false);
  shutdown.request('SIGTERM');
  assert.equal(shutdown.signal.reason, 'SIGTERM');
  assert.deepEqual(codes, []);
});

const second: [name: StopSignal, code: number][] = [
  ['SIGINT', 130],
  ['SIGTERM', 143],
];
for (const [name, code] of second) {
  test(`Shutdown exits at once with ${code} when ${name} comes second`, (t) => {
    t.mock.timers.enable({ apis: ['setTimeout'] });
    const { shutdown, codes } = observed();
    shutdown.request('SIGTERM');
    shutdown.request(name);
    assert.deepEqual(codes, [code]);
  });
}

test('Shutdown gives up after the time-out with 1 and a line that says so', (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const { shutdown, codes, lines } = observed();
  shutdown.request('SIGINT');
  t.mock.timers.tick(CLOSE_TIMEOUT_MS - 1);
  assert.deepEqual(codes, []);
  t.mock.timers.tick(1);
  assert.deepEqual(codes, [1]);
  assert.deepEqual(lines, ['Closing took longer than 10 s: giving up']);
});

test('Shutdown.done() may come without any signal', () => {
  const { shutdown, codes } = observed();
  shutdown.done();
  assert.equal(shutdown.signal.aborted, false);
  assert.deepEqual(codes, []);
});
