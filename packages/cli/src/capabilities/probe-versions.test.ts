import { tcpServer } from '../doctor/broken-servers.testing.js';
import { finds } from './probe.testing.js';
import { probeVersions } from './probe-versions.js';
import { magpieSurvey, surveyOf } from './survey.testing.js';

finds(probeVersions, 'those of Magpie', { versions: ['3.1', '3.1.1'] }, (t) => magpieSurvey(t));

finds(
  probeVersions,
  'what a server of MQTT 5 alone says of itself',
  {
    versions: ['5.0'],
    'told-receive-maximum': 20,
    'told-packet-bytes': 4096,
    'told-qos-max': 1,
    'told-retained': false,
    'told-wildcards': true,
    'told-shared': true,
    'told-identifiers': true,
    'told-topic-aliases': 0,
    'told-keep-alive': 30,
  },
  async (t) => {
    const port = await tcpServer(t, (socket) => {
      socket.once('data', (chunk: Buffer) => {
        const isFive = chunk[8] === 5;
        const properties = Buffer.from('210014240125002700001000' + '13001e', 'hex');
        const body = [Buffer.of(0, 0, properties.length), properties];
        const connack = Buffer.concat([Buffer.of(0x20, 3 + properties.length), ...body]);
        socket.end(isFive ? connack : Buffer.of(0x20, 2, 0, 1));
      });
    });
    return surveyOf(`mqtt://127.0.0.1:${port}`);
  },
);

finds(probeVersions, 'none where something else listens', { versions: [] }, async (t) => {
  const port = await tcpServer(t, (socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'));
  return surveyOf(`mqtt://127.0.0.1:${port}`);
});
