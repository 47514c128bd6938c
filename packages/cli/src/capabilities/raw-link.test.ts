import assert from 'node:assert/strict';
import { test } from 'node:test';
import { tcpServer } from '../doctor/broken-servers.testing.js';
import { RawLink } from './raw-link.js';
import { surveyOf } from './survey.testing.js';

const PINGREQ = Buffer.of(0xc0, 0);

test('RawLink tells packets as they come, also in pieces, and then the end', async (t) => {
  const port = await tcpServer(t, (socket) => {
    socket.once('data', (chunk) => {
      assert.deepEqual(chunk, PINGREQ);
      socket.write(Buffer.of(0xd0));
      socket.write(Buffer.of(0, 0x40, 2, 0, 7));
      socket.end();
    });
  });
  const link = RawLink.open(surveyOf(`mqtt://127.0.0.1:${port}`).patient, PINGREQ);
  assert.deepEqual(await link.next(), { type: 13, body: new Uint8Array(0) });
  assert.deepEqual(await link.next(), { type: 4, body: Uint8Array.of(0, 7) });
  assert.equal(await link.next(), undefined);
  link.send(PINGREQ);
  link.close();
});

test('RawLink waits no longer than it has patience', async (t) => {
  const port = await tcpServer(t, () => {});
  const link = RawLink.open(surveyOf(`mqtt://127.0.0.1:${port}`, 20).patient, PINGREQ);
  assert.equal(await link.next(), undefined);
  link.close();
});

test('RawLink ends where no MQTT comes, and where nobody is', async (t) => {
  const port = await tcpServer(t, (socket) => socket.write(Buffer.alloc(9, 0xff)));
  for (const to of [port, 1]) {
    const link = RawLink.open(surveyOf(`mqtt://127.0.0.1:${to}`).patient, PINGREQ);
    assert.equal(await link.next(), undefined);
    link.close();
  }
});
