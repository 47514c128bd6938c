import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runInProcess } from '../command.testing.js';
import { AdminWorld } from './admin-world.testing.js';

test('askApi() says where tokens are to who has none, or a wrong one', async (t) => {
  const world = await AdminWorld.start(t);
  for (const env of [{ MAGPIE_DATA_DIR: '/nowhere' }, { MAGPIE_TOKEN: 'magpie_wrong' }]) {
    const { code, out, err } = await world.run(['clients'], { env });
    assert.deepEqual([code, out], [1, []]);
    assert.match(
      err.join('\n'),
      /: give --token, or --data-dir with the data directory of a broker/,
    );
  }
});

test('askApi(): flags beat the environment', async (t) => {
  const world = await AdminWorld.start(t);
  const env = { MAGPIE_API: 'http://127.0.0.1:1', MAGPIE_DATA_DIR: '/nowhere' };
  const flags = ['--api', world.url, '--data-dir', world.dir];
  assert.equal((await world.run(['clients', ...flags], { env })).code, 0);
});

test('askApi() says that nobody answers', async () => {
  const { code, err } = await runInProcess(['clients', '--api', 'http://127.0.0.1:1']);
  assert.equal(code, 1);
  assert.match(err.join('\n'), /^http:\/\/127\.0\.0\.1:1\/api\/v1 cannot be reached: /);
});

test('askApi() refuses what is no URL of HTTP', async () => {
  for (const url of ['localhost', 'mqtt://localhost', '']) {
    const { code, err } = await runInProcess(['clients', '--api', url]);
    assert.equal(code, 2);
    assert.match(
      err.join('\n'),
      /^--api must be a URL such as http:\/\/127\.0\.0\.1:18083: it is /,
    );
  }
});
