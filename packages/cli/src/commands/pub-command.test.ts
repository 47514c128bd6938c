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
  [
    ['-t', 'a', '-m', '%{n}: %%', '-F', 'template', '--repeat', '3', '-q', '1'],
    [],
    ['a 1: %', 'a 2: %', 'a 3: %'],
  ],
  [['-t', 'a', '-l', '-F', 'template', '-q', '1'], ['x%{n}\ny%{n}\n'], ['a x1', 'a y2']],
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

test('magpie pub -l publishes the lines before one that is wrong', async (t) => {
  const { broker, flags } = await startBroker(t);
  const heard: string[] = [];
  broker.subscribe('#', ({ payload }) => void heard.push(Buffer.from(payload).toString()));
  for (const qos of ['0', '1', '2']) {
    const args = ['pub', ...flags, '-t', 'a', '-l', '-F', 'json', '-q', qos];
    const said = await runInProcess(args, { stdin: ['[1]\n[2]\n[3\n[4]\n'], env: NO_PROFILES });
    assert.equal(said.code, 2);
    assert.match(said.err.join(), /^Line 3 is no JSON: /);
  }
  await until(() => broker.gauges().connections === 0);
  assert.deepEqual(heard, ['[1]', '[2]', '[1]', '[2]', '[1]', '[2]']);
});

const both: [pub: string, given: string, sub: string, shown: string][] = [
  ['text', 'Grüße\t!', 'text', 'Grüße\t!'],
  ['text', 'on', 'hex', '6f6e'],
  ['json', '{"a": [1]}', 'text', '{"a": [1]}'],
  ['hex', '00ff0a', 'hex', '00ff0a'],
  ['hex', '00ff0a', 'base64', 'AP8K'],
  ['base64', 'AP8K', 'base64', 'AP8K'],
  ['base64', 'AP8K', 'hex', '00ff0a'],
  ['cbor', '{"a":[1,-2,1.5,"é",null]}', 'cbor', '{"a":[1,-2,1.5,"é",null]}'],
  ['cbor', '{"a":1}', 'hex', 'a1616101'],
  ['hex', 'a1616101', 'cbor', '{"a":1}'],
  ['template', '{"n":%{n:7}}', 'text', '{"n":7}'],
  ['template', '%{random:3:3}', '%t=%p', 'a=3'],
];
for (const [pub, given, sub, shown] of both) {
  test(`magpie pub -F ${pub} -m '${given}' is '${shown}' to magpie sub -F ${sub}`, async (t) => {
    const { flags } = await startBroker(t);
    const run = { env: NO_PROFILES };
    const published = ['pub', ...flags, '-t', 'a', '-r', '-q', '1', '-F', pub, '-m', given];
    assert.deepEqual(await runInProcess(published, run), { code: 0, out: [], err: [] });
    const said = await runInProcess(['sub', ...flags, '-t', 'a', '-C', '1', '-F', sub], run);
    assert.deepEqual(said, { code: 0, out: [`${shown}\n`], err: [] });
  });
}

test('magpie sub shows a payload of any format as JSON and to people', async (t) => {
  const { flags } = await startBroker(t);
  const run = { env: NO_PROFILES };
  const published = ['pub', ...flags, '-t', 'a', '-r', '-q', '1', '-F', 'hex', '-m', '00ff'];
  assert.equal((await runInProcess(published, run)).code, 0);
  const ask = (...format: string[]) =>
    runInProcess(['sub', ...flags, '-t', 'a', '-C', '1', '-F', ...format], run);
  const { payloadBase64 } = JSON.parse((await ask('json')).out.join('')) as {
    readonly payloadBase64: string;
  };
  assert.equal(payloadBase64, 'AP8=');
  assert.match((await ask('pretty')).out.join(''), / a QoS 0 retained\n {2}00ff\n/);
});

const wrong: [args: string[], err: RegExp][] = [
  [['-t', 'a'], /^What\? Give one of --message, --file/],
  [['-m', 'x'], /^Where to\? Give --topic$/],
  [['-t', 'a/#', '-m', 'x'], /^Cannot publish to 'a\/#': /],
  [['-t', 'a', '-m', 'x', '-n'], /^Give only one of --message/],
  [['-t', 'a', '-m', 'x', '-q', '3'], /^--qos must be a whole number from 0 to 2: it is '3'$/],
  [['-t', 'a', '-m', 'x', '--repeat', '0'], /^--repeat must be/],
  [['-t', 'a', '-m', '{', '-F', 'json'], /^The message is no JSON: /],
  [['-t', 'a', '-m', 'x', '-F', 'xml'], /^--format must be one of text, json, hex, base64, cbor/],
  [['-t', 'a', '-m', '%{x}', '-F', 'template'], /^The template has an unknown placeholder %\{x\}/],
  [['-t', 'a', '-n', '-F', 'json'], /^--null-message is no payload: --format says nothing/],
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
