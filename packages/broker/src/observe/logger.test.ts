import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Logger, silentLogger } from './logger.js';

test('silentLogger takes every level and says nothing', (t) => {
  const write = t.mock.method(process.stdout, 'write');
  const levels: readonly (keyof Logger)[] = ['debug', 'info', 'warn', 'error'];
  for (const level of levels) {
    const say = silentLogger[level] as (fields: object, message: string) => void;
    say({ event: 'e' }, 'message');
  }
  const lines = write.mock.calls.filter(({ arguments: [text] }) =>
    String(text).includes('message'),
  );
  assert.equal(lines.length, 0);
});
