// needs: tmux
import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import type { Broker } from '@magpie/broker';
import { startBroker, until } from '../mqtt/broker.testing.js';
import { Tmux } from '../terminal/tmux.testing.js';

/** A terminal in which `magpie sub` runs, when it has subscribed. */
async function subscribed(t: TestContext, args: readonly string[]) {
  const { broker, flags } = await startBroker(t);
  const tmux = await Tmux.start(t);
  await tmux.type(['sub', ...flags, ...args]);
  await until(() => broker.gauges().subscriptions === 1);
  return { broker, tmux };
}

async function publish(broker: Broker, topic: string, payload: string, retain = false) {
  await broker.publish({ topic, payload, retain });
}

test('magpie sub --watch draws on a terminal, and gives it back at Ctrl-C', async (t) => {
  const { broker, tmux } = await subscribed(t, ['-t', '#', '--watch']);
  await publish(broker, 'home/door', 'open');
  await publish(broker, '家/温度', '21.5');
  await publish(broker, 'home/door', 'shut');
  const drawn = await tmux.until((text) => /shut/.test(text) && /21\.5/.test(text));
  const lines = drawn.split('\n');
  assert.match(lines[0]!, /^magpie sub # {2}3 messages, 2 topics, \d/);
  assert.equal(lines[2], ' count    /s  age QoS  topic      value');
  assert.match(lines[3]!, /^ {5}2 +\d[\d.]* +\d+s 0 {4}home\/door {2}shut$/);
  assert.match(lines[4]!, /^ {5}1 +\d[\d.]* +\d+s 0 {4}家\/温度 {4}21\.5$/);
  assert.equal(await tmux.property('cursor_flag'), '0');
  assert.equal(await tmux.property('alternate_on'), '1');
  await tmux.press('C-c');
  const after = await tmux.until((text) => text.split('ready>').length === 3);
  assert.match(after, /home\/door {2}shut/, 'the last picture stays');
  assert.equal(await tmux.property('cursor_flag'), '1');
  assert.equal(await tmux.property('alternate_on'), '0');
  assert.equal(await tmux.property('wrap_flag'), '1');
});

test('magpie sub --watch fits a screen that becomes smaller', async (t) => {
  const { broker, tmux } = await subscribed(t, ['-t', '#', '--watch']);
  for (let n = 10; n < 40; n++) await publish(broker, `plant/${n}/with/a/long/name`, `value ${n}`);
  await tmux.until((text) => text.includes('… 10 more topics'));
  await tmux.resize(50, 10);
  const small = await tmux.until((text) => text.includes('… 24 more topics'));
  const lines = small.trimEnd().split('\n');
  assert.equal(lines.length, 10);
  assert.ok(lines.every((line) => line.length <= 50));
  assert.match(small, /^magpie sub /);
});

test('magpie sub --watch shows control characters, and does not obey them', async (t) => {
  const { broker, tmux } = await subscribed(t, ['-t', '#', '--watch']);
  await publish(broker, 'evil/\x1b[2J\x1b]0;owned\x07', '\x1b[31mred\x1b[?1049l\x9b2J');
  const drawn = await tmux.until((text) => text.includes('red'));
  assert.match(drawn, /evil\/\\u001b\[2J/);
  assert.match(drawn, /\\u001b\[31mred/);
  assert.equal(await tmux.property('alternate_on'), '1');
  assert.doesNotMatch(await tmux.property('pane_title'), /owned/);
});

test('magpie sub --watch shows that the connection is lost, in the picture', async (t) => {
  const { broker, tmux } = await subscribed(t, ['-t', '#', '--watch', '-i', 'me']);
  await publish(broker, 'a', '1');
  await tmux.until((text) => text.includes('1 message,'));
  broker.disconnect('me');
  const drawn = await tmux.until((text) => /Connected again|trying again/.test(text));
  assert.match(drawn.split('\n')[1]!, /Connected again|trying again/);
  assert.equal(await tmux.property('alternate_on'), '1');
  await tmux.press('C-c');
  await tmux.until((text) => /magpie: [\s\S]*trying again[\s\S]*ready>/.test(text));
});

test('magpie sub --tree draws the tree, and stops after as many messages as asked', async (t) => {
  const { broker, tmux } = await subscribed(t, ['-t', '#', '--tree', '-C', '4']);
  for (const [topic, payload] of [
    ['plant/7/temp', '21.5'],
    ['plant/7/state', 'on'],
    ['plant/8', 'off'],
  ] as const) {
    await publish(broker, topic, payload);
  }
  await tmux.until((text) => text.includes('└─ 8'));
  assert.equal(await tmux.property('alternate_on'), '1');
  await publish(broker, 'plant/7/temp', '22');
  const after = await tmux.until((text) => text.split('ready>').length === 3);
  assert.match(
    after,
    /plant +4\n├─ 7 +3\n│ {2}├─ state +1 {2}on\n│ {2}└─ temp +2 {2}22\n└─ 8 +1 {2}off\n/,
  );
});

test('magpie sub --watch that cannot connect leaves the terminal alone', async (t) => {
  const tmux = await Tmux.start(t);
  await tmux.type(['sub', '-h', '127.0.0.1', '-p', '1', '-t', 'a', '--watch']);
  const after = await tmux.until((text) => text.split('ready>').length === 3);
  assert.match(after.replaceAll('\n', ''), /magpie: Cannot connect to 127\.0\.0\.1:1/);
  assert.equal(await tmux.property('cursor_flag'), '1');
});
