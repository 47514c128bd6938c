import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Message } from '../../model/message.js';
import { FetchedPage } from './fetched-page.js';
import { RecordReader } from './record-reader.js';
import { writeMessage } from './records.js';
import { SessionProgress } from './session-progress.js';
import { WriteBatch } from './write-batch.js';

/** A page of three: two records, and between them a message that was in memory. */
function pageOfThree(): FetchedPage {
  const out = new WriteBatch();
  writeMessage(out, messageOf('first'), []);
  const middle = out.bytesUsed;
  writeMessage(out, messageOf('third'), []);
  const { bytes, end } = out.take();
  const page = new FetchedPage(bytes, new RecordReader());
  page.addRecord(10, referenceOf(1, false), 0, middle);
  page.addMessage(20, referenceOf(2, true), messageOf('second'));
  page.addRecord(30, referenceOf(2, false), middle, end);
  return page;
}

function messageOf(text: string): Message {
  return Message.of({ topic: 't', payload: Buffer.from(text), qos: 2, retain: true });
}

function referenceOf(qos: 1 | 2, retained: boolean): number {
  const session = new SessionProgress(1);
  session.add(0, 5, qos, retained);
  return session.from(0, 1).references[0]!;
}

function shown(page: FetchedPage, index: number): string | undefined {
  const found = page.at(index);
  if (found === undefined) return undefined;
  const { sequence, qos, retained, message } = found;
  const payload = Buffer.from(message.payload).toString();
  return `${sequence} @ ${qos} ${retained} ${message.topic}=${payload}`;
}

const FIRST = '10 @ 1 false t=first';
const SECOND = '20 @ 2 true t=second';
const THIRD = '30 @ 2 false t=third';

for (const [index, expected] of [
  [0, FIRST],
  [1, SECOND],
  [2, THIRD],
  [3, undefined],
  [-1, THIRD],
  [-3, FIRST],
  [-4, undefined],
] as const) {
  test(`FetchedPage.at(${index}) gives ${expected}`, () => {
    assert.equal(shown(pageOfThree(), index), expected);
  });
}

test('FetchedPage gives its messages again and again, and all in order', () => {
  const page = pageOfThree();
  assert.equal(page.length, 3);
  assert.deepEqual([shown(page, 2), shown(page, 0), shown(page, 2)], [THIRD, FIRST, THIRD]);
  assert.deepEqual(
    Array.from(page, ({ sequence }) => sequence),
    [10, 20, 30],
  );
});

test('FetchedPage names a record that holds no message when it is asked for that', () => {
  const page = new FetchedPage(Uint8Array.of(0xff), new RecordReader());
  page.addMessage(1, referenceOf(1, false), messageOf('whole'));
  page.addRecord(2, referenceOf(1, false), 0, 1);
  assert.equal(page.at(0)?.sequence, 1);
  const damaged = /^The record 0000000000000005 of table messages is damaged: its flags are 255$/;
  assert.throws(() => page.at(1), { message: damaged });
});
