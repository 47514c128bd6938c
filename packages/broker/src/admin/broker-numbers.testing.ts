/** Numbers of a broker of which no two are alike, so that a test sees which is which. */
import { Message } from '../model/message.js';
import { Counters } from '../observe/counters.js';
import type { BrokerGauges } from '../observe/broker-gauges.js';
import { brokerMetrics, type BrokerNumbers, type StoreUse } from './broker-metrics.js';

function countedUp(): Counters {
  const counters = new Counters(['plant/+/state', 'other/#']);
  let next = 100;
  const countUp = (table: Record<string, unknown>) => {
    for (const [key, value] of Object.entries(table)) {
      if (typeof value === 'number') table[key] = next++;
    }
  };
  countUp(counters as unknown as Record<string, unknown>);
  for (const table of [counters.dropped, counters.refused, counters.closed]) countUp(table);
  const row = counters.traffic.open();
  for (const qos of [0, 1, 2] as const) {
    counters.traffic.received(row, qos, next++);
    counters.traffic.sent(row, qos, next++);
  }
  const payload = Buffer.from('payload');
  const message = Message.of({ topic: 'plant/7/state', payload, qos: 0, retain: false });
  counters.topics.received(message);
  counters.topics.sent(message);
  counters.topics.dropped(message);
  for (const seconds of [0.002, 0.02, 2, 20]) counters.commitSeconds.observe(seconds);
  counters.acknowledgementSeconds.observe(0.125);
  return counters;
}

const gauges: BrokerGauges = {
  connections: 1,
  clients: 2,
  sessions: 3,
  subscriptions: 4,
  retainedMessages: 5,
  retainedBytes: 6,
  inflightMessages: 15,
  decidingMessages: 24,
  unaccountedMessages: 25,
  unaccountedDeliveries: 26,
  queuedMessages: 7,
  queuedBytes: 8,
  storeFailed: 20,
  storeBacklogBytes: 21,
  overloaded: 23,
  bans: 22,
  traces: 27,
};

const store: StoreUse = {
  fileBytes: 10,
  usedBytes: 11,
  compactions: 12,
  compactionsFailed: 13,
  compactionMs: 14_000,
  syncFailed: 22,
  sync: 'interval',
};

export const someNumbers: BrokerNumbers = {
  version: '1.2.3',
  counters: countedUp(),
  gauges,
  store,
  process: {
    cpuSeconds: 1.5,
    startSeconds: 1_700_000_000,
    residentBytes: 30,
    virtualBytes: 31,
    openFds: 32,
    maxFds: 33,
    heapUsedBytes: 34,
    heapTotalBytes: 35,
    heapMaxBytes: 36,
    externalBytes: 37,
    loopDelayMeanSeconds: 0.38,
    loopDelayP50Seconds: 0.39,
    loopDelayP99Seconds: 0.4,
    loopDelayMaxSeconds: 0.41,
  },
};

export const someMetrics = brokerMetrics(someNumbers);
