import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect, createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { packageVersion } from './version.js';
import { type RunningMagpie, runMagpie, startMagpie } from './process.testing.js';

/** The process as a whole: what only shows from outside. */

const QUIET = ['broker', '--port', '0', '--no-ws', '--no-http'];

async function folder(t: TestContext): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'magpie-main-'));
  t.after(() => rm(path, { recursive: true }));
  return path;
}

/** Code that Node.js runs before the command. */
function preload(source: string): string[] {
  return ['--import', `data:text/javascript,${encodeURIComponent(source)}`];
}

for (const flag of ['--version', '-V']) {
  test(`magpie ${flag} prints the version and nothing else`, async () => {
    assert.deepEqual(await runMagpie([flag]), {
      code: 0,
      signal: null,
      stdout: `${packageVersion()}\n`,
      stderr: '',
    });
  });
}

test('magpie --version answers without loading the broker or the parser', async () => {
  const nodeArgs = preload(
    `process.on('exit', () => {
       const parts = ['NativeModule http', 'NativeModule child_process'];
       process.stderr.write(parts.filter((part) => process.moduleLoadList.includes(part)).join());
     });`,
  );
  assert.equal((await runMagpie(['--version'], { nodeArgs })).stderr, '');
  // The same list does show them where they are loaded.
  assert.match((await runMagpie(['broker', '--help'], { nodeArgs })).stderr, /http.*child_process/);
});

const wrong: [args: string[], code: number, stderr: string][] = [
  [['broker', '--prot', '1'], 2, "magpie: Unknown option '--prot': did you mean --port?\n"],
  [
    ['broker', '--port', 'x'],
    2,
    'magpie: --port must be an integer from 0 to 65535: current value is x\n',
  ],
  [['broker', '--\u001b[2J'], 2, "magpie: Unknown option '--\\u001b[2J'\n"],
  [
    ['config', 'check', 'nowhere.yaml'],
    1,
    'magpie: Cannot read the configuration file nowhere.yaml: there is no such file\n',
  ],
];
for (const [args, code, stderr] of wrong) {
  test(`magpie ${JSON.stringify(args.join(' '))} ends with ${code} and one line`, async () => {
    assert.deepEqual(await runMagpie(args), { code, signal: null, stdout: '', stderr });
  });
}

test('magpie broker ends with 1 and one line when the port is in use', async (t) => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  const { port } = server.address() as AddressInfo;
  const { code, stderr } = await runMagpie(['broker', '--port', `${port}`, '--no-ws', '--no-http']);
  assert.equal(code, 1);
  assert.equal(
    stderr,
    `magpie: Cannot listen for tcp on 127.0.0.1:${port}: the port is in use by another process\n`,
  );
});

test('magpie broker reads magpie.yaml of its working directory, and says so', async (t) => {
  const cwd = await folder(t);
  await writeFile(join(cwd, 'magpie.yaml'), 'listeners: [{ type: tcp, port: 0 }]\nhtp: 1\n');
  assert.deepEqual(await runMagpie(['broker'], { cwd }), {
    code: 1,
    signal: null,
    stdout: '',
    stderr: 'magpie: magpie.yaml:2:1: htp is not a known key: did you mean http?\n',
  });
  await writeFile(join(cwd, 'magpie.yaml'), 'listeners: [{ type: tcp, port: 0 }]\n');
  const magpie = startMagpie(t, ['broker', '--no-http'], { cwd });
  await magpie.line(({ msg, file }) => msg === 'configuration file read' && file === 'magpie.yaml');
  assert.ok((await magpie.port('tcp')) > 0);
});

for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  test(`magpie broker is the process itself and ends with 0 on ${signal}`, async (t) => {
    const magpie = startMagpie(t, ['broker', '--port', '0', '--ws-port', '0', '--http-port', '0']);
    const [port] = await Promise.all(['tcp', 'ws', 'http'].map((name) => magpie.port(name)));
    const { pid } = await magpie.line(({ msg }) => msg === 'starting');
    assert.equal(pid, magpie.child.pid);
    // A client that is connected and one that says nothing must not hold it.
    const client = await connected(port ?? 0);
    const silent = connect(port ?? 0, '127.0.0.1');
    await once(silent, 'connect');
    const gone = Promise.all([once(client, 'close'), once(silent.resume(), 'close')]);
    magpie.child.kill(signal);
    assert.deepEqual(await magpie.ended(), { code: 0, signal: null, stderr: '' });
    await gone;
    assert.equal(magpie.lines.at(-1)?.msg, 'closed');
  });
}

/** A client after its CONNACK. */
async function connected(port: number) {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => {});
  // CONNECT of MQTT 3.1.1: clean session, keep alive 60 s, a client identifier of 256 bytes.
  socket.write(Buffer.from('108c0200044d5154540402003c0100'.concat('61'.repeat(256)), 'hex'));
  await once(socket, 'data');
  return socket;
}

/**
 * Goal: the broker serves while its log stands still.
 * Method: nobody reads stdout while clients cause more lines than the pipe holds.
 */
test('magpie broker goes on while its log is not read', async (t) => {
  const magpie = startMagpie(t, QUIET);
  const port = await magpie.port('tcp');
  const { stdout } = magpie.child;
  stdout?.pause();
  const clients = 500;
  for (let round = 0; round < clients; round++) (await connected(port)).destroy();
  stdout?.resume();
  magpie.child.kill('SIGTERM');
  assert.deepEqual(await magpie.ended(), { code: 0, signal: null, stderr: '' });
  const connects = magpie.lines.filter(({ event }) => event === 'connected');
  assert.equal(connects.length, clients);
});

test('magpie broker goes on when nobody reads its log any more', async (t) => {
  const magpie = startMagpie(t, QUIET);
  const port = await magpie.port('tcp');
  magpie.child.stdout?.destroy();
  // Each of them is worth a line that nobody reads.
  for (let round = 0; round < 5; round++) await refused(port);
  magpie.child.kill('SIGTERM');
  assert.deepEqual(await magpie.ended(), { code: 0, signal: null, stderr: '' });
});

/** Sends what is no MQTT and waits for the broker to close. */
async function refused(port: number): Promise<void> {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => {});
  socket.end('GET / HTTP/1.1\r\n\r\n');
  await once(socket.resume(), 'close');
}

const crashes: [kind: string, source: string][] = [
  ['an exception', "process.on('SIGUSR2', () => { throw new Error('boom'); })"],
  ['a rejection', "process.on('SIGUSR2', () => { Promise.reject(new Error('boom')); })"],
];
for (const [kind, source] of crashes) {
  test(`magpie broker logs ${kind} that nobody caught and ends with 1`, async (t) => {
    const magpie = startMagpie(t, QUIET, { nodeArgs: preload(source) });
    await magpie.port('tcp');
    magpie.child.kill('SIGUSR2');
    assert.deepEqual(await magpie.ended(), { code: 1, signal: null, stderr: '' });
    assertCrash(magpie);
  });
}

function assertCrash({ lines }: RunningMagpie): void {
  const last = lines.at(-1);
  assert.equal(last?.['level'], 'fatal');
  assert.equal(last.msg, 'a bug in Magpie, the process ends');
  assert.match(JSON.stringify(last['err']), /"message":"boom","stack":/);
}

test('magpie tells a bug on stderr while there is no log yet', async () => {
  const nodeArgs = preload(
    `process.on('newListener', (name) => {
       if (name === 'uncaughtException') setImmediate(() => { throw new Error('boom'); });
     });`,
  );
  const { code, stdout, stderr } = await runMagpie(QUIET, { nodeArgs });
  assert.deepEqual({ code, stdout }, { code: 1, stdout: '' });
  assert.match(stderr, /^magpie: A bug in Magpie: Error: boom\n {4}at /);
});
