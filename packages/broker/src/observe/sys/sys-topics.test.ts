import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Counters } from '../counters.js';
import { SYS_LOADS, SYS_MAXIMA, SYS_TOPICS, type SysNumbers } from './sys-topics.js';

/** In flight are 100 − 40 − 5 − 30 = 25, of what began, ended, was dropped and is queued. */
function numbers(): SysNumbers {
  const counters = new Counters();
  counters.deliveriesBegun = 100;
  counters.deliveriesEnded = 40;
  counters.dropped['queue-full'] = 3;
  counters.dropped['offline-qos0'] = 2;
  counters.dropped['rate-limited'] = 4;
  counters.dropped['no-subscriber'] = 1000;
  counters.packetsReceived = 11;
  counters.packetsSent = 12;
  counters.messagesReceived = 13;
  counters.messagesSent = 14;
  counters.bytesReceived = 15;
  counters.bytesSent = 16;
  counters.connectionsOpened = 17;
  counters.connectsAccepted = 8;
  counters.connectsRefused = 10;
  counters.sessionsExpired = 19;
  const row = counters.traffic.open();
  for (const qos of [0, 1, 2] as const) {
    counters.traffic.received(row, qos, 100);
    counters.traffic.sent(row, qos, 200);
  }
  return {
    counters,
    sessions: 9,
    clients: 6,
    subscriptions: 20,
    sharedSubscriptions: 5,
    retainedMessages: 50,
    retainedBytes: 5000,
    queuedMessages: 30,
    queuedBytes: 3000,
    heapBytes: 123,
  };
}

/** What mosquitto 2.0 and 2.1 tell, but for bridges, packets that wait, and how they were built. */
const EXPECTED: Readonly<Record<string, number>> = {
  'clients/total': 9,
  'clients/connected': 6,
  'clients/active': 6,
  'clients/disconnected': 3,
  'clients/inactive': 3,
  'clients/maximum': 6,
  'clients/expired': 19,
  'messages/received': 11,
  'messages/sent': 12,
  'messages/stored': 105,
  'messages/inflight': 25,
  'store/messages/count': 105,
  'store/messages/bytes': 8000,
  'publish/messages/received': 13,
  'publish/messages/sent': 14,
  'publish/messages/dropped': 7,
  'publish/bytes/received': 300,
  'publish/bytes/sent': 600,
  'bytes/received': 15,
  'bytes/sent': 16,
  'retained messages/count': 50,
  'subscriptions/count': 15,
  'shared_subscriptions/count': 5,
  'connections/socket/count': 17,
  'heap/current': 123,
  'heap/maximum': 123,
};

test('SYS_TOPICS and SYS_MAXIMA have the names of mosquitto, each with its number', () => {
  const told = Object.entries({ ...SYS_TOPICS, ...SYS_MAXIMA }).map(([name, numberOf]) => {
    return [name, numberOf(numbers())];
  });
  assert.deepEqual(Object.fromEntries(told), EXPECTED);
});

test('SYS_TOPICS say nothing of the heap where nobody knows', () => {
  const unknown = { ...numbers(), heapBytes: undefined };
  assert.equal(SYS_TOPICS['heap/current']?.(unknown), undefined);
  assert.equal(SYS_MAXIMA['heap/maximum']?.(unknown), undefined);
});

const LOADS: Readonly<Record<string, number>> = {
  'messages/received': 11,
  'messages/sent': 12,
  'publish/received': 13,
  'publish/sent': 14,
  'publish/dropped': 7,
  'bytes/received': 15,
  'bytes/sent': 16,
  sockets: 17,
  connections: 18,
};

test('SYS_LOADS have the names of mosquitto, each with its counter', () => {
  const told = Object.entries(SYS_LOADS).map(([name, count]) => [name, count(numbers().counters)]);
  assert.deepEqual(Object.fromEntries(told), LOADS);
});
