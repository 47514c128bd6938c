import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { openEnvelope, sealEnvelope } from './envelope.js';

test('sealEnvelope() writes the header, the identifier and the payload', () => {
  const sealed = sealEnvelope(Buffer.from('id'), Buffer.from('21.5'));
  assert.equal(Buffer.from(sealed).toString('hex'), '4d450102696432312e35');
});

test('openEnvelope() gives back what sealEnvelope() was given', () => {
  const anyId = fc.uint8Array({ minLength: 1, maxLength: 255 });
  fc.assert(
    fc.property(anyId, fc.uint8Array({ maxLength: 100 }), (id, payload) => {
      assert.deepEqual(openEnvelope(sealEnvelope(id, payload)), { id, payload });
    }),
  );
});

for (const length of [0, 256]) {
  test(`sealEnvelope() refuses an identifier of ${length} bytes`, () => {
    assert.throws(() => sealEnvelope(new Uint8Array(length), new Uint8Array(0)), {
      name: 'RangeError',
      message: `id bytes must be a number from 1 to 255: it is ${length}`,
    });
  });
}

const others: readonly (readonly [name: string, hex: string])[] = [
  ['nothing', ''],
  ['another payload', '7b7d'],
  ['half a header', '4d45'],
  ['another version', '4d45020161'],
  ['a header alone', '4d4501'],
  ['an empty identifier', '4d45010061'],
  ['an identifier that is cut off', '4d4501026'.concat('1')],
];

for (const [name, hex] of others) {
  test(`openEnvelope() takes ${name} for no envelope`, () => {
    assert.equal(openEnvelope(Buffer.from(hex, 'hex')), undefined);
  });
}
