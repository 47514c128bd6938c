import assert from 'node:assert/strict';
import { test } from 'node:test';
import { crc32 } from 'node:zlib';
import { BlockBuilder } from './block-builder.js';
import { BLOCK_HEADER_BYTES, readBlock, readBlockHeader, sealBlock } from './block-codec.js';
import { message } from './recordings.testing.js';

async function sealed(messages: readonly ReturnType<typeof message>[], compress = false) {
  const builder = new BlockBuilder();
  for (const one of messages) builder.add(one);
  return Buffer.concat(await sealBlock(builder, compress));
}

test('sealBlock() writes the bytes that the documentation says', async () => {
  const bytes = await sealed([
    message({ atUs: 0x0006_4927_0000_0000, topic: 'a/b', text: 'hi', qos: 1 }),
    message({ atUs: 0x0006_4927_0000_0000 + 300, topic: 'a/b', text: '', retain: true, qos: 2 }),
  ]);
  const body = '01' + '00' + '03612f62' + '00' + '026869' + '06' + '01' + 'ac02' + '00';
  assert.equal(bytes.subarray(BLOCK_HEADER_BYTES).toString('hex'), body);
  const head = '4d424c4b' + '0000000f' + '0000000f' + '00000002' + '0006492700000000';
  assert.equal(bytes.subarray(0, 24).toString('hex'), head);
  assert.equal(bytes.readUInt32BE(24), crc32(bytes.subarray(BLOCK_HEADER_BYTES)));
  assert.equal(bytes.readUInt32BE(28), crc32(bytes.subarray(0, 28)));
});

test('sealBlock() compresses where that makes it smaller', async () => {
  const text = 'temperature 21.5 '.repeat(100);
  const bytes = await sealed([message({ text })], true);
  assert.ok(bytes.length < 100);
  const header = readBlockHeader(bytes)!;
  assert.deepEqual([header.compressed, header.messages], [true, 1]);
  const [read] = (await readBlock(header, bytes.subarray(BLOCK_HEADER_BYTES))) ?? [];
  assert.equal(Buffer.from(read!.payload).toString(), text);
});

/** Bodies that have the right sum and are none: what another program may have written. */
const wrong: [what: string, body: string][] = [
  ['QoS 3', '03' + '00' + '0161' + '00' + '00'],
  ['an unknown flag', '10' + '00' + '0161' + '00' + '00'],
  ['a topic that was not named', '00' + '01' + '00' + '00'],
  ['an invalid topic', '00' + '00' + '0123' + '00' + '00'],
  ['a topic that is cut', '00' + '00' + '0561'],
  ['no payload', '00' + '00' + '0161' + '00'],
  ['a payload that is cut', '00' + '00' + '0161' + '00' + '0500'],
  ['a time beyond all times', '00' + '00' + '0161' + 'ffffffffffffff0f' + '00'],
  ['two messages where one is told', '00000161000000010000'],
];
for (const [what, hex] of wrong) {
  test(`readBlock() refuses ${what}`, async () => {
    const body = Buffer.from(hex, 'hex');
    const header = {
      bodyBytes: body.length,
      plainBytes: body.length,
      compressed: false,
      messages: 1,
      startUs: 1,
      bodyCrc: crc32(body),
    };
    assert.equal(await readBlock(header, body), undefined);
    assert.equal(await readBlock({ ...header, compressed: true }, body), undefined);
    assert.equal(await readBlock({ ...header, plainBytes: 1 }, body), undefined);
  });
}

test('readBlockHeader() refuses sizes and times that cannot be', async () => {
  const bytes = await sealed([message()]);
  for (const [at, value] of [
    [8, 0xff],
    [16, 0xff],
  ] as const) {
    const changed = Buffer.from(bytes);
    changed[at] = value;
    changed.writeUInt32BE(crc32(changed.subarray(0, 28)), 28);
    assert.equal(readBlockHeader(changed), undefined);
  }
});
