import assert from 'node:assert/strict';
import { test } from 'node:test';
import { varintSize } from './bytes/varint.js';
import { FIXED_HEADER_BYTES_MAX, PACKET_BYTES_MAX, REMAINING_LENGTH_MAX } from './limits.js';

test('PACKET_BYTES_MAX is what the largest Remaining Length makes with its header', () => {
  assert.equal(FIXED_HEADER_BYTES_MAX, 1 + varintSize(REMAINING_LENGTH_MAX));
  assert.equal(PACKET_BYTES_MAX, 268_435_460);
});
