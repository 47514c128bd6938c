import assert from 'node:assert/strict';
import { test } from 'node:test';
import { connectAs } from './survey.js';
import { magpieSurvey, surveyOf } from './survey.testing.js';

test('connectAs() gives each connection its own identifier', async (t) => {
  const survey = await magpieSurvey(t);
  await using one = await connectAs(survey, 'one');
  await using other = await connectAs(survey, 'other');
  assert.deepEqual([one.state.type, other.state.type], ['connected', 'connected']);
});

test('connectAs() does not try again', async () => {
  await assert.rejects(connectAs(surveyOf('mqtt://127.0.0.1:1'), 'a'), { code: 'unreachable' });
});

test('connectAs() ends with its signal, and leaves no client behind', async (t) => {
  const survey = await magpieSurvey(t);
  const patient = { ...survey.patient, signal: AbortSignal.abort(new Error('enough')) };
  await assert.rejects(connectAs({ ...survey, patient }, 'a'), /enough/);
});
