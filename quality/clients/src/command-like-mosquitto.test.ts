// needs: mosquitto-clients, openssl
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, connect, createServer as createUnixServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { before, test, type TestContext } from 'node:test';
import { createServer } from 'node:tls';
import type { Broker } from '@magpie/broker';
import { startBroker, type TestBroker } from './broker.testing.js';
import { OpensslAuthority } from './openssl.testing.js';
import { REPOSITORY } from './program.testing.js';

/**
 * Command lines of scripts that people have, given to mosquitto's tools and to ours: what comes out
 * and the exit code must be the same. `PORT` stands for the broker's, `FOLDER` for one with files.
 */

interface Outcome {
  readonly code: number;
  readonly stdout: string;
  /** What reached the broker, for `pub`. */
  readonly published: readonly string[];
}

const RETAINED: readonly [topic: string, payload: string][] = [
  ['kept/a', 'one'],
  ['kept/b', '{"n":1,"s":"é\\"\\n"}'],
  ['kept/empty/c', 'three'],
];

const SUB: readonly string[][] = [
  ['-t', 'kept/a', '-C', '1'],
  ['-t', 'kept/a', '-C', '1', '-v'],
  ['-t', 'kept/#', '-C', '3', '-v'],
  ['-t', 'kept/a', '-t', 'kept/b', '-C', '2', '-q', '1'],
  ['-t', 'kept/#', '-T', 'kept/a', '-C', '2', '-v'],
  ['-t', 'kept/a', '-C', '1', '-N'],
  ['-t', 'kept/a', '-C', '1', '-F', '%t|%p|%q|%r|%l|%m|%%|%x|%X'],
  ['-t', 'kept/a', '-C', '1', '-F', '%10t|%-10t|%3.3t|%05l|%-5l|%8p|%-8p|'],
  ['-t', 'kept/a', '-C', '1', '-F', '\\ttab\\\\ @Y-@m-@d @@ \\e \\0'],
  ['-t', 'kept/b', '-C', '1', '-q', '2', '-F', '%q %m %A%C%D%E%F%P%R%S.'],
  ['-t', 'kept/a', '-R', '-W', '1'],
  ['-t', 'nothing', '-W', '1'],
  ['-t', 'nothing', '-E'],
  ['-L', 'mqtt://127.0.0.1:PORT/kept/a', '-C', '1'],
  ['-L', 'mqtt://127.0.0.1:PORT/kept/#', '-C', '3', '-v', '-q', '1', '-k', '10'],
  ['-t', 'kept/a', '-C', '1', '-i', 'me', '-c', '-q', '1', '--quiet'],
  ['-t', 'kept/a', '-C', '1', '-I', 'me-', '--will-topic', 'w', '--will-payload', 'x'],
  ['-t', 'kept/a', '-C', '1', '-V', 'mqttv311', '--nodelay'],
  ['-t', 'kept/a', '-C', '1', '-A', '127.0.0.1'],
];

const PUB: readonly { args: readonly string[]; input?: string }[] = [
  { args: ['-t', 'x', '-m', 'hello'] },
  { args: ['-t', 'x', '-m', ''] },
  { args: ['-t', 'x', '-m', '-5'] },
  { args: ['-t', 'x', '-m', 'hello', '-q', '1', '-r'] },
  { args: ['-t', 'x', '-m', 'hello', '-q', '2', '-i', 'me'] },
  { args: ['-t', 'x', '-n'] },
  { args: ['-t', 'x', '-f', 'FOLDER/binary'] },
  { args: ['-t', 'x', '-s'], input: 'two\nlines' },
  { args: ['-t', 'x', '-l'], input: 'a\n\nb\r\nlast' },
  { args: ['-t', 'x', '-l', '-q', '2'], input: 'a\nb\nc\n' },
  { args: ['-t', 'x', '-l'] },
  { args: ['-t', 'x', '-m', 'again', '--repeat', '3'] },
  { args: ['-t', 'x', '-m', 'again', '--repeat', '2', '--repeat-delay', '0.01', '-q', '1'] },
  { args: ['-L', 'mqtt://127.0.0.1:PORT/deep/topic/', '-m', 'x', '-M', '1', '-k', '5'] },
  { args: ['-t', 'x', '-m', 'x', '-A', '127.0.0.7'] },
  { args: ['-t', 'x', '-m', 'x', '--tls-version', 'tlsv1.2', '--tls-alpn', 'mqtt'] },
];

let folder: string;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'magpie-like-'));
  await writeFile(join(folder, 'binary'), Uint8Array.of(0, 1, 10, 255, 128));
  return async () => rm(folder, { recursive: true });
});

for (const args of SUB) {
  test(`magpie sub ${args.join(' ')} does what mosquitto_sub does`, async (t) => {
    const at = await brokerWithRetained(t);
    const [theirs, ours] = await Promise.all([
      run(at, ['mosquitto_sub'], args),
      run(at, magpie('sub'), args),
    ]);
    assert.deepEqual(ours, theirs);
  });
}

for (const { args, input = '' } of PUB) {
  test(`magpie pub ${args.join(' ')} does what mosquitto_pub does`, async (t) => {
    const theirs = await publishing(await startBroker(t), ['mosquitto_pub'], args, input);
    const ours = await publishing(await startBroker(t), magpie('pub'), args, input);
    assert.deepEqual(ours, theirs);
  });
}

/** Tools, their flags, and the exit code of both where a connection cannot be had. */
const FAILING: readonly [tool: 'pub' | 'sub', args: readonly string[], code: number][] = [
  ['pub', ['-t', 'x', '-m', 'x', '-h', 'nowhere.invalid'], 1],
  ['sub', ['-t', 'x', '-h', 'nowhere.invalid'], 1],
  ['pub', ['-t', 'x', '-m', 'x', '-h', '127.0.0.1', '-p', '1'], 1],
  ['sub', ['-t', 'x', '-h', '127.0.0.1', '-p', '1'], 1],
  ['pub', ['-t', 'x', '-m', 'x', '-u', 'nobody', '-P', 'x'], 5],
  ['sub', ['-t', 'x', '-u', 'nobody', '-P', 'x'], 5],
  ['pub', ['-t', 'x', '-m', 'x', '-A', '192.0.2.1'], 1],
];
for (const [tool, args, code] of FAILING) {
  test(`magpie ${tool} ${args.join(' ')} fails with code ${code} as its model does`, async (t) => {
    const at = await startBroker(t, {
      authenticator: { authenticate: () => ({ allowed: false, why: 'not-authorized' }) },
    });
    const [theirs, ours] = await Promise.all([
      run(at, [`mosquitto_${tool}`], args),
      run(at, magpie(tool), args),
    ]);
    assert.deepEqual(ours, theirs);
    assert.equal(ours.code, code);
  });
}

/**
 * What a server with TLS asks for, and flags for it. Where the handshake fails, mosquitto_pub ends
 * with 1 or 8, by chance: only that it fails is compared.
 */
const OVER_TLS: readonly [
  server: { readonly minVersion?: '1.3'; readonly ciphers?: string },
  args: readonly string[],
][] = [
  [{}, ['--cafile', 'CA']],
  [{}, ['--cafile', 'CA', '--tls-version', 'tlsv1.2']],
  [{}, ['--cafile', 'CA', '--tls-version', 'tlsv1.3']],
  [{ minVersion: '1.3' }, ['--cafile', 'CA', '--tls-version', 'tlsv1.2']],
  [{ ciphers: 'AES128-SHA' }, ['--cafile', 'CA', '--tls-version', 'tlsv1.3']],
  [{ ciphers: 'ECDHE-RSA-AES128-GCM-SHA256' }, ['--cafile', 'CA', '--ciphers', 'AES256-SHA']],
  [{ minVersion: '1.3' }, ['--cafile', 'CA', '--ciphers', 'ECDHE-RSA-AES128-GCM-SHA256']],
  [{}, ['--cafile', 'CA', '--tls-version', 'tlsv1.2', '--ciphers', 'AES128-SHA']],
  [{}, ['--cafile', 'CA', '--tls-alpn', 'mqtt']],
  [{}, ['--cafile', 'CA', '--tls-alpn', 'x-other']],
  [{}, ['--cafile', 'CA', '--keyform', 'pem', '--cert', 'CERT', '--key', 'KEY']],
];
for (const [server, args] of OVER_TLS) {
  const what = `${args.join(' ')} at ${JSON.stringify(server)}`;
  test(`magpie pub ${what} does what mosquitto_pub does`, async (t) => {
    const authority = await OpensslAuthority.make(t);
    const pair = await authority.issue('server', 'localhost', 'localhost');
    const paths = new Map([
      ['CA', authority.ca],
      ['CERT', pair.cert],
      ['KEY', pair.key],
    ]);
    const filled = args.map((arg) => paths.get(arg) ?? arg);
    const outcomes = [];
    for (const command of [['mosquitto_pub'], magpie('pub')]) {
      const at = await startBroker(t);
      const { port } = await at.broker.listen({ type: 'tls', port: 0, ...pair, ...server });
      const where = ['-h', 'localhost', '-p', String(port), '-t', 'x', '-m', 'x'];
      const { code, ...said } = await publishing(at, command, [...where, ...filled]);
      outcomes.push({ done: code === 0, ...said });
    }
    assert.deepEqual(outcomes[1], outcomes[0]);
  });
}

test('magpie pub and sub reach a Unix socket as mosquitto_pub and mosquitto_sub do', async (t) => {
  const path = join(folder, 'unix');
  for (const [pub, sub] of [
    [['mosquitto_pub'], ['mosquitto_sub']],
    [magpie('pub'), magpie('sub')],
  ] as const) {
    const at = await brokerWithRetained(t);
    const server = createUnixServer((socket) => tunnel(socket, at.tcpPort));
    server.listen(path);
    await once(server, 'listening');
    const { code, published } = await publishing(at, pub, ['--unix', path, '-t', 'x', '-m', 'x']);
    assert.deepEqual({ code, published }, { code: 0, published: ['x 0 false 78'] });
    const { stdout } = await run(at, sub, ['--unix', path, '-t', 'kept/a', '-C', '1']);
    assert.equal(stdout, 'one\n');
    server.close();
    await once(server, 'close');
  }
});

test('magpie pub and mosquitto_pub show a server the same shared key', async (t) => {
  for (const command of [['mosquitto_pub'], magpie('pub')]) {
    const at = await startBroker(t);
    const port = await sharedKeyTunnel(t, at.tcpPort);
    const where = ['-h', 'localhost', '-p', String(port), '-t', 'x', '-m', 'x'];
    const key = ['--psk', '01fF', '--psk-identity', 'me'];
    const { code, published } = await publishing(at, command, [...where, ...key]);
    assert.deepEqual({ code, published }, { code: 0, published: ['x 0 false 78'] });
    const wrong = ['--psk', '02', '--psk-identity', 'me'];
    assert.notEqual((await publishing(at, command, [...where, ...wrong])).code, 0);
  }
});

// There mosquitto_pub 2.0.11 speaks TLS 1.3, without a look at the certificate.
test('magpie pub with a shared key does not speak to a server without it', async (t) => {
  const authority = await OpensslAuthority.make(t);
  const pair = await authority.issue('server', 'localhost', 'localhost');
  const at = await startBroker(t);
  const { port } = await at.broker.listen({ type: 'tls', port: 0, ...pair });
  const where = ['-h', 'localhost', '-p', String(port), '-t', 'x', '-m', 'x'];
  const key = ['--psk', '0102', '--psk-identity', 'me'];
  const { code, published } = await publishing(at, magpie('pub'), [...where, ...key]);
  assert.deepEqual({ code, published }, { code: 1, published: [] });
});

/** A port with a shared key in front of one without TLS. */
async function sharedKeyTunnel(t: TestContext, to: number): Promise<number> {
  const server = createServer(
    {
      ciphers: 'PSK',
      maxVersion: 'TLSv1.2',
      pskCallback: (_, identity) => (identity === 'me' ? Uint8Array.of(1, 255) : null),
    },
    (socket) => tunnel(socket, to),
  );
  server.on('tlsClientError', () => {});
  server.listen(0, 'localhost');
  await once(server, 'listening');
  t.after(() => server.close());
  return (server.address() as AddressInfo).port;
}

function tunnel(socket: Socket, to: number): void {
  const inner = connect(to, '127.0.0.1');
  socket.pipe(inner).pipe(socket);
  for (const end of [socket, inner]) end.on('error', () => {});
}

test('magpie rr does what mosquitto_rr does', async (t) => {
  const at = await startBroker(t);
  at.broker.subscribe('ask', () => {
    void at.broker.publish({ topic: 'ask/answer', payload: 'fine' });
  });
  const args = ['-t', 'ask', '-e', 'ask/answer', '-m', 'how?', '-W', '10', '-v', '-q', '1'];
  const [theirs, ours] = await Promise.all([
    run(at, ['mosquitto_rr', '-V', 'mqttv311'], args),
    run(at, magpie('rr'), args),
  ]);
  assert.deepEqual(ours, theirs);
  assert.equal(ours.stdout, 'ask/answer fine\n');
});

async function brokerWithRetained(t: TestContext): Promise<TestBroker> {
  const at = await startBroker(t);
  for (const [topic, payload] of RETAINED) {
    await at.broker.publish({ topic, payload, retain: true, qos: 2 });
  }
  return at;
}

/** Runs a publishing tool against a broker. */
async function publishing(
  at: TestBroker,
  command: readonly string[],
  args: readonly string[],
  input = '',
): Promise<Outcome> {
  const published: string[] = [];
  at.broker.subscribe('#', ({ topic, qos, retain, payload }) => {
    published.push(`${topic} ${qos} ${retain} ${Buffer.from(payload).toString('hex')}`);
  });
  const outcome = await run(at, command, args, input);
  await settled(at.broker);
  return { ...outcome, published };
}

/** Waits until the broker has read all that a client sent before its DISCONNECT. */
async function settled(broker: Broker): Promise<void> {
  while (broker.gauges().connections > 0) {
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
  }
}

function run(
  { tcpPort }: TestBroker,
  [file, ...first]: readonly string[],
  args: readonly string[],
  input = '',
): Promise<Outcome> {
  const filled = args.map((arg) => {
    return arg.replace('PORT', String(tcpPort)).replace('FOLDER', folder);
  });
  const named = args.includes('-L') || args.includes('--unix');
  const where = named || args.includes('-h') ? [] : ['-h', '127.0.0.1'];
  const port = named || args.includes('-p') ? [] : ['-p', String(tcpPort)];
  return new Promise((resolve) => {
    const all = [...first, ...where, ...port, ...filled];
    const options = { cwd: REPOSITORY, timeout: 20_000, env: { ...process.env, HOME: folder } };
    const child = execFile(file!, all, options, (error, stdout) => {
      resolve({ code: error === null ? 0 : Number(error.code), stdout, published: [] });
    });
    child.stdin?.on('error', () => {}); // who ends before it has read all breaks the pipe
    child.stdin?.end(input);
  });
}

function magpie(command: string): readonly string[] {
  return [process.execPath, 'packages/cli/bin/magpie.js', command];
}
