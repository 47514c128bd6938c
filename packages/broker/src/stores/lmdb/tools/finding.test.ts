import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findingInWords, recordFinding } from './finding.js';

test('findingInWords() names record, page or file', () => {
  const how = 'it is missing';
  const of = { table: 'wills', key: undefined, page: undefined, how } as const;
  assert.equal(
    findingInWords(recordFinding('messages', Buffer.of(0, 255), how)),
    'Record 00ff of table messages: it is missing',
  );
  assert.equal(findingInWords({ ...of, page: 7 }), 'Page 7 (table wills): it is missing');
  assert.equal(findingInWords({ ...of, page: 7, table: undefined }), 'Page 7: it is missing');
  assert.equal(findingInWords(of), 'data.mdb (table wills): it is missing');
});
