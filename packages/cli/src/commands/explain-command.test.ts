import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AdminWorld } from '../admin/admin-world.testing.js';

test('magpie explain says why a message has not arrived, in both languages', async (t) => {
  const world = await AdminWorld.start(t);
  const client = await world.connect('panel-1');
  await client.subscribe('Plant/#', { qos: 1 }, () => {}).ready;
  const publisher = await world.connect('pump-7');
  await publisher.publish('plant/7', 'hot', { qos: 1 });
  const args = ['explain', '--topic', 'plant/7', '--to', 'panel-1', '--from', 'pump-7'];
  const { code, out } = await world.run([...args, '--since', '10m', '--lang', 'en']);
  const said = 'panel-1 is not subscribed to plant/7; nearest is its Plant/# (case)';
  assert.deepEqual([code, out[0]], [0, said]);
  const chinese = await world.run([...args, '--lang', 'zh']);
  assert.equal(chinese.out[0], 'panel-1 没有订阅 plant/7；最接近的过滤器是 Plant/#（case）');
  const [json = ''] = (await world.run([...args, '--json'])).out;
  assert.equal((JSON.parse(json) as { verdict: { why: string } }).verdict.why, 'case');
});

test('magpie explain says what is wrong with its flags', async (t) => {
  const world = await AdminWorld.start(t);
  const ask = (...more: string[]) => world.run(['explain', '--to', 'c', ...more]);
  for (const since of ['10', 'm', '-1s', '1y', '1em']) {
    const { code, err } = await ask('--topic', 'a', `--since=${since}`);
    assert.equal(code, 2, since);
    assert.match(err.join('\n'), /--since must be a number with s, m, h or d/);
  }
  const { code, err } = await ask('--topic', 'a/#');
  assert.equal(code, 2);
  assert.match(err.join('\n'), /'a\/#' is no topic/);
  assert.equal((await ask()).code, 2);
});
