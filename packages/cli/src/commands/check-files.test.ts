import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { parseConfigFile, resolveConfig } from '@magpie/broker/server';
import { freshFolder } from '../fresh-folder.testing.js';
import { checkFiles } from './check-files.js';

function configOf(text: string, path: string) {
  const resolved = resolveConfig({ flags: {}, env: {}, file: parseConfigFile(text, path) });
  assert.ok(resolved.ok);
  return resolved.config;
}

test('checkFiles() finds nothing wrong where no files are named', async () => {
  assert.deepEqual(await checkFiles(configOf('', 'm.yaml')), { problems: [], warnings: [] });
});

test('checkFiles() looks at every listener, and at the users', async (t) => {
  const folder = await freshFolder(t);
  await writeFile(join(folder, 'text'), 'hello');
  const text = `listeners:
  - { type: tls, port: 1, cert: none, key: text }
  - { type: tcp, port: 2 }
  - { type: wss, port: 3, cert: text, key: text }
authentication: { users: none }
authorization: none
`;
  const { problems, warnings } = await checkFiles(configOf(text, join(folder, 'm.yaml')));
  const where = (name: string) => join(folder, name);
  assert.deepEqual(problems, [
    `Cannot listen for tls on 127.0.0.1:1: Cannot read the certificate ${where('none')}: `
      + 'there is no such file',
    `Cannot listen for wss on 127.0.0.1:3: There is no certificate in ${where('text')}`,
    `Cannot read the user file ${where('none')}: there is no such file`,
    `Cannot read the access rules ${where('none')}: there is no such file`,
  ]);
  assert.deepEqual(warnings, []);
});
