import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { freshFolder } from './fresh-folder.testing.js';
import { startMagpie } from './process.testing.js';

// Windows has no such signal.
if (process.platform !== 'win32') {
  test('magpie broker reads its configuration again on SIGHUP, and ends on SIGTERM', async (t) => {
    const cwd = await freshFolder(t);
    const path = join(cwd, 'magpie.yaml');
    const text =
      'listeners: [{ type: tcp, port: 0 }]\nstorage: { memory: true }\nhttp: { port: 0 }';
    await writeFile(path, text);
    const magpie = startMagpie(t, ['broker'], { cwd });
    await magpie.port('tcp');
    magpie.child.kill('SIGHUP');
    await magpie.line(({ event }) => event === 'reloaded');
    await writeFile(path, `${text}\nlimits: [`);
    magpie.child.kill('SIGHUP');
    const { why } = await magpie.line(({ event }) => event === 'reload-refused');
    assert.match(String(why), /^magpie\.yaml:4:/);
    magpie.child.kill('SIGTERM');
    assert.equal((await magpie.ended()).code, 0);
  });
}
