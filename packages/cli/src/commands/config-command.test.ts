import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { runInProcess } from '../command.testing.js';

async function fileWith(t: TestContext, text: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'magpie-check-'));
  t.after(() => rm(folder, { recursive: true }));
  const path = join(folder, 'm.yaml');
  await writeFile(path, text);
  return path;
}

test('magpie config check says that a file is good', async (t) => {
  const path = await fileWith(t, 'listeners: [{ type: tcp, port: 1 }]');
  const said = await runInProcess(['config', 'check', path]);
  assert.deepEqual(said, { code: 0, out: [`${path} is good`], err: [] });
});

test('magpie config check reports every problem on a line of its own, with code 1', async (t) => {
  const path = await fileWith(t, 'htp: {}\nlog: { level: loud }\n');
  const { code, out, err } = await runInProcess(['config', 'check', path]);
  assert.deepEqual({ code, out }, { code: 1, out: [] });
  assert.deepEqual(err, [
    `${path}:1:1: htp is not a known key: did you mean http?`,
    `${path}:2:15: log.level must be one of debug, info, warn, error: current value is loud`,
  ]);
});

test('magpie config check sees what only goes wrong together', async (t) => {
  const path = await fileWith(t, 'listeners: [{ type: tcp, port: 1 }, { type: ws, port: 1 }]');
  const { code, err } = await runInProcess(['config', 'check', path]);
  assert.equal(code, 1);
  assert.deepEqual(err, ['Port 1 on 127.0.0.1 is wanted by two listeners: tcp and ws']);
});

test('magpie config check counts the environment in, and warns of misspelt ones', async (t) => {
  const path = await fileWith(t, 'http: { host: 0.0.0.0 }');
  const env = { MAGPIE_ALLOW_ANONYMOUS: 'true', MAGPIE_PROT: '1' };
  const { code, err } = await runInProcess(['config', 'check', path], { env });
  assert.equal(code, 0);
  assert.deepEqual(err, ['MAGPIE_PROT is not a known variable: did you mean MAGPIE_PORT?']);
});

test('magpie config check needs the file', async () => {
  const { code, err } = await runInProcess(['config', 'check', '/nowhere/m.yaml']);
  assert.equal(code, 1);
  assert.deepEqual(err, [
    'Cannot read the configuration file /nowhere/m.yaml: there is no such file',
  ]);
});

test('magpie config check looks into the access rules', async (t) => {
  const path = await fileWith(t, 'authorization: acl.yaml\n');
  const rules = join(path, '..', 'acl.yaml');
  const missing = await runInProcess(['config', 'check', path]);
  assert.equal(missing.code, 1);
  assert.deepEqual(missing.err, [`Cannot read the access rules ${rules}: there is no such file`]);
  await writeFile(rules, 'rules: [{ allow: both }]\n');
  const bad = await runInProcess(['config', 'check', path]);
  assert.equal(bad.code, 1);
  assert.match(bad.err.join('\n'), /acl\.yaml:1:9: rules\[0\]\.topics must be/);
  await writeFile(rules, 'rules: [{ allow: both, topics: a }]\n');
  assert.equal((await runInProcess(['config', 'check', path])).code, 0);
});

test('magpie config check reads the files that the configuration names', async (t) => {
  const tls = 'type: tls, port: 8883, cert: none.crt, key: none.key';
  const path = await fileWith(
    t,
    `listeners: [{ ${tls} }]\nauthentication: { users: passwd, jwt: { jwks: keys.json } }\n`,
  );
  const folder = dirname(path);
  await writeFile(join(folder, 'keys.json'), '{}');
  const { code, out, err } = await runInProcess(['config', 'check', path]);
  assert.deepEqual({ code, out }, { code: 1, out: [] });
  assert.deepEqual(err, [
    'Cannot listen for tls on 127.0.0.1:8883: '
      + `Cannot read the certificate ${join(folder, 'none.crt')}: there is no such file`,
    `The key file ${join(folder, 'keys.json')} is no JWKS: it must be {"keys": [ … ]}`,
  ]);
});

test('magpie config check says what is wrong with each line of a user file', async (t) => {
  const path = await fileWith(t, 'authentication: { users: passwd }');
  const users = join(dirname(path), 'passwd');
  await writeFile(users, 'alice\nbob:plain\n');
  const { code, err } = await runInProcess(['config', 'check', path]);
  assert.equal(code, 1);
  assert.equal(err.length, 2);
  for (const line of err) assert.ok(line.startsWith(`${users}:`), line);
});
