import assert from 'node:assert/strict';
import { test } from 'node:test';

import { describeMachine } from './machine.js';

test('describeMachine() names CPU, memory, kernel and runtime', () => {
  const [machine, runtime] = describeMachine();
  assert.match(machine ?? '', /^\d+ × .+ \(.+\), \d+ GiB, Linux /);
  assert.ok(runtime?.startsWith(`Node.js ${process.version}, `));
});
