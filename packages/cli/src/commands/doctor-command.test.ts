import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runInProcess } from '../command.testing.js';
import { closedPort } from '../doctor/broken-servers.testing.js';
import { oddBroker } from '../doctor/odd-broker.testing.js';
import { startBroker } from '../mqtt/broker.testing.js';

const ENV = { XDG_CONFIG_HOME: '/nowhere', LANG: 'C' };

test('magpie doctor ends with 0 when all is good, and shows what is so', async (t) => {
  const { url } = await startBroker(t);
  const { code, out, err } = await runInProcess(['doctor', url], { env: ENV });
  assert.deepEqual({ code, err }, { code: 0, err: [] });
  assert.match(out[0]!, /^✓ 127\.0\.0\.1 port \d+ accepts connections/);
  assert.match(out.at(-1)!, /^· Messages of 1 MiB are accepted$/);
});

test('magpie doctor ends with 1 when something does not work, in Chinese too', async () => {
  const place = `127.0.0.1:${await closedPort()}`;
  const args = ['doctor', place, '--lang', 'zh'];
  const { code, out } = await runInProcess(args, { env: ENV });
  assert.equal(code, 1);
  assert.match(out[0]!, /^✗ 127\.0\.0\.1 拒绝连接端口 \d+$/);
  assert.equal(out.length, 2);
});

test('magpie doctor ends with 4 when there is no more than a warning', async (t) => {
  const url = await oddBroker(t, { granted: 0 });
  const args = ['doctor', url, '-s', 'a', '--json', '--patience', '10', '--largest', '1024'];
  const { code, out } = await runInProcess([...args, '--scratch', 'a'], { env: ENV });
  const levels = out.map((line) => (JSON.parse(line) as { level: string }).level);
  assert.equal(code, levels.includes('failure') ? 1 : 4);
  assert.ok(levels.includes('warning'));
});

const wrong: [args: string[], err: RegExp][] = [
  [['http://h'], /^--url must be mqtt:\/\//],
  [['-s', 'a#'], /^'a#' cannot be tried: /],
  [['--publish', 'a/+'], /^'a\/\+' cannot be tried: /],
  [['--largest', '5'], /^--largest must be a whole number from 1024/],
  [['--patience', '0'], /^--patience must be more than 0 seconds$/],
  [['--lang', 'fr'], /^Option '--lang <LANGUAGE>' argument 'fr' is invalid/],
];
for (const [args, err] of wrong) {
  test(`magpie doctor refuses "${args.join(' ')}" in one line, with code 2`, async () => {
    const said = await runInProcess(['doctor', ...args], { env: ENV });
    assert.equal(said.code, 2);
    assert.equal(said.err.length, 1);
    assert.match(said.err[0]!, err);
  });
}
