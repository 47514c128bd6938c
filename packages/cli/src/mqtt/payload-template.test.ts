import assert from 'node:assert/strict';
import { test } from 'node:test';
import { payloadTemplate } from './payload-template.js';

for (const [text, n, wanted] of [
  ['plain { } % text', 1, /^plain \{ \} % text$/],
  ['{"n":%{n}}', 7, /^\{"n":7\}$/],
  ['%{n:100}', 3, /^102$/],
  ['%{n:-1.5}', 2, /^-0\.5$/],
  ['%%{n} %%', 1, /^%\{n\} %$/],
  ['%{s} %{ms}', 1, /^\d{10} \d{13}$/],
  ['%{iso}', 1, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/],
  ['%{uuid}', 1, /^[0-9a-f]{8}-[0-9a-f-]{27}$/],
  ['%{random:5:5}', 1, /^5$/],
] as const) {
  test(`payloadTemplate() of '${text}' makes message ${n}`, () => {
    assert.match(payloadTemplate(text)(n), wanted);
  });
}

test('payloadTemplate(): %{random:…} stays within its bounds, and reaches them', () => {
  const text = payloadTemplate('%{random:-0.2:0.25}');
  const drawn = Array.from({ length: 5000 }, (_, n) => text(n));
  for (const one of drawn) {
    assert.match(one, /^-?0\.\d\d$/);
    assert.ok(Number(one) >= -0.2 && Number(one) <= 0.25, one);
  }
  assert.ok(drawn.includes('-0.20') && drawn.includes('0.25'));
});

for (const [text, message] of [
  ['%{x}', /^The template has an unknown placeholder %\{x\}: known are %\{n\}, /],
  ['%{n', /unknown placeholder %\{n: known/],
  ['%{constructor}', /unknown placeholder/],
  ['%{s:1}', /unknown placeholder/],
  ['%{random:1}', /unknown placeholder/],
  ['%{random:1:x}', /^%\{random:1:x\}: 'x' is no number$/],
  ['%{random:2:1}', /must not be above/],
] as const) {
  test(`payloadTemplate() refuses '${text}'`, () => {
    assert.throws(() => payloadTemplate(text), { name: 'UsageError', message });
  });
}
