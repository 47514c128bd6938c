import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AdminWorld } from '../admin/admin-world.testing.js';

test('magpie ban bans, lists and takes bans off', async (t) => {
  const world = await AdminWorld.start(t);
  await world.connect('pump-1');
  const ended = world.disconnected();
  const ban = ['ban', '--client', 'pump-1', '--for', '15m', '--reason', 'it floods'];
  assert.equal((await world.run(ban)).code, 0);
  await ended;
  const untilMs = world.broker.bans.list()[0]?.untilMs ?? 0;
  assert.ok(Math.abs(untilMs - Date.now() - 15 * 60_000) < 60_000);
  await world.run(['ban', '--address', '192.0.2.0/24']);
  const { out } = await world.run(['ban']);
  assert.match(out[1] ?? '', /^client +pump-1 +\d{4}-\S+Z +program {2}it floods$/);
  assert.match(out[2] ?? '', /^address {2}192\.0\.2\.0\/24 {2}removed +program$/);
  assert.equal((await world.run(['ban', '--json'])).out.length, 2);
  assert.equal((await world.run(['ban', '--client', 'pump-1', '--remove'])).code, 0);
  const again = await world.run(['ban', '--client', 'pump-1', '--remove']);
  assert.deepEqual(again.code, 1);
  assert.match(again.err[0] ?? '', /^there is no such ban/);
});

for (const [args, message] of [
  [['--client', 'a', '--username', 'b'], /^Only one of --client, --username and --address/],
  [['--for', '1h'], /^Who is meant\?/],
  [['--remove'], /^Who is meant\?/],
  [['--client', 'a', '--for', '1 hour'], /^--for must be a number with s, m, h or d.*'1 hour'$/],
  [['--client', 'a', '--for', '0s'], /^--for must be more than 0/],
  [['--cleint', 'a'], /^Unknown option '--cleint': did you mean --client\?$/],
] as const) {
  test(`magpie ban refuses ${args.join(' ')}, code 2`, async (t) => {
    const world = await AdminWorld.start(t);
    const { code, err } = await world.run(['ban', ...args]);
    assert.equal(code, 2);
    assert.match(err.join('\n'), message);
    assert.deepEqual(world.broker.bans.list(), []);
  });
}
