import assert from 'node:assert/strict';
import { test } from 'node:test';
import { html } from './markup.js';

test('html escapes what is put into it, and leaves markup as it is', () => {
  const list = ['<b>', 1].map((one) => html`<li>${one}</li>`);
  assert.equal(
    html`<ul title="${'"&\''}">${list}</ul>`.text,
    '<ul title="&#34;&#38;&#39;"><li>&#60;b&#62;</li><li>1</li></ul>',
  );
});

test('html shows control characters instead of passing them on', () => {
  assert.equal(html`${'a\u0000\u202eb'}`.text, String.raw`a\u0000\u202eb`);
});
