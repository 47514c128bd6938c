import { startBroker } from '../mqtt/broker.testing.js';
import { finds, SHORT_MS } from './examination.testing.js';
import { GUARDED } from './guarded-broker.testing.js';
import { oddBroker } from './odd-broker.testing.js';

finds('rights that are there', ['subscribe-granted', 'publish-arrived'], async (t) => {
  const { url } = await startBroker(t, GUARDED);
  return { url, examination: { rights: { subscribe: ['a/#'], publish: ['a/b'] } } };
});
finds('rights that are not', ['subscribe-refused', 'publish-vanished'], async (t) => {
  const { url } = await startBroker(t, GUARDED);
  const rights = { subscribe: ['private'], publish: ['secret'] };
  return { url, examination: { rights, scratch: 'private' }, patienceMs: SHORT_MS };
});
finds('QoS 0 alone', ['subscribe-lower', 'round-trip-lower'], async (t) => ({
  url: await oddBroker(t, { granted: 0 }),
  examination: { rights: { subscribe: ['a'], publish: [] }, bytesMax: 0 },
}));
finds('the end at a message', ['publish-closed'], async (t) => ({
  url: await oddBroker(t, { publish: () => 'close' }),
  examination: { rights: { subscribe: [], publish: ['a'] }, scratch: 'b', bytesMax: 0 },
}));
