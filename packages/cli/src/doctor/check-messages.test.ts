import { startBroker } from '../mqtt/broker.testing.js';
import { finds, SHORT_MS } from './examination.testing.js';
import { GUARDED } from './guarded-broker.testing.js';
import { oddBroker } from './odd-broker.testing.js';

finds('a scratch topic that is not allowed', ['scratch-refused'], async (t) => {
  const { url } = await startBroker(t, GUARDED);
  return { url, examination: { scratch: 'private' } };
});

finds('messages that do not come back', ['round-trip-lost', 'retained-missing'], async (t) => {
  const { url } = await startBroker(t, GUARDED);
  return { url, examination: { scratch: 'mute' }, patienceMs: SHORT_MS };
});
finds('a message that takes its time', ['latency-shaky'], async (t) => ({
  url: await oddBroker(t, { publish: (nth) => (nth === 10 ? 300 : 0) }),
  examination: { bytesMax: 0 },
}));
finds('what the server tells of itself', ['sys-readable'], async (t) => {
  const { url } = await startBroker(t);
  return { url };
});
finds('that the server tells nothing of itself', ['sys-silent'], async (t) => {
  const { url } = await startBroker(t, { metrics: { sysInterval: 0 } });
  return { url };
});
finds('a limit for packets', ['packet-limit'], async (t) => {
  const { url } = await startBroker(t, { limits: { packetBytesMax: 2048 } });
  return { url };
});
