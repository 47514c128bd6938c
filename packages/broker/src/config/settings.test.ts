import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FlagValues } from './options.js';
import {
  configFilePath,
  misspeltVariables,
  type ReadSettings,
  settingsFromEnv,
  settingsFromFlags,
} from './settings.js';

function messages({ problems }: ReadSettings): string[] {
  return problems.map(({ message }) => message);
}

const PORT = 'must be an integer from 0 to 65535: current value is';
const HOST = 'must be a host name or an IP address, without a port: current value is';

const badFlags: [flags: FlagValues, expected: string[]][] = [
  [{ port: '' }, [`--port ${PORT} empty`]],
  [{ port: 'abc' }, [`--port ${PORT} abc`]],
  [{ port: '-1' }, [`--port ${PORT} -1`]],
  [{ port: '1.5' }, [`--port ${PORT} 1.5`]],
  [{ port: '65536' }, [`--port ${PORT} 65536`]],
  [{ port: '0x50' }, [`--port ${PORT} 0x50`]],
  [{ port: '1e3' }, [`--port ${PORT} 1e3`]],
  [{ port: ' 1' }, [`--port ${PORT}  1`]],
  [{ wsPort: 'x', httpPort: 'y' }, [`--ws-port ${PORT} x`, `--http-port ${PORT} y`]],
  [{ host: '' }, [`--host ${HOST} empty`]],
  [{ host: 'a:1' }, [`--host ${HOST} a:1`]],
  [{ host: '\u001b[2J' }, [`--host ${HOST} \\u001b[2J`]],
  [
    { logLevel: 'verbose' },
    ['--log-level must be one of debug, info, warn, error: current value is verbose'],
  ],
  [{ wsPort: '1', noWs: true }, ['--ws-port and --no-ws exclude each other']],
  [{ httpPort: '1', noHttp: true }, ['--http-port and --no-http exclude each other']],
  [{ dataDir: './data', memory: true }, ['--data-dir and --memory exclude each other']],
  [{ dataDir: '' }, ['--data-dir must be the path of a directory: current value is empty']],
  [
    { limit: ['inflightMax'] },
    ['--limit: a limit is written NAME=VALUE: current value is inflightMax'],
  ],
  [{ limit: ['=5'] }, ['--limit: a limit is written NAME=VALUE: current value is =5']],
  [
    { limit: ['inflightmax=5', 'colour=red'] },
    [
      '--limit: There is no limit inflightmax: did you mean inflightMax?',
      '--limit: There is no limit colour',
    ],
  ],
  [
    { limit: ['inflightMax=0', 'inflightMax=x', 'inflightMax=', 'queueFullPolicy=drop'] },
    [
      '--limit: inflightMax must be an integer from 1 to 32767 (messages): current value is 0',
      '--limit: inflightMax must be an integer from 1 to 32767 (messages): current value is x',
      '--limit: inflightMax must be an integer from 1 to 32767 (messages): current value is ',
      '--limit: queueFullPolicy must be one of drop-newest, drop-oldest, disconnect: '
        + 'current value is drop',
    ],
  ],
];
for (const [flags, expected] of badFlags) {
  test(`settingsFromFlags() refuses ${JSON.stringify(flags)}`, () => {
    const read = settingsFromFlags(flags);
    assert.deepEqual(messages(read), expected);
    assert.ok(read.problems.every(({ usage }) => usage));
  });
}

test('settingsFromFlags() reads every flag, with the words that gave it', () => {
  const { settings, problems } = settingsFromFlags({
    host: '::1',
    port: '0',
    noWs: true,
    httpPort: '65535',
    memory: true,
    sync: 'interval',
    syncInterval: '250',
    allowAnonymous: true,
    logLevel: 'debug',
    limit: ['inflightMax=5', 'queueFullPolicy = drop-oldest', 'inflightMax=6'],
  });
  assert.deepEqual(problems, []);
  assert.deepEqual(settings, {
    host: { value: '::1', origin: '--host ::1' },
    port: { value: 0, origin: '--port 0' },
    ws: { value: false, origin: '--no-ws' },
    http: { value: 65_535, origin: '--http-port 65535' },
    storage: { memory: true },
    sync: { value: 'interval', origin: '--sync interval' },
    syncInterval: { value: 250, origin: '--sync-interval 250' },
    anonymous: { value: true, origin: '--allow-anonymous' },
    logLevel: { value: 'debug', origin: '--log-level debug' },
    limits: { inflightMax: 6, queueFullPolicy: 'drop-oldest' },
  });
});

const badVariables: [env: Record<string, string>, expected: string[]][] = [
  [{ MAGPIE_PORT: 'x' }, [`MAGPIE_PORT ${PORT} x`]],
  [{ MAGPIE_PORT: 'tcp://10.0.0.1:1883' }, [`MAGPIE_PORT ${PORT} tcp://10.0.0.1:1883`]],
  [
    { MAGPIE_ALLOW_ANONYMOUS: 'maybe' },
    ['MAGPIE_ALLOW_ANONYMOUS must be true or false: current value is maybe'],
  ],
  [{ MAGPIE_MEMORY: 'maybe' }, ['MAGPIE_MEMORY must be true or false: current value is maybe']],
  [{ MAGPIE_SYNC: 'no' }, ['MAGPIE_SYNC must be one of always, interval, os: current value is no']],
  ...['9', '60001', '1e3'].map((ms): [Record<string, string>, string[]] => [
    { MAGPIE_SYNC_INTERVAL: ms },
    [`MAGPIE_SYNC_INTERVAL must be an integer from 10 to 60000 (ms): current value is ${ms}`],
  ]),
  [
    { MAGPIE_DATA_DIR: '/data', MAGPIE_MEMORY: 'true' },
    ['MAGPIE_DATA_DIR and MAGPIE_MEMORY exclude each other'],
  ],
  [
    { MAGPIE_WS_PORT: '1', MAGPIE_NO_WS: 'true' },
    ['MAGPIE_WS_PORT and MAGPIE_NO_WS exclude each other'],
  ],
  [{ MAGPIE_LIMIT: 'a=1,b=2' }, ['a', 'b'].map((x) => `MAGPIE_LIMIT: There is no limit ${x}`)],
];
for (const [env, expected] of badVariables) {
  test(`settingsFromEnv() refuses ${JSON.stringify(env)}`, () => {
    const read = settingsFromEnv(env);
    assert.deepEqual(messages(read), expected);
    assert.ok(read.problems.every(({ usage }) => !usage));
  });
}

test('settingsFromEnv() reads the variables, with the words that gave them', () => {
  const { settings, problems } = settingsFromEnv({
    MAGPIE_HOST: 'localhost',
    MAGPIE_PORT: '',
    MAGPIE_NO_WS: '0',
    MAGPIE_WS_PORT: '8084',
    MAGPIE_NO_HTTP: '1',
    MAGPIE_DATA_DIR: '/data',
    MAGPIE_SYNC: 'os',
    MAGPIE_MEMORY: 'false',
    MAGPIE_ALLOW_ANONYMOUS: 'TRUE',
    MAGPIE_LIMIT: 'inflightMax=5, sessionExpiry=0',
    PORT: '5',
  });
  assert.deepEqual(problems, []);
  assert.deepEqual(settings, {
    host: { value: 'localhost', origin: 'MAGPIE_HOST=localhost' },
    port: undefined,
    ws: { value: 8084, origin: 'MAGPIE_WS_PORT=8084' },
    http: { value: false, origin: 'MAGPIE_NO_HTTP=1' },
    storage: { dir: '/data' },
    sync: { value: 'os', origin: 'MAGPIE_SYNC=os' },
    syncInterval: undefined,
    anonymous: { value: true, origin: 'MAGPIE_ALLOW_ANONYMOUS=TRUE' },
    logLevel: undefined,
    limits: { inflightMax: 5, sessionExpiry: 0 },
  });
});

test('settingsFromEnv() leaves the MAGPIE_PORT alone that Kubernetes sets for a service', () => {
  const { settings, problems } = settingsFromEnv({
    MAGPIE_SERVICE_HOST: '10.0.0.1',
    MAGPIE_PORT: 'tcp://10.0.0.1:1883',
  });
  assert.deepEqual(problems, []);
  assert.equal(settings.port, undefined);
});

test('configFilePath() prefers the flag to the variable, and an empty variable is none', () => {
  assert.equal(configFilePath({ config: 'a' }, { MAGPIE_CONFIG: 'b' }), 'a');
  assert.equal(configFilePath({}, { MAGPIE_CONFIG: 'b' }), 'b');
  assert.equal(configFilePath({}, { MAGPIE_CONFIG: '' }), undefined);
});

test('misspeltVariables() tells near misses from what others call theirs', () => {
  const env = { MAGPIE_PROT: '1', MAGPIE_SERVICE_HOST: 'x', MAGPIE_HOST: 'y', MAGPIE_TOKEN: 'z' };
  assert.deepEqual(misspeltVariables(env), [
    'MAGPIE_PROT is not a known variable: did you mean MAGPIE_PORT?',
  ]);
});
