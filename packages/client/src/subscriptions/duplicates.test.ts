import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Receipt } from '../session/receipt.js';
import { type DuplicateFilter, Duplicates } from './duplicates.js';

const receipt = { topic: 't', payload: new Uint8Array(0) } as Receipt;

function asked(answer: boolean): { filter: DuplicateFilter; calls: string[] } {
  const calls: string[] = [];
  const filter: DuplicateFilter = {
    isDuplicate: ({ topic }, nowMs) => {
      calls.push(`isDuplicate ${topic} ${nowMs}`);
      return answer;
    },
    settle: ({ topic }, nowMs) => void calls.push(`settle ${topic} ${nowMs}`),
    sessionLost: () => void calls.push('sessionLost'),
  };
  return { filter, calls };
}

test('Duplicates asks its filter, with the time', () => {
  const { filter, calls } = asked(true);
  const duplicates = new Duplicates(filter, () => 5);
  assert.equal(duplicates.isDuplicate(receipt), true);
  duplicates.settle(receipt);
  duplicates.sessionLost();
  assert.deepEqual(calls, ['isDuplicate t 5', 'settle t 5', 'sessionLost']);
});

test('Duplicates counts what it drops', () => {
  for (const [filter, dropped] of [
    [asked(true).filter, 2],
    [asked(false).filter, 0],
    [undefined, 0],
  ] as const) {
    const duplicates = new Duplicates(filter, () => 0);
    duplicates.isDuplicate(receipt);
    duplicates.isDuplicate(receipt);
    assert.equal(duplicates.dropped, dropped);
  }
});

test('Duplicates without a filter takes everything for new', () => {
  const duplicates = new Duplicates(undefined, () => 0);
  duplicates.settle(receipt);
  duplicates.sessionLost();
  assert.equal(duplicates.isDuplicate(receipt), false);
});
