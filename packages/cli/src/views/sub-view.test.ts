import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { Ending } from '../mqtt/ending.js';
import { arrival } from '../mqtt/message.testing.js';
import { SubView } from './sub-view.js';

/** A view that has begun, with what it prints, on a terminal of 60 × 10 or on none. */
function viewOf(t: TestContext, plan: Partial<SubViewPlan>, isTerminal = false) {
  t.mock.timers.enable({ apis: ['setInterval'] });
  let printed = '';
  const said: string[] = [];
  const ending = new Ending(new AbortController().signal, undefined);
  const view = new SubView({
    plan: {
      picture: undefined,
      rate: false,
      counts: false,
      order: undefined,
      json: false,
      ...plan,
    },
    filters: ['plant/#'],
    line: ({ message }) => message.payload,
    context: {
      print: async (text) => void (printed += text),
      screen: () => (isTerminal ? { columns: 60, rows: 10 } : undefined),
    },
    voice: { err: (line) => void said.push(line), debug: false },
  });
  return { view, sink: view.open(ending), ending, said, printed: () => printed };
}
type SubViewPlan = ConstructorParameters<typeof SubView>[0]['plan'];

test('SubView prints the tree at the end, where there is no terminal', async (t) => {
  const { sink, printed } = viewOf(t, { picture: 'tree', counts: true });
  sink.begin?.();
  for (const topic of ['a/1', 'a/2', 'a/1']) void sink.take(arrival({ topic, text: topic }));
  assert.equal(printed(), '');
  await sink.finish?.();
  assert.deepEqual(printed().split('\n'), [
    'a         3',
    '├─ 1      2  a/1',
    '└─ 2      1  a/2',
    '  messages        bytes  topic',
    '         2            6  a/1',
    '         1            3  a/2',
    '         3            9  in 2 topics',
    '',
  ]);
});

test('SubView prints a line of rates every second', async (t) => {
  const { sink, printed } = viewOf(t, { rate: true, json: true });
  sink.begin?.();
  void sink.take(arrival({ text: '12345' }));
  t.mock.timers.tick(1000);
  await new Promise((resolve) => {
    setImmediate(resolve);
  });
  t.mock.timers.tick(1000);
  await sink.finish?.();
  const lines = printed().trimEnd().split('\n');
  assert.equal(lines.length, 2);
  const { messages } = JSON.parse(lines[1]!) as { readonly messages: number };
  assert.equal(messages, 1);
});

test('SubView prints nothing if the subscription was never granted', async (t) => {
  const { view, sink, said, printed } = viewOf(t, { picture: 'watch', counts: true }, true);
  view.voice.err('no such host');
  await sink.finish?.();
  assert.equal(printed(), '');
  assert.deepEqual(said, ['no such host']);
});

test('SubView draws what is said while it draws, and repeats it later', async (t) => {
  const { view, sink, said, printed } = viewOf(t, { picture: 'watch' }, true);
  sink.begin?.();
  void sink.take(arrival({ topic: 'plant/7', text: 'on' }));
  view.voice.err('connection lost');
  assert.deepEqual(said, []);
  await sink.finish?.();
  assert.deepEqual(said, ['connection lost']);
  const [title, second, , row] = printed().slice(printed().lastIndexOf('\x1b')).split('\n');
  assert.match(title!, /magpie sub plant\/# {2}1 message, 1 topic, [\d.]+\/s$/);
  assert.equal(second, 'connection lost');
  assert.match(row!, /plant\/7 {2}on$/);
});
