import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { hex } from '../wire/bytes.js';
import { Context, payloadText, publishesOf } from './context.js';
import type { RunningMagpie } from './magpie.testing.js';
import { startMagpie } from './magpie.testing.js';

let magpie: RunningMagpie;
before(async () => {
  magpie = await startMagpie();
});
after(() => magpie[Symbol.asyncDispose]());

async function withContext(prefix: string, run: (context: Context) => Promise<void>) {
  const context = new Context(magpie.target, prefix);
  try {
    await run(context);
  } finally {
    await context.cleanUp();
  }
}

test('Context makes names that nobody else uses', () => {
  const context = new Context(magpie.target, 'own');
  assert.equal(context.topic('a/b'), 'own/a/b');
  const ids = Array.from({ length: 100 }, () => context.clientId());
  assert.equal(new Set(ids).size, 100);
  for (const id of ids) assert.match(id, /^own[a-z0-9]+$/);
});

test('Context.connectPacket() takes user name and password from the URL', () => {
  const target = { ...magpie.target, url: 'mqtt://m%40g:p%3Ae@127.0.0.1' };
  const { username, password, cleanSession } = new Context(target, 'auth').connectPacket();
  assert.equal(username, 'm@g');
  assert.deepEqual(password, Buffer.from('p:e'));
  assert.equal(cleanSession, true);
});

test('Context.settle() gives what a publisher has sent before, and nothing of others', async () => {
  await withContext('settle', async (context) => {
    const publisher = await context.connect();
    const receiver = await context.subscriber(context.topic('#'));
    for (const payload of ['1', '2']) publisher.sendPublish({ topic: context.topic('t'), payload });
    const got = publishesOf(await context.settle(publisher, receiver));
    assert.deepEqual(got.map(payloadText), ['1', '2']);
    await context.expectSilence(publisher, receiver);
  });
});

test('Context.expectSilence() fails where a message has come', async () => {
  await withContext('loud', async (context) => {
    const publisher = await context.connect();
    const receiver = await context.subscriber(context.topic('t'));
    publisher.sendPublish({ topic: context.topic('t') });
    await assert.rejects(context.expectSilence(publisher, receiver), /deep-equal/);
  });
});

test('Context.expectServed() fails for a client that was closed', async () => {
  await withContext('served', async (context) => {
    const peer = await context.connect();
    await context.expectServed(peer);
    peer.sendBytes('82 02 0001');
    await assert.rejects(context.expectServed(peer), /got a close/);
  });
});

test('Context.connect() fails where the broker refuses', async () => {
  await withContext('refused', async (context) => {
    const refused = context.connect({ clientId: '', cleanSession: false });
    await assert.rejects(refused, /got return code 2/);
  });
});

test('Context.cleanUp() leaves no session, no retained message and no will behind', async () => {
  const [clientId, raw] = ['cleanid', 'rawid'];
  await withContext('clean', async (context) => {
    const peer = await context.connect({
      clientId,
      cleanSession: false,
      will: { topic: context.topic('will'), payload: 'x', retain: true },
    });
    await peer.publish({ topic: context.topic('kept'), payload: 'x', qos: 1, retain: true });
    context.forgetLater({ clientId: raw, retained: context.topic('raw') });
    peer.sendBytes(Buffer.concat([hex('31 0c 0009 "clean/raw"'), hex('78')]));
    await context.connect({ clientId: raw, cleanSession: false });
  });
  await withContext('after', async (context) => {
    const receiver = await context.subscriber('clean/#', 1);
    await context.expectSilence(receiver, receiver);
    for (const id of [clientId, raw]) {
      const { connack } = await context.connectNoting({ clientId: id, cleanSession: false });
      assert.equal(connack.sessionPresent, false);
    }
  });
});

test('Context.cleanUp() does not fail where the broker is gone', async () => {
  const gone = await startMagpie();
  const context = new Context(gone.target, 'gone');
  await context.connect({ cleanSession: false });
  await gone[Symbol.asyncDispose]();
  await context.cleanUp();
});
