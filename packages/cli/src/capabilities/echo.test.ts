import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ClientError } from '@magpie/client';
import { oddBroker } from '../doctor/odd-broker.testing.js';
import { Echo, undefinedIfEnded } from './echo.js';
import { magpieSurvey, surveyOf } from './survey.testing.js';

test('Echo tells what arrives from what is dropped', async (t) => {
  const survey = await magpieSurvey(t, {
    authorizer: { mayPublish: (_client, topic) => !topic.endsWith('no'), maySubscribe: () => true },
  });
  const echo = new Echo(survey, 'e');
  t.after(() => echo.close());
  assert.equal(await echo.send('survey/e/yes'), 'arrived');
  assert.equal(await echo.send('survey/e/no'), 'dropped');
  assert.equal(await echo.send('survey/e/yes', Buffer.from('x')), 'arrived');
});

test('Echo tells what ends the connection, and connects again', async (t) => {
  const survey = await magpieSurvey(t, { limits: { packetBytesMax: 1000 } });
  const echo = new Echo(survey, 'e');
  t.after(() => echo.close());
  assert.equal(await echo.send('survey/e/a', Buffer.alloc(2000)), 'ended');
  assert.equal(await echo.send('survey/e/a', Buffer.alloc(500)), 'arrived');
});

test('Echo does not wait for ever', async (t) => {
  const url = await oddBroker(t, { publish: () => 'drop' });
  const echo = new Echo(surveyOf(url, 50), 'e');
  assert.equal(await echo.send('survey/e/a'), 'ended');
  await echo.close();
});

test('undefinedIfEnded() throws what is a bug', () => {
  assert.equal(undefinedIfEnded(new ClientError('unreachable', 'x')), undefined);
  assert.throws(() => undefinedIfEnded(new TypeError('x')), TypeError);
});
