import assert from 'node:assert/strict';
import { test } from 'node:test';
import { payloadFormat } from './payload-format.js';

/** A map of one: "a" to an array of 1, -2, 1.5, "é", null, true (RFC 8949). */
const CBOR = 'a16161860121f93e0062c3a9f6f5';

for (const [name, input, hex] of [
  ['text', 'no { JSON', Buffer.from('no { JSON').toString('hex')],
  ['json', ' {"a": 1}\n', Buffer.from(' {"a": 1}\n').toString('hex')],
  ['hex', '00ff 0A\n', '00ff0a'],
  ['hex', '', ''],
  ['base64', 'AP8K', '00ff0a'],
  ['base64', 'AP8=', '00ff'],
  ['base64', 'AP8', '00ff'],
  ['cbor', '{"a":[1,-2,1.5,"é",null,true]}', CBOR],
  ['template', 'x%{n:9}', Buffer.from('x9').toString('hex')],
] as const) {
  test(`payloadFormat('${name}') makes ${hex} of '${input}'`, async () => {
    const format = await payloadFormat(name);
    const payload = format(Buffer.from(input), 'The message')(1);
    assert.equal(Buffer.from(payload).toString('hex'), hex);
  });
}

for (const [name, input, message] of [
  ['json', '{"a":', /^The message is no JSON: /],
  ['json', 'a\nb', /^The message is no JSON: [^\n]*$/],
  ['hex', '0', /^The message is no hex$/],
  ['hex', '0x', /^The message is no hex$/],
  ['base64', 'A', /^The message is no base64$/],
  ['base64', '%%%%', /^The message is no base64$/],
  ['cbor', 'on', /^The message is no JSON: /],
  ['template', '%{y}', /unknown placeholder/],
] as const) {
  test(`payloadFormat('${name}') refuses '${input.replaceAll('\n', ' ')}'`, async () => {
    const format = await payloadFormat(name);
    assert.throws(() => format(Buffer.from(input), 'The message'), {
      name: 'UsageError',
      message,
    });
  });
}

test('payloadFormat() refuses what is no text, and an unknown name', async () => {
  const json = await payloadFormat('json');
  assert.throws(() => json(Uint8Array.of(0xff), 'Line 2'), {
    message: 'Line 2 is no text in UTF-8',
  });
  await assert.rejects(payloadFormat('xml'), {
    name: 'UsageError',
    message: "--format must be one of text, json, hex, base64, cbor, template: it is 'xml'",
  });
});
