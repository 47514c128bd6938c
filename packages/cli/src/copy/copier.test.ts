import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import type { Client } from '@magpie/client';
import { EXIT } from '../exit-code.js';
import { Ending } from '../mqtt/ending.js';
import { arrival } from '../mqtt/message.testing.js';
import { topicRule } from '../replay/topic-rule.js';
import { Copier, type CopyPlan, IDLE_MS } from './copier.js';

const PLAN: CopyPlan = {
  rules: [],
  leftOut: [],
  skipRetained: false,
  retainedOnly: false,
  retain: undefined,
  countMax: Infinity,
};

/** A copier whose target acknowledges when the test says so. */
function copierOf(plan: Partial<CopyPlan> = {}) {
  const published: string[] = [];
  const answers: { resolve: () => void; reject: (error: Error) => void }[] = [];
  const publish = (topic: string, _payload: unknown, { qos = 0, retain = false } = {}) => {
    published.push(`${topic} ${qos} ${retain}`);
    return new Promise<void>((resolve, reject) => {
      answers.push({ resolve, reject });
    });
  };
  const ending = new Ending(new AbortController().signal, undefined);
  const copier = new Copier({ publish } as unknown as Client, ending, { ...PLAN, ...plan });
  return { copier, ending, published, answers };
}

const { message: plain } = arrival({ topic: 'a/b' });
const { message: certain } = arrival({ topic: 'a/b', qos: 1 });
const { message: kept } = arrival({ topic: 'a/c', qos: 1, retain: true });

test('Copier is done with QoS 1 when the target has acknowledged it', async () => {
  const { copier, answers } = copierOf();
  let isDone = false;
  const taken = Promise.resolve(copier.take(certain)).then(() => {
    isDone = true;
  });
  await new Promise((resolve) => {
    setImmediate(resolve);
  });
  assert.deepEqual([isDone, copier.messages, copier.done], [false, 1, 0]);
  answers[0]!.resolve();
  await taken;
  assert.equal(copier.done, 1);
});

test('Copier takes the next of QoS 0 at once, and tells what fails', async () => {
  const { copier, ending, answers } = copierOf();
  assert.equal(copier.take(plain), undefined);
  answers[0]!.reject(new Error('no target'));
  await assert.rejects(ending.reached, /no target/);
});

const chosen: [what: string, plan: Partial<CopyPlan>, published: string[]][] = [
  ['all', {}, ['a/b 0 false', 'a/b 1 false', 'a/c 1 true']],
  ['what is not retained', { skipRetained: true }, ['a/b 0 false', 'a/b 1 false']],
  ['what is not left out', { leftOut: ['+/b'] }, ['a/c 1 true']],
  ['all, retained', { retain: true }, ['a/b 0 true', 'a/b 1 true', 'a/c 1 true']],
  ['all, not retained', { retain: false }, ['a/b 0 false', 'a/b 1 false', 'a/c 1 false']],
  ['new topics', { rules: [topicRule('+/b=x')] }, ['x 0 false', 'x 1 false', 'a/c 1 true']],
];
for (const [what, plan, wanted] of chosen) {
  test(`Copier copies ${what} with ${JSON.stringify(plan)}`, () => {
    const { copier, published } = copierOf(plan);
    for (const message of [plain, certain, kept]) void copier.take(message);
    assert.deepEqual(published, wanted);
    assert.equal(copier.messages, wanted.length);
  });
}

test('Copier copies what is retained only, and ends when no more comes', async (t: TestContext) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const { copier, ending, published, answers } = copierOf({ retainedOnly: true });
  copier.begin(() => true);
  t.mock.timers.tick(IDLE_MS - 1);
  const taken = copier.take(kept);
  void copier.take(plain);
  answers[0]!.resolve();
  await taken;
  t.mock.timers.tick(IDLE_MS - 1);
  assert.equal(ending.isReached, false);
  t.mock.timers.tick(1);
  assert.equal(await ending.reached, EXIT.ok);
  assert.deepEqual(published, ['a/c 1 true']);
});

test('Copier takes neither a slow target nor a source that is away for the end', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const { copier, ending, answers } = copierOf({ retainedOnly: true });
  let isConnected = true;
  copier.begin(() => isConnected);
  const taken = copier.take(kept);
  for (let n = 0; n < 5; n++) t.mock.timers.tick(IDLE_MS);
  assert.equal(ending.isReached, false, 'the target has not answered');
  answers[0]!.resolve();
  await taken;
  isConnected = false;
  for (let n = 0; n < 5; n++) t.mock.timers.tick(IDLE_MS);
  assert.equal(ending.isReached, false, 'the source is away');
  isConnected = true;
  t.mock.timers.tick(IDLE_MS);
  assert.equal(await ending.reached, EXIT.ok);
});

test('Copier ends when the last message is there', async () => {
  const { copier, ending, answers } = copierOf({ countMax: 2 });
  void copier.take(certain);
  const last = copier.take(certain);
  assert.equal(ending.isReached, true, 'nothing further is taken');
  for (const { resolve } of answers) resolve();
  await last;
  assert.equal(await ending.reached, EXIT.ok);
  await copier.finish();
});

test('Copier waits for the target in the end, but not for ever', async () => {
  const { copier, answers } = copierOf();
  void copier.take(certain);
  await copier.finish(1);
  assert.equal(copier.done, 0);
  const finished = copier.finish(600_000);
  answers[0]!.resolve();
  await finished;
  assert.equal(copier.done, 1);
});

test('Copier refuses a name that no topic has', async () => {
  const { copier } = copierOf({ rules: [topicRule('a/+=$1')] });
  const { message } = arrival({ topic: 'a/', qos: 1 });
  await assert.rejects(Promise.resolve(copier.take(message)), {
    name: 'CommandFailure',
    message: /^'a\/' cannot be copied to '': /,
  });
});
