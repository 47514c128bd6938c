import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdir, readdir } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import { freshFolder } from './fresh-folder.testing.js';
import { SocketPlace } from './socket-place.js';

if (process.platform === 'linux') {
  test('SocketPlace makes the path of a socket short enough', async (t) => {
    const folder = join(await freshFolder(t), 'long'.repeat(50));
    await mkdir(folder);
    const place = await SocketPlace.open(folder);
    const server = createServer().listen(place.pathOf('socket'));
    await once(server, 'listening');
    assert.ok(place.pathOf('socket').length < 40);
    assert.deepEqual(await readdir(folder), ['socket']);
    server.close();
    await place.close();
  });
}

test('SocketPlace gives a directory one pipe, by whatever path it is reached', async (t) => {
  const folder = await freshFolder(t);
  const [one, same, other] = await Promise.all(
    [folder, join(folder, '..', folder.split('/').at(-1)!), join(folder, '..')].map(
      async (path) => {
        const place = await SocketPlace.open(path);
        const pipe = await place.pipe();
        await place.close();
        return pipe;
      },
    ),
  );
  assert.match(one!, /^\\\\\.\\pipe\\magpie-[0-9a-f]{64}$/);
  assert.equal(same, one);
  assert.notEqual(other, one);
});
