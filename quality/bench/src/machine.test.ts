import assert from 'node:assert/strict';
import { test } from 'node:test';

import { describeMachine } from './machine.js';

test('describeMachine() names CPU, memory, kernel, runtime and load', () => {
  const [machine, runtime, load] = describeMachine();
  assert.match(machine ?? '', /^\d+ × .+ \(.+\), \d+ GiB, Linux /);
  assert.ok(runtime?.startsWith(`Node.js ${process.version}, `));
  assert.match(load ?? '', /: \d+\.\d\d$/);
});
