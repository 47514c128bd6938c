import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runInProcess } from '../command.testing.js';
import { startBroker, until } from '../mqtt/broker.testing.js';

const good: [args: string[], stdin: string[], published: string[]][] = [
  [['-t', 'a', '-m', 'x'], [], ['a x']],
  [['-t', 'a', '-m', 'x', '-q', '2', '--repeat', '2'], [], ['a x', 'a x']],
  [['-t', 'a', '-n'], [], ['a ']],
  [
    ['-t', 'a', '-l', '-q', '1'],
    ['one\ntw', 'o\n', 'three'],
    ['a one', 'a two', 'a three'],
  ],
  [['-t', 'a', '-s'], ['one\n', 'two'], ['a one\ntwo']],
  [['-t', 'a', '-s'], [], ['a ']],
];
for (const [args, stdin, published] of good) {
  test(`magpie pub ${args.join(' ')} publishes ${JSON.stringify(published)}`, async (t) => {
    const { broker, flags } = await startBroker(t);
    const heard: string[] = [];
    broker.subscribe('#', ({ topic, payload }) => {
      heard.push(`${topic} ${Buffer.from(payload).toString()}`);
    });
    const said = await runInProcess(['pub', ...flags, ...args], { stdin, env: NO_PROFILES });
    assert.deepEqual(said, { code: 0, out: [], err: [] });
    await until(() => broker.gauges().connections === 0);
    assert.deepEqual(heard, published);
  });
}

test('magpie pub sends more lines than the outbox of a client holds', async (t) => {
  const { broker, flags } = await startBroker(t);
  let heard = 0;
  broker.subscribe('#', () => heard++);
  const stdin = Array.from({ length: 40 }, () => 'line\n'.repeat(1000));
  const { code } = await runInProcess(['pub', ...flags, '-t', 'a', '-l', '-q', '1'], {
    stdin,
    env: NO_PROFILES,
  });
  assert.deepEqual({ code, heard }, { code: 0, heard: 40_000 });
});

const wrong: [args: string[], err: RegExp][] = [
  [['-t', 'a'], /^What\? Give one of --message, --file/],
  [['-m', 'x'], /^Where to\? Give --topic$/],
  [['-t', 'a/#', '-m', 'x'], /^Cannot publish to 'a\/#': /],
  [['-t', 'a', '-m', 'x', '-n'], /^Give only one of --message/],
  [['-t', 'a', '-m', 'x', '-q', '3'], /^--qos must be a whole number from 0 to 2: it is '3'$/],
  [['-t', 'a', '-m', 'x', '--repeat', '0'], /^--repeat must be/],
  [['-t', 'a', '-f', '/nowhere'], /^--file cannot be read: \/nowhere \(ENOENT\)$/],
  [['-t', 'a', '--mesage', 'x'], /^Unknown option '--mesage': did you mean --message\?$/],
];
for (const [args, err] of wrong) {
  test(`magpie pub refuses "${args.join(' ')}" in one line, with code 2`, async () => {
    const said = await runInProcess(['pub', ...args], { env: NO_PROFILES });
    assert.equal(said.code, 2);
    assert.equal(said.err.length, 1);
    assert.match(said.err[0]!, err);
  });
}

test('magpie pub says in one line that nobody is there, and nothing with --quiet', async () => {
  const args = ['pub', '-h', '127.0.0.1', '-p', '1', '-t', 'a', '-m', 'x'];
  const said = await runInProcess(args, { env: NO_PROFILES });
  assert.equal(said.code, 1);
  assert.equal(said.err.length, 1);
  assert.match(said.err[0]!, /^Cannot connect to 127\.0\.0\.1:1 .*ECONNREFUSED/);
  const quiet = await runInProcess([...args, '--quiet'], { env: NO_PROFILES });
  assert.deepEqual(quiet, { code: 1, out: [], err: [] });
});

const NO_PROFILES = { XDG_CONFIG_HOME: '/nowhere' };
