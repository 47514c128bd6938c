import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runInProcess } from '../command.testing.js';
import { closedPort } from '../doctor/broken-servers.testing.js';
import { startBroker, until } from '../mqtt/broker.testing.js';

const ENV = { XDG_CONFIG_HOME: '/nowhere', LANG: 'C' };
const SMALL = ['--messages', '50', '--largest', '2000'];

test('magpie capabilities shows a table, and leaves nothing behind', async (t) => {
  const { broker, url } = await startBroker(t, { limits: { topicLevelsMax: 12 } });
  const { code, out, err } = await runInProcess(['capabilities', url, ...SMALL], { env: ENV });
  assert.deepEqual({ code, err }, { code: 0, err: [] });
  const [head, server, ...rest] = out.map((line) => line.replaceAll(/ {2,}/g, ' | '));
  assert.equal(head, 'capability | value | how');
  assert.match(server ?? '', /^Server \| magpie version \d\S* \| told$/);
  assert.deepEqual(rest, [
    'MQTT versions | 3.1, 3.1.1 | tried',
    'Highest QoS | 2 | tried',
    'Retained messages | yes | tried',
    'Wills | yes | tried',
    'Wildcards | +, # | tried',
    'Shared subscriptions | yes | tried',
    'Sessions that outlive a connection | yes | tried',
    'Empty client identifier | yes | tried',
    'Longest client identifier, bytes | 65535 | tried',
    'Longest topic, bytes | 65535 | tried',
    'Most levels of a topic | 12 | tried',
    'Largest packet, bytes | at least 2000 | tried',
    'Queue of a client that is away | at least 50 | tried',
    'Unacknowledged on their way to a client | at least 50 | tried',
    'Unreleased QoS 2 from a client | at least 50 | tried',
  ]);
  await until(() => broker.gauges().connections === 0);
  const { sessions, retainedMessages, queuedMessages } = broker.gauges();
  assert.deepEqual([sessions, retainedMessages, queuedMessages], [0, 0, 0]);
});

test('magpie capabilities prints JSON, and 4 where something cannot be found out', async (t) => {
  const { flags } = await startBroker(t, {
    authorizer: {
      mayPublish: () => true,
      maySubscribe: (_client, filter) => !/queue/.test(filter),
    },
  });
  const args = ['capabilities', ...flags, ...SMALL, '--json', '--scratch', 'my/own'];
  const { code, out } = await runInProcess(args, { env: ENV });
  assert.equal(code, 4);
  const { capabilities } = JSON.parse(out.join('')) as {
    capabilities: { code: string; value: unknown; why?: string }[];
  };
  const queue = capabilities.find((one) => one.code === 'queue-messages');
  assert.equal(queue?.value, null);
  assert.match(queue.why ?? '', /my\/own\/queue/);
});

test('magpie capabilities says in one line why there is nothing to ask', async (t) => {
  const { url } = await startBroker(t, {
    authenticator: { authenticate: () => ({ allowed: false, why: 'bad-credentials' }) },
  });
  const refused = await runInProcess(['capabilities', url], { env: ENV });
  assert.equal(refused.code, 1); // 4 is what could not be found out
  assert.match(refused.err.join('\n'), /^.* refused: user name or password is wrong \(4\).*$/);
  const gone = `127.0.0.1:${await closedPort()}`;
  const unreachable = await runInProcess(['capabilities', gone], { env: ENV });
  assert.equal(unreachable.code, 1);
  assert.match(unreachable.err.join('\n'), /^.*ECONNREFUSED.*$/);
});

const wrong: [args: string[], err: RegExp][] = [
  [['http://h'], /^--url must be mqtt:\/\//],
  [['--scratch', 'a/#'], /^--scratch cannot be published to: /],
  [['--largest', '5'], /^--largest must be a whole number from 1024/],
  [['--messages', '0'], /^--messages must be a whole number from 1 /],
  [['--patience', '0'], /^--patience must be more than 0 seconds$/],
  [['--mesages', '1'], /^Unknown option '--mesages': did you mean --messages\?$/i],
];
for (const [args, err] of wrong) {
  test(`magpie capabilities refuses "${args.join(' ')}" in one line, with code 2`, async () => {
    const said = await runInProcess(['capabilities', ...args], { env: ENV });
    assert.equal(said.code, 2);
    assert.equal(said.err.length, 1);
    assert.match(said.err[0]!, err);
  });
}
