import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encode, Publish } from '@magpie/protocol';
import { oddBroker } from '../doctor/odd-broker.testing.js';
import { finds } from './probe.testing.js';
import { payloadFor, probePackets } from './probe-packets.js';
import { magpieSurvey, surveyOf } from './survey.testing.js';

finds(probePackets, 'the limit to the byte', { 'packet-bytes': 1234 }, (t) =>
  magpieSurvey(t, { limits: { packetBytesMax: 1234 } }),
);
finds(probePackets, 'no limit', { 'packet-bytes': '4096+' }, (t) => magpieSurvey(t));
finds(probePackets, 'that nothing comes back', { 'packet-bytes': null }, async (t) =>
  surveyOf(await oddBroker(t, { publish: () => 'close' }), 100),
);

test('payloadFor() fills a packet', () => {
  for (const bytes of [256, 1000, 16_000, 20_000, 3_000_000]) {
    const payload = payloadFor(bytes, 'täst');
    const packet = encode(Publish.of({ topic: 'täst', payload, qos: 1, packetId: 1 }), 4);
    assert.equal(packet.length, bytes);
  }
});
