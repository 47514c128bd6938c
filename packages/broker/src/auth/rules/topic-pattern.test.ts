import assert from 'node:assert/strict';
import { test } from 'node:test';
import { matches, validateTopicFilter } from '@magpie/protocol';
import fc from 'fast-check';
import { clientOf } from './rules.testing.js';
import { nameProblem, patternProblem, TopicPattern } from './topic-pattern.js';

const CASES: readonly [
  text: string,
  names: [user: string | undefined, client: string],
  filter: string | undefined,
  why?: string,
][] = [
  ['a/b', ['u', 'c'], 'a/b'],
  ['#', [undefined, ''], '#'],
  ['%u', ['u', 'c'], 'u'],
  ['%c', ['u', 'c'], 'c'],
  ['a/%u/%c/#', ['u', 'c'], 'a/u/c/#'],
  ['dev-%c/+', ['u', '7'], 'dev-7/+'],
  ['%c-dev', ['u', '7'], '7-dev'],
  ['$SYS/clients/%c/denied', ['u', 'c'], '$SYS/clients/c/denied'],
  ['$%u/x', ['u', 'c'], '$u/x'],
  ['a/%u', ['$u', 'c'], 'a/$u'],
  ['%%u', ['u', 'c'], '%u'],
  ['100%%/%u', ['u', 'c'], '100%/u'],
  ['%%%u', ['u', 'c'], '%u'],
  ['a/%u', ['%c', 'c'], 'a/%c'],
  ['a/%u', ['é', 'c'], 'a/é'],
  ['a/%u', ['__proto__', 'c'], 'a/__proto__'],
  ['a/%u', [undefined, 'c'], undefined, 'the user name is empty'],
  ['a/%u', ['', 'c'], undefined, 'the user name is empty'],
  ['a/%c', ['u', ''], undefined, 'the client identifier is empty'],
  ['a/%u', ['+', 'c'], undefined, 'the user name holds +'],
  ['a/%u', ['#', 'c'], undefined, 'the user name holds #'],
  ['a/%u', ['x/y', 'c'], undefined, 'the user name holds /'],
  ['a/%u', ['x/#', 'c'], undefined, 'the user name holds #'],
  ['a/%u', ['/', 'c'], undefined, 'the user name holds /'],
  ['a/%u', ['x+', 'c'], undefined, 'the user name holds +'],
  ['a/%c', ['u', '+'], undefined, 'the client identifier holds +'],
  ['a/%c/#', ['u', '#'], undefined, 'the client identifier holds #'],
  ['%c', ['u', 'x/y'], undefined, 'the client identifier holds /'],
  ['%u/%c', ['u', 'x/y'], undefined, 'the client identifier holds /'],
  ['%u/#', ['$SYS', 'c'], undefined, 'the user name begins with $'],
  ['%u', ['$share', 'c'], undefined, 'the user name begins with $'],
];
for (const [text, [username, clientId], filter, why] of CASES) {
  const who = `user ${username ?? 'nobody'}, client ${clientId || 'without name'}`;
  test(`TopicPattern ${text} of ${who} is ${filter ?? `no filter: ${why}`}`, () => {
    const client = clientOf({ username, clientId });
    const pattern = new TopicPattern(text);
    assert.equal(pattern.filterFor(client), filter);
    assert.equal(pattern.nameProblem(client), why);
  });
}

test('TopicPattern matches nothing for one client that it would not match for some other', () => {
  const names = fc.array(fc.constantFrom('a', '+', '#', '/', '$', '%u'), { maxLength: 3 });
  const name = names.map((parts) => parts.join(''));
  const texts = fc.constantFrom('%u', 'x/%u', '%u/x', 'x-%u/y', '%u/%c', 'x/%c/#', '%%%u/x');
  const topics = fc.array(fc.constantFrom('a', 'x', 'y', '$', '', 'x-a', '%a'), {
    minLength: 1,
    maxLength: 4,
  });
  fc.assert(
    fc.property(texts, name, name, topics, (text, username, clientId, levels) => {
      const filter = new TopicPattern(text).filterFor(clientOf({ username, clientId }));
      if (filter === undefined) return;
      assert.equal(validateTopicFilter(filter), undefined, filter);
      const wildcard = text.replaceAll(/[^/]*%[uc][^/]*/g, '+');
      const topic = levels.join('/');
      if (topic !== '' && matches(filter, topic)) assert.ok(matches(wildcard, topic), topic);
    }),
  );
});

const PROBLEMS: readonly [text: string, problem: RegExp | undefined][] = [
  ['a/b', undefined],
  ['%u/%c', undefined],
  ['%%', undefined],
  ['a%%%u', undefined],
  ['%', /no % but/],
  ['a/%', /no % but/],
  ['%x', /no % but/],
  ['%U', /no % but/],
  ['%%%', /no % but/],
  ['%u%c', /at most one/],
  ['a/%u-%c/b', /at most one/],
  ['%u%u', /at most one/],
];
for (const [text, problem] of PROBLEMS) {
  test(`patternProblem() finds ${problem?.source ?? 'nothing'} in ${text}`, () => {
    const found = patternProblem(text);
    if (problem === undefined) assert.equal(found, undefined);
    else assert.match(found ?? '', problem);
  });
}

test('nameProblem() lets a name begin with $ where the filter does not begin with it', () => {
  assert.equal(nameProblem('$u'), undefined);
  assert.equal(nameProblem('$u', true), 'begins with $');
});

test('TopicPattern.levels leave out what depends on the client', () => {
  assert.deepEqual(new TopicPattern('a/%%/x-%u/+/#').levels, ['a', '%', undefined, '+', '#']);
});
