import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RecordingLogger } from '../../observe/recording-logger.testing.js';
import { DiskUse } from './disk-use.js';
import type { EngineEvent } from './engine-events.js';

const SPACE = { fileBytes: 1000, usedBytes: 10 };
const events: readonly (readonly [event: EngineEvent, line: string | undefined])[] = [
  [{ type: 'space', ...SPACE }, undefined],
  [{ type: 'compaction-began', ...SPACE }, 'info compaction of the store begins'],
  [
    { type: 'compaction-ended', beforeBytes: 1000, afterBytes: 20, durationMs: 12.5 },
    'info compaction of the store has ended',
  ],
  [
    { type: 'compaction-postponed', neededBytes: 9, availableBytes: 8 },
    'warn no room on the disk to compact the store: it will be tried again',
  ],
  [
    { type: 'compaction-failed', message: 'the disk is full' },
    'warn compaction of the store failed, it will be tried again: the disk is full',
  ],
  [
    { type: 'went-back' },
    'warn the machine stopped or could not write, and the newest in the store was not on disk: '
      + 'it goes on with what was there at the last sync',
  ],
  [
    { type: 'sync-failed', message: 'EIO' },
    'error the store cannot be synced, it will be tried again: EIO',
  ],
  [{ type: 'sync-recovered' }, 'warn the store can be synced again'],
];

for (const [event, line] of events) {
  test(`DiskUse says ${line === undefined ? 'nothing' : `"${line}"`} of ${event.type}`, () => {
    const log = new RecordingLogger();
    new DiskUse(log).take(event);
    assert.deepEqual(
      log.lines.map(({ level, message }) => `${level} ${message}`),
      line === undefined ? [] : [line],
    );
  });
}

test('DiskUse knows how the store is synced, and whether that fails', () => {
  const disk = new DiskUse(new RecordingLogger(), 'interval');
  assert.deepEqual([disk.sync, disk.syncFailed], ['interval', 0]);
  disk.take({ type: 'sync-failed', message: 'EIO' });
  assert.equal(disk.syncFailed, 1);
  disk.take({ type: 'sync-recovered' });
  assert.equal(disk.syncFailed, 0);
});

test('DiskUse keeps count', () => {
  const disk = new DiskUse(new RecordingLogger());
  for (const [event] of [...events, ...events]) disk.take(event);
  const { fileBytes, usedBytes, compactions, compactionsFailed, compactionMs } = disk;
  assert.deepEqual([fileBytes, usedBytes], [1000, 10]);
  assert.deepEqual([compactions, compactionsFailed, compactionMs], [2, 2, 25]);
});
