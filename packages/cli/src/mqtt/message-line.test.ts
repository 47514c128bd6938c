import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encode } from 'cborg';
import { type LineName, namedLine } from './message-line.js';
import { arrival, type ArrivalFields } from './message.testing.js';

const BINARY = Uint8Array.of(0xff, 0, 0x80);
const lines: [
  name: LineName,
  options: { verbose?: boolean; pretty?: boolean },
  message: ArrivalFields,
  text: string | undefined,
][] = [
  ['text', {}, {}, 'on'],
  ['text', {}, { text: '' }, undefined],
  ['text', { verbose: true }, {}, 'home/lamp on'],
  ['text', { verbose: true }, { text: '' }, 'home/lamp (null)'],
  ['hex', {}, { payload: BINARY }, 'ff0080'],
  ['hex', { verbose: true }, {}, 'home/lamp 6f6e'],
  ['base64', {}, { payload: BINARY }, '/wCA'],
  [
    'json',
    {},
    { qos: 2, retain: true, dup: true },
    '{"time":"2026-01-31T08:05:09.250Z","topic":"home/lamp","qos":2,"retain":true,"dup":true,'
      + '"payload":"on"}',
  ],
  [
    'json',
    {},
    { payload: BINARY },
    '{"time":"2026-01-31T08:05:09.250Z","topic":"home/lamp","qos":0,"retain":false,'
      + '"payloadBase64":"/wCA"}',
  ],
  ['cbor', {}, { payload: encode({ t: 21.5, raw: BINARY }) }, '{"t":21.5,"raw":"/wCA"}'],
  ['cbor', {}, { payload: Uint8Array.of(0xf7) }, 'null'],
  ['cbor', {}, { payload: encode('\u009b31m') }, '"\\u009b31m"'],
  [
    'json',
    {},
    { text: '\u009b31m\x7f\u202e', topic: 'a\u0085' },
    '{"time":"2026-01-31T08:05:09.250Z","topic":"a\\u0085","qos":0,"retain":false,'
      + '"payload":"\\u009b31m\\u007f\\u202e"}',
  ],
  [
    'pretty',
    {},
    { text: '{"t":"\u009b31m"}' },
    '2026-01-31T08:05:09.250Z home/lamp QoS 0\n  {\n    "t": "\\u009b31m"\n  }\n',
  ],
  ['pretty', {}, {}, '2026-01-31T08:05:09.250Z home/lamp QoS 0\n  on\n'],
  ['pretty', {}, { text: '' }, '2026-01-31T08:05:09.250Z home/lamp QoS 0\n  (empty)\n'],
  [
    'pretty',
    {},
    { text: '{"t":1}', retain: true },
    '2026-01-31T08:05:09.250Z home/lamp QoS 0 retained\n  {\n    "t": 1\n  }\n',
  ],
  [
    'pretty',
    {},
    { text: 'a\n\x1b[31mred', topic: 'x\x07' },
    '2026-01-31T08:05:09.250Z x\\u0007 QoS 0\n  a\n  \\u001b[31mred\n',
  ],
  ['pretty', {}, { payload: BINARY }, '2026-01-31T08:05:09.250Z home/lamp QoS 0\n  ff0080\n'],
];
for (const [name, { verbose = false, pretty = false }, message, text] of lines) {
  test(`namedLine() writes ${name} ${JSON.stringify({ verbose, ...message })}`, async () => {
    const bytes = (await namedLine(name, { verbose, pretty }))(arrival(message));
    assert.equal(bytes && Buffer.from(bytes).toString(), text);
  });
}

test('namedLine() says that a payload is no CBOR', async () => {
  const bytes = (await namedLine('cbor', { verbose: false, pretty: false }))(
    arrival({ payload: Uint8Array.of(0xa1) }),
  );
  assert.match(Buffer.from(bytes!).toString(), /^\(no CBOR: /);
});
