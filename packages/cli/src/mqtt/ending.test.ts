import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EXIT } from '../exit-code.js';
import { Ending } from './ending.js';

const nothing = () => new AbortController().signal;

test('Ending: the first end counts', async () => {
  const ending = new Ending(nothing(), undefined);
  assert.equal(ending.isReached, false);
  ending.done(7);
  ending.failed(new Error('too late'));
  assert.equal(ending.isReached, true);
  assert.equal(await ending.reached, 7);
});

test('Ending rejects with what failed', async () => {
  const ending = new Ending(nothing(), undefined);
  ending.failed(new Error('lost'));
  await assert.rejects(ending.reached, /lost/);
});

for (const when of ['before', 'later'] as const) {
  test(`Ending: a signal that is aborted ${when} is an end, with 0`, async () => {
    const stop = new AbortController();
    if (when === 'before') stop.abort();
    const ending = new Ending(stop.signal, undefined);
    if (when === 'later') stop.abort();
    assert.equal(await ending.reached, EXIT.ok);
  });
}

test('Ending: time that is over is an end of its own', async () => {
  const ending = new Ending(nothing(), 1);
  assert.equal(await ending.reached, EXIT.timeout);
  ending.over();
});
