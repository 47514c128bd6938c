import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encode, Publish } from '@magpie/protocol';
import fc from 'fast-check';
import { SmallFramer } from './small-framer.js';

const message = (length: number) => Publish.of({ topic: 't', payload: new Uint8Array(length) });

test('SmallFramer gives the same packets, however the bytes are split', () => {
  const sizes = [0, 100, 124, 125, 200, 16_380, 16_381];
  const bytes = Uint8Array.from(sizes.flatMap((size) => [...encode(message(size), 4)]));
  const cuts = fc.array(fc.integer({ min: 0, max: bytes.length }), { maxLength: 12 });
  fc.assert(
    fc.property(cuts, (some) => {
      const framer = new SmallFramer(20_000);
      const got: number[] = [];
      let from = 0;
      for (const to of [...some, bytes.length].sort((one, other) => one - other)) {
        framer.feed(bytes, from, to);
        from = to;
        for (let packet = framer.next(); packet !== undefined; packet = framer.next()) {
          got.push(packet.type === 'publish' ? packet.payload.length : -1);
        }
      }
      assert.deepEqual(got, sizes);
    }),
  );
});

test('SmallFramer refuses a large packet before it is there', () => {
  const bytes = encode(message(1000), 4);
  const framer = new SmallFramer(1000);
  framer.feed(bytes, 0, 3);
  assert.throws(() => framer.next(), { fault: 'PACKET_TOO_LARGE' });
});

test('SmallFramer takes a packet that has exactly the size', () => {
  const bytes = encode(message(100), 4);
  const framer = new SmallFramer(bytes.length);
  framer.feed(bytes, 0, bytes.length);
  assert.equal(framer.next()?.type, 'publish');
});

test('SmallFramer refuses a length of five bytes', () => {
  const framer = new SmallFramer(1000);
  framer.feed(new Uint8Array([0x30, 0x80, 0x80, 0x80, 0x80, 1]), 0, 6);
  assert.throws(() => framer.next(), { fault: 'MALFORMED_PACKET' });
});
