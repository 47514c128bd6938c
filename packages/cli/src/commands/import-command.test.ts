import assert from 'node:assert/strict';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { runInProcess } from '../command.testing.js';
import { freshFolder } from '../fresh-folder.testing.js';

const CONF = `# of a machine
listener 1883
max_keepalive 60
password_file passwd
acl_file acl
persistence true
`;
/** `secret`, by mosquitto_passwd. */
const USER = 'ann:$7$101$AAAAAAAAAAAAAAAA$' + `${'A'.repeat(86)}==\n`;

/** A folder `from` with these files, and what the command says of it. */
async function world(t: TestContext, files: Readonly<Record<string, string>>) {
  const folder = await freshFolder(t);
  const from = join(folder, 'from');
  const out = join(folder, 'out');
  await mkdir(from);
  for (const [name, text] of Object.entries(files)) await writeFile(join(from, name), text);
  const run = async (...flags: readonly string[]) => {
    const file = join(from, 'mosquitto.conf');
    const said = await runInProcess(['import', 'mosquitto', file, '--out', out, ...flags]);
    const short = (line: string) => line.replaceAll(`${folder}/`, '');
    return { code: said.code, out: said.out.map(short), err: said.err.map(short) };
  };
  return { run, out, from };
}

const GOOD = {
  'mosquitto.conf': CONF,
  passwd: USER,
  acl: 'user ann\ntopic read a/#\nnonsense\n',
};

test('magpie import mosquitto writes two files and lists what it left out', async (t) => {
  const { run, out } = await world(t, GOOD);
  assert.deepEqual(await run(), {
    code: 0,
    out: [
      'out/magpie.yaml is written',
      'out/acl.yaml is written',
      'mosquitto.conf:3: max_keepalive 60: not converted, every keep-alive is taken',
      'acl:3: nonsense: this is no line of a file of access rules',
    ],
    err: [],
  });
  assert.equal(
    await readFile(join(out, 'magpie.yaml'), 'utf8'),
    `# Made by magpie import mosquitto of mosquitto.conf
listeners:
  - type: tcp
    host: 0.0.0.0
    port: 1883
authentication:
  users: ../from/passwd
authorization: acl.yaml
storage:
  dir: ./data
`,
  );
  assert.equal(
    await readFile(join(out, 'acl.yaml'), 'utf8'),
    `# Made by magpie import mosquitto of acl
rules:
  - allow: subscribe
    delivery: checked
    topics:
      - a/#
    who:
      user: ann
`,
  );
  const { code } = await runInProcess(['config', 'check', join(out, 'magpie.yaml')]);
  assert.equal(code, 0);
});

test('magpie import mosquitto overwrites nothing without --force', async (t) => {
  const { run, out } = await world(t, GOOD);
  await mkdir(out);
  await writeFile(join(out, 'acl.yaml'), 'mine');
  const said = await run();
  assert.deepEqual(said, {
    code: 1,
    out: [],
    err: ['out/acl.yaml is there already: --force overwrites it'],
  });
  assert.deepEqual(await readdir(out), ['acl.yaml']);
  assert.equal((await run('--force')).code, 0);
  assert.deepEqual((await readdir(out)).length, 2);
});

const refusals: readonly (readonly [
  name: string,
  files: Readonly<Record<string, string>>,
  err: readonly string[],
])[] = [
  ['a file that is not there', {}, ['Cannot read from/mosquitto.conf: there is no such file']],
  [
    'rules that are not there',
    { 'mosquitto.conf': CONF, passwd: USER },
    ['mosquitto.conf:5: cannot read acl: there is no such file'],
  ],
];
for (const [name, files, err] of refusals) {
  test(`magpie import mosquitto writes nothing for ${name}`, async (t) => {
    const { run, out } = await world(t, files);
    assert.deepEqual(await run(), { code: 1, out: [], err });
    await assert.rejects(readdir(out));
  });
}

test('magpie import mosquitto says what the broker would refuse', async (t) => {
  const { run } = await world(t, { 'mosquitto.conf': 'listener 1883\npassword_file none' });
  const { code, out } = await run();
  assert.equal(code, 0);
  assert.ok(out.includes('password_file none: there is no such file'), out.join('\n'));
  const { run: other } = await world(t, { 'mosquitto.conf': 'listener 1883' });
  assert.match((await other()).out.join('\n'), /leaves nobody who may connect/);
});
