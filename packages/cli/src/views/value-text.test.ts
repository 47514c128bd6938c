import assert from 'node:assert/strict';
import { test } from 'node:test';
import { namedLine } from '../mqtt/message-line.js';
import { arrival } from '../mqtt/message.testing.js';
import { valueText } from './value-text.js';

const PLAIN = { verbose: false, pretty: false };

for (const [payload, text] of [
  ['21.5', '21.5'],
  ['', '(empty)'],
  ['a\n  b\r\nc\n', 'a b c'],
  ['\x1b[2Jx\x07\x9b', '\\u001b[2Jx\\u0007\\u009b'],
  ['{ "a": 1 }', '{ "a": 1 }'],
  [Uint8Array.of(0xff, 0, 0x41), 'ff0041'],
  ['温'.repeat(400), '温'.repeat(341)],
] as const) {
  const name = JSON.stringify(String(payload)).slice(0, 30);
  test(`valueText() shows ${name} in one line`, async () => {
    const value = valueText(await namedLine('text', PLAIN));
    assert.equal(value(arrival({ payload: Buffer.from(payload) })), text);
  });
}

test('valueText() takes any format', async () => {
  const hex = valueText(await namedLine('hex', PLAIN));
  assert.equal(hex(arrival({ text: 'on' })), '6f6e');
  const pretty = valueText(await namedLine('pretty', PLAIN));
  assert.match(pretty(arrival({ text: '{"a":1}' })), /QoS 0 \{ "a": 1 \}$/);
});
