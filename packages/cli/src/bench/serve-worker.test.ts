import assert from 'node:assert/strict';
import { EventEmitter, once } from 'node:events';
import { test } from 'node:test';
import { planOf } from './load-plan.testing.js';
import { serveWorker } from './serve-worker.js';
import type { WorkerAnswer, WorkerQuestion } from './worker-messages.js';

test('serveWorker() starts a worker, asks it, and tells what it threw', async () => {
  const channel = new EventEmitter();
  const answers = new EventEmitter();
  serveWorker({
    on: (event, listener) => channel.on(event, listener),
    send: (answer) => answers.emit('answer', answer),
  });
  let id = 0;
  const ask = async (question: WorkerQuestion, ...args: readonly unknown[]) => {
    channel.emit('message', { id: ++id, question, args });
    const [answer] = (await once(answers, 'answer')) as [WorkerAnswer];
    assert.equal(answer.id, id);
    return answer;
  };
  const early = await ask('figures');
  assert.ok('problem' in early && early.problem.includes("no worker yet to ask for 'figures'"));
  await ask('start', { plan: planOf([]), worker: 0, workers: 1 });
  const figures = await ask('figures');
  assert.ok('value' in figures && (figures.value as { connected: number }).connected === 0);
  assert.deepEqual(await ask('missing', []), {
    id,
    value: { lost: 0, missed: 0, uncertain: 0 },
  });
  assert.deepEqual(await ask('stop'), { id, value: [] });
  await ask('close');
});
