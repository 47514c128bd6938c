import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { runInProcess } from '../command.testing.js';
import { freshFolder } from '../fresh-folder.testing.js';

const RULES = `groups: { operators: [alice] }
rules:
  - { deny: publish, topics: 'plant/+/config' }
  - { allow: both, who: { group: operators }, topics: '#', delivery: checked }
  - { allow: both, who: { certificate: { CN: press-1 }, address: 10.0.0.0/8 }, topics: 'press/#' }
  - { allow: publish, topics: 'devices/%u/#', qos: [0, 1], retain: false }
  - { deny: subscribe, topics: 'plant/secret' }
  - { allow: subscribe, topics: ['plant/#', '$SYS/#'] }
`;

async function filesOf(t: TestContext): Promise<{ config: string; rules: string }> {
  const folder = await freshFolder(t);
  const [config, rules] = [join(folder, 'magpie.yaml'), join(folder, 'acl.yaml')];
  await writeFile(config, 'authorization: acl.yaml\n');
  await writeFile(rules, RULES);
  return { config, rules };
}

const QUESTIONS: readonly [args: string, code: number, answer: string][] = [
  ['publish plant/a/config --user alice', 3, 'denied by acl.yaml:3: deny publish plant/+/config'],
  ['publish x --user alice', 0, 'allowed by acl.yaml:4: allow both #'],
  ['publish x --user bob', 3, 'denied: no rule matches'],
  ['publish x', 3, 'denied: no rule matches'],
  ['publish devices/bob/x -u bob -q 1', 0, 'allowed by acl.yaml:6: allow publish devices/%u/#'],
  ['publish devices/bob/x -u bob -q 2', 3, 'denied: no rule matches'],
  ['publish devices/bob/x -u bob -r', 3, 'denied: no rule matches'],
  [
    'publish press/x --cn press-1 --address 10.1.2.3',
    0,
    'allowed by acl.yaml:5: allow both press/#',
  ],
  ['publish press/x --cn press-1', 3, 'denied: no rule matches'],
  ['publish press/x --dns press-1 --address 10.1.2.3', 3, 'denied: no rule matches'],
  ['subscribe plant/a/#', 0, 'allowed by acl.yaml:8: allow subscribe plant/#, $SYS/#'],
  ['subscribe plant/#', 3, 'denied by acl.yaml:7: deny subscribe plant/secret'],
  ['subscribe $share/g/plant/a', 0, 'allowed by acl.yaml:8: allow subscribe plant/#, $SYS/#'],
  ['subscribe # -u alice', 0, 'allowed by acl.yaml:4: allow both #'],
  [
    'subscribe $SYS/clients/c/denied -i c',
    0,
    'allowed by acl.yaml:8: allow subscribe plant/#, $SYS/#',
  ],
];
for (const [args, code, answer] of QUESTIONS) {
  test(`magpie acl test ${args} answers ${answer}`, async (t) => {
    const { config, rules } = await filesOf(t);
    for (const file of [`--config=${config}`, `--rules=${rules}`]) {
      const said = await runInProcess(['acl', 'test', ...args.split(' '), file]);
      assert.deepEqual(said.err, []);
      assert.equal(said.out[0]?.replace(/(?<=by ).*(?=acl\.yaml)/, ''), answer);
      assert.equal(said.code, code);
    }
  });
}

test('magpie acl test says why the rules before do not decide', async (t) => {
  const { rules } = await filesOf(t);
  const args = ['acl', 'test', '--rules', rules, '--user', 'a/b', 'publish', 'devices/a/b'];
  const { out } = await runInProcess(args);
  const shown = out.map((line) => line.replaceAll(rules, 'f'));
  assert.deepEqual(shown, [
    'denied: no rule matches',
    '  not by f:3: deny publish plant/+/config: plant/+/config does not match',
    '  not by f:6: allow publish devices/%u/#: devices/%u/# matches nothing, since the user name '
      + 'holds /',
    '  not by f:7: deny subscribe plant/secret: it is about subscribing',
    '  not by f:8: allow subscribe plant/#, $SYS/#: it is about subscribing',
    '  not by built in: allow subscribe $SYS/clients/%c/denied: it is about subscribing',
    '  nor by 2 rules for other clients (--all shows them)',
  ]);
  const { out: all } = await runInProcess([...args, '--all']);
  assert.equal(all.length, 1 + 7);
  assert.match(all[2] ?? '', /:4: allow both #: it is for another group$/);
});

test('magpie acl test says where a subscription is granted only to be checked', async (t) => {
  const folder = await freshFolder(t);
  const rules = join(folder, 'acl.yaml');
  await writeFile(rules, "rules: [{ allow: subscribe, topics: 'a/#', delivery: checked }]\n");
  const ask = (filter: string) =>
    runInProcess(['acl', 'test', '--rules', rules, 'subscribe', filter]);
  const own = await ask('#');
  assert.match(
    own.out[0] ?? '',
    /^allowed by .*: allow subscribe a\/# \(each message is checked\)$/,
  );
  assert.equal(own.code, 0);
  assert.equal((await ask('$share/g/#')).code, 3);
  assert.equal((await ask('$share/g/a/+')).code, 0);
});

test('magpie acl test --json prints the same as JSON', async (t) => {
  const { rules } = await filesOf(t);
  const args = ['acl', 'test', '--rules', rules, '--json', '-u', 'alice', 'publish', 'a'];
  const { out, code } = await runInProcess(args);
  assert.equal(out.length, 1);
  assert.deepEqual(JSON.parse(out[0] ?? ''), {
    allowed: true,
    checked: false,
    rule: { place: `${rules}:4`, line: 4, text: 'allow both #' },
    passed: [
      {
        place: `${rules}:3`,
        line: 3,
        text: 'deny publish plant/+/config',
        why: 'plant/+/config does not match',
      },
    ],
  });
  assert.equal(code, 0);
});

const MISTAKES: readonly [args: string[], code: number, message: RegExp][] = [
  [['publish', 'a/#'], 2, /^The topic cannot be published to: it has a wildcard$/],
  [['subscribe', 'a/#/b'], 2, /^The topic filter cannot be subscribed to: it has a #/],
  [['subscribe', '$share/g'], 2, /^Shared subscription must be/],
  [['subscribe', 'a', '--retain'], 2, /^--retain belongs to publish$/],
  [['send', 'a'], 2, /send/],
  [['publish', 'a', '--qos', '3'], 2, /qos/],
  [['publish', 'a', '--rules', '/nowhere/acl.yaml'], 1, /^Cannot read the access rules \/nowhere/],
  [['publish', 'a', '--config', '/nowhere/m.yaml'], 1, /^Cannot read the configuration file/],
];
for (const [args, code, message] of MISTAKES) {
  test(`magpie acl test ${args.join(' ')} is a mistake`, async (t) => {
    const { rules } = await filesOf(t);
    const named = args.some((one) => one.startsWith('--rules') || one.startsWith('--config'));
    const file = named ? [] : ['--rules', rules];
    const said = await runInProcess(['acl', 'test', ...args, ...file]);
    assert.match(said.err.join('\n'), message);
    assert.equal(said.code, code);
    assert.deepEqual(said.out, []);
  });
}

test('magpie acl test says that a configuration names no rules', async (t) => {
  const config = join(await freshFolder(t), 'magpie.yaml');
  await writeFile(config, 'http: {}\n');
  const said = await runInProcess(['acl', 'test', '--config', config, 'publish', 'a']);
  assert.match(said.err.join('\n'), /names no access rules \(authorization\)/);
  assert.equal(said.code, 1);
});

test('magpie acl test lets no control character of a name reach the terminal', async (t) => {
  const { rules } = await filesOf(t);
  const topic = 'devices/\u001b[2J/x';
  const { out } = await runInProcess([
    'acl',
    'test',
    '--rules',
    rules,
    '-u',
    'x\u001b',
    'publish',
    topic,
  ]);
  assert.ok(!out.join('').includes('\u001b'));
});
