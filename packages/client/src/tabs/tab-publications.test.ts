import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ClientError } from '../errors.js';
import type { HostReply, TabRequest } from './tab-messages.js';
import { TabPublications } from './tab-publications.js';
import { RecordingPort, settled } from './tab-world.testing.js';
import { toWire } from './wire-error.js';

const message = (topic: string, bytes = 1) =>
  ({ topic, payload: new Uint8Array(bytes), qos: 2, retain: false }) as const;

const newPort = () => new RecordingPort<TabRequest, HostReply>();

const numbersAt = (port: RecordingPort<TabRequest, HostReply>) =>
  port.take().map((request) => (request.type === 'publish' ? request.number : request.type));

test('TabPublications counts from 1, and settles each by its number', async () => {
  const publications = new TabPublications();
  const port = newPort();
  const [first, second] = ['a', 'b'].map((topic) =>
    publications.publish(message(topic), port, undefined),
  );
  assert.deepEqual(numbersAt(port), [1, 2]);
  publications.settle(2, toWire(new ClientError('outbox-full', 'x')));
  publications.settle(1, undefined);
  publications.settle(1, undefined); // once is enough
  await first;
  await assert.rejects(second!, { code: 'outbox-full' });
});

test('TabPublications.joined() sends again what the host does not have, in order', async () => {
  const publications = new TabPublications();
  const all = ['a', 'b', 'c', 'd'].map((topic) =>
    publications.publish(message(topic), undefined, undefined),
  );
  const port = newPort();
  publications.joined(port, 0);
  assert.deepEqual(numbersAt(port), [1, 2, 3, 4]);
  publications.settle(1, undefined);
  const next = newPort();
  publications.joined(next, 3);
  assert.deepEqual(numbersAt(next), [4]);
  publications.restored();
  await Promise.all(all.slice(0, 3));
  publications.settle(4, undefined);
  await publications.idle();
});

test('TabPublications refuses more than a tab may have on its way', async () => {
  const publications = new TabPublications();
  const large = publications.publish(message('t', 16_777_215), undefined, undefined);
  await assert.rejects(publications.publish(message('t'), undefined, undefined), {
    code: 'outbox-full',
  });
  publications.settle(1, undefined);
  await large;
  for (let count = 0; count < 10_000; count++) {
    publications.publish(message('t'), undefined, undefined).catch(() => {});
  }
  await assert.rejects(publications.publish(message('t'), undefined, undefined), {
    code: 'outbox-full',
  });
  publications.abandon(new Error('over'));
  await publications.idle();
});

test('TabPublications stops waiting when a signal says so', async () => {
  const publications = new TabPublications();
  const abort = new AbortController();
  const published = publications.publish(message('t'), undefined, abort.signal);
  abort.abort(new Error('enough'));
  await assert.rejects(published, /enough/);
});

test('TabPublications.idle() waits for all, and abandon() tells them why', async () => {
  const publications = new TabPublications();
  const published = publications.publish(message('t'), undefined, undefined);
  let idle = false;
  void publications.idle().then(() => (idle = true));
  await settled();
  assert.equal(idle, false);
  publications.abandon(new Error('over'));
  await assert.rejects(published, /over/);
});
