import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, open, readdir, realpath, rm, writeFile } from 'node:fs/promises';
import { connect, createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { test, type TestContext } from 'node:test';
import { BIN, type RunningMagpie, runMagpie, startMagpie } from './process.testing.js';

/** The process as a whole: what only shows from outside. */

const DISK = ['broker', '--port', '0', '--no-ws', '--no-http'];
const QUIET = [...DISK, '--memory'];
const ALL = ['broker', '--port', '0', '--ws-port', '0', '--http-port', '0'];

async function folder(t: TestContext): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'magpie-main-'));
  t.after(() => rm(path, { recursive: true }));
  return path;
}

/** Code that Node.js runs before the command. */
function preload(source: string): string[] {
  return ['--import', `data:text/javascript,${encodeURIComponent(source)}`];
}

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

test('magpie says of an argument of any length one line that can be read', async () => {
  const { code, stderr } = await runMagpie(['pub', '-t', `${'a'.repeat(70_000)}z`, '-m', 'b']);
  assert.equal(code, 2);
  assert.match(stderr, /^magpie: Cannot publish to 'a{900,1000} … a{900,1000}z': .+\n$/);
});

const said = [
  ['help'],
  ['pub', '--help'],
  ['completion', 'bash'],
  ['--version'],
  ['--version', 'x'],
];
// Others have no /dev/full.
for (const args of process.platform === 'linux' ? said : []) {
  test(`magpie ${args.join(' ')} says in one line that its output is lost`, async () => {
    const full = await open('/dev/full', 'w');
    const child = spawn(process.execPath, [BIN, ...args], { stdio: ['ignore', full.fd, 'pipe'] });
    const closed = once(child, 'close');
    const stderr = await text(child.stderr!);
    await closed;
    await full.close();
    assert.equal(stderr, 'magpie: Standard output is lost: the disk is full (ENOSPC)\n');
    assert.equal(child.exitCode, 1);
  });
}

test('magpie broker ends with 1 and one line when the port is in use', async (t) => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  const { port } = server.address() as AddressInfo;
  const { code, stderr } = await runMagpie([...QUIET, '--port', `${port}`]);
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
  const magpie = startMagpie(t, ['broker', '--no-http', '--memory'], { cwd });
  await magpie.line(({ msg, file }) => msg === 'configuration file read' && file === 'magpie.yaml');
  assert.ok((await magpie.port('tcp')) > 0);
});

for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  test(`magpie broker is the process itself and ends with 0 on ${signal}`, async (t) => {
    const magpie = startMagpie(t, [...ALL, '--memory']);
    const [port] = await Promise.all(['tcp', 'ws', 'http'].map((name) => magpie.port(name)));
    const { pid } = await magpie.line(({ msg }) => msg === 'starting');
    assert.equal(pid, magpie.child.pid);
    // A client that is connected and one that says nothing must not hold it.
    const client = await connected(port ?? 0);
    const silent = connect(port ?? 0, '127.0.0.1');
    await once(silent, 'connect');
    const gone = Promise.all([once(client, 'close'), once(silent.resume(), 'close')]);
    magpie.child.kill(signal);
    const { code, stderr } = await magpie.ended();
    assert.equal(code, 0);
    assert.match(stderr, /^magpie: HTTP API: the password of admin is \S+ – .*\n$/);
    await gone;
    assert.equal(magpie.lines.at(-1)?.msg, 'closed');
  });
}

const HELLO = Buffer.from('hello').toString('hex');

/**
 * Goal: what was acknowledged outlives the process, however that ends.
 * Method: a client with a persistent session goes, a message for it is published and acknowledged,
 * the process is killed. After a restart on the same directory the session has its message, and the
 * topic its retained one.
 */
test('magpie broker has after kill -9 what it acknowledged', async (t) => {
  const args = [...DISK, '--data-dir', join(await folder(t), 'data')];
  const first = startMagpie(t, args);
  const port = await first.port('tcp');
  await talk(port, [
    ['100d00044d5154540400003c000173', /20020000/], // CONNECT s, session kept
    ['8206000100016101', /9003000101/], // SUBSCRIBE to a, QoS 1
  ]);
  await talk(port, [
    ['100d00044d5154540402003c000170', /20020000/], // CONNECT p
    ['330a0001610001' + HELLO, /40020001/], // PUBLISH hello to a, QoS 1, retained
  ]);
  first.child.kill('SIGKILL');
  assert.deepEqual(await first.ended(), { code: null, signal: 'SIGKILL', stderr: '' });

  const second = startMagpie(t, args);
  const again = await second.port('tcp');
  const { sessions, retainedMessages } = await second.line(({ msg }) => msg.startsWith('storage:'));
  assert.deepEqual({ sessions, retainedMessages }, { sessions: 1, retainedMessages: 1 });
  await talk(again, [
    // Session present, then the message; DUP, because it may have been sent before.
    ['100d00044d5154540400003c000173', new RegExp(`20020100.*3a0a000161....${HELLO}`)],
  ]);
  await talk(again, [
    ['100d00044d5154540402003c000172', /20020000/], // CONNECT r
    ['8206000100016100', new RegExp(`3108000161${HELLO}`)], // SUBSCRIBE: the retained message
  ]);
  second.child.kill('SIGTERM');
  assert.deepEqual(await second.ended(), { code: 0, signal: null, stderr: '' });
});

/** Sends packets, each when the answer to the one before has come, and disconnects. */
async function talk(port: number, exchanges: readonly [packet: string, answer: RegExp][]) {
  const socket = connect(port, '127.0.0.1');
  const closed = once(socket, 'close');
  let answers = '';
  for (const [packet, answer] of exchanges) {
    socket.write(Buffer.from(packet, 'hex'));
    while (!answer.test(answers)) {
      const [chunk] = (await Promise.race([once(socket, 'data'), closed])) as [unknown];
      if (!(chunk instanceof Buffer)) throw new Error(`The broker closed after ${answers}`);
      answers += chunk.toString('hex');
    }
  }
  socket.write(Buffer.from('e000', 'hex')); // DISCONNECT
  socket.resume();
  await closed;
}

test('magpie broker leaves a data directory alone that another one has', async (t) => {
  const args = [...DISK, '--data-dir', join(await folder(t), 'data')];
  const owner = startMagpie(t, args);
  await owner.port('tcp');
  const { code, stderr, stdout } = await runMagpie(args);
  assert.equal(code, 1);
  assert.match(stderr, /^magpie: The data directory \S+ is in use by another process[^\n]*\n$/);
  assert.doesNotMatch(stdout, /listening/);
  owner.child.kill('SIGTERM');
  assert.deepEqual(await owner.ended(), { code: 0, signal: null, stderr: '' });
});

/**
 * Goal: a disk that is full is told while running and at the end, and is no bug of ours.
 * Method: no file may be larger than a message that has to be stored.
 */
test('magpie broker tells that its store fails, and ends with 1', async (t) => {
  const dir = join(await realpath(await folder(t)), 'data');
  const magpie = startMagpie(t, [...DISK, '--data-dir', dir], { fileBlocksMax: 1000 });
  const client = await connected(await magpie.port('tcp'));
  client.write(Buffer.from('338580400001610001', 'hex')); // PUBLISH to a, retained, QoS 1
  client.write(Buffer.alloc(1024 * 1024));
  const { level } = await magpie.line(({ event }) => event === 'store-failed');
  assert.equal(level, 'error');
  magpie.child.kill('SIGTERM');
  const { code, stderr } = await magpie.ended();
  assert.equal(code, 1);
  assert.match(stderr, /^magpie: Cannot write to the store in [^\n]+\n$/);
  assert.ok(stderr.includes(dir));
});

test('magpie broker keeps state in ./data of its working directory', async (t) => {
  const cwd = await folder(t);
  const magpie = startMagpie(t, DISK, { cwd });
  await magpie.port('tcp');
  const { msg, dir } = await magpie.line((line) => line.msg.startsWith('storage:'));
  assert.equal(msg, 'storage: ./data, acknowledgements wait for the disk');
  assert.equal(dir, join(await realpath(cwd), 'data'));
  magpie.child.kill('SIGTERM');
  assert.deepEqual(await magpie.ended(), { code: 0, signal: null, stderr: '' });
  assert.ok((await readdir(join(cwd, 'data'))).includes('data.mdb'));
});

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

/**
 * Goal: colours on a terminal alone, and none where NO_COLOR asks for that.
 * Method: a command that colours its findings, in a pseudo-terminal and in a pipe.
 */
const colours: [
  where: string,
  env: Readonly<Record<string, string>>,
  tty: boolean,
  any: boolean,
][] = [
  ['on a terminal', {}, true, true],
  ['on a terminal with an empty NO_COLOR', { NO_COLOR: '' }, true, true],
  ['on a terminal with NO_COLOR', { NO_COLOR: '1' }, true, false],
  ['in a pipe', {}, false, false],
];
for (const [where, env, terminal, any] of colours) {
  test(`magpie shows ${any ? 'colours' : 'no colours'} ${where}`, async () => {
    const { code, stdout } = await runMagpie(['doctor', 'mqtt://127.0.0.1:1'], { env, terminal });
    assert.equal(code, 1);
    assert.match(stdout, /127\.0\.0\.1/);
    assert.equal(stdout.includes('\u001b['), any);
  });
}

test('magpie tells a bug on stderr while there is no log yet', async () => {
  const nodeArgs = preload(
    `process.on('newListener', (name) => {
       if (name === 'uncaughtException') process.nextTick(() => { throw new Error('boom'); });
     });`,
  );
  const { code, stdout, stderr } = await runMagpie(QUIET, { nodeArgs });
  assert.deepEqual({ code, stdout }, { code: 1, stdout: '' });
  assert.match(stderr, /^magpie: A bug in Magpie: Error: boom\n {4}at /);
});
