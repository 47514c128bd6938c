// needs: mosquitto
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startMosquitto } from '../mqtt/mosquitto.testing.js';
import { valuesOf } from './probe.testing.js';
import { surveyOf } from './survey.testing.js';
import { takeSurvey } from './take-survey.js';

test('takeSurvey() finds all of mosquitto', { timeout: 60_000 }, async (t) => {
  const url = await startMosquitto(t, [
    'max_queued_messages 30',
    'max_inflight_messages 7',
    'message_size_limit 3000',
  ]);
  const { server, ...found } = valuesOf(await takeSurvey(surveyOf(url), () => {}));
  assert.match(String(server), /^mosquitto version 2\./);
  assert.deepEqual(found, {
    versions: ['3.1', '3.1.1', '5.0'],
    'told-receive-maximum': 7,
    'told-qos-max': 2,
    'told-retained': true,
    'told-wildcards': true,
    'told-shared': true,
    'told-identifiers': true,
    'told-topic-aliases': 10,
    'qos-max': 2,
    retained: true,
    will: true,
    wildcards: ['+', '#'],
    'shared-subscriptions': true,
    'client-id-empty': true,
    'client-id-bytes': 65_535,
    'topic-bytes': 65_535,
    'topic-levels': 201,
    // It counts the payload alone.
    'packet-bytes': 3025,
    sessions: true,
    'queue-messages': 30,
    'queue-full': 'newest',
    'inflight-out': 7,
    'inflight-in': '60+',
  });
});
