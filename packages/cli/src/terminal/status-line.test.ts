import assert from 'node:assert/strict';
import { test } from 'node:test';
import { StatusLine } from './status-line.js';

test('StatusLine writes over itself, fits, and goes away', async () => {
  let printed = '';
  const print = async (text: string) => void (printed += text);
  const line = new StatusLine({ print, screen: () => ({ columns: 8, rows: 2 }) });
  await line.clear();
  await line.show('short');
  await line.show('far too long');
  await line.clear();
  await line.clear();
  assert.equal(printed, '\rshort\x1b[K\rfar to…\x1b[K\r\x1b[K');
});

test('StatusLine says nothing where there is no terminal', async () => {
  let printed = '';
  const print = async (text: string) => void (printed += text);
  const line = new StatusLine({ print, screen: () => undefined });
  await line.show('x');
  await line.clear();
  assert.equal(printed, '');
});
