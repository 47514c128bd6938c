import assert from 'node:assert/strict';
import { test } from 'node:test';

import { startBroker } from './smoke.mjs';

test('npm start ends with code 2 and one line for an option it does not know', async () => {
  const broker = startBroker(process.execPath, ['--no-such-option']);
  const [code] = await broker.exited;
  assert.equal(code, 2);
  assert.match(broker.said(), /no-such-option/);
});
