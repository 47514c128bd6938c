import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { FormatError, formatText } from './format-text.js';
import { arrival } from './message.testing.js';
import { UsageError } from './usage-error.js';

before(() => {
  const zone = process.env['TZ'];
  process.env['TZ'] = 'Asia/Shanghai';
  return () => {
    if (zone === undefined) delete process.env['TZ'];
    else process.env['TZ'] = zone;
  };
});

const message = arrival({ text: 'on', qos: 1, retain: true, packetId: 7 });
const written: [format: string, text: string][] = [
  ['', ''],
  ['plain', 'plain'],
  ['%t %p', 'home/lamp on'],
  ['%q %r %l %m', '1 1 2 7'],
  ['%x %X', '6f6e 6F6E'],
  ['100%%', '100%'],
  ['[%12t] [%-12t] [%4.4t]', '[   home/lamp] [home/lamp   ] [home]'],
  ['[%04l] [%-04l] [%4l]', '[0002] [2   ] [   2]'],
  ['[%5p] [%-5p] [%05p] [%1p]', '[   on] [on   ] [000on] [on]'],
  ['%I', '2026-01-31T16:05:09+0800'],
  ['[%26I] [%.10I]', '[  2026-01-31T16:05:09+0800] [2026-01-31]'],
  ['%U', '1769846709.250000000'],
  ['@Y-@m-@d @H:@M:@S.@N @z @@', '2026-01-31 16:05:09.250000000 +0800 @'],
  ['@c|@a|@b|@j', 'Sat Jan 31 16:05:09 2026|Sat|Jan|031'],
  ['\\\\ \\0 \\a \\e \\n \\r \\t \\v', '\\ \0 \x07 \x1b \n \r \t \v'],
  ['%A%C%D%E%F%P%R%S', ''],
  [
    '%j',
    '{"tst":"2026-01-31T16:05:09.250000Z+0800","topic":"home/lamp","qos":1,"retain":1,'
      + '"payloadlen":2,"mid":7,"payload":"on"}',
  ],
  ['温度 %t', '温度 home/lamp'],
];
for (const [format, text] of written) {
  test(`formatText() writes ${JSON.stringify(format)}`, () => {
    assert.equal(Buffer.from(formatText(format, false)(message)!).toString(), text);
  });
}

test('formatText() keeps the bytes of a payload as they are', () => {
  const payload = Uint8Array.of(0, 255, 10, 128);
  const bytes = formatText('<%p>', false)(arrival({ payload }));
  assert.deepEqual(Uint8Array.from(bytes!), Uint8Array.of(0x3c, 0, 255, 10, 128, 0x3e));
});

test('formatText() writes a payload that is JSON into JSON with %J, and indents it', () => {
  const bytes = formatText('%J', true)(arrival({ text: '{"t":[1]}' }));
  const json = JSON.parse(Buffer.from(bytes!).toString()) as Record<string, unknown>;
  assert.deepEqual(json['payload'], { t: [1] });
  assert.match(Buffer.from(bytes!).toString(), /\n\t"topic"/);
});

test('formatText() writes no control character raw into JSON', () => {
  for (const [format, text] of [
    ['%j', '\u009b31m'],
    ['%J', '{"t":"\u009b31m"}'],
  ] as const) {
    const written = Buffer.from(formatText(format, false)(arrival({ text }))!).toString();
    assert.match(written, /\\u009b31m/);
    assert.doesNotMatch(written, /\p{Cc}/u);
  }
});

test('formatText() says which message %J cannot write', () => {
  const line = formatText('%J', false);
  assert.throws(() => line(arrival({ text: 'on' })), FormatError);
  assert.throws(() => line(arrival({ text: 'on' })), /home\/lamp is no JSON/);
});

const wrong: [format: string, why: RegExp][] = [
  ['%', /ends within '%'/],
  ['%-5', /ends within '%-5'/],
  ['%y', /unknown sequence %y/],
  ['\\', /ends within/],
  ['\\x', /unknown escape \\x/],
  ['@', /ends within '@'/],
  ['@q', /unknown time @q/],
];
for (const [format, why] of wrong) {
  test(`formatText() refuses ${JSON.stringify(format)}`, () => {
    assert.throws(() => formatText(format, false), UsageError);
    assert.throws(() => formatText(format, false), why);
  });
}
