import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RecordingLogger } from '../../observe/recording-logger.testing.js';
import { type AuditEntry, AuditLog } from './audit-log.js';

const entry: AuditEntry = {
  atMs: 1,
  who: 'li',
  role: 'admin',
  via: 'token',
  address: '127.0.0.1',
  action: 'POST /api/v1/banned',
  status: 200,
};

test('AuditLog tells the log of each entry, and lists the newest first', () => {
  const log = new RecordingLogger();
  const audit = new AuditLog(log);
  audit.add(entry);
  audit.add({ ...entry, who: 'bo' });
  assert.deepEqual(
    audit.list().map(({ who }) => who),
    ['bo', 'li'],
  );
  const { atMs: _, ...fields } = entry;
  assert.deepEqual(log.of('admin-change')[0]?.fields, { event: 'admin-change', ...fields });
});

test('AuditLog keeps the last 1000', () => {
  const audit = new AuditLog(new RecordingLogger());
  for (let atMs = 0; atMs < 1001; atMs++) audit.add({ ...entry, atMs });
  assert.equal(audit.list().length, 1000);
  assert.equal(audit.list().at(-1)?.atMs, 1);
});
