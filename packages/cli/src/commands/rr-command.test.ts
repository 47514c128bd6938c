import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runInProcess } from '../command.testing.js';
import { startBroker } from '../mqtt/broker.testing.js';

for (const qos of ['0', '1', '2']) {
  test(`magpie rr prints the response to its request at QoS ${qos}`, async (t) => {
    const { broker, flags } = await startBroker(t);
    broker.subscribe('ask', ({ payload }) => {
      const answer = Buffer.from(payload).toString().toUpperCase();
      void broker.publish({ topic: 'answer', payload: answer, qos: 2 });
    });
    const args = ['rr', ...flags, '-t', 'ask', '-e', 'answer', '-m', 'how?', '-q', qos, '-v'];
    const said = await runInProcess(args, { env: NO_PROFILES });
    assert.deepEqual(said, { code: 0, out: ['answer HOW?\n'], err: [] });
  });
}

test('magpie rr ends with code 27 when no response comes, a retained one is none', async (t) => {
  const { broker, flags } = await startBroker(t);
  await broker.publish({ topic: 'answer', payload: 'old', retain: true });
  const args = ['rr', ...flags, '-t', 'ask', '-e', 'answer', '-n', '-W', '0.3', '-R'];
  assert.deepEqual(await runInProcess(args, { env: NO_PROFILES }), { code: 27, out: [], err: [] });
});

const wrong: [args: string[], err: RegExp][] = [
  [['-e', 'b', '-m', 'x'], /^Where to\?/],
  [['-t', 'a', '-m', 'x'], /^Where does the response come\?/],
  [['-t', 'a', '-e', 'b/#', '-m', 'x'], /^'b\/#' is no topic: /],
  [['-t', 'a', '-e', 'b'], /^What\?/],
];
for (const [args, err] of wrong) {
  test(`magpie rr refuses "${args.join(' ')}" in one line, with code 2`, async () => {
    const said = await runInProcess(['rr', ...args], { env: NO_PROFILES });
    assert.equal(said.code, 2);
    assert.match(said.err.join('\n'), err);
  });
}

const NO_PROFILES = { XDG_CONFIG_HOME: '/nowhere' };
