import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ClientError } from '../errors.js';
import { RecordingLink } from './small-link.testing.js';
import type { SmallHandler } from './small-options.js';
import type { Asked } from './small-outbound.js';
import { SmallSubscriptions } from './small-subscriptions.js';
import { SmallWriter } from './small-writer.js';

const settled = () =>
  new Promise((resolve) => {
    setImmediate(resolve);
  });

function world() {
  const link = new RecordingLink();
  const asked: Asked[] = [];
  const errors: ClientError[] = [];
  const subscriptions = new SmallSubscriptions({
    ask: (waiting) => asked.push(waiting),
    fail: (error) => errors.push(error),
  });
  const answers: (string | number)[] = [];
  const add = (filter: string, handler: SmallHandler = () => {}) => {
    const settled = (error: Error | undefined, granted: number) =>
      answers.push(error?.name ?? granted);
    const wanted = { filter, qos: 1, handler, settled } as const;
    subscriptions.add(wanted);
    return wanted;
  };
  const receive = (topic: string, packetId = 0) => {
    const qos = packetId > 0 ? 1 : 0;
    const payload = new Uint8Array(0);
    subscriptions.receive({ topic, payload, qos, packetId, dup: false, retain: false });
  };
  const writer = new SmallWriter(link);
  return { link, asked, errors, answers, subscriptions, add, receive, writer };
}

test('SmallSubscriptions asks when there is a connection, and on each one', () => {
  const { link, asked, answers, subscriptions, add, writer } = world();
  add('a');
  assert.deepEqual(link.take(), []);
  subscriptions.connected(writer);
  add('b');
  assert.deepEqual(link.take(), ['subscribe 1 a@1', 'subscribe 2 b@1']);
  asked[0]!([1]);
  asked[1]!([]); // lost before the answer
  subscriptions.disconnected();
  subscriptions.connected(writer);
  assert.deepEqual(link.take(), ['subscribe 3 a@1', 'subscribe 4 b@1']);
  assert.deepEqual(answers, [1]);
});

test('SmallSubscriptions drops what the server refuses, and tells of it', () => {
  const { link, asked, answers, errors, subscriptions, add, writer } = world();
  subscriptions.connected(writer);
  add('a');
  asked[0]!([128]);
  assert.deepEqual(answers, ['SubscribeRefusedError']);
  assert.equal(errors[0]?.code, 'subscribe-refused');
  link.take();
  subscriptions.connected(writer);
  assert.deepEqual(link.take(), []);
});

test('SmallSubscriptions gives a message to all it matches, then acknowledges', async () => {
  const { link, subscriptions, add, receive, writer } = world();
  const got: string[] = [];
  subscriptions.connected(writer);
  add('a/+', ({ topic }) => void got.push(`one ${topic}`));
  add('$share/g/a/#', ({ topic }) => void got.push(`two ${topic}`));
  link.take();
  receive('a/b', 7);
  receive('c', 8);
  await settled();
  assert.deepEqual(got, ['one a/b', 'two a/b']);
  assert.deepEqual(link.take(), ['puback 7', 'puback 8']);
});

test('SmallSubscriptions handles one message after the other', async () => {
  const { link, subscriptions, add, receive, writer } = world();
  const got: string[] = [];
  let finish = () => {};
  subscriptions.connected(writer);
  add('#', ({ topic }) => {
    got.push(topic);
    return new Promise((resolve) => {
      finish = resolve;
    });
  });
  link.take();
  receive('a', 1);
  receive('b', 2);
  await settled();
  assert.deepEqual([got, link.take()], [['a'], []]);
  finish();
  await settled();
  assert.deepEqual([got, link.take()], [['a', 'b'], ['puback 1']]);
});

test('SmallSubscriptions does not acknowledge on a later connection', async () => {
  const { link, subscriptions, add, receive, writer } = world();
  let finish = () => {};
  subscriptions.connected(writer);
  add('#', ({ topic }) =>
    topic === 'slow'
      ? new Promise((resolve) => {
          finish = resolve;
        })
      : undefined,
  );
  receive('slow', 1);
  subscriptions.disconnected();
  subscriptions.connected(writer);
  receive('new', 2);
  link.take();
  finish();
  await settled();
  assert.deepEqual(link.take(), ['puback 2']);
});

test('SmallSubscriptions tells of a handler that throws, and goes on', async () => {
  const { link, errors, subscriptions, add, receive, writer } = world();
  subscriptions.connected(writer);
  add('#', () => assert.fail('broken'));
  add('#', () => Promise.reject(new Error('broken')));
  link.take();
  receive('a', 1);
  await settled();
  assert.deepEqual(
    [errors.map(({ code }) => code), link.take()],
    [['handler-failed', 'handler-failed'], ['puback 1']],
  );
});

test('SmallSubscriptions drops QoS 0 that finds a thousand waiting, and counts it', () => {
  const { subscriptions, add, receive } = world();
  add('#', () => new Promise(() => {}));
  for (let count = 0; count < 1003; count++) receive('a');
  assert.equal(subscriptions.dropped, 3);
});

test('SmallSubscriptions.remove() asks the server when the last of a filter goes', () => {
  const { link, asked, subscriptions, add, writer } = world();
  subscriptions.connected(writer);
  const [first, second] = [add('a'), add('a')];
  link.take();
  let gone = 0;
  subscriptions.remove(first, () => gone++);
  assert.deepEqual([gone, link.take()], [1, []]);
  subscriptions.remove(second, () => gone++);
  assert.deepEqual([gone, link.take()], [1, ['unsubscribe 3 a']]);
  asked.at(-1)!([]);
  assert.equal(gone, 2);
});
