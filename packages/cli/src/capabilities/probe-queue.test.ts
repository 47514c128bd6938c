import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startBroker, until } from '../mqtt/broker.testing.js';
import { finds } from './probe.testing.js';
import { probeQueue } from './probe-queue.js';
import { magpieSurvey, surveyOf } from './survey.testing.js';

finds(
  probeQueue,
  'a queue longer than was tried',
  { sessions: true, 'queue-messages': '60+' },
  (t) => magpieSurvey(t),
);
finds(
  probeQueue,
  'that new messages are dropped',
  { sessions: true, 'queue-messages': 25, 'queue-full': 'newest' },
  (t) => magpieSurvey(t, { limits: { queuedMessagesMax: 25 } }),
);
finds(
  probeQueue,
  'that old messages are dropped',
  { sessions: true, 'queue-messages': 25, 'queue-full': 'oldest' },
  (t) => magpieSurvey(t, { limits: { queuedMessagesMax: 25, queueFullPolicy: 'drop-oldest' } }),
);
finds(probeQueue, 'that nothing waits', { sessions: false, 'queue-messages': 0 }, (t) =>
  magpieSurvey(t, { limits: { queuedMessagesMax: 0 } }),
);

test('probeQueue() leaves no session behind', async (t) => {
  const { broker, url } = await startBroker(t);
  await probeQueue(surveyOf(url));
  await until(() => broker.gauges().connections === 0);
  const { sessions, queuedMessages } = broker.gauges();
  assert.deepEqual({ sessions, queuedMessages }, { sessions: 0, queuedMessages: 0 });
});
