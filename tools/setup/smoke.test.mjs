import assert from 'node:assert/strict';
import { test } from 'node:test';

import { parseLogLine, smoke } from './smoke.mjs';

test('npm start gives a broker that passes messages on and ends by SIGTERM', async () => {
  await smoke(process.execPath);
});

const lines = [
  ['{"msg":"listening","port":1883}', { msg: 'listening', port: 1883 }],
  ['> magpie@0.1.0 start', undefined],
  ['null', undefined],
];
for (const [line, expected] of lines) {
  test(`parseLogLine() reads ${line}`, () => assert.deepEqual(parseLogLine(line), expected));
}
