import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import net from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { runCommand } from './command.js';
import type { BrokerReport } from './report/summary.js';
import { startMagpie } from './suite/magpie.testing.js';

async function run(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  const lines = { out: '', err: '' };
  const code = await runCommand(args, {
    out: (text) => void (lines.out += `${text}\n`),
    err: (text) => void (lines.err += `${text}\n`),
  });
  return { code, ...lines };
}

test('runCommand() runs what was chosen and prints a table', async () => {
  await using magpie = await startMagpie();
  const { url, wsUrl } = magpie.target;
  const only = ['--only', 'PINGREQ is answered', '--only', 'subprotocol mqtt gets'];
  const { code, out, err } = await run('--url', `Here=${url}`, '--ws-url', wsUrl, ...only);
  assert.equal(err, '');
  assert.match(out, /^Here at mqtt:.*: 2 tests in/);
  assert.match(out, /\nall +2 +2 /);
  assert.equal(code, 0);
});

test('runCommand() skips the WebSocket tests without a WebSocket', async () => {
  await using magpie = await startMagpie();
  const chosen = ['--only', 'websocket', '--json'];
  const { code, out } = await run('--url', magpie.target.url, ...chosen);
  const [report] = JSON.parse(out) as BrokerReport[];
  assert.ok(report?.results.some(({ chapter }) => chapter === 'websocket'));
  for (const { chapter, outcome } of report?.results ?? []) {
    if (chapter === 'websocket') assert.equal(outcome, 'skipped');
  }
  assert.equal(code, 0);
});

test('runCommand() writes the tables into a page', async () => {
  await using magpie = await startMagpie();
  const folder = await mkdtemp(path.join(tmpdir(), 'conformance-'));
  try {
    const page = path.join(folder, 'page.md');
    const { url } = magpie.target;
    const { out } = await run('--url', `A=${url}`, '--only', 'PINGREQ is answered', '--markdown');
    await writeFile(page, `# Page\n\n${out}\nend\n`);
    await run('--url', `B=${url}`, '--only', 'PINGREQ is answered', '--into', page);
    const text = await readFile(page, 'utf8');
    assert.match(text, /^# Page\n/);
    assert.match(text, /\| tests \| B +\|/);
    assert.doesNotMatch(text, /\| A \|/);
    assert.match(text, /\nend\n$/);
  } finally {
    await rm(folder, { recursive: true });
  }
});

test('runCommand() exits with 1 and the reasons where a broker does otherwise', async () => {
  const server = net.createServer((socket) => socket.end()); // closes whatever comes
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  try {
    const { code, out } = await run('--url', `mqtt://127.0.0.1:${port}`, '--only', 'PINGREQ is');
    assert.equal(code, 1);
    assert.match(out, /FAILED must: connection: PINGREQ is answered.*\n.*got a close/);
  } finally {
    server.close();
  }
});

test('runCommand() says in one line that it cannot reach a broker', async () => {
  const server = net.createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  const { code, out, err } = await run('--url', `mqtt://127.0.0.1:${port}`);
  assert.deepEqual([code, out], [1, '']);
  assert.match(err, /^Cannot connect to 127.0.0.1:\d+: .*\n$/);
});

test('runCommand() lists the tests without a broker', async () => {
  const { code, out } = await run('--list', '--only', 'ping');
  assert.equal(code, 0);
  assert.match(out, /^connection: PINGREQ is answered with PINGRESP, each one \[must\]$/m);
});

test('runCommand() prints its usage', async () => {
  const { code, out } = await run('--help');
  assert.equal(code, 0);
  assert.match(out, /^Usage: npm run conformance/);
});

const wrong = [
  { args: [], says: /A broker is needed.*\nSee --help/ },
  { args: ['--url', 'nowhere'], says: /--url must be a URL/ },
  { args: ['--url', 'mqtt://a', '--only', 'no such test'], says: /No test has to do with no such/ },
];
for (const { args, says } of wrong) {
  test(`runCommand() exits with 2 on ${args.join(' ') || 'nothing'}`, async () => {
    const { code, out, err } = await run(...args);
    assert.deepEqual([code, out], [2, '']);
    assert.match(err, says);
  });
}
