import assert from 'node:assert/strict';
import { test } from 'node:test';
import { messageOf } from '../routing/recording-subscriber.testing.js';
import type { StoredMessage, StoredPage } from '../stores/store.js';
import { type PageReader, ReadAhead } from './read-ahead.js';

/** Gives pages by hand, of four messages each: those of the numbers that are there. */
class Reader implements PageReader {
  readonly numbers: Set<number>;
  readonly asked: number[] = [];
  readonly told: string[] = [];
  #waiting: ((act: 'give' | Error) => void)[] = [];

  constructor(first: number, last: number) {
    this.numbers = new Set(Array.from({ length: last - first + 1 }, (_, index) => first + index));
  }

  readPage(from: number): Promise<StoredPage> {
    this.asked.push(from);
    return new Promise((resolve, reject) => {
      this.#waiting.push((act) => {
        if (act !== 'give') return reject(act);
        const found = [...this.numbers].filter((number) => number >= from).slice(0, 4);
        resolve(found.map(storedMessage));
      });
    });
  }

  pageCame(): void {
    this.told.push('came');
  }

  pageFailed(error: unknown): void {
    this.told.push(String(error));
  }

  async answer(act: 'give' | Error = 'give'): Promise<void> {
    this.#waiting.shift()?.(act);
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
  }
}

function storedMessage(sequence: number): StoredMessage {
  const message = messageOf('t', String(sequence));
  return { sequence, qos: 2, retained: true, message };
}

function takeAll(ahead: ReadAhead, first: number, last: number, newest = last): string[] {
  const found: string[] = [];
  for (let sequence = first; sequence <= last; sequence++) {
    const delivery = ahead.take(sequence, newest);
    if (delivery === undefined) return found;
    found.push(Buffer.from(delivery.message.payload).toString());
  }
  return found;
}

test('ReadAhead.take() gives a message once its page came, in the way it goes out', async () => {
  const reader = new Reader(5, 8);
  const ahead = new ReadAhead(reader);
  assert.equal(ahead.take(5, 8), undefined);
  assert.equal(ahead.take(5, 8), undefined); // is being read
  assert.deepEqual([reader.asked, reader.told], [[5], []]);
  await reader.answer();
  assert.deepEqual(reader.told, ['came']);
  const { message, ...rest } = ahead.take(5, 8)!;
  assert.deepEqual(rest, { sequence: 5, qos: 2, retained: true });
  assert.equal(Buffer.from(message.payload).toString(), '5');
  assert.deepEqual(takeAll(ahead, 6, 8), ['6', '7', '8']);
});

test('ReadAhead asks for the next page when half of this one is used up', async () => {
  const reader = new Reader(0, 20);
  const ahead = new ReadAhead(reader);
  ahead.take(0, 20);
  await reader.answer();
  assert.deepEqual(takeAll(ahead, 0, 0, 20), ['0']);
  assert.deepEqual(reader.asked, [0]);
  assert.deepEqual(takeAll(ahead, 1, 2, 20), ['1', '2']);
  assert.deepEqual(reader.asked, [0, 4]);
  await reader.answer();
  assert.deepEqual(takeAll(ahead, 3, 5, 20), ['3', '4', '5']);
  assert.deepEqual(reader.asked, [0, 4, 8]); // never more than one page behind the present one
  assert.deepEqual(takeAll(ahead, 6, 20, 20), ['6', '7']);
  await reader.answer();
  assert.deepEqual(takeAll(ahead, 8, 9, 20), ['8', '9']);
});

test('ReadAhead reads nothing behind the newest message', async () => {
  const reader = new Reader(0, 20);
  const ahead = new ReadAhead(reader);
  ahead.take(0, 3);
  await reader.answer();
  assert.deepEqual(takeAll(ahead, 0, 3, 3), ['0', '1', '2', '3']);
  assert.deepEqual(reader.asked, [0]);
  assert.equal(ahead.take(4, 4), undefined); // it has come since
  assert.deepEqual(reader.asked, [0, 4]);
});

test('ReadAhead passes over what is not asked for any more', async () => {
  const reader = new Reader(0, 20);
  const ahead = new ReadAhead(reader);
  ahead.take(0, 20);
  await reader.answer();
  ahead.take(1, 20); // 0 was dropped
  ahead.take(2, 20);
  await reader.answer();
  assert.deepEqual(takeAll(ahead, 6, 7, 20), ['6', '7']);
  await reader.answer();
  assert.equal(ahead.take(15, 20), undefined);
  assert.equal(reader.asked.at(-1), 15);
  await reader.answer();
  assert.deepEqual(takeAll(ahead, 15, 15, 20), ['15']);
});

test('ReadAhead reads again what a page does not have that was asked for before', async () => {
  const reader = new Reader(0, 3);
  const ahead = new ReadAhead(reader);
  ahead.take(0, 4);
  await reader.answer();
  takeAll(ahead, 0, 3, 4); // asks for 4, which is not there yet
  assert.deepEqual(reader.asked, [0, 4]);
  await reader.answer();
  reader.numbers.add(4);
  assert.equal(ahead.take(4, 4), undefined);
  await reader.answer();
  assert.deepEqual(takeAll(ahead, 4, 4), ['4']);
});

test('ReadAhead says that a message is lost instead of asking for it for ever', async () => {
  const reader = new Reader(0, 9);
  reader.numbers.delete(2);
  const ahead = new ReadAhead(reader);
  ahead.take(0, 9);
  await reader.answer();
  takeAll(ahead, 0, 1, 9);
  assert.equal(ahead.take(2, 9), undefined); // it may come with what is being read
  await reader.answer();
  assert.equal(ahead.take(2, 9), undefined);
  assert.deepEqual(reader.asked, [0, 5, 2]);
  await reader.answer();
  assert.throws(() => ahead.take(2, 9), /The store has lost the message with sequence number 2/);
});

test('ReadAhead tells that a page failed', async () => {
  const reader = new Reader(0, 9);
  new ReadAhead(reader).take(0, 9);
  await reader.answer(new Error('I/O error'));
  assert.deepEqual(reader.told, ['Error: I/O error']);
});

test('ReadAhead tells of a message that its page cannot give, and gives no more', async () => {
  const reader = new Reader(0, 9);
  reader.readPage = () =>
    Promise.resolve(
      Object.assign([0, 1, 2, 3].map(storedMessage), {
        at(index: number): StoredMessage {
          if (index === 1) throw new Error('damaged');
          return storedMessage(index);
        },
      }),
    );
  const ahead = new ReadAhead(reader);
  ahead.take(0, 9);
  await reader.answer();
  assert.deepEqual(takeAll(ahead, 0, 3), ['0']);
  assert.deepEqual(reader.told, ['came', 'Error: damaged']);
  assert.equal(ahead.take(1, 9), undefined);
  assert.equal(reader.told.length, 2);
});

test('ReadAhead tells of what is thrown when a page came', async () => {
  const reader = new Reader(0, 9);
  reader.pageCame = () => {
    throw new Error('a bug');
  };
  new ReadAhead(reader).take(0, 9);
  await reader.answer();
  assert.deepEqual(reader.told, ['Error: a bug']);
});

for (const act of ['give', new Error('I/O error')] as const) {
  test(`ReadAhead that has ended tells nothing of what comes: ${String(act)}`, async () => {
    const reader = new Reader(0, 9);
    const ahead = new ReadAhead(reader);
    ahead.take(0, 9);
    ahead.end();
    await reader.answer(act);
    assert.deepEqual(reader.told, []);
  });
}
