import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { AdminWorld } from '../admin/admin-world.testing.js';

/** A broker with a client, and a file of rules beside it. */
async function worldWith(t: TestContext, rules: string) {
  const world = await AdminWorld.start(t);
  const client = await world.connect('pump-1');
  await client.subscribe('secret/a', { qos: 0 }, () => {}).ready;
  const file = join(world.dir, 'acl.yaml');
  await writeFile(file, rules);
  return { file, run: (...args: string[]) => world.run(['acl', 'preview', file, ...args]) };
}

const ALL = '{ allow: both, topics: "#" }';

test('magpie acl preview tells which sessions would lose subscriptions', async (t) => {
  const { run } = await worldWith(t, `rules: [{ deny: both, topics: "secret/#" }, ${ALL}]\n`);
  const { code, out } = await run();
  assert.deepEqual(
    [code, out],
    [3, ['CLIENT  USER  CONNECTED  LOSES', 'pump-1        yes        secret/a']],
  );
  const json = JSON.parse((await run('--json')).out.join('')) as { sessions: number };
  assert.equal(json.sessions, 1);
});

test('magpie acl preview says when nobody would', async (t) => {
  const { run } = await worldWith(t, `rules: [${ALL}]\n`);
  const { code, out } = await run();
  assert.deepEqual([code, out], [0, ['No session would lose a subscription']]);
});

test('magpie acl preview says what is wrong with a file', async (t) => {
  const { run, file } = await worldWith(t, 'rules: [{ alow: both, topics: "#" }]\n');
  const { code, out, err } = await run();
  assert.deepEqual([code, out], [1, []]);
  assert.match(err[0] ?? '', /acl\.yaml:1:9: rules\[0\] must be a rule/);
  const { code: missing, err: why } = await (async () => {
    const world = await AdminWorld.start(t);
    return world.run(['acl', 'preview', `${file}.none`]);
  })();
  assert.equal(missing, 1);
  assert.match(why[0] ?? '', /^Cannot read the access rules .*acl\.yaml\.none: /);
});
