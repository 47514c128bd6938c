import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { test } from 'node:test';
import { Aedes } from 'aedes';
import { valuesOf } from './probe.testing.js';
import { magpieSurvey, surveyOf } from './survey.testing.js';
import { takeSurvey } from './take-survey.js';

test('takeSurvey() finds all of Magpie', { timeout: 60_000 }, async (t) => {
  const limits = { packetBytesMax: 3000, topicLevelsMax: 9, inflightMax: 8, queuedMessagesMax: 30 };
  const progress: string[] = [];
  const found = await takeSurvey(await magpieSurvey(t, { limits }), (done, total) =>
    progress.push(`${done}/${total}`),
  );
  const { server, ...values } = valuesOf(found);
  assert.match(String(server), /^magpie version \d/);
  assert.deepEqual(values, {
    versions: ['3.1', '3.1.1'],
    'qos-max': 2,
    retained: true,
    will: true,
    wildcards: ['+', '#'],
    'shared-subscriptions': true,
    'client-id-empty': true,
    // Longer ones would be allowed, if they had room in the packet.
    'client-id-bytes': 2985,
    'topic-bytes': 2993,
    'topic-levels': 9,
    'packet-bytes': 3000,
    sessions: true,
    'queue-messages': 30,
    'queue-full': 'newest',
    'inflight-out': 8,
    'inflight-in': '60+',
  });
  assert.deepEqual([progress[0], progress.length], ['0/13', 13]);
});

test('takeSurvey() finds all of Aedes', { timeout: 60_000 }, async (t) => {
  const aedes = await Aedes.createBroker();
  const server = createServer(aedes.handle);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    aedes.close();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  const found = valuesOf(await takeSurvey(surveyOf(`mqtt://127.0.0.1:${port}`, 1000), () => {}));
  assert.deepEqual(found, {
    versions: ['3.1', '3.1.1'],
    'qos-max': 2,
    retained: true,
    will: true,
    wildcards: ['+', '#'],
    'shared-subscriptions': false,
    'client-id-empty': true,
    'client-id-bytes': 65_535,
    'topic-bytes': 65_535,
    'topic-levels': 100,
    'packet-bytes': '4096+',
    sessions: true,
    'queue-messages': '60+',
    'inflight-out': '60+',
    'inflight-in': '60+',
  });
});

test('takeSurvey() says what it may not find out', { timeout: 60_000 }, async (t) => {
  const survey = await magpieSurvey(t, {
    authorizer: { mayPublish: () => true, maySubscribe: () => false },
  });
  const found = await takeSurvey(survey, () => {});
  const queue = found.find(({ code }) => code === 'queue-messages');
  assert.equal(queue?.value, null);
  assert.match(queue.why ?? '', /^The server refused the subscription to survey\/queue: /);
});

test('takeSurvey() ends where there is no server', async () => {
  await assert.rejects(
    takeSurvey(surveyOf('mqtt://127.0.0.1:1'), () => {}),
    { code: 'unreachable' },
  );
});
