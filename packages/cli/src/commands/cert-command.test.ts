import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { connect } from '@magpie/client';
import { createBroker } from '@magpie/broker';
import { runInProcess } from '../command.testing.js';
import { freshFolder } from '../fresh-folder.testing.js';

test('magpie cert dev makes what a broker and a client need for mutual TLS', async (t) => {
  const folder = await freshFolder(t);
  const path = (name: string) => join(folder, name);
  const said = await runInProcess(['cert', 'dev', '--out', folder, '--client', 'sensor-1']);
  assert.equal(said.code, 0);
  assert.deepEqual(said.err, []);
  const broker = await createBroker();
  t.after(() => broker.close());
  const { port } = await broker.listen({
    type: 'tls',
    port: 0,
    cert: path('server.crt'),
    key: path('server.key'),
    ca: path('ca.crt'),
    clientCertificate: 'require',
  });
  const client = await connect(`mqtts://127.0.0.1:${port}`, {
    tls: {
      ca: await readFile(path('ca.crt')),
      cert: await readFile(path('client-sensor-1.crt')),
      key: await readFile(path('client-sensor-1.key')),
    },
  });
  await client.end();
  const certificate = new X509Certificate(await readFile(path('client-sensor-1.crt')));
  assert.equal(certificate.subject, 'CN=sensor-1');
});

test('magpie cert dev keeps keys for their owner, replaces nothing without --force', async (t) => {
  const folder = await freshFolder(t);
  await writeFile(join(folder, 'ca.key'), 'precious', { mode: 0o644 });
  const refused = await runInProcess(['cert', 'dev', '-o', folder]);
  assert.equal(refused.code, 2);
  assert.match(refused.err[0]!, /has ca\.key already: give --force to replace them$/);
  assert.deepEqual(await readdir(folder), ['ca.key']);
  assert.equal((await runInProcess(['cert', 'dev', '-o', folder, '--force'])).code, 0);
  assert.equal((await stat(join(folder, 'ca.key'))).mode & 0o777, 0o600);
  assert.equal((await stat(join(folder, 'server.key'))).mode & 0o777, 0o600);
});

const wrong: [args: string[], err: RegExp][] = [
  [['--days', '0'], /^--days must be a whole number from 1 to 3650/],
  [['--client', 'a/b'], /^--client cannot be 'a\/b': /],
  [['--client', '+'], /^--client cannot be '\+': /],
  [['--out', '/proc/nope'], /^The certificates cannot be written to \/proc\/nope: ENOENT$/],
];
for (const [args, err] of wrong) {
  test(`magpie cert dev ${args.join(' ')} fails in one line`, async () => {
    const said = await runInProcess(['cert', 'dev', ...args]);
    assert.notEqual(said.code, 0);
    assert.match(said.err.join('\n'), err);
  });
}
