import assert from 'node:assert/strict';
import { test } from 'node:test';
import { diskFailure } from './disk-failure.js';

test('diskFailure() says what is full, and else the code', () => {
  assert.equal(diskFailure('ENOSPC'), 'the disk is full (ENOSPC)');
  assert.equal(diskFailure('EIO'), 'it cannot be written (EIO)');
});
