/** The contract of Outbox. Each implementation calls this once; a new rule is added here only. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Outbox, OutboxState, StoredPublication } from './outbox.js';

export interface OutboxCase {
  open(): Promise<Outbox>;
  /**
   * Closes it and opens what is left; `undefined` for one that forgets, which is asked itself.
   */
  reopen: ((outbox: Outbox) => Promise<Outbox>) | undefined;
}

function publication(sequence: number, payload = `m${sequence}`): StoredPublication {
  const bytes = new TextEncoder().encode(payload);
  return { sequence, topic: 't', payload: bytes, qos: 2, retain: false, released: false };
}

function wordsOf({ publications, received }: OutboxState): string[] {
  const words = publications.map(({ sequence, topic, payload, qos, retain, released }) => {
    const text = new TextDecoder().decode(payload);
    const flags = `${retain ? ' retain' : ''}${released ? ' released' : ''}`;
    return `${sequence} ${topic}=${text} @ ${qos}${flags}`;
  });
  return [...words, ...received.map((packetId) => `received ${packetId}`)];
}

type Act = (outbox: Outbox) => void;

const rules: readonly (readonly [rule: string, act: Act, expected: readonly string[]])[] = [
  ['starts empty', () => {}, []],
  [
    'gives publications in order of sequence',
    (outbox) => [2, 10, 1].forEach((sequence) => outbox.put(publication(sequence))),
    ['1 t=m1 @ 2', '2 t=m2 @ 2', '10 t=m10 @ 2'],
  ],
  [
    'keeps every field, and any bytes',
    (outbox) => outbox.put({ ...publication(0, '\0喜'), topic: 'a/é', qos: 1, retain: true }),
    ['0 a/é=\0喜 @ 1 retain'],
  ],
  [
    'forgets the payload of what was released',
    (outbox) => {
      outbox.put(publication(1));
      outbox.release(1);
    },
    ['1 t= @ 2 released'],
  ],
  [
    'forgets what was removed',
    (outbox) => {
      outbox.put(publication(1));
      outbox.put(publication(2));
      outbox.remove(1);
    },
    ['2 t=m2 @ 2'],
  ],
  [
    'remembers received identifiers',
    (outbox) => {
      outbox.addReceived(7);
      outbox.addReceived(9);
      outbox.addReceived(7);
      outbox.deleteReceived(9);
    },
    ['received 7'],
  ],
  [
    'ignores what it does not find',
    (outbox) => {
      outbox.release(1);
      outbox.remove(1);
      outbox.deleteReceived(1);
    },
    [],
  ],
];

/** @param name Of the implementation. */
export function testOutbox(name: string, { open, reopen }: OutboxCase): void {
  for (const [rule, act, expected] of rules) {
    test(`${name} ${rule}`, async () => {
      let outbox = await open();
      assert.deepEqual(await outbox.load(), { publications: [], received: [] });
      act(outbox);
      await outbox.flush();
      if (reopen !== undefined) outbox = await reopen(outbox);
      assert.deepEqual(wordsOf(await outbox.load()), expected);
      await outbox[Symbol.asyncDispose]();
    });
  }
}
