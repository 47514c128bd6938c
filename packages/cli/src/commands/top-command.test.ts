import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AdminWorld } from '../admin/admin-world.testing.js';

test('magpie top shows one screen after the other where there is no terminal', async (t) => {
  const world = await AdminWorld.start(t);
  const { code, out, err } = await world.run(['top', '--count', '2', '--interval', '0.1']);
  assert.deepEqual([code, err], [0, []]);
  assert.equal(out.filter((line) => line.startsWith('magpie top 20')).length, 2);
  assert.ok(out.includes('dropped now: nothing'));
  assert.ok(!out.join('').includes('\x1b'));
});

test('magpie top gives a terminal its first screen back', async (t) => {
  const world = await AdminWorld.start(t);
  const screen = { columns: 40, rows: 5 };
  const { code, out } = await world.run(['top', '--count', '1'], { screen });
  assert.equal(code, 0);
  const drawn = out.join('\n');
  assert.ok(drawn.startsWith('\x1b[?1049h\x1b[?25l\x1b[?7l'));
  assert.ok(drawn.endsWith('\x1b[?7h\x1b[?25h\x1b[?1049l'));
  assert.equal(drawn.split('\r').length, 5);
});

test('magpie top ends with 0 when it is asked to', async (t) => {
  const world = await AdminWorld.start(t);
  const stop = new AbortController();
  const running = world.run(['top', '--interval', '60'], {
    signal: stop.signal,
    onPrint: () => stop.abort('SIGINT'),
  });
  assert.equal((await running).code, 0);
});

for (const [args, message] of [
  [['--interval', '0'], /^--interval must be at least 0\.1 seconds$/],
  [['--interval', 'x'], /^--interval must be from 0 to/],
  [['--count', '-1'], /^--count must be a whole number/],
] as const) {
  test(`magpie top refuses ${args.join(' ')}`, async (t) => {
    const world = await AdminWorld.start(t);
    const { code, err } = await world.run(['top', ...args]);
    assert.equal(code, 2);
    assert.match(err.join('\n'), message);
  });
}
