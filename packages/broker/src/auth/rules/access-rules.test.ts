import assert from 'node:assert/strict';
import { test } from 'node:test';
import { covers, matches, overlaps, type QoS } from '@magpie/protocol';
import fc from 'fast-check';
import { clientOf, rulesIn } from './rules.testing.js';

const MESSAGES: readonly [rules: string[], topic: string, rule: number | undefined][] = [
  [['{ allow: publish, topics: a }'], 'a', 0],
  [['{ allow: publish, topics: a }'], 'b', undefined],
  [['{ allow: subscribe, topics: a }'], 'a', undefined],
  [['{ allow: both, topics: a }'], 'a', 0],
  [['{ deny: publish, topics: a }', '{ allow: both, topics: "#" }'], 'a', 0],
  [['{ deny: publish, topics: a }', '{ allow: both, topics: "#" }'], 'b', 1],
  [['{ allow: both, topics: "#" }', '{ deny: publish, topics: a }'], 'a', 0],
  [['{ allow: both, topics: "#" }'], '$SYS/x', undefined],
  [['{ allow: both, topics: ["#", "$SYS/#"] }'], '$SYS/x', 0],
  [['{ allow: both, topics: "+/+" }'], '$SYS/x', undefined],
  [['{ allow: both, topics: [x, "a/+"] }'], 'a/', 0],
  [['{ allow: both, topics: "a/#" }'], 'a', 0],
  [['{ allow: both, topics: "a/#" }'], 'ab', undefined],
  [['{ allow: both, topics: "%u/%c" }'], 'alice/c1', 0],
  [['{ allow: both, topics: "%u/%c" }'], 'alice/c2', undefined],
  [['{ allow: both, topics: "$%u/x" }'], '$alice/x', 0],
  [['{ allow: both, who: { user: bob }, topics: a }'], 'a', undefined],
  [['{ deny: both, who: { user: bob }, topics: a }', '{ allow: both, topics: a }'], 'a', 1],
  [['{ allow: both, who: { client: c1 }, topics: a }'], 'a', 0],
  [['{ allow: both, qos: 1, topics: a }'], 'a', 0],
  [['{ allow: both, qos: [0, 2], topics: a }'], 'a', undefined],
  [['{ allow: publish, retain: true, topics: a }'], 'a', undefined],
  [['{ allow: publish, retain: false, topics: a }'], 'a', 0],
];
for (const [lines, topic, rule] of MESSAGES) {
  test(`AccessRules.ofMessage() finds rule ${rule} for ${topic}: ${lines.join(' ')}`, () => {
    assert.equal(rulesIn(...lines).ofMessage(clientOf(), topic, 1, false)?.order, rule);
  });
}

const CHECKED = 'delivery: checked';
const SUBSCRIPTIONS: readonly [
  rules: string[],
  filter: string,
  granted: boolean | 'checked',
  rule: number | undefined,
][] = [
  [['{ allow: subscribe, topics: "a/#" }'], 'a/#', true, 0],
  [['{ allow: subscribe, topics: "a/#" }'], 'a/+', true, 0],
  [['{ allow: subscribe, topics: "a/#" }'], '+/b', false, undefined],
  [['{ allow: subscribe, topics: "a/#" }'], '#', false, undefined],
  [['{ allow: publish, topics: "a/#" }'], 'a/b', false, undefined],
  [['{ allow: subscribe, topics: "#" }'], '$SYS/#', false, undefined],
  [['{ allow: subscribe, topics: "%u/#" }'], 'alice/+', true, 0],
  [['{ allow: subscribe, topics: "%u/#" }'], '+/x', false, undefined],
  [['{ allow: subscribe, topics: "%u/#" }'], 'bob/#', false, undefined],
  [['{ allow: subscribe, qos: [0, 1], topics: a }'], 'a', true, 0],
  [['{ allow: subscribe, qos: 0, topics: a }'], 'a', false, undefined],
  // A deny that overlaps.
  [['{ deny: subscribe, topics: "a/b" }', '{ allow: subscribe, topics: "#" }'], 'a/+', false, 0],
  [['{ deny: subscribe, topics: "a/b" }', '{ allow: subscribe, topics: "#" }'], 'a/b', false, 0],
  [['{ deny: subscribe, topics: "a/b" }', '{ allow: subscribe, topics: "#" }'], 'a/c', true, 1],
  [['{ deny: subscribe, topics: "a/b" }', '{ allow: subscribe, topics: "#" }'], 'b/+', true, 1],
  [['{ deny: both, topics: "$SYS/#" }', '{ allow: subscribe, topics: "#" }'], '#', true, 1],
  [['{ deny: publish, topics: "a/b" }', '{ allow: subscribe, topics: "#" }'], '#', true, 1],
  [
    ['{ deny: subscribe, who: { user: bob }, topics: a }', '{ allow: both, topics: a }'],
    'a',
    true,
    1,
  ],
  [['{ deny: subscribe, qos: 2, topics: a }', '{ allow: both, topics: a }'], 'a', true, 1],
  // What comes too late.
  [['{ allow: subscribe, topics: "#" }', '{ deny: subscribe, topics: "a/b" }'], '#', true, 0],
  [
    [
      '{ allow: subscribe, topics: a/b }',
      '{ deny: both, topics: a/b }',
      '{ allow: both, topics: "#" }',
    ],
    '#',
    true,
    2,
  ],
  [
    [
      '{ allow: subscribe, topics: a/# }',
      '{ deny: both, topics: +/b }',
      '{ allow: both, topics: "#" }',
    ],
    'a/+',
    true,
    0,
  ],
  [
    [
      '{ allow: subscribe, topics: a/+ }',
      '{ deny: both, topics: a/b }',
      '{ allow: both, topics: "#" }',
    ],
    'a/#',
    true,
    2,
  ],
  [
    [
      '{ allow: subscribe, topics: a/+ }',
      '{ deny: both, topics: a/# }',
      '{ allow: both, topics: "#" }',
    ],
    'a/#',
    false,
    1,
  ],
  // Each message is checked.
  [[`{ allow: subscribe, topics: "a/#", ${CHECKED} }`], 'a/b', true, 0],
  [[`{ allow: subscribe, topics: "a/#", ${CHECKED} }`], '#', 'checked', 0],
  [[`{ allow: subscribe, topics: "a/#", ${CHECKED} }`], 'b', false, undefined],
  [['{ deny: both, topics: s/# }', `{ allow: both, topics: "#", ${CHECKED} }`], '#', 'checked', 1],
  [['{ deny: both, topics: s/# }', `{ allow: both, topics: "#", ${CHECKED} }`], 's/x', false, 0],
  [['{ deny: both, topics: s/# }', `{ allow: both, topics: "s/x", ${CHECKED} }`], 's/+', false, 0],
  [
    [
      '{ deny: both, topics: s/# }',
      '{ allow: both, topics: "#" }',
      `{ allow: both, topics: "#", ${CHECKED} }`,
    ],
    '#',
    false,
    0,
  ],
  [[`{ allow: both, topics: a, ${CHECKED} }`, '{ allow: both, topics: "#" }'], '#', true, 1],
  [[`{ allow: both, topics: a, ${CHECKED} }`, '{ deny: both, topics: "#" }'], '#', 'checked', 0],
  [[`{ allow: both, qos: 0, topics: a, ${CHECKED} }`], '#', false, undefined],
  // Our own.
  [['{ allow: both, topics: a }'], '$SYS/clients/c1/denied', true, 1],
  [['{ allow: both, topics: a }'], '$SYS/clients/c2/denied', false, undefined],
  [['{ allow: both, topics: a }'], '$SYS/clients/+/denied', false, undefined],
  [['{ deny: both, topics: "$SYS/#" }'], '$SYS/clients/c1/denied', false, 0],
];
for (const [lines, filter, granted, rule] of SUBSCRIPTIONS) {
  const shown = `${filter} is ${granted} by ${rule}: ${lines.join(' ')}`;
  test(`AccessRules.ofSubscription() of ${shown}`, () => {
    const decision = rulesIn(...lines).ofSubscription(clientOf(), filter, 1);
    assert.deepEqual([decision.granted, decision.rule?.order], [granted, rule]);
  });
}

test('AccessRules.mayDeliver() asks for topics, at whichever QoS', () => {
  const rules = rulesIn(
    '{ deny: subscribe, topics: s/# }',
    '{ deny: subscribe, qos: [1, 2], topics: q }',
    '{ allow: subscribe, topics: "#" }',
  );
  assert.deepEqual(
    ['s/x', 'a', 'q', '$SYS'].map((topic) => rules.mayDeliver(clientOf(), topic)),
    [false, true, true, false],
  );
});

const LEVELS = ['a', '$s', ''];
const anyFilter = fc
  .tuple(
    fc.array(fc.constantFrom(...LEVELS, '+'), { maxLength: 2 }),
    fc.constantFrom(...LEVELS, '+', '#'),
  )
  .map(([levels, last]) => [...levels, last].join('/'))
  .filter((filter) => filter !== '');
const anyRule = fc.record({
  allows: fc.boolean(),
  filter: anyFilter,
  checked: fc.boolean(),
  /** Whether its level `a` is written as the user, who is called so. */
  named: fc.boolean(),
});
const TOPICS = topicsOf([...LEVELS, 'z'], 4);

test('AccessRules.ofSubscription() and mayDeliver() are what asking about every topic says', () => {
  const seen = { granted: 0, refused: 0, checked: 0 };
  fc.assert(
    fc.property(fc.array(anyRule, { minLength: 1, maxLength: 5 }), anyFilter, (drawn, filter) => {
      const rules = rulesIn(...drawn.map(lineOf));
      const client = clientOf({ username: 'a' });
      const { granted } = rules.ofSubscription(client, filter, 1);
      const allowed = (topic: string) => {
        return drawn.find((rule) => matches(rule.filter, topic))?.allows === true;
      };
      const asked = TOPICS.filter((topic) => matches(filter, topic));
      for (const topic of asked) assert.equal(rules.mayDeliver(client, topic), allowed(topic));
      if (granted === true) {
        seen.granted++;
        assert.ok(asked.every(allowed), 'a topic is not allowed');
      } else if (granted === 'checked') {
        seen.checked++;
        assert.ok(asked.some(allowed), 'no topic is allowed');
      } else {
        seen.refused++;
        assert.ok(!isPlainlyAllowed(drawn, filter), 'one rule allows all, and none denies some');
      }
    }),
    { numRuns: 700 },
  );
  for (const [what, times] of Object.entries(seen)) assert.ok(times > 10, `${what}: ${times}`);
});

test('AccessRules.ofMessage() is the first rule that matches, of many', () => {
  const who = fc.constantFrom(
    'anyone',
    '{ user: alice }',
    '{ user: bob }',
    '{ client: c1 }',
    '{ address: 192.0.2.1 }',
  );
  const rule = fc.record({
    who,
    filter: anyFilter,
    qos: fc.constantFrom('', ', qos: 0', ', qos: [1, 2]'),
  });
  fc.assert(
    fc.property(
      fc.array(rule, { minLength: 1, maxLength: 8 }),
      fc.constantFrom(...TOPICS),
      fc.constantFrom<QoS>(0, 1),
      (drawn, topic, qos) => {
        const lines = drawn.map(
          (one) => `{ allow: both, who: ${one.who}, topics: "${one.filter}"${one.qos} }`,
        );
        const rules = rulesIn(...lines);
        const expected = drawn.findIndex((one) => {
          if (one.who === '{ user: bob }' || !matches(one.filter, topic)) return false;
          return one.qos === '' || one.qos === (qos === 0 ? ', qos: 0' : ', qos: [1, 2]');
        });
        const found = rules.ofMessage(clientOf(), topic, qos, false);
        assert.equal(found?.order ?? -1, expected);
      },
    ),
    { numRuns: 500 },
  );
});

/**
 * Goal: a client cannot keep the broker busy with one filter that overlaps all rules.
 * Method: thousands of rules, each denial of which an earlier rule makes void, so that none ends
 * the search. Compared one by one, they would take seconds.
 */
test('AccessRules.ofSubscription() takes milliseconds where thousands of rules overlap', () => {
  const numbers = Array.from({ length: 2000 }, (_, number) => number);
  const rules = rulesIn(
    ...numbers.map((number) => `{ allow: both, topics: "plant/${number}/#" }`),
    ...numbers.map((number) => `{ deny: both, topics: "plant/${number}/config" }`),
    '{ allow: both, topics: "#" }',
  );
  const before = process.cpuUsage();
  const decision = rules.ofSubscription(clientOf(), '#', 1);
  const { user, system } = process.cpuUsage(before);
  assert.deepEqual([decision.granted, decision.rule?.order], [true, 4000]);
  assert.ok(user + system < 1_000_000, `${user + system} µs`);
});

function lineOf({ allows, filter, checked, named }: DrawnRule): string {
  const levels = filter.split('/').map((level) => (named && level === 'a' ? '%u' : level));
  const checks = allows && checked ? `, ${CHECKED}` : '';
  return `{ ${allows ? 'allow' : 'deny'}: both, topics: "${levels.join('/')}"${checks} }`;
}

interface DrawnRule {
  readonly allows: boolean;
  readonly filter: string;
  readonly checked: boolean;
  readonly named: boolean;
}

/** Whether the promise is easy to see: a rule covers the filter, and no earlier one overlaps it. */
function isPlainlyAllowed(
  drawn: readonly { allows: boolean; filter: string }[],
  filter: string,
): boolean {
  const deny = drawn.findIndex((rule) => !rule.allows && overlaps(rule.filter, filter));
  const allow = drawn.findIndex((rule) => rule.allows && covers(rule.filter, filter));
  return allow >= 0 && (deny < 0 || allow < deny);
}

function topicsOf(levels: readonly string[], depth: number): string[] {
  let longest = [...levels];
  const all = [...longest];
  for (let at = 1; at < depth; at++) {
    longest = longest.flatMap((topic) => levels.map((level) => `${topic}/${level}`));
    all.push(...longest);
  }
  return all.filter((topic) => topic !== '');
}
