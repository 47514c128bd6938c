import { startBroker } from '../mqtt/broker.testing.js';
import { finds } from './examination.testing.js';
import { oddBroker } from './odd-broker.testing.js';

finds('idle connections live', ['idle-survived'], async (t) => {
  const { url } = await startBroker(t);
  return { url, examination: { idleMs: 50 } };
});
finds('idle connections are cut', ['idle-cut'], async (t) => ({
  url: await oddBroker(t, { idleMs: 400 }),
  examination: { idleMs: 600, bytesMax: 0 },
}));
