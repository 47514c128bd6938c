import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { ProtocolError } from '@magpie/protocol';
import { decodeConnack5, encodeConnect5 } from './connect-5.js';

const hex = (text: string) => Buffer.from(text.replaceAll(' ', ''), 'hex');

test('encodeConnect5() writes the packet of the standard', () => {
  assert.deepEqual(
    Buffer.from(encodeConnect5({ clientId: 'a', username: undefined, password: undefined })),
    hex('10 0e  0004 4d515454  05  02  003c  00  0001 61'),
  );
  assert.deepEqual(
    Buffer.from(encodeConnect5({ clientId: '', username: 'u', password: hex('ff') })),
    hex('10 13  0004 4d515454  05  c2  003c  00  0000  0001 75  0001 ff'),
  );
});

test('decodeConnack5() has the defaults of the standard', () => {
  assert.deepEqual(decodeConnack5(hex('00 00 00')), {
    reasonCode: 0,
    receiveMaximum: 65_535,
    maximumQoS: 2,
    retainAvailable: true,
    maximumPacketSize: undefined,
    topicAliasMaximum: 0,
    wildcardsAvailable: true,
    subscriptionIdentifiersAvailable: true,
    sharedAvailable: true,
    serverKeepAlive: undefined,
  });
});

test('decodeConnack5() reads every property', () => {
  const properties = [
    '11 00000001',
    '12 0001 61',
    '13 0064',
    '15 0001 61',
    '16 0001 61',
    '1a 0001 61',
    '1c 0001 61',
    '1f 0001 61',
    '21 0014',
    '22 000a',
    '24 01',
    '25 00',
    '26 0001 61 0001 62',
    '27 00010000',
    '28 00',
    '29 00',
    '2a 00',
  ].join('');
  const bytes = hex(properties);
  assert.deepEqual(decodeConnack5(Buffer.concat([hex('00 87'), Buffer.of(bytes.length), bytes])), {
    reasonCode: 0x87,
    receiveMaximum: 20,
    maximumQoS: 1,
    retainAvailable: false,
    maximumPacketSize: 65_536,
    topicAliasMaximum: 10,
    wildcardsAvailable: false,
    subscriptionIdentifiersAvailable: false,
    sharedAvailable: false,
    serverKeepAlive: 100,
  });
});

for (const [what, bytes] of [
  ['one of MQTT 3.1.1', '00 00'],
  ['properties that end outside', '00 00 05 21 00'],
  ['a number that is cut', '00 00 02 21 00'],
  ['a text that ends outside', '00 00 03 12 0001'],
  ['a property that CONNACK cannot have', '00 00 02 01 00'],
  ['a length of five bytes', '00 00 ff ff ff ff 01'],
] as const) {
  test(`decodeConnack5() refuses ${what}`, () => {
    assert.throws(() => decodeConnack5(hex(bytes)), ProtocolError);
  });
}

test('decodeConnack5() throws nothing but a ProtocolError, whatever the bytes are', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
      try {
        decodeConnack5(bytes);
      } catch (error) {
        assert.ok(error instanceof ProtocolError);
      }
    }),
  );
});
