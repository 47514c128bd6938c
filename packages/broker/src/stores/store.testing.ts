/**
 * The contract of {@link Store}: each rule of its comments is a row.
 *
 * A store proves itself by calling {@link testStore} in a test file of its own.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { QoS } from '@magpie/protocol';
import { Message } from '../model/message.js';
import { MemoryStore } from './memory-store.js';
import type {
  Recipient,
  Store,
  StoredDelivery,
  StoredMessage,
  StoredPage,
  StoredReplay,
  StoredState,
  StoredWill,
} from './store.js';

/** A store that can be opened again, with nothing in it. */
export interface StoreCase {
  readonly store: Store;
  /** Opens again what {@link store} has kept; it has been closed before. */
  reopen(): Promise<Store>;
}

type Rule = readonly [
  rule: string,
  act: (store: Store) => void | Promise<void>,
  expected: Expected,
];

/** What `load` shall give. A session that stands here has nothing but what is told of it. */
interface Expected {
  readonly sessions?: Readonly<Record<string, ExpectedSession>>;
  /** `topic=payload @ QoS, change`, sorted. */
  readonly retained?: readonly string[];
  /** In order of number: `number client (user) topic=payload @ QoS`. */
  readonly wills?: readonly string[];
  readonly time?: string;
}

interface ExpectedSession {
  /** The user; '' if nobody was vouched for. Left out: it is not known. */
  readonly owner?: string;
  readonly left?: number;
  readonly next?: number;
  /** `filter @ QoS`, sorted. */
  readonly subscriptions?: readonly string[];
  /** From the lowest to the highest. */
  readonly received?: readonly number[];
  /** In their order: `sequence @ QoS topic=payload`, `… retained`, or `sequence @ QoS released`. */
  readonly deliveries?: readonly string[];
  /** In their order: `filter @ QoS, after and as of, next and end of sequence`. */
  readonly replays?: readonly string[];
}

/** Longer than the keys of many databases, and the same at the beginning. */
const LONG = 'long/'.repeat(1000);
const ADDRESS = '2001:db8::7';

const SESSIONS: readonly Rule[] = [
  ['starts empty', () => {}, {}],
  ['opens a session without anything in it', (s) => s.openSession('a'), { sessions: { a: {} } }],
  [
    'replaces a session that is opened again',
    (s) => {
      s.openSession('a');
      s.putSubscription('a', 't', 1);
      s.addReceived('a', 5);
      s.append(message('t', '1'), [to('a', 0)]);
      s.openSession('a');
    },
    { sessions: { a: {} } },
  ],
  [
    'removes a session with all that is in it, and no other',
    (s) => {
      for (const id of ['a', 'b']) s.openSession(id);
      for (const id of ['a', 'b']) {
        s.putSubscription(id, 't', 1);
        s.addReceived(id, 5);
      }
      s.append(message('t', '1'), [to('a', 0), to('b', 0)]);
      s.removeSession('a');
    },
    {
      sessions: {
        b: { next: 1, subscriptions: ['t @ 1'], received: [5], deliveries: ['0 @ 1 t=1'] },
      },
    },
  ],
  [
    'ignores the removal of a session that is not there',
    (s) => {
      s.openSession('a');
      s.removeSession('b');
      s.removeSession('b');
    },
    { sessions: { a: {} } },
  ],
  [
    'finds nothing of a removed session in one that is opened later',
    (s) => {
      s.openSession('a');
      s.append(message('t', 'old'), [to('a', 0), to('a', 1)]);
      s.removeSession('a');
      s.openSession('a');
      s.append(message('t', 'new'), [to('a', 0)]);
    },
    { sessions: { a: { next: 1, deliveries: ['0 @ 1 t=new'] } } },
  ],
  [
    'keeps whose a session is',
    (s) => {
      s.openSession('known', { username: 'ann' });
      s.openSession('nameless', { username: undefined });
      s.openSession('older');
      s.openSession('claimed');
      s.putOwner('claimed', { username: 'é🐦' });
      s.openSession('taken', { username: undefined });
      s.putOwner('taken', { username: 'bob' });
      s.putSubscription('taken', 't', 1);
      s.openSession('again', { username: 'ann' });
      s.openSession('again', { username: 'bob' });
      s.putOwner('nobody', { username: 'ann' });
    },
    {
      sessions: {
        known: { owner: 'ann' },
        nameless: { owner: '' },
        older: {},
        claimed: { owner: 'é🐦' },
        taken: { owner: 'bob', subscriptions: ['t @ 1'] },
        again: { owner: 'bob' },
      },
    },
  ],
  [
    'keeps when a client left, until it is back',
    (s) => {
      for (const id of ['a', 'b', 'c', 'd']) s.openSession(id);
      s.putLeft('a', 0);
      for (const leftAtMs of [1, undefined, 2 ** 45]) s.putLeft('b', leftAtMs);
      for (const leftAtMs of [5, undefined, undefined]) s.putLeft('c', leftAtMs);
      s.putLeft('d', 7);
      s.openSession('d');
    },
    { sessions: { a: { left: 0 }, b: { left: 2 ** 45 }, c: {}, d: {} } },
  ],
  [
    'tells client identifiers apart',
    (s) => {
      for (const id of ['', 'a', 'A', 'a/b', 'é', '🐦', `${LONG}1`, `${LONG}2`]) {
        s.openSession(id);
        s.putSubscription(id, `filter of ${id.length}`, 1);
      }
    },
    {
      sessions: {
        '': { subscriptions: ['filter of 0 @ 1'] },
        a: { subscriptions: ['filter of 1 @ 1'] },
        A: { subscriptions: ['filter of 1 @ 1'] },
        'a/b': { subscriptions: ['filter of 3 @ 1'] },
        é: { subscriptions: ['filter of 1 @ 1'] },
        '🐦': { subscriptions: ['filter of 2 @ 1'] },
        [`${LONG}1`]: { subscriptions: ['filter of 5001 @ 1'] },
        [`${LONG}2`]: { subscriptions: ['filter of 5001 @ 1'] },
      },
    },
  ],
];

const SUBSCRIPTIONS: readonly Rule[] = [
  [
    'keeps subscriptions and replaces their QoS',
    (s) => {
      s.openSession('a');
      s.putSubscription('a', 'x/+', 0);
      s.putSubscription('a', '$share/g/x/#', 2);
      s.putSubscription('a', 'x/+', 1);
    },
    { sessions: { a: { subscriptions: ['$share/g/x/# @ 2', 'x/+ @ 1'] } } },
  ],
  [
    'deletes a subscription; one that is not there is ignored',
    (s) => {
      s.openSession('a');
      for (const filter of ['x', 'y', 'z']) s.putSubscription('a', filter, 1);
      s.deleteSubscription('a', 'y');
      s.deleteSubscription('a', 'y');
      s.deleteSubscription('a', 'xyz');
    },
    { sessions: { a: { subscriptions: ['x @ 1', 'z @ 1'] } } },
  ],
  [
    'tells filters apart, however long',
    (s) => {
      s.openSession('a');
      for (const end of ['1', '2', '3']) s.putSubscription('a', `${LONG}${end}`, 1);
      s.deleteSubscription('a', `${LONG}2`);
    },
    { sessions: { a: { subscriptions: [`${LONG}1 @ 1`, `${LONG}3 @ 1`] } } },
  ],
];

const DELIVERIES: readonly Rule[] = [
  [
    'keeps a message for each of its recipients, in the way it goes to each',
    (s) => {
      for (const id of ['a', 'b', 'c']) s.openSession(id);
      s.append(message('t', 'm'), [
        to('a', 0, 1),
        to('b', 7, 2),
        { clientId: 'c', sequence: 3, qos: 2, retained: true },
      ]);
    },
    {
      sessions: {
        a: { next: 1, deliveries: ['0 @ 1 t=m'] },
        b: { next: 8, deliveries: ['7 @ 2 t=m'] },
        c: { next: 4, deliveries: ['3 @ 2 t=m retained'] },
      },
    },
  ],
  [
    'gives deliveries in order of sequence, however they were appended',
    (s) => {
      s.openSession('a');
      for (const sequence of [4, 10, 2, 300, 1, 65_540]) {
        s.append(message('t', `m${sequence}`), [to('a', sequence)]);
      }
    },
    {
      sessions: {
        a: {
          next: 65_541,
          deliveries: [1, 2, 4, 10, 300, 65_540].map((number) => `${number} @ 1 t=m${number}`),
        },
      },
    },
  ],
  [
    'ignores recipients that are not there, and keeps the message for the others',
    (s) => {
      s.openSession('a');
      s.append(message('t', '1'), [to('gone', 0), to('a', 0)]);
      s.append(message('t', '2'), [to('gone', 1)]);
    },
    { sessions: { a: { next: 1, deliveries: ['0 @ 1 t=1'] } } },
  ],
  [
    'settles a delivery of one session and leaves those of others',
    (s) => {
      for (const id of ['a', 'b']) s.openSession(id);
      s.append(message('t', '1'), [to('a', 0), to('b', 0)]);
      s.append(message('t', '2'), [to('a', 1), to('b', 1)]);
      s.settle('a', 0);
      s.settle('b', 1);
    },
    {
      sessions: {
        a: { next: 2, deliveries: ['1 @ 1 t=2'] },
        b: { next: 2, deliveries: ['0 @ 1 t=1'] },
      },
    },
  ],
  [
    'settles in any order; what is not there is ignored',
    async (s) => {
      s.openSession('a');
      for (let sequence = 0; sequence < 6; sequence++) {
        s.append(message('t', String(sequence)), [to('a', sequence)]);
      }
      await s.commit();
      for (const sequence of [3, 1, 3, 5, 99]) s.settle('a', sequence);
    },
    {
      sessions: { a: { next: 6, deliveries: ['0 @ 1 t=0', '2 @ 1 t=2', '4 @ 1 t=4'] } },
    },
  ],
  [
    'keeps of a released delivery that its PUBREL is due, until it is settled',
    (s) => {
      for (const id of ['a', 'b']) s.openSession(id);
      for (const sequence of [0, 1, 2]) {
        s.append(message('t', String(sequence)), [to('a', sequence, 2), to('b', sequence, 2)]);
      }
      s.release('a', 1);
      s.release('a', 1);
      s.release('a', 2);
      s.settle('a', 2);
      s.release('a', 2);
      s.release('a', 99);
    },
    {
      sessions: {
        a: { next: 3, deliveries: ['0 @ 2 t=0', '1 @ 2 released'] },
        b: { next: 3, deliveries: ['0 @ 2 t=0', '1 @ 2 t=1', '2 @ 2 t=2'] },
      },
    },
  ],
  [
    'gives a next sequence number above those of all messages that a commit has held',
    async (s) => {
      for (const id of ['a', 'b']) s.openSession(id);
      s.append(message('t', '1'), [to('a', 9), to('b', 2 ** 40)]);
      s.append(message('t', '2'), [to('a', 4)]);
      await s.commit();
      for (const sequence of [9, 4]) s.settle('a', sequence);
      s.settle('b', 2 ** 40);
    },
    { sessions: { a: { next: 10 }, b: { next: 2 ** 40 + 1 } } },
  ],
  [
    'keeps payloads of any size and bytes',
    (s) => {
      s.openSession('a');
      s.append(message('empty', ''), [to('a', 0)]);
      s.append(message('zero', '\0\0'), [to('a', 1)]);
      s.append(message('é/🐦', 'é🐦'), [to('a', 2)]);
      s.append(message(`${LONG}x`, 'x'.repeat(100_000)), [to('a', 3)]);
    },
    {
      sessions: {
        a: {
          next: 4,
          deliveries: [
            '0 @ 1 empty=',
            '1 @ 1 zero=\0\0',
            '2 @ 1 é/🐦=é🐦',
            `3 @ 1 ${LONG}x=${'x'.repeat(100_000)}`,
          ],
        },
      },
    },
  ],
];

const RECEIVED: readonly Rule[] = [
  [
    'keeps received identifiers until they are deleted',
    (s) => {
      for (const id of ['a', 'b']) s.openSession(id);
      for (const packetId of [1, 65_535, 7, 7]) s.addReceived('a', packetId);
      s.addReceived('b', 7);
      s.deleteReceived('a', 7);
      s.deleteReceived('a', 7);
      s.deleteReceived('b', 1);
    },
    { sessions: { a: { received: [1, 65_535] }, b: { received: [7] } } },
  ],
  [
    'makes no session of writes to one that is not there',
    (s) => {
      s.putSubscription('a', 't', 1);
      s.deleteSubscription('a', 't');
      s.append(message('t', '1'), [to('a', 0)]);
      s.release('a', 0);
      s.settle('a', 0);
      s.addReceived('a', 1);
      s.deleteReceived('a', 1);
    },
    {},
  ],
];

const RETAINED: readonly Rule[] = [
  [
    'keeps the last retained message of each topic',
    (s) => {
      s.putRetained(message('a', '1', 1), 1);
      s.putRetained(message('b', '2', 0), 2);
      s.putRetained(message('a', '3', 2), 3);
      s.putRetained(message('', ''), 2 ** 50);
      s.putRetained(message('c', '1'), 300);
    },
    {
      retained: ['= @ 1, 1125899906842624', 'a=3 @ 2, 3', 'b=2 @ 0, 2', 'c=1 @ 1, 300'],
    },
  ],
  [
    'deletes retained messages; one that is not there is ignored',
    (s) => {
      for (const topic of ['a', 'a/b', 'c']) s.putRetained(message(topic, '1'), 1);
      s.deleteRetained('a');
      s.deleteRetained('a');
      s.deleteRetained('a/');
      s.deleteRetained('c');
      s.putRetained(message('c', 'again'), 2);
    },
    { retained: ['a/b=1 @ 1, 1', 'c=again @ 1, 2'] },
  ],
  [
    'tells topics apart, however long',
    (s) => {
      for (const end of ['1', '2', '3']) s.putRetained(message(`${LONG}${end}`, end), 1);
      s.deleteRetained(`${LONG}1`);
      s.putRetained(message(`${LONG}3`, 'new'), 2);
    },
    { retained: [`${LONG}2=2 @ 1, 1`, `${LONG}3=new @ 1, 2`] },
  ],
  [
    'keeps retained messages apart from deliveries',
    (s) => {
      s.openSession('a');
      const retained = message('t', 'm');
      s.putRetained(retained, 1);
      s.append(retained, [to('a', 0)]);
      s.settle('a', 0);
      s.removeSession('a');
    },
    { retained: ['t=m @ 1, 1'] },
  ],
];

const REPLAYS: readonly Rule[] = [
  [
    'keeps the last state of each replay, in order of sequence',
    (s) => {
      for (const id of ['a', 'b']) s.openSession(id);
      s.putReplay('a', replay('later/#', 300, 2 ** 40));
      s.putReplay('a', replay('#', 5, 9));
      s.putReplay('b', { ...replay('b/+', 0, 4), qos: 2, after: 7 });
      s.putReplay('a', { ...replay('#', 8, 9), after: 2 ** 40, asOf: 2 ** 41 });
      s.append(message('t', 'm'), [to('b', 4)]);
    },
    {
      sessions: {
        a: {
          replays: [
            '# @ 1, 1099511627776-2199023255552, 8-9',
            'later/# @ 1, 0-100, 300-1099511627776',
          ],
        },
        b: { next: 5, deliveries: ['4 @ 1 t=m'], replays: ['b/+ @ 2, 7-100, 0-4'] },
      },
    },
  ],
  [
    'deletes replays; one that is not there is ignored, and a session takes its own along',
    (s) => {
      for (const id of ['a', 'b', 'c']) s.openSession(id);
      for (const id of ['a', 'b', 'c', 'gone']) {
        for (const end of [4, 8]) s.putReplay(id, replay('#', end - 1, end));
      }
      for (const end of [4, 4, 5]) s.deleteReplay('a', end);
      s.deleteReplay('gone', 4);
      s.removeSession('b');
      s.openSession('c');
    },
    { sessions: { a: { replays: ['# @ 1, 0-100, 7-8'] }, c: {} } },
  ],
];

const WILLS: readonly Rule[] = [
  [
    'keeps wills in order of number, and who their clients are, whatever their sessions',
    (s) => {
      s.openSession('a');
      s.putWill(willOf(2 ** 40, 'a', message('é/🐦', 'new', 2)));
      s.putWill(willOf(300, 'a', message('t', 'old')));
      s.putWill(willOf(1, 'b', message('t', '', 0), 'ursula'));
      s.putWill(willOf(2, LONG, message(LONG, 'x'), ''));
      s.removeSession('a');
    },
    {
      wills: [
        '1 b (ursula) t= @ 0',
        `2 ${LONG} () ${LONG}=x @ 1`,
        '300 a t=old @ 1',
        '1099511627776 a é/🐦=new @ 2',
      ],
    },
  ],
  [
    'deletes wills; one that is not there is ignored',
    (s) => {
      for (const number of [1, 2, 3]) s.putWill(willOf(number, 'a', message('t', 'm')));
      for (const number of [1, 1, 3, 4]) s.deleteWill(number);
      s.putWill(willOf(3, 'a', message('t', 'again')));
    },
    { wills: ['2 a t=m @ 1', '3 a t=again @ 1'] },
  ],
];

const TIME: readonly Rule[] = [
  [
    'keeps the last time',
    (s) => {
      for (const brokerMs of [9, 0, 2 ** 45]) s.putTime({ brokerMs, wallMs: brokerMs + 1 });
    },
    { time: '35184372088832 35184372088833' },
  ],
];

type PageRule = readonly [
  rule: string,
  act: (store: Store) => void,
  from: number,
  messagesMax: number,
  bytesMax: number,
  expected: readonly string[],
];

/** Ten messages of 10 bytes each for a: `0 @ 1 t=payload 0`, … */
function tenForA(store: Store): void {
  store.openSession('a');
  for (let sequence = 0; sequence < 10; sequence++) {
    store.append(message('t', `payload ${sequence}`), [to('a', sequence)]);
  }
}

function tens(...sequences: number[]): string[] {
  return sequences.map((sequence) => `${sequence} @ 1 t=payload ${sequence}`);
}

/** What `read` gives of session a. */
const PAGES: readonly PageRule[] = [
  ['gives nothing of a session that is not there', () => {}, 0, 10, 1000, []],
  ['gives nothing where nothing is', (s) => s.openSession('a'), 0, 10, 1000, []],
  ['begins at the number that is asked for', tenForA, 7, 10, 1000, tens(7, 8, 9)],
  ['gives nothing behind the last', tenForA, 10, 10, 1000, []],
  ['gives at most so many messages', tenForA, 2, 3, 1000, tens(2, 3, 4)],
  ['gives at most so many bytes', tenForA, 2, 10, 39, tens(2, 3, 4)],
  ['gives exactly so many bytes', tenForA, 2, 10, 40, tens(2, 3, 4, 5)],
  ['gives one message, however large', tenForA, 2, 10, 1, tens(2)],
  [
    'gives messages in the way they go to this session, and only to this one',
    (s) => {
      for (const id of ['a', 'b']) s.openSession(id);
      s.append(message('t', '1', 2), [to('b', 0), to('a', 3, 2)]);
      s.append(message('t', '2'), [to('b', 1)]);
      const retained = { clientId: 'a', sequence: 9, qos: 2, retained: true } as const;
      s.append(message('t', '3'), [retained, to('b', 9)]);
      s.append(message('', ''), [to('a', 11)]);
      s.append(message('é/🐦', '\0é🐦'), [to('a', 2 ** 40), to('gone', 1)]);
    },
    0,
    10,
    1000,
    ['3 @ 2 t=1', '9 @ 2 t=3 retained', '11 @ 1 =', `${2 ** 40} @ 1 é/🐦=\0é🐦`],
  ],
  [
    'leaves out what is settled or released',
    (s) => {
      tenForA(s);
      s.append(message('t', 'm', 2), [to('a', 10, 2)]);
      s.append(message('t', 'n', 2), [to('a', 11, 2)]);
      for (const sequence of [0, 3, 4, 6, 9]) s.settle('a', sequence);
      s.release('a', 10);
    },
    1,
    6,
    1000,
    [...tens(1, 2, 5, 7, 8), '11 @ 2 t=n'],
  ],
  [
    'puts what was appended late in its place',
    (s) => {
      s.openSession('a');
      for (const sequence of [4, 10, 2, 300, 1]) {
        s.append(message('t', `payload ${sequence}`), [to('a', sequence)]);
      }
    },
    2,
    3,
    1000,
    tens(2, 4, 10),
  ],
  [
    'gives nothing of an earlier session of the same name',
    (s) => {
      tenForA(s);
      s.removeSession('a');
      s.openSession('a');
      s.append(message('t', 'new'), [to('a', 5)]);
    },
    0,
    10,
    1000,
    ['5 @ 1 t=new'],
  ],
];

/**
 * Tests a store against the contract.
 *
 * @param name Of the class, for the names of the tests.
 * @param open Gives a store that is empty.
 */
export function testStore(name: string, open: () => Promise<StoreCase>): void {
  const rules = [...SESSIONS, ...SUBSCRIPTIONS, ...DELIVERIES, ...RECEIVED];
  rules.push(...RETAINED, ...REPLAYS, ...WILLS, ...TIME);
  for (const [rule, act, expected] of rules) {
    test(`${name} ${rule}`, async () => {
      assert.deepEqual(await afterwards(await open(), act), wanted(expected));
    });
  }

  test(`${name} gives messages back as they were published`, async () => {
    const published = Message.of({
      topic: 'a/b',
      payload: Buffer.from('m'),
      qos: 2,
      retain: true,
      publisher: 'p',
    });
    const { store, reopen } = await open();
    await store.load();
    store.openSession('a');
    store.append(published, [to('a', 0)]);
    store.putRetained(published, 1);
    store.putWill(willOf(1, 'a', published));
    await store.commit();
    await store[Symbol.asyncDispose]();
    await using again = await reopen();
    const { sessions, retained, wills } = await again.load();
    assert.equal(sessions[0]?.deliveries[0]?.bytes, published.bytes);
    const [delivery] = await again.read('a', 0, 1, 1);
    const messages = [delivery?.message, retained[0]?.message, wills[0]?.message];
    for (const found of messages) {
      assert.ok(found);
      const { topic, qos, retain, publisher } = found;
      const fields = { topic: 'a/b', qos: 2, retain: true, publisher: 'p' };
      assert.deepEqual({ topic, qos, retain, publisher }, fields);
      assert.equal(Buffer.from(found.payload).toString(), 'm');
    }
  });

  for (const [rule, act, from, messagesMax, bytesMax, expected] of PAGES) {
    for (const when of ['before the commit', 'after it', 'after a restart'] as const) {
      test(`${name}.read() ${rule}, ${when}`, async () => {
        const { store, reopen } = await open();
        await store.load();
        act(store);
        if (when !== 'before the commit') await store.commit();
        if (when !== 'after a restart') {
          assertPage(await store.read('a', from, messagesMax, bytesMax), expected);
          await store[Symbol.asyncDispose]();
          return;
        }
        await store[Symbol.asyncDispose]();
        await using again = await reopen();
        await again.load();
        assertPage(await again.read('a', from, messagesMax, bytesMax), expected);
      });
    }
  }

  test(`${name}.read() gives what is committed and what is not, in one order`, async () => {
    await using store = (await open()).store;
    await store.load();
    store.openSession('a');
    const expected: string[] = [];
    let commit = Promise.resolve();
    for (let sequence = 0; sequence < 30; sequence++) {
      store.append(message('t', `${sequence}`), [to('a', sequence)]);
      expected.push(`${sequence} @ 1 t=${sequence}`);
      if (sequence % 10 === 9) commit = store.commit(); // under way when it is read
    }
    assert.deepEqual(await allPages(store, 'a', 7), expected);
    await commit;
    assert.deepEqual(await allPages(store, 'a', 7), expected);
  });

  test(`${name}.read() leaves out what is settled while it reads, or gives it`, async () => {
    await using store = (await open()).store;
    await store.load();
    store.openSession('a');
    for (let sequence = 0; sequence < 5; sequence++) {
      store.append(message('t', `${sequence}`), [to('a', sequence)]);
    }
    await store.commit();
    const reading = store.read('a', 0, 10, 1000);
    store.settle('a', 1);
    store.removeSession('b');
    const commit = store.commit();
    const found = page(await reading).filter((line) => !line.startsWith('1 '));
    assert.deepEqual(
      found,
      [0, 2, 3, 4].map((number) => `${number} @ 1 t=${number}`),
    );
    await commit;
  });

  test(`${name}.read() gives nothing of a session that ends while it reads`, async () => {
    await using store = (await open()).store;
    await store.load();
    store.openSession('a');
    store.append(message('t', 'old'), [to('a', 0)]);
    await store.commit();
    const reading = store.read('a', 0, 10, 1000);
    store.openSession('a');
    store.append(message('t', 'new'), [to('a', 0)]);
    await store.commit();
    // What was there when it was asked may be given, but nothing of the one is the other's.
    assert.ok(['0 @ 1 t=old', undefined].includes(page(await reading)[0]));
    assert.deepEqual(await allPages(store, 'a', 2), ['0 @ 1 t=new']);
  });

  test(`${name} goes on with what it has kept, and adds to it`, async () => {
    const { store, reopen } = await open();
    await store.load();
    store.openSession('a');
    store.append(message('t', '1'), [to('a', 0)]);
    await store.commit();
    store.append(message('t', '2'), [to('a', 1)]);
    await store.commit();
    await store[Symbol.asyncDispose]();
    await using again = await reopen();
    const before = await loaded(again);
    again.settle('a', 0);
    again.append(message('t', '3'), [to('a', 2)]);
    await again.commit();
    const deliveries = ['0 @ 1 t=1', '1 @ 1 t=2'];
    assert.deepEqual(before, wanted({ sessions: { a: { next: 2, deliveries } } }));
  });

  test(`${name} leaves what it has loaded to the caller`, async () => {
    await using store = (await open()).store;
    const state = await store.load();
    const before = await shown(state, store);
    store.openSession('a');
    store.putSubscription('a', 't', 1);
    store.putRetained(message('t', '1'), 1);
    store.putReplay('a', replay('#', 1, 2));
    store.putWill(willOf(1, 'a', message('t', '1')));
    await store.commit();
    assert.deepEqual(await shown(state, store), before);
  });

  test(`${name} commits when nothing was written, and what several commits hold`, async () => {
    const result = await afterwards(await open(), async (store) => {
      await store.commit();
      for (let count = 0; count < 20; count++) {
        store.openSession(`client ${count}`);
        await store.commit();
      }
    });
    assert.equal(Object.keys(result.sessions).length, 20);
  });

  test(`${name} keeps what was not committed if it says that it is safe at once`, async () => {
    const { store, reopen } = await open();
    await store.load();
    store.openSession('a');
    if (!store.safeAtOnce) await store.commit();
    await store[Symbol.asyncDispose]();
    await using again = await reopen();
    assert.deepEqual(await loaded(again), wanted({ sessions: { a: {} } }));
  });

  test(`${name} tells of new messages until all have settled them`, async () => {
    await using store = (await open()).store;
    await store.load();
    for (const id of ['a', 'b']) store.openSession(id);
    const isNew = () => store.hasNewMessages || store.safeAtOnce;
    assert.ok(store.hasChanges || store.safeAtOnce);
    await store.commit();
    store.append(message('t', '1'), [to('a', 0), to('b', 0)]);
    assert.ok(isNew());
    store.settle('a', 0);
    assert.ok(isNew());
    store.append(message('t', '2'), [to('b', 1)]);
    store.settle('b', 0);
    assert.ok(isNew());
    store.putTime({ brokerMs: 1, wallMs: 1 });
    assert.ok(store.hasChanges || store.safeAtOnce);
  });

  test(`${name} tells of messages under way until all have settled them`, async () => {
    await using store = (await open()).store;
    await store.load();
    for (const id of ['a', 'b']) store.openSession(id);
    await store.commit();
    store.append(message('t', '1'), [to('a', 0), to('b', 0)]);
    const committed = store.commit();
    for (const id of ['a', 'b']) {
      assert.ok(store.hasMessagesUnderWay || store.safeAtOnce);
      store.settle(id, 0);
    }
    await committed;
  });

  test(`${name} has a name of one word`, async () => {
    await using store = (await open()).store;
    assert.match(store.name, /^[a-z][a-z0-9-]*$/);
  });

  for (let seed = 1; seed <= 10; seed++) {
    test(`${name} keeps the same as a store in memory, seed ${seed}`, async () => {
      const reference = new MemoryStore();
      const chance = random(seed);
      const numbers = new SequenceNumbers(chance);
      const result = await afterwards(await open(), async (store) => {
        for (let step = 0; step < 300; step++) {
          const act = anyWrite(chance, numbers);
          act(store);
          act(reference);
          if (chance() < 0.05) await store.commit();
        }
      });
      assertSame(result, await loaded(reference));
    });

    test(`${name}.read() gives the same as a store in memory, seed ${seed}`, async () => {
      const reference = new MemoryStore();
      const chance = random(seed);
      const numbers = new SequenceNumbers(chance);
      await using store = (await open()).store;
      await store.load();
      for (let step = 0; step < 300; step++) {
        const act = anyWrite(chance, numbers);
        act(store);
        act(reference);
        if (chance() < 0.05) await store.commit();
        if (chance() > 0.2) continue;
        const size = [numbers.given(), 1 + Math.floor(chance() * 9), chance() * 200] as const;
        const id = `client ${Math.floor(chance() * 4)}`;
        assertPage(await store.read(id, ...size), page(await reference.read(id, ...size)));
      }
    });
  }
}

/** But for sequence numbers that nobody remembers, see {@link StoredSession.nextSequence}. */
function assertSame(found: Shown, reference: Shown): void {
  const sessions: Record<string, ShownSession> = {};
  for (const [id, session] of Object.entries(reference.sessions)) {
    const next = found.sessions[id]?.next ?? -1;
    const last = found.sessions[id]?.deliveries.at(-1);
    assert.ok(next <= session.next, id);
    assert.ok(last === undefined || next > Number.parseInt(last, 10), id);
    sessions[id] = { ...session, next };
  }
  assert.deepEqual(found, { ...reference, sessions });
}

async function allPages(store: Store, clientId: string, messagesMax: number): Promise<string[]> {
  return page(await allMessages(store, clientId, messagesMax));
}

/** All messages of a session, page by page. */
async function allMessages(
  store: Store,
  clientId: string,
  messagesMax: number,
): Promise<StoredMessage[]> {
  const all: StoredMessage[] = [];
  for (let from = 0; ; ) {
    const messages = await store.read(clientId, from, messagesMax, 1_000_000);
    const last = messages.at(-1);
    if (last === undefined) return all;
    assert.ok(messages.length <= messagesMax);
    all.push(...messages);
    from = last.sequence + 1;
  }
}

/** What `load` tells and what `read` gives have to be the same messages. */
function shownDeliveries(
  deliveries: readonly StoredDelivery[],
  messages: readonly StoredMessage[],
): string[] {
  const pending = deliveries.filter(({ released }) => !released);
  assert.deepEqual(
    pending.map(({ sequence, qos, bytes }) => ({ sequence, qos, bytes })),
    messages.map(({ sequence, qos, message: { bytes } }) => ({ sequence, qos, bytes })),
  );
  const lines = page(messages);
  return deliveries.map(({ sequence, qos, released, bytes }) => {
    if (!released) return lines.shift() ?? '';
    assert.equal(bytes, 0);
    return `${sequence} @ ${qos} released`;
  });
}

/** A store may give fewer messages at a time than it is asked for, if it gives some. */
function assertPage(found: StoredPage, most: readonly string[]): void {
  const lines = page(found);
  assert.deepEqual(lines, most.slice(0, Math.max(lines.length, 1)));
}

function page(messages: StoredPage): string[] {
  return [...messages].map(({ sequence, qos, retained, message: found }) => {
    return `${sequence} @ ${qos} ${found.topic}=${text(found)}${retained ? ' retained' : ''}`;
  });
}

/** What is there after a restart. */
async function afterwards(
  { store, reopen }: StoreCase,
  act: (store: Store) => void | Promise<void>,
): Promise<Shown> {
  await store.load();
  await act(store);
  await store.commit();
  await store[Symbol.asyncDispose]();
  await using again = await reopen();
  return await loaded(again);
}

type ShownSession = Required<Omit<ExpectedSession, 'left' | 'owner'>> & {
  readonly owner: string | undefined;
  readonly left: number | undefined;
};

interface Shown {
  readonly sessions: Readonly<Record<string, ShownSession>>;
  readonly retained: readonly string[];
  readonly wills: readonly string[];
  readonly time: string | undefined;
}

/** What is there, the messages of sessions included. */
async function loaded(store: Store): Promise<Shown> {
  return shown(await store.load(), store);
}

async function shown(state: StoredState, store: Store): Promise<Shown> {
  const { sessions, retained, wills, time } = state;
  const all: Record<string, ShownSession> = {};
  for (const session of sessions) {
    const { clientId, owner, leftAtMs, nextSequence, subscriptions, received } = session;
    assert.equal(Object.hasOwn(all, clientId), false, `two sessions of ${clientId}`);
    all[clientId] = {
      owner: owner && (owner.username ?? ''),
      left: leftAtMs,
      next: nextSequence,
      subscriptions: [...subscriptions].map(([filter, qos]) => `${filter} @ ${qos}`).toSorted(),
      received: received.toSorted((one, other) => one - other),
      deliveries: shownDeliveries(session.deliveries, await allMessages(store, clientId, 100)),
      replays: session.replays.map(({ filter, qos, after, asOf, ...sequence }) => {
        const numbers = `${sequence.nextSequence}-${sequence.endSequence}`;
        return `${filter} @ ${qos}, ${after}-${asOf}, ${numbers}`;
      }),
    };
  }
  return {
    sessions: all,
    retained: retained.map((one) => `${line(one.message)}, ${one.change}`).toSorted(),
    wills: wills.map(({ number, principal, message: will }) => {
      const name = principal.username === undefined ? '' : `(${principal.username}) `;
      assert.equal(principal.address, ADDRESS);
      return `${number} ${principal.clientId} ${name}${line(will)}`;
    }),
    time: time && `${time.brokerMs} ${time.wallMs}`,
  };
}

function wanted({ sessions = {}, retained = [], wills = [], time }: Expected): Shown {
  const unknown = { owner: undefined, left: undefined };
  const nothing = { ...unknown, next: 0, subscriptions: [], received: [], deliveries: [] };
  const all: Record<string, ShownSession> = {};
  for (const [id, some] of Object.entries(sessions)) {
    all[id] = { ...nothing, replays: [], ...some };
  }
  return { sessions: all, retained, wills, time };
}

function line(found: Message): string {
  return `${found.topic}=${text(found)} @ ${found.qos}`;
}

function replay(filter: string, nextSequence: number, endSequence: number): StoredReplay {
  return { filter, qos: 1, after: 0, asOf: 100, nextSequence, endSequence };
}

function willOf(number: number, clientId: string, will: Message, username?: string): StoredWill {
  return { number, principal: { clientId, username, address: ADDRESS }, message: will };
}

function message(topic: string, payload: string, qos: QoS = 1): Message {
  return Message.of({ topic, payload: Buffer.from(payload), qos, retain: false });
}

function to(clientId: string, sequence: number, qos: 1 | 2 = 1): Recipient {
  return { clientId, sequence, qos, retained: false };
}

function text({ payload }: Message): string {
  return Buffer.from(payload).toString();
}

/** Any write, to few clients, topics and numbers, so that many meet. */
function anyWrite(chance: () => number, numbers: SequenceNumbers): (store: Store) => void {
  const upTo = (count: number) => Math.floor(chance() * count);
  const id = `client ${upTo(4)}`;
  const sequence = numbers.given();
  const fresh = numbers.next();
  const packetId = 1 + upTo(10);
  const topic = `topic/${upTo(8)}`;
  const qos = chance() < 0.5 ? 1 : 2;
  const owner = [undefined, { username: undefined }, { username: topic }][upTo(3)];
  const leftAtMs = chance() < 0.5 ? undefined : sequence;
  const published = message(topic, `payload ${upTo(1000)}`);
  const ids = [0, 1, 2, 3].filter(() => chance() < 0.5).map((number) => `client ${number}`);
  const writes: readonly ((store: Store) => void)[] = [
    (store) => store.openSession(id, owner),
    (store) => store.removeSession(id),
    (store) => store.putSubscription(id, topic, qos),
    (store) => store.deleteSubscription(id, topic),
    (store) =>
      store.append(
        published,
        ids.map((one) => to(one, fresh, qos)),
      ),
    (store) => store.append(published, [to(id, fresh, qos)]),
    (store) => store.release(id, sequence),
    (store) => store.settle(id, sequence),
    (store) => store.addReceived(id, packetId),
    (store) => store.deleteReceived(id, packetId),
    (store) => store.putRetained(published, fresh),
    (store) => store.deleteRetained(topic),
    (store) => store.putLeft(id, leftAtMs),
    (store) => store.putOwner(id, { username: topic }),
    (store) => store.putReplay(id, replay(topic, fresh, 10 * packetId)),
    (store) => store.deleteReplay(id, 10 * packetId),
    (store) => store.putWill(willOf(packetId, id, published)),
    (store) => store.deleteWill(packetId),
    (store) => store.putTime({ brokerMs: fresh, wallMs: sequence }),
  ];
  // Sessions last, or there would be nothing in them.
  const rare = upTo(20) === 0;
  return writes[rare ? upTo(2) : 2 + upTo(writes.length - 2)] ?? writes[0]!;
}

/** Sequence numbers as a session gives them: each once, and nearly in order. */
class SequenceNumbers {
  readonly #chance: () => number;
  readonly #waiting: number[] = [];
  #next = 0;

  constructor(chance: () => number) {
    this.#chance = chance;
  }

  /** One that was not given before. */
  next(): number {
    while (this.#waiting.length < 4) this.#waiting.push(this.#next++);
    return this.#waiting.splice(Math.floor(this.#chance() ** 2 * 4), 1)[0]!;
  }

  /** One that was probably given before. */
  given(): number {
    return Math.floor(this.#chance() * this.#next);
  }
}

/** The same numbers for the same seed, from 0 to 1. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
