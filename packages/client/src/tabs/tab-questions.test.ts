import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ClientStatistics } from '../model/client-statistics.js';
import type { HostReply, TabRequest } from './tab-messages.js';
import { TabQuestions } from './tab-questions.js';
import { RecordingPort } from './tab-world.testing.js';

const numbers = (connections: number) => ({ connections }) as ClientStatistics;

test('TabQuestions gives each question its answer', async () => {
  const questions = new TabQuestions();
  const port = new RecordingPort<TabRequest, HostReply>();
  const [first, second] = [questions.ask(port), questions.ask(port)];
  assert.deepEqual(port.take(), [
    { type: 'statistics', number: 1 },
    { type: 'statistics', number: 2 },
  ]);
  questions.answer(2, numbers(2));
  questions.answer(1, numbers(1));
  questions.answer(1, numbers(3)); // of an earlier host
  assert.deepEqual([(await first).connections, (await second).connections], [1, 2]);
});

test('TabQuestions asks a new host what the last did not answer', async () => {
  const questions = new TabQuestions();
  const asked = questions.ask(undefined);
  const port = new RecordingPort<TabRequest, HostReply>();
  questions.joined(port);
  assert.deepEqual(port.take(), [{ type: 'statistics', number: 1 }]);
  questions.answer(1, numbers(1));
  await asked;
  questions.joined(port);
  assert.deepEqual(port.take(), []);
});

test('TabQuestions.abandon() tells whoever waits', async () => {
  const questions = new TabQuestions();
  const asked = questions.ask(undefined);
  questions.abandon(new Error('gone'));
  await assert.rejects(asked, /gone/);
});
