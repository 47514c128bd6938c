import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BlockBuilder, recordBytesMax } from './block-builder.js';
import { message } from './recordings.testing.js';

test('BlockBuilder names a topic once', () => {
  const builder = new BlockBuilder();
  for (const topic of ['long/topic', 'b', 'long/topic']) builder.add(message({ topic, text: '' }));
  const hex = Buffer.from('long/topic').toString('hex');
  assert.equal(builder.body().toString('hex'), `00000a${hex}000000000162000000010000`);
});

test('BlockBuilder takes a clock that went back for one that stood', () => {
  const builder = new BlockBuilder();
  for (const atUs of [50, 40, 60]) builder.add(message({ atUs, text: '' }));
  assert.equal(builder.startUs, 50);
  assert.equal(builder.body().toString('hex'), '000001610000' + '00010000' + '00010a00');
});

test('BlockBuilder counts the bytes of its body, and recordBytesMax() is never less', () => {
  for (const text of ['', 'x', 'y'.repeat(70_000)]) {
    const builder = new BlockBuilder();
    const one = message({ topic: 'größe/°C', text });
    builder.add(one);
    assert.equal(builder.bytes, builder.body().length);
    assert.ok(recordBytesMax(one) >= builder.bytes);
  }
});
