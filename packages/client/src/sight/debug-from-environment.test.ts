import assert from 'node:assert/strict';
import { test } from 'node:test';
import { debugFromEnvironment } from './debug-from-environment.js';

for (const value of [undefined, '', '0']) {
  test(`debugFromEnvironment() is silent with MAGPIE_DEBUG=${value}`, () => {
    assert.equal(
      debugFromEnvironment({ MAGPIE_DEBUG: value }, () => {}),
      undefined,
    );
  });
}

test('debugFromEnvironment() writes lines with MAGPIE_DEBUG=1', () => {
  const written: string[] = [];
  const debug = debugFromEnvironment({ MAGPIE_DEBUG: '1' }, (text) => void written.push(text));
  debug?.('state {"type":"idle"}');
  assert.deepEqual(written, ['magpie client: state {"type":"idle"}\n']);
});
