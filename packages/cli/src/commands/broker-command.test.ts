import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { type LogLine, runInProcess } from '../command.testing.js';

const PORT = 'must be an integer from 0 to 65535: current value is';

const bad: [args: string[], env: Record<string, string>, code: number, err: string[]][] = [
  [['--port', 'x'], {}, 2, [`--port ${PORT} x`]],
  [['--ws-port', '-1'], {}, 2, [`--ws-port ${PORT} -1`]],
  [['--http-port', '99999'], {}, 2, [`--http-port ${PORT} 99999`]],
  [
    ['--log-level', 'loud'],
    {},
    2,
    ['--log-level must be one of debug, info, warn, error: current value is loud'],
  ],
  [
    ['--limit', 'inflightMax=0'],
    {},
    2,
    ['--limit: inflightMax must be an integer from 1 to 32767 (messages): current value is 0'],
  ],
  [
    ['--limit', 'a=1', '--limit', 'b=2'],
    {},
    2,
    ['--limit: There is no limit a', '--limit: There is no limit b'],
  ],
  [['--no-ws', '--ws-port', '1'], {}, 2, ['--ws-port and --no-ws exclude each other']],
  [
    ['--data-dir', ''],
    {},
    2,
    ['--data-dir must be the path of a directory: current value is empty'],
  ],
  [['--data-dir', 'd', '--memory'], {}, 2, ['--data-dir and --memory exclude each other']],
  [
    ['--host', '0.0.0.0'],
    {},
    1,
    [
      '--host 0.0.0.0 is a public address and no authentication is configured: listen on '
        + '127.0.0.1, or let everybody in with --allow-anonymous '
        + '(in magpie.yaml: authentication: { anonymous: true })',
    ],
  ],
  [
    ['--config', '/nowhere/m.yaml'],
    {},
    1,
    ['Cannot read the configuration file /nowhere/m.yaml: there is no such file'],
  ],
  [
    [],
    { MAGPIE_CONFIG: '/nowhere/e.yaml' },
    1,
    ['Cannot read the configuration file /nowhere/e.yaml: there is no such file'],
  ],
  [[], { MAGPIE_PORT: 'x' }, 1, [`MAGPIE_PORT ${PORT} x`]],
  [['--port', 'x'], { MAGPIE_WS_PORT: 'y' }, 2, [`--port ${PORT} x`, `MAGPIE_WS_PORT ${PORT} y`]],
];
for (const [args, env, code, err] of bad) {
  const shown = [...Object.entries(env).map((pair) => pair.join('=')), ...args].join(' ');
  test(`magpie broker refuses "${shown}" with code ${code}`, async () => {
    const said = await runInProcess(['broker', ...args], { env });
    assert.deepEqual(said, { code, out: [], err });
  });
}

/** Runs the broker, in memory, until `last` is listening, then asks it to end. */
async function runUntil(last: string, flags: readonly string[], env: Record<string, string> = {}) {
  const args = [...flags, '--memory'];
  const stop = new AbortController();
  const lines: LogLine[] = [];
  const onLog = (line: LogLine) => {
    lines.push(line);
    if (line.msg === 'listening' && line['listener'] === last) stop.abort('SIGTERM');
  };
  const said = await runInProcess(['broker', ...args], { env, signal: stop.signal, onLog });
  return { ...said, lines };
}

test('magpie broker logs each listener, closes on the signal and returns 0', async () => {
  const { code, err, lines } = await runUntil('ws', ['--port=0', '--ws-port=0', '--http-port=0']);
  assert.equal(code, 0);
  assert.match(
    err.join('\n'),
    /^HTTP API: the password of admin is \S{20} – it is not shown again$/,
  );
  assert.deepEqual(
    lines.map(({ msg, listener = '' }) => `${msg} ${String(listener)}`.trim()),
    [
      'starting',
      'storage: in memory, nothing survives a restart',
      'no authentication is configured: listening on loopback addresses only',
      'listening http',
      'listening tcp',
      'listening ws',
      'closing',
      'closed',
    ],
  );
});

test('magpie broker starts nothing that was switched off', async () => {
  const { code, lines } = await runUntil('tcp', ['--port', '0', '--no-ws', '--no-http']);
  assert.equal(code, 0);
  assert.equal(lines.filter(({ msg }) => msg === 'listening').length, 1);
});

test('magpie broker takes settings from the environment, and the flag beats it', async () => {
  const env = { MAGPIE_NO_WS: '1', MAGPIE_NO_HTTP: '1', MAGPIE_PORT: 'x', MAGPIE_PROT: '1' };
  const bad = await runInProcess(['broker'], { env });
  assert.equal(bad.code, 1);
  const { code, lines } = await runUntil('tcp', ['--port', '0'], { ...env, MAGPIE_PORT: '1' });
  assert.equal(code, 0);
  const warnings = lines.filter(({ level }) => level === 'warn').map(({ msg }) => msg);
  assert.deepEqual(warnings, ['MAGPIE_PROT is not a known variable: did you mean MAGPIE_PORT?']);
});

test('magpie broker refuses a data directory it cannot have in one line, code 1', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'magpie-data-'));
  t.after(() => rm(folder, { recursive: true }));
  const path = join(folder, 'file');
  await writeFile(path, 'hello');
  const { code, err } = await runInProcess(['broker', '--port=0', '--data-dir', path]);
  assert.equal(code, 1);
  const why = 'there is something of that name that is no directory';
  assert.deepEqual(err, [`Cannot use the data directory ${path}: ${why}`]);
});

test('magpie broker warns when everybody may come in', async () => {
  const args = ['--port=0', '--no-ws', '--no-http', '--host=0.0.0.0', '--allow-anonymous'];
  const { code, lines } = await runUntil('tcp', args);
  assert.equal(code, 0);
  const warnings = lines.filter(({ level }) => level === 'warn').map(({ msg }) => msg);
  assert.deepEqual(warnings, [
    'everybody who reaches this machine may connect, publish and subscribe',
  ]);
});
