import { connect } from '@magpie/client';
import { startBroker } from '../mqtt/broker.testing.js';
import { finds } from './examination.testing.js';

finds('two clients of one name', ['connected', 'identifier-in-use'], async (t) => {
  const { url } = await startBroker(t);
  const rival = await connect(url, { clientId: 'me', reconnect: { minMs: 50, maxMs: 100 } });
  t.after(() => rival.end({ drain: false }));
  return { url, options: { clientId: 'me' } };
});
finds('a name of its own', ['connected', 'identifier-free', 'round-trip'], async (t) => {
  const { url } = await startBroker(t);
  return { url, options: { clientId: 'me' } };
});
