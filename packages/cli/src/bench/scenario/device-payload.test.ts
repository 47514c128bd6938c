import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PayloadPlan } from '../load-plan.js';
import { SeededRandom } from '../seeded-random.js';
import { DevicePayload } from './device-payload.js';

const STAMP = { run: 1, stream: 2, sequence: 3, dueUs: 4 };
const MOMENT = { sinceS: 0, unixMs: 0 };
const payloadOf = (plan: Partial<PayloadPlan>) =>
  new DevicePayload(
    { format: 'json', fields: [['n', { type: 'counter' }]], text: '', stamp: true, ...plan },
    new SeededRandom(1),
    (template) => template.replace('{id}', 'device'),
  );
const textOf = (payload: DevicePayload) => Buffer.from(payload.bytes(STAMP)).toString();

test('DevicePayload goes on with each moment, whether it is sent or not', () => {
  const payload = payloadOf({});
  payload.draw(MOMENT);
  assert.equal(textOf(payload), '{"_bench":[1,2,3,4],"n":0}');
  payload.draw(MOMENT);
  payload.draw(MOMENT);
  assert.equal(textOf(payload), '{"_bench":[1,2,3,4],"n":2}');
});

test('DevicePayload puts fields and names into a text', () => {
  const payload = payloadOf({ format: 'text', text: '{id} has {n} {x}', stamp: false });
  payload.draw(MOMENT);
  assert.equal(textOf(payload), 'device has 0 {x}');
});

test('DevicePayload without a stamp is just its fields', () => {
  const payload = payloadOf({ stamp: false });
  payload.draw(MOMENT);
  assert.equal(textOf(payload), '{"n":0}');
});

test('DevicePayload draws a field alike, whatever fields stand beside it', () => {
  const field = ['x', { type: 'uuid' }] as const;
  const alone = payloadOf({ fields: [field], stamp: false });
  const beside = payloadOf({ fields: [['a', { type: 'uuid' }], field], stamp: false });
  for (const payload of [alone, beside]) payload.draw(MOMENT);
  const read = (payload: DevicePayload) => (JSON.parse(textOf(payload)) as { x: string }).x;
  assert.equal(read(alone), read(beside));
});
