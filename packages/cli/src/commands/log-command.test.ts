import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AdminWorld } from '../admin/admin-world.testing.js';

test('magpie log tells the level, and changes it', async (t) => {
  const world = await AdminWorld.start(t);
  assert.deepEqual((await world.run(['log'])).out, ['level: info']);
  assert.equal((await world.run(['log', '--level', 'debug'])).code, 0);
  assert.deepEqual((await world.run(['log'])).out, ['level: debug']);
});

test('magpie log has packets logged for a while, and lists of whom', async (t) => {
  const world = await AdminWorld.start(t);
  assert.equal((await world.run(['log', '--client', 'pump-1', '--for', '15m'])).code, 0);
  await world.run(['log', '--address', '192.0.2.7']);
  const [pump, address] = world.broker.packetWatches.list();
  assert.ok(Math.abs((pump?.untilMs ?? 0) - Date.now() - 900_000) < 60_000);
  assert.ok(Math.abs((address?.untilMs ?? 0) - Date.now() - 600_000) < 60_000);
  const { out } = await world.run(['log']);
  assert.match(out[3] ?? '', /^client +pump-1 +\d{4}-\S+Z$/);
  assert.match(out[4] ?? '', /^address +192\.0\.2\.7 +\d{4}-\S+Z$/);
  assert.equal((await world.run(['log', '--client', 'pump-1', '--remove'])).code, 0);
  const again = await world.run(['log', '--client', 'pump-1', '--remove']);
  assert.deepEqual([again.code, again.err], [1, ['it is not watched']]);
});

for (const [args, message] of [
  [['--client', 'a', '--address', 'b'], /^Only one of --client and --address can be given$/],
  [['--for', '1h'], /^Whose packets are meant\?/],
  [['--remove'], /^Whose packets are meant\?/],
  [['--client', 'a', '--for', 'ever'], /^--for must be a number with s, m, h or d.*'ever'$/],
  [['--level', 'loud'], /'loud'.*debug, info, warn, error/],
  [['--cleint', 'a'], /^Unknown option '--cleint': did you mean --client\?$/],
] as const) {
  test(`magpie log refuses ${args.join(' ')}, code 2`, async (t) => {
    const world = await AdminWorld.start(t);
    const { code, err } = await world.run(['log', ...args]);
    assert.equal(code, 2);
    assert.match(err.join('\n'), message);
    assert.deepEqual(world.broker.packetWatches.list(), []);
  });
}
