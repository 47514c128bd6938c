import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CommitPatience, MANY } from './commit-patience.js';

/** How long it waits, in milliseconds, when nothing happens any more. */
function waitsMs(patience: CommitPatience, messages: number, saved = false): number {
  const stepMs = 1 / 16;
  let nowMs = 100;
  while (patience.waits(messages, 0, nowMs)) nowMs += stepMs;
  patience.ended(saved);
  return nowMs - 100;
}

/** The same while something is acknowledged in each turn. */
function waitsLongestMs(patience: CommitPatience, messages: number): number {
  let nowMs = 100;
  while (patience.waits(messages, 1, nowMs)) nowMs += 1 / 16;
  patience.ended(false);
  return nowMs - 100;
}

test('CommitPatience waits a moment for acknowledgements, longer for many messages', () => {
  const few = waitsMs(new CommitPatience(), 1);
  const many = waitsMs(new CommitPatience(), 10_000);
  assert.ok(few > 0.3 && few < 0.6, String(few));
  assert.ok(many > 2 && many < 5, String(many));
});

test('CommitPatience waits while acknowledgements come, but not for ever', () => {
  const few = waitsLongestMs(new CommitPatience(), 1);
  const many = waitsLongestMs(new CommitPatience(), 10_000);
  assert.ok(few > 1 && few < 3, String(few));
  assert.ok(many > 30 && many < 50, String(many));
});

test('CommitPatience begins anew with each turn in which messages come', () => {
  const patience = new CommitPatience();
  for (let turn = 1; turn <= 4; turn++) assert.equal(patience.waits(turn, 0, turn / 4), true);
  assert.equal(patience.waits(4, 0, 1.25), true);
  assert.equal(patience.waits(4, 0, 1.5), false);
});

test('CommitPatience waits a limited number of turns where the clock stands still', () => {
  const patience = new CommitPatience();
  let turns = 0;
  while (patience.waits(MANY, 0, 0)) turns++;
  assert.ok(turns > 100 && turns <= 1000, String(turns));
});

test('CommitPatience does not wait for few messages where that saved no commit lately', () => {
  const patience = new CommitPatience();
  let tries = 0;
  while (waitsMs(patience, 1) > 0) tries++;
  assert.ok(tries > 1 && tries < 16, String(tries));
  let untried = 1;
  while (waitsMs(patience, 1) === 0) untried++;
  assert.ok(untried > 30 && untried < 100, String(untried));
  assert.equal(waitsMs(patience, 1), 0);
  assert.ok(waitsMs(patience, MANY) > 0);
});

test('CommitPatience waits again when a try has saved the commit', () => {
  const patience = new CommitPatience();
  while (waitsMs(patience, 1) > 0);
  let saved = 0;
  for (let commit = 0; saved < 8; commit++) {
    assert.ok(commit < 1000);
    if (waitsMs(patience, 1, true) > 0) saved++;
  }
  for (let commit = 0; commit < 8; commit++) assert.ok(waitsMs(patience, 1, true) > 0);
});
