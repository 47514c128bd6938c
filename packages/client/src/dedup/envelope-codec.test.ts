import assert from 'node:assert/strict';
import { test } from 'node:test';
import { jsonCodec, textCodec } from '../model/codec.js';
import { openEnvelope } from './envelope.js';
import { envelopeCodec } from './envelope-codec.js';

test('envelopeCodec() decodes what it has encoded', () => {
  const codec = envelopeCodec(jsonCodec<{ celsius: number }>());
  assert.deepEqual(codec.decode(codec.encode({ celsius: 21.5 })), { celsius: 21.5 });
});

test('envelopeCodec() gives each message an identifier of its own', () => {
  const codec = envelopeCodec(textCodec);
  const ids = ['x', 'x'].map((text) => Buffer.from(openEnvelope(codec.encode(text))!.id));
  assert.notDeepEqual(ids[0], ids[1]);
});

test('envelopeCodec() takes identifiers from where it is told', () => {
  const codec = envelopeCodec(textCodec, { next: () => Uint8Array.of(7) });
  assert.deepEqual(openEnvelope(codec.encode('x'))?.id, Uint8Array.of(7));
});

test('envelopeCodec() decodes a payload without an envelope as it is', () => {
  assert.equal(envelopeCodec(textCodec).decode(Buffer.from('bare')), 'bare');
});
