import assert from 'node:assert/strict';
import type { Chapter, ConformanceTest } from '../suite/chapter.js';
import type { Context } from '../suite/context.js';
import { publishesOf } from '../suite/context.js';
import type { Peer } from '../wire/peer.js';

/** Below the test's own level: which of these topics a filter matches, and which it does not. */
const MATCHES: readonly {
  readonly filter: string;
  readonly yes: readonly string[];
  readonly no: readonly string[];
}[] = [
  { filter: 'a', yes: ['a'], no: ['A', 'a/', '/a', 'b', 'a/b', 'aa'] },
  { filter: 'a/b', yes: ['a/b'], no: ['a', 'a/b/', 'a//b', 'a/B', 'a/b/c', '/a/b', 'ab'] },
  { filter: 'a/+', yes: ['a/b', 'a/', 'a/ '], no: ['a', 'a/b/c', 'a//', 'b/a'] },
  { filter: '+', yes: ['a', 'b', ' '], no: ['a/b', 'a/', '/a', '/'] },
  { filter: '+/+', yes: ['a/b', '/', 'a/', '/b'], no: ['a', 'a/b/c', '//'] },
  { filter: '/+', yes: ['/a', '/'], no: ['a', 'a/b', '//', '/a/b'] },
  { filter: '+/', yes: ['a/', '/'], no: ['a', 'a/b', 'a//'] },
  { filter: '+/b', yes: ['a/b', '/b'], no: ['b', 'a/c', 'a/b/', 'a/a/b'] },
  { filter: 'a/+/c', yes: ['a/b/c', 'a//c', 'a/ /c'], no: ['a/c', 'a/b/b/c', 'a/b/c/d', 'a/b'] },
  { filter: '+/b/+', yes: ['a/b/c', '/b/', 'a/b/'], no: ['a/b', 'b/c', 'a/c/b'] },
  { filter: '+/+/+', yes: ['a/b/c', '//', 'a//'], no: ['a/b', '///', 'a'] },
  { filter: '#', yes: ['a', 'a/b', '/', 'a/b/c/d', ' '], no: [] },
  { filter: 'a/#', yes: ['a', 'a/', 'a/b', 'a/b/c', 'a//'], no: ['b', 'ab', 'A/b', '/a', 'aa/b'] },
  { filter: 'a/b/#', yes: ['a/b', 'a/b/', 'a/b/c/d'], no: ['a', 'a/', 'a/c', 'a/bb', 'a/b c'] },
  { filter: '+/#', yes: ['a', 'a/b', '/', '/a/b', ''], no: [] },
  { filter: '/#', yes: ['/', '/a', '/a/b', ''], no: ['a', 'a/b'] },
  { filter: 'a/+/#', yes: ['a/b', 'a/', 'a/b/c', 'a//c/d'], no: ['a', 'b/a', 'ab/c'] },
  { filter: '+/b/#', yes: ['a/b', '/b', 'a/b/c'], no: ['a', 'b', 'a/c/b', 'a/bb'] },
  { filter: 'a/', yes: ['a/'], no: ['a', 'a/b', 'a//'] },
  { filter: '/a', yes: ['/a'], no: ['a', '//a', '/a/'] },
  { filter: '/', yes: ['/'], no: ['', 'a/', '/a', '//'] },
  { filter: '//', yes: ['//'], no: ['/', '///', 'a//'] },
  { filter: 'a b/c d', yes: ['a b/c d'], no: ['a b/c', 'ab/cd', 'a  b/c d', 'a b /c d'] },
  { filter: ' ', yes: [' '], no: ['', '  ', ' /', 'a'] },
  { filter: 'Accounts payable', yes: ['Accounts payable'], no: ['accounts payable', 'Accounts'] },
  { filter: 'a$', yes: ['a$'], no: ['a', 'a$/b'] },
  { filter: '$a/+', yes: ['$a/b'], no: ['a/b', '$a'] },
  { filter: 'é', yes: ['é'], no: ['e', 'e\u0301', 'É'] },
  { filter: 'e\u0301', yes: ['e\u0301'], no: ['\u00e9', 'e'] },
  { filter: 'K', yes: ['K'], no: ['\u212A', 'k', '\uFF2B'] },
  { filter: '喜鹊/+', yes: ['喜鹊/桥'], no: ['喜鹊', '喜/鹊'] },
  { filter: 'a.b', yes: ['a.b'], no: ['a/b', 'axb'] },
  { filter: 'a*', yes: ['a*'], no: ['ab', 'a'] },
  { filter: '%2F', yes: ['%2F'], no: ['/', '%2f'] },
  { filter: '../a', yes: ['../a'], no: ['a', '/a'] },
];

const live: ConformanceTest[] = MATCHES.map(({ filter, yes, no }) => ({
  name: `The filter “…/${show(filter)}” matches ${list(yes)} and not ${list(no)}`,
  clauses: clausesOf(filter),
  async run(context) {
    const publisher = await context.connect();
    const receiver = await context.subscriber(context.topic(filter), 0);
    for (const name of [...yes, ...no]) publisher.sendPublish({ topic: context.topic(name) });
    await expectTopics(context, publisher, receiver, yes);
  },
}));

const retained: ConformanceTest[] = MATCHES.map(({ filter, yes, no }) => ({
  name: `Retained messages for “…/${show(filter)}” are those of ${list(yes)} and not ${list(no)}`,
  clauses: [...clausesOf(filter), 'MQTT-3.3.1-6'],
  async run(context) {
    const publisher = await context.connect();
    for (const name of [...yes, ...no]) {
      const topic = context.topic(name);
      await publisher.publish({ topic, payload: 'kept', qos: 1, retain: true });
    }
    const receiver = await context.subscriber(context.topic(filter), 0);
    await expectTopics(context, publisher, receiver, yes);
  },
}));

const crossed: ConformanceTest = {
  name: 'Each of 90 filters matches what the rules, written as a pattern, say of 30 topics',
  clauses: ['MQTT-3.3.2-3', 'MQTT-4.7.1-2', 'MQTT-4.7.1-3', 'MQTT-4.7.3-4'],
  async run(context) {
    const publisher = await context.connect();
    const topics = pick(levelLists(['a', 'b', ''], 4), 30);
    for (const filter of pick(levelLists(['a', 'b', '', '+'], 3).flatMap(withHash), 90)) {
      const receiver = await context.subscriber(context.topic(filter), 0);
      for (const name of topics) publisher.sendPublish({ topic: context.topic(name) });
      const rule = patternOf(filter);
      const yes = topics.filter((name) => rule.test(name));
      await expectTopics(context, publisher, receiver, yes);
      await receiver.disconnect();
    }
  },
};

const limits: ConformanceTest[] = [
  {
    name: 'Topic names and filters of 65535 bytes are taken',
    clauses: ['MQTT-4.7.3-3'],
    async run(context) {
      const publisher = await context.connect();
      const topic = context.topic('').padEnd(65_535, 'a long topic name ');
      const short = topic.slice(0, -1);
      const receiver = await context.subscriber(topic, 1);
      await publisher.publish({ topic: short, qos: 1 });
      await publisher.publish({ topic, payload: 'x', qos: 1 });
      await receiver.receive({ topic, payload: 'x' });
      await context.expectSilence(publisher, receiver);
    },
  },
  {
    name: 'Topics of 100 levels are matched',
    clauses: ['MQTT-3.3.2-3', 'MQTT-4.7.1-3'],
    async run(context) {
      const deep = Array.from({ length: 99 }, (_, n) => `${n}`);
      const topic = context.topic(deep.join('/'));
      const plus = context.topic(deep.map((level, n) => (n % 2 === 0 ? '+' : level)).join('/'));
      const publisher = await context.connect();
      for (const filter of [topic, plus, context.topic('#'), `${topic}/#`]) {
        const receiver = await context.subscriber(filter, 0);
        publisher.sendPublish({ topic, payload: 'deep' });
        await receiver.expect('publish', { topic, payload: 'deep' });
      }
    },
  },
];

const dollar: ConformanceTest[] = [
  {
    name: 'Filters that start with a wildcard do not match topics that start with $',
    clauses: ['MQTT-4.7.2-1'],
    async run(context) {
      const publisher = await context.connect();
      const own = `$${context.prefix}`;
      const receivers: Peer[] = [];
      for (const filter of ['#', '+/x', '+/#', '+/+']) {
        const receiver = await context.connect();
        receiver.ignore(
          (packet) => packet.type === 'publish' && !packet.topic.includes(own.slice(1)),
        );
        await receiver.subscribe(filter, 0);
        receivers.push(receiver);
      }
      // A server may refuse such topics, so these publishers may lose their connections.
      for (const topic of [own, `${own}/x`]) {
        const stranger = await context.connect();
        stranger.sendTogether(stranger.publishPacket({ topic, payload: 'hidden' }), {
          type: 'disconnect',
        });
        await stranger.end();
      }
      for (const receiver of receivers) {
        const got = publishesOf(await context.settle(publisher, receiver));
        assert.ok(got.every(({ topic }) => !topic.startsWith('$')));
      }
    },
  },
  {
    name: 'The plain filters # and +/… match topics that do not start with $',
    clauses: ['MQTT-4.7.1-2', 'MQTT-4.7.1-3'],
    async run(context) {
      const publisher = await context.connect();
      const topic = context.topic('x');
      for (const filter of ['#', '+/x', '+/#', '+/+']) {
        const receiver = await context.connect();
        receiver.ignore((packet) => packet.type === 'publish' && packet.topic !== topic);
        await receiver.subscribe(filter, 0);
        publisher.sendPublish({ topic, payload: filter });
        await receiver.expect('publish', { topic, payload: filter });
        await receiver.disconnect();
      }
    },
  },
  {
    name: 'A $ in a later level is an ordinary character',
    clauses: ['MQTT-4.7.2-1', 'MQTT-4.7.1-3'],
    async run(context) {
      const publisher = await context.connect();
      const topic = context.topic('$a/b');
      for (const filter of [context.topic('#'), context.topic('+/b'), context.topic('$a/+')]) {
        const receiver = await context.subscriber(filter, 0);
        publisher.sendPublish({ topic, payload: 'x' });
        await receiver.expect('publish', { topic });
      }
    },
  },
];

export const topicsChapter: Chapter = {
  name: 'topics',
  title: 'Topic names, filters and matching (4.7)',
  tests: [...live, ...retained, crossed, ...limits, ...dollar],
};

async function expectTopics(
  context: Context,
  publisher: Peer,
  receiver: Peer,
  names: readonly string[],
): Promise<void> {
  const got = publishesOf(await context.settle(publisher, receiver)).map(({ topic }) => topic);
  assert.deepEqual(got.sort(), names.map((name) => context.topic(name)).sort());
}

function clausesOf(filter: string): string[] {
  const clauses = ['MQTT-3.3.2-3', 'MQTT-4.7.3-4'];
  if (filter.includes('#')) clauses.push('MQTT-4.7.1-2');
  if (filter.includes('+')) clauses.push('MQTT-4.7.1-3');
  return clauses;
}

/** The names in quotes; characters that look like others are shown by their number. */
function list(names: readonly string[]): string {
  return names.length === 0 ? 'nothing' : names.map((name) => `“${show(name)}”`).join(' ');
}

function show(text: string): string {
  return text.replace(/[\u0080-\u2fff\uff00-\uffff]/g, (character) => {
    return `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;
  });
}

/** All names of up to `depth` levels out of these. */
function levelLists(levels: readonly string[], depth: number): string[] {
  if (depth === 1) return [...levels];
  const shorter = levelLists(levels, depth - 1);
  const deepest = shorter.filter((name) => name.split('/').length === depth - 1);
  return [...shorter, ...deepest.flatMap((name) => levels.map((level) => `${name}/${level}`))];
}

function withHash(filter: string): string[] {
  return [filter, `${filter}/#`];
}

/** `count` of them, spread evenly. */
function pick<T>(items: readonly T[], count: number): T[] {
  const step = Math.max(1, items.length / count);
  return items.filter((_, n) => Math.floor(n / step) !== Math.floor((n - 1) / step));
}

/** The rules of 4.7.1 in another form: as a regular expression over the name below the prefix. */
function patternOf(filter: string): RegExp {
  const body = filter.replace(/(^|\/)#$/, '').replaceAll('+', '[^/]*');
  return new RegExp(filter.endsWith('#') ? `^${body}(/.*)?$` : `^${body}$`, 's');
}
