import { tcpServer } from '../doctor/broken-servers.testing.js';
import { oddBroker } from '../doctor/odd-broker.testing.js';
import { finds } from './probe.testing.js';
import { probeInflightIn, probeInflightOut } from './probe-inflight.js';
import { magpieSurvey, surveyOf } from './survey.testing.js';

finds(probeInflightOut, 'the window', { 'inflight-out': 17 }, (t) =>
  magpieSurvey(t, { limits: { inflightMax: 17 } }),
);
finds(probeInflightOut, 'a window larger than was tried', { 'inflight-out': '60+' }, (t) =>
  magpieSurvey(t),
);
finds(probeInflightOut, 'that nothing comes', { 'inflight-out': null }, async (t) =>
  surveyOf(await oddBroker(t, { publish: () => 'drop' })),
);
finds(probeInflightIn, 'the end at too many', { 'inflight-in': 17 }, (t) =>
  magpieSurvey(t, { limits: { unreleasedMax: 17 } }),
);
finds(probeInflightIn, 'no limit', { 'inflight-in': '60+' }, (t) => magpieSurvey(t));
finds(probeInflightIn, 'that QoS 2 ends the connection', { 'inflight-in': null }, async (t) => {
  const port = await tcpServer(t, (socket) => {
    socket.once('data', () => {
      socket.write(Buffer.of(0x20, 2, 0, 0));
      socket.once('data', () => socket.end());
    });
  });
  return surveyOf(`mqtt://127.0.0.1:${port}`);
});
