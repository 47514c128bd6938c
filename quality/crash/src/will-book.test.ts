import assert from 'node:assert/strict';
import { test } from 'node:test';
import { WillBook } from './will-book.js';

/**
 * What happens, in order: `c` CONNECT and `a` CONNACK, `d` DISCONNECT, `e` the connection ends,
 * `k` it ends since the broker is killed; a number: this will comes, with `!` if what the broker
 * knew of it may be lost.
 */
const runs: readonly {
  readonly name: string;
  readonly qos: 0 | 1 | 2;
  readonly happens: string;
  readonly problems: readonly string[];
}[] = [
  { name: 'a will that comes after a kill', qos: 2, happens: 'c a k 0', problems: [] },
  { name: 'a will of a connection that lives', qos: 2, happens: 'c a', problems: [] },
  { name: 'a will that does not come', qos: 1, happens: 'c a k', problems: ['QoS 1: lost 0'] },
  { name: 'a will of QoS 0 that does not come', qos: 0, happens: 'c a k', problems: [] },
  {
    name: 'a will that does not come because the next connection has one',
    qos: 2,
    happens: 'c a e c a k 1',
    problems: ['QoS 2: lost 0'],
  },
  {
    name: 'a will of QoS 2 that comes twice, whatever the broker lost',
    qos: 2,
    happens: 'c a k 0 0!',
    problems: ['QoS 2: 0 came twice'],
  },
  {
    name: 'a will of QoS 1 that comes again while its answer was under way',
    qos: 1,
    happens: 'c a k 0 0!',
    problems: [],
  },
  {
    name: 'a will of QoS 1 that comes twice for no reason',
    qos: 1,
    happens: 'c a k 0 0',
    problems: ['QoS 1: 0 came twice'],
  },
  {
    name: 'a will of QoS 0 that comes twice for no reason',
    qos: 0,
    happens: 'c a k 0 0',
    problems: ['QoS 0: 0 came twice'],
  },
  {
    name: 'a will that comes in spite of DISCONNECT',
    qos: 1,
    happens: 'c a d e c a 0',
    problems: ['QoS 1: 0 came in spite of DISCONNECT'],
  },
  {
    name: 'a will that comes in spite of DISCONNECT after the next kill',
    qos: 0,
    happens: 'c a d e c a k 0 1',
    problems: ['QoS 0: 0 came in spite of DISCONNECT'],
  },
  { name: 'a DISCONNECT that is lost in a kill', qos: 2, happens: 'c a d k c a 0', problems: [] },
  { name: 'a DISCONNECT that is not', qos: 2, happens: 'c a d e c k c a', problems: [] },
  { name: 'a CONNECT that is lost in a kill', qos: 2, happens: 'c k c a', problems: [] },
  { name: 'a CONNECT that is not', qos: 2, happens: 'c k c a 0', problems: [] },
  {
    name: 'wills in another order',
    qos: 2,
    happens: 'c a e c a e 1 0',
    problems: ['QoS 2: 1 out of order'],
  },
];
for (const { name, qos, happens, problems } of runs) {
  test(`WillBook judges ${name}`, () => {
    const book = new WillBook();
    const series = book.open('t', qos, false);
    const receipt = book.receipt('s', series, 2);
    for (const event of happens.split(' ')) {
      if (event === 'c') series.offer();
      else if (event === 'a') series.accept();
      else if (event === 'd') series.withdraw();
      else if (event === 'e' || event === 'k') series.end(event === 'k');
      else receipt.take(Number.parseInt(event, 10), event.includes('!'));
    }
    assert.deepEqual(
      book.problems(),
      problems.map((problem) => `wills of t to s at ${problem}`),
    );
  });
}

test('WillBook asks for the will of a connection that lives, and for none before', () => {
  const book = new WillBook();
  const series = book.open('t', 2, false);
  for (let connection = 0; connection < 2; connection++) {
    series.offer();
    series.accept();
    if (connection === 0) series.end(false);
  }
  book.receipt('s', series, 2);
  series.end(true);
  assert.deepEqual(book.problems(), ['wills of t to s at QoS 2: lost 1']);
});

test('WillBook asks for no order of what was published before the subscription', () => {
  const book = new WillBook();
  const series = book.open('t', 1, false);
  const connect = () => {
    series.offer();
    series.accept();
    series.end(false);
  };
  connect();
  const receipt = book.receipt('s', series, 1);
  connect();
  connect();
  for (const number of [1, 0]) receipt.take(number, false);
  assert.deepEqual(book.problems(), ['wills of t to s at QoS 1: lost 2']);
});

test('WillSeries knows what its topic may keep', () => {
  const series = new WillBook().open('t', 1, true);
  assert.deepEqual([...series.kept.accepts], [undefined]);
  const connect = (...last: ('accept' | 'withdraw')[]) => {
    series.offer();
    for (const step of last) series[step]();
    series.end(false);
  };
  connect('accept');
  assert.deepEqual([...series.kept.accepts], [0]);
  connect('accept', 'withdraw');
  connect();
  assert.deepEqual([...series.kept.accepts], [0, 1, 2]);
  connect('accept', 'withdraw');
  connect('accept', 'withdraw');
  assert.deepEqual([...series.kept.accepts], [0, 1, 2, 4]);
  connect('accept');
  assert.deepEqual([...series.kept.accepts], [5]);
});
