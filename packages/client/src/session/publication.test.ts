import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Publication, publicationBytes } from './publication.js';

test('publicationBytes() counts topic and payload', () => {
  const publication = { topic: 'abc', payload: new Uint8Array(10) } as unknown as Publication;
  assert.equal(publicationBytes(publication), 13);
});
