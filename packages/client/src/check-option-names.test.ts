import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkOptionNames, OPTION_NAMES } from './check-option-names.js';

type Call = keyof typeof OPTION_NAMES;

const refused: readonly (readonly [Call, object, string])[] = [
  ['connect', { keepalive: 30 }, "There is no option 'keepalive': use keepAlive"],
  ['connect', { keepAliveInterval: 30 }, "There is no option 'keepAliveInterval': use keepAlive"],
  ['connect', { clean: false }, "There is no option 'clean': use cleanSession"],
  ['connect', { client_id: 'a' }, "There is no option 'client_id': use clientId"],
  ['connect', { userName: 'a' }, "There is no option 'userName': use username"],
  [
    'connect',
    { reconnectPeriod: 100 },
    "There is no option 'reconnectPeriod': use reconnect: { minMs, maxMs }",
  ],
  ['connect', { outboxPolcy: 'reject' }, "There is no option 'outboxPolcy': use outboxPolicy"],
  ['connect', { rejectUnauthorized: false }, "There is no option 'rejectUnauthorized': use tls"],
  ['connect', { protocolVersion: 5 }, "There is no option 'protocolVersion': use MQTT 3.1.1"],
  ['connect', { toString: 1 }, "There is no option 'toString': there are clientId, cleanSession"],
  [
    'connect',
    { will: { topic: 'a', properties: {} } },
    "There is no option 'will.properties': there are topic, payload, qos, retain",
  ],
  ['connect', { reconnect: { min: 1 } }, "There is no option 'reconnect.min': there are minMs"],
  ['connect', { reconnect: 5000 }, "The option 'reconnect' is an object of minMs, maxMs, jitter"],
  ['createClient', { signal: AbortSignal.abort() }, "There is no option 'signal': there are"],
  ['connect', { size: 2 }, "There is no option 'size': there are"],
];
for (const [call, options, text] of refused) {
  test(`checkOptionNames() refuses ${JSON.stringify(options)} of ${call}`, () => {
    assert.throws(
      () => checkOptionNames(OPTION_NAMES[call], options),
      (error) => error instanceof TypeError && error.message.startsWith(text),
    );
  });
}

const taken: readonly (readonly [Call, object])[] = [
  ['connect', { keepAlive: 30, signal: new AbortController().signal }],
  ['connect', { reconnect: false, tls: { minVersion: 'TLSv1.3' }, headers: { 'x-any': '1' } }],
  ['connect', { keepalive: undefined }],
  ['createClient', { unclaimed: { afterMs: 1, handler() {} }, reconnect: { jitter: 'none' } }],
  ['createPool', { size: 2, maxConnections: 3, clientsPerConnection: 4, clientId: 'a' }],
];
for (const [call, options] of taken) {
  test(`checkOptionNames() takes ${JSON.stringify(options)} of ${call}`, () => {
    checkOptionNames(OPTION_NAMES[call], options);
  });
}
