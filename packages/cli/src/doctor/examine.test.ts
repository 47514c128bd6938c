import { startBroker } from '../mqtt/broker.testing.js';
import { finds } from './examination.testing.js';

const HEALTHY = [
  'name-resolved',
  'tcp-open',
  'connected',
  'round-trip',
  'round-trip',
  'round-trip',
  'latency',
  'retained-works',
  'sys-readable',
  'packet-accepted',
] as const;
finds('a healthy broker', HEALTHY, async (t) => {
  const { url } = await startBroker(t);
  return { url: url.replace('127.0.0.1', 'localhost') };
});
