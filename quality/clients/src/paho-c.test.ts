// needs: paho-c
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test, type TestContext } from 'node:test';
import { promisify } from 'node:util';
import { execFile } from 'node:child_process';
import { startBroker, type TestBroker } from './broker.testing.js';
import { Program, REPOSITORY } from './program.testing.js';

const QOS = [0, 1, 2] as const;
const HEARD = /^heard (\d) (\d) (\S+) (.*)$/;
const numbered = (count: number) => Array.from({ length: count }, (_, index) => String(index));

let folder: string;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'magpie-paho-c-'));
  const source = join(REPOSITORY, 'quality/clients/paho-c/session.c');
  const args = ['-Wall', '-O1', '-o', join(folder, 'session'), source, '-lpaho-mqtt3c', '-pthread'];
  await promisify(execFile)('cc', args);
});
after(() => rm(folder, { recursive: true }));

function session(t: TestContext, at: TestBroker, role: string, ...args: string[]): Program {
  const uri = `tcp://${at.host}:${at.tcpPort}`;
  return Program.start(t, join(folder, 'session'), [role, uri, ...args]);
}

/** Starts a subscriber to all that the sender sends, and waits until it is subscribed. */
async function receiver(t: TestContext, at: TestBroker, clientId: string): Promise<Program> {
  const program = session(t, at, 'receive', clientId);
  await program.line(/^ready$/);
  return program;
}

/** The payloads that a receiver heard on a topic, without the last one: `end`. */
function heardOn(topic: string, lines: readonly string[]): string[] {
  const heard = lines.map((line) => HEARD.exec(line) ?? []);
  return heard.flatMap(([, , , on, payload]) => (on === topic && payload ? [payload] : []));
}

for (const qos of QOS) {
  test(`Paho C sends and receives 2,000 messages in order at QoS ${qos}`, async (t) => {
    const at = await startBroker(t);
    const receiving = await receiver(t, at, 'receiver');
    await session(t, at, 'send', 'sender', String(qos), '2000').succeeds();
    const heard = await receiving.succeeds();
    assert.deepEqual(heardOn(`paho/${qos}`, heard), [...numbered(2000), 'end']);
    const levels = heard.flatMap((line) => HEARD.exec(line)?.[1] ?? []);
    assert.deepEqual(new Set(levels.slice(0, -1)), new Set([String(qos)]));
  });
}

test('Paho C finds its session again, and in it what came meanwhile', async (t) => {
  const at = await startBroker(t);
  const first = await session(t, at, 'subscribe', 'device').succeeds();
  assert.ok(first.includes('connected 0'));

  for (const qos of ['1', '2']) await session(t, at, 'send', `s${qos}`, qos, '500').succeeds();
  const back = await receiver(t, at, 'device');
  // The first `end` ends it; the second sender's may be heard or not.
  const heard = await back.succeeds();
  assert.ok(heard.includes('connected 1'));
  assert.deepEqual(heardOn('paho/1', heard), [...numbered(500), 'end']);
});

test('Paho C hears each QoS 2 message once over connections that are cut', async (t) => {
  const at = await startBroker(t);
  const receiving = await receiver(t, at, 'receiver');
  let cuts = 0;
  let delivered = 0;
  at.broker.on('delivered', ({ clientId }) => {
    if (clientId === 'receiver' && ++delivered % 300 === 0 && at.broker.disconnect(clientId))
      cuts++;
  });
  await session(t, at, 'send', 'sender', '2', '2000').succeeds();
  const heard = await receiving.succeeds();
  assert.deepEqual(heardOn('paho/2', heard), [...numbered(2000), 'end']);
  assert.ok(cuts >= 3, `cut ${cuts} times`);
  assert.ok(heard.includes('back 1'));
});

test('Paho C sends each QoS 2 message once over connections that are cut', async (t) => {
  const at = await startBroker(t);
  const heard: string[] = [];
  at.broker.subscribe('paho/2', ({ payload }) => heard.push(Buffer.from(payload).toString()));
  let cuts = 0;
  at.broker.on('published', () => {
    if (heard.length % 300 === 299 && at.broker.disconnect('sender')) cuts++;
  });
  const said = await session(t, at, 'send', 'sender', '2', '2000').succeeds();
  assert.deepEqual(heard, [...numbered(2000), 'end']);
  assert.ok(cuts >= 3, `cut ${cuts} times`);
  assert.ok(said.includes('back 1'));
});
